//! Why a message is not delivered: the reasons (Rsn) of notifications.

use core::fmt;

/// Why a message is not, or not yet, delivered: Rsn of an OT 53.
///
/// Operators may change the table: the number is what counts, the words are a hint.
///
/// ```
/// use smsgw_ucp::Reason;
///
/// assert_eq!(Reason::ABSENT_SUBSCRIBER.to_string(), "107 (absent subscriber)");
/// assert_eq!(Reason(250).text(), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "Rsn")]
pub struct Reason(pub u8);

macro_rules! reasons {
    ($( $name:ident = $value:literal, $text:literal; )*) => {
        impl Reason {
            $(
                #[doc = concat!("Rsn ", stringify!($value), ": ", $text, ".")]
                pub const $name: Self = Self($value);
            )*

            /// Every reason of the table.
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

reasons! {
    UNKNOWN_SUBSCRIBER = 0, "unknown subscriber, or none";
    SERVICE_TEMPORARILY_NOT_AVAILABLE = 1, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_2 = 2, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_3 = 3, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_4 = 4, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_5 = 5, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_6 = 6, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_7 = 7, "service temporarily not available";
    SERVICE_TEMPORARILY_NOT_AVAILABLE_8 = 8, "service temporarily not available";
    ILLEGAL_ERROR_CODE = 9, "illegal error code";
    NETWORK_TIME_OUT = 10, "network time-out";
    FACILITY_NOT_SUPPORTED = 100, "facility not supported";
    UNKNOWN_SUBSCRIBER_IN_NETWORK = 101, "unknown subscriber";
    FACILITY_NOT_PROVIDED = 102, "facility not provided";
    CALL_BARRED = 103, "call barred";
    OPERATION_BARRED = 104, "operation barred";
    SC_CONGESTION = 105, "SC congestion";
    FACILITY_NOT_SUPPORTED_IN_NETWORK = 106, "facility not supported";
    ABSENT_SUBSCRIBER = 107, "absent subscriber";
    DELIVERY_FAIL = 108, "delivery failed";
    SC_CONGESTION_IN_NETWORK = 109, "SC congestion";
    PROTOCOL_ERROR = 110, "protocol error";
    MS_NOT_EQUIPPED = 111, "mobile station not equipped";
    UNKNOWN_SC = 112, "unknown SC";
    SC_CONGESTION_AT_MS = 113, "SC congestion";
    ILLEGAL_MS = 114, "illegal mobile station";
    MS_NOT_A_SUBSCRIBER = 115, "mobile station is no subscriber";
    ERROR_IN_MS = 116, "error in the mobile station";
    SMS_LOWER_LAYER_NOT_PROVISIONED = 117, "lower layer not provisioned for SMS";
    SYSTEM_FAIL = 118, "system failed";
    PLMN_SYSTEM_FAILURE = 119, "failure of the PLMN";
    HLR_SYSTEM_FAILURE = 120, "failure of the HLR";
    VLR_SYSTEM_FAILURE = 121, "failure of the VLR";
    PREVIOUS_VLR_SYSTEM_FAILURE = 122, "failure of the previous VLR";
    CONTROLLING_MSC_SYSTEM_FAILURE = 123, "failure of the controlling MSC";
    VMSC_SYSTEM_FAILURE = 124, "failure of the visited MSC";
    EIR_SYSTEM_FAILURE = 125, "failure of the EIR";
    SYSTEM_FAILURE = 126, "system failure";
    UNEXPECTED_DATA_VALUE = 127, "unexpected data value";
    ERROR_IN_ADDRESS_SERVICE_CENTRE = 200, "error in the address of the service centre";
    INVALID_ABSOLUTE_VALIDITY_PERIOD = 201, "invalid absolute validity period";
    SHORT_MESSAGE_EXCEEDS_MAXIMUM = 202, "message too long";
    UNABLE_TO_UNPACK_GSM_MESSAGE = 203, "GSM message that cannot be unpacked";
    UNABLE_TO_CONVERT_TO_IRA = 204, "no conversion to the IRA alphabet";
    INVALID_VALIDITY_PERIOD_FORMAT = 205, "invalid format of the validity period";
    INVALID_DESTINATION_ADDRESS = 206, "invalid destination address";
    DUPLICATE_MESSAGE_SUBMIT = 207, "message submitted twice";
    INVALID_MESSAGE_TYPE_INDICATOR = 208, "invalid message type indicator";
}

/// `107 (absent subscriber)`; three digits alone when the table has no words.
impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{:03} ({text})", self.0),
            None => write!(f, "{:03}", self.0),
        }
    }
}

impl fmt::Debug for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
