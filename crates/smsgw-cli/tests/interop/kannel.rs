//! Kannel, a gateway: its bearerbox is a client of ours, its smsbox takes what is sent and tells what came.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::encoding::octets;
use crate::harness::{Simulator, eventually, free_port, must_run, python, texts};
use crate::process::Process;

/// What a receipt stands for in Kannel's `dlr-mask`.
pub(crate) mod dlr {
    pub(crate) const DELIVERED: &str = "1";
    pub(crate) const FAILED: &str = "2";
    pub(crate) const ACCEPTED: &str = "8";
    pub(crate) const REJECTED: &str = "16";
}

pub(crate) struct Kannel {
    bearerbox: Process,
    /// It ends when the bearerbox does.
    smsbox: Process,
    pub(crate) sink: Process,
    sink_address: String,
    ports: Ports,
}

impl Kannel {
    /// Both boxes and a web server for what they tell, once one of `links` is up: groups `smsc` of its configuration.
    pub(crate) fn start(directory: &Path, links: &str) -> Self {
        let mut sink = Process::start(&mut python("http.server", "http_sink.py"), "");
        let sink_address = sink.wait_for("ready event", |line| {
            let event: Value = serde_json::from_str(line).ok()?;
            event["address"].as_str().map(str::to_owned)
        });
        let file = directory.join("kannel.conf");
        let ports = Ports::free();
        ports.write_config(&file, links, &sink_address);
        let bearerbox = start("bearerbox", &file);
        ports.wait_for_status("(online ");
        let smsbox = start("smsbox", &file);
        ports.wait_for_status("smsbox:");
        Self {
            bearerbox,
            smsbox,
            sink,
            sink_address,
            ports,
        }
    }

    /// The bearerbox alone tries to open `links`, and says this and that about it.
    pub(crate) fn must_be_refused(directory: &Path, links: &str, sayings: &[&str]) {
        let file = directory.join("refused.conf");
        Ports::free().write_config(&file, links, "127.0.0.1:1");
        let mut bearerbox = start("bearerbox", &file);
        for saying in sayings {
            bearerbox.wait_for(saying, |line| line.contains(saying).then_some(()));
        }
    }

    /// Waits until its page of links and boxes has `wanted` in it.
    pub(crate) fn wait_for_status(&self, wanted: &str) {
        self.ports.wait_for_status(wanted);
    }

    /// Hands a message of [`crate::harness::messages`] to the smsbox; what becomes of it goes to the sink. It may have a
    /// class, `mclass`, and a header, `udh` in hex.
    pub(crate) fn send(&self, message: &Value) {
        let field = |name: &str| escape(message[name].as_str().unwrap().as_bytes());
        let dlr_url = format!(
            "http://{}/dlr?type=%d&name={}&reply=%A",
            self.sink_address,
            field("name")
        );
        let mut path = format!(
            "/cgi-bin/sendsms?username=kannel&password=kannel&from={}&to={}&text={}&charset=UTF-8&coding={}&dlr-mask=31&dlr-url={}",
            field("from"),
            field("to"),
            field("text"),
            match message["data_coding"].as_u64() {
                Some(4) => 1,
                Some(8) => 2,
                _ => 0,
            },
            escape(dlr_url.as_bytes()),
        );
        if let Some(class) = message["mclass"].as_u64() {
            path += &format!("&mclass={class}");
        }
        if let Some(udh) = message["udh"].as_str() {
            path += &format!("&udh={}", escape(&octets(udh)));
        }
        let (status, reply) = eventually("sendsms", || get(self.ports.sendsms, &path));
        // The latter as long as the link is down.
        let taken = ["0: Accepted for delivery", "3: Queued for later delivery"];
        assert!(
            status == 202 && taken.contains(&&*reply),
            "{status} {reply}"
        );
    }

    /// Waits until it has told of each message exactly what is in `wanted`, once.
    pub(crate) fn wait_for_dlrs(&self, messages: &[Value], wanted: &[&str]) {
        let wanted: BTreeSet<_> = wanted.iter().copied().map(str::to_owned).collect();
        // Of the parts of a text it tells one.
        eventually("receipts", || {
            let mut told = BTreeMap::<_, BTreeSet<_>>::new();
            for receipt in self.sink.events("dlr") {
                let field = |name: &str| receipt[name].as_str().unwrap().to_owned();
                let is_new = told.entry(field("name")).or_default().insert(field("type"));
                assert!(is_new, "twice: {receipt}");
            }
            let is_told = |message: &Value| {
                let name = message["name"].as_str().unwrap();
                told.get(name).is_some_and(|types| *types == wanted)
            };
            messages.iter().all(is_told).then_some(())
        });
    }

    /// All arrive as they were sent, and their receipts come back.
    pub(crate) fn sends_and_gets_its_receipts(&self, smsc: &Simulator, messages: &[Value]) {
        for message in messages {
            self.send(message);
        }
        self.wait_for_dlrs(messages, &[dlr::ACCEPTED, dlr::DELIVERED]);
        eventually("last part", || {
            (smsc.arrived() == texts(messages)).then_some(())
        });
    }

    /// Waits for `count` messages that it took for its sms-service.
    pub(crate) fn received(&self, count: usize) -> Vec<Value> {
        eventually("message from Kannel", || {
            let received = self.sink.events("mo");
            (received.len() >= count).then_some(received)
        })
    }

    /// It takes its leave.
    pub(crate) fn shut_down(self) {
        get(self.ports.admin, "/shutdown?password=admin").expect("an answer");
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

    fn wait_for_status(self, wanted: &str) {
        eventually(wanted, || {
            let (_, status) = get(self.admin, "/status.txt?password=admin")?;
            status.contains(wanted).then_some(())
        });
    }

    fn write_config(&self, file: &Path, links: &str, sink: &str) {
        let Self {
            admin,
            smsbox,
            sendsms,
        } = self;
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
sms-resend-freq = 1
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

/// The status and body of the answer to a GET; `None` when nobody listens, or takes the connection and hangs up.
fn get(port: u16, path: &str) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Some((status, body.trim_end().to_owned()))
}

/// Every octet, as a URL's query can carry it.
fn escape(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("%{octet:02X}")).collect()
}
