//! What a message says, wherever its PDU carries it.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::join::runs;
use smsgw_gsm::reassemble::{self, Position, Tie};
use smsgw_gsm::septet::FillBits;
use smsgw_gsm::udh::{Ports, UserDataHeader};

use super::charset::unpack;
use super::{Alphabets, Charset};
use crate::pdu::{DataSm, DeliverSm, SubmitMulti, SubmitSm};
use crate::tlv::{
    DestinationPort, MessagePayload, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, SourcePort,
    Tlvs,
};
use crate::types::{Address, DataCoding, EsmClass};

/// What a message says, wherever its PDU carries it: in `short_message` or `message_payload`,
/// behind a user data header or not, a part by header or by `sar_` TLVs.
///
/// `short_message` wins over a `message_payload` beside it, which the standard forbids (SMPP 5.0
/// §4.8.4.36). A header wins over the TLVs that say the same, as it is what a handset sees.
///
/// ```
/// use smsgw_smpp::pdu::DeliverSm;
/// use smsgw_smpp::text::{Alphabets, Content};
/// use smsgw_smpp::types::{EsmClass, ShortMessage};
///
/// let deliver = DeliverSm {
///     esm_class: EsmClass::UDH_INDICATOR,
///     short_message: ShortMessage::new(b"\x05\x00\x03\x2A\x02\x01first half")?,
///     ..DeliverSm::default()
/// };
/// let content = Content::from(&deliver);
/// assert_eq!(content.text(&Alphabets::default()).as_deref(), Some("first half"));
/// assert_eq!(content.position.map(|position| position.total), Some(2));
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Content<'a> {
    /// What the octets mean.
    pub data_coding: DataCoding,
    /// The user data header, when there is one and it is whole.
    pub udh: Option<UserDataHeader<'a>>,
    /// What follows it, or all the octets.
    pub octets: &'a [u8],
    /// Which part of which message it says it is, by an element of the header or by TLVs.
    pub position: Option<Position>,
    /// The port it goes to, by an element of the header or the TLV.
    pub destination_port: Option<u16>,
    /// The port it comes from, likewise.
    pub source_port: Option<u16>,
    /// A `message_payload` that counts for nothing, as there is a `short_message`.
    pub unused_payload: Option<&'a [u8]>,
}

impl<'a> Content<'a> {
    fn new(
        esm_class: EsmClass,
        data_coding: DataCoding,
        short_message: &'a [u8],
        tlvs: Tlvs<'a>,
    ) -> Self {
        let payload = tlvs.find::<MessagePayload<'a>>();
        let payload = payload.map(|MessagePayload(payload)| payload.as_octets());
        let (octets, unused_payload) = match payload {
            Some(payload) if short_message.is_empty() => (payload, None),
            unused => (short_message, unused),
        };
        // A header that says more octets than there are is no header.
        let split = esm_class.has_udh().then(|| UserDataHeader::split(octets));
        let (udh, octets) = match split {
            Some(Ok((udh, rest))) => (Some(udh), rest),
            _ => (None, octets),
        };
        let position = udh.and_then(|udh| udh.concat()).map(Position::from);
        let ports = udh.and_then(|udh| udh.ports());
        let destination_port = || Some(tlvs.find::<DestinationPort>()?.0);
        let source_port = || Some(tlvs.find::<SourcePort>()?.0);
        Self {
            data_coding,
            udh,
            octets,
            position: position.or_else(|| sar(tlvs)),
            destination_port: ports.map(Ports::destination).or_else(destination_port),
            source_port: ports.map(Ports::originator).or_else(source_port),
            unused_payload,
        }
    }

    /// The text; `None` when `data_coding` means octets.
    ///
    /// Where it means GSM 7-bit, the tables are those that the header names (3GPP TS 23.040
    /// §9.2.3.24.15, §9.2.3.24.16).
    #[must_use]
    pub fn text(&self, alphabets: &Alphabets) -> Option<Cow<'a, str>> {
        match alphabets.charset(self.data_coding)? {
            Charset::GsmPacked => {
                let septets = unpack(self.octets, self.fill());
                Some(Cow::Owned(self.tables().decode(&septets)))
            }
            charset => Some(charset.decode_in(self.tables(), self.octets)),
        }
    }

    /// The same for a [`Reassembler`](reassemble::Reassembler): as the part it says it is, or a
    /// message by itself. `attachment` is whatever the caller wants back with it, a
    /// [`Frame`](crate::Frame) perhaps.
    pub fn to_part<K, A>(&self, key: K, attachment: A) -> reassemble::Part<K, Piece<A>> {
        let alone = Position {
            tie: Tie::Sar(0),
            total: 1,
            number: 1,
        };
        reassemble::Part {
            key,
            position: self.position.unwrap_or(alone),
            payload: Piece {
                data_coding: self.data_coding,
                tables: self.tables(),
                fill: self.fill(),
                octets: self.octets.to_vec(),
                attachment,
            },
            octets: self.octets.len(),
        }
    }

    /// The tables of GSM 7-bit text that the header names.
    fn tables(&self) -> Tables {
        self.udh.map_or(Tables::DEFAULT, |udh| udh.tables())
    }

    /// The bits between the header and packed septets.
    fn fill(&self) -> FillBits {
        self.udh.map_or(FillBits::NONE, |udh| udh.fill_bits())
    }
}

/// What the three `sar_` TLVs say, when all are there.
fn sar(tlvs: Tlvs<'_>) -> Option<Position> {
    Some(Position {
        tie: Tie::Sar(tlvs.find::<SarMsgRefNum>()?.0),
        total: tlvs.find::<SarTotalSegments>()?.0,
        number: tlvs.find::<SarSegmentSeqnum>()?.0,
    })
}

macro_rules! content_of {
    ($($body:ident($short_message:expr)),+ $(,)?) => { $(
        impl<'a> From<&$body<'a>> for Content<'a> {
            fn from(pdu: &$body<'a>) -> Self {
                let short_message: fn(&$body<'a>) -> &'a [u8] = $short_message;
                Self::new(pdu.esm_class, pdu.data_coding, short_message(pdu), pdu.tlvs)
            }
        }
    )+ };
}

content_of!(
    SubmitSm(|pdu| pdu.short_message.as_octets()),
    SubmitMulti(|pdu| pdu.short_message.as_octets()),
    DeliverSm(|pdu| pdu.short_message.as_octets()),
    DataSm(|_| &[]),
);

/// Who speaks to whom: what tells long messages with one reference apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Parties {
    source: Party,
    destination: Party,
}

/// Type of number, numbering plan and digits.
type Party = (u8, u8, Vec<u8>);

impl Parties {
    /// The parties with these addresses.
    #[must_use]
    pub fn new<const S: usize, const D: usize>(
        source: &Address<'_, S>,
        destination: &Address<'_, D>,
    ) -> Self {
        Self {
            source: party(source),
            destination: party(destination),
        }
    }
}

fn party<const MAX: usize>(address: &Address<'_, MAX>) -> Party {
    let digits = address.digits.as_octets().to_vec();
    (address.ton.0, address.npi.0, digits)
}

macro_rules! parties_of {
    ($($body:ident),+) => { $(
        impl From<&$body<'_>> for Parties {
            fn from(pdu: &$body<'_>) -> Self {
                Self::new(&pdu.source_addr, &pdu.destination_addr)
            }
        }
    )+ };
}

parties_of!(SubmitSm, DeliverSm, DataSm);

/// A part on its way through a [`Reassembler`](reassemble::Reassembler): made by
/// [`Content::to_part`]. Its hash leaves the attachment out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<A> {
    data_coding: DataCoding,
    tables: Tables,
    fill: FillBits,
    octets: Vec<u8>,
    /// What the caller gave with it.
    pub attachment: A,
}

impl<A> Piece<A> {
    /// What the octets mean.
    #[must_use]
    pub const fn data_coding(&self) -> DataCoding {
        self.data_coding
    }

    /// The octets, without a user data header.
    #[must_use]
    pub fn octets(&self) -> &[u8] {
        &self.octets
    }
}

impl<A> Hash for Piece<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.data_coding, self.tables, self.fill, &self.octets).hash(state);
    }
}

/// The text of a message that was put together; `None` when one of its parts is octets.
///
/// Octets are joined before they are read, so that characters torn between two parts are whole
/// again; where a part is missing, or another alphabet begins, they are not.
#[must_use]
pub fn joined_text<K, A>(
    message: &reassemble::Message<K, Piece<A>>,
    alphabets: &Alphabets,
) -> Option<String> {
    let parts = message.parts().map(|(number, piece)| {
        let (charset, octets) = match alphabets.charset(piece.data_coding)? {
            Charset::GsmPacked => {
                let septets = unpack(&piece.octets, piece.fill);
                (Charset::GsmUnpacked, Cow::Owned(septets))
            }
            charset => (charset, Cow::Borrowed(&*piece.octets)),
        };
        let tables = match charset {
            Charset::GsmUnpacked => piece.tables,
            _ => Tables::DEFAULT,
        };
        // ISO-2022-JP has to begin and end in ASCII, so a part stands alone.
        let alone = (charset == Charset::Iso2022Jp).then_some(number);
        Some((number, (charset, tables, alone), octets))
    });
    let parts = parts.collect::<Option<Vec<_>>>()?;
    let mut text = String::new();
    for ((charset, tables, _), octets) in runs(parts) {
        text.push_str(&charset.decode_in(tables, &octets));
    }
    Some(text)
}

/// The octets of a message that was put together, without headers.
#[must_use]
pub fn joined_octets<K, A>(message: &reassemble::Message<K, Piece<A>>) -> Vec<u8> {
    let pieces = message.parts();
    pieces
        .flat_map(|(_, piece)| &piece.octets)
        .copied()
        .collect()
}
