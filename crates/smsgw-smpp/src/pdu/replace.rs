//! replace_sm: change a message that still waits at the MC (SMPP 5.0 §4.5.3).

use super::pdu;
use crate::types::{Address, COctetString, RegisteredDelivery, ShortMessage, Time};

pdu! {
    /// `replace_sm`: change a message that still waits at the MC (SMPP 5.0 §4.5.3.1).
    pub struct ReplaceSm<'a> {
        /// Given by the MC in `submit_sm_resp`.
        message_id: COctetString<'a, 65>,
        /// The sender, as it was submitted.
        source_addr: Address<'a, 21>,
        /// When to deliver first; null keeps what was.
        schedule_delivery_time: Time<'a>,
        /// Until when to try; null keeps what was.
        validity_period: Time<'a>,
        /// Which receipts are asked for.
        registered_delivery: RegisteredDelivery,
        /// A message stored at the MC to send instead; 0 for none.
        sm_default_msg_id: u8,
        /// The new text.
        short_message: ShortMessage<'a>,
    }
}

pdu! {
    /// `replace_sm_resp` (SMPP 5.0 §4.5.3.2).
    pub struct ReplaceSmResp<'a> {}
}
