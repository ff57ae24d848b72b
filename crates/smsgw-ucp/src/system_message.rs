//! The text of a result (SM).

use core::fmt;

use crate::error::{DecodeError, ValueError};
use crate::quirks::Tolerance;
use crate::wire::{Reader, Writer, invalid};

/// The system message of a result (SM): what names a message, or a text for people.
///
/// The one field of UCP that is plain text. It cannot hold a slash, as nothing can be escaped.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct SystemMessage<'a>(&'a [u8]);

impl<'a> SystemMessage<'a> {
    /// No text.
    pub const EMPTY: Self = Self(b"");
    /// The most characters of a text that is made.
    pub const MAX: usize = 1_024;

    /// A text of printable ASCII characters but the slash.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for another character,
    /// [`TooLong`](ValueError::TooLong) for more than [`Self::MAX`].
    pub fn new(text: &'a str) -> Result<Self, ValueError> {
        let is_allowed = |octet: &u8| matches!(*octet, b' '..=b'~') && *octet != b'/';
        let octets = text.as_bytes();
        if let Some(at) = octets.iter().position(|octet| !is_allowed(octet)) {
            return Err(ValueError::Character { at });
        }
        if octets.len() > Self::MAX {
            return Err(ValueError::TooLong {
                max: Self::MAX,
                had: octets.len(),
            });
        }
        Ok(Self(octets))
    }

    /// The text as it is on the wire; ASCII, unless a peer breaks the rules.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no text.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn read(reader: &mut Reader<'a, '_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let octets = reader.field();
        if let Some(at) = octets.iter().position(|octet| !octet.is_ascii()) {
            let error = invalid(ValueError::Character { at }, "SM", offset);
            let is_allowed = reader.quirks.non_ascii;
            reader.let_through(is_allowed, Tolerance::NonAscii, "SM", offset, error.kind())?;
        }
        Ok(Self(octets))
    }

    pub(crate) fn size(&self) -> usize {
        self.0.len() + 1
    }

    pub(crate) fn write(&self, writer: &mut Writer<'_>) {
        writer.field(self.0);
    }
}

/// Octets above 0x7F are shown as Latin-1.
impl fmt::Display for SystemMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &octet in self.0 {
            fmt::Write::write_char(f, char::from(octet))?;
        }
        Ok(())
    }
}

impl fmt::Debug for SystemMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}
