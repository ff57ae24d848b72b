//! [`Smsc`]: a message centre that answers by plan.

mod config;
#[cfg(unix)]
mod control;
mod fate;
mod line;
mod outbox;
mod shared;
mod side;
mod smpp;
mod store;
mod wire;

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;

use serde::Serialize;
use smsgw_gsm::SegmentError;
use smsgw_smpp::ValueError;
use smsgw_smpp::tls::Acceptor;
use smsgw_smpp::types::MessageState;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};

use crate::event::{Events, Message, Status, What, Who, state_name};
use crate::faults::{Fault, Faults};
use shared::{Power, Shared};
use smpp::{Door, Outbound, Smpp};
use store::Entry;
use wire::{Session as _, TurnedAway, Wire};

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
        let (outbinds, asked) = mpsc::channel(1);
        let door = Door::new(listener, asked, &config);
        let shared = Arc::new(Shared::new(config, local_addr, outbinds));
        let accepting = tokio::spawn(accept::<Smpp>(door, Arc::clone(&shared)));
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
        let messages = inner.smpp.store.iter().map(|entry| &*entry.message);
        messages.cloned().collect()
    }

    /// Counts, sessions, faults and messages.
    #[must_use]
    pub fn status(&self) -> StatusReport {
        let inner = self.0.lock();
        let now = line::now();
        let submitted = |entry: &Entry<Smpp>| Submitted {
            message: Arc::clone(&entry.message),
            message_state: entry.fate.state(now),
        };
        StatusReport {
            address: self.0.local_addr,
            plugged: !self.0.power.borrow().is_cut,
            counts: Counts {
                receipts_waiting: u64::try_from(inner.smpp.post.outbox.len()).unwrap_or(u64::MAX),
                ..inner.counts
            },
            faults: inner.faults.clone(),
            bound: inner
                .smpp
                .post
                .lines
                .values()
                .map(|line| line.bound.clone())
                .collect(),
            submitted: inner.smpp.store.iter().map(submitted).collect(),
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
    ) -> Result<Vec<Status>, DeliverError> {
        let outcomes = {
            let mut inner = self.0.lock();
            let inner = &mut *inner;
            let receiver = inner.smpp.post.lines.values().find(|line| line.receives);
            let account = Arc::clone(&receiver.ok_or(DeliverError::NoReceiver)?.account);
            inner.reference = inner.reference.wrapping_add(1);
            let (reference, now) = (inner.reference, line::now());
            let side = &mut inner.smpp;
            side.deliver(&account, from, to, text, reference, now)?
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
        smpp::alert(&self.0, from, to)
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
        let outbound = Outbound::connect(address, password).await?;
        let sent = self.0.outbinds.send(outbound).await;
        sent.map_err(|_| io::ErrorKind::NotConnected.into())
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
    #[serde(flatten)]
    pub who: Who,
    /// `transmitter`, `receiver` or `transceiver`, where the protocol has that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<&'static str>,
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

/// Takes connections until the end; then ends them and waits for them.
async fn accept<W: Wire>(mut door: W::Door, shared: Arc<Shared>) {
    let mut power = shared.power.subscribe();
    let mut lines = JoinSet::new();
    loop {
        // Each arm is cancel-safe.
        let entered = tokio::select! {
            biased;
            () = until(&mut power, |power| power.over) => break,
            Some(_) = lines.join_next(), if !lines.is_empty() => continue,
            entered = W::enter(&mut door) => entered,
        };
        match entered {
            Ok(arrival) => {
                let power = shared.power.subscribe();
                if power.borrow().is_cut {
                    arrival.session.close();
                    continue;
                }
                let number = shared.number_connection();
                lines.spawn(line::run(arrival, number, Arc::clone(&shared), power));
            }
            Err(TurnedAway(Some((peer, reason)))) => {
                let number = shared.number_connection();
                shared.emit(W::PROTOCOL, number, || What::Refused { peer, reason });
            }
            // The system gave no connection; it is asked again.
            Err(TurnedAway(None)) => {}
        }
    }
    while lines.join_next().await.is_some() {}
}

/// Waits until the power is so; or for ever gone, which is as good as off.
async fn until(power: &mut watch::Receiver<Power>, is_so: impl FnMut(&Power) -> bool) {
    let _ = power.wait_for(is_so).await;
}
