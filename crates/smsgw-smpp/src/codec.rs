//! [`SmppCodec`]: frames in and out of a tokio stream, for those who want neither
//! [`Esme`](crate::esme::Esme) nor [`Mc`](crate::mc::Mc).

use bytes::BytesMut;
use tokio_util::codec::{Decoder, Encoder};

use crate::error::FrameError;
use crate::frame::Frame;

/// Finds frames in octets; bodies are not looked at.
///
/// ```
/// use bytes::BytesMut;
/// use smsgw_smpp::codec::SmppCodec;
/// use tokio_util::codec::Decoder as _;
///
/// let mut octets = BytesMut::from(&b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01\0\0"[..]);
/// let frame = SmppCodec::default().decode(&mut octets)?;
/// assert_eq!(frame.map(|frame| frame.octets().len()), Some(16));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SmppCodec {
    max_frame_len: u32,
}

impl SmppCodec {
    /// A codec that takes frames of at most `max_frame_len` octets.
    #[must_use]
    pub const fn new(max_frame_len: u32) -> Self {
        Self { max_frame_len }
    }
}

impl Default for SmppCodec {
    fn default() -> Self {
        Self::new(Frame::DEFAULT_MAX_LEN)
    }
}

impl Decoder for SmppCodec {
    type Item = Frame;
    type Error = std::io::Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Frame>, std::io::Error> {
        Ok(Frame::split_from(octets, self.max_frame_len)?)
    }
}

impl Encoder<Frame> for SmppCodec {
    type Error = std::io::Error;

    fn encode(&mut self, frame: Frame, out: &mut BytesMut) -> Result<(), std::io::Error> {
        out.extend_from_slice(frame.octets());
        Ok(())
    }
}

impl From<FrameError> for std::io::Error {
    fn from(error: FrameError) -> Self {
        Self::new(std::io::ErrorKind::InvalidData, error)
    }
}
