//! Modems come and go, die, are drained, and are what they are whatever port they are at.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, identity};
use smsgw_at::modem::{Failure, Identity, State};
use smsgw_at::pool::{
    BreakerConfig, Config, Event, MemberOptions, ModemKey, PartOutcome, SimConfig,
};

fn config() -> Config {
    Config {
        sticky: 0,
        ..Config::default()
    }
}

#[test]
fn a_modem_dies_in_mid_queue() {
    let (mut world, [a, b, c]) = World::with_modems(Config::default());
    // Everybody's SIM is one and the same, which is busy with a part.
    for token in 0..20 {
        world.send(token, if token % 2 == 0 { "1" } else { "2" }, 2);
    }
    world.run();
    world.outcomes.clear();
    world.assigned.clear();
    for token in 20..50 {
        world.send(token, if token % 2 == 0 { "1" } else { "2" }, 2);
    }
    // The first of two parts is written, and the modem is gone.
    let dead = world.parts.keys().copied().next().unwrap();
    let (in_flight, _) = world.parts[&dead];
    let in_flight = in_flight >> 8;
    world.unplug(dead);
    let others: Vec<_> = [a, b, c].into_iter().filter(|it| *it != dead).collect();
    world.run();
    world.pass(301);
    // What it had not begun was sent by the others.
    assert_eq!(world.outcomes.len(), 30);
    let sent = world.outcomes.values().filter(|outcome| outcome.is_sent());
    assert_eq!(sent.count(), 29);
    // What it had is unknown, and nothing of it was sent by another.
    let outcome = world.outcome(in_flight);
    assert_eq!(outcome.parts[0], PartOutcome::Unknown);
    assert!(!matches!(outcome.parts[1], PartOutcome::Sent { .. }));
    assert_eq!(outcome.attempts, 1);
    let went = world.went_to();
    assert_eq!(went.iter().filter(|to| **to == dead).count(), 1);
    assert_eq!(went.iter().filter(|to| others.contains(to)).count(), 29 * 2);
}

#[test]
fn a_modem_gets_work_once_it_is_known_and_ready() {
    let mut world = World::new(config());
    world.send(1, "1", 1);
    let a = world.pool.join(MemberOptions::default(), world.now);
    world.state(a, State::Starting);
    assert_eq!(world.pool.key(a), None);
    let identity = identity(1, 1);
    world.tell(a, smsgw_at::modem::Event::Identified(identity.clone()));
    assert!(!world.has(a));
    let key = ModemKey::of(&identity).unwrap();
    assert_eq!(world.pool.key(a), Some(&key));
    let plugged = Event::Plugged { member: a, key };
    assert_eq!(world.events.pop_front(), Some(plugged));
    world.state(a, State::Ready);
    assert!(world.has(a));
}

#[test]
fn a_modem_that_does_not_tell_its_sim_gets_none() {
    let mut world = World::new(config());
    world.send(1, "1", 1);
    let unknown = Identity {
        iccid: None,
        ..identity(1, 1)
    };
    let a = world.plug_as(&unknown);
    assert!(!world.has(a));
    let told = Event::NoSim {
        member: a,
        identity: unknown.clone(),
    };
    assert_eq!(world.events.pop_front(), Some(told));
    // Unless its owner does.
    let options = MemberOptions {
        iccid: Some(iccid(2)),
        ..MemberOptions::default()
    };
    let b = world.pool.join(options, world.now);
    world.start(b, &unknown);
    assert!(world.has(b));
}

#[test]
fn a_modem_at_another_port_is_the_same() {
    let limits = smsgw_at::pool::Limits {
        day: Some(2),
        ..Default::default()
    };
    let config = Config {
        sim: SimConfig {
            limits,
            ..SimConfig::default()
        },
        ..config()
    };
    let (mut world, [a]) = World::with_modems(config);
    world.send(1, "1", 1);
    world.sent(a);
    world.unplug(a);
    let key = ModemKey::of(&identity(1, 1)).unwrap();
    let unplugged = Event::Unplugged { member: a, key };
    assert_eq!(world.events.pop_back(), Some(unplugged));
    let b = world.plug(1);
    assert_ne!(a, b);
    world.send(2, "1", 1);
    world.send(3, "1", 1);
    world.sent(b);
    assert!(!world.has(b), "the quota is the SIM's");
}

#[test]
fn a_modem_with_two_ports_is_used_by_one() {
    let (mut world, [a]) = World::with_modems(config());
    let twin = world.plug(1);
    let told = Event::Twin {
        member: twin,
        of: a,
    };
    assert_eq!(world.events.pop_back(), Some(told));
    for token in 0..3 {
        world.send(token, "1", 1);
    }
    assert!(!world.has(twin));
    // When the one stops working the other is used.
    world.idle.push(a);
    world.state(a, State::Recovering);
    assert!(world.has(twin) && !world.has(a));
    world.state(a, State::Ready);
    assert!(!world.has(a));
    world.unplug(twin);
    assert!(world.has(a));
    world.run();
    assert_eq!(world.outcomes.len(), 3);
    assert!(world.outcome(0).is_unknown());
}

#[test]
fn a_sim_that_moves_to_another_modem_takes_its_messages_along() {
    let config = Config {
        breaker: BreakerConfig {
            failures: 1,
            ..BreakerConfig::default()
        },
        ..config()
    };
    let (mut world, [a]) = World::with_modems(config);
    world.send(1, "1", 2);
    world.sent(a);
    world.failed(a, Failure::NoPrompt);
    // Left alone, but in another modem the SIM is not to blame.
    world.state(a, State::Waiting(smsgw_at::modem::Obstacle::NoSim));
    let b = world.plug_as(&identity(2, 1));
    world.pass(10);
    assert!(world.has(b));
    world.sent(b);
    assert!(world.outcome(1).is_sent());
    assert_eq!(world.pool.key(a), None);
    let key = world.outcome(1).sent_by.unwrap();
    assert_eq!(key, ModemKey::of(&identity(2, 1)).unwrap());
    // Another SIM in the first one.
    world.start(a, &identity(1, 9));
    world.send(2, "1", 1);
    assert!(world.has(a));
}

#[test]
fn a_part_in_flight_stays_with_its_modem_when_the_sim_shows_up_elsewhere() {
    let (mut world, [a]) = World::with_modems(config());
    world.send(1, "1", 2);
    // The first modem has not noticed yet that its SIM is gone.
    let b = world.plug_as(&identity(2, 1));
    assert_eq!(world.withdrawn, [a]);
    assert!(!world.has(b), "it would be sent twice");
    world.unknown(a);
    world.sent(b);
    assert_eq!(world.outcome(1).parts[0], PartOutcome::Unknown);
}

#[test]
fn a_drained_modem_finishes_what_it_began() {
    let (mut world, [a, b]) = World::with_modems(Config::default());
    world.send(1, "1", 1);
    world.sent(a);
    world.send(2, "1", 3);
    world.send(3, "1", 1);
    world.send(4, "2", 1);
    assert!(world.has(a) && world.has(b));
    world.pool.drain(a, world.now);
    world.pump();
    world.sent(b);
    // What waited for it goes elsewhere.
    assert_eq!(world.parts[&b].0 >> 8, 3);
    for _ in 0..3 {
        assert!(
            world
                .events
                .iter()
                .all(|it| !matches!(it, Event::Drained { .. }))
        );
        world.sent(a);
    }
    assert_eq!(world.events.pop_back(), Some(Event::Drained { member: a }));
    assert!(world.outcome(2).is_sent());
    world.sent(b);
    world.send(5, "5", 1);
    world.send(6, "6", 1);
    assert!(!world.has(a));
    world.pool.resume(a, world.now);
    world.pump();
    assert!(world.has(a));
}

#[test]
fn a_drained_modem_does_not_retry_what_another_can_send() {
    let (mut world, [a, b]) = World::with_modems(config());
    world.send(1, "1", 1);
    world.send(2, "1", 2);
    world.sent(b);
    world.pool.drain(a, world.now);
    world.pool.drain(b, world.now);
    world.pump();
    world.refused(a, 42);
    assert_eq!(world.events.pop_back(), Some(Event::Drained { member: a }));
    // Of this a part was sent: it stays.
    world.refused(b, 42);
    assert!(world.events.is_empty());
    world.pass(10);
    world.sent(b);
    assert_eq!(world.events.pop_back(), Some(Event::Drained { member: b }));
    world.pool.resume(b, world.now);
    world.pump();
    assert!(world.has(b));
}

#[test]
fn an_idle_modem_is_drained_at_once() {
    let (mut world, [a]) = World::with_modems(config());
    for _ in 0..2 {
        world.pool.drain(a, world.now);
        world.pool.drain(a, world.now);
        world.pump();
        assert_eq!(world.events.pop_back(), Some(Event::Drained { member: a }));
        assert!(world.events.is_empty());
        world.pool.resume(a, world.now);
    }
}

#[test]
fn sims_that_were_away_longest_are_forgotten() {
    let config = Config {
        max_absent_sims: 2,
        ..config()
    };
    let mut world = World::new(config);
    for sim in 1..=4 {
        let member = world.plug(sim);
        world.send(sim, "1", 1);
        world.sent(member);
        world.unplug(member);
    }
    let known: Vec<_> = world
        .pool
        .status(world.now)
        .map(|sim| sim.key.iccid)
        .collect();
    assert_eq!(known, [iccid(3), iccid(4)]);
}

#[test]
fn a_modem_that_has_left_is_not_listened_to() {
    let (mut world, [a]) = World::with_modems(config());
    world.send(1, "1", 1);
    let (token, _) = world.parts[&a];
    world.unplug(a);
    assert!(world.outcome(1).is_unknown());
    world.pool.withdrawn(a, token, world.now);
    world.tell(a, smsgw_at::modem::Event::Unknown { token });
    world.plug(2);
    world.send(1, "1", 1);
    // The token again, but not that modem's part.
    world.outcomes.clear();
    world.tell(
        a,
        smsgw_at::modem::Event::Sent {
            token,
            reference: None,
        },
    );
    assert!(world.outcomes.is_empty());
}
