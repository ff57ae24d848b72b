//! Codes that the two sides agree on: authentication (AC), legitimisation, areas (GA).

use core::fmt;

use super::ascii;
use super::field::{Source, secret_types};
use crate::error::{DecodeError, ValueError};

/// A code of up to 16 characters: AC, the legitimisation codes LPR, LUR and LRC, an area (GA).
/// Hides itself in `Debug` output, so that no log shows it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("AC", "OAC", "LPR", "LUR", "LRC", "GA"))]
pub struct AuthenticationCode<'a>(&'a [u8]);

secret_types!(AuthenticationCode);

impl<'a> AuthenticationCode<'a> {
    /// Most characters.
    pub const MAX: usize = 16;

    /// A code, or nothing.
    ///
    /// # Errors
    /// [`TooLong`](ValueError::TooLong) for more than 16 characters,
    /// [`Character`](ValueError::Character) for a slash, a control character or one that is not
    /// ASCII.
    pub fn new(code: &'a str) -> Result<Self, ValueError> {
        Self::of(code.as_bytes())
    }

    fn of(code: &'a [u8]) -> Result<Self, ValueError> {
        ascii::check_printable(code)?;
        ascii::check_len(code, Self::MAX)?;
        Ok(Self(code))
    }

    #[inline]
    fn read_from(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
        Self::of(source.text).map_err(|error| source.invalid(error))
    }
}

impl fmt::Debug for AuthenticationCode<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_empty() { "\"\"" } else { "***" })
    }
}
