//! What a SIM can do now, looked at whenever something about it may have changed.

use super::dispatch::Due;
use super::event::{Action, Event};
use super::message::Message;
use super::queue::Place;
use super::sim::{MessageId, Sim, SimId};
use super::{MemberId, Now, Pool};

impl Pool {
    /// Looks at all SIMs about which something may have changed.
    pub(super) fn refresh_all(&mut self, now: Now) {
        while let Some(id) = self.dirty.pop_first() {
            self.refresh(id, now);
        }
    }

    fn refresh(&mut self, id: SimId, now: Now) {
        let offset = self.config.utc_offset;
        let Some(sim) = self.sims.get_mut(&id) else {
            self.free.remove(&id);
            self.short.remove(&id);
            return;
        };
        if sim.quota.advance(offset, now) {
            sim.quota_told = false;
            self.has_changed = true;
        }
        sim.breaker.advance(now.mono);
        let (is_usable, is_able) = (self.is_usable(id), self.is_able(id));
        self.notice_use(id, is_usable);
        self.notice_quota(id);
        self.ask_back(id);
        self.leave_if_useless(id, is_usable, is_able);
        match self.next_own(id, is_usable, is_able) {
            Some(message) => self.assign(message, id, now),
            None if is_usable => self.leave_what_has_no_room(id),
            None => {}
        }
        self.set_timer(id);
        let Some(sim) = self.sims.get(&id) else {
            return;
        };
        if is_usable && sim.is_free() && sim.has_room() {
            self.free.insert(id);
        } else {
            self.free.remove(&id);
        }
        if let Some(member) = sim.member {
            self.notice_drained(member);
        }
    }

    /// The SIM came into use, or went out of it.
    fn notice_use(&mut self, id: SimId, is_usable: bool) {
        if self
            .sims
            .get(&id)
            .is_none_or(|sim| sim.was_usable == is_usable)
        {
            return;
        }
        self.has_changed = true;
        let first = self.first_pass();
        if let Some(sim) = self.sims.get_mut(&id) {
            // What it did not send while it was away is not made up for.
            sim.pass = sim.pass.max(first.filter(|_| is_usable).unwrap_or(0));
            sim.was_usable = is_usable;
        }
    }

    /// Of the SIMs in use, the place of the one that is furthest behind.
    fn first_pass(&self) -> Option<u64> {
        let in_use = self.sims.values().filter(|sim| sim.was_usable);
        in_use.map(|sim| sim.pass).min()
    }

    fn notice_quota(&mut self, id: SimId) {
        let Some(sim) = self.sims.get_mut(&id) else {
            return;
        };
        if sim.left() < Message::MAX_PARTS {
            self.short.insert(id);
        } else {
            self.short.remove(&id);
        }
        let is_used = sim.left() == 0 && sim.in_flight.is_none() && sim.member.is_some();
        if is_used && !std::mem::replace(&mut sim.quota_told, true) {
            let sim = sim.iccid;
            self.events.push_back(Event::QuotaUsed { sim });
        }
    }

    /// A modem cannot send what it was given: it gives it back, if it has not begun.
    fn ask_back(&mut self, id: SimId) {
        let Some(sim) = self.sims.get(&id) else {
            return;
        };
        if let Some(in_flight) = sim.in_flight
            && (sim.member != Some(in_flight.member) || !self.may_send(in_flight.member))
        {
            self.ask_for_part(id);
        }
    }

    /// Asks a modem to give back what it has, once.
    pub(super) fn ask_for_part(&mut self, id: SimId) {
        if let Some(sim) = self.sims.get_mut(&id)
            && let Some(in_flight) = &mut sim.in_flight
            && !std::mem::replace(&mut in_flight.is_withdrawn, true)
        {
            let (member, token) = (in_flight.member, in_flight.token);
            self.actions.push_back(Action::Withdraw { member, token });
        }
    }

    /// Messages leave a SIM that cannot take them any more.
    fn leave_if_useless(&mut self, id: SimId, is_usable: bool, is_able: bool) {
        let Some(sim) = self.sims.get(&id) else {
            return;
        };
        let mut waiting: Vec<MessageId> = Vec::new();
        if !is_usable {
            waiting.extend(sim.own.iter().chain(&sim.delayed));
        }
        if !is_able && sim.in_flight.is_none() {
            waiting.extend(sim.current);
        }
        for message in waiting {
            let Some(entry) = self.queue.get(message) else {
                continue;
            };
            match (entry.begun_by, entry.pinned, entry.place) {
                (Some(sim), _, Place::Current(_)) => self.put(message, Place::Begun(sim)),
                // One that has to wait for its time does that.
                (Some(_), ..) => {}
                (None, Some(sim), Place::Current(_)) => self.put(message, Place::Own(sim)),
                (None, Some(_), _) => {}
                (None, None, _) => self.put(message, Place::Lane),
            }
        }
    }

    /// What a SIM that is free goes on with, of what it alone can send.
    fn next_own(&self, id: SimId, is_usable: bool, is_able: bool) -> Option<MessageId> {
        let sim = self.sims.get(&id)?;
        if sim.in_flight.is_some() || sim.waiting() == 0 || !sim.has_room() || !is_able {
            return None;
        }
        if let Some(current) = sim.current {
            return Some(current);
        }
        if let Some(begun) = sim.begun.first() {
            return Some(*begun);
        }
        if !is_usable {
            return None;
        }
        let left = sim.left();
        let fits = |message: &&MessageId| {
            let entry = self.queue.get(**message);
            entry.is_some_and(|entry| entry.parts_left() <= left)
        };
        sim.own.iter().find(fits).copied()
    }

    /// Messages with more parts than a SIM may send today go by another: nothing under way there will
    /// make room.
    fn leave_what_has_no_room(&mut self, id: SimId) {
        let Some(sim) = self.sims.get(&id).filter(|sim| sim.in_flight.is_none()) else {
            return;
        };
        let left = sim.left();
        let may_leave = |message: &MessageId| {
            let entry = self.queue.get(*message);
            entry.is_some_and(|entry| entry.pinned.is_none() && entry.parts_left() > left)
        };
        let leaving: Vec<MessageId> = sim.own.iter().copied().filter(may_leave).collect();
        for message in leaving {
            self.put(message, Place::Lane);
        }
    }

    /// Wakes the SIM when its minute leaves room again, or its breaker changes.
    fn set_timer(&mut self, id: SimId) {
        let Some(sim) = self.sims.get_mut(&id) else {
            return;
        };
        let minute = sim.quota.free_at(sim.config.limits);
        let wanted = sim.breaker.timeout().into_iter().chain(minute).min();
        let before = std::mem::replace(&mut sim.timer, wanted);
        if before != wanted {
            self.due.extend(wanted.map(|at| (at, Due::Sim(id))));
            if let Some(before) = before {
                self.due.remove(&(before, Due::Sim(id)));
            }
        }
    }

    /// Tells of a modem that was to become free, if it is.
    pub(super) fn notice_drained(&mut self, id: MemberId) {
        let Some(member) = self
            .members
            .get_mut(&id)
            .filter(|member| member.is_draining)
        else {
            return;
        };
        let sim = member.sim.and_then(|sim| self.sims.get(&sim));
        let has_part = |sim: &Sim| {
            sim.in_flight
                .is_some_and(|in_flight| in_flight.member == id)
        };
        let is_done =
            sim.is_none_or(|sim| sim.is_drained(&self.queue)) && !self.sims.values().any(has_part);
        if is_done && !std::mem::replace(&mut member.drain_told, true) {
            self.events.push_back(Event::Drained { member: id });
        }
    }
}
