//! How a client gets its connection.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpSocket, TcpStream, ToSocketAddrs, lookup_host};

#[cfg(feature = "tls")]
use tokio_rustls::client::TlsStream;

use crate::esme::ConnectError;
#[cfg(feature = "tls")]
use crate::tls::Connector;

/// From where and how to connect.
///
/// ```no_run
/// use smsgw_smpp::esme::{ConnectOptions, Esme};
/// use smsgw_smpp::session::{Bind, BindMode, Config};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let options = ConnectOptions {
///     local_address: Some("192.0.2.7".parse()?),
///     ..ConnectOptions::default()
/// };
/// let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
/// let servers = ["198.51.100.1:2775".parse()?, "198.51.100.2:2775".parse()?];
/// let (esme, events) =
///     Esme::connect_with(&servers[..], &bind, Config::default(), &options).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ConnectOptions {
    /// The address to connect from; `None` lets the system choose. Servers of the other family
    /// are passed over.
    pub local_address: Option<IpAddr>,
    /// With what TLS is spoken; `None` for none.
    #[cfg(feature = "tls")]
    pub tls: Option<Connector>,
    /// How long the connection to one address may take, its TLS handshake included, and the
    /// look-up of the addresses. The bind has the session init timer.
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

/// A connection to a server.
pub(crate) enum Transport {
    Plain(TcpStream),
    #[cfg(feature = "tls")]
    Tls(Box<TlsStream<TcpStream>>),
}

impl ConnectOptions {
    /// Connects to the first address of `server` that takes the connection.
    pub(crate) async fn open(&self, server: impl ToSocketAddrs) -> Result<Transport, ConnectError> {
        let found = tokio::time::timeout(self.connect_timeout, lookup_host(server)).await;
        let found = found.map_err(|_| self.timed_out("address found"));
        let local = self.local_address;
        let fits =
            |address: &SocketAddr| local.is_none_or(|local| local.is_ipv4() == address.is_ipv4());
        let mut last = None;
        for address in found.flatten().map_err(ConnectError::Io)?.filter(fits) {
            let attempt = tokio::time::timeout(self.connect_timeout, self.open_one(address)).await;
            match attempt.unwrap_or_else(|_| Err(ConnectError::Io(self.timed_out("connection")))) {
                Ok(transport) => return Ok(transport),
                Err(ConnectError::Io(error)) => {
                    let text = format!("{address}: {error}");
                    last = Some(ConnectError::Io(io::Error::new(error.kind(), text)));
                }
                Err(error) => last = Some(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            let text = match local {
                Some(local) => format!("the server has no address that {local} can connect to"),
                None => "the server has no address".to_owned(),
            };
            ConnectError::Io(io::Error::new(io::ErrorKind::AddrNotAvailable, text))
        }))
    }

    async fn open_one(&self, server: SocketAddr) -> Result<Transport, ConnectError> {
        let stream = self.connect(server).await.map_err(ConnectError::Io)?;
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let stream = tls.connect(stream, server.ip()).await;
            return Ok(Transport::Tls(Box::new(stream.map_err(ConnectError::Tls)?)));
        }
        Ok(Transport::Plain(stream))
    }

    async fn connect(&self, server: SocketAddr) -> io::Result<TcpStream> {
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
        Ok(stream)
    }

    fn timed_out(&self, what: &str) -> io::Error {
        let text = format!("no {what} within {:?}", self.connect_timeout);
        io::Error::new(io::ErrorKind::TimedOut, text)
    }
}
