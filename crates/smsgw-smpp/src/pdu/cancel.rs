//! cancel_sm: take back messages not yet delivered (SMPP 5.0 §4.5.1).

use super::pdu;
use crate::types::{Address, COctetString};

pdu! {
    /// `cancel_sm`: take back one message, or all from a sender to a recipient
    /// (SMPP 5.0 §4.5.1.1).
    pub struct CancelSm<'a> {
        /// The service; empty for any.
        service_type: COctetString<'a, 6>,
        /// Given by the MC in `submit_sm_resp`; empty to cancel by addresses.
        message_id: COctetString<'a, 65>,
        /// The sender, as it was submitted.
        source_addr: Address<'a, 21>,
        /// The recipient; may be empty with a `message_id`.
        destination_addr: Address<'a, 21>,
    }
}

pdu! {
    /// `cancel_sm_resp` (SMPP 5.0 §4.5.1.2).
    pub struct CancelSmResp<'a> {}
}
