#!/bin/sh
# Instructions a PDU for each case and crate: instructions.sh [CASE], counted by valgrind.
set -eu
cd "$(dirname "$0")"
cargo build --release --quiet
target/release/rounds | grep "^${1:-}" | while IFS='	' read -r name subject pdus; do
    rounds=$((10000 / pdus))
    count=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null --toggle-collect='*smsgw_benches::measured*' \
        target/release/rounds "$name" "$subject" "$rounds" 2>&1 | sed -n 's/.*Collected : //p')
    printf '%s\t%s\t%s\n' "$name" "$subject" $((count / rounds / pdus))
done
