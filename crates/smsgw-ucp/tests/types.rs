//! What stands in fields, as a program makes it and reads it.

use proptest::prelude::*;
use smsgw_ucp::types::*;
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey, Reason, ValueError};

mod packed_names {
    use super::*;

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
}

mod times {
    use super::*;

    #[test]
    fn two_digits_of_a_year() {
        let year = |yy: &str| Second::parse(&format!("0101{yy}000000")).unwrap().year();
        let years: Vec<u16> = (0..100).map(|yy| year(&format!("{yy:02}"))).collect();
        let expect: Vec<u16> = (2000..2090).chain(1990..2000).collect();
        assert_eq!(years, expect);
        assert!(Second::parse("311299235959").unwrap() < Second::parse("010100000000").unwrap());
    }

    #[test]
    fn days_that_there_are() {
        let days = |month: u32, yy: u32| {
            let is_day =
                |day: &u32| Minute::parse(&format!("{day:02}{month:02}{yy:02}0000")).is_ok();
            (0..=99).filter(is_day).collect::<Vec<u32>>()
        };
        for yy in 0..100 {
            let february = if yy % 4 == 0 { 29 } else { 28 };
            let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            for (month, len) in (1..).zip(lengths) {
                assert_eq!(days(month, yy), (1..=len).collect::<Vec<u32>>());
            }
            for month in [0, 13, 20, 99] {
                assert_eq!(days(month, yy), []);
            }
        }
        assert_eq!(Minute::parse("3002261200"), Err(ValueError::InvalidTime));
        assert_eq!(Minute::parse("2902272359"), Err(ValueError::InvalidTime));
    }

    #[test]
    fn times_of_day_that_there_are() {
        for value in 0..100 {
            let hour = Second::parse(&format!("010126{value:02}5959"));
            assert_eq!(hour.is_ok(), value < 24);
            let minute = Second::parse(&format!("01012623{value:02}59"));
            assert_eq!(minute.is_ok(), value < 60);
            let second = Second::parse(&format!("0101262359{value:02}"));
            assert_eq!(second.is_ok(), value < 60);
        }
        assert_eq!(
            Second::new(2090, 1, 1, 0, 0, 0),
            Err(ValueError::InvalidTime)
        );
        assert_eq!(
            Second::new(1989, 12, 31, 23, 59, 59),
            Err(ValueError::InvalidTime)
        );
    }

    #[test]
    fn digits_are_as_many_as_they_must_be() {
        assert_eq!(
            Minute::parse("311226"),
            Err(ValueError::TooShort { min: 10, had: 6 })
        );
        assert_eq!(
            Minute::parse("31122612000"),
            Err(ValueError::TooLong { max: 10, had: 11 })
        );
        assert_eq!(
            Second::parse("3112261200"),
            Err(ValueError::TooShort { min: 12, had: 10 })
        );
        assert_eq!(
            Second::parse("31122612000x"),
            Err(ValueError::NotDigit { at: 11 })
        );
        assert_eq!(
            Minute::parse(""),
            Err(ValueError::TooShort { min: 10, had: 0 })
        );
    }

    #[test]
    fn parts_in_their_order() {
        let time = Second::parse("020304050607").unwrap();
        assert_eq!((time.day(), time.month(), time.year()), (2, 3, 2004));
        assert_eq!((time.hour(), time.minute(), time.second()), (5, 6, 7));
        assert_eq!(time.to_string(), "2004-03-02T05:06:07");
        let time = Minute::parse("0203040506").unwrap();
        assert_eq!((time.day(), time.month(), time.year()), (2, 3, 2004));
        assert_eq!((time.hour(), time.minute()), (5, 6));
        assert_eq!(time.to_string(), "2004-03-02T05:06:00");
        assert_eq!(time.with_second(7), Second::parse("020304050607"));
    }

    #[test]
    fn limits_of_the_clock() {
        let utc = &UtcOffset::UTC;
        let first = Second::parse("010190000000").unwrap();
        let last = Second::parse("311289235959").unwrap();
        assert_eq!(first.to_unix(utc), 631_152_000);
        assert_eq!(last.to_unix(utc), 3_786_911_999);
        assert_eq!(Second::from_unix(631_152_000, utc), Ok(first));
        assert_eq!(Second::from_unix(3_786_911_999, utc), Ok(last));
        for outside in [631_151_999, 3_786_912_000, 0, i64::MIN, i64::MAX] {
            assert_eq!(
                Second::from_unix(outside, utc),
                Err(ValueError::InvalidTime)
            );
        }
        // The same moments are inside by the clock of another zone.
        assert_eq!(
            Second::from_unix(631_151_999, &UtcOffset(1))
                .unwrap()
                .second(),
            59
        );
        assert_eq!(
            Second::from_unix(i64::MAX, &UtcOffset(720)),
            Err(ValueError::InvalidTime)
        );
    }

    proptest! {
        #[test]
        fn there_and_back(unix in 631_238_400..3_786_825_600_i64, minutes in -1440..=1440_i16) {
            let zone = UtcOffset(minutes);
            let time = Second::from_unix(unix, &zone).unwrap();
            prop_assert_eq!(time.to_unix(&zone), unix);
            let digits = time.to_digits();
            prop_assert_eq!(Second::parse(str::from_utf8(&digits).unwrap()), Ok(time));

            let minute = Minute::from_unix(unix, &zone).unwrap();
            prop_assert_eq!(minute.to_unix(&zone), unix - unix.rem_euclid(60));
            let digits = minute.to_digits();
            prop_assert_eq!(Minute::parse(str::from_utf8(&digits).unwrap()), Ok(minute));
            prop_assert_eq!(minute.with_second(time.second()), Ok(time));

            let later = Second::from_unix(unix + 1, &zone).unwrap();
            prop_assert!(later > time);
        }

        #[test]
        fn any_digits(digits in "[0-9]{9,13}") {
            if let Ok(time) = Second::parse(&digits) {
                prop_assert_eq!(&time.to_digits(), digits.as_bytes());
            }
            if let Ok(time) = Minute::parse(&digits) {
                prop_assert_eq!(&time.to_digits(), digits.as_bytes());
            }
        }
    }
}

mod services {
    use super::*;

    fn xser(digits: &str) -> XSer<'_> {
        XSer::new(Hex::new(digits).unwrap()).unwrap()
    }

    /// A service of each type, as it is written and as it is read.
    #[test]
    fn every_type_of_the_table() {
        let hex = |digits| Hex::new(digits).unwrap();
        let mut all = String::new();
        let mut tts = Vec::new();
        macro_rules! each {
            ($( $digits:literal $service:expr, $name:ident; )*) => { $(
                let mut buf = XSerBuf::new();
                buf.push($service).unwrap();
                assert_eq!(buf.as_xser().hex().as_str(), $digits);
                let read = xser($digits);
                assert_eq!(read.find(), Some($service));
                let service = read.services().next().unwrap();
                assert_eq!(service.known(), KnownService::$name($service));
                tts.push(service.tt);
                all.push_str($digits);
            )* };
        }
        each! {
            "000100" NotUsed(hex("00")), NotUsed;
            "01060500034A0201" GsmUdh(hex("0500034A0201")), GsmUdh;
            "020108" GsmDcs(8), GsmDcs;
            "030102" TdmaMessageType::MANUAL_ACKNOWLEDGEMENT, TdmaMessageType;
            "0402ABCD" MessageReference(0xABCD), MessageReference;
            "050103" Privacy::SECRET, Privacy;
            "060102" Urgency::URGENT, Urgency;
            "070103" AcknowledgementRequest::BOTH, AcknowledgementRequest;
            "080101" MessageUpdating::REPLACE, MessageUpdating;
            "0903010203" CallBackNumber(hex("010203")), CallBackNumber;
            "0A0107" ResponseCode(7), ResponseCode;
            "0B021002" Teleservice(hex("1002")), Teleservice;
            "0C03414243" BillingIdentifier(hex("414243")), BillingIdentifier;
            "0D0101" SingleShot::ONCE, SingleShot;
            "0E0101" OriginatorTon(1), OriginatorTon;
            "0F0101" OriginatorNpi(1), OriginatorNpi;
            "100102" RecipientTon(2), RecipientTon;
            "110108" RecipientNpi(8), RecipientNpi;
            "12020304" OriginalSubmissionTime(hex("0304")), OriginalSubmissionTime;
            "130105" DestinationNetworkType(5), DestinationNetworkType;
        }
        assert_eq!(tts, ServiceType::ALL);
        assert_eq!(tts, (0x00..=0x13).map(ServiceType).collect::<Vec<_>>());
        assert!(tts.iter().all(|tt| tt.text().is_some()));
        // All of them in one field, and once more from what was read.
        let mut again = XSerBuf::new();
        for service in xser(&all).services() {
            again.push_service(service).unwrap();
        }
        assert_eq!(again.as_xser().hex().as_str(), all);
    }

    #[test]
    fn unknown_ones_are_kept() {
        let read = xser("FF03AABBCC140002020804");
        let services: Vec<Service<'_>> = read.services().collect();
        assert_eq!(services.len(), 3);
        assert_eq!(
            (services[0].tt.0, services[0].data.as_str()),
            (0xFF, "AABBCC")
        );
        assert_eq!((services[1].tt.0, services[1].data.as_str()), (0x14, ""));
        assert!(
            services
                .iter()
                .all(|one| one.known() == KnownService::Other(*one))
        );
        assert_eq!(services[0].tt.to_string(), "FF");
        // Two octets are no DCS.
        assert_eq!((read.dcs(), read.find::<GsmDcs>()), (None, None));
        assert_eq!(services[2].data.to_vec(), [0x08, 0x04]);
    }

    #[test]
    fn repeats_in_any_order() {
        let read = xser("0201080106050003010201020104");
        assert_eq!(read.dcs(), Some(0x08));
        assert_eq!(read.udh().unwrap().as_str(), "050003010201");
        let all: Vec<GsmDcs> = read.services().filter_map(|one| one.read()).collect();
        assert_eq!(all, [GsmDcs(0x08), GsmDcs(0x04)]);
        assert_eq!(read.find::<SingleShot>(), None);
    }

    #[test]
    fn truncated_ones_are_refused() {
        let whole = "010605000301020102010805010306010303";
        for len in (0..whole.len()).step_by(2) {
            let is_whole = [0, 16, 22, 28, 34].contains(&len);
            let read = XSer::new(Hex::new(&whole[..len]).unwrap());
            assert_eq!(read.is_ok(), is_whole, "{len}");
        }
        let error = XSer::new(Hex::new("01FF0500").unwrap()).unwrap_err();
        assert_eq!(
            error,
            ValueError::Truncated {
                needed: 255,
                had: 2
            }
        );
    }

    #[test]
    fn the_length_of_a_header() {
        let is_right = |digits| {
            let GsmUdh(udh) = xser(digits).find().unwrap();
            GsmUdh(udh).has_right_length()
        };
        assert!(is_right("01060500034A0201"));
        assert!(!is_right("01060600034A0201"));
        assert!(!is_right("0100"));
        assert!(is_right("010100"));
    }

    #[test]
    fn the_field_has_an_end() {
        let data = HexBuf::encode(&[0xAB; 196]);
        let mut buf = XSerBuf::new();
        buf.push(GsmDcs(0)).unwrap();
        let too_long = Err(ValueError::TooLong { max: 400, had: 402 });
        assert_eq!(buf.push(BillingIdentifier(data.as_hex())), too_long);
        assert_eq!(buf.as_xser().hex().as_str(), "020100");
        let mut buf = XSerBuf::new();
        buf.push(BillingIdentifier(data.as_hex())).unwrap();
        let data = HexBuf::encode(&[0xAB; 198]);
        let mut buf = XSerBuf::new();
        buf.push(BillingIdentifier(data.as_hex())).unwrap();
        assert_eq!(buf.as_xser().hex().len(), 200);
        assert_eq!(XSer::new(buf.as_xser().hex()), Ok(buf.as_xser()));
    }
}

mod texts {
    use super::*;

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
                let is_escape =
                    matches!(alphabet, Alphabet::Gsm | Alphabet::German) && octet == 0x1B;
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
}

mod keys {
    use super::*;

    #[test]
    fn both_forms() {
        let key = MessageKey::parse("00393331234568:211126225429").unwrap();
        assert_eq!(key.adc, "00393331234568");
        assert_eq!(key.to_string(), "00393331234568:211126225429");
        let alone = MessageKey::parse("030395030303").unwrap();
        assert_eq!(
            (alone.adc, alone.to_string().as_str()),
            ("", "030395030303")
        );
        // A name for a number, as one server does.
        assert_eq!(
            MessageKey::parse("0D41E110306C1E01:030395030303")
                .unwrap()
                .adc,
            "0D41E110306C1E01"
        );
    }

    #[test]
    fn no_keys() {
        for text in [
            "",
            ":",
            "123",
            "123:",
            ":030395030303",
            "123:0303950303",
            "123:300226000000",
            "12 3:030395030303",
            "1,2:030395030303",
            "1:2:030395030303",
            "é:030395030303",
            "AdC invalid",
            "0003",
        ] {
            assert!(MessageKey::parse(text).is_err(), "{text}");
        }
        let error = MessageKey::parse("12,3:030395030303").unwrap_err();
        assert_eq!(error, ValueError::Character { at: 2 });
    }

    #[test]
    fn one_message_by_several_names() {
        let key = |text| MessageKey::parse(text).unwrap();
        let same = |one, other| {
            let (one, other) = (key(one), key(other));
            assert_eq!(one.names(&other), other.names(&one));
            one.names(&other)
        };
        assert!(same(
            "00393331234568:211126225429",
            "00393331234568:211126225429"
        ));
        assert!(same(
            "00393331234568:211126225429",
            "393331234568:211126225429"
        ));
        assert!(same("03331234568:211126225429", "3331234568:211126225429"));
        assert!(same(
            "+393331234568:211126225429",
            "00393331234568:211126225429"
        ));
        assert!(same("00393331234568:211126225429", "211126225429"));
        assert!(!same(
            "00393331234568:211126225429",
            "00393331234568:211126225430"
        ));
        assert!(!same(
            "00393331234568:211126225429",
            "00393331234569:211126225429"
        ));
        // The beginning of a number is not enough.
        assert!(!same("00393331234568:211126225429", "0039333:211126225429"));
    }
}

#[test]
fn tcp_ip_addresses() {
    let read = |digits| Address::new(digits).unwrap().socket_address();
    for (digits, address) in [
        ("1920870340125000", "192.87.34.12:5000"),
        ("1270000000014700", "127.0.0.1:4700"),
        ("0000000000000", "0.0.0.0:0"),
        ("255255255255999", "255.255.255.255:999"),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(read(digits), Some(address));
        assert_eq!(SocketAddressBuf::new(address).unwrap().as_address(), digits);
    }
    // Without a port, with an octet above 255, and too short.
    for digits in ["", "1", "127000000001", "2560000000011", "00393331234567"] {
        assert_eq!(read(digits), None, "{digits}");
    }
    let error = SocketAddressBuf::new("127.0.0.1:10000".parse().unwrap()).unwrap_err();
    assert_eq!(
        error,
        ValueError::OutOfRange {
            min: 0,
            max: 9999,
            had: 10_000
        }
    );
}

#[test]
fn what_a_program_makes_is_checked() {
    assert_eq!(Address::new("12a"), Err(ValueError::NotDigit { at: 2 }));
    assert_eq!(
        Address::new("12345678901234567"),
        Err(ValueError::TooLong { max: 16, had: 17 })
    );
    assert!(Originator::new("1234567890123456789012").is_ok());
    assert_eq!(Originator::new("0D41"), Err(ValueError::NotDigit { at: 1 }));
    assert_eq!(
        AccountAddress::new("a/b"),
        Err(ValueError::Character { at: 1 })
    );
    assert_eq!(
        AuthenticationCode::new("a\u{2}"),
        Err(ValueError::Character { at: 1 })
    );
    assert_eq!(Hex::new("4"), Err(ValueError::OddHex { had: 1 }));
    assert_eq!(Hex::new("4a"), Err(ValueError::NotHex { at: 1 }));

    let hex = HexBuf::encode(&[0x41; 321]);
    let too_long = ValueError::TooLong { max: 640, had: 642 };
    assert_eq!(Message::text(hex.as_hex()), Err(too_long));
    assert_eq!(ShortContent::text(hex.as_hex()), Err(too_long));
    assert_eq!(AMsg::new(hex.as_hex()), Err(too_long));
    let octets = Message::octets(hex.as_hex()).unwrap();
    assert_eq!(octets.nb(), Some(2568));
    let had = 8 * 321;
    let error = Message::bits(hex.as_hex(), 2569).unwrap_err();
    assert_eq!(error, ValueError::Truncated { needed: 2569, had });
    let hex = HexBuf::encode(&[0x41; 701]);
    assert_eq!(
        Message::octets(hex.as_hex()),
        Err(ValueError::TooLong {
            max: 1400,
            had: 1402
        })
    );
    let digits = "1".repeat(161);
    assert_eq!(
        Message::numeric(&digits),
        Err(ValueError::TooLong { max: 160, had: 161 })
    );
    assert_eq!(Message::numeric("1A"), Err(ValueError::NotDigit { at: 1 }));

    assert!(Flag::new(2).is_err() && NotificationType::new(8).is_err());
    assert_eq!(Pid::new(539), Ok(Pid::PC_OVER_TCP_IP));
    assert_eq!(Rpid::new(64), Ok(Rpid::SHORT_MESSAGE_TYPE_0));
    assert_eq!(Version::new(100), Ok(Version::V1_0));
    assert_eq!(OriginatorPid::new(0), Ok(OriginatorPid::MOBILE_STATION));
}

#[test]
fn bits_of_notifications() {
    let mut asked = NotificationType::ABSENT | NotificationType::ABSENT;
    assert!(asked.is_absent() && !asked.contains(NotificationType::DELIVERY));
    asked |= NotificationType::DELIVERY;
    asked |= NotificationType::BUFFERED;
    assert_eq!(asked.number(), Some(5));
    assert!(asked.contains(NotificationType::BUFFERED));
    assert!(!asked.contains(NotificationType::NON_DELIVERY));
    assert_eq!(
        asked | NotificationType::NON_DELIVERY,
        NotificationType::ALL
    );
    assert!(Dst::DELIVERED.is_final() && Dst::NOT_DELIVERED.is_final());
    assert!(!Dst::BUFFERED.is_final() && !Dst::ABSENT.is_final());
}

#[test]
fn passwords_hide_and_match() {
    let buf = PasswordBuf::new("timor", Alphabet::Gsm).unwrap();
    assert_eq!(format!("{buf:?} {:?}", buf.as_password()), "*** ***");
    assert_eq!(buf.as_password().hex().as_str(), "74696D6F72");
    let matches = |digits, secret| {
        let password = Password::new(Hex::new(digits).unwrap()).unwrap();
        password.matches(secret, Alphabet::Gsm)
    };
    assert!(matches("74696D6F72", "timor") && matches("F474FB2D07", "timor"));
    assert!(matches("", "") && matches("00", "@"));
    for wrong in ["", "Timor", "timo", "timor1", "timor€", "日本"] {
        assert!(
            !matches("74696D6F72", wrong) && !matches("F474FB2D07", wrong),
            "{wrong}"
        );
    }
    let too_long = PasswordBuf::new("12345678901234567", Alphabet::Ira).unwrap_err();
    assert_eq!(too_long, ValueError::TooLong { max: 32, had: 34 });
}

#[test]
fn codes_and_reasons_have_words() {
    assert!(ErrorCode::ALL.is_sorted() && Reason::ALL.is_sorted());
    assert!(ErrorCode::ALL.iter().all(|code| code.text().is_some()));
    let retryable: Vec<u8> = (0..100)
        .filter(|code| ErrorCode(*code).is_retryable())
        .collect();
    assert_eq!(retryable, [1, 4, 55]);
    let proprietary: Vec<u8> = (0..100)
        .filter(|code| ErrorCode(*code).is_proprietary())
        .collect();
    assert_eq!(proprietary, (90..100).collect::<Vec<u8>>());
    assert_eq!(
        (ErrorCode(94).to_string(), ErrorCode(7).to_string()),
        ("94".into(), "07 (authentication failure)".into())
    );

    let unknown: Vec<u8> = (0..=255)
        .filter(|number| Reason(*number).text().is_none())
        .collect();
    let expect: Vec<u8> = (11..100).chain(128..200).chain(209..=255).collect();
    assert_eq!(unknown, expect);
    assert_eq!(Reason(9).to_string(), "009 (illegal error code)");
    assert_eq!(Rsn::from(Reason(7)).to_string(), "007");
    assert_eq!(Rsn::from(Reason(7)).reason(), Some(Reason(7)));
    assert_eq!(Rsn::ABSENT.reason(), None);
}
