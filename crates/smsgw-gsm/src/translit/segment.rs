//! [`segment`]: transliteration only where it helps.

use alloc::vec::Vec;

use super::{Change, transliterate_for};
use crate::alphabet::{Code, Language, Tables};
use crate::error::SegmentError;
use crate::segment::{self, Encoding, LanguageChoice, Options, Segments};

/// Cuts a text as [`segment::segment`] does, transliterated if that makes it GSM 7-bit, and says
/// what was changed.
///
/// A text that GSM 7-bit has as it is stays so, and so does one that would be UCS-2 all the same,
/// or for which [`Options::encoding`] asks for something else than GSM 7-bit. Of all tables that
/// [`Options::language`] allows it takes those with the fewest segments, then the fewest changes.
///
/// ```
/// use smsgw_gsm::segment::{Encoding, Options};
/// use smsgw_gsm::translit;
///
/// let (segments, changes) = translit::segment("Čau…", &Options::new())?;
/// assert_eq!((segments.encoding(), changes.len()), (Encoding::Gsm7, 2));
/// let (segments, changes) = translit::segment("Čau… 😀", &Options::new())?;
/// assert_eq!((segments.encoding(), changes.len()), (Encoding::Ucs2, 0));
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
///
/// # Errors
/// Those of [`segment::segment`] for the text as it is.
pub fn segment<'a>(
    text: &'a str,
    options: &Options<'_>,
) -> Result<(Segments, Vec<Change<'a>>), SegmentError> {
    let unchanged = segment::segment(text, options);
    let changed = match options.encoding {
        Some(Encoding::EightBit | Encoding::Ucs2) => None,
        _ if unchanged.as_ref().is_ok_and(is_gsm7) => None,
        _ => shortest(text, options),
    };
    match changed {
        Some(changed) => Ok(changed),
        None => unchanged.map(|segments| (segments, Vec::new())),
    }
}

/// The text as GSM 7-bit, where transliteration for some of the tables makes it so.
fn shortest<'a>(text: &'a str, options: &Options<'_>) -> Option<(Segments, Vec<Change<'a>>)> {
    let languages = match &options.language {
        LanguageChoice::None => &[],
        LanguageChoice::Auto => &Language::ALL[..],
        LanguageChoice::Only(language) => core::slice::from_ref(language),
    };
    let plain = transliterate_for(text, Tables::DEFAULT);
    // Tables that have nothing of what was changed, or not all that was left, are no better.
    let helps = |tables: &Tables| {
        let has = |character: &char| tables.code(*character).is_some();
        let mut changed = plain.changes.iter().flat_map(|change| change.from.chars());
        plain.left.iter().all(has)
            && (!plain.left.is_empty() || changed.any(|c| Code::of(c).is_none() && has(&c)))
    };
    let tables = languages.iter().copied().map(Tables::of);
    tables
        .filter(helps)
        .map(|tables| transliterate_for(text, tables))
        .chain([plain.clone()])
        .filter(|plain| plain.left.is_empty())
        .filter_map(|plain| {
            let segments = segment::segment(&plain.text, options).ok();
            Some((segments.filter(is_gsm7)?, plain.changes))
        })
        .min_by_key(|(segments, changes)| (segments.count(), changes.len()))
}

fn is_gsm7(segments: &Segments) -> bool {
    segments.encoding() == Encoding::Gsm7
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};

    use super::*;

    /// Encoding, text and number of changes.
    fn written(text: &str, options: &Options<'_>) -> (Encoding, String, usize) {
        let (segments, changes) = segment(text, options).unwrap();
        let text = segments.iter().map(|segment| segment.text()).collect();
        (segments.encoding(), text, changes.len())
    }

    fn gsm7(text: &str, changes: usize) -> (Encoding, String, usize) {
        (Encoding::Gsm7, text.to_string(), changes)
    }

    fn ucs2(text: &str) -> (Encoding, String, usize) {
        (Encoding::Ucs2, text.to_string(), 0)
    }

    #[test]
    fn a_text_is_changed_only_where_that_makes_it_gsm_7_bit() {
        let none = |text| written(text, &Options::new());
        assert_eq!(none("“Ağaç” – à…"), gsm7("\"Agac\" - à...", 6));
        for text in ["“Да” – нет", "“😀”", "\u{1F44D}\u{1F3FD}…"] {
            assert_eq!(none(text), ucs2(text));
        }
        assert_eq!(none("@{€}à"), gsm7("@{€}à", 0));
    }

    #[test]
    fn an_encoding_that_is_asked_for_counts() {
        let options = Options::new().with_encoding(Encoding::Ucs2);
        assert_eq!(written("“a”", &options), ucs2("“a”"));
        let options = Options::new().with_encoding(Encoding::EightBit);
        assert_eq!(written("“a”", &options).2, 0);
        let options = Options::new().with_encoding(Encoding::Gsm7);
        assert_eq!(written("“a”", &options), gsm7("\"a\"", 2));
        let Err(SegmentError::Encode(error)) = segment("“я”", &options) else {
            panic!("the text is not GSM 7-bit");
        };
        assert_eq!((error.character, error.index), ('“', 0));
    }

    #[test]
    fn tables_that_may_be_used_keep_their_letters() {
        let only = |language| Options::new().with_language(LanguageChoice::Only(language));
        let auto = Options::new().with_language(LanguageChoice::Auto);
        for options in [only(Language::Turkish), auto] {
            let kept = written("“Ağaç” çok yaşlı…", &options);
            assert_eq!(kept, gsm7("\"Ağaç\" çok yaşlı...", 3));
            assert_eq!(written("Ağaç", &options), gsm7("Ağaç", 0));
        }
        // Those of another language save fewer letters.
        let kept = written("“Ağaç” çok", &only(Language::Spanish));
        assert_eq!(kept, gsm7("\"Agaç\" çok", 3));
    }

    #[test]
    fn what_has_no_spelling_needs_tables_that_have_it() {
        for language in [LanguageChoice::Only(Language::Hindi), LanguageChoice::Auto] {
            let options = Options::new().with_language(language);
            assert_eq!(written("“नमस्ते”", &options), gsm7("\"नमस्ते\"", 2));
            assert_eq!(written("“नमस्ते” я", &options), ucs2("“नमस्ते” я"));
        }
    }

    #[test]
    fn a_text_of_too_many_parts_may_fit_without_its_quotes() {
        let text = "“a” ".repeat(9_000);
        assert!(segment::segment(&text, &Options::new()).is_err());
        let (encoding, plain, changes) = written(&text, &Options::new());
        assert_eq!(
            (encoding, plain.len(), changes),
            (Encoding::Gsm7, 36_000, 18_000)
        );
    }
}
