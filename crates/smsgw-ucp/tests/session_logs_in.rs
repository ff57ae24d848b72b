//! Logins: right, wrong, late, none; and what is not allowed before. In simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{CloseReason, Config, SendError, State, TimeoutPolicy};
use smsgw_ucp::types::SessionType;
use smsgw_ucp::{ErrorCode, SystemMessage};
use support::Seen::{Closed, LoggedIn, LoginRefused, LoginRequest, Refused, Request, Response};
use support::{Pair, Said, alert, deliver, login, ms, no_login, quiet, secs, submit};

#[test]
fn a_login_opens_the_session() {
    let mut pair = Pair::open(quiet(), quiet());
    assert_eq!(pair.states(), (State::Open, State::Open));
    assert_eq!(pair.login().unwrap().get(), 0);
    assert_eq!(pair.states(), (State::LoggingIn, State::Open));
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [LoginRequest]);
    assert_eq!(pair.states(), (State::LoggingIn, State::LoggingIn));
    let request = pair.smsc.requests.pop_front().unwrap();
    let asked = request.decode::<smsgw_ucp::op::SessionManagement<'_>>();
    assert_eq!(asked.unwrap(), login(SessionType::OPEN));
    assert_eq!(pair.smsc.session.account(), None);

    let sm = SystemMessage::new("BIND AUTHENTICATED").unwrap();
    pair.smsc.session.accept_login(sm, pair.now);
    let octets = pair.smsc.octets();
    assert_eq!(
        support::line(&support::frames(&octets)[0]),
        "00/R/60/A/BIND AUTHENTICATED"
    );
    pair.sme.take(&octets, pair.now);
    assert_eq!(pair.sme.seen(), [LoggedIn]);
    pair.assert_idle(State::Up, State::Up);
    for end in [&pair.sme, &pair.smsc] {
        assert_eq!(end.session.account().unwrap().as_str(), "2147");
    }
    // The login had TRN 00.
    assert_eq!(pair.submit(1), Ok(1));
    assert_eq!(pair.deliver(1), Ok(0));
    // Nothing more to answer.
    pair.smsc.octets();
    pair.smsc.session.accept_login(sm, pair.now);
    pair.smsc
        .session
        .refuse_login(ErrorCode::AUTHENTICATION_FAILURE, sm);
    assert!(pair.smsc.octets().is_empty());
    assert_eq!(pair.states(), (State::Up, State::Up));
}

#[test]
fn a_wrong_login_is_refused_and_may_be_tried_again() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.login().unwrap();
    pair.exchange();
    pair.refuse_login();
    assert_eq!(pair.smsc.seen(), [LoginRequest]);
    assert_eq!(pair.sme.seen(), [LoginRefused(Said::No(7))]);
    pair.assert_idle(State::Open, State::Open);
    assert_eq!(pair.sme.session.account(), None);
    assert_eq!(pair.submit(1), Err(SendError::State(State::Open)));

    assert_eq!(pair.login().unwrap().get(), 1);
    pair.exchange();
    pair.accept_login();
    assert_eq!(pair.sme.seen(), [LoggedIn]);
    assert_eq!(pair.smsc.seen(), [LoginRequest]);
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn a_login_that_does_not_come_ends_the_session() {
    let sme = Config {
        login_timer: secs(10),
        ..quiet()
    };
    let mut pair = Pair::open(sme, quiet());
    pair.advance(secs(10) - ms(1));
    assert_eq!(pair.states(), (State::Open, State::Open));
    pair.advance(ms(1));
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::LoginTimer)]);
    pair.advance(secs(20));
    assert_eq!(pair.smsc.seen(), [Closed(CloseReason::LoginTimer)]);
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_login_that_is_not_answered_ends_the_session() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.advance(secs(29));
    pair.login().unwrap();
    pair.exchange();
    pair.smsc.requests.clear();
    // The service centre counts from the connection, the client from the login.
    pair.advance(secs(1));
    assert_eq!(
        pair.smsc.seen(),
        [LoginRequest, Closed(CloseReason::LoginTimer)]
    );
    assert_eq!(pair.states(), (State::LoggingIn, State::Closed));
    pair.advance(secs(29) - ms(1));
    assert_eq!(pair.sme.seen(), []);
    pair.advance(ms(1));
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::LoginTimer)]);
}

#[test]
fn wrong_logins_do_not_hold_the_session_open() {
    let mut pair = Pair::open(quiet(), quiet());
    for _ in 0..3 {
        pair.login().unwrap();
        pair.exchange();
        pair.refuse_login();
        pair.advance(secs(9));
    }
    pair.advance(secs(3) - ms(1));
    assert_eq!(pair.states(), (State::Open, State::Open));
    pair.advance(ms(1));
    assert_eq!(pair.states(), (State::Closed, State::Closed));
}

#[test]
fn nothing_is_allowed_before_the_login() {
    let mut pair = Pair::open(quiet(), quiet());
    assert_eq!(pair.submit(1), Err(SendError::State(State::Open)));
    assert_eq!(pair.deliver(1), Err(SendError::State(State::Open)));
    let asks = login(SessionType::OPEN);
    // It has a way of its own.
    let sent = pair.sme.session.request(&asks, 1, pair.now);
    assert_eq!(sent, Err(SendError::State(State::Open)));
    assert_eq!(
        pair.smsc.session.login(&asks, pair.now),
        Err(SendError::Direction)
    );

    for (frame, ot) in [
        (submit("1").to_frame(support::trn(7)), 51),
        (alert("2147").to_frame(support::trn(7)), 31),
        (
            login(SessionType::CHANGE_PASSWORD).to_frame(support::trn(7)),
            60,
        ),
    ] {
        pair.smsc.take(frame.octets(), pair.now);
        assert_eq!(pair.smsc.seen(), [Refused(7, ot, 4)]);
        assert_eq!(pair.smsc.lines(), [format!("07/R/{ot}/N/04/")]);
    }
    pair.sme
        .take(deliver("1").to_frame(support::trn(7)).octets(), pair.now);
    assert_eq!(pair.sme.seen(), [Refused(7, 52, 4)]);
    assert_eq!(pair.sme.lines(), ["07/R/52/N/04/"]);
    pair.assert_idle(State::Open, State::Open);
}

#[test]
fn what_comes_behind_a_login_waits_for_it() {
    let pipelined = [
        login(SessionType::OPEN).to_frame(support::trn(0)),
        submit("1").to_frame(support::trn(1)),
    ]
    .map(|frame| frame.octets().to_vec())
    .concat();
    let mut pair = Pair::open(quiet(), quiet());
    pair.smsc.take(&pipelined, pair.now);
    assert!(pair.smsc.session.is_paused());
    assert_eq!(pair.smsc.seen(), [LoginRequest]);
    pair.accept_login();
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);

    let mut pair = Pair::open(quiet(), quiet());
    pair.smsc.take(&pipelined, pair.now);
    pair.refuse_login();
    assert_eq!(pair.smsc.seen(), [LoginRequest, Refused(1, 51, 4)]);
}

#[test]
fn a_second_login_is_not_allowed_but_a_new_password_is() {
    let mut pair = Pair::up();
    assert_eq!(pair.login(), Err(SendError::State(State::Up)));
    let asks = [
        SessionType::OPEN,
        SessionType::OPEN_PROVISIONING,
        SessionType::CHANGE_PASSWORD,
    ];
    for (token, styp) in (1..).zip(asks) {
        pair.sme
            .session
            .request(&login(styp), token, pair.now)
            .unwrap();
        pair.exchange();
    }
    // The one before has its answer, or the window was full.
    assert_eq!(
        pair.smsc.seen(),
        [Refused(1, 60, 4), Refused(2, 60, 4), Request(3, 60)]
    );
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(
        pair.sme.seen(),
        [
            Response(1, Said::No(4)),
            Response(2, Said::No(4)),
            Response(3, Said::Yes)
        ]
    );
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn a_link_without_a_login_is_up_at_once() {
    let mut pair = Pair::open(no_login(quiet()), no_login(quiet()));
    assert_eq!(pair.states(), (State::Up, State::Up));
    for end in [&pair.sme, &pair.smsc] {
        assert_eq!(end.session.account().unwrap().as_str(), "2147");
    }
    pair.submit(1).unwrap();
    pair.deliver(2).unwrap();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(0, 51)]);
    assert_eq!(pair.sme.seen(), [Request(0, 52)]);
    pair.smsc.answer();
    pair.sme.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    assert_eq!(pair.smsc.seen(), [Response(2, Said::Yes)]);
    // No login timer ends it.
    pair.advance(secs(3_600));
    pair.assert_idle(State::Up, State::Up);
    // Who logs in all the same is for the owner to judge.
    assert_eq!(pair.login(), Err(SendError::State(State::Up)));
    let asks = login(SessionType::OPEN);
    pair.sme.session.request(&asks, 3, pair.now).unwrap();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(1, 60)]);
}

#[test]
fn a_login_is_never_sent_again_and_has_no_token() {
    for on_timeout in [
        TimeoutPolicy::Disconnect,
        TimeoutPolicy::Resend { times: 3 },
        TimeoutPolicy::Wait,
    ] {
        let sme = Config {
            on_timeout,
            ..quiet()
        };
        let mut pair = Pair::open(sme, quiet());
        pair.login().unwrap();
        assert_eq!(pair.sme.session.in_flight(), 0);
        assert_eq!(pair.sme.lines().len(), 1);
        pair.advance_cut_off(secs(29));
        assert_eq!(pair.sme.seen(), []);
        assert!(pair.sme.octets().is_empty());
        pair.advance_cut_off(secs(1));
        assert_eq!(pair.sme.seen(), [Closed(CloseReason::LoginTimer)]);
    }
}

#[test]
fn a_result_that_cannot_be_read_still_says_yes_or_no() {
    for (result, seen) in [
        ("00/R/60/A//", LoggedIn),
        ("00/R/60/A", LoggedIn),
        ("00/R/60/N", LoginRefused(Said::Nonsense)),
        ("00/R/60/X/", LoginRefused(Said::Nonsense)),
    ] {
        let mut pair = Pair::open(quiet(), quiet());
        pair.login().unwrap();
        pair.sme.take_lines(&[result], pair.now);
        assert_eq!(pair.sme.seen(), [seen], "{result}");
    }
}

#[test]
fn a_session_that_ends_while_it_logs_in() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.login().unwrap();
    pair.exchange();
    pair.smsc.seen();
    pair.sme.session.close_when_answered(pair.now);
    pair.smsc.session.close_when_answered(pair.now);
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::Local)]);
    assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Local)]);
    pair.smsc
        .session
        .accept_login(SystemMessage::EMPTY, pair.now);
    assert!(pair.smsc.octets().is_empty());
    // Nothing in flight had a token.
    let mut pair = Pair::open(quiet(), quiet());
    pair.login().unwrap();
    pair.sme.session.handle_disconnect(0);
    assert_eq!(pair.sme.seen(), [Closed(CloseReason::Disconnected)]);
}
