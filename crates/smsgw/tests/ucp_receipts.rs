//! The table of receipts of `smsgw::convert::ucp`, a test for each of its cells.
#![cfg(feature = "ucp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, SystemTime};

use smsgw::convert::ucp::{ConvertError, Notification, Settings, from_deliver_notification};
use smsgw::ucp::op::{DeliverNotification, Op};
use smsgw::ucp::types::{self, Dst, Second, UtcOffset};
use smsgw::ucp::{Alphabet, Frame, OperationKind, Quirks, Trn, ValueError};
use smsgw::{Address, CarrierId, CarrierStatus, Receipt, ReceiptState};

/// 2026-11-21 22:54:29 UTC.
const NOW: u64 = 1_795_301_669;

fn at(unix: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(unix)
}

fn receipt() -> Receipt {
    Receipt {
        recipient: Address::number("+393331234568"),
        sender: Some(Address::sender("ALPHA@NUM")),
        message: CarrierId::Key("00393331234568:211126225429".into()),
        state: ReceiptState::Delivered,
        at: Some(at(NOW)),
        status: Some(CarrierStatus::Ucp(0)),
    }
}

/// The receipt as an OT 53, looked at by `look`.
fn notify<T>(receipt: &Receipt, look: impl FnOnce(DeliverNotification<'_>) -> T) -> T {
    let settings = Settings {
        zone: UtcOffset(-60),
        ..Settings::default()
    };
    let notification = Notification::new(receipt, &settings).unwrap();
    let frame = notification.deliver_notification().to_frame(Trn::ZERO);
    let decoded = frame.decode_with::<DeliverNotification<'_>>(&Quirks::STRICT);
    let notification = decoded.unwrap().pdu;
    let back = from_deliver_notification(&notification, &settings).unwrap();
    assert_eq!(
        (&back.recipient, &back.sender),
        (&receipt.recipient, &receipt.sender)
    );
    assert_eq!((&back.message, back.at), (&receipt.message, receipt.at));
    assert!(back.state == receipt.state || back.state == ReceiptState::Undelivered);
    look(notification)
}

#[test]
fn a_receipt_is_a_notification_and_back() {
    notify(&receipt(), |notification| {
        assert_eq!(notification.adc, "10412614190438AB4D");
        assert_eq!(notification.oadc, "00393331234568");
        assert_eq!(
            notification.scts.unwrap().to_string(),
            "2026-11-21T22:54:29"
        );
        assert_eq!(
            notification.dscts.unwrap().to_string(),
            "2026-11-21T21:54:29"
        );
    });
    for sender in ["+393331234567", "2147", "ACME"] {
        let sender = match Address::sender(sender) {
            Address { ton: 3, digits, .. } => Address::number(&digits),
            sender => sender,
        };
        let receipt = Receipt {
            sender: Some(sender),
            ..receipt()
        };
        notify(&receipt, |_| ());
    }
    // A name without the digits A to F is taken for a number.
    let name = Receipt {
        sender: Some(Address::sender("A")),
        ..receipt()
    };
    let settings = Settings::default();
    let notification = Notification::new(&name, &settings).unwrap();
    let back = from_deliver_notification(&notification.deliver_notification(), &settings);
    assert_eq!(back.unwrap().sender, Some(Address::number("0241")));
}

#[test]
fn the_state_of_a_receipt_both_ways() {
    let ucp = |reason| Some(CarrierStatus::Ucp(reason));
    for (state, status, dst, rsn, back) in [
        (
            ReceiptState::Delivered,
            None,
            Dst::DELIVERED,
            "000",
            ReceiptState::Delivered,
        ),
        (
            ReceiptState::Retrying,
            None,
            Dst::BUFFERED,
            "001",
            ReceiptState::Retrying,
        ),
        (
            ReceiptState::Retrying,
            ucp(107),
            Dst::BUFFERED,
            "107",
            ReceiptState::Retrying,
        ),
        (
            ReceiptState::Expired,
            None,
            Dst::NOT_DELIVERED,
            "108",
            ReceiptState::Undelivered,
        ),
        (
            ReceiptState::Cancelled,
            None,
            Dst::NOT_DELIVERED,
            "108",
            ReceiptState::Undelivered,
        ),
        (
            ReceiptState::Undelivered,
            ucp(206),
            Dst::NOT_DELIVERED,
            "206",
            ReceiptState::Undelivered,
        ),
        // Of GSM, where the same number means something else.
        (
            ReceiptState::Expired,
            Some(CarrierStatus::Gsm(0x46)),
            Dst::NOT_DELIVERED,
            "108",
            ReceiptState::Undelivered,
        ),
    ] {
        let receipt = Receipt {
            state,
            status,
            ..receipt()
        };
        notify(&receipt, |notification| {
            assert_eq!(
                (notification.dst, notification.rsn.to_string()),
                (dst, rsn.to_owned())
            );
            let said = from_deliver_notification(&notification, &Settings::default()).unwrap();
            assert_eq!((said.state, said.status), (back, ucp(rsn.parse().unwrap())));
        });
    }
    // Nothing is said.
    let notification = DeliverNotification {
        scts: Some(Second::parse("211126225429").unwrap()),
        ..DeliverNotification::default()
    };
    let said = from_deliver_notification(&notification, &Settings::default()).unwrap();
    assert_eq!(
        (said.state, said.status, said.at),
        (ReceiptState::Retrying, None, None)
    );
    assert_eq!(said.message, CarrierId::Key("211126225429".into()));
    // Fewer digits, as some have them.
    let mut fields = [&b""[..]; 33];
    (fields[0], fields[1]) = (b"1", b"2");
    (fields[14], fields[15], fields[16]) = (b"211126225429", b"2", b"7");
    let ot = DeliverNotification::OT;
    let frame = Frame::from_fields(Trn::ZERO, OperationKind::Operation, ot, &fields).unwrap();
    let said = from_deliver_notification(&frame.decode().unwrap(), &Settings::default());
    assert_eq!(said.unwrap().status, ucp(7));
    let nameless = DeliverNotification::default();
    assert_eq!(
        from_deliver_notification(&nameless, &Settings::default()),
        None
    );
}

#[test]
fn notifications_have_a_text_for_people() {
    let text = |state| {
        let receipt = Receipt { state, ..receipt() };
        notify(&receipt, |notification| {
            match notification.message.content() {
                types::Content::Text(hex) => hex.text(Alphabet::Gsm),
                other => panic!("{other:?}"),
            }
        })
    };
    let message = "Message for 00393331234568, with identification 261121225429";
    assert_eq!(
        text(ReceiptState::Delivered),
        format!("{message} has been delivered on 2026-11-21 at 21:54:29")
    );
    assert_eq!(
        text(ReceiptState::Retrying),
        format!("{message} has been buffered")
    );
    assert_eq!(
        text(ReceiptState::Expired),
        format!("{message} has not been delivered")
    );
}

#[test]
fn a_receipt_that_lacks_something_is_refused() {
    let refused = |change: fn(&mut Receipt)| {
        let mut receipt = receipt();
        change(&mut receipt);
        Notification::new(&receipt, &Settings::default()).unwrap_err()
    };
    let missing = |name| ConvertError::Missing { name };
    assert_eq!(refused(|receipt| receipt.sender = None), missing("AdC"));
    assert_eq!(refused(|receipt| receipt.at = None), missing("DSCTS"));
    assert_eq!(
        refused(|receipt| receipt.message = CarrierId::Reference(7)),
        missing("SCTS")
    );
    let wrong = |name, error| ConvertError::Field { name, error };
    assert_eq!(
        refused(|receipt| receipt.message = CarrierId::Key("1:310226000000".into())),
        wrong("SCTS", ValueError::InvalidTime)
    );
    assert_eq!(
        refused(|receipt| receipt.at = Some(at(0))),
        wrong("DSCTS", ValueError::InvalidTime)
    );
    assert_eq!(
        refused(|receipt| receipt.recipient.digits = "x".into()),
        wrong("OAdC", ValueError::NotDigit { at: 2 })
    );
    assert_eq!(
        refused(|receipt| receipt.sender = Some(Address::sender("Twelve chars"))),
        wrong("AdC", ValueError::TooLong { max: 11, had: 12 })
    );
}
