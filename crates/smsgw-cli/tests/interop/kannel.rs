//! Kannel, a gateway: its bearerbox binds to us, its smsbox takes what is sent and tells what came.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use std::{fs, thread};

use serde_json::Value;

use crate::capture::command::{
    BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, DELIVER_SM, ENQUIRE_LINK, SUBMIT_SM, UNBIND,
};
use crate::capture::{Capture, Pdus};
use crate::harness::{
    ACCOUNT, LINK, Simulator, digits, eventually, free_port, messages, must_run, port, python,
    scratch, serve, texts,
};
use crate::process::Process;

/// What a receipt stands for in Kannel's `dlr-mask`.
const DELIVERED: &str = "1";
const ACCEPTED: &str = "8";

/// Within this time both sides ask whether the other is there: the simulator after a second of silence, Kannel every
/// other second.
const ASKING: Duration = Duration::from_millis(2_500);

#[derive(Clone, Copy, Debug)]
enum Mode {
    Transceiver,
    /// One connection to send and one to receive.
    Pair,
}

#[test]
fn kannel_uses_the_gateway_as_a_transceiver() {
    uses_the_gateway("kannel-gateway-transceiver", Mode::Transceiver);
}

#[test]
fn kannel_uses_the_gateway_as_a_pair() {
    uses_the_gateway("kannel-gateway-pair", Mode::Pair);
}

#[test]
fn kannel_uses_the_simulator_as_a_transceiver() {
    uses_the_simulator("kannel-simulator-transceiver", Mode::Transceiver);
}

#[test]
fn kannel_uses_the_simulator_as_a_pair() {
    uses_the_simulator("kannel-simulator-pair", Mode::Pair);
}

fn uses_the_gateway(name: &str, mode: Mode) {
    let directory = scratch(name);
    let smsc = Simulator::start(&directory, free_port(), LINK);
    let address = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&directory, &[port(&address)]);
    let mut gateway = serve(&directory, &address, &smsc.address, "");
    gateway.ready("smpp");

    must_be_refused(&directory, &address, mode);
    let kannel = Kannel::start(&directory, &address, mode);
    kannel.sends_and_gets_its_receipts(&smsc);
    thread::sleep(ASKING);
    kannel.shut_down();
    check_pdus(&capture.stop().pdus(port(&address)), mode);
}

fn uses_the_simulator(name: &str, mode: Mode) {
    let directory = scratch(name);
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start(&directory, port, ACCOUNT);

    must_be_refused(&directory, &smsc.address, mode);
    let kannel = Kannel::start(&directory, &smsc.address, mode);
    let incoming = [
        ("306912345678", "Hello from a handset".to_owned()),
        (
            "306987654321",
            "Добрый день 世界 😀. ".repeat(9).trim().to_owned(),
        ),
    ];
    for (from, text) in &incoming {
        smsc.sms(&format!("+{from}"), text);
    }
    kannel.sends_and_gets_its_receipts(&smsc);
    // It puts the parts of a text together.
    let received = eventually("message from Kannel", || {
        let received = kannel.sink.events("mo");
        (received.len() == incoming.len()).then_some(received)
    });
    for (from, text) in &incoming {
        let message = received
            .iter()
            .find(|message| digits(&message["from"]) == *from);
        assert_eq!(message.unwrap()["text"], **text, "{received:?}");
    }
    thread::sleep(ASKING);
    kannel.shut_down();
    let pdus = capture.stop().pdus(port);
    check_pdus(&pdus, mode);
    assert!(pdus.by_server(ENQUIRE_LINK) > 0, "{pdus:?}");
}

/// Kannel hangs up on a refusal, and tries again much later.
fn must_be_refused(directory: &Path, address: &str, mode: Mode) {
    let file = directory.join("refused.conf");
    Ports::free().write_config(&file, (address, "wrong"), "127.0.0.1:1", mode);
    let mut bearerbox = start("bearerbox", &file);
    let refusals: &[_] = match mode {
        Mode::Transceiver => &["rejected login to transmit"],
        Mode::Pair => &["rejected login to transmit", "rejected login to receive"],
    };
    for refusal in refusals {
        bearerbox.wait_for(refusal, |line| line.contains(refusal).then_some(()));
    }
}

/// What passed, whether we are the gateway or the simulator.
fn check_pdus(pdus: &Pdus, mode: Mode) {
    pdus.check_answered();
    let binds = [BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER];
    // Each time one was refused.
    let (wanted, unbinds) = match mode {
        Mode::Transceiver => ([2, 0, 0], 1),
        Mode::Pair => ([0, 2, 2], 2),
    };
    assert_eq!(
        binds.map(|command| pdus.by_client(command)),
        wanted,
        "{pdus:?}"
    );
    assert_eq!(pdus.by_client(UNBIND), unbinds, "{pdus:?}");
    assert!(pdus.by_client(ENQUIRE_LINK) > 0, "{pdus:?}");
    assert!(pdus.by_client(SUBMIT_SM) > 4, "{pdus:?}");
    assert!(pdus.by_server(DELIVER_SM) >= 4, "{pdus:?}");
}

struct Kannel {
    bearerbox: Process,
    /// It ends when the bearerbox does.
    smsbox: Process,
    sink: Process,
    sink_address: String,
    ports: Ports,
}

impl Kannel {
    /// Both boxes and a web server for what they tell, bound to us.
    fn start(directory: &Path, address: &str, mode: Mode) -> Self {
        let mut sink = Process::start(&mut python("http.server", "http_sink.py"), "");
        let sink_address = sink.wait_for("ready event", |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            event["address"].as_str().map(str::to_owned)
        });
        let file = directory.join("kannel.conf");
        let ports = Ports::free();
        ports.write_config(&file, (address, ACCOUNT.1), &sink_address, mode);
        let bearerbox = start("bearerbox", &file);
        let status = |wanted: &str| {
            eventually(wanted, || {
                let (_, status) = get(ports.admin, "/status.txt?password=admin")?;
                status.contains(wanted).then_some(())
            });
        };
        status("(online ");
        let smsbox = start("smsbox", &file);
        status("smsbox:");
        Self {
            bearerbox,
            smsbox,
            sink,
            sink_address,
            ports,
        }
    }

    fn sends_and_gets_its_receipts(&self, smsc: &Simulator) {
        let messages = messages(&["udh"]);
        for message in &messages {
            let field = |name: &str| escape(message[name].as_str().unwrap());
            let dlr_url = format!(
                "http://{}/dlr?type=%d&name={}",
                self.sink_address,
                field("name")
            );
            let path = format!(
                "/cgi-bin/sendsms?username=kannel&password=kannel&from={}&to={}&text={}&charset=UTF-8&coding={}&dlr-mask=31&dlr-url={}",
                field("from"),
                field("to"),
                field("text"),
                if message["data_coding"] == 8 { 2 } else { 0 },
                escape(&dlr_url),
            );
            let (status, reply) = eventually("sendsms", || get(self.ports.sendsms, &path));
            assert_eq!((status, reply.as_str()), (202, "0: Accepted for delivery"));
        }
        // Of the parts of a text it tells one.
        eventually("receipts", || {
            let mut told = BTreeMap::<_, BTreeSet<_>>::new();
            for receipt in self.sink.events("dlr") {
                let field = |name: &str| receipt[name].as_str().unwrap().to_owned();
                let is_new = told.entry(field("name")).or_default().insert(field("type"));
                assert!(is_new, "twice: {receipt}");
            }
            let wanted = BTreeSet::from([DELIVERED, ACCEPTED].map(str::to_owned));
            let is_final = told.len() == messages.len() && told.values().all(|it| *it == wanted);
            is_final.then_some(())
        });
        eventually("last part", || {
            (smsc.arrived() == texts(&messages)).then_some(())
        });
    }

    /// It unbinds.
    fn shut_down(self) {
        get(self.ports.admin, "/shutdown?password=admin").unwrap();
        self.bearerbox.succeed();
        drop(self.smsbox);
    }
}

fn start(program: &str, config: &Path) -> Process {
    must_run("kannel", Command::new("which").arg(program));
    Process::start(Command::new(program).arg(config), "")
}

/// Where Kannel itself listens.
#[derive(Clone, Copy, Debug)]
struct Ports {
    admin: u16,
    smsbox: u16,
    sendsms: u16,
}

impl Ports {
    fn free() -> Self {
        Self {
            admin: free_port(),
            smsbox: free_port(),
            sendsms: free_port(),
        }
    }

    fn write_config(&self, file: &Path, (address, password): (&str, &str), sink: &str, mode: Mode) {
        let Self {
            admin,
            smsbox,
            sendsms,
        } = self;
        let (username, port) = (ACCOUNT.0, port(address));
        // A group for each connection.
        let connections = match mode {
            Mode::Transceiver => vec![format!("port = {port}\ntransceiver-mode = true")],
            Mode::Pair => vec![format!("port = {port}"), format!("receive-port = {port}")],
        };
        let links = connections.into_iter().map(|connection| {
            format!(
                r#"
group = smsc
smsc = smpp
smsc-id = smsgw
host = 127.0.0.1
{connection}
smsc-username = {username}
smsc-password = {password}
system-type = ""
enquire-link-interval = 2
"#
            )
        });
        let links: String = links.collect();
        let config = format!(
            r#"
group = core
admin-port = {admin}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {smsbox}
smsbox-interface = 127.0.0.1
box-allow-ip = 127.0.0.1
dlr-storage = internal
{links}
group = smsbox
bearerbox-host = 127.0.0.1
bearerbox-port = {smsbox}
sendsms-port = {sendsms}
sendsms-interface = 127.0.0.1
mo-recode = true

group = sendsms-user
username = kannel
password = kannel
concatenation = true
max-messages = 10

group = sms-service
keyword = default
get-url = "http://{sink}/mo?from=%p&to=%P&text=%b"
max-messages = 0
"#
        );
        fs::write(file, config).unwrap();
    }
}

/// The status and body of the answer to a GET; `None` when nobody listens.
fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, body.trim_end().to_owned()))
}

/// Every octet, as a URL's query can carry it.
fn escape(text: &str) -> String {
    text.bytes().map(|octet| format!("%{octet:02X}")).collect()
}
