//! Sockets of the peers of a session without IO: connect, listen, TLS, PROXY headers, limits and
//! lockout, and the task that drives a session.
//!
//! Nothing here knows a protocol. Who speaks one has a session that takes octets and the time and
//! gives octets and events; this crate brings it to its peer and keeps strangers away.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `tokio` | no | [`client`], [`connect`], [`connection`], [`Stream`], the listener of [`server`] |
//! | `tls` | no | [`tls`], for the listener and for [`connect`] |
//!
//! Without them there are [`Backoff`], [`Tap`] and what of [`server`] needs neither socket nor clock.

mod backoff;
#[cfg(feature = "tokio")]
pub mod client;
#[cfg(feature = "tokio")]
mod clock;
#[cfg(feature = "tokio")]
pub mod connect;
#[cfg(feature = "tokio")]
pub mod connection;
pub mod server;
#[cfg(feature = "tokio")]
mod stream;
mod tap;
#[cfg(feature = "tls")]
pub mod tls;

pub use backoff::Backoff;
// For the macro.
#[doc(hidden)]
pub use bytes::BytesMut;
#[cfg(feature = "tokio")]
pub use clock::now;
#[cfg(feature = "tokio")]
pub use stream::Stream;
pub use tap::{Direction, Tap};
