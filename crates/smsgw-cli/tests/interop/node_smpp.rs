//! node-smpp, client and server for Node.js.

use crate::harness::node;
use crate::{esme, operations, smsc, tools};

#[test]
fn node_smpp_uses_the_gateway() {
    let hows = ["udh", "sar", "message_payload"];
    esme::uses_the_gateway("node-smpp", &|| node("node_smpp_client.js"), &hows);
}

#[test]
fn node_smpp_uses_the_simulator() {
    let hows = ["udh", "sar", "message_payload", "data_sm"];
    esme::uses_the_simulator("node-smpp", &|| node("node_smpp_client.js"), &hows);
}

#[test]
fn node_smpp_goes_well() {
    smsc::goes_well("node_smpp_goes_well", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_throttles() {
    smsc::throttles("node_smpp_throttles", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_is_slow() {
    smsc::is_slow("node_smpp_is_slow", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_is_too_slow() {
    smsc::is_too_slow("node_smpp_is_too_slow", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_reorders() {
    smsc::reorders("node_smpp_reorders", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_hangs_up_and_it_is_reported() {
    smsc::hangs_up_and_it_is_reported(
        "node_smpp_hangs_up_and_it_is_reported",
        node("node_smpp_server.js"),
    );
}

#[test]
fn node_smpp_hangs_up_and_it_is_sent_again() {
    smsc::hangs_up_and_it_is_sent_again(
        "node_smpp_hangs_up_and_it_is_sent_again",
        node("node_smpp_server.js"),
    );
}

#[test]
fn node_smpp_hangs_up_and_the_receipts_tell() {
    smsc::hangs_up_and_the_receipts_tell(
        "node_smpp_hangs_up_and_the_receipts_tell",
        node("node_smpp_server.js"),
    );
}

#[test]
fn node_smpp_has_its_operations() {
    let peer = node("node_smpp_operations.js");
    operations::on_messages("node-smpp-operations", peer, operations::SCHEDULED);
    let peer = node("node_smpp_operations.js");
    operations::on_broadcasts("node-smpp-broadcasts", peer);
}

#[test]
fn node_smpp_takes_what_send_sends() {
    tools::send("node-smpp-send", node("node_smpp_server.js"));
}

#[test]
fn node_smpp_stands_the_load() {
    tools::load("node-smpp-load", node("node_smpp_server.js"));
}
