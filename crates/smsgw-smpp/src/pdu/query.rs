//! query_sm: ask for the state of a message (SMPP 5.0 §4.5.2).

use super::pdu;
use crate::types::{Address, COctetString, MessageState, Time};

pdu! {
    /// `query_sm`: ask for the state of a message (SMPP 5.0 §4.5.2.1).
    pub struct QuerySm<'a> {
        /// Given by the MC in `submit_sm_resp`.
        message_id: COctetString<'a, 65>,
        /// The sender, as it was submitted.
        source_addr: Address<'a, 21>,
    }
}

pdu! {
    /// `query_sm_resp` (SMPP 5.0 §4.5.2.2).
    pub struct QuerySmResp<'a> {
        /// As asked.
        message_id: COctetString<'a, 65>,
        /// When it became final; null while it is not.
        final_date: Time<'a>,
        /// Where it is.
        message_state: MessageState,
        /// The network's code for a failed delivery; 0 for none.
        error_code: u8,
    }
}
