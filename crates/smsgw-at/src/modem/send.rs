//! Messages to be sent.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Data, Exchange, Late, Outcome, Pace};
use super::procedure::{Procedure, Step};
use super::report::reported_recipient;
use super::shared::Shared;
use super::{Doubt, Event, Failure, Fault, QueueFull, receive};
use crate::cause::{Class, CmeError, CmsError};
use crate::command::Command;
use crate::command::send::{MoreMessagesToSend, SendMessage, Sent};
use crate::error::ValueError;
use crate::pause::doubled;
use crate::result::FinalResult;

/// A message to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// The service centre's address (`00`: the SIM's) and the TPDU, a SMS-SUBMIT or a SMS-COMMAND.
    pub pdu: Vec<u8>,
    /// Whether more messages follow at once: the modem is asked to keep the link (`+CMMS`).
    pub more_to_follow: bool,
}

/// Messages to be sent.
#[derive(Debug, Default)]
pub(super) struct Sends {
    waiting: VecDeque<Message>,
    /// The token of the one that is being sent.
    in_flight: Option<u64>,
    /// Nothing is sent before: after a refusal that passes, and while the result of another one may
    /// come late.
    not_before: Option<Instant>,
    /// The last one whose outcome is unknown: its result may come late.
    unknown: Option<Unknown>,
    /// The reference of the last one that was sent.
    last: Option<u8>,
    /// Whether the modem refuses to keep the link.
    refuses_more: bool,
    /// It keeps the link for the next message, as it was asked to.
    kept_until: Option<Instant>,
}

#[derive(Debug)]
struct Message {
    token: u64,
    submit: Submit,
    /// How often it was refused.
    refusals: u32,
}

#[derive(Debug)]
struct Unknown {
    token: u64,
    since: Instant,
    /// Another message has gone out since.
    is_followed: bool,
}

impl Sends {
    /// The least time that a modem keeps the link (27.005 §3.5.6).
    const KEPT: Duration = Duration::from_secs(1);
    /// A result that comes later than this belongs to something else.
    const LATEST: Duration = Duration::from_secs(30 * 60);

    pub(super) fn len(&self) -> usize {
        self.waiting.len() + usize::from(self.in_flight.is_some())
    }

    /// Whether a message is on its way, whose report may come before its reference.
    pub(super) const fn is_in_flight(&self) -> bool {
        self.in_flight.is_some()
    }

    pub(super) fn withdraw(&mut self, token: u64) -> Option<Submit> {
        let is_it = |message: &Message| message.token == token;
        let index = self.waiting.iter().position(is_it)?;
        self.waiting.remove(index).map(|message| message.submit)
    }

    pub(super) fn withdraw_all(&mut self) -> Vec<(u64, Submit)> {
        let messages = self.waiting.drain(..);
        messages
            .map(|message| (message.token, message.submit))
            .collect()
    }
}

pub(super) fn request(shared: &mut Shared, token: u64, submit: Submit) -> Result<(), QueueFull> {
    if shared.send.len() >= shared.config.max_queue {
        return Err(QueueFull);
    }
    shared.send.waiting.push_back(Message {
        token,
        submit,
        refusals: 0,
    });
    Ok(())
}

pub(super) fn due(shared: &Shared) -> Option<Instant> {
    shared.send.not_before
}

pub(super) fn handle_timeout(shared: &mut Shared, now: Instant) {
    shared.send.not_before = shared.send.not_before.filter(|at| now < *at);
}

pub(super) fn next(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    if shared.send.not_before.is_some_and(|at| now < at) {
        return None;
    }
    let message = shared.send.waiting.pop_front()?;
    shared.send.in_flight = Some(message.token);
    Some(Box::new(Send {
        message,
        stage: Stage::Begin,
    }))
}

/// The modem is set up.
pub(super) fn started(shared: &mut Shared) {
    // Another one may be in its place.
    shared.send.refuses_more = false;
}

/// The result of the last message whose outcome is unknown has come.
pub(super) fn handle_late(shared: &mut Shared, late: Late, now: Instant) {
    let recent = |unknown: &Unknown| now.saturating_duration_since(unknown.since) <= Sends::LATEST;
    let reference = match &late {
        Late::Taken(Some(line)) => Sent::of(line).and_then(|sent| sent.reference),
        _ => None,
    };
    // Some modems answer twice.
    let is_echo = reference.is_some() && reference == shared.send.last;
    let unknown = shared.send.unknown.take_if(|_| !is_echo).filter(recent);
    let Some(Unknown { token, .. }) = unknown else {
        if let Late::Taken(Some(line)) = late {
            shared.fault(Fault::Late { line });
        }
        return;
    };
    match late {
        Late::Taken(_) => {
            shared.send.not_before = None;
            if let Some(reference) = reference {
                shared.references.learn(token, reference);
            }
            shared.tell(Event::SentLate { token, reference });
            receive::try_early(shared, now);
        }
        Late::Refused(result) => {
            let failure = match judge(&result, shared.config.doubt) {
                Judgement::Refused => Failure::Refused(result),
                Judgement::Doubtful => Failure::Doubtful(result),
                Judgement::Unknown => return,
            };
            if matches!(failure, Failure::Refused(_)) {
                shared.references.forget(token);
            }
            shared.tell(Event::NotSentLate { token, failure });
        }
    }
}

/// The result of the message in flight takes long.
pub(super) fn handle_overdue(shared: &mut Shared) {
    if let Some(token) = shared.send.in_flight {
        shared.tell(Event::Overdue { token });
    }
}

/// Sends one message.
#[derive(Debug)]
struct Send {
    message: Message,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begin,
    /// The modem is asked to keep the link.
    More,
    Message,
}

impl Procedure for Send {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (self.stage, outcome) {
            (Stage::Begin | Stage::More, Some(Outcome::Lost { .. })) => self.put_back(shared),
            (Stage::Begin, _) if self.wants_link(shared, now) => {
                self.stage = Stage::More;
                return Step::Run(Exchange::of(&MoreMessagesToSend::UntilPause));
            }
            (Stage::Begin, _) => return self.message(shared),
            (Stage::More, outcome) => {
                // Many modems do not know it.
                shared.send.refuses_more = !outcome.is_some_and(|outcome| outcome.is_ok());
                return self.message(shared);
            }
            (Stage::Message, Some(outcome)) => self.settle(outcome, shared, now),
            (Stage::Message, None) => self.put_back(shared),
        }
        Step::Done
    }
}

impl Send {
    /// Whether the modem is to be asked to keep the link: that lasts while one message comes soon
    /// after the other.
    fn wants_link(&self, shared: &Shared, now: Instant) -> bool {
        let sends = &shared.send;
        let is_kept = sends.kept_until.is_some_and(|until| now < until);
        self.message.submit.more_to_follow && !sends.refuses_more && !is_kept
    }

    fn message(&mut self, shared: &mut Shared) -> Step {
        self.stage = Stage::Message;
        let pdu = &self.message.submit.pdu;
        let Some(send) = SendMessage::of(pdu) else {
            let address = pdu.first().map_or(0, |address| 1 + usize::from(*address));
            let had = u32::try_from(pdu.len().saturating_sub(address)).unwrap_or(u32::MAX);
            let error = ValueError::Range {
                min: 1,
                max: 164,
                had,
            };
            self.not_sent(Failure::Value(error), shared);
            return Step::Done;
        };
        let unknown = shared.send.unknown.as_mut();
        let is_contested =
            unknown.is_some_and(|unknown| !std::mem::replace(&mut unknown.is_followed, true));
        let config = &shared.config;
        let profile = shared.profile;
        let mut exchange = Exchange::new(send.line(), config.prompt_timer);
        exchange.is_contested = is_contested;
        Step::Run(exchange.with_data(Data {
            pdu: SendMessage::data(pdu),
            soft_timeout: config.result_soft_timer,
            timeout: config.result_timer,
            pace: Pace {
                pause: profile.prompt_pause,
                chunk: profile.chunk,
            },
        }))
    }

    fn settle(&mut self, outcome: Outcome, shared: &mut Shared, now: Instant) {
        let more = self.message.submit.more_to_follow && !shared.send.refuses_more;
        shared.send.kept_until = more.then(|| now + Sends::KEPT);
        match outcome {
            Outcome::Final {
                result: FinalResult::Ok,
                lines,
            } => {
                let mut sent = lines.iter().filter_map(|line| Sent::of(line));
                let reference = sent.next().and_then(|sent| sent.reference);
                shared.send.last = reference;
                self.remember(reference, shared, now);
                let token = self.message.token;
                shared.tell(Event::Sent { token, reference });
            }
            Outcome::Final { result, .. } => match judge(&result, shared.config.doubt) {
                Judgement::Refused => self.refused(result, shared, now),
                Judgement::Doubtful => {
                    self.remember(None, shared, now);
                    self.not_sent(Failure::Doubtful(result), shared);
                }
                Judgement::Unknown => self.unknown(shared, now),
            },
            Outcome::Lost { data_written: true } => self.unknown(shared, now),
            Outcome::Unknown => {
                self.unknown(shared, now);
                shared.send.not_before = Some(now + shared.config.unknown_pause);
            }
            Outcome::NoPrompt {
                refused: Some(result),
            } => self.refused(result, shared, now),
            Outcome::NoPrompt { refused: None } => self.not_sent(Failure::NoPrompt, shared),
            Outcome::Silent { .. } => self.not_sent(Failure::Silent, shared),
            Outcome::Lost {
                data_written: false,
            } => self.put_back(shared),
        }
        shared.send.in_flight = None;
        receive::try_early(shared, now);
    }

    fn refused(&mut self, result: FinalResult, shared: &mut Shared, now: Instant) {
        self.message.refusals += 1;
        let refusals = self.message.refusals;
        if result.cms() == Some(CmsError::MEMORY_FULL.0) {
            receive::handle_full(shared, None, now);
        }
        if result.class() != Some(Class::RetryHere) || refusals > shared.config.send_retries {
            return self.not_sent(Failure::Refused(result), shared);
        }
        let pause = doubled(shared.config.send_pauses, refusals - 1);
        shared.send.not_before = Some(now + pause);
        let command = SendMessage::of(&self.message.submit.pdu).map(|send| send.line());
        shared.fault(Fault::Busy {
            command: command.unwrap_or_default(),
            result,
            pause,
        });
        self.put_back(shared);
    }

    fn unknown(&mut self, shared: &mut Shared, now: Instant) {
        shared.send.last = None;
        self.remember(None, shared, now);
        let token = self.message.token;
        shared.send.unknown = Some(Unknown {
            token,
            since: now,
            is_followed: false,
        });
        shared.tell(Event::Unknown { token });
    }

    fn not_sent(&mut self, failure: Failure, shared: &mut Shared) {
        shared.send.in_flight = None;
        let token = self.message.token;
        shared.tell(Event::NotSent { token, failure });
    }

    /// It is the next one again, so that parts go in their order.
    fn put_back(&mut self, shared: &mut Shared) {
        shared.send.in_flight = None;
        let empty = Submit {
            pdu: Vec::new(),
            more_to_follow: false,
        };
        shared.send.waiting.push_front(Message {
            submit: std::mem::replace(&mut self.message.submit, empty),
            ..self.message
        });
    }

    /// So that its report is known.
    fn remember(&self, reference: Option<u8>, shared: &mut Shared, now: Instant) {
        if let Some(recipient) = reported_recipient(&self.message.submit.pdu) {
            let token = self.message.token;
            shared.references.sent(token, reference, &recipient, now);
        }
    }
}

/// What an error means that comes after the PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judgement {
    /// The message was not taken.
    Refused,
    /// It may have been, and may be tried once more elsewhere.
    Doubtful,
    /// It may have been.
    Unknown,
}

fn judge(result: &FinalResult, doubt: Doubt) -> Judgement {
    let is_timeout = result.cms() == Some(CmsError::NETWORK_TIMEOUT.0)
        || result.cme() == Some(CmeError::NETWORK_TIMEOUT.0);
    match doubt {
        _ if result.excludes_acceptance() => Judgement::Refused,
        Doubt::Nothing => Judgement::Refused,
        Doubt::Timeouts if !is_timeout => Judgement::Doubtful,
        Doubt::Timeouts | Doubt::Everything => Judgement::Unknown,
    }
}
