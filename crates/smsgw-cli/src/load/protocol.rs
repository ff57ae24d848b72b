//! What a run has to know of the protocol it speaks.

use std::fmt::Display;
use std::time::Instant;

use smsgw_net::connection::{self as net, Events};
use smsgw_smpp::session::Histogram;

/// A protocol, with the message that is sent over and over.
pub(super) trait Protocol: Clone + Send + Sync + 'static {
    /// As in the name of the command.
    const NAME: &'static str;

    type Session: net::Session;
    /// Clones share the session.
    type Handle: Clone + Send + Sync + 'static;
    type Message<'m>: Copy + Send + Sync;
    type Status: Status;
    /// A request of the peer, and what it will be answered.
    type Owed: Send;

    /// A session that can send; the error is one line that says what to look at.
    fn connect(
        &self,
    ) -> impl Future<Output = Result<(Self::Handle, Events<Self::Session>), String>> + Send;

    fn message(&self) -> Result<Self::Message<'_>, String>;

    /// Runs `act` on the session, with the time.
    fn with<R>(handle: &Self::Handle, act: impl FnOnce(&mut Self::Session, Instant) -> R) -> R;

    /// How many messages more may wait for their answer; `None` when none can be sent.
    fn room(session: &Self::Session) -> Option<usize>;

    /// Sends the message, or says when it can be tried again, if that is not when an answer comes.
    fn send(
        session: &mut Self::Session,
        message: &Self::Message<'_>,
        token: u64,
        now: Instant,
    ) -> Result<(), Option<Instant>>;

    /// What an event means.
    fn hear(&self, event: <Self::Session as net::Session>::Event) -> Heard<Self>;

    fn answer(session: &mut Self::Session, owed: Self::Owed);

    /// Ends the session in good order.
    fn leave(handle: &Self::Handle);

    /// Ends the session at once.
    fn close(handle: &Self::Handle);

    /// From handing a request to the session to its answer: as the session measured it, or else
    /// as it was `heard`.
    fn round_trip(_handle: &Self::Handle, heard: Histogram) -> Histogram {
        heard
    }
}

/// What came of a session. Ids are as they are compared, and there when receipts are asked for.
pub(super) enum Heard<P: Protocol> {
    /// The answer to a message, and the id it gives to it.
    Answer {
        token: u64,
        status: P::Status,
        id: Option<String>,
    },
    /// The answer to a message that counts as without one.
    Late {
        token: u64,
        id: Option<String>,
    },
    /// There will be no answer to a message.
    Unanswered {
        written: bool,
    },
    /// A request of the peer. When it tells the last state of a message, that one's id and it.
    Request {
        owed: P::Owed,
        receipt: Option<(String, String)>,
    },
    /// The session is over.
    Closed(String),
    Other,
}

/// How a message was answered.
pub(super) trait Status: Copy + Display + PartialEq + Send + 'static {
    /// Whether it was taken.
    fn is_ok(self) -> bool;

    /// For programs.
    fn name(self) -> String {
        self.to_string()
    }
}
