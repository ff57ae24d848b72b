//! SMPP 3.3, 3.4 and 5.0: a zero-copy codec, a session without IO, and tokio shells around it.
//!
//! # From octets to meaning
//!
//! A [`Frame`] is one whole PDU, found by its length and owned; nothing in a body can harm the
//! next frame. A body is read when asked, borrows from the frame and allocates nothing:
//!
//! ```
//! use smsgw_smpp::pdu::{Body, SubmitSm};
//! use smsgw_smpp::tlv::{SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, Tlvs};
//! use smsgw_smpp::types::{Address, ShortMessage};
//! use smsgw_smpp::{CommandStatus, SequenceNumber};
//!
//! let tlvs = [SarMsgRefNum(7).into(), SarTotalSegments(2).into(), SarSegmentSeqnum(1).into()];
//! let submit = SubmitSm {
//!     destination_addr: Address::international("306912345678")?,
//!     short_message: ShortMessage::new(b"the first half")?,
//!     tlvs: Tlvs::new(&tlvs)?,
//!     ..SubmitSm::default()
//! };
//! let frame = submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
//!
//! let read: SubmitSm = frame.decode()?;
//! assert_eq!(read.destination_addr.digits, "306912345678");
//! assert_eq!(read.tlvs.find(), Some(SarMsgRefNum(7)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Reading is lenient, as peers are sloppy; [`Quirks`] choose what is let through and
//! [`Frame::decode_with`] says what was. An error names the field, the octet, and the status to
//! answer. Values cannot hold what the wire cannot, so writing cannot fail.
//!
//! # Sessions
//!
//! [`session::Session`] knows what is allowed when, which answer belongs to which request and
//! what is due; it has no socket and no clock, and its page shows the run loop. [`esme::Esme`]
//! and [`mc::Mc`] are that loop on tokio (feature `tokio`), [`server`] is what stands before the
//! door of an MC. [`codec::SmppCodec`] finds frames for those who want neither.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | [`session`], [`server`]; without it the crate is `no_std` with `alloc` |
//! | `text` | no | [`text`](mod@text): the text of `data_coding`, long messages both ways |
//! | `tokio` | no | [`client`], [`codec`], [`connect`], [`connection`], [`esme`], [`mc`], the listener of [`server`] |
//! | `tls` | no | [`tls`], for the listener and the client |
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "tokio")]
pub mod client;
#[cfg(feature = "tokio")]
pub mod codec;
mod command;
#[cfg(feature = "tokio")]
pub mod connect;
#[cfg(feature = "tokio")]
pub mod connection;
mod error;
#[cfg(feature = "tokio")]
pub mod esme;
mod frame;
mod header;
#[cfg(feature = "tokio")]
pub mod mc;
pub mod pdu;
mod quirks;
pub mod receipt;
#[cfg(feature = "std")]
pub mod server;
#[cfg(feature = "std")]
pub mod session;
mod status;
#[cfg(feature = "text")]
pub mod text;
#[cfg(feature = "tls")]
pub mod tls;
pub mod tlv;
pub mod types;
pub mod value;
mod wire;

pub use command::{CommandId, Pdu};
pub use error::{DecodeError, DecodeErrorKind, FrameError, ValueError};
pub use frame::{Decoded, Frame, FrameRef};
pub use header::{Header, SequenceNumber};
pub use quirks::{Quirks, Tolerable, Tolerance, Tolerated};
pub use receipt::{DeliveryReceipt, Receipt};
pub use status::CommandStatus;
