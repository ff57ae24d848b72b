//! tshark beside a test: records the test's ports on loopback, then dissects what was recorded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::harness::must_run;
use crate::process::Process;

/// The commands that the tests count (SMPP 5.0 §4.7.5).
pub(crate) mod command {
    pub(crate) const BIND_RECEIVER: u32 = 0x0000_0001;
    pub(crate) const BIND_TRANSMITTER: u32 = 0x0000_0002;
    pub(crate) const SUBMIT_SM: u32 = 0x0000_0004;
    pub(crate) const DELIVER_SM: u32 = 0x0000_0005;
    pub(crate) const UNBIND: u32 = 0x0000_0006;
    pub(crate) const BIND_TRANSCEIVER: u32 = 0x0000_0009;
    pub(crate) const ENQUIRE_LINK: u32 = 0x0000_0015;
    pub(crate) const DATA_SM: u32 = 0x0000_0103;
    /// Of a response.
    pub(super) const RESP: u32 = 0x8000_0000;
}

/// The kernel hands packets over in blocks: the last one may come this much after its traffic.
const STRAGGLERS: Duration = Duration::from_secs(1);

/// A running capture.
#[derive(Debug)]
pub(crate) struct Capture {
    tshark: Process,
    file: PathBuf,
}

impl Capture {
    /// Records the TCP traffic of `ports` on loopback into `directory`.
    pub(crate) fn start(directory: &Path, ports: &[u16]) -> Self {
        must_run("tshark", Command::new("tshark").arg("--version"));
        let file = directory.join("traffic.pcapng");
        let ports: Vec<_> = ports
            .iter()
            .map(|port| format!("tcp port {port}"))
            .collect();
        let mut tshark = Process::start(
            Command::new("tshark")
                .args(["-q", "-i", "lo", "-f", &ports.join(" or "), "-w"])
                .arg(&file),
            "",
        );
        tshark.wait_for("start of the capture", |line| {
            line.contains("Capture started").then_some(())
        });
        Self { tshark, file }
    }

    /// Ends the recording.
    pub(crate) fn stop(self) -> Recording {
        thread::sleep(STRAGGLERS);
        self.tshark.terminate();
        Recording { file: self.file }
    }
}

/// A finished capture.
#[derive(Debug)]
pub(crate) struct Recording {
    file: PathBuf,
}

impl Recording {
    /// The PDUs that passed on the server's `port`, after checking that tshark took all of it for proper SMPP.
    pub(crate) fn pdus(&self, port: u16) -> Pdus {
        self.must_be("smpp", port);
        let mut pdus = Pdus::default();
        let fields = [
            "-T",
            "fields",
            "-E",
            "occurrence=a",
            "-E",
            "aggregator=,",
            "-e",
            "tcp.srcport",
            "-e",
            "smpp.command_id",
        ];
        for frame in self.dissect("smpp", port, "smpp", &fields).lines() {
            let (source, ids) = frame.split_once('\t').unwrap();
            let sender = if source == port.to_string() {
                &mut pdus.server
            } else {
                &mut pdus.client
            };
            for id in ids.split(',') {
                let id = u32::from_str_radix(id.trim_start_matches("0x"), 16).unwrap();
                *sender.entry(id).or_default() += 1;
            }
        }
        pdus
    }

    /// Insists that tshark takes all that passed on `port` for proper `protocol`.
    pub(crate) fn must_be(&self, protocol: &str, port: u16) {
        // Warnings count too: none of the dissectors' own is about something legal that we send.
        const WARNING: &str = "0x600000";
        let malformed = format!("_ws.malformed || {protocol} && _ws.expert.severity >= {WARNING}");
        // A broken or unknown header makes the dissector let go of the octets without a complaint.
        let foreign = format!(
            "tcp.len > 0 && !{protocol} && !tcp.reassembled_in && !tcp.analysis.retransmission"
        );
        let faults = self.dissect(protocol, port, &format!("{malformed} || {foreign}"), &[]);
        assert!(
            faults.is_empty(),
            "not proper {protocol} on port {port}:\n{faults}in {}",
            self.file.display()
        );
    }

    /// What tshark prints about each packet on `port` that passes `filter`, in this `format`; a summary unless given.
    pub(crate) fn dissect(
        &self,
        protocol: &str,
        port: u16,
        filter: &str,
        format: &[&str],
    ) -> String {
        let mut tshark = Command::new("tshark");
        // Two passes: only then is a segment known to belong to a PDU that ends in a later one.
        tshark.args(["-2", "-d", &format!("tcp.port=={port},{protocol}")]);
        tshark
            .args(["-Y", &format!("tcp.port == {port} && ({filter})"), "-r"])
            .arg(&self.file)
            .args(format);
        let output = tshark.output().unwrap();
        assert!(
            output.status.success(),
            "{tshark:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}

/// How many PDUs of each `command_id` each side sent.
#[derive(Debug, Default)]
pub(crate) struct Pdus {
    client: BTreeMap<u32, usize>,
    server: BTreeMap<u32, usize>,
}

impl Pdus {
    pub(crate) fn by_client(&self, command: u32) -> usize {
        self.client.get(&command).copied().unwrap_or_default()
    }

    pub(crate) fn by_server(&self, command: u32) -> usize {
        self.server.get(&command).copied().unwrap_or_default()
    }

    /// Each request of either side has its answer, and there are no other answers.
    pub(crate) fn check_answered(&self) {
        let Self { client, server } = self;
        for (asking, answering) in [(client, server), (server, client)] {
            let requests = asking.iter().filter(|(id, _)| *id & command::RESP == 0);
            let wanted: BTreeMap<_, _> = requests
                .map(|(id, count)| (id | command::RESP, *count))
                .collect();
            let mut answers = answering.clone();
            answers.retain(|id, _| id & command::RESP != 0);
            assert_eq!(answers, wanted, "{self:x?}");
        }
    }
}
