#!/usr/bin/env python3
"""Makes the first seeds of the at targets from the vectors: at_seeds.py VECTORS OUT

VECTORS is crates/smsgw-at/tests/vectors; OUT/TARGET gets one file for each seed. Those that reach something new, and
what longer runs found, are kept: cargo fuzz run TARGET fuzz/seeds/TARGET CORPUS OUT/TARGET -- -set_cover_merge=1 -use_counters=0
"""

import hashlib
import json
import pathlib
import sys

vectors, out = map(pathlib.Path, sys.argv[1:])

# In the order of fuzz/src/at.rs.
KNOWN = ["PDU", "TEXT", "ESC", None]


def seed(target, octets):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)


def flight(cmd):
    if cmd is None:
        return b"\0"
    if cmd in KNOWN:
        return bytes([KNOWN.index(cmd) + 1])
    return bytes([4, len(cmd)]) + cmd.encode()


# Lengths of pieces; three times what is in flight and what the modem says, or the rest.
def line(vectors):
    steps = b""
    for vector in vectors[:-1]:
        octets = bytes.fromhex("".join(vector["chunks"]))[:255]
        steps += flight(vector["cmd"]) + bytes([len(octets)]) + octets
    last = bytes.fromhex("".join(vectors[-1]["chunks"]))
    steps += flight(vectors[-1]["cmd"]) + b"\0" + last
    seed("at_line", b"\0\3\21" + steps)


nothing = {"cmd": None, "chunks": []}
cases = [json.loads(case) for case in (vectors / "parse.jsonl").read_text().splitlines()]
for i, case in enumerate(cases):
    line([nothing, nothing, case])
    line([case, cases[i - 7], cases[i - 23]])
everything = "".join(chunk for case in cases for chunk in case["chunks"])
for cmd in [None, "AT+CMGS=23", "ATI"]:
    line([nothing, nothing, {"cmd": cmd, "chunks": [everything]}])
