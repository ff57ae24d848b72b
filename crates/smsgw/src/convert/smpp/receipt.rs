//! Receipts and `deliver_sm`.

use std::ffi::CString;
use std::time::SystemTime;

use smsgw_smpp::pdu::{Body as _, DeliverSm};
use smsgw_smpp::receipt::{self, DateTime};
use smsgw_smpp::tlv::{self, Tlv, TlvCString, Tlvs};
use smsgw_smpp::types::{self, EsmClass, MessageState, ShortMessage};
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Frame, SequenceNumber, ValueError};

use super::{ConvertError, address, field, latin1, neutral};
use crate::message::{CarrierId, CarrierStatus, Receipt, ReceiptState};

/// A receipt to be sent to an ESME, with the memory that its `deliver_sm` borrows.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use smsgw::convert::smpp::{OutgoingReceipt, from_receipt};
/// use smsgw::{Address, CarrierId, Receipt, ReceiptState};
///
/// let receipt = Receipt {
///     recipient: Address::number("+393331234568"),
///     sender: Some(Address::sender("ACME")),
///     message: CarrierId::Id("42".into()),
///     state: ReceiptState::Delivered,
///     at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_302_000)),
///     status: None,
/// };
/// let outgoing = OutgoingReceipt::new(&receipt, None)?;
/// let deliver = outgoing.deliver_sm();
/// assert_eq!(deliver.source_addr.digits, "393331234568");
/// let text = deliver.short_message.as_octets();
/// assert_eq!(text, b"id:42 sub:001 dlvrd:001 done date:2611212300 stat:DELIVRD err:000");
/// assert_eq!(from_receipt(&deliver).map(|back| back.message), Some(receipt.message));
/// # Ok::<(), smsgw::convert::smpp::ConvertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OutgoingReceipt(Frame);

impl OutgoingReceipt {
    /// Prepares a receipt of a message that came at `submitted`; `None` leaves that out.
    ///
    /// # Errors
    /// When it names the message by a number of GSM, an id does not fit, or an address is too long
    /// or not Latin-1. Each names the field.
    pub fn new(receipt: &Receipt, submitted: Option<SystemTime>) -> Result<Self, ConvertError> {
        const ID: &str = "receipted_message_id";
        let (CarrierId::Id(id) | CarrierId::Key(id)) = &receipt.message else {
            return Err(ConvertError::Missing { name: ID });
        };
        let c_string = CString::new(id.as_str());
        let c_string = c_string.map_err(|error| ValueError::EmbeddedNul {
            at: error.nul_position(),
        });
        let c_string = field(ID, c_string)?;
        let tlv = field(ID, TlvCString::new(&c_string))?;
        let state = message_state(receipt.state);
        let tlvs: [Tlv<'_>; 2] = [
            tlv::ReceiptedMessageId(tlv).into(),
            tlv::MessageState(state).into(),
        ];
        let text = text(receipt, id, state, submitted).to_string();
        let source = latin1("source_addr", &receipt.recipient)?;
        let destination = receipt.sender.as_ref();
        let destination = destination.map(|sender| latin1("destination_addr", sender));
        let destination = destination.transpose()?.unwrap_or_default();
        let deliver = DeliverSm {
            source_addr: address("source_addr", &receipt.recipient, &source)?,
            destination_addr: match &receipt.sender {
                Some(sender) => address("destination_addr", sender, &destination)?,
                None => types::Address::EMPTY,
            },
            esm_class: match receipt.state {
                ReceiptState::Retrying => EsmClass::INTERMEDIATE_NOTIFICATION,
                _ => EsmClass::MC_DELIVERY_RECEIPT,
            },
            short_message: field("short_message", ShortMessage::new(text.as_bytes()))?,
            tlvs: field("tlvs", Tlvs::new(&tlvs))?,
            ..DeliverSm::default()
        };
        let frame = deliver.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
        Ok(Self(frame))
    }

    /// As a `deliver_sm`: towards an ESME.
    #[must_use]
    pub fn deliver_sm(&self) -> DeliverSm<'_> {
        // What was written can be read.
        self.0.decode().unwrap_or_default()
    }
}

/// What the receipt in a `deliver_sm` says; `None` when there is none
/// ([`EsmClass::is_receipt`]), or it names no message or no state.
///
/// ```
/// use smsgw::convert::smpp::from_receipt;
/// use smsgw::smpp::pdu::DeliverSm;
/// use smsgw::smpp::types::{EsmClass, ShortMessage};
/// use smsgw::{CarrierId, CarrierStatus, ReceiptState};
///
/// let deliver = DeliverSm {
///     esm_class: EsmClass::MC_DELIVERY_RECEIPT,
///     short_message: ShortMessage::new(b"id:0A7F stat:EXPIRED err:027")?,
///     ..DeliverSm::default()
/// };
/// let receipt = from_receipt(&deliver).expect("it is one");
/// assert_eq!(receipt.message, CarrierId::Id("0A7F".into()));
/// assert_eq!(receipt.state, ReceiptState::Expired);
/// assert_eq!(receipt.status, Some(CarrierStatus::Smpp(27)));
/// # Ok::<(), smsgw::smpp::ValueError>(())
/// ```
#[must_use]
pub fn from_receipt(deliver: &DeliverSm<'_>) -> Option<Receipt> {
    let read = DeliveryReceipt::from_deliver(deliver)?;
    let at = read.receipt.done_date.map(|date| date.to_unix());
    let sender = &deliver.destination_addr;
    let code = match read.network_error_code {
        Some(error) => Some(error.code),
        None => read.receipt.err.as_deref().and_then(|err| err.parse().ok()),
    };
    Some(Receipt {
        recipient: neutral(&deliver.source_addr),
        sender: (*sender != types::Address::EMPTY).then(|| neutral(sender)),
        message: CarrierId::Id(read.message_id()?.to_owned()),
        state: match read.state()? {
            _ if read.is_intermediate => ReceiptState::Retrying,
            // Carriers use ACCEPTED for "the network has it".
            MessageState::SCHEDULED | MessageState::ENROUTE | MessageState::ACCEPTED => {
                ReceiptState::Retrying
            }
            MessageState::DELIVERED => ReceiptState::Delivered,
            MessageState::EXPIRED => ReceiptState::Expired,
            MessageState::DELETED => ReceiptState::Cancelled,
            _ => ReceiptState::Undelivered,
        },
        at: at.and_then(|at| SystemTime::UNIX_EPOCH.checked_add(at)),
        status: code.map(CarrierStatus::Smpp),
    })
}

const fn message_state(state: ReceiptState) -> MessageState {
    match state {
        ReceiptState::Delivered => MessageState::DELIVERED,
        ReceiptState::Retrying => MessageState::ENROUTE,
        ReceiptState::Expired => MessageState::EXPIRED,
        ReceiptState::Cancelled => MessageState::DELETED,
        ReceiptState::Undelivered => MessageState::UNDELIVERABLE,
    }
}

/// The text, all fields of the appendix but the last: the receipt does not have the message.
fn text<'a>(
    receipt: &Receipt,
    id: &'a str,
    state: MessageState,
    submitted: Option<SystemTime>,
) -> receipt::Receipt<'a> {
    let dlvrd = match receipt.state {
        ReceiptState::Delivered => "001",
        _ => "000",
    };
    let code = match receipt.status {
        Some(CarrierStatus::Smpp(code)) => code,
        Some(CarrierStatus::Gsm(code) | CarrierStatus::Ucp(code)) => code.into(),
        None => 0,
    };
    receipt::Receipt {
        id: Some(id.into()),
        sub: Some("001".into()),
        dlvrd: Some(dlvrd.into()),
        submit_date: submitted.and_then(date),
        done_date: receipt.at.and_then(date),
        stat: state.receipt_word().map(Into::into),
        err: Some(format!("{code:03}").into()),
        text: None,
    }
}

fn date(at: SystemTime) -> Option<DateTime> {
    let since_epoch = at.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    DateTime::from_unix(since_epoch)
}
