//! How a client gets its connection: from which address, to which of many, with or without TLS.
//!
//! ```no_run
//! use smsgw_smpp::client::{Client, ClientConfig};
//! use smsgw_smpp::connect::{ConnectOptions, Servers};
//! use smsgw_smpp::esme::Esme;
//! use smsgw_smpp::session::{Bind, BindMode, Config};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions {
//!     local_address: Some("192.0.2.7".parse()?),
//!     ..ConnectOptions::default()
//! };
//! let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
//! let (esme, events) =
//!     Esme::connect_with("smsc.example.net:2775", &bind, Config::default(), &options).await?;
//!
//! // The second whenever the first does not take the connection or the bind.
//! let servers = Servers::new(["smsc.example.net:2775", "198.51.100.2:2775"], options);
//! let (client, events) =
//!     Client::start(ClientConfig::new(&[bind]), move |attempt| servers.connect(attempt));
//! # Ok(())
//! # }
//! ```

pub use smsgw_net::Stream;
pub use smsgw_net::connect::{ConnectOptions, Servers};
