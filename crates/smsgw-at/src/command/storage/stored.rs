//! `+CMGL`, `+CMGR`: messages as the modem keeps them, in PDU mode (27.005 §3.4.2, §3.4.3).

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::command::{command, push};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::{Field, Fields};
use crate::hex;

/// `+CMGL=`: the messages of the first store (27.005 §3.4.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGL")]
pub struct ListMessages(
    /// Which: [`MessageStatus::ALL`] for all. Those that were new count as read from then on.
    pub MessageStatus,
);

command! {
    ListMessages -> ListedMessages, 120 s;
    write(self, line) { push(line, format_args!("AT+CMGL={}", self.0.0)); }
    read(lines) {
        let mut listed = ListedMessages::default();
        let mut lines = lines.iter();
        while let Some(line) = lines.next() {
            let Some(mut fields) = Fields::of(line, "+CMGL") else {
                continue;
            };
            let index = fields.number("index");
            let header = index.and_then(|_| Header::read(fields));
            let at = lines.clone();
            let pdu = lines.find(|line| !line.is_empty()).filter(|line| {
                Fields::of(line, "+CMGL").is_none()
            });
            if pdu.is_none() {
                // The next one begins already.
                lines = at;
            }
            let index = index.ok();
            match header.and_then(|header| header.message(index, pdu)) {
                Ok(Some(message)) => listed.messages.push(message),
                Ok(None) => {}
                Err(error) => listed.broken.push(BrokenMessage { index, error }),
            }
        }
        Ok(listed)
    }
}

/// `+CMGR=`: one message of the first store (27.005 §3.4.3).
///
/// The answer is `None` when there is none at that place; other modems refuse then, with
/// `+CMS ERROR: 321`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGR")]
pub struct ReadMessage {
    /// Which place.
    pub index: u16,
}

command! {
    ReadMessage -> Option<StoredMessage>, 10 s;
    write(self, line) { push(line, format_args!("AT+CMGR={}", self.index)); }
    read(lines) {
        let mut lines = lines.iter();
        let header = lines.find_map(|line| Fields::of(line, "+CMGR")).map(Header::read);
        let Some(header) = header.transpose()? else {
            return Ok(None);
        };
        header.message(Some(self.index), lines.find(|line| !line.is_empty()))
    }
}

/// The messages of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListedMessages {
    /// Those that could be read, in the modem's order.
    pub messages: Vec<StoredMessage>,
    /// Those that could not. Asked for one by one they may be whole: octets get lost when much is
    /// said.
    pub broken: Vec<BrokenMessage>,
}

/// A message that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BrokenMessage {
    /// Its place; `None` when that could not be read either.
    pub index: Option<u16>,
    /// What is wrong.
    pub error: AnswerError,
}

/// A message that the modem keeps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StoredMessage {
    /// Its place.
    pub index: Option<u16>,
    /// What happened to it so far.
    pub status: MessageStatus,
    /// Octets of the TPDU, as the modem says and as there are.
    pub length: u16,
    /// The address of the service centre, then the TPDU.
    pub pdu: Vec<u8>,
}

/// What happened to a message so far: `<stat>`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageStatus(pub u8);

impl MessageStatus {
    /// It arrived and nobody has read it.
    #[doc(alias = "REC UNREAD")]
    pub const RECEIVED_UNREAD: Self = Self(0);
    /// It arrived and was read.
    #[doc(alias = "REC READ")]
    pub const RECEIVED_READ: Self = Self(1);
    /// It was written and not sent.
    #[doc(alias = "STO UNSENT")]
    pub const STORED_UNSENT: Self = Self(2);
    /// It was written and sent.
    #[doc(alias = "STO SENT")]
    pub const STORED_SENT: Self = Self(3);
    /// All of them; only to be asked for.
    pub const ALL: Self = Self(4);

    const TEXTS: [&'static str; 5] = ["REC UNREAD", "REC READ", "STO UNSENT", "STO SENT", "ALL"];

    /// Whether it came from the network.
    #[must_use]
    pub const fn is_received(self) -> bool {
        matches!(self, Self::RECEIVED_UNREAD | Self::RECEIVED_READ)
    }

    fn read(field: Field<'_>) -> Result<Self, AnswerError> {
        // Some say it in the words of text mode.
        match (0..)
            .zip(Self::TEXTS)
            .find(|(_, text)| text.eq_ignore_ascii_case(field.text()))
        {
            Some((number, _)) => Ok(Self(number)),
            None => field.number("stat").map(Self),
        }
    }
}

/// In the words of text mode, or the number.
impl fmt::Display for MessageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::TEXTS.get(usize::from(self.0)) {
            Some(text) => f.pad(text),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl fmt::Debug for MessageStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the line before a PDU says.
struct Header {
    status: MessageStatus,
    length: u16,
    /// Where the length stands.
    offset: u32,
}

impl Header {
    /// `stat,[alpha],length`, or `stat,length` where the name is left out.
    fn read(mut fields: Fields<'_>) -> Result<Self, AnswerError> {
        let status = MessageStatus::read(fields.field("stat")?)?;
        let (first, second) = (fields.field("length")?, fields.next());
        let length = match second {
            Some(second) if !second.text().is_empty() => second,
            _ => first,
        };
        Ok(Self {
            status,
            length: length.number("length")?,
            offset: length.offset(),
        })
    }

    /// The message; `None` when the place is an empty one, `0,,0` without a PDU.
    fn message(
        self,
        index: Option<u16>,
        pdu: Option<&String>,
    ) -> Result<Option<StoredMessage>, AnswerError> {
        let error = |kind| AnswerError::new(kind, "pdu", 0);
        let Self {
            status,
            length,
            offset,
        } = self;
        let pdu = match pdu {
            Some(pdu) => {
                let pdu = pdu.trim_matches([' ', '\t', '"']);
                hex::read(pdu).ok_or(error(AnswerErrorKind::Hex))?
            }
            None if length == 0 => return Ok(None),
            None => return Err(error(AnswerErrorKind::Missing)),
        };
        let Some((&address, rest)) = pdu.split_first() else {
            return Err(error(AnswerErrorKind::Missing));
        };
        let had = rest.len().checked_sub(usize::from(address));
        if had != Some(usize::from(length)) {
            let kind = AnswerErrorKind::Length {
                needed: length.into(),
                had: had.and_then(|had| u32::try_from(had).ok()).unwrap_or(0),
            };
            return Err(AnswerError::new(kind, "length", offset));
        }
        Ok(Some(StoredMessage {
            index,
            status,
            length,
            pdu,
        }))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::Command;

    const PDU: &str =
        "07915155000000F0040B915155998988F800006211122255520010C8329BFD069DC3ED76BD356FCFC9";

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(String::from).collect()
    }

    fn read(text: &str) -> Result<Option<StoredMessage>, AnswerError> {
        ReadMessage { index: 7 }.read(&lines(text))
    }

    #[test]
    fn one_message() {
        for header in [
            "0,,33",
            "0,33",
            "0,\"A, B\",33",
            "\"REC UNREAD\",,33",
            "0, , 33 ",
            "0,33,",
        ] {
            let message = read(&alloc::format!("+CMGR: {header}\n{PDU}"))
                .unwrap()
                .unwrap();
            assert_eq!(message.index, Some(7), "{header}");
            assert_eq!(message.status, MessageStatus::RECEIVED_UNREAD, "{header}");
            assert_eq!((message.length, message.pdu.len()), (33, 41), "{header}");
        }
        // A blank line between, small letters.
        let message = read(&alloc::format!("+CMGR: 1,,33\n\n{}", PDU.to_lowercase()));
        assert_eq!(
            message.unwrap().unwrap().status,
            MessageStatus::RECEIVED_READ
        );
    }

    #[test]
    fn an_empty_place() {
        for empty in ["", "+CMGR: 0,,0", "+CMGR: 0,0", "+CMGR: 0,,0\n\n"] {
            assert_eq!(read(empty), Ok(None), "{empty}");
        }
    }

    #[test]
    fn what_does_not_fit() {
        let error = |text: &str| read(text).unwrap_err();
        let short = error(&alloc::format!("+CMGR: 1,,34\n{PDU}"));
        let length = AnswerErrorKind::Length {
            needed: 34,
            had: 33,
        };
        assert_eq!(
            (short.kind(), short.field(), short.offset()),
            (length, "length", 10)
        );
        assert_eq!(error("+CMGR: 1,,33").kind(), AnswerErrorKind::Missing);
        assert_eq!(error("+CMGR: 1,,33\n07915").kind(), AnswerErrorKind::Hex);
        let length = AnswerErrorKind::Length { needed: 33, had: 0 };
        assert_eq!(error("+CMGR: 1,,33\n0791").kind(), length);
        assert_eq!(error("+CMGR: x,,33\n07").field(), "stat");
    }

    #[test]
    fn a_list_with_broken_ones_in_it() {
        let text = alloc::format!(
            "+CMGL: 1,1,,33\n{PDU}\n+CMGL: 2,1,,33\n+CMGL: 3,0,33\n\n{PDU}\n+CMGL: 4,1,,33\n{}\n\
             +CMGL: x,1,,33\n{PDU}\n+CMGL: 5,0,,0\n+CMGL: 6,3,,33\n{PDU}",
            &PDU[..60],
        );
        let listed = ListMessages(MessageStatus::ALL)
            .read(&lines(&text))
            .unwrap();
        let indexes: Vec<_> = listed.messages.iter().map(|m| m.index.unwrap()).collect();
        assert_eq!(indexes, [1, 3, 6]);
        let broken: Vec<_> = listed
            .broken
            .iter()
            .map(|b| (b.index, b.error.field()))
            .collect();
        assert_eq!(
            broken,
            [(Some(2), "pdu"), (Some(4), "length"), (None, "index")]
        );
        assert_eq!(ListMessages(MessageStatus::ALL).line(), "AT+CMGL=4");
        assert_eq!(
            ListMessages(MessageStatus::ALL).read(&[]),
            Ok(ListedMessages::default())
        );
    }

    proptest! {
        #[test]
        fn anything_is_looked_at(text in prop::collection::vec("\\+CMG[LR]: [0-9,\"]{0,9}|[0-9A-F]{0,20}|[ -~]{0,20}", 0..8)) {
            let _ = ListMessages(MessageStatus::ALL).read(&text);
            let _ = ReadMessage { index: 0 }.read(&text);
        }

        #[test]
        fn what_is_whole_is_read(octets in prop::collection::vec(any::<u8>(), 0..160), centre in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut pdu = alloc::vec![u8::try_from(centre.len()).unwrap()];
            pdu.extend(centre);
            pdu.extend(&octets);
            let mut text = alloc::format!("+CMGR: 0,,{}\n", octets.len());
            hex::write(&pdu, &mut text);
            prop_assert_eq!(read(&text).unwrap().unwrap().pdu, pdu);
        }
    }
}
