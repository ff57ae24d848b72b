//! What a session tells its owner.

use std::fmt;

use super::State;
use crate::error::{DecodeError, FrameError, Nack};
use crate::frame::Frame;

/// Something happened; from [`Session::poll_event`](super::Session::poll_event).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// At a service centre: somebody wants to log in (OT 60). Answer with
    /// [`accept_login`](super::Session::accept_login) or
    /// [`refuse_login`](super::Session::refuse_login).
    LoginRequest(Frame),
    /// At a client: the login succeeded; the frame is the result.
    LoggedIn(Frame),
    /// At a client: the login was refused; the frame is the result.
    LoginRefused(Frame),
    /// The peer requests something of us. Answer with [`accept`](super::Session::accept),
    /// [`accept_until`](super::Session::accept_until), [`refuse`](super::Session::refuse) or
    /// [`ignore`](super::Session::ignore). Its fields have been read once and can be read.
    ///
    /// Until one of them it has a place among [`max_unanswered`](super::Config::max_unanswered),
    /// even when it is dropped: at that many the peer is not read any more.
    Request(Frame),
    /// A [`Request`](Self::Request) came again, octet for octet, while the owner still has the
    /// first: its result is for both, and nothing is to be done.
    Repeated(Frame),
    /// The result of an own operation. It is not read before the owner does: the fields of a
    /// result can be wrong.
    Response {
        /// As given with the operation.
        token: u64,
        /// The result, positive or negative.
        frame: Frame,
    },
    /// An own operation will have no result.
    Unanswered {
        /// As given with the operation.
        token: u64,
        /// Whether the peer may have got it, or may get it yet: `false` only when it certainly did
        /// not leave.
        written: bool,
    },
    /// A result more than an own operation needed: after it was reported as unanswered, or the
    /// second of one that was sent more than once.
    LateResponse {
        /// As given with the operation.
        token: u64,
        /// The result.
        frame: Frame,
    },
    /// An own operation was sent again ([`TimeoutPolicy::Resend`](super::TimeoutPolicy::Resend)):
    /// the peer may have it twice.
    Resent {
        /// As given with the operation.
        token: u64,
        /// How many times it was sent again by now.
        times: u32,
    },
    /// The result of an own operation takes longer than it should, and is waited for
    /// ([`TimeoutPolicy::Wait`](super::TimeoutPolicy::Wait)). Once for each.
    Overdue {
        /// As given with the operation.
        token: u64,
    },
    /// A result that nothing waits for; it was dropped.
    Stray(Frame),
    /// An operation was answered with an error by the session itself.
    Refused {
        /// What was answered.
        nack: Nack,
        /// What is wrong with it.
        why: Refusal,
        /// The operation, if it is a frame at all.
        frame: Option<Frame>,
    },
    /// Octets that are no frame and that nobody can be told of: a result, or something whose TRN or
    /// OT cannot be read. They were dropped.
    Bad(FrameError),
    /// The session is over. The last event; before it every operation without a result is reported
    /// as unanswered.
    Closed(CloseReason),
}

/// What is wrong with an operation that the session does not hand to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// It is no frame.
    Frame(FrameError),
    /// Its fields cannot be read, or there is no such operation.
    Fields(DecodeError),
    /// The peer's end never sends it.
    Direction,
    /// Not now.
    State(State),
}

/// Why a session is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseReason {
    /// This side closed.
    Local,
    /// The connection ended.
    Disconnected,
    /// No login in time.
    LoginTimer,
    /// No result in time ([`TimeoutPolicy::Disconnect`](super::TimeoutPolicy::Disconnect)).
    ResultTimer,
    /// No result of a keep-alive in time.
    KeepAliveTimer,
    /// No message, either way, for as long as one is waited for.
    InactivityTimer,
    /// Too much in a row that is no frame.
    Junk,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Frame(error) => error.fmt(f),
            Self::Fields(error) => error.fmt(f),
            Self::Direction => f.write_str("not an operation of that end"),
            Self::State(state) => write!(f, "not allowed while {state}"),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Local => "closed on this side",
            Self::Disconnected => "the connection ended",
            Self::LoginTimer => "no login in time",
            Self::ResultTimer => "no result in time",
            Self::KeepAliveTimer => "the peer did not answer a keep-alive",
            Self::InactivityTimer => "no messages",
            Self::Junk => "the peer sends no frames",
        })
    }
}
