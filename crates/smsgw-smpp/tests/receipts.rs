//! Receipts of many vendors: `vectors/receipts.jsonl`.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use common::{RECEIPTS, frame, hex, line, lines};
use serde_json::{Value as Json, json};
use smsgw_smpp::pdu::{Body, DataSm, DeliverSm};
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw_smpp::types::{EsmClass, MessageState, ShortMessage};
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Receipt, SequenceNumber};

fn to_json(receipt: &DeliveryReceipt<'_>) -> Json {
    let text = &receipt.receipt;
    let error = receipt.network_error_code.map(|error| {
        let [a, b] = error.code.to_be_bytes();
        hex(&[error.network_type.0, a, b])
    });
    json!({
        "result": "ok",
        "is_receipt": true,
        "receipt": {
            "id": text.id,
            "sub": text.sub,
            "dlvrd": text.dlvrd,
            "submit_date": text.submit_date.map(|date| date.to_string()),
            "done_date": text.done_date.map(|date| date.to_string()),
            "stat": text.stat,
            "err": text.err,
            "text": text.text,
        },
        "tlv": {
            "receipted_message_id": receipt.receipted_message_id,
            "message_state": receipt.message_state.map(|state| state.0),
            "network_error_code": error,
        },
    })
}

#[test]
fn every_dialect_is_read() {
    let vectors = lines(RECEIPTS);
    assert_eq!(vectors.len(), 32);
    for vector in &vectors {
        let frame = frame(vector);
        let deliver = frame.decode::<DeliverSm>().unwrap();
        let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
        let mut expect = vector["expect"].clone();
        expect.as_object_mut().unwrap().remove("note");
        if vector["id"] == "rcpt-iso-date" {
            // Its note allows null; we read them.
            expect["receipt"]["submit_date"] = json!("2026-01-31T23:59");
            expect["receipt"]["done_date"] = json!("2026-02-01T00:01");
        }
        assert_eq!(to_json(&receipt), expect, "{}", vector["id"]);
        assert!(receipt.message_id().is_some(), "{}", vector["id"]);
        assert!(receipt.state().is_some(), "{}", vector["id"]);
    }
}

#[test]
fn every_dialect_is_written_back() {
    for vector in &lines(RECEIPTS) {
        let frame = frame(vector);
        let deliver = frame.decode::<DeliverSm>().unwrap();
        let written = deliver.to_frame(frame.command_status(), frame.sequence_number());
        assert_eq!(written.octets(), frame.octets(), "{}", vector["id"]);

        // The text in the form of the appendix says the same, but for what that form cuts.
        let mut receipt = DeliveryReceipt::from_deliver(&deliver).unwrap().receipt;
        receipt.text = receipt
            .text
            .map(|text| text.chars().take(Receipt::TEXT_LEN).collect());
        let text = receipt.to_string();
        assert_eq!(Receipt::parse(text.as_bytes()), receipt, "{}", vector["id"]);
    }
}

#[test]
fn tlvs_win_over_the_text() {
    let frame = frame(&line(RECEIPTS, "rcpt-tlv-wins"));
    let deliver = frame.decode::<DeliverSm>().unwrap();
    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
    assert_eq!(receipt.message_id(), Some("222"));
    assert_eq!(receipt.receipt.id.as_deref(), Some("111"));
}

#[test]
fn an_intermediate_notification_is_not_final() {
    let frame = frame(&line(RECEIPTS, "rcpt-intermediate"));
    let deliver = frame.decode::<DeliverSm>().unwrap();
    let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
    assert!(receipt.is_intermediate);
    assert_eq!(receipt.state(), Some(MessageState::ENROUTE));
}

#[test]
fn the_words_of_vendors_have_a_state() {
    for (id, state) in [
        ("rcpt-longstat-DELIVERED", MessageState::DELIVERED),
        ("rcpt-longstat-UNDELIVERABLE", MessageState::UNDELIVERABLE),
        ("rcpt-stat-REJECTD", MessageState::REJECTED),
        ("rcpt-stat-SCHEDULED", MessageState::SCHEDULED),
    ] {
        let frame = frame(&line(RECEIPTS, id));
        let deliver = frame.decode::<DeliverSm>().unwrap();
        let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
        assert_eq!(receipt.state(), Some(state), "{id}");
    }
}

#[test]
fn a_message_is_no_receipt() {
    // 0x08 and 0x10 come from the handset and are messages of their own.
    for esm_class in [0x00, 0x08, 0x10, 0x40, 0xC8] {
        let deliver = DeliverSm {
            esm_class: EsmClass(esm_class),
            short_message: ShortMessage::new(b"id:1 stat:DELIVRD").unwrap(),
            ..DeliverSm::default()
        };
        assert_eq!(DeliveryReceipt::from_deliver(&deliver), None);
    }
}

#[test]
fn the_text_may_be_in_message_payload() {
    let text = TlvOctets::new(b"id:7 stat:EXPIRED text:").unwrap();
    let list = [MessagePayload(text).into()];
    let tlvs = Tlvs::new(&list).unwrap();
    let data = DataSm {
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        tlvs,
        ..DataSm::default()
    };
    let frame = data.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
    let data = frame.decode::<DataSm>().unwrap();
    let deliver = DeliverSm {
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        tlvs: data.tlvs,
        ..DeliverSm::default()
    };
    let receipt = DeliveryReceipt::from_data(&data);
    assert_eq!(receipt, DeliveryReceipt::from_deliver(&deliver));
    let receipt = receipt.unwrap();
    assert_eq!(receipt.message_id(), Some("7"));
    assert_eq!(receipt.state(), Some(MessageState::EXPIRED));
}

/// What we write is what we read.
#[test]
fn a_written_receipt_comes_back() {
    for vector in lines(RECEIPTS) {
        let frame = frame(&vector);
        let deliver = frame.decode::<DeliverSm>().unwrap();
        let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap().receipt;
        let written = receipt.to_string();
        let mut again = smsgw_smpp::Receipt::parse(written.as_bytes()).into_owned();
        // Only the text is cut.
        if receipt.text.as_ref().is_some_and(|text| text.len() > 20) {
            again.text.clone_from(&receipt.text);
        }
        assert_eq!(again, receipt, "{}", vector["id"]);
    }
}
