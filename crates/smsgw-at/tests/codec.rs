//! A modem's port as a tokio stream: `codec`, feature `tokio`.

#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use bytes::BytesMut;
use smsgw_at::ValueError;
use smsgw_at::codec::{AtCodec, Request};
use smsgw_at::line::{Event, InFlight, Urc};
use smsgw_at::result::FinalResult;
use tokio_util::codec::{Decoder as _, Encoder as _};

/// What is said, and in flight from then on.
fn written(codec: &mut AtCodec, request: Request<'_>) -> BytesMut {
    let mut out = BytesMut::new();
    codec.encode(request, &mut out).unwrap();
    out
}

fn read(codec: &mut AtCodec, octets: &str) -> Vec<Event> {
    let mut octets = BytesMut::from(octets);
    let mut events = Vec::new();
    while let Some(event) = codec.decode(&mut octets).unwrap() {
        events.push(event);
    }
    assert!(octets.is_empty());
    events
}

#[test]
fn what_is_written_is_in_flight() {
    let mut codec = AtCodec::default();
    assert_eq!(
        written(&mut codec, Request::Command("AT+CMGS=2")),
        "AT+CMGS=2\r"
    );
    assert_eq!(read(&mut codec, "\r\n>"), [Event::Prompt]);
    assert_eq!(written(&mut codec, Request::Pdu(&[0x00, 0xAF])), "00AF\x1A");
    let answer = [
        Event::Echo("00AF".into()),
        Event::Line("+CMGS: 7".into()),
        Event::Final(FinalResult::Ok),
        Event::Urc(Urc::from("OK")),
    ];
    assert_eq!(
        read(&mut codec, " 00AF\x1A\r\n+CMGS: 7\r\n\r\nOK\r\nOK\r\n"),
        answer
    );
    assert_eq!(written(&mut codec, Request::Text(b"hi")), "hi\x1A");
    assert_eq!(
        read(&mut codec, "> \r\nERROR\r\n"),
        [Event::Final(FinalResult::Error(None))]
    );
    assert_eq!(written(&mut codec, Request::Escape), "\x1B");
    assert_eq!(read(&mut codec, "OK\r\n"), [Event::Final(FinalResult::Ok)]);
    codec.expect(InFlight::Command("AT"));
    assert_eq!(read(&mut codec, "OK\r\n"), [Event::Final(FinalResult::Ok)]);
}

#[test]
fn what_would_end_a_command_is_not_written() {
    let mut codec = AtCodec::default();
    for (request, character, offset) in [
        (Request::Command("AT+CSCA=\"1\r\nATD1;\""), '\r', 10),
        (Request::Command("AT\u{1A}"), '\u{1A}', 2),
        (Request::Text(b"hi\x1B"), '\u{1B}', 2),
        (Request::Text(b"\x1Ahi"), '\u{1A}', 0),
    ] {
        let mut out = BytesMut::new();
        let error = codec.encode(request, &mut out).unwrap_err();
        let error = error.get_ref().unwrap().downcast_ref::<ValueError>();
        assert_eq!(error, Some(&ValueError::Character { character, offset }));
        assert!(out.is_empty());
    }
    // And is not in flight.
    assert_eq!(read(&mut codec, "OK\r\n"), [Event::Urc(Urc::from("OK"))]);
}

#[test]
fn the_end_of_the_stream_releases_what_is_held() {
    let mut codec = AtCodec::default();
    let mut octets = BytesMut::from("+CUSD: 0,\"a\r\nb");
    let mut events = Vec::new();
    while let Some(event) = codec.decode_eof(&mut octets).unwrap() {
        events.push(event);
    }
    let expected = ["+CUSD: 0,\"a", "b"].map(|line| Event::Urc(Urc::from(line)));
    assert_eq!(events, expected);
}
