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
use smsgw_smpp::receipt::{DateForm, Dialect, IdForm, IdMatch, KeyCase};
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

/// Every receipt in every dialect says the same, but for what the dialect cuts.
#[test]
fn every_receipt_is_written_in_every_dialect() {
    let mut written = 0;
    for vector in lines(RECEIPTS) {
        let frame = frame(&vector);
        let deliver = frame.decode::<DeliverSm>().unwrap();
        let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap().receipt;
        for (id, policy) in [
            (IdForm::AsIs, IdMatch::EXACT),
            (IdForm::Upper, IdMatch::EXACT.ignoring_case()),
            (IdForm::Decimal, IdMatch::EXACT.hex_to_decimal()),
            (
                IdForm::Hex { is_upper: true },
                IdMatch::EXACT.decimal_to_hex(),
            ),
            (
                IdForm::Hex { is_upper: false },
                IdMatch::EXACT.decimal_to_hex(),
            ),
        ] {
            for dates in [
                DateForm::YyMmDdHhMm,
                DateForm::YyMmDdHhMmSs,
                DateForm::YyyyMmDdHhMm,
                DateForm::YyyyMmDdHhMmSs,
            ] {
                for keys in [KeyCase::Lower, KeyCase::CapitalText, KeyCase::Upper] {
                    for (id_width, separator) in [(0, ' '), (10, ','), (64, '\n')] {
                        let dialect = Dialect {
                            id,
                            id_width,
                            dates,
                            keys,
                            separator,
                        };
                        let text = receipt.in_dialect(&dialect).to_string();
                        let again = Receipt::parse(text.as_bytes());
                        // What is no number stays as it is.
                        let is_number = |id: &&str| id.bytes().all(|c| c.is_ascii_digit());
                        if let Some(before) = receipt.id.as_deref().filter(is_number) {
                            let policy = policy.ignoring_zeros();
                            let after = again.id.as_deref().unwrap();
                            assert!(policy.matches(before, after), "{text}");
                        }
                        let expect = Receipt {
                            id: again.id.clone(),
                            text: receipt
                                .text
                                .as_ref()
                                .map(|text| text.chars().take(Receipt::TEXT_LEN).collect()),
                            ..receipt.clone()
                        };
                        assert_eq!(again, expect, "{text}");
                        written += 1;
                    }
                }
            }
        }
    }
    assert_eq!(written, 32 * 5 * 4 * 3 * 3);
}

#[test]
fn dialects_of_the_field() {
    let receipt = Receipt::parse(
        b"id:3735928559 submit date:2601312359 done date:20260201000107 stat:UNDELIV err:0x0B text:hi",
    );
    let hex = |is_upper| IdForm::Hex { is_upper };
    for (dialect, expect) in [
        (
            Dialect::APPENDIX_B,
            "id:3735928559 submit date:2601312359 done date:2602010001 stat:UNDELIV err:0x0B text:hi",
        ),
        (
            Dialect {
                id: hex(true),
                dates: DateForm::YyMmDdHhMmSs,
                keys: KeyCase::CapitalText,
                ..Dialect::APPENDIX_B
            },
            "id:DEADBEEF submit date:260131235900 done date:260201000107 stat:UNDELIV err:0x0B Text:hi",
        ),
        (
            Dialect {
                id: hex(false),
                id_width: 10,
                dates: DateForm::YyyyMmDdHhMmSs,
                keys: KeyCase::Upper,
                separator: ',',
            },
            "ID:00deadbeef,SUBMIT DATE:20260131235900,DONE DATE:20260201000107,STAT:UNDELIV,ERR:0x0B,TEXT:hi",
        ),
    ] {
        assert_eq!(receipt.in_dialect(&dialect).to_string(), expect);
    }
}
