//! `smsgw send ucp` from outside, against the simulated message centre.
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

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use smsc::smsc;

fn command(address: &str, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command
        .args(["send", "ucp", "--connect", address])
        .args(["--user", "2147", "--password", "pw"])
        .args(["--to", "+306912345678"])
        .args(args);
    command
}

fn send(address: &str, args: &[&str]) -> Output {
    command(address, args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
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

/// The fields of each submit, as far as these keys go.
fn fields(submit: &Value, keys: &[&str]) -> Value {
    let pairs = keys
        .iter()
        .map(|key| ((*key).to_owned(), submit["fields"][key].clone()));
    Value::Object(pairs.collect())
}

#[test]
fn a_short_message_with_all_that_can_be_said() {
    let (smsc, address) = smsc(&["--ucp-zone", "+02:00"]);
    let text = sent(&address, &["Lunch at 12? 10 €"]);
    assert!(
        text.starts_with("part 1 of 1  A  id 00306912345678:"),
        "{text}"
    );
    sent(&address, &["--from", "ACME", "--receipt", "γειά"]);
    sent(&address, &["--from", "+49301234567", "--flash", "now"]);
    sent(&address, &["--class", "1", "τώρα"]);
    sent(&address, &["--encoding", "ucs2", "abc"]);
    sent(&address, &["--alphabet", "ira", "a@b"]);
    sent(&address, &["--udh", "0605040b8423f0", "--hex", "0a06 03"]);
    sent(&address, &["--hex", "--class", "2", "00"]);
    sent(&address, &["--hex", "--data-coding", "8", "0416"]);
    sent(
        &address,
        &["--service", "0c=414243", "--prefix", "", "billed"],
    );
    let validity = ["--validity", "1h", "--zone", "+02:00", "soon"];
    sent(&address, &validity);

    let smsc = smsc.terminate();
    assert_eq!(smsc.events("bind").len(), 11);
    assert_eq!(smsc.events("disconnect").len(), 11);
    let submits = smsc.events("submit");
    let expect = [
        json!({"MT": "3", "OAdC": "2147", "OTOA": null, "XSer": null, "NRq": null, "NB": null}),
        json!({"MT": "4", "OAdC": "07C161B308", "OTOA": "5039", "XSer": "020108", "NRq": "1", "NB": "64"}),
        json!({"MT": "3", "OAdC": "49301234567", "OTOA": "1139", "XSer": "020110", "NRq": null, "NB": null}),
        json!({"MT": "4", "OAdC": "2147", "OTOA": null, "XSer": "020119", "NRq": null, "NB": "64"}),
        json!({"MT": "4", "OAdC": "2147", "OTOA": null, "XSer": "020108", "NRq": null, "NB": "48"}),
        json!({"MT": "3", "OAdC": "2147", "OTOA": null, "XSer": null, "NRq": null, "NB": null}),
        json!({"MT": "4", "OAdC": "2147", "OTOA": null, "XSer": "01070605040B8423F0020104", "NRq": null, "NB": "24"}),
        json!({"MT": "4", "OAdC": "2147", "OTOA": null, "XSer": "020116", "NRq": null, "NB": "8"}),
        json!({"MT": "4", "OAdC": "2147", "OTOA": null, "XSer": "020108", "NRq": null, "NB": "16"}),
        json!({"MT": "3", "OAdC": "2147", "OTOA": null, "XSer": "0C03414243", "NRq": null, "NB": null}),
        json!({"MT": "3", "OAdC": "2147", "OTOA": null, "XSer": null, "NRq": null, "NB": null}),
    ];
    assert_eq!(submits.len(), expect.len());
    for (submit, expect) in submits.iter().zip(&expect) {
        let keys: Vec<_> = expect
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(fields(submit, &keys), *expect, "{submit}");
    }
    let texts: Vec<_> = submits.iter().map(|it| it["text"].as_str()).collect();
    assert_eq!(
        texts[..5],
        ["Lunch at 12? 10 €", "γειά", "now", "τώρα", "abc"].map(Some)
    );
    assert_eq!(submits[5]["fields"]["Msg"], "614062");
    assert_eq!(submits[6]["data_hex"], "0a0603");
    assert_eq!(submits[9]["to"], "306912345678");
    let local = |later: SignedDuration| {
        let time = Timestamp::now() + later + SignedDuration::from_hours(2);
        time.to_zoned(TimeZone::UTC)
            .strftime("%d%m%y%H%M")
            .to_string()
    };
    // To the minute, rounded up, some time ago.
    let latest = SignedDuration::from_mins(61);
    let ago = |minutes| latest - SignedDuration::from_mins(minutes);
    let vps: Vec<_> = (0..3).map(|minutes| local(ago(minutes))).collect();
    let vp = submits[10]["fields"]["VP"].as_str().unwrap();
    assert!(vps.iter().any(|it| it == vp), "{vp} {vps:?}");
    assert_eq!(submits[0]["fields"].get("VP"), None);
}

#[test]
fn a_long_message_in_each_way_it_can_go() {
    let (smsc, address) = smsc(&[]);
    let gsm = "0123456789€".repeat(30);
    let greek = "μήνυμα 🙂 ".repeat(12);
    for long in ["udh", "udh16"] {
        sent(&address, &["--long", long, &gsm]);
        sent(&address, &["--long", long, &greek]);
    }
    let plain = "a".repeat(71);
    sent(&address, &["--encoding", "ucs2", "--long", "udh16", &plain]);
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
    let (short, wide) = (("050003", 6..8), ("060804", 6..10));
    for ((start, reference), text, count, mt) in [
        (short.clone(), &gsm, 3, "3"),
        (short, &greek, 2, "4"),
        (wide.clone(), &gsm, 3, "3"),
        (wide.clone(), &greek, 2, "4"),
        (wide, &plain, 2, "4"),
    ] {
        let parts = next(count);
        assert_eq!(&joined(&parts), text);
        for (number, part) in (1..).zip(&parts) {
            let [udh, first] = [part, &parts[0]].map(|it| it["udh"].as_str().unwrap());
            assert!(udh.starts_with(start), "{part}");
            assert_eq!(udh[reference.clone()], first[reference.clone()]);
            let end = format!("{count:02x}{number:02x}");
            assert_eq!(udh[reference.end..], end, "{part}");
            assert_eq!(part["fields"]["MT"], mt);
        }
    }
    let parts = next(3);
    assert_eq!(joined(&parts), gsm);
    assert_eq!(answer["segments"], 3);
    assert_eq!(
        (&answer["mt"], &answer["data_coding"]),
        (&json!(3), &json!(0))
    );
    for (part, seen) in answer["parts"].as_array().unwrap().iter().zip(&parts) {
        assert_eq!(part["accepted"], true);
        assert_eq!(part["message_id"], seen["id"]);
        assert_eq!(part["sm"], seen["id"]);
        assert_eq!(part["udh"], seen["udh"]);
        assert_eq!(part["data_hex"], seen["data_hex"]);
        for key in ["ec", "error", "receipt"] {
            assert_eq!(part[key], Value::Null, "{key}");
        }
    }
}

#[test]
fn receipts_are_awaited() {
    let (smsc, address) = smsc(&[]);
    let text = sent(&address, &["--wait-receipt", "60s", &"long ".repeat(40)]);
    assert_eq!(text.lines().count(), 4, "{text}");
    for number in [1, 2] {
        let receipt = format!("part {number} of 2  delivered  Message for 00306912345678,");
        assert!(text.contains(&receipt), "{text}");
    }
    let smsc = smsc.terminate();
    let answers = smsc.events("response");
    let taken = |it: &&Value| it["ot"] == 53 && it["ec"].is_null();
    assert_eq!(answers.iter().filter(taken).count(), 2, "{answers:?}");
}

#[test]
fn receipts_that_tell_no_good_or_do_not_come() {
    let (_refusing, address) = smsc(&["--receipt-failures", "undeliv=100%"]);
    let args = ["--from", "ACME", "--wait-receipt", "60s", "hello"];
    let output = send(&address, &[&args[..], &["--json"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let receipt = &json_of(&output)["parts"][0]["receipt"];
    assert_eq!(receipt["state"], "not delivered", "{receipt}");
    let (rsn, text) = (receipt["rsn"].as_str(), receipt["rsn_text"].as_str());
    let output = send(&address, &args);
    assert_eq!(output.status.code(), Some(1));
    let shown = String::from_utf8(output.stdout).unwrap();
    let reason = format!(
        "not delivered  {} ({})  Message",
        rsn.unwrap(),
        text.unwrap()
    );
    assert!(shown.contains(&reason), "{shown}");

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
    // Its notification waits at the server for whoever logs in next.
    sent(&address, &["--receipt", "before"]);
    sent(&address, &["--wait-receipt", "60s", "now"]);
    let smsc = smsc.terminate();
    let answers = smsc.events("response");
    let [first, second] = [0, 1].map(|index| smsc.events("submit")[index]["id"].clone());
    let codes_of = |id: &Value| -> Vec<_> {
        let is_it = |it: &&Value| it["ot"] == 53 && it["id"] == *id;
        let mine = answers.iter().filter(is_it);
        mine.map(|it| it["ec"].clone()).collect()
    };
    let declined = codes_of(&first);
    let is_declined = !declined.is_empty() && declined.iter().all(|ec| !ec.is_null());
    assert!(is_declined, "{answers:?}");
    assert_eq!(codes_of(&second), [Value::Null], "{answers:?}");
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
    assert_eq!(
        (&parts[1]["accepted"], &parts[1]["ec"]),
        (&json!(false), &json!("04"))
    );
    assert!(parts[1]["ec_text"].is_string());
    assert_eq!(parts[1]["message_id"], Value::Null);
    let output = send(&address, &[&"long ".repeat(100)]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().last().unwrap().contains("N/04 ("), "{text}");
    drop(smsc);

    let (_mute, address) = self::smsc(&["--fault", "no-answer=1"]);
    let output = send(&address, &["--timeout", "1s", "hello"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("no result"), "{text}");
}

#[test]
fn a_link_without_a_login() {
    let smsc = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command
            .args(["sim", "smsc", "--ucp", "127.0.0.1:0"])
            .args(args);
        let mut smsc = process::Process::start(&mut command, "");
        let address = smsc.ready("ucp");
        (smsc, address)
    };
    let (smsc, address) = smsc(&[]);
    let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args([
            "send",
            "ucp",
            "--connect",
            &address,
            "--to",
            "+306912345678",
        ])
        .args(["--from", "2147", "hello"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let smsc = smsc.terminate();
    assert_eq!(smsc.events("bind").len(), 0);
    assert_eq!(smsc.events("submit")[0]["text"], "hello");
}

#[test]
fn errors_say_what_to_look_at() {
    let (smsc, address) = smsc(&[]);
    let with = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command.args(["send", "ucp", "--connect", &address]);
        command.args(args).output().unwrap()
    };
    let errors = [
        (
            with(&["--user", "2147", "--to", "1", "a"]),
            "07 (authentication failure)",
        ),
        (with(&["--user", "2147", "--to", "1", "a"]), "check --user"),
        (with(&["--to", "1", "a"]), "add --from"),
        (with(&["--user", "acme", "--to", "1", "a"]), "add --from"),
        (send(&address, &["--encoding", "gsm7", "я"]), "U+044F"),
        (
            send(&address, &["--encoding", "gsm7", "я"]),
            "--encoding auto",
        ),
        (send(&address, &["--hex", "0a0"]), "half an octet"),
        (
            send(&address, &["--hex", "--data-coding", "3", "00"]),
            "UCP",
        ),
        (
            send(&address, &["--from", "a long name of 21", "a"]),
            "OAdC",
        ),
        (
            send(&address, &["--udh", "0400030001", &"a".repeat(160)]),
            "room for",
        ),
        (
            send(&address, &["--udh", "0400030001", &"я".repeat(70)]),
            "room for",
        ),
        (
            with(&[
                "--user",
                "2147",
                "--password",
                &"x".repeat(17),
                "--to",
                "1",
                "a",
            ]),
            "--password",
        ),
        (send("127.0.0.1:1", &["a"]), "is a server running there?"),
    ];
    for (output, wanted) in errors {
        assert_eq!(output.status.code(), Some(1), "{wanted}: {output:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains(wanted) && error.lines().count() == 1,
            "{wanted}: {error}"
        );
    }
    for args in [
        &["--udh", "0500030002", "a"][..],
        &["--service", "0c", "a"],
        &["--service", "100=00", "a"],
        &["--data-coding", "4", "a"],
        &["--class", "4", "a"],
        &["--class", "1", "--flash", "a"],
        &["--long", "sar", "a"],
        &["--alphabet", "utf8", "a"],
        &["--prefix", "+", "a"],
        &["--zone", "1", "a"],
        &["--user-ton", "10", "a"],
    ] {
        let output = send(&address, args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    assert!(smsc.terminate().events("submit").is_empty());
}
