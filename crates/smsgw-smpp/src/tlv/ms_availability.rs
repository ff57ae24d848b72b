//! Whether a subscriber can be reached, and who wants to be told (SMPP 5.0 §4.8.4.32, §4.8.4.39,
//! §4.8.4.52).

use crate::tlv::typed::integer_tlv_fields;
use crate::wire::open_enum;

open_enum! {
    /// Whether a subscriber can be reached (SMPP 5.0 §4.8.4.39). In `alert_notification`.
    #[derive(Default)]
    pub struct MsAvailabilityStatus(u8);
    /// Reachable; meant when the TLV is absent, too.
    AVAILABLE = 0,
    /// Denied: suspended, no SMS capability, or the like.
    DENIED = 1,
    /// Not reachable.
    UNAVAILABLE = 2,
}

open_enum! {
    /// Whether the delivery pending flag shall be set when delivery fails, so that an
    /// `alert_notification` follows once the subscriber can be reached (SMPP 5.0 §4.8.4.52).
    #[derive(Default)]
    pub struct SetDpf(u8);
    /// Not asked for.
    NOT_REQUESTED = 0,
    /// Asked for.
    REQUESTED = 1,
}

open_enum! {
    /// Whether the delivery pending flag was set for a message that could not be delivered
    /// (SMPP 5.0 §4.8.4.32). In `data_sm_resp`; in 5.0 in `submit_sm_resp` and `deliver_sm`, too.
    #[derive(Default)]
    pub struct DpfResult(u8);
    /// Not set.
    NOT_SET = 0,
    /// Set.
    SET = 1,
}

integer_tlv_fields!(u8: MsAvailabilityStatus, SetDpf, DpfResult);
