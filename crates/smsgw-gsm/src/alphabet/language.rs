//! The languages that have tables of their own (TS 23.038 §6.2.1.2.4).

use core::fmt;

/// A language that has tables of its own: a single shift table all, a locking shift table all but
/// Spanish (TS 23.038 §6.2.1.2.4).
///
/// ```
/// use smsgw_gsm::alphabet::Language;
///
/// assert_eq!(Language::from_identifier(6), Some(Language::Hindi));
/// assert_eq!(Language::from_name("hindi"), Some(Language::Hindi));
/// assert_eq!(Language::Hindi.to_string(), "hindi");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("national language", "NLI"))]
pub enum Language {
    /// Identifier 1.
    Turkish = 1,
    /// Identifier 2. No locking shift table: the default alphabet stands in.
    Spanish,
    /// Identifier 3.
    Portuguese,
    /// Identifier 4; written so, Assamese too.
    Bengali,
    /// Identifier 5.
    Gujarati,
    /// Identifier 6; written so, Marathi and Nepali too.
    Hindi,
    /// Identifier 7.
    Kannada,
    /// Identifier 8.
    Malayalam,
    /// Identifier 9; Odia, as it is called today.
    Oriya,
    /// Identifier 10, in Gurmukhi letters.
    Punjabi,
    /// Identifier 11.
    Tamil,
    /// Identifier 12.
    Telugu,
    /// Identifier 13; its letters serve Arabic and Sindhi too.
    Urdu,
}

impl Language {
    /// All of them, by identifier.
    pub const ALL: [Language; 13] = [
        Language::Turkish,
        Language::Spanish,
        Language::Portuguese,
        Language::Bengali,
        Language::Gujarati,
        Language::Hindi,
        Language::Kannada,
        Language::Malayalam,
        Language::Oriya,
        Language::Punjabi,
        Language::Tamil,
        Language::Telugu,
        Language::Urdu,
    ];

    /// The language of a National Language Identifier; `None` for 0 and from 14 on, which are
    /// reserved.
    #[must_use]
    pub fn from_identifier(identifier: u8) -> Option<Language> {
        let index = usize::from(identifier).checked_sub(1)?;
        Language::ALL.get(index).copied()
    }

    /// The language of this [`name`](Self::name), which must be in small letters.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Language> {
        Language::ALL
            .into_iter()
            .find(|language| language.name() == name)
    }

    /// The National Language Identifier, 1 to 13: the data octet of elements 24 and 25 of a user
    /// data header.
    #[must_use]
    pub const fn identifier(self) -> u8 {
        self as u8
    }

    /// The English name in small letters: `turkish`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Language::Turkish => "turkish",
            Language::Spanish => "spanish",
            Language::Portuguese => "portuguese",
            Language::Bengali => "bengali",
            Language::Gujarati => "gujarati",
            Language::Hindi => "hindi",
            Language::Kannada => "kannada",
            Language::Malayalam => "malayalam",
            Language::Oriya => "oriya",
            Language::Punjabi => "punjabi",
            Language::Tamil => "tamil",
            Language::Telugu => "telugu",
            Language::Urdu => "urdu",
        }
    }

    /// Whether it has a locking shift table: all but Spanish.
    #[must_use]
    pub const fn has_locking(self) -> bool {
        !matches!(self, Language::Spanish)
    }
}

/// The [`name`](Language::name).
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_and_names_come_back() {
        for (language, identifier) in Language::ALL.into_iter().zip(1..) {
            assert_eq!(language.identifier(), identifier);
            assert_eq!(Language::from_identifier(identifier), Some(language));
            assert_eq!(Language::from_name(language.name()), Some(language));
        }
        assert_eq!(Language::from_identifier(0), None);
        assert_eq!(Language::from_identifier(14), None);
        assert_eq!(Language::from_name("Turkish"), None);
    }
}
