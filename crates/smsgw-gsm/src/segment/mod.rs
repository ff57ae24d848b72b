//! Segmentation: from a text to the user data of one or more short messages (3GPP TS 23.040
//! §9.2.3.24.1, limits of §9.2.3.16).
//!
//! | | alone | 8-bit reference | 16-bit reference |
//! |---|---|---|---|
//! | GSM 7-bit, septets | 160 | 153 | 152 |
//! | UCS-2, 16-bit units | 70 | 67 | 66 |
//!
//! No escape pair and no surrogate pair is ever split.
//!
//! ```
//! use smsgw_gsm::segment::{Encoding, Options, segment};
//!
//! let segments = segment("Wer A sagt, muss auch Я sagen", &Options::new())?;
//! assert_eq!(segments.encoding(), Encoding::Ucs2);
//! assert_eq!(segments.forced_by(), ['Я']);
//! assert_eq!(segments.count(), 1);
//! # Ok::<(), smsgw_gsm::SegmentError>(())
//! ```

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::iter::FusedIterator;

use crate::alphabet::{self, Code, ESCAPE};
use crate::error::SegmentError;
use crate::septet::{self, FillBits};
use crate::ucs2;
use crate::udh::{Concat, Reference};

/// Octets of user data in one short message, header included.
#[doc(alias = "TP-UD")]
pub const USER_DATA_OCTETS: usize = 140;

/// Parts that one message may have.
pub const MAX_PARTS: usize = 255;

/// How the characters of a message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// The GSM 7-bit default alphabet and its extension; a unit is a septet.
    Gsm7,
    /// UTF-16BE; a unit is two octets.
    Ucs2,
}

impl Encoding {
    /// The cheapest encoding that has every character of `text`.
    ///
    /// ```
    /// use smsgw_gsm::segment::Encoding;
    ///
    /// assert_eq!(Encoding::choose("10 €"), Encoding::Gsm7);
    /// assert_eq!(Encoding::choose("10 ₽"), Encoding::Ucs2);
    /// ```
    pub fn choose(text: &str) -> Encoding {
        if text.chars().all(|character| Code::of(character).is_some()) {
            Encoding::Gsm7
        } else {
            Encoding::Ucs2
        }
    }

    /// Units that fit into one short message after a header of `header` octets (0 for none).
    ///
    /// ```
    /// use smsgw_gsm::segment::Encoding;
    ///
    /// assert_eq!(Encoding::Gsm7.capacity(0), 160);
    /// assert_eq!(Encoding::Gsm7.capacity(6), 153);
    /// assert_eq!(Encoding::Ucs2.capacity(7), 66);
    /// ```
    pub const fn capacity(self, header: usize) -> usize {
        let octets = USER_DATA_OCTETS.saturating_sub(header);
        match self {
            Encoding::Gsm7 => septet::capacity(octets, FillBits::after(header)),
            Encoding::Ucs2 => octets / 2,
        }
    }

    /// `gsm7` or `ucs2`.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "gsm7",
            Encoding::Ucs2 => "ucs2",
        }
    }

    /// Octets of one unit in the unpacked form.
    const fn unit_octets(self) -> usize {
        match self {
            Encoding::Gsm7 => 1,
            Encoding::Ucs2 => 2,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How a text is to be segmented. The default chooses the encoding and uses 8-bit reference 0.
///
/// ```
/// use smsgw_gsm::segment::{Encoding, Options};
/// use smsgw_gsm::udh::Reference;
///
/// let options = Options::new()
///     .with_encoding(Encoding::Gsm7)
///     .with_reference(Reference::Sixteen(0x1234));
/// assert_eq!(options.encoding, Some(Encoding::Gsm7));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Options {
    /// The encoding; `None` chooses as [`Encoding::choose`] does.
    pub encoding: Option<Encoding>,
    /// The reference number of the message, and with it the width; unused when one segment
    /// is enough.
    pub reference: Reference,
}

impl Options {
    /// The default: encoding by the text, 8-bit reference 0.
    pub const fn new() -> Options {
        Options {
            encoding: None,
            reference: Reference::Eight(0),
        }
    }

    /// Takes this encoding and no other.
    #[must_use]
    pub const fn with_encoding(mut self, encoding: Encoding) -> Options {
        self.encoding = Some(encoding);
        self
    }

    /// Numbers the message so. Two messages to one recipient at the same time need two numbers.
    #[must_use]
    pub const fn with_reference(mut self, reference: Reference) -> Options {
        self.reference = reference;
        self
    }
}

impl Default for Options {
    fn default() -> Self {
        Options::new()
    }
}

/// Encodes a text and cuts it into as many segments as it needs. An empty text is one empty
/// segment.
///
/// # Errors
/// [`Encode`](SegmentError::Encode) when [`Encoding::Gsm7`] was asked for and a character does not
/// fit; [`TooManyParts`](SegmentError::TooManyParts) above [`MAX_PARTS`].
pub fn segment(text: &str, options: &Options) -> Result<Segments, SegmentError> {
    let (encoding, octets, forced) = match options.encoding {
        Some(Encoding::Gsm7) => (Encoding::Gsm7, alphabet::encode_unpacked(text)?, false),
        Some(Encoding::Ucs2) => (Encoding::Ucs2, ucs2::encode(text), false),
        None => match alphabet::encode_unpacked(text) {
            Ok(septets) => (Encoding::Gsm7, septets, false),
            Err(_) => (Encoding::Ucs2, ucs2::encode(text), true),
        },
    };
    let ends = cut(encoding, &octets, options.reference);
    let total = u8::try_from(ends.len()).map_err(|_| SegmentError::TooManyParts {
        needed: ends.len(),
        max: MAX_PARTS,
    })?;
    Ok(Segments {
        encoding,
        reference: options.reference,
        octets,
        ends,
        total,
        forced,
    })
}

/// A text, encoded and cut: the answer of [`segment`].
///
/// ```
/// use smsgw_gsm::segment::{Options, segment};
///
/// let segments = segment(&"é".repeat(161), &Options::new())?;
/// let units: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
/// assert_eq!(units, [153, 8]);
/// assert_eq!(segments.total_units(), 161);
///
/// // For SMPP: header and unpacked septets are the short_message, with the UDHI bit set.
/// for segment in &segments {
///     let short_message = [&segment.udh()[..], segment.unpacked()].concat();
///     assert!(short_message.len() <= 160);
/// }
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segments {
    encoding: Encoding,
    reference: Reference,
    /// The whole text, unpacked.
    octets: Vec<u8>,
    /// Where each segment ends in `octets`; never empty.
    ends: Vec<usize>,
    /// The length of `ends`.
    total: u8,
    /// The text did not fit into GSM 7-bit, and nobody had asked for UCS-2.
    forced: bool,
}

impl Segments {
    /// The encoding asked for or chosen.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// How many segments there are, 1 to 255.
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Units of the whole text, headers not counted.
    pub fn total_units(&self) -> usize {
        self.octets.len() / self.encoding.unit_octets()
    }

    /// The characters that made the text UCS-2, each once, in the order of the text. Empty for
    /// GSM 7-bit, and when UCS-2 was asked for.
    pub fn forced_by(&self) -> Vec<char> {
        let mut seen = BTreeSet::new();
        if !self.forced {
            return Vec::new();
        }
        ucs2::decode(&self.octets)
            .chars()
            .filter(|character| Code::of(*character).is_none() && seen.insert(*character))
            .collect()
    }

    /// The segment at `index`, counted from 0.
    pub fn get(&self, index: usize) -> Option<Segment<'_>> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let sequence = u8::try_from(index + 1).ok()?;
        Some(Segment {
            encoding: self.encoding,
            concat: match self.total {
                1 => None,
                total => Concat::new(self.reference, total, sequence).ok(),
            },
            octets: self.octets.get(start..end)?,
        })
    }

    /// The segments in order.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            segments: self,
            next: 0,
        }
    }
}

impl<'a> IntoIterator for &'a Segments {
    type Item = Segment<'a>;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

/// The segments of a [`Segments`], in order.
#[derive(Debug, Clone)]
pub struct Iter<'a> {
    segments: &'a Segments,
    next: usize,
}

impl<'a> Iterator for Iter<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Segment<'a>> {
        let segment = self.segments.get(self.next)?;
        self.next += 1;
        Some(segment)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.segments.count() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for Iter<'_> {}
impl FusedIterator for Iter<'_> {}

/// One short message's share of a text.
///
/// ```
/// use smsgw_gsm::segment::{Options, segment};
///
/// let segments = segment(&"a".repeat(161), &Options::new())?;
/// let second = segments.get(1).expect("161 septets are two segments");
/// assert_eq!(second.udh(), [5, 0, 3, 0, 2, 2]);
/// assert_eq!(second.unpacked(), b"aaaaaaaa");
/// // A fill bit and eight septets are 57 bits.
/// assert_eq!(second.packed().len(), 8);
/// assert_eq!(second.text(), "aaaaaaaa");
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment<'a> {
    encoding: Encoding,
    concat: Option<Concat>,
    octets: &'a [u8],
}

impl<'a> Segment<'a> {
    /// The encoding, the same in all segments of a text.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Which part this is; `None` when the text is one segment.
    pub fn concat(&self) -> Option<Concat> {
        self.concat
    }

    /// Septets or 16-bit units, header not counted.
    pub fn units(&self) -> usize {
        self.octets.len() / self.encoding.unit_octets()
    }

    /// Characters (Unicode code points).
    pub fn chars(&self) -> usize {
        // A pair is two units and one character.
        let seconds = match self.encoding {
            Encoding::Gsm7 => self
                .octets
                .iter()
                .filter(|septet| **septet == ESCAPE)
                .count(),
            Encoding::Ucs2 => {
                let (units, _) = self.octets.as_chunks::<2>();
                units
                    .iter()
                    .filter(|unit| is_high_surrogate(**unit))
                    .count()
            }
        };
        self.units() - seconds
    }

    /// The text of this segment.
    pub fn text(&self) -> String {
        match self.encoding {
            Encoding::Gsm7 => alphabet::decode_unpacked(self.octets),
            Encoding::Ucs2 => ucs2::decode(self.octets),
        }
    }

    /// The user data header with its length octet; empty when the text is one segment.
    pub fn udh(&self) -> Vec<u8> {
        self.concat.map(Concat::to_udh).unwrap_or_default()
    }

    /// The user data after the header as SMPP carries it: septets one an octet, or UTF-16BE.
    #[doc(alias = "short_message")]
    pub fn unpacked(&self) -> &'a [u8] {
        self.octets
    }

    /// The user data after the header as the radio side carries it: septets packed, with the fill
    /// bits that the header asks for, or UTF-16BE.
    ///
    /// [`udh`](Self::udh) and this, one after the other, are the octets of the message.
    #[doc(alias = "TP-UD")]
    pub fn packed(&self) -> Vec<u8> {
        match self.encoding {
            Encoding::Gsm7 => {
                let header = self
                    .concat
                    .map_or(0, |concat| concat.reference().header_len());
                septet::pack(self.octets, FillBits::after(header))
            }
            Encoding::Ucs2 => self.octets.to_vec(),
        }
    }
}

/// Where each segment ends.
fn cut(encoding: Encoding, octets: &[u8], reference: Reference) -> Vec<usize> {
    let unit = encoding.unit_octets();
    if octets.len() <= encoding.capacity(0) * unit {
        return Vec::from([octets.len()]);
    }
    let room = encoding.capacity(reference.header_len()) * unit;
    let mut ends = Vec::with_capacity(octets.len() / room + 1);
    let mut start = 0;
    while octets.len() - start > room {
        let mut end = start + room;
        if ends_inside_pair(encoding, octets.get(start..end).unwrap_or_default()) {
            end -= unit;
        }
        ends.push(end);
        start = end;
    }
    ends.push(octets.len());
    ends
}

/// Whether the last unit is the first half of a pair.
fn ends_inside_pair(encoding: Encoding, octets: &[u8]) -> bool {
    match encoding {
        // No extension code is itself 0x1B, so the first of a pair is known by its value.
        Encoding::Gsm7 => octets.last() == Some(&ESCAPE),
        Encoding::Ucs2 => octets
            .last_chunk::<2>()
            .is_some_and(|unit| is_high_surrogate(*unit)),
    }
}

/// Whether a UTF-16BE unit is the first half of a pair.
fn is_high_surrogate(unit: [u8; 2]) -> bool {
    matches!(unit, [0xD8..=0xDB, _])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, reference: Reference) -> Vec<usize> {
        let options = Options::new().with_reference(reference);
        let segments = segment(text, &options).unwrap();
        segments.iter().map(|segment| segment.units()).collect()
    }

    #[test]
    fn limits() {
        let eight = Reference::Eight(0);
        let sixteen = Reference::Sixteen(0);
        assert_eq!(units(&"é".repeat(160), eight), [160]);
        assert_eq!(units(&"é".repeat(161), eight), [153, 8]);
        assert_eq!(units(&"é".repeat(161), sixteen), [152, 9]);
        assert_eq!(units(&"я".repeat(70), eight), [70]);
        assert_eq!(units(&"я".repeat(71), eight), [67, 4]);
        assert_eq!(units(&"я".repeat(71), sixteen), [66, 5]);
        assert_eq!(units("", eight), [0]);
    }

    #[test]
    fn escape_pairs_stay_whole() {
        assert_eq!(units(&"€".repeat(153), Reference::Eight(0)), [152, 152, 2]);
        assert_eq!(
            units(&"€".repeat(153), Reference::Sixteen(0)),
            [152, 152, 2]
        );
    }

    #[test]
    fn surrogate_pairs_stay_whole() {
        let text = ["я".repeat(66), "😀".into(), "я".repeat(10)].concat();
        assert_eq!(units(&text, Reference::Eight(0)), [66, 12]);
        assert_eq!(units(&"😀".repeat(35), Reference::Eight(0)), [70]);
    }

    #[test]
    fn reference_0_is_legal() {
        let segments = segment(&"a".repeat(200), &Options::new()).unwrap();
        assert_eq!(segments.get(0).unwrap().udh(), [5, 0, 3, 0, 2, 1]);
        assert_eq!(segments.get(1).unwrap().udh(), [5, 0, 3, 0, 2, 2]);
        assert_eq!(segments.get(2), None);
    }

    #[test]
    fn a_header_of_seven_octets_has_no_fill_bits() {
        let options = Options::new().with_reference(Reference::Sixteen(1));
        let segments = segment(&"a".repeat(161), &options).unwrap();
        let first = segments.get(0).unwrap();
        assert_eq!(first.udh(), [6, 8, 4, 0, 1, 2, 1]);
        assert_eq!(first.packed(), septet::pack(&[b'a'; 152], FillBits::NONE));
        assert_eq!(first.udh().len() + first.packed().len(), 140);
    }

    #[test]
    fn parts_end_at_255() {
        let most = "a".repeat(255 * 153);
        assert_eq!(segment(&most, &Options::new()).unwrap().count(), 255);
        let more = most + "a";
        assert_eq!(
            segment(&more, &Options::new()),
            Err(SegmentError::TooManyParts {
                needed: 256,
                max: 255
            })
        );
    }

    #[test]
    fn gsm7_alone_names_the_stranger() {
        let options = Options::new().with_encoding(Encoding::Gsm7);
        let Err(SegmentError::Encode(error)) = segment("aя", &options) else {
            panic!("the text is not GSM 7-bit");
        };
        assert_eq!((error.character, error.index), ('я', 1));
    }

    #[test]
    fn forced_by_lists_each_once_and_only_if_forced() {
        let forced = segment("“а” – “€”", &Options::new()).unwrap().forced_by();
        assert_eq!(forced, ['“', 'а', '”', '–']);
        let options = Options::new().with_encoding(Encoding::Ucs2);
        assert_eq!(segment("“а”", &options).unwrap().forced_by(), []);
        assert_eq!(segment("abc", &options).unwrap().total_units(), 3);
    }
}
