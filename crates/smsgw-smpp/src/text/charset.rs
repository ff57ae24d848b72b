//! Alphabets and how they lie in octets.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::fmt;

use encoding_rs::{EUC_JP, EUC_KR, Encoding, ISO_2022_JP, ISO_8859_5, ISO_8859_8, SHIFT_JIS};
use smsgw_gsm::alphabet::{self, Code, Tables};
use smsgw_gsm::septet::{self, FillBits};
use smsgw_gsm::ucs2;

/// An alphabet and how it lies in octets.
///
/// ```
/// use smsgw_smpp::text::Charset;
///
/// assert_eq!(Charset::Cyrillic.encode("Да")?, &[0xB4, 0xD0][..]);
/// assert_eq!(Charset::Cyrillic.decode(&[0xB4, 0xD0]), "Да");
/// let error = Charset::Latin1.encode("5 €").unwrap_err();
/// assert_eq!((error.character, error.index), ('€', 2));
/// # Ok::<(), smsgw_smpp::text::EncodeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Charset {
    /// The GSM 7-bit default alphabet with its extension, a septet in each octet.
    GsmUnpacked,
    /// The same, eight septets in seven octets. Seven octets hold seven septets or eight: a
    /// septet 0 (`@`) that ends with the last octet is taken for fill, so a text of 8, 16, ...
    /// septets that ends in `@` comes back without it.
    GsmPacked,
    /// ASCII. Octets above 0x7F are read as Latin-1, which is what peers mean by them.
    Ascii,
    /// ISO-8859-1, every octet its own code point (not the Windows code page of that name).
    Latin1,
    /// Shift_JIS. Octets with an escape and none above 0x7F are read as ISO-2022-JP, the other
    /// form in which peers send JIS X 0208; so escape and shift cannot be written.
    ShiftJis,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8, letters in the order they are read.
    Hebrew,
    /// UTF-16BE.
    Ucs2,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// EUC-JP. JIS X 0212, its third plane, is read but not written.
    EucJp,
    /// EUC-KR, as KS C 5601 is sent, with the additions of the Windows code page.
    EucKr,
}

/// A character that an alphabet does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EncodeError {
    /// The first character that does not fit.
    pub character: char,
    /// Where it starts in the text: an index as [`str::char_indices`] gives it.
    pub index: usize,
    /// The alphabet.
    pub charset: Charset,
}

impl Charset {
    /// The usual name: `ISO-8859-5`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GsmUnpacked => "GSM 7-bit",
            Self::GsmPacked => "GSM 7-bit, packed",
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::ShiftJis => "Shift_JIS",
            Self::Cyrillic => "ISO-8859-5",
            Self::Hebrew => "ISO-8859-8",
            Self::Ucs2 => "UTF-16BE",
            Self::Iso2022Jp => "ISO-2022-JP",
            Self::EucJp => "EUC-JP",
            Self::EucKr => "EUC-KR",
        }
    }

    /// Whether the alphabet has `character`, and gives it back when read.
    #[must_use]
    pub fn has(self, character: char) -> bool {
        match self {
            Self::GsmUnpacked | Self::GsmPacked => Code::of(character).is_some(),
            Self::Ascii => character.is_ascii(),
            Self::Latin1 => u8::try_from(u32::from(character)).is_ok(),
            Self::Ucs2 => true,
            Self::ShiftJis | Self::Iso2022Jp if matches!(character, '\x0E' | '\x0F' | '\x1B') => {
                false
            }
            _ if character.is_ascii() => true,
            _ => {
                // Some of these write a character as another that looks like it: that is no
                // encoding of the text.
                let mut utf_8 = [0; 4];
                let text = &*character.encode_utf8(&mut utf_8);
                let (octets, _, unmappable) = self.table().encode(text);
                !unmappable && self.decode(&octets) == text
            }
        }
    }

    /// The text of `octets`; U+FFFD stands for what has none.
    #[must_use]
    pub fn decode(self, octets: &[u8]) -> Cow<'_, str> {
        match self {
            Self::GsmUnpacked => gsm(octets),
            Self::GsmPacked => {
                Cow::Owned(alphabet::decode_unpacked(&unpack(octets, FillBits::NONE)))
            }
            Self::Ascii | Self::Latin1 => match str::from_utf8(octets) {
                Ok(text) if text.is_ascii() => Cow::Borrowed(text),
                _ => octets.iter().copied().map(char::from).collect(),
            },
            Self::Ucs2 => Cow::Owned(ucs2::decode(octets)),
            Self::ShiftJis if octets.is_ascii() && octets.contains(&0x1B) => {
                Self::Iso2022Jp.decode(octets)
            }
            _ => self.table().decode_without_bom_handling(octets).0,
        }
    }

    /// The same, of GSM 7-bit in the language tables that a user data header names
    /// ([`UserDataHeader::tables`](smsgw_gsm::udh::UserDataHeader::tables)).
    ///
    /// ```
    /// use smsgw_gsm::alphabet::{Language, Tables};
    /// use smsgw_smpp::text::Charset;
    ///
    /// let turkish = Tables::of(Language::Turkish);
    /// assert_eq!(Charset::GsmUnpacked.decode_in(turkish, &[0x40, 0x1D]), "İş");
    /// assert_eq!(Charset::GsmPacked.decode_in(turkish, &[0xC0, 0x0E]), "İş");
    /// assert_eq!(Charset::Latin1.decode_in(turkish, &[0x40]), "@");
    /// ```
    #[must_use]
    pub fn decode_in(self, tables: Tables, octets: &[u8]) -> Cow<'_, str> {
        match self {
            _ if tables == Tables::DEFAULT => self.decode(octets),
            Self::GsmUnpacked => Cow::Owned(tables.decode(octets)),
            Self::GsmPacked => Cow::Owned(tables.decode(&unpack(octets, FillBits::NONE))),
            _ => self.decode(octets),
        }
    }

    /// The octets of `text`.
    ///
    /// # Errors
    /// [`EncodeError`] names the first character that the alphabet does not have;
    /// [`Self::replace`] makes a text without such.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, EncodeError> {
        if let Some((index, character)) = self.first_stranger(text) {
            return Err(EncodeError {
                character,
                index,
                charset: self,
            });
        }
        Ok(self.write(text))
    }

    /// The octets of a text of which the alphabet has every character.
    pub(super) fn write(self, text: &str) -> Cow<'_, [u8]> {
        let septets = || alphabet::encode_unpacked(text).unwrap_or_default();
        match self {
            Self::GsmUnpacked => Cow::Owned(septets()),
            Self::GsmPacked => Cow::Owned(septet::pack(&septets(), FillBits::NONE)),
            Self::Ascii | Self::Latin1 if text.is_ascii() => Cow::Borrowed(text.as_bytes()),
            Self::Ascii | Self::Latin1 => text
                .chars()
                .filter_map(|character| u8::try_from(u32::from(character)).ok())
                .collect(),
            Self::Ucs2 => Cow::Owned(ucs2::encode(text)),
            _ => self.table().encode(text).0,
        }
    }

    /// `text` with `replacement` for each character that the alphabet does not have.
    ///
    /// # Errors
    /// When it does not have the replacement either, and one is needed.
    ///
    /// ```
    /// use smsgw_smpp::text::Charset;
    ///
    /// assert_eq!(Charset::GsmUnpacked.replace("5 ₽", '?')?, "5 ?");
    /// assert!(Charset::Latin1.replace("5 ₽", '€').is_err());
    /// # Ok::<(), smsgw_smpp::text::EncodeError>(())
    /// ```
    pub fn replace(self, text: &str, replacement: char) -> Result<Cow<'_, str>, EncodeError> {
        let Some((index, _)) = self.first_stranger(text) else {
            return Ok(Cow::Borrowed(text));
        };
        if !self.has(replacement) {
            return Err(EncodeError {
                character: replacement,
                index,
                charset: self,
            });
        }
        let fit = |character| match self.has(character) {
            true => character,
            false => replacement,
        };
        Ok(Cow::Owned(text.chars().map(fit).collect()))
    }

    /// The first character that the alphabet does not have, and where it starts.
    fn first_stranger(self, text: &str) -> Option<(usize, char)> {
        text.char_indices()
            .find(|(_, character)| !self.has(*character))
    }

    /// The tables of those that are not done by hand.
    fn table(self) -> &'static Encoding {
        match self {
            Self::Cyrillic => ISO_8859_5,
            Self::Hebrew => ISO_8859_8,
            Self::Iso2022Jp => ISO_2022_JP,
            Self::EucJp => EUC_JP,
            Self::EucKr => EUC_KR,
            _ => SHIFT_JIS,
        }
    }
}

/// The usual name.
impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            character,
            index,
            charset,
        } = *self;
        let code = u32::from(character);
        write!(
            f,
            "character {character:?} (U+{code:04X}) at {index} is not in {charset}"
        )
    }
}

impl core::error::Error for EncodeError {}

/// Unpacked septets as text, without a copy when they are the same in ASCII.
fn gsm(septets: &[u8]) -> Cow<'_, str> {
    let is_same = |septet: &u8| Code::of(char::from(*septet)) == Some(Code::Plain(*septet));
    match str::from_utf8(septets) {
        Ok(text) if septets.iter().all(is_same) => Cow::Borrowed(text),
        _ => Cow::Owned(alphabet::decode_unpacked(septets)),
    }
}

/// Septets as they were before packing; see [`Charset::GsmPacked`] for the last one.
pub(super) fn unpack(octets: &[u8], fill: FillBits) -> Vec<u8> {
    let mut septets = septet::unpack(octets, usize::MAX, fill);
    if let Some((0, rest)) = septets.split_last()
        && septet::packed_len(rest.len(), fill) == octets.len()
    {
        septets.pop();
    }
    septets
}
