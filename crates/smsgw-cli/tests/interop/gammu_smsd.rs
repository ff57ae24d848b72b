//! gammu-smsd, the daemon of Gammu, with its messages in files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::gammu::{gammu, write_config};
use crate::harness::{eventually, scratch};
use crate::modem::{Modem, OUTSIDE, installed, long};
use crate::process::Process;

/// The daemon with a modem.
struct Smsd {
    modem: Modem,
    daemon: Process,
    directory: PathBuf,
    config: PathBuf,
}

impl Smsd {
    fn start(name: &str, flags: &[&str]) -> Self {
        installed("gammu-smsd", "gammu-smsd");
        let directory = scratch(name);
        for folder in ["inbox", "outbox", "sent", "error"] {
            fs::create_dir(directory.join(folder)).unwrap();
        }
        let modem = Modem::start(&directory, flags);
        let more = format!(
            r"
[smsd]
service = files
logfile = stderr
debuglevel = 1
inboxpath = {directory}/inbox/
outboxpath = {directory}/outbox/
sentsmspath = {directory}/sent/
errorsmspath = {directory}/error/
inboxformat = standard
deliveryreport = log
checksecurity = 0
checkbattery = 0
receivefrequency = 1
loopsleep = 1
commtimeout = 1
retrytimeout = 1
maxretries = 1
multiparttimeout = 60
",
            directory = directory.display()
        );
        let config = write_config(&directory, &modem, &more);
        let daemon = Process::start(gammu("gammu-smsd").arg("-c").arg(&config), "");
        Self {
            modem,
            daemon,
            directory,
            config,
        }
    }

    /// Puts a message into its outbox.
    fn inject(&self, text: &str) {
        let mut inject = gammu("gammu-smsd-inject");
        inject.arg("-c").arg(&self.config);
        inject.args([
            "TEXT", OUTSIDE, "-report", "-autolen", "1000", "-text", text,
        ]);
        Process::start(&mut inject, "").succeed();
    }

    /// Waits for `count` files in a folder: what is in them, in the order of their names.
    fn files(&self, folder: &str, count: usize) -> Vec<Vec<u8>> {
        eventually(&format!("file in {folder}"), || {
            let mut paths = paths(&self.directory.join(folder));
            paths.sort();
            let read = || paths.iter().map(|path| fs::read(path).unwrap()).collect();
            (paths.len() >= count).then(read)
        })
    }
}

fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn gammu_smsd_sends_and_gets_its_reports() {
    let smsd = Smsd::start("gammu-smsd-send", &[]);
    let fox = long("The quick brown fox jumps over the lazy dog.");
    for text in ["Hello @£$ {[~]} 5 €", &fox] {
        smsd.inject(text);
    }
    let mut texts: Vec<_> = smsd
        .modem
        .sent(2)
        .iter()
        .map(|sent| sent["text"].clone())
        .collect();
    texts.sort_by_key(|text| text.to_string().len());
    assert_eq!(texts, ["Hello @£$ {[~]} 5 €", &fox]);
    smsd.files("sent", 2);
    // One for each part.
    smsd.modem.events("receipt", 3);
    // When it is told of one in passing, it first logs an empty line.
    let report = format!("Delivery report: Delivered to {OUTSIDE}, message reference ");
    eventually("delivery reports", || {
        let lines = smsd.daemon.lines();
        let reports = lines.iter().filter(|line| line.contains(&report));
        (reports.count() == 3).then_some(())
    });
    smsd.daemon.terminate();
}

/// It tries again as long as it takes.
#[test]
fn gammu_smsd_is_told_that_a_message_cannot_be_sent() {
    let mut smsd = Smsd::start("gammu-smsd-fails", &["--fault", "cms,code=28"]);
    smsd.inject("Hello");
    smsd.daemon
        .wait_for("failure", |line| line.contains("status=28").then_some(()));
    smsd.daemon.wait_for("error", |line| {
        line.contains("Error getting send status of message")
            .then_some(())
    });
    let refused = smsd.modem.process.events("refused");
    assert!(
        refused.iter().all(|refused| refused["cms"] == 28),
        "{refused:?}"
    );
    assert!(paths(&smsd.directory.join("sent")).is_empty());
    smsd.modem.sent(0);
    smsd.modem.command("fault off");
    smsd.files("sent", 1);
    smsd.modem.sent(1);
    smsd.daemon.terminate();
}

#[test]
fn gammu_smsd_receives() {
    let smsd = Smsd::start("gammu-smsd-receive", &[]);
    let texts = ["Hello from outside €".to_owned(), long("Добрый день.")];
    for text in &texts {
        smsd.modem.sms(text);
    }
    // Each part of a text has a file of its own.
    let files = smsd.files("inbox", 3);
    let received = String::from_utf8(files.concat()).unwrap();
    assert_eq!(received, texts.concat());
    // And what it has, it deletes.
    smsd.modem.events("delete", 3);
    smsd.daemon.terminate();
}
