//! OTOA: how OAdC is to be read.

use super::field::{OneField, Source};
use super::number::numbers;
use crate::error::{DecodeError, ValueError};
use crate::quirks::Tolerance;
use crate::wire::Writer;

numbers! {
    /// OTOA: how OAdC is to be read. Empty, it is a number as the SC and the client agreed.
    #[doc(alias = "OTOA")]
    pub struct Otoa: 1 to 4 digits, 0..=9999;
    INTERNATIONAL = "1139", "OAdC is an international number (E.164)";
    ALPHANUMERIC = "5039", "OAdC is a name, packed in 7 bits";
}

impl<'a> OneField<'a> for Otoa {
    #[inline]
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        let otoa = Self::parse(source.text).map_err(|error| source.invalid(error))?;
        if !matches!(otoa, Self::INTERNATIONAL | Self::ALPHANUMERIC) {
            let is_allowed = source.quirks().unknown_otoa;
            source.let_through(is_allowed, Tolerance::UnknownOtoa, ValueError::Unknown)?;
        }
        Ok(otoa)
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn write_text(&self, writer: &mut Writer<'_>) {
        self.0.with_text(|digits| writer.octets(digits));
    }
}
