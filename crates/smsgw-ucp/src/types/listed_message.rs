//! A message of the operations that have no use for NB: 56, 57 and 58.

use core::fmt;

use super::message::{Content, Message, read_msg, read_mt};
use crate::error::DecodeError;
use crate::op::Unused;
use crate::wire::{Field, Need, Reader, Writer};

/// A message as OT 56, 57 and 58 have it: MT and NMsg, AMsg or TMsg, and between them NB, which they
/// do not use.
///
/// ```
/// use smsgw_ucp::Alphabet;
/// use smsgw_ucp::op::ResponseInquiryMessage;
/// use smsgw_ucp::types::{Content, Hex, Message};
///
/// let text = Message::text(Hex::new("44657374696E6174696F6E3A20303636")?)?;
/// let found = ResponseInquiryMessage {
///     message: text.into(),
///     ..ResponseInquiryMessage::default()
/// };
/// let Content::Text(text) = found.message.content() else { panic!("a text") };
/// assert_eq!(text.text(Alphabet::Gsm), "Destination: 066");
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq)]
#[doc(alias("MT", "NMsg", "AMsg", "TMsg"))]
pub struct ListedMessage<'a> {
    /// Its NB is empty.
    message: Message<'a>,
    nb: Unused<'a>,
}

impl<'a> ListedMessage<'a> {
    /// What it is made of. Without MT it is taken as alphanumeric.
    #[must_use]
    pub fn content(&self) -> Content<'a> {
        self.message.content()
    }

    /// Whether MT and the message are empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.message.is_empty()
    }

    /// What stands in NB.
    #[must_use]
    pub const fn nb(&self) -> Unused<'a> {
        self.nb
    }
}

/// NB is left out.
impl<'a> From<Message<'a>> for ListedMessage<'a> {
    fn from(message: Message<'a>) -> Self {
        Self {
            message: message.without_nb(),
            nb: Unused::EMPTY,
        }
    }
}

/// NB is left out.
impl<'a> From<ListedMessage<'a>> for Message<'a> {
    fn from(listed: ListedMessage<'a>) -> Self {
        listed.message
    }
}

impl fmt::Debug for ListedMessage<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.message.fmt(f)
    }
}

impl<'a> Field<'a> for ListedMessage<'a> {
    fn read(
        reader: &mut Reader<'a, '_>,
        names: &'static [&'static str],
        need: Need,
    ) -> Result<Self, DecodeError> {
        let (mt, mt_place) = read_mt(reader, names, 2..=4)?;
        let nb = Unused::read(reader, names.get(1..2).unwrap_or_default(), need)?;
        let msg = read_msg(reader, names, 2, mt, mt_place, need)?;
        let message = Message::without_bits(mt, msg);
        Ok(Self { message, nb })
    }

    fn size(&self) -> usize {
        // NB of the message is empty and would take a slash.
        self.message.size() - 1 + self.nb.size()
    }

    fn write(&self, writer: &mut Writer<'_>) {
        self.message.mt().write(writer);
        self.nb.write(writer);
        writer.field(self.message.msg().as_bytes());
    }
}
