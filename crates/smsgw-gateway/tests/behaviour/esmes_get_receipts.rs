//! An ESME that submits gets its receipt back, with the id of `submit_sm_resp`.

use smsgw::smpp::pdu::{DeliverSm, SubmitSm};
use smsgw::smpp::receipt::{Dialect, IdForm};
use smsgw::smpp::session::BindMode;
use smsgw::smpp::tlv::{ReceiptedMessageId, Tlvs, UserMessageReference};
use smsgw::smpp::types::{EsmClass, MessageState, RegisteredDelivery};
use smsgw_sim::smsc::{Config, IdFormat, ReceiptPlan, Smsc};

use crate::support::{Setup, accepted, carrier, eventually, gateway, ms, receipt, submit};

#[tokio::test]
async fn the_receipt_names_the_id_of_the_answer() {
    let (_smsc, gateway, _setup) = gateway().await;
    let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
    let own = [UserMessageReference(77).into()];
    let message = SubmitSm {
        tlvs: Tlvs::new(&own).unwrap(),
        ..submit(b"hello")
    };
    let id = accepted(&esme, &message).await;
    let (about, state, frame) = receipt(&esme, &mut events).await;
    assert_eq!((about, state), (id.clone(), MessageState::DELIVERED));
    let deliver: DeliverSm<'_> = frame.decode().unwrap();
    assert_eq!(deliver.esm_class, EsmClass::MC_DELIVERY_RECEIPT);
    assert_eq!(deliver.source_addr.digits, "306912345678");
    assert_eq!(deliver.destination_addr.digits, "ACME");
    let receipted = deliver.tlvs.find::<ReceiptedMessageId<'_>>().unwrap();
    assert_eq!(receipted.0.as_octets(), id.as_bytes());
    assert_eq!(
        deliver.tlvs.find::<UserMessageReference>(),
        Some(UserMessageReference(77))
    );
    let text = String::from_utf8_lossy(deliver.short_message.as_octets()).into_owned();
    assert!(text.contains("stat:DELIVRD"), "{text}");
    assert!(text.contains("sub:001 dlvrd:001"), "{text}");
    gateway.shutdown().await;
}

#[tokio::test]
async fn a_receipt_waits_until_its_account_binds_to_receive() {
    let (_smsc, gateway, _setup) = gateway().await;
    let (transmitter, _events) = gateway.bind(BindMode::Transmitter).await;
    let id = accepted(&transmitter, &submit(b"hello")).await;
    eventually(async || {
        let message = gateway.get("esme", &format!("/v1/messages/{id}")).await;
        (message["status"] == "delivered").then_some(())
    })
    .await;
    // Another account does not get it.
    let (other, mut others) = gateway
        .bind_as(BindMode::Receiver, "shop", "secret")
        .await
        .unwrap();
    let (receiver, mut events) = gateway.bind(BindMode::Receiver).await;
    let (about, state, _) = receipt(&receiver, &mut events).await;
    assert_eq!((about, state), (id, MessageState::DELIVERED));
    other.unbind();
    while let Some(event) = others.recv().await {
        assert!(
            !matches!(event, smsgw::smpp::session::Event::Request(_)),
            "{event:?}"
        );
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn outcomes_are_told_to_who_asked_for_them() {
    for (share, state) in [
        ("undeliverable", MessageState::UNDELIVERABLE),
        ("rejected", MessageState::REJECTED),
        ("expired", MessageState::EXPIRED),
    ] {
        let mut plan = ReceiptPlan {
            delay: ms(5),
            ..ReceiptPlan::default()
        };
        match share {
            "undeliverable" => plan.undeliverable = 1.0,
            "rejected" => plan.rejected = 1.0,
            _ => plan.expired = 1.0,
        }
        let smsc = Smsc::start(carrier().with_receipts(plan)).await.unwrap();
        let setup = Setup::new(smsc.local_addr());
        let gateway = setup.start().await;
        let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
        for (asks, told) in [
            (RegisteredDelivery::NONE, false),
            (RegisteredDelivery::RECEIPT_ON_SUCCESS, false),
            (RegisteredDelivery::RECEIPT_ON_FAILURE, true),
            (RegisteredDelivery::RECEIPT, true),
        ] {
            let message = SubmitSm {
                registered_delivery: asks,
                ..submit(b"hello")
            };
            let id = accepted(&esme, &message).await;
            if told {
                // Those before it would have come first.
                let (about, is, _) = receipt(&esme, &mut events).await;
                assert_eq!((about, is), (id, state));
            } else {
                let path = format!("/v1/messages/{id}");
                eventually(async || {
                    let message = gateway.get("esme", &path).await;
                    (message["status"] != "queued"
                        && message["status"] != "sending"
                        && message["status"] != "sent")
                        .then_some(())
                })
                .await;
            }
        }
        gateway.shutdown().await;
    }
}

#[tokio::test]
async fn a_receipt_may_spell_the_id_in_another_way() {
    let hex = IdForm::Hex { is_upper: true };
    for (ids, id, id_width, policy, is_found) in [
        (IdFormat::Decimal, hex, 0, "decimal-to-hex", true),
        (IdFormat::Decimal, hex, 20, "decimal-to-hex", true),
        (IdFormat::Hex, IdForm::Decimal, 0, "hex-to-decimal", true),
        (IdFormat::Hex, IdForm::AsIs, 20, "unpadded", true),
        (IdFormat::Hex, IdForm::Upper, 0, "case", true),
        (IdFormat::Hex, IdForm::Decimal, 0, "exact", false),
    ] {
        let dialect = Dialect {
            id,
            id_width,
            ..Dialect::APPENDIX_B
        };
        let plan = ReceiptPlan {
            delay: ms(5),
            dialect,
            ..ReceiptPlan::default()
        };
        let smsc = Config {
            ids,
            first_id: Some(0xABCD),
            ..carrier().with_receipts(plan)
        };
        let smsc = Smsc::start(smsc).await.unwrap();
        let setup = Setup::new(smsc.local_addr())
            .link(&format!("receipt_id = {policy:?}"))
            .limit(r#"default_validity = "2s""#)
            .limit(r#"receipt_grace = "100ms""#);
        let gateway = setup.start().await;
        let message = gateway.send_text("hello").await;
        let message = gateway.outcome(&message).await;
        assert_eq!(
            message["status"] == "delivered",
            is_found,
            "{policy}: {message}"
        );
        gateway.shutdown().await;
    }
}
