"""A client built on the package ucp; what it reads and prints, ucp_client.rs says."""

import json
import queue
import signal
import sys
import threading

import ucp

PATIENCE = 30.0  # seconds for an answer

ended = threading.Event()
printing = threading.Lock()


def report(event, **fields):
    # What comes is told by a thread of the package.
    with printing:
        print(json.dumps({"event": event, **fields}), flush=True)


class Client:
    def __init__(self, host, port):
        self.results = queue.Queue()
        self.transport = ucp.DataTransport(host, int(port), timeout=0.2, rcv=self.take)

    def take(self, frame):
        message = ucp.dispatcher(frame)
        if isinstance(message, ucp.Response):
            self.results.put(message)
        else:
            # The package leaves the answer to its user; this one gives none.
            report("operation", ot=message.ot, trn=message.trn, adc=message.adc, scts=message.scts)

    def send(self, request):
        self.transport.send(request)
        return request.trn, request.ot

    def result(self):
        """TRN and OT of the next result, its EC or 0, and the message."""
        result = self.results.get(timeout=PATIENCE)
        status = int(result.mvp_ec) if result.ack == ucp.N else 0
        return (result.trn, result.ot), status, result.sm

    def ask(self, event, request):
        asked = self.send(request)
        answered, status, _ = self.result()
        report(event, status=status if asked == answered else f"{answered} for {asked}")
        return status


def submit(message):
    """As the package wants it for each `how`: itself it makes UCS-2 of a text that is not ASCII."""
    fields = {"ot": 51, "adc": message["to"], "oadc": message["from"], "encoded": False}
    if message["how"] == "octets":
        return ucp.Request5x(mt=4, xmsg=message["text"], xser="020104", **fields)
    if message["how"] == "numeric":
        return ucp.Request5x(mt=2, xmsg=message["text"], **fields)
    return ucp.Request5x(mt=3, xmsg=message["text"], nrq=message.get("nrq"), nt=message.get("nt"), **fields)


def main():
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    address, user, password = sys.argv[1:]
    messages = [json.loads(line) for line in sys.stdin if line.strip()]
    client = Client(*address.rsplit(":", 1))
    # Its version is a number written in binary.
    login = ucp.Request6x(60, oadc=user, oton="6", onpi="5", styp="1", pwd=password, vers=0b0100, encoded=False)
    ping = {"adc": user, "pid": "0539"}
    if client.ask("bind", login) == 0:
        client.ask("alive", ucp.Request31(**ping))
        names = {client.send(submit(message)): message["name"] for message in messages}
        while names:
            answered, status, text = client.result()
            report("submit", name=names.pop(answered), status=status, id=text)
        ended.wait(PATIENCE)
        client.ask("alive", ucp.Request31(**ping))
    client.transport.quit()


if __name__ == "__main__":
    main()
