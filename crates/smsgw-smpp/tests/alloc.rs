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

/// The counter counts.
#[test]
fn the_counter_counts() {
    let one = allocation_counter::measure(|| drop(black_box(Box::new(1))));
    assert_eq!(one.count_total, 1);
}
