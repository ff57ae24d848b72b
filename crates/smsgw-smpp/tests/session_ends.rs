//! Keep-alive, idling and the ways sessions end, in simulated time.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use smsgw_smpp::pdu::{EnquireLink, EnquireLinkResp, SubmitSmResp, Unbind, UnbindResp};
use smsgw_smpp::session::{BindMode, CloseReason, Config, SendError, State};
use smsgw_smpp::{CommandId, CommandStatus, SequenceNumber};
use support::Seen::{Closed, Late, Request, Response, Stray, Unanswered};
use support::{BOUND, Pair, Written, deliver, header, headers, ms, pdu, quiet, secs};

const OK: CommandStatus = CommandStatus::ESME_ROK;

// Keep-alive and idling.

#[test]
fn a_silent_peer_is_asked_and_given_up() {
    let esme = Config {
        response_timer: secs(5),
        ..Config::default()
    };
    let mut pair = Pair::bound_with(esme, quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.answer();
    pair.exchange();
    pair.mc.seen();
    pair.esme.seen();
    // Answered each time.
    pair.advance(secs(600));
    pair.assert_idle(BOUND, BOUND);
    // Cut off: asked after 30 seconds, given up after 5 more.
    let quiet_since = pair.now;
    while pair.esme.sends().is_empty() {
        pair.now = pair.esme.session.poll_timeout().unwrap();
        pair.esme.session.handle_timeout(pair.now);
    }
    assert!(pair.now - quiet_since <= secs(30));
    pair.now += ms(4_999);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(pair.esme.seen(), []);
    pair.now += ms(1);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(pair.esme.seen(), [Closed(CloseReason::EnquireLinkTimer)]);
    pair.assert_idle(State::Closed, BOUND);
}

#[test]
fn any_sign_of_life_puts_off_the_question() {
    let mut pair = Pair::bound_to(Config::default());
    for _ in 0..5 {
        pair.advance(secs(29));
        let stray = pdu(&EnquireLinkResp::default(), 99);
        pair.mc.take_frames([&stray], pair.now);
        assert_eq!(pair.mc.seen(), [Stray(CommandId::ENQUIRE_LINK_RESP)]);
        assert_eq!(pair.mc.sends(), []);
    }
    pair.advance(secs(29));
    assert_eq!(pair.mc.sends(), []);
    assert_eq!(pair.states(), (BOUND, BOUND));
}

#[test]
fn a_session_without_messages_unbinds() {
    let esme = Config {
        inactivity_timer: Some(secs(60)),
        ..Config::default()
    };
    let mut pair = Pair::bound_with(esme, Config::default());
    pair.advance(secs(59));
    pair.submit(1).unwrap();
    pair.exchange();
    // Not while an answer is awaited.
    pair.advance(secs(20));
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(1, OK)]);
    // Keep-alives are no messages.
    pair.advance(ms(59_999));
    assert_eq!(pair.states(), (BOUND, BOUND));
    pair.advance(ms(1));
    assert_eq!(pair.esme.seen(), [Closed(CloseReason::Unbound)]);
    assert_eq!(
        pair.mc.seen(),
        [
            Request(CommandId::SUBMIT_SM),
            Closed(CloseReason::PeerUnbound)
        ]
    );
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_session_that_owes_an_answer_is_not_idle() {
    let mc = Config {
        inactivity_timer: Some(secs(60)),
        ..quiet()
    };
    let mut pair = Pair::bound_to(mc);
    pair.submit(1).unwrap();
    pair.exchange();
    // Longer than the ESME waits.
    pair.advance(secs(90));
    assert_eq!(pair.states(), (BOUND, BOUND));
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Unanswered(1, Written::Yes), Late(1, OK)]);
    pair.advance(ms(59_999));
    assert_eq!(pair.states(), (BOUND, BOUND));
    pair.advance(ms(1));
    assert_eq!(pair.esme.seen(), [Closed(CloseReason::PeerUnbound)]);
    assert_eq!(
        pair.mc.seen(),
        [Request(CommandId::SUBMIT_SM), Closed(CloseReason::Unbound)]
    );
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_peer_that_waits_for_us_is_not_called_silent() {
    let mc = Config {
        max_unanswered: 2,
        response_timer: secs(5),
        ..Config::default()
    };
    let mut pair = Pair::bound_to(mc);
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    // The MC asks just before it stops reading, and does not read the answer.
    pair.advance(secs(30) - ms(1));
    let submits = pair.esme.octets();
    pair.now += ms(1);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(headers(&pair.mc.sends())[0].0, CommandId::ENQUIRE_LINK);
    pair.mc.take(&submits, pair.now);
    assert!(pair.mc.session.is_paused());
    pair.mc
        .take_frames([&pdu(&EnquireLinkResp::default(), 1)], pair.now);
    pair.advance(secs(300));
    assert_eq!(pair.states(), (BOUND, BOUND));
    pair.mc.answer();
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 2]);
    assert_eq!(pair.states(), (BOUND, BOUND));
    // The clock runs again.
    pair.advance(secs(29));
    assert_eq!(pair.mc.sends(), []);
    pair.now += secs(1);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(headers(&pair.mc.sends())[0].0, CommandId::ENQUIRE_LINK);
    pair.now += secs(5);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(pair.mc.seen(), [Closed(CloseReason::EnquireLinkTimer)]);
    assert_eq!(pair.states(), (BOUND, State::Closed));
}

#[test]
fn timers_may_be_as_long_as_a_duration_can_be() {
    let forever = Config {
        session_init_timer: Duration::MAX,
        enquire_link_timer: Some(Duration::MAX),
        inactivity_timer: Some(Duration::MAX),
        response_timer: Duration::MAX,
        ..Config::default()
    };
    let mut pair = Pair::bound_with(forever.clone(), forever);
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(secs(3_600));
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(1, OK)]);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    pair.assert_idle(BOUND, BOUND);
}

// The end.

#[test]
fn unbind_waits_for_the_answers_in_flight() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.esme.session.unbind(pair.now);
    pair.esme.session.unbind(pair.now);
    let unbinding = State::Unbinding(BindMode::Transceiver);
    assert_eq!(pair.submit(2), Err(SendError::State(unbinding)));
    pair.exchange();
    assert_eq!(pair.states(), (unbinding, BOUND));
    pair.mc.answer();
    pair.exchange();
    assert_eq!(
        pair.esme.seen(),
        [Response(1, OK), Closed(CloseReason::Unbound)]
    );
    assert_eq!(
        pair.mc.seen(),
        [
            Request(CommandId::SUBMIT_SM),
            Closed(CloseReason::PeerUnbound)
        ]
    );
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_peer_that_unbinds_gets_the_answers_it_is_owed_first() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    let mut octets = pair.esme.octets();
    octets.extend_from_slice(pdu(&Unbind::default(), 9).octets());
    // In one read: submit_sm, submit_sm, unbind.
    pair.mc.take(&octets, pair.now);
    let unbinding = State::Unbinding(BindMode::Transceiver);
    assert_eq!(pair.states(), (BOUND, unbinding));
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 2]);
    assert_eq!(pair.deliver(3), Err(SendError::State(unbinding)));
    // What comes behind the last word is not read.
    pair.mc
        .take_frames([&pdu(&support::submit("hi"), 10)], pair.now);
    assert_eq!(pair.mc.sends(), []);
    pair.mc.answer();
    pair.now += secs(20);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(pair.mc.seen(), []);
    pair.mc.answer();
    let sent: Vec<_> = headers(&pair.mc.sends())
        .iter()
        .map(|header| header.0)
        .collect();
    let answer = CommandId::SUBMIT_SM_RESP;
    assert_eq!(sent, [answer, answer, CommandId::UNBIND_RESP]);
    assert_eq!(pair.mc.seen(), [Closed(CloseReason::PeerUnbound)]);
    pair.esme.session.close(CloseReason::Local);
    pair.esme.seen();
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_request_that_is_ignored_is_owed_no_answer() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    pair.exchange();
    pair.mc.take_frames([&pdu(&Unbind::default(), 9)], pair.now);
    let ignored = pair.mc.requests.pop_front().unwrap();
    pair.mc.session.ignore(ignored.header());
    pair.mc.answer();
    assert_eq!(
        headers(&pair.mc.sends()),
        [
            (CommandId::SUBMIT_SM_RESP, OK, 3),
            (CommandId::UNBIND_RESP, OK, 9)
        ]
    );
}

#[test]
fn a_peer_that_unbinds_does_not_wait_for_ever() {
    let mc = Config {
        response_timer: secs(5),
        ..quiet()
    };
    let mut pair = Pair::bound_to(mc);
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.take_frames([&pdu(&Unbind::default(), 9)], pair.now);
    assert_eq!(pair.mc.session.poll_timeout(), Some(pair.now + secs(5)));
    pair.now += ms(4_999);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(pair.mc.sends(), []);
    pair.now += ms(1);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(headers(&pair.mc.sends()), [(CommandId::UNBIND_RESP, OK, 9)]);
    // Too late.
    pair.mc.answer();
    assert_eq!(pair.mc.sends(), []);
    assert_eq!(
        pair.mc.seen(),
        [
            Request(CommandId::SUBMIT_SM),
            Closed(CloseReason::PeerUnbound)
        ]
    );
}

#[test]
fn unbind_waits_for_the_answers_the_owner_owes() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.session.unbind(pair.now);
    pair.advance(secs(29));
    assert_eq!(pair.mc.sends(), []);
    pair.mc.answer();
    // Due at once, for an owner that has nothing to read.
    assert!(pair.mc.session.poll_timeout().unwrap() <= pair.now);
    pair.exchange();
    assert_eq!(
        pair.esme.seen(),
        [Response(1, OK), Closed(CloseReason::PeerUnbound)]
    );
    assert_eq!(
        pair.mc.seen(),
        [Request(CommandId::SUBMIT_SM), Closed(CloseReason::Unbound)]
    );
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn unbind_does_not_wait_for_ever_for_its_owner() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.session.unbind(pair.now);
    pair.now += secs(30);
    pair.mc.session.handle_timeout(pair.now);
    assert_eq!(headers(&pair.mc.sends())[0].0, CommandId::UNBIND);
    pair.mc
        .take_frames([&pdu(&UnbindResp::default(), 1)], pair.now);
    assert_eq!(
        pair.mc.seen(),
        [Request(CommandId::SUBMIT_SM), Closed(CloseReason::Unbound)]
    );
}

#[test]
fn a_stream_may_be_broken_off_in_the_middle_of_a_pdu() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.exchange();
    let answer = pdu(&SubmitSmResp::default(), 1);
    pair.mc.session.break_off(&answer.octets()[..9]);
    pair.mc.session.break_off(&answer.octets()[..9]);
    assert_eq!(pair.mc.octets(), answer.octets()[..9]);
    assert_eq!(
        pair.mc.seen(),
        [Request(CommandId::SUBMIT_SM), Closed(CloseReason::Local)]
    );
}

#[test]
fn unbind_ends_though_the_peer_answers_nothing() {
    let mut pair = Pair::bound_with(
        Config {
            response_timer: secs(5),
            ..quiet()
        },
        quiet(),
    );
    pair.submit(1).unwrap();
    pair.esme.session.unbind(pair.now);
    assert_eq!(headers(&pair.esme.sends())[0].0, CommandId::SUBMIT_SM);
    pair.now += secs(5);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(headers(&pair.esme.sends())[0].0, CommandId::UNBIND);
    pair.now += secs(5);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(
        pair.esme.seen(),
        [Unanswered(1, Written::Yes), Closed(CloseReason::Unbound)]
    );
    pair.assert_idle(State::Closed, BOUND);
}

#[test]
fn both_may_unbind_at_once() {
    let mut pair = Pair::bound();
    pair.esme.session.unbind(pair.now);
    pair.mc.session.unbind(pair.now);
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Closed(CloseReason::PeerUnbound)]);
    assert_eq!(pair.mc.seen(), [Closed(CloseReason::PeerUnbound)]);
    pair.assert_idle(State::Closed, State::Closed);
}

#[test]
fn a_peer_that_unbinds_leaves_what_is_in_flight_oldest_first() {
    let mut pair = Pair::bound();
    for token in 1..=4 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    pair.mc.requests.remove(1);
    pair.mc.requests.swap(0, 1);
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(3, OK)]);
    pair.esme
        .take_frames([&pdu(&Unbind::default(), 77)], pair.now);
    assert_eq!(
        pair.esme.seen(),
        [
            Unanswered(1, Written::Yes),
            Unanswered(2, Written::Yes),
            Unanswered(4, Written::Yes),
            Closed(CloseReason::PeerUnbound),
        ]
    );
    assert_eq!(
        headers(&pair.esme.sends()),
        [(CommandId::UNBIND_RESP, OK, 77)]
    );
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 4]);
    pair.assert_idle(State::Closed, BOUND);
}

#[test]
fn after_the_end_nothing_is_sent_or_reported() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.deliver(2).unwrap();
    pair.exchange();
    pair.esme.seen();
    pair.esme.session.close(CloseReason::Local);
    assert_eq!(
        pair.esme.seen(),
        [Unanswered(1, Written::Yes), Closed(CloseReason::Local)]
    );
    let closed = Err(SendError::State(State::Closed));
    assert_eq!(pair.submit(3), closed.clone());
    assert_eq!(
        pair.bind(BindMode::Receiver),
        closed.map(|_: SequenceNumber| ())
    );
    pair.esme.answer();
    pair.esme.session.unbind(pair.now);
    pair.esme.session.close(CloseReason::Local);
    pair.esme.session.handle_disconnect(0);
    pair.esme.take_frames(
        [
            &pdu(&SubmitSmResp::default(), 2),
            &pdu(&deliver("hi"), 8),
            &pdu(&EnquireLink::default(), 9),
            &header(CommandId(0x77), OK, 10),
        ],
        pair.now,
    );
    pair.now += secs(3_600);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(pair.esme.session.poll_timeout(), None);
    assert_eq!(pair.esme.sends(), []);
    assert_eq!(pair.esme.seen(), []);
    assert_eq!(pair.esme.session.state(), State::Closed);
    assert_eq!(pair.esme.session.in_flight(), 0);
}

#[test]
fn a_message_that_comes_while_this_side_ends_may_come_again() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.esme.session.unbind(pair.now);
    pair.deliver(7).unwrap();
    pair.exchange();
    let later = CommandStatus::ESME_RX_T_APPN;
    assert_eq!(pair.mc.seen()[1..], [support::Seen::Response(7, later)]);
}
