//! One command at a time, its answer, and nothing of another's.

use std::collections::VecDeque;
use std::fmt;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use super::resync::{Owed, Resync, Synced};
use super::tap::Wire;
use crate::command::Command;
use crate::line::{Event, InFlight, LineReader, Urc};
use crate::result::{ErrorReport, FinalResult};

pub(super) const ESC: &[u8] = b"\x1b";
pub(super) const CTRL_Z: &[u8] = b"\x1a";

/// A command and what belongs to it.
pub(super) struct Exchange {
    /// From `AT` on, without CR.
    pub(super) line: String,
    /// From when it is written to its result; with data, to the prompt.
    pub(super) timeout: Duration,
    /// What is written once the modem asks for it.
    pub(super) data: Option<Data>,
    /// Whether some modems end the answer without a result: then a line of it is enough.
    pub(super) final_optional: bool,
    /// Whether nobody may see it.
    pub(super) is_secret: bool,
    /// Whether it is written even when results may be those of other commands.
    pub(super) is_blind: bool,
}

/// What is written after a prompt.
pub(super) struct Data {
    /// A PDU in hexadecimal digits, or a text; Ctrl-Z is put behind it.
    pub(super) text: String,
    /// What the reader is told that it is.
    pub(super) kind: DataKind,
    /// How long its result may take until it is overdue.
    pub(super) soft_timeout: Duration,
    /// How long its result may take.
    pub(super) timeout: Duration,
    /// How fast it may be written.
    pub(super) pace: Pace,
}

/// What is written after a prompt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DataKind {
    Pdu,
    Text,
}

/// How fast a modem takes what it asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pace {
    /// From the prompt to the first octet.
    pub(super) pause: Duration,
    /// Most octets at a time, and the pause between two times; `None` for all at once.
    pub(super) chunk: Option<(usize, Duration)>,
}

/// What became of an [`Exchange`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The answer. With data: the answer to them.
    Final {
        result: FinalResult,
        /// The lines before the result.
        lines: Vec<String>,
    },
    /// No prompt came, and the data were not written, or not all of them.
    NoPrompt {
        /// What the modem said instead; `None` when ESC was written, as it said nothing.
        refused: Option<FinalResult>,
    },
    /// No result in time.
    Silent {
        /// The lines that came.
        lines: Vec<String>,
    },
    /// The data were written, and no result came in time.
    Unknown,
    /// The port was closed, the modem started again, or it does not answer any more.
    Lost {
        /// Whether the Ctrl-Z behind the data was handed over to be written.
        data_written: bool,
    },
}

/// What the channel tells the modem.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Urc(Urc),
    Outcome(Outcome),
    /// The modem sends a command back.
    Echo,
    /// The result of data whose exchange was given up.
    Late(Late),
    /// The result of the data in flight takes long.
    Overdue,
    /// A result that nothing waits for.
    Stray(String),
    Junk(usize),
    /// The end of [`Channel::probe`].
    Synced(Synced),
}

/// The result of data whose exchange was given up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// Taken; with the line that says so, if there was one: `+CMGS: 17`.
    Taken(Option<String>),
    Refused(FinalResult),
}

impl Exchange {
    pub(super) fn new(line: impl Into<String>, timeout: Duration) -> Self {
        Self {
            line: line.into(),
            timeout,
            data: None,
            final_optional: false,
            is_secret: false,
            is_blind: false,
        }
    }

    pub(super) fn of<C: Command>(command: &C) -> Self {
        Self::new(command.line(), command.timeout())
    }

    pub(super) fn with_data(mut self, data: Data) -> Self {
        self.data = Some(data);
        self
    }

    pub(super) fn with_optional_final(mut self) -> Self {
        self.final_optional = true;
        self
    }

    pub(super) fn blind(mut self) -> Self {
        self.is_blind = true;
        self
    }

    pub(super) fn secret(mut self) -> Self {
        self.is_secret = true;
        self
    }
}

impl Outcome {
    /// Lost before anything of it was written.
    pub(super) const NOT_WRITTEN: Self = Self::Lost {
        data_written: false,
    };

    pub(super) const fn is_ok(&self) -> bool {
        matches!(
            self,
            Self::Final {
                result: FinalResult::Ok,
                ..
            }
        )
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = if self.is_secret { "****" } else { &self.line };
        f.debug_struct("Exchange")
            .field("line", &line)
            .field("timeout", &self.timeout)
            .field("data", &self.data)
            .field("final_optional", &self.final_optional)
            .finish()
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Data")
            .field("octets", &self.text.len())
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// The wire, with one exchange at a time on it.
#[derive(Debug)]
pub(super) struct Channel {
    reader: LineReader,
    output: BytesMut,
    wire: Wire,
    phase: Phase,
    /// Commands whose results did not come: they may come yet.
    owed: Vec<Owed>,
    /// A label of the next resynchronisation.
    next_label: usize,
    in_step: bool,
    gap: Duration,
    /// No command before this instant.
    not_before: Option<Instant>,
    /// When the reader is to give up what it holds.
    hold_until: Option<Instant>,
    notices: VecDeque<Notice>,
}

#[derive(Debug)]
enum Phase {
    Idle,
    /// The exchange waits for the gap after the last answer.
    Gap {
        exchange: Exchange,
        at: Instant,
    },
    /// The command is written.
    Command {
        exchange: Exchange,
        answer: Lines,
        deadline: Instant,
    },
    /// The prompt has come.
    Writing {
        exchange: Exchange,
        written: usize,
        at: Instant,
    },
    /// All data are written.
    Data {
        exchange: Exchange,
        answer: Lines,
        /// Whether the Ctrl-Z was handed over.
        is_taken: bool,
        overdue: Option<Instant>,
        deadline: Instant,
    },
    /// ESC is written, as there was no prompt.
    Escape {
        exchange: Exchange,
        again: u8,
        deadline: Instant,
    },
    Probing(Resync),
}

/// Lines of an answer; not more than a modem with the largest store has.
#[derive(Debug, Default)]
struct Lines {
    lines: Vec<String>,
    octets: usize,
    /// A line has come that says that an older message was taken: the next `OK` is that one's.
    is_late: bool,
}

impl Lines {
    /// A store of 1000 messages, listed.
    const MAX_OCTETS: usize = 512 << 10;
    const MAX_LINES: usize = 4096;

    fn push(&mut self, line: String) {
        self.octets += line.len();
        if self.octets <= Self::MAX_OCTETS && self.lines.len() < Self::MAX_LINES {
            self.lines.push(line);
        }
    }
}

impl Channel {
    /// How long a line that may go on is waited for.
    const HOLD: Duration = Duration::from_secs(2);
    /// How long the result of ESC is waited for; many modems give none.
    const ESCAPE: Duration = Duration::from_secs(1);
    /// How long a result is waited for that some modems leave out.
    const OPTIONAL_FINAL: Duration = Duration::from_secs(1);
    /// The gap for modems that answer twice.
    const DOUBLED_GAP: Duration = Duration::from_millis(100);

    pub(super) fn new() -> Self {
        Self {
            reader: LineReader::new(),
            output: BytesMut::new(),
            wire: Wire::default(),
            phase: Phase::Idle,
            owed: Vec::new(),
            next_label: 0,
            in_step: false,
            gap: Duration::ZERO,
            not_before: None,
            hold_until: None,
            notices: VecDeque::new(),
        }
    }

    /// What all that is written and read passes.
    pub(super) const fn wire(&mut self) -> &mut Wire {
        &mut self.wire
    }

    /// Silence between an answer and the next command.
    pub(super) const fn set_gap(&mut self, gap: Duration) {
        self.gap = gap;
    }

    /// There is a port: what was before is forgotten.
    pub(super) fn open(&mut self) {
        self.reset();
    }

    /// The port is gone, or the modem has started again: what was in flight, if anything was.
    pub(super) fn lose(&mut self) -> Option<Outcome> {
        let outcome = match &self.phase {
            Phase::Idle | Phase::Probing(_) => None,
            Phase::Data { is_taken, .. } => Some(Outcome::Lost {
                data_written: *is_taken,
            }),
            _ => Some(Outcome::NOT_WRITTEN),
        };
        self.reset();
        outcome
    }

    fn reset(&mut self) {
        self.reader = LineReader::new();
        self.output.clear();
        self.phase = Phase::Idle;
        self.owed.clear();
        self.in_step = false;
        self.not_before = None;
        self.hold_until = None;
        self.notices.clear();
    }

    pub(super) const fn is_idle(&self) -> bool {
        matches!(self.phase, Phase::Idle)
    }

    /// Whether the next result is certainly that of the next command.
    pub(super) const fn is_in_step(&self) -> bool {
        self.in_step
    }

    /// Begins an exchange; nothing else may be under way.
    pub(super) fn run(&mut self, exchange: Exchange, now: Instant) {
        debug_assert!(self.is_idle());
        match self.not_before {
            Some(at) if at > now => self.phase = Phase::Gap { exchange, at },
            _ => self.command(exchange, now),
        }
    }

    /// Gets commands and answers in step, with so long for each `AT`; nothing else may be under
    /// way. Ends with [`Notice::Synced`].
    pub(super) fn probe(&mut self, interval: Option<Duration>, now: Instant) {
        let interval = interval.unwrap_or_else(|| {
            // After a PDU the modem may have a lot to do yet.
            let is_after_data = self.owed.iter().any(Owed::is_data);
            Duration::from_secs(if is_after_data { 5 } else { 1 })
        });
        debug_assert!(self.is_idle());
        let owed = std::mem::take(&mut self.owed);
        let mut resync = Resync::new(owed, interval, self.next_label, now);
        let line = resync.begin(now);
        self.write_line(line);
        self.phase = Phase::Probing(resync);
    }

    /// Writes octets to which no answer is due. If one comes all the same it is nobody's.
    pub(super) fn write_raw(&mut self, octets: &[u8]) {
        self.in_step = false;
        self.write(octets);
    }

    pub(super) fn push(&mut self, octets: &[u8], now: Instant) {
        self.wire.received(octets);
        self.reader.push(octets);
        self.hold_until = Some(now + Self::HOLD);
    }

    /// The next thing that the modem says or time brings. Until there is none no new command may
    /// be written: what was read before it is no answer to it.
    pub(super) fn poll(&mut self, now: Instant) -> Option<Notice> {
        loop {
            if let Some(notice) = self.notices.pop_front() {
                return Some(notice);
            }
            match self.reader.next_event() {
                Some(event) => self.handle(event, now),
                None => break,
            }
        }
        if !self.reader.is_holding() {
            self.hold_until = None;
        }
        None
    }

    pub(super) fn poll_transmit(&mut self, octets: &mut BytesMut) {
        if self.output.is_empty() {
            return;
        }
        octets.extend_from_slice(&self.output);
        self.output.clear();
        if let Phase::Data { is_taken, .. } = &mut self.phase {
            *is_taken = true;
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Idle => None,
            Phase::Gap { at, .. } | Phase::Writing { at, .. } => Some(*at),
            Phase::Command { deadline, .. } | Phase::Escape { deadline, .. } => Some(*deadline),
            Phase::Data {
                overdue, deadline, ..
            } => Some(overdue.unwrap_or(*deadline).min(*deadline)),
            Phase::Probing(resync) => Some(resync.deadline()),
        };
        let hold = self.hold_until;
        [phase, hold].into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if self.hold_until.is_some_and(|at| at <= now) {
            self.hold_until = None;
            self.reader.release();
            // What it held comes before the time that is up.
            while let Some(event) = self.reader.next_event() {
                self.handle(event, now);
            }
        }
        let is_due = |at: Instant| at <= now;
        self.phase = match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Gap { exchange, at } if is_due(at) => return self.command(exchange, now),
            Phase::Writing {
                exchange,
                written,
                at,
            } if is_due(at) => return self.write_data(exchange, written, now),
            Phase::Command {
                exchange,
                answer,
                deadline,
            } if is_due(deadline) => return self.command_is_silent(exchange, answer, now),
            Phase::Data {
                exchange, deadline, ..
            } if is_due(deadline) => {
                return self.data_are_silent(&exchange);
            }
            Phase::Data {
                exchange,
                answer,
                is_taken,
                overdue: Some(at),
                deadline,
            } if is_due(at) => {
                self.notices.push_back(Notice::Overdue);
                Phase::Data {
                    exchange,
                    answer,
                    is_taken,
                    overdue: None,
                    deadline,
                }
            }
            Phase::Escape {
                exchange, deadline, ..
            } if is_due(deadline) => return self.no_prompt(&exchange),
            Phase::Probing(mut resync) if is_due(resync.deadline()) => {
                let next = resync.handle_timeout(now);
                return self.resync_goes_on(resync, next);
            }
            phase => phase,
        };
    }

    fn command(&mut self, exchange: Exchange, now: Instant) {
        self.not_before = None;
        self.write_line(&exchange.line);
        self.phase = Phase::Command {
            answer: Lines::default(),
            deadline: now + exchange.timeout,
            exchange,
        };
    }

    fn command_is_silent(&mut self, exchange: Exchange, answer: Lines, now: Instant) {
        if exchange.data.is_some() {
            return self.escape(exchange, now);
        }
        self.in_step = false;
        self.owes(Owed::command(&exchange.line));
        self.reader.expect(InFlight::Idle);
        let lines = answer.lines;
        let outcome = if exchange.final_optional && !lines.is_empty() {
            let result = FinalResult::Ok;
            Outcome::Final { result, lines }
        } else {
            Outcome::Silent { lines }
        };
        self.notices.push_back(Notice::Outcome(outcome));
    }

    /// There is no prompt: whatever comes now, no data are written.
    fn escape(&mut self, exchange: Exchange, now: Instant) {
        self.write(ESC);
        self.reader.expect(InFlight::Escape);
        self.phase = Phase::Escape {
            exchange,
            again: 0,
            deadline: now + Self::ESCAPE,
        };
    }

    fn no_prompt(&mut self, exchange: &Exchange) {
        self.in_step = false;
        self.owes(Owed::command(&exchange.line));
        self.reader.expect(InFlight::Idle);
        let refused = None;
        self.notices
            .push_back(Notice::Outcome(Outcome::NoPrompt { refused }));
    }

    fn data_are_silent(&mut self, exchange: &Exchange) {
        self.in_step = false;
        self.owes(Owed::data(&exchange.line));
        self.notices.push_back(Notice::Outcome(Outcome::Unknown));
    }

    fn write_data(&mut self, exchange: Exchange, written: usize, now: Instant) {
        let Some(data) = &exchange.data else { return };
        let rest = data.text.as_bytes().get(written..).unwrap_or_default();
        let (octets, pause) = match data.pace.chunk {
            Some((most, pause)) if most.max(1) < rest.len() => {
                (rest.get(..most.max(1)).unwrap_or(rest), Some(pause))
            }
            _ => (rest, None),
        };
        let octets = octets.to_vec();
        self.write(&octets);
        if let Some(pause) = pause {
            self.phase = Phase::Writing {
                exchange,
                written: written + octets.len(),
                at: now + pause,
            };
            return;
        }
        self.reader.expect(match data.kind {
            DataKind::Pdu => InFlight::Pdu,
            DataKind::Text => InFlight::Text,
        });
        let (soft, hard) = (now + data.soft_timeout, now + data.timeout);
        self.write(CTRL_Z);
        self.phase = Phase::Data {
            exchange,
            answer: Lines::default(),
            is_taken: false,
            overdue: (soft < hard).then_some(soft),
            deadline: hard,
        };
    }

    fn handle(&mut self, event: Event, now: Instant) {
        if let Event::Urc(urc) = &event
            && let Some(notice) = self.unsolicited(urc)
        {
            self.notices.push_back(notice);
            return;
        }
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Probing(mut resync) => {
                let next = resync.handle(&event, now);
                self.resync_goes_on(resync, next);
            }
            phase => self.phase = self.handle_in(phase, event, now),
        }
    }

    /// What an unsolicited line is, unless a resynchronisation wants to see it.
    fn unsolicited(&mut self, urc: &Urc) -> Option<Notice> {
        if let Phase::Probing(resync) = &self.phase
            && resync.wants(&urc.line)
        {
            return None;
        }
        if is_data_result(&urc.line) {
            return Some(Notice::Late(Late::Taken(Some(urc.line.clone()))));
        }
        if result_of(&urc.line).is_some() {
            if self.is_idle() {
                // Some modems answer twice: from now on there is time for that.
                self.gap = self.gap.max(Self::DOUBLED_GAP);
            }
            return Some(Notice::Stray(urc.line.clone()));
        }
        Some(Notice::Urc(urc.clone()))
    }

    fn handle_in(&mut self, phase: Phase, event: Event, now: Instant) -> Phase {
        match (phase, event) {
            (
                Phase::Command {
                    exchange,
                    mut answer,
                    mut deadline,
                },
                Event::Line(line),
            ) => {
                if is_data_result(&line) && !exchange.line.starts_with("AT+CMSS") {
                    answer.is_late = true;
                    let late = Late::Taken(Some(line));
                    self.notices.push_back(Notice::Late(late));
                } else {
                    if exchange.final_optional && answer.lines.is_empty() {
                        deadline = deadline.min(now + Self::OPTIONAL_FINAL);
                    }
                    answer.push(line);
                }
                Phase::Command {
                    exchange,
                    answer,
                    deadline,
                }
            }
            (
                Phase::Command {
                    exchange,
                    mut answer,
                    deadline,
                },
                Event::Final(FinalResult::Ok),
            ) if answer.is_late => {
                answer.is_late = false;
                self.reader.expect(InFlight::Command(&exchange.line));
                Phase::Command {
                    exchange,
                    answer,
                    deadline,
                }
            }
            (
                Phase::Command {
                    exchange, answer, ..
                },
                Event::Final(result),
            ) => {
                match (&exchange.data, result.is_ok()) {
                    (None, _) => self.finish(result, answer, now),
                    (Some(_), false) => self.refuse(result, now),
                    // Whose result is it?
                    (Some(_), true) => self.no_prompt(&exchange),
                }
                Phase::Idle
            }
            (Phase::Command { exchange, .. }, Event::Prompt) if exchange.data.is_some() => {
                let pause = exchange
                    .data
                    .as_ref()
                    .map_or(Duration::ZERO, |data| data.pace.pause);
                if pause.is_zero() {
                    self.write_data(exchange, 0, now);
                    std::mem::replace(&mut self.phase, Phase::Idle)
                } else {
                    Phase::Writing {
                        exchange,
                        written: 0,
                        at: now + pause,
                    }
                }
            }
            // The modem thinks better of it while it is given them.
            (Phase::Writing { exchange, .. }, Event::Final(result)) => {
                if result.is_ok() {
                    self.no_prompt(&exchange);
                } else {
                    self.refuse(result, now);
                    self.in_step = false;
                }
                Phase::Idle
            }
            (
                Phase::Data {
                    exchange,
                    mut answer,
                    is_taken,
                    overdue,
                    deadline,
                },
                Event::Line(line),
            ) => {
                answer.push(line);
                Phase::Data {
                    exchange,
                    answer,
                    is_taken,
                    overdue,
                    deadline,
                }
            }
            (Phase::Data { answer, .. }, Event::Final(result)) => {
                self.finish(result, answer, now);
                Phase::Idle
            }
            (Phase::Escape { .. }, Event::Final(result)) if !result.is_ok() => {
                // The command was refused at last; the OK for ESC may come yet.
                self.refuse(result, now);
                self.in_step = false;
                Phase::Idle
            }
            (Phase::Escape { exchange, .. }, Event::Final(_)) => {
                self.no_prompt(&exchange);
                Phase::Idle
            }
            (
                Phase::Escape {
                    exchange,
                    again,
                    deadline,
                },
                Event::Prompt,
            ) if again < 3 => {
                // It crossed the ESC.
                self.write(ESC);
                self.reader.expect(InFlight::Escape);
                Phase::Escape {
                    exchange,
                    again: again + 1,
                    deadline,
                }
            }
            // Nobody has anything to say to that.
            (phase @ (Phase::Idle | Phase::Command { .. }), Event::Prompt) => {
                self.write_raw(ESC);
                phase
            }
            (phase @ Phase::Command { .. }, Event::Echo(_)) => {
                self.notices.push_back(Notice::Echo);
                phase
            }
            (phase, Event::Junk(octets)) => {
                self.notices.push_back(Notice::Junk(octets.len()));
                phase
            }
            (phase, _) => phase,
        }
    }

    fn finish(&mut self, result: FinalResult, answer: Lines, now: Instant) {
        let lines = answer.lines;
        self.answered(Outcome::Final { result, lines }, now);
    }

    /// An error instead of the prompt.
    fn refuse(&mut self, result: FinalResult, now: Instant) {
        let refused = Some(result);
        self.answered(Outcome::NoPrompt { refused }, now);
    }

    fn answered(&mut self, outcome: Outcome, now: Instant) {
        self.reader.expect(InFlight::Idle);
        self.not_before = Some(now + self.gap);
        self.notices.push_back(Notice::Outcome(outcome));
    }

    fn resync_goes_on(&mut self, mut resync: Resync, next: super::resync::Next) {
        use super::resync::Next;
        if let Some(late) = resync.take_late() {
            self.notices.push_back(Notice::Late(late));
        }
        match next {
            Next::Wait => self.phase = Phase::Probing(resync),
            Next::Expect(line) => {
                self.reader.expect(InFlight::Command(line));
                self.phase = Phase::Probing(resync);
            }
            Next::Escape => {
                self.write(ESC);
                self.phase = Phase::Probing(resync);
            }
            Next::Write(line) => {
                self.write_line(line);
                self.phase = Phase::Probing(resync);
            }
            Next::Done { synced, not_before } => {
                self.next_label = resync.next_label();
                self.in_step = synced.is_in_step();
                self.not_before = not_before;
                self.owed = resync.into_owed();
                self.reader.expect(InFlight::Idle);
                self.phase = Phase::Idle;
                self.notices.push_back(Notice::Synced(synced));
            }
        }
    }

    fn owes(&mut self, owed: Owed) {
        if self.owed.len() < Owed::MAX {
            self.owed.push(owed);
        }
    }

    fn write_line(&mut self, line: &str) {
        self.reader.expect(InFlight::Command(line));
        // One octet a character, as in what is read.
        let latin1 = line.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
        let octets: Vec<u8> = latin1.chain([b'\r']).collect();
        self.write(&octets);
    }

    fn write(&mut self, octets: &[u8]) {
        self.wire.sent(octets);
        self.output.extend_from_slice(octets);
    }
}

/// Whether a line says that a message was taken.
pub(super) fn is_data_result(line: &str) -> bool {
    line.starts_with("+CMGS:") || line.starts_with("+CMSS:")
}

/// The result that a line is which the reader took for unsolicited.
pub(super) fn result_of(line: &str) -> Option<FinalResult> {
    let report = |text: &str| {
        let text = text.trim();
        let code = text.parse().ok();
        let text = code.is_none().then(|| text.to_owned());
        ErrorReport { code, text }
    };
    match line {
        "OK" | "0" => Some(FinalResult::Ok),
        "ERROR" | "4" => Some(FinalResult::Error(None)),
        _ => {
            let cms = line.strip_prefix("+CMS ERROR:").map(report);
            let cme = line.strip_prefix("+CME ERROR:").map(report);
            cms.map(FinalResult::Cms).or(cme.map(FinalResult::Cme))
        }
    }
}
