//! How a client gets its connection: from which address, to which of many, with or without TLS.
//!
//! ```no_run
//! use smsgw_smpp::client::{Client, ClientConfig};
//! use smsgw_smpp::connect::ConnectOptions;
//! use smsgw_smpp::esme::Esme;
//! use smsgw_smpp::session::{Bind, BindMode, Config};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let options = ConnectOptions {
//!     local_address: Some("192.0.2.7".parse()?),
//!     ..ConnectOptions::default()
//! };
//! let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
//! let servers = ["198.51.100.1:2775".parse()?, "198.51.100.2:2775".parse()?];
//! let (esme, events) =
//!     Esme::connect_with(&servers[..], &bind, Config::default(), &options).await?;
//!
//! // One after the other, as the attempts fail.
//! let (client, events) = Client::start(ClientConfig::new(&[bind]), move |attempt| {
//!     let (options, server) = (options.clone(), servers[attempt % 2]);
//!     async move { options.connect(server).await }
//! });
//! # Ok(())
//! # }
//! ```

pub use smsgw_net::Stream;
pub use smsgw_net::connect::ConnectOptions;
