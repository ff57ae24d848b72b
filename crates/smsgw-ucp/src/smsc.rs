//! [`Smsc`]: the service centre's end of one connection.

use std::ops::Deref;

use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::connection::{Connection, Events, Reply, RequestError};
use crate::error_code::ErrorCode;
use crate::op::{DeliverNotification, DeliverShortMessage};
use crate::session::{Config, Session};
use crate::system_message::SystemMessage;

/// The service centre's end of one connection; a task moves the octets. Clones share the session.
///
/// What both ends can do is in [`Connection`]. Whether the client connected or was connected to, at
/// its receive port, makes no difference; on the latter there is no login
/// ([`Login::None`](crate::session::Login::None)).
///
/// ```no_run
/// use smsgw_ucp::SystemMessage;
/// use smsgw_ucp::session::{Config, Event};
/// use smsgw_ucp::smsc::Smsc;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:5000").await?;
/// let (stream, _) = listener.accept().await?;
/// let (smsc, mut events) = Smsc::new(stream, Config::default());
/// while let Some(event) = events.recv().await {
///     match event {
///         Event::LoginRequest(_) => smsc.accept_login(SystemMessage::EMPTY),
///         Event::Request(frame) => smsc.accept(&frame, SystemMessage::EMPTY),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Smsc(Connection);

impl Smsc {
    /// Takes over a connection, TCP or anything else that carries octets.
    #[must_use]
    pub fn new<S>(stream: S, config: Config) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::with_session(stream, Session::smsc(config, now()))
    }

    /// As [`Self::new`], with a session that was made ready before: with a tap, for example. It
    /// must be a service centre's, and nothing done with it yet.
    #[must_use]
    pub fn with_session<S>(stream: S, session: Session) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, events) = Connection::start(stream, session);
        (Self(connection), events)
    }

    /// Lets the peer log in as it asked.
    pub fn accept_login(&self, sm: SystemMessage<'_>) {
        self.with(|session, now| session.accept_login(sm, now));
    }

    /// Refuses the login the peer asked for; it may try again.
    pub fn refuse_login(&self, error_code: ErrorCode, sm: SystemMessage<'_>) {
        self.with(|session, _| session.refuse_login(error_code, sm));
    }

    /// Hands over a message (OT 52) and waits for the result: see [`Connection::request`].
    ///
    /// # Errors
    /// When it could not be sent, or there is no result.
    pub fn deliver(
        &self,
        message: &DeliverShortMessage<'_>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request(message)
    }

    /// Tells what became of a message (OT 53) and waits for the result: see
    /// [`Connection::request`].
    ///
    /// # Errors
    /// When it could not be sent, or there is no result.
    pub fn notify(
        &self,
        notification: &DeliverNotification<'_>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request(notification)
    }
}

impl Deref for Smsc {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}
