//! Gammu, a tool for phones and modems.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use serde_json::Value;

use crate::harness::scratch;
use crate::modem::{Modem, NUMBER, OUTSIDE, installed, long};
use crate::process::Process;

/// Gammu with a modem.
struct Gammu {
    modem: Modem,
    config: PathBuf,
}

impl Gammu {
    fn new(name: &str, flags: &[&str]) -> Self {
        installed("gammu", "gammu");
        let directory = scratch(name);
        let modem = Modem::start(&directory, flags);
        let config = write_config(&directory, &modem, "");
        Self { modem, config }
    }

    /// Runs it once.
    fn run(&self, args: &[&str]) -> (Process, ExitStatus) {
        let mut command = gammu("gammu");
        command.arg("-c").arg(&self.config).args(args);
        Process::start(&mut command, "").finish()
    }

    /// The same, insisting that it goes well: what it says, in one line.
    fn does(&self, args: &[&str]) -> String {
        let (gammu, status) = self.run(args);
        assert!(status.success(), "{gammu:?}: {:?}", self.modem.process);
        words(&gammu)
    }
}

/// One of its programs, which speaks as its surroundings do.
pub(crate) fn gammu(program: &str) -> Command {
    let mut command = Command::new(program);
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// A configuration of Gammu, which its daemon takes, too; `more` are lines of it.
pub(crate) fn write_config(directory: &Path, modem: &Modem, more: &str) -> PathBuf {
    let file = directory.join("gammurc");
    let config = format!(
        "[gammu]\ndevice = {}\nconnection = at\nsynchronizetime = no\n{more}",
        modem.path.display()
    );
    fs::write(&file, config).unwrap();
    file
}

/// What a program says, with one blank between words.
fn words(program: &Process) -> String {
    let lines = program.lines().join(" ");
    lines.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn must_say(said: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(said.contains(wanted), "no '{wanted}' in: {said}");
    }
}

#[test]
fn gammu_knows_the_modem_and_its_network() {
    let gammu = Gammu::new("gammu-identify", &[]);
    let said = gammu.does(&["identify"]);
    let status = gammu.modem.command("status");
    let modem = &status["modems"][0];
    let is = |key: &str| modem[key].as_str().unwrap().to_owned();
    must_say(
        &said,
        &[
            "Manufacturer : smsgw",
            &format!("IMEI : {}", is("imei")),
            &format!("SIM IMSI : {}", is("imsi")),
        ],
    );
    let said = gammu.does(&["networkinfo"]);
    let wanted = [
        "Network state : home network",
        "Network : 262 01",
        "GPRS : attached",
    ];
    must_say(&said, &wanted);
}

#[test]
fn gammu_sends_one_part_and_two() {
    let gammu = Gammu::new("gammu-send", &[]);
    let said = gammu.does(&["sendsms", "TEXT", OUTSIDE, "-text", "Hello @£$ {[~]} 5 €"]);
    must_say(&said, &["Sending SMS 1/1", "OK, message reference="]);
    let (fox, bun) = (
        long("The quick brown fox jumps over the lazy dog."),
        long("Съешь же ещё этих мягких булок."),
    );
    let limit = ["-autolen", "1000"];
    let said = gammu.does(&[&["sendsms", "TEXT", OUTSIDE, "-text", &fox][..], &limit].concat());
    must_say(&said, &["Sending SMS 2/2", "OK, message reference="]);
    let unicode = ["-unicode", "-text", &bun];
    gammu.does(&[&["sendsms", "TEXT", OUTSIDE][..], &unicode, &limit].concat());

    let sent = gammu.modem.sent(3);
    let text = |sent: &Value| sent["text"].as_str().unwrap().to_owned();
    let texts: Vec<_> = sent.iter().map(text).collect();
    assert_eq!(texts, ["Hello @£$ {[~]} 5 €", &fox, &bun]);
    for sent in &sent {
        assert_eq!(
            (&sent["from"], &sent["to"]),
            (&NUMBER.into(), &OUTSIDE.into())
        );
    }
}

#[test]
fn gammu_is_told_that_a_message_cannot_be_sent() {
    let gammu = Gammu::new("gammu-fails", &["--fault", "cms,times=1,code=42"]);
    let send = ["sendsms", "TEXT", OUTSIDE, "-text", "Hello"];
    let (failed, status) = gammu.run(&send);
    assert!(!status.success(), "{failed:?}");
    must_say(&words(&failed), &["error 42"]);
    assert_eq!(gammu.modem.events("refused", 1)[0]["cms"], 42);
    gammu.modem.sent(0);
    gammu.does(&send);
    gammu.modem.sent(1);
}

#[test]
fn gammu_lists_and_deletes() {
    let gammu = Gammu::new("gammu-list", &[]);
    let long = long("Добрый день.");
    for text in ["First", "Second €", &long] {
        gammu.modem.sms(text);
    }
    let said = gammu.does(&["geteachsms"]);
    let from = format!("Remote number : \"{OUTSIDE}\"");
    must_say(&said, &[&from, "UnRead", "First", "Second €", &long]);
    let said = gammu.does(&["getallsms"]);
    must_say(&said, &["Status : Read", "First", "Second €"]);
    assert!(!said.contains("UnRead"), "{said}");
    gammu.does(&["deletesms", "1", "1"]);
    let deleted = &gammu.modem.events("delete", 1)[0];
    assert_eq!(
        (&deleted["store"], &deleted["index"]),
        (&"SM".into(), &1.into())
    );
    let said = gammu.does(&["getallsms"]);
    assert!(
        !said.contains("First") && said.contains("Second €"),
        "{said}"
    );
}

#[test]
fn gammu_asks_by_ussd() {
    let gammu = Gammu::new("gammu-ussd", &["--ussd", "*100#=Guthaben: 5 €, gültig"]);
    let said = gammu.does(&["getussd", "*100#"]);
    let wanted = [
        "No action needed",
        "Service reply : \"Guthaben: 5 €, gültig\"",
    ];
    must_say(&said, &wanted);
    assert_eq!(gammu.modem.events("ussd", 1)[0]["request"], "*100#");
}
