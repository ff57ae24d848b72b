//! [`Mc`]: the server end of one TCP connection.

use std::ops::Deref;

use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::connection::{Connection, Events, Reply, RequestError};
use crate::pdu::{DeliverSm, DeliverSmResp, Outbind};
use crate::session::{Config, Session};
use crate::status::CommandStatus;
use crate::types::COctetString;

/// The server end of one connection; a task moves the octets. Clones share the session.
///
/// What both ends can do is in [`Connection`].
///
/// ```no_run
/// use smsgw_smpp::CommandStatus;
/// use smsgw_smpp::mc::Mc;
/// use smsgw_smpp::pdu::SubmitSmResp;
/// use smsgw_smpp::session::{Config, Event};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:2775").await?;
/// let (stream, _) = listener.accept().await?;
/// let (mc, mut events) = Mc::new(stream, Config::default());
/// while let Some(event) = events.recv().await {
///     match event {
///         Event::BindRequest(_) => mc.accept_bind("mc".try_into()?),
///         Event::Request(frame) => {
///             let answer = SubmitSmResp { message_id: "1".try_into()?, ..Default::default() };
///             mc.respond(&frame, CommandStatus::ESME_ROK, &answer);
///         }
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Mc(Connection);

impl Mc {
    /// Takes over a connection that was accepted, TCP or anything else that carries octets.
    #[must_use]
    pub fn new<S>(stream: S, config: Config) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        Self::with_session(stream, Session::mc(config, now()))
    }

    /// As [`Self::new`], with a session that was made ready before: with a tap, for example. It
    /// must be an MC's, and nothing done with it yet.
    #[must_use]
    pub fn with_session<S>(stream: S, session: Session) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, events) = Connection::start(stream, session);
        (Self(connection), events)
    }

    /// Asks an ESME to bind, over a connection that this side opened (SMPP 5.0 §4.1.1.7). Its
    /// bind comes as any other.
    ///
    /// # Errors
    /// When the ESME is bound already, or asked.
    pub fn outbind(&self, outbind: &Outbind<'_>) -> Result<(), RequestError> {
        self.notify(outbind)
    }

    /// Lets the peer bind as it asked.
    pub fn accept_bind(&self, system_id: COctetString<'_, 16>) {
        self.0.accept_bind(system_id);
    }

    /// Refuses the bind the peer asked for; it may try again.
    pub fn refuse_bind(&self, status: CommandStatus) {
        self.0.refuse_bind(status);
    }

    /// Hands over a message or a receipt and waits for the answer: see [`Connection::request`].
    ///
    /// # Errors
    /// When it could not be sent, or there is no answer.
    pub fn deliver(
        &self,
        message: &DeliverSm<'_>,
    ) -> impl Future<Output = Result<Reply<DeliverSmResp<'static>>, RequestError>> + Send {
        self.request(message)
    }
}

impl Deref for Mc {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}
