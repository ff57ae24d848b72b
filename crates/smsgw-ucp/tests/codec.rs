//! Frames in and out of a tokio stream: `codec`, feature `tokio`.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod common;

use bytes::BytesMut;
use common::{FRAMES, frame, lines};
use smsgw_ucp::codec::UcpCodec;
use smsgw_ucp::{Deframer, Frame, FrameErrorKind, Quirks};
use tokio_util::codec::{Decoder as _, Encoder as _};

const ALERT: &[u8] = b"\x0200/00026/O/31/1234/0539/C0\x03";

#[test]
fn what_was_written_is_read_in_any_pieces() {
    let frames: Vec<_> = lines(FRAMES).iter().map(frame).collect();
    let mut stream = BytesMut::new();
    let mut codec = UcpCodec::default();
    for frame in &frames {
        codec.encode(frame.clone(), &mut stream).unwrap();
    }
    for size in [1, 2, 63, 4_096, stream.len()] {
        let mut codec = UcpCodec::default();
        let mut buffer = BytesMut::new();
        let mut read = Vec::new();
        for piece in stream.chunks(size) {
            buffer.extend_from_slice(piece);
            while let Some(item) = codec.decode(&mut buffer).unwrap() {
                read.push(item.unwrap());
            }
        }
        assert_eq!(read, frames, "pieces of {size}");
        assert_eq!(codec.decode_eof(&mut buffer).unwrap(), None);
    }
}

#[test]
fn a_bad_frame_is_an_item() {
    let mut codec = UcpCodec::new(Deframer::new(40, Quirks::STRICT));
    let mut stream = BytesMut::from(ALERT);
    stream.extend_from_slice(b"\x0200/00026/O/31/1234/0539/c0\x03");
    stream.extend_from_slice(b"\x02lost");
    stream.extend_from_slice(b"\x02");
    stream.extend_from_slice(&[b'A'; 100]);
    stream.extend_from_slice(ALERT);
    let mut kinds = Vec::new();
    while let Some(item) = codec.decode(&mut stream).unwrap() {
        kinds.push(item.map(|_| ()).map_err(|error| error.kind()));
    }
    let too_long = FrameErrorKind::TooLong { max: 40 };
    assert_eq!(
        kinds,
        [
            Ok(()),
            Err(FrameErrorKind::ChecksumSyntax),
            Err(FrameErrorKind::NoEtx),
            Err(too_long),
            Ok(())
        ]
    );
}

#[test]
fn a_stream_that_ends_inside_a_frame() {
    for cut in 0..=ALERT.len() {
        let mut codec = UcpCodec::default();
        let mut buffer = BytesMut::from(ALERT);
        buffer.extend_from_slice(ALERT.split_at(cut).0);
        let mut items = Vec::new();
        while let Some(item) = codec.decode_eof(&mut buffer).unwrap() {
            items.push(item.map_err(|error| error.kind()));
        }
        let alert = || Frame::copy_from(ALERT).map_err(|error| error.kind());
        let mut expect = vec![alert()];
        match cut {
            0 => {}
            _ if cut == ALERT.len() => expect.push(alert()),
            _ => expect.push(Err(FrameErrorKind::NoEtx)),
        }
        assert_eq!(items, expect, "cut at {cut}");
        assert!(buffer.is_empty());
    }
}

#[test]
fn an_error_becomes_one_of_io() {
    let error = Frame::copy_from(b"00").unwrap_err();
    let io = std::io::Error::from(error);
    assert_eq!(io.kind(), std::io::ErrorKind::InvalidData);
    assert_eq!(io.to_string(), error.to_string());
}
