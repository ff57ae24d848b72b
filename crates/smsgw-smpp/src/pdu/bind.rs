//! bind_transmitter, bind_receiver, bind_transceiver and outbind (SMPP 5.0 §4.1.1).

use super::pdu;
use crate::types::{Address, COctetString, InterfaceVersion};

/// Hides itself when printed.
type Password<'a> = crate::types::Secret<'a, 9>;

pdu! {
    /// `bind_transmitter`: open a session to send (SMPP 5.0 §4.1.1.1).
    pub struct BindTransmitter<'a> {
        /// Who binds.
        system_id: COctetString<'a, 16>,
        /// The secret shared with the MC.
        password: Password<'a>,
        /// The kind of system; most MCs want it empty.
        system_type: COctetString<'a, 13>,
        /// The version the ESME speaks.
        interface_version: InterfaceVersion,
        /// The addresses the ESME serves, as a regular expression; most MCs want it empty.
        address_range: Address<'a, 41>,
    }
}

pdu! {
    /// `bind_transmitter_resp` (SMPP 5.0 §4.1.1.2).
    pub struct BindTransmitterResp<'a> {
        /// Who the MC is.
        system_id: COctetString<'a, 16>,
    }
}

pdu! {
    /// `bind_receiver`: open a session to receive (SMPP 5.0 §4.1.1.3).
    pub struct BindReceiver<'a> {
        /// Who binds.
        system_id: COctetString<'a, 16>,
        /// The secret shared with the MC.
        password: Password<'a>,
        /// The kind of system; most MCs want it empty.
        system_type: COctetString<'a, 13>,
        /// The version the ESME speaks.
        interface_version: InterfaceVersion,
        /// The addresses the ESME serves, as a regular expression; most MCs want it empty.
        address_range: Address<'a, 41>,
    }
}

pdu! {
    /// `bind_receiver_resp` (SMPP 5.0 §4.1.1.4).
    pub struct BindReceiverResp<'a> {
        /// Who the MC is.
        system_id: COctetString<'a, 16>,
    }
}

pdu! {
    /// `bind_transceiver`: open a session to send and receive (SMPP 5.0 §4.1.1.5).
    pub struct BindTransceiver<'a> {
        /// Who binds.
        system_id: COctetString<'a, 16>,
        /// The secret shared with the MC.
        password: Password<'a>,
        /// The kind of system; most MCs want it empty.
        system_type: COctetString<'a, 13>,
        /// The version the ESME speaks.
        interface_version: InterfaceVersion,
        /// The addresses the ESME serves, as a regular expression; most MCs want it empty.
        address_range: Address<'a, 41>,
    }
}

pdu! {
    /// `bind_transceiver_resp` (SMPP 5.0 §4.1.1.6).
    pub struct BindTransceiverResp<'a> {
        /// Who the MC is.
        system_id: COctetString<'a, 16>,
    }
}

pdu! {
    /// `outbind`: the MC asks an ESME to bind as receiver (SMPP 5.0 §4.1.1.7).
    pub struct Outbind<'a> {
        /// Who the MC is.
        system_id: COctetString<'a, 16>,
        /// The secret by which the ESME knows the MC.
        password: Password<'a>,
    }
}
