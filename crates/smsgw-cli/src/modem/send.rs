//! `smsgw modem send`: one message, in as many parts as it needs.

use std::collections::VecDeque;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw::{Address, Content, Message, ReceiptRequest, Writing, convert};
use smsgw_at::driver::{Event, Outcome};
use smsgw_at::modem::{self, Config, Report, Submit};
use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme};
use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};
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
        sweep_interval: None,
        // A person waits.
        send_retries: 1,
        ..Config::default()
    };
    let mut link = match <[Link; 1]>::try_from(args.ports.open(&config)?) {
        Ok([link]) => link,
        Err(_) => return Err("more than one port".into()),
    };
    link.ready(|_| {}).await?;
    let mut sending = Sending {
        parts: Vec::new(),
        total: submits.len(),
        reports: VecDeque::new(),
        json: args.json,
    };
    sending.send(&mut link, submits).await?;
    if let Some(wait) = args.wait_report {
        sending.wait(&mut link, wait).await;
    }
    if args.json {
        let port = &link.port;
        json_line::write(std::io::stdout().lock(), &sending.told(port))?;
    }
    link.close().await;
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
    /// Those that came and are not looked at yet.
    reports: VecDeque<Report>,
    json: bool,
}

struct Part {
    token: u64,
    outcome: Outcome,
    report: Option<Report>,
}

impl Sending {
    /// Sends them in order, up to the first that is not sent: the rest alone would be a message with
    /// a hole.
    async fn send(&mut self, link: &mut Link, submits: Vec<Submit>) -> Result<(), Box<dyn Error>> {
        for submit in submits {
            let sending = link.driver.send(submit)?;
            let token = sending.token();
            let reports = &mut self.reports;
            let outcome = link.during(sending, |event| take(reports, event)).await;
            let outcome = outcome.unwrap_or(Outcome::Unknown);
            let is_sent = matches!(outcome, Outcome::Sent { .. });
            let part = Part {
                token,
                outcome,
                report: None,
            };
            if !self.json {
                let (number, total) = (self.parts.len() + 1, self.total);
                println!("part {number} of {total}  {}", part.shown());
            }
            self.parts.push(part);
            if !is_sent {
                break;
            }
        }
        Ok(())
    }

    /// Waits for the reports on all that was sent.
    async fn wait(&mut self, link: &mut Link, wait: Duration) {
        let until = tokio::time::Instant::now() + wait;
        loop {
            while let Some(report) = self.reports.pop_front() {
                self.report(link, report);
            }
            let missing = self.parts.iter().filter(|part| part.waits()).count();
            if missing == 0 {
                return;
            }
            let reports = &mut self.reports;
            let event = tokio::time::timeout_at(until, link.event()).await;
            match event {
                Ok(Some(event)) => take(reports, event),
                Ok(None) => return,
                Err(_) => {
                    if !self.json {
                        println!("no report for {missing} of {} within {wait:?}", self.total);
                    }
                    return;
                }
            }
        }
    }

    /// One about another message stays in the modem.
    fn report(&mut self, link: &Link, report: Report) {
        let total = self.total;
        let mut parts = (1..).zip(&mut self.parts);
        let Some((number, part)) = parts.find(|(_, part)| Some(part.token) == report.token) else {
            return;
        };
        if !self.json {
            println!("part {number} of {total}  {}", state(&report));
        }
        link.driver.persisted(report.id);
        part.report = Some(report);
    }

    fn status(&self, waited: bool) -> ExitCode {
        let mut parts = self.parts.iter();
        if parts.any(|part| part.outcome == Outcome::Unknown) {
            return ExitCode::from(UNKNOWN);
        }
        let is_good = |part: &Part| match (&part.outcome, waited) {
            (Outcome::Sent { .. }, false) => true,
            (Outcome::Sent { .. }, true) => part.report.as_ref().is_some_and(is_delivered),
            _ => false,
        };
        match self.parts.iter().filter(|part| is_good(part)).count() == self.total {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }

    fn told(&self, port: &str) -> Json {
        let parts = self.parts.iter().map(|part| {
            let (outcome, reference, error) = match &part.outcome {
                Outcome::Sent { reference } => ("sent", *reference, None),
                Outcome::NotSent(failure) => ("not_sent", None, Some(failure.to_string())),
                Outcome::Unknown => ("unknown", None, None),
            };
            let report = part
                .report
                .as_ref()
                .map(|report| json!({"state": state(report), "pdu_hex": hex::encode(&report.pdu)}));
            json!({
                "outcome": outcome,
                "reference": reference,
                "error": error,
                "report": report,
            })
        });
        json!({
            "port": port,
            "segments": self.total,
            "parts": parts.collect::<Vec<_>>(),
        })
    }
}

impl Part {
    fn shown(&self) -> String {
        match &self.outcome {
            Outcome::Sent {
                reference: Some(reference),
            } => format!("sent  reference {reference}"),
            Outcome::Sent { reference: None } => "sent".to_owned(),
            Outcome::NotSent(failure) => format!("not sent: {failure}"),
            Outcome::Unknown => "unknown: it may have been sent, or not".to_owned(),
        }
    }

    /// Whether its final report is still to come.
    fn waits(&self) -> bool {
        let is_final = |report: &Report| state(report) != "retrying";
        let is_sent = matches!(self.outcome, Outcome::Sent { .. });
        is_sent && !self.report.as_ref().is_some_and(is_final)
    }
}

fn take(reports: &mut VecDeque<Report>, event: Event) {
    if let Event::Modem(modem::Event::Report(report)) = event {
        reports.push_back(report);
    }
}

/// What became of the message, by a word.
fn state(report: &Report) -> &'static str {
    match ModemPdu::decode(&report.pdu, Context::SC_TO_MS).map(|pdu| pdu.tpdu) {
        Ok(Tpdu::StatusReport(report)) => report.status.state().name(),
        _ => "unreadable",
    }
}

fn is_delivered(report: &Report) -> bool {
    state(report) == "delivered"
}
