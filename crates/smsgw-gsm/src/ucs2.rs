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
use core::mem;

/// Writes a text as UTF-16BE octets.
#[doc(alias = "UTF-16BE")]
pub fn encode(text: &str) -> Vec<u8> {
    // No character takes more than two octets for each one of UTF-8.
    let mut octets = alloc::vec![0; 2 * text.len()];
    let mut out = &mut octets[..];
    let mut rest = text.as_bytes();
    // One character, as long as its first octet says. Of some lengths as many as follow: scripts
    // come in runs.
    loop {
        match *rest {
            [a @ ..0x80, ref after @ ..] => {
                put(&mut out, [0, a]);
                rest = after;
            }
            [a @ ..0xE0, b, ref after @ ..] => {
                put(&mut out, unit(0, a & 0x1F, b));
                rest = after;
                while let Some((eight, after)) = rest.split_first_chunk()
                    && let Some(units) = four_units(*eight)
                {
                    put(&mut out, units);
                    rest = after;
                }
            }
            [a @ ..0xF0, b, c, ref after @ ..] => {
                put(&mut out, unit(a, b, c));
                rest = after;
                while let [a @ 0xE0..0xF0, b, c, ref after @ ..] = *rest {
                    put(&mut out, unit(a, b, c));
                    rest = after;
                }
            }
            [a, b, c, d, ref after @ ..] => {
                let [a, b, c, d] = [a & 0x07, b & 0x3F, c & 0x3F, d & 0x3F].map(u32::from);
                let above = (a << 18 | b << 12 | c << 6 | d).wrapping_sub(0x1_0000);
                let halves = 0xD800_DC00 | above >> 10 << 16 | above & 0x3FF;
                put(&mut out, halves.to_be_bytes());
                rest = after;
            }
            _ => break,
        }
    }
    let unused = out.len();
    octets.truncate(octets.len() - unused);
    octets
}

/// Writes octets at the start of `out` and leaves what is after them.
#[inline]
fn put<const N: usize>(out: &mut &mut [u8], octets: [u8; N]) {
    if let Some((start, after)) = mem::take(out).split_first_chunk_mut() {
        *start = octets;
        *out = after;
    }
}

/// The unit that three octets of UTF-8 stand for: of the first the lower 4 bits count, of the
/// others 6.
#[inline]
fn unit(a: u8, b: u8, c: u8) -> [u8; 2] {
    let [b, c] = [b & 0x3F, c & 0x3F].map(u16::from);
    (u16::from(a) << 12 | b << 6 | c).to_be_bytes()
}

/// The units of four characters, if UTF-8 wrote each of them in two octets.
#[inline]
fn four_units(octets: [u8; 8]) -> Option<[u8; 8]> {
    let word = u64::from_be_bytes(octets);
    let high = word >> 8 & 0x001F_001F_001F_001F;
    let low = word & 0x003F_003F_003F_003F;
    let are_two = word & 0xE0C0_E0C0_E0C0_E0C0 == 0xC080_C080_C080_C080;
    are_two.then(|| (high << 6 | low).to_be_bytes())
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
#[must_use]
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

    fn slowly(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    #[test]
    fn every_character_and_runs_of_every_length() {
        // Above U+FFFF a sample that has each bit set and not set.
        let above = ('\u{10000}'..=char::MAX).step_by(0x101).chain([char::MAX]);
        let all = String::from_iter(('\0'..='\u{FFFF}').chain(above));
        assert_eq!(encode(&all), slowly(&all));
        for last in ["a", "я", "न", "😀"] {
            for next in ["b", "ж", "म", "👍"] {
                for count in 0..20 {
                    let text = last.repeat(count) + next + last + &next.repeat(count);
                    assert_eq!(encode(&text), slowly(&text));
                }
            }
        }
    }

    #[test]
    fn lone_halves_on_either_side() {
        assert_eq!(decode(&[0xDE, 0x00, 0xD8, 0x3D]), "\u{FFFD}\u{FFFD}");
        assert_eq!(decode(&[0xD8, 0x3D, 0xD8, 0x3D, 0xDE, 0x00]), "\u{FFFD}😀");
        assert_eq!(decode(&[0xD8]), "\u{FFFD}");
        assert_eq!(decode(b""), "");
    }
}
