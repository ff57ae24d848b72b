//! The telematic interworking of the recipient (SMPP 5.0 §4.8.4.29).

use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvValue};

/// The telematic interworking a recipient is reached by (SMPP 5.0 §4.8.4.29).
///
/// Two octets; `source_telematics_id` has only the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TelematicsId {
    /// As `protocol_id`: TP-PID on GSM.
    pub protocol_id: u8,
    /// Reserved: 0.
    pub reserved: u8,
}

impl<'a> TlvField<'a> for TelematicsId {
    const LEN: TlvLen = TlvLen::Exactly(2);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        match value {
            &[protocol_id, reserved] => Some(Self {
                protocol_id,
                reserved,
            }),
            _ => None,
        }
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::u16(u16::from_be_bytes([self.protocol_id, self.reserved]))
    }
}
