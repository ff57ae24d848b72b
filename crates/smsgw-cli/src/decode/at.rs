//! `smsgw decode at`: what a modem says, read by read.

mod dissect;
mod meaning;

use std::io::Write as _;
use std::process::ExitCode;

use serde_json::{Map, Value as Json, json};
use smsgw_at::cause::{Class, CmeError, CmsError};
use smsgw_at::line::{Data, Event, InFlight, LineReader};
use smsgw_at::result::FinalResult;
use smsgw_at::urc::UrcKind;
use smsgw_sim::json_line;

use self::meaning::{Meaning, Meanings};
use super::input::{self, Style};
use crate::error::Error;
use crate::{hex, lines};

#[derive(Debug, clap::Args)]
// Its group has the name of the one within.
#[group(skip)]
pub(super) struct Args {
    #[command(flatten)]
    input: input::Args,
    /// What was sent before: a command, or PDU, TEXT or ESC; nothing by default.
    ///
    /// PDU and TEXT are what is written behind a prompt, with its Ctrl-Z. A line of standard input
    /// may name its own: {"cmd": .., "chunks": [HEX, ..]}.
    #[arg(long, value_name = "COMMAND|PDU|TEXT|ESC")]
    cmd: Option<String>,
}

/// Decodes every line of the input; the HEX arguments together are one, each a read.
pub(super) fn run(args: &Args) -> ExitCode {
    let reads = &args.input.hex;
    let inputs = match reads[..] {
        [] => Vec::new(),
        [ref one] if one == "-" => reads.clone(),
        _ => vec![json!({ "chunks": reads }).to_string()],
    };
    let style = Style::of_stdout();
    lines::run(&inputs, |line, out| {
        let said = Said::read(line, args.cmd.as_deref());
        if args.input.json {
            let is_good = said.is_ok();
            let json = said.map_or_else(|error| error.to_json(), |said| said.json());
            return json_line::write(out, &json).map(|()| is_good);
        }
        match said {
            Ok(said) => writeln!(out, "{}", dissect::said(&said, style)).map(|()| true),
            Err(error) => writeln!(out, "{} {error}\n", style.alert("error:")).map(|()| false),
        }
    })
}

/// What a modem said, and what was sent before.
struct Said {
    cmd: Option<String>,
    reads: Vec<Vec<u8>>,
}

impl Said {
    /// A line of the input: hex, or an object with hex of several reads.
    fn read(line: &[u8], cmd: Option<&str>) -> Result<Self, Error> {
        let cmd = cmd.map(str::to_owned);
        if !line.trim_ascii_start().starts_with(b"{") {
            let reads = vec![input::octets(line)?];
            return Ok(Self { cmd, reads });
        }
        let object: Map<String, Json> =
            serde_json::from_slice(line.trim_ascii()).map_err(|error| {
                let offset = error.column().saturating_sub(1);
                Error::new("json", None, offset, format!("no JSON object: {error}"))
            })?;
        let cmd = match object.get("cmd") {
            None => cmd,
            Some(Json::Null) => None,
            Some(Json::String(cmd)) => Some(cmd.clone()),
            Some(_) => return Err(wrong_type("cmd", "cmd: no string")),
        };
        let Some(chunks) = object.get("chunks").and_then(Json::as_array) else {
            return Err(wrong_type("chunks", "chunks: no list of strings"));
        };
        let mut reads = Vec::with_capacity(chunks.len());
        let mut before = 0;
        for (index, chunk) in chunks.iter().enumerate() {
            let Some(digits) = chunk.as_str() else {
                let message = format!("chunks: no string at {index}");
                return Err(wrong_type("chunks", &message));
            };
            let octets = hex::decode(digits.as_bytes());
            let octets = octets.map_err(|error| error.behind(before))?;
            before += octets.len();
            reads.push(octets);
        }
        Ok(Self { cmd, reads })
    }

    fn in_flight(&self) -> InFlight<'_> {
        match self.cmd.as_deref() {
            None | Some("") => InFlight::Idle,
            Some("PDU") => InFlight::Pdu,
            Some("TEXT") => InFlight::Text,
            Some("ESC") => InFlight::Escape,
            Some(command) => InFlight::Command(command),
        }
    }

    /// The events of these reads, each with the octets that were read when it was known. Behind the
    /// last one nothing more is waited for: what is held is given up, and a line without its end
    /// is junk.
    fn events<'a>(&self, reads: impl Iterator<Item = &'a [u8]>) -> Vec<(usize, Event)> {
        let mut reader = LineReader::new();
        reader.expect(self.in_flight());
        let mut events = Vec::new();
        let mut count = 0;
        for octets in reads {
            reader.push(octets);
            count += octets.len();
            while let Some(event) = reader.next_event() {
                events.push((count, event));
            }
        }
        let unfinished = reader.take_unfinished();
        reader.release();
        while let Some(event) = reader.next_event() {
            events.push((count, event));
        }
        if !unfinished.is_empty() {
            events.push((count, Event::Junk(unfinished)));
        }
        events
    }

    /// The events with the keys of the vectors, and others beside them.
    fn json(&self) -> Json {
        let events = self.events(self.reads.iter().map(Vec::as_slice));
        let mut meanings = Meanings::new(self.in_flight());
        let events = events.iter().map(|(_, event)| {
            let mut keys = keys(event);
            if let Some(Meaning { value, .. }) = meanings.of(event) {
                keys.insert("value".to_owned(), value);
            }
            Json::Object(keys)
        });
        events.collect()
    }
}

fn wrong_type(field: &'static str, message: &str) -> Error {
    Error::new("wrong_type", Some(field), 0, message)
}

fn keys(event: &Event) -> Map<String, Json> {
    let mut keys = Map::new();
    let mut put = |name: &str, value: Json| keys.insert(name.to_owned(), value);
    match event {
        Event::Echo(text) => put("echo", json!(text)),
        Event::Line(text) => put("line", json!(text)),
        Event::Prompt => put("prompt", json!(true)),
        Event::Junk(octets) => put("junk", json!(hex::encode(octets))),
        Event::Urc(urc) => {
            put("urc", json!(urc.line));
            match &urc.data {
                Some(Data::Pdu(digits)) => put("pdu", json!(digits)),
                Some(Data::Text(text)) => put("text", json!(text)),
                None => None,
            };
            put("kind", json!(kind(urc.kind())))
        }
        Event::Final(result) => {
            put("final", json!(name(result)));
            match result {
                FinalResult::Error(None) => {}
                FinalResult::Error(text) => {
                    put("text", json!(text));
                }
                FinalResult::Connect(text) => {
                    put("text", json!(text));
                }
                FinalResult::Cms(report) | FinalResult::Cme(report) => {
                    put("code", json!(report.code));
                    put("text", json!(report.text));
                    put("name", json!(reason(result)));
                }
                _ => {}
            }
            put("class", json!(result.class().map(class)))
        }
        // New ones have names of their own.
        _ => None,
    };
    keys
}

/// What `final` says.
fn name(result: &FinalResult) -> &'static str {
    match result {
        FinalResult::Ok => "ok",
        FinalResult::Cms(_) => "cms",
        FinalResult::Cme(_) => "cme",
        FinalResult::NoCarrier => "no_carrier",
        FinalResult::Busy => "busy",
        FinalResult::NoAnswer => "no_answer",
        FinalResult::NoDialtone => "no_dialtone",
        FinalResult::Connect(_) => "connect",
        _ => "error",
    }
}

/// The standard's words for a code.
fn reason(result: &FinalResult) -> Option<&'static str> {
    match result {
        FinalResult::Cms(report) => CmsError(report.code?).text(),
        FinalResult::Cme(report) => CmeError(report.code?).text(),
        _ => None,
    }
}

/// What `class` says.
fn class(class: Class) -> &'static str {
    match class {
        Class::RetryHere => "retry_here",
        Class::RetryElsewhere => "retry_elsewhere",
        Class::Permanent => "permanent",
        Class::SimFault => "sim_fault",
        Class::ModemFault => "modem_fault",
    }
}

/// What `kind` says.
fn kind(kind: UrcKind<'_>) -> &'static str {
    match kind {
        UrcKind::NewMessage { .. } => "new_message",
        UrcKind::Message => "message",
        UrcKind::StatusReport => "status_report",
        UrcKind::StatusReportStored { .. } => "status_report_stored",
        UrcKind::Broadcast => "broadcast",
        UrcKind::BroadcastStored { .. } => "broadcast_stored",
        UrcKind::Ussd => "ussd",
        UrcKind::Registration => "registration",
        UrcKind::Signal => "signal",
        UrcKind::Network => "network",
        UrcKind::Ring => "ring",
        UrcKind::Clip => "clip",
        UrcKind::Call => "call",
        UrcKind::StorageFull => "storage_full",
        UrcKind::Indicator => "indicator",
        UrcKind::SimState => "sim_state",
        UrcKind::Boot => "boot",
        UrcKind::PowerDown => "power_down",
        UrcKind::Late => "late",
        UrcKind::Unknown => "unknown",
        _ => "other",
    }
}
