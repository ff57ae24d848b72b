//! unbind, enquire_link, alert_notification and generic_nack (SMPP 5.0 §4.1.1.8 to §4.1.4).

use super::pdu;
use crate::types::Address;

pdu! {
    /// `unbind`: end the session (SMPP 5.0 §4.1.1.8).
    pub struct Unbind<'a> {}
}

pdu! {
    /// `unbind_resp` (SMPP 5.0 §4.1.1.9).
    pub struct UnbindResp<'a> {}
}

pdu! {
    /// `enquire_link`: is the peer there (SMPP 5.0 §4.1.2.1).
    pub struct EnquireLink<'a> {}
}

pdu! {
    /// `enquire_link_resp` (SMPP 5.0 §4.1.2.2).
    pub struct EnquireLinkResp<'a> {}
}

pdu! {
    /// `alert_notification`: a subscriber can be reached again (SMPP 5.0 §4.1.3.1).
    pub struct AlertNotification<'a> {
        /// The subscriber.
        source_addr: Address<'a, 65>,
        /// The ESME that asked to be told.
        esme_addr: Address<'a, 65>,
    }
}

pdu! {
    /// `generic_nack`: a PDU could not be understood (SMPP 5.0 §4.1.4.1).
    pub struct GenericNack<'a> {}
}
