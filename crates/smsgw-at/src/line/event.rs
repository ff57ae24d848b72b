//! What a modem says, and what was asked.

use alloc::string::String;
use alloc::vec::Vec;

use crate::result::FinalResult;

/// One thing a modem says. Text has one character an octet, as in Latin-1, without trailing blanks.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// What was sent to it, sent back.
    Echo(String),
    /// A line of the answer to the command in flight.
    Line(String),
    /// Something nobody asked for: an unsolicited result code.
    Urc(Urc),
    /// `>`: the data may be sent now.
    Prompt,
    /// The answer ends.
    Final(FinalResult),
    /// Octets that mean nothing, or more of them than a line may have.
    Junk(Vec<u8>),
}

/// An unsolicited result code (27.005 §3.4.1, 27.007).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urc {
    /// Its line: `+CMTI: "SM",3`. The line breaks of a `+CUSD` are kept in it.
    pub line: String,
    /// What follows by position.
    pub data: Option<Data>,
}

/// The line that follows a `+CMT`, `+CDS` or `+CBM`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Data {
    /// Hexadecimal digits, as they came.
    Pdu(String),
    /// The text of text mode. Whoever sent it may have written what looks like a result.
    Text(String),
}

/// What was sent to the modem last and waits for its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InFlight<'a> {
    /// Nothing.
    #[default]
    Idle,
    /// This command, from `AT` on, without its CR.
    Command(&'a str),
    /// A PDU and its Ctrl-Z.
    Pdu,
    /// A text and its Ctrl-Z.
    Text,
    /// A command as [`Command`](Self::Command), which asks for no data, to a modem that may be at a
    /// prompt all the same: `>` is one.
    Probe(&'a str),
    /// ESC, so that a prompt is left; one may have crossed it.
    Escape,
}
