//! What carriers do to submits: no message is lost, and none is sent twice without saying so.

use std::collections::HashMap;

use serde_json::Value;
use smsgw_sim::faults::{Fault, Faults, Kind};
use smsgw_sim::smsc::{ReceiptPlan, Smsc};

use crate::support::{Running, Setup, carrier, ms};

/// More than one window, and every fault hits several times.
const MESSAGES: usize = 60;

/// What became of a message, and how often the carrier has it.
#[derive(Debug)]
struct Fate {
    message: Value,
    copies: usize,
}

impl Fate {
    fn state(&self) -> &str {
        self.message["status"].as_str().unwrap()
    }

    fn is_possible_duplicate(&self) -> bool {
        self.message["parts"][0]["possible_duplicate"] == true
    }
}

/// Sends all through a carrier with these faults, and sees what must always hold.
async fn fates(faults: &[Fault], on_unknown: &str) -> Vec<Fate> {
    let faults: Faults = faults.iter().copied().collect();
    let smsc = Smsc::start(carrier().with_faults(faults)).await.unwrap();
    let setup = Setup::new(smsc.local_addr())
        .link(&format!("on_unknown = {on_unknown:?}"))
        .link(r#"response_timeout = "300ms""#)
        // Long enough to get everything through, though the link binds several times.
        .limit(r#"default_validity = "10s""#)
        .limit(r#"receipt_grace = "1s""#);
    let gateway = setup.start().await;
    let fates = send_all(&gateway, &smsc).await;
    gateway.shutdown().await;

    for fate in &fates {
        match fate.state() {
            "delivered" => assert!(fate.copies > 0, "never got there: {fate:?}"),
            "unknown" => {}
            _ => panic!("lost: {fate:?}"),
        }
        assert!(
            fate.copies <= 1 || fate.is_possible_duplicate(),
            "sent twice and nobody told: {fate:?}"
        );
    }
    fates
}

/// The same under each policy: wait, report, resend.
async fn by_policy(faults: &[Fault]) -> [(&'static str, Vec<Fate>); 3] {
    let (wait, report, resend) = tokio::join!(
        fates(faults, "wait"),
        fates(faults, "report"),
        fates(faults, "resend")
    );
    [("wait", wait), ("report", report), ("resend", resend)]
}

async fn send_all(gateway: &Running, smsc: &Smsc) -> Vec<Fate> {
    let mut ids = Vec::new();
    for n in 0..MESSAGES {
        ids.push(gateway.send_text(&format!("message {n}")).await);
    }
    let mut messages = Vec::new();
    for id in &ids {
        messages.push(gateway.outcome(id).await);
    }
    let mut copies: HashMap<String, usize> = HashMap::new();
    for message in smsc.submitted() {
        *copies.entry(message.text.unwrap()).or_default() += 1;
    }
    messages
        .into_iter()
        .map(|message| Fate {
            copies: copies
                .get(message["text"].as_str().unwrap())
                .copied()
                .unwrap_or_default(),
            message,
        })
        .collect()
}

fn count(fates: &[Fate], is_so: impl Fn(&Fate) -> bool) -> usize {
    fates.iter().filter(|fate| is_so(fate)).count()
}

fn is_delivered(fate: &Fate) -> bool {
    fate.state() == "delivered"
}

#[tokio::test]
async fn throttling_only_delays() {
    for (policy, fates) in by_policy(&[Fault::every(Kind::Throttle, 7)]).await {
        let once =
            |fate: &Fate| is_delivered(fate) && fate.copies == 1 && !fate.is_possible_duplicate();
        assert_eq!(count(&fates, once), MESSAGES, "{policy}: {fates:?}");
    }
}

#[tokio::test]
async fn without_an_answer_the_receipt_tells() {
    // The carrier has it: its receipt says so, whatever the policy, when it comes in time.
    for (policy, fates) in by_policy(&[Fault::every(Kind::NoAnswer, 10)]).await {
        let once = |fate: &Fate| is_delivered(fate) && fate.copies == 1;
        assert_eq!(count(&fates, once), MESSAGES, "{policy}: {fates:?}");
    }
}

#[tokio::test]
async fn without_an_answer_and_a_receipt_the_policy_decides() {
    let drops = [Fault::every(Kind::NoAnswerDrop, 20)];
    for (policy, fates) in by_policy(&drops).await {
        let delivered = count(&fates, is_delivered);
        let marked = count(&fates, Fate::is_possible_duplicate);
        let unknown = |fate: &Fate| fate.state() == "unknown" && fate.copies == 0;
        let unknown = count(&fates, unknown);
        let dropped = MESSAGES / 20;
        if policy == "resend" {
            assert_eq!((delivered, unknown), (MESSAGES, 0));
            // The same one may have been hit twice.
            assert!((1..=dropped).contains(&marked), "{marked}");
        } else {
            let wanted = (MESSAGES - dropped, dropped, 0);
            assert_eq!((delivered, unknown, marked), wanted, "{policy}");
        }
        assert!(fates.iter().all(|fate| fate.copies <= 1), "{policy}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_an_answer_is_made_again() {
    for (policy, fates) in by_policy(&[Fault::every(Kind::Cut, 25)]).await {
        // The window of 10 was in flight, and the carrier had read some of it.
        match policy {
            "report" => {
                let unknown = count(&fates, |fate| fate.state() == "unknown");
                assert!((2..=20).contains(&unknown), "{unknown}: {fates:?}");
                assert_eq!(count(&fates, Fate::is_possible_duplicate), 0);
            }
            "wait" => {
                // Those the carrier had are delivered; the others may have been, too.
                let unknown = |fate: &Fate| fate.state() == "unknown";
                assert_eq!(
                    count(&fates, unknown),
                    count(&fates, |fate| fate.copies == 0)
                );
                assert_eq!(count(&fates, Fate::is_possible_duplicate), 0);
            }
            _ => {
                assert_eq!(count(&fates, is_delivered), MESSAGES);
                assert!(count(&fates, Fate::is_possible_duplicate) >= 2);
            }
        }
    }
}

#[tokio::test]
async fn all_faults_at_once_are_survived() {
    let faults = [
        Fault::every(Kind::Throttle, 9),
        Fault::every(Kind::NoAnswer, 13),
        Fault::every(Kind::NoAnswerDrop, 17),
        Fault::every(Kind::Cut, 31),
    ];
    for (policy, fates) in by_policy(&faults).await {
        match policy {
            "resend" => assert_eq!(count(&fates, is_delivered), MESSAGES),
            _ => assert_eq!(count(&fates, Fate::is_possible_duplicate), 0),
        }
    }
}

#[tokio::test]
async fn a_receipt_before_its_answer_finds_its_message() {
    // Receipts leave at once, so many overtake the answer of the submit.
    let plan = ReceiptPlan {
        delay: ms(0),
        ..ReceiptPlan::default()
    };
    let smsc = Smsc::start(carrier().with_receipts(plan)).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let fates = send_all(&gateway, &smsc).await;
    assert_eq!(count(&fates, is_delivered), MESSAGES);
    gateway.shutdown().await;
}
