//! GSM 7-bit characters and septets (3GPP TS 23.038 §6.2.1): the default alphabet and its
//! extension table.
//!
//! *Unpacked* means one septet an octet, top bit clear: what SMPP carries under
//! `data_coding` 0 and what [`septet::pack`](crate::septet::pack) takes. A character of the
//! extension table is two septets, [`ESCAPE`] and its code.
//!
//! ```
//! use smsgw_gsm::alphabet;
//!
//! let septets = alphabet::encode_unpacked("5 €")?;
//! assert_eq!(septets, [0x35, 0x20, 0x1B, 0x65]);
//! assert_eq!(alphabet::decode_unpacked(&septets), "5 €");
//! # Ok::<(), smsgw_gsm::EncodeError>(())
//! ```

mod default;
mod extension;

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::EncodeError;

/// The septet that says: the next one is a code of the extension table.
pub const ESCAPE: u8 = 0x1B;

/// How the alphabet writes one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// One septet: a code of the default alphabet.
    Plain(u8),
    /// Two septets, [`ESCAPE`] and this code of the extension table.
    Escaped(u8),
}

impl Code {
    /// The code of `character`, if the alphabet has it.
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Code;
    ///
    /// assert_eq!(Code::of('a'), Some(Code::Plain(0x61)));
    /// assert_eq!(Code::of('€'), Some(Code::Escaped(0x65)));
    /// assert_eq!(Code::of('\t'), None);
    /// ```
    #[inline]
    pub fn of(character: char) -> Option<Code> {
        let index = usize::try_from(u32::from(character)).ok()?;
        match CODES.get(index) {
            Some(&NONE) => None,
            Some(&code) if code & ESCAPED != 0 => Some(Code::Escaped(code & !ESCAPED)),
            Some(&code) => Some(Code::Plain(code)),
            None if character == EURO.1 => Some(Code::Escaped(EURO.0)),
            None => None,
        }
    }

    /// The character that this code stands for; `None` where its table has no entry.
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Code;
    ///
    /// assert_eq!(Code::Plain(0x00).character(), Some('@'));
    /// assert_eq!(Code::Escaped(0x00).character(), None);
    /// ```
    pub fn character(self) -> Option<char> {
        match self {
            Code::Plain(code) => default::character(code),
            Code::Escaped(code) => extension::character(code),
        }
    }

    /// How many septets it takes, 1 or 2.
    pub fn septets(self) -> usize {
        match self {
            Code::Plain(_) => 1,
            Code::Escaped(_) => 2,
        }
    }
}

/// Writes a text as septets, one an octet.
///
/// # Errors
/// [`EncodeError`] names the first character that the alphabet does not have.
#[doc(alias("data_coding 0", "SMSC default alphabet"))]
pub fn encode_unpacked(text: &str) -> Result<Vec<u8>, EncodeError> {
    let mut septets = Vec::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (same, other) = rest.split_at(same_in_ascii(rest.as_bytes()));
        septets.extend_from_slice(same.as_bytes());
        let mut characters = other.chars();
        let Some(character) = characters.next() else {
            break;
        };
        match Code::of(character) {
            Some(Code::Plain(code)) => septets.push(code),
            Some(Code::Escaped(code)) => septets.extend_from_slice(&[ESCAPE, code]),
            None => {
                let index = text.len() - other.len();
                return Err(EncodeError { character, index });
            }
        }
        rest = characters.as_str();
    }
    Ok(septets)
}

/// Reads septets, one an octet, as text. Every input has a text:
///
/// * an escape and a code that the extension table does not have: the default alphabet's
///   character of that code;
/// * two escapes: a space;
/// * an escape at the very end: nothing;
/// * an octet above 0x7F, which is no septet: U+FFFD.
///
/// ```
/// use smsgw_gsm::alphabet::decode_unpacked;
///
/// assert_eq!(decode_unpacked(&[0x1B, 0x61]), "a");
/// assert_eq!(decode_unpacked(&[0x1B, 0x1B]), " ");
/// assert_eq!(decode_unpacked(&[0x61, 0x1B]), "a");
/// assert_eq!(decode_unpacked(&[0xE4]), "\u{FFFD}");
/// ```
pub fn decode_unpacked(septets: &[u8]) -> String {
    let mut text = String::with_capacity(septets.len());
    let mut rest = septets;
    loop {
        let (same, other) = rest.split_at(same_in_ascii(rest));
        // ASCII alone, so always `Ok`.
        text.extend(str::from_utf8(same));
        let (code, extended) = match other {
            [ESCAPE, code, after @ ..] => {
                rest = after;
                (*code, extension::character(*code))
            }
            [] | [ESCAPE] => break,
            [code, after @ ..] => {
                rest = after;
                (*code, None)
            }
        };
        let plain = default::CHARACTERS.get(usize::from(code)).copied();
        text.push(extended.or(plain).unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}

/// How many octets at the start mean the same in ASCII and in the default alphabet: most of most
/// texts, so worth copying in runs.
fn same_in_ascii(octets: &[u8]) -> usize {
    let differs = |octet: &u8| SAME_IN_ASCII.get(usize::from(*octet)) != Some(&true);
    octets.iter().position(differs).unwrap_or(octets.len())
}

/// In [`CODES`]: this character is not in the alphabet.
const NONE: u8 = 0xFF;
/// In [`CODES`]: the code is one of the extension table.
const ESCAPED: u8 = 0b1000_0000;
/// The one character beyond [`CODES`].
const EURO: (u8, char) = (0x65, '€');

/// Character to code, up to the end of the Greek letters.
const CODES: [u8; 0x400] = codes();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
const fn codes() -> [u8; 0x400] {
    let mut table = [NONE; 0x400];
    let mut code = 0;
    while code < 128 {
        if code != ESCAPE {
            table[default::CHARACTERS[code as usize] as usize] = code;
        }
        code += 1;
    }
    let mut row = 0;
    while row < extension::CHARACTERS.len() {
        let (code, character) = extension::CHARACTERS[row];
        if character != EURO.1 {
            table[character as usize] = code | ESCAPED;
        }
        row += 1;
    }
    table
}

/// Codes that are their character's own ASCII code.
const SAME_IN_ASCII: [bool; 256] = same();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
const fn same() -> [bool; 256] {
    let mut table = [false; 256];
    let mut code = 0;
    while code < 128 {
        table[code] = CODES[code] as usize == code;
        code += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_comes_back_from_its_character() {
        for code in (0..128).filter(|code| *code != ESCAPE) {
            let code = Code::Plain(code);
            assert_eq!(code.character().and_then(Code::of), Some(code));
        }
        for (code, character) in extension::CHARACTERS {
            let code = Code::Escaped(code);
            assert_eq!(code.character(), Some(character));
            assert_eq!(Code::of(character), Some(code));
        }
    }

    #[test]
    fn the_alphabet_has_137_characters() {
        let known = ('\0'..=char::MAX).filter(|c| Code::of(*c).is_some());
        assert_eq!(known.count(), 127 + 10);
    }

    #[test]
    fn codes_without_a_character() {
        assert_eq!(Code::Plain(ESCAPE).character(), None);
        assert_eq!(Code::Plain(0x80).character(), None);
        assert_eq!(Code::Escaped(ESCAPE).character(), None);
        assert_eq!(Code::Escaped(0x0D).character(), None);
    }

    #[test]
    fn the_first_stranger_is_named() {
        let error = encode_unpacked("é€ç`").unwrap_err();
        assert_eq!((error.character, error.index), ('ç', 5));
    }
}
