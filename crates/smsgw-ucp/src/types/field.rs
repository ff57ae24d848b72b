//! What types of one field have in common: a text between two slashes.

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::{Quirks, Tolerance};
use crate::wire::{Field, Need, Reader, Writer, invalid};

/// A type that stands in one field, and is empty by default.
pub(crate) trait OneField<'a>: Copy + Default {
    /// Reads a text that is not empty.
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError>;
    /// Octets of the text, without the slash.
    fn text_len(&self) -> usize;
    /// Writes as many, without the slash.
    fn write_text(&self, writer: &mut Writer<'_>);
}

impl<'a, T: OneField<'a>> Field<'a> for T {
    #[inline(always)]
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        if need == Need::Optional && reader.skip_empty() {
            return Ok(Self::default());
        }
        read_some(reader, names, need)
    }

    #[inline]
    fn size(&self) -> usize {
        self.text_len() + 1
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        self.write_text(writer);
        writer.octets(b"/");
    }
}

/// A field that may have something in it. Apart, so that what is inlined for each field, most of which
/// are empty, stays small.
#[inline(never)]
fn read_some<'a, T: OneField<'a>>(
    reader: &mut Reader<'a, '_>,
    names: &'static [&'static str],
    need: Need,
) -> Result<T, DecodeError> {
    let mut source = Source::next(reader, names, 0);
    if source.text.is_empty() {
        if need == Need::Mandatory {
            source.place.missing(reader)?;
        }
        return Ok(T::default());
    }
    T::read_text(&mut source)
}

/// Which field it is.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    name: &'static str,
    offset: usize,
}

impl Place {
    pub(crate) const fn new(name: &'static str, offset: usize) -> Self {
        Self { name, offset }
    }

    #[cold]
    pub(crate) fn invalid(self, error: ValueError) -> DecodeError {
        invalid(error, self.name, self.offset)
    }

    /// The field is empty, but mandatory.
    #[cold]
    pub(crate) fn missing(self, reader: &mut Reader<'_, '_>) -> Result<(), DecodeError> {
        reader.missing(self.name, self.offset)
    }

    /// Lets what stands there through, or not.
    #[cold]
    pub(crate) fn let_through(
        self,
        reader: &mut Reader<'_, '_>,
        is_allowed: bool,
        what: Tolerance,
        otherwise: DecodeErrorKind,
    ) -> Result<(), DecodeError> {
        reader.let_through(is_allowed, what, self.name, self.offset, otherwise)
    }
}

/// The text of a field, and where it came from.
pub(crate) struct Source<'a, 'q, 'r> {
    pub(crate) text: &'a [u8],
    pub(crate) place: Place,
    pub(crate) reader: &'r mut Reader<'a, 'q>,
}

impl<'a, 'q, 'r> Source<'a, 'q, 'r> {
    /// The next field, whose name is the one at `index`.
    #[inline]
    pub(crate) fn next(
        reader: &'r mut Reader<'a, 'q>,
        names: &'static [&'static str],
        index: usize,
    ) -> Self {
        let name = names.get(index).copied().unwrap_or_default();
        let offset = reader.offset();
        let text = reader.field();
        let place = Place::new(name, offset);
        Self {
            text,
            place,
            reader,
        }
    }

    pub(crate) fn quirks(&self) -> &'q Quirks {
        self.reader.quirks
    }

    pub(crate) fn invalid(&self, error: ValueError) -> DecodeError {
        self.place.invalid(error)
    }

    /// Lets what was read through, or not.
    #[cold]
    pub(crate) fn let_through(
        &mut self,
        is_allowed: bool,
        what: Tolerance,
        otherwise: ValueError,
    ) -> Result<(), DecodeError> {
        let otherwise = DecodeErrorKind::Value(otherwise);
        self.place
            .let_through(self.reader, is_allowed, what, otherwise)
    }
}

/// What types have in common whose text is ASCII, checked when they were made: a `new` and a
/// `read_from` of their own come with it.
macro_rules! text_types {
    ($($name:ident),+ $(,)?) => { $(
        $crate::types::field::secret_types!($name);

        impl core::fmt::Debug for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self.as_str(), f)
            }
        }
    )+ };
}

/// As `text_types`, of what `Debug` does not show: the type says how.
macro_rules! secret_types {
    ($($name:ident),+ $(,)?) => { $(
        impl<'a> $name<'a> {
            /// The empty field.
            pub const EMPTY: Self = Self(&[]);

            /// The text as it stands in the field.
            #[must_use]
            pub fn as_str(&self) -> &'a str {
                $crate::types::ascii::text(self.0)
            }

            /// Whether the field is empty.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl<'a> TryFrom<&'a str> for $name<'a> {
            type Error = $crate::ValueError;

            fn try_from(text: &'a str) -> Result<Self, $crate::ValueError> {
                Self::new(text)
            }
        }

        impl PartialEq<str> for $name<'_> {
            fn eq(&self, other: &str) -> bool {
                self.0 == other.as_bytes()
            }
        }

        impl PartialEq<&str> for $name<'_> {
            fn eq(&self, other: &&str) -> bool {
                self.0 == other.as_bytes()
            }
        }

        impl core::fmt::Display for $name<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl<'a> $crate::types::field::OneField<'a> for $name<'a> {
            #[inline]
            fn read_text(
                source: &mut $crate::types::field::Source<'a, '_, '_>,
            ) -> Result<Self, $crate::DecodeError> {
                Self::read_from(source)
            }

            #[inline]
            fn text_len(&self) -> usize {
                self.0.len()
            }

            #[inline]
            fn write_text(&self, writer: &mut $crate::wire::Writer<'_>) {
                writer.octets(self.0);
            }
        }
    )+ };
}

pub(crate) use {secret_types, text_types};
