//! Any text and any octets under any options: they split and join to themselves, each part is a
//! message that a phone can read by itself, and what cannot be sent says why.
#![no_main]

use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_gsm::SegmentError;
use smsgw_gsm::alphabet::{Code, Language, Tables};
use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::segment::{
    Encoding, LanguageChoice, MAX_PARTS, Options, Segment, Segments, USER_DATA_OCTETS, choose,
    segment, segment_octets,
};
use smsgw_gsm::tpdu::{Kind, UserData, UserDataBuf};
use smsgw_gsm::translit::transliterate_for;
use smsgw_gsm::udh::Reference;

const ENCODINGS: [Option<Encoding>; 4] = [
    None,
    Some(Encoding::Gsm7),
    Some(Encoding::EightBit),
    Some(Encoding::Ucs2),
];

fn options<'a>(script: &mut Script<'a>) -> Options<'a> {
    let mut options = Options::new();
    options.encoding = ENCODINGS[script.below(ENCODINGS.len())];
    options.language = match script.below(16) {
        14.. => LanguageChoice::Auto,
        identifier => u8::try_from(identifier)
            .ok()
            .and_then(Language::from_identifier)
            .map_or(LanguageChoice::None, LanguageChoice::Only),
    };
    options.graphemes = script.flag();
    options.reference = match script.flag() {
        true => Reference::Sixteen(u16::from_be_bytes([script.octet(), script.octet()])),
        false => Reference::Eight(script.octet()),
    };
    options.with_elements(script.octets())
}

/// The user data as the far side has it, from its octets alone.
fn arrive<'a>(part: &Segment<'_>, octets: &'a [u8]) -> UserData<'a> {
    assert!(octets.len() <= USER_DATA_OCTETS);
    assert_eq!(octets, [part.udh(), part.packed()].concat());
    assert_eq!(part.udh().len(), part.udh_len());
    let coding = match part.encoding() {
        Encoding::Gsm7 => DataCodingScheme::GSM7,
        Encoding::EightBit => DataCodingScheme::EIGHT_BIT,
        _ => DataCodingScheme::UCS2,
    };
    let has_header = part.udh_len() > 0;
    let user_data = UserData::from_octets(Kind::Submit, coding, part.udl(), has_header, octets);
    let user_data = user_data.expect("a part is well formed");
    assert_eq!(UserDataBuf::from(*part).view(), user_data);
    user_data
}

fn parts(segments: &Segments, options: &Options<'_>) {
    let parts: Vec<_> = segments.iter().collect();
    assert_eq!(parts.len(), segments.count());
    for (part, number) in parts.iter().zip(1_usize..) {
        let octets = part.user_data();
        let user_data = arrive(part, &octets);
        let header = user_data.header();
        let concat = header.and_then(|header| header.concat());
        assert_eq!(concat, part.concat());
        assert_eq!(concat.is_some(), parts.len() > 1);
        if let Some(concat) = concat {
            let place = (usize::from(concat.sequence()), usize::from(concat.total()));
            assert_eq!(place, (number, parts.len()));
            assert_eq!(concat.reference(), options.reference);
        }
        if let Some(header) = header {
            assert!(header.octets().ends_with(options.elements));
            assert!(header.check().is_ok());
        }
        let tables = header.map_or(Tables::DEFAULT, |header| header.tables());
        assert_eq!(tables, part.tables());
        assert_eq!(part.chars(), part.text().chars().count());
        match part.encoding() {
            Encoding::EightBit => assert_eq!(user_data.payload(), part.unpacked()),
            _ => {
                assert_eq!(user_data.text().as_deref(), Some(&*part.text()));
                assert!(
                    user_data
                        .septets()
                        .is_none_or(|septets| septets == part.units())
                );
            }
        }
        let room = part.encoding().capacity(part.udh_len());
        assert!(part.units() <= room);
        // What is kept whole takes up to four octets, a cluster any number.
        if number < parts.len() && !options.graphemes {
            assert!(part.units() + 3 >= room);
        }
    }
    let units: usize = parts.iter().map(|part| part.units()).sum();
    assert_eq!(units, segments.total_units());
}

fn refused(error: SegmentError, options: &Options<'_>) {
    assert!(!error.to_string().is_empty());
    match error {
        SegmentError::TooManyParts { needed, max } => assert!(needed > max && max == MAX_PARTS),
        SegmentError::NoRoom { header } => assert!(header > USER_DATA_OCTETS - 4),
        SegmentError::Elements(error) => assert!(error.offset < options.elements.len()),
        _ => assert_eq!(options.encoding, Some(Encoding::Gsm7)),
    }
}

fn text(text: &str, options: &Options<'_>) {
    let choice = choose(text, options.language);
    for character in &choice.forced_by {
        assert_eq!(Code::of(*character), None);
        assert!(text.contains(*character));
    }
    assert!(choice.encoding != Encoding::Ucs2 || !choice.forced_by.is_empty());

    let segments = match segment(text, options) {
        Ok(segments) => segments,
        Err(error) => return refused(error, options),
    };
    assert!(
        options
            .encoding
            .is_none_or(|encoding| encoding == segments.encoding())
    );
    parts(&segments, options);
    let joined: String = segments.iter().map(|part| part.text()).collect();
    assert_eq!(joined, text);
    let forced = segments.forced_by();
    assert!(forced.is_empty() || forced == choice.forced_by);

    if options.encoding.is_none() && options.elements.is_empty() {
        let eight_bit = matches!(options.reference, Reference::Eight(_));
        if eight_bit && !options.graphemes {
            assert_eq!(segments.count(), choice.segments);
            assert_eq!(segments.encoding(), choice.encoding);
            assert_eq!(
                (segments.tables(), segments.total_units()),
                (choice.tables, choice.units)
            );
            // No other way is cheaper.
            for encoding in [Encoding::Gsm7, Encoding::Ucs2] {
                let other = segment(text, &options.with_encoding(encoding));
                assert!(
                    other.is_ok_and(|other| other.count() >= segments.count())
                        || encoding == Encoding::Gsm7
                );
            }
        }
    }
}

fn plain(text: &str, tables: Tables) {
    let plain = transliterate_for(text, tables);
    let mut rest = text;
    let mut rebuilt = String::new();
    for change in &plain.changes {
        let at = change.index - (text.len() - rest.len());
        rebuilt += &rest[..at];
        rebuilt += change.to;
        rest = rest[at..]
            .strip_prefix(change.from)
            .expect("what stood there");
    }
    rebuilt += rest;
    assert_eq!(rebuilt, plain.text);
    let strangers = |text: &str| {
        text.chars()
            .any(|character| tables.code(character).is_none())
    };
    assert_eq!(strangers(&plain.text), !plain.left.is_empty());
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let options = options(&mut script);
    let tables = script.tables();
    // Messages of more than 255 parts are for those, too, who write a few octets only.
    let repeated = 1 + usize::from(script.octet()).saturating_sub(0xE0);
    let octets = script.take(600).repeat(repeated);

    text(&String::from_utf8_lossy(&octets), &options);
    plain(&String::from_utf8_lossy(&octets), tables);
    match segment_octets(&octets, &options) {
        Ok(segments) => {
            parts(&segments, &options);
            let joined: Vec<_> = segments.iter().map(|part| part.unpacked()).collect();
            assert_eq!(joined.concat(), octets);
        }
        Err(error) => refused(error, &options),
    }
});
