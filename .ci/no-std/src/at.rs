//! AT: lines found, results told apart, commands written and their answers read.

use alloc::string::String;
use alloc::vec::Vec;

use smsgw_at::cause::Class;
use smsgw_at::command::Command as _;
use smsgw_at::command::network::SignalQuality;
use smsgw_at::line::{Event, InFlight, LineReader};

use crate::{Outcome, same};

pub fn lines() -> Outcome {
    let command = SignalQuality.line();
    let mut reader = LineReader::new();
    reader.expect(InFlight::Command(&command));
    reader.push(b"\r\n+CMTI: \"SM\",3\r\n+CSQ: 21,99\r\n\r\nOK\r\n");
    let mut answer = Vec::new();
    let mut unasked = String::new();
    while let Some(event) = reader.next_event() {
        match event {
            Event::Line(line) => answer.push(line),
            Event::Urc(urc) => unasked = urc.line,
            Event::Final(result) => same(result.is_ok(), true)?,
            _ => return Err("something else".into()),
        }
    }
    same(unasked.as_str(), "+CMTI: \"SM\",3")?;
    same(SignalQuality.read(&answer)?.dbm(), Some(-71))
}

pub fn refusals() -> Outcome {
    let mut reader = LineReader::new();
    reader.expect(InFlight::Pdu);
    reader.push(b"\r\n+CMS ERROR: 38\r\n");
    let Some(Event::Final(result)) = reader.next_event() else {
        return Err("no result".into());
    };
    same(result.class(), Some(Class::RetryHere))
}
