//! Short messages of GSM and its successors, from text to octets and back: TPDUs and user data
//! headers (3GPP TS 23.040, once GSM 03.40), alphabets (TS 23.038, once GSM 03.38), cell broadcast
//! (TS 23.041). No socket, no clock; `core` and `alloc` are enough.
//!
//! Reading, here what a modem shows in PDU mode:
//!
//! ```
//! use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};
//!
//! let octets = b"\0\x04\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x42\x20\x92\x32\x95\x95\x40\x02\xE8\x34";
//! let pdu = ModemPdu::decode(octets, Context::SC_TO_MS)?;
//! if let Tpdu::Deliver(deliver) = pdu.tpdu {
//!     assert_eq!(deliver.originating_address.to_string(), "+15551234567");
//!     assert_eq!(deliver.user_data.text().as_deref(), Some("hi"));
//! }
//! # Ok::<(), smsgw_gsm::DecodeError>(())
//! ```
//!
//! Sending a text of any length, in as many parts as it needs:
//!
//! ```
//! use smsgw_gsm::field::Address;
//! use smsgw_gsm::segment::{Options, segment};
//! use smsgw_gsm::tpdu::{ModemPdu, Submit, UserDataBuf};
//!
//! for part in &segment(&"Lunch? 10 €. ".repeat(20), &Options::new())? {
//!     let user_data = UserDataBuf::from(part);
//!     let pdu = ModemPdu::from(Submit::new(Address::parse("+41791234567")?, user_data.view()));
//!     println!("AT+CMGS={} and the octets {:02X?}", pdu.tpdu_len(), pdu.to_vec());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Reading is lenient unless told otherwise: what real peers get wrong is let through and listed
//! ([`Quirks`]). What was read writes the same octets again, meaningless bits included. Nothing
//! that is read allocates, but texts do.
//!
//! # What is there
//!
//! | what | standard | where |
//! |---|---|---|
//! | SMS-DELIVER, -SUBMIT, -STATUS-REPORT, -COMMAND, both reports as ack or error | 23.040 9.2.2 | [`tpdu`] |
//! | the same with the address of a service centre, as modems have them | 27.005 3.1 | [`tpdu::ModemPdu`] |
//! | addresses, timestamps, validity periods, TP-PID, TP-ST, TP-FCS, TP-PI | 23.040 9.1.2.5, 9.2.3 | [`field`] |
//! | data coding scheme: alphabet, class, message waiting, auto-deletion | 23.038 4 | [`dcs`] |
//! | user data header: every information element, others raw | 23.040 9.2.3.24 | [`udh`] |
//! | default alphabet, extension, tables of 13 languages | 23.038 6.2.1, A | [`alphabet`] |
//! | septets packed after any header; USSD packing | 23.038 6.1.2 | [`septet`] |
//! | UCS-2 with surrogate pairs | 23.038 6.2.3 | [`ucs2`] |
//! | cheapest encoding, long texts cut, elements counted in the room | 23.040 9.2.3.24.1, .8, .15, .16 | [`segment`] |
//! | typographic and accented characters in those of GSM 7-bit | | [`translit`] |
//! | parts collected in any order, within limits | 23.040 9.2.3.24.1 | [`reassemble`] |
//! | the text of those parts | 23.040 9.2.3.24.1 | [`join`] |
//! | cell broadcast: pages of GSM, messages of UMTS | 23.041 9.4, 23.038 5 | [`cbs`] |
//! | lines of PDU mode on tokio (feature `tokio`) | 27.005 3.1 | `codec` |
//!
//! Compressed texts (23.038 4, 23.042) are handed on as octets.
//!
//! # Features
//!
//! | feature | default | adds |
//! |---|---|---|
//! | `std` | yes | links the standard library; the API is the same without it |
//! | `graphemes` | yes | segmentation can keep grapheme clusters whole ([`segment::Options::graphemes`]) |
//! | `tokio` | no | `codec`: hex lines of AT PDU mode in and out of a tokio stream |

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod distinct;
mod error;
mod quirks;
mod wire;

pub mod alphabet;
pub mod cbs;
#[cfg(feature = "tokio")]
pub mod codec;
pub mod dcs;
pub mod field;
pub mod join;
pub mod reassemble;
pub mod segment;
pub mod septet;
pub mod tpdu;
pub mod translit;
pub mod ucs2;
pub mod udh;

pub use error::{
    AddressError, ConcatError, DecodeError, DecodeErrorKind, EncodeError, SegmentError,
    UserDataError,
};
pub use quirks::{Decoded, Quirks, Tolerable, Tolerance, Tolerated};
