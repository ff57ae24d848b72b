//! Any text under any options: it splits and joins to itself, each part is a message that a phone
//! can read by itself, and a text that cannot be sent says why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::segment::{
    Encoding, MAX_PARTS, Options, Segment, Segments, USER_DATA_OCTETS, segment,
};
use smsgw_gsm::septet::unpack;
use smsgw_gsm::udh::{Reference, UserDataHeader};
use smsgw_gsm::{SegmentError, alphabet, ucs2};

fn options(script: &mut Script<'_>) -> Options {
    let encodings = [None, Some(Encoding::Gsm7), Some(Encoding::Ucs2)];
    let mut options = Options::new();
    options.encoding = encodings[script.below(encodings.len())];
    options.with_reference(match script.flag() {
        true => Reference::Sixteen(u16::from_be_bytes([script.octet(), script.octet()])),
        false => Reference::Eight(script.octet()),
    })
}

/// Reads a part as the far side does, from its octets alone.
fn read(segments: &Segments, index: usize, part: &Segment<'_>) -> String {
    let octets = [part.udh(), part.packed()].concat();
    assert!(octets.len() <= USER_DATA_OCTETS);
    let (fill, rest) = if segments.count() == 1 {
        assert_eq!(part.concat(), None);
        (Default::default(), &octets[..])
    } else {
        let (header, rest) = UserDataHeader::split(&octets).expect("a header");
        let concat = header.concat().expect("one of several");
        assert_eq!(usize::from(concat.sequence()), index + 1);
        assert_eq!(usize::from(concat.total()), segments.count());
        (header.fill_bits(), rest)
    };
    match segments.encoding() {
        Encoding::Gsm7 => {
            let septets = unpack(rest, part.units(), fill);
            assert_eq!(septets, part.unpacked());
            alphabet::decode_unpacked(&septets)
        }
        _ => ucs2::decode(rest),
    }
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let options = options(&mut script);
    // Texts of more than 255 parts are not only for those who write 20,000 octets.
    let repeated = 1 + script.below(40);
    let text = String::from_utf8_lossy(script.rest()).repeat(repeated);

    let segments = match segment(&text, &options) {
        Ok(segments) => segments,
        Err(SegmentError::TooManyParts { needed, max }) => {
            assert!(needed > max && max == MAX_PARTS);
            return;
        }
        Err(SegmentError::Encode(stranger)) => {
            assert_eq!(options.encoding, Some(Encoding::Gsm7));
            assert!(text[stranger.index..].starts_with(stranger.character));
            return;
        }
        Err(_) => return,
    };
    if let Some(encoding) = options.encoding {
        assert_eq!(segments.encoding(), encoding);
    }
    let parts: Vec<_> = segments.iter().collect();
    assert_eq!(parts.len(), segments.count());
    let read: Vec<_> = (0..)
        .zip(&parts)
        .map(|(index, part)| read(&segments, index, part))
        .collect();
    assert_eq!(read.concat(), text);
    for (part, read) in parts.iter().zip(&read) {
        assert_eq!(&part.text(), read);
        assert_eq!(part.chars(), read.chars().count());
    }
    let units: usize = parts.iter().map(|part| part.units()).sum();
    assert_eq!(units, segments.total_units());
    // Two parts in a row would not have fitted into one, or a pair stood between.
    if let Some(last) = parts.len().checked_sub(1) {
        let room = segments.encoding().capacity(parts[0].udh().len());
        for part in &parts[..last] {
            assert!(part.units() <= room && part.units() + 1 >= room);
        }
    }
    for character in segments.forced_by() {
        assert_eq!(alphabet::Code::of(character), None);
        assert!(text.contains(character));
    }
});
