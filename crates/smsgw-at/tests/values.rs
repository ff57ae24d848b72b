//! What the answers in the vectors mean: through the line layer and the command that asked.
#![allow(clippy::unwrap_used, reason = "a panic is the report of a test")]

mod common;

use serde_json::{Value as Json, json};
use smsgw_at::charset::CharacterSet;
use smsgw_at::command::Command;
use smsgw_at::command::basic::TestCharacterSet;
use smsgw_at::command::network::{Domain, ReadOperator, ReadRegistration, SignalQuality};
use smsgw_at::command::routing::TestMessageService;
use smsgw_at::command::sms::ReadServiceCentre;
use smsgw_at::command::storage::{ListMessages, MessageStatus, ReadMessage, TestPreferredStorage};
use smsgw_at::line::Event;

const SET: &CharacterSet = &CharacterSet::Gsm;

/// The lines of the answer in a vector.
fn lines(vector: &Json) -> Vec<String> {
    let in_flight = common::in_flight(vector["cmd"].as_str());
    let chunks = vector["chunks"].as_array().unwrap();
    let chunks: Vec<_> = chunks
        .iter()
        .map(|chunk| common::hex(chunk.as_str().unwrap()))
        .collect();
    let events = common::events(in_flight, chunks.iter().map(Vec::as_slice));
    let lines = events.into_iter().filter_map(|event| match event {
        Event::Line(line) => Some(line),
        _ => None,
    });
    lines.collect()
}

fn vectors() -> impl Iterator<Item = Json> {
    let vectors = include_str!("vectors/parse.jsonl").lines();
    vectors.map(|vector| serde_json::from_str(vector).unwrap())
}

fn value(kind: &str, lines: &[String]) -> Json {
    match kind {
        "creg" => {
            let registration = ReadRegistration(Domain::Circuit).read(lines).unwrap();
            json!({
                "n": registration.n,
                "stat": registration.state.0,
                "lac": registration.lac,
                "ci": registration.ci,
            })
        }
        "cpms_test" => {
            let stores = TestPreferredStorage.read(lines).unwrap();
            let names = |list: &Vec<_>| list.iter().map(ToString::to_string).collect::<Vec<_>>();
            json!(stores.iter().map(names).collect::<Vec<_>>())
        }
        "csca" => {
            let centre = ReadServiceCentre { character_set: SET }
                .read(lines)
                .unwrap();
            json!(centre.map(|address| address.to_string()))
        }
        "dbm" => json!(SignalQuality.read(lines).unwrap().dbm()),
        other => panic!("no command for {other}"),
    }
}

#[test]
fn every_value_is_read() {
    let mut count = 0;
    for vector in vectors() {
        for (kind, expected) in vector["value"].as_object().into_iter().flatten() {
            let read = value(kind, &lines(&vector));
            match expected.as_object() {
                Some(fields) => {
                    for (field, expected) in fields {
                        assert_eq!(&read[field], expected, "{}: {field}", vector["id"]);
                    }
                }
                None => assert_eq!(&read, expected, "{}", vector["id"]),
            }
            count += 1;
        }
    }
    assert!(count >= 9, "{count}");
}

#[test]
fn every_other_answer_with_a_command_of_its_own_is_read() {
    let mut count = 0;
    for vector in vectors() {
        let id = &vector["id"];
        let lines = lines(&vector);
        let read = match vector["cmd"].as_str().unwrap_or_default() {
            "AT+CSMS=?" => {
                let services = TestMessageService.read(&lines).unwrap();
                services.contains(0) && !services.contains(1)
            }
            "AT+CSCS=?" => {
                let sets = TestCharacterSet.read(&lines).unwrap();
                sets.len() == 7 && sets.contains(&CharacterSet::Ucs2)
            }
            "AT+COPS?" => {
                let operator = ReadOperator { character_set: SET }.read(&lines).unwrap();
                operator.is_automatic && operator.name.is_none()
            }
            "AT+CMGL=4" => {
                let listed = ListMessages(MessageStatus::ALL).read(&lines).unwrap();
                listed.messages.is_empty() && listed.broken.is_empty()
            }
            "AT+CMGR=7" => ReadMessage { index: 7 }.read(&lines).unwrap().is_none(),
            "AT+CMGR=1" if lines.iter().any(|line| line.starts_with("0791")) => {
                let message = ReadMessage { index: 1 }.read(&lines).unwrap().unwrap();
                message.length == 33 && message.status.is_received()
            }
            _ => continue,
        };
        assert!(read, "{id}: {lines:?}");
        count += 1;
    }
    assert!(count >= 7, "{count}");
}
