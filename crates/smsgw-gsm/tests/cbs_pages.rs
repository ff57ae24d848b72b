//! Cell broadcast pages (TS 23.041 §9.4.1.2): vectors, hand-made pages, properties.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use proptest::prelude::*;
use smsgw_gsm::cbs::{
    Broadcast, BroadcastError, BroadcastLanguage, CbsDataCodingScheme, LanguageCode, Page,
    PageParameter, SerialNumber, join,
};
use smsgw_gsm::dcs::{Alphabet, Class};
use smsgw_gsm::septet::{FillBits, pack, unpack};
use smsgw_gsm::udh::{HeaderBuilder, InformationElement};
use smsgw_gsm::{DecodeErrorKind, Quirks, Tolerance, ucs2};

#[test]
fn vectors_both_ways() {
    let (mut good, mut same) = (0, 0);
    for vector in support::lines(include_str!("vectors/cbs.jsonl")) {
        let octets = support::octets(&vector);
        let expect = &vector["expect"];
        if expect == "error" {
            let error = Page::decode(&octets).unwrap_err();
            assert_eq!((error.field, error.offset), ("Content of Message", 6));
            assert_eq!(error.kind.name(), "truncated");
            continue;
        }
        let decoded = Page::decode_with(&octets, &Quirks::STRICT).unwrap();
        assert!(decoded.tolerated.is_empty());
        let page = decoded.pdu;
        assert_eq!(expect["serial"], format!("{:04X}", page.serial().0));
        let scope = page.serial().geographical_scope().number();
        assert_eq!(expect["geo_scope"], scope);
        assert_eq!(expect["message_code"], page.serial().message_code());
        assert_eq!(expect["update_number"], page.serial().update_number());
        assert_eq!(expect["message_id"], page.message_id());
        assert_eq!(expect["dcs"], format!("{:02X}", page.data_coding().0));
        assert_eq!(expect["page"], page.number());
        assert_eq!(expect["pages"], page.total());
        let language = page.language().map(|code| code.to_string());
        assert_eq!(expect["language"].as_str(), language.as_deref());
        assert_eq!(expect["alphabet"], page.data_coding().alphabet().name());
        assert_eq!(expect["text"].as_str(), page.text().as_deref());
        assert_eq!(
            expect["septets"].as_u64(),
            page.septets().map(|septets| septets as u64)
        );
        assert_eq!(page.to_vec(), octets);

        // And from the text.
        let broadcast = Broadcast {
            serial: page.serial(),
            message_id: page.message_id(),
            data_coding: page.data_coding(),
            language: page.language(),
        };
        let pages = broadcast.pages(page.text().unwrap().as_str()).unwrap();
        assert_eq!(pages.count(), 1);
        let made = pages.get(0).unwrap();
        assert_eq!(made.text(), page.text());
        // An escape before a code without a character has no way back; the five bits after the
        // last septet are the sender's.
        if !unpack(page.content(), 93, FillBits::NONE).contains(&0x1B) {
            assert_eq!(made.to_vec()[..87], octets[..87]);
            same += 1;
        }
        good += 1;
    }
    assert_eq!((good, same), (2, 1));
}

/// A page with this data coding, page parameter and content, filled with CR septets or units.
fn octets(data_coding: u8, page: u8, content: &[u8]) -> Vec<u8> {
    let mut octets = vec![0x40, 0x10, 0x11, 0x12, data_coding, page];
    octets.extend_from_slice(content);
    assert_eq!(octets.len(), 88);
    octets
}

fn septets(septets: &[u8]) -> Vec<u8> {
    let mut septets = septets.to_vec();
    septets.resize(93, 0x0D);
    pack(&septets, FillBits::NONE)
}

fn units(before: &[u8], text: &str) -> Vec<u8> {
    let mut octets = [before, &ucs2::encode(text)].concat();
    while octets.len() < 82 {
        octets.extend_from_slice(&[0, 0x0D]);
    }
    octets
}

#[test]
fn the_language_in_the_text() {
    let gsm7 = octets(0x10, 0x11, &septets(b"cy\rRhybudd"));
    let page = Page::decode_with(&gsm7, &Quirks::STRICT).unwrap().pdu;
    assert_eq!(page.language(), LanguageCode::new("cy"));
    assert_eq!(page.text().as_deref(), Some("Rhybudd"));
    assert_eq!(page.septets(), Some(93));

    // "uk" in two septets: 75 | 6B << 7.
    let ucs2 = octets(0x11, 0x11, &units(&[0xF5, 0x35], "Тривога"));
    let page = Page::decode_with(&ucs2, &Quirks::STRICT).unwrap().pdu;
    assert_eq!(page.language(), LanguageCode::new("uk"));
    assert_eq!(page.text().as_deref(), Some("Тривога"));
    assert_eq!(page.septets(), None);
}

#[test]
fn a_missing_language_is_let_through() {
    for octets in [
        octets(0x10, 0x11, &septets(b"Warning")),
        octets(0x11, 0x11, &units(&[], "Warning")),
    ] {
        let error = Page::decode_with(&octets, &Quirks::STRICT).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::InvalidValue { .. }));
        assert_eq!((error.field, error.offset), ("Content of Message", 6));
        let decoded = Page::decode_with(&octets, &Quirks::LENIENT).unwrap();
        let tolerated: Vec<_> = decoded.tolerated.iter().collect();
        assert_eq!(tolerated.len(), 1);
        assert_eq!(tolerated[0].what, Tolerance::OddValue);
        assert_eq!(decoded.pdu.language(), None);
        assert_eq!(decoded.pdu.text().as_deref(), Some("Warning"));
        assert_eq!(decoded.pdu.to_vec(), octets);
    }
}

#[test]
fn filling_is_at_the_end_alone() {
    let page = octets(0x0F, 0x11, &septets(b"one\rtwo\r\r"));
    assert_eq!(
        Page::decode(&page).unwrap().text().as_deref(),
        Some("one\rtwo")
    );
    let page = octets(0x48, 0x11, &units(&[], "one\rtwo\r"));
    assert_eq!(
        Page::decode(&page).unwrap().text().as_deref(),
        Some("one\rtwo")
    );
    let full = [b'x'; 93];
    let page = octets(0x0F, 0x11, &septets(&full));
    assert_eq!(Page::decode(&page).unwrap().text().unwrap().len(), 93);
    let page = octets(0x0F, 0x11, &septets(b""));
    assert_eq!(Page::decode(&page).unwrap().text().as_deref(), Some(""));
}

#[test]
fn codings_that_are_no_text() {
    let content: Vec<u8> = (0..82).collect();
    for data_coding in [0x44, 0x60, 0x68, 0x94, 0xE0, 0xF5] {
        let mut content = content.clone();
        if data_coding == 0x94 {
            content[0] = 0;
        }
        let octets = octets(data_coding, 0x11, &content);
        let page = Page::decode_with(&octets, &Quirks::STRICT).unwrap().pdu;
        assert_eq!(page.text(), None, "{data_coding:02X}");
        assert_eq!(page.septets(), None, "{data_coding:02X}");
        let header = usize::from(data_coding == 0x94);
        assert_eq!(page.payload(), &content[header..]);
        assert_eq!(page.to_vec(), octets);
    }
}

#[test]
fn a_reserved_coding_is_gsm7() {
    for data_coding in [0x12, 0x25, 0x3F, 0x4C, 0x80, 0x9C, 0xA0, 0xC0] {
        let mut content = septets(b"\x00reserved");
        if data_coding == 0x9C {
            // An empty header; then six fill bits.
            let text = pack(b"\x00reserved", FillBits::after(1));
            content = [&[0], &text[..]].concat();
            content.resize(82, 0);
        }
        let octets = octets(data_coding, 0x11, &content);
        let page = Page::decode_with(&octets, &Quirks::STRICT).unwrap().pdu;
        let text = page.text().unwrap();
        if data_coding == 0x9C {
            // What is left of the content is 0, which is no filling.
            assert_eq!(text, "@reserved".to_owned() + &"@".repeat(82));
        } else {
            assert_eq!(text, "@reserved");
        }
        assert_eq!(page.data_coding().alphabet(), Alphabet::Gsm7);
        assert_eq!(page.language(), None);
        assert!(page.data_coding().is_reserved());
    }
}

#[test]
fn a_header_with_fill_bits_and_a_language_table() {
    for extra in 0..78 {
        // Turkish single shift, and an element of the SC's that moves the text on.
        let filler = vec![0; extra];
        let header = HeaderBuilder::new().with(InformationElement::SingleShift(1));
        let header = match extra {
            0 | 1 => header,
            _ => header.with(InformationElement::Other(smsgw_gsm::udh::Element {
                iei: 0xC0,
                data: &filler[2..],
            })),
        };
        let header = header.build().unwrap();
        let fill = FillBits::after(header.len());
        let mut septets = vec![0x1B, 0x69]; // dotless i
        let room = ((82 - header.len()) * 8 - usize::from(fill.get())) / 7;
        if room < 2 {
            continue;
        }
        septets.resize(room, 0x0D);
        let mut content = [header, pack(&septets, fill)].concat();
        content.resize(82, 0);
        let coding = CbsDataCodingScheme::with_header(Alphabet::Gsm7, Class::Class1);
        let octets = octets(coding.0, 0x11, &content);
        let page = Page::decode_with(&octets, &Quirks::STRICT).unwrap().pdu;
        assert_eq!(page.text().as_deref(), Some("ı"), "{extra}");
        assert_eq!(page.septets(), Some(room));
        assert_eq!(page.to_vec(), octets);
    }
}

#[test]
fn a_broken_header_is_refused() {
    for (start, kind, offset) in [
        (&[82, 0][..], "truncated", 6),
        (&[3, 0, 5], "broken_element", 7),
        (&[1, 0], "broken_element", 7),
    ] {
        let mut content = start.to_vec();
        content.resize(82, 0);
        let octets = octets(0x90, 0x11, &content);
        for quirks in [Quirks::STRICT, Quirks::LENIENT] {
            let error = Page::decode_with(&octets, &quirks).unwrap_err();
            assert_eq!((error.kind.name(), error.offset), (kind, offset));
        }
    }
}

/// What was made can be read: of any data coding and page parameter, and of contents with and
/// without a header.
#[test]
fn a_page_that_is_made_is_read() {
    let header = HeaderBuilder::new().with(InformationElement::SingleShift(1));
    let header = header.build().unwrap();
    let mut with_header = [b'x'; 82];
    with_header[..4].copy_from_slice(&header);
    for octet in 0..=255 {
        for content in [&with_header, &[0xFF; 82], &[0; 82], &[b'x'; 82]] {
            let coding = CbsDataCodingScheme(octet);
            let (serial, page) = (SerialNumber(1), PageParameter(octet));
            match Page::new(serial, 50, coding, page, content) {
                Ok(page) => assert_eq!(Page::decode(&page.to_vec()), Ok(page)),
                Err(error) => {
                    assert!(coding.has_header());
                    let mut octets = vec![0, 1, 0, 50, octet, octet];
                    octets.extend_from_slice(content);
                    assert_eq!(Page::decode(&octets), Err(error));
                }
            }
        }
    }
}

#[test]
fn every_shorter_page_is_refused_by_field() {
    let whole = octets(0x0F, 0x11, &septets(b"x"));
    for len in 0..88 {
        let error = Page::decode(&whole[..len]).unwrap_err();
        assert_eq!(error.kind.name(), "truncated");
        let (field, offset) = match len {
            0..2 => ("Serial Number", 0),
            2..4 => ("Message Identifier", 2),
            4 => ("Data Coding Scheme", 4),
            5 => ("Page Parameter", 5),
            _ => ("Content of Message", 6),
        };
        assert_eq!((error.field, error.offset), (field, offset), "{len}");
    }
    let longer = [&whole[..], &[0, 0]].concat();
    assert!(Page::decode(&longer).is_err());
    let longer = [&whole[..], &[0xFF, 0xFF]].concat();
    let error = Page::decode_with(&longer, &Quirks::STRICT).unwrap_err();
    assert_eq!(error.kind, DecodeErrorKind::TrailingOctets { had: 2 });
    assert_eq!(error.offset, 88);
    let quirks = Quirks {
        trailing_octets: true,
        ..Quirks::LENIENT
    };
    let decoded = Page::decode_with(&longer, &quirks).unwrap();
    assert_eq!(decoded.tolerated.iter().count(), 1);
    assert_eq!(decoded.pdu.to_vec(), whole);
}

#[test]
fn page_parameters() {
    for parameter in 0..=255 {
        let octets = octets(0x0F, parameter, &septets(b"x"));
        let (number, total) = (parameter >> 4, parameter & 0xF);
        let page = Page::decode(&octets).unwrap();
        let expect = if number == 0 || number > total {
            (1, 1)
        } else {
            (number, total)
        };
        assert_eq!((page.number(), page.total()), expect);
        assert_eq!(page.to_vec(), octets);
        let strict = Page::decode_with(&octets, &Quirks::STRICT);
        assert_eq!(strict.is_err(), number > total && total != 0);
    }
}

fn broadcast(data_coding: CbsDataCodingScheme) -> Broadcast {
    Broadcast {
        serial: SerialNumber(0x4010),
        message_id: 50,
        data_coding,
        language: LanguageCode::new("en"),
    }
}

#[test]
fn rooms_of_pages() {
    let gsm7 = CbsDataCodingScheme::in_language(BroadcastLanguage::Greek);
    let ucs2 = CbsDataCodingScheme::general(Alphabet::Ucs2, None);
    for (data_coding, room) in [
        (gsm7, 93),
        (CbsDataCodingScheme::GSM7_WITH_LANGUAGE, 90),
        (ucs2, 41),
        (CbsDataCodingScheme::UCS2_WITH_LANGUAGE, 40),
    ] {
        let broadcast = broadcast(data_coding);
        for count in [0, 1, room, room + 1, 15 * room] {
            let pages = broadcast.pages(&"x".repeat(count)).unwrap();
            assert_eq!(pages.count(), count.div_ceil(room).max(1));
            for (index, page) in pages.iter().enumerate() {
                assert_eq!(usize::from(page.number()), index + 1);
                assert_eq!(usize::from(page.total()), pages.count());
                let octets = page.to_vec();
                let read = Page::decode_with(&octets, &Quirks::STRICT).unwrap();
                assert_eq!(read.pdu, page);
            }
        }
        assert_eq!(
            broadcast.pages(&"x".repeat(15 * room + 1)).unwrap_err(),
            BroadcastError::TooManyPages {
                needed: 16,
                max: 15
            }
        );
    }
    // Two septets for each; the 93rd stays free.
    let pages = broadcast(gsm7).pages(&"€".repeat(47)).unwrap();
    let texts: Vec<_> = pages.iter().map(|page| page.text().unwrap()).collect();
    assert_eq!(texts, ["€".repeat(46), "€".to_string()]);
    // 41 units hold 20 pairs.
    let pages = broadcast(ucs2).pages(&"😀".repeat(21)).unwrap();
    let texts: Vec<_> = pages.iter().map(|page| page.text().unwrap()).collect();
    assert_eq!(texts, ["😀".repeat(20), "😀".to_string()]);
}

#[test]
fn a_page_beyond_the_last_is_none() {
    let pages = broadcast(CbsDataCodingScheme::UNSPECIFIED).pages("x");
    let pages = pages.unwrap();
    assert!(pages.get(0).is_some());
    for index in [1, 14, 15, 254, 255, 256, usize::MAX] {
        assert_eq!(pages.get(index), None);
    }
}

/// Readers take CRs at the end of a page for filling (TS 23.038 §6.1.2.2), so none may be there.
#[test]
fn a_carriage_return_at_the_end_of_a_page_is_refused() {
    let pages = |coding, text: &str| {
        let pages = broadcast(coding).pages(text)?;
        let texts: Vec<_> = pages.iter().map(|page| page.text().unwrap()).collect();
        assert_eq!(texts.concat(), text);
        Ok(texts.iter().map(|page| page.chars().count()).collect())
    };
    let lost = |page| Err::<Vec<_>, _>(BroadcastError::TrailingReturn { page });
    let ucs2 = CbsDataCodingScheme::general(Alphabet::Ucs2, None);
    for (coding, room) in [
        (CbsDataCodingScheme::UNSPECIFIED, 93),
        (CbsDataCodingScheme::GSM7_WITH_LANGUAGE, 90),
        (ucs2, 41),
        (CbsDataCodingScheme::UCS2_WITH_LANGUAGE, 40),
    ] {
        assert_eq!(pages(coding, "abc\r"), lost(1));
        assert_eq!(pages(coding, "\r"), lost(1));
        assert_eq!(pages(coding, "abc\r\n"), Ok(vec![5]));
        assert_eq!(pages(coding, &("\r".repeat(room + 1) + "a")), lost(1));
        assert_eq!(pages(coding, &("\r".repeat(room) + "a")), lost(1));
        assert_eq!(
            pages(coding, &("\r".repeat(room - 1) + "a")),
            Ok(vec![room])
        );
        let in_the_middle = ["a", &"\r".repeat(room), "b"].concat();
        assert_eq!(pages(coding, &in_the_middle), lost(2));
        let moved = ["a".repeat(room - 1), "\r\rb".to_owned()].concat();
        assert_eq!(pages(coding, &moved), Ok(vec![room - 1, 3]));
    }
}

#[test]
fn what_cannot_be_broadcast() {
    let pages = |octet, text: &str| {
        let data_coding = CbsDataCodingScheme(octet);
        let broadcast = Broadcast {
            language: None,
            ..broadcast(data_coding)
        };
        broadcast.pages(text).map(|pages| pages.count())
    };
    assert!(matches!(pages(0x01, "я"), Err(BroadcastError::Encode(_))));
    assert_eq!(pages(0x10, "x"), Err(BroadcastError::NoLanguage));
    assert_eq!(pages(0x11, "x"), Err(BroadcastError::NoLanguage));
    for octet in [0x44, 0x60, 0x90, 0x98, 0xE0, 0xF4] {
        let other = BroadcastError::OtherCoding(CbsDataCodingScheme(octet));
        assert_eq!(pages(octet, "x"), Err(other));
    }
    assert_eq!(pages(0x40, "x"), Ok(1));
}

#[test]
fn data_in_pages() {
    let data: Vec<u8> = (0..200).collect();
    let coding = CbsDataCodingScheme::general(Alphabet::EightBit, None);
    let pages = broadcast(coding).data_pages(&data).unwrap();
    assert_eq!(pages.count(), 3);
    let joined = join(&pages);
    assert_eq!(joined[0].data()[..200], data);
    assert_eq!(joined[0].data().len(), 3 * 82);
    assert_eq!(joined[0].text(), None);
    assert_eq!(broadcast(coding).data_pages(&[]).unwrap().count(), 1);
    let text = CbsDataCodingScheme::UNSPECIFIED;
    assert!(broadcast(text).data_pages(&data).is_err());
}

#[test]
fn pages_of_several_messages_with_repetitions_and_strangers() {
    let coding = CbsDataCodingScheme::UNSPECIFIED;
    let text: String = ('a'..='z').cycle().take(200).collect();
    let one = broadcast(coding).pages(&text).unwrap();
    let other = Broadcast {
        serial: SerialNumber(0x4011),
        ..broadcast(coding)
    };
    let two = other.pages("update").unwrap();
    let serial = broadcast(coding).serial;
    let new = |page, content| Page::new(serial, 50, coding, PageParameter(page), content).unwrap();
    let odd = new(0x34, one.get(2).unwrap().content());
    let changed = new(0x13, two.get(0).unwrap().content());
    assert_eq!(
        new(0x13, one.get(0).unwrap().content()),
        one.get(0).unwrap()
    );
    let received = [
        one.get(1).unwrap(),
        two.get(0).unwrap(),
        odd,
        one.get(0).unwrap(),
        one.get(1).unwrap(),
        changed,
    ];
    let joined = join(received);
    assert_eq!(joined.len(), 2);
    assert_eq!(joined[0].ignored, 3);
    assert!(!joined[0].is_complete());
    assert_eq!(joined[0].missing().collect::<Vec<_>>(), [3]);
    assert_eq!(joined[0].text().unwrap(), text[..186]);
    assert!(joined[1].is_complete());
    assert_eq!(joined[1].text().as_deref(), Some("update"));
    let whole = join(received.into_iter().chain(one.get(2)));
    assert!(whole[0].is_complete());
    assert_eq!(whole[0].text(), Some(text));
}

#[test]
fn what_a_sender_tore_is_whole_again() {
    let emoji = ucs2::encode("😀");
    let mut first = [[0, b'x'].repeat(40), emoji[..2].to_vec()].concat();
    first.truncate(82);
    let mut second = emoji[2..].to_vec();
    while second.len() < 82 {
        second.extend_from_slice(&[0, 0x0D]);
    }
    let (first, second) = (octets(0x48, 0x12, &first), octets(0x48, 0x22, &second));
    let pages = [&second, &first].map(|page| Page::decode(page).unwrap());
    assert_eq!(join(pages)[0].text().unwrap(), "x".repeat(40) + "😀");

    let mut septets = [b'x'; 93];
    septets[92] = 0x1B;
    let first = octets(0x0F, 0x12, &self::septets(&septets));
    let second = octets(0x0F, 0x22, &self::septets(&[0x65]));
    let pages = [&first, &second].map(|page| Page::decode(page).unwrap());
    assert_eq!(join(pages)[0].text().unwrap(), "x".repeat(92) + "€");
}

#[test]
fn nothing_is_joined_across_a_missing_page() {
    let torn = |page, unit: [u8; 2]| octets(0x48, page, &unit.repeat(41));
    let pages = [torn(0x13, [0xD8, 0x3D]), torn(0x33, [0xDE, 0x00])];
    let pages = pages.iter().map(|octets| Page::decode(octets).unwrap());
    let joined = &join(pages)[0];
    assert_eq!(joined.missing().collect::<Vec<_>>(), [2]);
    assert_eq!(joined.text(), Some("\u{FFFD}".repeat(82)));
}

#[test]
fn the_reassembler_takes_pages_too() {
    use core::time::Duration;
    use smsgw_gsm::reassemble::{Limits, Outcome, Part, Reassembler};

    let pages = broadcast(CbsDataCodingScheme::UNSPECIFIED)
        .pages(&"x".repeat(100))
        .unwrap();
    let mut reassembler = Reassembler::new(Limits::DEFAULT);
    let mut insert = |page: Page<'_>| {
        let part = Part {
            key: page.message_id(),
            position: page.position(),
            payload: page.to_vec(),
            octets: 88,
        };
        reassembler.insert(part, Duration::ZERO).outcome
    };
    assert!(matches!(insert(pages.get(1).unwrap()), Outcome::Kept));
    let Outcome::Complete(message) = insert(pages.get(0).unwrap()) else {
        panic!("both pages are there")
    };
    let payloads = message.into_payloads();
    let joined = join(payloads.iter().map(|page| Page::decode(page).unwrap()));
    assert_eq!(joined[0].text(), Some("x".repeat(100)));
}

proptest! {
    #[test]
    fn any_octets_are_read_and_kept(mut octets in prop::collection::vec(any::<u8>(), 80..96), dcs in any::<u8>()) {
        octets[4] = dcs;
        for quirks in [Quirks::LENIENT, Quirks::STRICT] {
            let Ok(decoded) = Page::decode_with(&octets, &quirks) else { continue };
            let page = decoded.pdu;
            prop_assert_eq!(page.to_vec(), &octets[..88]);
            prop_assert!(quirks == Quirks::LENIENT || octets.len() == 88);
            prop_assert!(quirks == Quirks::LENIENT || decoded.tolerated.is_empty());
            let text = page.text().is_some();
            let gsm7_or_ucs2 = page.data_coding().alphabet() != Alphabet::EightBit;
            prop_assert_eq!(text, gsm7_or_ucs2 && !page.data_coding().is_compressed());
            let joined = join([page, page]);
            prop_assert_eq!(joined[0].ignored, 1);
            prop_assert_eq!(joined[0].text().is_some(), text);
            prop_assert!(page.payload().len() <= 82);
            let _ = (page.language(), page.septets(), page.header(), page.data_coding().to_string());
        }
    }

    #[test]
    fn what_is_split_joins_to_itself(
        text in prop_oneof![
            "[a-z €\\[\\]\r\n]{0,600}",
            "[a-z\r]{0,9}\r{80,100}[a-z€\r]{0,100}",
            "[а-я😀\r ]{0,200}",
            any::<String>(),
        ],
        code in prop::option::of(prop::sample::select(vec!["en", "cy", "ru"])),
        seed in any::<u64>(),
    ) {
        let code = code.and_then(LanguageCode::new);
        let (data_coding, language) = Broadcast::coding(&text, code);
        let broadcast = Broadcast { serial: SerialNumber(1), message_id: 2, data_coding, language };
        let pages = match broadcast.pages(&text) {
            Ok(pages) => pages,
            Err(BroadcastError::TrailingReturn { .. }) => {
                prop_assert!(text.ends_with('\r') || text.contains(&"\r".repeat(40)));
                return Ok(());
            }
            Err(error) => {
                prop_assert!(matches!(error, BroadcastError::TooManyPages { needed: 16.., max: 15 }), "{error}");
                return Ok(());
            }
        };
        let mut sent: Vec<Vec<u8>> = pages.iter().map(|page| page.to_vec()).collect();
        for at in 0..sent.len() {
            let other = usize::try_from(seed.rotate_left(u32::try_from(at * 4).unwrap()) % sent.len() as u64).unwrap();
            sent.swap(at, other);
        }
        let read = sent.iter().map(|page| Page::decode_with(page, &Quirks::STRICT).unwrap().pdu);
        let joined = join(read);
        prop_assert_eq!(joined.len(), 1);
        prop_assert!(joined[0].is_complete());
        prop_assert_eq!(joined[0].text().unwrap(), text.as_str());
        prop_assert_eq!(joined[0].language(), code);
        // Page by page it is the same: nothing is torn.
        let each: String = pages.iter().map(|page| page.text().unwrap()).collect();
        prop_assert_eq!(each, text);
    }
}
