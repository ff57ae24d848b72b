//! TP-PI: which optional fields follow (3GPP TS 23.040 §9.2.3.27).

use core::fmt;

/// Which optional fields follow in a report (TS 23.040 §9.2.3.27): the first octet of TP-PI.
///
/// ```
/// use smsgw_gsm::field::ParameterIndicator;
///
/// let indicator = ParameterIndicator(0b0000_0110);
/// assert!(indicator.contains(ParameterIndicator::UDL));
/// assert!(!indicator.contains(ParameterIndicator::PID));
/// assert_eq!(indicator.to_string(), "TP-DCS TP-UDL");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
#[doc(alias("TP-PI", "TP-Parameter-Indicator"))]
pub struct ParameterIndicator(
    /// The octet as sent.
    pub u8,
);

impl ParameterIndicator {
    /// TP-PID follows.
    pub const PID: Self = Self(0b0000_0001);
    /// TP-DCS follows.
    pub const DCS: Self = Self(0b0000_0010);
    /// TP-UDL and TP-UD follow.
    pub const UDL: Self = Self(0b0000_0100);
    /// Bits that have no meaning yet; octets of fields not known yet may follow the known ones.
    pub const RESERVED: Self = Self(0b0111_1000);
    /// Another octet of TP-PI follows.
    pub const EXTENSION: Self = Self(0b1000_0000);

    /// Whether any bit of `bits` is set.
    #[must_use]
    pub const fn contains(self, bits: Self) -> bool {
        self.0 & bits.0 != 0
    }

    /// With the bits of `bits` set.
    #[must_use]
    pub(crate) const fn with(self, bits: Self) -> Self {
        Self(self.0 | bits.0)
    }
}

impl fmt::Display for ParameterIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = [
            (Self::PID, "TP-PID"),
            (Self::DCS, "TP-DCS"),
            (Self::UDL, "TP-UDL"),
            (Self::RESERVED, "reserved"),
            (Self::EXTENSION, "extension"),
        ];
        let mut named = names.into_iter().filter(|(bits, _)| self.contains(*bits));
        match named.next() {
            None => f.write_str("none"),
            Some((_, name)) => {
                f.write_str(name)?;
                named.try_for_each(|(_, name)| write!(f, " {name}"))
            }
        }
    }
}

impl fmt::Debug for ParameterIndicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04X} ({self})", self.0)
    }
}
