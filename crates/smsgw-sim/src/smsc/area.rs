//! Messages to all in an area, while they are broadcast (SMPP 5.0 §4.4).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use smsgw_smpp::CommandStatus;
use smsgw_smpp::tlv::{TlvTag, Tlvs, UserMessageReference};
use smsgw_smpp::types::Address;

use super::delivery::Party;
use super::store::Fate;

/// A broadcast that was accepted.
#[derive(Debug)]
pub(super) struct Broadcast {
    pub(super) id: String,
    pub(super) system_id: Arc<str>,
    pub(super) service_type: Vec<u8>,
    pub(super) source: Party,
    pub(super) reference: Option<UserMessageReference>,
    /// The values of `broadcast_area_identifier`.
    pub(super) areas: Vec<Vec<u8>>,
    pub(super) fate: Fate,
}

/// The broadcasts that were accepted last, oldest first.
#[derive(Debug, Default)]
pub(super) struct Broadcasts(VecDeque<Broadcast>);

impl Broadcasts {
    /// Adds a broadcast, in place of one with its id, and forgets the oldest when there are more
    /// than `most`.
    pub(super) fn keep(&mut self, broadcast: Broadcast, most: usize) {
        match self.0.iter_mut().find(|other| other.id == broadcast.id) {
            Some(same) => *same = broadcast,
            None => self.0.push_back(broadcast),
        }
        while self.0.len() > most {
            self.0.pop_front();
        }
    }

    /// Those that `system_id` submitted from `source`.
    pub(super) fn of(
        &mut self,
        system_id: &str,
        source: &Address<'_, 21>,
    ) -> impl Iterator<Item = &mut Broadcast> {
        self.0
            .iter_mut()
            .filter(move |it| *it.system_id == *system_id && it.source.is(source))
    }
}

/// What `broadcast_sm` says in the TLVs that it must have.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) areas: Vec<Vec<u8>>,
    /// How long all repeats take; `None` for ever, or until it is no longer valid.
    pub(super) takes: Option<Duration>,
}

impl Plan {
    /// Reads them (SMPP 5.0 §4.4.1.1, §4.8.4.5 to §4.8.4.14).
    pub(super) fn read(tlvs: Tlvs<'_>) -> Result<Self, CommandStatus> {
        let first = |tag| {
            let mut values = tlvs.iter().filter(move |tlv| tlv.tag() == tag);
            let value = values.next().map(|tlv| tlv.value().to_vec());
            value.ok_or(CommandStatus::ESME_RMISSINGTLV)
        };
        let content_type = first(TlvTag::BROADCAST_CONTENT_TYPE)?;
        let repeats = first(TlvTag::BROADCAST_REP_NUM)?;
        let interval = first(TlvTag::BROADCAST_FREQUENCY_INTERVAL)?;
        first(TlvTag::BROADCAST_AREA_IDENTIFIER)?;
        let areas: Vec<_> = tlvs
            .iter()
            .filter(|tlv| tlv.tag() == TlvTag::BROADCAST_AREA_IDENTIFIER)
            .map(|tlv| tlv.value().to_vec())
            .collect();
        if content_type.len() != 3 {
            return Err(CommandStatus::ESME_RINVBCASTCNTTYPE);
        }
        // An alias or a name, an ellipsoid arc, or a polygon.
        if !areas.iter().all(|area| matches!(**area, [0..=2, ..])) {
            return Err(CommandStatus::ESME_RINVBCASTAREAFMT);
        }
        let Ok(repeats) = repeats.try_into().map(u16::from_be_bytes) else {
            return Err(CommandStatus::ESME_RINVBCAST_REP);
        };
        let interval = interval_of(&interval).ok_or(CommandStatus::ESME_RINVBCASTFREQINT)?;
        Ok(Self {
            areas,
            takes: (repeats > 0).then(|| interval * u32::from(repeats)),
        })
    }
}

/// A `broadcast_frequency_interval`: a unit and how many (SMPP 5.0 §4.8.4.11).
fn interval_of(octets: &[u8]) -> Option<Duration> {
    const DAY: u64 = 24 * 60 * 60;
    let &[unit, high, low] = octets else {
        return None;
    };
    let seconds = match unit {
        // As often as possible.
        0x00 => 0,
        0x08 => 1,
        0x09 => 60,
        0x0A => 60 * 60,
        0x0B => DAY,
        0x0C => 7 * DAY,
        0x0D => 30 * DAY,
        0x0E => 365 * DAY,
        _ => return None,
    };
    let count = u64::from(u16::from_be_bytes([high, low]));
    Some(Duration::from_secs(seconds * count))
}
