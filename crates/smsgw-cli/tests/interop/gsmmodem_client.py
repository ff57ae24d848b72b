"""A modem program built on python-gsmmodem-new: GsmModem on the port of the first argument.

It reads commands, a JSON object a line, and prints an event for each and for what the modem says by itself:
  {"do": "send", "to", "text"}  -> {"event": "sent", "reference", "status"} once its report is there, or "failed"
  {"do": "ussd", "text"}        -> {"event": "ussd", "text", "open"}, and for each of "replies" one more
  {"do": "receive", "count"}    -> nothing, once so many messages came: {"event": "sms", "from", "text"}
It begins with {"event": "modem", "manufacturer", "model", "revision", "imei", "imsi", "operator", "signal"}.
"""

import json
import sys
import time

from gsmmodem.exceptions import CmsError
from gsmmodem.modem import GsmModem

PATIENCE = 30.0  # seconds for all that it waits for


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


received = 0


def take(sms):
    global received
    report("sms", **{"from": sms.number, "text": sms.text})
    received += 1


def send(command):
    try:
        sms = modem.sendSms(command["to"], command["text"], waitForDeliveryReport=True, deliveryTimeout=PATIENCE)
    except CmsError as error:
        report("failed", code=error.code)
    else:
        report("sent", reference=sms.reference, delivered=sms.status == sms.DELIVERED)


def ussd(command):
    answer = modem.sendUssd(command["text"], responseTimeout=PATIENCE)
    report("ussd", text=answer.message, open=answer.sessionActive)
    for reply in command.get("replies", []):
        answer = answer.reply(reply)
        report("ussd", text=answer.message, open=answer.sessionActive)


def receive(command):
    deadline = time.monotonic() + PATIENCE
    while received < command["count"]:
        if time.monotonic() > deadline:
            sys.exit(f"{received} messages came, not {command['count']}")
        time.sleep(0.05)


modem = GsmModem(sys.argv[1], smsReceivedCallbackFunc=take)
modem.connect()
report(
    "modem",
    manufacturer=modem.manufacturer,
    model=modem.model,
    revision=modem.revision,
    imei=modem.imei,
    imsi=modem.imsi,
    operator=modem.networkName,
    signal=modem.signalStrength,
)
for line in sys.stdin:
    command = json.loads(line)
    {"send": send, "ussd": ussd, "receive": receive}[command["do"]](command)
modem.close()
