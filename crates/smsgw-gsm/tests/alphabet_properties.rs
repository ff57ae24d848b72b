//! What holds for every text, any septets and all pairs of tables.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_gsm::alphabet::{Code, ESCAPE, Tables};
use smsgw_gsm::septet::{
    FillBits, capacity, pack, pack_append, pack_into, pack_ussd, packed_len, unpack, unpack_into,
    unpack_ussd,
};
use smsgw_gsm::ucs2;
use support::fills;
use support::texts::tables;

/// Octets in runs: plain letters, codes, escapes, and what is no septet.
fn octets() -> impl Strategy<Value = Vec<u8>> {
    let run = prop_oneof![
        vec(b'a'..=b'z', 0..50),
        vec(0..0x80_u8, 0..50),
        vec(select(&[ESCAPE, 0x0D, 0x24, 0x40, 0x65][..]), 0..10),
        vec(any::<u8>(), 0..10),
    ];
    vec(run, 0..12).prop_map(|runs| runs.concat())
}

/// A pair of tables and a text of their characters.
fn texts() -> impl Strategy<Value = (Tables, String)> {
    (tables(), octets()).prop_map(|(tables, codes)| {
        let character = |code: u8| {
            let code = match code {
                0..0x80 => Code::Plain(code),
                _ => Code::Escaped(code & 0x7F),
            };
            tables.character(code)
        };
        (tables, codes.into_iter().filter_map(character).collect())
    })
}

/// By the rules, one septet after the other.
fn decode_slowly(tables: Tables, octets: &[u8]) -> String {
    let plain = |code| match code {
        0..0x80 => tables.character(Code::Plain(code)).unwrap_or(' '),
        _ => '\u{FFFD}',
    };
    let mut text = String::new();
    let mut octets = octets.iter().copied();
    while let Some(octet) = octets.next() {
        if octet != ESCAPE {
            text.push(plain(octet));
        } else if let Some(code) = octets.next() {
            let extended = tables.character(Code::Escaped(code));
            text.push(extended.unwrap_or_else(|| plain(code)));
        }
    }
    text
}

/// Packs bit by bit, as the standard draws it.
fn pack_slowly(septets: &[u8], fill: FillBits) -> Vec<u8> {
    let mut octets = vec![0; packed_len(septets.len(), fill)];
    for bit in 0..septets.len() * 7 {
        let at = bit + usize::from(fill.get());
        octets[at / 8] |= (septets[bit / 7] >> (bit % 7) & 1) << (at % 8);
    }
    octets
}

#[test]
fn packing_is_exact_and_comes_back_for_every_length_and_fill() {
    for len in 0..=200_usize {
        let septets: Vec<_> = (0..len)
            .map(|i| u8::try_from(i * 37 % 128).unwrap())
            .collect();
        for bits in 0..=6 {
            let fill = FillBits::new(bits).unwrap();
            let packed = pack(&septets, fill);
            assert_eq!(packed, pack_slowly(&septets, fill), "{len} after {bits}");
            assert!(capacity(packed.len(), fill) >= len);
            assert_eq!(unpack(&packed, len, fill), septets, "{len} after {bits}");

            let mut octets = [0xFF; 200];
            assert_eq!(pack_into(&septets, fill, &mut octets), Some(packed.len()));
            assert_eq!(octets[..packed.len()], packed);
            assert!(octets[packed.len()..].iter().all(|octet| *octet == 0xFF));

            let mut back = [0xFF; 200];
            assert_eq!(unpack_into(&packed, fill, &mut back[..len]), len);
            assert_eq!(back[..len], septets);
            assert!(back[len..].iter().all(|octet| *octet == 0xFF));
        }
    }
}

#[test]
fn ussd_comes_back_for_every_length_and_end() {
    for len in 0..=200_usize {
        for last in [0, 0x0D, b'#'] {
            let mut septets = vec![b'1'; len];
            if let Some(end) = septets.last_mut() {
                *end = last;
            }
            let packed = pack_ussd(&septets);
            // No reader that takes all there is may see an @ that is filling.
            let all = unpack(&packed, usize::MAX, FillBits::NONE);
            assert!(all.starts_with(&septets) && !all[len..].contains(&0));
            if len > 0 && len % 8 == 0 && last == 0x0D {
                septets.push(0x0D);
            }
            assert_eq!(unpack_ussd(&packed), septets, "{len} ending in {last:02X}");
        }
    }
}

proptest! {
    #[test]
    fn a_text_comes_back((tables, text) in texts(), fill in fills()) {
        let septets = tables.encode(&text).unwrap();
        prop_assert_eq!(&tables.decode(&septets), &text);
        let codes: Vec<_> = text.chars().map(|c| tables.code(c).unwrap()).collect();
        let slow: Vec<_> = codes.iter().flat_map(|code| match *code {
            Code::Plain(code) => vec![code],
            Code::Escaped(code) => vec![ESCAPE, code],
        }).collect();
        prop_assert_eq!(&septets, &slow);

        let (packed, count) = tables.encode_packed(&text, fill).unwrap();
        prop_assert_eq!(count, septets.len());
        prop_assert_eq!(&packed, &pack(&septets, fill));
        prop_assert_eq!(tables.decode_packed(&packed, count, fill), text);
    }

    #[test]
    fn any_octets_are_read_by_the_rules(octets in octets(), tables in tables()) {
        prop_assert_eq!(tables.decode(&octets), decode_slowly(tables, &octets));
    }

    #[test]
    fn any_packed_octets_are_read_by_the_rules(
        octets in any::<Vec<u8>>(),
        count in prop_oneof![0..300_usize, any::<usize>()],
        fill in fills(),
        tables in tables(),
    ) {
        let septets = unpack(&octets, count, fill);
        prop_assert_eq!(septets.len(), count.min(capacity(octets.len(), fill)));
        let text = tables.decode_packed(&octets, count, fill);
        prop_assert_eq!(text, decode_slowly(tables, &septets));
    }

    #[test]
    fn octets_without_stray_bits_come_back(mut octets in any::<Vec<u8>>(), fill in fills()) {
        let count = capacity(octets.len(), fill);
        octets.resize(packed_len(count, fill), 0);
        let first = usize::from(fill.get());
        let stray = (0..first).chain(first + 7 * count..8 * octets.len());
        for bit in stray {
            octets[bit / 8] &= !(1 << (bit % 8));
        }
        prop_assert_eq!(pack(&unpack(&octets, count, fill), fill), octets);
    }

    #[test]
    fn a_text_comes_back_from_ucs2(text in vec(any::<char>(), 0..300).prop_map(String::from_iter)) {
        let octets = ucs2::encode(&text);
        prop_assert_eq!(octets.len(), 2 * ucs2::units(&text));
        prop_assert_eq!(ucs2::decode(&octets), text);
    }

    #[test]
    fn the_first_stranger_is_named(
        (tables, text) in texts(),
        stranger in any::<char>(),
        rest in any::<String>(),
    ) {
        prop_assume!(tables.code(stranger).is_none());
        let whole = format!("{text}{stranger}{rest}");
        let mut septets = vec![1, 2];
        let error = tables.encode_into(&whole, &mut septets).unwrap_err();
        prop_assert_eq!((error.character, error.index), (stranger, text.len()));
        prop_assert_eq!(septets, [1, 2]);
    }

    #[test]
    fn what_is_appended_is_what_is_returned(
        (tables, text) in texts(),
        octets in octets(),
        fill in fills(),
    ) {
        let mut septets = vec![1, 2];
        tables.encode_into(&text, &mut septets).unwrap();
        prop_assert_eq!(&septets, &[&[1, 2], &tables.encode(&text).unwrap()[..]].concat());

        let mut packed = vec![1, 2];
        pack_append(&septets, fill, &mut packed);
        prop_assert_eq!(&packed, &[&[1, 2], &pack(&septets, fill)[..]].concat());

        let mut read = String::from("é");
        tables.decode_into(&octets, &mut read);
        prop_assert_eq!(&read, &format!("é{}", tables.decode(&octets)));
        tables.decode_packed_into(&octets, 170, fill, &mut read);
        prop_assert!(read.ends_with(&tables.decode_packed(&octets, 170, fill)));

        let mut read = String::from("é");
        ucs2::decode_into(&octets, &mut read);
        prop_assert_eq!(read, format!("é{}", ucs2::decode(&octets)));
    }
}
