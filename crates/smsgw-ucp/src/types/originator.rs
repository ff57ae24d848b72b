//! The originator of OT 51 to 58 (OAdC): a number, or a name packed in 7 bits.

use super::address::check_number;
use super::ascii;
use super::field::{Place, Source, text_types};
use super::hex::check_digits;
use super::otoa::Otoa;
use super::packed_name::{PackedBuf, PackedName};
use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::Tolerance;
use crate::wire::Reader;

/// The originator of a message: OAdC of OT 51 to 58, and AdC of OT 53, which says who sent it.
///
/// Up to 22 digits, decimal of a number or hexadecimal of a name; OTOA tells which
/// ([`Self::sender`]).
///
/// ```
/// use smsgw_ucp::types::{Originator, Otoa, PackedName, Sender};
///
/// let number = Originator::new("393331234567")?;
/// assert_eq!(number.sender(Otoa::INTERNATIONAL), Sender::International("393331234567"));
///
/// let rust = PackedName::pack("Rust")?;
/// assert_eq!(rust.as_originator(), "07D2FA9C0E");
/// assert_eq!(rust.as_originator().sender(Otoa::ALPHANUMERIC), Sender::Name(rust.as_name()));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("OAdC", "AdC"))]
pub struct Originator<'a>(&'a [u8]);

text_types!(Originator);

/// Who sent a message, as OTOA says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sender<'a> {
    /// A number as the SC and the client agreed, or nothing.
    Number(&'a str),
    /// An international number, without `+` or `00`.
    International(&'a str),
    /// A name.
    Name(PackedName<'a>),
}

impl<'a> Originator<'a> {
    /// Most digits. A number has 16 by the standard; peers send up to as many as a name has.
    pub const MAX: usize = 22;

    /// A number, or nothing. For a name see [`PackedName::pack`].
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 22 digits,
    /// [`NotDigit`](ValueError::NotDigit) for anything else.
    pub fn new(digits: &'a str) -> Result<Self, ValueError> {
        let digits = digits.as_bytes();
        if !ascii::are_decimal(digits) {
            return Err(ascii::not_decimal(digits));
        }
        ascii::check_len(digits, Self::MAX)?;
        Ok(Self(digits))
    }

    /// Who it is, where the operation has this OTOA.
    ///
    /// Without one it is a name too when it can be nothing else: see
    /// [`Quirks::missing_otoa`](crate::Quirks::missing_otoa).
    #[must_use]
    pub fn sender(&self, otoa: Otoa) -> Sender<'a> {
        match otoa {
            Otoa::ABSENT => match self.clear_name() {
                Some(name) => Sender::Name(name),
                None => Sender::Number(self.as_str()),
            },
            Otoa::ALPHANUMERIC => match PackedName::of(self.0) {
                Some(name) => Sender::Name(name),
                None => Sender::Number(self.as_str()),
            },
            Otoa::INTERNATIONAL => Sender::International(self.as_str()),
            _ => Sender::Number(self.as_str()),
        }
    }

    /// Who it is, where the operation has no OTOA, as OT 53: a name when the digits A to F are
    /// among its digits. A name without them looks like a number; it is the same text as in the
    /// OT 51 that it notifies of.
    #[must_use]
    pub fn sender_without_otoa(&self) -> Sender<'a> {
        if ascii::are_decimal(self.0) {
            return Sender::Number(self.as_str());
        }
        self.sender(Otoa::ALPHANUMERIC)
    }

    /// A name that no number looks like, packed as it has to be.
    fn clear_name(&self) -> Option<PackedName<'a>> {
        if ascii::are_decimal(self.0) {
            return None;
        }
        PackedName::of(self.0).filter(PackedName::has_right_len)
    }

    /// `digits`, which are known to be some.
    pub(super) const fn of(digits: &'a [u8]) -> Self {
        Self(digits)
    }

    #[inline]
    fn read_from(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        let text = source.text;
        if text.len() <= Self::MAX && ascii::are_decimal(text) {
            return Ok(Self(text));
        }
        // OTOA, which says whether this can be, comes later.
        if text.len() <= Self::MAX && ascii::are_hex(text) {
            check_digits(source, Self::MAX)?;
        } else {
            check_number(source, Self::MAX)?;
        }
        Ok(Self(text))
    }

    /// Checks that it is what `otoa` says, now that both have been read: decimal digits, or a
    /// packed name. OAdC starts `offset` octets behind STX.
    #[inline]
    pub(crate) fn check(
        &self,
        otoa: Otoa,
        reader: &mut Reader<'_, '_>,
        offset: usize,
    ) -> Result<(), DecodeError> {
        let is_right = match otoa {
            _ if self.0.is_empty() => true,
            Otoa::ALPHANUMERIC => PackedName::of(self.0).is_some_and(|name| name.has_right_len()),
            _ => ascii::are_decimal(self.0),
        };
        if is_right {
            return Ok(());
        }
        self.check_odd(otoa, reader, Place::new("OAdC", offset))
    }

    #[cold]
    fn check_odd(
        &self,
        otoa: Otoa,
        reader: &mut Reader<'_, '_>,
        place: Place,
    ) -> Result<(), DecodeError> {
        // A sign and names were let through when it was read.
        if !ascii::are_hex(self.0) {
            return Ok(());
        }
        let quirks = reader.quirks;
        let (is_allowed, what, error) = match (otoa, PackedName::of(self.0)) {
            (Otoa::ALPHANUMERIC, Some(name)) => {
                let error = name.len_error();
                (quirks.packed_length, Tolerance::PackedLength, error)
            }
            (Otoa::ALPHANUMERIC, None) => {
                let had = self.0.len();
                return Err(place.invalid(ValueError::OddHex { had }));
            }
            (Otoa::ABSENT, _) if quirks.missing_otoa && self.clear_name().is_some() => {
                let error = ascii::not_decimal(self.0);
                (true, Tolerance::MissingOtoa, error)
            }
            _ => {
                let error = ascii::not_decimal(self.0);
                (quirks.names_in_addresses, Tolerance::Name, error)
            }
        };
        place.let_through(reader, is_allowed, what, DecodeErrorKind::Value(error))
    }
}

impl<'a> From<&'a PackedBuf> for Originator<'a> {
    fn from(buf: &'a PackedBuf) -> Self {
        buf.as_originator()
    }
}
