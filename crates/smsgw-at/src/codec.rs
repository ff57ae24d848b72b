//! [`AtCodec`]: what a modem says, and what is said to it, in and out of a tokio stream, for those
//! who want no more than that.

use std::io;

use bytes::{BufMut as _, BytesMut};
use tokio_util::codec::{Decoder, Encoder};

use crate::error::ValueError;
use crate::line::{Event, InFlight, LineReader};

const CR: u8 = 0x0D;
const CTRL_Z: u8 = 0x1A;
const ESC: u8 = 0x1B;

/// [`Event`]s from octets, octets from a [`Request`]. What is written is in flight from then on.
///
/// What the reader holds back ([`LineReader::is_holding`]) it does not give up by itself, as it has
/// no clock, but when the stream ends.
///
/// ```
/// use bytes::BytesMut;
/// use smsgw_at::codec::{AtCodec, Request};
/// use smsgw_at::line::Event;
/// use tokio_util::codec::{Decoder as _, Encoder as _};
///
/// let mut codec = AtCodec::default();
/// let mut out = BytesMut::new();
/// codec.encode(Request::Command("AT+CMGS=12"), &mut out)?;
/// assert_eq!(out, "AT+CMGS=12\r");
///
/// let mut octets = BytesMut::from("\r\n> ");
/// assert_eq!(codec.decode(&mut octets)?, Some(Event::Prompt));
/// out.clear();
/// codec.encode(Request::Pdu(&[0x00, 0x51]), &mut out)?;
/// assert_eq!(out, "0051\x1A");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AtCodec {
    reader: LineReader,
}

/// What is said to a modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request<'a> {
    /// A command, from `AT` on, without its CR.
    Command(&'a str),
    /// A TPDU with its service centre's address in front, after a prompt: its octets.
    Pdu(&'a [u8]),
    /// A text in the character set that `AT+CSCS` chose, after a prompt of text mode.
    Text(&'a [u8]),
    /// ESC: leaves a prompt.
    Escape,
}

impl AtCodec {
    /// A codec that goes on where `reader` is.
    #[must_use]
    pub const fn new(reader: LineReader) -> Self {
        Self { reader }
    }

    /// Says what was sent otherwise, or that nothing is waited for any longer.
    pub fn expect(&mut self, in_flight: InFlight<'_>) {
        self.reader.expect(in_flight);
    }

    /// The reader: to release what it holds when it is time.
    pub const fn reader_mut(&mut self) -> &mut LineReader {
        &mut self.reader
    }
}

impl Decoder for AtCodec {
    type Item = Event;
    type Error = io::Error;

    fn decode(&mut self, octets: &mut BytesMut) -> Result<Option<Event>, io::Error> {
        self.reader.push(octets);
        octets.clear();
        Ok(self.reader.next_event())
    }

    fn decode_eof(&mut self, octets: &mut BytesMut) -> Result<Option<Event>, io::Error> {
        let event = self.decode(octets)?;
        if event.is_none() && self.reader.is_holding() {
            self.reader.release();
            return Ok(self.reader.next_event());
        }
        Ok(event)
    }
}

impl Encoder<Request<'_>> for AtCodec {
    type Error = io::Error;

    /// # Errors
    /// [`ValueError::Character`] when a command has a character that would end it, or a text one
    /// that would end or cancel it; nothing is written then.
    fn encode(&mut self, request: Request<'_>, out: &mut BytesMut) -> Result<(), io::Error> {
        match request {
            Request::Command(command) => {
                refuse(command.as_bytes(), |it| it.is_ascii_control())?;
                self.reader.expect(InFlight::Command(command));
                out.put_slice(command.as_bytes());
                out.put_u8(CR);
            }
            Request::Pdu(pdu) => {
                self.reader.expect(InFlight::Pdu);
                for octet in pdu {
                    out.extend([octet >> 4, octet & 0x0F].map(digit));
                }
                out.put_u8(CTRL_Z);
            }
            Request::Text(text) => {
                refuse(text, |it| matches!(it, CTRL_Z | ESC))?;
                self.reader.expect(InFlight::Text);
                out.put_slice(text);
                out.put_u8(CTRL_Z);
            }
            Request::Escape => {
                self.reader.expect(InFlight::Escape);
                out.put_u8(ESC);
            }
        }
        Ok(())
    }
}

fn refuse(octets: &[u8], is_bad: impl Fn(u8) -> bool) -> Result<(), ValueError> {
    let bad = octets.iter().enumerate().find(|(_, octet)| is_bad(**octet));
    bad.map_or(Ok(()), |(offset, octet)| {
        Err(ValueError::Character {
            character: char::from(*octet),
            offset,
        })
    })
}

const fn digit(nibble: u8) -> u8 {
    match nibble {
        0..=9 => b'0' + nibble,
        _ => b'A' - 10 + nibble,
    }
}

impl From<ValueError> for io::Error {
    fn from(error: ValueError) -> Self {
        Self::new(io::ErrorKind::InvalidInput, error)
    }
}
