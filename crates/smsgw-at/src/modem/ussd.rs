//! USSD: requests, what the network says, and its questions (27.007 §7.15).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Event, Failure, Fault, QueueFull, Ussd};
use crate::cause::{Class, CmeError};
use crate::command::ussd::{CancelUssd, SendUssd, UssdEncoding, UssdReply, UssdStatus};
use crate::line::Urc;
use crate::result::FinalResult;
use crate::urc::UrcKind;

/// The session; there is one at a time.
#[derive(Debug, Default)]
pub(super) struct Requests {
    session: Session,
    /// The network is to be told that it is over.
    is_cancel_asked: bool,
    /// How the modem wants requests, once that is known.
    encoding: Option<UssdEncoding>,
}

#[derive(Debug, Default)]
enum Session {
    #[default]
    None,
    /// A request waits to be sent, for the first time or in another encoding.
    Asked(Request),
    /// It is sent, and the network has not said anything.
    Awaited { request: Request, deadline: Instant },
    /// The network waits for an answer, as long as this.
    Open(Instant),
}

#[derive(Debug)]
struct Request {
    token: u64,
    text: String,
    /// Not tried yet, the likeliest first.
    encodings: VecDeque<UssdEncoding>,
    /// As it was sent.
    encoding: Option<UssdEncoding>,
    /// It answers a question of the network, which would not wait for another one.
    is_answer: bool,
}

impl Requests {
    /// From `OK` to what the network says.
    const REPLY: Duration = Duration::from_secs(60);
    /// From the command on: some modems say `OK` only after that.
    const SLOW_REPLY: Duration = Duration::from_secs(75);
    /// So long the network waits for an answer, if it does not say that it gives up.
    const OPEN: Duration = Duration::from_secs(300);

    fn take_request(&mut self) -> Option<Request> {
        match std::mem::take(&mut self.session) {
            Session::Asked(request) | Session::Awaited { request, .. } => Some(request),
            session => {
                self.session = session;
                None
            }
        }
    }
}

pub(super) fn request(shared: &mut Shared, token: u64, text: &str) -> Result<(), QueueFull> {
    let is_answer = match shared.ussd.session {
        Session::None => false,
        Session::Open(_) => true,
        // What the network says to the first may be a question, which this does not answer.
        Session::Asked(_) | Session::Awaited { .. } => return Err(QueueFull),
    };
    let known = shared.ussd.encoding;
    let usual = shared.profile.ussd.iter().copied();
    let others = usual.filter(|encoding| known != Some(*encoding));
    shared.ussd.session = Session::Asked(Request {
        token,
        text: text.to_owned(),
        encodings: known.into_iter().chain(others).collect(),
        encoding: None,
        is_answer,
    });
    Ok(())
}

/// The session is over: whoever waits for the network is told.
pub(super) fn cancel(shared: &mut Shared) {
    shared.ussd.is_cancel_asked = match &shared.ussd.session {
        Session::None => return,
        Session::Asked(request) => request.is_answer || request.encoding.is_some(),
        Session::Awaited { .. } | Session::Open(_) => true,
    };
    fail(Failure::Cancelled, shared);
    shared.ussd.session = Session::None;
}

pub(super) fn handle_urc(urc: &Urc, shared: &mut Shared, now: Instant) {
    if urc.kind() != UrcKind::Ussd {
        return;
    }
    match UssdReply::of(&urc.line, &shared.character_set) {
        Some(Ok(reply)) => handle_reply(reply, shared, now),
        Some(Err(error)) => {
            let line = urc.line.clone();
            shared.fault(Fault::Unreadable { line, error });
        }
        None => {}
    }
}

fn handle_reply(reply: UssdReply, shared: &mut Shared, now: Instant) {
    let ussd = &mut shared.ussd;
    let wants_reply = reply.status.wants_reply();
    let request = match std::mem::take(&mut ussd.session) {
        Session::Awaited { request, .. } => Some(request),
        // A request that has not gone out is none that the network can answer.
        Session::Asked(request) if !request.is_answer => {
            ussd.session = Session::Asked(request);
            None
        }
        // The network has not waited for the answer.
        Session::Asked(request) => {
            ussd.session = Session::Asked(Request {
                is_answer: wants_reply,
                ..request
            });
            None
        }
        Session::None | Session::Open(_) => None,
    };
    // The request may have come to the network as garbled as this.
    let is_lost = reply.is_garbled || reply.status == UssdStatus::NOT_SUPPORTED;
    if let Some(request) = request {
        let is_unknown = ussd.encoding.is_none() && !request.is_answer;
        if is_lost && is_unknown && !request.encodings.is_empty() {
            ussd.is_cancel_asked |= wants_reply;
            ussd.session = Session::Asked(request);
            return;
        }
        if !is_lost {
            ussd.encoding = request.encoding;
        }
        if wants_reply {
            ussd.session = Session::Open(now + Requests::OPEN);
        }
        tell(reply, Some(request.token), shared);
    } else {
        if wants_reply && matches!(ussd.session, Session::None) {
            ussd.session = Session::Open(now + Requests::OPEN);
        }
        tell(reply, None, shared);
    }
}

fn tell(reply: UssdReply, token: Option<u64>, shared: &mut Shared) {
    shared.tell(Event::Ussd(Ussd {
        token,
        status: reply.status,
        text: reply.text,
        dcs: reply.scheme,
    }));
}

fn fail(failure: Failure, shared: &mut Shared) {
    if let Some(Request { token, .. }) = shared.ussd.take_request() {
        shared.tell(Event::UssdFailed { token, failure });
    }
}

pub(super) fn due(shared: &Shared) -> Option<Instant> {
    match shared.ussd.session {
        Session::Awaited { deadline: at, .. } | Session::Open(at) => Some(at),
        Session::None | Session::Asked(_) => None,
    }
}

pub(super) fn handle_timeout(shared: &mut Shared, now: Instant) {
    if due(shared).is_some_and(|at| at <= now) {
        fail(Failure::Silent, shared);
        shared.ussd.session = Session::None;
        shared.ussd.is_cancel_asked = true;
    }
}

pub(super) fn next(shared: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    if std::mem::take(&mut shared.ussd.is_cancel_asked) {
        return Some(Box::new(Cancel { is_asked: false }));
    }
    let is_asked = matches!(shared.ussd.session, Session::Asked(_));
    is_asked.then(|| Box::new(Ask) as Box<dyn Procedure>)
}

/// The modem is set up.
pub(super) fn started(shared: &mut Shared) {
    // Another one may be in its place.
    shared.ussd.encoding = None;
}

pub(super) fn lost(shared: &mut Shared, _: Instant) {
    // What has not begun goes on waiting.
    let has_begun = match &shared.ussd.session {
        Session::Asked(request) => request.is_answer || request.encoding.is_some(),
        _ => true,
    };
    if has_begun {
        fail(Failure::Lost, shared);
        shared.ussd.session = Session::None;
    }
    shared.ussd.is_cancel_asked = false;
}

/// Sends a request, in one encoding after the other.
#[derive(Debug)]
struct Ask;

impl Ask {
    /// In the next encoding that the text can be written in.
    fn ask(shared: &mut Shared, refused: Option<FinalResult>, now: Instant) -> Step {
        let set = shared.character_set.clone();
        let Some(mut request) = shared.ussd.take_request() else {
            return Step::Done;
        };
        let mut error = None;
        while let Some(encoding) = request.encodings.pop_front() {
            match SendUssd::new(&request.text, encoding, &set) {
                Ok(send) => {
                    request.encoding = Some(encoding);
                    let deadline = now + Requests::SLOW_REPLY;
                    shared.ussd.session = Session::Awaited { request, deadline };
                    return Step::Run(Exchange::of(&send));
                }
                Err(refused) => error = error.or(Some(refused)),
            }
        }
        let unsendable = error.map(Failure::Value);
        let failure = refused.map(Failure::Refused).or(unsendable);
        let failure = failure.unwrap_or(Failure::Silent);
        let token = request.token;
        shared.tell(Event::UssdFailed { token, failure });
        if request.is_answer {
            // The question is left open no longer.
            shared.ussd.is_cancel_asked = true;
        }
        Step::Done
    }

    fn refused(result: FinalResult, shared: &mut Shared, now: Instant) -> Step {
        let awaits = matches!(shared.ussd.session, Session::Awaited { .. });
        if awaits && may_be_encoding(&result) {
            return Self::ask(shared, Some(result), now);
        }
        fail(Failure::Refused(result), shared);
        Step::Done
    }
}

impl Procedure for Ask {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match outcome {
            None => return Self::ask(shared, None, now),
            Some(Outcome::Final { result, .. }) if !result.is_ok() => {
                return Self::refused(result, shared, now);
            }
            Some(Outcome::Final { .. }) => {
                if let Session::Awaited { deadline, .. } = &mut shared.ussd.session {
                    *deadline = now + Requests::REPLY;
                }
            }
            Some(Outcome::Lost { .. }) => fail(Failure::Lost, shared),
            // What the network says may come all the same.
            Some(_) => {}
        }
        Step::Done
    }
}

/// Whether another encoding may help, with a modem that says this to a request.
fn may_be_encoding(result: &FinalResult) -> bool {
    let network = matches!(
        result.cme().map(CmeError),
        Some(CmeError::NO_NETWORK_SERVICE | CmeError::NETWORK_TIMEOUT)
    );
    result.class() != Some(Class::RetryHere) && !network
}

/// Ends the session.
#[derive(Debug)]
struct Cancel {
    is_asked: bool,
}

impl Procedure for Cancel {
    fn next(&mut self, outcome: Option<Outcome>, _: &mut Shared, _: Instant) -> Step {
        if outcome.is_some() || std::mem::replace(&mut self.is_asked, true) {
            return Step::Done;
        }
        Step::Run(Exchange::of(&CancelUssd))
    }
}
