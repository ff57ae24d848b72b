//! Reading a TPDU allocates nothing, nor does writing it into a buffer that has room.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::hint::black_box;

use smsgw_gsm::Quirks;
use smsgw_gsm::tpdu::{Context, Direction, ModemPdu, ReportKind, Tpdu};

#[test]
fn no_allocation_without_text() {
    let files = [
        include_str!("vectors/tpdu.jsonl"),
        include_str!("vectors/malformed.jsonl"),
        include_str!("vectors/quirks.jsonl"),
    ];
    let mut out = Vec::with_capacity(200);
    let mut read = 0;
    for line in files.into_iter().flat_map(str::lines) {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        let (pairs, _) = vector["hex"].as_str().unwrap().as_bytes().as_chunks::<2>();
        let octets: Vec<u8> = pairs
            .iter()
            .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
            .collect();
        let direction = match vector["direction"].as_str().unwrap() {
            "sc-to-ms" => Direction::ScToMs,
            _ => Direction::MsToSc,
        };
        for report in [ReportKind::Ack, ReportKind::Error] {
            let context = Context::new(direction, report);
            let counted = allocation_counter::measure(|| {
                for quirks in [Quirks::STRICT, Quirks::LENIENT] {
                    let pdu = ModemPdu::decode_with(&octets, context, &quirks);
                    let tpdu = Tpdu::decode_with(&octets, context, &quirks);
                    let tpdu = tpdu.map(|decoded| decoded.pdu);
                    for tpdu in pdu.map(|decoded| decoded.pdu.tpdu).into_iter().chain(tpdu) {
                        out.clear();
                        tpdu.write(&mut out);
                        read += 1;
                        let header = tpdu.user_data().and_then(|data| data.header());
                        black_box(header.map(|header| (header.concat(), header.tables())));
                        black_box(tpdu.address().map(|address| address.digits().count()));
                    }
                }
            });
            assert_eq!(counted.count_total, 0, "{}", vector["id"]);
        }
    }
    assert!(read > 1000);
}
