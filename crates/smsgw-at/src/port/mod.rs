//! The ports that modems are at: serial ports, TCP, unix sockets.
//!
//! ```no_run
//! use smsgw_at::port::{Port, PortAddress};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let address: PortAddress = "tcp:192.0.2.7:4000".parse()?;
//! let port = Port::open(&address).await?;
//! # Ok(())
//! # }
//! ```
//!
//! A pseudoterminal is a serial port: its path stands for it.

mod address;
#[cfg(feature = "serial")]
mod serial;

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use smsgw_net::Stream;
use smsgw_net::connect::ConnectOptions;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
#[cfg(unix)]
use tokio::net::UnixStream;

pub use address::{FlowControl, PortAddress, PortAddressError, SerialAddress};
#[cfg(feature = "serial")]
use serial::SerialPort;

/// An open port of a modem, to be read and written.
///
/// Its end, [`Ok(0)`](AsyncRead::poll_read) or an error, is final: the modem was unplugged, or the
/// other end hung up. [`shutdown`](tokio::io::AsyncWriteExt::shutdown) waits until the port is free
/// for the next who opens it; when the port is only dropped, that is so a moment later.
pub struct Port {
    transport: Transport,
    name: String,
}

enum Transport {
    Tcp(Stream),
    #[cfg(unix)]
    Unix(UnixStream),
    #[cfg(feature = "serial")]
    Serial(SerialPort),
    Other(Box<dyn Duplex>),
}

/// What can be read and written.
trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

impl Port {
    /// Opens the port at `address`.
    ///
    /// A serial port is opened for this program alone: whoever opens it next is refused.
    ///
    /// # Errors
    /// [`ResourceBusy`](io::ErrorKind::ResourceBusy) when another program holds the serial port;
    /// [`NotFound`](io::ErrorKind::NotFound) when there is none by that name;
    /// [`Unsupported`](io::ErrorKind::Unsupported) for a serial port without the feature `serial`
    /// and where the system has no such ports; otherwise what the system says.
    pub async fn open(address: &PortAddress) -> io::Result<Self> {
        let transport = match address {
            PortAddress::Tcp(server) => {
                let server = server.as_str();
                Transport::Tcp(ConnectOptions::default().connect(server).await?)
            }
            PortAddress::Serial(address) => open_serial(address).await?,
            #[cfg(unix)]
            PortAddress::Unix(path) => Transport::Unix(UnixStream::connect(path).await?),
            #[cfg(any(target_os = "linux", target_os = "android"))]
            PortAddress::Abstract(name) => {
                Transport::Unix(UnixStream::connect(format!("\0{name}")).await?)
            }
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            _ => {
                let text = "this system has no such ports";
                return Err(io::Error::new(io::ErrorKind::Unsupported, text));
            }
        };
        let name = address.to_string();
        Ok(Self { transport, name })
    }

    /// A port that was opened in another way; `name` is for people.
    #[must_use]
    pub fn from_stream<S>(name: impl Into<String>, stream: S) -> Self
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self {
            transport: Transport::Other(Box::new(stream)),
            name: name.into(),
        }
    }

    /// Its address, or the name it was given.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Raises or drops DTR, the line by which a modem sees that somebody is there (V.24 circuit
    /// 108/2).
    ///
    /// Whether it was done: only a serial port has the line, and not each of them. Cancel-safe.
    pub async fn set_dtr(&mut self, is_on: bool) -> bool {
        match &mut self.transport {
            #[cfg(feature = "serial")]
            Transport::Serial(port) => port.set_dtr(is_on).await,
            _ => {
                let _ = is_on;
                false
            }
        }
    }
}

#[cfg(feature = "serial")]
async fn open_serial(address: &SerialAddress) -> io::Result<Transport> {
    Ok(Transport::Serial(SerialPort::open(address).await?))
}

#[cfg(not(feature = "serial"))]
#[expect(clippy::unused_async, reason = "with the feature it waits")]
async fn open_serial(_: &SerialAddress) -> io::Result<Transport> {
    let text = "built without serial ports, the feature `serial`";
    Err(io::Error::new(io::ErrorKind::Unsupported, text))
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// Calls a method of the transport, whichever it is.
macro_rules! forward {
    ($port:expr, $method:ident($($argument:expr),*)) => {
        match &mut $port.transport {
            Transport::Tcp(stream) => Pin::new(stream).$method($($argument),*),
            #[cfg(unix)]
            Transport::Unix(stream) => Pin::new(stream).$method($($argument),*),
            #[cfg(feature = "serial")]
            Transport::Serial(port) => Pin::new(port).$method($($argument),*),
            Transport::Other(stream) => Pin::new(stream).$method($($argument),*),
        }
    };
}

impl AsyncRead for Port {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        forward!(self, poll_read(context, buffer))
    }
}

impl AsyncWrite for Port {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        forward!(self, poll_write(context, octets))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, poll_flush(context))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        forward!(self, poll_shutdown(context))
    }
}
