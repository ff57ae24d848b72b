//! What can be wrong with octets ([`FrameError`], [`DecodeError`]) and with values ([`ValueError`]).

use core::fmt;

use crate::status::CommandStatus;
use crate::tlv::TlvLen;

/// The stream cannot be followed any further: close it.
///
/// When the header can be read, [`CommandStatus::ESME_RINVCMDLEN`] in a `generic_nack` tells the
/// peer why (SMPP 5.0 §2.8, §4.1.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameError {
    /// `command_length` is less than the 16 octets of the header.
    TooShort {
        /// `command_length` as received.
        command_length: u32,
    },
    /// `command_length` is above the cap.
    TooLong {
        /// `command_length` as received.
        command_length: u32,
        /// The cap, in octets.
        max: u32,
    },
    /// The octets given as one frame are fewer than the 16 of a header.
    Truncated {
        /// Octets given.
        had: u32,
    },
    /// The octets given as one frame are more or fewer than its `command_length`.
    LengthMismatch {
        /// `command_length` as received.
        command_length: u32,
        /// Octets given.
        had: u32,
    },
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { command_length } => {
                write!(
                    f,
                    "command_length {command_length} at octet 0: needs at least 16"
                )
            }
            Self::TooLong {
                command_length,
                max,
            } => {
                write!(
                    f,
                    "command_length {command_length} at octet 0: at most {max} allowed"
                )
            }
            Self::Truncated { had } => {
                write!(f, "header at octet 0: needs 16 octets, had {had}")
            }
            Self::LengthMismatch {
                command_length,
                had,
            } => {
                write!(
                    f,
                    "command_length {command_length} at octet 0: had {had} octets"
                )
            }
        }
    }
}

impl core::error::Error for FrameError {}

/// A frame whose body cannot be read; the stream goes on with the next frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    kind: DecodeErrorKind,
    field: &'static str,
    offset: u32,
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The frame ends inside the field.
    Truncated {
        /// Octets the field needs.
        needed: u32,
        /// Octets left in the frame.
        had: u32,
    },
    /// A C-octet string has no NUL within its limit.
    TooLong {
        /// Most octets, NUL included.
        max: u32,
        /// Octets up to the next NUL or the end, NUL included.
        had: u32,
    },
    /// A time is neither empty nor 16 valid characters (SMPP 5.0 §4.7.23.4).
    InvalidTime,
    /// `dest_flag` is neither 1 (SME address) nor 2 (distribution list).
    InvalidDestFlag,
    /// The header of a TLV, or its value, passes the end of the frame.
    BrokenTlv {
        /// Octets the TLV needs.
        needed: u32,
        /// Octets left in the frame.
        had: u32,
    },
    /// The value of a TLV has another length than the standard gives it.
    TlvLength {
        /// Octets the standard gives it.
        needed: TlvLen,
        /// Octets it has.
        had: u32,
    },
    /// A TLV that is a C-octet string does not end in NUL.
    TlvWithoutNul,
    /// An address has octets above 0x7F.
    NonAscii,
    /// The frame holds another command than the one asked for.
    OtherCommand,
    /// The frame is a header alone, as in error responses.
    NoBody,
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

    /// Where the field starts, in octets from the start of the frame.
    #[must_use]
    pub const fn offset(&self) -> u32 {
        self.offset
    }

    /// What to answer the peer.
    #[must_use]
    pub fn command_status(&self) -> CommandStatus {
        match self.kind {
            DecodeErrorKind::BrokenTlv { .. } => return CommandStatus::ESME_RINVTLVSTREAM,
            DecodeErrorKind::TlvLength { .. } => return CommandStatus::ESME_RINVTLVLEN,
            DecodeErrorKind::TlvWithoutNul => return CommandStatus::ESME_RINVTLVVAL,
            DecodeErrorKind::OtherCommand => return CommandStatus::ESME_RINVCMDID,
            DecodeErrorKind::NoBody => return CommandStatus::ESME_RINVCMDLEN,
            DecodeErrorKind::InvalidDestFlag => return CommandStatus::ESME_RINVDESTFLAG,
            DecodeErrorKind::Truncated { .. } if self.field != "short_message" => {
                return CommandStatus::ESME_RINVCMDLEN;
            }
            _ => {}
        }
        match self.field {
            "source_addr" => CommandStatus::ESME_RINVSRCADR,
            "destination_addr" => CommandStatus::ESME_RINVDSTADR,
            "dl_name" => CommandStatus::ESME_RINVDLNAME,
            "password" => CommandStatus::ESME_RINVPASWD,
            "system_id" => CommandStatus::ESME_RINVSYSID,
            "system_type" => CommandStatus::ESME_RINVSYSTYP,
            "service_type" => CommandStatus::ESME_RINVSERTYP,
            "schedule_delivery_time" => CommandStatus::ESME_RINVSCHED,
            "validity_period" => CommandStatus::ESME_RINVEXPIRY,
            "short_message" => CommandStatus::ESME_RINVMSGLEN,
            "message_id" => CommandStatus::ESME_RINVMSGID,
            "address_range" => CommandStatus::ESME_RBINDFAIL,
            _ => CommandStatus::ESME_RINVPARLEN,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
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
            Self::Truncated { needed, had } => write!(f, "needs {needed} octets, had {had}"),
            Self::TooLong { max, had } => {
                write!(f, "at most {max} octets with its NUL, had {had}")
            }
            Self::InvalidTime => f.write_str("neither empty nor a valid time of 16 characters"),
            Self::InvalidDestFlag => f.write_str("neither 1 (SME address) nor 2 (list name)"),
            Self::BrokenTlv { needed, had } => {
                write!(f, "the TLV needs {needed} octets, had {had}")
            }
            Self::TlvLength { needed, had } => {
                write!(f, "the value of this TLV has {needed} octets, had {had}")
            }
            Self::TlvWithoutNul => f.write_str("the value of this TLV ends without NUL"),
            Self::NonAscii => f.write_str("octets above 0x7F"),
            Self::OtherCommand => f.write_str("the frame holds another command"),
            Self::NoBody => f.write_str("the frame has no body"),
        }
    }
}

impl DecodeErrorKind {
    /// A short fixed name, for programs: `truncated`, `too_long`, `broken_tlv` ...
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::TooLong { .. } => "too_long",
            Self::InvalidTime => "invalid_time",
            Self::InvalidDestFlag => "invalid_dest_flag",
            Self::BrokenTlv { .. } => "broken_tlv",
            Self::TlvLength { .. } => "tlv_length",
            Self::TlvWithoutNul => "tlv_without_nul",
            Self::NonAscii => "non_ascii",
            Self::OtherCommand => "other_command",
            Self::NoBody => "no_body",
        }
    }
}

impl core::error::Error for DecodeError {}

/// A value that the standard's field cannot hold, refused when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ValueError {
    /// More octets than fit.
    TooLong {
        /// Most octets (of a C-octet string: NUL included).
        max: usize,
        /// Octets given.
        had: usize,
    },
    /// Fewer octets than the standard asks for.
    TooShort {
        /// Fewest octets.
        min: usize,
        /// Octets given.
        had: usize,
    },
    /// A number that the field cannot hold.
    OutOfRange {
        /// The largest.
        max: u32,
        /// The one given.
        had: u32,
    },
    /// A NUL inside a C-octet string, at this octet.
    EmbeddedNul {
        /// Octets before it.
        at: usize,
    },
    /// Neither empty nor a valid time of 16 characters.
    InvalidTime,
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong { max, had } => write!(f, "at most {max} octets, had {had}"),
            Self::TooShort { min, had } => write!(f, "at least {min} octets, had {had}"),
            Self::OutOfRange { max, had } => write!(f, "at most {max}, had {had}"),
            Self::EmbeddedNul { at } => write!(f, "NUL at octet {at}"),
            Self::InvalidTime => DecodeErrorKind::InvalidTime.fmt(f),
        }
    }
}

impl core::error::Error for ValueError {}
