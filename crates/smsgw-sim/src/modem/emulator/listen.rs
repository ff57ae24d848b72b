//! Where a modem can be reached.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};

use super::pty::Pty;
use crate::control::{self, SocketFile};

/// Where a modem can be reached.
///
/// ```
/// use smsgw_sim::modem::Listen;
///
/// assert_eq!(Listen::Pty("/tmp/modem".into()).to_string(), "pty /tmp/modem");
/// assert_eq!(Listen::unix("@modem"), Listen::Abstract("modem".to_owned()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Listen {
    /// A pseudo terminal, to which a symbolic link at this path leads. A link that is there is
    /// replaced.
    Pty(PathBuf),
    /// A TCP port; port 0 takes a free one.
    Tcp(SocketAddr),
    /// A Unix socket at this path. One that nobody listens at is replaced; any other file is not.
    Unix(PathBuf),
    /// A Unix socket with this name and no path (Linux).
    Abstract(String),
}

impl Listen {
    /// A Unix socket: at a path, or, after `@`, with a name and no path.
    #[must_use]
    pub fn unix(text: &str) -> Self {
        match text.strip_prefix('@') {
            Some(name) => Self::Abstract(name.to_owned()),
            None => Self::Unix(text.into()),
        }
    }

    /// The same kind of place with the number `n` after its path or name, or so many TCP ports on.
    /// `None` when there are no more ports.
    #[must_use]
    pub fn numbered(&self, n: u16) -> Option<Self> {
        let path = |path: &PathBuf| {
            let mut path = path.clone().into_os_string();
            path.push(n.to_string());
            PathBuf::from(path)
        };
        Some(match self {
            Self::Pty(link) => Self::Pty(path(link)),
            Self::Unix(socket) => Self::Unix(path(socket)),
            Self::Abstract(name) => Self::Abstract(format!("{name}{n}")),
            Self::Tcp(address) if address.port() == 0 => Self::Tcp(*address),
            Self::Tcp(address) => {
                let mut address = *address;
                address.set_port(address.port().checked_add(n.checked_sub(1)?)?);
                Self::Tcp(address)
            }
        })
    }

    /// The same kind of place with another path. `None` for one that has no path.
    #[must_use]
    pub fn at(&self, path: PathBuf) -> Option<Self> {
        match self {
            Self::Pty(_) => Some(Self::Pty(path)),
            Self::Unix(_) => Some(Self::Unix(path)),
            Self::Tcp(_) | Self::Abstract(_) => None,
        }
    }

    pub(super) async fn open(&self) -> io::Result<Listener> {
        match self {
            Self::Pty(link) => Pty::open(link).map(Listener::Pty),
            Self::Tcp(address) => TcpListener::bind(address).await.map(Listener::Tcp),
            Self::Unix(path) => {
                let (listener, file) = control::listen(path)?;
                let _file = Some(file);
                Ok(Listener::Unix(Socket { listener, _file }))
            }
            Self::Abstract(name) => {
                let (listener, _file) = (abstract_socket(name)?, None);
                Ok(Listener::Unix(Socket { listener, _file }))
            }
        }
    }
}

/// `pty PATH`, `tcp ADDRESS`, `unix PATH` or `unix @NAME`.
impl fmt::Display for Listen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pty(link) => write!(f, "pty {}", link.display()),
            Self::Tcp(address) => write!(f, "tcp {address}"),
            Self::Unix(path) => write!(f, "unix {}", path.display()),
            Self::Abstract(name) => write!(f, "unix @{name}"),
        }
    }
}

#[cfg(target_os = "linux")]
fn abstract_socket(name: &str) -> io::Result<UnixListener> {
    use std::os::linux::net::SocketAddrExt as _;
    use std::os::unix::net;
    let address = net::SocketAddr::from_abstract_name(name)?;
    let listener = net::UnixListener::bind_addr(&address)?;
    listener.set_nonblocking(true)?;
    UnixListener::from_std(listener)
}

#[cfg(not(target_os = "linux"))]
fn abstract_socket(_name: &str) -> io::Result<UnixListener> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A place where a modem is reached, until it is dropped.
#[derive(Debug)]
pub(super) enum Listener {
    Pty(Pty),
    Tcp(TcpListener),
    Unix(Socket),
}

/// What a program reads from and writes to.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Listener {
    /// Where it is, with the port that was taken.
    pub(super) fn address(&self, asked: &Listen) -> io::Result<Listen> {
        match self {
            Self::Tcp(listener) => Ok(Listen::Tcp(listener.local_addr()?)),
            Self::Pty(_) | Self::Unix(_) => Ok(asked.clone()),
        }
    }

    /// Waits for a program.
    ///
    /// Cancel-safe.
    pub(super) async fn accept(&mut self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Pty(pty) => Box::new(pty.accept().await?),
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Box::new(stream)
            }
            Self::Unix(socket) => Box::new(socket.listener.accept().await?.0),
        })
    }

    /// Turns away whoever comes while a program is there already: a modem has one line. A pseudo
    /// terminal lets all in.
    ///
    /// Cancel-safe.
    pub(super) async fn turn_away(&mut self) -> io::Result<()> {
        match self {
            Self::Pty(_) => std::future::pending().await,
            Self::Tcp(listener) => listener.accept().await.map(drop),
            Self::Unix(socket) => socket.listener.accept().await.map(drop),
        }
    }

    /// The program is gone: the next one finds nothing of what it left.
    pub(super) fn reset(&self) -> io::Result<()> {
        match self {
            Self::Pty(pty) => pty.reset(),
            Self::Tcp(_) | Self::Unix(_) => Ok(()),
        }
    }
}

/// A Unix socket, whose file is removed with it.
#[derive(Debug)]
pub(super) struct Socket {
    listener: UnixListener,
    _file: Option<SocketFile>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_numbered() {
        let tcp = |address: &str| Listen::Tcp(address.parse().unwrap());
        let cases = [
            (Listen::Pty("/tmp/m".into()), Listen::Pty("/tmp/m12".into())),
            (Listen::unix("/tmp/m"), Listen::unix("/tmp/m12")),
            (Listen::unix("@m"), Listen::unix("@m12")),
            (tcp("[::1]:7000"), tcp("[::1]:7011")),
            (tcp("127.0.0.1:0"), tcp("127.0.0.1:0")),
        ];
        for (place, numbered) in cases {
            assert_eq!(place.numbered(12), Some(numbered));
        }
        assert_eq!(tcp("127.0.0.1:65530").numbered(7), None);
    }
}
