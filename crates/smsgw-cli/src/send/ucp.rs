//! `smsgw send ucp`: one message by OT 51, in as many parts as it needs.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};
use smsgw::convert::ucp::Outgoing;
use smsgw::{Address, Message, ReceiptRequest};
use smsgw_ucp::connection::Events;
use smsgw_ucp::op::{DeliverNotification, SubmitShortMessage};
use smsgw_ucp::session::{Config, Event};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::types::{Content, Dst, Hex};
use smsgw_ucp::{Alphabet, ErrorCode, MessageKey, Reason};

use super::exchange::{self, Exchange, Options, Outcome, Receipt};
use super::wording::Wording;
use crate::client::ucp::{self as client, Server};
use crate::decode::input::printable;
use crate::hex;
use crate::values::duration;

/// Send one message straight to a service centre of UCP and show its answer.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw send ucp --connect 127.0.0.1:5000 --user 2147 --password secret \\
      --to +306912345678 --from ACME 'Lunch at 12?'
  smsgw send ucp --connect 127.0.0.1:5000 --user 2147 --password secret \\
      --to +306912345678 --wait-receipt 1m < letter.txt
  smsgw send ucp --connect 127.0.0.1:5000 --from 2147 \\
      --to +306912345678 --udh 0605040b8423f0 --hex --json 0a06036d656f77

What comes to the session and is not a notification for this message is refused with EC 04, so
that the service centre keeps it.
Exit status 1: a part was refused or had no result; an awaited notification did not come, or did
not tell that the part is delivered.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: Server,
    /// To whom: + in front makes it an international number.
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// From whom: a number, a short code of up to 6 digits, or a name; a USER that is a number
    /// unless given.
    #[arg(long, value_name = "SENDER")]
    from: Option<String>,
    #[command(flatten)]
    wording: Wording,
    #[command(flatten)]
    options: Options,
    /// How long the service centre keeps trying; left to it unless given.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    validity: Option<Duration>,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exchange::run("ucp", async || send(args).await)
}

/// Whether all went well.
async fn send(args: &Args) -> Result<bool, Box<dyn Error>> {
    let (settings, now) = (args.server.settings(), SystemTime::now());
    let reference = args.wording.reference();
    let messages = args.wording.messages(&args.envelope())?;
    let outgoing = messages
        .iter()
        .map(|message| Outgoing::new(message, reference, &settings, now));
    let outgoing = outgoing.collect::<Result<Vec<_>, _>>();
    let outgoing = outgoing.map_err(client::with_hint)?;
    let submits: Vec<_> = outgoing.iter().flat_map(Outgoing::submits).collect();

    let client = args.server.client(Config::default())?;
    let (sme, events) = client.log_in().await?;
    let mut ucp = Ucp {
        sme,
        events,
        submits: &submits,
        alphabet: settings.alphabet,
    };
    args.options.send(submits.len(), &mut ucp).await
}

impl Args {
    /// All but what it says.
    fn envelope(&self) -> Message {
        Message {
            from: self.from.as_deref().map(Address::sender),
            validity: self.validity,
            receipt: match self.options.asks() {
                false => ReceiptRequest::None,
                true => ReceiptRequest::Final,
            },
            ..Message::text(Address::number(&self.to), "")
        }
    }
}

/// A session and what it has to send.
struct Ucp<'a> {
    sme: Sme,
    events: Events,
    submits: &'a [SubmitShortMessage<'a>],
    alphabet: Alphabet,
}

/// A result.
#[derive(Debug)]
struct Answer {
    /// Why it is negative.
    error_code: Option<ErrorCode>,
    sm: String,
    /// What names the part from now on.
    key: Option<String>,
}

impl Exchange for Ucp<'_> {
    type Answer = Answer;

    async fn submit(&mut self, index: usize) -> Result<Answer, String> {
        let submit = self.submits.get(index).ok_or("there is no such part")?;
        let reply = self.sme.submit(submit).await;
        let reply = reply.map_err(|error| error.to_string())?;
        let answer = reply.answer().map_err(|error| error.to_string())?;
        let key = answer.sm().keys().next().filter(|_| answer.is_positive());
        Ok(Answer {
            error_code: answer.error_code(),
            sm: answer.sm().to_string(),
            key: key.map(|key| key.to_string()),
        })
    }

    async fn receipt(&mut self, outcomes: &[Outcome<Answer>]) -> Option<(usize, Receipt)> {
        loop {
            let frame = match self.events.recv().await? {
                Event::Request(frame) => frame,
                _ => continue,
            };
            let notification = client::notification(&frame);
            let about = notification.as_ref().and_then(client::about);
            let part = about.and_then(|about| {
                outcomes.iter().position(|outcome| {
                    let key = outcome.message_id().map(MessageKey::parse);
                    key.is_some_and(|key| key.is_ok_and(|key| key.names(&about)))
                })
            });
            let is_taken = part.is_some();
            self.sme
                .with(|session, _| client::answer(session, &frame, is_taken));
            if let (Some(notification), Some(index)) = (notification, part) {
                return Some((index, told(&notification, self.alphabet)));
            }
        }
    }

    async fn leave(&mut self) {
        self.sme.close_when_answered();
        while let Some(event) = self.events.recv().await {
            if let Event::Request(frame) = event {
                self.sme
                    .with(|session, _| client::answer(session, &frame, false));
            }
        }
    }

    fn json(&self, outcomes: &[Outcome<Answer>]) -> Json {
        let part = |(submit, outcome): (&SubmitShortMessage<'_>, &Outcome<Answer>)| {
            let answer = outcome.answer.as_ref().ok();
            let error_code = answer.and_then(|answer| answer.error_code);
            json!({
                "accepted": answer.map(|_| error_code.is_none()),
                "ec": error_code.map(|error_code| format!("{:02}", error_code.0)),
                "ec_text": error_code.and_then(ErrorCode::text),
                "sm": answer.map(|answer| &answer.sm),
                "message_id": outcome.message_id(),
                "error": outcome.error(),
                "udh": hex::encode(&submit.xser.udh().unwrap_or(Hex::EMPTY).to_vec()),
                "data_hex": hex::encode(&octets(submit)),
                "receipt": outcome.receipt_json(),
            })
        };
        let first = self.submits.first();
        let parts: Vec<_> = self.submits.iter().zip(outcomes).map(part).collect();
        json!({
            "mt": first.and_then(|submit| submit.message.mt().number()),
            "data_coding": first.map(|submit| submit.xser.dcs().unwrap_or_default()),
            "segments": self.submits.len(),
            "parts": parts,
        })
    }
}

/// What a message says, as octets.
fn octets(submit: &SubmitShortMessage<'_>) -> Vec<u8> {
    match submit.message.content() {
        Content::Text(hex) | Content::Octets { hex, .. } => hex.to_vec(),
        Content::Numeric(digits) => digits.into(),
        Content::Empty => Vec::new(),
    }
}

/// What a notification says.
fn told(notification: &DeliverNotification<'_>, alphabet: Alphabet) -> Receipt {
    let state = client::state(notification);
    let reason = notification.rsn.reason();
    let text = match notification.message.content() {
        Content::Text(hex) => hex.text(alphabet),
        Content::Numeric(digits) => digits.to_owned(),
        _ => String::new(),
    };
    let is_delivered = notification.dst == Dst::DELIVERED;
    Receipt {
        state: state.to_owned(),
        is_final: notification.dst.is_final(),
        is_delivered,
        json: json!({
            "state": state,
            "rsn": reason.map(|reason| format!("{:03}", reason.0)),
            "rsn_text": reason.and_then(Reason::text),
            "text": text,
        }),
        text: match reason.filter(|_| !is_delivered) {
            Some(reason) => format!("{reason}  {text}"),
            None => text,
        },
    }
}

impl exchange::Answer for Answer {
    fn is_accepted(&self) -> bool {
        self.error_code.is_none()
    }

    fn message_id(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.error_code {
            None => f.write_str("A")?,
            Some(error_code) => write!(f, "N/{error_code}")?,
        }
        match (&self.key, &*self.sm) {
            (Some(key), _) => write!(f, "  id {key}"),
            (None, "") => Ok(()),
            (None, sm) => write!(f, "  {}", printable(sm)),
        }
    }
}
