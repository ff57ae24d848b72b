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
//! [`session::Session`] knows what is allowed when, which answer belongs to which request, how fast
//! to send and what is due. It has no socket, no clock and no task; whoever owns one of each runs
//! this loop:
//!
//! ```text
//! loop {
//!     while let Some(event) = session.poll_event() { .. }   // may call request(), respond() ..
//!     session.poll_transmit(&mut output);                   // everything that is ready
//!     write(output);
//!     wait for octets, until session.poll_timeout();
//!     session.handle_octets(octets, now);                   // or handle_timeout(now)
//! }
//! ```
//!
//! Its one invariant: **after any call, poll events and output until both are empty before
//! waiting.** Everything else follows from what was handed in, so that years of a session with a
//! misbehaving peer run in a test in milliseconds. A request carries a number of the caller's, its
//! outcome brings it back: exactly one of [`Response`](session::Event::Response) and
//! [`Unanswered`](session::Event::Unanswered) for each, whatever happens to the connection.
//!
//! On tokio (feature `tokio`) the loop is there already, one task a connection, over TCP, TLS or any
//! other stream:
//!
//! | | |
//! |---|---|
//! | [`esme::Esme`] | a client: connect, bind, `submit().await` or queue and events |
//! | [`client::Client`] | several binds to one peer, kept up and used as one |
//! | [`mc::Mc`] | the server end of one connection |
//! | [`server::Listener`] | many of them: limits, lockout, PROXY protocol, TLS |
//! | [`codec::SmppCodec`] | frames alone, for a loop of one's own |
//!
//! The sockets under them are those of `smsgw-net`, which knows no protocol.
//!
//! What real peers get wrong, and the option that answers each: [`peers`].
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
pub mod peers;
mod quirks;
pub mod receipt;
#[cfg(feature = "std")]
pub mod server;
#[cfg(feature = "std")]
pub mod session;
mod status;
#[cfg(feature = "text")]
pub mod text;
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
#[cfg(feature = "tls")]
pub use smsgw_net::tls;
pub use status::CommandStatus;
