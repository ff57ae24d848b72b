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
        let octets = octets.into_iter();
        match self {
            Self::Gsm => decode_septets(octets, text),
            Self::German => decode_septets(octets.map(from_german), text),
            Self::Ira => text.extend(octets.map(|octet| match octet {
                0x00..=0x7F => char::from(octet),
                _ => char::REPLACEMENT_CHARACTER,
            })),
            Self::Latin1 => text.extend(octets.map(char::from)),
        }
    }

    /// Writes a text, one octet a character, two for those of the extension of GSM.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for the first character that the alphabet lacks.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, ValueError> {
        match self {
            Self::Gsm => encode_septets(text),
            Self::German => {
                if let Some(at) = text
                    .chars()
                    .position(|character| matches!(character, 'Ñ' | 'ñ'))
                {
                    return Err(ValueError::Character { at });
                }
                let mut octets = encode_septets(text)?;
                octets
                    .iter_mut()
                    .for_each(|octet| *octet = to_german(*octet));
                Ok(octets)
            }
            Self::Ira => encode_up_to(0x7F, text),
            Self::Latin1 => encode_up_to(0xFF, text),
        }
    }
}

/// What [`to_german`] made.
const fn from_german(octet: u8) -> u8 {
    match octet {
        0x5D => 0x5E, // Ü
        0x5E => 0x5F, // §
        0x7D => 0x7E, // ü
        0x7E => 0x1E, // ß
        _ => octet,
    }
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

/// Septets looked at together: as many as a message has, mostly.
const BLOCK: usize = 160;

fn decode_septets(mut octets: impl Iterator<Item = u8>, text: &mut String) {
    let mut block = [0; BLOCK];
    let mut len = 0;
    loop {
        let before = len;
        let room = block.iter_mut().skip(before);
        for (place, octet) in room.zip(octets.by_ref()) {
            *place = octet;
            len += 1;
        }
        let septets = block.get(..len).unwrap_or_default();
        if len < BLOCK {
            return Tables::DEFAULT.decode_into(septets, text);
        }
        // An escape at the end waits for its code. It is one when it is not the code of another.
        let escapes = septets
            .iter()
            .rev()
            .take_while(|&&octet| octet == ESCAPE)
            .count();
        let waiting = escapes % 2;
        Tables::DEFAULT.decode_into(septets.get(..len - waiting).unwrap_or_default(), text);
        block = [ESCAPE; BLOCK];
        len = waiting;
    }
}

fn encode_septets(text: &str) -> Result<Vec<u8>, ValueError> {
    Tables::DEFAULT.encode(text).map_err(|error| {
        let before = text.get(..error.index).unwrap_or_default();
        let at = before.chars().count();
        ValueError::Character { at }
    })
}

fn encode_up_to(last: u8, text: &str) -> Result<Vec<u8>, ValueError> {
    let octets = text.chars().enumerate().map(|(at, character)| {
        let octet = u8::try_from(character).ok().filter(|octet| *octet <= last);
        octet.ok_or(ValueError::Character { at })
    });
    octets.collect()
}
