"""A UCP message centre; what it prints and what its modes are, ucp_server.rs says."""

import asyncio
import json
import sys
from datetime import datetime, timedelta
from itertools import count

STX, ETX = b"\x02", b"\x03"
RESULT_TIMER = 5.0  # seconds for an answer of the client

# The fields of the 50 series that are looked at, and how many there are of each operation.
ADC, OADC, NRQ, NT, VP, SCTS, DST, RSN, DSCTS = 0, 1, 3, 5, 12, 14, 15, 16, 17
MT, NB, MSG, MCLS, OTOA, XSER = 18, 19, 20, 24, 28, 30
FIELDS = {1: 5, 30: 10, 31: 2, **dict.fromkeys(range(51, 59), 33), 60: 12, 61: 12}

CHARACTERS = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = dict(zip(b"\x0a\x14\x28\x29\x2f\x3c\x3d\x3e\x40\x65", "\f^{}\\[~]|€"))


def report(event, **fields):
    print(json.dumps({"event": event, **fields}), flush=True)


def frame(trn, kind, ot, *fields):
    data = "".join(f"{field}/" for field in fields)
    return sealed(f"{trn:02}/{len(data) + 16:05}/{kind}/{ot:02}/{data}".encode("ascii"))


def sealed(text):
    return STX + text + b"%02X" % (sum(text) % 256) + ETX


def series_50(fields):
    return [fields.get(index, "") for index in range(33)]


def parsed(octets):
    """TRN, O or R, OT and fields of what was between STX and ETX; a ValueError says what is wrong."""
    trn, length, kind, ot, *fields, checksum = octets.decode("ascii").split("/")
    if len(trn) != 2 or len(length) != 5 or len(ot) != 2 or kind not in ("O", "R"):
        raise ValueError("header")
    if int(length) != len(octets):
        raise ValueError(f"LEN is {length}, there are {len(octets)}")
    if checksum != f"{sum(octets[:-2]) % 256:02X}":
        raise ValueError("checksum")
    if kind == "O" and len(fields) != FIELDS.get(int(ot), len(fields)):
        raise ValueError(f"{len(fields)} fields in {kind} {ot}")
    return int(trn), kind, int(ot), fields


def gsm_text(octets):
    codes = iter(octets)
    return "".join(EXTENSION[next(codes)] if code == 0x1B else CHARACTERS[code] for code in codes)


def unpacked(address):
    """The characters of an alphanumeric address: the number of semi-octets, then septets, the low bits first."""
    octets = bytes.fromhex(address)
    bits = int.from_bytes(octets[1:], "little")
    return gsm_text(bits >> 7 * index & 0x7F for index in range(octets[0] * 4 // 7))


def services(xser):
    octets = bytes.fromhex(xser)
    found = {}
    while octets:
        found[octets[0]] = octets[2 : 2 + octets[1]]
        octets = octets[2 + octets[1] :]
    return found


def content(fields):
    """What a submitted message says, as the events tell it."""
    extra = services(fields[XSER])
    dcs = extra.get(2, b"\0")[0]
    octets = b"" if fields[MT] == "2" else bytes.fromhex(fields[MSG])
    if fields[MT] == "4" and int(fields[NB]) != 8 * len(octets):
        raise ValueError(f"NB is {fields[NB]}, there are {len(octets)} octets")
    text = None
    if fields[MT] == "2":
        text = fields[MSG]
    elif fields[MT] == "3":
        text = gsm_text(octets)
    elif dcs & 0b1100 == 0b1000:
        text = octets.decode("utf-16-be")
    return {
        "from": unpacked(fields[OADC]) if fields[OTOA] == "5039" else fields[OADC],
        "to": fields[ADC],
        "otoa": fields[OTOA],
        "mt": fields[MT],
        "mcls": fields[MCLS],
        "dcs": dcs,
        "udh": extra.get(1, b"").hex(),
        "data_hex": octets.hex(),
        "text": text,
    }


def misplaced(mode, trn):
    """What comes before the result in this mode: refusals that are not to be taken for it, and noise."""
    refusal = ("N", "02", "not this one")
    wrong = frame(trn, "R", 51, *refusal)
    before = {
        "wrong-ot": frame(trn, "R", 52, *refusal),
        "wrong-trn": frame((trn + 50) % 100, "R", 51, *refusal),
        "bad-checksum": wrong[:-3] + b"%02X" % (int(wrong[-3:-1], 16) ^ 1) + ETX,
        "bad-length": sealed(wrong[1:-3].replace(b"/000", b"/001", 1)),
        "junk": b"\r\n\0\xFF\x03" + wrong[:20],
    }
    return before.get(mode, b"")


class Centre:
    def __init__(self, user, password, mode, number):
        self.user, self.password = user, password
        self.mode, self.number = mode, number
        self.submits = count(1)
        self.seconds = count()

    def stamp(self):
        """A time that no other message has."""
        time = datetime.now() + timedelta(seconds=next(self.seconds))
        return time.strftime("%d%m%y%H%M%S")

    async def serve(self, reader, writer):
        await Session(self, reader, writer).run()


class Session:
    def __init__(self, centre, reader, writer):
        self.centre, self.reader, self.writer = centre, reader, writer
        self.is_open = not centre.user
        self.trns = count()
        self.waiting = {}  # (TRN, OT) of an operation of ours -> future of the fields of its result
        self.answering = set()  # (TRN, OT) of the client's operations without a result
        self.tasks = set()
        self.sending = asyncio.Lock()

    async def run(self):
        try:
            while True:
                octets = await self.reader.readuntil(ETX)
                before, _, octets = octets[:-1].rpartition(STX)
                if before:
                    report("error", message="octets between frames", hex=before.hex())
                try:
                    await self.take(*parsed(octets))
                except ValueError as error:
                    report("error", message=str(error), hex=octets.hex())
        except (asyncio.IncompleteReadError, ConnectionError):
            report("disconnect")
        finally:
            for task in self.tasks:
                task.cancel()
            self.writer.close()

    def spawn(self, work):
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    async def take(self, trn, kind, ot, fields):
        if kind == "R":
            ack, *rest = fields
            negative = {"ec": rest[0]} if ack == "N" else {}
            report("result", trn=trn, ot=ot, ack=ack, sm=rest[-1], **negative)
            waiter = self.waiting.get((trn, ot))
            if waiter is None or waiter.done():
                report("error", message=f"result of nothing: {trn:02} {ot:02}", hex="")
            else:
                waiter.set_result(fields)
            return
        if any(trn == other for other, _ in self.answering):
            report("error", message=f"TRN {trn:02} is in use", hex="")
        self.answering.add((trn, ot))
        if ot == 60:
            await self.log_in(trn, fields)
        elif not self.is_open:
            report("error", message=f"{ot:02} before the login", hex="")
            await self.answer(trn, ot, "N", "04", "")
        elif ot == 31:
            report("alert", address=fields[0], pid=fields[1])
            await self.answer(trn, ot, "A", "0000")
        elif ot == 51:
            await self.submit(trn, fields)
        else:
            report("error", message=f"operation {ot:02}", hex="")
            await self.answer(trn, ot, "N", "03", "")

    async def log_in(self, trn, fields):
        user, oton, onpi, styp, pwd, _, vers, *_ = fields
        is_right = (user, bytes.fromhex(pwd).decode("ascii")) == (self.centre.user, self.centre.password)
        report("login", user=user, oton=oton, onpi=onpi, styp=styp, vers=vers, ok=is_right)
        if self.centre.mode == "mute":
            return
        if not is_right:
            await self.answer(trn, 60, "N", "07", "authentication failure")
            return
        self.is_open = True
        await self.answer(trn, 60, "A", "")

    async def submit(self, trn, fields):
        mode, number = self.centre.mode, self.centre.number
        is_hit = next(self.centre.submits) % number == 0
        stamp = self.centre.stamp()
        key = f"{fields[ADC]}:{stamp}"
        statuses = {"nack": "24", "lost": None, "drop": None} if is_hit else {}
        status = statuses.get(mode, "00")
        report(
            "submit",
            trn=trn,
            id=key,
            **content(fields),
            nrq=fields[NRQ],
            nt=fields[NT],
            vp=fields[VP],
            status=status,
            pending=len(self.answering),
        )
        if status == "24":
            await self.answer(trn, 51, "N", status, "message too long")
        elif status is None and mode == "drop":
            self.writer.close()
        else:
            self.spawn(self.accept(trn, key, fields, status is None))

    async def accept(self, trn, key, fields, is_lost):
        mode = self.centre.mode
        if mode == "slow":
            await asyncio.sleep(self.centre.number / 1000)
        delivered = self.receipt(key, fields, "0", "000")
        receipts = [delivered] if fields[NRQ] == "1" else []
        result = frame(trn, "R", 51, "A", "", key)
        self.answering.discard((trn, 51))
        if mode in ("together", "bytewise"):
            greeting = self.sms("306912345678", "3", "", "48690D", {})
            # The client leaves when it has the receipt.
            operations = [self.operation(*it) for it in (self.alert(), greeting, *receipts)]
            await self.send(result + b"".join(octets for octets, _ in operations))
            for _, answered in operations:
                await answered
            return
        if not is_lost:
            await self.send(misplaced(mode, trn) + result * (2 if mode == "duplicate" else 1))
        if mode == "delivers":
            await self.deliver()
        if mode == "undelivered":
            receipts = [self.receipt(key, fields, "1", "108"), self.receipt(key, fields, "2", "107")]
        for receipt in receipts:
            await self.operate(*receipt)

    async def deliver(self):
        """What subscribers send, in each form that there is."""
        number, name = "306912345678", "0D61F1985C369F01"
        await self.operate(*self.sms(number, "3", "", "48656C6C6F001B65", {OTOA: "1139"}))
        await self.operate(*self.sms(name, "3", "", "48656C6C6F", {OTOA: "5039"}))
        await self.operate(*self.sms(number, "4", "0032", "041F0440", {XSER: "020108"}))
        await self.operate(*self.sms(number, "4", "24", "F5AA34", {XSER: "0106050003AA0201"}))
        await self.operate(*self.sms(number, "2", "", "123456", {}))
        await self.operate(1, [self.centre.user, number, "", "3", "4869"])
        await self.operate(*self.alert())
        # Of no message that there was.
        fields = {ADC: "1", OADC: "2", SCTS: "010100000000", DST: "0", RSN: "000", DSCTS: "010100000001"}
        await self.operate(53, series_50(fields))
        # Of no layout that there is.
        await self.operate(59, series_50({ADC: "1"}))
        report("delivered")

    def sms(self, sender, mt, nb, octets, more):
        fields = {ADC: self.centre.user, OADC: sender, SCTS: self.centre.stamp(), MT: mt, NB: nb, MSG: octets, **more}
        return 52, series_50(fields)

    def alert(self):
        return 31, [self.centre.user, "0539"]

    def receipt(self, key, submit, dst, rsn):
        stamp = key.rpartition(":")[2]
        said = {"0": "delivered", "1": "buffered", "2": "not delivered"}[dst]
        text = f"Message for {submit[ADC]}, with identification {stamp} has been {said}"
        fields = {
            ADC: submit[OADC],
            OADC: submit[ADC],
            SCTS: stamp,
            DST: dst,
            RSN: rsn,
            DSCTS: stamp,
            MT: "3",
            MSG: text.encode("ascii").hex().upper(),
        }
        return 53, series_50(fields)

    def operation(self, ot, fields):
        """A frame, and what waits for its result."""
        trn = next(self.trns) % 100
        self.waiting[trn, ot] = waiter = asyncio.get_running_loop().create_future()

        async def result():
            try:
                await asyncio.wait_for(waiter, RESULT_TIMER)
            except asyncio.TimeoutError:
                report("unanswered", trn=trn, ot=ot)

        return frame(trn, "O", ot, *fields), result()

    async def operate(self, ot, fields):
        octets, result = self.operation(ot, fields)
        await self.send(octets)
        await result

    async def answer(self, trn, ot, *fields):
        self.answering.discard((trn, ot))
        await self.send(frame(trn, "R", ot, *fields))

    async def send(self, octets):
        step = 1 if self.centre.mode == "bytewise" else len(octets)
        async with self.sending:
            for start in range(0, len(octets), step):
                self.writer.write(octets[start : start + step])
                await self.writer.drain()
                await asyncio.sleep(0)


async def main():
    user, password, port, *more = sys.argv[1:]
    mode, number = [*more, *["good", "1"][len(more) :]]
    centre = Centre(user, password, mode, int(number))
    server = await asyncio.start_server(centre.serve, "127.0.0.1", int(port))
    report("ready")
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
