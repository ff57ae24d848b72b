//! Commands of the owner's own.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::request::CommandError;
use super::shared::Shared;
use super::{Answer, Event, Failure, QueueFull};
use crate::error::ValueError;
use crate::transcript::Mask;

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
    exchange.is_secret = Mask::has_secret(line);
    let exchange = Some(exchange);
    shared.commands.waiting.push_back(Raw { token, exchange });
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
        let token = self.token;
        shared.tell(Event::Answer { token, answer });
        Step::Done
    }
}
