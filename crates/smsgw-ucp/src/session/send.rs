//! What the owner of a session wants to send.

use std::fmt;
use std::time::Instant;

use bytes::Bytes;

use super::owed::Answering;
use super::window::{InFlight, NoTrn};
use super::{
    Account, CloseReason, Counted, Direction, Event, Purpose, Role, Session, State, TimeoutPolicy,
};
use crate::answer::Answer;
use crate::error::ValueError;
use crate::error_code::ErrorCode;
use crate::frame::Frame;
use crate::header::Trn;
use crate::op::{Op, SessionManagement, SmtAlert};
use crate::operation::OperationType;
use crate::system_message::SystemMessage;
use crate::types::{AccountAddress, Minute, Pid};

/// An operation cannot be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendError {
    /// As many operations as the window holds wait for a result.
    WindowFull,
    /// Every TRN waits for a result or is reserved for a late one; before this instant none is
    /// free, unless a result comes.
    Reserved(Instant),
    /// Not in this state.
    State(State),
    /// Not an operation of this end.
    Direction,
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WindowFull => f.write_str("the window is full"),
            Self::Reserved(_) => f.write_str("every TRN is taken"),
            Self::State(state) => write!(f, "not allowed while {state}"),
            Self::Direction => f.write_str("not an operation of this end"),
        }
    }
}

impl std::error::Error for SendError {}

impl Session {
    /// Asks to log in (OT 60); [`Event::LoggedIn`] or [`Event::LoginRefused`] follows.
    ///
    /// # Errors
    /// When the session is not a client's, or not open.
    pub fn login(&mut self, login: &SessionManagement<'_>, now: Instant) -> Result<Trn, SendError> {
        if self.role != Role::Sme {
            return Err(SendError::Direction);
        }
        if self.state != State::Open {
            return Err(SendError::State(self.state));
        }
        let deadline = now + self.config.login_timer;
        let trn = self.send(login, Purpose::Login, deadline, now)?;
        self.claimed = login.oadc.as_str().and_then(|name| Account::new(name).ok());
        self.state = State::LoggingIn;
        Ok(trn)
    }

    /// Lets the peer log in as it asked ([`Event::LoginRequest`]); without such a request,
    /// nothing.
    pub fn accept_login(&mut self, sm: SystemMessage<'_>, now: Instant) {
        if let Some(trn) = self.login.take() {
            self.emit_answer(
                &Answer::positive(OperationType::SESSION_MANAGEMENT, sm),
                trn,
            );
            self.account = self.claimed.take();
            self.state = State::Up;
            self.last_operation = now;
            self.last_message = now;
        }
    }

    /// Refuses the login the peer asked for, as a rule with
    /// [`AUTHENTICATION_FAILURE`](ErrorCode::AUTHENTICATION_FAILURE). It may try again until the
    /// login timer ends.
    pub fn refuse_login(&mut self, error_code: ErrorCode, sm: SystemMessage<'_>) {
        if let Some(trn) = self.login.take() {
            let ot = OperationType::SESSION_MANAGEMENT;
            self.emit_answer(&Answer::negative(ot, error_code, sm), trn);
            self.claimed = None;
            self.state = State::Open;
        }
    }

    /// Sends an operation; its outcome comes as [`Event::Response`] or [`Event::Unanswered`] with
    /// `token`, one of them and once.
    ///
    /// The time for its result counts from when it is sent. While a keep-alive takes the last place
    /// of the window, one operation may wait in the session for the result of that, first.
    ///
    /// # Errors
    /// When the window is full, no TRN is free, or the state or the end does not allow it; then
    /// nothing is sent.
    pub fn request<'a, T: Op<'a>>(
        &mut self,
        op: &T,
        token: u64,
        now: Instant,
    ) -> Result<Trn, SendError> {
        if !self.role.sends(T::OT) {
            return Err(SendError::Direction);
        }
        if self.state != State::Up {
            return Err(SendError::State(self.state));
        }
        if !self.window.has_room() {
            return Err(SendError::WindowFull);
        }
        let deadline = now + self.config.result_timer;
        let trn = self.send(op, Purpose::Request(token), deadline, now)?;
        if T::OT != OperationType::SMT_ALERT {
            self.last_message = now;
        }
        Ok(trn)
    }

    fn send<'a, T: Op<'a>>(
        &mut self,
        op: &T,
        purpose: Purpose,
        deadline: Instant,
        now: Instant,
    ) -> Result<Trn, SendError> {
        let trn = self.window.take_trn(now).map_err(|NoTrn(until)| {
            // Without a reserved one they all wait, and the first of them until here.
            let until = until.or(self.window.deadline());
            SendError::Reserved(until.unwrap_or(deadline))
        })?;
        let mut operation = InFlight {
            trn,
            ot: T::OT,
            purpose,
            deadline: Some(deadline),
            copies: 0,
            len: 0,
            end: 0,
            frame: None,
        };
        if self.window.may_send() {
            let start = self.output.octets.len();
            op.encode(trn, &mut self.output.octets);
            self.note_sent(T::OT, Counted::Operation, start);
            self.last_operation = now;
            let octets = self.output.octets.get(start..).unwrap_or_default();
            operation.copies = 1;
            operation.len = octets.len() as u64;
            operation.end = self.output.total();
            if matches!(self.config.on_timeout, TimeoutPolicy::Resend { times: 1.. }) {
                operation.frame = Some(Bytes::copy_from_slice(octets));
            }
        } else {
            operation.frame = Some(op.to_frame(trn).octets().clone());
        }
        self.window.insert(operation);
        Ok(trn)
    }

    /// Sends the operation that waited for the result of the keep-alive.
    pub(super) fn send_parked(&mut self, now: Instant) {
        let Some((ot, frame)) = self.window.parked() else {
            return;
        };
        self.emit_operation(ot, &frame, now);
        let deadline = now + self.config.result_timer;
        self.window
            .unpark(frame.len() as u64, self.output.total(), deadline);
    }

    /// Sends the first operation of the window again.
    pub(super) fn send_again(
        &mut self,
        ot: OperationType,
        frame: &Bytes,
        token: u64,
        times: u32,
        now: Instant,
    ) {
        self.emit_operation(ot, frame, now);
        let deadline = now + self.config.result_timer;
        self.window.again(frame.len() as u64, deadline);
        self.metrics.faults.resent += 1;
        self.events.push_back(Event::Resent { token, times });
    }

    /// Shows the peer, and what is between, that this side is there.
    pub(super) fn send_keep_alive(&mut self, now: Instant) {
        let account = self.account.clone();
        let name = account.as_ref().map_or(UNNAMED, Account::as_str);
        let alert = SmtAlert {
            adc: AccountAddress::new(name).unwrap_or_default(),
            pid: Pid::PC_OVER_TCP_IP,
        };
        let deadline = now + self.config.result_timer;
        if self
            .send(&alert, Purpose::KeepAlive, deadline, now)
            .is_err()
        {
            // No TRN is free: the next is due as if this one was sent.
            self.last_operation = now;
        }
    }

    /// Answers an operation of the peer ([`Event::Request`]): it is done. What `sm` is depends on
    /// the operation; for one that brings a message, the key of the message.
    ///
    /// Nothing is sent for an operation that does not wait for its result any more, or when the
    /// peer has given its TRN to another operation of the same type since: it would take the
    /// result for that of the other.
    pub fn accept(&mut self, operation: &Frame, sm: SystemMessage<'_>) {
        self.answer(operation, &Answer::positive(operation.ot(), sm));
    }

    /// As [`Self::accept`], with the validity period as it was changed.
    ///
    /// # Errors
    /// [`NoSuchField`](ValueError::NoSuchField) when the result of this operation does not have
    /// it; then nothing is sent and the operation still waits.
    pub fn accept_until(
        &mut self,
        operation: &Frame,
        mvp: Minute,
        sm: SystemMessage<'_>,
    ) -> Result<(), ValueError> {
        let answer = Answer::positive(operation.ot(), sm).with_mvp(Some(mvp))?;
        self.answer(operation, &answer);
        Ok(())
    }

    /// As [`Self::accept`], but it is not done; `sm` is a text for people.
    pub fn refuse(&mut self, operation: &Frame, error_code: ErrorCode, sm: SystemMessage<'_>) {
        let answer = Answer::negative(operation.ot(), error_code, sm);
        self.answer(operation, &answer);
    }

    /// Leaves an operation of the peer ([`Event::Request`]) without a result: nothing waits for
    /// one any more.
    pub fn ignore(&mut self, operation: &Frame) {
        self.owed.answer(operation);
        self.note_answered(operation);
    }

    fn answer(&mut self, operation: &Frame, answer: &Answer<'_>) {
        let answering = self.owed.answer(operation);
        if answering == Answering::Send && !self.is_closed() {
            self.emit_answer(answer, operation.trn());
        }
        self.note_answered(operation);
    }

    fn note_answered(&mut self, operation: &Frame) {
        self.answered |= operation.ot() != OperationType::SMT_ALERT;
        self.close_if_drained();
    }

    /// Answers an event for an owner that is gone: a login and an operation are refused with
    /// [`OPERATION_NOT_ALLOWED`](ErrorCode::OPERATION_NOT_ALLOWED), which says not now.
    pub fn decline(&mut self, event: &Event) {
        let error_code = ErrorCode::OPERATION_NOT_ALLOWED;
        match event {
            Event::LoginRequest(_) => self.refuse_login(error_code, SystemMessage::EMPTY),
            Event::Request(frame) => self.refuse(frame, error_code, SystemMessage::EMPTY),
            _ => {}
        }
    }

    /// Ends the session for an owner that is gone: nothing of the peer will be answered, own
    /// results are waited for as [`Self::close_when_answered`] does.
    pub fn abandon(&mut self, now: Instant) {
        self.owed.clear();
        self.close_when_answered(now);
    }

    /// Ends the session in good order: takes no more operations, waits for the results in flight,
    /// both ways, but not longer than for one of them; closes. UCP has no logout.
    pub fn close_when_answered(&mut self, now: Instant) {
        self.close_when_answered_for(CloseReason::Local, now);
    }

    pub(super) fn close_when_answered_for(&mut self, reason: CloseReason, now: Instant) {
        match self.state {
            State::Up => {
                self.state = State::Closing;
                self.closing = Some((now + self.config.result_timer, reason));
                self.close_if_drained();
            }
            State::Open | State::LoggingIn => self.close(reason),
            State::Closing | State::Closed => {}
        }
    }

    pub(super) fn close_if_drained(&mut self) {
        if let Some((_, reason)) = self.closing
            && self.window.outstanding() + self.owed.len() == 0
        {
            self.close(reason);
        }
    }

    /// Ends the session at once. What [`Self::poll_transmit`] still gives should be written.
    pub fn close(&mut self, reason: CloseReason) {
        self.end(reason, self.output.total());
    }

    /// Sends octets as they are, which need not be a frame: for simulators of sloppy peers.
    pub fn send_octets(&mut self, octets: &[u8]) {
        if !self.is_closed() {
            self.output.octets.extend_from_slice(octets);
        }
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a frame: for simulators of peers that do.
    pub fn break_off(&mut self, octets: &[u8]) {
        self.send_octets(octets);
        self.close(CloseReason::Local);
    }

    fn emit_operation(&mut self, ot: OperationType, frame: &Bytes, now: Instant) {
        let start = self.output.octets.len();
        self.output.octets.extend_from_slice(frame);
        self.note_sent(ot, Counted::Operation, start);
        self.last_operation = now;
    }

    pub(super) fn emit_answer(&mut self, answer: &Answer<'_>, trn: Trn) {
        let start = self.output.octets.len();
        answer.encode(trn, &mut self.output.octets);
        let counted = answer
            .error_code()
            .map_or(Counted::Positive, Counted::Negative);
        self.note_sent(answer.ot(), counted, start);
    }

    /// Counts and shows the frame that starts at `start` of what is to be written.
    fn note_sent(&mut self, ot: OperationType, counted: Counted, start: usize) {
        let octets = self.output.octets.get(start..).unwrap_or_default();
        self.metrics.sent.add(ot, counted, octets.len());
        self.tap.show(Direction::Sent, octets);
    }
}

/// AdC of the keep-alives of a link whose account has no name that the field can hold.
const UNNAMED: &str = "0";
