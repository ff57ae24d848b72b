"""A user of the REST interface, standard library only: posts each message of standard input, waits until all are final.

usage: rest_client.py HOST:PORT ACCOUNT PASSWORD < messages.jsonl

A line of input is {"name", "from", "to", "text"}. A line of output is one event: {"event": "accepted", "name", "id"}
and {"event": "final", "name", "id", "status", "parts"}, the parts as the API shows them. The exit status is 1 when a
message is refused or never final.
"""

import base64
import json
import sys
import time
import urllib.error
import urllib.request

PATIENCE = 30.0  # seconds until every message is final
FINAL = {"delivered", "undelivered", "rejected", "expired", "cancelled", "failed", "unknown"}


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def main():
    address, account, password = sys.argv[1:]
    credentials = base64.b64encode(f"{account}:{password}".encode()).decode()
    headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}

    def call(method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{address}{path}", data, headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.load(response)

    waiting = {}
    for message in (json.loads(line) for line in sys.stdin if line.strip()):
        status, answer = call("POST", "/v1/messages", {key: message[key] for key in ("from", "to", "text")})
        if status != 202:
            print(f"{message['name']}: status {status} instead of 202", file=sys.stderr)
            return 1
        waiting[answer["id"]] = message["name"]
        report("accepted", name=message["name"], id=answer["id"])

    deadline = time.monotonic() + PATIENCE
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        for message_id in list(waiting):
            message = call("GET", f"/v1/messages/{message_id}")[1]
            if message["status"] in FINAL:
                name = waiting.pop(message_id)
                report("final", name=name, id=message_id, status=message["status"], parts=message["parts"])
    for message_id, name in waiting.items():
        print(f"{name} ({message_id}) never reached a final state", file=sys.stderr)
    return 1 if waiting else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except urllib.error.HTTPError as refusal:
        print(f"{refusal.url}: {refusal.code} {refusal.read().decode(errors='replace')}", file=sys.stderr)
        sys.exit(1)
