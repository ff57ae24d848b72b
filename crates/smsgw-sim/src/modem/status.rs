//! How modems stand, for somebody who asks.

use std::sync::Arc;

use serde::Serialize;

use super::device::Power;
use super::event::ModemId;
use super::network::Network;
use super::sim::Lock;
use super::store::StoreName;
use crate::event::Message;

/// How a network and its modems stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// The modems in the order they were plugged in.
    pub modems: Vec<ModemStatus>,
    /// Messages that were accepted from modems.
    pub accepted: u64,
    /// Messages that modems took.
    pub delivered: u64,
    /// Status reports that modems took.
    pub reported: u64,
    /// The newest accepted messages, the oldest first.
    pub submitted: Vec<Arc<Message>>,
    /// Events that were forgotten, as nobody read them.
    pub missed_events: u64,
}

/// How a modem stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ModemStatus {
    /// Its number in events.
    #[serde(rename = "connection")]
    pub id: ModemId,
    /// Its name.
    #[serde(rename = "modem")]
    pub name: Arc<str>,
    /// The number of its SIM.
    pub number: String,
    /// What kind of modem it is.
    pub profile: &'static str,
    /// The serial number.
    pub imei: String,
    /// The number of the SIM card.
    pub iccid: String,
    /// The subscriber.
    pub imsi: String,
    /// Whether it is plugged in.
    pub plugged: bool,
    /// Whether it obeys: it does not while it starts or hangs.
    pub obeys: bool,
    /// What the SIM waits for: `READY`, `SIM PIN`, `SIM PUK`, `BLOCKED` or `ABSENT`.
    pub sim: &'static str,
    /// As `+CREG` tells it.
    pub registration: u8,
    /// As `+CSQ` tells it.
    pub signal: u8,
    /// Messages and reports that wait for it.
    pub waiting: usize,
    /// Its stores.
    pub stores: Vec<StoreStatus>,
    /// The faults that are set.
    pub faults: Vec<&'static str>,
}

/// How full a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StoreStatus {
    /// Its name.
    pub store: &'static str,
    /// Messages in it.
    pub used: u16,
    /// Places.
    pub total: u16,
}

impl Network {
    /// How all stand.
    #[must_use]
    pub fn status(&self) -> Status {
        let centre = &self.world.centre;
        Status {
            modems: self.modem_status(),
            accepted: centre.accepted,
            delivered: centre.delivered,
            reported: centre.reported,
            submitted: centre.remembered.iter().cloned().collect(),
            missed_events: self.missed_events(),
        }
    }

    fn modem_status(&self) -> Vec<ModemStatus> {
        let mailboxes = &self.world.centre.mailboxes;
        let each = self.modems.iter().zip(mailboxes);
        let status = each.map(|(modem, mailbox)| ModemStatus {
            id: modem.id,
            name: Arc::clone(&modem.name),
            number: modem.number.clone(),
            profile: modem.profile.name,
            imei: modem.imei.clone(),
            iccid: modem.sim.iccid.clone(),
            imsi: modem.sim.imsi.clone(),
            plugged: modem.power != Power::Off,
            obeys: modem.power == Power::On && modem.hang.is_none(),
            sim: match modem.sim.lock() {
                Lock::Ready => "READY",
                Lock::Pin => "SIM PIN",
                Lock::Puk => "SIM PUK",
                Lock::Blocked => "BLOCKED",
                Lock::Absent => "ABSENT",
            },
            registration: modem.radio.stat,
            signal: modem.radio.signal,
            waiting: mailbox.waiting.len(),
            stores: [StoreName::Sm, StoreName::Me, StoreName::Sr]
                .into_iter()
                .map(|store| {
                    let (used, total) = modem.stores.used_and_total(store);
                    StoreStatus {
                        store: store.name(),
                        used,
                        total,
                    }
                })
                .filter(|status| status.total > 0)
                .collect(),
            faults: modem.faults.iter().map(|fault| fault.kind.name()).collect(),
        });
        status.collect()
    }
}
