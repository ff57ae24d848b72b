//! User data header (3GPP TS 23.040 §9.2.3.24): its information elements.
//!
//! A header is a length octet (UDHL) and as many octets of elements, each an identifier, a
//! length and data. It stands before the text of a TPDU whose TP-UDHI bit is set, and of an
//! SMPP `short_message` whose `esm_class` has the UDHI bit.
//!
//! ```
//! use smsgw_gsm::udh::{Reference, UserDataHeader};
//!
//! let short_message = b"\x05\x00\x03\x2A\x02\x01Hello";
//! let (header, text) = UserDataHeader::split(short_message)?;
//! assert_eq!(text, b"Hello");
//!
//! let concat = header.concat().expect("an element 00 of three octets");
//! assert_eq!(concat.reference(), Reference::Eight(42));
//! assert_eq!((concat.sequence(), concat.total()), (1, 2));
//! # Ok::<(), smsgw_gsm::DecodeError>(())
//! ```

mod address;
mod builder;
mod concat;
mod element;
mod ems;
mod format;
pub mod iei;
mod national;
mod port;
mod smsc;
mod special;
mod toolkit;
mod voice_mail;

use crate::alphabet::{Language, Tables};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::septet::FillBits;

pub use crate::dcs::Indication;

pub use builder::{HeaderBuilder, HeaderTooLong};
pub use concat::{Concat, Reference};
pub use element::{Element, InformationElement};
pub use ems::{
    CompressionControl, CompressionHead, ExtendedObject, ExtendedObjectHead, ObjectDistribution,
    ObjectKind, PredefinedAnimation, PredefinedSound, UserDefinedSound, VariablePicture,
};
pub use format::{Alignment, FontSize, FormatColour, FormatMode, TextFormat};
pub use port::Ports;
pub use smsc::{SmscControl, UdhSource};
pub use special::SpecialMessage;
pub use toolkit::ToolkitHeader;
pub use voice_mail::{
    DeletedVoiceMessage, DeletedVoiceMessages, Mailbox, MailboxStatus, VoiceMail, VoiceMessage,
    VoiceMessages, VoiceNews,
};

/// A user data header as it arrived, length octet and all.
///
/// ```
/// use smsgw_gsm::udh::UserDataHeader;
///
/// // Two ports, then an element that claims more than is there.
/// let (header, _) = UserDataHeader::split(&[8, 5, 4, 0x15, 0x82, 0, 0, 0x70, 9])?;
/// let found: Vec<_> = header.elements().map(|element| element.iei).collect();
/// assert_eq!(found, [0x05]);
/// assert_eq!(header.trailing(), [0x70, 9]);
/// # Ok::<(), smsgw_gsm::DecodeError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("UDH", "TP-UDHI"))]
pub struct UserDataHeader<'a> {
    /// The header with its length octet.
    octets: &'a [u8],
    /// The header without it.
    elements: &'a [u8],
}

impl<'a> UserDataHeader<'a> {
    /// Parts user data (an SMPP `short_message`, a TP-UD) into its header and the rest.
    ///
    /// # Errors
    /// [`Truncated`](DecodeErrorKind::Truncated) when there is no length octet or it says more
    /// octets than follow.
    pub fn split(user_data: &'a [u8]) -> Result<(UserDataHeader<'a>, &'a [u8]), DecodeError> {
        let truncated = |needed, had| DecodeError {
            kind: DecodeErrorKind::Truncated { needed, had },
            field: "UDHL",
            offset: 0,
        };
        let (length, after) = user_data.split_first().ok_or(truncated(1, 0))?;
        let length = usize::from(*length);
        let cut = after.split_at_checked(length);
        let (elements, rest) = cut.ok_or(truncated(length, after.len()))?;
        let octets = user_data.get(..=length).unwrap_or(user_data);
        Ok((UserDataHeader { octets, elements }, rest))
    }

    /// Checks that the elements fill the header exactly. Where they do not, the standard wants the
    /// whole header ignored: the readers of what it means say nothing then, while [`Self::split`],
    /// [`Self::elements`] and [`Self::information`] let it through.
    ///
    /// ```
    /// use smsgw_gsm::udh::UserDataHeader;
    ///
    /// let (header, _) = UserDataHeader::split(&[6, 0, 3, 1, 2, 1, 0x24])?;
    /// let error = header.check().unwrap_err();
    /// assert_eq!((error.field, error.offset), ("IE", 6));
    /// # Ok::<(), smsgw_gsm::DecodeError>(())
    /// ```
    ///
    /// # Errors
    /// [`BrokenElement`](DecodeErrorKind::BrokenElement) at the first element that reaches beyond
    /// the header; the offset counts from the header's length octet.
    pub fn check(&self) -> Result<(), DecodeError> {
        let broken = self.trailing();
        let needed = match broken {
            [] => return Ok(()),
            [_] => 2,
            [_, length, ..] => 2 + usize::from(*length),
        };
        let had = broken.len();
        Err(DecodeError {
            kind: DecodeErrorKind::BrokenElement { needed, had },
            field: "IE",
            offset: self.octets.len() - had,
        })
    }

    /// The whole header, its length octet first.
    #[must_use]
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The fill bits between this header and packed septets.
    #[must_use]
    pub fn fill_bits(&self) -> FillBits {
        FillBits::after(self.octets.len())
    }

    /// The information elements, in the order they arrived.
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        Elements {
            rest: self.elements,
        }
    }

    /// The information elements by their meaning, in the order they arrived.
    pub fn information(&self) -> impl Iterator<Item = InformationElement<'a>> + use<'a> {
        self.elements().map(InformationElement::from)
    }

    /// The information elements that count: of those that may stand in a header only once, and
    /// of those that exclude each other (the two widths of ports, of concatenation), the last.
    ///
    /// Elements that are kept raw ([`InformationElement::Other`]) are all there. Of a header that
    /// does not [`check`](Self::check) none counts.
    ///
    /// ```
    /// use smsgw_gsm::udh::{InformationElement, UserDataHeader};
    ///
    /// // Two languages of the single shift table, and two kinds of messages that wait.
    /// let octets = [14, 0x24, 1, 1, 1, 2, 0, 3, 0x24, 1, 2, 1, 2, 1, 1];
    /// let (header, _) = UserDataHeader::split(&octets)?;
    /// assert_eq!(header.information().count(), 4);
    /// assert_eq!(header.effective().count(), 3);
    /// assert_eq!(header.effective().nth(1), Some(InformationElement::SingleShift(2)));
    /// # Ok::<(), smsgw_gsm::DecodeError>(())
    /// ```
    pub fn effective(&self) -> impl Iterator<Item = InformationElement<'a>> + use<'a> {
        let mut rest = match self.trailing() {
            [] => self.elements(),
            _ => Elements { rest: &[] },
        };
        core::iter::from_fn(move || {
            loop {
                let element = InformationElement::from(rest.next()?);
                let again = element.only_once().is_some_and(|once| {
                    let mut later = rest.clone().map(InformationElement::from);
                    later.any(|later| later.only_once() == Some(once))
                });
                if !again {
                    return Some(element);
                }
            }
        })
    }

    /// The elements with who made them: what the last UDH source indicator before each says,
    /// `None` before the first. The indicators themselves are left out.
    ///
    /// ```
    /// use smsgw_gsm::udh::{UdhSource, UserDataHeader};
    ///
    /// // A status report: a header element of the SMSC's, then what the sender had sent.
    /// let octets = [11, 7, 1, 3, 0x80, 0, 7, 1, 1, 0x24, 1, 1];
    /// let (header, _) = UserDataHeader::split(&octets)?;
    /// let made: Vec<_> = header.sourced().map(|(by, element)| (by, element.iei)).collect();
    /// assert_eq!(
    ///     made,
    ///     [(Some(UdhSource::SMSC), 0x80), (Some(UdhSource::ORIGINAL_SENDER), 0x24)]
    /// );
    /// # Ok::<(), smsgw_gsm::DecodeError>(())
    /// ```
    pub fn sourced(&self) -> impl Iterator<Item = (Option<UdhSource>, Element<'a>)> + use<'a> {
        let mut source = None;
        self.elements().filter_map(move |element| {
            if let InformationElement::UdhSource(next) = element.into() {
                source = Some(next);
                return None;
            }
            Some((source, element))
        })
    }

    /// Octets after the last whole element: empty unless the header is malformed.
    pub fn trailing(&self) -> &'a [u8] {
        let mut elements = self.elements();
        elements.by_ref().for_each(drop);
        elements.rest
    }

    /// Which part of which message this is, if the header has a valid concatenation element.
    ///
    /// Of several the last counts (TS 23.040 §9.2.3.24); an invalid one (see
    /// [`Concat::from_element`]) is passed over as if it were not there. None counts in a header
    /// that does not [`check`](Self::check).
    pub fn concat(&self) -> Option<Concat> {
        self.last(Concat::from_element)
    }

    /// Which application the message is for, if the header has a valid port element.
    ///
    /// Of several the last counts; one of a wrong length is passed over. None counts in a header
    /// that does not [`check`](Self::check).
    pub fn ports(&self) -> Option<Ports> {
        self.last(Ports::from_element)
    }

    /// What the last element says that `read` takes; nothing when the header does not end with an
    /// element. One walk for both.
    fn last<T>(&self, read: impl Fn(Element<'a>) -> Option<T>) -> Option<T> {
        let mut elements = self.elements();
        let last = elements.by_ref().filter_map(read).last();
        last.filter(|_| elements.rest.is_empty())
    }

    /// The language identifiers of the last locking and the last single shift element that have
    /// one; `None` where there is no such element, and in a header that does not
    /// [`check`](Self::check).
    #[must_use]
    pub fn languages(&self) -> (Option<u8>, Option<u8>) {
        national::languages(self.elements())
    }

    /// The tables that the text is written in: the default ones where the header does not say, or
    /// says a language that is not known, or does not [`check`](Self::check).
    ///
    /// ```
    /// use smsgw_gsm::alphabet::{Language, Tables};
    /// use smsgw_gsm::udh::UserDataHeader;
    ///
    /// let (header, _) = UserDataHeader::split(&[3, 0x25, 1, 1])?;
    /// let turkish = Tables { locking: Some(Language::Turkish), single: None };
    /// assert_eq!(header.tables(), turkish);
    /// # Ok::<(), smsgw_gsm::DecodeError>(())
    /// ```
    pub fn tables(&self) -> Tables {
        let (locking, single) = self.languages();
        Tables {
            locking: locking.and_then(Language::from_identifier),
            single: single.and_then(Language::from_identifier),
        }
    }
}

/// Walks the elements of a header; ends at the first that does not fit into it.
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Elements<'a> {
    type Item = Element<'a>;

    fn next(&mut self) -> Option<Element<'a>> {
        let ([iei, length], after) = self.rest.split_first_chunk()?;
        let (data, rest) = after.split_at_checked(usize::from(*length))?;
        self.rest = rest;
        Some(Element { iei: *iei, data })
    }
}

impl core::iter::FusedIterator for Elements<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(octets: &[u8]) -> UserDataHeader<'_> {
        UserDataHeader::split(octets).unwrap().0
    }

    #[test]
    fn split_needs_the_length_octet_and_what_it_says() {
        let truncated = |octets| UserDataHeader::split(octets).unwrap_err().kind;
        assert_eq!(
            truncated(b""),
            DecodeErrorKind::Truncated { needed: 1, had: 0 }
        );
        assert_eq!(
            truncated(&[3, 0, 1]),
            DecodeErrorKind::Truncated { needed: 3, had: 2 }
        );
    }

    #[test]
    fn an_empty_header_has_no_elements() {
        let (header, rest) = UserDataHeader::split(&[0, b'a']).unwrap();
        assert_eq!((header.octets(), rest), (&[0][..], &b"a"[..]));
        assert_eq!(header.elements().count(), 0);
        assert_eq!(header.fill_bits().get(), 6);
    }

    #[test]
    fn an_element_may_be_empty() {
        let elements: alloc::vec::Vec<_> = header(&[4, 0x20, 0, 0x21, 0]).elements().collect();
        assert_eq!(elements.len(), 2);
        assert_eq!(
            elements[1],
            Element {
                iei: 0x21,
                data: &[]
            }
        );
    }

    #[test]
    fn the_last_valid_concat_wins() {
        let two = header(&[10, 0, 3, 1, 2, 1, 0, 3, 9, 4, 3])
            .concat()
            .unwrap();
        assert_eq!(
            (two.reference(), two.total(), two.sequence()),
            (Reference::Eight(9), 4, 3)
        );
        // The second says part 5 of 4.
        let one = header(&[10, 0, 3, 1, 2, 1, 0, 3, 9, 4, 5])
            .concat()
            .unwrap();
        assert_eq!(one.reference(), Reference::Eight(1));
    }

    #[test]
    fn the_last_valid_ports_win() {
        let ports = |octets| header(octets).ports();
        let eight = Ports::Eight {
            destination: 240,
            originator: 241,
        };
        let sixteen = Ports::Sixteen {
            destination: 0x0B84,
            originator: 0x23F0,
        };
        assert_eq!(ports(&[4, 4, 2, 240, 241]), Some(eight));
        assert_eq!(
            ports(&[10, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 4, 2, 240, 241]),
            Some(eight)
        );
        // The second has the length of the other width.
        assert_eq!(
            ports(&[10, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 5, 2, 240, 241]),
            Some(sixteen)
        );
        assert_eq!(ports(&[2, 4, 0]), None);
    }

    #[test]
    fn elements_beyond_the_header_are_found() {
        let check = |octets| header(octets).check().map_err(|e| (e.kind, e.offset));
        let broken = |needed, had| DecodeErrorKind::BrokenElement { needed, had };
        assert_eq!(check(&[0]), Ok(()));
        assert_eq!(check(&[2, 0x24, 0]), Ok(()));
        assert_eq!(check(&[1, 0]), Err((broken(2, 1), 1)));
        assert_eq!(check(&[3, 0, 3, 1]), Err((broken(5, 3), 1)));
        assert_eq!(
            check(&[8, 5, 4, 1, 2, 3, 4, 0, 255]),
            Err((broken(257, 2), 7))
        );
    }

    /// TS 23.040 §9.2.3.24: the whole header is ignored when the last element does not fit.
    #[test]
    fn a_header_that_does_not_end_with_an_element_says_nothing() {
        let whole = [
            17, 0, 3, 0, 2, 2, 4, 2, 240, 241, 0x24, 1, 1, 0x25, 1, 2, 0x9F, 0,
        ];
        let read = header(&whole);
        assert_eq!(read.concat().unwrap().reference(), Reference::Eight(0));
        assert_eq!(read.ports().unwrap().destination(), 240);
        assert_eq!(read.languages(), (Some(2), Some(1)));
        assert_eq!(read.effective().count(), 5);

        for trailing in [&[0x24][..], &[0x24, 2, 1], &[0, 4, 1, 2, 1]] {
            let mut octets = [&whole, trailing].concat();
            octets[0] = u8::try_from(octets.len() - 1).unwrap();
            let read = header(&octets);
            assert_eq!(read.trailing(), trailing);
            assert_eq!((read.concat(), read.ports()), (None, None));
            assert_eq!(read.languages(), (None, None));
            assert_eq!(read.tables(), Tables::DEFAULT);
            assert_eq!(read.effective().count(), 0);
            assert_eq!(read.elements().count(), 5);
            assert_eq!(read.information().count(), 5);
        }
    }
}
