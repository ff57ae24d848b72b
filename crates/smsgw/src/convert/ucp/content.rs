//! From MT, NB, NMsg, AMsg, TMsg and XSer to what a message says.

use smsgw_gsm::alphabet::{self, Tables};
use smsgw_gsm::dcs::{self, Class, DataCodingScheme};
use smsgw_gsm::septet::{self, FillBits};
use smsgw_gsm::ucs2;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_ucp::Alphabet;
use smsgw_ucp::types::{self, DataCoding, GsmDcs, GsmUdh, Hex, MessageClass, XSer};

use super::settings::Settings;
use crate::convert::text::{is_whole, language, neutral_dcs};
use crate::message::{Content, Extra, Message, Writing};

/// What a message is made of, and what says how to read it.
#[derive(Clone, Copy)]
pub(super) struct Incoming<'a> {
    pub(super) content: types::Content<'a>,
    pub(super) xser: XSer<'a>,
    pub(super) mcls: MessageClass,
    pub(super) dcs: DataCoding,
}

impl<'a> Incoming<'a> {
    /// Content and nothing else.
    pub(super) fn new(content: types::Content<'a>) -> Self {
        Self {
            content,
            xser: XSer::EMPTY,
            mcls: MessageClass::ABSENT,
            dcs: DataCoding::ABSENT,
        }
    }

    /// Puts what is said into `message`.
    pub(super) fn read<Z>(&self, settings: &Settings<Z>, message: &mut Message) {
        let services = Services::of(self.xser);
        let coding = services.coding.unwrap_or_else(|| self.coding());
        let octets = Octets::read(self.content, coding, services.udh.len(), settings.alphabet);
        message.extras.extend(services.others);

        let header = UserDataHeader::split(&services.udh).ok();
        let header = header.map(|(header, _)| header);
        let tables = header.map_or(Tables::DEFAULT, |header| header.tables());
        let is_whole = is_whole(coding, header);
        match octets.text(tables).filter(|_| is_whole) {
            Some(text) => {
                message.content = Content::Text(text);
                message.class = coding.class().map(Class::number);
                message.writing = Writing {
                    language: language(tables),
                    ..Writing::default()
                };
            }
            None => message.content = octets.encoded(coding, services.udh),
        }
    }

    /// What the coding is, where XSer does not say.
    fn coding(&self) -> DataCodingScheme {
        let class = self
            .mcls
            .number()
            .and_then(|class| u8::try_from(class).ok());
        let class = class.and_then(Class::from_number);
        let is_octets = matches!(self.content, types::Content::Octets { .. });
        match (is_octets || self.dcs == DataCoding::EIGHT_BIT, class) {
            (true, Some(class)) => DataCodingScheme::eight_bit_class(class),
            (true, None) => DataCodingScheme::EIGHT_BIT,
            (false, class) => DataCodingScheme::general(dcs::Alphabet::Gsm7, class),
        }
    }
}

/// The services that say how to read the message, and the others.
struct Services {
    udh: Vec<u8>,
    coding: Option<DataCodingScheme>,
    others: Vec<Extra>,
}

impl Services {
    fn of(xser: XSer<'_>) -> Self {
        let (mut udh, mut coding) = (None, None);
        let mut others = Vec::new();
        for service in xser {
            match (service.read(), service.read()) {
                (Some(header @ GsmUdh(hex)), _) if udh.is_none() && header.has_right_length() => {
                    udh = Some(hex.to_vec());
                }
                (_, Some(GsmDcs(octet))) if coding.is_none() => {
                    coding = Some(DataCodingScheme(octet));
                }
                _ => others.push(Extra::Service {
                    kind: service.tt.0,
                    data: service.data.to_vec(),
                }),
            }
        }
        Self {
            udh: udh.unwrap_or_default(),
            coding,
            others,
        }
    }
}

/// What a message says, as far as that can be told without its header.
enum Octets {
    /// Septets of GSM, one to an octet.
    Septets(Vec<u8>),
    /// Text in an alphabet that is not that of GSM.
    Text(String),
    /// UTF-16BE.
    Ucs2(Vec<u8>),
    Other(Vec<u8>),
}

impl Octets {
    fn read(
        content: types::Content<'_>,
        coding: DataCodingScheme,
        udh_len: usize,
        alphabet: Alphabet,
    ) -> Self {
        let is_septets = coding.counts_septets();
        match content {
            types::Content::Empty => Self::of(Hex::EMPTY, coding),
            // A digit is the same in all alphabets.
            types::Content::Numeric(digits) => Self::Septets(digits.into()),
            types::Content::Text(hex) if is_septets => match alphabet {
                Alphabet::Gsm => Self::Septets(hex.to_vec()),
                _ => Self::Text(hex.text(alphabet)),
            },
            types::Content::Octets { bits, hex } if is_septets => {
                let fill = FillBits::after(udh_len);
                let bits = usize::from(bits).saturating_sub(fill.get().into());
                Self::Septets(septet::unpack(&hex.to_vec(), bits / 7, fill))
            }
            types::Content::Text(hex) | types::Content::Octets { hex, .. } => Self::of(hex, coding),
        }
    }

    fn of(hex: Hex<'_>, coding: DataCodingScheme) -> Self {
        let octets = hex.to_vec();
        match coding.alphabet() {
            dcs::Alphabet::Gsm7 if coding.counts_septets() => Self::Septets(octets),
            dcs::Alphabet::Ucs2 if !coding.is_compressed() => Self::Ucs2(octets),
            _ => Self::Other(octets),
        }
    }

    /// The text, if it is all of a message; `None` when it is none.
    fn text(&self, tables: Tables) -> Option<String> {
        match self {
            Self::Septets(septets) => Some(tables.decode(septets)),
            Self::Text(text) => Some(text.clone()),
            Self::Ucs2(octets) => match octets.as_slice() {
                [0xFF, 0xFE, little_endian @ ..] => {
                    let (units, rest) = little_endian.as_chunks::<2>();
                    let swapped: Vec<u8> =
                        units.iter().flat_map(|&[low, high]| [high, low]).collect();
                    rest.is_empty().then(|| ucs2::decode(&swapped))
                }
                octets => octets.len().is_multiple_of(2).then(|| ucs2::decode(octets)),
            },
            Self::Other(_) => None,
        }
    }

    /// The octets, for another protocol to carry.
    fn encoded(self, coding: DataCodingScheme, udh: Vec<u8>) -> Content {
        let (coding, octets) = match self {
            Self::Septets(octets) | Self::Ucs2(octets) | Self::Other(octets) => (coding, octets),
            Self::Text(text) => match alphabet::encode_unpacked(&text) {
                Ok(septets) => (coding, septets),
                Err(_) => {
                    let coding = DataCodingScheme::general(dcs::Alphabet::Ucs2, coding.class());
                    (coding, ucs2::encode(&text))
                }
            },
        };
        let dcs = neutral_dcs(coding);
        Content::Encoded { dcs, udh, octets }
    }
}
