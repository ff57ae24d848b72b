//! How a modem is set up.

use std::time::{Duration, Instant};

use super::channel::{ESC, Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;

/// Sets a modem up.
#[derive(Debug)]
pub(super) struct Start {
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Drain,
    Escape,
    Settle,
    Probe,
    Basic(usize),
}

const BASIC: [&str; 4] = ["ATE0", "ATV1", "ATQ0", "AT+CMEE=1"];

impl Start {
    pub(super) fn new(_: &Shared) -> Self {
        Self {
            stage: Stage::Drain,
        }
    }
}

impl Procedure for Start {
    fn next(&mut self, outcome: Option<Outcome>, _: &mut Shared, _: Instant) -> Step {
        let (stage, step) = match (&self.stage, outcome) {
            (_, Some(Outcome::Lost { .. })) => return Step::Done,
            (Stage::Drain, _) => (Stage::Escape, Step::Wait(Duration::from_millis(100))),
            (Stage::Escape, _) => (Stage::Settle, Step::Write(ESC)),
            (Stage::Settle, _) => (Stage::Probe, Step::Wait(Duration::from_millis(300))),
            (Stage::Probe, _) => {
                let interval = Duration::from_millis(300);
                (Stage::Basic(0), Step::Probe { interval })
            }
            (Stage::Basic(0), Some(Outcome::Silent { .. })) => return Step::Recover,
            (Stage::Basic(next), _) => match BASIC.get(*next) {
                Some(line) => {
                    let exchange = Exchange::new(*line, Duration::from_secs(3));
                    (Stage::Basic(next + 1), Step::Run(exchange))
                }
                None => return Step::Done,
            },
        };
        self.stage = stage;
        step
    }
}
