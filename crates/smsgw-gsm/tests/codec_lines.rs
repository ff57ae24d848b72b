//! PDU-mode lines in and out of a stream: `codec`, feature `tokio`.

#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use bytes::{Bytes, BytesMut};
use proptest::prelude::*;
use smsgw_gsm::Quirks;
use smsgw_gsm::codec::{LineError, PduFrame, PduLineCodec};
use smsgw_gsm::tpdu::{Context, Direction, ReportKind};
use tokio_util::codec::{Decoder, Encoder};

type Item = Result<Bytes, LineError>;

/// Everything that comes out when octets arrive in these pieces.
fn items(codec: &PduLineCodec, pieces: &[&[u8]]) -> Vec<Item> {
    let mut codec = codec.clone();
    let mut buffer = BytesMut::new();
    let mut items = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(item) = codec.decode(&mut buffer).unwrap() {
            items.push(item.map(|frame| frame.octets().clone()));
        }
    }
    while let Some(item) = codec.decode_eof(&mut buffer).unwrap() {
        items.push(item.map(|frame| frame.octets().clone()));
    }
    assert!(buffer.is_empty());
    items
}

fn codec() -> PduLineCodec {
    PduLineCodec::new(Context::SC_TO_MS)
}

fn octets(octets: &'static [u8]) -> Item {
    Ok(Bytes::from_static(octets))
}

#[test]
fn ends_of_lines_and_blanks() {
    let input = b"\r\n0a\r0B\n0c\r\n\n\r \t \r\n  0D 	\r\n0E";
    let expect = [b"\x0A", b"\x0B", b"\x0C", b"\x0D", b"\x0E"];
    let expect: Vec<Item> = expect.iter().map(|line| octets(*line)).collect();
    assert_eq!(items(&codec(), &[input]), expect);
    assert_eq!(items(&codec(), &[b""]), []);
    assert_eq!(items(&codec(), &[b"\r\n\n  "]), []);
}

#[test]
fn a_bad_line_is_an_item_of_its_own() {
    let input = b"00\n  0x1\n123\n0 0\n\xFF\n01\n";
    let not_hex = |octet, index| Err(LineError::NotHex { octet, index });
    assert_eq!(
        items(&codec(), &[input]),
        [
            octets(b"\x00"),
            not_hex(b'x', 3),
            Err(LineError::OddDigits { had: 3 }),
            not_hex(b' ', 1),
            not_hex(0xFF, 0),
            octets(b"\x01"),
        ]
    );
    let printed = LineError::NotHex {
        octet: 0xFF,
        index: 0,
    };
    assert_eq!(printed.to_string(), "'\\xff' at 0 is no hexadecimal digit");
}

#[test]
fn a_line_that_is_too_long_is_reported_once_and_skipped() {
    let codec = codec().with_max_line_len(4);
    let too_long = || Err(LineError::TooLong { max: 4 });
    assert_eq!(
        items(
            &codec,
            &[b"0000\n00000\n     \n01\n", &[b'0'; 5_000], b"\n02"]
        ),
        [
            octets(b"\0\0"),
            too_long(),
            too_long(),
            octets(b"\x01"),
            too_long(),
            octets(b"\x02")
        ]
    );
    assert_eq!(items(&codec, &[&[b'0'; 5], b"00"]), [too_long()]);
}

#[test]
fn nothing_is_kept_of_a_line_without_an_end() {
    let mut codec = codec().with_max_line_len(100);
    let mut buffer = BytesMut::new();
    let mut errors = 0;
    for _ in 0..1_000 {
        buffer.extend_from_slice(&[b'0'; 100]);
        errors += usize::from(codec.decode(&mut buffer).unwrap().is_some());
        assert!(buffer.len() <= 100);
    }
    assert_eq!(errors, 1);
}

#[test]
fn vectors_as_one_stream() {
    let vectors = support::lines(support::WELLFORMED);
    let mut seen = 0;
    for direction in [Direction::ScToMs, Direction::MsToSc] {
        for report in [ReportKind::Ack, ReportKind::Error] {
            for service_centre in [false, true] {
                let context = Context::new(direction, report);
                let lines: Vec<&str> = vectors
                    .iter()
                    .filter(|vector| support::context(vector) == context)
                    .filter(|vector| vector["has_smsc"] == service_centre)
                    .map(|vector| vector["hex"].as_str().unwrap())
                    .collect();
                let mut codec = PduLineCodec::new(context).with_service_centre(service_centre);
                let mut buffer = BytesMut::from(&*lines.join("\r\n"));
                let mut written = BytesMut::new();
                for line in &lines {
                    let frame = codec.decode_eof(&mut buffer).unwrap().unwrap().unwrap();
                    let decoded = frame.decode_with(&Quirks::LENIENT);
                    let pdu = decoded
                        .unwrap_or_else(|error| panic!("{line}: {error}"))
                        .pdu;
                    assert!(service_centre || pdu.service_centre.is_none());
                    written.clear();
                    codec.encode(&pdu, &mut written).unwrap();
                    assert_eq!(written, format!("{}\r\n", line.to_uppercase()));
                    written.clear();
                    codec.encode(frame.clone(), &mut written).unwrap();
                    assert_eq!(written, format!("{}\r\n", line.to_uppercase()));
                    seen += 1;
                }
                assert!(codec.decode_eof(&mut buffer).unwrap().is_none());
            }
        }
    }
    assert_eq!(seen, vectors.len());
}

#[test]
fn an_error_of_the_tpdu_is_the_frames() {
    let frame = PduFrame::new(Bytes::from_static(b"\0\x04"), Context::SC_TO_MS, true);
    let error = frame.decode().unwrap_err();
    assert_eq!((error.field, error.offset), ("TP-OA", 2));
    let frame = PduFrame::new(Bytes::from_static(b"\x04"), Context::SC_TO_MS, false);
    assert_eq!(frame.decode().unwrap_err().offset, 1);
    assert_eq!(frame.context(), Context::SC_TO_MS);
}

proptest! {
    #[test]
    fn any_pieces_give_the_same_lines(
        input in prop_oneof![
            "([0-9a-fA-F]{0,12}[ x]?(\r|\n|\r\n)){0,20}[0-9a-f]{0,9}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..200),
        ],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        max in 0..14_usize,
    ) {
        let codec = codec().with_max_line_len(max);
        let whole = items(&codec, &[&input]);
        let each: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(&items(&codec, &each), &whole);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(input.len() + 1)).collect();
        cuts.sort_unstable();
        cuts.push(input.len());
        let mut start = 0;
        let pieces: Vec<&[u8]> = cuts
            .into_iter()
            .map(|cut| &input[std::mem::replace(&mut start, cut)..cut])
            .collect();
        prop_assert_eq!(items(&codec, &pieces), whole);
    }

    #[test]
    fn what_is_written_is_read(lines in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 0..10)) {
        let mut codec = codec();
        let mut buffer = BytesMut::new();
        for line in &lines {
            let frame = PduFrame::new(Bytes::copy_from_slice(line), Context::SC_TO_MS, true);
            codec.encode(frame, &mut buffer).unwrap();
        }
        let read = items(&codec, &[&buffer]);
        let expect: Vec<Item> = lines.into_iter().map(|line| Ok(line.into())).collect();
        prop_assert_eq!(read, expect);
    }
}
