//! Octets as the value of a TLV, within the bounds of the standard.

use core::fmt;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::typed::{TlvField, TlvOctets, TlvValue};

/// An octet string as the value of a TLV, `MIN` to `MAX` octets.
///
/// From a lenient read it may have fewer or more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TlvOctetString<'a, const MIN: u16, const MAX: u16>(TlvOctets<'a>);

impl<'a, const MIN: u16, const MAX: u16> TlvOctetString<'a, MIN, MAX> {
    /// Takes `octets` as they are.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) when there are fewer than `MIN`,
    /// [`TooLong`](ValueError::TooLong) when there are more than `MAX`.
    pub fn new(octets: &'a [u8]) -> Result<Self, ValueError> {
        let had = octets.len();
        match TlvOctets::new(octets) {
            Ok(_) if had < usize::from(MIN) => Err(ValueError::TooShort {
                min: usize::from(MIN),
                had,
            }),
            Ok(value) if had <= usize::from(MAX) => Ok(Self(value)),
            _ => Err(ValueError::TooLong {
                max: usize::from(MAX),
                had,
            }),
        }
    }

    /// The octets.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0.as_octets()
    }
}

impl<const MIN: u16, const MAX: u16> fmt::Debug for TlvOctetString<'_, MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'a, const MIN: u16, const MAX: u16> TlvField<'a> for TlvOctetString<'a, MIN, MAX> {
    const LEN: TlvLen = if MIN == MAX {
        TlvLen::Exactly(MIN)
    } else {
        TlvLen::Between(MIN, MAX)
    };
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        TlvOctets::new(value).ok().map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        TlvValue::octets(self.0)
    }
}
