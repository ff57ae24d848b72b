//! Names as senders, packed in 7 bits.

use proptest::prelude::*;
use smsgw_ucp::types::*;
use smsgw_ucp::{Alphabet, ValueError};

/// How many characters, LL, and how many digits follow.
const LENGTHS: [(usize, u8, usize); 11] = [
    (1, 0x02, 2),
    (2, 0x04, 4),
    (3, 0x06, 6),
    (4, 0x07, 8),
    (5, 0x09, 10),
    (6, 0x0B, 12),
    (7, 0x0D, 14),
    (8, 0x0E, 14),
    (9, 0x10, 16),
    (10, 0x12, 18),
    (11, 0x14, 20),
];

#[test]
fn every_length_has_its_half_octets() {
    for (len, semi_octets, digits) in LENGTHS {
        let name = &"ABCDEFGHIJK"[..len];
        let packed = PackedName::pack(name).unwrap();
        let text = packed.as_originator().as_str();
        assert_eq!(text[..2], format!("{semi_octets:02X}"));
        assert_eq!(text.len(), 2 + digits);
        assert_eq!(PackedName::new(text), Ok(packed.as_name()));
        let read = packed.as_name();
        assert_eq!((read.text().as_str(), read.septets()), (name, len));
        assert_eq!(
            (read.trimmed_text(), read.to_string()),
            (name.into(), name.into())
        );
    }
}

#[test]
fn known_names() {
    for (name, digits) in [
        ("Rust", "07D2FA9C0E"),
        ("ALPHA@NUM", "10412614190438AB4D"),
        ("abcdefg", "0D61F1985C369F01"),
        ("ABC@CMG", "0D41E110306C1E01"),
        ("A", "0241"),
        ("ABCDEFGHIJK", "1441E19058341E9149E512"),
        // As Protocol::EMIUCP packs them.
        ("@", "0200"),
        ("1", "0231"),
        ("12", "043119"),
        ("123", "0631D90C"),
        ("1234", "0731D98C06"),
        ("12345", "0931D98C5603"),
        ("123456", "0B31D98C56B301"),
        ("1234567", "0D31D98C56B3DD00"),
        ("12345678", "0E31D98C56B3DD70"),
        ("123456789", "1031D98C56B3DD7039"),
        ("123456789A", "1231D98C56B3DD70B920"),
        ("123456789AB", "1431D98C56B3DD70B9A010"),
    ] {
        assert_eq!(PackedName::pack(name).unwrap().as_originator(), digits);
        assert_eq!(PackedName::new(digits).unwrap().text(), name);
    }
    let test = PackedName::new("08F4F29C0E").unwrap();
    assert_eq!((test.text().as_str(), test.septets()), ("test", 4));
}

/// Some senders put the number of digits into LL.
#[test]
fn digits_for_half_octets() {
    for (len, _, digits) in LENGTHS {
        let name = &"ABCDEFGHIJK"[..len];
        let packed = PackedName::pack(name).unwrap();
        let text = format!("{digits:02X}{}", &packed.as_originator().as_str()[2..]);
        let read = PackedName::new(&text).unwrap();
        assert_eq!(read.trimmed_text(), name);
        let expect = if len == 7 {
            format!("{name}@")
        } else {
            name.into()
        };
        assert_eq!(read.text(), expect);
    }
    // The seven spare bits filled with a carriage return.
    let filled = PackedName::new("0E61F1985C369F1B").unwrap();
    assert_eq!(filled.text(), "abcdefg\r");
    assert_eq!(filled.trimmed_text(), "abcdefg");
    // Elsewhere an `@` at the end is one.
    let meant = PackedName::pack("AB@").unwrap();
    assert_eq!(meant.as_name().trimmed_text(), "AB@");
}

#[test]
fn names_that_do_not_fit() {
    let pack = |name: &str| PackedName::pack(name).unwrap_err();
    assert_eq!(pack(""), ValueError::TooShort { min: 1, had: 0 });
    assert_eq!(
        pack("ABCDEFGHIJKL"),
        ValueError::TooLong { max: 11, had: 12 }
    );
    assert_eq!(
        pack("1234567890€"),
        ValueError::TooLong { max: 11, had: 12 }
    );
    assert_eq!(pack("naïve"), ValueError::Character { at: 2 });
    assert_eq!(
        PackedName::pack("123456789€").unwrap().as_name().text(),
        "123456789€"
    );

    let new = |digits| PackedName::new(digits).unwrap_err();
    assert_eq!(new("0F41E1"), ValueError::Truncated { needed: 15, had: 4 });
    assert_eq!(new("0241E1"), ValueError::Truncated { needed: 2, had: 4 });
    assert_eq!(new("024"), ValueError::OddHex { had: 3 });
    assert_eq!(new("02G1"), ValueError::NotHex { at: 2 });
    assert_eq!(new(""), ValueError::TooShort { min: 4, had: 0 });
    assert_eq!(
        new("1641E19058341E9149E512AA"),
        ValueError::TooLong { max: 22, had: 24 }
    );
}

#[test]
fn a_notification_tells_the_sender() {
    let name = PackedName::pack("Rust").unwrap();
    let adc = name.as_originator();
    assert_eq!(adc.sender_without_otoa(), Sender::Name(name.as_name()));
    let number = Originator::new("0123456789").unwrap();
    assert_eq!(number.sender_without_otoa(), Sender::Number("0123456789"));
    assert_eq!(number.sender(Otoa::ABSENT), Sender::Number("0123456789"));
}

#[test]
fn a_name_without_otoa() {
    let name = PackedName::pack("Rust").unwrap();
    let oadc = name.as_originator();
    assert_eq!(oadc.sender(Otoa::ABSENT), Sender::Name(name.as_name()));
    assert_eq!(
        oadc.sender(Otoa::INTERNATIONAL),
        Sender::International("07D2FA9C0E")
    );
    // What could be a number is one.
    let digits = PackedName::pack("1").unwrap();
    let number = digits.as_originator();
    assert_eq!(number.sender(Otoa::ABSENT), Sender::Number("0231"));
}

proptest! {
    #[test]
    fn any_name(name in "[A-Za-z0-9@£$Ä_€ -?]{1,11}") {
        match PackedName::pack(&name) {
            Ok(packed) => {
                prop_assert_eq!(packed.as_name().text(), name);
                let text = packed.as_originator().as_str();
                prop_assert_eq!(PackedName::new(text), Ok(packed.as_name()));
            }
            Err(error) => {
                let septets = Alphabet::Gsm.encode(&name).unwrap().len();
                prop_assert_eq!(error, ValueError::TooLong { max: 11, had: septets });
            }
        }
    }
}
