//! What the relays remember of messages in parts.
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

#[allow(dead_code, reason = "not all of it matters here")]
#[path = "../parts.rs"]
mod parts;

use parts::{Ids, Notified, Open};
use smsgw::ReceiptState::{Delivered, Retrying, Undelivered};
use smsgw::{Address, Message, ReceiptRequest, ReceiptState};

/// Numbers with a time behind a colon; one number may be the end of the other.
const IDS: Ids = Ids {
    common: |id| id.split(':').nth(1).unwrap_or_default(),
    is_same: |one, other| one.ends_with(other) || other.ends_with(one),
};

struct Relay(Open);

impl Relay {
    fn new() -> Self {
        Self(Open::new(IDS))
    }

    /// Begins a message of so many parts.
    fn begin(&mut self, parts: usize, receipt: ReceiptRequest) -> u64 {
        let message = Message {
            receipt,
            ..Message::text(Address::number("1"), "")
        };
        self.0.begin(&message, parts)
    }

    /// The id that is told, and the number to say how that went.
    fn tells(&mut self, id: &str, state: ReceiptState) -> Option<(u64, String)> {
        match self.0.notified(id, state) {
            Notified::Tell(number, sent) => Some((number, sent.id)),
            Notified::Nothing => None,
            Notified::TooEarly => panic!("{id}: too early"),
        }
    }

    fn is_too_early(&mut self, id: &str, state: ReceiptState) -> bool {
        matches!(self.0.notified(id, state), Notified::TooEarly)
    }
}

#[test]
fn a_receipt_is_told_when_all_parts_arrived() {
    let mut relay = Relay::new();
    let number = relay.begin(2, ReceiptRequest::Final);
    relay.0.taken(number, "1:a");
    // A part that arrived before the other was taken counts.
    assert_eq!(relay.tells("1:a", Delivered), None);
    assert!(relay.is_too_early("9:z", Delivered));
    relay.0.taken(number, "2:b");
    relay.0.answered(number, Some("it"));
    let it = Some((number, "it".to_owned()));
    assert_eq!(relay.tells("1:a", Delivered), None, "the same again");
    assert_eq!(relay.tells("3:b", Delivered), None, "another number");
    assert_eq!(relay.tells("2:c", Delivered), None, "another time");
    assert_eq!(relay.tells("002:b", Retrying), it);
    relay.0.told(number, Retrying, true);
    assert_eq!(relay.tells("002:b", Delivered), it);
    assert_eq!(relay.tells("2:b", Delivered), None, "while it is told");
    relay.0.told(number, Delivered, false);
    assert_eq!(relay.tells("2:b", Delivered), it);
    relay.0.told(number, Delivered, true);
    assert_eq!(relay.tells("2:b", Delivered), None);
}

#[test]
fn the_first_part_that_fails_is_told_and_no_other() {
    let mut relay = Relay::new();
    let number = relay.begin(2, ReceiptRequest::Final);
    relay.0.taken(number, "1:a");
    // Before its message has an answer nothing can be said of it.
    assert!(relay.is_too_early("1:a", Undelivered));
    relay.0.taken(number, "2:b");
    relay.0.answered(number, Some("it"));
    assert!(relay.tells("1:a", Undelivered).is_some());
    assert_eq!(relay.tells("2:b", Undelivered), None);
    relay.0.told(number, Undelivered, true);
    assert_eq!(relay.tells("2:b", Undelivered), None);
}

#[test]
fn of_a_message_that_was_refused_nothing_is_told() {
    let mut relay = Relay::new();
    let number = relay.begin(2, ReceiptRequest::Final);
    relay.0.taken(number, "1:a");
    relay.0.answered(number, None);
    assert_eq!(relay.tells("1:a", Delivered), None);
}

#[test]
fn what_nobody_wants_is_not_told() {
    for (wanted, state, is_told) in [
        (ReceiptRequest::None, Delivered, false),
        (ReceiptRequest::OnFailure, Delivered, false),
        (ReceiptRequest::OnFailure, Undelivered, true),
        (ReceiptRequest::OnSuccess, Undelivered, false),
        (ReceiptRequest::OnSuccess, Delivered, true),
    ] {
        let mut relay = Relay::new();
        let number = relay.begin(1, wanted);
        relay.0.taken(number, "1:a");
        relay.0.answered(number, Some("it"));
        assert_eq!(relay.tells("1:a", state).is_some(), is_told, "{wanted:?}");
    }
}

#[test]
fn the_oldest_is_forgotten() {
    let mut relay = Relay::new();
    let id = |number: usize| format!("{number:06}:{}", number / 100);
    for number in 0..100_010 {
        let message = relay.begin(1, ReceiptRequest::Final);
        relay.0.taken(message, &id(number));
        relay.0.answered(message, Some("it"));
    }
    for (number, is_known) in [(0, false), (9, false), (10, true), (100_009, true)] {
        let told = relay.tells(&id(number), Delivered);
        assert_eq!(told.is_some(), is_known, "{number}");
    }
}
