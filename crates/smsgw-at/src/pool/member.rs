//! The modems of a pool: they join, say what they are, change, and leave.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::event::Event;
use super::key::{MemberId, ModemKey};
use super::sim::{Sim, SimId};
use super::slots::{SlotState, Slots};
use super::{Now, Pool, breaker::Breaker, dispatch::Due};
use crate::command::identity::{Iccid, Imsi};
use crate::modem::{Health, Identity, State};

/// What the pool is told of a modem that joins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberOptions {
    /// The number of its SIM, for a modem that does not tell it: then the SIM must not be changed.
    pub iccid: Option<Iccid>,
    /// For a modem with more than one SIM, of which it uses one: changes to the next when the quota
    /// of one is used and messages wait.
    pub slots: Option<Slots>,
}

/// A modem, from when it joins until it leaves.
#[derive(Debug)]
pub(super) struct Member {
    options: MemberOptions,
    pub(super) state: State,
    pub(super) health: Health,
    /// What it is, once it has said so.
    key: Option<ModemKey>,
    imsi: Option<Imsi>,
    /// The SIM in it, if messages go by it.
    pub(super) sim: Option<SimId>,
    pub(super) is_draining: bool,
    pub(super) drain_told: bool,
    /// It is not offered a part before: it did not take one, or is silent about one.
    pub(super) held_until: Option<Instant>,
    pub(super) slots: Option<SlotState>,
}

impl Member {
    pub(super) fn new(mut options: MemberOptions) -> Self {
        Self {
            slots: options.slots.take().map(SlotState::new),
            options,
            state: State::Closed,
            health: Health::default(),
            key: None,
            imsi: None,
            sim: None,
            is_draining: false,
            drain_told: false,
            held_until: None,
        }
    }

    /// Whether it is about to use another SIM.
    pub(super) fn is_switching(&self) -> bool {
        self.slots.as_ref().is_some_and(SlotState::is_switching)
    }

    /// The SIM in it, whether messages go by this port of the modem or by another.
    pub(super) fn any_sim(&self, by_iccid: &HashMap<Iccid, SimId>) -> Option<SimId> {
        let of_twin = || by_iccid.get(&self.key.as_ref()?.iccid).copied();
        self.sim.or_else(of_twin)
    }

    /// Whether it may come to itself soon.
    const fn is_alive(&self) -> bool {
        matches!(self.state, State::Starting | State::Ready)
    }
}

impl Pool {
    pub(super) fn member_state(&mut self, id: MemberId, state: State) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        member.state = state;
        self.dirty.extend(member.sim);
        if let (false, Some(sim)) = (member.is_alive(), member.sim) {
            self.give_to_twin(sim);
        }
    }

    /// A modem says what it is.
    pub(super) fn identified(&mut self, id: MemberId, identity: Identity, now: Now) {
        let Some(member) = self.members.get_mut(&id) else {
            return;
        };
        let given = member.options.iccid;
        let key = identity.iccid.or(given).map(|iccid| ModemKey {
            imei: identity.imei,
            iccid,
        });
        member.key = key;
        member.imsi = identity.imsi;
        let Some(key) = key else {
            self.unbind(id);
            let member = id;
            self.events.push_back(Event::NoSim { member, identity });
            return;
        };
        let sim = self.sim_of(&key, now);
        let before = self.members.get(&id).and_then(|member| member.sim);
        if before.is_some_and(|before| before != sim) {
            self.unbind(id);
        }
        match self.sims.get(&sim).and_then(|sim| sim.member) {
            Some(other) if other == id => self.bind(id, sim),
            Some(other) if self.is_same_modem(id, other) && self.is_alive(other) => {
                let (member, of) = (id, other);
                self.events.push_back(Event::Twin { member, of });
            }
            Some(other) => {
                // The SIM has moved, or the modem has another port now.
                self.unbind(other);
                self.bind(id, sim);
            }
            None => self.bind(id, sim),
        }
        self.slot_identified(id, &key.iccid);
    }

    /// A modem is gone: what it had begun is unknown.
    pub(super) fn remove(&mut self, id: MemberId, now: Now) {
        let has_it = |sim: &&Sim| {
            sim.in_flight
                .is_some_and(|in_flight| in_flight.member == id)
        };
        let in_flight = self
            .sims
            .values()
            .find(has_it)
            .and_then(|sim| sim.in_flight);
        if let Some(in_flight) = in_flight {
            self.part_unknown(id, in_flight.token, true, now);
        }
        let sim = self.members.get(&id).and_then(|member| member.sim);
        self.unbind(id);
        self.members.remove(&id);
        self.slotted.remove(&id);
        let is_its = |due: &Due| matches!(due, Due::Hold(it) | Due::Slot(it) if *it == id);
        self.due.retain(|(_, due)| !is_its(due));
        if let Some(sim) = sim {
            self.give_to_twin(sim);
        }
        self.forget_sims();
    }

    /// A modem is not offered a part for so long.
    pub(super) fn hold(&mut self, id: MemberId, pause: Duration, now: Now) {
        self.release(id);
        if let Some(member) = self.members.get_mut(&id) {
            let until = now.mono + pause;
            member.held_until = Some(until);
            self.due.insert((until, Due::Hold(id)));
            self.dirty.extend(member.sim);
        }
    }

    /// A modem is offered parts again.
    pub(super) fn release(&mut self, id: MemberId) {
        if let Some(member) = self.members.get_mut(&id)
            && let Some(until) = member.held_until.take()
        {
            self.due.remove(&(until, Due::Hold(id)));
            self.dirty.extend(member.sim);
        }
    }

    /// The record of a SIM, made if there is none.
    pub(super) fn sim_of(&mut self, key: &ModemKey, now: Now) -> SimId {
        if let Some(id) = self.by_iccid.get(&key.iccid) {
            return *id;
        }
        self.next_sim += 1;
        let id = SimId(self.next_sim);
        self.sims.insert(id, Sim::new(*key, &self.config, now));
        self.by_iccid.insert(key.iccid, id);
        id
    }

    /// Forgets SIMs that were away for longest, when there are too many.
    pub(super) fn forget_sims(&mut self) {
        let is_absent =
            |sim: &Sim| sim.member.is_none() && sim.in_flight.is_none() && sim.waiting() == 0;
        let absent = self.sims.iter().filter(|(_, sim)| is_absent(sim));
        let mut absent: Vec<(u64, SimId)> = absent.map(|(id, sim)| (sim.last_use, *id)).collect();
        let excess = absent.len().saturating_sub(self.config.max_absent_sims);
        absent.sort_unstable();
        for (_, id) in absent.into_iter().take(excess) {
            if let Some(sim) = self.sims.remove(&id) {
                self.by_iccid.remove(&sim.iccid);
                self.dirty.insert(id);
                if let Some(timer) = sim.timer {
                    self.due.remove(&(timer, Due::Sim(id)));
                }
            }
        }
    }

    fn bind(&mut self, id: MemberId, sim_id: SimId) {
        let (Some(member), Some(sim)) = (self.members.get_mut(&id), self.sims.get_mut(&sim_id))
        else {
            return;
        };
        let Some(key) = member.key else {
            return;
        };
        if sim.key != key {
            // What the SIM failed at in another modem says nothing of this one.
            sim.breaker = Breaker::new(self.config.breaker);
        }
        sim.key = key;
        sim.imsi = member.imsi.or(sim.imsi);
        member.sim = Some(sim_id);
        self.dirty.insert(sim_id);
        if sim.member.replace(id) != Some(id) {
            self.has_changed = true;
            self.events.push_back(Event::Plugged { member: id, key });
        }
    }

    fn unbind(&mut self, id: MemberId) {
        let Some(sim) = self
            .members
            .get_mut(&id)
            .and_then(|member| member.sim.take())
        else {
            return;
        };
        if let Some(key) = self.with_sim(sim, |sim| {
            sim.member = None;
            sim.key
        }) {
            self.events.push_back(Event::Unplugged { member: id, key });
        }
    }

    /// A modem that can be reached by another port is, when this one does not work.
    fn give_to_twin(&mut self, sim: SimId) {
        let Some(iccid) = self.sims.get(&sim).map(|sim| &sim.iccid) else {
            return;
        };
        let is_twin = |member: &Member| {
            let key = member.key.as_ref();
            member.sim.is_none() && member.is_alive() && key.is_some_and(|key| key.iccid == *iccid)
        };
        let twin = self.members.iter().find(|(_, member)| is_twin(member));
        let Some(twin) = twin.map(|(id, _)| *id) else {
            return;
        };
        if let Some(before) = self.sims.get(&sim).and_then(|sim| sim.member) {
            self.unbind(before);
        }
        self.bind(twin, sim);
    }

    fn is_alive(&self, id: MemberId) -> bool {
        self.members.get(&id).is_some_and(Member::is_alive)
    }

    /// Whether both are one modem, as far as they tell.
    fn is_same_modem(&self, one: MemberId, other: MemberId) -> bool {
        let imei = |id| {
            self.members
                .get(&id)
                .and_then(|member| member.key.as_ref()?.imei.as_ref())
        };
        match (imei(one), imei(other)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }
}
