//! [`Broadcast`]: from a text to pages.

use alloc::vec::Vec;
use core::error::Error;
use core::fmt;
use core::iter::FusedIterator;

use super::{
    BroadcastLanguage, CONTENT_OCTETS, CR, CbsDataCodingScheme, LanguageCode, MAX_PAGES, Page,
    PageParameter, SerialNumber,
};
use crate::alphabet;
use crate::dcs::Alphabet;
use crate::error::EncodeError;
use crate::segment::{Whole, cut_by};
use crate::septet::{FillBits, pack};
use crate::ucs2;

/// Septets of a page.
const SEPTETS: usize = 93;
/// How many octets of a page count, when all do.
const FULL: u8 = 82;

/// What the pages of a message have in common.
///
/// ```
/// use smsgw_gsm::cbs::{Broadcast, CbsDataCodingScheme, LanguageCode, SerialNumber};
///
/// let (data_coding, language) = Broadcast::coding("Тревога", LanguageCode::new("ru"));
/// assert_eq!(data_coding, CbsDataCodingScheme::UCS2_WITH_LANGUAGE);
/// let broadcast = Broadcast { serial: SerialNumber(0), message_id: 50, data_coding, language };
/// let pages = broadcast.pages("Тревога")?;
/// let page = pages.iter().next().ok_or("there is one")?;
/// assert_eq!(page.language(), LanguageCode::new("ru"));
/// assert_eq!(page.text().as_deref(), Some("Тревога"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Broadcast {
    /// Which message of its source and type.
    pub serial: SerialNumber,
    /// Its source and type.
    pub message_id: u16,
    /// How it is written.
    pub data_coding: CbsDataCodingScheme,
    /// The code that each page starts with: needed where the data coding says so, unused
    /// elsewhere.
    pub language: Option<LanguageCode>,
}

/// A message that cannot be broadcast as asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BroadcastError {
    /// A character that GSM 7-bit does not have.
    Encode(EncodeError),
    /// The data coding is not one of uncompressed text, or not one of 8-bit data, or has a user
    /// data header.
    OtherCoding(CbsDataCodingScheme),
    /// The data coding announces a language code and there is none.
    NoLanguage,
    /// The message needs more pages than can be numbered.
    TooManyPages {
        /// Pages it needs.
        needed: usize,
        /// Pages a message may have: 15.
        max: usize,
    },
    /// A page would end with a CR of the text, which readers take for filling: the text ends with
    /// one, or has more of them in a row than a page has room for.
    TrailingReturn {
        /// Which page, counted from 1.
        page: usize,
    },
}

impl Broadcast {
    /// The data coding for a text: GSM 7-bit if that has every character, else UCS-2, with the
    /// language in the one or other way; and the code to start the text with, if that is the
    /// way.
    #[must_use]
    pub fn coding(
        text: &str,
        language: Option<LanguageCode>,
    ) -> (CbsDataCodingScheme, Option<LanguageCode>) {
        let gsm7 = alphabet::encode_unpacked(text).is_ok();
        let in_language = language.and_then(BroadcastLanguage::from_code);
        match (gsm7, language, in_language) {
            (true, None, _) => (CbsDataCodingScheme::UNSPECIFIED, None),
            (true, _, Some(language)) => (CbsDataCodingScheme::in_language(language), None),
            (true, _, None) => (CbsDataCodingScheme::GSM7_WITH_LANGUAGE, language),
            (false, Some(_), _) => (CbsDataCodingScheme::UCS2_WITH_LANGUAGE, language),
            (false, None, _) => {
                let ucs2 = CbsDataCodingScheme::general(Alphabet::Ucs2, None);
                (ucs2, None)
            }
        }
    }

    /// The pages of a text, filled with CR. An escape or surrogate pair is never torn. As readers
    /// take CRs at the end of a page for filling, a page ends before CRs of the text and the next
    /// one starts with them.
    ///
    /// # Errors
    /// See [`BroadcastError`].
    pub fn pages(&self, text: &str) -> Result<Pages, BroadcastError> {
        let coding = self.data_coding;
        if coding.is_compressed() || coding.has_header() {
            return Err(BroadcastError::OtherCoding(coding));
        }
        let code = match (coding.has_language_code(), self.language) {
            (false, _) => None,
            (true, None) => return Err(BroadcastError::NoLanguage),
            (true, code) => code,
        };
        let contents = match coding.alphabet() {
            Alphabet::EightBit => return Err(BroadcastError::OtherCoding(coding)),
            Alphabet::Gsm7 => gsm7_contents(text, code)?,
            Alphabet::Ucs2 => ucs2_contents(text, code)?,
        };
        self.of(contents)
    }

    /// The pages of 8-bit data. The last is filled with CR, as nothing says where data ends.
    ///
    /// # Errors
    /// See [`BroadcastError`].
    pub fn data_pages(&self, data: &[u8]) -> Result<Pages, BroadcastError> {
        let coding = self.data_coding;
        if coding.alphabet() != Alphabet::EightBit || coding.has_header() {
            return Err(BroadcastError::OtherCoding(coding));
        }
        let mut contents: Vec<_> = data.chunks(CONTENT_OCTETS).map(filled).collect();
        if contents.is_empty() {
            contents.push(filled(&[]));
        }
        self.of(contents)
    }

    fn of(&self, contents: Vec<[u8; CONTENT_OCTETS]>) -> Result<Pages, BroadcastError> {
        let too_many = BroadcastError::TooManyPages {
            needed: contents.len(),
            max: MAX_PAGES,
        };
        let total = u8::try_from(contents.len()).map_err(|_| too_many)?;
        if contents.len() > MAX_PAGES {
            return Err(too_many);
        }
        Ok(Pages {
            broadcast: *self,
            contents,
            total,
        })
    }
}

/// Octets, filled up with CR.
fn filled(octets: &[u8]) -> [u8; CONTENT_OCTETS] {
    let mut content = [CR; CONTENT_OCTETS];
    for (to, from) in content.iter_mut().zip(octets) {
        *to = *from;
    }
    content
}

fn gsm7_contents(
    text: &str,
    code: Option<LanguageCode>,
) -> Result<Vec<[u8; CONTENT_OCTETS]>, BroadcastError> {
    let septets = alphabet::encode_unpacked(text).map_err(BroadcastError::Encode)?;
    let code = code.map(|code| {
        let [first, second] = code.octets();
        [first, second, CR]
    });
    let code = code.as_ref().map_or(&[][..], |code| code);
    let room = SEPTETS - code.len();
    let pages = cut(Whole::EscapePairs, &septets, room, &[CR])?;
    let contents = pages.into_iter().map(|page| {
        let mut septets = [code, page].concat();
        septets.resize(SEPTETS, CR);
        filled(&pack(&septets, FillBits::NONE))
    });
    Ok(contents.collect())
}

fn ucs2_contents(
    text: &str,
    code: Option<LanguageCode>,
) -> Result<Vec<[u8; CONTENT_OCTETS]>, BroadcastError> {
    let octets = ucs2::encode(text);
    let code = code.map(|code| pack(&code.octets(), FillBits::NONE));
    let code = code.as_deref().unwrap_or_default();
    let room = CONTENT_OCTETS - code.len();
    let pages = cut(Whole::SurrogatePairs, &octets, room, &[0, CR])?;
    let contents = pages.into_iter().map(|page| {
        let mut content = [code, page].concat();
        while content.len() < CONTENT_OCTETS {
            content.extend_from_slice(&[0, CR]);
        }
        filled(&content)
    });
    Ok(contents.collect())
}

/// Cuts a text into pages of at most `room` octets, none of which ends with a `filler`.
fn cut<'a>(
    whole: Whole,
    octets: &'a [u8],
    room: usize,
    filler: &[u8],
) -> Result<Vec<&'a [u8]>, BroadcastError> {
    let ends = cut_by(octets, room, |rest| {
        let end = whole.before(rest, room);
        let units = rest.get(..end).unwrap_or(rest).chunks(filler.len());
        let fillers = units.rev().take_while(|unit| *unit == filler).count();
        match end - fillers * filler.len() {
            // Nothing but fillers: refused below.
            0 => end,
            solid => solid,
        }
    });
    let mut start = 0;
    let pages = ends.into_iter().zip(1..).map(|(end, number)| {
        let page = octets.get(start..end).unwrap_or_default();
        start = end;
        if page.ends_with(filler) {
            return Err(BroadcastError::TrailingReturn { page: number });
        }
        Ok(page)
    });
    pages.collect()
}

/// The pages of a message, made by [`Broadcast::pages`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pages {
    broadcast: Broadcast,
    contents: Vec<[u8; CONTENT_OCTETS]>,
    /// The length of `contents`.
    total: u8,
}

impl Pages {
    /// How many there are, 1 to 15.
    #[must_use]
    pub fn count(&self) -> usize {
        self.contents.len()
    }

    /// The page at `index`, counted from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Page<'_>> {
        let content = self.contents.get(index)?;
        let number = u8::try_from(index + 1).ok()?;
        let Broadcast {
            serial,
            message_id,
            data_coding,
            ..
        } = self.broadcast;
        let page = PageParameter::new(number, self.total)?;
        // Without a user data header, or there were no pages: always a page.
        Page::new(serial, message_id, data_coding, page, content).ok()
    }

    /// The message as UMTS sends it: see [`UmtsMessage`](super::UmtsMessage). All octets of all
    /// pages count.
    #[must_use]
    pub fn to_umts(&self) -> Vec<u8> {
        let broadcast = &self.broadcast;
        let mut octets = Vec::from([1]);
        octets.extend_from_slice(&broadcast.message_id.to_be_bytes());
        octets.extend_from_slice(&broadcast.serial.0.to_be_bytes());
        octets.extend_from_slice(&[broadcast.data_coding.0, self.total]);
        for content in &self.contents {
            octets.extend_from_slice(content);
            octets.push(FULL);
        }
        octets
    }

    /// The pages in order.
    #[must_use]
    pub const fn iter(&self) -> PagesIter<'_> {
        PagesIter {
            pages: self,
            next: 0,
        }
    }
}

impl<'a> IntoIterator for &'a Pages {
    type Item = Page<'a>;
    type IntoIter = PagesIter<'a>;

    fn into_iter(self) -> PagesIter<'a> {
        self.iter()
    }
}

/// The pages of a [`Pages`], in order.
#[derive(Debug, Clone)]
pub struct PagesIter<'a> {
    pages: &'a Pages,
    next: usize,
}

impl<'a> Iterator for PagesIter<'a> {
    type Item = Page<'a>;

    fn next(&mut self) -> Option<Page<'a>> {
        let page = self.pages.get(self.next)?;
        self.next += 1;
        Some(page)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.pages.count() - self.next;
        (left, Some(left))
    }
}

impl ExactSizeIterator for PagesIter<'_> {}
impl FusedIterator for PagesIter<'_> {}

impl fmt::Display for BroadcastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BroadcastError::Encode(error) => error.fmt(f),
            BroadcastError::OtherCoding(coding) => {
                write!(f, "data coding {coding} is not for this")
            }
            BroadcastError::NoLanguage => f.write_str("data coding asks for a language code"),
            BroadcastError::TooManyPages { needed, max } => {
                write!(f, "message needs {needed} pages, it may have at most {max}")
            }
            BroadcastError::TrailingReturn { page } => {
                write!(f, "page {page} ends with a CR, which reads as filling")
            }
        }
    }
}

// `Encode` prints the inner error as its own message, so it is not also the source.
impl Error for BroadcastError {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    fn cut_text(text: &str, room: usize) -> Result<Vec<String>, usize> {
        let text = text.replace('\\', "\x1B");
        match cut(Whole::EscapePairs, text.as_bytes(), room, b".") {
            Ok(pages) => Ok(pages
                .into_iter()
                .map(|page| str::from_utf8(page).unwrap().replace('\x1B', "\\"))
                .collect()),
            Err(BroadcastError::TrailingReturn { page }) => Err(page),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn pages_end_where_they_may() {
        let pages = |text, pages: &[&str]| {
            let pages = pages.iter().map(ToString::to_string).collect();
            assert_eq!(cut_text(text, 4), Ok(pages));
        };
        pages("", &[""]);
        pages("abcd", &["abcd"]);
        pages("abcde", &["abcd", "e"]);
        pages("abc\\de", &["abc", "\\de"]);
        pages("ab..de", &["ab", "..de"]);
        pages("ab.\\de", &["ab", ".\\de"]);
        pages("...a", &["...a"]);
    }

    #[test]
    fn pages_do_not_end_with_filling() {
        assert_eq!(cut_text("abc.", 4), Err(1));
        assert_eq!(cut_text("....a", 4), Err(1));
        assert_eq!(cut_text("abc.....a", 4), Err(2));
    }

    #[test]
    fn codings_for_texts() {
        let coding = |text, language| {
            let (coding, code) = Broadcast::coding(text, LanguageCode::new(language));
            (coding.0, code.is_some())
        };
        assert_eq!(coding("Alert", ""), (0x0F, false));
        assert_eq!(coding("Alert", "en"), (0x01, false));
        assert_eq!(coding("Alert", "cy"), (0x10, true));
        assert_eq!(coding("Тревога", ""), (0x48, false));
        assert_eq!(coding("Тревога", "uk"), (0x11, true));
    }
}
