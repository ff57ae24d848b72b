//! Requests whose answer is awaited: the answer, what can go wrong, and the slots they wait in.

use std::fmt;
use std::marker::PhantomData;
use std::task::{Context, Poll, Waker};

use crate::error::DecodeError;
use crate::frame::Frame;
use crate::pdu::Body;
use crate::session::{Event, State};
use crate::status::CommandStatus;
use crate::types::InterfaceVersion;

/// The answer to a request: its frame and the type of its body.
pub struct Reply<T> {
    frame: Frame,
    body: PhantomData<fn() -> T>,
}

impl<T: Body<'static>> Reply<T> {
    pub(super) const fn new(frame: Frame) -> Self {
        Self {
            frame,
            body: PhantomData,
        }
    }

    /// The outcome.
    #[must_use]
    pub const fn status(&self) -> CommandStatus {
        self.frame.command_status()
    }

    /// The whole answer; a `generic_nack` is possible.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The body.
    ///
    /// # Errors
    /// When there is none, as in most refusals, or it cannot be read.
    pub fn body(&self) -> Result<T::At<'_>, DecodeError> {
        self.frame.decode()
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.frame.fmt(f)
    }
}

/// A request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The state of the session does not allow it; nothing was sent.
    State(State),
    /// The version the two ends agreed on does not have it, or not the TLVs its text is in; nothing
    /// was sent.
    Version(InterfaceVersion),
    /// The session is over; nothing was sent.
    Closed,
    /// The window had no room, or others wait to send before it, at once or within
    /// [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    WindowFull,
    /// The rate does not allow it, at once or within [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    Paced,
    /// There was no answer in time, or the session ended first.
    Unanswered {
        /// Whether the peer may have got it.
        written: bool,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "not allowed in state {state:?}; not sent"),
            Self::Version(version) => write!(f, "not part of {version}; not sent"),
            Self::Closed => f.write_str("the session is over; not sent"),
            Self::WindowFull => f.write_str("the window is full; not sent"),
            Self::Paced => f.write_str("more than the rate allows; not sent"),
            Self::Unanswered { written: true } => {
                f.write_str("no answer; the peer may have the request")
            }
            Self::Unanswered { written: false } => f.write_str("no answer; not sent"),
        }
    }
}

impl std::error::Error for RequestError {}

/// Tokens from here on are those of calls.
pub(super) const FIRST_CALL: u64 = 1 << 63;

/// The calls that wait, in slots that are used again.
///
/// A token is the place of its slot and how often that was used, so that the late answer to a
/// call that was given up does not fall to the next one in its slot.
#[derive(Debug, Default)]
pub(super) struct Calls {
    slots: Vec<Slot>,
    free: Option<u32>,
}

#[derive(Debug)]
struct Slot {
    used: u32,
    state: Waiting,
}

#[derive(Debug)]
enum Waiting {
    Free { next: Option<u32> },
    Asked,
    Awaited(Waker),
    Answered(Event),
}

impl Calls {
    /// A token for a new call.
    pub(super) fn open(&mut self) -> u64 {
        let index = match self.free {
            Some(index) => index,
            None => {
                // No window has more than 65,535 places.
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

    fn slot(&mut self, token: u64) -> Option<(u32, &mut Slot)> {
        let index = u32::try_from(token & 0xFFFF_FFFF).ok()?;
        let slot = self.slots.get_mut(index as usize)?;
        (u64::from(slot.used) == (token & !FIRST_CALL) >> 32).then_some((index, slot))
    }

    /// Gives a call its answer; the waker of who awaits it.
    pub(super) fn answer(&mut self, token: u64, event: Event) -> Option<Waker> {
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
    pub(super) fn poll(&mut self, token: u64, context: &Context<'_>) -> Poll<Option<Event>> {
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
    pub(super) fn close(&mut self, token: u64) -> Option<Event> {
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

    fn unanswered(token: u64) -> Event {
        Event::Unanswered {
            token,
            written: true,
        }
    }

    #[test]
    fn a_slot_is_used_again_but_not_by_the_answer_to_who_left() {
        let mut calls = Calls::default();
        let context = Context::from_waker(Waker::noop());
        let left = calls.open();
        assert_eq!(calls.close(left), None);
        let next = calls.open();
        assert_eq!(calls.slots.len(), 1);
        assert_ne!(left, next);
        assert!(calls.answer(left, unanswered(left)).is_none());
        assert!(calls.poll(next, &context).is_pending());
        assert!(calls.answer(next, unanswered(next)).is_some());
        assert_eq!(
            calls.poll(next, &context),
            Poll::Ready(Some(unanswered(next)))
        );
        assert_eq!(calls.poll(next, &context), Poll::Ready(None));
        assert_eq!(calls.close(next), None);
        let both = [calls.open(), calls.open()];
        assert_eq!(calls.slots.len(), 2);
        assert_ne!(both[0], both[1]);
    }
}
