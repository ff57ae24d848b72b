//! broadcast_sm, query_broadcast_sm and cancel_broadcast_sm (SMPP 5.0 §4.4, §4.6).

use super::pdu;
use crate::types::{Address, COctetString, DataCoding, PriorityFlag, ReplaceIfPresentFlag, Time};

pdu! {
    /// `broadcast_sm`: a message to all in an area (SMPP 5.0 §4.4.1.1). Area, content type,
    /// repeats and interval are TLVs it must have.
    pub struct BroadcastSm<'a> {
        /// The service; empty for the default.
        service_type: COctetString<'a, 6>,
        /// The sender.
        source_addr: Address<'a, 21>,
        /// Of the message to replace; empty for a new one.
        message_id: COctetString<'a, 65>,
        /// How urgent.
        priority_flag: PriorityFlag,
        /// When to start; null for at once.
        schedule_delivery_time: Time<'a>,
        /// Until when; null leaves it to the MC.
        validity_period: Time<'a>,
        /// Whether it replaces an earlier broadcast.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// What the octets mean.
        data_coding: DataCoding,
        /// A message stored at the MC to send instead; 0 for none.
        sm_default_msg_id: u8,
    }
}

pdu! {
    /// `broadcast_sm_resp` (SMPP 5.0 §4.4.1.2).
    pub struct BroadcastSmResp<'a> {
        /// The MC's id of the message.
        message_id: COctetString<'a, 65>,
    }
}

pdu! {
    /// `query_broadcast_sm`: ask for the state of a broadcast (SMPP 5.0 §4.6.1.1).
    pub struct QueryBroadcastSm<'a> {
        /// Given by the MC in `broadcast_sm_resp`.
        message_id: COctetString<'a, 65>,
        /// The sender, as it was submitted.
        source_addr: Address<'a, 21>,
    }
}

pdu! {
    /// `query_broadcast_sm_resp` (SMPP 5.0 §4.6.1.3).
    pub struct QueryBroadcastSmResp<'a> {
        /// As asked. State, areas and their success are TLVs.
        message_id: COctetString<'a, 65>,
    }
}

pdu! {
    /// `cancel_broadcast_sm`: stop a broadcast (SMPP 5.0 §4.6.2.1).
    pub struct CancelBroadcastSm<'a> {
        /// The service; empty for any.
        service_type: COctetString<'a, 6>,
        /// Given by the MC in `broadcast_sm_resp`; empty to cancel by sender.
        message_id: COctetString<'a, 65>,
        /// The sender, as it was submitted.
        source_addr: Address<'a, 21>,
    }
}

pdu! {
    /// `cancel_broadcast_sm_resp` (SMPP 5.0 §4.6.2.3).
    pub struct CancelBroadcastSmResp<'a> {}
}
