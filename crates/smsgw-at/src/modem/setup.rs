//! How messages are to come and go: the third part of a modem's setup.
//!
//! What a modem offers (`=?`) is asked first, and nothing is sent that it does not offer. What it
//! refuses all the same is replaced by the next best.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use smsgw_net::Backoff;

use super::channel::{Exchange, Outcome};
use super::pin::is_busy;
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Delivery, Fault, Obstacle, State};
use crate::charset::CharacterSet;
use crate::command::basic::{ReadCharacterSet, SetCharacterSet};
use crate::command::network::{Domain, RegistrationReport, SetOperatorFormat, SetRegistration};
use crate::command::routing::{
    IndicationRanges, MessageService, NewMessageIndications, ReadMessageService, SelectService,
    TestMessageService, TestNewMessageIndications,
};
use crate::command::sms::{MessageFormat, ReadMessageFormat};
use crate::command::storage::{
    ReadPreferredStorage, SetPreferredStorage, Store, TestPreferredStorage,
};
use crate::result::FinalResult;

/// Sets up how messages come and go.
#[derive(Debug)]
pub(super) struct Setup {
    plan: VecDeque<Todo>,
    doing: Option<Todo>,
    busy: Backoff,
    /// How often a busy SIM was waited for.
    waits: u8,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Todo {
    /// One after the other, until none is left; refusals do not matter.
    Line(String),
    CharacterSet,
    SetCharacterSet(CharacterSet),
    TestService,
    SetService(MessageService),
    ReadService,
    Format,
    ReadFormat,
    TestStores,
    ReadStores,
    SetStores(SetPreferredStorage),
    TestIndications,
    SetIndications(NewMessageIndications),
    SelectService(SelectService),
    Registration(RegistrationReport),
    OperatorFormat,
}

impl Setup {
    /// A SIM that is busy for longer is taken for one that refuses.
    const WAITS: u8 = 8;
    /// From one look at a modem that refuses PDU mode to the next.
    const LOOK: Duration = Duration::from_secs(60);

    pub(super) fn new(shared: &Shared) -> Self {
        let mut plan: VecDeque<_> = shared
            .profile
            .init
            .iter()
            .map(|line| line_of(line))
            .collect();
        plan.extend([
            Todo::CharacterSet,
            Todo::TestService,
            Todo::Format,
            Todo::TestStores,
            Todo::ReadStores,
            Todo::TestIndications,
        ]);
        plan.extend(
            shared
                .config
                .sending_service
                .map(|service| Todo::SelectService(SelectService(service))),
        );
        plan.extend([
            Todo::Registration(RegistrationReport::Location),
            Todo::OperatorFormat,
        ]);
        if shared.config.calls {
            plan.extend(["AT+CLIP=1", "AT+CRC=1"].map(line_of));
        }
        plan.extend(shared.config.init_commands.iter().map(|line| line_of(line)));
        Self {
            plan,
            doing: None,
            busy: Backoff::new(Duration::from_secs(2), Duration::from_secs(60)),
            waits: 0,
        }
    }

    fn begin(todo: &Todo, shared: &Shared) -> Exchange {
        match todo {
            Todo::Line(line) => Exchange::new(line.clone(), Duration::from_secs(10)),
            Todo::CharacterSet => Exchange::of(&ReadCharacterSet),
            Todo::SetCharacterSet(set) => Exchange::of(&SetCharacterSet {
                set,
                now: &shared.character_set,
            }),
            Todo::TestService => Exchange::of(&TestMessageService),
            Todo::SetService(service) => Exchange::of(service),
            Todo::ReadService => Exchange::of(&ReadMessageService),
            Todo::Format => Exchange::of(&MessageFormat::Pdu),
            Todo::ReadFormat => Exchange::of(&ReadMessageFormat),
            Todo::TestStores => Exchange::of(&TestPreferredStorage),
            Todo::ReadStores => Exchange::of(&ReadPreferredStorage),
            Todo::SetStores(stores) => Exchange::of(stores),
            Todo::TestIndications => Exchange::of(&TestNewMessageIndications),
            Todo::SetIndications(indications) => Exchange::of(indications),
            Todo::SelectService(service) => Exchange::of(service),
            Todo::Registration(report) => Exchange::of(&registration(*report)),
            Todo::OperatorFormat => Exchange::of(&SetOperatorFormat::Long),
        }
    }

    /// What the answer means, and what is done first because of it. `Some` ends it for now.
    fn finish(&mut self, todo: Todo, outcome: &Outcome, shared: &mut Shared) -> Option<Step> {
        match todo {
            Todo::Line(line) => {
                shared.accepted(&line, outcome);
            }
            Todo::CharacterSet => self.character_set(outcome, shared),
            Todo::SetCharacterSet(set) => {
                let now = shared.character_set.clone();
                let (set, now) = (&set, &now);
                if shared.accepts(&SetCharacterSet { set, now }, outcome) {
                    shared.character_set = set.clone();
                } else if *set == CharacterSet::Gsm {
                    self.plan
                        .push_front(Todo::SetCharacterSet(CharacterSet::Ira));
                }
            }
            Todo::TestService => self.service(outcome, shared),
            Todo::SetService(service) => {
                if shared.accepts(&service, outcome) {
                    shared.routing.acknowledge = service == MessageService::Phase2Plus;
                } else {
                    self.plan.push_front(Todo::ReadService);
                }
            }
            Todo::ReadService => {
                let read = shared.read(&ReadMessageService, outcome);
                let is_phase_2_plus = |(service, _)| service == MessageService::Phase2Plus;
                shared.routing.acknowledge = read.is_some_and(is_phase_2_plus);
            }
            Todo::Format => {
                if !shared.accepts(&MessageFormat::Pdu, outcome) {
                    self.plan.push_front(Todo::ReadFormat);
                }
            }
            Todo::ReadFormat => {
                if shared.read(&ReadMessageFormat, outcome) != Some(MessageFormat::Pdu) {
                    // In text mode a sender could write the modem's lines.
                    shared.set_state(State::Waiting(Obstacle::NoPduMode));
                    self.plan.push_front(Todo::Format);
                    return Some(Step::Park(Self::LOOK));
                }
            }
            Todo::TestStores => {
                shared.stores.offered = shared
                    .read(&TestPreferredStorage, outcome)
                    .unwrap_or_default();
            }
            Todo::ReadStores => self.stores(outcome, shared),
            Todo::SetStores(stores) => self.stores_set(stores, outcome, shared),
            Todo::TestIndications => self.indications(outcome, shared),
            Todo::SetIndications(indications) => {
                if shared.accepts(&indications, outcome) {
                    shared.routing.indications = Some(indications);
                    self.plan
                        .retain(|todo| !matches!(todo, Todo::SetIndications(_)));
                }
            }
            Todo::SelectService(service) => {
                shared.accepts(&service, outcome);
            }
            Todo::Registration(report) => {
                let is_accepted = shared.accepts(&registration(report), outcome);
                if !is_accepted && report == RegistrationReport::Location {
                    self.plan
                        .push_front(Todo::Registration(RegistrationReport::State));
                }
            }
            Todo::OperatorFormat => {
                shared.accepts(&SetOperatorFormat::Long, outcome);
            }
        }
        None
    }

    /// Whoever used the modem before may have left it in a set in which even names of stores are
    /// hexadecimal digits.
    fn character_set(&mut self, outcome: &Outcome, shared: &mut Shared) {
        let Some(now) = shared.read(&ReadCharacterSet, outcome) else {
            return;
        };
        let is_plain = matches!(now, CharacterSet::Gsm | CharacterSet::Ira);
        shared.character_set = now;
        if !is_plain {
            self.plan
                .push_front(Todo::SetCharacterSet(CharacterSet::Gsm));
        }
    }

    /// Only messages that come directly are acknowledged; where they are stored, so are reports
    /// that come directly only if the modem offers nothing else.
    fn service(&mut self, outcome: &Outcome, shared: &mut Shared) {
        let Some(offered) = shared.read(&TestMessageService, outcome) else {
            // Whoever used the modem before may have chosen either.
            return self.plan.push_front(Todo::ReadService);
        };
        let is_direct = shared.config.delivery == Delivery::Direct;
        let service = if is_direct && shared.profile.phase_2_plus && offered.contains(1) {
            MessageService::Phase2Plus
        } else if offered.contains(0) {
            MessageService::Phase2
        } else {
            MessageService::Phase2Plus
        };
        let is_offered = offered.contains(u32::from(service == MessageService::Phase2Plus));
        self.plan.push_front(match is_offered {
            true => Todo::SetService(service),
            false => Todo::ReadService,
        });
    }

    /// Messages are stored where they are stored now, unless the configuration or the make says
    /// otherwise; and read from there.
    fn stores(&mut self, outcome: &Outcome, shared: &mut Shared) {
        let usage = shared.read(&ReadPreferredStorage, outcome);
        let store = |usage: Option<&crate::command::storage::StoreUse>| usage?.store;
        let (mem1, mem2, mem3) = usage.as_ref().map_or((None, None, None), |usage| {
            (
                store(usage.mem1()),
                store(usage.mem2()),
                store(usage.mem3()),
            )
        });
        shared.stores.reading = mem1;
        shared.stores.receiving = mem3.or(mem1);
        let offered = |place: usize| {
            shared
                .stores
                .offered
                .get(place)
                .map_or(&[][..], Vec::as_slice)
        };
        let makes = shared.profile.receive_stores;
        let may_stay = |store: &Store| makes.is_empty() || makes.contains(store);
        let wanted = shared.config.stores.iter().chain(makes).copied();
        let now = mem3.filter(may_stay);
        let receives: Vec<Store> = match now {
            Some(now) if shared.config.stores.is_empty() => vec![now],
            _ => wanted.chain([Store::ME, Store::SM, Store::MT]).collect(),
        };
        let mut tries = Vec::new();
        for store in receives {
            let is_offered = |place: usize| offered(place).contains(&store);
            if !is_offered(0) {
                continue;
            }
            let mem2 = [Some(store), mem2, offered(1).first().copied()];
            let mem2 = mem2
                .into_iter()
                .flatten()
                .find(|store| offered(1).contains(store));
            let mem3 = (is_offered(2) && shared.profile.has_third_store).then_some(store);
            if mem3.is_some() || offered(2).is_empty() || !shared.profile.has_third_store {
                let mem1 = store;
                tries.push(SetPreferredStorage { mem1, mem2, mem3 });
            }
        }
        let is_as_it_is = tries
            .first()
            .is_some_and(|first| Some(first.mem1) == shared.stores.reading && first.mem3 == mem3);
        if !is_as_it_is {
            for stores in tries.into_iter().rev() {
                self.plan.push_front(Todo::SetStores(stores));
            }
        }
    }

    fn stores_set(&mut self, stores: SetPreferredStorage, outcome: &Outcome, shared: &mut Shared) {
        if shared.accepts(&stores, outcome) {
            shared.stores.reading = Some(stores.mem1);
            shared.stores.receiving = stores.mem3.or(Some(stores.mem1));
            self.plan.retain(|todo| !matches!(todo, Todo::SetStores(_)));
        }
    }

    fn indications(&mut self, outcome: &Outcome, shared: &mut Shared) {
        shared.routing.indications = None;
        let ranges = shared.read(&TestNewMessageIndications, outcome);
        let ranges = ranges.unwrap_or_else(IndicationRanges::unknown);
        let is_direct = shared.config.delivery == Delivery::Direct;
        let profile = shared.profile;
        let mut preferences = profile.preferences(is_direct, shared.config.broadcasts);
        let has_reports = || {
            let offered = shared.stores.offered.first();
            offered.is_some_and(|offered| offered.contains(&Store::SR))
        };
        // Reports that are stored wait for whoever reads them; those that come directly do not.
        if !is_direct && preferences.ds.first() == Some(&1) && has_reports() {
            preferences.ds = &[2, 1, 0];
        }
        for choice in ranges.choose(&preferences).into_iter().rev() {
            self.plan.push_front(Todo::SetIndications(choice));
        }
    }
}

fn line_of(line: &str) -> Todo {
    Todo::Line(line.to_owned())
}

const fn registration(report: RegistrationReport) -> SetRegistration {
    SetRegistration {
        domain: Domain::Circuit,
        report,
    }
}

impl Procedure for Setup {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, _: Instant) -> Step {
        match (outcome, self.doing.take()) {
            (Some(Outcome::Lost { .. }), _) => return Step::Done,
            (Some(Outcome::Final { result, .. }), Some(todo))
                if is_busy(&result) && self.waits < Self::WAITS =>
            {
                self.waits += 1;
                return self.wait(todo, result, shared);
            }
            (Some(outcome), Some(todo)) => {
                if let Some(step) = self.finish(todo, &outcome, shared) {
                    return step;
                }
            }
            _ => {}
        }
        let Some(todo) = self.plan.pop_front() else {
            return Step::Done;
        };
        let exchange = Self::begin(&todo, shared);
        self.doing = Some(todo);
        Step::Run(exchange)
    }
}

impl Setup {
    /// The SIM, or its store, is not ready yet.
    fn wait(&mut self, todo: Todo, result: FinalResult, shared: &mut Shared) -> Step {
        let pause = self.busy.next(u64::MAX);
        let command = Self::begin(&todo, shared).line;
        shared.fault(Fault::Busy {
            command,
            result,
            pause,
        });
        self.plan.push_front(todo);
        Step::Wait(pause)
    }
}
