//! Frames in streams: `vectors/streams.jsonl`, and that pieces do not matter.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use bytes::BytesMut;
use common::{FRAMES, Item, MALFORMED, STREAMS, hex, items_of, lines, octets, unhex};
use serde_json::{Value as Json, json};
use smsgw_ucp::op::{MultipleAddressCallInput, Op as _, Seq};
use smsgw_ucp::types::{Address, AuthenticationCode, HexBuf, Second, ShortContent};
use smsgw_ucp::{
    Answer, Deframer, Frame, FrameErrorKind, FrameRef, MessageKey, OperationType, Quirks,
    SystemMessage, Trn,
};

const MAX_LEN: u32 = Frame::DEFAULT_MAX_LEN;

/// `02 41*70000` is one STX and 0x41 70000 times.
fn chunk(text: &str) -> Vec<u8> {
    text.split_ascii_whitespace()
        .flat_map(|part| match part.split_once('*') {
            Some((octets, times)) => unhex(octets).repeat(times.parse().unwrap()),
            None => unhex(part),
        })
        .collect()
}

fn to_json(item: &Item) -> Json {
    match item {
        Ok(frame) => json!({ "frame": hex(frame.octets().to_vec()).to_lowercase() }),
        Err(error) => json!({ "error": error.kind().name() }),
    }
}

fn pieces<'s>(stream: &'s [u8], cuts: &[usize]) -> Vec<&'s [u8]> {
    let mut rest = stream;
    let mut taken = 0;
    let mut pieces = Vec::new();
    for cut in cuts {
        let (piece, after) = rest.split_at(cut - taken);
        pieces.push(piece);
        (rest, taken) = (after, *cut);
    }
    pieces.push(rest);
    pieces
}

#[test]
fn each_stream_as_it_arrived_and_in_any_two_pieces_and_octet_by_octet() {
    for vector in lines(STREAMS) {
        let id = vector["id"].as_str().unwrap();
        let chunks = vector["chunks_hex"].as_array().unwrap();
        let chunks: Vec<_> = chunks
            .iter()
            .map(|it| chunk(it.as_str().unwrap()))
            .collect();
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        let (items, left) = items_of(&chunks, MAX_LEN);
        let as_json: Json = items.iter().map(to_json).collect();
        assert_eq!(as_json, vector["expect"], "{id}");

        let stream = chunks.concat();
        for cut in 0..=stream.len() {
            let two = items_of(&pieces(&stream, &[cut]), MAX_LEN);
            assert_eq!(two, (items.clone(), left.clone()), "{id}: cut at {cut}");
        }
        let octets: Vec<_> = stream.chunks(1).collect();
        assert_eq!(items_of(&octets, MAX_LEN), (items, left), "{id}");
    }
}

/// All frames of the vectors, good and bad, in one stream with line ends between them.
fn everything() -> Vec<u8> {
    let mut stream = Vec::new();
    for vector in lines(FRAMES).iter().chain(&lines(MALFORMED)) {
        stream.extend(octets(vector));
        stream.extend(b"\r\n");
    }
    stream
}

#[test]
fn every_vector_in_one_stream() {
    let stream = everything();
    let (items, left) = items_of(&[&stream], MAX_LEN);
    assert!(left.is_empty());
    let whole: Vec<_> = lines(FRAMES).iter().map(octets).collect();
    let frames = items.iter().flatten().take(whole.len());
    let frames: Vec<_> = frames.map(|frame| frame.octets().to_vec()).collect();
    assert_eq!(frames, whole);

    let octets: Vec<_> = stream.chunks(1).collect();
    assert_eq!(items_of(&octets, MAX_LEN), (items.clone(), left));

    // The same from octets that stay where they are, and without a memory of what was seen.
    let mut rest = &stream[..];
    let borrowed = core::iter::from_fn(|| FrameRef::split_from(&mut rest, MAX_LEN));
    let borrowed: Vec<Item> = borrowed
        .map(|item| item.map(|frame| frame.to_frame()))
        .collect();
    assert_eq!(borrowed, items);
    assert_eq!(rest, b"");
    let mut buffer = BytesMut::from(&stream[..]);
    let again = core::iter::from_fn(|| Frame::split_from(&mut buffer, MAX_LEN));
    assert!(again.eq(items));
    assert!(buffer.is_empty());
}

#[test]
fn a_lost_etx_costs_one_frame() {
    let frame = b"\x0200/00019/R/60/A//6D\x03";
    let lost = &frame[..frame.len() - 1];
    let (items, _) = items_of(&[lost, lost, frame, b"\x03\x03junk", frame], MAX_LEN);
    let kinds: Vec<_> = items
        .iter()
        .map(|item| {
            item.as_ref()
                .map_err(|error| (error.kind(), error.offset()))
                .err()
        })
        .collect();
    let no_etx = Some((FrameErrorKind::NoEtx, 20));
    assert_eq!(kinds, [no_etx, no_etx, None, None]);
}

/// However many octets come without ETX, the buffer stays small and there is one error.
#[test]
fn memory_is_bounded_without_etx() {
    const MAX: u32 = 1_000;
    let next = b"\x0200/00019/R/60/A//6D\x03";
    for piece in [1, 7, 4_096, 65_536] {
        let mut deframer = Deframer::new(MAX, Quirks::LENIENT);
        let mut buffer = BytesMut::new();
        let mut items = Vec::new();
        let mut take = |buffer: &mut BytesMut, octets: &[u8]| {
            buffer.extend_from_slice(octets);
            while let Some(item) = deframer.next(buffer) {
                items.push(item.map_err(|error| error.kind()));
            }
            assert!(buffer.len() < 1_000);
        };
        take(&mut buffer, b"\x02");
        let octets = vec![b'A'; piece];
        let mut most = 0;
        for _ in 0..4_000_000 / piece {
            take(&mut buffer, &octets);
            most = most.max(buffer.capacity());
        }
        assert!(
            most <= 4 * (1_000 + piece),
            "{most} octets for pieces of {piece}"
        );
        take(&mut buffer, next);
        let too_long = FrameErrorKind::TooLong { max: MAX };
        let frame = Frame::copy_from(next).map_err(|error| error.kind());
        assert_eq!(items, [Err(too_long), frame]);
    }
}

/// What this crate can write it reads: an OT 02 with the most recipients and its result, and the
/// longest text.
#[test]
fn the_default_limit_lets_through_what_is_written() {
    let numbers = vec![Address::new("0031612345678901").unwrap(); Seq::<Address<'_>>::MAX];
    let hex = HexBuf::encode(&[b'a'; 320]);
    let operation = MultipleAddressCallInput {
        recipients: Seq::new(&numbers).unwrap(),
        oadc: numbers[0],
        ac: AuthenticationCode::new("1234567890123456").unwrap(),
        message: ShortContent::text(hex.as_hex()).unwrap(),
    };
    let keys: Vec<_> = numbers
        .iter()
        .map(|number| MessageKey {
            adc: number.as_str(),
            scts: Second::parse("211126225429").unwrap(),
        })
        .collect();
    let ot = OperationType::MULTIPLE_ADDRESS_CALL_INPUT;
    let text = "x".repeat(SystemMessage::MAX);
    for frame in [
        operation.to_frame(Trn::ZERO),
        Answer::positive(ot, SystemMessage::list(&keys).unwrap()).to_frame(Trn::ZERO),
        Answer::positive(ot, SystemMessage::new(&text).unwrap()).to_frame(Trn::ZERO),
    ] {
        let mut buffer = BytesMut::from(&frame.octets()[..]);
        assert_eq!(Deframer::default().next(&mut buffer), Some(Ok(frame)));
    }
}

/// Frames as long as LEN can say, octet by octet: a reader that began anew with each octet would
/// not be done in hours.
#[test]
fn octet_by_octet_is_linear() {
    let field = "A".repeat(99_982);
    let stream = common::framed(&format!("00/99999/O/01/{field}/")).repeat(20);
    let octets: Vec<_> = stream.chunks(1).collect();
    let (items, left) = items_of(&octets, 100_001);
    assert!(left.is_empty());
    assert!(items.iter().all(Result::is_ok));
    assert_eq!(items.len(), 20);
}
