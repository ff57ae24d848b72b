//! From a text to what is sent, as its message says that it may be written, and back.

use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::dcs::{Alphabet, DataCodingScheme, Group};
use smsgw_gsm::segment::{LanguageChoice, Options, Segments, segment};
use smsgw_gsm::translit;
use smsgw_gsm::udh::{Reference, UserDataHeader, iei};

use crate::message::Writing;

/// Encodes a text and cuts it.
///
/// A text that GSM 7-bit has as it is is never changed, and neither is one that is UCS-2 all the
/// same.
pub(super) fn segments(
    text: &str,
    writing: Writing,
    reference: Reference,
) -> Result<Segments, SegmentError> {
    let options = options(writing, reference);
    match writing.transliterate {
        true => translit::segment(text, &options).map(|(segments, _)| segments),
        false => segment(text, &options),
    }
}

/// What a message says of how its text may be written, but for transliteration.
pub(super) const fn options(writing: Writing, reference: Reference) -> Options<'static> {
    Options::new()
        .with_language(writing.language)
        .with_graphemes(writing.graphemes)
        .with_reference(reference)
}

/// Whether user data with this header is all of a message, and nothing but its text.
pub(super) fn is_whole(coding: DataCodingScheme, header: Option<UserDataHeader<'_>>) -> bool {
    let mut elements = header.into_iter().flat_map(|header| header.elements());
    let names_language = elements.all(|element| {
        matches!(
            element.iei,
            iei::NATIONAL_LANGUAGE_SINGLE_SHIFT | iei::NATIONAL_LANGUAGE_LOCKING_SHIFT
        )
    });
    let group = coding.group();
    names_language
        && matches!(
            group,
            Group::General | Group::Reserved | Group::DataCodingClass
        )
}

/// What allows these tables.
pub(super) fn language(tables: Tables) -> LanguageChoice {
    match (tables.locking, tables.single) {
        (None, None) => LanguageChoice::None,
        (Some(language), None) | (None, Some(language)) => LanguageChoice::Only(language),
        (Some(language), Some(single)) if language == single => LanguageChoice::Only(language),
        _ => LanguageChoice::Auto,
    }
}

/// The value for a data coding scheme that SMPP and GSM read alike.
pub(super) const fn neutral_dcs(coding: DataCodingScheme) -> u8 {
    match (coding.0, coding.alphabet()) {
        (0x10.., _) => coding.0,
        (_, Alphabet::Gsm7) => DataCodingScheme::GSM7.0,
        (_, Alphabet::EightBit) => DataCodingScheme::EIGHT_BIT.0,
        (_, Alphabet::Ucs2) => DataCodingScheme::UCS2.0,
    }
}

/// The data coding scheme that a `dcs` of a message means; `None` for one that only SMPP has.
pub(super) const fn data_coding_scheme(dcs: u8) -> Option<DataCodingScheme> {
    match dcs {
        0x00 | 0x04 | 0x08 | 0x10.. => Some(DataCodingScheme(dcs)),
        // Octets, the other value of SMPP for them.
        0x02 => Some(DataCodingScheme::EIGHT_BIT),
        _ => None,
    }
}
