//! Between [`Message`](crate::Message) and each protocol: pure functions, no IO.

#[cfg(feature = "at")]
pub mod at;
#[cfg(feature = "gsm")]
mod header;
#[cfg(all(feature = "smpp", feature = "ucp"))]
pub mod refusal;
#[cfg(feature = "smpp")]
pub mod smpp;
#[cfg(feature = "gsm")]
mod text;
#[cfg(feature = "gsm")]
pub mod tpdu;
#[cfg(feature = "ucp")]
pub mod ucp;
