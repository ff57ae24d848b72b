//! What `smsgw send` and `smsgw load` share: the server they connect to.

pub(crate) mod smpp;
pub(crate) mod ucp;

use std::error::Error;
use std::fmt::Display;
use std::io::{self, ErrorKind};
use std::path::PathBuf;
use std::time::Duration;

use smsgw_net::connect::ConnectOptions;
use smsgw_net::tls::{Connector, HandshakeError, Identity, Roots, TlsError};

use crate::values::duration;

/// Where the server is and how to connect to it.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Endpoint {
    /// Where the server listens.
    #[arg(long, value_name = "HOST:PORT", value_parser = host_and_port)]
    connect: String,
    /// How long the server may take to let us connect, to let us in, and for an answer.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = duration)]
    timeout: Duration,
    /// Speak TLS; the server's certificate is checked.
    #[arg(long)]
    tls: bool,
    /// PEM file of who may have signed it; public authorities unless given.
    #[arg(long, value_name = "FILE", requires = "tls")]
    tls_ca: Option<PathBuf>,
    /// PEM file with the certificate to show to the server.
    #[arg(long, value_name = "FILE", requires_all = ["tls", "tls_key"])]
    tls_cert: Option<PathBuf>,
    /// PEM file with its private key.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// The name in the server's certificate; the host of --connect unless given.
    #[arg(long, value_name = "NAME", requires = "tls")]
    tls_name: Option<String>,
}

impl Endpoint {
    /// Host and port.
    fn server(&self) -> &str {
        &self.connect
    }

    const fn timeout(&self) -> Duration {
        self.timeout
    }

    /// How to connect; reads the files.
    fn options(&self) -> Result<ConnectOptions, TlsError> {
        Ok(ConnectOptions {
            tls: self.tls.then(|| self.connector()).transpose()?,
            connect_timeout: self.timeout,
            ..ConnectOptions::default()
        })
    }

    fn connector(&self) -> Result<Connector, TlsError> {
        let roots = self.tls_ca.clone().map_or(Roots::Public, Roots::File);
        let identity = self.tls_cert.as_ref().zip(self.tls_key.as_ref());
        let identity = identity.map(|(certificates, key)| Identity::new(certificates, key));
        let host = self.connect.rsplit_once(':').map_or("", |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let name = self.tls_name.as_deref().unwrap_or(host);
        Connector::from_files(&roots, identity.as_ref())?.with_server_name(name)
    }

    /// One line that says what is wrong and what to look at.
    fn told(&self, error: &dyn Display, hint: &str) -> String {
        let text = error.to_string();
        // The address may stand there already.
        match text.contains(&self.connect) {
            true => format!("{text}; {hint}"),
            false => format!("{}: {text}; {hint}", self.connect),
        }
    }

    /// What to look at when there is no connection.
    fn hint(error: &io::Error) -> &'static str {
        if is_handshake(error) {
            return "check --tls-ca, --tls-cert and --tls-name";
        }
        match error.kind() {
            ErrorKind::ConnectionRefused => {
                "is a server running there? 'smsgw sim smsc' starts one to try with"
            }
            _ => "check --connect and the network",
        }
    }

    /// What to look at when the server says nothing.
    const fn hint_of_silence(&self) -> &'static str {
        match self.tls {
            true => "does the server take connections from here?",
            false => "does the server want --tls, and does it take connections from here?",
        }
    }
}

/// Whether it was TLS that failed.
fn is_handshake(error: &io::Error) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<HandshakeError>() {
            return true;
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    false
}

fn host_and_port(text: &str) -> Result<String, String> {
    let port = text.rsplit_once(':').map(|(_, port)| port.parse::<u16>());
    match port {
        Some(Ok(_)) => Ok(text.to_owned()),
        _ => Err("not HOST:PORT".to_owned()),
    }
}
