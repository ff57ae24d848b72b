//! A message as it is told of.

use serde::Serialize;
use serde::ser::{SerializeMap as _, Serializer};

use super::Who;

/// A message as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// The simulator's id.
    pub id: String,
    /// Whose session.
    #[serde(flatten)]
    pub who: Who,
    /// The sender: its digits or name as sent.
    pub from: String,
    /// The recipient: its digits as sent; empty for a broadcast.
    pub to: String,
    /// The text of this part, when it is one.
    pub text: Option<String>,
    /// The octets of the message after the user data header.
    #[serde(rename = "data_hex", serialize_with = "hex")]
    pub data: Vec<u8>,
    /// The user data header with its length octet; empty when there is none.
    #[serde(serialize_with = "hex")]
    pub udh: Vec<u8>,
    /// What only its protocol says.
    #[serde(flatten)]
    pub fields: Fields,
}

impl Message {
    /// What only SMPP says; `None` for a message of another protocol.
    #[must_use]
    pub const fn smpp(&self) -> Option<&SmppFields> {
        match &self.fields {
            Fields::Smpp(fields) => Some(fields),
            Fields::Ucp(_) | Fields::At(_) => None,
        }
    }

    /// What only UCP says; `None` for a message of another protocol.
    #[must_use]
    pub const fn ucp(&self) -> Option<&UcpFields> {
        match &self.fields {
            Fields::Ucp(fields) => Some(fields),
            Fields::Smpp(_) | Fields::At(_) => None,
        }
    }

    /// What only a modem says; `None` for a message of another protocol.
    #[must_use]
    pub const fn at(&self) -> Option<&AtFields> {
        match &self.fields {
            Fields::At(fields) => Some(fields),
            Fields::Smpp(_) | Fields::Ucp(_) => None,
        }
    }
}

/// What only one protocol says of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Fields {
    /// SMPP.
    Smpp(SmppFields),
    /// UCP.
    Ucp(UcpFields),
    /// A modem.
    At(AtFields),
}

/// What a message of SMPP says beside what all say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SmppFields {
    /// `submit_sm`, `submit_multi`, `data_sm`, `broadcast_sm`, `replace_sm` or `deliver_sm`.
    pub command: &'static str,
    /// Of the request.
    pub sequence_number: u32,
    /// Type of number and numbering plan of the sender.
    pub from_ton_npi: (u8, u8),
    /// Type of number and numbering plan of the recipient.
    pub to_ton_npi: (u8, u8),
    /// Mode, type and features.
    pub esm_class: u8,
    /// What the octets mean.
    pub data_coding: u8,
    /// Which receipts are asked for.
    pub registered_delivery: u8,
    /// When to deliver first, as sent; empty for at once.
    pub schedule_delivery_time: String,
    /// The validity period as sent; empty when there is none.
    pub validity_period: String,
    /// The TLVs in wire order.
    pub tlvs: Vec<Tlv>,
}

/// What a message of UCP says beside what all say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UcpFields {
    /// The type of the operation.
    pub ot: u8,
    /// Its number.
    pub trn: u8,
    /// Its fields that are not empty, in wire order, by the standard's names. What is there more
    /// than once stands in one, with commas.
    #[serde(serialize_with = "object")]
    pub fields: Vec<(&'static str, String)>,
}

impl UcpFields {
    /// What a field holds; `None` when it is empty, or is not a field of the operation.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut fields = self.fields.iter();
        let (_, text) = fields.find(|(field, _)| *field == name)?;
        Some(text)
    }
}

/// What a message of a modem says beside what all say.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AtFields {
    /// The whole TPDU, without the address of a service centre.
    #[serde(rename = "tpdu_hex", serialize_with = "hex")]
    pub tpdu: Vec<u8>,
    /// TP-PID.
    pub protocol_identifier: u8,
    /// TP-DCS.
    pub data_coding_scheme: u8,
    /// TP-MR, for a message that a modem sent and for its report.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_reference: Option<u8>,
    /// Whether the modem asked for a status report (TP-SRR).
    pub status_report_request: bool,
    /// The service centre that the modem named, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_centre: Option<String>,
    /// Which part of which longer message it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<PartOf>,
    /// Where the modem put it, for a message that came: a store, or the indication that showed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub store: Option<&'static str>,
    /// At which place of the store.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<u16>,
}

/// Which part of a longer message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PartOf {
    /// What its parts have in common.
    pub reference: u16,
    /// How many there are.
    pub total: u8,
    /// Which one, from 1.
    pub number: u8,
}

/// A TLV as it went over the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tlv {
    /// Its tag.
    pub tag: u16,
    /// Its octets.
    #[serde(serialize_with = "hex")]
    pub value: Vec<u8>,
}

fn object<S: Serializer>(
    fields: &[(&'static str, String)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(fields.len()))?;
    for (name, text) in fields {
        map.serialize_entry(name, text)?;
    }
    map.end()
}

pub(crate) fn hex<S: Serializer>(octets: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let digits = octets
        .iter()
        .flat_map(|octet| [digit(octet >> 4), digit(octet & 0x0F)]);
    serializer.serialize_str(&digits.collect::<String>())
}
