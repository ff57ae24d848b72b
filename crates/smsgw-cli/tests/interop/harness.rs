//! What every test needs: our programs, the peers' interpreters, free ports, and messages to send.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use serde_json::{Value, json};

use crate::process::Process;

/// How long anything may take before a test says that it does not happen.
const PATIENCE: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(20);

/// Looks again and again until there is something.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "still no {what}");
        thread::sleep(POLL);
    }
}

/// A new directory, kept after the test for whoever reads a failure.
pub(crate) fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("interop")
        .join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// A port nobody listens on: the capture's filter wants it before the listener exists.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

pub(crate) fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

pub(crate) fn smsgw() -> Command {
    Command::new(env!("CARGO_BIN_EXE_smsgw"))
}

/// One of the programs in `examples`, which cargo puts beside the directory of this test.
pub(crate) fn example(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let path = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(
        path.exists(),
        "`.ci/run interop` builds {}, which is missing",
        path.display()
    );
    Command::new(path)
}

/// `smsgw sim smsc`.
pub(crate) struct Simulator {
    pub(crate) process: Process,
    pub(crate) address: String,
    control: PathBuf,
}

impl Simulator {
    /// Lets in `system_id` / `password`, and asks its peers every second of silence whether they are there.
    pub(crate) fn start(directory: &Path, port: u16, account: (&str, &str)) -> Self {
        Self::start_with(directory, port, account, &[])
    }

    /// As [`Self::start`], with more flags.
    pub(crate) fn start_with(
        directory: &Path,
        port: u16,
        (system_id, password): (&str, &str),
        flags: &[&OsStr],
    ) -> Self {
        let account = ["--system-id", system_id, "--password", password];
        let own = ["--enquire-link", "1s"].into_iter().chain(account);
        let flags: Vec<_> = own.map(OsStr::new).chain(flags.iter().copied()).collect();
        Self::run(directory, "smpp", port, &flags)
    }

    /// Listens for UCP alone and lets in [`UCP_ACCOUNT`].
    pub(crate) fn start_ucp(directory: &Path, port: u16, flags: &[&str]) -> Self {
        let (user, password) = UCP_ACCOUNT;
        let account = ["--ucp-user", user, "--ucp-password", password];
        let flags: Vec<_> = account.iter().chain(flags).map(OsStr::new).collect();
        Self::run(directory, "ucp", port, &flags)
    }

    fn run(directory: &Path, protocol: &str, port: u16, flags: &[&OsStr]) -> Self {
        // Not in `directory`: the path of a socket is limited to a hundred octets.
        let control = env::temp_dir().join(format!("smsgw-interop-{port}.sock"));
        let address = format!("127.0.0.1:{port}");
        let mut process = Process::start(
            smsgw()
                .current_dir(directory)
                .args(["sim", "smsc", &format!("--{protocol}"), &address])
                .arg("--control")
                .arg(&control)
                .args(flags),
            "",
        );
        let address = process.ready(protocol);
        process.ready("control");
        Self {
            process,
            address,
            control,
        }
    }

    /// A subscriber sends `text` to the ESME; insists that every part is taken.
    pub(crate) fn sms(&self, from: &str, text: &str) {
        self.command(&format!("sms {from} {text}"));
    }

    /// Has a line of the control socket carried out; insists that it is.
    pub(crate) fn command(&self, line: &str) -> Value {
        let answer = ask(&self.control, line);
        assert_eq!(answer["ok"], true, "{line}: {answer}: {:?}", self.process);
        answer
    }

    /// What the handsets would show, by recipient. The parts of one message keep their order on the link.
    pub(crate) fn arrived(&self) -> BTreeMap<String, String> {
        let mut arrived = BTreeMap::<String, String>::new();
        for submit in self.process.events("submit") {
            *arrived.entry(digits(&submit["to"])).or_default() += submit["text"].as_str().unwrap();
        }
        arrived
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // The simulator removes it, unless the end of the test kills it.
        let _ = fs::remove_file(&self.control);
    }
}

/// Sends a line to a control socket.
pub(crate) fn ask(control: &Path, line: &str) -> Value {
    let mut stream = UnixStream::connect(control).unwrap();
    writeln!(stream, "{line}").unwrap();
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer).unwrap();
    serde_json::from_str(&answer).unwrap()
}

/// The account of [`serve`] and what its link binds with.
pub(crate) const ACCOUNT: (&str, &str) = ("esme", "secret");
pub(crate) const LINK: (&str, &str) = ("gateway", "linkpass");

/// Who logs in by UCP.
pub(crate) const UCP_ACCOUNT: (&str, &str) = ("2147", "secret");

/// A gateway with one account and one link to `link`; `more` are lines of the link.
pub(crate) fn serve(directory: &Path, smpp_bind: &str, link: &str, more: &str) -> Process {
    serve_with(directory, smpp_bind, "", link, more)
}

/// As [`serve`]; `listen` are lines of the listener.
pub(crate) fn serve_with(
    directory: &Path,
    smpp_bind: &str,
    listen: &str,
    link: &str,
    more: &str,
) -> Process {
    let config = format!(
        r#"
[store]
path = '{store}'

[[listen.http]]
bind = "127.0.0.1:0"

[[listen.smpp]]
bind = "{smpp_bind}"
{listen}

[[account]]
id = "{account}"
password = "{password}"

[[link.smpp]]
id = "operator"
address = "{link}"
system_id = "{link_id}"
password = "{link_password}"
{more}
"#,
        store = directory.join("store").display(),
        account = ACCOUNT.0,
        password = ACCOUNT.1,
        link_id = LINK.0,
        link_password = LINK.1,
    );
    let file = directory.join("smsgw.toml");
    fs::write(&file, config).unwrap();
    Process::start(smsgw().args(["serve", "--config"]).arg(file), "")
}

/// One text for each way to travel, for a peer that sends long ones as `hows` say: one segment and several, in the
/// default alphabet with its extension and in UCS-2.
pub(crate) fn messages(hows: &[&str]) -> Vec<Value> {
    let fox = "The quick brown fox jumps over the lazy dog. ".repeat(8);
    let bun = "Съешь же ещё этих мягких французских булок. ".repeat(5);
    let mut number = 15_550_100;
    let mut message = |name: &str, how: &str, data_coding: u8, text: &str| {
        number += 1;
        json!({"name": format!("{name} {how}"), "how": how, "from": "smsgw", "to": format!("+{number}"), "text": text, "data_coding": data_coding})
    };
    let mut messages = vec![
        message("plain", "short_message", 0, "Hello @£$ {[~]} 5 €"),
        message("unicode", "short_message", 8, "Привет 世界 😀"),
    ];
    for how in hows {
        messages.push(message("long", how, 0, &fox));
        messages.push(message("long unicode", how, 8, &bun));
    }
    messages
}

/// The messages' texts by recipient.
pub(crate) fn texts(messages: &[Value]) -> BTreeMap<String, String> {
    messages
        .iter()
        .map(|message| {
            (
                digits(&message["to"]),
                message["text"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

/// An address without the plus sign, which SMPP puts into the type of number.
pub(crate) fn digits(address: &Value) -> String {
    address.as_str().unwrap().trim_start_matches('+').to_owned()
}

/// The input of a peer: a message a line.
pub(crate) fn lines(messages: &[Value]) -> String {
    messages
        .iter()
        .map(|message| format!("{message}\n"))
        .collect()
}

/// Posts the messages to the REST interface and waits until all are final.
pub(crate) fn rest_client(http: &str, messages: &[Value]) -> Process {
    let mut command = python("json", "rest_client.py");
    command.args([http, ACCOUNT.0, ACCOUNT.1]);
    Process::start(&mut command, &lines(messages)).succeed()
}

/// Python with a package from tests/interop/requirements.txt, to run one of the scripts here.
pub(crate) fn python(package: &str, script_name: &str) -> Command {
    let python = installed("SMSGW_INTEROP_PYTHON", "venv/bin/python");
    let probe = format!("import {package}");
    must_run(package, Command::new(&python).args(["-c", &probe]));
    let mut command = Command::new(python);
    command.arg(script(script_name));
    command
}

/// Node.js with node-smpp.
pub(crate) fn node(script_name: &str) -> Command {
    node_with("smpp", script_name)
}

/// Node.js with a package from tests/interop/package.json, to run one of the scripts here.
pub(crate) fn node_with(package: &str, script_name: &str) -> Command {
    let node = || {
        let mut node = Command::new("node");
        node.env(
            "NODE_PATH",
            installed("SMSGW_INTEROP_NODE_PATH", "node/node_modules"),
        );
        node
    };
    let probe = format!("require('{package}')");
    must_run(package, node().args(["-e", &probe]));
    let mut command = node();
    command.arg(script(script_name));
    command
}

/// Perl with Net::SMPP.
pub(crate) fn perl(script_name: &str) -> Command {
    must_run(
        "libnet-smpp-perl",
        Command::new("perl").args(["-MNet::SMPP", "-e", "1"]),
    );
    let mut command = Command::new("perl");
    command.arg(script(script_name));
    command
}

/// Insists that a peer is there.
pub(crate) fn must_run(peer: &str, probe: &mut Command) {
    assert!(
        probe.output().is_ok_and(|output| output.status.success()),
        "`.ci/run interop` installs {peer}, which is missing: {probe:?}"
    );
}

fn installed(variable: &str, default: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop");
    env::var_os(variable).map_or_else(|| root.join(default), PathBuf::from)
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/interop")
        .join(name)
}
