//! The PDU header: 16 octets, the same for every command (SMPP 5.0 §3.2.1).

use core::fmt;

use crate::command::CommandId;
use crate::status::CommandStatus;

/// The header of a PDU (SMPP 5.0 §3.2.1). Its length follows from the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Which operation.
    pub command_id: CommandId,
    /// The outcome in a response; 0 in a request (others are ignored).
    pub command_status: CommandStatus,
    /// Ties a response to its request.
    pub sequence_number: SequenceNumber,
}

impl Header {
    /// Octets on the wire.
    pub const LEN: usize = 16;

    /// The header at the front of `octets`, and its `command_length`; `None` when they are fewer.
    #[inline]
    pub(crate) fn peek(octets: &[u8]) -> Option<(u32, Self)> {
        let ([length, id, status, number, ..], _) = octets.as_chunks() else {
            return None;
        };
        let header = Self {
            command_id: CommandId(u32::from_be_bytes(*id)),
            command_status: CommandStatus(u32::from_be_bytes(*status)),
            sequence_number: SequenceNumber(u32::from_be_bytes(*number)),
        };
        Some((u32::from_be_bytes(*length), header))
    }

    #[inline]
    pub(crate) fn to_octets(self, command_length: u32) -> [u8; Self::LEN] {
        let words = [
            command_length,
            self.command_id.0,
            self.command_status.0,
            self.sequence_number.0,
        ];
        let octets = words
            .into_iter()
            .fold(0, |octets, word| octets << 32 | u128::from(word));
        octets.to_be_bytes()
    }
}

/// Ties a response to its request (SMPP 5.0 §4.7.24).
///
/// Own numbers run from 1 to 0x7FFF_FFFF and wrap; a peer's are taken and answered as they come.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub u32);

impl SequenceNumber {
    /// The first number of a session.
    pub const FIRST: Self = Self(1);
    /// The last number before it wraps.
    pub const LAST: Self = Self(0x7FFF_FFFF);

    /// The number after this one: 1 after [`Self::LAST`].
    #[must_use]
    pub const fn next(self) -> Self {
        if self.0 >= Self::LAST.0 {
            Self::FIRST
        } else {
            Self(self.0 + 1)
        }
    }
}

impl fmt::Debug for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
