//! Which characters have come before.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

/// A set of characters. Those up to U+FFFF are bits: a text of a foreign script has few others,
/// and asks for each of its characters.
#[derive(Debug)]
pub(crate) struct Distinct {
    low: Vec<u64>,
    high: BTreeSet<u32>,
}

impl Distinct {
    pub(crate) fn new() -> Distinct {
        Distinct {
            low: Vec::new(),
            high: BTreeSet::new(),
        }
    }

    /// Adds a character; whether it is new.
    pub(crate) fn insert(&mut self, character: char) -> bool {
        let code = u32::from(character);
        let Ok(low) = u16::try_from(code) else {
            return self.high.insert(code);
        };
        if self.low.is_empty() {
            self.low.resize(1 << (16 - 6), 0);
        }
        let Some(word) = self.low.get_mut(usize::from(low >> 6)) else {
            return false;
        };
        let bit = 1 << (low & 0b11_1111);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_character_is_new_once() {
        let characters = || ('\0'..='\u{FFFF}').chain(['\u{10000}', '😀', '😁', char::MAX]);
        let mut distinct = Distinct::new();
        assert!(characters().all(|character| distinct.insert(character)));
        assert!(characters().all(|character| !distinct.insert(character)));
    }
}
