//! What the message centre has for one protocol.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use tokio::sync::Notify;

use super::Bound;
use super::fate::Now;
use super::outbox::{Delivery, Outbox, Ticket};
use super::store::{Entry, Store};
use super::wire::Wire;

/// The messages of one protocol, what goes out by it, and who is there to take that.
#[derive(Debug)]
pub(super) struct Side<W: Wire> {
    /// What only this protocol has.
    pub(super) wire: W,
    pub(super) store: Store<W>,
    pub(super) post: Post<W>,
}

impl<W: Wire> Side<W> {
    pub(super) fn new(wire: W) -> Self {
        Self {
            wire,
            store: Store::default(),
            post: Post::default(),
        }
    }
}

/// What goes to clients, and which are there to take it.
#[derive(Debug)]
pub(super) struct Post<W: Wire> {
    /// Bound sessions by the number of their connection.
    pub(super) lines: BTreeMap<u64, LineInfo<W>>,
    pub(super) outbox: Outbox<W>,
}

/// A bound session.
#[derive(Debug)]
pub(super) struct LineInfo<W: Wire> {
    pub(super) session: W::Session,
    pub(super) bound: Bound,
    pub(super) account: Arc<str>,
    pub(super) receives: bool,
    pub(super) wake: Arc<Notify>,
}

impl<W: Wire> Default for Post<W> {
    fn default() -> Self {
        Self {
            lines: BTreeMap::new(),
            outbox: Outbox::default(),
        }
    }
}

impl<W: Wire> Post<W> {
    /// Queues a delivery and wakes who can send it, unless they wait for an earlier one anyway.
    pub(super) fn put(
        &mut self,
        account: &Arc<str>,
        due: Instant,
        delivery: Delivery<W>,
    ) -> Ticket {
        let (ticket, is_next) = self.outbox.put(account, due, delivery);
        if is_next {
            self.lines
                .values()
                .filter(|line| line.receives && line.account == *account)
                .for_each(|line| line.wake.notify_one());
        }
        ticket
    }

    /// Plans the receipts of a message, in place of those that wait.
    pub(super) fn plan_receipts(&mut self, entry: &mut Entry<W>, wire: &W, now: &Now) {
        for ticket in entry.receipts.drain(..) {
            self.outbox.remove(&entry.account, ticket);
        }
        for (due, receipt) in wire.receipts(entry, now) {
            let ticket = self.put(&entry.account, due, receipt);
            entry.receipts.push(ticket);
        }
    }
}
