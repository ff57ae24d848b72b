//! What is done next, and who hears what the modem says by itself.
//!
//! A part of the modem's work (sending, receiving, USSD, calls ...) has a file with a type that
//! [`Shared`] holds, and functions that are called from here and nowhere else:
//!
//! * `handle_urc(&Urc, &mut Shared, now)`: the modem says something by itself,
//! * `handle_timeout(&mut Shared, now)`: it is [`due`](Shared::deadline), or later; also while a
//!   procedure runs, and while there is no port,
//! * `next(&mut Shared, now) -> Option<Box<dyn Procedure>>`: the modem is free: what is there to do?
//! * `started(&mut Shared, now)`, `lost(&mut Shared, now)`: the modem is set up; it is lost, after
//!   the procedure that ran has been told.

use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome, Synced};
use super::health::Look;
use super::pin::Gate;
use super::procedure::{Procedure, Step};
use super::setup::Setup;
use super::shared::Shared;
use super::start::Start;
use super::watchdog::{Align, Restart, Watchdog};
use super::{Event, Modem, State, call, health, raw, receive, send, ussd};
use crate::command::Command;
use crate::command::basic::Attention;
use crate::line::Urc;
use crate::result::FinalResult;

/// How far a modem is set up; each has its procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    /// It is made to talk.
    Talk,
    /// Its SIM is made to work.
    Sim,
    /// It is told how messages come and go.
    Messages,
    /// It is looked at.
    Look,
    Ready,
}

/// When the procedure that runs is asked next.
#[derive(Debug)]
pub(super) enum Due {
    /// At once, with the outcome of its last step.
    Now(Option<Outcome>),
    At(Instant),
    /// Once its exchange, or its probe, has come to an end.
    Exchange,
    /// Once commands and answers are in step, for this.
    Sync(Exchange),
}

/// What is being done.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) procedure: Box<dyn Procedure>,
    /// It is a part of the setup: once it is done the next stage begins.
    is_setup: bool,
}

/// A part of the setup that waits for something to change.
#[derive(Debug)]
pub(super) struct Parked {
    pub(super) procedure: Box<dyn Procedure>,
    since: Instant,
    due: Instant,
}

impl Stage {
    pub(super) const fn is_ready(self) -> bool {
        matches!(self, Self::Ready)
    }

    const fn next(self) -> Self {
        match self {
            Self::Talk => Self::Sim,
            Self::Sim => Self::Messages,
            Self::Messages => Self::Look,
            Self::Look | Self::Ready => Self::Ready,
        }
    }
}

impl Running {
    fn new(procedure: impl Procedure + 'static) -> Self {
        Self::of(Box::new(procedure))
    }

    fn of(procedure: Box<dyn Procedure>) -> Self {
        Self {
            procedure,
            is_setup: false,
        }
    }

    fn setup(procedure: Box<dyn Procedure>) -> Self {
        Self {
            procedure,
            is_setup: true,
        }
    }
}

impl Parked {
    /// The least time between two looks.
    const LEAST: Duration = Duration::from_secs(2);

    /// Something may have changed.
    pub(super) fn hurry(&mut self) {
        self.due = self.due.min(self.since + Self::LEAST);
    }
}

impl Modem {
    /// Receptions before a request has its turn, if both wait.
    const RECEPTIONS: u32 = 8;
    /// Steps without an octet or a moment between them; more wait for a moment.
    const MAX_STEPS: u32 = 256;
    const MOMENT: Duration = Duration::from_millis(10);

    /// Goes on as far as it can without more octets or time.
    pub(super) fn drive(&mut self, now: Instant) {
        let mut steps = 0;
        while self.is_open {
            // All that was read is looked at before anything is written: none of it is an answer
            // to that.
            while let Some(notice) = self.channel.poll(now) {
                self.notice(notice, now);
            }
            if self.rest_until.is_some_and(|until| until > now) {
                return;
            }
            self.rest_until = None;
            steps += 1;
            if steps > Self::MAX_STEPS {
                // Something goes round in circles.
                self.rest_until = Some(now + Self::MOMENT);
                return;
            }
            if !self.step(now) {
                return;
            }
        }
    }

    /// When [`Self::drive`] has something to do which no octet tells.
    pub(super) fn step_due(&self) -> Option<Instant> {
        let due = match (&self.running, &self.due) {
            (Some(_), Due::At(at)) => Some(*at),
            (Some(_), _) => None,
            (None, _) => {
                let parked = self.parked.as_ref().map(|parked| parked.due);
                let checks = self.shared.checks.due();
                parked.or(checks.filter(|_| self.stage.is_ready()))
            }
        };
        // Before that nothing is begun.
        let rest = self.rest_until;
        rest.or(due)
    }

    /// One step of what runs, or the beginning of something. `false`: there is nothing to do now.
    fn step(&mut self, now: Instant) -> bool {
        let Some(running) = &mut self.running else {
            self.running = self.schedule(now);
            self.due = Due::Now(None);
            return self.running.is_some();
        };
        let outcome = match &mut self.due {
            Due::Now(outcome) => outcome.take(),
            Due::At(at) if *at <= now => None,
            _ => return false,
        };
        let step = running.procedure.next(outcome, &mut self.shared, now);
        self.perform(step, now);
        true
    }

    fn perform(&mut self, step: Step, now: Instant) {
        self.due = Due::Now(None);
        match step {
            Step::Run(exchange) if self.channel.is_in_step() || exchange.is_blind => {
                self.begin(exchange, now);
                self.due = Due::Exchange;
            }
            Step::Run(exchange) => {
                self.channel.probe(None, now);
                self.due = Due::Sync(exchange);
            }
            Step::Probe { interval } => {
                self.channel.probe(interval, now);
                self.due = Due::Exchange;
            }
            Step::Write(octets) => self.channel.write_raw(octets),
            Step::Wait(pause) => self.due = Due::At(now + pause),
            Step::Park(pause) => {
                self.parked = self.running.take().map(|running| Parked {
                    procedure: running.procedure,
                    since: now,
                    due: now + pause,
                });
            }
            Step::Port(request) => self.shared.tell(Event::Port(request)),
            Step::Done => self.end(now),
            Step::Recover => {
                self.running = None;
                self.lose(Outcome::NOT_WRITTEN, now);
                self.is_stuck = true;
            }
        }
    }

    fn begin(&mut self, exchange: Exchange, now: Instant) {
        if let Some(running) = &mut self.running {
            running.procedure.begins(&mut self.shared);
        }
        self.channel.run(exchange, now);
    }

    /// The procedure that ran is over.
    fn end(&mut self, now: Instant) {
        if !self.running.take().is_some_and(|running| running.is_setup) {
            return;
        }
        match self.stage {
            // Before anything else is written.
            Stage::Talk => {
                let own = self.shared.profile.command_gap;
                self.channel
                    .set_gap(self.shared.config.command_gap.unwrap_or(own));
                self.shared.is_echo_off &= self.echoes < Self::MAX_ECHOES;
                self.channel.set_echo_off(self.shared.is_echo_off);
            }
            Stage::Look => {
                self.restarts = 0;
                self.shared.started(now);
                self.shared.set_state(State::Ready);
            }
            _ => {}
        }
        self.stage = self.stage.next();
    }

    pub(super) fn synced(&mut self, synced: Synced, now: Instant) {
        match synced {
            Synced::InStep => self.timeouts = 0,
            Synced::Silent { commands } => self.unanswered(Attention.line(), commands),
        }
        self.due = match (std::mem::replace(&mut self.due, Due::Now(None)), synced) {
            (Due::Sync(exchange), Synced::InStep) => {
                self.begin(exchange, now);
                Due::Exchange
            }
            (Due::Sync(_), Synced::Silent { .. }) => {
                // Nothing answers: what runs is given up, and the watchdog is next.
                self.lose(Outcome::NOT_WRITTEN, now);
                self.is_stuck = true;
                return;
            }
            (_, Synced::InStep) => {
                let (result, lines) = (FinalResult::Ok, Vec::new());
                Due::Now(Some(Outcome::Final { result, lines }))
            }
            (_, Synced::Silent { .. }) => Due::Now(Some(Outcome::Silent { lines: Vec::new() })),
        };
    }

    /// The most urgent thing to do, if there is one: recovery, the setup, acknowledgements, what
    /// arrived, requests, a look at the modem's health.
    fn schedule(&mut self, now: Instant) -> Option<Running> {
        if !self.channel.is_idle() {
            return None;
        }
        if std::mem::take(&mut self.is_stuck) {
            return Some(Running::new(Watchdog::new(&mut self.shared)));
        }
        if self.shared.ladder.take_reset() {
            self.set_up_again(now);
            return Some(Running::new(Restart::new(&self.shared)));
        }
        let again = self.again.take();
        if again == Some(Stage::Talk) {
            self.shared.tell(Event::Rebooted);
        }
        // What the owner has undone.
        let undone = self.shared.take_setup();
        let undone = undone.filter(|stage| *stage <= self.stage);
        if let Some(stage) = again.into_iter().chain(undone).min() {
            self.lose(Outcome::NOT_WRITTEN, now);
            self.shared.set_state(State::Starting);
            self.stage = stage;
        }
        match self.parked.take() {
            Some(parked) if parked.due > now => {
                self.parked = Some(parked);
                return raw::next(&mut self.shared, now).map(Running::of);
            }
            Some(parked) => return Some(Running::setup(parked.procedure)),
            None => {}
        }
        Some(Running::setup(match self.stage {
            Stage::Talk => Box::new(Start::new(&mut self.shared)),
            Stage::Sim => Box::new(Gate::new()),
            Stage::Messages => Box::new(Setup::new(&self.shared)),
            Stage::Look => Box::new(Look::new(&self.shared)),
            Stage::Ready => return self.work(now).map(Running::of),
        }))
    }

    fn work(&mut self, now: Instant) -> Option<Box<dyn Procedure>> {
        if !self.channel.is_in_step() {
            return Some(Box::new(Align));
        }
        let shared = &mut self.shared;
        if let Some(acknowledge) = receive::next_acknowledgement(shared, now) {
            return Some(acknowledge);
        }
        // So that neither a flood of messages nor a long queue keeps the others waiting.
        if self.receptions >= Self::RECEPTIONS {
            self.receptions = 0;
            if let Some(request) = next_request(shared, now) {
                return Some(request);
            }
        }
        if let Some(reception) = receive::next(shared, now) {
            self.receptions += 1;
            return Some(reception);
        }
        self.receptions = 0;
        if health::is_overdue(shared, now)
            && let Some(look) = health::next(shared, now)
        {
            return Some(look);
        }
        next_request(shared, now).or_else(|| health::next(shared, now))
    }
}

fn next_request(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    call::next(shared, now)
        .or_else(|| raw::next(shared, now))
        .or_else(|| ussd::next(shared, now))
        .or_else(|| send::next(shared, now))
}

impl Shared {
    pub(super) fn handle_urc(&mut self, urc: &Urc, now: Instant) {
        receive::handle_urc(urc, self, now);
        ussd::handle_urc(urc, self, now);
        call::handle_urc(urc, self, now);
        health::handle_urc(urc, self, now);
    }

    /// When [`Self::handle_timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let due = [
            receive::due(self),
            ussd::due(self),
            call::due(self),
            send::due(self),
        ];
        due.into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        receive::handle_timeout(self, now);
        ussd::handle_timeout(self, now);
        call::handle_timeout(self, now);
        send::handle_timeout(self, now);
    }

    pub(super) fn started(&mut self, now: Instant) {
        self.ladder.reset();
        self.checks.begin(&self.config, now);
        let sim = self.found.iccid;
        self.references.select(sim, &self.config, now);
        receive::started(self, now);
        ussd::started(self);
        send::started(self);
    }

    pub(super) fn lost(&mut self, now: Instant) {
        receive::lost(self, now);
        ussd::lost(self, now);
        call::lost(self, now);
    }
}
