//! data_sm: a message in either direction, its content in TLVs (SMPP 5.0 §4.2.2).

use super::pdu;
use crate::types::{Address, COctetString, DataCoding, EsmClass, RegisteredDelivery};

pdu! {
    /// `data_sm`: a message in either direction; the text is in `message_payload`
    /// (SMPP 5.0 §4.2.2.1).
    pub struct DataSm<'a> {
        /// The service; empty for the default.
        service_type: COctetString<'a, 6>,
        /// The sender.
        source_addr: Address<'a, 65>,
        /// The recipient.
        destination_addr: Address<'a, 65>,
        /// Mode, type and GSM features.
        esm_class: EsmClass,
        /// Which receipts are asked for.
        registered_delivery: RegisteredDelivery,
        /// What the octets mean.
        data_coding: DataCoding,
    }
}

pdu! {
    /// `data_sm_resp` (SMPP 5.0 §4.2.2.2).
    pub struct DataSmResp<'a> {
        /// The MC's id of the message.
        message_id: COctetString<'a, 65>,
    }
}
