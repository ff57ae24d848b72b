//! What was said to a modem and by it, written down for people, without PINs.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use smsgw_at::transcript::{Direction, Transcript};
//!
//! let begun = Instant::now();
//! let mut transcript = Transcript::new(Vec::new(), begun);
//! transcript.show(Direction::Sent, b"AT+CPIN=\"1234\"\r", begun);
//! transcript.show(Direction::Received, b"\r\nOK\r\n", begun + Duration::from_millis(1_250));
//! let text = String::from_utf8(transcript.into_inner())?;
//! let lines: Vec<_> = text.lines().collect();
//! assert_eq!(lines[0], r"    0.000 -> AT+CPIN=***\r");
//! assert_eq!(lines[1], r"    1.250 <- \r\nOK\r\n");
//! # Ok::<(), std::string::FromUtf8Error>(())
//! ```

use std::fmt;
use std::io::{self, Write};
use std::time::Instant;

pub use smsgw_net::{Direction, Tap};

/// Writes down what goes to a modem and what comes from it: a line for each piece, with the seconds
/// since the start, the direction, and the octets, those that are no letters as `\r` or `\x1a`.
///
/// What stands behind the commands that carry a PIN or a password is left out, also where the modem
/// sends them back. Numbers and texts of messages are not: look before you publish one.
pub struct Transcript<W> {
    out: W,
    begun: Instant,
    sent: Mask,
    received: Mask,
    error: Option<io::Error>,
}

impl<W: Write> Transcript<W> {
    /// Writes to `out`; the time is counted from `begun`.
    pub const fn new(out: W, begun: Instant) -> Self {
        Self {
            out,
            begun,
            sent: Mask::new(),
            received: Mask::new(),
            error: None,
        }
    }

    /// Writes a line, at once. After an error nothing more is written.
    pub fn show(&mut self, direction: Direction, octets: &[u8], now: Instant) {
        if self.error.is_some() {
            return;
        }
        let (arrow, mask) = match direction {
            Direction::Sent => ("->", &mut self.sent),
            Direction::Received => ("<-", &mut self.received),
        };
        let seconds = now.saturating_duration_since(self.begun).as_secs_f64();
        let text = escaped(&mask.cover(octets));
        let line = format!("{seconds:9.3} {arrow} {text}\n");
        let written = self.out.write_all(line.as_bytes());
        self.error = written.and_then(|()| self.out.flush()).err();
    }

    /// The same, written as the octets pass.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn into_tap(mut self) -> Tap
    where
        W: Send + 'static,
    {
        Tap::new(move |direction, octets| self.show(direction, octets, smsgw_net::now()))
    }

    /// What went wrong with the writing.
    pub const fn error(&self) -> Option<&io::Error> {
        self.error.as_ref()
    }

    /// What it was written to.
    pub fn into_inner(self) -> W {
        self.out
    }
}

/// As [`escape_ascii`](slice::escape_ascii), but with quotes as they are: AT has many.
fn escaped(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    for octet in octets {
        match octet {
            b'"' | b'\'' => text.push(char::from(*octet)),
            _ => text.extend(octet.escape_ascii().map(char::from)),
        }
    }
    text
}

impl<W> fmt::Debug for Transcript<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transcript").finish_non_exhaustive()
    }
}

/// What stands in front of a PIN or a password, wherever it is in a line: commands, one that may
/// hand the SIM a VERIFY, and what is dialled to change or to unblock a PIN (TS 22.030 §6.6).
const SECRETS: [&[u8]; 9] = [
    b"CPIN=", b"CPIN2=", b"CPWD=", b"CLCK=", b"CSIM=", b"**04*", b"**042*", b"**05*", b"**052*",
];
/// The longest of them.
const LONGEST: usize = 6;

/// `line` with its secrets covered; `None` when it has none.
pub(crate) fn without_secrets(line: &str) -> Option<String> {
    let mut mask = Mask::new();
    let shown = mask.cover(line.as_bytes());
    mask.covers
        .then(|| String::from_utf8_lossy(&shown).into_owned())
}

/// Covers what stands behind a secret's name up to the end of the line, in whatever pieces it comes.
#[derive(Debug)]
pub(crate) struct Mask {
    /// The last octets, in capital letters.
    last: [u8; LONGEST],
    covers: bool,
}

impl Mask {
    pub(crate) const fn new() -> Self {
        Self {
            last: [0; LONGEST],
            covers: false,
        }
    }

    pub(crate) fn cover(&mut self, octets: &[u8]) -> Vec<u8> {
        let mut shown = Vec::with_capacity(octets.len());
        for &octet in octets {
            if matches!(octet, b'\r' | b'\n') {
                self.covers = false;
            }
            if self.covers {
                continue;
            }
            shown.push(octet);
            if octet == b' ' {
                continue;
            }
            self.last.rotate_left(1);
            if let Some(last) = self.last.last_mut() {
                *last = octet.to_ascii_uppercase();
            }
            if matches!(octet, b'=' | b'*') && SECRETS.iter().any(|name| self.last.ends_with(name))
            {
                self.covers = true;
                shown.extend(b"***");
            }
        }
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pieces: &[&str]) -> String {
        let begun = Instant::now();
        let mut transcript = Transcript::new(Vec::new(), begun);
        for piece in pieces {
            transcript.show(Direction::Received, piece.as_bytes(), begun);
        }
        let text = String::from_utf8(transcript.into_inner()).unwrap();
        text.lines().map(|line| &line[13..]).collect()
    }

    #[test]
    fn a_secret_is_covered_in_whatever_pieces_it_comes() {
        let line = "AT+CMEE=1;+cpin=\"1234\",\"5678\"\rAT+CSQ\rAT+CLCK =\"SC\",1,\"1234\"\r\nOK";
        let expected = r"AT+CMEE=1;+cpin=***\rAT+CSQ\rAT+CLCK =***\r\nOK";
        assert_eq!(shown(&[line]), expected);
        for at in 0..line.len() {
            let (a, b) = line.split_at(at);
            assert_eq!(shown(&[a, b]), expected, "cut at {at}");
        }
        let letters: Vec<_> = (0..line.len()).map(|at| &line[at..=at]).collect();
        assert_eq!(shown(&letters), expected);
    }

    #[test]
    fn a_pin_that_is_dialled_or_handed_to_the_sim_is_covered() {
        let lines = "AT+CSIM=26,\"0020000108313233\"\rATD**04*1234*5678*5678#;\r\
                     AT+CUSD=1,\"**052*12345678*1*1#\",15\rATD*#06#;\r";
        let expected = r#"AT+CSIM=***\rATD**04****\rAT+CUSD=1,"**052****\rATD*#06#;\r"#;
        assert_eq!(shown(&[lines]), expected);
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        let lines = "+CPIN: SIM PIN\r\nAT+CPIN?\rAT+CMGS=23\r> 0791\u{1a}";
        let expected = r"+CPIN: SIM PIN\r\nAT+CPIN?\rAT+CMGS=23\r> 0791\x1a";
        assert_eq!(shown(&[lines]), expected);
    }

    #[test]
    fn after_an_error_nothing_is_written() {
        let begun = Instant::now();
        let mut room = [0; 20];
        let mut transcript = Transcript::new(&mut room[..], begun);
        for _ in 0..3 {
            transcript.show(Direction::Sent, b"AT\r", begun);
        }
        let error = transcript.error().map(io::Error::kind);
        assert_eq!(error, Some(io::ErrorKind::WriteZero));
    }
}
