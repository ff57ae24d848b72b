//! Kannel by SMPP.

use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::capture::command::{
    BIND_RECEIVER, BIND_TRANSCEIVER, BIND_TRANSMITTER, DELIVER_SM, ENQUIRE_LINK, SUBMIT_SM, UNBIND,
};
use crate::capture::{Capture, Pdus};
use crate::harness::{ACCOUNT, LINK, Simulator, digits, free_port, messages, port, scratch, serve};
use crate::kannel::Kannel;

/// Within this time both sides ask whether the other is there: the simulator after a second of silence, Kannel every
/// other second.
const ASKING: Duration = Duration::from_millis(2_500);

#[derive(Clone, Copy, Debug)]
enum Mode {
    Transceiver,
    /// One connection to send and one to receive.
    Pair,
}

impl Mode {
    /// A group for each connection.
    fn links(self, address: &str, password: &str) -> String {
        let (username, port) = (ACCOUNT.0, port(address));
        let connections = match self {
            Mode::Transceiver => vec![format!("port = {port}\ntransceiver-mode = true")],
            Mode::Pair => vec![format!("port = {port}"), format!("receive-port = {port}")],
        };
        let link = |connection| {
            format!(
                r#"
group = smsc
smsc = smpp
smsc-id = smsgw
host = 127.0.0.1
{connection}
smsc-username = {username}
smsc-password = {password}
system-type = ""
enquire-link-interval = 2
"#
            )
        };
        connections.into_iter().map(link).collect()
    }

    /// Kannel hangs up on a refusal, and tries again much later.
    fn must_be_refused(self, directory: &Path, address: &str) {
        let refusals: &[_] = match self {
            Mode::Transceiver => &["rejected login to transmit"],
            Mode::Pair => &["rejected login to transmit", "rejected login to receive"],
        };
        Kannel::must_be_refused(directory, &self.links(address, "wrong"), refusals);
    }
}

#[test]
fn kannel_uses_the_gateway_as_a_transceiver() {
    uses_the_gateway("kannel-gateway-transceiver", Mode::Transceiver);
}

#[test]
fn kannel_uses_the_gateway_as_a_pair() {
    uses_the_gateway("kannel-gateway-pair", Mode::Pair);
}

#[test]
fn kannel_uses_the_simulator_as_a_transceiver() {
    uses_the_simulator("kannel-simulator-transceiver", Mode::Transceiver);
}

#[test]
fn kannel_uses_the_simulator_as_a_pair() {
    uses_the_simulator("kannel-simulator-pair", Mode::Pair);
}

fn uses_the_gateway(name: &str, mode: Mode) {
    let directory = scratch(name);
    let smsc = Simulator::start(&directory, free_port(), LINK);
    let address = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&directory, &[port(&address)]);
    let mut gateway = serve(&directory, &address, &smsc.address, "");
    gateway.ready("smpp");

    mode.must_be_refused(&directory, &address);
    let kannel = Kannel::start(&directory, &mode.links(&address, ACCOUNT.1));
    kannel.sends_and_gets_its_receipts(&smsc, &messages(&["udh"]));
    thread::sleep(ASKING);
    kannel.shut_down();
    check_pdus(&capture.stop().pdus(port(&address)), mode);
}

fn uses_the_simulator(name: &str, mode: Mode) {
    let directory = scratch(name);
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start(&directory, port, ACCOUNT);

    mode.must_be_refused(&directory, &smsc.address);
    let kannel = Kannel::start(&directory, &mode.links(&smsc.address, ACCOUNT.1));
    let incoming = [
        ("306912345678", "Hello from a handset".to_owned()),
        (
            "306987654321",
            "Добрый день 世界 😀. ".repeat(9).trim().to_owned(),
        ),
    ];
    for (from, text) in &incoming {
        smsc.sms(&format!("+{from}"), text);
    }
    kannel.sends_and_gets_its_receipts(&smsc, &messages(&["udh"]));
    // It puts the parts of a text together.
    let received = kannel.received(incoming.len());
    assert_eq!(received.len(), incoming.len(), "{received:?}");
    for (from, text) in &incoming {
        let message = received
            .iter()
            .find(|message| digits(&message["from"]) == *from);
        assert_eq!(message.unwrap()["text"], **text, "{received:?}");
    }
    thread::sleep(ASKING);
    kannel.shut_down();
    let pdus = capture.stop().pdus(port);
    check_pdus(&pdus, mode);
    assert!(pdus.by_server(ENQUIRE_LINK) > 0, "{pdus:?}");
}

/// What passed, whether we are the gateway or the simulator.
fn check_pdus(pdus: &Pdus, mode: Mode) {
    pdus.check_answered();
    let binds = [BIND_TRANSCEIVER, BIND_TRANSMITTER, BIND_RECEIVER];
    // Each time one was refused.
    let (wanted, unbinds) = match mode {
        Mode::Transceiver => ([2, 0, 0], 1),
        Mode::Pair => ([0, 2, 2], 2),
    };
    assert_eq!(
        binds.map(|command| pdus.by_client(command)),
        wanted,
        "{pdus:?}"
    );
    assert_eq!(pdus.by_client(UNBIND), unbinds, "{pdus:?}");
    assert!(pdus.by_client(ENQUIRE_LINK) > 0, "{pdus:?}");
    assert!(pdus.by_client(SUBMIT_SM) > 4, "{pdus:?}");
    assert!(pdus.by_server(DELIVER_SM) >= 4, "{pdus:?}");
}
