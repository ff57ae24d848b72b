//! Random texts, over UCP and back.
#![cfg(feature = "ucp")]
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::time::{Duration, SystemTime};

use proptest::char;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use smsgw::convert::tpdu::{joined, to_part};
use smsgw::convert::ucp::{
    Outgoing, Settings, from_deliver_short_message, from_submit_short_message,
};
use smsgw::gsm::reassemble::{Limits, Outcome, Reassembler};
use smsgw::gsm::segment::LanguageChoice;
use smsgw::gsm::udh::Reference;
use smsgw::ucp::op::{DeliverShortMessage, Op, SubmitShortMessage};
use smsgw::ucp::types::Second;
use smsgw::ucp::{Alphabet, Frame, Quirks, Trn};
use smsgw::{Address, Content, Message, Writing};

/// Texts that are mostly of one kind, so that each alphabet has some it can say.
fn texts() -> impl Strategy<Value = String> {
    let of = |characters: &'static str| select(characters.chars().collect::<Vec<_>>());
    let gsm =
        of("@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡AÄÖÑÜ§¿aäöñüà\n\r");
    let extended = of("abc€[]{}~|^\\\u{C}");
    // Turkish and Spanish, in the tables of languages.
    let national = of("şğıİŞĞçáíóúÁ abc");
    let latin = char::range(' ', 'ÿ').prop_filter("a control character", |c| !c.is_control());
    // U+FFFE at the beginning is the mark of another order of octets.
    let any = any::<char>().prop_filter("no character", |&c| c != '\u{FFFE}');
    let flags = of("я🇫🇷👩🏽\u{200D}\u{301}");
    let text = |character: BoxedStrategy<char>| {
        let len = prop_oneof![0..20_usize, 60..80_usize, 140..500_usize];
        len.prop_flat_map(move |len| vec(character.clone(), len))
            .prop_map(String::from_iter)
    };
    prop_oneof![
        text(gsm.boxed()),
        text(extended.boxed()),
        text(national.boxed()),
        text(char::range(' ', '~').boxed()),
        text(char::range('0', '9').boxed()),
        text(latin.boxed()),
        text(any.boxed()),
        text(flags.boxed()),
    ]
}

fn settings() -> impl Strategy<Value = Settings> {
    let alphabets = select(vec![
        Alphabet::Gsm,
        Alphabet::Ira,
        Alphabet::Latin1,
        Alphabet::German,
    ]);
    (alphabets, any::<bool>()).prop_map(|(alphabet, numeric)| Settings {
        alphabet,
        numeric,
        ..Settings::default()
    })
}

fn writings() -> impl Strategy<Value = Writing> {
    let languages = select(vec![LanguageChoice::None, LanguageChoice::Auto]);
    (languages, any::<bool>()).prop_map(|(language, graphemes)| Writing {
        language,
        graphemes,
        ..Writing::default()
    })
}

fn references() -> impl Strategy<Value = Reference> {
    prop_oneof![
        any::<u8>().prop_map(Reference::Eight),
        any::<u16>().prop_map(Reference::Sixteen),
    ]
}

/// The message from its parts, in the order they come.
fn reassembled(parts: impl IntoIterator<Item = Message>) -> Option<Message> {
    let mut reassembler = Reassembler::new(Limits::DEFAULT);
    let mut whole = None;
    for part in parts {
        let inserted = reassembler.insert(to_part(part), Duration::ZERO);
        if let Outcome::Complete(message) = inserted.outcome {
            whole = joined(message.into_payloads());
        }
    }
    whole
}

/// The same frame, read from its octets by the rules.
fn sent<'a>(op: &impl Op<'a>) -> Frame {
    let octets = op.to_frame(Trn::ZERO).octets().clone();
    Frame::new_with(octets, &Quirks::STRICT).unwrap()
}

proptest! {
    #[test]
    fn a_text_comes_back(
        text in texts(),
        settings in settings(),
        writing in writings(),
        class in proptest::option::of(0..=3_u8),
        reference in references(),
    ) {
        let message = Message {
            from: Some(Address::sender("ACME")),
            writing,
            class,
            ..Message::text(Address::number("+393331234568"), text)
        };
        let now = SystemTime::UNIX_EPOCH;
        let outgoing = Outgoing::new(&message, reference, &settings, now).unwrap();

        let submits = outgoing.submits().map(|submit| {
            let frame = sent(&submit);
            let decoded = frame.decode_with::<SubmitShortMessage<'_>>(&Quirks::STRICT).unwrap();
            from_submit_short_message(&decoded.pdu, &settings, now)
        });
        // The last part comes first.
        let submits: Vec<Message> = submits.collect();
        let back = reassembled(submits.into_iter().rev()).unwrap();
        prop_assert_eq!(&back.content, &message.content);
        prop_assert_eq!(back.class, class);
        prop_assert_eq!((&back.from, &back.to), (&message.from, &message.to));

        let scts = Second::parse("211126225429").unwrap();
        let delivers = outgoing.delivers(|_| scts).map(|deliver| {
            let frame = sent(&deliver);
            let decoded = frame.decode_with::<DeliverShortMessage<'_>>(&Quirks::STRICT).unwrap();
            from_deliver_short_message(&decoded.pdu, &settings)
        });
        let back = reassembled(delivers).unwrap();
        prop_assert_eq!(&back.content, &message.content);
    }

    #[test]
    fn what_fits_on_the_air_is_never_exceeded(text in texts(), settings in settings()) {
        let message = Message {
            from: Some(Address::number("2147")),
            ..Message::text(Address::number("1"), text)
        };
        let now = SystemTime::UNIX_EPOCH;
        let outgoing = Outgoing::new(&message, Reference::Eight(1), &settings, now).unwrap();
        for submit in outgoing.submits() {
            let neutral = from_submit_short_message(&submit, &settings, now);
            let udh = submit.xser.udh().map_or(0, |udh| udh.len());
            // Whatever the alphabet, the service centre writes it as GSM does.
            let octets = match &neutral.content {
                Content::Text(text) => match smsgw::gsm::alphabet::encode_unpacked(text) {
                    Ok(septets) if submit.xser.dcs() != Some(8) => septets.len() * 7 / 8,
                    _ => text.encode_utf16().count() * 2,
                },
                Content::Encoded { dcs: 0, octets, .. } => octets.len() * 7 / 8,
                Content::Encoded { octets, .. } => octets.len(),
            };
            prop_assert!(udh + octets <= 140);
        }
    }

    #[test]
    fn what_is_encoded_passes(
        dcs in any::<u8>(),
        udh in prop_oneof![
            Just(vec![]),
            Just(vec![5, 0, 3, 7, 2, 1]),
            Just(vec![6, 5, 4, 0x0B, 0x84, 0x23, 0xF0]),
        ],
        octets in vec(0..0x80_u8, 0..140),
    ) {
        let message = Message {
            from: Some(Address::number("2147")),
            content: Content::Encoded { dcs, udh, octets },
            ..Message::text(Address::number("1"), "")
        };
        let (settings, now) = (Settings::default(), SystemTime::UNIX_EPOCH);
        let Ok(outgoing) = Outgoing::new(&message, Reference::Eight(1), &settings, now) else {
            prop_assert!(matches!(dcs, 0x01 | 0x03 | 0x05..=0x07 | 0x09..=0x0F));
            return Ok(());
        };
        let submit = outgoing.submits().next().unwrap();
        let back = from_submit_short_message(&submit, &settings, now);
        // Octets, or the same text: over UCP again it is the same.
        let again = Outgoing::new(&back, Reference::Eight(1), &settings, now).unwrap();
        let again = again.submits().next().unwrap();
        prop_assert_eq!(from_submit_short_message(&again, &settings, now), back.clone());
        if let Content::Encoded { dcs: kept, .. } = back.content {
            prop_assert_eq!(kept, if dcs == 0x02 { 0x04 } else { dcs });
        }
    }
}
