//! Commands of the owner's own.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::request::CommandError;
use super::schedule::Stage;
use super::shared::Shared;
use super::{Answer, Event, Failure, QueueFull};
use crate::error::ValueError;
use crate::transcript::without_secrets;

/// Commands of the owner's own that wait.
#[derive(Debug, Default)]
pub(super) struct Commands {
    waiting: VecDeque<Raw>,
}

/// One of them: the procedure.
#[derive(Debug)]
struct Raw {
    token: u64,
    exchange: Option<Exchange>,
    /// From where on the modem is set up again after it.
    undoes: Option<Stage>,
}

const MAX_WAITING: usize = 64;
const MAX_LEN: usize = 1024;
const MIN_TIMEOUT: Duration = Duration::from_millis(1);
const MAX_TIMEOUT: Duration = Duration::from_secs(3600);

pub(super) fn request(
    shared: &mut Shared,
    token: u64,
    line: &str,
    timeout: Duration,
) -> Result<(), CommandError> {
    if line.len() > MAX_LEN {
        let had = line.len();
        return Err(ValueError::TooLong { max: MAX_LEN, had }.into());
    }
    let ends = |(_, c): &(usize, char)| !matches!(c, ' '..='~');
    if let Some((offset, character)) = line.char_indices().find(ends) {
        return Err(ValueError::Character { character, offset }.into());
    }
    if shared.commands.waiting.len() >= MAX_WAITING {
        return Err(QueueFull.into());
    }
    let mut exchange = Exchange::new(line, timeout.clamp(MIN_TIMEOUT, MAX_TIMEOUT));
    exchange.is_secret = without_secrets(line).is_some();
    let exchange = Some(exchange);
    let raw = Raw {
        token,
        exchange,
        undoes: undone_by(line),
    };
    shared.commands.waiting.push_back(raw);
    Ok(())
}

pub(super) fn next(shared: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    Some(Box::new(shared.commands.waiting.pop_front()?))
}

impl Procedure for Raw {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, _: Instant) -> Step {
        if outcome.is_none()
            && let Some(exchange) = self.exchange.take()
        {
            return Step::Run(exchange);
        }
        let answer = match outcome {
            Some(Outcome::Final { result, lines }) => Ok(Answer { result, lines }),
            Some(Outcome::Silent { .. }) => Err(Failure::Silent),
            _ => Err(Failure::Lost),
        };
        // It may have selected another store, whether it was answered or not.
        shared.stores.reading = None;
        shared.ask_setup(self.undoes);
        let token = self.token;
        shared.tell(Event::Answer { token, answer });
        Step::Done
    }
}

/// Which part of the setup a command line may undo, and all that comes after that.
fn undone_by(line: &str) -> Option<Stage> {
    const MESSAGES: [&str; 4] = ["+CMGF=", "+CSMS=", "+CNMI=", "+CSCS="];
    // What is in quotes is no command.
    let line: String = line.to_ascii_uppercase().split('"').step_by(2).collect();
    let line = line.strip_prefix("AT").unwrap_or(&line).replace(' ', "");
    if line.split(';').any(restores_settings) {
        return Some(Stage::Talk);
    }
    let is_set = |command: &str| {
        let mut behind = line
            .match_indices(command)
            .filter_map(|(at, _)| line.get(at + command.len()..));
        // `=?` asks what there is.
        behind.any(|behind| !behind.starts_with('?'))
    };
    let is_undone = MESSAGES.into_iter().any(is_set);
    is_undone.then_some(Stage::Messages)
}

/// Whether `Z` or `&F` is among the basic commands that a command line begins with.
fn restores_settings(commands: &str) -> bool {
    let is_extended = |c: char| c.is_ascii_punctuation() && c != '&';
    let basic = commands.split(is_extended).next().unwrap_or_default();
    let mut before = None;
    for command in basic.chars() {
        match (before.replace(command), command) {
            (Some('&'), 'F') => return true,
            (Some('&'), _) => {}
            (_, 'Z') => return true,
            // What comes after it is a number.
            (_, 'D') => return false,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_command_undoes() {
        for (line, undoes) in [
            ("ATZ", Some(Stage::Talk)),
            ("atz0", Some(Stage::Talk)),
            ("AT&F", Some(Stage::Talk)),
            ("ATE1&F0", Some(Stage::Talk)),
            ("AT+CMEE=1;Z", Some(Stage::Talk)),
            ("AT+CMGF=1", Some(Stage::Messages)),
            ("AT+CREG=2;+cnmi = 1,2", Some(Stage::Messages)),
            ("AT+CSCS=\"UCS2\"", Some(Stage::Messages)),
            ("AT+CSMS=1", Some(Stage::Messages)),
            ("AT", None),
            ("ATD*100#;", None),
            ("ATDZ", None),
            ("AT&Z", None),
            ("AT+CMGF?", None),
            ("AT+CNMI=?", None),
            ("AT+CPMS=\"SM\"", None),
            ("AT+CUSD=1,\"Z;Z+CMGF=1\",15", None),
            ("AT^SYSCFGZ", None),
        ] {
            assert_eq!(undone_by(line), undoes, "{line}");
        }
    }
}
