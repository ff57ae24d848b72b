//! One connection of the message centre: a small driver of its own around the session, as only
//! that can stop in the middle of a PDU.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Buf as _, BytesMut};
use smsgw_smpp::pdu::{Body, DataSm, DataSmResp, GenericNack, SubmitSm, SubmitSmResp};
use smsgw_smpp::session::{self, Bind, BindMode, CloseReason, Session};
use smsgw_smpp::tlv::UserMessageReference;
use smsgw_smpp::types::{COctetString, MessageState, RegisteredDelivery};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, watch};

use super::delivery::{Delivery, Kind, Party};
use super::{Bound, DeliverError, LineInfo, Power, Shared, take_id, until};
use crate::event::{Envelope, Message, Status, What};
use crate::faults;

/// The name of the message centre in its answer to a bind.
const SYSTEM_ID: &str = "smsgw-sim";
/// Octets that wait to be written before reading stops.
const MAX_UNWRITTEN: usize = 1 << 20;
/// Octets read at once, at least.
const READ: usize = 16 << 10;
/// How long the peer has after the end to take what is left and to close.
const LINGER: Duration = Duration::from_secs(2);

/// Serves one connection until it ends.
pub(super) async fn run(
    mut stream: TcpStream,
    peer: SocketAddr,
    number: u64,
    shared: Arc<Shared>,
    mut power: watch::Receiver<Power>,
) {
    let mut line = Line::new(peer, number, shared);
    let cuts = power.borrow().cuts;
    let is_off = move |power: &Power| power.over || power.cuts != cuts;
    // Without it a small answer waits for the peer's acknowledgement of the last one.
    let _ = stream.set_nodelay(true);
    let (mut reader, mut writer) = stream.split();
    let mut input = BytesMut::new();
    let mut timer = pin!(tokio::time::sleep(Duration::ZERO));
    loop {
        line.step(&mut input, Instant::now());
        if line.session.is_closed() {
            break;
        }
        let reads = line.output.len() < MAX_UNWRITTEN;
        let timeout = line.timeout();
        if let Some(timeout) = timeout {
            timer.as_mut().reset(timeout.into());
        }
        input.reserve(READ);
        // Each arm is cancel-safe: a read or write that is dropped has not happened.
        tokio::select! {
            () = until(&mut power, is_off) => {
                line.session.close(CloseReason::Local);
                line.step(&mut input, Instant::now());
                return line.end();
            }
            read = reader.read_buf(&mut input), if reads => match read {
                Ok(1..) => {}
                Ok(0) | Err(_) => line.session.handle_disconnect(line.output.len()),
            },
            written = writer.write(&line.output), if !line.output.is_empty() => match written {
                Ok(len @ 1..) => line.output.advance(len),
                Ok(0) | Err(_) => line.session.handle_disconnect(line.output.len()),
            },
            () = line.wake.notified() => {}
            () = timer.as_mut(), if timeout.is_some() => line.session.handle_timeout(Instant::now()),
        }
    }
    line.end();
    let last = async {
        writer.write_all(&line.output).await?;
        writer.shutdown().await?;
        // To close with octets unread would reset the connection under the last answer.
        while reader.read_buf(&mut input).await? > 0 {
            input.clear();
        }
        std::io::Result::Ok(())
    };
    tokio::select! {
        () = until(&mut power, is_off) => {}
        // The session is over either way; the peer has had its time.
        _ = tokio::time::timeout(LINGER, last) => {}
    }
}

struct Line {
    shared: Arc<Shared>,
    peer: SocketAddr,
    number: u64,
    session: Session,
    bound: Option<(Arc<str>, BindMode)>,
    wake: Arc<Notify>,
    /// Deliveries that wait for their answer, by token.
    in_flight: HashMap<u64, Delivery>,
    next_token: u64,
    output: BytesMut,
    /// An answer was cut: nothing more is taken or written.
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
    fn new(peer: SocketAddr, number: u64, shared: Arc<Shared>) -> Self {
        let config = session::Config {
            // Submits that a fault leaves without an answer must not stop the rest.
            max_unanswered: usize::MAX,
            ..shared.config.session.clone()
        };
        shared.lock().counts.connections += 1;
        shared.emit(number, || What::Connect { peer });
        Self {
            shared,
            peer,
            number,
            session: Session::mc(config, Instant::now()),
            bound: None,
            wake: Arc::default(),
            in_flight: HashMap::new(),
            next_token: 0,
            output: BytesMut::new(),
            is_cut: false,
            reason: None,
        }
    }

    /// Does what follows from `input` and from what is due.
    fn step(&mut self, input: &mut BytesMut, now: Instant) {
        loop {
            while let Some(event) = self.session.poll_event() {
                self.handle(event, now);
            }
            if self.is_cut || self.session.is_closed() {
                break;
            }
            // One frame at a time: answers leave in the order of the requests, and a fault finds
            // the ones before it answered.
            let before = input.len();
            match first_frame_len(input) {
                Some(len) if len <= before => {
                    let mut frame = input.split_to(len);
                    self.session.handle_buffer(&mut frame, now);
                }
                // Not whole yet, or no frame at all: the session knows.
                _ => {
                    self.session.handle_buffer(input, now);
                    if !self.session.is_closed() {
                        break;
                    }
                }
            }
        }
        self.send_due(now);
        if !self.is_cut {
            self.session.poll_transmit(&mut self.output);
        }
    }

    fn timeout(&self) -> Option<Instant> {
        let due = self
            .receiver()
            .filter(|_| self.session.has_room())
            .and_then(|system_id| self.shared.lock().outbox.due(&system_id));
        self.session.poll_timeout().into_iter().chain(due).min()
    }

    /// Who takes deliveries here.
    fn receiver(&self) -> Option<Arc<str>> {
        let is_bound = self.session.state().is_bound();
        let (system_id, mode) = self.bound.as_ref()?;
        (is_bound && mode.receives()).then(|| Arc::clone(system_id))
    }

    fn system_id(&self) -> &str {
        self.bound.as_ref().map_or("", |(system_id, _)| system_id)
    }

    fn handle(&mut self, event: session::Event, now: Instant) {
        match event {
            session::Event::BindRequest(frame) if !self.is_cut => self.bind(&frame, now),
            session::Event::Request(frame) if !self.is_cut => self.request(&frame, now),
            session::Event::Response { token, frame } => self.answered(token, &frame, now),
            session::Event::Unanswered { token, .. } => self.unanswered(token, now),
            session::Event::Closed(reason) => self.reason = Some(reason),
            _ => {}
        }
    }

    fn bind(&mut self, frame: &Frame, now: Instant) {
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
            self.session.accept_bind(name, now);
        } else {
            self.session.refuse_bind(status);
        }
    }

    fn request(&mut self, frame: &Frame, now: Instant) {
        match frame.command_id() {
            CommandId::SUBMIT_SM => self.submit::<SubmitSm<'_>>(frame, now),
            CommandId::DATA_SM => self.submit::<DataSm<'_>>(frame, now),
            _ => {
                self.session
                    .reject(frame.header(), CommandStatus::ESME_RINVCMDID);
                self.responded(frame, CommandStatus::ESME_RINVCMDID, None);
            }
        }
    }

    fn submit<'a, T: Submission<'a>>(&mut self, frame: &'a Frame, now: Instant) {
        // The session has read it once.
        let Ok(submission) = frame.decode::<T>() else {
            let status = CommandStatus::ESME_RSYSERR;
            return self.session.reject(frame.header(), status);
        };
        let number = frame.sequence_number();
        match self.judge(&submission, number, now) {
            Verdict::Refuse(status) => {
                self.session.reject(frame.header(), status);
                self.responded(frame, status, None);
            }
            Verdict::Ignore => self.fault(faults::Kind::NoAnswerDrop, number, None),
            Verdict::Accept(id, None) => {
                T::respond(&mut self.session, message_id(&id), number);
                self.responded(frame, CommandStatus::ESME_ROK, Some(id));
            }
            Verdict::Accept(id, Some(faults::Kind::Cut)) => {
                self.session.poll_transmit(&mut self.output);
                let answer = T::answer(message_id(&id), number);
                let octets = answer.octets();
                let half = octets.get(..octets.len() / 2).unwrap_or_default();
                self.output.extend_from_slice(half);
                self.is_cut = true;
                self.session.close(CloseReason::Local);
                self.fault(faults::Kind::Cut, number, Some(id));
            }
            Verdict::Accept(id, Some(kind)) => self.fault(kind, number, Some(id)),
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
                let delay = config.receipts.delay;
                let receipt = Delivery::receipt(
                    &message,
                    submission.parties(),
                    submission.user_message_reference(),
                    state,
                    delay,
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
        while self.session.has_room() {
            let Some(delivery) = self.shared.lock().outbox.take(&system_id, now) else {
                return;
            };
            self.send(&system_id, delivery, now);
        }
    }

    fn send(&mut self, system_id: &Arc<str>, mut delivery: Delivery, now: Instant) {
        self.next_token += 1;
        let token = self.next_token;
        let sent = delivery.with_body(|body| self.session.request(body, token, now));
        let Ok(number) = sent else {
            return self.shared.lock().put(system_id, now, delivery);
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
            Kind::Receipt(_) if self.session.is_closed() => self.put_back(delivery, now),
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

/// What `command_length` says, once it is there and if it can be true.
fn first_frame_len(input: &[u8]) -> Option<usize> {
    let length = u32::from_be_bytes(*input.first_chunk()?);
    usize::try_from(length).ok().filter(|&length| length >= 16)
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
    fn respond(session: &mut Session, message_id: COctetString<'_, 65>, number: SequenceNumber);
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

            fn respond(
                session: &mut Session,
                message_id: COctetString<'_, 65>,
                number: SequenceNumber,
            ) {
                let body = $response { message_id, ..$response::default() };
                session.respond(&body, CommandStatus::ESME_ROK, number);
            }
        }
    )* };
}

submissions! {
    SubmitSm, SubmitSmResp, submit;
    DataSm, DataSmResp, data;
}
