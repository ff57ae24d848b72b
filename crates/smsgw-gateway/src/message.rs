//! What the gateway knows of a message: its states, its parts, and each change of them.
//!
//! The table of transitions is in `docs/ARCHITECTURE.md`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use smsgw::Message;
use uuid::Uuid;

/// The gateway's id of a message: a UUID of version 7, so that ids sort by age.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for MessageId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        text.parse().map(Self)
    }
}

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Where a message or a part is on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Durable, not yet routed.
    Accepted,
    /// Waits for its time.
    Scheduled,
    /// Waits for a link.
    Queued,
    /// Handed to a link, no answer yet.
    Sending,
    /// The carrier has it and gave it an id.
    Sent,
    /// The carrier says it arrived.
    Delivered,
    /// The carrier says it did not arrive.
    Undelivered,
    /// The carrier refused it.
    Rejected,
    /// Its validity ended first.
    Expired,
    /// Taken back.
    Cancelled,
    /// It could not be sent.
    Failed,
    /// Sent, perhaps: the outcome was never told.
    Unknown,
}

impl State {
    /// All, for listings and metrics.
    pub const ALL: [Self; 12] = [
        Self::Accepted,
        Self::Scheduled,
        Self::Queued,
        Self::Sending,
        Self::Sent,
        Self::Delivered,
        Self::Undelivered,
        Self::Rejected,
        Self::Expired,
        Self::Cancelled,
        Self::Failed,
        Self::Unknown,
    ];

    /// Whether the gateway is done with it. [`Self::Unknown`] counts: a receipt that still comes
    /// corrects it.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Accepted | Self::Scheduled | Self::Queued | Self::Sending | Self::Sent
        )
    }

    /// The name in the API and in the store: `queued`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Scheduled => "scheduled",
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Undelivered => "undelivered",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a message came in, and so how its outcome goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// By REST; the outcome goes to its callback URL.
    Rest,
    /// By SMPP; the outcome goes as a receipt to the account's ESME, if it asked for one.
    Smpp,
}

/// A message and all the gateway knows of it: what the store keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Ours.
    pub id: MessageId,
    /// Who sent it.
    pub account: String,
    /// How it came in.
    pub origin: Origin,
    /// What was asked for.
    pub message: Message,
    /// What goes out, one SMS each; at least one.
    pub parts: Vec<Part>,
    /// The state of the whole, from those of the parts.
    pub state: State,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// When its state changed last.
    pub updated_at: Timestamp,
    /// Until when it is worth sending.
    pub expires_at: Timestamp,
    /// Where to POST the outcome.
    pub callback: Option<String>,
    /// Whether somebody still has to be told the outcome.
    pub notice: Notice,
}

impl Record {
    /// Our reference of a part, for carriers that give it back in receipts; `None` when the
    /// sender uses one of its own.
    #[must_use]
    pub fn reference(&self, index: usize) -> Option<u16> {
        if self.message.reference.is_some() {
            return None;
        }
        // The end of the id is random.
        let [.., high, low] = *self.id.0.as_bytes();
        let index = u16::try_from(index).unwrap_or_default();
        Some(u16::from_be_bytes([high, low]).wrapping_add(index))
    }

    /// The state of the whole: while a part is not final, that of the least advanced; then
    /// delivered when all are, else the worst.
    #[must_use]
    pub fn overall_state(&self) -> State {
        const ORDER: [State; 12] = [
            State::Accepted,
            State::Scheduled,
            State::Queued,
            State::Sending,
            State::Sent,
            State::Failed,
            State::Rejected,
            State::Undelivered,
            State::Expired,
            State::Cancelled,
            State::Unknown,
            State::Delivered,
        ];
        let any = |state: &State| self.parts.iter().any(|part| part.status.state == *state);
        ORDER.into_iter().find(any).unwrap_or(State::Failed)
    }
}

/// Whether somebody has to be told the outcome of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// Nobody asked, or there is no outcome yet.
    #[default]
    None,
    /// Yes, and it is not confirmed yet.
    Owed,
    /// It was confirmed.
    Done,
    /// Nobody took it in all the time there was.
    GivenUp,
}

/// One SMS of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// What the octets mean (`data_coding`).
    pub dcs: u8,
    /// The user data header with its length octet; empty for none.
    #[serde(with = "smsgw::hex")]
    pub udh: Vec<u8>,
    /// What follows the header.
    #[serde(with = "smsgw::hex")]
    pub octets: Vec<u8>,
    /// Everything that changes.
    #[serde(flatten)]
    pub status: PartStatus,
}

/// What changes in a part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartStatus {
    /// Where it is.
    pub state: State,
    /// The link it goes or went by.
    pub link: Option<String>,
    /// The carrier's id of it, spelled as `receipt_id` of the link makes it.
    pub carrier_id: Option<String>,
    /// How often it was handed to a link.
    pub attempts: u32,
    /// Whether it was sent again after an attempt whose outcome is unknown.
    pub possible_duplicate: bool,
    /// Why it is not delivered: the carrier's status or error code, or our own reason.
    pub error: Option<String>,
}

/// A durable change of state, for those who watch the gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// Of which message.
    pub id: MessageId,
    /// Of which part, from 0; `None` for the whole.
    pub part: Option<usize>,
    /// What it is now; [`State::Accepted`] for the whole when it is new.
    pub state: State,
    /// The part's carrier id, link and error.
    pub status: Option<PartStatus>,
    /// When.
    pub at: Timestamp,
}

/// One change the store makes durable; a commit holds many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new message.
    Accepted(Box<Record>),
    /// A part changed, and perhaps the whole with it.
    Part {
        /// Of which message.
        id: MessageId,
        /// Which part, from 0.
        index: usize,
        /// What it is now.
        status: PartStatus,
        /// The state of the whole now.
        state: State,
        /// Whether somebody has to be told now.
        notice: Notice,
        /// When.
        at: Timestamp,
    },
    /// Somebody was told the outcome, or will not be.
    Notice {
        /// Of which message.
        id: MessageId,
        /// What it is now.
        notice: Notice,
    },
}
