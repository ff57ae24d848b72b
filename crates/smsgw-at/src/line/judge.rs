//! What a line is, given what is in flight.
//!
//! A line that begins with a word, `+CREG: ...`, belongs to the command if the word is one of the
//! command's own, unless it is written as only an unsolicited result is. Any other word is an
//! unsolicited result when the table knows it, or when the command is one of the standards, whose
//! answers are known to begin with their own words; behind a vendor's command it is a line of the
//! answer.

use super::finals;
use super::flight::{Flight, Form, Kind, is_of_name};
use super::position::is_hex;
use crate::result::FinalResult;
use crate::urc::{self, UrcKind};

/// What words begin with.
const SYMBOLS: [char; 9] = ['+', '^', '%', '#', '$', '*', '!', '&', '_'];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Echo,
    Line,
    Final(FinalResult),
    /// Nothing asked for it.
    Urc,
    /// A prompt that nothing waits for, or noise.
    Junk,
}

/// What `line` is, trimmed and not empty. `is_after_blank`: an empty line stands before it.
pub(super) fn judge(line: &str, flight: &Flight, is_after_blank: bool) -> Judgement {
    if line == ">" {
        return Judgement::Junk;
    }
    if flight.is_echo(line.as_bytes()) || is_command(line) {
        return Judgement::Echo;
    }
    let kind = urc::kind(line);
    let word = word(line);
    if kind == UrcKind::Unknown && word.is_none() && line.chars().any(|it| it.is_ascii_control()) {
        return Judgement::Junk;
    }
    if flight.kind == Kind::Idle {
        return Judgement::Urc;
    }
    if let Some(result) = finals::read(line, flight, is_after_blank) {
        return Judgement::Final(result);
    }
    if let Some(word) = word {
        return match flight.form(word) {
            Some(form) if is_answer(line, word, form, kind) => Judgement::Line,
            Some(_) => Judgement::Urc,
            None if kind != UrcKind::Unknown || !flight.is_open => Judgement::Urc,
            None => Judgement::Line,
        };
    }
    let is_value = line.len() == 1 && is_after_blank;
    // `AT+CLAC` lists words without values.
    let is_name = flight.is_open && line.starts_with(SYMBOLS) && !stands_alone(kind);
    if kind != UrcKind::Unknown && !is_value && !is_name {
        return Judgement::Urc;
    }
    match flight.kind {
        Kind::Pdu if is_hex(line) => Judgement::Echo,
        // Results begin with a word: this is what was written.
        Kind::Text => Judgement::Echo,
        _ => Judgement::Line,
    }
}

/// Whether a line that begins with the command's own word is of its answer.
fn is_answer(line: &str, word: &str, form: Form, kind: UrcKind<'_>) -> bool {
    let values = line.get(word.len()..).unwrap_or_default();
    let values = values.trim_start_matches([' ', ':', '=']);
    let asks = matches!(form, Form::Read | Form::Test);
    match kind {
        UrcKind::Registration => {
            let is_list = form == Form::Test && values.contains(['(', '-']);
            is_list || form != Form::Set && has_mode_and_state(values)
        }
        // The network's answer has text.
        UrcKind::Ussd => asks && !values.contains(','),
        // The number comes first.
        UrcKind::Clip | UrcKind::Call => !values.starts_with('"'),
        UrcKind::NewMessage { .. }
        | UrcKind::Message
        | UrcKind::StatusReport
        | UrcKind::StatusReportStored { .. }
        | UrcKind::Broadcast
        | UrcKind::BroadcastStored { .. } => false,
        UrcKind::SimState | UrcKind::Boot => form != Form::Set,
        _ => true,
    }
}

/// Whether the values of `+CREG` are `n,stat[,lac,ci...]`, as in an answer, not `stat[,lac,ci...]`,
/// as when nobody asked: an area code is in quotes, or has more digits than a state.
fn has_mode_and_state(values: &str) -> bool {
    let Some(second) = values.split(',').nth(1) else {
        return false;
    };
    let second = second.trim();
    let is_number = second.bytes().all(|it| it.is_ascii_digit());
    is_number
        && matches!(second.parse(), Ok(0..=15))
        && (second.len() == 1 || !second.starts_with('0'))
}

/// Whether an unsolicited result is a word without values.
fn stands_alone(kind: UrcKind<'_>) -> bool {
    matches!(
        kind,
        UrcKind::StorageFull | UrcKind::Boot | UrcKind::PowerDown
    )
}

/// The word that `line` begins with: a symbol and a name, and a colon behind them.
pub(super) fn word(line: &str) -> Option<&str> {
    let name = line.strip_prefix(SYMBOLS)?;
    let rest = name.trim_start_matches(is_of_name);
    let is_word = rest.len() < name.len() && rest.trim_start_matches(' ').starts_with([':', '=']);
    line.get(..line.len() - rest.len()).filter(|_| is_word)
}

/// Whether `line` is a command that was sent at another time: a modem says nothing that begins so.
fn is_command(line: &str) -> bool {
    let Some((at, rest)) = line.split_at_checked(2) else {
        return false;
    };
    if !at.eq_ignore_ascii_case("at") {
        return false;
    }
    match *rest.as_bytes() {
        [] => true,
        [symbol, name, ..] if b"+^%#$*!".contains(&symbol) => name.is_ascii_alphabetic(),
        [letter] => is_basic(letter),
        [letter, digit] => is_basic(letter) && digit.is_ascii_digit(),
        _ => false,
    }
}

/// Not the `T` of an operator's name.
fn is_basic(letter: u8) -> bool {
    b"EVQZIHAOX".contains(&letter.to_ascii_uppercase())
}
