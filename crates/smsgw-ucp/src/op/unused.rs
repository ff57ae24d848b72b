//! Fields that an operation does not use.

use core::fmt;

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::Tolerance;
use crate::wire::{Field, Need, Reader, Writer, invalid};

/// A field, or several in a row, that the operation does not use.
///
/// Sent empty; received with anything in it, which is kept and written again.
#[derive(Clone, Copy, PartialEq, Eq)]
#[doc(alias("CPg", "RPLy", "RES1", "RES2", "RES4", "RES5"))]
pub struct Unused<'a, const FIELDS: usize = 1>([&'a [u8]; FIELDS]);

impl<'a, const FIELDS: usize> Unused<'a, FIELDS> {
    /// Nothing, as it should be.
    pub const EMPTY: Self = Self([b""; FIELDS]);
    /// The most octets of each field.
    pub const MAX: usize = 2_048;

    /// What stands in each field.
    #[must_use]
    pub const fn as_octets(&self) -> &[&'a [u8]; FIELDS] {
        &self.0
    }

    /// Whether nothing stands there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|field| field.is_empty())
    }
}

impl<const FIELDS: usize> Default for Unused<'_, FIELDS> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<'a, const FIELDS: usize> Field<'a> for Unused<'a, FIELDS> {
    #[inline(always)]
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        _need: Need,
    ) -> Result<Self, DecodeError> {
        let mut unused = Self::EMPTY;
        for (field, name) in unused.0.iter_mut().zip(names) {
            if !reader.skip_empty() {
                let offset = reader.offset();
                *field = reader.field();
                check(field, reader, name, offset)?;
            }
        }
        Ok(unused)
    }

    #[inline]
    fn size(&self) -> usize {
        self.0.iter().map(|field| field.len() + 1).sum()
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        for field in self.0 {
            writer.field(field);
        }
    }
}

#[cold]
fn check(
    field: &[u8],
    reader: &mut Reader<'_, '_>,
    name: &'static str,
    offset: usize,
) -> Result<(), DecodeError> {
    let (max, had) = (Unused::<1>::MAX, field.len());
    if had > max {
        return Err(invalid(ValueError::TooLong { max, had }, name, offset));
    }
    let Some(at) = field.iter().position(|octet| !octet.is_ascii()) else {
        return Ok(());
    };
    let is_allowed = reader.quirks.non_ascii;
    let otherwise = DecodeErrorKind::Value(ValueError::Character { at });
    reader.let_through(is_allowed, Tolerance::NonAscii, name, offset, otherwise)
}

impl<const FIELDS: usize> fmt::Debug for Unused<'_, FIELDS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("unused");
        }
        for (index, field) in self.0.iter().enumerate() {
            let slash = if index == 0 { "" } else { "/" };
            write!(f, "{slash}{}", field.escape_ascii())?;
        }
        Ok(())
    }
}
