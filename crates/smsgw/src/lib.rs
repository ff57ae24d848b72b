//! SMS protocols in one place, and a neutral [`Message`] that converts to and from each.

pub mod convert;
#[cfg(feature = "serde")]
mod hex;
mod message;

pub use message::{Address, Content, Extra, Message, ReceiptRequest};

#[cfg(feature = "gsm")]
pub use smsgw_gsm as gsm;
#[cfg(feature = "smpp")]
pub use smsgw_smpp as smpp;
