//! Reading and writing SMPP PDUs.
//!
//! Reading: from the octets of one PDU, header included, to a value with every field, strings
//! bounded, TLVs walked. `stream`: from the octets of a connection, frames found first.

use std::hint::black_box;
use std::time::Duration;

use bytes::BytesMut;
use rusmppz::decode::DecodeWithLength as _;
use rusmppz::encode::{Encode as _, Length as _};
use smsgw_smpp::pdu::{Body, DeliverSm, EnquireLink, SubmitSm};
use smsgw_smpp::tlv::Tlvs;
use smsgw_smpp::{CommandId, CommandStatus, Frame, FrameRef, SequenceNumber};
use tokio_util::codec::{Decoder as _, Encoder as _};

use crate::fixtures::{self, STREAM_PDUS, octets, split};
use crate::{Case, measured, measured_in_batches};

/// All fixtures, each for all crates.
pub fn cases() -> Vec<Case> {
    let short = octets(&fixtures::short());
    let long = octets(&fixtures::long());
    let receipt = octets(&fixtures::receipt());
    let enquire = octets(&fixtures::enquire_link());

    let mut cases = Vec::new();
    let mut add = |name, pdus: usize, subjects: Vec<Subject>| {
        let pdus = u64::try_from(pdus).unwrap();
        cases.extend(subjects.into_iter().map(|(subject, run)| Case {
            name,
            subject,
            pdus,
            octets: None,
            run,
        }));
    };

    macro_rules! read {
        ($name:literal, $octets:ident, $ours:ident, $smpp34:ident, $smpp_codec:ident) => {
            let octets = $octets;
            add(
                $name,
                1,
                vec![
                    // Borrows; checks length and command, bounds its strings.
                    subject("smsgw", move || {
                        let frame = FrameRef::new(black_box(octets)).unwrap();
                        let pdu = frame.decode::<$ours<'_>>().unwrap();
                        walk(pdu.tlvs);
                        black_box(&(frame.sequence_number(), pdu));
                    }),
                    // The same, with frames that can be kept.
                    ours_framed(octets, |frame| {
                        let read = (frame.header(), frame.decode::<$ours<'_>>().unwrap());
                        walk(read.1.tlvs);
                        black_box(&read);
                    }),
                    // Copies; does not bound its strings, and ends silently at a TLV that is cut.
                    subject("smpp34", move || {
                        let octets = black_box(octets);
                        let header = smpp34::CommandHeader::decode(octets).unwrap();
                        let pdu = smpp34::$smpp34::decode(header, octets).unwrap();
                        black_box(&pdu);
                    }),
                    // Copies; does not look at length, command and status, does not bound its
                    // strings, and reads unknown TONs and NPIs as 0.
                    subject("smpp-codec", move || {
                        let pdu = smpp_codec::pdus::$smpp_codec::decode(black_box(octets));
                        black_box(&pdu.unwrap());
                    }),
                    // Borrows; bounds its strings, reads the TLVs it knows into types.
                    subject("rusmppz", move || {
                        black_box(&rusmppz(black_box(octets)));
                    }),
                    // Counts references to the buffer; checks and types as rusmppz.
                    rusmpp_framed(octets),
                ],
            );
        };
    }
    read!(
        "decode/submit_sm_20",
        short,
        SubmitSm,
        submit_sm,
        SubmitSmRequest
    );
    read!(
        "decode/submit_sm_140_tlvs_6",
        long,
        SubmitSm,
        submit_sm,
        SubmitSmRequest
    );
    read!(
        "decode/deliver_sm_receipt_tlvs_3",
        receipt,
        DeliverSm,
        deliver_sm,
        DeliverSmRequest
    );
    read!(
        "decode/enquire_link",
        enquire,
        EnquireLink,
        enquire_link,
        EnquireLinkRequest
    );
    add("decode/stream_mixed", STREAM_PDUS, read_stream());

    macro_rules! write {
        ($name:literal, $octets:ident, $ours:ident, $smpp34:ident, $smpp_codec:ident) => {
            let body = fixtures::$ours();
            let header = smpp34::CommandHeader::decode($octets).unwrap();
            let smpp34 = smpp34::$smpp34::decode(header, $octets).unwrap();
            let smpp_codec = smpp_codec::pdus::$smpp_codec::decode($octets).unwrap();
            assert_eq!(smpp34.clone().encode(), $octets);
            assert_eq!(
                encoded(|out: &mut Vec<u8>| smpp_codec.encode(out).unwrap()),
                $octets
            );
            add(
                $name,
                1,
                vec![
                    writer("smsgw", BytesMut::with_capacity(4096), move |out| {
                        out.clear();
                        black_box(&body).encode(STATUS, SEQUENCE, out);
                    }),
                    consuming("smpp34", smpp34, |body| {
                        black_box(&body.encode());
                    }),
                    writer("smpp-codec", Vec::with_capacity(4096), move |out| {
                        out.clear();
                        black_box(&smpp_codec).encode(out).unwrap();
                    }),
                    write_rusmppz($octets),
                    write_rusmpp($octets),
                ],
            );
        };
    }
    write!(
        "encode/submit_sm_20",
        short,
        short, submit_sm, SubmitSmRequest
    );
    write!(
        "encode/submit_sm_140_tlvs_6",
        long,
        long, submit_sm, SubmitSmRequest
    );
    write!(
        "encode/deliver_sm_receipt_tlvs_3",
        receipt,
        receipt, deliver_sm, DeliverSmRequest
    );
    write!(
        "encode/enquire_link",
        enquire,
        enquire_link, enquire_link, EnquireLinkRequest
    );
    add("encode/stream_mixed", STREAM_PDUS, write_stream());

    cases
}

const STATUS: CommandStatus = CommandStatus::ESME_ROK;
const SEQUENCE: SequenceNumber = SequenceNumber(7);

type Subject = (&'static str, Box<dyn FnMut(u64) -> Duration>);

fn subject(name: &'static str, mut round: impl FnMut() + 'static) -> Subject {
    (name, Box::new(move |rounds| measured(rounds, &mut round)))
}

fn walk(tlvs: Tlvs<'_>) {
    for tlv in tlvs {
        black_box((tlv.tag(), tlv.value()));
    }
}

/// `rounds` times `octets` as a connection would have read them.
fn repeated(octets: &[u8], rounds: u64) -> BytesMut {
    BytesMut::from(&octets.repeat(rounds.try_into().unwrap())[..])
}

/// A frame of its own for each PDU, split off the read buffer.
fn ours_framed(octets: &'static [u8], read: impl Fn(&Frame) + 'static) -> Subject {
    let round = move |buffer: &mut BytesMut| {
        let frame = Frame::split_from(buffer, Frame::DEFAULT_MAX_LEN);
        read(&frame.unwrap().unwrap());
    };
    let run = move |rounds| measured_in_batches(rounds, |batch| repeated(octets, batch), &round);
    ("smsgw Frame", Box::new(run))
}

fn rusmpp_framed(octets: &'static [u8]) -> Subject {
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    let run = move |rounds| {
        measured_in_batches(
            rounds,
            |batch| repeated(octets, batch),
            |buffer| {
                black_box(&codec.decode(buffer).unwrap().unwrap());
            },
        )
    };
    ("rusmpp", Box::new(run))
}

fn rusmpp(octets: &[u8]) -> rusmpp::Command {
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    codec.decode(&mut BytesMut::from(octets)).unwrap().unwrap()
}

/// Up to 16 TLVs, as many as its tests use.
type RusmppzCommand<'a> = rusmppz::Command<'a, 16>;

#[inline]
fn rusmppz(octets: &[u8]) -> RusmppzCommand<'_> {
    // Without command_length, which its codec reads.
    let octets = &octets[4..];
    RusmppzCommand::decode(octets, octets.len()).unwrap().0
}

fn read_stream() -> Vec<Subject> {
    let octets = fixtures::stream_octets();
    vec![
        subject("smsgw", move || {
            let mut rest = black_box(octets);
            while let Some(frame) = FrameRef::split_from(&mut rest, Frame::DEFAULT_MAX_LEN).unwrap()
            {
                let read = (frame.header(), frame.pdu().unwrap());
                walk(read.1.tlvs());
                black_box(&read);
            }
        }),
        (
            "smsgw Frame",
            Box::new(move |rounds| {
                // One buffer a round; taken from the end.
                let buffers = |batch| vec![BytesMut::from(octets); usize::try_from(batch).unwrap()];
                measured_in_batches(rounds, buffers, |buffers| {
                    let mut buffer = buffers.pop().unwrap();
                    while let Some(frame) =
                        Frame::split_from(&mut buffer, Frame::DEFAULT_MAX_LEN).unwrap()
                    {
                        let read = (frame.header(), frame.pdu().unwrap());
                        walk(read.1.tlvs());
                        black_box(&read);
                    }
                })
            }),
        ),
        subject("smpp34", move || {
            for (id, pdu) in split(black_box(octets)) {
                let header = smpp34::CommandHeader::decode(pdu).unwrap();
                match id {
                    CommandId::SUBMIT_SM => {
                        black_box(&smpp34::submit_sm::decode(header, pdu).unwrap());
                    }
                    CommandId::DELIVER_SM => {
                        black_box(&smpp34::deliver_sm::decode(header, pdu).unwrap());
                    }
                    CommandId::SUBMIT_SM_RESP => {
                        black_box(&smpp34::submit_sm_resp::decode(header, pdu).unwrap());
                    }
                    _ => {
                        black_box(&smpp34::deliver_sm_resp::decode(header, pdu).unwrap());
                    }
                }
            }
        }),
        subject("smpp-codec", move || {
            use smpp_codec::pdus::*;
            for (id, pdu) in split(black_box(octets)) {
                match id {
                    CommandId::SUBMIT_SM => {
                        black_box(&SubmitSmRequest::decode(pdu).unwrap());
                    }
                    CommandId::DELIVER_SM => {
                        black_box(&DeliverSmRequest::decode(pdu).unwrap());
                    }
                    CommandId::SUBMIT_SM_RESP => {
                        black_box(&SubmitSmResponse::decode(pdu).unwrap());
                    }
                    _ => {
                        black_box(&DeliverSmResponse::decode(pdu).unwrap());
                    }
                }
            }
        }),
        subject("rusmppz", move || {
            for (_, pdu) in split(black_box(octets)) {
                black_box(&rusmppz(pdu));
            }
        }),
        (
            "rusmpp",
            Box::new(move |rounds| {
                let mut codec = rusmpp::tokio_codec::CommandCodec::new();
                let buffers = |batch| vec![BytesMut::from(octets); usize::try_from(batch).unwrap()];
                measured_in_batches(rounds, buffers, |buffers| {
                    let mut buffer = buffers.pop().unwrap();
                    while let Some(command) = codec.decode(&mut buffer).unwrap() {
                        black_box(&command);
                    }
                })
            }),
        ),
    ]
}

/// Writes into one buffer again and again.
fn writer<B: 'static>(
    name: &'static str,
    mut out: B,
    mut write: impl FnMut(&mut B) + 'static,
) -> Subject {
    subject(name, move || {
        write(&mut out);
        black_box(&out);
    })
}

/// What is written: the octets of the fixture, or two different things are compared.
fn encoded<B: Default>(write: impl FnOnce(&mut B)) -> B {
    let mut out = B::default();
    write(&mut out);
    out
}

/// Writing uses the value up: the copy made for that is not counted.
fn consuming<T: Clone + 'static>(name: &'static str, value: T, write: fn(T)) -> Subject {
    let run = move |rounds| {
        let copies = |batch| vec![value.clone(); usize::try_from(batch).unwrap()];
        measured_in_batches(rounds, copies, |copies| write(copies.pop().unwrap()))
    };
    (name, Box::new(run))
}

/// As its codec does.
#[inline]
fn encode_rusmppz(command: &RusmppzCommand<'_>, out: &mut [u8]) -> usize {
    let length = 4 + command.length();
    out[..4].copy_from_slice(&u32::try_from(length).unwrap().to_be_bytes());
    command.encode(&mut out[4..]);
    length
}

fn write_rusmppz(octets: &'static [u8]) -> Subject {
    let command = rusmppz(octets);
    let mut out = [0; 4096];
    let length = encode_rusmppz(&command, &mut out);
    assert_eq!(&out[..length], octets);
    writer("rusmppz", [0; 4096], move |out| {
        encode_rusmppz(black_box(&command), out);
    })
}

fn write_rusmpp(octets: &'static [u8]) -> Subject {
    let command = rusmpp(octets);
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    assert_eq!(encoded(|out| codec.encode(&command, out).unwrap()), octets);
    writer("rusmpp", BytesMut::with_capacity(4096), move |out| {
        out.clear();
        codec.encode(black_box(&command), out).unwrap();
    })
}

/// All PDUs of the stream into one buffer.
fn write_stream() -> Vec<Subject> {
    let octets = fixtures::stream_octets();
    let pdus = fixtures::stream();
    let smpp34: Vec<_> = split(octets).map(Smpp34::read).collect();
    let smpp_codec: Vec<_> = split(octets).map(SmppCodec::read).collect();
    let rusmppz: Vec<_> = split(octets).map(|(_, pdu)| rusmppz(pdu)).collect();
    let rusmpp: Vec<_> = split(octets).map(|(_, pdu)| rusmpp(pdu)).collect();
    let room = octets.len();
    assert_eq!(
        smpp34
            .iter()
            .cloned()
            .flat_map(Smpp34::encode)
            .collect::<Vec<_>>(),
        octets
    );
    let written = encoded(|out| smpp_codec.iter().for_each(|pdu| pdu.encode(out)));
    assert_eq!(written, octets);
    vec![
        writer("smsgw", BytesMut::with_capacity(room), move |out| {
            out.clear();
            for pdu in black_box(&pdus) {
                pdu.encode(STATUS, SEQUENCE, out);
            }
        }),
        // Makes a Vec for each.
        consuming("smpp34", smpp34, |pdus| {
            for pdu in pdus {
                black_box(&pdu.encode());
            }
        }),
        writer("smpp-codec", Vec::with_capacity(room), move |out| {
            out.clear();
            for pdu in black_box(&smpp_codec) {
                pdu.encode(out);
            }
        }),
        writer("rusmppz", vec![0; room], move |out| {
            let mut at = 0;
            for command in black_box(&rusmppz) {
                at += encode_rusmppz(command, &mut out[at..]);
            }
        }),
        writer("rusmpp", BytesMut::with_capacity(room), move |out| {
            let mut codec = rusmpp::tokio_codec::CommandCodec::new();
            out.clear();
            for command in black_box(&rusmpp) {
                codec.encode(command, out).unwrap();
            }
        }),
    ]
}

/// A PDU of the stream as smpp34 has it: it has no type for any.
#[derive(Clone)]
enum Smpp34 {
    Submit(smpp34::submit_sm),
    Deliver(smpp34::deliver_sm),
    SubmitResp(smpp34::submit_sm_resp),
    DeliverResp(smpp34::deliver_sm_resp),
}

impl Smpp34 {
    fn read((id, pdu): (CommandId, &[u8])) -> Self {
        let header = smpp34::CommandHeader::decode(pdu).unwrap();
        match id {
            CommandId::SUBMIT_SM => Self::Submit(smpp34::submit_sm::decode(header, pdu).unwrap()),
            CommandId::DELIVER_SM => {
                Self::Deliver(smpp34::deliver_sm::decode(header, pdu).unwrap())
            }
            CommandId::SUBMIT_SM_RESP => {
                Self::SubmitResp(smpp34::submit_sm_resp::decode(header, pdu).unwrap())
            }
            _ => Self::DeliverResp(smpp34::deliver_sm_resp::decode(header, pdu).unwrap()),
        }
    }

    fn encode(self) -> Vec<u8> {
        match self {
            Self::Submit(pdu) => pdu.encode(),
            Self::Deliver(pdu) => pdu.encode(),
            Self::SubmitResp(pdu) => pdu.encode(),
            Self::DeliverResp(pdu) => pdu.encode(),
        }
    }
}

/// A PDU of the stream as smpp-codec has it: it has no type for any.
enum SmppCodec {
    Submit(smpp_codec::pdus::SubmitSmRequest),
    Deliver(smpp_codec::pdus::DeliverSmRequest),
    SubmitResp(smpp_codec::pdus::SubmitSmResponse),
    DeliverResp(smpp_codec::pdus::DeliverSmResponse),
}

impl SmppCodec {
    fn read((id, pdu): (CommandId, &[u8])) -> Self {
        use smpp_codec::pdus::*;
        match id {
            CommandId::SUBMIT_SM => Self::Submit(SubmitSmRequest::decode(pdu).unwrap()),
            CommandId::DELIVER_SM => Self::Deliver(DeliverSmRequest::decode(pdu).unwrap()),
            CommandId::SUBMIT_SM_RESP => Self::SubmitResp(SubmitSmResponse::decode(pdu).unwrap()),
            _ => Self::DeliverResp(DeliverSmResponse::decode(pdu).unwrap()),
        }
    }

    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Submit(pdu) => pdu.encode(out),
            Self::Deliver(pdu) => pdu.encode(out),
            Self::SubmitResp(pdu) => pdu.encode(out),
            Self::DeliverResp(pdu) => pdu.encode(out),
        }
        .unwrap();
    }
}
