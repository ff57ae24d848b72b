//! How octets become fields and back: the reader and the writer of every PDU body, and what a
//! field type has to offer. Private; the public face is [`Frame::decode`](crate::Frame::decode).

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Quirks, Tolerance, Tolerated};
use crate::value::{FieldKind, Value, Visitor};

/// A cursor over one frame that cannot leave it.
#[derive(Debug)]
pub struct Reader<'a, 'q> {
    rest: &'a [u8],
    frame_len: usize,
    pub(crate) quirks: &'q Quirks,
    tolerated: Option<&'q mut Tolerated>,
}

impl<'a, 'q> Reader<'a, 'q> {
    /// Reads `body`, the last octets of a frame of `frame_len` octets.
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

    /// Counted from the first octet of the frame.
    pub(crate) fn offset(&self) -> usize {
        self.frame_len - self.rest.len()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_reporting(&self) -> bool {
        self.tolerated.is_some()
    }

    #[inline]
    pub(crate) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        self.u8_called(|| field)
    }

    /// An octet whose name takes work to find, and is wanted in errors only.
    #[inline]
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

    #[inline]
    pub(crate) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        match self.rest.split_first_chunk() {
            Some((octets, rest)) => {
                self.rest = rest;
                Ok(u32::from_be_bytes(*octets))
            }
            None => Err(self.truncated(field, 4)),
        }
    }

    #[inline]
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
    pub(crate) fn remaining(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    /// A C-octet string of at most `max` octets, its NUL counted but not returned.
    ///
    /// Not generic in `max`, or each size would be compiled apart.
    #[inline]
    pub(crate) fn c_octet_string(
        &mut self,
        max: usize,
        field: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        match find_nul(self.rest.get(..max).unwrap_or(self.rest)) {
            Some(len) => match (self.rest.get(..len), self.rest.get(len + 1..)) {
                (Some(string), Some(rest)) => {
                    self.rest = rest;
                    Ok(string)
                }
                _ => Err(self.truncated(field, len + 1)),
            },
            None => self.odd_c_octet_string(max, field),
        }
    }

    /// No NUL where one must be: the frame ends first, or the string is too long.
    #[cold]
    fn odd_c_octet_string(
        &mut self,
        max: usize,
        field: &'static str,
    ) -> Result<&'a [u8], DecodeError> {
        let had = self
            .rest
            .iter()
            .position(|&octet| octet == 0)
            .unwrap_or(self.rest.len());
        if had >= max {
            // A password or an id that is too long can still be compared: nothing after it shifts.
            let harmless = matches!(field, "password" | "message_id");
            if !(self.quirks.long_strings && harmless && had < self.rest.len()) {
                return Err(self.error(
                    DecodeErrorKind::TooLong {
                        max: clamp(max),
                        had: clamp(had + 1),
                    },
                    field,
                ));
            }
            self.tolerate(Tolerance::LongString, field);
            let string = self.octets(had, field)?;
            self.u8(field)?;
            return Ok(string);
        }
        if self.rest.is_empty() || !self.quirks.missing_nul {
            return Err(self.truncated(field, had + 1));
        }
        self.tolerate(Tolerance::MissingNul, field);
        Ok(self.remaining())
    }

    /// Looks at the octets of a string that started at `offset`, if anybody wants to know.
    #[inline]
    pub(crate) fn check_ascii(
        &mut self,
        octets: &[u8],
        field: &'static str,
        offset: usize,
    ) -> Result<(), DecodeError> {
        if self.quirks.non_ascii_addresses && !self.is_reporting() || octets.is_ascii() {
            return Ok(());
        }
        if !self.quirks.non_ascii_addresses {
            let offset = clamp(offset);
            return Err(DecodeError::new(DecodeErrorKind::NonAscii, field, offset));
        }
        self.tolerate_at(Tolerance::NonAscii, field, clamp(offset));
        Ok(())
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

    #[cold]
    pub(crate) fn truncated(&self, field: &'static str, needed: usize) -> DecodeError {
        let kind = DecodeErrorKind::Truncated {
            needed: clamp(needed),
            had: clamp(self.rest.len()),
        };
        self.error(kind, field)
    }

    /// An error at the cursor.
    #[cold]
    pub(crate) fn error(&self, kind: DecodeErrorKind, field: &'static str) -> DecodeError {
        DecodeError::new(kind, field, clamp(self.offset()))
    }
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

    #[inline]
    pub(crate) fn u8(&mut self, octet: u8) {
        self.octets(&[octet]);
    }

    #[inline]
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

/// Where the first NUL is.
///
/// Eight octets at a time, as this is where much of the time goes when a message is read.
#[inline]
fn find_nul(octets: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let (words, rest) = octets.as_chunks::<8>();
    let mut before = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        // The lowest bit set is the top bit of the first octet that is 0.
        let zeros = word.wrapping_sub(ONES) & !word & TOPS;
        if zeros != 0 {
            return Some(before + zeros.trailing_zeros() as usize / 8);
        }
        before += 8;
    }
    let at = rest.iter().position(|&octet| octet == 0)?;
    Some(before + at)
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
    #[inline]
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
            #[inline]
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
    use super::find_nul;

    #[test]
    fn the_first_nul_is_found_wherever_it_is() {
        for len in 0..40 {
            for at in 0..=len {
                for filler in [0x01, 0x7F, 0x80, 0x81, 0xFF] {
                    let mut octets = [0; 40];
                    octets[..at].fill(filler);
                    let octets = &octets[..len];
                    let expect = octets.iter().position(|&octet| octet == 0);
                    assert_eq!(find_nul(octets), expect);
                }
            }
        }
    }
}
