//! What a pool tries again, and where: each row of the tables in its documentation.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod pool_support;

use pool_support::{World, iccid, message, refusal, secs};
use smsgw_at::ValueError;
use smsgw_at::cause::{Class, CmsError};
use smsgw_at::command::network::RegistrationState;
use smsgw_at::modem::{self, Failure, State};
use smsgw_at::pool::{Config, Event, Limits, MemberId, Message, PartOutcome, Reason, SimConfig};

/// One code of each class.
const HERE: u16 = 42;
const ELSEWHERE: u16 = 331;
const SIM_FAULT: u16 = 8;
const MODEM_FAULT: u16 = 300;
const PERMANENT: u16 = 1;

fn world<const COUNT: usize>() -> (World, [MemberId; COUNT]) {
    World::with_modems(Config {
        sticky: 0,
        ..Config::default()
    })
}

/// What became of a message of which nothing was sent.
#[track_caller]
fn assert_refused(world: &World, token: u64, failure: Failure) {
    assert_eq!(
        world.outcome(token).parts[0],
        PartOutcome::NotSent(Reason::Failure(failure))
    );
}

#[test]
fn the_codes_have_the_classes_that_these_tests_are_about() {
    assert_eq!(CmsError(HERE).class(), Class::RetryHere);
    assert_eq!(CmsError(ELSEWHERE).class(), Class::RetryElsewhere);
    assert_eq!(CmsError(SIM_FAULT).class(), Class::SimFault);
    assert_eq!(CmsError(MODEM_FAULT).class(), Class::ModemFault);
    assert_eq!(CmsError(PERMANENT).class(), Class::Permanent);
}

#[test]
fn retry_here_is_tried_again_after_pauses_and_then_elsewhere() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.refused(a, HERE);
    assert!(!world.has(a) && !world.has(b));
    // Others are not held up.
    world.send(2, "2", 1);
    world.send(3, "3", 1);
    world.run();
    world.pass(9);
    assert!(!world.has(a));
    world.pass(1);
    world.refused(a, HERE);
    world.pass(19);
    assert!(!world.has(a));
    world.pass(1);
    assert!(world.has(a) && !world.has(b));
    world.refused(a, HERE);
    assert!(world.has(b) && !world.has(a));
    world.sent(b);
    assert!(world.outcome(1).is_sent());
    assert_eq!(world.outcome(1).attempts, 4);
}

#[test]
fn retry_here_that_never_helps_ends() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    for _ in 0..3 {
        world.refused(a, HERE);
        world.pass(20);
    }
    for _ in 0..3 {
        world.refused(b, HERE);
        world.pass(20);
    }
    assert_refused(&world, 1, refusal(HERE));
    assert_eq!(world.outcome(1).attempts, 6);
    assert!(!breaker_opened(&world));
}

#[test]
fn retry_elsewhere_goes_elsewhere_at_once() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.refused(a, ELSEWHERE);
    assert!(world.has(b) && !world.has(a));
    world.refused(b, ELSEWHERE);
    // Both refused: the last is tried again.
    assert!(world.parts.is_empty());
    world.pass(10);
    world.sent(b);
    assert!(world.outcome(1).is_sent());
}

#[test]
fn retry_elsewhere_is_tried_here_where_there_is_no_other() {
    let (mut world, [a]) = world();
    world.send(1, "1", 1);
    for pause in [10, 20] {
        world.refused(a, ELSEWHERE);
        world.pass(pause - 1);
        assert!(!world.has(a));
        world.pass(1);
    }
    world.refused(a, ELSEWHERE);
    assert_refused(&world, 1, refusal(ELSEWHERE));
    assert!(!breaker_opened(&world));
}

#[test]
fn a_modem_fault_goes_elsewhere_at_once_and_counts() {
    let (mut world, [a, b]) = world();
    // The other is chosen first, and busy.
    world.health(a, Some(RegistrationState::HOME), Some(-113));
    for token in 1..=3 {
        world.pass(60);
        world.send(100 + token, "1", 1);
        world.send(token, "1", 1);
        world.refused(a, MODEM_FAULT);
        assert!(!world.has(a));
        world.sent(b);
        world.sent(b);
        assert!(world.outcome(token).is_sent());
        assert_eq!(breaker_opened(&world), token == 3);
    }
}

#[test]
fn a_modem_fault_is_tried_here_where_there_is_no_other() {
    let (mut world, [a]) = world();
    world.send(1, "1", 1);
    world.refused(a, MODEM_FAULT);
    world.pass(10);
    world.sent(a);
    assert!(world.outcome(1).is_sent());
}

#[test]
fn a_sim_fault_goes_elsewhere_and_never_back() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.refused(a, SIM_FAULT);
    assert!(world.has(b));
    world.refused(b, SIM_FAULT);
    assert_refused(&world, 1, refusal(SIM_FAULT));
    assert_eq!(world.outcome(1).attempts, 2);
    // One modem alone.
    let (mut world, [a]) = world_of_one();
    for token in 1..=3 {
        world.send(token, "1", 1);
        world.refused(a, SIM_FAULT);
        assert_refused(&world, token, refusal(SIM_FAULT));
    }
    assert!(breaker_opened(&world));
}

#[test]
fn a_permanent_refusal_is_final() {
    let (mut world, [a, b]) = world();
    for token in 1..=4 {
        world.send(token, "1", 1);
        let member = if world.has(a) { a } else { b };
        world.refused(member, PERMANENT);
        assert_refused(&world, token, refusal(PERMANENT));
    }
    assert!(!breaker_opened(&world));
}

#[test]
fn no_prompt_and_no_answer_go_elsewhere_and_count() {
    for failure in [Failure::NoPrompt, Failure::Silent] {
        let (mut world, [a, b]) = world();
        world.send(1, "1", 1);
        world.failed(a, failure.clone());
        assert!(world.has(b), "{failure}");
        world.sent(b);
        assert!(world.outcome(1).is_sent());

        let (mut world, [a]) = world_of_one();
        world.send(1, "1", 1);
        for _ in 0..3 {
            world.failed(a, failure.clone());
            world.pass(100);
        }
        assert_refused(&world, 1, failure);
        assert!(breaker_opened(&world));
    }
}

#[test]
fn what_was_lost_before_it_was_written_stays_if_its_modem_is_back() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.failed(a, Failure::Lost);
    world.pass(10);
    assert!(world.has(a) && !world.has(b));
    // It is not back.
    let (token, _) = world.take(a);
    world.state(a, State::Closed);
    let failure = Failure::Lost;
    world.tell(a, modem::Event::NotSent { token, failure });
    world.sent(b);
    assert!(world.outcome(1).is_sent());
    assert!(!breaker_opened(&world));
}

#[test]
fn what_cannot_be_written_is_not_sent() {
    let (mut world, [a, b]) = world();
    let error = ValueError::Range {
        min: 1,
        max: 164,
        had: 0,
    };
    world.send(1, "1", 1);
    world.failed(a, Failure::Value(error));
    assert!(!world.has(b));
    assert_refused(&world, 1, Failure::Value(error));
}

#[test]
fn what_is_given_back_goes_elsewhere_and_is_no_attempt() {
    let (mut world, [a, b]) = world();
    world.idle.push(a);
    world.send(1, "1", 1);
    world.state(a, State::Recovering);
    assert!(world.has(b) && !world.has(a));
    world.sent(b);
    assert_eq!(world.outcome(1).attempts, 1);
    assert!(!breaker_opened(&world));
    // Where there is no other it waits.
    world.unplug(b);
    world.state(a, State::Ready);
    world.send(2, "1", 1);
    world.state(a, State::Recovering);
    world.pass(10_000);
    assert!(!world.has(a));
    world.state(a, State::Ready);
    assert!(world.has(a));
}

#[test]
fn what_a_modem_does_not_take_goes_elsewhere() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    let (token, _) = world.take(a);
    world.pool.withdrawn(a, token, world.now);
    world.pump();
    assert!(world.has(b) && !world.has(a));
    world.send(2, "1", 1);
    assert!(!world.has(a), "it is full");
    world.pass(1);
    assert!(world.has(a));
}

#[test]
fn unknown_is_told_and_never_tried_again() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    let part = world.unknown(a);
    assert_eq!(world.only_part(1), &PartOutcome::Unknown);
    assert!(world.outcome(1).is_unknown() && !world.outcome(1).is_unsent());
    assert_eq!(world.outcome(1).sent_by.as_ref().unwrap().iccid, iccid(1));
    world.pass(10_000);
    assert!(!world.has(a) && !world.has(b));
    // The result comes late, one way or the other.
    let (token, reference) = (part, Some(7));
    world.tell(a, modem::Event::SentLate { token, reference });
    let late = Event::SentLate {
        token: 1,
        part: 0,
        reference,
    };
    assert_eq!(world.events.pop_back(), Some(late));
    let failure = refusal(ELSEWHERE);
    world.tell(
        a,
        modem::Event::NotSentLate {
            token,
            failure: failure.clone(),
        },
    );
    let late = Event::NotSentLate {
        token: 1,
        part: 0,
        failure,
    };
    assert_eq!(world.events.pop_back(), Some(late));
    assert!(!world.has(a) && !world.has(b));
}

#[test]
fn three_unknown_in_a_row_open_the_breaker() {
    let (mut world, [a]) = world();
    for token in 1..=3 {
        world.send(token, "1", 1);
        world.unknown(a);
        world.pass(60);
    }
    assert!(breaker_opened(&world));
}

#[test]
fn a_modem_that_is_silent_about_a_part_gets_nothing_for_a_while() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.unknown(a);
    world.send(2, "1", 1);
    world.send(3, "1", 1);
    assert!(world.has(b) && !world.has(a));
    world.pass(59);
    assert!(!world.has(a));
    world.pass(1);
    assert!(world.has(a));
    // Unless its result comes.
    let token = world.unknown(a);
    world.send(4, "1", 1);
    world.pass(30);
    assert!(!world.has(a));
    let reference = None;
    world.tell(a, modem::Event::SentLate { token, reference });
    assert!(world.has(a));
}

#[test]
fn a_message_tries_so_many_sims() {
    let config = Config {
        sticky: 0,
        failovers: 2,
        ..Config::default()
    };
    let (mut world, members) = World::with_modems::<5>(config);
    world.send(1, "1", 1);
    for member in &members[..3] {
        world.failed(*member, Failure::NoPrompt);
    }
    // Three SIMs were tried, the last of them three times.
    world.pass(10);
    world.failed(members[2], Failure::NoPrompt);
    world.pass(20);
    world.failed(members[2], Failure::NoPrompt);
    assert_refused(&world, 1, Failure::NoPrompt);
    let never = Config {
        sticky: 0,
        failovers: 0,
        retries: 0,
        ..Config::default()
    };
    let (mut world, [a, _]) = World::with_modems(never);
    world.send(1, "1", 1);
    world.refused(a, HERE);
    assert_refused(&world, 1, refusal(HERE));
}

#[test]
fn a_refused_message_does_not_wait_for_ever() {
    let (mut world, [a, b]) = world();
    world.state(b, State::Dead);
    world.send(1, "1", 1);
    world.refused(a, ELSEWHERE);
    world.pass(299);
    assert!(world.outcomes.is_empty());
    world.pass(1);
    assert_refused(&world, 1, refusal(ELSEWHERE));
    // It does not hold up what has not been refused.
    world.send(2, "1", 1);
    assert!(world.has(a));
}

#[test]
fn a_modem_that_waits_for_a_person_is_no_second_chance() {
    let (mut world, [a, b]) = world();
    world.state(b, State::Waiting(modem::Obstacle::Puk));
    world.send(1, "1", 1);
    world.refused(a, ELSEWHERE);
    world.pass(60);
    world.sent(a);
    assert!(world.outcome(1).is_sent());
}

#[test]
fn a_sim_that_cannot_send_passes_what_waits_to_be_tried_again() {
    let (mut world, [a, b]) = world();
    world.send(1, "1", 1);
    world.refused(a, HERE);
    world.state(a, State::Dead);
    assert!(world.has(b));
}

#[test]
fn a_message_for_one_sim_goes_nowhere_else() {
    let (mut world, [a, b]) = world();
    let only = Message {
        sim: Some(iccid(1)),
        ..message("1", 1)
    };
    world.try_send(1, only.clone()).unwrap();
    for pause in [10, 20] {
        world.refused(a, ELSEWHERE);
        assert!(!world.has(b));
        world.pass(pause);
    }
    world.refused(a, ELSEWHERE);
    assert_refused(&world, 1, refusal(ELSEWHERE));
    world.try_send(2, only).unwrap();
    world.refused(a, SIM_FAULT);
    assert_refused(&world, 2, refusal(SIM_FAULT));
}

// Once a part was sent.

#[test]
fn a_later_part_is_tried_again_by_the_same_sim() {
    for code in [HERE, ELSEWHERE, MODEM_FAULT] {
        let (mut world, [a, b]) = world();
        world.send(1, "1", 3);
        world.sent(a);
        world.refused(a, code);
        assert!(!world.has(a) && !world.has(b));
        world.pass(10);
        world.sent(a);
        world.sent(a);
        assert!(world.outcome(1).is_sent(), "{code}");
        assert_eq!(world.went_to(), [a; 4]);

        world.send(2, "1", 3);
        world.sent(b);
        for pause in [10, 20, 1_000] {
            world.refused(b, code);
            world.pass(pause);
        }
        let parts = &world.outcome(2).parts;
        assert!(matches!(parts[0], PartOutcome::Sent { .. }));
        let failure = Reason::Failure(refusal(code));
        assert_eq!(parts[1], PartOutcome::NotSent(failure));
        assert_eq!(parts[2], PartOutcome::NotSent(Reason::OtherPart));
        assert!(!world.outcome(2).is_unsent());
    }
}

#[test]
fn a_later_part_that_is_refused_for_good_ends_the_message() {
    for code in [SIM_FAULT, PERMANENT] {
        let (mut world, [a, b]) = world();
        world.send(1, "1", 3);
        world.sent(a);
        world.refused(a, code);
        assert_eq!(world.outcome(1).attempts, 2, "{code}");
        assert_eq!(
            world.outcome(1).parts[2],
            PartOutcome::NotSent(Reason::OtherPart)
        );
        assert!(!world.has(a) && !world.has(b));
    }
}

#[test]
fn parts_behind_an_unknown_one_go_by_the_same_sim() {
    let (mut world, [a, b]) = world();
    world.idle.push(a);
    world.send(1, "1", 3);
    let part = world.unknown(a);
    // The modem is being woken.
    world.state(a, State::Recovering);
    world.pass(60);
    assert!(!world.has(a) && !world.has(b));
    world.state(a, State::Ready);
    world.sent(a);
    // The late result comes before the outcome, and is in it.
    let (token, reference) = (part, Some(9));
    world.tell(a, modem::Event::SentLate { token, reference });
    world.sent(a);
    assert!(world.outcome(1).is_sent());
    assert_eq!(world.outcome(1).parts[0], PartOutcome::Sent { reference });
    assert!(world.events.is_empty());
}

#[test]
fn the_rest_waits_for_a_sim_that_is_lost_and_not_for_ever() {
    let (mut world, [a, b]) = world();
    world.idle.push(a);
    world.send(1, "1", 3);
    world.sent(a);
    world.unplug(a);
    world.pass(200);
    assert!(!world.has(b));
    // Back, by another port.
    let a = world.plug(1);
    assert!(world.has(a));
    world.sent(a);
    world.idle.push(a);
    world.unplug(a);
    world.pass(300);
    let outcome = world.outcome(1);
    assert!(matches!(outcome.parts[1], PartOutcome::Sent { .. }));
    assert_eq!(outcome.parts[2], PartOutcome::NotSent(Reason::SimGone));
    assert!(!world.has(b));
}

#[test]
fn the_rest_waits_for_quota_and_not_for_ever() {
    let (mut world, [a]) = world();
    world.send(1, "1", 3);
    world.sent(a);
    let limited = SimConfig {
        limits: Limits {
            day: Some(1),
            ..Limits::default()
        },
        ..SimConfig::default()
    };
    // The second part is under way.
    world.pool.configure_sim(&iccid(1), limited, world.now);
    world.sent(a);
    assert!(!world.has(a));
    world.pass(300);
    assert_eq!(
        world.outcome(1).parts[2],
        PartOutcome::NotSent(Reason::SimGone)
    );
}

fn world_of_one() -> (World, [MemberId; 1]) {
    world()
}

fn breaker_opened(world: &World) -> bool {
    let opened = |event: &Event| matches!(event, Event::BreakerOpened { .. });
    world.events.iter().any(opened)
}

#[test]
fn the_pauses_are_as_configured() {
    let config = Config {
        retries: 4,
        retry_pauses: (secs(5), secs(15)),
        ..Config::default()
    };
    let (mut world, [a]) = World::with_modems(config);
    world.send(1, "1", 1);
    for pause in [5, 10, 15, 15] {
        world.refused(a, HERE);
        world.pass(pause - 1);
        assert!(!world.has(a));
        world.pass(1);
        assert!(world.has(a));
    }
}
