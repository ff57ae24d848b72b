//! How an alphabet writes one character.

use super::Tables;

/// How the alphabet writes one character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Code {
    /// One septet: a code of the default alphabet, or of the locking shift table in its place.
    Plain(u8),
    /// Two septets, [`ESCAPE`](super::ESCAPE) and this code of the extension table, or of the
    /// single shift table in its place.
    Escaped(u8),
}

impl Code {
    /// The code of `character` in the default alphabet or its extension, if it is there:
    /// [`Tables::code`].
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Code;
    ///
    /// assert_eq!(Code::of('a'), Some(Code::Plain(0x61)));
    /// assert_eq!(Code::of('€'), Some(Code::Escaped(0x65)));
    /// assert_eq!(Code::of('\t'), None);
    /// ```
    #[inline]
    #[must_use]
    pub fn of(character: char) -> Option<Code> {
        Tables::DEFAULT.code(character)
    }

    /// The character that this code of the default alphabet or its extension stands for; `None`
    /// where its table has no entry: [`Tables::character`].
    ///
    /// ```
    /// use smsgw_gsm::alphabet::Code;
    ///
    /// assert_eq!(Code::Plain(0x00).character(), Some('@'));
    /// assert_eq!(Code::Escaped(0x00).character(), None);
    /// ```
    #[must_use]
    pub fn character(self) -> Option<char> {
        Tables::DEFAULT.character(self)
    }

    /// How many septets it takes, 1 or 2.
    #[must_use]
    pub fn septets(self) -> usize {
        match self {
            Code::Plain(_) => 1,
            Code::Escaped(_) => 2,
        }
    }
}
