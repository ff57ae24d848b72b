//! TP-ST: what became of a message (3GPP TS 23.040 §9.2.3.15).

super::named_octet! {
    /// What became of a message (TS 23.040 §9.2.3.15): in an SMS-STATUS-REPORT.
    ///
    /// Four groups tell the [`state`](Self::state): 00-1F the transaction is completed, 20-3F the
    /// service centre still tries, 40-5F it cannot be, 60-7F it gave up. In each the upper half is
    /// the service centre's own. What has no name in the lower half is reserved, and so is all from
    /// 80 on: [`GAVE_UP_SERVICE_REJECTED`](Self::GAVE_UP_SERVICE_REJECTED) is what it counts as.
    ///
    /// ```
    /// use smsgw_gsm::field::{State, Status};
    ///
    /// assert_eq!(Status(0x00).state(), State::Delivered);
    /// assert_eq!(Status(0x30).state(), State::Retrying);
    /// assert_eq!(Status::SM_VALIDITY_PERIOD_EXPIRED.state(), State::Failed);
    /// assert_eq!(Status(0x21).to_string(), "SME busy");
    /// ```
    #[doc(alias("TP-ST", "TP-Status"))]
    pub struct Status;
    RECEIVED_BY_SME = 0x00: "short message received by the SME",
    FORWARDED_UNCONFIRMED = 0x01: "short message forwarded by the SC to the SME but the SC is unable to confirm delivery",
    REPLACED_BY_SC = 0x02: "short message replaced by the SC",
    RETRYING_CONGESTION = 0x20: "congestion",
    RETRYING_SME_BUSY = 0x21: "SME busy",
    RETRYING_NO_RESPONSE_FROM_SME = 0x22: "no response from SME",
    RETRYING_SERVICE_REJECTED = 0x23: "service rejected",
    RETRYING_QUALITY_OF_SERVICE_NOT_AVAILABLE = 0x24: "quality of service not available",
    RETRYING_ERROR_IN_SME = 0x25: "error in SME",
    REMOTE_PROCEDURE_ERROR = 0x40: "remote procedure error",
    INCOMPATIBLE_DESTINATION = 0x41: "incompatible destination",
    CONNECTION_REJECTED_BY_SME = 0x42: "connection rejected by SME",
    NOT_OBTAINABLE = 0x43: "not obtainable",
    QUALITY_OF_SERVICE_NOT_AVAILABLE = 0x44: "quality of service not available",
    NO_INTERWORKING_AVAILABLE = 0x45: "no interworking available",
    SM_VALIDITY_PERIOD_EXPIRED = 0x46: "SM validity period expired",
    SM_DELETED_BY_ORIGINATING_SME = 0x47: "SM deleted by originating SME",
    SM_DELETED_BY_SC_ADMINISTRATION = 0x48: "SM deleted by SC administration",
    SM_DOES_NOT_EXIST = 0x49: "SM does not exist",
    GAVE_UP_CONGESTION = 0x60: "congestion",
    GAVE_UP_SME_BUSY = 0x61: "SME busy",
    GAVE_UP_NO_RESPONSE_FROM_SME = 0x62: "no response from SME",
    GAVE_UP_SERVICE_REJECTED = 0x63: "service rejected",
    GAVE_UP_QUALITY_OF_SERVICE_NOT_AVAILABLE = 0x64: "quality of service not available",
    GAVE_UP_ERROR_IN_SME = 0x65: "error in SME",
}

impl Status {
    /// What the value means for the message: the service centre's own values by their group, and
    /// reserved ones as a refusal of the service.
    #[must_use]
    pub const fn state(self) -> State {
        match self.0 {
            _ if self.is_reserved() => State::Failed,
            0x00..=0x1F => State::Delivered,
            0x20..=0x3F => State::Retrying,
            _ => State::Failed,
        }
    }

    /// Whether the standard gives it no meaning, and leaves it to no service centre either.
    #[must_use]
    pub const fn is_reserved(self) -> bool {
        self.name().is_none() && !self.is_sc_specific()
    }

    /// Whether each service centre gives it its own meaning: the upper half of each group.
    #[must_use]
    pub const fn is_sc_specific(self) -> bool {
        self.0 < 0x80 && self.0 & 0b0001_0000 != 0
    }
}

/// Where a message stands, by its [`Status`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// The service centre is done with it: delivered, passed on without confirmation, or
    /// replaced by a later one.
    Delivered,
    /// Not delivered yet; the service centre still tries, and another report will come.
    Retrying,
    /// Not delivered, and the service centre will not try again.
    Failed,
}

impl State {
    /// `delivered`, `retrying` or `failed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            State::Delivered => "delivered",
            State::Retrying => "retrying",
            State::Failed => "failed",
        }
    }
}

impl core::fmt::Display for State {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reserved_values_are_a_refusal() {
        for octet in 0..=0xFF {
            let is_reserved = matches!(octet, 0x03..=0x0F | 0x26..=0x2F | 0x4A..=0x4F | 0x66..=0x6F)
                || octet >= 0x80;
            let state = match octet {
                _ if is_reserved => State::Failed,
                0x00..=0x1F => State::Delivered,
                0x20..=0x3F => State::Retrying,
                _ => State::Failed,
            };
            let status = Status(octet);
            assert_eq!((status.is_reserved(), status.state()), (is_reserved, state));
        }
        assert!(Status(0x1F).is_sc_specific() && !Status(0x9F).is_sc_specific());
    }
}
