//! Data coding scheme of cell broadcast (3GPP TS 23.038 §5).

use core::fmt;

use crate::dcs::{Alphabet, Class};

/// Alphabet, language and handling of a cell broadcast message. Not the
/// [`DataCodingScheme`](crate::dcs::DataCodingScheme) of TPDUs: most values mean something else
/// there.
///
/// Every octet can be read; what the standard reserves is GSM 7-bit without a language, as it asks.
/// The constructors make no reserved one.
///
/// ```
/// use smsgw_gsm::cbs::{BroadcastLanguage, CbsDataCodingScheme, CbsGroup};
/// use smsgw_gsm::dcs::Alphabet;
///
/// let english = CbsDataCodingScheme::in_language(BroadcastLanguage::English);
/// assert_eq!(english, CbsDataCodingScheme(0x01));
/// let ucs2 = CbsDataCodingScheme::general(Alphabet::Ucs2, None);
/// assert_eq!(ucs2, CbsDataCodingScheme(0x48));
/// assert_eq!((ucs2.group(), ucs2.alphabet()), (CbsGroup::General, Alphabet::Ucs2));
/// ```
///
/// | octet | group |
/// |---|---|
/// | 00-0F, 20-3F | [`Language`](CbsGroup::Language) |
/// | 10-1F | [`LanguageIndication`](CbsGroup::LanguageIndication) |
/// | 40-7F | [`General`](CbsGroup::General) |
/// | 90-9F | [`UserDataHeader`](CbsGroup::UserDataHeader) |
/// | 80-8F, A0-CF | [`Reserved`](CbsGroup::Reserved) |
/// | D0-DF | [`I1`](CbsGroup::I1) |
/// | E0-EF | [`Wap`](CbsGroup::Wap) |
/// | F0-FF | [`DataCodingHandling`](CbsGroup::DataCodingHandling) |
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CbsDataCodingScheme(
    /// The octet as sent.
    pub u8,
);

impl CbsDataCodingScheme {
    /// GSM 7-bit, language unspecified: what reserved values are taken for.
    pub const UNSPECIFIED: Self = Self(0x0F);
    /// GSM 7-bit; the text starts with a language code and a CR.
    pub const GSM7_WITH_LANGUAGE: Self = Self(0x10);
    /// UCS-2; the text starts with a language code in two octets.
    pub const UCS2_WITH_LANGUAGE: Self = Self(0x11);

    /// GSM 7-bit in one of the languages that have a value of their own.
    #[must_use]
    pub const fn in_language(language: BroadcastLanguage) -> Self {
        Self(language.octet())
    }

    /// General data coding: of this alphabet, and of this class or none.
    #[must_use]
    pub const fn general(alphabet: Alphabet, class: Option<Class>) -> Self {
        let class = match class {
            None => 0,
            Some(class) => 0b0001_0000 | class.number(),
        };
        Self(0b0100_0000 | bits(alphabet) | class)
    }

    /// The same for a message that is compressed (TS 23.042). Only the general group can say so;
    /// of another it stays what it is.
    #[must_use]
    pub const fn compressed(self) -> Self {
        match self.group() {
            CbsGroup::General => Self(self.0 | 0b0010_0000),
            _ => self,
        }
    }

    /// A message with a user data header.
    #[must_use]
    pub const fn with_header(alphabet: Alphabet, class: Class) -> Self {
        Self(0b1001_0000 | bits(alphabet) | class.number())
    }

    /// GSM 7-bit of class 1, 2, 3 or none, in the group F0-FF. `None` for class 0, which that group
    /// does not have: its 0 is no class.
    #[must_use]
    pub const fn handling_gsm7(class: Option<Class>) -> Option<Self> {
        match class {
            None => Some(Self(0xF0)),
            Some(Class::Class0) => None,
            Some(class) => Some(Self(0xF0 | class.number())),
        }
    }

    /// Octets of class 1, 2, 3 or none, in the group F0-FF. `None` for class 0, as
    /// [`handling_gsm7`](Self::handling_gsm7) has it.
    #[must_use]
    pub const fn handling_eight_bit(class: Option<Class>) -> Option<Self> {
        match Self::handling_gsm7(class) {
            None => None,
            Some(Self(octet)) => Some(Self(0b0100 | octet)),
        }
    }

    /// The coding group: which of the tables of TS 23.038 §5 the octet is read by.
    #[must_use]
    pub const fn group(self) -> CbsGroup {
        match self.0 {
            0x00..=0x0F | 0x20..=0x3F => CbsGroup::Language,
            0x10..=0x1F => CbsGroup::LanguageIndication,
            0x40..=0x7F => CbsGroup::General,
            0x90..=0x9F => CbsGroup::UserDataHeader,
            0x80..=0x8F | 0xA0..=0xCF => CbsGroup::Reserved,
            0xD0..=0xDF => CbsGroup::I1,
            0xE0..=0xEF => CbsGroup::Wap,
            0xF0..=0xFF => CbsGroup::DataCodingHandling,
        }
    }

    /// How the text is written; GSM 7-bit for what is reserved.
    #[must_use]
    pub const fn alphabet(self) -> Alphabet {
        match (self.group(), self.0 & 0b1100) {
            (CbsGroup::LanguageIndication, _) if self.0 == Self::UCS2_WITH_LANGUAGE.0 => {
                Alphabet::Ucs2
            }
            (CbsGroup::General | CbsGroup::UserDataHeader, 0b0100) => Alphabet::EightBit,
            (CbsGroup::General | CbsGroup::UserDataHeader, 0b1000) => Alphabet::Ucs2,
            // Protocols, whose data is no text.
            (CbsGroup::I1 | CbsGroup::Wap, _) => Alphabet::EightBit,
            (CbsGroup::DataCodingHandling, 0b0100 | 0b1100) => Alphabet::EightBit,
            _ => Alphabet::Gsm7,
        }
    }

    /// Whether the message is compressed (TS 23.042).
    #[must_use]
    pub const fn is_compressed(self) -> bool {
        matches!(self.group(), CbsGroup::General) && self.0 & 0b0010_0000 != 0
    }

    /// Whether the message starts with a user data header.
    #[must_use]
    pub const fn has_header(self) -> bool {
        matches!(self.group(), CbsGroup::UserDataHeader)
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

    /// Whether bit 3 is set where it is reserved: in F0-FF.
    #[must_use]
    pub const fn has_reserved_bit_3(self) -> bool {
        matches!(self.group(), CbsGroup::DataCodingHandling) && self.0 & 0b1000 != 0
    }
}

/// What a [`CbsDataCodingScheme`] is read by (TS 23.038 §5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CbsGroup {
    /// GSM 7-bit in a language.
    Language,
    /// A language code in the text.
    LanguageIndication,
    /// General data coding.
    General,
    /// A message with a user data header.
    UserDataHeader,
    /// Reserved coding groups.
    Reserved,
    /// The I1 protocol (TS 24.294).
    I1,
    /// What the WAP Forum defines.
    Wap,
    /// Data coding and message handling.
    DataCodingHandling,
}

impl CbsGroup {
    /// `language`, `language-indication`, `general`, `user-data-header`, `reserved`, `i1`, `wap`
    /// or `data-coding-handling`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            CbsGroup::Language => "language",
            CbsGroup::LanguageIndication => "language-indication",
            CbsGroup::General => "general",
            CbsGroup::UserDataHeader => "user-data-header",
            CbsGroup::Reserved => "reserved",
            CbsGroup::I1 => "i1",
            CbsGroup::Wap => "wap",
            CbsGroup::DataCodingHandling => "data-coding-handling",
        }
    }
}

impl fmt::Display for CbsGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
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
        let reserved = self.is_reserved() || self.has_reserved_bit_3();
        f.write_str(if reserved { ", reserved)" } else { ")" })
    }
}

impl fmt::Debug for CbsDataCodingScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{self}")
    }
}

impl From<u8> for CbsDataCodingScheme {
    fn from(octet: u8) -> Self {
        Self(octet)
    }
}

impl From<CbsDataCodingScheme> for u8 {
    fn from(coding: CbsDataCodingScheme) -> u8 {
        coding.0
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
            for class in (0..=4).map(Class::from_number) {
                let plain = CbsDataCodingScheme::general(alphabet, class);
                for scheme in [plain, plain.compressed()] {
                    assert_eq!((scheme.alphabet(), scheme.class()), (alphabet, class));
                    assert_eq!(scheme.is_compressed(), scheme != plain);
                    made.insert(scheme);
                }
            }
            for class in CLASSES {
                let scheme = CbsDataCodingScheme::with_header(alphabet, class);
                assert_eq!((scheme.alphabet(), scheme.class()), (alphabet, Some(class)));
                assert!(scheme.has_header());
                made.insert(scheme);
            }
        }
        for class in (1..=4).map(Class::from_number) {
            for (scheme, alphabet) in [
                (CbsDataCodingScheme::handling_gsm7(class), Alphabet::Gsm7),
                (
                    CbsDataCodingScheme::handling_eight_bit(class),
                    Alphabet::EightBit,
                ),
            ] {
                let scheme = scheme.unwrap();
                assert_eq!((scheme.alphabet(), scheme.class()), (alphabet, class));
                made.insert(scheme);
            }
        }
        made
    }

    #[test]
    fn nothing_reserved_can_be_made() {
        let made = made();
        assert_eq!(made.len(), 3 + 20 + 3 * 2 + 3 * 4 * 2 + 3 * 4 + 4 * 2);
        assert!(made.contains(&CbsDataCodingScheme(0xF4)));
        // The group has no class 0.
        let class = Some(Class::Class0);
        assert_eq!(CbsDataCodingScheme::handling_gsm7(class), None);
        assert_eq!(CbsDataCodingScheme::handling_eight_bit(class), None);
        for scheme in made {
            assert!(!scheme.is_reserved() && !scheme.has_reserved_bit_3());
            let compressed = scheme.compressed();
            assert!(compressed.is_compressed() || compressed == scheme);
        }
    }

    #[test]
    fn what_is_reserved_is_gsm7_without_a_language() {
        for octet in 0..=255 {
            let scheme = CbsDataCodingScheme(octet);
            let bit_3 = octet >= 0xF8;
            assert_eq!(scheme.has_reserved_bit_3(), bit_3, "{octet:02X}");
            if scheme.is_reserved() {
                assert_eq!(scheme.alphabet(), Alphabet::Gsm7, "{octet:02X}");
                assert_eq!(scheme.language(), None, "{octet:02X}");
                assert!(!scheme.has_language_code());
            }
        }
    }

    #[test]
    fn the_groups_print() {
        let groups = (0..=15).map(|high| CbsDataCodingScheme(high << 4).group().name());
        let printed: alloc::vec::Vec<_> = groups.collect();
        assert_eq!(
            printed.join(" "),
            "language language-indication language language general general general general \
             reserved user-data-header reserved reserved reserved i1 wap data-coding-handling"
        );
        let print = |octet| CbsDataCodingScheme(octet).to_string();
        assert_eq!(print(0x23), "23 (gsm7, Russian)");
        assert_eq!(print(0x11), "11 (ucs2, language in the text)");
        assert_eq!(print(0x7A), "7A (ucs2, compressed, class 2)");
        assert_eq!(print(0x94), "94 (8bit, user data header, class 0)");
        assert_eq!(print(0xF3), "F3 (gsm7, class 3)");
        assert_eq!(print(0xFD), "FD (8bit, class 1, reserved)");
        assert_eq!(print(0xF8), "F8 (gsm7, reserved)");
        let debug = alloc::format!("{:?}", CbsDataCodingScheme(0x49));
        assert_eq!(debug, "0x49 (ucs2)");
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
