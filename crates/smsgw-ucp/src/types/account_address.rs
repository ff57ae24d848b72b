//! Accounts (OAdC of OT 60 and 61, AdC of OT 31): numbers, and names too.

use core::fmt::{self, Write as _};

use super::address::{NAME, check_number};
use super::ascii;
use super::field::{OneField, Source};
use crate::error::{DecodeError, ValueError};
use crate::quirks::Tolerance;
use crate::wire::Writer;

/// An account: OAdC of OT 60 and 61, AdC of OT 31. The standard has numbers of up to 16 digits;
/// operators have names too.
///
/// ```
/// use smsgw_ucp::types::AccountAddress;
///
/// let account = AccountAddress::new("emi_client")?;
/// assert_eq!(account.as_str(), Some("emi_client"));
/// assert!(AccountAddress::new("a/b").is_err());
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountAddress<'a>(&'a [u8]);

impl<'a> AccountAddress<'a> {
    /// The empty field.
    pub const EMPTY: Self = Self(&[]);
    /// Most characters of a name that is no number.
    pub const MAX: usize = NAME;

    /// A number, a name, or nothing.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 64 characters,
    /// [`Character`](ValueError::Character) for a slash, a control character or one that is not
    /// ASCII.
    pub fn new(name: &'a str) -> Result<Self, ValueError> {
        let name = name.as_bytes();
        ascii::check_printable(name)?;
        ascii::check_len(name, Self::MAX)?;
        Ok(Self(name))
    }

    /// The octets of the field. From a lenient read they may be no ASCII.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0
    }

    /// The name, when it is UTF-8 (as ASCII is).
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        str::from_utf8(self.0).ok()
    }

    /// Whether the field is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> TryFrom<&'a str> for AccountAddress<'a> {
    type Error = ValueError;

    fn try_from(name: &'a str) -> Result<Self, ValueError> {
        Self::new(name)
    }
}

impl PartialEq<str> for AccountAddress<'_> {
    fn eq(&self, other: &str) -> bool {
        self.0 == other.as_bytes()
    }
}

impl PartialEq<&str> for AccountAddress<'_> {
    fn eq(&self, other: &&str) -> bool {
        self.0 == other.as_bytes()
    }
}

/// As Latin-1, so that every octet shows as one character.
impl fmt::Display for AccountAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|&octet| f.write_char(char::from(octet)))
    }
}

impl fmt::Debug for AccountAddress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

impl<'a> OneField<'a> for AccountAddress<'a> {
    #[inline]
    fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        let text = source.text;
        if ascii::are_decimal(text) {
            check_number(source, super::Address::MAX)?;
            return Ok(Self(text));
        }
        ascii::check_len(text, Self::MAX).map_err(|error| source.invalid(error))?;
        if let Err(error) = ascii::check_printable(text) {
            let is_harmless = |&octet: &u8| octet >= 0x80 || ascii::is_printable(octet);
            let is_allowed = source.quirks().non_ascii && text.iter().all(is_harmless);
            source.let_through(is_allowed, Tolerance::NonAscii, error)?;
        }
        Ok(Self(text))
    }

    #[inline]
    fn text_len(&self) -> usize {
        self.0.len()
    }

    #[inline]
    fn write_text(&self, writer: &mut Writer<'_>) {
        writer.octets(self.0);
    }
}
