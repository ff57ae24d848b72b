//! `smsgw send smpp` and `smsgw load smpp` at message centres not written by us.

use std::process::Command;

use serde_json::{Value, json};

use crate::capture::Capture;
use crate::capture::command::SUBMIT_SM;
use crate::harness::{LINK, digits, free_port, messages, port, scratch, smsgw};
use crate::smsc;

/// `smsgw TOOL smpp` with what the message centres want to know.
pub(crate) fn client(tool: &str, address: &str) -> Command {
    let mut client = smsgw();
    client.args([tool, "smpp", "--connect", address]).args([
        "--system-id",
        LINK.0,
        "--password",
        LINK.1,
    ]);
    client
}

/// In each way of `--long`, with the receipts waited for.
pub(crate) fn send(name: &str, server: Command) {
    let address = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&scratch(name), &[port(&address)]);
    let smsc = smsc::started(server, &address, &[]);
    for message in messages(&["udh", "udh16", "sar", "payload"]) {
        let field = |name: &str| message[name].as_str().unwrap();
        let mut send = client("send", &address);
        send.args(["--json", "--wait-receipt", "10s"]).args([
            "--from",
            field("from"),
            "--to",
            field("to"),
        ]);
        if field("how") != "short_message" {
            send.args(["--long", field("how")]);
        }
        let output = send.arg(field("text")).output().unwrap();
        assert!(output.status.success(), "{output:?}: {smsc:?}");
        let sent: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut arrived = String::new();
        let mut submits = smsc.events("submit");
        submits.retain(|submit| digits(&submit["to"]) == digits(&message["to"]));
        for submit in &submits {
            arrived += submit["text"].as_str().unwrap();
        }
        assert_eq!(arrived, field("text"), "{smsc:?}");
        let ids = |parts: &[Value], name: &str| -> Vec<_> {
            parts.iter().map(|part| part[name].clone()).collect()
        };
        let parts = sent["parts"].as_array().unwrap();
        assert_eq!(ids(parts, "message_id"), ids(&submits, "id"), "{sent}");
    }
    capture.stop().pdus(port(&address)).check_answered();
}

/// The message centre refuses every tenth: both count the same.
pub(crate) fn load(name: &str, server: Command) {
    let address = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&scratch(name), &[port(&address)]);
    let smsc = smsc::started(server, &address, &["throttle", "10"]);
    let mut load = client("load", &address);
    load.args([
        "--messages",
        "500",
        "--window",
        "50",
        "--receipts",
        "--json",
    ]);
    let output = load.output().unwrap();
    // Not all were taken.
    assert_eq!(output.status.code(), Some(1), "{output:?}: {smsc:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let statuses = json!({"ESME_ROK": 450, "ESME_RTHROTTLED": 50});
    assert_eq!(report["statuses"], statuses, "{report}");
    assert_eq!(
        report["receipts"]["states"],
        json!({"DELIVRD": 450}),
        "{report}"
    );
    assert_eq!(smsc.events("submit").len(), 500);
    let pdus = capture.stop().pdus(port(&address));
    pdus.check_answered();
    assert_eq!(pdus.by_client(SUBMIT_SM), 500, "{pdus:?}");
}
