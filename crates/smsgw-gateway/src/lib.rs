//! The smsgw gateway.

mod hex;
pub mod message;
pub mod store;
