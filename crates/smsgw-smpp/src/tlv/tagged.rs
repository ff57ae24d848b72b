//! Values put together from parts.

use crate::error::ValueError;
use crate::tlv::typed::{TlvOctets, TlvValue};

/// An octet that says what the rest of the value is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tagged<'a> {
    octets: TlvOctets<'a>,
    pub(crate) first: u8,
    pub(crate) rest: &'a [u8],
}

impl<'a> Tagged<'a> {
    /// `first` and at least `min - 1` octets more, in `buffer`.
    pub(crate) fn new(
        first: u8,
        rest: &[u8],
        min: usize,
        buffer: &'a mut [u8],
    ) -> Result<Self, ValueError> {
        let octets = join(&[first], rest, min, buffer)?;
        // `join` wrote the first octet.
        Self::from_octets(octets).ok_or(ValueError::TooShort { min, had: 0 })
    }

    pub(crate) fn from_octets(octets: &'a [u8]) -> Option<Self> {
        let (&first, rest) = octets.split_first()?;
        let octets = TlvOctets::new(octets).ok()?;
        Some(Self {
            octets,
            first,
            rest,
        })
    }

    pub(crate) const fn to_value(self) -> TlvValue<'a> {
        TlvValue::octets(self.octets)
    }
}

/// `head` and `rest` in `buffer`, which has room for the longest value; at least `min` octets.
pub(crate) fn join<'a>(
    head: &[u8],
    rest: &[u8],
    min: usize,
    buffer: &'a mut [u8],
) -> Result<&'a [u8], ValueError> {
    let (max, had) = (buffer.len(), head.len() + rest.len());
    if had < min {
        return Err(ValueError::TooShort { min, had });
    }
    match buffer.get_mut(..had) {
        None => Err(ValueError::TooLong { max, had }),
        Some(value) => {
            for (slot, octet) in value.iter_mut().zip(head.iter().chain(rest)) {
                *slot = *octet;
            }
            Ok(value)
        }
    }
}
