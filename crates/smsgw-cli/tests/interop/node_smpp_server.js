// A message centre built on node-smpp; what it is told and prints, smsc.rs says.
//
// With the environment variables TLS_CERT and TLS_KEY, PEM files, it speaks TLS.
'use strict';

const fs = require('fs');
const smpp = require('smpp');

const [systemId, password, port, mode, ...numbers] = process.argv.slice(2);
const [n, m] = numbers.map(Number);
const RECEIPT_DELAY = 50; // milliseconds
const BEFORE_CUT = 200; // milliseconds, for what is still on its way

let submitted = 0;
let current = null; // the bound session
let isTrouble = mode === 'drop' || mode === 'cut';
const held = []; // answers to be reordered
const unsent = []; // receipts that wait for a session
const unacknowledged = new Map(); // receipts under way: id -> submit

const report = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

// yymmddhhmm, the form of both dates in a receipt (SMPP 3.4 appendix B).
const minutes = (date) => date.toISOString().replace(/\D/g, '').slice(2, 12);

// The concatenation element of a user data header, 8-bit (00) or 16-bit (08) reference, or null.
function concatenation(udh) {
  for (const element of udh || []) {
    if (element[0] === 0x00) return { reference: element[2], total: element[3], part: element[4] };
    if (element[0] === 0x08) return { reference: element.readUInt16BE(2), total: element[4], part: element[5] };
  }
  return null;
}

function sendReceipt(submit, id) {
  if (!current) {
    unsent.push([submit, id]);
    return;
  }
  unacknowledged.set(id, submit);
  const now = minutes(new Date());
  current.deliver_sm(
    {
      esm_class: 0x04,
      source_addr_ton: submit.dest_addr_ton,
      source_addr_npi: submit.dest_addr_npi,
      source_addr: submit.destination_addr,
      dest_addr_ton: submit.source_addr_ton,
      dest_addr_npi: submit.source_addr_npi,
      destination_addr: submit.source_addr,
      short_message: `id:${id} sub:001 dlvrd:001 submit date:${now} done date:${now} stat:DELIVRD err:000 text:`,
      receipted_message_id: id,
      message_state: smpp.MESSAGE_STATE.DELIVERED,
      user_message_reference: submit.user_message_reference,
    },
    (response) => {
      unacknowledged.delete(id);
      report('receipt', { id, status: response.command_status });
    },
  );
}

function release() {
  held.splice(0).reverse().forEach((answer) => answer());
}

function onSubmit(session, pdu) {
  submitted += 1;
  const id = `js-${submitted}`;
  const { udh, message } = pdu.message_payload || pdu.short_message;
  const seen = {
    id,
    from: pdu.source_addr,
    to: pdu.destination_addr,
    data_coding: pdu.data_coding,
    registered_delivery: pdu.registered_delivery,
    concatenation: concatenation(udh),
    text: message,
  };
  if (mode === 'throttle' && submitted % n === 0) {
    report('submit', { ...seen, status: smpp.ESME_RTHROTTLED });
    session.send(pdu.response({ command_status: smpp.ESME_RTHROTTLED }));
    return;
  }
  if (isTrouble && submitted > n) {
    report('submit', { ...seen, status: null });
    if (mode === 'cut') unsent.push([pdu, id]);
    if (submitted === n + m) {
      setTimeout(() => {
        isTrouble = false;
        session.destroy();
      }, BEFORE_CUT);
    }
    return;
  }
  report('submit', { ...seen, status: 0 });
  const answer = () => {
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery & 0x01) setTimeout(sendReceipt, RECEIPT_DELAY, pdu, id);
  };
  if (mode === 'slow') {
    setTimeout(answer, n);
  } else if (mode === 'reorder') {
    held.push(answer);
    if (held.length >= n) release();
    else setTimeout(release, 100);
  } else {
    answer();
  }
}

const { TLS_CERT, TLS_KEY } = process.env;
const tls = TLS_CERT ? { cert: fs.readFileSync(TLS_CERT), key: fs.readFileSync(TLS_KEY) } : {};
const server = smpp.createServer(tls, (session) => {
  session.on('error', (error) => report('error', { message: String(error) }));
  session.on('close', () => {
    if (current !== session) return;
    current = null;
    unacknowledged.forEach((submit, id) => unsent.push([submit, id]));
    unacknowledged.clear();
  });

  const bind = (pdu) => {
    const isKnown = pdu.system_id === systemId && pdu.password === password;
    const status = isKnown ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL;
    report('bind', { status });
    session.send(pdu.response({ command_status: status, system_id: 'node-smpp' }));
    if (!isKnown) {
      session.close();
      return;
    }
    current = session;
    session.enquire_link((response) => report('alive', { status: response.command_status }));
    unsent.splice(0).forEach(([submit, id]) => sendReceipt(submit, id));
  };
  session.on('bind_transceiver', bind);
  session.on('bind_transmitter', bind);
  session.on('bind_receiver', bind);

  session.on('enquire_link', (pdu) => {
    report('asked');
    session.send(pdu.response());
  });
  session.on('unbind', (pdu) => {
    report('unbind');
    session.send(pdu.response());
    session.close();
  });
  session.on('unknown', (pdu) => report('error', { message: `unknown command ${pdu.command_id}` }));
  session.on('submit_sm', (pdu) => onSubmit(session, pdu));
});

server.listen(Number(port), '127.0.0.1', () => report('ready'));
