//! Octets after the last field of a TPDU.

/// Octets after the last field: none by the standard, and none when reading is strict. Only reading
/// makes them, so that what is written is read again by those who let them through.
///
/// ```
/// use smsgw_gsm::tpdu::Deliver;
///
/// let record = b"\x04\x03\x81\x21\xF3\0\0\x42\x20\x92\x32\x95\x95\x40\0\xFF\xFF\xFF";
/// let deliver = Deliver::decode(record)?;
/// assert_eq!(deliver.trailing.octets(), [0xFF; 3]);
/// assert_eq!(deliver.to_vec(), record);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Trailing<'a>(pub(super) &'a [u8]);

impl<'a> Trailing<'a> {
    /// None.
    pub const NONE: Trailing<'static> = Trailing(&[]);

    /// The octets.
    #[must_use]
    pub const fn octets(self) -> &'a [u8] {
        self.0
    }
}
