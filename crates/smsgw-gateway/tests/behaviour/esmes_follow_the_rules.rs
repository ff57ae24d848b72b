//! Who may bind, and what an ESME may ask for.

use std::net::SocketAddr;

use bytes::BytesMut;
use jiff::Timestamp;
use smsgw::smpp::connection::RequestError;
use smsgw::smpp::pdu::{BindReceiver, BindTransmitter, Body, QuerySm, SubmitSm, Unbind};
use smsgw::smpp::session::{BindMode, CloseReason, Event, State};
use smsgw::smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw::smpp::types::{Address, EsmClass, ReplaceIfPresentFlag, Time};
use smsgw::smpp::{CommandId, CommandStatus, Frame, SequenceNumber};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::{accepted, eventually, gateway, refused, soon, submit};

const OK: CommandStatus = CommandStatus::ESME_ROK;

fn numbered<'a>(body: &impl Body<'a>, number: u32) -> Frame {
    body.to_frame(OK, SequenceNumber(number))
}

/// Says all at once and gives all the answers until the other end hangs up.
async fn talk(address: SocketAddr, said: &[Frame]) -> Vec<(CommandId, CommandStatus)> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let octets: Vec<u8> = said
        .iter()
        .flat_map(|frame| frame.octets().to_vec())
        .collect();
    stream.write_all(&octets).await.unwrap();
    let mut answers = BytesMut::new();
    while soon(stream.read_buf(&mut answers)).await.unwrap() > 0 {}
    let mut frames = Vec::new();
    while let Some(frame) = Frame::split_from(&mut answers, 1_000).unwrap() {
        frames.push((frame.command_id(), frame.command_status()));
    }
    assert!(answers.is_empty());
    frames
}

#[tokio::test]
async fn only_accounts_with_their_password_bind() {
    let (_smsc, gateway, _setup) = gateway().await;
    for (id, password) in [("esme", "wrong"), ("esme", ""), ("nobody", "secret")] {
        let error = gateway
            .bind_as(BindMode::Transceiver, id, password)
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(CommandStatus::ESME_RINVPASWD), "{id}");
    }
    for mode in [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ] {
        let (esme, _events) = gateway.bind(mode).await;
        assert_eq!(esme.state(), State::Bound(mode));
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn what_the_gateway_cannot_do_is_refused_and_nothing_sent() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, _events) = gateway.bind(BindMode::Transceiver).await;
    let later = SubmitSm {
        schedule_delivery_time: Time::new(b"000001000000000R").unwrap(),
        ..submit(b"later")
    };
    assert_eq!(refused(&esme, &later).await, CommandStatus::ESME_RINVSCHED);
    let replace = SubmitSm {
        replace_if_present_flag: ReplaceIfPresentFlag::REPLACE,
        ..submit(b"instead")
    };
    let status = CommandStatus::ESME_RINVREPFLAG;
    assert_eq!(refused(&esme, &replace).await, status);
    for to in [Address::EMPTY, Address::alphanumeric("ACME").unwrap()] {
        let nowhere = SubmitSm {
            destination_addr: to,
            ..submit(b"nowhere")
        };
        let status = CommandStatus::ESME_RINVDSTADR;
        assert_eq!(refused(&esme, &nowhere).await, status);
    }
    let query = soon(esme.request(&QuerySm::default())).await.unwrap();
    assert_eq!(query.status(), CommandStatus::ESME_RINVCMDID);
    // The session is none the worse for it.
    accepted(&esme, &submit(b"now")).await;
    eventually(async || (smsc.submitted().len() == 1).then_some(())).await;
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("now"));
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_submit_that_contradicts_itself_is_refused() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, _events) = gateway.bind(BindMode::Transceiver).await;
    let payload = [MessagePayload(TlvOctets::new(b"or this").unwrap()).into()];
    let twice = SubmitSm {
        tlvs: Tlvs::new(&payload).unwrap(),
        ..submit(b"this")
    };
    let status = CommandStatus::ESME_RTLVNOTALLWD;
    assert_eq!(refused(&esme, &twice).await, status);
    // No header, and one that is longer than what is there.
    for octets in [&b""[..], b"\x05\x00\x03\x09\x02"] {
        let headless = SubmitSm {
            esm_class: EsmClass::UDH_INDICATOR,
            ..submit(octets)
        };
        let status = CommandStatus::ESME_RINVMSGLEN;
        assert_eq!(refused(&esme, &headless).await, status, "{octets:?}");
    }
    assert_eq!(smsc.submitted(), []);
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_absolute_validity_ends_when_it_says() {
    let (_smsc, gateway, _setup) = gateway().await;
    let (esme, _events) = gateway.bind(BindMode::Transceiver).await;
    let until = |end: Timestamp, hours: i32| {
        let local = jiff::tz::Offset::from_seconds(hours * 3_600)
            .unwrap()
            .to_datetime(end);
        let sign = if hours < 0 { '-' } else { '+' };
        let quarters = hours.unsigned_abs() * 4;
        format!("{}0{quarters:02}{sign}", local.strftime("%y%m%d%H%M%S"))
    };
    for hours in [0, 3, -8] {
        let end = Timestamp::now() + jiff::SignedDuration::from_secs(90);
        let time = until(end, hours);
        let message = SubmitSm {
            validity_period: Time::new(time.as_bytes()).unwrap(),
            ..submit(b"soon")
        };
        let id = accepted(&esme, &message).await;
        let message = gateway.get("esme", &format!("/v1/messages/{id}")).await;
        let expires: Timestamp = message["expires_at"].as_str().unwrap().parse().unwrap();
        let off = expires.duration_since(end).as_millis_f64().abs();
        assert!(off < 1_500.0, "{time}: {message}");
    }
    let past = until(Timestamp::now() - jiff::SignedDuration::from_secs(1), 1);
    for late in [past.as_bytes(), b"990231000000000+"] {
        let message = SubmitSm {
            validity_period: Time::new(late).unwrap(),
            ..submit(b"late")
        };
        let status = CommandStatus::ESME_RINVEXPIRY;
        assert_eq!(refused(&esme, &message).await, status);
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_receiver_cannot_submit() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, _events) = gateway.bind(BindMode::Receiver).await;
    // Our own ESME knows that it must not.
    let error = soon(esme.submit(&submit(b"hello"))).await.unwrap_err();
    assert_eq!(error, RequestError::State(State::Bound(BindMode::Receiver)));
    drop(esme);

    // One that does not is told so.
    let bind = BindReceiver {
        system_id: "esme".try_into().unwrap(),
        password: "secret".try_into().unwrap(),
        ..BindReceiver::default()
    };
    let said = [
        numbered(&bind, 1),
        numbered(&submit(b"hello"), 2),
        numbered(&Unbind::default(), 3),
    ];
    let frames = talk(gateway.smpp, &said).await;
    assert_eq!(
        frames,
        [
            (CommandId::BIND_RECEIVER_RESP, OK),
            (CommandId::SUBMIT_SM_RESP, CommandStatus::ESME_RINVBNDSTS),
            (CommandId::UNBIND_RESP, OK)
        ]
    );
    assert_eq!(smsc.submitted(), []);
    gateway.shutdown().await;
}

#[tokio::test]
async fn an_esme_that_unbinds_gets_its_answers_first() {
    let (_smsc, gateway, _setup) = gateway().await;
    let (esme, mut events) = gateway.bind(BindMode::Transmitter).await;
    for token in 0..50 {
        soon(esme.queue(&submit(b"hello"), token)).await.unwrap();
    }
    esme.unbind();
    let mut answered = Vec::new();
    loop {
        match soon(events.recv()).await.unwrap() {
            Event::Response { token, frame } => {
                assert_eq!(frame.command_status(), CommandStatus::ESME_ROK);
                answered.push(token);
            }
            Event::Closed(reason) => break assert_eq!(reason, CloseReason::Unbound),
            other => panic!("{other:?}"),
        }
    }
    answered.sort_unstable();
    assert_eq!(answered, (0..50).collect::<Vec<_>>());

    // And one that does not wait before it unbinds, either.
    let bind = BindTransmitter {
        system_id: "esme".try_into().unwrap(),
        password: "secret".try_into().unwrap(),
        ..BindTransmitter::default()
    };
    let mut said = vec![numbered(&bind, 1)];
    said.extend((2..12).map(|number| numbered(&submit(b"hello"), number)));
    said.push(numbered(&Unbind::default(), 12));
    let frames = talk(gateway.smpp, &said).await;
    let mut wanted = vec![(CommandId::BIND_TRANSMITTER_RESP, OK)];
    wanted.extend([(CommandId::SUBMIT_SM_RESP, OK); 10]);
    wanted.push((CommandId::UNBIND_RESP, OK));
    assert_eq!(frames, wanted);
    gateway.shutdown().await;
}

#[tokio::test]
async fn the_end_of_the_gateway_unbinds_everybody() {
    let (_smsc, gateway, _setup) = gateway().await;
    let mut sessions = Vec::new();
    for mode in [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ] {
        sessions.push(gateway.bind(mode).await);
    }
    gateway.shutdown().await;
    for (_esme, mut events) in sessions {
        let event = soon(events.recv()).await;
        assert_eq!(event, Some(Event::Closed(CloseReason::PeerUnbound)));
    }
}
