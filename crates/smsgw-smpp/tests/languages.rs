//! Texts in the language tables of GSM 7-bit: when they are used, and what their parts look like.
#![cfg(feature = "text")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::Duration;

use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::{Language, Tables};
use smsgw_gsm::reassemble::{Limits, Outcome, Reassembler};
use smsgw_gsm::segment::LanguageChoice;
use smsgw_gsm::septet;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_smpp::pdu::DeliverSm;
use smsgw_smpp::text::{
    Alphabets, Charset, Content, DefaultAlphabet, LongPolicy, Part, SplitOptions, TextError,
    joined_text, split,
};
use smsgw_smpp::tlv::Tlvs;
use smsgw_smpp::types::{DataCoding, EsmClass};

const POLICIES: [LongPolicy; 4] = [
    LongPolicy::Udh8,
    LongPolicy::Udh16,
    LongPolicy::Sar,
    LongPolicy::MessagePayload,
];

fn options(default: DefaultAlphabet, policy: LongPolicy) -> SplitOptions {
    SplitOptions::new(Alphabets::new(default), policy).with_language(LanguageChoice::Auto)
}

fn turkish(characters: usize) -> String {
    let words = "Yağmurlu bir günde çıkıp kıyıda yürüdük. ";
    words.chars().cycle().take(characters).collect()
}

/// The tables and the text of a part, as a handset reads it.
fn read(part: &Part, default: DefaultAlphabet) -> (Tables, String) {
    let short_message = part.short_message();
    let octets = short_message.as_octets();
    if part.data_coding() == DataCoding::UCS2 {
        let text = Charset::Ucs2.decode(octets).into_owned();
        return (Tables::DEFAULT, text);
    }
    assert_eq!(part.data_coding(), DataCoding::MC_SPECIFIC);
    assert_eq!(part.esm_class(), EsmClass::UDH_INDICATOR);
    let (header, rest) = UserDataHeader::split(octets).unwrap();
    header.check().unwrap();
    let tables = header.tables();
    let text = match default {
        DefaultAlphabet::GsmPacked => {
            let septets = septet::capacity(rest.len(), header.fill_bits());
            tables.decode_packed(rest, septets, header.fill_bits())
        }
        _ => tables.decode(rest),
    };
    (tables, text)
}

#[test]
fn a_short_text_has_a_header_of_its_own() {
    let locking = Tables {
        locking: Some(Language::Turkish),
        single: None,
    };
    for default in [DefaultAlphabet::GsmUnpacked, DefaultAlphabet::GsmPacked] {
        for policy in POLICIES {
            let text = turkish(155);
            let parts = split(&text, &options(default, policy), 7).unwrap();
            assert_eq!(parts.len(), 1, "{policy:?}");
            assert_eq!(read(&parts[0], default), (locking, text));
            assert!(parts[0].tlvs().is_empty());
        }
    }
}

#[test]
fn a_text_of_the_default_alphabet_has_none() {
    let options = options(DefaultAlphabet::GsmUnpacked, LongPolicy::Udh8);
    let parts = split("5 € à", &options, 7).unwrap();
    assert_eq!(parts[0].esm_class(), EsmClass::DEFAULT);
    let parts = split("Привет, şehir", &options, 7).unwrap();
    assert_eq!(parts[0].data_coding(), DataCoding::UCS2);
}

#[test]
fn each_part_names_the_tables() {
    for (policy, header, room) in [
        (LongPolicy::Udh8, &[8, 0, 3, 7, 2, 1, 0x25, 1, 1][..], 149),
        (LongPolicy::Udh16, &[9, 8, 4, 1, 7, 2, 1, 0x25, 1, 1], 148),
    ] {
        for default in [DefaultAlphabet::GsmUnpacked, DefaultAlphabet::GsmPacked] {
            let text = turkish(2 * room);
            let parts = split(&text, &options(default, policy), 0x0107).unwrap();
            assert_eq!(parts.len(), 2, "{policy:?}");
            assert!(parts[0].short_message().as_octets().starts_with(header));
            let read: Vec<_> = parts.iter().map(|part| read(part, default)).collect();
            for (tables, text) in &read {
                assert_eq!(tables.locking, Some(Language::Turkish));
                assert_eq!(text.chars().count(), room);
            }
            assert_eq!([&*read[0].1, &read[1].1].concat(), text);
            let text = turkish(2 * room + 1);
            let parts = split(&text, &options(default, policy), 0x0107).unwrap();
            assert_eq!(parts.len(), 3);
        }
    }
}

#[test]
fn what_was_split_is_joined() {
    for policy in POLICIES {
        for default in [DefaultAlphabet::GsmUnpacked, DefaultAlphabet::GsmPacked] {
            for text in [
                turkish(155),
                turkish(156),
                "Œuf ".repeat(50),
                "çöp {€} ".repeat(90),
            ] {
                let options = options(default, policy);
                let mut reassembler = Reassembler::new(Limits::DEFAULT);
                let mut joined = None;
                for part in split(&text, &options, 7).unwrap().iter().rev() {
                    let tlvs = part.tlvs();
                    let deliver = DeliverSm {
                        esm_class: part.esm_class(),
                        data_coding: part.data_coding(),
                        short_message: part.short_message(),
                        tlvs: Tlvs::new(&tlvs).unwrap(),
                        ..DeliverSm::default()
                    };
                    let part = Content::from(&deliver).to_part((), ());
                    let inserted = reassembler.insert(part, Duration::ZERO);
                    if let Outcome::Complete(message) = inserted.outcome {
                        joined = joined_text(&message, &options.alphabets);
                    }
                }
                assert_eq!(joined, Some(text), "{policy:?} {default:?}");
            }
        }
    }
}

#[test]
fn a_long_text_whose_headers_the_mc_makes_is_written_without() {
    for policy in [LongPolicy::Sar, LongPolicy::MessagePayload] {
        for default in [DefaultAlphabet::GsmUnpacked, DefaultAlphabet::GsmPacked] {
            let options = options(default, policy);
            let without = options.with_language(LanguageChoice::None);
            let text = turkish(156);
            let parts = split(&text, &options, 7).unwrap();
            assert_eq!(parts, split(&text, &without, 7).unwrap());
            assert_eq!(parts[0].data_coding(), DataCoding::UCS2);
            assert_eq!(parts[0].esm_class(), EsmClass::DEFAULT);
            let error = split(&text, &options.with_data_coding(DataCoding(0)), 7);
            assert!(matches!(error, Err(TextError::Encode(_))), "{error:?}");
        }
    }
}

#[test]
fn a_data_coding_asked_for_is_used() {
    let options = options(DefaultAlphabet::GsmUnpacked, LongPolicy::Udh8);
    let flash = split("şu", &options.with_data_coding(DataCoding(0xF0)), 7).unwrap();
    assert_eq!(flash[0].data_coding(), DataCoding(0xF0));
    assert_eq!(flash[0].esm_class(), EsmClass::UDH_INDICATOR);
    let wide = split("şu", &options.with_data_coding(DataCoding::UCS2), 7).unwrap();
    assert_eq!(read(&wide[0], DefaultAlphabet::GsmUnpacked).1, "şu");
    assert_eq!(wide[0].esm_class(), EsmClass::DEFAULT);

    let spanish = LanguageChoice::Only(Language::Spanish);
    let spanish = options.with_language(spanish);
    let error = split("á ş", &spanish.with_data_coding(DataCoding(0)), 7).unwrap_err();
    let TextError::Encode(error) = error else {
        panic!("{error}")
    };
    assert_eq!(error.charset, Charset::GsmUnpacked);
    let parts = split("á ş", &spanish, 7).unwrap();
    assert_eq!(parts[0].data_coding(), DataCoding::UCS2);

    let mut latin_1 = self::options(DefaultAlphabet::Latin1, LongPolicy::Udh8);
    let parts = split("şu", &latin_1, 7).unwrap();
    assert_eq!(parts[0].data_coding(), DataCoding::UCS2);
    latin_1.alphabets.default_alphabet = DefaultAlphabet::GsmUnpacked;
    latin_1.alphabets.sends_latin_1 = true;
    let parts = split("ça", &latin_1, 7).unwrap();
    assert_eq!(parts[0].data_coding(), DataCoding::LATIN_1);
}

#[test]
fn there_is_an_end_to_parts() {
    let options = options(DefaultAlphabet::GsmUnpacked, LongPolicy::Udh8);
    assert_eq!(split(&turkish(255 * 149), &options, 0).unwrap().len(), 255);
    let error = split(&turkish(255 * 149 + 1), &options, 0);
    let too_many = SegmentError::TooManyParts {
        needed: 256,
        max: 255,
    };
    assert_eq!(error, Err(TextError::Segment(too_many)));
}
