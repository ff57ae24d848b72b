//! `smsgw sim modem` from outside: what it announces, prints and takes.
#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "interop/process.rs"]
mod process;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use process::Process;
use serde_json::{Value, json};
use smsgw_sim::modem::Profile;
use smsgw_sim::modem::fault::Kind;

const OUTSIDE: &str = "+491719999999";

fn sim(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smsgw"));
    command.args(["sim", "modem"]).args(args);
    command
}

fn ask(path: &str, command: &str) -> Value {
    let mut stream = UnixStream::connect(path).unwrap();
    writeln!(stream, "{command}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// A program at a modem.
struct Program<P>(P);

impl<P: std::io::Read + std::io::Write> Program<P> {
    /// Says something, and reads until `wanted` was said: all of it.
    fn talk(&mut self, said: &str, wanted: &str) -> String {
        self.0.write_all(said.as_bytes()).unwrap();
        let mut heard = String::new();
        while !heard.ends_with(wanted) {
            let mut octet = [0];
            self.0.read_exact(&mut octet).unwrap();
            heard.push(char::from(octet[0]));
        }
        heard
    }
}

fn open(path: &str) -> Program<fs::File> {
    Program(
        fs::OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap(),
    )
}

#[test]
fn a_message_its_report_and_a_reply_are_told() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let (path, control) = (at("modem"), at("control"));
    let args = [
        "--pty",
        &path,
        "--number",
        "+491700000007",
        "--pin",
        "1234",
        "--report-delay",
        "1ms",
        "--commands",
        "--control",
        &control,
    ];
    let mut modem = Process::start(&mut sim(&args), "");
    assert_eq!(modem.ready("pty"), path);
    assert_eq!(modem.ready("control"), control);
    let taken = sim(&["--tcp", "127.0.0.1:1", "--unix", "/nowhere/modem"])
        .output()
        .unwrap();
    assert_eq!(taken.status.code(), Some(1));
    let error = String::from_utf8(taken.stderr).unwrap();
    assert!(
        error.starts_with("smsgw sim modem: cannot start: "),
        "{error}"
    );

    let args = ["--pty", &at("other"), "--control", &control];
    let taken = sim(&args).output().unwrap();
    assert_eq!(taken.status.code(), Some(1));
    assert!(fs::symlink_metadata(at("other")).is_err());

    let mut program = open(&path);
    program.talk("ATE0\r", "OK\r\n");
    program.talk("AT+CPIN?\r", "+CPIN: SIM PIN\r\n\r\nOK\r\n");
    program.talk("AT+CPIN=1234\r", "OK\r\n");
    program.talk("AT+CMGF=1;+CNMI=2,1,0,1;+CSMP=49,167,0,0\r", "OK\r\n");
    program.talk(&format!("AT+CMGS=\"{OUTSIDE}\"\r"), "> ");
    program.talk("hello\x1a", "OK\r\n");
    program.talk("", ",0\r\n");
    let answer = ask(&control, &format!("sms {OUTSIDE} hello back"));
    assert_eq!(answer["to"], "+491700000007");
    program.talk("", "+CMTI: \"SM\",1\r\n");
    drop(program);
    modem.wait_for("event", |line| {
        line.contains(r#""event":"close""#).then_some(())
    });

    let modem = modem.terminate();
    let told = |event: &str| {
        let events = modem.events(event);
        assert_eq!(events.len(), 1, "{event}: {modem:?}");
        assert_eq!(events[0]["protocol"], "at");
        assert_eq!(events[0]["modem"], "+491700000007");
        events[0].clone()
    };
    told("open");
    assert_eq!(told("pin")["ok"], true);
    let submit = told("submit");
    let of = |key: &str| submit[key].clone();
    assert_eq!(
        (of("from"), of("to"), of("text")),
        (json!("+491700000007"), json!(OUTSIDE), json!("hello"))
    );
    assert_eq!(told("receipt")["message_state"], "delivered");
    assert_eq!(told("deliver")["text"], "hello back");
    let lines: Vec<_> = modem
        .events("command")
        .iter()
        .map(|it| it["line"].clone())
        .collect();
    assert_eq!(lines[1..3], [json!("+CPIN?"), json!("+CPIN=1234")]);
    assert!(!Path::new(&path).exists() && !Path::new(&control).exists());
}

#[test]
fn many_modems_are_counted_and_text_each_other() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let args = [
        "--unix",
        &format!("{},profile=huawei", at("unix")),
        "--pty",
        &at("pty"),
        "--tcp",
        "127.0.0.1:0,signal=5,sim=none",
        "--modems",
        "2",
        "--control",
        &at("control"),
    ];
    let mut modem = Process::start(&mut sim(&args), "");
    modem.ready("control");
    let list = ask(&at("control"), "list");
    let lines = list["modems"].as_array().unwrap();
    let numbers: Vec<_> = lines.iter().map(|line| line["number"].clone()).collect();
    let wanted: Vec<_> = (1..=6).map(|n| json!(format!("+49170000000{n}"))).collect();
    assert_eq!(numbers, wanted);
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["place"].as_str().unwrap().split(' ').next().unwrap())
        .collect();
    assert_eq!(kinds, ["pty", "pty", "tcp", "tcp", "unix", "unix"]);
    assert_eq!(lines[1]["place"], format!("pty {}", at("pty2")));
    let status = ask(&at("control"), "status");
    let modems = &status["modems"];
    assert_eq!(
        (&modems[2]["signal"], &modems[2]["sim"]),
        (&json!(5), &json!("ABSENT"))
    );
    assert_eq!(
        (&modems[0]["profile"], &modems[4]["profile"]),
        (&json!("generic"), &json!("huawei"))
    );

    let address = lines[2]["place"]
        .as_str()
        .unwrap()
        .strip_prefix("tcp ")
        .unwrap();
    let mut program = Program(TcpStream::connect(address).unwrap());
    program.talk("AT+CPIN?\r", "ERROR\r\n");
    let mut first = open(&at("pty1"));
    let mut second = open(&at("pty2"));
    second.talk("AT+CNMI=2,1\r", "OK\r\n");
    first.talk("AT+CMGF=1\r", "OK\r\n");
    first.talk("AT+CMGS=\"+491700000002\"\r", "> ");
    first.talk("hi\x1a", "OK\r\n");
    second.talk("", "+CMTI: \"SM\",1\r\n");
    let modem = modem.terminate();
    assert_eq!(modem.events("deliver")[0]["modem"], "+491700000002");
}

#[test]
fn an_unplugged_modem_is_plugged_in_elsewhere() {
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name).display().to_string();
    let args = [
        "--pty",
        &at("modem"),
        "--control",
        &at("control"),
        "--fault",
        "unplug,on=data",
    ];
    let mut modem = Process::start(&mut sim(&args), "");
    modem.ready("control");
    let mut program = open(&at("modem"));
    program.talk("AT+CMGF=1\r", "OK\r\n");
    program.talk(&format!("AT+CMGS=\"{OUTSIDE}\"\r"), "> ");
    program.0.write_all(b"hi\x1a").unwrap();
    // As the system likes it, that is an end or an error.
    let _ = program.0.read_to_end(&mut Vec::new());
    assert!(program.0.write_all(b"AT\r").is_err());
    drop(program);
    let answer = ask(&at("control"), &format!("plug {}", at("again")));
    assert_eq!(answer["modems"][0]["place"], format!("pty {}", at("again")));
    assert!(!Path::new(&at("modem")).exists());
    modem.wait_for("event", |line| line.contains(r#""stat":1,"#).then_some(()));
    let mut program = open(&at("again"));
    // While it starts it does not listen.
    while ask(&at("control"), "status")["modems"][0]["obeys"] == false {}
    program.talk("AT\r", "OK\r\n");
    let modem = modem.terminate();
    assert_eq!(modem.events("fault")[0]["name"], "unplug");
    assert_eq!(
        (modem.events("cut").len(), modem.events("plug").len()),
        (1, 1)
    );
    assert!(!Path::new(&at("again")).exists());
}

#[test]
fn flags_that_cannot_be_are_refused() {
    for args in [
        &[][..],
        &["--pty", ""],
        &["--pty", "/tmp/x,number"],
        &["--pty", "/tmp/x,colour=red"],
        &["--pty", "/tmp/x,pin=12"],
        &["--pty", "/tmp/x,imei=1"],
        &["--pty", "/tmp/x,iccid=1"],
        &["--pty", "/tmp/x,signal=40"],
        &["--pty", "/tmp/x,profile=nokia"],
        &["--pty", "/tmp/x,pin-retries=4"],
        &["--pty", "/tmp/x,sm=many"],
        &["--tcp", "nowhere"],
        &["--pty", "/tmp/x", "--modems", "0"],
        &["--pty", "/tmp/x", "--pin", "secret"],
        &["--pty", "/tmp/x", "--profile", "nokia"],
        &["--pty", "/tmp/x", "--store", "XX=1"],
        &["--pty", "/tmp/x", "--store", "SM"],
        &["--pty", "/tmp/x", "--send-delay", "2s-1s"],
        &["--pty", "/tmp/x", "--send-delay", "soon"],
        &["--pty", "/tmp/x", "--report-failures", "2"],
        &["--pty", "/tmp/x", "--report-failures", "lost=1"],
        &["--pty", "/tmp/x", "--ussd", "*100#"],
        &["--pty", "/tmp/x", "--fault", "thunder"],
        &["--pty", "/tmp/x", "--fault", "cms=0"],
        &["--pty", "/tmp/x", "--fault", "noise,code=1"],
    ] {
        let output = sim(args).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
    }
    for args in [
        &["--pty", "/tmp/x", "--number", "me"][..],
        &["--pty", "/tmp/x,number=+491700000009", "--modems", "2"],
        &["--tcp", "127.0.0.1:65535", "--modems", "2"],
        &[
            "--tcp",
            "127.0.0.1:0,number=+1",
            "--tcp",
            "127.0.0.1:0,number=+1",
        ],
    ] {
        let output = sim(args).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.starts_with("smsgw sim modem: ") && error.lines().count() == 1,
            "{error}"
        );
    }
}

#[test]
fn the_page_about_it_is_complete() {
    let page = include_str!("../../../docs/SIMULATOR.md");
    let (_, page) = page.split_once("\n## Modems\n").unwrap();
    let help = sim(&["--help"]).output().unwrap().stdout;
    let help = String::from_utf8(help).unwrap();
    let flags = help
        .split_whitespace()
        .filter(|word| word.starts_with("--"));
    for flag in flags.filter(|flag| *flag != "--help") {
        let flag = flag.trim_end_matches(|c: char| !c.is_alphanumeric());
        assert!(page.contains(&format!("`{flag}")), "{flag}");
    }
    for kind in Kind::ALL {
        let name = kind.name();
        assert!(page.contains(&format!("| `{name}` |")), "{name}");
        assert!(help.contains(name), "{name}");
    }
    for profile in Profile::ALL {
        assert!(
            page.contains(&format!("| `{}` |", profile.name)),
            "{}",
            profile.name
        );
    }
    let (_, keys) = help.split_once("Keys of a modem").unwrap();
    let (keys, _) = keys.split_once("\n\n").unwrap();
    let (_, keys) = keys.split_once(": ").unwrap();
    for key in keys.split([',', ' ', '\n']).filter(|key| !key.is_empty()) {
        let is_key = !key.contains(['(', ')']) && !key.bytes().all(|octet| octet.is_ascii_digit());
        let key = key.split('=').next().unwrap();
        let words = ["to", "and", "how", "many", "places", "a", "store", "has"];
        if is_key && !words.contains(&key) {
            assert!(page.contains(&format!("`{key}=")), "{key}");
        }
    }
    let (_, commands) = help.split_once("Commands of the control socket").unwrap();
    let commands = commands.lines().filter_map(|line| line.strip_prefix("  "));
    for command in commands.filter(|command| !command.starts_with(' ')) {
        let verb = command.split(' ').next().unwrap();
        assert!(page.contains(&format!("| `{verb}")), "{verb}");
    }
}
