//! Which faults of real peers are let through, and the list of those that were.

use core::fmt;

/// What reading lets through; chosen at run time, per peer.
///
/// ```
/// use smsgw_smpp::{Frame, Quirks, pdu::EnquireLink};
///
/// // An enquire_link with two stray octets.
/// let frame = Frame::copy_from(b"\0\0\0\x12\0\0\0\x15\0\0\0\0\0\0\0\x01\xff\xff")?;
/// assert!(frame.decode_with::<EnquireLink>(&Quirks::STRICT).is_err());
/// let lenient = frame.decode_with::<EnquireLink>(&Quirks::LENIENT)?;
/// assert_eq!(lenient.tolerated.iter().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// A C-octet string ended by the end of the frame instead of a NUL. Some MCs send
    /// `bind_transceiver_resp` so.
    pub missing_nul: bool,
    /// A `password` or `message_id` longer than the standard allows, as many providers give out.
    pub long_strings: bool,
    /// Octets after the last good TLV that are no TLV, or a TLV that passes the end of the frame:
    /// the good ones are kept.
    pub broken_tlvs: bool,
    /// A TLV whose length is not the one in the standard: it is kept as octets. And one that is a
    /// C-octet string without its NUL, as many MCs send `receipted_message_id`.
    pub tlv_lengths: bool,
    /// An address with octets above 0x7F: a name in Latin-1 or the like.
    pub non_ascii_addresses: bool,
    /// A time that can be read but is none by the standard: a day that its month does not have,
    /// or tenths of a second and quarters of an hour in a relative time.
    pub odd_times: bool,
}

impl Quirks {
    /// Everything that can be understood is let through; the default.
    pub const LENIENT: Self = Self {
        missing_nul: true,
        long_strings: true,
        broken_tlvs: true,
        tlv_lengths: true,
        non_ascii_addresses: true,
        odd_times: true,
    };
    /// Only what the standard allows.
    pub const STRICT: Self = Self {
        missing_nul: false,
        long_strings: false,
        broken_tlvs: false,
        tlv_lengths: false,
        non_ascii_addresses: false,
        odd_times: false,
    };
    /// Lenient, but a message whose TLV stream is broken is refused: to accept it would be to
    /// drop what its sender asked for. What sessions use unless told otherwise.
    pub const SESSION: Self = Self {
        broken_tlvs: false,
        ..Self::LENIENT
    };
}

impl Default for Quirks {
    fn default() -> Self {
        Self::LENIENT
    }
}

/// A fault that was let through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Tolerance {
    /// See [`Quirks::missing_nul`]; in a TLV, [`Quirks::tlv_lengths`].
    MissingNul,
    /// See [`Quirks::long_strings`].
    LongString,
    /// See [`Quirks::broken_tlvs`].
    BrokenTlv,
    /// See [`Quirks::tlv_lengths`].
    TlvLength,
    /// See [`Quirks::non_ascii_addresses`].
    NonAscii,
    /// See [`Quirks::odd_times`].
    OddTime,
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingNul => "no NUL at the end",
            Self::LongString => "longer than the standard allows",
            Self::BrokenTlv => "octets that are no whole TLV",
            Self::TlvLength => "not the length the standard gives this TLV",
            Self::NonAscii => "octets above 0x7F",
            Self::OddTime => "no time by the standard",
        })
    }
}

/// One entry of [`Tolerated`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tolerable {
    /// What was wrong.
    pub what: Tolerance,
    /// The standard's name of the field.
    pub field: &'static str,
    /// Where, in octets from the start of the frame.
    pub offset: u32,
}

/// What was let through while one frame was read.
///
/// Holds the first eight; [`Self::is_cut`] says whether there were more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tolerated {
    list: [Option<Tolerable>; 8],
    cut: bool,
}

impl Tolerated {
    /// The faults in the order they were met.
    pub fn iter(&self) -> impl Iterator<Item = &Tolerable> {
        self.list.iter().flatten()
    }

    /// Whether nothing had to be let through.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Whether there were more than are listed.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.cut
    }

    pub(crate) fn push(&mut self, what: Tolerance, field: &'static str, offset: u32) {
        match self.list.iter_mut().find(|slot| slot.is_none()) {
            Some(slot) => {
                *slot = Some(Tolerable {
                    what,
                    field,
                    offset,
                })
            }
            None => self.cut = true,
        }
    }
}
