//! The ways a session ends, in simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use bytes::BytesMut;
use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{CloseReason, Config, SendError, State, TimeoutPolicy};
use support::Seen::{Closed, Refused, Request, Response, Unanswered};
use support::{Pair, Said, Written, alert, ms, quiet, secs, submit, trn, window};

#[test]
fn it_waits_for_the_results_in_flight_both_ways() {
    let mut pair = Pair::up_with(window(2), quiet());
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    pair.deliver(3).unwrap();
    pair.exchange();
    pair.sme.session.close_when_answered(pair.now);
    pair.sme.session.close_when_answered(pair.now + secs(1));
    assert_eq!(pair.states(), (State::Closing, State::Up));
    assert_eq!(pair.submit(4), Err(SendError::State(State::Closing)));
    // No new operations; a sign of life is given.
    let delivery = support::deliver("2").to_frame(trn(9));
    pair.sme.take(delivery.octets(), pair.now);
    pair.sme
        .take(alert("2147").to_frame(trn(10)).octets(), pair.now);
    assert_eq!(pair.sme.seen(), [Request(0, 52), Refused(9, 52, 4)]);
    assert_eq!(pair.sme.lines(), ["09/R/52/N/04/", "10/R/31/A/0000"]);

    pair.smsc.answer();
    pair.exchange();
    pair.sme.answer();
    pair.exchange();
    assert_eq!(pair.states(), (State::Closing, State::Up));
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(
        pair.sme.seen(),
        [
            Response(1, Said::Yes),
            Response(2, Said::Yes),
            Closed(CloseReason::Local)
        ]
    );
    assert_eq!(
        pair.smsc.seen(),
        [Request(1, 51), Request(2, 51), Response(3, Said::Yes)]
    );
    pair.assert_idle(State::Closed, State::Up);
}

#[test]
fn the_last_answer_may_be_its_own() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.smsc.session.close_when_answered(pair.now);
    pair.smsc.answer();
    assert_eq!(
        pair.smsc.seen(),
        [Request(1, 51), Closed(CloseReason::Local)]
    );
    // It is still to be written.
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
}

#[test]
fn with_nothing_in_flight_it_ends_at_once() {
    let mut pair = Pair::up();
    pair.sme.session.close_when_answered(pair.now);
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::Local)]);
    let mut pair = Pair::open(quiet(), quiet());
    pair.sme.session.close_when_answered(pair.now);
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::Local)]);
}

#[test]
fn it_waits_no_longer_than_for_one_result() {
    for on_timeout in [TimeoutPolicy::Wait, TimeoutPolicy::Resend { times: 9 }] {
        let sme = Config {
            on_timeout,
            ..quiet()
        };
        let mut pair = Pair::up_with(sme, quiet());
        pair.submit(1).unwrap();
        pair.exchange();
        pair.advance(secs(59));
        pair.sme.session.close_when_answered(pair.now);
        pair.advance(secs(60) - ms(1));
        assert_eq!(pair.states().0, State::Closing);
        pair.advance(ms(1));
        let seen = pair.sme.seen();
        let end = [Unanswered(1, Written::Yes), Closed(CloseReason::Local)];
        assert_eq!(seen[1..], end, "{on_timeout:?}");
    }
    // And not for an owner that does not answer.
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.smsc.session.close_when_answered(pair.now);
    pair.advance(secs(60));
    assert_eq!(pair.states().1, State::Closed);
}

#[test]
fn a_keep_alive_in_flight_is_waited_for_too() {
    let sme = Config {
        keep_alive: Some(secs(10)),
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.advance_cut_off(secs(10));
    pair.submit(1).unwrap();
    pair.sme.session.close_when_answered(pair.now);
    // What it had taken is still sent.
    pair.exchange();
    pair.smsc.answer();
    assert_eq!(pair.states().0, State::Closing);
    pair.exchange();
    assert_eq!(
        pair.sme.seen(),
        [Response(1, Said::Yes), Closed(CloseReason::Local)]
    );
}

#[test]
fn a_keep_alive_alone_is_waited_for() {
    let sme = Config {
        keep_alive: Some(secs(10)),
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.advance_cut_off(secs(10));
    pair.sme.session.close_when_answered(pair.now);
    assert_eq!(pair.states().0, State::Closing);
    assert_eq!(pair.sme.seen(), []);
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::Local)]);
}

#[test]
fn a_lost_connection_tells_what_was_written() {
    let mut pair = Pair::up_with(window(3), quiet());
    let mut written = BytesMut::new();
    pair.submit(1).unwrap();
    pair.sme.session.poll_transmit(&mut written);
    let first = written.len();
    pair.submit(2).unwrap();
    pair.sme.session.poll_transmit(&mut written);
    let second = written.len() - first;
    // The third was not even asked for.
    pair.submit(3).unwrap();
    assert_eq!(
        pair.sme.session.octets_in_flight(),
        (first + 2 * second) as u64
    );
    // One octet of the second is missing.
    pair.sme.session.handle_disconnect(1);
    assert_eq!(
        pair.sme.seen(),
        [
            Unanswered(1, Written::Yes),
            Unanswered(2, Written::No),
            Unanswered(3, Written::No),
            Closed(CloseReason::Disconnected),
        ]
    );
    assert!(pair.sme.octets().is_empty(), "nothing more may be written");
    pair.sme.session.handle_disconnect(0);
    pair.sme.session.close(CloseReason::Local);
    assert_eq!(pair.sme.seen(), []);
}

#[test]
fn the_first_copy_counts_for_what_was_written() {
    let sme = Config {
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.sme.octets();
    pair.advance_cut_off(secs(60));
    let again = pair.sme.octets();
    pair.sme.session.handle_disconnect(again.len());
    assert_eq!(
        pair.sme.seen(),
        [
            support::Seen::Resent(1, 1),
            Unanswered(1, Written::Yes),
            Closed(CloseReason::Disconnected)
        ]
    );
}

#[test]
fn closed_at_once_what_is_left_is_written() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    pair.sme.session.close(CloseReason::Local);
    assert_eq!(
        pair.sme.seen(),
        [Unanswered(1, Written::Yes), Closed(CloseReason::Local)]
    );
    assert_eq!(pair.sme.lines(), ["01/O/51/1/2147/"]);
}

#[test]
fn nothing_happens_after_the_end() {
    let mut pair = Pair::up();
    let request = submit("1").to_frame(trn(7));
    pair.smsc.take(request.octets(), pair.now);
    pair.smsc.seen();
    pair.smsc.session.close(CloseReason::Local);
    assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Local)]);
    let mut buffer = BytesMut::from(&request.octets()[..]);
    let session = &mut pair.smsc.session;
    session.handle_buffer(&mut buffer, pair.now);
    assert!(buffer.is_empty());
    session.handle_frame(request.clone(), pair.now);
    session.handle_timeout(pair.now + secs(86_400));
    session.accept(&request, smsgw_ucp::SystemMessage::EMPTY);
    session.send_octets(b"more");
    session.close_when_answered(pair.now);
    session.abandon(pair.now);
    assert_eq!(session.poll_timeout(), None);
    assert!(session.is_closed());
    assert_eq!(pair.smsc.seen(), []);
    assert!(pair.smsc.octets().is_empty());
}

#[test]
fn sloppy_peers_can_be_played() {
    let mut pair = Pair::up();
    pair.smsc.session.send_octets(b"\r\njunk");
    pair.smsc.session.break_off(b"\x0200/000");
    assert_eq!(pair.smsc.octets()[..], b"\r\njunk\x0200/000"[..]);
    assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Local)]);
}

#[test]
fn what_is_printed_of_a_session_has_no_password() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.login().unwrap();
    let printed = format!("{:?} {:?}", pair.sme.session, pair.smsc.session);
    assert!(printed.contains("LoggingIn"), "{printed}");
    assert!(!printed.contains("736563726574"), "{printed}");
}

#[test]
fn reasons_are_told_in_words() {
    for (reason, text) in [
        (CloseReason::Local, "closed on this side"),
        (CloseReason::Disconnected, "the connection ended"),
        (CloseReason::LoginTimer, "no login in time"),
        (CloseReason::ResultTimer, "no result in time"),
        (
            CloseReason::KeepAliveTimer,
            "the peer did not answer a keep-alive",
        ),
        (CloseReason::InactivityTimer, "no messages"),
        (CloseReason::Junk, "the peer sends no frames"),
    ] {
        assert_eq!(reason.to_string(), text);
    }
    let error = SendError::State(State::Closing);
    assert_eq!(error.to_string(), "not allowed while closing");
}
