//! What names a message.

use smsgw_ucp::{MessageKey, ValueError};

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
    // Seven digits are a number without its prefix, six are another number.
    assert!(same("3542345678:211126225429", "2345678:211126225429"));
    assert!(!same("0612345:211126225429", "12345:211126225429"));
    assert!(!same("0612345:211126225429", "612345:211126225429"));
    assert!(same("12345:211126225429", "12345:211126225429"));
    assert!(same("+12345:211126225429", "12345:211126225429"));
    // The beginning of a number is not enough.
    assert!(!same("00393331234568:211126225429", "0039333:211126225429"));
}
