//! The SIM and its PIN: the second part of a modem's setup.
//!
//! An attempt at a PIN that was wrong is lost, and after three a person has to go there. So: the
//! PIN is sent only when the modem says exactly `SIM PIN`; only when three attempts are left, or
//! nobody can say how many are and this SIM has not refused one before; a PUK never; and to a SIM
//! that has refused one, or may be one that has, never again. An attempt counts as refused until
//! the SIM is seen to be open.

use std::time::{Duration, Instant};

use smsgw_net::Backoff;

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Event, Fault, Obstacle, SimKey, State};
use crate::command::Command;
use crate::command::identity::{
    Imei, InternationalMobileSubscriberIdentity as ReadImsi, ReadIccid,
};
use crate::command::pin::{EnterPin, PinState, ReadPinState, ReadRetryCounters};
use crate::result::FinalResult;

/// Gets the SIM to work, if it may be.
#[derive(Debug)]
pub(super) struct Gate {
    stage: Stage,
    busy: Backoff,
    /// Answers in a row that say nothing.
    unclear: u8,
    /// Since the PIN was taken.
    looks: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begin,
    Iccid(usize),
    /// Time for the SIM.
    Pause,
    State,
    Counter(usize),
    Enter,
    /// Time for the SIM to become ready.
    Entered,
    LateIccid(usize),
    Imsi,
}

/// The SIMs that get no PIN.
#[derive(Debug)]
pub(super) struct Pins {
    refused: Vec<SimKey>,
    /// More have refused than are remembered.
    is_full: bool,
    /// A PIN was sent to this one, and nobody knows yet what it made of it.
    tried: Option<SimKey>,
}

impl Pins {
    /// More are not remembered, and then no SIM gets a PIN; those that the owner gave are.
    const MAX: usize = 1024;

    pub(super) fn new(refused: &[SimKey]) -> Self {
        Self {
            refused: refused.to_vec(),
            is_full: false,
            tried: None,
        }
    }

    /// Whether this SIM has refused a PIN, or may be one that has.
    fn has_refused(&self, sim: &SimKey, modem: Option<Imei>) -> bool {
        self.is_full || self.refused.iter().any(|key| may_be(key, sim, modem))
    }

    fn refuse(&mut self, sim: SimKey) {
        if self.refused.contains(&sim) {
            return;
        }
        if self.refused.len() < Self::MAX {
            self.refused.push(sim);
        } else {
            self.is_full = true;
        }
    }
}

/// Whether `key` may name the SIM that is in `modem` and is known there as `sim`. What could not be
/// read once may be read the next time.
fn may_be(key: &SimKey, sim: &SimKey, modem: Option<Imei>) -> bool {
    match (key, sim) {
        (SimKey::Iccid(_), SimKey::Iccid(_)) => key == sim,
        (SimKey::Imei(key), SimKey::Iccid(_)) => modem.is_none_or(|modem| modem == *key),
        _ => true,
    }
}

impl Gate {
    /// The fewest attempts with which one is made.
    const ATTEMPTS: u8 = 3;
    /// From one look at a SIM that a person has to do something about to the next.
    const LOOK: Duration = Duration::from_secs(60);
    /// The same where a SIM may come by itself.
    const SIM: Duration = Duration::from_secs(30);
    /// After the PIN.
    const SETTLE: Duration = Duration::from_secs(1);
    /// How often it is looked whether the SIM is ready, after that.
    const LOOKS: u8 = 20;

    pub(super) const fn new() -> Self {
        Self {
            stage: Stage::Begin,
            busy: Backoff::new(Duration::from_secs(2), Duration::from_secs(60)),
            unclear: 0,
            looks: 0,
        }
    }

    fn read_iccid(&mut self, which: usize, is_late: bool, shared: &Shared) -> Step {
        let stage = if is_late {
            Stage::LateIccid
        } else {
            Stage::Iccid
        };
        match shared.profile.iccid.get(which) {
            Some(command) if shared.found.iccid.is_none() => {
                self.stage = stage(which);
                Step::Run(Exchange::of(command))
            }
            _ if is_late => self.read_imsi(),
            _ => self.read_state(),
        }
    }

    fn read_state(&mut self) -> Step {
        self.stage = Stage::State;
        // Wavecom modems leave the OK out.
        Step::Run(Exchange::of(&ReadPinState).with_optional_final())
    }

    fn read_imsi(&mut self) -> Step {
        self.stage = Stage::Imsi;
        Step::Run(Exchange::of(&ReadImsi))
    }

    /// Waits for something to change, while the owner may send commands.
    fn wait(&mut self, obstacle: Obstacle, pause: Duration, shared: &mut Shared) -> Step {
        shared.set_state(State::Waiting(obstacle));
        self.stage = Stage::Pause;
        Step::Park(pause)
    }

    fn busy(&mut self, result: FinalResult, shared: &mut Shared) -> Step {
        let pause = self.busy.next(u64::MAX);
        let command = ReadPinState.line();
        shared.fault(Fault::Busy {
            command,
            result,
            pause,
        });
        self.wait(Obstacle::SimBusy, pause, shared)
    }

    fn state(&mut self, outcome: &Outcome, shared: &mut Shared) -> Step {
        if let Outcome::Final { result, .. } = outcome
            && !result.is_ok()
        {
            return self.refused(result.clone(), shared);
        }
        let Some(state) = shared.read(&ReadPinState, outcome) else {
            return self.unclear(outcome, shared);
        };
        self.unclear = 0;
        match state {
            state if state.is_open() => {
                Self::open(shared);
                shared.set_state(State::Starting);
                self.read_iccid(0, true, shared)
            }
            PinState::SimPin => self.wants_pin(shared),
            PinState::SimPuk => self.wait(Obstacle::Puk, Self::LOOK, shared),
            _ => self.wait(Obstacle::Locked, Self::LOOK, shared),
        }
    }

    fn refused(&mut self, result: FinalResult, shared: &mut Shared) -> Step {
        match result.cme() {
            _ if is_busy(&result) => self.busy(result, shared),
            Some(10) => self.wait(Obstacle::NoSim, Self::SIM, shared),
            Some(13 | 15) => self.wait(Obstacle::SimFailure, Self::SIM, shared),
            // It does not say exactly what it wants.
            Some(11) => self.wait(Obstacle::PinNeeded, Self::LOOK, shared),
            Some(12) => self.wait(Obstacle::Puk, Self::LOOK, shared),
            Some(5 | 6 | 7 | 16 | 40..=47) => self.wait(Obstacle::Locked, Self::LOOK, shared),
            _ => {
                let outcome = Outcome::Final {
                    result,
                    lines: Vec::new(),
                };
                self.unclear(&outcome, shared)
            }
        }
    }

    /// No state: the modem is slow, or does not know the command.
    fn unclear(&mut self, outcome: &Outcome, shared: &mut Shared) -> Step {
        self.unclear += 1;
        let is_silent = matches!(outcome, Outcome::Silent { .. });
        match (outcome, self.unclear) {
            (_, ..5) => {
                self.stage = Stage::Pause;
                Step::Wait(self.busy.next(u64::MAX))
            }
            _ if is_silent => Step::Recover,
            // It works without, if it works: a PIN it does not get.
            _ => self.read_iccid(0, true, shared),
        }
    }

    fn wants_pin(&mut self, shared: &mut Shared) -> Step {
        let sim = shared.sim_key();
        let modem = shared.found.imei;
        if let Some(tried) = shared.pins.tried.take() {
            if self.looks > 0 && self.looks < Self::LOOKS {
                shared.pins.tried = Some(tried);
                self.stage = Stage::Entered;
                self.looks += 1;
                return Step::Wait(Self::SETTLE);
            }
            shared.pins.refuse(tried.clone());
            if may_be(&tried, &sim, modem) {
                return self.pin_refused(sim, shared);
            }
            // Another one is in its place.
            shared.tell(Event::PinRefused { sim: tried });
        }
        if shared.pins.has_refused(&sim, modem) {
            return self.wait(Obstacle::PinRefused, Self::LOOK, shared);
        }
        let is_of_another = match shared.config.pin_sim {
            Some(only) => shared.found.iccid != Some(only),
            None => false,
        };
        if shared.config.pin.is_none() || is_of_another {
            return self.wait(Obstacle::PinNeeded, Self::LOOK, shared);
        }
        self.read_counter(0, shared)
    }

    fn read_counter(&mut self, which: usize, shared: &mut Shared) -> Step {
        match counter(which, shared) {
            Some(command) => {
                self.stage = Stage::Counter(which);
                Step::Run(Exchange::of(&command))
            }
            // Nobody knows: as it has not refused one yet, it gets one.
            None => self.enter(shared),
        }
    }

    fn counted(&mut self, which: usize, outcome: &Outcome, shared: &mut Shared) -> Step {
        let counters = counter(which, shared).and_then(|command| shared.read(&command, outcome));
        match counters.and_then(|counters| counters.for_sim_pin()) {
            Some(left) if left < Self::ATTEMPTS => {
                let obstacle = Obstacle::PinAttempts { left };
                self.wait(obstacle, Self::LOOK, shared)
            }
            Some(_) => self.enter(shared),
            None => self.read_counter(which + 1, shared),
        }
    }

    fn enter(&mut self, shared: &mut Shared) -> Step {
        let Some(pin) = shared.pin_for_sim() else {
            return self.wait(Obstacle::PinNeeded, Self::LOOK, shared);
        };
        self.stage = Stage::Enter;
        Step::Run(Exchange::of(&EnterPin(pin)).secret())
    }

    /// The SIM is open: it has taken what it was given.
    fn open(shared: &mut Shared) {
        let Some(tried) = shared.pins.tried.take() else {
            return;
        };
        if may_be(&tried, &shared.sim_key(), shared.found.imei) {
            shared.tell(Event::PinAccepted { sim: tried });
        } else {
            // Another one is in its place.
            shared.pins.refuse(tried.clone());
            shared.tell(Event::PinRefused { sim: tried });
        }
    }

    fn entered(&mut self, outcome: &Outcome, shared: &mut Shared, now: Instant) -> Step {
        match outcome {
            Outcome::Final { result, .. } if !result.is_ok() => {
                let sim = shared.sim_key();
                self.pin_refused(sim, shared)
            }
            // Without an answer it is looked what became of it.
            _ => {
                shared.power_on(now);
                self.looks = 1;
                self.stage = Stage::Entered;
                Step::Wait(Self::SETTLE)
            }
        }
    }

    fn pin_refused(&mut self, sim: SimKey, shared: &mut Shared) -> Step {
        shared.pins.tried = None;
        self.looks = 0;
        shared.pins.refuse(sim.clone());
        shared.tell(Event::PinRefused { sim });
        self.wait(Obstacle::PinRefused, Self::LOOK, shared)
    }
}

/// The commands that may say how many attempts are left: the make's own, then the standard's.
fn counter(which: usize, shared: &Shared) -> Option<ReadRetryCounters> {
    let own = shared.profile.retry_counters;
    let standard = [ReadRetryCounters::Cpinr, ReadRetryCounters::Csim];
    let more = standard
        .into_iter()
        .filter(|command| !own.contains(command));
    own.iter().copied().chain(more).nth(which)
}

/// Whether the SIM or the modem asks for patience.
pub(super) fn is_busy(result: &FinalResult) -> bool {
    matches!(result.cme(), Some(14 | 515)) || matches!(result.cms(), Some(314 | 515))
}

/// Whether a refusal tells that the SIM is gone or locked.
pub(super) fn tells_of_sim(result: &FinalResult) -> bool {
    matches!(result.cme(), Some(10..=13)) || matches!(result.cms(), Some(310..=313 | 315 | 316))
}

impl Procedure for Gate {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        if let Some(Outcome::Lost { .. }) = outcome {
            return Step::Done;
        }
        match (self.stage, outcome) {
            (Stage::Begin, _) => {
                shared.found.iccid = None;
                shared.found.imsi = None;
                self.read_iccid(0, false, shared)
            }
            (Stage::Iccid(which), Some(outcome)) => {
                self.iccid(which, &outcome, shared);
                self.read_iccid(which + 1, false, shared)
            }
            (Stage::LateIccid(which), Some(outcome)) => {
                self.iccid(which, &outcome, shared);
                self.read_iccid(which + 1, true, shared)
            }
            (Stage::State, Some(outcome)) => self.state(&outcome, shared),
            (Stage::Counter(which), Some(outcome)) => self.counted(which, &outcome, shared),
            (Stage::Enter, Some(outcome)) => self.entered(&outcome, shared, now),
            (Stage::Imsi, Some(outcome)) => {
                shared.found.imsi = shared.read(&ReadImsi, &outcome);
                shared.identified();
                Step::Done
            }
            // The SIM may be another by now.
            (Stage::Pause, _) if self.looks == 0 => {
                shared.found.iccid = None;
                self.read_iccid(0, false, shared)
            }
            _ => self.read_state(),
        }
    }

    /// Before the PIN leaves: whatever happens from now on, this was the attempt.
    fn begins(&mut self, shared: &mut Shared) {
        if self.stage == Stage::Enter {
            let sim = shared.sim_key();
            shared.pins.tried = Some(sim.clone());
            shared.tell(Event::PinTried { sim });
        }
    }
}

impl Gate {
    fn iccid(&self, which: usize, outcome: &Outcome, shared: &mut Shared) {
        if let Some(command) = shared.profile.iccid.get(which) {
            let command: ReadIccid = *command;
            shared.found.iccid = shared.read(&command, outcome);
        }
    }
}
