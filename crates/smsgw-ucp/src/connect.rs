//! How a client gets its connection: from which address, to which of many, with or without TLS.
//!
//! ```no_run
//! use smsgw_ucp::Alphabet;
//! use smsgw_ucp::client::{Client, ClientConfig};
//! use smsgw_ucp::connect::ConnectOptions;
//! use smsgw_ucp::op::SessionManagement;
//! use smsgw_ucp::session::Config;
//! use smsgw_ucp::sme::Sme;
//! use smsgw_ucp::types::PasswordBuf;
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions {
//!     local_address: Some("192.0.2.7".parse()?),
//!     ..ConnectOptions::default()
//! };
//! let password = PasswordBuf::new("secret", Alphabet::Gsm)?;
//! let login = SessionManagement::login("2147".try_into()?, password.as_password());
//! let servers = ["198.51.100.1:5000".parse()?, "198.51.100.2:5000".parse()?];
//! let (sme, events) =
//!     Sme::connect_with(&servers[..], &login, Config::default(), &options).await?;
//! # Ok(())
//! # }
//! ```

pub use smsgw_net::Stream;
pub use smsgw_net::connect::ConnectOptions;
