//! What an ESME can ask of the simulated message centre about messages that it submitted.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use smsgw_sim::event::What;
use smsgw_sim::smsc::{Config, ReceiptPlan, Smsc};
use smsgw_smpp::CommandStatus;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{
    AlertNotification, BroadcastSm, CancelBroadcastSm, CancelSm, DestAddress, QueryBroadcastSm,
    QuerySm, ReplaceSm, Request, SubmitMulti, SubmitSm,
};
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::tlv::{self, QosTimeToLive, Tlv, TlvTag, Tlvs};
use smsgw_smpp::types::{
    Address, InterfaceVersion, MessageState, RegisteredDelivery, ReplaceIfPresentFlag, Seq,
    ShortMessage, Time,
};
use support::*;
use tokio::net::TcpListener;

/// Messages take so long that what waits can be changed.
fn slow() -> Config {
    config().with_receipts(ReceiptPlan {
        delay: Duration::from_secs(600),
        ..ReceiptPlan::default()
    })
}

/// Binds as one that speaks 5.0.
async fn bind_5(smsc: &Smsc, system_id: &str) -> Esme {
    let (name, password) = (system_id.try_into().unwrap(), "secret".try_into().unwrap());
    let bind = Bind {
        interface_version: InterfaceVersion::SMPP_5_0,
        ..Bind::new(BindMode::Transmitter, name, password)
    };
    let config = session::Config::default();
    let connected = Esme::connect(smsc.local_addr(), &bind, config);
    soon(connected).await.unwrap().0
}

async fn status<'a>(esme: &Esme, request: &(impl Request<'a> + Sync)) -> CommandStatus {
    soon(esme.request(request)).await.unwrap().status()
}

fn query(id: &str) -> QuerySm<'_> {
    QuerySm {
        message_id: id.try_into().unwrap(),
        source_addr: Address::alphanumeric("ACME").unwrap(),
        ..QuerySm::default()
    }
}

/// Where a message is, when it ended and with which error code.
async fn state(esme: &Esme, id: &str) -> (MessageState, usize, u8) {
    let reply = soon(esme.request(&query(id))).await.unwrap();
    assert!(reply.status().is_ok());
    let body = reply.body().unwrap();
    assert_eq!(body.message_id, id);
    let date = body.final_date.as_octets().len();
    (body.message_state, date, body.error_code)
}

fn cancel<'a>(id: &'a str, from: &'a str, to: &'a str) -> CancelSm<'a> {
    CancelSm {
        message_id: id.try_into().unwrap(),
        source_addr: Address::alphanumeric(from).unwrap(),
        destination_addr: Address::international(to).unwrap(),
        ..CancelSm::default()
    }
}

const TO: &str = "306912345678";

#[tokio::test]
async fn a_query_tells_where_a_message_is() {
    let plan = ReceiptPlan {
        delay: SOON,
        undeliverable: 1.0,
        ..ReceiptPlan::default()
    };
    let smsc = Smsc::start(config().with_receipts(plan)).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let failed = accepted(&esme, &submit("hi")).await;
    receipt(&esme, &mut events).await;
    assert_eq!(
        state(&esme, &failed).await,
        (MessageState::UNDELIVERABLE, 16, 1)
    );

    let schedule = Time::new(b"000000010000000R").unwrap();
    let later = SubmitSm {
        schedule_delivery_time: schedule,
        ..submit("later")
    };
    let later = accepted(&esme, &later).await;
    // 3.4 has no word for scheduled.
    assert_eq!(state(&esme, &later).await, (MessageState::ENROUTE, 0, 0));
    let speaks_5 = bind_5(&smsc, "esme").await;
    assert_eq!(
        state(&speaks_5, &later).await,
        (MessageState::SCHEDULED, 0, 0)
    );
    let states: Vec<_> = smsc
        .status()
        .submitted
        .iter()
        .map(|it| it.message_state)
        .collect();
    assert_eq!(
        states,
        [MessageState::UNDELIVERABLE, MessageState::SCHEDULED]
    );

    // TON, NPI and number that are not known need not be given; others must be the same.
    let unknown = QuerySm {
        source_addr: Address::EMPTY,
        ..query(&later)
    };
    assert!(status(&esme, &unknown).await.is_ok());
    let wrong = QuerySm {
        source_addr: Address::alphanumeric("OTHER").unwrap(),
        ..query(&later)
    };
    let failed = CommandStatus::ESME_RQUERYFAIL;
    assert_eq!(status(&esme, &wrong).await, failed);
    assert_eq!(status(&esme, &query("1")).await, failed);
    assert_eq!(status(&esme, &query("")).await, failed);
}

#[tokio::test]
async fn nobody_asks_about_the_messages_of_others() {
    let config = Config {
        remembered: 2,
        ..slow().with_account("other", "secret")
    };
    let smsc = Smsc::start(config).await.unwrap();
    let (esme, _events) = bind(&smsc, BindMode::Transmitter).await;
    let id = accepted(&esme, &submit("mine")).await;
    let other = bind_5(&smsc, "other").await;
    assert_eq!(
        status(&other, &query(&id)).await,
        CommandStatus::ESME_RQUERYFAIL
    );
    for id in [&*id, ""] {
        let cancel = cancel(id, "ACME", TO);
        assert_eq!(
            status(&other, &cancel).await,
            CommandStatus::ESME_RCANCELFAIL
        );
    }
    assert!(status(&esme, &query(&id)).await.is_ok());
    // What is forgotten, nobody can ask about.
    for _ in 0..2 {
        accepted(&esme, &submit("more")).await;
    }
    assert_eq!(
        status(&esme, &query(&id)).await,
        CommandStatus::ESME_RQUERYFAIL
    );
}

#[tokio::test]
async fn a_message_that_waits_can_be_cancelled() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let mut seen = smsc.events();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let id = accepted(&esme, &submit("hi")).await;
    let refused = CommandStatus::ESME_RCANCELFAIL;
    assert_eq!(status(&esme, &cancel(&id, "OTHER", TO)).await, refused);
    assert_eq!(status(&esme, &cancel(&id, "ACME", "30691")).await, refused);
    assert_eq!(status(&esme, &cancel("7", "ACME", TO)).await, refused);
    assert!(status(&esme, &cancel(&id, "ACME", TO)).await.is_ok());
    // The receipt that waited for its time is another one now, and comes once.
    let told = receipt(&esme, &mut events).await;
    assert_eq!(told, (id.clone(), MessageState::DELETED));
    assert_eq!(smsc.status().counts.receipts_waiting, 0);
    assert_eq!(state(&esme, &id).await, (MessageState::DELETED, 16, 5));
    assert_eq!(status(&esme, &cancel(&id, "ACME", TO)).await, refused);
    let (cancelled, to) = wait_for(&mut seen, |what| match what {
        What::Cancel { id, to, .. } => Some((id.clone(), to.clone())),
        _ => None,
    })
    .await;
    assert_eq!((cancelled, &*to), (id, TO));
    assert_eq!(smsc.status().counts.cancelled, 1);
}

#[tokio::test]
async fn without_an_id_all_between_two_addresses_are_cancelled() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let (esme, _events) = bind(&smsc, BindMode::Transmitter).await;
    let typed = SubmitSm {
        service_type: "WAP".try_into().unwrap(),
        ..submit("typed")
    };
    let other = SubmitSm {
        destination_addr: Address::international("306900000000").unwrap(),
        ..submit("other")
    };
    let mut ids = Vec::new();
    for submit in [submit("one"), typed, other, submit("two")] {
        ids.push(accepted(&esme, &submit).await);
    }
    let of_wap = CancelSm {
        service_type: "WAP".try_into().unwrap(),
        ..cancel("", "ACME", TO)
    };
    assert!(status(&esme, &of_wap).await.is_ok());
    let states = async |ids: &[String]| {
        let mut states = Vec::new();
        for id in ids {
            states.push(state(&esme, id).await.0);
        }
        states
    };
    let (enroute, deleted) = (MessageState::ENROUTE, MessageState::DELETED);
    assert_eq!(states(&ids).await, [enroute, deleted, enroute, enroute]);
    // An address that is not given is none, not any.
    let any = CancelSm::default();
    assert_eq!(status(&esme, &any).await, CommandStatus::ESME_RCANCELFAIL);
    assert!(status(&esme, &cancel("", "ACME", TO)).await.is_ok());
    assert_eq!(states(&ids).await, [deleted, deleted, enroute, deleted]);
    let again = status(&esme, &cancel("", "ACME", TO)).await;
    assert_eq!(again, CommandStatus::ESME_RCANCELFAIL);
}

#[tokio::test]
async fn a_message_that_waits_can_be_replaced() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let scheduled = SubmitSm {
        schedule_delivery_time: Time::new(b"000000010000000R").unwrap(),
        registered_delivery: RegisteredDelivery::NONE,
        ..submit("first")
    };
    let id = accepted(&esme, &scheduled).await;
    let replace = ReplaceSm {
        message_id: id.as_str().try_into().unwrap(),
        source_addr: Address::alphanumeric("ACME").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(b"second").unwrap(),
        ..ReplaceSm::default()
    };
    for (wrong, wanted) in [
        (
            ReplaceSm {
                source_addr: Address::alphanumeric("OTHER").unwrap(),
                ..replace
            },
            CommandStatus::ESME_RREPLACEFAIL,
        ),
        (
            ReplaceSm {
                message_id: "1".try_into().unwrap(),
                ..replace
            },
            CommandStatus::ESME_RREPLACEFAIL,
        ),
        (
            ReplaceSm {
                validity_period: Time::new(b"000000000100000R").unwrap(),
                ..replace
            },
            CommandStatus::ESME_RINVEXPIRY,
        ),
    ] {
        assert_eq!(status(&esme, &wrong).await, wanted);
    }
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("first"));
    assert!(status(&esme, &replace).await.is_ok());
    let text = wait_for(&mut seen, |what| match what {
        What::Replace(message) => message.text.clone(),
        _ => None,
    });
    assert_eq!(text.await, "second");
    let submitted = &smsc.submitted()[0];
    assert_eq!(
        (submitted.text.as_deref(), submitted.to.as_str()),
        (Some("second"), TO)
    );
    assert_eq!(state(&esme, &id).await.0, MessageState::ENROUTE);

    // Now it need not wait; its receipt tells of the text it has.
    let at_once = ReplaceSm {
        schedule_delivery_time: Time::new(b"000000000000000R").unwrap(),
        ..replace
    };
    assert!(status(&esme, &at_once).await.is_ok());
    let frame = delivered(&mut events).await;
    assert_eq!(read_receipt(&frame), (id.clone(), MessageState::DELIVERED));
    let text = frame.body().escape_ascii().to_string();
    assert!(text.contains("text:second"), "{text}");
    let late = status(&esme, &at_once).await;
    assert_eq!(late, CommandStatus::ESME_RREPLACEFAIL);
    assert_eq!(smsc.status().counts.replaced, 2);
}

#[tokio::test]
async fn validity_and_schedule_are_kept() {
    let smsc = Smsc::start(slow()).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let ttl = [QosTimeToLive(0).into()];
    let ttl = Tlvs::new(&ttl).unwrap();
    let expired = MessageState::EXPIRED;
    for (message, wanted) in [
        // What is over at once, and what outlives the receipt's delay.
        (
            SubmitSm {
                validity_period: Time::new(b"000000000000000R").unwrap(),
                ..submit("a")
            },
            Some(expired),
        ),
        (
            SubmitSm {
                validity_period: Time::new(b"000001000000000R").unwrap(),
                ..submit("b")
            },
            None,
        ),
        (
            SubmitSm {
                validity_period: Time::new(b"000001000000000R").unwrap(),
                tlvs: ttl,
                ..submit("c")
            },
            Some(expired),
        ),
    ] {
        let id = accepted(&esme, &message).await;
        match wanted {
            Some(state) => assert_eq!(receipt(&esme, &mut events).await, (id, state)),
            None => assert_eq!(state(&esme, &id).await.0, MessageState::ENROUTE),
        }
    }
    for (message, wanted) in [
        (
            SubmitSm {
                validity_period: Time::new(b"200101000000000+").unwrap(),
                ..submit("")
            },
            CommandStatus::ESME_RINVEXPIRY,
        ),
        (
            SubmitSm {
                schedule_delivery_time: Time::new(b"260230000000000+").unwrap(),
                ..submit("")
            },
            CommandStatus::ESME_RINVSCHED,
        ),
        (
            SubmitSm {
                schedule_delivery_time: Time::new(b"000000020000000R").unwrap(),
                validity_period: Time::new(b"000000010000000R").unwrap(),
                ..submit("")
            },
            CommandStatus::ESME_RINVEXPIRY,
        ),
    ] {
        assert_eq!(status(&esme, &message).await, wanted);
    }
}

#[tokio::test]
async fn one_message_to_many_has_one_id_and_a_receipt_each() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let address = |digits| Address::international(digits).unwrap();
    let recipients = [
        DestAddress::Sme(address("306900000001")),
        DestAddress::DistributionList("friends".try_into().unwrap()),
        DestAddress::Sme(address("")),
        DestAddress::Sme(address("306900000002")),
    ];
    let multi = SubmitMulti {
        source_addr: Address::alphanumeric("ACME").unwrap(),
        dest_addresses: Seq::new(&recipients).unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(b"hello all").unwrap(),
        ..SubmitMulti::default()
    };
    let reply = soon(esme.request(&multi)).await.unwrap();
    assert!(reply.status().is_ok());
    let body = reply.body().unwrap();
    let failed: Vec<_> = body
        .unsuccess_smes
        .iter()
        .map(|it| (it.destination_addr.digits.to_string(), it.error_status_code))
        .collect();
    let no_list = ("friends".to_owned(), CommandStatus::ESME_RINVDLNAME);
    assert_eq!(
        failed,
        [no_list, (String::new(), CommandStatus::ESME_RINVDSTADR)]
    );
    let id = body.message_id.to_string();
    let mut recipients = Vec::new();
    for _ in 0..2 {
        let frame = delivered(&mut events).await;
        acknowledge(&esme, &frame);
        assert_eq!(read_receipt(&frame), (id.clone(), MessageState::DELIVERED));
        let deliver: smsgw_smpp::pdu::DeliverSm<'_> = frame.decode().unwrap();
        recipients.push(deliver.source_addr.digits.to_string());
    }
    recipients.sort();
    assert_eq!(recipients, ["306900000001", "306900000002"]);
    assert_eq!(state(&esme, &id).await.0, MessageState::DELIVERED);
    let submitted = smsc.submitted();
    assert_eq!(submitted.len(), 2);
    assert!(
        submitted
            .iter()
            .all(|it| it.smpp().unwrap().command == "submit_multi" && it.id == id)
    );

    let list = [DestAddress::DistributionList("friends".try_into().unwrap())];
    let nobody = SubmitMulti {
        dest_addresses: Seq::new(&list).unwrap(),
        ..multi
    };
    assert_eq!(
        status(&esme, &nobody).await,
        CommandStatus::ESME_RSUBMITFAIL
    );
    let empty = SubmitMulti {
        dest_addresses: Seq::default(),
        ..multi
    };
    assert_eq!(
        status(&esme, &empty).await,
        CommandStatus::ESME_RINVNUMDESTS
    );
}

const AREA: (TlvTag, &[u8]) = (TlvTag::BROADCAST_AREA_IDENTIFIER, b"\0Athens");
const CONTENT: (TlvTag, &[u8]) = (TlvTag::BROADCAST_CONTENT_TYPE, b"\x01\0\0");
const REPEATS: (TlvTag, &[u8]) = (TlvTag::BROADCAST_REP_NUM, b"\0\x02");
const MINUTES: (TlvTag, &[u8]) = (TlvTag::BROADCAST_FREQUENCY_INTERVAL, b"\x09\0\x01");

fn tlvs(list: &[(TlvTag, &'static [u8])]) -> Vec<Tlv<'static>> {
    let tlv = |&(tag, value)| Tlv::new(tag, value).unwrap();
    list.iter().map(tlv).collect()
}

#[tokio::test]
async fn a_broadcast_must_say_where_what_and_how_often() {
    let smsc = Smsc::start(config()).await.unwrap();
    let esme = bind_5(&smsc, "esme").await;
    let missing = CommandStatus::ESME_RMISSINGTLV;
    let (area, content, repeats, minutes) = (AREA, CONTENT, REPEATS, MINUTES);
    for (list, wanted) in [
        (
            vec![area, content, repeats, minutes],
            CommandStatus::ESME_ROK,
        ),
        (vec![content, repeats, minutes], missing),
        (vec![area, repeats, minutes], missing),
        (vec![area, content, minutes], missing),
        (vec![area, content, repeats], missing),
        (
            vec![(area.0, b"\x03"), content, repeats, minutes],
            CommandStatus::ESME_RINVBCASTAREAFMT,
        ),
        (
            vec![area, (content.0, b""), repeats, minutes],
            CommandStatus::ESME_RINVBCASTCNTTYPE,
        ),
        (
            vec![area, content, (repeats.0, b"\x01"), minutes],
            CommandStatus::ESME_RINVBCAST_REP,
        ),
        (
            vec![area, content, repeats, (minutes.0, b"\x07\0\x01")],
            CommandStatus::ESME_RINVBCASTFREQINT,
        ),
    ] {
        let tlvs = tlvs(&list);
        let broadcast = BroadcastSm {
            tlvs: Tlvs::new(&tlvs).unwrap(),
            ..BroadcastSm::default()
        };
        assert_eq!(status(&esme, &broadcast).await, wanted, "{list:?}");
    }
}

#[tokio::test]
async fn a_broadcast_can_be_asked_for_replaced_and_cancelled() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    let esme = bind_5(&smsc, "esme").await;
    let list = tlvs(&[
        AREA,
        CONTENT,
        REPEATS,
        MINUTES,
        (TlvTag::BROADCAST_AREA_IDENTIFIER, b"\0Patras"),
        (TlvTag::MESSAGE_PAYLOAD, b"storm"),
    ]);
    let source_addr = Address::alphanumeric("ACME").unwrap();
    let broadcast = BroadcastSm {
        source_addr,
        tlvs: Tlvs::new(&list).unwrap(),
        ..BroadcastSm::default()
    };
    let reply = soon(esme.request(&broadcast)).await.unwrap();
    let id = reply.body().unwrap().message_id.to_string();
    let message = wait_for(&mut seen, |what| match what {
        What::Submit(message) => Some(message.clone()),
        _ => None,
    })
    .await;
    assert_eq!(
        (message.smpp().unwrap().command, message.text.as_deref()),
        ("broadcast_sm", Some("storm"))
    );

    let message_id = id.as_str().try_into().unwrap();
    let query = QueryBroadcastSm {
        message_id,
        source_addr,
        ..QueryBroadcastSm::default()
    };
    let reply = soon(esme.request(&query)).await.unwrap();
    let tags: Vec<_> = reply
        .body()
        .unwrap()
        .tlvs
        .iter()
        .map(|tlv| tlv.tag())
        .collect();
    let (area, success) = (
        TlvTag::BROADCAST_AREA_IDENTIFIER,
        TlvTag::BROADCAST_AREA_SUCCESS,
    );
    assert_eq!(tags, [TlvTag::MESSAGE_STATE, area, success, area, success]);

    let replace = BroadcastSm {
        message_id,
        replace_if_present_flag: ReplaceIfPresentFlag::REPLACE,
        ..broadcast
    };
    assert!(status(&esme, &replace).await.is_ok());
    let unasked = BroadcastSm {
        replace_if_present_flag: ReplaceIfPresentFlag::DO_NOT_REPLACE,
        ..replace
    };
    assert_eq!(
        status(&esme, &unasked).await,
        CommandStatus::ESME_RBCASTFAIL
    );

    let by_sender = CancelBroadcastSm {
        source_addr,
        ..CancelBroadcastSm::default()
    };
    let by_id = CancelBroadcastSm {
        message_id,
        ..by_sender
    };
    assert!(status(&esme, &by_id).await.is_ok());
    let failed = CommandStatus::ESME_RBCASTCANCELFAIL;
    assert_eq!(status(&esme, &by_id).await, failed);
    assert_eq!(status(&esme, &by_sender).await, failed);
    let reply = soon(esme.request(&query)).await.unwrap();
    let body = reply.body().unwrap();
    assert_eq!(
        body.tlvs.find(),
        Some(tlv::MessageState(MessageState::DELETED))
    );
    let ends: tlv::BroadcastEndTime<'_> = body.tlvs.find().unwrap();
    assert!(ends.time().unwrap().absolute().is_some());

    assert!(status(&esme, &broadcast).await.is_ok());
    assert!(status(&esme, &by_sender).await.is_ok());
    let unknown = QueryBroadcastSm {
        message_id: "1".try_into().unwrap(),
        ..query
    };
    assert_eq!(
        status(&esme, &unknown).await,
        CommandStatus::ESME_RBCASTQUERYFAIL
    );
}

#[tokio::test]
async fn an_esme_is_told_that_a_subscriber_is_back() {
    let smsc = Smsc::start(config()).await.unwrap();
    assert!(smsc.alert("+306900000001", "1000").is_err());
    let (_sender, _events) = bind(&smsc, BindMode::Transmitter).await;
    assert!(smsc.alert("+306900000001", "1000").is_err());
    let (_esme, mut events) = bind(&smsc, BindMode::Receiver).await;
    smsc.alert("+306900000001", "1000").unwrap();
    match soon(events.recv()).await.unwrap() {
        Event::Notification(frame) => {
            let alert: AlertNotification<'_> = frame.decode().unwrap();
            let wanted = Address::international("306900000001").unwrap();
            assert_eq!(
                (alert.source_addr, &*alert.esme_addr.digits.to_string()),
                (wanted, "1000")
            );
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_esme_is_asked_to_bind_and_served() {
    let smsc = Smsc::start(config()).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let handle = smsc.handle();
    assert!(
        handle
            .outbind(address, "a password too long")
            .await
            .is_err()
    );
    soon(handle.outbind(address, "known")).await.unwrap();
    let (stream, _) = soon(listener.accept()).await.unwrap();
    let asked = soon(Esme::outbound(stream, session::Config::default()));
    let asked = asked.await.unwrap();
    let outbind = asked.outbind().unwrap();
    assert_eq!(outbind.password.as_octets(), b"known");
    assert_eq!(outbind.system_id, "smsgw-sim");

    let (name, password) = ("esme".try_into().unwrap(), "secret".try_into().unwrap());
    let bind = Bind::new(BindMode::Receiver, name, password);
    let (esme, mut events) = soon(asked.bind(&bind)).await.unwrap();
    let delivery = tokio::spawn(async move { handle.deliver("+30691", "1000", "hi").await });
    let frame = delivered(&mut events).await;
    acknowledge(&esme, &frame);
    assert!(soon(delivery).await.unwrap().is_ok());
    smsc.cut();
    assert!(smsc.outbind(address, "").await.is_err());
}
