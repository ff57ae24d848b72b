//! What the targets of AT share.

use smsgw_at::line::InFlight;

use crate::Script;

/// What can be in flight; another command is written by the fuzzer.
pub const COMMANDS: &[&str] = &[
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

/// Lines that modems say, as answers or by themselves.
pub const ANSWERS: &[&str] = &[
    "OK",
    "ERROR",
    "> ",
    "+CMGS: 17",
    "+CMS ERROR: 500",
    "+CMS ERROR: 314",
    "+CMS ERROR: 332",
    "+CMS ERROR: 322",
    "+CME ERROR: 14",
    "+CME ERROR: 16",
    "+CME ERROR: 10",
    "RDY",
    "Call Ready",
    "^BOOT:1,0,0,0,6",
    "+CFUN: 1",
    "+CMTI: \"SM\",3",
    "+CMTI: \"ME\",0",
    "+CDSI: \"SR\",1",
    "+CMT: ,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+CDS: 24\r\n07914356060013F1065A098136395339F6219011700463802190117004638030",
    "+CBM: 88\r\n0011",
    "+CUSD: 1,\"menu\",15",
    "+CUSD: 0",
    "+CUSD: 1,\"no end",
    "RING",
    "+CLIP: \"+15550100\",145",
    "NO CARRIER",
    "+CREG: 1",
    "+CREG: 2,5",
    "+CSQ: 17,99",
    "+CMEE: 1",
    "+CMGF: 0",
    "+CMGF: 1",
    "+CSCS: \"GSM\"",
    "+CPIN: READY",
    "+CPIN: SIM PIN",
    "+CPIN: SIM PUK",
    "+CPINR: SIM PIN,2",
    "+CPMS: \"ME\",99,100,\"ME\",99,100,\"ME\",99,100",
    "^SMMEMFULL: \"SM\"",
    "+CMGR: 0,,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+CMGL: 1,1,,24\r\n07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
    "+CNMI: 2,0,0,0,0",
    "AT+CMGS=10",
    "0",
    "4",
];

/// What a good modem says to a line, which is Ctrl-Z for what stands behind a prompt.
pub fn answer(line: &str) -> Vec<u8> {
    const KNOWN: &[(&str, &str)] = &[
        ("AT+CGMI", "ACME"),
        ("AT+CGSN", "356938035643809"),
        ("AT+CFUN?", "+CFUN: 1"),
        ("AT+CCID", "+CCID: 8901410321111851072"),
        ("AT+CPIN?", "+CPIN: READY"),
        ("AT+CPINR", "+CPINR: SIM PIN,3,3"),
        ("AT+CIMI", "262021234567890"),
        ("AT+CSCS?", "+CSCS: \"GSM\""),
        ("AT+CSMS=?", "+CSMS: (0,1)"),
        (
            "AT+CPMS=?",
            "+CPMS: (\"SM\",\"ME\"),(\"SM\",\"ME\"),(\"SM\",\"ME\")",
        ),
        ("AT+CPMS?", "+CPMS: \"ME\",0,100,\"ME\",0,100,\"ME\",0,100"),
        ("AT+CPMS=\"ME\"", "+CPMS: 0,100,0,100,0,100"),
        ("AT+CPMS=\"SM\"", "+CPMS: 0,20,0,100,0,100"),
        ("AT+CNMI=?", "+CNMI: (0-2),(0-3),(0-3),(0-2),(0,1)"),
        ("AT+CNMI?", "+CNMI: 2,1,0,1,0"),
        ("AT+CMEE?", "+CMEE: 1"),
        ("AT+CMGF?", "+CMGF: 0"),
        ("AT+CSQ", "+CSQ: 21,99"),
        ("AT+CREG?", "+CREG: 2,1,\"00C3\",\"1A2B\""),
        ("AT+COPS?", "+COPS: 0,0,\"Acme Net\",2"),
        ("AT+CSCA?", "+CSCA: \"+15550100\",145"),
        ("\u{1a}", "+CMGS: 5"),
    ];
    let known = KNOWN.iter().find(|(known, _)| *known == line);
    match (known, line) {
        (Some((_, text)), _) => format!("\r\n{text}\r\n\r\nOK\r\n"),
        (None, line) if line.starts_with("AT+CMGS=") => "\r\n> ".to_owned(),
        (None, line) if line.starts_with("AT+CUSD=1") => {
            "\r\nOK\r\n\r\n+CUSD: 0,\"done\",15\r\n".to_owned()
        }
        (None, line) if line.starts_with("AT") => "\r\nOK\r\n".to_owned(),
        _ => String::new(),
    }
    .into_bytes()
}
