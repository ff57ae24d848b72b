//! What follows from what happened: time passes, messages find their SIMs, modems get work.

use std::time::{Duration, Instant};

use super::choose::Choice;
use super::event::{Action, PartId};
use super::message::Reason;
use super::queue::Place;
use super::sim::{InFlight, MessageId, SimId};
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
    /// A SIM's minute leaves room again, or its modem may be tried again.
    Sim(SimId),
    /// A modem may be offered parts again.
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
        self.let_time_pass(now);
        self.refresh_all(now);
        self.rotate(now);
        self.refresh_all(now);
        self.serve_lanes(now);
        self.refresh_all(now);
    }

    pub(super) fn next_timeout(&self) -> Option<Instant> {
        let due = self.due.first().map(|(at, _)| *at);
        due.into_iter().chain(self.clock_check()).min()
    }

    /// When the wall clock is to be looked at, if something waits for it.
    fn clock_check(&self) -> Option<Instant> {
        if self.short.is_empty() || self.queue.len() == 0 {
            return None;
        }
        let offset = self.config.utc_offset;
        let end = offset.next_day(offset.day(self.looked.unix));
        let left = end.saturating_sub(self.looked.unix).max(1).unsigned_abs();
        let midnight = self.looked.mono.checked_add(Duration::from_secs(left));
        let again = self.checked + Self::CLOCK_CHECK;
        Some(midnight.map_or(again, |midnight| midnight.min(again)))
    }

    fn let_time_pass(&mut self, now: Now) {
        let offset = self.config.utc_offset;
        if offset.day(now.unix) != offset.day(self.looked.unix) {
            self.dirty.extend(self.sims.keys());
            self.checked = now.mono;
        } else if self.clock_check().is_some_and(|at| at <= now.mono) {
            self.dirty.extend(&self.short);
            self.checked = now.mono;
        }
        self.looked = now;
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
            Due::Sim(id) => {
                self.with_sim(id, |sim| sim.timer = None);
            }
            Due::Hold(member) => self.release(member),
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
    }

    /// SIMs that are free take messages that any can send.
    fn serve_lanes(&mut self, now: Now) {
        if std::mem::take(&mut self.has_changed) {
            for lane in &mut self.queue.lanes {
                lane.ready.append(&mut lane.blocked);
            }
        }
        if self.free.is_empty() || !self.queue.is_any_ready() {
            return;
        }
        let lanes = self.queue.lanes.len();
        // Each time another lane is first, so that none has to wait for the others for ever.
        self.first_lane = (self.first_lane + 1) % lanes.max(1);
        for lane in (self.first_lane..lanes).chain(0..self.first_lane) {
            self.serve_lane(lane, now);
        }
    }

    fn serve_lane(&mut self, lane: usize, now: Now) {
        let mut looked_at: Option<MessageId> = None;
        let mut ahead = 0;
        // The fewest parts of a message that no SIM can take.
        let mut too_many = usize::MAX;
        while ahead < Self::LOOK_AHEAD && !self.free.is_empty() {
            let Some((id, entry)) = self.queue.next_ready(lane, looked_at) else {
                return;
            };
            let parts = entry.parts_left();
            let is_plain = entry.tried.is_empty();
            let choice = if is_plain && parts >= too_many {
                Choice::Blocked
            } else {
                self.choose(entry)
            };
            match choice {
                Choice::Sim(sim) => self.assign(id, sim, now),
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
    pub(super) fn assign(&mut self, id: MessageId, sim_id: SimId, now: Now) {
        self.free.remove(&sim_id);
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
}
