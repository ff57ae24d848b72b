//! Operations of the peer: who may send which, how they are answered, and how many may wait.
//! In simulated time.
#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_ucp::op::Op as _;
use smsgw_ucp::session::{CloseReason, Config, Event, Refusal, Role, SendError, State};
use smsgw_ucp::types::Minute;
use smsgw_ucp::{ErrorCode, Frame, OperationType, SystemMessage, ValueError};
use support::Seen::{Closed, Refused, Repeated, Request, Response};
use support::{Pair, Said, alert, deliver, login, no_login, quiet, submit, trn, window};

const NONE: SystemMessage<'_> = SystemMessage::EMPTY;

fn submission(number: u8, digits: &str) -> Frame {
    submit(digits).to_frame(trn(number))
}

#[test]
fn each_kind_of_answer() {
    let mut pair = Pair::up();
    let request = submission(7, "0031612345678");
    let mut ask = || {
        pair.smsc.take(request.octets(), pair.now);
        assert_eq!(pair.smsc.seen(), [Request(7, 51)]);
        assert_eq!(pair.smsc.session.unanswered(), 1);
        pair.smsc.requests.pop_front().unwrap()
    };
    let asked = ask();
    assert_eq!(asked, request);
    let session = &mut pair.smsc.session;
    let key = SystemMessage::new("0031612345678:010126120000").unwrap();
    session.accept(&asked, key);
    assert_eq!(session.unanswered(), 0);
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//0031612345678:010126120000"]);

    let mut ask = || {
        pair.smsc.take(request.octets(), pair.now);
        pair.smsc.requests.pop_front().unwrap()
    };
    let asked = ask();
    let vp = Minute::new(2026, 1, 2, 3, 4).unwrap();
    pair.smsc.session.accept_until(&asked, vp, NONE).unwrap();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A/0201260304/"]);

    let mut ask = || {
        pair.smsc.take(request.octets(), pair.now);
        pair.smsc.requests.pop_front().unwrap()
    };
    let asked = ask();
    let text = SystemMessage::new("AdC invalid").unwrap();
    pair.smsc.session.refuse(&asked, ErrorCode(6), text);
    assert_eq!(pair.smsc.lines(), ["07/R/51/N/06/AdC invalid"]);

    pair.smsc.take(request.octets(), pair.now);
    let asked = pair.smsc.requests.pop_front().unwrap();
    pair.smsc.session.ignore(&asked);
    assert!(pair.smsc.octets().is_empty());
    assert_eq!(pair.smsc.session.unanswered(), 0);
}

#[test]
fn a_validity_period_only_where_there_is_a_field_for_it() {
    let mut pair = Pair::open(no_login(quiet()), no_login(quiet()));
    let request = login(smsgw_ucp::types::SessionType::CHANGE_PASSWORD).to_frame(trn(3));
    pair.smsc.take(request.octets(), pair.now);
    let asked = pair.smsc.requests.pop_front().unwrap();
    let vp = Minute::new(2026, 1, 2, 3, 4).unwrap();
    let refused = pair.smsc.session.accept_until(&asked, vp, NONE);
    assert_eq!(refused, Err(ValueError::NoSuchField));
    assert!(pair.smsc.octets().is_empty());
    assert_eq!(pair.smsc.session.unanswered(), 1);
    pair.smsc.session.accept(&asked, NONE);
    assert_eq!(pair.smsc.lines(), ["03/R/60/A/"]);
}

#[test]
fn an_operation_is_answered_once() {
    let mut pair = Pair::up();
    let request = submission(7, "1");
    pair.smsc.take(request.octets(), pair.now);
    for _ in 0..3 {
        pair.smsc.session.accept(&request, NONE);
        pair.smsc.session.refuse(&request, ErrorCode(6), NONE);
    }
    // Nor one that never came, or that is a result.
    pair.smsc.session.accept(&submission(8, "1"), NONE);
    pair.smsc
        .session
        .accept(&support::frame("07/R/51/A//"), NONE);
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
    assert_eq!(pair.smsc.session.unanswered(), 0);
}

#[test]
fn directions() {
    let sme = [1, 2, 3, 30, 31, 51, 54, 55, 56, 60, 61];
    let smsc = [1, 31, 52, 53, 57, 58];
    for number in 0..100 {
        let ot = OperationType::new(number).unwrap();
        assert_eq!(Role::Sme.sends(ot), sme.contains(&number), "{number}");
        assert_eq!(Role::Smsc.sends(ot), smsc.contains(&number), "{number}");
        let is_known = sme.contains(&number) || smsc.contains(&number);
        assert_eq!(State::Up.allows(ot), is_known);
        assert_eq!(State::Open.allows(ot), number == 60);
        assert_eq!(State::Closing.allows(ot), number == 31);
        assert!(!State::LoggingIn.allows(ot) && !State::Closed.allows(ot));
    }
}

#[test]
fn an_operation_of_the_other_direction_is_not_supported() {
    let mut pair = Pair::up();
    pair.sme.take(submission(1, "1").octets(), pair.now);
    assert_eq!(pair.sme.seen(), [Refused(1, 51, 3)]);
    assert_eq!(pair.sme.lines(), ["01/R/51/N/03/"]);
    pair.smsc
        .take(deliver("1").to_frame(trn(2)).octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Refused(2, 52, 3)]);
    assert_eq!(pair.smsc.lines(), ["02/R/52/N/03/"]);
    let (now, session) = (pair.now, &mut pair.sme.session);
    assert_eq!(
        session.request(&deliver("1"), 1, now),
        Err(SendError::Direction)
    );
    let session = &mut pair.smsc.session;
    assert_eq!(
        session.request(&submit("1"), 1, now),
        Err(SendError::Direction)
    );
    assert!(session.request(&alert("2147"), 1, now).is_ok());
    // And what neither end has.
    pair.smsc.take_lines(&["03/O/59/1", "04/O/00"], pair.now);
    assert_eq!(pair.smsc.seen(), [Refused(3, 59, 3), Refused(4, 0, 3)]);
    assert_eq!(
        pair.smsc.lines(),
        ["00/O/31/2147/0539", "03/R/59/N/03/", "04/R/00/N/03/"]
    );
}

#[test]
fn too_many_operations_stop_reading_until_one_is_answered() {
    let smsc = Config {
        max_unanswered: 3,
        ..quiet()
    };
    let mut pair = Pair::up_with(window(10), smsc);
    for token in 0..5 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [1, 2, 3].map(|trn| Request(trn, 51)));
    assert!(pair.smsc.session.is_paused());
    pair.smsc.answer();
    assert!(!pair.smsc.session.is_paused());
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(4, 51)]);
    pair.smsc.answer();
    pair.smsc.answer();
    pair.exchange();
    assert_eq!(pair.smsc.seen(), [Request(5, 51)]);
    assert_eq!(pair.sme.seen().len(), 3);
    // What the session answers by itself never waits.
    let alerts = [alert("2147").to_frame(trn(1)).octets().to_vec()].concat();
    pair.smsc.take(&alerts.repeat(50), pair.now);
    assert_eq!(pair.smsc.lines().len(), 50);
    assert_eq!(pair.smsc.session.unanswered(), 2);
}

#[test]
fn an_owner_that_has_enough_to_do_is_given_no_more() {
    let mut pair = Pair::up();
    pair.smsc.session.set_unread(true);
    assert!(pair.smsc.session.is_paused());
    pair.smsc.take(submission(1, "1").octets(), pair.now);
    assert_eq!(pair.smsc.seen(), []);
    pair.smsc.session.set_unread(false);
    pair.smsc.take(b"", pair.now);
    assert_eq!(pair.smsc.seen(), [Request(1, 51)]);
}

#[test]
fn the_same_operation_again_has_one_result() {
    let mut pair = Pair::up();
    let request = submission(7, "1");
    pair.smsc.take(&request.octets().repeat(3), pair.now);
    assert_eq!(
        pair.smsc.seen(),
        [Request(7, 51), Repeated(7, 51), Repeated(7, 51)]
    );
    assert_eq!(pair.smsc.session.unanswered(), 1);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
    // After its result the TRN is free for anything, for the same text too.
    pair.smsc.take(request.octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Request(7, 51)]);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
}

#[test]
fn of_two_operations_with_one_trn_the_later_gets_the_result() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut pair = Pair::up();
        let requests = ["1", "2", "3"].map(|digits| submission(7, digits));
        for request in &requests {
            pair.smsc.take(request.octets(), pair.now);
        }
        assert_eq!(pair.smsc.seen(), [Request(7, 51); 3]);
        for (index, code) in order.into_iter().zip(10..) {
            // The owner may have made a copy.
            let request = requests[index].detach();
            pair.smsc.session.refuse(&request, ErrorCode(code), NONE);
            assert_eq!(
                pair.smsc.lines().len(),
                usize::from(index == 2),
                "{order:?}"
            );
        }
        assert_eq!(pair.smsc.session.unanswered(), 0);
    }
}

#[test]
fn operations_of_two_types_with_one_trn_are_both_answered() {
    let mut pair = Pair::up();
    let call = smsgw_ucp::op::CallInput::default();
    let other = support::frame("07/O/01/1///2/5");
    assert_eq!(call.to_frame(trn(7)).ot(), other.ot());
    pair.smsc.take(submission(7, "1").octets(), pair.now);
    pair.smsc.take(other.octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Request(7, 51), Request(7, 1)]);
    pair.smsc.answer();
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//", "07/R/01/A/"]);
}

#[test]
fn a_client_resends_after_it_gave_up_and_hears_only_of_the_second() {
    // It uses the TRN again for another message while the first is still worked on.
    let mut pair = Pair::up();
    pair.smsc.take(submission(7, "1").octets(), pair.now);
    let first = pair.smsc.requests.pop_front().unwrap();
    pair.smsc.take(submission(7, "2").octets(), pair.now);
    pair.smsc.session.accept(&first, NONE);
    assert!(pair.smsc.octets().is_empty());
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
}

#[test]
fn an_operation_that_comes_again_is_known_when_new_ones_are_not_taken() {
    let mut pair = Pair::up();
    let request = submission(7, "1");
    pair.smsc.take(request.octets(), pair.now);
    pair.smsc.session.close_when_answered(pair.now);
    pair.smsc.take(request.octets(), pair.now);
    assert_eq!(pair.smsc.seen(), [Request(7, 51), Repeated(7, 51)]);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
}

/// The owner has it already, whatever came with its TRN in between.
#[test]
fn an_operation_that_comes_again_after_another_with_its_trn_is_not_a_second_one() {
    let mut spoiled = submission(7, "1").octets().to_vec();
    spoiled[20] ^= 1;
    let mut pair = Pair::up();
    pair.smsc.take(submission(7, "1").octets(), pair.now);
    pair.smsc.take(&spoiled, pair.now);
    pair.smsc.take(submission(7, "1").octets(), pair.now);
    assert_eq!(
        pair.smsc.seen(),
        [Request(7, 51), Refused(7, 51, 1), Repeated(7, 51)]
    );
    assert_eq!(pair.smsc.session.unanswered(), 1);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/N/01/", "07/R/51/A//"]);

    let mut pair = Pair::up();
    for digits in ["1", "2", "1"] {
        pair.smsc.take(submission(7, digits).octets(), pair.now);
    }
    assert_eq!(
        pair.smsc.seen(),
        [Request(7, 51), Request(7, 51), Repeated(7, 51)]
    );
    assert_eq!(pair.smsc.session.unanswered(), 2);
    pair.smsc.answer();
    assert_eq!(pair.smsc.lines(), ["07/R/51/A//"]);
    // It waits for that one now.
    pair.smsc.answer();
    assert!(pair.smsc.octets().is_empty());
    assert_eq!(pair.smsc.session.unanswered(), 0);
}

#[test]
fn what_was_refused_by_its_number_gets_no_second_result() {
    // Another one with its TRN, which is not taken, and its own octets, spoiled.
    let other = submission(7, "2");
    let mut spoiled = submission(7, "1").octets().to_vec();
    spoiled[20] ^= 1;
    for (octets, code) in [(&other.octets()[..], 4), (&spoiled, 1)] {
        let mut pair = Pair::up();
        pair.smsc.take(submission(7, "1").octets(), pair.now);
        pair.smsc.session.close_when_answered(pair.now);
        pair.smsc.take(octets, pair.now);
        assert_eq!(pair.smsc.seen(), [Request(7, 51), Refused(7, 51, code)]);
        assert_eq!(pair.smsc.lines(), [format!("07/R/51/N/0{code}/")]);
        assert_eq!(pair.smsc.session.unanswered(), 1);
        pair.smsc.answer();
        assert!(pair.smsc.octets().is_empty());
        assert_eq!(pair.smsc.seen(), [Closed(CloseReason::Local)]);
    }
}

#[test]
fn an_owner_that_is_gone_declines() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.login().unwrap();
    let octets = pair.sme.octets();
    pair.smsc.session.handle_octets(&octets, pair.now);
    let event = pair.smsc.session.poll_event().unwrap();
    pair.smsc.session.decline(&event);
    assert_eq!(pair.smsc.lines(), ["00/R/60/N/04/"]);

    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    let octets = pair.sme.octets();
    pair.smsc.session.handle_octets(&octets, pair.now);
    let event = pair.smsc.session.poll_event().unwrap();
    pair.smsc.session.decline(&event);
    pair.smsc
        .session
        .decline(&Event::Closed(CloseReason::Local));
    pair.exchange();
    assert_eq!(pair.sme.seen(), [Response(1, Said::No(4))]);
    pair.assert_idle(State::Up, State::Up);
}

#[test]
fn an_abandoned_session_waits_for_its_own_results_alone() {
    let mut pair = Pair::up();
    pair.submit(1).unwrap();
    pair.deliver(2).unwrap();
    pair.exchange();
    pair.smsc.session.abandon(pair.now);
    assert_eq!(pair.states().1, State::Closing);
    pair.smsc.answer();
    assert!(pair.smsc.octets().is_empty());
    pair.sme.answer();
    pair.exchange();
    assert_eq!(
        pair.smsc.seen(),
        [
            Request(1, 51),
            Response(2, Said::Yes),
            Closed(CloseReason::Local)
        ]
    );
}

#[test]
fn why_it_was_refused() {
    let mut pair = Pair::open(quiet(), quiet());
    let now = pair.now;
    let mut why = |octets: &[u8]| {
        pair.smsc.session.handle_octets(octets, now);
        match pair.smsc.session.poll_event() {
            Some(Event::Refused { why, frame, .. }) => (why, why.to_string(), frame),
            other => panic!("{other:?}"),
        }
    };
    let submission = submission(7, "1");
    let (refusal, text, frame) = why(submission.octets());
    assert_eq!(refusal, Refusal::State(State::Open));
    assert_eq!(text, "not allowed while open, not logged in");
    assert_eq!(frame, Some(submission));
    let (refusal, text, _) = why(deliver("1").to_frame(trn(7)).octets());
    assert_eq!(refusal, Refusal::Direction);
    assert_eq!(text, "not an operation of that end");
    let (_, text, frame) = why(support::frame("07/O/59").octets());
    assert_eq!(text, "OT at octet 12: no operation has the type 59");
    assert!(frame.is_some());
    let (refusal, text, frame) = why(b"\x0207/00019/O/60/A//00\x03");
    assert!(matches!(refusal, Refusal::Frame(_)));
    assert!(text.starts_with("CHK at octet"), "{text}");
    assert_eq!(frame, None);
}
