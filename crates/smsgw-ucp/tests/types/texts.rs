//! Alphabets and hexadecimal digits.

use proptest::prelude::*;
use smsgw_ucp::types::*;
use smsgw_ucp::{Alphabet, ValueError};

fn decode(alphabet: Alphabet, octets: &[u8]) -> String {
    let mut text = String::new();
    alphabet.decode(octets.iter().copied(), &mut text);
    text
}

const ALL: [Alphabet; 4] = [
    Alphabet::Gsm,
    Alphabet::Ira,
    Alphabet::Latin1,
    Alphabet::German,
];

#[test]
fn an_at_sign_in_each() {
    let at = ALL.map(|alphabet| alphabet.encode("@").unwrap());
    assert_eq!(at, [[0x00], [0x40], [0x40], [0x00]]);
    assert_eq!(decode(Alphabet::Gsm, &[0x40]), "¡");
}

#[test]
fn the_extension_is_two_octets() {
    for alphabet in [Alphabet::Gsm, Alphabet::German] {
        for (text, code) in [
            ("\u{0C}", 0x0A),
            ("^", 0x14),
            ("{", 0x28),
            ("}", 0x29),
            ("\\", 0x2F),
            ("[", 0x3C),
            ("~", 0x3D),
            ("]", 0x3E),
            ("|", 0x40),
            ("€", 0x65),
        ] {
            assert_eq!(alphabet.encode(text).unwrap(), [0x1B, code]);
            assert_eq!(decode(alphabet, &[0x1B, code]), text);
        }
    }
}

#[test]
fn the_german_variant_moves_four() {
    for (text, octet) in [
        ("Ä", 0x5B),
        ("Ö", 0x5C),
        ("Ü", 0x5D),
        ("ä", 0x7B),
        ("ö", 0x7C),
        ("ü", 0x7D),
        ("ß", 0x7E),
        ("§", 0x5E),
    ] {
        assert_eq!(Alphabet::German.encode(text).unwrap(), [octet]);
        assert_eq!(decode(Alphabet::German, &[octet]), text);
    }
    // As Kannel, which turns them into the octets of GSM and leaves all others.
    let gsm: Vec<u8> = (0..=0x7F).filter(|octet| *octet != 0x1B).collect();
    let moved = |octet: &u8| matches!(octet, 0x5D | 0x5E | 0x7D | 0x7E);
    for octet in gsm.iter().filter(|octet| !moved(octet)) {
        let octets = [*octet];
        assert_eq!(
            decode(Alphabet::German, &octets),
            decode(Alphabet::Gsm, &octets)
        );
    }
}

#[test]
fn what_an_alphabet_lacks_is_named() {
    let lacks = |alphabet: Alphabet, text| match alphabet.encode(text) {
        Err(ValueError::Character { at }) => at,
        other => panic!("{other:?}"),
    };
    assert_eq!(lacks(Alphabet::Gsm, "ÄÖçx"), 2);
    assert_eq!(lacks(Alphabet::Ira, "aÄ"), 1);
    assert_eq!(lacks(Alphabet::Latin1, "äö€"), 2);
    assert_eq!(lacks(Alphabet::German, "Ünñ"), 2);
    assert_eq!(lacks(Alphabet::German, "ÜÜç"), 2);
    assert_eq!(lacks(Alphabet::German, "üçñ"), 1);
    assert_eq!(lacks(Alphabet::German, "üÑç"), 1);
}

#[test]
fn octets_without_a_character() {
    assert_eq!(decode(Alphabet::Gsm, &[0x41, 0x80]), "A\u{FFFD}");
    assert_eq!(decode(Alphabet::German, &[0xFF]), "\u{FFFD}");
    assert_eq!(decode(Alphabet::Ira, &[0x41, 0xE4]), "A\u{FFFD}");
    assert_eq!(
        decode(Alphabet::Latin1, &[0x41, 0xE4, 0xFF, 0x80]),
        "Aäÿ\u{80}"
    );
}

#[test]
fn every_octet_has_a_text_in_all() {
    for alphabet in ALL {
        for octet in 0..=u8::MAX {
            let text = decode(alphabet, &[octet]);
            let is_escape = matches!(alphabet, Alphabet::Gsm | Alphabet::German) && octet == 0x1B;
            assert_eq!(text.chars().count(), usize::from(!is_escape));
        }
    }
}

/// Escapes stay with their codes wherever the text is cut for reading.
#[test]
fn escapes_at_every_place() {
    for before in 0..330 {
        for escapes in 1..4 {
            let mut octets = vec![0x61; before];
            octets.extend(vec![0x1B; escapes]);
            octets.extend(*b"eb");
            let expect = match escapes {
                1 => "€b",
                2 => " eb",
                _ => " €b",
            };
            let text = decode(Alphabet::Gsm, &octets);
            assert_eq!(text, "a".repeat(before) + expect, "{before} {escapes}");
            let hex = HexBuf::encode(&octets);
            assert_eq!(hex.as_hex().text(Alphabet::Gsm), text);
        }
    }
}

proptest! {
    #[test]
    fn there_and_back(text in "[ -~äöüÄÖÜßñ§@£€Ωé\n\\[\\]]{0,400}") {
        for alphabet in ALL {
            if let Ok(octets) = alphabet.encode(&text) {
                prop_assert_eq!(&decode(alphabet, &octets), &text);
                let hex = HexBuf::encode(&octets);
                prop_assert_eq!(hex.as_hex().text(alphabet), text.clone());
                prop_assert_eq!(hex.as_hex().to_vec(), octets);
            }
        }
    }

    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..700)) {
        let hex = HexBuf::encode(&octets);
        prop_assert_eq!(&hex.as_hex().to_vec(), &octets);
        let one_by_one: Vec<u8> = hex.as_hex().octets().collect();
        prop_assert_eq!(&one_by_one, &octets);
        let lower = hex.as_hex().as_str().to_lowercase();
        let has_letter = lower.bytes().any(|digit| digit.is_ascii_alphabetic());
        prop_assert_eq!(Hex::new(&lower).is_err(), has_letter);
        for alphabet in ALL {
            prop_assert_eq!(hex.as_hex().text(alphabet), decode(alphabet, &octets));
        }
    }
}
