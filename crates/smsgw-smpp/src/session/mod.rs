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
mod state;
mod timers;
mod window;

use std::collections::VecDeque;
use std::fmt;
use std::time::Instant;

use bytes::BytesMut;

use crate::command::{CommandId, Pdu};
use crate::error::FrameError;
use crate::frame::Frame;
use crate::header::{Header, SequenceNumber};
use crate::pdu::{
    BindReceiverResp, BindTransceiverResp, BindTransmitterResp, Body, EnquireLinkResp, GenericNack,
    Request, Unbind, UnbindResp,
};
use crate::status::CommandStatus;
use crate::tlv::{ScInterfaceVersion, Tlv, Tlvs};
use crate::types::{COctetString, InterfaceVersion};

pub use bind::Bind;
pub use config::Config;
pub use event::{CloseReason, Event};
pub use state::{BindMode, Role, State};
use window::{InFlight, Match, Window};

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
    /// The bind that waits: the ESME's own, or the one an MC is asked for.
    bind: Option<Pending>,
    /// What a peer that binds to an MC speaks.
    peer_version: InterfaceVersion,
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

/// A request cannot be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// As many requests as the window holds wait for an answer.
    WindowFull,
    /// The state does not allow this request.
    State(State),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WindowFull => f.write_str("the window is full"),
            Self::State(state) => write!(f, "not allowed in state {state:?}"),
        }
    }
}

impl std::error::Error for SendError {}

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
            config,
            role,
            state: State::Open,
            input: BytesMut::new(),
            output: Output::default(),
            events: VecDeque::new(),
            unanswered: 0,
            answered: false,
            held: false,
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
    /// requests, or all of them when the peer unbinds. What the peer sent behind them waits.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        let asked_to_bind = matches!((self.role, self.state), (Role::Mc, State::Binding(_)));
        let last_answers = self.peer_unbind.is_some() && !self.is_closed();
        asked_to_bind || last_answers || self.unanswered >= self.config.max_unanswered
    }

    // What the owner wants to send.

    /// Asks to bind.
    ///
    /// # Errors
    /// When the session is not an ESME's, or not open.
    pub fn bind(&mut self, bind: &Bind<'_>, now: Instant) -> Result<(), SendError> {
        if !self.state.allows(self.role, bind.mode.command_id()) {
            return Err(SendError::State(self.state));
        }
        let sequence_number = self.window.take_number();
        bind.encode(sequence_number, &mut self.output.octets);
        let deadline = now + self.config.session_init_timer;
        self.bind = Some(Pending {
            sequence_number,
            deadline,
        });
        self.state = State::Binding(bind.mode);
        Ok(())
    }

    /// Lets the peer bind as it asked ([`Event::BindRequest`]); without such a request, nothing.
    pub fn accept_bind(&mut self, system_id: COctetString<'_, 16>, now: Instant) {
        let (State::Binding(mode), Role::Mc, Some(bind)) = (self.state, self.role, self.bind)
        else {
            return;
        };
        self.bind = None;
        let version = [Tlv::from(ScInterfaceVersion(InterfaceVersion::SMPP_3_4))];
        // Before 3.4 there were no TLVs.
        let tlvs = if self.peer_version < InterfaceVersion::SMPP_3_4 {
            Tlvs::EMPTY
        } else {
            Tlvs::new(&version).unwrap_or_default()
        };
        let (status, number) = (CommandStatus::ESME_ROK, bind.sequence_number);
        let out = &mut self.output.octets;
        match mode {
            BindMode::Transmitter => {
                BindTransmitterResp { system_id, tlvs }.encode(status, number, out);
            }
            BindMode::Receiver => BindReceiverResp { system_id, tlvs }.encode(status, number, out),
            BindMode::Transceiver => {
                BindTransceiverResp { system_id, tlvs }.encode(status, number, out);
            }
        }
        self.state = State::Bound(mode);
        self.last_message = now;
    }

    /// Refuses the bind the peer asked for. It may try again until the session init timer ends.
    pub fn refuse_bind(&mut self, status: CommandStatus) {
        let (State::Binding(mode), Role::Mc, Some(bind)) = (self.state, self.role, self.bind)
        else {
            return;
        };
        self.bind = None;
        self.bare(mode.command_id().response(), status, bind.sequence_number);
        self.state = State::Open;
    }

    /// Sends a request; its outcome comes as [`Event::Response`] or [`Event::Unanswered`] with
    /// `token`.
    ///
    /// # Errors
    /// When the window is full or the state does not allow it; then nothing is sent.
    pub fn request<'a, T: Request<'a>>(
        &mut self,
        body: &T,
        token: u64,
        now: Instant,
    ) -> Result<SequenceNumber, SendError> {
        if !self.state.allows(self.role, T::COMMAND_ID) {
            return Err(SendError::State(self.state));
        }
        if !self.window.has_room() {
            return Err(SendError::WindowFull);
        }
        let sequence_number = self.window.reserve(now);
        let start = self.output.total();
        body.encode(
            CommandStatus::ESME_ROK,
            sequence_number,
            &mut self.output.octets,
        );
        self.window.insert(InFlight {
            sequence_number,
            command_id: T::COMMAND_ID,
            token,
            deadline: now + self.config.response_timer,
            len: self.output.total() - start,
            end: self.output.total(),
        });
        self.last_message = now;
        Ok(sequence_number)
    }

    /// Answers a request of the peer ([`Event::Request`]).
    pub fn respond<'a, T: Body<'a>>(
        &mut self,
        body: &T,
        status: CommandStatus,
        sequence_number: SequenceNumber,
    ) {
        if !self.is_closed() {
            body.encode(status, sequence_number, &mut self.output.octets);
        }
        self.note_answered();
    }

    /// Answers a request of the peer with a header alone.
    pub fn reject(&mut self, request: Header, status: CommandStatus) {
        if !self.is_closed() {
            self.bare(
                request.command_id.response(),
                status,
                request.sequence_number,
            );
        }
        self.note_answered();
    }

    /// Leaves a request of the peer ([`Event::Request`]) without an answer: nothing waits for one
    /// any more.
    pub fn ignore(&mut self, _request: Header) {
        self.note_answered();
    }

    /// Nobody is there to answer.
    #[cfg(feature = "tokio")]
    pub(crate) fn ignore_all(&mut self) {
        self.unanswered = self.unanswered.min(1);
        self.note_answered();
    }

    fn note_answered(&mut self) {
        self.unanswered = self.unanswered.saturating_sub(1);
        self.answered = true;
        if self.unanswered == 0 {
            self.agree_to_unbind();
        }
    }

    /// Ends the session in good order: waits for the answers in flight, both ways, but not longer
    /// than for one of them; unbinds; closes.
    pub fn unbind(&mut self, now: Instant) {
        match self.state {
            State::Bound(mode) => {
                self.state = State::Unbinding(mode);
                self.unbind_by = Some(now + self.config.response_timer);
                self.unbind_if_due(now);
            }
            State::Open | State::Binding(_) => self.close(CloseReason::Local),
            State::Unbinding(_) | State::Closed => {}
        }
    }

    fn unbind_if_due(&mut self, now: Instant) {
        if self.unbind_due().is_some_and(|due| due <= now) {
            self.unbind_by = None;
            self.unbind = Some(self.own_request(&Unbind::default(), now));
        }
    }

    fn unbind_due(&self) -> Option<Instant> {
        let waits = !self.is_closed() && self.peer_unbind.is_none();
        let by = self.unbind_by.filter(|_| waits)?;
        let is_drained = self.window.len() + self.unanswered == 0;
        // At once: what it waited for has come.
        Some(if is_drained { self.opened } else { by })
    }

    /// Answers the peer's `unbind`, if there is one.
    fn agree_to_unbind(&mut self) {
        if let (Some(asked), false) = (self.peer_unbind, self.is_closed()) {
            UnbindResp::default().encode(
                CommandStatus::ESME_ROK,
                asked.sequence_number,
                &mut self.output.octets,
            );
            self.close(CloseReason::PeerUnbound);
        }
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a PDU: for simulators of peers that do.
    pub fn break_off(&mut self, octets: &[u8]) {
        if !self.is_closed() {
            self.output.octets.extend_from_slice(octets);
        }
        self.close(CloseReason::Local);
    }

    /// Ends the session at once. What [`Self::poll_transmit`] still gives should be written.
    pub fn close(&mut self, reason: CloseReason) {
        self.end(reason, self.output.total());
    }

    // What comes from outside.

    /// Takes octets the peer sent; none to go on after a pause ([`Self::is_paused`]).
    pub fn handle_octets(&mut self, octets: &[u8], now: Instant) {
        let mut input = std::mem::take(&mut self.input);
        input.extend_from_slice(octets);
        self.handle_buffer(&mut input, now);
        self.input = input;
    }

    /// Takes all whole frames off the front of `buffer`, without a copy.
    ///
    /// Stops early while [`Self::is_paused`]; call again after answering.
    pub fn handle_buffer(&mut self, buffer: &mut BytesMut, now: Instant) {
        self.catch_up(now);
        while !self.is_closed() && !self.is_paused() {
            match Frame::split_from(buffer, self.config.max_frame_len) {
                Ok(Some(frame)) => self.handle_frame(frame, now),
                Ok(None) => return,
                Err(error) => return self.handle_frame_error(error, buffer),
            }
        }
        if self.is_closed() {
            buffer.clear();
        }
    }

    fn handle_frame_error(&mut self, error: FrameError, buffer: &[u8]) {
        let number = buffer.get(12..16).and_then(|octets| octets.try_into().ok());
        if let Some(number) = number {
            let number = SequenceNumber(u32::from_be_bytes(number));
            self.nack(CommandStatus::ESME_RINVCMDLEN, number);
        }
        self.close(CloseReason::Frame(error));
    }

    /// Takes one frame the peer sent.
    pub fn handle_frame(&mut self, frame: Frame, now: Instant) {
        if self.is_closed() {
            return;
        }
        self.last_received = now;
        if frame.command_id().is_response() {
            self.handle_response(frame, now);
        } else {
            self.handle_request(frame, now);
        }
        self.held |= self.is_paused();
    }

    fn handle_request(&mut self, frame: Frame, now: Instant) {
        let Header {
            command_id,
            sequence_number,
            ..
        } = frame.header();
        if !command_id.is_known() {
            self.nack(CommandStatus::ESME_RINVCMDID, sequence_number);
            return self.events.push_back(Event::Refused(frame));
        }
        if !self.state.allows(self.role.peer(), command_id) {
            let already_bound = command_id.is_bind() && !matches!(self.state, State::Open);
            let status = if already_bound {
                CommandStatus::ESME_RALYBND
            } else {
                CommandStatus::ESME_RINVBNDSTS
            };
            return self.refuse(frame, status);
        }
        // The header alone of a request that has a body is no request.
        let refusal = match Pdu::read(frame.view(), &self.config.quirks, None) {
            Ok(Pdu::Bare(_)) => Some(CommandStatus::ESME_RINVCMDLEN),
            Ok(_) => None,
            Err(_) if command_id == CommandId::ENQUIRE_LINK || command_id == CommandId::UNBIND => {
                None
            }
            Err(error) => Some(error.command_status()),
        };
        if let Some(status) = refusal {
            return self.refuse(frame, status);
        }
        match command_id {
            CommandId::ENQUIRE_LINK => EnquireLinkResp::default().encode(
                CommandStatus::ESME_ROK,
                sequence_number,
                &mut self.output.octets,
            ),
            CommandId::UNBIND => {
                if let State::Bound(mode) = self.state {
                    self.state = State::Unbinding(mode);
                }
                // Said twice, it is answered once.
                let deadline = now + self.config.response_timer;
                self.peer_unbind.get_or_insert(Pending {
                    sequence_number,
                    deadline,
                });
                if self.unanswered == 0 {
                    self.agree_to_unbind();
                }
            }
            CommandId::ALERT_NOTIFICATION | CommandId::OUTBIND => {
                self.events.push_back(Event::Notification(frame));
            }
            _ => {
                self.last_message = now;
                match BindMode::of(command_id) {
                    Some(mode) => {
                        self.state = State::Binding(mode);
                        self.peer_version = Bind::from_frame(&frame)
                            .map(|bind| bind.interface_version)
                            .unwrap_or_default();
                        let deadline = self.opened + self.config.session_init_timer;
                        self.bind = Some(Pending {
                            sequence_number,
                            deadline,
                        });
                        self.events.push_back(Event::BindRequest(frame));
                    }
                    None => {
                        self.unanswered += 1;
                        self.events.push_back(Event::Request(frame));
                    }
                }
            }
        }
    }

    /// Answers a request that is not handed to the owner.
    fn refuse(&mut self, frame: Frame, status: CommandStatus) {
        let Header {
            command_id,
            sequence_number,
            ..
        } = frame.header();
        if command_id == CommandId::ALERT_NOTIFICATION || command_id == CommandId::OUTBIND {
            self.nack(status, sequence_number);
        } else {
            self.bare(command_id.response(), status, sequence_number);
        }
        self.events.push_back(Event::Refused(frame));
    }

    fn handle_response(&mut self, frame: Frame, now: Instant) {
        let Header {
            command_id,
            command_status,
            sequence_number,
        } = frame.header();
        let answers = |pending: Option<Pending>, request: CommandId| {
            pending.is_some_and(|pending| pending.sequence_number == sequence_number)
                && (command_id == request.response() || command_id == CommandId::GENERIC_NACK)
        };
        if answers(self.enquire_link, CommandId::ENQUIRE_LINK) {
            self.enquire_link = None;
            return;
        }
        if answers(self.unbind, CommandId::UNBIND) {
            return self.close(CloseReason::Unbound);
        }
        if let (State::Binding(mode), Role::Esme) = (self.state, self.role)
            && answers(self.bind, mode.command_id())
        {
            self.bind = None;
            self.last_message = now;
            let bound = command_status.is_ok() && command_id != CommandId::GENERIC_NACK;
            self.state = if bound {
                State::Bound(mode)
            } else {
                State::Open
            };
            let event = if bound {
                Event::Bound
            } else {
                Event::BindRefused
            };
            return self.events.push_back(event(frame));
        }
        self.events
            .push_back(match self.window.take(sequence_number, command_id) {
                Match::Waiting(token) => {
                    self.last_message = now;
                    Event::Response { token, frame }
                }
                Match::Late(token) => Event::LateResponse { token, frame },
                Match::None => Event::Stray(frame),
            });
        self.unbind_if_due(now);
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
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn own_request<'a, T: Request<'a>>(&mut self, body: &T, now: Instant) -> Pending {
        let sequence_number = self.window.take_number();
        body.encode(
            CommandStatus::ESME_ROK,
            sequence_number,
            &mut self.output.octets,
        );
        Pending {
            sequence_number,
            deadline: now + self.config.response_timer,
        }
    }

    fn nack(&mut self, status: CommandStatus, number: SequenceNumber) {
        GenericNack::default().encode(status, number, &mut self.output.octets);
    }

    fn bare(&mut self, command_id: CommandId, status: CommandStatus, number: SequenceNumber) {
        Pdu::Bare(command_id).encode(status, number, &mut self.output.octets);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pdu::{SubmitSm, SubmitSmResp};

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
