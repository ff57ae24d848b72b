//! PDUs as modems show and take them.
#![allow(dead_code, reason = "each test file uses its part")]

use smsgw_gsm::field::{Address, Status, Timestamp};
use smsgw_gsm::tpdu::{Deliver, ModemPdu, StatusReport, Submit, UserDataBuf};

/// A PDU and what a modem says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pdu {
    pub(crate) octets: Vec<u8>,
    pub(crate) hex: String,
    /// Octets of the TPDU.
    pub(crate) length: usize,
}

impl Pdu {
    fn new(pdu: ModemPdu<'_>) -> Self {
        let octets = pdu.to_vec();
        let hex = octets.iter().map(|octet| format!("{octet:02X}")).collect();
        let length = pdu.tpdu_len();
        Self {
            octets,
            hex,
            length,
        }
    }
}

/// A message from outside; each number is another one.
pub(crate) fn message(number: i64) -> Pdu {
    let time = Timestamp::from_unix_seconds(1_700_000_000 + number, 4).expect("a time");
    let text = UserDataBuf::text(&format!("Message {number}")).expect("a text");
    let from = Address::parse("+15559998888").expect("a number");
    Pdu::new(Deliver::new(from, time, text.view()).into())
}

/// A status report on the message with this reference.
pub(crate) fn report(reference: u8, recipient: &str, status: u8) -> Pdu {
    let time =
        Timestamp::from_unix_seconds(1_700_000_000 + i64::from(reference), 4).expect("a time");
    let recipient = Address::parse(recipient).expect("a number");
    let report = StatusReport::new(reference, recipient, time, time, Status(status));
    Pdu::new(report.into())
}

/// A message to be sent whose report is wanted.
pub(crate) fn submit(recipient: &str) -> Pdu {
    let text = UserDataBuf::text("Hello").expect("a text");
    let recipient = Address::parse(recipient).expect("a number");
    let submit = Submit {
        status_report_request: true,
        ..Submit::new(recipient, text.view())
    };
    Pdu::new(submit.into())
}

/// The answer to `AT+CMGR`.
pub(crate) fn read(pdu: &Pdu) -> String {
    format!("+CMGR: 0,,{}\n{}\nOK", pdu.length, pdu.hex)
}

/// The answer to `AT+CMGL`: places, status and messages.
pub(crate) fn list(messages: &[(u16, u8, &Pdu)]) -> String {
    let entry = |(index, status, pdu): &(u16, u8, &Pdu)| {
        format!("+CMGL: {index},{status},,{}\n{}\n", pdu.length, pdu.hex)
    };
    let entries: String = messages.iter().map(entry).collect();
    format!("{entries}OK")
}
