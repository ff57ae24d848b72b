//! Typographic texts become GSM 7-bit, and only what has to change does.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use proptest::char::range;
use proptest::prelude::*;
use smsgw_gsm::alphabet::{Code, Language, Tables, encode_unpacked};
use smsgw_gsm::translit::{transliterate, transliterate_for};

#[track_caller]
fn becomes(text: &str, plain: &str) {
    let out = transliterate(text);
    assert_eq!(out.text, plain);
    assert_eq!(out.left, []);
    assert!(encode_unpacked(&out.text).is_ok());
}

#[test]
fn typography() {
    becomes(
        "“Ja”, ‘nein’, „doch“, «si», it’s",
        "\"Ja\", 'nein', \"doch\", \"si\", it's",
    );
    becomes("a–b—c‑d−e", "a-b-c-d-e");
    becomes(
        "• one\u{A0}two\u{2009}three\u{3000}four\tfive",
        "* one two three four five",
    );
    becomes("wait…", "wait...");
    becomes("© 2024 Acme™ ®", "(C) 2024 AcmeTM (R)");
    becomes("a → b × c", "a -> b x c");
    becomes("one\u{2028}two\u{B}three", "one\ntwo\nthree");
    becomes("`code´", "'code'");
}

#[test]
fn what_cannot_be_seen_is_removed() {
    becomes(
        "\u{FEFF}a\u{200B}b\u{AD}c\u{200E}d\u{2060}e\u{FE0F}\0\u{9F}\u{202E}",
        "abcde",
    );
    becomes("©\u{FE0F} 1\u{FE0F}\u{20E3}", "(C) 1");
}

#[test]
fn letters_become_the_nearest_of_the_alphabet() {
    becomes("áâãçêëîïóôõúûýÿ", "aaaceeiiooouuyy");
    becomes("àèéìòùäöüñåæøßÇ", "àèéìòùäöüñåæøßÇ");
    becomes("Příliš žluťoučký kůň", "Prilis zlutoucky kun");
    becomes("Zażółć gęślą jaźń", "Zazolc gesla jazn");
    becomes("ǘǺǽǿȫ", "üÅæøö");
    becomes("Tiếng Việt, İstanbul, Łódź", "Tieng Viet, Istanbul, Lodz");
    becomes("œuvre ﬁn ĳs Þór ŉ ðə", "oeuvre fin ijs Thor 'n de");
    becomes("\u{212B}\u{2126}\u{212A}", "ÅΩK");
}

#[test]
fn marks_join_their_letter_or_go() {
    becomes(
        "cafe\u{301} man\u{303}ana A\u{30A}ngstrom",
        "café mañana Ångstrom",
    );
    becomes("a\u{301}u\u{308}\u{301}q\u{303}1\u{336}", "aüq1");
    becomes("c\u{327}C\u{327}", "cÇ");
}

#[test]
fn fullwidth_forms() {
    becomes("Ｈｅｌｌｏ，　ｗｏｒｌｄ！｀￡５", "Hello, world!'£5");
}

#[test]
fn numbers_stay_apart() {
    becomes("½ or 1½ or １½", "1/2 or 1 1/2 or 1 1/2");
    becomes("m², 10², 10¹², 10⁻³, H₂O", "m2, 10^2, 10^12, 10^-3, H2O");
    becomes("1⁄2 5\u{200B}½", "1/2 5 1/2");
}

#[test]
fn greek_capitals_unless_small_letters_stay_anyway() {
    becomes("ΚΑΛΗΜΕΡΑ ΈΛΛΆΔΑ Ώ", "KAΛHMEPA EΛΛAΔA Ω");
    let mixed = transliterate("Αθήνα…");
    assert_eq!(mixed.text, "Αθήνα...");
    assert_eq!(mixed.left, ['Α', 'θ', 'ή', 'ν', 'α']);
}

#[test]
fn other_scripts_and_emoji_stay_with_what_belongs_to_them() {
    for text in [
        "Привет",
        "и\u{306}",
        "👨\u{200D}👩\u{200D}👧",
        "❤\u{FE0F}",
        "می\u{200C}خواهم",
        "20°",
    ] {
        let same = transliterate(text);
        assert_eq!(same.text, text);
        assert!(same.changes.is_empty());
        assert!(!same.left.is_empty());
    }
    assert_eq!(transliterate("😀😀я😀").left, ['😀', 'я']);
}

#[test]
fn changes_say_what_stood_where() {
    let out = transliterate("e\u{301}…\u{FEFF}–");
    let changes: Vec<_> = out
        .changes
        .iter()
        .map(|c| (c.index, c.from, c.to))
        .collect();
    assert_eq!(
        changes,
        [
            (0, "e\u{301}", "é"),
            (3, "…", "..."),
            (6, "\u{FEFF}", ""),
            (9, "–", "-")
        ]
    );
}

#[test]
fn tables_of_a_language_keep_what_they_have() {
    let portuguese = Tables::of(Language::Portuguese);
    let out = transliterate_for("São João – e\u{302} ‘`’ ñø ª", portuguese);
    assert_eq!(out.text, "São João - ê '`' no ª");
    // Tables of an Indian script have capitals in the single shift table alone.
    let hindi = |single| Tables {
        locking: Some(Language::Hindi),
        single,
    };
    let text = "É ½ नमस्ते";
    assert_eq!(transliterate_for(text, hindi(None)).left, ['É', '½']);
    let both = transliterate_for(text, hindi(Some(Language::Hindi)));
    assert_eq!((&*both.text, &both.left[..]), ("E 1/2 नमस्ते", &[][..]));
}

proptest! {
    /// Any text: what fits stays, the changes lead from the one text to the other, what is left is
    /// what the alphabet lacks, and a second time changes nothing.
    #[test]
    fn changes_rebuild_the_text(
        text in proptest::collection::vec(
            prop_oneof![
                any::<char>(),
                range('\0', '\u{250}'),
                range('\u{2000}', '\u{2100}'),
                range('\u{300}', '\u{400}'),
                range('\u{1E00}', '\u{1F00}'),
                proptest::sample::select("aeinoucCA1 2½²😀\u{200D}\u{FE0F}".chars().collect::<Vec<_>>()),
            ],
            0..60,
        ).prop_map(String::from_iter)
    ) {
        let out = transliterate(&text);
        let mut rebuilt = String::new();
        let mut at = 0;
        for change in &out.changes {
            prop_assert!(text[change.index..].starts_with(change.from));
            prop_assert!(change.from.chars().any(|c| Code::of(c).is_none()));
            prop_assert!(encode_unpacked(change.to).is_ok());
            rebuilt += &text[at..change.index];
            rebuilt += change.to;
            at = change.index + change.from.len();
        }
        rebuilt += &text[at..];
        prop_assert_eq!(&rebuilt, &out.text);
        prop_assert_eq!(out.left.is_empty(), encode_unpacked(&out.text).is_ok());
        for character in &out.left {
            prop_assert!(Code::of(*character).is_none() && out.text.contains(*character));
        }
        if encode_unpacked(&text).is_ok() {
            prop_assert_eq!(&out.text, &text);
        }
        let again = transliterate(&out.text);
        prop_assert_eq!(&again.left, &out.left);
    }

    #[test]
    fn typographic_texts_become_gsm(
        text in proptest::collection::vec(
            prop_oneof![
                // Letters and signs of Latin-1, Latin Extended-A, general punctuation.
                range('\u{20}', '\u{7E}'),
                range('\u{C0}', '\u{17F}'),
                range('\u{1EA0}', '\u{1EF9}'),
                range('\u{2000}', '\u{2016}'),
                range('\u{2018}', '\u{201F}'),
                range('\u{2022}', '\u{202F}'),
                Just('\u{301}'),
                Just('\u{308}'),
            ],
            0..200,
        ).prop_map(String::from_iter)
    ) {
        let out = transliterate(&text);
        prop_assert!(encode_unpacked(&out.text).is_ok(), "{:?}", out.left);
    }
}
