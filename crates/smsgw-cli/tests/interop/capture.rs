//! tshark beside a test: records the test's ports on loopback, then dissects what was recorded.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::process::Process;

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
    /// How many PDUs of each `command_id` passed on `port`, after checking that tshark took all of it for proper SMPP.
    pub(crate) fn pdus(&self, port: u16) -> BTreeMap<u32, usize> {
        // Warnings count too: none of the dissector's own is about something legal that we send.
        const WARNING: &str = "0x600000";
        let malformed = self.dissect(
            port,
            &format!("_ws.malformed || smpp && _ws.expert.severity >= {WARNING}"),
            &[],
        );
        assert!(
            malformed.is_empty(),
            "malformed on port {port}:\n{malformed}in {}",
            self.file.display()
        );
        // A broken or unknown header makes the dissector let go of the octets without a complaint.
        let foreign = self.dissect(port, "tcp.len > 0 && !smpp && !tcp.reassembled_in", &[]);
        assert!(
            foreign.is_empty(),
            "not SMPP on port {port}:\n{foreign}in {}",
            self.file.display()
        );

        let mut count = BTreeMap::new();
        for id in self
            .dissect(port, "smpp", &["smpp.command_id"])
            .split([',', '\n'])
            .filter(|id| !id.is_empty())
        {
            *count
                .entry(u32::from_str_radix(id.trim_start_matches("0x"), 16).unwrap())
                .or_default() += 1;
        }
        count
    }

    /// One line for each frame on `port` that passes `filter`: its `fields`, or tshark's summary when there are none.
    fn dissect(&self, port: u16, filter: &str, fields: &[&str]) -> String {
        let mut tshark = Command::new("tshark");
        // Two passes: only then is a segment known to belong to a PDU that ends in a later one.
        tshark.args(["-2", "-d", &format!("tcp.port=={port},smpp")]);
        tshark
            .args(["-Y", &format!("tcp.port == {port} && ({filter})"), "-r"])
            .arg(&self.file);
        if !fields.is_empty() {
            tshark.args(["-T", "fields", "-E", "occurrence=a", "-E", "aggregator=,"]);
            tshark.args(fields.iter().flat_map(|field| ["-e", field]));
        }
        let output = tshark.output().unwrap();
        assert!(
            output.status.success(),
            "{tshark:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }
}
