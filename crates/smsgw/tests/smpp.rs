//! The table of `smsgw::convert::smpp`, a test for each of its cells.
#![cfg(feature = "smpp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, SystemTime};

use smsgw::convert::smpp::{
    Outgoing, Part, from_deliver_sm, from_submit_sm, from_submit_sm_at, in_gsm_coding, parts, text,
};
use smsgw::gsm::segment::LanguageChoice;
use smsgw::gsm::udh::Reference;
use smsgw::smpp::pdu::{Body as _, DeliverSm, SubmitSm};
use smsgw::smpp::tlv::{MessagePayload, Tlv, TlvOctets, TlvTag, Tlvs, UserMessageReference};
use smsgw::smpp::types::{self, DataCoding, EsmClass, RelativeTime, ShortMessage, Time};
use smsgw::smpp::{CommandStatus, Frame, SequenceNumber};
use smsgw::{Address, Content, Extra, Message, ReceiptRequest, Writing};

fn hello() -> Message {
    Message::text(Address::number("+306912345678"), "hello")
}

/// The frame of the only part.
fn submit(message: &Message) -> Frame {
    let parts = parts(message, Reference::Eight(9)).unwrap();
    assert_eq!(parts.len(), 1);
    frame(message, &parts[0])
}

fn frame(message: &Message, part: &Part) -> Frame {
    let outgoing = Outgoing::new(message, part).unwrap();
    let status = CommandStatus::ESME_ROK;
    let submit = outgoing
        .submit_sm()
        .unwrap()
        .to_frame(status, SequenceNumber(1));
    // Both bodies say the same.
    let deliver = outgoing
        .deliver_sm()
        .unwrap()
        .to_frame(status, SequenceNumber(1));
    assert_eq!(submit.body(), deliver.body());
    submit
}

/// There and back, where nothing is lost.
fn returns(message: &Message) {
    let frame = submit(message);
    assert_eq!(&from_submit_sm(&frame.decode().unwrap()), message);
}

fn encoded(dcs: u8, udh: &[u8], octets: &[u8]) -> Message {
    let content = Content::Encoded {
        dcs,
        udh: udh.to_vec(),
        octets: octets.to_vec(),
    };
    Message { content, ..hello() }
}

#[test]
fn addresses_to_smpp_and_back() {
    let from = Some(Address::sender("ÄCME"));
    let message = Message {
        from,
        ..encoded(0, b"", b"hello")
    };
    let frame = submit(&message);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(pdu.source_addr.ton, types::Ton::ALPHANUMERIC);
    assert_eq!(pdu.source_addr.digits.as_octets(), b"\xC4CME");
    assert_eq!(pdu.destination_addr.ton, types::Ton::INTERNATIONAL);
    assert_eq!(pdu.destination_addr.digits, "306912345678");
    returns(&message);
    let greek = Message {
        from: Some(Address::sender("Ωmega")),
        ..hello()
    };
    let parts = parts(&greek, Reference::Eight(1)).unwrap();
    assert!(Outgoing::new(&greek, &parts[0]).is_err());
}

#[test]
fn a_short_text_is_gsm_or_ucs2() {
    let frame = submit(&hello());
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(
        (pdu.data_coding.0, pdu.short_message.as_octets()),
        (0, &b"hello"[..])
    );
    let greek = Message {
        content: Content::Text("ά".into()),
        ..hello()
    };
    let frame = submit(&greek);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(
        (pdu.data_coding.0, pdu.short_message.as_octets()),
        (8, &b"\x03\xac"[..])
    );
}

#[test]
fn a_long_text_is_split_with_a_header() {
    let message = Message {
        content: Content::Text("a".repeat(161)),
        ..hello()
    };
    let parts = parts(&message, Reference::Eight(9)).unwrap();
    assert_eq!(parts.len(), 2);
    let second = frame(&message, &parts[1]);
    let pdu: SubmitSm<'_> = second.decode().unwrap();
    assert_eq!(pdu.esm_class, EsmClass::UDH_INDICATOR);
    assert_eq!(
        pdu.short_message.as_octets(),
        b"\x05\x00\x03\x09\x02\x02aaaaaaaa"
    );
    // A part is not split again, nor turned into text.
    assert_eq!(
        from_submit_sm(&pdu).content,
        Content::Encoded {
            dcs: 0,
            udh: b"\x05\x00\x03\x09\x02\x02".into(),
            octets: [b'a'; 8].into()
        }
    );
}

#[test]
fn language_tables_are_named_in_every_part() {
    let auto = |text: String| Message {
        content: Content::Text(text),
        writing: Writing {
            language: LanguageChoice::Auto,
            ..Writing::default()
        },
        ..hello()
    };
    let said = "Şu köşe kış köşesi";
    let message = auto(said.into());
    let frame = submit(&message);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(pdu.esm_class, EsmClass::UDH_INDICATOR);
    let (header, septets) = pdu.short_message.as_octets().split_at(4);
    assert_eq!((pdu.data_coding.0, header), (0, &b"\x03\x25\x01\x01"[..]));
    assert_eq!(septets.len(), said.chars().count());
    // It stays what it is, and its text can be read.
    let Content::Encoded { dcs, udh, octets } = from_submit_sm(&pdu).content else {
        panic!("one SMS is not turned into text");
    };
    assert_eq!(text(dcs, &udh, &octets).as_deref(), Some(said));

    let parts = parts(&auto(said.repeat(10)), Reference::Eight(9)).unwrap();
    assert_eq!(parts.len(), 2);
    for (part, number) in parts.iter().zip(1..) {
        assert_eq!(part.udh(), [8, 0, 3, 9, 2, number, 0x25, 1, 1]);
    }
    let flash = Message {
        class: Some(0),
        ..auto(said.into())
    };
    let frame = submit(&flash);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(pdu.data_coding.0, 0xF0);
}

#[test]
fn texts_are_transliterated_and_cut_as_the_message_says() {
    let message = |text: &str, writing| Message {
        content: Content::Text(text.into()),
        writing,
        ..hello()
    };
    let plain = Writing {
        transliterate: true,
        ..Writing::default()
    };
    let frame = submit(&message("“Şu köşe”", plain));
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    let octets = pdu.short_message.as_octets();
    assert_eq!((pdu.data_coding.0, pdu.esm_class), (0, EsmClass::DEFAULT));
    assert_eq!(text(0, b"", octets).as_deref(), Some("\"Su köse\""));

    let whole = Writing {
        graphemes: true,
        ..Writing::default()
    };
    let flag = "я".repeat(65) + "🇫🇷" + &"я".repeat(10);
    let ends = |writing| -> Vec<usize> {
        let parts = parts(&message(&flag, writing), Reference::Eight(9)).unwrap();
        parts.iter().map(|part| part.octets().len()).collect()
    };
    assert_eq!(ends(Writing::default()), [2 * 67, 2 * 12]);
    assert_eq!(ends(whole), [2 * 65, 2 * 14]);
}

#[test]
fn a_long_text_from_smpp_becomes_text() {
    let octets = [b'a'; 200];
    let list = [MessagePayload(TlvOctets::new(&octets).unwrap()).into()];
    let pdu = SubmitSm {
        tlvs: Tlvs::new(&list).unwrap(),
        ..SubmitSm::default()
    };
    let message = from_submit_sm(&pdu);
    assert_eq!(message.content, Content::Text("a".repeat(200)));
    assert_eq!(message.extras, []);
    let short = SubmitSm {
        short_message: ShortMessage::new(&octets).unwrap(),
        ..pdu
    };
    assert_eq!(from_submit_sm(&short).content, message.content);
}

#[test]
fn octets_pass_unchanged() {
    returns(&encoded(4, b"", &[0, 255, 7]));
    returns(&encoded(245, b"\x02\x70\x00", b"x"));
    returns(&encoded(4, b"", &[7; 254]));
    let long = encoded(4, b"", &[7; 255]);
    let frame = submit(&long);
    assert!(
        frame
            .decode::<SubmitSm<'_>>()
            .unwrap()
            .short_message
            .is_empty()
    );
    returns(&long);
}

#[test]
fn a_class_goes_out_and_stays_in_the_octets_coming_in() {
    let flash = Message {
        class: Some(0),
        ..hello()
    };
    let frame = submit(&flash);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(pdu.data_coding, DataCoding(0xF0));
    let back = from_submit_sm(&pdu);
    assert_eq!(
        (back.class, back.content),
        (None, encoded(0xF0, b"", b"hello").content)
    );
    let greek = Message {
        content: Content::Text("ά".into()),
        class: Some(2),
        ..hello()
    };
    let frame = submit(&greek);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    let subunit = Tlv::new(TlvTag::DEST_ADDR_SUBUNIT, &[3]).unwrap();
    assert_eq!(pdu.tlvs.iter().collect::<Vec<_>>(), [subunit]);
    assert_eq!(
        from_submit_sm(&pdu).extras,
        [Extra::Tlv {
            tag: TlvTag::DEST_ADDR_SUBUNIT.0,
            value: vec![3]
        }]
    );
}

#[test]
fn delivery_later_is_absolute() {
    let at = |millis| Message {
        deliver_at: Some(SystemTime::UNIX_EPOCH + Duration::from_millis(millis)),
        ..encoded(0, b"", b"x")
    };
    let message = at(1_769_817_599_900);
    let frame = submit(&message);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    let time = pdu.schedule_delivery_time;
    assert_eq!(time.as_octets(), b"260130235959900+");
    returns(&message);
    let part = Part::new(0, b"", b"x");
    let refused = at(0);
    let error = Outgoing::new(&refused, &part).unwrap_err().to_string();
    assert!(error.starts_with("schedule_delivery_time: "), "{error}");
    let relative = RelativeTime::new(Duration::from_secs(60));
    let pdu = SubmitSm {
        schedule_delivery_time: relative.as_time(),
        ..SubmitSm::default()
    };
    assert_eq!(from_submit_sm(&pdu).deliver_at, None);
}

#[test]
fn validity_is_relative() {
    let validity = Some(Duration::from_secs(3_661));
    returns(&Message {
        validity,
        ..encoded(0, b"", b"x")
    });
    let absolute = types::Time::new(b"260131235959904+").unwrap();
    let pdu = SubmitSm {
        validity_period: absolute,
        ..SubmitSm::default()
    };
    assert_eq!(from_submit_sm(&pdu).validity, None);
    let relative = RelativeTime::new(Duration::from_secs(60));
    let pdu = DeliverSm {
        validity_period: relative.as_time(),
        ..DeliverSm::default()
    };
    assert_eq!(
        from_deliver_sm(&pdu).validity,
        Some(Duration::from_secs(60))
    );
}

#[test]
fn times_that_take_a_clock() {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_903_999);
    let message = |deliver_at: &str, validity: &str| {
        let pdu = SubmitSm {
            schedule_delivery_time: Time::new(deliver_at.as_bytes()).unwrap(),
            validity_period: Time::new(validity.as_bytes()).unwrap(),
            ..SubmitSm::default()
        };
        let message = from_submit_sm_at(&pdu, now);
        (message.deliver_at, message.validity)
    };
    let minute = Duration::from_secs(60);
    assert_eq!(message("", ""), (None, None));
    // 2026-01-31 23:59:59 is now.
    let later = (Some(now + minute), Some(2 * minute));
    assert_eq!(message("260201000059000+", "260201000159000+"), later);
    assert_eq!(message("000000000100000R", "000000000200000R"), later);
    let passed = (None, Some(Duration::ZERO));
    assert_eq!(message("", "260131235958000+"), passed);
}

#[test]
fn receipt_requests_both_ways() {
    for receipt in [
        ReceiptRequest::None,
        ReceiptRequest::Final,
        ReceiptRequest::OnFailure,
        ReceiptRequest::OnSuccess,
    ] {
        returns(&Message {
            receipt,
            ..encoded(0, b"", b"x")
        });
    }
    let pdu = SubmitSm {
        registered_delivery: types::RegisteredDelivery(0b0001_1001),
        ..SubmitSm::default()
    };
    let message = from_submit_sm(&pdu);
    assert_eq!(message.receipt, ReceiptRequest::Final);
    assert_eq!(message.extras, [Extra::IntermediateReceipts]);
    let part = Part::new(0, b"", b"x");
    let outgoing = Outgoing::new(&message, &part).unwrap();
    let asked = |outgoing: Outgoing<'_>| outgoing.submit_sm().unwrap().registered_delivery.0;
    assert_eq!(asked(outgoing.clone()), 0b0001_0001);
    let instead = outgoing.with_receipt(ReceiptRequest::OnFailure);
    assert_eq!(asked(instead), 0b0000_0010);
}

#[test]
fn the_reference_both_ways() {
    let message = Message {
        reference: Some(0x1234),
        ..encoded(0, b"", b"x")
    };
    let frame = submit(&message);
    let pdu: SubmitSm<'_> = frame.decode().unwrap();
    assert_eq!(pdu.tlvs.find(), Some(UserMessageReference(0x1234)));
    returns(&message);
}

#[test]
fn extras_both_ways_in_order_with_repeats() {
    let tlv = |tag, value: &[u8]| Extra::Tlv {
        tag,
        value: value.to_vec(),
    };
    let extras = vec![
        Extra::ServiceType("WAP".into()),
        Extra::ProtocolId(0x41),
        Extra::Priority(2),
        Extra::IntermediateReceipts,
        tlv(0x1601, b"vendor"),
        tlv(0x0381, b"1"),
        tlv(0x0381, b"2"),
        // A reference of the wrong length is kept as it came.
        tlv(TlvTag::USER_MESSAGE_REFERENCE.0, b"x"),
    ];
    returns(&Message {
        extras,
        ..encoded(0, b"", b"x")
    });
}

#[test]
fn services_of_ucp_are_not_carried() {
    let message = Message {
        extras: vec![Extra::Service {
            kind: 0x0C,
            data: b"bill".to_vec(),
        }],
        ..hello()
    };
    assert_eq!(submit(&message), submit(&hello()));
}

#[test]
fn text_of_the_codings_it_knows() {
    assert_eq!(text(0, b"", b"\x00\x1b\x65").as_deref(), Some("@€"));
    assert_eq!(text(0xF1, b"", b"a").as_deref(), Some("a"));
    assert_eq!(text(3, b"", b"\xe4").as_deref(), Some("ä"));
    assert_eq!(text(8, b"", b"\x03\xac").as_deref(), Some("ά"));
    assert_eq!(text(6, b"", b"\xb4\xd0").as_deref(), Some("Да"));
    assert_eq!(text(4, b"", b"a"), None);
    let spanish = b"\x03\x24\x01\x02";
    assert_eq!(text(0, spanish, b"\x1ba").as_deref(), Some("á"));
    // Not a header: nothing is known.
    assert_eq!(text(0, b"\x09\x24", b"\x1ba").as_deref(), Some("a"));
}

#[test]
fn codings_that_gsm_lacks_become_text() {
    let readable = |message: &Message| in_gsm_coding(message.clone()).content;
    for (dcs, octets, said) in [
        (1, &b"[ok]"[..], "[ok]"),
        (3, b"\xC7a va ?", "Ça va ?"),
        (6, b"\xB4\xD0", "Да"),
        (3, &[0xE0; 200], &"à".repeat(200)),
    ] {
        let message = encoded(dcs, b"", octets);
        assert_eq!(readable(&message), Content::Text(said.into()));
    }
    // What GSM has, or nobody knows, stays.
    for dcs in [0, 2, 4, 8, 0x10, 0xF5, 11] {
        let message = encoded(dcs, b"", b"ab");
        assert_eq!(readable(&message), message.content);
    }
    assert_eq!(readable(&hello()), hello().content);
}

#[test]
fn a_part_in_a_coding_that_gsm_lacks_stays_a_part() {
    let udh = [5, 0, 3, 9, 2, 1];
    let readable = |dcs, octets: &[u8]| in_gsm_coding(encoded(dcs, &udh, octets)).content;
    let wanted = |dcs, octets: &[u8]| encoded(dcs, &udh, octets).content;
    assert_eq!(
        readable(3, b"\xE0 [1]"),
        wanted(0, b"\x7F \x1B\x3C1\x1B\x3E")
    );
    assert_eq!(readable(3, &[0xE0; 153]), wanted(0, &[0x7F; 153]));
    assert_eq!(readable(6, &[0xB4; 67]), wanted(8, &[4, 0x14].repeat(67)));
    // No room.
    assert_eq!(readable(3, &[b'['; 153]), wanted(3, &[b'['; 153]));
    assert_eq!(readable(6, &[0xB4; 68]), wanted(6, &[0xB4; 68]));

    let tlv = |tag, value: &[u8]| Extra::Tlv {
        tag,
        value: value.to_vec(),
    };
    let sar = |dcs, octets: &[u8]| Message {
        extras: vec![
            tlv(TlvTag::SAR_MSG_REF_NUM.0, &[0, 7]),
            tlv(TlvTag::SAR_TOTAL_SEGMENTS.0, &[2]),
            tlv(TlvTag::SAR_SEGMENT_SEQNUM.0, &[1]),
        ],
        ..encoded(dcs, b"", octets)
    };
    for (len, dcs) in [(153, 0), (154, 3)] {
        let message = in_gsm_coding(sar(3, &vec![b'a'; len]));
        assert_eq!(message, sar(dcs, &vec![b'a'; len]));
    }
}
