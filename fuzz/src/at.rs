//! What the targets of AT share.

use smsgw_at::line::InFlight;

use crate::Script;

/// What can be in flight; another command is written by the fuzzer.
const COMMANDS: &[&str] = &[
    "AT",
    "ATI",
    "ATD123;",
    "AT+CSQ",
    "AT+CPIN?",
    "AT+CREG?",
    "AT+CREG=2",
    "AT+CMGS=23",
    "AT+CMGR=1",
    "AT+CMGL=4",
    "AT+CMGL=\"ALL\"",
    "AT+CUSD=1,\"*100#\",15",
    "AT+CMEE=1;+CREG=2",
    "AT+CNMA=1,12",
    "AT^SYSINFO",
    "ATS0?",
];

/// What is in flight, as the script says; `command` keeps a command of its own.
pub fn in_flight<'a>(script: &mut Script<'_>, command: &'a mut String) -> InFlight<'a> {
    let choice = script.below(5 + COMMANDS.len());
    match choice {
        0 => InFlight::Idle,
        1 => InFlight::Pdu,
        2 => InFlight::Text,
        3 => InFlight::Escape,
        4 => {
            command.extend(script.octets().iter().copied().map(char::from));
            InFlight::Command(command)
        }
        _ => InFlight::Command(COMMANDS[choice - 5]),
    }
}
