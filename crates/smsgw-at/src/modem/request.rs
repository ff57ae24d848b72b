//! What the owner asks for.

use std::fmt;
use std::time::{Duration, Instant};

use super::{Modem, ReceivedId, Submit, call, raw, receive, send, ussd};
use crate::error::ValueError;

/// A request that is not taken: too many wait, or too many events were not polled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueFull;

impl fmt::Display for QueueFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many requests wait")
    }
}

impl std::error::Error for QueueFull {}

/// Each request that is taken has one outcome, an [`Event`](super::Event) with its token. Requests
/// wait for the modem to be ready, and for its port; those that have begun when it is lost get
/// their outcome, the others go on waiting.
impl Modem {
    /// Sends a message. The outcome is [`Sent`](super::Event::Sent),
    /// [`NotSent`](super::Event::NotSent) or [`Unknown`](super::Event::Unknown).
    ///
    /// # Errors
    /// [`QueueFull`] when [`max_queue`](super::Config::max_queue) messages wait.
    pub fn send(&mut self, token: u64, submit: Submit, now: Instant) -> Result<(), QueueFull> {
        self.room()?;
        send::request(&mut self.shared, token, submit)?;
        self.go_on(now);
        Ok(())
    }

    /// Takes back a message that has not begun to be sent: it has no outcome. `None` when there is
    /// none of this token, or it has begun.
    pub fn withdraw(&mut self, token: u64) -> Option<Submit> {
        self.shared.send.withdraw(token)
    }

    /// Takes back all messages that have not begun to be sent, in their order.
    pub fn withdraw_all(&mut self) -> Vec<(u64, Submit)> {
        self.shared.send.withdraw_all()
    }

    /// Messages that wait to be sent or are being sent.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.shared.send.len()
    }

    /// What was received is safe: it is deleted from its store, or acknowledged.
    pub fn persisted(&mut self, id: ReceivedId, now: Instant) {
        receive::persisted(&mut self.shared, id, now);
        self.go_on(now);
    }

    /// Sends a USSD request, or the answer to a question of the network. The outcome is
    /// [`Ussd`](super::Event::Ussd) or [`UssdFailed`](super::Event::UssdFailed).
    ///
    /// # Errors
    /// [`QueueFull`] when too many wait.
    pub fn ussd(&mut self, token: u64, text: &str, now: Instant) -> Result<(), QueueFull> {
        self.room()?;
        ussd::request(&mut self.shared, token, text)?;
        self.go_on(now);
        Ok(())
    }

    /// Ends the USSD session, if there is one.
    pub fn ussd_cancel(&mut self, now: Instant) {
        ussd::cancel(&mut self.shared);
        self.go_on(now);
    }

    /// Ends all calls. The outcome is [`HungUp`](super::Event::HungUp).
    ///
    /// # Errors
    /// [`QueueFull`] when too many wait.
    pub fn hang_up(&mut self, token: u64, now: Instant) -> Result<(), QueueFull> {
        self.room()?;
        call::request(&mut self.shared, token)?;
        self.go_on(now);
        Ok(())
    }

    /// Sends any command, from `AT` on, without CR. The outcome is
    /// [`Answer`](super::Event::Answer).
    ///
    /// After one that undoes what was set (`Z`, `&F`, `+CMGF=`, `+CSMS=`, `+CNMI=`, `+CSCS=`) the
    /// modem is set up again.
    ///
    /// # Errors
    /// [`Full`](CommandError::Full) when too many wait, [`Value`](CommandError::Value) when a
    /// character in it would end it or it is too long.
    pub fn command(
        &mut self,
        token: u64,
        line: &str,
        timeout: Duration,
        now: Instant,
    ) -> Result<(), CommandError> {
        self.room()?;
        raw::request(&mut self.shared, token, line, timeout)?;
        self.go_on(now);
        Ok(())
    }

    /// Has the modem start again (`+CFUN=1,1`), once what is under way is done, and sets it up then.
    pub fn reset(&mut self, now: Instant) {
        self.shared.ladder.ask_reset();
        self.go_on(now);
    }

    fn room(&self) -> Result<(), QueueFull> {
        if self.shared.has_room() {
            Ok(())
        } else {
            Err(QueueFull)
        }
    }

    fn go_on(&mut self, now: Instant) {
        if self.running.is_none() {
            self.drive(now);
        }
    }
}

/// A [`command`](Modem::command) that is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// Too many wait.
    Full(QueueFull),
    /// It cannot be sent.
    Value(ValueError),
}

impl From<QueueFull> for CommandError {
    fn from(full: QueueFull) -> Self {
        Self::Full(full)
    }
}

impl From<ValueError> for CommandError {
    fn from(error: ValueError) -> Self {
        Self::Value(error)
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full(full) => full.fmt(f),
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for CommandError {}
