//! The names of [`LanguageChoice`]s: `none`, `auto`, or that of a language, `turkish`. With the
//! feature `serde` also for `#[serde(with = "smsgw::language")]`.

use smsgw_gsm::alphabet::Language;
use smsgw_gsm::segment::LanguageChoice;

/// The choice of this [`name`], which must be in small letters.
///
/// ```
/// use smsgw::gsm::alphabet::Language;
/// use smsgw::gsm::segment::LanguageChoice;
/// use smsgw::language;
///
/// assert_eq!(language::from_name("auto"), Some(LanguageChoice::Auto));
/// let turkish = LanguageChoice::Only(Language::Turkish);
/// assert_eq!(language::from_name("turkish"), Some(turkish));
/// assert_eq!(language::from_name("klingon"), None);
/// ```
#[must_use]
pub fn from_name(name: &str) -> Option<LanguageChoice> {
    match name {
        "none" => Some(LanguageChoice::None),
        "auto" => Some(LanguageChoice::Auto),
        _ => Language::from_name(name).map(LanguageChoice::Only),
    }
}

/// The name of a choice.
#[must_use]
pub const fn name(choice: LanguageChoice) -> &'static str {
    match choice {
        LanguageChoice::None => "none",
        LanguageChoice::Auto => "auto",
        LanguageChoice::Only(language) => language.name(),
    }
}

/// All names, in a sentence: what an error message says is expected.
#[must_use]
pub fn names() -> String {
    let languages = Language::ALL.map(Language::name);
    format!("none, auto, {}", languages.join(", "))
}

#[cfg(feature = "serde")]
pub use by_name::{deserialize, serialize};

#[cfg(feature = "serde")]
mod by_name {
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    use super::{LanguageChoice, from_name, name, names};

    /// Writes the name.
    ///
    /// # Errors
    /// Those of the serializer.
    pub fn serialize<S: Serializer>(
        choice: &LanguageChoice,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(name(*choice))
    }

    /// Reads the name.
    ///
    /// # Errors
    /// When it is not a string, or no such name.
    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<LanguageChoice, D::Error> {
        let text = String::deserialize(deserializer)?;
        from_name(&text).ok_or_else(|| {
            D::Error::custom(format_args!(
                "unknown language {text:?}, expected one of {}",
                names()
            ))
        })
    }
}
