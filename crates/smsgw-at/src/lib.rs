//! GSM modems over AT commands (3GPP TS 27.005, 27.007, ITU-T V.250), in PDU mode: lines, typed
//! commands, a modem without IO, a driver on tokio, and a pool of many.
//!
//! # From octets to meaning
//!
//! A [`LineReader`](line::LineReader) knows what was sent last and tells what each line is: an echo,
//! a line of the answer, news that nobody asked for, the prompt, the result. Lines come in any pieces
//! and with all that modems put between them; nothing is taken for a result that is not one:
//!
//! ```
//! use smsgw_at::command::Command;
//! use smsgw_at::command::network::SignalQuality;
//! use smsgw_at::line::{Event, InFlight, LineReader};
//!
//! let mut reader = LineReader::new();
//! reader.expect(InFlight::Command(&SignalQuality.line()));
//! reader.push(b"AT+CSQ\r\r\n+CSQ: 21,99\r\n+CMTI: \"SM\",3\r\n\r\nOK\r\n");
//! let mut lines = Vec::new();
//! while let Some(event) = reader.next_event() {
//!     match event {
//!         Event::Line(line) => lines.push(line),
//!         Event::Urc(urc) => assert_eq!(urc.line, "+CMTI: \"SM\",3"),
//!         Event::Final(result) => assert!(result.is_ok()),
//!         _ => {}
//!     }
//! }
//! assert_eq!(SignalQuality.read(&lines)?.dbm(), Some(-71));
//! # Ok::<(), smsgw_at::AnswerError>(())
//! ```
//!
//! A [`Command`](command::Command) writes its line, says how long the answer may take, and reads it;
//! an error names the field and the octet. What a refusal asks for is its
//! [`Class`](cause::Class): again here, elsewhere, or never.
//!
//! # A modem
//!
//! [`modem::Modem`] is one modem, whatever port it is at, and outlives that. It has no port, no clock
//! and no task; whoever owns one of each runs this loop:
//!
//! ```text
//! loop {
//!     while let Some(event) = modem.poll_event() { .. }   // may call send(), persisted() ..
//!     modem.poll_transmit(&mut output);                   // everything that is ready
//!     write(output);
//!     wait for octets, until modem.poll_timeout();
//!     modem.handle_octets(octets, now);                   // or handle_timeout(now), handle_close(now)
//! }
//! ```
//!
//! Its one invariant: **after any call, poll events and output until both are empty before waiting.**
//! A request carries a number of the caller's, and one event with it tells what became of it:
//!
//! ```
//! use std::time::Instant;
//! use bytes::BytesMut;
//! use smsgw_at::modem::{Config, Modem, State};
//!
//! let mut now = Instant::now();
//! let mut modem = Modem::new(Config::default(), now);
//! modem.handle_open(now);
//! let mut octets = BytesMut::new();
//! while octets.is_empty() {
//!     now = modem.poll_timeout().ok_or("nothing to do")?;
//!     modem.handle_timeout(now);
//!     modem.poll_transmit(&mut octets);
//! }
//! // ESC first: somebody may have left it at a prompt.
//! assert_eq!(octets, "\x1b");
//! assert_eq!(modem.state(), State::Starting);
//! # Ok::<(), &str>(())
//! ```
//!
//! What is promised:
//!
//! * A message that was taken has one outcome: sent, certainly not sent, or unknown. What is unknown
//!   was written and had no result; it is never sent again.
//! * What arrives is handed over once while the modem lasts, and deleted or acknowledged once its
//!   owner says that it is [`persisted`](modem::Modem::persisted).
//! * A wrong PIN costs one attempt and never a second: it is sent when the modem says exactly that the
//!   SIM wants it and three attempts are left, never to a SIM that has refused one, and never a PUK.
//! * All that a modem can make grow has a limit.
//!
//! # On tokio
//!
//! | | |
//! |---|---|
//! | [`driver::Driver`] | a modem and its port, opened again and again: `send()?.await`, or queue and events |
//! | [`pool::PoolHandle`] | many of those as one |
//! | [`port::PortAddress`] | where a port is: serial, TCP, a unix socket |
//! | [`discover`] | which ports have a modem, and which; a modem found wherever it is plugged in |
//! | [`codec::AtCodec`] | lines alone, for a loop of one's own |
//!
//! # Many modems
//!
//! [`pool::Pool`] uses many as one: which SIM sends a message, how much each may send, and what is tried
//! again where. It knows modems by IMEI and ICCID, and keeps the parts of a message with one SIM.
//!
//! What makes of modems are known, what they get wrong, and how to report what yours says:
//! [`vendors`].
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | [`modem`], [`pool`], [`transcript`]; without it the crate is `no_std` with `alloc` |
//! | `tokio` | no | [`codec`], [`discover`], [`driver`], [`port`] |
//! | `serial` | no | serial ports for [`port`], by the crate `serialport` |
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod cause;
pub mod charset;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod command;
#[cfg(feature = "tokio")]
pub mod discover;
#[cfg(feature = "tokio")]
pub mod driver;
mod error;
pub mod field;
mod hex;
pub mod line;
#[cfg(feature = "std")]
pub mod modem;
#[cfg(feature = "std")]
mod pause;
#[cfg(feature = "std")]
pub mod pool;
#[cfg(feature = "tokio")]
pub mod port;
pub mod quirks;
pub mod result;
#[cfg(feature = "std")]
pub mod transcript;
pub mod urc;
pub mod vendors;

pub use error::{AnswerError, AnswerErrorKind, ValueError};
