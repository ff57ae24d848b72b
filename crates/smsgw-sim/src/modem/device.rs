//! The state of one modem.

use std::sync::Arc;
use std::time::Instant;

use super::command::call::Call;
use super::command::ussd::Session;
use super::config::ModemConfig;
use super::event::ModemId;
use super::fault::{Faults, Until};
use super::interpreter::Input;
use super::output::Output;
use super::profile::Profile;
use super::reception::Routing;
use super::settings::{Settings, TextParameters};
use super::sim::Sim;
use super::store::{Store, StoreName, Stored};

/// A modem with its SIM.
#[derive(Debug)]
pub(crate) struct Modem {
    pub(crate) id: ModemId,
    pub(crate) name: Arc<str>,
    /// The number of the SIM in its international form.
    pub(crate) number: String,
    pub(crate) imei: String,
    pub(crate) profile: Profile,
    pub(crate) power: Power,
    /// Changes whenever the modem starts or goes away: what was to happen then does not.
    pub(crate) epoch: u64,
    pub(crate) input: Input,
    pub(crate) output: Output,
    pub(crate) settings: Settings,
    pub(crate) sim: Sim,
    pub(crate) stores: Stores,
    pub(crate) radio: Radio,
    pub(crate) routing: Routing,
    pub(crate) ussd: Option<Session>,
    pub(crate) call: Option<Call>,
    pub(crate) saved: Saved,
    pub(crate) faults: Faults,
    /// What ends a hang, and which one it is.
    pub(crate) hang: Option<(Until, u64)>,
}

/// Whether a modem is there and obeys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Power {
    /// It is unplugged.
    Off,
    /// It starts.
    Starting,
    On,
}

/// What outlives a start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Saved {
    /// By `&W`.
    pub(crate) settings: Option<Settings>,
    /// By `+CSAS`: what text mode puts into messages, and the service centre.
    pub(crate) text: Option<(TextParameters, String)>,
}

/// The stores of a modem.
#[derive(Clone, Debug)]
pub(crate) struct Stores {
    pub(crate) sim: Store,
    pub(crate) modem: Store,
    pub(crate) reports: Store,
    pub(crate) broadcasts: Store,
}

/// How a modem stands with the network.
#[derive(Clone, Debug)]
pub(crate) struct Radio {
    /// `+CFUN`.
    pub(crate) functionality: u8,
    /// As `+CREG` tells it.
    pub(crate) stat: u8,
    /// Whether there is a network at all.
    pub(crate) has_coverage: bool,
    /// Whether it was lost all the same.
    pub(crate) is_lost: bool,
    pub(crate) signal: u8,
    /// `+COPS=2`: the user wants none.
    pub(crate) is_detached: bool,
    /// The last TP-MR.
    pub(crate) reference: u8,
    /// Until when the link is held for more messages (`+CMMS`).
    pub(crate) link: Option<Instant>,
}

/// Places for cell broadcasts.
const BROADCAST_PLACES: u16 = 10;

impl Stores {
    pub(crate) fn new(config: &ModemConfig) -> Self {
        let profile = &config.profile;
        let [first, ..] = profile.stores;
        let has = |store| first.contains(&store);
        let store = |places, has| Store::new(if has { places } else { 0 }, profile.first_index);
        Self {
            sim: store(config.sim_places, has(StoreName::Sm)),
            modem: store(config.modem_places, has(StoreName::Me)),
            reports: store(config.report_places, has(StoreName::Sr)),
            broadcasts: store(BROADCAST_PLACES, has(StoreName::Bm)),
        }
    }
}

impl Stores {
    /// How many messages a store has, and how many it can have.
    pub(crate) fn used_and_total(&self, name: StoreName) -> (u16, u16) {
        let each = self.each(name).map(|store| (store.used(), store.total()));
        each.fold((0, 0), |(used, total), (more, places)| {
            (used.saturating_add(more), total.saturating_add(places))
        })
    }

    /// Puts a message into a store: which one it was, and where. `MT` is the SIM, then the modem.
    pub(crate) fn insert(&mut self, name: StoreName, message: Stored) -> Option<(StoreName, u16)> {
        if name != StoreName::Mt {
            let index = self.store(name).insert(message)?;
            return Some((name, index));
        }
        if let Some(index) = self.sim.insert(message.clone()) {
            return Some((name, index));
        }
        let index = self.modem.insert(message)?;
        Some((name, index.checked_add(self.sim.total())?))
    }

    /// The store and the place in it that an index of `name` means; `None` when there is none.
    pub(crate) fn place(&mut self, name: StoreName, index: u16) -> Option<(&mut Store, u16)> {
        let (store, index) = match name {
            StoreName::Mt if !self.sim.has(index) => {
                let index = index.checked_sub(self.sim.total())?;
                (&mut self.modem, index)
            }
            StoreName::Mt => (&mut self.sim, index),
            name => (self.store(name), index),
        };
        store.has(index).then_some((store, index))
    }

    /// The messages of a store with their numbers.
    pub(crate) fn messages(&mut self, name: StoreName) -> Vec<(u16, &mut Stored)> {
        match name {
            StoreName::Mt => {
                let shift = self.sim.total();
                let others = self.modem.iter_mut();
                let others = others.map(|(index, stored)| (index.saturating_add(shift), stored));
                self.sim.iter_mut().chain(others).collect()
            }
            name => self.store(name).iter_mut().collect(),
        }
    }

    fn each(&self, name: StoreName) -> impl Iterator<Item = &Store> {
        let stores = match name {
            StoreName::Sm => [Some(&self.sim), None],
            StoreName::Me => [Some(&self.modem), None],
            StoreName::Mt => [Some(&self.sim), Some(&self.modem)],
            StoreName::Sr => [Some(&self.reports), None],
            StoreName::Bm => [Some(&self.broadcasts), None],
        };
        stores.into_iter().flatten()
    }

    fn store(&mut self, name: StoreName) -> &mut Store {
        match name {
            StoreName::Sm | StoreName::Mt => &mut self.sim,
            StoreName::Me => &mut self.modem,
            StoreName::Sr => &mut self.reports,
            StoreName::Bm => &mut self.broadcasts,
        }
    }
}

impl Modem {
    pub(crate) fn is_registered(&self) -> bool {
        self.power == Power::On && matches!(self.radio.stat, 1 | 5)
    }
}
