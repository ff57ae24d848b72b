//! What follows from what happened: days end, breakers open half, messages move, modems get work.

use std::time::{Duration, Instant};

use super::choose::Choice;
use super::event::{Action, Event, PartId};
use super::message::{Message, Reason};
use super::queue::Place;
use super::sim::{InFlight, MessageId, Sim, SimId};
use super::{MemberId, Now, Pool};

/// A moment at which something is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Due {
    /// A message expires.
    Expiry(MessageId),
    /// A message may be tried again.
    Retry(MessageId),
    /// A message has waited long enough for a SIM that goes on with it.
    Patience(MessageId),
    /// A modem that did not take a part may be offered one again.
    Hold(MemberId),
    /// A modem was to change its SIM by now, or may be told to again.
    Slot(MemberId),
}

impl Pool {
    /// Messages of a lane that are looked at when those before them have to wait for a SIM.
    const LOOK_AHEAD: usize = 32;
    /// How long a modem that did not take a part is not offered one.
    pub(super) const HOLD: Duration = Duration::from_secs(1);
    /// The wall clock is looked at again after this at the latest, when something waits for it: it
    /// may jump.
    const CLOCK_CHECK: Duration = Duration::from_secs(60);

    /// Does what follows.
    pub(super) fn settle(&mut self, now: Now) {
        self.now = now;
        self.let_time_pass(now);
        self.rotate(now);
        self.notice_changes();
        self.serve_sims(now);
        self.serve_lanes(now);
        self.notice_drained();
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let now = self.now;
        let due = self.due.first().map(|(at, _)| *at);
        let any_waiting = self.queue.is_any_waiting();
        let sims = self.sims.values().filter_map(|sim| {
            let breaker = sim.breaker.timeout();
            let is_wanted = sim.member.is_some() && (any_waiting || sim.waiting() > 0);
            let minute = sim.quota.free_at(sim.config.limits);
            let minute = minute.filter(|_| is_wanted && sim.in_flight.is_none());
            let renewal = (is_wanted && sim.left() < Message::MAX_PARTS).then(|| {
                let limits = sim.config.limits;
                let pause = sim.quota.renews_in(limits, self.config.utc_offset, now);
                now.mono + pause.min(Self::CLOCK_CHECK)
            });
            [breaker, minute, renewal].into_iter().flatten().min()
        });
        sims.chain(due).min()
    }

    fn let_time_pass(&mut self, now: Now) {
        let offset = self.config.utc_offset;
        for sim in self.sims.values_mut() {
            if sim.quota.advance(offset, now) {
                sim.quota_told = false;
                self.has_changed = true;
            }
            sim.breaker.advance(now.mono);
        }
        while let Some((at, due)) = self.due.first().copied()
            && at <= now.mono
        {
            self.due.pop_first();
            self.come_due(due, now);
        }
    }

    fn come_due(&mut self, due: Due, now: Now) {
        match due {
            Due::Expiry(id) => self.expire(id),
            Due::Retry(id) => self.retry(id),
            Due::Patience(id) => {
                if let Some(entry) = self.queue.get_mut(id) {
                    entry.patience = None;
                    self.give_up(id);
                }
            }
            Due::Hold(member) => {
                if let Some(member) = self.members.get_mut(&member) {
                    member.is_held = false;
                }
            }
            Due::Slot(member) => self.slot_due(member, now),
        }
    }

    fn expire(&mut self, id: MessageId) {
        let Some(entry) = self.queue.get(id) else {
            return;
        };
        let is_in_flight = match entry.place {
            Place::Current(sim) => self
                .sims
                .get(&sim)
                .is_some_and(|sim| sim.in_flight.is_some()),
            _ => false,
        };
        // What was begun is brought to its end: half a message is worse than a late one.
        if entry.begun_by.is_none() && !is_in_flight {
            self.finish(id, Reason::Expired, Reason::Expired);
        }
    }

    /// The pause of a message that was refused is over.
    fn retry(&mut self, id: MessageId) {
        let Some(entry) = self.queue.get(id) else {
            return;
        };
        let Place::Delayed(sim, _) = entry.place else {
            return;
        };
        let place = if entry.begun_by.is_some() {
            Place::Begun(sim)
        } else {
            Place::Own(sim)
        };
        self.put(id, place);
        // The SIM may have been lost in the meantime.
        self.leave_sim_if_useless(sim);
    }

    /// Looks which SIMs came into use and which went out of it.
    fn notice_changes(&mut self) {
        let ids: Vec<SimId> = self.sims.keys().copied().collect();
        for id in ids {
            let is_usable = self.is_usable(id);
            if let Some(sim) = self.sims.get(&id)
                && is_usable != sim.was_usable
            {
                self.has_changed = true;
                let first = self.first_pass();
                if let Some(sim) = self.sims.get_mut(&id) {
                    // What it did not send while it was away is not made up for.
                    sim.pass = sim.pass.max(first.filter(|_| is_usable).unwrap_or(0));
                    sim.was_usable = is_usable;
                }
            }
            self.notice_quota(id);
            self.ask_back(id);
            self.leave_sim_if_useless(id);
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
        let is_used = sim.left() == 0 && sim.in_flight.is_none() && sim.member.is_some();
        if is_used && !std::mem::replace(&mut sim.quota_told, true) {
            let sim = sim.iccid;
            self.events.push_back(Event::QuotaUsed { sim });
        }
    }

    /// A modem cannot send what it was given: it gives it back, if it has not begun.
    fn ask_back(&mut self, id: SimId) {
        let Some(in_flight) = self.sims.get(&id).and_then(|sim| sim.in_flight) else {
            return;
        };
        let is_there = self.sims.get(&id).and_then(|sim| sim.member) == Some(in_flight.member);
        if !is_there || !self.may_send(in_flight.member) {
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
    fn leave_sim_if_useless(&mut self, id: SimId) {
        let (is_usable, is_able) = (self.is_usable(id), self.is_able(id));
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

    /// SIMs that are free go on with what they alone can send.
    fn serve_sims(&mut self, now: Now) {
        let ids: Vec<SimId> = self.sims.keys().copied().collect();
        for id in ids {
            if let Some(message) = self.next_own(id) {
                self.assign(message, id, now);
            }
        }
    }

    fn next_own(&self, id: SimId) -> Option<MessageId> {
        let sim = self.sims.get(&id)?;
        if sim.in_flight.is_some() || sim.waiting() == 0 || !sim.has_room() || !self.is_able(id) {
            return None;
        }
        if let Some(current) = sim.current {
            return Some(current);
        }
        if let Some(begun) = sim.begun.first() {
            return Some(*begun);
        }
        if !self.is_usable(id) {
            return None;
        }
        let left = sim.left();
        let fits = |message: &&MessageId| {
            let entry = self.queue.get(**message);
            entry.is_some_and(|entry| entry.parts_left() <= left)
        };
        sim.own.iter().find(fits).copied()
    }

    /// SIMs that are free take messages that any can send.
    fn serve_lanes(&mut self, now: Now) {
        if std::mem::take(&mut self.has_changed) {
            for lane in &mut self.queue.lanes {
                lane.ready.append(&mut lane.blocked);
            }
        }
        if !self.queue.is_any_ready() {
            return;
        }
        let is_free =
            |(id, sim): &(&SimId, &Sim)| sim.is_free() && sim.has_room() && self.is_usable(**id);
        let mut free: Vec<SimId> = self
            .sims
            .iter()
            .filter(is_free)
            .map(|(id, _)| *id)
            .collect();
        let lanes = self.queue.lanes.len();
        // Each time another lane is first, so that none has to wait for the others for ever.
        self.first_lane = (self.first_lane + 1) % lanes.max(1);
        for lane in (self.first_lane..lanes).chain(0..self.first_lane) {
            self.serve_lane(lane, &mut free, now);
        }
    }

    fn serve_lane(&mut self, lane: usize, free: &mut Vec<SimId>, now: Now) {
        let mut looked_at: Option<MessageId> = None;
        let mut ahead = 0;
        // The fewest parts of a message that no SIM can take.
        let mut too_many = usize::MAX;
        while ahead < Self::LOOK_AHEAD && !free.is_empty() {
            let Some((id, entry)) = self.queue.next_ready(lane, looked_at) else {
                return;
            };
            let parts = entry.parts_left();
            let is_plain = entry.tried.is_empty();
            let choice = if is_plain && parts >= too_many {
                Choice::Blocked
            } else {
                self.choose(entry, free)
            };
            match choice {
                Choice::Sim(sim) => {
                    free.retain(|other| *other != sim);
                    self.assign(id, sim, now);
                }
                Choice::Busy => {
                    ahead += 1;
                    looked_at = Some(id);
                }
                Choice::Blocked => {
                    if is_plain {
                        too_many = too_many.min(parts);
                    }
                    self.queue.block(lane, id);
                }
            }
        }
    }

    /// Gives the next part of a message to the modem of a SIM.
    fn assign(&mut self, id: MessageId, sim_id: SimId, now: Now) {
        self.put(id, Place::Current(sim_id));
        self.set_patience(id, None);
        let Some(entry) = self.queue.entries.get_mut(&id) else {
            return;
        };
        let Some(sim) = self.sims.get_mut(&sim_id) else {
            return;
        };
        let (Some(submit), Some(member)) = (entry.submit(), sim.member) else {
            return;
        };
        if entry.last_tried_by.replace(sim_id) != Some(sim_id) {
            entry.tries = 0;
            sim.pass = sim
                .pass
                .saturating_add(sim.stride(entry.message.parts.len()));
            self.turn = Some(sim_id);
        }
        entry.attempts = entry.attempts.saturating_add(1);
        let part = PartId {
            token: entry.token,
            part: entry.next_part(),
        };
        let token = part.to_token();
        sim.in_flight = Some(InFlight {
            member,
            token,
            charge: sim.quota.charge(sim.config.limits, now),
            is_withdrawn: false,
        });
        self.uses += 1;
        sim.last_use = self.uses;
        self.actions.push_back(Action::Assign {
            member,
            token,
            submit,
        });
    }

    /// Tells of modems that were to become free and are.
    fn notice_drained(&mut self) {
        for (id, member) in &mut self.members {
            let sim = member.sim.and_then(|sim| self.sims.get(&sim));
            let is_done = sim.is_none_or(|sim| sim.is_drained(&self.queue));
            if is_done && member.is_draining && !std::mem::replace(&mut member.drain_told, true) {
                self.events.push_back(Event::Drained { member: *id });
            }
        }
    }
}
