//! Septets, texts, TPDUs and the splitting of long texts.
//!
//! Reading ends with the text as a `String`; writing starts at a `&str` and ends with the octets of
//! the user data. What the peers make is compared with ours first; where one cannot do the work
//! there is no case for it, and where it does it wrong the case says so.

use std::hint::black_box;

use gsm7::{Gsm7Reader, Gsm7Writer};
use sms_pdu::gsm_encoding::GsmMessageData;
use sms_pdu::pdu::{DeliverPdu, MessageEncoding, PhoneNumber};
use smsgw_gsm::alphabet::{Code, Tables};
use smsgw_gsm::field::{Address, Timestamp};
use smsgw_gsm::segment::{Encoding, Options, Segments, segment};
use smsgw_gsm::septet::{FillBits, pack, pack_into, unpack, unpack_into};
use smsgw_gsm::tpdu::{Context, Deliver, ModemPdu, UserDataBuf};

use crate::{Case, measured};

/// The ASCII that most messages are made of.
const PLAIN: &str = "The quick brown fox jumps over the lazy dog. ";
/// A fifth is not ASCII; one of 44 characters takes two septets.
const MIXED: &str = "Zwölf Prüfungen à 5 € für André, déjà payé. ";
/// UCS-2.
const CYRILLIC: &str = "Съешь же ещё этих мягких французских булок. ";

/// Septets of a full message.
const SEPTETS: usize = 160;
/// Octets they take.
const OCTETS: u64 = 140;

/// All of them, each for all crates that can.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    septets(&mut cases);
    text(
        &mut cases,
        "gsm/encode_160_plain",
        "gsm/decode_160_plain",
        PLAIN,
    );
    text(
        &mut cases,
        "gsm/encode_160_mixed",
        "gsm/decode_160_mixed",
        MIXED,
    );
    deliver(&mut cases, "gsm/deliver_12_plain", PLAIN, 12);
    deliver(&mut cases, "gsm/deliver_12_mixed", MIXED, 12);
    deliver(&mut cases, "gsm/deliver_160_plain", PLAIN, SEPTETS);
    deliver(&mut cases, "gsm/deliver_160_mixed", MIXED, SEPTETS);
    long(&mut cases, "gsm/segment_1000_plain", PLAIN);
    long(&mut cases, "gsm/segment_1000_mixed", MIXED);
    long(&mut cases, "gsm/segment_1000_ucs2", CYRILLIC);
    cases
}

fn case(
    name: &'static str,
    subject: &'static str,
    octets: u64,
    mut round: impl FnMut() + 'static,
) -> Case {
    Case {
        name,
        subject,
        pdus: 1,
        octets: Some(octets),
        run: Box::new(move |rounds| measured(rounds, &mut round)),
    }
}

/// Septets alone, no characters; into a buffer that is there, as far as there is a way.
fn septets(cases: &mut Vec<Case>) {
    let septets = Tables::DEFAULT.encode(&of_septets(MIXED, SEPTETS)).unwrap();
    let packed = pack(&septets, FillBits::NONE);

    let ours = septets.clone();
    cases.push(case("gsm/pack_160", "smsgw", OCTETS, move || {
        let mut octets = [0; 140];
        pack_into(black_box(&ours), FillBits::NONE, &mut octets).unwrap();
        black_box(&octets);
    }));
    // Bit by bit. sms-pdu packs only together with the encoding of a text.
    let gsm7 = move |septets: &[u8]| {
        let mut octets = [0; 140];
        let mut writer = Gsm7Writer::new(&mut octets[..]);
        for &septet in septets {
            writer.write::<7, u8>(septet).unwrap();
        }
        writer.into_writer().unwrap();
        octets
    };
    assert_eq!(gsm7(&septets)[..], packed);
    cases.push(case("gsm/pack_160", "gsm7", OCTETS, move || {
        black_box(&gsm7(black_box(&septets)));
    }));

    let ours = packed.clone();
    cases.push(case("gsm/unpack_160", "smsgw", OCTETS, move || {
        let mut septets = [0; SEPTETS];
        unpack_into(black_box(&ours), FillBits::NONE, &mut septets);
        black_box(&septets);
    }));
    // As an alphanumeric address, the one way in that stays septets; allocates. gsm7 reads
    // characters only.
    let sms_pdu = |octets: &[u8]| PhoneNumber::from_gsm(octets, SEPTETS).0;
    assert_eq!(sms_pdu(&packed), unpack(&packed, SEPTETS, FillBits::NONE));
    cases.push(case("gsm/unpack_160", "sms-pdu", OCTETS, move || {
        black_box(&sms_pdu(black_box(&packed)));
    }));
}

/// A full message, from text to octets and back.
fn text(cases: &mut Vec<Case>, encode: &'static str, decode: &'static str, pattern: &str) {
    let text: &str = of_septets(pattern, SEPTETS).leak();
    let ours = |text: &str| Tables::DEFAULT.encode_packed(text, FillBits::NONE).unwrap();
    let (packed, count) = ours(text);
    assert_eq!(count, SEPTETS);

    cases.push(case(encode, "smsgw", OCTETS, move || {
        black_box(&ours(black_box(text)));
    }));
    // 160 septets end with an octet. Where they end a bit after one, gsm7 sets the top bit of the
    // next.
    let gsm7 = |text: &str| {
        let mut writer = Gsm7Writer::new(Vec::with_capacity(140));
        writer.write_str(text).unwrap();
        writer.into_writer().unwrap()
    };
    assert_eq!(gsm7(text), packed);
    cases.push(case(encode, "gsm7", OCTETS, move || {
        black_box(&gsm7(black_box(text)));
    }));
    let sms_pdu = |text: &str| GsmMessageData::encode_message(text);
    assert_eq!(sms_pdu(text)[0].bytes, packed);
    cases.push(case(encode, "sms-pdu", OCTETS, move || {
        black_box(&sms_pdu(black_box(text)));
    }));

    let octets: &[u8] = packed.leak();
    let ours = |octets: &[u8]| Tables::DEFAULT.decode_packed(octets, SEPTETS, FillBits::NONE);
    assert_eq!(ours(octets), text);
    cases.push(case(decode, "smsgw", OCTETS, move || {
        black_box(&ours(black_box(octets)));
    }));
    // Is not told how many septets there are.
    let gsm7 =
        |octets: &[u8]| -> String { Gsm7Reader::new(octets).collect::<Result<_, _>>().unwrap() };
    assert_eq!(gsm7(octets), text);
    cases.push(case(decode, "gsm7", OCTETS, move || {
        black_box(&gsm7(black_box(octets)));
    }));
    let message = GsmMessageData {
        encoding: MessageEncoding::Gsm7Bit,
        udh: false,
        bytes: octets.to_vec(),
        user_data_len: 160,
    };
    let sms_pdu = |message: &GsmMessageData| message.decode_message().unwrap();
    assert_eq!(sms_pdu(&message).text, text);
    cases.push(case(decode, "sms-pdu", OCTETS, move || {
        black_box(&sms_pdu(black_box(&message)));
    }));
}

/// A DELIVER with the service centre's empty address before it, from octets to every field and the
/// text. gsm7 reads no TPDUs.
fn deliver(cases: &mut Vec<Case>, name: &'static str, pattern: &str, septets: usize) {
    let text = of_septets(pattern, septets);
    let user_data = UserDataBuf::text(&text).unwrap();
    let time = Timestamp::new(2024, 2, 29, 23, 59, 59, 4).unwrap();
    let sender = Address::parse("+41791234567").unwrap();
    let pdu = ModemPdu::from(Deliver::new(sender, time, user_data.view()));
    let octets: &[u8] = pdu.to_vec().leak();
    let count = octets.len() as u64;

    cases.push(case(name, "smsgw", count, move || {
        let pdu = ModemPdu::decode(black_box(octets), Context::SC_TO_MS).unwrap();
        black_box(&(pdu.tpdu.user_data().and_then(|data| data.text()), pdu));
    }));
    // Keeps neither TP-PID nor what it does not know, and copies the user data twice.
    let sms_pdu = |octets: &[u8]| {
        let pdu = DeliverPdu::try_from(octets).unwrap();
        (pdu.get_message_data().decode_message().unwrap(), pdu)
    };
    let (message, theirs) = sms_pdu(octets);
    assert_eq!(message.text, text);
    assert_eq!(theirs.originating_address.to_string(), sender.to_string());
    cases.push(case(name, "sms-pdu", count, move || {
        black_box(&sms_pdu(black_box(octets)));
    }));
}

/// 1,000 characters, from text to the user data of all parts. gsm7 does not split.
fn long(cases: &mut Vec<Case>, name: &'static str, pattern: &str) {
    let text: &str = pattern
        .chars()
        .cycle()
        .take(1_000)
        .collect::<String>()
        .leak();
    let segments = segment(text, &Options::new()).unwrap();
    let octets = parts(&segments).concat().len() as u64;

    cases.push(case(name, "smsgw", octets, move || {
        let segments = segment(black_box(text), &Options::new()).unwrap();
        black_box(&parts(&segments));
    }));
    // Draws a number as reference; cuts after 153 septets whatever they are, so that a character of
    // two septets may be torn, as it is here. What would be right is compared.
    let sms_pdu = |text: &str| GsmMessageData::encode_message(text);
    let theirs = sms_pdu(text);
    assert_eq!(theirs.len(), segments.count());
    if pattern != MIXED {
        let units = |data: &GsmMessageData| match segments.encoding() {
            Encoding::Gsm7 => usize::from(data.user_data_len) - 7,
            _ => usize::from(data.user_data_len) / 2 - 3,
        };
        let theirs: Vec<_> = theirs.iter().map(units).collect();
        let ours: Vec<_> = segments.iter().map(|segment| segment.units()).collect();
        assert_eq!(theirs, ours);
    }
    cases.push(case(name, "sms-pdu", octets, move || {
        black_box(&sms_pdu(black_box(text)));
    }));
}

/// The octets of each part, header and text, as they travel.
fn parts(segments: &Segments) -> Vec<Vec<u8>> {
    segments.iter().map(|segment| segment.user_data()).collect()
}

/// The pattern, again and again, and at the end as many `a` as are missing.
fn of_septets(pattern: &str, count: usize) -> String {
    let mut text = String::new();
    let mut left = count;
    for character in pattern.chars().cycle() {
        let septets = Code::of(character).map_or(0, Code::septets);
        if septets > left {
            break;
        }
        text.push(character);
        left -= septets;
        if left == 0 {
            break;
        }
    }
    text + &"a".repeat(left)
}
