//! A UCP session without a socket and without a clock.
//!
//! The owner of a [`Session`] moves octets and time:
//!
//! 1. [`handle_octets`](Session::handle_octets) with what was read,
//! 2. [`handle_timeout`](Session::handle_timeout) when [`poll_timeout`](Session::poll_timeout)
//!    says it is time,
//! 3. [`poll_event`](Session::poll_event) until there is none,
//! 4. [`poll_transmit`](Session::poll_transmit) and writes what it gave.
//!
//! The one invariant: after any call, poll events and octets until both are empty before waiting.
//!
//! ```
//! use std::time::Instant;
//! use bytes::BytesMut;
//! use smsgw_ucp::op::SessionManagement;
//! use smsgw_ucp::session::{Config, Event, Session};
//! use smsgw_ucp::types::{SessionType, Version};
//! use smsgw_ucp::SystemMessage;
//!
//! let now = Instant::now();
//! let mut sme = Session::sme(Config::default(), now);
//! let mut smsc = Session::smsc(Config::default(), now);
//! let login = SessionManagement {
//!     oadc: "2147".try_into()?,
//!     styp: SessionType::OPEN,
//!     vers: Version::V1_0,
//!     ..SessionManagement::default()
//! };
//! sme.login(&login, now)?;
//!
//! let mut octets = BytesMut::new();
//! sme.poll_transmit(&mut octets);
//! smsc.handle_octets(&octets, now);
//! assert!(matches!(smsc.poll_event(), Some(Event::LoginRequest(_))));
//! smsc.accept_login(SystemMessage::EMPTY, now);
//!
//! octets.clear();
//! smsc.poll_transmit(&mut octets);
//! sme.handle_octets(&octets, now);
//! assert!(matches!(sme.poll_event(), Some(Event::LoggedIn(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod config;
mod event;
mod keys;
mod metrics;
mod owed;
mod receive;
mod send;
mod state;
mod tap;
mod timers;
mod window;

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

use bytes::BytesMut;
use smsgw_net::Tap;

use crate::deframer::Deframer;
use crate::header::Trn;

pub use account::{Account, Accounts, NotificationAddress};
pub use config::{Config, Login, TimeoutPolicy};
pub use event::{CloseReason, Event, Refusal};
pub use keys::MessageKeys;
pub use metrics::{Counted, Counters, Faults, Metrics};
use owed::Owed;
pub use send::SendError;
pub use smsgw_net::Direction;
pub use state::{Role, State};
use window::{Purpose, Window};

/// One end of a UCP session.
///
/// Either end may have made the connection; what an end is decides what it may send.
pub struct Session {
    config: Config,
    role: Role,
    state: State,
    /// Whose link it is, once that is known.
    account: Option<Account>,
    input: BytesMut,
    deframer: Deframer,
    /// What was no frame since the last good one.
    bad: Bad,
    output: Output,
    events: VecDeque<Event>,
    window: Window,
    /// Operations of the peer that wait for our result.
    owed: Owed,
    /// At a service centre: the login that waits for our result.
    login: Option<Trn>,
    /// Who logs in.
    claimed: Option<Account>,
    /// The owner answered a message since the session was told the time.
    answered: bool,
    /// The session paused, and was not told the time since it goes on.
    was_paused: bool,
    /// The owner's own pause: nothing is taken from the peer.
    unread: bool,
    /// The end to be: when nothing is outstanding any more, and by then in any case.
    closing: Option<(Instant, CloseReason)>,
    metrics: Metrics,
    tap: Tap,
    opened: Instant,
    last_operation: Instant,
    last_message: Instant,
}

/// What is to be written, and how much ever was handed over.
#[derive(Default)]
struct Output {
    octets: BytesMut,
    handed_over: u64,
}

/// In a row, since the last good frame.
#[derive(Clone, Copy, Debug, Default)]
struct Bad {
    frames: u32,
    octets: usize,
}

impl Output {
    fn total(&self) -> u64 {
        self.handed_over + self.octets.len() as u64
    }
}

impl Session {
    /// The client end of a fresh connection.
    #[must_use]
    pub fn sme(config: Config, now: Instant) -> Self {
        Self::new(config, Role::Sme, now)
    }

    /// The service centre's end of a fresh connection.
    #[must_use]
    pub fn smsc(config: Config, now: Instant) -> Self {
        Self::new(config, Role::Smsc, now)
    }

    fn new(config: Config, role: Role, now: Instant) -> Self {
        let config = config.usable();
        let (state, account) = match &config.login {
            Login::Required => (State::Open, None),
            Login::None(account) => (State::Up, Some(account.clone())),
        };
        Self {
            window: Window::new(config.window),
            deframer: Deframer::new(config.max_frame_len, config.quirks),
            config,
            role,
            state,
            account,
            input: BytesMut::new(),
            bad: Bad::default(),
            output: Output::default(),
            events: VecDeque::new(),
            owed: Owed::default(),
            login: None,
            claimed: None,
            answered: false,
            was_paused: false,
            unread: false,
            closing: None,
            metrics: Metrics::default(),
            tap: Tap::default(),
            opened: now,
            last_operation: now,
            last_message: now,
        }
    }

    /// Its limits and timers, as they are kept to.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// Which end it is.
    #[must_use]
    pub const fn role(&self) -> Role {
        self.role
    }

    /// Where the session is.
    #[must_use]
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether it is over. What [`Self::poll_transmit`] still gives should be written.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        matches!(self.state, State::Closed)
    }

    /// Whose link it is: OAdC of the login, once that has succeeded, or what
    /// [`Login::None`] says.
    #[must_use]
    pub const fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// What was counted so far.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// How many operations of the peer wait for our result.
    #[must_use]
    pub fn unanswered(&self) -> usize {
        self.owed.len()
    }

    /// How many own operations wait for a result, without those the session sends by itself.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.window.requests()
    }

    /// How many octets the own operations that wait for a result have.
    #[must_use]
    pub const fn octets_in_flight(&self) -> u64 {
        self.window.octets()
    }

    /// The most own operations that may wait for a result.
    #[must_use]
    pub const fn window(&self) -> usize {
        self.config.window
    }

    /// Whether an operation can be sent now as far as the window goes.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.window.has_room()
    }

    /// Whether no more frames are taken until the owner answers: a login, or some of too many
    /// operations; or until it wants more ([`Self::set_unread`]). What the peer sent behind them
    /// waits.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.login.is_some() || self.owed.len() >= self.config.max_unanswered || self.unread
    }

    /// Takes no more frames until it is called with `false`, for an owner that has enough to do:
    /// the peer, which is not listened to, is not called silent.
    pub fn set_unread(&mut self, unread: bool) {
        self.unread = unread;
        self.was_paused |= unread;
    }

    /// The connection is gone. Of what [`Self::poll_transmit`] gave, the last `unwritten` octets
    /// were not written and must never be.
    pub fn handle_disconnect(&mut self, unwritten: usize) {
        let written = self.output.handed_over.saturating_sub(unwritten as u64);
        self.end(CloseReason::Disconnected, written);
        self.output.octets.clear();
    }

    fn end(&mut self, reason: CloseReason, written: u64) {
        if self.is_closed() {
            return;
        }
        self.state = State::Closed;
        self.login = None;
        for operation in self.window.drain() {
            if let Purpose::Request(token) = operation.purpose {
                // The peer cannot act on an operation without its last octet.
                let written = operation.copies > 0 && operation.end <= written;
                self.report_unanswered(token, written);
            }
        }
        self.events.push_back(Event::Closed(reason));
    }

    fn report_unanswered(&mut self, token: u64, written: bool) {
        self.metrics.faults.unanswered += 1;
        self.events.push_back(Event::Unanswered { token, written });
    }

    /// Appends everything that is to be written to `out`.
    #[inline]
    pub fn poll_transmit(&mut self, out: &mut BytesMut) {
        self.output.handed_over = self.output.total();
        if out.is_empty() {
            // Both keep their memory: nothing is copied, nothing allocated.
            std::mem::swap(out, &mut self.output.octets);
        } else {
            out.extend_from_slice(&self.output.octets);
            self.output.octets.clear();
        }
    }

    /// The next thing that happened.
    #[inline]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the octets to be written: what is printed ends in logs, and a login has a password.
        f.debug_struct("Session")
            .field("role", &self.role)
            .field("state", &self.state)
            .field("account", &self.account)
            .field("in_flight", &self.in_flight())
            .field("unanswered", &self.unanswered())
            .finish_non_exhaustive()
    }
}
