//! What is done with a modem that does not answer.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use smsgw_net::Backoff;

use super::channel::{CTRL_Z, ESC, Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Config, PortRequest, State};

/// For a command that restarts the modem; the port may vanish before there is an answer.
const RESTART: Duration = Duration::from_secs(30);

/// How far the means have been tried; it lasts until the modem is ready.
#[derive(Debug)]
pub(super) struct Ladder {
    rung: Rung,
    pauses: Backoff,
    is_reset_asked: bool,
}

/// The means, mildest first. After each `AT` is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    /// A prompt is left, by ESC or by Ctrl-Z, and results are switched on.
    Escape,
    DropDtr,
    Reopen,
    /// `+CFUN=1,1`, blindly.
    Restart,
    PowerCycle,
    /// Some time without anything.
    Pause,
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Write(&'static [u8]),
    Wait(Duration),
    Port(PortRequest),
    Restart(&'static str),
    Probe,
}

impl Ladder {
    /// Time for a modem to think about what it was sent.
    const MOMENT: Duration = Duration::from_secs(1);
    const DTR: Duration = Duration::from_secs(3);
    /// Time for the owner to reopen the port.
    const REOPEN: Duration = Duration::from_secs(30);
    const BOOT: Duration = Duration::from_secs(20);

    pub(super) fn new(config: &Config) -> Self {
        let (first, most) = config.recovery_pauses;
        Self {
            rung: Rung::Escape,
            pauses: Backoff::new(first, most),
            is_reset_asked: false,
        }
    }

    /// The modem works.
    pub(super) const fn reset(&mut self) {
        self.rung = Rung::Escape;
        self.pauses.reset();
    }

    /// Whether something was tried since the modem was ready last.
    pub(super) fn is_climbing(&self) -> bool {
        self.rung != Rung::Escape
    }

    /// The owner wants the modem to start again.
    pub(super) const fn ask_reset(&mut self) {
        self.is_reset_asked = true;
    }

    /// Whether it does.
    pub(super) const fn take_reset(&mut self) -> bool {
        std::mem::replace(&mut self.is_reset_asked, false)
    }

    /// What is tried now; the next time it is something stronger.
    fn climb(&mut self, resets: &[&'static str]) -> VecDeque<Act> {
        let (next, mut acts) = match self.rung {
            Rung::Escape => {
                // ESC first: then what a prompt was given is dropped, and Ctrl-Z sends nothing.
                let acts = vec![
                    Act::Write(ESC),
                    Act::Wait(Self::MOMENT),
                    Act::Write(CTRL_Z),
                    Act::Wait(Self::MOMENT),
                    Act::Write(b"\x1b\rATQ0V1\r"),
                    Act::Wait(Self::MOMENT),
                ];
                (Rung::DropDtr, acts)
            }
            Rung::DropDtr => {
                let acts = vec![Act::Port(PortRequest::DropDtr), Act::Wait(Self::DTR)];
                (Rung::Reopen, acts)
            }
            Rung::Reopen => {
                let acts = vec![Act::Port(PortRequest::Reopen), Act::Wait(Self::REOPEN)];
                (Rung::Restart, acts)
            }
            Rung::Restart => {
                let restart = resets.iter().copied().map(Act::Restart);
                let acts = restart.chain([Act::Wait(Self::BOOT)]).collect();
                (Rung::PowerCycle, acts)
            }
            Rung::PowerCycle => {
                let acts = vec![Act::Port(PortRequest::PowerCycle), Act::Wait(Self::REOPEN)];
                (Rung::Pause, acts)
            }
            Rung::Pause => (Rung::Escape, vec![Act::Wait(self.pauses.next(u64::MAX))]),
        };
        self.rung = next;
        acts.push(Act::Probe);
        acts.into()
    }
}

/// Wakes a modem that does not answer.
#[derive(Debug)]
pub(super) struct Watchdog {
    acts: VecDeque<Act>,
    doing: Option<Act>,
}

impl Watchdog {
    pub(super) fn new(shared: &mut Shared) -> Self {
        if shared.state() != State::Dead {
            shared.set_state(State::Recovering);
        }
        Self {
            acts: VecDeque::new(),
            doing: None,
        }
    }
}

impl Procedure for Watchdog {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, _: Instant) -> Step {
        match (outcome, self.doing) {
            (Some(Outcome::Lost { .. }), _) => return Step::Done,
            // It answers: it is set up again, whatever it has kept.
            (Some(Outcome::Final { .. }), Some(Act::Probe)) => return Step::Done,
            // It restarts: no need for another command.
            (Some(outcome), Some(Act::Restart(_))) if outcome.is_ok() => {
                self.acts.retain(|act| !matches!(act, Act::Restart(_)));
            }
            _ => {}
        }
        if self.acts.is_empty() {
            self.acts = shared.ladder.climb(shared.profile.reset);
        }
        self.doing = self.acts.pop_front();
        match self.doing {
            Some(Act::Write(octets)) => Step::Write(octets),
            Some(Act::Wait(pause)) => Step::Wait(pause),
            Some(Act::Port(request)) => Step::Port(request),
            Some(Act::Restart(line)) => Step::Run(Exchange::new(line, RESTART).blind()),
            Some(Act::Probe) => Step::Probe {
                interval: Some(Ladder::MOMENT),
            },
            None => Step::Done,
        }
    }
}

/// Gets commands and answers in step after a command without a result, before anything else is
/// begun.
#[derive(Debug)]
pub(super) struct Align;

impl Procedure for Align {
    fn next(&mut self, outcome: Option<Outcome>, _: &mut Shared, _: Instant) -> Step {
        match outcome {
            None => Step::Probe { interval: None },
            Some(Outcome::Silent { .. }) => Step::Recover,
            Some(_) => Step::Done,
        }
    }
}

/// Has the modem start again, as the owner wants it.
#[derive(Debug)]
pub(super) struct Restart {
    lines: VecDeque<&'static str>,
    is_done: bool,
}

impl Restart {
    /// From the answer to the start, if nothing is said.
    const PAUSE: Duration = Duration::from_secs(10);

    pub(super) fn new(shared: &Shared) -> Self {
        Self {
            lines: shared.profile.reset.iter().copied().collect(),
            is_done: false,
        }
    }
}

impl Procedure for Restart {
    fn next(&mut self, outcome: Option<Outcome>, _: &mut Shared, _: Instant) -> Step {
        let is_refused = match outcome {
            None => !self.is_done,
            Some(Outcome::Final { result, .. }) => !result.is_ok(),
            Some(_) => return Step::Done,
        };
        if self.is_done {
            return Step::Done;
        }
        match self.lines.pop_front() {
            Some(line) if is_refused => Step::Run(Exchange::new(line, RESTART)),
            _ => {
                self.is_done = true;
                Step::Wait(Self::PAUSE)
            }
        }
    }
}
