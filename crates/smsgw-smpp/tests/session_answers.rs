//! Which answer belongs to which request, and answers that do not come, in simulated time.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;

use smsgw_smpp::pdu::{EnquireLink, SubmitSmResp, Unbind};
use smsgw_smpp::session::{CloseReason, Config, SendError, State};
use smsgw_smpp::{CommandId, CommandStatus, SequenceNumber};
use support::Seen::{Closed, Late, Request, Response, Stray, Unanswered};
use support::{BOUND, Pair, Written, header, headers, ms, pdu, quiet, secs, submit};

const OK: CommandStatus = CommandStatus::ESME_ROK;

// The window.

#[test]
fn a_full_window_refuses_until_an_answer_makes_room() {
    let mut pair = Pair::bound_with(
        Config {
            window: 2,
            ..quiet()
        },
        quiet(),
    );
    pair.submit(1).unwrap();
    pair.submit(2).unwrap();
    assert!(!pair.esme.session.has_room());
    assert_eq!(pair.submit(3), Err(SendError::WindowFull));
    pair.exchange();
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(1, OK)]);
    pair.submit(3).unwrap();
    assert_eq!(pair.submit(4), Err(SendError::WindowFull));
    pair.exchange();
    pair.mc.answer();
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(2, OK), Response(3, OK)]);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 3]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn bursts_of_one_to_a_thousand_are_answered_without_keep_alive() {
    let config = Config {
        window: 1_000,
        ..quiet()
    };
    let mut pair = Pair::bound_with(config, quiet());
    for burst in (1..=1_000).step_by(27) {
        for token in 0..burst {
            pair.submit(token).unwrap();
        }
        pair.exchange();
        assert_eq!(pair.mc.seen().len() as u64, burst);
        while !pair.mc.requests.is_empty() {
            pair.mc.answer();
        }
        pair.exchange();
        let answers: Vec<_> = (0..burst).map(|token| Response(token, OK)).collect();
        assert_eq!(pair.esme.seen(), answers);
    }
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn answers_in_any_order_find_their_tokens() {
    let mut pair = Pair::bound();
    for token in 1..=3 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    pair.mc.seen();
    pair.mc.requests.make_contiguous().reverse();
    pair.mc.answer();
    pair.mc.answer_with(CommandStatus::ESME_RTHROTTLED);
    pair.mc.answer();
    pair.exchange();
    assert_eq!(
        pair.esme.seen(),
        [
            Response(3, OK),
            Response(2, CommandStatus::ESME_RTHROTTLED),
            Response(1, OK)
        ]
    );
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_generic_nack_is_an_answer() {
    let mut pair = Pair::bound();
    let number = pair.submit(1).unwrap();
    pair.exchange();
    let nack = header(
        CommandId::GENERIC_NACK,
        CommandStatus::ESME_RSYSERR,
        number.0,
    );
    pair.esme.take_frames([&nack], pair.now);
    assert_eq!(pair.esme.seen(), [Response(1, CommandStatus::ESME_RSYSERR)]);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn an_answer_of_another_command_is_dropped_and_the_right_one_still_taken() {
    let mut pair = Pair::bound();
    let number = pair.submit(1).unwrap().0;
    let wrong = [
        header(CommandId::DELIVER_SM_RESP, OK, number),
        header(CommandId::ENQUIRE_LINK_RESP, OK, number),
        header(CommandId(0x8001_0200), OK, number),
    ];
    pair.esme.take_frames(&wrong, pair.now);
    assert_eq!(
        pair.esme.seen(),
        wrong.each_ref().map(|frame| Stray(frame.command_id()))
    );
    assert_eq!(pair.esme.session.in_flight(), 1);
    let right = pdu(&SubmitSmResp::default(), number);
    pair.esme.take_frames([&right, &right], pair.now);
    assert_eq!(
        pair.esme.seen(),
        [Response(1, OK), Stray(CommandId::SUBMIT_SM_RESP)],
        "the second is one too many"
    );
    pair.exchange();
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn both_sides_count_alone() {
    let mut pair = Pair::bound();
    for token in 1..=5 {
        assert_eq!(
            pair.submit(token).unwrap(),
            SequenceNumber(token as u32 + 1)
        );
        pair.deliver(10 + token).unwrap();
    }
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Request(CommandId::DELIVER_SM); 5]);
    for _ in 0..5 {
        pair.mc.answer();
        pair.esme.answer();
    }
    pair.exchange();
    let answers = |from: u64| {
        (from..from + 5)
            .map(|token| Response(token, OK))
            .collect::<Vec<_>>()
    };
    assert_eq!(pair.esme.seen(), answers(1));
    assert_eq!(pair.mc.seen()[5..], answers(11));
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn any_number_of_the_peer_is_answered_with_itself() {
    for number in [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0x8000_0001, 0xFFFF_FFFF] {
        let mut pair = Pair::bound_to(quiet());
        pair.mc.take_frames(
            [
                &pdu(&submit("hi"), number),
                &pdu(&EnquireLink::default(), number),
            ],
            pair.now,
        );
        pair.mc.answer();
        assert_eq!(
            headers(&pair.mc.sends()),
            [
                (CommandId::ENQUIRE_LINK_RESP, OK, number),
                (CommandId::SUBMIT_SM_RESP, OK, number),
            ]
        );
        assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
        pair.assert_idle(BOUND, BOUND);
    }
}

// Answers that do not come.

#[test]
fn an_answer_that_does_not_come_is_reported_and_found_when_late() {
    let esme = Config {
        response_timer: secs(3),
        window: 2,
        ..quiet()
    };
    let mut pair = Pair::bound_with(esme, quiet());
    pair.submit(1).unwrap();
    pair.exchange();
    pair.advance(ms(1_000));
    pair.submit(2).unwrap();
    pair.exchange();
    pair.advance(ms(1_999));
    assert_eq!(pair.esme.seen(), []);
    pair.advance(ms(1));
    assert_eq!(pair.esme.seen(), [Unanswered(1, Written::Yes)]);
    assert_eq!(pair.esme.session.in_flight(), 1);
    pair.submit(3).unwrap();
    pair.exchange();
    for _ in 0..3 {
        pair.mc.answer();
    }
    pair.exchange();
    assert_eq!(
        pair.esme.seen(),
        [Late(1, OK), Response(2, OK), Response(3, OK)]
    );
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 3]);
    // Late twice is a stray.
    pair.esme
        .take_frames([&pdu(&SubmitSmResp::default(), 2)], pair.now);
    assert_eq!(pair.esme.seen(), [Stray(CommandId::SUBMIT_SM_RESP)]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_request_that_ran_out_of_time_before_it_left_may_still_reach_the_peer() {
    let esme = Config {
        response_timer: secs(3),
        ..quiet()
    };
    let mut pair = Pair::bound_with(esme, quiet());
    pair.submit(1).unwrap();
    // The owner is slow: nothing is written for longer than the response timer.
    pair.now += secs(3);
    pair.esme.session.handle_timeout(pair.now);
    assert_eq!(pair.esme.seen(), [Unanswered(1, Written::Yes)]);
    pair.exchange();
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_request_behind_the_last_words_is_not_said_to_be_unsent() {
    let mut pair = Pair::bound();
    pair.submit(1).unwrap();
    pair.esme
        .take_frames([&pdu(&Unbind::default(), 8)], pair.now);
    assert_eq!(
        pair.esme.seen(),
        [
            Unanswered(1, Written::Yes),
            Closed(CloseReason::PeerUnbound)
        ]
    );
    // Because it is still written.
    assert_eq!(
        headers(&pair.esme.sends()),
        [
            (CommandId::SUBMIT_SM, OK, 2),
            (CommandId::UNBIND_RESP, OK, 8)
        ]
    );
    pair.assert_idle(State::Closed, BOUND);
}

#[test]
fn a_lost_connection_tells_exactly_what_was_not_written() {
    let len = pdu(&submit("hi"), 1).octets().len();
    for (unwritten, written) in [
        (0, [Written::Yes, Written::Yes, Written::Yes]),
        (1, [Written::Yes, Written::Yes, Written::No]),
        (len, [Written::Yes, Written::Yes, Written::No]),
        (len + 1, [Written::Yes, Written::No, Written::No]),
        (3 * len, [Written::No; 3]),
    ] {
        let mut pair = Pair::bound_with(
            Config {
                window: 10,
                ..quiet()
            },
            quiet(),
        );
        for token in 1..=3 {
            pair.submit(token).unwrap();
        }
        pair.esme.octets();
        // This one was never handed over.
        pair.submit(4).unwrap();
        pair.esme.session.handle_disconnect(unwritten);
        assert_eq!(
            pair.esme.seen(),
            [
                Unanswered(1, written[0]),
                Unanswered(2, written[1]),
                Unanswered(3, written[2]),
                Unanswered(4, Written::No),
                Closed(CloseReason::Disconnected),
            ],
            "{unwritten} octets unwritten"
        );
        assert_eq!(pair.esme.sends(), [], "and it never will be");
        pair.assert_idle(State::Closed, BOUND);
    }
}
