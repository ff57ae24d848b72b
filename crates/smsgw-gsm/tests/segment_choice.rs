//! The way that is chosen for a text is the cheapest of all there are.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use proptest::prelude::*;
use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::{Language, Tables};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Options, choose, segment};
use smsgw_gsm::udh::Reference;
use support::{references, texts};

/// Segments, rank, units, elements: less is better.
type Cost = (usize, u8, usize, usize);

/// What a text costs when its pieces, given by their units, go into segments one after the other.
fn segments(encoding: Encoding, pieces: &[usize], extra: usize, width: usize) -> Option<usize> {
    let alone = if extra == 0 { 0 } else { 1 + extra };
    if alone <= 140 && pieces.iter().sum::<usize>() <= encoding.capacity(alone) {
        return Some(1);
    }
    let room = encoding.capacity(width + extra);
    if width + extra > 140 || room < 2 {
        return None;
    }
    let (mut segments, mut used) = (1, 0);
    for piece in pieces {
        if used + piece > room {
            (segments, used) = (segments + 1, 0);
        }
        used += piece;
    }
    Some(segments)
}

fn elements(tables: Tables) -> usize {
    usize::from(tables.locking.is_some()) + usize::from(tables.single.is_some())
}

fn gsm7_cost(text: &str, tables: Tables, extra: usize, width: usize) -> Option<Cost> {
    let pieces: Vec<_> = text
        .chars()
        .map(|c| tables.code(c).map(|code| code.septets()))
        .collect::<Option<_>>()?;
    let elements = elements(tables);
    let segments = segments(Encoding::Gsm7, &pieces, extra + 3 * elements, width)?;
    let rank = u8::from(elements > 0);
    Some((segments, rank, pieces.iter().sum(), elements))
}

fn ucs2_cost(text: &str, extra: usize, width: usize) -> Option<Cost> {
    let pieces: Vec<_> = text.chars().map(char::len_utf16).collect();
    let segments = segments(Encoding::Ucs2, &pieces, extra, width)?;
    // Units of another kind decide nothing: there is one way of this rank.
    Some((segments, 2, pieces.iter().sum(), 0))
}

/// All ways there are.
fn cheapest(text: &str, choice: LanguageChoice, extra: usize, width: usize) -> Option<Cost> {
    let may = |language| match choice {
        LanguageChoice::None => false,
        LanguageChoice::Auto => true,
        LanguageChoice::Only(only) => language == only,
    };
    texts::pairs()
        .filter(|tables| tables.locking.is_none_or(may) && tables.single.is_none_or(may))
        .filter_map(|tables| gsm7_cost(text, tables, extra, width))
        .chain(ucs2_cost(text, extra, width))
        .min()
}

fn choices() -> impl Strategy<Value = LanguageChoice> {
    prop_oneof![
        Just(LanguageChoice::None),
        Just(LanguageChoice::Auto),
        Just(LanguageChoice::Auto),
        proptest::sample::select(&Language::ALL[..]).prop_map(LanguageChoice::Only),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_way_is_cheaper(text in texts::any_text(500), language in choices()) {
        let choice = choose(&text, language);
        let rank = match choice.encoding {
            Encoding::Gsm7 => u8::from(choice.tables != Tables::DEFAULT),
            _ => 2,
        };
        let cost = (choice.segments, rank, choice.units, elements(choice.tables));
        prop_assert_eq!(Some(cost), cheapest(&text, language, 0, 6), "{:?}", choice.tables);
        if let Encoding::Gsm7 = choice.encoding {
            prop_assert_eq!(choice.tables.encode(&text).unwrap().len(), choice.units);
        }

        let mut forced_by = Vec::new();
        for character in text.chars() {
            if Tables::DEFAULT.code(character).is_none() && !forced_by.contains(&character) {
                forced_by.push(character);
            }
        }
        prop_assert_eq!(&choice.forced_by, &forced_by);

        // Segmentation does the same.
        let segments = segment(&text, &Options::new().with_language(language)).unwrap();
        prop_assert_eq!(segments.encoding(), choice.encoding);
        prop_assert_eq!(segments.tables(), choice.tables);
        prop_assert_eq!(segments.count(), choice.segments);
        prop_assert_eq!(segments.total_units(), choice.units);
        prop_assert_eq!(segments.forced_by(), forced_by);
    }

    /// The header that the options ask for is weighed, too.
    #[test]
    fn segmentation_weighs_its_own_header(
        text in texts::any_text(300),
        reference in references(),
        elements in texts::elements(),
        // Without a choice of languages GSM 7-bit is taken unseen.
        language in choices().prop_filter("a choice", |choice| *choice != LanguageChoice::None),
    ) {
        let options = Options::new()
            .with_language(language)
            .with_reference(reference)
            .with_elements(&elements);
        let least = cheapest(&text, language, elements.len(), reference.header_len());
        match segment(&text, &options) {
            Ok(segments) => {
                prop_assert_eq!(Some(segments.count()), least.map(|cost| cost.0));
                prop_assert_eq!(segments.total_units(), least.unwrap().2);
            }
            Err(SegmentError::TooManyParts { .. }) => prop_assert!(least.unwrap().0 > 255),
            Err(error) => prop_assert!(least.is_none(), "{error}"),
        }
    }
}

#[test]
fn a_language_alone_is_taken_with_either_table() {
    let of = |text| {
        let choice = choose(text, LanguageChoice::Only(Language::Turkish));
        (choice.encoding, choice.tables.locking, choice.tables.single)
    };
    let turkish = Some(Language::Turkish);
    assert_eq!(of("abc"), (Encoding::Gsm7, None, None));
    assert_eq!(of("şçğ"), (Encoding::Gsm7, turkish, None));
    // The locking shift table has no ì.
    assert_eq!(of("ş ì"), (Encoding::Gsm7, None, turkish));
    assert_eq!(of("á"), (Encoding::Ucs2, None, None));
}

#[test]
fn tables_of_two_languages_may_meet() {
    // Turkish has ğ, Portuguese ê; either one can be the one of the single shift.
    let choice = choose("ğê", LanguageChoice::Auto);
    assert_eq!(choice.encoding, Encoding::Gsm7);
    assert_eq!(choice.units, 3);
    assert_eq!(elements(choice.tables), 2);
}

#[test]
fn a_text_of_the_default_alphabet_changes_for_a_segment_less() {
    // Escapes in the default alphabet, not in the Turkish one.
    let text = "€".repeat(81);
    assert_eq!(choose(&text, LanguageChoice::None).segments, 2);
    let choice = choose(&text, LanguageChoice::Auto);
    assert_eq!((choice.segments, choice.units), (1, 81));
    assert_eq!(choice.tables.locking, Some(Language::Turkish));
    assert_eq!(choice.forced_by, []);
    // One less fits as it is.
    assert_eq!(
        choose(&text[3..], LanguageChoice::Auto).tables,
        Tables::DEFAULT
    );
}

#[test]
fn pairs_are_not_torn_when_segments_are_counted() {
    // 306 septets would be two times 153, 134 units two times 67.
    assert_eq!(choose(&"€".repeat(153), LanguageChoice::None).segments, 3);
    assert_eq!(choose(&"😀".repeat(67), LanguageChoice::None).segments, 3);
}

#[test]
fn the_encoding_asked_for_is_the_one_taken() {
    let auto = Options::new().with_language(LanguageChoice::Auto);
    let gsm7 = auto.with_encoding(Encoding::Gsm7);
    assert_eq!(segment("şa", &gsm7).unwrap().total_units(), 2);
    let Err(SegmentError::Encode(error)) = segment("aşя", &gsm7) else {
        panic!("no table has both");
    };
    assert_eq!((error.character, error.index), ('ş', 1));

    let ucs2 = segment("şa", &auto.with_encoding(Encoding::Ucs2)).unwrap();
    assert_eq!(
        (ucs2.tables(), ucs2.forced_by().len()),
        (Tables::DEFAULT, 0)
    );
    let octets = segment("şa", &auto.with_encoding(Encoding::EightBit)).unwrap();
    assert_eq!(
        (octets.encoding().name(), octets.total_units()),
        ("8bit", 3)
    );
}

#[test]
fn language_elements_take_room() {
    let units = |text: &str, language, reference| {
        let options = Options::new()
            .with_language(LanguageChoice::Only(language))
            .with_reference(reference);
        let segments = segment(text, &options).unwrap();
        assert_eq!(segments.encoding(), Encoding::Gsm7);
        let units = segments.iter().map(|segment| segment.units());
        (elements(segments.tables()), units.collect::<Vec<_>>())
    };
    let (eight, sixteen) = (Reference::Eight(0), Reference::Sixteen(0));

    // The locking shift table alone: 4 octets of header, then 9 or 10.
    let turkish = |count| "ş".repeat(count);
    let one = |text: String, reference| units(&text, Language::Turkish, reference);
    assert_eq!(one(turkish(155), eight), (1, vec![155]));
    assert_eq!(one(turkish(156), eight), (1, vec![149, 7]));
    assert_eq!(one(turkish(156), sixteen), (1, vec![148, 8]));

    // Capitals are in the single shift table: 7 octets of header, then 12 or 13.
    let hindi = |count| "न".repeat(count) + "A";
    let two = |text: String, reference| units(&text, Language::Hindi, reference);
    assert_eq!(two(hindi(150), eight), (2, vec![152]));
    assert_eq!(two(hindi(151), eight), (2, vec![146, 7]));
    assert_eq!(two(hindi(151), sixteen), (2, vec![145, 8]));
}
