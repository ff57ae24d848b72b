//! What holds for the parts of every text and of any octets.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use proptest::prelude::*;
use smsgw_gsm::alphabet::{Language, Tables};
use smsgw_gsm::segment::{
    Encoding, LanguageChoice, Options, Segment, Segments, segment, segment_octets,
};
use smsgw_gsm::septet::FillBits;
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_gsm::{DecodeErrorKind, SegmentError, ucs2};
use support::{references, texts};

/// Checks the parts as the far side sees them, and gives back their text octets and texts.
fn received(segments: &Segments, elements: &[u8]) -> Vec<(Vec<u8>, String)> {
    let read = |(index, segment): (usize, Segment<'_>)| {
        let octets = segment.user_data();
        assert!(octets.len() <= 140);
        assert_eq!(octets, [segment.udh(), segment.packed()].concat());
        assert_eq!(segment.udh().len(), segment.udh_len());
        let (fill, tables, rest) = match segment.udh_len() {
            0 => (FillBits::NONE, Tables::DEFAULT, &octets[..]),
            _ => {
                let (header, rest) = UserDataHeader::split(&octets).unwrap();
                header.check().unwrap();
                assert_eq!(header.concat(), segment.concat());
                assert!(header.octets().ends_with(elements));
                (header.fill_bits(), header.tables(), rest)
            }
        };
        assert_eq!(tables, segments.tables());
        assert_eq!(segment.concat().is_some(), segments.count() > 1);
        if let Some(concat) = segment.concat() {
            assert_eq!(usize::from(concat.sequence()), index + 1);
            assert_eq!(usize::from(concat.total()), segments.count());
        }
        // TP-UDL gives the number of septets back.
        let udl = usize::from(segment.udl());
        let text = match segment.encoding() {
            Encoding::Gsm7 => {
                assert!(udl <= 160);
                let septets = udl - (8 * segment.udh_len()).div_ceil(7);
                assert_eq!(septets, segment.units());
                tables.decode_packed(rest, septets, fill)
            }
            Encoding::EightBit => {
                assert_eq!(udl, octets.len());
                String::from_utf8_lossy(rest).into_owned()
            }
            _ => {
                assert_eq!(udl, octets.len());
                ucs2::decode(rest)
            }
        };
        assert_eq!(text, segment.text());
        assert_eq!(text.chars().count(), segment.chars());
        (rest.to_vec(), text)
    };
    let parts: Vec<_> = segments.iter().enumerate().map(read).collect();
    assert_eq!(parts.len(), segments.count());
    let units: usize = segments.iter().map(|segment| segment.units()).sum();
    assert_eq!(units, segments.total_units());
    parts
}

fn join(parts: &[(Vec<u8>, String)]) -> String {
    parts.iter().map(|(_, text)| text.as_str()).collect()
}

fn encodings() -> impl Strategy<Value = Option<Encoding>> {
    proptest::sample::select(vec![
        None,
        None,
        Some(Encoding::EightBit),
        Some(Encoding::Ucs2),
    ])
}

proptest! {
    /// Each part is text by itself: a torn pair or character would show.
    #[test]
    fn a_text_splits_and_joins_to_itself(
        text in texts::any_text(700),
        encoding in encodings(),
        reference in references(),
        elements in texts::elements(),
    ) {
        let mut options = Options::new()
            .with_language(LanguageChoice::Auto)
            .with_reference(reference)
            .with_elements(&elements);
        options.encoding = encoding;
        match segment(&text, &options) {
            Ok(segments) => prop_assert_eq!(join(&received(&segments, &elements)), text),
            Err(SegmentError::TooManyParts { needed, .. }) => prop_assert!(needed > 255),
            Err(error) => {
                let is_no_room = matches!(error, SegmentError::NoRoom { .. });
                prop_assert!(is_no_room && elements.len() > 100);
            }
        }
    }

    /// Every pair of tables, as the only one that has the text.
    #[test]
    fn a_text_of_any_pair_of_tables_splits_and_joins(
        text in texts::tables().prop_flat_map(|tables| texts::of(tables, 700)),
        reference in references(),
    ) {
        let options = Options::new()
            .with_encoding(Encoding::Gsm7)
            .with_language(LanguageChoice::Auto)
            .with_reference(reference);
        let segments = segment(&text, &options).unwrap();
        prop_assert_eq!(join(&received(&segments, &[])), text);
    }

    #[test]
    fn octets_split_and_join(
        octets in proptest::collection::vec(any::<u8>(), 0..2000),
        reference in references(),
        elements in texts::elements(),
    ) {
        let options = Options::new().with_reference(reference).with_elements(&elements);
        let Ok(segments) = segment_octets(&octets, &options) else {
            prop_assert!(elements.len() > 100);
            return Ok(());
        };
        let parts = received(&segments, &elements);
        let parts: Vec<_> = parts.into_iter().map(|(octets, _)| octets).collect();
        prop_assert_eq!(parts.concat(), octets);
        // All but the last are full.
        let room = 140 - reference.header_len() - elements.len();
        let (_, others) = parts.split_last().unwrap();
        prop_assert!(others.iter().all(|octets| octets.len() == room));
    }
}

#[cfg(feature = "graphemes")]
mod graphemes {
    use super::*;
    use std::collections::BTreeMap;
    use unicode_segmentation::UnicodeSegmentation;

    /// Clusters of all sizes, longer than a segment, too.
    fn clusters() -> impl Strategy<Value = String> {
        let cluster = prop_oneof![
            8 => proptest::sample::select(vec![
                "a", "я", "€", "ş", "\r\n", "e\u{301}", "🇫🇷", "👍🏽", "नि", "क्ष",
                "👨\u{200D}👩\u{200D}👧\u{200D}👦", "각",
            ]).prop_map(String::from),
            2 => any::<char>().prop_map(String::from),
            1 => (0..200_usize).prop_map(|marks| "o".to_owned() + &"\u{308}".repeat(marks)),
        ];
        proptest::collection::vec(cluster, 0..150).prop_map(|clusters| clusters.concat())
    }

    proptest! {
        #[test]
        fn no_cluster_is_torn_that_a_segment_has_room_for(
            text in prop_oneof![clusters(), texts::any_text(500)],
            encoding in encodings(),
            reference in references(),
        ) {
            let mut options = Options::new().with_reference(reference).with_graphemes(true);
            options.encoding = encoding;
            let segments = segment(&text, &options).unwrap();
            prop_assert_eq!(&join(&received(&segments, &[])), &text);

            let room = segments.encoding().capacity(reference.header_len());
            let units = |text: &str| match segments.encoding() {
                Encoding::Gsm7 => Tables::DEFAULT.encode(text).unwrap().len(),
                Encoding::EightBit => text.len(),
                _ => ucs2::units(text),
            };
            let clusters: BTreeMap<_, _> = text.grapheme_indices(true).collect();
            let mut cut = 0;
            for segment in segments.iter().take(segments.count() - 1) {
                cut += segment.text().len();
                let left = room - segment.units();
                let (start, cluster) = clusters.range(..=cut).next_back().unwrap();
                if units(cluster) <= room {
                    // It is not torn, and would not have fit.
                    prop_assert_eq!(*start, cut);
                    prop_assert!(left < units(cluster), "{:?}", cluster);
                } else {
                    // Room for no more than a part of a character.
                    prop_assert!(left < 4);
                }
            }
        }
    }

    #[test]
    fn crlf_is_a_cluster_in_gsm_too() {
        let text = "a".repeat(152) + "\r\n" + &"b".repeat(20);
        let units = |graphemes| {
            let segments = segment(&text, &Options::new().with_graphemes(graphemes)).unwrap();
            segments
                .iter()
                .map(|segment| segment.units())
                .collect::<Vec<_>>()
        };
        assert_eq!(units(false), [153, 21]);
        assert_eq!(units(true), [152, 22]);
    }
}

#[test]
fn parts_end_at_255() {
    let options = Options::new().with_encoding(Encoding::EightBit);
    let count = |octets| segment(&"a".repeat(octets), &options).map(|segments| segments.count());
    assert_eq!(count(255 * 134), Ok(255));
    let (needed, max) = (256, 255);
    assert_eq!(
        count(255 * 134 + 1),
        Err(SegmentError::TooManyParts { needed, max })
    );
}

#[test]
fn limits_of_octets() {
    let units = |octets, reference| {
        let options = Options::new().with_reference(reference);
        let segments = segment_octets(&vec![0; octets], &options).unwrap();
        segments
            .iter()
            .map(|segment| segment.units())
            .collect::<Vec<_>>()
    };
    assert_eq!(units(0, Reference::Eight(1)), [0]);
    assert_eq!(units(140, Reference::Eight(1)), [140]);
    assert_eq!(units(141, Reference::Eight(1)), [134, 7]);
    assert_eq!(units(141, Reference::Sixteen(1)), [133, 8]);
}

#[test]
fn headers_have_concatenation_then_language_then_the_rest() {
    let ports = [4, 2, 240, 241];
    let options = Options::new()
        .with_language(LanguageChoice::Only(Language::Hindi))
        .with_reference(Reference::Sixteen(0x1234))
        .with_elements(&ports);
    // The capital is in the single shift table alone.
    let segments = segment(&"नमस्ते A ".repeat(20), &options).unwrap();
    assert_eq!(segments.count(), 2);
    assert_eq!(
        segments.get(1).unwrap().udh(),
        [
            16, 8, 4, 0x12, 0x34, 2, 2, 0x25, 1, 6, 0x24, 1, 6, 4, 2, 240, 241
        ]
    );
    let alone = segment("नA", &options).unwrap();
    let alone = alone.get(0).unwrap();
    assert_eq!(alone.udh(), [10, 0x25, 1, 6, 0x24, 1, 6, 4, 2, 240, 241]);
    // 11 octets of header are 13 septets, then one and two.
    assert_eq!((alone.udl(), alone.user_data().len()), (16, 14));
}

#[test]
fn a_header_without_room_is_an_error() {
    let element = |octets: u8| [&[0x9F, octets][..], &vec![0; usize::from(octets)]].concat();
    let units = |text: &str, element: &[u8]| {
        let options = Options::new().with_elements(element);
        segment(text, &options).map(|segments| segments.count())
    };
    // 139 octets with the length octet leave one septet, 140 none.
    assert_eq!(units("a", &element(136)), Ok(1));
    assert_eq!(units("", &element(137)), Ok(1));
    assert_eq!(
        units("a", &element(137)),
        Err(SegmentError::NoRoom { header: 145 })
    );
    assert_eq!(
        units("", &element(138)),
        Err(SegmentError::NoRoom { header: 141 })
    );
    // Two septets are the least that several parts can do with.
    assert_eq!(units("aaaaaaaaaa", &element(130)), Ok(5));
    assert_eq!(
        units("aaaaaaaaaa", &element(131)),
        Err(SegmentError::NoRoom { header: 139 })
    );
}

#[test]
fn elements_must_be_whole_and_not_ours() {
    let error = |elements: &[u8]| match segment("a", &Options::new().with_elements(elements)) {
        Err(SegmentError::Elements(error)) => (error.kind, error.field, error.offset),
        other => panic!("{other:?}"),
    };
    let broken = |needed, had| DecodeErrorKind::BrokenElement { needed, had };
    assert_eq!(error(&[0x70]), (broken(2, 1), "IE", 0));
    assert_eq!(error(&[4, 2, 1, 2, 0x70, 1]), (broken(3, 2), "IE", 4));
    for value in [0x00, 0x08, 0x24, 0x25] {
        let kind = DecodeErrorKind::InvalidValue { value };
        assert_eq!(error(&[0x70, 0, value, 0]), (kind, "IEI", 2));
    }
}
