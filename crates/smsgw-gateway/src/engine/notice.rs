//! Telling the sender the outcome.

use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};

use super::{Due, Effect, Engine, Now};
use crate::message::{Change, MessageId, Notice, Origin};

/// The first pause between two attempts to tell, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));
/// Outcomes that are told to one account at the same time.
const UNDER_WAY: usize = 16;
/// How long an ESME has to take a receipt: as long as networks keep messages.
const RECEIPT_LIFETIME_MS: i64 = 3 * 86_400_000;

/// The attempts to tell an outcome.
#[derive(Debug, Default)]
pub(super) struct Telling {
    /// Goes up with each outcome: an attempt to tell an earlier one settles nothing.
    pub(super) number: u64,
    pub(super) attempts: u32,
    /// The timer of the next attempt.
    pub(super) retry: Option<Instant>,
}

/// What is owed, by account: so that one that takes nothing holds up no other.
#[derive(Debug, Default)]
pub(super) struct Notices {
    by_account: HashMap<String, Owed>,
}

#[derive(Debug, Default)]
struct Owed {
    /// To be told as soon as there is room.
    waiting: BTreeSet<MessageId>,
    under_way: BTreeSet<MessageId>,
    /// Not taken; to be told again later, or when an ESME binds.
    resting: BTreeSet<MessageId>,
}

impl Notices {
    pub(super) fn forget(&mut self, account: &str, id: MessageId) {
        if let Some(owed) = self.by_account.get_mut(account) {
            owed.waiting.remove(&id);
            owed.resting.remove(&id);
        }
    }
}

impl Engine {
    /// Sees to it that an owed notice is told.
    pub(super) fn owe_notice(&mut self, id: MessageId) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        if entry.record.notice != Notice::Owed {
            return;
        }
        let account = entry.record.account.clone();
        let owed = self.notices.by_account.entry(account.clone()).or_default();
        if owed.resting.contains(&id) && entry.telling.attempts > 0 {
            return;
        }
        owed.resting.remove(&id);
        // One that is under way is told again, if need be, when it is over.
        if !owed.under_way.contains(&id) {
            owed.waiting.insert(id);
        }
        let retry = entry.telling.retry.take();
        self.unschedule(retry, Due::Tell(id));
        self.tell_next(&account);
    }

    /// Lets as many out as there is room for.
    fn tell_next(&mut self, account: &str) {
        while let Some(owed) = self.notices.by_account.get_mut(account)
            && owed.under_way.len() < UNDER_WAY
            && let Some(id) = owed.waiting.pop_first()
        {
            let Some(entry) = self.messages.get(&id) else {
                continue;
            };
            let number = entry.telling.number;
            owed.under_way.insert(id);
            self.after_commit(Effect::Tell { id, number });
        }
    }

    /// The pause after an attempt is over.
    pub(super) fn tell_again(&mut self, id: MessageId) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        entry.telling.retry = None;
        let account = entry.record.account.clone();
        if let Some(owed) = self.notices.by_account.get_mut(&account)
            && owed.resting.remove(&id)
        {
            owed.waiting.insert(id);
        }
        self.tell_next(&account);
    }

    /// Whether the sender took the outcome.
    pub(crate) fn told(&mut self, id: MessageId, number: u64, taken: bool, now: Now) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        let account = entry.record.account.clone();
        let owed = self.notices.by_account.entry(account.clone()).or_default();
        owed.under_way.remove(&id);
        if entry.record.notice == Notice::Owed {
            if number != entry.telling.number {
                // It was told what is not true any more.
                owed.waiting.insert(id);
            } else if let Some(notice) = settled(entry, taken, self.config.callback_attempts, now) {
                entry.record.notice = notice;
                self.changes.push(Change::Notice { id, notice });
            } else {
                owed.resting.insert(id);
                let attempts = entry.telling.attempts;
                let due = now.mono + super::outcome::backoff(PAUSE.0, attempts, PAUSE.1);
                entry.telling.retry = Some(due);
                self.timers.insert((due, Due::Tell(id)));
            }
        }
        self.forget_if_done(id);
        self.tell_next(&account);
    }

    /// An ESME of `account` can be told now.
    pub(crate) fn account_up(&mut self, account: &str) {
        let Some(owed) = self.notices.by_account.get_mut(account) else {
            return;
        };
        let resting = std::mem::take(&mut owed.resting);
        owed.waiting.extend(resting.iter().copied());
        for id in resting {
            let retry = self
                .messages
                .get_mut(&id)
                .and_then(|entry| entry.telling.retry.take());
            self.unschedule(retry, Due::Tell(id));
        }
        self.tell_next(account);
    }
}

/// What becomes of a notice after an attempt; `None` while it is owed.
fn settled(entry: &mut super::Entry, taken: bool, attempts: u32, now: Now) -> Option<Notice> {
    entry.telling.attempts += 1;
    let age = now.wall.0.saturating_sub(entry.record.updated_at.0);
    match entry.record.origin {
        _ if taken => Some(Notice::Done),
        Origin::Rest if entry.telling.attempts >= attempts => Some(Notice::GivenUp),
        Origin::Smpp if age > RECEIPT_LIFETIME_MS => Some(Notice::GivenUp),
        Origin::Rest | Origin::Smpp => None,
    }
}
