//! A message centre to test against: real sockets, receipts, and the faults that real ones have.
//!
//! [`smsc::Smsc`] is what `smsgw sim smsc` runs: over SMPP, over UCP, or both
//! ([`Config::with_ucp`](smsc::Config::with_ucp)). In a test it stands where the operator would:
//!
//! ```
//! use smsgw_sim::event::What;
//! use smsgw_sim::smsc::{Config, Smsc};
//! use smsgw_smpp::esme::Esme;
//! use smsgw_smpp::pdu::SubmitSm;
//! use smsgw_smpp::session::{self, Bind, BindMode};
//! use smsgw_smpp::types::{Address, ShortMessage};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let smsc = Smsc::start(Config::default()).await?;
//! let bind = Bind::new(BindMode::Transceiver, "esme".try_into()?, "secret".try_into()?);
//! let (esme, _events) =
//!     Esme::connect(smsc.local_addr(), &bind, session::Config::default()).await?;
//! let submit = SubmitSm {
//!     destination_addr: Address::international("306912345678")?,
//!     short_message: ShortMessage::new(b"hello")?,
//!     ..SubmitSm::default()
//! };
//! let reply = esme.submit(&submit).await?;
//! assert!(reply.status().is_ok());
//! assert_eq!(smsc.submitted()[0].text.as_deref(), Some("hello"));
//! smsc.shutdown().await;
//! # Ok(())
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(example())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It shares its codec with the gateway, and so the codec's mistakes: it does not replace a test
//! against a peer that others wrote.

mod chance;
#[cfg(unix)]
pub mod control;
pub mod event;
pub mod faults;
pub mod json_line;
pub mod modem;
pub mod smsc;
