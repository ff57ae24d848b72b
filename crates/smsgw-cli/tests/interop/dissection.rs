//! tshark as a dissector of single PDUs: no traffic, a file in which each PDU names its dissector, or where that cannot be,
//! is all that passed on a connection of its own.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::harness::must_run;

/// Which way a PDU went, as tshark calls it: seen from the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the mobile.
    Sent = 0,
    /// From the mobile.
    Received = 1,
}

/// What tshark made of a PDU.
#[derive(Debug)]
pub(crate) struct Dissection {
    leaves: Vec<Leaf>,
    /// The same as people read it.
    text: String,
    /// The same in a line; empty for exported PDUs.
    pub(crate) summary: String,
}

/// A field with a value.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Without the dissector's name.
    pub(crate) name: String,
    pub(crate) shown: String,
    /// Its octets as hex.
    pub(crate) raw: String,
    /// The octet of the PDU that it begins in.
    pub(crate) at: u64,
}

/// How PDUs are in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    /// As `LINKTYPE_WIRESHARK_UPPER_PDU`: tags say what a PDU is.
    Exported,
    /// As `LINKTYPE_RAW`: in the IP packets of connections to [`PORT`].
    Tcp,
}

/// Where what has no dissector of its own goes to.
const PORT: u16 = 5000;

impl Packing {
    /// Octets before a PDU.
    const fn overhead(self) -> u64 {
        match self {
            Self::Exported => 24,
            Self::Tcp => 40,
        }
    }

    const fn link_type(self) -> u32 {
        match self {
            Self::Exported => 252,
            Self::Tcp => 101,
        }
    }
}

/// Each PDU by `dissector`, in order. The file stays in `directory`.
pub(crate) fn dissect(
    directory: &Path,
    dissector: &'static str,
    pdus: &[(Way, Vec<u8>)],
) -> Vec<Dissection> {
    let packets: Vec<_> = pdus
        .iter()
        .map(|(way, pdu)| exported(dissector, *way, pdu))
        .collect();
    // What the ports of a header stand for is not ours to be dissected, nor are long messages to be joined.
    let options = [
        "-o",
        "gsm_sms.reassemble:FALSE",
        "--disable-protocol",
        "wsp",
    ];
    read(directory, dissector, Packing::Exported, &packets, &options)
}

/// As [`dissect`], where the dissector is one for TCP.
pub(crate) fn dissect_tcp(
    directory: &Path,
    dissector: &'static str,
    pdus: &[Vec<u8>],
) -> Vec<Dissection> {
    let packets: Vec<_> = (10_000..)
        .zip(pdus)
        .map(|(from, pdu)| segment(from, pdu))
        .collect();
    let decode_as = format!("tcp.port=={PORT},{dissector}");
    read(
        directory,
        dissector,
        Packing::Tcp,
        &packets,
        &["-d", &decode_as],
    )
}

fn read(
    directory: &Path,
    dissector: &'static str,
    packing: Packing,
    packets: &[Vec<u8>],
    options: &[&str],
) -> Vec<Dissection> {
    must_run("tshark", Command::new("tshark").arg("--version"));
    let file = directory.join("pdus.pcap");
    fs::write(&file, capture(packing, packets)).unwrap();
    let tshark = |format: &[&str]| {
        let mut tshark = Command::new("tshark");
        // Times without a zone are not to be those of this machine.
        tshark
            .env("TZ", "UTC")
            .args(options)
            .arg("-r")
            .arg(&file)
            .args(format);
        let output = tshark.output().unwrap();
        assert!(output.status.success(), "{tshark:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json = tshark(&["-T", "json", "-x", "--no-duplicate-keys"]);
    let json: Vec<Value> = serde_json::from_str(&json).unwrap();
    let text = tshark(&["-O", dissector]);
    let texts: Vec<_> = text.split("\nFrame ").collect();
    let summaries = match packing {
        Packing::Exported => "\n".repeat(packets.len()),
        Packing::Tcp => tshark(&["-T", "fields", "-e", "_ws.col.Info"]),
    };
    let summaries: Vec<_> = summaries.lines().collect();
    let counts = [json.len(), texts.len(), summaries.len()];
    assert_eq!(counts, [packets.len(); 3]);
    let dissection = |((json, text), summary): ((&Value, &str), &str)| {
        let mut leaves = Vec::new();
        collect(
            &json["_source"]["layers"][dissector],
            dissector,
            packing,
            &mut leaves,
        );
        leaves.sort_by_key(|leaf: &Leaf| leaf.at);
        Dissection {
            leaves,
            text: text.to_owned(),
            summary: summary.to_owned(),
        }
    };
    json.iter()
        .zip(texts)
        .zip(summaries)
        .map(dissection)
        .collect()
}

impl Dissection {
    /// The fields in the order of the octets.
    pub(crate) fn leaves(&self) -> &[Leaf] {
        &self.leaves
    }

    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.leaves.iter().filter(move |leaf| leaf.name == name);
        named.map(|leaf| &*leaf.shown)
    }

    /// What is shown of each field of this name.
    pub(crate) fn shown<'a>(&'a self, name: &'a str) -> Vec<&'a str> {
        self.all(name).collect()
    }

    pub(crate) fn find<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.all(name).next()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.find(name).map(number)
    }

    pub(crate) fn numbers(&self, name: &str) -> Vec<u64> {
        self.all(name).map(number).collect()
    }

    /// As hex.
    pub(crate) fn octets(&self, name: &str) -> Option<String> {
        self.find(name).map(|shown| shown.replace(':', ""))
    }

    /// What people read after `label` in each line that begins so.
    pub(crate) fn lines<'a>(&'a self, label: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.text.lines().map(str::trim_start);
        lines.filter_map(move |line| line.strip_prefix(label))
    }
}

/// Decimal, or hexadecimal with `0x` before it.
pub(crate) fn number(shown: &str) -> u64 {
    let parsed = match shown.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16),
        None => shown.parse(),
    };
    parsed.unwrap_or_else(|_| panic!("{shown} is no number"))
}

/// The fields of `tree`: each `name` has its value, and under `name_raw` where it stands.
fn collect(tree: &Value, dissector: &str, packing: Packing, leaves: &mut Vec<Leaf>) {
    let Value::Object(tree) = tree else { return };
    for (key, value) in tree {
        let raw = &tree.get(&format!("{key}_raw")).unwrap_or(&Value::Null);
        let mut take = |value: &Value, raw: &Value| match value {
            Value::String(shown) => leaves.push(Leaf {
                name: key
                    .trim_start_matches(dissector)
                    .trim_start_matches('.')
                    .into(),
                shown: shown.clone(),
                raw: raw[0].as_str().unwrap_or_default().to_owned(),
                at: raw[1].as_u64().map_or(0, |at| at - packing.overhead()),
            }),
            Value::Object(_) => collect(value, dissector, packing, leaves),
            _ => {}
        };
        match value {
            _ if key.ends_with("_raw") => {}
            Value::Array(values) => {
                for (index, value) in values.iter().enumerate() {
                    take(value, &raw[index]);
                }
            }
            value => take(value, raw),
        }
    }
}

/// A PDU with tags before it.
fn exported(dissector: &str, way: Way, pdu: &[u8]) -> Vec<u8> {
    let tag = |number: u16, value: &[u8]| {
        let length = u16::try_from(value.len()).unwrap();
        [&number.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
    };
    let mut name = dissector.as_bytes().to_vec();
    name.resize(8, 0);
    let way = (way as u32).to_be_bytes();
    [tag(12, &name), tag(35, &way), tag(0, &[]), pdu.to_vec()].concat()
}

/// A PDU in IP and TCP, from the port `from` of this machine; tshark does not ask for checksums.
fn segment(from: u16, pdu: &[u8]) -> Vec<u8> {
    let length = u16::try_from(40 + pdu.len()).unwrap();
    let mut packet = vec![0x45, 0];
    packet.extend_from_slice(&length.to_be_bytes());
    // Nothing about fragments, time to live, TCP.
    packet.extend_from_slice(&[0, 0, 0, 0, 64, 6, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1]);
    packet.extend_from_slice(&from.to_be_bytes());
    packet.extend_from_slice(&PORT.to_be_bytes());
    // Sequence number, acknowledgement, length of this, PSH and ACK, window.
    packet.extend_from_slice(&[0, 0, 0, 1, 0, 0, 0, 1, 0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0]);
    packet.extend_from_slice(pdu);
    packet
}

/// A pcap file.
fn capture(packing: Packing, packets: &[Vec<u8>]) -> Vec<u8> {
    let mut file = Vec::new();
    let words = |file: &mut Vec<u8>, words: &[u32]| {
        for word in words {
            file.extend_from_slice(&word.to_le_bytes());
        }
    };
    // Magic number, version 2.4, zone, accuracy, longest packet, link type.
    let header = [0xA1B2_C3D4, 0x0004_0002, 0, 0, 0xFFFF, packing.link_type()];
    words(&mut file, &header);
    for packet in packets {
        let length = u32::try_from(packet.len()).unwrap();
        // Seconds, microseconds, length kept, length seen.
        words(&mut file, &[0, 0, length, length]);
        file.extend_from_slice(packet);
    }
    file
}
