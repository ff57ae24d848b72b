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
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full => f.write_str("as many requests as may wait do so already"),
            Self::Closed => f.write_str("the driver is closed"),
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RequestError {}

/// A message that was queued; ready with what becomes of it.
///
/// When it is dropped before, the message is taken back, if nothing of it went to the modem yet;
/// otherwise its outcome comes among the [events](super::Events). Cancel-safe when it is polled by
/// reference.
pub struct Sending {
    shared: Arc<Shared>,
    token: u64,
    outcome: oneshot::Receiver<Outcome>,
    is_known: bool,
}

impl Sending {
    pub(super) const fn new(
        shared: Arc<Shared>,
        token: u64,
        outcome: oneshot::Receiver<Outcome>,
    ) -> Self {
        Self {
            shared,
            token,
            outcome,
            is_known: false,
        }
    }

    /// By which a status report names the message, and events that come later.
    #[must_use]
    pub const fn token(&self) -> u64 {
        self.token
    }
}

impl Future for Sending {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        let outcome = Pin::new(&mut self.outcome).poll(context);
        outcome.map(|outcome| {
            self.is_known = true;
            // Without an outcome the task is gone with its runtime.
            outcome.unwrap_or(Outcome::Unknown)
        })
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        if !self.is_known {
            self.shared.lock().withdraw(self.token);
        }
    }
}

impl fmt::Debug for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sending")
            .field("token", &self.token)
            .finish_non_exhaustive()
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
        let Some(token) = settles(&event) else {
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
                waits.send(outcome).err().map(|_| event)
            }
            (Call::Ussd(waits), Event::Ussd(ussd)) => {
                let untold = waits.send(Ok(ussd)).err()?.ok()?;
                Some(Event::Ussd(untold))
            }
            (Call::Ussd(waits), Event::UssdFailed { failure, .. }) => {
                let failure = waits.send(Err(failure)).err()?.err()?;
                Some(Event::UssdFailed { token, failure })
            }
            (Call::Command(waits), Event::Answer { answer, .. }) => {
                let answer = waits.send(answer).err()?;
                Some(Event::Answer { token, answer })
            }
            (Call::HangUp(waits), Event::HungUp { outcome, .. }) => {
                let outcome = waits.send(outcome).err()?;
                Some(Event::HungUp { token, outcome })
            }
            (_, event) => Some(event),
        }
    }
}

/// The request that has its outcome in this event.
pub(super) const fn settles(event: &Event) -> Option<u64> {
    match event {
        Event::Sent { token, .. }
        | Event::NotSent { token, .. }
        | Event::Unknown { token }
        | Event::UssdFailed { token, .. }
        | Event::HungUp { token, .. }
        | Event::Answer { token, .. } => Some(*token),
        Event::Ussd(Ussd { token, .. }) => *token,
        _ => None,
    }
}
