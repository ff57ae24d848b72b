//! What a session tells its owner.

use crate::error::FrameError;
use crate::frame::Frame;

/// Something happened; from [`Session::poll_event`](super::Session::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// At an MC: somebody wants to bind. Answer with
    /// [`accept_bind`](super::Session::accept_bind) or
    /// [`refuse_bind`](super::Session::refuse_bind).
    BindRequest(Frame),
    /// At an ESME: the bind succeeded; the frame is the answer.
    Bound(Frame),
    /// At an ESME: the bind was refused; the frame is the answer.
    BindRefused(Frame),
    /// The peer requests something of us. Answer with [`respond`](super::Session::respond) or
    /// [`reject`](super::Session::reject). Its body has been read once and can be read. A peer
    /// that unbinds waits for the answer, but not for ever.
    Request(Frame),
    /// The peer tells something that has no answer: `alert_notification`, `outbind`.
    Notification(Frame),
    /// The answer to an own request: its response, or a `generic_nack`.
    Response {
        /// As given with the request.
        token: u64,
        /// The answer; its `command_status` is the outcome.
        frame: Frame,
    },
    /// An own request will have no answer in time.
    Unanswered {
        /// As given with the request.
        token: u64,
        /// Whether the peer may have got it, or may get it yet: `false` only when the connection
        /// was lost before its last octet was written.
        written: bool,
    },
    /// The answer to a request that was reported as unanswered.
    LateResponse {
        /// As given with the request.
        token: u64,
        /// The answer.
        frame: Frame,
    },
    /// A response that answers nothing; it was dropped.
    Stray(Frame),
    /// A request was answered with an error by the session itself: its body could not be read,
    /// or it is not allowed now.
    Refused(Frame),
    /// The session is over. The last event; before it every request without an answer is
    /// reported as unanswered.
    Closed(CloseReason),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side unbound, and the peer agreed or did not answer.
    Unbound,
    /// The peer unbound.
    PeerUnbound,
    /// This side dropped the connection.
    Local,
    /// The connection ended.
    Disconnected,
    /// No bind within the session init timer.
    SessionInitTimer,
    /// The peer did not answer `enquire_link`.
    EnquireLinkTimer,
    /// The stream cannot be followed.
    Frame(FrameError),
}

impl std::fmt::Display for CloseReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unbound => f.write_str("unbound"),
            Self::PeerUnbound => f.write_str("the peer unbound"),
            Self::Local => f.write_str("closed on this side"),
            Self::Disconnected => f.write_str("the connection ended"),
            Self::SessionInitTimer => f.write_str("no bind in time"),
            Self::EnquireLinkTimer => f.write_str("the peer did not answer enquire_link"),
            Self::Frame(error) => error.fmt(f),
        }
    }
}
