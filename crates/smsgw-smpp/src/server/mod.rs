//! What a server needs around its sessions.
//!
//! [`Listener`] takes connections (feature `tokio`), reads PROXY headers of proxies that are known
//! ([`proxy`]), speaks TLS (feature `tls`), and keeps to limits ([`guard`]). [`proxy`] and
//! [`guard`] need neither socket nor clock and can be used apart from it.
//!
//! ```no_run
//! # #[cfg(feature = "tokio")]
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use smsgw_smpp::server::{Accepted, Listener, RefusalStatus as _, ServerConfig};
//! use smsgw_smpp::session::{Bind, Event};
//!
//! let config = ServerConfig {
//!     proxies: ["10.0.0.0/24".parse()?].into_iter().collect(),
//!     ..ServerConfig::default()
//! };
//! let mut listener = Listener::bind("[::]:2775", config).await?;
//! loop {
//!     let accepted = match listener.next().await {
//!         Ok(accepted) => accepted,
//!         Err(rejected) => {
//!             eprintln!("{rejected}");
//!             continue;
//!         }
//!     };
//!     tokio::spawn(async move {
//!         let Accepted { mc, mut events, binder, .. } = accepted;
//!         // The place among the sessions of this system_id, until the session ends.
//!         let mut _permit = None;
//!         while let Some(event) = events.recv().await {
//!             let Event::BindRequest(frame) = event else { continue };
//!             let Ok(bind) = Bind::from_frame(&frame) else { continue };
//!             let outcome = match binder.bind_as(bind.system_id.as_octets()) {
//!                 // Compare in constant time.
//!                 Ok(attempt) if bind.password.as_octets() == b"secret" => {
//!                     attempt.accept().map_err(|refusal| refusal.status())
//!                 }
//!                 Ok(attempt) => Err(attempt.fail()),
//!                 Err(refusal) => Err(refusal.status()),
//!             };
//!             match outcome {
//!                 Ok(permit) => {
//!                     _permit = Some(permit);
//!                     mc.accept_bind("mc".try_into().unwrap_or_default());
//!                 }
//!                 Err(status) => mc.refuse_bind(status),
//!             }
//!         }
//!     });
//! }
//! # }
//! ```

#[cfg(feature = "tokio")]
mod binder;
#[cfg(feature = "tokio")]
mod listener;
mod refusal;

#[cfg(feature = "tokio")]
pub use binder::{Attempt, Binder};
#[cfg(feature = "tokio")]
pub use listener::{Accepted, Listener, ServerConfig};
pub use refusal::RefusalStatus;
pub use smsgw_net::server::{Network, NetworkError, Networks, guard, proxy};
#[cfg(feature = "tokio")]
pub use smsgw_net::server::{
    Peer, Place, RejectReason, Rejected, SessionPermit as BindPermit, SharedGuard,
};
