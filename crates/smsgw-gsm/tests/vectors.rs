//! The vectors of `tests/vectors`, both directions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use serde_json::Value;
use smsgw_gsm::alphabet::{Code, Language, Tables};
use smsgw_gsm::segment::{Encoding, Options, Segments, segment};
use smsgw_gsm::septet::{FillBits, pack, packed_len, unpack};
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_gsm::{alphabet, ucs2};
use support::{lines, unhex};

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn number(vector: &Value, key: &str) -> usize {
    usize::try_from(vector[key].as_u64().unwrap()).unwrap()
}

fn numbers(vector: &Value, key: &str) -> Vec<usize> {
    serde_json::from_value(vector[key].clone()).unwrap()
}

fn tables(vector: &Value) -> Tables {
    let language = |key| Language::from_identifier(u8::try_from(number(vector, key)).unwrap());
    Tables {
        locking: language("locking"),
        single: language("single"),
    }
}

#[test]
fn alphabet_vectors() {
    let vectors = lines(include_str!("vectors/alphabet.jsonl"));
    assert_eq!(vectors.len(), 43);
    let mut encoded = 0;
    for vector in &vectors {
        let id = text(vector, "id");
        let kind = text(vector, "kind");
        let septets = unhex(text(vector, "septets"));
        let packed = unhex(text(vector, "packed"));
        let count = number(vector, "count");
        let fill = FillBits::new(u8::try_from(number(vector, "fill_bits")).unwrap()).unwrap();
        let tables = tables(vector);
        let text = text(vector, "text");

        assert_eq!(packed_len(count, fill), packed.len(), "{id}");
        assert_eq!(pack(&septets, fill), packed, "{id}");
        assert_eq!(unpack(&packed, count, fill), septets, "{id}");
        assert_eq!(tables.decode(&septets), text, "{id}");
        assert_eq!(tables.decode_packed(&packed, count, fill), text, "{id}");
        // A code without a character has no way back.
        if kind.starts_with("escape ") || kind.contains("unassigned") {
            continue;
        }
        let back = tables.encode(text).unwrap();
        let back_packed = tables.encode_packed(text, fill).unwrap();
        assert_eq!(back_packed, (pack(&back, fill), back.len()), "{id}");
        // Where a table has a character twice, the other code comes back.
        if kind.starts_with("single table") {
            assert_eq!(tables.decode(&back), text, "{id}");
        } else {
            assert_eq!((back, back_packed.0), (septets, packed), "{id}");
        }
        encoded += 1;
    }
    assert_eq!(encoded, 37);
}

/// Every code of every table in both directions, against what the standard and other
/// implementations have there.
#[test]
fn table_vectors() {
    let file: Value = serde_json::from_str(include_str!("vectors/tables.json")).unwrap();
    let languages = file["languages"].as_object().unwrap();
    assert_eq!(languages.len(), 1 + Language::ALL.len());
    let mut characters = 0;
    for (name, vector) in languages {
        let language = Language::from_name(name);
        let identifier = language.map_or(0, Language::identifier);
        assert_eq!(usize::from(identifier), number(vector, "nli"), "{name}");
        let has_locking = language.is_none_or(Language::has_locking);
        assert_eq!(vector["locking"].is_object(), has_locking, "{name}");

        let tables = Tables {
            locking: language.filter(|_| has_locking),
            single: language,
        };
        for code in 0..128 {
            let plain = Code::Plain(code);
            let escaped = Code::Escaped(code);
            let locking = if has_locking {
                vector
            } else {
                &languages["default"]
            };
            let at = |table: &Value| {
                let hex = table.get(format!("{code:02X}"))?.as_str().unwrap();
                char::from_u32(u32::from_str_radix(hex, 16).unwrap())
            };
            let plain_character = at(&locking["locking"]);
            let escaped_character = at(&vector["single"]);
            assert_eq!(
                tables.character(plain),
                plain_character,
                "{name} {code:02X}"
            );
            assert_eq!(
                tables.character(escaped),
                escaped_character,
                "{name} {code:02X}"
            );
            characters += plain_character.iter().chain(&escaped_character).count();
            if let Some(character) = plain_character {
                assert_eq!(tables.code(character), Some(plain), "{name} {code:02X}");
            }
            // It may be in the locking table too, or twice in this one.
            if let Some(character) = escaped_character {
                let written = tables.code(character).unwrap();
                assert_eq!(
                    tables.character(written),
                    Some(character),
                    "{name} {code:02X}"
                );
                assert!(!matches!(written, Code::Escaped(written) if written > code));
            }
        }
    }
    // The default alphabet counts again for Spanish.
    assert_eq!(characters, 2431 + 127);
}

#[test]
fn segmentation_vectors() {
    let vectors = lines(include_str!("vectors/segmentation.jsonl"));
    assert_eq!(vectors.len(), 30);
    for vector in &vectors {
        let eight = Options::new().with_reference(Reference::Eight(0));
        let sixteen = Options::new().with_reference(Reference::Sixteen(0));
        let id = text(vector, "id");
        let text = text(vector, "text");

        let segments = segment(text, &eight).unwrap();
        assert_eq!(
            segments.encoding().name(),
            vector["encoding"].as_str().unwrap(),
            "{id}"
        );
        assert_eq!(
            segments.total_units(),
            number(vector, "total_units"),
            "{id}"
        );
        assert_eq!(segments.count(), number(vector, "segments"), "{id}");
        let chars: Vec<_> = segments.iter().map(|segment| segment.chars()).collect();
        assert_eq!(chars, numbers(vector, "chars_per_segment"), "{id}");
        assert_eq!(
            units(&segments),
            numbers(vector, "units_per_segment"),
            "{id}"
        );
        assert_eq!(joined(&segments), text, "{id}");

        let segments = segment(text, &sixteen).unwrap();
        assert_eq!(
            segments.count(),
            number(vector, "segments_concat16"),
            "{id}"
        );
        assert_eq!(
            units(&segments),
            numbers(vector, "units_per_segment_concat16"),
            "{id}"
        );
        assert_eq!(joined(&segments), text, "{id}");
    }
}

#[cfg(feature = "graphemes")]
#[test]
fn segmentation_vectors_between_clusters() {
    let vectors = lines(include_str!("vectors/segmentation.jsonl"));
    let mut elsewhere = 0;
    for vector in &vectors {
        let id = text(vector, "id");
        let text = text(vector, "text");
        // CR and LF are one cluster to Unicode, but not in these vectors.
        if text.contains("\r\n") {
            continue;
        }
        let policy = match &vector["grapheme_policy"] {
            Value::Null => vector,
            policy => {
                elsewhere += 1;
                policy
            }
        };
        let segments = segment(text, &Options::new().with_graphemes(true)).unwrap();
        assert_eq!(segments.count(), number(policy, "segments"), "{id}");
        let chars: Vec<_> = segments.iter().map(|segment| segment.chars()).collect();
        assert_eq!(chars, numbers(policy, "chars_per_segment"), "{id}");
        assert_eq!(joined(&segments), text, "{id}");
    }
    assert_eq!(elsewhere, 3);
}

fn units(segments: &Segments) -> Vec<usize> {
    segments.iter().map(|segment| segment.units()).collect()
}

/// The text as the far side reads it from the packed octets.
fn joined(segments: &Segments) -> String {
    let mut text = String::new();
    for (index, segment) in segments.iter().enumerate() {
        let octets = [segment.udh(), segment.packed()].concat();
        assert!(octets.len() <= 140);
        let (fill, rest) = match segment.concat() {
            None => (FillBits::NONE, &octets[..]),
            Some(concat) => {
                let (header, rest) = UserDataHeader::split(&octets).unwrap();
                assert_eq!(header.concat(), Some(concat));
                assert_eq!(usize::from(concat.sequence()), index + 1);
                assert_eq!(usize::from(concat.total()), segments.count());
                (header.fill_bits(), rest)
            }
        };
        text += &match segment.encoding() {
            Encoding::Gsm7 => alphabet::decode_unpacked(&unpack(rest, segment.units(), fill)),
            _ => ucs2::decode(rest),
        };
    }
    text
}
