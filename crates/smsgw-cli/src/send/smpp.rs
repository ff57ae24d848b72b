//! `smsgw send smpp`: one message by `submit_sm`, in as many parts as it needs.

use std::error::Error;
use std::io;
use std::process::ExitCode;
use std::time::Duration;

use serde_json::{Value as Json, json};
use smsgw::convert::smpp::{ConvertError, Outgoing, Part};
use smsgw::{Address, Message, ReceiptRequest};
use smsgw_sim::json_line;
use smsgw_smpp::connection::Events;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::SubmitSm;
use smsgw_smpp::session::{Config, Event};
use smsgw_smpp::text::Content;
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Frame};

use super::parts::{self, Piece};
use crate::client::{self, Mode, Server};
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
    /// Ask for a receipt.
    #[arg(long)]
    receipt: bool,
    /// Ask for a receipt of each part and wait so long for them.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    wait_receipt: Option<Duration>,
    /// How long the server keeps trying; left to the server unless given.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    validity: Option<Duration>,
    /// How to bind; trx with --wait-receipt, else tx, unless given.
    #[arg(long, value_enum)]
    mode: Option<Mode>,
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// How long the server may take to agree to the end.
const LEAVE: Duration = Duration::from_secs(5);

pub(crate) fn run(args: &Args) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failure(&error),
    };
    match runtime.block_on(send(args)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => failure(&*error),
    }
}

fn failure(error: &dyn Error) -> ExitCode {
    eprintln!("smsgw send smpp: {error}");
    ExitCode::FAILURE
}

/// What became of a part.
#[derive(Debug)]
struct Outcome {
    status: Option<CommandStatus>,
    message_id: Option<String>,
    /// Why there is no status.
    error: Option<String>,
    receipt: Option<Receipt>,
}

#[derive(Debug)]
struct Receipt {
    state: String,
    /// Its text.
    text: String,
}

/// Whether all went well.
async fn send(args: &Args) -> Result<bool, Box<dyn Error>> {
    let mode = match (args.mode, args.wait_receipt) {
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
    let (esme, mut events) = client.bind().await?;
    let total = pieces.len();
    let mut outcomes: Vec<Outcome> = Vec::new();
    for submit in &submits {
        let outcome = submit_one(&esme, submit).await;
        if !args.json {
            let number = outcomes.len() + 1;
            println!("part {number} of {total}  {}", outcome.answer());
        }
        let is_accepted = outcome.is_accepted();
        outcomes.push(outcome);
        // The rest alone would be a message with a hole.
        if !is_accepted {
            break;
        }
    }
    let accepted = outcomes.iter().filter(|it| it.is_accepted()).count();
    let mut is_good = accepted == total;
    if let (Some(wait), 1..) = (args.wait_receipt, accepted) {
        let end = crate::signal::end()?;
        let waiting = await_receipts(args, &esme, &mut events, &mut outcomes);
        tokio::select! {
            () = waiting => {}
            () = tokio::time::sleep(wait) => {}
            () = end => {}
        }
        let receipts = || outcomes.iter().filter_map(|it| it.receipt.as_ref());
        is_good &= receipts().filter(|it| it.state == "DELIVRD").count() == total;
        let missing = accepted - receipts().count();
        if missing > 0 && !args.json {
            println!("no receipt for {missing} of {accepted} within {wait:?}");
        }
    }
    esme.unbind();
    let ending = async {
        while let Some(event) = events.recv().await {
            if let Event::Request(frame) = event {
                decline(&esme, &frame);
            }
        }
    };
    // All is said: a server that does not take its leave is not waited for long.
    let _ = tokio::time::timeout(LEAVE, ending).await;
    if args.json {
        json_line::write(io::stdout().lock(), &for_programs(&submits, &outcomes))?;
    }
    Ok(is_good)
}

impl Args {
    /// All but the content; that has a header or TLVs as the piece wants it.
    fn envelope(&self, piece: &Piece) -> (Message, Part) {
        let receipt = match (self.receipt, self.wait_receipt) {
            (false, None) => ReceiptRequest::None,
            _ => ReceiptRequest::Final,
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

async fn submit_one(esme: &Esme, submit: &SubmitSm<'_>) -> Outcome {
    let reply = esme.submit(submit).await;
    match reply {
        Ok(reply) => Outcome {
            status: Some(reply.status()),
            message_id: reply
                .body()
                .ok()
                .filter(|_| reply.status().is_ok())
                .map(|body| client::message_id(&body).into_owned()),
            error: None,
            receipt: None,
        },
        Err(error) => Outcome {
            status: None,
            message_id: None,
            error: Some(error.to_string()),
            receipt: None,
        },
    }
}

impl Outcome {
    fn answer(&self) -> String {
        match (self.status, &self.message_id, &self.error) {
            (Some(status), Some(id), _) => format!("{status}  id {}", printable(id)),
            (Some(status), None, _) => status.to_string(),
            (None, _, error) => error.clone().unwrap_or_default(),
        }
    }

    fn is_accepted(&self) -> bool {
        self.status.is_some_and(CommandStatus::is_ok)
    }

    /// Whether its receipt is still to come.
    fn is_open(&self) -> bool {
        self.message_id.is_some() && self.receipt.is_none()
    }
}

/// Takes the receipts for the parts until all are there, and nothing else.
async fn await_receipts(args: &Args, esme: &Esme, events: &mut Events, outcomes: &mut [Outcome]) {
    let total = outcomes.len();
    let ids_match = args.server.receipt_ids();
    while outcomes.iter().any(Outcome::is_open) {
        let frame = match events.recv().await {
            Some(Event::Request(frame)) => frame,
            Some(_) => continue,
            None => return,
        };
        let receipt = client::receipt(&frame);
        let id = receipt.as_ref().and_then(DeliveryReceipt::message_id);
        let part = (1..).zip(outcomes.iter_mut()).find(|(_, outcome)| {
            let ids = outcome.message_id.as_deref().zip(id);
            ids.is_some_and(|(response, receipt)| ids_match.matches(response, receipt))
        });
        let (Some(receipt), Some((number, outcome))) = (receipt, part) else {
            decline(esme, &frame);
            continue;
        };
        esme.with(|session, _| {
            client::answer(session, frame.header(), CommandStatus::ESME_ROK);
        });
        let told = Receipt {
            state: client::state(&receipt).to_owned(),
            text: receipt.receipt.to_string(),
        };
        if !args.json {
            let Receipt { state, text } = &told;
            let (state, text) = (printable(state), printable(text));
            println!("part {number} of {total}  {state}  {text}");
        }
        if client::is_final(&receipt) {
            outcome.receipt = Some(told);
        }
    }
}

/// What is not for us stays with the server.
fn decline(esme: &Esme, request: &Frame) {
    esme.reject(request, CommandStatus::ESME_RX_T_APPN);
}

fn for_programs(submits: &[SubmitSm<'_>], outcomes: &[Outcome]) -> Json {
    let part = |(submit, outcome): (&SubmitSm<'_>, &Outcome)| {
        let receipt = outcome.receipt.as_ref();
        let content = Content::from(submit);
        json!({
            "command_status": outcome.status.map(|status| status.0),
            "status_name": outcome.status.map(|status| status.to_string()),
            "message_id": outcome.message_id,
            "error": outcome.error,
            "udh": hex::encode(content.udh.map_or(&[], |udh| udh.octets())),
            "data_hex": hex::encode(content.octets),
            "receipt": receipt.map(|it| json!({"state": it.state, "text": it.text})),
        })
    };
    let parts: Vec<_> = submits.iter().zip(outcomes).map(part).collect();
    json!({
        "data_coding": submits.first().map(|submit| submit.data_coding.0),
        "segments": submits.len(),
        "parts": parts,
    })
}
