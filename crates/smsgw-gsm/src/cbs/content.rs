//! What a page says: its content by data coding (3GPP TS 23.038 §5, §6.1.2.2, §6.2).

use alloc::string::String;
use alloc::vec::Vec;

use super::{CR, CbsDataCodingScheme, LanguageCode};
use crate::alphabet::Tables;
use crate::dcs::Alphabet;
use crate::join::{self, Written};
use crate::septet::{FillBits, capacity, unpack};
use crate::udh::UserDataHeader;

/// The octets of a page that count, and how they are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a> {
    pub(super) data_coding: CbsDataCodingScheme,
    pub(super) octets: &'a [u8],
}

impl<'a> Content<'a> {
    pub(super) fn header(self) -> Option<UserDataHeader<'a>> {
        if !self.data_coding.has_header() {
            return None;
        }
        UserDataHeader::split(self.octets)
            .ok()
            .map(|(header, _)| header)
    }

    pub(super) fn language(self) -> Option<LanguageCode> {
        match self.data_coding.language() {
            Some(language) => Some(language.code()),
            None => self.language_code(),
        }
    }

    /// The code that the text starts with, if the data coding says so and it is two letters.
    pub(super) fn language_code(self) -> Option<LanguageCode> {
        let septets = |count| unpack(self.octets, count, FillBits::NONE);
        match self.data_coding {
            CbsDataCodingScheme::GSM7_WITH_LANGUAGE => match *septets(3) {
                [first, second, CR] => LanguageCode::from_octets([first, second]),
                _ => None,
            },
            CbsDataCodingScheme::UCS2_WITH_LANGUAGE => match (self.octets, &*septets(2)) {
                // Two bits are left over; UCS-2 without a code often has them set.
                ([_, last, ..], &[first, second]) if *last & 0b1100_0000 == 0 => {
                    LanguageCode::from_octets([first, second])
                }
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn septets(self) -> Option<usize> {
        let packed = !self.data_coding.is_compressed();
        let gsm7 = packed && self.data_coding.alphabet() == Alphabet::Gsm7;
        gsm7.then(|| capacity(self.payload().len(), self.fill_bits()))
    }

    pub(super) fn payload(self) -> &'a [u8] {
        let header = self.header().map_or(0, |header| header.octets().len());
        self.octets.get(header..).unwrap_or_default()
    }

    fn tables(self) -> Tables {
        let header = self.header();
        header.map_or(Tables::DEFAULT, |header| header.tables())
    }

    fn fill_bits(self) -> FillBits {
        self.header()
            .map_or(FillBits::NONE, |header| header.fill_bits())
    }

    /// Appends the septets of the text, unpacked, without language code and filling.
    fn read_septets(self, text: &mut Vec<u8>) {
        let septets = unpack(self.payload(), usize::MAX, self.fill_bits());
        let code = if self.language_code().is_some() { 3 } else { 0 };
        let septets = septets.get(code..).unwrap_or_default();
        let filling = septets.iter().rev().take_while(|septet| **septet == CR);
        let count = septets.len() - filling.count();
        text.extend(septets.iter().take(count));
    }

    /// Appends the whole units of a UCS-2 text, without language code and filling.
    fn read_units(self, text: &mut Vec<u8>) {
        let code = if self.language_code().is_some() { 2 } else { 0 };
        let octets = self.payload().get(code..).unwrap_or_default();
        let (units, _) = octets.as_chunks::<2>();
        let filling = units.iter().rev().take_while(|unit| **unit == [0, CR]);
        let count = units.len() - filling.count();
        text.extend(units.iter().take(count).flatten());
    }
}

/// The text of pages in their order, each with its number; `None` for 8-bit data and compressed
/// text.
pub(super) fn text<'a>(
    data_coding: CbsDataCodingScheme,
    pages: impl Iterator<Item = (u8, Content<'a>)>,
) -> Option<String> {
    let alphabet = data_coding.alphabet();
    if data_coding.is_compressed() || alphabet == Alphabet::EightBit {
        return None;
    }
    join::text(pages.map(|(number, page)| {
        let mut octets = Vec::new();
        let written = if alphabet == Alphabet::Ucs2 {
            page.read_units(&mut octets);
            Written::Ucs2
        } else {
            page.read_septets(&mut octets);
            Written::Septets(page.tables())
        };
        (number, written, octets)
    }))
}
