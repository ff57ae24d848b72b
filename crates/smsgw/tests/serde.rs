//! Messages as JSON: what a store wrote before is still read.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::time::{Duration, SystemTime};

use smsgw::gsm::alphabet::Language;
use smsgw::gsm::segment::LanguageChoice;
use smsgw::{Address, CarrierId, CarrierStatus, Extra, Message, Receipt, ReceiptState, Writing};

const OLD: &str = r#"{"from":null,"to":{"ton":1,"npi":1,"digits":"306912345678"},"content":{"text":"hello"},"class":null,"validity":null,"receipt":"none","reference":null,"extras":[]}"#;

#[test]
fn a_message_without_writing_has_the_default_and_is_written_without() {
    let message: Message = serde_json::from_str(OLD).unwrap();
    let hello = Message::text(Address::number("+306912345678"), "hello");
    assert_eq!(message, hello);
    assert_eq!(serde_json::to_string(&message).unwrap(), OLD);
}

#[test]
fn a_later_delivery_and_services_are_read_back() {
    let hello = Message::text(Address::number("+306912345678"), "hello");
    let message = Message {
        deliver_at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000)),
        extras: vec![
            Extra::IntermediateReceipts,
            Extra::Service {
                kind: 12,
                data: vec![0x0A, 0xFF],
            },
        ],
        ..hello
    };
    let json = serde_json::to_string(&message).unwrap();
    let extras = r#""extras":["intermediate_receipts",{"service":{"kind":12,"data":"0aff"}}]"#;
    assert!(json.contains(extras), "{json}");
    assert_eq!(serde_json::from_str::<Message>(&json).unwrap(), message);
}

#[test]
fn receipts_are_read_back() {
    let receipt = Receipt {
        recipient: Address::number("+306912345678"),
        sender: None,
        message: CarrierId::Key("306912345678:090196161057".into()),
        state: ReceiptState::Delivered,
        at: None,
        status: Some(CarrierStatus::Ucp(107)),
    };
    let json = serde_json::to_string(&receipt).unwrap();
    let tail = r#""message":{"key":"306912345678:090196161057"},"state":"delivered","at":null,"status":{"ucp":107}}"#;
    assert!(json.ends_with(tail), "{json}");
    assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);

    let receipt = Receipt {
        message: CarrierId::Id("0A7F".into()),
        status: Some(CarrierStatus::Smpp(300)),
        ..receipt
    };
    let json = serde_json::to_string(&receipt).unwrap();
    let tail = r#""message":{"id":"0A7F"},"state":"delivered","at":null,"status":{"smpp":300}}"#;
    assert!(json.ends_with(tail), "{json}");
    assert_eq!(serde_json::from_str::<Receipt>(&json).unwrap(), receipt);
}

#[test]
fn writing_is_read_back() {
    let writing = Writing {
        language: LanguageChoice::Only(Language::Turkish),
        transliterate: true,
        graphemes: false,
    };
    let json = serde_json::to_string(&writing).unwrap();
    assert_eq!(
        json,
        r#"{"language":"turkish","transliterate":true,"graphemes":false}"#
    );
    assert_eq!(serde_json::from_str::<Writing>(&json).unwrap(), writing);
    let some: Writing = serde_json::from_str(r#"{"language":"auto"}"#).unwrap();
    assert_eq!(some.language, LanguageChoice::Auto);
    assert!(!some.transliterate);
    let error = serde_json::from_str::<Writing>(r#"{"language":"klingon"}"#).unwrap_err();
    let said = error.to_string();
    assert!(
        said.starts_with("unknown language \"klingon\", expected one of none, auto, turkish"),
        "{said}"
    );
}
