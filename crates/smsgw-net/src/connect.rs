//! How a client gets its connection: from which address, to which of many, with or without TLS.
//!
//! ```no_run
//! use smsgw_net::connect::ConnectOptions;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions {
//!     local_address: Some("192.0.2.7".parse()?),
//!     ..ConnectOptions::default()
//! };
//! let servers = ["198.51.100.1:2775".parse()?, "198.51.100.2:2775".parse()?];
//! // The first of them that takes the connection.
//! let stream = options.connect(&servers[..]).await?;
//! # Ok(())
//! # }
//! ```

use std::error::Error;
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpSocket, ToSocketAddrs, lookup_host};

use crate::Stream;
#[cfg(feature = "tls")]
use crate::tls::Connector;

/// From where and how to connect.
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The address to connect from; `None` lets the system choose. Servers of the other family
    /// are passed over.
    pub local_address: Option<IpAddr>,
    /// With what TLS is spoken; `None` for none. When it has no server name, the certificate must
    /// be for the IP address; with [`Servers`] for the host name of the server, if it has one.
    #[cfg(feature = "tls")]
    pub tls: Option<Connector>,
    /// How long the connection to one address may take, its TLS handshake included; and how long
    /// the look-up of the addresses. A log-in over it has a limit of its own.
    pub connect_timeout: Duration,
}

impl Default for ConnectOptions {
    /// Any address, no TLS, 10 seconds.
    fn default() -> Self {
        Self {
            local_address: None,
            #[cfg(feature = "tls")]
            tls: None,
            connect_timeout: Duration::from_secs(10),
        }
    }
}

impl ConnectOptions {
    /// Connects to the first address of `server` that takes the connection.
    ///
    /// # Errors
    /// When none does; the error is that of the last. Among its [sources](Error::source) is the
    /// `HandshakeError` when it was TLS that failed.
    pub async fn connect(&self, server: impl ToSocketAddrs) -> io::Result<Stream> {
        let limit = self.connect_timeout;
        let timed_out = |what| {
            let text = format!("no {what} within {limit:?}");
            io::Error::new(io::ErrorKind::TimedOut, text)
        };
        let found = tokio::time::timeout(limit, lookup_host(server)).await;
        let found = found.unwrap_or_else(|_| Err(timed_out("address")))?;
        let local = self.local_address;
        let fits =
            |address: &SocketAddr| local.is_none_or(|local| local.is_ipv4() == address.is_ipv4());
        let text = match local {
            Some(local) => format!("the server has no address that {local} can connect to"),
            None => "the server has no address".to_owned(),
        };
        let mut last = io::Error::new(io::ErrorKind::AddrNotAvailable, text);
        for address in found.filter(fits) {
            let attempt = tokio::time::timeout(limit, self.connect_to(address)).await;
            match attempt.unwrap_or_else(|_| Err(timed_out("connection"))) {
                Ok(stream) => return Ok(stream),
                Err(error) => last = io::Error::new(error.kind(), Failed { address, error }),
            }
        }
        Err(last)
    }

    /// The same for a server with this name or address and port: it has to show that this is its
    /// name.
    fn for_server(&self, server: &str) -> io::Result<Self> {
        #[cfg_attr(
            not(feature = "tls"),
            expect(unused_mut, reason = "it has no name to keep")
        )]
        let mut options = self.clone();
        #[cfg(feature = "tls")]
        if let Some(tls) = options
            .tls
            .take_if(|_| server.parse::<SocketAddr>().is_err())
        {
            let host = server.rsplit_once(':').map_or(server, |(host, _)| host);
            let tls = tls.or_server_name(host.trim_end_matches('.'));
            options.tls =
                Some(tls.map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?);
        }
        #[cfg(not(feature = "tls"))]
        let _ = server;
        Ok(options)
    }

    async fn connect_to(&self, server: SocketAddr) -> io::Result<Stream> {
        let socket = if server.is_ipv4() {
            TcpSocket::new_v4()?
        } else {
            TcpSocket::new_v6()?
        };
        if let Some(local) = self.local_address {
            socket.bind(SocketAddr::new(local, 0))?;
        }
        let stream = socket.connect(server).await?;
        // Without it a small request waits for the peer's acknowledgement of the last one.
        let _ = stream.set_nodelay(true);
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            return Ok(Stream::tls_over(tls.connect(stream, server.ip()).await?));
        }
        Ok(Stream::plain(stream))
    }
}

/// Servers that can stand in for each other, the one to prefer first; clones share the list.
///
/// For who brings a session up again and again and counts the attempts: each attempt begins with
/// another server, so that one which takes connections but no log-ins does not stand in the way of
/// the others; and within an attempt all are tried until one takes the connection.
///
/// ```no_run
/// use smsgw_net::connect::{ConnectOptions, Servers};
///
/// # async fn example() -> std::io::Result<()> {
/// let servers = ["smsc.example.net:5000", "198.51.100.2:5000"];
/// let servers = Servers::new(servers, ConnectOptions::default());
/// let first = servers.connect(0).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Servers {
    /// Host names or addresses, each with a port.
    servers: Arc<[String]>,
    options: ConnectOptions,
}

impl Servers {
    /// Those with these names or addresses, each with a port, to connect to as `options` say.
    ///
    /// Over TLS, unless the connector was given a name for all of them, each has to show a
    /// certificate for its own name, or its address where it has none.
    #[must_use]
    pub fn new(
        servers: impl IntoIterator<Item = impl Into<String>>,
        options: ConnectOptions,
    ) -> Self {
        Self {
            servers: servers.into_iter().map(Into::into).collect(),
            options,
        }
    }

    /// Connects: attempt 0 begins with the first, 1 with the second, and so on, around the list.
    ///
    /// # Errors
    /// When none takes the connection; the error is that of the last that was tried.
    pub fn connect(
        &self,
        attempt: usize,
    ) -> impl Future<Output = io::Result<Stream>> + Send + use<> {
        let Self { servers, options } = self.clone();
        async move {
            let text = "there is no server to connect to";
            let mut last = io::Error::new(io::ErrorKind::AddrNotAvailable, text);
            let first = attempt.checked_rem(servers.len()).unwrap_or_default();
            let around = servers.iter().cycle().skip(first);
            for server in around.take(servers.len()) {
                let connected = match options.for_server(server) {
                    Ok(options) => options.connect(server.as_str()).await,
                    Err(error) => Err(error),
                };
                match connected {
                    Ok(stream) => return Ok(stream),
                    Err(error) => last = error,
                }
            }
            Err(last)
        }
    }
}

/// An address did not take the connection.
#[derive(Debug)]
struct Failed {
    address: SocketAddr,
    error: io::Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.address, self.error)
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.error.get_ref() {
            Some(error) => Some(error),
            None => Some(&self.error),
        }
    }
}
