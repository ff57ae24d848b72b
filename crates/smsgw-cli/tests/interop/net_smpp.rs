//! Net::SMPP, client and server for Perl.

use serde_json::json;

use crate::harness::perl;
use crate::{esme, operations, smsc, tools};

/// Tags in a receipt (SMPP 5.0 §4.8.1).
const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
const MESSAGE_STATE: u16 = 0x0427;

#[test]
fn net_smpp_uses_the_gateway() {
    let hows = ["udh", "sar", "message_payload"];
    let receipts = esme::uses_the_gateway("net-smpp", &|| perl("net_smpp_client.pl"), &hows);
    let tags = json!([RECEIPTED_MESSAGE_ID, MESSAGE_STATE]);
    assert!(
        receipts.iter().all(|receipt| receipt["tlvs"] == tags),
        "{receipts:?}"
    );
}

/// TLVs came with 3.4: an ESME from before may stumble over them.
#[test]
fn net_smpp_of_version_3_3_gets_receipts_without_tlvs() {
    let esme = || {
        let mut esme = perl("net_smpp_client.pl");
        esme.env("SMPP_VERSION", "33");
        esme
    };
    let receipts = esme::uses_the_gateway("net-smpp-3-3", &esme, &["udh"]);
    assert!(
        receipts.iter().all(|receipt| receipt["tlvs"] == json!([])),
        "{receipts:?}"
    );
}

#[test]
fn net_smpp_uses_the_simulator() {
    let hows = ["udh", "sar", "message_payload", "data_sm"];
    esme::uses_the_simulator("net-smpp", &|| perl("net_smpp_client.pl"), &hows);
}

#[test]
fn net_smpp_goes_well() {
    smsc::goes_well("net_smpp_goes_well", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_throttles() {
    smsc::throttles("net_smpp_throttles", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_is_slow() {
    smsc::is_slow("net_smpp_is_slow", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_is_too_slow() {
    smsc::is_too_slow("net_smpp_is_too_slow", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_reorders() {
    smsc::reorders("net_smpp_reorders", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_hangs_up_and_it_is_reported() {
    smsc::hangs_up_and_it_is_reported(
        "net_smpp_hangs_up_and_it_is_reported",
        perl("net_smpp_server.pl"),
    );
}

#[test]
fn net_smpp_hangs_up_and_it_is_sent_again() {
    smsc::hangs_up_and_it_is_sent_again(
        "net_smpp_hangs_up_and_it_is_sent_again",
        perl("net_smpp_server.pl"),
    );
}

#[test]
fn net_smpp_hangs_up_and_the_receipts_tell() {
    smsc::hangs_up_and_the_receipts_tell(
        "net_smpp_hangs_up_and_the_receipts_tell",
        perl("net_smpp_server.pl"),
    );
}

#[test]
fn net_smpp_has_its_operations() {
    let peer = perl("net_smpp_operations.pl");
    operations::on_messages("net-smpp-operations", peer, operations::ENROUTE);
}

#[test]
fn net_smpp_takes_what_send_sends() {
    tools::send("net-smpp-send", perl("net_smpp_server.pl"));
}

#[test]
fn net_smpp_stands_the_load() {
    tools::load("net-smpp-load", perl("net_smpp_server.pl"));
}
