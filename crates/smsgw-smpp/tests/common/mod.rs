//! The vectors and what several test files do with them.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

use serde_json::{Map, Value as Json, json};
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{Frame, Pdu};

pub(crate) const WELLFORMED: &str = include_str!("../vectors/wellformed.jsonl");
pub(crate) const RECEIPTS: &str = include_str!("../vectors/receipts.jsonl");
pub(crate) const MALFORMED: &str = include_str!("../vectors/malformed.jsonl");

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
    unhex(vector["hex"].as_str().unwrap())
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

pub(crate) fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// What the vectors expect of a PDU, made from what was read.
pub(crate) fn to_json(frame: &Frame, pdu: &Pdu<'_>) -> Json {
    let tlvs: Vec<_> = pdu
        .tlvs()
        .iter()
        .map(|tlv| json!({ "tag": tlv.tag().0, "value": hex(tlv.value()) }))
        .collect();
    json!({
        "result": "ok",
        "command": pdu.command_id().to_string(),
        "command_id": pdu.command_id().0,
        "command_status": frame.command_status().0,
        "sequence_number": frame.sequence_number().0,
        "fields": fields(pdu),
        "tlvs": tlvs,
    })
}

fn fields(pdu: &Pdu<'_>) -> Json {
    if pdu.fields().is_none() {
        return Json::Null;
    }
    let mut fields = Fields::default();
    pdu.visit(&mut fields);
    Json::Object(fields.object)
}

#[derive(Default)]
struct Fields {
    object: Map<String, Json>,
    list: Option<(&'static str, Vec<Json>)>,
    outer: Option<Map<String, Json>>,
}

impl Visitor for Fields {
    fn value(&mut self, name: &'static str, _size: usize, value: Value<'_>) {
        let value = match value {
            Value::Integer(value) => json!(value),
            Value::Text(octets) => Json::String(octets.iter().copied().map(char::from).collect()),
            Value::Octets(octets) => json!(hex(octets)),
            _ => return,
        };
        assert_eq!(self.object.insert(name.to_owned(), value), None, "{name}");
    }

    fn begin_list(&mut self, name: &'static str) {
        self.list = Some((name, Vec::new()));
    }

    fn begin_item(&mut self) {
        self.outer = Some(std::mem::take(&mut self.object));
    }

    fn end_item(&mut self) {
        let outer = self.outer.take().unwrap();
        let item = std::mem::replace(&mut self.object, outer);
        self.list.as_mut().unwrap().1.push(Json::Object(item));
    }

    fn end_list(&mut self) {
        let (name, list) = self.list.take().unwrap();
        self.object.insert(name.to_owned(), Json::Array(list));
    }
}
