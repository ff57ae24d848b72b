//! Regular looks at signal, registration, operator, stores, and at whether the modem still tells
//! what arrives.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Event, Fault, Health, receive};
use crate::command::network::{
    Domain, ReadOperator, ReadRegistration, Registration, RegistrationState, SignalQuality,
};
use crate::command::routing::{NewMessageIndications, ReadNewMessageIndications};
use crate::command::sms::ReadServiceCentre;
use crate::command::storage::ReadPreferredStorage;
use crate::line::Urc;
use crate::urc::UrcKind;

/// When to look.
#[derive(Debug, Default)]
pub(super) struct Checks {
    /// At all.
    health: Option<Instant>,
    /// Whether the modem still tells what arrives.
    routing: Option<Instant>,
    /// At the stores alone, which ends a flood.
    stores: Option<Instant>,
    /// No sooner than this, for a flood that does not end.
    stores_not_before: Option<Instant>,
    /// The registration as it was told or read last, of each domain.
    circuit: Option<RegistrationState>,
    eps: Option<RegistrationState>,
}

/// A look at the modem.
#[derive(Debug)]
pub(super) struct Look {
    plan: VecDeque<Todo>,
    doing: Option<Todo>,
    found: Option<Health>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Todo {
    Signal,
    Registration(Domain),
    Operator,
    Stores,
    ServiceCentre,
    Routing,
    SetRouting(NewMessageIndications),
}

impl Checks {
    /// Between two looks at the stores because of a flood, or at all because of the network.
    const FLOOD: Duration = Duration::from_secs(10);

    /// The earliest that is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let all = [self.health, self.routing, self.stores];
        all.into_iter().flatten().min()
    }

    /// It is looked at once whether the modem still tells what arrives.
    pub(super) const fn ask_routing(&mut self, now: Instant) {
        self.routing = Some(now);
    }

    /// The network of one domain is gone: there may be another. It is looked at soon, if it is at
    /// all.
    fn ask_health(&mut self, checked: Option<Instant>, now: Instant) {
        if let Some(due) = &mut self.health {
            let soon = checked.map_or(now, |checked| checked + Self::FLOOD);
            *due = (*due).min(soon.max(now));
        }
    }

    fn register(&mut self, domain: Domain, state: Option<RegistrationState>) {
        match domain {
            Domain::Circuit => self.circuit = state,
            Domain::Eps => self.eps = state,
            Domain::Packet => {}
        }
    }

    /// A modem that has one of them has a network: with LTE alone it is not in a circuit domain.
    fn registration(&self) -> Option<RegistrationState> {
        let registered = |state: &RegistrationState| state.is_registered();
        let eps = self.eps.filter(registered);
        self.circuit.filter(registered).or(eps).or(self.circuit)
    }

    /// The modem is set up, and was just looked at.
    pub(super) fn begin(&mut self, shared: &super::Config, now: Instant) {
        self.health = shared.health_interval.map(|interval| now + interval);
        self.routing = shared.routing_check_interval.map(|interval| now + interval);
        self.stores = None;
    }
}

/// Whether the look is so late that requests have to wait for it.
pub(super) fn is_overdue(shared: &Shared, now: Instant) -> bool {
    let Some(interval) = shared.config.health_interval else {
        return false;
    };
    let is_late = |due: Instant| due + interval <= now;
    shared.checks.health.is_some_and(is_late) || is_due(shared.checks.stores, now)
}

pub(super) fn next(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    let checks = &mut shared.checks;
    let mut plan = VecDeque::new();
    let mut found = None;
    if is_due(checks.health, now) {
        checks.health = shared.config.health_interval.map(|interval| now + interval);
        checks.stores = None;
        let look = Look::new(shared);
        plan = look.plan;
        found = look.found;
    } else if is_due(checks.stores, now) {
        checks.stores = None;
        plan.push_back(Todo::Stores);
        found = Some(shared.health.clone());
    }
    let checks = &mut shared.checks;
    if is_due(checks.routing, now) {
        let interval = shared.config.routing_check_interval;
        checks.routing = interval.map(|interval| now + interval);
        if shared.routing.indications.is_some() {
            plan.push_back(Todo::Routing);
        }
    }
    let doing = None;
    (!plan.is_empty()).then(|| Box::new(Look { plan, doing, found }) as Box<dyn Procedure>)
}

fn is_due(at: Option<Instant>, now: Instant) -> bool {
    at.is_some_and(|at| at <= now)
}

pub(super) fn handle_urc(urc: &Urc, shared: &mut Shared, now: Instant) {
    let flood = shared.profile.storage_flood;
    if flood.is_some_and(|flood| urc.line.starts_with(flood)) {
        let checks = &mut shared.checks;
        if checks.stores_not_before.is_none_or(|at| at <= now) {
            checks.stores = Some(now);
            checks.stores_not_before = Some(now + Checks::FLOOD);
        }
        return;
    }
    if urc.kind() == UrcKind::Registration
        && let Some(Ok(registration)) = Registration::of(&urc.line)
        && registration.domain != Domain::Packet
    {
        let checks = &mut shared.checks;
        checks.register(registration.domain, Some(registration.state));
        if !registration.state.is_registered() {
            checks.ask_health(shared.health.checked, now);
        }
        let state = checks.registration();
        if shared.health.registration != state {
            shared.health.registration = state;
            if !state.is_some_and(RegistrationState::is_registered) {
                shared.health.operator = None;
            }
            let health = shared.health.clone();
            shared.tell(Event::Health(health));
        }
    }
}

impl Look {
    pub(super) fn new(shared: &Shared) -> Self {
        let mut plan = VecDeque::from([
            Todo::Signal,
            Todo::Registration(Domain::Circuit),
            Todo::Operator,
            Todo::Stores,
        ]);
        if shared.health.service_centre.is_none() || shared.profile.forgets_service_centre {
            plan.push_back(Todo::ServiceCentre);
        }
        let stores = shared.health.stores.clone();
        let service_centre = shared.health.service_centre.clone();
        Self {
            plan,
            doing: None,
            found: Some(Health {
                stores,
                service_centre,
                ..Health::default()
            }),
        }
    }

    fn begin(todo: Todo, shared: &Shared) -> Exchange {
        let character_set = &shared.character_set;
        match todo {
            Todo::Signal => Exchange::of(&SignalQuality),
            Todo::Registration(domain) => Exchange::of(&ReadRegistration(domain)),
            Todo::Operator => Exchange::of(&ReadOperator { character_set }),
            Todo::Stores => Exchange::of(&ReadPreferredStorage),
            Todo::ServiceCentre => Exchange::of(&ReadServiceCentre { character_set }),
            Todo::Routing => Exchange::of(&ReadNewMessageIndications),
            Todo::SetRouting(indications) => Exchange::of(&indications),
        }
    }

    fn finish(&mut self, todo: Todo, outcome: &Outcome, shared: &mut Shared) {
        let set = shared.character_set.clone();
        let character_set = &set;
        let mut nowhere = Health::default();
        let found = self.found.as_mut().unwrap_or(&mut nowhere);
        match todo {
            Todo::Signal => {
                let signal = shared.read(&SignalQuality, outcome);
                found.signal = signal.filter(|signal| signal.dbm().is_some());
            }
            Todo::Registration(domain) => {
                let read = shared.read(&ReadRegistration(domain), outcome);
                let state = read.map(|registration| registration.state);
                if domain == Domain::Circuit {
                    shared.checks.register(Domain::Eps, None);
                    // Where there is no circuit there may be LTE.
                    if !state.is_some_and(RegistrationState::is_registered) {
                        self.plan.push_front(Todo::Registration(Domain::Eps));
                    }
                }
                shared.checks.register(domain, state);
                found.registration = shared.checks.registration();
            }
            Todo::Operator => {
                let operator = shared.read(&ReadOperator { character_set }, outcome);
                let name = operator.and_then(|operator| operator.name);
                found.operator = name.map(|name| name.text().to_owned());
            }
            Todo::Stores => {
                if let Some(usage) = shared.read(&ReadPreferredStorage, outcome) {
                    found.stores.clear();
                    for store in usage.iter() {
                        let is_there = found.stores.iter().any(|other| other.store == store.store);
                        if !is_there {
                            found.stores.push(*store);
                        }
                    }
                }
            }
            Todo::ServiceCentre => {
                let number = shared.read(&ReadServiceCentre { character_set }, outcome);
                found.service_centre = number.flatten().map(|number| number.to_string());
            }
            Todo::Routing => {
                let now = shared.read(&ReadNewMessageIndications, outcome);
                // Mode 0 keeps all in the modem; of the others each make has its favourite.
                let has_lost = |now: NewMessageIndications, set: NewMessageIndications| {
                    (now.mt, now.ds.unwrap_or(0)) != (set.mt, set.ds.unwrap_or(0))
                        || now.mode == 0 && set.mode != 0
                };
                if let (Some(now), Some(set)) = (now, shared.routing.indications)
                    && has_lost(now, set)
                {
                    shared.fault(Fault::RoutingLost);
                    self.plan.push_front(Todo::SetRouting(set));
                }
            }
            Todo::SetRouting(indications) => {
                shared.accepts(&indications, outcome);
                // What came meanwhile was told to nobody.
                shared.ask_sweep();
            }
        }
    }

    fn done(&mut self, shared: &mut Shared, now: Instant) -> Step {
        let Some(mut found) = self.found.take() else {
            return Step::Done;
        };
        found.checked = Some(now);
        let is_nearly_full = |store: &&crate::command::storage::StoreUse| {
            store.total > 0 && store.used.saturating_add(2) >= store.total
        };
        let full = found.stores.iter().find(is_nearly_full).copied();
        shared.health = found.clone();
        shared.tell(Event::Health(found));
        if let Some(full) = full {
            receive::handle_full(shared, full.store, now);
        }
        Step::Done
    }
}

impl Procedure for Look {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (outcome, self.doing.take()) {
            (Some(Outcome::Lost { .. }), _) => return Step::Done,
            (Some(outcome), Some(todo)) => self.finish(todo, &outcome, shared),
            _ => {}
        }
        let Some(todo) = self.plan.pop_front() else {
            return self.done(shared, now);
        };
        self.doing = Some(todo);
        Step::Run(Self::begin(todo, shared))
    }
}
