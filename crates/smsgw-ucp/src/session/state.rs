//! The states of a session, and what is allowed in which and for whom.

use std::fmt;

use crate::operation::OperationType;

/// Which end of the session this is, whoever made the connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Short message entity, or large account: the client, SMT in the documents.
    Sme,
    /// Service centre: the server.
    Smsc,
}

impl Role {
    /// The other end.
    #[must_use]
    pub const fn peer(self) -> Self {
        match self {
            Self::Sme => Self::Smsc,
            Self::Smsc => Self::Sme,
        }
    }
}

/// Where a session is between connect and close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Connected; a login has to come first.
    Open,
    /// A login waits for its result.
    LoggingIn,
    /// Logged in, or on a link without a login.
    Up,
    /// This side ends it: no new operations, results still come and go.
    Closing,
    /// Over; what is still to be written may be.
    Closed,
}

/// The table of what is taken when: one row for an operation and who sends it.
macro_rules! state_table {
    (@ x) => { true };
    (@ -) => { false };
    ($( $operation:ident [$($sender:ident)+] [$open:tt $logging_in:tt $up:tt $closing:tt] )*) => {
        impl Role {
            /// Whether this end ever sends an operation.
            #[must_use]
            pub const fn sends(self, ot: OperationType) -> bool {
                match ot {
                    $( OperationType::$operation => matches!(self, $(Self::$sender)|+), )*
                    _ => false,
                }
            }
        }

        impl State {
            /// Whether an operation of the peer is taken in this state, if it sends it at all
            /// ([`Role::sends`]).
            ///
            /// Own operations are sent while it is [up](Self::Up) only, but for the login that
            /// makes it so.
            #[must_use]
            pub const fn allows(self, ot: OperationType) -> bool {
                let [open, logging_in, up, closing] = match ot {
                    $( OperationType::$operation => [
                        state_table!(@ $open), state_table!(@ $logging_in),
                        state_table!(@ $up), state_table!(@ $closing),
                    ], )*
                    _ => return false,
                };
                match self {
                    Self::Open => open,
                    Self::LoggingIn => logging_in,
                    Self::Up => up,
                    Self::Closing => closing,
                    Self::Closed => false,
                }
            }
        }
    };
}

// The documents give 31 to the client alone; service centres send it all the same. Of a peer that
// does not know yet that this side closes, it is the keep-alive.
#[rustfmt::skip]
state_table! {
    // operation                   senders       open logging_in up closing
    CALL_INPUT                     [Sme Smsc]    [-      -       x    -]
    MULTIPLE_ADDRESS_CALL_INPUT    [Sme]         [-      -       x    -]
    SUPPLEMENTARY_CALL_INPUT       [Sme]         [-      -       x    -]
    SMS_MESSAGE_TRANSFER           [Sme]         [-      -       x    -]
    SMT_ALERT                      [Sme Smsc]    [-      -       x    x]
    SUBMIT_SHORT_MESSAGE           [Sme]         [-      -       x    -]
    DELIVER_SHORT_MESSAGE          [Smsc]        [-      -       x    -]
    DELIVER_NOTIFICATION           [Smsc]        [-      -       x    -]
    MODIFY_MESSAGE                 [Sme]         [-      -       x    -]
    INQUIRY_MESSAGE                [Sme]         [-      -       x    -]
    DELETE_MESSAGE                 [Sme]         [-      -       x    -]
    RESPONSE_INQUIRY_MESSAGE       [Smsc]        [-      -       x    -]
    RESPONSE_DELETE_MESSAGE        [Smsc]        [-      -       x    -]
    SESSION_MANAGEMENT             [Sme]         [x      -       x    -]
    LIST_MANAGEMENT                [Sme]         [-      -       x    -]
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open, not logged in",
            Self::LoggingIn => "logging in",
            Self::Up => "up",
            Self::Closing => "closing",
            Self::Closed => "closed",
        })
    }
}
