//! The relays of `examples`, each between two that were not made for each other: an ESME not written by us and a service
//! centre of UCP, Kannel by UCP and a message centre of SMPP.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use crate::capture::Capture;
use crate::capture::command::SUBMIT_SM;
use crate::capture_ucp::Side;
use crate::esme::{check_submits, must_be_refused};
use crate::harness::{
    ACCOUNT, LINK, Simulator, UCP_ACCOUNT, digits, example, free_port, lines, messages, port,
    python, scratch, texts,
};
use crate::kannel::{Kannel, dlr};
use crate::kannel_ucp;
use crate::process::Process;

const ESME_RINVDSTADR: u32 = 0x0000_000B;

/// A relay that listens and has its link up.
struct Relay {
    process: Process,
    address: String,
}

impl Relay {
    /// From SMPP to UCP.
    fn to_ucp(smsc: &Simulator) -> Self {
        Self::start("smpp_to_ucp", ACCOUNT, smsc, UCP_ACCOUNT)
    }

    /// From UCP to SMPP.
    fn to_smpp(smsc: &Simulator) -> Self {
        Self::start("ucp_to_smpp", UCP_ACCOUNT, smsc, LINK)
    }

    fn start(name: &str, client: (&str, &str), smsc: &Simulator, link: (&str, &str)) -> Self {
        let mut process = Process::start(
            example(name)
                .args(["127.0.0.1:0", client.0, client.1])
                .args([&smsc.address, link.0, link.1]),
            "",
        );
        let address = process.wait_for("address", |line| {
            line.strip_prefix("listening on ").map(str::to_owned)
        });
        process.wait_for("link", |line| line.contains(" centre: ").then_some(()));
        Self { process, address }
    }
}

/// smpplib, with `messages` to submit.
fn smpplib(relay: &Relay, messages: &[Value], more: &[&str]) -> Process {
    Process::start(
        python("smpplib", "smpplib_client.py")
            .args([&relay.address, ACCOUNT.0, ACCOUNT.1])
            .args(more),
        &lines(messages),
    )
}

/// Numbers of UCP as SMPP has them.
fn without_prefix(arrived: BTreeMap<String, String>) -> BTreeMap<String, String> {
    let numbers = arrived.into_iter().map(|(to, text)| {
        let number = to.strip_prefix("00").unwrap_or(&to).to_owned();
        (number, text)
    });
    numbers.collect()
}

#[test]
fn smpplib_sends_by_way_of_ucp() {
    let directory = scratch("relay-smpplib");
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start_ucp(&directory, port, &[]);
    let relay = Relay::to_ucp(&smsc);
    must_be_refused(&|| python("smpplib", "smpplib_client.py"), &relay.address);

    let messages = messages(&["udh", "sar", "message_payload"])
        .into_iter()
        // As one message smpplib has the default alphabet alone.
        .filter(|message| message["name"] != "long unicode message_payload")
        .collect::<Vec<_>>();
    let client = smpplib(&relay, &messages, &[]).succeed();
    let parts = check_submits(&client, &messages);
    assert_eq!(without_prefix(smsc.arrived()), texts(&messages));
    let submits = smsc.process.events("submit");
    // The text that came whole was cut here, into three.
    assert_eq!(submits.len(), parts + 2, "{submits:?}");
    for submit in &submits {
        assert_eq!(submit["from"], "smsgw", "{submit}");
    }
    // Each is called as its service centre calls it.
    let ids: Vec<_> = submits.iter().map(|submit| &submit["id"]).collect();
    for submit in client.events("submit") {
        assert!(ids.contains(&&submit["id"]), "{submit}: {ids:?}");
    }

    drop(relay);
    let traffic = capture.stop().ucp(port);
    traffic.check_answered();
    assert_eq!(
        traffic.operations(Side::Client, 51).len(),
        submits.len(),
        "{traffic:?}"
    );
    assert_eq!(
        traffic.operations(Side::Server, 53).len(),
        submits.len(),
        "{traffic:?}"
    );
}

#[test]
fn smpplib_sends_octets_by_way_of_ucp() {
    let directory = scratch("relay-smpplib-octets");
    let smsc = Simulator::start_ucp(&directory, free_port(), &[]);
    let relay = Relay::to_ucp(&smsc);
    let octets = |name: &str, udh: &str, text: &str| {
        let to = format!("+1555020{}", udh.len());
        json!({"name": name, "how": "octets", "from": "Rust", "to": to, "udh": udh, "text": text})
    };
    let messages = [
        octets("octets", "", "00010203f0ff2f"),
        octets("ports", "0605040b8423f0", "fe00ff"),
        octets("part", "0b0003630201050423f423f4", &"a5".repeat(128)),
    ];
    let client = smpplib(&relay, &messages, &[]).succeed();
    check_submits(&client, &messages);
    let submits = smsc.process.events("submit");
    for message in &messages {
        let to = format!("00{}", digits(&message["to"]));
        let submit = submits.iter().find(|submit| submit["to"] == to).unwrap();
        assert_eq!(submit["udh"], message["udh"], "{submit}");
        assert_eq!(submit["data_hex"], message["text"], "{submit}");
        assert_eq!(submit["from"], "Rust", "{submit}");
    }
}

#[test]
fn smpplib_hears_by_way_of_ucp_what_was_refused_and_not_delivered() {
    let directory = scratch("relay-smpplib-failures");
    let flags = [
        "--receipt-failures",
        "100%",
        "--fault",
        "nack=1,times=1,ec=06",
    ];
    let smsc = Simulator::start_ucp(&directory, free_port(), &flags);
    let relay = Relay::to_ucp(&smsc);
    let long = "The quick brown fox jumps over the lazy dog. ".repeat(4);
    let message = |name: &str, how: &str, text: &str| json!({"name": name, "how": how, "from": "smsgw", "to": "+15550301", "text": text});
    let refused = message("refused", "short_message", "Hi");
    let client = smpplib(&relay, &[refused], &[]).succeed();
    let submits = client.events("submit");
    assert_eq!(submits.len(), 1, "{client:?}");
    assert_eq!(submits[0]["status"], ESME_RINVDSTADR, "{client:?}");

    let undelivered = message("undelivered", "message_payload", &long);
    let client = smpplib(&relay, &[undelivered], &[]).succeed();
    let receipts = client.events("receipt");
    // It has two parts.
    assert_eq!(receipts.len(), 1, "{client:?}");
    assert_eq!(receipts[0]["fields"]["stat"], "UNDELIV", "{client:?}");
    assert_eq!(smsc.process.events("submit").len(), 2, "{:?}", smsc.process);
}

#[test]
fn smpplib_gets_by_way_of_ucp_what_subscribers_send() {
    let directory = scratch("relay-smpplib-receives");
    let smsc = Simulator::start_ucp(&directory, free_port(), &[]);
    let relay = Relay::to_ucp(&smsc);
    let incoming = BTreeMap::from([
        ("306912345678", "Hello from a handset".to_owned()),
        ("306987654321", "Добрый день 世界 😀. ".repeat(9)),
    ]);
    // One, and of the second text 67 UTF-16 units each.
    let mut client = smpplib(&relay, &[], &["4", "unasked"]);
    client.wait_for("bind", |line| line.contains(r#""bind""#).then_some(()));
    for (from, text) in &incoming {
        smsc.sms(&format!("+{from}"), text);
    }
    let client = client.succeed();
    let mut received = BTreeMap::<String, String>::new();
    for part in client.events("message") {
        *received.entry(digits(&part["from"])).or_default() += part["text"].as_str().unwrap();
    }
    let sent: BTreeMap<_, _> = incoming
        .into_iter()
        .map(|(from, text)| (from.to_owned(), text))
        .collect();
    assert_eq!(received, sent, "{client:?}");
}

/// Kannel by UCP, the relay, and a message centre of SMPP.
struct Chain {
    smsc: Simulator,
    relay: Relay,
    kannel: Kannel,
    capture: Capture,
}

impl Chain {
    fn start(name: &str, flags: &[&str]) -> Self {
        let directory = scratch(name);
        let port = free_port();
        let capture = Capture::start(&directory, &[port]);
        let flags: Vec<_> = flags.iter().map(AsRef::as_ref).collect();
        let smsc = Simulator::start_with(&directory, port, LINK, &flags);
        let relay = Relay::to_smpp(&smsc);
        let kannel = start_kannel(&directory, &relay);
        Self {
            smsc,
            relay,
            kannel,
            capture,
        }
    }

    /// How many `submit_sm` passed, each with its answer.
    fn end(self) -> usize {
        self.kannel.shut_down();
        drop(self.relay);
        let pdus = self.capture.stop().pdus(port(&self.smsc.address));
        pdus.check_answered();
        pdus.by_client(SUBMIT_SM)
    }
}

fn start_kannel(directory: &Path, relay: &Relay) -> Kannel {
    let link = kannel_ucp::link(
        &relay.address,
        UCP_ACCOUNT.1,
        "flow-control = 0\nwindow = 3",
    );
    Kannel::start(directory, &link)
}

#[test]
fn kannel_sends_by_way_of_smpp() {
    let chain = Chain::start("relay-kannel", &[]);
    let mut messages = messages(&["udh"]);
    for message in &mut messages {
        message["to"] = json!(digits(&message["to"]));
    }
    for (name, from, text, data_coding) in [
        ("flash", "2147", "Look here!", 0),
        ("unicode flash", "+306912345678", "Ο καιρός", 8),
    ] {
        let to = format!("155504{:02}", messages.len());
        messages.push(json!({
            "name": name, "from": from, "to": to, "text": text, "mclass": 0, "data_coding": data_coding,
        }));
    }
    chain
        .kannel
        .sends_and_gets_its_receipts(&chain.smsc, &messages);
    let submits = chain.smsc.process.events("submit");
    for submit in &submits {
        assert_eq!(submit["protocol"], "smpp", "{submit}");
        let of_it = |message: &&Value| message["to"] == submit["to"];
        let message = messages.iter().find(of_it).unwrap();
        assert_eq!(submit["from"], digits(&message["from"]), "{submit}");
        let data_coding = match message["name"].as_str().unwrap() {
            // Class 0.
            "flash" => json!(0xF0),
            _ => message["data_coding"].clone(),
        };
        assert_eq!(submit["data_coding"], data_coding, "{submit}");
        // To be shown at once (dest_addr_subunit).
        let is_shown = submit["tlvs"].to_string().contains(r#""tag":5"#);
        assert_eq!(is_shown, message["name"] == "unicode flash", "{submit}");
    }
    let counts = [submits.len(), chain.end()];
    assert_eq!(counts[0], counts[1]);
    assert!(counts[0] > messages.len(), "none was long");
}

#[test]
fn kannel_hears_by_way_of_smpp_what_was_not_delivered() {
    let chain = Chain::start("relay-kannel-undelivered", &["--receipt-failures", "100%"]);
    let message = json!({"name": "lost", "from": "2147", "to": "15550501", "text": "Hi"});
    chain.kannel.send(&message);
    let told = [dlr::ACCEPTED, dlr::FAILED];
    chain.kannel.wait_for_dlrs(&[message], &told);
    assert_eq!(chain.end(), 1);
}

#[test]
fn kannel_hears_by_way_of_smpp_what_was_refused() {
    let fault = format!("nack=1,status={ESME_RINVDSTADR}");
    let chain = Chain::start("relay-kannel-refused", &["--fault", &fault]);
    let message = json!({"name": "refused", "from": "2147", "to": "15550601", "text": "Hi"});
    chain.kannel.send(&message);
    chain.kannel.wait_for_dlrs(&[message], &[dlr::REJECTED]);
    let [told] = &chain.kannel.sink.events("dlr")[..] else {
        panic!("not one: {:?}", chain.kannel.sink);
    };
    // AdC invalid.
    let reply = told["reply"].as_str().unwrap();
    assert!(reply.starts_with("NACK/06-"), "{told}");
    chain.kannel.shut_down();
}

#[test]
fn kannel_gets_by_way_of_smpp_what_subscribers_send() {
    let chain = Chain::start("relay-kannel-receives", &[]);
    let incoming = [
        ("+306912345678", "Hello @£$ {[~]} 5 €".to_owned()),
        ("+306912345679", "Добрый день 世界 😀.".to_owned()),
        (
            "+306912345680",
            "A long way to go. ".repeat(20).trim().to_owned(),
        ),
    ];
    for (from, text) in &incoming {
        chain.smsc.sms(from, text);
    }
    let received = chain.kannel.received(incoming.len());
    for (from, text) in &incoming {
        let number = from.trim_start_matches('+');
        let message = received
            .iter()
            .find(|message| digits(&message["from"]) == number)
            .unwrap_or_else(|| panic!("nothing from {from}: {received:?}"));
        assert_eq!(message["text"], **text, "{received:?}");
    }
    assert_eq!(chain.end(), 0);
}

#[test]
fn kannel_does_not_get_in_to_the_relay_with_a_wrong_password() {
    let directory = scratch("relay-kannel-password");
    let smsc = Simulator::start(&directory, free_port(), LINK);
    let relay = Relay::to_smpp(&smsc);
    let link = kannel_ucp::link(&relay.address, "wrong", "");
    Kannel::must_be_refused(&directory, &link, &["Server rejected our login"]);
    assert!(
        smsc.process.events("submit").is_empty(),
        "{:?}",
        relay.process
    );
}
