//! What a sender asks of the service centre, and who wrote what follows: elements 06 and 07
//! (3GPP TS 23.040 §9.2.3.24.5, §9.2.3.24.6).

use core::fmt;
use core::ops::BitOr;

/// For which outcomes the sender wants a status report, message by message, where TP-SRR would
/// ask for all of them.
///
/// ```
/// use smsgw_gsm::udh::SmscControl;
///
/// let wanted = SmscControl::COMPLETED | SmscControl::ORIGINAL_UDH;
/// assert_eq!(wanted, SmscControl(0b1000_0001));
/// assert!(wanted.contains(SmscControl::ORIGINAL_UDH));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct SmscControl(pub u8);

impl SmscControl {
    /// A report when the transaction is completed.
    pub const COMPLETED: Self = Self(0b0000_0001);
    /// A report on a permanent error, the SC no longer trying.
    pub const PERMANENT_ERROR: Self = Self(0b0000_0010);
    /// A report on a temporary error, the SC no longer trying.
    pub const TEMPORARY_ERROR_GIVEN_UP: Self = Self(0b0000_0100);
    /// A report on a temporary error, the SC still trying.
    pub const TEMPORARY_ERROR_STILL_TRYING: Self = Self(0b0000_1000);
    /// A report on a permanent or last temporary error of this part cancels the reports that
    /// were asked for with the other parts.
    pub const CANCEL_THE_REST: Self = Self(0b0100_0000);
    /// The status report has the header of the message that was submitted.
    pub const ORIGINAL_UDH: Self = Self(0b1000_0000);

    /// Each flag and its name.
    const NAMES: [(Self, &'static str); 6] = [
        (Self::COMPLETED, "completed"),
        (Self::PERMANENT_ERROR, "permanent error"),
        (Self::TEMPORARY_ERROR_GIVEN_UP, "temporary error, given up"),
        (
            Self::TEMPORARY_ERROR_STILL_TRYING,
            "temporary error, still trying",
        ),
        (Self::CANCEL_THE_REST, "cancel the rest"),
        (Self::ORIGINAL_UDH, "original UDH"),
    ];

    /// Whether every bit of `flags` is set.
    #[must_use]
    pub const fn contains(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }
}

impl BitOr for SmscControl {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl fmt::Display for SmscControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("status report:")?;
        let mut separator = " ";
        for (_, name) in Self::NAMES.iter().filter(|(flag, _)| self.contains(*flag)) {
            write!(f, "{separator}{name}")?;
            separator = "; ";
        }
        match self.0 & 0b0011_0000 {
            0 if self.0 == 0 => f.write_str(" none"),
            0 => Ok(()),
            reserved => write!(f, "{separator}reserved {reserved:#04X}"),
        }
    }
}

/// Who made the elements that follow, up to the next indicator or the end.
///
/// Seen in status reports that return the original header; see
/// [`UserDataHeader::sourced`](super::UserDataHeader::sourced).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UdhSource(pub u8);

impl UdhSource {
    /// The sender of the message that the report is about.
    pub const ORIGINAL_SENDER: Self = Self(1);
    /// The receiver of that message.
    pub const ORIGINAL_RECEIVER: Self = Self(2);
    /// The service centre.
    pub const SMSC: Self = Self(3);
}

impl fmt::Display for UdhSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ORIGINAL_SENDER => f.write_str("from the original sender"),
            Self::ORIGINAL_RECEIVER => f.write_str("from the original receiver"),
            Self::SMSC => f.write_str("from the SMSC"),
            Self(reserved) => write!(f, "from source {reserved} (reserved)"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn flags_print_by_name() {
        assert_eq!(SmscControl(0).to_string(), "status report: none");
        assert_eq!(
            SmscControl(0b1001_0001).to_string(),
            "status report: completed; original UDH; reserved 0x10"
        );
        assert_eq!(
            SmscControl(0x20).to_string(),
            "status report: reserved 0x20"
        );
        assert_eq!(UdhSource(9).to_string(), "from source 9 (reserved)");
    }
}
