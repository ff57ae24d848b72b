//! What a server needs around its sessions: [`proxy`] reads what a load balancer says of a
//! connection, [`guard`] limits connections and binds.

pub mod guard;
mod network;
pub mod proxy;

pub use network::{Network, NetworkError, Networks};
