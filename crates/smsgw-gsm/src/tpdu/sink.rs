//! Which octets of a TPDU are which field.

use alloc::vec::Vec;
use core::ops::Range;

use crate::wire::Sink;

/// A field of a TPDU: its name and which of the TPDU's octets it takes.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Field {
    /// The standard's name; `TP-MTI` is the whole first octet, with its flags.
    pub name: &'static str,
    /// From the first octet of what was written. Never empty.
    pub octets: Range<usize>,
}

/// Notes where each field is.
impl Sink for Vec<Field> {
    fn put(&mut self, name: &'static str, octets: &[u8]) {
        let start = self.last().map_or(0, |field| field.octets.end);
        let end = start + octets.len();
        match self.last_mut() {
            Some(field) if field.name == name => field.octets.end = end,
            _ if start == end => {}
            _ => self.push(Field {
                name,
                octets: start..end,
            }),
        }
    }
}

pub(super) fn to_vec(put: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    // The longest TPDU.
    let mut out = Vec::with_capacity(super::user_data::TPDU_OCTETS);
    put(&mut out);
    out
}

pub(super) fn fields(put: impl FnOnce(&mut Vec<Field>)) -> Vec<Field> {
    let mut fields = Vec::new();
    put(&mut fields);
    fields
}
