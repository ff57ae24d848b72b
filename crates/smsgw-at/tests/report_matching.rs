//! Which message a status report is about.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use smsgw_at::modem::{SentReference, SentReferences};
use smsgw_gsm::field::{Address, State, Status, Timestamp};
use smsgw_gsm::tpdu::StatusReport;

const ALICE: &str = "+41791234567";
const BOB: &str = "+4520123456";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[test]
fn a_report_belongs_to_the_message_with_its_reference_and_recipient() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    sent.sent(2, Some(10), BOB, now);
    sent.sent(3, Some(11), ALICE, now);
    assert_eq!(token(&mut sent, &report(10, ALICE, 100, 0), now), Some(1));
    assert_eq!(token(&mut sent, &report(10, BOB, 100, 0), now), Some(2));
    assert_eq!(token(&mut sent, &report(11, ALICE, 100, 0), now), Some(3));
    assert_eq!(token(&mut sent, &report(11, BOB, 100, 0), now), None);
    assert_eq!(token(&mut sent, &report(12, ALICE, 100, 0), now), None);
}

#[test]
fn the_recipient_may_come_back_in_national_form() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    sent.sent(2, Some(11), "0791234567", now);
    assert_eq!(
        token(&mut sent, &report(10, "0791234567", 1, 0), now),
        Some(1)
    );
    assert_eq!(token(&mut sent, &report(11, ALICE, 1, 0), now), Some(2));
}

#[test]
fn a_short_code_is_no_end_of_a_number() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), "34567", now);
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0), now), None);
    assert_eq!(token(&mut sent, &report(10, "34567", 1, 0), now), Some(1));
}

#[test]
fn references_wrap_and_the_newest_message_counts() {
    let (mut sent, now) = references();
    for token in 0..600 {
        sent.sent(token, u8::try_from(token % 256).ok(), ALICE, now);
    }
    assert_eq!(token(&mut sent, &report(7, ALICE, 5, 0), now), Some(519));
    // A report with another time is about another message.
    assert_eq!(token(&mut sent, &report(7, ALICE, 4, 0), now), Some(263));
    assert_eq!(token(&mut sent, &report(7, ALICE, 3, 0), now), Some(7));
    assert_eq!(token(&mut sent, &report(7, ALICE, 2, 0), now), None);
}

#[test]
fn a_status_below_0x20_or_from_0x40_on_is_final_and_others_are_not() {
    for (status, state) in [
        (0x00, State::Delivered),
        (0x1F, State::Delivered),
        (0x20, State::Retrying),
        (0x3F, State::Retrying),
        (0x40, State::Failed),
        (0x7F, State::Failed),
    ] {
        let (mut sent, now) = references();
        sent.sent(1, Some(10), ALICE, now);
        let matched = sent.report(&report(10, ALICE, 1, status), now).unwrap();
        assert_eq!(matched.state, state, "{status:#x}");
        assert_eq!(matched.is_final(), state != State::Retrying, "{status:#x}");
    }
}

#[test]
fn a_message_that_is_still_tried_is_reported_on_again() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0x30), now), Some(1));
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0x30), now), Some(1));
    // A message that the modem gave the same reference since does not take it.
    sent.sent(2, Some(10), ALICE, now);
    let last = sent.report(&report(10, ALICE, 1, 0x00), now).unwrap();
    assert_eq!((last.token, last.is_repeated), (1, false));
    assert_eq!(token(&mut sent, &report(10, ALICE, 9, 0x00), now), Some(2));
}

#[test]
fn a_service_centre_may_give_each_report_another_time() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0x30), now), Some(1));
    assert_eq!(token(&mut sent, &report(10, ALICE, 2, 0x00), now), Some(1));
    assert_eq!(token(&mut sent, &report(10, ALICE, 3, 0x00), now), None);
}

#[test]
fn a_report_that_comes_twice_takes_no_other_message() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    sent.sent(2, Some(10), ALICE, now);
    let first = sent.report(&report(10, ALICE, 1, 0), now).unwrap();
    let again = sent.report(&report(10, ALICE, 1, 0), now).unwrap();
    assert_eq!((first.token, first.is_repeated), (2, false));
    assert_eq!((again.token, again.is_repeated), (2, true));
}

#[test]
fn a_report_without_a_time_is_about_what_is_not_final() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    let report = StatusReport {
        service_centre_time_stamp: Timestamp::from_octets([0; 7]),
        ..report(10, ALICE, 1, 0)
    };
    assert_eq!(token(&mut sent, &report, now), Some(1));
    assert_eq!(token(&mut sent, &report, now), None);
}

#[test]
fn nothing_outside_the_window_is_matched() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    let in_time = now + 3 * DAY;
    let mut other = sent.clone();
    assert_eq!(
        token(&mut other, &report(10, ALICE, 1, 0), in_time),
        Some(1)
    );
    let late = in_time + Duration::from_millis(1);
    assert!(sent.export(late).is_empty());
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0), late), None);
    assert!(sent.is_empty());
}

#[test]
fn a_message_without_a_reference_is_found_by_its_recipient() {
    let (mut sent, now) = references();
    sent.sent(1, None, ALICE, now);
    sent.sent(2, Some(10), ALICE, now);
    assert_eq!(token(&mut sent, &report(10, ALICE, 1, 0), now), Some(2));
    assert_eq!(token(&mut sent, &report(77, BOB, 2, 0), now), None);
    assert_eq!(token(&mut sent, &report(77, ALICE, 2, 0x20), now), Some(1));
    assert_eq!(token(&mut sent, &report(77, ALICE, 2, 0), now), Some(1));
}

#[test]
fn a_message_without_a_reference_is_not_known_for_sure() {
    let (mut sent, now) = references();
    sent.sent(1, None, ALICE, now);
    sent.sent(2, Some(10), ALICE, now);
    assert!(sent.knows(&report(10, ALICE, 1, 0), now));
    assert!(!sent.knows(&report(77, ALICE, 2, 0x20), now));
    assert!(!sent.knows(&report(77, BOB, 2, 0x20), now));
    assert_eq!(token(&mut sent, &report(77, ALICE, 2, 0x20), now), Some(1));
    // From then on it is.
    assert!(sent.knows(&report(77, ALICE, 2, 0), now));
    assert!(!sent.knows(&report(78, ALICE, 3, 0), now));
}

#[test]
fn a_reference_that_comes_late_counts() {
    let (mut sent, now) = references();
    sent.sent(1, None, ALICE, now);
    sent.sent(2, Some(10), ALICE, now);
    sent.sent(3, Some(11), ALICE, now);
    sent.learn(1, 10);
    sent.learn(99, 10);
    assert_eq!(token(&mut sent, &report(12, ALICE, 1, 0), now), None);
    // It was sent before the other one with it.
    assert_eq!(token(&mut sent, &report(10, ALICE, 2, 0), now), Some(2));
    assert_eq!(token(&mut sent, &report(10, ALICE, 3, 0), now), Some(1));
}

#[test]
fn a_report_on_a_command_is_about_no_message() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    let report = StatusReport {
        status_report_qualifier: true,
        ..report(10, ALICE, 1, 0)
    };
    assert_eq!(token(&mut sent, &report, now), None);
}

#[test]
fn a_restart_goes_on_where_it_was() {
    let (mut sent, now) = references();
    sent.sent(1, Some(10), ALICE, now);
    sent.sent(2, Some(10), ALICE, now + DAY);
    sent.sent(3, None, BOB, now + DAY);
    assert_eq!(
        token(&mut sent, &report(10, ALICE, 5, 0x30), now + DAY),
        Some(2)
    );
    let kept = sent.export(now + DAY);
    assert_eq!(kept.len(), 3);
    assert_eq!((kept[0].token, kept[0].age), (1, DAY));

    // A day later, by another clock, with something sent meanwhile.
    let again = Instant::now();
    let mut sent = SentReferences::new(3 * DAY, 100, again);
    sent.sent(4, Some(10), ALICE, again);
    let aged = kept.into_iter().map(|reference| SentReference {
        age: reference.age + DAY,
        ..reference
    });
    sent.restore(aged, again);
    assert_eq!(sent.len(), 4);
    assert_eq!(token(&mut sent, &report(10, ALICE, 5, 0), again), Some(2));
    assert_eq!(token(&mut sent, &report(10, ALICE, 6, 0), again), Some(4));
    assert_eq!(token(&mut sent, &report(12, BOB, 6, 0), again), Some(3));
    let mut later = sent.clone();
    assert_eq!(
        token(&mut sent, &report(10, ALICE, 7, 0), again + DAY),
        Some(1)
    );
    let later_still = again + DAY + Duration::from_secs(1);
    assert_eq!(
        token(&mut later, &report(10, ALICE, 7, 0), later_still),
        None
    );
}

#[test]
fn of_too_many_the_newest_are_known() {
    let now = Instant::now();
    let mut sent = SentReferences::new(3 * DAY, 2, now);
    for token in 1..=3 {
        sent.sent(token, Some(10), ALICE, now);
    }
    assert_eq!(sent.len(), 2);
    let kept = sent.export(now);
    let mut restored = SentReferences::new(3 * DAY, 1, now);
    restored.restore(kept, now);
    assert_eq!(token(&mut restored, &report(10, ALICE, 1, 0), now), Some(3));
    assert_eq!(token(&mut restored, &report(10, ALICE, 2, 0), now), None);
}

/// A modem that gives all its messages one reference, and all to one recipient.
#[test]
fn many_with_one_reference_cost_no_more() {
    let now = Instant::now();
    let mut sent = SentReferences::new(3 * DAY, 50_000, now);
    for token in 0..200_000 {
        sent.sent(token, Some(0), ALICE, now);
    }
    assert_eq!(sent.len(), 50_000);
    let matched = (0..20_000).filter_map(|time| token(&mut sent, &report(0, ALICE, time, 0), now));
    assert!(matched.eq((200_000 - SentReferences::MAX_ALIKE as u64..200_000).rev()));
}

proptest! {
    /// As the rule says, looked up in a list of all.
    #[test]
    fn the_newest_that_no_report_was_about_within_the_window(
        steps in vec((0_u8..3, 0_u8..4, 0_usize..3, 0_u64..2000, 0_i64..5, 0_u8..3), 1..200),
    ) {
        let numbers = [ALICE, BOB, "0791234567"];
        let (mut sent, mut now) = references();
        let mut all: Vec<Known> = Vec::new();
        for (token, (what, reference, recipient, after, time, status)) in (0_u64..).zip(steps) {
            now += Duration::from_secs(60 * after);
            let recipient_number = numbers[recipient];
            let recipient = recipient % 2;
            if what == 0 {
                let reference = (reference > 0).then_some(reference);
                sent.sent(token, reference, recipient_number, now);
                let (time, is_final) = (None, false);
                all.push(Known { token, reference, recipient, sent: now, time, is_final });
                continue;
            }
            let status = [0x00, 0x30, 0x41][usize::from(status)];
            let matched = sent.report(&report(reference, recipient_number, time, status), now);

            let fits = |known: &Known| {
                now - known.sent <= 3 * DAY
                    && known.recipient == recipient
                    && known.reference.is_none_or(|known| known == reference)
            };
            let mut candidates: Vec<&mut Known> = all.iter_mut().filter(|it| fits(it)).collect();
            candidates.reverse();
            candidates.sort_by_key(|known| known.reference.is_none());
            let find = |is_it: fn(&Known, i64) -> bool| {
                candidates.iter().position(|known| is_it(known, time))
            };
            let expected = find(|known, time| known.time == Some(time))
                .or_else(|| find(|known, _| known.time.is_none() && !known.is_final))
                .or_else(|| find(|known, _| !known.is_final))
                .map(|at| candidates.swap_remove(at));
            prop_assert_eq!(
                matched.map(|matched| (matched.token, matched.is_repeated)),
                expected.as_ref().map(|known| (known.token, known.is_final))
            );
            if let Some(known) = expected {
                known.time = Some(time);
                known.is_final |= status != 0x30;
            }
        }
    }

    /// What is written down and read again answers as what was kept.
    #[test]
    fn export_and_restore_change_no_answer(
        sends in vec((0_u8..4, 0_u64..100), 0..60),
        reports in vec((0_u8..4, 0_i64..3, any::<bool>()), 0..60),
        cut in 0_usize..60,
    ) {
        let (mut sent, start) = references();
        let mut now = start;
        for (token, (reference, after)) in (0_u64..).zip(&sends) {
            now += Duration::from_secs(3600 * after);
            sent.sent(token, (*reference > 0).then_some(*reference), ALICE, now);
        }
        let mut other: Option<SentReferences> = None;
        for (at, (reference, time, is_final)) in reports.into_iter().enumerate() {
            if at == cut {
                let mut restored = SentReferences::new(3 * DAY, 1000, now);
                restored.restore(sent.export(now), now);
                other = Some(restored);
            }
            let report = report(reference, ALICE, time, if is_final { 0 } else { 0x30 });
            let matched = sent.report(&report, now);
            if let Some(other) = &mut other {
                prop_assert_eq!(other.report(&report, now), matched);
            }
        }
    }
}

/// A message that was sent, in the list that the rule is looked up in.
struct Known {
    token: u64,
    reference: Option<u8>,
    recipient: usize,
    sent: Instant,
    time: Option<i64>,
    is_final: bool,
}

fn references() -> (SentReferences, Instant) {
    let now = Instant::now();
    (SentReferences::new(3 * DAY, 1000, now), now)
}

fn token(sent: &mut SentReferences, report: &StatusReport<'_>, now: Instant) -> Option<u64> {
    sent.report(report, now).map(|matched| matched.token)
}

/// On a message that the service centre got in this second.
fn report(reference: u8, recipient: &str, second: i64, status: u8) -> StatusReport<'static> {
    let time = Timestamp::from_unix_seconds(1_700_000_000 + second, 4).expect("a time");
    let recipient = Address::parse(recipient).expect("a number");
    StatusReport::new(reference, recipient, time, time, Status(status))
}
