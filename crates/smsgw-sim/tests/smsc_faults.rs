//! Each fault of the simulated message centre, as a client sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::{Duration, Instant};

use smsgw_sim::event::What;
use smsgw_sim::faults::{Fault, Kind};
use smsgw_sim::smsc::Smsc;
use smsgw_smpp::connection::{Events, RequestError};
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::session::{self, Bind, BindMode, CloseReason, Event};
use smsgw_smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use support::*;

/// A client that does not wait for long.
fn hasty() -> session::Config {
    session::Config {
        response_timer: Duration::from_millis(500),
        slow_down: false,
        ..session::Config::default()
    }
}

async fn connect(smsc: &Smsc, config: session::Config) -> Result<(Esme, Events), ConnectError> {
    let (name, password) = ("esme".try_into().unwrap(), "secret".try_into().unwrap());
    let bind = Bind::new(BindMode::Transmitter, name, password);
    soon(Esme::connect(smsc.local_addr(), &bind, config)).await
}

/// A message centre with a fault, given as on the command line, and a client of it.
async fn with(fault: &str, config: session::Config) -> (Smsc, Esme, Events) {
    let smsc = Smsc::start(self::config()).await.unwrap();
    let (esme, events) = connect(&smsc, config).await.unwrap();
    smsc.set_fault(fault.parse().unwrap());
    (smsc, esme, events)
}

/// How long a submit takes that is answered well.
async fn time_of_answer(esme: &Esme) -> Duration {
    let start = Instant::now();
    accepted(esme, &submit("hi")).await;
    start.elapsed()
}

/// The next event, in short: what it is, its token and its frame.
async fn next(events: &mut Events) -> (&'static str, u64, Option<Frame>) {
    match soon(events.recv()).await.unwrap() {
        Event::Response { token, frame } => ("response", token, Some(frame)),
        Event::LateResponse { token, frame } => ("late", token, Some(frame)),
        Event::Unanswered { token, written } => {
            assert!(written);
            ("unanswered", token, None)
        }
        Event::Stray(frame) => ("stray", 0, Some(frame)),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_full_queue_accepts_nothing() {
    let (smsc, esme, _events) = with("queue-full=2", hasty()).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(soon(esme.submit(&submit("hi"))).await.unwrap().status());
    }
    let (ok, full) = (CommandStatus::ESME_ROK, CommandStatus::ESME_RMSGQFUL);
    assert_eq!(statuses, [ok, full, ok, full]);
    assert_eq!(smsc.submitted().len(), 2);
}

#[tokio::test]
async fn a_slow_answer_takes_its_time() {
    let fixed = Duration::from_millis(400);
    let (smsc, esme, _events) = with("slow=2,delay=400ms", session::Config::default()).await;
    assert!(time_of_answer(&esme).await < fixed);
    assert!(time_of_answer(&esme).await >= fixed);
    assert!(time_of_answer(&esme).await < fixed);

    smsc.set_fault("slow delay=20ms-80ms times=5".parse().unwrap());
    for _ in 0..5 {
        let time = time_of_answer(&esme).await;
        assert!(time >= Duration::from_millis(20), "{time:?}");
    }
    assert_eq!(
        serde_json::to_value(smsc.status().faults).unwrap(),
        serde_json::json!({})
    );
    assert_eq!(smsc.submitted().len(), 8);
}

#[tokio::test]
async fn answers_overtake_each_other() {
    let (smsc, esme, mut events) = with("out-of-order,delay=10s", session::Config::default()).await;
    for token in 0..6 {
        esme.queue(&submit("hi"), token).await.unwrap();
    }
    let mut tokens = Vec::new();
    for _ in 0..6 {
        let (what, token, frame) = next(&mut events).await;
        assert_eq!(what, "response");
        assert!(frame.unwrap().command_status().is_ok());
        tokens.push(token);
    }
    assert_eq!(tokens, [1, 0, 3, 2, 5, 4]);
    assert_eq!(smsc.submitted().len(), 6);

    // One that nothing overtakes is answered all the same.
    smsc.set_fault("out-of-order delay=50ms".parse().unwrap());
    assert!(time_of_answer(&esme).await >= Duration::from_millis(50));
}

#[tokio::test]
async fn an_answer_with_a_wrong_number_answers_nothing() {
    let (smsc, esme, mut events) = with("wrong-sequence,times=1", hasty()).await;
    let number = esme.queue(&submit("hi"), 7).await.unwrap();
    let (what, _, frame) = next(&mut events).await;
    let frame = frame.unwrap();
    assert_eq!(
        (what, frame.command_id()),
        ("stray", CommandId::SUBMIT_SM_RESP)
    );
    assert_eq!(
        frame.sequence_number(),
        SequenceNumber(number.0 ^ 0x4000_0000)
    );
    assert_eq!(next(&mut events).await, ("unanswered", 7, None));
    assert_eq!(smsc.submitted().len(), 1);
    accepted(&esme, &submit("still there")).await;
}

#[tokio::test]
async fn an_answer_to_another_command_answers_nothing() {
    let (smsc, esme, mut events) = with("wrong-command,times=1", hasty()).await;
    let number = esme.queue(&submit("hi"), 7).await.unwrap();
    let (what, _, frame) = next(&mut events).await;
    let frame = frame.unwrap();
    assert_eq!(
        (what, frame.command_id()),
        ("stray", CommandId::DELIVER_SM_RESP)
    );
    assert_eq!(frame.sequence_number(), number);
    assert_eq!(next(&mut events).await, ("unanswered", 7, None));
    assert_eq!(smsc.submitted().len(), 1);
    accepted(&esme, &submit("still there")).await;
}

#[tokio::test]
async fn a_late_answer_comes_when_nobody_waits() {
    let (smsc, esme, mut events) = with("late,times=1,delay=1s", hasty()).await;
    esme.queue(&submit("hi"), 7).await.unwrap();
    assert_eq!(next(&mut events).await, ("unanswered", 7, None));
    let (what, token, frame) = next(&mut events).await;
    assert_eq!((what, token), ("late", 7));
    let frame = frame.unwrap();
    let answer: smsgw_smpp::pdu::SubmitSmResp<'_> = frame.decode().unwrap();
    assert_eq!(answer.message_id, smsc.submitted()[0].id.as_str());
    // Unless it is said, it takes longer than most wait.
    assert!(Kind::Late.usual_delay() > Some(session::Config::default().response_timer * 2));
}

#[tokio::test]
async fn an_answer_can_come_twice() {
    let (smsc, esme, mut events) = with("duplicate,times=1", hasty()).await;
    esme.queue(&submit("hi"), 7).await.unwrap();
    let (what, token, first) = next(&mut events).await;
    assert_eq!((what, token), ("response", 7));
    let (what, _, second) = next(&mut events).await;
    assert_eq!((what, second), ("stray", first));
    assert_eq!(smsc.submitted().len(), 1);
}

#[tokio::test]
async fn a_generic_nack_comes_instead_of_an_answer() {
    let (smsc, esme, _events) = with("nack=2", hasty()).await;
    accepted(&esme, &submit("hi")).await;
    let reply = soon(esme.submit(&submit("hi"))).await.unwrap();
    assert_eq!(reply.frame().command_id(), CommandId::GENERIC_NACK);
    assert_eq!(reply.status(), CommandStatus::ESME_RINVCMDID);
    smsc.set_fault("nack,status=ESME_RSYSERR".parse().unwrap());
    let reply = soon(esme.submit(&submit("hi"))).await.unwrap();
    assert_eq!(reply.status(), CommandStatus::ESME_RSYSERR);
    assert_eq!(smsc.submitted().len(), 1);
}

#[tokio::test]
async fn binds_are_refused() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    smsc.set_fault("refuse-bind=2,times=1,status=ESME_RALYBND".parse().unwrap());
    let mut statuses = Vec::new();
    for _ in 0..4 {
        let connected = connect(&smsc, hasty()).await;
        statuses.push(connected.err().and_then(|error| error.status()));
    }
    assert_eq!(
        statuses,
        [None, Some(CommandStatus::ESME_RALYBND), None, None]
    );
    smsc.set_fault(Fault::every(Kind::RefuseBind, 1));
    let refused = connect(&smsc, hasty()).await.unwrap_err();
    assert_eq!(refused.status(), Some(CommandStatus::ESME_RBINDFAIL));
    let fault = wait_for(&mut seen, |what| match what {
        What::Fault { name, .. } => Some(*name),
        _ => None,
    });
    assert_eq!(fault.await, "refuse-bind");
}

#[tokio::test]
async fn a_simulator_that_stops_reading_goes_on_later() {
    let (smsc, esme, _events) =
        with("stop-reading=2,times=1,delay=600ms", Default::default()).await;
    let held = Duration::from_millis(600);
    assert!(time_of_answer(&esme).await < held);
    // The one that it hits is answered; the next waits.
    let start = Instant::now();
    assert!(time_of_answer(&esme).await < held);
    accepted(&esme, &submit("hi")).await;
    let waited = start.elapsed();
    assert!(waited >= held, "{waited:?}");
    assert!(time_of_answer(&esme).await < held);
    assert_eq!(smsc.submitted().len(), 4);
}

#[tokio::test]
async fn who_asks_while_nothing_is_read_has_no_answer() {
    let config = session::Config {
        enquire_link_timer: Some(Duration::from_millis(100)),
        ..hasty()
    };
    let (smsc, esme, mut events) = with("stop-reading,delay=1h", config).await;
    accepted(&esme, &submit("hi")).await;
    let unread = soon(esme.submit(&submit("unread"))).await;
    assert_eq!(
        unread.unwrap_err(),
        RequestError::Unanswered { written: true }
    );
    let closed = loop {
        if let Event::Closed(reason) = soon(events.recv()).await.unwrap() {
            break reason;
        }
    };
    assert_eq!(closed, CloseReason::EnquireLinkTimer);
    assert_eq!(smsc.submitted().len(), 1);
}

#[tokio::test]
async fn every_fault_is_told_with_the_id_of_what_was_accepted() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    for kind in Kind::ALL {
        let (esme, mut events) = match connect(&smsc, hasty()).await {
            Ok(bound) => bound,
            Err(error) => panic!("{kind:?} {error}"),
        };
        let short = Duration::from_millis(10);
        smsc.set_fault(Fault::every(kind, 1).with_times(1).with_delay(short, short));
        if kind == Kind::RefuseBind {
            assert!(connect(&smsc, hasty()).await.is_err());
        }
        let before = smsc.submitted().len();
        esme.queue(&submit("hi"), 1).await.unwrap();
        while !matches!(
            soon(events.recv()).await,
            Some(Event::Response { .. } | Event::Unanswered { .. })
        ) {}
        let told = wait_for(&mut seen, |what| match what {
            What::Fault { name, id, .. } => Some((*name, id.clone())),
            _ => None,
        });
        let (name, id) = told.await;
        assert_eq!(name, kind.name());
        let accepted = smsc
            .submitted()
            .get(before)
            .map(|message| message.id.clone());
        // A refused bind has nothing to do with the submit after it.
        assert_eq!(
            id,
            accepted.filter(|_| kind != Kind::RefuseBind),
            "{kind:?}"
        );
        assert_eq!(
            serde_json::to_value(&smsc.status().faults).unwrap(),
            serde_json::json!({})
        );
    }
}
