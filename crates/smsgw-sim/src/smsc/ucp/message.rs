//! How the messages of UCP are told.

use std::borrow::Cow;
use std::sync::Arc;

use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::dcs::{self, DataCodingScheme};
use smsgw_gsm::ucs2;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_ucp::types::{Address, Content, Originator, Otoa, Sender, XSer};
use smsgw_ucp::{Alphabet, Frame, Operation, OperationType, Trn};

use crate::event::{Fields, Message, UcpFields, Who};

/// What of an operation is told in the same way of all messages.
#[derive(Clone, Debug)]
pub(super) struct Parts<'a> {
    pub(super) adc: Cow<'a, str>,
    pub(super) oadc: Originator<'a>,
    pub(super) otoa: Otoa,
    pub(super) content: Content<'a>,
    pub(super) xser: XSer<'a>,
}

impl<'a> Parts<'a> {
    /// Of an operation of the message centre.
    pub(super) fn of_sent(frame: &'a Frame) -> Self {
        let from = |adc: Address<'a>, oadc, content| Self {
            adc: adc.as_str().into(),
            oadc,
            otoa: Otoa::ABSENT,
            content,
            xser: XSer::EMPTY,
        };
        let nobody = Originator::EMPTY;
        match frame.operation() {
            Ok(Operation::DeliverShortMessage(it)) => Self {
                otoa: it.otoa,
                xser: it.xser,
                ..from(it.adc, it.oadc, it.message.content())
            },
            Ok(Operation::DeliverNotification(it)) => Self {
                // The sender of the message, which can be a name.
                adc: letters(it.adc.sender_without_otoa()),
                ..from(Address::EMPTY, it.oadc, it.message.content())
            },
            Ok(Operation::ResponseInquiryMessage(it)) => from(it.adc, nobody, it.message.content()),
            Ok(Operation::ResponseDeleteMessage(it)) => from(it.adc, nobody, it.message.content()),
            // It was written from one of these.
            _ => from(Address::EMPTY, nobody, Content::Empty),
        }
    }
}

/// A message, of which `frame` has all fields.
pub(super) fn told(
    frame: &Frame,
    trn: Trn,
    parts: &Parts<'_>,
    id: &str,
    account: &Arc<str>,
    alphabet: Alphabet,
) -> Message {
    let udh = parts.xser.udh().map(|udh| udh.to_vec());
    let udh = udh.unwrap_or_default();
    let (text, data) = content(parts, &udh, alphabet);
    Message {
        id: id.to_owned(),
        who: Who::User(Arc::clone(account)),
        from: letters(parts.oadc.sender(parts.otoa)).into_owned(),
        to: parts.adc.clone().into_owned(),
        text,
        data,
        udh,
        fields: Fields::Ucp(UcpFields {
            ot: frame.ot().get(),
            trn: trn.get(),
            fields: fields(frame),
        }),
    }
}

/// A sender as people read it: a number as it is, a name by its letters.
fn letters(sender: Sender<'_>) -> Cow<'_, str> {
    match sender {
        Sender::Name(name) => name.text().into(),
        Sender::Number(number) | Sender::International(number) => number.into(),
    }
}

/// The text, if it is one, and the octets.
fn content(parts: &Parts<'_>, udh: &[u8], alphabet: Alphabet) -> (Option<String>, Vec<u8>) {
    match parts.content {
        Content::Empty => (Some(String::new()), Vec::new()),
        Content::Numeric(digits) => (Some(digits.to_owned()), digits.as_bytes().to_vec()),
        Content::Text(hex) => {
            let octets = hex.to_vec();
            let text = match alphabet {
                // A header can name other tables.
                Alphabet::Gsm => tables(udh).decode(&octets),
                _ => hex.text(alphabet),
            };
            (Some(text), octets)
        }
        Content::Octets { hex, .. } => {
            let octets = hex.to_vec();
            let dcs = parts.xser.dcs().map(DataCodingScheme);
            let is_ucs2 = dcs.is_some_and(|dcs| dcs.alphabet() == dcs::Alphabet::Ucs2);
            (is_ucs2.then(|| ucs2::decode(&octets)), octets)
        }
    }
}

fn tables(udh: &[u8]) -> Tables {
    match UserDataHeader::split(udh) {
        Ok((header, _)) => header.tables(),
        Err(_) => Tables::DEFAULT,
    }
}

/// The fields that are not empty.
fn fields(frame: &Frame) -> Vec<(&'static str, String)> {
    // A list of those who have one too would be told as often as it is long.
    let is_to_many = frame.ot() == OperationType::MULTIPLE_ADDRESS_CALL_INPUT;
    let is_told = |name| !(is_to_many && matches!(name, "NPL" | "AdC"));
    let mut fields: Vec<(&'static str, String)> = Vec::new();
    for field in frame.named_fields() {
        if field.text.is_empty() || !is_told(field.name) {
            continue;
        }
        let text = String::from_utf8_lossy(field.text);
        match fields.iter_mut().find(|(name, _)| *name == field.name) {
            Some((_, list)) => {
                list.push(',');
                list.push_str(&text);
            }
            None => fields.push((field.name, text.into_owned())),
        }
    }
    fields
}
