//! `+CSMS`, `+CNMA`, `+CGSMS`: who acknowledges messages, and which network carries them
//! (27.005 §3.2.1, §3.4.4, 27.007 §10.1.21).

use alloc::string::String;

use crate::command::{command, find, push};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::{Fields, Ranges};
use crate::hex;

/// `+CSMS=`: whether messages that are handed over must be acknowledged (27.005 §3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CSMS")]
pub enum MessageService {
    /// 0: they need not be.
    Phase2,
    /// 1: they must be, by [`Acknowledge`], or the modem hands over nothing more.
    Phase2Plus,
}

command! {
    MessageService -> ServiceSupport, 10 s;
    write(self, line) {
        line.push_str(match self {
            Self::Phase2 => "AT+CSMS=0",
            Self::Phase2Plus => "AT+CSMS=1",
        });
    }
    read(lines) { ServiceSupport::read(&mut find(lines, "+CSMS", "mt")?) }
}

/// Which messages a modem can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServiceSupport {
    /// Messages that arrive.
    pub mt: bool,
    /// Messages that are sent.
    pub mo: bool,
    /// Cell broadcast.
    pub bm: bool,
}

impl ServiceSupport {
    fn read(fields: &mut Fields<'_>) -> Result<Self, AnswerError> {
        let mut next = |name| Ok(fields.optional_number::<u8>(name)? == Some(1));
        Ok(Self {
            mt: next("mt")?,
            mo: next("mo")?,
            bm: next("bm")?,
        })
    }
}

/// `+CSMS?`: whether messages must be acknowledged (27.005 §3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadMessageService;

command! {
    ReadMessageService -> (MessageService, ServiceSupport), 10 s;
    write(self, line) { line.push_str("AT+CSMS?"); }
    read(lines) {
        let mut fields = find(lines, "+CSMS", "service")?;
        // 128 and above are the maker's own.
        let service = match fields.number::<u8>("service")? {
            1 => MessageService::Phase2Plus,
            _ => MessageService::Phase2,
        };
        Ok((service, ServiceSupport::read(&mut fields)?))
    }
}

/// `+CSMS=?`: which services there are (27.005 §3.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestMessageService;

command! {
    TestMessageService -> Ranges, 10 s;
    write(self, line) { line.push_str("AT+CSMS=?"); }
    read(lines) {
        // `0,1` without parentheses is a list too.
        let mut all = Ranges::NONE;
        for field in find(lines, "+CSMS", "service")? {
            for (low, high) in field.ranges("service")?.iter() {
                all.add(low, high);
            }
        }
        Ok(all)
    }
}

/// `+CNMA`: the message or report that was handed over last is safe (27.005 §3.4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CNMA")]
pub enum Acknowledge {
    /// `+CNMA`: it is.
    Plain,
    /// `+CNMA=0`: it is; the same, for modems that want the number in PDU mode.
    Numbered,
    /// `+CNMA=1,`: it is, with a report of this many octets after the prompt.
    Report {
        /// Octets of the report.
        length: u8,
    },
    /// `+CNMA=2`: it is not, and the network may try again.
    Refuse,
}

impl Acknowledge {
    /// A report as it is written after the prompt.
    #[must_use]
    pub fn data(report: &[u8]) -> String {
        let mut text = String::new();
        hex::write(report, &mut text);
        text
    }
}

command! {
    Acknowledge -> (), 10 s;
    write(self, line) {
        match self {
            Self::Plain => line.push_str("AT+CNMA"),
            Self::Numbered => line.push_str("AT+CNMA=0"),
            Self::Report { length } => push(line, format_args!("AT+CNMA=1,{length}")),
            Self::Refuse => line.push_str("AT+CNMA=2"),
        }
    }
    read(_) { Ok(()) }
}

/// `+CGSMS=`: which network carries messages that are sent (27.007 §10.1.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CGSMS")]
pub struct SelectService(
    /// Which.
    pub Service,
);

/// Which network carries messages that are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Service {
    /// Packets only.
    Packet,
    /// Circuits only.
    Circuit,
    /// Packets, and circuits where there are none.
    PacketPreferred,
    /// Circuits, and packets where there are none.
    CircuitPreferred,
}

command! {
    SelectService -> (), 10 s;
    write(self, line) {
        line.push_str(match self.0 {
            Service::Packet => "AT+CGSMS=0",
            Service::Circuit => "AT+CGSMS=1",
            Service::PacketPreferred => "AT+CGSMS=2",
            Service::CircuitPreferred => "AT+CGSMS=3",
        });
    }
    read(_) { Ok(()) }
}

/// `+CGSMS?`: which network carries messages that are sent (27.007 §10.1.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadSelectService;

command! {
    ReadSelectService -> Service, 10 s;
    write(self, line) { line.push_str("AT+CGSMS?"); }
    read(lines) {
        let service = find(lines, "+CGSMS", "service")?.field("service")?;
        match service.number("service")? {
            0_u8 => Ok(Service::Packet),
            1 => Ok(Service::Circuit),
            2 => Ok(Service::PacketPreferred),
            3 => Ok(Service::CircuitPreferred),
            _ => Err(service.error(AnswerErrorKind::Value, "service")),
        }
    }
}

/// `+CGSMS=?`: which of them there are (27.007 §10.1.21).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestSelectService;

command! {
    TestSelectService -> Ranges, 10 s;
    write(self, line) { line.push_str("AT+CGSMS=?"); }
    read(lines) { find(lines, "+CGSMS", "service")?.ranges("service") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn services() {
        let test = |line: &str| TestMessageService.read(&[line.into()]).unwrap();
        assert!(test("+CSMS: (0,1)").contains(1));
        assert!(!test("+CSMS=(0)").contains(1));
        assert!(test("+CSMS: 0,1").contains(1) && test("+CSMS: (0-1)").contains(1));
        assert!(test("+CSMS: (0,1,128)").contains(128));
        let read = |line: &str| ReadMessageService.read(&[line.into()]).unwrap();
        let (service, support) = read("+CSMS: 1,1,1,0");
        assert_eq!(service, MessageService::Phase2Plus);
        assert_eq!((support.mt, support.mo, support.bm), (true, true, false));
        assert!(
            MessageService::Phase2Plus
                .read(&["+CSMS: 1,1,1".into()])
                .unwrap()
                .bm
        );
        assert!(
            MessageService::Phase2Plus
                .read(&["+CSMS: 1".into()])
                .is_ok()
        );
    }

    #[test]
    fn acknowledgements() {
        assert_eq!(Acknowledge::Plain.line(), "AT+CNMA");
        assert_eq!(Acknowledge::Numbered.line(), "AT+CNMA=0");
        assert_eq!(Acknowledge::Report { length: 2 }.line(), "AT+CNMA=1,2");
        assert_eq!(Acknowledge::data(&[0, 0x1F]), "001F");
    }

    #[test]
    fn networks() {
        assert_eq!(
            SelectService(Service::CircuitPreferred).line(),
            "AT+CGSMS=3"
        );
        assert_eq!(
            ReadSelectService.read(&["+CGSMS: 1".into()]),
            Ok(Service::Circuit)
        );
        let error = ReadSelectService.read(&["+CGSMS: 7".into()]).unwrap_err();
        assert_eq!((error.kind(), error.offset()), (AnswerErrorKind::Value, 8));
        assert!(
            TestSelectService
                .read(&["+CGSMS: (0-3)".into()])
                .unwrap()
                .contains(3)
        );
    }
}
