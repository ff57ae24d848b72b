//! A table of 128 codes, as the standard prints them and turned for reading and writing.

/// A code without a character, in tables of characters.
pub(super) const ___: char = '\0';
/// The same in tables of code points.
pub(super) const ______: u16 = 0;

/// The characters of 128 codes, by code and by character.
#[derive(Debug)]
pub(super) struct Table {
    /// The character of each code, [`___`] where there is none.
    pub(super) characters: [char; 128],
    /// In the slot of each character its lowest code, [`EMPTY`] in all others.
    codes: [u8; SLOTS],
}

impl Table {
    /// A table that stands for the default alphabet.
    pub(super) const fn locking(characters: [char; 128]) -> Table {
        Table::new(characters)
    }

    /// A table that stands for the default extension: what comes after an escape.
    pub(super) const fn single(characters: [char; 128]) -> Table {
        Table::new(characters)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "runs in the compiler, where a wrong index is a compile error"
    )]
    const fn new(characters: [char; 128]) -> Table {
        let mut codes = [EMPTY; SLOTS];
        let mut code = 0;
        while code < 128 {
            let character = characters[code as usize];
            let taken = codes[slot(character)];
            if character != ___ {
                if taken == EMPTY {
                    codes[slot(character)] = code;
                } else {
                    assert!(
                        characters[taken as usize] == character,
                        "two characters in one slot"
                    );
                }
            }
            code += 1;
        }
        Table { characters, codes }
    }

    /// The lowest code of `character`.
    #[inline]
    pub(super) fn code(&self, character: char) -> Option<u8> {
        let code = *self.codes.get(slot(character))?;
        (self.character(code) == Some(character)).then_some(code)
    }

    /// The character of `code`.
    #[inline]
    pub(super) fn character(&self, code: u8) -> Option<char> {
        let character = self.characters.get(usize::from(code));
        character.copied().filter(|character| *character != ___)
    }
}

const SLOTS: usize = 1024;
const EMPTY: u8 = 0xFF;

/// Where a table keeps the code of `character`. The factor was found by trial: it keeps all the
/// characters of each table apart, which [`Table::new`] sees to.
const fn slot(character: char) -> usize {
    ((character as u32).wrapping_mul(641) >> 7) as usize % SLOTS
}

/// The characters of these code points.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
pub(super) const fn code_points(code_points: [u16; 128]) -> [char; 128] {
    let mut characters = [___; 128];
    let mut code = 0;
    while code < 128 {
        match char::from_u32(code_points[code] as u32) {
            Some(character) => characters[code] = character,
            None => panic!("a surrogate"),
        }
        code += 1;
    }
    characters
}

/// A table of few characters, each with its code.
#[expect(
    clippy::indexing_slicing,
    reason = "runs in the compiler, where a wrong index is a compile error"
)]
pub(super) const fn listed(list: &[(u8, char)]) -> [char; 128] {
    let mut characters = [___; 128];
    let mut row = 0;
    while row < list.len() {
        let (code, character) = list[row];
        characters[code as usize] = character;
        row += 1;
    }
    characters
}
