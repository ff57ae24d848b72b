//! The task that drives a session, with a protocol made for the test.
#![cfg(feature = "tokio")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use std::collections::VecDeque;
use std::time::Duration;

use smsgw_net::connection::{Connection, Events, NotSent};
use smsgw_net::now;
use support::Event::{Asked, Closed, Late, Told, Untold};
use support::{Event, Odd, Peer, Session, secs};

fn start(session: Session) -> (Connection<Session>, Events<Session>, Peer) {
    let (ours, theirs) = tokio::io::duplex(1 << 10);
    let (connection, events) = Connection::start(ours, session);
    (connection, events, Peer(theirs))
}

async fn call(connection: &Connection<Session>, number: u8) -> Result<Event, NotSent<Odd>> {
    let outcome = connection.call(|s, token, called, now| s.ask(number, token, called, now));
    outcome.await
}

async fn send(connection: &Connection<Session>, number: u8) -> Result<u8, NotSent<Odd>> {
    let sent = connection.send(|s, called, now| s.ask(number, number.into(), called, now));
    sent.await
}

#[tokio::test(start_paused = true)]
async fn calls_get_their_own_outcome_and_events_the_rest() {
    let (connection, mut events, mut peer) = start(Session::new(10));
    let told = async {
        let (first, second, third) = tokio::join!(
            call(&connection, 2),
            call(&connection, 4),
            send(&connection, 6)
        );
        assert!(matches!((first, second), (Ok(Told(_)), Ok(Told(_)))));
        assert_eq!(third, Ok(6));
    };
    let answers = async {
        peer.gets(b"?\x02?\x04?\x06").await;
        assert_eq!(connection.load(), 3);
        peer.sends(b"?\x01!\x06!\x04!\x02").await;
    };
    tokio::join!(told, answers);
    let mut all = VecDeque::new();
    assert!(events.recv_all(&mut all).await);
    assert_eq!(all, [Asked(1), Told(6)]);
    connection.with(|session, _| session.tell(1));
    peer.gets(b"!\x01").await;
    assert_eq!(connection.load(), 0);
}

#[tokio::test(start_paused = true)]
async fn requests_wait_for_the_window_in_the_order_of_the_calls() {
    let (connection, mut events, mut peer) = start(Session::new(2));
    // One takes its place without a turn.
    connection
        .with(|session, now| session.ask(2, 2, now, now))
        .unwrap();
    let all = tokio::spawn({
        let connection = connection.clone();
        async move {
            tokio::join!(
                send(&connection, 4),
                send(&connection, 6),
                send(&connection, 8)
            )
        }
    });
    peer.gets(b"?\x02?\x04").await;
    peer.gets_nothing().await;
    assert_eq!((connection.in_flight(), connection.load()), (2, 4));
    let now_full = connection.try_send(|s, now| s.ask(10, 10, now, now));
    assert_eq!(now_full, Err(NotSent::WindowFull));
    peer.sends(b"!\x02").await;
    peer.gets(b"?\x06").await;
    peer.gets_nothing().await;
    peer.sends(b"!\x04!\x06").await;
    peer.gets(b"?\x08").await;
    assert_eq!(all.await.unwrap(), (Ok(4), Ok(6), Ok(8)));
    for token in [2, 4, 6] {
        assert_eq!(events.recv().await, Some(Told(token)));
    }
    let now_free = connection.try_send(|s, now| s.ask(10, 10, now, now));
    assert_eq!(now_free, Ok(10));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_in_time_says_why() {
    let mut session = Session::new(1);
    session.window_wait = Some(secs(5));
    let (connection, _events, mut peer) = start(session);
    assert_eq!(send(&connection, 1).await, Err(NotSent::Refused(Odd)));

    let begun = now();
    let pace = |pause| connection.with(|session, now| session.paced = Some(now + pause));
    pace(secs(6));
    let paced = call(&connection, 2).await;
    assert_eq!(paced, Err(NotSent::Paced(begun + secs(6))));
    assert_eq!(now(), begun);
    pace(secs(4));
    assert_eq!(send(&connection, 2).await, Ok(2));
    assert_eq!(now(), begun + secs(4));
    peer.gets(b"?\x02").await;

    // Refusals have cost no place; this one has the only one.
    assert_eq!(send(&connection, 4).await, Err(NotSent::WindowFull));
    assert_eq!(now(), begun + secs(9));

    connection.with(|session, _| session.close());
    assert_eq!(send(&connection, 4).await, Err(NotSent::Closed));
}

/// A place that cannot be used is like none: the next answer is what it waits for.
#[tokio::test(start_paused = true)]
async fn a_place_that_cannot_be_used_is_waited_for() {
    let mut session = Session::new(3);
    session.blocked = Some((2, now() + secs(100)));
    session.window_wait = Some(secs(20));
    let (connection, mut events, mut peer) = start(session);
    let begun = now();
    let calls = tokio::spawn({
        let connection = connection.clone();
        async move {
            let (a, b, c, d, e) = tokio::join!(
                call(&connection, 2),
                call(&connection, 4),
                call(&connection, 6),
                call(&connection, 8),
                send(&connection, 10),
            );
            assert!([a, b, c, d].iter().all(|told| matches!(told, Ok(Told(_)))));
            assert_eq!(e, Ok(10));
        }
    });
    peer.gets(b"?\x02?\x04").await;
    peer.gets_nothing().await;
    assert_eq!(connection.in_flight(), 2);
    let not_now = connection.try_send(|s, now| s.ask(12, 12, now, now));
    assert_eq!(not_now, Err(NotSent::WindowFull));
    // Something else that comes changes nothing.
    peer.sends(b"?\x01").await;
    peer.gets_nothing().await;
    peer.sends(b"!\x02").await;
    peer.gets(b"?\x06").await;
    peer.sends(b"!\x06!\x04").await;
    peer.gets(b"?\x08?\x0A").await;
    peer.sends(b"!\x08").await;
    calls.await.unwrap();
    assert_eq!(now() - begun, secs(2));
    assert_eq!(events.recv().await, Some(Asked(1)));

    // In vain, and then in time.
    let _waits = send(&connection, 12).await.unwrap();
    let blocked = NotSent::Blocked(begun + secs(100));
    assert_eq!(send(&connection, 14).await, Err(blocked));
    assert_eq!(now() - begun, secs(22));
    connection.with(|session, now| session.blocked = Some((2, now + secs(2))));
    assert_eq!(send(&connection, 14).await, Ok(14));
    assert_eq!(now() - begun, secs(24));
    // None of it has cost a place, nor made one.
    connection.with(|session, _| session.blocked = None);
    assert_eq!(connection.in_flight(), 3);
    peer.gets(b"?\x0C?\x0E").await;
    peer.sends(b"!\x0A!\x0C!\x0E").await;
    for token in [10, 12, 14] {
        assert_eq!(events.recv().await, Some(Told(token)));
    }
    for number in [2, 4, 6] {
        let sent = connection.try_send(|s, now| s.ask(number, number.into(), now, now));
        assert_eq!(sent, Ok(number));
    }
    let full = connection.try_send(|s, now| s.ask(8, 8, now, now));
    assert_eq!(full, Err(NotSent::WindowFull));
}

/// Whatever a call waits for.
#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_longer_than_the_session_lasts() {
    for waits_for in [
        |session: &mut Session| session.window = 1,
        |session: &mut Session| session.paced = Some(now() + secs(20)),
        |session: &mut Session| session.blocked = Some((0, now() + secs(20))),
    ] {
        let mut session = Session::new(2);
        waits_for(&mut session);
        let begun = now();
        let (connection, _events, peer) = start(session);
        let calls = tokio::spawn({
            let connection = connection.clone();
            async move { tokio::join!(call(&connection, 2), call(&connection, 4)) }
        });
        tokio::time::sleep(secs(1)).await;
        drop(peer);
        assert_eq!(calls.await.unwrap().1, Err(NotSent::Closed));
        assert_eq!(now() - begun, secs(1));
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_is_given_up_leaves_its_place_to_the_answer() {
    let (connection, mut events, mut peer) = start(Session::new(1));
    let given_up = tokio::time::timeout(secs(1), call(&connection, 2)).await;
    assert!(given_up.is_err());
    peer.gets(b"?\x02").await;
    let next = async {
        peer.sends(b"!\x02").await;
        peer.gets(b"?\x04").await;
        peer.sends(b"!\x04").await;
    };
    let (outcome, ()) = tokio::join!(call(&connection, 4), next);
    assert!(matches!(outcome, Ok(Told(_))));
    // Without an answer in time, and then with one.
    let began = now();
    let late = call(&connection, 6).await;
    assert!(matches!(late, Ok(Untold { written: true, .. })), "{late:?}");
    assert_eq!(now(), began + secs(30));
    assert_eq!(send(&connection, 8).await, Ok(8));
    tokio::time::sleep(secs(31)).await;
    peer.sends(b"!\x06!\x08").await;
    // What was late for a call is nobody's.
    let untold = Untold {
        token: 8,
        written: true,
    };
    assert_eq!(events.recv().await, Some(untold));
    assert_eq!(events.recv().await, Some(Late(8)));
}

/// Nobody ran for a while: what came meanwhile is read before anything is called late.
#[tokio::test(start_paused = true)]
async fn an_answer_that_is_there_is_in_time() {
    let (connection, mut events, mut peer) = start(Session::new(10));
    for number in [2, 4] {
        assert_eq!(send(&connection, number).await, Ok(number));
    }
    peer.gets(b"?\x02?\x04").await;
    tokio::time::sleep(secs(1)).await;
    peer.sends(b"!\x02").await;
    tokio::time::advance(secs(100)).await;
    assert_eq!(events.recv().await, Some(Told(2)));
    let untold = Untold {
        token: 4,
        written: true,
    };
    assert_eq!(events.recv().await, Some(untold));
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_is_lost_tells_what_was_written() {
    // As much as the pipe holds, and one more.
    let (ours, theirs) = tokio::io::duplex(4);
    let (connection, mut events) = Connection::start(ours, Session::new(10));
    for number in [2, 4, 6] {
        assert_eq!(send(&connection, number).await, Ok(number));
    }
    let waits = tokio::spawn({
        let connection = connection.clone();
        async move { call(&connection, 8).await }
    });
    tokio::time::sleep(secs(1)).await;
    drop(theirs);
    for (token, written) in [(2, true), (4, true), (6, false)] {
        assert_eq!(events.recv().await, Some(Untold { token, written }));
    }
    assert_eq!(events.recv().await, Some(Closed));
    assert_eq!(events.recv().await, None);
    let outcome = waits.await.unwrap();
    assert!(matches!(outcome, Ok(Untold { written: false, .. })));
    assert_eq!(call(&connection, 10).await, Err(NotSent::Closed));
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_gone_after_the_response_timer() {
    let (ours, theirs) = tokio::io::duplex(2);
    let (connection, mut events) = Connection::start(ours, Session::new(1));
    let mut peer = Peer(theirs);
    peer.sends(b"?\x01").await;
    assert_eq!(events.recv().await, Some(Asked(1)));
    let begun = now();
    connection.with(|session, _| session.tell(1));
    peer.sends(b"?\x01").await;
    assert_eq!(events.recv().await, Some(Asked(1)));
    connection.with(|session, _| session.tell(1));
    assert_eq!(events.recv().await, Some(Closed));
    assert_eq!(now() - begun, secs(30));
}

#[tokio::test(start_paused = true)]
async fn nobody_who_listens_and_nobody_who_asks() {
    let (connection, events, mut peer) = start(Session::new(1));
    peer.sends(b"?\x01").await;
    tokio::time::sleep(Duration::from_millis(1)).await;
    // One that waited for its owner, and one that comes now.
    drop(events);
    peer.gets(b".\x01").await;
    peer.sends(b"?\x03").await;
    peer.gets(b".\x03").await;
    // The last handle goes while an answer is due.
    assert_eq!(send(&connection, 2).await, Ok(2));
    peer.gets(b"?\x02").await;
    drop(connection);
    peer.gets_nothing().await;
    peer.sends(b"!\x02").await;
    peer.sees_the_end().await;
}

#[tokio::test(start_paused = true)]
async fn who_is_not_to_be_read_or_not_listened_to_is_not_read() {
    let (connection, mut events, mut peer) = start(Session::new(1));
    connection.hold(true);
    tokio::time::sleep(secs(1)).await;
    // As much as the pipe holds.
    peer.sends(&b"?\x01".repeat(512)).await;
    let more = tokio::time::timeout(secs(1), peer.sends(b"?\x03")).await;
    assert!(more.is_err());
    connection.hold(false);
    assert_eq!(events.recv().await, Some(Asked(1)));

    // An owner that takes nothing is full in the end.
    let mut sent = 0;
    while tokio::time::timeout(secs(1), peer.sends(&b"?\x03".repeat(128)))
        .await
        .is_ok()
    {
        sent += 128;
        assert!(sent < 100_000);
    }
    let mut all = VecDeque::new();
    assert!(events.recv_all(&mut all).await);
    assert!(all.len() >= 4_096, "{}", all.len());
    assert!(connection.look(|session| !smsgw_net::connection::Session::is_closed(session)));
    peer.sends(b"?\x05").await;
}
