//! How commands and answers get in step again.
//!
//! After a command without a result the next result may still be its. So commands are sent whose
//! answers have a text of their own, until the answer to the last one has come: what comes before
//! it belongs to something older.

use std::time::{Duration, Instant};

use super::{Late, is_data_result, result_of};
use crate::line::Event;
use crate::result::FinalResult;

/// A command whose result may still come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Owed {
    /// What its answer begins with, if it is known.
    label: String,
    /// Whether it is a PDU whose outcome is unknown.
    is_data: bool,
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::modem) enum Synced {
    /// The next result is that of the next command.
    InStep,
    /// There is no answer to anything; so many commands were written.
    Silent { commands: u32 },
}

/// What the channel is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    Wait,
    /// A result was another command's: this one's is still to come.
    Expect(&'static str),
    Write(&'static str),
    Escape,
    Done {
        synced: Synced,
        not_before: Option<Instant>,
    },
}

#[derive(Debug)]
pub(super) struct Resync {
    stage: Stage,
    interval: Duration,
    deadline: Instant,
    /// In the order they were written; the probes are among them.
    owed: Vec<Owed>,
    next_label: usize,
    /// Results that could be anybody's, since the beginning: how many, and the first.
    unlabelled: usize,
    first_unlabelled: Option<FinalResult>,
    /// The line of a late result has come; the result is next.
    is_late_line: bool,
    late: Option<Late>,
    /// Results may come that nobody is owed, so that counting them says nothing.
    has_strays: bool,
    written: u32,
    escapes: u8,
}

#[derive(Debug)]
enum Stage {
    /// `AT`, so many times.
    Alive { tries: u8 },
    /// A command whose answer has a label.
    Labelled {
        which: usize,
        /// Its text has come.
        has_text: bool,
        /// Since it was written.
        results: usize,
        /// Probes that had a result without the text, in a row.
        weak: u8,
        /// Probes that had none, in a row.
        silent: u8,
    },
}

impl Owed {
    /// More are not remembered.
    pub(super) const MAX: usize = 16;

    pub(super) fn command(line: &str) -> Self {
        Self {
            label: label_of(line),
            is_data: false,
        }
    }

    pub(super) fn data(line: &str) -> Self {
        Self {
            label: label_of(line),
            is_data: true,
        }
    }

    pub(super) const fn is_data(&self) -> bool {
        self.is_data
    }
}

/// What the answer to a command begins with: `+CSQ:` for `AT+CSQ`.
fn label_of(line: &str) -> String {
    let command = line.strip_prefix("AT").unwrap_or(line);
    let end = command
        .char_indices()
        .skip(1)
        .find(|(_, c)| !c.is_ascii_alphanumeric())
        .map_or(command.len(), |(at, _)| at);
    format!("{}:", command.get(..end).unwrap_or(command))
}

/// Commands that every modem has, that change nothing and need no SIM, and what their answers
/// begin with.
const LABELS: [(&str, &str); 4] = [
    ("AT+CMEE?", "+CMEE:"),
    ("AT+CSQ", "+CSQ:"),
    ("AT+CMGF?", "+CMGF:"),
    ("AT+CSCS?", "+CSCS:"),
];

impl Synced {
    pub(in crate::modem) const fn is_in_step(self) -> bool {
        matches!(self, Self::InStep)
    }
}

impl Resync {
    const TRIES: u8 = 3;
    const ALIVE: &'static str = "AT";
    /// How long a labelled probe waits.
    const LABELLED: Duration = Duration::from_secs(3);
    /// How long it waits on after a result that may be another's.
    const QUIET: Duration = Duration::from_secs(1);
    /// Silence at the end, in which what was answered twice may come.
    const SETTLE: Duration = Duration::from_millis(100);
    const MAX_ESCAPES: u8 = 8;

    pub(super) fn new(
        owed: Vec<Owed>,
        interval: Duration,
        next_label: usize,
        now: Instant,
    ) -> Self {
        Self {
            stage: Stage::Alive { tries: 0 },
            interval,
            deadline: now + interval,
            owed,
            next_label,
            unlabelled: 0,
            first_unlabelled: None,
            is_late_line: false,
            late: None,
            has_strays: false,
            written: 0,
            escapes: 0,
        }
    }

    /// Something was written that may have a result of its own.
    pub(super) const fn expect_strays(&mut self) {
        self.has_strays = true;
    }

    /// Whether results may come that nobody is owed.
    pub(super) const fn has_strays(&self) -> bool {
        self.has_strays
    }

    /// The first command.
    pub(super) fn begin(&mut self, now: Instant) -> &'static str {
        self.alive(0, now)
    }

    pub(super) const fn deadline(&self) -> Instant {
        self.deadline
    }

    pub(super) const fn next_label(&self) -> usize {
        self.next_label
    }

    /// What is still owed, if it ended in silence.
    pub(super) fn into_owed(self) -> Vec<Owed> {
        self.owed
    }

    /// The result of a PDU that was given up, if it has come.
    pub(super) fn take_late(&mut self) -> Option<Late> {
        self.late.take()
    }

    /// Whether an unsolicited line is an answer to look at. The reader takes for unsolicited what
    /// came together with the result before it.
    pub(super) fn wants(&self, line: &str) -> bool {
        is_data_result(line) || self.is_own(line) || result_of(line).is_some()
    }

    pub(super) fn handle(&mut self, event: &Event, now: Instant) -> Next {
        match event {
            Event::Line(line) => self.line(line),
            Event::Urc(urc) => match result_of(&urc.line) {
                Some(result) => self.result(&result, now),
                None => self.line(&urc.line),
            },
            Event::Final(result) => self.result(result, now),
            Event::Prompt if self.escapes < Self::MAX_ESCAPES => {
                self.escapes += 1;
                // Some modems answer to that.
                self.has_strays = true;
                Next::Escape
            }
            _ => Next::Wait,
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Next {
        match self.stage {
            Stage::Alive { tries } if tries + 1 < Self::TRIES => {
                Next::Write(self.alive(tries + 1, now))
            }
            Stage::Alive { .. } => self.silent(),
            Stage::Labelled { has_text: true, .. } => self.in_step(now),
            Stage::Labelled {
                results: 0, silent, ..
            } if silent + 1 >= Self::TRIES => self.silent(),
            Stage::Labelled {
                results: 0,
                weak,
                silent,
                ..
            } => self.labelled(weak, silent + 1, now),
            // As many results as commands, or one result each for a while: that is in step, too,
            // with a modem that refuses whatever it is asked.
            Stage::Labelled { weak, .. }
                if self.unlabelled >= self.owed.len() || weak + 1 >= Self::TRIES =>
            {
                self.in_step(now)
            }
            Stage::Labelled { weak, .. } => self.labelled(weak + 1, 0, now),
        }
    }

    fn alive(&mut self, tries: u8, now: Instant) -> &'static str {
        self.stage = Stage::Alive { tries };
        self.deadline = now + self.interval;
        self.write(Self::ALIVE)
    }

    fn labelled(&mut self, weak: u8, silent: u8, now: Instant) -> Next {
        let is_known = |label: &str| self.owed.iter().any(|owed| owed.label == label);
        let order = || (0..LABELS.len()).map(|step| (self.next_label + step) % LABELS.len());
        let is_free = |which: &usize| {
            LABELS
                .get(*which)
                .is_some_and(|(_, label)| !is_known(label))
        };
        let which = order().find(is_free).unwrap_or(self.next_label) % LABELS.len();
        self.next_label = (which + 1) % LABELS.len();
        self.stage = Stage::Labelled {
            which,
            has_text: false,
            results: 0,
            weak,
            silent,
        };
        self.deadline = now + Self::LABELLED;
        Next::Write(self.write(self.command()))
    }

    fn write(&mut self, command: &'static str) -> &'static str {
        self.written += 1;
        if self.owed.len() < Owed::MAX {
            self.owed.push(Owed::command(command));
        } else {
            self.has_strays = true;
        }
        command
    }

    /// The command whose answer is waited for.
    fn command(&self) -> &'static str {
        match self.stage {
            Stage::Alive { .. } => Self::ALIVE,
            Stage::Labelled { which, .. } => LABELS.get(which).map_or(Self::ALIVE, |label| label.0),
        }
    }

    fn is_own(&self, line: &str) -> bool {
        match self.stage {
            Stage::Alive { .. } => false,
            Stage::Labelled { which, .. } => LABELS
                .get(which)
                .is_some_and(|label| line.starts_with(label.1)),
        }
    }

    fn line(&mut self, line: &str) -> Next {
        if is_data_result(line) && self.forget_data() {
            self.late = Some(Late::Taken(Some(line.to_owned())));
            // Its result comes behind it.
            self.is_late_line = true;
            return Next::Wait;
        }
        let is_own = self.is_own(line);
        if let Stage::Labelled { has_text, .. } = &mut self.stage {
            *has_text |= is_own;
        }
        Next::Wait
    }

    fn result(&mut self, result: &FinalResult, now: Instant) -> Next {
        if std::mem::take(&mut self.is_late_line) {
            return Next::Expect(self.command());
        }
        if matches!(result, FinalResult::Cms(_)) && self.unlabelled == 0 && self.forget_data() {
            self.late = Some(Late::Refused(result.clone()));
            return Next::Expect(self.command());
        }
        if let Stage::Labelled { has_text: true, .. } = self.stage {
            return self.in_step(now);
        }
        self.unlabelled += 1;
        self.first_unlabelled.get_or_insert_with(|| result.clone());
        match &mut self.stage {
            Stage::Alive { .. } => self.labelled(0, 0, now),
            Stage::Labelled { results, .. } => {
                *results += 1;
                self.deadline = self.deadline.min(now + Self::QUIET);
                Next::Expect(self.command())
            }
        }
    }

    /// Takes the PDU out of what is owed; whether there was one.
    fn forget_data(&mut self) -> bool {
        let had = self.owed.len();
        self.owed.retain(|owed| !owed.is_data);
        self.owed.len() < had
    }

    fn in_step(&mut self, now: Instant) -> Next {
        // The last one is the probe that was answered with its own text.
        let before = self.owed.len().saturating_sub(1);
        let is_labelled = matches!(self.stage, Stage::Labelled { has_text: true, .. });
        // A PDU is the first of all: nothing is written after it but probes.
        let is_data_first = self.owed.first().is_some_and(|owed| owed.is_data);
        if is_labelled && is_data_first && self.unlabelled == before && !self.has_strays {
            // Every command before the probe has had its result, and results come in order.
            self.late = self.first_unlabelled.take().map(|result| match result {
                FinalResult::Ok => Late::Taken(None),
                result => Late::Refused(result),
            });
        }
        self.owed.clear();
        Next::Done {
            synced: Synced::InStep,
            not_before: Some(now + Self::SETTLE),
        }
    }

    const fn silent(&self) -> Next {
        Next::Done {
            synced: Synced::Silent {
                commands: self.written,
            },
            not_before: None,
        }
    }
}
