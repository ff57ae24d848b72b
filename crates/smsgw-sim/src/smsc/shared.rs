//! What all connections of a message centre share.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{broadcast, mpsc, watch};

use super::fate::{Fate, Now, Span};
use super::side::Side;
use super::smpp::{Outbound, Smpp};
use super::store::Entry;
use super::ucp::Ucp;
use super::wire::Wire;
use super::{Config, Counts};
use crate::event::{Event, Message, Protocol, What};
use crate::faults::{Faults, Kind, Strike};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) local_addr: SocketAddr,
    pub(super) addresses: Addresses,
    pub(super) config: Config,
    inner: Mutex<Inner>,
    pub(super) events: broadcast::Sender<Arc<Event>>,
    /// Those of them that are not about a message.
    pub(super) session_events: broadcast::Sender<Arc<Event>>,
    pub(super) power: watch::Sender<Power>,
    /// Connections to ESMEs that are asked to bind, for the task that owns all of them.
    pub(super) outbinds: mpsc::Sender<Outbound>,
}

/// Where is listened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Addresses {
    pub(super) smpp: Option<SocketAddr>,
    pub(super) ucp: Option<SocketAddr>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) faults: Faults,
    pub(super) counts: Counts,
    /// The number of the last connection.
    pub(super) connection: u64,
    /// Of the last message with several parts.
    pub(super) reference: u8,
    pub(super) smpp: Side<Smpp>,
    pub(super) ucp: Side<Ucp>,
}

/// Whether there is a line to the outside.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Power {
    /// How often it was cut: a connection does not outlive the next one.
    pub(super) cuts: u64,
    /// Whether new connections are dropped.
    pub(super) is_cut: bool,
    pub(super) over: bool,
}

impl Shared {
    pub(super) fn new(
        config: Config,
        local_addr: SocketAddr,
        addresses: Addresses,
        outbinds: mpsc::Sender<Outbound>,
    ) -> Self {
        let channel = || broadcast::Sender::new(config.max_events.max(1));
        Self {
            local_addr,
            addresses,
            inner: Mutex::new(Inner {
                faults: config.faults.clone(),
                counts: Counts::default(),
                connection: 0,
                reference: 0,
                smpp: Side::new(Smpp::new(&config)),
                ucp: Side::new(Ucp::new(config.ucp.clone().unwrap_or_default())),
            }),
            events: channel(),
            session_events: channel(),
            config,
            power: watch::Sender::new(Power::default()),
            outbinds,
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of a connection that has come.
    pub(super) fn number_connection(&self) -> u64 {
        let mut inner = self.lock();
        inner.connection += 1;
        inner.connection
    }

    /// Tells whoever listens of a connection.
    pub(super) fn emit(&self, protocol: Protocol, connection: u64, what: impl FnOnce() -> What) {
        let to = [&self.events, &self.session_events];
        tell(&to, protocol, connection, what);
    }

    /// Tells whoever listens of a message.
    pub(super) fn emit_message(
        &self,
        protocol: Protocol,
        connection: u64,
        what: impl FnOnce() -> What,
    ) {
        tell(&[&self.events], protocol, connection, what);
    }
}

fn tell(
    to: &[&broadcast::Sender<Arc<Event>>],
    protocol: Protocol,
    connection: u64,
    what: impl FnOnce() -> What,
) {
    if to.iter().all(|sender| sender.receiver_count() == 0) {
        return;
    }
    let event = Arc::new(Event {
        what: what(),
        protocol,
        connection,
    });
    for sender in to {
        // The last reader may have gone this moment.
        let _ = sender.send(Arc::clone(&event));
    }
}

/// Why a submit is not accepted.
pub(super) enum Refusal<W: Wire> {
    Refused(W::Refused),
    Fault(Strike),
}

/// A message that is accepted.
pub(super) struct Accepted<W: Wire> {
    pub(super) message: Arc<Message>,
    pub(super) account: Arc<str>,
    pub(super) span: Span,
    pub(super) kept: W::Kept,
}

impl Inner {
    /// Counts a submit and says which fault hits it, if it can be accepted all the same.
    pub(super) fn strike<W: Wire>(
        &mut self,
        config: &Config,
    ) -> Result<Option<Strike>, Refusal<W>> {
        let strike = self.faults.on_submit();
        match strike.map(|strike| (strike, strike.kind)) {
            Some((strike, Kind::Throttle)) => {
                self.counts.throttled += 1;
                return Err(Refusal::Fault(strike));
            }
            Some((strike, Kind::QueueFull | Kind::Nack | Kind::NoAnswerDrop)) => {
                return Err(Refusal::Fault(strike));
            }
            _ => {}
        }
        if W::side(self).post.outbox.len() >= config.max_waiting {
            return Err(Refusal::Refused(W::QUEUE_FULL));
        }
        Ok(strike)
    }

    /// Remembers a message and plans its receipts.
    pub(super) fn keep<W: Wire>(&mut self, accepted: Accepted<W>, now: &Now, config: &Config) {
        let ordinal = self.counts.submitted;
        self.counts.submitted += 1;
        let planned = config.receipts.outcome(ordinal);
        let mut entry = Entry {
            ordinal,
            message: accepted.message,
            account: accepted.account,
            accepted: now.wall,
            span: accepted.span,
            planned,
            fate: Fate::new(accepted.span, config.receipts.delay, planned),
            receipts: Vec::new(),
            kept: accepted.kept,
        };
        let side = W::side(self);
        side.post.plan_receipts(&mut entry, &side.wire, now);
        side.store.keep(entry, config.remembered);
    }
}
