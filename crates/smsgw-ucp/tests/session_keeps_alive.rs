//! Keep-alives, pings and idling, in simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use std::time::Duration;

use smsgw_ucp::op::SubmitShortMessage;
use smsgw_ucp::session::{CloseReason, Config, Counted, SendError, State, TimeoutPolicy};
use smsgw_ucp::{OperationType, Quirks};
use support::Seen::{Closed, Overdue, Refused, Request, Response, Unanswered};
use support::{Pair, Said, Written, alert, ms, no_login, quiet, secs, window};

const ALERT: OperationType = OperationType::SMT_ALERT;

fn keeps_alive(after: Duration) -> Config {
    Config {
        keep_alive: Some(after),
        ..Config::default()
    }
}

#[test]
fn who_sends_nothing_says_that_it_is_there() {
    let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
    pair.advance_cut_off(secs(50) - ms(1));
    assert!(pair.sme.lines().is_empty());
    pair.advance_cut_off(ms(1));
    let octets = pair.sme.octets();
    let alert = support::frames(&octets);
    assert_eq!(support::line(&alert[0]), "01/O/31/2147/0539");
    assert_eq!(pair.sme.session.in_flight(), 0, "it is none of the owner's");
    pair.smsc.take(&octets, pair.now);
    let answer = pair.smsc.octets();
    assert_eq!(
        support::line(&support::frames(&answer)[0]),
        "01/R/31/A/0000"
    );
    pair.sme.take(&answer, pair.now);
    // Neither owner has anything of it.
    pair.assert_idle(State::Up, State::Up);
    pair.advance(secs(500));
    pair.assert_idle(State::Up, State::Up);
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (11, 0));
    assert_eq!(pair.sme.counted(ALERT, Counted::Positive), (0, 11));
}

#[test]
fn own_operations_put_it_off_and_those_of_the_peer_do_not() {
    let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
    for token in 0..5 {
        pair.advance(secs(40));
        pair.submit(token).unwrap();
        pair.exchange();
        pair.smsc.answer();
        pair.exchange();
    }
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (0, 0));
    for token in 0..5 {
        pair.advance(secs(40));
        pair.deliver(token).unwrap();
        pair.exchange();
        pair.sme.answer();
        pair.exchange();
    }
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (4, 0));
}

#[test]
fn service_centres_do_it_too_and_both_at_once() {
    let mut pair = Pair::up_with(keeps_alive(secs(50)), keeps_alive(secs(50)));
    pair.advance_cut_off(secs(50));
    assert_eq!(pair.smsc.lines(), ["00/O/31/2147/0539"]);
    let mut pair = Pair::open(
        no_login(keeps_alive(secs(30))),
        no_login(keeps_alive(secs(30))),
    );
    pair.advance(secs(3_600));
    pair.assert_idle(State::Up, State::Up);
    for end in [&pair.sme, &pair.smsc] {
        assert_eq!(end.counted(ALERT, Counted::Operation), (120, 120));
        assert_eq!(end.counted(ALERT, Counted::Positive), (120, 120));
    }
}

#[test]
fn one_straight_after_the_login() {
    let sme = Config {
        alert_at_login: true,
        ..quiet()
    };
    let mut pair = Pair::open(sme, quiet());
    pair.login().unwrap();
    pair.exchange();
    pair.accept_login();
    assert_eq!(pair.smsc.counted(ALERT, Counted::Operation), (0, 1));
    assert_eq!(pair.sme.counted(ALERT, Counted::Positive), (0, 1));
}

#[test]
fn a_peer_that_does_not_answer_it_is_given_up_whatever_the_policy() {
    for on_timeout in [
        TimeoutPolicy::Disconnect,
        TimeoutPolicy::Resend { times: 5 },
        TimeoutPolicy::Wait,
    ] {
        let sme = Config {
            on_timeout,
            result_timer: secs(10),
            ..keeps_alive(secs(50))
        };
        let mut pair = Pair::up_with(sme, quiet());
        pair.advance_cut_off(secs(60) - ms(1));
        assert_eq!(pair.states().0, State::Up);
        pair.advance_cut_off(ms(1));
        assert_eq!(pair.sme.seen(), [Closed(CloseReason::KeepAliveTimer)]);
        assert_eq!(pair.sme.lines().len(), 1);
    }
}

#[test]
fn any_result_of_it_is_a_sign_of_life() {
    let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
    for result in [
        "01/R/31/A/0003",
        "02/R/31/N/06/AdC invalid",
        "03/R/31/A",
        "04/R/31/",
    ] {
        pair.advance_cut_off(secs(50));
        assert_eq!(pair.sme.lines().len(), 1);
        pair.sme.take_lines(&[result], pair.now);
    }
    pair.advance_cut_off(secs(49));
    assert_eq!(pair.states().0, State::Up);
    assert_eq!(pair.sme.seen(), []);
}

#[test]
fn it_takes_a_place_of_the_window() {
    let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
    // Nothing is outstanding, so the keep-alive is sent.
    pair.advance_cut_off(secs(50));
    assert_eq!(pair.sme.lines(), ["01/O/31/2147/0539"]);
    // One operation is taken, but waits.
    assert!(pair.sme.session.has_room());
    assert_eq!(pair.submit(1), Ok(2));
    assert_eq!(pair.sme.session.in_flight(), 1);
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    assert!(pair.sme.octets().is_empty());
    // Nobody can have a result for it.
    pair.sme.take_lines(&["02/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [support::Seen::Stray(2, 51)]);
    assert!(pair.sme.octets().is_empty());
    pair.sme.take_lines(&["01/R/31/A/0000"], pair.now);
    assert_eq!(pair.sme.lines(), ["02/O/51/1/2147/"]);
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    pair.sme.take_lines(&["02/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    // With an operation outstanding there is no room for a keep-alive.
    pair.submit(2).unwrap();
    pair.sme.octets();
    pair.advance_cut_off(secs(55));
    assert!(pair.sme.octets().is_empty());
    pair.sme.take_lines(&["03/R/51/A//"], pair.now);
    // Overdue by now.
    assert!(pair.sme.session.poll_timeout() < Some(pair.now));
    support::wake(&mut pair.sme.session, pair.now);
    assert_eq!(pair.sme.lines(), ["04/O/31/2147/0539"]);
}

#[test]
fn in_a_larger_window_any_result_makes_room_for_who_waits() {
    let sme = Config {
        window: 2,
        ..keeps_alive(secs(10))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.advance_cut_off(secs(10));
    assert_eq!(pair.sme.lines(), ["01/O/51/1/2147/", "02/O/31/2147/0539"]);
    pair.submit(2).unwrap();
    assert!(pair.sme.octets().is_empty());
    pair.sme.take_lines(&["01/R/51/A//"], pair.now);
    assert_eq!(pair.sme.lines(), ["03/O/51/1/2147/"]);
    pair.submit(3).unwrap();
    assert!(pair.sme.octets().is_empty());
    pair.sme.take_lines(&["03/R/51/A//"], pair.now);
    assert_eq!(pair.sme.lines(), ["04/O/51/1/2147/"]);
}

#[test]
fn so_does_an_operation_that_is_given_up() {
    let sme = Config {
        window: 2,
        result_timer: secs(15),
        on_timeout: TimeoutPolicy::Resend { times: 0 },
        ..keeps_alive(secs(10))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.advance_cut_off(secs(10));
    assert_eq!(pair.sme.lines(), ["01/O/51/1/2147/", "02/O/31/2147/0539"]);
    pair.submit(2).unwrap();
    assert!(pair.sme.octets().is_empty());
    pair.advance_cut_off(secs(5));
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes)]);
    assert_eq!(pair.sme.lines(), ["03/O/51/1/2147/"]);
    // One waits, no more.
    pair.submit(3).unwrap();
    assert!(pair.sme.octets().is_empty());
    assert_eq!(pair.submit(4), Err(SendError::WindowFull));
}

#[test]
fn what_waits_for_it_was_certainly_not_sent_when_the_session_ends() {
    let parked = || {
        let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
        pair.advance_cut_off(secs(50));
        pair.submit(1).unwrap();
        pair
    };
    let mut pair = parked();
    pair.sme.octets();
    pair.sme.session.handle_disconnect(0);
    let not_written = Unanswered(1, Written::No);
    assert_eq!(
        pair.sme.seen(),
        [not_written, Closed(CloseReason::Disconnected)]
    );

    let mut pair = parked();
    pair.sme.session.close(CloseReason::Local);
    assert_eq!(pair.sme.seen(), [not_written, Closed(CloseReason::Local)]);
    assert_eq!(pair.sme.lines().len(), 1);

    let mut pair = parked();
    pair.advance_cut_off(secs(60));
    assert_eq!(
        pair.sme.seen(),
        [not_written, Closed(CloseReason::KeepAliveTimer)]
    );

    // Nobody looked for the result of the keep-alive as long as it may wait.
    let mut pair = parked();
    pair.sme.session.set_unread(true);
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.seen(), [not_written]);
    pair.sme.session.set_unread(false);
    pair.exchange();
    assert_eq!(pair.smsc.seen(), []);
    pair.assert_idle(State::Up, State::Up);
    // Its TRN is not reserved: nobody can answer it.
    for number in (3..=99).chain([0, 1, 2]) {
        assert_eq!(pair.submit(number), Ok(u8::try_from(number).unwrap()));
        pair.exchange();
        pair.smsc.answer();
        pair.exchange();
    }
}

#[test]
fn what_waited_for_it_is_sent_again_as_any_other() {
    let sme = Config {
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        ..keeps_alive(secs(50))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.advance_cut_off(secs(50));
    pair.submit(1).unwrap();
    pair.sme.octets();
    pair.advance_cut_off(secs(10));
    pair.sme.take_lines(&["01/R/31/A/0000"], pair.now);
    let first = pair.sme.octets();
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.octets(), first);
    assert_eq!(pair.sme.seen(), [support::Seen::Resent(1, 1)]);
}

#[test]
fn a_peer_that_is_not_listened_to_is_not_called_silent() {
    let sme = Config {
        max_unanswered: 1,
        result_timer: secs(10),
        ..keeps_alive(secs(50))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.advance(secs(49));
    pair.deliver(1).unwrap();
    pair.exchange();
    assert!(pair.sme.session.is_paused());
    // It is sent, and its result is not read.
    pair.advance(secs(300));
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (1, 0));
    assert_eq!(pair.states().0, State::Up);
    pair.sme.answer();
    pair.exchange();
    assert_eq!(pair.sme.counted(ALERT, Counted::Positive), (0, 1));

    // The owner's own pause; and this time the result does not come.
    let mut pair = Pair::up_with(keeps_alive(secs(50)), quiet());
    pair.sme.session.set_unread(true);
    pair.advance_cut_off(secs(500));
    assert_eq!(pair.sme.lines().len(), 1);
    pair.sme.session.set_unread(false);
    pair.sme.session.handle_timeout(pair.now);
    pair.advance_cut_off(secs(60) - ms(1));
    assert_eq!(pair.states().0, State::Up);
    pair.advance_cut_off(ms(1));
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::KeepAliveTimer)]);
}

#[test]
fn after_a_pause_its_result_has_its_time_again() {
    let sme = Config {
        max_unanswered: 1,
        result_timer: secs(10),
        ..keeps_alive(secs(50))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.deliver(1).unwrap();
    pair.exchange();
    pair.advance_cut_off(secs(70));
    pair.sme.answer();
    pair.sme.take(b"", pair.now);
    pair.advance_cut_off(secs(10) - ms(1));
    assert_eq!(pair.states().0, State::Up);
    pair.advance_cut_off(ms(1));
    assert_eq!(
        pair.sme.seen(),
        [Request(0, 52), Closed(CloseReason::KeepAliveTimer)]
    );
}

#[test]
fn its_time_counts_from_the_login_and_from_what_was_sent_last() {
    let smsc = Config {
        login_timer: secs(600),
        ..keeps_alive(secs(50))
    };
    let mut pair = Pair::open(
        Config {
            login_timer: secs(600),
            ..quiet()
        },
        smsc,
    );
    pair.advance(secs(45));
    pair.login().unwrap();
    pair.exchange();
    pair.accept_login();
    pair.advance(secs(50) - ms(1));
    assert_eq!(pair.smsc.counted(ALERT, Counted::Operation), (0, 0));
    pair.advance(ms(1));
    assert_eq!(pair.smsc.counted(ALERT, Counted::Operation), (1, 0));

    // What is sent again is sent.
    let sme = Config {
        window: 2,
        result_timer: secs(40),
        on_timeout: TimeoutPolicy::Resend { times: 1 },
        ..keeps_alive(secs(50))
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.advance_cut_off(secs(79));
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (0, 0));
}

#[test]
fn with_every_trn_waiting_there_is_none_for_one_more() {
    let sme = Config {
        window: 100,
        ..keeps_alive(secs(10))
    };
    let mut pair = Pair::up_with(sme, quiet());
    for token in 0..99 {
        pair.submit(token).unwrap();
    }
    let until = pair.now + secs(60);
    pair.advance_cut_off(secs(10));
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (1, 0));
    assert!(pair.sme.session.has_room());
    assert_eq!(pair.submit(99), Err(SendError::Reserved(until)));
    pair.sme.take_lines(&["00/R/31/A/0000"], pair.now);
    assert_eq!(pair.submit(99), Ok(0));
}

#[test]
fn it_is_not_sent_before_the_login_nor_when_the_session_ends() {
    let sme = Config {
        login_timer: secs(600),
        ..keeps_alive(secs(10))
    };
    let mut pair = Pair::open(sme.clone(), quiet());
    pair.advance_cut_off(secs(25));
    pair.login().unwrap();
    pair.advance_cut_off(secs(25));
    assert_eq!(pair.sme.lines().len(), 1);
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.sme.session.close_when_answered(pair.now);
    pair.advance(secs(59));
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (0, 0));
}

#[test]
fn when_no_trn_is_free_it_waits_its_time_again() {
    let sme = Config {
        window: 100,
        result_timer: secs(10),
        late_reserve: secs(100),
        on_timeout: TimeoutPolicy::Resend { times: 0 },
        ..keeps_alive(secs(30))
    };
    let mut pair = Pair::up_with(sme, quiet());
    for token in 0..100 {
        pair.submit(token).unwrap();
    }
    pair.sme.octets();
    pair.advance_cut_off(secs(110) - ms(1));
    assert!(pair.sme.octets().is_empty());
    pair.advance_cut_off(secs(30));
    assert_eq!(pair.sme.lines(), ["01/O/31/2147/0539"]);
}

#[test]
fn a_timer_of_nothing_is_a_second() {
    let mut pair = Pair::up_with(keeps_alive(secs(0)), quiet());
    pair.advance(secs(10));
    assert_eq!(pair.sme.counted(ALERT, Counted::Operation), (10, 0));
}

#[test]
fn an_owner_may_want_to_answer_alerts_and_send_them() {
    let smsc = Config {
        answer_alerts: false,
        ..quiet()
    };
    let mut pair = Pair::up_with(quiet(), smsc);
    let sent = pair.sme.session.request(&alert("2147"), 1, pair.now);
    sent.unwrap();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(1, 31)]);
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    pair.assert_idle(State::Up, State::Up);
    // Without the PID it is none.
    pair.smsc.take_lines(&["05/O/31/2147"], pair.now);
    assert_eq!(pair.smsc.seen(), [Refused(5, 31, 2)]);
}

#[test]
fn an_empty_submission_is_a_ping() {
    let ping = SubmitShortMessage::default();
    let mut pair = Pair::up();
    pair.sme.session.request(&ping, 1, pair.now).unwrap();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), []);
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    let octets = support::frame("07/R/51/A//");
    let request = smsgw_ucp::op::Op::to_frame(&ping, support::trn(7));
    pair.smsc.take(request.octets(), pair.now);
    assert_eq!(pair.smsc.sends(), [octets]);
    // Its fields need not be read for that.
    for (quirks, answers, seen) in [
        (Quirks::STRICT, true, vec![]),
        (Quirks::STRICT, false, vec![Refused(7, 51, 2)]),
        (Quirks::LENIENT, false, vec![Request(7, 51)]),
    ] {
        let smsc = Config {
            quirks,
            answer_pings: answers,
            ..quiet()
        };
        let mut pair = Pair::open(no_login(quiet()), no_login(smsc));
        pair.smsc.take(request.octets(), pair.now);
        assert_eq!(pair.smsc.seen(), seen);
    }
    // Not before the login, and not at a client, where none goes.
    let mut pair = Pair::open(quiet(), quiet());
    pair.smsc.take(request.octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Refused(7, 51, 4)]);
    pair.sme.take(request.octets(), pair.now);
    assert_eq!(pair.sme.seen(), [Refused(7, 51, 3)]);
}

// Idling.

fn idles() -> Config {
    Config {
        inactivity_timer: Some(secs(60)),
        ..keeps_alive(secs(50))
    }
}

#[test]
fn a_session_without_messages_ends() {
    let mut pair = Pair::up_with(idles(), keeps_alive(secs(7)));
    pair.advance(secs(59));
    pair.submit(1).unwrap();
    pair.exchange();
    // Not while a result is awaited.
    pair.advance(secs(50));
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    // Keep-alives are no messages.
    pair.advance(secs(60) - ms(1));
    assert_eq!(pair.states(), (State::Up, State::Up));
    pair.advance(ms(1));
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::InactivityTimer)]);
}

#[test]
fn what_was_given_up_was_a_message_under_way() {
    let sme = Config {
        inactivity_timer: Some(secs(60)),
        result_timer: secs(90),
        on_timeout: TimeoutPolicy::Resend { times: 0 },
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.advance_cut_off(secs(90));
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes)]);
    pair.advance_cut_off(secs(60) - ms(1));
    assert_eq!(pair.states().0, State::Up);
    pair.advance_cut_off(ms(1));
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::InactivityTimer)]);
}

#[test]
fn alerts_are_no_messages_whoever_sends_and_answers_them() {
    let config = || Config {
        inactivity_timer: Some(secs(60)),
        answer_alerts: false,
        ..quiet()
    };
    let mut pair = Pair::up_with(config(), config());
    for token in 0..5 {
        pair.advance(secs(10));
        let now = pair.now;
        let asks = alert("2147");
        pair.sme.session.request(&asks, token, now).unwrap();
        pair.smsc.session.request(&asks, token, now).unwrap();
        pair.exchange();
        pair.smsc.answer();
        pair.sme.answer();
        pair.exchange();
    }
    pair.sme.seen();
    pair.smsc.seen();
    pair.advance(secs(10));
    let idle = [Closed(CloseReason::InactivityTimer)];
    assert_eq!(pair.sme.seen(), idle);
    assert_eq!(pair.smsc.seen(), idle);
}

#[test]
fn a_session_that_owes_a_result_is_not_idle() {
    let smsc = Config {
        inactivity_timer: Some(secs(60)),
        ..quiet()
    };
    let sme = Config {
        on_timeout: TimeoutPolicy::Wait,
        ..window(1)
    };
    let mut pair = Pair::up_with(sme, smsc);
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(secs(90));
    assert_eq!(pair.states(), (State::Up, State::Up));
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Overdue(1), Response(1, Said::Yes)]);
    pair.advance(secs(60) - ms(1));
    assert_eq!(pair.states(), (State::Up, State::Up));
    pair.advance(ms(1));
    assert_eq!(
        pair.smsc.seen(),
        [Request(1, 51), Closed(CloseReason::InactivityTimer)]
    );
}
