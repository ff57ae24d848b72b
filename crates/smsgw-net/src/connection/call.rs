//! Requests whose outcome is awaited, and the slots they wait in.

use std::future::poll_fn;
use std::task::{Context, Poll, Waker, ready};

use super::Shared;
use super::session::Session;

/// A request whose outcome is awaited. Dropped, it gives that up.
pub(super) struct Call<'s, S: Session> {
    shared: &'s Shared<S>,
    /// Once it is sent.
    token: Option<u64>,
}

impl<'s, S: Session> Call<'s, S> {
    pub(super) const fn new(shared: &'s Shared<S>) -> Self {
        Self {
            shared,
            token: None,
        }
    }

    pub(super) const fn is_sent(&mut self, token: u64) {
        self.token = Some(token);
    }

    /// The outcome, once it is there.
    pub(super) async fn outcome(&self) -> S::Event {
        poll_fn(|context| {
            let mut inner = self.shared.lock();
            let polled = self.token.map(|token| inner.calls.poll(token, context));
            match ready!(polled.unwrap_or(Poll::Pending)) {
                Some(event) => Poll::Ready(event),
                // Its slot is its own until it is dropped, and gives the outcome once.
                None => Poll::Pending,
            }
        })
        .await
    }
}

impl<S: Session> Drop for Call<'_, S> {
    fn drop(&mut self) {
        if let Some(token) = self.token {
            self.shared.lock().calls.close(token);
        }
    }
}

/// Tokens from here on are those of calls.
pub(super) const FIRST_CALL: u64 = 1 << 63;

/// The calls that wait, in slots that are used again.
///
/// A token is the place of its slot and how often that was used, so that the late answer to a
/// call that was given up does not fall to the next one in its slot.
#[derive(Debug)]
pub(super) struct Calls<E> {
    slots: Vec<Slot<E>>,
    free: Option<u32>,
}

#[derive(Debug)]
struct Slot<E> {
    used: u32,
    state: Waiting<E>,
}

#[derive(Debug)]
enum Waiting<E> {
    Free { next: Option<u32> },
    Asked,
    Awaited(Waker),
    Answered(E),
}

impl<E> Default for Calls<E> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: None,
        }
    }
}

impl<E> Calls<E> {
    /// A token for a new call.
    pub(super) fn open(&mut self) -> u64 {
        let index = match self.free {
            Some(index) => index,
            None => {
                // As many as the largest window has places.
                let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
                self.slots.push(Slot {
                    used: 0,
                    state: Waiting::Free { next: None },
                });
                index
            }
        };
        let Some(slot) = self.slots.get_mut(index as usize) else {
            return FIRST_CALL;
        };
        if let Waiting::Free { next } = slot.state {
            self.free = next;
        }
        slot.state = Waiting::Asked;
        slot.used = (slot.used + 1) & 0x7FFF_FFFF;
        FIRST_CALL | u64::from(slot.used) << 32 | u64::from(index)
    }

    fn slot(&mut self, token: u64) -> Option<(u32, &mut Slot<E>)> {
        let index = u32::try_from(token & 0xFFFF_FFFF).ok()?;
        let slot = self.slots.get_mut(index as usize)?;
        (u64::from(slot.used) == (token & !FIRST_CALL) >> 32).then_some((index, slot))
    }

    /// Gives a call its answer; the waker of who awaits it.
    pub(super) fn answer(&mut self, token: u64, event: E) -> Option<Waker> {
        let (_, slot) = self.slot(token)?;
        if matches!(slot.state, Waiting::Free { .. }) {
            return None;
        }
        match std::mem::replace(&mut slot.state, Waiting::Answered(event)) {
            Waiting::Awaited(waker) => Some(waker),
            _ => None,
        }
    }

    /// The answer to a call, once it is there.
    pub(super) fn poll(&mut self, token: u64, context: &Context<'_>) -> Poll<Option<E>> {
        let Some((_, slot)) = self.slot(token) else {
            return Poll::Ready(None);
        };
        match &mut slot.state {
            Waiting::Free { .. } => Poll::Ready(None),
            Waiting::Answered(_) => Poll::Ready(self.close(token)),
            Waiting::Awaited(waker) if waker.will_wake(context.waker()) => Poll::Pending,
            state => {
                *state = Waiting::Awaited(context.waker().clone());
                Poll::Pending
            }
        }
    }

    /// Frees the slot of a call; the answer if it has come.
    pub(super) fn close(&mut self, token: u64) -> Option<E> {
        let next = self.free;
        let (index, slot) = self.slot(token)?;
        if matches!(slot.state, Waiting::Free { .. }) {
            return None;
        }
        let state = std::mem::replace(&mut slot.state, Waiting::Free { next });
        self.free = Some(index);
        match state {
            Waiting::Answered(event) => Some(event),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_used_again_but_not_by_the_answer_to_who_left() {
        let mut calls = Calls::default();
        let context = Context::from_waker(Waker::noop());
        let left = calls.open();
        assert_eq!(calls.close(left), None);
        let next = calls.open();
        assert_eq!(calls.slots.len(), 1);
        assert_ne!(left, next);
        assert!(calls.answer(left, "late").is_none());
        assert!(calls.poll(next, &context).is_pending());
        assert!(calls.answer(next, "outcome").is_some());
        assert_eq!(calls.poll(next, &context), Poll::Ready(Some("outcome")));
        assert_eq!(calls.poll(next, &context), Poll::Ready(None));
        assert_eq!(calls.close(next), None);
        let both = [calls.open(), calls.open()];
        assert_eq!(calls.slots.len(), 2);
        assert_ne!(both[0], both[1]);
    }
}
