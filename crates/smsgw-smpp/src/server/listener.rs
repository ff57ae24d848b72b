//! [`Listener`]: takes connections and makes sessions of them.

use std::time::{Duration, Instant};

use smsgw_net::Stream;
use smsgw_net::server::{self as net, Peer, Service, Socket};

use super::Binder;
use crate::connection::Events;
use crate::mc::Mc;
use crate::session::{Config, Session};

/// What a [`Listener`] lets in, and what sessions it makes. The session init timer of a session
/// runs from the connection on.
pub type ServerConfig = net::ServerConfig<Config>;

/// Takes connections on one address and makes sessions of them.
pub type Listener = net::SessionListener<Mc>;

impl Service for Mc {
    type Config = Config;
    type Session = Session;
    type Accepted = Accepted;

    fn login_timer(config: &Config) -> Duration {
        config.session_init_timer
    }

    fn session(config: Config, since: Instant) -> Session {
        Session::mc(config, since)
    }

    fn start(
        session: Session,
        stream: Stream<Socket>,
        peer: Peer,
        logins: net::Logins,
    ) -> Accepted {
        let (mc, events) = Self::with_session(stream, session);
        Accepted {
            mc,
            events,
            peer,
            binder: Binder(logins),
        }
    }
}

/// A connection that can bind.
#[derive(Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// The session.
    pub mc: Mc,
    /// Its events; the first of interest is
    /// [`Event::BindRequest`](crate::session::Event::BindRequest).
    pub events: Events,
    /// Who it is.
    pub peer: Peer,
    /// What checks its binds. Not to ask it is to have no limits for them.
    pub binder: Binder,
}
