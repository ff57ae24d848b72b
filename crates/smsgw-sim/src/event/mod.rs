//! What happened at the simulator, one JSON object each.

mod message;

use std::net::SocketAddr;
use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use smsgw_smpp::session::BindMode;
use smsgw_smpp::types::MessageState;
use smsgw_smpp::{CommandStatus, SequenceNumber};
use smsgw_ucp::{ErrorCode, OperationType, Trn};
use tokio::sync::broadcast;

pub(crate) use message::hex;
pub use message::{AtFields, Fields, Message, PartOf, SmppFields, Tlv, UcpFields};

/// Something happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What.
    #[serde(flatten)]
    pub what: What,
    /// By which protocol.
    pub protocol: Protocol,
    /// The number of the connection, from 1.
    pub connection: u64,
}

/// The protocol of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Protocol {
    /// SMPP.
    Smpp,
    /// UCP/EMI.
    Ucp,
    /// The AT commands of a modem.
    At,
}

/// Whose session, by the name that the protocol has for it: in JSON `system_id`, `user` or
/// `modem`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Who {
    /// An ESME.
    SystemId(Arc<str>),
    /// A client of UCP; empty when it did not log in.
    User(Arc<str>),
    /// A modem.
    Modem(Arc<str>),
}

impl Who {
    /// The name alone.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SystemId(name) | Self::User(name) | Self::Modem(name) => name,
        }
    }
}

/// Which request, by the number that the protocol has for it: in JSON `sequence_number` or `trn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Number {
    /// Of a PDU of SMPP.
    SequenceNumber(u32),
    /// Of an operation of UCP.
    Trn(u8),
}

impl From<SequenceNumber> for Number {
    fn from(number: SequenceNumber) -> Self {
        Self::SequenceNumber(number.0)
    }
}

impl From<Trn> for Number {
    fn from(trn: Trn) -> Self {
        Self::Trn(trn.get())
    }
}

/// What was asked or answered, by the name that the protocol has for it: in JSON `command` or `ot`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Command {
    /// The name of a PDU of SMPP: `submit_sm_resp`.
    Command(String),
    /// The type of an operation of UCP.
    Ot(u8),
}

impl From<OperationType> for Command {
    fn from(ot: OperationType) -> Self {
        Self::Ot(ot.get())
    }
}

/// An outcome. In JSON, of SMPP `command_status` (a number) and `status_name`; of UCP `ec` (a
/// number) and `ec_text`, which are null when it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// Of SMPP.
    Smpp(CommandStatus),
    /// Of UCP; `None` for done.
    Ucp(Option<ErrorCode>),
}

impl Status {
    /// Whether it was done.
    #[must_use]
    pub const fn is_ok(self) -> bool {
        match self {
            Self::Smpp(status) => status.is_ok(),
            Self::Ucp(error_code) => error_code.is_none(),
        }
    }
}

impl From<CommandStatus> for Status {
    fn from(status: CommandStatus) -> Self {
        Self::Smpp(status)
    }
}

impl From<Option<ErrorCode>> for Status {
    fn from(error_code: Option<ErrorCode>) -> Self {
        Self::Ucp(error_code)
    }
}

impl PartialEq<CommandStatus> for Status {
    fn eq(&self, other: &CommandStatus) -> bool {
        *self == Self::Smpp(*other)
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Smpp(status) => {
                let mut both = serializer.serialize_struct("Status", 2)?;
                both.serialize_field("command_status", &status.0)?;
                both.serialize_field("status_name", &status.name())?;
                both.end()
            }
            Self::Ucp(error_code) => {
                let mut both = serializer.serialize_struct("Status", 2)?;
                both.serialize_field("ec", &error_code.map(|code| code.0))?;
                both.serialize_field("ec_text", &error_code.map(ErrorCode::text))?;
                both.end()
            }
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum What {
    /// Somebody connected.
    Connect {
        /// From where.
        peer: SocketAddr,
    },
    /// Somebody connected and was turned away, as there was no agreement on TLS in time.
    Refused {
        /// From where.
        peer: SocketAddr,
        /// Why.
        reason: String,
    },
    /// Somebody asked to bind, or to log in.
    Bind {
        /// As whom.
        #[serde(flatten)]
        who: Who,
        /// What for.
        #[serde(serialize_with = "mode_name", skip_serializing_if = "Option::is_none")]
        mode: Option<BindMode>,
        /// What the answer was.
        #[serde(flatten)]
        status: Status,
        /// From where.
        peer: SocketAddr,
    },
    /// The peer ended the session in good order.
    Unbind {
        /// Who.
        #[serde(flatten)]
        who: Option<Who>,
    },
    /// The connection is over.
    Disconnect {
        /// Who was bound.
        #[serde(flatten)]
        who: Option<Who>,
        /// Why.
        reason: String,
    },
    /// A message was accepted.
    Submit(Arc<Message>),
    /// A message that waits got another text.
    Replace(Arc<Message>),
    /// A message or broadcast was taken back.
    Cancel {
        /// Its id.
        id: String,
        /// Whose session.
        #[serde(flatten)]
        who: Who,
        /// Whom it was for; empty for a broadcast.
        to: String,
    },
    /// A message was sent to a client.
    Deliver(Message),
    /// A receipt was sent to a client, perhaps not for the first time.
    Receipt {
        /// The receipt; its id is that of the message it is about.
        #[serde(flatten)]
        message: Message,
        /// What it tells.
        #[serde(serialize_with = "state_name")]
        message_state: MessageState,
        /// How often it was sent, this time included.
        attempt: u32,
    },
    /// An ESME was told that a subscriber can be reached again.
    Alert {
        /// Who was told.
        #[serde(flatten)]
        who: Who,
        /// The subscriber.
        from: String,
        /// The ESME's address.
        to: String,
    },
    /// An ESME was asked to bind.
    Outbind {
        /// Where it listens.
        peer: SocketAddr,
    },
    /// A request was answered.
    Response {
        /// Which answer.
        #[serde(flatten)]
        command: Command,
        /// Whose session.
        #[serde(flatten)]
        who: Who,
        /// The outcome.
        #[serde(flatten)]
        status: Status,
        /// Of the request and its answer.
        #[serde(flatten)]
        number: Number,
        /// The id given to the message, or the message a receipt is about.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
    /// A request of the simulator had no answer.
    Unanswered {
        /// Whose session.
        #[serde(flatten)]
        who: Who,
        /// The message, or the message the receipt is about.
        id: String,
    },
    /// A fault hit a submit or a bind.
    Fault {
        /// Its name.
        name: &'static str,
        /// Whose session.
        #[serde(flatten)]
        who: Who,
        /// Of the request.
        #[serde(flatten)]
        number: Number,
        /// The id of the message, when it was accepted all the same.
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
    },
}

fn mode_name<S: Serializer>(mode: &Option<BindMode>, serializer: S) -> Result<S::Ok, S::Error> {
    mode.map(|mode| match mode {
        BindMode::Transmitter => "transmitter",
        BindMode::Receiver => "receiver",
        BindMode::Transceiver => "transceiver",
    })
    .serialize(serializer)
}

pub(crate) fn state_name<S: Serializer>(
    state: &MessageState,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    state.name().serialize(serializer)
}

/// The events from here on, for one reader.
///
/// A reader that falls far behind misses some: the simulator does not wait for it.
#[derive(Debug)]
pub struct Events<E = Event> {
    receiver: broadcast::Receiver<Arc<E>>,
    missed: u64,
}

impl<E> Events<E> {
    pub(crate) fn new(receiver: broadcast::Receiver<Arc<E>>) -> Self {
        Self {
            receiver,
            missed: 0,
        }
    }

    /// The next event; `None` when the simulator is gone.
    ///
    /// Cancel-safe.
    pub async fn recv(&mut self) -> Option<Arc<E>> {
        loop {
            match self.receiver.recv().await {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// The next event, if there is one now.
    pub fn try_recv(&mut self) -> Option<Arc<E>> {
        loop {
            match self.receiver.try_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::TryRecvError::Lagged(count)) => self.missed += count,
                Err(_) => return None,
            }
        }
    }

    /// The next event, waited for by the thread.
    ///
    /// # Panics
    /// When called from an async task.
    pub fn blocking_recv(&mut self) -> Option<Arc<E>> {
        loop {
            match self.receiver.blocking_recv() {
                Ok(event) => return Some(event),
                Err(broadcast::error::RecvError::Lagged(count)) => self.missed += count,
                Err(broadcast::error::RecvError::Closed) => return None,
            }
        }
    }

    /// How many events this reader missed.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.missed
    }
}
