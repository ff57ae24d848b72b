//! `smsgw decode smpp`: any PDU.

use std::borrow::Cow;

use bytes::BytesMut;
use serde_json::{Map, Value as Json, json};
use smsgw_smpp::pdu::SubmitSm;
use smsgw_smpp::text::{Alphabets, Content};
use smsgw_smpp::tlv::{MessagePayload, Tlv};
use smsgw_smpp::types::{DataCoding, EsmClass, ShortMessage};
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{Decoded, Frame, FrameError, Pdu, Quirks, Tolerable, Tolerance};

use super::input::{self, Decode, Style, printable};
use super::table::Table;
use crate::error::Error;
use crate::hex;

/// The kind of a tolerated fault: a string ended by the end of the PDU.
pub(crate) const MISSING_NUL: &str = "missing_nul";

pub(super) struct Decoder {
    quirks: Quirks,
}

impl Decoder {
    pub(super) fn new(args: &input::Args) -> Self {
        let quirks = args.quirks();
        Self { quirks }
    }
}

impl Decode for Decoder {
    fn json(&self, octets: &[u8]) -> Result<Json, Error> {
        let frame = frame(octets)?;
        let decoded = frame.pdu_with(&self.quirks)?;
        Ok(Json::Object(pdu_json(&frame, &decoded)))
    }

    fn text(&self, octets: &[u8], style: Style) -> Result<String, Error> {
        let frame = frame(octets)?;
        let Decoded { pdu, tolerated } = frame.pdu_with(&self.quirks)?;
        let mut table = Table::new(frame.octets(), style);
        let status = frame.command_status();
        table.title(&format!(
            "{}, {}, sequence_number {}",
            pdu.command_id(),
            status,
            frame.sequence_number()
        ));
        table.row(4, "command_length", &octets.len().to_string());
        table.row(4, "command_id", &pdu.command_id().to_string());
        table.row(4, "command_status", &status.to_string());
        table.row(4, "sequence_number", &frame.sequence_number().to_string());
        pdu.visit(&mut table);
        for tlv in pdu.tlvs() {
            let value = match tlv.value() {
                octets @ ([_] | [_, _] | [_, _, _, _]) => integer(octets).to_string(),
                octets => quoted(octets),
            };
            table.row(tlv.size(), &tlv.tag().to_string(), &value);
        }
        let name = if pdu.command_id().is_known() {
            "(stray octets)"
        } else {
            "(body)"
        };
        table.row(trailing(&pdu).len(), name, "");
        let mut fields = Fields::default();
        pdu.visit(&mut fields);
        if let Some(text) = text(&pdu, &fields).flatten() {
            table.remark("text", &printable(&text));
        }
        for fault in tolerated.iter() {
            let fault = format!("{} at octet {}: {}", fault.field, fault.offset, fault.what);
            table.alert("tolerated", &fault);
        }
        Ok(table.finish())
    }
}

/// The one frame that `octets` are.
pub(super) fn frame(octets: &[u8]) -> Result<Frame, FrameError> {
    let mut stream = BytesMut::from(octets);
    match Frame::split_from(&mut stream, Frame::DEFAULT_MAX_LEN)? {
        Some(frame) if stream.is_empty() => Ok(frame),
        // More or fewer than the length says.
        _ => Frame::copy_from(octets),
    }
}

/// A PDU by the standard's names.
pub(super) fn pdu_json(frame: &Frame, decoded: &Decoded<Pdu<'_>>) -> Map<String, Json> {
    let Decoded { pdu, tolerated } = decoded;
    let mut fields = Fields::default();
    pdu.visit(&mut fields);
    let text = text(pdu, &fields).map(|text| ("text", json!(text)));
    let tlv = |tlv: Tlv<'_>| {
        json!({
            "tag": tlv.tag().0,
            "value": hex::encode(tlv.value()),
        })
    };
    let tlv_name = |tlv: Tlv<'_>| json!(tlv.tag().name());
    let fault = |fault: &Tolerable| {
        json!({
            "kind": kind(fault.what),
            "field": fault.field,
            "offset": fault.offset,
            "message": fault.what.to_string(),
        })
    };
    let entries = [
        ("command", json!(pdu.command_id().to_string())),
        ("command_id", json!(pdu.command_id().0)),
        ("command_status", json!(frame.command_status().0)),
        ("status_name", json!(frame.command_status().name())),
        ("sequence_number", json!(frame.sequence_number().0)),
        ("fields", json!(pdu.fields().map(|_| fields.object))),
        ("tlvs", pdu.tlvs().iter().map(tlv).collect()),
        ("tlv_names", pdu.tlvs().iter().map(tlv_name).collect()),
        ("trailing", json!(hex::encode(trailing(pdu)))),
        ("tolerated", tolerated.iter().map(fault).collect()),
    ];
    entries
        .into_iter()
        .chain(text)
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

/// What `tolerated` calls a fault.
fn kind(what: Tolerance) -> &'static str {
    match what {
        Tolerance::MissingNul => MISSING_NUL,
        Tolerance::LongString => "long_string",
        Tolerance::BrokenTlv => "broken_tlv",
        Tolerance::TlvLength => "tlv_length",
        Tolerance::NonAscii => "non_ascii",
        _ => "other",
    }
}

/// Octets that belong to no field and no TLV.
fn trailing<'a>(pdu: &Pdu<'a>) -> &'a [u8] {
    match pdu {
        Pdu::Unknown { body, .. } => body,
        _ => pdu.tlvs().trailing(),
    }
}

fn integer(octets: &[u8]) -> u32 {
    octets
        .iter()
        .fold(0, |value, &octet| value << 8 | u32::from(octet))
}

fn latin_1(octets: &[u8]) -> String {
    octets.iter().copied().map(char::from).collect()
}

fn quoted(octets: &[u8]) -> String {
    format!("\"{}\"", octets.escape_ascii())
}

/// The fields as JSON, by the standard's names.
#[derive(Default)]
struct Fields {
    object: Map<String, Json>,
    list: (&'static str, Vec<Json>),
    /// The fields before the list, while its items are made.
    outer: Map<String, Json>,
    short_message: Vec<u8>,
}

impl Fields {
    fn octet(&self, name: &str) -> u8 {
        let value = self.object.get(name).and_then(Json::as_u64);
        value
            .and_then(|value| u8::try_from(value).ok())
            .unwrap_or_default()
    }
}

impl Visitor for Fields {
    fn value(&mut self, name: &'static str, _size: usize, value: Value<'_>) {
        let value = match value {
            Value::Integer(value) => json!(value),
            Value::Text(octets) => json!(latin_1(octets)),
            Value::Octets(octets) => {
                self.short_message = octets.to_vec();
                json!(hex::encode(octets))
            }
            // Lengths and counts follow from what they count.
            _ => return,
        };
        self.object.insert(name.to_owned(), value);
    }

    fn begin_list(&mut self, name: &'static str) {
        self.list = (name, Vec::new());
    }

    fn begin_item(&mut self) {
        self.outer = std::mem::take(&mut self.object);
    }

    fn end_item(&mut self) {
        let outer = std::mem::take(&mut self.outer);
        let item = std::mem::replace(&mut self.object, outer);
        self.list.1.push(Json::Object(item));
    }

    fn end_list(&mut self) {
        let (name, list) = std::mem::take(&mut self.list);
        self.object.insert(name.to_owned(), Json::Array(list));
    }
}

/// Of those PDUs that carry a message its text, where the octets are text of a common alphabet.
fn text(pdu: &Pdu<'_>, fields: &Fields) -> Option<Option<String>> {
    // Whatever it is, its message is told as that of a submit_sm is.
    let submit = SubmitSm {
        esm_class: EsmClass(fields.octet("esm_class")),
        data_coding: DataCoding(fields.octet("data_coding")),
        // It came as one.
        short_message: ShortMessage::new(&fields.short_message).unwrap_or_default(),
        tlvs: pdu.tlvs(),
        ..SubmitSm::default()
    };
    let carries_one = fields.object.contains_key("short_message")
        || submit.tlvs.find::<MessagePayload<'_>>().is_some();
    carries_one.then(|| {
        let text = Content::from(&submit).text(&Alphabets::default());
        text.map(Cow::into_owned)
    })
}

impl Visitor for Table<'_> {
    fn value(&mut self, name: &'static str, size: usize, value: Value<'_>) {
        let value = match value {
            Value::Integer(value) | Value::Derived(value) => value.to_string(),
            Value::Text(octets) | Value::Octets(octets) => quoted(octets),
            _ => String::new(),
        };
        self.row(size, name, &value);
    }

    fn begin_list(&mut self, _name: &'static str) {
        self.indent("  ");
    }

    fn begin_item(&mut self) {}

    fn end_item(&mut self) {}

    fn end_list(&mut self) {
        self.indent("");
    }
}
