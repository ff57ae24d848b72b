//! SMPP 3.3, 3.4 and 5.0.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod command;
mod error;
mod frame;
mod header;
pub mod pdu;
mod quirks;
pub mod receipt;
mod status;
pub mod tlv;
pub mod types;
pub mod value;
mod wire;

pub use command::{CommandId, Pdu};
pub use error::{DecodeError, DecodeErrorKind, FrameError, ValueError};
pub use frame::{Decoded, Frame};
pub use header::{Header, SequenceNumber};
pub use quirks::{Quirks, Tolerable, Tolerance, Tolerated};
pub use receipt::{DeliveryReceipt, Receipt};
pub use status::CommandStatus;
