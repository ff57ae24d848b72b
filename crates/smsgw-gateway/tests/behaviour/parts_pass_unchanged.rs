//! What an ESME encoded goes to the carrier as it is; text too long for one SMS is split.

use smsgw::smpp::pdu::{DeliverSm, SubmitSm};
use smsgw::smpp::session::BindMode;
use smsgw::smpp::tlv::{MessagePayload, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments};
use smsgw::smpp::tlv::{Tlv, TlvOctets, TlvTag, Tlvs};
use smsgw::smpp::types::{DataCoding, EsmClass, MessageState};
use smsgw_sim::event::Message;

use crate::support::{accepted, gateway, receipt, submit};

/// A TLV that only the carrier knows.
const VENDOR: TlvTag = TlvTag(0x1601);

fn tlv(message: &Message, tag: TlvTag) -> Option<&[u8]> {
    let mut tlvs = message.smpp().unwrap().tlvs.iter();
    let found = tlvs.find(|tlv| tlv.tag == tag.0);
    found.map(|tlv| tlv.value.as_slice())
}

#[tokio::test]
async fn parts_with_a_header_keep_octets_coding_vendor_tlvs_and_order() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
    let vendor = [Tlv::new(VENDOR, b"\x00\xFFkept").unwrap()];
    let header = |number: u8| vec![6, 8, 4, 0xAB, 0xCD, 3, number];
    // GSM 7-bit, UCS-2 with half a surrogate pair in front, and binary with the full length.
    let parts: Vec<(u8, Vec<u8>)> = vec![
        (0x00, [header(1), b"\x00first@".to_vec()].concat()),
        (0x08, [header(2), vec![0xDE, 0x00, 0x03, 0xA9]].concat()),
        (0x04, [header(3), vec![0x5A; 133]].concat()),
    ];
    let mut ids = Vec::new();
    for (data_coding, octets) in &parts {
        let message = SubmitSm {
            esm_class: EsmClass::UDH_INDICATOR,
            data_coding: DataCoding(*data_coding),
            tlvs: Tlvs::new(&vendor).unwrap(),
            ..submit(octets)
        };
        ids.push(accepted(&esme, &message).await);
    }
    let mut receipts = Vec::new();
    for _ in &parts {
        let (id, state, _) = receipt(&esme, &mut events).await;
        assert_eq!(state, MessageState::DELIVERED);
        receipts.push(id);
    }
    receipts.sort();
    // Ids sort by age.
    assert_eq!(receipts, ids);
    let submitted = smsc.submitted();
    assert_eq!(submitted.len(), parts.len());
    for (got, (data_coding, octets)) in submitted.iter().zip(&parts) {
        let fields = got.smpp().unwrap();
        assert_eq!(fields.data_coding, *data_coding);
        assert_eq!([got.udh.as_slice(), &got.data].concat(), *octets);
        assert_eq!(got.udh.len(), 7);
        assert_eq!(fields.esm_class & 0x40, 0x40);
        assert_eq!(tlv(got, VENDOR), Some(&b"\x00\xFFkept"[..]));
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn parts_joined_by_tlvs_keep_them() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
    for number in 1..=2 {
        let tlvs = [
            SarMsgRefNum(0x1234).into(),
            SarTotalSegments(2).into(),
            SarSegmentSeqnum(number).into(),
        ];
        let message = SubmitSm {
            tlvs: Tlvs::new(&tlvs).unwrap(),
            ..submit(b"a part")
        };
        let id = accepted(&esme, &message).await;
        assert_eq!(receipt(&esme, &mut events).await.0, id);
    }
    for (got, number) in smsc.submitted().iter().zip(1..) {
        assert_eq!(tlv(got, TlvTag::SAR_MSG_REF_NUM), Some(&[0x12, 0x34][..]));
        assert_eq!(tlv(got, TlvTag::SAR_TOTAL_SEGMENTS), Some(&[2][..]));
        assert_eq!(tlv(got, TlvTag::SAR_SEGMENT_SEQNUM), Some(&[number][..]));
        assert!(got.udh.is_empty());
    }
    gateway.shutdown().await;
}

#[tokio::test]
async fn text_too_long_for_one_sms_is_split_under_one_id() {
    let (smsc, gateway, _setup) = gateway().await;
    let (esme, mut events) = gateway.bind(BindMode::Transceiver).await;
    let text = "0123456789".repeat(100);
    let payload = [MessagePayload(TlvOctets::new(text.as_bytes()).unwrap()).into()];
    let ucs2: Vec<u8> = "я"
        .repeat(100)
        .encode_utf16()
        .flat_map(u16::to_be_bytes)
        .collect();
    for (message, wanted, parts) in [
        (submit(&text.as_bytes()[..200]), &text[..200], 2),
        (
            SubmitSm {
                tlvs: Tlvs::new(&payload).unwrap(),
                ..submit(b"")
            },
            &text,
            7,
        ),
        (
            SubmitSm {
                data_coding: DataCoding::UCS2,
                ..submit(&ucs2)
            },
            &"я".repeat(100),
            2,
        ),
    ] {
        let before = smsc.submitted().len();
        let id = accepted(&esme, &message).await;
        let (about, state, frame) = receipt(&esme, &mut events).await;
        assert_eq!((about, state), (id, MessageState::DELIVERED));
        let receipt: DeliverSm<'_> = frame.decode().unwrap();
        let told = String::from_utf8_lossy(receipt.short_message.as_octets()).into_owned();
        assert!(
            told.contains(&format!("sub:{parts:03} dlvrd:{parts:03}")),
            "{told}"
        );
        let submitted = &smsc.submitted()[before..];
        assert_eq!(submitted.len(), parts);
        let joined: String = submitted
            .iter()
            .map(|part| part.text.clone().unwrap())
            .collect();
        assert_eq!(joined, wanted);
        assert!(submitted.iter().all(|part| part.udh.len() == 6));
        assert!(
            submitted
                .iter()
                .all(|part| tlv(part, TlvTag::MESSAGE_PAYLOAD).is_none())
        );
    }
    gateway.shutdown().await;
}
