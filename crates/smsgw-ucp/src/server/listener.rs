//! [`Listener`]: takes connections and makes sessions of them.

use std::fmt;
use std::io;
use std::net::SocketAddr;

use smsgw_net::server::{Incoming, ListenOptions, Networks, Peer, Rejected, SharedGuard};
use tokio::net::{TcpListener, ToSocketAddrs};

use super::Logins;
use crate::connection::Events;
use crate::session::{Config, Session};
use crate::smsc::Smsc;
#[cfg(feature = "tls")]
use crate::tls::Acceptor;

/// What a [`Listener`] lets in, and what sessions it makes.
#[derive(Clone, Debug)]
pub struct ServerConfig {
    /// The limits and timers of each session. The login timer runs from the connection on: PROXY
    /// header, TLS handshake and login have that time together.
    pub session: Config,
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
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            session: Config::default(),
            guard: SharedGuard::default(),
            proxies: Networks::default(),
            #[cfg(feature = "tls")]
            tls: None,
            max_handshakes: 256,
        }
    }
}

type Prepare = dyn Fn(&mut Session, &Peer) + Send + Sync;

/// Takes connections on one address.
///
/// It works while [`Self::next`] or [`Self::accept`] is awaited; handshakes go on beside that.
/// Dropped, it takes no more and gives up the handshakes; sessions that were handed out live on.
pub struct Listener {
    sockets: smsgw_net::server::Listener,
    session: Config,
    prepare: Option<Box<Prepare>>,
}

impl Listener {
    /// Listens on `address`, IPv4 or IPv6.
    ///
    /// # Errors
    /// When the address cannot be had.
    pub async fn bind(address: impl ToSocketAddrs, config: ServerConfig) -> io::Result<Self> {
        Ok(Self::new(TcpListener::bind(address).await?, config))
    }

    /// Takes connections of a socket that listens already.
    #[must_use]
    pub fn new(listener: TcpListener, config: ServerConfig) -> Self {
        let mut options = ListenOptions {
            guard: config.guard,
            proxies: config.proxies,
            max_handshakes: config.max_handshakes,
            ..ListenOptions::default()
        };
        options.handshake_timeout = config.session.login_timer;
        #[cfg(feature = "tls")]
        {
            options.tls = config.tls;
        }
        Self {
            sockets: smsgw_net::server::Listener::new(listener, options),
            session: config.session,
            prepare: None,
        }
    }

    /// Shows each session from now on to `prepare` before it begins: for a
    /// [tap](Session::tap), for example.
    pub fn prepare(&mut self, prepare: impl Fn(&mut Session, &Peer) + Send + Sync + 'static) {
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
    pub async fn accept(&mut self) -> Accepted {
        let incoming = self.sockets.accept().await;
        self.open(incoming)
    }

    /// The next connection that can log in, or that was turned away. After either there are more.
    ///
    /// Cancel-safe.
    ///
    /// # Errors
    /// When a connection was turned away, or the system gave none.
    pub async fn next(&mut self) -> Result<Accepted, Rejected> {
        let incoming = self.sockets.next().await?;
        Ok(self.open(incoming))
    }

    fn open(&self, incoming: Incoming) -> Accepted {
        let Incoming {
            stream,
            peer,
            logins,
            since,
            ..
        } = incoming;
        // The login timer began with the connection.
        let mut session = Session::smsc(self.session.clone(), since);
        if let Some(prepare) = &self.prepare {
            prepare(&mut session, &peer);
        }
        let (smsc, events) = Smsc::with_session(stream, session);
        Accepted {
            smsc,
            events,
            peer,
            logins: Logins(logins),
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener")
            .field("sockets", &self.sockets)
            .finish_non_exhaustive()
    }
}

/// A connection that can log in.
#[derive(Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// The session.
    pub smsc: Smsc,
    /// Its events; the first of interest is
    /// [`Event::LoginRequest`](crate::session::Event::LoginRequest), unless the link has no login.
    pub events: Events,
    /// Who it is.
    pub peer: Peer,
    /// What checks its logins. Not to ask it is to have no limits for them.
    pub logins: Logins,
}
