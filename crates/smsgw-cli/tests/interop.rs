//! `smsgw serve` among strangers: smpplib binds to it, it binds to node-smpp, and tshark dissects the traffic of both.
//!
//! `.ci/run interop` installs the peers and runs this. They are looked for in `target/interop`; the environment can name
//! another Python (`SMSGW_INTEROP_PYTHON`) and another node_modules (`SMSGW_INTEROP_NODE_PATH`). A missing peer is a
//! failed test, never a skipped one.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

#[path = "interop/capture.rs"]
mod capture;
#[path = "interop/process.rs"]
mod process;

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::{Value, json};

use capture::Capture;
use process::Process;

const BIND_TRANSCEIVER: u32 = 0x0000_0009;
const SUBMIT_SM: u32 = 0x0000_0004;
const DELIVER_SM: u32 = 0x0000_0005;
const UNBIND: u32 = 0x0000_0006;
const RESP: u32 = 0x8000_0000;

const ESME_RBINDFAIL: u32 = 0x0000_000D;
const ESME_RINVPASWD: u32 = 0x0000_000E;

#[test]
fn smpplib_submits_and_gets_its_receipts() {
    let peers = Peers::installed();
    let directory = scratch("smpplib");
    let mut smsc = Process::start(
        smsgw().args([
            "sim",
            "smsc",
            "--smpp",
            "127.0.0.1:0",
            "--system-id",
            "gateway",
            "--password",
            "linkpass",
        ]),
        "",
    );
    let link = smsc.ready("smpp");
    let esme = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&directory, &[port(&esme), port(&link)]);
    let mut gateway = serve(&directory, &esme, &link);
    gateway.ready("smpp");

    let refused = peers.smpplib(&esme, "wrong", "").succeed();
    let status = refused.events("bind")[0]["status"].as_u64().unwrap();
    assert!(
        [ESME_RINVPASWD, ESME_RBINDFAIL]
            .map(u64::from)
            .contains(&status),
        "{refused:?}"
    );

    let messages = messages();
    let client = peers.smpplib(&esme, "secret", &lines(&messages)).succeed();
    let submits = client.events("submit");
    let receipts = client.events("receipt");
    for submit in &submits {
        assert_eq!(submit["status"], 0, "{client:?}");
        let receipt = receipts
            .iter()
            .find(|receipt| receipt["fields"]["id"] == submit["id"]);
        let receipt = receipt.unwrap_or_else(|| panic!("no receipt for {submit}: {client:?}"));
        let message = messages
            .iter()
            .find(|message| message["name"] == submit["name"])
            .unwrap();
        assert_eq!(receipt["esm_class"], 0x04, "{receipt}");
        assert_eq!(receipt["fields"]["stat"], "DELIVRD", "{receipt}");
        assert_eq!(receipt["to"], message["from"], "{receipt}");
    }
    assert!(
        submits.len() > messages.len(),
        "the long text was not sent in parts: {client:?}"
    );
    assert_eq!(submits.len(), receipts.len(), "{client:?}");

    // What the handsets would show. The parts of one message keep their order on the link.
    let mut arrived = BTreeMap::<String, String>::new();
    for submit in smsc.events("submit") {
        *arrived.entry(digits(&submit["to"])).or_default() += submit["text"].as_str().unwrap();
    }
    assert_eq!(arrived, texts(&messages), "{smsc:?}");

    let recording = capture.stop();
    let outer = recording.pdus(port(&esme));
    for command in [BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM, UNBIND] {
        assert!(
            outer.get(&command) > Some(&0),
            "no {command:#010x} in {outer:x?}"
        );
        assert_eq!(
            outer.get(&command),
            outer.get(&(command | RESP)),
            "{command:#010x} in {outer:x?}"
        );
    }
    assert_eq!(outer[&SUBMIT_SM], submits.len());
    let inner = recording.pdus(port(&link));
    for command in [BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM] {
        assert!(
            inner.get(&command) > Some(&0),
            "no {command:#010x} in {inner:x?}"
        );
        assert_eq!(
            inner.get(&command),
            inner.get(&(command | RESP)),
            "{command:#010x} in {inner:x?}"
        );
    }
}

#[test]
fn node_smpp_gets_what_was_posted_and_its_receipts_count() {
    let peers = Peers::installed();
    let directory = scratch("node-smpp");
    let smsc_port = free_port();
    let capture = Capture::start(&directory, &[smsc_port]);
    let mut smsc = peers.node_smpp(smsc_port);
    let link = smsc.wait_for("ready event", |line| {
        let event: Value = serde_json::from_str(line).ok()?;
        (event["event"] == "ready").then(|| event["address"].as_str().map(str::to_owned))?
    });
    let mut gateway = serve(&directory, "127.0.0.1:0", &link);
    let rest = gateway.ready("http");

    let messages = messages();
    let client = peers.rest(&rest, &lines(&messages)).succeed();
    let finals = client.events("final");
    assert_eq!(finals.len(), messages.len(), "{client:?}");
    assert!(
        finals
            .iter()
            .all(|message| message["status"] == "delivered"),
        "{client:?}"
    );

    assert_eq!(smsc.events("bind")[0]["status"], 0, "{smsc:?}");
    assert!(smsc.events("error").is_empty(), "{smsc:?}");
    let submits = smsc.events("submit");
    let mut parts = BTreeMap::<String, BTreeMap<u64, &str>>::new();
    for submit in &submits {
        assert_eq!(submit["from"], "smsgw", "{submit}");
        assert_eq!(submit["registered_delivery"], 1, "{submit}");
        let to = digits(&submit["to"]);
        let message = messages
            .iter()
            .find(|message| digits(&message["to"]) == to)
            .unwrap();
        assert_eq!(submit["data_coding"], message["data_coding"], "{submit}");
        let part = submit["concatenation"]["part"].as_u64().unwrap_or(1);
        let twice = parts
            .entry(to)
            .or_default()
            .insert(part, submit["text"].as_str().unwrap());
        assert_eq!(twice, None, "part sent twice: {submit}");
    }
    let arrived = parts
        .into_iter()
        .map(|(to, parts)| (to, parts.into_values().collect()))
        .collect();
    assert_eq!(texts(&messages), arrived, "{smsc:?}");
    let acknowledged = smsc.events("receipt");
    assert_eq!(acknowledged.len(), submits.len(), "{smsc:?}");
    assert!(
        acknowledged.iter().all(|receipt| receipt["status"] == 0),
        "{smsc:?}"
    );

    let pdus = capture.stop().pdus(smsc_port);
    for command in [BIND_TRANSCEIVER, SUBMIT_SM, DELIVER_SM] {
        assert!(
            pdus.get(&command) > Some(&0),
            "no {command:#010x} in {pdus:x?}"
        );
        assert_eq!(
            pdus.get(&command),
            pdus.get(&(command | RESP)),
            "{command:#010x} in {pdus:x?}"
        );
    }
}

/// One text for each way to travel: one segment and several, in the default alphabet with its extension and in UCS-2.
fn messages() -> Vec<Value> {
    let fox = "The quick brown fox jumps over the lazy dog. ".repeat(5);
    let bun = "Съешь же ещё этих мягких французских булок. ".repeat(5);
    let message = |name: &str, to: &str, data_coding: u8, text: &str| json!({"name": name, "from": "smsgw", "to": to, "text": text, "data_coding": data_coding});
    vec![
        message("plain", "+15550100", 0, "Hello @£$ {[~]} 5 €"),
        message("long", "+15550101", 0, &fox),
        message("unicode", "+15550102", 8, "Привет 世界 😀"),
        message("long unicode", "+15550103", 8, &bun),
    ]
}

/// The messages' texts by recipient.
fn texts(messages: &[Value]) -> BTreeMap<String, String> {
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
fn digits(address: &Value) -> String {
    address.as_str().unwrap().trim_start_matches('+').to_owned()
}

fn lines(messages: &[Value]) -> String {
    messages
        .iter()
        .map(|message| format!("{message}\n"))
        .collect()
}

fn smsgw() -> Command {
    Command::new(env!("CARGO_BIN_EXE_smsgw"))
}

/// A gateway with one account, `esme` / `secret`, and one link, `gateway` / `linkpass`.
fn serve(directory: &Path, smpp_bind: &str, link: &str) -> Process {
    let config = format!(
        r#"
            [store]
            path = '{store}'

            [[listen.http]]
            bind = "127.0.0.1:0"

            [[listen.smpp]]
            bind = "{smpp_bind}"

            [[account]]
            id = "esme"
            password = "secret"

            [[link.smpp]]
            id = "operator"
            address = "{link}"
            system_id = "gateway"
            password = "linkpass"
        "#,
        store = directory.join("store").display(),
    );
    let file = directory.join("smsgw.toml");
    fs::write(&file, config).unwrap();
    Process::start(smsgw().args(["serve", "--config"]).arg(file), "")
}

/// A new directory, kept after the test for whoever reads a failure.
fn scratch(name: &str) -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("interop")
        .join(name);
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    directory
}

/// A port nobody listens on: the capture's filter wants it before the listener exists.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn port(address: &str) -> u16 {
    address.rsplit(':').next().unwrap().parse().unwrap()
}

/// The programs that are not ours.
struct Peers {
    python: PathBuf,
    node_path: PathBuf,
}

impl Peers {
    /// Checks that all of them are there.
    fn installed() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/interop");
        let place = |variable, default| {
            env::var_os(variable).map_or_else(|| root.join(default), PathBuf::from)
        };
        let peers = Self {
            python: place("SMSGW_INTEROP_PYTHON", "venv/bin/python"),
            node_path: place("SMSGW_INTEROP_NODE_PATH", "node/node_modules"),
        };
        let mut missing = Vec::new();
        for (what, command) in [
            (
                "tshark (apt-get install tshark)",
                Command::new("tshark").arg("--version"),
            ),
            (
                "smpplib (pip install -r tests/interop/requirements.txt)",
                Command::new(&peers.python).args(["-c", "import smpplib"]),
            ),
            (
                "node-smpp (npm ci, beside tests/interop/package.json)",
                peers.node().args(["-e", "require('smpp')"]),
            ),
        ] {
            if !command.output().is_ok_and(|output| output.status.success()) {
                missing.push(format!("{what}: {command:?}"));
            }
        }
        assert!(
            missing.is_empty(),
            "`.ci/run interop` installs what is missing here:\n{}",
            missing.join("\n")
        );
        peers
    }

    fn smpplib(&self, address: &str, password: &str, input: &str) -> Process {
        let script = script("smpplib_client.py");
        Process::start(
            Command::new(&self.python)
                .arg(script)
                .args([address, "esme", password]),
            input,
        )
    }

    fn rest(&self, address: &str, input: &str) -> Process {
        let script = script("rest_client.py");
        Process::start(
            Command::new(&self.python)
                .arg(script)
                .args([address, "esme", "secret"]),
            input,
        )
    }

    fn node_smpp(&self, port: u16) -> Process {
        let script = script("node_smpp_server.js");
        Process::start(
            self.node()
                .arg(script)
                .args(["gateway", "linkpass", &port.to_string()]),
            "",
        )
    }

    fn node(&self) -> Command {
        let mut node = Command::new("node");
        node.env("NODE_PATH", &self.node_path);
        node
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/interop")
        .join(name)
}
