//! Modems with more than one SIM change to the next when the quota of one is used.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, identity, message};
use smsgw_at::command::power::SlotCommand;
use smsgw_at::modem::State;
use smsgw_at::pool::{
    Config, Event, Limits, MemberId, MemberOptions, Message, PartOutcome, SimConfig, Slots,
};

const HOUR: u64 = 3_600;

/// A modem with so many slots, each SIM with two parts a day; the first one is in use.
fn with_slots(count: u8) -> (World, MemberId) {
    let limits = Limits {
        day: Some(2),
        ..Limits::default()
    };
    let sim = SimConfig {
        limits,
        ..SimConfig::default()
    };
    let mut world = World::new(Config {
        sim,
        ..Config::default()
    });
    let options = MemberOptions {
        slots: Some(Slots::new(SlotCommand::CaretSimswitch, count)),
        ..MemberOptions::default()
    };
    let member = world.pool.join(options, world.now);
    world.start(member, &identity(1, 1));
    world.events.clear();
    (world, member)
}

fn send_all(world: &mut World, tokens: std::ops::Range<u64>) {
    for token in tokens {
        world.send(token, "1", 1);
    }
    world.run();
}

/// The modem changes, which takes a while.
fn switched(world: &mut World, member: MemberId, sim: u64) {
    world.state(member, State::Starting);
    world.pass(20);
    world.start(member, &identity(1, sim));
}

#[test]
fn the_next_sim_is_used_when_one_has_no_quota_left() {
    let (mut world, a) = with_slots(2);
    send_all(&mut world, 0..2);
    assert!(world.switches.is_empty(), "nothing waits");
    send_all(&mut world, 2..5);
    let command = "AT^SIMSWITCH=1".to_owned();
    assert_eq!(world.switches, [(a, 1, command)]);
    switched(&mut world, a, 2);
    let told = Event::SlotSwitched {
        member: a,
        slot: 1,
        sim: iccid(2),
    };
    assert!(world.events.contains(&told));
    world.run();
    assert_eq!(world.outcomes.len(), 4);
    assert_eq!(world.outcome(3).sent_by.as_ref().unwrap().iccid, iccid(2));
    // Both are used: it stays where it is, and goes on there when a day begins.
    world.pass(11 * HOUR);
    assert_eq!(world.switches.len(), 1);
    world.pass(HOUR);
    world.run();
    assert_eq!(world.outcome(4).sent_by.as_ref().unwrap().iccid, iccid(2));
}

#[test]
fn what_was_begun_is_finished_before_the_change() {
    let (mut world, a) = with_slots(2);
    world.send(1, "1", 2);
    world.send(2, "1", 1);
    world.sent(a);
    // Its last part is under way.
    assert!(world.switches.is_empty());
    world.sent(a);
    assert_eq!(world.switches.len(), 1);
    assert!(world.outcome(1).is_sent());
    assert!(!world.has(a));
}

#[test]
fn all_slots_are_gone_through() {
    let (mut world, a) = with_slots(3);
    for (slot, sim) in [(1, 2), (2, 3)] {
        send_all(&mut world, sim * 10..sim * 10 + 3);
        assert_eq!(world.switches.last().unwrap().1, slot);
        switched(&mut world, a, sim);
    }
    world.run();
    send_all(&mut world, 100..103);
    assert_eq!(world.switches.len(), 2, "all are used");
    // On the next day the third goes on, then the first is next.
    world.pass(12 * HOUR);
    world.run();
    assert_eq!(world.switches.last().unwrap().1, 0);
    switched(&mut world, a, 1);
    world.run();
    assert_eq!(world.outcomes.len(), 9);
}

#[test]
fn a_change_that_fails_is_given_up_for_a_while() {
    let (mut world, a) = with_slots(2);
    send_all(&mut world, 0..3);
    assert_eq!(world.switches.len(), 1);
    world.pool.slot_failed(a, world.now);
    world.pump();
    let told = Event::SlotFailed { member: a, slot: 1 };
    assert_eq!(world.events.pop_back(), Some(told));
    world.pass(599);
    assert_eq!(world.switches.len(), 1);
    world.pass(1);
    assert_eq!(world.switches.len(), 2);
    // The modem says nothing more, or has the same SIM again.
    world.start(a, &identity(1, 1));
    assert!(!world.has(a));
    world.pass(180);
    assert_eq!(
        world.events.pop_back(),
        Some(Event::SlotFailed { member: a, slot: 1 })
    );
    // It is used as it is, once there is quota.
    world.pass(12 * HOUR);
    world.run();
    assert_eq!(world.outcomes.len(), 3);
}

#[test]
fn the_end_of_an_earlier_pause_does_not_end_a_change() {
    let (mut world, a) = with_slots(3);
    send_all(&mut world, 0..3);
    world.pool.slot_failed(a, world.now);
    world.pump();
    // To the third slot, and that does not work either.
    world.pass(10);
    assert_eq!(world.switches.last().unwrap().1, 2);
    world.pool.slot_failed(a, world.now);
    world.pump();
    world.pass(580);
    world.events.clear();
    assert!(world.pool.switch_slot(a, 2, world.now));
    world.pump();
    world.pass(60);
    assert!(world.events.is_empty());
    switched(&mut world, a, 3);
    world.run();
    assert_eq!(world.outcomes.len(), 3);
}

#[test]
fn a_change_can_be_asked_for() {
    let (mut world, a) = with_slots(2);
    assert!(!world.pool.switch_slot(a, 0, world.now), "it is there");
    assert!(!world.pool.switch_slot(a, 2, world.now), "there is none");
    world.send(1, "1", 1);
    assert!(world.pool.switch_slot(a, 1, world.now));
    world.send(2, "1", 1);
    world.pump();
    assert!(world.switches.is_empty());
    world.sent(a);
    assert_eq!(world.switches.len(), 1);
    assert!(!world.pool.switch_slot(a, 1, world.now), "it is changing");
    switched(&mut world, a, 2);
    assert!(world.has(a));
    let other = world.plug(5);
    assert!(!world.pool.switch_slot(other, 1, world.now), "no slots");
}

#[test]
fn the_rest_of_a_message_whose_sim_was_changed_is_not_sent_by_the_other() {
    let (mut world, a) = with_slots(2);
    world.send(1, "1", 1);
    world.sent(a);
    // A message that waits for the first SIM, which has room for no more than one part.
    let only = Message {
        sim: Some(iccid(1)),
        ..message("1", 1)
    };
    world.try_send(2, only.clone()).unwrap();
    world.sent(a);
    world.try_send(3, only).unwrap();
    world.send(4, "1", 1);
    switched(&mut world, a, 2);
    world.run();
    assert!(world.outcome(4).is_sent());
    assert!(!world.outcomes.contains_key(&3));
    assert!(matches!(world.only_part(2), PartOutcome::Sent { .. }));
}
