//! Versions, `outbind`, and what a tap and the counters see.
#![cfg(feature = "std")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::sync::{Arc, Mutex};

use smsgw_smpp::pdu::{
    AlertNotification, BindTransceiver, BindTransceiverResp, BroadcastSm, DataSm, DeliverSm,
    Outbind, SubmitSm, Unbind,
};
use smsgw_smpp::session::{Bind, BindMode, Config, Direction, SendError, State};
use smsgw_smpp::tlv::{
    MessagePayload, SarTotalSegments, ScInterfaceVersion, Tlv, TlvOctets, Tlvs,
    UserMessageReference,
};
use smsgw_smpp::types::InterfaceVersion;
use smsgw_smpp::{CommandId, CommandStatus, Frame};
use support::Seen::{BindRequest, Bound, Notification, Refused, Request};
use support::{BOUND, Pair, bind, header, pdu, quiet, submit};

const V3_3: InterfaceVersion = InterfaceVersion::SMPP_3_3;
const V3_4: InterfaceVersion = InterfaceVersion::SMPP_3_4;
const V5_0: InterfaceVersion = InterfaceVersion::SMPP_5_0;

/// Bound by an ESME and an MC that say these versions.
fn bound(esme: InterfaceVersion, mc: InterfaceVersion) -> Pair {
    let mc = Config {
        interface_version: mc,
        ..quiet()
    };
    let mut pair = Pair::open(quiet(), mc);
    let request = Bind {
        interface_version: esme,
        ..bind(BindMode::Transceiver)
    };
    pair.esme.session.bind(&request, pair.now).unwrap();
    pair.exchange();
    pair.accept_bind();
    assert_eq!(pair.states(), (BOUND, BOUND));
    pair.esme.seen();
    pair.mc.seen();
    pair
}

#[test]
fn the_ends_agree_on_the_lower_version() {
    for (esme, mc, agreed) in [
        (V3_4, V3_4, V3_4),
        (V5_0, V5_0, V5_0),
        (V5_0, V3_4, V3_4),
        (V3_4, V5_0, V3_4),
        (V3_3, V5_0, V3_3),
    ] {
        let pair = bound(esme, mc);
        assert_eq!(pair.mc.session.version(), agreed, "{esme} with {mc}");
        assert_eq!(pair.esme.session.version(), agreed, "{esme} with {mc}");
    }
}

#[test]
fn an_mc_that_says_no_version_has_tlvs_but_nothing_of_5_0() {
    let mut pair = Pair::open(quiet(), quiet());
    let request = Bind {
        interface_version: V5_0,
        ..bind(BindMode::Transceiver)
    };
    pair.esme.session.bind(&request, pair.now).unwrap();
    let answer = pdu(&BindTransceiverResp::default(), 1);
    pair.esme.take(answer.octets(), pair.now);
    assert_eq!(pair.esme.seen(), [Bound]);
    assert_eq!(pair.esme.session.version(), V3_4);
}

#[test]
fn what_the_version_lacks_is_not_sent() {
    let mut pair = bound(V5_0, V3_4);
    let broadcast = BroadcastSm::default();
    let sent = pair.esme.session.request(&broadcast, 1, pair.now);
    assert_eq!(sent, Err(SendError::Version(V3_4)));
    let mut pair = bound(V5_0, V5_0);
    pair.esme.session.request(&broadcast, 1, pair.now).unwrap();
    pair.exchange();
    assert_eq!(pair.mc.seen(), [Request(CommandId::BROADCAST_SM)]);
    let mut pair = bound(V3_3, V5_0);
    let sent = pair.esme.session.request(&DataSm::default(), 1, pair.now);
    assert_eq!(sent, Err(SendError::Version(V3_3)));
    let alert = AlertNotification::default();
    let sent = pair.mc.session.notify(&alert, pair.now);
    assert_eq!(sent, Err(SendError::Version(V3_3)));
}

#[test]
fn a_peer_of_3_3_is_sent_no_tlv() {
    let tlvs = [UserMessageReference(7).into()];
    let tlvs = Tlvs::new(&tlvs).unwrap();
    for (version, count) in [(V3_3, 0), (InterfaceVersion(0), 0), (V3_4, 1), (V5_0, 1)] {
        let mut pair = bound(version, V5_0);
        let up = SubmitSm {
            tlvs,
            ..submit("hi")
        };
        pair.esme.session.request(&up, 1, pair.now).unwrap();
        let sent = pair.esme.sends();
        let read: SubmitSm<'_> = sent[0].decode().unwrap();
        assert_eq!(read.tlvs.iter().count(), count, "{version}");
        let down = DeliverSm {
            tlvs,
            ..support::deliver("hi")
        };
        pair.mc.session.request(&down, 1, pair.now).unwrap();
        let sent = pair.mc.sends();
        let read: DeliverSm<'_> = sent[0].decode().unwrap();
        assert_eq!(read.tlvs.iter().count(), count, "{version}");
    }
}

#[test]
fn a_text_that_would_be_lost_with_its_tlv_is_not_sent_to_a_peer_of_3_3() {
    for tlv in [
        Tlv::from(SarTotalSegments(2)),
        MessagePayload(TlvOctets::new(b"the text").unwrap()).into(),
    ] {
        let tlvs = [tlv];
        let up = SubmitSm {
            tlvs: Tlvs::new(&tlvs).unwrap(),
            ..submit("")
        };
        let mut pair = bound(V3_3, V5_0);
        let sent = pair.esme.session.request(&up, 1, pair.now);
        assert_eq!(sent, Err(SendError::Version(V3_3)));
        assert_eq!(pair.esme.session.in_flight(), 0);
        let mut pair = bound(V3_4, V5_0);
        assert!(pair.esme.session.request(&up, 1, pair.now).is_ok());
    }
}

#[test]
fn what_changes_the_state_is_no_request_among_others() {
    let mut pair = Pair::bound();
    let sent = pair.esme.session.request(&Unbind::default(), 1, pair.now);
    assert_eq!(sent, Err(SendError::State(BOUND)));
    let mut pair = Pair::open(quiet(), quiet());
    let request = BindTransceiver::default();
    let sent = pair.esme.session.request(&request, 1, pair.now);
    assert_eq!(sent, Err(SendError::State(State::Open)));
}

#[test]
fn after_a_refused_bind_the_outbind_still_counts() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.mc.session.notify(&outbind(), pair.now).unwrap();
    pair.exchange();
    pair.bind(BindMode::Receiver).unwrap();
    pair.exchange();
    pair.refuse_bind(CommandStatus::ESME_RINVPASWD);
    assert_eq!(pair.states(), (State::Outbound, State::Outbound));
    let refused = pair.bind(BindMode::Transmitter);
    assert_eq!(refused, Err(SendError::State(State::Outbound)));
    pair.bind(BindMode::Transceiver).unwrap();
}

#[test]
fn the_mc_says_its_own_version() {
    let mc = Config {
        interface_version: V5_0,
        ..quiet()
    };
    let mut pair = Pair::open(quiet(), mc);
    pair.bind(BindMode::Transceiver).unwrap();
    pair.exchange();
    let now = pair.now;
    pair.mc.session.accept_bind("mc".try_into().unwrap(), now);
    let sent = pair.mc.sends();
    let answer: BindTransceiverResp<'_> = sent[0].decode().unwrap();
    assert_eq!(answer.tlvs.find(), Some(ScInterfaceVersion(V5_0)));
}

// outbind

fn outbind() -> Outbind<'static> {
    Outbind {
        system_id: "mc".try_into().unwrap(),
        password: "secret".try_into().unwrap(),
        ..Outbind::default()
    }
}

#[test]
fn an_mc_asks_an_esme_to_bind() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.mc.session.notify(&outbind(), pair.now).unwrap();
    assert_eq!(pair.mc.session.state(), State::Outbound);
    let again = pair.mc.session.notify(&outbind(), pair.now);
    assert_eq!(again, Err(SendError::State(State::Outbound)));
    pair.exchange();
    assert_eq!(pair.esme.seen(), [Notification(CommandId::OUTBIND)]);
    assert_eq!(pair.states(), (State::Outbound, State::Outbound));
    // The MC has messages for it: to bind as transmitter would take none.
    let refused = pair.bind(BindMode::Transmitter);
    assert_eq!(refused, Err(SendError::State(State::Outbound)));
    pair.bind(BindMode::Receiver).unwrap();
    pair.exchange();
    pair.accept_bind();
    let bound = State::Bound(BindMode::Receiver);
    assert_eq!(pair.states(), (bound, bound));
    assert_eq!(pair.mc.seen(), [BindRequest(CommandId::BIND_RECEIVER)]);
    pair.deliver(1).unwrap();
}

#[test]
fn who_is_asked_to_bind_and_does_not_is_dropped_in_time() {
    let mut pair = Pair::open(quiet(), quiet());
    pair.mc.session.notify(&outbind(), pair.now).unwrap();
    pair.exchange();
    pair.advance(quiet().session_init_timer);
    assert_eq!(pair.states(), (State::Closed, State::Closed));
}

#[test]
fn an_outbind_to_a_bound_esme_or_from_an_esme_is_nacked() {
    let mut pair = Pair::bound();
    pair.esme.take(pdu(&outbind(), 9).octets(), pair.now);
    let nack = header(CommandId::GENERIC_NACK, CommandStatus::ESME_RALYBND, 9);
    assert_eq!(pair.esme.sends(), [nack]);
    assert_eq!(pair.esme.seen(), [Refused(CommandId::OUTBIND)]);
    let mut pair = Pair::open(quiet(), quiet());
    pair.mc.take(pdu(&outbind(), 9).octets(), pair.now);
    assert_eq!(pair.mc.seen(), [Refused(CommandId::OUTBIND)]);
    assert_eq!(pair.mc.session.state(), State::Open);
}

// The tap and the counters.

#[test]
fn a_tap_sees_every_pdu_both_ways_in_order() {
    let mut pair = Pair::open(quiet(), quiet());
    let tapped = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&tapped);
    pair.esme.session.tap(move |direction, octets| {
        let frame = Frame::copy_from(octets).unwrap();
        seen.lock().unwrap().push((direction, frame.command_id()));
    });
    pair.bind(BindMode::Transceiver).unwrap();
    pair.exchange();
    pair.accept_bind();
    pair.submit(1).unwrap();
    pair.exchange();
    pair.mc.answer_with(CommandStatus::ESME_RTHROTTLED);
    pair.exchange();
    let stray = header(CommandId::QUERY_SM_RESP, CommandStatus::ESME_ROK, 77);
    pair.esme.take(stray.octets(), pair.now);
    pair.esme.session.unbind(pair.now);
    pair.exchange();
    use Direction::{Received, Sent};
    assert_eq!(
        *tapped.lock().unwrap(),
        [
            (Sent, CommandId::BIND_TRANSCEIVER),
            (Received, CommandId::BIND_TRANSCEIVER_RESP),
            (Sent, CommandId::SUBMIT_SM),
            (Received, CommandId::SUBMIT_SM_RESP),
            (Received, CommandId::QUERY_SM_RESP),
            (Sent, CommandId::UNBIND),
            (Received, CommandId::UNBIND_RESP),
        ]
    );
}

#[test]
fn pdus_are_counted_by_command_and_status() {
    let mut pair = Pair::bound();
    for token in 0..3 {
        pair.submit(token).unwrap();
    }
    pair.exchange();
    pair.mc.answer();
    pair.mc.answer_with(CommandStatus::ESME_RSYSERR);
    pair.mc.answer();
    pair.exchange();
    let resp = CommandId::SUBMIT_SM_RESP;
    let expected = [
        (CommandId::BIND_TRANSCEIVER_RESP, CommandStatus::ESME_ROK, 1),
        (resp, CommandStatus::ESME_ROK, 2),
        (resp, CommandStatus::ESME_RSYSERR, 1),
    ];
    let esme = pair.esme.session.metrics();
    assert!(esme.received().iter().eq(expected));
    assert_eq!(esme.sent().of(CommandId::SUBMIT_SM), 3);
    let mc = pair.mc.session.metrics();
    assert!(mc.sent().iter().eq(expected));
    assert_eq!(mc.received().octets(), esme.sent().octets());
    assert_eq!(esme.sent().total(), 4);
    assert_eq!(esme.round_trip().count(), 3);
}
