//! The state of one modem.

use std::sync::Arc;
use std::time::Instant;

use super::config::ModemConfig;
use super::event::ModemId;
use super::fault::{Faults, Until};
use super::interpreter::Input;
use super::output::Output;
use super::profile::Profile;
use super::settings::Settings;
use super::sim::Sim;
use super::store::{Store, StoreName};

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
    /// Set from outside, and kept until that is over.
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

impl Modem {
    pub(crate) fn is_registered(&self) -> bool {
        self.power == Power::On && matches!(self.radio.stat, 1 | 5)
    }
}
