//! [`Smsc`]: a message centre that answers by plan.

mod area;
mod config;
#[cfg(unix)]
mod control;
mod delivery;
mod line;
mod store;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::Serialize;
use smsgw_gsm::SegmentError;
use smsgw_smpp::connection;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{AlertNotification, Outbind};
use smsgw_smpp::receipt::Dialect;
use smsgw_smpp::server::guard::Limits;
use smsgw_smpp::server::{Accepted, Listener, ServerConfig};
use smsgw_smpp::tls::Acceptor;
use smsgw_smpp::types::{MessageState, Secret};
use smsgw_smpp::{CommandStatus, ValueError};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, broadcast, mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::event::{Event, Events, Message, Protocol, What, state_name};
use crate::faults::{Fault, Faults};
use area::Broadcasts;
use delivery::{Delivery, Outbox, Party, Ticket};
use store::{Entry, Now, Store};

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
        let channel = || broadcast::Sender::new(config.max_events.max(1));
        let (events, session_events) = (channel(), channel());
        let (outbinds, asked) = mpsc::channel(1);
        let first_id = config.first_id.unwrap_or_else(|| {
            let has_room = config.session.interface_version.has_tlvs();
            // Before 3.4 an id has at most 8 characters.
            id_of_now() % if has_room { u64::MAX } else { 100_000_000 }
        });
        let shared = Arc::new(Shared {
            local_addr,
            inner: Mutex::new(Inner {
                faults: config.faults.clone(),
                next_id: first_id,
                post: Post {
                    dialect: config.receipts.dialect,
                    ..Post::default()
                },
                ..Inner::default()
            }),
            config,
            events,
            session_events,
            power: watch::Sender::new(Power::default()),
            outbinds,
        });
        let accepting = tokio::spawn(accept(listener, asked, Arc::clone(&shared)));
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

    /// With what it speaks TLS, to read changed certificates with; `None` when it does not.
    #[must_use]
    pub fn tls(&self) -> Option<&Acceptor> {
        self.0.config.tls.as_ref()
    }

    /// What happens from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        Events::new(self.0.events.subscribe())
    }

    /// What happens from now on, but for what is about a single message: faults, answers,
    /// deliveries and the like. While nobody takes [`Self::events`], those cost nothing.
    #[must_use]
    pub fn session_events(&self) -> Events {
        Events::new(self.0.session_events.subscribe())
    }

    /// The messages it accepted, oldest first, as far as it remembers.
    #[must_use]
    pub fn submitted(&self) -> Vec<Message> {
        let inner = self.0.lock();
        let messages = inner.store.iter().map(|entry| &*entry.message);
        messages.cloned().collect()
    }

    /// Counts, sessions, faults and messages.
    #[must_use]
    pub fn status(&self) -> StatusReport {
        let inner = self.0.lock();
        let now = Instant::now();
        let submitted = |entry: &Entry| Submitted {
            message: Arc::clone(&entry.message),
            message_state: entry.fate.state(now),
        };
        StatusReport {
            address: self.0.local_addr,
            plugged: !self.0.power.borrow().is_cut,
            counts: Counts {
                receipts_waiting: u64::try_from(inner.post.outbox.len()).unwrap_or(u64::MAX),
                ..inner.counts
            },
            faults: inner.faults.clone(),
            bound: inner
                .post
                .lines
                .values()
                .map(|line| line.who.clone())
                .collect(),
            submitted: inner.store.iter().map(submitted).collect(),
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
            let receiver = inner.post.lines.values().find(|line| line.receives);
            let system_id = Arc::clone(&receiver.ok_or(DeliverError::NoReceiver)?.system_id);
            inner.reference = inner.reference.wrapping_add(1);
            let next_id = &mut inner.next_id;
            let id = || take_id(next_id, self.0.config.ids);
            let parts = Delivery::messages(&from, &to, text, inner.reference, id)?;
            let now = Instant::now();
            let outcomes: Vec<_> = parts
                .into_iter()
                .map(|(delivery, outcome)| {
                    inner.post.put(&system_id, now, delivery);
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

    /// Tells an ESME that is bound to receive that a subscriber can be reached again
    /// (`alert_notification`). Addresses are as in [`Self::deliver`].
    ///
    /// # Errors
    /// When nobody is bound to receive, or an address is too long.
    pub fn alert(&self, from: &str, to: &str) -> Result<(), DeliverError> {
        let (source, esme) = (Party::parse(from)?, Party::parse(to)?);
        let alert = AlertNotification {
            source_addr: source.address(),
            esme_addr: esme.address(),
            ..AlertNotification::default()
        };
        let inner = self.0.lock();
        let mut receivers = inner.post.lines.iter().filter(|(_, line)| line.receives);
        let told = receivers.find(|(_, line)| line.mc.notify(&alert).is_ok());
        let (&number, line) = told.ok_or(DeliverError::NoReceiver)?;
        self.0.emit(number, || What::Alert {
            system_id: line.system_id.to_string(),
            from: from.to_owned(),
            to: to.to_owned(),
        });
        Ok(())
    }

    /// Connects to an ESME that listens at `address` and asks it to bind (`outbind`), with
    /// `password` for it to know this message centre by. Its bind and all that follows is as if
    /// it had connected.
    ///
    /// # Errors
    /// When there is no connection, the line is cut, or the password is too long.
    pub async fn outbind(&self, address: SocketAddr, password: &str) -> io::Result<()> {
        if self.0.power.borrow().is_cut {
            return Err(io::Error::other("the line is cut"));
        }
        let credentials = Credentials::new(password).map_err(io::Error::other)?;
        let connected = TcpStream::connect(address);
        let connected = tokio::time::timeout(OUTBIND, connected).await?;
        let outbind = (connected?, address, credentials);
        let sent = self.0.outbinds.send(outbind).await;
        sent.map_err(|_| io::ErrorKind::NotConnected.into())
    }
}

/// How long an ESME that is asked to bind has to take the connection.
const OUTBIND: Duration = Duration::from_secs(10);
/// The name of the message centre, where it says it.
const SYSTEM_ID: &str = "smsgw-sim";

/// By what an ESME that is asked to bind knows who asks.
#[derive(Debug)]
struct Credentials {
    password: String,
}

impl Credentials {
    fn new(password: &str) -> Result<Self, ValueError> {
        Secret::<9>::try_from(password)?;
        let password = password.to_owned();
        Ok(Self { password })
    }

    fn outbind(&self) -> Outbind<'_> {
        Outbind {
            system_id: SYSTEM_ID.try_into().unwrap_or_default(),
            // It was checked.
            password: self.password.as_str().try_into().unwrap_or_default(),
            ..Outbind::default()
        }
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
    pub submitted: Vec<Submitted>,
}

/// A message that was accepted, and where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Submitted {
    /// The message.
    #[serde(flatten)]
    pub message: Arc<Message>,
    /// Where it is now.
    #[serde(serialize_with = "state_name")]
    pub message_state: MessageState,
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
    /// Messages and broadcasts that were taken back.
    pub cancelled: u64,
    /// Messages that were replaced.
    pub replaced: u64,
}

/// What all connections share.
#[derive(Debug)]
struct Shared {
    local_addr: SocketAddr,
    config: Config,
    inner: Mutex<Inner>,
    events: broadcast::Sender<Arc<Event>>,
    /// Those of them that are not about a message.
    session_events: broadcast::Sender<Arc<Event>>,
    power: watch::Sender<Power>,
    /// Connections to ESMEs that are asked to bind, for the task that owns all of them.
    outbinds: mpsc::Sender<(TcpStream, SocketAddr, Credentials)>,
}

#[derive(Debug, Default)]
struct Inner {
    faults: Faults,
    next_id: u64,
    /// Of the last message with several parts.
    reference: u8,
    counts: Counts,
    store: Store,
    broadcasts: Broadcasts,
    post: Post,
}

/// What goes to ESMEs, and which are there to take it.
#[derive(Debug, Default)]
struct Post {
    /// Bound sessions by the number of their connection.
    lines: BTreeMap<u64, LineInfo>,
    outbox: Outbox,
    dialect: Dialect,
}

/// The other end of a connection, and its number.
struct End {
    mc: Mc,
    events: connection::Events,
    peer: SocketAddr,
    number: u64,
}

#[derive(Debug)]
struct LineInfo {
    mc: Mc,
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

    /// Tells whoever listens of a connection.
    fn emit(&self, connection: u64, what: impl FnOnce() -> What) {
        self.tell(&[&self.events, &self.session_events], connection, what);
    }

    /// Tells whoever listens of a message.
    fn emit_message(&self, connection: u64, what: impl FnOnce() -> What) {
        self.tell(&[&self.events], connection, what);
    }

    fn tell(
        &self,
        to: &[&broadcast::Sender<Arc<Event>>],
        connection: u64,
        what: impl FnOnce() -> What,
    ) {
        if to.iter().all(|sender| sender.receiver_count() == 0) {
            return;
        }
        let event = Arc::new(Event {
            what: what(),
            protocol: Protocol::Smpp,
            connection,
        });
        for sender in to {
            // The last reader may have gone this moment.
            let _ = sender.send(Arc::clone(&event));
        }
    }
}

impl Post {
    /// Queues a delivery and wakes who can send it, unless they wait for an earlier one anyway.
    fn put(&mut self, system_id: &Arc<str>, due: Instant, delivery: Delivery) -> Ticket {
        let (ticket, is_next) = self.outbox.put(system_id, due, delivery);
        if is_next {
            self.lines
                .values()
                .filter(|line| line.receives && line.system_id == *system_id)
                .for_each(|line| line.wake.notify_one());
        }
        ticket
    }

    /// Plans the receipt of a message, in place of one that waits.
    fn plan_receipt(&mut self, entry: &mut Entry, now: &Now) {
        if let Some(ticket) = entry.receipt.take() {
            self.outbox.remove(&entry.system_id, ticket);
        }
        let Some(state) = entry.fate.outcome else {
            return;
        };
        let delivered = state == MessageState::DELIVERED;
        if entry.registered_delivery.wants_receipt(delivered) {
            let due = entry.fate.ends;
            let receipt = Delivery::receipt(entry, state, now.wall_at(due), &self.dialect);
            entry.receipt = Some(self.put(&entry.system_id, due, receipt));
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

/// Only the faults that are set turn anybody away.
const NO_LIMITS: Limits = Limits {
    connections: usize::MAX,
    connections_per_address: usize::MAX,
    sessions_per_account: usize::MAX,
    address_lockout: None,
    account_lockout: None,
};

/// Takes connections until the end; then ends them and waits for them.
async fn accept(
    listener: TcpListener,
    mut outbinds: mpsc::Receiver<(TcpStream, SocketAddr, Credentials)>,
    shared: Arc<Shared>,
) {
    let server = ServerConfig {
        session: shared.config.session.clone(),
        guard: NO_LIMITS.into(),
        tls: shared.config.tls.clone(),
        ..ServerConfig::default()
    };
    let mut listener = Listener::new(listener, server);
    let mut power = shared.power.subscribe();
    let mut lines = JoinSet::new();
    let mut number = 0;
    loop {
        // Each arm is cancel-safe.
        let (mc, events, peer, credentials) = tokio::select! {
            biased;
            () = until(&mut power, |power| power.over) => break,
            Some(_) = lines.join_next(), if !lines.is_empty() => continue,
            Some((stream, peer, credentials)) = outbinds.recv() => {
                let (mc, events) = Mc::new(stream, shared.config.session.clone());
                (mc, events, peer, Some(credentials))
            }
            accepted = listener.next() => match accepted {
                Ok(Accepted { mc, events, peer, .. }) => (mc, events, peer.address, None),
                Err(mut rejected) => {
                    // Without one the system gave no connection; it is asked again.
                    if let Some(peer) = rejected.address.take() {
                        number += 1;
                        let reason = rejected.to_string();
                        shared.emit(number, || What::Refused { peer, reason });
                    }
                    continue;
                }
            },
        };
        let power = shared.power.subscribe();
        if power.borrow().is_cut {
            mc.close();
            continue;
        }
        number += 1;
        let end = End {
            mc,
            events,
            peer,
            number,
        };
        lines.spawn(line::run(end, credentials, Arc::clone(&shared), power));
    }
    while lines.join_next().await.is_some() {}
}

/// Waits until the power is so; or for ever gone, which is as good as off.
async fn until(power: &mut watch::Receiver<Power>, is_so: impl FnMut(&Power) -> bool) {
    let _ = power.wait_for(is_so).await;
}
