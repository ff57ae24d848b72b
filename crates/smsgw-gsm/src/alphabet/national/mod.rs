//! The tables of the languages (TS 23.038 annex A), a file each.
//!
//! The rows of a table are the columns of the standard's. Code 0D of a single shift table is the
//! standard's second carriage return, a control position, and 1B the way to one more table that
//! was never made: neither has a character here.
//!
//! Sources disagree at a few codes, which the tables name. At 2C of every locking shift table of
//! an Indian language one source has an apostrophe; all others, and phones, have the comma.

mod bengali;
mod gujarati;
mod hindi;
mod kannada;
mod malayalam;
mod oriya;
mod portuguese;
mod punjabi;
mod spanish;
mod tamil;
mod telugu;
mod turkish;
mod urdu;

use super::table::Table;
use super::{Language, default, extension};

/// The locking shift table of a language; the default alphabet for none.
pub(super) const fn locking(language: Option<Language>) -> &'static Table {
    let Some(language) = language else {
        return &default::TABLE;
    };
    match language {
        Language::Turkish => &turkish::LOCKING,
        Language::Spanish => &default::TABLE,
        Language::Portuguese => &portuguese::LOCKING,
        Language::Bengali => &bengali::LOCKING,
        Language::Gujarati => &gujarati::LOCKING,
        Language::Hindi => &hindi::LOCKING,
        Language::Kannada => &kannada::LOCKING,
        Language::Malayalam => &malayalam::LOCKING,
        Language::Oriya => &oriya::LOCKING,
        Language::Punjabi => &punjabi::LOCKING,
        Language::Tamil => &tamil::LOCKING,
        Language::Telugu => &telugu::LOCKING,
        Language::Urdu => &urdu::LOCKING,
    }
}

/// The single shift table of a language; the default extension for none.
pub(super) const fn single(language: Option<Language>) -> &'static Table {
    let Some(language) = language else {
        return &extension::TABLE;
    };
    match language {
        Language::Turkish => &turkish::SINGLE,
        Language::Spanish => &spanish::SINGLE,
        Language::Portuguese => &portuguese::SINGLE,
        Language::Bengali => &bengali::SINGLE,
        Language::Gujarati => &gujarati::SINGLE,
        Language::Hindi => &hindi::SINGLE,
        Language::Kannada => &kannada::SINGLE,
        Language::Malayalam => &malayalam::SINGLE,
        Language::Oriya => &oriya::SINGLE,
        Language::Punjabi => &punjabi::SINGLE,
        Language::Tamil => &tamil::SINGLE,
        Language::Telugu => &telugu::SINGLE,
        Language::Urdu => &urdu::SINGLE,
    }
}
