//! The UCP in a capture: who sent which frame, by tshark.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::capture::Recording;
use crate::dissection::number;
use crate::encoding::octets;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Client,
    Server,
}

/// A frame that passed.
#[derive(Clone, Debug)]
pub(crate) struct Passed {
    /// The connection, by a number of tshark's.
    connection: u64,
    by: Side,
    trn: u64,
    ot: u64,
    /// Whether a result is positive; `None` for an operation.
    ack: Option<bool>,
    /// The error code of a negative result.
    ec: Option<u64>,
}

/// All that passed on a port, in order.
#[derive(Debug)]
pub(crate) struct Traffic(Vec<Passed>);

impl Recording {
    /// The frames that passed on the server's `port`, after checking that tshark took all of it for proper UCP.
    pub(crate) fn ucp(&self, port: u16) -> Traffic {
        self.must_be("ucp", port);
        let json = self.dissect(
            "ucp",
            port,
            "ucp",
            &["-T", "json", "-x", "--no-duplicate-keys"],
        );
        let packets: Vec<Value> = serde_json::from_str(&json).unwrap();
        let mut passed = Vec::new();
        for packet in packets {
            let layers = &packet["_source"]["layers"];
            let tcp = &layers["tcp"];
            let by = match number(tcp["tcp.srcport"].as_str().unwrap()) == u64::from(port) {
                true => Side::Server,
                false => Side::Client,
            };
            let connection = number(tcp["tcp.stream"].as_str().unwrap());
            // One, or several in a packet.
            let (frames, raws) = match &layers["ucp"] {
                Value::Array(frames) => (
                    frames.as_slice(),
                    layers["ucp_raw"].as_array().unwrap().as_slice(),
                ),
                frame => (
                    std::slice::from_ref(frame),
                    std::slice::from_ref(&layers["ucp_raw"]),
                ),
            };
            for (frame, raw) in frames.iter().zip(raws) {
                passed.push(Passed::new(connection, by, frame, raw));
            }
        }
        Traffic(passed)
    }
}

impl Passed {
    fn new(connection: u64, by: Side, frame: &Value, raw: &Value) -> Self {
        let header = |name: &str| frame[format!("ucp.hdr.{name}")].as_str().unwrap();
        let parameter = |name: &str| frame["ucp.parm"][format!("ucp.parm.{name}")].as_str();
        let ack = match header("O_R") {
            "'O'" => None,
            "'R'" => Some(parameter("ACK") == Some("'A'")),
            other => panic!("{other} is neither operation nor result: {frame}"),
        };
        must_add_up(&octets(raw[0].as_str().unwrap()));
        Self {
            connection,
            by,
            trn: number(header("TRN")),
            ot: number(header("OT")),
            ack,
            ec: parameter("EC").map(number),
        }
    }
}

/// The checks of a frame that tshark does not report: LEN and checksum.
fn must_add_up(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let [0x02, text_octets @ .., high, low, 0x03] = octets else {
        panic!("neither STX nor ETX: {text}");
    };
    let length: usize = text[4..9].parse().unwrap();
    assert_eq!(length, octets.len() - 2, "LEN: {text}");
    let sum = text_octets
        .iter()
        .fold(0, |sum: u8, octet| sum.wrapping_add(*octet));
    let checksum = format!("{sum:02X}");
    assert_eq!(checksum.as_bytes(), [*high, *low], "checksum: {text}");
}

impl Traffic {
    pub(crate) fn operations(&self, by: Side, ot: u64) -> Vec<&Passed> {
        let wanted = |passed: &&Passed| passed.by == by && passed.ot == ot && passed.ack.is_none();
        self.0.iter().filter(wanted).collect()
    }

    /// The error codes of the negative results of an operation.
    pub(crate) fn refusals(&self, by: Side, ot: u64) -> Vec<u64> {
        let wanted =
            |passed: &&Passed| passed.by == by && passed.ot == ot && passed.ack == Some(false);
        self.0
            .iter()
            .filter(wanted)
            .filter_map(|passed| passed.ec)
            .collect()
    }

    /// Insists that each operation has its result, and that there are no other results.
    pub(crate) fn check_answered(&self) {
        let open = self.play(|_, _| {});
        assert!(open.is_empty(), "unanswered: {open:?}\n{self:?}");
    }

    /// How many operations of a side were at most without a result.
    pub(crate) fn most_outstanding(&self, by: Side) -> usize {
        let mut most = BTreeMap::new();
        self.play(|side, open| {
            let most = most.entry(side).or_default();
            *most = open.max(*most);
        });
        most.get(&by).copied().unwrap_or_default()
    }

    /// Calls `outstanding` at each operation with how many its side has on this connection, and returns those that are
    /// left.
    fn play(&self, mut outstanding: impl FnMut(Side, usize)) -> BTreeSet<(u64, Side, u64, u64)> {
        let mut open = BTreeSet::new();
        for passed in &self.0 {
            let key = |by| (passed.connection, by, passed.trn, passed.ot);
            if passed.ack.is_some() {
                let asked_by = match passed.by {
                    Side::Client => Side::Server,
                    Side::Server => Side::Client,
                };
                assert!(
                    open.remove(&key(asked_by)),
                    "result of nothing: {passed:?}\n{self:?}"
                );
                continue;
            }
            assert!(
                open.insert(key(passed.by)),
                "TRN in use: {passed:?}\n{self:?}"
            );
            let own = open
                .iter()
                .filter(|it| (it.0, it.1) == (passed.connection, passed.by));
            outstanding(passed.by, own.count());
        }
        open
    }
}
