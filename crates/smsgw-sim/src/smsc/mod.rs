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
mod ucp;
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

use crate::event::{Events, Message, Protocol, Status, What, Who, state_name};
use crate::faults::{Fault, Faults};
use shared::{Addresses, Inner, Power, Shared};
use smpp::{Outbound, Smpp};
use ucp::Ucp;
use wire::{Session as _, TurnedAway, Wire};

pub use config::{Account, Config, IdFormat, ReceiptPlan, Ucp as UcpConfig, User};
pub use smsgw_ucp::types::UtcOffset;

/// A running message centre; ends when dropped.
///
/// What can be asked of it is in [`Handle`].
#[derive(Debug)]
pub struct Smsc {
    handle: Handle,
    /// One for each protocol.
    accepting: Vec<JoinHandle<()>>,
}

/// Sockets that listen, for [`Smsc::start_on`]; one alone is for SMPP.
#[derive(Debug, Default)]
pub struct Listeners {
    /// For SMPP.
    pub smpp: Option<TcpListener>,
    /// For UCP.
    pub ucp: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(smpp: TcpListener) -> Self {
        Self {
            smpp: Some(smpp),
            ucp: None,
        }
    }
}

impl Smsc {
    /// Listens and starts to answer.
    ///
    /// # Errors
    /// When an address cannot be listened at, or there is none.
    pub async fn start(config: Config) -> io::Result<Self> {
        let listen = async |address: Option<SocketAddr>| {
            let address = address?;
            let listener = TcpListener::bind(address).await;
            let told =
                |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
            Some(listener.map_err(told))
        };
        let ucp = config.ucp.as_ref().map(|ucp| ucp.bind);
        let listeners = Listeners {
            smpp: listen(config.bind).await.transpose()?,
            ucp: listen(ucp).await.transpose()?,
        };
        Self::start_on(listeners, config)
    }

    /// Answers at listeners that are there; the addresses of `config` are not used.
    ///
    /// # Errors
    /// When there is no listener, or one has no address.
    pub fn start_on(listeners: impl Into<Listeners>, config: Config) -> io::Result<Self> {
        let Listeners { smpp, ucp } = listeners.into();
        let address = |listener: &Option<TcpListener>| {
            let address = listener.as_ref().map(TcpListener::local_addr);
            address.transpose()
        };
        let addresses = Addresses {
            smpp: address(&smpp)?,
            ucp: address(&ucp)?,
        };
        let first = addresses.smpp.or(addresses.ucp);
        let first = first.ok_or_else(|| io::Error::other("there is nothing to listen at"))?;
        let (outbinds, asked) = mpsc::channel(1);
        let smpp = smpp.map(|listener| smpp::Door::new(listener, asked, &config));
        let ucp = ucp.map(|listener| ucp::Door::new(listener, &config));
        let shared = Arc::new(Shared::new(config, first, addresses, outbinds));
        let smpp = smpp.map(|door| tokio::spawn(accept::<Smpp>(door, Arc::clone(&shared))));
        let ucp = ucp.map(|door| tokio::spawn(accept::<Ucp>(door, Arc::clone(&shared))));
        Ok(Self {
            handle: Handle(shared),
            accepting: smpp.into_iter().chain(ucp).collect(),
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
        for accepting in self.accepting.drain(..) {
            // It does not panic; if it did, it is over as well.
            let _ = accepting.await;
        }
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
    /// Where it listens for SMPP, or for UCP when it speaks nothing else.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.0.local_addr
    }

    /// Where it listens for SMPP, if it does.
    #[must_use]
    pub fn smpp_addr(&self) -> Option<SocketAddr> {
        self.0.addresses.smpp
    }

    /// Where it listens for UCP, if it does.
    #[must_use]
    pub fn ucp_addr(&self) -> Option<SocketAddr> {
        self.0.addresses.ucp
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
        let submitted = submitted(&self.0.lock());
        let messages = submitted.into_iter().map(|it| it.message);
        messages.map(Arc::unwrap_or_clone).collect()
    }

    /// Counts, sessions, faults and messages.
    #[must_use]
    pub fn status(&self) -> StatusReport {
        let inner = self.0.lock();
        let waiting = inner.smpp.post.waiting() + inner.ucp.post.waiting();
        StatusReport {
            address: self.0.local_addr,
            ucp_address: self.0.addresses.ucp,
            plugged: !self.0.power.borrow().is_cut,
            counts: Counts {
                receipts_waiting: u64::try_from(waiting).unwrap_or(u64::MAX),
                ..inner.counts
            },
            faults: inner.faults.clone(),
            bound: inner
                .smpp
                .post
                .bound()
                .chain(inner.ucp.post.bound())
                .collect(),
            submitted: submitted(&inner),
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

    /// A subscriber sends a message: hands it to a client that can receive, in parts if it is long,
    /// and waits for the answer to each. Of several, those of SMPP come first.
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
        self.deliver_via(None, from, to, text).await
    }

    /// As [`Self::deliver`], by one protocol alone if that is said.
    ///
    /// # Errors
    /// As there.
    pub async fn deliver_via(
        &self,
        protocol: Option<Protocol>,
        from: &str,
        to: &str,
        text: &str,
    ) -> Result<Vec<Status>, DeliverError> {
        let outcomes = {
            let inner = &mut *self.0.lock();
            let receiver = |of, name| match protocol {
                Some(protocol) if protocol != of => None,
                _ => name,
            };
            let smpp = receiver(Protocol::Smpp, inner.smpp.post.receiver());
            let ucp = receiver(Protocol::Ucp, inner.ucp.post.receiver());
            inner.reference = inner.reference.wrapping_add(1);
            let (reference, now) = (inner.reference, line::now());
            match (smpp, ucp) {
                (Some(name), _) => inner.smpp.deliver(&name, from, to, text, reference, now)?,
                (None, Some(name)) => inner.ucp.deliver(&name, from, to, text, reference, now)?,
                (None, None) => return Err(DeliverError::NoReceiver),
            }
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

/// The messages that are remembered, in the order they were accepted.
fn submitted(inner: &Inner) -> Vec<Submitted> {
    let now = line::now();
    let mut all: Vec<_> = inner.smpp.store.submitted(now).collect();
    all.extend(inner.ucp.store.submitted(now));
    all.sort_by_key(|(ordinal, _)| *ordinal);
    all.into_iter().map(|(_, it)| it).collect()
}

/// A message of a subscriber did not reach a client.
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
    /// An address or the text cannot be sent over UCP.
    #[error("over UCP: {0}")]
    Field(#[from] smsgw_ucp::ValueError),
    /// The text is too long.
    #[error(transparent)]
    Text(#[from] SegmentError),
}

/// How a message centre is doing.
#[derive(Clone, Debug, Serialize)]
pub struct StatusReport {
    /// Where it listens for SMPP, or for UCP when it speaks nothing else.
    pub address: SocketAddr,
    /// Where it listens for UCP, if it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ucp_address: Option<SocketAddr>,
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
    /// Submits answered `ESME_RTHROTTLED`, or EC 04 by the fault.
    pub throttled: u64,
    /// Receipts that a client took.
    pub receipts_delivered: u64,
    /// Receipts and messages that wait to be sent.
    pub receipts_waiting: u64,
    /// Messages that a client took.
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
