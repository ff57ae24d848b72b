//! submit_sm: an ESME sends a message (SMPP 5.0 §4.2.1).

use super::pdu;
use crate::types::{
    Address, COctetString, DataCoding, EsmClass, PriorityFlag, RegisteredDelivery,
    ReplaceIfPresentFlag, ShortMessage, Time,
};

pdu! {
    /// `submit_sm`: send a message (SMPP 5.0 §4.2.1.1).
    ///
    /// ```
    /// use smsgw_smpp::pdu::{Body, SubmitSm};
    /// use smsgw_smpp::types::{Address, RegisteredDelivery, ShortMessage};
    /// use smsgw_smpp::{CommandStatus, SequenceNumber};
    ///
    /// let submit = SubmitSm {
    ///     source_addr: Address::alphanumeric("ACME")?,
    ///     destination_addr: Address::international("306912345678")?,
    ///     registered_delivery: RegisteredDelivery::RECEIPT,
    ///     short_message: ShortMessage::new(b"hello")?,
    ///     ..SubmitSm::default()
    /// };
    /// let frame = submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
    /// assert_eq!(frame.decode::<SubmitSm>()?, submit);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub struct SubmitSm<'a> {
        /// The service; empty for the default.
        service_type: COctetString<'a, 6>,
        /// The sender; [`Address::EMPTY`] leaves it to the MC.
        source_addr: Address<'a, 21>,
        /// The recipient.
        destination_addr: Address<'a, 21>,
        /// Mode, type and GSM features.
        esm_class: EsmClass,
        /// TP-PID on GSM (SMPP 5.0 §4.7.20); not used on TDMA and CDMA.
        protocol_id: u8,
        /// How urgent.
        priority_flag: PriorityFlag,
        /// When to deliver first; null for at once.
        schedule_delivery_time: Time<'a>,
        /// Until when the MC keeps trying (SMPP 5.0 §4.7.23.2); null leaves it to the MC. A
        /// `qos_time_to_live` TLV wins.
        validity_period: Time<'a>,
        /// Which receipts are asked for.
        registered_delivery: RegisteredDelivery,
        /// Whether it replaces an earlier message of the same source, destination and service.
        replace_if_present_flag: ReplaceIfPresentFlag,
        /// What the octets mean.
        data_coding: DataCoding,
        /// A message stored at the MC to send instead; 0 for none.
        sm_default_msg_id: u8,
        /// The message; empty when it is in the TLV `message_payload`.
        short_message: ShortMessage<'a>,
    }
}

pdu! {
    /// `submit_sm_resp` (SMPP 5.0 §4.2.1.2).
    pub struct SubmitSmResp<'a> {
        /// The MC's id of the message: opaque, in decimal, hex or anything else.
        message_id: COctetString<'a, 65>,
    }
}
