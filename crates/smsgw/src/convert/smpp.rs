//! Between [`Message`] and `submit_sm` / `deliver_sm`.
//!
//! What is kept:
//!
//! | `Message` | to SMPP | from SMPP |
//! |---|---|---|
//! | `from`, `to` | `source_addr`, `destination_addr` with TON and NPI; digits as Latin-1 | the same |
//! | `Content::Text` | GSM 7-bit (`data_coding` 0, unpacked) or UCS-2 (8), as many parts as it needs, joined by a concatenation header | text of `data_coding` 0 or 8 that is too long for one SMS and has no header |
//! | `writing.language` | the tables used, in elements 25 and 24 of the header of each part, also of one alone; septets unpacked, `data_coding` the same | default: text with such a header stays encoded ([`text()`] reads it) |
//! | `writing.transliterate`, `writing.graphemes` | before encoding; where parts end | default |
//! | `Content::Encoded` | `data_coding`, and header and octets in `short_message`, or in `message_payload` above 254 octets; one part | everything else, octet for octet |
//! | `class` | of text: `data_coding` 0xF0 to 0xF3 for GSM 7-bit, `dest_addr_subunit` for UCS-2 | stays in `dcs` and `extras` |
//! | `deliver_at` | `schedule_delivery_time`, absolute, in UTC, to a tenth of a second | an absolute `schedule_delivery_time`; a relative one with the clock of [`from_submit_sm_at`] |
//! | `validity` | `validity_period`, relative, whole seconds, at most 99 days | a relative `validity_period`; an absolute one with the clock of [`from_submit_sm_at`]: what is left of it, zero when it has passed |
//! | `receipt` | `registered_delivery`, bits 1-0 | the same |
//! | `Extra::IntermediateReceipts` | `registered_delivery`, bit 4 | the same; bits 3-2 are dropped |
//! | `reference` | `user_message_reference` | the same |
//! | `Extra::Tlv` | a TLV, in order, in every part | every other TLV, in order |
//! | `Extra::ServiceType`, `Extra::ProtocolId`, `Extra::Priority` | the field | the field, unless empty or 0 |
//! | `Extra::Service` | not, the billing identifier of UCP neither: `billing_identification` begins with an octet for its format that UCP does not have | none |
//!
//! Not kept, as a message is not about them: `replace_if_present_flag`, `sm_default_msg_id`, the
//! mode and reply path bits of `esm_class`.
//!
//! What is kept of a receipt:
//!
//! | `Receipt` | to `deliver_sm` | from `deliver_sm` |
//! |---|---|---|
//! | `recipient`, `sender` | `source_addr`, `destination_addr` with TON and NPI; digits as Latin-1 | the same; no `destination_addr` is `None` |
//! | `message` | [`CarrierId::Id`](crate::CarrierId::Id) and [`CarrierId::Key`](crate::CarrierId::Key): `receipted_message_id`, and `id` of the text; another is an error | `Id`: the TLV, or else `id` |
//! | `state` | `message_state`, and `stat` of the text; retrying is `ENROUTE`, in an intermediate notification | the TLV, or else `stat`; every intermediate notification is `Retrying`, and so are `SCHEDULED`, `ENROUTE` and `ACCEPTED`; what has no state of its own is `Undelivered` |
//! | `at` | `done date`, in UTC | the same: in UTC, whatever the MC means |
//! | `status` | `err`, three digits; 000 for none | the code of `network_error_code`, or else `err` when it is a number: [`CarrierStatus::Smpp`](crate::CarrierStatus::Smpp) |
//!
//! `sub` is 001, `dlvrd` 001 or 000; `text` is not there.

mod coding;
mod receipt;

use std::fmt;
use std::time::{Duration, SystemTime};

use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::segment::Encoding;
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_smpp::ValueError;
use smsgw_smpp::pdu::{DeliverSm, SubmitSm};
use smsgw_smpp::text::{self, Alphabets};
use smsgw_smpp::tlv::{
    MessagePayload, Tlv, TlvOctets, TlvTag, Tlvs, TypedTlv as _, UserMessageReference,
};
use smsgw_smpp::types::{
    self, AbsoluteTime, COctetString, DataCoding, EsmClass, PriorityFlag, RegisteredDelivery,
    RelativeTime, ShortMessage, Time,
};

use super::text::segments;
use crate::message::{Address, Content, Extra, Message, ReceiptRequest, Writing};

pub use coding::in_gsm_coding;
pub use receipt::{OutgoingReceipt, from_receipt};

/// Most octets put into `short_message`; more go into `message_payload` (SMPP 3.4 §5.2.21).
const MAX_SHORT_MESSAGE: usize = 254;

/// One SMS of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What the octets mean (`data_coding`).
    pub data_coding: u8,
    /// Octets of the user data header, its length octet included; 0 for none.
    udh_len: usize,
    /// The header and what follows it.
    user_data: Vec<u8>,
}

impl Part {
    /// A part from its header (with its length octet; empty for none) and what follows it.
    #[must_use]
    pub fn new(data_coding: u8, udh: &[u8], octets: &[u8]) -> Self {
        Self {
            data_coding,
            udh_len: udh.len(),
            user_data: [udh, octets].concat(),
        }
    }

    /// The user data header with its length octet; empty for none.
    #[must_use]
    pub fn udh(&self) -> &[u8] {
        self.user_data.get(..self.udh_len).unwrap_or_default()
    }

    /// What follows the header.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        self.user_data.get(self.udh_len..).unwrap_or_default()
    }
}

/// A message or a receipt that cannot be put into SMPP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConvertError {
    /// The text cannot be encoded or split.
    Segment(SegmentError),
    /// A field cannot hold its value.
    Field {
        /// The standard's name.
        name: &'static str,
        /// Why.
        error: ValueError,
    },
    /// An address has characters that SMPP cannot carry.
    NotLatin1 {
        /// The standard's name of the field.
        name: &'static str,
    },
    /// A field of a receipt for which there is no value.
    Missing {
        /// The standard's name.
        name: &'static str,
    },
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Segment(error) => error.fmt(f),
            Self::Field { name, error } => write!(f, "{name}: {error}"),
            Self::NotLatin1 { name } => write!(f, "{name}: characters beyond Latin-1"),
            Self::Missing { name } => write!(f, "{name}: no value"),
        }
    }
}

impl std::error::Error for ConvertError {}

impl From<SegmentError> for ConvertError {
    fn from(error: SegmentError) -> Self {
        Self::Segment(error)
    }
}

/// Encodes and splits the content. `reference` ties the parts together when there are several.
///
/// # Errors
/// When the text needs more than 255 parts.
pub fn parts(message: &Message, reference: Reference) -> Result<Vec<Part>, ConvertError> {
    match &message.content {
        Content::Encoded { dcs, udh, octets } => Ok(vec![Part::new(*dcs, udh, octets)]),
        Content::Text(text) => {
            let segments = segments(text, message.writing, reference)?;
            let data_coding = match (segments.encoding(), message.class) {
                (Encoding::Gsm7, Some(class)) => 0xF0 | (class & 0b11),
                (Encoding::Gsm7, None) => DataCoding::MC_SPECIFIC.0,
                _ => DataCoding::UCS2.0,
            };
            Ok(segments
                .iter()
                .map(|s| Part::new(data_coding, &s.udh(), s.unpacked()))
                .collect())
        }
    }
}

/// A message and one of its parts, with the memory that its PDU borrows.
///
/// ```
/// use smsgw::convert::smpp::{Outgoing, parts};
/// use smsgw::gsm::udh::Reference;
/// use smsgw::{Address, Message};
///
/// let message = Message::text(Address::number("+306912345678"), "γειά σου");
/// let parts = parts(&message, Reference::Eight(1))?;
/// let outgoing = Outgoing::new(&message, &parts[0])?;
/// assert_eq!(outgoing.submit_sm()?.data_coding.0, 8);
/// # Ok::<(), smsgw::convert::smpp::ConvertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Outgoing<'a> {
    message: &'a Message,
    part: &'a Part,
    from: Vec<u8>,
    to: Vec<u8>,
    registered_delivery: RegisteredDelivery,
    deliver_at: Option<AbsoluteTime>,
    validity: Option<RelativeTime>,
    tlvs: Vec<Tlv<'a>>,
}

impl<'a> Outgoing<'a> {
    /// Prepares `part` of `message`.
    ///
    /// # Errors
    /// When an address is not Latin-1, a TLV is too long, or `deliver_at` is not in the years 2000
    /// to 2099.
    pub fn new(message: &'a Message, part: &'a Part) -> Result<Self, ConvertError> {
        let mut tlvs = Vec::new();
        if part.user_data.len() > MAX_SHORT_MESSAGE {
            let payload = field("message_payload", TlvOctets::new(&part.user_data))?;
            tlvs.push(MessagePayload(payload).into());
        }
        if let Some(reference) = message.reference {
            tlvs.push(UserMessageReference(reference).into());
        }
        if let (Some(class), DataCoding::UCS2) = (message.class, DataCoding(part.data_coding)) {
            // 1 display, 2 mobile equipment, 3 smart card, 4 external unit (SMPP 5.0 §4.8.4.23).
            const SUBUNITS: [&[u8]; 4] = [&[1], &[2], &[3], &[4]];
            if let Some(subunit) = SUBUNITS.get(usize::from(class)) {
                tlvs.push(field(
                    "dest_addr_subunit",
                    Tlv::new(TlvTag::DEST_ADDR_SUBUNIT, subunit),
                )?);
            }
        }
        for extra in &message.extras {
            if let Extra::Tlv { tag, value } = extra {
                tlvs.push(field("tlvs", Tlv::new(TlvTag(*tag), value))?);
            }
        }
        let from = message
            .from
            .as_ref()
            .map(|from| latin1("source_addr", from));
        Ok(Self {
            message,
            part,
            from: from.transpose()?.unwrap_or_default(),
            to: latin1("destination_addr", &message.to)?,
            registered_delivery: {
                let registered_delivery = registered_delivery(message.receipt);
                match message.extras.contains(&Extra::IntermediateReceipts) {
                    true => registered_delivery.with_intermediate_notification(),
                    false => registered_delivery,
                }
            },
            deliver_at: message.deliver_at.map(schedule).transpose()?,
            validity: message.validity.map(RelativeTime::new),
            tlvs,
        })
    }

    /// Asks for another receipt than the message does, and for no intermediate ones: a gateway
    /// wants to know in any case.
    #[must_use]
    pub fn with_receipt(self, receipt: ReceiptRequest) -> Self {
        Self {
            registered_delivery: registered_delivery(receipt),
            ..self
        }
    }

    /// Gives another validity than the message's: what is left of it.
    #[must_use]
    pub fn with_validity(self, validity: Duration) -> Self {
        Self {
            validity: Some(RelativeTime::new(validity)),
            ..self
        }
    }

    /// Adds a reference of one's own, unless the message has one.
    #[must_use]
    pub fn with_reference(mut self, reference: Option<u16>) -> Self {
        if let (Some(reference), None) = (reference, self.message.reference) {
            self.tlvs.push(UserMessageReference(reference).into());
        }
        self
    }

    fn extra<T: Default>(&self, pick: impl FnMut(&'a Extra) -> Option<T>) -> T {
        self.message
            .extras
            .iter()
            .find_map(pick)
            .unwrap_or_default()
    }
}

/// `submit_sm` and `deliver_sm` have the same fields.
macro_rules! bodies {
    ($( $(#[$doc:meta])* $to:ident, $from:ident, $body:ident; )*) => {
        impl Outgoing<'_> {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// When an address, the service or the TLVs are too long for their fields.
                pub fn $to(&self) -> Result<$body<'_>, ConvertError> {
                    let Self { message, part, .. } = self;
                    let service_type = self.extra(|extra| match extra {
                        Extra::ServiceType(service) => Some(service.as_str()),
                        _ => None,
                    });
                    let from = message.from.as_ref();
                    // What fits neither here nor in a TLV has been refused in `new`.
                    let short_message = ShortMessage::new(&part.user_data).ok();
                    Ok($body {
                        service_type: field("service_type", service_type.try_into())?,
                        source_addr: from.map_or(Ok(types::Address::EMPTY), |from| {
                            address("source_addr", from, &self.from)
                        })?,
                        destination_addr: address("destination_addr", &message.to, &self.to)?,
                        esm_class: match part.udh_len {
                            0 => EsmClass::DEFAULT,
                            _ => EsmClass::UDH_INDICATOR,
                        },
                        protocol_id: self.extra(|extra| match extra {
                            Extra::ProtocolId(id) => Some(*id),
                            _ => None,
                        }),
                        priority_flag: self.extra(|extra| match extra {
                            Extra::Priority(priority) => Some(PriorityFlag(*priority)),
                            _ => None,
                        }),
                        schedule_delivery_time: self
                            .deliver_at
                            .as_ref()
                            .map_or(Time::NULL, AbsoluteTime::as_time),
                        validity_period: self
                            .validity
                            .as_ref()
                            .map_or(Time::NULL, RelativeTime::as_time),
                        registered_delivery: self.registered_delivery,
                        data_coding: DataCoding(part.data_coding),
                        short_message: short_message
                            .filter(|_| part.user_data.len() <= MAX_SHORT_MESSAGE)
                            .unwrap_or_default(),
                        tlvs: field("tlvs", Tlvs::new(&self.tlvs))?,
                        ..$body::default()
                    })
                }
            )*
        }

        $(
            #[doc = concat!("What a `", stringify!($body), "` says.")]
            #[must_use]
            pub fn $from(pdu: &$body<'_>) -> Message {
                let (reference, rest) = tlvs(pdu.tlvs);
                let mut extras = Vec::new();
                if !pdu.service_type.is_empty() {
                    extras.push(Extra::ServiceType(pdu.service_type.to_string()));
                }
                if pdu.protocol_id != 0 {
                    extras.push(Extra::ProtocolId(pdu.protocol_id));
                }
                if pdu.priority_flag != PriorityFlag::LEVEL_0 {
                    extras.push(Extra::Priority(pdu.priority_flag.0));
                }
                if pdu.registered_delivery.wants_intermediate_notification() {
                    extras.push(Extra::IntermediateReceipts);
                }
                extras.extend(rest);
                let deliver_at = pdu.schedule_delivery_time.absolute();
                Message {
                    from: (pdu.source_addr != types::Address::EMPTY)
                        .then(|| neutral(&pdu.source_addr)),
                    to: neutral(&pdu.destination_addr),
                    content: content(pdu.esm_class, &text::Content::from(pdu), pdu.tlvs),
                    writing: Writing::default(),
                    class: None,
                    deliver_at: deliver_at.and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at)),
                    validity: pdu.validity_period.relative(),
                    receipt: match pdu.registered_delivery.0 & 0b11 {
                        0b01 => ReceiptRequest::Final,
                        0b10 => ReceiptRequest::OnFailure,
                        0b11 => ReceiptRequest::OnSuccess,
                        _ => ReceiptRequest::None,
                    },
                    reference,
                    extras,
                }
            }
        )*
    };
}

bodies! {
    /// As a `submit_sm`: towards a message centre.
    submit_sm, from_submit_sm, SubmitSm;
    /// As a `deliver_sm`: towards an ESME.
    deliver_sm, from_deliver_sm, DeliverSm;
}

/// What a `submit_sm` says that came at `now`: as [`from_submit_sm`], with the times that it takes
/// a clock to tell.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use smsgw::convert::smpp::{from_submit_sm, from_submit_sm_at};
/// use smsgw::smpp::pdu::SubmitSm;
/// use smsgw::smpp::types::Time;
///
/// let submit = SubmitSm {
///     validity_period: Time::new(b"260131235959000+")?,
///     ..SubmitSm::default()
/// };
/// assert_eq!(from_submit_sm(&submit).validity, None);
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_903_939);
/// let message = from_submit_sm_at(&submit, now);
/// assert_eq!(message.validity, Some(Duration::from_secs(60)));
/// # Ok::<(), smsgw::smpp::ValueError>(())
/// ```
#[must_use]
pub fn from_submit_sm_at(pdu: &SubmitSm<'_>, now: SystemTime) -> Message {
    let delay = pdu.schedule_delivery_time.relative();
    let until = pdu.validity_period.absolute();
    let until = until.and_then(|until| SystemTime::UNIX_EPOCH.checked_add(until));
    let left = until.map(|until| until.duration_since(now).unwrap_or_default());
    let message = from_submit_sm(pdu);
    Message {
        deliver_at: message.deliver_at.or_else(|| now.checked_add(delay?)),
        validity: message.validity.or(left),
        ..message
    }
}

/// The text of octets, by the usual meaning of `data_coding` ([`Alphabets::default`]) and the
/// language tables that the header before them names (with its length octet; empty for none);
/// `None` when `data_coding` means octets.
///
/// ```
/// use smsgw::convert::smpp::text;
///
/// // Locking shift, Turkish.
/// assert_eq!(text(0, b"\x03\x25\x01\x01", b"\x40yi g\x7Enler").as_deref(), Some("İyi günler"));
/// assert_eq!(text(4, b"", b"\xFF"), None);
/// ```
#[must_use]
pub fn text(data_coding: u8, udh: &[u8], octets: &[u8]) -> Option<String> {
    let charset = Alphabets::default().charset(DataCoding(data_coding))?;
    let header = UserDataHeader::split(udh).ok();
    let tables = header.map_or(Tables::DEFAULT, |(header, _)| header.tables());
    Some(charset.decode_in(tables, octets).into_owned())
}

/// One SMS stays as it is; a text that has to be split becomes text.
fn content(esm_class: EsmClass, content: &text::Content<'_>, tlvs: Tlvs<'_>) -> Content {
    let data_coding = content.data_coding;
    let most = match data_coding {
        DataCoding::MC_SPECIFIC => 160,
        DataCoding::UCS2 => 140,
        _ => usize::MAX,
    };
    let is_segment =
        esm_class.has_udh() || tlvs.iter().any(|tlv| tlv.tag() == TlvTag::SAR_MSG_REF_NUM);
    if content.octets.len() > most
        && !is_segment
        && let Some(text) = content.text(&Alphabets::default())
    {
        return Content::Text(text.into_owned());
    }
    Content::Encoded {
        dcs: data_coding.0,
        udh: content.udh.map_or(Vec::new(), |udh| udh.octets().to_vec()),
        octets: content.octets.to_vec(),
    }
}

/// The TLV that has a field of its own, and the others.
fn tlvs(tlvs: Tlvs<'_>) -> (Option<u16>, Vec<Extra>) {
    let reference = tlvs
        .find::<UserMessageReference>()
        .map(|UserMessageReference(it)| it);
    let own = |tag| {
        tag == TlvTag::MESSAGE_PAYLOAD || tag == UserMessageReference::TAG && reference.is_some()
    };
    let rest = tlvs
        .iter()
        .filter(|tlv| !own(tlv.tag()))
        .map(|tlv| Extra::Tlv {
            tag: tlv.tag().0,
            value: tlv.value().to_vec(),
        })
        .collect();
    (reference, rest)
}

const fn registered_delivery(receipt: ReceiptRequest) -> RegisteredDelivery {
    match receipt {
        ReceiptRequest::None => RegisteredDelivery::NONE,
        ReceiptRequest::Final => RegisteredDelivery::RECEIPT,
        ReceiptRequest::OnFailure => RegisteredDelivery::RECEIPT_ON_FAILURE,
        ReceiptRequest::OnSuccess => RegisteredDelivery::RECEIPT_ON_SUCCESS,
    }
}

fn schedule(at: SystemTime) -> Result<AbsoluteTime, ConvertError> {
    // What was before 1970 is refused as what was before 2000.
    let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH);
    field(
        "schedule_delivery_time",
        AbsoluteTime::utc(since_epoch.unwrap_or_default()),
    )
}

fn neutral(address: &types::Address<'_, 21>) -> Address {
    Address {
        ton: address.ton.0,
        npi: address.npi.0,
        digits: address.digits.to_string(),
    }
}

fn address<'a>(
    name: &'static str,
    address: &Address,
    digits: &'a [u8],
) -> Result<types::Address<'a, 21>, ConvertError> {
    Ok(types::Address {
        ton: types::Ton(address.ton),
        npi: types::Npi(address.npi),
        digits: field(name, COctetString::new(digits))?,
    })
}

fn latin1(name: &'static str, address: &Address) -> Result<Vec<u8>, ConvertError> {
    address.to_latin1().ok_or(ConvertError::NotLatin1 { name })
}

fn field<T>(name: &'static str, value: Result<T, ValueError>) -> Result<T, ConvertError> {
    value.map_err(|error| ConvertError::Field { name, error })
}
