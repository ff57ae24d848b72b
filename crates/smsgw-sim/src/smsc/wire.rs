//! What the simulator has to know of a protocol; all else it does alike in each.

use std::collections::VecDeque;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use smsgw_smpp::server::guard::Limits;

use super::fate::Now;
use super::line::Line;
use super::outbox::Delivery;
use super::shared::Inner;
use super::side::Side;
use super::store::Entry;
use crate::event::{Command, Message, Number, Protocol, Status, Who};
use crate::faults::Strike;

/// A protocol; the value is what the message centre remembers for it alone.
pub(super) trait Wire: fmt::Debug + Send + Sized + 'static {
    const PROTOCOL: Protocol;

    /// The end of a connection.
    type Session: Session<Frame = Self::Frame>;
    type Events: Send;
    type Event: Send;
    type Frame: Send;
    type Number: Copy + Into<Number>;
    /// Where connections come from.
    type Door: Send;
    /// What a connection begins with.
    type Start: Send;
    /// What is kept of a message beside what is of all.
    type Kept: fmt::Debug + Send;
    /// A receipt or message of a subscriber, ready to be sent.
    type Body: fmt::Debug + Send;
    /// Why a submit is not accepted.
    type Refused;

    /// Its answer to a submit when there are too many, by the fault.
    const THROTTLED: Self::Refused;
    /// Its answer to a submit when there is no room for more.
    const QUEUE_FULL: Self::Refused;

    fn side(inner: &mut Inner) -> &mut Side<Self>;
    fn who(name: &Arc<str>) -> Who;

    /// The next connection, or who was turned away and why. Cancel-safe.
    fn enter(
        door: &mut Self::Door,
    ) -> impl Future<Output = Result<Arrival<Self>, TurnedAway>> + Send;

    /// Takes all events that are there, once there are some; `false` when there are no more.
    /// Cancel-safe.
    fn receive(
        events: &mut Self::Events,
        into: &mut VecDeque<Self::Event>,
    ) -> impl Future<Output = bool> + Send;

    fn begin(line: &mut Line<Self>, start: Self::Start);
    fn handle(line: &mut Line<Self>, event: Self::Event, now: Instant);

    /// Refuses a submit.
    fn refuse(line: &Line<Self>, request: &Self::Frame, why: Self::Refused);
    /// Refuses a submit as the fault `nack` does.
    fn nack(line: &Line<Self>, request: &Self::Frame, strike: &Strike);

    /// What a frame is, or, for a request, what its answer is.
    fn answer_name(frame: &Self::Frame) -> Command;
    fn number(frame: &Self::Frame) -> Self::Number;
    /// With memory of its own.
    fn detach(frame: &Self::Frame) -> Self::Frame;

    /// What is told of a message, as things stand with it, and when.
    fn receipts(&self, entry: &Entry<Self>, now: &Now) -> Vec<(Instant, Delivery<Self>)>;
    /// Sends it; `None` when it cannot be sent now.
    fn send(session: &Self::Session, body: &Self::Body, token: u64) -> Option<Self::Number>;
    /// How a delivery is told that was sent with this number.
    fn told(delivery: &Delivery<Self>, account: &Arc<str>, number: Self::Number) -> Message;
    /// What the answer to a delivery says, and whether it was taken.
    fn outcome(answer: &Self::Frame) -> (Status, bool);

    /// The connection that is to have a delivery; `None` for any of the account.
    fn route(&self, account: &Arc<str>, body: &Self::Body) -> Option<u64>;
    /// A connection is over.
    fn gone(&mut self, number: u64);
}

/// Only the faults that are set turn anybody away.
pub(super) const NO_LIMITS: Limits = Limits {
    connections: usize::MAX,
    connections_per_address: usize::MAX,
    sessions_per_account: usize::MAX,
    address_lockout: None,
    account_lockout: None,
};

/// A connection that was taken.
pub(super) struct Arrival<W: Wire> {
    pub(super) session: W::Session,
    pub(super) events: W::Events,
    pub(super) peer: SocketAddr,
    pub(super) start: W::Start,
}

/// Who was turned away, and why; `None` when there was no connection at all.
pub(super) struct TurnedAway(pub(super) Option<(SocketAddr, String)>);

/// What the ends of connections of all protocols can do.
pub(super) trait Session: Clone + fmt::Debug + Send + Sync + 'static {
    type Frame;

    /// Whether deliveries may be sent, as far as the session knows.
    fn is_open(&self) -> bool;
    fn is_closed(&self) -> bool;
    fn has_room(&self) -> bool;
    fn send_octets(&self, octets: &[u8]);
    fn break_off(&self, octets: &[u8]);
    fn ignore(&self, request: &Self::Frame);
    fn hold(&self, held: bool);
    fn close(&self);
}

/// The answer to a submit that was accepted.
pub(super) trait Answer<W: Wire> {
    fn send(&self, session: &W::Session, request: &W::Frame);
    fn octets(&self, request: &W::Frame) -> Vec<u8>;
    /// With the number of no request.
    fn misnumbered(&self, request: &W::Frame) -> Vec<u8>;
    /// As the answer to something else.
    fn misnamed(&self, request: &W::Frame) -> Vec<u8>;
    fn status(&self) -> Status;
}
