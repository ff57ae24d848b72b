//! Enhanced voice mail information: element 23 (3GPP TS 23.040 §9.2.3.24.13).

use alloc::vec::Vec;
use core::fmt;

use super::address::{ADDRESS, split_address};
use crate::field::Address;

/// What is in a voice mailbox, and which messages are new in it or were deleted.
///
/// ```
/// use smsgw_gsm::udh::{VoiceMail, VoiceMessage, VoiceNews};
///
/// // A notification: two messages, of which one is told: number 7, 30 seconds, urgent, kept
/// // three days, from 5551.
/// let octets = [0x10, 4, 0x81, 0x55, 0x15, 2, 1, 0, 7, 30, 0x43, 4, 0x81, 0x55, 0x15];
/// let mail = VoiceMail::new(&octets).ok_or("no such element")?;
/// assert_eq!((mail.waiting(), mail.store(), mail.is_full()), (2, true, false));
/// let VoiceNews::New(mut new) = mail.news() else { return Err("deleted".into()) };
/// let first = new.next().ok_or("one is told")?;
/// assert_eq!((first.id, first.seconds, first.is_urgent()), (7, 30, true));
/// assert_eq!(first.caller.to_string(), "5551");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoiceMail<'a> {
    octets: &'a [u8],
    status: u8,
    access_address: Address,
    waiting: u8,
    count: u8,
    extension: Option<&'a [u8]>,
    messages: &'a [u8],
}

/// What the element tells about single messages.
#[derive(Debug, Clone)]
pub enum VoiceNews<'a> {
    /// An enhanced voice mail notification: these are new.
    New(VoiceMessages<'a>),
    /// An enhanced voice mail delete confirmation: these are gone.
    Deleted(DeletedVoiceMessages<'a>),
}

/// A message that is new in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoiceMessage<'a> {
    /// The mailbox's number for it.
    pub id: u16,
    /// How long it is; 255 stands for more than 254.
    pub seconds: u8,
    /// Extension (bit 7), urgent (bit 6), days (bits 4 to 0).
    pub flags: u8,
    /// Who called.
    pub caller: Address,
    /// Octets of a later version of the standard.
    pub extension: Option<&'a [u8]>,
}

/// A message that is no longer in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeletedVoiceMessage<'a> {
    /// The mailbox's number for it.
    pub id: u16,
    /// Extension (bit 7), others reserved.
    pub flags: u8,
    /// Octets of a later version of the standard.
    pub extension: Option<&'a [u8]>,
}

/// The extension bit of the mailbox's status and of each message's flags.
const EXTENDED: u8 = 0b1000_0000;

impl<'a> VoiceMail<'a> {
    /// Reads the data of an element 23; `None` unless its parts fill it exactly.
    #[must_use]
    pub fn new(octets: &'a [u8]) -> Option<Self> {
        let mut rest = octets;
        let status = octet(&mut rest)?;
        let access_address = address(&mut rest)?;
        let waiting = octet(&mut rest)?;
        let count = octet(&mut rest)?;
        let extension = extension(&mut rest, status)?;
        let mail = Self {
            octets,
            status,
            access_address,
            waiting,
            count,
            extension,
            messages: rest,
        };
        mail.ends_with_its_messages().then_some(mail)
    }

    /// The data of an element of one message that is new in a mailbox, or of none.
    ///
    /// Of `status` the extension bit and the one for a deletion are not used. Whether it fits is
    /// seen when the header is built.
    #[must_use]
    pub fn notification(
        status: u8,
        access_address: &Address,
        waiting: u8,
        new: Option<&VoiceMessage<'_>>,
    ) -> Vec<u8> {
        let mut octets = Vec::new();
        octets.push(status & !EXTENDED & !1);
        access_address.put(&mut octets, ADDRESS);
        octets.extend_from_slice(&[waiting, u8::from(new.is_some())]);
        if let Some(new) = new {
            octets.extend_from_slice(&new.id.to_be_bytes());
            octets.extend_from_slice(&[new.seconds, new.flags & !EXTENDED]);
            new.caller.put(&mut octets, ADDRESS);
        }
        octets
    }

    /// The element's data as it arrived.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// Whether there is no room for more messages in the mailbox.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.status & 0b0100_0000 != 0
    }

    /// Whether there soon will be none.
    #[must_use]
    pub const fn is_almost_full(&self) -> bool {
        self.status & 0b0010_0000 != 0
    }

    /// Whether the short message is to be stored.
    #[must_use]
    pub const fn store(&self) -> bool {
        self.status & 0b0001_0000 != 0
    }

    /// For which multiple subscriber profile, 1 to 4.
    #[must_use]
    pub const fn profile(&self) -> u8 {
        ((self.status >> 2) & 0b11) + 1
    }

    /// The number to call.
    #[must_use]
    pub const fn access_address(&self) -> Address {
        self.access_address
    }

    /// How many messages are unread; 255 stands for more than 254.
    #[must_use]
    pub const fn waiting(&self) -> u8 {
        self.waiting
    }

    /// Octets of a later version of the standard.
    #[must_use]
    pub const fn extension(&self) -> Option<&'a [u8]> {
        self.extension
    }

    /// Which messages are new, or gone.
    #[must_use]
    pub fn news(&self) -> VoiceNews<'a> {
        let (left, rest) = (self.count & 0b0001_1111, self.messages);
        if self.status & 1 == 0 {
            VoiceNews::New(VoiceMessages { left, rest })
        } else {
            VoiceNews::Deleted(DeletedVoiceMessages { left, rest })
        }
    }

    fn ends_with_its_messages(&self) -> bool {
        let (left, rest) = match self.news() {
            VoiceNews::New(mut messages) => {
                messages.by_ref().for_each(drop);
                (messages.left, messages.rest)
            }
            VoiceNews::Deleted(mut messages) => {
                messages.by_ref().for_each(drop);
                (messages.left, messages.rest)
            }
        };
        left == 0 && rest.is_empty()
    }
}

/// Walks the new messages of a [`VoiceMail`].
#[derive(Debug, Clone)]
pub struct VoiceMessages<'a> {
    left: u8,
    rest: &'a [u8],
}

/// Walks the deleted messages of a [`VoiceMail`].
#[derive(Debug, Clone)]
pub struct DeletedVoiceMessages<'a> {
    left: u8,
    rest: &'a [u8],
}

impl VoiceMessage<'_> {
    /// Whether it was marked as urgent.
    #[must_use]
    pub const fn is_urgent(&self) -> bool {
        self.flags & 0b0100_0000 != 0
    }

    /// For how many days the mailbox keeps it, 0 to 31.
    #[must_use]
    pub const fn retention_days(&self) -> u8 {
        self.flags & 0b0001_1111
    }
}

impl<'a> Iterator for VoiceMessages<'a> {
    type Item = VoiceMessage<'a>;

    fn next(&mut self) -> Option<VoiceMessage<'a>> {
        let left = self.left.checked_sub(1)?;
        let mut rest = self.rest;
        let (high, low) = (octet(&mut rest)?, octet(&mut rest)?);
        let seconds = octet(&mut rest)?;
        let flags = octet(&mut rest)?;
        let caller = address(&mut rest)?;
        let extension = extension(&mut rest, flags)?;
        *self = Self { left, rest };
        Some(VoiceMessage {
            id: u16::from_be_bytes([high, low]),
            seconds,
            flags,
            caller,
            extension,
        })
    }
}

impl<'a> Iterator for DeletedVoiceMessages<'a> {
    type Item = DeletedVoiceMessage<'a>;

    fn next(&mut self) -> Option<DeletedVoiceMessage<'a>> {
        let left = self.left.checked_sub(1)?;
        let mut rest = self.rest;
        let (high, low) = (octet(&mut rest)?, octet(&mut rest)?);
        let flags = octet(&mut rest)?;
        let extension = extension(&mut rest, flags)?;
        *self = Self { left, rest };
        Some(DeletedVoiceMessage {
            id: u16::from_be_bytes([high, low]),
            flags,
            extension,
        })
    }
}

impl fmt::Display for VoiceMail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let store = if self.store() { "store" } else { "discard" };
        let (waiting, profile) = (self.waiting, self.profile());
        write!(f, "{waiting} voice messages, {store}, profile {profile}")?;
        if self.is_full() {
            f.write_str(", full")?;
        } else if self.is_almost_full() {
            f.write_str(", almost full")?;
        }
        match self.news() {
            VoiceNews::New(new) => new.into_iter().try_for_each(|message| {
                let (id, seconds, days) = (message.id, message.seconds, message.retention_days());
                let caller = message.caller;
                write!(f, "; new {id} from {caller}, {seconds} s, kept {days} days")?;
                f.write_str(if message.is_urgent() { ", urgent" } else { "" })
            }),
            VoiceNews::Deleted(deleted) => deleted
                .into_iter()
                .try_for_each(|message| write!(f, "; deleted {}", message.id)),
        }
    }
}

fn octet(rest: &mut &[u8]) -> Option<u8> {
    let (octet, after) = rest.split_first()?;
    *rest = after;
    Some(*octet)
}

fn address(rest: &mut &[u8]) -> Option<Address> {
    let (address, after) = split_address(rest)?;
    *rest = after;
    Some(address)
}

/// A length octet and as many octets, if `flags` announce them. The outer `None` is the end of
/// the input.
fn extension<'a>(rest: &mut &'a [u8], flags: u8) -> Option<Option<&'a [u8]>> {
    if flags & EXTENDED == 0 {
        return Some(None);
    }
    let length = usize::from(octet(rest)?);
    let (extension, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(Some(extension))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::TypeOfAddress;
    use alloc::string::ToString;

    #[test]
    fn a_deletion_with_extensions() {
        let octets = [
            0b1110_1101,
            2,
            0x81,
            0x21,
            5,
            2,
            1,
            0xEE, // profile 4, extension EE
            0x12,
            0x34,
            0x80,
            2,
            0xAA,
            0xBB, // 1234, extension AA BB
            0xFF,
            0xFF,
            0x00,
        ];
        let mail = VoiceMail::new(&octets).unwrap();
        assert_eq!(
            mail.access_address(),
            Address::new(TypeOfAddress(0x81), "12").unwrap()
        );
        assert_eq!((mail.profile(), mail.store()), (4, false));
        assert_eq!(mail.extension(), Some(&[0xEE][..]));
        let VoiceNews::Deleted(deleted) = mail.news() else {
            panic!("a delete confirmation")
        };
        let deleted: Vec<_> = deleted.collect();
        assert_eq!((deleted[0].id, deleted[1].id), (0x1234, 0xFFFF));
        assert_eq!(deleted[0].extension, Some(&[0xAA, 0xBB][..]));
        assert_eq!(
            mail.to_string(),
            "5 voice messages, discard, profile 4, full; deleted 4660; deleted 65535"
        );
        for length in 0..octets.len() {
            assert_eq!(VoiceMail::new(&octets[..length]), None, "{length}");
        }
        assert_eq!(VoiceMail::new(&[&octets[..], &[0]].concat()), None);
    }

    #[test]
    fn a_notification_that_was_made() {
        let caller = Address::new(TypeOfAddress(0x81), "123").unwrap();
        let (nobody, _) = split_address(&[0, 0x81]).unwrap();
        let new = VoiceMessage {
            id: 0x0102,
            seconds: 255,
            flags: 0b0101_1111,
            caller,
            extension: None,
        };
        let octets = VoiceMail::notification(0b0011_0000, &nobody, 1, Some(&new));
        let mail = VoiceMail::new(&octets).unwrap();
        let VoiceNews::New(mut messages) = mail.news() else {
            panic!("a notification")
        };
        assert_eq!(messages.next(), Some(new));
        assert_eq!(messages.next(), None);
        assert_eq!(
            mail.to_string(),
            "1 voice messages, store, profile 1, almost full; new 258 from 123, 255 s, kept 31 days, urgent"
        );
        let none = VoiceMail::notification(0, &nobody, 0, None);
        assert_eq!(none, [0, 0, 0x81, 0, 0]);
        assert!(VoiceMail::new(&none).is_some());
    }
}
