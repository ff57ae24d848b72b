//! What is sent to an ESME in a `deliver_sm`: receipts and messages.

use std::ffi::CString;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use smsgw_gsm::alphabet::Code;
use smsgw_gsm::segment::{Encoding, Options, Segment, segment};
use smsgw_gsm::udh::Reference;
use smsgw_smpp::pdu::DeliverSm;
use smsgw_smpp::receipt::{DateTime, Dialect, Receipt};
use smsgw_smpp::tlv::{self, Tlv, TlvCString, Tlvs, UserMessageReference};
use smsgw_smpp::types::{DataCoding, EsmClass, MessageState, ShortMessage};

use super::party::Party;
use super::{Kept, Smpp};
use crate::smsc::DeliverError;
use crate::smsc::outbox::{Delivery, Outcome};
use crate::smsc::store::Entry;

/// A `deliver_sm` to be.
#[derive(Debug)]
pub(in crate::smsc) struct Body {
    from: Party,
    to: Party,
    esm_class: EsmClass,
    data_coding: DataCoding,
    octets: Vec<u8>,
    /// Of a receipt.
    tlvs: Option<ReceiptTlvs>,
}

#[derive(Debug)]
struct ReceiptTlvs {
    receipted_message_id: CString,
    message_state: MessageState,
    user_message_reference: Option<UserMessageReference>,
}

/// The receipt that tells how a message ended.
pub(super) fn receipt(
    entry: &Entry<Smpp>,
    message_state: MessageState,
    done: SystemTime,
    dialect: &Dialect,
) -> Delivery<Smpp> {
    let message = &entry.message;
    let delivered = message_state == MessageState::DELIVERED;
    let receipt = Receipt {
        id: Some(message.id.as_str().into()),
        sub: Some("001".into()),
        dlvrd: Some(if delivered { "001" } else { "000" }.into()),
        submit_date: date(entry.accepted),
        done_date: date(done),
        stat: message_state.receipt_word().map(Into::into),
        err: Some(format!("{:03}", error_code(message_state)).into()),
        text: Some(plain(message.text.as_deref().unwrap_or_default()).into()),
    };
    let Kept {
        source,
        destination,
        reference,
        ..
    } = &entry.kept;
    let body = Body {
        from: destination.clone(),
        to: source.clone(),
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        data_coding: DataCoding::MC_SPECIFIC,
        octets: receipt.in_dialect(dialect).to_string().into_bytes(),
        tlvs: Some(ReceiptTlvs {
            // An id has digits only.
            receipted_message_id: CString::new(dialect.id(&message.id).to_string())
                .unwrap_or_default(),
            message_state,
            user_message_reference: *reference,
        }),
    };
    Delivery::receipt(message.id.clone(), message_state, body)
}

/// The parts of a message from a subscriber; `id` makes the id of each.
pub(super) fn messages(
    from: &Party,
    to: &Party,
    text: &str,
    reference: u8,
    mut id: impl FnMut() -> String,
) -> Result<Vec<(Delivery<Smpp>, Outcome)>, DeliverError> {
    let options = Options::new().with_reference(Reference::Eight(reference));
    let segments = segment(text, &options)?;
    let part = |segment: Segment<'_>| {
        let udh = segment.udh();
        let esm_class = if udh.is_empty() {
            EsmClass::DEFAULT
        } else {
            EsmClass::UDH_INDICATOR
        };
        let body = Body {
            from: from.clone(),
            to: to.clone(),
            esm_class,
            data_coding: match segment.encoding() {
                Encoding::Gsm7 => DataCoding::MC_SPECIFIC,
                _ => DataCoding::UCS2,
            },
            octets: [&udh, segment.unpacked()].concat(),
            tlvs: None,
        };
        Delivery::message(id(), body)
    };
    Ok(segments.iter().map(part).collect())
}

impl Body {
    /// Shows the body to send.
    pub(super) fn with<R>(&self, send: impl FnOnce(&DeliverSm<'_>) -> R) -> R {
        let mut list = Vec::new();
        if let Some(tlvs) = &self.tlvs {
            if let Ok(id) = TlvCString::new(&tlvs.receipted_message_id) {
                list.push(Tlv::from(tlv::ReceiptedMessageId(id)));
            }
            list.push(tlv::MessageState(tlvs.message_state).into());
            list.extend(tlvs.user_message_reference.map(Tlv::from));
        }
        send(&DeliverSm {
            source_addr: self.from.address(),
            destination_addr: self.to.address(),
            esm_class: self.esm_class,
            data_coding: self.data_coding,
            // At most 160 octets, receipts as well.
            short_message: ShortMessage::new(&self.octets).unwrap_or_default(),
            tlvs: Tlvs::new(&list).unwrap_or_default(),
            ..DeliverSm::default()
        })
    }
}

/// In UTC, as message centres should and some do.
fn date(time: SystemTime) -> Option<DateTime> {
    let time = Timestamp::try_from(time).ok()?.to_zoned(TimeZone::UTC);
    DateTime::new(
        u16::try_from(time.year()).ok()?,
        u8::try_from(time.month()).ok()?,
        u8::try_from(time.day()).ok()?,
        u8::try_from(time.hour()).ok()?,
        u8::try_from(time.minute()).ok()?,
        u8::try_from(time.second()).ok()?,
    )
}

/// The start of a text in characters that ASCII and the default alphabet write alike.
fn plain(text: &str) -> String {
    let same = |c: char| match Code::of(c) {
        Some(Code::Plain(code)) if char::from(code) == c && code >= b' ' => c,
        _ => '?',
    };
    text.chars().take(Receipt::TEXT_LEN).map(same).collect()
}

/// A number for a reason, as operators make them up.
pub(super) fn error_code(state: MessageState) -> u8 {
    match state {
        MessageState::EXPIRED => 3,
        MessageState::REJECTED => 8,
        MessageState::UNDELIVERABLE => 1,
        MessageState::DELETED => 5,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_receipt_is_the_same_in_both_alphabets() {
        assert_eq!(plain("2 @ 3€ [я]\n"), "2 ? 3? ????");
        assert_eq!(plain(&"x".repeat(30)).len(), 20);
    }
}
