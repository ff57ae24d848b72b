//! How long the value of a TLV may be.

use core::fmt;

/// How many octets the standard gives the value of a TLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlvLen {
    /// Any number.
    Any,
    /// So many.
    Exactly(u16),
    /// From the first number to the second.
    Between(u16, u16),
    /// One of the two: a part may be absent, or 3.4 and 5.0 differ.
    Either(u16, u16),
}

impl TlvLen {
    /// Whether a value may have `len` octets.
    #[must_use]
    pub const fn allows(self, len: usize) -> bool {
        match self {
            Self::Any => true,
            Self::Exactly(only) => len == only as usize,
            Self::Between(min, max) => min as usize <= len && len <= max as usize,
            Self::Either(one, other) => len == one as usize || len == other as usize,
        }
    }
}

/// `2`, `4 to 19`, `1 or 4`, `any number of`.
impl fmt::Display for TlvLen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any number of"),
            Self::Exactly(only) => write!(f, "{only}"),
            Self::Between(min, max) => write!(f, "{min} to {max}"),
            Self::Either(one, other) => write!(f, "{one} or {other}"),
        }
    }
}
