//! Every well-formed PDU of the vectors: read as expected, written back octet for octet, however
//! it arrives.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use std::collections::BTreeSet;

use bytes::BytesMut;
use common::{WELLFORMED, frame, lines, octets, to_json};
use serde_json::Value as Json;
use smsgw_smpp::{CommandId, Frame, Pdu, Quirks};

const MAX_LEN: u32 = Frame::DEFAULT_MAX_LEN;

/// What a line expects, without the remarks.
fn expect(vector: &Json) -> Json {
    let mut expect = vector["expect"].clone();
    expect.as_object_mut().unwrap().remove("note");
    expect
}

#[test]
fn read_as_expected_and_written_back() {
    let vectors = lines(WELLFORMED);
    assert_eq!(vectors.len(), 79);
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        let frame = frame(vector);
        let decoded = frame.pdu_with(&Quirks::LENIENT).unwrap();
        let pdu = decoded.pdu;
        // The one oddity among the valid forms, and the only one strict reading refuses.
        let is_odd = id.starts_with("deliver-receipt-id-no-nul");
        assert_eq!(decoded.tolerated.is_empty(), !is_odd, "{id}");
        assert_eq!(frame.pdu_with(&Quirks::STRICT).is_ok(), !is_odd, "{id}");
        assert_eq!(to_json(&frame, &pdu), expect(vector), "{id}");
        assert_eq!(frame.pdu(), Ok(pdu), "{id}");
        assert_eq!(pdu.tlvs().trailing(), b"", "{id}");

        let mut out = BytesMut::new();
        pdu.encode(frame.command_status(), frame.sequence_number(), &mut out);
        assert_eq!(out, frame.octets(), "{id}");
    }
}

/// The vectors are a sample; the rest of the table is read and written here, once each.
#[test]
fn every_command_of_the_table_comes_back() {
    let mut commands: BTreeSet<CommandId> = CommandId::ALL.iter().copied().collect();
    for vector in lines(WELLFORMED) {
        commands.remove(&frame(&vector).command_id());
    }
    for command_id in commands {
        // Zeros are a valid body of any command: empty strings, empty lists and nulls.
        let (frame, len) = (0..32)
            .find_map(|len| {
                let mut octets = vec![0; 16 + len];
                octets[3] = 16 + u8::try_from(len).unwrap();
                octets[4..8].copy_from_slice(&command_id.0.to_be_bytes());
                let frame = Frame::copy_from(&octets).unwrap();
                let is_body = frame
                    .pdu_with(&Quirks::STRICT)
                    .is_ok_and(|read| !matches!(read.pdu, Pdu::Bare(_)));
                is_body.then_some((frame, len))
            })
            .unwrap();
        let pdu = frame.pdu().unwrap();
        let mut out = BytesMut::new();
        pdu.encode(frame.command_status(), frame.sequence_number(), &mut out);
        assert_eq!(pdu.command_id(), command_id);
        assert_eq!(out, frame.octets(), "{command_id} of {len} octets");
    }
}

#[test]
fn one_octet_at_a_time() {
    for vector in lines(WELLFORMED) {
        let whole = octets(&vector);
        let mut buffer = BytesMut::new();
        for &octet in &whole {
            assert_eq!(Frame::split_from(&mut buffer, MAX_LEN), Ok(None));
            buffer.extend_from_slice(&[octet]);
        }
        let frame = Frame::split_from(&mut buffer, MAX_LEN).unwrap().unwrap();
        assert_eq!(frame.octets(), &whole, "{}", vector["id"]);
        assert!(buffer.is_empty());
    }
}

#[test]
fn all_in_one_stream() {
    let vectors = lines(WELLFORMED);
    let mut buffer = BytesMut::new();
    for vector in &vectors {
        buffer.extend_from_slice(&octets(vector));
    }
    let mut written = BytesMut::new();
    let stream = buffer.clone();
    for vector in &vectors {
        let frame = Frame::split_from(&mut buffer, MAX_LEN).unwrap().unwrap();
        let pdu = frame.pdu().unwrap();
        assert_eq!(to_json(&frame, &pdu), expect(vector), "{}", vector["id"]);
        pdu.encode(
            frame.command_status(),
            frame.sequence_number(),
            &mut written,
        );
    }
    assert_eq!(Frame::split_from(&mut buffer, MAX_LEN), Ok(None));
    assert_eq!(written, stream);
}
