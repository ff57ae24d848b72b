//! One PDU as octets: found in a stream, owned, and read only when asked (SMPP 5.0 §3.2).

use core::fmt;

use bytes::{Bytes, BytesMut};

use crate::command::{CommandId, Pdu};
use crate::error::{DecodeError, DecodeErrorKind, FrameError};
use crate::header::{Header, SequenceNumber};
use crate::pdu::Body;
use crate::quirks::{Quirks, Tolerated};
use crate::status::CommandStatus;
use crate::wire::{Reader, clamp};

/// One whole PDU, header included: at least 16 octets, and as many as its `command_length`.
///
/// A frame owns its octets, PDUs borrow from it. To keep a message, keep its frame.
///
/// ```
/// use smsgw_smpp::{CommandId, Frame, pdu::SubmitSmResp};
///
/// let frame = Frame::copy_from(b"\0\0\0\x14\x80\0\0\x04\0\0\0\0\0\0\0\x07abc\0")?;
/// assert_eq!(frame.command_id(), CommandId::SUBMIT_SM_RESP);
/// assert_eq!(frame.decode::<SubmitSmResp>()?.message_id, "abc");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Frame {
    header: Header,
    octets: Bytes,
}

/// A PDU and what was let through while it was read.
#[derive(Clone, Copy, Debug)]
pub struct Decoded<T> {
    /// The PDU.
    pub pdu: T,
    /// The faults of the peer that the [`Quirks`] let through.
    pub tolerated: Tolerated,
}

impl Frame {
    /// The largest frame accepted unless told otherwise: a `message_payload` of 64 KiB and room
    /// for the rest.
    pub const DEFAULT_MAX_LEN: u32 = 0x0001_1000;

    /// Takes `octets` as one frame.
    ///
    /// # Errors
    /// When `octets` are fewer than a header, or `command_length` is not their number.
    pub fn new(octets: Bytes) -> Result<Self, FrameError> {
        let FrameRef { header, .. } = FrameRef::new(&octets)?;
        Ok(Self { header, octets })
    }

    /// Takes a copy of `octets` as one frame.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn copy_from(octets: &[u8]) -> Result<Self, FrameError> {
        Self::new(Bytes::copy_from_slice(octets))
    }

    /// Splits the next frame off the front of `buffer`; `None` until it is whole.
    ///
    /// The body is not looked at, so no body can break the stream. A bad length is reported as
    /// soon as its four octets are there; nothing is reserved for it.
    ///
    /// # Errors
    /// When `command_length` is below 16 or above `max_len`. The stream has no next frame then.
    #[inline]
    pub fn split_from(buffer: &mut BytesMut, max_len: u32) -> Result<Option<Self>, FrameError> {
        let Some(FrameRef { header, octets }) = FrameRef::first(buffer, max_len)? else {
            return Ok(None);
        };
        let len = octets.len();
        let octets = buffer.split_to(len).freeze();
        Ok(Some(Self { header, octets }))
    }

    pub(crate) fn from_parts(header: Header, octets: Bytes) -> Self {
        Self { header, octets }
    }

    /// The header, decoded.
    #[must_use]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// Which operation.
    #[must_use]
    pub const fn command_id(&self) -> CommandId {
        self.header.command_id
    }

    /// The outcome in a response.
    #[must_use]
    pub const fn command_status(&self) -> CommandStatus {
        self.header.command_status
    }

    /// Ties a response to its request.
    #[must_use]
    pub const fn sequence_number(&self) -> SequenceNumber {
        self.header.sequence_number
    }

    /// The whole PDU, header included.
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

    /// The octets after the header.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.view().body()
    }

    /// Whether there is nothing after the header.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.view().is_bare()
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

    /// Reads the body as `T`, leniently, without allocating.
    ///
    /// # Errors
    /// When the frame holds another command, no body, or a body that cannot be read.
    #[inline]
    pub fn decode<'a, T: Body<'a>>(&'a self) -> Result<T, DecodeError> {
        self.view().decode()
    }

    /// Reads the body as `T` and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and for every fault that `quirks` do not let through.
    pub fn decode_with<'a, T: Body<'a>>(
        &'a self,
        quirks: &Quirks,
    ) -> Result<Decoded<T>, DecodeError> {
        self.view().decode_with(quirks)
    }

    /// Reads the body as whatever its header says, leniently.
    ///
    /// # Errors
    /// When the body of a known command cannot be read.
    pub fn pdu(&self) -> Result<Pdu<'_>, DecodeError> {
        self.view().pdu()
    }

    /// Reads the body as whatever its header says, and says what was let through.
    ///
    /// # Errors
    /// As [`Self::pdu`], and for every fault that `quirks` do not let through.
    pub fn pdu_with(&self, quirks: &Quirks) -> Result<Decoded<Pdu<'_>>, DecodeError> {
        self.view().pdu_with(quirks)
    }
}

/// One whole PDU in octets that somebody else owns: at least 16 octets, and as many as its
/// `command_length`.
///
/// For octets that stay where they are, as in a file or a datagram; from a connection, a
/// [`Frame`] can be kept and sent on.
///
/// ```
/// use smsgw_smpp::{CommandId, FrameRef, pdu::SubmitSmResp};
///
/// let mut octets = &b"\0\0\0\x14\x80\0\0\x04\0\0\0\0\0\0\0\x07abc\0\0\0"[..];
/// let frame = FrameRef::split_from(&mut octets, 1_000)?.ok_or("not whole")?;
/// assert_eq!(frame.command_id(), CommandId::SUBMIT_SM_RESP);
/// assert_eq!(frame.decode::<SubmitSmResp>()?.message_id, "abc");
/// assert_eq!(octets, b"\0\0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FrameRef<'a> {
    header: Header,
    octets: &'a [u8],
}

impl<'a> FrameRef<'a> {
    /// Takes `octets` as one frame.
    ///
    /// # Errors
    /// When `octets` are fewer than a header, or `command_length` is not their number.
    #[inline]
    pub fn new(octets: &'a [u8]) -> Result<Self, FrameError> {
        let had = octets.len();
        let Some((command_length, header)) = Header::peek(octets) else {
            return Err(FrameError::Truncated { had: clamp(had) });
        };
        if usize::try_from(command_length) == Ok(had) {
            return Ok(Self { header, octets });
        }
        Err(if command_length < 16 {
            FrameError::TooShort { command_length }
        } else {
            FrameError::LengthMismatch {
                command_length,
                had: clamp(had),
            }
        })
    }

    /// Splits the next frame off the front of `octets`; `None` until it is whole.
    ///
    /// # Errors
    /// As [`Frame::split_from`].
    #[inline]
    pub fn split_from(octets: &mut &'a [u8], max_len: u32) -> Result<Option<Self>, FrameError> {
        let frame = Self::first(octets, max_len)?;
        if let Some(frame) = frame {
            *octets = octets.get(frame.octets.len()..).unwrap_or_default();
        }
        Ok(frame)
    }

    /// The frame at the front of `octets`.
    #[inline]
    fn first(octets: &'a [u8], max_len: u32) -> Result<Option<Self>, FrameError> {
        let Some(length) = octets.first_chunk() else {
            return Ok(None);
        };
        let command_length = u32::from_be_bytes(*length);
        if command_length < 16 {
            return Err(FrameError::TooShort { command_length });
        }
        let len = match usize::try_from(command_length) {
            Ok(len) if command_length <= max_len => len,
            _ => {
                return Err(FrameError::TooLong {
                    command_length,
                    max: max_len,
                });
            }
        };
        let frame = octets.get(..len).and_then(|octets| {
            let (_, header) = Header::peek(octets)?;
            Some(Self { header, octets })
        });
        Ok(frame)
    }

    /// The header, decoded.
    #[must_use]
    pub const fn header(&self) -> Header {
        self.header
    }

    /// Which operation.
    #[must_use]
    pub const fn command_id(&self) -> CommandId {
        self.header.command_id
    }

    /// The outcome in a response.
    #[must_use]
    pub const fn command_status(&self) -> CommandStatus {
        self.header.command_status
    }

    /// Ties a response to its request.
    #[must_use]
    pub const fn sequence_number(&self) -> SequenceNumber {
        self.header.sequence_number
    }

    /// The whole PDU, header included.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The octets after the header.
    #[inline]
    #[must_use]
    pub fn body(&self) -> &'a [u8] {
        self.octets.get(Header::LEN..).unwrap_or_default()
    }

    /// Whether there is nothing after the header.
    #[inline]
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.body().is_empty()
    }

    /// A copy that owns its octets.
    #[must_use]
    pub fn to_frame(&self) -> Frame {
        Frame {
            header: self.header,
            octets: Bytes::copy_from_slice(self.octets),
        }
    }

    /// As [`Frame::decode`].
    ///
    /// # Errors
    /// As [`Frame::decode`].
    #[inline]
    pub fn decode<T: Body<'a>>(&self) -> Result<T, DecodeError> {
        self.read(&Quirks::LENIENT, None)
    }

    /// As [`Frame::decode_with`].
    ///
    /// # Errors
    /// As [`Frame::decode_with`].
    pub fn decode_with<T: Body<'a>>(&self, quirks: &Quirks) -> Result<Decoded<T>, DecodeError> {
        let mut tolerated = Tolerated::default();
        let pdu = self.read(quirks, Some(&mut tolerated))?;
        Ok(Decoded { pdu, tolerated })
    }

    /// As [`Frame::pdu`].
    ///
    /// # Errors
    /// As [`Frame::pdu`].
    pub fn pdu(&self) -> Result<Pdu<'a>, DecodeError> {
        Pdu::read(*self, &Quirks::LENIENT, None)
    }

    /// As [`Frame::pdu_with`].
    ///
    /// # Errors
    /// As [`Frame::pdu_with`].
    pub fn pdu_with(&self, quirks: &Quirks) -> Result<Decoded<Pdu<'a>>, DecodeError> {
        let mut tolerated = Tolerated::default();
        let pdu = Pdu::read(*self, quirks, Some(&mut tolerated))?;
        Ok(Decoded { pdu, tolerated })
    }

    /// Reads the body as `T` whatever the header says, if there is one.
    #[inline]
    pub(crate) fn read<T: Body<'a>>(
        &self,
        quirks: &Quirks,
        tolerated: Option<&mut Tolerated>,
    ) -> Result<T, DecodeError> {
        if self.header.command_id != T::COMMAND_ID {
            return Err(DecodeError::new(
                DecodeErrorKind::OtherCommand,
                "command_id",
                4,
            ));
        }
        let body = self.body();
        if body.is_empty() && !T::FIELDS.is_empty() {
            return Err(DecodeError::new(
                DecodeErrorKind::NoBody,
                "command_length",
                0,
            ));
        }
        T::read(&mut Reader::new(body, self.octets.len(), quirks, tolerated))
    }
}

impl fmt::Debug for Frame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.view().fmt(f)
    }
}

impl fmt::Debug for FrameRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut frame = f.debug_struct("Frame");
        frame.field("header", &self.header);
        match self.pdu() {
            // A bind carries a password: what is printed ends in logs.
            Ok(_) if self.command_id().is_bind() => frame.field("pdu", &"bind"),
            Ok(pdu) => frame.field("pdu", &pdu),
            Err(error) => frame.field("error", &error),
        };
        frame.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_cannot_be_is_refused_on_its_four_octets() {
        let mut short = BytesMut::from(&b"\0\0\0\x0f"[..]);
        assert_eq!(
            Frame::split_from(&mut short, 100),
            Err(FrameError::TooShort { command_length: 15 })
        );
        let mut long = BytesMut::from(&b"GET "[..]);
        assert!(matches!(
            Frame::split_from(&mut long, Frame::DEFAULT_MAX_LEN),
            Err(FrameError::TooLong {
                command_length: 0x4745_5420,
                ..
            })
        ));
    }

    #[test]
    fn a_piece_of_a_header_is_no_frame() {
        let error = Frame::copy_from(b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0").unwrap_err();
        assert_eq!(error, FrameError::Truncated { had: 15 });
        assert_eq!(
            std::format!("{error}"),
            "header at octet 0: needs 16 octets, had 15"
        );
    }

    #[test]
    fn a_borrowed_frame_is_refused_for_the_same_reasons() {
        let octets = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01\0\0\0\x0f";
        for len in 0..=octets.len() {
            let some = &octets[..len];
            let owned = Frame::copy_from(some);
            let view = owned.as_ref().map(Frame::view);
            assert_eq!(FrameRef::new(some), view.map_err(|&error| error));

            let (mut left, mut buffer) = (some, BytesMut::from(some));
            loop {
                let owned = Frame::split_from(&mut buffer, 100);
                let split = FrameRef::split_from(&mut left, 100);
                assert_eq!(
                    split.map(|frame| frame.map(|frame| frame.to_frame())),
                    owned
                );
                assert_eq!(left, buffer);
                if !matches!(owned, Ok(Some(_))) {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_frame_takes_its_octets_and_no_more() {
        let octets = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01";
        let mut buffer = BytesMut::new();
        for &octet in octets {
            assert_eq!(Frame::split_from(&mut buffer, 100), Ok(None));
            buffer.extend_from_slice(&[octet]);
        }
        buffer.extend_from_slice(b"\0");
        let frame = Frame::split_from(&mut buffer, 100).unwrap().unwrap();
        assert_eq!(frame.octets(), &octets[..]);
        assert_eq!(&buffer[..], b"\0");
    }

    #[test]
    fn a_password_is_not_printed() {
        let bind = crate::pdu::BindTransceiver {
            password: "secret".try_into().unwrap(),
            ..Default::default()
        };
        let frame = bind.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
        assert!(!std::format!("{frame:?}{bind:?}").contains("secret"));
    }
}
