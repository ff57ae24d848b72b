//! A modem without a port and without a clock.
//!
//! The owner of a [`Modem`] moves octets and time:
//!
//! 1. [`handle_open`](Modem::handle_open) once there is a port, and
//!    [`handle_close`](Modem::handle_close) when it is gone, as often as that happens,
//! 2. [`handle_octets`](Modem::handle_octets) with what was read,
//! 3. [`handle_timeout`](Modem::handle_timeout) when [`poll_timeout`](Modem::poll_timeout) says it
//!    is time,
//! 4. [`poll_event`](Modem::poll_event) until there is none,
//! 5. [`poll_transmit`](Modem::poll_transmit) and writes what it gave.
//!
//! The one invariant: after any call, poll events and octets until both are empty before waiting.

#![allow(dead_code, reason = "procedures that use it are on their way")]

mod call;
mod channel;
mod config;
mod event;
mod health;
mod procedure;
mod raw;
mod receive;
mod report;
mod request;
mod resync;
mod schedule;
mod send;
mod shared;
mod standin;
mod start;
mod state;
mod tap;
mod ussd;
mod watchdog;

use std::fmt;
use std::time::Instant;

use bytes::BytesMut;

use self::channel::{Channel, Exchange, Notice, Outcome};
use self::procedure::{Procedure, Step};
use self::resync::Synced;
use self::shared::Shared;

pub use config::{Config, Delivery, Pin, SettingsReset, SimKey};
pub use event::{
    Answer, Broadcast, Call, Event, Failure, Fault, Health, Identity, PortRequest, Received,
    ReceivedId, Report, Source, StoreUsage, Ussd, UssdStatus,
};
pub use report::{Matched, SentReference, SentReferences};
pub use request::{CommandError, QueueFull};
pub use send::Submit;
pub use standin::{Iccid, Imei, Imsi, RegistrationState, Signal, Store};
pub use state::{Obstacle, State};

/// One modem, whatever port it is at.
///
/// It outlives its port: what waits to be sent goes on waiting while there is none.
pub struct Modem {
    shared: Shared,
    channel: Channel,
    is_open: bool,
    /// The modem is set up.
    is_started: bool,
    /// The watchdog is next.
    is_stuck: bool,
    /// The start is what runs.
    is_starting: bool,
    running: Option<Box<dyn Procedure>>,
    due: Due,
    /// Receptions since the last request was done.
    receptions: u32,
    /// Commands in a row without an answer.
    timeouts: u32,
}

/// When the procedure that runs is asked next.
#[derive(Debug)]
enum Due {
    /// At once, with the outcome of its last step.
    Now(Option<Outcome>),
    At(Instant),
    /// Once its exchange, or its probe, has come to an end.
    Exchange,
    /// Once commands and answers are in step, for this.
    Sync(Exchange),
}

impl Modem {
    /// Commands in a row without an answer, after which a modem counts as dead.
    pub const MAX_TIMEOUTS: u32 = 10;
    /// Steps without an octet or a moment between them; more are taken up by the next
    /// [`Self::handle_timeout`].
    const MAX_STEPS: u32 = 256;

    /// A modem that has no port yet.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        let config = config.usable();
        let mut shared = Shared::new(config);
        shared.checks.begin(now);
        Self {
            shared,
            channel: Channel::new(),
            is_open: false,
            is_started: false,
            is_stuck: false,
            is_starting: false,
            running: None,
            due: Due::Now(None),
            receptions: 0,
            timeouts: 0,
        }
    }

    /// How it is used, as it is kept to.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.shared.config
    }

    /// Where it is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.shared.state()
    }

    /// What it is and which SIM it has; `None` until that was read once. It is kept while there is
    /// no port.
    #[must_use]
    pub const fn identity(&self) -> Option<&Identity> {
        self.shared.identity.as_ref()
    }

    /// How it was when it was looked at last.
    #[must_use]
    pub const fn health(&self) -> &Health {
        &self.shared.health
    }

    /// There is a port: the modem is set up.
    pub fn handle_open(&mut self, now: Instant) {
        if self.is_open {
            self.handle_close(now);
        }
        self.is_open = true;
        self.channel.open();
        self.begin_again(now);
        self.drive(now);
    }

    /// The port is gone.
    ///
    /// A message that was under way is [`Unknown`](Event::Unknown) if all of it was handed over by
    /// [`Self::poll_transmit`], and is sent later if not. What waits goes on waiting.
    pub fn handle_close(&mut self, now: Instant) {
        if !self.is_open {
            return;
        }
        self.is_open = false;
        self.lose(now);
        self.shared.set_state(State::Closed);
    }

    /// Octets were read from the port.
    pub fn handle_octets(&mut self, octets: &[u8], now: Instant) {
        if self.is_open {
            self.channel.push(octets, now);
            self.drive(now);
        }
    }

    /// It is as late as [`Self::poll_timeout`] said, or later.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.shared.handle_timeout(now);
        if self.is_open {
            self.channel.handle_timeout(now);
            self.drive(now);
        }
    }

    /// Appends what is to be written.
    pub fn poll_transmit(&mut self, octets: &mut BytesMut) {
        self.channel.poll_transmit(octets);
    }

    /// The next thing to know.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.shared.poll_event()
    }

    /// When [`Self::handle_timeout`] is to be called; `None` when nothing waits for time.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let wait = match self.due {
            Due::At(at) if self.is_open && self.running.is_some() => Some(at),
            _ => None,
        };
        let channel = self.channel.deadline().filter(|_| self.is_open);
        [wait, channel, self.shared.deadline(), self.work_due()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Goes on as far as it can without more octets or time.
    fn drive(&mut self, now: Instant) {
        for _ in 0..Self::MAX_STEPS {
            if !self.is_open {
                return;
            }
            // All that was read is looked at before anything is written: none of it is an answer
            // to that.
            if let Some(notice) = self.channel.poll(now) {
                self.notice(notice, now);
                continue;
            }
            let Some(procedure) = &mut self.running else {
                match self.schedule(now) {
                    Some(procedure) => self.begin(procedure),
                    None => return,
                }
                continue;
            };
            let is_woken = self.shared.take_woken();
            let outcome = match &mut self.due {
                Due::Now(outcome) => outcome.take(),
                Due::At(at) if *at <= now || is_woken => None,
                _ => return,
            };
            let step = procedure.next(outcome, &mut self.shared, now);
            self.perform(step, now);
        }
        // Something goes round in circles: let time pass.
        self.shared.checks.pause(now);
    }

    fn begin(&mut self, procedure: Box<dyn Procedure>) {
        self.running = Some(procedure);
        self.due = Due::Now(None);
    }

    fn perform(&mut self, step: Step, now: Instant) {
        match step {
            Step::Run(exchange) if self.channel.is_in_step() || exchange.is_blind => {
                self.channel.run(exchange, now);
                self.due = Due::Exchange;
            }
            Step::Run(exchange) => {
                self.due = Due::Sync(exchange);
                self.channel.probe(now);
            }
            Step::Probe { interval } => {
                self.due = Due::Exchange;
                self.channel.probe_every(interval, now);
            }
            Step::Write(octets) => {
                self.channel.write_raw(octets);
                self.due = Due::Now(None);
            }
            Step::Wait(pause) => self.due = Due::At(now + pause),
            Step::Port(request) => {
                self.due = Due::Now(None);
                self.shared.tell(Event::Port(request));
            }
            Step::Done => self.end(now),
            Step::Recover => {
                self.is_stuck = true;
                self.running = None;
            }
        }
    }

    /// The procedure that ran is over.
    fn end(&mut self, now: Instant) {
        self.running = None;
        if std::mem::take(&mut self.is_starting) {
            self.is_started = true;
            self.shared.ladder.reset();
            self.shared.started(now);
            self.shared.set_state(State::Ready);
        }
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        match notice {
            Notice::Urc(urc) => self.unsolicited(urc, now),
            Notice::Outcome(outcome) => self.outcome(outcome),
            Notice::Late(late) => send::handle_late(&mut self.shared, late),
            Notice::Overdue => send::handle_overdue(&mut self.shared),
            Notice::Stray(line) => self.shared.fault(Fault::Late { line }),
            Notice::Junk(octets) => self.shared.fault(Fault::Junk { octets }),
            Notice::Synced(synced) => self.synced(synced, now),
        }
    }

    fn outcome(&mut self, outcome: Outcome) {
        match &outcome {
            Outcome::Final { .. } => self.timeouts = 0,
            Outcome::Silent { .. } | Outcome::NoPrompt | Outcome::Unknown => self.unanswered(1),
            Outcome::Lost { .. } => {}
        }
        if let Due::Exchange = self.due {
            self.due = Due::Now(Some(outcome));
        }
    }

    fn unanswered(&mut self, commands: u32) {
        self.timeouts = self.timeouts.saturating_add(commands);
        if self.timeouts >= Self::MAX_TIMEOUTS {
            self.shared.set_state(State::Dead);
        }
    }

    fn synced(&mut self, synced: Synced, now: Instant) {
        match synced {
            Synced::InStep => self.timeouts = 0,
            Synced::Silent { commands } => self.unanswered(commands),
        }
        self.due = match (std::mem::replace(&mut self.due, Due::Now(None)), synced) {
            (Due::Sync(exchange), Synced::InStep) => {
                self.channel.run(exchange, now);
                Due::Exchange
            }
            (Due::Sync(_), Synced::Silent { .. }) => {
                // Nothing answers: what runs is given up, and the watchdog is next.
                self.lose(now);
                self.is_stuck = true;
                return;
            }
            (_, Synced::InStep) => Due::Now(Some(Outcome::Final {
                result: crate::result::FinalResult::Ok,
                lines: Vec::new(),
            })),
            (_, Synced::Silent { .. }) => Due::Now(Some(Outcome::Silent { lines: Vec::new() })),
        };
    }

    fn unsolicited(&mut self, urc: crate::line::Urc, now: Instant) {
        if standin::is_boot(&urc) && self.is_started {
            self.shared.tell(Event::Rebooted);
            self.lose(now);
            return self.begin_again(now);
        }
        self.shared.handle_urc(&urc, now);
    }

    /// What runs gets to know that the modem is lost; the setup is.
    fn lose(&mut self, now: Instant) {
        let lost = Outcome::Lost {
            data_written: false,
        };
        let outcome = self.channel.lose().unwrap_or(lost);
        if let Some(mut procedure) = self.running.take() {
            let _ = procedure.next(Some(outcome), &mut self.shared, now);
        }
        self.due = Due::Now(None);
        self.is_started = false;
        self.is_starting = false;
        self.shared.lost(now);
    }

    fn begin_again(&mut self, now: Instant) {
        let _ = now;
        self.is_stuck = false;
        self.shared.set_state(State::Starting);
    }
}

impl fmt::Debug for Modem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modem")
            .field("state", &self.state())
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
