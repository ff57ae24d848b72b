//! Segmentation: from a text to the user data of one or more short messages (3GPP TS 23.040
//! §9.2.3.24.1, limits of §9.2.3.16).
//!
//! | | alone | 8-bit reference | 16-bit reference |
//! |---|---|---|---|
//! | GSM 7-bit, septets | 160 | 153 | 152 |
//! | the same with one language element | 155 | 149 | 148 |
//! | with two | 152 | 146 | 145 |
//! | 8-bit, octets | 140 | 134 | 133 |
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
//!
//! The tables of a language keep a text 7-bit that would else be UCS-2. Each segment then says
//! which they are:
//!
//! ```
//! use smsgw_gsm::alphabet::Language;
//! use smsgw_gsm::segment::{LanguageChoice, Options, segment};
//!
//! let text = "Görüşmek üzere, çok teşekkürler! ".repeat(4);
//! assert_eq!(segment(&text, &Options::new())?.count(), 2);
//!
//! let options = Options::new().with_language(LanguageChoice::Auto);
//! let segments = segment(&text, &options)?;
//! assert_eq!(segments.count(), 1);
//! assert_eq!(segments.tables().locking, Some(Language::Turkish));
//! assert_eq!(segments.get(0).map(|segment| segment.udh()), Some(vec![3, 0x25, 1, 1]));
//! # Ok::<(), smsgw_gsm::SegmentError>(())
//! ```

mod choose;
mod cut;
mod options;
mod parts;

use alloc::vec::Vec;
use core::fmt;

use crate::alphabet::{Code, Tables};
use crate::dcs::Alphabet;
use crate::error::{EncodeError, SegmentError};
use crate::septet::{self, FillBits};
use crate::ucs2;

use choose::Plan;
pub(crate) use cut::{Whole, cut_by};

pub use choose::{Choice, LanguageChoice, choose};
pub use options::Options;
pub use parts::{Iter, Segment, Segments};

/// Octets of user data in one short message, header included.
#[doc(alias = "TP-UD")]
pub const USER_DATA_OCTETS: usize = 140;

/// Parts that one message may have.
pub const MAX_PARTS: usize = 255;

/// How the characters of a message are written: what a sender chooses.
///
/// An [`Alphabet`] is what a data coding scheme says of it. The standard has these three and no
/// others; of ways to write there may come to be more. Each turns into the other:
///
/// ```
/// use smsgw_gsm::dcs::DataCodingScheme;
/// use smsgw_gsm::segment::Encoding;
///
/// let coding = DataCodingScheme::general(Encoding::choose("10 ₽").into(), None);
/// assert_eq!(coding, DataCodingScheme::UCS2);
/// assert_eq!(Encoding::from(coding.alphabet()).capacity(0), 70);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// GSM 7-bit: the default alphabet and its extension, or the tables of a language; a unit is
    /// a septet.
    Gsm7,
    /// Octets that mean what sender and receiver agreed on; a text is written in UTF-8. A unit is
    /// an octet.
    #[doc(alias = "binary")]
    EightBit,
    /// UTF-16BE; a unit is two octets.
    Ucs2,
}

impl Encoding {
    /// The cheapest encoding without tables of a language that has every character of `text`:
    /// never 8-bit. [`choose`] knows the languages, and the price.
    ///
    /// ```
    /// use smsgw_gsm::segment::Encoding;
    ///
    /// assert_eq!(Encoding::choose("10 €"), Encoding::Gsm7);
    /// assert_eq!(Encoding::choose("10 ₽"), Encoding::Ucs2);
    /// ```
    #[must_use]
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
    /// assert_eq!(Encoding::EightBit.capacity(6), 134);
    /// assert_eq!(Encoding::Ucs2.capacity(7), 66);
    /// ```
    #[must_use]
    pub const fn capacity(self, header: usize) -> usize {
        let octets = USER_DATA_OCTETS.saturating_sub(header);
        match self {
            Encoding::Gsm7 => septet::capacity(octets, FillBits::after(header)),
            Encoding::EightBit => octets,
            Encoding::Ucs2 => octets / 2,
        }
    }

    /// `gsm7`, `8bit` or `ucs2`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 => "gsm7",
            Encoding::EightBit => "8bit",
            Encoding::Ucs2 => "ucs2",
        }
    }

    /// Octets of one unit in the unpacked form.
    const fn unit_octets(self) -> usize {
        match self {
            Encoding::Gsm7 | Encoding::EightBit => 1,
            Encoding::Ucs2 => 2,
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a data coding scheme says of it.
impl From<Encoding> for Alphabet {
    fn from(encoding: Encoding) -> Alphabet {
        match encoding {
            Encoding::Gsm7 => Alphabet::Gsm7,
            Encoding::EightBit => Alphabet::EightBit,
            Encoding::Ucs2 => Alphabet::Ucs2,
        }
    }
}

/// How to write as a data coding scheme says.
impl From<Alphabet> for Encoding {
    fn from(alphabet: Alphabet) -> Encoding {
        match alphabet {
            Alphabet::Gsm7 => Encoding::Gsm7,
            Alphabet::EightBit => Encoding::EightBit,
            Alphabet::Ucs2 => Encoding::Ucs2,
        }
    }
}

/// Encodes a text and cuts it into as many segments as it needs. An empty text is one empty
/// segment.
///
/// # Errors
/// * [`Encode`](SegmentError::Encode) when [`Encoding::Gsm7`] was asked for and no tables that
///   are allowed have all characters; it names the first that the default ones lack;
/// * [`TooManyParts`](SegmentError::TooManyParts) above [`MAX_PARTS`];
/// * [`Elements`](SegmentError::Elements) when [`Options::elements`] are not whole elements, or
///   have one that the other options stand for;
/// * [`NoRoom`](SegmentError::NoRoom) when they leave no room for a character.
pub fn segment(text: &str, options: &Options<'_>) -> Result<Segments, SegmentError> {
    let written = write(text, options)?;
    let whole = match written.encoding {
        Encoding::Gsm7 => Whole::EscapePairs,
        Encoding::EightBit => Whole::Characters,
        Encoding::Ucs2 => Whole::SurrogatePairs,
    };
    // CR and LF are the only cluster of ASCII.
    #[cfg(feature = "graphemes")]
    if options.graphemes && (!text.is_ascii() || text.contains('\r')) {
        let between = |octets: &[u8], room| cut::cut_between_clusters(whole, octets, room, text);
        return written.cut(options, whole, between);
    }
    written.cut(options, whole, |octets, room| cut::cut(whole, octets, room))
}

/// Cuts octets into as many segments as they need, 8-bit and at any place.
///
/// [`Options::encoding`], [`Options::language`] and grapheme clusters mean nothing here.
///
/// ```
/// use smsgw_gsm::segment::{Options, segment_octets};
///
/// let segments = segment_octets(&[0xFF; 141], &Options::new())?;
/// let units: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
/// assert_eq!(units, [134, 7]);
/// # Ok::<(), smsgw_gsm::SegmentError>(())
/// ```
///
/// # Errors
/// As [`segment`], but for [`Encode`](SegmentError::Encode).
pub fn segment_octets(octets: &[u8], options: &Options<'_>) -> Result<Segments, SegmentError> {
    let written = Written {
        encoding: Encoding::EightBit,
        tables: Tables::DEFAULT,
        octets: octets.to_vec(),
        forced: false,
    };
    let whole = Whole::Octets;
    written.cut(options, whole, |octets, room| cut::cut(whole, octets, room))
}

/// A text before it is cut.
struct Written {
    encoding: Encoding,
    tables: Tables,
    octets: Vec<u8>,
    /// The text did not fit into the default alphabet, and nobody had asked for UCS-2 or 8-bit.
    forced: bool,
}

/// Writes a text in the encoding that `options` say, or the cheapest that they allow.
fn write(text: &str, options: &Options<'_>) -> Result<Written, EncodeError> {
    let written = |encoding, octets| Written {
        encoding,
        tables: Tables::DEFAULT,
        octets,
        forced: false,
    };
    let default = match options.encoding {
        Some(Encoding::Ucs2) => return Ok(written(Encoding::Ucs2, ucs2::encode(text))),
        Some(Encoding::EightBit) => return Ok(written(Encoding::EightBit, text.into())),
        Some(Encoding::Gsm7) | None => Tables::DEFAULT.encode(text),
    };
    let plan = Plan::cheapest(text, options, default.as_ref().ok().map(Vec::len));
    Ok(Written {
        encoding: plan.encoding,
        tables: plan.tables,
        forced: default.is_err(),
        octets: match plan.encoding {
            Encoding::Gsm7 if plan.tables == Tables::DEFAULT => default?,
            Encoding::Gsm7 => plan.tables.encode(text)?,
            _ => ucs2::encode(text),
        },
    })
}

impl Written {
    /// Cuts what does not fit into one message, with `cut`: it takes the octets and the room for
    /// them in each segment.
    fn cut(
        self,
        options: &Options<'_>,
        whole: Whole,
        cut: impl FnOnce(&[u8], usize) -> Vec<usize>,
    ) -> Result<Segments, SegmentError> {
        options.check()?;
        let room = |header, least| match header {
            0..=USER_DATA_OCTETS => {
                let room = self.encoding.capacity(header) * self.encoding.unit_octets();
                (room >= least).then_some(room)
            }
            _ => None,
        };
        let no_room = |header| SegmentError::NoRoom { header };
        let header = options.header_alone(self.tables);
        let alone = room(header, 0).ok_or(no_room(header))?;
        let ends = if self.octets.len() <= alone {
            Vec::from([self.octets.len()])
        } else {
            let header = options.header_of_part(self.tables);
            let room = room(header, whole.longest()).ok_or(no_room(header))?;
            cut(&self.octets, room)
        };
        let total = u8::try_from(ends.len()).map_err(|_| SegmentError::TooManyParts {
            needed: ends.len(),
            max: MAX_PARTS,
        })?;
        Ok(Segments {
            encoding: self.encoding,
            tables: self.tables,
            reference: options.reference,
            elements: options.all_elements(self.tables),
            octets: self.octets,
            ends,
            total,
            forced: self.forced,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::udh::Reference;

    fn units(text: &str, reference: Reference) -> Vec<usize> {
        let options = Options::new().with_reference(reference);
        let segments = segment(text, &options).unwrap();
        segments.iter().map(|segment| segment.units()).collect()
    }

    #[test]
    fn alphabets_are_encodings() {
        for alphabet in [Alphabet::Gsm7, Alphabet::EightBit, Alphabet::Ucs2] {
            let encoding = Encoding::from(alphabet);
            assert_eq!(Alphabet::from(encoding), alphabet);
            assert_eq!(encoding.name(), alphabet.name());
        }
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
