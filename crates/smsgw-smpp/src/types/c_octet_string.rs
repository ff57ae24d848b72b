//! A string of octets ended by NUL (SMPP 5.0 §3.1.1).

use core::fmt;

use crate::error::{DecodeError, ValueError};
use crate::value::{FieldKind, Value, Visitor};
use crate::wire::{Field, Reader, Writer};

/// A C-octet string of at most `MAX` octets on the wire, its NUL included (SMPP 5.0 §3.1.1).
///
/// Octets, not text: the standard says ASCII, alphanumeric senders are often Latin-1.
///
/// ```
/// use smsgw_smpp::types::COctetString;
///
/// let system_id: COctetString<'_, 16> = "esme".try_into()?;
/// assert_eq!(system_id, "esme");
/// assert!(COctetString::<16>::try_from("an id of 16 octs").is_err());
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct COctetString<'a, const MAX: usize>(&'a [u8]);

impl<'a, const MAX: usize> COctetString<'a, MAX> {
    /// The empty string.
    pub const EMPTY: Self = Self(&[]);

    /// Takes `octets` without their NUL.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) when `octets` and the NUL exceed `MAX`,
    /// [`EmbeddedNul`](ValueError::EmbeddedNul) when there is one inside.
    pub fn new(octets: &'a [u8]) -> Result<Self, ValueError> {
        if octets.len() >= MAX {
            return Err(ValueError::TooLong {
                max: MAX,
                had: octets.len() + 1,
            });
        }
        match octets.iter().position(|&octet| octet == 0) {
            Some(at) => Err(ValueError::EmbeddedNul { at }),
            None => Ok(Self(octets)),
        }
    }

    /// `octets`, which are known to fit.
    pub(super) const fn of(octets: &'a [u8]) -> Self {
        Self(octets)
    }

    /// The octets without the NUL. From a lenient read they may be more than `MAX` - 1.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0
    }

    /// The string, when it is UTF-8 (as ASCII is).
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        core::str::from_utf8(self.0).ok()
    }

    /// Whether there is nothing but the NUL.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a, const MAX: usize> TryFrom<&'a str> for COctetString<'a, MAX> {
    type Error = ValueError;

    fn try_from(text: &'a str) -> Result<Self, ValueError> {
        Self::new(text.as_bytes())
    }
}

impl<const MAX: usize> PartialEq<str> for COctetString<'_, MAX> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl<const MAX: usize> PartialEq<&str> for COctetString<'_, MAX> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// As Latin-1, so that every octet shows as one character.
impl<const MAX: usize> fmt::Display for COctetString<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|&octet| fmt::Write::write_char(f, char::from(octet)))
    }
}

impl<const MAX: usize> fmt::Debug for COctetString<'_, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl<'a, const MAX: usize> Field<'a> for COctetString<'a, MAX> {
    const KIND: FieldKind = FieldKind::COctetString { max: MAX };

    #[inline(always)]
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        reader.c_octet_string(MAX, name).map(Self)
    }

    #[inline]
    fn size(&self) -> usize {
        self.0.len() + 1
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.c_octet_string(self.0);
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        visitor.value(name, self.size(), Value::Text(self.0));
    }
}
