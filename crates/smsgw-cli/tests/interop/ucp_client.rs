//! The package ucp, a client for Python.
//!
//! `ucp_client.py` is run as `SCRIPT HOST:PORT USER PASSWORD` with a message a line on its standard input: `{"name",
//! "how", "from", "to", "text", "nrq", "nt"}`, where `how` is `text`, `numeric` or `octets` (`text` is hex). It logs in,
//! asks whether we are there, submits, waits to be told to end, and asks again. An event a line:
//!
//! * `{"event": "bind", "status"}`; a refused login is its only event, and the exit status is 0 all the same,
//! * `{"event": "alive", "status"}`: the result of its operation 31,
//! * `{"event": "submit", "name", "status", "id"}`,
//! * `{"event": "operation", "ot", "trn", "adc", "scts"}`: an operation of ours, which it does not answer.

use serde_json::{Value, json};

use crate::capture::Capture;
use crate::capture_ucp::Side;
use crate::harness::{Simulator, UCP_ACCOUNT, eventually, free_port, lines, python, scratch};
use crate::process::Process;

/// Authentication failure.
const EC_AUTHENTICATION: u64 = 7;

fn client(smsc: &Simulator, password: &str, messages: &[Value]) -> Process {
    Process::start(
        python("ucp", "ucp_client.py").args([&smsc.address, UCP_ACCOUNT.0, password]),
        &lines(messages),
    )
}

/// Waits until it has answers to all that it submitted; whether they are positive, and the identifications.
fn submitted(client: &Process, count: usize) -> Vec<Value> {
    eventually("results", || {
        let submits = client.events("submit");
        (submits.len() == count).then_some(submits)
    })
}

fn message(how: &str, from: &str, text: &str) -> Value {
    json!({"name": format!("{how} {text}"), "how": how, "from": from, "to": "15550101", "text": text})
}

#[test]
fn python_ucp_submits() {
    let directory = scratch("python-ucp");
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start_ucp(&directory, port, &[]);
    let long = "A long text. ".repeat(12);
    // What it submits as, and the octets and the text that are to arrive.
    let cases = [
        (
            message("text", "2147", "Hello $ {[~]} 5"),
            "48656c6c6f2002201b281b3c1b3d1b3e1b292035",
            Some("Hello $ {[~]} 5"),
        ),
        (message("text", "2147", &long), "", Some(&*long)),
        (
            message("text", "Rust", "From a name"),
            "",
            Some("From a name"),
        ),
        (
            message("numeric", "2147", "0123456789"),
            "",
            Some("0123456789"),
        ),
        (message("octets", "2147", "F5AA34DE"), "f5aa34de", None),
        // Its UCS-2 is little endian, with a byte order mark.
        (
            message("text", "2147", "Привет"),
            "fffe1f0440043804320435044204",
            None,
        ),
    ];
    let messages: Vec<_> = cases.iter().map(|(message, ..)| message.clone()).collect();
    let client = client(&smsc, UCP_ACCOUNT.1, &messages);
    let results = submitted(&client, cases.len());
    let client = client.terminate();

    let arrived = smsc.process.events("submit");
    assert_eq!(arrived.len(), cases.len(), "{:?}", smsc.process);
    for (message, octets, text) in &cases {
        let result = results
            .iter()
            .find(|result| result["name"] == message["name"])
            .unwrap();
        assert_eq!(result["status"], 0, "{client:?}");
        let submit = arrived
            .iter()
            .find(|submit| submit["id"] == result["id"])
            .unwrap_or_else(|| panic!("{result}: {:?}", smsc.process));
        assert_eq!(submit["to"], message["to"], "{submit}");
        if let Some(text) = text {
            assert_eq!(submit["text"], **text, "{submit}");
        }
        if !octets.is_empty() {
            assert_eq!(submit["data_hex"], **octets, "{submit}");
        }
        // It packs a name as it should, but does not say that it is one.
        let from = match message["from"].as_str().unwrap() {
            "Rust" => ["Rust", "08D2FA9C0E"],
            number => [number; 2],
        };
        assert!(from.contains(&submit["from"].as_str().unwrap()), "{submit}");
    }
    let alive = client.events("alive");
    assert_eq!(alive.len(), 2, "{client:?}");
    assert!(alive.iter().all(|alive| alive["status"] == 0), "{client:?}");

    let traffic = capture.stop().ucp(port);
    traffic.check_answered();
    let counts = [60, 31, 51].map(|ot| traffic.operations(Side::Client, ot).len());
    assert_eq!(counts, [1, 2, cases.len()], "{traffic:?}");
}

/// The package answers nothing, so what we deliver to it is not delivered; it is a session all the same.
#[test]
fn python_ucp_leaves_us_without_results() {
    let directory = scratch("python-ucp-silent");
    let smsc = Simulator::start_ucp(&directory, free_port(), &[]);
    let mut wanted = message("text", "2147", "With a receipt");
    wanted["nrq"] = json!(1);
    wanted["nt"] = json!(3);
    let mut client = client(&smsc, UCP_ACCOUNT.1, &[wanted]);
    let results = submitted(&client, 1);
    let unanswered = eventually("timer of a result", || {
        smsc.process.events("unanswered").pop()
    });
    assert_eq!(unanswered["id"], results[0]["id"], "{:?}", smsc.process);
    client.wait_for("operation 53", |line| {
        let event: Value = serde_json::from_str(line).ok()?;
        (event["event"] == "operation" && event["ot"] == 53).then_some(())
    });
    let client = client.terminate();
    // The second was asked after the timer.
    let alive = client.events("alive");
    assert_eq!(alive.len(), 2, "{client:?}");
    assert!(alive.iter().all(|alive| alive["status"] == 0), "{client:?}");
}

#[test]
fn python_ucp_does_not_get_in_with_a_wrong_password() {
    let directory = scratch("python-ucp-password");
    let smsc = Simulator::start_ucp(&directory, free_port(), &[]);
    let client = client(&smsc, "wrong", &[message("text", "2147", "Hi")]).succeed();
    let bind = client.events("bind");
    assert_eq!(bind.len(), 1, "{client:?}");
    assert_eq!(bind[0]["status"], EC_AUTHENTICATION, "{client:?}");
    assert!(
        smsc.process.events("submit").is_empty(),
        "{:?}",
        smsc.process
    );
}
