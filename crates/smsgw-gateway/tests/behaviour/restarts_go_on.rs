//! After its end, good or bad, the gateway goes on where it stopped.

use std::collections::HashMap;

use serde_json::Value;
use smsgw::smpp::session::BindMode;
use smsgw::smpp::types::MessageState;
use smsgw_sim::faults::{Fault, Kind};
use smsgw_sim::smsc::{self, ReceiptPlan, Smsc};
use tokio::runtime::{Builder, Runtime};

use crate::support::{Running, Setup, accepted, carrier, eventually, ms, receipt, submit};

/// A gateway that can be killed: each of its tasks ends where it stands.
struct Mortal {
    runtime: Runtime,
    gateway: Running,
}

impl Mortal {
    async fn start(setup: &Setup) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let starting = setup.start_when_free();
        let gateway = runtime.spawn(starting).await.unwrap();
        Self { runtime, gateway }
    }

    fn kill(self) {
        self.runtime.shutdown_background();
        drop(self.gateway);
    }
}

/// Receipts that come after a restart.
fn slow_receipts() -> smsc::Config {
    carrier().with_receipts(ReceiptPlan {
        delay: ms(1_000),
        ..ReceiptPlan::default()
    })
}

/// How often the carrier has each text.
fn copies(smsc: &Smsc) -> HashMap<String, usize> {
    let mut copies = HashMap::new();
    for message in smsc.submitted() {
        *copies.entry(message.text.unwrap()).or_default() += 1;
    }
    copies
}

#[tokio::test]
async fn what_was_queued_leaves_after_the_restart() {
    let smsc = Smsc::start(carrier()).await.unwrap();
    smsc.cut();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(gateway.send_text(&format!("shutdown {n}")).await);
    }
    gateway.shutdown().await;

    let mortal = Mortal::start(&setup).await;
    for n in 0..5 {
        ids.push(mortal.gateway.send_text(&format!("kill {n}")).await);
    }
    assert_eq!(mortal.gateway.message(&ids[0]).await["status"], "queued");
    mortal.kill();

    let gateway = setup.start_when_free().await;
    for n in 0..5 {
        ids.push(gateway.send_text(&format!("drop {n}")).await);
    }
    drop(gateway);

    smsc.plug();
    let gateway = setup.start_when_free().await;
    for id in &ids {
        let message = gateway.reaches(id, "delivered").await;
        assert_eq!(message["parts"][0]["possible_duplicate"], false);
    }
    assert!(copies(&smsc).values().all(|copies| *copies == 1));
    // As far as order goes, the first were the first.
    let first = &smsc.submitted()[0];
    assert_eq!(first.text.as_deref(), Some("shutdown 0"));
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_receipt_after_the_restart_finds_its_message_and_its_esme() {
    let smsc = Smsc::start(slow_receipts()).await.unwrap();
    let setup = Setup::new(smsc.local_addr());
    let gateway = setup.start().await;
    let by_rest = gateway.send_text("by rest").await;
    let (esme, _events) = gateway.bind(BindMode::Transceiver).await;
    let by_esme = accepted(&esme, &submit(b"by an ESME")).await;
    gateway.reaches(&by_rest, "sent").await;
    eventually(async || {
        let message = gateway
            .get("esme", &format!("/v1/messages/{by_esme}"))
            .await;
        (message["status"] == "sent").then_some(())
    })
    .await;
    gateway.shutdown().await;

    let gateway = setup.start().await;
    let (esme, mut events) = gateway.bind(BindMode::Receiver).await;
    let (about, state, _) = receipt(&esme, &mut events).await;
    assert_eq!((about, state), (by_esme, MessageState::DELIVERED));
    gateway.reaches(&by_rest, "delivered").await;
    assert_eq!(smsc.submitted().len(), 2);
    gateway.shutdown().await;
}

#[tokio::test]
async fn what_was_in_flight_when_it_was_killed_is_as_the_policy_says() {
    for (policy, state, times) in [
        ("wait", "delivered", 1),
        ("report", "unknown", 1),
        ("resend", "delivered", 2),
    ] {
        let smsc = Smsc::start(slow_receipts()).await.unwrap();
        smsc.set_fault(Fault::every(Kind::NoAnswer, 1));
        let setup = Setup::new(smsc.local_addr()).link(&format!("on_unknown = {policy:?}"));
        let mortal = Mortal::start(&setup).await;
        let id = mortal.gateway.send_text("hello").await;
        eventually(async || (smsc.submitted().len() == 1).then_some(())).await;
        mortal.kill();
        smsc.clear_faults();

        let gateway = setup.start_when_free().await;
        let message = gateway.outcome(&id).await;
        assert_eq!(message["status"], state, "{policy}: {message}");
        assert_eq!(smsc.submitted().len(), times, "{policy}");
        let marked = message["parts"][0]["possible_duplicate"] == true;
        assert_eq!(marked, times > 1, "{policy}");
        gateway.shutdown().await;
    }
}

#[tokio::test]
async fn whenever_it_is_killed_nothing_acknowledged_is_lost() {
    tokio::join!(
        killed_again_and_again("wait"),
        killed_again_and_again("resend")
    );
}

async fn killed_again_and_again(policy: &str) {
    const ROUNDS: usize = 6;
    const EACH: usize = 40;
    let smsc = Smsc::start(carrier()).await.unwrap();
    let setup = Setup::new(smsc.local_addr())
        .link(&format!("on_unknown = {policy:?}"))
        .limit(r#"default_validity = "15s""#)
        .limit(r#"receipt_grace = "1s""#);
    let mut ids = Vec::new();
    for round in 0..ROUNDS {
        let mortal = Mortal::start(&setup).await;
        for n in 0..EACH {
            let text = format!("round {round} message {n}");
            ids.push(mortal.gateway.send_text(&text).await);
        }
        // Later each time: with nothing sent, some, or all of it.
        let enough = round * EACH / 2;
        eventually(async || (smsc.submitted().len() >= enough).then_some(())).await;
        mortal.kill();
    }
    let gateway = setup.start_when_free().await;
    let mut messages: Vec<Value> = Vec::new();
    for id in &ids {
        messages.push(gateway.outcome(id).await);
    }
    let copies = copies(&smsc);
    for message in messages {
        let text = message["text"].as_str().unwrap();
        let times = copies.get(text).copied().unwrap_or_default();
        match message["status"].as_str().unwrap() {
            "delivered" => assert!(times > 0, "{message}"),
            // The carrier never had it, or its receipt would have told.
            "unknown" => assert_eq!((policy, times), ("wait", 0), "{message}"),
            _ => panic!("lost: {message}"),
        }
        let marked = message["parts"][0]["possible_duplicate"] == true;
        assert!(times <= 1 || marked, "sent twice, untold: {message}");
    }
    gateway.shutdown().await;
}
