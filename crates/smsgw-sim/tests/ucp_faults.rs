//! Each fault of the simulated message centre, as a client of UCP sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::{Duration, Instant};

use smsgw_sim::event::What;
use smsgw_sim::faults::{Fault, Kind};
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc};
use smsgw_ucp::op::{Op as _, SubmitShortMessage};
use smsgw_ucp::types::{Flag, HexBuf};
use smsgw_ucp::{ErrorCode, OperationType, Trn};
use support::ucp::*;
use support::wait_for;

/// A message nobody is told of.
fn quiet(text: &HexBuf) -> SubmitShortMessage<'_> {
    SubmitShortMessage {
        nrq: Flag::ABSENT,
        ..submit(text)
    }
}

/// A message centre with a fault, given as on the command line, and a client of it.
async fn with(fault: &str) -> (Smsc, Client) {
    let smsc = Smsc::start(config()).await.unwrap();
    let client = Client::login(&smsc).await;
    smsc.set_fault(fault.parse().unwrap());
    (smsc, client)
}

/// Submits so many: the error codes.
async fn codes(client: &mut Client, count: usize) -> Vec<Option<u8>> {
    let text = hex("hi");
    let mut codes = Vec::new();
    for _ in 0..count {
        let frame = client.ask(&quiet(&text)).await;
        codes.push(frame.answer().unwrap().error_code().map(|code| code.0));
    }
    codes
}

#[tokio::test]
async fn what_is_refused_is_not_accepted() {
    for (fault, code) in [
        ("throttle=2", 4),
        ("queue-full=2", 55),
        ("nack=2", 3),
        ("nack=2,ec=24", 24),
    ] {
        let (smsc, mut client) = with(fault).await;
        let seen = codes(&mut client, 4).await;
        assert_eq!(seen, [None, Some(code), None, Some(code)], "{fault}");
        assert_eq!(smsc.submitted().len(), 2);
        let throttled = u64::from(code == 4) * 2;
        assert_eq!(smsc.status().counts.throttled, throttled);
    }
}

#[tokio::test]
async fn a_full_outbox_refuses_submits() {
    let config = Config {
        max_waiting: 1,
        ..config()
    }
    .with_receipts(ReceiptPlan {
        delay: Duration::from_secs(3_600),
        ..ReceiptPlan::default()
    });
    let smsc = Smsc::start(config).await.unwrap();
    let mut client = Client::login(&smsc).await;
    let text = hex("hi");
    client.done(&submit(&text)).await;
    assert_eq!(client.refused(&submit(&text)).await, 55);
}

#[tokio::test]
async fn what_is_not_answered_is_accepted_or_not_by_the_fault() {
    for (fault, count) in [("no-answer,times=1", 1), ("no-answer-drop,times=1", 0)] {
        let (smsc, mut client) = with(fault).await;
        let text = hex("hi");
        client.send(&quiet(&text)).await;
        client.done(&quiet(&text)).await;
        assert_eq!(smsc.submitted().len(), 1 + count, "{fault}");
    }
}

#[tokio::test]
async fn a_cut_answer_is_half_a_frame_and_its_message_accepted() {
    let (smsc, mut client) = with("cut=2").await;
    let text = hex("hi");
    client.done(&quiet(&text)).await;
    client.send(&quiet(&text)).await;
    client.send(&quiet(&text)).await;
    assert_eq!(client.read().await.map(drop), None);
    let rest = client.rest();
    let whole = b"\x0202/00046/R/51/A//0612345678:010126000000/00\x03".len();
    assert_eq!((rest[0], rest.len()), (2, whole / 2));
    assert_eq!(smsc.submitted().len(), 2);
}

#[tokio::test]
async fn a_slow_answer_takes_its_time() {
    let (smsc, mut client) = with("slow=2,delay=300ms").await;
    let held = Duration::from_millis(300);
    for is_slow in [false, true, false] {
        let start = Instant::now();
        assert_eq!(codes(&mut client, 1).await, [None]);
        assert_eq!(start.elapsed() >= held, is_slow);
    }
    assert_eq!(smsc.submitted().len(), 3);
}

#[tokio::test]
async fn a_late_answer_comes_after_more_than_a_minute() {
    let (smsc, mut client) = with("late,times=1").await;
    let text = hex("hi");
    let mut events = smsc.events();
    let late = client.send(&quiet(&text)).await;
    wait_for(&mut events, |what| {
        matches!(what, What::Fault { .. }).then_some(())
    })
    .await;
    let clock = Clock::stopped();
    clock.advance(Duration::from_secs(64)).await;
    // Which overtakes it.
    client.done(&quiet(&text)).await;
    clock.advance(Duration::from_secs(2)).await;
    let frame = client.result().await;
    assert_eq!(frame.trn(), late);
    assert!(frame.answer().unwrap().is_positive());
}

#[tokio::test]
async fn answers_overtake_each_other() {
    let (smsc, mut client) = with("out-of-order,delay=10s").await;
    let text = hex("hi");
    let mut sent = Vec::new();
    for _ in 0..6 {
        sent.push(client.send(&quiet(&text)).await);
    }
    let mut answered = Vec::new();
    for _ in 0..6 {
        let frame = client.result().await;
        assert!(frame.answer().unwrap().is_positive());
        answered.push(frame.trn());
    }
    let order = [1, 0, 3, 2, 5, 4].map(|index: usize| sent[index]);
    assert_eq!(answered, order);
    assert_eq!(smsc.submitted().len(), 6);
    // One that nothing overtakes is answered all the same.
    smsc.set_fault("out-of-order delay=50ms".parse().unwrap());
    assert_eq!(codes(&mut client, 1).await, [None]);
}

#[tokio::test]
async fn an_answer_can_be_of_no_operation() {
    let (smsc, mut client) = with("wrong-sequence,times=1").await;
    let text = hex("hi");
    let trn = client.send(&quiet(&text)).await;
    let frame = client.result().await;
    let other = Trn::new((trn.get() + 50) % 100).unwrap();
    assert_eq!((frame.trn(), frame.ot()), (other, SubmitShortMessage::OT));
    assert_eq!(smsc.submitted().len(), 1);

    smsc.set_fault("wrong-command,times=1".parse().unwrap());
    let trn = client.send(&quiet(&text)).await;
    let frame = client.result().await;
    assert_eq!(
        (frame.trn(), frame.ot()),
        (trn, OperationType::DELIVER_SHORT_MESSAGE)
    );
    assert_eq!(codes(&mut client, 1).await, [None]);
    assert_eq!(smsc.submitted().len(), 3);
}

#[tokio::test]
async fn an_answer_can_come_twice() {
    let (smsc, mut client) = with("duplicate,times=1").await;
    let text = hex("hi");
    client.send(&quiet(&text)).await;
    let first = client.result().await;
    assert_eq!(client.result().await, first);
    assert_eq!(codes(&mut client, 1).await, [None]);
    assert_eq!(smsc.submitted().len(), 2);
}

#[tokio::test]
async fn a_simulator_that_stops_reading_goes_on_later() {
    let (smsc, mut client) = with("stop-reading=2,times=1,delay=400ms").await;
    let held = Duration::from_millis(400);
    let start = Instant::now();
    // The one that it hits is answered; the next waits.
    assert_eq!(codes(&mut client, 2).await, [None; 2]);
    assert!(start.elapsed() < held);
    assert_eq!(codes(&mut client, 1).await, [None]);
    assert!(start.elapsed() >= held);
    assert_eq!(smsc.submitted().len(), 3);
}

#[tokio::test]
async fn logins_are_refused() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut events = smsc.events();
    smsc.set_fault("refuse-bind=2,times=1,ec=90".parse().unwrap());
    let mut seen = Vec::new();
    for _ in 0..4 {
        let mut client = Client::connect(&smsc).await;
        seen.push(client.log_in("2147", "secret").await);
    }
    assert_eq!(seen, [None, Some(ErrorCode(90)), None, None]);
    smsc.set_fault(Fault::every(Kind::RefuseBind, 1).with_times(1));
    let mut client = Client::connect(&smsc).await;
    let refused = client.log_in("2147", "secret").await;
    assert_eq!(refused, Some(ErrorCode::AUTHENTICATION_FAILURE));
    // It may try again.
    assert_eq!(client.log_in("2147", "secret").await, None);
    let fault = wait_for(&mut events, |what| match what {
        What::Fault { name, .. } => Some(*name),
        _ => None,
    });
    assert_eq!(fault.await, "refuse-bind");
}

#[tokio::test]
async fn every_fault_is_told_with_the_id_of_what_was_accepted() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    let text = hex("hi");
    for kind in Kind::ALL {
        let mut client = Client::login(&smsc).await;
        let short = Duration::from_millis(10);
        let fault = Fault::every(kind, 1).with_times(1).with_delay(short, short);
        smsc.set_fault(fault);
        if kind == Kind::RefuseBind {
            let mut client = Client::connect(&smsc).await;
            assert!(client.log_in("2147", "secret").await.is_some());
        }
        let before = smsc.submitted().len();
        client.send(&quiet(&text)).await;
        let told = wait_for(&mut seen, |what| match what {
            What::Fault { name, id, .. } => Some((*name, id.clone())),
            _ => None,
        });
        let (name, id) = told.await;
        assert_eq!(name, kind.name());
        let accepted = smsc.submitted().get(before).map(|it| it.id.clone());
        // A refused login has nothing to do with the submit after it.
        let accepted = accepted.filter(|_| kind != Kind::RefuseBind);
        assert_eq!(id, accepted, "{kind:?}");
        let faults = serde_json::to_value(&smsc.status().faults).unwrap();
        assert_eq!(faults, serde_json::json!({}));
    }
}
