//! Cell broadcast messages of UMTS (TS 23.041 §9.4.2.2): all pages at once.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use proptest::prelude::*;
use smsgw_gsm::Quirks;
use smsgw_gsm::cbs::{Broadcast, LanguageCode, SerialNumber, UmtsMessage};

/// Type 1, message 1112, serial number 4010, UCS-2 with a language; one page with seven octets.
fn hand_made() -> Vec<u8> {
    let mut octets = vec![1, 0x11, 0x12, 0x40, 0x10, 0x11, 1];
    octets.extend_from_slice(&[0xF5, 0x35, 0x04, 0x42, 0x04, 0x43, 0x00]);
    octets.resize(7 + 82, 0xFF);
    octets.push(6);
    octets
}

#[test]
fn what_counts_of_a_page() {
    let octets = hand_made();
    let message = UmtsMessage::decode_with(&octets, &Quirks::STRICT)
        .unwrap()
        .pdu;
    assert_eq!((message.message_id, message.serial.0), (0x1112, 0x4010));
    assert_eq!(message.language(), LanguageCode::new("uk"));
    assert_eq!(message.text().as_deref(), Some("ту"));
    assert_eq!(message.pages().map(<[u8]>::len).collect::<Vec<_>>(), [6]);
    assert_eq!(message.to_vec(), octets);
}

#[test]
fn what_is_refused() {
    let whole = hand_made();
    let error = |octets: &[u8]| {
        let error = UmtsMessage::decode_with(octets, &Quirks::STRICT).unwrap_err();
        (error.kind.name(), error.field, error.offset)
    };
    for len in 0..whole.len() {
        assert_eq!(error(&whole[..len]).0, "truncated", "{len}");
    }
    let mut octets = whole.clone();
    octets[0] = 2;
    assert_eq!(error(&octets), ("other_kind", "Message Type", 0));
    let mut octets = whole.clone();
    octets[6] = 16;
    assert_eq!(error(&octets), ("too_long", "Number-of-Pages", 6));
    let mut octets = whole.clone();
    octets[89] = 83;
    assert_eq!(
        error(&octets),
        ("too_long", "CBS-Message-Information-Length", 89)
    );
    // FF is padding; anything else after the last page is let through on request only.
    let on_request = Quirks {
        trailing_octets: true,
        ..Quirks::LENIENT
    };
    for (octet, quirks) in [(0xFF, Quirks::LENIENT), (0, on_request)] {
        let octets = [&whole[..], &[octet; 2]].concat();
        assert_eq!(error(&octets), ("trailing_octets", "trailing", 90));
        let decoded = UmtsMessage::decode_with(&octets, &quirks).unwrap();
        assert_eq!(decoded.tolerated.iter().count(), 1);
        assert_eq!(decoded.pdu.to_vec(), whole);
    }
    assert!(UmtsMessage::decode(&[&whole[..], &[0]].concat()).is_err());
}

#[test]
fn no_pages_are_no_text() {
    let octets = [1, 0, 0, 0, 0, 0x0F, 0];
    let message = UmtsMessage::decode(&octets).unwrap();
    assert_eq!(message.text().as_deref(), Some(""));
    assert_eq!(message.language(), None);
    let error = UmtsMessage::decode_with(&octets, &Quirks::STRICT).unwrap_err();
    assert_eq!((error.kind.name(), error.offset), ("invalid_value", 6));
    assert_eq!(message.to_vec(), octets);
}

proptest! {
    #[test]
    fn any_octets_are_read_and_kept(
        start in prop::collection::vec(any::<u8>(), 6),
        count in 0..17_u8,
        rest in prop::collection::vec(0..90_u8, 0..300),
    ) {
        let mut octets = [&start[..], &[count], &rest].concat();
        octets[0] = 1;
        if let Ok(decoded) = UmtsMessage::decode_with(&octets, &Quirks::STRICT) {
            prop_assert_eq!(decoded.pdu.to_vec(), octets.clone());
        }
        if let Ok(message) = UmtsMessage::decode(&octets) {
            let _ = (message.text(), message.language());
            prop_assert!(octets.starts_with(&message.to_vec()));
        }
    }

    #[test]
    fn a_text_comes_back(text in "[a-zя€ ]{0,300}") {
        let (data_coding, language) = Broadcast::coding(&text, LanguageCode::new("uk"));
        let serial = SerialNumber(7);
        let broadcast = Broadcast { serial, message_id: 50, data_coding, language };
        let octets = broadcast.pages(&text).unwrap().to_umts();
        let message = UmtsMessage::decode_with(&octets, &Quirks::STRICT).unwrap().pdu;
        prop_assert_eq!(message.text().unwrap(), text);
        prop_assert_eq!(message.language(), LanguageCode::new("uk"));
        prop_assert_eq!(message.serial, serial);
    }
}
