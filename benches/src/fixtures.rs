//! The PDUs that are read and written.

use bytes::BytesMut;
use smsgw_smpp::pdu::{Body, DeliverSm, DeliverSmResp, EnquireLink, SubmitSm, SubmitSmResp};
use smsgw_smpp::tlv::{
    DestinationPort, MessageState, MoreMessagesToSend, NetworkError, NetworkErrorCode,
    NetworkErrorType, ReceiptedMessageId, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments,
    SourcePort, Tlv, TlvCString, Tlvs, UserMessageReference,
};
use smsgw_smpp::types::{self, Address, EsmClass, RegisteredDelivery, ShortMessage};
use smsgw_smpp::{CommandId, CommandStatus, Pdu, SequenceNumber};

/// PDUs of the stream.
pub const STREAM_PDUS: usize = 1_000;

const RECEIPT: &[u8] = b"id:0123456789 sub:001 dlvrd:001 submit date:2601312359 \
    done date:2602010001 stat:DELIVRD err:000 text:Hello world";

/// A PDU as octets that live long enough to be borrowed without counting references.
pub fn octets<'a>(body: &impl Body<'a>) -> &'static [u8] {
    let frame = body.to_frame(CommandStatus::ESME_ROK, SequenceNumber(7));
    Box::leak(Box::from(&frame.octets()[..]))
}

fn leak<const N: usize>(list: [Tlv<'static>; N]) -> Tlvs<'static> {
    Tlvs::new(Box::leak(Box::new(list))).unwrap()
}

fn submit(text: &'static [u8], tlvs: Tlvs<'static>) -> SubmitSm<'static> {
    SubmitSm {
        source_addr: Address::alphanumeric("ACME").unwrap(),
        destination_addr: Address::international("306912345678").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(text).unwrap(),
        tlvs,
        ..SubmitSm::default()
    }
}

/// 20 octets of text.
pub fn short() -> SubmitSm<'static> {
    submit(&[b'a'; 20], Tlvs::EMPTY)
}

/// 140 octets and six TLVs.
pub fn long() -> SubmitSm<'static> {
    let tlvs = leak([
        UserMessageReference(300).into(),
        SourcePort(5000).into(),
        DestinationPort(5001).into(),
        SarMsgRefNum(7).into(),
        SarTotalSegments(2).into(),
        SarSegmentSeqnum(1).into(),
    ]);
    submit(&[b'a'; 140], tlvs)
}

/// A receipt as text and in three TLVs.
pub fn receipt() -> DeliverSm<'static> {
    let tlvs = leak([
        ReceiptedMessageId(TlvCString::new(c"0123456789").unwrap()).into(),
        MessageState(types::MessageState::DELIVERED).into(),
        NetworkErrorCode(NetworkError {
            network_type: NetworkErrorType::GSM,
            code: 0,
        })
        .into(),
    ]);
    DeliverSm {
        source_addr: Address::international("306912345678").unwrap(),
        destination_addr: Address::alphanumeric("ACME").unwrap(),
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: ShortMessage::new(RECEIPT).unwrap(),
        tlvs,
        ..DeliverSm::default()
    }
}

/// A header alone.
pub fn enquire_link() -> EnquireLink<'static> {
    EnquireLink::default()
}

/// A connection as an SMSC sees it: mostly messages and the answers to receipts.
pub fn stream() -> Vec<Pdu<'static>> {
    let middle = submit(&[b'a'; 70], leak([MoreMessagesToSend(1).into()]));
    let answer = SubmitSmResp {
        message_id: "0123456789".try_into().unwrap(),
        ..SubmitSmResp::default()
    };
    let ten = [
        Pdu::SubmitSm(short()),
        Pdu::SubmitSm(short()),
        Pdu::SubmitSm(short()),
        Pdu::SubmitSm(short()),
        Pdu::SubmitSm(long()),
        Pdu::SubmitSm(long()),
        Pdu::SubmitSm(middle),
        Pdu::DeliverSm(receipt()),
        Pdu::SubmitSmResp(answer),
        Pdu::DeliverSmResp(DeliverSmResp::default()),
    ];
    ten.into_iter().cycle().take(STREAM_PDUS).collect()
}

/// [`stream`] as octets.
pub fn stream_octets() -> &'static [u8] {
    let mut out = BytesMut::new();
    for pdu in stream() {
        pdu.encode(CommandStatus::ESME_ROK, SequenceNumber(7), &mut out);
    }
    Box::leak(Box::from(&out[..]))
}

/// The octets of each PDU of a stream, for those who leave that to their connection.
pub fn split(mut stream: &[u8]) -> impl Iterator<Item = (CommandId, &[u8])> {
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*stream.first_chunk()?);
        let (pdu, rest) = stream.split_at_checked(length.try_into().ok()?)?;
        stream = rest;
        let id = u32::from_be_bytes(*pdu.get(4..)?.first_chunk()?);
        Some((CommandId(id), pdu))
    })
}
