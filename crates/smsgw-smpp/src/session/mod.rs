//! An SMPP session without a socket and without a clock (SMPP 5.0 §2).
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
//! The tokio shells in [`esme`](crate::esme) and [`mc`](crate::mc) are such owners.
//!
//! ```
//! use std::time::Instant;
//! use bytes::BytesMut;
//! use smsgw_smpp::session::{Bind, BindMode, Config, Event, Session};
//!
//! let now = Instant::now();
//! let mut esme = Session::esme(Config::default(), now);
//! let mut mc = Session::mc(Config::default(), now);
//! esme.bind(&Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?), now)?;
//!
//! let mut octets = BytesMut::new();
//! esme.poll_transmit(&mut octets);
//! mc.handle_octets(&octets, now);
//! assert!(matches!(mc.poll_event(), Some(Event::BindRequest(_))));
//! mc.accept_bind("mc".try_into()?, now);
//!
//! octets.clear();
//! mc.poll_transmit(&mut octets);
//! esme.handle_octets(&octets, now);
//! assert!(matches!(esme.poll_event(), Some(Event::Bound(_))));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod bind;
mod config;
mod event;
mod histogram;
mod metrics;
mod pace;
mod receive;
mod send;
mod state;
mod tap;
mod timers;
mod version;
mod window;

use std::collections::VecDeque;
use std::time::Instant;

use bytes::BytesMut;
use smsgw_net::Tap;

use crate::header::SequenceNumber;
use crate::types::InterfaceVersion;

pub use bind::Bind;
pub use config::Config;
pub use event::{CloseReason, Event};
pub use histogram::Histogram;
pub use metrics::{Counters, Metrics};
pub use pace::{Pace, Rate};
pub use send::SendError;
pub use smsgw_net::{Backoff, Direction};
pub use state::{BindMode, Role, State};
use window::Window;

/// One end of an SMPP session.
#[derive(Debug)]
pub struct Session {
    config: Config,
    role: Role,
    state: State,
    input: BytesMut,
    output: Output,
    events: VecDeque<Event>,
    window: Window,
    /// Requests of the peer that wait for our answer.
    unanswered: usize,
    /// The owner answered one since the session was told the time.
    answered: bool,
    /// The session paused, and was not told the time since it goes on.
    held: bool,
    /// The owner's own pause: nothing is taken from the peer.
    unread: bool,
    /// The MC asked for a bind.
    outbound: bool,
    /// The bind that waits: the ESME's own, or the one an MC is asked for.
    bind: Option<Pending>,
    /// What both ends speak, once they are bound.
    version: InterfaceVersion,
    /// What a peer that binds to an MC speaks.
    peer_version: InterfaceVersion,
    pace: Pace,
    metrics: Metrics,
    tap: Tap,
    enquire_link: Option<Pending>,
    /// The own `unbind` that was sent.
    unbind: Option<Pending>,
    /// The own `unbind` to be: sent when all is answered, and by then in any case.
    unbind_by: Option<Instant>,
    /// The peer's `unbind`: answered when its other requests are, and by then in any case.
    peer_unbind: Option<Pending>,
    opened: Instant,
    last_received: Instant,
    last_message: Instant,
}

/// A request of the session's own that waits for an answer.
#[derive(Clone, Copy, Debug)]
struct Pending {
    sequence_number: SequenceNumber,
    deadline: Instant,
}

/// What is to be written, and how much ever was handed over.
#[derive(Debug, Default)]
struct Output {
    octets: BytesMut,
    handed_over: u64,
}

impl Output {
    fn total(&self) -> u64 {
        self.handed_over + self.octets.len() as u64
    }
}

impl Session {
    /// The client end of a fresh connection.
    #[must_use]
    pub fn esme(config: Config, now: Instant) -> Self {
        Self::new(config, Role::Esme, now)
    }

    /// The server end of a fresh connection.
    #[must_use]
    pub fn mc(config: Config, now: Instant) -> Self {
        Self::new(config, Role::Mc, now)
    }

    fn new(config: Config, role: Role, now: Instant) -> Self {
        let config = config.usable();
        Self {
            window: Window::new(config.window),
            version: config.interface_version,
            pace: Pace::new(config.rate),
            metrics: Metrics::default(),
            tap: Tap::default(),
            config,
            role,
            state: State::Open,
            input: BytesMut::new(),
            output: Output::default(),
            events: VecDeque::new(),
            unanswered: 0,
            answered: false,
            held: false,
            unread: false,
            outbound: false,
            bind: None,
            peer_version: InterfaceVersion::default(),
            enquire_link: None,
            unbind: None,
            unbind_by: None,
            peer_unbind: None,
            opened: now,
            last_received: now,
            last_message: now,
        }
    }

    /// Its limits and timers, as they are kept to.
    #[must_use]
    pub const fn config(&self) -> &Config {
        &self.config
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

    /// The version both ends speak: the lower of the two, once bound; before, this end's own.
    #[must_use]
    pub const fn version(&self) -> InterfaceVersion {
        self.version
    }

    /// What was counted and measured so far.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// How fast requests may be sent now.
    #[must_use]
    pub const fn pace(&self) -> &Pace {
        &self.pace
    }

    /// Goes on at the pace of an earlier session with the same peer; this one's rate counts.
    pub fn set_pace(&mut self, pace: Pace) {
        self.pace = pace.with_rate(self.config.rate);
    }

    /// How many requests of the peer wait for our answer.
    #[must_use]
    pub const fn unanswered(&self) -> usize {
        self.unanswered
    }

    /// How many own requests wait for an answer.
    #[must_use]
    pub const fn in_flight(&self) -> usize {
        self.window.len()
    }

    /// How many octets the own requests that wait for an answer have.
    #[must_use]
    pub const fn octets_in_flight(&self) -> u64 {
        self.window.octets()
    }

    /// Whether a request can be sent now as far as the window goes.
    #[must_use]
    pub const fn has_room(&self) -> bool {
        self.window.has_room()
    }

    /// Whether no more frames are taken until the owner answers: a bind, some of too many
    /// requests, or all of them when the peer unbinds; or until it wants more
    /// ([`Self::set_unread`]). What the peer sent behind them waits.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        let asked_to_bind = matches!((self.role, self.state), (Role::Mc, State::Binding(_)));
        let last_answers = self.peer_unbind.is_some() && !self.is_closed();
        let owes_much = self.unanswered >= self.config.max_unanswered;
        asked_to_bind || last_answers || owes_much || self.unread
    }

    /// Takes no more frames until it is called with `false`, for an owner that has enough to do:
    /// the peer, which is not listened to, is not called silent.
    pub fn set_unread(&mut self, unread: bool) {
        self.unread = unread;
        self.held |= unread;
    }

    /// The state of who is not bound.
    const fn unbound(&self) -> State {
        if self.outbound {
            State::Outbound
        } else {
            State::Open
        }
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
        // The peer cannot act on a request without its last octet.
        let unanswered = self
            .window
            .drain()
            .into_iter()
            .map(|request| Event::Unanswered {
                token: request.token,
                written: request.end <= written,
            });
        self.events.extend(unanswered);
        self.events.push_back(Event::Closed(reason));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{Body as _, SubmitSm, SubmitSmResp};
    use crate::status::CommandStatus;

    #[test]
    fn numbers_wrap_over_requests_keep_alives_and_unbind() {
        let now = Instant::now();
        let mut session = Session::esme(Config::default(), now);
        session.state = State::Bound(BindMode::Transceiver);
        session.window.next = SequenceNumber(SequenceNumber::LAST.0 - 1);
        for number in [0x7FFF_FFFE, 0x7FFF_FFFF, 1] {
            let sent = session.request(&SubmitSm::default(), number.into(), now);
            assert_eq!(sent, Ok(SequenceNumber(number)));
        }
        // The slot of a number before the wrap is still its own.
        for number in [0x7FFF_FFFF, 1, 0x7FFF_FFFE] {
            let answer = SubmitSmResp::default();
            let frame = answer.to_frame(CommandStatus::ESME_ROK, SequenceNumber(number));
            session.handle_frame(frame.clone(), now);
            let token = number.into();
            assert_eq!(session.poll_event(), Some(Event::Response { token, frame }));
        }
        let asks = now + Config::default().enquire_link_timer.unwrap();
        session.handle_timeout(asks);
        assert_eq!(session.enquire_link.unwrap().sequence_number.0, 2);
        session.unbind(asks);
        assert_eq!(session.unbind.unwrap().sequence_number.0, 3);
        assert_eq!(session.state(), State::Unbinding(BindMode::Transceiver));
    }
}
