//! One command at a time, its answer, and nothing of another's.

mod exchange;
mod flight;
mod resync;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use self::flight::{Flight, State};
use self::resync::{Next, Owed, Resync};
use super::tap::Wire;
use crate::line::{Event, InFlight, LineReader, Urc};
use crate::result::{ErrorReport, FinalResult};

pub(super) use exchange::{Data, Exchange, Outcome, Pace};
pub(super) use resync::Synced;

pub(super) const ESC: &[u8] = b"\x1b";
pub(super) const CTRL_Z: &[u8] = b"\x1a";

/// What the channel tells the modem.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Notice {
    Urc(Urc),
    Outcome(Outcome),
    /// There was no result in time, for this command.
    Silent(String),
    /// The modem sends a command back.
    Echo,
    /// The result of data whose exchange was given up.
    Late(Late),
    /// The result of the data in flight takes long.
    Overdue,
    /// A result that nothing waits for.
    Stray(String),
    /// So many octets that mean nothing.
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

/// The wire, with one exchange at a time on it.
pub(super) struct Channel {
    reader: LineReader,
    output: BytesMut,
    wire: Wire,
    phase: Phase,
    /// Commands whose results did not come: they may come yet.
    owed: Vec<Owed>,
    /// Results may come that are owed to none of these.
    has_strays: bool,
    /// A label of the next resynchronisation.
    next_label: usize,
    in_step: bool,
    gap: Duration,
    /// Nothing is sent back: a command that is tells that the modem has lost its settings.
    is_echo_off: bool,
    /// No command before this instant.
    not_before: Option<Instant>,
    /// When the reader is to give up what it holds.
    hold_until: Option<Instant>,
    notices: VecDeque<Notice>,
}

enum Phase {
    Idle,
    Busy(Flight),
    Probing(Resync),
}

impl Channel {
    /// How long a line that may go on is waited for.
    const HOLD: Duration = Duration::from_secs(2);
    /// The gap for modems that answer twice.
    const DOUBLED_GAP: Duration = Duration::from_millis(100);
    /// Most octets that wait to be written: a command and a PDU have room. Where there are more
    /// nobody writes, and what waits is too old.
    const MAX_OUTPUT: usize = 4096;
    /// How often ESC is written for prompts that cross it.
    const MAX_ESCAPES: u8 = 4;

    pub(super) fn new() -> Self {
        Self {
            reader: LineReader::new(),
            output: BytesMut::new(),
            wire: Wire::default(),
            phase: Phase::Idle,
            owed: Vec::new(),
            has_strays: false,
            next_label: 0,
            in_step: false,
            gap: Duration::ZERO,
            is_echo_off: false,
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

    /// Whether the modem has agreed to send nothing back.
    pub(super) const fn set_echo_off(&mut self, is_echo_off: bool) {
        self.is_echo_off = is_echo_off;
    }

    /// There is a port, or it is gone, or the modem has started again: what was before is
    /// forgotten. What becomes of the exchange that is under way, if there is one.
    pub(super) fn lose(&mut self) -> Option<Outcome> {
        let phase = std::mem::replace(&mut self.phase, Phase::Idle);
        self.reader = LineReader::new();
        self.output.clear();
        self.owed.clear();
        self.has_strays = false;
        self.in_step = false;
        self.not_before = None;
        self.hold_until = None;
        self.notices.clear();
        match phase {
            Phase::Idle | Phase::Probing(_) => None,
            Phase::Busy(flight) => Some(match flight.state {
                State::Data { is_taken, .. } => Outcome::Lost {
                    data_written: is_taken,
                },
                // Whose result has come nobody can tell any more.
                State::Contested => Outcome::Lost { data_written: true },
                _ => Outcome::NOT_WRITTEN,
            }),
        }
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
        let not_before = self.not_before.take().filter(|at| *at > now);
        let flight = Flight::new(exchange, not_before.unwrap_or(now));
        self.phase = Phase::Busy(match not_before {
            Some(_) => flight,
            None => self.command(flight, now),
        });
    }

    /// Gets commands and answers in step, with so long for each `AT`; nothing else may be under
    /// way. Ends with [`Notice::Synced`].
    pub(super) fn probe(&mut self, interval: Option<Duration>, now: Instant) {
        debug_assert!(self.is_idle());
        let interval = interval.unwrap_or_else(|| {
            // After a PDU the modem may have a lot to do yet.
            let is_after_data = self.owed.iter().any(Owed::is_data);
            Duration::from_secs(if is_after_data { 5 } else { 1 })
        });
        let owed = std::mem::take(&mut self.owed);
        let mut resync = Resync::new(owed, interval, self.next_label, now);
        if self.has_strays {
            resync.expect_strays();
        }
        let line = resync.begin(now);
        self.write_probe(line);
        self.phase = Phase::Probing(resync);
    }

    /// Writes octets to which no answer is due. If one comes all the same it is nobody's.
    pub(super) fn write_raw(&mut self, octets: &[u8]) {
        self.in_step = false;
        self.has_strays = true;
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
        self.wire.sent(&self.output);
        octets.extend_from_slice(&self.output);
        self.output.clear();
        if let Phase::Busy(flight) = &mut self.phase
            && let State::Data { is_taken, .. } = &mut flight.state
        {
            *is_taken = true;
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let phase = match &self.phase {
            Phase::Idle => None,
            Phase::Busy(flight) => Some(flight.due()),
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
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Busy(flight) if flight.due() <= now => {
                self.phase = self.flight_is_due(flight, now);
            }
            Phase::Probing(mut resync) if resync.deadline() <= now => {
                let next = resync.handle_timeout(now);
                self.resync_goes_on(resync, next);
            }
            phase => self.phase = phase,
        }
    }

    fn flight_is_due(&mut self, mut flight: Flight, now: Instant) -> Phase {
        match &mut flight.state {
            State::Gap => Phase::Busy(self.command(flight, now)),
            State::Command => self.command_is_silent(flight, now),
            State::Writing(written) => {
                let written = *written;
                Phase::Busy(self.write_data(flight, written, now))
            }
            State::Data { overdue, .. } if flight.deadline > now => {
                *overdue = None;
                self.notices.push_back(Notice::Overdue);
                Phase::Busy(flight)
            }
            State::Data {
                is_taken: false, ..
            } => {
                // Nobody has written it, and nobody is to do that later.
                self.output.clear();
                self.write(ESC);
                self.silent(&flight.exchange);
                self.give_up(&flight.exchange, Outcome::NOT_WRITTEN)
            }
            State::Data { .. } => {
                self.in_step = false;
                self.owes(Owed::data(&flight.exchange.line));
                self.silent(&flight.exchange);
                self.notices.push_back(Notice::Outcome(Outcome::Unknown));
                Phase::Idle
            }
            State::Contested => self.only_result(flight, now),
            State::Escape(_) => {
                self.silent(&flight.exchange);
                self.no_prompt(&flight.exchange)
            }
        }
    }

    fn command(&mut self, mut flight: Flight, now: Instant) -> Flight {
        self.write_line(&flight.exchange.line);
        flight.command(now);
        flight
    }

    fn command_is_silent(&mut self, mut flight: Flight, now: Instant) -> Phase {
        if flight.has_data() {
            // There is no prompt: whatever comes now, no data are written.
            self.write(ESC);
            self.reader.expect(InFlight::Escape);
            flight.escape(now);
            return Phase::Busy(flight);
        }
        let lines = flight.answer.into_lines();
        let outcome = if flight.exchange.final_optional && !lines.is_empty() {
            let result = FinalResult::Ok;
            Outcome::Final { result, lines }
        } else {
            self.silent(&flight.exchange);
            Outcome::Silent { lines }
        };
        self.give_up(&flight.exchange, outcome)
    }

    fn silent(&mut self, exchange: &Exchange) {
        let line = exchange.shown().into_owned();
        self.notices.push_back(Notice::Silent(line));
    }

    fn no_prompt(&mut self, exchange: &Exchange) -> Phase {
        self.give_up(exchange, Outcome::NoPrompt { refused: None })
    }

    /// The result of the command may still come.
    fn give_up(&mut self, exchange: &Exchange, outcome: Outcome) -> Phase {
        self.in_step = false;
        self.owes(Owed::command(&exchange.line));
        self.reader.expect(InFlight::Idle);
        self.notices.push_back(Notice::Outcome(outcome));
        Phase::Idle
    }

    fn write_data(&mut self, mut flight: Flight, written: usize, now: Instant) -> Flight {
        let (piece, pause) = flight.exchange.piece(written);
        let written = written + piece.len();
        self.write(piece);
        match pause {
            Some(pause) => {
                flight.state = State::Writing(written);
                flight.deadline = now + pause;
            }
            None => {
                self.reader.expect(InFlight::Pdu);
                self.write(CTRL_Z);
                flight.data(now);
            }
        }
        flight
    }

    fn handle(&mut self, event: Event, now: Instant) {
        if let Event::Urc(urc) = &event
            && let Some(notice) = self.unsolicited(urc)
        {
            self.notices.push_back(notice);
            return;
        }
        if let Event::Junk(octets) = &event {
            self.notices.push_back(Notice::Junk(octets.len()));
            return;
        }
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Idle => {}
            Phase::Busy(flight) => self.phase = self.handle_in(flight, event, now),
            Phase::Probing(mut resync) => {
                let next = resync.handle(&event, now);
                self.resync_goes_on(resync, next);
            }
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

    fn handle_in(&mut self, mut flight: Flight, event: Event, now: Instant) -> Phase {
        match (flight.state, event) {
            (State::Command, Event::Line(line))
                if is_data_result(&line) && !flight.exchange.line.starts_with("AT+CMSS") =>
            {
                flight.answer.is_late = true;
                let late = Late::Taken(Some(line));
                self.notices.push_back(Notice::Late(late));
            }
            (State::Command, Event::Final(FinalResult::Ok)) if flight.answer.is_late => {
                flight.answer.is_late = false;
                self.reader.expect(InFlight::Command(&flight.exchange.line));
            }
            (State::Command | State::Data { .. } | State::Contested, Event::Line(line)) => {
                flight.line(line, now);
            }
            (State::Command, Event::Prompt) if flight.has_data() => {
                flight.prompt(now);
                if flight.deadline <= now {
                    return Phase::Busy(self.write_data(flight, 0, now));
                }
            }
            // Nobody has anything to say to that.
            (State::Command, Event::Prompt) => self.write_raw(ESC),
            // It crossed the ESC.
            (State::Escape(times), Event::Prompt) if times < Self::MAX_ESCAPES => {
                flight.state = State::Escape(times + 1);
                self.write(ESC);
                self.reader.expect(InFlight::Escape);
            }
            (State::Command, Event::Echo(_)) => {
                self.notices.push_back(Notice::Echo);
                if flight.has_data() && self.is_echo_off {
                    // It may be in text mode: what it is given now would be sent as a text.
                    self.write(ESC);
                    return self.give_up(&flight.exchange, Outcome::NOT_WRITTEN);
                }
            }
            (
                State::Writing(_)
                | State::Data {
                    is_taken: false, ..
                },
                Event::Final(result),
            ) => return self.too_early(&flight.exchange, result, now),
            (State::Data { .. }, Event::Final(result)) if flight.exchange.is_contested => {
                flight.contest(result, now);
                self.reader.expect(InFlight::Pdu);
            }
            (State::Contested, Event::Final(result)) => {
                return self.second_result(flight, result, now);
            }
            (State::Data { .. }, Event::Final(result)) => {
                let lines = flight.answer.into_lines();
                return self.answered(Outcome::Final { result, lines }, now);
            }
            (State::Command, Event::Final(result)) if !flight.has_data() => {
                let lines = flight.answer.into_lines();
                return self.answered(Outcome::Final { result, lines }, now);
            }
            // That of ESC, or whose is it?
            (State::Command | State::Escape(_), Event::Final(FinalResult::Ok)) => {
                return self.no_prompt(&flight.exchange);
            }
            (state @ (State::Command | State::Escape(_)), Event::Final(result)) => {
                // After ESC more may come.
                self.in_step &= state == State::Command;
                let refused = Some(result);
                return self.answered(Outcome::NoPrompt { refused }, now);
            }
            _ => {}
        }
        Phase::Busy(flight)
    }

    /// A result before the data, or all of them, have left: it is not theirs, and they stay here.
    fn too_early(&mut self, exchange: &Exchange, result: FinalResult, now: Instant) -> Phase {
        self.output.clear();
        self.write(ESC);
        self.in_step = false;
        if result.is_ok() {
            return self.no_prompt(exchange);
        }
        let refused = Some(result);
        self.answered(Outcome::NoPrompt { refused }, now)
    }

    /// No second result has come: the first is that of the data in flight.
    fn only_result(&mut self, mut flight: Flight, now: Instant) -> Phase {
        match flight.first.take() {
            Some((result, lines)) => {
                let lines = lines.into_lines();
                self.answered(Outcome::Final { result, lines }, now)
            }
            None => Phase::Idle,
        }
    }

    /// Results come in the order of the data: the first one is that of the data before.
    fn second_result(&mut self, mut flight: Flight, result: FinalResult, now: Instant) -> Phase {
        let lines = std::mem::take(&mut flight.answer).into_lines();
        let Some((first, before)) = flight.first.take() else {
            return self.answered(Outcome::Final { result, lines }, now);
        };
        let before = before.into_lines();
        if (&first, &before) == (&result, &lines) {
            // Some modems answer twice.
            return self.answered(Outcome::Final { result, lines }, now);
        }
        self.notices.push_back(Notice::Late(match first {
            FinalResult::Ok => Late::Taken(before.into_iter().find(|line| is_data_result(line))),
            refused => Late::Refused(refused),
        }));
        self.answered(Outcome::Final { result, lines }, now)
    }

    fn answered(&mut self, outcome: Outcome, now: Instant) -> Phase {
        self.reader.expect(InFlight::Idle);
        self.not_before = Some(now + self.gap);
        self.notices.push_back(Notice::Outcome(outcome));
        Phase::Idle
    }

    fn resync_goes_on(&mut self, mut resync: Resync, next: Next) {
        let late = resync.take_late().map(Notice::Late);
        self.notices.extend(late);
        match next {
            Next::Wait => {}
            Next::Expect(line) => self.reader.expect(InFlight::Probe(line)),
            Next::Escape => self.write(ESC),
            Next::Write(line) => self.write_probe(line),
            Next::Done { synced, not_before } => {
                self.next_label = resync.next_label();
                self.in_step = synced.is_in_step();
                self.has_strays = !self.in_step && resync.has_strays();
                self.not_before = not_before;
                self.owed = resync.into_owed();
                self.reader.expect(InFlight::Idle);
                self.notices.push_back(Notice::Synced(synced));
                return;
            }
        }
        self.phase = Phase::Probing(resync);
    }

    fn owes(&mut self, owed: Owed) {
        if self.owed.len() < Owed::MAX {
            self.owed.push(owed);
        } else {
            self.has_strays = true;
        }
    }

    fn write_line(&mut self, line: &str) {
        self.reader.expect(InFlight::Command(line));
        self.write_octets(line);
    }

    fn write_probe(&mut self, line: &str) {
        self.reader.expect(InFlight::Probe(line));
        self.write_octets(line);
    }

    fn write_octets(&mut self, line: &str) {
        // One octet a character, as in what is read.
        let latin1 = line.chars().map(|c| u8::try_from(c).unwrap_or(b'?'));
        let octets: Vec<u8> = latin1.chain([b'\r']).collect();
        self.write(&octets);
    }

    fn write(&mut self, octets: &[u8]) {
        if self.output.len() + octets.len() > Self::MAX_OUTPUT {
            self.output.clear();
        }
        self.output.extend_from_slice(octets);
    }
}

/// Whether a line says that a message was taken.
fn is_data_result(line: &str) -> bool {
    line.starts_with("+CMGS:") || line.starts_with("+CMSS:")
}

/// The result that a line is which the reader took for unsolicited.
fn result_of(line: &str) -> Option<FinalResult> {
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
