//! [`PduLineCodec`]: TPDUs as lines of hexadecimal digits, which is how a modem in PDU mode shows
//! and takes them (3GPP TS 27.005 §3.1), in and out of a tokio stream.

use core::error::Error;
use core::fmt;
use std::io;

use bytes::{Buf as _, Bytes, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::error::DecodeError;
use crate::quirks::{Decoded, Quirks};
use crate::tpdu::{Context, ModemPdu, Tpdu};

/// Finds lines in octets and reads their digits; TPDUs are not looked at.
///
/// A line ends with CR, LF or both, and the stream's end ends the last one. Blank lines are passed
/// over, blanks around a line too. A line that is none is an item of its own, a [`LineError`], and
/// the next line is read all the same: only the reader below can end the stream.
///
/// ```
/// use bytes::BytesMut;
/// use smsgw_gsm::codec::PduLineCodec;
/// use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};
/// use tokio_util::codec::{Decoder as _, Encoder as _};
///
/// let mut codec = PduLineCodec::new(Context::MS_TO_SC);
/// let mut octets = BytesMut::from(
///     &b"no hex\r\n\r\n0001000B911497214365F7000006c8329bfd0e01\r\n"[..],
/// );
/// assert!(codec.decode(&mut octets)?.ok_or("a line")?.is_err());
///
/// let frame = codec.decode(&mut octets)?.ok_or("a line")??;
/// let pdu = frame.decode()?;
/// let Tpdu::Submit(submit) = pdu.tpdu else { panic!("a {}", pdu.tpdu.kind()) };
/// assert_eq!(submit.destination_address.to_string(), "+41791234567");
/// assert_eq!(submit.user_data.text().as_deref(), Some("Hello!"));
///
/// let mut line = BytesMut::new();
/// codec.encode(&pdu, &mut line)?;
/// assert_eq!(line, "0001000B911497214365F7000006C8329BFD0E01\r\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct PduLineCodec {
    context: Context,
    service_centre: bool,
    max_line_len: usize,
    /// Octets of the buffer that hold no end of a line.
    seen: usize,
    /// Inside a line that was already reported as too long.
    skipping: bool,
}

impl PduLineCodec {
    /// The longest line accepted unless told otherwise: twice what the longest TPDU and service
    /// centre need, and room for blanks.
    pub const DEFAULT_MAX_LEN: usize = 1_024;

    /// A codec of lines that start with a service centre's address.
    #[must_use]
    pub const fn new(context: Context) -> Self {
        Self {
            context,
            service_centre: true,
            max_line_len: Self::DEFAULT_MAX_LEN,
            seen: 0,
            skipping: false,
        }
    }

    /// Whether lines start with a service centre's address, a 00 being none.
    #[must_use]
    pub const fn with_service_centre(mut self, service_centre: bool) -> Self {
        self.service_centre = service_centre;
        self
    }

    /// Takes lines of at most so many octets, without their end. No more than that is kept of a
    /// line.
    #[must_use]
    pub const fn with_max_line_len(mut self, max_line_len: usize) -> Self {
        self.max_line_len = max_line_len;
        self
    }

    /// What a whole line is; `None` for a blank one.
    fn line(&self, line: &[u8]) -> Option<Result<PduFrame, LineError>> {
        if line.len() > self.max_line_len {
            return Some(Err(self.too_long()));
        }
        let digits = line.trim_ascii();
        if digits.is_empty() {
            return None;
        }
        let start = line.len() - line.trim_ascii_start().len();
        Some(octets(digits, start).map(|octets| PduFrame {
            octets: octets.into(),
            context: self.context,
            service_centre: self.service_centre,
        }))
    }

    const fn too_long(&self) -> LineError {
        LineError::TooLong {
            max: self.max_line_len,
        }
    }
}

impl Decoder for PduLineCodec {
    type Item = Result<PduFrame, LineError>;
    type Error = io::Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Self::Item>, io::Error> {
        loop {
            let unseen = octets.get(self.seen..).unwrap_or_default();
            let Some(end) = unseen
                .iter()
                .position(|octet| matches!(octet, b'\r' | b'\n'))
            else {
                self.seen = octets.len();
                if !self.skipping && self.seen <= self.max_line_len {
                    return Ok(None);
                }
                octets.clear();
                self.seen = 0;
                let known = core::mem::replace(&mut self.skipping, true);
                return Ok((!known).then(|| Err(self.too_long())));
            };
            let line = octets.split_to(self.seen + end);
            octets.advance(1);
            self.seen = 0;
            if core::mem::take(&mut self.skipping) {
                continue;
            }
            if let Some(item) = self.line(&line) {
                return Ok(Some(item));
            }
        }
    }

    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<Self::Item>, io::Error> {
        if let Some(item) = self.decode(octets)? {
            return Ok(Some(item));
        }
        let line = octets.split();
        self.seen = 0;
        if core::mem::take(&mut self.skipping) {
            return Ok(None);
        }
        Ok(self.line(&line))
    }
}

impl Encoder<&ModemPdu<'_>> for PduLineCodec {
    type Error = io::Error;

    /// Appends a line; the service centre's address as the codec has it.
    fn encode(&mut self, pdu: &ModemPdu<'_>, out: &mut BytesMut) -> Result<(), io::Error> {
        let octets = if self.service_centre {
            pdu.to_vec()
        } else {
            pdu.tpdu.to_vec()
        };
        write_line(&octets, out);
        Ok(())
    }
}

impl Encoder<PduFrame> for PduLineCodec {
    type Error = io::Error;

    /// Appends the frame's octets as a line, whatever they are.
    fn encode(&mut self, frame: PduFrame, out: &mut BytesMut) -> Result<(), io::Error> {
        write_line(&frame.octets, out);
        Ok(())
    }
}

/// One line's octets, and what their reader has to know. Owns them: what is decoded borrows from
/// it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PduFrame {
    octets: Bytes,
    context: Context,
    service_centre: bool,
}

impl PduFrame {
    /// Takes octets as a frame; `service_centre` says whether an address stands in front.
    #[must_use]
    pub const fn new(octets: Bytes, context: Context, service_centre: bool) -> Self {
        Self {
            octets,
            context,
            service_centre,
        }
    }

    /// The octets of the line.
    #[must_use]
    pub const fn octets(&self) -> &Bytes {
        &self.octets
    }

    /// Which way it went.
    #[must_use]
    pub const fn context(&self) -> Context {
        self.context
    }

    /// Reads the octets leniently. Without a service centre's address in front,
    /// [`ModemPdu::service_centre`] is `None`.
    ///
    /// # Errors
    /// [`DecodeError`] for octets that are no TPDU of this [`Context`]; its offset counts octets,
    /// not digits.
    pub fn decode(&self) -> Result<ModemPdu<'_>, DecodeError> {
        self.decode_with(&Quirks::LENIENT)
            .map(|decoded| decoded.pdu)
    }

    /// Reads the octets and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and for every fault that `quirks` do not let through.
    pub fn decode_with(&self, quirks: &Quirks) -> Result<Decoded<ModemPdu<'_>>, DecodeError> {
        if self.service_centre {
            return ModemPdu::decode_with(&self.octets, self.context, quirks);
        }
        let Decoded { pdu, tolerated } = Tpdu::decode_with(&self.octets, self.context, quirks)?;
        Ok(Decoded {
            pdu: ModemPdu::from(pdu),
            tolerated,
        })
    }
}

/// A line that holds no octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// Something else than a hexadecimal digit.
    NotHex {
        /// What stands there.
        octet: u8,
        /// Octets of the line before it.
        index: usize,
    },
    /// The last octet has one digit.
    OddDigits {
        /// How many digits there are.
        had: usize,
    },
    /// The line is longer than the codec takes. It is skipped up to its end.
    TooLong {
        /// Octets that a line may have.
        max: usize,
    },
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LineError::NotHex { octet, index } => {
                let octet = octet.escape_ascii();
                write!(f, "'{octet}' at {index} is no hexadecimal digit")
            }
            LineError::OddDigits { had } => write!(f, "{had} digits are no whole octets"),
            LineError::TooLong { max } => write!(f, "line of more than {max} octets"),
        }
    }
}

impl Error for LineError {}

/// The octets of digits that stand at `start` of their line.
fn octets(digits: &[u8], start: usize) -> Result<Vec<u8>, LineError> {
    let not_hex = |(index, octet): (usize, &u8)| LineError::NotHex {
        octet: *octet,
        index: start + index,
    };
    let mut odd = digits
        .iter()
        .enumerate()
        .filter(|(_, octet)| digit(**octet).is_none());
    if let Some(octet) = odd.next() {
        return Err(not_hex(octet));
    }
    let (pairs, []) = digits.as_chunks::<2>() else {
        return Err(LineError::OddDigits { had: digits.len() });
    };
    let octet = |[high, low]: &[u8; 2]| {
        // All are digits, so neither is `None`.
        digit(*high).unwrap_or_default() << 4 | digit(*low).unwrap_or_default()
    };
    Ok(pairs.iter().map(octet).collect())
}

const fn digit(octet: u8) -> Option<u8> {
    match octet {
        b'0'..=b'9' => Some(octet - b'0'),
        b'A'..=b'F' => Some(octet - b'A' + 10),
        b'a'..=b'f' => Some(octet - b'a' + 10),
        _ => None,
    }
}

fn write_line(octets: &[u8], out: &mut BytesMut) {
    let digit = |value: u8| match value {
        0..10 => b'0' + value,
        _ => b'A' + value - 10,
    };
    out.reserve(2 * octets.len() + 2);
    out.extend(
        octets
            .iter()
            .flat_map(|octet| [digit(octet >> 4), digit(octet & 0xF)]),
    );
    out.extend_from_slice(b"\r\n");
}
