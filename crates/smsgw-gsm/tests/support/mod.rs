//! The vectors and how to read them, and strategies that several test files share.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

pub(crate) mod texts;

use proptest::prelude::*;
use serde_json::Value;
use smsgw_gsm::septet::FillBits;
use smsgw_gsm::tpdu::{Context, Direction, ModemPdu, ReportKind, Tpdu};
use smsgw_gsm::udh::Reference;
use smsgw_gsm::{DecodeError, Decoded, Quirks};

/// TPDUs with all that is in them.
pub(crate) const WELLFORMED: &str = include_str!("../vectors/tpdu.jsonl");
pub(crate) const MALFORMED: &str = include_str!("../vectors/malformed.jsonl");
pub(crate) const QUIRKS: &str = include_str!("../vectors/quirks.jsonl");
/// TPDUs of other implementations' tests and trackers.
pub(crate) const FIELD: &str = include_str!("../vectors/field.jsonl");

/// Every file of TPDUs.
pub(crate) const TPDUS: [&str; 4] = [WELLFORMED, MALFORMED, QUIRKS, FIELD];

pub(crate) fn lines(file: &str) -> Vec<Value> {
    file.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
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
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

/// A vector's octets. One of the malformed ones ends inside an octet, which is left out.
pub(crate) fn octets(vector: &Value) -> Vec<u8> {
    let hex = vector["hex"].as_str().unwrap();
    unhex(&hex[..hex.len() / 2 * 2])
}

/// From the service centre unless the vector says else, and no error unless it says that.
pub(crate) fn context(vector: &Value) -> Context {
    let direction = match vector["direction"].as_str() {
        None | Some("sc-to-ms") => Direction::ScToMs,
        Some("ms-to-sc") => Direction::MsToSc,
        Some(other) => panic!("direction {other}"),
    };
    let report = match vector["report_is_error"].as_bool() {
        Some(true) => ReportKind::Error,
        _ => ReportKind::Ack,
    };
    Context::new(direction, report)
}

/// A vector's octets read; without a service centre's address there is none.
pub(crate) fn decode<'a>(
    vector: &Value,
    octets: &'a [u8],
    quirks: &Quirks,
) -> Result<Decoded<ModemPdu<'a>>, DecodeError> {
    if vector["has_smsc"] == true {
        return ModemPdu::decode_with(octets, context(vector), quirks);
    }
    let decoded = Tpdu::decode_with(octets, context(vector), quirks)?;
    Ok(Decoded {
        pdu: decoded.pdu.into(),
        tolerated: decoded.tolerated,
    })
}

/// Appends the octets again.
pub(crate) fn write(vector: &Value, pdu: &ModemPdu<'_>, out: &mut Vec<u8>) {
    if vector["has_smsc"] == true {
        pdu.write(out);
    } else {
        pdu.tpdu.write(out);
    }
}

pub(crate) fn references() -> impl Strategy<Value = Reference> {
    prop_oneof![
        any::<u8>().prop_map(Reference::Eight),
        any::<u16>().prop_map(Reference::Sixteen),
    ]
}

pub(crate) fn fills() -> impl Strategy<Value = FillBits> {
    (0..=6_u8).prop_map(|bits| FillBits::new(bits).unwrap())
}
