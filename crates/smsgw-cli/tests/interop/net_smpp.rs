//! Net::SMPP, client and server for Perl.

use crate::harness::perl;
use crate::{esme, smsc};

#[test]
fn net_smpp_uses_the_gateway() {
    let hows = ["udh", "sar", "message_payload"];
    esme::uses_the_gateway("net-smpp", &|| perl("net_smpp_client.pl"), &hows);
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
