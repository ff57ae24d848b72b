//! Which SIM of a pool gets a message.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, identity, message, secs};
use smsgw_at::command::identity::Imsi;
use smsgw_at::command::network::RegistrationState;
use smsgw_at::modem;
use smsgw_at::pool::{
    Config, Limits, MemberId, Message, Route, SendErrorKind, SimConfig, Strategy, Target,
};

fn not_sticky() -> Config {
    Config {
        sticky: 0,
        ..Config::default()
    }
}

fn route(prefix: &str, sims: &[u64], strict: bool) -> Route {
    Route {
        prefix: prefix.to_owned(),
        to: Target::Sims(sims.iter().map(|sim| iccid(*sim)).collect()),
        strict,
    }
}

/// Sends one message after the other, each done before the next.
fn one_by_one(world: &mut World, messages: u64) -> Vec<MemberId> {
    let before = world.assigned.len();
    for token in 0..messages {
        world.send(1_000 + before as u64 + token, "+41791234567", 1);
        world.run();
    }
    world.went_to().split_off(before)
}

#[test]
fn the_least_loaded_is_chosen() {
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    assert_eq!(one_by_one(&mut world, 4), [a, b, a, b]);
    // All are busy: the message waits for whichever is free first.
    for token in 0..3 {
        world.send(token, "1", 1);
    }
    assert!(world.has(a) && world.has(b));
    world.sent(b);
    assert!(world.has(a) && world.has(b));
}

#[test]
fn a_weak_signal_gets_less() {
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    world.health(a, Some(RegistrationState::HOME), Some(-113));
    // 20 points are two messages within a minute.
    assert_eq!(one_by_one(&mut world, 4), [b, b, a, b]);
    // A modem without a signal is not worth more than one with a weak one.
    world.pass(60);
    world.health(a, Some(RegistrationState::ROAMING), None);
    assert_eq!(one_by_one(&mut world, 4), [b, b, b, a]);
}

#[test]
fn a_modem_that_failed_lately_gets_less() {
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    world.send(1, "1", 1);
    assert!(world.has(a));
    world.refused(a, 300);
    world.sent(b);
    // 50 points, for five minutes.
    world.pass(60);
    assert_eq!(one_by_one(&mut world, 6), [b, b, b, b, b, a]);
}

#[test]
fn a_sim_with_little_quota_left_gets_less() {
    let limited = SimConfig {
        limits: Limits {
            day: Some(10),
            ..Limits::default()
        },
        ..SimConfig::default()
    };
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    world.pool.configure_sim(&iccid(1), limited, world.now);
    one_by_one(&mut world, 10);
    assert_eq!(world.went_to().iter().filter(|to| **to == a).count(), 5);
    world.pass(60);
    // Half of it is used: 12 points.
    assert_eq!(one_by_one(&mut world, 2), [b, b]);
    assert_eq!(one_by_one(&mut world, 1), [a]);
}

#[test]
fn a_modem_without_a_network_gets_none() {
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    for state in [
        RegistrationState::NOT_REGISTERED,
        RegistrationState::SEARCHING,
        RegistrationState::DENIED,
    ] {
        world.health(a, Some(state), Some(-60));
        assert_eq!(one_by_one(&mut world, 2), [b, b], "{state:?}");
    }
    // Not known is worth an attempt.
    world.pass(60);
    world.health(a, None, None);
    assert_eq!(one_by_one(&mut world, 4), [b, b, a, b]);
}

#[test]
fn shares_are_by_weight() {
    let weights = [(1, 3), (2, 1), (3, 0)];
    let sims = weights.map(|(sim, weight)| {
        let config = SimConfig {
            weight,
            ..SimConfig::default()
        };
        (iccid(sim), config)
    });
    let config = Config {
        strategy: Strategy::Weighted,
        sims: sims.into(),
        ..not_sticky()
    };
    let (mut world, [a, b, c]) = World::with_modems(config);
    let went = one_by_one(&mut world, 50);
    let count = |member| went.iter().filter(|to| **to == member).count();
    assert_eq!((count(a), count(b), count(c)), (30, 10, 10));
    // Parts count, not messages.
    world.send(1, "1", 3);
    world.run();
    let went = one_by_one(&mut world, 2);
    assert!(
        !went.contains(&world.went_to()[50]),
        "three parts are a turn of three"
    );
    // One that was away does not make up for it.
    world.state(b, modem::State::Recovering);
    one_by_one(&mut world, 40);
    world.state(b, modem::State::Ready);
    let went = one_by_one(&mut world, 50);
    let share = went.iter().filter(|to| **to == b).count();
    assert!((9..=11).contains(&share), "{share}");
}

#[test]
fn a_busy_pool_does_not_wait_for_weights() {
    let config = Config {
        strategy: Strategy::Weighted,
        ..not_sticky()
    };
    let (mut world, [a, b]) = World::with_modems(config);
    for token in 0..5 {
        world.send(token, "1", 1);
    }
    for _ in 0..4 {
        world.sent(b);
    }
    assert_eq!(world.went_to(), [a, b, b, b, b]);
}

#[test]
fn rotation_uses_one_sim_until_its_quota_is_used() {
    let config = Config {
        strategy: Strategy::Rotation,
        sim: SimConfig {
            limits: Limits {
                day: Some(3),
                ..Limits::default()
            },
            ..SimConfig::default()
        },
        ..not_sticky()
    };
    let (mut world, [a, b, c]) = World::with_modems(config);
    assert_eq!(one_by_one(&mut world, 4), [a, a, a, b]);
    // It waits for that one.
    world.send(1, "1", 1);
    world.send(2, "1", 1);
    assert!(world.has(b) && !world.has(c));
    world.sent(b);
    world.sent(b);
    assert_eq!(one_by_one(&mut world, 1), [c]);
    // The next that can.
    world.state(c, modem::State::Dead);
    world.send(3, "1", 1);
    assert_eq!(world.parts.len(), 0);
    world.pass(12 * 3_600);
    assert!(world.has(a), "a new day begins behind the last one");
}

#[test]
fn a_recipient_stays_with_its_sim() {
    let (mut world, [a, b]) = World::with_modems(Config::default());
    world.send(1, "+41791234567", 1);
    world.sent(a);
    // In another form, and though it is busy and the other is free.
    world.send(2, "0791234567", 1);
    world.send(3, "+41791234567", 1);
    assert!(world.has(a) && !world.has(b));
    world.sent(a);
    world.sent(a);
    // When it cannot send, another does, and keeps it.
    world.state(a, modem::State::Closed);
    world.send(4, "+41791234567", 1);
    world.sent(b);
    world.state(a, modem::State::Ready);
    world.send(5, "+41791234567", 1);
    assert!(world.has(b));
}

#[test]
fn what_waits_for_a_busy_sim_leaves_it_when_it_dies() {
    let (mut world, [a, b]) = World::with_modems(Config::default());
    world.send(1, "1", 1);
    world.sent(a);
    world.send(2, "1", 1);
    world.send(3, "1", 1);
    assert!(!world.has(b));
    world.state(a, modem::State::Recovering);
    assert!(world.has(b));
    assert_eq!(world.take(b).0 >> 8, 3, "2 is with the modem that died");
}

#[test]
fn not_more_than_so_many_wait_for_one_sim() {
    let config = Config {
        sticky_queue: 2,
        ..Config::default()
    };
    let (mut world, [a, b]) = World::with_modems(config);
    world.send(1, "1", 1);
    world.sent(a);
    for token in 2..5 {
        world.send(token, "1", 1);
    }
    assert!(!world.has(b));
    world.send(5, "1", 1);
    assert!(world.has(b));
}

#[test]
fn a_route_goes_before_the_strategy() {
    let config = Config {
        routes: vec![route("+4179", &[2], false), route("+41", &[1, 2], false)],
        ..not_sticky()
    };
    let (mut world, [a, b, c]) = World::with_modems(config);
    world.send(1, "+41791234567", 1);
    assert_eq!(world.went_to(), [b]);
    // The other of Switzerland, though others are free.
    world.send(2, "+41761234567", 1);
    assert_eq!(world.went_to(), [b, a]);
    // Both are busy: it waits, as one of them will be free.
    world.send(3, "+41761234567", 1);
    world.send(4, "+4930123456", 1);
    assert_eq!(world.went_to(), [b, a, c]);
    world.sent(a);
    assert!(world.has(a));
    world.run();
    // None of them can send.
    world.state(a, modem::State::Dead);
    world.state(b, modem::State::Dead);
    world.send(5, "+41791234567", 1);
    assert!(world.has(c));
}

#[test]
fn a_strict_route_waits_for_its_sims() {
    let config = Config {
        routes: vec![route("+41", &[1], true)],
        ..not_sticky()
    };
    let (mut world, [a, b]) = World::with_modems(config);
    world.state(a, modem::State::Dead);
    world.send(1, "+41791234567", 1);
    world.send(2, "+4930123456", 1);
    assert_eq!(
        world.went_to(),
        [b],
        "what waits does not hold up the others"
    );
    world.run();
    world.state(a, modem::State::Ready);
    assert!(world.has(a));
}

#[test]
fn a_strict_route_is_kept_though_the_recipient_knows_another_sim() {
    let config = Config {
        routes: vec![route("+4179", &[2], true)],
        ..Config::default()
    };
    let (mut world, [_, b]) = World::with_modems(config);
    // The same number, as the route does not know it: by the first SIM.
    world.send(1, "0791234567", 1);
    let by = world.went_to()[0];
    world.sent(by);
    world.send(2, "+41791234567", 1);
    assert_eq!(world.went_to().last(), Some(&b));
}

#[test]
fn a_route_to_an_operator_goes_by_the_imsi() {
    let config = Config {
        routes: vec![Route {
            prefix: "+49".to_owned(),
            to: Target::Operator("26201".to_owned()),
            strict: true,
        }],
        ..not_sticky()
    };
    let (mut world, [a]) = World::with_modems(config);
    let mut german = identity(2, 2);
    german.imsi = Imsi::parse("262010000000002").ok();
    let b = world.plug_as(&german);
    world.send(1, "+4930123456", 1);
    assert!(world.has(b) && !world.has(a));
}

#[test]
fn a_message_may_name_its_sim() {
    let (mut world, [a, b]) = World::with_modems(not_sticky());
    let named = |sim| Message {
        sim: Some(iccid(sim)),
        ..message("1", 1)
    };
    world.try_send(1, named(2)).unwrap();
    world.try_send(2, named(2)).unwrap();
    assert!(world.has(b) && !world.has(a));
    // One that is not there, or not yet.
    world.try_send(3, named(3)).unwrap();
    world.pass(3_600);
    assert!(!world.has(a));
    world.sent(b);
    world.sent(b);
    let c = world.plug(3);
    assert!(world.has(c));
    // It does not go elsewhere when its modem dies.
    world.idle.push(c);
    world.state(c, modem::State::Dead);
    assert!(!world.has(a) && !world.has(b) && !world.has(c));
    world.state(c, modem::State::Ready);
    assert!(world.has(c));
}

#[test]
fn parts_go_in_order_and_before_the_next_message() {
    let (mut world, [a]) = World::with_modems(not_sticky());
    world.send(1, "1", 3);
    world.send(2, "2", 1);
    let mut more = Vec::new();
    while let Some((_, submit)) = world.parts.get(&a) {
        more.push(submit.more_to_follow);
        world.sent(a);
    }
    assert_eq!(world.assigned, [(a, 0), (a, 1), (a, 2), (a, 0)]);
    assert_eq!(more, [true, true, false, false]);
    assert!(world.outcome(1).is_sent() && world.outcome(2).is_sent());
}

#[test]
fn the_queue_is_bounded() {
    let config = Config {
        max_queue: 2,
        ..not_sticky()
    };
    let (mut world, [a]) = World::with_modems(config);
    world.send(1, "1", 1);
    world.send(2, "1", 1);
    let full = world.try_send(3, message("1", 1));
    assert_eq!(full, Err(SendErrorKind::QueueFull));
    assert!(!world.pool.has_room());
    world.sent(a);
    assert!(world.pool.has_room());
    world.send(3, "1", 1);
}

#[test]
fn what_cannot_be_sent_is_not_taken() {
    let (mut world, [_]) = World::with_modems(not_sticky());
    let none = world.try_send(1, message("1", 0));
    assert_eq!(none, Err(SendErrorKind::Parts { had: 0 }));
    let mut many = message("1", 1);
    many.parts = vec![vec![0]; 256];
    assert_eq!(
        world.try_send(1, many),
        Err(SendErrorKind::Parts { had: 256 })
    );
    let token = world.try_send(1 << 55, message("1", 1));
    assert_eq!(token, Err(SendErrorKind::Token));
    world.send(1, "1", 255);
    let twice = world.try_send(1, message("1", 1));
    assert_eq!(twice, Err(SendErrorKind::TokenInUse));
    world.run();
    assert_eq!(world.outcome(1).parts.len(), 255);
    assert_eq!(world.assigned[254].1, 254);
}

#[test]
fn what_expires_before_it_is_begun_is_not_sent() {
    let (mut world, [a]) = World::with_modems(not_sticky());
    let expiring = |world: &World, parts| Message {
        expires: Some(world.now.mono + secs(100)),
        ..message("1", parts)
    };
    let first = expiring(&world, 2);
    let second = expiring(&world, 1);
    world.try_send(1, first).unwrap();
    world.try_send(2, second).unwrap();
    world.sent(a);
    world.pass(100);
    let outcome = world.outcome(2);
    assert!(outcome.is_unsent());
    assert_eq!((outcome.attempts, &outcome.sent_by), (0, &None));
    // Half a message is brought to its end.
    world.sent(a);
    assert!(world.outcome(1).is_sent());
}

#[test]
fn a_message_can_be_taken_back() {
    let (mut world, [a]) = World::with_modems(not_sticky());
    world.send(1, "1", 2);
    world.send(2, "1", 1);
    assert!(world.pool.cancel(2, world.now));
    world.pump();
    assert!(world.outcome(2).is_unsent());
    // The part that was begun is sent, the other is not.
    assert!(world.pool.cancel(1, world.now));
    world.pump();
    assert_eq!(world.withdrawn, [a]);
    world.sent(a);
    let [first, second] = &world.outcome(1).parts[..] else {
        panic!("two parts");
    };
    assert_eq!(format!("{first:?}"), "Sent { reference: Some(0) }");
    assert_eq!(format!("{second:?}"), "NotSent(Cancelled)");
    assert!(!world.pool.cancel(1, world.now));
    // One that its modem has not begun with.
    world.idle.push(a);
    world.send(3, "1", 1);
    assert!(world.pool.cancel(3, world.now));
    world.pump();
    assert!(world.outcome(3).is_unsent());
}

#[test]
fn a_message_can_be_taken_out_before_it_is_begun() {
    let (mut world, [a]) = World::with_modems(not_sticky());
    world.send(1, "1", 2);
    world.send(2, "1", 1);
    assert_eq!(world.pool.withdraw(2), Some(message("1", 1)));
    assert_eq!(world.pool.withdraw(2), None);
    assert_eq!(world.pool.withdraw(1), None, "its modem has it");
    world.sent(a);
    assert_eq!(world.pool.withdraw(1), None);
    world.sent(a);
    assert_eq!(world.outcomes.len(), 1);
    // One that was refused and is to be tried again.
    world.send(3, "1", 1);
    world.refused(a, 42);
    assert!(world.pool.withdraw(3).is_some());
    world.pass(1_000);
    assert_eq!((world.assigned.len(), world.pool.queued()), (3, 0));
}
