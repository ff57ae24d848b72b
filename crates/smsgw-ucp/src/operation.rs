//! The table of all operations of UCP.

use core::fmt;

/// Which operation a frame belongs to (OT). 0 to 99.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationType(u8);

macro_rules! operations {
    ($( $(#[$meta:meta])* $ot:ident = $value:literal, )*) => {
        impl OperationType {
            $( $(#[$meta])* pub const $ot: Self = Self($value); )*

            /// Every operation of the table.
            pub const ALL: &[Self] = &[$( Self::$ot, )*];

            /// The constant's name; `None` for an operation that the table does not have.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$ot => Some(stringify!($ot)), )*
                    _ => None,
                }
            }
        }
    };
}

operations! {
    /// A message to one recipient.
    CALL_INPUT = 01,
    /// A message to several recipients.
    MULTIPLE_ADDRESS_CALL_INPUT = 02,
    /// A message with supplementary services.
    SUPPLEMENTARY_CALL_INPUT = 03,
    /// A message with the services of a short message centre.
    SMS_MESSAGE_TRANSFER = 30,
    /// Whether the peer is there, and whether messages wait.
    SMT_ALERT = 31,
    /// A message to the centre.
    SUBMIT_SHORT_MESSAGE = 51,
    /// A message from the centre.
    DELIVER_SHORT_MESSAGE = 52,
    /// What became of a message.
    DELIVER_NOTIFICATION = 53,
    /// A message that waits is changed.
    MODIFY_MESSAGE = 54,
    /// Which messages wait.
    INQUIRY_MESSAGE = 55,
    /// Messages that wait are deleted.
    DELETE_MESSAGE = 56,
    /// What an inquiry found.
    RESPONSE_INQUIRY_MESSAGE = 57,
    /// What was deleted.
    RESPONSE_DELETE_MESSAGE = 58,
    /// Login and passwords.
    SESSION_MANAGEMENT = 60,
    /// Lists of numbers.
    LIST_MANAGEMENT = 61,
}

impl OperationType {
    /// An operation of 0 to 99, whether the table has it or not; `None` for other numbers.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < 100 {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// Whether the table has it.
    #[must_use]
    pub const fn is_known(self) -> bool {
        self.name().is_some()
    }

    /// Whether its positive result has the validity period as the centre changed it (MVP).
    #[must_use]
    pub const fn has_mvp(self) -> bool {
        matches!(self.0, 30 | 51..=58)
    }
}

impl fmt::Display for OperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl fmt::Debug for OperationType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "{:02}", self.0),
        }
    }
}
