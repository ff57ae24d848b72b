//! Data coding scheme of cell broadcast (3GPP TS 23.038 §5).

use core::fmt;

use crate::dcs::{Alphabet, Class};

/// Alphabet, language and handling of a cell broadcast message. Not the
/// [`DataCodingScheme`](crate::dcs::DataCodingScheme) of TPDUs: most values mean something else
/// there.
///
/// Any octet can be read; what the standard reserves is GSM 7-bit without a language, as it asks.
///
/// ```
/// use smsgw_gsm::cbs::{BroadcastLanguage, CbsDataCodingScheme};
/// use smsgw_gsm::dcs::Alphabet;
///
/// let english = CbsDataCodingScheme::in_language(BroadcastLanguage::English);
/// assert_eq!(english, CbsDataCodingScheme::from_octet(0x01));
/// let ucs2 = CbsDataCodingScheme::general(Alphabet::Ucs2, None, false);
/// assert_eq!((ucs2.octet(), ucs2.alphabet()), (0x48, Alphabet::Ucs2));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CbsDataCodingScheme(u8);

impl CbsDataCodingScheme {
    /// GSM 7-bit, language unspecified: what reserved values are taken for.
    pub const UNSPECIFIED: Self = Self(0x0F);
    /// GSM 7-bit; the text starts with a language code and a CR.
    pub const GSM7_WITH_LANGUAGE: Self = Self(0x10);
    /// UCS-2; the text starts with a language code in two octets.
    pub const UCS2_WITH_LANGUAGE: Self = Self(0x11);

    /// Takes an octet as it arrived.
    #[must_use]
    pub const fn from_octet(octet: u8) -> Self {
        Self(octet)
    }

    /// GSM 7-bit in one of the languages that have a value of their own.
    #[must_use]
    pub const fn in_language(language: BroadcastLanguage) -> Self {
        Self(language.octet())
    }

    /// General data coding (group 01xx). `None` is no class.
    #[must_use]
    pub const fn general(alphabet: Alphabet, class: Option<Class>, compressed: bool) -> Self {
        let class = match class {
            None => 0,
            Some(class) => 0b0001_0000 | class.number(),
        };
        let compressed = if compressed { 0b0010_0000 } else { 0 };
        Self(0b0100_0000 | compressed | bits(alphabet) | class)
    }

    /// A message with a user data header (group 1001).
    #[must_use]
    pub const fn with_header(alphabet: Alphabet, class: Class) -> Self {
        Self(0b1001_0000 | bits(alphabet) | class.number())
    }

    /// Data coding and message handling (group 1111), GSM 7-bit; class 0 is no class there.
    #[must_use]
    pub const fn handling_gsm7(class: Class) -> Self {
        Self(0b1111_0000 | class.number())
    }

    /// Data coding and message handling (group 1111), 8-bit; class 0 is no class there.
    #[must_use]
    pub const fn handling_eight_bit(class: Class) -> Self {
        Self(0b1111_0100 | class.number())
    }

    /// As on the wire.
    #[must_use]
    pub const fn octet(self) -> u8 {
        self.0
    }

    /// How the text is written; GSM 7-bit for what is reserved.
    #[must_use]
    pub const fn alphabet(self) -> Alphabet {
        match self.0 {
            0x11 => Alphabet::Ucs2,
            0x40..=0x7F | 0x90..=0x9F => match (self.0 >> 2) & 0b11 {
                0b01 => Alphabet::EightBit,
                0b10 => Alphabet::Ucs2,
                _ => Alphabet::Gsm7,
            },
            // The I1 protocol and the WAP Forum's, which are no text.
            0xD0..=0xEF => Alphabet::EightBit,
            0xF0..=0xFF if self.0 & 0b0100 != 0 => Alphabet::EightBit,
            _ => Alphabet::Gsm7,
        }
    }

    /// Whether the message is compressed (TS 23.042).
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        self.0 & 0b1110_0000 == 0b0110_0000
    }

    /// Whether the message starts with a user data header.
    #[must_use]
    pub const fn has_header(self) -> bool {
        self.0 & 0b1111_0000 == 0b1001_0000
    }

    /// Whether the text starts with a language code.
    #[must_use]
    pub const fn has_language_code(self) -> bool {
        matches!(self, Self::GSM7_WITH_LANGUAGE | Self::UCS2_WITH_LANGUAGE)
    }

    /// The language, if the value itself says it.
    #[must_use]
    pub fn language(self) -> Option<BroadcastLanguage> {
        BroadcastLanguage::ALL
            .into_iter()
            .find(|language| language.octet() == self.0)
    }

    /// The message class, if there is one.
    #[must_use]
    pub const fn class(self) -> Option<Class> {
        match (self.0 >> 4, self.0 & 0b11) {
            (0b1111, 0) => None,
            (0b0101 | 0b0111 | 0b1001 | 0b1111, class) => Class::from_number(class),
            _ => None,
        }
    }

    /// Whether the standard gives the value no meaning, so that it is read as
    /// [`UNSPECIFIED`](Self::UNSPECIFIED).
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        match self.0 {
            0x12..=0x1F | 0x25..=0x3F | 0x80..=0x8F | 0xA0..=0xCF => true,
            0x40..=0x7F | 0x90..=0x9F => self.0 & 0b1100 == 0b1100,
            _ => false,
        }
    }

    /// The name of the coding group (bits 7 to 4).
    #[must_use]
    pub const fn group(self) -> &'static str {
        match self.0 >> 4 {
            0b0000 | 0b0010 | 0b0011 => "language",
            0b0001 => "language-indication",
            0b0100..=0b0111 => "general",
            0b1001 => "user-data-header",
            0b1101 => "i1",
            0b1110 => "wap",
            0b1111 => "data-coding-handling",
            _ => "reserved",
        }
    }
}

/// Bits 3 and 2 of the groups 01xx and 1001.
const fn bits(alphabet: Alphabet) -> u8 {
    match alphabet {
        Alphabet::Gsm7 => 0b0000,
        Alphabet::EightBit => 0b0100,
        Alphabet::Ucs2 => 0b1000,
    }
}

/// The languages with a table row as in the standard: value, ISO 639 code, name.
macro_rules! languages {
    ($($(#[$meta:meta])* $variant:ident = $octet:literal, $code:literal, $name:literal;)*) => {
        /// The languages that have a [`CbsDataCodingScheme`] of their own.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum BroadcastLanguage {
            $(
                #[doc = concat!($name, ".")]
                $variant,
            )*
        }

        impl BroadcastLanguage {
            /// All of them, by their value.
            pub const ALL: [Self; [$($octet),*].len()] = [$(Self::$variant),*];

            const fn octet(self) -> u8 {
                match self {
                    $(Self::$variant => $octet,)*
                }
            }

            /// The code of ISO 639: `en`, `de` ...
            #[must_use]
            pub const fn code(self) -> LanguageCode {
                match self {
                    $(Self::$variant => LanguageCode(*$code),)*
                }
            }

            /// The English name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

languages! {
    German     = 0x00, b"de", "German";
    English    = 0x01, b"en", "English";
    Italian    = 0x02, b"it", "Italian";
    French     = 0x03, b"fr", "French";
    Spanish    = 0x04, b"es", "Spanish";
    Dutch      = 0x05, b"nl", "Dutch";
    Swedish    = 0x06, b"sv", "Swedish";
    Danish     = 0x07, b"da", "Danish";
    Portuguese = 0x08, b"pt", "Portuguese";
    Finnish    = 0x09, b"fi", "Finnish";
    Norwegian  = 0x0A, b"no", "Norwegian";
    Greek      = 0x0B, b"el", "Greek";
    Turkish    = 0x0C, b"tr", "Turkish";
    Hungarian  = 0x0D, b"hu", "Hungarian";
    Polish     = 0x0E, b"pl", "Polish";
    Czech      = 0x20, b"cs", "Czech";
    Hebrew     = 0x21, b"he", "Hebrew";
    Arabic     = 0x22, b"ar", "Arabic";
    Russian    = 0x23, b"ru", "Russian";
    Icelandic  = 0x24, b"is", "Icelandic";
}

impl BroadcastLanguage {
    /// The language of an ISO 639 code.
    #[must_use]
    pub fn from_code(code: LanguageCode) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|language| language.code() == code)
    }
}

/// A language code of ISO 639: two letters.
///
/// ```
/// use smsgw_gsm::cbs::{BroadcastLanguage, LanguageCode};
///
/// assert_eq!(LanguageCode::new("cs"), Some(BroadcastLanguage::Czech.code()));
/// assert_eq!(LanguageCode::new("eng"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageCode([u8; 2]);

impl LanguageCode {
    /// Takes two ASCII letters; `None` for anything else.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        Self::from_octets(code.as_bytes().try_into().ok()?)
    }

    /// Takes two letters as GSM 7-bit has them, which is as ASCII has them.
    pub(super) fn from_octets(octets: [u8; 2]) -> Option<Self> {
        let letters = octets.iter().all(u8::is_ascii_alphabetic);
        letters.then_some(Self(octets))
    }

    pub(super) const fn octets(self) -> [u8; 2] {
        self.0
    }

    /// The two letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        // Letters alone, so always `Ok`.
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for CbsDataCodingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} ({}", self.0, self.alphabet())?;
        if self.is_compressed() {
            f.write_str(", compressed")?;
        }
        if self.has_header() {
            f.write_str(", user data header")?;
        }
        if self.has_language_code() {
            f.write_str(", language in the text")?;
        }
        if let Some(language) = self.language() {
            write!(f, ", {}", language.name())?;
        }
        if let Some(class) = self.class() {
            write!(f, ", {class}")?;
        }
        f.write_str(if self.is_reserved() {
            ", reserved)"
        } else {
            ")"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::string::ToString;

    const ALPHABETS: [Alphabet; 3] = [Alphabet::Gsm7, Alphabet::EightBit, Alphabet::Ucs2];
    const CLASSES: [Class; 4] = [Class::Class0, Class::Class1, Class::Class2, Class::Class3];

    /// Everything that constructors make.
    fn made() -> BTreeSet<CbsDataCodingScheme> {
        let mut made = BTreeSet::from([
            CbsDataCodingScheme::UNSPECIFIED,
            CbsDataCodingScheme::GSM7_WITH_LANGUAGE,
            CbsDataCodingScheme::UCS2_WITH_LANGUAGE,
        ]);
        made.extend(BroadcastLanguage::ALL.map(CbsDataCodingScheme::in_language));
        for alphabet in ALPHABETS {
            for compressed in [false, true] {
                made.insert(CbsDataCodingScheme::general(alphabet, None, compressed));
            }
            for class in CLASSES {
                for compressed in [false, true] {
                    let scheme = CbsDataCodingScheme::general(alphabet, Some(class), compressed);
                    assert_eq!(scheme.class(), Some(class));
                    assert_eq!(scheme.is_compressed(), compressed);
                    made.insert(scheme);
                }
                let scheme = CbsDataCodingScheme::with_header(alphabet, class);
                assert_eq!((scheme.alphabet(), scheme.class()), (alphabet, Some(class)));
                assert!(scheme.has_header());
                made.insert(scheme);
            }
        }
        for class in CLASSES {
            made.insert(CbsDataCodingScheme::handling_gsm7(class));
            made.insert(CbsDataCodingScheme::handling_eight_bit(class));
        }
        made
    }

    #[test]
    fn nothing_reserved_can_be_made() {
        let made = made();
        assert!(made.iter().all(|scheme| !scheme.is_reserved()));
        assert_eq!(made.len(), 3 + 20 + 3 * 2 + 3 * 4 * 2 + 3 * 4 + 4 * 2);
        assert!(made.contains(&CbsDataCodingScheme(0xF4)));
    }

    #[test]
    fn what_is_reserved_is_gsm7_without_a_language() {
        for octet in 0..=255 {
            let scheme = CbsDataCodingScheme::from_octet(octet);
            assert_eq!(scheme.octet(), octet);
            if scheme.is_reserved() {
                assert_eq!(scheme.alphabet(), Alphabet::Gsm7, "{octet:02X}");
                assert_eq!(scheme.language(), None, "{octet:02X}");
                assert!(!scheme.has_language_code());
            }
        }
    }

    #[test]
    fn the_groups_print() {
        let print = |octet| CbsDataCodingScheme(octet).to_string();
        assert_eq!(print(0x23), "23 (gsm7, Russian)");
        assert_eq!(print(0x11), "11 (ucs2, language in the text)");
        assert_eq!(print(0x7A), "7A (ucs2, compressed, class 2)");
        assert_eq!(print(0x94), "94 (8bit, user data header, class 0)");
        assert_eq!(print(0xF3), "F3 (gsm7, class 3)");
        assert_eq!(print(0xFD), "FD (8bit, class 1)");
        assert_eq!(print(0x4C), "4C (gsm7, reserved)");
        assert_eq!(print(0x80), "80 (gsm7, reserved)");
    }

    #[test]
    fn codes_are_those_of_one_language_each() {
        for language in BroadcastLanguage::ALL {
            assert_eq!(
                BroadcastLanguage::from_code(language.code()),
                Some(language)
            );
            assert_eq!(language.code().as_str().len(), 2);
        }
        assert_eq!(LanguageCode::new("e1"), None);
        assert_eq!(LanguageCode::new("é"), None);
    }
}
