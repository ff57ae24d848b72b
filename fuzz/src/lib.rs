//! What several targets share.

pub mod at;
pub mod ucp;

use std::time::Duration;

use smsgw_gsm::alphabet::{Language, Tables};

/// What the fuzzer wrote, read as choices; zeros without end behind it.
pub struct Script<'a>(pub &'a [u8]);

impl<'a> Script<'a> {
    pub fn octet(&mut self) -> u8 {
        self.take(1).first().copied().unwrap_or_default()
    }

    pub fn flag(&mut self) -> bool {
        self.octet() & 1 == 1
    }

    /// One of `0..count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::from(self.octet()) % count.max(1)
    }

    pub fn millis(&mut self) -> Duration {
        Duration::from_millis(u64::from(self.octet()) << 8 | u64::from(self.octet()))
    }

    /// Octets behind their number.
    pub fn octets(&mut self) -> &'a [u8] {
        let len = self.octet();
        self.take(usize::from(len))
    }

    pub fn take(&mut self, len: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(len.min(self.0.len()));
        self.0 = rest;
        taken
    }

    /// Each a language's or the default, by its identifier.
    pub fn tables(&mut self) -> Tables {
        let choices = Language::ALL.len() + 1;
        let mut language =
            || Language::from_identifier(u8::try_from(self.below(choices)).expect("of an octet"));
        Tables {
            locking: language(),
            single: language(),
        }
    }

    /// All that is left.
    pub fn rest(&mut self) -> &'a [u8] {
        self.take(usize::MAX)
    }
}
