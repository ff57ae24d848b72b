//! `registered_delivery`: which receipts and acknowledgements are asked for (SMPP 5.0 §4.7.21).

use core::fmt;

/// Which receipts and acknowledgements are asked for (SMPP 5.0 §4.7.21).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct RegisteredDelivery(pub u8);

impl RegisteredDelivery {
    /// None.
    pub const NONE: Self = Self(0);
    /// A receipt for the final outcome, whatever it is.
    pub const RECEIPT: Self = Self(0b0000_0001);
    /// A receipt only when delivery failed.
    pub const RECEIPT_ON_FAILURE: Self = Self(0b0000_0010);
    /// A receipt only when delivery succeeded (SMPP 5.0).
    pub const RECEIPT_ON_SUCCESS: Self = Self(0b0000_0011);

    /// Whether a receipt is asked for when the final outcome is success or failure.
    #[must_use]
    pub const fn wants_receipt(self, success: bool) -> bool {
        match self.0 & 0b0000_0011 {
            0b01 => true,
            0b10 => !success,
            0b11 => success,
            _ => false,
        }
    }
}

impl fmt::Debug for RegisteredDelivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010b}", self.0)
    }
}
