//! GSM modems over AT commands (3GPP TS 27.005, 27.007, ITU-T V.250).
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod cause;
pub mod charset;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod command;
#[cfg(feature = "tokio")]
pub mod discover;
#[cfg(feature = "tokio")]
pub mod driver;
mod error;
pub mod field;
mod hex;
pub mod line;
#[cfg(feature = "std")]
pub mod modem;
#[cfg(feature = "std")]
pub mod pool;
#[cfg(feature = "tokio")]
pub mod port;
pub mod quirks;
pub mod result;
#[cfg(feature = "std")]
pub mod transcript;
pub mod urc;
pub mod vendors;

pub use error::{AnswerError, AnswerErrorKind, ValueError};
