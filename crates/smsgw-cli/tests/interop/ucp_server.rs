//! `smsgw send ucp` and `smsgw load ucp` at a message centre that is not made with smsgw-ucp.
//!
//! `ucp_server.py` is run as `SCRIPT USER PASSWORD PORT [MODE [N]]`; without a USER it wants no login. It takes messages,
//! sends the receipts that are asked for, insists on the rules of UCP, and prints an event a line:
//!
//! * `{"event": "ready"}`,
//! * `{"event": "login", "user", "oton", "onpi", "styp", "vers", "ok"}`,
//! * `{"event": "submit", "trn", "id", "from", "to", "otoa", "mt", "mcls", "dcs", "udh", "data_hex", "text", "nrq", "nt",
//!   "vp", "status", "pending"}`: the text as it decoded it; the status is an EC, `00`, or `null` when there will be no
//!   answer; `pending` is how many operations of the client have no result yet, with this one,
//! * `{"event": "alert", "address", "pid"}`: our operation 31,
//! * `{"event": "result", "trn", "ot", "ack", "ec", "sm"}`: our answer to an operation of its,
//! * `{"event": "unanswered", "trn", "ot"}`: none within five seconds,
//! * `{"event": "delivered"}`: all that mode `delivers` sends has been answered or not,
//! * `{"event": "disconnect"}`,
//! * `{"event": "error", "message", "hex"}`: something that UCP does not allow.
//!
//! | mode | what it does with a submit |
//! |---|---|
//! | `good` | accepts it |
//! | `nack` | refuses every Nth with EC 24 |
//! | `slow` | answers after N milliseconds |
//! | `lost` | does not answer every Nth, which it accepts |
//! | `drop` | hangs up at every Nth |
//! | `wrong-ot`, `wrong-trn` | answers, and before that refuses another operation, or a TRN that is not in use |
//! | `bad-checksum`, `bad-length` | answers, and before that refuses it in a frame that does not add up |
//! | `junk` | answers; before that come line ends, zeros, a lonely ETX, and the first octets of a frame |
//! | `duplicate` | answers twice |
//! | `together` | answers, sends an alert, a message of a subscriber and the receipt, all in one write |
//! | `bytewise` | the same in writes of one octet, as is all that it sends |
//! | `undelivered` | the receipt says that it is buffered, the next that it is not delivered |
//! | `delivers` | before the receipt comes all that a message centre can send, and an operation that there is not |
//! | `mute` | (does not answer a login) |

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::capture::Capture;
use crate::capture_ucp::Side;
use crate::harness::{
    UCP_ACCOUNT, digits, eventually, free_port, messages, port, python, scratch, smsgw,
};
use crate::process::Process;

/// How long our client has for an answer, where it waits in vain.
const TIMEOUT: &str = "1s";

/// More than that, and less than its own patience.
const SOON: Duration = Duration::from_secs(15);

/// The error code of what there is not.
const EC_UNKNOWN_OPERATION: &str = "03";

/// A server in a mode, and where it listens.
struct Centre {
    process: Process,
    address: String,
}

impl Centre {
    fn start(account: (&str, &str), mode: &[&str]) -> Self {
        let port = free_port();
        let mut server = python("json", "ucp_server.py");
        server
            .args([account.0, account.1, &port.to_string()])
            .args(mode);
        let mut process = Process::start(&mut server, "");
        process.wait_for("ready event", |line| {
            line.contains(r#""ready""#).then_some(())
        });
        Self {
            process,
            address: format!("127.0.0.1:{port}"),
        }
    }

    fn in_mode(mode: &[&str]) -> Self {
        Self::start(UCP_ACCOUNT, mode)
    }

    /// `smsgw TOOL ucp` that logs in.
    fn client(&self, tool: &str) -> Command {
        let mut client = self.anonymous_client(tool);
        client.args(["--user", UCP_ACCOUNT.0, "--password", UCP_ACCOUNT.1]);
        client
    }

    fn anonymous_client(&self, tool: &str) -> Command {
        let mut client = smsgw();
        client.args([tool, "ucp", "--connect", &self.address, "--json"]);
        client
    }

    /// One message with its receipt: whether all went well, and what became of the only part.
    fn send(&self, more: &[&str]) -> (bool, Value) {
        let mut send = self.client("send");
        send.args([
            "--from",
            "2147",
            "--to",
            "15550101",
            "--wait-receipt",
            "10s",
        ]);
        let output = send.args(more).arg("Hello").output().unwrap();
        let [part] = &*parts(&output) else {
            panic!("not one part: {output:?}: {:?}", self.process);
        };
        (output.status.success(), part.clone())
    }

    /// What it tells of once; it may tell a little later than it answers.
    fn only(&self, event: &str) -> Value {
        eventually(event, || self.process.events(event).pop());
        let [event] = &*self.process.events(event) else {
            panic!("not one {event}: {:?}", self.process);
        };
        event.clone()
    }

    /// Insists that nothing was wrong, and all was answered, when the client is gone.
    fn must_be_content(&self) {
        eventually("end of the session", || {
            self.process.events("disconnect").pop()
        });
        for event in ["error", "unanswered"] {
            assert!(self.process.events(event).is_empty(), "{:?}", self.process);
        }
    }
}

fn parts(output: &Output) -> Vec<Value> {
    let sent: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}: {output:?}"));
    sent["parts"].as_array().unwrap().clone()
}

#[test]
fn ucp_server_gets_what_send_sends() {
    let centre = Centre::in_mode(&["good"]);
    let capture = Capture::start(&scratch("ucp-send"), &[port(&centre.address)]);
    let all = messages(&["by the client"]);
    for message in &all {
        let field = |name: &str| message[name].as_str().unwrap();
        let to = digits(&message["to"]);
        let mut send = centre.client("send");
        send.args([
            "--wait-receipt",
            "10s",
            "--from",
            field("from"),
            "--to",
            &to,
        ]);
        let output = send.arg(field("text")).output().unwrap();
        assert!(output.status.success(), "{output:?}: {:?}", centre.process);

        let submits = eventually("submit event of each part", || {
            let mut submits = centre.process.events("submit");
            submits.retain(|submit| submit["to"] == to);
            (submits.len() == parts(&output).len()).then_some(submits)
        });
        let text: String = submits
            .iter()
            .map(|submit| submit["text"].as_str().unwrap())
            .collect();
        assert_eq!(text, field("text"), "{:?}", centre.process);
        for submit in &submits {
            assert_eq!(submit["from"], message["from"], "{submit}");
            assert_eq!(submit["nrq"], "1", "{submit}");
            assert_eq!(submit["udh"] != "", submits.len() > 1, "{submit}");
        }
        let ids = |parts: &[Value], name: &str| -> Vec<_> {
            parts.iter().map(|part| part[name].clone()).collect()
        };
        assert_eq!(
            ids(&parts(&output), "message_id"),
            ids(&submits, "id"),
            "{output:?}"
        );
    }
    let sessions = all.len();
    eventually("end of the sessions", || {
        (centre.process.events("disconnect").len() == sessions).then_some(())
    });
    centre.must_be_content();
    let logins = centre.process.events("login");
    assert_eq!(logins.len(), sessions);
    for login in &logins {
        assert_eq!(
            (&login["styp"], &login["vers"]),
            (&"1".into(), &"0100".into()),
            "{login}"
        );
    }
    let traffic = capture.stop().ucp(port(&centre.address));
    traffic.check_answered();
    assert_eq!(traffic.operations(Side::Client, 60).len(), sessions);
}

#[test]
fn ucp_server_gets_each_form_of_a_sender() {
    let centre = Centre::in_mode(&["good"]);
    // What is said, and the OAdC and OTOA of it.
    let senders = [
        ("2147", "2147", ""),
        ("+306912345678", "306912345678", "1139"),
        ("A", "A", "5039"),
        ("ABCdef@", "ABCdef@", "5039"),
        ("Bücher 1234", "Bücher 1234", "5039"),
    ];
    for (from, ..) in senders {
        let mut send = centre.client("send");
        let output = send
            .args(["--from", from, "--to", "+15550101", "Hi"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}: {:?}", centre.process);
    }
    let submits = eventually("submit event of each", || {
        let submits = centre.process.events("submit");
        (submits.len() >= senders.len()).then_some(submits)
    });
    assert_eq!(submits.len(), senders.len(), "{:?}", centre.process);
    for (submit, (_, oadc, otoa)) in submits.iter().zip(senders) {
        assert_eq!(
            (&submit["from"], &submit["otoa"]),
            (&oadc.into(), &otoa.into()),
            "{submit}"
        );
        // A plus sign is not allowed: the number is there after what stands for it.
        assert!(
            submit["to"].as_str().unwrap().ends_with("15550101"),
            "{submit}"
        );
    }
    centre.must_be_content();
}

#[test]
fn ucp_server_gets_a_flash_message() {
    let centre = Centre::in_mode(&["good"]);
    let (is_good, _) = centre.send(&["--flash"]);
    assert!(is_good, "{:?}", centre.process);
    let submit = centre.only("submit");
    let has_class_0 = submit["mcls"] == "0" || [0x10, 0xF0].iter().any(|dcs| submit["dcs"] == *dcs);
    assert!(has_class_0, "{submit}");
    assert_eq!(submit["text"], "Hello");
}

#[test]
fn ucp_server_wants_no_login() {
    let centre = Centre::start(("", ""), &["good"]);
    let mut send = centre.anonymous_client("send");
    let output = send
        .args(["--from", "2147", "--to", "15550101", "Hi"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}: {:?}", centre.process);
    assert_eq!(centre.only("submit")["text"], "Hi");
    assert!(centre.process.events("login").is_empty());
    centre.must_be_content();
}

#[test]
fn ucp_server_does_not_know_the_password() {
    let centre = Centre::start((UCP_ACCOUNT.0, "another"), &["good"]);
    let mut send = centre.client("send");
    let output = send
        .args(["--from", "2147", "--to", "15550101", "Hi"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(centre.only("login")["ok"], false);
    assert!(centre.process.events("submit").is_empty());
    centre.must_be_content();
}

#[test]
fn ucp_server_refuses() {
    let centre = Centre::in_mode(&["nack"]);
    let (is_good, part) = centre.send(&[]);
    assert!(!is_good, "{part}");
    assert_eq!(part["message_id"], Value::Null, "{part}");
    // It is an answer.
    assert_eq!(part["error"], Value::Null, "{part}");
    assert_eq!(part["ec"], "24", "{part}");
    centre.must_be_content();
}

#[test]
fn ucp_server_says_that_it_could_not_deliver() {
    let centre = Centre::in_mode(&["undelivered"]);
    let (is_good, part) = centre.send(&[]);
    assert!(!is_good, "{part}");
    assert_eq!(part["message_id"], centre.only("submit")["id"], "{part}");
    assert_ne!(part["receipt"], Value::Null, "{part}");
    centre.must_be_content();
    // The first was not the end.
    assert_eq!(
        centre.process.events("result").len(),
        2,
        "{:?}",
        centre.process
    );
}

/// Its answer is found, and the receipt after it.
fn is_understood(mode: &str) -> Centre {
    let centre = Centre::in_mode(&[mode]);
    let (is_good, part) = centre.send(&[]);
    assert!(is_good, "{part}: {:?}", centre.process);
    assert_eq!(part["message_id"], centre.only("submit")["id"], "{part}");
    centre.must_be_content();
    centre
}

#[test]
fn ucp_server_answers_another_operation_first() {
    is_understood("wrong-ot");
}

#[test]
fn ucp_server_answers_another_trn_first() {
    is_understood("wrong-trn");
}

#[test]
fn ucp_server_spoils_a_checksum_first() {
    is_understood("bad-checksum");
}

#[test]
fn ucp_server_spoils_a_length_first() {
    is_understood("bad-length");
}

#[test]
fn ucp_server_makes_noise_first() {
    is_understood("junk");
}

#[test]
fn ucp_server_answers_twice() {
    is_understood("duplicate");
}

#[test]
fn ucp_server_writes_all_at_once() {
    let centre = is_understood("together");
    assert_eq!(
        centre.process.events("result").len(),
        3,
        "{:?}",
        centre.process
    );
}

#[test]
fn ucp_server_writes_octet_by_octet() {
    let centre = is_understood("bytewise");
    assert_eq!(
        centre.process.events("result").len(),
        3,
        "{:?}",
        centre.process
    );
}

#[test]
fn ucp_server_sends_all_that_there_is() {
    let centre = is_understood("delivers");
    centre.only("delivered");
    let results = centre.process.events("result");
    let of = |ot: u8| results.iter().filter(move |result| result["ot"] == ot);
    assert_eq!(
        [1, 31, 52, 53].map(|ot| of(ot).count()),
        [1, 1, 5, 2],
        "{results:?}"
    );
    assert!(of(31).all(|result| result["ack"] == "A"), "{results:?}");
    let unknown: Vec<_> = of(59).collect();
    assert_eq!(unknown.len(), 1, "{results:?}");
    assert_eq!(
        (&unknown[0]["ack"], &unknown[0]["ec"]),
        (&"N".into(), &EC_UNKNOWN_OPERATION.into()),
        "{results:?}"
    );
}

#[test]
fn ucp_server_takes_its_time() {
    let centre = Centre::in_mode(&["slow", "700"]);
    let (is_good, part) = centre.send(&["--timeout", "10s"]);
    assert!(is_good, "{part}: {:?}", centre.process);
    centre.must_be_content();
}

/// There is no answer, or none that counts: it is said, and soon.
fn is_given_up(mode: &[&str]) -> (Centre, Value) {
    let centre = Centre::in_mode(mode);
    let start = Instant::now();
    let mut send = centre.client("send");
    send.args([
        "--from",
        "2147",
        "--to",
        "15550101",
        "--timeout",
        TIMEOUT,
        "--receipt",
    ]);
    let output = send.arg("Hello").output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{output:?}: {:?}",
        centre.process
    );
    assert!(start.elapsed() < SOON, "{:?}", start.elapsed());
    let part = match output.stdout.is_empty() {
        true => Value::Null,
        false => parts(&output).first().cloned().unwrap_or_default(),
    };
    (centre, part)
}

#[test]
fn ucp_server_loses_a_result() {
    let (centre, part) = is_given_up(&["lost"]);
    assert_eq!(part["message_id"], Value::Null, "{part}");
    assert_ne!(part["error"], Value::Null, "{part}");
    // It was sent once.
    centre.only("submit");
}

#[test]
fn ucp_server_is_too_late() {
    let (centre, part) = is_given_up(&["slow", "2500"]);
    assert_eq!(part["message_id"], Value::Null, "{part}");
    assert_ne!(part["error"], Value::Null, "{part}");
    centre.only("submit");
}

#[test]
fn ucp_server_hangs_up() {
    let (centre, part) = is_given_up(&["drop"]);
    assert_eq!(part["message_id"], Value::Null, "{part}");
    assert_ne!(part["error"], Value::Null, "{part}");
    centre.only("submit");
}

#[test]
fn ucp_server_does_not_answer_a_login() {
    let (centre, _) = is_given_up(&["mute"]);
    centre.only("login");
    assert!(centre.process.events("submit").is_empty());
}

#[test]
fn ucp_server_stands_the_load() {
    const WINDOW: usize = 20;
    let centre = Centre::in_mode(&["slow", "200"]);
    let capture = Capture::start(&scratch("ucp-load"), &[port(&centre.address)]);
    let report = load(&centre, 200, WINDOW, 0);
    assert_eq!(
        (&report["sent"], &report["answered"]),
        (&200.into(), &200.into()),
        "{report}"
    );
    centre.must_be_content();
    let submits = centre.process.events("submit");
    assert_eq!(submits.len(), 200);
    let pending = submits
        .iter()
        .map(|submit| submit["pending"].as_u64().unwrap());
    assert_eq!(pending.max(), u64::try_from(WINDOW).ok());
    let traffic = capture.stop().ucp(port(&centre.address));
    traffic.check_answered();
    assert_eq!(traffic.most_outstanding(Side::Client), WINDOW);
}

#[test]
fn ucp_server_refuses_some_of_the_load() {
    let centre = Centre::in_mode(&["nack", "10"]);
    let report = load(&centre, 300, 10, 1);
    assert_eq!(
        (&report["sent"], &report["answered"]),
        (&300.into(), &300.into()),
        "{report}"
    );
    let mut counts: Vec<_> = report["statuses"]
        .as_object()
        .unwrap()
        .values()
        .filter_map(Value::as_u64)
        .collect();
    counts.sort_unstable();
    assert_eq!(counts, [30, 270], "{report}");
    centre.must_be_content();
}

/// What `smsgw load` has to say at the end.
fn load(centre: &Centre, messages: usize, window: usize, status: i32) -> Value {
    let mut load = centre.client("load");
    load.args([
        "--messages",
        &messages.to_string(),
        "--window",
        &window.to_string(),
    ]);
    let output = load.output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(status),
        "{output:?}: {:?}",
        centre.process
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
