//! Who the modem is and whose SIM is in it: 27.007 §5, §8.18.

mod digits;

use alloc::string::String;

use super::{command, said};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::Fields;

pub use digits::{Iccid, Imei, Imsi};

/// `+CGMI`: who made it (27.007 §5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CGMI")]
pub struct Manufacturer;

/// `+CGMM`: what it is (27.007 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CGMM")]
pub struct Model;

/// `+CGMR`: which software is in it (27.007 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CGMR")]
pub struct Revision;

macro_rules! texts {
    ($( $name:ident = $prefix:literal; )*) => { $(
        command! {
            $name -> String, 5 s;
            write(self, line) {
                line.push_str("AT");
                line.push_str($prefix);
            }
            read(lines) { text(lines, $prefix) }
        }
    )* };
}

texts! {
    Manufacturer = "+CGMI";
    Model = "+CGMM";
    Revision = "+CGMR";
}

/// `+CGSN`: the number of the equipment, its IMEI (27.007 §5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CGSN")]
pub struct SerialNumber;

command! {
    SerialNumber -> Imei, 5 s;
    write(self, line) { line.push_str("AT+CGSN"); }
    read(lines) {
        first(lines, "sn", |line| {
            // Behind `+CGSN:` or `IMEI:`, alone, or with the software's version behind a comma.
            let digits = said(line, "+CGSN").split([':', ' ', ',', '"']);
            digits.rev().find_map(|digits| Imei::parse(digits).ok())
        })
    }
}

/// `+CIMI`: the number of the subscription, its IMSI (27.007 §5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CIMI")]
pub struct InternationalMobileSubscriberIdentity;

command! {
    InternationalMobileSubscriberIdentity -> Imsi, 10 s;
    write(self, line) { line.push_str("AT+CIMI"); }
    read(lines) {
        first(lines, "IMSI", |line| Imsi::parse(said(line, "+CIMI")).ok())
    }
}

/// The commands for the number of the SIM, its ICCID: each maker has its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "ICCID")]
#[non_exhaustive]
pub enum ReadIccid {
    /// `+CCID`: Wavecom, u-blox, SIMCom, many others.
    Ccid,
    /// `+ICCID`: Sierra, some SIMCom.
    PlusIccid,
    /// `^ICCID?`: Huawei.
    CaretIccid,
    /// `+QCCID`: Quectel.
    Qccid,
    /// `#CCID`: Telit.
    HashCcid,
    /// `^SCID`: Cinterion.
    Scid,
    /// `+CRSM=176,12258,0,0,10`: the file 2FE2 of the SIM, EF-ICCID, read by octets (27.007 §8.18).
    /// What is left when the others are refused.
    Crsm,
}

impl ReadIccid {
    /// All of them, in an order that suits a modem of which nothing is known.
    pub const ALL: [Self; 7] = [
        Self::Ccid,
        Self::PlusIccid,
        Self::CaretIccid,
        Self::Qccid,
        Self::HashCcid,
        Self::Scid,
        Self::Crsm,
    ];

    const fn prefix(self) -> &'static str {
        match self {
            Self::Ccid => "+CCID",
            Self::PlusIccid => "+ICCID",
            Self::CaretIccid => "^ICCID",
            Self::Qccid => "+QCCID",
            Self::HashCcid => "#CCID",
            Self::Scid => "^SCID",
            Self::Crsm => "+CRSM",
        }
    }
}

command! {
    ReadIccid -> Iccid, 10 s;
    write(self, line) {
        line.push_str("AT");
        line.push_str(self.prefix());
        line.push_str(match self {
            Self::CaretIccid => "?",
            Self::Crsm => "=176,12258,0,0,10",
            _ => "",
        });
    }
    read(lines) {
        if *self == Self::Crsm {
            return read_crsm(lines);
        }
        first(lines, "ICCID", |line| {
            // Some answer under another name, or under none.
            let digits = said(line, self.prefix()).split([':', ' ', ',', '"']);
            digits.rev().find_map(|digits| Iccid::parse(digits).ok())
        })
    }
}

/// `+CRSM: 144,0,"98101430121181157002"`.
fn read_crsm(lines: &[String]) -> Result<Iccid, AnswerError> {
    let mut fields = super::find(lines, "+CRSM", "sw1")?;
    let sw1 = fields.field("sw1")?;
    fields.number::<u8>("sw2")?;
    // 0x90 and 0x91 are success, others have no file behind them.
    if !matches!(sw1.number::<u8>("sw1")?, 144 | 145) {
        return Err(sw1.error(AnswerErrorKind::Value, "sw1"));
    }
    let response = fields.field("response")?;
    Iccid::from_file(response.text())
        .map_err(|_| response.error(AnswerErrorKind::Value, "response"))
}

/// What the lines say, without a prefix and quotes. Some say it in more than one line.
fn text(lines: &[String], prefix: &str) -> Result<String, AnswerError> {
    let mut text = String::new();
    for line in lines {
        let said = said(line, prefix);
        if !text.is_empty() && !said.is_empty() {
            text.push(' ');
        }
        text.push_str(said);
    }
    match text.is_empty() {
        true => Err(AnswerError::new(AnswerErrorKind::NoLine, "text", 0)),
        false => Ok(text),
    }
}

/// What the first line says that says it; which of its octets is wrong is not known when none does.
fn first<T>(
    lines: &[String],
    field: &'static str,
    read: impl FnMut(&String) -> Option<T>,
) -> Result<T, AnswerError> {
    let kind = match lines.iter().all(|line| Fields::bare(line).rest().is_none()) {
        true => AnswerErrorKind::NoLine,
        false => AnswerErrorKind::Value,
    };
    let mut said = lines.iter().filter_map(read);
    said.next().ok_or(AnswerError::new(kind, field, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    fn lines(text: &str) -> alloc::vec::Vec<String> {
        text.lines().map(String::from).collect()
    }

    #[test]
    fn names() {
        let maker = |text| Manufacturer.read(&lines(text)).unwrap();
        assert_eq!(maker("huawei"), "huawei");
        assert_eq!(maker("+CGMI: \"Telit\""), "Telit");
        assert_eq!(
            maker("\nSIERRA WIRELESS,\nINCORPORATED"),
            "SIERRA WIRELESS, INCORPORATED"
        );
        assert_eq!(Model.line(), "AT+CGMM");
        let error = Revision.read(&lines("\n")).unwrap_err();
        assert_eq!(error.kind(), AnswerErrorKind::NoLine);
    }

    #[test]
    fn imei_of_every_form() {
        for text in [
            "356938035643809",
            "+CGSN: \"356938035643809\"",
            "\"356938035643809\"",
            "IMEI: 356938035643809",
            "356938035643809,01",
        ] {
            assert_eq!(
                SerialNumber.read(&lines(text)).unwrap().as_str(),
                "356938035643809"
            );
        }
        let error = SerialNumber.read(&lines("not known")).unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (AnswerErrorKind::Value, "sn")
        );
    }

    #[test]
    fn imsi() {
        let read = |text| InternationalMobileSubscriberIdentity.read(&lines(text));
        assert_eq!(read("262021234567890").unwrap().as_str(), "262021234567890");
        assert_eq!(
            read("+CIMI: \"262021234567890\"")
                .unwrap()
                .mobile_country_code(),
            "262"
        );
        assert!(read("").is_err());
    }

    #[test]
    fn iccid_of_every_form() {
        let cases = [
            (
                ReadIccid::Ccid,
                "AT+CCID",
                "+CCID: \"89014103211118510720\"",
            ),
            (ReadIccid::Ccid, "AT+CCID", "89014103211118510720"),
            (
                ReadIccid::PlusIccid,
                "AT+ICCID",
                "ICCID: 89014103211118510720",
            ),
            (
                ReadIccid::CaretIccid,
                "AT^ICCID?",
                "^ICCID: 98101430121181157002",
            ),
            (
                ReadIccid::Qccid,
                "AT+QCCID",
                "+QCCID: 89014103211118510720F",
            ),
            (
                ReadIccid::HashCcid,
                "AT#CCID",
                "#CCID: 89014103211118510720",
            ),
            (ReadIccid::Scid, "AT^SCID", "^SCID: 89014103211118510720"),
            (
                ReadIccid::Crsm,
                "AT+CRSM=176,12258,0,0,10",
                "+CRSM: 144,0,\"98101430121181157002\"",
            ),
        ];
        for (command, line, answer) in cases {
            assert_eq!(command.line(), line);
            let iccid = command.read(&lines(answer)).unwrap();
            assert_eq!(
                iccid.as_str().get(..19),
                Some("8901410321111851072"),
                "{answer}"
            );
        }
        let error = ReadIccid::Crsm.read(&lines("+CRSM: 106,130")).unwrap_err();
        assert_eq!(
            (error.kind(), error.field()),
            (AnswerErrorKind::Value, "sw1")
        );
    }
}
