//! What segmentation makes: [`Segments`], each a [`Segment`].

use alloc::string::String;
use alloc::vec::Vec;
use core::iter::FusedIterator;

use super::{Encoding, USER_DATA_OCTETS};
use crate::alphabet::{Code, ESCAPE, Tables};
use crate::distinct::Distinct;
use crate::septet::{self, FillBits};
use crate::ucs2;
use crate::udh::{Concat, Reference};

/// A text, encoded and cut: the answer of [`segment`](super::segment()).
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
    pub(super) encoding: Encoding,
    pub(super) tables: Tables,
    pub(super) reference: Reference,
    /// The elements of each header beside the concatenation.
    pub(super) elements: Vec<u8>,
    /// The whole text, unpacked.
    pub(super) octets: Vec<u8>,
    /// Where each segment ends in `octets`; never empty.
    pub(super) ends: Vec<usize>,
    /// The length of `ends`.
    pub(super) total: u8,
    /// The text did not fit into the default alphabet, and nobody had asked for UCS-2 or 8-bit.
    pub(super) forced: bool,
}

impl Segments {
    /// The encoding asked for or chosen.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The tables chosen, which each header names; the default for all but GSM 7-bit.
    #[must_use]
    pub fn tables(&self) -> Tables {
        self.tables
    }

    /// How many segments there are, 1 to 255.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// Units of the whole text, headers not counted.
    #[must_use]
    pub fn total_units(&self) -> usize {
        self.octets.len() / self.encoding.unit_octets()
    }

    /// The characters that the default alphabet lacks, and that so made the text UCS-2 or took
    /// the tables of a language; each once, in the order of the text. Empty when UCS-2 or 8-bit
    /// was asked for.
    #[must_use]
    pub fn forced_by(&self) -> Vec<char> {
        let text = match (self.forced, self.encoding) {
            (false, _) => String::new(),
            (true, Encoding::Gsm7) => self.tables.decode(&self.octets),
            (true, _) => ucs2::decode(&self.octets),
        };
        strangers(&text)
    }

    /// The segment at `index`, counted from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Segment<'_>> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let sequence = u8::try_from(index + 1).ok()?;
        Some(Segment {
            encoding: self.encoding,
            tables: self.tables,
            concat: match self.total {
                1 => None,
                total => Concat::new(self.reference, total, sequence).ok(),
            },
            elements: &self.elements,
            octets: self.octets.get(start..end)?,
        })
    }

    /// The segments in order.
    #[must_use]
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
/// assert_eq!(second.udl(), 7 + 8);
/// assert_eq!(second.text(), "aaaaaaaa");
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment<'a> {
    encoding: Encoding,
    tables: Tables,
    concat: Option<Concat>,
    elements: &'a [u8],
    octets: &'a [u8],
}

impl<'a> Segment<'a> {
    /// The encoding, the same in all segments of a text.
    #[must_use]
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The tables, the same in all segments of a text.
    #[must_use]
    pub fn tables(&self) -> Tables {
        self.tables
    }

    /// Which part this is; `None` when the text is one segment.
    #[must_use]
    pub fn concat(&self) -> Option<Concat> {
        self.concat
    }

    /// Septets, octets or 16-bit units, header not counted.
    #[must_use]
    pub fn units(&self) -> usize {
        self.octets.len() / self.encoding.unit_octets()
    }

    /// Characters (Unicode code points) of [`text`](Self::text).
    #[must_use]
    pub fn chars(&self) -> usize {
        match self.encoding {
            Encoding::Gsm7 => {
                let escapes = self.octets.iter().filter(|septet| **septet == ESCAPE);
                self.units() - escapes.count()
            }
            Encoding::EightBit => self
                .octets
                .utf8_chunks()
                .map(|chunk| {
                    chunk.valid().chars().count() + usize::from(!chunk.invalid().is_empty())
                })
                .sum(),
            Encoding::Ucs2 => {
                let (units, _) = self.octets.as_chunks::<2>();
                let is_first_half = |unit: &&[u8; 2]| matches!(unit, [0xD8..=0xDB, _]);
                self.units() - units.iter().filter(is_first_half).count()
            }
        }
    }

    /// The text of this segment; of 8-bit octets as UTF-8, with U+FFFD for what is none.
    #[must_use]
    pub fn text(&self) -> String {
        match self.encoding {
            Encoding::Gsm7 => self.tables.decode(self.octets),
            Encoding::EightBit => String::from_utf8_lossy(self.octets).into_owned(),
            Encoding::Ucs2 => ucs2::decode(self.octets),
        }
    }

    /// The user data header with its length octet: concatenation, language, then the elements of
    /// the caller. Empty when there is none of them.
    #[doc(alias = "UDH")]
    #[must_use]
    pub fn udh(&self) -> Vec<u8> {
        let mut udh = Vec::with_capacity(self.udh_len());
        self.write_udh(&mut udh);
        udh
    }

    /// Octets of [`udh`](Self::udh); 0 when TP-UDHI is not to be set.
    #[must_use]
    pub fn udh_len(&self) -> usize {
        match (self.concat, self.elements.len()) {
            (None, 0) => 0,
            (None, elements) => 1 + elements,
            (Some(concat), elements) => concat.reference().header_len() + elements,
        }
    }

    /// Appends [`udh`](Self::udh).
    pub fn write_udh(&self, out: &mut Vec<u8>) {
        // A header has 1 to 140 octets, or there is none.
        let length = self.udh_len().checked_sub(1).map(u8::try_from);
        let Some(Ok(length)) = length else { return };
        out.push(length);
        if let Some(concat) = self.concat {
            concat.write_element(out);
        }
        out.extend_from_slice(self.elements);
    }

    /// The user data after the header as SMPP carries it: septets one an octet, UTF-16BE, or the
    /// octets.
    #[doc(alias = "short_message")]
    #[must_use]
    pub fn unpacked(&self) -> &'a [u8] {
        self.octets
    }

    /// The user data after the header as the radio side carries it: septets packed, with the fill
    /// bits that the header asks for, UTF-16BE, or the octets.
    ///
    /// [`udh`](Self::udh) and this, one after the other, are the octets of the message.
    #[must_use]
    pub fn packed(&self) -> Vec<u8> {
        match self.encoding {
            Encoding::Gsm7 => septet::pack(self.octets, FillBits::after(self.udh_len())),
            Encoding::EightBit | Encoding::Ucs2 => self.octets.to_vec(),
        }
    }

    /// Header and [`packed`](Self::packed) data: the octets of the message, at most 140.
    #[doc(alias = "TP-UD")]
    #[must_use]
    pub fn user_data(&self) -> Vec<u8> {
        let mut user_data = Vec::with_capacity(USER_DATA_OCTETS);
        self.write_user_data(&mut user_data);
        user_data
    }

    /// Appends [`user_data`](Self::user_data).
    pub fn write_user_data(&self, out: &mut Vec<u8>) {
        self.write_udh(out);
        match self.encoding {
            Encoding::Gsm7 => {
                septet::pack_append(self.octets, FillBits::after(self.udh_len()), out);
            }
            Encoding::EightBit | Encoding::Ucs2 => out.extend_from_slice(self.octets),
        }
    }

    /// What TP-UDL says of them: septets for GSM 7-bit, else octets, header and fill bits
    /// included. At most 160.
    #[doc(alias("TP-UDL", "TP-User-Data-Length"))]
    #[must_use]
    pub fn udl(&self) -> u8 {
        let header = self.udh_len();
        let length = match self.encoding {
            Encoding::Gsm7 => septet::header_septets(header) + self.units(),
            Encoding::EightBit | Encoding::Ucs2 => header + self.octets.len(),
        };
        u8::try_from(length).unwrap_or(u8::MAX)
    }
}

/// The characters that the default alphabet and its extension lack, each once.
pub(super) fn strangers(text: &str) -> Vec<char> {
    let mut seen = Distinct::new();
    text.chars()
        .filter(|character| Code::of(*character).is_none() && seen.insert(*character))
        .collect()
}
