//! Each fault of real peers: refused strictly, with field and offset; let through, and said so,
//! when its switch is on, and then written as it came.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::field::{ParameterIndicator, ProtocolId, State};
use smsgw_gsm::tpdu::{
    Context, DeliverReport, Kind, ModemPdu, Parameters, ReportKind, StatusReport, Submit, Tpdu,
    UserDataBuf,
};
use smsgw_gsm::{DecodeError, Quirks};

/// A DELIVER of this address, this time and what comes after.
fn deliver(address: &[u8], time: &[u8], rest: &[u8]) -> Vec<u8> {
    [&[0x04], address, &[0, 0], time, rest].concat()
}

const ADDRESS: &[u8] = b"\x04\x81\x21\x43";
const TIME: &[u8] = b"\x42\x20\x92\x32\x95\x95\x40";
const TEXT: &[u8] = b"\x02\xE8\x34";

fn status_report(rest: &[u8]) -> Vec<u8> {
    [&[0x06, 7], ADDRESS, TIME, TIME, rest].concat()
}

/// Strictly refused; lenient reading lets it through as `what`.
fn tolerated(octets: &[u8], context: Context, what: &str) -> (&'static str, usize) {
    let error = Tpdu::decode_with(octets, context, &Quirks::STRICT).unwrap_err();
    let decoded = Tpdu::decode_with(octets, context, &Quirks::LENIENT).unwrap();
    let faults: Vec<_> = decoded.tolerated.iter().copied().collect();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].what.name(), what);
    assert_eq!(
        (faults[0].field, faults[0].offset),
        (error.field, error.offset)
    );
    assert_eq!(decoded.pdu.to_vec(), octets);
    (error.field, error.offset)
}

fn refused(octets: &[u8], context: Context) -> DecodeError {
    let error = Tpdu::decode_with(octets, context, &Quirks::STRICT).unwrap_err();
    assert_eq!(Tpdu::decode(octets, context), Err(error));
    error
}

fn number(octets: &[u8]) -> String {
    let tpdu = Tpdu::decode(octets, Context::SC_TO_MS).unwrap();
    tpdu.address().unwrap().to_string()
}

#[test]
fn semi_octets_that_are_no_digits() {
    let of = |address: &[u8]| deliver(address, TIME, TEXT);
    // After an odd number of digits: F, or 0, or what is no fill.
    for last in 0..16 {
        let octets = of(&[3, 0x91, 0x21, last << 4 | 3]);
        if last == 0 || last == 15 {
            let decoded = Tpdu::decode_with(&octets, Context::SC_TO_MS, &Quirks::STRICT).unwrap();
            assert_eq!(decoded.pdu.to_vec(), octets);
        } else {
            let found = tolerated(&octets, Context::SC_TO_MS, "fill_semi_octet");
            assert_eq!(found, ("TP-OA", 1));
        }
        assert_eq!(number(&octets), "+123");
    }
    // A length that counts the fill.
    let octets = of(b"\x04\x91\x21\xF3");
    assert_eq!(
        tolerated(&octets, Context::SC_TO_MS, "odd_value"),
        ("TP-OA", 1)
    );
    assert_eq!(number(&octets), "+123");
    // Letters of a name may be anything.
    assert!(
        Tpdu::decode_with(&of(b"\x04\xD0\xFF\xFF"), Context::SC_TO_MS, &Quirks::STRICT).is_ok()
    );
}

#[test]
fn an_address_of_more_than_twenty_digits() {
    let error = refused(
        &deliver(&[[21, 0x91].as_slice(), &[0x11; 11]].concat(), TIME, TEXT),
        Context::SC_TO_MS,
    );
    assert_eq!(error.to_string(), "TP-OA at octet 1: at most 20, had 21");
    let octets = deliver(&[[20, 0x91].as_slice(), &[0x11; 10]].concat(), TIME, TEXT);
    assert_eq!(number(&octets), "+11111111111111111111");
    assert_eq!(
        refused(b"\x04\xFF\x91", Context::SC_TO_MS).kind.name(),
        "too_long"
    );
}

#[test]
fn the_service_centre_says_how_long_its_address_is() {
    let submit = b"\x01\x00\x04\x81\x21\x43\x00\x00\x01\x61";
    let read = |centre: &[u8], quirks| {
        let octets = [centre, submit].concat();
        let decoded = ModemPdu::decode_with(&octets, Context::MS_TO_SC, &quirks)?;
        assert_eq!(decoded.pdu.to_vec(), octets);
        let number = decoded
            .pdu
            .service_centre
            .map(|address| address.to_string());
        let fault = decoded
            .tolerated
            .iter()
            .next()
            .map(|fault| (fault.what.name(), fault.offset));
        Ok::<_, DecodeError>((number, fault))
    };
    let strict = |centre| read(centre, Quirks::STRICT).unwrap().0;
    assert_eq!(strict(b"\x00"), None);
    assert_eq!(strict(b"\x01\x91").as_deref(), Some("+"));
    assert_eq!(strict(b"\x03\x91\x21\x43").as_deref(), Some("+1234"));
    assert_eq!(strict(b"\x03\x91\x21\xF3").as_deref(), Some("+123"));
    assert_eq!(strict(b"\x03\xD0\x41\x21").as_deref(), Some("AB"));
    let longest = [[11, 0x91].as_slice(), &[0x11; 10]].concat();
    assert_eq!(strict(&longest).map(|number| number.len()), Some(21));

    let short = b"\x04\x91\x21\xF3\xFF";
    assert_eq!(read(short, Quirks::STRICT).unwrap_err().field, "SCA");
    let (number, fault) = read(short, Quirks::LENIENT).unwrap();
    assert_eq!(number.as_deref(), Some("+123"));
    assert_eq!(fault, Some(("short_service_centre", 0)));

    let error = read(&[12; 13], Quirks::LENIENT).unwrap_err();
    assert_eq!((error.field, error.kind.name()), ("SCA", "too_long"));
    let error = ModemPdu::decode(b"\x07\x91\x21", Context::MS_TO_SC).unwrap_err();
    assert_eq!(error.to_string(), "SCA at octet 0: needs 8 octets, had 3");
}

#[test]
fn times_that_are_none() {
    let of = |time: &[u8]| deliver(ADDRESS, time, TEXT);
    for time in [
        b"\x42\x31\x10\x00\x00\x00\x00", // month 13
        b"\x42\x20\x03\x00\x00\x00\x00", // 30 February
        b"\x32\x20\x92\x00\x00\x00\x00", // 29 February 2023
        b"\x42\x20\x00\x00\x00\x00\x00", // day 0
        b"\x42\x20\x10\x42\x00\x00\x00", // hour 24
        b"\x42\x20\x10\x00\x06\x00\x00", // minute 60
        b"\x42\x20\x10\x00\x00\x06\x00", // second 60
        b"\xA2\x20\x10\x00\x00\x00\x00", // year 2A
        b"\x42\x20\x10\x00\x00\x00\xA0", // 10 of quarters
        b"\xFF\xFF\xFF\xFF\xFF\xFF\xFF",
    ] {
        assert_eq!(
            tolerated(&of(time), Context::SC_TO_MS, "odd_time"),
            ("TP-SCTS", 7)
        );
    }
    let submit = |first, period: &[u8]| [&[first, 0], ADDRESS, &[0, 0], period, TEXT].concat();
    let absolute = submit(0x19, b"\x42\x31\x10\x00\x00\x00\x00");
    assert_eq!(
        tolerated(&absolute, Context::MS_TO_SC, "odd_time"),
        ("TP-VP", 8)
    );
    for clock in [
        b"\x03\x0A\x00\x00\0\0\0",
        b"\x03\x00\x06\x00\0\0\0",
        b"\x83\x00\x00\x00\x06\0\0",
    ] {
        assert_eq!(
            tolerated(&submit(0x09, clock), Context::MS_TO_SC, "odd_time"),
            ("TP-VP", 8)
        );
    }
    // The same octets where no clock is.
    let reserved = submit(0x09, b"\x05\x0A\xFF\xFF\xFF\xFF\xFF");
    assert_eq!(
        tolerated(&reserved, Context::MS_TO_SC, "odd_value"),
        ("TP-VP", 8)
    );
}

#[test]
fn user_data_that_ends_early_or_late() {
    let octets = deliver(ADDRESS, TIME, b"\x05\xE8\x32\x9B");
    assert_eq!(
        tolerated(&octets, Context::SC_TO_MS, "truncated_user_data"),
        ("TP-UD", 15)
    );
    let data = Tpdu::decode(&octets, Context::SC_TO_MS)
        .unwrap()
        .user_data()
        .unwrap();
    assert_eq!((data.udl(), data.septets()), (5, Some(3)));
    assert_eq!(data.text().as_deref(), Some("hel"));

    let padded = deliver(ADDRESS, TIME, b"\x02\xE8\x34\xFF\xFF\xFF");
    assert_eq!(
        tolerated(&padded, Context::SC_TO_MS, "padding"),
        ("trailing", 17)
    );
    let longer = deliver(ADDRESS, TIME, b"\x02\xE8\x34\x00");
    assert_eq!(
        refused(&longer, Context::SC_TO_MS).kind.name(),
        "trailing_octets"
    );
    let loose = Quirks {
        trailing_octets: true,
        ..Quirks::LENIENT
    };
    let decoded = Tpdu::decode_with(&longer, Context::SC_TO_MS, &loose).unwrap();
    assert_eq!(
        decoded.tolerated.iter().next().unwrap().what.name(),
        "trailing_octets"
    );
    assert_eq!(decoded.pdu.to_vec(), longer);
}

#[test]
fn user_data_above_its_limit() {
    for (coding, most, max) in [
        (0x00, 160, 160),
        (0x04, 140, 140),
        (0x08, 140, 140),
        (0x20, 140, 140),
    ] {
        let of = |length: u8| {
            [
                &[0x04],
                ADDRESS,
                &[0, coding],
                TIME,
                &[length],
                &vec![0; 160][..],
            ]
            .concat()
        };
        let error = refused(&of(most + 1), Context::SC_TO_MS);
        assert_eq!(
            error.to_string(),
            format!("TP-UDL at octet 14: at most {max}, had {}", most + 1)
        );
        let error = refused(&of(most), Context::SC_TO_MS);
        assert_eq!(error.kind.name(), "trailing_octets");
    }
    // What is left of 164 octets.
    for (kind, first, context) in [
        (Kind::DeliverReport, vec![0x00, 0x04], Context::MS_TO_SC),
        (
            Kind::SubmitReport,
            [&[0x01, 0x04], TIME].concat(),
            Context::SC_TO_MS,
        ),
        (
            Kind::StatusReport,
            [&[0x06, 7, 0, 0x81], TIME, TIME, &[0, 4]].concat(),
            Context::SC_TO_MS,
        ),
        (
            Kind::Command,
            [&[0x02, 0, 0, 0, 0], ADDRESS].concat(),
            Context::MS_TO_SC,
        ),
    ] {
        let septets = kind != Kind::Command;
        let most = kind.max_user_data();
        let length = u8::try_from(if septets { most * 8 / 7 } else { most }).unwrap();
        let full = [&first[..], &[length], &vec![0; most][..]].concat();
        let tpdu = Tpdu::decode_with(&full, context, &Quirks::STRICT)
            .unwrap()
            .pdu;
        assert_eq!(tpdu.kind(), kind);
        assert_eq!(tpdu.user_data().unwrap().octets().len(), most);
        let more = [&first[..], &[length + 1], &vec![0; most + 1][..]].concat();
        assert_eq!(refused(&more, context).kind.name(), "too_long");
    }
}

#[test]
fn optional_fields_end_where_they_like() {
    let read = |rest: &[u8]| {
        let octets = status_report(rest);
        let decoded = StatusReport::decode_with(&octets, &Quirks::STRICT)?;
        assert_eq!(decoded.pdu.to_vec(), octets);
        assert_eq!(decoded.pdu.status.state(), State::Delivered);
        Ok::<_, DecodeError>(decoded.pdu.parameters.map(|parameters| {
            (
                parameters.indicator(),
                parameters.protocol_identifier(),
                parameters.trailing().to_vec(),
            )
        }))
    };
    assert_eq!(read(b"\0"), Ok(None));
    let none = ParameterIndicator::default();
    assert_eq!(read(b"\0\0"), Ok(Some((none, None, vec![]))));
    // A reserved bit: fields not known yet may follow.
    let reserved = ParameterIndicator(0x09);
    let protocol = Some(ProtocolId(0x7F));
    assert_eq!(
        read(b"\0\x09\x7F\xAA\xBB"),
        Ok(Some((reserved, protocol, vec![0xAA, 0xBB])))
    );
    // Two octets more of TP-PI.
    let extended = ParameterIndicator(0x81);
    assert_eq!(
        read(b"\0\x81\x80\x00\x7F\xAA"),
        Ok(Some((extended, protocol, vec![0xAA])))
    );
    assert_eq!(
        read(b"\0\x00\xAA").unwrap_err().kind.name(),
        "trailing_octets"
    );
    assert_eq!(read(b"\0\x02").unwrap_err().field, "TP-DCS");

    for count in 1..40 {
        let padded = status_report(&[&[0][..], &vec![0xFF; count]].concat());
        let found = tolerated(&padded, Context::SC_TO_MS, "endless_parameter_indicator");
        assert_eq!(found, ("TP-PI", 21));
        let parameters = StatusReport::decode(&padded).unwrap().parameters.unwrap();
        assert!(parameters.is_endless() && parameters.user_data().is_none());
    }
    // A SUBMIT-REPORT has a time after TP-PI, so padding cannot stand for it.
    let padded = [0x01, 0xFF, 0xFF];
    let strict = Tpdu::decode_with(&padded, Context::SC_TO_MS, &Quirks::STRICT);
    assert_eq!(strict.unwrap_err().field, "TP-PI");
    let lenient = Tpdu::decode(&padded, Context::SC_TO_MS);
    assert_eq!(lenient.unwrap_err().field, "TP-SCTS");
}

#[test]
fn unknown_parameters_are_made_only_as_they_can_be_read() {
    let with = |reserved, extension, trailing| {
        Parameters::new().with_unknown(ParameterIndicator(reserved), extension, trailing)
    };
    assert_eq!(with(0, &[], &[]), Some(Parameters::new()));
    assert_eq!(with(0, &[], &[1]), None);
    assert_eq!(with(0x07, &[], &[1]), None); // known bits are the fields'
    assert_eq!(with(0x08, &[], &[1]).map(|p| p.indicator().0), Some(0x08));
    assert_eq!(
        with(0, &[0x80, 0x01], &[1]).map(|p| p.indicator().0),
        Some(0x80)
    );
    assert_eq!(with(0, &[0x80], &[]), None);
    assert_eq!(with(0, &[0x00, 0x00], &[]), None);
}

#[test]
fn a_flag_for_a_header_that_cannot_be_there_is_spare() {
    let octets = [0x40, 0x00];
    let report = DeliverReport::decode_with(&octets, ReportKind::Ack, &Quirks::STRICT)
        .unwrap()
        .pdu;
    assert_eq!(
        (report.spare_bits.get(), report.to_vec()),
        (0x40, octets.to_vec())
    );
    // With user data it says that there is one.
    let error = refused(&[0x40, 0x04, 0x00], Context::MS_TO_SC);
    assert_eq!((error.field, error.offset), ("UDHL", 3));
}

#[test]
fn message_types_by_direction() {
    let context = Context::MS_TO_SC;
    assert_eq!(
        refused(&[0x03, 0x00], context).to_string(),
        "TP-MTI at octet 0: the value 0x03 is not allowed"
    );
    assert_eq!(
        refused(&[], context).to_string(),
        "TP-MTI at octet 0: needs 1 octets, had 0"
    );
    // From the service centre the same value is a DELIVER, and stays what it was.
    let octets = [&[0x07], &deliver(ADDRESS, TIME, TEXT)[1..]].concat();
    let Ok(Tpdu::Deliver(deliver)) = Tpdu::decode(&octets, Context::SC_TO_MS) else {
        panic!("no deliver");
    };
    assert!(deliver.reserved_mti);
    assert_eq!(deliver.to_vec(), octets);
    assert_eq!(
        Submit::decode(&octets).unwrap_err().kind.name(),
        "other_kind"
    );
}

#[test]
fn failure_causes_below_80() {
    let context = Context::MS_TO_SC.with_error();
    assert_eq!(
        tolerated(&[0x00, 0x7F, 0x00], context, "odd_value"),
        ("TP-FCS", 1)
    );
    // The octets of a report do not say which it is: as an RP-ACK's these are a TP-PI of two.
    let octets = [0x00, 0xD0, 0x00];
    let Ok(Tpdu::DeliverReport(report)) = Tpdu::decode(&octets, Context::MS_TO_SC) else {
        panic!("no report");
    };
    assert_eq!(
        (report.failure_cause, report.parameters.extension()),
        (None, &[0][..])
    );
    assert_eq!(report.to_vec(), octets);
}

#[test]
fn more_faults_than_are_listed() {
    // All times wrong, the address filled with 1, a TP-PI that does not end.
    let time = [0xFF; 7];
    let octets = [
        &[0x06, 7],
        &b"\x03\x81\x21\x13"[..],
        &time,
        &time,
        &[0, 0xFF],
    ]
    .concat();
    let decoded = Tpdu::decode_with(&octets, Context::SC_TO_MS, &Quirks::LENIENT).unwrap();
    let fields: Vec<_> = decoded.tolerated.iter().map(|fault| fault.field).collect();
    assert_eq!(fields, ["TP-RA", "TP-SCTS", "TP-DT", "TP-PI"]);
    assert_eq!(decoded.pdu.to_vec(), octets);
}

#[test]
fn a_report_that_is_longer_than_a_tpdu() {
    let report = |octets: usize| {
        let length = u8::try_from(octets).unwrap();
        [&[0x00, 0xD0, 0x07, 0, 4, length][..], &vec![0x20; octets]].concat()
    };
    let context = Context::MS_TO_SC.with_error();
    assert!(Tpdu::decode_with(&report(158), context, &Quirks::STRICT).is_ok());
    assert_eq!(tolerated(&report(159), context, "odd_value"), ("TP-UDL", 5));
}

#[test]
fn fields_instead_of_a_parameter_indicator_without_end() {
    let padded = [0x00, 0xFF, 0xFF];
    let read = DeliverReport::decode(&padded, ReportKind::Ack).unwrap();
    assert!(read.parameters.is_endless());
    let text = UserDataBuf::text("hi").unwrap();
    let endless = read.parameters;
    for parameters in [
        endless.with_protocol_identifier(ProtocolId(0)),
        endless.with_data_coding_scheme(DataCodingScheme::UCS2),
        endless.with_user_data(text.view()),
    ] {
        let report = DeliverReport { parameters, ..read };
        let octets = report.to_vec();
        let again = DeliverReport::decode_with(&octets, ReportKind::Ack, &Quirks::STRICT);
        assert_eq!(again.map(|decoded| decoded.pdu), Ok(report));
    }
}

#[test]
fn as_many_faults_as_there_can_be() {
    let time = [0xFF; 7];
    let data = [0x20; 142];
    let octets = [
        &b"\x03\x81\x21\xFF"[..],
        &[0x06, 7],
        b"\x03\x81\xF1\x13",
        &time,
        &time,
        &[0, 0x06, 0x08, 143],
        &data,
    ]
    .concat();
    let decoded = ModemPdu::decode_with(&octets, Context::SC_TO_MS, &Quirks::LENIENT).unwrap();
    let faults = decoded.tolerated.iter();
    let faults: Vec<_> = faults.map(|it| (it.what.name(), it.field)).collect();
    let expect = [
        ("short_service_centre", "SCA"),
        ("odd_value", "TP-RA"),
        ("fill_semi_octet", "TP-RA"),
        ("odd_time", "TP-SCTS"),
        ("odd_time", "TP-DT"),
        ("truncated_user_data", "TP-UD"),
        ("odd_value", "TP-UD"),
        ("odd_value", "TP-UDL"),
    ];
    assert_eq!(faults, expect);
    assert_eq!(decoded.pdu.to_vec(), octets);
}
