//! The own operations that wait for a result, by TRN.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::Bytes;

use crate::header::Trn;
use crate::operation::OperationType;

/// Operations in flight and the TRNs that cannot be used.
///
/// There are no more than a hundred, so the lists are searched from the front: most results come
/// in the order of the operations.
#[derive(Debug)]
pub(super) struct Window {
    size: usize,
    /// In the order of their deadlines, those without one last.
    waiting: VecDeque<InFlight>,
    /// Those of the owner among them.
    requests: usize,
    /// The octets of those that wait.
    octets: u64,
    /// Given up, or sent more often than answered, in the order they are to be forgotten.
    reserved: VecDeque<Reserved>,
    /// Where the search for a TRN begins.
    next: Trn,
    used: TrnSet,
}

/// An operation that waits.
#[derive(Clone, Debug)]
pub(super) struct InFlight {
    pub(super) trn: Trn,
    pub(super) ot: OperationType,
    pub(super) purpose: Purpose,
    /// `None` once it goes on waiting after it.
    pub(super) deadline: Option<Instant>,
    /// How often it was handed over to be written; 0 for one that waits for room.
    pub(super) copies: u32,
    /// Its octets, in all copies.
    pub(super) len: u64,
    /// How many octets the stream had with the last one of the first copy.
    pub(super) end: u64,
    /// To send it later, or again.
    pub(super) frame: Option<Bytes>,
}

/// What an operation is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The owner wants its result, by this token.
    Request(u64),
    KeepAlive,
    Login,
}

#[derive(Clone, Copy, Debug)]
struct Reserved {
    trn: Trn,
    ot: OperationType,
    token: u64,
    /// That may still come.
    results: u32,
    until: Instant,
}

/// What a result belongs to.
#[derive(Clone, Debug)]
pub(super) enum Match {
    Waiting(InFlight),
    Late(u64),
    None,
}

/// Every TRN is waiting or reserved; the first of the reserved ones is so until this instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoTrn(pub(super) Option<Instant>);

#[derive(Clone, Copy, Debug, Default)]
struct TrnSet(u128);

impl TrnSet {
    fn insert(&mut self, trn: Trn) {
        self.0 |= 1 << u8::from(trn);
    }

    fn remove(&mut self, trn: Trn) {
        self.0 &= !(1 << u8::from(trn));
    }

    /// The first that is not in it, from `next` on and around.
    fn first_free(self, next: Trn) -> Option<Trn> {
        let free = !self.0 & ((1 << Trn::COUNT) - 1);
        let behind = free >> u8::from(next) << u8::from(next);
        let from = if behind == 0 { free } else { behind };
        u8::try_from(from.trailing_zeros()).ok().and_then(Trn::new)
    }
}

impl Window {
    pub(super) fn new(size: usize) -> Self {
        Self {
            size,
            waiting: VecDeque::new(),
            requests: 0,
            octets: 0,
            reserved: VecDeque::new(),
            next: Trn::ZERO,
            used: TrnSet::default(),
        }
    }

    /// How many wait, whoever sent them.
    pub(super) fn outstanding(&self) -> usize {
        self.waiting.len()
    }

    /// How many of the owner's wait.
    pub(super) const fn requests(&self) -> usize {
        self.requests
    }

    /// Whether the owner's operations leave room for one more.
    pub(super) const fn has_room(&self) -> bool {
        self.requests < self.size
    }

    /// Whether the peer may be sent one more.
    pub(super) fn may_send(&self) -> bool {
        self.waiting.len() < self.size
    }

    /// The octets of those that wait.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    /// The next TRN that is neither waiting nor reserved.
    pub(super) fn take_trn(&mut self, now: Instant) -> Result<Trn, NoTrn> {
        self.forget(now);
        match self.used.first_free(self.next) {
            Some(trn) => {
                self.next = trn.next();
                Ok(trn)
            }
            None => Err(NoTrn(self.reserved.front().map(|first| first.until))),
        }
    }

    fn forget(&mut self, now: Instant) {
        while let Some(first) = self.reserved.front()
            && first.until <= now
        {
            self.used.remove(first.trn);
            self.reserved.pop_front();
        }
    }

    /// Adds an operation with a TRN of [`Self::take_trn`].
    pub(super) fn insert(&mut self, operation: InFlight) {
        self.used.insert(operation.trn);
        self.requests += usize::from(operation.purpose.is_request());
        self.octets += operation.len;
        self.put(operation);
    }

    fn put(&mut self, operation: InFlight) {
        let is_before = |other: &InFlight| match (other.deadline, operation.deadline) {
            (Some(other), Some(this)) => other <= this,
            (other, this) => other.is_some() || this.is_none(),
        };
        let before = self.waiting.iter().rposition(is_before);
        self.waiting
            .insert(before.map_or(0, |index| index + 1), operation);
    }

    fn remove(&mut self, index: usize) -> Option<InFlight> {
        let operation = self.waiting.remove(index)?;
        self.used.remove(operation.trn);
        self.requests -= usize::from(operation.purpose.is_request());
        self.octets -= operation.len;
        Some(operation)
    }

    /// Takes out the operation that a result is for. When it was sent more than once, its TRN
    /// stays reserved until `until`: more results may come.
    pub(super) fn take(
        &mut self,
        trn: Trn,
        ot: OperationType,
        now: Instant,
        until: Instant,
    ) -> Match {
        self.forget(now);
        let is_it = |operation: &InFlight| {
            (operation.trn, operation.ot) == (trn, ot) && operation.copies > 0
        };
        let index = self.waiting.iter().position(is_it);
        if let Some(operation) = index.and_then(|index| self.remove(index)) {
            self.reserve(&operation, operation.copies - 1, until);
            return Match::Waiting(operation);
        }
        let is_it = |reserved: &Reserved| (reserved.trn, reserved.ot) == (trn, ot);
        let Some(index) = self.reserved.iter().position(is_it) else {
            return Match::None;
        };
        let Some(reserved) = self.reserved.get_mut(index) else {
            return Match::None;
        };
        let token = reserved.token;
        reserved.results -= 1;
        if reserved.results == 0 {
            self.used.remove(trn);
            self.reserved.remove(index);
        }
        Match::Late(token)
    }

    fn reserve(&mut self, operation: &InFlight, results: u32, until: Instant) {
        if let (Purpose::Request(token), 1..) = (operation.purpose, results) {
            self.used.insert(operation.trn);
            let place = self.reserved.partition_point(|other| other.until <= until);
            let reserved = Reserved {
                trn: operation.trn,
                ot: operation.ot,
                token,
                results,
                until,
            };
            self.reserved.insert(place, reserved);
        }
    }

    /// When the first runs out of time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waiting.front()?.deadline
    }

    /// The first that has run out of time; what becomes of it has to be said.
    pub(super) fn due(&self, now: Instant) -> Option<&InFlight> {
        let first = self.waiting.front()?;
        first.deadline.filter(|due| *due <= now).map(|_| first)
    }

    /// Gives the first up; its TRN stays reserved until `until`, if it was sent.
    pub(super) fn give_up(&mut self, until: Instant) {
        if let Some(operation) = self.remove(0) {
            self.reserve(&operation, operation.copies, until);
        }
    }

    /// The first was sent again: `len` more octets.
    pub(super) fn again(&mut self, len: u64, deadline: Instant) {
        if let Some(mut operation) = self.waiting.pop_front() {
            operation.copies = operation.copies.saturating_add(1);
            operation.len += len;
            self.octets += len;
            operation.deadline = Some(deadline);
            self.put(operation);
        }
    }

    /// The first goes on waiting, for ever.
    pub(super) fn wait_on(&mut self) {
        if let Some(mut operation) = self.waiting.pop_front() {
            operation.deadline = None;
            self.put(operation);
        }
    }

    /// The keep-alive that waits, if there is one.
    pub(super) fn keep_alive(&self) -> Option<&InFlight> {
        let is_it = |operation: &&InFlight| operation.purpose == Purpose::KeepAlive;
        self.waiting.iter().find(is_it)
    }

    /// Gives the keep-alive another deadline, if there is one.
    pub(super) fn put_off_keep_alive(&mut self, deadline: Instant) {
        let is_it = |operation: &InFlight| operation.purpose == Purpose::KeepAlive;
        let index = self.waiting.iter().position(is_it);
        if let Some(mut operation) = index.and_then(|index| self.waiting.remove(index)) {
            operation.deadline = Some(deadline);
            self.put(operation);
        }
    }

    /// The octets of the one that waits for room, if there is room now.
    pub(super) fn parked(&self) -> Option<(OperationType, Bytes)> {
        let sent = |operation: &&InFlight| operation.copies > 0;
        if self.waiting.iter().filter(sent).count() >= self.size {
            return None;
        }
        let parked = self.waiting.iter().find(|operation| !sent(operation))?;
        Some((parked.ot, parked.frame.clone()?))
    }

    /// The one that waited for room was sent: its time begins.
    pub(super) fn unpark(&mut self, len: u64, end: u64, deadline: Instant) {
        let is_it = |operation: &InFlight| operation.copies == 0;
        let index = self.waiting.iter().position(is_it);
        if let Some(mut parked) = index.and_then(|index| self.waiting.remove(index)) {
            parked.copies = 1;
            (parked.len, parked.end) = (len, end);
            parked.deadline = Some(deadline);
            self.octets += len;
            self.put(parked);
        }
    }

    /// All that wait, by their deadlines.
    pub(super) fn drain(&mut self) -> VecDeque<InFlight> {
        self.used = TrnSet::default();
        self.reserved.clear();
        self.requests = 0;
        self.octets = 0;
        std::mem::take(&mut self.waiting)
    }
}

impl Purpose {
    const fn is_request(self) -> bool {
        matches!(self, Self::Request(_))
    }
}
