//! Any parts in any order at any times, under any limits: no more is held than the limits allow,
//! and every part comes out exactly once, in its message and at its place, or comes back as
//! repeated or contradicting.
#![no_main]

use std::hash::{Hash, Hasher};
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::reassemble::{Limits, Message, Outcome, Part, Position, Reassembler, Tie};
use smsgw_gsm::udh::Reference;

/// Which part it is of those put in, and what it says: two that say the same are one repeated.
#[derive(Debug, Clone)]
struct Payload {
    index: usize,
    content: u8,
}

impl Hash for Payload {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.content.hash(state);
    }
}

/// A part that was put in.
struct Put {
    key: u8,
    position: Position,
    content: u8,
    octets: usize,
    is_out: bool,
}

#[derive(Default)]
struct World {
    put: Vec<Put>,
    completed: u64,
    released: u64,
}

impl World {
    fn take(&mut self, payload: &Payload) -> &Put {
        let put = &mut self.put[payload.index];
        assert!(!put.is_out, "out twice");
        put.is_out = true;
        put
    }

    fn message(&mut self, message: Message<u8, Payload>) {
        let mut numbers = Vec::new();
        for (number, payload) in message.parts() {
            let put = self.take(payload);
            assert_eq!((put.key, put.position.tie), (message.key, message.tie));
            if put.position.is_part() {
                assert_eq!(
                    (put.position.total, put.position.number),
                    (message.total, number)
                );
            } else {
                assert_eq!((message.total, number), (1, 1));
            }
            numbers.push(number);
        }
        assert!(!numbers.is_empty());
        numbers.extend(message.missing());
        let is_complete = message.missing().next().is_none();
        assert_eq!(message.is_complete(), is_complete);
        if is_complete {
            assert!(numbers.is_sorted());
        }
        numbers.sort_unstable();
        assert!(numbers.into_iter().eq(1..=message.total));
    }

    fn released(&mut self, message: Message<u8, Payload>) {
        assert!(!message.is_complete());
        self.released += 1;
        self.message(message);
    }

    /// Back to the caller, as one with the same place is there or was there.
    fn returned(&mut self, payload: &Payload, is_repeated: bool) {
        let (key, position, content) = {
            let put = self.take(payload);
            (put.key, put.position, put.content)
        };
        assert!(position.is_part());
        let before = &self.put[..payload.index];
        assert!(before.iter().any(|put| {
            (put.key, put.position) == (key, position) && (put.content == content) == is_repeated
        }));
    }

    fn held(&self) -> impl Iterator<Item = &Put> {
        self.put.iter().filter(|put| !put.is_out)
    }
}

fn limits(script: &mut Script<'_>) -> Limits {
    Limits {
        messages: script.below(9),
        parts: script.below(17),
        octets: usize::from(script.octet()) * 2,
        remembered: script.below(5),
        lifetime: match script.octet() {
            0xFF => Duration::MAX,
            seconds => Duration::from_secs(u64::from(seconds)),
        },
    }
}

fn tie(script: &mut Script<'_>) -> Tie {
    let number = script.octet() % 4;
    match script.below(3) {
        0 => Tie::Udh(Reference::Eight(number)),
        1 => Tie::Udh(Reference::Sixteen(number.into())),
        _ => Tie::Sar(number.into()),
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let limits = limits(&mut script);
    let mut reassembler = Reassembler::new(limits);
    let mut world = World::default();
    let mut now = Duration::ZERO;
    while !script.0.is_empty() {
        match script.octet() {
            0 => now += script.millis(),
            1 => now += Duration::from_secs(u64::from(script.octet())),
            2 => {
                while let Some(message) = reassembler.expire(now) {
                    world.released(message);
                }
                assert!(reassembler.next_expiry().is_none_or(|due| due > now));
            }
            3 => {
                if let Some(message) = reassembler.release() {
                    world.released(message);
                }
            }
            4 => {
                // To the moment, and to the moment before.
                if let Some(due) = reassembler
                    .next_expiry()
                    .filter(|due| *due < Duration::from_secs(1 << 20))
                {
                    let early = due.saturating_sub(Duration::from_nanos(1));
                    if early > now {
                        assert!(reassembler.expire(early).is_none());
                    }
                    now = now.max(due);
                }
            }
            key => {
                let (total, number) = (script.octet(), script.octet());
                // Mostly small: then messages come to an end.
                let total = if total < 0xF0 { total % 6 } else { total };
                let number = if number < 0xF0 { number % 7 } else { number };
                let put = Put {
                    key: key % 4,
                    position: Position {
                        tie: tie(&mut script),
                        total,
                        number,
                    },
                    content: script.octet() % 3,
                    octets: usize::from(script.octet()),
                    is_out: false,
                };
                let payload = Payload {
                    index: world.put.len(),
                    content: put.content,
                };
                let part = Part {
                    key: put.key,
                    position: put.position,
                    payload,
                    octets: put.octets,
                };
                world.put.push(put);
                let inserted = reassembler.insert(part, now);
                for message in inserted.released {
                    world.released(message);
                }
                match inserted.outcome {
                    Outcome::Complete(message) => {
                        assert!(message.is_complete());
                        world.completed += u64::from(message.total > 1);
                        world.message(message);
                    }
                    Outcome::Kept => {}
                    Outcome::Repeated(payload) => world.returned(&payload, true),
                    Outcome::Contradicts(payload) => world.returned(&payload, false),
                }
                assert!(
                    reassembler
                        .next_expiry()
                        .is_none_or(|due| due > now || limits.lifetime.is_zero())
                );
            }
        }
        assert!(reassembler.messages() <= limits.messages);
        assert!(reassembler.parts() <= limits.parts);
        assert!(reassembler.octets() <= limits.octets);
        assert_eq!(world.held().count(), reassembler.parts());
        let octets: usize = world.held().map(|put| put.octets).sum();
        assert_eq!(octets, reassembler.octets());
        assert_eq!(
            reassembler.next_expiry().is_none(),
            reassembler.messages() == 0
        );
    }
    while let Some(message) = reassembler.release() {
        world.released(message);
    }
    assert_eq!(world.held().count(), 0);
    let counters = reassembler.counters();
    assert_eq!(
        (counters.completed, counters.released),
        (world.completed, world.released)
    );
});
