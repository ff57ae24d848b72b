//! A message that was refused and may have been taken all the same.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, refusal};
use smsgw_at::cause::Class;
use smsgw_at::modem::Failure;
use smsgw_at::pool::{Config, Limits, MemberId, PartOutcome, SimConfig};

const UNKNOWN_ERROR: u16 = 500;
const ME_FAILURE: u16 = 300;

fn world<const COUNT: usize>() -> (World, [MemberId; COUNT]) {
    World::with_modems(Config {
        sticky: 0,
        ..Config::default()
    })
}

fn doubtful(code: u16) -> Failure {
    match refusal(code) {
        Failure::Refused(result) => Failure::Doubtful(result),
        failure => panic!("{failure:?}"),
    }
}

#[test]
fn one_other_sim_tries_it_and_then_it_is_unknown() {
    let (mut world, [a, b, c]) = world();
    world.send(1, "1", 1);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    world.failed(b, doubtful(ME_FAILURE));
    assert_eq!(world.only_part(1), &PartOutcome::Unknown);
    assert_eq!(world.outcome(1).sent_by.as_ref().unwrap().iccid, iccid(2));
    world.pass(10_000);
    assert!(!world.has(a) && !world.has(b) && !world.has(c));
}

#[test]
fn where_there_is_no_other_it_is_unknown_at_once() {
    let (mut world, [a]) = world();
    world.send(1, "1", 1);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    assert_eq!(world.only_part(1), &PartOutcome::Unknown);
    world.pass(10_000);
    assert!(!world.has(a));
}

#[test]
fn a_certain_refusal_by_the_other_leaves_it_unknown() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    world.refused(b, 1);
    assert_eq!(world.only_part(1), &PartOutcome::Unknown);
    assert_eq!(world.outcome(1).sent_by.as_ref().unwrap().iccid, iccid(1));
}

#[test]
fn the_other_may_send_it() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 2);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    world.sent(b);
    world.refused(b, 1);
    let parts = &world.outcome(1).parts;
    assert!(matches!(parts[0], PartOutcome::Sent { .. }), "{parts:?}");
    // The doubt was about the first part.
    assert!(matches!(parts[1], PartOutcome::NotSent(_)), "{parts:?}");
}

#[test]
fn the_parts_behind_a_later_one_are_sent_all_the_same() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 3);
    world.sent(a);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    assert!(!world.has(b));
    world.sent(a);
    let parts = &world.outcome(1).parts;
    assert_eq!(parts[1], PartOutcome::Unknown);
    assert!(world.outcome(1).is_unknown());
    assert!(matches!(parts[2], PartOutcome::Sent { .. }), "{parts:?}");
}

#[test]
fn it_counts_for_the_limits_as_it_may_have_been_sent() {
    let mut config = Config {
        sticky: 0,
        ..Config::default()
    };
    let limits = Limits {
        day: Some(1),
        ..Limits::default()
    };
    let sim = SimConfig {
        limits,
        ..SimConfig::default()
    };
    config.sims.insert(iccid(1), sim);
    let (mut world, [a]) = World::with_modems(config);
    world.send(1, "1", 1);
    world.refused(a, 1);
    world.send(2, "1", 1);
    world.failed(a, doubtful(UNKNOWN_ERROR));
    world.send(3, "1", 1);
    assert!(!world.has(a));
}

#[test]
fn its_class_is_never_the_same_modem() {
    assert_eq!(doubtful(515).class(), Class::RetryElsewhere);
    assert_eq!(doubtful(332).class(), Class::RetryElsewhere);
    assert_eq!(doubtful(ME_FAILURE).class(), Class::ModemFault);
}
