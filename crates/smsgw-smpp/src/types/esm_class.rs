//! `esm_class`: mode, type and GSM features of a message (SMPP 5.0 §4.7.12).

use core::fmt;

/// Mode, type and GSM features of a message (SMPP 5.0 §4.7.12).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct EsmClass(pub u8);

impl EsmClass {
    /// Default mode, an ordinary message.
    pub const DEFAULT: Self = Self(0);
    /// An MC delivery receipt: the final or first state of an earlier message.
    pub const MC_DELIVERY_RECEIPT: Self = Self(0b0000_0100);
    /// An intermediate delivery notification.
    pub const INTERMEDIATE_NOTIFICATION: Self = Self(0b0010_0000);
    /// The message starts with a user data header.
    pub const UDH_INDICATOR: Self = Self(0b0100_0000);
    /// Ask for a reply path.
    pub const REPLY_PATH: Self = Self(0b1000_0000);

    const TYPE: u8 = 0b0011_1100;

    /// Whether the message is an MC delivery receipt or an intermediate notification, and so
    /// tells the state of an earlier one. Acknowledgements of the handset or SME (0x08, 0x10) do
    /// not.
    #[must_use]
    pub const fn is_receipt(self) -> bool {
        matches!(self.0 & Self::TYPE, 0b0000_0100 | 0b0010_0000)
    }

    /// Whether the state a receipt tells is not the last one.
    #[must_use]
    pub const fn is_intermediate(self) -> bool {
        self.0 & Self::TYPE == Self::INTERMEDIATE_NOTIFICATION.0
    }

    /// Whether the message starts with a user data header.
    #[must_use]
    pub const fn has_udh(self) -> bool {
        self.0 & Self::UDH_INDICATOR.0 != 0
    }

    /// With the UDH indicator set.
    #[must_use]
    pub const fn with_udh(self) -> Self {
        Self(self.0 | Self::UDH_INDICATOR.0)
    }
}

impl fmt::Debug for EsmClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#010b}", self.0)
    }
}
