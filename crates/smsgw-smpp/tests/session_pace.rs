//! How fast a session sends: its rate, throttling by the peer, and the time a request may wait.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_smpp::CommandStatus;
use smsgw_smpp::pdu::EnquireLink;
use smsgw_smpp::session::{Config, Pace, Rate, SendError, Session};
use support::Seen::{Response, Unanswered};
use support::{Pair, Written, ms, quiet, secs, submit};

const OK: CommandStatus = CommandStatus::ESME_ROK;
const THROTTLED: CommandStatus = CommandStatus::ESME_RTHROTTLED;

fn paced(per_second: u32, burst: u32) -> Config {
    Config {
        rate: Some(Rate { per_second, burst }),
        window: 1_000,
        ..quiet()
    }
}

#[test]
fn a_request_beyond_the_rate_is_refused_until_it_is_time() {
    let mut pair = Pair::bound_with(paced(10, 2), quiet());
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    let until = pair.now + ms(100);
    assert_eq!(pair.submit(3), Err(SendError::Paced(until)));
    // Nothing was sent and no place in the window taken.
    assert_eq!(pair.esme.session.in_flight(), 2);
    // To ask for a sign of life is always allowed.
    let asked = pair
        .esme
        .session
        .request(&EnquireLink::default(), 9, pair.now);
    assert!(asked.is_ok());
    pair.advance(ms(100));
    pair.submit(3).unwrap();
    assert_eq!(pair.submit(4), Err(SendError::Paced(pair.now + ms(100))));
}

#[test]
fn a_window_under_throttling_slows_down_and_loses_nothing() {
    let mut pair = Pair::bound_with(
        Config {
            window: 10,
            ..quiet()
        },
        quiet(),
    );
    let mut to_send: Vec<u64> = (0..300).rev().collect();
    let (mut served, mut refused) = (Vec::new(), 0);
    let start = pair.now;
    // The MC takes 20 a second; what it refuses the owner puts back.
    let (mut second, mut taken) = (0, 0);
    while served.len() < 300 {
        assert!(pair.now < start + secs(120), "{} in time", served.len());
        while let Some(token) = to_send.pop() {
            if pair.submit(token).is_err() {
                to_send.push(token);
                break;
            }
        }
        pair.exchange();
        while !pair.mc.requests.is_empty() {
            let now = (pair.now - start).as_secs();
            if now != second {
                (second, taken) = (now, 0);
            }
            taken += 1;
            pair.mc.answer_with(if taken > 20 { THROTTLED } else { OK });
        }
        pair.exchange();
        for seen in pair.esme.seen() {
            match seen {
                Response(token, OK) => served.push(token),
                Response(token, THROTTLED) => {
                    refused += 1;
                    to_send.push(token);
                }
                other => panic!("{other:?}"),
            }
        }
        pair.advance(ms(10));
    }
    // Each exactly once.
    served.sort_unstable();
    assert_eq!(served, (0..300).collect::<Vec<_>>());
    // Without slowing down, 980 of the 1,000 it could send each second would be refused.
    assert!(refused < 150, "{refused} refused");
    let counted = pair.esme.session.metrics().received().iter();
    let throttled: u64 = counted
        .filter(|row| row.1 == THROTTLED)
        .map(|row| row.2)
        .sum();
    assert_eq!(throttled, refused);
}

#[test]
fn slowing_down_can_be_left_to_the_owner() {
    let config = Config {
        slow_down: false,
        ..quiet()
    };
    let mut pair = Pair::bound_with(config, quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.answer_with(THROTTLED);
    pair.exchange();
    assert_eq!(pair.esme.session.pace().limit(), None);
    pair.submit(2).unwrap();
}

#[test]
fn the_pace_outlives_the_session() {
    let mut pair = Pair::bound();
    for token in 0..10 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    pair.mc.answer_with(CommandStatus::ESME_RMSGQFUL);
    pair.exchange();
    let pace: Pace = pair.esme.session.pace().clone();
    let limit = pace.limit().unwrap();
    let mut next = Session::esme(paced(10_000, 1), pair.now);
    next.set_pace(pace);
    assert_eq!(next.pace().limit(), Some(limit));
    assert_eq!(next.pace().rate(), paced(10_000, 1).rate);
}

#[test]
fn the_time_for_an_answer_counts_from_the_call() {
    let mut pair = Pair::bound();
    let called = pair.now;
    pair.advance(secs(20));
    pair.esme
        .session
        .request_since(&submit("hi"), 1, called, pair.now)
        .unwrap();
    pair.submit(2).unwrap();
    pair.exchange();
    pair.advance(secs(10) - ms(1));
    assert_eq!(pair.esme.seen(), []);
    pair.advance(ms(1));
    assert_eq!(pair.esme.seen(), [Unanswered(1, Written::Yes)]);
    pair.advance(secs(20));
    assert_eq!(pair.esme.seen(), [Unanswered(2, Written::Yes)]);
    let waits = pair.esme.session.metrics().queue_wait();
    assert_eq!((waits.count(), waits.max()), (2, secs(20)));
}

#[test]
fn round_trips_are_measured_from_sending() {
    let mut pair = Pair::bound();
    let called = pair.now;
    pair.advance(secs(5));
    pair.esme
        .session
        .request_since(&submit("hi"), 1, called, pair.now)
        .unwrap();
    pair.exchange();
    pair.advance(ms(250));
    pair.mc.answer();
    pair.exchange();
    let trips = pair.esme.session.metrics().round_trip();
    assert_eq!((trips.count(), trips.max()), (1, ms(250)));
}
