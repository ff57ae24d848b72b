//! Sending: 27.005 §3.5.1 to §3.5.3, §3.5.6.
//!
//! ```
//! use smsgw_at::command::Command;
//! use smsgw_at::command::send::SendMessage;
//!
//! // A service centre of no octets, then the TPDU.
//! let pdu = b"\0\x01\0\x0B\x91\x51\x55\x21\x43\x65\xF7\0\0\x02\xE8\x34";
//! let send = SendMessage::of(pdu).unwrap();
//! assert_eq!(send.line(), "AT+CMGS=15");
//! // What is written after the prompt, and then Ctrl-Z.
//! assert_eq!(SendMessage::data(pdu), "0001000B915155214365F7000002E834");
//! // How that is answered.
//! assert_eq!(send.read(&["+CMGS: 12".into()])?.reference, Some(12));
//! # Ok::<(), smsgw_at::AnswerError>(())
//! ```

use alloc::string::{String, ToString};

use super::storage::MessageStatus;
use super::{command, find, push};
use crate::field::Fields;
use crate::hex;

/// `+CMGS=`: sends a message (27.005 §3.5.1). Its PDU follows after the prompt, as
/// [`data`](Self::data) writes it, and a Ctrl-Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGS")]
pub struct SendMessage {
    length: u8,
}

impl SendMessage {
    /// The command for a PDU: the address of the service centre, then the TPDU. `None` when there
    /// is no TPDU, or one of more than 164 octets, which no TPDU has.
    #[must_use]
    pub fn of(pdu: &[u8]) -> Option<Self> {
        let length = tpdu_length(pdu)?;
        Some(Self { length })
    }

    /// Octets of the TPDU alone.
    #[must_use]
    pub const fn length(&self) -> u8 {
        self.length
    }

    /// A PDU as it is written after the prompt.
    #[must_use]
    pub fn data(pdu: &[u8]) -> String {
        let mut text = String::new();
        hex::write(pdu, &mut text);
        text
    }
}

command! {
    SendMessage -> Sent, 180 s;
    write(self, line) { push(line, format_args!("AT+CMGS={}", self.length)); }
    read(lines) { Ok(Sent::read(lines, "+CMGS")) }
}

/// Octets of the TPDU behind the service centre's address. 164 are the most: those of a header
/// with a full address and 140 octets of user data.
fn tpdu_length(pdu: &[u8]) -> Option<u8> {
    let (&address, rest) = pdu.split_first()?;
    let length = rest.len().checked_sub(usize::from(address))?;
    u8::try_from(length).ok().filter(|n| matches!(n, 1..=164))
}

/// That the message is on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Sent {
    /// Its number, which the status report names (TP-MR). `None` when the modem did not say: the
    /// message is sent all the same.
    pub reference: Option<u8>,
    /// What came with it: the report of the service centre in PDU mode, when `+CSMS` is 1; its time
    /// in text mode.
    pub acknowledgement: Option<String>,
}

impl Sent {
    /// Once there was `OK` the message is sent. That is never an error, whatever else was said.
    fn read(lines: &[String], prefix: &str) -> Self {
        let Ok(mut fields) = find(lines, prefix, "mr") else {
            return Self::default();
        };
        Self {
            reference: fields.optional_number("mr").ok().flatten(),
            acknowledgement: fields.optional_text().map(ToString::to_string),
        }
    }

    /// What a line that comes late says; `None` when it is another one's.
    #[must_use]
    pub fn of(line: &str) -> Option<Self> {
        let mut fields = Fields::of(line, "+CMGS")?;
        Some(Self {
            reference: fields.optional_number("mr").ok().flatten(),
            acknowledgement: fields.optional_text().map(ToString::to_string),
        })
    }
}

/// `+CMGW=`: writes a message to the second store (27.005 §3.5.3). Its PDU follows after the
/// prompt, as for [`SendMessage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMGW")]
pub struct WriteMessage {
    length: u8,
    status: MessageStatus,
}

impl WriteMessage {
    /// The command for a PDU: the address of the service centre, then the TPDU. `None` as in
    /// [`SendMessage::of`].
    #[must_use]
    pub fn of(pdu: &[u8], status: MessageStatus) -> Option<Self> {
        let length = tpdu_length(pdu)?;
        Some(Self { length, status })
    }
}

command! {
    WriteMessage -> u16, 10 s;
    write(self, line) { push(line, format_args!("AT+CMGW={},{}", self.length, self.status.0)); }
    read(lines) { find(lines, "+CMGW", "index")?.number("index") }
}

/// `+CMSS=`: sends a message of the second store (27.005 §3.5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMSS")]
pub struct SendFromStorage {
    /// Which place.
    pub index: u16,
}

command! {
    SendFromStorage -> Sent, 180 s;
    write(self, line) { push(line, format_args!("AT+CMSS={}", self.index)); }
    read(lines) { Ok(Sent::read(lines, "+CMSS")) }
}

/// `+CMMS=`: whether the radio link is kept for the next message (27.005 §3.5.6). Many modems do
/// not know it, which does no harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMMS")]
pub enum MoreMessagesToSend {
    /// It is not.
    Disabled,
    /// It is until nothing is sent for one to five seconds.
    UntilPause,
    /// It always is.
    Enabled,
}

command! {
    MoreMessagesToSend -> (), 10 s;
    write(self, line) {
        line.push_str(match self {
            Self::Disabled => "AT+CMMS=0",
            Self::UntilPause => "AT+CMMS=1",
            Self::Enabled => "AT+CMMS=2",
        });
    }
    read(_) { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn the_length_leaves_the_service_centre_out() {
        let pdu = |centre: u8, rest: usize| {
            let mut pdu = alloc::vec![centre];
            pdu.resize(1 + usize::from(centre) + rest, 0);
            SendMessage::of(&pdu).map(|send| send.length())
        };
        assert_eq!(pdu(0, 15), Some(15));
        assert_eq!(pdu(7, 164), Some(164));
        assert_eq!(pdu(7, 165), None);
        assert_eq!(pdu(7, 0), None);
        assert_eq!(SendMessage::of(&[7, 1]), None);
        assert_eq!(SendMessage::of(&[]), None);
        let write = WriteMessage::of(&[0, 1, 2], MessageStatus::STORED_UNSENT).unwrap();
        assert_eq!(write.line(), "AT+CMGW=2,2");
        assert_eq!(write.read(&["+CMGW: 300".into()]), Ok(300));
        assert_eq!(MoreMessagesToSend::UntilPause.line(), "AT+CMMS=1");
    }

    #[test]
    fn once_it_is_sent_it_is_sent() {
        let send = SendMessage::of(&[0, 1]).unwrap();
        let read = |lines: &[&str]| {
            let lines: alloc::vec::Vec<_> = lines.iter().map(ToString::to_string).collect();
            send.read(&lines).unwrap()
        };
        assert_eq!(read(&["+CMGS: 255"]).reference, Some(255));
        assert_eq!(
            read(&["+CMGS:7,\"26/01/02,03:04:05+04\""])
                .acknowledgement
                .as_deref(),
            Some("26/01/02,03:04:05+04")
        );
        for without in [&[][..], &["+CMGS:"], &["+CMGS: 256"], &["+CMGS: x"]] {
            assert_eq!(read(without).reference, None, "{without:?}");
        }
        let from_storage = SendFromStorage { index: 3 };
        assert_eq!(from_storage.line(), "AT+CMSS=3");
        assert_eq!(
            from_storage.read(&["+CMSS: 9".into()]).unwrap().reference,
            Some(9)
        );
        assert_eq!(Sent::of("+CMGS: 9").unwrap().reference, Some(9));
        assert_eq!(Sent::of("+CMGSX: 9"), None);
    }
}
