//! How many attempts are left: each maker has a command for it.

use alloc::string::String;

use crate::command::{command, find};
use crate::error::{AnswerError, AnswerErrorKind};
use crate::field::Fields;

/// How many attempts are left; `None` where the modem did not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct RetryCounters {
    /// For the PIN of the SIM, three at most as a rule.
    pub sim_pin: Option<u8>,
    /// For its PUK, ten at most as a rule.
    pub sim_puk: Option<u8>,
    /// For the second PIN.
    pub sim_pin2: Option<u8>,
    /// For the second PUK.
    pub sim_puk2: Option<u8>,
    /// For whatever `+CPIN?` asks for now: some modems give this one number only.
    pub current: Option<u8>,
}

impl RetryCounters {
    /// Attempts left for the PIN, for a SIM that waits for its PIN.
    #[must_use]
    pub fn for_sim_pin(&self) -> Option<u8> {
        self.sim_pin.or(self.current)
    }
}

/// The commands that ask how many attempts are left.
///
/// None of them is an attempt: [`Csim`](Self::Csim) sends VERIFY without a PIN, which the card
/// answers with the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ReadRetryCounters {
    /// `+CPINR` (27.007 §8.65).
    Cpinr,
    /// `^CPIN?`: Huawei.
    CaretCpin,
    /// `+QPINC?`: Quectel.
    Qpinc,
    /// `+SPIC`: SIMCom.
    Spic,
    /// `^SPIC`: Cinterion.
    CaretSpic,
    /// `*EPIN?`: Ericsson.
    Epin,
    /// `+UPINCNT`: u-blox.
    Upincnt,
    /// `+CPINC?`: Sierra, Wavecom.
    Cpinc,
    /// `#PCT`: Telit.
    Pct,
    /// `+CSIM=10,"0020000100"`: the card itself is asked (27.007 §8.17, 31.101 §11.1.9).
    Csim,
}

impl ReadRetryCounters {
    /// All of them, in an order that suits a modem of which nothing is known.
    pub const ALL: [Self; 10] = [
        Self::Cpinr,
        Self::Csim,
        Self::CaretCpin,
        Self::Qpinc,
        Self::Spic,
        Self::CaretSpic,
        Self::Epin,
        Self::Upincnt,
        Self::Cpinc,
        Self::Pct,
    ];

    const fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::Cpinr => ("+CPINR", ""),
            Self::CaretCpin => ("^CPIN", "?"),
            Self::Qpinc => ("+QPINC", "?"),
            Self::Spic => ("+SPIC", ""),
            Self::CaretSpic => ("^SPIC", ""),
            Self::Epin => ("*EPIN", "?"),
            Self::Upincnt => ("+UPINCNT", ""),
            Self::Cpinc => ("+CPINC", "?"),
            Self::Pct => ("#PCT", ""),
            Self::Csim => ("+CSIM", "=10,\"0020000100\""),
        }
    }
}

command! {
    ReadRetryCounters -> RetryCounters, 10 s;
    write(self, line) {
        let (name, arguments) = self.parts();
        for part in ["AT", name, arguments] {
            line.push_str(part);
        }
    }
    read(lines) {
        let (prefix, _) = self.parts();
        match self {
            Self::Cpinr | Self::Qpinc => by_name(lines, prefix),
            Self::Csim => status_word(lines),
            Self::CaretCpin => {
                let mut fields = find(lines, prefix, "code")?;
                fields.text("code")?;
                fields.next();
                let [puk, pin, puk2, pin2] = four(&mut fields)?;
                Ok(in_order([pin, puk, pin2, puk2]))
            }
            // How the others are ordered depends on the model.
            Self::Spic => Ok(RetryCounters {
                sim_pin: Some(find(lines, prefix, "pin")?.number("pin")?),
                ..RetryCounters::default()
            }),
            Self::Epin => {
                let mut fields = find(lines, prefix, "pin")?;
                let counters = four(&mut fields)?;
                Ok(in_order(counters))
            }
            Self::Upincnt | Self::Cpinc => {
                let mut fields = find(lines, prefix, "pin")?;
                let [pin, pin2, puk, puk2] = four(&mut fields)?;
                Ok(in_order([pin, puk, pin2, puk2]))
            }
            Self::CaretSpic | Self::Pct => {
                let current = find(lines, prefix, "counter")?.number("counter")?;
                Ok(RetryCounters { current: Some(current), ..RetryCounters::default() })
            }
        }
    }
}

/// Numbers in a row, of which the first must be there.
fn four(fields: &mut Fields<'_>) -> Result<[Option<u8>; 4], AnswerError> {
    let first = fields.number("counter")?;
    let mut next = || fields.optional_number("counter");
    Ok([Some(first), next()?, next()?, next()?])
}

const fn in_order([sim_pin, sim_puk, sim_pin2, sim_puk2]: [Option<u8>; 4]) -> RetryCounters {
    RetryCounters {
        sim_pin,
        sim_puk,
        sim_pin2,
        sim_puk2,
        current: None,
    }
}

/// A line for each: `+CPINR: SIM PIN,3,3`; `+QPINC: "SC",3,10`, which has the PUK behind the PIN.
fn by_name(lines: &[String], prefix: &str) -> Result<RetryCounters, AnswerError> {
    let mut counters = RetryCounters::default();
    // That there is one line.
    find(lines, prefix, "code")?;
    for mut fields in lines.iter().filter_map(|line| Fields::of(line, prefix)) {
        let code = fields.text("code")?.to_ascii_uppercase();
        let left = Some(fields.number("retries")?);
        match code.as_str() {
            "SIM PIN" => counters.sim_pin = left,
            "SIM PUK" => counters.sim_puk = left,
            "SIM PIN2" => counters.sim_pin2 = left,
            "SIM PUK2" => counters.sim_puk2 = left,
            "SC" => {
                counters.sim_pin = left;
                counters.sim_puk = fields.optional_number("retries")?;
            }
            "P2" => {
                counters.sim_pin2 = left;
                counters.sim_puk2 = fields.optional_number("retries")?;
            }
            _ => {}
        }
    }
    Ok(counters)
}

/// `+CSIM: 4,"63C3"`: three are left. `6983` is none; after `9000` the PIN is known or not wanted.
fn status_word(lines: &[String]) -> Result<RetryCounters, AnswerError> {
    let mut fields = find(lines, "+CSIM", "length")?;
    fields.field("length")?;
    let response = fields.field("response")?;
    let sim_pin = match response.hex::<u16>("response")? {
        word @ 0x63C0..=0x63CF => u8::try_from(word & 0x0F).ok(),
        0x6983 => Some(0),
        0x9000 => None,
        _ => return Err(response.error(AnswerErrorKind::Value, "response")),
    };
    Ok(RetryCounters {
        sim_pin,
        ..RetryCounters::default()
    })
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;
    use crate::command::Command;

    fn read(command: ReadRetryCounters, text: &str) -> Result<RetryCounters, AnswerError> {
        command.read(&text.lines().map(String::from).collect::<Vec<_>>())
    }

    #[test]
    fn as_each_maker_says_it() {
        let all = in_order([3, 10, 2, 9].map(Some));
        let cases = [
            (
                ReadRetryCounters::Cpinr,
                "AT+CPINR",
                "+CPINR: SIM PIN,3,3\n+CPINR: SIM PUK,10,10\n+CPINR: SIM PIN2,2,3\n+CPINR: SIM PUK2,9,10",
            ),
            (
                ReadRetryCounters::CaretCpin,
                "AT^CPIN?",
                "^CPIN: SIM PIN,3,10,3,9,2",
            ),
            (
                ReadRetryCounters::CaretCpin,
                "AT^CPIN?",
                "^CPIN: READY,,10,3,9,2",
            ),
            (
                ReadRetryCounters::Qpinc,
                "AT+QPINC?",
                "+QPINC: \"SC\",3,10\n+QPINC: \"P2\",2,9",
            ),
            (ReadRetryCounters::Epin, "AT*EPIN?", "*EPIN: 3,10,2,9"),
            (
                ReadRetryCounters::Upincnt,
                "AT+UPINCNT",
                "+UPINCNT: 3,2,10,9",
            ),
            (ReadRetryCounters::Cpinc, "AT+CPINC?", "+CPINC: 3,2,10,9"),
        ];
        for (command, line, answer) in cases {
            assert_eq!(command.line(), line);
            assert_eq!(read(command, answer), Ok(all), "{answer}");
        }
    }

    #[test]
    fn one_number_only() {
        for (command, answer) in [
            (ReadRetryCounters::CaretSpic, "^SPIC: 3"),
            (ReadRetryCounters::Pct, "#PCT: 3"),
            (ReadRetryCounters::Spic, "+SPIC: 3,10,0,10"),
            (ReadRetryCounters::Csim, "+CSIM: 4,\"63C3\""),
            (ReadRetryCounters::Csim, "+CSIM: 4,63c3"),
        ] {
            assert_eq!(
                read(command, answer).unwrap().for_sim_pin(),
                Some(3),
                "{answer}"
            );
        }
        let csim = |answer| read(ReadRetryCounters::Csim, answer).map(|c| c.for_sim_pin());
        assert_eq!(csim("+CSIM: 4,\"6983\""), Ok(Some(0)));
        assert_eq!(csim("+CSIM: 4,\"9000\""), Ok(None));
        let error = csim("+CSIM: 4,\"6D00\"").unwrap_err();
        assert_eq!(
            (error.kind(), error.field(), error.offset()),
            (AnswerErrorKind::Value, "response", 10)
        );
    }

    #[test]
    fn no_number_is_no_counter() {
        for command in ReadRetryCounters::ALL {
            assert!(read(command, "").is_err());
            let line = [command.parts().0, ": x,y"].concat();
            assert!(read(command, &line).is_err(), "{line}");
        }
    }
}
