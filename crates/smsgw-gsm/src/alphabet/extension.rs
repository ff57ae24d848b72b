//! The extension of the default alphabet (TS 23.038 §6.2.1.1): the codes after an escape.

use super::table::{Table, listed};

/// Codes and their characters. The page break of the standard is the form feed.
#[rustfmt::skip]
pub(super) static TABLE: Table = Table::single(listed(&[
    (0x0A, '\u{0C}'),
    (0x14, '^'),
    (0x28, '{'), (0x29, '}'), (0x2F, '\\'),
    (0x3C, '['), (0x3D, '~'), (0x3E, ']'),
    (0x40, '|'),
    (0x65, '€'),
]));
