//! The keys of what decode prints.

use serde_json::{Map, Value as Json, json};
use smsgw_gsm::udh::{Element, Reference, UserDataHeader};
use smsgw_gsm::{Tolerable, Tolerated};

use crate::hex;

/// The keys of an object, in order.
#[derive(Default)]
pub(super) struct Keys(Map<String, Json>);

impl Keys {
    pub(super) fn put(&mut self, name: &str, value: impl Into<Json>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub(super) fn put_hex(&mut self, name: &str, octets: &[u8]) {
        self.put(name, hex::encode_upper(octets));
    }

    /// The elements of a user data header, and what those mean that have keys of their own.
    pub(super) fn header(&mut self, header: &UserDataHeader<'_>) {
        let element = |element: Element<'_>| json!({ "iei": element.iei, "hex": hex::encode_upper(element.data) });
        let elements: Json = header.elements().map(element).collect();
        self.put("udh", elements);
        let names: Json = header
            .information()
            .map(|element| element.to_string())
            .collect();
        self.put("udh_names", names);
        if let Some(concat) = header.concat() {
            let (reference, bits) = match concat.reference() {
                Reference::Eight(reference) => (reference.into(), 8),
                Reference::Sixteen(reference) => (reference, 16),
            };
            let (total, seq) = (concat.total(), concat.sequence());
            self.put(
                "concat",
                json!({ "ref": reference, "total": total, "seq": seq, "bits": bits }),
            );
        }
        if let Some(ports) = header.ports() {
            let (dst, src) = (ports.destination(), ports.originator());
            self.put(
                "ports",
                json!({ "dst": dst, "src": src, "bits": ports.bits() }),
            );
        }
        let (locking, single) = header.languages();
        if locking.is_some() || single.is_some() {
            let number = Option::unwrap_or_default;
            self.put(
                "language",
                json!({ "locking": number(locking), "single": number(single) }),
            );
        }
    }

    /// Octets after the last field, if there are any.
    pub(super) fn trailing(&mut self, octets: &[u8]) {
        if !octets.is_empty() {
            self.put_hex("trailing", octets);
        }
    }

    /// What was let through.
    pub(super) fn tolerated(&mut self, tolerated: &Tolerated) {
        let fault = |fault: &Tolerable| {
            json!({
                "kind": fault.what.name(),
                "field": fault.field,
                "offset": fault.offset,
                "message": fault.what.to_string(),
            })
        };
        let faults: Json = tolerated.iter().map(fault).collect();
        self.put("tolerated", faults);
    }

    pub(super) fn finish(self) -> Map<String, Json> {
        self.0
    }
}
