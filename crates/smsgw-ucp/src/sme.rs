//! [`Sme`]: a client over TCP.

use std::fmt;
use std::io;
use std::ops::Deref;

use smsgw_net::connect::ConnectOptions;
use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::ToSocketAddrs;

use crate::connection::{Connection, Events, Reply, RequestError};
use crate::error_code::ErrorCode;
use crate::frame::Frame;
use crate::op::{SessionManagement, SubmitShortMessage};
use crate::session::{CloseReason, Config, Event, SendError, Session};

/// A client that is logged in; a task moves the octets. Clones share the session.
///
/// What both ends can do is in [`Connection`]. Its [`Events`] are to be taken or dropped: when they
/// wait too long, the peer is not read any further.
///
/// ```no_run
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::op::{SessionManagement, SubmitShortMessage};
/// use smsgw_ucp::session::Config;
/// use smsgw_ucp::sme::Sme;
/// use smsgw_ucp::types::PasswordBuf;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
/// let login = SessionManagement::login("2147".try_into()?, password.as_password());
/// // What comes in by itself is for whoever takes the events; dropped, it is refused.
/// let (sme, _) = Sme::connect("127.0.0.1:5000", &login, Config::default()).await?;
/// let reply = sme
///     .submit(&SubmitShortMessage {
///         adc: "00306912345678".try_into()?,
///         ..SubmitShortMessage::default()
///     })
///     .await?;
/// println!("{}", reply.answer()?.sm());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Sme(Connection);

impl Sme {
    /// Connects and logs in (OT 60).
    ///
    /// Each address of the peer has the time that [`ConnectOptions::default`] gives it to take the
    /// connection, the login [`Config::login_timer`].
    ///
    /// # Errors
    /// When there is no connection, or the peer refuses the login or does not answer it in time.
    pub async fn connect(
        address: impl ToSocketAddrs,
        login: &SessionManagement<'_>,
        config: Config,
    ) -> Result<(Self, Events), ConnectError> {
        let options = ConnectOptions::default();
        Self::connect_with(address, login, config, &options).await
    }

    /// Connects as `options` say, to the first address of `server` that takes the connection, and
    /// logs in.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn connect_with(
        server: impl ToSocketAddrs,
        login: &SessionManagement<'_>,
        config: Config,
        options: &ConnectOptions,
    ) -> Result<(Self, Events), ConnectError> {
        let stream = options.connect(server).await.map_err(ConnectError::Io)?;
        Self::login(stream, login, config).await
    }

    /// Logs in over a connection that is there, TCP or anything else that carries octets.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn login<S>(
        stream: S,
        login: &SessionManagement<'_>,
        config: Config,
    ) -> Result<(Self, Events), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::login_session(stream, login, Session::sme(config, now())).await
    }

    /// As [`Self::login`], with a session that was made ready before: with a tap, for example. It
    /// must be a client's, and nothing done with it yet.
    ///
    /// # Errors
    /// As [`Self::connect`].
    pub async fn login_session<S>(
        stream: S,
        login: &SessionManagement<'_>,
        mut session: Session,
    ) -> Result<(Self, Events), ConnectError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        session.login(login, now()).map_err(ConnectError::Session)?;
        let (connection, mut events) = Connection::start(stream, session);
        while let Some(event) = events.recv().await {
            match event {
                Event::LoggedIn(_) => return Ok((Self(connection), events)),
                Event::LoginRefused(frame) => {
                    connection.close();
                    return Err(ConnectError::Refused(frame));
                }
                Event::Closed(reason) => return Err(ConnectError::Closed(reason)),
                // Nothing else is allowed before the login.
                _ => {}
            }
        }
        Err(ConnectError::Closed(CloseReason::Disconnected))
    }

    /// Takes over a connection without a login: of a link that has none
    /// ([`Login::None`](crate::session::Login::None)), or one that a service centre opened to this
    /// client's receive port.
    #[must_use]
    pub fn new<S>(stream: S, config: Config) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::with_session(stream, Session::sme(config, now()))
    }

    /// As [`Self::new`], with a session that was made ready before.
    #[must_use]
    pub fn with_session<S>(stream: S, session: Session) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, events) = Connection::start(stream, session);
        (Self(connection), events)
    }

    /// Sends a message (OT 51) and waits for the result: see [`Connection::request`].
    ///
    /// # Errors
    /// When it could not be sent, or there is no result.
    pub fn submit(
        &self,
        message: &SubmitShortMessage<'_>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request(message)
    }
}

impl Deref for Sme {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

/// There is no session that is logged in.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConnectError {
    /// No connection.
    Io(io::Error),
    /// The peer refused the login; the frame is its result.
    Refused(Frame),
    /// The connection ended before the login was answered.
    Closed(CloseReason),
    /// The session does not allow a login: its link has none.
    Session(SendError),
}

impl ConnectError {
    /// Why the peer refused; `None` when it did not, or does not say so.
    #[must_use]
    pub fn error_code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused(frame) => frame.answer().ok()?.error_code(),
            Self::Io(_) | Self::Closed(_) | Self::Session(_) => None,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "no connection: {error}"),
            Self::Refused(frame) => {
                f.write_str("login refused")?;
                let answer = match frame.answer() {
                    Ok(answer) => answer,
                    Err(error) => return write!(f, ", and the result cannot be read: {error}"),
                };
                if let Some(error_code) = answer.error_code() {
                    write!(f, ": {error_code}")?;
                }
                if !answer.sm().is_empty() {
                    write!(f, ": {}", answer.sm())?;
                }
                Ok(())
            }
            Self::Closed(reason) => write!(f, "login not answered: {reason}"),
            Self::Session(error) => write!(f, "login not sent: {error}"),
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
