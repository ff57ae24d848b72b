//! Reading and writing UCP frames.
//!
//! Reading: from the octets of one frame, STX and ETX included, to every field as a value, and
//! the text, the sender's name and the password as characters. `stream`: from the octets of a
//! connection, frames found first. Writing: from a value, or from a text, to the octets.

use std::hint::black_box;

use bytes::BytesMut;
use smsgw_ucp::op::{
    DeliverNotification, DeliverShortMessage, Op, SessionManagement, SubmitShortMessage,
};
use smsgw_ucp::types::{Content, Hex, HexBuf, Message, PackedName, Sender, XSer};
use smsgw_ucp::{Alphabet, Answer, Deframer, Frame, FrameRef, Operation, Trn};

use crate::ucp_fixtures::{self as fixtures, STREAM_FRAMES};
use crate::{Case, measured, measured_in_batches};

/// All fixtures. There is no other crate to set beside ours.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    read(&mut cases, "ucp/decode_51_100", fixtures::submit());
    read(
        &mut cases,
        "ucp/decode_51_100_plain",
        fixtures::submit_plain(),
    );
    read(&mut cases, "ucp/decode_52_100", fixtures::deliver());
    read(&mut cases, "ucp/decode_53", fixtures::notification());
    read(&mut cases, "ucp/decode_60", fixtures::login());
    read_stream(&mut cases);
    parts(&mut cases);

    write(&mut cases, "ucp/encode_51_100", fixtures::submit());
    write(&mut cases, "ucp/encode_52_100", fixtures::deliver());
    write(&mut cases, "ucp/encode_53", fixtures::notification());
    write(&mut cases, "ucp/encode_60", fixtures::login());
    write_stream(&mut cases);
    write_texts(&mut cases);
    cases
}

/// Characters that are read go here; its memory is used again.
type Text = String;

/// What there is to do with an operation when all of it is wanted.
trait ReadAll<'a>: Op<'a> {
    fn read_all(&self, text: &mut Text);
}

impl<'a> ReadAll<'a> for SubmitShortMessage<'a> {
    fn read_all(&self, text: &mut Text) {
        sender(self.oadc.sender(self.otoa), text);
        message(self.message, text);
        services(self.xser);
    }
}

impl<'a> ReadAll<'a> for DeliverShortMessage<'a> {
    fn read_all(&self, text: &mut Text) {
        sender(self.oadc.sender(self.otoa), text);
        message(self.message, text);
        services(self.xser);
    }
}

impl<'a> ReadAll<'a> for DeliverNotification<'a> {
    fn read_all(&self, text: &mut Text) {
        sender(self.adc.sender_without_otoa(), text);
        message(self.message, text);
        black_box((self.dst.is_final(), self.rsn.reason()));
    }
}

impl<'a> ReadAll<'a> for SessionManagement<'a> {
    fn read_all(&self, text: &mut Text) {
        characters(self.pwd.hex(), text);
        black_box(self.oadc.as_str());
    }
}

fn sender(sender: Sender<'_>, text: &mut Text) {
    text.clear();
    match sender {
        Sender::Name(name) => name.write_to(text),
        Sender::Number(number) | Sender::International(number) => text.push_str(number),
    }
    black_box(&*text);
}

fn message(message: Message<'_>, text: &mut Text) {
    match message.content() {
        Content::Text(hex) => characters(hex, text),
        other => panic!("{other:?}"),
    }
}

fn characters(hex: Hex<'_>, text: &mut Text) {
    text.clear();
    Alphabet::Gsm.decode(hex.octets(), text);
    black_box(&*text);
}

fn services(xser: XSer<'_>) {
    for service in xser {
        black_box(&(service.tt, service.data.octets().last()));
    }
    black_box(&(xser.udh(), xser.dcs()));
}

fn answer(answer: &Answer<'_>) {
    let sm = answer.sm();
    black_box(&(answer.outcome(), answer.mvp(), sm.keys().last()));
}

fn one<'a, T: ReadAll<'a>>(frame: FrameRef<'a>, text: &mut Text) {
    let op = frame.decode::<T>().unwrap();
    op.read_all(text);
    // Not together: that would be a copy more.
    black_box(&op);
    black_box(&frame.trn());
}

fn any(frame: FrameRef<'_>, text: &mut Text) {
    if frame.is_operation() {
        let operation = frame.operation().unwrap();
        match &operation {
            Operation::SubmitShortMessage(op) => op.read_all(text),
            Operation::DeliverShortMessage(op) => op.read_all(text),
            Operation::DeliverNotification(op) => op.read_all(text),
            other => panic!("{other:?}"),
        }
        black_box(&operation);
    } else {
        answer(&frame.answer().unwrap());
    }
    black_box(&frame.trn());
}

/// An operation borrowed from octets, whatever they live.
trait Readable: Op<'static> {
    fn one(frame: FrameRef<'_>, text: &mut Text);
}

macro_rules! readable {
    ($($op:ident)*) => { $(
        impl Readable for $op<'static> {
            fn one(frame: FrameRef<'_>, text: &mut Text) {
                one::<$op<'_>>(frame, text);
            }
        }
    )* };
}

readable! { SubmitShortMessage DeliverShortMessage DeliverNotification SessionManagement }

fn case(
    name: &'static str,
    subject: &'static str,
    frames: usize,
    octets: &[u8],
    run: impl FnMut(u64) -> std::time::Duration + 'static,
) -> Case {
    let each = octets.len() / frames;
    Case {
        name,
        subject,
        pdus: frames.try_into().unwrap(),
        octets: Some(each.try_into().unwrap()),
        run: Box::new(run),
    }
}

/// `rounds` times `octets` as a connection would have read them.
fn repeated(octets: &[u8], rounds: u64) -> BytesMut {
    BytesMut::from(&octets.repeat(rounds.try_into().unwrap())[..])
}

fn read<T: Readable>(cases: &mut Vec<Case>, name: &'static str, op: T) {
    let octets = fixtures::octets(&op);
    // Borrows the octets.
    let mut text = Text::new();
    let mut round = move || {
        let frame = FrameRef::new(black_box(octets)).unwrap();
        T::one(frame, &mut text);
    };
    cases.push(case(name, "smsgw", 1, octets, move |rounds| {
        measured(rounds, &mut round)
    }));

    // A frame of its own, split off the read buffer.
    let (mut text, mut deframer) = (Text::new(), Deframer::default());
    let mut round = move |buffer: &mut BytesMut| {
        let frame = deframer.next(buffer).unwrap().unwrap();
        T::one(frame.view(), &mut text);
    };
    cases.push(case(name, "smsgw Frame", 1, octets, move |rounds| {
        measured_in_batches(rounds, |batch| repeated(octets, batch), &mut round)
    }));
}

fn read_stream(cases: &mut Vec<Case>) {
    let (name, octets) = ("ucp/decode_stream_mixed", fixtures::stream_octets());
    let mut text = Text::new();
    let mut round = move || {
        let mut rest = black_box(octets);
        while let Some(frame) = FrameRef::split_from(&mut rest, Frame::DEFAULT_MAX_LEN) {
            any(frame.unwrap(), &mut text);
        }
    };
    cases.push(case(name, "smsgw", STREAM_FRAMES, octets, move |rounds| {
        measured(rounds, &mut round)
    }));

    let (mut text, mut deframer) = (Text::new(), Deframer::default());
    // One buffer a round; taken from the end.
    let buffers = move |batch| vec![BytesMut::from(octets); usize::try_from(batch).unwrap()];
    let mut round = move |buffers: &mut Vec<BytesMut>| {
        let mut buffer = buffers.pop().unwrap();
        while let Some(frame) = deframer.next(&mut buffer) {
            any(frame.unwrap().view(), &mut text);
        }
    };
    let run = move |rounds| measured_in_batches(rounds, buffers, &mut round);
    cases.push(case(name, "smsgw Frame", STREAM_FRAMES, octets, run));
}

/// What reading an OT 51 consists of.
fn parts(cases: &mut Vec<Case>) {
    let octets = fixtures::octets(&fixtures::submit());
    let mut add = |name, mut round: Box<dyn FnMut()>| {
        cases.push(case(name, "smsgw", 1, octets, move |rounds| {
            measured(rounds, &mut round)
        }));
    };
    let frame = FrameRef::new(octets).unwrap();
    let op = frame.decode::<SubmitShortMessage<'_>>().unwrap();
    add(
        "ucp/decode_51_part_frame",
        Box::new(move || {
            black_box(&FrameRef::new(black_box(octets)).unwrap());
        }),
    );
    add(
        "ucp/decode_51_part_fields",
        Box::new(move || {
            let frame = black_box(frame);
            black_box(&frame.decode::<SubmitShortMessage<'_>>().unwrap());
        }),
    );
    let mut text = Text::new();
    add(
        "ucp/decode_51_part_text",
        Box::new(move || message(black_box(op.message), &mut text)),
    );
    let mut text = Text::new();
    add(
        "ucp/decode_51_part_sender",
        Box::new(move || sender(black_box(op.oadc).sender(op.otoa), &mut text)),
    );
    add(
        "ucp/decode_51_part_xser",
        Box::new(move || services(black_box(op.xser))),
    );
    // With a `String` of its own each time.
    add(
        "ucp/decode_51_part_text_new",
        Box::new(move || {
            let Content::Text(hex) = black_box(op.message).content() else {
                panic!("no text");
            };
            black_box(&hex.text(Alphabet::Gsm));
        }),
    );
}

const TRN: Trn = Trn::ZERO;

/// Writes into one buffer again and again.
fn writer(
    name: &'static str,
    frames: usize,
    octets: &'static [u8],
    mut write: impl FnMut(&mut BytesMut) + 'static,
) -> Case {
    let mut out = BytesMut::with_capacity(octets.len());
    write(&mut out);
    assert_eq!(out, octets);
    let mut round = move || {
        out.clear();
        write(&mut out);
        black_box(&out);
    };
    case(name, "smsgw", frames, octets, move |rounds| {
        measured(rounds, &mut round)
    })
}

fn write<T: Op<'static> + 'static>(cases: &mut Vec<Case>, name: &'static str, op: T) {
    let octets = fixtures::octets(&op);
    cases.push(writer(name, 1, octets, move |out| {
        black_box(&op).encode(TRN, out);
    }));
}

/// All frames of the stream into one buffer.
fn write_stream(cases: &mut Vec<Case>) {
    let octets = fixtures::stream_octets();
    let frames = fixtures::stream();
    let name = "ucp/encode_stream_mixed";
    cases.push(writer(name, STREAM_FRAMES, octets, move |out| {
        for frame in black_box(&frames) {
            frame.encode(TRN, out);
        }
    }));
}

/// From the text and the sender's name as characters; allocates.
fn write_texts(cases: &mut Vec<Case>) {
    let op = fixtures::submit();
    let octets = fixtures::octets(&op);
    let name = "ucp/encode_51_100_from_text";
    cases.push(writer(name, 1, octets, move |out| {
        let name = PackedName::pack(black_box(fixtures::NAME)).unwrap();
        let characters = Alphabet::Gsm.encode(black_box(fixtures::TEXT)).unwrap();
        let amsg = HexBuf::encode(&characters);
        let op = SubmitShortMessage {
            oadc: name.as_originator(),
            message: Message::text(amsg.as_hex()).unwrap(),
            ..op
        };
        black_box(&op).encode(TRN, out);
    }));
}
