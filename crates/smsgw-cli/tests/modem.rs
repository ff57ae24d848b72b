//! `smsgw modem` from outside, with emulated modems.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[allow(dead_code, reason = "what another test wants of it")]
#[path = "interop/process.rs"]
mod process;
#[path = "support/tool.rs"]
mod tool;

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use process::Process;
use serde_json::{Value, json};
use tempfile::TempDir;
use tool::{json_lines, smsgw};

/// Emulated modems, and the directory they are in.
struct Modems {
    directory: TempDir,
    emulator: Process,
}

const NUMBERS: [&str; 3] = ["+491700000001", "+491700000002", "+491700000003"];

impl Modems {
    /// Modems at pseudoterminals of these names, each with what is said of it.
    fn new(modems: &[&str], args: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command.args(["sim", "modem", "--control"]);
        command.arg(directory.path().join("control"));
        command.args(["--deliver-delay", "1ms", "--report-delay", "1ms"]);
        for modem in modems {
            command.arg("--pty").arg(directory.path().join(modem));
        }
        let mut emulator = Process::start(command.args(args), "");
        for _ in modems {
            emulator.ready("pty");
        }
        emulator.ready("control");
        Self {
            directory,
            emulator,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// `--port` and where the modem is.
    fn port(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// Runs a verb with a modem.
    fn run(&self, verb: &str, name: &str, args: &[&str]) -> Output {
        self.fed(verb, name, args, "")
    }

    fn fed(&self, verb: &str, name: &str, args: &[&str], input: &str) -> Output {
        let port = self.port(name);
        smsgw(&[&["modem", verb, "--port", &port], args].concat(), input)
    }

    /// Tells the emulator, and what it answers.
    fn tell(&self, command: &str) -> Value {
        let mut control = UnixStream::connect(self.path("control")).unwrap();
        writeln!(control, "{command}").unwrap();
        let mut answer = String::new();
        BufReader::new(control).read_line(&mut answer).unwrap();
        serde_json::from_str(&answer).unwrap()
    }

    /// Runs a verb until it is ended.
    fn keep(&self, verb: &str, names: &[&str], args: &[&str]) -> Process {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command.args(["modem", verb]);
        for name in names {
            command.arg("--port").arg(self.path(name));
        }
        Process::start(command.args(args), "")
    }
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn error(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn json_of(output: &Output) -> Vec<Value> {
    json_lines(&text(output))
}

fn state_is(line: &str, port: &Path, state: &str) -> Option<()> {
    let line: Value = serde_json::from_str(line).ok()?;
    let is_it = line["port"] == port.to_str().unwrap() && line["state"] == state;
    is_it.then_some(())
}

#[test]
fn modems_are_found_and_a_port_in_use_is_left_alone() {
    let modems = Modems::new(&["a", "b"], &[]);
    let directory = modems.directory.path().to_str().unwrap();
    let output = smsgw(&["modem", "list", "--json", "--dir", directory], "");
    assert!(output.status.success(), "{output:?}");
    let found = json_of(&output);
    assert_eq!(found.len(), 2);
    assert_eq!(found[0]["ports"], json!([modems.port("a")]));
    assert_eq!(found[0]["model"], "emulated modem");
    assert_eq!(found[0]["imei"].as_str().unwrap().len(), 15);

    let mut watch = modems.keep("watch", &["a"], &[]);
    watch.wait_for("modem", |line| state_is(line, &modems.path("a"), "ready"));
    let output = smsgw(&["modem", "list", "--dir", directory], "");
    let lines = text(&output);
    let (a, b) = (modems.port("a"), modems.port("b"));
    assert!(
        lines.starts_with(&format!("{b}  smsgw emulated modem  IMEI ")),
        "{lines}"
    );
    assert!(
        lines.ends_with(&format!("\n{a}: another program holds the port\n")),
        "{lines}"
    );
    watch.terminate();

    let empty = tempfile::tempdir().unwrap();
    let output = smsgw(
        &["modem", "list", "--dir", empty.path().to_str().unwrap()],
        "",
    );
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("no modem at 0 ports"), "{output:?}");
}

#[test]
fn what_a_modem_is_and_how_it_is() {
    let modems = Modems::new(&["a"], &[]);
    let output = modems.run("info", "a", &["--json"]);
    assert!(output.status.success(), "{output:?}");
    let [info] = json_of(&output).try_into().unwrap();
    assert_eq!(info["state"], "ready");
    assert_eq!(info["operator"], "Simulated Mobile");
    assert_eq!(info["signal_dbm"], -73);
    assert_eq!(
        info["stores"][0],
        json!({"store": "SM", "used": 0, "total": 20})
    );
    let lines = text(&modems.run("info", "a", &[]));
    assert!(
        lines.starts_with(&format!("{}: ready\n", modems.port("a"))),
        "{lines}"
    );
    assert!(
        lines.contains("  operator        Simulated Mobile\n"),
        "{lines}"
    );
}

#[test]
fn a_pin_is_tried_once_and_never_shown() {
    let modems = Modems::new(&["a,pin=4321"], &[]);
    let [pin, state, transcript] = ["pin", "state", "transcript"].map(|name| modems.port(name));
    let output = modems.run("info", "a", &[]);
    assert_eq!(output.status.code(), Some(1));
    assert!(error(&output).contains("PIN needed; give it in --pin-file or SMSGW_PIN"));

    std::fs::write(&pin, "1111\n").unwrap();
    let args = [
        "--pin-file",
        &*pin,
        "--state",
        &*state,
        "--transcript",
        &*transcript,
    ];
    for _ in 0..3 {
        let output = modems.run("info", "a", &args);
        assert_eq!(output.status.code(), Some(1));
        let told = error(&output);
        assert!(
            told.contains("PIN refused; try the PIN in a phone, then remove"),
            "{told}"
        );
        assert!(!told.contains("1111"), "{told}");
    }
    let left = text(&modems.fed("console", "a", &[], "AT+CPINR\n"));
    assert!(left.contains("+CPINR: SIM PIN,2,3\n"), "{left}");
    let refused = std::fs::read_to_string(&state).unwrap();
    assert!(refused.contains("\niccid 89"), "{refused}");

    // A person has looked after it: the right PIN was entered, and counters are full again.
    std::fs::write(&state, "").unwrap();
    let output = modems.fed("console", "a", &[], "AT+CPIN=\"4321\"\n");
    assert!(output.status.success(), "{output:?}");
    modems.tell("reboot modem=1");
    std::fs::write(&pin, format!("# by port\n{} 4321\n", modems.port("a"))).unwrap();
    let output = modems.run("info", "a", &args);
    assert!(output.status.success(), "{output:?}");
    let refused = std::fs::read_to_string(&state).unwrap();
    assert!(!refused.contains("\niccid"), "{refused}");
    let said = std::fs::read_to_string(&transcript).unwrap();
    assert!(said.contains("-> AT+CPIN="), "{said}");
    assert!(!said.contains("4321"), "{said}");
}

#[test]
fn a_pin_that_is_none_is_not_repeated() {
    let modems = Modems::new(&["a"], &[]);
    let pin = modems.port("pin");
    std::fs::write(&pin, "\n12x4\n").unwrap();
    let output = modems.run("info", "a", &["--pin-file", &pin]);
    let told = error(&output);
    assert!(
        told.contains("pin, line 2: not a PIN; a PIN has 4 to 8 digits"),
        "{told}"
    );
    assert!(!told.contains("12x4"), "{told}");
    let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .args(["modem", "info", "--port", &modems.port("a")])
        .env("SMSGW_PIN", "12x4")
        .output()
        .unwrap();
    assert!(
        error(&output).contains("SMSGW_PIN: not a PIN"),
        "{output:?}"
    );
}

#[test]
fn a_text_and_its_reports() {
    let modems = Modems::new(&["a", "b"], &[]);
    let to = ["--to", NUMBERS[1]];
    let output = modems.run("send", "a", &[&to[..], &["Lunch at 12? 10 €"]].concat());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output), "part 1 of 1  sent  reference 1\n");

    let long = "ab".repeat(100);
    let output = modems.run(
        "send",
        "a",
        &[&to[..], &[&long, "--wait-report", "20s"]].concat(),
    );
    assert!(output.status.success(), "{output:?}");
    let mut lines: Vec<_> = text(&output).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "part 1 of 2  delivered",
            "part 1 of 2  sent  reference 2",
            "part 2 of 2  delivered",
            "part 2 of 2  sent  reference 3",
        ]
    );
    let output = modems.fed(
        "send",
        "a",
        &[&to[..], &["--json", "--flash"]].concat(),
        "now\n",
    );
    let [sent] = json_of(&output).try_into().unwrap();
    assert_eq!(sent["port"], modems.port("a"));
    assert_eq!(sent["parts"][0]["outcome"], "sent");

    let read = json_of(&modems.run("read", "b", &["--json"]));
    let texts: Vec<_> = read.iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Lunch at 12? 10 €", &long, "now"]);
    assert!(
        read.iter()
            .all(|it| it["from"] == NUMBERS[0] && it["complete"] == true)
    );
}

#[test]
fn what_is_not_sent_and_what_nobody_knows() {
    let modems = Modems::new(&["a"], &[]);
    let args = ["--to", "+15550100", "x"];
    modems.tell("fault modem=1 cms code=28");
    let output = modems.run("send", "a", &args);
    assert_eq!(output.status.code(), Some(1));
    let told = "part 1 of 1  not sent: refused with +CMS ERROR: 28 (unidentified subscriber)\n";
    assert_eq!(text(&output), told);
    modems.tell("fault modem=1 off");

    modems.tell("fault modem=1 lost-result");
    let output = modems.run(
        "send",
        "a",
        &[&args[..], &["--result-timeout", "1s"]].concat(),
    );
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    let told = "part 1 of 1  unknown: it may have been sent, or not\n";
    assert_eq!(text(&output), told);
    // It was, once.
    assert_eq!(modems.emulator.events("submit").len(), 1);
}

#[test]
fn a_report_that_does_not_come() {
    let modems = Modems::new(&["a"], &["--report-failures", "none=1"]);
    let args = ["--to", "+15550100", "x", "--wait-report", "100ms"];
    let output = modems.run("send", "a", &args);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).ends_with("no report for 1 of 1 within 100ms\n"),
        "{output:?}"
    );
}

#[test]
fn whichever_modem_can_sends() {
    let modems = Modems::new(&["a,sim=none", "b"], &[]);
    let (a, b, none) = (modems.port("a"), modems.port("b"), modems.port("none"));
    let ports = ["--port", &*b, "--port", &*none];
    let args = [
        "--to",
        "+15550100",
        "--json",
        "--wait-report",
        "20s",
        "by either",
    ];
    let output = modems.run("send", "a", &[&ports[..], &args].concat());
    assert!(output.status.success(), "{output:?}");
    let [sent] = json_of(&output).try_into().unwrap();
    assert_eq!(
        (&sent["port"], &sent["parts"][0]["report"]),
        (&json!(b), &json!("delivered"))
    );

    let output = modems.run("send", "a", &["--port", &none, "--to", "+15550100", "x"]);
    assert_eq!(output.status.code(), Some(1));
    let told = error(&output);
    assert!(told.contains(&format!("{a}: no SIM; put one in")), "{told}");
    assert!(told.contains("`smsgw modem list` finds modems"), "{told}");
}

#[test]
fn what_is_stored_stays_until_it_is_to_be_deleted() {
    let modems = Modems::new(&["a"], &[]);
    for text in ["one", "two"] {
        modems.tell(&format!("sms +15550100 {text}"));
    }
    for _ in 0..2 {
        let output = modems.run("read", "a", &[]);
        assert_eq!(text(&output), "from +15550100: one\nfrom +15550100: two\n");
    }
    let output = modems.run("read", "a", &["--delete", "--json"]);
    assert_eq!(json_of(&output).len(), 2);
    let output = modems.run("read", "a", &[]);
    assert!(
        output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
}

#[test]
fn what_arrives_is_printed_once_and_deleted_then() {
    let modems = Modems::new(&["a", "b"], &[]);
    let (a, b) = (modems.path("a"), modems.path("b"));
    let mut watch = modems.keep("watch", &["a", "b"], &[]);
    watch.wait_for("a", |line| state_is(line, &a, "ready"));
    watch.wait_for("b", |line| state_is(line, &b, "ready"));
    modems.tell("sms +15550100 to=1 one");
    watch.wait_for("message", |line| line.contains("\"one\"").then_some(()));

    modems.tell("cut modem=2");
    watch.wait_for("end", |line| state_is(line, &b, "closed"));
    modems.tell("sms +15550100 to=2 two");
    modems.tell("plug modem=2");
    watch.wait_for("message", |line| line.contains("\"two\"").then_some(()));
    let watch = watch.terminate();
    let messages = watch.events("message");
    let texts: Vec<_> = messages
        .iter()
        .map(|it| it["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["one", "two"]);
    for name in ["a", "b"] {
        assert_eq!(text(&modems.run("read", name, &[])), "");
    }
}

#[test]
fn nobody_who_reads_on_leaves_messages_where_they_are() {
    let modems = Modems::new(&["a"], &[]);
    modems.tell("sms +15550100 one");
    let script = format!(
        "'{}' modem watch --port '{}' | head -n 1",
        env!("CARGO_BIN_EXE_smsgw"),
        modems.port("a")
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(text(&output).lines().count(), 1);
    assert_eq!(text(&modems.run("read", "a", &[])), "from +15550100: one\n");
}

#[test]
fn a_code_and_a_menu() {
    let modems = Modems::new(&["a"], &["--ussd", "*100#=Balance 5 €"]);
    let output = modems.run("ussd", "a", &["*100#"]);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(text(&output), "Balance 5 €\n");

    let modems = Modems::new(&["a"], &[]);
    let output = modems.fed("ussd", "a", &["--json", "*101#"], "1\n");
    let said = json_of(&output);
    assert_eq!(said[0]["status"], 1, "{output:?}");
    assert!(said.len() == 2 && output.status.success(), "{output:?}");
    // Without an answer the session is ended, and the next one begins anew.
    let first = modems.run("ussd", "a", &["*101#"]);
    assert!(first.status.success(), "{first:?}");
    assert_eq!(text(&modems.run("ussd", "a", &["*101#"])), text(&first));
}

#[test]
fn commands_by_hand() {
    let modems = Modems::new(&["a"], &[]);
    let output = modems.fed("console", "a", &[], "ATI\n\nAT+CSQ\n");
    assert!(output.status.success(), "{output:?}");
    let lines = text(&output);
    assert!(lines.ends_with("OK\n+CSQ: 20,99\nOK\n"), "{lines}");

    let output = modems.fed("console", "a", &[], "AT\nAT+NOSUCH\n");
    assert_eq!(
        (text(&output).as_str(), output.status.code()),
        ("OK\nERROR\n", Some(1))
    );

    // A prompt: first it is left, then a message is sent; what the modem says by itself is marked.
    let pdu = "0001000681214365000004C8329BFD";
    let commands = format!("AT+CNMI=2,1\nAT+CMGF=0\nAT+CMGS=14\n\nAT+CMGS=14\n{pdu}\n");
    let output = modems.fed("console", "a", &["--json"], &commands);
    let events: Vec<_> = json_of(&output)
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it["event"].as_str().unwrap(),
                it["text"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "final OK",
        "final OK",
        "prompt >",
        "final OK",
        "prompt >",
        "line +CMGS: 1",
        "final OK",
    ];
    assert_eq!(events, expected);
}

#[test]
fn a_port_that_is_none() {
    let output = smsgw(&["modem", "info", "--port", "tcp:nowhere"], "");
    assert!(error(&output).contains("tcp: not HOST:PORT"), "{output:?}");
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("modem");
    for verb in ["info", "read", "console"] {
        let output = smsgw(&["modem", verb, "--port", path.to_str().unwrap()], "");
        let told = error(&output);
        assert!(told.contains("; `smsgw modem list` finds modems"), "{told}");
        assert_eq!(output.status.code(), Some(1));
    }
}
