//! Text: every `data_coding` both ways, long messages by the three ways, in any order and mixed.
#![cfg(feature = "text")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use common::unhex;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use smsgw_gsm::SegmentError;
use smsgw_gsm::reassemble::{Limits, Message, Outcome, Position, Reassembler, Tie};
use smsgw_gsm::udh::Reference;
use smsgw_smpp::pdu::{Body as _, DataSm, DeliverSm, SubmitSm};
use smsgw_smpp::text::{
    Alphabets, Charset, Content, DefaultAlphabet, LongPolicy, Part, Parties, Piece, SplitOptions,
    TextError, joined_octets, joined_text, split,
};
use smsgw_smpp::tlv::{
    DestinationPort, MessagePayload, SarMsgRefNum, SarSegmentSeqnum, SarTotalSegments, SourcePort,
    Tlv, TlvOctets, Tlvs,
};
use smsgw_smpp::types::{Address, DataCoding, EsmClass, InterfaceVersion, ShortMessage};
use smsgw_smpp::{CommandStatus, Frame, SequenceNumber};

const DEFAULTS: [DefaultAlphabet; 4] = [
    DefaultAlphabet::GsmUnpacked,
    DefaultAlphabet::GsmPacked,
    DefaultAlphabet::Latin1,
    DefaultAlphabet::Ascii,
];

const CHARSETS: [Charset; 11] = [
    Charset::GsmUnpacked,
    Charset::GsmPacked,
    Charset::Ascii,
    Charset::Latin1,
    Charset::ShiftJis,
    Charset::Cyrillic,
    Charset::Hebrew,
    Charset::Ucs2,
    Charset::Iso2022Jp,
    Charset::EucJp,
    Charset::EucKr,
];

const POLICIES: [LongPolicy; 4] = [
    LongPolicy::Udh8,
    LongPolicy::Udh16,
    LongPolicy::Sar,
    LongPolicy::MessagePayload,
];

/// The codings of the table, and octets that mean a text in them.
#[test]
fn known_octets_both_ways() {
    let packed = Alphabets::new(DefaultAlphabet::GsmPacked);
    let latin_1 = Alphabets::new(DefaultAlphabet::Latin1);
    let ascii = Alphabets::new(DefaultAlphabet::Ascii);
    let usual = Alphabets::default();
    for (alphabets, data_coding, text, octets) in [
        (usual, 0x00, "@£ Δ€", "00012010 1b65"),
        (usual, 0x00, "hello", "68656c6c6f"),
        (packed, 0x00, "hellohello", "e8329bfd4697d9ec37"),
        (packed, 0x00, "1234567", "31d98c56b3dd00"),
        (latin_1, 0x00, "hé!", "68e921"),
        (ascii, 0x00, "a~", "617e"),
        (usual, 0x01, "a@$~", "6140247e"),
        (usual, 0x03, "Grüße\u{80}", "4772fcdf6580"),
        (usual, 0x05, "日本語ｱ", "93fa967b8ceab1"),
        (usual, 0x06, "Привет", "bfe0d8d2d5e2"),
        (usual, 0x07, "שלום", "f9ece5ed"),
        (usual, 0x08, "я😀", "044fd83dde00"),
        (usual, 0x09, "テスト", "836583588367"),
        (usual, 0x0A, "日本語a", "1b2442467c4b5c386c1b284261"),
        (usual, 0x0D, "日本", "c6fccbdc"),
        (usual, 0x0E, "한글", "c7d1b1db"),
        // TP-DCS passed through: class 0 of GSM and of UCS-2, and with the bit for deletion.
        (usual, 0x10, "@", "00"),
        (usual, 0x18, "я", "044f"),
        (usual, 0x48, "я", "044f"),
        // Message waiting, message class.
        (usual, 0xC8, "@", "00"),
        (usual, 0xD0, "@", "00"),
        (packed, 0xD0, "hellohello", "e8329bfd4697d9ec37"),
        (usual, 0xE0, "я", "044f"),
        (usual, 0xF0, "@", "00"),
        (usual, 0xFB, "@", "00"),
        (latin_1, 0xF1, "é", "e9"),
    ] {
        let data_coding = DataCoding(data_coding);
        let octets = unhex(&octets.replace(' ', ""));
        let read = alphabets.decode(data_coding, &octets);
        assert_eq!(read.as_deref(), Some(text), "{data_coding}");
        let written = alphabets.encode(data_coding, text).unwrap();
        assert_eq!(written, octets, "{data_coding}");
    }
}

#[test]
fn octets_have_no_text() {
    let none = [
        0x02, 0x04, 0x0B, 0x0C, 0x0F, 0x14, 0x1C, 0x20, 0x28, 0x80, 0xBF, 0xF4, 0xFF,
    ];
    let alphabets = Alphabets::default();
    for data_coding in none.map(DataCoding) {
        assert_eq!(alphabets.decode(data_coding, b"a"), None, "{data_coding}");
        let error = TextError::NoText { data_coding };
        assert_eq!(alphabets.encode(data_coding, "a"), Err(error));
    }
    let with = (0..=0xFF).filter(|value| alphabets.charset(DataCoding(*value)).is_some());
    assert_eq!(with.count(), 14 - 3 + 3 * 8 + 32 + 16 + 8);
    let error = alphabets.encode(DataCoding(4), "a").unwrap_err();
    assert_eq!(
        error.to_string(),
        "data_coding OCTET_UNSPECIFIED_ALL has no text"
    );
}

#[test]
fn what_only_reading_lets_through() {
    // The other form of JIS X 0208, and a character of JIS X 0212.
    let jis = b"\x1B$BF|K\\\x1B(B!";
    assert_eq!(Charset::ShiftJis.decode(jis), "日本!");
    assert_eq!(Charset::EucJp.decode(b"\x8F\xB0\xA1"), "丂");
    assert!(!Charset::EucJp.has('丂'));
    // Latin-1 where ASCII was announced.
    assert_eq!(Charset::Ascii.decode(b"caf\xE9"), "café");
    assert_eq!(Charset::Ucs2.decode(b"\xD8\x3D\0a\0"), "\u{FFFD}a\u{FFFD}");
    assert_eq!(Charset::EucKr.decode(b"\xFFa"), "\u{FFFD}a");
}

/// Written as another character that looks like it, these would not come back.
#[test]
fn lookalikes_are_not_in_the_alphabet() {
    for (charset, text) in [
        (Charset::ShiftJis, "¥‾−\x1B\x0E"),
        (Charset::EucJp, "¥‾−"),
        (Charset::Iso2022Jp, "−ｱ\x1B\x0E"),
    ] {
        for character in text.chars() {
            assert!(!charset.has(character), "{charset} {character:?}");
        }
    }
    assert!(Charset::Iso2022Jp.has('¥'));
}

#[test]
fn the_first_stranger_is_named() {
    let strangers = [
        (Charset::GsmUnpacked, "né ₽ç"),
        (Charset::GsmPacked, "né ₽ç"),
        (Charset::Ascii, "n  é₽"),
        (Charset::Latin1, "né ₽"),
        (Charset::ShiftJis, "語 é"),
        (Charset::Cyrillic, "я ₽"),
        (Charset::Hebrew, "ש ₽"),
        (Charset::Iso2022Jp, "語 é"),
        (Charset::EucJp, "語 é😀"),
        (Charset::EucKr, "한 é😀"),
    ];
    for (charset, text) in strangers {
        let error = charset.encode(text).unwrap_err();
        assert_eq!(error.charset, charset);
        assert!(text[error.index..].starts_with(error.character));
        assert!(
            text[..error.index].chars().all(|it| charset.has(it)),
            "{charset}"
        );
        assert!(!charset.has(error.character), "{charset}");

        let replaced = charset.replace(text, '?').unwrap();
        assert!(replaced.contains('?'));
        assert_eq!(replaced.chars().count(), text.chars().count());
        assert_eq!(
            charset.decode(&charset.encode(&replaced).unwrap()),
            replaced
        );
        assert_eq!(
            charset.replace(text, '\u{10FFFF}').unwrap_err().character,
            '\u{10FFFF}'
        );
    }
    let error = Charset::Cyrillic.encode("ой ₽").unwrap_err();
    assert_eq!(
        error.to_string(),
        "character '₽' (U+20BD) at 5 is not in ISO-8859-5"
    );
}

#[test]
fn ascii_is_not_copied() {
    use std::borrow::Cow;
    for charset in CHARSETS {
        if !matches!(charset, Charset::GsmPacked | Charset::Ucs2) {
            assert!(
                matches!(charset.decode(b"hello 123"), Cow::Borrowed(_)),
                "{charset}"
            );
        }
    }
    assert!(matches!(
        Charset::Latin1.encode("hello"),
        Ok(Cow::Borrowed(_))
    ));
}

#[test]
fn the_cheapest_is_chosen() {
    for (default, latin_1, text, expect) in [
        (
            DefaultAlphabet::GsmUnpacked,
            false,
            "",
            DataCoding::MC_SPECIFIC,
        ),
        (
            DefaultAlphabet::GsmUnpacked,
            false,
            "€",
            DataCoding::MC_SPECIFIC,
        ),
        (DefaultAlphabet::GsmUnpacked, false, "ç", DataCoding::UCS2),
        (DefaultAlphabet::GsmUnpacked, true, "ç", DataCoding::LATIN_1),
        (DefaultAlphabet::GsmUnpacked, true, "ç€", DataCoding::UCS2),
        // 14 bits against 8.
        (
            DefaultAlphabet::GsmPacked,
            true,
            "[{}]",
            DataCoding::LATIN_1,
        ),
        (DefaultAlphabet::Latin1, false, "ç", DataCoding::MC_SPECIFIC),
        (DefaultAlphabet::Ascii, false, "é", DataCoding::UCS2),
        (DefaultAlphabet::Ascii, true, "é", DataCoding::LATIN_1),
    ] {
        let mut alphabets = Alphabets::new(default);
        alphabets.sends_latin_1 = latin_1;
        assert_eq!(alphabets.choose(text), expect, "{default:?} {text}");
    }
}

#[test]
fn packed_septets_lose_one_at_sign() {
    let encoded = Charset::GsmPacked.encode("1234567@").unwrap();
    assert_eq!(encoded, Charset::GsmPacked.encode("1234567").unwrap());
    assert_eq!(Charset::GsmPacked.decode(&encoded), "1234567");
    assert_eq!(Charset::GsmPacked.decode(&encoded[..0]), "");
}

/// A deliver_sm from `source` with what `part` says.
fn deliver(source: &str, part: &Part) -> Frame {
    let tlvs = part.tlvs();
    let deliver = DeliverSm {
        source_addr: Address::international(source).unwrap(),
        esm_class: part.esm_class(),
        data_coding: part.data_coding(),
        short_message: part.short_message(),
        tlvs: Tlvs::new(&tlvs).unwrap(),
        ..DeliverSm::default()
    };
    deliver.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1))
}

type Joiner = Reassembler<Parties, Piece<()>, Duration>;

fn receive(joiner: &mut Joiner, frame: &Frame) -> Option<Message<Parties, Piece<()>>> {
    let deliver: DeliverSm<'_> = frame.decode().unwrap();
    let part = Content::from(&deliver).to_part(Parties::from(&deliver), ());
    let inserted = joiner.insert(part, Duration::ZERO);
    assert!(inserted.released.is_empty());
    match inserted.outcome {
        Outcome::Complete(message) => Some(message),
        _ => None,
    }
}

fn sizes(text: &str, default: DefaultAlphabet, policy: LongPolicy) -> Vec<usize> {
    let options = SplitOptions::new(Alphabets::new(default), policy);
    let parts = split(text, &options, 7).unwrap();
    parts
        .iter()
        .map(|part| part.short_message().as_octets().len())
        .collect()
}

#[test]
fn parts_are_as_long_as_they_may_be() {
    use DefaultAlphabet::{GsmPacked, GsmUnpacked, Latin1};
    let a = |count| "a".repeat(count);
    assert_eq!(sizes(&a(160), GsmUnpacked, LongPolicy::Udh8), [160]);
    assert_eq!(
        sizes(&a(161), GsmUnpacked, LongPolicy::Udh8),
        [6 + 153, 6 + 8]
    );
    assert_eq!(
        sizes(&a(161), GsmUnpacked, LongPolicy::Udh16),
        [7 + 152, 7 + 9]
    );
    assert_eq!(sizes(&a(161), GsmUnpacked, LongPolicy::Sar), [152, 9]);
    assert_eq!(sizes(&a(161), GsmUnpacked, LongPolicy::MessagePayload), [0]);
    assert_eq!(sizes(&a(160), GsmPacked, LongPolicy::MessagePayload), [140]);
    assert_eq!(sizes(&a(161), GsmPacked, LongPolicy::Udh8), [140, 6 + 8]);
    assert_eq!(sizes(&a(161), GsmPacked, LongPolicy::Sar), [133, 8]);
    assert_eq!(sizes(&a(140), Latin1, LongPolicy::Udh8), [140]);
    assert_eq!(sizes(&a(141), Latin1, LongPolicy::Udh8), [140, 6 + 7]);
    assert_eq!(sizes(&a(141), Latin1, LongPolicy::Sar), [133, 8]);
    let ya = "я".repeat(71);
    assert_eq!(sizes(&ya, GsmUnpacked, LongPolicy::Udh8), [6 + 134, 6 + 8]);
    assert_eq!(
        sizes(&ya, GsmUnpacked, LongPolicy::Udh16),
        [7 + 132, 7 + 10]
    );
    assert_eq!(sizes("", GsmUnpacked, LongPolicy::Sar), [0]);
}

#[test]
fn there_is_an_end_to_parts() {
    let options = |policy| SplitOptions::new(Alphabets::new(DefaultAlphabet::Latin1), policy);
    let most = "a".repeat(255 * 134);
    let parts = split(&most, &options(LongPolicy::Udh8), 0).unwrap();
    assert_eq!(parts.len(), 255);
    let too_many = |needed| {
        Err(TextError::Segment(SegmentError::TooManyParts {
            needed,
            max: 255,
        }))
    };
    assert_eq!(
        split(&(most.clone() + "a"), &options(LongPolicy::Udh8), 0),
        too_many(256)
    );
    let gsm = SplitOptions::new(Alphabets::default(), LongPolicy::Udh8);
    assert_eq!(split(&"a".repeat(255 * 153 + 1), &gsm, 0), too_many(256));
    let payload = options(LongPolicy::MessagePayload);
    let parts = split(&"a".repeat(65_535), &payload, 0).unwrap();
    assert_eq!(parts.len(), 1);
    let error = TextError::TooLong {
        had: 65_536,
        max: 65_535,
    };
    assert_eq!(split(&"a".repeat(65_536), &payload, 0), Err(error));
}

#[test]
fn a_data_coding_asked_for_is_used() {
    let options = SplitOptions::new(Alphabets::default(), LongPolicy::Udh8);
    let cyrillic = options.with_data_coding(DataCoding::CYRILLIC);
    let parts = split("Да", &cyrillic, 0).unwrap();
    assert_eq!(parts[0].data_coding(), DataCoding::CYRILLIC);
    assert_eq!(parts[0].short_message().as_octets(), b"\xB4\xD0");
    assert!(matches!(
        split("語", &cyrillic, 0),
        Err(TextError::Encode(_))
    ));
    let octets = options.with_data_coding(DataCoding::OCTET_UNSPECIFIED);
    assert!(matches!(
        split("a", &octets, 0),
        Err(TextError::NoText { .. })
    ));
}

#[test]
fn octets_go_where_there_is_room() {
    let part = |len, version| {
        let octets = vec![7; len];
        Part::from_octets(DataCoding(4), b"\x01\x70", &octets, version).unwrap()
    };
    for (len, version, is_short) in [
        (252, InterfaceVersion::SMPP_3_4, true),
        (253, InterfaceVersion::SMPP_3_4, false),
        (253, InterfaceVersion::SMPP_5_0, true),
        (254, InterfaceVersion::SMPP_5_0, false),
    ] {
        let part = part(len, version);
        assert_eq!(!part.short_message().is_empty(), is_short);
        assert_eq!(part.tlvs().is_empty(), is_short);
        assert_eq!(part.esm_class(), EsmClass::UDH_INDICATOR);
        let frame = deliver("1", &part);
        let deliver: DeliverSm<'_> = frame.decode().unwrap();
        let content = Content::from(&deliver);
        assert_eq!(content.octets, vec![7; len]);
        assert_eq!(content.udh.unwrap().octets(), b"\x01\x70");
    }
    let error = Part::from_octets(DataCoding(4), b"", &[0; 65_536], InterfaceVersion::SMPP_5_0);
    assert!(matches!(error, Err(TextError::TooLong { .. })));
}

#[test]
fn short_message_wins_over_the_payload_beside_it() {
    let list = [MessagePayload(TlvOctets::new(b"payload").unwrap()).into()];
    let mut submit = SubmitSm {
        short_message: ShortMessage::new(b"short").unwrap(),
        tlvs: Tlvs::new(&list).unwrap(),
        ..SubmitSm::default()
    };
    let frame = submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
    let read: SubmitSm<'_> = frame.decode().unwrap();
    let content = Content::from(&read);
    assert_eq!(content.octets, b"short");
    assert_eq!(content.unused_payload, Some(&b"payload"[..]));
    submit.short_message = ShortMessage::EMPTY;
    let content = Content::from(&submit);
    assert_eq!(
        (content.octets, content.unused_payload),
        (&b"payload"[..], None)
    );
}

#[test]
fn data_sm_has_its_text_in_the_payload() {
    let list = [
        MessagePayload(TlvOctets::new(b"\x05\x00\x03\x09\x02\x02half").unwrap()).into(),
        SourcePort(5).into(),
    ];
    let data = DataSm {
        esm_class: EsmClass::UDH_INDICATOR,
        tlvs: Tlvs::new(&list).unwrap(),
        ..DataSm::default()
    };
    let content = Content::from(&data);
    assert_eq!(content.text(&Alphabets::default()).as_deref(), Some("half"));
    let tie = Tie::Udh(Reference::Eight(9));
    assert_eq!(
        content.position,
        Some(Position {
            tie,
            total: 2,
            number: 2
        })
    );
    assert_eq!(
        (content.source_port, content.destination_port),
        (Some(5), None)
    );
}

#[test]
fn the_header_wins_over_the_tlvs() {
    let list = [
        SarMsgRefNum(1).into(),
        SarTotalSegments(3).into(),
        SarSegmentSeqnum(3).into(),
        DestinationPort(1).into(),
        SourcePort(2).into(),
    ];
    // Ports, and the first half of two.
    let octets = b"\x0B\x05\x04\x15\x82\x00\x07\x00\x03\x09\x02\x01\0";
    let mut deliver = DeliverSm {
        esm_class: EsmClass::UDH_INDICATOR,
        short_message: ShortMessage::new(octets).unwrap(),
        tlvs: Tlvs::new(&list).unwrap(),
        ..DeliverSm::default()
    };
    let content = Content::from(&deliver);
    let position = content.position.unwrap();
    assert_eq!(
        (position.tie, position.total),
        (Tie::Udh(Reference::Eight(9)), 2)
    );
    assert_eq!(content.destination_port, Some(0x1582));
    assert_eq!(content.source_port, Some(7));

    // The bit is not set, or the header is not whole: octets like others.
    deliver.esm_class = EsmClass::DEFAULT;
    let content = Content::from(&deliver);
    assert_eq!((content.udh, content.octets), (None, &octets[..]));
    assert_eq!(content.position.unwrap().tie, Tie::Sar(1));
    assert_eq!(
        (content.destination_port, content.source_port),
        (Some(1), Some(2))
    );
    deliver.esm_class = EsmClass::UDH_INDICATOR;
    deliver.short_message = ShortMessage::new(b"\x05\x00").unwrap();
    let content = Content::from(&deliver);
    assert_eq!((content.udh, content.octets), (None, &b"\x05\x00"[..]));
    // One TLV of the three is missing.
    deliver.tlvs = Tlvs::new(&list[1..]).unwrap();
    assert_eq!(Content::from(&deliver).position, None);
}

#[test]
fn eight_bit_ports_are_read() {
    let deliver = DeliverSm {
        esm_class: EsmClass::UDH_INDICATOR,
        short_message: ShortMessage::new(b"\x04\x04\x02\xF0\x01x").unwrap(),
        ..DeliverSm::default()
    };
    let content = Content::from(&deliver);
    assert_eq!(
        (content.destination_port, content.source_port),
        (Some(0xF0), Some(1))
    );
}

/// A part with octets of our own.
fn torn(data_coding: u8, number: u8, octets: &[u8]) -> Frame {
    let udh = [5, 0, 3, 1, 2, number];
    let version = InterfaceVersion::SMPP_3_4;
    deliver(
        "1",
        &Part::from_octets(DataCoding(data_coding), &udh, octets, version).unwrap(),
    )
}

#[test]
fn what_senders_tear_is_whole_again() {
    for (data_coding, first, second, expect) in [
        (8, &b"\0a\xD8\x3D"[..], &b"\xDE\x00\0b"[..], "a😀b"),
        (0, b"5 \x1B", b"\x65", "5 €"),
        (5, b"\x93", b"\xFA", "日"),
        (10, b"\x1B$BF|\x1B(B", b"\x1B$BK\\\x1B(B", "日本"),
        (3, b"\xE9", b"\xE8", "éè"),
    ] {
        let mut joiner = Joiner::new(Limits::DEFAULT);
        assert!(receive(&mut joiner, &torn(data_coding, 2, second)).is_none());
        let message = receive(&mut joiner, &torn(data_coding, 1, first)).unwrap();
        let text = joined_text(&message, &Alphabets::default());
        assert_eq!(text.as_deref(), Some(expect), "{data_coding}");
    }
}

#[test]
fn parts_may_differ_in_their_alphabet() {
    let mut joiner = Joiner::new(Limits::DEFAULT);
    receive(&mut joiner, &torn(0, 1, b"\x00"));
    let message = receive(&mut joiner, &torn(8, 2, b"\x04\x4F")).unwrap();
    assert_eq!(
        joined_text(&message, &Alphabets::default()).as_deref(),
        Some("@я")
    );

    // Octets have no text, but are joined too.
    receive(&mut joiner, &torn(4, 1, b"\x01\x02"));
    let message = receive(&mut joiner, &torn(4, 2, b"\x03")).unwrap();
    assert_eq!(joined_text(&message, &Alphabets::default()), None);
    assert_eq!(joined_octets(&message), [1, 2, 3]);
}

/// Elements 25 and 24 say the tables, but of GSM 7-bit text only.
#[test]
fn the_header_names_the_tables() {
    let unpacked = Alphabets::default();
    let packed = Alphabets::new(DefaultAlphabet::GsmPacked);
    let latin_1 = Alphabets::new(DefaultAlphabet::Latin1);
    let text = |alphabets, data_coding, header: &[u8], octets: &[u8]| {
        let short_message = [header, octets].concat();
        let deliver = DeliverSm {
            esm_class: EsmClass::UDH_INDICATOR,
            data_coding: DataCoding(data_coding),
            short_message: ShortMessage::new(&short_message).unwrap(),
            ..DeliverSm::default()
        };
        let text = Content::from(&deliver).text(alphabets);
        text.map(Cow::into_owned)
    };
    let turkish = [6, 0x25, 1, 1, 0x24, 1, 1];
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(
        text(&unpacked, 0, &turkish, b"\x40\x1D\x1B\x65"),
        some("İş€")
    );
    assert_eq!(text(&packed, 0, &turkish, b"\xC0\xCE\xA6\x0C"), some("İş€"));
    assert_eq!(text(&unpacked, 0xF1, &turkish, b"\x1B\x49"), some("İ"));
    assert_eq!(text(&unpacked, 3, &turkish, b"\x40\x1D"), some("@\x1D"));
    assert_eq!(text(&latin_1, 0, &turkish, b"\x40\x1D"), some("@\x1D"));
    // A language that nobody knows.
    assert_eq!(text(&unpacked, 0, &[3, 0x25, 1, 99], b"\x40"), some("¡"));
    // One table only: Hindi digits in a text of the default alphabet.
    assert_eq!(
        text(&unpacked, 0, &[3, 0x24, 1, 6], b"a\x1B\x1C"),
        some("a०")
    );
}

#[test]
fn each_part_has_the_tables_of_its_header() {
    let part = |number, language, octets: &[u8]| {
        let udh = [8, 0, 3, 1, 3, number, 0x25, 1, language];
        let version = InterfaceVersion::SMPP_3_4;
        let part = Part::from_octets(DataCoding(0), &udh, octets, version).unwrap();
        deliver("1", &part)
    };
    let mut joiner = Joiner::new(Limits::DEFAULT);
    assert!(receive(&mut joiner, &part(3, 0, b"\x40")).is_none());
    // Torn by the sender between two parts in one table.
    assert!(receive(&mut joiner, &part(1, 1, b"\x40\x1B")).is_none());
    let message = receive(&mut joiner, &part(2, 1, b"\x65\x1D")).unwrap();
    let text = joined_text(&message, &Alphabets::default());
    assert_eq!(text.as_deref(), Some("İ€ş¡"));
}

#[test]
fn after_its_time_a_message_is_told_with_its_gap() {
    let options = SplitOptions::new(Alphabets::default(), LongPolicy::Sar);
    let text = "я".repeat(150);
    let frames: Vec<_> = split(&text, &options, 1).unwrap();
    assert_eq!(frames.len(), 3);
    let mut joiner = Joiner::new(Limits::DEFAULT);
    for part in [&frames[2], &frames[0], &frames[2]] {
        assert!(receive(&mut joiner, &deliver("1", part)).is_none());
    }
    assert_eq!(joiner.counters().repeated, 1);
    assert_eq!(
        joiner.expire(Limits::DEFAULT.lifetime - Duration::from_nanos(1)),
        None
    );
    let message = joiner.expire(Limits::DEFAULT.lifetime).unwrap();
    assert_eq!(message.missing().collect::<Vec<_>>(), [2]);
    let expect = "я".repeat(66 + 18);
    assert_eq!(joined_text(&message, &Alphabets::default()), Some(expect));
}

/// Half a surrogate pair before a gap does not join with half of another after it.
#[test]
fn nothing_is_joined_over_a_gap() {
    let mut joiner = Joiner::new(Limits::DEFAULT);
    for (number, octets) in [(1, b"\xD8\x3D"), (3, b"\xDE\x00")] {
        let udh = [5, 0, 3, 1, 3, number];
        let version = InterfaceVersion::SMPP_3_4;
        let part = Part::from_octets(DataCoding::UCS2, &udh, octets, version).unwrap();
        receive(&mut joiner, &deliver("1", &part));
    }
    let message = joiner.release().unwrap();
    let text = joined_text(&message, &Alphabets::default());
    assert_eq!(text.as_deref(), Some("\u{FFFD}\u{FFFD}"));
}

/// Characters of all the alphabets, of which `charset` has some.
fn texts(charset: Charset, most: usize) -> impl Strategy<Value = String> {
    let some = "aZ0 !\n\r\\~^{}[]|€éäñçΔΩ日本語テスト。ｱﾞ−¥‾한글똠ПриветЁ№שלום‗😀\u{10FFFF}\u{7F}\0\x1B\x0E"
        .chars()
        .collect::<Vec<_>>();
    let character = prop_oneof![
        3 => select(some),
        1 => any::<char>(),
        1 => (0x80..0x600_u32).prop_filter_map("no character", char::from_u32),
        1 => (0x3000..0xD7FF_u32).prop_filter_map("no character", char::from_u32),
    ];
    proptest::collection::vec(character, 0..most).prop_map(move |characters| {
        let fits = |it: &char| charset.has(*it) && (charset != Charset::GsmPacked || *it != '@');
        characters.into_iter().filter(fits).collect()
    })
}

fn charsets_with_texts(most: usize) -> impl Strategy<Value = (Charset, String)> {
    select(&CHARSETS[..]).prop_flat_map(move |charset| (Just(charset), texts(charset, most)))
}

/// A `data_coding` of this charset, and the alphabets for it.
fn announce(charset: Charset) -> (Alphabets, DataCoding) {
    let found = DEFAULTS.iter().find_map(|default| {
        let alphabets = Alphabets::new(*default);
        let data_coding = (0..=0xFF).map(DataCoding);
        let mut found = data_coding.filter(|it| alphabets.charset(*it) == Some(charset));
        Some((alphabets, found.next()?))
    });
    found.unwrap()
}

proptest! {
    #[test]
    fn what_can_be_written_is_read_again((charset, text) in charsets_with_texts(100)) {
        let octets = charset.encode(&text).unwrap();
        prop_assert_eq!(charset.decode(&octets), &text[..]);
        let (alphabets, data_coding) = announce(charset);
        let octets = alphabets.encode(data_coding, &text).unwrap();
        prop_assert_eq!(alphabets.decode(data_coding, &octets).unwrap(), &text[..]);
    }

    #[test]
    fn what_is_chosen_can_be_written(
        text in texts(Charset::Ucs2, 100),
        default in select(&DEFAULTS[..]),
        latin_1 in any::<bool>(),
    ) {
        let mut alphabets = Alphabets::new(default);
        alphabets.sends_latin_1 = latin_1;
        let data_coding = alphabets.choose(&text);
        let octets = alphabets.encode(data_coding, &text).unwrap();
        if !text.ends_with('@') {
            prop_assert_eq!(alphabets.decode(data_coding, &octets).unwrap(), &text[..]);
        }
    }

    #[test]
    fn any_octets_are_read(octets in any::<Vec<u8>>(), data_coding in any::<u8>()) {
        for default in DEFAULTS {
            let _ = Alphabets::new(default).decode(DataCoding(data_coding), &octets);
        }
        let short_message = ShortMessage::new(&octets).unwrap_or_default();
        let list = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
        for esm_class in [EsmClass::DEFAULT, EsmClass::UDH_INDICATOR] {
            let submit = SubmitSm {
                esm_class,
                data_coding: DataCoding(data_coding),
                short_message,
                tlvs: Tlvs::new(&list).unwrap(),
                ..SubmitSm::default()
            };
            let content = Content::from(&submit);
            let _ = content.text(&Alphabets::default());
            let header = content.udh.map_or(0, |udh| udh.octets().len());
            prop_assert_eq!(header + content.octets.len(), octets.len());
        }
    }

    /// Each part is within the limits and is whole characters.
    #[test]
    fn every_part_stands_alone(
        (charset, text) in charsets_with_texts(400),
        policy in select(&POLICIES[..]),
        reference in any::<u16>(),
    ) {
        let (alphabets, data_coding) = announce(charset);
        let options = SplitOptions::new(alphabets, policy).with_data_coding(data_coding);
        let parts = split(&text, &options, reference).unwrap();
        let mut joined = String::new();
        for part in &parts {
            let short_message = part.short_message();
            let most = if charset == Charset::GsmUnpacked { 160 } else { 140 };
            prop_assert!(short_message.as_octets().len() <= most);
            let frame = deliver("1", part);
            let deliver: DeliverSm<'_> = frame.decode().unwrap();
            let content = Content::from(&deliver);
            prop_assert_eq!(content.position.is_some(), parts.len() > 1);
            joined += &content.text(&alphabets).unwrap();
        }
        prop_assert_eq!(joined, text);
    }

    /// Messages of several senders with one reference, by all ways, their parts in any order and
    /// some twice.
    #[test]
    fn mixed_messages_come_out_once_each(
        messages in proptest::collection::vec(
            (texts(Charset::Ucs2, 250), select(&POLICIES[..])), 1..5
        ),
        repeated in proptest::collection::vec(any::<Index>(), 0..6),
        order in any::<u64>(),
        default in select(&DEFAULTS[..]),
    ) {
        let alphabets = Alphabets::new(default);
        let mut frames = Vec::new();
        let mut expect = BTreeMap::new();
        for (sender, (text, policy)) in messages.iter().enumerate() {
            let text = text.replace('@', "");
            let parts = split(&text, &SplitOptions::new(alphabets, *policy), 7).unwrap();
            let sender = sender.to_string();
            for part in &parts {
                let key = if parts.len() > 1 { Some(()) } else { None };
                frames.push((key, deliver(&sender, part)));
            }
            expect.insert(sender, text);
        }
        let several: Vec<_> = frames.iter().filter(|(key, _)| key.is_some()).cloned().collect();
        if !several.is_empty() {
            frames.extend(repeated.iter().map(|index| index.get(&several).clone()));
        }
        // Fisher and Yates.
        let mut seed = order;
        for at in (1..frames.len()).rev() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            frames.swap(at, usize::try_from(seed >> 33).unwrap() % (at + 1));
        }

        let mut joiner = Joiner::new(Limits::DEFAULT);
        let mut got = BTreeMap::new();
        for (_, frame) in &frames {
            if let Some(message) = receive(&mut joiner, frame) {
                let sender = expect.keys().find(|sender| {
                    let address = Address::<'_, 21>::international(sender).unwrap();
                    message.key == Parties::new(&address, &Address::<'_, 21>::EMPTY)
                });
                let text = joined_text(&message, &alphabets).unwrap();
                prop_assert!(got.insert(sender.unwrap().clone(), text).is_none());
            }
        }
        prop_assert_eq!(got, expect);
        prop_assert_eq!(joiner.messages(), 0);
    }
}

/// So that a list in a test can hold any of them.
#[test]
fn tlvs_of_a_part_go_with_others() {
    let options = SplitOptions::new(Alphabets::default(), LongPolicy::Sar);
    let parts = split(&"a".repeat(161), &options, 0xABCD).unwrap();
    let mut list: Vec<Tlv<'_>> = vec![SourcePort(1).into()];
    list.extend(parts[1].tlvs());
    let tlvs = Tlvs::new(&list).unwrap();
    assert_eq!(tlvs.find(), Some(SarMsgRefNum(0xABCD)));
    assert_eq!(tlvs.find(), Some(SarTotalSegments(2)));
    assert_eq!(tlvs.find(), Some(SarSegmentSeqnum(2)));
}
