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
use super::world::World;

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
    /// When what is on the SIM can be had; `None` when it can.
    pub(crate) settled: Option<Instant>,
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
    /// Which search for the network goes on.
    pub(crate) search: u64,
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

/// The kinds of serial numbers.
const IMEI: &str = "IMEI";
const ICCID: &str = "ICCID";
const IMSI: &str = "IMSI";
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
    pub(crate) fn new(id: ModemId, number: String, config: ModemConfig, world: &World) -> Self {
        let n = id.get();
        let own = |kind, make: &dyn Fn(u64) -> String| world.free_serial(kind, &number, make);
        let iccid = config.iccid.clone().unwrap_or_else(|| {
            let make = |n: u64| with_check_digit(&format!("894901{:012}", n % 10_u64.pow(12)));
            own(ICCID, &make)
        });
        let imsi = config.imsi.clone().unwrap_or_else(|| {
            let plmn = &world.config.plmn;
            let width = 15_usize.saturating_sub(plmn.len());
            own(IMSI, &|n| format!("{plmn}{:0width$}", n % 10_u64.pow(9)))
        });
        let imei = config.imei.clone().unwrap_or_else(|| {
            let make = |n: u64| with_check_digit(&format!("35693803{:06}", n % 10_u64.pow(6)));
            own(IMEI, &make)
        });
        let faults = world.faults.iter().chain(&config.faults).cloned();
        let seed = world.config.seed.wrapping_add(u64::from(n) << 32);
        Self {
            id,
            name: Arc::from(config.name.as_str()),
            number,
            imei,
            profile: config.profile,
            power: Power::On,
            epoch: 0,
            input: Input::default(),
            output: Output::default(),
            settings: Settings::new(&config.profile),
            sim: Sim::new(&config, iccid, imsi, &world.config.service_centre),
            stores: Stores::new(&config),
            radio: Radio {
                functionality: 1,
                stat: 0,
                search: 0,
                has_coverage: true,
                is_lost: false,
                signal: config.signal,
                is_detached: false,
                reference: 1,
                link: None,
            },
            routing: Routing::default(),
            ussd: None,
            call: None,
            saved: Saved::default(),
            faults: Faults::new(seed, faults),
            settled: None,
            hang: None,
        }
    }

    /// What no other modem has, and what it is.
    pub(crate) fn serials(&self) -> [(&'static str, &str); 3] {
        [
            (IMEI, &self.imei),
            (ICCID, &self.sim.iccid),
            (IMSI, &self.sim.imsi),
        ]
    }

    pub(crate) fn is_registered(&self) -> bool {
        self.power == Power::On && matches!(self.radio.stat, 1 | 5)
    }
}

/// The digits and the one that makes them right (ISO/IEC 7812, annex B).
fn with_check_digit(digits: &str) -> String {
    let values = digits.chars().rev().filter_map(|digit| digit.to_digit(10));
    let sum: u32 = values
        .enumerate()
        .map(|(at, value)| match (at % 2, value) {
            (0, 5..) => 2 * value - 9,
            (0, _) => 2 * value,
            _ => value,
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_digit_is_that_of_luhn() {
        assert_eq!(with_check_digit("49015420323751"), "490154203237518");
        assert_eq!(with_check_digit("7992739871"), "79927398713");
    }
}
