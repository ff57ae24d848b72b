//! Where octets are collected before they are appended to a text or a vector in one go.

use super::table::BLOCK;

/// Enough for most messages, and [`ROOM`].
pub(super) const SIZE: usize = 192 + ROOM;

/// More than a block takes: three octets a character at most, and those that [`Stage::put`] writes
/// too many.
const ROOM: usize = 4 * BLOCK;

/// Octets on their way, on the stack of the caller.
pub(super) struct Stage<'a> {
    octets: &'a mut [u8; SIZE],
    len: usize,
}

impl<'a> Stage<'a> {
    pub(super) fn new(octets: &'a mut [u8; SIZE]) -> Stage<'a> {
        Stage { octets, len: 0 }
    }

    /// Whether it must be [taken](Self::take) before the next block.
    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.len > SIZE - ROOM
    }

    /// Adds a block as it is.
    #[inline]
    pub(super) fn copy(&mut self, block: &[u8; BLOCK]) {
        self.put(*block, BLOCK);
    }

    /// Adds the first `len` of `octets`. The others are written too, as that needs no branch;
    /// what comes next goes over them.
    #[inline]
    pub(super) fn put<const N: usize>(&mut self, octets: [u8; N], len: usize) {
        let room = self.octets.get_mut(self.len..);
        if let Some(room) = room.and_then(<[u8]>::first_chunk_mut) {
            *room = octets;
            self.len += len;
        }
    }

    /// What was added, and starts anew.
    pub(super) fn take(&mut self) -> &[u8] {
        let len = core::mem::take(&mut self.len);
        self.octets.get(..len).unwrap_or_default()
    }
}
