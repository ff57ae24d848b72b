//! What the values of `data_coding` mean on a link.

use alloc::borrow::Cow;

use smsgw_gsm::alphabet::Code;

use super::{Charset, TextError};
use crate::types::DataCoding;

/// What `data_coding` 0 means: a matter of agreement with the MC (SMPP 5.0 §4.7.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DefaultAlphabet {
    /// GSM 7-bit, a septet in each octet: most MCs.
    #[default]
    GsmUnpacked,
    /// GSM 7-bit, packed: a few.
    GsmPacked,
    /// ISO-8859-1.
    Latin1,
    /// ASCII.
    Ascii,
}

/// What the values of `data_coding` mean on a link, and which of them are used for sending.
///
/// | `data_coding` | charset |
/// |---|---|
/// | 0 | [`Self::default_alphabet`] |
/// | 1 | ASCII |
/// | 2, 4 | none: octets |
/// | 3 | ISO-8859-1 |
/// | 5 (JIS X 0208), 9 (pictograms) | Shift_JIS; reads ISO-2022-JP too |
/// | 6 | ISO-8859-5 |
/// | 7 | ISO-8859-8 |
/// | 8 | UTF-16BE |
/// | 10 | ISO-2022-JP |
/// | 13 (JIS X 0212) | EUC-JP |
/// | 14 (KS C 5601) | EUC-KR |
/// | 0x10 to 0x7F | reserved; read as what peers that pass the DCS of GSM through mean: by bits 3 and 2 default alphabet, octets, UTF-16BE; octets when compressed (bit 5) or reserved |
/// | 0xC0 to 0xDF (message waiting) | default alphabet |
/// | 0xE0 to 0xEF (message waiting) | UTF-16BE |
/// | 0xF0 to 0xFF (message class) | by bit 2 default alphabet or octets |
/// | 11, 12, 15, 0x80 to 0xBF | reserved; none: octets |
///
/// The standard does not say how the Japanese codes lie in octets: these are the forms that are
/// seen, and for 5 peers differ.
///
/// ```
/// use smsgw_smpp::text::{Alphabets, DefaultAlphabet};
/// use smsgw_smpp::types::DataCoding;
///
/// let alphabets = Alphabets::new(DefaultAlphabet::GsmUnpacked);
/// assert_eq!(alphabets.decode(DataCoding(0), b"\x00\x1B\x65").as_deref(), Some("@€"));
/// assert_eq!(alphabets.decode(DataCoding::OCTET_UNSPECIFIED, b"\x00"), None);
///
/// let data_coding = alphabets.choose("Ωμέγα");
/// assert_eq!(data_coding, DataCoding::UCS2);
/// let octets = alphabets.encode(data_coding, "Ωμέγα")?;
/// assert_eq!(alphabets.decode(data_coding, &octets).as_deref(), Some("Ωμέγα"));
/// # Ok::<(), smsgw_smpp::text::TextError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Alphabets {
    /// What 0 means.
    pub default_alphabet: DefaultAlphabet,
    /// Whether texts may be sent as Latin-1 (3), when that is cheaper.
    pub sends_latin_1: bool,
}

impl Alphabets {
    /// With this default alphabet; Latin-1 is not sent.
    #[must_use]
    pub const fn new(default_alphabet: DefaultAlphabet) -> Self {
        Self {
            default_alphabet,
            sends_latin_1: false,
        }
    }

    /// The charset of a `data_coding`; `None` when it means octets, or nothing known.
    #[must_use]
    pub const fn charset(&self, data_coding: DataCoding) -> Option<Charset> {
        let default = match self.default_alphabet {
            DefaultAlphabet::GsmUnpacked => Charset::GsmUnpacked,
            DefaultAlphabet::GsmPacked => Charset::GsmPacked,
            DefaultAlphabet::Latin1 => Charset::Latin1,
            DefaultAlphabet::Ascii => Charset::Ascii,
        };
        Some(match data_coding {
            DataCoding::MC_SPECIFIC => default,
            DataCoding::IA5 => Charset::Ascii,
            DataCoding::LATIN_1 => Charset::Latin1,
            DataCoding::JIS | DataCoding::PICTOGRAM => Charset::ShiftJis,
            DataCoding::CYRILLIC => Charset::Cyrillic,
            DataCoding::LATIN_HEBREW => Charset::Hebrew,
            DataCoding::UCS2 => Charset::Ucs2,
            DataCoding::ISO_2022_JP => Charset::Iso2022Jp,
            DataCoding::EXTENDED_KANJI_JIS => Charset::EucJp,
            DataCoding::KS_C_5601 => Charset::EucKr,
            DataCoding(0x10..=0x7F) => match data_coding.0 & 0b0010_1100 {
                0b0000_0000 => default,
                0b0000_1000 => Charset::Ucs2,
                _ => return None,
            },
            DataCoding(0xC0..=0xDF) => default,
            DataCoding(0xE0..=0xEF) => Charset::Ucs2,
            DataCoding(0xF0..=0xFF) if data_coding.0 & 0b0000_0100 == 0 => default,
            _ => return None,
        })
    }

    /// The text of `octets`, U+FFFD for what cannot be read; `None` when `data_coding` means
    /// octets.
    #[must_use]
    pub fn decode<'o>(&self, data_coding: DataCoding, octets: &'o [u8]) -> Option<Cow<'o, str>> {
        let charset = self.charset(data_coding)?;
        Some(charset.decode(octets))
    }

    /// The octets of `text`.
    ///
    /// # Errors
    /// [`TextError::Encode`] when the alphabet lacks a character, [`TextError::NoText`] when
    /// `data_coding` means octets.
    pub fn encode<'t>(
        &self,
        data_coding: DataCoding,
        text: &'t str,
    ) -> Result<Cow<'t, [u8]>, TextError> {
        let charset = self.charset(data_coding);
        let charset = charset.ok_or(TextError::NoText { data_coding })?;
        charset.encode(text).map_err(TextError::Encode)
    }

    /// The cheapest that has every character of `text`: the default alphabet, Latin-1 when that
    /// may be sent, or else UCS-2.
    ///
    /// ```
    /// use smsgw_smpp::text::Alphabets;
    /// use smsgw_smpp::types::DataCoding;
    ///
    /// let mut alphabets = Alphabets::default();
    /// assert_eq!(alphabets.choose("voilà"), DataCoding::MC_SPECIFIC);
    /// assert_eq!(alphabets.choose("ça va"), DataCoding::UCS2);
    /// alphabets.sends_latin_1 = true;
    /// assert_eq!(alphabets.choose("voilà"), DataCoding::MC_SPECIFIC);
    /// assert_eq!(alphabets.choose("ça va"), DataCoding::LATIN_1);
    /// ```
    #[must_use]
    pub fn choose(&self, text: &str) -> DataCoding {
        let bits = |data_coding| self.bits(data_coding, text).map(|bits| (bits, data_coding));
        let latin_1 = self.sends_latin_1.then_some(DataCoding::LATIN_1);
        [Some(DataCoding::MC_SPECIFIC), latin_1]
            .into_iter()
            .flatten()
            .filter_map(bits)
            .min_by_key(|(bits, _)| *bits)
            .map_or(DataCoding::UCS2, |(_, data_coding)| data_coding)
    }

    /// What `text` takes on the radio side; `None` when the alphabet lacks a character.
    fn bits(&self, data_coding: DataCoding, text: &str) -> Option<usize> {
        let charset = self.charset(data_coding)?;
        let bits = |character| match charset {
            Charset::GsmUnpacked | Charset::GsmPacked => {
                Code::of(character).map(|code| 7 * code.septets())
            }
            _ => charset.has(character).then_some(8),
        };
        text.chars().map(bits).sum()
    }
}
