//! Which lines end an answer: whole lines, never their beginnings (V.250 §5.7.1, 27.005 §3.2.5,
//! 27.007 §9.2).

use alloc::string::{String, ToString as _};

use super::flight::{Flight, Kind};
use crate::cause::{CmeError, CmsError};
use crate::result::{ErrorReport, FinalResult};

/// The final result that `line` is to what is in flight. `is_after_blank`: an empty line stands
/// before it, as it does with `ATV1`.
pub(super) fn read(line: &str, flight: &Flight, is_after_blank: bool) -> Option<FinalResult> {
    if flight.kind == Kind::Idle {
        return None;
    }
    if let &[digit] = line.as_bytes() {
        // With ATV1 a lone digit is a value, if one was asked for.
        let is_value = flight.asks && is_after_blank;
        return numeric(digit, flight.dials).filter(|_| !is_value);
    }
    match line {
        "OK" => return Some(FinalResult::Ok),
        "ERROR" => return Some(FinalResult::Error(None)),
        "NA" | "COMMAND NOT SUPPORT" | "TOO MANY PARAMETERS" => {
            return Some(FinalResult::Error(Some(line.to_string())));
        }
        _ => {}
    }
    if let Some(reason) = behind(line, "+CMS ERROR") {
        return Some(FinalResult::Cms(report(reason, |text| {
            CmsError::from_text(text).map(|error| error.0)
        })));
    }
    if let Some(reason) = behind(line, "+CME ERROR") {
        return Some(FinalResult::Cme(report(reason, |text| {
            CmeError::from_text(text).map(|error| error.0)
        })));
    }
    let is_other =
        behind(line, "+EXT ERROR").is_some() || behind(line, "MODEM ERROR").is_some_and(is_number);
    if is_other {
        return Some(FinalResult::Error(Some(line.to_string())));
    }
    of_call(line).filter(|_| flight.dials)
}

/// How a call ends or begins. When no command dials, it is news of a call that goes on.
fn of_call(line: &str) -> Option<FinalResult> {
    Some(match line {
        "NO CARRIER" => FinalResult::NoCarrier,
        "BUSY" => FinalResult::Busy,
        "NO ANSWER" => FinalResult::NoAnswer,
        "NO DIALTONE" | "NO DIAL TONE" => FinalResult::NoDialtone,
        "BLACKLISTED" | "DELAYED" => FinalResult::Error(Some(line.to_string())),
        "CONNECT" => FinalResult::Connect(line.to_string()),
        _ => {
            line.strip_prefix("CONNECT ")?;
            FinalResult::Connect(line.to_string())
        }
    })
}

/// The codes of `ATV0`.
fn numeric(digit: u8, dials: bool) -> Option<FinalResult> {
    match digit {
        b'0' => Some(FinalResult::Ok),
        b'4' => Some(FinalResult::Error(None)),
        b'1' | b'5' if dials => Some(FinalResult::Connect("CONNECT".to_string())),
        b'3' if dials => Some(FinalResult::NoCarrier),
        b'6' if dials => Some(FinalResult::NoDialtone),
        b'7' if dials => Some(FinalResult::Busy),
        b'8' if dials => Some(FinalResult::NoAnswer),
        _ => None,
    }
}

/// What stands behind `name` and its colon. A number may do without.
fn behind<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(name)?.trim_start_matches(' ');
    if rest.is_empty() || is_number(rest) {
        return Some(rest);
    }
    rest.strip_prefix(':').map(str::trim)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit())
}

fn report(reason: &str, look_up: impl Fn(&str) -> Option<u16>) -> ErrorReport {
    if is_number(reason)
        && let Ok(code) = reason.parse()
    {
        return ErrorReport {
            code: Some(code),
            text: None,
        };
    }
    ErrorReport {
        code: look_up(reason),
        text: Some(String::from(reason)).filter(|text| !text.is_empty()),
    }
}
