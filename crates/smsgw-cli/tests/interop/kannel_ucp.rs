//! Kannel by UCP, which it calls EMI.

use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use smsgw_gsm::alphabet::Code;

use crate::capture::Capture;
use crate::capture_ucp::{Side, Traffic};
use crate::harness::{Simulator, UCP_ACCOUNT, digits, free_port, messages, port, scratch};
use crate::kannel::{Kannel, dlr};

/// Kannel's window, where it has one.
const WINDOW: usize = 3;

/// Messages of [`all_kinds`] in one part each.
const SHORT: usize = 9;

/// Within this time Kannel asks three times, at once and every other second, whether the other side is there.
const ASKING: Duration = Duration::from_millis(5_500);

/// Authentication failure.
const EC_AUTHENTICATION: u64 = 7;

#[derive(Clone, Copy, Debug)]
enum Flow {
    Window,
    /// Nothing is sent before the result of what was sent last.
    StopAndWait,
}

impl Flow {
    fn options(self) -> String {
        match self {
            Self::Window => format!("flow-control = 0\nwindow = {WINDOW}"),
            Self::StopAndWait => "flow-control = 1".to_owned(),
        }
    }

    const fn window(self) -> usize {
        match self {
            Self::Window => WINDOW,
            Self::StopAndWait => 1,
        }
    }
}

/// A link of Kannel's; `options` are more lines of the group.
pub(crate) fn link(address: &str, password: &str, options: &str) -> String {
    let (user, port) = (UCP_ACCOUNT.0, port(address));
    format!(
        r#"
group = smsc
smsc = emi
smsc-id = smsgw
host = 127.0.0.1
port = {port}
smsc-username = {user}
smsc-password = {password}
reconnect-delay = 1
{options}
"#
    )
}

/// Kannel, logged in to the simulator, and all that passes between them.
struct Pair {
    smsc: Simulator,
    kannel: Kannel,
    capture: Capture,
}

impl Pair {
    fn start(name: &str, flags: &[&str], options: &str) -> Self {
        let directory = scratch(name);
        let port = free_port();
        let capture = Capture::start(&directory, &[port]);
        let smsc = Simulator::start_ucp(&directory, port, flags);
        let kannel = start_kannel(&directory, &smsc, options);
        Self {
            smsc,
            kannel,
            capture,
        }
    }

    /// Each operation of either side had its result.
    fn end(self) -> (Simulator, Traffic) {
        self.kannel.shut_down();
        let traffic = self.capture.stop().ucp(port(&self.smsc.address));
        traffic.check_answered();
        let login = traffic.operations(Side::Client, 60);
        assert_eq!(login.len(), 1, "{traffic:?}");
        (self.smsc, traffic)
    }
}

fn start_kannel(directory: &Path, smsc: &Simulator, options: &str) -> Kannel {
    Kannel::start(directory, &link(&smsc.address, UCP_ACCOUNT.1, options))
}

/// One of each kind that it sends, to numbers that it leaves as they are.
fn all_kinds() -> Vec<Value> {
    let mut messages = messages(&["udh"]);
    let alphabet: String = (0..128)
        .filter(|code| *code != b'\r')
        .filter_map(|code| Code::Plain(code).character())
        .collect();
    let more = [
        ("digits", "2147", "Hi", None),
        ("international", "+306912345678", "Hi", None),
        ("seven characters", "ABCdef@", "Hi", None),
        ("eleven characters", "Bücher 1234", "Hi", None),
        ("alphabet", "2147", alphabet.as_str(), None),
        ("flash", "2147", "Look here!", Some(0)),
        ("unicode flash", "2147", "Ο καιρός", Some(0)),
    ];
    for (name, from, text, class) in more {
        let to = format!("155502{:02}", messages.len());
        let data_coding = if name.starts_with("unicode") { 8 } else { 0 };
        messages.push(json!({
            "name": name, "from": from, "to": to, "text": text, "mclass": class, "data_coding": data_coding,
        }));
    }
    for message in &mut messages {
        message["to"] = json!(digits(&message["to"]));
    }
    messages
}

/// `count` messages that are told apart by their numbers.
fn plain(count: usize) -> Vec<Value> {
    let message = |number| json!({"name": format!("message {number}"), "from": "2147", "to": format!("15553{number:03}"), "text": format!("Text {number}")});
    (0..count).map(message).collect()
}

#[test]
fn kannel_sends_by_ucp_with_a_window() {
    sends("kannel-ucp-window", Flow::Window);
}

#[test]
fn kannel_sends_by_ucp_and_waits_for_each_result() {
    sends("kannel-ucp-stop-and-wait", Flow::StopAndWait);
}

/// Texts of every kind, and their receipts.
fn sends(name: &str, flow: Flow) {
    let pair = Pair::start(name, &[], &flow.options());
    let messages = all_kinds();
    pair.kannel
        .sends_and_gets_its_receipts(&pair.smsc, &messages);
    let (smsc, traffic) = pair.end();

    let submits = smsc.process.events("submit");
    for submit in &submits {
        assert_eq!(submit["protocol"], "ucp", "{submit}");
        let message = messages
            .iter()
            .find(|message| digits(&message["to"]) == digits(&submit["to"]));
        assert_eq!(
            digits(&submit["from"]),
            digits(&message.unwrap()["from"]),
            "{submit}"
        );
    }
    assert_eq!(traffic.operations(Side::Client, 51).len(), submits.len());
    assert!(submits.len() > SHORT + 4, "{submits:?}");
    // It asks for the receipt of a text, not of a part.
    assert_eq!(traffic.operations(Side::Server, 53).len(), messages.len());
    assert!(traffic.most_outstanding(Side::Client) <= flow.window());
}

#[test]
fn kannel_sends_octets_by_ucp() {
    let pair = Pair::start("kannel-ucp-octets", &[], "");
    // Ports of a calling card, and four of its octets.
    let message = json!({
        "name": "octets", "from": "2147", "to": "15550101", "text": "\u{1}\u{2}BE", "data_coding": 4, "udh": "0605040b8423f0",
    });
    pair.kannel.send(&message);
    pair.kannel
        .wait_for_dlrs(&[message], &[dlr::ACCEPTED, dlr::DELIVERED]);
    let (smsc, _) = pair.end();
    let submits = smsc.process.events("submit");
    assert_eq!(submits.len(), 1, "{submits:?}");
    assert_eq!(submits[0]["data_hex"], "01024245", "{submits:?}");
    assert_eq!(submits[0]["udh"], "0605040b8423f0", "{submits:?}");
}

#[test]
fn kannel_fills_its_ucp_window_and_no_more() {
    is_kept_waiting("kannel-ucp-slow-window", Flow::Window);
}

#[test]
fn kannel_waits_for_a_slow_ucp_result() {
    is_kept_waiting("kannel-ucp-slow-stop-and-wait", Flow::StopAndWait);
}

fn is_kept_waiting(name: &str, flow: Flow) {
    let pair = Pair::start(name, &["--fault", "slow,delay=200ms"], &flow.options());
    pair.kannel
        .sends_and_gets_its_receipts(&pair.smsc, &plain(3 * WINDOW));
    let (_, traffic) = pair.end();
    assert_eq!(traffic.most_outstanding(Side::Client), flow.window());
}

#[test]
fn kannel_gets_by_ucp_what_subscribers_send() {
    let pair = Pair::start("kannel-ucp-receives", &[], &Flow::Window.options());
    let incoming = [
        ("+306912345678", "Hello @£$ {[~]} 5 €".to_owned()),
        ("+306912345679", "Добрый день 世界 😀.".to_owned()),
        (
            "+306912345680",
            "A long way to go. ".repeat(20).trim().to_owned(),
        ),
        (
            "+306912345681",
            "Добрый день 世界 😀. ".repeat(9).trim().to_owned(),
        ),
        ("2000", "From a short code".to_owned()),
        ("Rust", "From a name".to_owned()),
    ];
    for (from, text) in &incoming {
        pair.smsc.sms(from, text);
    }
    let received = pair.kannel.received(incoming.len());
    for (from, text) in &incoming {
        let sender = match *from {
            // Kannel leaves it packed.
            "Rust" => "07D2FA9C0E",
            number => number.trim_start_matches('+'),
        };
        let message = received
            .iter()
            .find(|message| digits(&message["from"]) == sender)
            .unwrap_or_else(|| panic!("nothing from {sender}: {received:?}"));
        assert_eq!(message["text"], **text, "{received:?}");
    }
    let (_, traffic) = pair.end();
    // Six parts of the long ones.
    let delivered = traffic.operations(Side::Server, 52).len();
    assert!(delivered >= incoming.len() + 4, "{traffic:?}");
}

#[test]
fn kannel_asks_by_ucp_whether_we_are_there() {
    let pair = Pair::start("kannel-ucp-keep-alive", &[], "keepalive = 1");
    thread::sleep(ASKING);
    let (_, traffic) = pair.end();
    assert!(
        traffic.operations(Side::Client, 31).len() >= 3,
        "{traffic:?}"
    );
    assert!(traffic.refusals(Side::Server, 31).is_empty());
}

#[test]
fn kannel_tells_of_a_refusal_by_ucp() {
    let pair = Pair::start("kannel-ucp-refused", &["--fault", "nack"], "");
    let [refused, taken] = [0, 1].map(|number| plain(2)[number].clone());
    pair.kannel.send(&refused);
    pair.kannel
        .wait_for_dlrs(std::slice::from_ref(&refused), &[dlr::REJECTED]);
    pair.smsc.command("fault off");
    pair.kannel
        .sends_and_gets_its_receipts(&pair.smsc, std::slice::from_ref(&taken));
    let told = pair.kannel.sink.events("dlr");
    let (_, traffic) = pair.end();
    let [ec] = traffic.refusals(Side::Server, 51)[..] else {
        panic!("not one refusal: {traffic:?}");
    };
    let reply = told
        .iter()
        .find(|receipt| receipt["type"] == dlr::REJECTED)
        .map(|receipt| receipt["reply"].as_str().unwrap());
    let wanted = format!("NACK/{ec:02}-");
    assert!(
        reply.is_some_and(|reply| reply.starts_with(&wanted)),
        "{told:?}"
    );
}

#[test]
fn kannel_tells_by_ucp_what_was_not_delivered() {
    let flags = ["--receipt-failures", "100%"];
    let pair = Pair::start("kannel-ucp-undelivered", &flags, "");
    let messages = plain(2);
    for message in &messages {
        pair.kannel.send(message);
    }
    pair.kannel
        .wait_for_dlrs(&messages, &[dlr::ACCEPTED, dlr::FAILED]);
    pair.end();
}

#[test]
fn kannel_comes_back_by_ucp() {
    let directory = scratch("kannel-ucp-reconnect");
    let smsc = Simulator::start_ucp(&directory, free_port(), &[]);
    let kannel = start_kannel(&directory, &smsc, &Flow::Window.options());
    let messages = plain(6);
    kannel.sends_and_gets_its_receipts(&smsc, &messages[..2]);
    smsc.command("cut");
    kannel.wait_for_status("(re-connecting");
    for message in &messages[2..4] {
        kannel.send(message);
    }
    smsc.command("plug");
    kannel.wait_for_status("(online ");
    for message in &messages[4..] {
        kannel.send(message);
    }
    kannel.wait_for_dlrs(&messages, &[dlr::ACCEPTED, dlr::DELIVERED]);
    kannel.shut_down();
    // Each came once, whether it was sent before, meanwhile or after.
    assert_eq!(smsc.process.events("submit").len(), messages.len());
}

/// What had no result when the connection ended, Kannel submits again; we took it before, so it comes twice.
#[test]
fn kannel_submits_again_by_ucp_what_was_cut_off() {
    let directory = scratch("kannel-ucp-cut-off");
    let smsc = Simulator::start_ucp(&directory, free_port(), &["--fault", "cut,times=1"]);
    let kannel = start_kannel(&directory, &smsc, &Flow::Window.options());
    let messages = plain(1);
    kannel.send(&messages[0]);
    kannel.wait_for_dlrs(&messages, &[dlr::ACCEPTED, dlr::DELIVERED]);
    kannel.shut_down();
    let submits = smsc.process.events("submit");
    assert_eq!(submits.len(), 2, "{:?}", smsc.process);
    assert_ne!(submits[0]["id"], submits[1]["id"], "{:?}", smsc.process);
    assert_eq!(smsc.process.events("fault").len(), 1, "{:?}", smsc.process);
}

#[test]
fn kannel_does_not_get_in_by_ucp_with_a_wrong_password() {
    let directory = scratch("kannel-ucp-password");
    let port = free_port();
    let capture = Capture::start(&directory, &[port]);
    let smsc = Simulator::start_ucp(&directory, port, &[]);
    let link = link(&smsc.address, "wrong", "keepalive = 1");
    Kannel::must_be_refused(&directory, &link, &["Server rejected our login"]);
    let traffic = capture.stop().ucp(port);
    let refusals = traffic.refusals(Side::Server, 60);
    assert!(!refusals.is_empty(), "{traffic:?}");
    assert!(
        refusals.iter().all(|ec| *ec == EC_AUTHENTICATION),
        "{traffic:?}"
    );
    // Nothing but logins was tried.
    assert!(
        traffic.operations(Side::Client, 31).is_empty(),
        "{traffic:?}"
    );
}
