//! Reading allocates nothing, nor does writing into a buffer that has room.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use std::hint::black_box;

use bytes::BytesMut;
use common::{RECEIPTS, WELLFORMED, frame, lines, octets};
use smsgw_smpp::pdu::{Body as _, DeliverSm, SubmitSm};
use smsgw_smpp::tlv::Tlvs;
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{DeliveryReceipt, Frame, Quirks};

/// Looks at every octet of every field.
#[derive(Default)]
struct Sum(usize);

impl Visitor for Sum {
    fn value(&mut self, _name: &'static str, size: usize, value: Value<'_>) {
        self.0 += size;
        match value {
            Value::Integer(value) | Value::Derived(value) => {
                self.0 ^= usize::try_from(value).unwrap();
            }
            Value::Text(octets) | Value::Octets(octets) => self.0 += sum(octets),
            _ => {}
        }
    }
    fn begin_list(&mut self, _name: &'static str) {}
    fn begin_item(&mut self) {}
    fn end_item(&mut self) {}
    fn end_list(&mut self) {}
}

fn sum(octets: &[u8]) -> usize {
    octets.iter().map(|&octet| usize::from(octet)).sum()
}

#[test]
fn no_allocation_for_a_pdu_with_every_field_read() {
    for vector in lines(WELLFORMED) {
        let frame = frame(&vector);
        let read = allocation_counter::measure(|| {
            let lenient = frame.pdu_with(&Quirks::LENIENT);
            let strict = frame.pdu_with(&Quirks::STRICT);
            for decoded in lenient.into_iter().chain(strict) {
                let mut fields = Sum::default();
                decoded.pdu.visit(&mut fields);
                let tlvs = decoded.pdu.tlvs();
                let tlvs: usize = tlvs.iter().map(|tlv| sum(tlv.value())).sum();
                black_box((fields.0, tlvs, decoded.tolerated.is_empty()));
            }
        });
        assert_eq!(read.count_total, 0, "{}", vector["id"]);
    }
}

#[test]
fn no_allocation_for_a_pdu_written_where_there_is_room() {
    let mut out = BytesMut::with_capacity(70_000);
    for vector in lines(WELLFORMED) {
        let frame = frame(&vector);
        let pdu = frame.pdu().unwrap();
        // As a list, not as the octets that arrived.
        let list: Vec<_> = pdu.tlvs().iter().collect();
        let tlvs = Tlvs::new(&list).unwrap();
        out.clear();
        let written = allocation_counter::measure(|| {
            pdu.encode(frame.command_status(), frame.sequence_number(), &mut out);
            let submit = SubmitSm {
                tlvs,
                ..SubmitSm::default()
            };
            submit.encode(frame.command_status(), frame.sequence_number(), &mut out);
        });
        assert_eq!(written.count_total, 0, "{}", vector["id"]);
        assert!(out.starts_with(frame.octets()));
    }
}

/// A frame shares the read buffer: the first split makes it shared, no later one allocates.
#[test]
fn no_allocation_for_the_frames_of_a_stream() {
    let mut buffer = BytesMut::new();
    for vector in lines(WELLFORMED) {
        buffer.extend_from_slice(&octets(&vector));
    }
    let mut split = || {
        Frame::split_from(&mut buffer, Frame::DEFAULT_MAX_LEN)
            .unwrap()
            .is_some()
    };
    assert!(split());
    let frames = allocation_counter::measure(|| while split() {});
    assert_eq!(frames.count_total, 0);
}

#[test]
fn no_allocation_for_a_receipt_in_ascii() {
    for vector in lines(RECEIPTS) {
        if vector["id"] == "rcpt-ucs2" {
            continue;
        }
        let frame = frame(&vector);
        let read = allocation_counter::measure(|| {
            let deliver = frame.decode::<DeliverSm>().unwrap();
            let receipt = DeliveryReceipt::from_deliver(&deliver).unwrap();
            black_box((receipt.message_id(), receipt.state()));
        });
        assert_eq!(read.count_total, 0, "{}", vector["id"]);
    }
}

/// A message and its answer through both ends of a session, whose buffers have their size.
#[cfg(feature = "std")]
#[test]
fn no_allocation_for_a_message_and_its_answer_through_a_session() {
    use smsgw_smpp::pdu::SubmitSmResp;
    use smsgw_smpp::session::{BindMode, Config, Event, Session};
    use smsgw_smpp::{CommandStatus, types::ShortMessage};
    use std::time::Instant;

    const WINDOW: u64 = 100;
    let now = Instant::now();
    let config = Config {
        window: 100,
        ..Config::default()
    };
    let mut esme = Session::esme(config.clone(), now);
    let mut mc = Session::mc(config, now);
    let bind = smsgw_smpp::session::Bind::new(
        BindMode::Transceiver,
        "esme".try_into().unwrap(),
        "secret".try_into().unwrap(),
    );
    let submit = SubmitSm {
        short_message: ShortMessage::new(b"twenty octets of it.").unwrap(),
        ..SubmitSm::default()
    };
    let answer = SubmitSmResp {
        message_id: "0123456789".try_into().unwrap(),
        ..SubmitSmResp::default()
    };
    esme.bind(&bind, now).unwrap();
    let (mut output, mut to_mc, mut to_esme) = <(BytesMut, BytesMut, BytesMut)>::default();
    let mut round = |requests: u64| {
        for token in 0..requests {
            esme.request(&submit, token, now).unwrap();
        }
        // What a socket would do.
        esme.poll_transmit(&mut output);
        to_mc.extend_from_slice(&output);
        output.clear();
        mc.handle_buffer(&mut to_mc, now);
        while let Some(event) = mc.poll_event() {
            match event {
                Event::BindRequest(_) => mc.accept_bind("mc".try_into().unwrap(), now),
                Event::Request(frame) => {
                    frame.decode::<SubmitSm<'_>>().unwrap();
                    let status = CommandStatus::ESME_ROK;
                    mc.respond(&answer, status, frame.sequence_number());
                }
                other => panic!("{other:?}"),
            }
        }
        mc.poll_transmit(&mut output);
        to_esme.extend_from_slice(&output);
        output.clear();
        esme.handle_buffer(&mut to_esme, now);
        let mut answered = 0;
        while let Some(event) = esme.poll_event() {
            answered += u64::from(matches!(event, Event::Response { .. }));
        }
        assert_eq!(answered, requests);
    };
    round(0);
    for _ in 0..3 {
        round(WINDOW);
    }
    let steady = allocation_counter::measure(|| {
        for _ in 0..10 {
            round(WINDOW);
        }
    });
    assert_eq!(steady.count_total, 0);
}

/// The counter counts.
#[test]
fn the_counter_counts() {
    let one = allocation_counter::measure(|| drop(black_box(Box::new(1))));
    assert_eq!(one.count_total, 1);
}
