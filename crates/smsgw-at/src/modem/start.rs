//! How a modem is found and made to talk: the first part of its setup.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{ESC, Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Identity, SettingsReset, State};
use crate::command::basic::{Echo, ErrorReporting, FactoryDefaults, LoadProfile, Quiet, Verbose};
use crate::command::identity::{Manufacturer, Model, Revision, SerialNumber};
use crate::command::power::{Functionality, ReadFunctionality, SetFunctionality};
use crate::quirks::Profile;

/// Leaves a prompt that somebody left behind, gets answers, makes them ones that can be read, and
/// asks what the modem is.
#[derive(Debug)]
pub(super) struct Start {
    plan: VecDeque<Todo>,
    doing: Option<Todo>,
    found: Identity,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Todo {
    Wait(Duration),
    Escape,
    Probe,
    LoadProfile,
    FactoryDefaults,
    EchoOff,
    Verbose,
    NotQuiet,
    Errors(ErrorReporting),
    Manufacturer,
    Model,
    Revision,
    SerialNumber,
    /// `ATI`, for those that answer nothing else.
    Information,
    Functionality,
    FullFunctionality,
}

const FULL: SetFunctionality = SetFunctionality(Functionality::FULL);

impl Start {
    /// In which what the port has kept comes in.
    const DRAIN: Duration = Duration::from_millis(100);
    /// From ESC to the first command.
    const ESCAPE: Duration = Duration::from_millis(300);
    /// For each `AT`.
    const PROBE: Duration = Duration::from_millis(300);

    pub(super) fn new(shared: &mut Shared) -> Self {
        let mut plan = VecDeque::from([
            Todo::Wait(Self::DRAIN),
            Todo::Escape,
            Todo::Wait(Self::ESCAPE),
            Todo::Probe,
        ]);
        // Once: a stick that leaves the bus over it comes back to the next start.
        if let Some(reset) = shared.take_settings_reset() {
            plan.push_back(match reset {
                SettingsReset::Saved => Todo::LoadProfile,
                SettingsReset::Factory => Todo::FactoryDefaults,
            });
            plan.extend([Todo::Wait(Duration::from_secs(1)), Todo::Probe]);
        }
        // One at a time: what is refused must not take the others with it.
        plan.extend([
            Todo::EchoOff,
            Todo::Verbose,
            Todo::NotQuiet,
            Todo::Errors(ErrorReporting::Numeric),
            Todo::Manufacturer,
            Todo::Model,
            Todo::Revision,
            Todo::SerialNumber,
            Todo::Functionality,
        ]);
        Self {
            plan,
            doing: None,
            found: Identity::default(),
        }
    }

    fn begin(todo: Todo) -> Step {
        Step::Run(match todo {
            Todo::Wait(pause) => return Step::Wait(pause),
            Todo::Escape => return Step::Write(ESC),
            Todo::Probe => {
                let interval = Some(Self::PROBE);
                return Step::Probe { interval };
            }
            Todo::LoadProfile => Exchange::of(&LoadProfile),
            Todo::FactoryDefaults => Exchange::of(&FactoryDefaults),
            Todo::EchoOff => Exchange::of(&Echo(false)),
            Todo::Verbose => Exchange::of(&Verbose(true)),
            Todo::NotQuiet => Exchange::of(&Quiet(false)),
            Todo::Errors(reporting) => Exchange::of(&reporting),
            Todo::Manufacturer => Exchange::of(&Manufacturer),
            Todo::Model => Exchange::of(&Model),
            Todo::Revision => Exchange::of(&Revision),
            Todo::SerialNumber => Exchange::of(&SerialNumber),
            Todo::Information => Exchange::new("ATI", Duration::from_secs(5)),
            Todo::Functionality => Exchange::of(&ReadFunctionality),
            Todo::FullFunctionality => Exchange::of(&FULL),
        })
    }

    fn finish(&mut self, todo: Todo, outcome: &Outcome, shared: &mut Shared, now: Instant) {
        match todo {
            Todo::Wait(_) | Todo::Escape | Todo::Probe => {}
            Todo::LoadProfile => {
                shared.accepts(&LoadProfile, outcome);
            }
            Todo::FactoryDefaults => {
                shared.accepts(&FactoryDefaults, outcome);
            }
            Todo::EchoOff => shared.is_echo_off = shared.accepts(&Echo(false), outcome),
            Todo::Verbose => {
                shared.accepts(&Verbose(true), outcome);
            }
            Todo::NotQuiet => {
                shared.accepts(&Quiet(false), outcome);
            }
            Todo::Errors(reporting) => {
                if !shared.accepts(&reporting, outcome) && reporting == ErrorReporting::Numeric {
                    // Texts are read, too.
                    self.plan.push_front(Todo::Errors(ErrorReporting::Verbose));
                }
            }
            Todo::Manufacturer => {
                self.found.manufacturer = shared.read(&Manufacturer, outcome).unwrap_or_default();
            }
            Todo::Model => self.found.model = shared.read(&Model, outcome).unwrap_or_default(),
            Todo::Revision => {
                self.found.revision = shared.read(&Revision, outcome).unwrap_or_default();
            }
            Todo::SerialNumber => {
                self.found.imei = shared.read(&SerialNumber, outcome);
                if self.found.manufacturer.is_empty() && self.found.model.is_empty() {
                    self.plan.push_front(Todo::Information);
                }
            }
            Todo::Information => {
                if let Outcome::Final { lines, .. } = outcome {
                    self.found.model = lines.first().cloned().unwrap_or_default();
                }
            }
            Todo::Functionality => {
                let functionality = shared.read(&ReadFunctionality, outcome);
                if functionality.is_some_and(|now| now != Functionality::FULL) {
                    self.plan.push_front(Todo::FullFunctionality);
                }
            }
            Todo::FullFunctionality => {
                // What it says now it says because of this.
                shared.power_on(now);
                shared.accepts(&FULL, outcome);
            }
        }
    }
}

impl Procedure for Start {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (&outcome, self.doing.take()) {
            (Some(Outcome::Lost { .. }), _) => return Step::Done,
            (Some(Outcome::Silent { .. }), Some(Todo::Probe)) => return Step::Recover,
            (Some(outcome), Some(todo)) => {
                if todo == Todo::Probe {
                    // It lives.
                    shared.set_state(State::Starting);
                }
                self.finish(todo, outcome, shared, now);
            }
            _ => {}
        }
        if let Some(todo) = self.plan.pop_front() {
            self.doing = Some(todo);
            return Self::begin(todo);
        }
        let found = std::mem::take(&mut self.found);
        shared.profile = Profile::of(&found.manufacturer, &found.model);
        shared.found = found;
        Step::Done
    }
}
