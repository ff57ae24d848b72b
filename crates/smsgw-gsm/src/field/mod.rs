//! The fields of TPDUs (3GPP TS 23.040 §9.1.2.5, §9.2.3): addresses, times, and the octets whose
//! values have names.
//!
//! ```
//! use smsgw_gsm::field::{Address, FailureCause, State, Status, Timestamp};
//!
//! assert_eq!(Address::parse("+41791234567")?.to_string(), "+41791234567");
//! let time = Timestamp::new(2024, 2, 29, 23, 59, 59, 4).expect("2024 is a leap year");
//! assert_eq!(time.to_string(), "2024-02-29T23:59:59+01:00");
//! assert_eq!(Status(0x46).state(), State::Failed);
//! assert_eq!(FailureCause(0xD3).to_string(), "memory capacity exceeded");
//! # Ok::<(), smsgw_gsm::AddressError>(())
//! ```

mod address;
mod command_type;
mod failure_cause;
mod parameter_indicator;
mod protocol_id;
mod status;
mod timestamp;
mod validity_period;

pub use address::{Address, Npi, Ton, TypeOfAddress};
pub use command_type::CommandType;
pub use failure_cause::FailureCause;
pub use parameter_indicator::ParameterIndicator;
pub use protocol_id::{ProtocolId, Telematic};
pub use status::{State, Status};
pub use timestamp::Timestamp;
pub use validity_period::{EnhancedFormat, EnhancedPeriod, RelativePeriod, ValidityPeriod};

/// An octet some of whose values have a name: a newtype, a constant for each of them with the name
/// the standard prints, and `Debug` and `Display` that print it.
macro_rules! named_octet {
    (
        $(#[$meta:meta])*
        pub struct $name:ident;
        $( $row:ident = $value:literal: $text:literal, )*
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(
            /// The octet as sent.
            pub u8,
        );

        impl $name {
            $(
                #[doc = concat!("`", stringify!($value), "`: ", $text, ".")]
                pub const $row: Self = Self($value);
            )*

            /// The standard's words for this value; `None` when it has none.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$row => Some($text), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.pad(name),
                    None => write!(f, "{:#04X}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => write!(f, "{:#04X} ({name})", self.0),
                    None => write!(f, "{:#04X}", self.0),
                }
            }
        }

        impl From<u8> for $name {
            fn from(octet: u8) -> Self {
                Self(octet)
            }
        }

        impl From<$name> for u8 {
            fn from(value: $name) -> u8 {
                value.0
            }
        }
    };
}
pub(crate) use named_octet;
