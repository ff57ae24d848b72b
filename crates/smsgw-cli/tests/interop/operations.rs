//! What only `smsgw sim smsc` offers: messages that wait, and what can be done to them.
//!
//! A peer is a script beside this file, run as `SCRIPT HOST:PORT SYSTEM_ID PASSWORD` with a request a line on its
//! standard input: `{"command", "to", ...}` and the fields of the request, where the `message_id` `$id` is the last one
//! that it was given. The sender is `smsgw`. It waits for each answer and prints
//! `{"event": "answer", "command", "status", "message_state", "is_final", "failed"}`, without the keys that the answer
//! has nothing for: whether there is a `final_date`, and the recipients of a `submit_multi` that failed.

use std::process::Command;

use serde_json::{Value, json};

use crate::capture::Capture;
use crate::harness::{ACCOUNT, Simulator, free_port, lines, scratch};
use crate::process::Process;

const ESME_RCANCELFAIL: u32 = 0x0000_0011;
const ESME_RQUERYFAIL: u32 = 0x0000_0067;

/// States of a message (SMPP 5.0 §4.7.15).
pub(crate) const SCHEDULED: u8 = 0;
pub(crate) const ENROUTE: u8 = 1;
const DELETED: u8 = 4;

/// In a day, relative (SMPP 5.0 §4.7.23.5).
const TOMORROW: &str = "000001000000000R";

/// Messages that wait for tomorrow are asked for, replaced and cancelled, and one goes to several recipients. `waiting`
/// is the state of such a message in the peer's version of SMPP.
pub(crate) fn on_messages(name: &str, peer: Command, waiting: u8) {
    let directory = scratch(name);
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start(&directory, port, ACCOUNT);
    let talk = [
        (
            json!({"command": "submit_sm", "to": ["15550100"], "short_message": "Later", "schedule_delivery_time": TOMORROW}),
            json!({"command": "submit_sm_resp", "status": 0}),
        ),
        (
            json!({"command": "query_sm", "message_id": "$id"}),
            json!({"command": "query_sm_resp", "status": 0, "message_state": waiting, "is_final": false}),
        ),
        (
            json!({"command": "replace_sm", "message_id": "$id", "short_message": "Even later", "schedule_delivery_time": TOMORROW}),
            json!({"command": "replace_sm_resp", "status": 0}),
        ),
        (
            json!({"command": "cancel_sm", "message_id": "$id", "to": ["15550100"]}),
            json!({"command": "cancel_sm_resp", "status": 0}),
        ),
        (
            json!({"command": "query_sm", "message_id": "$id"}),
            json!({"command": "query_sm_resp", "status": 0, "message_state": DELETED, "is_final": true}),
        ),
        (
            json!({"command": "cancel_sm", "message_id": "$id", "to": ["15550100"]}),
            json!({"command": "cancel_sm_resp", "status": ESME_RCANCELFAIL}),
        ),
        (
            json!({"command": "query_sm", "message_id": "none"}),
            json!({"command": "query_sm_resp", "status": ESME_RQUERYFAIL}),
        ),
        (
            json!({"command": "submit_multi", "to": ["15550101", "", "15550102"], "short_message": "To all"}),
            json!({"command": "submit_multi_resp", "status": 0, "failed": [""]}),
        ),
    ];
    answers_are_right(&smsc, peer, talk);
    capture.stop().pdus(port).check_answered();
}

/// A broadcast is made, asked for and cancelled. Without a capture: the dissector of tshark 4.0 takes
/// `broadcast_rep_num`, two octets, for one.
pub(crate) fn on_broadcasts(name: &str, peer: Command) {
    let smsc = Simulator::start(&scratch(name), free_port(), ACCOUNT);
    let talk = [
        (
            json!({
                "command": "broadcast_sm",
                "broadcast_area_identifier": ["Harbour"],
                "broadcast_content_type": {"network": 1, "content_type": 2},
                "broadcast_rep_num": 3,
                "broadcast_frequency_interval": {"unit": 0x0A, "interval": 1},
                "message_payload": "Fog",
            }),
            json!({"command": "broadcast_sm_resp", "status": 0}),
        ),
        (
            json!({"command": "query_broadcast_sm", "message_id": "$id"}),
            json!({"command": "query_broadcast_sm_resp", "status": 0, "message_state": ENROUTE}),
        ),
        (
            json!({"command": "cancel_broadcast_sm", "message_id": "$id"}),
            json!({"command": "cancel_broadcast_sm_resp", "status": 0}),
        ),
    ];
    answers_are_right(&smsc, peer, talk);
}

fn answers_are_right<const N: usize>(
    smsc: &Simulator,
    mut peer: Command,
    talk: [(Value, Value); N],
) {
    let (requests, wanted): (Vec<_>, Vec<_>) = talk.into_iter().unzip();
    peer.args([&smsc.address, ACCOUNT.0, ACCOUNT.1]);
    let peer = Process::start(&mut peer, &lines(&requests)).succeed();
    let mut answers = peer.events("answer");
    for answer in &mut answers {
        answer.as_object_mut().unwrap().remove("event");
    }
    assert_eq!(answers, wanted, "{peer:?}");
}
