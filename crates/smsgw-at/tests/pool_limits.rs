//! How much each SIM of a pool may send.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid};
use smsgw_at::pool::{Config, Event, Limits, MemberId, SimConfig, UtcOffset};

const HOUR: u64 = 3_600;
/// The day before the first of a month.
const MIDNIGHT: u64 = 12 * HOUR;

fn limited(limits: Limits) -> Config {
    Config {
        sticky: 0,
        sim: sim(limits),
        ..Config::default()
    }
}

fn sim(limits: Limits) -> SimConfig {
    SimConfig {
        limits,
        ..SimConfig::default()
    }
}

fn minute(limit: u16) -> Limits {
    Limits {
        minute: Some(limit),
        ..Limits::default()
    }
}

fn day(limit: u32) -> Limits {
    Limits {
        day: Some(limit),
        ..Limits::default()
    }
}

fn month(limit: u32) -> Limits {
    Limits {
        month: Some(limit),
        ..Limits::default()
    }
}

/// One modem with so many messages of one part.
fn busy(config: Config, messages: u64) -> (World, MemberId) {
    let (mut world, [member]) = World::with_modems(config);
    for token in 0..messages {
        world.send(token, "1", 1);
    }
    (world, member)
}

#[test]
fn what_a_sim_has_no_room_for_today_goes_by_another_though_the_recipient_knows_it() {
    let mut config = Config::default();
    config.sims.insert(iccid(1), sim(day(4)));
    let (mut world, [a, b]) = World::with_modems(config);
    world.send(1, "+41791234567", 1);
    world.sent(a);
    // There is room for one of the two.
    world.send(2, "+41791234567", 2);
    world.send(3, "+41791234567", 2);
    world.run();
    assert!(world.outcome(2).is_sent() && world.outcome(3).is_sent());
    assert_eq!(world.went_to(), [a, a, a, b, b]);
}

#[test]
fn a_minute_takes_so_many_parts() {
    let (mut world, a) = busy(limited(minute(2)), 5);
    world.sent(a);
    world.pass(20);
    world.sent(a);
    assert!(!world.has(a));
    world.pass(39);
    assert!(!world.has(a));
    // 60 seconds after the first was out.
    world.pass(1);
    world.sent(a);
    assert!(!world.has(a));
    world.pass(20);
    assert!(world.has(a));
}

#[test]
fn another_sim_sends_when_the_minute_of_one_is_full() {
    let (mut world, [a, b]) = World::with_modems(limited(minute(1)));
    for token in 0..3 {
        world.send(token, "1", 1);
    }
    world.run();
    assert_eq!(world.went_to(), [a, b]);
    world.pass(60);
    assert_eq!(world.went_to().len(), 3);
}

#[test]
fn parts_of_one_message_wait_for_their_minute() {
    let (mut world, [a, b]) = World::with_modems(limited(minute(1)));
    world.send(1, "1", 3);
    world.sent(a);
    assert!(!world.has(a) && !world.has(b));
    world.pass(60);
    world.sent(a);
    world.pass(60);
    world.sent(a);
    assert!(world.outcome(1).is_sent());
}

#[test]
fn a_day_takes_so_many_parts() {
    let (mut world, a) = busy(limited(day(2)), 5);
    world.run();
    assert_eq!(world.assigned.len(), 2);
    assert_eq!(world.events.len(), 1);
    assert_eq!(
        world.events.pop_front(),
        Some(Event::QuotaUsed { sim: iccid(1) })
    );
    world.pass(MIDNIGHT - 1);
    assert!(!world.has(a));
    world.pass(1);
    world.run();
    assert_eq!(world.assigned.len(), 4);
    assert_eq!(world.events.len(), 1, "it is told once a day");
    world.pass(24 * HOUR);
    world.run();
    assert!(
        world
            .outcomes
            .values()
            .all(smsgw_at::pool::Outcome::is_sent)
    );
    assert_eq!(world.outcomes.len(), 5);
}

#[test]
fn a_day_begins_where_the_sim_is() {
    let config = Config {
        utc_offset: UtcOffset::from_minutes(60),
        ..limited(day(1))
    };
    let (mut world, a) = busy(config, 2);
    world.run();
    world.pass(MIDNIGHT - HOUR - 1);
    assert!(!world.has(a));
    world.pass(1);
    assert!(world.has(a));
}

#[test]
fn a_month_takes_so_many_parts() {
    let (mut world, a) = busy(limited(month(2)), 5);
    world.run();
    world.pass(MIDNIGHT);
    world.run();
    assert_eq!(world.assigned.len(), 4, "March began");
    world.pass(31 * 24 * HOUR - 1);
    assert!(!world.has(a));
    world.pass(1);
    assert!(world.has(a));
}

#[test]
fn a_message_goes_where_all_of_it_can() {
    let (mut world, [a, b]) = World::with_modems(limited(Limits::default()));
    world.pool.configure_sim(&iccid(1), sim(day(2)), world.now);
    world.send(1, "1", 3);
    assert!(world.has(b) && !world.has(a));
    // Where no SIM can send all of it, it holds up nothing.
    world.unplug(b);
    world.pass(300);
    world.send(2, "1", 3);
    world.send(3, "1", 1);
    world.send(4, "1", 2);
    world.sent(a);
    assert!(!world.has(a));
    // A new day makes room for two.
    world.pass(MIDNIGHT);
    world.sent(a);
    world.sent(a);
    assert!(world.outcome(4).is_sent());
    assert!(!world.outcomes.contains_key(&2));
    let more = sim(day(5));
    world.pool.configure_sim(&iccid(1), more, world.now);
    world.pump();
    world.run();
    assert!(world.outcome(2).is_sent());
}

#[test]
fn what_was_refused_does_not_count_and_what_is_unknown_does() {
    let (mut world, a) = busy(limited(day(2)), 9);
    world.refused(a, 1);
    world.unknown(a);
    world.pass(60);
    world.refused(a, 1);
    world.sent(a);
    assert!(!world.has(a));
    assert_eq!(world.outcomes.len(), 4);
}

#[test]
fn what_is_given_back_does_not_count() {
    let (mut world, a) = busy(
        limited(Limits {
            minute: Some(1),
            ..day(1)
        }),
        1,
    );
    world.idle.push(a);
    world.state(a, smsgw_at::modem::State::Recovering);
    world.state(a, smsgw_at::modem::State::Ready);
    assert!(world.has(a));
}

#[test]
fn a_clock_that_jumps_back_gives_no_quota_twice() {
    let (mut world, a) = busy(limited(day(1)), 9);
    world.run();
    world.pass(MIDNIGHT);
    world.run();
    for _ in 0..3 {
        world.jump(-7_200);
        assert!(!world.has(a));
        world.pass(2 * HOUR);
        assert!(!world.has(a));
    }
    world.pass(18 * HOUR);
    assert_eq!(world.assigned.len(), 2);
    world.pass(6 * HOUR);
    assert_eq!(world.assigned.len(), 3);
}

#[test]
fn a_clock_that_jumps_forward_is_believed() {
    let (mut world, a) = busy(limited(day(1)), 9);
    world.run();
    world.now.unix += 12 * 3_600;
    // Nobody tells the pool: it looks itself.
    world.pass(60);
    assert!(world.has(a));
}

#[test]
fn usage_and_references_survive_a_restart() {
    let limits = Limits {
        minute: Some(5),
        day: Some(3),
        month: Some(9),
    };
    let (mut world, [a]) = World::with_modems(limited(limits));
    for token in 0..2 {
        world.send(token, "+41791234567", 1);
        world.sent(a);
    }
    let records: Vec<_> = world.pool.export(world.now).collect();
    assert_eq!(records.len(), 1);
    assert_eq!(records[0].usage.day.count, 2);
    assert_eq!(records[0].references.len(), 2);

    let mut after = World::new(limited(limits));
    after.jump(100);
    after.pool.restore(records.clone(), after.now);
    let b = after.plug(1);
    for token in 10..13 {
        after.send(token, "1", 1);
    }
    after.run();
    assert_eq!(after.went_to(), [b], "two of three were used before");
    // Told again, nothing changes; what was sent in between is not forgotten.
    after.pool.restore(records, after.now);
    after.pump();
    assert!(!after.has(b));
    let records: Vec<_> = after.pool.export(after.now).collect();
    assert_eq!(records[0].usage.day.count, 3);
    assert_eq!(records[0].usage.month.count, 3);
    let age = records[0].references[0].age.as_secs();
    assert_eq!(age, 100, "it grew by the time in between");
}

#[test]
fn status_tells_what_was_used() {
    let (mut world, [a]) = World::with_modems(limited(day(2)));
    world.send(1, "1", 1);
    let status: Vec<_> = world.pool.status(world.now).collect();
    let [status] = &status[..] else {
        panic!("one SIM")
    };
    assert!(status.is_sending && status.is_usable);
    assert_eq!(status.waiting, 1);
    world.sent(a);
    let status = world.pool.status(world.now).next().unwrap();
    assert_eq!(status.usage.day.count, 1);
    assert_eq!(status.usage.minute, [pool_support::START]);
    assert_eq!(status.limits, day(2));
    // A part in the last minute, half of the day.
    assert_eq!(status.score, 10 + 12);
    assert_eq!(status.member, Some(a));
}
