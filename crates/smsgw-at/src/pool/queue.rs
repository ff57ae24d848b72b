//! The messages of a pool, and where each of them waits.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::time::Instant;

use super::message::{Message, PartOutcome, Reason};
use super::sim::{MessageId, Sim, SimId};
use super::{Pool, dispatch::Due};
use crate::modem::{Failure, Submit};

/// A message without an outcome.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) token: u64,
    pub(super) message: Message,
    /// What became of the first parts; the next one is the one behind them.
    pub(super) results: Vec<PartOutcome>,
    pub(super) place: Place,
    /// Its lane: the route it has, or the last of all.
    pub(super) lane: usize,
    /// The only SIM that may send it.
    pub(super) pinned: Option<SimId>,
    /// The SIM that sent a part of it, or may have.
    pub(super) begun_by: Option<SimId>,
    /// The SIMs that are not tried again.
    pub(super) tried: Vec<SimId>,
    /// How often the next part was refused by the SIM that tried it last.
    pub(super) tries: u16,
    pub(super) last_tried_by: Option<SimId>,
    /// How often any part was refused.
    pub(super) failures: u32,
    pub(super) attempts: u32,
    pub(super) failure: Option<Failure>,
    /// Until when it waits for a SIM that goes on with it.
    pub(super) patience: Option<Instant>,
    /// The SIM that may have sent the next part, and is not tried again.
    pub(super) doubted: Option<SimId>,
    /// The owner does not want it to be sent.
    pub(super) is_cancelled: bool,
}

/// Where a message waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In its lane, for any SIM.
    Lane,
    /// For this SIM.
    Own(SimId),
    /// It is what this SIM sends now.
    Current(SimId),
    /// Some of it was sent, and this SIM cannot go on now.
    Begun(SimId),
    /// This SIM tries it again then.
    Delayed(SimId, Instant),
}

/// Messages for the same SIMs, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) ready: BTreeSet<MessageId>,
    /// Those that no SIM can take, as things stand.
    pub(super) blocked: BTreeSet<MessageId>,
}

/// All messages without an outcome.
#[derive(Debug, Default)]
pub(super) struct Queue {
    pub(super) entries: HashMap<MessageId, Entry>,
    pub(super) by_token: HashMap<u64, MessageId>,
    /// One for each route, and the last for what has none.
    pub(super) lanes: Vec<Lane>,
    pub(super) next: u64,
}

impl Entry {
    /// Which part is next, from 0.
    pub(super) fn next_part(&self) -> usize {
        self.results.len()
    }

    pub(super) fn parts_left(&self) -> usize {
        self.message.parts.len().saturating_sub(self.results.len())
    }

    /// The next part, for a modem.
    pub(super) fn submit(&self) -> Option<Submit> {
        let pdu = self.message.parts.get(self.next_part())?;
        Some(Submit {
            pdu: pdu.clone(),
            more_to_follow: self.parts_left() > 1,
        })
    }

    /// What is left of it is not sent.
    pub(super) fn fill(&mut self, first: Reason, others: Reason) {
        if self.parts_left() > 0 {
            self.begun_by = self.begun_by.or(self.doubted);
            self.results.push(match self.doubted {
                Some(_) => PartOutcome::Unknown,
                None => PartOutcome::NotSent(first),
            });
        }
        let rest = PartOutcome::NotSent(others);
        self.results.resize(self.message.parts.len(), rest);
    }
}

impl Lane {
    pub(super) fn len(&self) -> usize {
        self.ready.len() + self.blocked.len()
    }

    fn remove(&mut self, id: MessageId) {
        if !self.ready.remove(&id) {
            self.blocked.remove(&id);
        }
    }
}

impl Queue {
    pub(super) fn new(routes: usize) -> Self {
        Self {
            lanes: std::iter::repeat_with(Lane::default)
                .take(routes + 1)
                .collect(),
            ..Self::default()
        }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Messages that wait for any SIM.
    pub(super) fn is_any_waiting(&self) -> bool {
        self.lanes.iter().any(|lane| lane.len() > 0)
    }

    /// Whether one waits that a SIM may be able to take.
    pub(super) fn is_any_ready(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.ready.is_empty())
    }

    /// The first of a lane that may be taken, behind this one.
    pub(super) fn next_ready(
        &self,
        lane: usize,
        behind: Option<MessageId>,
    ) -> Option<(MessageId, &Entry)> {
        let from = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let mut ready = self.lanes.get(lane)?.ready.range((from, Bound::Unbounded));
        let id = *ready.next()?;
        Some((id, self.get(id)?))
    }

    /// No SIM can take it, as things stand.
    pub(super) fn block(&mut self, lane: usize, id: MessageId) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.ready.remove(&id);
            lane.blocked.insert(id);
        }
    }

    pub(super) fn take_id(&mut self) -> MessageId {
        self.next += 1;
        MessageId(self.next)
    }

    pub(super) fn get(&self, id: MessageId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: MessageId) -> Option<&mut Entry> {
        self.entries.get_mut(&id)
    }

    pub(super) fn find(&mut self, token: u64) -> Option<(MessageId, &mut Entry)> {
        let id = *self.by_token.get(&token)?;
        Some((id, self.entries.get_mut(&id)?))
    }
}

impl Pool {
    /// Moves a message to another place.
    pub(super) fn put(&mut self, id: MessageId, place: Place) {
        self.take_from_place(id);
        let Some(entry) = self.queue.get_mut(id) else {
            return;
        };
        entry.place = place;
        let lane = entry.lane;
        match place {
            Place::Lane => {
                if let Some(lane) = self.queue.lanes.get_mut(lane) {
                    lane.ready.insert(id);
                }
            }
            Place::Delayed(sim, until) => {
                self.due.insert((until, Due::Retry(id)));
                self.with_sim(sim, |sim| sim.delayed.insert(id));
            }
            Place::Own(sim) => {
                self.with_sim(sim, |sim| sim.own.insert(id));
            }
            Place::Begun(sim) => {
                self.with_sim(sim, |sim| sim.begun.insert(id));
            }
            Place::Current(sim) => {
                self.with_sim(sim, |sim| sim.current = Some(id));
            }
        }
    }

    /// Takes a message out of the place where it waits.
    pub(super) fn take_from_place(&mut self, id: MessageId) {
        let Some(entry) = self.queue.get(id) else {
            return;
        };
        let lane = entry.lane;
        match entry.place {
            Place::Lane => {
                if let Some(lane) = self.queue.lanes.get_mut(lane) {
                    lane.remove(id);
                }
            }
            Place::Delayed(sim, until) => {
                self.due.remove(&(until, Due::Retry(id)));
                self.with_sim(sim, |sim| sim.delayed.remove(&id));
            }
            Place::Own(sim) => {
                self.with_sim(sim, |sim| sim.own.remove(&id));
            }
            Place::Begun(sim) => {
                self.with_sim(sim, |sim| sim.begun.remove(&id));
            }
            Place::Current(sim) => {
                self.with_sim(sim, |sim| sim.current.take_if(|current| *current == id));
            }
        }
    }

    /// Lets a message wait so long for a SIM that goes on with it, or no longer.
    pub(super) fn set_patience(&mut self, id: MessageId, until: Option<Instant>) {
        let Some(entry) = self.queue.get_mut(id) else {
            return;
        };
        if let Some(before) = std::mem::replace(&mut entry.patience, until) {
            self.due.remove(&(before, Due::Patience(id)));
        }
        if let Some(until) = until {
            self.due.insert((until, Due::Patience(id)));
        }
    }

    /// Changes something about a SIM, and has it looked at then.
    pub(super) fn with_sim<R>(&mut self, id: SimId, act: impl FnOnce(&mut Sim) -> R) -> Option<R> {
        self.dirty.insert(id);
        self.sims.get_mut(&id).map(act)
    }
}
