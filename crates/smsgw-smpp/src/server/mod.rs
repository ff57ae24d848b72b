//! What a server needs around its sessions: [`proxy`] reads what a load balancer says of a
//! connection.

mod network;
pub mod proxy;

pub use network::{Network, NetworkError, Networks};
