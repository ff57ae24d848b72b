//! What stands in fields, as a program makes it and reads it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod keys;
mod packed_names;
mod services;
mod texts;
mod times;

use smsgw_ucp::types::*;
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey, Reason, ValueError};

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

/// A program can make and read all but texts without memory of their own.
#[test]
fn nothing_is_allocated() {
    let digits = HexBuf::encode(&[0x61; 160]);
    let udh = "01060500034A0201020108";
    let counted = allocation_counter::measure(|| {
        let hex = Hex::new(digits.as_hex().as_str()).unwrap();
        let message = Message::text(hex).unwrap();
        assert!(matches!(message.content(), Content::Text(hex) if hex.len() == 160));
        assert_eq!(hex.octets().filter(|octet| *octet == 0x61).count(), 160);
        let xser = XSer::new(Hex::new(udh).unwrap()).unwrap();
        assert_eq!((xser.dcs(), xser.services().count()), (Some(8), 2));
        let name = PackedName::pack("Rust").unwrap();
        assert_eq!(name.as_originator(), "07D2FA9C0E");
        assert_eq!(name.as_name().septets(), 4);
        let key = MessageKey::parse("00393331234568:211126225429").unwrap();
        assert!(key.names(&MessageKey {
            adc: "331234568",
            ..key
        }));
        assert_eq!(
            Second::from_unix(key.scts.to_unix(&UtcOffset::UTC), &UtcOffset::UTC),
            Ok(key.scts)
        );
        assert!(
            Address::new("1920870340125000")
                .unwrap()
                .socket_address()
                .is_some()
        );
    });
    assert_eq!(counted.count_total, 0);
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
