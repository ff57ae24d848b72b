//! One connection of the message centre.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use smsgw_smpp::connection::{Events, RequestError};
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{Body, DataSm, DataSmResp, GenericNack, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{self, Bind, BindMode, CloseReason, State};
use smsgw_smpp::tlv::UserMessageReference;
use smsgw_smpp::types::{COctetString, MessageState, RegisteredDelivery};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use super::delivery::{Delivery, Kind, Party};
use super::{Bound, DeliverError, LineInfo, Power, Shared, take_id, until};
use crate::event::{Envelope, Message, Status, What};
use crate::faults;

/// The name of the message centre in its answer to a bind.
const SYSTEM_ID: &str = "smsgw-sim";

/// Serves one connection until it ends.
pub(super) async fn run(
    stream: TcpStream,
    peer: SocketAddr,
    number: u64,
    shared: Arc<Shared>,
    mut power: watch::Receiver<Power>,
) {
    let cuts = power.borrow().cuts;
    let is_off = move |power: &Power| power.over || power.cuts != cuts;
    let (mc, mut events) = Mc::new(stream, shared.config.session.clone());
    let mut line = Line::new(mc, peer, number, shared);
    let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        line.send_due(Instant::now());
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
            event = events.recv() => match event {
                Some(event) => line.handle(event, Instant::now()),
                None => break,
            },
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
    /// An answer was cut: nothing more is taken.
    is_cut: bool,
    reason: Option<CloseReason>,
}

/// What is done with a submit.
enum Verdict {
    /// The id, and whether and how it is answered.
    Accept(String, Option<faults::Kind>),
    Refuse(CommandStatus),
    Ignore,
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
            is_cut: false,
            reason: None,
        }
    }

    /// When the next delivery is due, if there is room for it.
    fn due(&self) -> Option<Instant> {
        let system_id = self.receiver().filter(|_| self.mc.has_room())?;
        self.shared.lock().outbox.due(&system_id)
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
        let system_id = bind.system_id.to_string();
        let (peer, mode) = (self.peer, bind.mode);
        // Before the answer: who waits for it and then looks here sees the session bound.
        if status.is_ok() {
            let name: Arc<str> = system_id.as_str().into();
            self.bound = Some((Arc::clone(&name), mode));
            let line = LineInfo {
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
            self.shared.lock().lines.insert(self.number, line);
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
            _ => {
                self.mc.reject(frame, CommandStatus::ESME_RINVCMDID);
                self.responded(frame, CommandStatus::ESME_RINVCMDID, None);
            }
        }
    }

    fn submit<'a, T: Submission<'a>>(&mut self, frame: &'a Frame, now: Instant) {
        // The session has read it once.
        let Ok(submission) = frame.decode::<T>() else {
            return self.mc.reject(frame, CommandStatus::ESME_RSYSERR);
        };
        let number = frame.sequence_number();
        match self.judge(&submission, number, now) {
            Verdict::Refuse(status) => {
                self.mc.reject(frame, status);
                self.responded(frame, status, None);
            }
            Verdict::Ignore => {
                self.mc.ignore(frame);
                self.fault(faults::Kind::NoAnswerDrop, number, None);
            }
            Verdict::Accept(id, None) => {
                T::respond(&self.mc, frame, message_id(&id));
                self.responded(frame, CommandStatus::ESME_ROK, Some(id));
            }
            Verdict::Accept(id, Some(faults::Kind::Cut)) => {
                let answer = T::answer(message_id(&id), number);
                let octets = answer.octets();
                let half = octets.get(..octets.len() / 2).unwrap_or_default();
                self.mc.break_off(half);
                self.is_cut = true;
                self.fault(faults::Kind::Cut, number, Some(id));
            }
            Verdict::Accept(id, Some(kind)) => {
                self.mc.ignore(frame);
                self.fault(kind, number, Some(id));
            }
        }
    }

    /// Decides about a submit; when it is accepted, remembers it and plans its receipt.
    fn judge<'a, T: Submission<'a>>(
        &self,
        submission: &T,
        sequence_number: SequenceNumber,
        now: Instant,
    ) -> Verdict {
        let Some((system_id, _)) = &self.bound else {
            return Verdict::Refuse(CommandStatus::ESME_RINVBNDSTS);
        };
        let config = &self.shared.config;
        let mut inner = self.shared.lock();
        let inner = &mut *inner;
        let fault = inner.faults.on_submit();
        match fault {
            Some(faults::Kind::Throttle) => {
                inner.counts.throttled += 1;
                return Verdict::Refuse(CommandStatus::ESME_RTHROTTLED);
            }
            Some(faults::Kind::NoAnswerDrop) => return Verdict::Ignore,
            _ => {}
        }
        if inner.outbox.len() >= config.max_waiting {
            return Verdict::Refuse(CommandStatus::ESME_RMSGQFUL);
        }
        let id = take_id(&mut inner.next_id, config.ids);
        let message = Arc::new(submission.message(Envelope {
            id: &id,
            system_id,
            sequence_number: sequence_number.0,
        }));
        let outcome = config.receipts.outcome(inner.counts.submitted);
        inner.counts.submitted += 1;
        if let Some(state) = outcome {
            let success = state == MessageState::DELIVERED;
            if submission.registered_delivery().wants_receipt(success) {
                let (delay, dialect) = (config.receipts.delay, &config.receipts.dialect);
                let receipt = Delivery::receipt(
                    &message,
                    submission.parties(),
                    submission.user_message_reference(),
                    state,
                    delay,
                    dialect,
                );
                inner.put(system_id, now + delay, receipt);
            }
        }
        self.shared
            .emit(self.number, || What::Submit(Message::clone(&message)));
        if inner.submitted.len() >= config.remembered {
            inner.submitted.pop_front();
        }
        if config.remembered > 0 {
            inner.submitted.push_back(message);
        }
        Verdict::Accept(id, fault)
    }

    fn fault(&self, kind: faults::Kind, number: SequenceNumber, id: Option<String>) {
        self.shared.emit(self.number, || What::Fault {
            name: kind.name(),
            system_id: self.system_id().to_owned(),
            sequence_number: number.0,
            id,
        });
    }

    /// Tells of an answer that was given.
    fn responded(&self, request: &Frame, status: CommandStatus, id: Option<String>) {
        self.shared.emit(self.number, || What::Response {
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
            let Some(delivery) = self.shared.lock().outbox.take(&system_id, now) else {
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
                self.shared.lock().put(system_id, now, delivery);
                return false;
            }
        };
        delivery.attempts += 1;
        self.shared.emit(self.number, || {
            let envelope = Envelope {
                id: &delivery.id,
                system_id,
                sequence_number: number.0,
            };
            let message = delivery.with_body(|body| Message::deliver(envelope, body));
            match &delivery.kind {
                Kind::Receipt(tlvs) => What::Receipt {
                    message,
                    message_state: tlvs.message_state,
                    attempt: delivery.attempts,
                },
                Kind::Message(_) => What::Deliver(message),
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
        self.shared.emit(self.number, || What::Response {
            command: frame.command_id().to_string(),
            system_id: self.system_id().to_owned(),
            status: Status(status),
            sequence_number: frame.sequence_number().0,
            id: Some(delivery.id.clone()),
        });
        let taken = status.is_ok() && frame.command_id() != GenericNack::COMMAND_ID;
        match delivery.kind {
            Kind::Receipt(_) if taken => self.shared.lock().counts.receipts_delivered += 1,
            Kind::Receipt(_) => self.put_back(delivery, now + self.shared.config.retry),
            Kind::Message(done) => {
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
        self.shared.emit(self.number, || What::Unanswered {
            system_id: self.system_id().to_owned(),
            id: delivery.id.clone(),
        });
        match delivery.kind {
            // The session is over: whoever binds next gets it. Else the answer took too long.
            Kind::Receipt(_) if self.mc.state() == State::Closed => self.put_back(delivery, now),
            Kind::Receipt(_) => self.put_back(delivery, now + self.shared.config.retry),
            Kind::Message(done) => {
                // Whoever asked may have gone.
                let _ = done.send(Err(DeliverError::Unanswered));
            }
        }
    }

    fn put_back(&self, delivery: Delivery, due: Instant) {
        if let Some((system_id, _)) = &self.bound {
            self.shared.lock().put(system_id, due, delivery);
        }
    }

    /// Takes the line out of the list and tells.
    fn end(&mut self) {
        self.shared.lock().lines.remove(&self.number);
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

/// A message that an ESME submits.
trait Submission<'a>: Body<'a> {
    fn message(&self, envelope: Envelope<'_>) -> Message;
    /// Source and destination.
    fn parties(&self) -> (Party, Party);
    fn registered_delivery(&self) -> RegisteredDelivery;
    fn user_message_reference(&self) -> Option<UserMessageReference>;
    fn answer(message_id: COctetString<'_, 65>, number: SequenceNumber) -> Frame;
    fn respond(mc: &Mc, request: &Frame, message_id: COctetString<'_, 65>);
}

macro_rules! submissions {
    ($($body:ident, $response:ident, $message:ident;)*) => { $(
        impl<'a> Submission<'a> for $body<'a> {
            fn message(&self, envelope: Envelope<'_>) -> Message {
                Message::$message(envelope, self)
            }

            fn parties(&self) -> (Party, Party) {
                (Party::of(&self.source_addr), Party::of(&self.destination_addr))
            }

            fn registered_delivery(&self) -> RegisteredDelivery {
                self.registered_delivery
            }

            fn user_message_reference(&self) -> Option<UserMessageReference> {
                self.tlvs.find()
            }

            fn answer(message_id: COctetString<'_, 65>, number: SequenceNumber) -> Frame {
                let body = $response { message_id, ..$response::default() };
                body.to_frame(CommandStatus::ESME_ROK, number)
            }

            fn respond(mc: &Mc, request: &Frame, message_id: COctetString<'_, 65>) {
                let body = $response { message_id, ..$response::default() };
                mc.respond(request, CommandStatus::ESME_ROK, &body);
            }
        }
    )* };
}

submissions! {
    SubmitSm, SubmitSmResp, submit;
    DataSm, DataSmResp, data;
}
