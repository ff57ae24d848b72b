// Operations by node-smpp, one after the other; what it reads and prints, operations.rs says.
'use strict';

const fs = require('fs');
const smpp = require('smpp');

const [address, systemId, password] = process.argv.slice(2);
const requests = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));

const destination = (number) => ({ dest_addr_ton: 1, dest_addr_npi: 1, destination_addr: number });

let lastId;

function next(session) {
  const request = requests.shift();
  if (!request) {
    session.unbind(() => session.close(() => process.exit(0)));
    return;
  }
  const { command, to, ...fields } = request;
  if (fields.message_id === '$id') fields.message_id = lastId;
  if (to && command === 'submit_multi') fields.dest_address = to.map(destination);
  else if (to) Object.assign(fields, destination(to[0]));
  session[command]({ source_addr_ton: 5, source_addr: 'smsgw', ...fields }, (pdu) => {
    if (command.startsWith('submit') || command.startsWith('broadcast')) lastId = pdu.message_id;
    const answer = {
      event: 'answer',
      command: pdu.command,
      status: pdu.command_status,
      message_state: pdu.message_state,
      is_final: pdu.final_date === undefined ? undefined : Boolean(pdu.final_date),
      failed: pdu.unsuccess_sme && pdu.unsuccess_sme.map((failed) => failed.destination_addr),
    };
    console.log(JSON.stringify(answer));
    next(session);
  });
}

const session = smpp.connect({ url: `smpp://${address}` }, () => {
  session.bind_transceiver({ system_id: systemId, password, interface_version: 0x50 }, () => next(session));
});
session.on('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
