//! `smsgw encode`: what `smsgw decode --json` prints, back to octets in hex.

mod object;
mod receipt;
mod smpp;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Subcommand;
use serde_json::{Map, Value as Json};
use smsgw_sim::json_line;
use smsgw_smpp::{Frame, FrameError, Quirks};

use crate::error::Error;
use crate::{hex, lines};

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

pub(crate) fn run(args: Args) -> ExitCode {
    match args.kind {
        Kind::Smpp(input) => encode(&input, smpp::frame),
        Kind::Receipt(input) => encode(&input, receipt::frame),
    }
}

fn encode(
    input: &Input,
    make: impl Fn(Map<String, Json>, &Quirks) -> Result<Frame, Error>,
) -> ExitCode {
    let quirks = if input.strict {
        Quirks::STRICT
    } else {
        Quirks::LENIENT
    };
    lines::run(&input.json, |line, out| {
        let frame = object(line).and_then(|object| make(object, &quirks));
        match frame.and_then(with_usual_length) {
            Ok(frame) => writeln!(out, "{}", hex::encode(frame.octets())).map(|()| true),
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
            // Of `decode`, whose output this is.
            Some(error) => {
                let message = error.get("message").and_then(Json::as_str);
                let message = format!("not decoded: {}", message.unwrap_or_default());
                Err(Error::new("not_decoded", Some("error"), 0, message))
            }
            None => Ok(object),
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
