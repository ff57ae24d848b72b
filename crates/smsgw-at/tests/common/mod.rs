//! What the tests of the line layer share: reading vectors, running a reader.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a panic is the report of a test")]

use serde_json::{Map, Value as Json, json};
use smsgw_at::line::{Data, Event, InFlight, LineReader};
use smsgw_at::result::{ErrorReport, FinalResult};

/// What is in flight, as vectors write it.
pub(crate) fn in_flight(cmd: Option<&str>) -> InFlight<'_> {
    match cmd {
        None => InFlight::Idle,
        Some("PDU") => InFlight::Pdu,
        Some("TEXT") => InFlight::Text,
        Some("ESC") => InFlight::Escape,
        Some(command) => InFlight::Command(command),
    }
}

/// The events of these reads.
pub(crate) fn events<'a>(
    in_flight: InFlight<'_>,
    reads: impl IntoIterator<Item = &'a [u8]>,
) -> Vec<Event> {
    let mut reader = LineReader::new();
    reader.expect(in_flight);
    let mut events = Vec::new();
    for read in reads {
        reader.push(read);
        while let Some(event) = reader.next_event() {
            events.push(event);
        }
    }
    events
}

/// An event as vectors write it; `None` for those they may leave out.
pub(crate) fn json(event: &Event) -> Option<Json> {
    Some(match event {
        Event::Line(line) => json!({ "line": line }),
        Event::Prompt => json!({ "prompt": true }),
        Event::Urc(urc) => match &urc.data {
            None => json!({ "urc": urc.line }),
            Some(Data::Pdu(pdu)) => json!({ "urc": urc.line, "pdu": pdu.to_uppercase() }),
            Some(Data::Text(text)) => json!({ "urc": urc.line, "text": text }),
        },
        Event::Final(result) => final_result(result),
        _ => return None,
    })
}

fn final_result(result: &FinalResult) -> Json {
    let (name, text) = match result {
        FinalResult::Ok => ("ok", None),
        FinalResult::Error(text) => ("error", text.as_deref()),
        FinalResult::Cms(report) => return refusal("cms", report),
        FinalResult::Cme(report) => return refusal("cme", report),
        FinalResult::NoCarrier => ("no_carrier", None),
        FinalResult::Busy => ("busy", None),
        FinalResult::NoAnswer => ("no_answer", None),
        FinalResult::NoDialtone => ("no_dialtone", None),
        FinalResult::Connect(text) => ("connect", Some(text.as_str())),
        other => panic!("{other:?}"),
    };
    let mut keys = Map::from_iter([("final".to_owned(), json!(name))]);
    if let Some(text) = text {
        keys.insert("text".to_owned(), json!(text));
    }
    Json::Object(keys)
}

fn refusal(name: &str, report: &ErrorReport) -> Json {
    json!({ "final": name, "code": report.code, "text": report.text })
}

pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    let octets = digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16));
    octets.collect::<Result<_, _>>().unwrap()
}
