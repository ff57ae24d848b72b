//! `smsgw load ucp` from outside, against the simulated message centre.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;
#[path = "support/ucp_smsc.rs"]
mod smsc;

use std::collections::{HashMap, HashSet};
use std::process::{Command, Output};

use process::Process;
use serde_json::{Value, json};
use smsc::smsc;

fn load(address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command
        .args(["load", "ucp", "--connect", address])
        .args(["--user", "2147", "--password", "pw"])
        .args(args);
    command
}

/// The report and the exit status.
fn report(address: &str, args: &[&str]) -> (Value, i32) {
    let output = load(address, args).arg("--json").output().unwrap();
    // No progress bar where there is no terminal.
    assert!(output.stderr.is_empty(), "{output:?}");
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (report, output.status.code().unwrap())
}

/// The one line of an error.
fn error(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    let error = String::from_utf8(output.stderr.clone()).unwrap();
    assert_eq!(error.lines().count(), 1, "{error}");
    error
}

#[test]
fn every_message_is_counted_with_its_result_and_its_notification() {
    let (smsc, address) = smsc(&["--receipt-failures", "undeliv=100%"]);
    let args = ["--messages", "300", "--connections", "3", "--window", "20"];
    let more = ["--receipts", "--size", "40", "--from", "ACME"];
    let (report, status) = report(&address, &[&args[..], &more].concat());
    assert_eq!(status, 0, "{report}");
    for (key, value) in [
        ("connections", json!(3)),
        ("window", json!(20)),
        ("size", json!(40)),
        ("rate", Value::Null),
        ("sent", json!(300)),
        ("unsent", json!(0)),
        ("answered", json!(300)),
        ("statuses", json!({"A": 300})),
        ("unanswered", json!({"written": 0, "unwritten": 0})),
        ("late", json!(0)),
        ("queue_wait_ms", Value::Null),
        ("lost_sessions", json!([])),
        ("interrupted", json!(false)),
    ] {
        assert_eq!(report[key], value, "{key} of {report}");
    }
    for number in ["seconds", "messages_per_second", "cpu_seconds"] {
        assert!(report[number].as_f64().unwrap() > 0.0, "{report}");
    }
    let receipts = &report["receipts"];
    assert_eq!(receipts["expected"], 300);
    assert_eq!(receipts["received"], 300);
    assert_eq!(receipts["states"], json!({"not delivered": 300}));
    assert_eq!(receipts["unmatched"], 0);
    for times in [&report["round_trip_ms"], &receipts["latency_ms"]] {
        let times = ["p50", "p90", "p99", "max"].map(|key| times[key].as_f64().unwrap());
        assert!(times[0] > 0.0 && times.is_sorted(), "{report}");
    }

    let smsc = smsc.terminate();
    let submits = smsc.events("submit");
    assert_eq!(submits.len(), 300);
    let mut connections = HashMap::new();
    let mut ids = HashSet::new();
    for submit in &submits {
        *connections.entry(submit["connection"].clone()).or_insert(0) += 1;
        assert!(ids.insert(submit["id"].as_str().unwrap()), "{submit}");
        assert_eq!(submit["from"], "ACME");
        assert_eq!(submit["to"], "0012025550100");
        assert_eq!(submit["text"].as_str().unwrap().len(), 40);
        assert_eq!(submit["fields"]["NRq"], "1");
    }
    assert_eq!(connections.len(), 3);
    assert_eq!(smsc.events("disconnect").len(), 3);
    let answers = smsc.events("response");
    let taken = |it: &&Value| it["ot"] == 53 && it["ec"].is_null();
    assert_eq!(answers.iter().filter(taken).count(), 300);
}

#[test]
fn refusals_are_counted_by_their_code() {
    let (_smsc, address) = smsc(&["--fault", "throttle=5"]);
    let (json, status) = report(&address, &["--messages", "100"]);
    assert_eq!(status, 1);
    assert_eq!(json["statuses"], json!({"A": 80, "N/04": 20}));
    let output = load(&address, &["--messages", "10"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("answered    10: A 8, N/04 ("), "{text}");
}

#[test]
fn what_has_no_result_or_no_notification_is_counted_too() {
    let faults = ["--fault", "no-answer-drop=10"];
    let (_smsc, address) = smsc(&[&faults[..], &["--receipt-failures", "none=100%"]].concat());
    let args = ["--messages", "20", "--timeout", "3s"];
    let (report, status) = report(
        &address,
        &[&args[..], &["--receipts", "--receipt-wait", "10ms"]].concat(),
    );
    assert_eq!(status, 1);
    assert_eq!(report["answered"], 18, "{report}");
    assert_eq!(report["unanswered"], json!({"written": 2, "unwritten": 0}));
    assert_eq!(report["receipts"]["expected"], 18);
    assert_eq!(report["receipts"]["received"], 0);
}

#[test]
fn a_session_that_is_lost_leaves_the_rest_to_the_others() {
    let (_smsc, address) = smsc(&["--fault", "cut=40"]);
    let args = ["--messages", "70", "--connections", "2", "--window", "2"];
    let (report, status) = report(&address, &args);
    assert_eq!(status, 1);
    assert_eq!(report["lost_sessions"].as_array().unwrap().len(), 1);
    let count = |value: &Value| value.as_u64().unwrap();
    let unanswered = &report["unanswered"];
    let unanswered = count(&unanswered["written"]) + count(&unanswered["unwritten"]);
    assert!((1..=2).contains(&unanswered), "{report}");
    assert_eq!(
        count(&report["answered"]) + unanswered,
        count(&report["sent"])
    );
    assert_eq!(count(&report["sent"]) + count(&report["unsent"]), 70);
}

#[test]
fn a_rate_is_not_exceeded() {
    let (smsc, address) = smsc(&[]);
    let args = ["--rate", "100", "--duration", "400ms", "--connections", "2"];
    let (report, status) = report(&address, &args);
    assert_eq!(status, 0, "{report}");
    let (sent, seconds) = (report["sent"].as_u64(), report["seconds"].as_f64());
    let sent = u32::try_from(sent.unwrap()).unwrap();
    // Two may leave at once.
    let most = 100.0 * seconds.unwrap() + 2.0;
    assert!(sent > 0 && f64::from(sent) <= most, "{report}");
    assert!(report["queue_wait_ms"]["max"].is_f64(), "{report}");
    let submits = smsc.terminate().events("submit").len();
    assert_eq!(submits, usize::try_from(sent).unwrap());
}

#[test]
fn asked_to_end_it_reports_what_it_did() {
    let (mut smsc, address) = smsc(&[]);
    let args = ["--messages", "1000000", "--rate", "50", "--json"];
    let load = Process::start(&mut load(&address, &args), "");
    smsc.wait_for("submit", |line| {
        line.contains(r#""event":"submit""#).then_some(())
    });
    let mut load = load.terminate();
    let report = load.wait_for("report", |line| serde_json::from_str::<Value>(line).ok());
    assert_eq!(report["interrupted"], true);
    assert_eq!(report["answered"], report["sent"]);
    let (sent, unsent) = (report["sent"].as_u64(), report["unsent"].as_u64());
    assert_eq!(sent.unwrap() + unsent.unwrap(), 1_000_000);
    assert_eq!(smsc.terminate().events("disconnect").len(), 1);
}

#[test]
fn errors_say_what_to_look_at() {
    let (smsc, address) = smsc(&[]);
    let refused = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args(["load", "ucp", "--connect", &address, "--user", "2147"])
        .output()
        .unwrap();
    let refused = error(&refused);
    assert!(refused.contains(&address), "{refused}");
    assert!(refused.contains("07 (authentication failure)"), "{refused}");
    assert!(refused.contains("--password"), "{refused}");
    assert!(smsc.terminate().events("submit").is_empty());

    // It has ended: nobody listens there.
    let nobody = error(&load(&address, &[]).output().unwrap());
    assert!(nobody.contains("is a server running there?"), "{nobody}");
    for (args, wanted) in [
        (["--window", "101"], "at most 100"),
        (["--size", "321"], "AMsg"),
        (["--from", "ACME Ж"], "OAdC"),
        (["--to", "+123456789012345"], "AdC"),
    ] {
        let error = error(&load(&address, &args).output().unwrap());
        assert!(error.contains(wanted), "{error}");
    }
    for args in [["--messages", "0"], ["--window", "0"], ["--rate", "0"]] {
        let output = load(&address, &args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
}
