//! Transliteration: characters that GSM 7-bit lacks, written with those it has.
//!
//! One typographic quote makes a text UCS-2 and halves its room. [`transliterate`] replaces what
//! has a plain spelling and says what it replaced; [`segment`] does so only where that makes the text
//! GSM 7-bit. Nothing calls them by itself: a changed text is the caller's decision. A character
//! that the alphabet has is never touched.
//!
//! ```
//! use smsgw_gsm::segment::Encoding;
//! use smsgw_gsm::translit::transliterate;
//!
//! let plain = transliterate("“Čau” – à bientôt…");
//! assert_eq!(plain.text, "\"Cau\" - à bientot...");
//! assert_eq!(Encoding::choose(&plain.text), Encoding::Gsm7);
//! assert!(plain.left.is_empty());
//!
//! let first = &plain.changes[0];
//! assert_eq!((first.index, first.from, first.to), (0, "“", "\""));
//! ```
//!
//! | what | becomes |
//! |---|---|
//! | quotes, primes, backtick, acute accent | `'` or `"` |
//! | dashes, minus sign; bullets | `-`; `*` |
//! | ellipsis, fractions, arrows, `©`, `®`, `™` ... | `...`, `1/2`, `->`, `(C)`, `(R)`, `TM` |
//! | spaces of any width, tab; separators of lines | a space; a line feed |
//! | superscript and subscript digits | the digit; after another digit with `^` or `_` before it |
//! | zero-width characters, soft hyphen, BOM, directional marks, variation selectors, controls | nothing |
//! | Latin letters with marks, composed or not | the nearest letter that the alphabet has: `ǘ` becomes `ü`, `á` becomes `a` |
//! | other Latin letters, ligatures | one or two letters: `ł` becomes `l`, `œ` becomes `oe` |
//! | full-width forms | the ASCII character |
//! | Greek capitals | the Latin letter that looks the same, unless the text has small ones, too |
//!
//! `ç` becomes `c`: the default alphabet has `Ç` alone. Cyrillic, small Greek letters, other
//! scripts, symbols without a plain spelling and emoji are left, and with them the marks, joiners
//! and selectors that follow them. A text with such a character is UCS-2 in any case:
//! [`left`](Transliterated::left) tells, and [`segment`] then leaves the original as it is.

mod segment;
mod table;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::LazyCell;

use crate::alphabet::Tables;
use crate::distinct::Distinct;

pub use segment::segment;

/// A text that was transliterated, and what that changed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Transliterated<'a> {
    /// The text to send; borrowed when nothing was changed.
    pub text: Cow<'a, str>,
    /// What was replaced, in the order of the text.
    pub changes: Vec<Change<'a>>,
    /// The characters that the alphabet lacks and that were left, each once, in the order of the
    /// text.
    pub left: Vec<char>,
}

/// One replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Change<'a> {
    /// Where it was in the original text: an index as [`str::char_indices`] gives it.
    pub index: usize,
    /// What stood there: a character, or a letter and a combining mark.
    pub from: &'a str,
    /// What stands there now; empty when it was removed.
    pub to: &'static str,
}

/// Replaces what the default alphabet and its extension lack, as far as there is a spelling.
///
/// ```
/// use smsgw_gsm::translit::transliterate;
///
/// // Not in the alphabet, but its two halves make a letter that is.
/// assert_eq!(transliterate("cafe\u{301}").text, "café");
/// // No spelling for these.
/// let mixed = transliterate("я … 😀");
/// assert_eq!(mixed.text, "я ... 😀");
/// assert_eq!(mixed.left, ['я', '😀']);
/// ```
#[doc(alias("smart encoding", "iconv //TRANSLIT"))]
#[must_use]
pub fn transliterate(text: &str) -> Transliterated<'_> {
    transliterate_for(text, Tables::DEFAULT)
}

/// Replaces what these tables lack, as far as they have a spelling for it.
///
/// ```
/// use smsgw_gsm::alphabet::{Language, Tables};
/// use smsgw_gsm::translit::transliterate_for;
///
/// let text = "“Ağaç”";
/// assert_eq!(transliterate_for(text, Tables::DEFAULT).text, "\"Agac\"");
/// assert_eq!(transliterate_for(text, Tables::of(Language::Turkish)).text, "\"Ağaç\"");
/// ```
#[must_use]
pub fn transliterate_for(text: &str, tables: Tables) -> Transliterated<'_> {
    rewrite(text, |character| tables.code(character).is_some())
}

/// What stands before the character that is looked at.
#[derive(Clone, Copy)]
enum Before {
    /// A character of the alphabet, and where it starts; also the start of the text, as a NUL.
    Kept(usize, char),
    /// A replacement, and whether it ends in a digit.
    Changed(bool),
    /// A character that was left.
    Left,
}

fn rewrite(text: &str, fits: impl Fn(char) -> bool) -> Transliterated<'_> {
    let slice = |range| text.get(range).unwrap_or_default();
    let greek_stays = LazyCell::new(|| has_small_greek(text));
    let mut out = String::new();
    // How much of the text is in `out`.
    let mut copied = 0;
    let mut changes = Vec::new();
    let mut left = Vec::new();
    let mut seen = Distinct::new();
    let mut before = Before::Kept(0, '\0');
    for (index, character) in text.char_indices() {
        if fits(character) {
            before = Before::Kept(index, character);
            continue;
        }
        let composed = match before {
            Before::Kept(start, base) => table::composed(base, character)
                .filter(|letter| all(letter, &fits))
                .map(|letter| (start, letter)),
            _ => None,
        };
        let after_digit = match before {
            Before::Kept(_, kept) => kept.is_ascii_digit(),
            Before::Changed(digit) => digit,
            Before::Left => false,
        };
        let spelled = || match character {
            _ if table::is_dropped(character) => match before {
                // It may be part of what was left: of an emoji, or of a letter of another script.
                Before::Left => None,
                _ => Some(""),
            },
            'Ά'..='Ϋ' if *greek_stays => None,
            _ => spelling(character, after_digit, &fits),
        };
        let Some((start, to)) = composed.or_else(|| Some((index, spelled()?))) else {
            before = Before::Left;
            if seen.insert(character) {
                left.push(character);
            }
            continue;
        };
        let end = index + character.len_utf8();
        out.push_str(slice(copied..start));
        out.push_str(to);
        copied = end;
        changes.push(Change {
            index: start,
            from: slice(start..end),
            to,
        });
        // After `^1` a second digit above the line needs no other sign.
        let is_digit = to.ends_with(|last: char| last.is_ascii_digit());
        before = Before::Changed(match to {
            "" => after_digit,
            _ => is_digit && table::digits(character).is_none(),
        });
    }
    out.push_str(slice(copied..text.len()));
    Transliterated {
        text: match changes.is_empty() {
            true => Cow::Borrowed(text),
            false => Cow::Owned(out),
        },
        changes,
        left,
    }
}

/// The first spelling of a character of which all fits.
fn spelling(
    character: char,
    after_digit: bool,
    fits: &impl Fn(char) -> bool,
) -> Option<&'static str> {
    if let Some((joint, digits)) = table::digits(character) {
        let spelled = if after_digit { joint } else { digits };
        return Some(spelled).filter(|spelled| all(spelled, fits));
    }
    let mut letter = character;
    loop {
        if let Some(spelled) = table::spelled(letter).filter(|spelled| all(spelled, fits)) {
            return Some(spelled);
        }
        letter = table::nearest(letter)?;
        if fits(letter) {
            return table::text(letter);
        }
    }
}

fn all(spelled: &str, fits: impl Fn(char) -> bool) -> bool {
    spelled.chars().all(fits)
}

/// Whether Greek would stay in the text beside its capitals.
fn has_small_greek(text: &str) -> bool {
    text.chars()
        .any(|character| matches!(character, 'ΐ' | 'ά'..='ώ' | '\u{1F00}'..='\u{1FFF}'))
}
