//! Commands that make the conversation one that can be followed: V.250 §6.1, §6.2, 27.007 §5.5,
//! §9.1.

use alloc::vec::Vec;
use core::fmt;

use super::{command, find, plain, push, push_quoted};
use crate::charset::CharacterSet;

plain! {
    /// `AT`: is anybody there?
    pub struct Attention = "AT", 1 s;

    /// `Z`: the profile that the user saved (V.250 §6.1.1). Settings are lost, and some sticks
    /// leave the bus and come again.
    pub struct LoadProfile = "ATZ", 5 s;

    /// `&F`: the settings of the factory (V.250 §6.1.2). Settings are lost, and some sticks leave
    /// the bus and come again.
    pub struct FactoryDefaults = "AT&F", 5 s;
}

/// `E`: whether the modem sends back what it is sent (V.250 §6.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "ATE0")]
pub struct Echo(pub bool);

/// `Q`: whether the modem keeps its results to itself (V.250 §6.2.5). It must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "ATQ0")]
pub struct Quiet(pub bool);

/// `V`: whether results are words, `OK`, instead of digits, `0` (V.250 §6.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "ATV1")]
pub struct Verbose(pub bool);

/// `&C`: whether the circuit 109 (DCD) follows the carrier (V.250 §6.2.8), or is always on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "AT&C1")]
pub struct ReceivedLineSignal(pub bool);

macro_rules! switches {
    ($( $name:ident = $letters:literal; )*) => { $(
        command! {
            $name -> (), 3 s;
            write(self, line) {
                push(line, format_args!("AT{}{}", $letters, u8::from(self.0)));
            }
            read(_) { Ok(()) }
        }
    )* };
}

switches! {
    Echo = "E";
    Quiet = "Q";
    Verbose = "V";
    ReceivedLineSignal = "&C";
}

/// `+IFC`: how each side tells the other to wait (V.250 §6.2.12).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "+IFC")]
pub struct LocalFlowControl {
    /// How the modem may be told by us.
    pub by_te: FlowControl,
    /// How the modem tells us.
    pub by_ta: FlowControl,
}

/// How one side tells the other to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowControl {
    /// Not at all.
    None,
    /// By XON and XOFF in the data.
    Characters,
    /// By the circuits 133 and 106 (RTS and CTS).
    Circuits,
}

command! {
    LocalFlowControl -> (), 3 s;
    write(self, line) {
        push(line, format_args!("AT+IFC={},{}", self.by_te, self.by_ta));
    }
    read(_) { Ok(()) }
}

/// `+CMEE`: how much the modem says when it refuses (27.007 §9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CMEE")]
pub enum ErrorReporting {
    /// `ERROR` only.
    Disabled,
    /// `+CME ERROR: 10`.
    Numeric,
    /// `+CME ERROR: SIM not inserted`.
    Verbose,
}

command! {
    ErrorReporting -> (), 3 s;
    write(self, line) {
        let number = match self {
            Self::Disabled => 0,
            Self::Numeric => 1,
            Self::Verbose => 2,
        };
        push(line, format_args!("AT+CMEE={number}"));
    }
    read(_) { Ok(()) }
}

/// `+CSCS=`: the character set of strings from now on (27.007 §5.5).
///
/// A modem may be set to `UCS2` by whoever used it before; it is said to take the name in either
/// form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CSCS")]
pub struct SetCharacterSet<'a> {
    /// The set.
    pub set: &'a CharacterSet,
    /// The set that the modem is in now, in which the name is written.
    pub now: &'a CharacterSet,
}

command! {
    SetCharacterSet<'_> -> (), 10 s;
    write(self, line) {
        let name = self.set.name();
        let encoded = self.now.encode(name);
        line.push_str("AT+CSCS=");
        push_quoted(line, encoded.as_deref().unwrap_or(name));
    }
    read(_) { Ok(()) }
}

/// `+CSCS?`: the character set of strings (27.007 §5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadCharacterSet;

command! {
    ReadCharacterSet -> CharacterSet, 10 s;
    write(self, line) { line.push_str("AT+CSCS?"); }
    read(lines) {
        find(lines, "+CSCS", "chset")?.text("chset").map(CharacterSet::from_name)
    }
}

/// `+CSCS=?`: the character sets that the modem has (27.007 §5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestCharacterSet;

command! {
    TestCharacterSet -> Vec<CharacterSet>, 10 s;
    write(self, line) { line.push_str("AT+CSCS=?"); }
    read(lines) {
        // Some leave out the parentheses.
        let fields = find(lines, "+CSCS", "chset")?;
        Ok(fields.flat_map(|field| field.texts()).map(CharacterSet::from_name).collect())
    }
}

/// The number that stands for it on the wire.
impl fmt::Display for FlowControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "0",
            Self::Characters => "1",
            Self::Circuits => "2",
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;
    use crate::command::Command;

    fn lines(text: &str) -> Vec<String> {
        text.lines().map(String::from).collect()
    }

    #[test]
    fn lines_as_sent() {
        assert_eq!(Attention.line(), "AT");
        assert_eq!(Echo(false).line(), "ATE0");
        assert_eq!(Verbose(true).line(), "ATV1");
        assert_eq!(ReceivedLineSignal(true).line(), "AT&C1");
        assert_eq!(ErrorReporting::Numeric.line(), "AT+CMEE=1");
        let flow = LocalFlowControl {
            by_te: FlowControl::Circuits,
            by_ta: FlowControl::None,
        };
        assert_eq!(flow.line(), "AT+IFC=2,0");
        let mut set = SetCharacterSet {
            set: &CharacterSet::Gsm,
            now: &CharacterSet::Ira,
        };
        assert_eq!(set.line(), "AT+CSCS=\"GSM\"");
        set.now = &CharacterSet::Ucs2;
        assert_eq!(set.line(), "AT+CSCS=\"00470053004D\"");
    }

    #[test]
    fn character_sets() {
        let read = |text| ReadCharacterSet.read(&lines(text)).unwrap();
        assert_eq!(read("+CSCS: \"GSM\""), CharacterSet::Gsm);
        assert_eq!(read("+CSCS: \"0055004300530032\""), CharacterSet::Ucs2);
        assert_eq!(read("+CSCS: IRA"), CharacterSet::Ira);
        let test = |text| TestCharacterSet.read(&lines(text)).unwrap();
        let sets = test("+CSCS: \"GSM\",\"IRA\",\"PCCP437\",\"PCDN\",\"8859-1\",\"HEX\",\"UCS2\"");
        assert_eq!(sets.len(), 7);
        assert_eq!(sets[5..], [CharacterSet::Hex, CharacterSet::Ucs2]);
        assert_eq!(
            test("+CSCS: (\"GSM\",\"UCS2\")"),
            [CharacterSet::Gsm, CharacterSet::Ucs2]
        );
        let error = ReadCharacterSet.read(&lines("OKAY")).unwrap_err();
        assert_eq!(error.kind(), crate::AnswerErrorKind::NoLine);
    }
}
