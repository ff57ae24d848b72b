//! Reading allocates nothing, nor does writing into a buffer that has room.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use std::hint::black_box;

use bytes::BytesMut;
use common::{FRAMES, frame, lines, octets};
use smsgw_ucp::types::{Content, Sender};
use smsgw_ucp::{
    Alphabet, Answer, Deframer, ErrorCode, Frame, MessageKey, Operation, OperationType, Quirks,
    SystemMessage, Trn,
};

#[test]
fn no_allocation_for_a_frame_with_every_field_read() {
    for vector in lines(FRAMES) {
        let frame = frame(&vector);
        let read = allocation_counter::measure(|| {
            for quirks in [&Quirks::LENIENT, &Quirks::STRICT] {
                if frame.is_operation() {
                    black_box(frame.operation_with(quirks).unwrap());
                } else {
                    let answer = frame.answer_with(quirks).unwrap().pdu;
                    black_box(answer.sm().keys().last());
                    black_box(answer.sm().as_octets());
                }
            }
            black_box(frame.operation().is_ok());
            let fields = frame.named_fields();
            black_box(fields.map(|field| field.text.len()).sum::<usize>());
        });
        assert_eq!(read.count_total, 0, "{}", vector["id"]);
    }
}

#[test]
fn no_allocation_for_texts_and_names_where_there_is_room() {
    let mut text = String::with_capacity(1_000);
    for vector in lines(FRAMES) {
        let frame = frame(&vector);
        let Ok(Operation::SubmitShortMessage(submit)) = frame.operation() else {
            continue;
        };
        let read = allocation_counter::measure(|| {
            text.clear();
            if let Sender::Name(name) = submit.oadc.sender(submit.otoa) {
                name.write_to(&mut text);
            }
            if let Content::Text(hex) | Content::Octets { hex, .. } = submit.message.content() {
                for alphabet in [Alphabet::Gsm, Alphabet::Latin1] {
                    alphabet.decode(hex.octets(), &mut text);
                }
            }
            for service in submit.xser {
                black_box(service.data.octets().last());
            }
            black_box((submit.xser.udh(), submit.xser.dcs()));
        });
        assert_eq!(read.count_total, 0, "{}", vector["id"]);
    }
    assert!(!text.is_empty());
}

#[test]
fn no_allocation_for_what_is_written_where_there_is_room() {
    let mut out = BytesMut::with_capacity(10_000);
    let key = MessageKey::parse("00393331234567:211126225429").unwrap();
    for vector in lines(FRAMES) {
        let frame = frame(&vector);
        out.clear();
        let written = allocation_counter::measure(|| {
            match frame.operation() {
                Ok(operation) => operation.encode(frame.trn(), &mut out),
                Err(_) => frame.answer().unwrap().encode(frame.trn(), &mut out),
            }
            let sm = SystemMessage::key(&key).unwrap();
            Answer::positive(OperationType::CALL_INPUT, sm).encode(Trn::ZERO, &mut out);
            let code = ErrorCode::SYNTAX_ERROR;
            Answer::negative(frame.ot(), code, sm).encode(Trn::ZERO, &mut out);
        });
        assert_eq!(written.count_total, 0, "{}", vector["id"]);
        assert!(out.starts_with(frame.octets()));
    }
}

/// A frame shares the read buffer: the first split makes it shared, no later one allocates.
#[test]
fn no_allocation_for_the_frames_of_a_stream() {
    let mut buffer = BytesMut::new();
    for vector in lines(FRAMES) {
        buffer.extend_from_slice(b"\r\n\x02junk\x03");
        buffer.extend_from_slice(&octets(&vector));
    }
    let mut deframer = Deframer::new(Frame::DEFAULT_MAX_LEN, Quirks::LENIENT);
    let mut is_one = || deframer.next(&mut buffer).is_some();
    assert!(is_one() && is_one());
    let frames = allocation_counter::measure(|| while is_one() {});
    assert_eq!(frames.count_total, 0);
}

/// The counter counts.
#[test]
fn the_counter_counts() {
    let one = allocation_counter::measure(|| drop(black_box(Box::new(1))));
    assert_eq!(one.count_total, 1);
}
