//! The reassembler: `vectors/reassembly.jsonl`, and what holds for parts in any order.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::sample::Index;
use smsgw_gsm::reassemble::{Limits, Message, Outcome, Part, Position, Reassembler, Tie};
use smsgw_gsm::tpdu::{Context, ModemPdu, PartKey, Piece};
use smsgw_gsm::udh::Reference;
use support::{context, lines, unhex};

/// A part from a TPDU with the service centre's address.
fn read(hex: &str, context: Context) -> Part<PartKey, Piece> {
    ModemPdu::decode(&unhex(hex), context)
        .unwrap()
        .tpdu
        .part()
        .unwrap()
}

#[test]
fn reassembly_vectors() {
    let vectors = lines(include_str!("vectors/reassembly.jsonl"));
    assert_eq!(vectors.len(), 11);
    for vector in &vectors {
        let parts: Vec<String> = serde_json::from_value(vector["parts"].clone()).unwrap();
        let context = context(vector);
        // As given, and backwards.
        for order in [parts.clone(), parts.iter().rev().cloned().collect()] {
            let id = &vector["id"];
            let mut reassembler = Reassembler::new(Limits::DEFAULT);
            let mut whole = None;
            for part in order {
                let inserted = reassembler.insert(read(&part, context), Instant::now());
                assert!(inserted.released.is_empty(), "{id}");
                if let Outcome::Complete(message) = inserted.outcome {
                    assert!(whole.replace(message).is_none(), "{id}");
                }
            }
            let expect = &vector["expect"];
            assert_eq!(expect["complete"], whole.is_some(), "{id}");
            assert_eq!(
                expect["text"].as_str(),
                whole.as_ref().and_then(Message::text).as_deref(),
                "{id}"
            );
            let repeated = expect["duplicates_ignored"].as_u64().unwrap_or(0);
            assert_eq!(reassembler.counters().repeated, repeated, "{id}");
            if whole.is_none() {
                let released = reassembler.release().unwrap();
                assert_eq!(released.text().unwrap(), expect["upstream_joined"], "{id}");
            }
            assert_eq!(reassembler.messages(), 0, "{id}");
        }
    }
}

fn ties() -> impl Strategy<Value = Tie> {
    prop_oneof![
        (0..3_u8).prop_map(|number| Tie::Udh(Reference::Eight(number))),
        (0..3_u16).prop_map(|number| Tie::Udh(Reference::Sixteen(number))),
        (0..3_u16).prop_map(Tie::Sar),
    ]
}

proptest! {
    #[test]
    fn each_message_comes_out_once(
        messages in proptest::collection::btree_set((0..3_u8, ties(), 2..9_u8), 1..8),
        repeated in proptest::collection::vec(any::<Index>(), 0..20),
        seed in any::<u64>(),
    ) {
        let mut parts: Vec<_> = messages
            .iter()
            .flat_map(|id| (1..=id.2).map(move |number| (*id, number)))
            .collect();
        for index in &repeated {
            parts.push(*index.get(&parts));
        }
        shuffle(&mut parts, seed);

        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let mut whole = BTreeMap::new();
        for ((key, tie, total), number) in &parts {
            let part = Part {
                key: *key,
                position: Position { tie: *tie, total: *total, number: *number },
                payload: (*key, *number),
                octets: 1,
            };
            let inserted = reassembler.insert(part, Duration::ZERO);
            prop_assert!(inserted.released.is_empty());
            if let Outcome::Complete(message) = inserted.outcome {
                prop_assert!(message.is_complete());
                prop_assert_eq!(message.missing().count(), 0);
                let id = (message.key, message.tie, message.total);
                prop_assert!(whole.insert(id, message.into_payloads()).is_none());
            }
        }
        prop_assert_eq!(whole.len(), messages.len());
        for ((key, _, total), payloads) in whole {
            let expect: Vec<_> = (1..=total).map(|number| (key, number)).collect();
            prop_assert_eq!(payloads, expect);
        }
        prop_assert_eq!(reassembler.messages(), 0);
        prop_assert_eq!((reassembler.parts(), reassembler.octets()), (0, 0));
        prop_assert_eq!(reassembler.counters().repeated, repeated.len() as u64);
    }

    /// What is held stays within the limits, and every part comes out or comes back.
    #[test]
    fn nothing_is_lost_and_nothing_grows(
        input in proptest::collection::vec(
            (0..3_u8, ties(), any::<u8>(), any::<u8>(), 0..50_usize, 0..20_u64), 0..200
        ),
        messages in 0..10_usize,
        parts in 0..20_usize,
        octets in 0..200_usize,
        remembered in 0..4_usize,
    ) {
        let lifetime = Duration::from_secs(30);
        let limits = Limits { messages, parts, octets, remembered, lifetime };
        let mut reassembler = Reassembler::new(limits);
        let mut now = Duration::ZERO;
        let mut out = 0;
        for (number, (key, tie, total, position, size, seconds)) in input.iter().enumerate() {
            now += Duration::from_secs(*seconds);
            let position = Position { tie: *tie, total: total % 5, number: position % 6 };
            let part = Part { key: *key, position, payload: number / 2, octets: *size };
            let inserted = reassembler.insert(part, now);
            out += match inserted.outcome {
                Outcome::Complete(message) => message.into_payloads().len(),
                Outcome::Kept => 0,
                Outcome::Repeated(_) | Outcome::Contradicts(_) => 1,
            };
            for message in inserted.released {
                prop_assert!(!message.is_complete());
                let there = message.parts().count();
                prop_assert!(there > 0);
                prop_assert_eq!(there + message.missing().count(), usize::from(message.total));
                out += there;
            }
            prop_assert!(reassembler.messages() <= messages);
            prop_assert!(reassembler.parts() <= parts);
            prop_assert!(reassembler.octets() <= octets);
            prop_assert_eq!(out + reassembler.parts(), number + 1);
            prop_assert!(reassembler.next_expiry().is_none_or(|due| due > now));
        }
        while let Some(message) = reassembler.expire(now + lifetime) {
            out += message.into_payloads().len();
        }
        prop_assert_eq!(out, input.len());
        prop_assert_eq!((reassembler.messages(), reassembler.octets()), (0, 0));
    }
}

/// Fisher and Yates, by a small generator of its own.
fn shuffle<T>(items: &mut [T], mut seed: u64) {
    for at in (1..items.len()).rev() {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let other = usize::try_from(seed >> 33).unwrap() % (at + 1);
        items.swap(at, other);
    }
}
