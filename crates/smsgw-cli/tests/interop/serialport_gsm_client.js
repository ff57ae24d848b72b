// A modem program built on serialport-gsm, on the port of the first argument.
//
// It reads commands, a JSON object a line, and prints an event for each, and one for each message that comes:
//   {"do": "send", "to", "text"}  -> {"event": "sent"} or {"event": "failed", "data"}
//   {"do": "ussd", "text"}        -> {"event": "ussd", "line"}
//   {"do": "receive", "count"}    -> nothing, once so many messages came: {"event": "sms", "from", "text"}
// It begins with {"event": "modem", "imei", "signal"}.
'use strict';

const fs = require('fs');
const gsm = require('serialport-gsm');

const PATIENCE = 30_000; // milliseconds for all that it waits for

const commands = fs.readFileSync(0, 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
const report = (event, fields) => console.log(JSON.stringify({ event, ...fields }));

let received = 0;

const modem = gsm.Modem();
modem.on('error', (error) => {
  report('error', error);
  process.exit(1);
});
modem.on('onNewMessage', (messages) => {
  for (const message of messages) {
    report('sms', { from: message.sender, text: message.message });
    received += 1;
  }
});

async function send({ to, text }) {
  const result = await modem.sendSMS(to, text, false);
  if (result.status === 'success') report('sent', {});
  else report('failed', { data: JSON.stringify(result) });
}

// It has a place for lines that nobody asked for, and leaves it to us to read them.
let answered;
modem.addListener({
  match: (line) => line.startsWith('+CUSD: '),
  process: (line) => answered?.(line),
});

async function ussd({ text }) {
  const answer = new Promise((resolve) => { answered = resolve; });
  await modem.executeCommand(`AT+CUSD=1,"${text}",15`);
  report('ussd', { line: await answer });
}

async function receive({ count }) {
  const deadline = Date.now() + PATIENCE;
  while (received < count) {
    if (Date.now() > deadline) throw new Error(`${received} messages came, not ${count}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function main() {
  await modem.open(process.argv[2], {
    baudRate: 115200,
    autoDeleteOnReceive: true,
    enableConcatenation: true,
    incomingSMSIndicationDelay: 1000,
    cnmiCommand: 'AT+CNMI=2,1,0,2,1',
  });
  await modem.initializeModem();
  await modem.setModemMode('PDU');
  const serial = await modem.getModemSerial();
  const network = await modem.getNetworkSignal();
  report('modem', { imei: serial.data.modemSerial, signal: network.data });
  for (const command of commands) await { send, ussd, receive }[command.do](command);
  await modem.close();
}

main().catch((error) => {
  report('error', { error: String(error.stack ?? JSON.stringify(error)) });
  process.exit(1);
});
