"""An ESME built on smpplib: binds, submits each message of standard input, waits for every receipt.

usage: smpplib_client.py HOST:PORT SYSTEM_ID PASSWORD < messages.jsonl

A line of input is {"name", "from", "to", "text"}. A line of output is one event:
{"event": "bind", "status"}, {"event": "submit", "name", "part", "status", "id"} and
{"event": "receipt", "esm_class", "from", "to", "fields", "tlv_id"}.
A refused bind is an event like any other; the exit status is 1 only when something stays unanswered.
"""

import json
import re
import sys
import time

import smpplib.client
import smpplib.consts as consts
import smpplib.exceptions
import smpplib.gsm

PATIENCE = 30.0  # seconds for all responses and receipts


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def receipt_fields(text):
    """The `name:value` pairs of a receipt (SMPP 3.4 appendix B); two of the names have a space in them."""
    pairs = re.findall(r"(submit date|done date|\w+):(\S*)", text)
    return {name.lower(): value for name, value in pairs}


def main():
    address, system_id, password = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    messages = [json.loads(line) for line in sys.stdin if line.strip()]

    client = smpplib.client.Client(host, port, timeout=5, allow_unknown_opt_params=True)
    client.connect()
    try:
        client.bind_transceiver(system_id=system_id, password=password)
    except smpplib.exceptions.PDUError as refusal:
        report("bind", status=refusal.args[1])
        client.disconnect()
        return 0
    report("bind", status=0)

    unanswered = {}  # sequence_number -> (name, part)
    unreceipted = set()

    def on_response(pdu):
        name, part = unanswered.pop(pdu.sequence)
        message_id = (pdu.message_id or b"").decode("ascii") if not pdu.is_error() else ""
        if not pdu.is_error():
            unreceipted.add(message_id)
        report("submit", name=name, part=part, status=pdu.status, id=message_id)

    def on_deliver(pdu):
        fields = receipt_fields(pdu.short_message.decode("latin-1"))
        tlv_id = (pdu.receipted_message_id or b"").decode("ascii").rstrip("\0")
        report(
            "receipt",
            esm_class=pdu.esm_class,
            **{"from": pdu.source_addr.decode("ascii"), "to": pdu.destination_addr.decode("ascii")},
            fields=fields,
            tlv_id=tlv_id,
        )
        unreceipted.discard(fields.get("id"))

    client.set_message_sent_handler(on_response)
    client.set_error_pdu_handler(on_response)
    client.set_message_received_handler(on_deliver)

    for message in messages:
        parts, data_coding, esm_class = smpplib.gsm.make_parts(message["text"])
        for number, part in enumerate(parts, start=1):
            pdu = client.send_message(
                source_addr_ton=consts.SMPP_TON_ALNUM,
                source_addr_npi=consts.SMPP_NPI_UNK,
                source_addr=message["from"],
                dest_addr_ton=consts.SMPP_TON_INTL,
                dest_addr_npi=consts.SMPP_NPI_ISDN,
                destination_addr=message["to"].lstrip("+"),
                short_message=part,
                data_coding=data_coding,
                esm_class=esm_class,
                registered_delivery=1,
            )
            unanswered[pdu.sequence] = (message["name"], number)

    deadline = time.monotonic() + PATIENCE
    while (unanswered or unreceipted) and time.monotonic() < deadline:
        client.poll()
        time.sleep(0.01)

    client.unbind()
    client.disconnect()
    for name, part in unanswered.values():
        print(f"no response to part {part} of {name}", file=sys.stderr)
    for message_id in unreceipted:
        print(f"no receipt for {message_id}", file=sys.stderr)
    return 1 if unanswered or unreceipted else 0


if __name__ == "__main__":
    sys.exit(main())
