//! What our client has to get along with at every message centre not written by us, and what it makes of its faults.
//!
//! Each is a script beside this file, run as `SCRIPT SYSTEM_ID PASSWORD PORT [MODE N [M]]`. It takes messages, sends their
//! receipts a little later (with the `user_message_reference` of the submit), and prints an event a line:
//!
//! * `{"event": "ready"}`, then `{"event": "bind", "status"}` for each bind,
//! * `{"event": "submit", "id", "from", "to", "data_coding", "registered_delivery", "concatenation", "text",
//!   "status"}`, the text as it decoded it; the status is `null` when there will be no answer,
//! * `{"event": "receipt", "id", "status"}`: the answer to its `deliver_sm`,
//! * `{"event": "alive", "status"}`: the answer to its `enquire_link`, sent after a bind,
//! * `{"event": "asked"}` and `{"event": "unbind"}`: our `enquire_link` and `unbind`,
//! * `{"event": "error", "message"}`.
//!
//! | mode | what it does |
//! |---|---|
//! | `throttle` | refuses every Nth submit with `ESME_RTHROTTLED` |
//! | `slow` | answers after N milliseconds |
//! | `reorder` | answers in groups of N, the last one first |
//! | `drop` | takes N submits, ignores M, and hangs up; goes well from the next bind on |
//! | `cut` | takes them all, answers N, leaves M without an answer, and hangs up; sends what it owes after the next bind |

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::{Value, json};

use crate::capture::command::{BIND_TRANSCEIVER, DELIVER_SM, ENQUIRE_LINK, SUBMIT_SM, UNBIND};
use crate::capture::{Capture, Pdus};
use crate::harness::{
    LINK, digits, eventually, free_port, messages, port, rest_client, scratch, serve, texts,
};
use crate::process::Process;

const ESME_RTHROTTLED: u32 = 0x0000_0058;
/// The link's window, and how many submits a message centre that hangs up leaves unanswered: all that are in flight.
const WINDOW: usize = 5;

/// Texts of every kind, and a link that is asked and asks whether it is alive, and ends in good order.
pub(crate) fn goes_well(name: &str, server: Command) {
    let directory = scratch(name);
    let link = format!("127.0.0.1:{}", free_port());
    let capture = Capture::start(&directory, &[port(&link)]);
    let smsc = started(server, &link, &[]);
    let mut gateway = serve(&directory, "127.0.0.1:0", &link, r#"enquire_link = "1s""#);
    let messages = messages(&["by the gateway"]);
    let client = rest_client(&gateway.ready("http"), &messages);
    assert!(
        client
            .events("final")
            .iter()
            .all(|message| message["status"] == "delivered"),
        "{client:?}"
    );
    eventually("enquire_link", || {
        (!smsc.events("asked").is_empty()).then_some(())
    });
    gateway.terminate();
    eventually("unbind", || {
        (!smsc.events("unbind").is_empty()).then_some(())
    });

    assert_eq!(smsc.events("bind"), [json!({"event": "bind", "status": 0})]);
    assert_eq!(
        smsc.events("alive"),
        [json!({"event": "alive", "status": 0})]
    );
    assert!(smsc.events("error").is_empty(), "{smsc:?}");
    let submits = smsc.events("submit");
    let mut parts = BTreeMap::<String, BTreeMap<u64, &str>>::new();
    for submit in &submits {
        assert_eq!(submit["from"], "smsgw", "{submit}");
        assert_eq!(submit["registered_delivery"], 1, "{submit}");
        let to = digits(&submit["to"]);
        let message = messages
            .iter()
            .find(|message| digits(&message["to"]) == to)
            .unwrap();
        assert_eq!(submit["data_coding"], message["data_coding"], "{submit}");
        let part = submit["concatenation"]["part"].as_u64().unwrap_or(1);
        let twice = parts
            .entry(to)
            .or_default()
            .insert(part, submit["text"].as_str().unwrap());
        assert_eq!(twice, None, "part sent twice: {submit}");
    }
    let arrived = parts
        .into_iter()
        .map(|(to, parts)| (to, parts.into_values().collect()))
        .collect();
    assert_eq!(texts(&messages), arrived, "{smsc:?}");
    let acknowledged = smsc.events("receipt");
    assert_eq!(acknowledged.len(), submits.len(), "{smsc:?}");
    assert!(
        acknowledged.iter().all(|receipt| receipt["status"] == 0),
        "{smsc:?}"
    );

    let pdus = capture.stop().pdus(port(&link));
    pdus.check_answered();
    assert_eq!(pdus.by_client(BIND_TRANSCEIVER), 1, "{pdus:?}");
    assert_eq!(pdus.by_client(SUBMIT_SM), submits.len(), "{pdus:?}");
    assert_eq!(pdus.by_server(DELIVER_SM), submits.len(), "{pdus:?}");
    assert!(pdus.by_client(ENQUIRE_LINK) > 0, "{pdus:?}");
    assert_eq!(pdus.by_server(ENQUIRE_LINK), 1, "{pdus:?}");
    assert_eq!(pdus.by_client(UNBIND), 1, "{pdus:?}");
}

/// What the carrier is too busy for is sent again until it is taken, and nothing else is.
pub(crate) fn throttles(name: &str, server: Command) {
    let run = Run::new(name, server, 30, &["throttle", "3"], "");
    run.all_are_delivered();
    let mut submits = run.smsc.events("submit");
    submits.retain(|submit| submit["status"] == ESME_RTHROTTLED);
    assert!(submits.len() >= 10, "{:?}", run.smsc);
    assert_eq!(run.submits(&json!(0)), run.everybody(), "{:?}", run.smsc);
    run.pdus.check_answered();
}

/// Answers that come late, but in time.
pub(crate) fn is_slow(name: &str, server: Command) {
    let run = Run::new(name, server, 30, &["slow", "400"], "");
    run.all_are_delivered();
    run.all_are_seen_once();
    run.pdus.check_answered();
}

/// Answers that come after their time still say what became of the message.
pub(crate) fn is_too_slow(name: &str, server: Command) {
    let run = Run::new(
        name,
        server,
        10,
        &["slow", "1500"],
        r#"response_timeout = "500ms""#,
    );
    run.all_are_delivered();
    run.all_are_seen_once();
    run.pdus.check_answered();
}

/// An answer belongs to its request, whenever it comes.
pub(crate) fn reorders(name: &str, server: Command) {
    let run = Run::new(name, server, 30, &["reorder", "4"], "");
    run.all_are_delivered();
    run.all_are_seen_once();
    run.pdus.check_answered();
}

/// What had no answer when the carrier hung up is reported, and not sent again.
pub(crate) fn hangs_up_and_it_is_reported(name: &str, server: Command) {
    let run = Run::new(
        name,
        server,
        30,
        &["drop", "12", "5"],
        r#"on_unknown = "report""#,
    );
    run.all_are_seen_once();
    let unanswered = run.submits(&Value::Null);
    assert_eq!(unanswered.len(), WINDOW, "{:?}", run.smsc);
    for (to, message) in &run.finals {
        let wanted = if unanswered.contains(to) {
            "unknown"
        } else {
            "delivered"
        };
        assert_eq!(message["status"], wanted, "{message}: {:?}", run.smsc);
    }
    assert_eq!(run.smsc.events("bind").len(), 2, "{:?}", run.smsc);
}

/// What had no answer when the carrier hung up is sent again, marked, and nothing else is.
pub(crate) fn hangs_up_and_it_is_sent_again(name: &str, server: Command) {
    let run = Run::new(
        name,
        server,
        30,
        &["drop", "12", "5"],
        r#"on_unknown = "resend""#,
    );
    run.all_are_delivered();
    let unanswered = run.submits(&Value::Null);
    assert_eq!(unanswered.len(), WINDOW, "{:?}", run.smsc);
    assert_eq!(run.submits(&json!(0)), run.everybody(), "{:?}", run.smsc);
    for (to, message) in &run.finals {
        let is_marked = &message["parts"][0]["possible_duplicate"];
        assert_eq!(is_marked, unanswered.contains(to), "{message}");
    }
}

/// What had no answer when the carrier hung up waits for its receipt, and is not sent again.
pub(crate) fn hangs_up_and_the_receipts_tell(name: &str, server: Command) {
    let run = Run::new(
        name,
        server,
        30,
        &["cut", "12", "5"],
        r#"on_unknown = "wait""#,
    );
    run.all_are_seen_once();
    assert_eq!(run.submits(&Value::Null).len(), WINDOW, "{:?}", run.smsc);
    assert!(
        run.finals
            .values()
            .all(|message| message["status"] == "delivered"),
        "{:?}: {:?}",
        run.finals,
        run.smsc
    );
}

/// A gateway that sent numbered messages to a message centre with a fault.
struct Run {
    smsc: Process,
    /// What the API says at the end, by recipient.
    finals: BTreeMap<String, Value>,
    pdus: Pdus,
}

impl Run {
    /// Waits until every message is final. `more` are lines of the link.
    fn new(name: &str, server: Command, count: usize, mode: &[&str], more: &str) -> Self {
        let directory = scratch(name);
        let link = format!("127.0.0.1:{}", free_port());
        let capture = Capture::start(&directory, &[port(&link)]);
        let smsc = started(server, &link, mode);
        let more = format!("window = {WINDOW}\n{more}");
        let mut gateway = serve(&directory, "127.0.0.1:0", &link, &more);
        let messages: Vec<_> = (0..count)
            .map(|number| {
                let to = format!("+1555{:07}", 200 + number);
                json!({"name": to, "from": "smsgw", "to": to, "text": format!("Message {number}")})
            })
            .collect();
        let client = rest_client(&gateway.ready("http"), &messages);
        let finals: BTreeMap<_, _> = client
            .events("final")
            .into_iter()
            .map(|message| (digits(&message["name"]), message))
            .collect();
        assert_eq!(finals.len(), count, "{client:?}");
        // Every receipt is in by now: the link can end in good order.
        gateway.terminate();
        assert!(smsc.events("error").is_empty(), "{smsc:?}");
        Self {
            pdus: capture.stop().pdus(port(&link)),
            smsc,
            finals,
        }
    }

    /// Who the submits with this status were for; insists that nobody is among them twice.
    fn submits(&self, status: &Value) -> BTreeSet<String> {
        let mut recipients = BTreeSet::new();
        for submit in self.smsc.events("submit") {
            if submit["status"] == *status {
                let is_new = recipients.insert(digits(&submit["to"]));
                assert!(is_new, "twice: {submit}: {:?}", self.smsc);
            }
        }
        recipients
    }

    fn everybody(&self) -> BTreeSet<String> {
        self.finals.keys().cloned().collect()
    }

    /// Each has its receipt, and the id that the carrier gave to it and to no other.
    fn all_are_delivered(&self) {
        let ids: BTreeMap<_, _> = self
            .smsc
            .events("submit")
            .into_iter()
            .filter(|submit| submit["status"] == 0)
            .map(|submit| (digits(&submit["to"]), submit["id"].clone()))
            .collect();
        for (to, message) in &self.finals {
            assert_eq!(message["status"], "delivered", "{message}: {:?}", self.smsc);
            let id = &message["parts"][0]["carrier_id"];
            assert_eq!(Some(id), ids.get(to), "{message}: {:?}", self.smsc);
        }
    }

    /// One submit each, answered or not.
    fn all_are_seen_once(&self) {
        let submits = self.smsc.events("submit");
        assert_eq!(submits.len(), self.finals.len(), "{:?}", self.smsc);
        let recipients: BTreeSet<_> = submits.iter().map(|submit| digits(&submit["to"])).collect();
        assert_eq!(recipients, self.everybody(), "{:?}", self.smsc);
    }
}

/// The message centre at `address`, once it listens.
pub(crate) fn started(mut server: Command, address: &str, mode: &[&str]) -> Process {
    server
        .args([LINK.0, LINK.1, &port(address).to_string()])
        .args(mode);
    let mut smsc = Process::start(&mut server, "");
    smsc.wait_for("ready event", |line| {
        line.contains(r#""ready""#).then_some(())
    });
    smsc
}
