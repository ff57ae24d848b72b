//! ModemManager, which desktops use modems by, on a message bus of its own.

use std::process::Command;

use crate::harness::{eventually, scratch};
use crate::modem::{Modem, NUMBER, OUTSIDE, SLOWLY, installed, long};
use crate::process::Process;

/// ModemManager with a modem, which it has enabled.
struct Manager {
    modem: Modem,
    _daemon: Process,
    bus: String,
    /// The bus ends last.
    _bus: Process,
}

impl Manager {
    fn start(name: &str, flags: &[&str]) -> Self {
        for (package, program) in [
            ("dbus", "dbus-daemon"),
            ("modemmanager", "ModemManager"),
            ("modemmanager", "mmcli"),
        ] {
            installed(package, program);
        }
        let modem = Modem::start_at(&scratch(name), "unix", &format!("@abstract:{name}"), flags);
        let mut bus = Command::new("dbus-daemon");
        bus.args(["--session", "--nofork", "--print-address"]);
        let mut bus = Process::start(&mut bus, "");
        let address = bus.wait_for("address", |line| {
            line.starts_with("unix:").then(|| line.to_owned())
        });
        let mut daemon = Command::new("ModemManager");
        daemon.env("DBUS_SESSION_BUS_ADDRESS", &address);
        daemon.args(["--test-session", "--test-enable", "--test-no-udev"]);
        daemon.args(["--test-no-suspend-resume", "--no-auto-scan"]);
        let manager = Self {
            modem,
            _daemon: Process::start(&mut daemon, ""),
            bus: address,
            _bus: bus,
        };
        manager.set_profile(&format!("abstract:{name}"));
        eventually("modem", || manager.run(&["-m", "any"]).1.then_some(()));
        manager.does(&["-m", "any", "--enable"]);
        manager
    }

    /// Names the socket of the modem to it.
    fn set_profile(&self, port: &str) {
        eventually("ModemManager", || {
            let mut send = Command::new("dbus-send");
            send.env("DBUS_SESSION_BUS_ADDRESS", &self.bus);
            send.args(["--session", "--print-reply"]);
            send.arg("--dest=org.freedesktop.ModemManager1");
            send.arg("/org/freedesktop/ModemManager1");
            send.arg("org.freedesktop.ModemManager1.Test.SetProfile");
            send.args(["string:smsgw", "string:generic"]);
            send.arg(format!("array:string:{port}"));
            let (_, status) = Process::start(&mut send, "").finish();
            status.success().then_some(())
        });
    }

    /// Asks it for something: what it says, and whether it was done.
    fn run(&self, args: &[&str]) -> (String, bool) {
        let mut command = Command::new("mmcli");
        // It looks for it on the other bus.
        command.env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus).args(args);
        let (program, status) = Process::start(&mut command, "").finish();
        (program.lines().join("\n"), status.success())
    }

    /// The same, insisting that it is done.
    fn does(&self, args: &[&str]) -> String {
        let (said, is_done) = self.run(args);
        assert!(is_done, "{said}: {:?}", self.modem.process);
        said
    }

    /// Makes a message to be sent: its path.
    fn create(&self, text: &str, more: &str) -> String {
        let create = format!("--messaging-create-sms=text='{text}',number='{OUTSIDE}'{more}");
        let said = self.does(&["-m", "any", &create]);
        said.rsplit(' ').next().unwrap().to_owned()
    }

    /// The messages that it has, as it shows them.
    fn messages(&self) -> Vec<String> {
        let list = self.does(&["-m", "any", "--messaging-list-sms"]);
        let paths = list.split_whitespace().filter(|word| word.starts_with('/'));
        paths.map(|path| self.does(&["-s", path])).collect()
    }
}

fn has(shown: &str, key: &str, value: &str) -> bool {
    let mut lines = shown.lines().filter_map(|line| line.split_once(": "));
    lines.any(|(name, text)| name.trim_end().ends_with(key) && text == value)
}

#[test]
fn modem_manager_knows_the_modem_sends_and_asks() {
    let manager = Manager::start("modem-manager-send", &[]);
    let shown = manager.does(&["-m", "any"]);
    let status = manager.modem.command("status");
    let imei = status["modems"][0]["imei"].as_str().unwrap();
    for (key, value) in [
        ("manufacturer", "smsgw"),
        ("imei", imei),
        ("own", NUMBER),
        ("state", "registered"),
        ("operator id", "26201"),
    ] {
        assert!(has(&shown, key, value), "{key}: {shown}");
    }

    let report = ",delivery-report-request='yes'";
    let (fox, bun) = (
        long("The quick brown fox jumps over the lazy dog."),
        long("Съешь же ещё этих мягких булок."),
    );
    let texts = ["Hello @£$ {[~]} 5 €", &fox, &bun];
    for text in texts {
        let sms = manager.create(text, report);
        manager.does(&["-s", &sms, "--send"]);
        assert!(has(&manager.does(&["-s", &sms]), "state", "sent"));
    }
    let sent: Vec<_> = manager.modem.sent(3);
    for (sent, text) in sent.iter().zip(texts) {
        assert_eq!(sent["text"], text);
    }
    // It asks for one with the last part.
    eventually("reports", || {
        let messages = manager.messages();
        let reports = messages
            .iter()
            .filter(|sms| has(sms, "delivery state", "completed-received"));
        (reports.count() == texts.len()).then_some(())
    });

    let said = manager.does(&["-m", "any", "--3gpp-ussd-initiate=*100#"]);
    assert!(said.contains("'Your balance is 12.34 EUR'"), "{said}");
    manager.does(&["-m", "any", "--3gpp-ussd-initiate=*101#"]);
    let said = manager.does(&["-m", "any", "--3gpp-ussd-respond=2"]);
    assert!(
        said.contains(&format!("'Your number is {NUMBER}'")),
        "{said}"
    );
}

#[test]
fn modem_manager_is_told_that_a_message_cannot_be_sent() {
    let manager = Manager::start("modem-manager-fails", &["--fault", "cms,times=1,code=27"]);
    let sms = manager.create("Hello", "");
    let (said, is_done) = manager.run(&["-s", &sms, "--send"]);
    assert!(!is_done && said.contains("couldn't send the SMS"), "{said}");
    assert_eq!(manager.modem.events("refused", 1)[0]["cms"], 27);
    manager.modem.sent(0);
    manager.does(&["-s", &sms, "--send"]);
    manager.modem.sent(1);
}

#[test]
fn modem_manager_receives_and_deletes() {
    let manager = Manager::start("modem-manager-receive", &SLOWLY);
    let long = long("Добрый день.");
    for text in ["Hello from outside €", &long] {
        manager.modem.sms(text);
    }
    let messages = eventually("messages", || {
        let messages = manager.messages();
        let received = messages.iter().filter(|sms| has(sms, "state", "received"));
        (received.count() == 2).then_some(messages)
    });
    for text in ["Hello from outside €", &long] {
        let is_it = |sms: &&String| has(sms, "text", text) && has(sms, "number", OUTSIDE);
        assert_eq!(messages.iter().filter(is_it).count(), 1, "{messages:?}");
    }
    let first = messages.iter().find(|sms| has(sms, "text", &long)).unwrap();
    let (_, path) = first.split_once("path: ").unwrap();
    let path = path.lines().next().unwrap();
    manager.does(&["-m", "any", &format!("--messaging-delete-sms={path}")]);
    manager.modem.events("delete", 2);
}
