//! What comes from the peer.

use std::time::Instant;

use bytes::BytesMut;

use crate::command::{CommandId, Pdu};
use crate::error::FrameError;
use crate::frame::Frame;
use crate::header::{Header, SequenceNumber};
use crate::pdu::EnquireLinkResp;
use crate::session::window::Match;
use crate::session::{
    Bind, BindMode, CloseReason, Direction, Event, Pending, Role, Session, State,
};
use crate::status::CommandStatus;
use crate::tlv::ScInterfaceVersion;
use crate::types::InterfaceVersion;

impl Session {
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
        let Header {
            command_id,
            command_status,
            ..
        } = frame.header();
        let octets = frame.octets();
        self.metrics
            .received
            .add(command_id, command_status, octets.len());
        self.tap.show(Direction::Received, octets);
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
            let already_bound = command_id.is_bind() && !self.state.is_unbound();
            let comes_late = matches!(self.state, State::Unbinding(_))
                && matches!(command_id, CommandId::DELIVER_SM | CommandId::DATA_SM);
            let status = if already_bound {
                CommandStatus::ESME_RALYBND
            } else if comes_late {
                // Not for ever, as the other would say: the next session takes it.
                CommandStatus::ESME_RX_T_APPN
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
            CommandId::ENQUIRE_LINK => {
                let status = CommandStatus::ESME_ROK;
                self.emit(&EnquireLinkResp::default(), status, sequence_number);
            }
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
                if command_id == CommandId::OUTBIND {
                    self.outbound = true;
                    self.state = State::Outbound;
                }
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
            if bound {
                self.version = self.version.agreed(version_of_mc(&frame));
            }
            self.state = if bound {
                State::Bound(mode)
            } else {
                self.unbound()
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
                Match::Waiting { token, sent } => {
                    self.last_message = now;
                    self.metrics
                        .round_trip
                        .record(now.saturating_duration_since(sent));
                    if self.config.slow_down {
                        self.pace.note(command_status, now);
                    }
                    Event::Response { token, frame }
                }
                Match::Late(token) => Event::LateResponse { token, frame },
                Match::None => Event::Stray(frame),
            });
        self.unbind_if_due(now);
    }
}

/// What the MC says it speaks in its answer to a bind.
fn version_of_mc(answer: &Frame) -> InterfaceVersion {
    let tlvs = answer.pdu().map(|pdu| pdu.tlvs()).unwrap_or_default();
    tlvs.find()
        .map_or(InterfaceVersion::UNSAID, |ScInterfaceVersion(version)| {
            version
        })
}
