//! Sockets of the peers of a session without IO: connect, listen, TLS, PROXY headers, limits and
//! lockout, and the task that drives a session.
//!
//! Nothing here knows a protocol. Who speaks one has a session that takes octets and the time and
//! gives octets and events; this crate brings it to its peer and keeps strangers away.

mod backoff;
pub mod server;

pub use backoff::Backoff;
