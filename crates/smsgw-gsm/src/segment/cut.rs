//! Where a text may be cut.

use alloc::vec::Vec;

use crate::alphabet::ESCAPE;

/// What is never torn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whole {
    /// An escape and the septet after it; a septet an octet.
    EscapePairs,
    /// The two halves of a character above U+FFFF, in UTF-16BE.
    SurrogatePairs,
    /// A character in UTF-8.
    Characters,
    /// Octets: anything else may be.
    Octets,
}

impl Whole {
    /// Octets of the longest thing to keep whole: with less room there may be no way to cut.
    pub(super) const fn longest(self) -> usize {
        match self {
            Whole::EscapePairs => 2,
            Whole::SurrogatePairs | Whole::Characters => 4,
            Whole::Octets => 1,
        }
    }

    /// The last place up to `end` where `octets` may be cut.
    pub(crate) fn before(self, octets: &[u8], end: usize) -> usize {
        let (head, tail) = octets.split_at_checked(end).unwrap_or((octets, &[]));
        let torn = match self {
            // No code of an extension is itself an escape, so the first of a pair is known by its
            // value.
            Whole::EscapePairs => usize::from(head.last() == Some(&ESCAPE)),
            Whole::SurrogatePairs => match head.last_chunk::<2>() {
                Some([0xD8..=0xDB, _]) => 2,
                _ => 0,
            },
            Whole::Characters => {
                let is_inside = |octet: Option<&u8>| matches!(octet, Some(0x80..=0xBF));
                match is_inside(tail.first()) {
                    true => 1 + head.iter().rev().take_while(|o| is_inside(Some(o))).count(),
                    false => 0,
                }
            }
            Whole::Octets => 0,
        };
        head.len() - torn
    }
}

/// Where each segment ends, when each has room for `room` octets: at least [`Whole::longest`].
pub(super) fn cut(whole: Whole, octets: &[u8], room: usize) -> Vec<usize> {
    cut_by(octets, room, |rest| whole.before(rest, room))
}

/// The same with `next` to say how many octets the next segment takes of those that are left: at
/// least one.
pub(crate) fn cut_by(octets: &[u8], room: usize, next: impl Fn(&[u8]) -> usize) -> Vec<usize> {
    let mut ends = Vec::with_capacity(octets.len() / room + 1);
    let mut rest = octets;
    while rest.len() > room {
        rest = rest.get(next(rest)..).unwrap_or_default();
        ends.push(octets.len() - rest.len());
    }
    ends.push(octets.len());
    ends
}

/// The same for the octets of `text`, between its grapheme clusters as far as they have room.
#[cfg(feature = "graphemes")]
pub(super) fn cut_between_clusters(
    whole: Whole,
    octets: &[u8],
    room: usize,
    text: &str,
) -> Vec<usize> {
    use unicode_segmentation::UnicodeSegmentation;

    let mut ends = Vec::with_capacity(octets.len() / room + 1);
    let (mut start, mut at) = (0, 0);
    for cluster in text.graphemes(true) {
        let end = at + octets_of(cluster, whole, octets.get(at..).unwrap_or_default());
        if end - start > room && end - at <= room {
            start = at;
            ends.push(start);
        }
        while end - start > room {
            start = whole.before(octets, start + room);
            ends.push(start);
        }
        at = end;
    }
    ends.push(octets.len());
    ends
}

/// How many octets wrote `cluster`, of those that begin with it.
#[cfg(feature = "graphemes")]
fn octets_of(cluster: &str, whole: Whole, octets: &[u8]) -> usize {
    match whole {
        Whole::EscapePairs => cluster.chars().fold(0, |at, _| {
            at + 1 + usize::from(octets.get(at) == Some(&ESCAPE))
        }),
        Whole::SurrogatePairs => 2 * crate::ucs2::units(cluster),
        Whole::Characters | Whole::Octets => cluster.len(),
    }
}
