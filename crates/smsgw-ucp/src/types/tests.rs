//! How each type reads and writes its fields.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::*;
use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::{Quirks, Tolerance, Tolerated};
use crate::wire::{Field, Need, Reader, Writer};

const ALL_QUIRKS: [Quirks; 3] = [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT];

/// What stands in front of the fields in a frame.
const BEFORE: usize = 15;
const NAMES: [&str; 3] = ["MT", "NB", "Msg"];

/// Reads fields, each with its slash, and what was let through.
fn read_with<'a, T: Field<'a>>(
    fields: &'a [u8],
    need: Need,
    quirks: &Quirks,
) -> Result<(T, Vec<Tolerance>), DecodeError> {
    let mut tolerated = Tolerated::default();
    let end = BEFORE + fields.len();
    let mut reader = Reader::new(fields, end, quirks, Some(&mut tolerated));
    let value = T::read(&mut reader, &NAMES, need)?;
    assert_eq!(reader.offset(), end, "{:?}", fields.escape_ascii());
    Ok((value, tolerated.iter().map(|one| one.what).collect()))
}

fn read<'a, T: Field<'a>>(fields: &'a [u8], quirks: &Quirks) -> Result<T, ValueError> {
    match read_with(fields, Need::Optional, quirks) {
        Ok((value, _)) => Ok(value),
        Err(error) => match error.kind() {
            DecodeErrorKind::Value(error) => Err(error),
            other => panic!("{other:?}"),
        },
    }
}

fn strict<'a, T: Field<'a>>(fields: &'a [u8]) -> Result<T, ValueError> {
    read(fields, &Quirks::STRICT)
}

fn lenient<'a, T: Field<'a>>(fields: &'a [u8]) -> Result<T, ValueError> {
    read(fields, &Quirks::LENIENT)
}

/// What a lenient read lets through.
fn tolerated<'a, T: Field<'a>>(fields: &'a [u8], quirks: &Quirks) -> Vec<Tolerance> {
    let (_, what) = read_with::<T>(fields, Need::Optional, quirks).unwrap();
    what
}

fn write<'a, T: Field<'a>>(value: &T) -> Vec<u8> {
    let mut octets = vec![0; value.size()];
    let mut writer = Writer::new(&mut octets);
    value.write(&mut writer);
    assert!(writer.is_full());
    octets
}

/// Whatever is accepted is written as it was read; what is strict is lenient, and needs nothing to
/// be let through.
fn writes_what_it_read<'a, T: Field<'a> + PartialEq + core::fmt::Debug>(fields: &'a [u8]) {
    let mut is_accepted = false;
    for (index, quirks) in ALL_QUIRKS.iter().enumerate() {
        match read_with::<T>(fields, Need::Optional, quirks) {
            Ok((value, tolerated)) => {
                assert_eq!(write(&value), fields, "{value:?}");
                assert_eq!(
                    read_with::<T>(fields, Need::Optional, quirks).unwrap().0,
                    value
                );
                assert!(index > 0 || tolerated.is_empty());
                is_accepted = true;
            }
            Err(error) => {
                assert!(!is_accepted, "{:?}: {error}", fields.escape_ascii());
                assert!(error.offset() as usize >= BEFORE && NAMES.contains(&error.field()));
            }
        }
    }
}

/// Runs `$test::<T>` for every type of one field.
macro_rules! each_type {
    ($test:ident, $fields:expr) => {
        each_type!(@ $test, $fields;
            Flag Digit NotificationType Dst Rsn Pid Rpid MessageType MessageClass DataCoding
            ReplyPath Ton Npi SessionType ListOperation OriginatorPid Version Otoa
            (Option<Minute>) (Option<Second>)
            (Address<'_>) (AccountAddress<'_>) (AuthenticationCode<'_>) (Originator<'_>)
            (AMsg<'_>) (XSer<'_>) (Password<'_>)
        )
    };
    (@ $test:ident, $fields:expr; $($ty:tt)*) => { $( each_type!(@@ $test, $ty, $fields); )* };
    (@@ $test:ident, ($ty:ty), $fields:expr) => { $test::<$ty>($fields) };
    (@@ $test:ident, $ty:ty, $fields:expr) => { $test::<$ty>($fields) };
}

proptest! {
    #[test]
    fn any_field(text in "[ -.0-~]{0,40}") {
        let field = text.clone() + "/";
        each_type!(writes_what_it_read, field.as_bytes());
    }

    #[test]
    fn any_octets(octets in prop::collection::vec(any::<u8>(), 0..40)) {
        let octets = octets.into_iter().filter(|octet| !matches!(octet, b'/' | 2 | 3));
        let field: Vec<u8> = octets.chain([b'/']).collect();
        each_type!(writes_what_it_read, &field);
    }

    #[test]
    fn any_digits(digits in "[+]?[0-9]{0,24}") {
        let field = digits + "/";
        each_type!(writes_what_it_read, field.as_bytes());
    }

    #[test]
    fn any_hex(digits in "([0-9A-F]{2}){0,24}|([0-9A-Fa-f]{1,2}){0,24}") {
        let field = digits + "/";
        each_type!(writes_what_it_read, field.as_bytes());
    }

    #[test]
    fn any_message(
        mt in "[2-5]?|[0-9A-F]{0,2}",
        nb in "(32|0032|8|[0-9]{1,4}|[0-9A-F]{0,5})?",
        msg in "[0-9]{0,30}|([0-9A-F]{2}){0,30}|[ -.0-~]{0,4}|[0-9a-f]{0,8}",
    ) {
        let fields = alloc::format!("{mt}/{nb}/{msg}/");
        writes_what_it_read::<Message<'_>>(fields.as_bytes());
        let fields = alloc::format!("{mt}/{msg}/");
        writes_what_it_read::<ShortContent<'_>>(fields.as_bytes());
    }

    #[test]
    fn any_services(services in prop::collection::vec(
        (any::<u8>(), prop::collection::vec(any::<u8>(), 0..12)), 0..12,
    )) {
        let mut octets = Vec::new();
        for (tt, data) in &services {
            octets.extend([*tt, u8::try_from(data.len()).unwrap()]);
            octets.extend(data);
        }
        let hex = HexBuf::encode(&octets);
        let field = String::from(hex.as_hex().as_str()) + "/";
        writes_what_it_read::<XSer<'_>>(field.as_bytes());
        let xser: XSer<'_> = strict(field.as_bytes()).unwrap();
        let read: Vec<_> = xser.services().map(|one| (one.tt.0, one.data.to_vec())).collect();
        prop_assert_eq!(read, services);
    }
}

fn is_empty_by_default<'a, T: Field<'a> + PartialEq + core::fmt::Debug>(empty: &'a [u8]) {
    assert_eq!(strict::<T>(empty), Ok(T::default()));
    assert_eq!(write(&T::default()), empty);
    let mandatory = |quirks| read_with::<T>(empty, Need::Mandatory, quirks);
    let error = mandatory(&Quirks::STRICT).unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::Missing);
    let first = u32::try_from(BEFORE).unwrap();
    assert_eq!((error.field(), error.offset()), ("MT", first));
    assert_eq!(
        mandatory(&Quirks::LENIENT),
        Ok((T::default(), vec![Tolerance::Missing]))
    );
}

#[test]
fn the_default_is_the_empty_field() {
    each_type!(is_empty_by_default, b"/");
    is_empty_by_default::<ShortContent<'_>>(b"//");
    is_empty_by_default::<Message<'_>>(b"///");
}

/// The texts among all of up to four digits, with letters and signs, that a type accepts.
fn accepted<'a, T: Field<'a>>(texts: &'a [String]) -> Vec<&'a str> {
    let texts = texts.iter().map(String::as_str);
    let accepted = texts.filter(|text| strict::<T>(text.as_bytes()).is_ok());
    accepted.map(|text| text.trim_end_matches('/')).collect()
}

#[test]
fn numbers_have_their_digits_and_limits() {
    let mut texts = Vec::new();
    for number in 0..10_000 {
        for len in 1..=5 {
            texts.push(alloc::format!("{number:0len$}/"));
        }
    }
    for odd in [
        "+1/",
        "-1/",
        " 1/",
        "1 /",
        "A/",
        "01A/",
        "1.0/",
        "1\u{660}/",
    ] {
        texts.push(odd.into());
    }
    texts.sort();
    texts.dedup();
    let expect = |values: core::ops::RangeInclusive<u16>, len: core::ops::RangeInclusive<usize>| {
        let mut all = Vec::new();
        for value in values {
            for len in len.clone() {
                let text = alloc::format!("{value:0len$}");
                if text.len() == len {
                    all.push(text);
                }
            }
        }
        all.sort();
        all
    };
    assert_eq!(accepted::<Flag>(&texts), expect(0..=1, 1..=1));
    assert_eq!(accepted::<Digit>(&texts), expect(0..=9, 1..=1));
    assert_eq!(accepted::<NotificationType>(&texts), expect(0..=7, 1..=1));
    assert_eq!(accepted::<Dst>(&texts), expect(0..=2, 1..=1));
    assert_eq!(accepted::<Rsn>(&texts), expect(0..=255, 1..=3));
    assert_eq!(accepted::<Pid>(&texts), expect(0..=9999, 4..=4));
    assert_eq!(accepted::<Rpid>(&texts), expect(0..=255, 1..=4));
    assert_eq!(accepted::<MessageType>(&texts), expect(2..=4, 1..=1));
    assert_eq!(accepted::<MessageClass>(&texts), expect(0..=3, 1..=1));
    assert_eq!(accepted::<DataCoding>(&texts), expect(0..=1, 1..=1));
    assert_eq!(accepted::<ReplyPath>(&texts), expect(1..=2, 1..=1));
    assert_eq!(accepted::<Ton>(&texts), expect(0..=9, 1..=1));
    assert_eq!(accepted::<Npi>(&texts), expect(0..=9, 1..=1));
    assert_eq!(accepted::<SessionType>(&texts), expect(0..=9, 1..=1));
    assert_eq!(accepted::<ListOperation>(&texts), expect(0..=9, 1..=1));
    assert_eq!(accepted::<OriginatorPid>(&texts), expect(0..=99, 2..=2));
    assert_eq!(accepted::<Version>(&texts), expect(0..=9999, 4..=4));
    assert_eq!(accepted::<Otoa>(&texts), ["1139", "5039"]);
}

#[test]
fn another_otoa_is_let_through() {
    assert_eq!(strict::<Otoa>(b"2239/"), Err(ValueError::Unknown));
    assert_eq!(
        tolerated::<Otoa>(b"2239/", &Quirks::LENIENT),
        [Tolerance::UnknownOtoa]
    );
    assert_eq!(lenient::<Otoa>(b"1x/"), Err(ValueError::NotDigit { at: 1 }));
}

#[test]
fn odd_numbers_are_let_through_when_that_is_wanted() {
    let digits_16 = b"1234567890123456/";
    let digits_17 = b"12345678901234567/";
    let digits_22 = b"1234567890123456789012/";
    let digits_23 = b"12345678901234567890123/";
    let too_long = |had| Err(ValueError::TooLong { max: 16, had });
    assert_eq!(
        strict::<Address<'_>>(digits_16).unwrap(),
        "1234567890123456"
    );
    assert_eq!(lenient::<Address<'_>>(digits_17), too_long(17));
    let tolerant = &Quirks::TOLERANT;
    assert_eq!(
        tolerated::<Address<'_>>(digits_22, tolerant),
        [Tolerance::LongNumber]
    );
    assert_eq!(read::<Address<'_>>(digits_23, tolerant), too_long(23));

    assert_eq!(
        lenient::<Address<'_>>(b"+39/"),
        Err(ValueError::NotDigit { at: 0 })
    );
    assert_eq!(
        tolerated::<Address<'_>>(b"+39/", tolerant),
        [Tolerance::PlusSign]
    );
    let both = [Tolerance::PlusSign, Tolerance::LongNumber];
    assert_eq!(
        tolerated::<Address<'_>>(b"+12345678901234567/", tolerant),
        both
    );

    assert_eq!(
        lenient::<Address<'_>>(b"39x/"),
        Err(ValueError::NotDigit { at: 2 })
    );
    assert_eq!(
        tolerated::<Address<'_>>(b"39x/", tolerant),
        [Tolerance::Name]
    );
    assert_eq!(
        read::<Address<'_>>(b"39\xE4/", tolerant),
        Err(ValueError::NotDigit { at: 2 })
    );
    assert_eq!(read::<Address<'_>>(b"+/", tolerant).unwrap(), "+");
    let alone = Quirks {
        plus_sign: true,
        ..Quirks::STRICT
    };
    assert_eq!(
        read::<Address<'_>>(b"+/", &alone),
        Err(ValueError::NotDigit { at: 0 })
    );
}

#[test]
fn accounts_are_numbers_or_names() {
    let read = |text, quirks| read::<AccountAddress<'_>>(text, quirks);
    assert_eq!(read(b"emi_client/", &Quirks::STRICT).unwrap(), "emi_client");
    assert!(
        read(
            &[b"a".repeat(64), b"/".to_vec()].concat().leak()[..],
            &Quirks::STRICT
        )
        .is_ok()
    );
    let long = [b"a".repeat(65), b"/".to_vec()].concat();
    assert_eq!(
        read(&long, &Quirks::TOLERANT),
        Err(ValueError::TooLong { max: 64, had: 65 })
    );
    let digits = b"12345678901234567/";
    assert_eq!(
        read(digits, &Quirks::LENIENT),
        Err(ValueError::TooLong { max: 16, had: 17 })
    );
    assert!(read(digits, &Quirks::TOLERANT).is_ok());

    let latin = b"M\xFCller/";
    assert_eq!(
        read(latin, &Quirks::STRICT),
        Err(ValueError::Character { at: 1 })
    );
    let account = read(latin, &Quirks::LENIENT).unwrap();
    assert_eq!(
        (alloc::format!("{account}").as_str(), account.as_str()),
        ("Müller", None)
    );
    assert_eq!(
        tolerated::<AccountAddress<'_>>(latin, &Quirks::LENIENT),
        [Tolerance::NonAscii]
    );
    assert_eq!(
        read(b"a\r\xFC/", &Quirks::TOLERANT),
        Err(ValueError::Character { at: 1 })
    );
}

#[test]
fn codes_are_printable() {
    type Code<'a> = AuthenticationCode<'a>;
    assert_eq!(strict::<Code<'_>>(b"Ab1 ~/").unwrap(), "Ab1 ~");
    let long = b"12345678901234567/";
    assert_eq!(
        lenient::<Code<'_>>(long),
        Err(ValueError::TooLong { max: 16, had: 17 })
    );
    assert_eq!(
        lenient::<Code<'_>>(b"a\x7F/"),
        Err(ValueError::Character { at: 1 })
    );
}

/// Reads OAdC, then checks it against OTOA as an operation does.
fn originator(oadc: &str, otoa: Otoa, quirks: &Quirks) -> Result<Vec<Tolerance>, DecodeError> {
    let field = alloc::format!("{oadc}/");
    let mut tolerated = Tolerated::default();
    let end = BEFORE + field.len();
    let mut reader = Reader::new(field.as_bytes(), end, quirks, Some(&mut tolerated));
    let oadc = Originator::read(&mut reader, &["OAdC"], Need::Optional)?;
    oadc.check(otoa, &mut reader, BEFORE)?;
    Ok(tolerated.iter().map(|one| one.what).collect())
}

#[test]
fn a_name_without_otoa() {
    let (strict, lenient, tolerant) = (&Quirks::STRICT, &Quirks::LENIENT, &Quirks::TOLERANT);
    // LL counts half octets, or digits.
    for packed in ["0D41E110306C1E01", "08D2FA9C0E"] {
        let otoa = Otoa::ABSENT;
        assert!(originator(packed, otoa, strict).is_err());
        for quirks in [lenient, tolerant] {
            assert_eq!(
                originator(packed, otoa, quirks),
                Ok(vec![Tolerance::MissingOtoa])
            );
        }
        let names = Quirks {
            missing_otoa: false,
            ..Quirks::TOLERANT
        };
        assert_eq!(originator(packed, otoa, &names), Ok(vec![Tolerance::Name]));

        let otoa = Otoa::INTERNATIONAL;
        assert!(originator(packed, otoa, lenient).is_err());
        assert_eq!(
            originator(packed, otoa, tolerant),
            Ok(vec![Tolerance::Name])
        );
    }
    assert_eq!(
        originator("08d2fa9c0e", Otoa::ABSENT, lenient),
        Ok(vec![Tolerance::LowerCaseHex, Tolerance::MissingOtoa])
    );
    // More octets than LL says, fewer, half of one.
    for packed in ["06D2FA9C0E", "0FD2FA9C0E", "08D2FA9C0"] {
        assert!(originator(packed, Otoa::ABSENT, lenient).is_err());
        assert_eq!(
            originator(packed, Otoa::ABSENT, tolerant),
            Ok(vec![Tolerance::Name])
        );
    }
}

#[test]
fn an_originator_is_what_otoa_says() {
    let (strict, lenient, tolerant) = (&Quirks::STRICT, &Quirks::LENIENT, &Quirks::TOLERANT);
    let refused = |oadc, otoa, quirks| {
        let error = originator(oadc, otoa, quirks).unwrap_err();
        assert_eq!((error.field(), error.offset() as usize), ("OAdC", BEFORE));
        let DecodeErrorKind::Value(error) = error.kind() else {
            panic!("{error}")
        };
        error
    };
    for otoa in [Otoa::ABSENT, Otoa::INTERNATIONAL] {
        for number in ["", "2147", "1234567890123456789012"] {
            assert_eq!(originator(number, otoa, strict), Ok(vec![]));
        }
        let at = |at| ValueError::NotDigit { at };
        // LL tells of more octets.
        assert_eq!(refused("0F41E110306C1E01", otoa, lenient), at(1));
        assert_eq!(
            originator("0F41E110306C1E01", otoa, tolerant),
            Ok(vec![Tolerance::Name])
        );
        assert_eq!(refused("+39", otoa, lenient), at(0));
        assert_eq!(
            originator("+39", otoa, tolerant),
            Ok(vec![Tolerance::PlusSign])
        );
        assert_eq!(refused("Alpha", otoa, lenient), at(0));
        assert_eq!(
            originator("Alpha", otoa, tolerant),
            Ok(vec![Tolerance::Name])
        );
    }

    let name = Otoa::ALPHANUMERIC;
    for packed in [
        "",
        "0241",
        "0D41E110306C1E01",
        "08F4F29C0E",
        "1441E19058341E9149E512",
    ] {
        assert_eq!(originator(packed, name, strict), Ok(vec![]), "{packed}");
    }
    let lower = "0d41e110306c1e01";
    assert_eq!(refused(lower, name, strict), ValueError::NotHex { at: 1 });
    assert_eq!(
        originator(lower, name, lenient),
        Ok(vec![Tolerance::LowerCaseHex])
    );
    // More or fewer half octets than LL says, none at all, and not one character.
    for (packed, needed, had) in [
        ("0F41E1", 15, 4),
        ("0241E1", 2, 4),
        ("02", 2, 0),
        ("00", 0, 0),
    ] {
        let truncated = ValueError::Truncated { needed, had };
        assert_eq!(refused(packed, name, strict), truncated);
        assert_eq!(
            originator(packed, name, lenient),
            Ok(vec![Tolerance::PackedLength])
        );
    }
    assert_eq!(refused("024", name, lenient), ValueError::OddHex { had: 3 });
    assert_eq!(
        originator("Alpha", name, tolerant),
        Ok(vec![Tolerance::Name])
    );
    let long = "15D2FA9C0E1234567890123456";
    assert!(originator(long, name, lenient).is_err());
}

#[test]
fn type_bits_and_text_agree() {
    let read = |fields, quirks| read_with::<Message<'_>>(fields, Need::Mandatory, quirks);
    let content = |fields| read(fields, &Quirks::STRICT).map(|(message, _)| message.content());
    let hex = |digits| Hex::new(digits).unwrap();
    assert_eq!(content(b"2//0123/"), Ok(Content::Numeric("0123")));
    assert_eq!(content(b"2///"), Ok(Content::Numeric("")));
    assert_eq!(content(b"3//414243/"), Ok(Content::Text(hex("414243"))));
    assert_eq!(content(b"3///"), Ok(Content::Text(Hex::EMPTY)));
    // A length in bits, which text has no use for.
    assert_eq!(content(b"3/9999/41/"), Ok(Content::Text(hex("41"))));
    let octets = |bits, digits| {
        Ok(Content::Octets {
            bits,
            hex: hex(digits),
        })
    };
    assert_eq!(content(b"4/0032/0102FEFF/"), octets(32, "0102FEFF"));
    assert_eq!(content(b"4/7/41/"), octets(7, "41"));
    assert_eq!(content(b"4//58595A/"), octets(24, "58595A"));
    assert_eq!(content(b"4///"), octets(0, ""));
    assert_eq!(content(b"4/0//"), octets(0, ""));

    let error = |fields, quirks| {
        let error = read(fields, quirks).unwrap_err();
        (
            error.field(),
            error.offset() as usize - BEFORE,
            error.kind(),
        )
    };
    let value = DecodeErrorKind::Value;
    for quirks in &ALL_QUIRKS {
        let error = |fields| error(fields, quirks);
        let range = ValueError::OutOfRange {
            min: 2,
            max: 4,
            had: 5,
        };
        assert_eq!(error(b"5//41/"), ("MT", 0, value(range)));
        let long = ValueError::TooLong { max: 1, had: 2 };
        assert_eq!(error(b"03//41/"), ("MT", 0, value(long)));
        assert_eq!(
            error(b"2//41A/"),
            ("Msg", 3, value(ValueError::NotDigit { at: 2 }))
        );
        assert_eq!(
            error(b"3//414/"),
            ("Msg", 3, value(ValueError::OddHex { had: 3 }))
        );
        assert_eq!(
            error(b"4//4G/"),
            ("Msg", 3, value(ValueError::NotHex { at: 1 }))
        );
        let truncated = ValueError::Truncated { needed: 9, had: 8 };
        assert_eq!(error(b"4/9/41/"), ("NB", 2, value(truncated)));
        let long = ValueError::TooLong { max: 4, had: 5 };
        assert_eq!(error(b"4/00008/41/"), ("NB", 2, value(long)));
        assert_eq!(
            error(b"3/x/41/"),
            ("NB", 2, value(ValueError::NotDigit { at: 0 }))
        );
    }
    assert_eq!(
        error(b"//41/", &Quirks::STRICT),
        ("MT", 0, DecodeErrorKind::Missing)
    );
    let (message, tolerated) = read(b"//41/", &Quirks::LENIENT).unwrap();
    assert_eq!(message.content(), Content::Text(hex("41")));
    assert_eq!(tolerated, [Tolerance::MissingMessageType]);
    let (message, tolerated) = read(b"3//4a/", &Quirks::LENIENT).unwrap();
    assert_eq!(
        (message.msg(), tolerated),
        ("4a", vec![Tolerance::LowerCaseHex])
    );
}

#[test]
fn messages_have_their_limits() {
    let fields = |mt: &str, len| alloc::format!("{mt}//{}/", "5".repeat(len)).into_bytes();
    for (mt, max) in [("2", 160), ("3", 640), ("4", 1400)] {
        assert!(strict::<Message<'_>>(&fields(mt, max)).is_ok());
        let had = max + 2;
        let too_long = Err(ValueError::TooLong { max, had });
        assert_eq!(
            read::<Message<'_>>(&fields(mt, had), &Quirks::TOLERANT),
            too_long
        );
    }
}

#[test]
fn short_messages_are_digits_or_text() {
    let read = |fields, need| read_with::<ShortContent<'_>>(fields, need, &Quirks::LENIENT);
    let content = |fields| read(fields, Need::Mandatory).map(|(message, _)| message.content());
    assert_eq!(
        content(b"2/716436383334/"),
        Ok(Content::Numeric("716436383334"))
    );
    assert_eq!(
        content(b"3/41/"),
        Ok(Content::Text(Hex::new("41").unwrap()))
    );
    assert_eq!(content(b"/41/"), Ok(Content::Text(Hex::new("41").unwrap())));
    let error = content(b"4/41/").unwrap_err();
    let range = ValueError::OutOfRange {
        min: 2,
        max: 3,
        had: 4,
    };
    assert_eq!(
        (error.field(), error.kind()),
        ("MT", DecodeErrorKind::Value(range))
    );
    let error = content(b"3/4/").unwrap_err();
    assert_eq!((error.field(), error.offset() as usize), ("NB", BEFORE + 2));
}

#[test]
fn services_end_where_they_say() {
    let truncated = |needed, had| Err(ValueError::Truncated { needed, had });
    for quirks in &ALL_QUIRKS {
        let read = |text| read::<XSer<'_>>(text, quirks);
        assert_eq!(read(b"01FF0500/"), truncated(255, 2));
        assert_eq!(read(b"02010801/"), truncated(2, 1));
        assert_eq!(read(b"0201/"), truncated(1, 0));
        assert_eq!(read(b"02010/"), Err(ValueError::OddHex { had: 5 }));
        assert!(read(b"020108/").is_ok() && read(b"0100/").is_ok());
    }
    assert_eq!(
        strict::<XSer<'_>>(b"0c01fF/"),
        Err(ValueError::NotHex { at: 1 })
    );
    assert_eq!(
        tolerated::<XSer<'_>>(b"0c01fF/", &Quirks::LENIENT),
        [Tolerance::LowerCaseHex]
    );
    let long = [b"0000".repeat(101), b"/".to_vec()].concat();
    assert_eq!(
        lenient::<XSer<'_>>(&long),
        Err(ValueError::TooLong { max: 400, had: 404 })
    );
    assert!(strict::<XSer<'_>>(&long[4..]).is_ok());
}

#[test]
fn passwords_are_hexadecimal() {
    assert_eq!(
        strict::<Password<'_>>(b"736563726574/")
            .unwrap()
            .text(crate::Alphabet::Ira),
        "secret"
    );
    assert_eq!(
        lenient::<Password<'_>>(b"secret/"),
        Err(ValueError::NotHex { at: 0 })
    );
    let long = [b"41".repeat(17), b"/".to_vec()].concat();
    assert_eq!(
        lenient::<Password<'_>>(&long),
        Err(ValueError::TooLong { max: 32, had: 34 })
    );
    assert_eq!(
        tolerated::<Password<'_>>(b"f4/", &Quirks::LENIENT),
        [Tolerance::LowerCaseHex]
    );
}
