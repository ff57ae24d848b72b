//! Any octets as septets and as text, in any tables: all septets have a text, what that is written
//! as reads the same, and a text is written whole or its first stranger is named.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_gsm::alphabet::{Code, ESCAPE, decode_unpacked, encode_unpacked};
use smsgw_gsm::ucs2;

fn septets(septets: &[u8]) {
    let text = decode_unpacked(septets);
    assert!(text.chars().count() <= septets.len());
    // U+FFFD is in no table.
    if septets.iter().all(|septet| *septet < 0x80) {
        let again = encode_unpacked(&text).expect("read from septets");
        assert_eq!(decode_unpacked(&again), text);
    }
}

fn text(text: &str) {
    assert_eq!(ucs2::decode(&ucs2::encode(text)), text);
    match encode_unpacked(text) {
        Ok(septets) => {
            assert!(septets.iter().all(|septet| *septet < 0x80));
            assert_eq!(decode_unpacked(&septets), text);
            let count: usize = text
                .chars()
                .map(|character| Code::of(character).expect("was written").septets())
                .sum();
            assert_eq!(septets.len(), count);
            assert_ne!(septets.last(), Some(&ESCAPE));
        }
        Err(stranger) => {
            let (before, from) = text.split_at(stranger.index);
            assert!(from.starts_with(stranger.character));
            assert_eq!(Code::of(stranger.character), None);
            assert!(encode_unpacked(before).is_ok());
        }
    }
}

fuzz_target!(|octets: &[u8]| {
    septets(octets);
    let clean: Vec<_> = octets.iter().map(|octet| octet & 0x7F).collect();
    septets(&clean);
    text(&String::from_utf8_lossy(octets));
    let units = ucs2::decode(octets);
    assert_eq!(ucs2::decode(&ucs2::encode(&units)), units);
    text(&units);
});
