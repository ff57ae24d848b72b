//! What a server needs around its sessions.
//!
//! [`Listener`] takes connections (feature `tokio`), reads PROXY headers of proxies that are known
//! ([`proxy`]), speaks TLS (feature `tls`), and keeps to limits ([`guard`]). [`proxy`] and
//! [`guard`] need neither socket nor clock and can be used apart from it.
//!
//! ```no_run
//! # #[cfg(feature = "tokio")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use smsgw_net::server::{Incoming, ListenOptions, Listener};
//! use tokio::io::AsyncReadExt as _;
//!
//! let options = ListenOptions {
//!     proxies: ["10.0.0.0/24".parse()?].into_iter().collect(),
//!     ..ListenOptions::default()
//! };
//! let mut listener = Listener::bind("[::]:2775", options).await?;
//! loop {
//!     let incoming = match listener.next().await {
//!         Ok(incoming) => incoming,
//!         Err(rejected) => {
//!             eprintln!("{rejected}");
//!             continue;
//!         }
//!     };
//!     tokio::spawn(async move {
//!         let Incoming { mut stream, logins, .. } = incoming;
//!         // Sixteen octets, by which somebody says who he is; 0 is his password.
//!         let mut said = [0; 17];
//!         stream.read_exact(&mut said).await?;
//!         let Ok(attempt) = logins.attempt(&said[..16]) else {
//!             return Ok(());
//!         };
//!         if said[16] != 0 {
//!             attempt.fail();
//!         } else if let Ok(_permit) = attempt.accept() {
//!             // The place among the sessions of this account is his until the permit is dropped.
//!         }
//!         Ok::<(), std::io::Error>(())
//!     });
//! }
//! # }
//! ```

pub mod guard;
#[cfg(feature = "tokio")]
mod listener;
mod network;
#[cfg(feature = "tokio")]
mod places;
pub mod proxy;
#[cfg(feature = "tokio")]
mod sessions;
#[cfg(feature = "tokio")]
mod socket;

#[cfg(feature = "tokio")]
pub use listener::{Incoming, ListenOptions, Listener, Peer, RejectReason, Rejected};
pub use network::{Network, NetworkError, Networks};
#[cfg(feature = "tokio")]
pub use places::{Attempt, Logins, Place, SessionPermit, SharedGuard};
#[cfg(feature = "tokio")]
pub use sessions::{ServerConfig, Service, SessionListener};
#[cfg(feature = "tokio")]
pub use socket::Socket;
