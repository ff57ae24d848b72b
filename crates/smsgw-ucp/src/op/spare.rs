//! A field that some peers have and others do not.

use crate::error::DecodeError;
use crate::op::Unused;
use crate::wire::{Field, Need, Reader, Writer};

/// A field that is there or not: one more in OT 03 than the documents' examples have.
///
/// Not sent; when it was received, it is written again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spare<'a>(Option<Unused<'a>>);

impl<'a> Spare<'a> {
    /// The field is not there.
    pub const ABSENT: Self = Self(None);

    /// What stands in the field; `None` when it is not there.
    #[must_use]
    pub fn as_octets(&self) -> Option<&'a [u8]> {
        let [octets] = *self.0.as_ref()?.as_octets();
        Some(octets)
    }
}

impl<'a> Field<'a> for Spare<'a> {
    fn read(
        reader: &mut Reader<'a, '_>,
        _names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        if !core::mem::take(&mut reader.has_spare) {
            return Ok(Self::ABSENT);
        }
        Unused::read(reader, &["GA"], need).map(|field| Self(Some(field)))
    }

    fn size(&self) -> usize {
        self.0.as_ref().map_or(0, Field::size)
    }

    fn write(&self, writer: &mut Writer<'_>) {
        if let Some(field) = &self.0 {
            field.write(writer);
        }
    }
}
