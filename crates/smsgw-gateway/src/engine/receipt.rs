//! Receipts: finding the part a receipt is about.
//!
//! A receipt names the carrier's id. It may come before the answer that tells us that id; it may
//! be about a part that is final and only in the store; and the id of a part whose answer was
//! lost is known to nobody: then the addresses have to do.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use smsgw::smpp::types::MessageState;

use super::{Due, Effect, Engine, LinkIndex, Now};
use crate::message::{MessageId, Notice, Record, State};

/// The news a receipt brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Receipt {
    /// The carrier's id of the part.
    pub(crate) carrier_id: String,
    /// The state it tells.
    pub(crate) state: MessageState,
    /// The carrier's or network's code.
    pub(crate) error: Option<String>,
    /// Whether the carrier says that it is not the last word.
    pub(crate) is_intermediate: bool,
    /// Our reference of the part, where the carrier gives it back.
    pub(crate) reference: Option<u16>,
    /// Of the message it is about.
    pub(crate) addresses: Addresses,
}

/// The digits of a message's sender and recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Addresses {
    pub(crate) from: String,
    pub(crate) to: String,
}

/// Which part has which carrier's id, and the receipts that wait.
#[derive(Debug, Default)]
pub(super) struct Receipts {
    ids: HashMap<(LinkIndex, String), (MessageId, usize)>,
    /// By handle: asked of the store, or waiting for an answer under way.
    waiting: HashMap<u64, (LinkIndex, Receipt)>,
    /// Answered, and fitted nothing: a late answer may yet explain one. Oldest first.
    orphans: VecDeque<(Instant, LinkIndex, Receipt)>,
    /// Look-ups in the store without an answer yet: by number, the handle of their receipt.
    finds: BTreeMap<u64, u64>,
    next_find: u64,
    /// Messages that are done, and the number of the first look-up that cannot bring back what
    /// they were before.
    lingering: VecDeque<(u64, MessageId)>,
}

/// How long a receipt that fits nothing waits for an answer that may explain it.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most orphans that are remembered, and how long.
const MAX_ORPHANS: (usize, Duration) = (1_000, Duration::from_secs(300));

impl Receipts {
    /// Whether a message that is done has to stay in memory for the look-ups under way.
    pub(super) fn linger(&mut self, id: MessageId) -> bool {
        if !self.finds.is_empty() {
            self.lingering.push_back((self.next_find, id));
        }
        !self.finds.is_empty()
    }
}

impl Engine {
    /// A link has a receipt; it is answered with [`Effect::AnswerReceipt`] for `answer`.
    pub(crate) fn receipt(&mut self, link: LinkIndex, receipt: Receipt, answer: u64, now: Now) {
        let key = (link, receipt.carrier_id.clone());
        if let Some(&(id, index)) = self.receipts.ids.get(&key) {
            self.apply(id, index, &receipt, now);
            return self.after_commit(Effect::AnswerReceipt {
                link,
                handle: answer,
            });
        }
        let carrier_id = receipt.carrier_id.clone();
        self.receipts.waiting.insert(answer, (link, receipt));
        self.receipts.finds.insert(self.receipts.next_find, answer);
        self.receipts.next_find += 1;
        // After the changes so far, or the store could miss what they say.
        self.after_commit(Effect::Find {
            link,
            carrier_id,
            handle: answer,
        });
    }

    /// What the store has under the carrier's id of a receipt.
    pub(crate) fn found(&mut self, handle: u64, found: Option<(Record, usize)>, now: Now) {
        if let Some((link, receipt)) = self.receipts.waiting.get(&handle).cloned() {
            match found {
                Some((record, index)) => {
                    let id = record.id;
                    // Final and told: back into memory for as long as the correction takes.
                    if !self.messages.contains_key(&id) {
                        self.remember(record);
                    }
                    self.receipts.waiting.remove(&handle);
                    self.apply(id, index, &receipt, now);
                    self.forget_if_done(id);
                    self.after_commit(Effect::AnswerReceipt { link, handle });
                }
                None if self.answer_under_way(link, &receipt) => {
                    let due = now.mono + PATIENCE;
                    self.timers.insert((due, Due::Receipt(handle)));
                }
                None => self.match_by_reference(handle, now),
            }
        }
        self.find_is_over(handle);
    }

    /// The store could not be read.
    pub(crate) fn find_failed(&mut self, handle: u64) {
        if let Some((link, _)) = self.receipts.waiting.remove(&handle) {
            self.ready.push_back(Effect::RefuseReceipt { link, handle });
        }
        self.find_is_over(handle);
    }

    /// Forgets what stayed in memory for this look-up.
    fn find_is_over(&mut self, handle: u64) {
        self.receipts.finds.retain(|_, it| *it != handle);
        let open = self
            .receipts
            .finds
            .first_key_value()
            .map(|(number, _)| *number);
        while let Some((number, _)) = self.receipts.lingering.front()
            && open.is_none_or(|open| open >= *number)
            && let Some((_, id)) = self.receipts.lingering.pop_front()
        {
            if self.is_done(id) {
                self.forget(id);
            }
        }
    }

    /// A receipt has waited long enough.
    pub(super) fn receipt_waited(&mut self, handle: u64, now: Now) {
        self.match_by_reference(handle, now);
    }

    /// Answers have come: receipts that waited for them may have their part now.
    pub(super) fn receipts_after_answer(&mut self, link: LinkIndex, now: Now) {
        if self.receipts.waiting.is_empty() {
            return;
        }
        let explained: Vec<u64> = self
            .receipts
            .waiting
            .iter()
            .filter(|(_, (on, receipt))| {
                *on == link
                    && self
                        .receipts
                        .ids
                        .contains_key(&(link, receipt.carrier_id.clone()))
            })
            .map(|(handle, _)| *handle)
            .collect();
        for handle in explained {
            if let Some((link, receipt)) = self.receipts.waiting.remove(&handle) {
                self.receipt(link, receipt, handle, now);
            }
        }
    }

    /// Whether a part with the addresses of `receipt` waits for its answer on `link`.
    fn answer_under_way(&self, link: LinkIndex, receipt: &Receipt) -> bool {
        self.links.get(link).is_some_and(|link| {
            link.in_flight()
                .any(|(id, _)| self.has_addresses(id, &receipt.addresses))
        })
    }

    fn has_addresses(&self, id: MessageId, addresses: &Addresses) -> bool {
        self.record(id).is_some_and(|record| {
            let from = record
                .message
                .from
                .as_ref()
                .map_or("", |from| from.digits.as_str());
            record.message.to.digits == addresses.to && from == addresses.from
        })
    }

    /// The last resort: a part of unknown outcome with the same addresses and reference.
    fn match_by_reference(&mut self, handle: u64, now: Now) {
        let Some((link, receipt)) = self.receipts.waiting.remove(&handle) else {
            return;
        };
        let part = receipt.reference.and_then(|reference| {
            let mut parts = self.unknown.by_reference(reference);
            parts.find(|(id, index)| self.is_about(&receipt, *id, *index))
        });
        match part {
            Some((id, index)) => self.adopt(id, index, &receipt, now),
            None => {
                tracing::warn!(
                    link = self.link_name(link),
                    carrier_id = receipt.carrier_id,
                    "a receipt fits no message"
                );
                let orphans = &mut self.receipts.orphans;
                while let Some((since, ..)) = orphans.front()
                    && (orphans.len() >= MAX_ORPHANS.0 || *since + MAX_ORPHANS.1 < now.mono)
                {
                    orphans.pop_front();
                }
                orphans.push_back((now.mono, link, receipt));
            }
        }
        self.after_commit(Effect::AnswerReceipt { link, handle });
    }

    /// Whether addresses and reference of a receipt are those of a part.
    fn is_about(&self, receipt: &Receipt, id: MessageId, index: usize) -> bool {
        let reference = self.record(id).and_then(|record| record.reference(index));
        reference.is_some()
            && receipt.reference == reference
            && self.has_addresses(id, &receipt.addresses)
    }

    /// Gives a receipt, and the id it names, to a part of unknown outcome: the carrier has it.
    fn adopt(&mut self, id: MessageId, index: usize, receipt: &Receipt, now: Now) {
        let carrier_id = Some(receipt.carrier_id.clone());
        self.unknown.remove((id, index));
        self.change(id, index, now, |status| {
            status.state = State::Sent;
            status.carrier_id = carrier_id;
            status.error = None;
        });
        self.track(id, index);
        self.apply(id, index, receipt, now);
    }

    /// The part has its id now: its receipt may have come before.
    pub(super) fn apply_orphan(&mut self, link: LinkIndex, id: MessageId, index: usize, now: Now) {
        let status = self.record(id).and_then(|record| record.parts.get(index));
        let carrier_id = status.and_then(|part| part.status.carrier_id.clone());
        let orphan = self.take_orphan(now, |engine, on, receipt| {
            // Ids come twice in the life of a carrier: the addresses have to fit, too.
            on == link
                && carrier_id.as_ref() == Some(&receipt.carrier_id)
                && engine.has_addresses(id, &receipt.addresses)
        });
        if let Some(receipt) = &orphan {
            self.apply(id, index, receipt, now);
        }
    }

    /// The part's answer is lost: its receipt may have come before. Whether it had.
    pub(super) fn adopt_orphan(&mut self, id: MessageId, index: usize, now: Now) -> bool {
        let waiting = &self.receipts.waiting;
        let about = waiting
            .iter()
            .filter(|(_, (_, receipt))| self.is_about(receipt, id, index))
            .map(|(handle, _)| *handle)
            .min();
        if let Some(handle) = about
            && let Some((link, receipt)) = self.receipts.waiting.remove(&handle)
        {
            self.adopt(id, index, &receipt, now);
            self.after_commit(Effect::AnswerReceipt { link, handle });
            return true;
        }
        let orphan = self.take_orphan(now, |engine, _, receipt| {
            engine.is_about(receipt, id, index)
        });
        if let Some(receipt) = &orphan {
            self.adopt(id, index, receipt, now);
        }
        orphan.is_some()
    }

    fn take_orphan(
        &mut self,
        now: Now,
        is_it: impl Fn(&Self, LinkIndex, &Receipt) -> bool,
    ) -> Option<Receipt> {
        let at = self
            .receipts
            .orphans
            .iter()
            .position(|(since, link, receipt)| {
                *since + MAX_ORPHANS.1 >= now.mono && is_it(self, *link, receipt)
            })?;
        self.receipts
            .orphans
            .remove(at)
            .map(|(_, _, receipt)| receipt)
    }

    /// Brings the news to the part.
    fn apply(&mut self, id: MessageId, index: usize, receipt: &Receipt, now: Now) {
        if receipt.is_intermediate {
            return;
        }
        let state = match receipt.state {
            MessageState::DELIVERED => State::Delivered,
            MessageState::EXPIRED => State::Expired,
            MessageState::DELETED => State::Cancelled,
            MessageState::UNDELIVERABLE | MessageState::SKIPPED => State::Undelivered,
            MessageState::REJECTED => State::Rejected,
            MessageState::UNKNOWN => State::Unknown,
            // Not the last word; ACCEPTED neither, as carriers use it for "the network has it".
            _ => return,
        };
        let now_is = self.record(id).and_then(|record| record.parts.get(index));
        let Some(status) = now_is.map(|part| &part.status) else {
            return;
        };
        // A receipt that comes twice changes nothing, nor does one that knows less.
        let known = status.state.is_final()
            && !matches!(
                status.state,
                State::Unknown | State::Expired | State::Failed
            );
        if known || status.state == state {
            return;
        }
        self.unknown.remove((id, index));
        let error = receipt.error.clone().filter(|_| state != State::Delivered);
        self.change(id, index, now, |status| {
            status.state = state;
            status.error = error;
        });
    }

    /// Remembers the carrier's id of a part.
    pub(super) fn track(&mut self, id: MessageId, index: usize) {
        let status = self
            .record(id)
            .and_then(|record| record.parts.get(index))
            .map(|part| (part.status.link.clone(), part.status.carrier_id.clone()));
        if let Some((Some(name), Some(carrier_id))) = status
            && let Some(link) = self.links.iter().position(|link| link.config.id == name)
        {
            self.receipts.ids.insert((link, carrier_id), (id, index));
        }
    }

    pub(super) fn untrack(&mut self, record: &Record) {
        debug_assert_ne!(
            record.notice,
            Notice::Owed,
            "forgotten while a notice is owed"
        );
        for part in &record.parts {
            if let (Some(name), Some(carrier_id)) = (&part.status.link, &part.status.carrier_id)
                && let Some(link) = self.links.iter().position(|link| link.config.id == *name)
            {
                let key = (link, carrier_id.clone());
                if self
                    .receipts
                    .ids
                    .get(&key)
                    .is_some_and(|(id, _)| *id == record.id)
                {
                    self.receipts.ids.remove(&key);
                }
            }
        }
    }
}
