//! What the message centre has for one protocol.

use std::collections::{BTreeMap, VecDeque};
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
    /// What is for this session and no other.
    pub(super) own: VecDeque<Delivery<W>>,
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
    /// Who is bound.
    pub(super) fn bound(&self) -> impl Iterator<Item = Bound> {
        self.lines.values().map(|line| line.bound.clone())
    }

    /// An account of which somebody can receive: that of the oldest connection.
    pub(super) fn receiver(&self) -> Option<Arc<str>> {
        let line = self.lines.values().find(|line| line.receives)?;
        Some(Arc::clone(&line.account))
    }

    /// How much waits to be sent.
    pub(super) fn waiting(&self) -> usize {
        let own = self.lines.values().map(|line| line.own.len());
        self.outbox.len() + own.sum::<usize>()
    }

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

    /// Takes the next delivery that a connection is to send. What is for another one goes there.
    pub(super) fn take(
        &mut self,
        number: u64,
        account: &Arc<str>,
        wire: &W,
        now: Instant,
    ) -> Option<Delivery<W>> {
        let mut own = self.lines.get_mut(&number).map(|line| &mut line.own);
        while let Some(delivery) = own.as_mut().and_then(|own| own.pop_front()) {
            if !delivery.is_taken() {
                return Some(delivery);
            }
        }
        loop {
            let delivery = self.outbox.take(account, now)?;
            let meant = wire.route(account, &delivery.body);
            let other = meant.filter(|meant| *meant != number);
            match other.and_then(|other| self.lines.get_mut(&other)) {
                Some(line) if line.account == *account => {
                    line.own.push_back(delivery);
                    line.wake.notify_one();
                }
                _ => return Some(delivery),
            }
        }
    }

    /// When a connection has something to send.
    pub(super) fn due(&self, number: u64, account: &str, now: Instant) -> Option<Instant> {
        let line = self.lines.get(&number);
        match line.is_some_and(|line| !line.own.is_empty()) {
            true => Some(now),
            false => self.outbox.due(account),
        }
    }

    /// Takes a connection out; what was for it goes to the others of its account.
    pub(super) fn remove(&mut self, number: u64, now: Instant) {
        if let Some(line) = self.lines.remove(&number) {
            let own = line.own.into_iter();
            for delivery in own.filter(|delivery| !delivery.is_taken()) {
                self.put(&line.account, now, delivery);
            }
        }
    }

    /// Plans the receipts of a message, in place of those that are to come.
    pub(super) fn plan_receipts(&mut self, entry: &mut Entry<W>, wire: &W, now: &Now) {
        for ticket in entry.receipts.drain(..) {
            // What has happened is told all the same.
            if ticket.0 > now.instant {
                self.outbox.remove(&entry.account, ticket);
            }
        }
        for (due, receipt) in wire.receipts(entry, now) {
            let ticket = self.put(&entry.account, due, receipt);
            entry.receipts.push(ticket);
        }
    }
}
