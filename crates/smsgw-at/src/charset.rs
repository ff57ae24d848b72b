//! The character sets that strings in commands and answers are written in: `+CSCS` (27.007 §5.5).
//!
//! ```
//! use smsgw_at::charset::CharacterSet;
//!
//! assert_eq!(CharacterSet::Ucs2.encode("+49")?, "002B00340039");
//! assert_eq!(CharacterSet::Ucs2.decode("002B00340039"), "+49");
//! // Not every modem writes what it says.
//! assert_eq!(CharacterSet::Ucs2.decode("+49"), "+49");
//! # Ok::<(), smsgw_at::ValueError>(())
//! ```

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use smsgw_gsm::alphabet::{self, Code, Tables};
use smsgw_gsm::ucs2;

use crate::error::ValueError;
use crate::hex;

/// A character set by its name in `+CSCS`.
///
/// Text that comes from a modem has one character an octet, as the line layer hands it out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[doc(alias = "CSCS")]
#[non_exhaustive]
pub enum CharacterSet {
    /// `GSM`: the default alphabet of 23.038, one septet an octet. What most modems start with.
    #[default]
    Gsm,
    /// `IRA`: the international reference alphabet, ASCII.
    Ira,
    /// `UCS2`: four hexadecimal digits for each 16-bit unit.
    Ucs2,
    /// `HEX`: two hexadecimal digits for each octet of the default alphabet of 23.038.
    Hex,
    /// `8859-1`: Latin-1.
    Latin1,
    /// `PCCP437`: the code page of the first PCs.
    Pccp437,
    /// `PCDN`: its Danish and Norwegian variant.
    Pcdn,
    /// `UTF-8`.
    Utf8,
    /// Any other. Of its characters only those of ASCII are known.
    Other(String),
}

/// The upper half of code page 437.
const UPPER_437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

impl CharacterSet {
    /// The set of this name, in letters of either case, quoted or not. Names that are themselves
    /// written in hexadecimal digits are read too: a modem that is set to `UCS2` or `HEX` says so
    /// that way.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let name = name.trim_matches(['"', ' ']);
        let plain = plain(name);
        match plain.to_ascii_uppercase().as_str() {
            "GSM" => Self::Gsm,
            "IRA" => Self::Ira,
            "UCS2" => Self::Ucs2,
            "HEX" => Self::Hex,
            "8859-1" => Self::Latin1,
            "PCCP437" => Self::Pccp437,
            "PCDN" => Self::Pcdn,
            "UTF-8" | "UTF8" => Self::Utf8,
            _ => Self::Other(plain),
        }
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Gsm => "GSM",
            Self::Ira => "IRA",
            Self::Ucs2 => "UCS2",
            Self::Hex => "HEX",
            Self::Latin1 => "8859-1",
            Self::Pccp437 => "PCCP437",
            Self::Pcdn => "PCDN",
            Self::Utf8 => "UTF-8",
            Self::Other(name) => name,
        }
    }

    /// `text` as it stands between quotes in a command.
    ///
    /// # Errors
    /// [`ValueError::Character`] for a character that the set does not have, and for one that would
    /// end the string or the command: a quote, a control character. UCS2 writes every character.
    pub fn encode(&self, text: &str) -> Result<String, ValueError> {
        let mut encoded = String::new();
        match self {
            Self::Ucs2 => hex::write(&ucs2::encode(text), &mut encoded),
            Self::Hex => hex::write(&septets(text)?, &mut encoded),
            _ => {
                let mut utf8 = [0; 4];
                for (offset, character) in text.char_indices() {
                    let refused = ValueError::Character { character, offset };
                    match (self, self.octet(character)) {
                        // A quote, Ctrl-Z, ESC, a line end.
                        (_, Some(..0x20 | b'"' | 0x7F)) => return Err(refused),
                        (_, Some(octet)) => encoded.push(char::from(octet)),
                        (Self::Utf8, None) => {
                            let octets = character.encode_utf8(&mut utf8);
                            encoded.extend(octets.bytes().map(char::from));
                        }
                        _ => return Err(refused),
                    }
                }
            }
        }
        Ok(encoded)
    }

    /// The text of what stood between quotes in an answer. What the set cannot be is kept as it
    /// came, as not every modem writes all its strings in the set that it was told.
    #[must_use]
    pub fn decode(&self, text: &str) -> String {
        match self {
            Self::Ucs2 => match hex::read(text) {
                Some(octets) if octets.len().is_multiple_of(2) => ucs2::decode(&octets),
                _ => text.to_string(),
            },
            Self::Hex => match hex::read(text) {
                Some(septets) => alphabet::decode_unpacked(&septets),
                None => text.to_string(),
            },
            Self::Gsm => match octets(text) {
                Some(septets) if septets.is_ascii() => alphabet::decode_unpacked(&septets),
                _ => text.to_string(),
            },
            Self::Utf8 => octets(text)
                .and_then(|octets| String::from_utf8(octets).ok())
                .unwrap_or_else(|| text.to_string()),
            Self::Ira | Self::Latin1 => text.to_string(),
            Self::Pccp437 | Self::Pcdn | Self::Other(_) => {
                text.chars().map(|octet| self.character(octet)).collect()
            }
        }
    }

    fn octet(&self, character: char) -> Option<u8> {
        let octet = u8::try_from(character).ok();
        match self {
            Self::Gsm => match Tables::DEFAULT.code(character)? {
                Code::Plain(septet) => Some(septet),
                // Two septets, the first of which is ESC.
                Code::Escaped(_) => None,
            },
            _ if character.is_ascii() => octet,
            Self::Latin1 => octet,
            Self::Pccp437 | Self::Pcdn => {
                (0x80..=0xFF).find(|octet| self.character(char::from(*octet)) == character)
            }
            _ => None,
        }
    }

    fn character(&self, octet: char) -> char {
        if octet.is_ascii() {
            return octet;
        }
        match (self, octet) {
            (Self::Pcdn, '\u{9B}') => 'ø',
            (Self::Pcdn, '\u{9D}') => 'Ø',
            (Self::Pcdn, '\u{AF}') => '¤',
            (Self::Pcdn | Self::Pccp437, _) => {
                let at = u32::from(octet).checked_sub(0x80);
                let at = at.and_then(|at| usize::try_from(at).ok());
                let character = at.and_then(|at| UPPER_437.chars().nth(at));
                character.unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => char::REPLACEMENT_CHARACTER,
        }
    }
}

/// The name in `+CSCS`.
impl fmt::Display for CharacterSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A short string of ASCII letters, digits and signs that may have been written as UCS2 or HEX,
/// which the modem was set to by another client: `004D0045` is `ME`, and so is `4D45`. Such strings
/// are names that have no digit first, and numbers that begin with `+`.
pub(crate) fn plain(text: &str) -> String {
    let Some(octets) = hex::read(text) else {
        return text.to_string();
    };
    let octets = match octets.as_chunks::<2>() {
        (units, []) if units.iter().all(|[high, _]| *high == 0) => {
            units.iter().map(|[_, low]| *low).collect()
        }
        _ => octets,
    };
    let begins = |octet: &u8| octet.is_ascii_alphabetic() || *octet == b'+';
    let is_graphic = octets.iter().all(u8::is_ascii_graphic);
    match String::from_utf8(octets) {
        Ok(name) if is_graphic && name.as_bytes().first().is_some_and(begins) => name,
        _ => text.to_string(),
    }
}

fn septets(text: &str) -> Result<Vec<u8>, ValueError> {
    alphabet::encode_unpacked(text).map_err(|error| ValueError::Character {
        character: error.character,
        offset: error.index,
    })
}

/// The octets of a line's text: one a character.
pub(crate) fn octets(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|c| u8::try_from(c).ok()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [CharacterSet; 8] = [
        CharacterSet::Gsm,
        CharacterSet::Ira,
        CharacterSet::Ucs2,
        CharacterSet::Hex,
        CharacterSet::Latin1,
        CharacterSet::Pccp437,
        CharacterSet::Pcdn,
        CharacterSet::Utf8,
    ];

    #[test]
    fn names_even_in_hexadecimal() {
        for set in ALL {
            assert_eq!(CharacterSet::from_name(set.name()), set);
        }
        let name = CharacterSet::from_name;
        assert_eq!(name("\"0055004300530032\""), CharacterSet::Ucs2);
        assert_eq!(name("484558"), CharacterSet::Hex);
        assert_eq!(name("8859-9"), CharacterSet::Other("8859-9".into()));
        assert_eq!(plain("004D0045"), "ME");
        assert_eq!(plain("4D45"), "ME");
        assert_eq!(plain("6281100000"), "6281100000");
        assert_eq!(plain("26202"), "26202");
    }

    #[test]
    fn characters_of_each() {
        assert_eq!(CharacterSet::Gsm.encode("¡5").unwrap(), "@5");
        assert_eq!(CharacterSet::Gsm.decode("\u{0}\u{11}"), "@_");
        assert_eq!(CharacterSet::Hex.encode("@_").unwrap(), "0011");
        assert_eq!(CharacterSet::Pccp437.encode("é").unwrap(), "\u{82}");
        assert_eq!(CharacterSet::Pcdn.decode("\u{9b}\u{ff}"), "ø\u{a0}");
        assert_eq!(CharacterSet::Utf8.decode("\u{c3}\u{a9}"), "é");
        assert_eq!(UPPER_437.chars().count(), 128);
    }

    #[test]
    fn nothing_that_ends_the_string() {
        let refused = |set: &CharacterSet, text| set.encode(text).unwrap_err();
        for set in ALL
            .iter()
            .filter(|set| !matches!(set, CharacterSet::Ucs2 | CharacterSet::Hex))
        {
            for text in ["a\"b", "a\rb"] {
                let character = text.chars().nth(1).unwrap();
                assert_eq!(
                    refused(set, text),
                    ValueError::Character {
                        character,
                        offset: 1
                    }
                );
            }
        }
        // Ctrl-Z and ESC in that alphabet.
        assert!(matches!(
            refused(&CharacterSet::Gsm, "Ξ"),
            ValueError::Character { .. }
        ));
        assert!(matches!(
            refused(&CharacterSet::Gsm, "€"),
            ValueError::Character { .. }
        ));
        assert!(matches!(
            refused(&CharacterSet::Ira, "é"),
            ValueError::Character { .. }
        ));
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(text: String) {
            for set in ALL {
                if let Ok(encoded) = set.encode(&text) {
                    let may_be_sent = |c| c != '"' && (' '..='\u{ff}').contains(&c);
                    prop_assert!(encoded.chars().all(may_be_sent));
                    prop_assert_eq!(set.decode(&encoded), text.clone(), "{}", set);
                }
            }
        }

        #[test]
        fn hexadecimal_sets_take_all_of_their_characters(text in "[ -Z]{0,20}") {
            prop_assert!(CharacterSet::Ucs2.encode(&text).is_ok());
            let ira = CharacterSet::Ira.encode(&text);
            prop_assert_eq!(ira.is_ok(), !text.contains('"'));
        }

        #[test]
        fn anything_is_decoded(text in "[\u{0}-\u{ff}]{0,40}|[0-9A-F]{0,40}") {
            for set in ALL {
                let _ = set.decode(&text);
            }
        }
    }
}
