//! Messages of subscribers: OT 52.

use smsgw_gsm::segment::{Encoding, Options, Segment, Segments, segment};
use smsgw_gsm::udh::Reference;
use smsgw_ucp::op::{DeliverShortMessage, Op as _};
use smsgw_ucp::types::{
    Address, GsmDcs, GsmUdh, HexBuf, Message, Originator, Otoa, PackedBuf, PackedName, XSerBuf,
};
use smsgw_ucp::{Alphabet, Frame, MessageKey, Trn, ValueError};

use super::{Body, To, Ucp};
use crate::smsc::DeliverError;
use crate::smsc::fate::Now;
use crate::smsc::outbox::{Delivery, Outcome};

/// The parts of a message from a subscriber, each with a key of its own.
pub(super) fn messages(
    ucp: &mut Ucp,
    from: &str,
    to: &str,
    text: &str,
    reference: u8,
    now: &Now,
) -> Result<Vec<(Delivery<Ucp>, Outcome)>, DeliverError> {
    let sender = Sender::parse(from)?;
    let to = recipient(to);
    let adc = Address::new(&to)?;
    let alphabet = ucp.settings.alphabet;
    let segments = segments(text, reference, alphabet)?;
    let part = |segment: Segment<'_>| {
        let scts = ucp.stamp(&to, now).ok_or(ValueError::InvalidTime)?;
        let operation = DeliverShortMessage {
            adc,
            oadc: sender.originator(),
            otoa: sender.otoa(),
            scts: Some(scts),
            ..DeliverShortMessage::default()
        };
        let id = MessageKey { adc: &to, scts }.to_string();
        let body = Body {
            frame: with_content(operation, &segment, alphabet)?,
            alphabet,
            to: To::Any,
        };
        Ok(Delivery::message(id, body))
    };
    segments.iter().map(part).collect()
}

/// Cut so that each part has the alphabet of the link, or UCS-2.
fn segments(text: &str, reference: u8, alphabet: Alphabet) -> Result<Segments, DeliverError> {
    let options = Options::new().with_reference(Reference::Eight(reference));
    let segments = segment(text, &options)?;
    if alphabet.encode(text).is_ok() || segments.encoding() != Encoding::Gsm7 {
        return Ok(segments);
    }
    Ok(segment(text, &options.with_encoding(Encoding::Ucs2))?)
}

/// The operation with the text of a part, and its header if it is one of several.
fn with_content(
    operation: DeliverShortMessage<'_>,
    segment: &Segment<'_>,
    alphabet: Alphabet,
) -> Result<Frame, DeliverError> {
    let is_text = segment.encoding() == Encoding::Gsm7;
    let octets = match alphabet {
        Alphabet::Gsm => segment.unpacked().to_vec(),
        _ if is_text => alphabet.encode(&segment.text())?,
        _ => segment.unpacked().to_vec(),
    };
    let hex = HexBuf::encode(&octets);
    let udh = HexBuf::encode(&segment.udh());
    let mut xser = XSerBuf::new();
    if !udh.as_hex().is_empty() {
        xser.push(GsmUdh(udh.as_hex()))?;
    }
    let message = if is_text {
        Message::text(hex.as_hex())?
    } else {
        xser.push(GsmDcs(smsgw_gsm::dcs::DataCodingScheme::UCS2.0))?;
        Message::octets(hex.as_hex())?
    };
    let operation = DeliverShortMessage {
        message,
        xser: xser.as_xser(),
        ..operation
    };
    Ok(operation.to_frame(Trn::ZERO))
}

/// A recipient as people write it: there is no field to say that a number is international.
fn recipient(text: &str) -> String {
    match text.strip_prefix('+') {
        Some(digits) => format!("00{digits}"),
        None => text.to_owned(),
    }
}

/// A sender as people write it: `+30690...` is international, what is no number is a name.
#[derive(Debug)]
enum Sender<'a> {
    Number(Originator<'a>),
    International(Originator<'a>),
    Name(PackedBuf),
}

impl<'a> Sender<'a> {
    fn parse(text: &'a str) -> Result<Self, ValueError> {
        match text.strip_prefix('+') {
            Some(digits) => Originator::new(digits).map(Self::International),
            None if text.bytes().all(|octet| octet.is_ascii_digit()) => {
                Originator::new(text).map(Self::Number)
            }
            None => PackedName::pack(text).map(Self::Name),
        }
    }

    fn originator(&self) -> Originator<'_> {
        match self {
            Self::Number(number) | Self::International(number) => *number,
            Self::Name(name) => name.as_originator(),
        }
    }

    const fn otoa(&self) -> Otoa {
        match self {
            Self::Number(_) => Otoa::ABSENT,
            Self::International(_) => Otoa::INTERNATIONAL,
            Self::Name(_) => Otoa::ALPHANUMERIC,
        }
    }
}
