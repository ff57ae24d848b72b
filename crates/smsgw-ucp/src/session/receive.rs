//! What comes from the peer.

use std::time::Instant;

use bytes::BytesMut;

use super::window::Match;
use super::{
    Account, Bad, CloseReason, Counted, Direction, Event, Login, Purpose, Refusal, Session, State,
};
use crate::answer::Answer;
use crate::error::{FrameError, Nack};
use crate::error_code::ErrorCode;
use crate::frame::Frame;
use crate::operation::{Operation, OperationType};
use crate::system_message::SystemMessage;
use crate::types::SessionType;

impl Session {
    /// Takes octets the peer sent; none to go on after a pause ([`Self::is_paused`]).
    pub fn handle_octets(&mut self, octets: &[u8], now: Instant) {
        let mut input = std::mem::take(&mut self.input);
        input.extend_from_slice(octets);
        self.handle_buffer(&mut input, now);
        self.input = input;
    }

    /// Takes all whole frames off the front of `buffer`, without a copy, and what is no frame.
    ///
    /// Stops early while [`Self::is_paused`]; call again after answering. Between calls nothing may
    /// change in `buffer` but its end. Octets come this way or through [`Self::handle_octets`], not
    /// both.
    pub fn handle_buffer(&mut self, buffer: &mut BytesMut, now: Instant) {
        self.catch_up(now);
        while !self.is_closed() && !self.is_paused() {
            let before = buffer.len();
            let item = self.deframer.next(buffer);
            let taken = before - buffer.len();
            match item {
                Some(Ok(frame)) => {
                    self.note_junk(taken.saturating_sub(frame.octets().len()));
                    self.handle_frame(frame, now);
                }
                Some(Err(error)) => self.handle_bad(error, taken),
                None => {
                    self.note_junk(taken);
                    break;
                }
            }
        }
        if self.is_closed() {
            buffer.clear();
        }
    }

    /// Octets that are no frame; too many in a row end the session.
    fn note_junk(&mut self, octets: usize) {
        self.metrics.faults.junk += octets as u64;
        self.bad.octets = self.bad.octets.saturating_add(octets);
        let Bad { frames, octets } = self.bad;
        if frames > self.config.max_bad_frames || octets > self.config.max_junk {
            self.close(CloseReason::Junk);
        }
    }

    fn handle_bad(&mut self, error: FrameError, octets: usize) {
        self.metrics.faults.bad_frames += 1;
        self.bad.frames = self.bad.frames.saturating_add(1);
        match error.nack() {
            Some(nack) => self.nack(nack, Refusal::Frame(error), None),
            None => self.events.push_back(Event::Bad(error)),
        }
        self.note_junk(octets);
    }

    /// Takes one frame the peer sent.
    pub fn handle_frame(&mut self, frame: Frame, now: Instant) {
        if self.is_closed() {
            return;
        }
        self.bad = Bad::default();
        let octets = frame.octets();
        self.metrics
            .received
            .add(frame.ot(), Counted::of(&frame), octets.len());
        self.tap.show(Direction::Received, octets);
        if frame.is_operation() {
            self.handle_operation(frame, now);
        } else {
            self.handle_result(frame, now);
        }
        self.was_paused |= self.is_paused();
    }

    fn handle_operation(&mut self, frame: Frame, now: Instant) {
        if self.owed.is_repeated(&frame) {
            self.metrics.faults.repeated += 1;
            return self.events.push_back(Event::Repeated(frame));
        }
        let ot = frame.ot();
        if let Err((error_code, why)) = self.check(&frame) {
            let trn = frame.trn();
            let nack = Nack {
                trn,
                ot,
                error_code,
            };
            return self.nack(nack, why, Some(frame));
        }
        let is_login = ot == OperationType::SESSION_MANAGEMENT && self.state == State::Open;
        if is_login {
            self.claimed = oadc(&frame);
            self.login = Some(frame.trn());
            self.state = State::LoggingIn;
            return self.events.push_back(Event::LoginRequest(frame));
        }
        if ot == OperationType::SMT_ALERT && self.config.answer_alerts {
            let none_wait = SystemMessage::new("0000").unwrap_or_default();
            return self.emit_answer(&Answer::positive(ot, none_wait), frame.trn());
        }
        if self.is_ping(&frame) {
            let answer = Answer::positive(ot, SystemMessage::EMPTY);
            return self.emit_answer(&answer, frame.trn());
        }
        if ot != OperationType::SMT_ALERT {
            self.last_message = now;
        }
        self.owed.add(&frame);
        self.events.push_back(Event::Request(frame));
    }

    /// Whether an operation of the peer is one, and may come now; if not, what to answer and why.
    fn check(&self, frame: &Frame) -> Result<(), (ErrorCode, Refusal)> {
        let operation = frame
            .operation_with(&self.config.quirks)
            .and_then(|decoded| decoded.pdu.known());
        let styp = match operation {
            Ok(Operation::SessionManagement(asked)) => Some(asked.styp),
            Ok(_) => None,
            Err(_) if self.is_ping(frame) => None,
            Err(error) => return Err((error.error_code(), Refusal::Fields(error))),
        };
        if !self.role.peer().sends(frame.ot()) {
            let error_code = ErrorCode::OPERATION_NOT_SUPPORTED;
            return Err((error_code, Refusal::Direction));
        }
        // Once logged in, another login would be one into the session of somebody else.
        let is_its_turn = styp.is_none_or(|styp| match (self.state, &self.config.login) {
            (State::Open, _) => opens(styp),
            (_, Login::Required) => !opens(styp),
            (_, Login::None(_)) => true,
        });
        if is_its_turn && self.state.allows(frame.ot()) {
            Ok(())
        } else {
            let error_code = ErrorCode::OPERATION_NOT_ALLOWED;
            Err((error_code, Refusal::State(self.state)))
        }
    }

    fn is_ping(&self, frame: &Frame) -> bool {
        self.config.answer_pings
            && frame.ot() == OperationType::SUBMIT_SHORT_MESSAGE
            && frame.fields().all(<[u8]>::is_empty)
    }

    /// Answers an operation that is not handed to the owner.
    fn nack(&mut self, nack: Nack, why: Refusal, frame: Option<Frame>) {
        self.metrics.faults.refused += 1;
        self.owed.supersede(nack.trn, nack.ot);
        let answer = Answer::negative(nack.ot, nack.error_code, SystemMessage::EMPTY);
        self.emit_answer(&answer, nack.trn);
        self.events.push_back(Event::Refused { nack, why, frame });
    }

    fn handle_result(&mut self, frame: Frame, now: Instant) {
        let until = now + self.config.late_reserve;
        match self.window.take(frame.trn(), frame.ot(), now, until) {
            Match::Waiting(operation) => match operation.purpose {
                Purpose::Login => self.handle_login_result(frame, now),
                // Whatever it says, somebody is there.
                Purpose::KeepAlive => {}
                Purpose::Request(token) => {
                    if frame.ot() != OperationType::SMT_ALERT {
                        self.last_message = now;
                    }
                    self.events.push_back(Event::Response { token, frame });
                }
            },
            Match::Late(token) => {
                self.metrics.faults.late += 1;
                self.events.push_back(Event::LateResponse { token, frame });
            }
            Match::None => {
                self.metrics.faults.stray += 1;
                self.events.push_back(Event::Stray(frame));
            }
        }
        self.send_parked(now);
        self.close_if_drained();
    }

    fn handle_login_result(&mut self, frame: Frame, now: Instant) {
        self.last_message = now;
        let claimed = self.claimed.take();
        if Counted::of(&frame) == Counted::Positive {
            self.account = claimed;
            self.state = State::Up;
            self.events.push_back(Event::LoggedIn(frame));
            if self.config.alert_at_login {
                self.send_keep_alive(now);
            }
        } else {
            self.state = State::Open;
            self.events.push_back(Event::LoginRefused(frame));
        }
    }
}

/// Whether an OT 60 begins a session.
fn opens(styp: SessionType) -> bool {
    matches!(styp, SessionType::OPEN | SessionType::OPEN_PROVISIONING)
}

/// Who logs in.
fn oadc(login: &Frame) -> Option<Account> {
    let name = login.fields().next()?;
    Account::new(std::str::from_utf8(name).ok()?).ok()
}
