#!/usr/bin/env python3
"""Makes the first seeds of the gsm targets from the vectors: gsm_seeds.py VECTORS OUT

VECTORS is crates/smsgw-gsm/tests/vectors; OUT/TARGET gets one file for each seed. Those that reach something new, and
what longer runs found, are kept: cargo fuzz run TARGET fuzz/seeds/TARGET CORPUS OUT/TARGET -- -set_cover_merge=1 -use_counters=0
"""

import hashlib
import json
import pathlib
import sys

vectors, out = map(pathlib.Path, sys.argv[1:])


def lines(name):
    return map(json.loads, (vectors / f"{name}.jsonl").read_text().splitlines())


def seed(target, octets):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(octets).hexdigest()).write_bytes(octets)


for vector in lines("alphabet"):
    packed = bytes.fromhex(vector["packed"])
    seed("gsm_septets", bytes([vector["fill_bits"], vector["count"]]) + packed)
    tables = bytes([vector["locking"], vector["single"]])
    seed("gsm_alphabet", tables + bytes.fromhex(vector["septets"]))
    seed("gsm_alphabet", tables + vector["text"].encode())

# The options, no elements, the tables for transliteration; the text once.
for vector in lines("segmentation"):
    for start in [
        b"\0\0\0\0\x2a\0\0\0\0",
        b"\0\x0e\0\1\0\x2a\0\0\0\0",
        b"\1\1\0\0\0\0\1\1\0",
        b"\2\0\1\0\0\x04\x70\0\x71\0\0\0\0",
        b"\3\0\1\0\0\0\0\0\0",
    ]:
        seed("gsm_segment", start + vector["text"].encode())

for vector in lines("cbs"):
    seed("gsm_cbs", bytes.fromhex(vector["hex"]))
# A number to count backwards by, a language, a serial number, a data coding; then the text.
for vector in lines("alphabet"):
    for coding in [b"\x01", b"\x0f", b"\x10", b"\x11", b"\x44", b"\x48"]:
        seed("gsm_cbs", b"\1en\x40\x10" + coding + vector["text"].encode())

# Direction, what a report travels in, and whether the service centre's address stands in front.
for name in ["tpdu", "quirks", "malformed"]:
    for vector in lines(name):
        choices = [vector["direction"] == "ms-to-sc", vector.get("report_is_error", False), vector["has_smsc"]]
        try:
            octets = bytes.fromhex(vector["hex"])
        except ValueError:
            # Wrong as hex already.
            continue
        seed("gsm_tpdu", bytes(choices) + octets)
        for element in (vector["expect"] if name == "tpdu" else {}).get("udh", []):
            data = bytes.fromhex(element["hex"])
            element = bytes([element["iei"], len(data)]) + data
            seed("gsm_udh", bytes([len(element)]) + element)

# The parts of a message, and strangers among them; 60 seconds.
start = bytes([8, 16, 255, 4, 60])
for total in range(2, 6):
    for tie in range(3):
        parts = [bytes([5, total, number, tie, 1, 7, 140]) for number in range(1, total + 1)]
        for order in [parts, parts[::-1], parts[:1] + parts, parts * 2, parts[1:] + [b"\1\x3d", b"\2"] + parts]:
            seed("gsm_reassembly", start + b"".join(order))
