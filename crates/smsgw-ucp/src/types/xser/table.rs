//! The table of extra services: their types, and what their data is.

use core::fmt;

use super::Hex;
use crate::types::hex::pair_of;

/// TT: which extra service it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "TT")]
pub struct ServiceType(pub u8);

/// A type that an extra service can be read as, and written.
pub trait TypedService<'a>: sealed::Sealed + Copy {
    /// Which service it is.
    const TT: ServiceType;

    /// Reads the data; `None` when it does not fit.
    fn from_data(data: Hex<'a>) -> Option<Self>;

    /// Hands the type and the data to `take`.
    fn with_data<T>(&self, take: impl FnOnce(ServiceType, Hex<'_>) -> T) -> T;
}

mod sealed {
    pub trait Sealed {}
}

/// What the data of a service is made of.
trait Data<'a>: Sized {
    fn from_hex(data: Hex<'a>) -> Option<Self>;
    fn with_hex<T>(&self, take: impl FnOnce(Hex<'_>) -> T) -> T;
}

impl<'a> Data<'a> for Hex<'a> {
    fn from_hex(data: Hex<'a>) -> Option<Self> {
        Some(data)
    }

    fn with_hex<T>(&self, take: impl FnOnce(Hex<'_>) -> T) -> T {
        take(*self)
    }
}

impl Data<'_> for u8 {
    fn from_hex(data: Hex<'_>) -> Option<Self> {
        let (octet, rest) = data.split_first()?;
        rest.is_empty().then_some(octet)
    }

    fn with_hex<T>(&self, take: impl FnOnce(Hex<'_>) -> T) -> T {
        take(Hex::of(&pair_of(*self)))
    }
}

impl Data<'_> for u16 {
    fn from_hex(data: Hex<'_>) -> Option<Self> {
        let (high, rest) = data.split_first()?;
        let low = u8::from_hex(rest)?;
        Some(u16::from_be_bytes([high, low]))
    }

    fn with_hex<T>(&self, take: impl FnOnce(Hex<'_>) -> T) -> T {
        let [high, low] = self.to_be_bytes().map(pair_of);
        take(Hex::of([high, low].as_flattened()))
    }
}

/// A row is a type, its name in words, and the type of its data.
macro_rules! services {
    ($(
        $(#[$meta:meta])*
        $tt:ident = $value:literal, $text:literal => $name:ident $(<$lt:lifetime>)? ($data:ty)
            $({ $( $row:ident = $octet:literal, $meaning:literal; )* })?
    )*) => {
        impl ServiceType {
            $(
                #[doc = concat!("TT ", stringify!($value), ": ", $text, ".")]
                pub const $tt: Self = Self($value);
            )*

            /// Every type of the table.
            pub const ALL: &[Self] = &[$( Self::$tt, )*];

            /// What it is; `None` for one that is not in the table.
            #[must_use]
            pub const fn text(self) -> Option<&'static str> {
                match self {
                    $( Self::$tt => Some($text), )*
                    _ => None,
                }
            }
        }

        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
            pub struct $name $(<$lt>)? (pub $data);

            impl $(<$lt>)? sealed::Sealed for $name $(<$lt>)? {}

            impl<'a> TypedService<'a> for $name $(<$lt>)? {
                const TT: ServiceType = ServiceType::$tt;

                fn from_data(data: Hex<'a>) -> Option<Self> {
                    Data::from_hex(data).map(Self)
                }

                fn with_data<T>(&self, take: impl FnOnce(ServiceType, Hex<'_>) -> T) -> T {
                    self.0.with_hex(|data| take(Self::TT, data))
                }
            }

            $(
                impl $name {
                    $(
                        #[doc = concat!("`", stringify!($octet), "`: ", $meaning, ".")]
                        pub const $row: Self = Self($octet);
                    )*

                    /// What it means; `None` when it is not in the table.
                    #[must_use]
                    pub const fn text(self) -> Option<&'static str> {
                        match self {
                            $( Self::$row => Some($meaning), )*
                            _ => None,
                        }
                    }
                }
            )?
        )*

        /// An extra service by its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum KnownService<'a> {
            $(
                #[doc = concat!("TT ", stringify!($value), ": ", $text, ".")]
                $name($name $(<$lt>)?),
            )*
            /// One that is not in the table, or whose data does not fit its type.
            Other(super::Service<'a>),
        }

        impl<'a> super::Service<'a> {
            /// The service by its meaning.
            #[must_use]
            pub fn known(self) -> KnownService<'a> {
                let known = match self.tt {
                    $( ServiceType::$tt => self.read().map(KnownService::$name), )*
                    _ => None,
                };
                known.unwrap_or(KnownService::Other(self))
            }
        }
    };
}

services! {
    /// Service 00, which is not used.
    NOT_USED = 0x00, "not used" => NotUsed<'a>(Hex<'a>)

    /// Service 01: the user data header of GSM, its length octet first.
    GSM_UDH = 0x01, "GSM UDH information" => GsmUdh<'a>(Hex<'a>)

    /// Service 02: the data coding scheme of GSM (TP-DCS).
    GSM_DCS = 0x02, "GSM DCS information" => GsmDcs(u8)

    /// Service 03: what kind of message it is (TDMA, CDMA).
    MESSAGE_TYPE = 0x03, "message type" => TdmaMessageType(u8) {
        SHORT_MESSAGE = 0x00, "short message";
        DELIVERY_ACKNOWLEDGEMENT = 0x01, "acknowledgement of delivery";
        MANUAL_ACKNOWLEDGEMENT = 0x02, "acknowledgement by the user";
    }

    /// Service 04: a reference to a message (TDMA, CDMA).
    MESSAGE_REFERENCE = 0x04, "message reference" => MessageReference(u16)

    /// Service 05: how private the message is (TDMA, CDMA).
    PRIVACY = 0x05, "privacy indicator" => Privacy(u8) {
        NOT_RESTRICTED = 0x00, "not restricted";
        RESTRICTED = 0x01, "restricted";
        CONFIDENTIAL = 0x02, "confidential";
        SECRET = 0x03, "secret";
    }

    /// Service 06: how urgent the message is (TDMA, CDMA).
    URGENCY = 0x06, "urgency indicator" => Urgency(u8) {
        BULK = 0x00, "bulk";
        NORMAL = 0x01, "normal";
        URGENT = 0x02, "urgent";
        VERY_URGENT = 0x03, "very urgent";
    }

    /// Service 07: which acknowledgements are asked for (TDMA, CDMA).
    ACKNOWLEDGEMENT_REQUEST = 0x07, "acknowledgement request" => AcknowledgementRequest(u8) {
        NONE = 0x00, "none";
        DELIVERY = 0x01, "of delivery";
        MANUAL = 0x02, "by the user";
        BOTH = 0x03, "of delivery and by the user";
    }

    /// Service 08: whether the message takes the place of an earlier one (TDMA, CDMA).
    MESSAGE_UPDATING = 0x08, "message updating" => MessageUpdating(u8) {
        NEW = 0x00, "a new message";
        REPLACE = 0x01, "replaces the one with the same reference";
    }

    /// Service 09: the number to call back (TDMA, CDMA).
    CALL_BACK_NUMBER = 0x09, "call back number" => CallBackNumber<'a>(Hex<'a>)

    /// Service 0A: what the user answered, a code of the application (TDMA, CDMA).
    RESPONSE_CODE = 0x0A, "response code" => ResponseCode(u8)

    /// Service 0B: the teleservice the message is for (TDMA, CDMA).
    TELESERVICE = 0x0B, "teleservice identifier" => Teleservice<'a>(Hex<'a>)

    /// Service 0C: what the operator is to bill, often as ASCII.
    BILLING_IDENTIFIER = 0x0C, "billing identifier" => BillingIdentifier<'a>(Hex<'a>)

    /// Service 0D: whether delivery is tried once only.
    SINGLE_SHOT = 0x0D, "single shot indicator" => SingleShot(u8) {
        RETRY = 0x00, "delivery is tried again";
        ONCE = 0x01, "delivery is tried once";
    }

    /// Service 0E: the type of number of the originator (EMI 5.0).
    ORIGINATOR_TON = 0x0E, "originator TON" => OriginatorTon(u8)

    /// Service 0F: the numbering plan of the originator (EMI 5.0).
    ORIGINATOR_NPI = 0x0F, "originator NPI" => OriginatorNpi(u8)

    /// Service 10: the type of number of the recipient (EMI 5.0).
    RECIPIENT_TON = 0x10, "recipient TON" => RecipientTon(u8)

    /// Service 11: the numbering plan of the recipient (EMI 5.0).
    RECIPIENT_NPI = 0x11, "recipient NPI" => RecipientNpi(u8)

    /// Service 12: when the message was submitted first (EMI 5.0).
    ORIGINAL_SUBMISSION_TIME = 0x12, "message original submission time"
        => OriginalSubmissionTime<'a>(Hex<'a>)

    /// Service 13: what kind of network the message goes to (EMI 5.0).
    DESTINATION_NETWORK_TYPE = 0x13, "destination network type" => DestinationNetworkType(u8)
}

impl GsmUdh<'_> {
    /// Whether the first octet says how many follow.
    #[must_use]
    pub fn has_right_length(self) -> bool {
        self.0
            .split_first()
            .is_some_and(|(length, rest)| usize::from(length) == rest.len())
    }
}

/// `02 (GSM DCS information)`; two digits alone when the table has no words.
impl fmt::Display for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.text() {
            Some(text) => write!(f, "{:02X} ({text})", self.0),
            None => write!(f, "{:02X}", self.0),
        }
    }
}

impl fmt::Debug for ServiceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
