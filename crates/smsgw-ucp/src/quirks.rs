//! Which faults of real peers are let through, and the list of those that were.

use core::fmt;

/// What reading lets through; chosen at run time, per peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quirks {
    /// Hexadecimal digits a to f, in fields and in the checksum.
    pub lower_case_hex: bool,
    /// A mandatory field that is empty, but for AdC and the NPL of OT 02; and an OT 51 without
    /// anything in it, which some clients send to see whether the peer is there.
    pub missing_fields: bool,
    /// A message without MT: it is taken as alphanumeric, as Kannel does.
    pub missing_message_type: bool,
    /// OTOA other than 1139 and 5039: OAdC is taken as a number.
    pub unknown_otoa: bool,
    /// A name as OAdC without OTOA, when it has one of the digits A to F and is packed as it has to
    /// be.
    pub missing_otoa: bool,
    /// The length of an alphanumeric sender does not agree with its octets.
    pub packed_length: bool,
    /// Octets above 0x7F, in the text of a result and in fields without meaning.
    pub non_ascii: bool,
    /// Fields after the last one of the operation: they are dropped, as Kannel does.
    pub extra_fields: bool,
    /// LEN is not the number of octets: ETX tells where a frame ends.
    pub wrong_len: bool,
    /// `+` in front of a number.
    pub plus_sign: bool,
    /// A number of 17 to 22 digits.
    pub long_numbers: bool,
    /// An address that is no number, in operations other than OT 31 and 60.
    pub names_in_addresses: bool,
}

impl Quirks {
    /// What real peers send and what can only mean one thing; the default.
    pub const LENIENT: Self = Self {
        lower_case_hex: true,
        missing_fields: true,
        missing_message_type: true,
        unknown_otoa: true,
        missing_otoa: true,
        packed_length: true,
        non_ascii: true,
        ..Self::STRICT
    };
    /// Only what the standard allows.
    pub const STRICT: Self = Self {
        lower_case_hex: false,
        missing_fields: false,
        missing_message_type: false,
        unknown_otoa: false,
        missing_otoa: false,
        packed_length: false,
        non_ascii: false,
        extra_fields: false,
        wrong_len: false,
        plus_sign: false,
        long_numbers: false,
        names_in_addresses: false,
    };
    /// Everything that can be understood: for peers that break rules the others keep.
    pub const TOLERANT: Self = Self {
        lower_case_hex: true,
        missing_fields: true,
        missing_message_type: true,
        unknown_otoa: true,
        missing_otoa: true,
        packed_length: true,
        non_ascii: true,
        extra_fields: true,
        wrong_len: true,
        plus_sign: true,
        long_numbers: true,
        names_in_addresses: true,
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
    /// See [`Quirks::lower_case_hex`].
    LowerCaseHex,
    /// See [`Quirks::missing_fields`].
    Missing,
    /// See [`Quirks::missing_message_type`].
    MissingMessageType,
    /// See [`Quirks::unknown_otoa`].
    UnknownOtoa,
    /// See [`Quirks::missing_otoa`].
    MissingOtoa,
    /// See [`Quirks::packed_length`].
    PackedLength,
    /// See [`Quirks::non_ascii`].
    NonAscii,
    /// See [`Quirks::extra_fields`].
    ExtraFields,
    /// See [`Quirks::wrong_len`].
    WrongLen,
    /// See [`Quirks::plus_sign`].
    PlusSign,
    /// See [`Quirks::long_numbers`].
    LongNumber,
    /// See [`Quirks::names_in_addresses`].
    Name,
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LowerCaseHex => "hexadecimal digits in lower case",
            Self::Missing => "empty, but mandatory",
            Self::MissingMessageType => "a message without a type",
            Self::UnknownOtoa => "neither 1139 nor 5039",
            Self::MissingOtoa => "a name without OTOA",
            Self::PackedLength => "a length that does not agree with the octets",
            Self::NonAscii => "octets above 0x7F",
            Self::ExtraFields => "fields after the last one",
            Self::WrongLen => "not the number of octets",
            Self::PlusSign => "a plus sign in a number",
            Self::LongNumber => "more than 16 digits",
            Self::Name => "not a number",
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
    /// Where, in octets from STX.
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
