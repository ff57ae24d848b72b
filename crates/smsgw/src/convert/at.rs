//! Between [`Message`] and what a modem takes and gives in PDU mode: the address of a service
//! centre and a TPDU (3GPP TS 27.005 §3.1).
//!
//! What is kept of a message, besides what [`tpdu`] keeps:
//!
//! | `Message` | to a modem | from a modem |
//! |---|---|---|
//! | `to` | TP-DA | of what arrived, the SIM's number that the caller gives; of what was written to a store, TP-DA |
//! | `from` | not: the SIM is the sender | TP-OA; of what was written to a store, the SIM's number |
//! | `content` | a [`Submit`] for each part, all but the last with [`more_to_follow`](Submit::more_to_follow) | a part by itself: [`joined`](tpdu::joined) puts them together |
//! | `class`, `writing`, `Extra::ProtocolId` | in each part | as in [`tpdu`] |
//! | `validity` | TP-VP of each part | of what was written to a store |
//! | `receipt` | TP-SRR of each part: set for any but `None` | TP-SRI; of what was written to a store, TP-SRR |
//! | `reference` | not: the modem numbers parts itself and says which number each got | TP-MR of what was written to a store |
//! | `deliver_at`, other extras | not | none |
//!
//! Not kept: the service centre, which is given beside the message, and TP-SCTS.
//!
//! What is kept of a status report:
//!
//! | [`Receipt`] | from a modem |
//! |---|---|
//! | `recipient` | TP-RA, which may be the number in another form than it was sent to |
//! | `sender` | `None` |
//! | `message` | TP-MR: [`CarrierId::Reference`](crate::CarrierId::Reference), which the SIM counts to 255 and begins again |
//! | `state`, `status` | TP-ST: [`CarrierStatus::Gsm`](crate::CarrierStatus::Gsm) |
//! | `at` | TP-DT |
//!
//! What a modem refuses is told to others by [`command_status`] and [`error_code`].
//!
//! ```
//! use smsgw::at::command::Command;
//! use smsgw::at::command::send::SendMessage;
//! use smsgw::convert::at::submits;
//! use smsgw::gsm::udh::Reference;
//! use smsgw::{Address, Message};
//!
//! let message = Message::text(Address::number("+306912345678"), "γειά σου");
//! let submits = submits(&message, None, Reference::Eight(1))?;
//! assert_eq!(submits.len(), 1);
//! let send = SendMessage::of(&submits[0].pdu).ok_or("no TPDU")?;
//! assert_eq!(send.line(), "AT+CMGS=29");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(any(feature = "smpp", feature = "ucp"))]
mod refusal;

use std::fmt;

use smsgw_at::command::storage::MessageStatus;
use smsgw_at::modem::Submit;
use smsgw_gsm::DecodeError;
use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};
use smsgw_gsm::udh::Reference;

use super::tpdu::{self, ConvertError, Outgoing};
use crate::message::{Address, Message, Receipt};

#[cfg(feature = "smpp")]
pub use refusal::command_status;
#[cfg(feature = "ucp")]
pub use refusal::error_code;

/// What a modem is to send for a message, in order: one or more.
///
/// `service_centre` is `None` for the one that the SIM knows. `reference` ties the parts together
/// when there are several.
///
/// # Errors
/// As [`Outgoing::new`], and when `service_centre` is no number.
pub fn submits(
    message: &Message,
    service_centre: Option<&Address>,
    reference: Reference,
) -> Result<Vec<Submit>, ConvertError> {
    let service_centre = service_centre.map(|number| tpdu::address("SCA", number));
    let service_centre = service_centre.transpose()?;
    let outgoing = Outgoing::new(message, reference)?;
    // Modems put a TP-MR of their own.
    let parts = outgoing.submits(0);
    let last = parts.len().saturating_sub(1);
    let submits = parts.enumerate().map(|(number, part)| Submit {
        pdu: ModemPdu {
            service_centre,
            ..ModemPdu::from(part)
        }
        .to_vec(),
        more_to_follow: number < last,
    });
    Ok(submits.collect())
}

/// What a modem gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming {
    /// A message, or a part of one.
    Message(Message),
    /// What became of a message.
    Receipt(Receipt),
}

/// What is no message and no status report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadError {
    /// The PDU cannot be read.
    Decode(DecodeError),
    /// A TPDU of another kind: a report or a command.
    Kind,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::Kind => f.write_str("TP-MTI: no message and no status report"),
        }
    }
}

// The inner error is printed as a message of this one, so it is not also a source.
impl std::error::Error for ReadError {}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl Incoming {
    /// What arrived at a modem whose SIM has the number `own`: in a store, by `+CMT` or by `+CDS`.
    ///
    /// ```
    /// use smsgw::convert::at::Incoming;
    /// use smsgw::{Address, Content};
    ///
    /// let pdu = b"\0\x04\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x42\x20\x92\x23\x29\x59\x40\x02\x76\x38";
    /// let Incoming::Message(message) = Incoming::received(pdu, Address::number("+15550100"))? else {
    ///     panic!("a message");
    /// };
    /// assert_eq!(message.from, Some(Address::number("+15551234567")));
    /// assert_eq!(message.content, Content::Text("vp".into()));
    /// # Ok::<(), smsgw::convert::at::ReadError>(())
    /// ```
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn received(pdu: &[u8], own: Address) -> Result<Self, ReadError> {
        match ModemPdu::decode(pdu, Context::SC_TO_MS)?.tpdu {
            Tpdu::Deliver(deliver) => Ok(Self::Message(tpdu::from_deliver(&deliver, own))),
            Tpdu::StatusReport(report) => Ok(Self::Receipt(tpdu::from_status_report(&report))),
            _ => Err(ReadError::Kind),
        }
    }

    /// What is in a store of a modem whose SIM has the number `own`: what arrived, or what was
    /// written to be sent from there.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn stored(pdu: &[u8], status: MessageStatus, own: Address) -> Result<Self, ReadError> {
        if status.is_received() {
            return Self::received(pdu, own);
        }
        match ModemPdu::decode(pdu, Context::MS_TO_SC)?.tpdu {
            Tpdu::Submit(submit) => Ok(Self::Message(tpdu::from_submit(&submit, Some(own)))),
            _ => Err(ReadError::Kind),
        }
    }
}
