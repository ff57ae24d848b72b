//! What both tokio shells share: one task that moves octets between a stream and a
//! [`Session`], and the handles to it.

mod reply;
mod session;

use std::fmt;
use std::time::Instant;

use smsgw_net::connection as net;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::frame::Frame;
use crate::header::SequenceNumber;
use crate::pdu::{Body, Notification, Request};
use crate::session::{CloseReason, Event, Metrics, Pace, Session, State};
use crate::status::CommandStatus;
use crate::types::COctetString;

pub use reply::{Reply, RequestError};

/// The events of a session, for one owner; the last is [`Event::Closed`].
///
/// When they are dropped, the session answers for the owner: a bind is refused, and what is
/// requested is refused with [`CommandStatus::ESME_RX_T_APPN`] or
/// [`CommandStatus::ESME_RSYSERR`].
pub type Events = net::Events<Session>;

/// A handle to a session that a task drives; clones share it.
///
/// When the last is dropped, the session unbinds.
#[derive(Clone)]
pub struct Connection(net::Connection<Session>);

impl Connection {
    /// Starts the task that drives `session` over `stream`.
    pub(crate) fn start<S>(stream: S, session: Session) -> (Self, Events)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, events) = net::Connection::start(stream, session);
        (Self(connection), events)
    }

    /// The connection without the types of the protocol.
    pub(crate) const fn generic(&self) -> &net::Connection<Session> {
        &self.0
    }

    /// Runs `act` on the session, with the time, and lets the task do what follows from it: many
    /// answers or requests at the price of one, and written together.
    ///
    /// `act` is not to poll the session or to hand it octets: that is for the task. Nothing else
    /// of the connection may be called in it.
    #[inline]
    pub fn with<R>(&self, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        self.0.with(act)
    }

    /// Sends a request and waits for its answer.
    ///
    /// Waits for room in the window and for the rate first, not longer than
    /// [`Config::window_wait`](crate::session::Config::window_wait); the time for an answer counts
    /// from the call. Requests are sent in the order of the calls. Dropping the future gives up
    /// the answer, not the request, once it is sent.
    ///
    /// # Errors
    /// When it could not be sent, or there is no answer: the error says which.
    // No `async fn`: the compiler could not see that a task which awaits this is `Send`.
    pub fn request<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
    ) -> impl Future<Output = Result<Reply<T::Response>, RequestError>> + Send {
        let outcome = self.0.call(|session, token, called, now| {
            Ok(session.request_since(body, token, called, now)?)
        });
        async {
            match outcome.await? {
                Event::Response { frame, .. } => Ok(Reply::new(frame)),
                Event::Unanswered { written, .. } => Err(RequestError::Unanswered { written }),
                _ => Err(RequestError::Unanswered { written: true }),
            }
        }
    }

    /// Sends a request whose outcome comes as an event with `token`: [`Event::Response`] or
    /// [`Event::Unanswered`]. Gives its number.
    ///
    /// Waits as [`Self::request`] does before it is sent. `token` is anything below 2^63.
    ///
    /// # Errors
    /// When it could not be sent; no event comes then.
    pub fn queue<'a, T: Request<'a> + Sync>(
        &self,
        body: &T,
        token: u64,
    ) -> impl Future<Output = Result<SequenceNumber, RequestError>> + Send {
        let sent = self
            .0
            .send(move |session, called, now| Ok(session.request_since(body, token, called, now)?));
        async { Ok(sent.await?) }
    }

    /// As [`Self::queue`], but does not wait.
    ///
    /// # Errors
    /// When it could not be sent now; no event comes then.
    pub fn try_queue<'a, T: Request<'a>>(
        &self,
        body: &T,
        token: u64,
    ) -> Result<SequenceNumber, RequestError> {
        let sent = self
            .0
            .try_send(|session, now| Ok(session.request(body, token, now)?));
        Ok(sent?)
    }

    /// Tells the peer something that has no answer: `alert_notification`.
    ///
    /// # Errors
    /// When the state or the version does not allow it.
    pub fn notify<'a, T: Notification<'a>>(&self, body: &T) -> Result<(), RequestError> {
        let sent = self.with(|session, now| session.notify(body, now));
        sent.map(drop)
            .map_err(|error| net::NotSent::from(error).into())
    }

    /// Answers a request of the peer.
    pub fn respond<'a, T: Body<'a>>(&self, request: &Frame, status: CommandStatus, body: &T) {
        self.with(|session, _| session.respond(body, status, request.sequence_number()));
    }

    /// Answers a request of the peer with a status and no body.
    pub fn reject(&self, request: &Frame, status: CommandStatus) {
        self.with(|session, _| session.reject(request.header(), status));
    }

    /// Leaves a request of the peer without an answer: nothing waits for one any more.
    pub fn ignore(&self, request: &Frame) {
        self.with(|session, _| session.ignore(request.header()));
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.look(Session::state)
    }

    /// How many own requests wait for an answer.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.in_flight()
    }

    /// Whether the window has room for a request.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.0.look(Session::has_room)
    }

    /// What was counted and measured so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.0.look(|session| session.metrics().clone())
    }

    /// How fast requests may be sent now; hand it to the next session with the same peer.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.0.look(|session| session.pace().clone())
    }

    /// Ends the session in good order: the answers in flight are waited for, those of the peer and
    /// those to the peer. [`Event::Closed`] tells when it is over.
    pub fn unbind(&self) {
        self.with(|session, now| session.unbind(now));
    }

    /// Ends the session at once.
    pub fn close(&self) {
        self.with(|session, _| session.close(CloseReason::Local));
    }

    /// Reads nothing from the peer until it is called with `false`: what it sends waits, and then
    /// it can send no more. Timers go on.
    pub fn hold(&self, held: bool) {
        self.0.hold(held);
    }

    /// Sends octets as they are, which need not be a PDU: for simulators of sloppy peers.
    pub fn send_octets(&self, octets: &[u8]) {
        self.with(|session, _| session.send_octets(octets));
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a PDU: for simulators of peers that do.
    pub fn break_off(&self, octets: &[u8]) {
        self.with(|session, _| session.break_off(octets));
    }

    pub(crate) fn accept_bind(&self, system_id: COctetString<'_, 16>) {
        self.with(|session, now| session.accept_bind(system_id, now));
    }

    pub(crate) fn refuse_bind(&self, status: CommandStatus) {
        self.with(|session, _| session.refuse_bind(status));
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
