//! `vectors/frames.jsonl`, `vectors/field.jsonl` and `vectors/malformed.jsonl`: what is read is what
//! they say, and writing it gives the octets back.
//!
//! `field.jsonl` has what other implementations send, from their tests, their documentation, or made
//! with them. Where that breaks a rule, `tolerated` says which.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use bytes::{Bytes, BytesMut};
use common::{FIELD, FRAMES, MALFORMED, frame, lines, octets};
use serde_json::{Map, Value as Json, json};
use smsgw_ucp::types::{Content, Message, Originator, Otoa, Sender, XSer};
use smsgw_ucp::{
    Alphabet, Answer, DecodeError, ErrorCode, Frame, FrameRef, Operation, OperationKind,
    OperationType, Quirks,
};

const MODES: [(&str, Quirks); 3] = [
    ("strict", Quirks::STRICT),
    ("lenient", Quirks::LENIENT),
    ("tolerant", Quirks::TOLERANT),
];

/// The frames that are read.
fn frames() -> impl Iterator<Item = Json> {
    [FRAMES, FIELD].into_iter().flat_map(lines)
}

enum Pdu<'a> {
    Operation(Box<Operation<'a>>),
    Answer(Answer<'a>),
}

impl Pdu<'_> {
    fn encode(&self, frame: &Frame) -> BytesMut {
        let mut out = BytesMut::from(&b"before"[..]);
        match self {
            Self::Operation(operation) => operation.encode(frame.trn(), &mut out),
            Self::Answer(answer) => answer.encode(frame.trn(), &mut out),
        }
        assert!(out.starts_with(b"before"));
        out.split_off(6)
    }
}

/// Reads all there is to read, and says what was let through; a table without the operation is an
/// error.
fn read<'a>(frame: &'a Frame, quirks: &Quirks) -> Result<(Pdu<'a>, Vec<String>), DecodeError> {
    let (pdu, tolerated) = if frame.is_operation() {
        let decoded = frame.operation_with(quirks)?;
        let known = decoded.pdu.known()?;
        (Pdu::Operation(known.into()), decoded.tolerated)
    } else {
        let decoded = frame.answer_with(quirks)?;
        (Pdu::Answer(decoded.pdu), decoded.tolerated)
    };
    let tolerated = tolerated.iter();
    let tolerated = tolerated.map(|one| format!("{}: {}", one.field, one.what));
    Ok((pdu, tolerated.collect()))
}

/// The fields in which something stands; those behind their number as a list.
fn fields(frame: &Frame) -> Json {
    let repeated = match frame.ot() {
        _ if !frame.is_operation() => "",
        OperationType::MULTIPLE_ADDRESS_CALL_INPUT => "AdC",
        OperationType::SUPPLEMENTARY_CALL_INPUT => "GA",
        _ => "",
    };
    let mut fields = Map::new();
    for field in frame.named_fields() {
        assert!(!field.name.is_empty(), "{field:?}");
        let at = usize::try_from(field.offset).unwrap();
        assert_eq!(frame.octets()[at..at + field.text.len()], *field.text);
        assert_eq!(frame.octets()[at + field.text.len()], b'/');
        if !field.text.is_empty() {
            let text = String::from_utf8(field.text.to_vec()).unwrap();
            if field.name == repeated {
                let list = fields.entry(repeated).or_insert_with(|| json!([]));
                list.as_array_mut().unwrap().push(text.into());
                continue;
            }
            let before = fields.insert(field.name.to_owned(), text.into());
            assert_eq!(before, None, "{}", field.name);
        }
    }
    Json::Object(fields)
}

/// What the vectors expect of the meaning of a frame.
#[derive(Default)]
struct Meaning(Map<String, Json>);

impl Meaning {
    fn set(&mut self, key: &str, value: impl Into<Json>) {
        assert_eq!(self.0.insert(key.to_owned(), value.into()), None, "{key}");
    }

    fn time(&mut self, key: &str, time: Option<impl ToString>) {
        if let Some(time) = time {
            self.set(key, time.to_string());
        }
    }

    fn content(&mut self, content: Content<'_>) {
        match content {
            Content::Numeric(digits) if !digits.is_empty() => self.set("digits", digits),
            Content::Text(hex) if !hex.is_empty() => self.set("text", hex.text(Alphabet::Gsm)),
            Content::Octets { hex, .. } => self.set("octets", common::hex(hex)),
            _ => {}
        }
    }

    fn message(&mut self, message: Message<'_>) {
        self.content(message.content());
        // With text it tells nothing.
        if let (Content::Octets { .. }, Some(nb)) = (message.content(), message.nb()) {
            self.set("nb", nb);
        }
    }

    fn originator(&mut self, originator: Originator<'_>, otoa: Otoa) {
        if let Sender::Name(name) = originator.sender(otoa) {
            self.set("oadc_text", name.text());
        }
    }

    fn xser(&mut self, xser: XSer<'_>, message: Message<'_>) {
        if xser.is_empty() {
            return;
        }
        let services = xser
            .services()
            .map(|service| json!({ "type": service.tt.0, "data": common::hex(service.data) }));
        self.set("xser", services.collect::<Json>());
        if let Some(udh) = xser.udh() {
            self.set("udh", common::hex(udh));
            let said = udh.octets().next().map(usize::from);
            if said != udh.len().checked_sub(1) || said.is_none() {
                self.set("udh_len_octet_wrong", true);
            }
        }
        if let Some(dcs) = xser.dcs() {
            self.set("dcs", dcs);
            if let Content::Octets { hex, .. } = message.content() {
                let octets = hex.to_vec();
                let is_mark = |mark| octets.starts_with(mark);
                if dcs == 8 && (is_mark(&[0xFE, 0xFF]) || is_mark(&[0xFF, 0xFE])) {
                    self.set("bom", true);
                }
            }
        }
    }
}

fn decoded(frame: &Frame) -> Json {
    let mut it = Meaning::default();
    if !frame.is_operation() {
        let answer = frame.answer().unwrap();
        if let Some(error_code) = answer.error_code() {
            it.set("ec", error_code.0);
        }
        let sm = answer.sm().keys().map(|key| match key.adc {
            "" => json!({ "scts": key.scts.to_string() }),
            adc => json!({ "adc": adc, "scts": key.scts.to_string() }),
        });
        let sm: Vec<_> = sm.collect();
        // The SM of a deletion is a number, which may look like a time.
        if !sm.is_empty() && frame.ot() != OperationType::RESPONSE_DELETE_MESSAGE {
            it.set("sm", sm);
        }
        return Json::Object(it.0);
    }
    match frame.operation().unwrap() {
        Operation::CallInput(op) => it.content(op.message.content()),
        Operation::MultipleAddressCallInput(op) => it.content(op.message.content()),
        Operation::SupplementaryCallInput(op) => {
            it.time("ddt", op.ddt);
            it.content(op.message.content());
        }
        Operation::SmsMessageTransfer(op) => {
            it.time("ddt", op.ddt);
            it.time("vp", op.vp);
            it.content(Content::Text(op.amsg.hex()));
        }
        Operation::SubmitShortMessage(op) => {
            it.time("ddt", op.ddt);
            it.time("vp", op.vp);
            it.originator(op.oadc, op.otoa);
            it.message(op.message);
            it.xser(op.xser, op.message);
        }
        Operation::DeliverShortMessage(op) => {
            it.time("scts", op.scts);
            it.originator(op.oadc, op.otoa);
            it.message(op.message);
            it.xser(op.xser, op.message);
        }
        Operation::DeliverNotification(op) => {
            it.time("scts", op.scts);
            it.time("dscts", op.dscts);
            it.message(op.message);
        }
        Operation::ModifyMessage(op) => {
            it.time("ddt", op.ddt);
            it.time("vp", op.vp);
            it.time("scts", op.scts);
            it.originator(op.oadc, op.otoa);
            it.message(op.message);
            it.xser(op.xser, op.message);
        }
        Operation::DeleteMessage(op) => it.content(op.message.content()),
        Operation::ResponseInquiryMessage(op) => it.content(op.message.content()),
        Operation::ResponseDeleteMessage(op) => it.content(op.message.content()),
        _ => {}
    }
    Json::Object(it.0)
}

#[test]
fn every_frame_is_read() {
    for vector in frames() {
        let id = vector["id"].as_str().unwrap();
        let frame = frame(&vector);
        let octets = octets(&vector);
        let expect = &vector["expect"];
        let o_r = match frame.kind() {
            OperationKind::Operation => "O",
            OperationKind::Result => "R",
        };
        let (chk, _) = octets[octets.len() - 3..].split_at(2);
        let read = json!({
            "trn": frame.trn().get(),
            "len": octets.len() - 2,
            "o_r": o_r,
            "ot": frame.ot().get(),
            "checksum": str::from_utf8(chk).unwrap(),
            "checksum_ok": true,
            "nfields": frame.fields().count(),
            "fields": fields(&frame),
            "decoded": decoded(&frame),
        });
        assert_eq!(read, *expect, "{id}");
    }
}

/// The octets of a frame as they are written: with a checksum in upper case.
fn written(frame: &Frame) -> Vec<u8> {
    let mut octets = frame.octets().to_vec();
    let chk = octets.len() - 3;
    octets[chk..].make_ascii_uppercase();
    octets
}

#[test]
fn every_frame_is_written_again() {
    for vector in frames() {
        let id = vector["id"].as_str().unwrap();
        let frame = frame(&vector);
        let written = written(&frame);
        let fields: Vec<_> = frame.fields().collect();
        let again = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &fields);
        assert_eq!(*again.unwrap().octets(), written, "{id}");
        let tolerated = vector["tolerated"].as_array();
        for (mode, quirks) in &MODES {
            match read(&frame, quirks) {
                Ok((pdu, let_through)) => {
                    assert_eq!(pdu.encode(&frame), written, "{id}, {mode}");
                    let expect = tolerated.map_or(&[][..], Vec::as_slice);
                    assert_eq!(let_through, expect, "{id}, {mode}");
                }
                Err(error) => assert!(
                    tolerated.is_some() && *mode == "strict",
                    "{id}, {mode}: {error}"
                ),
            }
        }
    }
}

#[test]
fn every_frame_is_the_same_borrowed() {
    for vector in frames() {
        let octets = octets(&vector);
        let frame = frame(&vector);
        let view = FrameRef::new(&octets).unwrap();
        assert_eq!(view, frame.view());
        assert_eq!(view.to_frame(), frame);
        assert_eq!(frame.detach(), frame);
        assert_eq!(view.operation(), frame.operation());
        assert_eq!(view.answer(), frame.answer());
    }
}

/// What is wrong with octets and the code to answer.
fn refusal(octets: &[u8], quirks: &Quirks) -> Option<(&'static str, Option<ErrorCode>)> {
    let frame = match Frame::new_with(Bytes::copy_from_slice(octets), quirks) {
        Ok(frame) => frame,
        Err(error) => {
            assert!(usize::try_from(error.offset()).unwrap() <= octets.len());
            assert!(error.to_string().starts_with(error.field()));
            assert_eq!(error.error_code(), error.nack().map(|nack| nack.error_code));
            return Some((error.kind().name(), error.error_code()));
        }
    };
    let error = read(&frame, quirks).err()?;
    assert!(usize::try_from(error.offset()).unwrap() <= octets.len());
    assert!(!error.field().is_empty());
    let code = frame.is_operation().then(|| error.error_code());
    Some((error.kind().name(), code))
}

#[test]
fn every_malformed_frame_is_refused() {
    for vector in lines(MALFORMED) {
        let id = vector["id"].as_str().unwrap();
        let octets = octets(&vector);
        for (mode, quirks) in &MODES[..2] {
            let Some((kind, code)) = refusal(&octets, quirks) else {
                panic!("{id}, {mode}: it was read");
            };
            assert_eq!(vector["expect"]["error"], kind, "{id}, {mode}");
            let is_result = octets.get(10) == Some(&b'R');
            assert!(
                !(is_result && code.is_some()),
                "{id}, {mode}: nobody answers a result"
            );
            match vector["expect"]["nack_ec"].as_str() {
                // What an answer would say, if there were one.
                Some(ec) if is_result => {
                    assert_eq!((kind, ec), ("checksum_syntax", "01"), "{id}, {mode}");
                }
                Some(ec) => {
                    let code = code.unwrap();
                    assert_eq!(format!("{:02}", code.0), ec, "{id}, {mode}");
                }
                // What no server was seen to answer.
                None => assert!(
                    is_result || code.is_none() || id == "bad-081" || id == "bad-082",
                    "{id}, {mode}: {code:?}"
                ),
            }
        }
    }
}

/// Each says what it is about where it is.
#[test]
fn errors_tell_what_is_wrong_and_where() {
    for (id, expect) in [
        ("bad-007", "LEN at octet 4: says 22 octets, had 36"),
        ("bad-043", "RES5 at octet 81: needs 33 fields, had 32"),
        ("bad-044", "CHK at octet 83: needs 33 fields, had 34"),
        ("bad-048", "Msg at octet 38: needs 8 fields, had 7"),
    ] {
        let vector = common::line(MALFORMED, id);
        let octets = octets(&vector);
        let error = match Frame::copy_from(&octets) {
            Err(error) => error.to_string(),
            Ok(frame) => read(&frame, &Quirks::STRICT).err().unwrap().to_string(),
        };
        assert_eq!(error, expect, "{id}");
    }
}
