//! Why a modem or the network refuses: the codes of `+CMS ERROR` ([`CmsError`]) and `+CME ERROR`
//! ([`CmeError`]), and what to do about them ([`Class`]).

mod cme;
mod cms;

pub use cme::CmeError;
pub use cms::CmsError;

/// What a refusal asks for.
///
/// It says where another attempt may succeed, not whether the refused one may have: see
/// [`CmsError::excludes_acceptance`] and [`CmeError::excludes_acceptance`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// Later, with the same modem and SIM.
    RetryHere,
    /// Once more, with another modem or SIM.
    RetryElsewhere,
    /// The message or its recipient is refused, wherever it comes from.
    Permanent,
    /// The SIM or its subscription does not allow it; another SIM may.
    SimFault,
    /// The modem is at fault; another may do.
    ModemFault,
}

/// A table of codes: name, code, class, and the texts by which modems call it, the first one the
/// standard's.
macro_rules! causes {
    ($error:ident, $prefix:literal; $( $name:ident = $code:literal $class:ident $text:literal $(| $alias:literal)*; )*) => {
        impl $error {
            $(
                #[doc = concat!("`", $prefix, ": ", stringify!($code), "`: ", $text, ".")]
                pub const $name: Self = Self($code);
            )*

            /// Every code of the table.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            const TEXTS: &[(u16, &str)] = &[$( ($code, $text), $( ($code, $alias), )* )*];

            /// What the table says to do.
            const fn listed_class(self) -> Option<$crate::cause::Class> {
                match self.0 {
                    $( $code => Some($crate::cause::Class::$class), )*
                    _ => None,
                }
            }

            /// The standard's words for the table's codes.
            const fn listed_text(self) -> Option<&'static str> {
                match self.0 {
                    $( $code => Some($text), )*
                    _ => None,
                }
            }
        }

        /// `38 (network out of order)`; the number alone when nobody has words for it.
        impl core::fmt::Display for $error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}", self.0)?;
                match self.text() {
                    Some(text) => write!(f, " ({text})"),
                    None => Ok(()),
                }
            }
        }

        impl core::fmt::Debug for $error {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "{}({self})", stringify!($error))
            }
        }
    };
}
use causes;

/// The code of a text in a table.
fn find(texts: &[(u16, &str)], text: &str) -> Option<u16> {
    let mut texts = texts.iter();
    let (code, _) = texts.find(|(_, listed)| is_same(listed, text))?;
    Some(*code)
}

/// Whether two texts have the same letters and digits, in any case. `(U)SIM` is `SIM`.
fn is_same(one: &str, other: &str) -> bool {
    letters(one).eq(letters(other))
}

fn letters(text: &str) -> impl Iterator<Item = u8> {
    let mut rest = text.as_bytes();
    core::iter::from_fn(move || {
        loop {
            if let [b'(', b'u' | b'U', b')', behind @ ..] = rest {
                rest = behind;
                continue;
            }
            let (&first, behind) = rest.split_first()?;
            rest = behind;
            if first.is_ascii_alphanumeric() || !first.is_ascii() {
                return Some(first.to_ascii_lowercase());
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::{Class, CmeError, CmsError};

    #[test]
    fn each_code_is_found_by_its_name() {
        for error in CmsError::ALL {
            let text = error.text().unwrap();
            assert_eq!(CmsError::from_text(text), Some(*error), "{text}");
            assert_eq!(CmsError::from_text(&text.to_uppercase()), Some(*error));
        }
        for error in CmeError::ALL {
            let text = error.text().unwrap();
            assert_eq!(CmeError::from_text(text), Some(*error), "{text}");
        }
    }

    #[test]
    fn texts_are_known_in_the_forms_modems_write() {
        for (text, error) in [
            ("invalid memory index", CmsError::INVALID_MEMORY_INDEX),
            ("SIM not inserted", CmsError::SIM_NOT_INSERTED),
            ("(U)SIM not inserted", CmsError::SIM_NOT_INSERTED),
            ("PH-SIM PIN required", CmsError::PH_SIM_PIN_REQUIRED),
            ("no network service", CmsError::NO_NETWORK_SERVICE),
            ("Unknown error.", CmsError::UNKNOWN_ERROR),
            ("SC busy", CmsError(0xC0)),
        ] {
            assert_eq!(CmsError::from_text(text), Some(error), "{text}");
        }
        assert_eq!(CmsError::from_text("bananas"), None);
        assert_eq!(CmsError::from_text(""), None);
        assert_eq!(CmeError::from_text("sim busy"), Some(CmeError::SIM_BUSY));
        assert_eq!(CmeError::from_text("unknown"), Some(CmeError::UNKNOWN));
        assert_eq!(CmeError::from_text("(u)"), None);
    }

    #[test]
    fn classes_are_as_in_the_field() {
        for code in [38, 41, 42, 47, 314, 332] {
            assert_eq!(CmsError(code).class(), Class::RetryHere, "{code}");
        }
        for code in [331, 500, 999] {
            assert_eq!(CmsError(code).class(), Class::RetryElsewhere, "{code}");
        }
        for code in [1, 28, 30, 304] {
            assert_eq!(CmsError(code).class(), Class::Permanent, "{code}");
        }
        for code in [8, 10, 50, 310, 311, 312, 313, 315, 316, 317, 318] {
            assert_eq!(CmsError(code).class(), Class::SimFault, "{code}");
        }
        assert_eq!(CmsError(300).class(), Class::ModemFault);
        assert_eq!(CmsError(0xC0).class(), Class::RetryHere);
        assert_eq!(CmsError(0xC3).class(), Class::Permanent);
        for code in [14, 515] {
            assert_eq!(CmeError(code).class(), Class::RetryHere, "{code}");
        }
        for code in [10, 11, 12, 13, 15, 16] {
            assert_eq!(CmeError(code).class(), Class::SimFault, "{code}");
        }
    }

    #[test]
    fn silence_and_unknown_errors_do_not_exclude_that_it_was_sent() {
        for code in [300, 332, 500, 512, 515] {
            assert!(!CmsError(code).excludes_acceptance(), "{code}");
        }
        for code in [1, 38, 0xC0, 304, 314, 331] {
            assert!(CmsError(code).excludes_acceptance(), "{code}");
        }
        for code in [0, 31, 57, 60, 100, 134, 148, 515, 700] {
            assert!(!CmeError(code).excludes_acceptance(), "{code}");
        }
        for code in [3, 4, 10, 11, 14, 30, 32, 50] {
            assert!(CmeError(code).excludes_acceptance(), "{code}");
        }
    }

    #[test]
    fn names_stand_behind_numbers() {
        assert_eq!(CmsError(38).to_string(), "38 (network out of order)");
        assert_eq!(CmsError(0xD0).to_string(), "208 ((U)SIM SMS storage full)");
        assert_eq!(CmsError(600).to_string(), "600");
        assert_eq!(CmeError(14).to_string(), "14 (SIM busy)");
    }
}
