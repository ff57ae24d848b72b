//! A modem that keeps failing is left alone, and tried again with one message.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, message};
use smsgw_at::modem::Failure;
use smsgw_at::pool::{BreakerState, Config, Event, MemberId, Message, ModemKey};

fn config() -> Config {
    Config {
        sticky: 0,
        retries: 0,
        failovers: 0,
        ..Config::default()
    }
}

/// A modem that failed three times, and one message more.
fn broken() -> (World, MemberId) {
    let (mut world, [a]) = World::with_modems(config());
    for token in 0..4 {
        world.send(token, "1", 1);
    }
    for _ in 0..3 {
        world.failed(a, Failure::NoPrompt);
    }
    assert_eq!(world.outcomes.len(), 3);
    (world, a)
}

fn state(world: &World) -> BreakerState {
    world.pool.status(world.now).next().unwrap().breaker
}

#[test]
fn it_opens_and_is_told() {
    let (mut world, a) = broken();
    assert!(!world.has(a));
    let key = world.pool.key(a).cloned().unwrap();
    let BreakerState::Open { until } = state(&world) else {
        panic!("not open");
    };
    assert_eq!(until, world.now.mono + pool_support::secs(30));
    let opened = Event::BreakerOpened { key, until };
    assert_eq!(world.events.pop_back(), Some(opened));
    world.pass(29);
    assert!(!world.has(a));
}

#[test]
fn one_message_is_sent_on_trial() {
    let (mut world, a) = broken();
    world.send(9, "1", 1);
    world.pass(30);
    assert_eq!(state(&world), BreakerState::HalfOpen);
    world.sent(a);
    assert_eq!(state(&world), BreakerState::Closed);
    let key: ModemKey = world.pool.key(a).cloned().unwrap();
    assert_eq!(world.events.pop_back(), Some(Event::BreakerClosed { key }));
    world.sent(a);
    assert!(world.outcome(9).is_sent());
}

#[test]
fn a_trial_that_fails_doubles_the_pause() {
    let (mut world, a) = broken();
    world.send(9, "1", 1);
    world.pass(30);
    world.failed(a, Failure::Silent);
    world.pass(59);
    assert!(!world.has(a));
    world.pass(1);
    world.unknown(a);
    assert!(matches!(state(&world), BreakerState::Open { .. }));
}

#[test]
fn a_refusal_by_the_network_decides_nothing_and_one_for_good_closes_it() {
    let (mut world, a) = broken();
    world.send(8, "1", 1);
    world.send(9, "1", 1);
    world.pass(30);
    world.refused(a, 42);
    assert_eq!(state(&world), BreakerState::HalfOpen);
    world.refused(a, 1);
    assert_eq!(state(&world), BreakerState::Closed);
    assert!(world.has(a));
}

#[test]
fn failures_far_apart_do_not_open_it() {
    let (mut world, [a]) = World::with_modems(config());
    for token in 0..10 {
        world.send(token, "1", 1);
        world.failed(a, Failure::NoPrompt);
        world.pass(151);
        assert_eq!(state(&world), BreakerState::Closed);
    }
}

#[test]
fn others_send_while_it_is_open() {
    let (mut world, a) = broken();
    let b = world.plug(2);
    assert!(world.has(b));
    // What names its SIM waits for it.
    let only = Message {
        sim: Some(iccid(1)),
        ..message("1", 1)
    };
    world.try_send(9, only).unwrap();
    world.sent(b);
    assert!(!world.has(a) && !world.has(b));
    world.pass(30);
    assert!(world.has(a));
}

#[test]
fn the_trial_is_for_when_no_other_is_free() {
    let (mut world, a) = broken();
    let b = world.plug(2);
    world.sent(b);
    world.pass(60);
    world.send(8, "1", 1);
    assert!(world.has(b) && !world.has(a));
    world.send(9, "1", 1);
    assert!(world.has(a));
}

#[test]
fn a_modem_that_leaves_has_not_failed() {
    let (mut world, [a]) = World::with_modems(config());
    let mut member = a;
    for token in 0..5 {
        world.send(token, "1", 1);
        world.unplug(member);
        assert!(world.outcome(token).is_unknown());
        member = world.plug(1);
    }
    assert_eq!(state(&world), BreakerState::Closed);
}
