//! Serial number and page parameter of a page (3GPP TS 23.041 §9.4.1.2.1, §9.4.1.2.4).

use core::fmt;

/// Tells a cell broadcast message from others of the same source and type, and a change of it
/// from what was sent before.
///
/// ```
/// use smsgw_gsm::cbs::{GeographicalScope, SerialNumber};
///
/// let serial = SerialNumber(0x4A12);
/// assert_eq!(serial.geographical_scope(), GeographicalScope::Plmn);
/// assert_eq!((serial.message_code(), serial.update_number()), (0xA1, 2));
/// assert_eq!(SerialNumber::new(GeographicalScope::Plmn, 0xA1, 2), Some(serial));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SerialNumber(
    /// As on the wire.
    pub u16,
);

/// Where a message is the same one, and how it is to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GeographicalScope {
    /// In this cell alone; shown at once.
    ImmediateCell,
    /// In the whole network.
    Plmn,
    /// In this location area (GSM), service area (UMTS) or tracking area (LTE).
    Area,
    /// In this cell alone.
    Cell,
}

impl SerialNumber {
    /// A message code of 0 to 1023 and an update number of 0 to 15; `None` for others.
    #[must_use]
    pub const fn new(
        scope: GeographicalScope,
        message_code: u16,
        update_number: u8,
    ) -> Option<Self> {
        if message_code > 0x3FF || update_number > 0xF {
            return None;
        }
        // A widening, which `From` does not do in a const function.
        let update_number = update_number as u16;
        let scope = scope.number() as u16;
        Some(Self(scope << 14 | message_code << 4 | update_number))
    }

    /// Where the message is the same one (the two highest bits).
    #[must_use]
    pub const fn geographical_scope(self) -> GeographicalScope {
        match self.0 >> 14 {
            0 => GeographicalScope::ImmediateCell,
            1 => GeographicalScope::Plmn,
            2 => GeographicalScope::Area,
            _ => GeographicalScope::Cell,
        }
    }

    /// Which message of its source and type, 0 to 1023.
    #[must_use]
    pub const fn message_code(self) -> u16 {
        (self.0 >> 4) & 0x3FF
    }

    /// Which version of it, 0 to 15, and then 0 again.
    #[must_use]
    pub const fn update_number(self) -> u8 {
        let [_, low] = self.0.to_be_bytes();
        low & 0xF
    }

    /// Whether this is a later version of the same message: all but the update number is equal,
    /// and that is one to eight steps further.
    ///
    /// ```
    /// use smsgw_gsm::cbs::SerialNumber;
    ///
    /// assert!(SerialNumber(0x0011).is_update_of(SerialNumber(0x001F)));
    /// assert!(!SerialNumber(0x001F).is_update_of(SerialNumber(0x0011)));
    /// assert!(!SerialNumber(0x0021).is_update_of(SerialNumber(0x001F)));
    /// ```
    #[must_use]
    pub const fn is_update_of(self, earlier: Self) -> bool {
        let steps = self.0.wrapping_sub(earlier.0) & 0xF;
        self.0 >> 4 == earlier.0 >> 4 && steps >= 1 && steps <= 8
    }
}

impl GeographicalScope {
    /// The value of the two bits, 0 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::ImmediateCell => 0,
            Self::Plmn => 1,
            Self::Area => 2,
            Self::Cell => 3,
        }
    }

    /// The standard's words.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ImmediateCell => "cell wide, immediate display",
            Self::Plmn => "PLMN wide",
            Self::Area => "location area wide",
            Self::Cell => "cell wide",
        }
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04X} ({}, message code {}, update {})",
            self.0,
            self.geographical_scope(),
            self.message_code(),
            self.update_number()
        )
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{self}")
    }
}

impl fmt::Display for GeographicalScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// Which page of how many.
///
/// ```
/// use smsgw_gsm::cbs::PageParameter;
///
/// let page = PageParameter(0x23);
/// assert_eq!((page.number(), page.total()), (2, 3));
/// // What no page can have is the only page of its message.
/// assert_eq!((PageParameter(0x03).number(), PageParameter(0x03).total()), (1, 1));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PageParameter(
    /// As on the wire.
    pub u8,
);

impl PageParameter {
    /// Page `number` of `total`; `None` unless 1 ≤ `number` ≤ `total` ≤ 15.
    #[must_use]
    pub const fn new(number: u8, total: u8) -> Option<Self> {
        if number == 0 || number > total || total > 15 {
            return None;
        }
        Some(Self(number << 4 | total))
    }

    /// Which page this is, 1 to [`total`](Self::total).
    #[must_use]
    pub const fn number(self) -> u8 {
        if self.is_valid() { self.0 >> 4 } else { 1 }
    }

    /// How many pages the message has, 1 to 15.
    #[must_use]
    pub const fn total(self) -> u8 {
        if self.is_valid() { self.0 & 0xF } else { 1 }
    }

    /// Whether both numbers are as they should be. With a 0 in either the standard wants the page
    /// taken for the only one of its message, and so is one beyond the last.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        let (number, total) = (self.0 >> 4, self.0 & 0xF);
        number != 0 && number <= total
    }

    /// Whether the number is above the total, neither being 0: the standard has no rule for that.
    pub(super) const fn is_beyond(self) -> bool {
        self.0 & 0xF != 0 && self.0 >> 4 > self.0 & 0xF
    }
}

impl fmt::Display for PageParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "page {} of {}", self.number(), self.total())
    }
}

impl fmt::Debug for PageParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#04X} ({self})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_serial_number_is_its_parts() {
        for number in 0..=u16::MAX {
            let serial = SerialNumber(number);
            let made = SerialNumber::new(
                serial.geographical_scope(),
                serial.message_code(),
                serial.update_number(),
            );
            assert_eq!(made, Some(serial));
        }
        assert_eq!(SerialNumber::new(GeographicalScope::Cell, 1024, 0), None);
        assert_eq!(SerialNumber::new(GeographicalScope::Cell, 0, 16), None);
        assert_eq!(
            SerialNumber(0xC010).to_string(),
            "C010 (cell wide, message code 1, update 0)"
        );
        assert_eq!(
            alloc::format!("{:?}", SerialNumber(0x0011)),
            "0x0011 (cell wide, immediate display, message code 1, update 1)"
        );
    }

    #[test]
    fn a_page_that_cannot_be_is_the_only_one() {
        for octet in 0..=255 {
            let page = PageParameter(octet);
            let made = PageParameter::new(octet >> 4, octet & 0xF);
            assert_eq!(made.is_some(), page.is_valid(), "{octet:02X}");
            match made {
                Some(made) => assert_eq!(made, page),
                None => assert_eq!((page.number(), page.total()), (1, 1)),
            }
        }
        assert_eq!(PageParameter::new(1, 16), None);
        assert_eq!(
            alloc::format!("{:?}", PageParameter(0x03)),
            "0x03 (page 1 of 1)"
        );
    }
}
