//! Which SIM gets a message.

use super::breaker::BreakerState;
use super::config::Strategy;
use super::member::Member;
use super::queue::Entry;
use super::sim::{Sim, SimId};
use super::{MemberId, Pool};
use crate::command::identity::Imsi;
use crate::command::network::{RegistrationState, Signal};
use crate::modem::{Health, Obstacle, State};

/// Where a message goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// To this SIM, now.
    Sim(SimId),
    /// To one that is busy, or has no room in its minute: later.
    Busy,
    /// Nowhere, as things stand.
    Blocked,
}

impl Pool {
    /// Which of the SIMs that are free gets a message that has no SIM of its own.
    pub(super) fn choose(&self, entry: &Entry) -> Choice {
        let Some(route) = self.config.routes.get(entry.lane) else {
            return self.choose_among(entry, |_| true);
        };
        let is_target = |sim: &Sim| self.is_target(entry.lane, sim);
        let choice = self.choose_among(entry, is_target);
        if choice != Choice::Blocked || route.strict {
            return choice;
        }
        self.choose_among(entry, |_| true)
    }

    /// Whether the route of a lane leads to a SIM.
    pub(super) fn is_target(&self, lane: usize, sim: &Sim) -> bool {
        let operator = sim.config.operator.as_deref();
        self.config.routes.get(lane).is_none_or(|route| {
            route
                .to
                .holds(&sim.iccid, operator, sim.imsi.as_ref().map(Imsi::as_str))
        })
    }

    /// Whether the messages of a lane may go by no other SIM than its targets.
    pub(super) fn is_strict(&self, lane: usize) -> bool {
        let route = self.config.routes.get(lane);
        route.is_some_and(|route| route.strict)
    }

    fn choose_among(&self, entry: &Entry, is_candidate: impl Fn(&Sim) -> bool) -> Choice {
        let parts = entry.parts_left();
        let suits = |id: SimId, sim: &Sim| {
            parts <= sim.left() && !entry.tried.contains(&id) && is_candidate(sim)
        };
        let free = self
            .free
            .iter()
            .filter_map(|id| Some((*id, self.sims.get(id)?)));
        let free = free.filter(|(id, sim)| suits(*id, sim));
        let best = match self.config.strategy {
            Strategy::LeastLoaded => {
                free.min_by_key(|(id, sim)| (self.score(sim), sim.last_use, *id))
            }
            Strategy::Weighted => free.min_by_key(|(id, sim)| (sim.pass, *id)),
            Strategy::Rotation => return self.choose_in_turn(suits),
        };
        match best {
            Some((id, _)) => Choice::Sim(id),
            None if self.usable().any(|(id, sim)| suits(id, sim)) => Choice::Busy,
            None => Choice::Blocked,
        }
    }

    /// The SIM whose turn it is, or the next that can send.
    fn choose_in_turn(&self, suits: impl Fn(SimId, &Sim) -> bool) -> Choice {
        let turn = self.turn.unwrap_or(SimId(0));
        let suiting = self.usable().filter(|(id, sim)| suits(*id, sim));
        // Those from the turn on come before those in front of it.
        match suiting.min_by_key(|(id, _)| (*id < turn, *id)) {
            Some((id, sim)) if sim.is_free() && sim.has_room() => Choice::Sim(id),
            Some(_) => Choice::Busy,
            None => Choice::Blocked,
        }
    }

    fn usable(&self) -> impl Iterator<Item = (SimId, &Sim)> {
        let is_usable = |(id, sim): &(SimId, &Sim)| sim.member.is_some() && self.is_usable(*id);
        let sims = self.sims.iter().map(|(id, sim)| (*id, sim));
        sims.filter(is_usable)
    }

    /// Whether there is another SIM in a modem that a message might be sent by, now or soon.
    pub(super) fn has_elsewhere(&self, entry: &Entry) -> bool {
        let is_strict = self.is_strict(entry.lane);
        entry.pinned.is_none()
            && self.sims.iter().any(|(id, sim)| {
                sim.member.is_some_and(|member| self.may_soon_send(member))
                    && !entry.tried.contains(id)
                    && (!is_strict || self.is_target(entry.lane, sim))
            })
    }

    /// Whether a modem is ready, or may be without the help of a person.
    fn may_soon_send(&self, member: MemberId) -> bool {
        let state = self.members.get(&member).map(|member| member.state);
        match state {
            Some(State::Waiting(obstacle)) => obstacle == Obstacle::SimBusy,
            state => state.is_some(),
        }
    }

    /// Whether a SIM can take a message.
    pub(super) fn is_usable(&self, id: SimId) -> bool {
        let is_kept_free = |member: &MemberId| {
            let member = self.members.get(member);
            member.is_some_and(|member| member.is_draining || member.is_switching())
        };
        let sim = self.sims.get(&id);
        sim.is_some_and(|sim| sim.member.is_some_and(|member| !is_kept_free(&member)))
            && self.is_able(id)
    }

    /// Whether a SIM can go on with a message.
    pub(super) fn is_able(&self, id: SimId) -> bool {
        self.sims.get(&id).is_some_and(|sim| {
            let may_send = sim.member.is_some_and(|member| {
                let is_held = |member: &Member| member.held_until.is_some();
                self.may_send(member) && !self.members.get(&member).is_some_and(is_held)
            });
            may_send && sim.breaker.lets_through() && sim.left() > 0
        })
    }

    /// Whether a modem is ready and has a network, as far as that is known.
    pub(super) fn may_send(&self, member: MemberId) -> bool {
        self.members.get(&member).is_some_and(|member| {
            let is_registered = member.health.registration.is_none_or(|registration| {
                registration == RegistrationState::UNKNOWN || registration.is_registered()
            });
            member.state == State::Ready && is_registered
        })
    }

    /// How much speaks against a SIM.
    pub(super) fn score(&self, sim: &Sim) -> u32 {
        let member = sim.member.and_then(|member| self.members.get(&member));
        let load = count(sim.quota.recent(self.looked.mono) + sim.waiting()).saturating_mul(10);
        let failures = count(sim.breaker.recent(self.looked.mono)).saturating_mul(50);
        let trial = match sim.breaker.state() {
            BreakerState::HalfOpen => 200,
            BreakerState::Closed | BreakerState::Open { .. } => 0,
        };
        let quota = sim.quota.percent(sim.config.limits) / 4;
        let health = member.map_or(0, |member| penalty(&member.health));
        [load, failures, trial, quota, health]
            .into_iter()
            .fold(0, u32::saturating_add)
    }
}

/// What speaks against the place where a modem is.
fn penalty(health: &Health) -> u32 {
    let network = match health.registration {
        Some(state) if state.is_roaming() => 20,
        Some(state) if state.is_registered() => 0,
        _ => 10,
    };
    // -113 dBm is the weakest that is told, from -73 on more does not help.
    let dbm = health.signal.and_then(Signal::dbm);
    let signal = dbm.map_or(10, |dbm| {
        let missing = (-73 - i32::from(dbm)).clamp(0, 40);
        missing.unsigned_abs() / 2
    });
    network + signal
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
