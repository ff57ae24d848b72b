//! UCS-2 text (3GPP TS 23.038 §6.2.3), big endian.
//!
//! The standard's UCS-2 has no characters above U+FFFF. The field sends them all the same, as
//! UTF-16 surrogate pairs, and so does this module.
//!
//! ```
//! use smsgw_gsm::ucs2;
//!
//! assert_eq!(ucs2::encode("я😀"), [0x04, 0x4F, 0xD8, 0x3D, 0xDE, 0x00]);
//! assert_eq!(ucs2::decode(&[0x04, 0x4F, 0xD8, 0x3D, 0xDE, 0x00]), "я😀");
//! assert_eq!(ucs2::units("я😀"), 3);
//! ```

use alloc::string::String;
use alloc::vec::Vec;

/// Writes a text as UTF-16BE octets.
#[doc(alias = "UTF-16BE")]
pub fn encode(text: &str) -> Vec<u8> {
    let mut octets = Vec::new();
    encode_into(text, &mut octets);
    octets
}

/// [`encode`], appended to `octets`.
pub fn encode_into(text: &str, octets: &mut Vec<u8>) {
    octets.reserve(2 * text.len());
    for unit in text.encode_utf16() {
        octets.extend_from_slice(&unit.to_be_bytes());
    }
}

/// Reads UTF-16BE octets as text.
///
/// A surrogate without its other half, and an odd last octet, are U+FFFD each. Where a sender
/// tore a pair between two segments, join the octets of the segments first.
///
/// ```
/// use smsgw_gsm::ucs2;
///
/// assert_eq!(ucs2::decode(&[0xD8, 0x3D, 0x00, 0x61]), "\u{FFFD}a");
/// assert_eq!(ucs2::decode(&[0x00, 0x61, 0x00]), "a\u{FFFD}");
/// ```
#[doc(alias = "UTF-16BE")]
pub fn decode(octets: &[u8]) -> String {
    let mut text = String::new();
    decode_into(octets, &mut text);
    text
}

/// [`decode`], appended to `text`.
pub fn decode_into(octets: &[u8], text: &mut String) {
    let (pairs, odd) = octets.as_chunks::<2>();
    text.reserve(octets.len());
    text.extend(
        char::decode_utf16(pairs.iter().map(|pair| u16::from_be_bytes(*pair)))
            .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
    if !odd.is_empty() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}

/// How many 16-bit units a text takes: two for a character above U+FFFF, else one.
pub fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lone_halves_on_either_side() {
        assert_eq!(decode(&[0xDE, 0x00, 0xD8, 0x3D]), "\u{FFFD}\u{FFFD}");
        assert_eq!(decode(&[0xD8, 0x3D, 0xD8, 0x3D, 0xDE, 0x00]), "\u{FFFD}😀");
        assert_eq!(decode(&[0xD8]), "\u{FFFD}");
        assert_eq!(decode(b""), "");
    }
}
