//! What waits to be sent to an ESME: receipts, which are kept until they are taken, and messages.

use std::collections::{BTreeMap, HashMap};
use std::ffi::CString;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use smsgw_gsm::alphabet::Code;
use smsgw_gsm::segment::{Encoding, Options, Segment, segment};
use smsgw_gsm::udh::Reference;
use smsgw_smpp::pdu::DeliverSm;
use smsgw_smpp::receipt::{DateTime, Dialect, Receipt};
use smsgw_smpp::tlv::{self, Tlv, TlvCString, Tlvs, UserMessageReference};
use smsgw_smpp::types::{
    Address, COctetString, DataCoding, EsmClass, MessageState, Npi, ShortMessage, Ton,
};
use smsgw_smpp::{CommandStatus, ValueError};
use tokio::sync::oneshot;

use super::DeliverError;
use super::store::Entry;

/// Most octets of an address in `deliver_sm`.
const MAX_ADDRESS: usize = 21;

/// An address with memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    ton: Ton,
    npi: Npi,
    digits: Vec<u8>,
}

impl Party {
    /// As an address came; what is longer than `deliver_sm` can say is cut.
    pub(super) fn of<const MAX: usize>(address: &Address<'_, MAX>) -> Self {
        let octets = address.digits.as_octets();
        Self {
            ton: address.ton,
            npi: address.npi,
            digits: octets.get(..MAX_ADDRESS - 1).unwrap_or(octets).to_vec(),
        }
    }

    /// As people write it: `+30690...` is international, what is no number is a name.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let address: Address<'_, MAX_ADDRESS> = match text.strip_prefix('+') {
            Some(digits) => Address::international(digits)?,
            None if text.bytes().all(|octet| octet.is_ascii_digit()) => {
                Address::new(Ton::UNKNOWN, Npi::ISDN, text)?
            }
            None => Address::alphanumeric(text)?,
        };
        Ok(Self::of(&address))
    }

    /// Whether `address` is this one, as far as it says: 0 and nothing stand for what its sender
    /// does not know.
    pub(super) fn is<const MAX: usize>(&self, address: &Address<'_, MAX>) -> bool {
        let digits = address.digits.as_octets();
        (address.ton == Ton::UNKNOWN || address.ton == self.ton)
            && (address.npi == Npi::UNKNOWN || address.npi == self.npi)
            && (digits.is_empty() || digits == self.digits)
    }

    /// As [`Self::is`], and nothing stands for nothing.
    pub(super) fn is_just<const MAX: usize>(&self, address: &Address<'_, MAX>) -> bool {
        self.is(address) && address.digits.as_octets() == self.digits
    }

    pub(super) fn address<const MAX: usize>(&self) -> Address<'_, MAX> {
        Address {
            ton: self.ton,
            npi: self.npi,
            // It came as one, and is short enough.
            digits: COctetString::new(&self.digits).unwrap_or_default(),
        }
    }
}

/// A `deliver_sm` to be.
#[derive(Debug)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) kind: Kind,
    from: Party,
    to: Party,
    esm_class: EsmClass,
    data_coding: DataCoding,
    octets: Vec<u8>,
    /// How often it was sent.
    pub(super) attempts: u32,
}

#[derive(Debug)]
pub(super) enum Kind {
    Receipt(ReceiptTlvs),
    /// Whoever sent it waits for the outcome.
    Message(oneshot::Sender<Result<CommandStatus, DeliverError>>),
}

#[derive(Debug)]
pub(super) struct ReceiptTlvs {
    receipted_message_id: CString,
    pub(super) message_state: MessageState,
    user_message_reference: Option<UserMessageReference>,
}

impl Delivery {
    /// The receipt that tells how a message ended.
    pub(super) fn receipt(
        entry: &Entry,
        message_state: MessageState,
        done: SystemTime,
        dialect: &Dialect,
    ) -> Self {
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
        Self {
            id: message.id.clone(),
            kind: Kind::Receipt(ReceiptTlvs {
                // An id has digits only.
                receipted_message_id: CString::new(dialect.id(&message.id).to_string())
                    .unwrap_or_default(),
                message_state,
                user_message_reference: entry.reference,
            }),
            from: entry.destination.clone(),
            to: entry.source.clone(),
            esm_class: EsmClass::MC_DELIVERY_RECEIPT,
            data_coding: DataCoding::MC_SPECIFIC,
            octets: receipt.in_dialect(dialect).to_string().into_bytes(),
            attempts: 0,
        }
    }

    /// The parts of a message from a subscriber; `id` makes the id of each.
    pub(super) fn messages(
        from: &Party,
        to: &Party,
        text: &str,
        reference: u8,
        mut id: impl FnMut() -> String,
    ) -> Result<Vec<(Self, Outcome)>, DeliverError> {
        let options = Options::new().with_reference(Reference::Eight(reference));
        let segments = segment(text, &options)?;
        let part = |segment: Segment<'_>| {
            let (done, outcome) = oneshot::channel();
            let udh = segment.udh();
            let esm_class = if udh.is_empty() {
                EsmClass::DEFAULT
            } else {
                EsmClass::UDH_INDICATOR
            };
            let delivery = Self {
                id: id(),
                kind: Kind::Message(done),
                from: from.clone(),
                to: to.clone(),
                esm_class,
                data_coding: match segment.encoding() {
                    Encoding::Gsm7 => DataCoding::MC_SPECIFIC,
                    _ => DataCoding::UCS2,
                },
                octets: [&udh, segment.unpacked()].concat(),
                attempts: 0,
            };
            (delivery, outcome)
        };
        Ok(segments.iter().map(part).collect())
    }

    /// Shows the body to send.
    pub(super) fn with_body<R>(&self, send: impl FnOnce(&DeliverSm<'_>) -> R) -> R {
        let mut list = Vec::new();
        if let Kind::Receipt(tlvs) = &self.kind {
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

/// What became of a message to an ESME.
pub(super) type Outcome = oneshot::Receiver<Result<CommandStatus, DeliverError>>;

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

/// Finds a delivery in the outbox.
pub(super) type Ticket = (Instant, u64);

/// Deliveries by the system_id they go to and the time they are due.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    waiting: HashMap<Arc<str>, BTreeMap<Ticket, Delivery>>,
    /// Also orders what is due at the same time.
    puts: u64,
}

impl Outbox {
    /// Adds a delivery; says where it is and whether it is the next one due to `system_id`.
    pub(super) fn put(
        &mut self,
        system_id: &Arc<str>,
        due: Instant,
        delivery: Delivery,
    ) -> (Ticket, bool) {
        self.puts += 1;
        let queue = self.waiting.entry(Arc::clone(system_id)).or_default();
        let ticket = (due, self.puts);
        queue.insert(ticket, delivery);
        let first = queue.first_key_value();
        (ticket, first.is_some_and(|(first, _)| *first == ticket))
    }

    /// Takes a delivery back; nothing when it was taken.
    pub(super) fn remove(&mut self, system_id: &str, ticket: Ticket) {
        if let Some(queue) = self.waiting.get_mut(system_id) {
            queue.remove(&ticket);
        }
    }

    /// Takes the next delivery to `system_id` that is due.
    pub(super) fn take(&mut self, system_id: &str, now: Instant) -> Option<Delivery> {
        let first = self.waiting.get_mut(system_id)?.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    /// When the next one to `system_id` is due.
    pub(super) fn due(&self, system_id: &str) -> Option<Instant> {
        let (&(due, _), _) = self.waiting.get(system_id)?.first_key_value()?;
        Some(due)
    }

    pub(super) fn len(&self) -> usize {
        self.waiting.values().map(BTreeMap::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_it_looks_like() {
        let address = |text| Party::parse(text).map(|party| (party.ton, party.digits));
        assert_eq!(
            address("+306912345678"),
            Ok((Ton::INTERNATIONAL, b"306912345678".to_vec()))
        );
        assert_eq!(address("1000"), Ok((Ton::UNKNOWN, b"1000".to_vec())));
        assert_eq!(address("ACME"), Ok((Ton::ALPHANUMERIC, b"ACME".to_vec())));
        assert!(address("a name of 21 letters.").is_err());
    }

    #[test]
    fn the_text_of_a_receipt_is_the_same_in_both_alphabets() {
        assert_eq!(plain("2 @ 3€ [я]\n"), "2 ? 3? ????");
        assert_eq!(plain(&"x".repeat(30)).len(), 20);
    }
}
