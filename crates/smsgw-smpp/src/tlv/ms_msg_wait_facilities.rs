//! The message waiting indicators of a handset (SMPP 5.0 §4.8.4.40).

use core::fmt;

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// What kind of messages wait (SMPP 5.0 §4.8.4.40).
    #[derive(Default)]
    pub struct WaitingMessage(u8);
    /// Voice mail.
    VOICEMAIL = 0b00,
    /// Fax.
    FAX = 0b01,
    /// Electronic mail.
    ELECTRONIC_MAIL = 0b10,
    /// Anything else.
    OTHER = 0b11,
}

/// Which message waiting indicator of the handset to switch on or off (SMPP 5.0 §4.8.4.40).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MsMsgWaitFacilities(pub u8);

impl MsMsgWaitFacilities {
    const ACTIVE: u8 = 0b1000_0000;
    const KIND: u8 = 0b0000_0011;

    /// The indicator for `kind`, on or off.
    #[must_use]
    pub const fn new(kind: WaitingMessage, active: bool) -> Self {
        Self(kind.0 & Self::KIND | if active { Self::ACTIVE } else { 0 })
    }

    /// Whether the indicator is to be switched on.
    #[must_use]
    pub const fn is_active(self) -> bool {
        self.0 & Self::ACTIVE != 0
    }

    /// Which indicator.
    #[must_use]
    pub const fn kind(self) -> WaitingMessage {
        WaitingMessage(self.0 & Self::KIND)
    }
}

/// `VOICEMAIL on`.
impl fmt::Debug for MsMsgWaitFacilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let on = if self.is_active() { "on" } else { "off" };
        write!(f, "{} {on}", self.kind())
    }
}

integer_tlv_fields!(u8: MsMsgWaitFacilities);
