//! UCP/EMI 3.5 to 5.2: a zero-copy codec, a session without IO, and tokio shells around it.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod error;
mod error_code;
mod quirks;
pub mod types;
mod wire;

pub use error::{DecodeError, DecodeErrorKind, FrameError, FrameErrorKind, Nack, ValueError};
pub use error_code::ErrorCode;
pub use quirks::{Quirks, Tolerable, Tolerance, Tolerated};
