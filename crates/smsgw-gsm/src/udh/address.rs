//! Addresses in elements, as TPDUs have them (3GPP TS 23.040 §9.1.2.5).

use crate::field::{Address, TypeOfAddress};

/// The name of the field where an element has one.
pub(super) const ADDRESS: &str = "IE";

/// An address and what follows it; `None` when it does not fit or is longer than one may be.
pub(super) fn split_address(octets: &[u8]) -> Option<(Address, &[u8])> {
    let ([semi_octets, toa], rest) = octets.split_first_chunk()?;
    let count = usize::from(*semi_octets).div_ceil(2);
    let (digits, rest) = rest.split_at_checked(count)?;
    let address = Address::from_parts(TypeOfAddress(*toa), *semi_octets, digits)?;
    Some((address, rest))
}
