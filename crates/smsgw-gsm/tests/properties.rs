//! What holds for every text and for any octets.

#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use proptest::prelude::*;
use smsgw_gsm::segment::{Encoding, Options, segment};
use smsgw_gsm::septet::{FillBits, capacity, pack, packed_len, unpack};
use smsgw_gsm::udh::{Concat, Reference, UserDataHeader};
use smsgw_gsm::{alphabet, ucs2};

/// Texts that stay in GSM 7-bit, texts that mix, and texts rich in pairs.
fn texts() -> impl Strategy<Value = String> {
    let gsm = proptest::sample::select("aZ0 @é\n\rΔÄ€[]{}^~|\\\u{0C}".chars().collect::<Vec<_>>());
    let pairs = prop_oneof![Just('😀'), Just('я'), Just('\u{FFFF}'), any::<char>()];
    let of = |characters: BoxedStrategy<char>| {
        proptest::collection::vec(characters, 0..700).prop_map(String::from_iter)
    };
    prop_oneof![
        of(gsm.boxed()),
        of(pairs.boxed()),
        of(any::<char>().boxed())
    ]
}

fn references() -> impl Strategy<Value = Reference> {
    prop_oneof![
        any::<u8>().prop_map(Reference::Eight),
        any::<u16>().prop_map(Reference::Sixteen),
    ]
}

fn fills() -> impl Strategy<Value = FillBits> {
    (0..=6_u8).prop_map(|bits| FillBits::new(bits).unwrap())
}

/// Packs bit by bit, as the standard draws it.
fn pack_slowly(septets: &[u8], fill: FillBits) -> Vec<u8> {
    let mut octets = vec![0; packed_len(septets.len(), fill)];
    for bit in 0..septets.len() * 7 {
        let at = bit + usize::from(fill.get());
        *octets.get_mut(at / 8).unwrap() |=
            (septets.get(bit / 7).unwrap() >> (bit % 7) & 1) << (at % 8);
    }
    octets
}

#[test]
fn packing_is_exact_for_every_length_and_fill() {
    for len in 0..=170_u8 {
        for bits in 0..=6 {
            let fill = FillBits::new(bits).unwrap();
            let septets: Vec<_> = (0..len).map(|i| i.wrapping_mul(37) & 0x7F).collect();
            let packed = pack(&septets, fill);
            assert_eq!(packed, pack_slowly(&septets, fill), "{len} after {bits}");
            assert_eq!(
                unpack(&packed, septets.len(), fill),
                septets,
                "{len} after {bits}"
            );
        }
    }
}

proptest! {
    #[test]
    fn a_text_splits_and_joins_to_itself(text in texts(), reference in references()) {
        let segments = segment(&text, &Options::new().with_reference(reference)).unwrap();
        prop_assert_eq!(segments.encoding(), Encoding::choose(&text));
        let joined: String = segments.iter().map(|segment| segment.text()).collect();
        prop_assert_eq!(&joined, &text);

        let units: usize = segments.iter().map(|segment| segment.units()).sum();
        prop_assert_eq!(units, segments.total_units());
        let chars: usize = segments.iter().map(|segment| segment.chars()).sum();
        prop_assert_eq!(chars, text.chars().count());
        for segment in &segments {
            prop_assert!(segment.udh().len() + segment.packed().len() <= 140);
            // A torn pair would show here.
            prop_assert!(text.contains(&segment.text()));
        }
        prop_assert_eq!(
            segments.forced_by().is_empty(),
            segments.encoding() == Encoding::Gsm7
        );
    }

    #[test]
    fn packed_septets_come_back(
        septets in proptest::collection::vec(0..0x80_u8, 0..400),
        fill in fills(),
    ) {
        let packed = pack(&septets, fill);
        prop_assert_eq!(packed.len(), packed_len(septets.len(), fill));
        prop_assert_eq!(unpack(&packed, septets.len(), fill), septets);
    }

    #[test]
    fn octets_without_stray_bits_come_back(mut octets in any::<Vec<u8>>(), fill in fills()) {
        let count = capacity(octets.len(), fill);
        octets.resize(packed_len(count, fill), 0);
        let first = usize::from(fill.get());
        let stray = (0..first).chain(first + 7 * count..8 * octets.len());
        for bit in stray {
            *octets.get_mut(bit / 8).unwrap() &= !(1 << (bit % 8));
        }
        prop_assert_eq!(pack(&unpack(&octets, count, fill), fill), octets);
    }

    #[test]
    fn texts_come_back_from_either_encoding(text in texts()) {
        prop_assert_eq!(ucs2::encode(&text).len(), 2 * ucs2::units(&text));
        prop_assert_eq!(&ucs2::decode(&ucs2::encode(&text)), &text);
        if let Ok(septets) = alphabet::encode_unpacked(&text) {
            prop_assert_eq!(&alphabet::decode_unpacked(&septets), &text);
        }
    }

    #[test]
    fn any_octets_are_read_without_a_panic(
        octets in any::<Vec<u8>>(),
        count in any::<usize>(),
        fill in fills(),
    ) {
        let septets = unpack(&octets, count, fill);
        prop_assert_eq!(septets.len(), count.min(capacity(octets.len(), fill)));
        prop_assert!(septets.iter().all(|septet| *septet < 0x80));
        let _ = (alphabet::decode_unpacked(&octets), ucs2::decode(&octets));
        if let Ok((header, rest)) = UserDataHeader::split(&octets) {
            prop_assert_eq!([header.octets(), rest].concat(), &octets[..]);
            let elements: usize = header.elements().map(|element| 2 + element.data.len()).sum();
            prop_assert_eq!(1 + elements + header.trailing().len(), header.octets().len());
            header.concat();
        }
    }

    #[test]
    fn a_concat_element_comes_back(reference in references(), total in 1..=255_u8, part in any::<u8>()) {
        let sequence = part % total + 1;
        let concat = Concat::new(reference, total, sequence).unwrap();
        let octets = concat.to_udh();
        let (header, _) = UserDataHeader::split(&octets).unwrap();
        prop_assert_eq!(header.concat(), Some(concat));
    }
}
