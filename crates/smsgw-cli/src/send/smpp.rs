//! `smsgw send smpp`: one message by `submit_sm`, in as many parts as it needs.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw::convert::smpp::{ConvertError, Outgoing, Part};
use smsgw::{Address, Message, ReceiptRequest};
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::SubmitSm;
use smsgw_smpp::receipt::IdMatch;
use smsgw_smpp::session::{Config, Event};
use smsgw_smpp::text::Content;
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Frame};

use super::exchange::{self, Exchange, Options, Outcome, Receipt};
use super::parts::{self, Piece};
use crate::client::smpp::{self as client, Mode, Server};
use crate::decode::input::printable;
use crate::hex;
use crate::values::duration;

/// Send one message straight to an SMPP server and show its answer.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  smsgw send smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --to +306912345678 --from ACME 'Lunch at 12?'
  smsgw send smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --to +306912345678 --long sar --wait-receipt 1m < letter.txt
  smsgw send smpp --connect 127.0.0.1:2775 --system-id esme --password secret \\
      --to +306912345678 --udh 0605040b8423f0 --hex --json 0a06036d656f77

What comes to the session and is not a receipt for this message is refused with ESME_RX_T_APPN, so
that the server keeps it.
Exit status 1: a part was refused or had no answer; an awaited receipt did not come, or did not
tell DELIVRD.")]
pub(crate) struct Args {
    #[command(flatten)]
    server: Server,
    /// To whom: + in front makes it an international number.
    #[arg(long, value_name = "NUMBER")]
    to: String,
    /// From whom: a number, a short code of up to 6 digits, or a name; left to the server unless
    /// given.
    #[arg(long, value_name = "SENDER")]
    from: Option<String>,
    #[command(flatten)]
    content: parts::Content,
    #[command(flatten)]
    options: Options,
    /// How long the server keeps trying; left to the server unless given.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    validity: Option<Duration>,
    /// How to bind; trx with --wait-receipt, else tx, unless given.
    #[arg(long, value_enum)]
    mode: Option<Mode>,
}

pub(crate) fn run(args: &Args) -> ExitCode {
    exchange::run("smpp", async || send(args).await)
}

/// Whether all went well.
async fn send(args: &Args) -> Result<bool, Box<dyn Error>> {
    let mode = match (args.mode, args.options.wait_receipt) {
        (Some(Mode::Tx), Some(_)) => {
            return Err("--wait-receipt needs --mode trx: a transmitter gets none".into());
        }
        (Some(mode), _) => mode,
        (None, Some(_)) => Mode::Trx,
        (None, None) => Mode::Tx,
    };
    let pieces = args.content.pieces()?;
    let envelopes: Vec<_> = pieces.iter().map(|piece| args.envelope(piece)).collect();
    let outgoing = envelopes
        .iter()
        .map(|(message, part)| Outgoing::new(message, part));
    let outgoing = outgoing.collect::<Result<Vec<_>, _>>()?;
    let submits = outgoing.iter().zip(&pieces).map(submit_sm);
    let submits = submits.collect::<Result<Vec<_>, _>>()?;

    let client = args.server.client(mode, Config::default())?;
    let (esme, events) = client.bind().await?;
    let mut smpp = Smpp {
        esme,
        events,
        submits: &submits,
        ids: args.server.receipt_ids(),
    };
    args.options.send(submits.len(), &mut smpp).await
}

impl Args {
    /// All but the content; that has a header or TLVs as the piece wants it.
    fn envelope(&self, piece: &Piece) -> (Message, Part) {
        let receipt = match self.options.asks() {
            false => ReceiptRequest::None,
            true => ReceiptRequest::Final,
        };
        let message = Message {
            from: self.from.as_deref().map(Address::sender),
            class: self.content.flash.then_some(0),
            validity: self.validity,
            receipt,
            extras: piece.tlvs.clone(),
            ..Message::text(Address::number(&self.to), "")
        };
        (message, Part::new(piece.data_coding.0, &[], &[]))
    }
}

fn submit_sm<'a>(
    (outgoing, piece): (&'a Outgoing<'_>, &'a Piece),
) -> Result<SubmitSm<'a>, ConvertError> {
    Ok(SubmitSm {
        esm_class: piece.part.esm_class(),
        short_message: piece.part.short_message(),
        ..outgoing.submit_sm()?
    })
}

/// A session and what it has to send.
struct Smpp<'a> {
    esme: Esme,
    events: Events,
    submits: &'a [SubmitSm<'a>],
    /// Which receipt is about which message.
    ids: IdMatch,
}

/// A `submit_sm_resp`.
#[derive(Debug)]
struct Answer {
    status: CommandStatus,
    message_id: Option<String>,
}

impl Exchange for Smpp<'_> {
    type Answer = Answer;

    async fn submit(&mut self, index: usize) -> Result<Answer, String> {
        let submit = self.submits.get(index).ok_or("there is no such part")?;
        let reply = self.esme.submit(submit).await;
        let reply = reply.map_err(|error| error.to_string())?;
        let body = reply.body().ok().filter(|_| reply.status().is_ok());
        Ok(Answer {
            status: reply.status(),
            message_id: body.map(|body| client::message_id(&body).into_owned()),
        })
    }

    async fn receipt(&mut self, outcomes: &[Outcome<Answer>]) -> Option<(usize, Receipt)> {
        loop {
            let frame = match self.events.recv().await? {
                Event::Request(frame) => frame,
                _ => continue,
            };
            let receipt = client::receipt(&frame);
            let id = receipt.as_ref().and_then(DeliveryReceipt::message_id);
            let part = outcomes.iter().position(|outcome| {
                let ids = outcome.message_id().zip(id);
                ids.is_some_and(|(response, receipt)| self.ids.matches(response, receipt))
            });
            let (Some(receipt), Some(index)) = (receipt, part) else {
                decline(&self.esme, &frame);
                continue;
            };
            self.esme.with(|session, _| {
                client::answer(session, frame.header(), CommandStatus::ESME_ROK);
            });
            let (state, text) = (client::state(&receipt), receipt.receipt.to_string());
            let told = Receipt {
                state: state.to_owned(),
                is_final: client::is_final(&receipt),
                is_delivered: state == "DELIVRD",
                json: json!({ "state": state, "text": text }),
                text,
            };
            return Some((index, told));
        }
    }

    async fn leave(&mut self) {
        self.esme.unbind();
        while let Some(event) = self.events.recv().await {
            if let Event::Request(frame) = event {
                decline(&self.esme, &frame);
            }
        }
    }

    fn json(&self, outcomes: &[Outcome<Answer>]) -> Json {
        let part = |(submit, outcome): (&SubmitSm<'_>, &Outcome<Answer>)| {
            let answer = outcome.answer.as_ref().ok();
            let content = Content::from(submit);
            json!({
                "command_status": answer.map(|answer| answer.status.0),
                "status_name": answer.map(|answer| answer.status.to_string()),
                "message_id": outcome.message_id(),
                "error": outcome.error(),
                "udh": hex::encode(content.udh.map_or(&[], |udh| udh.octets())),
                "data_hex": hex::encode(content.octets),
                "receipt": outcome.receipt_json(),
            })
        };
        let parts: Vec<_> = self.submits.iter().zip(outcomes).map(part).collect();
        json!({
            "data_coding": self.submits.first().map(|submit| submit.data_coding.0),
            "segments": self.submits.len(),
            "parts": parts,
        })
    }
}

impl exchange::Answer for Answer {
    fn is_accepted(&self) -> bool {
        self.status.is_ok()
    }

    fn message_id(&self) -> Option<&str> {
        self.message_id.as_deref()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.status.fmt(f)?;
        match &self.message_id {
            Some(id) => write!(f, "  id {}", printable(id)),
            None => Ok(()),
        }
    }
}

/// What is not for us stays with the server.
fn decline(esme: &Esme, request: &Frame) {
    esme.reject(request, CommandStatus::ESME_RX_T_APPN);
}
