//! The text side of short messages: GSM 7-bit and UCS-2 alphabets (3GPP TS 23.038),
//! user data headers and the splitting of long texts (3GPP TS 23.040).
//!
//! A short message carries 140 octets. A text of GSM characters travels as 7-bit septets,
//! 160 to a message; one character outside that alphabet makes the whole text UCS-2, 70
//! units to a message. A longer text is sent in segments, each with a header that says
//! which part of which message it is. This crate does that arithmetic and its inverse; it
//! opens no socket, reads no clock and needs only `core` and `alloc`.
//!
//! ```
//! use smsgw_gsm::segment::{Encoding, Options, segment};
//! use smsgw_gsm::udh::{Reference, UserDataHeader};
//!
//! let text = "Lunch? €".repeat(20);
//! let segments = segment(&text, &Options::new().with_reference(Reference::Eight(7)))?;
//! assert_eq!(segments.encoding(), Encoding::Gsm7);
//! assert_eq!(segments.total_units(), 180); // the euro sign costs two septets
//! assert_eq!(segments.count(), 2);
//!
//! // What the far side does with the second one.
//! let second = segments.get(1).expect("there are two");
//! let octets = [second.udh(), second.packed()].concat();
//! let (header, rest) = UserDataHeader::split(&octets)?;
//! assert_eq!(header.concat().map(|concat| concat.sequence()), Some(2));
//! let septets = smsgw_gsm::septet::unpack(rest, second.units(), header.fill_bits());
//! assert!(smsgw_gsm::alphabet::decode_unpacked(&septets).ends_with("Lunch? €"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`alphabet`] | characters to septets and back: default alphabet, extension, tables of 13 languages |
//! | [`dcs`] | data coding scheme: alphabet, class, message waiting |
//! | [`field`] | the other fields of TPDUs: addresses, times, validity, status |
//! | [`tpdu`] | the six TPDUs, both directions, with a service centre's address or without |
//! | [`septet`] | septets to packed octets and back, with fill bits |
//! | [`ucs2`] | UTF-16BE, as the field sends it |
//! | [`udh`] | user data header: every element by its meaning, and a builder |
//! | [`segment`] | choice of encoding, splitting of long texts |
//! | [`cbs`] | cell broadcast pages |
//! | [`reassemble`] | from parts in any order to messages |
//! | [`join`] | from the parts of a message to its text |
//! | [`translit`] | typographic and accented characters, written with those of GSM 7-bit |
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
