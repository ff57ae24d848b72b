//! SMS protocols in one place, and a neutral [`Message`] that converts to and from each.
//!
//! [`smpp`], [`ucp`], [`gsm`] and [`at`] are the protocol crates as they are; [`convert`] is what this crate adds:
//!
//! ```
//! use smsgw::convert::smpp::{Outgoing, parts};
//! use smsgw::gsm::udh::Reference;
//! use smsgw::{Address, Message};
//!
//! let message = Message::text(Address::number("+306912345678"), "a ".repeat(100));
//! let parts = parts(&message, Reference::Eight(7))?;
//! assert_eq!(parts.len(), 2);
//! for part in &parts {
//!     let outgoing = Outgoing::new(&message, part)?;
//!     let submit = outgoing.submit_sm()?;
//!     assert!(submit.esm_class.has_udh());
//! }
//! # Ok::<(), smsgw::convert::smpp::ConvertError>(())
//! ```
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `gsm` | yes | [`gsm`] and its conversions |
//! | `smpp` | yes | [`smpp`] and its conversions; needs `gsm` for text |
//! | `ucp` | yes | [`ucp`] and its conversions; needs `gsm` for text |
//! | `at` | yes | [`at`], GSM modems, and their conversions; needs `gsm` |
//! | `serial` | no | serial ports for the driver in [`at`]; brings `at` and `tokio` |
//! | `tokio` | no | the tokio shells of the protocol crates |
//! | `tls` | no | TLS for them |
//! | `serde` | no | `Serialize` and `Deserialize` for [`Message`] and its parts |

pub mod convert;
#[cfg(feature = "serde")]
pub mod hex;
pub mod language;
mod message;

pub use message::{
    Address, CarrierId, CarrierStatus, Content, Extra, Message, Receipt, ReceiptRequest,
    ReceiptState, Writing,
};

#[cfg(feature = "at")]
pub use smsgw_at as at;
#[cfg(feature = "gsm")]
pub use smsgw_gsm as gsm;
#[cfg(feature = "smpp")]
pub use smsgw_smpp as smpp;
#[cfg(feature = "ucp")]
pub use smsgw_ucp as ucp;
