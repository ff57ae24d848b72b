//! Why a delivery failed, in general and in the words of the network (SMPP 5.0 §4.8.4.19,
//! §4.8.4.42).

use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvValue, integer_tlv_fields};
use crate::wire::open_enum;

open_enum! {
    /// Whose code a [`NetworkError`] carries (SMPP 5.0 §4.8.4.42). 3.4 has the first three.
    #[derive(Default)]
    pub struct NetworkErrorType(u8);
    /// ANSI-136: access denied reason.
    ANSI_136_ACCESS_DENIED_REASON = 1,
    /// IS-95: access denied reason.
    IS_95_ACCESS_DENIED_REASON = 2,
    /// GSM.
    GSM = 3,
    /// ANSI-136: cause code.
    ANSI_136_CAUSE_CODE = 4,
    /// IS-95: cause code.
    IS_95_CAUSE_CODE = 5,
    /// ANSI-41: error.
    ANSI_41_ERROR = 6,
    /// SMPP: a `command_status`.
    SMPP_ERROR = 7,
    /// The MC's own.
    MESSAGE_CENTER_SPECIFIC = 8,
}

/// Which network failed and how (SMPP 5.0 §4.8.4.42).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NetworkError {
    /// Whose code it is.
    pub network_type: NetworkErrorType,
    /// The network's own code.
    pub code: u16,
}

impl<'a> TlvField<'a> for NetworkError {
    const LEN: TlvLen = TlvLen::Exactly(3);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            &[network_type, a, b] => Some(Self {
                network_type: NetworkErrorType(network_type),
                code: u16::from_be_bytes([a, b]),
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octet_and_u16(self.network_type.0, self.code)
    }
}

open_enum! {
    /// Why delivery failed (SMPP 5.0 §4.8.4.19). In `data_sm_resp`; in 5.0 in `submit_sm_resp`
    /// and `deliver_sm_resp`, too.
    #[derive(Default)]
    pub struct DeliveryFailureReason(u8);
    /// The destination cannot be reached.
    DESTINATION_UNAVAILABLE = 0,
    /// The destination address is invalid: suspended, no SMS capability, or the like.
    DESTINATION_ADDRESS_INVALID = 1,
    /// A permanent error of the network.
    PERMANENT_NETWORK_ERROR = 2,
    /// A temporary error of the network.
    TEMPORARY_NETWORK_ERROR = 3,
}

integer_tlv_fields!(u8: DeliveryFailureReason);
