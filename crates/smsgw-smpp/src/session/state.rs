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
    /// The MC asked the ESME to bind (`outbind`).
    Outbound,
    /// A bind request waits for its answer.
    Binding(BindMode),
    /// Bound.
    Bound(BindMode),
    /// One side unbinds: no new requests. The one that asks still takes answers, the other still
    /// gives those it owes.
    Unbinding(BindMode),
    /// Over; what is still to be written may be.
    Closed,
}

/// The table of what may be requested when: one row for a command and who sends it.
macro_rules! state_table {
    (@ x) => { true };
    (@ -) => { false };
    ($(
        $command:ident $sender:ident
        [$open:tt $outbound:tt $binding:tt $tx:tt $rx:tt $trx:tt $unbinding:tt]
    )*) => {
        impl State {
            /// Whether `sender` may send the request `command_id` in this state (SMPP 5.0 §2.4).
            ///
            /// Responses and `generic_nack` are not in the table: they follow from requests.
            #[must_use]
            pub const fn allows(self, sender: Role, command_id: CommandId) -> bool {
                let [open, outbound, binding, tx, rx, trx, unbinding] = match (command_id, sender) {
                    $( (CommandId::$command, Role::$sender) => [
                        state_table!(@ $open), state_table!(@ $outbound),
                        state_table!(@ $binding), state_table!(@ $tx), state_table!(@ $rx),
                        state_table!(@ $trx), state_table!(@ $unbinding),
                    ], )*
                    _ => return false,
                };
                match self {
                    Self::Open => open,
                    Self::Outbound => outbound,
                    Self::Binding(_) => binding,
                    Self::Bound(BindMode::Transmitter) => tx,
                    Self::Bound(BindMode::Receiver) => rx,
                    Self::Bound(BindMode::Transceiver) => trx,
                    Self::Unbinding(_) => unbinding,
                    Self::Closed => false,
                }
            }
        }
    };
}

// Peers ask whether we are there before they bind, too.
#[rustfmt::skip]
state_table! {
    // command          sender  open outbound binding tx rx trx unbinding
    BIND_TRANSMITTER    Esme    [x     -        -     -  -  -    -]
    BIND_RECEIVER       Esme    [x     x        -     -  -  -    -]
    BIND_TRANSCEIVER    Esme    [x     x        -     -  -  -    -]
    OUTBIND             Mc      [x     -        -     -  -  -    -]
    UNBIND              Esme    [-     -        -     x  x  x    x]
    UNBIND              Mc      [-     -        -     x  x  x    x]
    ENQUIRE_LINK        Esme    [x     x        x     x  x  x    x]
    ENQUIRE_LINK        Mc      [x     x        x     x  x  x    x]
    SUBMIT_SM           Esme    [-     -        -     x  -  x    -]
    SUBMIT_MULTI        Esme    [-     -        -     x  -  x    -]
    DATA_SM             Esme    [-     -        -     x  -  x    -]
    DATA_SM             Mc      [-     -        -     -  x  x    -]
    DELIVER_SM          Mc      [-     -        -     -  x  x    -]
    ALERT_NOTIFICATION  Mc      [-     -        -     -  x  x    -]
    QUERY_SM            Esme    [-     -        -     x  -  x    -]
    CANCEL_SM           Esme    [-     -        -     x  -  x    -]
    REPLACE_SM          Esme    [-     -        -     x  -  x    -]
    BROADCAST_SM        Esme    [-     -        -     x  -  x    -]
    QUERY_BROADCAST_SM  Esme    [-     -        -     x  -  x    -]
    CANCEL_BROADCAST_SM Esme    [-     -        -     x  -  x    -]
}

impl State {
    /// Whether the session is bound.
    #[must_use]
    pub const fn is_bound(self) -> bool {
        matches!(self, Self::Bound(_))
    }

    /// Whether nobody asked to bind yet, or was refused.
    pub(super) const fn is_unbound(self) -> bool {
        matches!(self, Self::Open | Self::Outbound)
    }
}
