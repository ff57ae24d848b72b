//! One SIM, in a modem or not.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::Now;
use super::breaker::Breaker;
use super::config::{Config, SimConfig};
use super::key::{MemberId, ModemKey};
use super::queue::Queue;
use super::quota::{Charge, Quota};
use super::status::SimRecord;
use crate::command::identity::{Iccid, Imsi};
use crate::modem::SentReferences;

/// Names a SIM within the pool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SimId(pub(super) u64);

/// Names a message within the pool: those that came later have higher numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct MessageId(pub(super) u64);

/// What the pool knows of a SIM, also while it is in no modem.
#[derive(Debug)]
pub(super) struct Sim {
    pub(super) iccid: Iccid,
    pub(super) config: SimConfig,
    /// The modem it is in.
    pub(super) member: Option<MemberId>,
    /// What it is in, or was last.
    pub(super) key: ModemKey,
    pub(super) imsi: Option<Imsi>,
    pub(super) quota: Quota,
    /// Of the modem with this SIM in it.
    pub(super) breaker: Breaker,
    pub(super) references: SentReferences,
    /// The message whose parts it sends now.
    pub(super) current: Option<MessageId>,
    pub(super) in_flight: Option<InFlight>,
    /// Messages that only this SIM can go on with, as it sent a part of them.
    pub(super) begun: BTreeSet<MessageId>,
    /// Messages that wait for this SIM alone.
    pub(super) own: BTreeSet<MessageId>,
    /// Messages that it refused and that wait to be tried again.
    pub(super) delayed: BTreeSet<MessageId>,
    /// Its place in the order of [`Strategy::Weighted`](super::Strategy::Weighted).
    pub(super) pass: u64,
    /// When it was used last, by the order of all uses.
    pub(super) last_use: u64,
    /// When it is looked at again.
    pub(super) timer: Option<Instant>,
    /// Whether it could take a message when that was looked at last.
    pub(super) was_usable: bool,
    /// Whether its owner knows that its quota is used.
    pub(super) quota_told: bool,
}

/// A part that a modem has.
#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    pub(super) member: MemberId,
    pub(super) token: u64,
    pub(super) charge: Charge,
    /// It was asked back.
    pub(super) is_withdrawn: bool,
}

impl Sim {
    pub(super) fn new(key: ModemKey, config: &Config, now: Now) -> Self {
        Self {
            config: config.sim_config(&key.iccid).clone(),
            iccid: key.iccid,
            member: None,
            imsi: None,
            quota: Quota::new(config.utc_offset, now),
            breaker: Breaker::new(config.breaker),
            references: SentReferences::new(config.report_window, config.max_references, now.mono),
            current: None,
            in_flight: None,
            begun: BTreeSet::new(),
            own: BTreeSet::new(),
            delayed: BTreeSet::new(),
            pass: 0,
            last_use: 0,
            timer: None,
            was_usable: false,
            quota_told: false,
            key,
        }
    }

    /// How many parts its day and month leave.
    pub(super) fn left(&self) -> usize {
        usize::try_from(self.quota.left(self.config.limits)).unwrap_or(usize::MAX)
    }

    /// Whether it does nothing now.
    pub(super) const fn is_free(&self) -> bool {
        self.current.is_none() && self.in_flight.is_none()
    }

    /// Whether its minute leaves room.
    pub(super) fn has_room(&self) -> bool {
        self.quota.has_room(self.config.limits)
    }

    /// Messages that only it can send.
    pub(super) fn waiting(&self) -> usize {
        self.own.len() + self.begun.len() + self.delayed.len() + usize::from(self.current.is_some())
    }
    /// Whether nothing is under way that it has to bring to its end.
    pub(super) fn is_drained(&self, queue: &Queue) -> bool {
        let is_begun =
            |id: &MessageId| queue.get(*id).is_some_and(|entry| entry.begun_by.is_some());
        self.is_free() && self.begun.is_empty() && !self.delayed.iter().any(is_begun)
    }

    /// How far so many parts move it back in the order by weights.
    pub(super) fn stride(&self, parts: usize) -> u64 {
        const ONE: u64 = 1 << 32;
        (parts as u64).saturating_mul(ONE) / u64::from(self.config.weight.max(1))
    }

    /// Knows what was written down.
    pub(super) fn restore(&mut self, record: SimRecord, now: Now) {
        self.quota.restore(&record.usage, now);
        let passed = now.unix.saturating_sub(record.written).max(0);
        let passed = Duration::from_secs(passed.unsigned_abs());
        let references = record.references.into_iter().map(|mut reference| {
            reference.age = reference.age.saturating_add(passed);
            reference
        });
        self.references.restore(references, now.mono);
    }
}
