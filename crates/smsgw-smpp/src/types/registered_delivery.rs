//! `registered_delivery`: which receipts and acknowledgements are asked for (SMPP 5.0 §4.7.21).

use core::fmt;

use crate::wire::open_enum;

open_enum! {
    /// Which receipt of the MC is asked for: bits 1 and 0 of [`RegisteredDelivery`]
    /// (SMPP 5.0 §4.7.21).
    #[derive(Default)]
    pub struct McReceipt(u8);
    /// None.
    NOT_REQUESTED = 0b0000_0000,
    /// For the final outcome, whatever it is.
    SUCCESS_OR_FAILURE = 0b0000_0001,
    /// Only when delivery failed.
    FAILURE = 0b0000_0010,
    /// Only when it succeeded (SMPP 5.0).
    SUCCESS = 0b0000_0011,
}

open_enum! {
    /// Which acknowledgement of the recipient is asked for: bits 3 and 2 of
    /// [`RegisteredDelivery`] (SMPP 5.0 §4.7.21).
    #[derive(Default)]
    pub struct SmeAcknowledgement(u8);
    /// None.
    NOT_REQUESTED = 0b0000_0000,
    /// Of the device or SME, that it got the message.
    DELIVERY = 0b0000_0100,
    /// Of the user.
    USER = 0b0000_1000,
    /// Both.
    DELIVERY_AND_USER = 0b0000_1100,
}

/// Which receipts and acknowledgements are asked for (SMPP 5.0 §4.7.21).
///
/// ```
/// use smsgw_smpp::types::{RegisteredDelivery, SmeAcknowledgement};
///
/// let asked = RegisteredDelivery::RECEIPT
///     .with_sme_acknowledgement(SmeAcknowledgement::USER)
///     .with_intermediate_notification();
/// assert_eq!(asked.0, 0b0001_1001);
/// assert!(asked.wants_receipt(true) && asked.wants_intermediate_notification());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RegisteredDelivery(pub u8);

impl RegisteredDelivery {
    /// None.
    pub const NONE: Self = Self(0);
    /// A receipt for the final outcome, whatever it is.
    pub const RECEIPT: Self = Self(McReceipt::SUCCESS_OR_FAILURE.0);
    /// A receipt only when delivery failed.
    pub const RECEIPT_ON_FAILURE: Self = Self(McReceipt::FAILURE.0);
    /// A receipt only when it succeeded (SMPP 5.0).
    pub const RECEIPT_ON_SUCCESS: Self = Self(McReceipt::SUCCESS.0);
    /// A notification of each state in between.
    pub const INTERMEDIATE_NOTIFICATION: Self = Self(0b0001_0000);

    const RECEIPT_BITS: u8 = 0b0000_0011;
    const SME_BITS: u8 = 0b0000_1100;

    /// Which receipt of the MC is asked for.
    #[must_use]
    pub const fn mc_receipt(self) -> McReceipt {
        McReceipt(self.0 & Self::RECEIPT_BITS)
    }

    /// Which acknowledgement of the recipient is asked for.
    #[must_use]
    pub const fn sme_acknowledgement(self) -> SmeAcknowledgement {
        SmeAcknowledgement(self.0 & Self::SME_BITS)
    }

    /// Whether the MC is to tell of each state in between, if it can.
    #[must_use]
    pub const fn wants_intermediate_notification(self) -> bool {
        self.0 & Self::INTERMEDIATE_NOTIFICATION.0 != 0
    }

    /// Whether a receipt is due for a final outcome.
    #[must_use]
    pub const fn wants_receipt(self, success: bool) -> bool {
        match self.mc_receipt() {
            McReceipt::SUCCESS_OR_FAILURE => true,
            McReceipt::FAILURE => !success,
            McReceipt::SUCCESS => success,
            _ => false,
        }
    }

    /// With another receipt of the MC.
    #[must_use]
    pub const fn with_mc_receipt(self, receipt: McReceipt) -> Self {
        Self(self.0 & !Self::RECEIPT_BITS | receipt.0 & Self::RECEIPT_BITS)
    }

    /// With another acknowledgement of the recipient.
    #[must_use]
    pub const fn with_sme_acknowledgement(self, acknowledgement: SmeAcknowledgement) -> Self {
        Self(self.0 & !Self::SME_BITS | acknowledgement.0 & Self::SME_BITS)
    }

    /// With a notification of each state in between.
    #[must_use]
    pub const fn with_intermediate_notification(self) -> Self {
        Self(self.0 | Self::INTERMEDIATE_NOTIFICATION.0)
    }
}

/// Receipt, acknowledgement and notification: `SUCCESS_OR_FAILURE USER INTERMEDIATE`.
impl fmt::Debug for RegisteredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.mc_receipt(), self.sme_acknowledgement())?;
        if self.wants_intermediate_notification() {
            f.write_str(" INTERMEDIATE")?;
        }
        Ok(())
    }
}
