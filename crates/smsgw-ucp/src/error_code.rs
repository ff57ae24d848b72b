//! Why an operation is refused: the error codes (EC) of negative results.

use core::fmt;

/// Why an operation is refused: EC of a negative result. Two digits; operators have codes of their
/// own from 90 on.
///
/// ```
/// use smsgw_ucp::ErrorCode;
///
/// let refused = ErrorCode::ADC_INVALID;
/// assert_eq!(refused.to_string(), "06 (AdC invalid)");
/// assert!(!refused.is_retryable() && ErrorCode::SYSTEM_ERROR.is_retryable());
/// assert!(ErrorCode(94).is_proprietary());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "EC")]
pub struct ErrorCode(pub u8);

macro_rules! error_codes {
    ($( $name:ident = $value:literal, $text:literal; )*) => {
        impl ErrorCode {
            $(
                #[doc = concat!("EC ", stringify!($value), ": ", $text, ".")]
                pub const $name: Self = Self($value);
            )*

            /// Every code of the table.
            pub const ALL: &[Self] = &[$( Self::$name, )*];

            /// What it means; `None` for one that is not in the table.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $( Self::$name => Some($text), )*
                    _ => None,
                }
            }
        }
    };
}

error_codes! {
    CHECKSUM_ERROR = 1, "checksum error";
    SYNTAX_ERROR = 2, "syntax error";
    OPERATION_NOT_SUPPORTED = 3, "operation not supported by the system";
    OPERATION_NOT_ALLOWED = 4, "operation not allowed at this point of time";
    CALL_BARRING_ACTIVE = 5, "call barring active";
    ADC_INVALID = 6, "AdC invalid";
    AUTHENTICATION_FAILURE = 7, "authentication failure";
    LEGITIMISATION_CODE_FOR_ALL_CALLS = 8, "legitimisation code for all calls: failure";
    GA_NOT_VALID = 9, "GA not valid";
    REPETITION_NOT_ALLOWED = 10, "repetition not allowed";
    LEGITIMISATION_CODE_FOR_REPETITION = 11, "legitimisation code for repetition: failure";
    PRIORITY_NOT_ALLOWED = 12, "priority not allowed";
    LEGITIMISATION_CODE_FOR_PRIORITY = 13, "legitimisation code for priority: failure";
    URGENT_NOT_ALLOWED = 14, "urgent message not allowed";
    LEGITIMISATION_CODE_FOR_URGENT = 15, "legitimisation code for urgent messages: failure";
    REVERSE_CHARGING_NOT_ALLOWED = 16, "reverse charging not allowed";
    LEGITIMISATION_CODE_FOR_REVERSE_CHARGING = 17,
        "legitimisation code for reverse charging: failure";
    DEFERRED_DELIVERY_NOT_ALLOWED = 18, "deferred delivery not allowed";
    NEW_AC_NOT_VALID = 19, "new AC not valid";
    NEW_LEGITIMISATION_CODE_NOT_VALID = 20, "new legitimisation code not valid";
    STANDARD_TEXT_NOT_VALID = 21, "standard text not valid";
    TIME_PERIOD_NOT_VALID = 22, "time period not valid";
    MESSAGE_TYPE_NOT_SUPPORTED = 23, "message type not supported by the system";
    MESSAGE_TOO_LONG = 24, "message too long";
    REQUESTED_STANDARD_TEXT_NOT_VALID = 25, "requested standard text not valid";
    MESSAGE_TYPE_NOT_VALID_FOR_PAGER = 26, "message type not valid for the pager";
    MESSAGE_NOT_FOUND = 27, "message not found in the SC";
    INVALID_CHARACTER_SET = 28, "invalid character set";
    SUBSCRIBER_HANG_UP = 30, "subscriber hung up";
    FAX_GROUP_NOT_SUPPORTED = 31, "fax group not supported";
    FAX_MESSAGE_TYPE_NOT_SUPPORTED = 32, "fax message type not supported";
    ADDRESS_ALREADY_IN_LIST = 33, "address already in the list";
    ADDRESS_NOT_IN_LIST = 34, "address not in the list";
    LIST_FULL = 35, "list full, no address can be added";
    RPID_ALREADY_IN_USE = 36, "RPID already in use";
    DELIVERY_IN_PROGRESS = 37, "delivery in progress";
    MESSAGE_FORWARDED = 38, "message forwarded";
    LOW_NETWORK_STATUS = 50, "low network status";
    LEGITIMISATION_CODE_FOR_STANDARD_TEXT = 51, "legitimisation code for a standard text: failure";
    PARTIALLY_SUCCESSFUL = 53, "partially successful";
    NOT_SUCCESSFUL = 54, "not successful";
    SYSTEM_ERROR = 55, "system error";
    ADC_ALREADY_IN_GROUP = 57, "AdC already in the group's list";
    ADC_NOT_IN_GROUP = 58, "AdC not in the group's list";
    STANDARD_TEXT_LIST_INVALID = 59, "list of standard texts invalid";
    NOT_CONTROLLER_OF_GROUP = 61, "not the controller of the group's list";
    STANDARD_TEXT_TOO_LARGE = 62, "standard text too large";
    NOT_OWNER_OF_STANDARD_TEXTS = 63, "not the owner of the list of standard texts";
    ADDRESS_LIST_FULL = 64, "address list full";
    GROUP_ADDRESS_INVALID = 65, "group address invalid";
    MOBILE_SUBSCRIBERS_ONLY = 66, "operation for mobile subscribers only";
    ADC_TYPE_INVALID = 68, "type of AdC invalid";
    CANNOT_ADD_TO_GROUP = 69, "AdC cannot be added to the group's list";
}

impl ErrorCode {
    /// Whether the same operation may succeed when it is sent again: noise on the line
    /// ([`Self::CHECKSUM_ERROR`]), too early or too many ([`Self::OPERATION_NOT_ALLOWED`]), the
    /// fault of the SC ([`Self::SYSTEM_ERROR`]). No promise: count the attempts.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::CHECKSUM_ERROR | Self::OPERATION_NOT_ALLOWED | Self::SYSTEM_ERROR
        )
    }

    /// Whether an operator gave the code its meaning: 90 to 99.
    #[must_use]
    pub const fn is_proprietary(self) -> bool {
        matches!(self.0, 90..=99)
    }
}

/// `06 (AdC invalid)`; two digits alone when the table has no words.
impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{:02} ({text})", self.0),
            None => write!(f, "{:02}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
