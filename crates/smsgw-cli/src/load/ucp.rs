//! `smsgw load ucp`: many OT 51 to one service centre.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::{Instant, SystemTime};

use smsgw::Content;
use smsgw::convert::ucp::Outgoing;
use smsgw_gsm::udh::Reference;
use smsgw_ucp::connection::Events;
use smsgw_ucp::op::{Op as _, SubmitShortMessage};
use smsgw_ucp::session::{Config, Event, SendError, Session, State};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::{ErrorCode, Frame, MessageKey, Trn};

use super::protocol::{Heard, Protocol, Status};
use super::run::{self, Plan};
use crate::client::ucp::{self as client, Client, Server};

/// Send many short messages by UCP and measure how the service centre takes them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw load ucp --connect 127.0.0.1:5000 --user 2147 --password secret
  smsgw load ucp --connect 127.0.0.1:5000 --user 2147 --password secret \\
      --messages 100000 --connections 4 --window 20 --receipts --json
  smsgw load ucp --connect 127.0.0.1:5000 --from 2147 --rate 50 --duration 60s

What is measured:
  throughput   results a second, from the first operation to the last result
  round trip   from handing an operation to the session to hearing of its result, both in this
               process
  queue wait   with --rate: from when a message was due, at an even rate, to when it was sent; it
               grows when the server, or this program, is too slow for the rate
  receipts     from sending a message to the OT 53 that tells its end, which is found by SCTS and
               the last digits of the number
Quantiles are exact to an eighth. Server and this program share the machine when both run on it.

A message has an originator: a USER that is a number, unless --from is given. Up to 100 operations
can wait for their results, by far fewer than that many service centres.
Notifications of other messages that come meanwhile are taken and counted, messages are refused
with EC 04, so that the service centre keeps them.
Ctrl-C ends the sending; once more, the waiting for results.
Exit status 1: not all was sent (unless ended by --duration or Ctrl-C), a result was negative, a
result or a receipt did not come.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    plan: Plan,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    run::run(&args.plan, || args.protocol())
}

impl Args {
    fn protocol(&self) -> Result<Ucp, Box<dyn Error>> {
        let plan = &self.plan;
        if plan.window > u16::from(Trn::COUNT) {
            return Err("--window is at most 100: there are no more TRNs".into());
        }
        let mut message = plan.message();
        message.content = Content::Encoded {
            dcs: 0,
            udh: Vec::new(),
            octets: plan.octets(),
        };
        let settings = self.server.settings();
        let outgoing = Outgoing::new(&message, Reference::Eight(0), &settings, SystemTime::now());
        let outgoing = outgoing.map_err(client::with_hint)?;
        let submit = outgoing.submits().next().ok_or("nothing to send")?;
        let config = Config {
            window: plan.window.into(),
            ..Config::default()
        };
        Ok(Ucp {
            client: self.server.client(config)?,
            submit: submit.to_frame(Trn::ZERO),
            wants_receipts: plan.receipts,
        })
    }
}

/// What a run speaks and sends.
#[derive(Clone)]
struct Ucp {
    client: Client,
    /// An OT 51.
    submit: Frame,
    wants_receipts: bool,
}

impl Protocol for Ucp {
    const NAME: &'static str = "ucp";

    type Session = Session;
    type Handle = Sme;
    type Message<'m> = SubmitShortMessage<'m>;
    type Status = Verdict;
    /// And whether it is taken.
    type Owed = (Frame, bool);

    async fn connect(&self) -> Result<(Sme, Events), String> {
        self.client.log_in().await
    }

    fn message(&self) -> Result<SubmitShortMessage<'_>, String> {
        self.submit.decode().map_err(|error| error.to_string())
    }

    fn with<R>(sme: &Sme, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        sme.with(act)
    }

    fn room(session: &Session) -> Option<usize> {
        let room = session.window().saturating_sub(session.in_flight());
        (session.state() == State::Up).then_some(room)
    }

    fn send(
        session: &mut Session,
        submit: &SubmitShortMessage<'_>,
        token: u64,
        now: Instant,
    ) -> Result<(), Option<Instant>> {
        match session.request(submit, token, now) {
            Ok(_) => Ok(()),
            Err(SendError::Reserved(until)) => Err(Some(until)),
            Err(_) => Err(None),
        }
    }

    fn hear(&self, event: Event) -> Heard<Self> {
        match event {
            Event::Response { token, frame } => {
                let (status, id) = self.read(&frame);
                Heard::Answer { token, status, id }
            }
            Event::LateResponse { token, frame } => Heard::Late {
                token,
                id: self.read(&frame).1,
            },
            Event::Unanswered { written, .. } => Heard::Unanswered { written },
            Event::Request(frame) => self.judge(frame),
            Event::Closed(reason) => Heard::Closed(reason.to_string()),
            _ => Heard::Other,
        }
    }

    fn answer(session: &mut Session, (request, is_taken): (Frame, bool)) {
        client::answer(session, &request, is_taken);
    }

    fn leave(sme: &Sme) {
        sme.close_when_answered();
    }

    fn close(sme: &Sme) {
        sme.close();
    }
}

impl Ucp {
    /// What a result says, and the id it gives to the message.
    fn read(&self, result: &Frame) -> (Verdict, Option<String>) {
        let Ok(answer) = result.answer() else {
            return (Verdict::Unclear, None);
        };
        match answer.error_code() {
            Some(error_code) => (Verdict::Negative(error_code), None),
            None => {
                let id = self.wants_receipts.then(|| {
                    let key = answer.sm().keys().next();
                    // Of one without a key no notification is found.
                    key.map_or_else(String::new, comparable)
                });
                (Verdict::Positive, id)
            }
        }
    }

    /// Notifications are taken, whatever they are about; messages are not ours to take.
    fn judge(&self, request: Frame) -> Heard<Self> {
        let notification = client::notification(&request);
        let receipt = notification.as_ref().and_then(|notification| {
            let key = client::about(notification).filter(|_| notification.dst.is_final())?;
            Some((comparable(key), client::state(notification).to_owned()))
        });
        let is_taken = notification.is_some();
        Heard::Request {
            owed: (request, is_taken),
            receipt: receipt.filter(|_| self.wants_receipts),
        }
    }
}

/// A key in a form in which those of results and notifications are the same, although the service
/// centre writes a number now with a prefix and now without.
fn comparable(key: MessageKey<'_>) -> String {
    const DIGITS: usize = 8;
    let adc = key.adc;
    let end = adc.len().saturating_sub(DIGITS);
    let key = MessageKey {
        adc: adc.get(end..).unwrap_or(adc),
        ..key
    };
    key.to_string()
}

/// What a result says.
#[derive(Clone, Copy, PartialEq)]
enum Verdict {
    Positive,
    Negative(ErrorCode),
    /// It cannot be read.
    Unclear,
}

impl Status for Verdict {
    fn is_ok(self) -> bool {
        self == Self::Positive
    }

    fn name(self) -> String {
        match self {
            Self::Negative(error_code) => format!("N/{:02}", error_code.0),
            _ => self.to_string(),
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Positive => f.write_str("A"),
            Self::Negative(error_code) => write!(f, "N/{error_code}"),
            Self::Unclear => f.write_str("unreadable"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_written_with_a_prefix_and_without() {
        let of = |text| comparable(MessageKey::parse(text).unwrap());
        let with = of("00393331234567:211126225429");
        assert_eq!(with, of("393331234567:211126225429"));
        assert_eq!(with, of("+393331234567:211126225429"));
        assert_ne!(with, of("00393331234567:211126225430"));
        assert_ne!(with, of("00393331234568:211126225429"));
        assert_eq!(of("2147:211126225429"), "2147:211126225429");
    }
}
