//! GSM 7-bit characters and septets (3GPP TS 23.038 §6.2.1): the default alphabet, its extension
//! table, and the tables that stand for either in a message of some [`Language`].
//!
//! *Unpacked* means one septet an octet, top bit clear: what SMPP carries under
//! `data_coding` 0 and what [`septet::pack`] takes. A character of the
//! extension table is two septets, [`ESCAPE`] and its code.
//!
//! ```
//! use smsgw_gsm::alphabet::{self, Language, Tables};
//!
//! let septets = alphabet::encode_unpacked("5 €")?;
//! assert_eq!(septets, [0x35, 0x20, 0x1B, 0x65]);
//! assert_eq!(alphabet::decode_unpacked(&septets), "5 €");
//!
//! // The default alphabet has no ş. A user data header would say which tables these are.
//! let turkish = Tables::of(Language::Turkish);
//! assert_eq!(turkish.encode("İş")?, [0x40, 0x1D]);
//! assert_eq!(turkish.decode(&[0x40, 0x1D]), "İş");
//! # Ok::<(), smsgw_gsm::EncodeError>(())
//! ```

mod code;
mod decode;
mod default;
mod encode;
mod extension;
mod having;
mod language;
mod national;
mod stage;
mod table;

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::EncodeError;
use crate::septet::{self, FillBits};

pub use code::Code;
pub(crate) use having::Having;
pub use language::Language;

/// The septet that says: the next one is a code of the extension table.
pub const ESCAPE: u8 = 0x1B;

/// Which tables a text is written with: those of a language, or the default alphabet and its
/// extension.
///
/// The user data header of a message names them, in elements 25 (locking) and 24 (single shift)
/// (TS 23.040 §9.2.3.24.15, §9.2.3.24.16).
///
/// ```
/// use smsgw_gsm::alphabet::{Code, Language, Tables};
///
/// assert_eq!(Tables::DEFAULT.code('ğ'), None);
/// let single = Tables { single: Some(Language::Turkish), ..Tables::DEFAULT };
/// assert_eq!(single.code('ğ'), Some(Code::Escaped(0x67)));
/// let both = Tables { locking: Some(Language::Turkish), ..single };
/// assert_eq!(both.code('ğ'), Some(Code::Plain(0x0C)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Tables {
    /// Whose locking shift table stands for the default alphabet; `None` for none. Spanish has
    /// none, so with it the default alphabet stays.
    pub locking: Option<Language>,
    /// Whose single shift table stands for the default extension; `None` for none.
    pub single: Option<Language>,
}

impl Tables {
    /// The default alphabet and its extension.
    pub const DEFAULT: Tables = Tables {
        locking: None,
        single: None,
    };

    /// Both tables of a language.
    #[must_use]
    pub const fn of(language: Language) -> Tables {
        Tables {
            locking: Some(language),
            single: Some(language),
        }
    }

    /// How these tables write `character`: the lowest code of the locking table, or of the single
    /// shift table when that one does not have it.
    #[must_use]
    #[inline]
    pub fn code(self, character: char) -> Option<Code> {
        let plain = national::locking(self.locking).code(character);
        let escaped = || national::single(self.single).code(character);
        plain
            .map(Code::Plain)
            .or_else(|| escaped().map(Code::Escaped))
    }

    /// The character that `code` stands for; `None` where its table has no entry.
    ///
    /// [`decode`](Self::decode) shows something for those too.
    #[must_use]
    pub fn character(self, code: Code) -> Option<char> {
        match code {
            Code::Plain(code) => national::locking(self.locking).character(code),
            Code::Escaped(code) => national::single(self.single).character(code),
        }
    }

    /// Writes a text as septets, one an octet.
    ///
    /// # Errors
    /// [`EncodeError`] names the first character that neither table has.
    pub fn encode(self, text: &str) -> Result<Vec<u8>, EncodeError> {
        let mut septets = Vec::new();
        self.encode_into(text, &mut septets)?;
        Ok(septets)
    }

    /// [`encode`](Self::encode), appended to `septets`.
    ///
    /// # Errors
    /// As there; nothing is appended then.
    pub fn encode_into(self, text: &str, septets: &mut Vec<u8>) -> Result<(), EncodeError> {
        let before = septets.len();
        encode::append(self, text, septets).inspect_err(|_| septets.truncate(before))
    }

    /// Writes a text as septets and packs them after `fill` bits; beside the octets, how many
    /// septets they are.
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Tables;
    /// use smsgw_gsm::septet::FillBits;
    ///
    /// let (octets, septets) = Tables::DEFAULT.encode_packed("5 €", FillBits::NONE)?;
    /// assert_eq!((&octets[..], septets), (&[0x35, 0xD0, 0xA6, 0x0C][..], 4));
    /// # Ok::<(), smsgw_gsm::EncodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`EncodeError`] names the first character that neither table has.
    pub fn encode_packed(
        self,
        text: &str,
        fill: FillBits,
    ) -> Result<(Vec<u8>, usize), EncodeError> {
        let septets = self.encode(text)?;
        Ok((septet::pack(&septets, fill), septets.len()))
    }

    /// Reads septets, one an octet, as text. Every input has a text:
    ///
    /// * an escape and a code that the single shift table does not have: the locking table's
    ///   character of that code;
    /// * a code that the locking table does not have, and two escapes: a space;
    /// * an escape at the very end: nothing;
    /// * an octet above 0x7F, which is no septet: U+FFFD.
    #[must_use]
    pub fn decode(self, septets: &[u8]) -> String {
        let mut text = String::new();
        self.decode_into(septets, &mut text);
        text
    }

    /// [`decode`](Self::decode), appended to `text`.
    pub fn decode_into(self, septets: &[u8], text: &mut String) {
        decode::append(self, septets, text);
    }

    /// Reads `count` septets, packed after `fill` bits, as [`decode`](Self::decode) does; fewer
    /// if `octets` ends before.
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Tables;
    /// use smsgw_gsm::septet::FillBits;
    ///
    /// let octets = [0x35, 0xD0, 0xA6, 0x0C];
    /// assert_eq!(Tables::DEFAULT.decode_packed(&octets, 4, FillBits::NONE), "5 €");
    /// ```
    #[must_use]
    pub fn decode_packed(self, octets: &[u8], count: usize, fill: FillBits) -> String {
        let mut text = String::new();
        self.decode_packed_into(octets, count, fill, &mut text);
        text
    }

    /// [`decode_packed`](Self::decode_packed), appended to `text`.
    pub fn decode_packed_into(
        self,
        octets: &[u8],
        count: usize,
        fill: FillBits,
        text: &mut String,
    ) {
        let count = count.min(septet::capacity(octets.len(), fill));
        if count <= table::BLOCK {
            return decode::append_short(self, septet::sixteen(octets, fill), count, text);
        }
        match [0; 160].get_mut(..count) {
            Some(septets) => {
                septet::unpack_into(octets, fill, septets);
                self.decode_into(septets, text);
            }
            // More than a message holds.
            None => self.decode_into(&septet::unpack(octets, count, fill), text),
        }
    }
}

/// Writes a text as septets of the default alphabet, one an octet: [`Tables::encode`].
///
/// # Errors
/// [`EncodeError`] names the first character that the alphabet does not have.
#[doc(alias("data_coding 0", "SMSC default alphabet"))]
pub fn encode_unpacked(text: &str) -> Result<Vec<u8>, EncodeError> {
    Tables::DEFAULT.encode(text)
}

/// Reads septets of the default alphabet, one an octet, as text: [`Tables::decode`].
///
/// ```
/// use smsgw_gsm::alphabet::decode_unpacked;
///
/// assert_eq!(decode_unpacked(&[0x1B, 0x61]), "a");
/// assert_eq!(decode_unpacked(&[0x1B, 0x1B]), " ");
/// assert_eq!(decode_unpacked(&[0x61, 0x1B]), "a");
/// assert_eq!(decode_unpacked(&[0xE4]), "\u{FFFD}");
/// ```
#[must_use]
pub fn decode_unpacked(septets: &[u8]) -> String {
    Tables::DEFAULT.decode(septets)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pair there is.
    fn pairs() -> impl Iterator<Item = Tables> {
        let languages = || core::iter::once(None).chain(Language::ALL.map(Some));
        languages()
            .flat_map(move |locking| languages().map(move |single| Tables { locking, single }))
    }

    #[test]
    fn the_default_alphabet_has_137_characters() {
        let known = ('\0'..=char::MAX).filter(|c| Code::of(*c).is_some());
        assert_eq!(known.count(), 127 + 10);
    }

    #[test]
    fn every_character_comes_back_and_a_plain_code_is_preferred() {
        for tables in pairs() {
            let plain = (0..128).map(Code::Plain);
            let escaped = (0..128).map(Code::Escaped);
            let mut seen = alloc::vec::Vec::new();
            for code in plain.chain(escaped) {
                let Some(character) = tables.character(code) else {
                    continue;
                };
                // The first code that has the character is the one written.
                if !seen.contains(&character) {
                    seen.push(character);
                    assert_eq!(tables.code(character), Some(code), "{tables:?}");
                }
            }
        }
    }

    #[test]
    fn no_table_has_an_escape_or_a_second_carriage_return() {
        for tables in pairs() {
            assert_eq!(tables.character(Code::Plain(ESCAPE)), None);
            assert_eq!(tables.character(Code::Escaped(ESCAPE)), None);
            assert_eq!(tables.character(Code::Escaped(0x0D)), None);
            assert_eq!(tables.character(Code::Plain(0x80)), None);
            assert_eq!(tables.code(' '), Some(Code::Plain(0x20)));
            assert_eq!(tables.code('\r'), Some(Code::Plain(0x0D)));
            assert_eq!(tables.code('\0'), None);
        }
    }

    #[test]
    fn codes_of_no_table() {
        for tables in pairs() {
            assert_eq!(tables.decode(&[ESCAPE, ESCAPE, 0x20]), "  ");
            assert_eq!(tables.decode(&[0x21, ESCAPE]), "!");
            assert_eq!(tables.decode(&[ESCAPE, 0x0D]), "\r");
            assert_eq!(tables.decode(&[0x80, ESCAPE, 0xFF]), "\u{FFFD}\u{FFFD}");
        }
        let bengali = Tables::of(Language::Bengali);
        assert_eq!(bengali.decode(&[0x0C, ESCAPE, 0x5B]), "  ");
    }

    #[test]
    fn spanish_keeps_the_default_alphabet() {
        let spanish = Tables::of(Language::Spanish);
        assert_eq!(spanish.encode("ñá").unwrap(), [0x7D, ESCAPE, 0x61]);
    }

    #[test]
    fn the_first_stranger_is_named() {
        let error = encode_unpacked("é€ç`").unwrap_err();
        assert_eq!((error.character, error.index), ('ç', 5));
    }
}
