//! The engine: decides what happens to each message. No socket, no clock, no store.
//!
//! Its owner ([`runtime`](crate::runtime), or a test) feeds it what happened and the time, and
//! takes two things out:
//!
//! * [`Engine::poll_changes`]: a batch of changes to make durable, answered by
//!   [`Engine::committed`],
//! * [`Engine::poll_effect`]: what to do in the world. An effect that follows from changes comes
//!   only after their batch is committed: so nothing is acknowledged that could be lost, and
//!   nothing is sent that a crash could forget.
//!
//! The table of transitions is in `docs/ARCHITECTURE.md`.

mod link;
mod notice;
mod outcome;
mod receipt;
#[cfg(test)]
mod tests;
mod unknown;

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::time::{Duration, Instant};

use smsgw::convert::smpp;
use smsgw::gsm::udh::Reference;

use crate::admission::{Refusal, Submission};
use crate::message::{
    Change, MessageId, Notice, Origin, Part, PartStatus, Record, State, Timestamp, Transition,
};
use link::Link;
pub(crate) use link::LinkConfig;
pub(crate) use outcome::Outcome;
pub(crate) use receipt::{Addresses, Receipt};
use unknown::Unknown;

/// Both clocks, read together: one for waiting, one for what is told to people.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Now {
    pub(crate) mono: Instant,
    pub(crate) wall: Timestamp,
}

/// What the engine is told once.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// Most messages that are not final.
    pub(crate) max_queued: usize,
    /// The validity of a message that names none.
    pub(crate) default_validity: Duration,
    /// A longer one is cut to this.
    pub(crate) max_validity: Duration,
    /// How long after the end of the validity a receipt is waited for.
    pub(crate) receipt_grace: Duration,
    /// How often a callback is tried.
    pub(crate) callback_attempts: u32,
    /// Where messages go.
    pub(crate) links: Vec<LinkConfig>,
}

/// Which link, by its place in the configuration.
pub(crate) type LinkIndex = usize;

/// What to do in the world.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Tell the submitter: accepted, durable, under this id.
    Accepted { reply: u64, id: MessageId },
    /// Tell the submitter: not accepted, and why.
    Refused { reply: u64, refusal: Refusal },
    /// Hand a part to a link. Exactly one [`Outcome`] comes back for `token`.
    Send {
        link: LinkIndex,
        token: u64,
        id: MessageId,
        index: usize,
    },
    /// Answer a receipt of a link: its news are durable.
    AnswerReceipt { link: LinkIndex, handle: u64 },
    /// Look a carrier's id up in the store; the answer goes to [`Engine::found`].
    Find {
        link: LinkIndex,
        carrier_id: String,
        handle: u64,
    },
    /// A receipt could not be dealt with now: the carrier should send it again.
    RefuseReceipt { link: LinkIndex, handle: u64 },
    /// Tell the sender the outcome; the result goes to [`Engine::told`] with `number`.
    Tell { id: MessageId, number: u64 },
    /// A state changed, for those who watch.
    Changed(Transition),
}

/// One message in memory: not final, or somebody has to be told.
#[derive(Debug)]
struct Entry {
    record: Record,
    /// Its place among all messages, by when it was accepted.
    order: u64,
    /// The timer that is set for it.
    expiry: Option<Instant>,
    telling: notice::Telling,
}

/// A moment at which something is due.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// The validity of a message ends, or its grace.
    Expiry(MessageId),
    /// A part may be tried again.
    Requeue(MessageId, usize),
    /// An outcome may be told again.
    Tell(MessageId),
    /// A link that was throttled may go on.
    Link(LinkIndex),
    /// A receipt has waited long enough for the answer that explains it.
    Receipt(u64),
}

/// See the [module](self).
#[derive(Debug)]
pub(crate) struct Engine {
    config: Config,
    messages: HashMap<MessageId, Entry>,
    /// How many of the messages in memory are not final.
    open: usize,
    next_order: u64,
    unknown: Unknown,
    notices: notice::Notices,
    links: Vec<Link>,
    receipts: receipt::Receipts,
    timers: BTreeSet<(Instant, Due)>,
    reference: u8,
    /// Changes of the batch that is being filled, and the effects that wait for its commit.
    changes: Vec<Change>,
    waiting: Vec<Effect>,
    next_batch: u64,
    batches: VecDeque<(u64, Vec<Effect>)>,
    ready: VecDeque<Effect>,
    failed: bool,
}

/// Batches handed to the store and not yet committed; while so many are under way the next one
/// fills.
const MAX_BATCHES: usize = 2;

impl Engine {
    pub(crate) fn new(config: Config, now: Now) -> Self {
        Self {
            links: config.links.iter().cloned().map(Link::new).collect(),
            config,
            messages: HashMap::new(),
            open: 0,
            next_order: 0,
            unknown: Unknown::default(),
            notices: notice::Notices::default(),
            receipts: receipt::Receipts::default(),
            timers: BTreeSet::new(),
            // Two runs of the gateway rarely begin with the same reference.
            reference: u8::try_from(now.wall.0 & 0xFF).unwrap_or_default(),
            changes: Vec::new(),
            waiting: Vec::new(),
            next_batch: 0,
            batches: VecDeque::new(),
            ready: VecDeque::new(),
            failed: false,
        }
    }

    /// Goes on with what the store has, after a start.
    ///
    /// A part that was handed to a link may have left: its outcome is unknown.
    pub(crate) fn restore(&mut self, records: Vec<Record>, now: Now) {
        for record in records {
            let id = record.id;
            let statuses: Vec<PartStatus> = record
                .parts
                .iter()
                .map(|part| part.status.clone())
                .collect();
            self.remember(record);
            self.schedule_expiry(id, now);
            for (index, status) in statuses.into_iter().enumerate() {
                match status.state {
                    State::Queued => self.enqueue(id, index),
                    State::Sending => self.outcome_unknown(id, index, None, now),
                    State::Sent => self.track(id, index),
                    _ => {}
                }
            }
            self.owe_notice(id);
        }
        self.pump_all(now);
    }

    /// Takes a message from an ingress; the answer for `reply` is an effect.
    pub(crate) fn submit(&mut self, id: MessageId, submission: Submission, reply: u64, now: Now) {
        match self.accept(id, submission, now) {
            Ok(()) => {
                self.after_commit(Effect::Accepted { reply, id });
                self.after_commit(Effect::Changed(Transition {
                    id,
                    part: None,
                    state: State::Accepted,
                    status: None,
                    at: now.wall,
                }));
                self.pump_all(now);
            }
            Err(refusal) => self.ready.push_back(Effect::Refused { reply, refusal }),
        }
    }

    fn accept(&mut self, id: MessageId, submission: Submission, now: Now) -> Result<(), Refusal> {
        let Submission {
            account,
            origin,
            mut message,
            callback,
        } = submission;
        if self.failed {
            return Err(Refusal::Store);
        }
        if self.open >= self.config.max_queued {
            return Err(Refusal::QueueFull);
        }
        let validity = message.validity.unwrap_or(self.config.default_validity);
        let validity = validity.min(self.config.max_validity);
        message.validity = Some(validity);
        let reference = Reference::Eight(self.reference);
        let parts = smpp::parts(&message, reference).map_err(|_| Refusal::TooManySegments {
            max: account.max_segments,
        })?;
        if parts.len() > account.max_segments {
            return Err(Refusal::TooManySegments {
                max: account.max_segments,
            });
        }
        if parts.len() > 1 {
            self.reference = self.reference.wrapping_add(1);
        }
        // What a link cannot carry is refused now, not after it was acknowledged.
        for part in &parts {
            smpp::Outgoing::new(&message, part)
                .and_then(|outgoing| outgoing.submit_sm().map(drop))
                .map_err(|error| Refusal::Invalid(error.to_string()))?;
        }
        let lifetime = i64::try_from(validity.as_millis()).unwrap_or(i64::MAX);
        let record = Record {
            id,
            account: account.id.clone(),
            origin,
            message,
            parts: parts.iter().map(queued).collect(),
            state: State::Queued,
            accepted_at: now.wall,
            updated_at: now.wall,
            expires_at: Timestamp(now.wall.0.saturating_add(lifetime)),
            callback,
            notice: Notice::None,
        };
        let count = record.parts.len();
        self.changes
            .push(Change::Accepted(Box::new(record.clone())));
        self.remember(record);
        self.schedule_expiry(id, now);
        for index in 0..count {
            self.enqueue(id, index);
        }
        Ok(())
    }

    /// The record of a message that is in memory.
    pub(crate) fn record(&self, id: MessageId) -> Option<&Record> {
        self.messages.get(&id).map(|entry| &entry.record)
    }

    /// Whether nothing waits for the store.
    pub(crate) fn is_settled(&self) -> bool {
        self.failed || (self.changes.is_empty() && self.batches.is_empty())
    }

    /// The name of a link in the configuration.
    pub(crate) fn link_name(&self, link: LinkIndex) -> &str {
        self.links
            .get(link)
            .map_or("", |link| link.config.id.as_str())
    }

    /// Does what is due.
    pub(crate) fn handle_timeout(&mut self, now: Now) {
        while let Some((due, _)) = self.timers.first()
            && *due <= now.mono
            && let Some((_, due)) = self.timers.pop_first()
        {
            match due {
                Due::Expiry(id) => self.expire(id, now),
                Due::Requeue(id, index) => self.enqueue(id, index),
                Due::Tell(id) => self.tell_again(id),
                Due::Link(_) => {}
                Due::Receipt(handle) => self.receipt_waited(handle, now),
            }
        }
        self.pump_all(now);
    }

    /// When [`Self::handle_timeout`] is due next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.timers.first().map(|(due, _)| *due)
    }

    /// The next batch to make durable, with its number.
    pub(crate) fn poll_changes(&mut self) -> Option<(u64, Vec<Change>)> {
        if self.changes.is_empty() || self.batches.len() >= MAX_BATCHES || self.failed {
            return None;
        }
        let batch = self.next_batch;
        self.next_batch += 1;
        self.batches
            .push_back((batch, std::mem::take(&mut self.waiting)));
        Some((batch, std::mem::take(&mut self.changes)))
    }

    /// The store says whether it has made a batch durable.
    ///
    /// If it has not, nothing more leaves the engine: who waits for an acknowledgement is
    /// refused, and the gateway must stop. What is durable goes on at the next start.
    pub(crate) fn committed(&mut self, batch: u64, durable: bool) {
        while let Some((number, _)) = self.batches.front()
            && *number <= batch
            && let Some((_, effects)) = self.batches.pop_front()
        {
            if durable && !self.failed {
                self.ready.extend(effects);
            } else {
                self.refuse_all(effects);
            }
        }
        if !durable && !self.failed {
            self.failed = true;
            let waiting = std::mem::take(&mut self.waiting);
            self.refuse_all(waiting);
        }
    }

    fn refuse_all(&mut self, effects: Vec<Effect>) {
        self.ready
            .extend(effects.into_iter().filter_map(|effect| match effect {
                Effect::Accepted { reply, .. } => Some(Effect::Refused {
                    reply,
                    refusal: Refusal::Store,
                }),
                _ => None,
            }));
    }

    /// What to do next.
    pub(crate) fn poll_effect(&mut self) -> Option<Effect> {
        self.ready.pop_front()
    }

    /// Lets `effect` out when all changes so far are durable.
    fn after_commit(&mut self, effect: Effect) {
        if !self.changes.is_empty() {
            self.waiting.push(effect);
        } else if let Some((_, effects)) = self.batches.back_mut() {
            effects.push(effect);
        } else {
            self.ready.push_back(effect);
        }
    }

    /// Changes a part, and the whole with it.
    fn change(
        &mut self,
        id: MessageId,
        index: usize,
        now: Now,
        change: impl FnOnce(&mut PartStatus),
    ) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        let record = &mut entry.record;
        let Some(part) = record.parts.get_mut(index) else {
            return;
        };
        change(&mut part.status);
        let status = part.status.clone();
        let was = record.state;
        let state = record.overall_state();
        if state.is_final() && state != was {
            let wanted = match record.origin {
                Origin::Rest => record.callback.is_some(),
                Origin::Smpp => record.message.receipt.wants(state == State::Delivered),
            };
            record.notice = if wanted { Notice::Owed } else { Notice::None };
            // What is being told now is not the outcome any more.
            entry.telling.number += 1;
            entry.telling.attempts = 0;
        }
        match (was.is_final(), state.is_final()) {
            (false, true) => self.open -= 1,
            (true, false) => self.open += 1,
            _ => {}
        }
        record.state = state;
        record.updated_at = now.wall;
        let notice = record.notice;
        let at = now.wall;
        let part = Transition {
            id,
            part: Some(index),
            state: status.state,
            status: Some(status.clone()),
            at,
        };
        self.changes.push(Change::Part {
            id,
            index,
            status,
            state,
            notice,
            at,
        });
        self.after_commit(Effect::Changed(part));
        if state != was {
            self.after_commit(Effect::Changed(Transition {
                id,
                part: None,
                state,
                status: None,
                at,
            }));
        }
        self.owe_notice(id);
        self.forget_if_done(id);
    }

    /// Takes a message into memory.
    fn remember(&mut self, record: Record) {
        let order = self.next_order;
        self.next_order += 1;
        self.open += usize::from(!record.state.is_final());
        let telling = notice::Telling::default();
        self.messages.insert(
            record.id,
            Entry {
                record,
                order,
                expiry: None,
                telling,
            },
        );
    }

    /// Drops from memory what is final and told, as soon as no look-up in the store can bring
    /// back what it was before its last changes.
    fn forget_if_done(&mut self, id: MessageId) {
        if self.is_done(id) && !self.receipts.linger(id) {
            self.forget(id);
        }
    }

    fn is_done(&self, id: MessageId) -> bool {
        self.messages.get(&id).is_some_and(|entry| {
            entry.record.state.is_final() && entry.record.notice != Notice::Owed
        })
    }

    fn forget(&mut self, id: MessageId) {
        if let Some(entry) = self.messages.remove(&id) {
            self.unschedule(entry.expiry, Due::Expiry(id));
            self.notices.forget(&entry.record.account, id);
            self.unschedule(entry.telling.retry, Due::Tell(id));
            self.untrack(&entry.record);
        }
    }

    fn schedule_expiry(&mut self, id: MessageId, now: Now) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        let left = entry.record.expires_at.0.saturating_sub(now.wall.0);
        let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
        let due = now.mono + left;
        let before = entry.expiry.replace(due);
        self.unschedule(before, Due::Expiry(id));
        self.timers.insert((due, Due::Expiry(id)));
    }

    fn unschedule(&mut self, at: Option<Instant>, due: Due) {
        if let Some(at) = at {
            self.timers.remove(&(at, due));
        }
    }

    /// The validity of a message has ended, or the grace after it.
    fn expire(&mut self, id: MessageId, now: Now) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        entry.expiry = None;
        let grace = i64::try_from(self.config.receipt_grace.as_millis()).unwrap_or(i64::MAX);
        let end = entry.record.expires_at.0.saturating_add(grace);
        let grace_is_over = now.wall.0 >= end;
        let states: Vec<State> = entry
            .record
            .parts
            .iter()
            .map(|part| part.status.state)
            .collect();
        for (index, state) in states.into_iter().enumerate() {
            match state {
                State::Queued => self.change(id, index, now, |status| {
                    status.state = State::Expired;
                    status
                        .error
                        .get_or_insert_with(|| "validity ended in the queue".into());
                }),
                State::Sending if self.unknown.contains((id, index)) => {
                    self.report_unknown(id, index, now);
                }
                State::Sent if grace_is_over => self.report_unknown(id, index, now),
                _ => {}
            }
        }
        let waits = self
            .messages
            .get(&id)
            .is_some_and(|entry| !entry.record.state.is_final());
        if waits {
            // A part under way has its answer soon, one that was sent its receipt or not.
            let again = if grace_is_over {
                Duration::from_secs(60)
            } else {
                Duration::from_millis(u64::try_from(end - now.wall.0).unwrap_or_default())
            };
            let due = now.mono + again;
            if let Some(entry) = self.messages.get_mut(&id) {
                entry.expiry = Some(due);
            }
            self.timers.insert((due, Due::Expiry(id)));
        }
    }
}

fn queued(part: &smpp::Part) -> Part {
    Part {
        dcs: part.data_coding,
        udh: part.udh().to_vec(),
        octets: part.octets().to_vec(),
        status: PartStatus {
            state: State::Queued,
            link: None,
            carrier_id: None,
            attempts: 0,
            possible_duplicate: false,
            error: None,
        },
    }
}
