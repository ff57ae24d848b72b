//! How a client gets its connection: from which address, to which of many, with or without TLS.
//!
//! ```no_run
//! use smsgw_ucp::Alphabet;
//! use smsgw_ucp::client::{Client, ClientConfig};
//! use smsgw_ucp::connect::{ConnectOptions, Servers};
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
//! let (sme, events) =
//!     Sme::connect_with("smsc.example.net:5000", &login, Config::default(), &options).await?;
//!
//! // The second whenever the first does not take the connection or the login.
//! let servers = Servers::new(["smsc.example.net:5000", "198.51.100.2:5000"], options);
//! let (client, events) =
//!     Client::start(ClientConfig::new(&[login]), move |attempt| servers.connect(attempt));
//! # Ok(())
//! # }
//! ```

pub use smsgw_net::Stream;
pub use smsgw_net::connect::{ConnectOptions, Servers};
