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
    /// What a receiver shows for each code.
    shown: [Utf8; 128],
    /// Whether [`is_same_in_ascii`] tells the truth of this table.
    is_latin: bool,
    /// The lowest code of each ASCII character, [`NONE`] where there is none.
    ascii: [u8; 128],
    /// The lowest code of each character in its [`slot`], [`NONE`] in all others.
    codes: [u8; SLOTS],
}

impl Table {
    /// A table that stands for the default alphabet.
    ///
    /// A code without a character is shown as a space.
    pub(super) const fn locking(characters: [char; 128]) -> Table {
        Table::new(characters, Utf8::new(' '))
    }

    /// A table that stands for the default extension: what comes after an escape.
    ///
    /// For a code without a character, the locking table's is shown.
    pub(super) const fn single(characters: [char; 128]) -> Table {
        Table::new(characters, Utf8::NONE)
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "runs in the compiler, where a wrong index is a compile error"
    )]
    const fn new(characters: [char; 128], blank: Utf8) -> Table {
        let mut shown = [blank; 128];
        let mut is_latin = true;
        let mut ascii = [NONE; 128];
        let mut codes = [NONE; SLOTS];
        // From the highest down, so that of several codes the lowest stays.
        let mut code = 128;
        while code > 0 {
            code -= 1;
            let character = characters[code as usize];
            if is_same_in_ascii(code) && character as u32 != code as u32 {
                is_latin = false;
            }
            if character == ___ {
                continue;
            }
            shown[code as usize] = Utf8::new(character);
            if character.is_ascii() {
                ascii[character as usize] = code;
            }
            let taken = codes[slot(character)];
            assert!(
                taken == NONE || characters[taken as usize] == character,
                "two characters in one slot"
            );
            codes[slot(character)] = code;
        }
        Table {
            characters,
            shown,
            is_latin,
            ascii,
            codes,
        }
    }

    /// The lowest code of `character`.
    #[inline]
    pub(super) fn code(&self, character: char) -> Option<u8> {
        if let Some(code) = self.ascii.get(character as usize) {
            return Some(*code).filter(|code| *code != NONE);
        }
        let code = *self.codes.get(slot(character))?;
        (self.character(code) == Some(character)).then_some(code)
    }

    /// Whether letters, digits and most marks have their ASCII codes. The Indian tables have no
    /// capitals.
    #[inline]
    pub(super) fn is_latin(&self) -> bool {
        self.is_latin
    }

    /// What to show for `code`; U+FFFD when that is no septet.
    #[inline]
    pub(super) fn shown(&self, code: u8) -> Utf8 {
        let shown = self.shown.get(usize::from(code)).copied();
        shown.unwrap_or(const { Utf8::new(char::REPLACEMENT_CHARACTER) })
    }

    /// The character of `code`.
    #[inline]
    pub(super) fn character(&self, code: u8) -> Option<char> {
        let character = self.characters.get(usize::from(code));
        character.copied().filter(|character| *character != ___)
    }
}

const SLOTS: usize = 1024;
/// No code.
const NONE: u8 = 0xFF;

/// Where a table keeps the code of `character`.
///
/// The factor was found by trial: no two characters of a table share a slot, else [`Table::new`]
/// would not compile.
const fn slot(character: char) -> usize {
    ((character as u32).wrapping_mul(641) >> 7) as usize % SLOTS
}

/// A character as UTF-8: three octets at most, as no table goes beyond U+FFFF, the first lowest,
/// and above them how many they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Utf8(u32);

impl Utf8 {
    /// No character.
    pub(super) const NONE: Utf8 = Utf8(0);

    const fn new(character: char) -> Utf8 {
        let mut octets = [0; 4];
        character.encode_utf8(&mut octets);
        let len: u32 = match character {
            ..'\u{80}' => 1,
            ..'\u{800}' => 2,
            ..='\u{FFFF}' => 3,
            _ => panic!("a character above U+FFFF"),
        };
        Utf8(u32::from_le_bytes(octets) | len << 24)
    }

    /// How many octets it has.
    #[inline]
    pub(super) fn len(self) -> usize {
        (self.0 >> 24) as usize
    }

    /// The octets, and more that are not.
    #[inline]
    pub(super) fn octets(self) -> [u8; 4] {
        self.0.to_le_bytes()
    }
}

/// Whether this octet means the same in ASCII and in all tables of Latin letters: most of most
/// texts.
const fn is_same_in_ascii(octet: u8) -> bool {
    // No branch, so that the compiler makes vector code of a block.
    let is_letter = (octet | 0x20).wrapping_sub(b'a') < 26;
    let is_digit_or_mark = octet.wrapping_sub(b' ') < 32;
    (is_letter | is_digit_or_mark) & (octet != b'$')
}

/// Octets looked at together: a vector of the usual processors.
pub(super) const BLOCK: usize = 16;

/// Whether all mean the same in ASCII and in the tables that are [Latin](Table::is_latin).
#[inline]
pub(super) fn are_same_in_ascii(octets: &[u8; BLOCK]) -> bool {
    let all = octets.iter().map(|octet| is_same_in_ascii(*octet));
    all.fold(true, |all, is_same| all & is_same)
}

/// How many of them, from the first, mean the same in ASCII and in the tables that are
/// [Latin](Table::is_latin). Without vectors, for what is still in registers.
#[inline]
pub(super) fn leading_same_in_ascii(octets: [u8; BLOCK]) -> usize {
    const fn each(octet: u8) -> u128 {
        u128::from_le_bytes([octet; BLOCK])
    }
    // The top bit of each octet says so of the octet: a sum reaches it from a certain value on.
    let word = u128::from_le_bytes(octets);
    let low = word & each(0x7F);
    let small = low | each(0x20);
    let is_letter = (small + each(0x80 - b'a')) & !(small + each(0x80 - b'z' - 1));
    let is_digit_or_mark = (low + each(0x80 - b' ')) & !(low + each(0x80 - b'?' - 1));
    let is_no_dollar = (low ^ each(b'$')) + each(0x7F);
    let is_same = (is_letter | is_digit_or_mark) & is_no_dollar & !word;
    (!is_same & each(0x80)).trailing_zeros() as usize / 8
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_the_same_as_octets() {
        for octet in 0..=u8::MAX {
            for place in 0..BLOCK {
                let mut block = [b'a'; BLOCK];
                block[place] = octet;
                let same = if is_same_in_ascii(octet) {
                    BLOCK
                } else {
                    place
                };
                assert_eq!(leading_same_in_ascii(block), same, "{octet:02X}");
                assert_eq!(are_same_in_ascii(&block), same == BLOCK, "{octet:02X}");
            }
        }
    }
}
