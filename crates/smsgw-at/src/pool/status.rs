//! How the SIMs of a pool are.

use super::breaker::BreakerState;
use super::key::{MemberId, ModemKey};
use super::quota::{Limits, Usage};
use super::sim::Sim;
use super::{Now, Pool};
use crate::command::identity::Iccid;
use crate::modem::{Health, SentReference, State};

/// How a SIM is, and the modem it is in.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SimStatus {
    /// What it is in, or was last.
    pub key: ModemKey,
    /// The modem it is in; `None` when it is in none.
    pub member: Option<MemberId>,
    /// Where the modem is.
    pub state: State,
    /// How the modem is.
    pub health: Health,
    /// Whether it can be given messages.
    pub is_usable: bool,
    /// Whether it is [drained](Pool::drain).
    pub is_draining: bool,
    /// Whether its modem has a part to send.
    pub is_sending: bool,
    /// Messages that wait for it alone, and the one that it sends.
    pub waiting: usize,
    /// What speaks against giving it the next message; see [the table](super#scores).
    pub score: u32,
    /// Whether its modem is trusted.
    pub breaker: BreakerState,
    /// What it may send.
    pub limits: Limits,
    /// What it sent.
    pub usage: Usage,
}

/// What has to be remembered of a SIM across a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimRecord {
    /// Which.
    pub iccid: Iccid,
    /// When this was written down, in Unix seconds.
    pub written: i64,
    /// What it used of its limits.
    pub usage: Usage,
    /// What it sent, to match reports; `token` names the part for the pool.
    pub references: Vec<SentReference>,
}

impl Pool {
    pub(super) fn status_of(&self, id: super::sim::SimId, sim: &Sim, now: Now) -> SimStatus {
        let member = sim.member.and_then(|member| self.members.get(&member));
        SimStatus {
            key: sim.key,
            member: sim.member,
            state: member.map_or(State::Closed, |member| member.state),
            health: member
                .map(|member| member.health.clone())
                .unwrap_or_default(),
            is_usable: self.is_usable(id),
            is_draining: member.is_some_and(|member| member.is_draining),
            is_sending: sim.in_flight.is_some(),
            waiting: sim.waiting(),
            score: self.score(sim),
            breaker: sim.breaker.state(),
            limits: sim.config.limits,
            usage: sim.quota.usage(now),
        }
    }

    pub(super) fn record_of(sim: &Sim, now: Now) -> SimRecord {
        SimRecord {
            iccid: sim.iccid,
            written: now.unix,
            usage: sim.quota.usage(now),
            references: sim.references.export(now.mono),
        }
    }
}
