//! SMS Server Tools 3, a gateway whose messages are files.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::harness::{eventually, scratch};
use crate::modem::{Modem, OUTSIDE, installed, long};
use crate::process::Process;

const FOLDERS: [&str; 6] = [
    "outgoing", "checked", "incoming", "report", "sent", "failed",
];

/// The daemon with a modem.
struct Smsd {
    modem: Modem,
    daemon: Process,
    directory: PathBuf,
}

impl Smsd {
    fn start(name: &str, flags: &[&str]) -> Self {
        installed("smstools", "smsd");
        let directory = scratch(name);
        for folder in FOLDERS {
            fs::create_dir(directory.join(folder)).unwrap();
        }
        let modem = Modem::start(&directory, flags);
        let folders = FOLDERS.map(|folder| {
            let path = directory.join(folder);
            format!("{folder} = {}\n", path.display())
        });
        let config = format!(
            r"devices = modem
logfile = 1
loglevel = 7
infofile = {directory}/smsd.working
pidfile = {directory}/smsd.pid
delaytime = 1
errorsleeptime = 1
blockafter = 10
receive_before_send = no
autosplit = 3
{folders}
[modem]
device = {device}
init = AT+CNMI=2,0,0,2,1
baudrate = 115200
rtscts = no
incoming = yes
report = yes
decode_unicode_text = yes
internal_combine = yes
",
            directory = directory.display(),
            folders = folders.concat(),
            device = modem.path.display(),
        );
        let file = directory.join("smsd.conf");
        fs::write(&file, config).unwrap();
        // In the foreground.
        let daemon = Process::start(Command::new("smsd").arg("-t").arg("-c").arg(&file), "");
        Self {
            modem,
            daemon,
            directory,
        }
    }

    /// Puts a message into its outbox.
    fn send(&self, name: &str, text: &str) {
        let to = OUTSIDE.trim_start_matches('+');
        let message = format!("To: {to}\nReport: yes\nAlphabet: UTF-8\n\n{text}");
        // At once in its place, or it might read half of it.
        let file = self.directory.join(name);
        fs::write(&file, message).unwrap();
        fs::rename(&file, self.directory.join("outgoing").join(name)).unwrap();
    }

    /// Waits for `count` messages in a folder.
    fn files(&self, folder: &str, count: usize) -> Vec<String> {
        let folder = self.directory.join(folder);
        eventually(&format!("file in {}", folder.display()), || {
            let files = fs::read_dir(&folder).unwrap();
            // It may take one away at any time.
            let files = files.filter_map(|file| fs::read(file.unwrap().path()).ok());
            let files = files.map(|file| String::from_utf8_lossy(&file).into_owned());
            // Parts of a message that is not complete wait there, too.
            let is_message = |file: &String| file.starts_with("From: ") || file.starts_with("To: ");
            let messages: Vec<_> = files.filter(is_message).collect();
            (messages.len() >= count).then_some(messages)
        })
    }
}

/// The value of a header of a file of its.
fn header<'a>(file: &'a str, name: &str) -> &'a str {
    let mut lines = file.lines();
    let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    value.unwrap_or_else(|| panic!("no {name} in {file}"))
}

#[test]
fn smstools_sends_and_gets_its_reports() {
    let smsd = Smsd::start("smstools-send", &[]);
    let fox = long("The quick brown fox jumps over the lazy dog.");
    let bun = long("Съешь же ещё этих мягких булок.");
    for (name, text) in [
        ("plain", "Hello @£$ {[~]} 5 €"),
        ("long", &fox),
        ("unicode", &bun),
    ] {
        smsd.send(name, text);
    }
    let mut texts: Vec<_> = smsd
        .modem
        .sent(3)
        .iter()
        .map(|sent| sent["text"].clone())
        .collect();
    texts.sort_by_key(serde_json::Value::to_string);
    let mut wanted = ["Hello @£$ {[~]} 5 €", &fox, &bun];
    wanted.sort_by_key(|text| format!("\"{text}\""));
    assert_eq!(texts, wanted);
    let sent = smsd.files("sent", 3);
    assert!(sent.iter().all(|sent| header(sent, "Modem") == "modem"));
    let parts = smsd.modem.process.events("submit").len();
    let reports = smsd.files("report", parts);
    for report in &reports {
        assert_eq!(header(report, "From"), OUTSIDE.trim_start_matches('+'));
        assert!(header(report, "Status").starts_with("0,Ok"), "{report}");
    }
    // They are about these messages, and told once.
    let mut ids: Vec<_> = reports
        .iter()
        .map(|report| header(report, "Message_id"))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), parts, "{reports:?}");
    smsd.daemon.terminate();
}

#[test]
fn smstools_is_told_that_a_message_cannot_be_sent() {
    let smsd = Smsd::start("smstools-fails", &["--fault", "cms,code=28"]);
    smsd.send("refused", "Hello");
    let failed = &smsd.files("failed", 1)[0];
    assert!(header(failed, "Fail_reason").contains("28"), "{failed}");
    let refused = smsd.modem.process.events("refused");
    assert!(!refused.is_empty() && refused.iter().all(|refused| refused["cms"] == 28));
    smsd.modem.sent(0);
    smsd.daemon.terminate();
}

#[test]
fn smstools_receives() {
    let smsd = Smsd::start("smstools-receive", &[]);
    let long = long("The quick brown fox jumps over the lazy dog.");
    for text in ["Hello from outside", &long] {
        smsd.modem.sms(text);
    }
    let mut received = smsd.files("incoming", 2);
    received.sort_by_key(String::len);
    for (file, text) in received.iter().zip(["Hello from outside", &long]) {
        assert_eq!(header(file, "From"), OUTSIDE.trim_start_matches('+'));
        let (_, body) = file.split_once("\n\n").unwrap();
        assert_eq!(body, text);
    }
    // And what it has, it deletes.
    smsd.modem.events("delete", 3);
    smsd.daemon.terminate();
}
