//! How sessions begin, what they refuse and how they read, in simulated time.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;

use smsgw_smpp::pdu::{
    BindReceiver, BindReceiverResp, BindTransceiver, DeliverSm, EnquireLink, QuerySm, SubmitSmResp,
    Unbind, UnbindResp,
};
use smsgw_smpp::session::{Bind, BindMode, CloseReason, Config, Event, SendError, State};
use smsgw_smpp::tlv::ScInterfaceVersion;
use smsgw_smpp::types::InterfaceVersion;
use smsgw_smpp::{CommandId, CommandStatus, FrameError};
use support::Seen::{
    BindRefused, BindRequest, Bound, Closed, Notification, Refused, Request, Response,
};
use support::{
    BOUND, Pair, answer, deliver, frames, header, headers, ms, pdu, quiet, secs, submit,
};

const OK: CommandStatus = CommandStatus::ESME_ROK;

// Binding.

#[test]
fn each_mode_is_bound_and_allows_its_direction() {
    for (mode, submits, delivers) in [
        (BindMode::Transmitter, true, false),
        (BindMode::Receiver, false, true),
        (BindMode::Transceiver, true, true),
    ] {
        let mut pair = Pair::open(quiet(), quiet());
        assert_eq!(pair.submit(1), Err(SendError::State(State::Open)));
        pair.bind(mode).unwrap();
        assert_eq!(pair.bind(mode), Err(SendError::State(State::Binding(mode))));
        pair.exchange();
        assert_eq!(pair.mc.seen(), [BindRequest(mode.command_id())]);
        assert_eq!(pair.states(), (State::Binding(mode), State::Binding(mode)));
        pair.accept_bind();
        assert_eq!(pair.esme.seen(), [Bound]);
        assert_eq!(pair.submit(1).is_ok(), submits);
        assert_eq!(pair.deliver(2).is_ok(), delivers);
        pair.exchange();
        let got: Vec<_> = submits
            .then_some(Request(CommandId::SUBMIT_SM))
            .into_iter()
            .collect();
        assert_eq!(pair.mc.seen(), got);
        let got: Vec<_> = delivers
            .then_some(Request(CommandId::DELIVER_SM))
            .into_iter()
            .collect();
        assert_eq!(pair.esme.seen(), got);
        assert_eq!(pair.states(), (State::Bound(mode), State::Bound(mode)));
    }
}

#[test]
fn a_refused_bind_is_answered_and_may_be_tried_again() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Transceiver).unwrap();
    pair.exchange();
    pair.refuse_bind(CommandStatus::ESME_RINVPASWD);
    assert_eq!(pair.mc.seen(), [BindRequest(CommandId::BIND_TRANSCEIVER)]);
    assert_eq!(
        pair.esme.seen(),
        [BindRefused(CommandStatus::ESME_RINVPASWD)]
    );
    assert_eq!(pair.states(), (State::Open, State::Open));

    pair.bind(BindMode::Transmitter).unwrap();
    pair.exchange();
    pair.accept_bind();
    assert_eq!(pair.mc.seen(), [BindRequest(CommandId::BIND_TRANSMITTER)]);
    assert_eq!(pair.esme.seen(), [Bound]);
    let bound = State::Bound(BindMode::Transmitter);
    pair.assert_idle(bound, bound);
}

#[test]
fn a_refusal_is_still_written_when_the_mc_closes_at_once() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Transceiver).unwrap();
    pair.exchange();
    pair.mc.session.refuse_bind(CommandStatus::ESME_RBINDFAIL);
    pair.mc.session.close(CloseReason::Local);
    pair.exchange();
    assert_eq!(
        pair.mc.seen(),
        [
            BindRequest(CommandId::BIND_TRANSCEIVER),
            Closed(CloseReason::Local)
        ]
    );
    assert_eq!(
        pair.esme.seen(),
        [BindRefused(CommandStatus::ESME_RBINDFAIL)]
    );
    pair.assert_idle(State::Open, State::Closed);
}

#[test]
fn a_bind_refused_by_generic_nack_leaves_the_session_open() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Transceiver).unwrap();
    let number = headers(&pair.esme.sends())[0].2;
    let nack = header(CommandId::GENERIC_NACK, OK, number);
    pair.esme.take_frames([&nack], pair.now);
    assert_eq!(pair.esme.seen(), [BindRefused(OK)]);
    pair.assert_idle(State::Open, State::Open);
}

#[test]
fn a_peer_before_3_4_is_sent_no_tlv_with_the_answer() {
    for (version, told) in [
        (InterfaceVersion(0), None),
        (InterfaceVersion::SMPP_3_3, None),
        (InterfaceVersion::SMPP_3_4, Some(InterfaceVersion::SMPP_3_4)),
        (InterfaceVersion::SMPP_5_0, Some(InterfaceVersion::SMPP_3_4)),
    ] {
        let mut pair = Pair::open(quiet(), quiet());
        let bind = Bind {
            interface_version: version,
            ..support::bind(BindMode::Receiver)
        };
        pair.esme.session.bind(&bind, pair.now).unwrap();
        pair.exchange();
        pair.mc
            .session
            .accept_bind("mc".try_into().unwrap(), pair.now);
        let frame = pair.mc.sends().remove(0);
        let answer: BindReceiverResp<'_> = frame.decode().unwrap();
        assert_eq!(
            answer
                .tlvs
                .find()
                .map(|ScInterfaceVersion(version)| version),
            told
        );
        let states = (
            State::Binding(BindMode::Receiver),
            State::Bound(BindMode::Receiver),
        );
        assert_eq!(pair.states(), states);
    }
}

#[test]
fn only_an_mc_answers_a_bind() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Receiver).unwrap();
    let mc = "mc".try_into().unwrap();
    pair.esme.session.accept_bind(mc, pair.now);
    pair.esme.session.refuse_bind(CommandStatus::ESME_RBINDFAIL);
    pair.exchange();
    pair.accept_bind();
    assert_eq!(pair.mc.seen(), [BindRequest(CommandId::BIND_RECEIVER)]);
    assert_eq!(pair.esme.seen(), [Bound]);
    // Nor twice.
    pair.mc.session.accept_bind(mc, pair.now);
    pair.mc.session.refuse_bind(CommandStatus::ESME_RBINDFAIL);
    let bound = State::Bound(BindMode::Receiver);
    pair.assert_idle(bound, bound);
}

#[test]
fn what_comes_behind_the_bind_is_served_after_it() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Transceiver).unwrap();
    let bind = pair.esme.sends().remove(0);
    let behind = [pdu(&submit("hi"), 2), pdu(&EnquireLink::default(), 3)];
    pair.mc
        .take_frames([&bind, &behind[0], &behind[1]], pair.now);
    assert_eq!(pair.mc.seen(), [BindRequest(CommandId::BIND_TRANSCEIVER)]);
    assert!(pair.mc.session.is_paused());
    assert_eq!(pair.mc.sends(), []);

    pair.mc.requests.pop_front();
    pair.mc
        .session
        .accept_bind("mc".try_into().unwrap(), pair.now);
    pair.mc.take(&[], pair.now);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    assert_eq!(
        headers(&pair.mc.sends()),
        [
            (CommandId::BIND_TRANSCEIVER_RESP, OK, 1),
            (CommandId::ENQUIRE_LINK_RESP, OK, 3),
        ]
    );
    assert_eq!(
        pair.states(),
        (State::Binding(BindMode::Transceiver), BOUND)
    );
}

#[test]
fn what_comes_behind_a_refused_bind_is_refused() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.bind(BindMode::Transceiver).unwrap();
    let bind = pair.esme.sends().remove(0);
    pair.mc
        .take_frames([&bind, &pdu(&submit("hi"), 2)], pair.now);
    pair.mc.session.refuse_bind(CommandStatus::ESME_RINVPASWD);
    pair.mc.take(&[], pair.now);
    assert_eq!(
        pair.mc.seen(),
        [
            BindRequest(CommandId::BIND_TRANSCEIVER),
            Refused(CommandId::SUBMIT_SM)
        ]
    );
    assert_eq!(
        headers(&pair.mc.sends()),
        [
            (
                CommandId::BIND_TRANSCEIVER_RESP,
                CommandStatus::ESME_RINVPASWD,
                1
            ),
            (CommandId::SUBMIT_SM_RESP, CommandStatus::ESME_RINVBNDSTS, 2),
        ]
    );
    assert_eq!(pair.mc.session.state(), State::Open);
}

#[test]
fn a_session_that_is_not_bound_in_time_ends() {
    let mc = Config {
        session_init_timer: secs(5),
        ..quiet()
    };
    // Nothing comes.
    let mut pair = Pair::open(quiet(), mc.clone());
    pair.advance(ms(4_999));
    assert_eq!(pair.states(), (State::Open, State::Open));
    pair.advance(ms(1));
    assert_eq!(pair.mc.seen(), [Closed(CloseReason::SessionInitTimer)]);
    // The owner never answers the bind.
    let mut pair = Pair::open(quiet(), mc);
    pair.bind(BindMode::Receiver).unwrap();
    pair.exchange();
    pair.advance(secs(5));
    assert_eq!(
        pair.mc.seen(),
        [
            BindRequest(CommandId::BIND_RECEIVER),
            Closed(CloseReason::SessionInitTimer)
        ]
    );
    // The MC never answers the bind.
    pair.advance(secs(5));
    assert_eq!(pair.esme.seen(), [Closed(CloseReason::SessionInitTimer)]);
    pair.assert_idle(State::Closed, State::Closed);
}

// What is refused.

#[test]
fn what_the_state_does_not_allow_is_refused_and_the_session_lives() {
    let before = [
        (
            pdu(&submit("hi"), 1),
            CommandId::SUBMIT_SM_RESP,
            CommandStatus::ESME_RINVBNDSTS,
        ),
        (
            pdu(&QuerySm::default(), 2),
            CommandId::QUERY_SM_RESP,
            CommandStatus::ESME_RINVBNDSTS,
        ),
        (
            pdu(&EnquireLink::default(), 3),
            CommandId::ENQUIRE_LINK_RESP,
            OK,
        ),
    ];
    let mut pair = Pair::open(quiet(), quiet());
    for (request, response, status) in &before {
        pair.mc.take_frames([request], pair.now);
        let number = request.sequence_number().0;
        assert_eq!(headers(&pair.mc.sends()), [(*response, *status, number)]);
    }
    assert_eq!(
        pair.mc.seen(),
        [Refused(CommandId::SUBMIT_SM), Refused(CommandId::QUERY_SM)]
    );
    pair.assert_idle(State::Open, State::Open);

    let bound = [
        (
            pdu(&BindTransceiver::default(), 1),
            CommandId::BIND_TRANSCEIVER_RESP,
            CommandStatus::ESME_RALYBND,
        ),
        (
            pdu(&BindReceiver::default(), 2),
            CommandId::BIND_RECEIVER_RESP,
            CommandStatus::ESME_RALYBND,
        ),
        (
            pdu(&deliver("hi"), 3),
            CommandId::DELIVER_SM_RESP,
            CommandStatus::ESME_RINVBNDSTS,
        ),
        (
            pdu(&EnquireLink::default(), 4),
            CommandId::ENQUIRE_LINK_RESP,
            OK,
        ),
    ];
    let mut pair = Pair::bound_to(quiet());
    for (request, response, status) in &bound {
        pair.mc.take_frames([request], pair.now);
        let number = request.sequence_number().0;
        assert_eq!(headers(&pair.mc.sends()), [(*response, *status, number)]);
    }
    assert_eq!(
        pair.mc.seen(),
        [
            Refused(CommandId::BIND_TRANSCEIVER),
            Refused(CommandId::BIND_RECEIVER),
            Refused(CommandId::DELIVER_SM),
        ]
    );
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn an_unknown_command_is_nacked() {
    let mut pair = Pair::bound_to(quiet());
    let request = header(CommandId(0x0001_0200), OK, 9);
    pair.mc
        .take_frames([&request, &pdu(&EnquireLink::default(), 10)], pair.now);
    assert_eq!(
        headers(&pair.mc.sends()),
        [
            (CommandId::GENERIC_NACK, CommandStatus::ESME_RINVCMDID, 9),
            (CommandId::ENQUIRE_LINK_RESP, OK, 10),
        ]
    );
    assert_eq!(pair.mc.seen(), [Refused(CommandId(0x0001_0200))]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_body_that_cannot_be_read_costs_only_itself() {
    let mut pair = Pair::bound_to(quiet());
    let good = pdu(&submit("hi"), 7);
    // The octets of source_addr, 21 and no NUL; the frame's length fits.
    let mut octets = good.octets().to_vec();
    octets.splice(19..19, [b'1'; 21]);
    let len = octets.len() as u32;
    octets[..4].copy_from_slice(&len.to_be_bytes());
    octets.extend_from_slice(good.octets());
    pair.mc.take(&octets, pair.now);
    assert_eq!(
        headers(&pair.mc.sends()),
        [(CommandId::SUBMIT_SM_RESP, CommandStatus::ESME_RINVSRCADR, 7)]
    );
    assert_eq!(
        pair.mc.seen(),
        [Refused(CommandId::SUBMIT_SM), Request(CommandId::SUBMIT_SM)]
    );
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_length_that_cannot_be_is_nacked_and_ends_the_session() {
    for command_length in [0_u32, 15, 0x0001_1001, 0xFFFF_FFFF] {
        let mut pair = Pair::bound_to(quiet());
        let mut octets = pdu(&EnquireLink::default(), 5).octets().to_vec();
        octets[..4].copy_from_slice(&command_length.to_be_bytes());
        pair.mc.take(&octets, pair.now);
        assert_eq!(
            headers(&pair.mc.sends()),
            [(CommandId::GENERIC_NACK, CommandStatus::ESME_RINVCMDLEN, 5)]
        );
        let error = match command_length {
            ..16 => FrameError::TooShort { command_length },
            _ => FrameError::TooLong {
                command_length,
                max: 0x0001_1000,
            },
        };
        assert_eq!(pair.mc.seen(), [Closed(CloseReason::Frame(error))]);
        pair.assert_idle(BOUND, State::Closed);
    }
    // Without a header there is no number to answer with.
    let mut pair = Pair::bound_to(quiet());
    pair.mc.take(b"GET ", pair.now);
    assert_eq!(pair.mc.sends(), []);
    pair.assert_closed(CloseReason::Frame(FrameError::TooLong {
        command_length: 0x4745_5420,
        max: 0x0001_1000,
    }));
}

// Reading.

/// A stream with something of everything, for an MC that was asked to bind.
fn stream() -> Vec<u8> {
    let frames = [
        pdu(&submit("one"), 2),
        pdu(&EnquireLink::default(), 3),
        header(CommandId(0x0001_0200), OK, 4),
        pdu(&deliver("not allowed"), 5),
        header(CommandId::SUBMIT_SM, OK, 6),
        pdu(&SubmitSmResp::default(), 7),
        pdu(&QuerySm::default(), 8),
        answer(&UnbindResp::default(), OK, 9),
        pdu(&submit("two"), 10),
        pdu(&Unbind::default(), 11),
        pdu(&submit("after the end"), 12),
    ];
    frames
        .iter()
        .flat_map(|frame| frame.octets().to_vec())
        .collect()
}

#[test]
fn octet_by_octet_is_the_same_as_at_once() {
    let read = |size: usize| {
        let mut pair = Pair::bound_to(quiet());
        let mut sent = Vec::new();
        for octets in stream().chunks(size) {
            pair.mc.take(octets, pair.now);
            sent.extend_from_slice(&pair.mc.octets());
        }
        while !pair.mc.requests.is_empty() {
            pair.mc.answer();
        }
        sent.extend_from_slice(&pair.mc.octets());
        (pair.mc.seen(), sent, pair.mc.session.state())
    };
    let whole = read(stream().len());
    let (seen, _, state) = &whole;
    let requests = seen.iter().filter(|seen| matches!(seen, Request(_)));
    assert_eq!(requests.count(), 3);
    assert_eq!(seen.last(), Some(&Closed(CloseReason::PeerUnbound)));
    assert_eq!(*state, State::Closed);
    for size in [1, 2, 3, 16, 17, 100] {
        assert_eq!(read(size), whole, "{size} at a time");
    }
}

#[test]
fn at_too_many_unanswered_requests_reading_stops_until_some_are_answered() {
    let mut pair = Pair::bound_to(Config {
        max_unanswered: 3,
        ..quiet()
    });
    let frames: Vec<_> = (2..=9).map(|number| pdu(&submit("hi"), number)).collect();
    pair.mc.take_frames(&frames, pair.now);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 3]);
    assert!(pair.mc.session.is_paused());
    pair.mc.answer();
    pair.mc.answer();
    assert!(!pair.mc.session.is_paused());
    pair.mc.take(&[], pair.now);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 2]);
    while !pair.mc.requests.is_empty() {
        pair.mc.answer();
        pair.mc.take(&[], pair.now);
    }
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM); 3]);
    let answered: Vec<_> = (2..=9)
        .map(|number| (CommandId::SUBMIT_SM_RESP, OK, number))
        .collect();
    assert_eq!(headers(&pair.mc.sends()), answered);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn limits_of_zero_are_one() {
    let zero = Config {
        window: 0,
        max_unanswered: 0,
        ..quiet()
    };
    let mut pair = Pair::bound_with(zero.clone(), zero);
    pair.submit(1).unwrap();
    assert_eq!(pair.submit(2), Err(SendError::WindowFull));
    pair.exchange();
    pair.mc.answer();
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Response(1, OK)]);
    assert_eq!(pair.mc.seen(), [Request(CommandId::SUBMIT_SM)]);
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn what_needs_no_answer_is_handed_on() {
    let mut pair = Pair::open(quiet(), quiet());
    let outbind = pdu(&smsgw_smpp::pdu::Outbind::default(), 1);
    pair.esme.take_frames([&outbind], pair.now);
    assert_eq!(pair.esme.seen(), [Notification(CommandId::OUTBIND)]);
    assert_eq!(pair.esme.sends(), []);

    let mut pair = Pair::bound();
    let alert = pdu(&smsgw_smpp::pdu::AlertNotification::default(), 1);
    pair.esme.take_frames([&alert], pair.now);
    assert_eq!(
        pair.esme.seen(),
        [Notification(CommandId::ALERT_NOTIFICATION)]
    );
    assert_eq!(pair.esme.sends(), []);
    // Only an MC sends it, and it has no response of its own to refuse it with.
    pair.mc.take_frames([&alert], pair.now);
    assert_eq!(pair.mc.seen(), [Refused(CommandId::ALERT_NOTIFICATION)]);
    assert_eq!(
        headers(&pair.mc.sends()),
        [(CommandId::GENERIC_NACK, CommandStatus::ESME_RINVBNDSTS, 1)]
    );
    pair.assert_idle(BOUND, BOUND);
}

#[test]
fn a_request_arrives_with_its_octets() {
    let mut pair = Pair::bound();
    pair.mc
        .session
        .request(&deliver("hello"), 1, pair.now)
        .unwrap();
    let octets = pair.mc.octets();
    assert_eq!(frames(&octets).len(), 1);
    pair.esme.session.handle_octets(&octets, pair.now);
    let Some(Event::Request(frame)) = pair.esme.session.poll_event() else {
        panic!("no request");
    };
    let read: DeliverSm<'_> = frame.decode().unwrap();
    assert_eq!(read.short_message.as_octets(), b"hello");
    assert_eq!(pair.states(), (BOUND, BOUND));
}
