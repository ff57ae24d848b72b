//! What waits for a modem, and how it is handed over.

use std::collections::VecDeque;
use std::time::Instant;

use super::super::event::{ModemId, What, who};
use super::super::world::{Action, Context, World};

/// What waits for one modem, in order.
#[derive(Debug, Default)]
pub(crate) struct Mailbox {
    pub(crate) waiting: VecDeque<Waiting>,
    /// Whether the first was shown and is not acknowledged yet.
    pub(crate) is_shown: bool,
    /// When it is tried again.
    due: Option<Instant>,
    /// Why the first was not taken, as far as that was told.
    reason: Option<&'static str>,
}

/// A message or report that waits for a modem.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) id: String,
    pub(crate) from: String,
    /// Without the address of a service centre.
    pub(crate) tpdu: Vec<u8>,
    pub(crate) item: Item,
    pub(crate) expires: Instant,
}

/// What it is.
#[derive(Clone, Debug)]
pub(crate) enum Item {
    /// A message, and what reports on it.
    Message(Option<Report>),
    Report,
}

/// What a status report needs to know of its message.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) to: ModemId,
    pub(crate) id: String,
    pub(crate) reference: u8,
    pub(crate) recipient: smsgw_gsm::field::Address,
    pub(crate) time: smsgw_gsm::field::Timestamp,
}

/// What a modem did with a message that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reception {
    /// It has it.
    Taken,
    /// It shows it, and waits for `+CNMA`.
    Shown,
    /// It does not take it, for this reason.
    Refused(&'static str),
    /// It cannot be reached; it tells when it can.
    Absent,
}

impl World {
    /// Lets a modem be tried at `at`, if not before.
    pub(crate) fn attempt_at(&mut self, modem: ModemId, at: Instant) {
        let Some(mailbox) = self.centre.mailbox(modem) else {
            return;
        };
        if mailbox.due.is_none_or(|due| at < due) {
            mailbox.due = Some(at);
            self.agenda.add(at, Action::Attempt(modem));
        }
    }

    /// Puts something into a modem's mailbox; whether there is room.
    pub(crate) fn put(&mut self, modem: ModemId, waiting: Waiting, at: Instant) -> bool {
        let most = self.config.max_waiting;
        let Some(mailbox) = self.centre.mailbox(modem) else {
            return false;
        };
        if mailbox.waiting.len() >= most {
            return false;
        }
        let expires = waiting.expires;
        mailbox.waiting.push_back(waiting);
        // While the first is not taken, the others wait behind it.
        let is_stuck = mailbox.reason.is_some();
        self.attempt_at(modem, if is_stuck { expires } else { at });
        true
    }
}

impl Context<'_> {
    /// Hands over what waits, as far as the modem takes it.
    pub(crate) fn attempt(&mut self) {
        let (id, now) = (self.modem.id, self.now);
        let Some(mailbox) = self.world.centre.mailbox(id) else {
            return;
        };
        // Superseded by an earlier one that has come.
        if mailbox.due.is_none_or(|due| due > now) {
            return;
        }
        mailbox.due = None;
        self.expire_first();
        let Some(mailbox) = self.world.centre.mailbox(id) else {
            return;
        };
        if mailbox.is_shown {
            return;
        }
        let Some(mut first) = mailbox.waiting.front().cloned() else {
            return;
        };
        // TP-MMS is 0 when more messages wait.
        if let Some(octet) = first.tpdu.first_mut()
            && mailbox.waiting.len() > 1
        {
            *octet &= !0b0000_0100;
        }
        match self.receive(&first) {
            Reception::Taken => self.taken(),
            Reception::Shown => {
                if let Some(mailbox) = self.world.centre.mailbox(id) {
                    mailbox.is_shown = true;
                }
            }
            Reception::Refused(reason) => {
                self.waits(&first.id, reason);
                self.world.attempt_at(id, now + self.world.config.retry);
            }
            Reception::Absent => self.waits(&first.id, "absent"),
        }
        self.expire_stuck();
    }

    /// The first is with the modem: its sender gets a report, and the next one follows.
    pub(crate) fn taken(&mut self) {
        let (id, now) = (self.modem.id, self.now);
        let Some(mailbox) = self.world.centre.mailbox(id) else {
            return;
        };
        mailbox.is_shown = false;
        mailbox.reason = None;
        let Some(first) = mailbox.waiting.pop_front() else {
            return;
        };
        let more = !mailbox.waiting.is_empty();
        if let Item::Message(report) = first.item {
            self.world.centre.delivered += 1;
            if let Some(report) = report {
                let at = now + self.world.config.report_delay;
                self.world.report(report, 0x00, at);
            }
        }
        if more {
            let at = now + self.world.config.deliver_delay;
            self.world.attempt_at(id, at);
        }
    }

    /// The first was shown, and the modem gave it back.
    pub(crate) fn returned(&mut self) {
        let id = self.modem.id;
        if let Some(mailbox) = self.world.centre.mailbox(id) {
            mailbox.is_shown = false;
        }
        let at = self.now + self.world.config.retry;
        self.world.attempt_at(id, at);
    }

    /// Lets the first be tried again now, as what was in the way may be gone.
    pub(crate) fn knock(&mut self) {
        let id = self.modem.id;
        let waits = self.world.centre.mailbox(id);
        if waits.is_some_and(|mailbox| !mailbox.waiting.is_empty()) {
            self.world.attempt_at(id, self.now);
        }
    }

    fn waits(&mut self, id: &str, reason: &'static str) {
        let modem = self.modem.id;
        let Some(mailbox) = self.world.centre.mailbox(modem) else {
            return;
        };
        if mailbox.reason.replace(reason) != Some(reason) {
            let who = who(&self.modem.name);
            self.event(What::Waiting {
                who,
                id: id.to_owned(),
                reason,
            });
        }
    }

    /// Gives up the first, and the next, as far as they waited too long.
    fn expire_first(&mut self) {
        let (id, now) = (self.modem.id, self.now);
        while let Some(mailbox) = self.world.centre.mailbox(id)
            && !mailbox.is_shown
            && mailbox
                .waiting
                .front()
                .is_some_and(|first| first.expires <= now)
            && let Some(expired) = mailbox.waiting.pop_front()
        {
            mailbox.reason = None;
            self.expired(expired);
        }
    }

    /// While the first is not taken: gives up what waits behind it too long, and sees when the
    /// next will be.
    fn expire_stuck(&mut self) {
        let (id, now) = (self.modem.id, self.now);
        let Some(mailbox) = self.world.centre.mailbox(id) else {
            return;
        };
        if mailbox.reason.is_none() || mailbox.is_shown {
            return;
        }
        let waiting = std::mem::take(&mut mailbox.waiting);
        let is_over = |waiting: &Waiting| waiting.expires <= now;
        let (expired, waiting): (VecDeque<_>, VecDeque<_>) = waiting.into_iter().partition(is_over);
        let next = waiting.iter().map(|waiting| waiting.expires).min();
        mailbox.waiting = waiting;
        for expired in expired {
            self.expired(expired);
        }
        if let Some(at) = next {
            self.world.attempt_at(id, at);
        }
    }

    fn expired(&mut self, expired: Waiting) {
        let who = who(&self.modem.name);
        self.event(What::Expired {
            who,
            id: expired.id,
        });
        if let Item::Message(Some(report)) = expired.item {
            // The validity period expired.
            self.world.report(report, 0x46, self.now);
        }
    }
}
