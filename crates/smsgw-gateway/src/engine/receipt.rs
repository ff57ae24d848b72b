//! Receipts: finding the part a receipt is about.
//!
//! A receipt names the carrier's id. It may come before the answer that tells us that id; it may
//! be about a part that is final and only in the store; and the id of a part whose answer was
//! lost is known to nobody: then the addresses have to do.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

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
    orphans: VecDeque<(LinkIndex, Receipt)>,
}

/// Most orphans that are remembered.
const MAX_ORPHANS: usize = 1_000;

/// How long a receipt that fits nothing waits for an answer that may explain it.
const PATIENCE: Duration = Duration::from_secs(2);

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
        // After the changes so far, or the store could miss what they say.
        self.after_commit(Effect::Find {
            link,
            carrier_id,
            handle: answer,
        });
    }

    /// What the store has under the carrier's id of a receipt.
    pub(crate) fn found(&mut self, handle: u64, found: Option<(Record, usize)>, now: Now) {
        let Some((link, receipt)) = self.receipts.waiting.get(&handle).cloned() else {
            return;
        };
        if let Some((record, index)) = found {
            let id = record.id;
            // Final and told: back into memory for as long as the correction takes.
            self.messages
                .entry(id)
                .or_insert_with(|| super::Entry::new(record));
            self.receipts.waiting.remove(&handle);
            self.apply(id, index, &receipt, now);
            self.forget_if_done(id);
            return self.after_commit(Effect::AnswerReceipt { link, handle });
        }
        if self.answer_under_way(link, &receipt) {
            self.timers
                .insert((now.mono + PATIENCE, Due::Receipt(handle)));
        } else {
            self.match_by_reference(handle, now);
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
        let is_it = |(id, index): &&(MessageId, usize)| self.is_about(&receipt, *id, *index);
        match self.unknown.iter().find(is_it).copied() {
            Some((id, index)) => self.adopt(id, index, &receipt, now),
            None => {
                tracing::warn!(
                    link = self.link_name(link),
                    carrier_id = receipt.carrier_id,
                    "a receipt fits no message"
                );
                if self.receipts.orphans.len() >= MAX_ORPHANS {
                    self.receipts.orphans.pop_front();
                }
                self.receipts.orphans.push_back((link, receipt));
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
        self.unknown.remove(&(id, index));
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
        let carrier_id = status.and_then(|part| part.status.carrier_id.as_deref());
        let is_it = |(on, receipt): &(LinkIndex, Receipt)| {
            *on == link && carrier_id == Some(receipt.carrier_id.as_str())
        };
        if let Some(at) = self.receipts.orphans.iter().position(is_it)
            && let Some((_, receipt)) = self.receipts.orphans.remove(at)
        {
            self.apply(id, index, &receipt, now);
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
        let is_it = |(_, receipt): &(LinkIndex, Receipt)| self.is_about(receipt, id, index);
        if let Some(at) = self.receipts.orphans.iter().position(is_it)
            && let Some((_, receipt)) = self.receipts.orphans.remove(at)
        {
            self.adopt(id, index, &receipt, now);
            return true;
        }
        false
    }

    /// Brings the news to the part.
    fn apply(&mut self, id: MessageId, index: usize, receipt: &Receipt, now: Now) {
        let state = match receipt.state {
            MessageState::DELIVERED | MessageState::ACCEPTED => State::Delivered,
            MessageState::EXPIRED => State::Expired,
            MessageState::DELETED => State::Cancelled,
            MessageState::UNDELIVERABLE | MessageState::SKIPPED => State::Undelivered,
            MessageState::REJECTED => State::Rejected,
            MessageState::UNKNOWN => State::Unknown,
            // Not the last word.
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
        self.unknown.remove(&(id, index));
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
