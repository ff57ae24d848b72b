//! Messages as JSON: what a store wrote before is still read.
#![cfg(feature = "serde")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use smsgw::gsm::alphabet::Language;
use smsgw::gsm::segment::LanguageChoice;
use smsgw::{Address, Message, Writing};

const OLD: &str = r#"{"from":null,"to":{"ton":1,"npi":1,"digits":"306912345678"},"content":{"text":"hello"},"class":null,"validity":null,"receipt":"none","reference":null,"extras":[]}"#;

#[test]
fn a_message_without_writing_has_the_default_and_is_written_without() {
    let message: Message = serde_json::from_str(OLD).unwrap();
    let hello = Message::text(Address::number("+306912345678"), "hello");
    assert_eq!(message, hello);
    assert_eq!(serde_json::to_string(&message).unwrap(), OLD);
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
