//! Any octets as the text of a receipt: what was read is written in a form that reads the same,
//! and it is the same receipt in a `deliver_sm` and in a `data_sm`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_smpp::pdu::{Body, DataSm, DeliverSm};
use smsgw_smpp::receipt::DateTime;
use smsgw_smpp::tlv::{MessagePayload, TlvOctets, Tlvs};
use smsgw_smpp::types::{DataCoding, EsmClass, ShortMessage};
use smsgw_smpp::{CommandStatus, DeliveryReceipt, Receipt, SequenceNumber};

/// What the form of the appendix keeps: minutes, and the start of the text.
fn as_written(mut receipt: Receipt<'_>) -> Receipt<'_> {
    let to_the_minute = |date: DateTime| {
        let (year, month, day) = (date.year(), date.month(), date.day());
        DateTime::new(year, month, day, date.hour(), date.minute(), 0)
    };
    receipt.submit_date = receipt.submit_date.and_then(to_the_minute);
    receipt.done_date = receipt.done_date.and_then(to_the_minute);
    receipt.text = receipt
        .text
        .map(|text| text.chars().take(Receipt::TEXT_LEN).collect());
    receipt
}

fn is_stable(receipt: &Receipt<'_>) {
    let written = receipt.to_string();
    let again = Receipt::parse(written.as_bytes());
    assert_eq!(again, as_written(receipt.clone()));
    assert_eq!(again.id, receipt.id);
    assert_eq!(again.state(), receipt.state());
    assert_eq!(again.to_string(), written);
}

/// Reads the receipt back from the octets of the PDU that carries it.
fn carry(esm_class: EsmClass, data_coding: DataCoding, text: &[u8]) {
    let (status, number) = (CommandStatus::ESME_ROK, SequenceNumber(1));
    let Ok(payload) = TlvOctets::new(text) else {
        return;
    };
    let list = [MessagePayload(payload).into()];
    let tlvs = Tlvs::new(&list).expect("one TLV is not too many");

    let data = DataSm {
        esm_class,
        data_coding,
        tlvs,
        ..DataSm::default()
    };
    let frame = data.to_frame(status, number);
    let data: DataSm<'_> = frame.decode().expect("what is written can be read");
    let in_data = DeliveryReceipt::from_data(&data);
    assert_eq!(in_data.is_some(), esm_class.is_receipt());

    let short_message = ShortMessage::new(text).unwrap_or_default();
    let is_short = !short_message.is_empty();
    let deliver = DeliverSm {
        esm_class,
        data_coding,
        short_message,
        tlvs: if is_short { Tlvs::EMPTY } else { tlvs },
        ..DeliverSm::default()
    };
    let frame = deliver.to_frame(status, number);
    let deliver: DeliverSm<'_> = frame.decode().expect("what is written can be read");
    let in_deliver = DeliveryReceipt::from_deliver(&deliver);
    assert_eq!(in_deliver, in_data);

    let Some(receipt) = in_data else { return };
    assert_eq!(receipt.message_id(), receipt.receipt.id.as_deref());
    assert_eq!(receipt.state(), receipt.receipt.state());
    is_stable(&receipt.receipt);
    if !esm_class.has_udh() && data_coding != DataCoding::UCS2 {
        assert_eq!(receipt.receipt, Receipt::parse(text));
    }
}

fuzz_target!(|octets: &[u8]| {
    let receipt = Receipt::parse(octets);
    is_stable(&receipt);
    assert_eq!(receipt.clone().into_owned(), receipt);
    let _ = DateTime::parse(octets);

    // Messages, receipts and notifications, with and without a header in front of the text.
    for esm_class in [0x00, 0x04, 0x20, 0x44] {
        for data_coding in [DataCoding(0), DataCoding::UCS2] {
            carry(EsmClass(esm_class), data_coding, octets);
        }
    }
});
