//! The own requests that wait for an answer.

use std::time::Instant;

use crate::command::CommandId;
use crate::header::SequenceNumber;

/// Slots for requests in flight, found by sequence number without hashing: a request is given the
/// next number whose slot is free.
///
/// The waiting ones are linked in the order of their deadlines, which is nearly the order they were
/// sent in: a deadline counts from the call, and some calls wait longer than others.
/// One that ran out of time stays in its slot, unlinked, until the slot is wanted, so that a late
/// answer still finds its token.
#[derive(Debug)]
pub(super) struct Window {
    slots: Vec<Slot>,
    size: usize,
    waiting: usize,
    /// Those of the waiting ones.
    octets: u64,
    pub(super) next: SequenceNumber,
    oldest: Link,
    newest: Link,
}

type Link = Option<u32>;

#[derive(Clone, Debug)]
struct Slot {
    use_: Use,
    request: InFlight,
    older: Link,
    newer: Link,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    Free,
    Waiting,
    Late,
}

/// A request that waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub(super) sequence_number: SequenceNumber,
    pub(super) command_id: CommandId,
    pub(super) token: u64,
    pub(super) sent: Instant,
    pub(super) deadline: Instant,
    /// Its octets.
    pub(super) len: u64,
    /// How many octets the stream had with the last one of the request.
    pub(super) end: u64,
}

/// What an answer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Match {
    Waiting { token: u64, sent: Instant },
    Late(u64),
    None,
}

impl Window {
    pub(super) fn new(size: usize) -> Self {
        Self {
            slots: Vec::new(),
            size,
            waiting: 0,
            octets: 0,
            next: SequenceNumber::FIRST,
            oldest: None,
            newest: None,
        }
    }

    pub(super) const fn has_room(&self) -> bool {
        self.waiting < self.size
    }

    pub(super) const fn len(&self) -> usize {
        self.waiting
    }

    /// The octets of those that wait.
    pub(super) const fn octets(&self) -> u64 {
        self.octets
    }

    /// A number for a request that the window does not keep: bind, unbind, enquire_link.
    pub(super) fn take_number(&mut self) -> SequenceNumber {
        let number = self.next;
        self.next = number.next();
        number
    }

    /// A number whose slot is free; the window must have room.
    pub(super) fn reserve(&mut self, now: Instant) -> SequenceNumber {
        self.grow(now);
        // Fewer wait than there are slots, so one turn finds a free one.
        for _ in 0..self.slots.len() {
            let number = self.take_number();
            if self
                .slot(number)
                .is_none_or(|slot| slot.use_ != Use::Waiting)
            {
                return number;
            }
        }
        self.take_number()
    }

    /// Makes slots as they are needed: twice as many as wait, so that most late answers still
    /// find theirs and a free number is near. `now` only fills free slots.
    fn grow(&mut self, now: Instant) {
        if self.slots.len() >= 2 * (self.waiting + 1) {
            return;
        }
        // In the order of their deadlines.
        let waiting: Vec<InFlight> = self.drain();
        let len = (2 * (waiting.len() + 1)).next_power_of_two().max(16);
        let free = Slot {
            use_: Use::Free,
            request: InFlight {
                sequence_number: SequenceNumber(0),
                command_id: CommandId(0),
                token: 0,
                sent: now,
                deadline: now,
                len: 0,
                end: 0,
            },
            older: None,
            newer: None,
        };
        let old = std::mem::replace(&mut self.slots, vec![free; len]);
        // Both lengths are powers of two, so what had a slot of its own still has.
        for late in old.into_iter().filter(|slot| slot.use_ == Use::Late) {
            let index = Some(self.index(late.request.sequence_number));
            if let Some(slot) = self.at(index) {
                *slot = late;
            }
        }
        for request in waiting {
            self.insert(request);
        }
    }

    fn index(&self, number: SequenceNumber) -> u32 {
        let mask = u32::try_from(self.slots.len()).unwrap_or(1).wrapping_sub(1);
        number.0 & mask
    }

    fn slot(&self, number: SequenceNumber) -> Option<&Slot> {
        self.slots.get(usize::try_from(self.index(number)).ok()?)
    }

    fn at(&mut self, index: Link) -> Option<&mut Slot> {
        self.slots.get_mut(usize::try_from(index?).ok()?)
    }

    pub(super) fn insert(&mut self, request: InFlight) {
        let index = Some(self.index(request.sequence_number));
        let (mut older, mut newer) = (self.newest, None);
        while let Some(slot) = self.at(older)
            && slot.request.deadline > request.deadline
        {
            (older, newer) = (slot.older, older);
        }
        if let Some(slot) = self.at(index) {
            *slot = Slot {
                use_: Use::Waiting,
                request,
                older,
                newer,
            };
        }
        self.link(older, index, newer);
        self.waiting += 1;
        self.octets += request.len;
    }

    /// Makes `index` the one after `older` and before `newer`.
    fn link(&mut self, older: Link, index: Link, newer: Link) {
        match self.at(older) {
            Some(slot) => slot.newer = index,
            None => self.oldest = index,
        }
        match self.at(newer) {
            Some(slot) => slot.older = index,
            None => self.newest = index,
        }
    }

    /// Takes out the request that `number` and `response` answer.
    pub(super) fn take(&mut self, number: SequenceNumber, response: CommandId) -> Match {
        let index = Some(self.index(number));
        let Some(slot) = self.at(index) else {
            return Match::None;
        };
        let InFlight {
            sequence_number,
            command_id,
            token,
            sent,
            ..
        } = slot.request;
        let answers = response == command_id.response() || response == CommandId::GENERIC_NACK;
        if sequence_number != number || !answers {
            return Match::None;
        }
        match std::mem::replace(&mut slot.use_, Use::Free) {
            Use::Free => Match::None,
            Use::Late => Match::Late(token),
            Use::Waiting => {
                self.unlink(index);
                Match::Waiting { token, sent }
            }
        }
    }

    fn unlink(&mut self, index: Link) {
        let Some(&mut Slot {
            older,
            newer,
            request: InFlight { len, .. },
            ..
        }) = self.at(index)
        else {
            return;
        };
        match self.at(older) {
            Some(slot) => slot.newer = newer,
            None => self.oldest = newer,
        }
        match self.at(newer) {
            Some(slot) => slot.older = older,
            None => self.newest = older,
        }
        self.waiting -= 1;
        self.octets -= len;
    }

    /// When the oldest runs out of time.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let slot = self.slots.get(usize::try_from(self.oldest?).ok()?)?;
        Some(slot.request.deadline)
    }

    /// The next that has run out of time.
    pub(super) fn expire(&mut self, now: Instant) -> Option<InFlight> {
        let index = self.oldest;
        let slot = self.at(index)?;
        if slot.request.deadline > now {
            return None;
        }
        slot.use_ = Use::Late;
        let request = slot.request;
        self.unlink(index);
        Some(request)
    }

    /// All that wait, oldest first.
    pub(super) fn drain(&mut self) -> Vec<InFlight> {
        let mut drained = Vec::with_capacity(self.waiting);
        while let Some(slot) = self.at(self.oldest) {
            slot.use_ = Use::Free;
            drained.push(slot.request);
            self.unlink(self.oldest);
        }
        drained
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn send(window: &mut Window, token: u64, deadline: Instant) -> SequenceNumber {
        let sequence_number = window.reserve(deadline);
        window.insert(InFlight {
            sequence_number,
            command_id: CommandId::SUBMIT_SM,
            token,
            sent: deadline,
            deadline,
            len: 100,
            end: 0,
        });
        assert_eq!(window.octets(), 100 * window.len() as u64);
        sequence_number
    }

    #[test]
    fn a_stuck_request_keeps_its_number_while_others_pass_and_numbers_wrap() {
        let mut window = Window::new(10);
        let later = Instant::now() + Duration::from_secs(60);
        window.next = SequenceNumber(SequenceNumber::LAST.0 - 500);
        let stuck = send(&mut window, 1, later);
        for token in 2..2_000 {
            let number = send(&mut window, token, later);
            assert_ne!(number, stuck);
            assert!((1..=0x7FFF_FFFF).contains(&number.0));
            assert_eq!(
                window.take(number, CommandId::SUBMIT_SM_RESP),
                Match::Waiting { token, sent: later }
            );
            assert_eq!(window.take(number, CommandId::SUBMIT_SM_RESP), Match::None);
        }
        assert_eq!(window.take(stuck, CommandId::DELIVER_SM_RESP), Match::None);
        assert_eq!(
            window.take(stuck, CommandId::GENERIC_NACK),
            Match::Waiting {
                token: 1,
                sent: later
            }
        );
        assert_eq!((window.len(), window.octets()), (0, 0));
    }

    #[test]
    fn requests_run_out_of_time_in_order_and_are_found_late() {
        let mut window = Window::new(1_000);
        let start = Instant::now();
        let numbers: Vec<_> = (0..100)
            .map(|token| send(&mut window, token, start + Duration::from_secs(token)))
            .collect();
        assert_eq!(
            window.take(numbers[1], CommandId::SUBMIT_SM_RESP),
            Match::Waiting {
                token: 1,
                sent: start + Duration::from_secs(1)
            }
        );
        let now = start + Duration::from_secs(2);
        assert_eq!(window.expire(now).map(|r| r.token), Some(0));
        assert_eq!(window.expire(now).map(|r| r.token), Some(2));
        assert!(window.expire(now).is_none());
        assert_eq!(
            window.take(numbers[0], CommandId::SUBMIT_SM_RESP),
            Match::Late(0)
        );
        let rest: Vec<_> = window.drain().iter().map(|r| r.token).collect();
        assert_eq!(rest, (3..100).collect::<Vec<_>>());
    }

    #[test]
    fn who_waited_longer_to_be_sent_runs_out_of_time_first() {
        let mut window = Window::new(10);
        let start = Instant::now();
        let seconds = [3, 1, 2, 5, 4, 0];
        for (token, seconds) in (0..).zip(seconds) {
            send(&mut window, token, start + Duration::from_secs(seconds));
        }
        assert_eq!(window.deadline(), Some(start));
        assert_eq!(window.expire(start).map(|r| r.token), Some(5));
        let order: Vec<_> = window.drain().iter().map(|r| r.token).collect();
        assert_eq!(order, [1, 2, 0, 4, 3]);
        assert_eq!(window.deadline(), None);
    }

    #[test]
    fn the_late_ones_are_found_after_the_window_grew() {
        let mut window = Window::new(1_000);
        let start = Instant::now();
        let late = [1, 2].map(|token| send(&mut window, token, start));
        assert_eq!(window.expire(start).map(|r| r.token), Some(1));
        assert_eq!(window.expire(start).map(|r| r.token), Some(2));
        let later = start + Duration::from_secs(60);
        // With 16 slots these leave the two alone; those after them need more slots, twice.
        let waiting: Vec<_> = (3..27)
            .map(|token| send(&mut window, token, later))
            .collect();
        let answer = CommandId::SUBMIT_SM_RESP;
        assert_eq!(window.take(late[0], answer), Match::Late(1));
        assert_eq!(window.take(late[0], answer), Match::None);
        assert_eq!(window.take(late[1], answer), Match::Late(2));
        let third = Match::Waiting {
            token: 3,
            sent: later,
        };
        assert_eq!(window.take(waiting[0], answer), third);
        let rest: Vec<_> = window.drain().iter().map(|r| r.token).collect();
        assert_eq!(rest, (4..27).collect::<Vec<_>>());
    }
}
