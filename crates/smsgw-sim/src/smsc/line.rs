//! One connection of the message centre.

mod broadcast;
mod manage;
mod submit;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use smsgw_smpp::connection::{Events, RequestError};
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{Body, DataSm, GenericNack, SubmitSm};
use smsgw_smpp::session::{self, Bind, BindMode, CloseReason, State};
use smsgw_smpp::types::COctetString;
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use tokio::sync::{Notify, watch};

use super::delivery::{self, Delivery};
use super::{
    Bound, Credentials, DeliverError, End, Inner, LineInfo, Power, SYSTEM_ID, Shared, until,
};
use crate::event::{Envelope, Message, Status, What};
use crate::faults::{Kind, Strike};

/// Serves one connection until it ends.
pub(super) async fn run(
    end: End,
    outbind: Option<Credentials>,
    shared: Arc<Shared>,
    mut power: watch::Receiver<Power>,
) {
    let cuts = power.borrow().cuts;
    let is_off = move |power: &Power| power.over || power.cuts != cuts;
    let End {
        mc,
        mut events,
        peer,
        number,
    } = end;
    let mut line = Line::new(mc, peer, number, shared);
    if let Some(credentials) = outbind {
        line.outbind(&credentials);
    }
    let mut received = VecDeque::new();
    let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        let now = Instant::now();
        line.catch_up(now);
        line.send_due(now);
        let due = line.due();
        if let Some(due) = due {
            timer.as_mut().reset(due.into());
        }
        // Each arm is cancel-safe.
        tokio::select! {
            biased;
            () = until(&mut power, is_off) => {
                line.mc.close();
                line.hear_out(&mut events).await;
                break;
            }
            is_open = events.recv_all(&mut received) => {
                if !is_open {
                    break;
                }
                let now = Instant::now();
                received.drain(..).for_each(|event| line.handle(event, now));
            }
            () = line.wake.notified() => {}
            () = timer.as_mut(), if due.is_some() => {}
        }
    }
    line.end();
}

struct Line {
    shared: Arc<Shared>,
    peer: SocketAddr,
    number: u64,
    mc: Mc,
    bound: Option<(Arc<str>, BindMode)>,
    wake: Arc<Notify>,
    /// Deliveries that wait for their answer, by token.
    in_flight: HashMap<u64, Delivery>,
    next_token: u64,
    /// Answers that wait, by when they are due: the request, its answer, and the id it tells.
    delayed: BTreeMap<(Instant, u64), (Frame, Frame, Option<String>)>,
    /// Which of them waits for another answer to overtake it.
    overtaken: Option<(Instant, u64)>,
    /// Nothing is read until then.
    held_until: Option<Instant>,
    /// An answer was cut: nothing more is taken.
    is_cut: bool,
    reason: Option<CloseReason>,
}

/// What is done with a submit: it is accepted under an id, and a fault may hit the answer.
type Verdict = Result<(String, Option<Strike>), Refusal>;

/// Why a submit is not accepted.
enum Refusal {
    Status(CommandStatus),
    Fault(Strike),
}

impl From<CommandStatus> for Refusal {
    fn from(status: CommandStatus) -> Self {
        Self::Status(status)
    }
}

impl Inner {
    /// Counts a submit and says which fault hits it, if it can be accepted all the same.
    fn strike(&mut self) -> Result<Option<Strike>, Refusal> {
        let strike = self.faults.on_submit();
        match strike.map(|strike| (strike, strike.kind)) {
            Some((strike, Kind::Throttle)) => {
                self.counts.throttled += 1;
                Err(Refusal::Fault(strike))
            }
            Some((strike, Kind::QueueFull | Kind::Nack | Kind::NoAnswerDrop)) => {
                Err(Refusal::Fault(strike))
            }
            _ => Ok(strike),
        }
    }
}

impl Line {
    fn new(mc: Mc, peer: SocketAddr, number: u64, shared: Arc<Shared>) -> Self {
        shared.lock().counts.connections += 1;
        shared.emit(number, || What::Connect { peer });
        Self {
            shared,
            peer,
            number,
            mc,
            bound: None,
            wake: Arc::default(),
            in_flight: HashMap::new(),
            next_token: 0,
            delayed: BTreeMap::new(),
            overtaken: None,
            held_until: None,
            is_cut: false,
            reason: None,
        }
    }

    fn outbind(&self, credentials: &Credentials) {
        // Nothing was done with the session yet.
        if self.mc.outbind(&credentials.outbind()).is_ok() {
            let peer = self.peer;
            self.shared.emit(self.number, || What::Outbind { peer });
        }
    }

    /// When there is something to do: the next delivery, if there is room for it, or something
    /// that a fault put off.
    fn due(&self) -> Option<Instant> {
        let receiver = self.receiver().filter(|_| self.mc.has_room());
        let delivery = receiver.and_then(|name| self.shared.lock().post.outbox.due(&name));
        let answer = self.delayed.first_key_value().map(|(&(due, _), _)| due);
        let dues = [delivery, answer, self.held_until];
        dues.into_iter().flatten().min()
    }

    /// Who takes deliveries here.
    fn receiver(&self) -> Option<Arc<str>> {
        let (system_id, mode) = self.bound.as_ref()?;
        (mode.receives() && self.mc.state().is_bound()).then(|| Arc::clone(system_id))
    }

    fn system_id(&self) -> &str {
        self.bound.as_ref().map_or("", |(system_id, _)| system_id)
    }

    /// Takes what is left after the end. Submits that were read and not yet looked at are lost.
    async fn hear_out(&mut self, events: &mut Events) {
        self.is_cut = true;
        while let Some(event) = events.recv().await {
            self.handle(event, Instant::now());
        }
    }

    fn handle(&mut self, event: session::Event, now: Instant) {
        match event {
            session::Event::BindRequest(frame) if !self.is_cut => self.bind(&frame),
            session::Event::Request(frame) if !self.is_cut => self.request(&frame, now),
            session::Event::Response { token, frame } => self.answered(token, &frame, now),
            session::Event::Unanswered { token, .. } => self.unanswered(token, now),
            session::Event::Closed(reason) => self.reason = Some(reason),
            _ => {}
        }
    }

    fn bind(&mut self, frame: &Frame) {
        // The session has read it once.
        let Ok(bind) = Bind::from_frame(frame) else {
            return self.mc.refuse_bind(CommandStatus::ESME_RBINDFAIL);
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
        let strike = self.shared.lock().faults.on_bind();
        let status = strike.map_or(status, |strike| strike.status);
        let system_id = bind.system_id.to_string();
        if let Some(strike) = strike {
            self.fault(strike.kind, frame.sequence_number(), None);
        }
        let (peer, mode) = (self.peer, bind.mode);
        // Before the answer: who waits for it and then looks here sees the session bound.
        if status.is_ok() {
            let name: Arc<str> = system_id.as_str().into();
            self.bound = Some((Arc::clone(&name), mode));
            let line = LineInfo {
                mc: self.mc.clone(),
                who: Bound {
                    connection: self.number,
                    system_id: system_id.clone(),
                    mode: match mode {
                        BindMode::Transmitter => "transmitter",
                        BindMode::Receiver => "receiver",
                        BindMode::Transceiver => "transceiver",
                    },
                    peer,
                },
                system_id: name,
                receives: mode.receives(),
                wake: Arc::clone(&self.wake),
            };
            self.shared.lock().post.lines.insert(self.number, line);
        }
        let status_ = Status(status);
        self.shared.emit(self.number, || What::Bind {
            system_id,
            mode,
            status: status_,
            peer,
        });
        if status.is_ok() {
            let name = COctetString::try_from(SYSTEM_ID).unwrap_or_default();
            self.mc.accept_bind(name);
        } else {
            self.mc.refuse_bind(status);
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
        self.mc.respond(request, status, body);
        self.responded(request, status, id);
    }

    /// Answers with a header alone.
    fn refuse(&self, request: &Frame, status: CommandStatus) {
        self.mc.reject(request, status);
        self.responded(request, status, None);
    }

    /// Answers a submit that was accepted, as well as the fault lets it.
    fn answer<'a>(
        &mut self,
        request: &Frame,
        body: &impl Body<'a>,
        id: &str,
        strike: Option<Strike>,
        now: Instant,
    ) {
        let id = Some(id.to_owned());
        let number = request.sequence_number();
        let Some(strike) = strike else {
            self.respond(request, CommandStatus::ESME_ROK, body, id);
            return self.overtake();
        };
        self.fault(strike.kind, number, id.clone());
        let frame = |number| body.to_frame(CommandStatus::ESME_ROK, number);
        match strike.kind {
            Kind::Cut => {
                let answer = frame(number);
                let octets = answer.octets();
                let half = octets.get(..octets.len() / 2).unwrap_or_default();
                self.mc.break_off(half);
                self.is_cut = true;
            }
            Kind::Slow | Kind::Late => {
                self.delay(request, frame(number), id, now + strike.delay);
            }
            // One that waits to be overtaken is, by this one.
            Kind::OutOfOrder if self.overtaken.is_none() => {
                let ticket = self.delay(request, frame(number), id, now + strike.delay);
                self.overtaken = Some(ticket);
            }
            Kind::WrongSequence => {
                // Far from those in use.
                let other = SequenceNumber(number.0 ^ 0x4000_0000);
                self.send_instead(request, frame(other).octets());
            }
            Kind::WrongCommand => {
                let mut octets = frame(number).octets().to_vec();
                if let Some(command_id) = octets.get_mut(4..8) {
                    let other = CommandId::DELIVER_SM_RESP;
                    command_id.copy_from_slice(&other.0.to_be_bytes());
                }
                self.send_instead(request, &octets);
            }
            Kind::Duplicate => {
                self.respond(request, CommandStatus::ESME_ROK, body, id);
                self.mc.send_octets(frame(number).octets());
                self.overtake();
            }
            Kind::StopReading => {
                self.respond(request, CommandStatus::ESME_ROK, body, id);
                self.overtake();
                self.mc.hold(true);
                self.held_until = Some(now + strike.delay);
            }
            Kind::OutOfOrder => {
                self.respond(request, CommandStatus::ESME_ROK, body, id);
                self.overtake();
            }
            // No answer; the others hit what is not accepted.
            _ => self.mc.ignore(request),
        }
    }

    /// Sends octets in place of an answer.
    fn send_instead(&self, request: &Frame, octets: &[u8]) {
        self.mc.send_octets(octets);
        self.mc.ignore(request);
    }

    /// Answers later.
    fn delay(
        &mut self,
        request: &Frame,
        answer: Frame,
        id: Option<String>,
        due: Instant,
    ) -> (Instant, u64) {
        self.next_token += 1;
        let ticket = (due, self.next_token);
        // Not a part of what was read, which may be a lot.
        let request = request.detach();
        self.delayed.insert(ticket, (request, answer, id));
        ticket
    }

    /// Sends the answer that waits for another to overtake it.
    fn overtake(&mut self) {
        if let Some(ticket) = self.overtaken.take() {
            self.send_delayed(ticket);
        }
    }

    fn send_delayed(&mut self, ticket: (Instant, u64)) {
        if let Some((request, answer, id)) = self.delayed.remove(&ticket) {
            self.send_instead(&request, answer.octets());
            self.responded(&request, answer.command_status(), id);
        }
    }

    /// Answers what had to wait, and reads on, when it is time.
    fn catch_up(&mut self, now: Instant) {
        while let Some((&ticket, _)) = self.delayed.first_key_value()
            && ticket.0 <= now
        {
            self.send_delayed(ticket);
        }
        if self.held_until.is_some_and(|until| until <= now) {
            self.held_until = None;
            self.mc.hold(false);
        }
    }

    /// Answers a submit that was not accepted, or does not.
    fn decline(&self, request: &Frame, refusal: Refusal) {
        let strike = match refusal {
            Refusal::Status(status) => return self.refuse(request, status),
            Refusal::Fault(strike) => strike,
        };
        let number = request.sequence_number();
        self.fault(strike.kind, number, None);
        match strike.kind {
            Kind::Throttle => self.refuse(request, CommandStatus::ESME_RTHROTTLED),
            Kind::QueueFull => self.refuse(request, CommandStatus::ESME_RMSGQFUL),
            Kind::Nack => {
                let nack = GenericNack::default().to_frame(strike.status, number);
                self.send_instead(request, nack.octets());
            }
            _ => self.mc.ignore(request),
        }
    }

    fn fault(&self, kind: Kind, number: SequenceNumber, id: Option<String>) {
        self.shared.emit_message(self.number, || What::Fault {
            name: kind.name(),
            system_id: self.system_id().to_owned(),
            sequence_number: number.0,
            id,
        });
    }

    /// Tells of an answer that was given.
    fn responded(&self, request: &Frame, status: CommandStatus, id: Option<String>) {
        self.shared.emit_message(self.number, || What::Response {
            command: request.command_id().response().to_string(),
            system_id: self.system_id().to_owned(),
            status: Status(status),
            sequence_number: request.sequence_number().0,
            id,
        });
    }

    /// Sends what is due and the window has room for.
    fn send_due(&mut self, now: Instant) {
        let Some(system_id) = self.receiver() else {
            return;
        };
        while self.mc.has_room() {
            let Some(delivery) = self.shared.lock().post.outbox.take(&system_id, now) else {
                return;
            };
            if !self.send(&system_id, delivery, now) {
                return;
            }
        }
    }

    /// Whether it was sent; else it waits again.
    fn send(&mut self, system_id: &Arc<str>, mut delivery: Delivery, now: Instant) -> bool {
        self.next_token += 1;
        let token = self.next_token;
        let number = match delivery.with_body(|body| self.mc.try_queue(body, token)) {
            Ok(number) => number,
            Err(error) => {
                // Only the end of the session is no surprise: then another one takes it.
                debug_assert_ne!(error, RequestError::WindowFull);
                self.shared.lock().post.put(system_id, now, delivery);
                return false;
            }
        };
        delivery.attempts += 1;
        self.shared.emit_message(self.number, || {
            let envelope = Envelope {
                id: &delivery.id,
                system_id,
                sequence_number: number.0,
            };
            let message = delivery.with_body(|body| Message::deliver(envelope, body));
            match &delivery.kind {
                delivery::Kind::Receipt(tlvs) => What::Receipt {
                    message,
                    message_state: tlvs.message_state,
                    attempt: delivery.attempts,
                },
                delivery::Kind::Message(_) => What::Deliver(message),
            }
        });
        self.in_flight.insert(token, delivery);
        true
    }

    fn answered(&mut self, token: u64, frame: &Frame, now: Instant) {
        let Some(delivery) = self.in_flight.remove(&token) else {
            return;
        };
        let status = frame.command_status();
        self.shared.emit_message(self.number, || What::Response {
            command: frame.command_id().to_string(),
            system_id: self.system_id().to_owned(),
            status: Status(status),
            sequence_number: frame.sequence_number().0,
            id: Some(delivery.id.clone()),
        });
        let taken = status.is_ok() && frame.command_id() != GenericNack::COMMAND_ID;
        match delivery.kind {
            delivery::Kind::Receipt(_) if taken => {
                self.shared.lock().counts.receipts_delivered += 1
            }
            delivery::Kind::Receipt(_) => self.put_back(delivery, now + self.shared.config.retry),
            delivery::Kind::Message(done) => {
                if taken {
                    self.shared.lock().counts.delivered += 1;
                }
                // Whoever asked may have gone.
                let _ = done.send(Ok(status));
            }
        }
    }

    fn unanswered(&mut self, token: u64, now: Instant) {
        let Some(delivery) = self.in_flight.remove(&token) else {
            return;
        };
        self.shared.emit_message(self.number, || What::Unanswered {
            system_id: self.system_id().to_owned(),
            id: delivery.id.clone(),
        });
        match delivery.kind {
            // The session is over: whoever binds next gets it. Else the answer took too long.
            delivery::Kind::Receipt(_) if self.mc.state() == State::Closed => {
                self.put_back(delivery, now)
            }
            delivery::Kind::Receipt(_) => self.put_back(delivery, now + self.shared.config.retry),
            delivery::Kind::Message(done) => {
                // Whoever asked may have gone.
                let _ = done.send(Err(DeliverError::Unanswered));
            }
        }
    }

    fn put_back(&self, delivery: Delivery, due: Instant) {
        if let Some((system_id, _)) = &self.bound {
            self.shared.lock().post.put(system_id, due, delivery);
        }
    }

    /// Takes the line out of the list and tells.
    fn end(&mut self) {
        self.shared.lock().post.lines.remove(&self.number);
        let system_id = self.bound.as_ref().map(|(name, _)| name.to_string());
        if self.reason == Some(CloseReason::PeerUnbound) {
            self.shared.emit(self.number, || What::Unbind {
                system_id: system_id.clone().unwrap_or_default(),
            });
        }
        let reason = self.reason.unwrap_or(CloseReason::Disconnected);
        self.shared.emit(self.number, || What::Disconnect {
            system_id,
            reason: reason.to_string(),
        });
    }
}

/// An id as a field: it has digits only, and few.
fn message_id(id: &str) -> COctetString<'_, 65> {
    COctetString::try_from(id).unwrap_or_default()
}
