//! What a modem writes, and what becomes of it on the way.

use std::collections::VecDeque;
use std::time::Instant;

use bytes::{BufMut as _, BytesMut};

use super::fault::{Faults, Kind};

/// Most octets that wait for a reader who does not read; what is more is lost.
const MAX_OCTETS: usize = 1 << 20;

/// What a modem writes: what is ready, and what comes later.
#[derive(Debug, Default)]
pub(crate) struct Output {
    ready: BytesMut,
    later: VecDeque<(Instant, Vec<u8>)>,
    waiting: usize,
    /// Until when what is written is held back, to come together.
    held: Option<Instant>,
    /// Whether nobody has the port open: then what is written is lost.
    is_closed: bool,
}

impl Output {
    /// Writes octets, to which the faults of writing happen.
    pub(crate) fn write(&mut self, octets: &[u8], faults: &mut Faults, now: Instant) {
        if octets.is_empty() {
            return;
        }
        if self.is_closed || self.ready.len() + self.waiting + octets.len() > MAX_OCTETS {
            return;
        }
        let mut octets = octets.to_vec();
        if let Some(strike) = faults.strike(Kind::Noise) {
            let noise = (0..strike.size.min(256)).map(|at| noise(strike.nth, at));
            octets.splice(0..0, noise);
        }
        if faults.has(Kind::Drop) {
            octets.retain(|_| faults.strike(Kind::Drop).is_none());
        }
        if let Some(strike) = faults.strike(Kind::Merge) {
            self.held.get_or_insert(now + strike.delay);
        }
        // What is written never overtakes what was.
        let start = self.later.back().map_or(now, |(at, _)| now.max(*at));
        let start = start.max(self.held.unwrap_or(now));
        match faults.strike(Kind::Split) {
            Some(strike) => {
                let size = usize::try_from(strike.size.max(1)).unwrap_or(usize::MAX);
                let mut at = start;
                for piece in octets.chunks(size) {
                    self.add(at, piece, now);
                    at += strike.delay;
                }
            }
            None => self.add(start, &octets, now),
        }
    }

    fn add(&mut self, at: Instant, octets: &[u8], now: Instant) {
        if at <= now && self.later.is_empty() {
            self.ready.put_slice(octets);
            return;
        }
        self.waiting += octets.len();
        match self.later.back_mut() {
            Some((last, piece)) if *last == at => piece.extend_from_slice(octets),
            _ => self.later.push_back((at, octets.to_vec())),
        }
    }

    /// Makes ready what is due.
    pub(crate) fn release(&mut self, now: Instant) {
        self.held = self.held.filter(|until| *until > now);
        while self.next().is_some_and(|at| at <= now) {
            if let Some((_, piece)) = self.later.pop_front() {
                self.waiting -= piece.len();
                self.ready.put_slice(&piece);
            }
        }
    }

    /// When more is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.later.front().map(|(at, _)| *at)
    }

    /// Whether something is ready.
    pub(crate) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Hands out what is ready.
    pub(crate) fn take(&mut self, out: &mut BytesMut) {
        if out.is_empty() {
            std::mem::swap(out, &mut self.ready);
        } else {
            out.put_slice(&self.ready);
        }
        self.ready.clear();
    }

    /// Forgets all that was not read.
    pub(crate) fn clear(&mut self) {
        *self = Self {
            is_closed: self.is_closed,
            ..Self::default()
        };
    }

    /// Somebody opened the port.
    pub(crate) fn open(&mut self) {
        self.is_closed = false;
    }

    /// The last one closed it.
    pub(crate) fn close(&mut self) {
        self.clear();
        self.is_closed = true;
    }
}

/// An octet of noise that is no CR, LF, escape or Ctrl-Z.
fn noise(nth: u32, at: u32) -> u8 {
    let value = nth
        .wrapping_mul(0x9E37_79B9)
        .rotate_left(at.wrapping_mul(7))
        ^ at;
    let [octet, ..] = value.to_le_bytes();
    0x80 | octet
}
