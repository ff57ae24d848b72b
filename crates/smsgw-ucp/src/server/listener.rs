//! [`Listener`]: takes connections and makes sessions of them.

use std::time::{Duration, Instant};

use smsgw_net::Stream;
use smsgw_net::server::{self as net, Peer, Service, Socket};

use super::Logins;
use crate::connection::Events;
use crate::session::{Config, Session};
use crate::smsc::Smsc;

/// What a [`Listener`] lets in, and what sessions it makes. The login timer of a session runs from
/// the connection on.
pub type ServerConfig = net::ServerConfig<Config>;

/// Takes connections on one address and makes sessions of them.
pub type Listener = net::SessionListener<Smsc>;

impl Service for Smsc {
    type Config = Config;
    type Session = Session;
    type Accepted = Accepted;

    fn login_timer(config: &Config) -> Duration {
        config.login_timer
    }

    fn session(config: Config, since: Instant) -> Session {
        Session::smsc(config, since)
    }

    fn start(
        session: Session,
        stream: Stream<Socket>,
        peer: Peer,
        logins: net::Logins,
    ) -> Accepted {
        let (smsc, events) = Self::with_session(stream, session);
        Accepted {
            smsc,
            events,
            peer,
            logins: Logins(logins),
        }
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
