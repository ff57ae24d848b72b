//! The bits of a first octet that have no meaning.

/// The bits of a TPDU's first octet that have no meaning in one of its kind, which are those of
/// `MASK`: kept as they came, and sent again.
///
/// ```
/// use smsgw_gsm::tpdu::{Command, SpareBits};
///
/// let bits = SpareBits::new(0xFF);
/// let command = Command::decode(b"\x9E\0\0\x02\x29\x03\x91\x21\xF3\0")?;
/// assert_eq!(command.spare_bits, bits);
/// assert_eq!(bits.get(), 0b1001_1100);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct SpareBits<const MASK: u8>(u8);

impl<const MASK: u8> SpareBits<MASK> {
    /// None of them is set.
    pub const NONE: Self = Self(0);

    /// Those of `bits` that have no meaning; the others are left out.
    #[must_use]
    pub const fn new(bits: u8) -> Self {
        Self(bits & MASK)
    }

    /// The bits, in their places in the first octet.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}
