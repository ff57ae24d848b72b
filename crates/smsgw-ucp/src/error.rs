//! What can be wrong with a frame ([`FrameError`]), with its fields ([`DecodeError`]), and with
//! values ([`ValueError`]).
//!
//! None of it ends a stream: the next STX begins the next frame.

use core::fmt;

use crate::error_code::ErrorCode;
use crate::header::Trn;
use crate::operation::OperationType;

/// Octets that are no frame; the stream goes on behind them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameError {
    pub(crate) kind: FrameErrorKind,
    pub(crate) offset: u32,
    pub(crate) nack: Option<Nack>,
}

/// Why octets are no frame, in the order the checks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameErrorKind {
    /// The first octet is not STX.
    NoStx,
    /// No ETX before the end, or before the next STX.
    NoEtx,
    /// More octets than the cap before an ETX, or than LEN can say.
    TooLong {
        /// The cap, in octets, STX and ETX included.
        max: u32,
    },
    /// STX or ETX inside the frame.
    EmbeddedControl {
        /// The octet.
        octet: u8,
    },
    /// TRN, LEN, O/R or OT is not as it has to be.
    Header {
        /// Which of them.
        field: &'static str,
    },
    /// LEN is not the number of octets between STX and ETX.
    LenMismatch {
        /// LEN as received.
        len: u32,
        /// Octets between STX and ETX.
        had: u32,
    },
    /// The checksum is not two hexadecimal digits.
    ChecksumSyntax,
    /// The checksum is not that of the octets before it.
    ChecksumMismatch {
        /// The checksum of the octets.
        computed: u8,
        /// As received.
        had: u8,
    },
}

/// What a server answers to a bad operation: a negative result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Nack {
    /// The TRN of the operation.
    pub trn: Trn,
    /// Its operation type.
    pub ot: OperationType,
    /// Why it is refused.
    pub error_code: ErrorCode,
}

impl FrameError {
    pub(crate) const fn new(kind: FrameErrorKind, offset: u32) -> Self {
        Self {
            kind,
            offset,
            nack: None,
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> FrameErrorKind {
        self.kind
    }

    /// The standard's name of the part of the frame: `STX`, `ETX`, `TRN`, `LEN`, `O/R`, `OT`,
    /// `CHK`.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        match self.kind {
            FrameErrorKind::NoStx => "STX",
            FrameErrorKind::NoEtx
            | FrameErrorKind::TooLong { .. }
            | FrameErrorKind::EmbeddedControl { .. } => "ETX",
            FrameErrorKind::Header { field } => field,
            FrameErrorKind::LenMismatch { .. } => "LEN",
            FrameErrorKind::ChecksumSyntax | FrameErrorKind::ChecksumMismatch { .. } => "CHK",
        }
    }

    /// Where, in octets from the first one of what was to be the frame.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// The answer of a server; `None` when there is none: the frame is a result, or TRN or OT
    /// cannot be read.
    #[must_use]
    pub const fn nack(&self) -> Option<Nack> {
        self.nack
    }

    /// The code of that answer.
    #[must_use]
    pub const fn error_code(&self) -> Option<ErrorCode> {
        match self.nack {
            Some(nack) => Some(nack.error_code),
            None => None,
        }
    }
}

impl FrameErrorKind {
    /// A short fixed name, for programs: `no_stx`, `len_mismatch` ...
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::NoStx => "no_stx",
            Self::NoEtx => "no_etx",
            Self::TooLong { .. } => "too_long",
            Self::EmbeddedControl { .. } => "embedded_control",
            Self::Header { .. } => "header",
            Self::LenMismatch { .. } => "len_mismatch",
            Self::ChecksumSyntax => "checksum_syntax",
            Self::ChecksumMismatch { .. } => "checksum_mismatch",
        }
    }
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} at octet {}: {}",
            self.field(),
            self.offset,
            self.kind
        )
    }
}

impl fmt::Display for FrameErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoStx => f.write_str("the frame does not begin with STX"),
            Self::NoEtx => f.write_str("the frame does not end"),
            Self::TooLong { max } => write!(f, "the frame does not end within {max} octets"),
            Self::EmbeddedControl { octet } => write!(f, "{octet:#04x} inside the frame"),
            Self::Header { field } => f.write_str(match *field {
                "TRN" => "needs two digits and a slash",
                "LEN" => "needs five digits and a slash",
                "O/R" => "needs O or R and a slash",
                _ => "needs two digits and a slash",
            }),
            Self::LenMismatch { len, had } => write!(f, "says {len} octets, had {had}"),
            Self::ChecksumSyntax => f.write_str("needs two hexadecimal digits"),
            Self::ChecksumMismatch { computed, had } => {
                write!(f, "needs {computed:02X}, had {had:02X}")
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// A frame whose fields cannot be read; the stream goes on with the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    field: &'static str,
    offset: u32,
}

/// Why fields cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// An operation type that the table does not have.
    UnknownOperation {
        /// OT as received.
        ot: OperationType,
    },
    /// The frame holds something else than what was asked for: another operation, or a result.
    OtherOperation,
    /// More or fewer fields than the operation has.
    FieldCount {
        /// How many it has.
        needed: u32,
        /// How many there are.
        had: u32,
    },
    /// A mandatory field is empty.
    Missing,
    /// A field does not hold what it should.
    Value(ValueError),
}

impl DecodeError {
    pub(crate) const fn new(kind: DecodeErrorKind, field: &'static str, offset: u32) -> Self {
        Self {
            kind,
            field,
            offset,
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> DecodeErrorKind {
        self.kind
    }

    /// The standard's name of the field.
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// Where the field starts, in octets from STX.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// What to answer the peer, if this was an operation.
    #[must_use]
    pub const fn error_code(&self) -> ErrorCode {
        match self.kind {
            DecodeErrorKind::UnknownOperation { .. } => ErrorCode::OPERATION_NOT_SUPPORTED,
            _ => ErrorCode::SYNTAX_ERROR,
        }
    }
}

impl DecodeErrorKind {
    /// A short fixed name, for programs: `unknown_op`, `field_count`, `field_value` ...
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownOperation { .. } => "unknown_op",
            Self::OtherOperation => "other_operation",
            Self::FieldCount { .. } => "field_count",
            Self::Missing | Self::Value(_) => "field_value",
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at octet {}: {}", self.field, self.offset, self.kind)
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownOperation { ot } => write!(f, "no operation has the type {ot}"),
            Self::OtherOperation => f.write_str("the frame holds another operation"),
            Self::FieldCount { needed, had } => write!(f, "needs {needed} fields, had {had}"),
            Self::Missing => f.write_str("mandatory, had nothing"),
            Self::Value(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for DecodeError {}

/// A value that the standard's field cannot hold, refused when it is made or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// More characters than fit.
    TooLong {
        /// Most characters.
        max: usize,
        /// Characters given.
        had: usize,
    },
    /// Fewer characters than the field needs.
    TooShort {
        /// Fewest characters.
        min: usize,
        /// Characters given.
        had: usize,
    },
    /// Something else than a decimal digit.
    NotDigit {
        /// Characters before it.
        at: usize,
    },
    /// Something else than a hexadecimal digit in upper case.
    NotHex {
        /// Characters before it.
        at: usize,
    },
    /// Half an octet: an odd number of hexadecimal digits.
    OddHex {
        /// Digits given.
        had: usize,
    },
    /// A character that no field, or not this one, can hold: a slash, STX, ETX, or one that its
    /// alphabet lacks.
    Character {
        /// Characters before it.
        at: usize,
    },
    /// A number that the field cannot hold.
    OutOfRange {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
        /// The one given.
        had: u32,
    },
    /// A day or a time of day that there is not.
    InvalidTime,
    /// Fewer octets than the length before them says.
    Truncated {
        /// Octets, bits or digits that were announced.
        needed: usize,
        /// Those there are.
        had: usize,
    },
    /// A value that is not in the standard's list.
    Unknown,
    /// The result of this operation has no such field.
    NoSuchField,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { max, had } => write!(f, "at most {max} characters, had {had}"),
            Self::TooShort { min, had } => write!(f, "at least {min} characters, had {had}"),
            Self::NotDigit { at } => write!(f, "no decimal digit at character {at}"),
            Self::NotHex { at } => write!(f, "no hexadecimal digit at character {at}"),
            Self::OddHex { had } => write!(f, "{had} hexadecimal digits are no whole octets"),
            Self::Character { at } => write!(f, "a character not allowed here at character {at}"),
            Self::OutOfRange { min, max, had } => write!(f, "needs {min} to {max}, had {had}"),
            Self::InvalidTime => f.write_str("no such day or time of day"),
            Self::Truncated { needed, had } => write!(f, "needs {needed}, had {had}"),
            Self::Unknown => f.write_str("not one of the values it can have"),
            Self::NoSuchField => f.write_str("the result of this operation has no such field"),
        }
    }
}

impl core::error::Error for ValueError {}
