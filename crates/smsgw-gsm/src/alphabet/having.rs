//! Which tables have a character.

use super::table::{___, Table};
use super::{Language, national};

/// The tables that have a character, a bit each: bit 0 is the default alphabet or its extension,
/// the others are those of the languages, by identifier.
///
/// Spanish has no locking shift table and so never its bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Having {
    pub(crate) locking: u16,
    pub(crate) single: u16,
}

impl Having {
    /// The tables that there are.
    pub(crate) const ALL: Having = Having {
        locking: (1 << 14) - 1 - (1 << Language::Spanish.identifier()),
        single: (1 << 14) - 1,
    };

    const NONE: Having = Having {
        locking: 0,
        single: 0,
    };

    /// The tables that have `character`.
    #[inline]
    pub(crate) fn of(character: char) -> Having {
        HAVING.get(slot(character)).copied().unwrap_or(Having::NONE)
    }
}

/// The first code point behind the blocks of Indian scripts.
const END: usize = 0x0D80;

/// Where [`HAVING`] keeps a character: nowhere, if no table can have it.
const fn slot(character: char) -> usize {
    match character {
        '€' => END,
        '∞' => END + 1,
        _ if (character as usize) < END => character as usize,
        _ => usize::MAX,
    }
}

static HAVING: [Having; END + 2] = having();

#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
const fn having() -> [Having; END + 2] {
    let mut having = [Having::NONE; END + 2];
    let mut bit = 0;
    while bit <= Language::ALL.len() {
        let (locking, single) = tables(bit);
        let mut code = 0;
        while code < 128 {
            having[slot(locking.characters[code])].locking |= 1 << bit & Having::ALL.locking;
            having[slot(single.characters[code])].single |= 1 << bit;
            code += 1;
        }
        bit += 1;
    }
    having[slot(___)] = Having::NONE;
    having
}

/// The tables of a bit.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
const fn tables(bit: usize) -> (&'static Table, &'static Table) {
    let language = match bit {
        0 => None,
        _ => Some(Language::ALL[bit - 1]),
    };
    (national::locking(language), national::single(language))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::{Code, Tables};

    #[test]
    fn bits_are_what_the_tables_have() {
        let languages = || core::iter::once(None).chain(Language::ALL.map(Some));
        for character in '\0'..='\u{FFFF}' {
            let having = Having::of(character);
            for (bit, language) in languages().enumerate() {
                let tables = Tables {
                    locking: language,
                    single: language,
                };
                let plain = matches!(tables.code(character), Some(Code::Plain(_)));
                let plain = plain && language != Some(Language::Spanish);
                assert_eq!(having.locking >> bit & 1 == 1, plain, "{character:?}");
                let single = national::single(language).code(character).is_some();
                assert_eq!(having.single >> bit & 1 == 1, single, "{character:?}");
            }
        }
        assert_eq!(Having::of('\u{1F600}'), Having::NONE);
    }
}
