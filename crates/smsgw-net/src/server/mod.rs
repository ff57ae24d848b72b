//! What a server needs around its sessions: limits and lockout ([`guard`]), PROXY headers of
//! proxies that are known ([`proxy`]). Neither needs a socket or a clock.

pub mod guard;
mod network;
pub mod proxy;

pub use network::{Network, NetworkError, Networks};
