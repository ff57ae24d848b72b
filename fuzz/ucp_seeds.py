#!/usr/bin/env python3
"""Makes the first seeds of the ucp targets from the vectors: ucp_seeds.py VECTORS OUT

VECTORS is crates/smsgw-ucp/tests/vectors; OUT/TARGET gets one file for each seed. Those that reach something new, and
what longer runs found, are kept: cargo fuzz run TARGET fuzz/seeds/TARGET CORPUS OUT/TARGET -- -set_cover_merge=1 -use_counters=0
"""

import hashlib
import json
import pathlib
import sys

vectors, out = map(pathlib.Path, sys.argv[1:])

# In the order of the crate's table.
KNOWN = [1, 2, 3, 30, 31, *range(51, 59), 60, 61]


def lines(name):
    return map(json.loads, (vectors / f"{name}.jsonl").read_text().splitlines())


def seed(target, octets):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)


def frame(inner):
    inner = inner.encode("latin-1")
    return b"\x02%s%02X\x03" % (inner, sum(inner) % 256)


# The longest frame, quirks, whether LEN and checksum are mended, and lengths of pieces; then the stream.
def stream(octets):
    for start in [b"\0\0\0", b"\0\1\1", b"\0\2\1", b"\6\0\0", b"\7\2\0"]:
        seed("ucp_frame", start + b"\0\4\17\77" + octets)


# Whether it is a result, which operation, TRN, a zone and eleven quirks, whether fields are filled up, which field is in
# hexadecimal digits; then the fields.
def fields(octets):
    parts = octets[1:-3].split(b"/", 4)
    if len(parts) < 5 or parts[2] not in (b"O", b"R") or not parts[3].isdigit():
        return
    trn, _, kind, ot, fields = parts
    ot = int(ot)
    which = KNOWN.index(ot) if ot in KNOWN else 200 + ot % 56
    for quirks in [b"\0" * 11, b"\1" * 11]:
        choices = bytes([kind == b"R", which, 7]) + b"\0\x3c" + quirks + b"\0\0"
        seed("ucp_operation", choices + fields.removesuffix(b"/"))


for name in ["frames", "malformed"]:
    for vector in lines(name):
        octets = bytes.fromhex(vector["frame_hex"])
        stream(octets)
        fields(octets)
together = b"".join(bytes.fromhex(vector["frame_hex"]) for vector in list(lines("frames"))[:12])
stream(together)
stream(b"\r\n".join([together, together[::-1], together]))
for vector in lines("streams"):
    # `02 41*70000`: so many of one octet.
    octets = b""
    for chunk in vector["chunks_hex"]:
        for word in chunk.split():
            word, _, count = word.partition("*")
            octets += bytes.fromhex(word) * int(count or 1)
    if len(octets) < 4096:
        stream(octets)

# The fields of OT 51 to 58.
NAMES = "AdC OAdC AC NRq NAdC NT NPID LRq LRAd LPID DD DDT VP RPID SCTS Dst Rsn DSCTS MT NB Msg MMS PR DCs MCLs RPI CPg RPLy"
NAMES = f"{NAMES} OTOA HPLMN XSer RES4 RES5".split()
MESSAGE = dict(MT=3, NB="40", Msg="68656C6C6F", MMS=1)
SUBMIT = dict(
    AdC=1, OAdC=2, AC=3, NRq=1, NAdC="1920870340125000", NT=7, NPID="0539", LRq=1, LRAd=4, LPID="0100", DD=1,
    DDT="0602961500", VP="0702961500", RPID="0127", PR=1, MCLs=1, RPI=1, OTOA=1139, XSer="01060500034A0201020108",
)  # fmt: skip


def sm(**values):
    return "/".join(str(values.get(name, "")) for name in NAMES)


# Operations with something in every field they use.
FULL = {
    2: "2/1/2/3/4/3/68656C6C6F",
    3: "1/2/3/2/10/20/1/1/5/1/6/1/7/1/0602961500/2/89123334",
    30: "1/2/3/1/1920870340125000/0539/1/0602961500/0702961500/454D49",
    51: sm(**SUBMIT | MESSAGE),
    52: sm(AdC=1, OAdC="07D2FA9C0E", RPID=64, SCTS="090196113940", DCs=1, RPI=2, OTOA=5039, HPLMN=5, XSer="020108", MT=4, NB=8, Msg="41"),
    53: sm(AdC="07D2FA9C0E", OAdC=2, SCTS="090196113940", Dst=2, Rsn=107, DSCTS="090196113941", HPLMN=5, **MESSAGE),
    54: sm(SCTS="090196113940", **SUBMIT | MESSAGE),
    56: sm(AdC=1, OAdC=2, MT=3, Msg="393630393031313133393434"),
    57: sm(AdC=1, **MESSAGE),
    60: "2147/6/5/3/736563726574/F474FB2D07/0100////39/",
    61: "2147/6/5/1/736563726574/736563726574/0100/1920870340125000/1/1//",
}
for ot, text in FULL.items():
    inner = f"07/{len(text) + 17:05}/O/{ot:02}/{text}/"
    stream(frame(inner))
    fields(frame(inner))
    fields(frame(inner.lower().replace("/o/", "/O/")))

# Every octet as a character, with an escape before it and without.
start = b"\0\5\7" + b"\0\x3c" + b"\1" * 11
plain = bytes(octet for octet in range(128) if octet not in b"\x02\x03/")
escaped = b"".join(b"\x1b%c" % octet for octet in plain)
for text in [plain, escaped, plain + escaped, plain * 4, bytes(range(128, 256))]:
    seed("ucp_operation", start + b"\1\x15" + b"1/2" + b"/" * 17 + b"3//" + text)
for text in ["hello", "ALPHA@NUM", "äöüÄÖÜß§ñÑ", "€[]{}\\~^|", "00393331234567:211126225429", "AdC invalid"]:
    seed("ucp_operation", start + b"\0\0" + text.encode())
# Extra services: each type, alone and after another.
for service in range(0x16):
    for data in ["", "00", "01", "0102", "0500034A0201", "414243"]:
        service_hex = f"{service:02X}{len(data) // 2:02X}{data}"
        for xser in [service_hex, "020108" + service_hex, service_hex * 2]:
            seed("ucp_operation", start + b"\0\0" + b"1/2" + b"/" * 17 + b"3//" + b"/" * 10 + xser.encode() + b"//")

# The life of a session. Its configuration: login, timer of the login, window, unanswered, timer of results, policy,
# reserve, keep-alive, alert, inactivity, answers, limits, quirks, end; then steps.
SME, SMSC = 0, 1


def life(end, *steps, login=0, window=2, policy=0, keep_alive=True, alert=0, result=b"\x20\0", reserve=b"\x20\0"):
    config = bytes([login]) + b"\x7f\0" + bytes([window, 3]) + result + bytes([policy]) + reserve
    config += b"\1\x30\0" if keep_alive else b"\0"
    config += bytes([alert]) + b"\1\x80\0" + b"\1\1" + b"\0\0\0\0" + bytes([end])
    seed("ucp_session", config + b"".join(steps))


def wait(millis):
    return b"\0" + millis.to_bytes(2, "big")


def operation(which, trn=0):
    return bytes([4, which, trn, 9])


def octets(raw):
    return b"\2" + bytes([len(raw)]) + raw + b"\4"


def answered(which=0, how=0):
    return bytes([8, which, how, 9])


def ask(kind):
    return bytes([11, kind, 0, 0, 0])


def answer(which=0, how=7):
    return bytes([13, which, how])


WRITE, LOGIN, ACCEPT, REFUSE = b"\x11", b"\x10", b"\x0f\0", b"\x0f\1"
REPEAT, SPOIL, UNREAD, READ = b"\6\4", b"\7\x14\x41\4", b"\x12\1", b"\x12\0"


def finish(how):
    return bytes([19, how])


for policy in range(5):
    for window in range(6):
        up = dict(policy=policy, window=window)
        submits = [ask(4) for _ in range(5)]
        life(SME, LOGIN, WRITE, answered(), *submits, WRITE, answered(), answered(1, 150), wait(9000), WRITE, login=1, **up)
        life(SME, *submits, WRITE, wait(9000), answered(0), answered(1), wait(60000), WRITE, finish(160), **up)
        life(SME, *submits, wait(60000), *submits, WRITE, wait(60000), answered(), finish(0), wait(9000), WRITE, **up)
        life(SME, wait(12500), ask(4), ask(5), answered(0), WRITE, answered(0), answered(0), **up)
        life(SME, ask(0), *[operation(which, which) for which in range(6)], answer(), REPEAT, answer(), READ, WRITE, **up)
        delivers = [ask(6) for _ in range(5)]
        logged = [operation(0), ACCEPT, WRITE]
        life(SMSC, *logged, *delivers, WRITE, answered(), wait(9000), answered(2), WRITE, login=1, **up)
        several = [operation(which, which) for which in range(8)]
        life(SMSC, *logged, *several, *[answer(0, how) for how in range(8)], READ, WRITE, finish(255), login=1, **up)
        life(SMSC, *several, REPEAT, SPOIL, REPEAT, answer(), UNREAD, operation(1, 5), READ, WRITE, finish(100), **up)
        # More than there are numbers, none of them answered.
        life(SME, *[ask(4) + wait(300) for _ in range(120)], ask(5), WRITE, result=b"\1\0", reserve=b"\xff\xff", **up)
life(SMSC, operation(0), REFUSE, operation(0), ACCEPT, operation(6), answer(), WRITE, login=1)
life(SME, LOGIN, WRITE, answered(0, 120), LOGIN, answered(), wait(20000), WRITE, finish(0), login=1, alert=1)
for vector in lines("malformed"):
    raw = bytes.fromhex(vector["frame_hex"])[:255]
    for end in [SME, SMSC]:
        life(end, octets(raw), operation(3), octets(raw), WRITE)
for inner in ["00/00016/O/31/", "00/00026/R/31/A/0003/", "///31/", "00//O/31/"]:
    for end in [SME, SMSC]:
        life(end, octets(frame(inner) * 3), WRITE, octets(b"\x02" * 20), WRITE)
