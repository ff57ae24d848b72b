//! What holds for every TPDU and for any octets.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use std::time::Duration;

use proptest::prelude::*;
use smsgw_gsm::dcs::{Alphabet, Class, DataCodingScheme};
use smsgw_gsm::field::{
    Address, CommandType, EnhancedFormat, EnhancedPeriod, FailureCause, ProtocolId, Status,
    Timestamp, TypeOfAddress, ValidityPeriod,
};
use smsgw_gsm::tpdu::{
    Command, Context, Deliver, DeliverReport, Kind, ModemPdu, Parameters, ReportKind, SpareBits,
    StatusReport, Submit, SubmitReport, Tpdu, UserData, UserDataBuf,
};
use smsgw_gsm::{AddressError, Quirks, UserDataError};
use support::{TPDUS, lines, octets};

const CONTEXTS: [Context; 4] = [
    Context::SC_TO_MS,
    Context::SC_TO_MS.with_error(),
    Context::MS_TO_SC,
    Context::MS_TO_SC.with_error(),
];

/// Lets through all that there is a switch for.
const LOOSE: Quirks = Quirks {
    trailing_octets: true,
    ..Quirks::LENIENT
};

/// Reads octets every way there is, and looks at all of what comes out.
fn read(octets: &[u8]) {
    for context in CONTEXTS {
        let strict = Tpdu::decode_with(octets, context, &Quirks::STRICT);
        let lenient = Tpdu::decode_with(octets, context, &Quirks::LENIENT);
        let loose = Tpdu::decode_with(octets, context, &LOOSE);
        if let Ok(strict) = strict {
            assert!(strict.tolerated.is_empty());
            assert_eq!(lenient, Ok(strict));
        }
        if let Ok(lenient) = lenient {
            assert_eq!(loose, Ok(lenient));
        }
        if let Ok(loose) = loose {
            look_at(&loose.pdu, octets);
            assert_eq!(strict.is_ok(), loose.tolerated.is_empty());
        }
        for error in [strict.err(), lenient.err(), loose.err()]
            .into_iter()
            .flatten()
        {
            assert!(error.offset <= octets.len(), "{error}");
        }
        if let Ok(pdu) = ModemPdu::decode(octets, context) {
            assert_eq!(pdu.to_vec(), octets);
            let rest = pdu.tpdu.to_vec();
            assert_eq!(pdu.tpdu_len(), rest.len());
            assert!(octets.ends_with(&rest));
            let shown = pdu.service_centre.map(|address| address.to_string());
            assert!(shown.is_none_or(|shown| shown.chars().count() <= 21));
        }
    }
}

fn look_at(tpdu: &Tpdu<'_>, octets: &[u8]) {
    assert_eq!(tpdu.to_vec(), octets);
    let mut end = 0;
    for field in tpdu.fields() {
        assert_eq!(field.octets.start, end);
        assert!(field.octets.end > end);
        end = field.octets.end;
    }
    assert_eq!(end, octets.len());
    assert_eq!(tpdu.first_octet(), octets[0]);
    assert!(!format!("{tpdu:?}").is_empty());

    let Some(user_data) = tpdu.user_data() else {
        return;
    };
    let text = user_data.text();
    let coding = user_data.data_coding_scheme();
    let is_text = coding.alphabet() != Alphabet::EightBit && !coding.is_compressed();
    assert_eq!(text.is_some(), is_text);
    assert_eq!(user_data.header().is_some(), user_data.has_header());
    if let Some(septets) = user_data.septets() {
        assert!(text.unwrap().chars().count() <= septets);
    }
    let header = user_data.header().map_or(&[][..], |header| header.octets());
    assert_eq!([header, user_data.payload()].concat(), user_data.octets());
}

fn vectors() -> Vec<Vec<u8>> {
    let vectors = TPDUS.into_iter().flat_map(lines);
    vectors.map(|vector| octets(&vector)).collect()
}

#[test]
fn every_truncation_of_every_vector_is_read_without_a_panic() {
    for octets in vectors() {
        for end in 0..=octets.len() {
            read(&octets[..end]);
        }
    }
}

/// A DELIVER, SUBMIT or COMMAND has no optional end.
#[test]
fn a_message_cut_anywhere_is_refused_strictly() {
    for octets in vectors() {
        for context in CONTEXTS {
            let Ok(Tpdu::Deliver(_) | Tpdu::Submit(_) | Tpdu::Command(_)) =
                Tpdu::decode_with(&octets, context, &Quirks::STRICT).map(|decoded| decoded.pdu)
            else {
                continue;
            };
            for end in 0..octets.len() {
                let cut = Tpdu::decode_with(&octets[..end], context, &Quirks::STRICT);
                assert!(cut.is_err());
                let longer = [&octets[..], &[0]].concat();
                assert!(Tpdu::decode(&longer, context).is_err());
            }
        }
    }
}

proptest! {
    #[test]
    fn any_octets_are_read_without_a_panic(octets in proptest::collection::vec(any::<u8>(), 0..200)) {
        read(&octets);
    }

    #[test]
    fn a_vector_with_other_octets_is_read_without_a_panic(
        octets in proptest::sample::select(vectors()),
        others in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut octets = octets;
        for (index, octet) in others {
            let index = index.index(octets.len());
            octets[index] = octet;
        }
        read(&octets);
        // Without the service centre's address.
        if let Some(tpdu) = octets.get(1 + usize::from(octets[0])..) {
            read(tpdu);
        }
    }

    #[test]
    fn what_is_made_is_read_as_it_was_made(
        parts in (addresses(), times(), times(), user_data(), any::<[u8; 4]>(), any::<[bool; 4]>()),
        optional in (any::<bool>(), any::<bool>(), proptest::option::of(validities())),
        centre in proptest::option::of(addresses()),
    ) {
        // Its length counts octets, and of 7 of them this is one of the two readings.
        let eighth_at = |centre: &Address| {
            centre.is_alphanumeric() && matches!(centre.octets(), [.., last] if centre.semi_octets() == 14 && last >> 1 == 0)
        };
        prop_assume!(!centre.as_ref().is_some_and(eighth_at));
        let (address, time, later, data, octets, flags) = parts;
        let (with_protocol, with_data, validity) = optional;
        let [one, two, three, spare_bits] = octets;
        let user_data = data.view();
        let mut parameters = Parameters::new();
        if with_protocol {
            parameters = parameters.with_protocol_identifier(ProtocolId(one));
        }
        if with_data {
            parameters = parameters.with_user_data(user_data);
        }
        // TP-UDHI has a meaning when there is user data.
        let report_spare = if with_data { spare_bits & 0b1011_1111 } else { spare_bits };
        let failure = FailureCause(one | 0x80);

        let made = [
            Tpdu::from(Deliver {
                reserved_mti: flags[0],
                more_messages_to_send: flags[1],
                loop_prevention: flags[2],
                status_report_indication: flags[3],
                reply_path: flags[0],
                spare_bits: SpareBits::new(spare_bits),
                protocol_identifier: ProtocolId(two),
                ..Deliver::new(address, time, user_data)
            }),
            Tpdu::from(Submit {
                reject_duplicates: flags[0],
                status_report_request: flags[1],
                reply_path: flags[2],
                message_reference: one,
                protocol_identifier: ProtocolId(two),
                validity_period: validity,
                ..Submit::new(address, user_data)
            }),
            Tpdu::from(StatusReport {
                more_messages_to_send: flags[0],
                loop_prevention: flags[1],
                status_report_qualifier: flags[2],
                spare_bits: SpareBits::new(report_spare),
                parameters: flags[3].then_some(parameters),
                ..StatusReport::new(one, address, time, later, Status(two))
            }),
            Tpdu::from(Command {
                status_report_request: flags[0],
                spare_bits: SpareBits::new(spare_bits),
                message_reference: one,
                protocol_identifier: ProtocolId(two),
                command_data: user_data.into(),
                ..Command::new(CommandType(three), one, address)
            }),
            Tpdu::from(DeliverReport { spare_bits: SpareBits::new(report_spare), parameters, ..DeliverReport::ack() }),
            Tpdu::from(DeliverReport { spare_bits: SpareBits::new(report_spare), parameters, ..DeliverReport::error(failure) }),
            Tpdu::from(SubmitReport { spare_bits: SpareBits::new(report_spare), parameters, ..SubmitReport::ack(time) }),
            Tpdu::from(SubmitReport { spare_bits: SpareBits::new(report_spare), parameters, ..SubmitReport::error(failure, time) }),
        ];
        for tpdu in made {
            let failure = match &tpdu {
                Tpdu::DeliverReport(report) => report.failure_cause,
                Tpdu::SubmitReport(report) => report.failure_cause,
                _ => None,
            };
            let context = Context::new(tpdu.kind().direction(), kind(failure));
            let octets = tpdu.to_vec();
            // A report of long fields has not room for all that a message can have.
            let quirks = if octets.len() > 164 { Quirks::LENIENT } else { Quirks::STRICT };
            let decoded = Tpdu::decode_with(&octets, context, &quirks);
            let decoded = decoded.map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(decoded.pdu, tpdu);
            look_at(&decoded.pdu, &octets);

            let pdu = ModemPdu { service_centre: centre, tpdu };
            let octets = pdu.to_vec();
            let decoded = ModemPdu::decode_with(&octets, context, &quirks).unwrap().pdu;
            prop_assert_eq!(&decoded.to_vec(), &octets);
            let name = |address: &Address| (address.type_of_address(), address.to_string());
            prop_assert_eq!(decoded.service_centre.as_ref().map(name), centre.as_ref().map(name));
        }
    }

    #[test]
    fn an_address_says_what_it_was_made_of(digits in "[0-9*#abc]{0,20}", name in "[A-Za-zäÖ@ €]{1,5}") {
        for toa in [0x81, 0x91, 0xA1, 0xFF].map(TypeOfAddress) {
            let address = Address::new(toa, &digits).unwrap();
            prop_assert_eq!(address.digits().collect::<String>(), digits.clone());
            let shown = address.to_string();
            prop_assert_eq!(shown.trim_start_matches('+'), &digits);
            prop_assert_eq!(shown.starts_with('+'), toa == TypeOfAddress::INTERNATIONAL);
        }
        let address = Address::alphanumeric(&name).unwrap();
        prop_assert_eq!(address.name(), Some(name));
    }

    #[test]
    fn a_time_says_what_it_was_made_of(seconds in 631_152_000_i64..3_786_912_000, quarters in -79_i8..80) {
        // Within a day of either end the local year may be outside.
        if let Some(time) = Timestamp::from_unix_seconds(seconds, quarters) {
            prop_assert_eq!(time.unix_seconds(), Some(seconds));
            prop_assert_eq!(time.offset_quarters(), quarters);
            prop_assert_eq!(Timestamp::from_octets(time.octets()), time);
        }
    }

    #[test]
    fn a_relative_period_is_long_enough(seconds in 0_u64..40_000_000) {
        let period = ValidityPeriod::relative(Duration::from_secs(seconds));
        let rounded = period.duration().unwrap().as_secs();
        prop_assert!(rounded >= seconds.min(63 * 604_800));
    }
}

fn kind(failure: Option<FailureCause>) -> ReportKind {
    match failure {
        Some(_) => ReportKind::Error,
        None => ReportKind::Ack,
    }
}

fn addresses() -> impl Strategy<Value = Address> {
    prop_oneof![
        ("[0-9*#abc]{0,20}", any::<u8>())
            .prop_filter("a number", |(_, toa)| toa & 0x70 != 0x50)
            .prop_map(|(digits, toa)| Address::new(TypeOfAddress(toa), &digits).unwrap()),
        "[A-Za-z0-9 @_é]{1,11}".prop_map(|name| Address::alphanumeric(&name).unwrap()),
    ]
}

fn times() -> impl Strategy<Value = Timestamp> {
    (
        1990_u16..2090,
        1_u8..13,
        1_u8..29,
        0_u8..24,
        (0_u8..60, 0_u8..60, -79_i8..80),
    )
        .prop_map(|(year, month, day, hour, (minute, second, zone))| {
            Timestamp::new(year, month, day, hour, minute, second, zone).unwrap()
        })
}

fn validities() -> impl Strategy<Value = ValidityPeriod> {
    let enhanced = prop_oneof![
        Just(EnhancedFormat::None),
        (1_u8..).prop_map(EnhancedFormat::Seconds),
        (0_u8..100, 0_u8..60, 0_u8..60).prop_map(|(hours, minutes, seconds)| {
            EnhancedFormat::Time {
                hours,
                minutes,
                seconds,
            }
        }),
    ];
    prop_oneof![
        (0_u64..40_000_000).prop_map(|s| ValidityPeriod::relative(Duration::from_secs(s))),
        times().prop_map(ValidityPeriod::Absolute),
        (enhanced, any::<bool>()).prop_map(|(format, once)| {
            let period = EnhancedPeriod::new(format).unwrap();
            ValidityPeriod::Enhanced(if once {
                period.with_single_shot()
            } else {
                period
            })
        }),
    ]
}

/// With a header of one element or none, and as much after it as there is room for.
fn user_data() -> impl Strategy<Value = UserDataBuf> {
    let element = proptest::collection::vec(any::<u8>(), 0..137);
    let headers = proptest::option::of((any::<u8>(), element)).prop_map(|element| {
        element.map_or(Vec::new(), |(iei, data)| {
            let length = u8::try_from(data.len()).unwrap();
            [&[length + 2, iei, length], &data[..]].concat()
        })
    });
    (
        any::<u8>(),
        headers,
        proptest::collection::vec(any::<u8>(), 160),
    )
        .prop_map(|(coding, header, mut content)| {
            let coding = DataCodingScheme(coding);
            let room = 140 - header.len();
            let room = if coding.counts_septets() {
                160 - (8 * header.len()).div_ceil(7)
            } else if coding.alphabet() == Alphabet::Ucs2 && !coding.is_compressed() {
                room / 2 * 2
            } else {
                room
            };
            let length = usize::from(content[0]) % (room + 1);
            let length = if coding.alphabet() == Alphabet::Ucs2 && !coding.is_compressed() {
                length / 2 * 2
            } else {
                length
            };
            if coding.counts_septets() {
                content.iter_mut().for_each(|octet| *octet &= 0x7F);
            }
            UserDataBuf::new(coding, &header, &content[..length]).unwrap()
        })
}

#[test]
fn user_data_is_full_to_the_last_septet_and_octet() {
    for header in 0..=140_usize {
        let header: Vec<u8> = match header {
            0 => Vec::new(),
            1 => vec![0],
            2 => continue, // an identifier without a length
            _ => {
                let length = u8::try_from(header).unwrap();
                let data = vec![0xFF; header - 3];
                [&[length - 1, 0x70, length - 3], &data[..]].concat()
            }
        };
        let septets = 160 - (8 * header.len()).div_ceil(7);
        let octets = 140 - header.len();
        for (coding, most) in [
            (DataCodingScheme::GSM7, septets),
            (DataCodingScheme::EIGHT_BIT, octets),
            (DataCodingScheme::UCS2, octets / 2 * 2),
        ] {
            let full = UserDataBuf::new(coding, &header, &vec![0x2A; most]).unwrap();
            let view = full.view();
            let again = UserData::from_octets(
                Kind::Submit,
                coding,
                view.udl(),
                view.has_header(),
                view.octets(),
            );
            assert_eq!(again, Ok(view));
            if coding == DataCodingScheme::GSM7 {
                assert_eq!(view.text(), Some("*".repeat(most)));
            }
            let more = vec![0x2A; most + 2];
            assert!(UserDataBuf::new(coding, &header, &more).is_err());
            let empty = UserDataBuf::new(coding, &header, &[]).unwrap();
            assert_eq!(empty.view().text().unwrap_or_default(), "");
        }
    }
}

#[test]
fn user_data_prints_the_octets_that_are_there() {
    let text = UserDataBuf::text("hi").unwrap();
    assert_eq!(
        format!("{text:?}"),
        format!("UserDataBuf({:?})", text.view())
    );
    assert!(format!("{text:?}").ends_with("octets: [232, 52] })"));
}

#[test]
fn a_class_is_kept_by_the_groups_that_know_it() {
    let text = UserDataBuf::text("flash")
        .unwrap()
        .with_class(Class::Class0);
    assert_eq!(text.view().data_coding_scheme(), DataCodingScheme(0x10));
    assert_eq!(text.view().text().as_deref(), Some("flash"));
    for octet in 0..=255 {
        let coding = DataCodingScheme(octet);
        let classed = coding.with_class(Class::Class2);
        assert_eq!(classed.counts_septets(), coding.counts_septets());
        assert_eq!(classed.alphabet(), coding.alphabet());
        assert_eq!(
            classed.class().is_some(),
            classed != coding || coding.class().is_some()
        );
    }
}

#[test]
fn what_people_write_is_a_number_or_a_name() {
    let shown = |text| Address::parse(text).map(|a| (a.type_of_address().0, a.to_string()));
    let of = |toa, text: &str| Ok((toa, text.to_owned()));
    assert_eq!(shown("+41791234567"), of(0x91, "+41791234567"));
    assert_eq!(shown("0791234567"), of(0x81, "0791234567"));
    assert_eq!(shown("*100#"), of(0x81, "*100#"));
    assert_eq!(shown("a1b2c3"), of(0xD0, "a1b2c3"));
    assert_eq!(shown("Telfort"), of(0xD0, "Telfort"));
    assert_eq!(
        shown("1234567@"),
        Err(AddressError::NoDigit {
            character: '@',
            index: 7
        })
    );
    assert_eq!(
        shown("079 123"),
        Err(AddressError::NoDigit {
            character: ' ',
            index: 3
        })
    );
    assert_eq!(
        shown("+49x"),
        Err(AddressError::NoDigit {
            character: 'x',
            index: 3
        })
    );
    assert_eq!(shown("+"), Err(AddressError::Empty));
    assert_eq!(shown(""), Err(AddressError::Empty));
    assert_eq!(
        shown("123456789012345678901"),
        Err(AddressError::TooLong { max: 20, had: 21 })
    );
    assert_eq!(
        shown("Zwölf Zeiche"),
        Err(AddressError::TooLong { max: 11, had: 12 })
    );
    assert_eq!(shown("aaaaaaaaa€"), of(0xD0, "aaaaaaaaa€"));
    assert!(shown("aaaaaaaaaa€").is_err());
    assert!(matches!(shown("Я"), Err(AddressError::Encode(_))));
}

/// Seven characters take 13 semi-octets, and are seven again: an eighth septet of 0 would be `@`.
#[test]
fn a_name_has_as_many_characters_as_it_was_given() {
    let names = [
        "",
        "T",
        "Te",
        "Telfort",
        "Telfort@",
        "@@@@@@@",
        "@@@@@@@@",
        "@@@@@@@@@@@",
    ];
    for name in names {
        let address = Address::new(TypeOfAddress::ALPHANUMERIC, name).unwrap();
        assert_eq!(address.name().as_deref(), Some(name));
        let bits = 7 * name.len();
        assert_eq!(usize::from(address.semi_octets()), bits.div_ceil(4));
    }
}

#[test]
fn septets_and_headers_that_are_none() {
    let new = |coding, header: &[u8], payload: &[u8]| {
        UserDataBuf::new(coding, header, payload).unwrap_err()
    };
    assert_eq!(
        new(DataCodingScheme::GSM7, &[], &[0x69, 0xE9]),
        UserDataError::NoSeptet {
            value: 0xE9,
            index: 1
        }
    );
    for (coding, header, payload, field, offset) in [
        (
            DataCodingScheme::EIGHT_BIT,
            &[4, 0, 3, 9, 1][..],
            &b"ab"[..],
            "IE",
            1,
        ),
        (DataCodingScheme::EIGHT_BIT, &[9, 0], b"x", "UDHL", 0),
        (DataCodingScheme::UCS2, &[], b"x", "TP-UD", 0),
    ] {
        let UserDataError::Malformed(error) = new(coding, header, payload) else {
            panic!("of another kind");
        };
        assert_eq!((error.field, error.offset), (field, offset), "{error}");
    }
}

/// There the length counts octets, and 7 of them have room for an eighth septet.
#[test]
fn a_service_centre_with_a_name_of_seven_characters_or_eight() {
    let tpdu = Submit::new(Address::alphanumeric("Telfort").unwrap(), UserData::EMPTY);
    for (name, read) in [
        ("Telfort", "Telfort"),
        ("ééééléz", "ééééléz"),
        ("Telfort1", "Telfort1"),
        ("Telfort@", "Telfort"),
    ] {
        let pdu = ModemPdu {
            service_centre: Some(Address::alphanumeric(name).unwrap()),
            tpdu: tpdu.into(),
        };
        let octets = pdu.to_vec();
        assert_eq!(octets[0], 8);
        let decoded = ModemPdu::decode_with(&octets, Context::MS_TO_SC, &Quirks::STRICT);
        let decoded = decoded.unwrap().pdu;
        assert_eq!(
            decoded.service_centre.unwrap().name().as_deref(),
            Some(read)
        );
        assert_eq!(decoded.to_vec(), octets);
    }
}
