//! What the message centre does that is of SMPP.

mod area;
mod broadcast;
mod delivery;
mod manage;
mod message;
mod outbind;
mod party;
mod submit;
mod times;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use smsgw_smpp::connection::Events;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{AlertNotification, Body, DataSm, GenericNack, SubmitSm};
use smsgw_smpp::receipt::Dialect;
use smsgw_smpp::session::{self, Bind, BindMode, CloseReason, State};
use smsgw_smpp::tlv::UserMessageReference;
use smsgw_smpp::types::{COctetString, MessageState, RegisteredDelivery};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};

use super::fate::Now;
use super::line::Line;
use super::outbox::{self, Outcome};
use super::shared::{Inner, Shared};
use super::side::Side;
use super::store::Entry;
use super::wire::{self, Answer, Arrival, TurnedAway, Wire};
use super::{Config, DeliverError, IdFormat};
use crate::event::{Command, Message, Protocol, Status, What, Who};
use crate::faults::Strike;
use area::Broadcasts;
use message::Envelope;
use party::Party;

pub(super) use outbind::{Credentials, Door, Outbound};

/// The name of the message centre, where it says it.
const SYSTEM_ID: &str = "smsgw-sim";

/// What is remembered for SMPP alone.
#[derive(Debug)]
pub(super) struct Smpp {
    next_id: u64,
    ids: IdFormat,
    dialect: Dialect,
    broadcasts: Broadcasts,
}

impl Smpp {
    pub(super) fn new(config: &Config) -> Self {
        let next_id = config.first_id.unwrap_or_else(|| {
            let has_room = config.session.interface_version.has_tlvs();
            // Before 3.4 an id has at most 8 characters.
            id_of_now() % if has_room { u64::MAX } else { 100_000_000 }
        });
        Self {
            next_id,
            ids: config.ids,
            dialect: config.receipts.dialect,
            broadcasts: Broadcasts::default(),
        }
    }

    fn take_id(&mut self) -> String {
        let id = self.next_id;
        self.next_id = id.wrapping_add(1);
        match self.ids {
            IdFormat::Decimal => id.to_string(),
            IdFormat::Hex => format!("{id:x}"),
        }
    }
}

/// Microseconds since 1970: more than a million submits a second would catch up with the clock.
fn id_of_now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(1, |since| u64::try_from(since.as_micros()).unwrap_or(1))
}

/// What is kept of a message beside what is of all protocols.
#[derive(Debug)]
pub(super) struct Kept {
    service_type: Vec<u8>,
    source: Party,
    destination: Party,
    registered_delivery: RegisteredDelivery,
    reference: Option<UserMessageReference>,
}

impl Wire for Smpp {
    const PROTOCOL: Protocol = Protocol::Smpp;

    type Session = Mc;
    type Events = Events;
    type Event = session::Event;
    type Frame = Frame;
    type Number = SequenceNumber;
    type Door = Door;
    type Start = Option<Credentials>;
    type Kept = Kept;
    type Body = delivery::Body;
    type Refused = CommandStatus;

    const THROTTLED: CommandStatus = CommandStatus::ESME_RTHROTTLED;
    const QUEUE_FULL: CommandStatus = CommandStatus::ESME_RMSGQFUL;

    fn side(inner: &mut Inner) -> &mut Side<Self> {
        &mut inner.smpp
    }

    fn who(name: &Arc<str>) -> Who {
        Who::SystemId(Arc::clone(name))
    }

    async fn enter(door: &mut Door) -> Result<Arrival<Self>, TurnedAway> {
        door.next().await
    }

    async fn receive(events: &mut Events, into: &mut VecDeque<session::Event>) -> bool {
        events.recv_all(into).await
    }

    fn begin(line: &mut Line<Self>, credentials: Option<Credentials>) {
        if let Some(credentials) = credentials {
            line.outbind(&credentials);
        }
    }

    fn handle(line: &mut Line<Self>, event: session::Event, now: Instant) {
        match event {
            session::Event::BindRequest(frame) if !line.is_cut => line.bind_as_asked(&frame),
            session::Event::Request(frame) if !line.is_cut => line.request(&frame, now),
            session::Event::Response { token, frame } => line.answered(token, &frame, now),
            session::Event::Unanswered { token, .. } => line.unanswered(token, now),
            session::Event::LateResponse { token, frame } => line.answered_late(token, &frame),
            session::Event::Closed(reason) => {
                let in_order = reason == CloseReason::PeerUnbound;
                line.closed = Some((reason.to_string(), in_order));
            }
            _ => {}
        }
    }

    fn refuse(line: &Line<Self>, request: &Frame, why: CommandStatus) {
        line.refuse(request, why);
    }

    fn nack(line: &Line<Self>, request: &Frame, strike: &Strike) {
        let nack = GenericNack::default().to_frame(strike.status, request.sequence_number());
        line.send_instead(request, nack.octets());
    }

    fn answer_name(frame: &Frame) -> Command {
        let id = frame.command_id();
        let answer = if id.is_response() { id } else { id.response() };
        Command::Command(answer.to_string())
    }

    fn number(frame: &Frame) -> SequenceNumber {
        frame.sequence_number()
    }

    fn detach(frame: &Frame) -> Frame {
        frame.detach()
    }

    fn receipts(&self, entry: &Entry<Self>, now: &Now) -> Vec<(Instant, outbox::Delivery<Self>)> {
        let Some(state) = entry.fate.outcome else {
            return Vec::new();
        };
        let delivered = state == MessageState::DELIVERED;
        if !entry.kept.registered_delivery.wants_receipt(delivered) {
            return Vec::new();
        }
        let due = entry.fate.ends;
        let receipt = delivery::receipt(entry, state, now.wall_at(due), &self.dialect);
        vec![(due, receipt)]
    }

    fn send(mc: &Mc, body: &delivery::Body, token: u64) -> Option<SequenceNumber> {
        body.with(|body| mc.try_queue(body, token)).ok()
    }

    fn told(
        delivery: &outbox::Delivery<Self>,
        account: &Arc<str>,
        sequence_number: SequenceNumber,
    ) -> Message {
        let envelope = Envelope {
            id: &delivery.id,
            system_id: account,
            sequence_number,
        };
        delivery
            .body
            .with(|body| message::of_deliver(envelope, body))
    }

    fn outcome(answer: &Frame) -> (Status, bool) {
        let status = answer.command_status();
        let is_nack = answer.command_id() == GenericNack::COMMAND_ID;
        (status.into(), status.is_ok() && !is_nack)
    }

    fn route(&self, _account: &Arc<str>, _body: &delivery::Body) -> Option<u64> {
        None
    }

    fn gone(&mut self, _number: u64) {}
}

impl wire::Session for Mc {
    type Frame = Frame;

    fn is_open(&self) -> bool {
        self.state().is_bound()
    }

    fn is_closed(&self) -> bool {
        self.state() == State::Closed
    }

    fn has_room(&self) -> bool {
        (**self).has_room()
    }

    fn send_octets(&self, octets: &[u8]) {
        (**self).send_octets(octets);
    }

    fn break_off(&self, octets: &[u8]) {
        (**self).break_off(octets);
    }

    fn ignore(&self, request: &Frame) {
        (**self).ignore(request);
    }

    fn hold(&self, held: bool) {
        (**self).hold(held);
    }

    fn close(&self) {
        (**self).close();
    }
}

/// A body that tells a message was accepted.
struct Done<'b, B>(&'b B);

impl<'a, B: Body<'a>> Answer<Smpp> for Done<'_, B> {
    fn send(&self, mc: &Mc, request: &Frame) {
        mc.respond(request, CommandStatus::ESME_ROK, self.0);
    }

    fn octets(&self, request: &Frame) -> Vec<u8> {
        self.numbered(request.sequence_number())
    }

    fn misnumbered(&self, request: &Frame) -> Vec<u8> {
        // Far from those in use.
        let SequenceNumber(number) = request.sequence_number();
        self.numbered(SequenceNumber(number ^ 0x4000_0000))
    }

    fn misnamed(&self, request: &Frame) -> Vec<u8> {
        let mut octets = self.octets(request);
        if let Some(command_id) = octets.get_mut(4..8) {
            let other = CommandId::DELIVER_SM_RESP;
            command_id.copy_from_slice(&other.0.to_be_bytes());
        }
        octets
    }

    fn status(&self) -> Status {
        CommandStatus::ESME_ROK.into()
    }
}

impl<'a, B: Body<'a>> Done<'_, B> {
    fn numbered(&self, number: SequenceNumber) -> Vec<u8> {
        let frame = self.0.to_frame(CommandStatus::ESME_ROK, number);
        frame.octets().to_vec()
    }
}

impl Line<Smpp> {
    fn bind_as_asked(&mut self, frame: &Frame) {
        // The session has read it once.
        let Ok(bind) = Bind::from_frame(frame) else {
            return self.session.refuse_bind(CommandStatus::ESME_RBINDFAIL);
        };
        let accounts = &self.shared.config.accounts;
        let account = accounts
            .iter()
            .find(|account| bind.system_id == account.system_id.as_str());
        let status = match account {
            None if accounts.is_empty() => CommandStatus::ESME_ROK,
            None => CommandStatus::ESME_RINVSYSID,
            Some(account) if bind.password.as_octets() == account.password.as_bytes() => {
                CommandStatus::ESME_ROK
            }
            Some(_) => CommandStatus::ESME_RINVPASWD,
        };
        let strike = self.with(|inner| inner.faults.on_bind());
        let status = strike.map_or(status, |strike| strike.status);
        let system_id: Arc<str> = bind.system_id.to_string().into();
        if let Some(strike) = strike {
            self.fault(strike.kind, frame, None);
        }
        // Before the answer: who waits for it and then looks here sees the session bound.
        if status.is_ok() {
            let mode = match bind.mode {
                BindMode::Transmitter => "transmitter",
                BindMode::Receiver => "receiver",
                BindMode::Transceiver => "transceiver",
            };
            let receives = bind.mode.receives();
            self.bind(Arc::clone(&system_id), receives, Some(mode));
        }
        let peer = self.peer;
        self.emit(|| What::Bind {
            who: Who::SystemId(system_id),
            mode: Some(bind.mode),
            status: status.into(),
            peer,
        });
        if status.is_ok() {
            let name = COctetString::try_from(SYSTEM_ID).unwrap_or_default();
            self.session.accept_bind(name);
        } else {
            self.session.refuse_bind(status);
        }
    }

    fn request(&mut self, frame: &Frame, now: Instant) {
        match frame.command_id() {
            CommandId::SUBMIT_SM => self.submit::<SubmitSm<'_>>(frame, now),
            CommandId::DATA_SM => self.submit::<DataSm<'_>>(frame, now),
            CommandId::SUBMIT_MULTI => self.submit_multi(frame, now),
            CommandId::QUERY_SM => self.query(frame, now),
            CommandId::CANCEL_SM => self.cancel(frame, now),
            CommandId::REPLACE_SM => self.replace(frame, now),
            CommandId::BROADCAST_SM => self.broadcast(frame, now),
            CommandId::QUERY_BROADCAST_SM => self.query_broadcast(frame, now),
            CommandId::CANCEL_BROADCAST_SM => self.cancel_broadcast(frame, now),
            _ => self.refuse(frame, CommandStatus::ESME_RINVCMDID),
        }
    }

    /// The body of a request; when there is none that can be read, it is answered.
    fn read<'a, T: Body<'a>>(&self, frame: &'a Frame) -> Option<T> {
        // The session has read it once.
        match frame.decode() {
            Ok(body) => Some(body),
            Err(error) => {
                self.refuse(frame, error.command_status());
                None
            }
        }
    }

    /// Answers with a body.
    fn respond<'a>(
        &self,
        request: &Frame,
        status: CommandStatus,
        body: &impl Body<'a>,
        id: Option<String>,
    ) {
        self.session.respond(request, status, body);
        self.responded(request, status.into(), id);
    }

    /// Answers with a header alone.
    fn refuse(&self, request: &Frame, status: CommandStatus) {
        self.session.reject(request, status);
        self.responded(request, status.into(), None);
    }
}

impl Side<Smpp> {
    /// Queues the parts of a message of a subscriber.
    pub(super) fn deliver(
        &mut self,
        account: &Arc<str>,
        from: &str,
        to: &str,
        text: &str,
        reference: u8,
        now: Instant,
    ) -> Result<Vec<Outcome>, DeliverError> {
        let (from, to) = (Party::parse(from)?, Party::parse(to)?);
        let wire = &mut self.wire;
        let parts = delivery::messages(&from, &to, text, reference, || wire.take_id())?;
        let outcomes = parts.into_iter().map(|(delivery, outcome)| {
            self.post.put(account, now, delivery);
            outcome
        });
        Ok(outcomes.collect())
    }
}

/// Tells an ESME that is bound to receive that a subscriber can be reached again.
pub(super) fn alert(shared: &Shared, from: &str, to: &str) -> Result<(), DeliverError> {
    let (source, esme) = (Party::parse(from)?, Party::parse(to)?);
    let alert = AlertNotification {
        source_addr: source.address(),
        esme_addr: esme.address(),
        ..AlertNotification::default()
    };
    let inner = shared.lock();
    let lines = inner.smpp.post.lines.iter();
    let mut receivers = lines.filter(|(_, line)| line.receives);
    let told = receivers.find(|(_, line)| line.session.notify(&alert).is_ok());
    let (&number, line) = told.ok_or(DeliverError::NoReceiver)?;
    shared.emit(Protocol::Smpp, number, || What::Alert {
        who: Smpp::who(&line.account),
        from: from.to_owned(),
        to: to.to_owned(),
    });
    Ok(())
}

/// An id as a field: it has digits only, and few.
fn message_id(id: &str) -> COctetString<'_, 65> {
    COctetString::try_from(id).unwrap_or_default()
}
