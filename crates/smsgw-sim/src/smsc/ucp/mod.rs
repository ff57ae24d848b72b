//! What the message centre does that is of UCP.

mod delivery;
mod door;
mod login;
mod manage;
mod message;
mod notification;
mod submit;
mod times;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use smsgw_ucp::connection::Events;
use smsgw_ucp::session::{self, Account, Accounts, CloseReason, MessageKeys};
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{Address, Second};
use smsgw_ucp::{
    Alphabet, ErrorCode, Frame, MessageKey, Operation, OperationType, SystemMessage, Trn,
};

use super::DeliverError;
use super::config::Ucp as Settings;
use super::fate::Now;
use super::line::Line;
use super::outbox::{self, Outcome};
use super::shared::Inner;
use super::side::Side;
use super::store::Entry;
use super::wire::{self, Answer, Arrival, TurnedAway, Wire};
use crate::event::{Command, Message, Protocol, Status, What, Who};
use crate::faults::Strike;
use message::Parts;
use notification::Request;
use submit::Submission;

pub(super) use door::Door;

/// What is remembered for UCP alone.
#[derive(Debug)]
pub(super) struct Ucp {
    settings: Settings,
    keys: MessageKeys,
    /// Who is there, and which notifications go where.
    accounts: Accounts,
}

impl Ucp {
    pub(super) fn new(settings: Settings) -> Self {
        Self {
            settings,
            keys: MessageKeys::default(),
            accounts: Accounts::default(),
        }
    }

    /// An address for what is for an account: its name, when that is a number.
    fn own_address<'a>(account: &'a str) -> Address<'a> {
        let own = Address::new(account).ok().filter(|own| !own.is_empty());
        // AdC must not be empty.
        own.or_else(|| Address::new("0").ok()).unwrap_or_default()
    }

    /// What its clocks show; none when two digits cannot say the year.
    fn local(&self, time: SystemTime) -> Option<Second> {
        Second::from_unix(times::unix(time), &self.settings.zone).ok()
    }

    /// The time stamp of a message to `adc`, which with it names the message.
    fn stamp(&mut self, adc: &str, now: &Now) -> Option<Second> {
        let now = self.local(now.wall)?;
        Some(self.keys.next(adc, now))
    }
}

/// What is kept of a message beside what is of all protocols.
#[derive(Debug)]
pub(super) struct Kept {
    /// What it came in.
    frame: Frame,
    adc: String,
    /// As it is in the field: a name is packed.
    oadc: String,
    scts: Second,
    /// Which notifications are asked for, and where.
    request: Request,
    /// When it was accepted.
    since: Instant,
}

impl Kept {
    fn key(&self) -> MessageKey<'_> {
        MessageKey {
            adc: &self.adc,
            scts: self.scts,
        }
    }
}

/// An operation to be, and who is to have it.
#[derive(Debug)]
pub(super) struct Body {
    /// With any number.
    frame: Frame,
    /// Of its text.
    alphabet: Alphabet,
    to: To,
}

/// Which session is to have an operation, if it is there; else any of the account.
#[derive(Debug)]
enum To {
    Any,
    /// The one that takes notifications for this address.
    Address(session::NotificationAddress),
    /// This one.
    Line(u64),
}

impl Wire for Ucp {
    const PROTOCOL: Protocol = Protocol::Ucp;

    type Session = Smsc;
    type Events = Events;
    type Event = session::Event;
    type Frame = Frame;
    type Number = Trn;
    type Door = Door;
    type Start = ();
    type Kept = Kept;
    type Body = Body;
    type Refused = ErrorCode;

    const THROTTLED: ErrorCode = ErrorCode::OPERATION_NOT_ALLOWED;
    const QUEUE_FULL: ErrorCode = ErrorCode::SYSTEM_ERROR;

    fn side(inner: &mut Inner) -> &mut Side<Self> {
        &mut inner.ucp
    }

    fn who(name: &Arc<str>) -> Who {
        Who::User(Arc::clone(name))
    }

    async fn enter(door: &mut Door) -> Result<Arrival<Self>, TurnedAway> {
        door.next().await
    }

    async fn receive(events: &mut Events, into: &mut VecDeque<session::Event>) -> bool {
        events.recv_all(into).await
    }

    fn begin(_line: &mut Line<Self>, (): ()) {}

    fn handle(line: &mut Line<Self>, event: session::Event, now: Instant) {
        match event {
            session::Event::LoginRequest(frame) if !line.is_cut => line.login(&frame),
            session::Event::Request(frame) if !line.is_cut => line.request(&frame, now),
            session::Event::Response { token, frame } => line.answered(token, &frame, now),
            session::Event::Unanswered { token, .. } => line.unanswered(token, now),
            session::Event::LateResponse { token, frame } => line.answered_late(token, &frame),
            session::Event::Refused { nack, .. } => line.emit_message(|| What::Response {
                command: nack.ot.into(),
                who: line.who(),
                status: Some(nack.error_code).into(),
                number: nack.trn.into(),
                id: None,
            }),
            session::Event::Closed(reason) => {
                // To close the connection is how to log out, when all has its result.
                let is_done =
                    !line.left_some && line.session.with(|session, _| session.unanswered()) == 0;
                let in_order =
                    line.account.is_some() && is_done && reason == CloseReason::Disconnected;
                line.closed = Some((reason.to_string(), in_order));
            }
            _ => {}
        }
    }

    fn refuse(line: &Line<Self>, request: &Frame, why: ErrorCode) {
        line.refuse(request, why);
    }

    fn nack(line: &Line<Self>, request: &Frame, strike: &Strike) {
        line.refuse(request, strike.error_code);
    }

    fn answer_name(frame: &Frame) -> Command {
        frame.ot().into()
    }

    fn number(frame: &Frame) -> Trn {
        frame.trn()
    }

    fn detach(frame: &Frame) -> Frame {
        frame.detach()
    }

    fn receipts(&self, entry: &Entry<Self>, now: &Now) -> Vec<(Instant, outbox::Delivery<Self>)> {
        notification::all(self, entry, now)
    }

    fn send(smsc: &Smsc, body: &Body, token: u64) -> Option<Trn> {
        // It was written from one of these.
        match body.frame.operation().ok()? {
            Operation::DeliverShortMessage(it) => smsc.try_queue(&it, token),
            Operation::DeliverNotification(it) => smsc.try_queue(&it, token),
            Operation::ResponseInquiryMessage(it) => smsc.try_queue(&it, token),
            Operation::ResponseDeleteMessage(it) => smsc.try_queue(&it, token),
            _ => return None,
        }
        .ok()
    }

    fn told(delivery: &outbox::Delivery<Self>, account: &Arc<str>, trn: Trn) -> Message {
        let frame = &delivery.body.frame;
        let alphabet = delivery.body.alphabet;
        message::told(
            frame,
            trn,
            &Parts::of_sent(frame),
            &delivery.id,
            account,
            alphabet,
        )
    }

    fn outcome(answer: &Frame) -> (Status, bool) {
        match answer.answer() {
            Ok(answer) => (answer.error_code().into(), answer.is_positive()),
            // What cannot be read is no yes.
            Err(_) => (Some(ErrorCode::SYNTAX_ERROR).into(), false),
        }
    }

    fn route(&self, account: &Arc<str>, body: &Body) -> Option<u64> {
        match &body.to {
            To::Any => None,
            To::Line(number) => Some(*number),
            To::Address(address) => {
                let account = Account::new(account).ok()?;
                let is_named = self.accounts.is_named(&account, address);
                // Which of several does not matter here.
                let pick = || self.accounts.pick(&account, Some(address), |_| Some(0));
                is_named.then(pick).flatten()
            }
        }
    }

    fn gone(&mut self, number: u64) {
        self.accounts.remove(number);
    }
}

impl wire::Session for Smsc {
    type Frame = Frame;

    fn is_open(&self) -> bool {
        self.state() == session::State::Up
    }

    fn is_closed(&self) -> bool {
        self.state() == session::State::Closed
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

/// A positive result with this text.
struct Done<'a>(SystemMessage<'a>);

impl Answer<Ucp> for Done<'_> {
    fn send(&self, smsc: &Smsc, request: &Frame) {
        smsc.accept(request, self.0);
    }

    fn octets(&self, request: &Frame) -> Vec<u8> {
        self.written(request.ot(), request.trn())
    }

    fn misnumbered(&self, request: &Frame) -> Vec<u8> {
        // Far from those in use.
        let other = (request.trn().get() + Trn::COUNT / 2) % Trn::COUNT;
        self.written(request.ot(), Trn::new(other).unwrap_or_default())
    }

    fn misnamed(&self, request: &Frame) -> Vec<u8> {
        self.written(OperationType::DELIVER_SHORT_MESSAGE, request.trn())
    }

    fn status(&self) -> Status {
        Status::Ucp(None)
    }
}

impl Done<'_> {
    fn written(&self, ot: OperationType, trn: Trn) -> Vec<u8> {
        let answer = smsgw_ucp::Answer::positive(ot, self.0);
        answer.to_frame(trn).octets().to_vec()
    }
}

impl Line<Ucp> {
    fn request(&mut self, frame: &Frame, now: Instant) {
        // The session has read it once.
        let quirks = self.quirks();
        let operation = match frame.operation_with(&quirks) {
            Ok(operation) => operation,
            Err(error) => return self.refuse(frame, error.error_code()),
        };
        if self.account.is_none() && frame.ot() != OperationType::SESSION_MANAGEMENT {
            self.let_in_without_login();
        }
        if let Some(submission) = Submission::of(&operation.pdu) {
            return self.submit(frame, &submission, now);
        }
        match operation.pdu {
            Operation::SmtAlert(it) => self.alerted(frame, &it, now),
            Operation::ModifyMessage(it) => self.modify(frame, &it, now),
            Operation::InquiryMessage(it) => self.inquire(frame, &it, now),
            Operation::DeleteMessage(it) => self.delete(frame, &it, now),
            Operation::SessionManagement(_) => self.login(frame),
            // There are no lists here.
            _ => self.refuse(frame, ErrorCode::OPERATION_NOT_SUPPORTED),
        }
    }

    /// Answers that it is done.
    fn accept(&self, request: &Frame, sm: &str, id: Option<String>) {
        self.session.accept(request, text(sm));
        self.responded(request, Status::Ucp(None), id);
    }

    /// Answers that it is not.
    fn refuse(&self, request: &Frame, why: ErrorCode) {
        let words = why.text().map(text).unwrap_or_default();
        self.session.refuse(request, why, words);
        self.responded(request, Some(why).into(), None);
    }
}

/// A text of a result; none when the field cannot hold it.
fn text(sm: &str) -> SystemMessage<'_> {
    SystemMessage::new(sm).unwrap_or_default()
}

impl Side<Ucp> {
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
        let parts = delivery::messages(&mut self.wire, from, to, text, reference, &Now::of(now))?;
        let outcomes = parts.into_iter().map(|(delivery, outcome)| {
            self.post.put(account, now, delivery);
            outcome
        });
        Ok(outcomes.collect())
    }
}
