//! Which result belongs to which operation, and how many may be outstanding. In simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_ucp::session::{Config, Counted, SendError, State, TimeoutPolicy};
use smsgw_ucp::{ErrorCode, OperationType};
use support::Seen::{Late, Overdue, Request, Response, Stray, Unanswered};
use support::{Pair, Said, Written, ms, quiet, secs, window};

#[test]
fn stop_and_wait_is_the_default() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    assert!(!pair.sme.session.has_room());
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);
    pair.smsc.answer();
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    assert_eq!(pair.submit(2), Ok(2));
    pair.exchange();
    pair.smsc.refuse(ErrorCode(6));
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(2, 51)]);
    assert_eq!(pair.sme.seen(), [Response(2, Said::No(6))]);
    let submits = OperationType::SUBMIT_SHORT_MESSAGE;
    assert_eq!(pair.sme.counted(submits, Counted::Operation), (2, 0));
    assert_eq!(pair.sme.counted(submits, Counted::Positive), (0, 1));
    assert_eq!(
        pair.smsc.counted(submits, Counted::Negative(ErrorCode(6))),
        (1, 0)
    );
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn a_full_window_refuses_until_a_result_makes_room() {
    let mut pair = Pair::up_with(window(3), quiet());
    for token in 1..=3 {
        pair.submit(token).unwrap();
    }
    assert_eq!(pair.submit(4), Err(SendError::WindowFull));
    pair.exchange();
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes)]);
    pair.submit(4).unwrap();
    assert_eq!(pair.submit(5), Err(SendError::WindowFull));
    pair.exchange();
    for _ in 0..3 {
        pair.smsc.answer();
    }
    pair.exchange();
    assert_eq!(
        pair.sme.seen(),
        [2, 3, 4].map(|token| Response(token, Said::Yes))
    );
    assert_eq!(pair.smsc.seen().len(), 4);
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn the_window_is_never_more_than_the_trns() {
    for (asked, kept) in [(0, 1), (1, 1), (100, 100), (101, 100), (usize::MAX, 100)] {
        let pair = Pair::up_with(window(asked), quiet());
        assert_eq!(pair.sme.session.window(), kept);
        assert_eq!(pair.sme.session.config().window, kept);
    }
}

#[test]
fn both_directions_use_the_same_trn_at_once() {
    let mut pair = Pair::open(support::no_login(quiet()), support::no_login(quiet()));
    for token in 0..250 {
        let number = u8::try_from(token % 100).unwrap();
        assert_eq!(pair.submit(token), Ok(number));
        assert_eq!(pair.deliver(1_000 + token), Ok(number));
        pair.exchange();
        assert_eq!(pair.smsc.seen(), [Request(number, 51)]);
        assert_eq!(pair.sme.seen(), [Request(number, 52)]);
        pair.smsc.answer();
        pair.sme.answer();
        pair.exchange();
        assert_eq!(pair.sme.seen(), [Response(token, Said::Yes)]);
        assert_eq!(pair.smsc.seen(), [Response(1_000 + token, Said::Yes)]);
    }
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn results_in_any_order_find_their_tokens() {
    let mut pair = Pair::up_with(window(10), quiet());
    for token in 1..=3 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    pair.smsc.seen();
    pair.smsc.requests.make_contiguous().reverse();
    pair.smsc.answer();
    pair.smsc.refuse(ErrorCode(24));
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(
        pair.sme.seen(),
        [
            Response(3, Said::Yes),
            Response(2, Said::No(24)),
            Response(1, Said::Yes)
        ]
    );
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn a_result_of_another_operation_is_dropped_and_the_right_one_still_taken() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    let wrong = [
        "01/R/31/A/0000",
        "01/R/52/A//",
        "01/R/60/A/",
        "01/R/99/A/",
        "02/R/51/A//",
    ];
    pair.sme.take_lines(&wrong, pair.now);
    assert_eq!(
        pair.sme.seen(),
        [
            Stray(1, 31),
            Stray(1, 52),
            Stray(1, 60),
            Stray(1, 99),
            Stray(2, 51)
        ]
    );
    assert_eq!(pair.sme.session.in_flight(), 1);
    pair.sme
        .take_lines(&["01/R/51/A//2147:010126120000", "01/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [Response(1, Said::Yes), Stray(1, 51)]);
    assert_eq!(pair.sme.session.metrics().faults().stray, 6);
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);
}

#[test]
fn a_result_that_cannot_be_read_is_the_result() {
    let mut pair = Pair::up();
    for (token, fields) in (1..).zip(["A", "N/X/", "", "A/1234567890///"]) {
        let number = pair.submit(token).unwrap();
        pair.sme
            .take_lines(&[&format!("{number:02}/R/51/{fields}")], pair.now);
        assert_eq!(
            pair.sme.seen(),
            [Response(token, Said::Nonsense)],
            "{fields}"
        );
        assert!(pair.sme.lines().iter().all(|line| line.contains("/O/51/")));
    }
    assert_eq!(pair.sme.session.in_flight(), 0);
}

#[test]
fn one_hundred_and_no_more() {
    let mut pair = Pair::up_with(window(100), quiet());
    let numbers: Vec<_> = (0..100).map(|token| pair.submit(token).unwrap()).collect();
    // Each once, from where the login left off.
    let expected: Vec<u8> = (1..100).chain([0]).collect();
    assert_eq!(numbers, expected);
    assert_eq!(pair.submit(100), Err(SendError::WindowFull));
    // The only free one is found, wherever it is.
    pair.sme.take_lines(&["42/R/51/A//"], pair.now);
    assert_eq!(pair.submit(100), Ok(42));
    pair.sme
        .take_lines(&["17/R/51/A//", "99/R/51/A//"], pair.now);
    assert_eq!(pair.submit(101), Ok(99));
    assert_eq!(pair.submit(102), Ok(17));
    assert_eq!(pair.submit(103), Err(SendError::WindowFull));
    pair.sme.seen();
    pair.exchange();
    assert_eq!(pair.smsc.seen().len(), 100, "reading stopped there");
    assert!(pair.smsc.session.is_paused());
    for _ in 0..100 {
        pair.smsc.answer();
    }
    pair.exchange();
    for _ in 0..3 {
        pair.smsc.answer();
    }
    pair.exchange();
    assert_eq!(pair.smsc.seen().len(), 3);
    assert_eq!(pair.sme.session.in_flight(), 0);
}

#[test]
fn trns_go_around() {
    let mut pair = Pair::up();
    let numbers: Vec<_> = (0..200)
        .map(|token| {
            let number = pair.submit(token).unwrap();
            pair.exchange();
            pair.smsc.answer();
            pair.exchange();
            number
        })
        .collect();
    let expected: Vec<u8> = (1..=200_u8).map(|number| number % 100).collect();
    assert_eq!(numbers, expected);
}

#[test]
fn who_waits_keeps_its_trn_while_others_go_around() {
    let sme = Config {
        window: 2,
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    let stuck = pair.submit(0).unwrap();
    pair.exchange();
    let stuck_request = pair.smsc.requests.pop_front().unwrap();
    for token in 1..300 {
        assert_ne!(pair.submit(token).unwrap(), stuck);
        pair.exchange();
        pair.smsc.answer();
        pair.exchange();
        assert_eq!(pair.sme.seen(), [Response(token, Said::Yes)]);
    }
    pair.smsc.requests.push_back(stuck_request);
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(0, Said::Yes)]);
}

/// Gives up at once, so that TRNs are reserved.
fn gives_up(window: usize) -> Config {
    Config {
        window,
        result_timer: secs(60),
        late_reserve: secs(30),
        on_timeout: TimeoutPolicy::Resend { times: 0 },
        ..quiet()
    }
}

#[test]
fn the_trn_of_what_was_given_up_is_reserved_until_its_result_or_its_time() {
    let mut pair = Pair::up_with(gives_up(1), quiet());
    assert_eq!(pair.submit(1), Ok(1));
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes)]);
    assert_eq!(pair.sme.session.octets_in_flight(), 0);
    // There is room again, but not with that number.
    for token in 2..=100 {
        let number = pair.submit(token).unwrap();
        assert_ne!(number, 1);
        pair.sme
            .take_lines(&[&format!("{number:02}/R/51/A//")], pair.now);
    }
    assert_eq!(pair.sme.seen().len(), 99);
    assert_eq!(pair.submit(101), Ok(2));
    pair.sme.take_lines(&["02/R/51/A//"], pair.now);
    pair.sme.seen();
    pair.advance_cut_off(secs(30) - ms(1));
    pair.sme
        .take_lines(&["01/R/52/A//", "01/R/51/A//", "01/R/51/A//"], pair.now);
    assert_eq!(
        pair.sme.seen(),
        [Stray(1, 52), Late(1, Said::Yes), Stray(1, 51)]
    );
    assert_eq!(pair.sme.session.metrics().faults().late, 1);
}

#[test]
fn later_than_that_a_result_is_a_stray() {
    let mut pair = Pair::up_with(gives_up(1), quiet());
    assert_eq!(pair.submit(1), Ok(1));
    pair.advance_cut_off(secs(90));
    pair.sme.take_lines(&["01/R/51/A//"], pair.now);
    assert_eq!(pair.sme.seen(), [Unanswered(1, Written::Yes), Stray(1, 51)]);
}

#[test]
fn when_every_trn_is_reserved_the_error_says_until_when() {
    let mut pair = Pair::up_with(gives_up(50), quiet());
    for half in 0..2 {
        for token in 0..50 {
            pair.submit(half * 50 + token).unwrap();
        }
        pair.advance_cut_off(secs(60));
        assert_eq!(pair.sme.seen().len(), 50);
    }
    // Half of them were forgotten while the other half waited.
    for token in 100..150 {
        pair.submit(token).unwrap();
    }
    pair.advance_cut_off(secs(29));
    assert_eq!(pair.submit(150), Err(SendError::WindowFull));
    let mut pair = Pair::up_with(
        Config {
            late_reserve: secs(600),
            ..gives_up(100)
        },
        quiet(),
    );
    for token in 0..100 {
        pair.submit(token).unwrap();
    }
    let sent = pair.now;
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.seen().len(), 100);
    assert!(pair.sme.session.has_room());
    let until = sent + secs(660);
    assert_eq!(pair.submit(100), Err(SendError::Reserved(until)));
    // A late result frees one.
    pair.sme.take_lines(&["33/R/51/A//"], pair.now);
    assert_eq!(pair.submit(100), Ok(33));
    assert_eq!(pair.submit(101), Err(SendError::Reserved(until)));
    pair.advance_cut_off(secs(600) - ms(1));
    assert_eq!(pair.submit(101), Err(SendError::Reserved(until)));
    pair.advance_cut_off(ms(1));
    assert_eq!(pair.submit(101), Ok(34));
}

#[test]
fn without_a_reserve_a_trn_is_free_at_once() {
    let sme = Config {
        late_reserve: secs(0),
        ..gives_up(100)
    };
    let mut pair = Pair::up_with(sme, quiet());
    for round in 0..3 {
        for token in 0..100 {
            pair.submit(round * 100 + token).unwrap();
        }
        pair.advance_cut_off(secs(60));
        assert_eq!(pair.sme.seen().len(), 100);
    }
}

#[test]
fn who_goes_on_waiting_is_behind_all_others() {
    let sme = Config {
        window: 3,
        on_timeout: TimeoutPolicy::Wait,
        ..quiet()
    };
    let mut pair = Pair::up_with(sme, quiet());
    pair.submit(1).unwrap();
    pair.advance_cut_off(secs(30));
    pair.submit(2).unwrap();
    pair.advance_cut_off(secs(30));
    assert_eq!(pair.sme.seen(), [Overdue(1)]);
    pair.submit(3).unwrap();
    pair.advance_cut_off(secs(30));
    assert_eq!(pair.sme.seen(), [Overdue(2)]);
    pair.advance_cut_off(secs(3_600));
    assert_eq!(pair.sme.seen(), [Overdue(3)]);
    assert_eq!(pair.sme.session.poll_timeout(), None);
    pair.exchange();
    pair.smsc.requests.make_contiguous().reverse();
    for _ in 0..3 {
        pair.smsc.answer();
    }
    pair.exchange();
    let answers = [3, 2, 1].map(|token| Response(token, Said::Yes));
    assert_eq!(pair.sme.seen(), answers);
    // They stay in their order, and in front of each other.
    for token in 4..=6 {
        pair.submit(token).unwrap();
        pair.advance_cut_off(secs(1));
    }
    pair.advance_cut_off(secs(60));
    assert_eq!(pair.sme.seen(), [4, 5, 6].map(Overdue));
    pair.sme.session.handle_disconnect(0);
    let unanswered = [4, 5, 6].map(|token| Unanswered(token, Written::No));
    assert_eq!(pair.sme.seen()[..3], unanswered);
}
