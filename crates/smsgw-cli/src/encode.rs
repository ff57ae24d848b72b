//! `smsgw encode`: what `smsgw decode --json` prints, back to octets in hex.

mod agree;
pub(crate) mod cbs;
pub(crate) mod fields;
mod object;
mod receipt;
mod smpp;
mod tpdu;
mod ucp;
mod user_data;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Map, Value as Json};
use smsgw_sim::json_line;
use smsgw_smpp::{Frame, FrameError, Quirks};

use crate::error::Error;
use crate::{hex, lines};

pub(crate) use user_data::Content;

/// Encode PDUs to hex, from the JSON that decode prints.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  smsgw decode smpp --json < pdus.txt | smsgw encode smpp")]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// SMPP PDUs, header included.
    #[command(after_help = "Example:
  smsgw encode smpp '{\"command\":\"enquire_link\",\"sequence_number\":1,\"fields\":{}}'

Values that are not there are 0, empty, or null. command_id goes before command, and the tag of a
TLV before its name. 'fields' is null for a header alone. A line that cannot be encoded gives a
JSON object with 'error' in its place: the offset counts from the start of the line when it is no
JSON, else from the start of the PDU.")]
    Smpp(Input),
    /// Delivery receipts: SMPP deliver_sm or data_sm.
    #[command(after_help = "Example:
  smsgw encode receipt '{\"receipt\":{\"id\":\"7\",\"stat\":\"DELIVRD\"},\"tlv\":{\"message_state\":2}}'

With 'fields' it is encoded from them, and what 'receipt' and 'tlv' say must be the same. Without,
it is a deliver_sm with the text of 'receipt' in the form of SMPP 3.4 appendix B and the TLVs of
'tlv'.")]
    Receipt(Input),
    /// TPDUs of GSM (3GPP TS 23.040), one short message or report each.
    #[command(after_help = "Examples:
  smsgw encode tpdu '{\"kind\":\"submit\",\"address\":{\"number\":\"+41791234567\"},\"text\":\"hi\"}'
  smsgw encode tpdu '{\"kind\":\"submit-report\",\"smsc\":null,\"timestamp\":\"2026-01-31T12:00:00+01:00\"}'

Values that are not there are 0, false, empty, or what fits the others: the alphabet, the lengths,
the first octet. What is there must be what the octets then say. 'smsc' puts the service centre's
address in front, null an empty one. Keys that end in _hex go before those they stand beside, and
'data_hex' before 'text' in UCS-2.")]
    Tpdu(tpdu::Args),
    /// Pages of cell broadcast (3GPP TS 23.041), 88 octets each.
    #[command(after_help = "Example:
  smsgw encode cbs '{\"message_id\":4370,\"language\":\"en\",\"text\":\"Take shelter.\"}'

Values that are not there are 0, page 1 of 1, or what fits the others. What is there must be what
the octets then say.")]
    Cbs(Input),
    /// Operations and results of UCP/EMI, from STX to ETX.
    #[command(after_help = "Examples:
  smsgw encode ucp '{\"operation\":\"smt_alert\",\"fields\":{\"AdC\":\"2147\",\"PID\":\"0539\"}}'
  smsgw encode ucp --strict < frames.jsonl

A frame is made of 'trn', 'ot' or 'operation', and 'fields'; it is a result when they have ACK or
NACK. LEN and the checksum are computed, NPL counts the list behind it unless it is there, and of
the two forms of operation 03 'nfields' tells which. What else is there must be what the octets
then say.")]
    Ucp(ucp::Args),
}

#[derive(Debug, clap::Args)]
struct Input {
    /// Refuse what the standard does not allow.
    #[arg(long)]
    strict: bool,
    /// Write what decode lets through (the default).
    #[arg(long, conflicts_with = "strict")]
    lenient: bool,
    /// Objects as decode --json prints them; `-` or none: one a line on standard input.
    #[arg(value_name = "JSON")]
    json: Vec<String>,
}

impl Input {
    fn gsm_quirks(&self) -> smsgw_gsm::Quirks {
        if self.strict {
            smsgw_gsm::Quirks::STRICT
        } else {
            smsgw_gsm::Quirks::LENIENT
        }
    }

    fn ucp_quirks(&self) -> smsgw_ucp::Quirks {
        if self.strict {
            smsgw_ucp::Quirks::STRICT
        } else {
            smsgw_ucp::Quirks::LENIENT
        }
    }
}

pub(crate) fn run(args: Args) -> ExitCode {
    match args.kind {
        Kind::Smpp(input) => pdu(&input, smpp::frame),
        Kind::Receipt(input) => pdu(&input, receipt::frame),
        Kind::Tpdu(args) => {
            let quirks = args.input.gsm_quirks();
            encode(&args.input, |object| tpdu::hex(object, &args, quirks))
        }
        Kind::Cbs(input) => encode(&input, |object| cbs::hex(object, input.gsm_quirks())),
        Kind::Ucp(args) => {
            let quirks = args.input.ucp_quirks();
            encode(&args.input, |object| ucp::hex(object, &args, quirks))
        }
    }
}

/// Encodes PDUs of SMPP.
fn pdu(
    input: &Input,
    make: impl Fn(Map<String, Json>, &Quirks) -> Result<Frame, Error>,
) -> ExitCode {
    let quirks = if input.strict {
        Quirks::STRICT
    } else {
        Quirks::LENIENT
    };
    encode(input, |object| {
        let frame = make(object, &quirks).and_then(with_usual_length)?;
        Ok(hex::encode(frame.octets()))
    })
}

/// Answers every object with its hex.
fn encode(input: &Input, make: impl Fn(Map<String, Json>) -> Result<String, Error>) -> ExitCode {
    lines::run(&input.json, |line, out| {
        match object(line).and_then(&make) {
            Ok(hex) => writeln!(out, "{hex}").map(|()| true),
            Err(error) => json_line::write(out, &error.to_json()).map(|()| false),
        }
    })
}

/// The object a line is.
fn object(line: &[u8]) -> Result<Map<String, Json>, Error> {
    let line = line.trim_ascii();
    if line.is_empty() {
        return Err(Error::new("empty", None, 0, "no JSON"));
    }
    match serde_json::from_slice(line) {
        Ok(Json::Object(object)) => match object.get("error") {
            // Of `decode`, whose output this is; that of a report is no object.
            Some(Json::Object(error)) => {
                let message = error.get("message").and_then(Json::as_str);
                let message = format!("not decoded: {}", message.unwrap_or_default());
                Err(Error::new("not_decoded", Some("error"), 0, message))
            }
            _ => Ok(object),
        },
        Ok(_) => Err(Error::new("wrong_type", None, 0, "not an object")),
        Err(error) => {
            let offset = error.column().saturating_sub(1);
            Err(Error::new("json", None, offset, error.to_string()))
        }
    }
}

/// What is longer, no decoder takes unless told to.
fn with_usual_length(frame: Frame) -> Result<Frame, Error> {
    let max = Frame::DEFAULT_MAX_LEN;
    match u32::try_from(frame.octets().len()) {
        Ok(command_length) if command_length > max => Err(FrameError::TooLong {
            command_length,
            max,
        }
        .into()),
        _ => Ok(frame),
    }
}
