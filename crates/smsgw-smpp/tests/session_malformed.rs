//! `vectors/malformed.jsonl` through a live session in the role and state each line names.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;
mod support;

use bytes::BytesMut;
use common::{MALFORMED, lines, octets};
use serde_json::Value as Json;
use smsgw_smpp::pdu::{EnquireLink, SubmitSmResp};
use smsgw_smpp::session::{Bind, BindMode, CloseReason, Event, State};
use smsgw_smpp::{CommandId, CommandStatus, Frame};
use support::{Pair, header, pdu, quiet, submit};

/// What came back for the one PDU.
#[derive(Debug, PartialEq, Eq)]
enum Reaction {
    Fatal,
    NeedMore,
    Nack(CommandStatus),
    ErrorResp(CommandStatus),
    Drop,
    Accept,
}

#[test]
fn each_gets_the_reaction_it_should_and_the_session_lives() {
    for vector in lines(MALFORMED) {
        let id = vector["id"].as_str().unwrap();
        let reaction = match vector["role"].as_str().unwrap() {
            "server" => at_server(&vector),
            "client" => at_client(&vector),
            other => panic!("{id}: role {other}"),
        };
        assert!(is_right(&vector["expect"], &reaction), "{id}: {reaction:?}");
    }
}

fn is_right(expect: &Json, reaction: &Reaction) -> bool {
    let has_status = |status: &CommandStatus| {
        let statuses = expect["statuses"].as_array().unwrap();
        statuses
            .iter()
            .any(|name| is_named(*status, name.as_str().unwrap()))
    };
    let also = expect["also"].as_array().into_iter().flatten();
    std::iter::once(&expect["class"]).chain(also).any(|class| {
        match (class.as_str().unwrap(), reaction) {
            ("fatal", Reaction::Fatal)
            | ("need_more", Reaction::NeedMore)
            | ("drop", Reaction::Drop)
            | ("accept", Reaction::Accept) => true,
            ("nack", Reaction::Nack(status)) | ("error_resp", Reaction::ErrorResp(status)) => {
                has_status(status)
            }
            ("error_resp", Reaction::Nack(status)) => {
                expect["nack_ok"] == true && has_status(status)
            }
            _ => false,
        }
    })
}

fn is_named(status: CommandStatus, name: &str) -> bool {
    let aliases = [
        (
            "ESME_RINVOPTPARSTREAM",
            CommandStatus::ESME_RINVOPTPARSTREAM,
        ),
        ("ESME_ROPTPARNOTALLWD", CommandStatus::ESME_ROPTPARNOTALLWD),
        ("ESME_RINVPARLEN", CommandStatus::ESME_RINVPARLEN),
    ];
    status.name() == Some(name) || aliases.contains(&(name, status))
}

fn at_server(vector: &Json) -> Reaction {
    let mut pair = match vector["state"].as_str().unwrap() {
        "open" => Pair::open(quiet(), quiet()),
        "trx" => Pair::bound(),
        other => panic!("state {other}"),
    };
    let state = pair.mc.session.state();
    pair.mc.session.handle_octets(&octets(vector), pair.now);
    let mut events = Vec::new();
    while let Some(event) = pair.mc.session.poll_event() {
        own(&mut pair, &event);
        events.push(event);
    }
    let sent = pair.mc.sends();
    if let Some(Event::Closed(reason)) = events.last() {
        assert!(matches!(reason, CloseReason::Frame(_)));
        assert_eq!(support::headers(&sent).len(), 1);
        assert_eq!(sent[0].command_id(), CommandId::GENERIC_NACK);
        assert_eq!(sent[0].command_status(), CommandStatus::ESME_RINVCMDLEN);
        assert_eq!(pair.mc.session.state(), State::Closed);
        return Reaction::Fatal;
    }
    if events.is_empty() && sent.is_empty() {
        // The rest makes it whole.
        pair.mc.session.handle_octets(b"i", pair.now);
        assert!(matches!(
            pair.mc.session.poll_event(),
            Some(Event::Request(_))
        ));
        assert_lives(&mut pair.mc, pair.now);
        return Reaction::NeedMore;
    }
    let frame = Frame::copy_from(&octets(vector)).unwrap();
    let reaction = reaction(&frame, &sent, &events);
    assert_eq!(pair.mc.session.state(), state);
    assert_lives(&mut pair.mc, pair.now);
    reaction
}

/// A small owner: one account, no broadcast, the rest is taken.
fn own(pair: &mut Pair, event: &Event) {
    let session = &mut pair.mc.session;
    match event {
        Event::BindRequest(frame) => {
            let bind = Bind::from_frame(frame).unwrap();
            if bind.system_id != "esme" {
                session.refuse_bind(CommandStatus::ESME_RINVSYSID);
            } else if bind.password.as_octets() == b"secret" {
                session.accept_bind("mc".try_into().unwrap(), pair.now);
            } else {
                session.refuse_bind(CommandStatus::ESME_RINVPASWD);
            }
        }
        Event::Request(frame) => match frame.command_id() {
            CommandId::BROADCAST_SM => {
                session.reject(frame.header(), CommandStatus::ESME_RINVCMDID);
            }
            _ => session.reject(frame.header(), CommandStatus::ESME_ROK),
        },
        _ => {}
    }
}

fn reaction(frame: &Frame, sent: &[Frame], events: &[Event]) -> Reaction {
    let Some(answer) = sent.first() else {
        assert!(matches!(events, [Event::Stray(_)]));
        return Reaction::Drop;
    };
    assert_eq!(sent.len(), 1);
    assert_eq!(answer.sequence_number(), frame.sequence_number());
    let status = answer.command_status();
    if answer.command_id() == CommandId::GENERIC_NACK {
        return Reaction::Nack(status);
    }
    assert_eq!(answer.command_id(), frame.command_id().response());
    match status {
        CommandStatus::ESME_ROK => Reaction::Accept,
        status => Reaction::ErrorResp(status),
    }
}

fn at_client(vector: &Json) -> Reaction {
    let mut pair = match vector["state"].as_str().unwrap() {
        "binding" => {
            let mut pair = Pair::open(quiet(), quiet());
            pair.bind(BindMode::Transceiver).unwrap();
            pair
        }
        "trx" => {
            let mut pair = Pair::bound();
            // The bind was number 1; the one that stays open is number 7.
            for number in 2..=6 {
                pair.submit(0).unwrap();
                pair.esme
                    .take_frames([&pdu(&SubmitSmResp::default(), number)], pair.now);
            }
            assert_eq!(pair.submit(7).unwrap().0, 7);
            pair.esme.seen();
            pair
        }
        other => panic!("state {other}"),
    };
    let esme = &mut pair.esme;
    esme.sends();
    esme.session.handle_octets(&octets(vector), pair.now);
    let event = esme.session.poll_event().unwrap();
    assert_eq!(esme.session.poll_event(), None);
    let reaction = match &event {
        Event::Bound(frame) => {
            assert!(frame.pdu().is_ok());
            assert_eq!(esme.session.state(), support::BOUND);
            Reaction::Accept
        }
        Event::Response { token: 7, frame } => {
            assert!(frame.decode::<SubmitSmResp<'_>>().is_ok());
            assert_eq!(esme.session.in_flight(), 0);
            Reaction::Accept
        }
        event => {
            let frame = Frame::copy_from(&octets(vector)).unwrap();
            reaction(&frame, &esme.sends(), std::slice::from_ref(event))
        }
    };
    assert_lives(esme, pair.now);
    reaction
}

/// The next PDU is served.
fn assert_lives(end: &mut support::End, now: std::time::Instant) {
    end.sends();
    end.take_frames([&pdu(&EnquireLink::default(), 4_000)], now);
    assert_eq!(
        support::headers(&end.sends()),
        [(CommandId::ENQUIRE_LINK_RESP, CommandStatus::ESME_ROK, 4_000)]
    );
}

/// A fault ends no more than its frame when good ones surround it.
#[test]
fn what_is_not_fatal_hides_nothing_behind_it() {
    let mut stream = BytesMut::new();
    let mut faults = 0;
    for vector in lines(MALFORMED) {
        let class = vector["expect"]["class"].as_str().unwrap();
        if vector["state"] == "trx" && !matches!(class, "fatal" | "need_more") {
            stream.extend_from_slice(&octets(&vector));
            stream.extend_from_slice(pdu(&submit("good"), 10_000 + faults).octets());
            faults += 1;
        }
    }
    let mut pair = Pair::bound();
    pair.mc.take(&stream, pair.now);
    let served = pair
        .mc
        .requests
        .iter()
        .filter(|frame| (10_000..20_000).contains(&frame.sequence_number().0))
        .count();
    assert_eq!(served, usize::try_from(faults).unwrap());
    assert_eq!(pair.mc.session.state(), support::BOUND);
    while !pair.mc.requests.is_empty() {
        pair.mc.answer();
    }
    let bye = header(CommandId::UNBIND, CommandStatus::ESME_ROK, 1);
    pair.mc.take_frames([&bye], pair.now);
    assert_eq!(pair.mc.session.state(), State::Closed);
}
