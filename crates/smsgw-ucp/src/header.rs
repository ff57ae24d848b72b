//! What stands in front of the fields of every frame: TRN, LEN, O/R and OT; and the checksum behind
//! them.

use core::fmt;

use crate::error::{FrameError, FrameErrorKind, Nack};
use crate::error_code::ErrorCode;
use crate::operation::OperationType;
use crate::quirks::Quirks;
use crate::wire::clamp;

pub(crate) const STX: u8 = 0x02;
pub(crate) const ETX: u8 = 0x03;
/// Octets from STX to the first field: `STX TRN/LEN/O/OT/`.
pub(crate) const HEADER_LEN: usize = 15;
/// Octets behind the fields: the checksum and ETX.
pub(crate) const TRAILER_LEN: usize = 3;
/// What LEN counts besides the fields and their slashes.
pub(crate) const LEN_WITHOUT_FIELDS: usize = 16;
/// The largest LEN.
pub(crate) const MAX_LEN: usize = 99_999;
/// The most octets of a frame, with STX and ETX, which LEN does not count.
pub(crate) const MAX_FRAME_LEN: u32 = 100_001;

/// The transaction reference number (TRN): ties a result to its operation. 0 to 99.
///
/// Each side numbers its own operations; the two directions have nothing to do with each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Trn(u8);

/// Whether a frame asks for something or answers (O/R).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationKind {
    /// `O`: an operation.
    Operation,
    /// `R`: the result of one.
    Result,
}

impl Trn {
    /// How many there are: the most operations that can wait for their results in one direction.
    pub const COUNT: u8 = 100;
    /// The first one: 00.
    pub const ZERO: Self = Self(0);

    /// A number of 0 to 99; `None` for others.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number < Self::COUNT {
            Some(Self(number))
        } else {
            None
        }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The one after it; 00 follows 99.
    #[must_use]
    pub const fn next(self) -> Self {
        Self((self.0 + 1) % Self::COUNT)
    }
}

impl fmt::Display for Trn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

impl From<Trn> for u8 {
    fn from(trn: Trn) -> Self {
        trn.0
    }
}

impl From<Trn> for usize {
    fn from(trn: Trn) -> Self {
        Self::from(trn.0)
    }
}

impl OperationKind {
    const fn octet(self) -> u8 {
        match self {
            Self::Operation => b'O',
            Self::Result => b'R',
        }
    }

    const fn from_octet(octet: u8) -> Option<Self> {
        match octet {
            b'O' => Some(Self::Operation),
            b'R' => Some(Self::Result),
            _ => None,
        }
    }
}

/// The header without LEN, which follows from the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) trn: Trn,
    pub(crate) kind: OperationKind,
    pub(crate) ot: OperationType,
}

impl Header {
    /// Checks one frame from STX to ETX, between which there is neither, of at most
    /// [`MAX_FRAME_LEN`] octets.
    #[inline]
    pub(crate) fn check(octets: &[u8], quirks: &Quirks) -> Result<Self, FrameError> {
        let Some((header, len)) = octets.first_chunk().and_then(Self::parse) else {
            return Err(header_error(octets));
        };
        // Without STX and ETX.
        let had = octets.len().saturating_sub(2);
        if usize::try_from(len) != Ok(had) && !quirks.wrong_len {
            let kind = FrameErrorKind::LenMismatch {
                len,
                had: clamp(had),
            };
            return Err(header.refuse(kind, 4, ErrorCode::SYNTAX_ERROR));
        }
        let checksum = checksum_of(octets, quirks)
            .ok_or_else(|| header.refuse_checksum(FrameErrorKind::ChecksumSyntax, octets))?;
        let computed = sum(octets
            .get(1..octets.len().saturating_sub(TRAILER_LEN))
            .unwrap_or_default());
        if computed != checksum {
            let kind = FrameErrorKind::ChecksumMismatch {
                computed,
                had: checksum,
            };
            return Err(header.refuse_checksum(kind, octets));
        }
        Ok(header)
    }

    /// The header and LEN, if each part is what it has to be.
    #[inline]
    fn parse(octets: &[u8; HEADER_LEN]) -> Option<(Self, u32)> {
        let [
            STX,
            t1,
            t0,
            b'/',
            l4,
            l3,
            l2,
            l1,
            l0,
            b'/',
            kind,
            b'/',
            o1,
            o0,
            b'/',
        ] = *octets
        else {
            return None;
        };
        let header = Self {
            trn: Trn(two_digits(t1, t0)?),
            kind: OperationKind::from_octet(kind)?,
            ot: OperationType::new(two_digits(o1, o0)?)?,
        };
        let mut len = 0;
        for digit in [l4, l3, l2, l1, l0] {
            len = len * 10 + u32::from(decimal(digit)?);
        }
        Some((header, len))
    }

    /// The octets in front of fields that take `fields` octets, slashes included.
    #[inline]
    pub(crate) fn to_octets(self, fields: usize) -> [u8; HEADER_LEN] {
        let len = clamp(fields.saturating_add(LEN_WITHOUT_FIELDS));
        let digit = |power: u32| digit(len / power % 10);
        let [t1, t0] = digits(self.trn.0);
        let [o1, o0] = digits(self.ot.get());
        [
            STX,
            t1,
            t0,
            b'/',
            digit(10_000),
            digit(1_000),
            digit(100),
            digit(10),
            digit(1),
            b'/',
            self.kind.octet(),
            b'/',
            o1,
            o0,
            b'/',
        ]
    }

    fn refuse(self, kind: FrameErrorKind, offset: usize, error_code: ErrorCode) -> FrameError {
        FrameError {
            kind,
            offset: clamp(offset),
            nack: self.nack(error_code),
        }
    }

    /// What to answer; nothing to a result.
    fn nack(self, error_code: ErrorCode) -> Option<Nack> {
        (self.kind == OperationKind::Operation).then_some(Nack {
            trn: self.trn,
            ot: self.ot,
            error_code,
        })
    }

    fn refuse_checksum(self, kind: FrameErrorKind, octets: &[u8]) -> FrameError {
        let fields_and_before = octets
            .iter()
            .rposition(|&octet| octet == b'/')
            .map_or(HEADER_LEN, |slash| slash + 1);
        self.refuse(kind, fields_and_before, ErrorCode::CHECKSUM_ERROR)
    }
}

/// Why the header of a frame, from STX to ETX, cannot be read.
///
/// When TRN and OT can, and it is no result, there is somebody to answer.
#[cold]
fn header_error(octets: &[u8]) -> FrameError {
    let inner = octets.get(1..octets.len().saturating_sub(1));
    let mut parts = inner.unwrap_or_default().splitn(5, |&octet| octet == b'/');
    let mut part = || parts.next().unwrap_or_default();
    let (trn, len, kind, ot) = (part(), part(), part(), part());
    let is_closed = parts.next().is_some();

    let number = |part: &[u8]| match *part {
        [tens, ones] => two_digits(tens, ones),
        _ => None,
    };
    let is_len = len.len() == 5 && len.iter().all(u8::is_ascii_digit);
    let (field, offset) = if number(trn).is_none() {
        ("TRN", 1)
    } else if !is_len {
        ("LEN", trn.len() + 2)
    } else if !matches!(kind, b"O" | b"R") {
        ("O/R", trn.len() + len.len() + 3)
    } else {
        ("OT", trn.len() + len.len() + kind.len() + 4)
    };
    let nack = (kind != b"R" && is_closed)
        .then(|| {
            Some(Nack {
                trn: Trn(number(trn)?),
                ot: OperationType::new(number(ot)?)?,
                error_code: ErrorCode::SYNTAX_ERROR,
            })
        })
        .flatten();
    FrameError {
        kind: FrameErrorKind::Header { field },
        offset: clamp(offset),
        nack,
    }
}

/// A frame that has more than `max` octets, of which `octets` are the first; found at `offset`.
#[cold]
pub(crate) fn too_long(octets: &[u8], max: u32, offset: u32) -> FrameError {
    let kind = FrameErrorKind::TooLong { max };
    let header = octets.first_chunk().and_then(Header::parse);
    let nack = match header {
        Some((header, _)) => header.nack(ErrorCode::SYNTAX_ERROR),
        None => header_error(octets).nack,
    };
    FrameError { kind, offset, nack }
}

/// LEN of a frame; 0 without one.
pub(crate) fn len_of(octets: &[u8]) -> u32 {
    let header = octets.first_chunk().and_then(Header::parse);
    header.map_or(0, |(_, len)| len)
}

/// The checksum that a frame carries; `None` when there are not two hexadecimal digits behind the
/// last slash.
#[inline]
fn checksum_of(octets: &[u8], quirks: &Quirks) -> Option<u8> {
    let [b'/', high, low, ETX] = *octets.last_chunk()? else {
        return None;
    };
    let digit = |octet: u8| match octet {
        b'a'..=b'f' if !quirks.lower_case_hex => None,
        _ => char::from(octet).to_digit(16),
    };
    u8::try_from(digit(high)? << 4 | digit(low)?).ok()
}

/// The sum of octets, modulo 256: what the checksum of a frame has to be.
#[inline]
pub(crate) fn sum(octets: &[u8]) -> u8 {
    octets.iter().fold(0, |sum, &octet| sum.wrapping_add(octet))
}

/// A number as two hexadecimal digits.
#[inline]
pub(crate) fn hex(number: u8) -> [u8; 2] {
    let digit = |nibble: u8| match nibble {
        0..=9 => b'0' + nibble,
        _ => b'A' - 10 + nibble,
    };
    [digit(number >> 4), digit(number & 0x0F)]
}

/// A number of 0 to 99 as two decimal digits.
#[inline]
pub(crate) fn digits(number: u8) -> [u8; 2] {
    [
        digit(u32::from(number) / 10 % 10),
        digit(u32::from(number) % 10),
    ]
}

fn digit(number: u32) -> u8 {
    b'0' + u8::try_from(number).unwrap_or_default()
}

fn decimal(octet: u8) -> Option<u8> {
    octet.is_ascii_digit().then(|| octet - b'0')
}

pub(crate) fn two_digits(tens: u8, ones: u8) -> Option<u8> {
    Some(decimal(tens)? * 10 + decimal(ones)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_wrap_at_one_hundred() {
        let last = Trn::new(99).unwrap();
        assert_eq!(last.next(), Trn::ZERO);
        assert_eq!(Trn::ZERO.next(), Trn(1));
        assert_eq!(Trn::new(100), None);
        assert_eq!(alloc::format!("{} {last}", Trn(7)), "07 99");
    }

    #[test]
    fn the_checksums_that_were_worked_out_by_hand() {
        for (octets, checksum) in [
            (&b"01/00045/O/30/66677789///1//////68656C6C6F/"[..], *b"CE"),
            (
                b"04/00118/O/51/00393331234568/10412614190438AB4D/////////////////3//\
                  6E696E6520636861722073656E646572////////5039/////",
                *b"44",
            ),
            (b"02/00035/O/31/0234765439845/0139/", *b"A0"),
        ] {
            assert_eq!(hex(sum(octets)), checksum);
        }
    }

    #[test]
    fn a_header_is_written_as_it_was_read() {
        let octets = b"\x0204/00118/O/51/";
        let (header, len) = Header::parse(octets).unwrap();
        assert_eq!(len, 118);
        assert_eq!(header.to_octets(118 - LEN_WITHOUT_FIELDS), *octets);
    }

    #[test]
    fn errors_name_the_part() {
        for (octets, field, offset, is_answered) in [
            (&b"\x02A0/00019/O/60/A//7E\x03"[..], "TRN", 1, false),
            (b"\x02\x03", "TRN", 1, false),
            (b"\x0200/0019/O/31/A//3D\x03", "LEN", 4, true),
            (b"\x0200/0001A/R/31/A//3D\x03", "LEN", 4, false),
            (b"\x0200/00019/X/60/A//73\x03", "O/R", 10, true),
            (b"\x0200/00019/\x03", "O/R", 10, false),
            (b"\x0200/00019/O/6/A//73\x03", "OT", 12, false),
            (b"\x0200/00019/O/60\x03", "OT", 12, false),
        ] {
            let error = Header::check(octets, &Quirks::LENIENT).unwrap_err();
            assert_eq!(error.kind(), FrameErrorKind::Header { field });
            assert_eq!(error.offset(), offset, "{field}");
            assert_eq!(error.nack().is_some(), is_answered, "{field}");
        }
    }
}
