//! Reading and writing SMPP PDUs, beside the other crates that do.
//!
//! Reading: from the octets of one PDU, header included, to a value with every field, strings
//! bounded, TLVs walked. `stream`: from the octets of a connection, frames found first.

use std::hint::black_box;

use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use smsgw_smpp::pdu::{Body, DeliverSm, DeliverSmResp, EnquireLink, SubmitSm, SubmitSmResp};
use smsgw_smpp::tlv::{
    DestinationPort, MessageState, MoreMessagesToSend, NetworkErrorCode, ReceiptedMessageId,
    SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, SourcePort, Tlv, TlvCString, Tlvs,
    UserMessageReference,
};
use smsgw_smpp::types::{Address, EsmClass, RegisteredDelivery, ShortMessage};
use smsgw_smpp::{CommandId, CommandStatus, DeliveryReceipt, Frame, Pdu, SequenceNumber};

const RECEIPT: &[u8] = b"id:0123456789 sub:001 dlvrd:001 submit date:2601312359 \
    done date:2602010001 stat:DELIVRD err:000 text:Hello world";
const STREAM_PDUS: u64 = 1_000;

/// A PDU as octets that live long enough to be borrowed without counting references.
fn octets<'a>(body: &impl Body<'a>) -> &'static [u8] {
    let frame = body.to_frame(CommandStatus::ESME_ROK, SequenceNumber(7));
    Box::leak(Box::from(&frame.octets()[..]))
}

fn submit<'a>(text: &'a [u8], tlvs: &'a [Tlv<'a>]) -> SubmitSm<'a> {
    SubmitSm {
        source_addr: Address::alphanumeric("ACME").unwrap(),
        destination_addr: Address::international("306912345678").unwrap(),
        registered_delivery: RegisteredDelivery::RECEIPT,
        short_message: ShortMessage::new(text).unwrap(),
        tlvs: Tlvs::new(tlvs).unwrap(),
        ..SubmitSm::default()
    }
}

fn six_tlvs() -> [Tlv<'static>; 6] {
    [
        UserMessageReference(300).into(),
        SourcePort(5000).into(),
        DestinationPort(5001).into(),
        SarMsgRefNum(7).into(),
        SarTotalSegments(2).into(),
        SarSegmentSeqnum(1).into(),
    ]
}

fn receipt_tlvs() -> [Tlv<'static>; 3] {
    use smsgw_smpp::tlv::{NetworkError, NetworkErrorType};
    use smsgw_smpp::types::MessageState as State;
    [
        ReceiptedMessageId(TlvCString::new(c"0123456789").unwrap()).into(),
        MessageState(State::DELIVERED).into(),
        NetworkErrorCode(NetworkError {
            network_type: NetworkErrorType::GSM,
            code: 0,
        })
        .into(),
    ]
}

fn receipt<'a>(tlvs: &'a [Tlv<'a>]) -> DeliverSm<'a> {
    DeliverSm {
        source_addr: Address::international("306912345678").unwrap(),
        destination_addr: Address::alphanumeric("ACME").unwrap(),
        esm_class: EsmClass::MC_DELIVERY_RECEIPT,
        short_message: ShortMessage::new(RECEIPT).unwrap(),
        tlvs: Tlvs::new(tlvs).unwrap(),
        ..DeliverSm::default()
    }
}

/// A connection as an SMSC sees it: mostly messages and the answers to receipts.
fn stream() -> Vec<u8> {
    let mut out = BytesMut::new();
    let (status, sequence) = (CommandStatus::ESME_ROK, SequenceNumber(7));
    let (six, more) = (six_tlvs(), [MoreMessagesToSend(1).into()]);
    let three = receipt_tlvs();
    let message_id = "0123456789".try_into().unwrap();
    for index in 0..STREAM_PDUS {
        match index % 10 {
            0..4 => submit(&[b'a'; 20], &[]).encode(status, sequence, &mut out),
            4 | 5 => submit(&[b'a'; 140], &six).encode(status, sequence, &mut out),
            6 => submit(&[b'a'; 70], &more).encode(status, sequence, &mut out),
            7 => receipt(&three).encode(status, sequence, &mut out),
            8 => SubmitSmResp {
                message_id,
                ..SubmitSmResp::default()
            }
            .encode(status, sequence, &mut out),
            _ => DeliverSmResp::default().encode(status, sequence, &mut out),
        }
    }
    out.to_vec()
}

fn walk(tlvs: Tlvs<'_>) {
    for tlv in tlvs {
        black_box((tlv.tag(), tlv.value()));
    }
}

macro_rules! read_ours {
    ($octets:expr, $body:ident) => {{
        let octets = Bytes::from_static($octets);
        move |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| {
                let frame = Frame::new(black_box(&octets).clone()).unwrap();
                let pdu = frame.decode::<$body<'_>>().unwrap();
                walk(pdu.tlvs);
                black_box(&pdu);
            })
        }
    }};
}

macro_rules! read_smpp34 {
    ($octets:expr, $body:ident) => {
        |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| {
                let octets = black_box($octets);
                let header = smpp34::CommandHeader::decode(octets).unwrap();
                black_box(smpp34::$body::decode(header, octets).unwrap())
            })
        }
    };
}

macro_rules! read_smpp_codec {
    ($octets:expr, $body:ident) => {
        |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| black_box(smpp_codec::pdus::$body::decode(black_box($octets)).unwrap()))
        }
    };
}

/// Up to 16 TLVs, as many as its tests use.
type RusmppzCommand<'a> = rusmppz::Command<'a, 16>;

fn rusmppz(octets: &[u8]) -> RusmppzCommand<'_> {
    use rusmppz::decode::DecodeWithLength as _;
    // Without command_length, which its codec reads.
    let octets = &octets[4..];
    RusmppzCommand::decode(octets, octets.len()).unwrap().0
}

fn read(criterion: &mut Criterion) {
    let short = octets(&submit(&[b'a'; 20], &[]));
    let long = octets(&submit(&[b'a'; 140], &six_tlvs()));
    let receipt = octets(&receipt(&receipt_tlvs()));
    let enquire = octets(&EnquireLink::default());

    let read_rusmppz = |octets: &'static [u8]| {
        move |bencher: &mut criterion::Bencher<'_>| {
            bencher.iter(|| {
                black_box(rusmppz(black_box(octets)));
            })
        }
    };

    let mut group = criterion.benchmark_group("decode/submit_sm_20");
    group.bench_function("smsgw", read_ours!(short, SubmitSm));
    group.bench_function("smpp34", read_smpp34!(short, submit_sm));
    group.bench_function("smpp-codec", read_smpp_codec!(short, SubmitSmRequest));
    group.bench_function("rusmppz", read_rusmppz(short));
    group.finish();

    let mut group = criterion.benchmark_group("decode/submit_sm_140_tlvs_6");
    group.bench_function("smsgw", read_ours!(long, SubmitSm));
    group.bench_function("smpp34", read_smpp34!(long, submit_sm));
    group.bench_function("smpp-codec", read_smpp_codec!(long, SubmitSmRequest));
    group.bench_function("rusmppz", read_rusmppz(long));
    group.finish();

    let mut group = criterion.benchmark_group("decode/deliver_sm_receipt_tlvs_3");
    group.bench_function("smsgw", read_ours!(receipt, DeliverSm));
    group.bench_function("smpp34", read_smpp34!(receipt, deliver_sm));
    group.bench_function("smpp-codec", read_smpp_codec!(receipt, DeliverSmRequest));
    group.bench_function("rusmppz", read_rusmppz(receipt));
    group.finish();

    let mut group = criterion.benchmark_group("decode/enquire_link");
    group.bench_function("smsgw", read_ours!(enquire, EnquireLink));
    group.bench_function("smpp34", read_smpp34!(enquire, enquire_link));
    group.bench_function("smpp-codec", read_smpp_codec!(enquire, EnquireLinkRequest));
    group.bench_function("rusmppz", read_rusmppz(enquire));
    group.finish();

    criterion.bench_function("receipt/parse", |bencher| {
        let frame = Frame::new(Bytes::from_static(receipt)).unwrap();
        bencher.iter(|| {
            let deliver = black_box(&frame).decode::<DeliverSm<'_>>().unwrap();
            let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
            black_box((receipt.message_id(), receipt.state()));
        });
    });
}

/// The octets of each PDU of a stream, for those who leave that to their connection.
fn split(mut stream: &[u8]) -> impl Iterator<Item = (CommandId, &[u8])> {
    std::iter::from_fn(move || {
        let length = u32::from_be_bytes(*stream.first_chunk()?);
        let (pdu, rest) = stream.split_at_checked(length.try_into().ok()?)?;
        stream = rest;
        let id = u32::from_be_bytes(*pdu.get(4..)?.first_chunk()?);
        Some((CommandId(id), pdu))
    })
}

fn read_stream(criterion: &mut Criterion) {
    let octets = stream();
    let mut group = criterion.benchmark_group("decode/stream_mixed");
    group.throughput(Throughput::Elements(STREAM_PDUS));
    group.bench_function("smsgw", |bencher| {
        bencher.iter_batched_ref(
            || BytesMut::from(&octets[..]),
            |buffer| {
                while let Some(frame) = Frame::split_from(buffer, Frame::DEFAULT_MAX_LEN).unwrap() {
                    let pdu = frame.pdu().unwrap();
                    walk(pdu.tlvs());
                    black_box::<&Pdu<'_>>(&pdu);
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.bench_function("smpp34", |bencher| {
        bencher.iter(|| {
            for (id, pdu) in split(black_box(&octets)) {
                let header = smpp34::CommandHeader::decode(pdu).unwrap();
                match id {
                    CommandId::SUBMIT_SM => {
                        black_box(smpp34::submit_sm::decode(header, pdu).unwrap());
                    }
                    CommandId::DELIVER_SM => {
                        black_box(smpp34::deliver_sm::decode(header, pdu).unwrap());
                    }
                    CommandId::SUBMIT_SM_RESP => {
                        black_box(smpp34::submit_sm_resp::decode(header, pdu).unwrap());
                    }
                    _ => {
                        black_box(smpp34::deliver_sm_resp::decode(header, pdu).unwrap());
                    }
                }
            }
        });
    });
    group.bench_function("smpp-codec", |bencher| {
        use smpp_codec::pdus::*;
        bencher.iter(|| {
            for (id, pdu) in split(black_box(&octets)) {
                match id {
                    CommandId::SUBMIT_SM => {
                        black_box(SubmitSmRequest::decode(pdu).unwrap());
                    }
                    CommandId::DELIVER_SM => {
                        black_box(DeliverSmRequest::decode(pdu).unwrap());
                    }
                    CommandId::SUBMIT_SM_RESP => {
                        black_box(SubmitSmResponse::decode(pdu).unwrap());
                    }
                    _ => {
                        black_box(DeliverSmResponse::decode(pdu).unwrap());
                    }
                }
            }
        });
    });
    group.bench_function("rusmppz", |bencher| {
        bencher.iter(|| {
            for (_, pdu) in split(black_box(&octets)) {
                black_box(rusmppz(pdu));
            }
        });
    });
    group.finish();
}

fn write(criterion: &mut Criterion) {
    let (status, sequence) = (CommandStatus::ESME_ROK, SequenceNumber(7));
    let six = six_tlvs();
    let three = receipt_tlvs();

    macro_rules! write_ours {
        ($body:expr) => {
            |bencher: &mut criterion::Bencher<'_>| {
                let body = $body;
                let mut out = BytesMut::with_capacity(4096);
                bencher.iter(|| {
                    out.clear();
                    black_box(&body).encode(status, sequence, &mut out);
                    black_box(&out);
                })
            }
        };
    }
    macro_rules! write_smpp34 {
        ($octets:expr, $body:ident) => {
            |bencher: &mut criterion::Bencher<'_>| {
                let octets = $octets;
                let header = smpp34::CommandHeader::decode(octets).unwrap();
                let body = smpp34::$body::decode(header, octets).unwrap();
                // Its encode consumes the value.
                bencher.iter_batched(
                    || body.clone(),
                    |body| black_box(body.encode()),
                    BatchSize::SmallInput,
                )
            }
        };
    }
    macro_rules! write_smpp_codec {
        ($octets:expr, $body:ident) => {
            |bencher: &mut criterion::Bencher<'_>| {
                let body = smpp_codec::pdus::$body::decode($octets).unwrap();
                let mut out = Vec::with_capacity(4096);
                bencher.iter(|| {
                    out.clear();
                    black_box(&body).encode(&mut out).unwrap();
                    black_box(&out);
                })
            }
        };
    }
    let write_rusmppz = |octets: &'static [u8]| {
        move |bencher: &mut criterion::Bencher<'_>| {
            use rusmppz::encode::{Encode as _, Length as _};
            let command = rusmppz(octets);
            let mut out = [0; 4096];
            bencher.iter(|| {
                let command = black_box(&command);
                let length = u32::try_from(4 + command.length()).unwrap();
                out[..4].copy_from_slice(&length.to_be_bytes());
                command.encode(&mut out[4..]);
                black_box(&out);
            })
        }
    };

    let short = octets(&submit(&[b'a'; 20], &[]));
    let mut group = criterion.benchmark_group("encode/submit_sm_20");
    group.bench_function("smsgw", write_ours!(submit(&[b'a'; 20], &[])));
    group.bench_function("smpp34", write_smpp34!(short, submit_sm));
    group.bench_function("smpp-codec", write_smpp_codec!(short, SubmitSmRequest));
    group.bench_function("rusmppz", write_rusmppz(short));
    group.finish();

    let long = octets(&submit(&[b'a'; 140], &six));
    let mut group = criterion.benchmark_group("encode/submit_sm_140_tlvs_6");
    group.bench_function("smsgw", write_ours!(submit(&[b'a'; 140], &six)));
    group.bench_function("smpp34", write_smpp34!(long, submit_sm));
    group.bench_function("smpp-codec", write_smpp_codec!(long, SubmitSmRequest));
    group.bench_function("rusmppz", write_rusmppz(long));
    group.finish();

    let report = octets(&receipt(&three));
    let mut group = criterion.benchmark_group("encode/deliver_sm_receipt_tlvs_3");
    group.bench_function("smsgw", write_ours!(receipt(&three)));
    group.bench_function("smpp34", write_smpp34!(report, deliver_sm));
    group.bench_function("smpp-codec", write_smpp_codec!(report, DeliverSmRequest));
    group.bench_function("rusmppz", write_rusmppz(report));
    group.finish();

    let enquire = octets(&EnquireLink::default());
    let mut group = criterion.benchmark_group("encode/enquire_link");
    group.bench_function("smsgw", write_ours!(EnquireLink::default()));
    group.bench_function("smpp34", write_smpp34!(enquire, enquire_link));
    group.bench_function("smpp-codec", write_smpp_codec!(enquire, EnquireLinkRequest));
    group.bench_function("rusmppz", write_rusmppz(enquire));
    group.finish();
}

criterion_group!(benches, read, read_stream, write);
criterion_main!(benches);
