//! Requests whose outcome somebody awaits.

use std::collections::HashMap;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use super::Shared;
use crate::error::ValueError;
use crate::modem::{Answer, Event, Failure, Ussd};

/// Tokens from here on are the driver's own.
pub(super) const FIRST_CALL: u64 = 1 << 63;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The network took it.
    Sent {
        /// TP-MR, which a status report will repeat; `None` when the modem did not say.
        reference: Option<u8>,
    },
    /// It was certainly not taken.
    NotSent(Failure),
    /// Nobody knows: all of it was written, and no result came. To send it again may double it.
    Unknown,
}

/// Why a request is not even queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// As many as may wait do so already.
    Full,
    /// The driver is closed, or closing.
    Closed,
    /// A command that cannot be sent.
    Value(ValueError),
    /// A token from 2^63 on: those are the driver's own.
    Token,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("as many requests as may wait do so already"),
            Self::Closed => f.write_str("the driver is closed"),
            Self::Value(error) => error.fmt(f),
            Self::Token => f.write_str("the token is not below 2^63"),
        }
    }
}

impl std::error::Error for RequestError {}

/// A message that was queued; ready with what becomes of it.
///
/// When it is dropped before, the message is taken back, if nothing of it went to the modem yet;
/// otherwise its outcome comes among the [events](super::Events). Cancel-safe when it is polled by
/// reference.
pub struct Sending(Awaited<Outcome>);

impl Sending {
    pub(super) const fn new(awaited: Awaited<Outcome>) -> Self {
        Self(awaited)
    }

    /// By which a status report names the message, and events that come later.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.0.token
    }
}

impl Future for Sending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = Pin::new(&mut self.0).poll(context);
        // Without an outcome the driver has ended in the middle of it.
        outcome.map(|outcome| outcome.unwrap_or(Outcome::Unknown))
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("token", &self.token())
            .finish_non_exhaustive()
    }
}

/// Ready with the outcome of a request; `None` when there will be none.
///
/// When it is dropped before, the request is taken back where that is possible. An outcome that it
/// was given and did not hand on becomes an event.
pub(super) struct Awaited<T: Untold> {
    shared: Arc<Shared>,
    token: u64,
    outcome: oneshot::Receiver<T>,
    is_known: bool,
}

impl<T: Untold> Awaited<T> {
    pub(super) const fn new(
        shared: Arc<Shared>,
        token: u64,
        outcome: oneshot::Receiver<T>,
    ) -> Self {
        Self {
            shared,
            token,
            outcome,
            is_known: false,
        }
    }
}

impl<T: Untold> Future for Awaited<T> {
    type Output = Option<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| {
            self.is_known = true;
            outcome.ok()
        })
    }
}

impl<T: Untold> Drop for Awaited<T> {
    fn drop(&mut self) {
        if self.is_known {
            return;
        }
        let mut inner = self.shared.lock();
        inner.take_back(self.token);
        // Under the lock: an outcome is either here by now, or finds nobody and becomes an event.
        self.outcome.close();
        if let Ok(outcome) = self.outcome.try_recv() {
            inner
                .events
                .push(super::Event::Modem(outcome.event(self.token)));
            drop(inner);
            self.shared.told.notify_one();
        }
    }
}

/// An outcome that can be told as an event.
pub(super) trait Untold: Send {
    /// The event that has the outcome of the request with this token.
    fn event(self, token: u64) -> Event;
}

impl Untold for Outcome {
    fn event(self, token: u64) -> Event {
        match self {
            Self::Sent { reference } => Event::Sent { token, reference },
            Self::NotSent(failure) => Event::NotSent { token, failure },
            Self::Unknown => Event::Unknown { token },
        }
    }
}

impl Untold for Result<Ussd, Failure> {
    fn event(self, token: u64) -> Event {
        match self {
            Ok(ussd) => Event::Ussd(ussd),
            Err(failure) => Event::UssdFailed { token, failure },
        }
    }
}

impl Untold for Result<Answer, Failure> {
    fn event(self, token: u64) -> Event {
        Event::Answer {
            token,
            answer: self,
        }
    }
}

impl Untold for Result<(), Failure> {
    fn event(self, token: u64) -> Event {
        Event::HungUp {
            token,
            outcome: self,
        }
    }
}

/// Who awaits what.
#[derive(Debug, Default)]
pub(super) struct Calls {
    waiting: HashMap<u64, Call>,
    made: u64,
}

#[derive(Debug)]
pub(super) enum Call {
    Message(oneshot::Sender<Outcome>),
    Ussd(oneshot::Sender<Result<Ussd, Failure>>),
    Command(oneshot::Sender<Result<Answer, Failure>>),
    HangUp(oneshot::Sender<Result<(), Failure>>),
}

impl Calls {
    /// A token that no request has.
    pub(super) const fn next_token(&mut self) -> u64 {
        self.made = self.made.wrapping_add(1) % FIRST_CALL;
        FIRST_CALL + self.made
    }

    pub(super) fn wait(&mut self, token: u64, call: Call) {
        self.waiting.insert(token, call);
    }

    pub(super) fn is_awaited(&self, token: u64) -> bool {
        self.waiting.contains_key(&token)
    }

    pub(super) fn forget(&mut self, token: u64) {
        self.waiting.remove(&token);
    }

    /// Tells all who still wait that there will be nothing.
    pub(super) fn give_up(&mut self) {
        self.waiting.clear();
    }

    /// Gives an outcome to who awaits it; the event, when that is nobody.
    pub(super) fn take(&mut self, event: Event) -> Option<Event> {
        let Some(token) = event.settles() else {
            return Some(event);
        };
        let Some(call) = self.waiting.remove(&token) else {
            return Some(event);
        };
        // Whoever awaited it may have given up meanwhile.
        match (call, event) {
            (Call::Message(waits), event) => {
                let outcome = match &event {
                    Event::Sent { reference, .. } => Outcome::Sent {
                        reference: *reference,
                    },
                    Event::NotSent { failure, .. } => Outcome::NotSent(failure.clone()),
                    _ => Outcome::Unknown,
                };
                untold(token, waits.send(outcome))
            }
            (Call::Ussd(waits), Event::Ussd(ussd)) => untold(token, waits.send(Ok(ussd))),
            (Call::Ussd(waits), Event::UssdFailed { failure, .. }) => {
                untold(token, waits.send(Err(failure)))
            }
            (Call::Command(waits), Event::Answer { answer, .. }) => {
                untold(token, waits.send(answer))
            }
            (Call::HangUp(waits), Event::HungUp { outcome, .. }) => {
                untold(token, waits.send(outcome))
            }
            (_, event) => Some(event),
        }
    }
}

/// The event of an outcome that nobody awaits.
fn untold<T: Untold>(token: u64, sent: Result<(), T>) -> Option<Event> {
    sent.err().map(|outcome| outcome.event(token))
}
