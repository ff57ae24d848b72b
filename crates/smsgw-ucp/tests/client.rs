//! [`Client`], over streams in memory with tokio's clock stopped, and its servers over loopback.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

#[path = "support/shells.rs"]
mod shells;
mod support;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use shells::{accept_login, listen, next, opens, request, said, serve, within};
use smsgw_net::Backoff;
use smsgw_ucp::client::{Client, ClientConfig, ClientEvent, ClientEvents, Down, Link};
use smsgw_ucp::connect::{ConnectOptions, Servers};
use smsgw_ucp::connection::{Events, RequestError};
use smsgw_ucp::session::{Account, CloseReason, Config, Counted, Event, State, TimeoutPolicy};
use smsgw_ucp::sme::{ConnectError, Sme};
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::{ErrorCode, OperationType, SystemMessage};
use support::{Said, Seen, alert, deliver, ms, no_login, quiet, secs, submit, window};
use tokio::io::DuplexStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

const YES: Said = Said::Yes;

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

fn config(links: usize) -> ClientConfig {
    ClientConfig {
        session: window(10),
        ..ClientConfig::new(&vec![opens(); links])
    }
}

async fn accept(accepted: &mut Accepted) -> (Smsc, Events) {
    accept_login(accepted.recv().await.unwrap(), quiet()).await
}

async fn up(events: &mut ClientEvents) -> (usize, Sme) {
    match events.recv().await {
        Some(ClientEvent::Up { link, sme }) => (link, sme),
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
async fn several_links_are_used_as_one() {
    let (client, mut events, mut accepted) = start(config(3));
    let served = [(); 3].map(|()| Arc::new(AtomicUsize::new(0)));
    for served in &served {
        let (smsc, smsc_events) = accept(&mut accepted).await;
        tokio::spawn(slowly(smsc, smsc_events, ms(10), Arc::clone(served)));
    }
    let links = [
        up(&mut events).await.0,
        up(&mut events).await.0,
        up(&mut events).await.0,
    ];
    assert_eq!(HashSet::from(links), HashSet::from([0, 1, 2]));
    // More at once than all windows hold.
    let mut calls = JoinSet::new();
    for _ in 0..60 {
        let client = client.clone();
        calls.spawn(async move { said(client.request(&submit("1")).await) });
    }
    assert_eq!(calls.join_all().await, vec![Ok(YES); 60]);
    let served = served.map(|served| served.load(Ordering::Relaxed));
    assert_eq!(served, [20, 20, 20], "each took its share");
    let submitted = OperationType::SUBMIT_SHORT_MESSAGE;
    let results = |client: &Client| client.metrics().received().of(submitted, Counted::Positive);
    assert_eq!(results(&client), 60);
    client.close();
    for _ in 0..3 {
        let (why, pause) = down(&mut events).await;
        assert!(matches!(why, Down::Closed(CloseReason::Local)), "{why}");
        assert_eq!(pause, None);
    }
    assert!(events.recv().await.is_none());
    // What was counted is kept.
    assert_eq!(results(&client), 60);
    let late = client.request(&submit("1")).await;
    assert_eq!(late.unwrap_err(), RequestError::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_link_that_closes_takes_nothing_more() {
    let mut config = config(1);
    config.session.window_wait = Some(secs(5));
    let (client, mut events, mut accepted) = start(config);
    let (_smsc, mut smsc_events) = accept(&mut accepted).await;
    let (_, sme) = up(&mut events).await;
    let waits = tokio::spawn({
        let client = client.clone();
        async move { said(client.request(&submit("1")).await) }
    });
    request(&mut smsc_events).await;
    sme.close_when_answered();
    assert_eq!(sme.state(), State::Closing);
    let start = Instant::now();
    let refused = client.request(&alert("2147")).await;
    assert_eq!(refused.unwrap_err(), RequestError::Closed);
    assert_eq!(start.elapsed(), secs(5));
    let refused = client.queue(&submit("1"), 1).await;
    assert_eq!(refused.unwrap_err(), RequestError::Closed);
    waits.abort();
}

/// It is not stuck behind what will never be answered.
#[tokio::test(start_paused = true)]
async fn what_finds_no_room_on_one_link_in_time_goes_to_one_that_has_it() {
    let mut config = config(2);
    config.session = Config {
        window_wait: Some(secs(5)),
        ..quiet()
    };
    let (client, mut events, mut accepted) = start(config);
    let (_hung, mut hung_events) = accept(&mut accepted).await;
    let (smsc, mut smsc_events) = accept(&mut accepted).await;
    up(&mut events).await;
    up(&mut events).await;
    let start = Instant::now();
    for token in [1, 2] {
        client.queue(&submit("1"), token).await.unwrap();
    }
    let mut calls = JoinSet::new();
    for _ in 0..2 {
        let client = client.clone();
        calls.spawn(async move { said(client.request(&submit("1")).await) });
    }
    request(&mut hung_events).await;
    let slow = request(&mut smsc_events).await;
    tokio::time::sleep(secs(4)).await;
    smsc.accept(&slow, SystemMessage::EMPTY);
    tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(calls.join_all().await, vec![Ok(YES); 2]);
    assert_eq!(start.elapsed(), secs(5));
    // With no room anywhere each is asked once.
    let more = client.sessions();
    let free = more
        .iter()
        .find(|(_, sme)| sme.has_room())
        .unwrap()
        .1
        .clone();
    free.close();
    let full = client.request(&submit("1")).await;
    assert_eq!(full.unwrap_err(), RequestError::WindowFull);
    assert_eq!(start.elapsed(), secs(10));
}

/// Answers each operation after a time, and counts them.
async fn slowly(smsc: Smsc, mut events: Events, time: Duration, served: Arc<AtomicUsize>) {
    while let Some(event) = events.recv().await {
        let Event::Request(frame) = event else {
            continue;
        };
        let (smsc, served) = (smsc.clone(), Arc::clone(&served));
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            served.fetch_add(1, Ordering::Relaxed);
            smsc.accept(&frame, SystemMessage::EMPTY);
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_link_without_a_login_is_kept_up_too() {
    let account = Account::new("2147").unwrap();
    let links = vec![Link::without_login(account.clone()), Link::login(&opens())];
    let (client, mut events, mut accepted) = start(ClientConfig {
        session: quiet(),
        ..ClientConfig::with_links(links)
    });
    let first = accepted.recv().await.unwrap();
    let (link, sme) = up(&mut events).await;
    assert_eq!((link, sme.state()), (0, State::Up));
    assert_eq!(sme.account(), Some(account));
    let (smsc, smsc_events) = Smsc::new(first, no_login(quiet()));
    let served = tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(said(client.request(&submit("1")).await), Ok(YES));
    accept(&mut accepted).await;
    assert_eq!(up(&mut events).await.0, 1);
    client.close();
    while events.recv().await.is_some() {}
    assert_eq!(served.await.unwrap(), 1);
}

/// There is no login that it could count as a failure: who connects and hangs up is not there.
#[tokio::test(start_paused = true)]
async fn on_a_link_without_a_login_anything_that_comes_is_of_use() {
    let links = vec![Link::without_login(Account::new("2147").unwrap())];
    let (client, mut events, mut accepted) = start(ClientConfig {
        session: quiet(),
        backoff: Backoff::new(secs(1), secs(60)),
        ..ClientConfig::with_links(links)
    });
    for power in 0..3 {
        drop(accepted.recv().await.unwrap());
        up(&mut events).await;
        let pause = down(&mut events).await.1.unwrap();
        assert!(pause >= secs(1 << power) / 2, "{pause:?}");
    }
    let (smsc, smsc_events) = Smsc::new(accepted.recv().await.unwrap(), no_login(quiet()));
    up(&mut events).await;
    tokio::spawn(serve(smsc.clone(), smsc_events));
    assert_eq!(said(client.request(&submit("1")).await), Ok(YES));
    smsc.close();
    let pause = down(&mut events).await.1.unwrap();
    assert!(pause <= secs(1), "{pause:?}");
}

#[tokio::test(start_paused = true)]
async fn to_close_it_is_to_wait_for_the_results() {
    let (client, mut events, mut accepted) = start(config(1));
    let (smsc, mut smsc_events) = accept(&mut accepted).await;
    up(&mut events).await;
    let call = tokio::spawn({
        let client = client.clone();
        async move { said(client.request(&submit("1")).await) }
    });
    let frame = request(&mut smsc_events).await;
    client.close();
    tokio::time::sleep(secs(30)).await;
    smsc.accept(&frame, SystemMessage::EMPTY);
    assert_eq!(call.await.unwrap(), Ok(YES));
    let (why, pause) = down(&mut events).await;
    assert!(matches!(why, Down::Closed(CloseReason::Local)), "{why}");
    assert_eq!(pause, None);
}

#[tokio::test(start_paused = true)]
async fn it_comes_back_with_growing_pauses_and_a_session_that_worked_resets_them() {
    let (client, mut events, mut accepted) = start(ClientConfig {
        backoff: Backoff::new(secs(1), secs(60)),
        ..config(1)
    });
    let mut pauses = Vec::new();
    for _ in 0..2 {
        drop(accepted.recv().await.unwrap());
        let (why, pause) = down(&mut events).await;
        assert!(
            matches!(why, Down::Connect(ConnectError::Closed(_))),
            "{why}"
        );
        pauses.push(pause.unwrap());
    }
    // A login that is refused is a failure, too, ...
    let (smsc, mut smsc_events) = Smsc::new(accepted.recv().await.unwrap(), quiet());
    assert_eq!(next(&mut smsc_events).await, Some(Seen::LoginRequest));
    smsc.refuse_login(ErrorCode::AUTHENTICATION_FAILURE, SystemMessage::EMPTY);
    let (why, pause) = down(&mut events).await;
    let Down::Connect(error) = why else {
        panic!("{why}")
    };
    assert_eq!(error.error_code(), Some(ErrorCode::AUTHENTICATION_FAILURE));
    pauses.push(pause.unwrap());
    // ... and so is one that is accepted by somebody who then hangs up.
    let (smsc, _) = accept(&mut accepted).await;
    up(&mut events).await;
    smsc.close();
    let (why, pause) = down(&mut events).await;
    assert!(
        matches!(why, Down::Closed(CloseReason::Disconnected)),
        "{why}"
    );
    pauses.push(pause.unwrap());
    for (power, pause) in (0..).zip(&pauses) {
        let most = secs(1 << power);
        assert!((most / 2..=most).contains(pause), "{pauses:?}");
    }
    let (smsc, mut smsc_events) = accept(&mut accepted).await;
    up(&mut events).await;
    let call = tokio::spawn(async move { said(client.request(&submit("1")).await) });
    let frame = request(&mut smsc_events).await;
    smsc.refuse(&frame, ErrorCode::ADC_INVALID, SystemMessage::EMPTY);
    assert_eq!(call.await.unwrap(), Ok(Said::No(6)));
    smsc.close();
    let (why, pause) = down(&mut events).await;
    assert!(
        matches!(why, Down::Closed(CloseReason::Disconnected)),
        "{why}"
    );
    assert!(pause.unwrap() <= secs(1));
    accept(&mut accepted).await;
    up(&mut events).await;
}

#[tokio::test(start_paused = true)]
async fn a_request_waits_for_a_link_but_not_for_ever() {
    let (client, mut events, mut accepted) = start(config(1));
    let called = Instant::now();
    let none = client.request(&submit("1")).await;
    assert_eq!(none.unwrap_err(), RequestError::Closed);
    assert_eq!(called.elapsed(), quiet().result_timer);
    while let Ok(stream) = accepted.try_recv() {
        drop(stream);
    }
    let late = client.clone();
    let call = tokio::spawn(async move { said(late.request(&submit("1")).await) });
    while let Ok(event) = tokio::time::timeout(ms(1), events.recv()).await {
        assert!(matches!(event, Some(ClientEvent::Down { .. })));
    }
    let (smsc, smsc_events) = accept(&mut accepted).await;
    tokio::spawn(serve(smsc, smsc_events));
    assert_eq!(call.await.unwrap(), Ok(YES));
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_sent_is_not_sent_again_and_what_was_not_is() {
    let (client, mut events, mut accepted) = start(config(2));
    let (first, mut first_events) = accept(&mut accepted).await;
    let (second, second_events) = accept(&mut accepted).await;
    up(&mut events).await;
    up(&mut events).await;
    let served = tokio::spawn(serve(second, second_events));
    let mut calls = JoinSet::new();
    for _ in 0..40 {
        let client = client.clone();
        calls.spawn(async move { said(client.request(&submit("1")).await) });
    }
    // Ten fill the window of the one that takes them and never answers; its end is their end.
    for _ in 0..10 {
        request(&mut first_events).await;
    }
    first.close();
    let outcomes = calls.join_all().await;
    let lost = Err(RequestError::Unanswered { written: true });
    let count = |wanted| {
        let same = outcomes.iter().filter(|&&outcome| outcome == wanted);
        same.count()
    };
    assert_eq!((count(lost), count(Ok(YES))), (10, 30));
    client.close();
    while events.recv().await.is_some() {}
    assert_eq!(served.await.unwrap(), 30);
}

/// An operation that is queued is told of by its token, and so is what happens to it meanwhile.
#[tokio::test(start_paused = true)]
async fn events_of_the_sessions_pass_through() {
    let policies = [TimeoutPolicy::Wait, TimeoutPolicy::Resend { times: 1 }];
    for on_timeout in policies {
        let (client, mut events, mut accepted) = start(ClientConfig {
            session: Config {
                on_timeout,
                ..quiet()
            },
            ..config(1)
        });
        let (smsc, mut smsc_events) = accept(&mut accepted).await;
        up(&mut events).await;
        client.queue(&submit("1"), 7).await.unwrap();
        let frame = request(&mut smsc_events).await;
        smsc.try_queue(&deliver("2"), 1).unwrap();
        let (taken, event) = session_event(&mut events).await;
        let Event::Request(delivered) = event else {
            panic!("{event:?}");
        };
        taken.accept(&delivered, SystemMessage::EMPTY);
        let (_, event) = session_event(&mut events).await;
        let late = match on_timeout {
            TimeoutPolicy::Wait => Seen::Overdue(7),
            _ => Seen::Resent(7, 1),
        };
        assert_eq!(Seen::of(&event), late);
        smsc.accept(&frame, SystemMessage::EMPTY);
        let (_, event) = session_event(&mut events).await;
        assert_eq!(Seen::of(&event), Seen::Response(7, YES));
    }
}

async fn session_event(events: &mut ClientEvents) -> (Sme, Event) {
    match events.recv().await {
        Some(ClientEvent::Session { sme, event, .. }) => (sme, event),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn without_an_owner_of_its_events_it_ends() {
    let (client, mut events, mut accepted) = start(config(1));
    let (smsc, mut smsc_events) = accept(&mut accepted).await;
    up(&mut events).await;
    drop(events);
    let gone = Some(Seen::Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut smsc_events).await, gone);
    assert_eq!(smsc.state(), State::Closed);
    assert!(client.sessions().is_empty());
    assert!(accepted.try_recv().is_err(), "it does not come back");
}

#[tokio::test(start_paused = true)]
async fn what_waited_for_an_owner_that_left_holds_nothing_up() {
    let (_client, mut events, mut accepted) = start(config(1));
    let (smsc, _smsc_events) = accept(&mut accepted).await;
    up(&mut events).await;
    let started = Instant::now();
    let call = tokio::spawn(async move { said(smsc.deliver(&deliver("1")).await) });
    tokio::time::sleep(ms(100)).await;
    drop(events);
    assert!(call.await.unwrap().is_err());
    assert!(started.elapsed() < secs(1), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_does_not_come_about_times_out() {
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

#[tokio::test(start_paused = true)]
async fn the_longest_timers_are_no_trouble() {
    let (client, _events, _accepted) = start(ClientConfig {
        session: Config {
            result_timer: Duration::MAX,
            login_timer: Duration::MAX,
            window_wait: Some(Duration::MAX),
            ..quiet()
        },
        ..config(1)
    });
    let message = submit("1");
    let waits = tokio::time::timeout(secs(1), client.request(&message)).await;
    assert!(waits.is_err());
}

// Alternate hosts.

/// The client is where the service centre is: at the second while the first is gone or does not
/// know it, and at the first again when that is back.
#[tokio::test]
async fn it_turns_to_the_alternate_host_and_back() {
    let (first, second) = (listen().await, listen().await);
    let addresses = [&first, &second].map(|listener| listener.local_addr().unwrap());
    let servers = Servers::new(
        addresses.map(|address| address.to_string()),
        ConnectOptions::default(),
    );
    let (client, mut events) = Client::start(
        ClientConfig {
            backoff: Backoff::new(ms(1), ms(10)),
            ..config(1)
        },
        move |attempt| servers.connect(attempt),
    );
    // The first knows nobody.
    let (smsc, mut smsc_events) = Smsc::new(first.accept().await.unwrap().0, quiet());
    assert_eq!(next(&mut smsc_events).await, Some(Seen::LoginRequest));
    smsc.refuse_login(ErrorCode::AUTHENTICATION_FAILURE, SystemMessage::EMPTY);
    let why = within(down(&mut events)).await.0;
    assert!(
        matches!(why, Down::Connect(ConnectError::Refused(_))),
        "{why}"
    );
    let stream = within(second.accept()).await.unwrap().0;
    let (smsc, smsc_events) = accept_login(stream, quiet()).await;
    within(up(&mut events)).await;
    let served = tokio::spawn(serve(smsc.clone(), smsc_events));
    assert_eq!(said(within(client.request(&alert("2147"))).await), Ok(YES));
    // The second ends; the first is preferred again.
    smsc.close();
    assert!(within(down(&mut events)).await.1.is_some());
    assert_eq!(within(served).await.unwrap(), 0);
    let stream = within(first.accept()).await.unwrap().0;
    let (smsc, smsc_events) = accept_login(stream, quiet()).await;
    within(up(&mut events)).await;
    let served = tokio::spawn(serve(smsc.clone(), smsc_events));
    assert_eq!(said(within(client.request(&alert("2147"))).await), Ok(YES));
    // The first is gone: the same attempt that finds nobody there goes on to the second.
    drop(first);
    smsc.close();
    assert!(within(down(&mut events)).await.1.is_some());
    assert_eq!(within(served).await.unwrap(), 0);
    let stream = within(second.accept()).await.unwrap().0;
    let (_smsc, _smsc_events) = accept_login(stream, quiet()).await;
    within(up(&mut events)).await;
}
