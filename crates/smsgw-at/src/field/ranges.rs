//! The numbers that an answer to `=?` allows.

use alloc::vec::Vec;
use core::fmt;

use nom::bytes::complete::take_while;
use nom::character::complete::{char, u32};
use nom::combinator::{all_consuming, opt};
use nom::sequence::{delimited, preceded};
use nom::{IResult, Parser};

/// The numbers that a parameter may be, as the answer to `=?` lists them.
///
/// ```
/// use smsgw_at::field::Fields;
///
/// let mut fields = Fields::of("+CNMI: (0-2),(0,1,3),(0)", "+CNMI").unwrap();
/// let mode = fields.ranges("mode")?;
/// assert!(mode.contains(1) && !mode.contains(3));
/// let mt = fields.ranges("mt")?;
/// assert_eq!(mt.first_of(&[2, 3, 1]), Some(3));
/// assert_eq!(mt.to_string(), "(0-1,3)");
/// # Ok::<(), smsgw_at::AnswerError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Ranges(Vec<(u32, u32)>);

impl Ranges {
    /// No number at all.
    pub const NONE: Self = Self(Vec::new());

    /// Every number: the modem did not say.
    #[must_use]
    pub fn all() -> Self {
        Self(alloc::vec![(0, u32::MAX)])
    }

    /// Whether `number` is allowed.
    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        self.0
            .iter()
            .any(|&(low, high)| (low..=high).contains(&number))
    }

    /// Whether nothing is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest that is allowed.
    #[must_use]
    pub fn lowest(&self) -> Option<u32> {
        self.0.iter().map(|&(low, _)| low).min()
    }

    /// The highest that is allowed.
    #[must_use]
    pub fn highest(&self) -> Option<u32> {
        self.0.iter().map(|&(_, high)| high).max()
    }

    /// The first of `wanted` that is allowed.
    #[must_use]
    pub fn first_of(&self, wanted: &[u32]) -> Option<u32> {
        wanted.iter().copied().find(|number| self.contains(*number))
    }

    /// The ranges, both ends included, in the modem's order; those that touch are one.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }

    pub(crate) fn add(&mut self, low: u32, high: u32) {
        // Modems with many slots list each of them: `(1,2,3,4,...)`.
        if let Some((_, last)) = self.0.last_mut()
            && last.checked_add(1) == Some(low)
        {
            *last = high;
        } else {
            self.0.push((low, high));
        }
    }
}

/// As the modem would write it: `(0-1,3)`.
impl fmt::Display for Ranges {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (at, (low, high)) in self.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            match low == high {
                true => write!(f, "{comma}{low}")?,
                false => write!(f, "{comma}{low}-{high}")?,
            }
        }
        f.write_str(")")
    }
}

/// `3` or `0-3`; parentheses that have no partner, and quotes, do not matter.
pub(super) fn range(text: &str) -> Option<(u32, u32)> {
    let text = text.trim_matches([' ', '\t', '(', ')', '"']);
    let mut range = all_consuming((number, opt(preceded(char('-'), number))));
    let (_, (low, high)) = range.parse(text).ok()?;
    let high = high.unwrap_or(low);
    (low <= high).then_some((low, high))
}

fn number(input: &str) -> IResult<&str, u32> {
    let blanks = || take_while(|character| matches!(character, ' ' | '\t'));
    delimited(blanks(), u32, blanks()).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        assert_eq!(range("3"), Some((3, 3)));
        assert_eq!(range(" 0 - 3"), Some((0, 3)));
        assert_eq!(range("(0-2"), Some((0, 2)));
        for wrong in ["", "-", "3-", "x", "3-1", "-1", "1-2-3", "99999999999"] {
            assert_eq!(range(wrong), None, "{wrong}");
        }
        let mut all = Ranges::all();
        all.add(0, 0);
        assert!(all.contains(u32::MAX) && all.contains(0));
    }
}
