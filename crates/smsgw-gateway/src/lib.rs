//! The smsgw gateway.

mod hex;
pub mod message;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
pub mod store;
