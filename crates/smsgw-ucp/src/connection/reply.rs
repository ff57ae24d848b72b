//! The result of an operation, and what can go wrong with one.

use std::fmt;

use smsgw_net::connection::NotSent;

use crate::answer::Answer;
use crate::error::DecodeError;
use crate::frame::Frame;
use crate::session::{SendError, State};

/// The result of an operation, positive or negative.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply(Frame);

impl Reply {
    pub(super) const fn new(frame: Frame) -> Self {
        Self(frame)
    }

    /// The whole result.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.0
    }

    /// What it says.
    ///
    /// # Errors
    /// When its fields cannot be read. Whether the operation was done is unknown then.
    pub fn answer(&self) -> Result<Answer<'_>, DecodeError> {
        self.0.answer()
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The state of the session does not allow it; nothing was sent.
    State(State),
    /// It is not an operation of this end; nothing was sent.
    Direction,
    /// The session is over; nothing was sent.
    Closed,
    /// The window had no room, or others wait to send before it, at once or within
    /// [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    WindowFull,
    /// Every TRN is taken or reserved for a late result, at once or within
    /// [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    Reserved,
    /// There was no result in time, or the session ended first.
    Unanswered {
        /// Whether the peer may have got it.
        written: bool,
    },
}

impl RequestError {
    /// Whether it certainly was not sent for a reason that another session need not have.
    pub(crate) const fn may_try_another(self) -> bool {
        matches!(
            self,
            Self::Closed | Self::State(_) | Self::Unanswered { written: false }
        )
    }

    /// Whether it waited in vain for room, which another session may have.
    pub(crate) const fn is_for_room(self) -> bool {
        matches!(self, Self::WindowFull | Self::Reserved)
    }
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "not allowed while {state}; not sent"),
            Self::Direction => f.write_str("not an operation of this end; not sent"),
            Self::Closed => f.write_str("the session is over; not sent"),
            Self::WindowFull => f.write_str("the window is full; not sent"),
            Self::Reserved => f.write_str("every TRN is taken; not sent"),
            Self::Unanswered { written: true } => {
                f.write_str("no result; the peer may have the operation")
            }
            Self::Unanswered { written: false } => f.write_str("no result; not sent"),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<NotSent<Self>> for RequestError {
    fn from(not_sent: NotSent<Self>) -> Self {
        match not_sent {
            NotSent::Closed => Self::Closed,
            NotSent::WindowFull => Self::WindowFull,
            NotSent::Paced(_) | NotSent::Blocked(_) => Self::Reserved,
            NotSent::Refused(error) => error,
        }
    }
}

impl From<SendError> for NotSent<RequestError> {
    fn from(error: SendError) -> Self {
        match error {
            SendError::State(State::Closed) => Self::Closed,
            SendError::State(state) => Self::Refused(RequestError::State(state)),
            SendError::Direction => Self::Refused(RequestError::Direction),
            SendError::WindowFull => Self::WindowFull,
            SendError::Reserved(until) => Self::Blocked(until),
        }
    }
}
