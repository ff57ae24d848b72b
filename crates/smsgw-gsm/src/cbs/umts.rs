//! [`UmtsMessage`]: all pages of a message at once (3GPP TS 23.041 §9.4.2.2).

use alloc::string::String;
use alloc::vec::Vec;

use super::content::{Content, text};
use super::{
    CONTENT_OCTETS, CbsDataCodingScheme, DATA_CODING_SCHEME, LanguageCode, MAX_PAGES,
    MESSAGE_IDENTIFIER, SERIAL_NUMBER, SerialNumber,
};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Decoded, Faults, Quirks, Tolerance};
use crate::wire::{Reader, trailing};

/// The message type of a message, other than that of a schedule.
const CBS_MESSAGE: u8 = 1;

/// Octets of a page with the length octet after it.
const UMTS_PAGE: usize = CONTENT_OCTETS + 1;

const MESSAGE_TYPE: &str = "Message Type";
const NUMBER_OF_PAGES: &str = "Number-of-Pages";
const INFORMATION_PAGE: &str = "CBS-Message-Information-Page";
const INFORMATION_LENGTH: &str = "CBS-Message-Information-Length";

/// A cell broadcast message as UMTS sends it: its pages one after the other, each with how many
/// of its 82 octets count.
///
/// ```
/// use smsgw_gsm::cbs::{Broadcast, BroadcastLanguage, CbsDataCodingScheme, SerialNumber, UmtsMessage};
///
/// let broadcast = Broadcast {
///     serial: SerialNumber(0x4010),
///     message_id: 4370,
///     data_coding: CbsDataCodingScheme::in_language(BroadcastLanguage::English),
///     language: None,
/// };
/// let octets = broadcast.pages(&"Take shelter. ".repeat(10))?.to_umts();
/// assert_eq!(octets.len(), 7 + 2 * 83);
/// let message = UmtsMessage::decode(&octets)?;
/// assert_eq!(message.message_id, 4370);
/// assert_eq!(message.text(), Some("Take shelter. ".repeat(10)));
/// assert_eq!(message.to_vec(), octets);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UmtsMessage<'a> {
    /// Its source and type.
    pub message_id: u16,
    /// Which message of its source and type.
    pub serial: SerialNumber,
    /// How the pages are written.
    pub data_coding: CbsDataCodingScheme,
    /// The pages, 15 at most.
    pages: &'a [[u8; UMTS_PAGE]],
}

impl<'a> UmtsMessage<'a> {
    /// Reads a message leniently.
    ///
    /// # Errors
    /// [`Truncated`](DecodeErrorKind::Truncated) when a field or a page is missing or short;
    /// [`OtherKind`](DecodeErrorKind::OtherKind) when the message type is not 1;
    /// [`TooLong`](DecodeErrorKind::TooLong) above 15 pages, and when a page has more octets
    /// that count than octets; [`TrailingOctets`](DecodeErrorKind::TrailingOctets) after the last
    /// page, unless they are FF.
    pub fn decode(octets: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_with(octets, &Quirks::LENIENT).map(|decoded| decoded.pdu)
    }

    /// Reads a message and says what was let through.
    ///
    /// # Errors
    /// As [`Self::decode`], and for a message of no pages and for padding after the last page unless
    /// `quirks` let it through.
    pub fn decode_with(octets: &'a [u8], quirks: &Quirks) -> Result<Decoded<Self>, DecodeError> {
        let mut faults = Faults::new(quirks);
        let mut reader = Reader::new(octets, 0);
        if reader.octet(MESSAGE_TYPE)? != CBS_MESSAGE {
            return Err(DecodeError {
                kind: DecodeErrorKind::OtherKind,
                field: MESSAGE_TYPE,
                offset: 0,
            });
        }
        let message_id = u16::from_be_bytes(reader.array(MESSAGE_IDENTIFIER)?);
        let serial = SerialNumber(u16::from_be_bytes(reader.array(SERIAL_NUMBER)?));
        let data_coding = CbsDataCodingScheme(reader.octet(DATA_CODING_SCHEME)?);
        let offset = reader.offset();
        let count = usize::from(reader.octet(NUMBER_OF_PAGES)?);
        let too_long = |had, max, field, offset| DecodeError {
            kind: DecodeErrorKind::TooLong { max, had },
            field,
            offset,
        };
        if count == 0 {
            let kind = DecodeErrorKind::InvalidValue { value: 0 };
            let error = DecodeError {
                kind,
                field: NUMBER_OF_PAGES,
                offset,
            };
            faults.meet(Tolerance::OddValue, error)?;
        }
        if count > MAX_PAGES {
            return Err(too_long(count, MAX_PAGES, NUMBER_OF_PAGES, offset));
        }
        let start = reader.offset();
        let pages = reader.take(count * UMTS_PAGE, INFORMATION_PAGE)?;
        let (pages, _) = pages.as_chunks::<UMTS_PAGE>();
        for (index, [.., length]) in pages.iter().enumerate() {
            let offset = start + (index + 1) * UMTS_PAGE - 1;
            let had = usize::from(*length);
            if had > CONTENT_OCTETS {
                return Err(too_long(had, CONTENT_OCTETS, INFORMATION_LENGTH, offset));
            }
        }
        trailing(&mut reader, &mut faults)?;
        let pdu = Self {
            message_id,
            serial,
            data_coding,
            pages,
        };
        Ok(Decoded {
            pdu,
            tolerated: faults.tolerated,
        })
    }

    /// Appends the message's octets.
    pub fn write(&self, out: &mut Vec<u8>) {
        out.push(CBS_MESSAGE);
        out.extend_from_slice(&self.message_id.to_be_bytes());
        out.extend_from_slice(&self.serial.0.to_be_bytes());
        out.push(self.data_coding.0);
        // At most 15, or it would not have been read.
        out.push(u8::try_from(self.pages.len()).unwrap_or(u8::MAX));
        out.extend(self.pages.iter().flatten());
    }

    /// The message's octets.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        let mut octets = Vec::new();
        self.write(&mut octets);
        octets
    }

    /// The octets of each page that count.
    pub fn pages(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.pages.iter().map(|page| {
            let [content @ .., length] = page;
            content.get(..usize::from(*length)).unwrap_or(content)
        })
    }

    /// The language, as [`Page::language`](super::Page::language) has it of the first page.
    #[must_use]
    pub fn language(&self) -> Option<LanguageCode> {
        self.contents().find_map(Content::language)
    }

    /// The text of all pages, as [`Joined::text`](super::Joined::text) reads it.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        text(self.data_coding, (1..).zip(self.contents()))
    }

    fn contents(&self) -> impl Iterator<Item = Content<'a>> + use<'a> {
        let data_coding = self.data_coding;
        self.pages().map(move |octets| Content {
            data_coding,
            octets,
        })
    }
}
