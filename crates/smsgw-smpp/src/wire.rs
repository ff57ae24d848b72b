//! How octets become fields and back: the reader and the writer of every PDU body, and what a
//! field type has to offer. Private; the public face is [`Frame::decode`](crate::Frame::decode).

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Quirks, Tolerance, Tolerated};
use crate::value::{FieldKind, Value, Visitor};

/// A cursor over one frame that cannot leave it.
///
/// What follows is shaped by speed: while a PDU is read, its reader is to stay in registers. So
/// the common way is always inlined, and the others get a copy ([`Self::reborrow`]), as one call
/// that takes a `&mut Reader` would put all of it into memory.
#[derive(Debug)]
pub struct Reader<'a, 'q> {
    rest: &'a [u8],
    frame_len: usize,
    pub(crate) quirks: &'q Quirks,
    tolerated: Option<&'q mut Tolerated>,
}

impl<'a, 'q> Reader<'a, 'q> {
    /// Reads `body`, the last octets of a frame of `frame_len` octets.
    #[inline(always)]
    pub(crate) fn new(
        body: &'a [u8],
        frame_len: usize,
        quirks: &'q Quirks,
        tolerated: Option<&'q mut Tolerated>,
    ) -> Self {
        Self {
            rest: body,
            frame_len,
            quirks,
            tolerated,
        }
    }

    /// A reader at the same place, which does not move this one.
    #[inline(always)]
    pub(crate) fn reborrow(&mut self) -> Reader<'a, '_> {
        Reader {
            rest: self.rest,
            frame_len: self.frame_len,
            quirks: self.quirks,
            tolerated: self.tolerated.as_deref_mut(),
        }
    }

    /// Counted from the first octet of the frame.
    #[inline(always)]
    pub(crate) fn offset(&self) -> usize {
        self.frame_len - self.rest.len()
    }

    #[inline(always)]
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[inline(always)]
    pub(crate) fn is_reporting(&self) -> bool {
        self.tolerated.is_some()
    }

    #[inline(always)]
    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.u8_called(|| field)
    }

    /// An octet whose name takes work to find, and is wanted in errors only.
    #[inline(always)]
    pub(crate) fn u8_called(
        &mut self,
        field: impl FnOnce() -> &'static str,
    ) -> Result<u8, DecodeError> {
        match self.rest.split_first() {
            Some((&octet, rest)) => {
                self.rest = rest;
                Ok(octet)
            }
            None => Err(self.truncated(field(), 1)),
        }
    }

    #[inline(always)]
    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        match self.rest.split_first_chunk() {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(u32::from_be_bytes(*octets))
            }
            None => Err(self.truncated(field, 4)),
        }
    }

    #[inline(always)]
    pub(crate) fn octets(
        &mut self,
        len: usize,
        field: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(len) {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(octets)
            }
            None => Err(self.truncated(field, len)),
        }
    }

    /// Takes everything up to the end of the frame.
    #[inline(always)]
    pub(crate) fn remaining(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// A C-octet string of at most `max` octets, its NUL counted but not returned.
    #[inline(always)]
    pub(crate) fn c_octet_string(
        &mut self,
        max: usize,
        field: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        let (string, rest) = match split_at_nul(self.rest, max) {
            Some(parts) => parts,
            None => odd_c_octet_string(self.reborrow(), max, field)?,
        };
        self.rest = rest;
        Ok(string)
    }

    /// Looks at the octets of a string that started at `offset`, if anybody wants to know.
    #[inline(always)]
    pub(crate) fn check_ascii(
        &mut self,
        octets: &[u8],
        field: &'static str,
        offset: usize,
    ) -> Result<(), DecodeError> {
        if self.quirks.non_ascii_addresses && !self.is_reporting() || octets.is_ascii() {
            return Ok(());
        }
        not_ascii(self.reborrow(), field, clamp(offset))
    }

    pub(crate) fn tolerate(&mut self, what: Tolerance, field: &'static str) {
        let offset = clamp(self.offset());
        self.tolerate_at(what, field, offset);
    }

    pub(crate) fn tolerate_at(&mut self, what: Tolerance, field: &'static str, offset: u32) {
        if let Some(list) = self.tolerated.as_deref_mut() {
            list.push(what, field, offset);
        }
    }

    #[inline(always)]
    pub(crate) fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        truncated(self.frame_len, self.rest.len(), field, needed)
    }

    /// An error at the cursor.
    #[inline(always)]
    pub(crate) fn error(&self, kind: DecodeErrorKind, field: &'static str) -> DecodeError {
        DecodeError::new(kind, field, clamp(self.offset()))
    }
}

#[cold]
#[inline(never)]
fn truncated(frame_len: usize, had: usize, field: &'static str, needed: usize) -> DecodeError {
    let kind = DecodeErrorKind::Truncated {
        needed: clamp(needed),
        had: clamp(had),
    };
    DecodeError::new(kind, field, clamp(frame_len - had))
}

#[cold]
#[inline(never)]
fn not_ascii(
    mut reader: Reader<'_, '_>,
    field: &'static str,
    offset: u32,
) -> Result<(), DecodeError> {
    if !reader.quirks.non_ascii_addresses {
        return Err(DecodeError::new(DecodeErrorKind::NonAscii, field, offset));
    }
    reader.tolerate_at(Tolerance::NonAscii, field, offset);
    Ok(())
}

/// No NUL where one must be: the frame ends first, or the string is too long.
#[cold]
#[inline(never)]
fn odd_c_octet_string<'a>(
    mut reader: Reader<'a, '_>,
    max: usize,
    field: &'static str,
) -> Result<(&'a [u8], &'a [u8]), DecodeError> {
    let had = reader
        .rest
        .iter()
        .position(|&octet| octet == 0)
        .unwrap_or(reader.rest.len());
    if had >= max {
        // A password or an id that is too long can still be compared: nothing after it shifts.
        let harmless = matches!(field, "password" | "message_id");
        if !(reader.quirks.long_strings && harmless && had < reader.rest.len()) {
            return Err(reader.error(
                DecodeErrorKind::TooLong {
                    max: clamp(max),
                    had: clamp(had + 1),
                },
                field,
            ));
        }
        reader.tolerate(Tolerance::LongString, field);
        let string = reader.octets(had, field)?;
        reader.u8(field)?;
        return Ok((string, reader.rest));
    }
    if reader.rest.is_empty() || !reader.quirks.missing_nul {
        return Err(reader.truncated(field, had + 1));
    }
    reader.tolerate(Tolerance::MissingNul, field);
    Ok((reader.rest, &[]))
}

/// What is before and after the first NUL of `octets`, if it is among the first `max`.
#[inline(always)]
fn split_at_nul(octets: &[u8], max: usize) -> Option<(&[u8], &[u8])> {
    // Most strings of most messages are empty.
    if let Some((0, rest)) = octets.split_first() {
        return Some((&[], rest));
    }
    let at = find_nul(octets, max);
    let (string, rest) = octets.split_at_checked(at)?;
    match rest.split_first() {
        Some((_, rest)) if at < max => Some((string, rest)),
        _ => None,
    }
}

/// Where the first NUL of `octets` is; any number not below `max` or their length if it is not
/// among the first `max`.
///
/// Eight octets at a time, as this is where much of the time goes when a message is read.
/// Not inlined nor generic in `max`, or each field would get a copy.
#[inline(never)]
fn find_nul(octets: &[u8], max: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = octets.as_chunks::<8>();
    let mut before = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest bit set is the top bit of the first octet that is 0.
        let zeros = word.wrapping_sub(ONES) & !word & TOPS;
        if zeros != 0 {
            return before + zeros.trailing_zeros() as usize / 8;
        }
        before += 8;
        if before >= max {
            return before;
        }
    }
    before + rest.iter().take_while(|&&octet| octet != 0).count()
}

/// A cursor over the octets one PDU is going to take.
///
/// They are as many as the PDU's fields and TLVs say they take, so there is always room.
#[derive(Debug)]
pub struct Writer<'o> {
    room: &'o mut [u8],
}

impl<'o> Writer<'o> {
    pub(crate) fn new(room: &'o mut [u8]) -> Self {
        Self { room }
    }

    #[inline(always)]
    pub(crate) fn u8(&mut self, octet: u8) {
        self.octets(&[octet]);
    }

    /// Most strings of most messages are empty: that is no copy.
    #[inline(always)]
    pub(crate) fn c_octet_string(&mut self, string: &[u8]) {
        if !string.is_empty() {
            self.octets(string);
        }
        self.u8(0);
    }

    #[inline(always)]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        let room = core::mem::take(&mut self.room);
        match room.split_at_mut_checked(octets.len()) {
            Some((these, rest)) => {
                these.copy_from_slice(octets);
                self.room = rest;
            }
            None => debug_assert!(false, "a field is longer than its size"),
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.room.is_empty()
    }
}

/// A length for an error message; frames never get near the limit.
pub(crate) fn clamp(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// What a type must offer to stand in a PDU body: it delimits itself on the wire.
pub(crate) trait Field<'a>: Sized {
    /// How the field is spelled on the wire.
    const KIND: FieldKind;
    /// Reads the field; `name` is the standard's, for errors.
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError>;
    /// Octets on the wire.
    fn size(&self) -> usize;
    /// Writes exactly [`Self::size`] octets.
    fn write(&self, writer: &mut Writer<'_>);
    /// Shows the field, or each of the parts the standard names, in wire order.
    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor);
}

impl<'a> Field<'a> for u8 {
    const KIND: FieldKind = FieldKind::Integer { octets: 1 };
    #[inline(always)]
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        reader.u8(name)
    }
    fn size(&self) -> usize {
        1
    }
    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.u8(*self);
    }
    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        visitor.value(name, 1, Value::Integer(u32::from(*self)));
    }
}

/// Declares an open enumeration: a newtype with the standard's names, where any value may occur.
macro_rules! open_enum {
    (
        $(#[$meta:meta])*
        pub struct $name:ident($int:ident);
        $( $(#[$row_meta:meta])* $row:ident = $value:expr, )*
        $( @aliases: $( $(#[$alias_meta:meta])* $alias:ident = $alias_value:expr, )* )?
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub $int);

        impl $name {
            $( $(#[$row_meta])* pub const $row: Self = Self($value); )*
            $($( $(#[$alias_meta])* pub const $alias: Self = Self($alias_value); )*)?

            /// The name the standard prints for this value; `None` when it has none.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $( Self::$row => Some(stringify!($row)), )*
                    _ => None,
                }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{:#x}", self.0),
                }
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Display::fmt(self, f)
            }
        }
    };
}

/// Lets a newtype over one octet stand in a PDU body.
macro_rules! octet_field {
    ($($name:ident),+ $(,)?) => { $(
        impl<'a> $crate::wire::Field<'a> for $name {
            const KIND: $crate::value::FieldKind = $crate::value::FieldKind::Integer { octets: 1 };
            #[inline(always)]
            fn read(
                reader: &mut $crate::wire::Reader<'a, '_>,
                name: &'static str,
            ) -> Result<Self, $crate::error::DecodeError> {
                reader.u8(name).map(Self)
            }
            fn size(&self) -> usize {
                1
            }
            #[inline]
            fn write(&self, writer: &mut $crate::wire::Writer<'_>) {
                writer.u8(self.0);
            }
            fn visit(&self, name: &'static str, visitor: &mut dyn $crate::value::Visitor) {
                $crate::wire::Field::visit(&self.0, name, visitor);
            }
        }
    )+ };
}

pub(crate) use {octet_field, open_enum};

#[cfg(test)]
mod tests {
    use super::split_at_nul;

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for len in 0..40 {
            for at in 0..=len {
                for filler in [0x01, 0x7F, 0x80, 0x81, 0xFF] {
                    let mut octets = [0; 40];
                    octets[..at].fill(filler);
                    let octets = &octets[..len];
                    let expect = octets.iter().position(|&octet| octet == 0);
                    for max in 1..=len + 9 {
                        let expect = expect.filter(|&at| at < max);
                        let expect = expect.map(|at| (&octets[..at], &octets[at + 1..]));
                        assert_eq!(split_at_nul(octets, max), expect);
                    }
                }
            }
        }
    }
}
