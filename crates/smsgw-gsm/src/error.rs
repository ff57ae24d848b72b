//! What can be wrong: with octets that arrived, or with what is to be sent.

use core::error::Error;
use core::fmt;

/// Octets that do not have the form they should have: which field, where, and what is
/// wrong with it.
///
/// ```
/// use smsgw_gsm::udh::UserDataHeader;
///
/// let error = UserDataHeader::split(&[5, 0, 3]).unwrap_err();
/// assert_eq!(error.to_string(), "UDHL at octet 0: needs 5 octets, had 2");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DecodeError {
    /// What is wrong.
    pub kind: DecodeErrorKind,
    /// The field, by its name in the standard; `trailing` for octets after the last one.
    pub field: &'static str,
    /// Where the field starts, in octets from the start of the input.
    pub offset: usize,
}

/// What is wrong with a field of a [`DecodeError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The field reaches, or points, beyond the end of the input.
    Truncated {
        /// Octets the field asks for.
        needed: usize,
        /// Octets that were there.
        had: usize,
    },
    /// More than the field can have: semi-octets of an address, septets or octets of user data.
    TooLong {
        /// The most there can be.
        max: usize,
        /// How many there were.
        had: usize,
    },
    /// A semi-octet that is no decimal digit, where only those may be.
    NotDecimal {
        /// The semi-octet, 10 to 15.
        value: u8,
    },
    /// Digits that are no date and time.
    InvalidTime,
    /// A value that the field must not have.
    InvalidValue {
        /// The value.
        value: u8,
    },
    /// An information element that does not fit into its header.
    BrokenElement {
        /// Octets the element asks for.
        needed: usize,
        /// Octets left in the header.
        had: usize,
    },
    /// A UCS-2 text of an odd number of octets.
    OddLength {
        /// Octets of the text.
        had: usize,
    },
    /// Octets after the last field.
    TrailingOctets {
        /// How many.
        had: usize,
    },
    /// The TPDU is of another kind than the one asked for.
    OtherKind,
}

impl DecodeErrorKind {
    /// A short fixed name, for programs: `truncated`, `too_long`, `not_decimal` ...
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            DecodeErrorKind::Truncated { .. } => "truncated",
            DecodeErrorKind::TooLong { .. } => "too_long",
            DecodeErrorKind::NotDecimal { .. } => "not_decimal",
            DecodeErrorKind::InvalidTime => "invalid_time",
            DecodeErrorKind::InvalidValue { .. } => "invalid_value",
            DecodeErrorKind::BrokenElement { .. } => "broken_element",
            DecodeErrorKind::OddLength { .. } => "odd_length",
            DecodeErrorKind::TrailingOctets { .. } => "trailing_octets",
            DecodeErrorKind::OtherKind => "other_kind",
        }
    }
}

/// A character that the tables in use do not have.
///
/// ```
/// let error = smsgw_gsm::alphabet::encode_unpacked("na ja, я").unwrap_err();
/// assert_eq!((error.character, error.index), ('я', 7));
/// assert_eq!(
///     error.to_string(),
///     "character 'я' (U+044F) at 7 is not in the GSM 7-bit alphabet"
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EncodeError {
    /// The first character that does not fit.
    pub character: char,
    /// Where it starts in the text: an index as [`str::char_indices`] gives it.
    pub index: usize,
}

/// What cannot be an address.
///
/// ```
/// use smsgw_gsm::field::Address;
///
/// let error = Address::parse("+41 79 123 45 67").unwrap_err();
/// assert_eq!(error.to_string(), "character ' ' (U+0020) at 3 is no digit of an address");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AddressError {
    /// There is nothing, or nothing after the `+`.
    Empty,
    /// A character that is none of `0` to `9`, `*`, `#`, `a`, `b`, `c`.
    NoDigit {
        /// The first such character.
        character: char,
        /// Where it starts in the text.
        index: usize,
    },
    /// A name has a character outside GSM 7-bit.
    Encode(EncodeError),
    /// More digits, or septets of a name, than an address can have.
    TooLong {
        /// The most there can be: 20 digits, 11 septets.
        max: usize,
        /// How many there were.
        had: usize,
    },
}

/// What cannot be the user data of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UserDataError {
    /// More than one message can carry.
    TooLong {
        /// The most there can be: octets, header included.
        max: usize,
        /// How many there were.
        had: usize,
    },
    /// The header is none, or the octets are no text of the alphabet. The offset counts from the
    /// header's first octet.
    Malformed(DecodeError),
    /// An octet above 7F where each is a septet.
    NoSeptet {
        /// The octet.
        value: u8,
        /// Where it is in the payload.
        index: usize,
    },
}

/// A part number or total that no concatenated message can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConcatError {
    /// The total number of parts is 0.
    TotalZero,
    /// The sequence number is 0; the first part is 1.
    SequenceZero,
    /// The sequence number is greater than the total.
    SequenceAboveTotal {
        /// The sequence number given.
        sequence: u8,
        /// The total number of parts given.
        total: u8,
    },
}

/// A text that cannot be sent as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SegmentError {
    /// GSM 7-bit was asked for and the text has a character outside it.
    Encode(EncodeError),
    /// The text needs more parts than a header can number.
    TooManyParts {
        /// Parts the text needs.
        needed: usize,
        /// Parts a message may have: 255.
        max: usize,
    },
    /// The header leaves no room for a character.
    NoRoom {
        /// Octets of the header, its length octet included.
        header: usize,
    },
    /// The elements that were to be added to the header are not whole, or have one that
    /// segmentation writes itself; the offset counts in them.
    Elements(DecodeError),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DecodeError {
            kind,
            field,
            offset,
        } = self;
        write!(f, "{field} at octet {offset}: {kind}")
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeErrorKind::Truncated { needed, had } => {
                write!(f, "needs {needed} octets, had {had}")
            }
            DecodeErrorKind::TooLong { max, had } => write!(f, "at most {max}, had {had}"),
            DecodeErrorKind::NotDecimal { value } => {
                write!(f, "semi-octet {value:X} is no decimal digit")
            }
            DecodeErrorKind::InvalidTime => f.write_str("no date and time"),
            DecodeErrorKind::InvalidValue { value } => {
                write!(f, "the value {value:#04X} is not allowed")
            }
            DecodeErrorKind::BrokenElement { needed, had } => {
                write!(f, "the element needs {needed} octets, the header had {had}")
            }
            DecodeErrorKind::OddLength { had } => {
                write!(f, "{had} octets are no whole number of 16-bit units")
            }
            DecodeErrorKind::TrailingOctets { had } => {
                write!(f, "{had} octets after the last field")
            }
            DecodeErrorKind::OtherKind => f.write_str("a TPDU of another kind"),
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let EncodeError { character, index } = *self;
        let code = u32::from(character);
        write!(
            f,
            "character {character:?} (U+{code:04X}) at {index} is not in the GSM 7-bit alphabet"
        )
    }
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AddressError::Empty => f.write_str("an address needs a digit or a character"),
            AddressError::NoDigit { character, index } => {
                let code = u32::from(*character);
                write!(
                    f,
                    "character {character:?} (U+{code:04X}) at {index} is no digit of an address"
                )
            }
            AddressError::Encode(error) => error.fmt(f),
            AddressError::TooLong { max, had } => {
                write!(
                    f,
                    "an address has at most {max} digits or septets, this {had}"
                )
            }
        }
    }
}

impl fmt::Display for UserDataError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            UserDataError::TooLong { max, had } => {
                write!(
                    f,
                    "one message has at most {max} octets of user data, this {had}"
                )
            }
            UserDataError::Malformed(error) => error.fmt(f),
            UserDataError::NoSeptet { value, index } => {
                write!(f, "octet {value:#04X} at {index} is no septet")
            }
        }
    }
}

impl fmt::Display for ConcatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConcatError::TotalZero => f.write_str("total number of parts is 0"),
            ConcatError::SequenceZero => f.write_str("sequence number is 0"),
            ConcatError::SequenceAboveTotal { sequence, total } => {
                write!(
                    f,
                    "sequence number {sequence} is above the total of {total}"
                )
            }
        }
    }
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SegmentError::Encode(error) => error.fmt(f),
            SegmentError::TooManyParts { needed, max } => {
                write!(f, "text needs {needed} parts, a message has at most {max}")
            }
            SegmentError::NoRoom { header } => {
                write!(
                    f,
                    "a header of {header} octets leaves no room in a message of 140"
                )
            }
            SegmentError::Elements(error) => write!(f, "elements for the header: {error}"),
        }
    }
}

impl From<EncodeError> for SegmentError {
    fn from(error: EncodeError) -> Self {
        SegmentError::Encode(error)
    }
}

impl From<EncodeError> for AddressError {
    fn from(error: EncodeError) -> Self {
        AddressError::Encode(error)
    }
}

impl From<DecodeError> for UserDataError {
    fn from(error: DecodeError) -> Self {
        UserDataError::Malformed(error)
    }
}

impl Error for DecodeError {}
impl Error for EncodeError {}
impl Error for AddressError {}
impl Error for UserDataError {}
impl Error for ConcatError {}
// `Encode` and `Elements` print the inner error in their own message, so it is not also the source.
impl Error for SegmentError {}
