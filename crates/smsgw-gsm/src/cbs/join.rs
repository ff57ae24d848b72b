//! [`join`]: from pages in any order to messages.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::content::text;
use super::{CbsDataCodingScheme, LanguageCode, MAX_PAGES, Page, SerialNumber};

/// The pages of one message, all of them or those that were there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined<'a> {
    /// Its serial number.
    pub serial: SerialNumber,
    /// Its source and type.
    pub message_id: u16,
    /// How its content is written.
    pub data_coding: CbsDataCodingScheme,
    /// How many pages it has.
    pub total: u8,
    /// Pages that came again, or said something else than the first that came.
    pub ignored: usize,
    pages: [Option<Page<'a>>; MAX_PAGES],
}

/// Puts pages together by serial number and message identifier, in the order in which the first
/// page of each message comes.
///
/// Of pages with the same number the first counts; a page whose data coding or total is not that
/// of its message's first one is left out. For pages that come over time there is
/// [`Page::position`].
pub fn join<'a>(pages: impl IntoIterator<Item = Page<'a>>) -> Vec<Joined<'a>> {
    let mut messages: Vec<Joined<'a>> = Vec::new();
    let mut known = BTreeMap::new();
    for page in pages {
        let index = *known
            .entry((page.serial, page.message_id))
            .or_insert(messages.len());
        match messages.get_mut(index) {
            Some(message) => message.take(page),
            None => {
                let mut message = Joined {
                    serial: page.serial,
                    message_id: page.message_id,
                    data_coding: page.data_coding,
                    total: page.total(),
                    ignored: 0,
                    pages: [None; MAX_PAGES],
                };
                message.take(page);
                messages.push(message);
            }
        }
    }
    messages
}

impl<'a> Joined<'a> {
    fn take(&mut self, page: Page<'a>) {
        let same = page.data_coding == self.data_coding && page.total() == self.total;
        let index = usize::from(page.number()) - 1;
        match self.pages.get_mut(index) {
            Some(place @ None) if same => *place = Some(page),
            _ => self.ignored += 1,
        }
    }

    /// Whether no page is missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.pages().count() == usize::from(self.total)
    }

    /// The pages that are there, in order.
    pub fn pages(&self) -> impl Iterator<Item = Page<'a>> + '_ {
        self.pages.iter().flatten().copied()
    }

    /// The numbers of the pages that are not, in order.
    pub fn missing(&self) -> impl Iterator<Item = u8> + '_ {
        let numbers = (1..=self.total).zip(&self.pages);
        numbers.filter_map(|(number, page)| page.is_none().then_some(number))
    }

    /// The language, as the first of the pages that are there says it.
    #[must_use]
    pub fn language(&self) -> Option<LanguageCode> {
        self.pages().find_map(|page| page.language())
    }

    /// The text of the pages that are there; `None` for 8-bit data and compressed text.
    ///
    /// Read at once: what is torn between two pages is whole again.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let pages = self.pages().map(|page| (page.number(), page.coded()));
        text(self.data_coding, pages)
    }

    /// The content of the pages that are there, user data headers left out.
    #[must_use]
    pub fn data(&self) -> Vec<u8> {
        self.pages()
            .flat_map(|page| page.payload())
            .copied()
            .collect()
    }
}
