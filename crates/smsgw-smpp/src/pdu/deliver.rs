//! deliver_sm: the MC hands over a message or a receipt (SMPP 5.0 §4.3.1).

use super::pdu;
use crate::types::{
    Address, COctetString, DataCoding, EsmClass, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, ShortMessage, Time,
};

pdu! {
    /// `deliver_sm`: a message from a subscriber, or a receipt (SMPP 5.0 §4.3.1.1).
    pub struct DeliverSm<'a> {
        /// The service; empty for the default.
        service_type: COctetString<'a, 6>,
        /// Who sent it; in a receipt, the recipient of the message it is about.
        source_addr: Address<'a, 21>,
        /// To whom.
        destination_addr: Address<'a, 21>,
        /// Mode, type and GSM features; says whether it is a receipt.
        esm_class: EsmClass,
        /// TP-PID on GSM (SMPP 5.0 §4.7.20); not used on TDMA and CDMA.
        protocol_id: u8,
        /// How urgent.
        priority_flag: PriorityFlag,
        /// Not used: null.
        schedule_delivery_time: Time<'a>,
        /// Not used: null.
        validity_period: Time<'a>,
        /// Which acknowledgements the sender asks for.
        registered_delivery: RegisteredDelivery,
        /// Not used.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// What the octets mean.
        data_coding: DataCoding,
        /// Not used: 0.
        sm_default_msg_id: u8,
        /// The message; empty when it is in the TLV `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

pdu! {
    /// `deliver_sm_resp` (SMPP 5.0 §4.3.1.2).
    pub struct DeliverSmResp<'a> {
        /// Not used: empty.
        message_id: COctetString<'a, 65>,
    }
}
