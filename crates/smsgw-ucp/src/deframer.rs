//! Where frames begin and end in a stream.

use bytes::{Buf as _, BytesMut};

use crate::error::{FrameError, FrameErrorKind};
use crate::frame::{Frame, FrameRef};
use crate::header::{ETX, Header, MAX_FRAME_LEN, STX, too_long};
use crate::quirks::Quirks;
use crate::wire::clamp;

/// Finds frames in a stream, in one pass however the octets arrive.
///
/// What stands between frames is skipped: line ends, a stray ETX, anything but STX. A bad frame is
/// an item of its own, a [`FrameError`], and the stream goes on behind it. No more than
/// [`Self::max_len`] octets are kept of a frame that does not end.
///
/// ```
/// use bytes::BytesMut;
/// use smsgw_ucp::Deframer;
///
/// let mut deframer = Deframer::default();
/// let mut octets = BytesMut::from(&b"\r\n\x0200/00019/R/60/A//6D\x03\r\n\x02junk\x03\x0200/"[..]);
/// let frame = deframer.next(&mut octets).ok_or("a frame")??;
/// assert_eq!(frame.octets(), "\x0200/00019/R/60/A//6D\x03");
/// assert!(deframer.next(&mut octets).ok_or("an error")?.is_err());
/// assert!(deframer.next(&mut octets).is_none());
/// assert_eq!(octets, "\x0200/");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Deframer {
    max_len: u32,
    quirks: Quirks,
    /// Octets at the front of the buffer that are known: STX, and no STX or ETX behind it. 0 when
    /// nothing is known.
    known: usize,
}

/// What octets begin with, behind the junk.
pub(crate) enum Found {
    /// No whole frame. What is left behind the junk is STX and no STX or ETX behind it, or nothing.
    Nothing,
    /// A frame of so many octets.
    Frame(usize),
    /// So many octets that are no frame.
    Broken(usize, FrameErrorKind),
}

impl Deframer {
    /// Takes frames of at most `max_len` octets, STX and ETX included, and lets `quirks` through.
    /// More than [`Frame::MAX_LEN`] is taken as that.
    #[must_use]
    pub const fn new(max_len: u32, quirks: Quirks) -> Self {
        let max_len = if max_len > MAX_FRAME_LEN {
            MAX_FRAME_LEN
        } else {
            max_len
        };
        Self {
            max_len,
            quirks,
            known: 0,
        }
    }

    /// The most octets of a frame, STX and ETX included.
    #[must_use]
    pub const fn max_len(&self) -> u32 {
        self.max_len
    }

    /// Splits the next item off the front of `buffer`: a frame, or why octets are none. `None`
    /// until more octets are there.
    ///
    /// Between calls nothing may change in `buffer` but its end.
    #[inline]
    pub fn next(&mut self, buffer: &mut BytesMut) -> Option<Result<Frame, FrameError>> {
        let (junk, found) = find(buffer, self.known, self.max_len);
        buffer.advance(junk);
        self.known = 0;
        match found {
            Found::Nothing => {
                self.known = buffer.len();
                None
            }
            Found::Frame(len) => {
                let octets = buffer.split_to(len).freeze();
                Some(Frame::from_checked(octets, &self.quirks))
            }
            Found::Broken(len, kind) => {
                let error = broken(buffer.get(..len).unwrap_or_default(), kind);
                buffer.advance(len);
                Some(Err(error))
            }
        }
    }

    /// The stream has ended: the error of the frame it ends in, if it ends in one.
    pub fn finish(&mut self, buffer: &mut BytesMut) -> Option<FrameError> {
        let (junk, _) = find(buffer, self.known, self.max_len);
        let left = buffer.len() - junk;
        buffer.clear();
        self.known = 0;
        (left > 0).then(|| FrameError::new(FrameErrorKind::NoEtx, clamp(left)))
    }
}

impl Default for Deframer {
    fn default() -> Self {
        Self::new(Frame::DEFAULT_MAX_LEN, Quirks::LENIENT)
    }
}

/// The error of `octets` that are no frame.
fn broken(octets: &[u8], kind: FrameErrorKind) -> FrameError {
    let offset = clamp(octets.len());
    match kind {
        FrameErrorKind::TooLong { max } => too_long(octets, max, offset),
        kind => FrameError::new(kind, offset),
    }
}

/// What `octets` begin with, and the octets of junk before it. The first `known` of them are STX
/// and no STX or ETX behind it.
#[inline]
pub(crate) fn find(octets: &[u8], known: usize, max_len: u32) -> (usize, Found) {
    let junk = if known == 0 {
        match octets.iter().position(|&octet| octet == STX) {
            Some(junk) => junk,
            None => return (octets.len(), Found::Nothing),
        }
    } else {
        0
    };
    let octets = octets.get(junk..).unwrap_or_default();
    let max = usize::try_from(max_len).unwrap_or(usize::MAX);
    let within = octets.get(..max).unwrap_or(octets);
    let known = known.max(1);
    let unknown = within.get(known..).unwrap_or_default();
    let found = match control(unknown) {
        Some((at, ETX)) => Found::Frame(known + at + 1),
        Some((at, _)) => Found::Broken(known + at, FrameErrorKind::NoEtx),
        None if octets.len() >= max => {
            // At least one octet, or there would be no end.
            Found::Broken(
                within.len().max(1),
                FrameErrorKind::TooLong { max: max_len },
            )
        }
        None => Found::Nothing,
    };
    (junk, found)
}

/// The first STX or ETX and where it is.
#[inline]
pub(crate) fn control(octets: &[u8]) -> Option<(usize, u8)> {
    // Whole blocks without one are passed over, which compiles to vector instructions.
    const BLOCK: usize = 32;
    let is_control = |octet: u8| octet & !1 == STX;
    let (blocks, _) = octets.as_chunks::<BLOCK>();
    let free = blocks
        .iter()
        .take_while(|block| {
            !block
                .iter()
                .fold(false, |any, &octet| any | is_control(octet))
        })
        .count()
        * BLOCK;
    let rest = octets.get(free..).unwrap_or_default();
    let at = rest.iter().position(|&octet| is_control(octet))?;
    Some((free + at, *rest.get(at)?))
}

impl<'a> FrameRef<'a> {
    /// Splits the next item off the front of `octets`, as [`Frame::split_from`].
    pub fn split_from(octets: &mut &'a [u8], max_len: u32) -> Option<Result<Self, FrameError>> {
        let (junk, found) = find(octets, 0, max_len.min(MAX_FRAME_LEN));
        let rest = octets.get(junk..).unwrap_or_default();
        let len = match found {
            Found::Nothing => 0,
            Found::Frame(len) | Found::Broken(len, _) => len,
        };
        let (item, rest) = rest.split_at_checked(len).unwrap_or_default();
        *octets = rest;
        match found {
            Found::Nothing => None,
            Found::Frame(_) => Some(Self::from_checked(item, &Quirks::LENIENT)),
            Found::Broken(_, kind) => Some(Err(broken(item, kind))),
        }
    }
}

/// Checks octets that are to be one frame, from STX to ETX, in the order of [`FrameErrorKind`].
pub(crate) fn check_whole(octets: &[u8], quirks: &Quirks) -> Result<Header, FrameError> {
    let inner = match octets {
        [STX, inner @ .., ETX] => inner,
        [STX, ..] => {
            return Err(FrameError::new(FrameErrorKind::NoEtx, clamp(octets.len())));
        }
        _ => return Err(FrameError::new(FrameErrorKind::NoStx, 0)),
    };
    if clamp(octets.len()) > MAX_FRAME_LEN {
        return Err(too_long(octets, MAX_FRAME_LEN, MAX_FRAME_LEN));
    }
    if let Some((at, octet)) = control(inner) {
        let kind = FrameErrorKind::EmbeddedControl { octet };
        return Err(FrameError::new(kind, clamp(at + 1)));
    }
    Header::check(octets, quirks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_control_is_found_wherever_it_is() {
        for len in 0..100 {
            let mut octets = alloc::vec![b'/'; len];
            assert_eq!(control(&octets), None);
            for at in 0..len {
                for octet in [STX, ETX] {
                    octets.fill(0x01);
                    octets[at] = octet;
                    octets[len - 1] = octets[len - 1].max(ETX);
                    assert_eq!(control(&octets), Some((at, octets[at])), "{len} {at}");
                }
            }
        }
    }

    #[test]
    fn a_frame_may_have_as_many_octets_as_the_limit() {
        let frame = b"\x0200/00019/R/60/A//6D\x03";
        let items = |max_len| {
            let mut deframer = Deframer::new(max_len, Quirks::STRICT);
            let mut buffer = BytesMut::from(&frame[..]);
            let items: alloc::vec::Vec<_> =
                core::iter::from_fn(|| deframer.next(&mut buffer)).collect();
            assert!(buffer.is_empty());
            items
        };
        assert_eq!(items(21), [Frame::copy_from(frame)]);
        let too_long = FrameErrorKind::TooLong { max: 20 };
        assert_eq!(items(20), [Err(FrameError::new(too_long, 20))]);
        for max in 0..3 {
            let too_long = FrameErrorKind::TooLong { max };
            assert_eq!(items(max), [Err(FrameError::new(too_long, max.max(1)))]);
        }
    }

    /// LEN has five digits, whatever the limit and however much is let through.
    #[test]
    fn no_frame_is_longer_than_its_length_can_say() {
        let framed = |octets: usize| {
            let mut frame = alloc::vec![b'x'; octets];
            frame[..15].copy_from_slice(b"\x0200/99999/O/99/");
            frame[octets - 4..].copy_from_slice(b"/00\x03");
            let hex = alloc::format!("{:02X}", crate::header::sum(&frame[1..octets - 3]));
            frame[octets - 3..octets - 1].copy_from_slice(hex.as_bytes());
            frame
        };
        let max = Frame::MAX_LEN;
        let most = framed(100_001);
        assert_eq!(Deframer::new(u32::MAX, Quirks::TOLERANT).max_len(), max);
        for octets in [100_002, 120_000] {
            let octets = framed(octets);
            for quirks in [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT] {
                let expect = Some(FrameErrorKind::TooLong { max });
                let kind = |error: FrameError| error.kind();
                let whole = Frame::new_with(octets.clone().into(), &quirks);
                assert_eq!(whole.map_err(kind).err(), expect);
                let borrowed = FrameRef::new_with(&octets, &quirks);
                assert_eq!(borrowed.map_err(kind).err(), expect);
                let mut buffer = BytesMut::from(&octets[..]);
                let item = Deframer::new(u32::MAX, quirks).next(&mut buffer).unwrap();
                assert_eq!(item.map_err(kind).err(), expect);
            }
            let mut rest = &octets[..];
            let item = FrameRef::split_from(&mut rest, u32::MAX).unwrap();
            assert!(item.is_err());
        }
        let frame = Frame::new_with(most.clone().into(), &Quirks::TOLERANT).unwrap();
        let mut out = BytesMut::new();
        frame.operation().unwrap().encode(frame.trn(), &mut out);
        assert_eq!(out, most);
    }

    /// An operation whose header can be read has a sender who waits.
    #[test]
    fn an_operation_that_is_too_long_is_answered() {
        for (octets, ec) in [
            (&b"\x0207/00123/O/51/1234567890"[..], Some((7, 51))),
            (b"\x0207/00123/R/51/1234567890", None),
            (b"\x0207/0012/O/51/1234567890", Some((7, 51))),
            (b"\x02A7/00123/O/51/1234567890", None),
            (b"\x02123456789012345678901234567890", None),
        ] {
            let mut buffer = BytesMut::from(octets);
            let item = Deframer::new(20, Quirks::LENIENT).next(&mut buffer);
            let error = item.unwrap().unwrap_err();
            let max = 20;
            assert_eq!(error.kind(), FrameErrorKind::TooLong { max });
            let nack = error.nack().map(|nack| {
                assert_eq!(nack.error_code, crate::ErrorCode::SYNTAX_ERROR);
                (nack.trn.get(), nack.ot.get())
            });
            assert_eq!(nack, ec, "{}", octets.escape_ascii());
            let mut octets = octets;
            let borrowed = FrameRef::split_from(&mut octets, 20).unwrap();
            assert_eq!(borrowed.unwrap_err(), error);
        }
        // A new STX is the sender's own way to give the operation up.
        let mut buffer = BytesMut::from(&b"\x0207/00123/O/51/12\x02"[..]);
        let item = Deframer::default().next(&mut buffer);
        assert_eq!(item.unwrap().unwrap_err().nack(), None);
    }

    #[test]
    fn a_stream_that_ends_inside_a_frame() {
        let mut deframer = Deframer::default();
        for (octets, left) in [(&b"\r\n"[..], None), (b"", None), (b"\r\x0200/", Some(4))] {
            let mut buffer = BytesMut::from(octets);
            assert_eq!(deframer.next(&mut buffer), None);
            let error = left.map(|left| FrameError::new(FrameErrorKind::NoEtx, left));
            assert_eq!(deframer.finish(&mut buffer), error);
            assert!(buffer.is_empty());
            assert_eq!(deframer.finish(&mut buffer), None);
        }
    }
}
