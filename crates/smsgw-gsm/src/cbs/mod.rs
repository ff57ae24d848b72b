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

mod content;
mod dcs;
mod join;
mod serial;
mod split;
mod umts;

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Decoded, Faults, Quirks, Tolerance};
use crate::reassemble::{Position, Tie};
use crate::udh::{Reference, UserDataHeader};
use crate::wire::{Reader, trailing};

use content::Content;

pub use dcs::{BroadcastLanguage, CbsDataCodingScheme, CbsGroup, LanguageCode};
pub use join::{Joined, join};
pub use serial::{GeographicalScope, PageParameter, SerialNumber};
pub use split::{Broadcast, BroadcastError, Pages, PagesIter};
pub use umts::UmtsMessage;

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
/// use smsgw_gsm::cbs::Page;
/// use smsgw_gsm::dcs::Alphabet;
///
/// let mut octets = vec![0x00, 0x10, 0x00, 0x32, 0x0F, 0x11, 0x61, 0x77, 0xBE, 0xD1];
/// octets.extend([0x68, 0x34, 0x1A, 0x8D, 0x46, 0xA3, 0xD1].repeat(12)); // CR, again and again
/// octets.truncate(88);
/// let page = Page::decode(&octets)?;
/// assert_eq!((page.serial().message_code(), page.message_id()), (1, 50));
/// assert_eq!(page.data_coding().alphabet(), Alphabet::Gsm7);
/// assert_eq!(page.text().as_deref(), Some("any"));
/// assert_eq!(page.to_vec(), octets);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("CBM", "CBS", "SMSCB"))]
pub struct Page<'a> {
    serial: SerialNumber,
    message_id: u16,
    data_coding: CbsDataCodingScheme,
    page: PageParameter,
    content: &'a [u8; CONTENT_OCTETS],
}

/// The standard's names of the fields.
const SERIAL_NUMBER: &str = "Serial Number";
const MESSAGE_IDENTIFIER: &str = "Message Identifier";
const DATA_CODING_SCHEME: &str = "Data Coding Scheme";
const PAGE_PARAMETER: &str = "Page Parameter";
const CONTENT_OF_MESSAGE: &str = "Content of Message";

impl<'a> Page<'a> {
    /// A page of these fields; [`Broadcast`] makes them from a text. What the standard wants of
    /// the page parameter and of the language code in the content is not looked at.
    ///
    /// ```
    /// use smsgw_gsm::cbs::{CbsDataCodingScheme, Page, PageParameter, SerialNumber};
    ///
    /// let (serial, page) = (SerialNumber(0x4010), PageParameter(0x11));
    /// // User data header, GSM 7-bit; and a header of 255 octets.
    /// let refused = Page::new(serial, 50, CbsDataCodingScheme(0x90), page, &[0xFF; 82]);
    /// assert_eq!(refused.unwrap_err().field, "UDHL");
    /// ```
    ///
    /// # Errors
    /// When the data coding says that the content starts with a user data header:
    /// [`Truncated`](DecodeErrorKind::Truncated) when that is longer than the content,
    /// [`BrokenElement`](DecodeErrorKind::BrokenElement) when its elements do not fill it. The
    /// offset is that in the page.
    pub fn new(
        serial: SerialNumber,
        message_id: u16,
        data_coding: CbsDataCodingScheme,
        page: PageParameter,
        content: &'a [u8; CONTENT_OCTETS],
    ) -> Result<Self, DecodeError> {
        if data_coding.has_header() {
            let at = |error: DecodeError| DecodeError {
                offset: error.offset + PAGE_OCTETS - CONTENT_OCTETS,
                ..error
            };
            let (header, _) = UserDataHeader::split(content).map_err(at)?;
            header.check().map_err(at)?;
        }
        Ok(Self {
            serial,
            message_id,
            data_coding,
            page,
            content,
        })
    }

    /// Reads a page leniently.
    ///
    /// # Errors
    /// [`Truncated`](DecodeErrorKind::Truncated) below 88 octets, or when a user data header is
    /// longer than the content; [`BrokenElement`](DecodeErrorKind::BrokenElement) when its
    /// elements do not fill it; [`TrailingOctets`](DecodeErrorKind::TrailingOctets) after the
    /// page, unless they are FF.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_with(octets, &Quirks::LENIENT).map(|decoded| decoded.pdu)
    }

    /// Reads a page and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and what `quirks` do not let through: padding after the page
    /// ([`TrailingOctets`](DecodeErrorKind::TrailingOctets)); a page number above the total and
    /// a missing language code ([`InvalidValue`](DecodeErrorKind::InvalidValue)).
    pub fn decode_with(octets: &'a [u8], quirks: &Quirks) -> Result<Decoded<Self>, DecodeError> {
        let mut faults = Faults::new(quirks);
        let mut reader = Reader::new(octets, 0);
        let serial = SerialNumber(u16::from_be_bytes(reader.array(SERIAL_NUMBER)?));
        let message_id = u16::from_be_bytes(reader.array(MESSAGE_IDENTIFIER)?);
        let data_coding = CbsDataCodingScheme(reader.octet(DATA_CODING_SCHEME)?);
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
        let pdu = Self::new(serial, message_id, data_coding, page, content)?;
        let mut odd = |value, field, offset| {
            let kind = DecodeErrorKind::InvalidValue { value };
            let error = DecodeError {
                kind,
                field,
                offset,
            };
            faults.meet(Tolerance::OddValue, error)
        };
        if page.is_beyond() {
            odd(page.0, PAGE_PARAMETER, start - 1)?;
        }
        if data_coding.has_language_code() && pdu.coded().language_code().is_none() {
            let [first, ..] = content;
            odd(*first, CONTENT_OF_MESSAGE, start)?;
        }
        trailing(&mut reader, &mut faults)?;
        Ok(Decoded {
            pdu,
            tolerated: faults.tolerated,
        })
    }

    /// Appends the page's 88 octets.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.serial.0.to_be_bytes());
        out.extend_from_slice(&self.message_id.to_be_bytes());
        out.extend_from_slice(&[self.data_coding.0, self.page.0]);
        out.extend_from_slice(self.content);
    }

    /// The page's 88 octets.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = Vec::with_capacity(PAGE_OCTETS);
        self.write(&mut octets);
        octets
    }

    /// Which message of its source and type.
    #[must_use]
    pub const fn serial(&self) -> SerialNumber {
        self.serial
    }

    /// The source and type of the message: what phones choose by (§9.4.1.2.2). 4352 to 6399 are
    /// for warnings to the public.
    #[must_use]
    pub const fn message_id(&self) -> u16 {
        self.message_id
    }

    /// How the content is written.
    #[must_use]
    pub const fn data_coding(&self) -> CbsDataCodingScheme {
        self.data_coding
    }

    /// Which page of how many, as it arrived.
    #[must_use]
    pub const fn page_parameter(&self) -> PageParameter {
        self.page
    }

    /// The content as it arrived: header, language code and filling included.
    #[must_use]
    pub const fn content(&self) -> &'a [u8; CONTENT_OCTETS] {
        self.content
    }

    /// The user data header, if the data coding says that there is one.
    #[must_use]
    pub fn header(&self) -> Option<UserDataHeader<'a>> {
        self.coded().header()
    }

    /// The language: as the data coding says, or as the text does that starts with a code.
    /// `None` when neither does.
    #[must_use]
    pub fn language(&self) -> Option<LanguageCode> {
        self.coded().language()
    }

    /// The text without language code and filling; `None` for 8-bit data and compressed text.
    ///
    /// Trailing CRs are filling. An escape and a surrogate whose other half is on the next page
    /// are lost: [`join`] reads the text of all pages at once.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let page = (self.number(), self.coded());
        content::text(self.data_coding, core::iter::once(page))
    }

    /// How many septets the content has room for after a user data header, filling and language
    /// code included: 93 without a header. `None` unless the alphabet is GSM 7-bit and the text
    /// is not compressed.
    #[must_use]
    pub fn septets(&self) -> Option<usize> {
        self.coded().septets()
    }

    /// The content after a user data header: what 8-bit data is.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.coded().payload()
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

    fn coded(&self) -> Content<'a> {
        Content {
            data_coding: self.data_coding,
            octets: self.content,
        }
    }
}
