//! The relay from SMPP to UCP between an ESME of this library and the simulator.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use smsgw::smpp::CommandStatus;
use smsgw::smpp::pdu::{DeliverSm, SubmitSm};
use smsgw::smpp::tlv::{
    MessagePayload, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, TlvOctets, Tlvs,
};
use smsgw::smpp::types::{Address, DataCoding, EsmClass, RegisteredDelivery, Ton};
use smsgw::ucp::{ErrorCode, MessageKey};
use smsgw_sim::event::{self as sim, Message, Status, What};
use smsgw_sim::faults::{Fault, Kind};
use smsgw_sim::smsc::ReceiptPlan;
use support::relay::{Client, Relay, SOON, delivered, submit, undeliverable};
use support::{example, within};

/// What the message centre got, which is by the number and sender of [`submit`].
fn arrived(relay: &Relay, adc: &str) -> Vec<Message> {
    let messages = relay.smsc.submitted();
    for message in &messages {
        assert_eq!((&*message.from, &*message.to), ("Bücher 12", adc));
    }
    messages
}

fn ucs2(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_be_bytes).collect()
}

#[tokio::test]
async fn a_text_goes_by_ucp_and_its_receipt_comes_back() {
    let greek = ucs2("Καλημέρα 😀");
    for (data_coding, octets, text) in [
        (
            DataCoding::MC_SPECIFIC,
            &b"Hello \x00 5 \x1Be"[..],
            "Hello @ 5 €",
        ),
        (DataCoding::UCS2, &greek, "Καλημέρα 😀"),
        (DataCoding::LATIN_1, b"\xC7a va ?", "Ça va ?"),
        (DataCoding::CYRILLIC, b"\xB4\xD0", "Да"),
    ] {
        let relay = Relay::to_ucp(delivered()).await;
        let mut client = Client::bind(&relay).await;
        let id = client.submit(&submit(data_coding, octets)).await;
        assert!(MessageKey::parse(&id).is_ok(), "{id}");
        let [message] = arrived(&relay, "00306912345678").try_into().unwrap();
        assert_eq!(message.id, id);
        assert_eq!(
            (message.text.as_deref(), &*message.udh),
            (Some(text), &[][..])
        );
        let receipt = client.receipt(&id).await;
        assert_eq!(receipt, ("DELIVRD".into(), "000".into()));
        client.hears_no_more(&relay).await;
    }
}

#[tokio::test]
async fn a_long_text_is_cut_and_has_the_id_of_its_first_part() {
    let relay = Relay::to_ucp(delivered()).await;
    let mut client = Client::bind(&relay).await;
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(8);
    let list = [MessagePayload(TlvOctets::new(text.as_bytes()).unwrap()).into()];
    let long = SubmitSm {
        tlvs: Tlvs::new(&list).unwrap(),
        ..submit(DataCoding::MC_SPECIFIC, b"")
    };
    let id = client.submit(&long).await;
    let messages = arrived(&relay, "00306912345678");
    assert_eq!((messages.len(), &messages[0].id), (3, &id));
    let texts: String = messages
        .iter()
        .filter_map(|part| part.text.clone())
        .collect();
    assert_eq!(texts, text);
    for (number, part) in (1..).zip(&messages) {
        assert_eq!(part.udh[..3], [5, 0, 3]);
        assert_eq!(part.udh[4..], [3, number]);
    }
    // One receipt when all have arrived.
    assert_eq!(client.receipt(&id).await.0, "DELIVRD");
    client.hears_no_more(&relay).await;
}

#[tokio::test]
async fn parts_and_octets_pass_as_they_are() {
    let relay = Relay::to_ucp(delivered()).await;
    let mut client = Client::bind(&relay).await;
    let header = [5, 0, 3, 42, 2, 1];
    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    let body = [0, 1, 0xFE, 0xFF, b'/', 2, 3];
    let [text, data] = [
        [&header[..], b"part one"].concat(),
        [&ports[..], &body].concat(),
    ];
    let with_udh = |data_coding, octets| SubmitSm {
        esm_class: EsmClass::UDH_INDICATOR,
        ..submit(data_coding, octets)
    };
    let sar = [
        SarMsgRefNum(0x0142).into(),
        SarTotalSegments(2).into(),
        SarSegmentSeqnum(2).into(),
    ];
    let by_tlvs = SubmitSm {
        tlvs: Tlvs::new(&sar).unwrap(),
        ..submit(DataCoding::MC_SPECIFIC, b"part two")
    };
    for (pdu, udh, octets) in [
        (
            with_udh(DataCoding::MC_SPECIFIC, &text),
            &header[..],
            &b"part one"[..],
        ),
        (by_tlvs, &[6, 8, 4, 1, 0x42, 2, 2], b"part two"),
        (with_udh(DataCoding(0xF5), &data), &ports, &body),
        (submit(DataCoding::OCTET_UNSPECIFIED, &body), &[], &body),
    ] {
        let id = client.submit(&pdu).await;
        let messages = arrived(&relay, "00306912345678");
        let message = messages.last().unwrap();
        assert_eq!((&*message.id, &*message.udh), (&*id, udh));
        assert_eq!(message.data, octets);
        assert_eq!(client.receipt(&id).await.0, "DELIVRD");
    }
}

#[tokio::test]
async fn what_was_not_delivered_by_ucp_is_told_once() {
    let relay = Relay::to_ucp(undeliverable()).await;
    let mut client = Client::bind(&relay).await;
    let id = client
        .submit(&submit(DataCoding::MC_SPECIFIC, &[b'a'; 200]))
        .await;
    assert_eq!(relay.smsc.submitted().len(), 2);
    assert_eq!(client.receipt(&id).await, ("UNDELIV".into(), "101".into()));
    client.hears_no_more(&relay).await;
}

#[tokio::test]
async fn receipts_go_to_who_wants_them() {
    for (wanted, plan, stat) in [
        (RegisteredDelivery::NONE, delivered(), None),
        (RegisteredDelivery::RECEIPT_ON_FAILURE, delivered(), None),
        (
            RegisteredDelivery::RECEIPT_ON_FAILURE,
            undeliverable(),
            Some("UNDELIV"),
        ),
        (
            RegisteredDelivery::RECEIPT_ON_SUCCESS,
            delivered(),
            Some("DELIVRD"),
        ),
        (
            RegisteredDelivery::RECEIPT_ON_SUCCESS,
            undeliverable(),
            None,
        ),
    ] {
        let relay = Relay::to_ucp(plan).await;
        let mut client = Client::bind(&relay).await;
        let pdu = SubmitSm {
            registered_delivery: wanted,
            ..submit(DataCoding::MC_SPECIFIC, b"hi")
        };
        let id = client.submit(&pdu).await;
        let last = client.submit(&submit(DataCoding::MC_SPECIFIC, b"hi")).await;
        if let Some(stat) = stat {
            assert_eq!(client.receipt(&id).await.0, stat);
        }
        client.receipt(&last).await;
        client.hears_no_more(&relay).await;
    }
}

#[tokio::test]
async fn a_refusal_of_ucp_is_told_to_the_esme() {
    let relay = Relay::to_ucp(delivered()).await;
    let client = Client::bind(&relay).await;
    let pdu = submit(DataCoding::MC_SPECIFIC, b"hi");
    let nack = Fault::every(Kind::Nack, 1);
    for (fault, status) in [
        (
            nack.with_error_code(ErrorCode::ADC_INVALID),
            CommandStatus::ESME_RINVDSTADR,
        ),
        (
            nack.with_error_code(ErrorCode(92)),
            CommandStatus::ESME_RSUBMITFAIL,
        ),
        (
            Fault::every(Kind::Throttle, 1),
            CommandStatus::ESME_RTHROTTLED,
        ),
        (
            Fault::every(Kind::QueueFull, 1),
            CommandStatus::ESME_RSYSERR,
        ),
        // It has it, but nobody here knows.
        (Fault::every(Kind::Cut, 1), CommandStatus::ESME_RSUBMITFAIL),
    ] {
        relay.smsc.clear_faults();
        relay.smsc.set_fault(fault);
        assert_eq!(client.is_refused(&pdu).await, status, "{fault:?}");
    }
    relay.smsc.clear_faults();
    // The second of two parts.
    relay
        .smsc
        .set_fault(Fault::every(Kind::Nack, 2).with_error_code(ErrorCode::MESSAGE_TOO_LONG));
    let long = submit(DataCoding::MC_SPECIFIC, &[b'a'; 200]);
    let status = client.is_refused(&long).await;
    assert_eq!(status, CommandStatus::ESME_RINVMSGLEN);

    let nowhere = SubmitSm {
        destination_addr: Address::alphanumeric("ACME").unwrap(),
        ..pdu
    };
    let status = client.is_refused(&nowhere).await;
    assert_eq!(status, CommandStatus::ESME_RINVDSTADR);
}

#[tokio::test]
async fn receipts_and_messages_of_ucp_wait_for_an_esme() {
    let relay = Relay::to_ucp(ReceiptPlan {
        delay: 5 * SOON,
        ..delivered()
    })
    .await;
    let client = Client::bind(&relay).await;
    let id = client.submit(&submit(DataCoding::MC_SPECIFIC, b"hi")).await;
    client.esme.unbind();
    let mut events = relay.smsc.events();
    let of_receipt = |event: &sim::Event| match &event.what {
        What::Response {
            id: Some(about),
            status,
            ..
        } => (*about == id).then_some(*status),
        _ => None,
    };
    // Nobody is there: not now.
    let refused = within(async {
        loop {
            if let Some(status) = of_receipt(&events.recv().await.unwrap()) {
                break status;
            }
        }
    });
    let not_now = Status::Ucp(Some(ErrorCode::OPERATION_NOT_ALLOWED));
    assert_eq!(refused.await, not_now);
    let mut client = Client::bind(&relay).await;
    assert_eq!(client.receipt(&id).await.0, "DELIVRD");
}

#[tokio::test]
async fn what_subscribers_send_by_ucp_is_delivered() {
    let relay = Relay::to_ucp(delivered()).await;
    let alone = within(relay.smsc.deliver("+306912345678", "2147", "hello")).await;
    let not_now = Status::Ucp(Some(ErrorCode::OPERATION_NOT_ALLOWED));
    assert_eq!(alone.unwrap(), [not_now]);

    let mut client = Client::bind(&relay).await;
    let long = "Добрый день. ".repeat(8);
    for (from, text, (ton, digits)) in [
        (
            "+306912345678",
            "Hello @ 5 €",
            (Ton::INTERNATIONAL, "306912345678"),
        ),
        ("2000", "Καλημέρα", (Ton::UNKNOWN, "2000")),
        ("ACME", &long, (Ton::ALPHANUMERIC, "ACME")),
    ] {
        let statuses = within(relay.smsc.deliver(from, "2147", text))
            .await
            .unwrap();
        assert!(statuses.iter().all(|status| status.is_ok()));
        let mut said = String::new();
        for _ in &statuses {
            let frame = client.next().await;
            let deliver: DeliverSm<'_> = frame.decode().unwrap();
            assert_eq!(deliver.source_addr.ton, ton);
            assert_eq!(deliver.source_addr.digits, digits);
            assert_eq!(deliver.destination_addr.digits, "2147");
            let content = smsgw::smpp::text::Content::from(&deliver);
            assert_eq!(content.position.is_some(), statuses.len() > 1);
            said += &content.text(&Default::default()).unwrap();
        }
        assert_eq!(said, text);
    }
}

#[tokio::test]
async fn the_example_esme_takes_it_for_a_message_centre() {
    let relay = Relay::to_ucp(delivered()).await;
    let esme = example("esme", &[&relay.address, "306912345678", "Hello from Rust"]);
    let output = within(esme.wait_with_output()).await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let [message] = relay.smsc.submitted().try_into().unwrap();
    let id = message.id;
    let wanted = format!("accepted as {id}\nreceipt: id:{id} sub:001 dlvrd:001 submit date:");
    assert!(said.starts_with(&wanted), "{said}");
    assert_eq!(message.text.as_deref(), Some("Hello from Rust"));
}

#[tokio::test]
async fn only_the_right_esme_binds() {
    let relay = Relay::to_ucp(delivered()).await;
    let refused = Client::bind_as(&relay.address, "guess")
        .await
        .err()
        .unwrap();
    assert_eq!(refused.status(), Some(CommandStatus::ESME_RINVPASWD));
    let client = Client::bind(&relay).await;
    let query = smsgw::smpp::pdu::QuerySm::default();
    let reply = within(client.esme.request(&query)).await.unwrap();
    assert_eq!(reply.status(), CommandStatus::ESME_RINVCMDID);
}
