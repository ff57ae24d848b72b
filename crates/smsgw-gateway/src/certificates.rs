//! Certificates of listeners and links: read at the start, and again when that is asked for.

use smsgw::smpp::tls::{Acceptor, Connector, TlsError};
use tokio::sync::watch;

use crate::config::{Config, LinkSmpp, LinkTls};
use crate::runtime::GatewayError;

/// Those of all listeners and links, in the order of the configuration.
#[derive(Debug)]
pub(crate) struct Certificates {
    listeners: Vec<Option<(String, Acceptor)>>,
    links: Vec<Option<Link>>,
}

#[derive(Debug)]
struct Link {
    name: String,
    host: String,
    tls: LinkTls,
    connector: watch::Sender<Connector>,
}

impl Certificates {
    /// Reads them. Blocks for as long as that takes.
    pub(crate) fn read(config: &Config) -> Result<Self, GatewayError> {
        let listeners = config.listen.smpp.iter().map(|listener| {
            let Some(tls) = &listener.tls else {
                return Ok(None);
            };
            let name = format!("listen.smpp {}", listener.bind);
            match Acceptor::from_files(tls.files()) {
                Ok(acceptor) => Ok(Some((name, acceptor))),
                Err(error) => Err(GatewayError::Tls { name, error }),
            }
        });
        let links = config.link.smpp.iter().map(|link| match &link.tls {
            Some(tls) => Link::read(link, tls).map(Some),
            None => Ok(None),
        });
        Ok(Self {
            listeners: listeners.collect::<Result<_, _>>()?,
            links: links.collect::<Result<_, _>>()?,
        })
    }

    /// Of each listener, if it speaks TLS.
    pub(crate) fn acceptors(&self) -> impl Iterator<Item = Option<Acceptor>> {
        self.listeners
            .iter()
            .map(|listener| listener.as_ref().map(|(_, acceptor)| acceptor.clone()))
    }

    /// Of each link, if it speaks TLS.
    pub(crate) fn connectors(&self) -> impl Iterator<Item = Option<watch::Receiver<Connector>>> {
        self.links
            .iter()
            .map(|link| link.as_ref().map(|link| link.connector.subscribe()))
    }

    /// Reads them again, and says how that went for each listener and link: where it failed, what
    /// was in force stays so. Blocks for as long as that takes.
    pub(crate) fn reload(&self) -> Vec<(String, Result<(), TlsError>)> {
        let listeners = self
            .listeners
            .iter()
            .flatten()
            .map(|(name, acceptor)| (name.clone(), acceptor.reload()));
        let links = self.links.iter().flatten().map(|link| {
            let connector = connector(&link.tls, &link.host);
            let reloaded = connector.map(|connector| drop(link.connector.send_replace(connector)));
            (link.name.clone(), reloaded)
        });
        listeners.chain(links).collect()
    }
}

impl Link {
    fn read(link: &LinkSmpp, tls: &LinkTls) -> Result<Self, GatewayError> {
        let name = format!("link.smpp {}", link.id);
        // With its port; IPv6 stands in brackets.
        let (host, _) = link.address.rsplit_once(':').unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_owned();
        match connector(tls, &host) {
            Ok(connector) => Ok(Self {
                name,
                host,
                tls: tls.clone(),
                connector: watch::channel(connector).0,
            }),
            Err(error) => Err(GatewayError::Tls { name, error }),
        }
    }
}

fn connector(tls: &LinkTls, host: &str) -> Result<Connector, TlsError> {
    Connector::from_files(&tls.roots(), tls.identity().as_ref())?
        .with_server_name(tls.server_name.as_deref().unwrap_or(host))
}
