//! The table of receipts of `smsgw::convert::smpp`, a test for each of its cells.
#![cfg(feature = "smpp")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::time::{Duration, SystemTime};

use smsgw::convert::smpp::{ConvertError, OutgoingReceipt, from_receipt};
use smsgw::smpp::ValueError;
use smsgw::smpp::pdu::DeliverSm;
use smsgw::smpp::tlv::{
    self, MessagePayload, NetworkError, NetworkErrorCode, NetworkErrorType, ReceiptedMessageId,
    Tlv, TlvCString, TlvOctets, Tlvs,
};
use smsgw::smpp::types::{self, EsmClass, MessageState, ShortMessage};
use smsgw::{Address, CarrierId, CarrierStatus, Receipt, ReceiptState};

/// 2026-11-21 22:54:00 UTC.
const NOW: u64 = 1_795_301_640;

fn at(unix: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(unix)
}

fn receipt() -> Receipt {
    Receipt {
        recipient: Address::number("+393331234568"),
        sender: Some(Address::sender("ÄCME")),
        message: CarrierId::Id("0A7F".into()),
        state: ReceiptState::Delivered,
        at: Some(at(NOW)),
        status: Some(CarrierStatus::Smpp(0)),
    }
}

/// What is sent, and that it comes back.
fn sent(receipt: &Receipt) -> OutgoingReceipt {
    let sent = OutgoingReceipt::new(receipt, None).unwrap();
    assert_eq!(from_receipt(&sent.deliver_sm()).as_ref(), Some(receipt));
    sent
}

fn text(outgoing: &OutgoingReceipt) -> String {
    let deliver = outgoing.deliver_sm();
    String::from_utf8(deliver.short_message.as_octets().to_vec()).unwrap()
}

/// A receipt with this text and these TLVs.
fn received(text: &str, tlvs: &[Tlv<'_>]) -> Option<Receipt> {
    from_receipt(&DeliverSm {
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: ShortMessage::new(text.as_bytes()).unwrap(),
        tlvs: Tlvs::new(tlvs).unwrap(),
        ..DeliverSm::default()
    })
}

#[test]
fn addresses_and_id_both_ways() {
    let outgoing = sent(&receipt());
    let deliver = outgoing.deliver_sm();
    assert_eq!(deliver.source_addr.ton, types::Ton::INTERNATIONAL);
    assert_eq!(deliver.source_addr.digits, "393331234568");
    assert_eq!(deliver.destination_addr.ton, types::Ton::ALPHANUMERIC);
    assert_eq!(deliver.destination_addr.digits.as_octets(), b"\xC4CME");
    let id = deliver.tlvs.find::<ReceiptedMessageId<'_>>().unwrap();
    assert_eq!(id.0.as_octets(), b"0A7F");
    assert!(text(&outgoing).starts_with("id:0A7F sub:001 dlvrd:001 done"));
    sent(&Receipt {
        sender: None,
        ..receipt()
    });
}

#[test]
fn a_key_of_ucp_is_an_id() {
    let key = "00393331234568:211126225429";
    let of_ucp = Receipt {
        message: CarrierId::Key(key.into()),
        ..receipt()
    };
    let outgoing = OutgoingReceipt::new(&of_ucp, None).unwrap();
    let back = from_receipt(&outgoing.deliver_sm()).unwrap();
    assert_eq!(back.message, CarrierId::Id(key.into()));
}

#[test]
fn the_tlv_says_which_message_it_is_about() {
    let id = TlvCString::new(c"42").unwrap();
    let tlvs = [ReceiptedMessageId(id).into()];
    let message =
        |text: &str, tlvs: &[Tlv<'_>]| received(text, tlvs).map(|receipt| receipt.message);
    let is = |id: &str| Some(CarrierId::Id(id.into()));
    assert_eq!(message("id:7 stat:DELIVRD", &tlvs), is("42"));
    assert_eq!(message("id:7 stat:DELIVRD", &[]), is("7"));
    assert_eq!(message("stat:DELIVRD", &[]), None);
}

#[test]
fn states_both_ways() {
    for (state, message_state, esm_class, word) in [
        (
            ReceiptState::Delivered,
            MessageState::DELIVERED,
            0x04,
            "dlvrd:001 done date:2611212254 stat:DELIVRD",
        ),
        (
            ReceiptState::Retrying,
            MessageState::ENROUTE,
            0x20,
            "dlvrd:000 done date:2611212254 stat:ENROUTE",
        ),
        (
            ReceiptState::Expired,
            MessageState::EXPIRED,
            0x04,
            "dlvrd:000 done date:2611212254 stat:EXPIRED",
        ),
        (
            ReceiptState::Cancelled,
            MessageState::DELETED,
            0x04,
            "dlvrd:000 done date:2611212254 stat:DELETED",
        ),
        (
            ReceiptState::Undelivered,
            MessageState::UNDELIVERABLE,
            0x04,
            "dlvrd:000 done date:2611212254 stat:UNDELIV",
        ),
    ] {
        let outgoing = sent(&Receipt { state, ..receipt() });
        let deliver = outgoing.deliver_sm();
        assert_eq!(deliver.esm_class, EsmClass(esm_class));
        let tlv = deliver.tlvs.find::<tlv::MessageState>().unwrap();
        assert_eq!(tlv.0, message_state);
        assert!(text(&outgoing).contains(word), "{}", text(&outgoing));
    }
}

#[test]
fn states_as_they_come() {
    let state = |text: &str, tlvs: &[Tlv<'_>]| received(text, tlvs).map(|receipt| receipt.state);
    for (word, wanted) in [
        ("SCHEDULED", ReceiptState::Retrying),
        // "The network has it."
        ("ACCEPTD", ReceiptState::Retrying),
        ("REJECTD", ReceiptState::Undelivered),
        ("UNKNOWN", ReceiptState::Undelivered),
        ("SKIPPED", ReceiptState::Undelivered),
    ] {
        assert_eq!(state(&format!("id:1 stat:{word}"), &[]), Some(wanted));
    }
    let tlvs = [tlv::MessageState(MessageState::EXPIRED).into()];
    let expired = Some(ReceiptState::Expired);
    assert_eq!(state("id:1 stat:UNDELIV", &tlvs), expired);
    assert_eq!(state("id:1", &tlvs), expired);
    assert_eq!(state("id:1", &[]), None);
    assert_eq!(state("id:1 stat:MAYBE", &[]), None);
    let final_word = ShortMessage::new(b"id:1 stat:UNDELIV").unwrap();
    let intermediate = DeliverSm {
        esm_class: EsmClass::INTERMEDIATE_NOTIFICATION,
        short_message: final_word,
        ..DeliverSm::default()
    };
    let state = from_receipt(&intermediate).map(|receipt| receipt.state);
    assert_eq!(state, Some(ReceiptState::Retrying));
    let message = DeliverSm {
        esm_class: EsmClass::DEFAULT,
        ..intermediate
    };
    assert_eq!(from_receipt(&message), None);
}

#[test]
fn times_are_of_utc() {
    let outgoing = OutgoingReceipt::new(&receipt(), Some(at(NOW - 61))).unwrap();
    assert_eq!(
        text(&outgoing),
        "id:0A7F sub:001 dlvrd:001 submit date:2611212252 done date:2611212254 stat:DELIVRD err:000"
    );
    sent(&Receipt {
        at: None,
        ..receipt()
    });
    let seconds = received("id:1 done date:20261121225409 stat:DELIVRD", &[]).unwrap();
    assert_eq!(seconds.at, Some(at(NOW + 9)));
    let far = Receipt {
        at: Some(at(u64::from(u32::MAX))),
        ..receipt()
    };
    let far = OutgoingReceipt::new(&far, None).unwrap();
    assert!(!text(&far).contains("done"), "2106 is not in the field");
}

#[test]
fn the_carriers_code_both_ways() {
    for (status, err) in [
        (None, "000"),
        (Some(CarrierStatus::Ucp(107)), "107"),
        (Some(CarrierStatus::Gsm(0x46)), "070"),
        (Some(CarrierStatus::Smpp(7)), "007"),
    ] {
        let receipt = Receipt {
            status,
            ..receipt()
        };
        let outgoing = OutgoingReceipt::new(&receipt, None).unwrap();
        assert!(text(&outgoing).ends_with(&format!(" err:{err}")));
    }
    let status = |text: &str, tlvs: &[Tlv<'_>]| received(text, tlvs).unwrap().status;
    let code = |code| Some(CarrierStatus::Smpp(code));
    assert_eq!(status("id:1 stat:UNDELIV err:027", &[]), code(27));
    assert_eq!(status("id:1 stat:UNDELIV err:0A1", &[]), None);
    assert_eq!(status("id:1 stat:UNDELIV", &[]), None);
    let network = NetworkErrorCode(NetworkError {
        network_type: NetworkErrorType::GSM,
        code: 500,
    });
    let tlvs = [network.into()];
    assert_eq!(status("id:1 stat:UNDELIV err:027", &tlvs), code(500));
}

#[test]
fn a_receipt_in_the_payload_is_read() {
    let text = TlvOctets::new(b"id:9 stat:DELIVRD").unwrap();
    let receipt = received("", &[MessagePayload(text).into()]).unwrap();
    assert_eq!(receipt.message, CarrierId::Id("9".into()));
}

#[test]
fn a_receipt_that_does_not_fit_is_refused() {
    let refused = |receipt: &Receipt| OutgoingReceipt::new(receipt, None).unwrap_err();
    let about = |message| {
        refused(&Receipt {
            message,
            ..receipt()
        })
    };
    let name = "receipted_message_id";
    let of_gsm = CarrierId::Reference(7);
    assert_eq!(about(of_gsm), ConvertError::Missing { name });
    for (id, error) in [
        ("x".repeat(65), ValueError::TooLong { max: 65, had: 66 }),
        ("a\0b".into(), ValueError::EmbeddedNul { at: 1 }),
    ] {
        let wanted = ConvertError::Field { name, error };
        assert_eq!(about(CarrierId::Id(id)), wanted);
    }
    assert!(OutgoingReceipt::new(&receipt(), None).is_ok());
    let recipient = Address::sender("Ωmega");
    let name = "source_addr";
    let not_latin = refused(&Receipt {
        recipient,
        ..receipt()
    });
    assert_eq!(not_latin, ConvertError::NotLatin1 { name });
    assert_eq!(
        not_latin.to_string(),
        "source_addr: characters beyond Latin-1"
    );
    let long = Some(Address::number("+1234567890123456789012"));
    let name = "destination_addr";
    let error = ValueError::TooLong { max: 21, had: 23 };
    let too_long = refused(&Receipt {
        sender: long,
        ..receipt()
    });
    assert_eq!(too_long, ConvertError::Field { name, error });
}
