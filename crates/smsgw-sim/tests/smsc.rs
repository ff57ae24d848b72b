//! The simulated message centre as an ESME sees it, over loopback.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use smsgw_sim::event::{Message, What};
use smsgw_sim::faults::{Fault, Faults, Kind};
use smsgw_sim::smsc::{Config, DeliverError, IdFormat, ReceiptPlan, Smsc};
use smsgw_smpp::connection::RequestError;
use smsgw_smpp::esme::Esme;
use smsgw_smpp::pdu::{DataSm, DeliverSm, SubmitSm};
use smsgw_smpp::session::{self, Bind, BindMode, Event};
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs, UserMessageReference};
use smsgw_smpp::types::{
    Address, DataCoding, EsmClass, MessageState, RegisteredDelivery, ShortMessage,
};
use smsgw_smpp::{CommandStatus, DeliveryReceipt};
use support::*;

#[tokio::test]
async fn only_the_right_credentials_bind() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut events = smsc.events();
    for (system_id, password, status) in [
        ("esme", "wrong", CommandStatus::ESME_RINVPASWD),
        ("other", "secret", CommandStatus::ESME_RINVSYSID),
    ] {
        let refused = bind_as(&smsc, BindMode::Transceiver, system_id, password).await;
        assert_eq!(refused.unwrap_err().status(), Some(status));
        let seen = wait_for(&mut events, |what| match what {
            What::Bind { status, .. } => Some(*status),
            _ => None,
        });
        assert_eq!(seen.await, status);
    }
    for mode in [
        BindMode::Transmitter,
        BindMode::Receiver,
        BindMode::Transceiver,
    ] {
        let (esme, _) = bind(&smsc, mode).await;
        assert!(esme.state().is_bound());
        assert_eq!(smsc.status().bound[0].who.name(), "esme");
        esme.unbind();
        wait_for(&mut events, |what| {
            matches!(what, What::Unbind { .. }).then_some(())
        })
        .await;
    }
    assert!(smsc.status().bound.is_empty());

    let open = Smsc::start(Config::default()).await.unwrap();
    assert!(
        bind_as(&open, BindMode::Transmitter, "any", "thing")
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_submit_gets_its_receipt() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let tlvs = [UserMessageReference(77).into()];
    let submit = SubmitSm {
        tlvs: Tlvs::new(&tlvs).unwrap(),
        ..submit("hello @ you")
    };
    let id = accepted(&esme, &submit).await;

    let frame = delivered(&mut events).await;
    acknowledge(&esme, &frame);
    let deliver: DeliverSm<'_> = frame.decode().unwrap();
    assert_eq!(deliver.esm_class.0, 0x04);
    assert_eq!(deliver.source_addr, submit.destination_addr);
    assert_eq!(deliver.destination_addr, submit.source_addr);
    assert_eq!(deliver.tlvs.find(), Some(UserMessageReference(77)));
    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
    assert_eq!(receipt.receipted_message_id.as_deref(), Some(&*id));
    assert_eq!(receipt.message_state, Some(MessageState::DELIVERED));
    let text = &receipt.receipt;
    assert_eq!(text.id.as_deref(), Some(&*id));
    assert_eq!(
        (text.sub.as_deref(), text.dlvrd.as_deref()),
        (Some("001"), Some("001"))
    );
    assert_eq!(text.state(), Some(MessageState::DELIVERED));
    assert_eq!(text.err.as_deref(), Some("000"));
    assert_eq!(text.text.as_deref(), Some("hello ? you"));
    assert!(text.submit_date.is_some() && text.submit_date <= text.done_date);

    let submitted = smsc.submitted();
    assert_eq!(submitted.len(), 1);
    let Message { from, to, data, .. } = &submitted[0];
    let fields = submitted[0].smpp().unwrap();
    assert_eq!((&**from, &**to), ("ACME", "306912345678"));
    assert_eq!((fields.from_ton_npi, fields.to_ton_npi), ((5, 0), (1, 1)));
    assert_eq!((&submitted[0].id, &**data), (&id, &b"hello @ you"[..]));
    assert_eq!(fields.tlvs[0].value, [0, 77]);
}

#[tokio::test]
async fn receipts_follow_the_plan_and_what_was_asked_for() {
    let plan = ReceiptPlan {
        delay: SOON,
        undeliverable: 0.3,
        rejected: 0.2,
        expired: 0.2,
        none: 0.1,
        seed: 7,
        ..ReceiptPlan::default()
    };
    let config = Config {
        first_id: Some(0xFF),
        ids: IdFormat::Hex,
        ..config().with_receipts(plan)
    };
    let smsc = Smsc::start(config).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let mut wanted = Vec::new();
    for n in 0..40 {
        let asks = [
            RegisteredDelivery::RECEIPT,
            RegisteredDelivery::RECEIPT_ON_FAILURE,
            RegisteredDelivery::NONE,
        ][n % 3];
        let submit = SubmitSm {
            registered_delivery: asks,
            ..submit("hi")
        };
        let id = accepted(&esme, &submit).await;
        assert_eq!(id, format!("{:x}", 0xFF + n));
        let outcome = plan.outcome(u64::try_from(n).unwrap());
        let delivered = outcome == Some(MessageState::DELIVERED);
        if asks.wants_receipt(delivered) {
            wanted.extend(outcome.map(|state| (id, state)));
        }
    }
    assert!((15..26).contains(&wanted.len()));
    for wanted in wanted {
        assert_eq!(receipt(&esme, &mut events).await, wanted);
    }
    assert_eq!(smsc.status().counts.receipts_waiting, 0);
}

#[tokio::test]
async fn receipts_wait_until_somebody_takes_them() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut seen = smsc.events();
    let (sender, _sender_events) = bind(&smsc, BindMode::Transmitter).await;
    let mut ids = [
        accepted(&sender, &submit("one")).await,
        accepted(&sender, &submit("two")).await,
    ];
    assert_eq!(smsc.status().counts.receipts_waiting, 2);

    // One that takes no receipt; one that refuses it; one that leaves in between.
    let (silent, mut events) = bind(&smsc, BindMode::Receiver).await;
    let first = delivered(&mut events).await;
    delivered(&mut events).await;
    silent.close();
    let (refuses, mut events) = bind(&smsc, BindMode::Receiver).await;
    let again = delivered(&mut events).await;
    assert_eq!(read_receipt(&again), read_receipt(&first));
    refuses.reject(&again, CommandStatus::ESME_RX_T_APPN);
    let other = delivered(&mut events).await;
    refuses.reject(&other, CommandStatus::ESME_RX_T_APPN);
    let attempt = wait_for(&mut seen, |what| match what {
        What::Receipt { attempt, .. } if *attempt > 2 => Some(*attempt),
        _ => None,
    });
    assert_eq!(attempt.await, 3);
    refuses.close();

    let (takes, mut events) = bind(&smsc, BindMode::Receiver).await;
    let mut taken = [
        receipt(&takes, &mut events).await.0,
        receipt(&takes, &mut events).await.0,
    ];
    taken.sort();
    ids.sort();
    assert_eq!(taken, ids);
    wait_for(&mut seen, |_| {
        (smsc.status().counts.receipts_delivered == 2).then_some(())
    })
    .await;
    assert_eq!(smsc.status().counts.receipts_waiting, 0);
}

#[tokio::test]
async fn messages_come_in_parts_to_whoever_receives() {
    let smsc = Smsc::start(config()).await.unwrap();
    let nobody = smsc.deliver("+306900000001", "1000", "hi").await;
    assert_eq!(nobody, Err(DeliverError::NoReceiver));
    let (_sender, _events) = bind(&smsc, BindMode::Transmitter).await;
    let nobody = smsc.deliver("+306900000001", "1000", "hi").await;
    assert_eq!(nobody, Err(DeliverError::NoReceiver));

    let (esme, mut events) = bind(&smsc, BindMode::Receiver).await;
    let mut seen = smsc.events();
    let text = "Привет ".repeat(12);
    let handle = smsc.handle();
    let sent = text.clone();
    let delivery =
        tokio::spawn(async move { handle.deliver("+306900000001", "1000", &sent).await });
    for part in 1..=2 {
        let frame = delivered(&mut events).await;
        let deliver: DeliverSm<'_> = frame.decode().unwrap();
        assert_eq!(
            deliver.source_addr,
            Address::international("306900000001").unwrap()
        );
        assert_eq!(deliver.destination_addr.digits, "1000");
        assert!(deliver.esm_class.has_udh() && !deliver.esm_class.is_receipt());
        assert_eq!(deliver.data_coding, DataCoding::UCS2);
        let octets = deliver.short_message.as_octets();
        assert_eq!(
            (&octets[..3], &octets[4..6]),
            (&[5, 0, 3][..], &[2, part][..])
        );
        acknowledge(&esme, &frame);
    }
    let statuses = soon(delivery).await.unwrap().unwrap();
    assert_eq!(statuses, [CommandStatus::ESME_ROK; 2]);
    let mut texts = String::new();
    for _ in 0..2 {
        texts += &wait_for(&mut seen, |what| match what {
            What::Deliver(message) => message.text.clone(),
            _ => None,
        })
        .await;
    }
    assert_eq!(texts, text);

    // A refusal is told, not tried again.
    let handle = smsc.handle();
    let delivery = tokio::spawn(async move { handle.deliver("ACME", "1000", "hi").await });
    let frame = delivered(&mut events).await;
    esme.reject(&frame, CommandStatus::ESME_RX_P_APPN);
    let statuses = soon(delivery).await.unwrap().unwrap();
    assert_eq!(statuses, [CommandStatus::ESME_RX_P_APPN]);
}

#[tokio::test]
async fn data_sm_is_a_submit() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let payload = "a".repeat(300);
    let tlvs = [MessagePayload(TlvOctets::new(payload.as_bytes()).unwrap()).into()];
    let data = DataSm {
        destination_addr: Address::international("306912345678").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        tlvs: Tlvs::new(&tlvs).unwrap(),
        ..DataSm::default()
    };
    let reply = soon(esme.request(&data)).await.unwrap();
    let id = reply.body().unwrap().message_id.to_string();
    assert_eq!(
        receipt(&esme, &mut events).await,
        (id, MessageState::DELIVERED)
    );
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some(&*payload));
}

#[tokio::test]
async fn a_text_is_read_by_the_tables_that_its_header_names() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (esme, _events) = bind(&smsc, BindMode::Transmitter).await;
    let message = SubmitSm {
        esm_class: EsmClass::UDH_INDICATOR,
        short_message: ShortMessage::new(b"\x03\x25\x01\x01\x40yi g\x7Enler").unwrap(),
        ..submit("")
    };
    soon(esme.submit(&message)).await.unwrap();
    assert_eq!(smsc.submitted()[0].text.as_deref(), Some("İyi günler"));
}

#[tokio::test]
async fn every_second_submit_is_throttled() {
    let faults = Faults::none().with(Fault::every(Kind::Throttle, 2));
    let smsc = Smsc::start(config().with_faults(faults)).await.unwrap();
    let (esme, _events) = bind(&smsc, BindMode::Transmitter).await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(soon(esme.submit(&submit("hi"))).await.unwrap().status());
    }
    let (ok, throttled) = (CommandStatus::ESME_ROK, CommandStatus::ESME_RTHROTTLED);
    assert_eq!(statuses, [ok, throttled, ok, throttled]);
    assert_eq!(smsc.submitted().len(), 2);
    smsc.clear_faults();
    accepted(&esme, &submit("hi")).await;
    accepted(&esme, &submit("hi")).await;
    assert_eq!(smsc.status().counts.throttled, 2);
}

#[tokio::test]
async fn an_unanswered_submit_is_accepted_or_not_by_the_fault() {
    let smsc = Smsc::start(config()).await.unwrap();
    let bind = Bind::new(
        BindMode::Transceiver,
        "esme".try_into().unwrap(),
        "secret".try_into().unwrap(),
    );
    let config = session::Config {
        response_timer: Duration::from_millis(300),
        ..session::Config::default()
    };
    let connected = Esme::connect(smsc.local_addr(), &bind, config);
    let (esme, mut events) = soon(connected).await.unwrap();
    for (kind, count) in [(Kind::NoAnswer, 1), (Kind::NoAnswerDrop, 0)] {
        smsc.clear_faults();
        smsc.set_fault(Fault::every(kind, 1));
        let before = smsc.submitted().len();
        let error = soon(esme.submit(&submit("hi"))).await.unwrap_err();
        assert_eq!(error, RequestError::Unanswered { written: true });
        let submitted = smsc.submitted();
        assert_eq!(submitted.len() - before, count);
        if count > 0 {
            let (id, _) = receipt(&esme, &mut events).await;
            assert_eq!(id, submitted[before].id);
        }
    }
    smsc.clear_faults();
    accepted(&esme, &submit("still there")).await;
}

#[tokio::test]
async fn a_cut_answer_is_half_a_pdu_and_its_message_accepted() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    let faults = Faults::none().with(Fault::every(Kind::Cut, 2));
    let smsc = Smsc::start(config().with_faults(faults)).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let before = accepted(&esme, &submit("before")).await;
    let error = soon(esme.submit(&submit("cut"))).await.unwrap_err();
    assert_eq!(error, RequestError::Unanswered { written: true });
    while let Some(event) = soon(events.recv()).await {
        // A receipt may come first; nobody answers it.
        assert!(matches!(event, Event::Request(_) | Event::Closed(_)));
    }
    let submitted = smsc.submitted();
    assert_eq!(submitted.len(), 2);
    let (esme, mut events) = bind(&smsc, BindMode::Receiver).await;
    let mut ids = [
        receipt(&esme, &mut events).await.0,
        receipt(&esme, &mut events).await.0,
    ];
    ids.sort();
    assert_eq!(ids, [before, submitted[1].id.clone()]);

    // The octets: two whole answers, then half of the third, and what came behind is not taken.
    let mut stream = tokio::net::TcpStream::connect(smsc.local_addr())
        .await
        .unwrap();
    smsc.set_fault(Fault::every(Kind::Cut, 2));
    let mut session = session::Session::esme(session::Config::default(), std::time::Instant::now());
    let now = std::time::Instant::now();
    let credentials = ("esme".try_into().unwrap(), "secret".try_into().unwrap());
    let bind = Bind::new(BindMode::Transmitter, credentials.0, credentials.1);
    session.bind(&bind, now).unwrap();
    let mut octets = bytes::BytesMut::new();
    session.poll_transmit(&mut octets);
    stream.write_all(&octets).await.unwrap();
    let mut bound = [0; 256];
    let len = stream.read(&mut bound).await.unwrap();
    session.handle_octets(&bound[..len], now);
    assert!(session.state().is_bound());
    for token in 0..3 {
        session.request(&submit("raw"), token, now).unwrap();
    }
    octets.clear();
    session.poll_transmit(&mut octets);
    stream.write_all(&octets).await.unwrap();
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await.unwrap();
    let whole = usize::try_from(u32::from_be_bytes(answer[..4].try_into().unwrap())).unwrap();
    assert_eq!(answer.len(), whole + whole / 2);
    assert_eq!(smsc.submitted().len(), 4);
}

#[tokio::test]
async fn a_cut_line_drops_all_and_takes_nobody_until_it_is_plugged() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (_esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    smsc.cut();
    while soon(events.recv()).await.is_some() {}
    assert!(
        bind_as(&smsc, BindMode::Transceiver, "esme", "secret")
            .await
            .is_err()
    );
    smsc.plug();
    let (esme, mut events) = bind(&smsc, BindMode::Transceiver).await;
    let id = accepted(&esme, &submit("again")).await;
    assert_eq!(receipt(&esme, &mut events).await.0, id);

    let address = smsc.local_addr();
    soon(smsc.shutdown()).await;
    while soon(events.recv()).await.is_some() {}
    let listener = tokio::net::TcpListener::bind(address).await.unwrap();
    assert!(Smsc::start_on(listener, config()).is_ok());
}

#[tokio::test]
async fn answers_keep_the_order_of_requests_and_unbind_waits_for_them() {
    let smsc = Smsc::start(config()).await.unwrap();
    let (esme, mut events) = bind(&smsc, BindMode::Transmitter).await;
    for token in 0..10 {
        esme.queue(&submit("many"), token).await.unwrap();
    }
    esme.unbind();
    for wanted in 0..10 {
        match soon(events.recv()).await.unwrap() {
            Event::Response { token, frame } => {
                assert_eq!((token, frame.command_status().is_ok()), (wanted, true));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_full_outbox_refuses_submits_and_a_slow_reader_misses_events() {
    let config = Config {
        max_waiting: 2,
        max_events: 4,
        remembered: 1,
        ..config()
    };
    let smsc = Smsc::start(config).await.unwrap();
    let mut events = smsc.events();
    let (esme, _) = bind(&smsc, BindMode::Transmitter).await;
    for _ in 0..2 {
        accepted(&esme, &submit("kept")).await;
    }
    let refused = soon(esme.submit(&submit("one too many"))).await.unwrap();
    assert_eq!(refused.status(), CommandStatus::ESME_RMSGQFUL);
    assert_eq!(smsc.submitted().len(), 1);
    assert!(soon(events.recv()).await.is_some());
    assert!(events.missed() > 0);
}

#[tokio::test]
async fn events_are_json_with_the_promised_keys() {
    let smsc = Smsc::start(config()).await.unwrap();
    let mut events = smsc.events();
    let (esme, mut session) = bind(&smsc, BindMode::Transceiver).await;
    let octets = [&[5, 0, 3, 9, 2, 1], &b"\x00 part"[..]].concat();
    let part = SubmitSm {
        esm_class: smsgw_smpp::types::EsmClass::UDH_INDICATOR,
        short_message: ShortMessage::new(&octets).unwrap(),
        ..submit("")
    };
    let id = accepted(&esme, &part).await;
    receipt(&esme, &mut session).await;
    let mut kinds = Vec::new();
    while kinds.len() < 6 {
        let event = soon(events.recv()).await.unwrap();
        let json = serde_json::to_value(&*event).unwrap();
        assert_eq!(json["protocol"], "smpp");
        let kind = json["event"].as_str().unwrap().to_owned();
        match &*kind {
            "bind" => {
                assert_eq!(json["mode"], "transceiver");
                assert_eq!(json["command_status"], 0);
                assert_eq!(json["status_name"], "ESME_ROK");
            }
            "submit" => {
                assert_eq!(json["id"], *id);
                assert_eq!(
                    (&json["from"], &json["to"]),
                    (&"ACME".into(), &"306912345678".into())
                );
                assert_eq!(json["text"], "@ part");
                assert_eq!(json["data_hex"], "002070617274");
                assert_eq!(json["udh"], "050003090201");
                assert_eq!(json["esm_class"], 0x40);
            }
            "receipt" => {
                assert_eq!(json["id"], *id);
                assert_eq!(json["message_state"], "DELIVERED");
                assert!(json["text"].as_str().unwrap().contains("stat:DELIVRD"));
            }
            "response" => assert_eq!(json["id"], *id),
            _ => {}
        }
        kinds.push(kind);
    }
    assert_eq!(
        kinds,
        [
            "connect", "bind", "submit", "response", "receipt", "response"
        ]
    );
}
