//! Between [`Message`] and the TPDUs of GSM: [`Submit`], [`Deliver`] and [`StatusReport`].
//!
//! What is kept:
//!
//! | `Message` | to a TPDU | from a TPDU |
//! |---|---|---|
//! | `to` | TP-DA of SUBMIT; DELIVER has none | the same; of DELIVER what the caller says |
//! | `from` | TP-OA of DELIVER; SUBMIT has none | the same; of SUBMIT what the caller says |
//! | their TON and NPI, digits | the same; a name of at most 11 septets in GSM 7-bit, longer is an error | the same |
//! | `Content::Text` | GSM 7-bit or UCS-2, as many parts as it needs, joined by a concatenation header | GSM 7-bit and UCS-2 text that is whole: without a header, or with one that names languages only |
//! | `Content::Encoded` | TP-DCS, header and octets (septets are packed); one part | all else: parts of longer texts ([`joined`] puts them together), 8-bit, compressed, message waiting, auto-delete, other headers; septets are unpacked, so that SMPP can carry them |
//! | `writing.language` | the tables used, in elements 25 and 24 of the header of each part | the language of the tables that the text was written in |
//! | `writing.transliterate`, `writing.graphemes` | before encoding; where parts end | default |
//! | `class` | of text: TP-DCS | of text: the same; else it stays in `dcs` |
//! | `deliver_at` | not: GSM has no such field | `None` |
//! | `validity` | TP-VP of SUBMIT, relative, rounded up to what it can say, at most 63 weeks | a TP-VP that is a duration; an absolute one needs a clock and is left to the caller |
//! | `receipt` | TP-SRR of SUBMIT, TP-SRI of DELIVER: set for any but `None` | `Final` when it is set |
//! | `reference` | not: TP-MR is numbered by the caller, or by the modem | TP-MR of SUBMIT |
//! | `Extra::ProtocolId` | TP-PID | the same, unless 0 |
//! | `Extra::Tlv` | of what is encoded: the `sar_` TLVs, as the concatenation element of the header where it has none; no other | none |
//! | other extras | not | none |
//!
//! Not kept, as a message is not about them: TP-RD, TP-RP, TP-MMS, TP-LP, TP-SCTS. Where GSM and
//! SMPP read `dcs` differently, in 01 to 0F, it is the value that both read alike (00, 04 or 08);
//! another `data_coding` of SMPP is an error: make it [`Content::Text`] first.

use std::fmt;
use std::time::{Duration, SystemTime};

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::dcs::{Class, DataCodingScheme};
use smsgw_gsm::field::{
    self, Npi, ProtocolId, Status, Timestamp, Ton, TypeOfAddress, ValidityPeriod,
};
use smsgw_gsm::join::{self, Written};
use smsgw_gsm::reassemble::{self, Position, Tie};
use smsgw_gsm::segment::LanguageChoice;
use smsgw_gsm::septet::{self, FillBits};
use smsgw_gsm::tpdu::{Deliver, StatusReport, Submit, UserData, UserDataBuf};
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_gsm::{AddressError, SegmentError, UserDataError, ucs2};

use super::header::header;
use super::text::{data_coding_scheme, is_whole, language, neutral_dcs, segments};
use crate::message::{
    Address, CarrierId, CarrierStatus, Content, Extra, Message, Receipt, ReceiptRequest,
    ReceiptState, Writing,
};

/// A message that cannot be put into TPDUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertError {
    /// The text cannot be encoded or split.
    Segment(SegmentError),
    /// What is encoded does not fit into one message, or is not what `dcs` says.
    UserData(UserDataError),
    /// A `dcs` that only SMPP has.
    DataCoding {
        /// The value.
        dcs: u8,
    },
    /// An address has other characters, or more of them, than it can.
    Address {
        /// The standard's name.
        name: &'static str,
        /// Why.
        error: AddressError,
    },
    /// A TON above 7 or an NPI above 15.
    TypeOfAddress {
        /// The standard's name of the address.
        name: &'static str,
    },
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(error) => error.fmt(f),
            Self::UserData(error) => error.fmt(f),
            Self::DataCoding { dcs } => write!(f, "data_coding {dcs:#04X} means nothing in GSM"),
            Self::Address { name, error } => write!(f, "{name}: {error}"),
            Self::TypeOfAddress { name } => write!(f, "{name}: TON or NPI out of range"),
        }
    }
}

// The inner errors are printed as messages of this one, so they are not also sources.
impl std::error::Error for ConvertError {}

impl From<SegmentError> for ConvertError {
    fn from(error: SegmentError) -> Self {
        Self::Segment(error)
    }
}

impl From<UserDataError> for ConvertError {
    fn from(error: UserDataError) -> Self {
        Self::UserData(error)
    }
}

/// A message with its parts, from which its TPDUs borrow.
///
/// ```
/// use smsgw::convert::tpdu::Outgoing;
/// use smsgw::gsm::tpdu::ModemPdu;
/// use smsgw::gsm::udh::Reference;
/// use smsgw::{Address, Message};
///
/// let message = Message::text(Address::number("+306912345678"), "γειά σου");
/// let outgoing = Outgoing::new(&message, Reference::Eight(1))?;
/// for submit in outgoing.submits(0) {
///     let pdu = ModemPdu::from(submit);
///     println!("AT+CMGS={}", pdu.tpdu_len());
/// }
/// # assert_eq!(outgoing.submits(0).len(), 1);
/// # Ok::<(), smsgw::convert::tpdu::ConvertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    message: &'a Message,
    to: field::Address,
    protocol: ProtocolId,
    parts: Vec<UserDataBuf>,
}

impl<'a> Outgoing<'a> {
    /// Encodes and splits the content. `reference` ties the parts together when there are several.
    ///
    /// # Errors
    /// When the text needs more than 255 parts, when what is encoded does not fit into one message
    /// or has a `dcs` that GSM does not have, and when `to` is no address of GSM.
    pub fn new(message: &'a Message, reference: Reference) -> Result<Self, ConvertError> {
        let protocol = message.extras.iter().find_map(|extra| match extra {
            Extra::ProtocolId(id) => Some(ProtocolId(*id)),
            _ => None,
        });
        Ok(Self {
            message,
            to: address("TP-DA", &message.to)?,
            protocol: protocol.unwrap_or_default(),
            parts: parts(message, reference)?,
        })
    }

    /// Towards a service centre, one for each part. TP-MR counts from `reference` on, and after 255
    /// from 0.
    #[must_use]
    pub fn submits(&self, reference: u8) -> impl ExactSizeIterator<Item = Submit<'_>> {
        let mut next = reference;
        self.parts.iter().map(move |part| {
            let reference = next;
            next = next.wrapping_add(1);
            Submit {
                message_reference: reference,
                protocol_identifier: self.protocol,
                validity_period: self.message.validity.map(ValidityPeriod::relative),
                status_report_request: self.message.receipt != ReceiptRequest::None,
                ..Submit::new(self.to, part.view())
            }
        })
    }

    /// Towards a mobile, one for each part; `timestamp` is when the service centre got them.
    ///
    /// # Errors
    /// When `from` is no address of GSM: a name of more than 11 septets, say.
    pub fn delivers(
        &self,
        timestamp: Timestamp,
    ) -> Result<impl ExactSizeIterator<Item = Deliver<'_>>, ConvertError> {
        let from = self.message.from.as_ref();
        let from = from.map_or(Ok(field::Address::default()), |from| address("TP-OA", from))?;
        Ok(self.parts.iter().map(move |part| Deliver {
            protocol_identifier: self.protocol,
            status_report_indication: self.message.receipt != ReceiptRequest::None,
            ..Deliver::new(from, timestamp, part.view())
        }))
    }
}

fn parts(message: &Message, reference: Reference) -> Result<Vec<UserDataBuf>, ConvertError> {
    match &message.content {
        Content::Text(text) => {
            let segments = segments(text, message.writing, reference)?;
            let class = message.class.and_then(Class::from_number);
            let parts = segments.iter().map(|segment| {
                let part = UserDataBuf::from(segment);
                class.map_or(part, |class| part.with_class(class))
            });
            Ok(parts.collect())
        }
        Content::Encoded { dcs, udh, octets } => {
            let coding = data_coding_scheme(*dcs);
            let coding = coding.ok_or(ConvertError::DataCoding { dcs: *dcs })?;
            let udh = header(message, coding, udh, octets);
            Ok(vec![UserDataBuf::new(coding, &udh, octets)?])
        }
    }
}

/// What a SUBMIT says that comes from `from`.
#[must_use]
pub fn from_submit(submit: &Submit<'_>, from: Option<Address>) -> Message {
    let validity = submit.validity_period.and_then(ValidityPeriod::duration);
    Message {
        from,
        validity,
        receipt: asked(submit.status_report_request),
        reference: Some(submit.message_reference.into()),
        ..received(
            neutral(&submit.destination_address),
            submit.protocol_identifier,
            &submit.user_data,
        )
    }
}

/// What a DELIVER says that goes to `to`.
///
/// ```
/// use smsgw::convert::tpdu::from_deliver;
/// use smsgw::gsm::tpdu::Deliver;
/// use smsgw::{Address, Content};
///
/// let octets = b"\x04\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x42\x20\x92\x23\x29\x59\x40\x02\x76\x38";
/// let message = from_deliver(&Deliver::decode(octets)?, Address::number("+15550100"));
/// assert_eq!(message.from, Some(Address::number("+15551234567")));
/// assert_eq!(message.content, Content::Text("vp".into()));
/// # Ok::<(), smsgw::gsm::DecodeError>(())
/// ```
#[must_use]
pub fn from_deliver(deliver: &Deliver<'_>, to: Address) -> Message {
    let from = neutral(&deliver.originating_address);
    Message {
        from: (deliver.originating_address != field::Address::default()).then_some(from),
        receipt: asked(deliver.status_report_indication),
        ..received(to, deliver.protocol_identifier, &deliver.user_data)
    }
}

/// What a status report says.
///
/// ```
/// use smsgw::convert::tpdu::from_status_report;
/// use smsgw::gsm::tpdu::StatusReport;
/// use smsgw::{CarrierId, ReceiptState};
///
/// let octets = b"\x06\x04\x0D\x91\x94\x51\x52\x99\x11\x36\xF0\
///     \x01\x60\x12\x41\x30\x34\x0A\x01\x60\x12\x41\x30\x94\x0A\x46";
/// let receipt = from_status_report(&StatusReport::decode(octets)?);
/// assert_eq!(receipt.recipient.to_string(), "+4915259911630");
/// assert_eq!(receipt.message, CarrierId::Reference(4));
/// assert_eq!(receipt.state, ReceiptState::Expired);
/// # Ok::<(), smsgw::gsm::DecodeError>(())
/// ```
#[must_use]
pub fn from_status_report(report: &StatusReport<'_>) -> Receipt {
    let seconds = report.discharge_time.unix_seconds();
    let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
    Receipt {
        recipient: neutral(&report.recipient_address),
        sender: None,
        message: CarrierId::Reference(report.message_reference),
        state: match (report.status, report.status.state()) {
            (_, field::State::Delivered) => ReceiptState::Delivered,
            (_, field::State::Retrying) => ReceiptState::Retrying,
            (Status::SM_VALIDITY_PERIOD_EXPIRED, _) => ReceiptState::Expired,
            (
                Status::SM_DELETED_BY_ORIGINATING_SME | Status::SM_DELETED_BY_SC_ADMINISTRATION,
                _,
            ) => ReceiptState::Cancelled,
            _ => ReceiptState::Undelivered,
        },
        at: seconds.and_then(|s| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(s))),
        status: Some(CarrierStatus::Gsm(report.status.0)),
    }
}

/// Sender and recipient: what tells long messages with one reference apart.
pub type Parties = (Option<Address>, Address);

/// A message for a [`Reassembler`](reassemble::Reassembler): as the part that its header says it
/// is, or a message by itself.
#[must_use]
pub fn to_part(message: Message) -> reassemble::Part<Parties, Message> {
    let (udh, octets) = match &message.content {
        Content::Encoded { udh, octets, .. } => (udh.as_slice(), octets.len()),
        Content::Text(text) => (&[][..], text.len()),
    };
    let header = UserDataHeader::split(udh).ok();
    let concat = header.and_then(|(header, _)| header.concat());
    let alone = Position {
        tie: Tie::Sar(0),
        total: 1,
        number: 1,
    };
    reassemble::Part {
        key: (message.from.clone(), message.to.clone()),
        position: concat.map_or(alone, Position::from),
        octets,
        payload: message,
    }
}

/// One message from its parts, in order; `None` when there is none, or one of them is not text.
///
/// All but the text is that of the first; a receipt is asked for when one of them asks for it.
/// Characters that the sender tore between two parts are whole again, unless one is missing
/// between them.
///
/// ```
/// use smsgw::convert::tpdu::{Outgoing, from_submit, joined};
/// use smsgw::gsm::udh::Reference;
/// use smsgw::{Address, Message};
///
/// let long = Message::text(Address::number("+306912345678"), "μακρύ ".repeat(20));
/// let outgoing = Outgoing::new(&long, Reference::Eight(7))?;
/// let parts = outgoing.submits(0).map(|submit| from_submit(&submit, None));
/// let message = joined(parts).expect("both are text");
/// assert_eq!(message.content, long.content);
/// # Ok::<(), smsgw::convert::tpdu::ConvertError>(())
/// ```
#[must_use]
pub fn joined(parts: impl IntoIterator<Item = Message>) -> Option<Message> {
    let mut parts = parts.into_iter();
    let first = parts.next()?;
    let mut whole = first.clone();
    if let Content::Encoded { dcs, .. } = first.content {
        whole.class = DataCodingScheme(dcs).class().map(Class::number);
    }
    let mut pieces = Vec::new();
    let mut languages = None;
    let mut last = 0_u8;
    for part in std::iter::once(first).chain(parts) {
        if part.receipt != ReceiptRequest::None {
            whole.receipt = part.receipt;
        }
        // One that does not say its number follows the one before.
        let mut number = last.saturating_add(1);
        let (language, written, octets) = match part.content {
            Content::Text(text) => (part.writing.language, Written::Ucs2, ucs2::encode(&text)),
            Content::Encoded { dcs, udh, octets } => {
                let header = UserDataHeader::split(&udh).ok().map(|(header, _)| header);
                let concat = header.and_then(|header| header.concat());
                number = concat.map_or(number, |concat| concat.sequence());
                let tables = header.map_or(Tables::DEFAULT, |header| header.tables());
                let written = Written::new(DataCodingScheme(dcs), tables);
                let language = match written {
                    Written::Septets(tables) => language(tables),
                    _ => LanguageChoice::None,
                };
                (language, written, octets)
            }
        };
        pieces.push((number, written, octets));
        last = number;
        languages = Some(match languages {
            Some(before) if before != language => LanguageChoice::Auto,
            _ => language,
        });
    }
    whole.content = Content::Text(join::text(pieces)?);
    whole.writing.language = languages.unwrap_or_default();
    Some(whole)
}

/// What DELIVER and SUBMIT have in common.
fn received(to: Address, protocol: ProtocolId, user_data: &UserData<'_>) -> Message {
    let coding = user_data.data_coding_scheme();
    let mut message = Message::text(to, String::new());
    if protocol != ProtocolId::default() {
        message.extras.push(Extra::ProtocolId(protocol.0));
    }
    let is_whole = is_whole(coding, user_data.header());
    match user_data.text().filter(|_| is_whole) {
        Some(text) => {
            let tables = user_data.header().map(|header| header.tables());
            message.content = Content::Text(text);
            message.class = coding.class().map(Class::number);
            message.writing = Writing {
                language: language(
                    tables
                        .filter(|_| coding.counts_septets())
                        .unwrap_or_default(),
                ),
                ..Writing::default()
            };
        }
        None => {
            let udh = user_data.header().map(|header| header.octets().to_vec());
            let udh = udh.unwrap_or_default();
            message.content = Content::Encoded {
                dcs: neutral_dcs(coding),
                octets: match user_data.septets() {
                    Some(count) => {
                        let fill = FillBits::after(udh.len());
                        septet::unpack(user_data.payload(), count, fill)
                    }
                    None => user_data.payload().to_vec(),
                },
                udh,
            };
        }
    }
    message
}

const fn asked(is_asked: bool) -> ReceiptRequest {
    match is_asked {
        true => ReceiptRequest::Final,
        false => ReceiptRequest::None,
    }
}

fn neutral(address: &field::Address) -> Address {
    let name = address.name();
    Address {
        ton: address.ton().0,
        npi: address.npi().0,
        digits: name.unwrap_or_else(|| address.digits().collect()),
    }
}

pub(super) fn address(name: &'static str, from: &Address) -> Result<field::Address, ConvertError> {
    let Address { ton, npi, digits } = from;
    let toa =
        TypeOfAddress::of(Ton(*ton), Npi(*npi)).ok_or(ConvertError::TypeOfAddress { name })?;
    let address = if from.is_alphanumeric() {
        field::Address::alphanumeric(digits).map(|address| {
            // The name makes it another numbering plan's.
            field::Address::from_parts(toa, address.semi_octets(), address.octets())
                .unwrap_or(address)
        })
    } else {
        field::Address::new(toa, digits)
    };
    address.map_err(|error| ConvertError::Address { name, error })
}
