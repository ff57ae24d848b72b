//! A C-octet string that is not printed: the password of a bind.

use core::fmt;

use crate::error::{DecodeError, ValueError};
use crate::types::COctetString;
use crate::value::{FieldKind, Visitor};
use crate::wire::{Field, Reader, Writer};

/// A [`COctetString`] that hides itself in `Debug` output, so that no log shows it.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Secret<'a, const MAX: usize>(pub COctetString<'a, MAX>);

impl<'a, const MAX: usize> Secret<'a, MAX> {
    /// The octets without the NUL. Compare them in constant time.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0.as_octets()
    }
}

impl<'a, const MAX: usize> TryFrom<&'a str> for Secret<'a, MAX> {
    type Error = ValueError;

    fn try_from(text: &'a str) -> Result<Self, ValueError> {
        text.try_into().map(Self)
    }
}

impl<const MAX: usize> fmt::Debug for Secret<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl<'a, const MAX: usize> Field<'a> for Secret<'a, MAX> {
    const KIND: FieldKind = FieldKind::COctetString { max: MAX };

    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        Field::read(reader, name).map(Self)
    }

    fn size(&self) -> usize {
        self.0.size()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        self.0.write(writer);
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        self.0.visit(name, visitor);
    }
}
