//! [`Esme`]: a client over TCP.

use std::fmt;
use std::io;
use std::ops::Deref;

use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, ToSocketAddrs};

use crate::connect::ConnectOptions;
use crate::connection::{Connection, Events, Reply, RequestError};
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::pdu::{Outbind, SubmitSm, SubmitSmResp};
use crate::session::{Bind, CloseReason, Config, Event, SendError, Session};
use crate::status::CommandStatus;

/// A bound client; a task moves the octets. Clones share the session.
///
/// What both ends can do is in [`Connection`]. Its [`Events`] are to be taken or dropped: when they
/// wait too long, the peer is not read any further.
///
/// ```no_run
/// use smsgw_smpp::esme::Esme;
/// use smsgw_smpp::pdu::SubmitSm;
/// use smsgw_smpp::session::{Bind, BindMode, Config};
/// use smsgw_smpp::types::{Address, ShortMessage};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
/// // What comes in by itself is for whoever takes the events; dropped, it is refused.
/// let (esme, _) = Esme::connect("127.0.0.1:2775", &bind, Config::default()).await?;
/// let reply = esme
///     .submit(&SubmitSm {
///         destination_addr: Address::international("306912345678")?,
///         short_message: ShortMessage::new(b"hello")?,
///         ..SubmitSm::default()
///     })
///     .await?;
/// println!("{} {}", reply.status(), reply.body()?.message_id);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Esme(Connection);

impl Esme {
    /// Connects and binds.
    ///
    /// # Errors
    /// When there is no connection, or the MC refuses the bind or does not answer it in time.
    pub async fn connect(
        address: impl ToSocketAddrs,
        bind: &Bind<'_>,
        config: Config,
    ) -> Result<(Self, Events), ConnectError> {
        let stream = TcpStream::connect(address)
            .await
            .map_err(ConnectError::Io)?;
        Self::bind(stream, bind, config).await
    }

    /// Connects as `options` say, to the first address of `server` that takes the connection, and
    /// binds.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_with(
        server: impl ToSocketAddrs,
        bind: &Bind<'_>,
        config: Config,
        options: &ConnectOptions,
    ) -> Result<(Self, Events), ConnectError> {
        let stream = options.connect(server).await.map_err(ConnectError::Io)?;
        Self::bind(stream, bind, config).await
    }

    /// Binds over a connection that is there, TCP or anything else that carries octets.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn bind<S>(
        stream: S,
        bind: &Bind<'_>,
        config: Config,
    ) -> Result<(Self, Events), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let session = Session::esme(config, now());
        Self::bind_session(stream, bind, session).await
    }

    /// As [`Self::bind`], with a session that was made ready before: with a tap, or the pace of
    /// the last one. It must be an ESME's, and nothing done with it yet.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn bind_session<S>(
        stream: S,
        bind: &Bind<'_>,
        mut session: Session,
    ) -> Result<(Self, Events), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        // A fresh session of an ESME is open; in another, `Closed` follows in time.
        let _ = session.bind(bind, now());
        let (connection, events) = Connection::start(stream, session);
        Self::await_bind(connection, events).await
    }

    async fn await_bind(
        connection: Connection,
        mut events: Events,
    ) -> Result<(Self, Events), ConnectError> {
        while let Some(event) = events.recv().await {
            match event {
                Event::Bound(_) => return Ok((Self(connection), events)),
                Event::BindRefused(frame) => {
                    connection.close();
                    return Err(ConnectError::Refused(frame));
                }
                Event::Closed(reason) => return Err(ConnectError::Closed(reason)),
                // Nothing else is allowed before the bind.
                _ => {}
            }
        }
        Err(ConnectError::Closed(CloseReason::Disconnected))
    }

    /// Waits for an MC that opened the connection to ask for a bind (`outbind`, SMPP 5.0
    /// §4.1.1.7).
    ///
    /// # Errors
    /// When the connection ends first, or the session init timer does.
    pub async fn outbound<S>(stream: S, config: Config) -> Result<Outbound, ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let session = Session::esme(config, now());
        let (connection, mut events) = Connection::start(stream, session);
        while let Some(event) = events.recv().await {
            match event {
                Event::Notification(frame) => {
                    return Ok(Outbound {
                        connection,
                        events,
                        frame,
                    });
                }
                Event::Closed(reason) => return Err(ConnectError::Closed(reason)),
                // Nothing else is allowed before the bind.
                _ => {}
            }
        }
        Err(ConnectError::Closed(CloseReason::Disconnected))
    }

    /// Sends a message and waits for the answer: see [`Connection::request`].
    ///
    /// # Errors
    /// When it could not be sent, or there is no answer.
    pub fn submit(
        &self,
        message: &SubmitSm<'_>,
    ) -> impl Future<Output = Result<Reply<SubmitSmResp<'static>>, RequestError>> + Send {
        self.request(message)
    }
}

impl Deref for Esme {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

/// An MC asked for a bind: see [`Esme::outbound`]. Dropped, it closes the connection.
#[derive(Debug)]
pub struct Outbound {
    connection: Connection,
    events: Events,
    frame: Frame,
}

impl Outbound {
    /// The `outbind`. Its `system_id` and `password` say who the MC is: check them before
    /// [`Self::bind`].
    ///
    /// # Errors
    /// When its body cannot be read.
    pub fn outbind(&self) -> Result<Outbind<'_>, DecodeError> {
        self.frame.decode()
    }

    /// Binds, as receiver or transceiver.
    ///
    /// # Errors
    /// When the MC refuses the bind or does not answer it in time.
    pub async fn bind(self, bind: &Bind<'_>) -> Result<(Esme, Events), ConnectError> {
        let Self {
            connection, events, ..
        } = self;
        connection
            .with(|session, now| session.bind(bind, now))
            .map_err(ConnectError::Session)?;
        Esme::await_bind(connection, events).await
    }
}

/// There is no bound session.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// No connection.
    Io(io::Error),
    /// The MC refused the bind; the frame is its answer.
    Refused(Frame),
    /// The connection ended before the bind was answered.
    Closed(CloseReason),
    /// The session does not allow this bind: after `outbind` a transmitter is of no use.
    Session(SendError),
}

impl ConnectError {
    /// Why the MC refused.
    #[must_use]
    pub const fn status(&self) -> Option<CommandStatus> {
        match self {
            Self::Refused(frame) => Some(frame.command_status()),
            Self::Io(_) | Self::Closed(_) | Self::Session(_) => None,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "no connection: {error}"),
            Self::Refused(frame) => write!(f, "bind refused: {}", frame.command_status()),
            Self::Closed(reason) => write!(f, "bind not answered: {reason}"),
            Self::Session(error) => write!(f, "bind not sent: {error}"),
        }
    }
}

impl std::error::Error for ConnectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            Self::Session(error) => Some(error),
            Self::Refused(_) | Self::Closed(_) => None,
        }
    }
}
