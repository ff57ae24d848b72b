//! The shells against peers that are slow, rude, or gone.
#![cfg(feature = "tokio")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod support;
#[path = "support/tcp.rs"]
mod tcp;

use std::collections::BTreeSet;
use std::time::Instant;

use smsgw_smpp::connection::RequestError;
use smsgw_smpp::mc::Mc;
use smsgw_smpp::pdu::{BindTransceiver, DeliverSm, EnquireLink, SubmitSm, Unbind};
use smsgw_smpp::session::{CloseReason, Config, Event, State};
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw_smpp::{CommandId, CommandStatus, FrameError};
use support::Seen::{BindRequest, Closed, Refused, Request, Unanswered};
use support::{BOUND, deliver, header, headers, ms, pdu, quiet, secs, submit};
use tcp::{
    Raw, Shells, bound, connect, impatient, listen, listen_narrowly, next, request, serve, within,
};
use tokio::io::AsyncWriteExt as _;
use tokio::task::JoinSet;

const OK: CommandStatus = CommandStatus::ESME_ROK;

#[tokio::test]
async fn octets_one_by_one_are_served() {
    let listener = listen().await;
    let mut raw = Raw::connect(&listener).await;
    raw.stream.set_nodelay(true).unwrap();
    let (mc, mut events) = Mc::new(listener.accept().await.unwrap().0, quiet());
    let owner = async {
        let asked = next(&mut events).await;
        assert_eq!(asked, Some(BindRequest(CommandId::BIND_TRANSCEIVER)));
        mc.accept_bind("mc".try_into().unwrap());
        let frame = request(&mut events).await;
        mc.reject(&frame, OK);
        assert_eq!(next(&mut events).await, Some(Refused(CommandId(0x99))));
        assert_eq!(
            next(&mut events).await,
            Some(Closed(CloseReason::PeerUnbound))
        );
    };
    let peer = async {
        for frame in [
            pdu(&BindTransceiver::default(), 1),
            pdu(&submit("hi"), 2),
            header(CommandId(0x99), OK, 3),
            pdu(&EnquireLink::default(), 4),
            pdu(&Unbind::default(), 5),
        ] {
            for octet in frame.octets() {
                raw.stream.write_all(&[*octet]).await.unwrap();
                tokio::task::yield_now().await;
            }
        }
        let mut answers = Vec::new();
        while let Some(frame) = raw.receive().await {
            answers.push(frame);
        }
        answers
    };
    let ((), answers) = within(async { tokio::join!(owner, peer) }).await;
    let answers: BTreeSet<_> = headers(&answers)
        .into_iter()
        .map(|(id, _, number)| (number, id))
        .collect();
    let expected = [
        (1, CommandId::BIND_TRANSCEIVER_RESP),
        (2, CommandId::SUBMIT_SM_RESP),
        (3, CommandId::GENERIC_NACK),
        (4, CommandId::ENQUIRE_LINK_RESP),
        (5, CommandId::UNBIND_RESP),
    ];
    assert_eq!(answers, expected.into());
    assert_eq!(mc.state(), State::Closed);
}

#[tokio::test]
async fn a_peer_that_cuts_leaves_no_call_waiting() {
    let listener = listen().await;
    let config = Config {
        window: 5,
        ..quiet()
    };
    let ((esme, mut events), mut raw) =
        within(async { tokio::join!(connect(&listener, config), Raw::mc(&listener)) }).await;
    let mut calls = JoinSet::new();
    for _ in 0..8 {
        let esme = esme.clone();
        calls.spawn(async move { esme.submit(&submit("hi")).await.unwrap_err() });
    }
    for _ in 0..5 {
        assert_eq!(
            raw.receive().await.unwrap().command_id(),
            CommandId::SUBMIT_SM
        );
    }
    drop(raw);
    let outcomes = within(calls.join_all()).await;
    let sent = outcomes
        .iter()
        .filter(|outcome| **outcome == RequestError::Unanswered { written: true })
        .count();
    let unsent = outcomes
        .iter()
        .filter(|outcome| **outcome == RequestError::Closed)
        .count();
    assert_eq!((sent, unsent), (5, 3));
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Disconnected))
    );
    assert_eq!(next(&mut events).await, None);
    assert_eq!((esme.in_flight(), esme.state()), (0, State::Closed));
}

#[tokio::test]
async fn a_peer_that_closed_its_half_gets_the_answers_it_is_owed() {
    let (mut raw, mc, mut events) = Raw::bound_esme(quiet()).await;
    for number in 2..12 {
        raw.send(&pdu(&submit("hi"), number)).await;
    }
    raw.stream.shutdown().await.unwrap();
    for number in 2..12 {
        let frame = request(&mut events).await;
        assert_eq!(frame.sequence_number().0, number);
        mc.reject(&frame, OK);
    }
    for number in 2..12 {
        let answer = raw.receive().await.unwrap();
        assert_eq!(
            headers(&[answer]),
            [(CommandId::SUBMIT_SM_RESP, OK, number)]
        );
    }
    assert!(raw.receive().await.is_none());
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Disconnected))
    );
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_closed_its_half_is_not_owed_answers_for_ever() {
    let (near, mut far) = tokio::io::duplex(1 << 12);
    let (mc, mut events) = Mc::new(near, quiet());
    far.write_all(pdu(&BindTransceiver::default(), 1).octets())
        .await
        .unwrap();
    assert!(matches!(events.recv().await, Some(Event::BindRequest(_))));
    mc.accept_bind("mc".try_into().unwrap());
    far.write_all(pdu(&submit("hi"), 2).octets()).await.unwrap();
    far.shutdown().await.unwrap();
    assert!(matches!(events.recv().await, Some(Event::Request(_))));
    let closed = events.recv().await;
    assert_eq!(closed, Some(Event::Closed(CloseReason::Disconnected)));
}

#[tokio::test]
async fn what_was_reported_unsent_never_arrives() {
    let listener = listen_narrowly();
    let config = Config {
        window: 500,
        ..quiet()
    };
    let ((esme, mut events), mut raw) =
        within(async { tokio::join!(connect(&listener, config), Raw::mc(&listener)) }).await;
    let octets = vec![b'x'; 60_000];
    let payload = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
    for token in 0..500 {
        let message = SubmitSm {
            tlvs: Tlvs::new(&payload).unwrap(),
            ..submit("")
        };
        within(esme.queue(&message, token)).await.unwrap();
    }
    // The peer says it sends no more, but still takes all it is given.
    raw.stream.shutdown().await.unwrap();
    let mut written = 0;
    let mut unwritten = 0;
    loop {
        match within(events.recv()).await.unwrap() {
            Event::Unanswered { written: true, .. } => written += 1,
            Event::Unanswered { written: false, .. } => unwritten += 1,
            Event::Closed(reason) => {
                assert_eq!(reason, CloseReason::Disconnected);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(written + unwritten, 500);
    assert!(unwritten > 0, "the sockets hold less");
    let mut arrived = 0;
    while raw.receive().await.is_some() {
        arrived += 1;
    }
    assert_eq!(arrived, written);
    assert_eq!(esme.state(), State::Closed);
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_not_read_and_blocks_nobody() {
    let (mut raw, mc, mut events) = Raw::bound_esme(quiet()).await;
    let asks = pdu(&EnquireLink::default(), 7).octets().repeat(4_096);
    let mut asked = 0_usize;
    // Whole batches, so that what is written ends with a PDU.
    'full: loop {
        let mut batch = &asks[..];
        while !batch.is_empty() {
            match tokio::time::timeout(ms(300), raw.stream.write(batch)).await {
                Ok(len) => batch = &batch[len.unwrap()..],
                Err(_) => {
                    asked += asks.len() - batch.len();
                    break 'full;
                }
            }
        }
        asked += asks.len();
        assert!(asked < 64 << 20, "somebody keeps all this");
    }
    // Others are served meanwhile.
    let Shells {
        esme,
        mc: other,
        mc_events,
        ..
    } = bound(quiet(), quiet()).await;
    let serving = tokio::spawn(serve(other, mc_events));
    assert_eq!(
        within(esme.submit(&submit("hi"))).await.unwrap().status(),
        OK
    );
    drop(esme);
    within(serving).await.unwrap();
    // And when it reads, it gets all it asked for.
    assert_eq!(mc.state(), BOUND);
    for _ in 0..asked / 16 {
        let answer = raw.receive().await.unwrap();
        assert_eq!(answer.command_id(), CommandId::ENQUIRE_LINK_RESP);
    }
    drop(raw);
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Disconnected))
    );
    assert_eq!(mc.state(), State::Closed);
}

#[tokio::test]
async fn an_owner_that_does_not_answer_is_sent_no_more() {
    let config = Config {
        max_unanswered: 10,
        ..quiet()
    };
    let (mut raw, mc, mut events) = Raw::bound_esme(config).await;
    for number in 2..102 {
        raw.send(&pdu(&submit("hi"), number)).await;
    }
    let mut waiting = Vec::new();
    for number in 2..102 {
        if waiting.len() == 10 {
            for frame in waiting.drain(..) {
                mc.reject(&frame, OK);
            }
        }
        let frame = request(&mut events).await;
        assert_eq!(frame.sequence_number().0, number);
        waiting.push(frame);
    }
    for frame in waiting {
        mc.reject(&frame, OK);
    }
    for number in 2..102 {
        let answer = raw.receive().await.unwrap();
        assert_eq!(
            headers(&[answer]),
            [(CommandId::SUBMIT_SM_RESP, OK, number)]
        );
    }
    assert_eq!(mc.state(), BOUND);
}

#[tokio::test]
async fn a_web_browser_is_told_and_shown_out() {
    let (mut raw, mc, mut events) = Raw::bound_esme(quiet()).await;
    raw.stream
        .write_all(b"GET / HTTP/1.1\r\n\r\n")
        .await
        .unwrap();
    let error = FrameError::TooLong {
        command_length: 0x4745_5420,
        max: 0x0001_1000,
    };
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Frame(error)))
    );
    let nack = raw.receive().await.unwrap();
    assert_eq!(nack.command_id(), CommandId::GENERIC_NACK);
    assert_eq!(nack.command_status(), CommandStatus::ESME_RINVCMDLEN);
    assert!(raw.receive().await.is_none());
    assert_eq!(mc.state(), State::Closed);
}

#[tokio::test]
async fn requests_behind_the_bind_wait_for_it() {
    let listener = listen().await;
    let mut raw = Raw::connect(&listener).await;
    let (mc, mut events) = Mc::new(listener.accept().await.unwrap().0, quiet());
    let together = [pdu(&BindTransceiver::default(), 1), pdu(&submit("hi"), 2)];
    let octets: Vec<u8> = together
        .iter()
        .flat_map(|frame| frame.octets().to_vec())
        .collect();
    raw.stream.write_all(&octets).await.unwrap();
    let asked = next(&mut events).await;
    assert_eq!(asked, Some(BindRequest(CommandId::BIND_TRANSCEIVER)));
    mc.accept_bind("mc".try_into().unwrap());
    assert_eq!(next(&mut events).await, Some(Request(CommandId::SUBMIT_SM)));
    assert_eq!(mc.state(), BOUND);
}

/// Tests of those who use this can let time pass as tokio does it.
#[tokio::test(start_paused = true)]
async fn timers_follow_the_clock_of_tokio() {
    let listener = listen().await;
    let raw = Raw::connect(&listener).await;
    let start = Instant::now();
    let (mc, mut events) = Mc::new(listener.accept().await.unwrap().0, quiet());
    let Some(Event::Closed(reason)) = events.recv().await else {
        panic!("not closed");
    };
    assert_eq!(reason, CloseReason::SessionInitTimer);
    assert!(start.elapsed() < secs(5));
    assert_eq!(mc.state(), State::Closed);
    drop(raw);
}

#[tokio::test]
async fn a_peer_that_takes_nothing_is_given_up() {
    let listener = listen_narrowly();
    let config = Config {
        window: 500,
        ..impatient()
    };
    let ((esme, mut events), raw) =
        within(async { tokio::join!(connect(&listener, config), Raw::mc(&listener)) }).await;
    let octets = vec![b'x'; 60_000];
    let payload = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
    for token in 0..500 {
        let message = SubmitSm {
            tlvs: Tlvs::new(&payload).unwrap(),
            ..submit("")
        };
        esme.try_queue(&message, token).unwrap();
    }
    for _ in 0..500 {
        assert!(matches!(next(&mut events).await, Some(Unanswered(..))));
    }
    assert_eq!(
        next(&mut events).await,
        Some(Closed(CloseReason::Disconnected))
    );
    assert_eq!(next(&mut events).await, None);
    assert_eq!((esme.in_flight(), esme.state()), (0, State::Closed));
    drop(raw);
}

#[tokio::test]
async fn two_that_send_much_do_not_wait_for_each_other() {
    let config = Config {
        window: 1_000,
        ..quiet()
    };
    let Shells {
        esme,
        mut esme_events,
        mc,
        mut mc_events,
    } = bound(config.clone(), config).await;
    let octets = vec![b'x'; 60_000];
    let payload = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
    let tlvs = Tlvs::new(&payload).unwrap();
    for token in 0..500 {
        esme.try_queue(&SubmitSm { tlvs, ..submit("") }, token)
            .unwrap();
        mc.try_queue(
            &DeliverSm {
                tlvs,
                ..deliver("")
            },
            token,
        )
        .unwrap();
    }
    let up = async {
        for _ in 0..1_000 {
            match within(esme_events.recv()).await {
                Some(Event::Request(frame)) => esme.reject(&frame, OK),
                other => assert!(matches!(other, Some(Event::Response { .. }))),
            }
        }
    };
    let down = async {
        for _ in 0..1_000 {
            match within(mc_events.recv()).await {
                Some(Event::Request(frame)) => mc.reject(&frame, OK),
                other => assert!(matches!(other, Some(Event::Response { .. }))),
            }
        }
    };
    tokio::join!(up, down);
    assert_eq!((esme.in_flight(), mc.in_flight()), (0, 0));
    assert_eq!((esme.state(), mc.state()), (BOUND, BOUND));
}
