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
/// let mailbox = mail.mailbox();
/// assert_eq!((mailbox.waiting, mailbox.status.store()), (2, true));
/// let VoiceNews::New(mut new) = mail.news() else { return Err("deleted".into()) };
/// let first = new.next().ok_or("one is told")?;
/// assert_eq!((first.id, first.seconds, first.is_urgent()), (7, 30, true));
/// assert_eq!(first.caller.to_string(), "5551");
/// // And back.
/// assert_eq!(mailbox.notification(&[first]).as_deref(), Some(&octets[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VoiceMail<'a> {
    octets: &'a [u8],
    mailbox: Mailbox<'a>,
    is_deletion: bool,
    count: u8,
    messages: &'a [u8],
}

/// What a [`VoiceMail`] says of the mailbox as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Mailbox<'a> {
    /// How full it is, for whom, and what to do with the short message.
    pub status: MailboxStatus,
    /// The number to call.
    pub access_address: Address,
    /// How many messages are unread; 255 stands for more than 254.
    pub waiting: u8,
    /// Octets of a later version of the standard, 255 at most.
    pub extension: Option<&'a [u8]>,
}

/// The flags of a [`Mailbox`], reserved ones too.
///
/// ```
/// use smsgw_gsm::udh::MailboxStatus;
///
/// let status = MailboxStatus::default().with_full(true).with_store(true);
/// assert_eq!((status.is_full(), status.is_almost_full(), status.store()), (true, false, true));
/// assert_eq!((status.profile(), status.with_profile(5)), (1, None));
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct MailboxStatus(
    /// Full (bit 6), almost full (5), store (4), profile (3, 2); not bits 7 and 0, which say what
    /// else is in the element.
    u8,
);

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
    /// Urgent (bit 6), days (bits 4 to 0). Bit 7 is not used: `extension` says the same.
    pub flags: u8,
    /// Who called.
    pub caller: Address,
    /// Octets of a later version of the standard, 255 at most.
    pub extension: Option<&'a [u8]>,
}

/// A message that is no longer in the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DeletedVoiceMessage<'a> {
    /// The mailbox's number for it.
    pub id: u16,
    /// Reserved. Bit 7 is not used: `extension` says the same.
    pub flags: u8,
    /// Octets of a later version of the standard, 255 at most.
    pub extension: Option<&'a [u8]>,
}

/// The extension bit of the mailbox's status and of each message's flags.
const EXTENDED: u8 = 0b1000_0000;
/// The bit of the mailbox's status that tells the two forms of the element apart.
const DELETION: u8 = 0b0000_0001;
/// Most messages that are told of one by one: five bits count them.
const MAX_MESSAGES: u8 = 31;

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
        let mailbox = Mailbox {
            status: MailboxStatus(status & !EXTENDED & !DELETION),
            access_address,
            waiting,
            extension,
        };
        let mail = Self {
            octets,
            mailbox,
            is_deletion: status & DELETION != 0,
            count,
            messages: rest,
        };
        mail.ends_with_its_messages().then_some(mail)
    }

    /// The element's data as it arrived.
    #[must_use]
    pub const fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// What it says of the mailbox as a whole.
    #[must_use]
    pub const fn mailbox(&self) -> Mailbox<'a> {
        self.mailbox
    }

    /// Which messages are new, or gone.
    #[must_use]
    pub fn news(&self) -> VoiceNews<'a> {
        let (left, rest) = (self.count & MAX_MESSAGES, self.messages);
        if self.is_deletion {
            VoiceNews::Deleted(DeletedVoiceMessages { left, rest })
        } else {
            VoiceNews::New(VoiceMessages { left, rest })
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

impl Mailbox<'_> {
    /// The data of an element that tells of messages that are new, 31 at most.
    ///
    /// `None` when there are more of them or an extension has more than 255 octets. Whether it fits
    /// is seen when the header is built.
    #[must_use]
    pub fn notification(&self, new: &[VoiceMessage<'_>]) -> Option<Vec<u8>> {
        let mut octets = self.start(0, new.len())?;
        for message in new {
            octets.extend_from_slice(&message.id.to_be_bytes());
            octets.extend_from_slice(&[message.seconds, flags(message.flags, message.extension)]);
            message.caller.put(&mut octets, ADDRESS);
            put_extension(&mut octets, message.extension)?;
        }
        Some(octets)
    }

    /// The data of an element that tells of messages that are gone, 31 at most.
    ///
    /// `None` as [`notification`](Self::notification) has it.
    #[must_use]
    pub fn deletion(&self, deleted: &[DeletedVoiceMessage<'_>]) -> Option<Vec<u8>> {
        let mut octets = self.start(DELETION, deleted.len())?;
        for message in deleted {
            octets.extend_from_slice(&message.id.to_be_bytes());
            octets.push(flags(message.flags, message.extension));
            put_extension(&mut octets, message.extension)?;
        }
        Some(octets)
    }

    /// All before the messages.
    fn start(&self, form: u8, messages: usize) -> Option<Vec<u8>> {
        let count = u8::try_from(messages).ok()?;
        if count > MAX_MESSAGES {
            return None;
        }
        let mut octets = Vec::new();
        octets.push(flags(self.status.0 | form, self.extension));
        self.access_address.put(&mut octets, ADDRESS);
        octets.extend_from_slice(&[self.waiting, count]);
        put_extension(&mut octets, self.extension)?;
        Some(octets)
    }
}

impl MailboxStatus {
    const FULL: u8 = 0b0100_0000;
    const ALMOST_FULL: u8 = 0b0010_0000;
    const STORE: u8 = 0b0001_0000;

    /// Whether there is no room for more messages in the mailbox.
    #[must_use]
    pub const fn with_full(self, full: bool) -> Self {
        self.with(Self::FULL, full)
    }

    /// Whether there soon will be none.
    #[must_use]
    pub const fn with_almost_full(self, almost_full: bool) -> Self {
        self.with(Self::ALMOST_FULL, almost_full)
    }

    /// Whether the short message is to be stored.
    #[must_use]
    pub const fn with_store(self, store: bool) -> Self {
        self.with(Self::STORE, store)
    }

    /// For which multiple subscriber profile, 1 to 4; `None` for another number.
    #[must_use]
    pub const fn with_profile(self, profile: u8) -> Option<Self> {
        if profile < 1 || profile > 4 {
            return None;
        }
        Some(Self(self.0 & !0b0000_1100 | (profile - 1) << 2))
    }

    /// Whether there is no room for more messages in the mailbox.
    #[must_use]
    pub const fn is_full(self) -> bool {
        self.0 & Self::FULL != 0
    }

    /// Whether there soon will be none.
    #[must_use]
    pub const fn is_almost_full(self) -> bool {
        self.0 & Self::ALMOST_FULL != 0
    }

    /// Whether the short message is to be stored.
    #[must_use]
    pub const fn store(self) -> bool {
        self.0 & Self::STORE != 0
    }

    /// For which multiple subscriber profile, 1 to 4.
    #[must_use]
    pub const fn profile(self) -> u8 {
        ((self.0 >> 2) & 0b11) + 1
    }

    const fn with(self, flag: u8, set: bool) -> Self {
        Self(if set { self.0 | flag } else { self.0 & !flag })
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
            flags: flags & !EXTENDED,
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
            flags: flags & !EXTENDED,
            extension,
        })
    }
}

impl fmt::Display for VoiceMail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mailbox {
            status, waiting, ..
        } = self.mailbox;
        let store = if status.store() { "store" } else { "discard" };
        let profile = status.profile();
        write!(f, "{waiting} voice messages, {store}, profile {profile}")?;
        if status.is_full() {
            f.write_str(", full")?;
        } else if status.is_almost_full() {
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

/// `flags` with the bit that announces an extension if there is one.
const fn flags(flags: u8, extension: Option<&[u8]>) -> u8 {
    match extension {
        None => flags & !EXTENDED,
        Some(_) => flags | EXTENDED,
    }
}

/// Appends an extension; `None` when it is too long for its length octet.
fn put_extension(out: &mut Vec<u8>, extension: Option<&[u8]>) -> Option<()> {
    if let Some(extension) = extension {
        out.push(u8::try_from(extension.len()).ok()?);
        out.extend_from_slice(extension);
    }
    Some(())
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
        let mailbox = mail.mailbox();
        assert_eq!(
            mailbox.access_address,
            Address::new(TypeOfAddress(0x81), "12").unwrap()
        );
        let status = mailbox.status;
        assert_eq!((status.profile(), status.store()), (4, false));
        assert_eq!(mailbox.extension, Some(&[0xEE][..]));
        let VoiceNews::Deleted(deleted) = mail.news() else {
            panic!("a delete confirmation")
        };
        let deleted: Vec<_> = deleted.collect();
        assert_eq!((deleted[0].id, deleted[1].id), (0x1234, 0xFFFF));
        assert_eq!(deleted[0].extension, Some(&[0xAA, 0xBB][..]));
        assert_eq!(mailbox.deletion(&deleted).as_deref(), Some(&octets[..]));
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
        let extension = [7; 255];
        let new = VoiceMessage {
            id: 0x0102,
            seconds: 255,
            flags: 0b0101_1111,
            caller,
            extension: None,
        };
        let extended = VoiceMessage {
            extension: Some(&extension),
            ..new
        };
        let status = MailboxStatus::default().with_almost_full(true);
        let mailbox = Mailbox {
            status: status.with_store(true),
            access_address: nobody,
            waiting: 1,
            extension: None,
        };
        for new in [&[][..], &[new], &[extended, new], &[new; 31]] {
            for extension in [None, Some(&[][..]), Some(&extension)] {
                let mailbox = Mailbox {
                    extension,
                    ..mailbox
                };
                let octets = mailbox.notification(new).unwrap();
                let mail = VoiceMail::new(&octets).unwrap();
                assert_eq!(mail.mailbox(), mailbox);
                let VoiceNews::New(messages) = mail.news() else {
                    panic!("a notification")
                };
                assert_eq!(messages.collect::<Vec<_>>(), new);
            }
        }
        let octets = mailbox.notification(&[new]).unwrap();
        assert_eq!(
            VoiceMail::new(&octets).unwrap().to_string(),
            "1 voice messages, store, profile 1, almost full; new 258 from 123, 255 s, kept 31 days, urgent"
        );
        assert_eq!(mailbox.notification(&[]).unwrap(), [0x30, 0, 0x81, 1, 0]);

        let too_long = VoiceMessage {
            extension: Some(&[7; 256]),
            ..new
        };
        assert_eq!(mailbox.notification(&[too_long]), None);
        assert_eq!(mailbox.notification(&[new; 32]), None);
    }

    #[test]
    fn a_deletion_that_was_made() {
        let (nobody, _) = split_address(&[0, 0x81]).unwrap();
        let mailbox = Mailbox {
            status: MailboxStatus::default().with_profile(4).unwrap(),
            access_address: nobody,
            waiting: 0,
            extension: Some(&[1, 2]),
        };
        let gone = |id| DeletedVoiceMessage {
            id,
            flags: 0b0111_1111,
            extension: (id % 2 == 0).then_some(&[9; 3]),
        };
        let deleted: Vec<_> = (0..32).map(gone).collect();
        assert_eq!(mailbox.deletion(&deleted), None);
        let octets = mailbox.deletion(&deleted[1..]).unwrap();
        let mail = VoiceMail::new(&octets).unwrap();
        assert_eq!(mail.mailbox(), mailbox);
        let VoiceNews::Deleted(read) = mail.news() else {
            panic!("a delete confirmation")
        };
        assert_eq!(read.collect::<Vec<_>>(), deleted[1..]);
    }

    #[test]
    fn there_are_four_profiles() {
        for status in 0..=255 {
            let status = MailboxStatus(status);
            let made = status.with_profile(status.profile()).unwrap();
            assert_eq!(made, status);
            let made = status
                .with_full(status.is_full())
                .with_almost_full(status.is_almost_full())
                .with_store(status.store());
            assert_eq!(made, status);
        }
        assert_eq!(MailboxStatus::default().with_profile(0), None);
    }
}
