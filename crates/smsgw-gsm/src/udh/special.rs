//! Special SMS message indication: element 01 (3GPP TS 23.040 §9.2.3.24.2).

use core::fmt;

use crate::dcs::Indication;

/// How many messages of which kind wait for the subscriber somewhere else.
///
/// A header may have several, one for each kind.
///
/// ```
/// use smsgw_gsm::udh::{Indication, SpecialMessage};
///
/// let waiting = SpecialMessage::new(Indication::Voicemail, 3).with_store(true);
/// assert_eq!(waiting.octets(), [0x80, 3]);
/// assert_eq!(waiting.to_string(), "3 voicemail messages waiting, store, profile 1");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("MWI", "message waiting"))]
pub struct SpecialMessage {
    /// Store (bit 7), profile (6, 5), extended kind (4 to 2), kind (1, 0).
    indication: u8,
    count: u8,
}

impl SpecialMessage {
    /// `count` messages of one kind; not to be stored, for the first profile. 0 clears the
    /// indication, 255 stands for more than 254.
    #[must_use]
    pub const fn new(kind: Indication, count: u8) -> Self {
        let indication = match kind {
            Indication::Voicemail => 0b0000_0000,
            Indication::Fax => 0b0000_0001,
            Indication::Email => 0b0000_0010,
            Indication::Other => 0b0000_0011,
            Indication::Video => 0b0000_0111,
        };
        Self { indication, count }
    }

    /// Whether the short message is to be stored once it has been shown.
    #[must_use]
    pub const fn with_store(self, store: bool) -> Self {
        let rest = self.indication & 0b0111_1111;
        Self {
            indication: if store { rest | 0b1000_0000 } else { rest },
            count: self.count,
        }
    }

    /// For which multiple subscriber profile, 1 to 4; `None` for another number.
    #[must_use]
    pub const fn with_profile(self, profile: u8) -> Option<Self> {
        if profile < 1 || profile > 4 {
            return None;
        }
        Some(Self {
            indication: (self.indication & 0b1001_1111) | ((profile - 1) << 5),
            count: self.count,
        })
    }

    /// Takes the element's two octets as they are, reserved kinds too.
    #[must_use]
    pub const fn from_octets([indication, count]: [u8; 2]) -> Self {
        Self { indication, count }
    }

    /// The element's two octets.
    #[must_use]
    pub const fn octets(self) -> [u8; 2] {
        [self.indication, self.count]
    }

    /// What waits; `None` for the kinds that the standard reserves.
    #[must_use]
    pub const fn kind(self) -> Option<Indication> {
        match self.indication & 0b0001_1111 {
            0b0000_0000 => Some(Indication::Voicemail),
            0b0000_0001 => Some(Indication::Fax),
            0b0000_0010 => Some(Indication::Email),
            0b0000_0011 => Some(Indication::Other),
            0b0000_0111 => Some(Indication::Video),
            _ => None,
        }
    }

    /// Whether the short message is to be stored once it has been shown.
    #[must_use]
    pub const fn store(self) -> bool {
        self.indication & 0b1000_0000 != 0
    }

    /// For which multiple subscriber profile, 1 to 4.
    #[must_use]
    pub const fn profile(self) -> u8 {
        ((self.indication >> 5) & 0b11) + 1
    }

    /// How many; 255 stands for more than 254.
    #[must_use]
    pub const fn count(self) -> u8 {
        self.count
    }
}

impl fmt::Display for SpecialMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.kind().map_or("reserved", Indication::name);
        let store = if self.store() { "store" } else { "discard" };
        let (count, profile) = (self.count, self.profile());
        write!(
            f,
            "{count} {kind} messages waiting, {store}, profile {profile}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_is_kept_and_the_kinds_are_told_apart() {
        let mut known = 0;
        for indication in 0..=255 {
            let read = SpecialMessage::from_octets([indication, 7]);
            assert_eq!(read.octets(), [indication, 7]);
            if let Some(kind) = read.kind() {
                let made = SpecialMessage::new(kind, read.count())
                    .with_store(read.store())
                    .with_profile(read.profile());
                assert_eq!(made, Some(read));
                known += 1;
            }
        }
        // Five kinds, two ways to store, four profiles.
        assert_eq!(known, 5 * 2 * 4);
    }

    #[test]
    fn there_are_four_profiles() {
        let fax = SpecialMessage::new(Indication::Fax, 0);
        assert_eq!(fax.with_profile(0), None);
        assert_eq!(fax.with_profile(4).unwrap().octets(), [0b0110_0001, 0]);
        assert_eq!(fax.with_profile(5), None);
    }
}
