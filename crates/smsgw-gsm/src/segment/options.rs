//! How a text is to be segmented.

use alloc::vec::Vec;

use super::{Encoding, LanguageChoice};
use crate::alphabet::Tables;
use crate::error::{DecodeError, DecodeErrorKind, SegmentError};
use crate::udh::{Reference, iei};

/// How a text is to be segmented. The default chooses the encoding, knows no language and uses
/// 8-bit reference 0.
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
pub struct Options<'a> {
    /// The encoding; `None` takes the cheapest that has every character: GSM 7-bit with the
    /// default tables, with those of a language that [`language`](Self::language) allows, or UCS-2.
    pub encoding: Option<Encoding>,
    /// The languages whose tables may be used, where that keeps a text 7-bit or saves a segment.
    pub language: LanguageChoice,
    /// The reference number of the message, and with it the width; unused when one segment
    /// is enough.
    pub reference: Reference,
    /// More elements for the header of each segment, such as application ports: identifier, length
    /// and data of each, without the header's length octet. They take room from the text.
    ///
    /// Concatenation and language elements are written by segmentation itself and must not be
    /// among them.
    pub elements: &'a [u8],
    /// Cuts between grapheme clusters where it can: an emoji with its skin tone, a letter with its
    /// marks, CR and LF stay in one segment. A cluster that no segment has room for is cut like
    /// other text. Encodings are compared as if it were not set.
    #[cfg(feature = "graphemes")]
    pub graphemes: bool,
}

impl<'a> Options<'a> {
    /// The default: encoding by the text, no language, 8-bit reference 0.
    #[must_use]
    pub const fn new() -> Options<'a> {
        Options {
            encoding: None,
            language: LanguageChoice::None,
            reference: Reference::Eight(0),
            elements: &[],
            #[cfg(feature = "graphemes")]
            graphemes: false,
        }
    }

    /// Takes this encoding and no other.
    #[must_use]
    pub const fn with_encoding(mut self, encoding: Encoding) -> Options<'a> {
        self.encoding = Some(encoding);
        self
    }

    /// Allows the tables of these languages.
    #[must_use]
    pub const fn with_language(mut self, language: LanguageChoice) -> Options<'a> {
        self.language = language;
        self
    }

    /// Numbers the message so. Two messages to one recipient at the same time need two numbers.
    #[must_use]
    pub const fn with_reference(mut self, reference: Reference) -> Options<'a> {
        self.reference = reference;
        self
    }

    /// Adds these elements to the header of each segment.
    ///
    /// ```
    /// use smsgw_gsm::segment::{Encoding, Options, segment_octets};
    ///
    /// // Ports 2948 and 9200, both 16-bit: WAP push.
    /// let ports = [0x05, 4, 0x0B, 0x84, 0x23, 0xF0];
    /// let segments = segment_octets(&[0; 134], &Options::new().with_elements(&ports))?;
    /// let octets: Vec<_> = segments.iter().map(|segment| segment.unpacked().len()).collect();
    /// // Each header has 12 octets.
    /// assert_eq!(octets, [128, 6]);
    /// # Ok::<(), smsgw_gsm::SegmentError>(())
    /// ```
    #[must_use]
    pub const fn with_elements<'b>(self, elements: &'b [u8]) -> Options<'b> {
        Options {
            encoding: self.encoding,
            language: self.language,
            reference: self.reference,
            elements,
            #[cfg(feature = "graphemes")]
            graphemes: self.graphemes,
        }
    }

    /// Cuts between grapheme clusters where it can.
    ///
    /// ```
    /// use smsgw_gsm::segment::{Options, segment};
    ///
    /// // The flag, two pairs of surrogates, would begin in the first segment.
    /// let text = "я".repeat(65) + "🇫🇷" + &"я".repeat(10);
    /// let options = Options::new().with_graphemes(true);
    /// let segments = segment(&text, &options)?;
    /// assert!(segments.get(1).is_some_and(|second| second.text().starts_with("🇫🇷")));
    /// # Ok::<(), smsgw_gsm::SegmentError>(())
    /// ```
    #[cfg(feature = "graphemes")]
    #[must_use]
    pub const fn with_graphemes(mut self, graphemes: bool) -> Options<'a> {
        self.graphemes = graphemes;
        self
    }

    /// Octets of the header of a message that is one segment; 0 for none.
    pub(super) fn header_alone(&self, tables: Tables) -> usize {
        match language_octets(tables) + self.elements.len() {
            0 => 0,
            elements => 1 + elements,
        }
    }

    /// Octets of the header of each of several segments.
    pub(super) fn header_of_part(&self, tables: Tables) -> usize {
        self.reference.header_len() + language_octets(tables) + self.elements.len()
    }

    /// The elements beside the concatenation.
    pub(super) fn all_elements(&self, tables: Tables) -> Vec<u8> {
        let mut elements = Vec::with_capacity(language_octets(tables) + self.elements.len());
        if let Some(language) = tables.locking {
            elements.extend_from_slice(&[
                iei::NATIONAL_LANGUAGE_LOCKING_SHIFT,
                1,
                language.identifier(),
            ]);
        }
        if let Some(language) = tables.single {
            elements.extend_from_slice(&[
                iei::NATIONAL_LANGUAGE_SINGLE_SHIFT,
                1,
                language.identifier(),
            ]);
        }
        elements.extend_from_slice(self.elements);
        elements
    }

    /// Checks that the caller's elements can be sent.
    pub(super) fn check(&self) -> Result<(), SegmentError> {
        let mut rest = self.elements;
        let error = |field, rest: &[u8], kind| {
            let offset = self.elements.len() - rest.len();
            Err(SegmentError::Elements(DecodeError {
                kind,
                field,
                offset,
            }))
        };
        loop {
            let needed = match *rest {
                [] => return Ok(()),
                [value, ..] if WRITTEN_HERE.contains(&value) => {
                    return error("IEI", rest, DecodeErrorKind::InvalidValue { value });
                }
                [_] => 2,
                [_, length, ..] => 2 + usize::from(length),
            };
            match rest.get(needed..) {
                Some(after) => rest = after,
                None => {
                    let had = rest.len();
                    return error("IE", rest, DecodeErrorKind::BrokenElement { needed, had });
                }
            }
        }
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options::new()
    }
}

/// Octets of the elements that name the tables.
fn language_octets(tables: Tables) -> usize {
    3 * (usize::from(tables.locking.is_some()) + usize::from(tables.single.is_some()))
}

/// Elements that follow from the other options.
const WRITTEN_HERE: [u8; 4] = [
    iei::CONCATENATED_8_BIT,
    iei::CONCATENATED_16_BIT,
    iei::NATIONAL_LANGUAGE_SINGLE_SHIFT,
    iei::NATIONAL_LANGUAGE_LOCKING_SHIFT,
];
