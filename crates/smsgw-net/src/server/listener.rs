//! [`Listener`]: takes connections that may become sessions.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, ToSocketAddrs};
use tokio::task::{AbortHandle, JoinError, JoinSet};

use super::guard::Refusal;
use super::proxy::{ProxyError, ProxyHeader};
use super::socket::Socket;
use super::{Logins, Networks, Place, SharedGuard};
#[cfg(feature = "tls")]
use crate::tls::{Acceptor, HandshakeError, TlsPeer};
use crate::{Stream, now};

/// How long nothing is accepted after that failed, as it does when the process has no file left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What a [`Listener`] lets in.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// Who may connect and log in. Listeners with clones of one guard count together.
    pub guard: SharedGuard,
    /// Whose connections begin with a PROXY header: those, and no others.
    pub proxies: Networks,
    /// With what TLS is spoken; `None` for none.
    #[cfg(feature = "tls")]
    pub tls: Option<Acceptor>,
    /// Most PROXY headers and TLS handshakes that are waited for at once, at least 1. Beyond that
    /// the one that takes longest gives way, so that nobody holds up the others. With more than
    /// [`connections_per_address`](super::guard::Limits::connections_per_address) no single
    /// address can push others out.
    pub max_handshakes: usize,
    /// How long PROXY header and TLS handshake may take together, from the connection on.
    pub handshake_timeout: Duration,
}

impl Default for ListenOptions {
    /// The guard's usual limits, no proxies, no TLS, 256 handshakes at once, 10 seconds.
    fn default() -> Self {
        Self {
            guard: SharedGuard::default(),
            proxies: Networks::default(),
            #[cfg(feature = "tls")]
            tls: None,
            max_handshakes: 256,
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

/// Takes connections on one address.
///
/// It works while [`Self::next`] or [`Self::accept`] is awaited; handshakes go on beside that.
/// Dropped, it takes no more and gives up the handshakes; connections that were handed out live on.
pub struct Listener {
    listener: TcpListener,
    options: Arc<ListenOptions>,
    handshakes: JoinSet<Result<Incoming, Rejected>>,
    /// The handshakes in the order they began.
    order: VecDeque<(AbortHandle, SocketAddr)>,
    /// Nothing is accepted before.
    pause: Option<Instant>,
}

impl Listener {
    /// Listens on `address`, IPv4 or IPv6.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(address: impl ToSocketAddrs, options: ListenOptions) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(address).await?, options))
    }

    /// Takes connections of a socket that listens already.
    #[must_use]
    pub fn new(listener: TcpListener, options: ListenOptions) -> Self {
        Self {
            listener,
            options: Arc::new(options),
            handshakes: JoinSet::new(),
            order: VecDeque::new(),
            pause: None,
        }
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// The next connection that can be used; those that are turned away are passed over.
    ///
    /// Cancel-safe.
    pub async fn accept(&mut self) -> Incoming {
        loop {
            if let Ok(incoming) = self.next().await {
                return incoming;
            }
        }
    }

    /// The next connection that can be used, or that was turned away. After either there are more.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    /// When a connection was turned away, or the system gave none.
    pub async fn next(&mut self) -> Result<Incoming, Rejected> {
        loop {
            // For one too many, which makes the oldest give way.
            let has_room = self.handshakes.len() <= self.options.max_handshakes.max(1);
            // Each arm is cancel-safe.
            tokio::select! {
                // First what frees a place.
                biased;
                Some(ended) = self.handshakes.join_next_with_id(), if !self.handshakes.is_empty() => {
                    return self.handshake_ended(ended);
                }
                () = pause_until(self.pause), if self.pause.is_some() => self.pause = None,
                accepted = self.listener.accept(), if has_room && self.pause.is_none() => {
                    match accepted {
                        Ok((stream, address)) => if let Some(settled) = self.begin(stream, address) {
                            return settled;
                        }
                        Err(error) => {
                            // A peer that gave up is no reason to let others wait.
                            if error.kind() != io::ErrorKind::ConnectionAborted {
                                self.pause = Some(now() + ACCEPT_PAUSE);
                            }
                            return Err(Rejected { address: None, reason: RejectReason::Accept(error) });
                        }
                    }
                }
            }
        }
    }

    /// Lets a connection in; `None` when it takes a handshake first.
    fn begin(
        &mut self,
        stream: TcpStream,
        socket_address: SocketAddr,
    ) -> Option<Result<Incoming, Rejected>> {
        let peer = Peer::new(socket_address);
        let address = peer.address.ip();
        let is_proxy = self.options.proxies.contains(address);
        let place = if is_proxy {
            self.options.guard.connect_unknown()
        } else {
            self.options.guard.connect(address)
        };
        let place = match place {
            Ok(place) => place,
            Err(refusal) => return Some(Err(peer.rejected(RejectReason::Refused(refusal)))),
        };
        // Without it a small answer waits for the peer's acknowledgement of the last one.
        let _ = stream.set_nodelay(true);
        let begun = Begun {
            options: Arc::clone(&self.options),
            since: now(),
        };
        #[cfg(feature = "tls")]
        let is_plain = self.options.tls.is_none();
        #[cfg(not(feature = "tls"))]
        let is_plain = true;
        if is_plain && !is_proxy {
            let ahead = BytesMut::new();
            let socket = Socket {
                stream,
                ahead,
                place,
            };
            return Some(Ok(begun.done(Stream::plain(socket), peer)));
        }
        let handshake = begun.shake(stream, place, is_proxy, peer);
        let handle = self.handshakes.spawn(handshake);
        self.order.push_back((handle, socket_address));
        if self.handshakes.len() > self.options.max_handshakes.max(1)
            && let Some((longest, _)) = self.order.front()
        {
            longest.abort();
        }
        None
    }

    fn handshake_ended(
        &mut self,
        ended: Result<(tokio::task::Id, Result<Incoming, Rejected>), JoinError>,
    ) -> Result<Incoming, Rejected> {
        let id = match &ended {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let at = self.order.iter().position(|(handle, _)| handle.id() == id);
        let begun = at.and_then(|at| self.order.remove(at));
        match ended.map_err(JoinError::try_into_panic) {
            Ok((_, outcome)) => outcome,
            // Of a TLS configuration of somebody's own.
            Err(Ok(panic)) => resume_unwind(panic),
            Err(Err(_)) => Err(Rejected {
                address: begun.map(|(_, address)| canonical(address)),
                reason: RejectReason::Crowded,
            }),
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("listener", &self.listener)
            .field("handshakes", &self.handshakes.len())
            .finish_non_exhaustive()
    }
}

async fn pause_until(pause: Option<Instant>) {
    if let Some(pause) = pause {
        tokio::time::sleep_until(pause.into()).await;
    }
}

/// A connection that is not ready yet.
struct Begun {
    options: Arc<ListenOptions>,
    since: Instant,
}

impl Begun {
    /// Reads the PROXY header and speaks TLS, as far as there is to be one or the other.
    async fn shake(
        self,
        stream: TcpStream,
        place: Place,
        is_proxy: bool,
        mut peer: Peer,
    ) -> Result<Incoming, Rejected> {
        let limit = self.options.handshake_timeout;
        let ahead = BytesMut::new();
        let mut socket = Socket {
            stream,
            ahead,
            place,
        };
        let steps = async {
            if is_proxy {
                socket.read_header(&mut peer).await?;
            }
            #[cfg(feature = "tls")]
            if let Some(tls) = &self.options.tls {
                let stream = tls.accept(socket).await.map_err(RejectReason::Tls)?;
                let stream = Stream::tls_over(stream);
                peer.tls = stream.tls();
                return Ok(self.done(stream, peer.clone()));
            }
            Ok(self.done(Stream::plain(socket), peer.clone()))
        };
        let outcome = tokio::time::timeout(limit, steps).await;
        outcome
            .unwrap_or(Err(RejectReason::TimedOut))
            .map_err(|reason| peer.rejected(reason))
    }

    fn done(&self, stream: Stream<Socket>, peer: Peer) -> Incoming {
        Incoming {
            stream,
            logins: self.options.guard.logins(peer.address.ip()),
            peer,
            since: self.since,
        }
    }
}

impl Socket {
    async fn read_header(&mut self, peer: &mut Peer) -> Result<(), RejectReason> {
        let header = loop {
            match ProxyHeader::split_from(&mut self.ahead).map_err(RejectReason::Proxy)? {
                Some(header) => break header,
                None => {
                    let read = self.stream.read_buf(&mut self.ahead).await;
                    if read.map_err(RejectReason::Io)? == 0 {
                        return Err(RejectReason::Io(io::ErrorKind::UnexpectedEof.into()));
                    }
                }
            }
        };
        if let Some(addresses) = header.addresses {
            peer.address = canonical(addresses.source);
        }
        let address = peer.address.ip();
        self.place.identify(address).map_err(RejectReason::Refused)
    }
}

/// A connection that was let in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Incoming {
    /// The connection. It has its place among the others until it is dropped.
    pub stream: Stream<Socket>,
    /// Who it is.
    pub peer: Peer,
    /// What checks its log-ins. Not to ask it is to have no limits for them.
    pub logins: Logins,
    /// When it began: the time for a log-in counts from there.
    pub since: Instant,
}

/// The other end of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Peer {
    /// Its address, which a proxy may have told. IPv4 in IPv6 is shown as IPv4.
    pub address: SocketAddr,
    /// The other end of the socket: the proxy, when there is one.
    pub socket_address: SocketAddr,
    /// What the TLS handshake led to; `None` without TLS.
    #[cfg(feature = "tls")]
    pub tls: Option<TlsPeer>,
}

impl Peer {
    fn new(socket_address: SocketAddr) -> Self {
        let socket_address = canonical(socket_address);
        Self {
            address: socket_address,
            socket_address,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    fn rejected(&self, reason: RejectReason) -> Rejected {
        Rejected {
            address: Some(self.address),
            reason,
        }
    }
}

/// As one listener for both families shows IPv4: as IPv4.
fn canonical(address: SocketAddr) -> SocketAddr {
    match address.ip().to_canonical() {
        ip if ip == address.ip() => address,
        ip => SocketAddr::new(ip, address.port()),
    }
}

/// A connection that was turned away.
#[derive(Debug)]
#[non_exhaustive]
pub struct Rejected {
    /// Whose it was: the address that the proxy told, else that of the socket; `None` when there
    /// was no connection.
    pub address: Option<SocketAddr>,
    /// Why.
    pub reason: RejectReason,
}

/// Why a connection was turned away.
#[derive(Debug)]
#[non_exhaustive]
pub enum RejectReason {
    /// The guard does not let it in.
    Refused(Refusal),
    /// A proxy sent no header that can be read.
    Proxy(ProxyError),
    /// There is no agreement on TLS.
    #[cfg(feature = "tls")]
    Tls(HandshakeError),
    /// The connection ended before a header was whole.
    Io(io::Error),
    /// PROXY header and TLS handshake took longer than they may.
    TimedOut,
    /// There were too many handshakes, and this one took longest.
    Crowded,
    /// The system gave no connection. After a short pause it is asked again.
    Accept(io::Error),
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(address) = &self.address {
            write!(f, "{address}: ")?;
        }
        match &self.reason {
            RejectReason::Refused(refusal) => refusal.fmt(f),
            RejectReason::Proxy(error) => error.fmt(f),
            #[cfg(feature = "tls")]
            RejectReason::Tls(error) => error.fmt(f),
            RejectReason::Io(error) => write!(f, "ended before its PROXY header: {error}"),
            RejectReason::TimedOut => f.write_str("handshake not done in time"),
            RejectReason::Crowded => f.write_str("too many handshakes, this took longest"),
            RejectReason::Accept(error) => write!(f, "no connection accepted: {error}"),
        }
    }
}

impl std::error::Error for Rejected {}
