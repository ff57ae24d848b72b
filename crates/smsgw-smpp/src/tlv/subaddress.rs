//! A subaddress behind an address (SMPP 5.0 §4.8.4.28, §4.8.4.60).

use core::fmt;

use crate::error::ValueError;
use crate::tlv::TlvLen;
use crate::tlv::tagged::Tagged;
use crate::tlv::typed::{TlvField, TlvValue};
use crate::wire::open_enum;

open_enum! {
    /// How a [`Subaddress`] is spelled (SMPP 5.0 §4.8.4.28).
    pub struct SubaddressType(u8);
    /// NSAP (X.213), an even number of digits.
    NSAP_EVEN = 0b1000_0000,
    /// NSAP (X.213), an odd number of digits.
    NSAP_ODD = 0b1000_1000,
    /// As the user likes.
    USER_SPECIFIED = 0b1010_0000,
}

/// A subaddress behind an address: its type and 1 to 22 octets (SMPP 5.0 §4.8.4.28, §4.8.4.60).
///
/// ```
/// use smsgw_smpp::tlv::{SourceSubaddress, Subaddress, SubaddressType, Tlv};
///
/// let mut buffer = [0; 23];
/// let desk = Subaddress::new(SubaddressType::USER_SPECIFIED, b"12", &mut buffer)?;
/// let tlv = Tlv::from(SourceSubaddress(desk));
/// assert_eq!(tlv.value(), b"\xa012");
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Subaddress<'a>(Tagged<'a>);

impl<'a> Subaddress<'a> {
    /// A subaddress, put together in `buffer`, which lives where the PDU can see it.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) when `address` is empty,
    /// [`TooLong`](ValueError::TooLong) when it has more than 22 octets; both count the type.
    pub fn new(
        kind: SubaddressType,
        address: &[u8],
        buffer: &'a mut [u8; 23],
    ) -> Result<Self, ValueError> {
        Tagged::new(kind.0, address, 2, buffer).map(Self)
    }

    /// How the address is spelled.
    #[must_use]
    pub const fn kind(&self) -> SubaddressType {
        SubaddressType(self.0.first)
    }

    /// The octets of the address.
    #[must_use]
    pub const fn address(&self) -> &'a [u8] {
        self.0.rest
    }
}

impl fmt::Debug for Subaddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} b\"{}\"", self.kind(), self.address().escape_ascii())
    }
}

impl<'a> TlvField<'a> for Subaddress<'a> {
    const LEN: TlvLen = TlvLen::Between(2, 23);
    fn from_octets(value: &'a [u8]) -> Option<Self> {
        Tagged::from_octets(value).map(Self)
    }
    fn to_value(&self) -> TlvValue<'a> {
        self.0.to_value()
    }
}
