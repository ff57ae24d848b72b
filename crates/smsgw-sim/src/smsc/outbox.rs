//! What waits to be sent to a client: receipts and reports, which are kept until they are taken, and
//! messages.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use smsgw_smpp::types::MessageState;
use tokio::sync::oneshot;

use super::DeliverError;
use super::wire::Wire;
use crate::event::Status;

/// Something to be sent.
#[derive(Debug)]
pub(super) struct Delivery<W: Wire> {
    /// Of the message, or of the message that the receipt is about.
    pub(super) id: String,
    pub(super) kind: Kind,
    pub(super) body: W::Body,
    /// How often it was sent.
    pub(super) attempts: u32,
    /// Whether the client took it with a late answer; `None` while none can come.
    taken: Option<Arc<AtomicBool>>,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// Tells that a message is in this state.
    Receipt(MessageState),
    /// Tells what was asked for.
    Report,
    /// Whoever sent it waits for the outcome.
    Message(oneshot::Sender<Result<Status, DeliverError>>),
}

/// What became of a message to a client.
pub(super) type Outcome = oneshot::Receiver<Result<Status, DeliverError>>;

impl<W: Wire> Delivery<W> {
    pub(super) const fn receipt(id: String, state: MessageState, body: W::Body) -> Self {
        Self {
            id,
            kind: Kind::Receipt(state),
            body,
            attempts: 0,
            taken: None,
        }
    }

    pub(super) const fn report(id: String, body: W::Body) -> Self {
        Self {
            id,
            kind: Kind::Report,
            body,
            attempts: 0,
            taken: None,
        }
    }

    pub(super) fn message(id: String, body: W::Body) -> (Self, Outcome) {
        let (done, outcome) = oneshot::channel();
        let delivery = Self {
            id,
            kind: Kind::Message(done),
            body,
            attempts: 0,
            taken: None,
        };
        (delivery, outcome)
    }

    /// What a late answer to this copy is to set.
    pub(super) fn watch(&mut self) -> Arc<AtomicBool> {
        Arc::clone(self.taken.get_or_insert_default())
    }

    /// Whether the client took an earlier copy.
    pub(super) fn is_taken(&self) -> bool {
        let taken = self.taken.as_ref();
        taken.is_some_and(|taken| taken.load(Ordering::Relaxed))
    }

    /// The client takes this copy; whether it had taken an earlier one.
    pub(super) fn take(&self) -> bool {
        let taken = self.taken.as_ref();
        taken.is_some_and(|taken| taken.swap(true, Ordering::Relaxed))
    }
}

/// Finds a delivery in the outbox.
pub(super) type Ticket = (Instant, u64);

/// Deliveries by the account they go to and the time they are due.
#[derive(Debug)]
pub(super) struct Outbox<W: Wire> {
    waiting: HashMap<Arc<str>, BTreeMap<Ticket, Delivery<W>>>,
    /// When those are due that were sent before, by their number.
    again: HashMap<u64, Instant>,
    /// Also orders what is due at the same time.
    puts: u64,
}

impl<W: Wire> Default for Outbox<W> {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            again: HashMap::new(),
            puts: 0,
        }
    }
}

impl<W: Wire> Outbox<W> {
    /// Adds a delivery; says where it is and whether it is the next one due to `account`.
    pub(super) fn put(
        &mut self,
        account: &Arc<str>,
        due: Instant,
        delivery: Delivery<W>,
    ) -> (Ticket, bool) {
        self.puts += 1;
        let queue = self.waiting.entry(Arc::clone(account)).or_default();
        let ticket = (due, self.puts);
        if delivery.attempts > 0 {
            self.again.insert(self.puts, due);
        }
        queue.insert(ticket, delivery);
        let first = queue.first_key_value();
        (ticket, first.is_some_and(|(first, _)| *first == ticket))
    }

    /// Takes a delivery back; nothing when it was taken.
    pub(super) fn remove(&mut self, account: &str, ticket: Ticket) {
        if let Some(queue) = self.waiting.get_mut(account) {
            queue.remove(&ticket);
        }
    }

    /// Takes a delivery back that was sent before and is to be sent again, by its number; nothing
    /// when it was taken.
    pub(super) fn remove_again(&mut self, account: &str, number: u64) {
        if let Some(due) = self.again.remove(&number) {
            self.remove(account, (due, number));
        }
    }

    /// Takes the next delivery to `account` that is due.
    pub(super) fn take(&mut self, account: &str, now: Instant) -> Option<Delivery<W>> {
        let first = self.waiting.get_mut(account)?.first_entry()?;
        let (due, number) = *first.key();
        if due > now {
            return None;
        }
        let delivery = first.remove();
        if delivery.attempts > 0 {
            self.again.remove(&number);
        }
        Some(delivery)
    }

    /// When the next one to `account` is due.
    pub(super) fn due(&self, account: &str) -> Option<Instant> {
        let (&(due, _), _) = self.waiting.get(account)?.first_key_value()?;
        Some(due)
    }

    /// Makes what was not taken before due at `now`, if it would be by `until`. How many are due
    /// then.
    pub(super) fn hurry(&mut self, account: &str, now: Instant, until: Instant) -> usize {
        let Some(queue) = self.waiting.get_mut(account) else {
            return 0;
        };
        let mut later = queue.split_off(&(now, u64::MAX));
        let again: Vec<_> = later
            .range(..=(until, u64::MAX))
            .filter(|(_, delivery)| delivery.attempts > 0)
            .map(|(ticket, _)| *ticket)
            .collect();
        for ticket in again {
            if let Some(delivery) = later.remove(&ticket) {
                self.again.insert(ticket.1, now);
                queue.insert((now, ticket.1), delivery);
            }
        }
        let due = queue.len();
        queue.append(&mut later);
        due
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.values().map(BTreeMap::len).sum()
    }
}
