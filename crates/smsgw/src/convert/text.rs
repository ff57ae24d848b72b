//! From a text to what is sent, as its message says that it may be written.

use smsgw_gsm::SegmentError;
use smsgw_gsm::segment::{Options, Segments, segment};
use smsgw_gsm::translit;
use smsgw_gsm::udh::Reference;

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
    let options = Options::new()
        .with_language(writing.language)
        .with_graphemes(writing.graphemes)
        .with_reference(reference);
    match writing.transliterate {
        true => translit::segment(text, &options).map(|(segments, _)| segments),
        false => segment(text, &options),
    }
}
