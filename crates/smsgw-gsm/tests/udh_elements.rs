//! Every information element of TS 23.040 §9.2.3.24, read from octets and written back.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use proptest::prelude::*;
use smsgw_gsm::septet::{FillBits, pack, packed_len, unpack};
use smsgw_gsm::udh::{
    Concat, Element, HeaderBuilder, InformationElement, Ports, Reference, UdhSource,
    UserDataHeader, iei,
};
use support::references;

/// An element's octets as identifier, data and how it prints.
const ELEMENTS: &[(u8, &[u8], &str)] = &[
    (0x00, &[42, 3, 2], "part 2 of 3, reference 42"),
    (0x08, &[1, 0, 3, 2], "part 2 of 3, reference 256 (16-bit)"),
    (
        0x01,
        &[0xA2, 5],
        "5 email messages waiting, store, profile 2",
    ),
    (
        0x01,
        &[0x0B, 1],
        "1 reserved messages waiting, discard, profile 1",
    ),
    (0x04, &[240, 241], "to port 240 from 241"),
    (0x05, &[0x0B, 0x84, 0x23, 0xF0], "to port 2948 from 9200"),
    (
        0x06,
        &[0x83],
        "status report: completed; permanent error; original UDH",
    ),
    (0x07, &[1], "from the original sender"),
    (0x07, &[2], "from the original receiver"),
    (0x07, &[3], "from the SMSC"),
    (0x09, &[1, 2], "wireless control message protocol: 0102"),
    (
        0x0A,
        &[0, 5, 0x53],
        "text formatting: 5 characters from 0: bold, underlined",
    ),
    (
        0x0A,
        &[1, 0, 0x02, 0x1A],
        "text formatting: default from 1: right, bright red on dark grey",
    ),
    (0x0B, &[7, 2], "predefined sound at 7: ding"),
    (
        0x0C,
        b"\x07BEGIN:IMELODY",
        "user defined sound at 7: 13 octets",
    ),
    (0x0D, &[7, 6], "predefined animation at 7: winking"),
    (0x0E, &[0x55; 129], "large animation at 85"),
    (0x0F, &[0x55; 33], "small animation at 85"),
    (0x10, &[0x55; 129], "large picture at 85"),
    (0x11, &[0x55; 33], "small picture at 85"),
    (
        0x12,
        &[9, 1, 2, 0xFF, 0x81],
        "variable picture: 8 by 2 pixels at 9",
    ),
    (0x13, &[2], "user prompt indicator: 2 objects"),
    (
        0x14,
        &[1, 0, 20, 0, 0x0A, 0, 3, b'B'],
        "extended object: object 1 at 3: vCalendar, 1 of 20 octets",
    ),
    (
        0x14,
        b"EGIN:VCALENDAR",
        "extended object: 14 octets of an object",
    ),
    (0x14, &[], "extended object: 0 octets of an object"),
    (0x15, &[1, 2, 3], "reused extended object 1 at 515"),
    (
        0x16,
        &[0, 0, 9, 1, 2],
        "compression control: LZSS, 2 of 9 octets",
    ),
    (0x16, &[1], "compression control: 1 octets"),
    (
        0x17,
        &[0, 1],
        "the following elements must not be forwarded",
    ),
    (0x17, &[3, 0], "the next 3 elements may be forwarded"),
    (0x18, &[4, 1, 2, 3], "standard WVG object at 4: 3 octets"),
    (0x19, &[4, 1], "character size WVG object at 4: 1 octets"),
    (0x1A, &[], "extended object data request command"),
    (0x20, &[30], "RFC 822 e-mail header of 30"),
    (
        0x21,
        &[0, 4, 5, 18],
        "hyperlink at 4: title of 5, URL of 18 characters",
    ),
    (0x22, &[4, 0x81, 0x21, 0x43], "reply address element: 1234"),
    (
        0x23,
        &[0x40, 0, 0x80, 9, 0],
        "9 voice messages, discard, profile 1, full",
    ),
    (
        0x23,
        &[0x01, 0, 0x80, 9, 1, 0, 8, 0],
        "9 voice messages, discard, profile 1; deleted 8",
    ),
    (0x24, &[1], "national language single shift: turkish"),
    (0x25, &[13], "national language locking shift: urdu"),
    (0x25, &[14], "national language locking shift: language 14"),
    (0x70, &[], "(U)SIM toolkit command packet"),
    (0x71, &[], "(U)SIM toolkit response packet"),
    (0x7F, &[1, 2], "(U)SIM toolkit security header 7F: 2 octets"),
];

/// As [`ELEMENTS`], but of a length or with numbers that the standard does not have, or of an
/// identifier that it leaves to others.
const RAW: &[(u8, &[u8], &str)] = &[
    (
        0x00,
        &[42, 3, 4],
        "concatenated short messages, 8-bit reference number (00): 2A0304",
    ),
    (
        0x00,
        &[42, 3],
        "concatenated short messages, 8-bit reference number (00): 2A03",
    ),
    (
        0x08,
        &[42, 3, 2],
        "concatenated short messages, 16-bit reference number (08): 2A0302",
    ),
    (0x01, &[], "special SMS message indication (01): no data"),
    (0x02, &[1], "reserved (02): 01"),
    (
        0x04,
        &[1],
        "application port addressing scheme, 8-bit address (04): 01",
    ),
    (0x0A, &[0, 5], "text formatting (0A): 0005"),
    (0x0A, &[0, 5, 0, 0, 0], "text formatting (0A): 0005000000"),
    (0x0F, &[0x55; 3], "small animation (0F): 555555"),
    (0x12, &[9, 1, 2, 0xFF], "variable picture (12): 090102FF"),
    (0x1A, &[0], "extended object data request command (1A): 00"),
    (
        0x22,
        &[5, 0x81, 0x21, 0x43],
        "reply address element (22): 05812143",
    ),
    (
        0x23,
        &[0x40, 0, 0x80, 9, 1],
        "enhanced voice mail information (23): 4000800901",
    ),
    (0x24, &[], "national language single shift (24): no data"),
    (0x26, &[1], "reserved (26): 01"),
    (0x9F, &[1], "SME to SME specific use (9F): 01"),
    (0xC0, &[1], "SC specific use (C0): 01"),
    (0xFF, &[], "reserved (FF): no data"),
];

#[test]
fn every_element_both_ways() {
    for (iei, data, printed) in ELEMENTS.iter().copied() {
        let read = InformationElement::from(Element { iei, data });
        assert!(!matches!(read, InformationElement::Other(_)), "{iei:02X}");
        assert_eq!(read.to_string(), printed);
        assert_eq!(read.iei(), iei);
        let mut written = Vec::new();
        read.write_data(&mut written);
        assert_eq!(written, data, "{iei:02X}");
    }
    // All that the standard names, and the first and last of the card's.
    let mut seen: Vec<u8> = ELEMENTS.iter().map(|element| element.0).collect();
    seen.dedup();
    seen.sort_unstable();
    seen.dedup();
    let named: Vec<u8> = (0x00..=0x25)
        .chain([0x70, 0x71, 0x7F])
        .filter(|iei| !matches!(iei, 0x02 | 0x03 | 0x1B..=0x1F))
        .collect();
    assert_eq!(seen, named);
}

#[test]
fn what_is_not_by_the_standard_is_raw() {
    for (iei, data, printed) in RAW.iter().copied() {
        let element = Element { iei, data };
        let read = InformationElement::from(element);
        assert_eq!(read, InformationElement::Other(element));
        assert_eq!(read.to_string(), printed);
    }
}

#[test]
fn ports_beside_concatenation_and_the_last_of_each() {
    let octets = [
        28, // UDHL
        0x00, 3, 1, 2, 1, // superseded by 08
        0x04, 2, 240, 241, // superseded by 05
        0x08, 4, 0, 7, 3, 2, //
        0x05, 4, 0, 80, 0, 81, //
        0x00, 3, 1, 2, 3, // invalid, ignored
        0x9F, 0,
    ];
    let (header, _) = UserDataHeader::split(&octets).unwrap();
    header.check().unwrap();
    let concat = header.concat().unwrap();
    assert_eq!(concat.reference(), Reference::Sixteen(7));
    assert_eq!((concat.total(), concat.sequence()), (3, 2));
    let ports = Ports::Sixteen {
        destination: 80,
        originator: 81,
    };
    assert_eq!(header.ports(), Some(ports));
    let effective: Vec<_> = header.effective().map(|element| element.iei()).collect();
    assert_eq!(effective, [0x08, 0x05, 0x00, 0x9F]);
    assert_eq!(
        header.effective().nth(1),
        Some(InformationElement::Ports(ports))
    );
}

#[test]
fn elements_that_may_be_repeated_all_count() {
    for (iei, data, _) in ELEMENTS.iter().copied() {
        let element = Element { iei, data };
        let twice: HeaderBuilder = [element, element].into_iter().collect();
        let Ok(octets) = twice.build() else { continue };
        let (header, _) = UserDataHeader::split(&octets).unwrap();
        let once = matches!(
            iei,
            0x00 | 0x04..=0x06 | 0x08 | 0x16 | 0x1A | 0x20 | 0x22..=0x25
        );
        let count = header.effective().count();
        assert_eq!(count, if once { 1 } else { 2 }, "{iei:02X}");
    }
}

#[test]
fn a_source_covers_what_follows() {
    let octets = [12, 0x24, 1, 1, 7, 1, 2, 0x25, 1, 1, 7, 1, 1];
    let (header, _) = UserDataHeader::split(&octets).unwrap();
    let made: Vec<_> = header
        .sourced()
        .map(|(source, element)| (source, element.iei))
        .collect();
    assert_eq!(
        made,
        [
            (None, iei::NATIONAL_LANGUAGE_SINGLE_SHIFT),
            (
                Some(UdhSource::ORIGINAL_RECEIVER),
                iei::NATIONAL_LANGUAGE_LOCKING_SHIFT
            )
        ]
    );
}

/// Bit by bit, from the definition: the text starts at the first septet boundary, counted from
/// the start of the user data, that the header does not reach.
#[test]
fn fill_bits_after_every_header() {
    for header in 0..=140_usize {
        let start = (header * 8).next_multiple_of(7);
        let fill = FillBits::after(header);
        assert_eq!(usize::from(fill.get()), start - header * 8, "{header}");

        let room = (140 * 8 - start) / 7;
        let septets: Vec<u8> = (0..room).map(|i| u8::try_from(i % 128).unwrap()).collect();
        let mut bits = vec![false; 140 * 8];
        for (index, septet) in septets.iter().enumerate() {
            for bit in 0..7 {
                bits[start + index * 7 + bit] = septet >> bit & 1 == 1;
            }
        }
        let octets: Vec<u8> = bits
            .chunks(8)
            .map(|bits| (0..8).map(|bit| u8::from(bits[bit]) << bit).sum())
            .collect();
        let len = packed_len(room, fill);
        assert!(header + len <= 140);
        assert_eq!(
            pack(&septets, fill),
            octets[header..header + len],
            "{header}"
        );
        assert_eq!(unpack(&octets[header..], room, fill), septets, "{header}");
    }
    let header = HeaderBuilder::new().build().unwrap();
    let (header, _) = UserDataHeader::split(&header).unwrap();
    assert_eq!(header.fill_bits(), FillBits::after(1));
}

/// Elements that are more often known ones than any octets would be.
fn elements() -> impl Strategy<Value = Vec<(u8, Vec<u8>)>> {
    let known = prop::sample::select(ELEMENTS).prop_map(|(iei, data, _)| (iei, data.to_vec()));
    let odd = prop::sample::select(RAW).prop_map(|(iei, data, _)| (iei, data.to_vec()));
    let any_data = prop::collection::vec(any::<u8>(), 0..20);
    let any = (prop_oneof![0..0x28_u8, any::<u8>()], any_data);
    prop::collection::vec(prop_oneof![2 => known, 1 => odd, 2 => any], 0..12)
}

proptest! {
    #[test]
    fn any_octets_are_read_and_kept(octets in prop::collection::vec(any::<u8>(), 0..300)) {
        let Ok((header, rest)) = UserDataHeader::split(&octets) else { return Ok(()) };
        prop_assert_eq!(&[header.octets(), rest].concat(), &octets);
        let mut written = vec![header.octets()[0]];
        for element in header.information() {
            let start = written.len();
            written.extend_from_slice(&[element.iei(), 0]);
            element.write_data(&mut written);
            written[start + 1] = u8::try_from(written.len() - start - 2).unwrap();
            prop_assert!(!element.to_string().is_empty());
        }
        written.extend_from_slice(header.trailing());
        prop_assert_eq!(written, header.octets());
        prop_assert_eq!(header.check().is_ok(), header.trailing().is_empty());
        prop_assert!(header.effective().count() <= header.elements().count());
        prop_assert!(header.sourced().count() <= header.elements().count());
        let _ = (header.concat(), header.ports(), header.tables(), header.fill_bits());
    }

    #[test]
    fn a_concat_element_comes_back(reference in references(), total in 1..=255_u8, part in any::<u8>()) {
        let concat = Concat::new(reference, total, part % total + 1).unwrap();
        let octets = concat.to_udh();
        let (header, _) = UserDataHeader::split(&octets).unwrap();
        prop_assert_eq!(header.concat(), Some(concat));
    }

    #[test]
    fn what_is_built_is_read(elements in elements()) {
        let elements: Vec<_> = elements
            .iter()
            .map(|(iei, data)| Element { iei: *iei, data })
            .collect();
        let raw: HeaderBuilder = elements.iter().copied().collect();
        let typed: HeaderBuilder = elements
            .iter()
            .map(|element| InformationElement::from(*element))
            .collect();
        prop_assert_eq!(&raw, &typed);
        let needed = 1 + elements.iter().map(|element| 2 + element.data.len()).sum::<usize>();
        prop_assert_eq!(typed.octets(), needed);
        match typed.build() {
            Err(error) => {
                prop_assert!(needed > 140);
                prop_assert_eq!(error.needed, needed);
            }
            Ok(octets) => {
                prop_assert!(needed <= 140);
                prop_assert_eq!(octets.len(), needed);
                let (header, rest) = UserDataHeader::split(&octets).unwrap();
                prop_assert!(rest.is_empty());
                prop_assert!(header.check().is_ok());
                prop_assert_eq!(header.elements().collect::<Vec<_>>(), elements);
                // Of what counts only once the last is there, and nothing else is lost.
                let effective: Vec<_> = header.effective().collect();
                for (index, element) in header.information().enumerate() {
                    let mut later = header.information().skip(index + 1);
                    let again = later.any(|later| later.iei() == element.iei());
                    prop_assert!(again || effective.contains(&element)
                        || matches!(element, InformationElement::Concat(_) | InformationElement::Ports(_)));
                }
            }
        }
    }
}
