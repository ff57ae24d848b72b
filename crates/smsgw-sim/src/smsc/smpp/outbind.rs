//! Where connections come from: ESMEs that connect, and those that are asked to bind.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use smsgw_smpp::ValueError;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::Outbind;
use smsgw_smpp::server::{Accepted, Listener, ServerConfig};
use smsgw_smpp::session;
use smsgw_smpp::types::Secret;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use super::{SYSTEM_ID, Smpp};
use crate::event::What;
use crate::smsc::Config;
use crate::smsc::line::Line;
use crate::smsc::wire::{Arrival, NO_LIMITS, TurnedAway};

/// How long an ESME that is asked to bind has to take the connection.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Where connections come from.
pub(in crate::smsc) struct Door {
    listener: Listener,
    outbinds: mpsc::Receiver<Outbound>,
    session: session::Config,
}

impl Door {
    pub(in crate::smsc) fn new(
        listener: TcpListener,
        outbinds: mpsc::Receiver<Outbound>,
        config: &Config,
    ) -> Self {
        let server = ServerConfig {
            session: config.session.clone(),
            guard: NO_LIMITS.into(),
            tls: config.tls.clone(),
            ..ServerConfig::default()
        };
        Self {
            listener: Listener::new(listener, server),
            outbinds,
            session: config.session.clone(),
        }
    }

    pub(super) async fn next(&mut self) -> Result<Arrival<Smpp>, TurnedAway> {
        // Each arm is cancel-safe.
        tokio::select! {
            Some(outbound) = self.outbinds.recv() => {
                let (session, events) = Mc::new(outbound.stream, self.session.clone());
                Ok(Arrival {
                    session,
                    events,
                    peer: outbound.peer,
                    start: Some(outbound.credentials),
                })
            }
            accepted = self.listener.next() => match accepted {
                Ok(Accepted { mc, events, peer, .. }) => Ok(Arrival {
                    session: mc,
                    events,
                    peer: peer.address,
                    start: None,
                }),
                Err(mut rejected) => {
                    let peer = rejected.address.take();
                    Err(TurnedAway(peer.map(|peer| (peer, rejected.to_string()))))
                }
            },
        }
    }
}

/// A connection to an ESME that is to be asked to bind.
pub(in crate::smsc) struct Outbound {
    stream: TcpStream,
    peer: SocketAddr,
    credentials: Credentials,
}

impl Outbound {
    pub(in crate::smsc) async fn connect(peer: SocketAddr, password: &str) -> io::Result<Self> {
        let credentials = Credentials::new(password).map_err(io::Error::other)?;
        let stream = tokio::time::timeout(TIMEOUT, TcpStream::connect(peer)).await??;
        Ok(Self {
            stream,
            peer,
            credentials,
        })
    }
}

/// By what an ESME that is asked to bind knows who asks.
pub(in crate::smsc) struct Credentials {
    password: String,
}

impl Credentials {
    fn new(password: &str) -> Result<Self, ValueError> {
        Secret::<9>::try_from(password)?;
        let password = password.to_owned();
        Ok(Self { password })
    }
}

impl Line<Smpp> {
    pub(super) fn outbind(&self, credentials: &Credentials) {
        let outbind = Outbind {
            system_id: SYSTEM_ID.try_into().unwrap_or_default(),
            // It was checked.
            password: credentials.password.as_str().try_into().unwrap_or_default(),
            ..Outbind::default()
        };
        // Nothing was done with the session yet.
        if self.session.outbind(&outbind).is_ok() {
            let peer = self.peer;
            self.emit(|| What::Outbind { peer });
        }
    }
}

impl fmt::Debug for Outbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbound")
            .field("peer", &self.peer)
            .finish_non_exhaustive()
    }
}
