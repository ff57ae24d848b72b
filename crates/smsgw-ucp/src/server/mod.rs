//! What a service centre needs around its sessions.
//!
//! [`Listener`] takes connections, reads PROXY headers of proxies that are known ([`proxy`]),
//! speaks TLS (feature `tls`), and keeps to limits ([`guard`]). [`Directory`] finds a session of an
//! account for what the service centre has to say to it.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use smsgw_ucp::op::SessionManagement;
//! use smsgw_ucp::server::{Accepted, Directory, Listener, RefusalCode as _, ServerConfig};
//! use smsgw_ucp::session::Event;
//! use smsgw_ucp::{Alphabet, ErrorCode, SystemMessage};
//!
//! let directory = Directory::default();
//! let config = ServerConfig {
//!     proxies: ["10.0.0.0/24".parse()?].into_iter().collect(),
//!     ..ServerConfig::default()
//! };
//! let mut listener = Listener::bind("[::]:5000", config).await?;
//! loop {
//!     let accepted = match listener.next().await {
//!         Ok(accepted) => accepted,
//!         Err(rejected) => {
//!             eprintln!("{rejected}");
//!             continue;
//!         }
//!     };
//!     let directory = directory.clone();
//!     tokio::spawn(async move {
//!         let Accepted { smsc, mut events, logins, .. } = accepted;
//!         // The place among the sessions of the account, until the session ends.
//!         let mut _place = None;
//!         while let Some(event) = events.recv().await {
//!             let frame = match event {
//!                 Event::LoginRequest(frame) => frame,
//!                 Event::Request(frame) => {
//!                     // Each has to be answered. `accept` is for what was done: with the key of
//!                     // the message, once it is stored.
//!                     let error_code = ErrorCode::OPERATION_NOT_SUPPORTED;
//!                     smsc.refuse(&frame, error_code, SystemMessage::EMPTY);
//!                     continue;
//!                 }
//!                 _ => continue,
//!             };
//!             let Ok(login) = frame.decode::<SessionManagement>() else { continue };
//!             let outcome = match logins.log_in_as(login.oadc) {
//!                 Ok(attempt) if login.pwd.matches("secret", Alphabet::Gsm) => {
//!                     attempt.accept().map_err(|refusal| refusal.error_code())
//!                 }
//!                 Ok(attempt) => Err(attempt.fail()),
//!                 Err(refusal) => Err(refusal.error_code()),
//!             };
//!             match outcome {
//!                 Ok(permit) => {
//!                     smsc.accept_login(SystemMessage::EMPTY);
//!                     let account = smsc.account();
//!                     let listed = account.map(|account| directory.register(account, &smsc, []));
//!                     _place = Some((permit, listed));
//!                 }
//!                 Err(error_code) => smsc.refuse_login(error_code, SystemMessage::EMPTY),
//!             }
//!         }
//!     });
//! }
//! # }
//! ```

mod directory;
mod listener;
mod logins;
mod refusal;

pub use directory::{Directory, Registration};
pub use listener::{Accepted, Listener, ServerConfig};
pub use logins::{Attempt, Logins};
pub use refusal::RefusalCode;
pub use smsgw_net::server::{
    Network, NetworkError, Networks, Peer, Place, RejectReason, Rejected,
    SessionPermit as LoginPermit, SharedGuard, guard, proxy,
};
