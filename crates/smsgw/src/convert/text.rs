//! From a text to what is sent, as its message says that it may be written.

use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::{Code, Language, Tables};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Options, Segments, segment};
use smsgw_gsm::translit::transliterate_for;
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
    let unchanged = segment(text, &options);
    if !writing.transliterate || unchanged.as_ref().is_ok_and(is_gsm7) {
        return unchanged;
    }
    match transliterated(text, &options) {
        Some(segments) => Ok(segments),
        None => unchanged,
    }
}

/// Of all tables that may be used those with the fewest segments, then the fewest changes.
fn transliterated(text: &str, options: &Options<'_>) -> Option<Segments> {
    let languages = match &options.language {
        LanguageChoice::None => &[],
        LanguageChoice::Auto => &Language::ALL[..],
        LanguageChoice::Only(language) => std::slice::from_ref(language),
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
            let segments = segment(&plain.text, options).ok().filter(is_gsm7)?;
            Some((plain.changes.len(), segments))
        })
        .min_by_key(|(changes, segments)| (segments.count(), *changes))
        .map(|(_, segments)| segments)
}

fn is_gsm7(segments: &Segments) -> bool {
    segments.encoding() == Encoding::Gsm7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, language: LanguageChoice) -> (Encoding, String) {
        let writing = Writing {
            language,
            transliterate: true,
            graphemes: false,
        };
        let segments = segments(text, writing, Reference::Eight(0)).unwrap();
        let text = segments.iter().map(|segment| segment.text()).collect();
        (segments.encoding(), text)
    }

    #[test]
    fn a_text_is_changed_only_where_that_makes_it_gsm_7_bit() {
        let none = |text| written(text, LanguageChoice::None);
        assert_eq!(
            none("“Ağaç” – à…"),
            (Encoding::Gsm7, "\"Agac\" - à...".into())
        );
        for text in ["“Да” – нет", "“😀”", "\u{1F44D}\u{1F3FD}…"] {
            assert_eq!(none(text), (Encoding::Ucs2, text.into()));
        }
        assert_eq!(none("@{€}à"), (Encoding::Gsm7, "@{€}à".into()));
    }

    #[test]
    fn tables_that_may_be_used_keep_their_letters() {
        let turkish = LanguageChoice::Only(Language::Turkish);
        for language in [turkish, LanguageChoice::Auto] {
            let (encoding, text) = written("“Ağaç” çok yaşlı…", language);
            assert_eq!(
                (encoding, text.as_str()),
                (Encoding::Gsm7, "\"Ağaç\" çok yaşlı...")
            );
            assert_eq!(written("Ağaç", language).1, "Ağaç");
        }
        // Those of another language save fewer letters.
        let spanish = LanguageChoice::Only(Language::Spanish);
        assert_eq!(written("“Ağaç” çok", spanish).1, "\"Agaç\" çok");
    }

    #[test]
    fn what_has_no_spelling_needs_tables_that_have_it() {
        let hindi = LanguageChoice::Only(Language::Hindi);
        for language in [hindi, LanguageChoice::Auto] {
            let (encoding, text) = written("“नमस्ते”", language);
            assert_eq!((encoding, text.as_str()), (Encoding::Gsm7, "\"नमस्ते\""));
            assert_eq!(written("“नमस्ते” я", language).0, Encoding::Ucs2);
        }
    }

    #[test]
    fn a_text_of_too_many_parts_may_fit_without_its_quotes() {
        let text = "“a” ".repeat(9_000);
        let writing = Writing::default();
        assert!(segments(&text, writing, Reference::Eight(0)).is_err());
        let (encoding, plain) = written(&text, LanguageChoice::None);
        assert_eq!((encoding, plain.len()), (Encoding::Gsm7, 36_000));
    }
}
