//! The vectors of `tests/vectors`, both directions.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use serde_json::Value;
use smsgw_gsm::segment::{Encoding, Options, Segments, segment};
use smsgw_gsm::septet::{FillBits, pack, packed_len, unpack};
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_gsm::{alphabet, ucs2};

fn lines(file: &str) -> Vec<Value> {
    file.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn number(vector: &Value, key: &str) -> usize {
    usize::try_from(vector[key].as_u64().unwrap()).unwrap()
}

fn numbers(vector: &Value, key: &str) -> Vec<usize> {
    serde_json::from_value(vector[key].clone()).unwrap()
}

fn hex(vector: &Value, key: &str) -> Vec<u8> {
    let (pairs, odd) = text(vector, key).as_bytes().as_chunks::<2>();
    assert!(odd.is_empty());
    pairs
        .iter()
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

#[test]
fn alphabet_vectors() {
    let vectors = lines(include_str!("vectors/alphabet.jsonl"));
    let (default, national): (Vec<_>, Vec<_>) = vectors
        .iter()
        .partition(|vector| number(vector, "locking") == 0 && number(vector, "single") == 0);
    // The national tables are not part of the crate yet.
    assert_eq!((default.len(), national.len()), (25, 18));

    let mut encoded = 0;
    for vector in default {
        let id = text(vector, "id");
        let septets = hex(vector, "septets");
        let packed = hex(vector, "packed");
        let count = number(vector, "count");
        let fill = FillBits::new(u8::try_from(number(vector, "fill_bits")).unwrap()).unwrap();

        assert_eq!(packed_len(count, fill), packed.len(), "{id}");
        assert_eq!(pack(&septets, fill), packed, "{id}");
        assert_eq!(unpack(&packed, count, fill), septets, "{id}");
        assert_eq!(
            alphabet::decode_unpacked(&septets),
            text(vector, "text"),
            "{id}"
        );
        // An escape before a code without a character has no way back.
        if !text(vector, "kind").starts_with("escape ") {
            let back = alphabet::encode_unpacked(text(vector, "text"));
            assert_eq!(back.unwrap(), septets, "{id}");
            encoded += 1;
        }
    }
    assert_eq!(encoded, 23);
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
