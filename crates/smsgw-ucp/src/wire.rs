//! How octets become fields and back: the reader and the writer of every operation, and what a
//! field type has to offer. Private; the public face is `Frame::decode`.

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::header::len_of;
use crate::quirks::{Quirks, Tolerance, Tolerated};

/// Whether a field has to have something in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Yes.
    Mandatory,
    /// No.
    Optional,
}

/// A cursor over the fields of one frame that cannot leave it.
#[derive(Debug)]
pub struct Reader<'a, 'q> {
    /// What is left of the fields, each with the slash that ends it.
    rest: &'a [u8],
    /// Octets from STX to the end of the last field.
    end: usize,
    pub(crate) quirks: &'q Quirks,
    tolerated: Option<&'q mut Tolerated>,
    /// One field more is there than has to be: see [`Spare`](crate::op::Spare).
    pub(crate) has_spare: bool,
    /// An operation without anything in it can mean something.
    pub(crate) can_be_blank: bool,
}

impl<'a, 'q> Reader<'a, 'q> {
    /// Reads `fields`, which end `end` octets behind STX.
    pub(crate) fn new(
        fields: &'a [u8],
        end: usize,
        quirks: &'q Quirks,
        tolerated: Option<&'q mut Tolerated>,
    ) -> Self {
        Self {
            rest: fields,
            end,
            quirks,
            tolerated,
            has_spare: false,
            can_be_blank: false,
        }
    }

    /// What is left of the fields, each with the slash that ends it.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Counted from STX.
    pub(crate) fn offset(&self) -> usize {
        self.end - self.rest.len()
    }

    /// The next field, without the slash that ends it. The fields have been counted before: behind
    /// the last one there are empty ones.
    #[inline(always)]
    pub(crate) fn field(&mut self) -> &'a [u8] {
        if self.skip_empty() { b"" } else { self.text() }
    }

    /// Passes over the next field when it is empty, as most fields of most operations are.
    #[inline(always)]
    pub(crate) fn skip_empty(&mut self) -> bool {
        if let [b'/', rest @ ..] = self.rest {
            self.rest = rest;
            return true;
        }
        false
    }

    /// The next field, in which something stands.
    fn text(&mut self) -> &'a [u8] {
        let (field, rest) = split_field(self.rest).unwrap_or_default();
        self.rest = rest;
        field
    }

    /// Whether LEN and the checksum of `frame`, which are right to somebody, are to these quirks.
    pub(crate) fn header(&mut self, frame: &[u8]) -> Result<(), DecodeError> {
        let had = clamp(frame.len().saturating_sub(2));
        let len = len_of(frame);
        if len != had {
            let (min, max) = (had, had);
            let otherwise = ValueError::OutOfRange { min, max, had: len };
            let is_allowed = self.quirks.wrong_len;
            let otherwise = DecodeErrorKind::Value(otherwise);
            self.let_through(is_allowed, Tolerance::WrongLen, "LEN", 4, otherwise)?;
        }
        let chk = frame.get(self.end..).unwrap_or_default();
        if let Some(at) = chk.iter().position(u8::is_ascii_lowercase) {
            let is_allowed = self.quirks.lower_case_hex;
            let otherwise = DecodeErrorKind::Value(ValueError::NotHex { at });
            let what = Tolerance::LowerCaseHex;
            self.let_through(is_allowed, what, "CHK", self.end, otherwise)?;
        }
        Ok(())
    }

    /// Whether the `had` fields are as many as the operation has; the first one behind them would be
    /// called `missing`.
    pub(crate) fn expect(
        &mut self,
        missing: &'static str,
        needed: usize,
        had: usize,
    ) -> Result<(), DecodeError> {
        if had == needed {
            return Ok(());
        }
        let kind = DecodeErrorKind::FieldCount {
            needed: clamp(needed),
            had: clamp(had),
        };
        if had < needed {
            return Err(DecodeError::new(kind, missing, clamp(self.end)));
        }
        let is_allowed = self.quirks.extra_fields;
        self.let_through(is_allowed, Tolerance::ExtraFields, "CHK", self.end, kind)
    }

    /// Lets the field that was read last through, or not.
    pub(crate) fn let_through(
        &mut self,
        is_allowed: bool,
        what: Tolerance,
        name: &'static str,
        offset: usize,
        otherwise: DecodeErrorKind,
    ) -> Result<(), DecodeError> {
        if !is_allowed {
            return Err(DecodeError::new(otherwise, name, clamp(offset)));
        }
        if let Some(tolerated) = &mut self.tolerated {
            tolerated.push(what, name, clamp(offset));
        }
        Ok(())
    }

    /// A mandatory field is empty.
    #[cold]
    pub(crate) fn missing(&mut self, name: &'static str, offset: usize) -> Result<(), DecodeError> {
        // Without its recipient an operation means nothing.
        let is_blank = self.can_be_blank && self.rest.iter().all(|&octet| octet == b'/');
        let is_allowed = self.quirks.missing_fields && (name != "AdC" || is_blank);
        self.let_through(
            is_allowed,
            Tolerance::Missing,
            name,
            offset,
            DecodeErrorKind::Missing,
        )
    }
}

/// The first field, without the slash that ends it, and the others; `None` when there is none.
#[inline]
pub(crate) fn split_field(fields: &[u8]) -> Option<(&[u8], &[u8])> {
    let (field, rest) = fields.split_at_checked(slash(fields))?;
    let rest = rest.strip_prefix(b"/")?;
    Some((field, rest))
}

/// Where the first slash is; the number of octets when there is none.
fn slash(octets: &[u8]) -> usize {
    // Most fields are short; what is not is a message, and its octets are passed over in blocks,
    // which compiles to vector instructions.
    const BLOCK: usize = 32;
    let start = octets.get(..16).unwrap_or(octets);
    let at = word_slash(start);
    if at < start.len() {
        return at;
    }
    let rest = octets.get(at..).unwrap_or_default();
    let (blocks, _) = rest.as_chunks::<BLOCK>();
    let free = blocks
        .iter()
        .take_while(|block| {
            !block
                .iter()
                .fold(false, |any, &octet| any | (octet == b'/'))
        })
        .count()
        * BLOCK;
    let before = at + free;
    before + word_slash(octets.get(before..).unwrap_or_default())
}

#[inline]
fn word_slash(octets: &[u8]) -> usize {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const SLASHES: u64 = u64::from_ne_bytes([b'/'; 8]);
    let (words, _) = octets.as_chunks::<8>();
    let mut before = 0;
    for word in words {
        // Bit 7 of the first octet that is zero is set, and of none before it.
        let word = u64::from_le_bytes(*word) ^ SLASHES;
        let zeros = word.wrapping_sub(ONES) & !word & (ONES << 7);
        if zeros != 0 {
            return before + usize::try_from(zeros.trailing_zeros() / 8).unwrap_or_default();
        }
        before += 8;
    }
    let rest = octets.get(before..).unwrap_or_default();
    let is_slash = |octet: &u8| *octet == b'/';
    before + rest.iter().position(is_slash).unwrap_or(rest.len())
}

/// The error of a value in the field called `name` that starts at `offset`.
pub(crate) fn invalid(error: ValueError, name: &'static str, offset: usize) -> DecodeError {
    DecodeError::new(DecodeErrorKind::Value(error), name, clamp(offset))
}

/// A cursor over the octets the fields of one frame are going to take.
///
/// They are as many as the fields say they take, so there is always room.
#[derive(Debug)]
pub struct Writer<'o> {
    room: &'o mut [u8],
}

impl<'o> Writer<'o> {
    pub(crate) fn new(room: &'o mut [u8]) -> Self {
        Self { room }
    }

    /// Writes a field and the slash that ends it.
    #[inline]
    pub(crate) fn field(&mut self, octets: &[u8]) {
        self.octets(octets);
        self.octets(b"/");
    }

    /// Most fields of most operations are empty: that is no copy.
    #[inline(always)]
    pub(crate) fn octets(&mut self, octets: &[u8]) {
        if !octets.is_empty() {
            self.copy(octets);
        }
    }

    #[inline(always)]
    fn copy(&mut self, octets: &[u8]) {
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

/// What a type must offer to stand in an operation: it delimits itself on the wire, be it one
/// field or several in a row.
pub trait Field<'a>: Copy + Default {
    /// Reads the field or fields; `names` are the standard's, for errors.
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError>;
    /// Octets on the wire, slashes included.
    fn size(&self) -> usize;
    /// Writes exactly [`Self::size`] octets.
    fn write(&self, writer: &mut Writer<'_>);
}

/// A length for an error message; frames never get near the limit.
pub(crate) fn clamp(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
