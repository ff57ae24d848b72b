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
//!
//! ```
//! use std::time::Instant;
//! use bytes::BytesMut;
//! use smsgw_at::modem::{Config, Event, Modem, State, Submit};
//!
//! // A modem that says OK to everything, and what it has to.
//! let answer = |line: &str| match line {
//!     "AT+CPIN?" => "+CPIN: READY\r\nOK\r\n",
//!     "AT+CMEE?" => "+CMEE: 0\r\nOK\r\n",
//!     "AT+CMGS=10" => "\r\n> ",
//!     "0001000381214300000141\u{1a}" => "+CMGS: 7\r\nOK\r\n",
//!     _ => "OK\r\n",
//! };
//! let mut now = Instant::now();
//! let mut modem = Modem::new(Config::default(), now);
//! let pdu = vec![0x00, 0x01, 0x00, 0x03, 0x81, 0x21, 0x43, 0x00, 0x00, 0x01, 0x41];
//! modem.send(1, Submit { pdu, more_to_follow: false }, now)?;
//! modem.handle_open(now);
//!
//! let mut octets = BytesMut::new();
//! loop {
//!     match modem.poll_event() {
//!         Some(Event::Sent { token, reference }) => {
//!             assert_eq!((token, reference), (1, Some(7)));
//!             break;
//!         }
//!         Some(_) => continue,
//!         None => {}
//!     }
//!     modem.poll_transmit(&mut octets);
//!     if octets.is_empty() {
//!         now = modem.poll_timeout().ok_or("nothing to do")?;
//!         modem.handle_timeout(now);
//!     } else {
//!         let line = std::str::from_utf8(&octets)?.trim_start_matches('\u{1b}');
//!         let line = line.trim_end_matches('\r').to_owned();
//!         octets.clear();
//!         modem.handle_octets(answer(&line).as_bytes(), now);
//!     }
//! }
//! assert_eq!(modem.state(), State::Ready);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it is set up
//!
//! Once there is a port, and again whenever the modem has started again:
//!
//! 1. It is made to talk: ESC, as somebody may have left it at a prompt; `AT`, three times at most;
//!    echo off, results as words, errors as numbers, each with a command of its own. It is asked what
//!    it is, which chooses its [`Profile`](crate::quirks::Profile), and switched on if it is off.
//! 2. Its SIM is made to work. What is in the way is told by [`State::Waiting`], and looked at again
//!    from time to time; commands of the owner's own are sent meanwhile. For the PIN see
//!    [`Config::pin`].
//! 3. It is told how messages come and go: `+CSMS`, `+CMGF=0`, `+CPMS`, `+CNMI`. What it offers (`=?`)
//!    is asked first, nothing else is sent, and what is refused is replaced by the next best.
//! 4. It is looked at: signal, registration, operator, stores, service centre. Then it is
//!    [`Ready`](State::Ready), and all that is stored in it is read.
//!
//! # One command at a time
//!
//! A result belongs to the command in flight. So that it certainly does, a command that was given up
//! is followed by others whose answers can be told apart, until the last one's has come; what comes
//! before that belongs to what was given up. Nothing else is written meanwhile. In that way a result
//! that comes after [`Event::Unknown`] is recognised: [`Event::SentLate`], [`Event::NotSentLate`].
//!
//! What is next is, in this order: to wake a modem that does not answer; to set it up; to acknowledge
//! what came directly; to read what has arrived; requests of the owner; a look at its health. Of nine
//! things to read the last lets a request go first.
//!
//! # A modem that does not answer
//!
//! is woken by ever stronger means, with `AT` three times after each, and set up again once it
//! answers:
//!
//! | | |
//! |---|---|
//! | 1 | ESC, Ctrl-Z, `ATQ0V1` |
//! | 2 | [`PortRequest::DropDtr`] |
//! | 3 | [`PortRequest::Reopen`] |
//! | 4 | `+CFUN=1,1`, and what its make has besides, without waiting for an answer |
//! | 5 | [`PortRequest::PowerCycle`] |
//! | 6 | a pause, each time [twice as long](Config::recovery_pauses); then from 1 |
//!
//! It is [`State::Recovering`], and after [`Modem::MAX_TIMEOUTS`] commands without an answer
//! [`State::Dead`]. One that says that it has started (`RDY`), or that sends commands back although it
//! had agreed not to, is set up again at once. After a start that it does not tell it may be in text
//! mode: to one that sends `+CMGS` back no PDU is given.

mod call;
mod channel;
mod config;
mod event;
mod health;
mod pin;
mod pin_owner;
mod procedure;
mod raw;
mod receive;
mod report;
mod request;
mod schedule;
mod send;
mod setup;
mod shared;
mod sims;
mod start;
mod state;
mod tap;
mod ussd;
mod watchdog;

use std::fmt;
use std::time::{Duration, Instant};

use bytes::BytesMut;

use self::channel::{Channel, Notice, Outcome};
use self::schedule::{Due, Parked, Running, Stage};
use self::shared::Shared;
use crate::command::identity::Imei;
use crate::line::Urc;
use crate::urc::UrcKind;

pub use config::{Acknowledgement, Config, Delivery, Doubt, SettingsReset, SimKey};
pub use event::{
    Answer, Broadcast, Call, Event, Failure, Fault, Health, Identity, PortRequest, Received,
    ReceivedId, Report, Source, Ussd,
};
pub(crate) use report::reported_recipient;
pub use report::{Matched, SentReference, SentReferences};
pub use request::{CommandError, QueueFull};
pub use send::Submit;
pub use state::{Obstacle, State};

/// One modem, whatever port it is at.
///
/// It outlives its port: what waits to be sent goes on waiting while there is none.
pub struct Modem {
    shared: Shared,
    channel: Channel,
    is_open: bool,
    stage: Stage,
    /// The watchdog is next.
    is_stuck: bool,
    /// Once what runs is done the setup begins anew here, as the modem has lost its settings or has
    /// another SIM.
    again: Option<Stage>,
    /// How often it has sent commands back although it had agreed not to.
    echoes: u8,
    /// When the SIM was looked at last because there was something with it.
    suspected: Option<Instant>,
    running: Option<Running>,
    due: Due,
    parked: Option<Parked>,
    /// Nothing is begun before.
    rest_until: Option<Instant>,
    /// Receptions since the last request was done.
    receptions: u32,
    /// Commands in a row without an answer.
    timeouts: u32,
    /// How often the modem has said that it starts, while it was being set up.
    restarts: u8,
    /// It has said `^BOOT`, which some say again and again.
    says_boot: bool,
}

impl Modem {
    /// Commands in a row without an answer, after which a modem counts as dead.
    pub const MAX_TIMEOUTS: u32 = 10;
    /// How often a modem may start again while it is set up, before that is taken for chatter.
    const MAX_RESTARTS: u8 = 5;
    /// How often an echo is taken for a start that nobody told.
    pub(super) const MAX_ECHOES: u8 = 3;
    /// Between two looks at a SIM because there was something with it.
    const SUSPICION: Duration = Duration::from_secs(10);

    /// A modem that has no port yet.
    #[must_use]
    pub fn new(config: Config, now: Instant) -> Self {
        Self {
            shared: Shared::new(config.usable(), now),
            channel: Channel::new(),
            is_open: false,
            stage: Stage::Talk,
            is_stuck: false,
            again: None,
            echoes: 0,
            suspected: None,
            running: None,
            due: Due::Now(None),
            parked: None,
            rest_until: None,
            receptions: 0,
            timeouts: 0,
            restarts: 0,
            says_boot: false,
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

    /// The number of the modem that is at the port; `None` until it was read, and when it does not
    /// tell. It is known before anything is asked of the SIM.
    #[must_use]
    pub const fn imei(&self) -> Option<Imei> {
        match self.stage {
            // What is known is of the last one.
            Stage::Talk => None,
            _ => self.shared.found.imei,
        }
    }

    /// Whether the modem that is at the port was asked for its number, whatever it said.
    #[cfg(feature = "tokio")]
    pub(crate) const fn was_asked_imei(&self) -> bool {
        !matches!(self.stage, Stage::Talk)
    }

    /// How it was when it was looked at last.
    #[must_use]
    pub const fn health(&self) -> &Health {
        &self.shared.health
    }

    /// Whether nothing is under way that was asked for or that arrived: a good moment to close the
    /// port.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.stage.is_ready() || (self.running.is_none() && self.channel.is_idle())
    }

    /// There is a port: the modem is set up.
    pub fn handle_open(&mut self, now: Instant) {
        if self.is_open {
            self.handle_close(now);
        }
        self.is_open = true;
        self.is_stuck = false;
        self.restarts = 0;
        self.echoes = 0;
        self.says_boot = false;
        self.channel.lose();
        self.shared.power_on(now);
        let is_climbing = self.shared.ladder.is_climbing();
        self.shared.set_state(match is_climbing {
            true => State::Recovering,
            false => State::Starting,
        });
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
        self.disconnect(now);
        self.is_open = false;
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

    /// The next outcome of a request, or the next thing for the port, past all other events.
    #[cfg(feature = "tokio")]
    pub(crate) fn poll_urgent_event(&mut self) -> Option<Event> {
        self.shared.poll_urgent_event()
    }

    /// When [`Self::handle_timeout`] is to be called; `None` when nothing waits for time.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let open = if self.is_open {
            [self.channel.deadline(), self.step_due()]
        } else {
            [None, None]
        };
        let due = open.into_iter().chain([self.shared.deadline()]);
        due.flatten().min()
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        match notice {
            Notice::Urc(urc) => self.unsolicited(&urc, now),
            Notice::Outcome(outcome) => self.outcome(outcome, now),
            Notice::Silent(command) => self.unanswered(command, 1),
            Notice::Echo => self.echo(),
            Notice::Late(late) => send::handle_late(&mut self.shared, late, now),
            Notice::Overdue => send::handle_overdue(&mut self.shared),
            Notice::Stray(line) => self.shared.fault(Fault::Late { line }),
            Notice::Junk(octets) => self.shared.fault(Fault::Junk { octets }),
            Notice::Synced(synced) => self.synced(synced, now),
        }
    }

    fn outcome(&mut self, outcome: Outcome, now: Instant) {
        match &outcome {
            Outcome::Final { result, .. }
            | Outcome::NoPrompt {
                refused: Some(result),
            } => {
                self.timeouts = 0;
                if pin::tells_of_sim(result) {
                    self.suspect_sim(now);
                }
            }
            _ => {}
        }
        if let Due::Exchange = self.due {
            self.due = Due::Now(Some(outcome));
        }
    }

    /// So many times a command had no result.
    fn unanswered(&mut self, command: String, times: u32) {
        self.timeouts = self.timeouts.saturating_add(times);
        let in_a_row = self.timeouts;
        self.shared.fault(Fault::Silent { command, in_a_row });
        if self.timeouts >= Self::MAX_TIMEOUTS {
            self.shared.set_state(State::Dead);
        }
    }

    /// The modem sends a command back.
    fn echo(&mut self) {
        if self.shared.is_echo_off {
            self.shared.is_echo_off = false;
            self.channel.set_echo_off(false);
            if self.stage.is_ready() {
                // It had agreed not to: it has started again, and said nothing. Or that is how it is.
                self.echoes = self.echoes.saturating_add(1);
                self.again = Some(Stage::Talk);
            }
        }
    }

    fn unsolicited(&mut self, urc: &Urc, now: Instant) {
        if urc.is_boot() {
            return self.boot(&urc.line, now);
        }
        if urc.kind() == UrcKind::SimState {
            if let Some(parked) = &mut self.parked {
                parked.hurry();
            } else if urc.line.starts_with("+CPIN") && !self.shared.is_powering_on(now) {
                // It was pulled out, or another one was put in.
                self.suspect_sim(now);
            }
        }
        self.shared.handle_urc(urc, now);
    }

    /// There is something with the SIM: it is looked at, but not all the time.
    fn suspect_sim(&mut self, now: Instant) {
        let is_long_ago = |at: Instant| now.saturating_duration_since(at) >= Self::SUSPICION;
        if self.stage.is_ready() && self.suspected.is_none_or(is_long_ago) {
            self.suspected = Some(now);
            self.again = self.again.or(Some(Stage::Sim));
        }
    }

    /// The modem says that it starts.
    fn boot(&mut self, line: &str, now: Instant) {
        let is_chatter = line.starts_with("^BOOT") && std::mem::replace(&mut self.says_boot, true);
        let is_part = is_part_ready(line) && self.shared.is_powering_on(now);
        match self.stage {
            Stage::Ready if is_chatter || is_part => {
                // What was not there before may be there now, or be gone.
                self.shared.checks.ask_routing(now);
                self.shared.ask_sweep();
            }
            Stage::Ready => {
                self.shared.tell(Event::Rebooted);
                self.set_up_again(now);
                self.shared.power_on(now);
            }
            _ if is_chatter || is_part || self.restarts >= Self::MAX_RESTARTS => {}
            _ => {
                self.restarts += 1;
                self.set_up_again(now);
                self.shared.power_on(now);
            }
        }
    }

    /// What was in flight is lost, and the modem is set up from the beginning.
    fn set_up_again(&mut self, now: Instant) {
        self.disconnect(now);
        self.shared.set_state(State::Starting);
    }

    /// Nothing that was written will be answered any more.
    fn disconnect(&mut self, now: Instant) {
        let outcome = self.channel.lose();
        self.lose(outcome.unwrap_or(Outcome::NOT_WRITTEN), now);
    }

    /// What runs gets to know that the modem is lost, and so does who relies on its settings.
    fn lose(&mut self, outcome: Outcome, now: Instant) {
        let running = self.running.take().map(|running| running.procedure);
        let parked = self.parked.take().map(|parked| parked.procedure);
        for mut procedure in running.into_iter().chain(parked) {
            // Whatever it wants: it is over.
            let _ = procedure.next(Some(outcome.clone()), &mut self.shared, now);
        }
        self.due = Due::Now(None);
        self.stage = Stage::Talk;
        self.again = None;
        self.shared.lost(now);
    }
}

/// Whether a modem that starts says only that a part of it, its radio, its SIM or its phone book,
/// is ready now.
fn is_part_ready(line: &str) -> bool {
    let line = line.to_ascii_uppercase();
    let ends = ["READY", "DONE"];
    line.starts_with("+CFUN") || ends.iter().any(|end| line.ends_with(end))
}

impl fmt::Debug for Modem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Modem")
            .field("state", &self.state())
            .field("stage", &self.stage)
            .field("running", &self.running)
            .finish_non_exhaustive()
    }
}
