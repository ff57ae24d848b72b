//! The text of messages: alphabets of `data_coding`, and long messages in both directions.
//!
//! A PDU carries octets. Which characters they are depends on `data_coding` and, for its value 0,
//! on what was agreed with the MC: [`Alphabets`] is that agreement, one [`Charset`] for each
//! value. A text that is too long for one short message travels in parts, in one of three ways
//! ([`LongPolicy`]); [`split`] makes them. Coming in all three are met, mixed: [`Content`] says
//! what a PDU holds, and one [`Reassembler`] puts the parts together.
//!
//! ```
//! use core::time::Duration;
//! use smsgw_gsm::reassemble::{Limits, Outcome, Reassembler};
//! use smsgw_smpp::pdu::DeliverSm;
//! use smsgw_smpp::text::{
//!     Alphabets, Content, LongPolicy, Parties, SplitOptions, joined_text, split,
//! };
//! use smsgw_smpp::tlv::Tlvs;
//! use smsgw_smpp::types::Address;
//!
//! let alphabets = Alphabets::default();
//! let options = SplitOptions::new(alphabets, LongPolicy::Udh16);
//! let text = "Καλημέρα! ".repeat(20);
//!
//! let mut reassembler = Reassembler::new(Limits::DEFAULT);
//! let mut received = Vec::new();
//! for part in split(&text, &options, 0x1234)? {
//!     let tlvs = part.tlvs();
//!     let deliver = DeliverSm {
//!         source_addr: Address::international("306912345678")?,
//!         esm_class: part.esm_class(),
//!         data_coding: part.data_coding(),
//!         short_message: part.short_message(),
//!         tlvs: Tlvs::new(&tlvs)?,
//!         ..DeliverSm::default()
//!     };
//!
//!     // What the far side does with it; the clock is its own.
//!     let content = Content::from(&deliver);
//!     let part = content.to_part(Parties::from(&deliver), ());
//!     let inserted = reassembler.insert(part, Duration::from_secs(1));
//!     let mut messages = inserted.released;
//!     if let Outcome::Complete(message) = inserted.outcome {
//!         messages.push(message);
//!     }
//!     received.extend(messages.iter().map(|message| joined_text(message, &alphabets)));
//! }
//! assert_eq!(received, [Some(text)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Receipts need none of this: see [`receipt`](crate::receipt).
//!
//! [`Reassembler`]: smsgw_gsm::reassemble::Reassembler

mod alphabets;
mod charset;
mod content;
mod split;

use core::fmt;

use smsgw_gsm::SegmentError;

use crate::types::DataCoding;

pub use alphabets::{Alphabets, DefaultAlphabet};
pub use charset::{Charset, EncodeError};
pub use content::{Content, Parties, Piece, joined_octets, joined_text};
pub use split::{LongPolicy, Part, SplitOptions, split};

/// A text that cannot be sent as asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TextError {
    /// The alphabet lacks a character.
    Encode(EncodeError),
    /// The `data_coding` means octets, or nothing known.
    NoText {
        /// The value asked for.
        data_coding: DataCoding,
    },
    /// More parts than can be numbered.
    Segment(SegmentError),
    /// More octets than `message_payload` can hold.
    TooLong {
        /// Octets of the text.
        had: usize,
        /// Octets of a TLV.
        max: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::NoText { data_coding } => write!(f, "data_coding {data_coding} has no text"),
            Self::Segment(error) => error.fmt(f),
            Self::TooLong { had, max } => {
                write!(f, "message_payload: at most {max} octets, had {had}")
            }
        }
    }
}

// The inner errors are printed as messages of this one, so they are not also sources.
impl core::error::Error for TextError {}

impl From<EncodeError> for TextError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl From<SegmentError> for TextError {
    fn from(error: SegmentError) -> Self {
        Self::Segment(error)
    }
}
