//! [`UcpCodec`]: frames in and out of a tokio stream, for those who want frames alone.

use std::io;

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::deframer::Deframer;
use crate::error::FrameError;
use crate::frame::Frame;

/// Finds frames in octets; fields are not looked at.
///
/// A bad frame is an item of its own, a [`FrameError`], and so is a frame in which the stream ends;
/// only the reader below can end the stream.
///
/// ```
/// use bytes::BytesMut;
/// use smsgw_ucp::codec::UcpCodec;
/// use tokio_util::codec::{Decoder as _, Encoder as _};
///
/// let mut codec = UcpCodec::default();
/// let mut octets = BytesMut::from(&b"\x0200/00019/R/60/A//6E\x03\x0200/00019/R/60/A//6D\x03"[..]);
/// let error = codec.decode(&mut octets)?.ok_or("an item")?.unwrap_err();
/// assert_eq!(error.to_string(), "CHK at octet 18: needs 6D, had 6E");
///
/// let frame = codec.decode(&mut octets)?.ok_or("an item")??;
/// let mut out = BytesMut::new();
/// codec.encode(frame, &mut out)?;
/// assert_eq!(out, "\x0200/00019/R/60/A//6D\x03");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct UcpCodec {
    deframer: Deframer,
}

impl UcpCodec {
    /// A codec that finds frames as `deframer` does.
    #[must_use]
    pub const fn new(deframer: Deframer) -> Self {
        Self { deframer }
    }
}

impl Decoder for UcpCodec {
    type Item = Result<Frame, FrameError>;
    type Error = io::Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Self::Item>, io::Error> {
        Ok(self.deframer.next(octets))
    }

    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<Self::Item>, io::Error> {
        let item = self.deframer.next(octets);
        Ok(item.or_else(|| self.deframer.finish(octets).map(Err)))
    }
}

impl Encoder<Frame> for UcpCodec {
    type Error = io::Error;

    fn encode(&mut self, frame: Frame, out: &mut BytesMut) -> Result<(), io::Error> {
        out.extend_from_slice(frame.octets());
        Ok(())
    }
}

impl From<FrameError> for io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(io::ErrorKind::InvalidData, error)
    }
}
