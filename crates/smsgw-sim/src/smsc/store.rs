//! The messages that the message centre accepted and remembers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use smsgw_smpp::types::MessageState;

use super::Submitted;
use super::fate::{Fate, Span};
use super::outbox::Ticket;
use super::wire::Wire;
use crate::event::Message;

/// A message that was accepted.
#[derive(Debug)]
pub(super) struct Entry<W: Wire> {
    /// Counts the messages of all protocols.
    pub(super) ordinal: u64,
    pub(super) message: Arc<Message>,
    /// Whose it is.
    pub(super) account: Arc<str>,
    pub(super) accepted: SystemTime,
    pub(super) span: Span,
    /// What becomes of it when it has the time.
    pub(super) planned: Option<MessageState>,
    pub(super) fate: Fate,
    /// Its receipts, while they wait.
    pub(super) receipts: Vec<Ticket>,
    pub(super) kept: W::Kept,
}

impl<W: Wire> Entry<W> {
    /// Whether it can still be changed or taken back.
    pub(super) fn is_waiting(&self, now: Instant) -> bool {
        !self.fate.state(now).is_final()
    }
}

/// The messages that were accepted last, oldest first.
#[derive(Debug)]
pub(super) struct Store<W: Wire> {
    entries: VecDeque<Entry<W>>,
    /// The ordinal here of the first entry.
    first: u64,
    /// The ordinal here of the first message with an id: those of one `submit_multi` stand
    /// together.
    by_id: HashMap<Arc<str>, u64>,
}

impl<W: Wire> Default for Store<W> {
    fn default() -> Self {
        Self {
            entries: VecDeque::new(),
            first: 0,
            by_id: HashMap::new(),
        }
    }
}

impl<W: Wire> Store<W> {
    /// Adds a message and forgets the oldest when there are more than `most`.
    pub(super) fn keep(&mut self, entry: Entry<W>, most: usize) {
        let ordinal = self.first + u64::try_from(self.entries.len()).unwrap_or_default();
        let id = Arc::from(entry.message.id.as_str());
        self.by_id.entry(id).or_insert(ordinal);
        self.entries.push_back(entry);
        while self.entries.len() > most {
            if let Some(oldest) = self.entries.pop_front() {
                self.by_id.remove(oldest.message.id.as_str());
            }
            self.first += 1;
        }
    }

    /// The messages with an id that `account` submitted.
    pub(super) fn find(&mut self, id: &[u8], account: &str) -> impl Iterator<Item = &mut Entry<W>> {
        let ordinal = str::from_utf8(id).ok().and_then(|id| self.by_id.get(id));
        let start = ordinal.and_then(|ordinal| usize::try_from(ordinal - self.first).ok());
        let start = start.unwrap_or(self.entries.len());
        self.entries
            .range_mut(start..)
            .take_while(move |entry| entry.message.id.as_bytes() == id)
            .filter(move |entry| *entry.account == *account)
    }

    /// What is told of each, in their order, and its ordinal.
    pub(super) fn submitted(&self, now: Instant) -> impl Iterator<Item = (u64, Submitted)> {
        self.entries.iter().map(move |entry| {
            let submitted = Submitted {
                message: Arc::clone(&entry.message),
                message_state: entry.fate.state(now),
            };
            (entry.ordinal, submitted)
        })
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Entry<W>> {
        self.entries.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Entry<W>> {
        self.entries.iter_mut()
    }
}
