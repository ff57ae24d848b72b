//! Cell broadcast (3GPP TS 23.041 §9.4.1.2): pages of 88 octets that a network sends to all
//! phones in a cell.
//!
//! A message is up to 15 pages. Each has room for 93 septets or 82 octets, whatever the text
//! needs; the rest is filled with CR. In AT PDU mode a modem hands a page out in `+CBM`.
//!
//! ```
//! use smsgw_gsm::cbs::{Broadcast, BroadcastLanguage, CbsDataCodingScheme, Page, SerialNumber, join};
//!
//! let broadcast = Broadcast {
//!     serial: SerialNumber(0x4010),
//!     message_id: 4370,
//!     data_coding: CbsDataCodingScheme::in_language(BroadcastLanguage::English),
//!     language: None,
//! };
//! let pages = broadcast.pages(&"Take shelter. ".repeat(10))?;
//! let sent: Vec<Vec<u8>> = pages.iter().map(|page| page.to_vec()).collect();
//! assert_eq!(sent.len(), 2);
//!
//! // What a phone does with them, in any order.
//! let received = [Page::decode(&sent[1])?, Page::decode(&sent[0])?];
//! let joined = join(received);
//! assert!(joined[0].is_complete());
//! assert_eq!(joined[0].text(), Some("Take shelter. ".repeat(10)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod dcs;
mod join;
mod serial;
mod split;

use alloc::string::String;
use alloc::vec::Vec;

use crate::alphabet::Tables;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Decoded, Quirks, Tolerance, Tolerated};
use crate::reassemble::{Position, Tie};
use crate::septet::{FillBits, capacity, unpack};
use crate::ucs2;
use crate::udh::{Reference, UserDataHeader};
use crate::wire::Reader;

pub use dcs::{Alphabet, BroadcastLanguage, CbsDataCodingScheme, LanguageCode, MessageClass};
pub use join::{Joined, join};
pub use serial::{GeographicalScope, PageParameter, SerialNumber};
pub use split::{Broadcast, BroadcastError, Pages, PagesIter};

/// Octets of a page.
pub const PAGE_OCTETS: usize = 88;
/// Octets of a page's content.
pub const CONTENT_OCTETS: usize = 82;
/// Most pages of a message.
pub const MAX_PAGES: usize = 15;

/// Fills what the text leaves of a page; the same in GSM 7-bit and UCS-2.
const CR: u8 = 0x0D;

/// One page, as 88 octets carry it.
///
/// ```
/// use smsgw_gsm::cbs::{Alphabet, Page};
///
/// let mut octets = vec![0x00, 0x10, 0x00, 0x32, 0x0F, 0x11, 0x61, 0x77, 0xBE, 0xD1];
/// octets.extend([0x68, 0x34, 0x1A, 0x8D, 0x46, 0xA3, 0xD1].repeat(12)); // CR, again and again
/// octets.truncate(88);
/// let page = Page::decode(&octets)?;
/// assert_eq!((page.serial.message_code(), page.message_id), (1, 50));
/// assert_eq!(page.data_coding.alphabet(), Alphabet::Gsm7);
/// assert_eq!(page.text().as_deref(), Some("any"));
/// assert_eq!(page.to_vec(), octets);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("CBM", "CBS", "SMSCB"))]
pub struct Page<'a> {
    /// Which message of its source and type.
    pub serial: SerialNumber,
    /// The source and type of the message: what phones choose by (§9.4.1.2.2). 4352 and up
    /// are warnings.
    pub message_id: u16,
    /// How the content is written.
    pub data_coding: CbsDataCodingScheme,
    /// Which page of how many.
    pub page: PageParameter,
    /// The content, filled up.
    pub content: &'a [u8; CONTENT_OCTETS],
}

/// The standard's names of the fields.
const SERIAL_NUMBER: &str = "Serial Number";
const MESSAGE_IDENTIFIER: &str = "Message Identifier";
const DATA_CODING_SCHEME: &str = "Data Coding Scheme";
const PAGE_PARAMETER: &str = "Page Parameter";
const CONTENT_OF_MESSAGE: &str = "Content of Message";

impl<'a> Page<'a> {
    /// Reads a page leniently.
    ///
    /// # Errors
    /// [`Truncated`](DecodeErrorKind::Truncated) below 88 octets, or when a user data header is
    /// longer than the content; [`BrokenElement`](DecodeErrorKind::BrokenElement) when its
    /// elements do not fill it.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_with(octets, &Quirks::LENIENT).map(|decoded| decoded.pdu)
    }

    /// Reads a page and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and what `quirks` do not let through: octets after the page
    /// ([`TrailingOctets`](DecodeErrorKind::TrailingOctets)); a page number above the total and
    /// a missing language code ([`InvalidValue`](DecodeErrorKind::InvalidValue)).
    pub fn decode_with(octets: &'a [u8], quirks: &Quirks) -> Result<Decoded<Self>, DecodeError> {
        let mut tolerated = Tolerated::default();
        let mut reader = Reader::new(octets, 0);
        let serial = SerialNumber(u16::from_be_bytes(reader.array(SERIAL_NUMBER)?));
        let message_id = u16::from_be_bytes(reader.array(MESSAGE_IDENTIFIER)?);
        let data_coding = CbsDataCodingScheme::from_octet(reader.octet(DATA_CODING_SCHEME)?);
        let page = PageParameter(reader.octet(PAGE_PARAMETER)?);
        let start = reader.offset();
        let content = reader.take(CONTENT_OCTETS, CONTENT_OF_MESSAGE)?;
        let content = content.try_into().map_err(|_| DecodeError {
            kind: DecodeErrorKind::Truncated {
                needed: CONTENT_OCTETS,
                had: content.len(),
            },
            field: CONTENT_OF_MESSAGE,
            offset: start,
        })?;
        let pdu = Self {
            serial,
            message_id,
            data_coding,
            page,
            content,
        };
        if data_coding.has_header() {
            let at = |error: DecodeError| DecodeError {
                offset: error.offset + start,
                ..error
            };
            let (header, _) = UserDataHeader::split(content).map_err(at)?;
            header.check().map_err(at)?;
        }
        let mut odd = |wrong: bool, value, field, offset| {
            if wrong && !quirks.odd_values {
                let kind = DecodeErrorKind::InvalidValue { value };
                return Err(DecodeError {
                    kind,
                    field,
                    offset,
                });
            }
            if wrong {
                tolerated.push(Tolerance::OddValue, field, offset);
            }
            Ok(())
        };
        odd(page.is_beyond(), page.0, PAGE_PARAMETER, start - 1)?;
        let [first, ..] = content;
        let anonymous = data_coding.has_language_code() && pdu.language_code().is_none();
        odd(anonymous, *first, CONTENT_OF_MESSAGE, start)?;
        let had = reader.rest().len();
        if had > 0 && !quirks.trailing_octets {
            let kind = DecodeErrorKind::TrailingOctets { had };
            return Err(reader.error(kind, CONTENT_OF_MESSAGE));
        }
        if had > 0 {
            let offset = reader.offset();
            tolerated.push(Tolerance::TrailingOctets, CONTENT_OF_MESSAGE, offset);
        }
        Ok(Decoded { pdu, tolerated })
    }

    /// Appends the page's 88 octets.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.serial.0.to_be_bytes());
        out.extend_from_slice(&self.message_id.to_be_bytes());
        out.extend_from_slice(&[self.data_coding.octet(), self.page.0]);
        out.extend_from_slice(self.content);
    }

    /// The page's 88 octets.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(PAGE_OCTETS);
        self.write(&mut octets);
        octets
    }

    /// The user data header, if the data coding says that there is one.
    #[must_use]
    pub fn header(&self) -> Option<UserDataHeader<'a>> {
        let header = self.data_coding.has_header();
        header
            .then(|| UserDataHeader::split(self.content).ok())?
            .map(|(header, _)| header)
    }

    /// The language: as the data coding says, or as the text does that starts with a code.
    /// `None` when neither does.
    #[must_use]
    pub fn language(&self) -> Option<LanguageCode> {
        let said = self.data_coding.language().map(BroadcastLanguage::code);
        said.or_else(|| self.language_code())
    }

    /// The text without language code and filling; `None` for 8-bit data and compressed text.
    ///
    /// Trailing CRs are filling. An escape and a surrogate whose other half is on the next page
    /// are lost: [`join`] reads the text of all pages at once.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        if self.data_coding.is_compressed() {
            return None;
        }
        match self.data_coding.alphabet() {
            Alphabet::Gsm7 => Some(self.tables().decode(&self.text_septets())),
            Alphabet::Ucs2 => Some(ucs2::decode(self.text_octets())),
            Alphabet::EightBit => None,
        }
    }

    /// How many septets the content has room for after a user data header, filling and language
    /// code included: 93 without a header. `None` unless the alphabet is GSM 7-bit and the text
    /// is not compressed.
    #[must_use]
    pub fn septets(&self) -> Option<usize> {
        let packed = !self.data_coding.is_compressed();
        let gsm7 = packed && self.data_coding.alphabet() == Alphabet::Gsm7;
        gsm7.then(|| capacity(self.payload().len(), self.fill_bits()))
    }

    /// The content after a user data header: what 8-bit data is.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        match self.header() {
            Some(header) => self
                .content
                .get(header.octets().len()..)
                .unwrap_or_default(),
            None => self.content,
        }
    }

    /// Which page this is, 1 to [`total`](Self::total).
    #[must_use]
    pub const fn number(&self) -> u8 {
        self.page.number()
    }

    /// How many pages the message has, 1 to 15.
    #[must_use]
    pub const fn total(&self) -> u8 {
        self.page.total()
    }

    /// What a [`Reassembler`](crate::reassemble::Reassembler) needs to know; its key must have
    /// the message identifier.
    #[must_use]
    pub const fn position(&self) -> Position {
        Position {
            tie: Tie::Udh(Reference::Sixteen(self.serial.0)),
            total: self.total(),
            number: self.number(),
        }
    }

    fn fill_bits(&self) -> FillBits {
        self.header()
            .map_or(FillBits::NONE, |header| header.fill_bits())
    }

    fn tables(&self) -> Tables {
        self.header()
            .map_or(Tables::DEFAULT, |header| header.tables())
    }

    /// The code that the text starts with, if the data coding says so and it is two letters.
    fn language_code(&self) -> Option<LanguageCode> {
        match self.data_coding {
            CbsDataCodingScheme::GSM7_WITH_LANGUAGE => {
                match unpack(self.content, 3, FillBits::NONE).first_chunk() {
                    Some(&[first, second, CR]) => LanguageCode::from_octets([first, second]),
                    _ => None,
                }
            }
            CbsDataCodingScheme::UCS2_WITH_LANGUAGE => {
                let [first, second, ..] = *self.content;
                let septets = unpack(&[first, second], 2, FillBits::NONE);
                let code = septets.first_chunk().copied()?;
                // Two bits are left over; UCS-2 without a code often has them set.
                (second & 0b1100_0000 == 0)
                    .then(|| LanguageCode::from_octets(code))
                    .flatten()
            }
            _ => None,
        }
    }

    /// The septets of the text, unpacked, without language code and filling.
    fn text_septets(&self) -> Vec<u8> {
        let mut septets = unpack(self.payload(), usize::MAX, self.fill_bits());
        let filling = septets.iter().rev().take_while(|septet| **septet == CR);
        septets.truncate(septets.len() - filling.count());
        if self.language_code().is_some() {
            septets.drain(..septets.len().min(3));
        }
        septets
    }

    /// The whole units of a UCS-2 text, without language code and filling.
    fn text_octets(&self) -> &'a [u8] {
        let code = if self.language_code().is_some() { 2 } else { 0 };
        let octets = self.payload().get(code..).unwrap_or_default();
        let (units, _) = octets.as_chunks::<2>();
        let filling = units.iter().rev().take_while(|unit| **unit == [0, CR]);
        let len = 2 * (units.len() - filling.count());
        octets.get(..len).unwrap_or_default()
    }
}
