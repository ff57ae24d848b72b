//! Messages to all in an area, while they are broadcast (SMPP 5.0 §4.4).

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use smsgw_smpp::CommandStatus;
use smsgw_smpp::tlv::{
    BroadcastAreaFormat, BroadcastContentType, BroadcastFrequencyInterval, BroadcastRepNum,
    FrequencyUnit, TlvTag, Tlvs, UserMessageReference,
};
use smsgw_smpp::types::Address;

use super::party::Party;
use crate::smsc::fate::Fate;

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
    /// Reads them (SMPP 5.0 §4.4.1.1).
    pub(super) fn read(tlvs: Tlvs<'_>) -> Result<Self, CommandStatus> {
        let needed = [
            TlvTag::BROADCAST_AREA_IDENTIFIER,
            TlvTag::BROADCAST_CONTENT_TYPE,
            TlvTag::BROADCAST_REP_NUM,
            TlvTag::BROADCAST_FREQUENCY_INTERVAL,
        ];
        let is_there = |tag| tlvs.iter().any(|tlv| tlv.tag() == tag);
        if !needed.into_iter().all(is_there) {
            return Err(CommandStatus::ESME_RMISSINGTLV);
        }
        let _: BroadcastContentType = tlvs.find().ok_or(CommandStatus::ESME_RINVBCASTCNTTYPE)?;
        let BroadcastRepNum(repeats) = tlvs.find().ok_or(CommandStatus::ESME_RINVBCAST_REP)?;
        let interval = tlvs.find().and_then(duration);
        let interval = interval.ok_or(CommandStatus::ESME_RINVBCASTFREQINT)?;
        let areas = tlvs
            .iter()
            .filter(|tlv| tlv.tag() == TlvTag::BROADCAST_AREA_IDENTIFIER);
        let areas: Vec<_> = areas.map(|tlv| tlv.value().to_vec()).collect();
        let is_known = |area: &Vec<u8>| {
            let format = area.first().map(|&format| BroadcastAreaFormat(format));
            format.is_some_and(|format| format.name().is_some())
        };
        if !areas.iter().all(is_known) {
            return Err(CommandStatus::ESME_RINVBCASTAREAFMT);
        }
        Ok(Self {
            areas,
            takes: (repeats > 0).then(|| interval * u32::from(repeats)),
        })
    }
}

/// How long an interval is; `None` for a unit that there is not.
fn duration(interval: BroadcastFrequencyInterval) -> Option<Duration> {
    const DAY: u64 = 24 * 60 * 60;
    let seconds = match interval.unit {
        FrequencyUnit::AS_FREQUENTLY_AS_POSSIBLE => 0,
        FrequencyUnit::SECONDS => 1,
        FrequencyUnit::MINUTES => 60,
        FrequencyUnit::HOURS => 60 * 60,
        FrequencyUnit::DAYS => DAY,
        FrequencyUnit::WEEKS => 7 * DAY,
        FrequencyUnit::MONTHS => 30 * DAY,
        FrequencyUnit::YEARS => 365 * DAY,
        _ => return None,
    };
    Some(Duration::from_secs(seconds * u64::from(interval.number)))
}
