//! Reading what a modem says.
//!
//! From the octets of one read to the last event of the reader, and where a command was answered,
//! to the values of its answer. A round is one answer, or one line that nobody asked for.

use std::hint::black_box;

use smsgw_at::charset::CharacterSet;
use smsgw_at::command::Command;
use smsgw_at::command::network::{Domain, ReadOperator, ReadRegistration, SignalQuality};
use smsgw_at::command::send::Sent;
use smsgw_at::command::storage::MessageStatus;
use smsgw_at::command::storage::{ListMessages, ReadMessage};
use smsgw_at::line::{Event, InFlight, LineReader};

use smsgw_gsm::field::{Address, Timestamp};
use smsgw_gsm::tpdu::{Deliver, ModemPdu, UserDataBuf};

use crate::{Case, measured};

/// A DELIVER of 100 characters as a modem shows it, and the octets of its TPDU.
fn stored() -> (String, usize) {
    let text = UserDataBuf::text(&"twenty octets of it.".repeat(5)).unwrap();
    let from = Address::parse("+447894676800").unwrap();
    let time = Timestamp::from_unix_seconds(1_700_000_000, 4).unwrap();
    let pdu = ModemPdu {
        service_centre: Address::parse("+447894600000").ok(),
        tpdu: Deliver::new(from, time, text.view()).into(),
    };
    let octets = pdu.to_vec();
    let digits = octets.iter().map(|octet| format!("{octet:02X}"));
    (digits.collect(), pdu.tpdu_len())
}

/// All fixtures. There is no other crate to set beside ours.
pub fn cases() -> Vec<Case> {
    let (pdu, length) = stored();
    let listed = |index: u32| format!("\r\n+CMGL: {index},1,,{length}\r\n{pdu}");
    let list: String = (1..=20).map(listed).collect();
    vec![
        answer("at/ok", "AT+CMGF=0", "\r\nOK\r\n", |lines| {
            black_box(&lines);
        }),
        answer(
            "at/echo_and_ok",
            "AT+CMGF=0",
            "AT+CMGF=0\r\r\nOK\r\n",
            |lines| {
                black_box(&lines);
            },
        ),
        answer(
            "at/csq",
            "AT+CSQ",
            "\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
            |lines| {
                black_box(&SignalQuality.read(lines).unwrap());
            },
        ),
        answer(
            "at/creg",
            "AT+CREG?",
            "\r\n+CREG: 2,1,\"00C3\",\"0E4B\",2\r\n\r\nOK\r\n",
            |lines| {
                black_box(&ReadRegistration(Domain::Circuit).read(lines).unwrap());
            },
        ),
        answer(
            "at/cops",
            "AT+COPS?",
            "\r\n+COPS: 0,0,\"Simulated Mobile\",2\r\n\r\nOK\r\n",
            |lines| {
                let operator = ReadOperator {
                    character_set: &CharacterSet::Ira,
                };
                black_box(&operator.read(lines).unwrap());
            },
        ),
        send(),
        answer(
            "at/cmgr",
            "AT+CMGR=1",
            &format!("\r\n+CMGR: 1,,{length}\r\n{pdu}\r\n\r\nOK\r\n"),
            |lines| {
                let message = ReadMessage { index: 1 }.read(lines).unwrap();
                black_box(&message.unwrap());
            },
        ),
        answer(
            "at/cmgl_20",
            "AT+CMGL=4",
            &format!("{list}\r\n\r\nOK\r\n"),
            |lines| {
                let listed = ListMessages(MessageStatus::ALL).read(lines).unwrap();
                assert_eq!(listed.messages.len(), 20);
                black_box(&listed);
            },
        ),
        news("at/cmti", "\r\n+CMTI: \"ME\",12\r\n"),
        news("at/cmt", &format!("\r\n+CMT: ,{length}\r\n{pdu}\r\n")),
        news("at/ring", "\r\nRING\r\n\r\n+CLIP: \"+41791234567\",145\r\n"),
    ]
}

/// The answer to a command, read by `read`.
fn answer(
    name: &'static str,
    command: &'static str,
    octets: &str,
    read: impl Fn(&[String]) + 'static,
) -> Case {
    let octets = octets.as_bytes().to_vec();
    let mut reader = LineReader::new();
    let mut lines = Vec::new();
    case(name, move || {
        lines.clear();
        reader.expect(InFlight::Command(command));
        reader.push(black_box(&octets));
        let mut is_ended = false;
        while let Some(event) = reader.next_event() {
            match event {
                Event::Line(line) => lines.push(line),
                Event::Final(result) => is_ended = result.is_ok(),
                Event::Echo(_) => {}
                other => panic!("{other:?}"),
            }
        }
        assert!(is_ended);
        read(&lines);
    })
}

/// A message is sent: the prompt, the reference and the result.
fn send() -> Case {
    let mut reader = LineReader::new();
    case("at/send", move || {
        reader.expect(InFlight::Command("AT+CMGS=123"));
        reader.push(black_box(b"\r\n> "));
        assert!(matches!(reader.next_event(), Some(Event::Prompt)));
        reader.expect(InFlight::Pdu);
        reader.push(black_box(b"\r\n+CMGS: 200\r\n\r\nOK\r\n"));
        let Some(Event::Line(line)) = reader.next_event() else {
            panic!("no line");
        };
        black_box(&Sent::of(&line).unwrap());
        assert!(matches!(reader.next_event(), Some(Event::Final(_))));
        assert!(reader.next_event().is_none());
    })
}

/// Something that nobody asked for.
fn news(name: &'static str, octets: &str) -> Case {
    let octets = octets.as_bytes().to_vec();
    let mut reader = LineReader::new();
    case(name, move || {
        reader.push(black_box(&octets));
        while let Some(event) = reader.next_event() {
            match &event {
                Event::Urc(urc) => black_box(&urc.kind()),
                other => panic!("{other:?}"),
            };
        }
    })
}

fn case(name: &'static str, mut round: impl FnMut() + 'static) -> Case {
    Case {
        name,
        subject: "smsgw-at",
        pdus: 1,
        octets: None,
        run: Box::new(move |rounds| measured(rounds, &mut round)),
    }
}
