//! One frame as octets: found in a stream, owned, and read only when asked.

use core::fmt;

use bytes::{Bytes, BytesMut};

use crate::answer::Answer;
use crate::deframer::{Deframer, check_whole};
use crate::error::{DecodeError, DecodeErrorKind, FrameError, ValueError};
use crate::header::{
    ETX, HEADER_LEN, Header, LEN_WITHOUT_FIELDS, MAX_FRAME_LEN, MAX_LEN, OperationKind, STX,
    TRAILER_LEN, Trn, hex, sum,
};
use crate::op::Op;
use crate::operation::{Operation, OperationType};
use crate::quirks::{Quirks, Tolerated};
use crate::wire::{Reader, Writer, clamp, split_field};

/// One whole operation or result, from STX to ETX, whose LEN and checksum are right.
///
/// A frame owns its octets, operations and answers borrow from it. To keep a message, keep its
/// frame.
///
/// ```
/// use smsgw_ucp::{Frame, OperationType, op::SmtAlert};
///
/// let frame = Frame::copy_from(b"\x0200/00026/O/31/1234/0539/C0\x03")?;
/// assert_eq!(frame.ot(), OperationType::SMT_ALERT);
/// assert_eq!(frame.decode::<SmtAlert>()?.adc, "1234");
///
/// let names: Vec<_> = frame.named_fields().map(|field| field.name).collect();
/// assert_eq!(names, ["AdC", "PID"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    header: Header,
    octets: Bytes,
}

/// An operation or an answer, and what was let through while it was read.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<T> {
    /// The operation or answer.
    pub pdu: T,
    /// The faults of the peer that the [`Quirks`] let through.
    pub tolerated: Tolerated,
}

/// A field as it is, and what the standard calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedField<'a> {
    /// The standard's name; empty behind the last field of the operation, and when the table does
    /// not have the operation.
    pub name: &'static str,
    /// Where it starts, in octets from STX.
    pub offset: u32,
    /// What stands in it.
    pub text: &'a [u8],
}

impl Frame {
    /// The most octets of a frame, STX and ETX included: LEN has five digits.
    pub const MAX_LEN: u32 = MAX_FRAME_LEN;
    /// The most octets of a frame that a reader takes, STX and ETX included, unless told otherwise:
    /// as many as an OT 02 with [`Seq::MAX`](crate::op::Seq::MAX) recipients needs, and its result
    /// of [`SystemMessage::MAX`](crate::SystemMessage::MAX) characters.
    pub const DEFAULT_MAX_LEN: u32 = 32 << 10;

    /// Takes `octets`, from STX to ETX, as one frame; lets [`Quirks::LENIENT`] through.
    ///
    /// # Errors
    /// When they are none; see [`FrameErrorKind`](crate::FrameErrorKind) for the checks and their
    /// order.
    pub fn new(octets: Bytes) -> Result<Self, FrameError> {
        Self::new_with(octets, &Quirks::LENIENT)
    }

    /// Takes `octets`, from STX to ETX, as one frame.
    ///
    /// # Errors
    /// As [`Self::new`], and for every fault that `quirks` do not let through.
    pub fn new_with(octets: Bytes, quirks: &Quirks) -> Result<Self, FrameError> {
        let header = check_whole(&octets, quirks)?;
        Ok(Self { header, octets })
    }

    /// Takes a copy of `octets`, from STX to ETX, as one frame.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn copy_from(octets: &[u8]) -> Result<Self, FrameError> {
        Self::new(Bytes::copy_from_slice(octets))
    }

    /// Splits the next item off the front of `buffer`: a frame, or why octets are none. `None`
    /// until more octets are there.
    ///
    /// Looks at all of `buffer` in each call. For a stream that comes in small pieces a
    /// [`Deframer`] remembers what it has seen.
    pub fn split_from(buffer: &mut BytesMut, max_len: u32) -> Option<Result<Self, FrameError>> {
        Deframer::new(max_len, Quirks::LENIENT).next(buffer)
    }

    /// Makes a frame of fields as they are; LEN and the checksum are computed.
    ///
    /// # Errors
    /// [`Character`](ValueError::Character) for a slash, STX or ETX in a field,
    /// [`TooLong`](ValueError::TooLong) when LEN would exceed 99999.
    pub fn from_fields(
        trn: Trn,
        kind: OperationKind,
        ot: OperationType,
        fields: &[&[u8]],
    ) -> Result<Self, ValueError> {
        let mut size = 0_usize;
        for field in fields {
            let is_wrong = |octet: &u8| matches!(*octet, b'/' | STX | ETX);
            if let Some(at) = field.iter().position(is_wrong) {
                return Err(ValueError::Character { at });
            }
            size = size.saturating_add(field.len()).saturating_add(1);
        }
        let max = MAX_LEN - LEN_WITHOUT_FIELDS;
        if size > max {
            return Err(ValueError::TooLong { max, had: size });
        }
        let header = Header { trn, kind, ot };
        let mut out = BytesMut::new();
        write(header, size, &mut out, |writer| {
            for field in fields {
                writer.field(field);
            }
        });
        Ok(Self::written(header, out))
    }

    /// A frame whose octets [`write`] has made.
    pub(crate) fn written(header: Header, octets: BytesMut) -> Self {
        Self {
            header,
            octets: octets.freeze(),
        }
    }

    /// A frame from STX to ETX, between which there is neither.
    #[inline]
    pub(crate) fn from_checked(octets: Bytes, quirks: &Quirks) -> Result<Self, FrameError> {
        let header = Header::check(&octets, quirks)?;
        Ok(Self { header, octets })
    }

    /// Ties a result to its operation.
    #[must_use]
    pub const fn trn(&self) -> Trn {
        self.header.trn
    }

    /// Whether it is an operation or the result of one.
    #[must_use]
    pub const fn kind(&self) -> OperationKind {
        self.header.kind
    }

    /// Whether it is an operation.
    #[must_use]
    pub const fn is_operation(&self) -> bool {
        matches!(self.header.kind, OperationKind::Operation)
    }

    /// Which operation it is, or is the result of.
    #[must_use]
    pub const fn ot(&self) -> OperationType {
        self.header.ot
    }

    /// The whole frame, from STX to ETX.
    #[must_use]
    pub const fn octets(&self) -> &Bytes {
        &self.octets
    }

    /// The same frame without a share in its octets.
    #[inline]
    #[must_use]
    pub fn view(&self) -> FrameRef<'_> {
        FrameRef {
            header: self.header,
            octets: &self.octets,
        }
    }

    /// The fields as they are, without the slashes.
    pub fn fields(&self) -> impl Iterator<Item = &[u8]> {
        self.view().fields()
    }

    /// Reads the operation as `T`, leniently, without allocating.
    ///
    /// # Errors
    /// When the frame holds another operation or a result, or fields that cannot be read.
    #[inline]
    pub fn decode<'a, T: Op<'a>>(&'a self) -> Result<T, DecodeError> {
        self.view().decode()
    }

    /// Reads the operation as `T` and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and for every fault that `quirks` do not let through.
    pub fn decode_with<'a, T: Op<'a>>(
        &'a self,
        quirks: &Quirks,
    ) -> Result<Decoded<T>, DecodeError> {
        self.view().decode_with(quirks)
    }

    /// Reads the operation, leniently. One that the table does not have is
    /// [`Operation::Unknown`].
    ///
    /// # Errors
    /// When the frame holds a result, or fields that cannot be read.
    pub fn operation(&self) -> Result<Operation<'_>, DecodeError> {
        self.view().operation()
    }

    /// Reads the operation and says what was let through.
    ///
    /// # Errors
    /// As [`Self::operation`], and for every fault that `quirks` do not let through.
    pub fn operation_with(&self, quirks: &Quirks) -> Result<Decoded<Operation<'_>>, DecodeError> {
        self.view().operation_with(quirks)
    }

    /// Reads the result, leniently, without allocating.
    ///
    /// # Errors
    /// When the frame holds an operation, or a result that cannot be read.
    pub fn answer(&self) -> Result<Answer<'_>, DecodeError> {
        self.view().answer()
    }

    /// Reads the result and says what was let through.
    ///
    /// # Errors
    /// As [`Self::answer`], and for every fault that `quirks` do not let through.
    pub fn answer_with(&self, quirks: &Quirks) -> Result<Decoded<Answer<'_>>, DecodeError> {
        self.view().answer_with(quirks)
    }

    /// The fields with their names, as they are.
    pub fn named_fields(&self) -> impl Iterator<Item = NamedField<'_>> {
        self.view().named_fields()
    }

    /// A copy with memory of its own.
    ///
    /// A frame from a stream is a slice of the read buffer and keeps all of it alive: detach what
    /// is kept for long.
    #[must_use]
    pub fn detach(&self) -> Self {
        Self {
            header: self.header,
            octets: Bytes::copy_from_slice(&self.octets),
        }
    }
}

/// One whole frame in octets that somebody else owns.
///
/// For octets that stay where they are, as in a file; from a connection, a [`Frame`] can be kept
/// and sent on.
///
/// ```
/// use smsgw_ucp::{FrameRef, op::SmtAlert};
///
/// let mut octets = &b"\r\n\x0200/00026/O/31/1234/0539/C0\x03\x02..."[..];
/// let frame = FrameRef::split_from(&mut octets, 1_000).ok_or("not whole")??;
/// assert_eq!(frame.decode::<SmtAlert>()?.adc, "1234");
/// assert_eq!(octets, b"\x02...");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FrameRef<'a> {
    header: Header,
    octets: &'a [u8],
}

impl<'a> FrameRef<'a> {
    /// Takes `octets` as one frame, as [`Frame::new`].
    ///
    /// # Errors
    /// As [`Frame::new`].
    pub fn new(octets: &'a [u8]) -> Result<Self, FrameError> {
        Self::new_with(octets, &Quirks::LENIENT)
    }

    /// Takes `octets` as one frame, as [`Frame::new_with`].
    ///
    /// # Errors
    /// As [`Frame::new_with`].
    pub fn new_with(octets: &'a [u8], quirks: &Quirks) -> Result<Self, FrameError> {
        let header = check_whole(octets, quirks)?;
        Ok(Self { header, octets })
    }

    /// A frame from STX to ETX, between which there is neither.
    pub(crate) fn from_checked(octets: &'a [u8], quirks: &Quirks) -> Result<Self, FrameError> {
        let header = Header::check(octets, quirks)?;
        Ok(Self { header, octets })
    }

    /// Ties a result to its operation.
    #[must_use]
    pub const fn trn(&self) -> Trn {
        self.header.trn
    }

    /// Whether it is an operation or the result of one.
    #[must_use]
    pub const fn kind(&self) -> OperationKind {
        self.header.kind
    }

    /// Whether it is an operation.
    #[must_use]
    pub const fn is_operation(&self) -> bool {
        matches!(self.header.kind, OperationKind::Operation)
    }

    /// Which operation it is, or is the result of.
    #[must_use]
    pub const fn ot(&self) -> OperationType {
        self.header.ot
    }

    /// The whole frame, from STX to ETX.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The fields as they are, without the slashes.
    pub fn fields(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut rest = self.body();
        core::iter::from_fn(move || {
            let (field, others) = split_field(rest)?;
            rest = others;
            Some(field)
        })
    }

    /// The fields with their names, as they are.
    pub fn named_fields(&self) -> impl Iterator<Item = NamedField<'a>> + use<'a> {
        let count = self.field_count();
        let layout = self.ot().layout().filter(|_| self.is_operation());
        let first = self.fields().next();
        let result = Answer::field_names(self.ot(), first != Some(b"N"));
        let is_result = !self.is_operation() && self.ot().is_known();
        let mut offset = HEADER_LEN;
        self.fields().enumerate().map(move |(index, text)| {
            let name = match layout {
                Some(layout) => layout.name(index, count),
                None if is_result => result.get(index).copied().unwrap_or_default(),
                None => "",
            };
            let at = clamp(offset);
            offset += text.len() + 1;
            NamedField {
                name,
                offset: at,
                text,
            }
        })
    }

    /// As [`Frame::decode`].
    ///
    /// # Errors
    /// As [`Frame::decode`].
    #[inline]
    pub fn decode<T: Op<'a>>(&self) -> Result<T, DecodeError> {
        self.read(&Quirks::LENIENT, None)
    }

    /// As [`Frame::decode_with`].
    ///
    /// # Errors
    /// As [`Frame::decode_with`].
    pub fn decode_with<T: Op<'a>>(&self, quirks: &Quirks) -> Result<Decoded<T>, DecodeError> {
        self.tolerating(quirks, |tolerated| self.read(quirks, Some(tolerated)))
    }

    /// As [`Frame::operation`].
    ///
    /// # Errors
    /// As [`Frame::operation`].
    pub fn operation(&self) -> Result<Operation<'a>, DecodeError> {
        Operation::read(*self, &Quirks::LENIENT, None)
    }

    /// As [`Frame::operation_with`].
    ///
    /// # Errors
    /// As [`Frame::operation_with`].
    pub fn operation_with(&self, quirks: &Quirks) -> Result<Decoded<Operation<'a>>, DecodeError> {
        self.tolerating(quirks, |tolerated| {
            Operation::read(*self, quirks, Some(tolerated))
        })
    }

    /// As [`Frame::answer`].
    ///
    /// # Errors
    /// As [`Frame::answer`].
    pub fn answer(&self) -> Result<Answer<'a>, DecodeError> {
        Answer::read(*self, &Quirks::LENIENT, None)
    }

    /// As [`Frame::answer_with`].
    ///
    /// # Errors
    /// As [`Frame::answer_with`].
    pub fn answer_with(&self, quirks: &Quirks) -> Result<Decoded<Answer<'a>>, DecodeError> {
        self.tolerating(quirks, |tolerated| {
            Answer::read(*self, quirks, Some(tolerated))
        })
    }

    /// A copy that owns its octets.
    #[must_use]
    pub fn to_frame(&self) -> Frame {
        Frame {
            header: self.header,
            octets: Bytes::copy_from_slice(self.octets),
        }
    }

    /// All fields, each with the slash that ends it.
    #[inline]
    pub(crate) fn body(&self) -> &'a [u8] {
        let end = self.octets.len().saturating_sub(TRAILER_LEN);
        self.octets.get(HEADER_LEN..end).unwrap_or_default()
    }

    pub(crate) const OTHER_OPERATION: DecodeError =
        DecodeError::new(DecodeErrorKind::OtherOperation, "OT", 12);

    /// Reads the operation as `T`.
    #[inline]
    pub(crate) fn read<T: Op<'a>>(
        &self,
        quirks: &Quirks,
        tolerated: Option<&mut Tolerated>,
    ) -> Result<T, DecodeError> {
        if !self.is_operation() || self.ot() != T::OT {
            return Err(Self::OTHER_OPERATION);
        }
        let reader = &mut self.reader(quirks, tolerated);
        T::LAYOUT.expect(*self, reader)?;
        reader.can_be_blank = T::OT == OperationType::SUBMIT_SHORT_MESSAGE;
        T::read(reader)
    }

    /// Reads what `read` reads, and looks at LEN and the checksum, which the frame may have been
    /// made with more tolerance for.
    fn tolerating<T>(
        &self,
        quirks: &Quirks,
        read: impl FnOnce(&mut Tolerated) -> Result<T, DecodeError>,
    ) -> Result<Decoded<T>, DecodeError> {
        let mut tolerated = Tolerated::default();
        self.reader(quirks, Some(&mut tolerated))
            .header(self.octets)?;
        let pdu = read(&mut tolerated)?;
        Ok(Decoded { pdu, tolerated })
    }

    #[inline]
    pub(crate) fn field_count(&self) -> usize {
        slashes(self.body())
    }

    /// A reader of the fields.
    #[inline]
    pub(crate) fn reader<'q>(
        &self,
        quirks: &'q Quirks,
        tolerated: Option<&'q mut Tolerated>,
    ) -> Reader<'a, 'q> {
        let end = self.octets.len().saturating_sub(TRAILER_LEN);
        Reader::new(self.body(), end, quirks, tolerated)
    }
}

/// How many slashes there are.
#[inline]
fn slashes(octets: &[u8]) -> usize {
    // In blocks so small that their count fits into an octet, which compiles to vector instructions.
    let count = |octets: &[u8]| {
        usize::from(octets.iter().fold(0_u8, |count, &octet| {
            count.wrapping_add(u8::from(octet == b'/'))
        }))
    };
    let (blocks, rest) = octets.as_chunks::<128>();
    blocks.iter().map(|block| count(block)).sum::<usize>() + count(rest)
}

/// Appends a frame whose fields take `size` octets: room is made once for all of them.
pub(crate) fn write(
    header: Header,
    size: usize,
    out: &mut BytesMut,
    fields: impl FnOnce(&mut Writer<'_>),
) {
    debug_assert!(size <= MAX_LEN - LEN_WITHOUT_FIELDS, "LEN has five digits");
    let start = out.len();
    let end = start + HEADER_LEN + size;
    out.resize(end + TRAILER_LEN, 0);
    let (before, trailer) = out.split_at_mut(end);
    let frame = before.get_mut(start..).unwrap_or_default();
    let mut writer = Writer::new(frame);
    writer.octets(&header.to_octets(size));
    fields(&mut writer);
    debug_assert!(writer.is_full(), "a field is shorter than its size");
    let [high, low] = hex(sum(frame.get(1..).unwrap_or_default()));
    trailer.copy_from_slice(&[high, low, ETX]);
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl fmt::Debug for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut frame = f.debug_struct("Frame");
        frame
            .field("trn", &self.trn())
            .field("kind", &self.kind())
            .field("ot", &self.ot());
        let has_password = matches!(
            self.ot(),
            OperationType::SESSION_MANAGEMENT | OperationType::LIST_MANAGEMENT
        );
        if self.is_operation() && has_password {
            // What is printed ends in logs.
            return frame.finish_non_exhaustive();
        }
        frame.field("fields", &Fields(*self)).finish()
    }
}

/// The fields for a log, codes that are secret as stars.
struct Fields<'a>(FrameRef<'a>);

impl fmt::Debug for Fields<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for field in self.0.named_fields() {
            match field.name {
                "AC" | "LPR" | "LUR" | "LRC" if !field.text.is_empty() => f.write_str("***/")?,
                _ => write!(f, "{}/", field.text.escape_ascii())?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_taken_apart_and_put_together() {
        let octets = b"\x0204/00023/R/31/A/0003/2D\x03";
        let frame = Frame::copy_from(octets).unwrap();
        let fields: alloc::vec::Vec<_> = frame.fields().collect();
        assert_eq!(fields, [&b"A"[..], b"0003"]);
        let again = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &fields).unwrap();
        assert_eq!(again, frame);
        let none = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &[]).unwrap();
        assert_eq!(none.fields().count(), 0);
        assert_eq!(Frame::new(none.octets().clone()), Ok(none));
    }

    #[test]
    fn fields_that_no_frame_can_hold_are_refused() {
        let make = |fields: &[&[u8]]| {
            let kind = OperationKind::Operation;
            Frame::from_fields(Trn::ZERO, kind, OperationType::SMT_ALERT, fields)
        };
        for field in [&b"12/4"[..], b"12\x024", b"12\x03"] {
            assert_eq!(make(&[b"", field]), Err(ValueError::Character { at: 2 }));
        }
        let most = [b'x'; 99_982];
        let frame = make(&[&most]).unwrap();
        assert!(frame.octets().starts_with(b"\x0200/99999/O/31/x"));
        let (max, had) = (99_983, 99_984);
        assert_eq!(make(&[&most, b""]), Err(ValueError::TooLong { max, had }));
    }

    #[test]
    fn a_code_is_not_printed() {
        for (ot, fields) in [
            (1, "0123/045/SECRET/3//"),
            (2, "1/0123/045/SECRET/3//"),
            (3, "0123/045/SECRET/0/1/1/SECRET/1/SECRET/1/SECRET/0//3//"),
            (30, "0123/045/SECRET////////"),
            (51, "0123/045/SECRET///////////////////////////////"),
        ] {
            let ot = OperationType::new(ot).unwrap();
            let fields = fields.split_terminator('/').map(str::as_bytes);
            let fields: alloc::vec::Vec<_> = fields.collect();
            let frame = Frame::from_fields(Trn::ZERO, OperationKind::Operation, ot, &fields);
            let frame = frame.unwrap();
            let operation = frame.operation().unwrap();
            for shown in [alloc::format!("{frame:?}"), alloc::format!("{operation:?}")] {
                assert!(shown.contains("045"), "{shown}");
                assert!(shown.contains("***"), "{shown}");
                assert!(!shown.contains("SECRET"), "{shown}");
            }
        }
    }

    #[test]
    fn a_password_is_not_printed() {
        let login = b"\x0200/00046/O/60/2147/6/5/1/736563726574//0100//////";
        let frame = Frame::from_fields(
            Trn::ZERO,
            OperationKind::Operation,
            OperationType::SESSION_MANAGEMENT,
            &login[16..]
                .split(|&octet| octet == b'/')
                .collect::<alloc::vec::Vec<_>>(),
        )
        .unwrap();
        assert!(!alloc::format!("{frame:?}").contains("7365"));
    }
}
