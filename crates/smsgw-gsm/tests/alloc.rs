//! Packing, unpacking, and reading and writing TPDUs allocate nothing; a text of septets allocates once.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::hint::black_box;

use allocation_counter::measure;
use smsgw_gsm::alphabet::Tables;
use smsgw_gsm::field::ValidityPeriod;
use smsgw_gsm::septet::{FillBits, pack_into, packed_len, unpack_into};
use smsgw_gsm::tpdu::{Context, ModemPdu, ReportKind, Tpdu, UserDataBuf};
use smsgw_gsm::udh::UserDataHeader;
use smsgw_gsm::{DecodeError, Decoded, Quirks};
use support::{TPDUS, WELLFORMED, context, decode, lines, octets, write};

/// Everything in it that is no text.
fn look_at<'a>(read: Result<Decoded<impl Into<ModemPdu<'a>>>, DecodeError>) {
    let decoded = match black_box(read) {
        Ok(decoded) => decoded,
        Err(_) => return,
    };
    black_box(decoded.tolerated.iter().count());
    let pdu = decoded.pdu.into();
    black_box((pdu.service_centre, pdu.tpdu.kind(), pdu.tpdu.first_octet()));
    if let Some(address) = pdu.tpdu.address() {
        black_box((address.ton(), address.npi(), address.digits().count()));
    }
    match pdu.tpdu {
        Tpdu::Deliver(deliver) => {
            black_box(deliver.service_centre_time_stamp.unix_seconds());
        }
        Tpdu::Submit(submit) => {
            black_box(submit.validity_period.map(ValidityPeriod::duration));
        }
        Tpdu::StatusReport(report) => {
            black_box((report.status.state(), report.discharge_time.unix_seconds()));
        }
        _ => {}
    }
    let Some(user_data) = pdu.tpdu.user_data() else {
        return;
    };
    let coding = user_data.data_coding_scheme();
    black_box((coding.group(), coding.class(), coding.message_waiting()));
    let header = user_data.header();
    if let Some(header) = header {
        black_box((header.concat(), header.ports(), header.tables()));
        black_box((header.information().count(), header.effective().count()));
    }
    let fill = header.map_or(FillBits::NONE, |header| header.fill_bits());
    let mut septets = [0; 160];
    black_box(unpack_into(user_data.payload(), fill, &mut septets));
    black_box(septets);
}

#[test]
fn no_allocation_for_septets() {
    let septets = [0x55; 160];
    for fill in (0..7).filter_map(FillBits::new) {
        for count in 0..=160 {
            let mut octets = [0; 141];
            let mut again = [0; 160];
            let packed = measure(|| {
                let len = pack_into(&septets[..count], fill, &mut octets);
                assert_eq!(len, Some(packed_len(count, fill)));
                assert_eq!(unpack_into(&octets, fill, &mut again[..count]), count);
            });
            assert_eq!(packed.count_total, 0, "{count} after {fill:?}");
            assert_eq!(again[..count], septets[..count]);
        }
    }
}

/// As what it is and as what it is not.
#[test]
fn no_allocation_for_a_tpdu_with_every_field_read() {
    for vector in TPDUS.into_iter().flat_map(lines) {
        let octets = octets(&vector);
        for report in [ReportKind::Ack, ReportKind::Error] {
            let context = Context::new(context(&vector).direction, report);
            let read = measure(|| {
                for quirks in [Quirks::LENIENT, Quirks::STRICT] {
                    look_at(ModemPdu::decode_with(&octets, context, &quirks));
                    look_at(Tpdu::decode_with(&octets, context, &quirks));
                }
            });
            assert_eq!(read.count_total, 0, "{}", vector["id"]);
        }
    }
}

#[test]
fn no_allocation_for_a_tpdu_written_where_there_is_room() {
    let mut out = Vec::with_capacity(200);
    for vector in TPDUS.into_iter().flat_map(lines) {
        let octets = octets(&vector);
        let Ok(decoded) = decode(&vector, &octets, &Quirks::LENIENT) else {
            continue;
        };
        out.clear();
        let written = measure(|| write(&vector, &decoded.pdu, &mut out));
        assert_eq!(written.count_total, 0, "{}", vector["id"]);
        assert_eq!(out, octets, "{}", vector["id"]);
    }
}

#[test]
fn no_allocation_for_a_header() {
    let octets = [11, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0, 3, 42, 2, 1, b'x'];
    let read = measure(|| {
        let (header, rest) = UserDataHeader::split(&octets).unwrap();
        black_box((
            header.concat(),
            header.ports(),
            header.check().is_ok(),
            rest,
        ));
    });
    assert_eq!(read.count_total, 0);
}

#[test]
fn one_allocation_for_a_text_of_septets() {
    for vector in lines(WELLFORMED) {
        let octets = octets(&vector);
        let pdu = decode(&vector, &octets, &Quirks::LENIENT).unwrap().pdu;
        let Some(user_data) = pdu.tpdu.user_data() else {
            continue;
        };
        if user_data.septets().is_none() {
            continue;
        }
        let mut text = None;
        let read = measure(|| text = user_data.text());
        let expected = u64::from(text.is_some_and(|text| !text.is_empty()));
        assert!(read.count_total <= expected, "{}: {read:?}", vector["id"]);
    }
}

#[test]
fn no_allocation_for_a_text_where_there_is_room() {
    let tables = Tables::DEFAULT;
    let message = "Grüße für 5 €, wie abgemacht. ".repeat(5);
    let (octets, count) = tables.encode_packed(&message, FillBits::NONE).unwrap();
    let mut text = String::with_capacity(4 * count);
    let read = measure(|| tables.decode_packed_into(&octets, count, FillBits::NONE, &mut text));
    assert_eq!(read.count_total, 0);
    assert_eq!(text, message);

    let mut septets = Vec::with_capacity(count);
    let written = measure(|| tables.encode_into(&message, &mut septets).unwrap());
    assert_eq!(written.count_total, 0);
}

/// What is sent has a place for its octets in itself.
#[test]
fn no_allocation_for_user_data_in_a_tpdu() {
    let text = UserDataBuf::text("Hello!").unwrap();
    let viewed = measure(|| {
        black_box(text.view().septets());
    });
    assert_eq!(viewed.count_total, 0);
}

/// The counter counts.
#[test]
fn the_counter_counts() {
    let one = measure(|| drop(black_box(Box::new(1))));
    assert_eq!(one.count_total, 1);
}
