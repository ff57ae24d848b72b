//! [`SessionListener`]: takes connections and makes sessions of them.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::net::{TcpListener, ToSocketAddrs};

use super::{
    Incoming, ListenOptions, Listener, Logins, Networks, Peer, Rejected, SharedGuard, Socket,
};
use crate::Stream;
#[cfg(feature = "tls")]
use crate::tls::Acceptor;

/// The server end of a protocol: what becomes of a connection.
pub trait Service {
    /// The limits and timers of a session.
    type Config: Clone;
    /// A session without IO.
    type Session;
    /// What the owner of the listener is given.
    type Accepted;

    /// How long a client may take to log in, from the connection on.
    fn login_timer(config: &Self::Config) -> Duration;

    /// The session of a connection that is there since `since`.
    fn session(config: Self::Config, since: Instant) -> Self::Session;

    /// Starts the session over its connection.
    fn start(
        session: Self::Session,
        stream: Stream<Socket>,
        peer: Peer,
        logins: Logins,
    ) -> Self::Accepted;
}

/// What a [`SessionListener`] lets in, and what sessions it makes; `C` has the limits and timers of
/// a session.
#[derive(Clone, Debug)]
pub struct ServerConfig<C> {
    /// The limits and timers of each session. The timer of its login runs from the connection on:
    /// PROXY header, TLS handshake and login have that time together.
    pub session: C,
    /// Who may connect and log in. Listeners with clones of one guard count together.
    pub guard: SharedGuard,
    /// Whose connections begin with a PROXY header: those, and no others.
    pub proxies: Networks,
    /// With what TLS is spoken; `None` for none.
    #[cfg(feature = "tls")]
    pub tls: Option<Acceptor>,
    /// Most PROXY headers and TLS handshakes that are waited for at once: see
    /// [`ListenOptions::max_handshakes`].
    pub max_handshakes: usize,
}

impl<C: Default> Default for ServerConfig<C> {
    fn default() -> Self {
        let options = ListenOptions::default();
        Self {
            session: C::default(),
            guard: options.guard,
            proxies: options.proxies,
            #[cfg(feature = "tls")]
            tls: options.tls,
            max_handshakes: options.max_handshakes,
        }
    }
}

type Prepare<S> = dyn Fn(&mut S, &Peer) + Send + Sync;

/// Takes connections on one address and makes sessions of them.
///
/// It works while [`Self::next`] or [`Self::accept`] is awaited; handshakes go on beside that.
/// Dropped, it takes no more and gives up the handshakes; sessions that were handed out live on.
pub struct SessionListener<P: Service> {
    sockets: Listener,
    session: P::Config,
    prepare: Option<Box<Prepare<P::Session>>>,
}

impl<P: Service> SessionListener<P> {
    /// Listens on `address`, IPv4 or IPv6.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(
        address: impl ToSocketAddrs,
        config: ServerConfig<P::Config>,
    ) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(address).await?, config))
    }

    /// Takes connections of a socket that listens already.
    #[must_use]
    pub fn new(listener: TcpListener, config: ServerConfig<P::Config>) -> Self {
        let options = ListenOptions {
            guard: config.guard,
            proxies: config.proxies,
            #[cfg(feature = "tls")]
            tls: config.tls,
            max_handshakes: config.max_handshakes,
            handshake_timeout: P::login_timer(&config.session),
        };
        Self {
            sockets: Listener::new(listener, options),
            session: config.session,
            prepare: None,
        }
    }

    /// Shows each session from now on to `prepare` before it begins: for a tap, for example.
    pub fn prepare(&mut self, prepare: impl Fn(&mut P::Session, &Peer) + Send + Sync + 'static) {
        self.prepare = Some(Box::new(prepare));
    }

    /// Where it listens.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.sockets.local_addr()
    }

    /// The next connection that can log in; those that are turned away are passed over.
    ///
    /// Cancel-safe.
    pub async fn accept(&mut self) -> P::Accepted {
        let incoming = self.sockets.accept().await;
        self.open(incoming)
    }

    /// The next connection that can log in, or that was turned away. After either there are more.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    /// When a connection was turned away, or the system gave none.
    pub async fn next(&mut self) -> Result<P::Accepted, Rejected> {
        let incoming = self.sockets.next().await?;
        Ok(self.open(incoming))
    }

    fn open(&self, incoming: Incoming) -> P::Accepted {
        // The time for a login began with the connection.
        let mut session = P::session(self.session.clone(), incoming.since);
        if let Some(prepare) = &self.prepare {
            prepare(&mut session, &incoming.peer);
        }
        P::start(session, incoming.stream, incoming.peer, incoming.logins)
    }
}

impl<P: Service> fmt::Debug for SessionListener<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionListener")
            .field("sockets", &self.sockets)
            .finish_non_exhaustive()
    }
}
