//! What is sent through a pool, and what becomes of it.

use std::fmt;
use std::time::Instant;

use super::key::ModemKey;
use crate::command::identity::Iccid;
use crate::modem::Failure;

/// One message: all its parts, which one SIM sends in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The recipient's number, by which the SIM is chosen. The one that the network gets is in the
    /// PDUs.
    pub recipient: String,
    /// One PDU for each part, 1 to 255: the service centre's address, which may be the octet 00,
    /// and the TPDU.
    pub parts: Vec<Vec<u8>>,
    /// The only SIM that may send it; `None` leaves that to the pool.
    pub sim: Option<Iccid>,
    /// When it is not sent any more, if nothing of it was till then.
    pub expires: Option<Instant>,
}

impl Message {
    /// Most parts.
    pub const MAX_PARTS: usize = 255;
}

/// What became of a message: exactly one for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// As given with the message.
    pub token: u64,
    /// Which modem sent, or may have sent, a part of it; `None` when none did.
    pub sent_by: Option<ModemKey>,
    /// What became of each part.
    pub parts: Vec<PartOutcome>,
    /// How often a part was handed to a modem.
    pub attempts: u32,
}

impl Outcome {
    /// Whether the network has taken all parts.
    #[must_use]
    pub fn is_sent(&self) -> bool {
        let is_sent = |part: &PartOutcome| matches!(part, PartOutcome::Sent { .. });
        self.parts.iter().all(is_sent)
    }

    /// Whether nobody knows of a part whether the network has taken it.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        self.parts.contains(&PartOutcome::Unknown)
    }

    /// Whether the network has certainly taken no part, so that the message can be sent another way
    /// without the recipient getting it twice.
    #[must_use]
    pub fn is_unsent(&self) -> bool {
        let is_unsent = |part: &PartOutcome| matches!(part, PartOutcome::NotSent(_));
        self.parts.iter().all(is_unsent)
    }
}

/// What became of a part.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartOutcome {
    /// The network has taken it.
    Sent {
        /// TP-MR; `None` when the modem did not say.
        reference: Option<u8>,
    },
    /// Nobody knows: all of it was handed to the modem, and no result came.
    Unknown,
    /// The network has certainly not taken it.
    NotSent(Reason),
}

/// Why a part was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// The last modem that tried refused or failed, and no other could be tried.
    Failure(Failure),
    /// The message had [expired](Message::expires).
    Expired,
    /// The owner took the message back.
    Cancelled,
    /// Another part of the message was not sent, and this one would have been of no use.
    OtherPart,
    /// Some of the message was sent, and the SIM did not come back in time to go on.
    SimGone,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failure(failure) => failure.fmt(f),
            Self::Expired => f.write_str("expired"),
            Self::Cancelled => f.write_str("cancelled"),
            Self::OtherPart => f.write_str("another part was not sent"),
            Self::SimGone => f.write_str("the SIM that sent the other parts is gone"),
        }
    }
}

/// Why a message was not taken. No outcome is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendError {
    /// Why.
    pub kind: SendErrorKind,
    /// The message.
    pub message: Message,
}

/// Why a message was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendErrorKind {
    /// [`Config::max_queue`](super::Config::max_queue) messages wait: when an outcome comes, there
    /// is room again.
    QueueFull,
    /// A message with this token has no outcome yet.
    TokenInUse,
    /// The token is above [`Pool::MAX_TOKEN`](super::Pool::MAX_TOKEN).
    Token,
    /// The task of the pool has ended, or will.
    Closed,
    /// It has no part, or more than [`Message::MAX_PARTS`].
    Parts {
        /// How many it has.
        had: usize,
    },
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl fmt::Display for SendErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QueueFull => f.write_str("the queue is full"),
            Self::TokenInUse => f.write_str("a message with this token has no outcome yet"),
            Self::Closed => f.write_str("the pool is closed"),
            Self::Token => write!(f, "the token is above {}", super::Pool::MAX_TOKEN),
            Self::Parts { had } => write!(f, "1 to {} parts, had {had}", Message::MAX_PARTS),
        }
    }
}

impl std::error::Error for SendError {}
