//! The shells against peers that are slow, rude, or gone.
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

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use shells::{
    LOGIN, Raw, Shells, accept_login, connect, listen, listen_narrowly, next, opens, request, said,
    serve, submits, up_on_loopback, within,
};
use smsgw_ucp::SystemMessage;
use smsgw_ucp::connection::RequestError;
use smsgw_ucp::op::{DeliverShortMessage, SubmitShortMessage};
use smsgw_ucp::session::{CloseReason, Config, Event, Session, State, TimeoutPolicy};
use smsgw_ucp::sme::Sme;
use smsgw_ucp::smsc::Smsc;
use smsgw_ucp::types::{HexBuf, Message};
use support::Seen::{Bad, Closed, LoginRequest, Refused, Request};
use support::{Said, deliver, frame, ms, quiet, secs, submit, window};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpSocket;
use tokio::task::JoinSet;

const YES: Said = Said::Yes;

#[tokio::test]
async fn octets_one_by_one_are_served() {
    let listener = listen().await;
    let mut raw = Raw::connect(&listener).await;
    raw.stream.set_nodelay(true).unwrap();
    let (smsc, mut events) = Smsc::new(listener.accept().await.unwrap().0, quiet());
    let owner = async {
        assert_eq!(next(&mut events).await, Some(LoginRequest));
        smsc.accept_login(SystemMessage::EMPTY);
        let frame = request(&mut events).await;
        smsc.accept(&frame, SystemMessage::EMPTY);
        assert_eq!(next(&mut events).await, Some(Refused(2, 59, 3)));
    };
    let peer = async {
        for line in [LOGIN, &submits(1), "02/O/59/1", "03/O/31/2147/0539"] {
            let junk = [b'\r', b'\n'].into_iter();
            for octet in junk.chain(frame(line).octets().iter().copied()) {
                raw.stream.write_all(&[octet]).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
        let mut lines = Vec::new();
        for _ in 0..4 {
            lines.push(raw.line().await);
        }
        lines.sort();
        lines
    };
    let ((), lines) = within(async { tokio::join!(owner, peer) }).await;
    let expected = [
        "00/R/60/A/",
        "01/R/51/A//",
        "02/R/59/N/03/",
        "03/R/31/A/0000",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn broken_frames_end_nothing() {
    let (mut raw, smsc, mut events) = Raw::logged_in(quiet()).await;
    let mut wrong = frame(&submits(1)).octets().to_vec();
    let check = wrong.len() - 2;
    wrong[check] ^= 1;
    raw.send_octets(&wrong).await;
    // Not an operation that could be answered.
    raw.send_octets(b"\x02xx/00019/O/31/A//6D\x03").await;
    raw.send(&submits(2)).await;
    assert_eq!(next(&mut events).await, Some(Refused(1, 51, 1)));
    assert_eq!(next(&mut events).await, Some(Bad("header")));
    let good = request(&mut events).await;
    smsc.accept(&good, SystemMessage::EMPTY);
    assert_eq!(raw.line().await, "01/R/51/N/01/");
    assert_eq!(raw.line().await, "02/R/51/A//");
}

#[tokio::test]
async fn who_speaks_something_else_is_shown_out() {
    let config = Config {
        max_junk: 10_000,
        ..quiet()
    };
    let (mut raw, smsc, mut events) = Raw::logged_in(config).await;
    let asked = b"GET / HTTP/1.1\r\n\r\n".repeat(1_000);
    raw.send_octets(&asked).await;
    assert_eq!(next(&mut events).await, Some(Closed(CloseReason::Junk)));
    assert_eq!(smsc.state(), State::Closed);
    // In good order: no reset, no octet.
    assert!(raw.receive().await.is_none());
}

#[tokio::test]
async fn a_peer_that_cuts_leaves_no_call_waiting() {
    let listener = listen().await;
    let accepts = async { Raw::smsc(listener.accept().await.unwrap().0).await };
    let ((sme, mut events), mut raw) =
        within(async { tokio::join!(connect(&listener, window(5)), accepts) }).await;
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let sme = sme.clone();
        calls.spawn(async move { sme.submit(&submit("1")).await.unwrap_err() });
    }
    for _ in 0..5 {
        assert!(raw.line().await.contains("/O/51/1/"));
    }
    drop(raw);
    let outcomes = within(calls.join_all()).await;
    let count = |wanted| outcomes.iter().filter(|&&had| had == wanted).count();
    assert_eq!(count(RequestError::Unanswered { written: true }), 5);
    assert_eq!(count(RequestError::Closed), 3);
    let gone = Some(Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut events).await, gone);
    assert_eq!(next(&mut events).await, None);
    assert_eq!((sme.in_flight(), sme.state()), (0, State::Closed));
}

#[tokio::test]
async fn a_peer_that_closed_its_half_gets_the_results_it_is_owed() {
    let (mut raw, smsc, mut events) = Raw::logged_in(quiet()).await;
    for trn in 0..10 {
        raw.send(&submits(trn)).await;
    }
    raw.stream.shutdown().await.unwrap();
    for trn in 0..10 {
        let frame = request(&mut events).await;
        assert_eq!(frame.trn().get(), trn);
        smsc.accept(&frame, SystemMessage::EMPTY);
    }
    for trn in 0..10 {
        assert_eq!(raw.line().await, format!("{trn:02}/R/51/A//"));
    }
    assert!(raw.receive().await.is_none());
    let gone = Some(Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut events).await, gone);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_closed_its_half_is_not_owed_results_for_ever() {
    let (mut raw, _smsc, mut events) = Raw::logged_in_in_memory(quiet()).await;
    raw.send(&submits(1)).await;
    raw.stream.shutdown().await.unwrap();
    assert_eq!(next(&mut events).await, Some(Request(1, 51)));
    let gone = Some(Closed(CloseReason::Disconnected));
    assert_eq!(next(&mut events).await, gone);
}

/// As much as a message may hold, so that sockets fill soon.
fn long_text() -> HexBuf {
    HexBuf::encode(&[b'x'; 320])
}

#[tokio::test]
async fn what_was_reported_unsent_never_arrives() {
    let listener = listen_narrowly();
    let accepts = async {
        let (stream, _) = listener.accept().await.unwrap();
        Raw::smsc(stream).await
    };
    let config = window(100);
    let address = listener.local_addr().unwrap();
    let connects = async {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_send_buffer_size(4_096).unwrap();
        let stream = socket.connect(address).await.unwrap();
        Sme::login(stream, &opens(), config).await.unwrap()
    };
    let ((sme, mut events), mut raw) = within(async { tokio::join!(connects, accepts) }).await;
    let text = long_text();
    let message = SubmitShortMessage {
        message: Message::text(text.as_hex()).unwrap(),
        ..submit("1")
    };
    for token in 0..100 {
        sme.try_queue(&message, token).unwrap();
    }
    // The peer says it sends no more, but still takes all it is given.
    raw.stream.shutdown().await.unwrap();
    let (mut written, mut unwritten) = (0, 0);
    loop {
        match within(events.recv()).await.unwrap() {
            Event::Unanswered { written: true, .. } => written += 1,
            Event::Unanswered { written: false, .. } => unwritten += 1,
            Event::Closed(reason) => {
                assert_eq!(reason, CloseReason::Disconnected);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(written + unwritten, 100);
    assert!(unwritten > 0, "the sockets hold less");
    let mut arrived = 0;
    while raw.receive().await.is_some() {
        arrived += 1;
    }
    assert_eq!(arrived, written);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_not_read_and_blocks_nobody() {
    let (mut raw, smsc, _events) = Raw::logged_in(quiet()).await;
    let alert = frame("07/O/31/2147/0539").octets().clone();
    let alerts = alert.repeat(2_048);
    let mut asked = 0_usize;
    // Until nothing more is taken, in the middle of an operation, mostly.
    'full: loop {
        let mut batch = &alerts[..];
        while !batch.is_empty() {
            match tokio::time::timeout(ms(300), raw.stream.write(batch)).await {
                Ok(len) => batch = &batch[len.unwrap()..],
                Err(_) => {
                    asked += alerts.len() - batch.len();
                    break 'full;
                }
            }
        }
        asked += alerts.len();
        assert!(asked < 64 << 20, "somebody keeps all this");
    }
    // Others are served meanwhile.
    let Shells {
        sme,
        smsc: other,
        smsc_events,
        ..
    } = up_on_loopback(quiet(), quiet()).await;
    let serving = tokio::spawn(serve(other, smsc_events));
    assert_eq!(said(within(sme.submit(&submit("1"))).await), Ok(YES));
    drop(sme);
    within(serving).await.unwrap();
    // And when it reads, it gets all it asked for.
    assert_eq!(smsc.state(), State::Up);
    for _ in 0..asked / alert.len() {
        assert_eq!(raw.line().await, "07/R/31/A/0000");
    }
    assert_eq!(smsc.state(), State::Up);
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_takes_nothing_is_given_up() {
    let (near, far) = tokio::io::duplex(1 << 10);
    let config = Config {
        window: 100,
        on_timeout: TimeoutPolicy::Wait,
        ..quiet()
    };
    let (logged_in, raw) = {
        let opens = opens();
        let login = Sme::login(near, &opens, config);
        within(async { tokio::join!(login, Raw::smsc(far)) }).await
    };
    let (sme, mut events) = logged_in.unwrap();
    let started = tokio::time::Instant::now();
    for token in 0..100 {
        sme.try_queue(&submit("1"), token).unwrap();
    }
    let (mut written, mut unwritten) = (0, 0);
    let reason = loop {
        match events.recv().await.unwrap() {
            Event::Unanswered { written: true, .. } => written += 1,
            Event::Unanswered { written: false, .. } => unwritten += 1,
            Event::Closed(reason) => break reason,
            Event::Overdue { .. } => {}
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(reason, CloseReason::Disconnected);
    assert_eq!(started.elapsed(), quiet().result_timer);
    assert_eq!(written + unwritten, 100);
    assert!(written > 0 && unwritten > 50, "{written}, {unwritten}");
    drop(raw);
}

#[tokio::test]
async fn two_that_send_much_do_not_wait_for_each_other() {
    let Shells {
        sme,
        mut sme_events,
        smsc,
        mut smsc_events,
    } = up_on_loopback(window(100), window(100)).await;
    let text = long_text();
    let message = Message::text(text.as_hex()).unwrap();
    let submit = SubmitShortMessage {
        message,
        ..submit("1")
    };
    let deliver = DeliverShortMessage {
        message,
        ..deliver("2")
    };
    const EACH: u64 = 2_000;
    let sends = async {
        for token in 0..EACH {
            within(sme.queue(&submit, token)).await.unwrap();
        }
    };
    let delivers = async {
        for token in 0..EACH {
            within(smsc.queue(&deliver, token)).await.unwrap();
        }
    };
    let up = async {
        for _ in 0..2 * EACH {
            match within(sme_events.recv()).await {
                Some(Event::Request(frame)) => sme.accept(&frame, SystemMessage::EMPTY),
                other => assert!(matches!(other, Some(Event::Response { .. })), "{other:?}"),
            }
        }
    };
    let down = async {
        for _ in 0..2 * EACH {
            match within(smsc_events.recv()).await {
                Some(Event::Request(frame)) => smsc.accept(&frame, SystemMessage::EMPTY),
                other => assert!(matches!(other, Some(Event::Response { .. })), "{other:?}"),
            }
        }
    };
    tokio::join!(sends, delivers, up, down);
    assert_eq!((sme.in_flight(), smsc.in_flight()), (0, 0));
    assert_eq!((sme.state(), smsc.state()), (State::Up, State::Up));
}

/// A client that never answers what comes to it, as some test tools: the result timer ends it, and
/// the session if that is what the service centre wants.
#[tokio::test(start_paused = true)]
async fn a_client_that_never_answers_runs_out_of_time() {
    let (mut raw, smsc, mut events) = Raw::logged_in_in_memory(quiet()).await;
    let started = tokio::time::Instant::now();
    let message = deliver("1");
    let call = smsc.deliver(&message);
    let reads = async { assert!(raw.line().await.starts_with("00/O/52/1/")) };
    let (outcome, ()) = tokio::join!(call, reads);
    let unanswered = RequestError::Unanswered { written: true };
    assert_eq!(said(outcome), Err(unanswered));
    assert_eq!(started.elapsed(), quiet().result_timer);
    let closed = Some(Closed(CloseReason::ResultTimer));
    assert_eq!(next(&mut events).await, closed);
    assert!(raw.receive().await.is_none());
}

/// Tests of those who use this can let time pass as tokio does it.
#[tokio::test(start_paused = true)]
async fn timers_follow_the_clock_of_tokio() {
    let listener = listen().await;
    let raw = Raw::connect(&listener).await;
    let started = Instant::now();
    let (smsc, mut events) = Smsc::new(listener.accept().await.unwrap().0, quiet());
    let event = events.recv().await;
    assert_eq!(event, Some(Event::Closed(CloseReason::LoginTimer)));
    assert!(started.elapsed() < secs(10));
    assert_eq!(smsc.state(), State::Closed);
    drop(raw);
}

/// A peer that always has more to say and takes everything, as no socket can.
struct Flood;

impl AsyncRead for Flood {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        const ALERT: &[u8] = b"\x0202/00035/O/31/0234765439845/0139/A0\x03";
        while buffer.remaining() >= ALERT.len() {
            buffer.put_slice(ALERT);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Flood {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Poll::Ready(Ok(octets.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

#[tokio::test]
async fn a_flood_stops_neither_the_clock_nor_the_end() {
    let config = Config {
        login_timer: ms(100),
        ..quiet()
    };
    let (_smsc, mut events) = Smsc::new(Flood, config);
    // There is one for each operation that is refused.
    let closed = async {
        let mut last = None;
        while let Some(event) = events.recv().await {
            last = Some(event);
        }
        last
    };
    let last = within(closed).await;
    assert_eq!(last, Some(Event::Closed(CloseReason::LoginTimer)));
}

#[tokio::test(start_paused = true)]
async fn a_tap_that_panics_leaves_nobody_waiting() {
    let (near, far) = tokio::io::duplex(1 << 16);
    let now = tokio::time::Instant::now().into_std();
    let mut session = Session::sme(quiet(), now);
    session.tap(|_, octets| {
        let is_result = octets.get(10) == Some(&b'R') && octets.get(12..14) == Some(b"51");
        assert!(!is_result, "on purpose");
    });
    let opens = opens();
    let login = Sme::login_session(near, &opens, session);
    let (logged_in, (smsc, smsc_events)) = tokio::join!(login, accept_login(far, quiet()));
    let (sme, mut events) = logged_in.unwrap();
    tokio::spawn(serve(smsc, smsc_events));
    let error = sme.submit(&submit("1")).await.unwrap_err();
    assert_eq!(error, RequestError::Unanswered { written: true });
    while events.recv().await.is_some() {}
}
