//! What the network answers to USSD codes: a tree of menus.

use std::collections::BTreeMap;

/// A service behind USSD codes: what each code is answered with.
///
/// ```
/// use smsgw_sim::modem::ussd::{Menu, Page};
///
/// let menu = Menu::empty()
///     .with("*101#", Page::text("Your credit is 5 €"))
///     .with("*102#", Page::menu("1 credit\n2 number", [
///         ("1", Page::text("5 €")),
///         ("2", Page::text("{number}")),
///     ]));
/// assert!(menu.page("*102#").is_some_and(|page| page.wants_reply()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Menu {
    codes: BTreeMap<String, Page>,
}

/// An answer, and what replies to it are answered with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The answer; `{number}` in it is the number of the SIM.
    pub text: String,
    /// What the replies lead to; empty when none is wanted.
    pub replies: BTreeMap<String, Page>,
}

impl Menu {
    /// Nothing: every code is not known.
    #[must_use]
    pub const fn empty() -> Self {
        Self {
            codes: BTreeMap::new(),
        }
    }

    /// With this answer to `code`.
    #[must_use]
    pub fn with(mut self, code: &str, page: Page) -> Self {
        self.codes.insert(code.to_owned(), page);
        self
    }

    /// What `code` is answered with.
    #[must_use]
    pub fn page(&self, code: &str) -> Option<&Page> {
        self.codes.get(code)
    }
}

/// `*100#` is a balance, `*101#` a menu of two steps, `*102#` an answer of three lines one of
/// which is `OK`, `*103#` a text in Greek and Cyrillic.
impl Default for Menu {
    fn default() -> Self {
        let tariffs = Page::menu(
            "Tariff:\n1 Small\n2 Large",
            [
                ("1", Page::text("You have chosen Small")),
                ("2", Page::text("You have chosen Large")),
            ],
        );
        let menu = Page::menu(
            "1 Balance\n2 Number\n3 Tariff",
            [
                ("1", Page::text("Your balance is 12.34 EUR")),
                ("2", Page::text("Your number is {number}")),
                ("3", tariffs),
            ],
        );
        Self::empty()
            .with("*100#", Page::text("Your balance is 12.34 EUR"))
            .with("*101#", menu)
            .with("*102#", Page::text("First line\r\nOK\r\nthird line"))
            .with("*103#", Page::text("Υπόλοιπο 5 €, баланс"))
    }
}

impl Page {
    /// An answer that ends the session.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            replies: BTreeMap::new(),
        }
    }

    /// An answer that wants one of these replies.
    #[must_use]
    pub fn menu<const N: usize>(text: &str, replies: [(&str, Page); N]) -> Self {
        let replies = replies.map(|(reply, page)| (reply.to_owned(), page));
        Self {
            text: text.to_owned(),
            replies: replies.into(),
        }
    }

    /// Whether a reply is wanted.
    #[must_use]
    pub fn wants_reply(&self) -> bool {
        !self.replies.is_empty()
    }
}
