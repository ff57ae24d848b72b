//! The vectors and what several test files do with them.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

use bytes::BytesMut;
use serde_json::Value as Json;
use smsgw_ucp::{Deframer, Frame, FrameError, Quirks};

pub(crate) const FRAMES: &str = include_str!("../vectors/frames.jsonl");
pub(crate) const FIELD: &str = include_str!("../vectors/field.jsonl");
pub(crate) const MALFORMED: &str = include_str!("../vectors/malformed.jsonl");
pub(crate) const STREAMS: &str = include_str!("../vectors/streams.jsonl");

pub(crate) fn lines(file: &str) -> Vec<Json> {
    file.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The line called `id`.
pub(crate) fn line(file: &str, id: &str) -> Json {
    lines(file)
        .into_iter()
        .find(|line| line["id"] == id)
        .unwrap()
}

pub(crate) fn octets(vector: &Json) -> Vec<u8> {
    unhex(vector["frame_hex"].as_str().unwrap())
}

pub(crate) fn frame(vector: &Json) -> Frame {
    Frame::copy_from(&octets(vector)).unwrap()
}

pub(crate) fn unhex(hex: &str) -> Vec<u8> {
    let (pairs, odd) = hex.as_bytes().as_chunks::<2>();
    assert!(odd.is_empty(), "{hex}");
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

pub(crate) fn hex(octets: impl IntoIterator<Item = u8>) -> String {
    octets
        .into_iter()
        .map(|octet| format!("{octet:02X}"))
        .collect()
}

/// A frame of what stands between STX and the checksum: `00/00019/R/60/A//`.
pub(crate) fn framed(inner: &str) -> Vec<u8> {
    let sum = inner.bytes().fold(0, u8::wrapping_add);
    format!("\x02{inner}{sum:02X}\x03").into_bytes()
}

/// LEN and the checksum of a frame are as they have to be; computed without the crate.
pub(crate) fn check_written(octets: &[u8]) {
    let inner = &octets[1..octets.len() - 1];
    assert_eq!((octets[0], octets[octets.len() - 1]), (2, 3));
    let len: usize = str::from_utf8(&inner[3..8]).unwrap().parse().unwrap();
    assert_eq!(len, inner.len());
    let (summed, chk) = inner.split_at(inner.len() - 2);
    let sum = summed.iter().map(|&octet| u32::from(octet)).sum::<u32>() % 256;
    assert_eq!(str::from_utf8(chk).unwrap(), format!("{sum:02X}"));
}

pub(crate) type Item = Result<Frame, FrameError>;

/// What comes out of a stream that arrives in these pieces, and what is left of it.
pub(crate) fn items_of(pieces: &[&[u8]], max_len: u32) -> (Vec<Item>, BytesMut) {
    let mut deframer = Deframer::new(max_len, Quirks::LENIENT);
    let mut buffer = BytesMut::new();
    let mut items = Vec::new();
    for piece in pieces {
        buffer.extend_from_slice(piece);
        while let Some(item) = deframer.next(&mut buffer) {
            items.push(item);
        }
    }
    (items, buffer)
}
