//! What can be wrong with a modem's answer ([`AnswerError`]) and with a value to be sent to one
//! ([`ValueError`]).

use core::fmt;

/// An answer that does not say what was asked for.
///
/// It is never fatal: the next command is sent all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerError {
    pub(crate) kind: AnswerErrorKind,
    pub(crate) field: &'static str,
    pub(crate) offset: u32,
}

/// What is wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnswerErrorKind {
    /// No line of the answer begins as it has to.
    NoLine,
    /// The line ends before the field.
    Missing,
    /// The field is no number, or one out of its range.
    NotANumber,
    /// The field is not one of its values.
    Value,
    /// The PDU has not as many octets as the line before it says.
    Length {
        /// Octets of the TPDU that the line says.
        needed: u32,
        /// Octets there are.
        had: u32,
    },
    /// The octets are not hexadecimal digits in pairs.
    Hex,
}

impl AnswerError {
    pub(crate) const fn new(kind: AnswerErrorKind, field: &'static str, offset: u32) -> Self {
        Self {
            kind,
            field,
            offset,
        }
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> AnswerErrorKind {
        self.kind
    }

    /// The standard's name of the field: `stat`, `index`, `length` ...
    #[must_use]
    pub const fn field(&self) -> &'static str {
        self.field
    }

    /// Where, in octets from the start of the line.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "<{}> at octet {}: {}",
            self.field, self.offset, self.kind
        )
    }
}

impl fmt::Display for AnswerErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoLine => f.write_str("no line of the answer has it"),
            Self::Missing => f.write_str("the line ends before it"),
            Self::NotANumber => f.write_str("not a number in its range"),
            Self::Value => f.write_str("not one of its values"),
            Self::Length { needed, had } => {
                write!(f, "the line says {needed} octets of TPDU, there are {had}")
            }
            Self::Hex => f.write_str("not pairs of hexadecimal digits"),
        }
    }
}

impl core::error::Error for AnswerError {}

/// A value that cannot be sent to a modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// It is longer than the modem takes.
    TooLong {
        /// Most octets.
        max: usize,
        /// Octets given.
        had: usize,
    },
    /// It is shorter than it may be.
    TooShort {
        /// Fewest octets.
        min: usize,
        /// Octets given.
        had: usize,
    },
    /// A character in it would end the command or the string it stands in.
    Character {
        /// Which.
        character: char,
        /// Octets before it.
        offset: usize,
    },
    /// A number out of its range.
    Range {
        /// The least it may be.
        min: u32,
        /// The most it may be.
        max: u32,
        /// The number given.
        had: u32,
    },
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { max, had } => write!(f, "at most {max} octets, had {had}"),
            Self::TooShort { min, had } => write!(f, "at least {min} octets, had {had}"),
            Self::Character { character, offset } => {
                write!(f, "{character:?} at octet {offset} cannot be sent")
            }
            Self::Range { min, max, had } => write!(f, "{min} to {max}, had {had}"),
        }
    }
}

impl core::error::Error for ValueError {}
