//! The alphabets of alphanumeric messages (AMsg) and passwords: which character an octet is.
//!
//! The standard says "IRA" and leaves it there. Most SCs mean the alphabet of GSM, some mean ASCII
//! or Latin-1, some a national variant; so it is a setting of the link.

use alloc::string::String;
use alloc::vec::Vec;

use smsgw_gsm::alphabet::{ESCAPE, Tables};

use crate::error::ValueError;

/// Which character an octet of AMsg or of a password is.
///
/// ```
/// use smsgw_ucp::Alphabet;
///
/// assert_eq!(Alphabet::Gsm.encode("@ €")?, [0x00, 0x20, 0x1B, 0x65]);
/// assert_eq!(Alphabet::Ira.encode("@")?, [0x40]);
/// let mut text = String::new();
/// Alphabet::German.decode(*b"Gr}~e", &mut text);
/// assert_eq!(text, "Grüße");
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Alphabet {
    /// The default alphabet of GSM, one septet an octet, with its extension: an octet 1B and a code
    /// (3GPP TS 23.038 6.2.1).
    #[default]
    Gsm,
    /// The international reference alphabet: ASCII.
    Ira,
    /// ISO 8859-1: ASCII and as many characters above.
    Latin1,
    /// The German variant, `alt-charset` of Kannel: as [`Self::Gsm`], but Ü, ü, ß and § have the
    /// octets 5D, 7D, 7E and 5E. Ñ and ñ are not in it.
    German,
}

impl Alphabet {
    /// Appends the characters of `octets` to `text`.
    ///
    /// Every input has a text: an octet without a character is U+FFFD, and escapes are read as
    /// [`Tables::decode`] says.
    pub fn decode(self, octets: impl IntoIterator<Item = u8>, text: &mut String) {
        let mut octets = octets.into_iter();
        self.decode_from(
            |room| {
                let places = room.iter_mut();
                places
                    .zip(octets.by_ref())
                    .map(|(place, octet)| *place = octet)
                    .count()
            },
            text,
        );
    }

    /// [`Self::decode`] of what `fill` puts into the room it is given; it says how much that is,
    /// and is at its end when that is not all.
    pub(crate) fn decode_from(self, mut fill: impl FnMut(&mut [u8]) -> usize, text: &mut String) {
        let mut block = [0; BLOCK];
        let mut len = 0;
        loop {
            len += fill(block.get_mut(len..).unwrap_or_default());
            let is_last = len < BLOCK;
            let filled = block.get_mut(..len).unwrap_or_default();
            let waiting = match self {
                Self::Gsm => decode_septets(filled, is_last, text),
                Self::German => {
                    filled
                        .iter_mut()
                        .for_each(|octet| *octet = from_german(*octet));
                    decode_septets(filled, is_last, text)
                }
                Self::Ira => decode_up_to(0x7F, filled, text),
                Self::Latin1 => decode_up_to(0xFF, filled, text),
            };
            if is_last {
                return;
            }
            block = [ESCAPE; BLOCK];
            len = waiting;
        }
    }

    /// Writes a text, one octet a character, two for those of the extension of GSM.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for the first character that the alphabet lacks.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, ValueError> {
        match self {
            Self::Gsm => encode_septets(text),
            Self::German => encode_german(text),
            Self::Ira => encode_up_to(0x7F, text),
            Self::Latin1 => encode_up_to(0xFF, text),
        }
    }
}

/// The octet of GSM for one of the German variant: what [`to_german`] made.
const fn from_german(octet: u8) -> u8 {
    // Ü, § and ü, then ß. No branch, for vector code.
    let is_before = matches!(octet, 0x5D | 0x5E | 0x7D);
    let is_sharp_s = octet == 0x7E;
    octet + is_before as u8 - 0x60 * is_sharp_s as u8
}

/// The octet of the German variant for one of GSM. No code of the extension is touched.
const fn to_german(octet: u8) -> u8 {
    match octet {
        0x5E => 0x5D, // Ü
        0x5F => 0x5E, // §
        0x7E => 0x7D, // ü
        0x1E => 0x7E, // ß
        _ => octet,
    }
}

/// Octets looked at together: as many as a message has, mostly.
const BLOCK: usize = 160;

/// Appends the text of septets but for an escape at the end, which waits for its code unless they
/// are the last; how many wait.
fn decode_septets(septets: &[u8], is_last: bool, text: &mut String) -> usize {
    // An escape behind an escape is its code.
    let escapes = septets.iter().rev().take_while(|&&octet| octet == ESCAPE);
    let waiting = if is_last { 0 } else { escapes.count() % 2 };
    let septets = septets.get(..septets.len() - waiting).unwrap_or_default();
    Tables::DEFAULT.decode_into(septets, text);
    waiting
}

/// Appends the characters whose code points the octets are, up to `last`. None wait.
fn decode_up_to(last: u8, octets: &[u8], text: &mut String) -> usize {
    match str::from_utf8(octets) {
        Ok(ascii) if octets.is_ascii() => text.push_str(ascii),
        _ => text.extend(octets.iter().map(|&octet| match octet {
            _ if octet <= last => char::from(octet),
            _ => char::REPLACEMENT_CHARACTER,
        })),
    }
    0
}

fn encode_septets(text: &str) -> Result<Vec<u8>, ValueError> {
    Tables::DEFAULT.encode(text).map_err(|error| {
        let before = text.get(..error.index).unwrap_or_default();
        let at = before.chars().count();
        ValueError::Character { at }
    })
}

fn encode_german(text: &str) -> Result<Vec<u8>, ValueError> {
    // Their octets are those of Ü and ü.
    let is_lacking = |character| matches!(character, 'Ñ' | 'ñ');
    let before = match text.find(is_lacking) {
        Some(index) => text.get(..index).unwrap_or_default(),
        None => text,
    };
    let mut octets = encode_septets(before)?;
    if before.len() < text.len() {
        let at = before.chars().count();
        return Err(ValueError::Character { at });
    }
    let each = octets.iter_mut();
    each.for_each(|octet| *octet = to_german(*octet));
    Ok(octets)
}

fn encode_up_to(last: u8, text: &str) -> Result<Vec<u8>, ValueError> {
    if text.is_ascii() {
        return Ok(text.as_bytes().to_vec());
    }
    let octets = text.chars().enumerate().map(|(at, character)| {
        let octet = u8::try_from(character).ok().filter(|octet| *octet <= last);
        octet.ok_or(ValueError::Character { at })
    });
    octets.collect()
}
