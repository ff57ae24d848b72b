//! Notifications: which are asked for (NT), and what they tell (Dst, Rsn).

use core::ops::{BitOr, BitOrAssign};

use super::number::{number_fields, numbers};
use crate::reason::Reason;

numbers! {
    /// NT: which notifications are asked for.
    ///
    /// A sum: [`Self::DELIVERY`] is 1, [`Self::NON_DELIVERY`] 2, [`Self::BUFFERED`] 4.
    ///
    /// ```
    /// use smsgw_ucp::types::NotificationType;
    ///
    /// let final_ones = NotificationType::DELIVERY | NotificationType::NON_DELIVERY;
    /// assert_eq!(final_ones.number(), Some(3));
    /// assert!(NotificationType::ALL.contains(NotificationType::BUFFERED));
    /// ```
    #[doc(alias = "NT")]
    pub struct NotificationType: 1 to 1 digits, 0..=7;
    DEFAULT = "0", "what the SC does by default";
    DELIVERY = "1", "the message is delivered";
    NON_DELIVERY = "2", "the message is not delivered";
    BUFFERED = "4", "the message waits at the SC";
    ALL = "7", "delivered, not delivered, waits at the SC";

    /// Dst: what became of a message.
    pub struct Dst: 1 to 1 digits, 0..=2;
    DELIVERED = "0", "delivered";
    BUFFERED = "1", "buffered: the SC goes on trying";
    NOT_DELIVERED = "2", "not delivered";

    /// Rsn: why a message is not, or not yet, delivered.
    ///
    /// Three digits; some SCs send fewer, and those are kept. [`Self::reason`] is what they mean.
    pub struct Rsn: 1 to 3 digits, 0..=255;
}

number_fields!(NotificationType, Dst, Rsn);

impl NotificationType {
    /// Whether all of `others` are asked for.
    #[must_use]
    pub fn contains(self, others: Self) -> bool {
        let (these, others) = (self.bits(), others.bits());
        these & others == others
    }

    fn bits(self) -> u16 {
        self.number().unwrap_or_default()
    }
}

impl BitOr for NotificationType {
    type Output = Self;

    fn bitor(self, others: Self) -> Self {
        if self.is_absent() && others.is_absent() {
            return Self::ABSENT;
        }
        // Seven at most, so it is always one.
        Self::new(self.bits() | others.bits()).unwrap_or(self)
    }
}

impl BitOrAssign for NotificationType {
    fn bitor_assign(&mut self, others: Self) {
        *self = *self | others;
    }
}

impl Dst {
    /// Whether no other notification of the message is to come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::DELIVERED | Self::NOT_DELIVERED)
    }
}

impl Rsn {
    /// The reason; `None` when the field is empty.
    #[must_use]
    pub fn reason(self) -> Option<Reason> {
        let number = self.number()?;
        u8::try_from(number).ok().map(Reason)
    }
}

impl From<Reason> for Rsn {
    fn from(reason: Reason) -> Self {
        Self(super::number::Digits::of(reason.0.into(), 3))
    }
}
