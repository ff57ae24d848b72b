//! What a modem says, for people: one event a row.

use smsgw_at::line::{Data, Event};
use smsgw_at::result::FinalResult;

use super::meaning::Meanings;
use super::{Said, class, kind, reason};
use crate::decode::input::{Style, printable};
use crate::hex;

/// A row for each event, behind the number of octets that were read when it was known.
pub(super) fn said(said: &Said, style: Style) -> String {
    let octets = said.reads.concat();
    let mut meanings = Meanings::new(said.in_flight());
    let mut out = match said.cmd.as_deref() {
        None | Some("") => "nothing in flight\n".to_owned(),
        Some(cmd) => format!("in flight: {}\n", printable(cmd)),
    };
    for (count, event) in said.events(octets.chunks(1)) {
        let meaning = meanings.of(&event).map(|meaning| meaning.words);
        let words = meaning.filter(|words| !words.is_empty());
        let (name, text, remark) = row(&event);
        let remark = words
            .or(remark)
            .map(|remark| format!("  ({})", printable(&remark)));
        let name = format!("{name:<6}");
        let name = match event {
            Event::Junk(_) => style.alert(&name),
            _ => style.name(&name),
        };
        let count = style.dim(&format!("  {count:>5}"));
        let remark = style.dim(&remark.unwrap_or_default());
        out.push_str(&format!("{count}  {name}  {}{remark}\n", printable(&text)));
        if let Event::Urc(urc) = &event
            && let Some(Data::Pdu(data) | Data::Text(data)) = &urc.data
        {
            out.push_str(&format!("{:17}{}\n", "", printable(data)));
        }
    }
    out
}

/// What an event is, what was said, and a remark on it.
fn row(event: &Event) -> (&'static str, String, Option<String>) {
    match event {
        Event::Echo(text) => ("echo", text.clone(), None),
        Event::Line(text) => ("line", text.clone(), None),
        Event::Urc(urc) => (
            "urc",
            urc.line.clone(),
            Some(kind(urc.kind()).replace('_', " ")),
        ),
        Event::Prompt => ("prompt", ">".to_owned(), None),
        Event::Final(result) => ("final", result.to_string(), remark(result)),
        Event::Junk(octets) => ("junk", hex::encode(octets), None),
        other => ("other", format!("{other:?}"), None),
    }
}

/// What a refusal means, and what it asks for.
fn remark(result: &FinalResult) -> Option<String> {
    let class = class(result.class()?).replace('_', " ");
    Some(match reason(result) {
        Some(reason) => format!("{reason}; {class}"),
        None => class,
    })
}
