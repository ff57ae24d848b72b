//! `smsgw modem` with the modems of `smsgw sim modem`, on pseudo terminals: what a modem does to a message, and what is
//! told of it.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "interop/process.rs"]
mod process;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use process::Process;
use serde_json::{Value, json};
use smsgw_sim::modem::Profile;

const OUTSIDE: &str = "+491719999999";

/// Emulated modems, and a directory for all that belongs to them.
struct Bench {
    sim: Process,
    directory: tempfile::TempDir,
}

impl Bench {
    /// With one modem, at the path `modem`.
    fn new(flags: &[&str]) -> Self {
        Self::with(&["modem"], flags)
    }

    /// With a modem at each of these paths.
    fn with(names: &[&str], flags: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        command.current_dir(&directory).args(["sim", "modem"]);
        for name in names {
            command.args(["--pty", name]);
        }
        // A message after the other, and no more time than that takes.
        command.args(["--deliver-delay", "1ms", "--report-delay", "1ms"]);
        command
            .args(["--commands", "--control", "control"])
            .args(flags);
        let mut sim = Process::start(&mut command, "");
        sim.ready("control");
        Self { sim, directory }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Has a line of the control socket carried out; insists that it is.
    fn control(&self, line: &str) -> Value {
        let mut stream = UnixStream::connect(self.path("control")).unwrap();
        writeln!(stream, "{line}").unwrap();
        let mut answer = String::new();
        BufReader::new(stream).read_line(&mut answer).unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(answer["ok"], true, "{line}: {answer}");
        answer
    }

    /// A number outside sends a message.
    fn sms(&self, text: &str) {
        self.control(&format!("sms {OUTSIDE} {text}"));
    }

    /// `smsgw modem`, at the modem at `port`.
    fn modem(&self, command: &str, port: &str, args: &[&str]) -> Command {
        let mut modem = Command::new(env!("CARGO_BIN_EXE_smsgw"));
        modem.current_dir(&self.directory).env_remove("SMSGW_PIN");
        modem.args(["modem", command, "--port", port]).args(args);
        if command != "console" {
            modem.args(["--state", "refused"]);
        }
        modem
    }

    /// Runs it, and insists on this exit status.
    fn run(&self, mut command: Command, input: &str, code: i32) -> Process {
        let (process, status) = Process::start(&mut command, input).finish();
        assert_eq!(status.code(), Some(code), "{process:?}: {:?}", self.sim);
        process
    }

    /// Sends a message with `--json`: what is told of its parts.
    fn send(&self, text: &str, args: &[&str], code: i32) -> Vec<Value> {
        let mut send = self.modem("send", "modem", &["--to", OUTSIDE, "--json"]);
        send.args(args).arg(text);
        let process = self.run(send, "", code);
        let object = json_objects(&process).pop().unwrap();
        object["parts"].as_array().unwrap().clone()
    }

    /// `watch`, once the modem is ready.
    fn watch(&self, port: &str, args: &[&str]) -> Process {
        let mut watch = Process::start(&mut self.modem("watch", port, args), "");
        ready(&mut watch);
        watch
    }

    fn stored(&self) -> u64 {
        let status = self.control("status");
        let stores = status["modems"][0]["stores"].as_array().unwrap();
        stores
            .iter()
            .map(|store| store["used"].as_u64().unwrap())
            .sum()
    }

    fn submitted(&self) -> Vec<Value> {
        let status = self.control("status");
        let submitted = status["submitted"].as_array().unwrap();
        submitted
            .iter()
            .map(|submit| submit["text"].clone())
            .collect()
    }
}

fn ready(watch: &mut Process) {
    watch.wait_for("ready", |line| {
        line.contains(r#""state":"ready""#).then_some(())
    });
}

/// Waits until `count` messages are told: their texts, in their order.
fn messages(watch: &mut Process, count: usize) -> Vec<Value> {
    let messages = watch.wait_for_events("message", count);
    assert!(
        messages.iter().all(|message| message["complete"] == true),
        "{messages:?}"
    );
    messages
        .iter()
        .map(|message| message["text"].clone())
        .collect()
}

fn json_objects(process: &Process) -> Vec<Value> {
    let lines = process.lines().into_iter();
    lines
        .filter_map(|line| serde_json::from_str(&line).ok())
        .collect()
}

fn long(words: &str) -> String {
    vec![words; 300 / words.len() + 1].join(" ")
}

#[test]
fn a_message_of_one_part_and_one_of_several_are_sent_and_reported() {
    let bench = Bench::new(&[]);
    let (fox, bun) = (
        long("The quick brown fox jumps over the lazy dog."),
        long("Съешь же ещё этих мягких булок."),
    );
    for (text, is_long) in [("Hello @£$ {[~]} 5 €", false), (&*fox, true), (&bun, true)] {
        let told = bench.send(text, &["--wait-report", "20s"], 0);
        assert_eq!(told.len() > 1, is_long, "{told:?}");
        for part in &told {
            assert_eq!(
                (&part["outcome"], &part["report"]),
                (&json!("sent"), &json!("delivered"))
            );
        }
    }
    let whole: Vec<_> = bench
        .sim
        .events("joined")
        .iter()
        .map(|it| it["text"].clone())
        .collect();
    assert_eq!(whole, [fox, bun]);
    assert_eq!(bench.submitted()[0], "Hello @£$ {[~]} 5 €");
    // The reports are not left in the stores.
    assert_eq!(bench.stored(), 0);
}

#[test]
fn what_arrives_is_printed_once_and_deleted() {
    let bench = Bench::new(&[]);
    let long = long("Добрый день 世界 😀.");
    bench.sms("There before");
    let mut watch = bench.watch("modem", &[]);
    bench.sms(&long);
    bench.sms("Hello €");
    assert_eq!(messages(&mut watch, 3), ["There before", &long, "Hello €"]);
    let from = watch.events("message")[0]["from"].clone();
    assert_eq!(from, OUTSIDE);
    let watch = watch.terminate();
    assert_eq!(watch.events("message").len(), 3);
    assert_eq!(bench.stored(), 0);
    let watch = bench.watch("modem", &[]).terminate();
    assert_eq!(watch.events("message").len(), 0);
}

#[test]
fn a_full_store_is_emptied_and_what_waits_behind_it_comes() {
    let bench = Bench::with(&["modem,sm=5,me=3"], &[]);
    let texts: Vec<_> = (0..20).map(|n| format!("Message {n}")).collect();
    for text in &texts {
        bench.sms(text);
    }
    let read = bench.run(bench.modem("read", "modem", &["--json"]), "", 0);
    let stored = bench.stored();
    assert!(stored >= 5, "{stored}");
    assert_eq!(u64::try_from(read.events("message").len()).unwrap(), stored);
    let mut watch = bench.watch("modem", &[]);
    assert_eq!(messages(&mut watch, texts.len()), texts);
    watch.terminate();
    assert_eq!(bench.stored(), 0);
}

#[test]
fn ussd_is_asked_and_answered() {
    let bench = Bench::new(&["--ussd", "*100#=Guthaben: 5 €, gültig"]);
    let ussd = |code, input| {
        bench
            .run(bench.modem("ussd", "modem", &[code]), input, 0)
            .lines()
    };
    assert_eq!(ussd("*100#", ""), ["Guthaben: 5 €, gültig"]);
    assert_eq!(ussd("*103#", ""), ["Υπόλοιπο 5 €, баланс"]);
    let menu = ussd("*101#", "3\n1\n").join("\n");
    assert_eq!(
        menu,
        "1 Balance\n2 Number\n3 Tariff\nTariff:\n1 Small\n2 Large\nYou have chosen Small"
    );
    bench.run(bench.modem("ussd", "modem", &["*999#"]), "", 1);
}

#[test]
fn the_network_says_why_a_message_is_not_sent() {
    let bench = Bench::new(&["--fault", &format!("cms,code=28,to={OUTSIDE}")]);
    let told = bench.send("Hello", &[], 1);
    assert_eq!(told[0]["outcome"], "not_sent");
    assert!(
        told[0]["error"].as_str().unwrap().contains("28"),
        "{told:?}"
    );
    // It will not do better the next time.
    assert_eq!(bench.sim.events("refused").len(), 1);
    assert!(bench.submitted().is_empty());
}

#[test]
fn a_prompt_that_never_comes_sends_nothing() {
    let bench = Bench::new(&["--fault", "no-prompt,times=1"]);
    let told = bench.send("Hello", &[], 1);
    assert_eq!(told[0]["outcome"], "not_sent");
    assert!(bench.submitted().is_empty());
    // The modem is as before.
    let told = bench.send("Hello again", &[], 0);
    assert_eq!(told[0]["outcome"], "sent");
    assert_eq!(bench.submitted(), ["Hello again"]);
}

#[test]
fn a_modem_that_is_lost_with_a_message_leaves_it_unknown() {
    for (profile, fault) in [("generic", "unplug,on=data"), ("quectel", "reboot,on=data")] {
        let bench = Bench::new(&["--profile", profile, "--fault", fault]);
        let told = bench.send("Hello", &[], 3);
        assert_eq!(told[0]["outcome"], "unknown", "{fault}");
        // It was said once: the fault would hit no second one.
        assert_eq!(bench.sim.events("fault").len(), 1, "{fault}");
        assert!(bench.submitted().is_empty(), "{fault}");
    }
}

#[test]
fn a_modem_that_is_plugged_in_elsewhere_is_found_by_its_link() {
    let bench = Bench::new(&[]);
    let by_id = bench.path("usb-modem");
    symlink(bench.path("modem"), &by_id).unwrap();
    let mut watch = bench.watch("usb-modem", &[]);
    bench.sms("One");
    assert_eq!(messages(&mut watch, 1), ["One"]);
    bench.control("cut");
    watch.wait_for("end", |line| {
        line.contains(r#""state":"closed""#).then_some(())
    });
    bench.sms("Two");
    fs::remove_file(&by_id).unwrap();
    bench.control(&format!("plug {}", bench.path("elsewhere").display()));
    symlink(bench.path("elsewhere"), &by_id).unwrap();
    assert_eq!(messages(&mut watch, 2), ["One", "Two"]);
    bench.sms("Three");
    assert_eq!(messages(&mut watch, 3), ["One", "Two", "Three"]);
    watch.terminate();
    assert_eq!(bench.stored(), 0);
}

#[test]
fn a_wrong_pin_is_tried_once_and_never_again() {
    let bench = Bench::new(&["--pin", "1234"]);
    let info = |pin: &str, code| {
        let mut info = bench.modem("info", "modem", &["--timeout", "20s"]);
        info.env("SMSGW_PIN", pin);
        bench.run(info, "", code)
    };
    info("1111", 1);
    info("1111", 1);
    // Nor is the right one, before a person has looked at it.
    info("1234", 1);
    let tries = bench.sim.events("pin");
    assert_eq!(
        (tries.len(), &tries[0]["retries"]),
        (1, &json!(2)),
        "{tries:?}"
    );
    fs::remove_file(bench.path("refused")).unwrap();
    // Two are left, which is less than three.
    info("1234", 1);
    assert_eq!(bench.sim.events("pin").len(), 1);
}

#[test]
fn the_right_pin_opens_the_sim() {
    let bench = Bench::new(&["--pin", "1234"]);
    fs::write(bench.path("pin"), "1234\n").unwrap();
    let told = bench.send("Hello", &["--pin-file", "pin"], 0);
    assert_eq!(told[0]["outcome"], "sent");
    assert_eq!(bench.sim.events("pin").len(), 1);
}

#[test]
fn noise_pieces_and_floods_lose_nothing() {
    let faults = [
        "split,size=1,delay=1ms",
        "flood=5,size=50",
        "repeated-indication",
        "noise=7",
        "merge=3",
    ];
    let flags: Vec<_> = faults.iter().flat_map(|fault| ["--fault", fault]).collect();
    let bench = Bench::new(&flags);
    let mut watch = bench.watch("modem", &[]);
    let texts: Vec<_> = (0..10).map(|n| format!("Message {n}")).collect();
    for text in &texts {
        bench.sms(text);
    }
    assert_eq!(messages(&mut watch, texts.len()), texts);
    let watch = watch.terminate();
    assert_eq!(watch.events("message").len(), texts.len());
    assert_eq!(bench.stored(), 0);
}

#[test]
fn every_kind_of_modem_sends_and_receives() {
    // The deaf one is, too: but each command that it did not hear is waited for, which takes long.
    let is_deaf = |profile: &&Profile| profile.command_gap > Duration::ZERO;
    for profile in Profile::ALL.iter().filter(|it| !is_deaf(it)) {
        let bench = Bench::new(&["--profile", profile.name]);
        let told = bench.send("Привет", &["--wait-report", "20s"], 0);
        assert_eq!(told[0]["report"], "delivered", "{}: {told:?}", profile.name);
        bench.sms("Hello");
        let mut watch = bench.watch("modem", &[]);
        bench.sms("Добрый день");
        // Which of its stores is looked into first is its own affair.
        let mut texts = messages(&mut watch, 2);
        texts.sort_by_key(Value::to_string);
        assert_eq!(texts, ["Hello", "Добрый день"], "{}", profile.name);
        watch.terminate();
        assert_eq!(
            (bench.stored(), bench.submitted().len()),
            (0, 1),
            "{}",
            profile.name
        );
    }
}

/// `send` with three modems, of which the first is asked first.
fn send_by_three(bench: &Bench, code: i32) {
    let args = [
        "--port", "b", "--port", "c", "--to", OUTSIDE, "--json", "Hello",
    ];
    bench.run(bench.modem("send", "a", &args), "", code);
}

#[test]
fn of_three_modems_one_dies_with_the_message_and_no_other_sends_it() {
    let bench = Bench::with(&["a", "b", "c"], &["--fault", "unplug,on=data"]);
    send_by_three(&bench, 3);
    assert_eq!(bench.sim.events("cut").len(), 1, "{:?}", bench.sim);
    assert!(bench.submitted().is_empty());
}

#[test]
fn of_three_modems_two_that_may_not_send_leave_it_to_the_third() {
    let bench = Bench::with(&["a", "b", "c"], &[]);
    for modem in ["1", "2"] {
        bench.control(&format!("fault modem={modem} cms code=8"));
    }
    send_by_three(&bench, 0);
    assert_eq!(bench.submitted(), ["Hello"]);
    assert_eq!(bench.sim.events("submit")[0]["modem"], "+491700000003");
}

#[test]
fn a_script_speaks_to_the_modem() {
    let bench = Bench::new(&[]);
    let console = bench.modem("console", "modem", &[]);
    let said = bench.run(console, "AT+CGMI\nAT+CMGF=1\n", 0).lines();
    assert!(said.contains(&"smsgw".to_owned()), "{said:?}");
    let console = bench.modem("console", "modem", &[]);
    bench.run(console, "AT+NONSENSE\n", 1);
}
