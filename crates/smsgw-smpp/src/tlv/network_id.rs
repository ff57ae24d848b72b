//! Which network a message is from or for (SMPP 5.0 §4.8.4.25, §4.8.4.56).

use core::ffi::CStr;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvCString, TlvField, TlvValue};

/// The address of an operator's network, digits of its own making: a format, a country and a
/// network (SMPP 5.0 §4.8.4.25, §4.8.4.56). 7 to 65 octets with the NUL.
///
/// Goes with the id of a node in it, `source_node_id` or `dest_node_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkId<'a>(TlvCString<'a, 65>);

impl<'a> NetworkId<'a> {
    /// Takes `text` with its NUL.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) below 7 octets, [`TooLong`](ValueError::TooLong) above
    /// 65, the NUL counted.
    pub fn new(text: &'a CStr) -> Result<Self, ValueError> {
        match text.count_bytes() + 1 {
            had @ ..7 => Err(ValueError::TooShort { min: 7, had }),
            _ => TlvCString::new(text).map(Self),
        }
    }

    /// The octets before the NUL.
    #[must_use]
    pub fn as_octets(&self) -> &'a [u8] {
        self.0.as_octets()
    }
}

impl<'a> TlvField<'a> for NetworkId<'a> {
    const LEN: TlvLen = TlvLen::Between(7, 65);
    const IS_C_OCTET_STRING: bool = true;
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        TlvField::from_octets(value).map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        self.0.to_value()
    }
}
