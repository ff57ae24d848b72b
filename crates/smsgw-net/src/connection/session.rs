//! What a session has to be so that a task can drive it.

use std::time::{Duration, Instant};

use bytes::BytesMut;

/// One end of a session without IO: no socket, no clock.
///
/// The task of a [`Connection`](super::Connection) hands it octets and the time; after any of that,
/// and after whatever the owner did with it, the task polls events and octets until both are empty.
/// The tokens of requests are the owner's up to 2^63, and the connection's from there on.
///
/// All of it is called while a lock is held, so none of it may wait.
pub trait Session: Send + 'static {
    /// What it tells its owner.
    type Event: Event;

    /// Most own requests without an answer, at least 1. Asked for once, at the start.
    fn window(&self) -> usize;

    /// How long an answer may take. Asked for once, at the start.
    ///
    /// A peer that for so long takes nothing of what it is sent is gone, too.
    fn response_timer(&self) -> Duration;

    /// How long a request may wait for room in the window and for the rate before it fails unsent;
    /// `None` for as long as its answer may take, which is the most in any case. Asked for once, at
    /// the start.
    fn window_wait(&self) -> Option<Duration> {
        None
    }

    /// Takes all that is whole off the front of `input`, and stops early while it
    /// [is paused](Self::is_paused).
    ///
    /// Called without new octets, too: to go on after a pause.
    fn handle_buffer(&mut self, input: &mut BytesMut, now: Instant);

    /// Does what is due.
    fn handle_timeout(&mut self, now: Instant);

    /// The connection is gone. Of what [`Self::poll_transmit`] gave, the last `unwritten` octets
    /// were not written and never will be. Nothing happens when the session is over already.
    fn handle_disconnect(&mut self, unwritten: usize);

    /// The next thing that happened.
    ///
    /// Each own request has one event of [`Kind::Outcome`], whatever becomes of the connection;
    /// [`Kind::Closed`] is the last event of all.
    fn poll_event(&mut self) -> Option<Self::Event>;

    /// Appends everything that is to be written to `out`.
    fn poll_transmit(&mut self, out: &mut BytesMut);

    /// When [`Self::handle_timeout`] is due next.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Whether it is over. What [`Self::poll_transmit`] still gives is written.
    fn is_closed(&self) -> bool;

    /// Whether nothing more is taken from the peer until the owner answers; nothing is read then.
    fn is_paused(&self) -> bool;

    /// Whether the owner has enough to do: the peer is not read, and must not be called silent.
    fn set_unread(&mut self, unread: bool);

    /// How many own requests wait for an answer.
    fn in_flight(&self) -> usize;

    /// How many octets the own requests that wait for an answer have.
    fn octets_in_flight(&self) -> u64;

    /// How many requests of the peer wait for our answer.
    fn unanswered(&self) -> usize;

    /// Answers a request of the peer that nobody will look at; to other events there is nothing to
    /// do.
    fn decline(&mut self, event: &Self::Event);

    /// Nobody can use the session any more, nor answer: it is to end in good order.
    fn abandon(&mut self, now: Instant);
}

/// What a session tells its owner, as far as the connection has to know.
pub trait Event: Send + 'static {
    /// What it is to the connection.
    fn kind(&self) -> Kind;

    /// How many octets of the peer it keeps alive. Beyond a limit of those that wait for their
    /// owner, the peer is not read.
    fn octets(&self) -> usize;

    /// Called before it waits for its owner. One of a kind that good traffic has few of should keep
    /// its own octets alive, not all those that were read with them.
    fn detach(&mut self) {}
}

/// What an [`Event`] is to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The outcome of the own request with this token: its answer, or that there will be none.
    Outcome(u64),
    /// The answer to the request with this token, whose outcome was told before.
    Late(u64),
    /// The session is over.
    Closed,
    /// Something else.
    Other,
}

/// The methods of [`Session`] that a session without IO has by the same names anyway, each calling
/// its like: goes into the `impl`, beside what is not the same in all protocols.
///
/// ```text
/// impl smsgw_net::connection::Session for Session {
///     type Event = Event;
///     smsgw_net::session_verbs!();
///     fn window(&self) -> usize { .. }
///     ..
/// }
/// ```
#[macro_export]
macro_rules! session_verbs {
    () => {
        $crate::session_verbs! {
            handle_buffer(&mut self, input: &mut $crate::BytesMut, now: ::std::time::Instant);
            handle_timeout(&mut self, now: ::std::time::Instant);
            handle_disconnect(&mut self, unwritten: usize);
            poll_event(&mut self) -> Option<Self::Event>;
            poll_transmit(&mut self, out: &mut $crate::BytesMut);
            poll_timeout(&self) -> Option<::std::time::Instant>;
            is_closed(&self) -> bool;
            is_paused(&self) -> bool;
            set_unread(&mut self, unread: bool);
            in_flight(&self) -> usize;
            octets_in_flight(&self) -> u64;
            unanswered(&self) -> usize;
        }
    };
    ($( $verb:ident(&$($own:ident)+ $(, $arg:ident: $ty:ty)*) $(-> $gives:ty)?; )+) => { $(
        $crate::session_verbs!(@ $verb [$($own)+] [$($arg: $ty),*] [$($gives)?]);
    )+ };
    (@ $verb:ident [mut $own:ident] [$($arg:ident: $ty:ty),*] [$($gives:ty)?]) => {
        #[inline]
        fn $verb(&mut $own $(, $arg: $ty)*) $(-> $gives)? {
            Self::$verb($own $(, $arg)*)
        }
    };
    (@ $verb:ident [$own:ident] [$($arg:ident: $ty:ty),*] [$($gives:ty)?]) => {
        #[inline]
        fn $verb(&$own $(, $arg: $ty)*) $(-> $gives)? {
            Self::$verb($own $(, $arg)*)
        }
    };
}
