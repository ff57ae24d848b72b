"""An ESME built on aiosmpplib; what it reads and prints, esme.rs says."""

import asyncio
import json
import sys

from aiosmpplib import ESME, NPI, TON, AbstractHook, DeliverSm, EnquireLink, PhoneNumber, SmppCommand, SmppError
from aiosmpplib import SmppMessage, SubmitSm, SubmitSmResp

PATIENCE = 30.0  # seconds for all that it waits for
UDH_INDICATOR = 0b0100_0000


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


class Reporter(AbstractHook):
    """Sees each PDU. Those of a split message come without a parsed one: what matters is parsed again here."""

    def __init__(self):
        self.submits = 0
        self.unanswered = {}  # sequence_number -> name
        self.unreceipted = set()
        self.received_parts = 0
        self.asked = False

    async def sending(self, smpp_message, pdu, client_id):
        if isinstance(smpp_message, SubmitSm):
            self.submits += 1
            self.unanswered[smpp_message.sequence_num] = smpp_message.log_id

    async def received(self, smpp_message, pdu, client_id):
        header = SmppMessage.parse_header(pdu)
        if header.smpp_command == SmppCommand.BIND_TRANSCEIVER_RESP:
            report("bind", status=header.command_status)
        elif header.smpp_command == SmppCommand.SUBMIT_SM_RESP:
            response = SubmitSmResp.from_pdu(pdu, header)
            name = self.unanswered.pop(header.sequence_num)
            self.unreceipted.add(response.message_id)
            report("submit", name=name, status=header.command_status, id=response.message_id)
        elif header.smpp_command == SmppCommand.DELIVER_SM:
            deliver = DeliverSm.from_pdu(pdu, header, "gsm0338", None)
            parties = {"from": deliver.source.number, "to": deliver.destination.number}
            if deliver.is_receipt():
                fields = deliver.parse_receipt()
                report("receipt", esm_class=deliver.esm_class, fields={k: str(v) for k, v in fields.items()}, **parties)
                self.unreceipted.discard(fields["id"])
            else:
                self.received_parts += 1
                report("message", text=deliver.short_message, **parties)
        elif header.smpp_command == SmppCommand.ENQUIRE_LINK:
            self.asked = True
            report("asked")
        elif header.smpp_command == SmppCommand.ENQUIRE_LINK_RESP:
            report("alive", status=header.command_status)

    async def send_error(self, smpp_message, error, client_id):
        print(f"{smpp_message.log_id}: {error!r}", file=sys.stderr)


async def main():
    address, system_id, password, *incoming = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    incoming = int(incoming[0]) if incoming else 0
    messages = [json.loads(line) for line in sys.stdin if line.strip()]

    hook = Reporter()
    esme = ESME(host, int(port), system_id, password, hook=hook, log_level="WARNING")
    try:
        await esme.connect()
    except (SmppError, ValueError):
        # A refusal has no body (SMPP 3.4 §4.1.6), and aiosmpplib stumbles over that after it told the hook.
        return 0
    running = asyncio.create_task(esme.start())
    await esme._send_data(EnquireLink())

    for message in messages:
        is_split = message["how"] == "udh"
        submit = SubmitSm(
            short_message=message["text"],
            source=PhoneNumber(message["from"], TON.ALPHANUMERIC, NPI.UNKNOWN),
            destination=PhoneNumber(message["to"].lstrip("+"), TON.INTERNATIONAL, NPI.ISDN),
            esm_class=UDH_INDICATOR if is_split else 0,
            auto_message_payload=not is_split,
            log_id=message["name"],
        )
        await esme.broker.enqueue(submit)

    def waits():
        unsent = hook.submits < len(messages)
        untold = hook.received_parts < incoming or incoming and not hook.asked
        return unsent or hook.unanswered or hook.unreceipted or untold

    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while waits() and loop.time() < deadline:
        await asyncio.sleep(0.02)
    if waits():
        print(f"unanswered: {hook.unanswered}, no receipt for: {hook.unreceipted}", file=sys.stderr)
        return 1
    await esme.stop()
    await running
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
