//! Numbers and names: AdC, OAdC.

use smsgw_ucp::types::{Originator, Otoa, PackedBuf, PackedName, Sender};

use super::error::ConvertError;
use super::settings::Settings;
use crate::message::Address;

/// Numbers of fewer digits are short codes, where no prefix tells.
const FEWEST_DIGITS: usize = 7;

/// The digits of a number where no OTOA is: AdC, and both addresses of OT 53.
pub(super) fn digits<Z>(
    name: &'static str,
    address: &Address,
    settings: &Settings<Z>,
) -> Result<String, ConvertError> {
    if address.digits.is_empty() {
        return Err(ConvertError::Missing { name });
    }
    Ok(match address.ton {
        1 => format!("{}{}", settings.prefix, address.digits),
        _ => address.digits.clone(),
    })
}

/// An originator, with the memory that its field borrows.
#[derive(Clone, Debug)]
pub(super) enum OriginatorBuf {
    Number { digits: String, otoa: Otoa },
    Name(PackedBuf),
}

impl OriginatorBuf {
    /// One beside which stands its OTOA.
    pub(super) fn new(name: &'static str, address: &Address) -> Result<Self, ConvertError> {
        if address.digits.is_empty() {
            return Err(ConvertError::Missing { name });
        }
        let otoa = match address.ton {
            5 => return Self::packed(name, address),
            1 => Otoa::INTERNATIONAL,
            _ => Otoa::ABSENT,
        };
        Self::number(name, address.digits.clone(), otoa)
    }

    /// One without OTOA, in the fields of OT 53.
    pub(super) fn without_otoa<Z>(
        name: &'static str,
        address: &Address,
        settings: &Settings<Z>,
    ) -> Result<Self, ConvertError> {
        let digits = digits(name, address, settings)?;
        match address.is_alphanumeric() {
            true => Self::packed(name, address),
            false => Self::number(name, digits, Otoa::ABSENT),
        }
    }

    fn packed(name: &'static str, address: &Address) -> Result<Self, ConvertError> {
        let packed = PackedName::pack(&address.digits);
        packed.map(Self::Name).map_err(ConvertError::of(name))
    }

    fn number(name: &'static str, digits: String, otoa: Otoa) -> Result<Self, ConvertError> {
        Originator::new(&digits).map_err(ConvertError::of(name))?;
        Ok(Self::Number { digits, otoa })
    }

    pub(super) fn as_originator(&self) -> Originator<'_> {
        match self {
            // Checked when it was made.
            Self::Number { digits, .. } => Originator::new(digits).unwrap_or_default(),
            Self::Name(name) => name.as_originator(),
        }
    }

    pub(super) const fn otoa(&self) -> Otoa {
        match self {
            Self::Number { otoa, .. } => *otoa,
            Self::Name(_) => Otoa::ALPHANUMERIC,
        }
    }
}

/// Who sent a message; `None` when the field is empty.
pub(super) fn from_sender<Z>(sender: Sender<'_>, settings: &Settings<Z>) -> Option<Address> {
    let address = match sender {
        Sender::Number(digits) => from_digits(digits, settings),
        Sender::International(digits) => international(digits),
        Sender::Name(name) => Address {
            ton: 5,
            npi: 0,
            digits: match settings.trim_names {
                true => name.trimmed_text(),
                false => name.text(),
            },
        },
    };
    (!address.digits.is_empty()).then_some(address)
}

/// A number without OTOA.
pub(super) fn from_digits<Z>(digits: &str, settings: &Settings<Z>) -> Address {
    // Signs and names are there from peers whose quirks allow them.
    let (is_signed, digits) = match digits.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, digits),
    };
    if !digits.bytes().all(|octet| octet.is_ascii_digit()) {
        return Address {
            ton: 5,
            npi: 0,
            digits: digits.to_owned(),
        };
    }
    let number = match digits.strip_prefix(&settings.prefix) {
        _ if is_signed => Some(digits),
        Some(number) if settings.prefix.is_empty() => {
            let is_long = number.len() >= FEWEST_DIGITS && !number.starts_with('0');
            is_long.then_some(number)
        }
        Some(number) => (!number.is_empty()).then_some(number),
        None => None,
    };
    number.map_or_else(|| Address::number(digits), international)
}

fn international(digits: &str) -> Address {
    Address {
        ton: 1,
        npi: 1,
        digits: digits.to_owned(),
    }
}
