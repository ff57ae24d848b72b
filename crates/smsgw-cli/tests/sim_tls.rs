//! `smsgw sim smsc` over TLS, from outside, with `smsgw send` and `smsgw load` as its clients.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "support/certificates.rs"]
mod certificates;
#[path = "interop/process.rs"]
mod process;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::process::{Command, Output, Stdio};

use certificates::{SERVER, certificates};
use process::Process;
use serde_json::{Value, json};

fn smsgw(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command.args(args);
    command
}

fn ask(path: &str, command: &str) -> Value {
    let mut stream = UnixStream::connect(path).unwrap();
    writeln!(stream, "{command}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

#[test]
fn messages_go_over_tls_before_and_after_a_reload() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    certificates(directory.path());
    let [cert, key] = ["pem", "key"].map(|end| path(&format!("{SERVER}.{end}")));
    let (ca, control) = (path("ca.pem"), path("control"));
    let listen = [
        "sim",
        "smsc",
        "--smpp",
        "127.0.0.1:0",
        "--control",
        &control,
    ];
    let tls = [
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
        "--tls-client-ca",
        &ca,
    ];
    let mut smsc = Process::start(&mut smsgw(&[&listen[..], &tls].concat()), "");
    let address = smsc.ready("smpp");
    assert_eq!(smsc.ready("control"), control);

    let client = |args: &[&str], more: &[&str]| -> Output {
        smsgw(args)
            .args(["--connect", &address, "--system-id", "esme"])
            .args(more)
            .stdin(Stdio::null())
            .output()
            .unwrap()
    };
    let (own, own_key) = (path("client.pem"), path("client.key"));
    let trust = ["--tls", "--tls-ca", &ca, "--tls-name", SERVER];
    let identity = ["--tls-cert", &own, "--tls-key", &own_key];
    let all = [&trust[..], &identity].concat();
    let send = ["send", "smpp", "--to", "1", "hello"];
    let load = [
        "load",
        "smpp",
        "--messages",
        "200",
        "--connections",
        "2",
        "--receipts",
    ];
    let work = |count: usize| {
        let output = client(&send, &all);
        assert!(output.status.success(), "{output:?}");
        let output = client(&[&load[..], &["--json"]].concat(), &all);
        assert!(output.status.success(), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["receipts"]["received"], 200, "{report}");
        assert_eq!(ask(&control, "status")["counts"]["submitted"], count);
    };
    work(201);

    // Without a certificate, and without TLS.
    for flags in [&trust[..], &[]] {
        assert_eq!(client(&send, flags).status.code(), Some(1), "{flags:?}");
    }

    // Signed by somebody else from now on; the same goes for clients.
    certificates(directory.path());
    assert_eq!(client(&send, &all).status.code(), Some(1));
    assert_eq!(ask(&control, "reload"), json!({"ok": true}));
    work(402);

    certificates(directory.path());
    smsc.signal("HUP");
    let said = |line: &str| (line == "certificates read again").then_some(());
    smsc.wait_for("word of it", said);
    work(603);

    std::fs::write(&key, "").unwrap();
    let answer = ask(&control, "reload");
    assert_eq!(answer["ok"], false);
    assert!(answer["error"].as_str().unwrap().contains(&key), "{answer}");
    work(804);

    let smsc = smsc.terminate();
    let reasons: Vec<_> = smsc
        .events("refused")
        .iter()
        .map(|event| event["reason"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(reasons[0].contains("no certificates"), "{reasons:?}");
    assert!(reasons[1].contains("speak TLS"), "{reasons:?}");
    assert!(
        reasons
            .iter()
            .all(|reason| reason.starts_with("TLS handshake"))
    );
}

#[test]
fn certificates_that_cannot_be_used_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name).display().to_string();
    certificates(directory.path());
    let [cert, key] = ["pem", "key"].map(|end| path(&format!("{SERVER}.{end}")));
    for (flags, code, wanted) in [
        (&["--tls-cert", &cert][..], 2, "--tls-key"),
        (&["--tls-key", &key], 2, "--tls-cert"),
        (&["--tls-client-ca", &cert], 2, "--tls-cert"),
        (
            &["--tls-cert", &cert, "--tls-key", "/nowhere.key"],
            1,
            "/nowhere.key",
        ),
        (
            &["--tls-cert", &key, "--tls-key", &key],
            1,
            "no certificate",
        ),
    ] {
        let output = smsgw(&["sim", "smsc", "--smpp", "127.0.0.1:0"])
            .args(flags)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.contains(wanted), "{error}");
    }

    let control = path("control");
    let mut plain = Process::start(
        &mut smsgw(&[
            "sim",
            "smsc",
            "--smpp",
            "127.0.0.1:0",
            "--control",
            &control,
        ]),
        "",
    );
    plain.ready("control");
    let answer = ask(&control, "reload");
    assert_eq!(
        (&answer["ok"], &answer["error"]),
        (&json!(false), &json!("it does not speak TLS"))
    );
}
