//! The smsgw gateway.

#[allow(dead_code, reason = "the runtime that uses it comes next")]
mod account;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
mod admission;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
mod callback;
pub mod config;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
mod engine;
mod hex;
pub mod message;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
pub mod store;
#[allow(dead_code, reason = "the runtime that uses it comes next")]
mod view;
