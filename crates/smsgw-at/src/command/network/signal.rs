//! `+CSQ`, `+CESQ`: how well the modem hears the network (27.007 §8.5, §8.69).

use core::fmt;

use crate::command::{command, find};
use crate::error::AnswerError;
use crate::field::Fields;

/// `+CSQ`: how well the modem hears the network (27.007 §8.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CSQ")]
pub struct SignalQuality;

command! {
    SignalQuality -> Signal, 5 s;
    write(self, line) { line.push_str("AT+CSQ"); }
    read(lines) {
        let mut fields = find(lines, "+CSQ", "rssi")?;
        let rssi = fields.number("rssi")?;
        let ber = fields.optional_number("ber").ok().flatten();
        Ok(Signal { rssi, ber })
    }
}

/// What `+CSQ` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Signal {
    /// The strength as the standard numbers it: 0 to 31, 99 when it is not known; 100 to 191 in
    /// TD-SCDMA, 199 when it is not known there.
    pub rssi: u8,
    /// Errors as the standard numbers them: 0 to 7, 99 when they are not known. `None` when the
    /// modem left it out.
    pub ber: Option<u8>,
}

impl Signal {
    /// The strength in dBm; `None` when it is not known.
    ///
    /// -113 is that or less, -51 that or more.
    #[must_use]
    pub fn dbm(self) -> Option<i16> {
        match i16::from(self.rssi) {
            rssi @ 0..=31 => Some(2 * rssi - 113),
            rssi @ 100..=191 => Some(rssi - 216),
            _ => None,
        }
    }
}

/// `-71 dBm`, or that it is not known.
impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.dbm() {
            Some(dbm) => write!(f, "{dbm} dBm"),
            None => f.write_str("not known"),
        }
    }
}

/// `+CESQ`: how well the modem hears the network, in the terms of each kind of network
/// (27.007 §8.69).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CESQ")]
pub struct ExtendedSignalQuality;

command! {
    ExtendedSignalQuality -> ExtendedSignal, 5 s;
    write(self, line) { line.push_str("AT+CESQ"); }
    read(lines) {
        let mut fields = find(lines, "+CESQ", "rxlev")?;
        Ok(ExtendedSignal {
            rxlev: fields.number("rxlev")?,
            ber: fields.number("ber")?,
            rscp: unknown_when_missing(&mut fields, "rscp")?,
            ecno: unknown_when_missing(&mut fields, "ecno")?,
            rsrq: unknown_when_missing(&mut fields, "rsrq")?,
            rsrp: unknown_when_missing(&mut fields, "rsrp")?,
        })
    }
}

fn unknown_when_missing(fields: &mut Fields<'_>, name: &'static str) -> Result<u8, AnswerError> {
    Ok(fields.optional_number(name)?.unwrap_or(255))
}

/// What `+CESQ` says, as the standard numbers it. One network is heard at a time, so most are not
/// known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExtendedSignal {
    /// Strength in GSM: 0 to 63, 99 not known.
    pub rxlev: u8,
    /// Errors in GSM: 0 to 7, 99 not known.
    pub ber: u8,
    /// Strength in UMTS: 0 to 96, 255 not known.
    pub rscp: u8,
    /// Quality in UMTS: 0 to 49, 255 not known.
    pub ecno: u8,
    /// Quality in LTE: 0 to 34, 255 not known.
    pub rsrq: u8,
    /// Strength in LTE: 0 to 97, 255 not known.
    pub rsrp: u8,
}

impl ExtendedSignal {
    /// The strength in GSM in dBm, -111 to -48.
    #[must_use]
    pub fn rxlev_dbm(self) -> Option<i16> {
        dbm(self.rxlev, 63, -111)
    }

    /// The strength in UMTS in dBm, -121 to -25.
    #[must_use]
    pub fn rscp_dbm(self) -> Option<i16> {
        dbm(self.rscp, 96, -121)
    }

    /// The strength in LTE in dBm, -141 to -44.
    #[must_use]
    pub fn rsrp_dbm(self) -> Option<i16> {
        dbm(self.rsrp, 97, -141)
    }

    /// The strength in dBm of the network that is heard; the newest kind when more are.
    ///
    /// Not to be compared between kinds of network: LTE says the strength of one of many carriers.
    #[must_use]
    pub fn dbm(self) -> Option<i16> {
        let strengths = [self.rsrp_dbm(), self.rscp_dbm(), self.rxlev_dbm()];
        strengths.into_iter().flatten().next()
    }
}

fn dbm(value: u8, max: u8, offset: i16) -> Option<i16> {
    (value <= max).then(|| i16::from(value) + offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn strength_in_dbm() {
        let dbm = |line: &str| SignalQuality.read(&[line.into()]).unwrap().dbm();
        let cases = [
            ("+CSQ: 21,99", Some(-71)),
            ("+CSQ: 0,0", Some(-113)),
            ("+CSQ: 31", Some(-51)),
            ("+CSQ:17, 99", Some(-79)),
            ("+CSQ: 99,99", None),
            ("+CSQ: 32,99", None),
            ("+CSQ: 100,99", Some(-116)),
            ("+CSQ: 191,99", Some(-25)),
            ("+CSQ: 199,99", None),
        ];
        for (line, wanted) in cases {
            assert_eq!(dbm(line), wanted, "{line}");
        }
        let error = SignalQuality.read(&["+CSQ: 300,99".into()]).unwrap_err();
        assert_eq!((error.field(), error.offset()), ("rssi", 6));
    }

    #[test]
    fn each_kind_of_network() {
        let read = |line: &str| ExtendedSignalQuality.read(&[line.into()]).unwrap();
        let lte = read("+CESQ: 99,99,255,255,20,80");
        assert_eq!((lte.dbm(), lte.rxlev_dbm()), (Some(-61), None));
        assert_eq!(read("+CESQ: 99,99,30,20,255,255").dbm(), Some(-91));
        assert_eq!(read("+CESQ: 63,0").dbm(), Some(-48));
        assert_eq!(read("+CESQ: 99,99,255,255,255,255").dbm(), None);
    }
}
