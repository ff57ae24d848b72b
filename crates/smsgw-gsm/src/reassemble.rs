//! Reassembly: from parts in any order to messages (3GPP TS 23.040 §9.2.3.24.1).
//!
//! A [`Reassembler`] keeps the parts of unfinished messages until the last one comes, or their
//! time is over, or there is no more room: then it hands out what there is. It never holds more
//! than its [`Limits`] allow and never drops a part without saying so. Times are the caller's, of
//! any kind that can be compared and added to: `std::time::Instant`, or a `Duration` since start.
//!
//! The parts of one message have in common the caller's key (best sender and recipient, with
//! their types), the [`Tie`] and the total. What a part holds is the caller's, too;
//! [`Tpdu::part`](crate::tpdu::Tpdu::part) makes parts of TPDUs, whose text is then joined.
//!
//! ```
//! use core::time::Duration;
//! use smsgw_gsm::reassemble::{Limits, Outcome, Part, Reassembler};
//! use smsgw_gsm::segment::{Options, segment};
//! use smsgw_gsm::ucs2;
//!
//! let mut reassembler = Reassembler::new(Limits::DEFAULT);
//! let text = "Ωμέγα ".repeat(20);
//! let segments = segment(&text, &Options::new())?;
//! let mut whole = None;
//! // The second comes first.
//! for segment in [segments.get(1), segments.get(0)].into_iter().flatten() {
//!     let part = Part {
//!         key: "+306912345678",
//!         position: segment.concat().expect("a part of two").into(),
//!         payload: segment.unpacked().to_vec(),
//!         octets: segment.unpacked().len(),
//!     };
//!     let inserted = reassembler.insert(part, Duration::ZERO);
//!     assert!(inserted.released.is_empty());
//!     if let Outcome::Complete(message) = inserted.outcome {
//!         whole = Some(message);
//!     }
//! }
//! // UTF-16 is joined before it is read, as senders tear surrogate pairs between parts.
//! let octets: Vec<u8> = whole.expect("both came").into_payloads().concat();
//! assert_eq!(ucs2::decode(&octets), text);
//! # Ok::<(), smsgw_gsm::SegmentError>(())
//! ```

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};
use core::ops::Add;
use core::time::Duration;

use crate::udh::{Concat, Reference};

/// What ties the parts of one message together. Each kind is a space of numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tie {
    /// The reference number of a user data header.
    Udh(Reference),
    /// `sar_msg_ref_num` of SMPP.
    Sar(u16),
}

/// Which part of which message, as the peer says it; the numbers need not make sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// What the parts have in common.
    pub tie: Tie,
    /// How many parts the message has.
    pub total: u8,
    /// Which part this is, from 1.
    pub number: u8,
}

impl Position {
    /// Whether it is one of several parts: a total above 1 and a number from 1 to the total.
    #[must_use]
    pub const fn is_part(&self) -> bool {
        self.total > 1 && self.number > 0 && self.number <= self.total
    }
}

impl From<Concat> for Position {
    fn from(concat: Concat) -> Self {
        Position {
            tie: Tie::Udh(concat.reference()),
            total: concat.total(),
            number: concat.sequence(),
        }
    }
}

/// How much a [`Reassembler`] holds, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most unfinished messages.
    pub messages: usize,
    /// Most parts of unfinished messages.
    pub parts: usize,
    /// Most octets in them, as the caller counts ([`Part::octets`]).
    pub octets: usize,
    /// Most finished messages that are remembered, so that a part that comes again late is known
    /// as a repetition. About 8 octets a part. With 0, such a part starts a new message.
    pub remembered: usize,
    /// How long after its first part a message is handed out unfinished, or forgotten when it was
    /// finished; at most [`Self::MAX_LIFETIME`], which is taken for anything longer.
    ///
    /// A sender that uses one reference for all it sends, and sends the same long text twice in
    /// this time, has the second taken for a repetition of the first.
    pub lifetime: Duration,
}

impl Limits {
    /// 1,000 messages, 4,000 parts, 1 MiB, 1,000 remembered; one hour.
    pub const DEFAULT: Limits = Limits {
        messages: 1_000,
        parts: 4_000,
        octets: 1 << 20,
        remembered: 1_000,
        lifetime: Duration::from_secs(60 * 60),
    };

    /// 100 years: adding it overflows no clock.
    pub const MAX_LIFETIME: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
}

impl Default for Limits {
    fn default() -> Self {
        Limits::DEFAULT
    }
}

/// A part that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<K, P> {
    /// What, beside the position, tells one message from another: sender and recipient.
    pub key: K,
    /// Which part of which message.
    pub position: Position,
    /// What is kept of the part. Its [`Hash`] tells a part that came again from another one with
    /// the same number: leave out of it what changes when the same is sent again.
    pub payload: P,
    /// What it counts for [`Limits::octets`].
    pub octets: usize,
}

/// What [`Reassembler::insert`] did.
#[derive(Debug)]
#[must_use = "it holds messages that nobody else has"]
pub struct Inserted<K, P> {
    /// What became of the part.
    pub outcome: Outcome<K, P>,
    /// Unfinished messages handed out, as their time was over or room was needed. Oldest first.
    pub released: Vec<Message<K, P>>,
}

/// What became of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome<K, P> {
    /// A message is whole: this was its last part, or it is a message by itself (total 1, or
    /// numbers that no part can have, which the standard says to ignore).
    Complete(Message<K, P>),
    /// Kept until the others come. It may be among those released, when it alone is over a limit.
    Kept,
    /// The same part had come before. Here it is back.
    Repeated(P),
    /// Another part with the same place in the same message had come before and is kept.
    Contradicts(P),
}

/// The parts of a message, all of them or those that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message<K, P> {
    /// The key that its parts were given with.
    pub key: K,
    /// What its parts had in common.
    pub tie: Tie,
    /// How many parts it has.
    pub total: u8,
    /// How many parts came again, or contradicted one that had come.
    pub ignored: u32,
    parts: Vec<Kept<P>>,
}

impl<K, P> Message<K, P> {
    /// Whether no part is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.parts.len() >= usize::from(self.total)
    }

    /// The parts that are there, in order, with their numbers.
    pub fn parts(&self) -> impl Iterator<Item = (u8, &P)> {
        self.parts.iter().map(|part| (part.number, &part.payload))
    }

    /// The numbers of the parts that are not, in order.
    pub fn missing(&self) -> impl Iterator<Item = u8> {
        let has = |number: &u8| find(&self.parts, *number).is_ok();
        (1..=self.total).filter(move |number| !self.is_complete() && !has(number))
    }

    /// What was kept of the parts, in order.
    #[must_use]
    pub fn into_payloads(self) -> Vec<P> {
        self.parts.into_iter().map(|part| part.payload).collect()
    }
}

/// How often something happened that is worth a metric.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counters {
    /// Messages finished, those of one part not counted.
    pub completed: u64,
    /// Messages handed out unfinished.
    pub released: u64,
    /// Parts that came again.
    pub repeated: u64,
    /// Parts that contradicted one that had come.
    pub contradicting: u64,
    /// Parts with numbers that no part can have.
    pub strangers: u64,
}

/// Collects parts into messages: see the [module](self).
#[derive(Debug)]
pub struct Reassembler<K, P, T> {
    limits: Limits,
    unfinished: Aging<Id<K>, Unfinished<P>, T>,
    /// The hashes of the parts of finished messages, in order.
    finished: Aging<Id<K>, Vec<u64>, T>,
    parts: usize,
    octets: usize,
    counters: Counters,
}

/// Key, tie and total.
type Id<K> = (K, Tie, u8);

#[derive(Debug)]
struct Unfinished<P> {
    /// Ordered by number.
    parts: Vec<Kept<P>>,
    ignored: u32,
}

impl<P> Default for Unfinished<P> {
    fn default() -> Self {
        Unfinished {
            parts: Vec::new(),
            ignored: 0,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept<P> {
    number: u8,
    hash: u64,
    octets: usize,
    payload: P,
}

impl<K, P, T> Reassembler<K, P, T>
where
    K: Ord + Clone,
    P: Hash,
    T: Copy + Ord + Add<Duration, Output = T>,
{
    /// An empty one.
    #[must_use]
    pub fn new(mut limits: Limits) -> Self {
        limits.lifetime = limits.lifetime.min(Limits::MAX_LIFETIME);
        Reassembler {
            limits,
            unfinished: Aging::default(),
            finished: Aging::default(),
            parts: 0,
            octets: 0,
            counters: Counters::default(),
        }
    }

    /// Takes a part that came at `now`.
    pub fn insert(&mut self, part: Part<K, P>, now: T) -> Inserted<K, P> {
        let mut released = Vec::new();
        while let Some(message) = self.expire(now) {
            released.push(message);
        }
        let outcome = self.place(part, now, &mut released);
        Inserted { outcome, released }
    }

    /// The oldest unfinished message whose time is over at `now`: to be called until there is
    /// none.
    pub fn expire(&mut self, now: T) -> Option<Message<K, P>> {
        while self.finished.is_due(now) {
            self.finished.pop();
        }
        self.unfinished
            .is_due(now)
            .then(|| self.release())
            .flatten()
    }

    /// When [`Self::expire`] will have something to hand out.
    #[must_use]
    pub fn next_expiry(&self) -> Option<T> {
        self.unfinished.first()
    }

    /// The oldest unfinished message, whether its time is over or not: at the end of the work.
    pub fn release(&mut self) -> Option<Message<K, P>> {
        let (id, unfinished) = self.unfinished.pop()?;
        self.counters.released += 1;
        Some(self.leave(id, unfinished))
    }

    /// Unfinished messages held.
    #[must_use]
    pub fn messages(&self) -> usize {
        self.unfinished.len()
    }

    /// Parts held.
    #[must_use]
    pub fn parts(&self) -> usize {
        self.parts
    }

    /// Octets held, as the caller counts.
    #[must_use]
    pub fn octets(&self) -> usize {
        self.octets
    }

    /// What has happened so far.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters
    }

    fn place(
        &mut self,
        part: Part<K, P>,
        now: T,
        released: &mut Vec<Message<K, P>>,
    ) -> Outcome<K, P> {
        let Position { tie, total, number } = part.position;
        let kept = Kept {
            number,
            hash: fnv_1a(&part.payload),
            octets: part.octets,
            payload: part.payload,
        };
        if !part.position.is_part() {
            self.counters.strangers += u64::from((total, number) != (1, 1));
            return Outcome::Complete(Message {
                key: part.key,
                tie,
                total: 1,
                ignored: 0,
                parts: Vec::from([Kept { number: 1, ..kept }]),
            });
        }

        let id = (part.key, tie, total);
        if let Some(hashes) = self.finished.get(&id) {
            if hashes.get(usize::from(number) - 1) == Some(&kept.hash) {
                self.counters.repeated += 1;
                return Outcome::Repeated(kept.payload);
            }
            // Something new under a reference that is used again.
            self.finished.remove(&id);
        }

        let deadline = now + self.limits.lifetime;
        let unfinished = self.unfinished.get_or_insert(&id, deadline);
        let at = match find(&unfinished.parts, number) {
            Err(at) => at,
            Ok(at) => {
                unfinished.ignored = unfinished.ignored.saturating_add(1);
                let before = unfinished.parts.get(at).map(|before| before.hash);
                if before == Some(kept.hash) {
                    self.counters.repeated += 1;
                    return Outcome::Repeated(kept.payload);
                }
                self.counters.contradicting += 1;
                return Outcome::Contradicts(kept.payload);
            }
        };
        self.parts += 1;
        self.octets = self.octets.saturating_add(kept.octets);
        let is_too_large = kept.octets > self.limits.octets;
        unfinished.parts.insert(at, kept);

        if unfinished.parts.len() == usize::from(total)
            && let Some((unfinished, deadline)) = self.unfinished.remove(&id)
        {
            self.counters.completed += 1;
            self.remember(&id, &unfinished, deadline);
            return Outcome::Complete(self.leave(id, unfinished));
        }
        // One part above the limit must not drive out all the others before it goes itself.
        if is_too_large && let Some((unfinished, _)) = self.unfinished.remove(&id) {
            self.counters.released += 1;
            released.push(self.leave(id, unfinished));
        }
        while self.is_full() {
            released.extend(self.release());
        }
        Outcome::Kept
    }

    fn is_full(&self) -> bool {
        self.messages() > self.limits.messages
            || self.parts > self.limits.parts
            || self.octets > self.limits.octets
    }

    fn remember(&mut self, id: &Id<K>, unfinished: &Unfinished<P>, deadline: T) {
        let hashes = unfinished.parts.iter().map(|part| part.hash).collect();
        *self.finished.get_or_insert(id, deadline) = hashes;
        while self.finished.len() > self.limits.remembered {
            self.finished.pop();
        }
    }

    /// Takes what was removed out of the count.
    fn leave(&mut self, (key, tie, total): Id<K>, unfinished: Unfinished<P>) -> Message<K, P> {
        let Unfinished { parts, ignored } = unfinished;
        self.parts -= parts.len();
        for part in &parts {
            self.octets = self.octets.saturating_sub(part.octets);
        }
        Message {
            key,
            tie,
            total,
            ignored,
            parts,
        }
    }
}

/// Where the part with this number is among `parts`, or would be.
fn find<P>(parts: &[Kept<P>], number: u8) -> Result<usize, usize> {
    parts.binary_search_by_key(&number, |part| part.number)
}

/// Values that each have a deadline, oldest first.
#[derive(Debug)]
struct Aging<I, V, T> {
    values: BTreeMap<I, (V, Place<T>)>,
    order: BTreeMap<Place<T>, I>,
    next: u64,
}

/// A deadline, and a number that tells those with the same one apart.
type Place<T> = (T, u64);

impl<I, V, T> Default for Aging<I, V, T> {
    fn default() -> Self {
        Aging {
            values: BTreeMap::new(),
            order: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<I: Ord + Clone, V: Default, T: Copy + Ord> Aging<I, V, T> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn get(&self, id: &I) -> Option<&V> {
        self.values.get(id).map(|(value, _)| value)
    }

    /// The value of `id`; the deadline is for a new one.
    fn get_or_insert(&mut self, id: &I, deadline: T) -> &mut V {
        let (value, _) = self.values.entry(id.clone()).or_insert_with(|| {
            let place = (deadline, self.next);
            self.next += 1;
            self.order.insert(place, id.clone());
            (V::default(), place)
        });
        value
    }

    fn remove(&mut self, id: &I) -> Option<(V, T)> {
        let (value, place) = self.values.remove(id)?;
        self.order.remove(&place);
        Some((value, place.0))
    }

    fn first(&self) -> Option<T> {
        self.order.first_key_value().map(|((due, _), _)| *due)
    }

    fn is_due(&self, now: T) -> bool {
        self.first().is_some_and(|due| due <= now)
    }

    fn pop(&mut self) -> Option<(I, V)> {
        let (_, id) = self.order.pop_first()?;
        let (value, _) = self.values.remove(&id)?;
        Some((id, value))
    }
}

/// FNV-1a, 64 bits: `core` has no hasher. Whoever makes two parts collide harms only a message of
/// their own.
fn fnv_1a(value: &impl Hash) -> u64 {
    struct Fnv(u64);
    impl Hasher for Fnv {
        fn write(&mut self, octets: &[u8]) {
            for octet in octets {
                self.0 = (self.0 ^ u64::from(*octet)).wrapping_mul(0x0000_0100_0000_01B3);
            }
        }
        fn finish(&self) -> u64 {
            self.0
        }
    }
    let mut hasher = Fnv(0xCBF2_9CE4_8422_2325);
    value.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn part(key: &'static str, tie: Tie, total: u8, number: u8) -> Part<&'static str, u8> {
        Part {
            key,
            position: Position { tie, total, number },
            payload: number,
            octets: 10,
        }
    }

    const EIGHT: Tie = Tie::Udh(Reference::Eight(7));

    /// Puts a part that is to be kept; what was released for it.
    fn keep(
        reassembler: &mut Reassembler<&'static str, u8, Duration>,
        part: Part<&'static str, u8>,
        now: Duration,
    ) -> Vec<Message<&'static str, u8>> {
        let inserted = reassembler.insert(part, now);
        assert_eq!(inserted.outcome, Outcome::Kept);
        inserted.released
    }

    #[test]
    fn what_differs_in_any_of_key_width_number_and_total_is_another_message() {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let ties = [
            EIGHT,
            Tie::Udh(Reference::Sixteen(7)),
            Tie::Sar(7),
            Tie::Sar(8),
        ];
        let ids = ties.map(|tie| ("a", tie, 2));
        let ids = ids.into_iter().chain([("b", EIGHT, 2), ("a", EIGHT, 3)]);
        for (key, tie, total) in ids.clone() {
            keep(&mut reassembler, part(key, tie, total, 1), SECOND);
        }
        assert_eq!(reassembler.messages(), 6);
        for (key, tie, total) in ids.filter(|(_, _, total)| *total == 2) {
            let inserted = reassembler.insert(part(key, tie, total, 2), SECOND);
            let Outcome::Complete(message) = inserted.outcome else {
                panic!("{key} {tie:?}");
            };
            assert_eq!((message.key, message.tie), (key, tie));
            assert_eq!(message.into_payloads(), [1, 2]);
        }
        assert_eq!((reassembler.messages(), reassembler.parts()), (1, 1));
    }

    #[test]
    fn strangers_are_messages_of_their_own() {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        for (total, number) in [(0, 0), (0, 1), (1, 1), (1, 0), (2, 0), (2, 3)] {
            let inserted = reassembler.insert(part("a", EIGHT, total, number), SECOND);
            let Outcome::Complete(message) = inserted.outcome else {
                panic!("{number} of {total}");
            };
            assert!(message.is_complete());
            assert_eq!(message.parts().collect::<Vec<_>>(), [(1, &number)]);
        }
        assert_eq!(reassembler.messages(), 0);
        assert_eq!(reassembler.counters().strangers, 5);
        assert_eq!(reassembler.counters().completed, 0);
    }

    #[test]
    fn the_first_of_two_contradicting_parts_is_kept() {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        keep(&mut reassembler, part("a", EIGHT, 2, 2), SECOND);
        let again = reassembler.insert(part("a", EIGHT, 2, 2), SECOND);
        assert_eq!(again.outcome, Outcome::Repeated(2));
        let other = Part {
            payload: 9,
            ..part("a", EIGHT, 2, 2)
        };
        let other = reassembler.insert(other, SECOND);
        assert_eq!(other.outcome, Outcome::Contradicts(9));
        let last = reassembler.insert(part("a", EIGHT, 2, 1), SECOND);
        let Outcome::Complete(message) = last.outcome else {
            panic!("both parts came");
        };
        assert_eq!(message.ignored, 2);
        assert_eq!(message.into_payloads(), [1, 2]);
    }

    #[test]
    fn a_late_repetition_is_known_and_a_new_message_too() {
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        keep(&mut reassembler, part("a", EIGHT, 2, 1), SECOND);
        let whole = reassembler.insert(part("a", EIGHT, 2, 2), SECOND);
        assert!(matches!(whole.outcome, Outcome::Complete(_)));
        let late = reassembler.insert(part("a", EIGHT, 2, 2), 2 * SECOND);
        assert_eq!(late.outcome, Outcome::Repeated(2));
        let other = Part {
            payload: 9,
            ..part("a", EIGHT, 2, 1)
        };
        keep(&mut reassembler, other, 2 * SECOND);
        let whole = reassembler.insert(part("a", EIGHT, 2, 2), 2 * SECOND);
        assert!(matches!(whole.outcome, Outcome::Complete(_)));
        // Forgotten when its time is over.
        let later = 2 * SECOND + Limits::DEFAULT.lifetime;
        keep(&mut reassembler, part("a", EIGHT, 2, 2), later);
    }

    #[test]
    fn what_is_not_whole_in_time_is_handed_out_with_its_gaps() {
        let limits = Limits {
            lifetime: 10 * SECOND,
            ..Limits::DEFAULT
        };
        let mut reassembler = Reassembler::new(limits);
        assert_eq!(reassembler.next_expiry(), None);
        keep(&mut reassembler, part("a", EIGHT, 4, 3), SECOND);
        // The first part counts, so that nobody can keep a message forever.
        keep(&mut reassembler, part("a", EIGHT, 4, 1), 9 * SECOND);
        keep(&mut reassembler, part("b", EIGHT, 2, 2), 9 * SECOND);
        assert_eq!(reassembler.next_expiry(), Some(11 * SECOND));
        assert_eq!(reassembler.expire(10 * SECOND), None);
        let message = reassembler.expire(11 * SECOND).unwrap();
        assert!(!message.is_complete());
        assert_eq!(message.missing().collect::<Vec<_>>(), [2, 4]);
        assert_eq!(message.into_payloads(), [1, 3]);
        assert_eq!(reassembler.expire(11 * SECOND), None);

        // Also on the way, when the next part comes.
        let released = keep(&mut reassembler, part("a", EIGHT, 4, 4), 19 * SECOND);
        assert_eq!(released.len(), 1);
        assert_eq!(released.first().unwrap().key, "b");
        assert_eq!(reassembler.counters().released, 2);
    }

    #[test]
    fn when_full_the_oldest_goes() {
        for limits in [
            Limits {
                messages: 2,
                ..Limits::DEFAULT
            },
            Limits {
                parts: 2,
                ..Limits::DEFAULT
            },
            Limits {
                octets: 29,
                ..Limits::DEFAULT
            },
        ] {
            let mut reassembler = Reassembler::new(limits);
            for key in ["a", "b"] {
                assert_eq!(keep(&mut reassembler, part(key, EIGHT, 2, 1), SECOND), []);
            }
            let released = keep(&mut reassembler, part("c", EIGHT, 2, 1), SECOND);
            let keys: Vec<_> = released.iter().map(|message| message.key).collect();
            assert_eq!(keys, ["a"], "{limits:?}");
            // A last part needs no room.
            let last = reassembler.insert(part("b", EIGHT, 2, 2), SECOND);
            assert!(matches!(last.outcome, Outcome::Complete(_)));
            assert_eq!(last.released, []);
        }
    }

    #[test]
    fn a_part_above_the_limit_drives_nobody_out() {
        let limits = Limits {
            octets: 100,
            ..Limits::DEFAULT
        };
        let mut reassembler = Reassembler::new(limits);
        keep(&mut reassembler, part("a", EIGHT, 2, 1), SECOND);
        let large = Part {
            octets: 101,
            ..part("b", EIGHT, 2, 1)
        };
        let released = keep(&mut reassembler, large, SECOND);
        assert_eq!(released.first().unwrap().key, "b");
        assert_eq!((reassembler.messages(), reassembler.octets()), (1, 10));
    }

    #[test]
    fn nothing_is_held_where_nothing_may_be() {
        let limits = Limits {
            messages: 0,
            ..Limits::DEFAULT
        };
        let mut reassembler = Reassembler::new(limits);
        let released = keep(&mut reassembler, part("a", EIGHT, 2, 1), SECOND);
        assert_eq!(released.len(), 1);
        assert_eq!(reassembler.release(), None);
    }

    #[test]
    fn a_lifetime_without_end_overflows_no_clock() {
        let limits = Limits {
            lifetime: Duration::MAX,
            ..Limits::DEFAULT
        };
        let mut reassembler = Reassembler::new(limits);
        let _ = reassembler.insert(part("a", EIGHT, 2, 1), SECOND);
        assert_eq!(reassembler.expire(SECOND), None);
        assert_eq!(reassembler.release().unwrap().key, "a");
    }
}
