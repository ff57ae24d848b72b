//! Where connections come from.

use smsgw_ucp::server::{Accepted, Listener, ServerConfig};
use smsgw_ucp::session::{Account, Login};
use tokio::net::TcpListener;

use super::Ucp;
use crate::smsc::Config;
use crate::smsc::wire::{Arrival, NO_LIMITS, TurnedAway};

/// A name for all who need not log in; the line has its own for each.
const ANYBODY: &str = "anybody";

/// Where connections come from.
pub(in crate::smsc) struct Door(Listener);

impl Door {
    pub(in crate::smsc) fn new(listener: TcpListener, config: &Config) -> Self {
        let settings = config.ucp.clone().unwrap_or_default();
        let mut session = settings.session;
        session.login = match Account::new(ANYBODY) {
            Ok(anybody) if settings.users.is_empty() => Login::None(anybody),
            _ => Login::Required,
        };
        // It is told how many wait.
        session.answer_alerts = false;
        let server = ServerConfig {
            session,
            guard: NO_LIMITS.into(),
            tls: config.tls.clone(),
            ..ServerConfig::default()
        };
        Self(Listener::new(listener, server))
    }

    pub(super) async fn next(&mut self) -> Result<Arrival<Ucp>, TurnedAway> {
        match self.0.next().await {
            Ok(Accepted {
                smsc, events, peer, ..
            }) => Ok(Arrival {
                session: smsc,
                events,
                peer: peer.address,
                start: (),
            }),
            Err(mut rejected) => {
                let peer = rejected.address.take();
                Err(TurnedAway(peer.map(|peer| (peer, rejected.to_string()))))
            }
        }
    }
}
