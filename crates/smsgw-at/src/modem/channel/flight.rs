//! An exchange that is under way.

use std::time::{Duration, Instant};

use super::exchange::Exchange;
use crate::result::FinalResult;

/// An exchange that is under way.
pub(super) struct Flight {
    pub(super) exchange: Exchange,
    pub(super) state: State,
    /// When the state ends if nothing is said.
    pub(super) deadline: Instant,
    pub(super) answer: Lines,
    /// A result that may be that of data before.
    pub(super) first: Option<(FinalResult, Lines)>,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// It waits for the gap after the last answer.
    Gap,
    /// The command is written.
    Command,
    /// The prompt has come; so many octets of the data are written.
    Writing(usize),
    /// All data are written.
    Data {
        /// Whether the Ctrl-Z was handed over.
        is_taken: bool,
        /// When the result is overdue, until that was told.
        overdue: Option<Instant>,
    },
    /// A result has come that may be that of data before: then there is a second one.
    Contested,
    /// ESC is written, so often, as there was no prompt.
    Escape(u8),
}

/// Lines of an answer; not more than a modem with the largest store has.
#[derive(Debug, Default)]
pub(super) struct Lines {
    lines: Vec<String>,
    octets: usize,
    /// A line has come that says that an older message was taken: the next `OK` is that one's.
    pub(super) is_late: bool,
}

impl Flight {
    /// How long the result of ESC is waited for; many modems give none.
    const ESCAPE: Duration = Duration::from_secs(1);
    /// How long a second result is waited for where the first may be another's.
    const CONTEST: Duration = Duration::from_secs(5);
    /// How long a result is waited for that some modems leave out.
    const OPTIONAL_FINAL: Duration = Duration::from_secs(1);

    /// To be written at `at`.
    pub(super) fn new(exchange: Exchange, at: Instant) -> Self {
        Self {
            exchange,
            state: State::Gap,
            deadline: at,
            answer: Lines::default(),
            first: None,
        }
    }

    pub(super) const fn has_data(&self) -> bool {
        self.exchange.data.is_some()
    }

    /// The command is written now.
    pub(super) fn command(&mut self, now: Instant) {
        self.state = State::Command;
        self.deadline = now + self.exchange.timeout;
    }

    /// A line of the answer has come.
    pub(super) fn line(&mut self, line: String, now: Instant) {
        if self.exchange.final_optional && self.answer.is_empty() {
            self.deadline = self.deadline.min(now + Self::OPTIONAL_FINAL);
        }
        self.answer.push(line);
    }

    /// The prompt has come.
    pub(super) fn prompt(&mut self, now: Instant) {
        let pause = self.exchange.data.as_ref().map(|data| data.pace.pause);
        self.state = State::Writing(0);
        self.deadline = now + pause.unwrap_or_default();
    }

    /// All data are written now.
    pub(super) fn data(&mut self, now: Instant) {
        let (soft, hard) = self.exchange.data.as_ref().map_or((now, now), |data| {
            (now + data.soft_timeout, now + data.timeout)
        });
        self.state = State::Data {
            is_taken: false,
            overdue: (soft < hard).then_some(soft),
        };
        self.deadline = hard;
    }

    /// The first result has come.
    pub(super) fn contest(&mut self, result: FinalResult, now: Instant) {
        self.first = Some((result, std::mem::take(&mut self.answer)));
        self.state = State::Contested;
        self.deadline = now + Self::CONTEST;
    }

    /// ESC is written now, for the first time.
    pub(super) fn escape(&mut self, now: Instant) {
        self.state = State::Escape(1);
        self.deadline = now + Self::ESCAPE;
    }

    /// When something is due.
    pub(super) fn due(&self) -> Instant {
        match self.state {
            State::Data {
                overdue: Some(overdue),
                ..
            } => overdue.min(self.deadline),
            _ => self.deadline,
        }
    }
}

impl Lines {
    /// A store of 1000 messages, listed.
    const MAX_OCTETS: usize = 512 << 10;
    const MAX_LINES: usize = 4096;

    fn push(&mut self, line: String) {
        self.octets = self.octets.saturating_add(line.len());
        if self.octets <= Self::MAX_OCTETS && self.lines.len() < Self::MAX_LINES {
            self.lines.push(line);
        }
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }
}
