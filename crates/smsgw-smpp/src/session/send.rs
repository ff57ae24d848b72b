//! What the owner of a session wants to send.

use std::fmt;
use std::time::Instant;

use crate::command::{CommandId, Pdu};
use crate::header::{Header, SequenceNumber};
use crate::pdu::{
    BindReceiverResp, BindTransceiverResp, BindTransmitterResp, Body, GenericNack, Notification,
    Request, Unbind, UnbindResp, sealed,
};
use crate::session::window::InFlight;
use crate::session::{Bind, BindMode, CloseReason, Direction, Pending, Role, Session, State};
use crate::status::CommandStatus;
use crate::tlv::{ScInterfaceVersion, Tlv, TlvTag, Tlvs};
use crate::types::{COctetString, InterfaceVersion};

/// A request cannot be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// As many requests as the window holds wait for an answer.
    WindowFull,
    /// The rate does not allow another request before this instant.
    Paced(Instant),
    /// The state does not allow this request.
    State(State),
    /// The version the two ends agreed on does not have this request, or not the TLVs its text is in.
    Version(InterfaceVersion),
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WindowFull => f.write_str("the window is full"),
            Self::Paced(_) => f.write_str("more than the rate allows"),
            Self::State(state) => write!(f, "not allowed in state {state:?}"),
            Self::Version(version) => write!(f, "not part of {version}"),
        }
    }
}

impl std::error::Error for SendError {}

impl Session {
    /// Asks to bind.
    ///
    /// # Errors
    /// When the session is not an ESME's, or not open.
    pub fn bind(&mut self, bind: &Bind<'_>, now: Instant) -> Result<(), SendError> {
        if !self.state.allows(self.role, bind.mode.command_id()) {
            return Err(SendError::State(self.state));
        }
        let sequence_number = self.window.take_number();
        let start = self.output.octets.len();
        bind.encode(sequence_number, &mut self.output.octets);
        self.note_sent(bind.mode.command_id(), CommandStatus::ESME_ROK, start);
        self.version = bind.interface_version;
        let deadline = now + self.config.session_init_timer;
        self.bind = Some(Pending {
            sequence_number,
            deadline,
        });
        self.state = State::Binding(bind.mode);
        Ok(())
    }

    /// Lets the peer bind as it asked ([`Event::BindRequest`](super::Event::BindRequest)); without
    /// such a request, nothing.
    pub fn accept_bind(&mut self, system_id: COctetString<'_, 16>, now: Instant) {
        let (State::Binding(mode), Role::Mc, Some(bind)) = (self.state, self.role, self.bind)
        else {
            return;
        };
        self.bind = None;
        self.version = self.config.interface_version.agreed(self.peer_version);
        let version = [Tlv::from(ScInterfaceVersion(self.config.interface_version))];
        let tlvs = Tlvs::new(&version).unwrap_or_default();
        let (status, number) = (CommandStatus::ESME_ROK, bind.sequence_number);
        match mode {
            BindMode::Transmitter => {
                self.emit(&BindTransmitterResp { system_id, tlvs }, status, number);
            }
            BindMode::Receiver => self.emit(&BindReceiverResp { system_id, tlvs }, status, number),
            BindMode::Transceiver => {
                self.emit(&BindTransceiverResp { system_id, tlvs }, status, number);
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
        self.state = self.unbound();
    }

    /// Sends a request; its outcome comes as [`Event::Response`](super::Event::Response) or
    /// [`Event::Unanswered`](super::Event::Unanswered) with `token`.
    ///
    /// # Errors
    /// When the window is full, or the state, the version or the rate does not allow it; then
    /// nothing is sent.
    pub fn request<'a, T: Request<'a>>(
        &mut self,
        body: &T,
        token: u64,
        now: Instant,
    ) -> Result<SequenceNumber, SendError> {
        self.request_since(body, token, now, now)
    }

    /// As [`Self::request`], for one that has waited since `called`: the time for its answer
    /// counts from there.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn request_since<'a, T: Request<'a>>(
        &mut self,
        body: &T,
        token: u64,
        called: Instant,
        now: Instant,
    ) -> Result<SequenceNumber, SendError> {
        let command_id = T::COMMAND_ID;
        self.check(command_id)?;
        if command_id == CommandId::UNBIND || BindMode::of(command_id).is_some() {
            // They change the state: see `bind` and `unbind`.
            return Err(SendError::State(self.state));
        }
        if !self.version.has_tlvs()
            && sealed::Body::tlvs(body)
                .iter()
                .any(|tlv| is_content(tlv.tag()))
        {
            return Err(SendError::Version(self.version));
        }
        if !self.window.has_room() {
            return Err(SendError::WindowFull);
        }
        // To ask whether the peer is there is no load on it.
        if command_id != CommandId::ENQUIRE_LINK {
            self.pace.take(now).map_err(SendError::Paced)?;
        }
        let sequence_number = self.window.reserve(now);
        let start = self.output.total();
        self.emit(body, CommandStatus::ESME_ROK, sequence_number);
        self.metrics
            .queue_wait
            .record(now.saturating_duration_since(called));
        self.window.insert(InFlight {
            sequence_number,
            command_id,
            token,
            sent: now,
            deadline: called + self.config.response_timer,
            len: self.output.total() - start,
            end: self.output.total(),
        });
        self.last_message = now;
        Ok(sequence_number)
    }

    /// Tells the peer something that has no answer: `alert_notification`, or `outbind`, with which
    /// an MC asks an ESME to bind.
    ///
    /// # Errors
    /// When the state or the version does not allow it; then nothing is sent.
    pub fn notify<'a, T: Notification<'a>>(
        &mut self,
        body: &T,
        now: Instant,
    ) -> Result<SequenceNumber, SendError> {
        self.check(T::COMMAND_ID)?;
        let sequence_number = self.window.take_number();
        self.emit(body, CommandStatus::ESME_ROK, sequence_number);
        if T::COMMAND_ID == CommandId::OUTBIND {
            self.outbound = true;
            self.state = State::Outbound;
        } else {
            self.last_message = now;
        }
        Ok(sequence_number)
    }

    fn check(&self, command_id: CommandId) -> Result<(), SendError> {
        if !self.state.allows(self.role, command_id) {
            return Err(SendError::State(self.state));
        }
        if !self.version.has(command_id) {
            return Err(SendError::Version(self.version));
        }
        Ok(())
    }

    /// Answers a request of the peer ([`Event::Request`](super::Event::Request)).
    pub fn respond<'a, T: Body<'a>>(
        &mut self,
        body: &T,
        status: CommandStatus,
        sequence_number: SequenceNumber,
    ) {
        if !self.is_closed() {
            self.emit(body, status, sequence_number);
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

    /// Leaves a request of the peer ([`Event::Request`](super::Event::Request)) without an answer:
    /// nothing waits for one any more.
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
            State::Open | State::Outbound | State::Binding(_) => self.close(CloseReason::Local),
            State::Unbinding(_) | State::Closed => {}
        }
    }

    pub(super) fn unbind_if_due(&mut self, now: Instant) {
        if self.unbind_due().is_some_and(|due| due <= now) {
            self.unbind_by = None;
            self.unbind = Some(self.own_request(&Unbind::default(), now));
        }
    }

    pub(super) fn unbind_due(&self) -> Option<Instant> {
        let waits = !self.is_closed() && self.peer_unbind.is_none();
        let by = self.unbind_by.filter(|_| waits)?;
        let is_drained = self.window.len() + self.unanswered == 0;
        // At once: what it waited for has come.
        Some(if is_drained { self.opened } else { by })
    }

    /// Answers the peer's `unbind`, if there is one.
    pub(super) fn agree_to_unbind(&mut self) {
        if let (Some(asked), false) = (self.peer_unbind, self.is_closed()) {
            let status = CommandStatus::ESME_ROK;
            self.emit(&UnbindResp::default(), status, asked.sequence_number);
            self.close(CloseReason::PeerUnbound);
        }
    }

    /// Sends octets as they are, which need not be a PDU: for simulators of sloppy peers.
    pub fn send_octets(&mut self, octets: &[u8]) {
        if !self.is_closed() {
            self.output.octets.extend_from_slice(octets);
        }
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a PDU: for simulators of peers that do.
    pub fn break_off(&mut self, octets: &[u8]) {
        self.send_octets(octets);
        self.close(CloseReason::Local);
    }

    /// Ends the session at once. What [`Self::poll_transmit`] still gives should be written.
    pub fn close(&mut self, reason: CloseReason) {
        self.end(reason, self.output.total());
    }

    pub(super) fn own_request<'a, T: Request<'a>>(&mut self, body: &T, now: Instant) -> Pending {
        let sequence_number = self.window.take_number();
        self.emit(body, CommandStatus::ESME_ROK, sequence_number);
        Pending {
            sequence_number,
            deadline: now + self.config.response_timer,
        }
    }

    pub(super) fn nack(&mut self, status: CommandStatus, number: SequenceNumber) {
        self.emit(&GenericNack::default(), status, number);
    }

    pub(super) fn bare(
        &mut self,
        command_id: CommandId,
        status: CommandStatus,
        number: SequenceNumber,
    ) {
        let start = self.output.octets.len();
        Pdu::Bare(command_id).encode(status, number, &mut self.output.octets);
        self.note_sent(command_id, status, start);
    }

    /// Appends a PDU to what is to be written.
    #[inline]
    pub(super) fn emit<'a, T: Body<'a>>(
        &mut self,
        body: &T,
        status: CommandStatus,
        number: SequenceNumber,
    ) {
        let out = &mut self.output.octets;
        let start = out.len();
        if self.version.has_tlvs() {
            body.encode(status, number, out);
        } else {
            sealed::Body::without_tlvs(*body).encode(status, number, out);
        }
        self.note_sent(T::COMMAND_ID, status, start);
    }

    /// Counts and shows the PDU that starts at `start` of what is to be written.
    fn note_sent(&mut self, command_id: CommandId, status: CommandStatus, start: usize) {
        let octets = self.output.octets.get(start..).unwrap_or_default();
        self.metrics.sent.add(command_id, status, octets.len());
        self.tap.show(Direction::Sent, octets);
    }
}

/// Whether a message says something else without this TLV: its text, or of which it is a part.
fn is_content(tag: TlvTag) -> bool {
    matches!(
        tag,
        TlvTag::MESSAGE_PAYLOAD
            | TlvTag::SAR_MSG_REF_NUM
            | TlvTag::SAR_TOTAL_SEGMENTS
            | TlvTag::SAR_SEGMENT_SEQNUM
    )
}
