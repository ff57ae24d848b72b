//! What is done with a modem that does not answer.

use std::time::{Duration, Instant};

use smsgw_net::Backoff;

use super::channel::{CTRL_Z, ESC, Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Config, PortRequest, State};

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
    /// A prompt is left, by ESC or by Ctrl-Z.
    Escape,
    DropDtr,
    Reopen,
    /// `+CFUN=1,1`, blindly.
    Restart,
    PowerCycle,
    /// Some time without anything.
    Pause,
}

/// Wakes a modem that does not answer.
#[derive(Debug)]
pub(super) struct Watchdog {
    steps: std::vec::IntoIter<Act>,
}

#[derive(Debug)]
enum Act {
    Write(&'static [u8]),
    Wait(Duration),
    Port(PortRequest),
    Restart,
    Probe,
}

impl Ladder {
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

    pub(super) const fn ask_reset(&mut self) {
        self.is_reset_asked = true;
    }

    /// What is tried now; the next time it is something stronger.
    fn climb(&mut self) -> Vec<Act> {
        const PROBE_PAUSE: Duration = Duration::from_secs(1);
        let (next, acts) = match self.rung {
            Rung::Escape => {
                // ESC first: what a prompt has been given is dropped, and Ctrl-Z then sends nothing.
                let acts = vec![
                    Act::Write(ESC),
                    Act::Wait(PROBE_PAUSE),
                    Act::Write(CTRL_Z),
                    Act::Wait(PROBE_PAUSE),
                    Act::Write(b"\x1b\rATQ0V1\r"),
                    Act::Wait(PROBE_PAUSE),
                ];
                (Rung::DropDtr, acts)
            }
            Rung::DropDtr => {
                let port = Act::Port(PortRequest::DropDtr);
                (Rung::Reopen, vec![port, Act::Wait(Duration::from_secs(3))])
            }
            Rung::Reopen => {
                let port = Act::Port(PortRequest::Reopen);
                (
                    Rung::Restart,
                    vec![port, Act::Wait(Duration::from_secs(30))],
                )
            }
            Rung::Restart => {
                let acts = vec![Act::Restart, Act::Wait(Duration::from_secs(20))];
                (Rung::PowerCycle, acts)
            }
            Rung::PowerCycle => {
                let port = Act::Port(PortRequest::PowerCycle);
                (Rung::Pause, vec![port, Act::Wait(Duration::from_secs(30))])
            }
            Rung::Pause => (Rung::Escape, vec![Act::Wait(self.pauses.next(u64::MAX))]),
        };
        self.rung = next;
        acts
    }
}

impl Watchdog {
    pub(super) fn new(shared: &mut Shared) -> Self {
        if shared.state() != State::Dead {
            shared.set_state(State::Recovering);
        }
        Self {
            steps: Self::climb(shared),
        }
    }

    fn climb(shared: &mut Shared) -> std::vec::IntoIter<Act> {
        let mut acts = shared.ladder.climb();
        acts.push(Act::Probe);
        acts.into_iter()
    }
}

impl Procedure for Watchdog {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, _: Instant) -> Step {
        match outcome {
            Some(Outcome::Lost { .. }) => return Step::Done,
            Some(Outcome::Final { .. }) => return Step::Done,
            _ => {}
        }
        let act = self.steps.next();
        let act = match act {
            Some(act) => act,
            None => {
                self.steps = Self::climb(shared);
                match self.steps.next() {
                    Some(act) => act,
                    None => return Step::Done,
                }
            }
        };
        match act {
            Act::Write(octets) => Step::Write(octets),
            Act::Wait(pause) => Step::Wait(pause),
            Act::Port(request) => Step::Port(request),
            Act::Restart => {
                Step::Run(Exchange::new("AT+CFUN=1,1", Duration::from_secs(30)).blind())
            }
            Act::Probe => Step::Probe {
                interval: Duration::from_secs(1),
            },
        }
    }
}
