//! The radio on and off, a restart, another SIM: 27.007 §8.2, §8.66.

use super::{command, find, plain, push, values};
use crate::error::ValueError;

/// `+CFUN=`: how much of the modem is switched on (27.007 §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CFUN")]
pub struct SetFunctionality(
    /// How much.
    pub Functionality,
);

command! {
    SetFunctionality -> (), 30 s;
    write(self, line) { push(line, format_args!("AT+CFUN={}", self.0.0)); }
    read(_) { Ok(()) }
}

/// `+CFUN?`: how much of the modem is switched on (27.007 §8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadFunctionality;

command! {
    ReadFunctionality -> Functionality, 10 s;
    write(self, line) { line.push_str("AT+CFUN?"); }
    read(lines) { find(lines, "+CFUN", "fun")?.number("fun").map(Functionality) }
}

/// How much of the modem is switched on: `<fun>`. 5 to 127 are the maker's own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Functionality(pub u8);

values! {
    Functionality:
    MINIMUM = 0, "minimum";
    FULL = 1, "full";
    NO_TRANSMIT = 2, "no transmitting";
    NO_RECEIVE = 3, "no receiving";
    NO_RADIO = 4, "no radio";
}

plain! {
    /// `+CFUN=1,1`: a restart (27.007 §8.2). The port may vanish before there is an answer.
    #[doc(alias = "CFUN")]
    pub struct Reset = "AT+CFUN=1,1", 30 s;
}

/// The commands that choose between SIMs, where a modem has places for more than one. Afterwards it
/// has to be set up again from the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SlotCommand {
    /// `+CSUS=`, from 0 (27.007 §8.66). It is refused while a SIM is in use: `+CFUN=4` before.
    Csus,
    /// `+QDSIM=`, from 0: Quectel.
    Qdsim,
    /// `^SIMSWITCH=`, from 0: Huawei, SIMCom.
    CaretSimswitch,
}

/// The SIM to be used from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SelectSlot {
    command: SlotCommand,
    slot: u8,
}

impl SelectSlot {
    /// The SIM in this place, counted from 0.
    ///
    /// # Errors
    /// [`ValueError::Range`] for a place above 3.
    pub const fn new(command: SlotCommand, slot: u8) -> Result<Self, ValueError> {
        match slot {
            0..=3 => Ok(Self { command, slot }),
            _ => Err(ValueError::Range {
                min: 0,
                max: 3,
                had: slot as u32,
            }),
        }
    }
}

command! {
    SelectSlot -> (), 30 s;
    write(self, line) {
        let command = match self.command {
            SlotCommand::Csus => "+CSUS",
            SlotCommand::Qdsim => "+QDSIM",
            SlotCommand::CaretSimswitch => "^SIMSWITCH",
        };
        push(line, format_args!("AT{command}={}", self.slot));
    }
    read(_) { Ok(()) }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::command::Command;

    #[test]
    fn how_much_is_on() {
        let read = |line: &str| ReadFunctionality.read(&[line.into()]);
        assert_eq!(read("+CFUN: 1,0"), Ok(Functionality::FULL));
        assert_eq!(read("+CFUN: 7").unwrap().to_string(), "7");
        assert!(read("+CFUN: on").is_err());
        assert_eq!(
            SetFunctionality(Functionality::NO_RADIO).line(),
            "AT+CFUN=4"
        );
        assert_eq!(Reset.line(), "AT+CFUN=1,1");
    }

    #[test]
    fn places_of_sims() {
        let line = |command| SelectSlot::new(command, 1).unwrap().line();
        assert_eq!(line(SlotCommand::Csus), "AT+CSUS=1");
        assert_eq!(line(SlotCommand::Qdsim), "AT+QDSIM=1");
        assert_eq!(line(SlotCommand::CaretSimswitch), "AT^SIMSWITCH=1");
        assert!(SelectSlot::new(SlotCommand::Csus, 4).is_err());
    }
}
