//! The smsgw gateway: messages come in, are made durable, go out, and their outcome goes back.
//!
//! [`Gateway::start`] runs it from a [`Config`]; `docs/ARCHITECTURE.md` tells how it is built.
//! The crate promises no API of its own: it is for the `smsgw` command.

mod account;
mod admission;
mod callback;
mod certificates;
pub mod config;
mod engine;
mod ingress;
mod link;
pub mod message;
mod runtime;
pub mod store;
mod view;

pub use config::{Config, ConfigError};
pub use runtime::{Gateway, GatewayError};
