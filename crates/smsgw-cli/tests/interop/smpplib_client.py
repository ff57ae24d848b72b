"""An ESME built on smpplib; what it reads and prints, esme.rs says.

There is one `how` more, `octets`: `text` is hex, and so is `udh` if there is a header. With `unasked` behind INCOMING it
does not wait for an enquire_link.

With the environment variable TLS_CA, a PEM file, it speaks TLS 1.2 and trusts that authority alone.
"""

import json
import os
import re
import ssl
import sys
import time

import smpplib.client
import smpplib.consts as consts
import smpplib.exceptions
import smpplib.gsm
import smpplib.smpp

PATIENCE = 30.0  # seconds for all that it waits for


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def receipt_fields(text):
    """The `name:value` pairs of a receipt (SMPP 3.4 appendix B); two of the names have a space in them."""
    pairs = re.findall(r"(submit date|done date|\w+):(\S*)", text)
    return {name.lower(): value for name, value in pairs}


def text_of(pdu):
    octets = pdu.short_message
    if pdu.esm_class & consts.SMPP_GSMFEAT_UDHI:
        octets = octets[octets[0] + 1 :]
    return octets.decode("utf-16-be" if pdu.data_coding == consts.SMPP_ENCODING_ISO10646 else "ascii")


def encoded(message):
    """The parts of a message, its data_coding and its esm_class."""
    if message["how"] == "octets":
        udh = bytes.fromhex(message.get("udh", ""))
        esm_class = consts.SMPP_GSMFEAT_UDHI if udh else 0
        return [udh + bytes.fromhex(message["text"])], consts.SMPP_ENCODING_BINARY, esm_class
    if message["how"] == "message_payload":
        return [message["text"].encode("ascii")], consts.SMPP_ENCODING_DEFAULT, 0
    return smpplib.gsm.make_parts(message["text"], use_udhi=message["how"] == "udh")


def ssl_context():
    if "TLS_CA" not in os.environ:
        return None
    context = ssl.create_default_context(cafile=os.environ["TLS_CA"])
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    # smpplib does not tell the name of the host.
    context.check_hostname = False
    return context


class Client(smpplib.client.Client):
    asked = False

    def _enquire_link_received(self, pdu):
        super()._enquire_link_received(pdu)
        self.asked = True
        report("asked")

    def poll(self):
        super().poll()
        # What came in one TLS record with the last one that was read, the socket knows nothing of.
        while isinstance(self._socket, ssl.SSLSocket) and self._socket.pending():
            self.read_once()

    def request(self, command):
        """The status of the answer to a request without a body."""
        self.send_pdu(smpplib.smpp.make_pdu(command, client=self))
        while (pdu := self.read_pdu()).command != f"{command}_resp":
            pass
        return pdu.status


def main():
    address, system_id, password, *rest = sys.argv[1:]
    host, port = address.rsplit(":", 1)
    incoming = int(rest[0]) if rest else 0
    is_asked = incoming and "unasked" not in rest
    messages = [json.loads(line) for line in sys.stdin if line.strip()]

    client = Client(host, port, timeout=5, allow_unknown_opt_params=True, ssl_context=ssl_context())
    client.connect()
    try:
        client.bind_transceiver(system_id=system_id, password=password)
    except smpplib.exceptions.PDUError as refusal:
        report("bind", status=refusal.args[1])
        client.disconnect()
        return 0
    report("alive", status=client.request("enquire_link"))
    report("bind", status=0)

    unanswered = {}  # sequence_number -> name
    unreceipted = set()
    received = []

    def on_response(pdu):
        # Of a refusal smpplib tells twice.
        if pdu.sequence not in unanswered:
            return
        message_id = "" if pdu.is_error() else pdu.message_id.decode("ascii")
        if message_id:
            unreceipted.add(message_id)
        report("submit", name=unanswered.pop(pdu.sequence), status=pdu.status, id=message_id)

    def on_deliver(pdu):
        parties = {"from": pdu.source_addr.decode("ascii"), "to": pdu.destination_addr.decode("ascii")}
        if pdu.esm_class & 0b0011_1100:
            fields = receipt_fields(pdu.short_message.decode("latin-1"))
            report("receipt", esm_class=pdu.esm_class, fields=fields, **parties)
            unreceipted.discard(fields.get("id"))
        else:
            received.append(pdu)
            report("message", text=text_of(pdu), **parties)

    client.set_message_sent_handler(on_response)
    client.set_error_pdu_handler(on_response)
    client.set_message_received_handler(on_deliver)

    for message in messages:
        parts, data_coding, esm_class = encoded(message)
        for number, part in enumerate(parts, start=1):
            tlvs = {}
            if message["how"] == "sar":
                tlvs = {"sar_msg_ref_num": 7, "sar_total_segments": len(parts), "sar_segment_seqnum": number}
            if message["how"] == "message_payload":
                part, tlvs = b"", {"message_payload": part}
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
                **tlvs,
            )
            unanswered[pdu.sequence] = message["name"]

    def waits():
        return unanswered or unreceipted or len(received) < incoming or is_asked and not client.asked

    deadline = time.monotonic() + PATIENCE
    while waits() and time.monotonic() < deadline:
        client.poll()
        time.sleep(0.01)
    if waits():
        print(f"unanswered: {unanswered}, no receipt for: {unreceipted}", file=sys.stderr)
        return 1
    status = client.request("unbind")
    client.disconnect()
    return status


if __name__ == "__main__":
    sys.exit(main())
