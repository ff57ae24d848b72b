//! `smsgw join`: the parts of longer messages, in any order, to the messages.

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::time::Instant;

use clap::Subcommand;
use serde_json::{Value as Json, json};
use smsgw_gsm::reassemble::{Limits, Message, Outcome, Part, Reassembler};
use smsgw_gsm::tpdu::{Context, Direction, PartKey, Piece, ReportKind};
use smsgw_gsm::{DecodeErrorKind, Quirks};
use smsgw_sim::json_line;

use crate::decode::input::{self, Style, printable};
use crate::decode::tpdu::{DirectionArg, Reading, address_json};
use crate::error::Error;
use crate::hex;
use crate::lines::{self, Answer, Out};

/// Join the parts of longer messages.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    kind: Kind,
}

#[derive(Debug, Subcommand)]
enum Kind {
    /// SMS-DELIVER and SMS-SUBMIT TPDUs of GSM, in any order; the text is told once it is whole.
    #[command(after_help = "Examples:
  smsgw join tpdu --smsc < pdus.txt
  smsgw join tpdu --json 440481214300004220922329594008050003070202C4 440481214300004220922329594008050003070201C2

A message is told when its last part has come; what is left at the end is told as incomplete. A part
that comes twice counts once.")]
    Tpdu(TpduArgs),
}

#[derive(Debug, clap::Args)]
struct TpduArgs {
    /// Print one JSON object per message.
    #[arg(long)]
    json: bool,
    /// Which way the TPDUs go; found out unless told.
    #[arg(long, value_enum)]
    direction: Option<DirectionArg>,
    /// The service centre's address comes first; found out unless told.
    #[arg(long)]
    smsc: bool,
    /// Octets in hex; `-` or none: one TPDU a line on standard input.
    #[arg(value_name = "HEX")]
    hex: Vec<String>,
}

pub(crate) fn run(args: Args) -> ExitCode {
    let Kind::Tpdu(args) = args.kind;
    let inputs = args.hex.clone();
    lines::run_all(&inputs, Joiner::new(args))
}

/// More than a day of a busy modem; what is beyond is told unfinished.
const LIMITS: Limits = Limits {
    messages: 100_000,
    parts: 1_000_000,
    octets: 1 << 28,
    remembered: 100_000,
    ..Limits::DEFAULT
};

struct Joiner {
    args: TpduArgs,
    style: Style,
    reassembler: Reassembler<PartKey, Piece, Instant>,
    /// Not told yet: a part may still come twice.
    answers: Vec<Result<Message<PartKey, Piece>, Error>>,
}

impl Joiner {
    fn new(args: TpduArgs) -> Self {
        Self {
            args,
            style: Style::of_stdout(),
            reassembler: Reassembler::new(LIMITS),
            answers: Vec::new(),
        }
    }

    /// The part that the octets are, in one of the ways to read them: strictly in any of them
    /// before leniently in another.
    fn part(&self, octets: &[u8]) -> Result<Part<PartKey, Piece>, Error> {
        let directions = match self.args.direction {
            Some(direction) => vec![direction.into()],
            None => vec![Direction::ScToMs, Direction::MsToSc],
        };
        let smsc: &[bool] = if self.args.smsc {
            &[true]
        } else {
            &[false, true]
        };
        let read = |direction, has_smsc, quirks| {
            let context = Context::new(direction, ReportKind::Ack);
            let reading = Reading {
                context,
                has_smsc,
                quirks,
            };
            let pdu = reading.read(octets)?;
            pdu.pdu.tpdu.part().ok_or_else(|| {
                let kind = DecodeErrorKind::OtherKind.name();
                let message = format!("a {} is no part of a message", pdu.pdu.tpdu.kind());
                Error::new(kind, Some("TP-MTI"), 0, message)
            })
        };
        let mut error = None;
        for quirks in [Quirks::STRICT, Quirks::LENIENT] {
            for direction in &directions {
                for has_smsc in smsc {
                    match read(*direction, *has_smsc, quirks) {
                        Ok(part) => return Ok(part),
                        // Of the usual way.
                        Err(first) if quirks == Quirks::LENIENT => {
                            error.get_or_insert(first);
                        }
                        Err(_) => {}
                    }
                }
            }
        }
        Err(error.unwrap_or_else(|| Error::new("empty", Some("hex"), 0, "no octets")))
    }

    fn take(&mut self, part: Part<PartKey, Piece>) {
        let (key, position) = (part.key, part.position);
        let inserted = self.reassembler.insert(part, Instant::now());
        self.answers.extend(inserted.released.into_iter().map(Ok));
        match inserted.outcome {
            Outcome::Complete(message) => self.answers.push(Ok(message)),
            Outcome::Kept | Outcome::Contradicts(_) => {}
            // Of an unfinished one the reassembler counts it.
            Outcome::Repeated(_) => {
                let answers = self.answers.iter_mut().rev().flatten();
                let id =
                    |message: &Message<PartKey, Piece>| (message.key, message.tie, message.total);
                let mut same = answers.filter(|message| {
                    message.is_complete() && id(message) == (key, position.tie, position.total)
                });
                if let Some(message) = same.next() {
                    message.ignored += 1;
                }
            }
        }
    }

    /// One message, or what was wrong with a line.
    fn tell(
        &self,
        answer: &Result<Message<PartKey, Piece>, Error>,
        out: &mut Out,
    ) -> io::Result<()> {
        match (answer, self.args.json) {
            (Ok(message), true) => json_line::write(out, &for_programs(message)),
            (Err(error), true) => json_line::write(out, &error.to_json()),
            (Ok(message), false) => writeln!(out, "{}", for_people(message, self.style)),
            (Err(error), false) => writeln!(out, "{} {error}", self.style.alert("error:")),
        }
    }
}

impl Answer for Joiner {
    fn line(&mut self, line: &[u8], _: &mut Out) -> io::Result<bool> {
        match input::octets(line).and_then(|octets| self.part(&octets)) {
            Ok(part) => {
                self.take(part);
                Ok(true)
            }
            Err(error) => {
                self.answers.push(Err(error));
                Ok(false)
            }
        }
    }

    fn pause(&mut self, out: &mut Out) -> io::Result<()> {
        let answers = std::mem::take(&mut self.answers);
        answers.iter().try_for_each(|answer| self.tell(answer, out))
    }

    fn end(&mut self, out: &mut Out) -> io::Result<()> {
        while let Some(message) = self.reassembler.release() {
            self.answers.push(Ok(message));
        }
        self.pause(out)
    }
}

fn for_programs(message: &Message<PartKey, Piece>) -> Json {
    let is_complete = message.is_complete();
    let text = message.text();
    let data = message.data().map(|data| hex::encode_upper(&data));
    let kind = match message.key.direction {
        Direction::ScToMs => "deliver",
        Direction::MsToSc => "submit",
    };
    let mut told = json!({
        "complete": is_complete,
        "kind": kind,
        "address": address_json(&message.key.address),
        "text": text.as_ref().filter(|_| is_complete),
        "data_hex": data.as_ref().filter(|_| is_complete),
        "duplicates_ignored": message.ignored,
    });
    if !is_complete && let Some(keys) = told.as_object_mut() {
        let have = message.parts().count();
        let missing: Vec<_> = message.missing().collect();
        keys.insert("total".to_owned(), json!(message.total));
        keys.insert("have".to_owned(), json!(have));
        keys.insert("missing".to_owned(), json!(missing));
        keys.insert("text_so_far".to_owned(), json!(text));
        keys.insert("data_hex_so_far".to_owned(), json!(data));
    }
    told
}

fn for_people(message: &Message<PartKey, Piece>, style: Style) -> String {
    let way = match message.key.direction {
        Direction::ScToMs => "from",
        Direction::MsToSc => "to",
    };
    let address = printable(&message.key.address.to_string());
    let mut out = style.name(&format!("{way} {address}"));
    if !message.is_complete() {
        let have: Vec<_> = message
            .parts()
            .map(|(number, _)| number.to_string())
            .collect();
        let parts = format!(" parts {} of {}", have.join(", "), message.total);
        out.push_str(&style.alert(&parts));
    }
    let content = match (message.text(), message.data()) {
        (Some(text), _) => printable(&text),
        (None, data) => format!("data {}", hex::encode_upper(&data.unwrap_or_default())),
    };
    format!("{out}: {content}")
}
