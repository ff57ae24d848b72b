//! What every ESME not written by us has to get along with: our gateway, and our message centre.
//!
//! Each is a script beside this file, run as `SCRIPT HOST:PORT SYSTEM_ID PASSWORD [INCOMING]` with a message a line on
//! its standard input: `{"name", "how", "from", "to", "text"}`, where `how` is `short_message`, or for a long text
//! `udh`, `sar`, `message_payload` or `data_sm`. It prints an event a line:
//!
//! * `{"event": "bind", "status"}`; a refused bind is its only event, and the exit status is 0 all the same,
//! * `{"event": "submit", "name", "status", "id"}` for each part,
//! * `{"event": "receipt", "esm_class", "from", "to", "fields"}`,
//! * `{"event": "message", "from", "to", "text"}` for each part of an incoming message, the text as it decoded it,
//! * `{"event": "alive", "status"}`: the answer to its `enquire_link`,
//! * `{"event": "asked"}`: our `enquire_link`.
//!
//! It stays until it has every answer and every receipt and, with INCOMING above 0, that many parts of incoming
//! messages and an `enquire_link` of ours; then it unbinds. The exit status is 1 when it has not within half a minute.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::capture::Capture;
use crate::capture::command::{
    BIND_TRANSCEIVER, DATA_SM, DELIVER_SM, ENQUIRE_LINK, SUBMIT_SM, UNBIND,
};
use crate::harness::{
    ACCOUNT, LINK, Simulator, digits, free_port, lines, messages, port, scratch, serve, texts,
};
use crate::process::Process;

const ESME_RBINDFAIL: u32 = 0x0000_000D;
const ESME_RINVPASWD: u32 = 0x0000_000E;

/// It binds to `smsgw serve`, submits in each way of `hows`, and gets its receipts, which are returned.
pub(crate) fn uses_the_gateway(
    name: &str,
    esme: &dyn Fn() -> Command,
    hows: &[&str],
) -> Vec<Value> {
    let directory = scratch(&format!("{name}-gateway"));
    let smsc = Simulator::start(&directory, free_port(), LINK);
    let address = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&directory, &[port(&address), port(&smsc.address)]);
    let mut gateway = serve(&directory, &address, &smsc.address, "");
    gateway.ready("smpp");

    must_be_refused(esme, &address);
    let messages = messages(hows);
    let client = Process::start(
        esme().args([&address, ACCOUNT.0, ACCOUNT.1]),
        &lines(&messages),
    )
    .succeed();
    let submits = check_submits(&client, &messages);
    check_answered(&client, &["bind", "alive"]);
    assert_eq!(smsc.arrived(), texts(&messages), "{:?}", smsc.process);

    let recording = capture.stop();
    let outer = recording.pdus(port(&address));
    outer.check_answered();
    assert_eq!(outer.by_client(BIND_TRANSCEIVER), 2, "{outer:?}");
    assert_eq!(outer.by_client(SUBMIT_SM), submits, "{outer:?}");
    assert_eq!(outer.by_server(DELIVER_SM), submits, "{outer:?}");
    assert_eq!(outer.by_client(ENQUIRE_LINK), 1, "{outer:?}");
    assert_eq!(outer.by_client(UNBIND), 1, "{outer:?}");
    let inner = recording.pdus(port(&smsc.address));
    inner.check_answered();
    assert!(inner.by_client(SUBMIT_SM) >= submits, "{inner:?}");
    client.events("receipt")
}

/// It binds to `smsgw sim smsc`, submits in each way of `hows`, gets its receipts and what subscribers send.
pub(crate) fn uses_the_simulator(name: &str, esme: &dyn Fn() -> Command, hows: &[&str]) {
    let directory = scratch(&format!("{name}-simulator"));
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start(&directory, port, ACCOUNT);

    must_be_refused(esme, &smsc.address);
    let messages = messages(hows);
    let incoming = BTreeMap::from([
        ("306912345678", "Hello from a handset".to_owned()),
        ("306987654321", "Добрый день 世界 😀. ".repeat(9)),
    ]);
    // One, and of the second text 67 UTF-16 units each.
    let parts = "4";
    let mut client = Process::start(
        esme().args([&smsc.address, ACCOUNT.0, ACCOUNT.1, parts]),
        &lines(&messages),
    );
    client.wait_for("bind", |line| line.contains(r#""bind""#).then_some(()));
    for (from, text) in &incoming {
        smsc.sms(&format!("+{from}"), text);
    }
    let client = client.succeed();
    let submits = check_submits(&client, &messages);
    check_answered(&client, &["bind", "alive"]);
    assert_eq!(smsc.arrived(), texts(&messages), "{:?}", smsc.process);
    let mut received = BTreeMap::<String, String>::new();
    for part in client.events("message") {
        assert_eq!(part["to"], "1000", "{part}");
        *received.entry(digits(&part["from"])).or_default() += part["text"].as_str().unwrap();
    }
    let sent: BTreeMap<_, _> = incoming
        .into_iter()
        .map(|(from, text)| (from.to_owned(), text))
        .collect();
    assert_eq!(received, sent, "{client:?}");

    let pdus = capture.stop().pdus(port);
    pdus.check_answered();
    let submitted = pdus.by_client(SUBMIT_SM) + pdus.by_client(DATA_SM);
    assert_eq!(submitted, submits, "{pdus:?}");
    assert_eq!(
        pdus.by_server(DELIVER_SM),
        submits + client.events("message").len(),
        "{pdus:?}"
    );
    assert!(pdus.by_server(ENQUIRE_LINK) > 0, "{pdus:?}");
    assert_eq!(pdus.by_client(UNBIND), 1, "{pdus:?}");
}

pub(crate) fn must_be_refused(esme: &dyn Fn() -> Command, address: &str) {
    let refused = Process::start(esme().args([address, ACCOUNT.0, "wrong"]), "").succeed();
    let status = refused.events("bind")[0]["status"].as_u64().unwrap();
    assert!(
        [ESME_RINVPASWD, ESME_RBINDFAIL]
            .map(u64::from)
            .contains(&status),
        "{refused:?}"
    );
}

fn check_answered(client: &Process, requests: &[&str]) {
    for request in requests {
        let answers = client.events(request);
        assert_eq!(answers.len(), 1, "{request}: {client:?}");
        assert_eq!(answers[0]["status"], 0, "{request}: {client:?}");
    }
}

/// How many parts it sent: each accepted, each with the receipt it asked for.
pub(crate) fn check_submits(client: &Process, messages: &[Value]) -> usize {
    let submits = client.events("submit");
    let receipts = client.events("receipt");
    assert_eq!(submits.len(), receipts.len(), "{client:?}");
    for message in messages {
        let parts: Vec<_> = submits
            .iter()
            .filter(|submit| submit["name"] == message["name"])
            .collect();
        let many = matches!(message["how"].as_str(), Some("udh" | "sar"));
        assert!(
            if many {
                parts.len() > 1
            } else {
                parts.len() == 1
            },
            "{} parts of {message}: {client:?}",
            parts.len()
        );
        for part in parts {
            assert_eq!(part["status"], 0, "{client:?}");
            let receipt = receipts
                .iter()
                .find(|receipt| receipt["fields"]["id"] == part["id"])
                .unwrap_or_else(|| panic!("no receipt for {part}: {client:?}"));
            assert_eq!(receipt["esm_class"], 0x04, "{receipt}");
            assert_eq!(receipt["fields"]["stat"], "DELIVRD", "{receipt}");
            assert_eq!(receipt["to"], message["from"], "{receipt}");
            assert_eq!(
                digits(&receipt["from"]),
                digits(&message["to"]),
                "{receipt}"
            );
        }
    }
    submits.len()
}
