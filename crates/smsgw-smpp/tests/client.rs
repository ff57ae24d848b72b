//! [`Client`] and [`Esme::outbound`], over streams in memory and with tokio's clock stopped.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use smsgw_smpp::client::{Client, ClientConfig, ClientEvent, ClientEvents, Down};
use smsgw_smpp::connection::{Events, RequestError};
use smsgw_smpp::esme::{ConnectError, Esme};
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{Outbind, SubmitSmResp};
use smsgw_smpp::session::{Backoff, BindMode, CloseReason, Config, Event, SendError, State};
use smsgw_smpp::{CommandId, CommandStatus, Frame};
use support::{bind, deliver, ms, quiet, secs, submit};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

const OK: CommandStatus = CommandStatus::ESME_ROK;

/// Where the client connects to: hands the other end to the test.
type Accepted = mpsc::UnboundedReceiver<DuplexStream>;

fn start(config: ClientConfig) -> (Client, ClientEvents, Accepted) {
    let (sender, accepted) = mpsc::unbounded_channel();
    let (client, events) = Client::start(config, move |_| {
        let sender = sender.clone();
        async move {
            let (near, far) = tokio::io::duplex(1 << 16);
            sender
                .send(far)
                .map_err(|_| io::ErrorKind::ConnectionRefused)?;
            Ok(near)
        }
    });
    (client, events, accepted)
}

fn config(binds: usize) -> ClientConfig {
    ClientConfig {
        session: quiet(),
        ..ClientConfig::new(&vec![bind(BindMode::Transceiver); binds])
    }
}

/// Accepts a bind.
async fn serve_bind(accepted: &mut Accepted) -> (Mc, Events) {
    let (mc, mut events) = Mc::new(accepted.recv().await.unwrap(), quiet());
    assert!(matches!(events.recv().await, Some(Event::BindRequest(_))));
    mc.accept_bind("mc".try_into().unwrap());
    (mc, events)
}

/// Answers every request with the id `name` until the session ends; how many there were.
async fn serve(mc: Mc, mut events: Events, name: &'static str) -> usize {
    let mut served = 0;
    while let Some(event) = events.recv().await {
        if let Event::Request(frame) = event {
            let answer = SubmitSmResp {
                message_id: name.try_into().unwrap(),
                ..SubmitSmResp::default()
            };
            mc.respond(&frame, OK, &answer);
            served += 1;
        }
    }
    served
}

async fn up(events: &mut ClientEvents) -> (usize, Esme) {
    match events.recv().await {
        Some(ClientEvent::Up { bind, esme }) => (bind, esme),
        other => panic!("not up: {other:?}"),
    }
}

async fn down(events: &mut ClientEvents) -> (Down, Option<Duration>) {
    match events.recv().await {
        Some(ClientEvent::Down { why, pause, .. }) => (why, pause),
        other => panic!("not down: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn several_binds_are_used_as_one() {
    let (client, mut events, mut accepted) = start(config(3));
    let mut serving = JoinSet::new();
    for name in ["a", "b", "c"] {
        let (mc, mc_events) = serve_bind(&mut accepted).await;
        serving.spawn(serve(mc, mc_events, name));
    }
    let binds = [
        up(&mut events).await.0,
        up(&mut events).await.0,
        up(&mut events).await.0,
    ];
    assert_eq!(HashSet::from(binds), HashSet::from([0, 1, 2]));
    // More at once than one window holds.
    let mut calls = JoinSet::new();
    for _ in 0..25 {
        let client = client.clone();
        calls.spawn(async move {
            let reply = client.request(&submit("hi")).await.unwrap();
            String::from_utf8(reply.body().unwrap().message_id.as_octets().to_vec()).unwrap()
        });
    }
    let names: HashSet<String> = calls.join_all().await.into_iter().collect();
    assert_eq!(names.len(), 3, "each took its share");
    assert_eq!(
        client.metrics().received().of(CommandId::SUBMIT_SM_RESP),
        25
    );
    client.close();
    for _ in 0..3 {
        assert!(matches!(
            down(&mut events).await,
            (Down::Closed(CloseReason::Unbound), None)
        ));
    }
    assert!(events.recv().await.is_none());
    assert_eq!(serving.join_all().await.iter().sum::<usize>(), 25);
    let late = client.request(&submit("hi")).await;
    assert_eq!(late.unwrap_err(), RequestError::Closed);
}

#[tokio::test(start_paused = true)]
async fn it_comes_back_with_growing_pauses_and_a_session_that_worked_resets_them() {
    let (client, mut events, mut accepted) = start(ClientConfig {
        backoff: Backoff::new(secs(1), secs(60)),
        ..config(1)
    });
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let started = Instant::now();
        drop(accepted.recv().await.unwrap());
        let (why, pause) = down(&mut events).await;
        assert!(matches!(why, Down::Connect(ConnectError::Closed(_))));
        let pause = pause.unwrap();
        assert!(Instant::now() - started <= pause * 2 + ms(10));
        pauses.push(pause);
    }
    for (power, pause) in (0..).zip(&pauses) {
        let most = secs(1 << power);
        assert!((most / 2..=most).contains(pause), "{pauses:?}");
    }
    let (mc, mut mc_events) = serve_bind(&mut accepted).await;
    up(&mut events).await;
    let call = tokio::spawn(async move { client.request(&submit("hi")).await });
    let Some(Event::Request(frame)) = mc_events.recv().await else {
        panic!("no request")
    };
    mc.reject(&frame, CommandStatus::ESME_RTHROTTLED);
    assert!(call.await.unwrap().is_ok());
    mc.close();
    let (why, pause) = down(&mut events).await;
    assert!(matches!(why, Down::Closed(CloseReason::Disconnected)));
    assert!(pause.unwrap() <= secs(1));
    // What it learnt of the peer's speed is still known.
    serve_bind(&mut accepted).await;
    let (_, esme) = up(&mut events).await;
    assert!(esme.pace().limit().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_a_bind_but_not_for_ever() {
    let (client, mut events, mut accepted) = start(config(1));
    let called = Instant::now();
    let none = client.request(&submit("hi")).await;
    assert_eq!(none.unwrap_err(), RequestError::Closed);
    assert_eq!(Instant::now() - called, quiet().response_timer);
    while let Ok(stream) = accepted.try_recv() {
        drop(stream);
    }
    let late = client.clone();
    let call = tokio::spawn(async move { late.request(&submit("hi")).await.map(|r| r.status()) });
    while let Ok(event) = tokio::time::timeout(ms(1), events.recv()).await {
        assert!(matches!(event, Some(ClientEvent::Down { .. })));
    }
    let (mc, mc_events) = serve_bind(&mut accepted).await;
    tokio::spawn(serve(mc, mc_events, "1"));
    assert_eq!(call.await.unwrap(), Ok(OK));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_sent_is_not_sent_again_and_what_was_not_is() {
    let (client, mut events, mut accepted) = start(config(2));
    let (first, mut first_events) = serve_bind(&mut accepted).await;
    let (second, second_events) = serve_bind(&mut accepted).await;
    up(&mut events).await;
    up(&mut events).await;
    let served = tokio::spawn(serve(second, second_events, "2"));
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let client = client.clone();
        calls.spawn(async move { client.request(&submit("hi")).await.map(|r| r.status()) });
    }
    // Ten fill the window of the one that takes them and never answers; its end is their end.
    for _ in 0..10 {
        let event = first_events.recv().await;
        assert!(matches!(event, Some(Event::Request(_))), "{event:?}");
    }
    first.close();
    let outcomes = calls.join_all().await;
    let lost = Err(RequestError::Unanswered { written: true });
    let count = |wanted| {
        outcomes
            .iter()
            .filter(|&&outcome| outcome == wanted)
            .count()
    };
    assert_eq!((count(lost), count(Ok(OK))), (10, 30));
    client.close();
    while events.recv().await.is_some() {}
    assert_eq!(served.await.unwrap(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_transmitter_and_a_receiver_do_each_their_part() {
    let (client, mut events, mut accepted) = start(ClientConfig {
        session: quiet(),
        ..ClientConfig::new(&[bind(BindMode::Receiver), bind(BindMode::Transmitter)])
    });
    let mut ends = Vec::new();
    for _ in 0..2 {
        ends.push(serve_bind(&mut accepted).await);
        up(&mut events).await;
    }
    ends.sort_by_key(|(mc, _)| mc.state() == State::Bound(BindMode::Transmitter));
    let (transmitter, transmitter_events) = ends.pop().unwrap();
    let (receiver, _receiver_events) = ends.pop().unwrap();
    let served = tokio::spawn(serve(transmitter, transmitter_events, "t"));
    for _ in 0..5 {
        assert_eq!(client.request(&submit("hi")).await.unwrap().status(), OK);
    }
    let delivered = tokio::spawn(async move {
        let reply = receiver.deliver(&deliver("hi")).await;
        reply.map(|reply| reply.status())
    });
    match events.recv().await {
        Some(ClientEvent::Session {
            bind: 0,
            esme,
            event: Event::Request(frame),
        }) => {
            assert_eq!(frame.command_id(), CommandId::DELIVER_SM);
            esme.reject(&frame, OK);
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(delivered.await.unwrap(), Ok(OK));
    client.close();
    while events.recv().await.is_some() {}
    assert_eq!(served.await.unwrap(), 5);
}

#[tokio::test(start_paused = true)]
async fn without_an_owner_of_its_events_it_unbinds() {
    let (client, mut events, mut accepted) = start(config(1));
    let (mc, mut mc_events) = serve_bind(&mut accepted).await;
    up(&mut events).await;
    drop(events);
    while let Some(event) = mc_events.recv().await {
        assert!(matches!(event, Event::Closed(CloseReason::PeerUnbound)));
    }
    assert_eq!(mc.state(), State::Closed);
    assert!(client.sessions().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_times_out_and_the_next_address_is_tried() {
    let attempts = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&attempts);
    let (_client, mut events) = Client::start(config(1), move |attempt| {
        assert_eq!(counted.fetch_add(1, Ordering::Relaxed), attempt);
        async move {
            match attempt {
                0 => std::future::pending::<io::Result<DuplexStream>>().await,
                _ => Err(io::ErrorKind::ConnectionRefused.into()),
            }
        }
    });
    for kind in [io::ErrorKind::TimedOut, io::ErrorKind::ConnectionRefused] {
        match down(&mut events).await.0 {
            Down::Connect(ConnectError::Io(error)) => assert_eq!(error.kind(), kind),
            other => panic!("{other}"),
        }
    }
}

type Serve = dyn Fn(&Mc, Frame) + Send;

/// Two binds of which the first is served by `first`, the second by `second`.
async fn two_binds(
    first: impl Fn(&Mc, Frame) + Send + 'static,
    second: impl Fn(&Mc, Frame) + Send + 'static,
) -> (Client, ClientEvents) {
    let (client, mut events, mut accepted) = start(config(2));
    let serves: [Box<Serve>; 2] = [Box::new(first), Box::new(second)];
    for serve in serves {
        let (mc, mut mc_events) = serve_bind(&mut accepted).await;
        tokio::spawn(async move {
            while let Some(event) = mc_events.recv().await {
                if let Event::Request(frame) = event {
                    serve(&mc, frame);
                }
            }
        });
        up(&mut events).await;
    }
    (client, events)
}

/// Answers after a time.
fn slowly(mc: &Mc, frame: Frame, time: Duration, served: &Arc<AtomicUsize>) {
    let (mc, served) = (mc.clone(), Arc::clone(served));
    tokio::spawn(async move {
        tokio::time::sleep(time).await;
        served.fetch_add(1, Ordering::Relaxed);
        mc.reject(&frame, OK);
    });
}

#[tokio::test(start_paused = true)]
async fn a_bind_that_is_throttled_does_not_draw_everything() {
    let served = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&served);
    let (client, mut events) = two_binds(
        |mc, frame| mc.reject(&frame, CommandStatus::ESME_RTHROTTLED),
        move |mc, frame| slowly(mc, frame, ms(50), &counted),
    )
    .await;
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        let client = client.clone();
        calls.spawn(async move { client.request(&submit("hi")).await.map(|r| r.status()) });
        tokio::time::sleep(ms(10)).await;
    }
    let outcomes = calls.join_all().await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    assert!(served.load(Ordering::Relaxed) > 900, "{served:?}");
}

#[tokio::test(start_paused = true)]
async fn callers_spread_though_all_windows_are_full() {
    let served = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
    let [first, second] = served.clone();
    let (client, mut events) = two_binds(
        move |mc, frame| slowly(mc, frame, secs(1), &first),
        move |mc, frame| slowly(mc, frame, secs(1), &second),
    )
    .await;
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    let mut calls = JoinSet::new();
    for _ in 0..200 {
        let client = client.clone();
        calls.spawn(async move { client.request(&submit("hi")).await.map(|r| r.status()) });
    }
    assert!(
        calls
            .join_all()
            .await
            .iter()
            .all(|outcome| *outcome == Ok(OK))
    );
    let [first, second] = served.map(|served| served.load(Ordering::Relaxed));
    assert!(first.abs_diff(second) < 30, "{first} and {second}");
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_an_owner_that_left_holds_nothing_up() {
    let (_client, mut events, mut accepted) = start(config(1));
    let (mc, _mc_events) = serve_bind(&mut accepted).await;
    up(&mut events).await;
    let started = Instant::now();
    let call = tokio::spawn(async move { mc.deliver(&deliver("hi")).await.map(|r| r.status()) });
    tokio::time::sleep(ms(100)).await;
    drop(events);
    assert!(call.await.unwrap().is_err());
    assert!(started.elapsed() < secs(1), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_longest_timers_are_no_trouble() {
    let (client, _events, _accepted) = start(ClientConfig {
        session: Config {
            response_timer: Duration::MAX,
            ..quiet()
        },
        ..config(1)
    });
    let request = submit("hi");
    let waits = tokio::time::timeout(secs(1), client.request(&request)).await;
    assert!(waits.is_err());
}

// outbind

#[tokio::test(start_paused = true)]
async fn an_esme_waits_for_outbind_and_binds() {
    let (near, far) = tokio::io::duplex(1 << 12);
    let (mc, mut mc_events) = Mc::new(far, quiet());
    mc.outbind(&Outbind {
        system_id: "mc".try_into().unwrap(),
        password: "known".try_into().unwrap(),
        ..Outbind::default()
    })
    .unwrap();
    let outbound = Esme::outbound(near, quiet()).await.unwrap();
    let asked = outbound.outbind().unwrap();
    assert_eq!(asked.system_id, "mc");
    assert_eq!(asked.password.as_octets(), b"known");
    let request = bind(BindMode::Receiver);
    let accepts = async {
        assert!(matches!(
            mc_events.recv().await,
            Some(Event::BindRequest(_))
        ));
        mc.accept_bind("mc".try_into().unwrap());
    };
    let (bound, ()) = tokio::join!(outbound.bind(&request), accepts);
    let (esme, _events) = bound.unwrap();
    assert_eq!(esme.state(), State::Bound(BindMode::Receiver));
}

#[tokio::test(start_paused = true)]
async fn without_an_outbind_in_time_there_is_no_session() {
    let (near, _far) = tokio::io::duplex(1 << 12);
    let config = Config {
        session_init_timer: secs(3),
        ..quiet()
    };
    let error = Esme::outbound(near, config).await.unwrap_err();
    assert!(matches!(
        error,
        ConnectError::Closed(CloseReason::SessionInitTimer)
    ));
    let (near, far) = tokio::io::duplex(1 << 12);
    let (mc, _mc_events) = Mc::new(far, quiet());
    mc.outbind(&Outbind::default()).unwrap();
    let outbound = Esme::outbound(near, quiet()).await.unwrap();
    let error = outbound.bind(&bind(BindMode::Transmitter)).await;
    assert!(matches!(
        error,
        Err(ConnectError::Session(SendError::State(State::Outbound)))
    ));
}
