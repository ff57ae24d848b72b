//! UCP/EMI 3.5 to 5.2: a zero-copy codec, a session without IO, and tokio shells around it.
//!
//! # From octets to meaning
//!
//! A [`Frame`] is one whole operation or result, found between STX and ETX and owned; a broken one
//! never harms the next ([`Deframer`]). Fields are read when asked, borrow from the frame and
//! allocate nothing:
//!
//! ```
//! use smsgw_ucp::op::{Op, SubmitShortMessage};
//! use smsgw_ucp::types::{Content, HexBuf, Message, NotificationType, Otoa, PackedName};
//! use smsgw_ucp::{Alphabet, Trn};
//!
//! let sender = PackedName::pack("ACME")?;
//! let text = HexBuf::encode(&Alphabet::Gsm.encode("It is 5 € now.")?);
//! let submit = SubmitShortMessage {
//!     adc: "00306912345678".try_into()?,
//!     oadc: sender.as_originator(),
//!     otoa: Otoa::ALPHANUMERIC,
//!     nrq: true.into(),
//!     nt: NotificationType::DELIVERY | NotificationType::NON_DELIVERY,
//!     message: Message::text(text.as_hex())?,
//!     ..SubmitShortMessage::default()
//! };
//! let frame = submit.to_frame(Trn::ZERO);
//!
//! let read: SubmitShortMessage = frame.decode()?;
//! assert_eq!(read, submit);
//! let Content::Text(text) = read.message.content() else { panic!("a text") };
//! assert_eq!(text.text(Alphabet::Gsm), "It is 5 € now.");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What comes back is an [`Answer`]; the key in a positive one names the message in what follows:
//!
//! ```
//! use smsgw_ucp::{Answer, Frame, MessageKey, OperationType, SystemMessage, Trn};
//!
//! let key = MessageKey::parse("00306912345678:211126225429")?;
//! let sm = SystemMessage::key(&key)?;
//! let answer = Answer::positive(OperationType::SUBMIT_SHORT_MESSAGE, sm);
//! let frame = answer.to_frame(Trn::ZERO);
//! assert_eq!(frame.octets(), "\x0200/00047/R/51/A//00306912345678:211126225429/12\x03");
//!
//! let read = frame.answer()?;
//! assert!(read.is_positive() && read.sm().keys().eq([key]));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Reading is lenient, as peers are sloppy; [`Quirks`] choose what is let through and
//! [`Frame::decode_with`] says what was. An error names the field, the octet, and the code to
//! answer. Values cannot hold what the wire cannot, so writing cannot fail. What was read is written
//! with the same octets, in fields that an operation does not use, too.
//!
//! # Operations
//!
//! | OT | operation | from | what |
//! |---|---|---|---|
//! | 01 | [`CallInput`](op::CallInput) | both | a message |
//! | 02 | [`MultipleAddressCallInput`](op::MultipleAddressCallInput) | client | a message to several recipients |
//! | 03 | [`SupplementaryCallInput`](op::SupplementaryCallInput) | client | a message with supplementary services |
//! | 30 | [`SmsMessageTransfer`](op::SmsMessageTransfer) | client | a message with notification, deferral and validity |
//! | 31 | [`SmtAlert`](op::SmtAlert) | client; both in practice | is the peer there, do messages wait |
//! | 51 | [`SubmitShortMessage`](op::SubmitShortMessage) | client | a message to the service centre |
//! | 52 | [`DeliverShortMessage`](op::DeliverShortMessage) | service centre | a message from it |
//! | 53 | [`DeliverNotification`](op::DeliverNotification) | service centre | what became of a message |
//! | 54 | [`ModifyMessage`](op::ModifyMessage) | client | change a message that waits |
//! | 55 | [`InquiryMessage`](op::InquiryMessage) | client | which messages wait |
//! | 56 | [`DeleteMessage`](op::DeleteMessage) | client | delete messages that wait |
//! | 57 | [`ResponseInquiryMessage`](op::ResponseInquiryMessage) | service centre | one message that an inquiry found |
//! | 58 | [`ResponseDeleteMessage`](op::ResponseDeleteMessage) | service centre | one message that was deleted |
//! | 60 | [`SessionManagement`](op::SessionManagement) | client | login, change of password |
//! | 61 | [`ListManagement`](op::ListManagement) | client | lists of numbers that may be used |
//!
//! Others are kept as they are ([`Operation::Unknown`]). Their results are told apart by `A` and `N`
//! alone, so one type has them all.
//!
//! # Sessions
//!
//! [`session::Session`] knows what is allowed when, which result belongs to which operation, and what
//! is due. It has no socket, no clock and no task; whoever owns one of each runs this loop:
//!
//! ```text
//! loop {
//!     while let Some(event) = session.poll_event() { .. }   // may call request(), accept() ..
//!     session.poll_transmit(&mut output);                   // everything that is ready
//!     write(output);
//!     wait for octets, until session.poll_timeout();
//!     session.handle_octets(octets, now);                   // or handle_timeout(now)
//! }
//! ```
//!
//! Its one invariant: **after any call, poll events and output until both are empty before
//! waiting.** An operation carries a number of the caller's, its outcome brings it back.
//!
//! On tokio (feature `tokio`) the loop is there already, one task a connection, over TCP, TLS or any
//! other stream:
//!
//! | | |
//! |---|---|
//! | [`sme::Sme`] | a client: connect, log in, `submit().await` or queue and events |
//! | [`client::Client`] | several links to one peer, kept up and used as one |
//! | [`smsc::Smsc`] | the service centre's end of one connection |
//! | [`server::Listener`] | many of them: limits, lockout, PROXY protocol, TLS |
//! | [`server::Directory`] | which sessions an account has, for what is to go to any of them |
//! | [`codec::UcpCodec`] | frames alone, for a loop of one's own |
//!
//! The sockets under them are those of `smsgw-net`, which knows no protocol.
//!
//! What real peers get wrong, and the option that answers each: [`peers`].
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | [`session`]; without it the crate is `no_std` with `alloc` |
//! | `tokio` | no | [`client`], [`codec`], [`connect`], [`connection`], [`server`], [`sme`], [`smsc`] |
//! | `tls` | no | [`tls`], for the listener and the client |
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod answer;
#[cfg(feature = "tokio")]
pub mod client;
#[cfg(feature = "tokio")]
pub mod codec;
#[cfg(feature = "tokio")]
pub mod connect;
#[cfg(feature = "tokio")]
pub mod connection;
mod deframer;
mod error;
mod error_code;
mod frame;
mod header;
mod message_key;
pub mod op;
mod operation;
pub mod peers;
mod quirks;
mod reason;
#[cfg(feature = "tokio")]
pub mod server;
#[cfg(feature = "std")]
pub mod session;
#[cfg(feature = "tokio")]
pub mod sme;
#[cfg(feature = "tokio")]
pub mod smsc;
mod system_message;
mod text;
pub mod types;
mod wire;

pub use answer::{Answer, Outcome};
pub use deframer::Deframer;
pub use error::{DecodeError, DecodeErrorKind, FrameError, FrameErrorKind, Nack, ValueError};
pub use error_code::ErrorCode;
pub use frame::{Decoded, Frame, FrameRef, NamedField};
pub use header::{OperationKind, Trn};
pub use message_key::MessageKey;
pub use operation::{Operation, OperationType};
pub use quirks::{Quirks, Tolerable, Tolerance, Tolerated};
pub use reason::Reason;
#[cfg(feature = "tls")]
pub use smsgw_net::tls;
pub use system_message::SystemMessage;
pub use text::Alphabet;
