//! Telling the sender the outcome.

use std::time::Duration;

use super::{Due, Effect, Engine, Now};
use crate::message::{Change, MessageId, Notice, Origin};

/// The first pause between two attempts to tell, and the longest.
const PAUSE: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

impl Engine {
    pub(super) fn tell_if_owed(&mut self, id: MessageId) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        let owed = entry.record.notice == Notice::Owed;
        if owed && !entry.telling.under_way && entry.telling.retry.is_none() {
            entry.telling.under_way = true;
            self.after_commit(Effect::Tell { id });
        }
    }

    /// Whether the sender took the outcome.
    pub(crate) fn told(&mut self, id: MessageId, taken: bool, now: Now) {
        let Some(entry) = self.messages.get_mut(&id) else {
            return;
        };
        entry.telling.under_way = false;
        if entry.record.notice != Notice::Owed {
            return;
        }
        entry.telling.attempts += 1;
        let attempts = entry.telling.attempts;
        let notice = match entry.record.origin {
            _ if taken => Notice::Done,
            Origin::Rest if attempts >= self.config.callback_attempts => Notice::GivenUp,
            // An ESME gets its receipts when it binds again.
            Origin::Rest | Origin::Smpp => {
                let due = now.mono + super::outcome::backoff(PAUSE.0, attempts, PAUSE.1);
                entry.telling.retry = Some(due);
                self.timers.insert((due, Due::Tell(id)));
                return;
            }
        };
        entry.record.notice = notice;
        self.changes.push(Change::Notice { id, notice });
        self.forget_if_done(id);
    }

    /// An ESME of `account` can be told now.
    pub(crate) fn account_up(&mut self, account: &str) {
        let waiting: Vec<MessageId> = self
            .messages
            .values()
            .filter(|entry| entry.telling.retry.is_some() && entry.record.account == account)
            .map(|entry| entry.record.id)
            .collect();
        for id in waiting {
            let retry = self
                .messages
                .get_mut(&id)
                .and_then(|entry| entry.telling.retry.take());
            self.unschedule(retry, Due::Tell(id));
            self.tell_if_owed(id);
        }
    }
}
