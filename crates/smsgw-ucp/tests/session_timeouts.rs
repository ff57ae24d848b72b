//! Results that do not come in time, by policy. In simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use std::time::Duration;

use smsgw_ucp::session::{CloseReason, Config, SendError, State, TimeoutPolicy};
use support::Seen::{
    Closed, Late, Overdue, Repeated, Request, Resent, Response, Stray, Unanswered,
};
use support::{Pair, Said, Written, ms, quiet, secs};

fn policy(on_timeout: TimeoutPolicy, window: usize) -> Config {
    Config {
        window,
        on_timeout,
        ..quiet()
    }
}

#[test]
fn disconnect_ends_the_session_and_reports_all_that_wait() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Disconnect, 3), quiet());
    pair.submit(1).unwrap();
    pair.advance(secs(30));
    pair.submit(2).unwrap();
    pair.advance(secs(30) - ms(1));
    assert_eq!(pair.states().0, State::Up);
    pair.submit(3).unwrap();
    pair.advance(ms(1));
    assert_eq!(
        pair.sme.seen(),
        [
            Unanswered(1, Written::Yes),
            Unanswered(2, Written::Yes),
            // Not written yet, but it will be.
            Unanswered(3, Written::Yes),
            Closed(CloseReason::ResultTimer),
        ]
    );
    assert_eq!(pair.sme.session.metrics().faults().unanswered, 3);
    assert_eq!(pair.submit(4), Err(SendError::State(State::Closed)));
    assert_eq!(pair.sme.session.poll_timeout(), None);
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), []);
}

#[test]
fn resend_sends_the_same_octets_and_then_gives_up() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Resend { times: 2 }, 1), quiet());
    assert_eq!(pair.submit(1), Ok(1));
    let first = pair.sme.octets();
    for times in 1..=2 {
        pair.advance_cut_off(secs(60) - ms(1));
        assert_eq!(pair.sme.seen(), []);
        pair.advance_cut_off(ms(1));
        assert_eq!(pair.sme.seen(), [Resent(1, times)]);
        assert_eq!(pair.sme.octets(), first);
        // Nothing more is outstanding than before.
        assert_eq!(pair.sme.session.in_flight(), 1);
        assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    }
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes)]);
    assert!(pair.sme.octets().is_empty());
    assert_eq!(pair.sme.session.metrics().faults().resent, 2);
    // Three were sent, so three results may come.
    let result = "01/R/51/A//";
    pair.sme.take_lines(&[result; 4], pair.now);
    let late = Late(1, Said::Yes);
    assert_eq!(pair.sme.seen(), [late, late, late, Stray(1, 51)]);
    assert_eq!(pair.states().0, State::Up);
    assert_eq!(pair.sme.session.octets_in_flight(), 0);
}

#[test]
fn the_result_of_either_copy_is_the_result_and_the_other_hits_nobody() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Resend { times: 1 }, 1), quiet());
    assert_eq!(pair.submit(1), Ok(1));
    pair.advance_cut_off(secs(60));
    pair.sme.take_lines(&["01/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [Resent(1, 1), Response(1, Said::Yes)]);
    // The TRN waits for the second result, whatever else is sent.
    for token in 2..=100 {
        let number = pair.submit(token).unwrap();
        assert_ne!(number, 1);
        pair.sme
            .take_lines(&[&format!("{number:02}/R/51/A//")], pair.now);
    }
    pair.sme.seen();
    pair.sme.take_lines(&["01/R/51/N/38/"], pair.now);
    assert_eq!(pair.sme.seen(), [Late(1, Said::No(38))]);
}

#[test]
fn a_peer_that_still_works_on_it_sees_that_it_is_the_same() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Resend { times: 1 }, 1), quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(secs(60));
    assert_eq!(pair.sme.seen(), [Resent(1, 1)]);
    assert_eq!(pair.smsc.seen(), [Request(1, 51), Repeated(1, 51)]);
    assert_eq!(pair.smsc.session.unanswered(), 1);
    assert_eq!(pair.smsc.session.metrics().faults().repeated, 1);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["01/R/51/A//"], "one result for both");
}

#[test]
fn resend_zero_times_gives_up_at_once_and_the_session_lives() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Resend { times: 0 }, 2), quiet());
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    pair.exchange();
    pair.advance(secs(60));
    let given_up = [1, 2].map(|token| Unanswered(token, Written::Yes));
    assert_eq!(pair.sme.seen(), given_up);
    pair.smsc.seen();
    pair.smsc.answer();
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [1, 2].map(|token| Late(token, Said::Yes)));
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn wait_says_so_once_and_waits() {
    let mut pair = Pair::up_with(policy(TimeoutPolicy::Wait, 1), quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(secs(60));
    assert_eq!(pair.sme.seen(), [Overdue(1)]);
    pair.advance(secs(86_400));
    assert_eq!(pair.sme.seen(), []);
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    assert_eq!(pair.sme.session.metrics().faults().overdue, 1);
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);
    pair.assert_idle(State::Up, State::Up);
    // It is reported when the session ends, too.
    pair.submit(2).unwrap();
    pair.exchange();
    pair.advance(secs(60));
    pair.sme.session.handle_disconnect(0);
    assert_eq!(
        pair.sme.seen(),
        [
            Overdue(2),
            Unanswered(2, Written::Yes),
            Closed(CloseReason::Disconnected)
        ]
    );
}

#[test]
fn the_time_counts_from_when_it_is_sent() {
    let sme = Config {
        keep_alive: Some(secs(10)),
        ..policy(TimeoutPolicy::Resend { times: 0 }, 1)
    };
    let smsc = Config {
        answer_alerts: false,
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, smsc);
    pair.advance(secs(10));
    // The keep-alive has its place, for nearly as long as its result may take.
    pair.submit(1).unwrap();
    pair.advance(secs(59));
    assert_eq!(pair.smsc.seen(), [Request(1, 31)]);
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(2, 51)]);
    pair.advance_cut_off(secs(60) - ms(1));
    assert_eq!(pair.sme.seen(), []);
    pair.advance_cut_off(ms(1));
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes)]);
}

/// Its result may be there and nobody looked: that is not the peer's fault.
#[test]
fn a_peer_that_is_not_listened_to_is_not_blamed() {
    for on_timeout in [
        TimeoutPolicy::Disconnect,
        TimeoutPolicy::Resend { times: 3 },
    ] {
        let sme = Config {
            max_unanswered: 1,
            ..policy(on_timeout, 1)
        };
        let mut pair = Pair::up_with(sme, quiet());
        pair.submit(1).unwrap();
        pair.deliver(2).unwrap();
        pair.exchange();
        pair.smsc.answer();
        pair.exchange();
        assert!(pair.sme.session.is_paused());
        pair.advance(secs(60));
        assert_eq!(
            pair.sme.seen(),
            [Request(0, 52), Unanswered(1, Written::Yes)]
        );
        assert_eq!(pair.states().0, State::Up);
        pair.sme.answer();
        pair.exchange();
        assert_eq!(pair.sme.seen(), [Late(1, Said::Yes)]);
    }
}

#[test]
fn timers_may_be_as_long_as_a_duration_can_be() {
    let forever = Config {
        login_timer: Duration::MAX,
        result_timer: Duration::MAX,
        late_reserve: Duration::MAX,
        keep_alive: Some(Duration::MAX),
        inactivity_timer: Some(Duration::MAX),
        ..Config::default()
    };
    let mut pair = Pair::up_with(forever.clone(), forever);
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(secs(3_600));
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);
    pair.assert_idle(State::Up, State::Up);
}
