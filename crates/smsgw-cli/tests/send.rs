//! `smsgw send smpp` from outside, against the simulated message centre.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;
#[path = "support/smsc.rs"]
mod smsc;

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use smsc::smsc;

fn send(address: &str, args: &[&str]) -> Output {
    command(address, args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn command(address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command
        .args(["send", "smpp", "--connect", address])
        .args(["--system-id", "esme", "--password", "pw"])
        .args(["--to", "+306912345678"])
        .args(args);
    command
}

/// Sends in good order.
fn sent(address: &str, args: &[&str]) -> String {
    let output = send(address, args);
    assert!(output.status.success(), "{args:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Texts of several submits, as one.
fn joined(submits: &[Value]) -> String {
    submits
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect()
}

#[test]
fn a_short_message_with_all_that_can_be_said() {
    let (smsc, address) = smsc(&[]);
    let text = sent(&address, &["--from", "ACME", "Lunch at 12? 10 €"]);
    assert!(text.starts_with("part 1 of 1  ESME_ROK  id "), "{text}");
    let more = ["--tlv", "0x1601=0a0b", "--tlv", "5122=", "--validity", "1h"];
    sent(&address, &[&more[..], &["--receipt", "γειά"]].concat());
    sent(&address, &["--flash", "now"]);
    sent(&address, &["--flash", "τώρα"]);
    sent(&address, &["--encoding", "latin1", "Grüße"]);
    sent(
        &address,
        &["--encoding", "latin1", "--data-coding", "0", "Grüße"],
    );
    sent(&address, &["--data-coding", "0x08", "abc"]);
    sent(&address, &["--udh", "0605040b8423f0", "--hex", "0a06 03"]);

    let smsc = smsc.terminate();
    let modes: Vec<_> = smsc
        .events("bind")
        .iter()
        .map(|it| it["mode"].clone())
        .collect();
    assert_eq!(modes, ["transmitter"; 8]);
    assert_eq!(smsc.events("unbind").len(), 8);
    let submits = smsc.events("submit");
    let [
        euro,
        greek,
        flash,
        greek_flash,
        latin,
        called_gsm,
        ucs2,
        port,
    ] = &submits[..]
    else {
        panic!("{submits:?}");
    };
    assert_eq!(euro["text"], "Lunch at 12? 10 €");
    assert_eq!(euro["from"], "ACME");
    assert_eq!(euro["to"], "306912345678");
    assert_eq!(euro["to_ton_npi"], json!([1, 1]));
    for (key, value) in [
        ("data_coding", 0),
        ("registered_delivery", 0),
        ("esm_class", 0),
    ] {
        assert_eq!(euro[key], value, "{key}");
    }
    assert_eq!(greek["text"], "γειά");
    assert_eq!(greek["data_coding"], 8);
    assert_eq!(greek["registered_delivery"], 1);
    assert_eq!(greek["validity_period"], "000000010000000R");
    let tlvs = json!([{"tag": 0x1601, "value": "0a0b"}, {"tag": 5122, "value": ""}]);
    assert_eq!(greek["tlvs"], tlvs);
    assert_eq!(
        (&flash["text"], &flash["data_coding"]),
        (&json!("now"), &json!(0xF0))
    );
    assert_eq!(greek_flash["data_coding"], 8);
    assert_eq!(greek_flash["tlvs"], json!([{"tag": 0x0005, "value": "01"}]));
    assert_eq!(
        (&latin["text"], &latin["data_coding"]),
        (&json!("Grüße"), &json!(3))
    );
    assert_eq!(called_gsm["data_hex"], latin["data_hex"]);
    assert_eq!(called_gsm["data_coding"], 0);
    assert_eq!(
        (&ucs2["text"], &ucs2["data_coding"]),
        (&json!("abc"), &json!(8))
    );
    assert_eq!(
        (&port["udh"], &port["data_hex"]),
        (&json!("0605040b8423f0"), &json!("0a0603"))
    );
    assert_eq!(
        (&port["data_coding"], &port["esm_class"]),
        (&json!(4), &json!(0x40))
    );
}

#[test]
fn a_long_message_in_each_way_it_can_go() {
    let (smsc, address) = smsc(&[]);
    let gsm = "0123456789€".repeat(30);
    let greek = "μήνυμα 🙂 ".repeat(12);
    for long in ["udh", "udh16", "sar", "payload"] {
        for text in [&gsm, &greek] {
            sent(&address, &["--long", long, text]);
        }
    }
    let latin = "é".repeat(141);
    sent(&address, &["--encoding", "latin1", &latin]);
    let mut piped = command(&address, &["--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = piped.stdin.take().unwrap();
    input.write_all(format!("{gsm}\n").as_bytes()).unwrap();
    drop(input);
    let answer = json_of(&piped.wait_with_output().unwrap());

    let smsc = smsc.terminate();
    let mut submits = smsc.events("submit");
    let mut next = |count: usize| -> Vec<Value> { submits.drain(..count).collect() };
    for (start, reference) in [("050003", 6..8), ("060804", 6..10)] {
        for (text, count) in [(&gsm, 3), (&greek, 2)] {
            let parts = next(count);
            assert_eq!(&joined(&parts), text);
            for (number, part) in (1..).zip(&parts) {
                let [udh, first] = [part, &parts[0]].map(|it| it["udh"].as_str().unwrap());
                assert!(udh.starts_with(start), "{part}");
                assert_eq!(udh[reference.clone()], first[reference.clone()]);
                let end = format!("{count:02x}{number:02x}");
                assert_eq!(udh[reference.end..], end, "{part}");
            }
        }
    }
    for (text, count) in [(&gsm, 3), (&greek, 2)] {
        let parts = next(count);
        assert_eq!(&joined(&parts), text);
        for (number, part) in (1..).zip(&parts) {
            assert_eq!((&part["udh"], &part["esm_class"]), (&json!(""), &json!(0)));
            let tlvs = json!([
                parts[0]["tlvs"][0],
                {"tag": 0x020E, "value": format!("{count:02x}")},
                {"tag": 0x020F, "value": format!("{number:02x}")},
            ]);
            assert_eq!(part["tlvs"], tlvs);
            assert_eq!(part["tlvs"][0]["tag"], 0x020C);
        }
    }
    for text in [&gsm, &greek] {
        let parts = next(1);
        assert_eq!(&joined(&parts), text);
        assert_eq!(parts[0]["tlvs"][0]["tag"], 0x0424);
    }
    let parts = next(2);
    assert_eq!(joined(&parts), latin);
    assert_eq!(parts[0]["data_hex"].as_str().unwrap().len(), 2 * 134);

    let parts = next(3);
    assert_eq!(joined(&parts), gsm);
    assert_eq!(
        (&answer["segments"], &answer["data_coding"]),
        (&json!(3), &json!(0))
    );
    for (part, seen) in answer["parts"].as_array().unwrap().iter().zip(&parts) {
        assert_eq!(part["command_status"], 0);
        assert_eq!(part["status_name"], "ESME_ROK");
        assert_eq!(part["message_id"], seen["id"]);
        assert_eq!(part["udh"], seen["udh"]);
        assert_eq!(part["data_hex"], seen["data_hex"]);
        assert_eq!(
            (&part["error"], &part["receipt"]),
            (&Value::Null, &Value::Null)
        );
    }
}

#[test]
fn receipts_are_awaited() {
    let (smsc, address) = smsc(&[]);
    let text = sent(&address, &["--wait-receipt", "60s", &"long ".repeat(40)]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 4, "{text}");
    for number in [1, 2] {
        let receipt = format!("part {number} of 2  DELIVRD  id:");
        assert!(text.contains(&receipt), "{text}");
    }
    let smsc = smsc.terminate();
    assert_eq!(smsc.events("bind")[0]["mode"], "transceiver");
    let answers = smsc.events("response");
    let taken = |it: &&Value| it["command"] == "deliver_sm_resp" && it["command_status"] == 0;
    assert_eq!(answers.iter().filter(taken).count(), 2, "{answers:?}");
}

#[test]
fn receipts_that_tell_no_good_or_do_not_come() {
    let (_refusing, address) = smsc(&["--receipt-failures", "rejectd=100%"]);
    let output = send(&address, &["--json", "--wait-receipt", "60s", "hello"]);
    assert_eq!(output.status.code(), Some(1));
    let part = &json_of(&output)["parts"][0];
    assert_eq!(part["receipt"]["state"], "REJECTD");
    assert!(
        part["receipt"]["text"]
            .as_str()
            .unwrap()
            .contains("text:hello"),
        "{part}"
    );

    let (_silent, address) = smsc(&["--receipt-failures", "none=100%"]);
    let output = send(&address, &["--wait-receipt", "10ms", "hello"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.ends_with("no receipt for 1 of 1 within 10ms\n"),
        "{text}"
    );
}

#[test]
fn what_is_for_others_stays_with_the_server() {
    let (smsc, address) = smsc(&[]);
    // Its receipt waits at the server for whoever binds next.
    sent(&address, &["--receipt", "before"]);
    sent(&address, &["--wait-receipt", "60s", "now"]);
    let smsc = smsc.terminate();
    let answers = smsc.events("response");
    let [first, second] = [0, 1].map(|index| smsc.events("submit")[index]["id"].clone());
    let status_of = |id: &Value| {
        let is_it = |it: &&Value| it["command"] == "deliver_sm_resp" && it["id"] == *id;
        answers
            .iter()
            .find(is_it)
            .map(|it| it["status_name"].clone())
    };
    assert_eq!(
        status_of(&first),
        Some(json!("ESME_RX_T_APPN")),
        "{answers:?}"
    );
    assert_eq!(status_of(&second), Some(json!("ESME_ROK")), "{answers:?}");
}

#[test]
fn a_refusal_ends_it() {
    let (smsc, address) = smsc(&["--fault", "throttle=2"]);
    let output = send(&address, &["--json", &"long ".repeat(100)]);
    assert_eq!(output.status.code(), Some(1));
    let answer = json_of(&output);
    assert_eq!(answer["segments"], 4);
    let parts = answer["parts"].as_array().unwrap();
    assert_eq!(parts.len(), 2, "{answer}");
    assert_eq!(parts[1]["status_name"], "ESME_RTHROTTLED");
    assert_eq!(parts[1]["message_id"], Value::Null);
    assert_eq!(smsc.terminate().events("submit").len(), 1);

    let (_mute, address) = self::smsc(&["--fault", "no-answer=1"]);
    let output = send(&address, &["--timeout", "1s", "hello"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("no answer"), "{text}");
}

#[test]
fn errors_say_what_to_look_at() {
    let (smsc, address) = smsc(&[]);
    let no_password = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args(["send", "smpp", "--connect", &address, "--system-id", "esme"])
        .args(["--to", "1", "hello"])
        .output()
        .unwrap();
    let errors = [
        (no_password, "ESME_RINVPASWD; check --system-id"),
        (send(&address, &["--encoding", "gsm7", "я"]), "U+044F"),
        (
            send(&address, &["--encoding", "latin1", "я"]),
            "--encoding auto",
        ),
        (send(&address, &["--hex", "0a0"]), "half an octet"),
        (send(&address, &["--data-coding", "4", "a"]), "--encoding"),
        (
            send(
                &address,
                &["--from", "a name of more than 20 characters", "a"],
            ),
            "source_addr",
        ),
        (
            send(&address, &["--encoding", "latin1", "--flash", "a"]),
            "--flash",
        ),
        (
            send(&address, &["--udh", "0400030001", &"a".repeat(160)]),
            "160",
        ),
        (
            send(&address, &["--mode", "tx", "--wait-receipt", "1s", "a"]),
            "trx",
        ),
        (send("127.0.0.1:1", &["a"]), "is a server running there?"),
    ];
    for (output, wanted) in errors {
        assert_eq!(output.status.code(), Some(1), "{wanted}: {output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains(wanted) && error.lines().count() == 1,
            "{error}"
        );
    }
    for args in [
        &["--udh", "0500030002", "a"][..],
        &["--tlv", "0x1601", "a"],
        &["--tlv", "65536=00", "a"],
        &["--data-coding", "256", "a"],
        &["--flash", "--hex", "00"],
        &["--long", "short", "a"],
    ] {
        let output = send(&address, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    assert!(smsc.terminate().events("submit").is_empty());
}
