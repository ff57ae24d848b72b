//! [`Smsc`]: a message centre that answers by plan.

mod config;
#[cfg(unix)]
mod control;
mod delivery;
mod line;

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use smsgw_gsm::SegmentError;
use smsgw_smpp::{CommandStatus, ValueError};
use tokio::net::TcpListener;
use tokio::sync::{Notify, broadcast, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::event::{Event, Events, Message, Protocol, What};
use crate::faults::{Fault, Faults};
use delivery::{Delivery, Outbox, Party};

pub use config::{Account, Config, IdFormat, ReceiptPlan};
#[cfg(unix)]
pub use control::Control;

/// A running message centre; ends when dropped.
///
/// What can be asked of it is in [`Handle`].
#[derive(Debug)]
pub struct Smsc {
    handle: Handle,
    accepting: JoinHandle<()>,
}

impl Smsc {
    /// Listens and starts to answer.
    ///
    /// # Errors
    /// When the address cannot be listened at.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listener = TcpListener::bind(config.bind).await?;
        Self::start_on(listener, config)
    }

    /// Answers at a listener that is there; `config.bind` is not used.
    ///
    /// # Errors
    /// When the listener has no address.
    pub fn start_on(listener: TcpListener, config: Config) -> io::Result<Self> {
        let local_addr = listener.local_addr()?;
        let (events, _) = broadcast::channel(config.max_events.max(1));
        let first_id = config.first_id.unwrap_or_else(id_of_now);
        let shared = Arc::new(Shared {
            local_addr,
            inner: Mutex::new(Inner {
                faults: config.faults.clone(),
                next_id: first_id,
                ..Inner::default()
            }),
            config,
            events,
            power: watch::Sender::new(Power::default()),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            handle: Handle(shared),
            accepting,
        })
    }

    /// A handle that others can keep.
    #[must_use]
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    /// Ends all connections and stops listening.
    pub async fn shutdown(mut self) {
        self.handle.0.power.send_modify(|power| power.over = true);
        // It does not panic; if it did, it is over as well.
        let _ = (&mut self.accepting).await;
    }
}

impl Deref for Smsc {
    type Target = Handle;

    fn deref(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Smsc {
    fn drop(&mut self) {
        self.handle.0.power.send_modify(|power| power.over = true);
    }
}

/// What can be asked of a message centre while it runs; clones share it.
#[derive(Clone)]
pub struct Handle(Arc<Shared>);

impl Handle {
    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.local_addr
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(self.0.events.subscribe())
    }

    /// The messages it accepted, oldest first, as far as it remembers.
    #[must_use]
    pub fn submitted(&self) -> Vec<Message> {
        let inner = self.0.lock();
        inner.submitted.iter().map(|m| Message::clone(m)).collect()
    }

    /// Counts, sessions, faults and messages.
    #[must_use]
    pub fn status(&self) -> StatusReport {
        let inner = self.0.lock();
        StatusReport {
            address: self.0.local_addr,
            plugged: !self.0.power.borrow().is_cut,
            counts: Counts {
                receipts_waiting: u64::try_from(inner.outbox.len()).unwrap_or(u64::MAX),
                ..inner.counts
            },
            faults: inner.faults.clone(),
            bound: inner.lines.values().map(|line| line.who.clone()).collect(),
            submitted: inner.submitted.iter().cloned().collect(),
        }
    }

    /// Sets a fault.
    pub fn set_fault(&self, fault: Fault) {
        self.0.lock().faults.set(fault);
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.0.lock().faults = Faults::none();
    }

    /// Drops all connections at once, and new ones until [`Self::plug`].
    pub fn cut(&self) {
        self.0.power.send_modify(|power| {
            power.cuts += 1;
            power.is_cut = true;
        });
    }

    /// Takes connections again.
    pub fn plug(&self) {
        self.0.power.send_modify(|power| power.is_cut = false);
    }

    /// A subscriber sends a message: hands it to an ESME that is bound to receive, in parts if it
    /// is long, and waits for the answer to each.
    ///
    /// In addresses `+30690...` is international, digits are a short code, anything else a name.
    ///
    /// # Errors
    /// When nobody is bound to receive, a part gets no answer, or the message cannot be sent.
    pub async fn deliver(
        &self,
        from: &str,
        to: &str,
        text: &str,
    ) -> Result<Vec<CommandStatus>, DeliverError> {
        let (from, to) = (Party::parse(from)?, Party::parse(to)?);
        let outcomes = {
            let mut inner = self.0.lock();
            let inner = &mut *inner;
            let receiver = inner.lines.values().find(|line| line.receives);
            let system_id = Arc::clone(&receiver.ok_or(DeliverError::NoReceiver)?.system_id);
            inner.reference = inner.reference.wrapping_add(1);
            let next_id = &mut inner.next_id;
            let id = || take_id(next_id, self.0.config.ids);
            let parts = Delivery::messages(&from, &to, text, inner.reference, id)?;
            let now = Instant::now();
            let outcomes: Vec<_> = parts
                .into_iter()
                .map(|(delivery, outcome)| {
                    inner.put(&system_id, now, delivery);
                    outcome
                })
                .collect();
            outcomes
        };
        let mut statuses = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            statuses.push(outcome.await.map_err(|_| DeliverError::Unanswered)??);
        }
        Ok(statuses)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("local_addr", &self.0.local_addr)
            .finish_non_exhaustive()
    }
}

/// A message of a subscriber did not reach an ESME.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeliverError {
    /// No session could take it.
    #[error("nobody is bound to receive")]
    NoReceiver,
    /// A part was sent and not answered.
    #[error("no answer")]
    Unanswered,
    /// An address is too long.
    #[error("address: {0}")]
    Address(#[from] ValueError),
    /// The text is too long.
    #[error(transparent)]
    Text(#[from] SegmentError),
}

/// How a message centre is doing.
#[derive(Clone, Debug, Serialize)]
pub struct StatusReport {
    /// Where it listens.
    pub address: SocketAddr,
    /// Whether it takes connections.
    pub plugged: bool,
    /// How often what happened.
    pub counts: Counts,
    /// What goes wrong.
    pub faults: Faults,
    /// Who is bound.
    pub bound: Vec<Bound>,
    /// The messages it accepted, oldest first, as far as it remembers.
    pub submitted: Vec<Arc<Message>>,
}

/// A bound session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bound {
    /// The number of its connection.
    pub connection: u64,
    /// Who.
    pub system_id: String,
    /// `transmitter`, `receiver` or `transceiver`.
    pub mode: &'static str,
    /// From where.
    pub peer: SocketAddr,
}

/// How often what happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Connections taken.
    pub connections: u64,
    /// Messages accepted.
    pub submitted: u64,
    /// Submits answered `ESME_RTHROTTLED`.
    pub throttled: u64,
    /// Receipts that an ESME took.
    pub receipts_delivered: u64,
    /// Receipts and messages that wait to be sent.
    pub receipts_waiting: u64,
    /// Messages that an ESME took.
    pub delivered: u64,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    local_addr: SocketAddr,
    config: Config,
    inner: Mutex<Inner>,
    events: broadcast::Sender<Arc<Event>>,
    power: watch::Sender<Power>,
}

#[derive(Debug, Default)]
struct Inner {
    faults: Faults,
    next_id: u64,
    /// Of the last message with several parts.
    reference: u8,
    counts: Counts,
    submitted: VecDeque<Arc<Message>>,
    /// Bound sessions by the number of their connection.
    lines: BTreeMap<u64, LineInfo>,
    outbox: Outbox,
}

#[derive(Debug)]
struct LineInfo {
    who: Bound,
    system_id: Arc<str>,
    receives: bool,
    wake: Arc<Notify>,
}

/// Whether there is a line to the outside.
#[derive(Clone, Copy, Debug, Default)]
struct Power {
    /// How often it was cut: a connection does not outlive the next one.
    cuts: u64,
    /// Whether new connections are dropped.
    is_cut: bool,
    over: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it is held.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever listens.
    fn emit(&self, connection: u64, what: impl FnOnce() -> What) {
        if self.events.receiver_count() > 0 {
            let event = Event {
                what: what(),
                protocol: Protocol::Smpp,
                connection,
            };
            // The last reader may have gone this moment.
            let _ = self.events.send(Arc::new(event));
        }
    }
}

impl Inner {
    /// Queues a delivery and wakes who can send it, unless they wait for an earlier one anyway.
    fn put(&mut self, system_id: &Arc<str>, due: Instant, delivery: Delivery) {
        if self.outbox.put(system_id, due, delivery) {
            self.lines
                .values()
                .filter(|line| line.receives && line.system_id == *system_id)
                .for_each(|line| line.wake.notify_one());
        }
    }
}

fn take_id(next_id: &mut u64, format: IdFormat) -> String {
    let id = *next_id;
    *next_id = id.wrapping_add(1);
    match format {
        IdFormat::Decimal => id.to_string(),
        IdFormat::Hex => format!("{id:x}"),
    }
}

/// Microseconds since 1970: more than a million submits a second would catch up with the clock.
fn id_of_now() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(1, |since| u64::try_from(since.as_micros()).unwrap_or(1))
}

/// Takes connections until the end; then ends them and waits for them.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut power = shared.power.subscribe();
    let mut lines = JoinSet::new();
    let mut number = 0;
    loop {
        // Each arm is cancel-safe.
        tokio::select! {
            biased;
            () = until(&mut power, |power| power.over) => break,
            Some(_) = lines.join_next(), if !lines.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    let power = shared.power.subscribe();
                    if power.borrow().is_cut {
                        continue;
                    }
                    number += 1;
                    lines.spawn(line::run(stream, peer, number, Arc::clone(&shared), power));
                }
                // Mostly too many open files: others end, then it goes on.
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            },
        }
    }
    while lines.join_next().await.is_some() {}
}

/// Waits until the power is so; or for ever gone, which is as good as off.
async fn until(power: &mut watch::Receiver<Power>, is_so: impl FnMut(&Power) -> bool) {
    let _ = power.wait_for(is_so).await;
}
