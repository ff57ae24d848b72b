//! From what a message says to MT, NB, NMsg, AMsg, TMsg and XSer.

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::dcs::{self, Class, DataCodingScheme};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Segments, segment};
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_ucp::types::{self, GsmDcs, GsmUdh, HexBuf, Service, ServiceType, XSer, XSerBuf};
use smsgw_ucp::{Alphabet, ValueError};

use super::error::ConvertError;
use super::settings::Settings;
use crate::convert::header::header;
use crate::convert::text::{self, data_coding_scheme, segments};
use crate::message::{Content, Extra, Message};

/// What differs from part to part.
#[derive(Clone, Debug)]
pub(super) struct Part {
    body: Body,
    xser: XSerBuf,
}

#[derive(Clone, Debug)]
enum Body {
    Numeric(String),
    Text(HexBuf),
    Octets(HexBuf),
}

impl Part {
    fn new(
        message: &Message,
        body: Body,
        udh: &[u8],
        coding: DataCodingScheme,
    ) -> Result<Self, ConvertError> {
        let is_plain = coding == DataCodingScheme::GSM7;
        let xser = services(message, udh, (!is_plain).then_some(coding));
        let part = Self {
            body,
            xser: xser.map_err(ConvertError::of("XSer"))?,
        };
        part.body.message()?;
        Ok(part)
    }

    pub(super) fn message(&self) -> types::Message<'_> {
        // Checked when it was made.
        self.body.message().unwrap_or_default()
    }

    pub(super) fn xser(&self) -> XSer<'_> {
        self.xser.as_xser()
    }
}

impl Body {
    fn message(&self) -> Result<types::Message<'_>, ConvertError> {
        let (name, message) = match self {
            Self::Numeric(digits) => ("NMsg", types::Message::numeric(digits)),
            Self::Text(hex) => ("AMsg", types::Message::text(hex.as_hex())),
            Self::Octets(hex) => ("TMsg", types::Message::octets(hex.as_hex())),
        };
        message.map_err(ConvertError::of(name))
    }
}

/// Encodes and splits the content.
pub(super) fn parts<Z>(
    message: &Message,
    reference: Reference,
    settings: &Settings<Z>,
) -> Result<Vec<Part>, ConvertError> {
    match &message.content {
        Content::Text(text) => parts_of_text(message, text, reference, settings),
        Content::Encoded { dcs, udh, octets } => {
            let coding = data_coding_scheme(*dcs);
            let coding = coding.ok_or(ConvertError::DataCoding { dcs: *dcs })?;
            let body = match coding.counts_septets() {
                true => Body::Text(HexBuf::encode(&recoded(settings.alphabet, udh, octets)?)),
                false => Body::Octets(HexBuf::encode(octets)),
            };
            let udh = header(message, coding, udh, octets);
            Ok(vec![Part::new(message, body, &udh, coding)?])
        }
    }
}

fn parts_of_text<Z>(
    message: &Message,
    text: &str,
    reference: Reference,
    settings: &Settings<Z>,
) -> Result<Vec<Part>, ConvertError> {
    let mut writing = message.writing;
    if settings.alphabet != Alphabet::Gsm {
        // Such octets are characters of the default alphabet only.
        writing.language = LanguageChoice::None;
    }
    let segments = segments(text, writing, reference)?;
    let class = message.class.and_then(Class::from_number);
    let is_numeric = settings.numeric && !text.is_empty() && are_digits(text);
    if is_numeric && segments.count() == 1 && class.is_none() {
        let body = Body::Numeric(text.to_owned());
        let part = Part::new(message, body, &[], DataCodingScheme::GSM7)?;
        return Ok(vec![part]);
    }
    if segments.encoding() == Encoding::Gsm7
        && let Some(bodies) = alphanumeric(settings.alphabet, &segments)
    {
        let coding = DataCodingScheme::general(dcs::Alphabet::Gsm7, class);
        let parts = segments.iter().zip(bodies);
        return parts
            .map(|(segment, body)| Part::new(message, body, &segment.udh(), coding))
            .collect();
    }
    let segments = match segments.encoding() {
        Encoding::Ucs2 => segments,
        _ => {
            let options = text::options(writing, reference).with_encoding(Encoding::Ucs2);
            segment(text, &options)?
        }
    };
    let coding = DataCodingScheme::general(dcs::Alphabet::Ucs2, class);
    let parts = segments.iter().map(|segment| {
        let body = Body::Octets(HexBuf::encode(segment.unpacked()));
        Part::new(message, body, &segment.udh(), coding)
    });
    parts.collect()
}

/// AMsg of each segment; `None` when the alphabet lacks a character of one.
fn alphanumeric(alphabet: Alphabet, segments: &Segments) -> Option<Vec<Body>> {
    let bodies = segments.iter().map(|segment| {
        let octets = match alphabet {
            Alphabet::Gsm => segment.unpacked().to_vec(),
            _ => alphabet.encode(&segment.text()).ok()?,
        };
        Some(Body::Text(HexBuf::encode(&octets)))
    });
    bodies.collect()
}

/// Septets, one to an octet, in the octets of an alphabet.
fn recoded(alphabet: Alphabet, udh: &[u8], septets: &[u8]) -> Result<Vec<u8>, ConvertError> {
    if let Some(&had) = septets.iter().find(|&&septet| septet > 0x7F) {
        let (min, max, had) = (0, 0x7F, had.into());
        let error = ValueError::OutOfRange { min, max, had };
        return Err(ConvertError::Field {
            name: "AMsg",
            error,
        });
    }
    if alphabet == Alphabet::Gsm {
        return Ok(septets.to_vec());
    }
    let header = UserDataHeader::split(udh).ok();
    let tables = header.map_or(Tables::DEFAULT, |(header, _)| header.tables());
    let text = Tables::DEFAULT.decode(septets);
    // An escape that a sender tore from its code is no character.
    let is_text = Tables::DEFAULT.encode(&text).is_ok_and(|it| it == septets);
    let octets = alphabet.encode(&text).ok();
    let octets = octets.filter(|_| is_text && tables == Tables::DEFAULT);
    octets.ok_or(ConvertError::Alphabet)
}

/// XSer: header and DCS, then what the message has.
fn services(
    message: &Message,
    udh: &[u8],
    coding: Option<DataCodingScheme>,
) -> Result<XSerBuf, ValueError> {
    let mut services = XSerBuf::new();
    if !udh.is_empty() {
        services.push(GsmUdh(HexBuf::encode(udh).as_hex()))?;
    }
    if let Some(coding) = coding {
        services.push(GsmDcs(coding.0))?;
    }
    for extra in &message.extras {
        if let Extra::Service { kind, data } = extra {
            let data = HexBuf::encode(data);
            services.push_service(Service {
                tt: ServiceType(*kind),
                data: data.as_hex(),
            })?;
        }
    }
    Ok(services)
}

fn are_digits(text: &str) -> bool {
    text.bytes().all(|octet| octet.is_ascii_digit())
}
