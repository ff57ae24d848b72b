//! UCP/EMI 3.5 to 5.2: a zero-copy codec, a session without IO, and tokio shells around it.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod answer;
#[cfg(feature = "tokio")]
pub mod client;
#[cfg(feature = "tokio")]
pub mod codec;
#[cfg(feature = "tokio")]
pub mod connect;
#[cfg(feature = "tokio")]
pub mod connection;
mod deframer;
mod error;
mod error_code;
mod frame;
mod header;
mod message_key;
pub mod op;
mod operation;
mod quirks;
mod reason;
#[cfg(feature = "tokio")]
pub mod server;
#[cfg(feature = "std")]
pub mod session;
#[cfg(feature = "tokio")]
pub mod sme;
#[cfg(feature = "tokio")]
pub mod smsc;
mod system_message;
mod text;
pub mod types;
mod wire;

pub use answer::{Answer, Outcome};
pub use deframer::Deframer;
pub use error::{DecodeError, DecodeErrorKind, FrameError, FrameErrorKind, Nack, ValueError};
pub use error_code::ErrorCode;
pub use frame::{Decoded, Frame, FrameRef, NamedField};
pub use header::{OperationKind, Trn};
pub use message_key::MessageKey;
pub use operation::{Operation, OperationType};
pub use quirks::{Quirks, Tolerable, Tolerance, Tolerated};
pub use reason::Reason;
#[cfg(feature = "tls")]
pub use smsgw_net::tls;
pub use system_message::SystemMessage;
pub use text::Alphabet;
