//! From the parts of a message to its text (3GPP TS 23.040 §9.2.3.24.1).
//!
//! Senders cut texts at any octet: a surrogate pair, or an escape and its code, may begin in one
//! part and end in the next. So parts that follow each other are put together before they are
//! read. Across a part that is missing nothing may be: what stands before and behind it was never
//! sent as one character.
//!
//! ```
//! use smsgw_gsm::join::{Written, text};
//!
//! let torn = |second| [(1, Written::Ucs2, &b"\xD8\x3D"[..]), (second, Written::Ucs2, b"\xDE\x00")];
//! assert_eq!(text(torn(2)).as_deref(), Some("😀"));
//! assert_eq!(text(torn(3)).as_deref(), Some("\u{FFFD}\u{FFFD}"));
//! ```

use alloc::borrow::Cow;
use alloc::string::String;

use crate::alphabet::Tables;
use crate::dcs::{Alphabet, DataCodingScheme};
use crate::ucs2;

/// How the octets of a part are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Written {
    /// GSM 7-bit, a septet to an octet, in the tables that the part's header names.
    Septets(Tables),
    /// UTF-16BE.
    Ucs2,
    /// No text: 8-bit, or compressed.
    Octets,
}

impl Written {
    /// What a data coding scheme says, with the tables that the header names.
    #[must_use]
    pub const fn new(coding: DataCodingScheme, tables: Tables) -> Written {
        match coding.alphabet() {
            _ if coding.is_compressed() => Written::Octets,
            Alphabet::Gsm7 => Written::Septets(tables),
            Alphabet::Ucs2 => Written::Ucs2,
            Alphabet::EightBit => Written::Octets,
        }
    }

    /// The text of octets that are written so; `None` for those of no text.
    #[must_use]
    pub fn text(self, octets: &[u8]) -> Option<String> {
        match self {
            Written::Septets(tables) => Some(tables.decode(octets)),
            Written::Ucs2 => Some(ucs2::decode(octets)),
            Written::Octets => None,
        }
    }
}

/// The text of parts in their order, each with its number, how it is written, and its octets
/// without headers; `None` when one of them is no text.
///
/// Messages of a [`Reassembler`](crate::reassemble::Reassembler) have such
/// [parts](crate::reassemble::Message::parts).
#[must_use]
pub fn text<'a, O>(parts: impl IntoIterator<Item = (u8, Written, O)>) -> Option<String>
where
    O: Into<Cow<'a, [u8]>>,
{
    runs(parts)
        .map(|(written, octets)| written.text(&octets))
        .collect()
}

/// The same before it is read, for alphabets that GSM does not have: the octets of parts whose
/// numbers follow each other and which are `W`ritten alike, put together.
///
/// ```
/// use smsgw_gsm::join::runs;
///
/// let parts = [(1, "Shift_JIS", &b"\x83"[..]), (2, "Shift_JIS", b"\x65"), (4, "Shift_JIS", b"a")];
/// let runs: Vec<_> = runs(parts).map(|(_, octets)| octets).collect();
/// assert_eq!(runs, [&b"\x83\x65"[..], b"a"]);
/// ```
pub fn runs<'a, W: PartialEq, O>(
    parts: impl IntoIterator<Item = (u8, W, O)>,
) -> impl Iterator<Item = (W, Cow<'a, [u8]>)>
where
    O: Into<Cow<'a, [u8]>>,
{
    let mut parts = parts.into_iter().peekable();
    core::iter::from_fn(move || {
        let (mut last, written, octets) = parts.next()?;
        let mut octets = octets.into();
        while let Some((number, _, more)) = parts
            .next_if(|(number, other, _)| *other == written && last.checked_add(1) == Some(*number))
        {
            octets.to_mut().extend_from_slice(&more.into());
            last = number;
        }
        Some((written, octets))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alphabet::Language;

    const GSM7: Written = Written::Septets(Tables::DEFAULT);

    fn ucs2(number: u8, octets: &[u8]) -> (u8, Written, &[u8]) {
        (number, Written::Ucs2, octets)
    }

    fn joined(parts: &[(u8, Written, &[u8])]) -> Option<String> {
        text(parts.iter().copied())
    }

    #[test]
    fn what_is_torn_between_parts_is_whole() {
        let face = joined(&[ucs2(1, b"\xD8"), ucs2(2, b"\x3D\xDE"), ucs2(3, b"\x00")]);
        assert_eq!(face.as_deref(), Some("😀"));
        let euro = joined(&[(254, GSM7, b"5 \x1B"), (255, GSM7, b"\x65")]);
        assert_eq!(euro.as_deref(), Some("5 €"));
        assert_eq!(joined(&[]).as_deref(), Some(""));
    }

    #[test]
    fn nothing_is_joined_across_a_missing_part() {
        let text = joined(&[ucs2(1, b"\xD8\x3D"), ucs2(3, b"\xDE\x00")]);
        assert_eq!(text.as_deref(), Some("\u{FFFD}\u{FFFD}"));
        let text = joined(&[(1, GSM7, b"5 \x1B"), (3, GSM7, b"\x65")]);
        assert_eq!(text.as_deref(), Some("5 e"));
        // The same number again, and the last one there can be.
        for number in [7, 255] {
            let text = joined(&[(number, GSM7, b"\x1B"), (number, GSM7, b"\x65")]);
            assert_eq!(text.as_deref(), Some("e"));
        }
    }

    #[test]
    fn parts_are_read_as_each_is_written() {
        let turkish = Written::Septets(Tables::of(Language::Turkish));
        let text = joined(&[
            (1, turkish, b"\x1B"),
            (2, GSM7, b"\x65"),
            (3, Written::Ucs2, b"\x04\x4F"),
        ]);
        assert_eq!(text.as_deref(), Some("eя"));
        assert_eq!(joined(&[(1, GSM7, b"a"), (2, Written::Octets, b"b")]), None);
    }
}
