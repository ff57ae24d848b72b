// An ESME built on node-smpp; what it reads and prints, esme.rs says.
//
// With the environment variable TLS_CA, a PEM file, it speaks TLS and trusts that authority alone.
'use strict';

const fs = require('fs');
const smpp = require('smpp');

const PATIENCE = 30_000; // milliseconds for all that it waits for
const PART = 134; // octets of a part, whatever its alphabet

const [address, systemId, password, incoming = '0'] = process.argv.slice(2);
const messages = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

const report = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

function receiptFields(text) {
  const pairs = text.matchAll(/(submit date|done date|\w+):(\S*)/g);
  return Object.fromEntries([...pairs].map(([, name, value]) => [name.toLowerCase(), value]));
}

// The PDUs that carry a message: [command, the fields that differ].
function parts(message) {
  const plain = message.data_coding === 0;
  const encoding = plain ? smpp.encodings.ASCII : smpp.encodings.UCS2;
  if (message.how === 'short_message') return [['submit_sm', { short_message: message.text }]];
  if (message.how === 'message_payload') return [['submit_sm', { message_payload: message.text }]];
  if (message.how === 'data_sm') return [['data_sm', { message_payload: message.text }]];
  const octets = encoding.encode(message.text);
  const pieces = [];
  for (let start = 0; start < octets.length; start += PART) pieces.push(octets.subarray(start, start + PART));
  return pieces.map((piece, index) => {
    if (message.how === 'udh') {
      const udh = Buffer.from([5, 0, 3, 7, pieces.length, index + 1]);
      return ['submit_sm', { short_message: { udh, message: piece } }];
    }
    const sar = { sar_msg_ref_num: 7, sar_total_segments: pieces.length, sar_segment_seqnum: index + 1 };
    return ['submit_sm', { short_message: piece, ...sar }];
  });
}

let unanswered = 0;
let received = 0;
let asked = false;
const unreceipted = new Set();

const ca = process.env.TLS_CA;
const server = ca ? { url: `ssmpp://${address}`, ca: fs.readFileSync(ca) } : { url: `smpp://${address}` };
const session = smpp.connect(server, () => {
  session.bind_transceiver({ system_id: systemId, password }, (response) => {
    report('bind', { status: response.command_status });
    if (response.command_status !== smpp.ESME_ROK) {
      session.close();
      return;
    }
    session.enquire_link((alive) => report('alive', { status: alive.command_status }));
    for (const message of messages) for (const [command, fields] of parts(message)) submit(message, command, fields);
    const waiting = setInterval(() => {
      if (unanswered || unreceipted.size || received < Number(incoming) || (Number(incoming) && !asked)) return;
      clearInterval(waiting);
      session.unbind((unbound) => session.close(() => process.exit(unbound.command_status)));
    }, 20);
  });
});

function submit(message, command, fields) {
  unanswered += 1;
  session[command](
    {
      source_addr_ton: smpp.TON.ALPHANUMERIC,
      source_addr: message.from,
      dest_addr_ton: smpp.TON.INTERNATIONAL,
      dest_addr_npi: smpp.NPI.ISDN,
      destination_addr: message.to.replace(/^\+/, ''),
      data_coding: message.data_coding,
      registered_delivery: 1,
      ...fields,
    },
    (response) => {
      unanswered -= 1;
      if (response.message_id) unreceipted.add(response.message_id);
      report('submit', { name: message.name, status: response.command_status, id: response.message_id });
    },
  );
}

session.on('deliver_sm', (pdu) => {
  const parties = { from: pdu.source_addr, to: pdu.destination_addr };
  const text = pdu.short_message.message;
  session.send(pdu.response());
  if (pdu.esm_class & 0b0011_1100) {
    const fields = receiptFields(text);
    report('receipt', { esm_class: pdu.esm_class, fields, ...parties });
    unreceipted.delete(fields.id);
  } else {
    received += 1;
    report('message', { text, ...parties });
  }
});
session.on('enquire_link', (pdu) => {
  asked = true;
  report('asked');
  session.send(pdu.response());
});
session.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
setTimeout(() => {
  console.error(`unanswered: ${unanswered}, no receipt for: ${[...unreceipted]}`);
  process.exit(1);
}, PATIENCE).unref();
