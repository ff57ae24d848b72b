//! What was handed over and may not be safe yet.

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hasher as _};
use std::time::{Duration, Instant};

use crate::command::storage::Store;
use crate::modem::ReceivedId;
use crate::pause::doubled;

/// What was handed over, so that nothing is deleted before it is safe and nothing is handed over
/// twice.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// The id that was given last.
    last: u64,
    /// How often the modem was lost. Another SIM may be in it since, so that a slot has to be
    /// read again before what was in it is deleted.
    run: u64,
    held: HashMap<u64, Held>,
    by_slot: HashMap<Slot, u64>,
    waiting: usize,
    /// What was handed on directly, by its digest. The network sends again what was not
    /// acknowledged.
    direct: HashMap<u64, u64>,
    /// Those of them that are safe, oldest first.
    direct_safe: VecDeque<u64>,
    /// What was deleted last. Some modems say so and do not.
    deleted: VecDeque<u64>,
}

/// Where a message is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) store: Store,
    pub(super) index: u16,
}

/// What is known of a message that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Nothing: it is to be handed over.
    New(ReceivedId),
    /// It was handed over and is not safe yet.
    Waiting(ReceivedId),
    /// It was handed over and is safe.
    Safe(ReceivedId),
}

#[derive(Debug)]
struct Held {
    digest: u64,
    slot: Option<Slot>,
    run: u64,
    is_direct: bool,
    is_persisted: bool,
    /// Something else may be in its place by now: it has to be read before it is deleted.
    is_doubted: bool,
    /// It waits to be deleted.
    is_queued: bool,
    /// How often its deletion came to nothing, and before when it is not tried again.
    attempts: u32,
    rests_until: Option<Instant>,
}

impl Ledger {
    /// How many of those that were handed on directly and are safe, and of those that were deleted,
    /// are remembered.
    const MEMORY: usize = 256;
    /// The first and the longest pause between two attempts to delete a message.
    const REST: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(3600));

    /// How many were handed over and are not safe yet.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// These octets are in this slot.
    pub(super) fn stored(&mut self, slot: Slot, octets: &[u8]) -> Seen {
        let digest = digest(octets);
        if let Some(id) = self.by_slot.get(&slot).copied() {
            if let Some(held) = self.held.get_mut(&id)
                && held.digest == digest
            {
                held.run = self.run;
                held.is_doubted = false;
                return held.seen(id);
            }
            // Somebody else has deleted what was here.
            self.leave(slot);
        }
        if let Some(id) = self
            .alias(slot, digest)
            .or_else(|| self.direct_with(digest))
            && let Some(held) = self.held.get_mut(&id)
        {
            self.by_slot.insert(slot, id);
            held.slot.get_or_insert(slot);
            held.run = self.run;
            held.is_doubted = false;
            return held.seen(id);
        }
        let id = self.add(digest, Some(slot));
        self.by_slot.insert(slot, id);
        Seen::New(ReceivedId(id))
    }

    /// The modem has handed these octets on.
    pub(super) fn direct(&mut self, octets: &[u8]) -> Seen {
        let digest = digest(octets);
        if let Some(id) = self.direct.get(&digest)
            && let Some(held) = self.held.get(id)
        {
            return held.seen(*id);
        }
        self.add_direct(digest)
    }

    /// The modem has announced something and not handed it on.
    pub(super) fn missing(&mut self) -> Seen {
        // Nothing is like it.
        self.add_direct(digest(&self.last.to_be_bytes()))
    }

    /// The number of something that is not remembered.
    pub(super) const fn unheld(&mut self) -> ReceivedId {
        self.last += 1;
        ReceivedId(self.last)
    }

    fn add_direct(&mut self, digest: u64) -> Seen {
        let id = self.add(digest, None);
        if let Some(held) = self.held.get_mut(&id) {
            held.is_direct = true;
        }
        self.direct.insert(digest, id);
        Seen::New(ReceivedId(id))
    }

    /// The caller has it: the slot that may be deleted now, if there is one.
    pub(super) fn persisted(&mut self, id: ReceivedId) -> Option<Slot> {
        let held = self.held.get_mut(&id.0)?;
        if held.is_persisted {
            return None;
        }
        held.is_persisted = true;
        self.waiting -= 1;
        let slot = held.slot.filter(|_| held.is_seen(self.run));
        if held.is_direct {
            self.direct_safe.push_back(id.0);
        }
        if self.direct_safe.len() > Self::MEMORY
            && let Some(oldest) = self.direct_safe.pop_front()
        {
            self.forget_direct(oldest);
        }
        slot
    }

    /// Whether what is in the slot, as it was read since the modem was lost last, is safe.
    pub(super) fn may_delete(&self, slot: Slot) -> bool {
        let held = self.by_slot.get(&slot).and_then(|id| self.held.get(id));
        held.is_some_and(|held| held.is_persisted && held.is_seen(self.run))
    }

    /// What is in the slot is to be deleted: whether it does not wait for that yet.
    pub(super) fn queue(&mut self, slot: Slot) -> bool {
        self.in_slot(slot)
            .is_some_and(|held| !std::mem::replace(&mut held.is_queued, true))
    }

    /// It waits no longer to be deleted: whether it may be.
    pub(super) fn take_queued(&mut self, slot: Slot) -> bool {
        if let Some(held) = self.in_slot(slot) {
            held.is_queued = false;
        }
        self.may_delete(slot)
    }

    /// Before when the deletion is not tried again; `None` when it may be tried at once.
    pub(super) fn rests_until(&self, slot: Slot) -> Option<Instant> {
        let held = self.by_slot.get(&slot).and_then(|id| self.held.get(id));
        held.and_then(|held| held.rests_until)
    }

    /// The deletion came to nothing: how often now, and the pause before the next attempt.
    pub(super) fn not_deleted(&mut self, slot: Slot, now: Instant) -> (u32, Duration) {
        let Some(held) = self.in_slot(slot) else {
            return (1, Self::REST.0);
        };
        held.attempts = held.attempts.saturating_add(1);
        let pause = doubled(Self::REST, held.attempts - 1);
        held.rests_until = Some(now + pause);
        (held.attempts, pause)
    }

    /// Something else may be in the slot by now.
    pub(super) fn doubt(&mut self, slot: Slot) {
        if let Some(held) = self.in_slot(slot) {
            held.is_doubted = true;
        }
    }

    /// The modem says that it has deleted what was in the slot.
    pub(super) fn deleted(&mut self, slot: Slot) {
        let Some(id) = self.by_slot.get(&slot).copied() else {
            return;
        };
        if let Some(held) = self.held.get_mut(&id) {
            held.is_doubted = true;
        }
        if !self.deleted.contains(&id) {
            self.deleted.push_back(id);
        }
        if self.deleted.len() > Self::MEMORY
            && let Some(oldest) = self.deleted.pop_front()
            && let Some(slot) = self.held.get(&oldest).and_then(|held| held.slot)
        {
            self.leave(slot);
        }
    }

    /// There is nothing in the slot.
    pub(super) fn empty(&mut self, slot: Slot) {
        self.leave(slot);
    }

    /// There is nothing in this store but in these slots.
    pub(super) fn swept(&mut self, store: Store, indices: &HashSet<u16>) {
        let is_gone = |slot: &&Slot| slot.store == store && !indices.contains(&slot.index);
        let gone: Vec<Slot> = self.by_slot.keys().filter(is_gone).copied().collect();
        for slot in gone {
            self.leave(slot);
        }
    }

    /// The port was closed or the modem started again: what is in a slot is not known.
    pub(super) fn lost(&mut self) {
        self.run += 1;
        for held in self.held.values_mut() {
            held.is_queued = false;
            held.attempts = 0;
            held.rests_until = None;
        }
    }

    fn in_slot(&mut self, slot: Slot) -> Option<&mut Held> {
        let id = self.by_slot.get(&slot)?;
        self.held.get_mut(id)
    }

    fn add(&mut self, digest: u64, slot: Option<Slot>) -> u64 {
        self.last += 1;
        self.waiting += 1;
        let held = Held {
            digest,
            slot,
            run: self.run,
            is_direct: false,
            is_persisted: false,
            is_doubted: false,
            is_queued: false,
            attempts: 0,
            rests_until: None,
        };
        self.held.insert(self.last, held);
        self.last
    }

    /// What has the same octets in the same place of another store: with some modems two names
    /// are one store.
    fn alias(&self, slot: Slot, digest: u64) -> Option<u64> {
        let stores = [Store::ME, Store::SM, Store::MT, Store::SR];
        let others = stores.into_iter().filter(|store| *store != slot.store);
        let mut ids = others.filter_map(|store| self.by_slot.get(&Slot { store, ..slot }));
        let is_it = |id: &&u64| self.held.get(id).is_some_and(|held| held.digest == digest);
        ids.find(is_it).copied()
    }

    /// What was handed on directly with these octets, and was stored when nobody acknowledged it.
    fn direct_with(&self, digest: u64) -> Option<u64> {
        let id = self.direct.get(&digest).copied()?;
        let held = self.held.get(&id)?;
        held.slot.is_none().then_some(id)
    }

    fn forget_direct(&mut self, id: u64) {
        let Some(held) = self.held.get_mut(&id) else {
            return;
        };
        held.is_direct = false;
        self.direct.remove(&held.digest);
        if held.slot.is_none() {
            self.remove(id);
        }
    }

    /// The slot holds what was in it no more.
    fn leave(&mut self, slot: Slot) {
        let Some(id) = self.by_slot.remove(&slot) else {
            return;
        };
        let Some(held) = self
            .held
            .get_mut(&id)
            .filter(|held| held.slot == Some(slot))
        else {
            return;
        };
        held.slot = None;
        let is_direct = held.is_direct;
        self.deleted.retain(|other| *other != id);
        if !is_direct {
            self.remove(id);
        }
    }

    fn remove(&mut self, id: u64) {
        if let Some(held) = self.held.remove(&id)
            && !held.is_persisted
        {
            self.waiting -= 1;
        }
    }
}

impl Held {
    /// Whether this is certainly what is in its place.
    const fn is_seen(&self, run: u64) -> bool {
        self.run == run && !self.is_doubted
    }

    fn seen(&self, id: u64) -> Seen {
        if self.is_persisted {
            Seen::Safe(ReceivedId(id))
        } else {
            Seen::Waiting(ReceivedId(id))
        }
    }
}

/// Of what is the same each time that the network sends a message: not the service centre, nor
/// whether more wait there (TP-MMS).
fn digest(pdu: &[u8]) -> u64 {
    const MMS: u8 = 0b0000_0100;
    let mut hasher = DefaultHasher::new();
    let tpdu = pdu
        .split_first()
        .and_then(|(length, rest)| rest.get(usize::from(*length)..));
    match tpdu.and_then(<[u8]>::split_first) {
        Some((first, rest)) => {
            hasher.write_u8(first & !MMS);
            hasher.write(rest);
        }
        None => hasher.write(pdu),
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_new_once_and_deleted_when_it_is_safe() {
        let mut ledger = Ledger::default();
        let slot = slot("SM", 3);
        let id = new(ledger.stored(slot, b"one"));
        assert_eq!(ledger.stored(slot, b"one"), Seen::Waiting(id));
        assert!(!ledger.may_delete(slot));
        assert_eq!(ledger.persisted(id), Some(slot));
        assert!(ledger.may_delete(slot));
        assert_eq!(ledger.stored(slot, b"one"), Seen::Safe(id));
        assert_eq!(ledger.waiting(), 0);
    }

    #[test]
    fn the_same_octets_elsewhere_are_another_message() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 3), b"one"));
        let two = new(ledger.stored(slot("SM", 4), b"one"));
        let three = new(ledger.stored(slot("ME", 5), b"one"));
        assert!(one != two && two != three);
    }

    #[test]
    fn what_took_the_place_of_another_is_not_deleted_for_it() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 3), b"one"));
        let two = new(ledger.stored(slot("SM", 3), b"two"));
        assert_eq!(ledger.persisted(one), None);
        assert!(!ledger.may_delete(slot("SM", 3)));
        assert_eq!(ledger.persisted(two), Some(slot("SM", 3)));
        assert_eq!(ledger.waiting(), 0);
    }

    #[test]
    fn nothing_is_deleted_unseen_after_the_modem_was_lost() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 1), b"one"));
        let two = new(ledger.stored(slot("SM", 2), b"two"));
        assert_eq!(ledger.persisted(two), Some(slot("SM", 2)));
        ledger.lost();
        assert!(!ledger.may_delete(slot("SM", 2)));
        assert_eq!(ledger.persisted(one), None);
        // Nor handed over twice.
        assert_eq!(ledger.stored(slot("SM", 1), b"one"), Seen::Safe(one));
        assert!(ledger.may_delete(slot("SM", 1)));
        // Another SIM.
        new(ledger.stored(slot("SM", 2), b"other"));
        assert!(!ledger.may_delete(slot("SM", 2)));
    }

    #[test]
    fn what_is_deleted_and_still_there_is_not_handed_over_again() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 1), b"one"));
        ledger.persisted(one);
        ledger.deleted(slot("SM", 1));
        assert_eq!(ledger.stored(slot("SM", 1), b"one"), Seen::Safe(one));
        assert!(ledger.may_delete(slot("SM", 1)));
        ledger.deleted(slot("SM", 1));
        new(ledger.stored(slot("SM", 1), b"two"));
        assert_eq!(ledger.held.len(), 1);
    }

    #[test]
    fn what_a_sweep_does_not_find_is_forgotten() {
        let mut ledger = Ledger::default();
        new(ledger.stored(slot("SM", 1), b"one"));
        new(ledger.stored(slot("SM", 2), b"two"));
        new(ledger.stored(slot("ME", 1), b"three"));
        ledger.swept(Store::SM, &HashSet::from([2]));
        assert_eq!((ledger.waiting(), ledger.held.len()), (2, 2));
        new(ledger.stored(slot("SM", 1), b"one"));
        ledger.empty(slot("SM", 1));
        assert_eq!((ledger.waiting(), ledger.held.len()), (2, 2));
    }

    #[test]
    fn what_the_network_sends_again_is_not_handed_over_again() {
        let mut ledger = Ledger::default();
        let one = new(ledger.direct(b"one"));
        assert_eq!(ledger.direct(b"one"), Seen::Waiting(one));
        // Stored, as nobody acknowledged it.
        assert_eq!(ledger.stored(slot("SM", 1), b"one"), Seen::Waiting(one));
        let two = new(ledger.stored(slot("SM", 2), b"one"));
        assert_eq!(ledger.persisted(one), Some(slot("SM", 1)));
        assert_eq!(ledger.direct(b"one"), Seen::Safe(one));
        assert_eq!(ledger.persisted(two), Some(slot("SM", 2)));
        let three = new(ledger.direct(b"three"));
        assert_eq!(ledger.persisted(three), None);
        assert_eq!(ledger.stored(slot("ME", 9), b"three"), Seen::Safe(three));
    }

    #[test]
    fn two_names_of_one_store_are_one() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 3), b"one"));
        assert_eq!(ledger.stored(slot("ME", 3), b"one"), Seen::Waiting(one));
        assert_eq!(ledger.persisted(one), Some(slot("SM", 3)));
        ledger.deleted(slot("SM", 3));
        ledger.empty(slot("ME", 3));
        assert_eq!(ledger.waiting(), 0);
        new(ledger.stored(slot("ME", 3), b"two"));
    }

    #[test]
    fn nothing_is_deleted_twice() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 1), b"one"));
        assert_eq!(ledger.persisted(one), Some(slot("SM", 1)));
        assert_eq!(ledger.persisted(one), None);
        ledger.deleted(slot("SM", 1));
        // Another message may be there by now.
        assert!(!ledger.may_delete(slot("SM", 1)));
        assert_eq!(ledger.persisted(one), None);
    }

    #[test]
    fn what_may_have_been_replaced_is_read_before_it_is_deleted() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 1), b"one"));
        ledger.doubt(slot("SM", 1));
        assert_eq!(ledger.persisted(one), None);
        assert!(!ledger.may_delete(slot("SM", 1)));
        assert_eq!(ledger.stored(slot("SM", 1), b"one"), Seen::Safe(one));
        assert!(ledger.may_delete(slot("SM", 1)));
        ledger.doubt(slot("SM", 1));
        new(ledger.stored(slot("SM", 1), b"two"));
        assert!(!ledger.may_delete(slot("SM", 1)));
    }

    #[test]
    fn a_place_waits_once_to_be_deleted() {
        let mut ledger = Ledger::default();
        let one = new(ledger.stored(slot("SM", 1), b"one"));
        ledger.persisted(one);
        assert!(ledger.queue(slot("SM", 1)));
        assert!(!ledger.queue(slot("SM", 1)));
        assert!(ledger.take_queued(slot("SM", 1)));
        assert!(ledger.queue(slot("SM", 1)));
        // Whoever kept the queue has forgotten it.
        ledger.lost();
        assert!(ledger.queue(slot("SM", 1)));
        assert!(!ledger.take_queued(slot("SM", 1)));
        assert!(!ledger.queue(slot("SM", 2)));
    }

    #[test]
    fn deletions_that_come_to_nothing_are_ever_further_apart() {
        let mut ledger = Ledger::default();
        let now = Instant::now();
        new(ledger.stored(slot("SM", 1), b"one"));
        let pauses: Vec<u64> = (0..12)
            .map(|_| ledger.not_deleted(slot("SM", 1), now).1.as_secs())
            .collect();
        assert_eq!(pauses[..4], [10, 20, 40, 80]);
        assert_eq!(pauses[9..], [3600; 3]);
        new(ledger.stored(slot("SM", 1), b"two"));
        assert_eq!(ledger.rests_until(slot("SM", 1)), None);
    }

    #[test]
    fn a_message_is_the_same_whether_more_wait_behind_it_or_not() {
        let mut ledger = Ledger::default();
        let one = new(ledger.direct(b"\x02\x91\x33\x04rest"));
        assert_eq!(ledger.direct(b"\x02\x91\x33\x00rest"), Seen::Waiting(one));
        assert_eq!(ledger.direct(b"\x00\x00rest"), Seen::Waiting(one));
        new(ledger.direct(b"\x00\x02rest"));
        new(ledger.direct(b"\x00\x00tail"));
        new(ledger.direct(b"\x09\x00rest"));
    }

    #[test]
    fn memory_is_bounded() {
        let mut ledger = Ledger::default();
        let mut waiting = 0;
        for number in 0..10_000_u32 {
            let slot = slot("SM", u16::try_from(number % 1000).unwrap());
            let id = new(ledger.stored(slot, &number.to_be_bytes()));
            ledger.persisted(id);
            ledger.deleted(slot);
            let id = new(ledger.direct(format!("direct {number}").as_bytes()));
            if number % 100 != 0 {
                ledger.persisted(id);
            } else {
                // Whoever hands over less is told less.
                waiting += 1;
            }
            assert_eq!(ledger.waiting(), waiting);
            assert!(ledger.held.len() <= 2 * Ledger::MEMORY + waiting + 2);
        }
        assert!(ledger.by_slot.len() <= Ledger::MEMORY + 1);
        assert_eq!(ledger.direct.len(), Ledger::MEMORY + waiting);
    }

    fn slot(store: &str, index: u16) -> Slot {
        Slot {
            store: Store::from_name(store).expect("a store"),
            index,
        }
    }

    fn new(seen: Seen) -> ReceivedId {
        match seen {
            Seen::New(id) => id,
            seen => panic!("{seen:?}"),
        }
    }
}
