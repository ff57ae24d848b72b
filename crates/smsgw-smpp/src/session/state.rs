//! The states of a session and what is allowed in which (SMPP 5.0 §2.3, §2.4).

use crate::command::CommandId;

/// Which end of the session this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// External short message entity: the client.
    Esme,
    /// Message centre: the server.
    Mc,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Esme => Self::Mc,
            Self::Mc => Self::Esme,
        }
    }
}

/// What a session is bound for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BindMode {
    /// The ESME sends.
    Transmitter,
    /// The ESME receives.
    Receiver,
    /// Both.
    Transceiver,
}

impl BindMode {
    /// Whether the ESME may send messages.
    #[must_use]
    pub const fn sends(self) -> bool {
        matches!(self, Self::Transmitter | Self::Transceiver)
    }

    /// Whether the ESME may be sent messages.
    #[must_use]
    pub const fn receives(self) -> bool {
        matches!(self, Self::Receiver | Self::Transceiver)
    }
}

/// Where a session is between connect and close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connected, not bound.
    Open,
    /// A bind request waits for its answer.
    Binding(BindMode),
    /// Bound.
    Bound(BindMode),
    /// One side unbinds: no new requests, what is in flight is still answered.
    Unbinding(BindMode),
    /// Over; what is still to be written may be.
    Closed,
}

impl State {
    /// Whether `sender` may send the request `command_id` in this state.
    ///
    /// Responses and `generic_nack` are not in the table: they follow from requests.
    #[must_use]
    pub const fn allows(self, sender: Role, command_id: CommandId) -> bool {
        use BindMode::{Receiver, Transceiver, Transmitter};
        use Role::{Esme, Mc};
        use State::{Bound, Open, Unbinding};
        match (command_id, sender) {
            (
                CommandId::BIND_TRANSMITTER
                | CommandId::BIND_RECEIVER
                | CommandId::BIND_TRANSCEIVER,
                Esme,
            )
            | (CommandId::OUTBIND, Mc) => matches!(self, Open),
            (
                CommandId::SUBMIT_SM
                | CommandId::SUBMIT_MULTI
                | CommandId::DATA_SM
                | CommandId::QUERY_SM
                | CommandId::CANCEL_SM
                | CommandId::REPLACE_SM
                | CommandId::BROADCAST_SM
                | CommandId::QUERY_BROADCAST_SM
                | CommandId::CANCEL_BROADCAST_SM,
                Esme,
            ) => matches!(self, Bound(Transmitter | Transceiver)),
            (CommandId::DELIVER_SM | CommandId::DATA_SM | CommandId::ALERT_NOTIFICATION, Mc) => {
                matches!(self, Bound(Receiver | Transceiver))
            }
            (CommandId::UNBIND, _) => matches!(self, Bound(_) | Unbinding(_)),
            // Peers ask before they bind, too.
            (CommandId::ENQUIRE_LINK, _) => !matches!(self, State::Closed),
            _ => false,
        }
    }

    /// Whether the session is bound.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::Bound(_))
    }
}
