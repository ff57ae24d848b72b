//! What both tokio shells share: one task that moves octets between a stream and a [`Session`],
//! and the handles to it.

mod reply;
mod session;

use std::fmt;
use std::time::Instant;

use smsgw_net::connection as net;
use smsgw_net::now;
use tokio::io::{AsyncRead, AsyncWrite};

use crate::error::ValueError;
use crate::error_code::ErrorCode;
use crate::frame::Frame;
use crate::header::Trn;
use crate::op::Op;
use crate::session::{Account, CloseReason, Event, Metrics, Session, State};
use crate::system_message::SystemMessage;
use crate::types::Minute;

pub use reply::{Reply, RequestError};

/// The events of a session, for one owner; the last is [`Event::Closed`].
///
/// The outcome of a [`Connection::request`] is none of them; that such an operation was
/// [sent again](Event::Resent) or is [overdue](Event::Overdue) is, with a token from 2^63 on.
///
/// When they are dropped, the session answers for the owner: a login and what is requested are
/// refused with [`ErrorCode::OPERATION_NOT_ALLOWED`].
pub type Events = net::Events<Session>;

/// A handle to a session that a task drives; clones share it.
///
/// When the last is dropped, the session closes once its results are there.
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
    /// answers or operations at the price of one, and written together.
    ///
    /// `act` is not to poll the session or to hand it octets: that is for the task. Nothing else
    /// of the connection may be called in it.
    #[inline]
    pub fn with<R>(&self, act: impl FnOnce(&mut Session, Instant) -> R) -> R {
        self.0.with(act)
    }

    /// Sends an operation and waits for its result.
    ///
    /// Waits for room in the window first, not longer than
    /// [`Config::window_wait`](crate::session::Config::window_wait); the time for a result counts
    /// from when it is sent. Operations are sent in the order of the calls. Dropping the future gives up
    /// the result, not the operation, once it is sent.
    ///
    /// # Errors
    /// When it could not be sent, or there is no result: the error says which.
    // No `async fn`: the compiler could not see that a task which awaits this is `Send`.
    pub fn request<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request_by(op, None)
    }

    /// As [`Self::request`], but waits for room until then at most.
    pub(crate) fn request_by<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
        until: impl Into<Option<Instant>>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        let outcome = self.0.call_by(until.into(), |session, token, _, now| {
            Ok(session.request(op, token, now)?)
        });
        async {
            match outcome.await? {
                Event::Response { frame, .. } => Ok(Reply::new(frame)),
                Event::Unanswered { written, .. } => Err(RequestError::Unanswered { written }),
                _ => Err(RequestError::Unanswered { written: true }),
            }
        }
    }

    /// Sends an operation whose outcome comes as an event with `token`: [`Event::Response`] or
    /// [`Event::Unanswered`]. Gives its TRN.
    ///
    /// Waits as [`Self::request`] does before it is sent. `token` is anything below 2^63.
    ///
    /// # Errors
    /// When it could not be sent; no event comes then.
    pub fn queue<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
        token: u64,
    ) -> impl Future<Output = Result<Trn, RequestError>> + Send {
        self.queue_by(op, token, None)
    }

    /// As [`Self::queue`], but waits for room until then at most.
    pub(crate) fn queue_by<'a, T: Op<'a> + Sync>(
        &self,
        op: &T,
        token: u64,
        until: impl Into<Option<Instant>>,
    ) -> impl Future<Output = Result<Trn, RequestError>> + Send {
        let sent = self.0.send_by(until.into(), move |session, _, now| {
            Ok(session.request(op, token, now)?)
        });
        async { Ok(sent.await?) }
    }

    /// As [`Self::queue`], but does not wait.
    ///
    /// # Errors
    /// When it could not be sent now; no event comes then.
    pub fn try_queue<'a, T: Op<'a>>(&self, op: &T, token: u64) -> Result<Trn, RequestError> {
        let sent = self
            .0
            .try_send(|session, now| Ok(session.request(op, token, now)?));
        Ok(sent?)
    }

    /// Answers an operation of the peer: it is done. What `sm` is depends on the operation; for
    /// one that brings a message, the key of the message.
    pub fn accept(&self, operation: &Frame, sm: SystemMessage<'_>) {
        self.with(|session, _| session.accept(operation, sm));
    }

    /// As [`Self::accept`], with the validity period as it was changed.
    ///
    /// # Errors
    /// [`NoSuchField`](ValueError::NoSuchField) when the result of this operation does not have
    /// it; then nothing is sent and the operation still waits.
    pub fn accept_until(
        &self,
        operation: &Frame,
        mvp: Minute,
        sm: SystemMessage<'_>,
    ) -> Result<(), ValueError> {
        self.with(|session, _| session.accept_until(operation, mvp, sm))
    }

    /// Answers an operation of the peer: it is not done. `sm` is a text for people.
    pub fn refuse(&self, operation: &Frame, error_code: ErrorCode, sm: SystemMessage<'_>) {
        self.with(|session, _| session.refuse(operation, error_code, sm));
    }

    /// Leaves an operation of the peer without a result: nothing waits for one any more.
    pub fn ignore(&self, operation: &Frame) {
        self.with(|session, _| session.ignore(operation));
    }

    /// Where the session is.
    #[must_use]
    pub fn state(&self) -> State {
        self.0.look(Session::state)
    }

    /// Whose link it is: OAdC of the login, once that has succeeded, or what
    /// [`Login::None`](crate::session::Login::None) says.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.0.look(|session| session.account().cloned())
    }

    /// How many own operations wait for a result.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.0.in_flight()
    }

    /// How many own operations wait: to be sent, or for a result.
    pub(crate) fn load(&self) -> usize {
        self.0.load()
    }

    /// Until when an operation that is wanted now may wait for room.
    pub(crate) fn patience(&self) -> Instant {
        let (wait, timer) = self.0.look(|session| {
            let config = session.config();
            (config.window_wait, config.result_timer)
        });
        now() + wait.unwrap_or(timer).min(timer)
    }

    /// Whether the window has room for an operation.
    #[must_use]
    pub fn has_room(&self) -> bool {
        self.0.look(Session::has_room)
    }

    /// What was counted so far.
    #[must_use]
    pub fn metrics(&self) -> Metrics {
        self.0.look(|session| session.metrics().clone())
    }

    /// Ends the session in good order: the results in flight are waited for, those of the peer and
    /// those to the peer. [`Event::Closed`] tells when it is over.
    pub fn close_when_answered(&self) {
        self.with(Session::close_when_answered);
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

    /// Sends octets as they are, which need not be a frame: for simulators of sloppy peers.
    pub fn send_octets(&self, octets: &[u8]) {
        self.with(|session, _| session.send_octets(octets));
    }

    /// Ends the session at once and the stream with `octets`, which may break off in the middle of
    /// a frame: for simulators of peers that do.
    pub fn break_off(&self, octets: &[u8]) {
        self.with(|session, _| session.break_off(octets));
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("state", &self.state())
            .finish_non_exhaustive()
    }
}
