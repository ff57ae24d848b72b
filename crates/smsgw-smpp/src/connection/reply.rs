//! The answer to a request, and what can go wrong with one.

use std::fmt;
use std::marker::PhantomData;

use smsgw_net::connection::NotSent;

use crate::error::DecodeError;
use crate::frame::Frame;
use crate::pdu::Body;
use crate::session::{SendError, State};
use crate::status::CommandStatus;
use crate::types::InterfaceVersion;

/// The answer to a request: its frame and the type of its body.
pub struct Reply<T> {
    frame: Frame,
    body: PhantomData<fn() -> T>,
}

impl<T: Body<'static>> Reply<T> {
    pub(super) const fn new(frame: Frame) -> Self {
        Self {
            frame,
            body: PhantomData,
        }
    }

    /// The outcome.
    #[must_use]
    pub const fn status(&self) -> CommandStatus {
        self.frame.command_status()
    }

    /// The whole answer; a `generic_nack` is possible.
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// The body.
    ///
    /// # Errors
    /// When there is none, as in most refusals, or it cannot be read.
    pub fn body(&self) -> Result<T::At<'_>, DecodeError> {
        self.frame.decode()
    }
}

impl<T> fmt::Debug for Reply<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.frame.fmt(f)
    }
}

/// A request has no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RequestError {
    /// The state of the session does not allow it; nothing was sent.
    State(State),
    /// The version the two ends agreed on does not have it, or not the TLVs its text is in; nothing
    /// was sent.
    Version(InterfaceVersion),
    /// The session is over; nothing was sent.
    Closed,
    /// The window had no room, or others wait to send before it, at once or within
    /// [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    WindowFull,
    /// The rate does not allow it, at once or within [`Config::window_wait`]; nothing was sent.
    ///
    /// [`Config::window_wait`]: crate::session::Config::window_wait
    Paced,
    /// There was no answer in time, or the session ended first.
    Unanswered {
        /// Whether the peer may have got it.
        written: bool,
    },
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::State(state) => write!(f, "not allowed in state {state:?}; not sent"),
            Self::Version(version) => write!(f, "not part of {version}; not sent"),
            Self::Closed => f.write_str("the session is over; not sent"),
            Self::WindowFull => f.write_str("the window is full; not sent"),
            Self::Paced => f.write_str("more than the rate allows; not sent"),
            Self::Unanswered { written: true } => {
                f.write_str("no answer; the peer may have the request")
            }
            Self::Unanswered { written: false } => f.write_str("no answer; not sent"),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<NotSent<Self>> for RequestError {
    fn from(not_sent: NotSent<Self>) -> Self {
        match not_sent {
            NotSent::Closed => Self::Closed,
            // A session always has numbers for what its window holds.
            NotSent::WindowFull | NotSent::Blocked(_) => Self::WindowFull,
            NotSent::Paced(_) => Self::Paced,
            NotSent::Refused(error) => error,
        }
    }
}

impl From<SendError> for NotSent<RequestError> {
    fn from(error: SendError) -> Self {
        match error {
            SendError::State(State::Closed) => Self::Closed,
            SendError::State(state) => Self::Refused(RequestError::State(state)),
            SendError::Version(version) => Self::Refused(RequestError::Version(version)),
            SendError::WindowFull => Self::WindowFull,
            SendError::Paced(until) => Self::Paced(until),
        }
    }
}
