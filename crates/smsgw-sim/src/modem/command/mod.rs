//! What each command does.

pub(crate) mod basic;
pub(crate) mod identity;
pub(crate) mod send;

use std::time::Duration;

use super::answer::Failure;
use super::arguments::{Command, Form};
use super::network::Context;
use send::{Entry, Pending};

/// What follows from a command, or why it was not done.
pub(crate) type Answer = Result<Then, Failure>;

/// What follows from a command that was done.
#[derive(Debug)]
pub(crate) enum Then {
    /// The next one, or `OK`.
    Done,
    /// It goes on after a while.
    Later(Duration, Pending),
    /// Data is asked for.
    Prompt(Entry),
    /// Data is taken, but not asked for.
    NoPrompt(Entry),
    /// There is no result.
    Silent,
    /// `OK`, and the modem starts anew.
    Restart,
    /// `CONNECT`, and data.
    Online,
}

type Handler = fn(&mut Context<'_>, &Command) -> Answer;

/// The commands by their names; those of vendors are in their profiles.
const COMMANDS: &[(&str, Handler)] = &[
    ("E", basic::echo),
    ("V", basic::verbose),
    ("Q", basic::quiet),
    ("Z", basic::reset),
    ("&F", basic::reset),
    ("I", identity::information),
    ("+CGMI", identity::manufacturer),
    ("+GMI", identity::manufacturer),
    ("+CGMM", identity::model),
    ("+GMM", identity::model),
    ("+CGMR", identity::revision),
    ("+GMR", identity::revision),
    ("+CGSN", identity::serial_number),
    ("+GSN", identity::serial_number),
    ("+CMEE", basic::error_reporting),
    ("+CMGF", send::message_format),
    ("+CMGS", send::send_message),
];

/// Does a command.
pub(crate) fn run(cx: &mut Context<'_>, command: &Command) -> Answer {
    let name = match command.name.strip_prefix('S') {
        Some(register) if register.bytes().all(|octet| octet.is_ascii_digit()) => "S",
        _ => command.name.as_str(),
    };
    let found = COMMANDS.iter().find(|(known, _)| *known == name);
    match found {
        Some((_, handler)) => handler(cx, command),
        None => Err(Failure::Unknown),
    }
}

/// The value of a setting that is read with `?`, told of with `=?` and set with `=`, where a
/// value that is left out is 0.
pub(crate) fn setting(
    cx: &mut Context<'_>,
    command: &Command,
    values: &[u8],
    now: u8,
) -> Result<Option<u8>, Failure> {
    let name = &command.name;
    match &command.form {
        Form::Read => {
            cx.say(format!("{name}: {now}"));
            Ok(None)
        }
        Form::Test => {
            cx.say(format!("{name}: {}", range(values)));
            Ok(None)
        }
        Form::Execute => Ok(Some(values.first().copied().unwrap_or_default())),
        Form::Set(text) => {
            let value = super::arguments::Arguments::new(text).required(0)?;
            let value = values.contains(&value).then_some(value);
            value.map(Some).ok_or(Failure::BAD_PARAMETER)
        }
    }
}

/// Values as `=?` tells of them: `(0-2)`, `(0,2)`.
pub(crate) fn range(values: &[u8]) -> String {
    let is_row = values.len() > 1
        && values
            .windows(2)
            .all(|two| matches!(two, [a, b] if a + 1 == *b));
    match (values.first(), values.last()) {
        (Some(first), Some(last)) if is_row => format!("({first}-{last})"),
        _ => {
            let values: Vec<_> = values.iter().map(u8::to_string).collect();
            format!("({})", values.join(","))
        }
    }
}
