//! tshark as a dissector of single PDUs: no traffic, a file in which each PDU names its dissector.

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
}

/// A field with a value.
#[derive(Debug)]
pub(crate) struct Leaf {
    /// Without the dissector's name.
    pub(crate) name: String,
    pub(crate) shown: String,
    /// The octet of the PDU that it begins in.
    pub(crate) at: u64,
}

/// Octets of the tags before each PDU in the file.
const TAGS: u64 = 24;

/// Each PDU by `dissector`, in order. The file stays in `directory`.
pub(crate) fn dissect(
    directory: &Path,
    dissector: &'static str,
    pdus: &[(Way, Vec<u8>)],
) -> Vec<Dissection> {
    must_run("tshark", Command::new("tshark").arg("--version"));
    let file = directory.join("pdus.pcap");
    fs::write(&file, capture(dissector, pdus)).unwrap();
    let tshark = |format: &[&str]| {
        let mut tshark = Command::new("tshark");
        // What the ports of a header stand for is not ours to be dissected, nor are long messages to be joined.
        tshark.args([
            "-o",
            "gsm_sms.reassemble:FALSE",
            "--disable-protocol",
            "wsp",
        ]);
        tshark.arg("-r").arg(&file).args(format);
        let output = tshark.output().unwrap();
        assert!(output.status.success(), "{tshark:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let json = tshark(&["-T", "json", "-x", "--no-duplicate-keys"]);
    let json: Vec<Value> = serde_json::from_str(&json).unwrap();
    let text = tshark(&["-O", dissector]);
    let texts: Vec<_> = text.split("\nFrame ").collect();
    assert_eq!((json.len(), texts.len()), (pdus.len(), pdus.len()));
    let dissection = |(json, text): (&Value, &str)| {
        let mut leaves = Vec::new();
        collect(
            &json["_source"]["layers"][dissector],
            dissector,
            &mut leaves,
        );
        leaves.sort_by_key(|leaf: &Leaf| leaf.at);
        Dissection {
            leaves,
            text: text.to_owned(),
        }
    };
    json.iter().zip(texts).map(dissection).collect()
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
fn collect(tree: &Value, dissector: &str, leaves: &mut Vec<Leaf>) {
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
                at: raw[1].as_u64().map_or(0, |at| at - TAGS),
            }),
            Value::Object(_) => collect(value, dissector, leaves),
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

/// A pcap file of exported PDUs (`LINKTYPE_WIRESHARK_UPPER_PDU`).
fn capture(dissector: &str, pdus: &[(Way, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::new();
    let words = |file: &mut Vec<u8>, words: &[u32]| {
        for word in words {
            file.extend_from_slice(&word.to_le_bytes());
        }
    };
    // Magic number, version 2.4, zone, accuracy, longest packet, link type.
    words(&mut file, &[0xA1B2_C3D4, 0x0004_0002, 0, 0, 0xFFFF, 252]);
    for (way, pdu) in pdus {
        let tag = |number: u16, value: &[u8]| {
            let length = u16::try_from(value.len()).unwrap();
            [&number.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
        };
        let mut name = dissector.as_bytes().to_vec();
        name.resize(8, 0);
        let way = (*way as u32).to_be_bytes();
        let packet = [tag(12, &name), tag(35, &way), tag(0, &[]), pdu.clone()].concat();
        assert_eq!(packet.len() - pdu.len(), usize::try_from(TAGS).unwrap());
        let length = u32::try_from(packet.len()).unwrap();
        // Seconds, microseconds, length kept, length seen.
        words(&mut file, &[0, 0, length, length]);
        file.extend_from_slice(&packet);
    }
    file
}
