//! Any octets as septets and as text, in any tables: all septets have a text, what that is written
//! as reads the same, and a text is written whole or its first stranger is named.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::alphabet::{ESCAPE, Tables, decode_unpacked, encode_unpacked};
use smsgw_gsm::septet::{FillBits, unpack};
use smsgw_gsm::ucs2;

fn septets(tables: Tables, septets: &[u8]) {
    let text = tables.decode(septets);
    assert!(text.chars().count() <= septets.len());
    // U+FFFD is in no table.
    if septets.iter().all(|septet| *septet < 0x80) {
        let again = tables.encode(&text).expect("read from septets");
        assert_eq!(tables.decode(&again), text);
    }
    if tables == Tables::DEFAULT {
        assert_eq!(decode_unpacked(septets), text);
    }
}

fn text(tables: Tables, text: &str) {
    let written = tables.encode(text);
    if tables == Tables::DEFAULT {
        assert_eq!(encode_unpacked(text), written);
    }
    let mut appended = vec![0x21];
    let outcome = tables.encode_into(text, &mut appended);
    assert_eq!(outcome, written.clone().map(drop));
    match &written {
        Ok(septets) => {
            assert_eq!(appended[1..], septets[..]);
            assert!(septets.iter().all(|septet| *septet < 0x80));
            assert_eq!(tables.decode(septets), text);
            let mut count = 0;
            for character in text.chars() {
                let code = tables.code(character).expect("was written");
                assert_eq!(tables.character(code), Some(character));
                count += code.septets();
            }
            assert_eq!(septets.len(), count);
            assert_ne!(septets.last(), Some(&ESCAPE));
        }
        Err(stranger) => {
            assert_eq!(appended, [0x21]);
            let (before, from) = text.split_at(stranger.index);
            assert!(from.starts_with(stranger.character));
            assert_eq!(tables.code(stranger.character), None);
            assert!(tables.encode(before).is_ok());
        }
    }
    for fill in (0..7).filter_map(FillBits::new) {
        let packed = tables.encode_packed(text, fill);
        assert_eq!(packed.is_ok(), written.is_ok());
        if let Ok((octets, count)) = packed {
            assert_eq!(tables.decode_packed(&octets, count, fill), text);
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let tables = script.tables();
    let octets = script.rest();
    septets(tables, octets);
    let clean: Vec<_> = octets.iter().map(|octet| octet & 0x7F).collect();
    septets(tables, &clean);
    for fill in (0..7).filter_map(FillBits::new) {
        let septets = unpack(octets, usize::MAX, fill);
        let text = tables.decode_packed(octets, usize::MAX, fill);
        assert_eq!(text, tables.decode(&septets));
    }

    text(tables, &String::from_utf8_lossy(octets));
    let units = ucs2::decode(octets);
    assert_eq!(ucs2::decode(&ucs2::encode(&units)), units);
    text(tables, &units);
});
