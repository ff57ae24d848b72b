//! (U)SIM toolkit security headers: elements 70 to 7F (3GPP TS 23.040 §9.2.3.24.7, TS 31.115 §4).

use core::fmt;

use super::iei;

/// Which security header the text, a packet for or from an application on the card, starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ToolkitHeader(u8);

impl ToolkitHeader {
    /// A command packet.
    #[doc(alias = "CPI")]
    pub const COMMAND_PACKET: Self = Self(iei::TOOLKIT_SECURITY_HEADERS);
    /// A response packet.
    #[doc(alias = "RPI")]
    pub const RESPONSE_PACKET: Self = Self(iei::TOOLKIT_SECURITY_HEADERS + 1);

    /// The header with this element identifier; `None` outside 70 to 7F.
    #[must_use]
    pub const fn new(iei: u8) -> Option<Self> {
        match iei {
            iei::TOOLKIT_SECURITY_HEADERS..=0x7F => Some(Self(iei)),
            _ => None,
        }
    }

    /// The element identifier, 70 to 7F.
    #[must_use]
    pub const fn iei(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ToolkitHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::COMMAND_PACKET => f.write_str("(U)SIM toolkit command packet"),
            Self::RESPONSE_PACKET => f.write_str("(U)SIM toolkit response packet"),
            Self(iei) => write!(f, "(U)SIM toolkit security header {iei:02X}"),
        }
    }
}
