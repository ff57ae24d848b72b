// An SMSC built on node-smpp: accepts one account, answers every submit_sm, sends the receipts asked for.
//
// usage: NODE_PATH=.../node_modules node node_smpp_server.js SYSTEM_ID PASSWORD [PORT]
//
// A line of output is one event: {"event": "ready", "address"}, "bind", "submit" (with the text as node-smpp
// decoded it), "receipt" (the answer to ours), "unbind" and "error". It ends when it is killed.
'use strict';

const smpp = require('smpp');

const [systemId, password, port] = process.argv.slice(2);
let submitted = 0;

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

function sendReceipt(session, submit, id) {
  const now = minutes(new Date());
  session.deliver_sm(
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
    },
    (response) => report('receipt', { id, status: response.command_status }),
  );
}

const server = smpp.createServer((session) => {
  session.on('error', (error) => report('error', { message: String(error) }));

  const bind = (pdu) => {
    const known = pdu.system_id === systemId && pdu.password === password;
    const status = known ? smpp.ESME_ROK : smpp.ESME_RBINDFAIL;
    report('bind', { command: pdu.command, system_id: pdu.system_id, status });
    session.send(pdu.response({ command_status: status, system_id: 'node-smpp' }));
    if (!known) session.close();
  };
  session.on('bind_transceiver', bind);
  session.on('bind_transmitter', bind);
  session.on('bind_receiver', bind);

  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => {
    report('unbind', {});
    session.send(pdu.response());
    session.close();
  });
  session.on('unknown', (pdu) => report('error', { message: `unknown command ${pdu.command_id}` }));

  session.on('submit_sm', (pdu) => {
    submitted += 1;
    const id = `js-${submitted}`;
    const { udh, message } = pdu.short_message;
    report('submit', {
      id,
      from: pdu.source_addr,
      to: pdu.destination_addr,
      data_coding: pdu.data_coding,
      registered_delivery: pdu.registered_delivery,
      concatenation: concatenation(udh),
      text: message,
    });
    session.send(pdu.response({ message_id: id }));
    if (pdu.registered_delivery & 0x01) setTimeout(() => sendReceipt(session, pdu, id), 50);
  });
});

server.listen(Number(port || 0), '127.0.0.1', () => {
  report('ready', { address: `127.0.0.1:${server.address().port}` });
});
