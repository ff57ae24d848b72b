//! The default extension table (TS 23.038 §6.2.1.1): the code after an escape to character.

/// Codes and their characters. The page break of the standard is the form feed.
pub(super) const CHARACTERS: [(u8, char); 10] = [
    (0x0A, '\u{0C}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2F, '\\'),
    (0x3C, '['),
    (0x3D, '~'),
    (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

/// The character that an escape and `code` stand for.
pub(super) fn character(code: u8) -> Option<char> {
    // Extension characters are rare in text; ten compares beat a second table in the cache.
    CHARACTERS
        .iter()
        .find(|(listed, _)| *listed == code)
        .map(|(_, character)| *character)
}
