//! `message_state`: where a message is (SMPP 5.0 §4.7.15).

crate::wire::open_enum! {
    /// Where a message is (SMPP 5.0 §4.7.15).
    #[derive(Default)]
    pub struct MessageState(u8);
    /// Waits for its scheduled time (SMPP 5.0).
    SCHEDULED = 0,
    /// On its way.
    ENROUTE = 1,
    /// Delivered.
    DELIVERED = 2,
    /// Its validity ended first.
    EXPIRED = 3,
    /// Cancelled or deleted.
    DELETED = 4,
    /// Cannot be delivered.
    UNDELIVERABLE = 5,
    /// Accepted: read by customer service on the subscriber's behalf.
    ACCEPTED = 6,
    /// Nobody knows.
    UNKNOWN = 7,
    /// Refused.
    REJECTED = 8,
    /// Accepted, but not transmitted (SMPP 5.0).
    SKIPPED = 9,
}

impl MessageState {
    /// Whether it cannot change any more.
    #[must_use]
    pub const fn is_final(self) -> bool {
        !matches!(self, Self::SCHEDULED | Self::ENROUTE)
    }

    /// The word for it in the text of a receipt (SMPP 3.4 appendix B).
    #[must_use]
    pub const fn receipt_word(self) -> Option<&'static str> {
        Some(match self {
            Self::SCHEDULED => "SCHEDULED",
            Self::ENROUTE => "ENROUTE",
            Self::DELIVERED => "DELIVRD",
            Self::EXPIRED => "EXPIRED",
            Self::DELETED => "DELETED",
            Self::UNDELIVERABLE => "UNDELIV",
            Self::ACCEPTED => "ACCEPTD",
            Self::UNKNOWN => "UNKNOWN",
            Self::REJECTED => "REJECTD",
            Self::SKIPPED => "SKIPPED",
            _ => return None,
        })
    }
}
