//! `smsgw modem send`: one message, in as many parts as it needs.

mod one;
mod pool;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw::{Address, Content, Message, ReceiptRequest, Writing, convert};
use smsgw_at::cause::{CmeError, CmsError};
use smsgw_at::modem::{Config, Failure, Report, Submit};
use smsgw_at::pool::{PartOutcome, Reason};
use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme};
use smsgw_gsm::field::State;
use smsgw_gsm::udh::Reference;
use smsgw_sim::json_line;

use super::link::Link;
use super::port::Ports;
use crate::hex;
use crate::send::parts::{Header, header, number, reference, text_or_stdin};
use crate::values::duration;

/// Send one message by a modem.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw modem send --port /dev/ttyUSB0 --to +306912345678 'Lunch at 12?'
  smsgw modem send --port /dev/ttyUSB0 --to +306912345678 --wait-report 2m < letter.txt
  smsgw modem send --port /dev/ttyUSB0 --port /dev/ttyUSB3 --to +306912345678 'by either'

With several ports, the modem that is ready and has the best network sends all parts; another one
tries when it certainly did not send.
Exit status 1: it was not sent, or the report that was waited for did not come or did not tell that
it is delivered. Exit status 3: nobody knows whether it was sent; to send it again may double it.")]
pub(super) struct Args {
    #[command(flatten)]
    ports: Ports,
    /// To whom: + in front makes it an international number.
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// Ask for a status report of each part.
    #[arg(long)]
    report: bool,
    /// Ask for a status report of each part, and wait so long for them.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    wait_report: Option<Duration>,
    /// How long the service centre keeps trying; left to it unless given.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    validity: Option<Duration>,
    /// How long the network may take for a part; then nobody knows whether it was sent.
    #[arg(long, value_name = "TIME", default_value = "3m", value_parser = duration)]
    result_timeout: Duration,
    /// The service centre's number; the SIM's unless given.
    #[arg(long, value_name = "NUMBER")]
    service_centre: Option<String>,
    /// Shown at once and not stored (class 0).
    #[arg(long)]
    flash: bool,
    /// Write characters that GSM 7-bit lacks with those it has.
    #[arg(long)]
    translit: bool,
    /// TEXT is octets in hex, sent as they are.
    #[arg(long, conflicts_with = "translit")]
    hex: bool,
    /// What the octets are (DCS); 4 for 8-bit data unless given.
    #[arg(long, value_name = "N", requires = "hex", conflicts_with = "flash", value_parser = number::<u8>)]
    data_coding: Option<u8>,
    /// User data header before the octets, its length octet included.
    #[arg(long, value_name = "HEX", requires = "hex", value_parser = header)]
    udh: Option<Header>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
    /// The text; read from standard input unless given.
    text: Option<String>,
}

/// Nobody knows whether it was sent.
const UNKNOWN: u8 = 3;

pub(super) async fn run(args: &Args) -> Result<ExitCode, Box<dyn Error>> {
    let submits = args.submits()?;
    let config = Config {
        // What arrives is left for `read` and `watch`.
        sweep_interval: None,
        // A person waits.
        send_retries: 1,
        result_timer: args.result_timeout,
        ..Config::default()
    };
    let mut sending = Sending {
        parts: Vec::new(),
        total: submits.len(),
        port: None,
        json: args.json,
    };
    match <[Link; 1]>::try_from(args.ports.open(&config)?) {
        Ok([link]) => one::send(link, submits, args.wait_report, &mut sending).await?,
        Err(links) => {
            let parts = submits.into_iter().map(|submit| submit.pdu).collect();
            pool::send(links, &args.to, parts, args.wait_report, &mut sending).await?;
        }
    }
    if args.json {
        json_line::write(std::io::stdout().lock(), &sending.told())?;
    }
    Ok(sending.status(args.wait_report.is_some()))
}

impl Args {
    fn submits(&self) -> Result<Vec<Submit>, Box<dyn Error>> {
        let asks = self.report || self.wait_report.is_some();
        let message = Message {
            content: self.content()?,
            writing: Writing {
                transliterate: self.translit,
                ..Writing::default()
            },
            class: self.flash.then_some(0),
            validity: self.validity,
            receipt: match asks {
                true => ReceiptRequest::Final,
                false => ReceiptRequest::None,
            },
            ..Message::text(Address::number(&self.to), "")
        };
        let service_centre = self.service_centre.as_deref().map(Address::number);
        let [_, low] = reference().to_be_bytes();
        let reference = Reference::Eight(low);
        Ok(convert::at::submits(
            &message,
            service_centre.as_ref(),
            reference,
        )?)
    }

    fn content(&self) -> Result<Content, String> {
        let text = text_or_stdin(self.text.as_deref())?;
        if !self.hex {
            return Ok(Content::Text(text));
        }
        let class = self.flash.then_some(0).and_then(Class::from_number);
        let usual = DataCodingScheme::general(Alphabet::EightBit, class);
        Ok(Content::Encoded {
            dcs: self.data_coding.unwrap_or(usual.0),
            udh: self
                .udh
                .as_ref()
                .map_or_else(Vec::new, |Header(udh)| udh.clone()),
            octets: hex::decode(text.as_bytes()).map_err(|error| error.to_string())?,
        })
    }
}

/// What becomes of the parts of a message.
struct Sending {
    parts: Vec<Part>,
    total: usize,
    /// Of the modem that sent it.
    port: Option<String>,
    json: bool,
}

struct Part {
    outcome: PartOutcome,
    report: Option<Report>,
}

impl Sending {
    /// The outcome of the next part.
    fn outcome(&mut self, outcome: PartOutcome) {
        let part = Part {
            outcome,
            report: None,
        };
        if !self.json {
            let (number, total) = (self.parts.len() + 1, self.total);
            println!("part {number} of {total}  {}", part.shown());
        }
        self.parts.push(part);
    }

    /// A report about the part at `index`; whether it was wanted.
    fn report(&mut self, index: usize, report: Report) -> bool {
        let (number, total) = (index + 1, self.total);
        let Some(part) = self.parts.get_mut(index) else {
            return false;
        };
        if !self.json {
            println!("part {number} of {total}  {}", state(&report));
        }
        part.report = Some(report);
        true
    }

    /// Parts whose final report is still to come.
    fn missing(&self) -> usize {
        self.parts.iter().filter(|part| part.waits()).count()
    }

    /// Nothing more is waited for.
    fn give_up(&self, wait: Duration) {
        if !self.json {
            let (missing, total) = (self.missing(), self.total);
            println!("no report for {missing} of {total} within {wait:?}");
        }
    }

    fn status(&self, waited: bool) -> ExitCode {
        let mut parts = self.parts.iter();
        if parts.any(|part| part.outcome == PartOutcome::Unknown) {
            return ExitCode::from(UNKNOWN);
        }
        let is_good = |part: &&Part| match (&part.outcome, waited) {
            (PartOutcome::Sent { .. }, false) => true,
            (PartOutcome::Sent { .. }, true) => part.report.as_ref().is_some_and(is_delivered),
            _ => false,
        };
        match self.parts.iter().filter(is_good).count() == self.total {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }

    fn told(&self) -> Json {
        let parts = self.parts.iter().map(|part| {
            let (outcome, reference, error) = match &part.outcome {
                PartOutcome::Sent { reference } => ("sent", *reference, None),
                PartOutcome::NotSent(reason) => ("not_sent", None, Some(explained(reason))),
                _ => ("unknown", None, None),
            };
            let report = part.report.as_ref();
            json!({
                "outcome": outcome,
                "reference": reference,
                "error": error,
                "report": report.map(state),
                "report_hex": report.map(|report| hex::encode(&report.pdu)),
            })
        });
        json!({
            "port": self.port,
            "segments": self.total,
            "parts": parts.collect::<Vec<_>>(),
        })
    }
}

impl Part {
    fn shown(&self) -> String {
        match &self.outcome {
            PartOutcome::Sent {
                reference: Some(reference),
            } => format!("sent  reference {reference}"),
            PartOutcome::Sent { reference: None } => "sent".to_owned(),
            PartOutcome::NotSent(reason) => format!("not sent: {}", explained(reason)),
            _ => "unknown: it may have been sent, or not".to_owned(),
        }
    }

    /// Whether its final report is still to come.
    fn waits(&self) -> bool {
        let is_final = |report: &Report| report.state != Some(State::Retrying);
        let is_sent = matches!(self.outcome, PartOutcome::Sent { .. });
        is_sent && !self.report.as_ref().is_some_and(is_final)
    }
}

/// Why a part was not sent, with the meaning of the modem's number.
fn explained(reason: &Reason) -> String {
    let meaning = match reason {
        Reason::Failure(Failure::Refused(result)) => {
            let cms = result.cms().and_then(|code| CmsError(code).text());
            cms.or_else(|| result.cme().and_then(|code| CmeError(code).text()))
        }
        _ => None,
    };
    let reason = reason.to_string();
    match meaning {
        // Some modems say it themselves.
        Some(meaning) if !reason.contains(meaning) => format!("{reason} ({meaning})"),
        _ => reason,
    }
}

/// What became of the message, by a word.
fn state(report: &Report) -> &'static str {
    report.state.map_or("unreadable", State::name)
}

fn is_delivered(report: &Report) -> bool {
    report.state == Some(State::Delivered)
}
