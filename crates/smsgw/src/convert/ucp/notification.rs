//! Receipts and OT 53.

use smsgw_ucp::op::DeliverNotification;
use smsgw_ucp::types::{self, Dst, HexBuf, Rsn, Second, TimeZone};
use smsgw_ucp::{MessageKey, Reason};

use super::address::{OriginatorBuf, from_digits, from_sender};
use super::error::ConvertError;
use super::settings::Settings;
use super::time;
use crate::message::{CarrierId, CarrierStatus, Receipt, ReceiptState};

/// A receipt to be sent to a client, with the memory that its OT 53 borrows.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use smsgw::convert::ucp::{Notification, Settings, from_deliver_notification};
/// use smsgw::{Address, CarrierId, Receipt, ReceiptState};
///
/// let receipt = Receipt {
///     recipient: Address::number("+393331234568"),
///     sender: Some(Address::sender("ACME")),
///     message: CarrierId::Key("00393331234568:211126225429".into()),
///     state: ReceiptState::Delivered,
///     at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_302_000)),
///     status: None,
/// };
/// let settings = Settings::default();
/// let notification = Notification::new(&receipt, &settings)?;
/// let notification = notification.deliver_notification();
/// assert_eq!(notification.oadc, "00393331234568");
/// let back = from_deliver_notification(&notification, &settings);
/// assert_eq!(back.map(|back| back.message), Some(receipt.message));
/// # Ok::<(), smsgw::convert::ucp::ConvertError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Notification {
    adc: OriginatorBuf,
    oadc: OriginatorBuf,
    scts: Second,
    dst: Dst,
    reason: Reason,
    dscts: Second,
    text: HexBuf,
}

impl Notification {
    /// Prepares a receipt.
    ///
    /// # Errors
    /// When it does not say who sent the message, what its key is, or when it was delivered or
    /// tried; and when an address or a time does not fit into its field. Each names the field.
    pub fn new<Z: TimeZone>(
        receipt: &Receipt,
        settings: &Settings<Z>,
    ) -> Result<Self, ConvertError> {
        let sender = receipt.sender.as_ref();
        let sender = sender.ok_or(ConvertError::Missing { name: "AdC" })?;
        let CarrierId::Key(key) = &receipt.message else {
            return Err(ConvertError::Missing { name: "SCTS" });
        };
        let key = MessageKey::parse(key).map_err(ConvertError::of("SCTS"))?;
        let at = receipt.at.ok_or(ConvertError::Missing { name: "DSCTS" })?;
        let (dst, reason) = match receipt.state {
            ReceiptState::Delivered => (Dst::DELIVERED, Reason::UNKNOWN_SUBSCRIBER),
            ReceiptState::Retrying => (Dst::BUFFERED, Reason::SERVICE_TEMPORARILY_NOT_AVAILABLE),
            _ => (Dst::NOT_DELIVERED, Reason::DELIVERY_FAIL),
        };
        let oadc = OriginatorBuf::without_otoa("OAdC", &receipt.recipient, settings)?;
        let dscts = time::second(at, &settings.zone).map_err(ConvertError::of("DSCTS"))?;
        let text = text(oadc.as_originator(), key.scts, dst, dscts);
        Ok(Self {
            adc: OriginatorBuf::without_otoa("AdC", sender, settings)?,
            oadc,
            scts: key.scts,
            dst,
            reason: match receipt.status {
                Some(CarrierStatus::Ucp(reason)) => Reason(reason),
                _ => reason,
            },
            dscts,
            // All alphabets have these characters at the same place.
            text: HexBuf::encode(text.as_bytes()),
        })
    }

    /// As an OT 53: towards a client.
    #[must_use]
    pub fn deliver_notification(&self) -> DeliverNotification<'_> {
        DeliverNotification {
            adc: self.adc.as_originator(),
            oadc: self.oadc.as_originator(),
            scts: Some(self.scts),
            dst: self.dst,
            rsn: Rsn::from(self.reason),
            dscts: Some(self.dscts),
            // A sentence is never too long.
            message: types::Message::text(self.text.as_hex()).unwrap_or_default(),
            ..DeliverNotification::default()
        }
    }
}

/// What an OT 53 says; `None` when SCTS is missing, without which it names no message.
#[must_use]
pub fn from_deliver_notification<Z: TimeZone>(
    notification: &DeliverNotification<'_>,
    settings: &Settings<Z>,
) -> Option<Receipt> {
    let key = MessageKey {
        adc: notification.oadc.as_str(),
        scts: notification.scts?,
    };
    let at = notification.dscts;
    Some(Receipt {
        recipient: from_digits(notification.oadc.as_str(), settings),
        sender: from_sender(notification.adc.sender_without_otoa(), settings),
        message: CarrierId::Key(key.to_string()),
        state: match notification.dst {
            Dst::DELIVERED => ReceiptState::Delivered,
            Dst::NOT_DELIVERED => ReceiptState::Undelivered,
            // Without Dst nothing is final.
            _ => ReceiptState::Retrying,
        },
        at: at.and_then(|at| time::of_second(at, &settings.zone)),
        status: notification
            .rsn
            .reason()
            .map(|Reason(reason)| CarrierStatus::Ucp(reason)),
    })
}

/// The sentence that service centres write, by which people know their message.
fn text(oadc: types::Originator<'_>, scts: Second, dst: Dst, dscts: Second) -> String {
    let stamp = format!(
        "{:02}{:02}{:02}{:02}{:02}{:02}",
        scts.year() % 100,
        scts.month(),
        scts.day(),
        scts.hour(),
        scts.minute(),
        scts.second()
    );
    let outcome = match dst {
        Dst::DELIVERED => {
            let at = dscts.to_string().replace('T', " at ");
            format!("has been delivered on {at}")
        }
        Dst::BUFFERED => "has been buffered".to_owned(),
        _ => "has not been delivered".to_owned(),
    };
    format!("Message for {oadc}, with identification {stamp} {outcome}")
}
