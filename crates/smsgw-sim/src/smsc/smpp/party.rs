//! Addresses of SMPP that outlive their PDU.

use smsgw_smpp::ValueError;
use smsgw_smpp::types::{Address, COctetString, Npi, Ton};

/// Most octets of an address in `deliver_sm`.
const MAX_ADDRESS: usize = 21;

/// An address with memory of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Party {
    ton: Ton,
    npi: Npi,
    digits: Vec<u8>,
}

impl Party {
    /// As an address came; what is longer than `deliver_sm` can say is cut.
    pub(super) fn of<const MAX: usize>(address: &Address<'_, MAX>) -> Self {
        let octets = address.digits.as_octets();
        Self {
            ton: address.ton,
            npi: address.npi,
            digits: octets.get(..MAX_ADDRESS - 1).unwrap_or(octets).to_vec(),
        }
    }

    /// As people write it: `+30690...` is international, what is no number is a name.
    pub(super) fn parse(text: &str) -> Result<Self, ValueError> {
        let address: Address<'_, MAX_ADDRESS> = match text.strip_prefix('+') {
            Some(digits) => Address::international(digits)?,
            None if text.bytes().all(|octet| octet.is_ascii_digit()) => {
                Address::new(Ton::UNKNOWN, Npi::ISDN, text)?
            }
            None => Address::alphanumeric(text)?,
        };
        Ok(Self::of(&address))
    }

    /// Whether `address` is this one, as far as it says: 0 and nothing stand for what its sender
    /// does not know.
    pub(super) fn is<const MAX: usize>(&self, address: &Address<'_, MAX>) -> bool {
        let digits = address.digits.as_octets();
        (address.ton == Ton::UNKNOWN || address.ton == self.ton)
            && (address.npi == Npi::UNKNOWN || address.npi == self.npi)
            && (digits.is_empty() || digits == self.digits)
    }

    /// As [`Self::is`], and nothing stands for nothing.
    pub(super) fn is_just<const MAX: usize>(&self, address: &Address<'_, MAX>) -> bool {
        self.is(address) && address.digits.as_octets() == self.digits
    }

    pub(super) fn address<const MAX: usize>(&self) -> Address<'_, MAX> {
        Address {
            ton: self.ton,
            npi: self.npi,
            // It came as one, and is short enough.
            digits: COctetString::new(&self.digits).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_it_looks_like() {
        let address = |text| Party::parse(text).map(|party| (party.ton, party.digits));
        assert_eq!(
            address("+306912345678"),
            Ok((Ton::INTERNATIONAL, b"306912345678".to_vec()))
        );
        assert_eq!(address("1000"), Ok((Ton::UNKNOWN, b"1000".to_vec())));
        assert_eq!(address("ACME"), Ok((Ton::ALPHANUMERIC, b"ACME".to_vec())));
        assert!(address("a name of 21 letters.").is_err());
    }
}
