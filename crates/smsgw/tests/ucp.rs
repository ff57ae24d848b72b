//! The table of messages of `smsgw::convert::ucp`, a test for each of its cells.
#![cfg(feature = "ucp")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, SystemTime};

use smsgw::convert::tpdu::joined;
use smsgw::convert::ucp::{
    Outgoing, Settings, Terminal, from_call_input, from_deliver_short_message,
    from_multiple_address_call_input, from_sms_message_transfer, from_submit_short_message,
    from_supplementary_call_input,
};
use smsgw::gsm::alphabet::Language;
use smsgw::gsm::segment::LanguageChoice;
use smsgw::gsm::udh::Reference;
use smsgw::ucp::op::{
    CallInput, DeliverShortMessage, MultipleAddressCallInput, Op, Seq, SmsMessageTransfer,
    SubmitShortMessage, SupplementaryCallInput,
};
use smsgw::ucp::session::MessageKeys;
use smsgw::ucp::types::{
    self, AMsg, DataCoding, Digit, Flag, Hex, HexBuf, MessageClass, MessageType, Minute,
    NotificationType, Originator, Otoa, Pid, ReplyPath, Rpid, Second, ShortContent,
    SocketAddressBuf, UtcOffset, XSer,
};
use smsgw::ucp::{Alphabet, Frame, OperationKind, Quirks, Trn};
use smsgw::{Address, Content, Extra, Message, ReceiptRequest, Writing};

/// 2026-11-21 22:54:29 UTC.
const NOW: u64 = 1_795_301_669;

fn at(unix: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(unix)
}

fn hello() -> Message {
    Message {
        from: Some(Address::number("2147")),
        ..Message::text(Address::number("+393331234568"), "hello")
    }
}

fn saying(text: &str) -> Message {
    Message {
        content: Content::Text(text.into()),
        ..hello()
    }
}

fn encoded(dcs: u8, udh: &[u8], octets: &[u8]) -> Message {
    let content = Content::Encoded {
        dcs,
        udh: udh.to_vec(),
        octets: octets.to_vec(),
    };
    Message { content, ..hello() }
}

fn with_alphabet(alphabet: Alphabet) -> Settings {
    Settings {
        alphabet,
        ..Settings::default()
    }
}

/// What each of the strict frames says.
fn frames(message: &Message, settings: &Settings) -> Vec<Frame> {
    let outgoing = Outgoing::new(message, Reference::Eight(7), settings, at(NOW)).unwrap();
    outgoing.submits().map(|op| strict(&op)).collect()
}

/// The frame, which is by the rules.
fn strict<'a>(op: &impl Op<'a>) -> Frame {
    let frame = op.to_frame(Trn::ZERO);
    let again = Frame::new_with(frame.octets().clone(), &Quirks::STRICT).unwrap();
    let decoded = again.operation_with(&Quirks::STRICT).unwrap();
    assert!(decoded.tolerated.is_empty());
    frame
}

/// The only OT 51, looked at by `look`.
fn submit_by<T>(
    message: &Message,
    settings: &Settings,
    look: impl FnOnce(SubmitShortMessage<'_>) -> T,
) -> T {
    let frames = frames(message, settings);
    assert_eq!(frames.len(), 1);
    look(frames[0].decode().unwrap())
}

fn submit<T>(message: &Message, look: impl FnOnce(SubmitShortMessage<'_>) -> T) -> T {
    submit_by(message, &Settings::default(), look)
}

/// The only OT 51, and what it says at the other end.
fn back_by(message: &Message, settings: &Settings) -> Message {
    submit_by(message, settings, |submit| {
        from_submit_short_message(&submit, settings, at(NOW))
    })
}

fn back(message: &Message) -> Message {
    back_by(message, &Settings::default())
}

/// There and back by OT 51, where nothing is lost.
fn returns(message: &Message) {
    assert_eq!(&back(message), message);
}

/// There and back by OT 52, where nothing is lost.
fn is_delivered(message: &Message) {
    let settings = Settings::default();
    let outgoing = Outgoing::new(message, Reference::Eight(7), &settings, at(NOW)).unwrap();
    let scts = Second::parse("211126225429").unwrap();
    assert_eq!(outgoing.delivers(|_| scts).len(), 1);
    let frame = strict(&outgoing.delivers(|_| scts).next().unwrap());
    let deliver = frame.decode().unwrap();
    assert_eq!(&from_deliver_short_message(&deliver, &settings), message);
}

fn refused_by(message: &Message, settings: &Settings) -> String {
    let outgoing = Outgoing::new(message, Reference::Eight(7), settings, at(NOW));
    outgoing.unwrap_err().to_string()
}

fn refused(message: &Message) -> String {
    refused_by(message, &Settings::default())
}

/// What an OT 51 says that a peer made.
fn said(submit: &SubmitShortMessage<'_>) -> Message {
    from_submit_short_message(submit, &Settings::default(), at(NOW))
}

fn hex(octets: &[u8]) -> HexBuf {
    HexBuf::encode(octets)
}

#[test]
fn recipients_have_the_prefix_of_the_link() {
    let to = |ton, digits: &str| Message {
        to: Address {
            ton,
            npi: 1,
            digits: digits.into(),
        },
        ..hello()
    };
    let adc = |message: &Message, settings: &Settings| {
        submit_by(message, settings, |submit| submit.adc.to_string())
    };
    let none = Settings {
        prefix: String::new(),
        ..Settings::default()
    };
    let other = Settings {
        prefix: "810".into(),
        ..Settings::default()
    };
    let italy = to(1, "393331234568");
    assert_eq!(adc(&italy, &Settings::default()), "00393331234568");
    assert_eq!(adc(&italy, &none), "393331234568");
    assert_eq!(adc(&italy, &other), "810393331234568");
    for settings in [&Settings::default(), &none, &other] {
        assert_eq!(&back_by(&italy, settings), &italy);
        for digits in ["112", "0601234567"] {
            let message = to(0, digits);
            assert_eq!(adc(&message, settings), digits);
            assert_eq!(&back_by(&message, settings), &message);
        }
    }
    returns(&italy);
    is_delivered(&italy);
    // Other types of number do not come back.
    assert_eq!(back(&to(2, "6012345678")).to, Address::number("6012345678"));
    // Nothing behind the prefix is no international number.
    assert_eq!(back(&to(0, "00")).to, Address::number("00"));
}

#[test]
fn recipients_that_do_not_fit_are_refused() {
    let to = |text: &str| Message {
        to: Address::number(text),
        ..hello()
    };
    assert_eq!(
        refused(&to("+123456789012345")),
        "AdC: at most 16 characters, had 17"
    );
    assert_eq!(refused(&to("12x")), "AdC: no decimal digit at character 2");
    assert_eq!(refused(&to("")), "AdC: no value for a mandatory field");
    assert_eq!(refused(&to("+")), "AdC: no value for a mandatory field");
}

#[test]
fn senders_are_numbers_or_names() {
    let from = |text: &str| Message {
        from: Some(Address::sender(text)),
        ..hello()
    };
    for (sender, oadc, otoa) in [
        ("+393331234567", "393331234567", "1139"),
        ("ALPHA@NUM", "10412614190438AB4D", "5039"),
        ("abcdefg", "0D61F1985C369F01", "5039"),
        ("A", "0241", "5039"),
        ("3331234567", "3331234567", ""),
    ] {
        let message = from(sender);
        submit(&message, |submit| {
            assert_eq!(submit.oadc, oadc);
            assert_eq!(submit.otoa.to_string(), otoa);
        });
        returns(&message);
        is_delivered(&message);
    }
    // A short code is a number like others when it comes back.
    assert_eq!(back(&from("2147")).from, Some(Address::number("2147")));
    // As many digits as peers send.
    returns(&from("+1234567890123456789012"));
    for (sender, error) in [
        ("Twelve chars", "OAdC: at most 11 characters, had 12"),
        ("1234567890€", "OAdC: at most 11 characters, had 12"),
        ("Ωμέγα", "OAdC: a character not allowed here at character 1"),
        (
            "+12345678901234567890123",
            "OAdC: at most 22 characters, had 23",
        ),
    ] {
        assert_eq!(refused(&from(sender)), error);
    }
}

#[test]
fn senders_as_peers_write_them() {
    let from = |oadc, otoa, settings: &Settings| {
        let submit = SubmitShortMessage {
            adc: types::Address::new("1").unwrap(),
            oadc: Originator::new(oadc).unwrap(),
            otoa,
            ..SubmitShortMessage::default()
        };
        from_submit_short_message(&submit, settings, at(NOW)).from
    };
    let (default, none) = (&Settings::default(), Otoa::ABSENT);
    let italy = Some(Address::number("+393331234567"));
    assert_eq!(from("00393331234567", none, default), italy);
    assert_eq!(from("393331234567", Otoa::INTERNATIONAL, default), italy);
    assert_eq!(from("", none, default), None);
    // Seven characters, and the number of digits in LL: no text that a lenient reader refuses.
    let name = |settings: &Settings| {
        let mut fields = [&b""[..]; 33];
        (fields[0], fields[1]) = (b"1", b"0E61F1985C369F01");
        (fields[18], fields[28]) = (b"3", b"5039");
        let ot = SubmitShortMessage::OT;
        let frame = Frame::from_fields(Trn::ZERO, OperationKind::Operation, ot, &fields).unwrap();
        let submit = frame.decode().unwrap();
        from_submit_short_message(&submit, settings, at(NOW)).from
    };
    assert_eq!(name(default), Some(Address::sender("abcdefg@")));
    let trimming = Settings {
        trim_names: true,
        ..Settings::default()
    };
    assert_eq!(name(&trimming), Some(Address::sender("abcdefg")));
}

#[test]
fn a_message_without_sender_has_that_of_the_link() {
    let message = Message {
        from: None,
        ..hello()
    };
    assert_eq!(refused(&message), "OAdC: no value for a mandatory field");
    let settings = Settings {
        sender: Some(Address::sender("ACME")),
        ..Settings::default()
    };
    assert_eq!(back_by(&message, &settings).from, settings.sender);
    assert_eq!(back_by(&hello(), &settings).from, hello().from);
}

#[test]
fn a_text_alone_both_ways() {
    for (text, mt, msg, nb, xser) in [
        ("5 € @", "3", "35201B652000", None, ""),
        ("ά", "4", "03AC", Some(16), "020108"),
        ("", "3", "", None, ""),
        ("47", "3", "3437", None, ""),
    ] {
        let message = saying(text);
        submit(&message, |submit| {
            assert_eq!(submit.message.mt().to_string(), mt);
            assert_eq!((submit.message.msg(), submit.message.nb()), (msg, nb));
            assert_eq!(submit.xser.hex().as_str(), xser);
            assert!(submit.mcls.is_absent() && submit.mms.is_absent());
        });
        returns(&message);
        is_delivered(&message);
    }
}

#[test]
fn a_long_text_is_split_and_joined() {
    for (text, units) in [
        ("é".repeat(161), vec![153, 8]),
        ("a".repeat(160), vec![160]),
        ("я".repeat(71), vec![2 * 67, 2 * 4]),
        ("я".repeat(70), vec![2 * 70]),
    ] {
        let message = saying(&text);
        let frames = frames(&message, &Settings::default());
        let submits: Vec<SubmitShortMessage<'_>> =
            frames.iter().map(|frame| frame.decode().unwrap()).collect();
        let octets = |submit: &SubmitShortMessage<'_>| submit.message.msg().len() / 2;
        assert_eq!(submits.iter().map(octets).collect::<Vec<_>>(), units);
        if units.len() > 1 {
            let udh = submits[1].xser.udh().map(|udh| udh.to_vec());
            assert_eq!(udh.as_deref(), Some(&[5, 0, 3, 7, 2, 2][..]));
        }
        let parts = submits.iter().map(said);
        assert_eq!(joined(parts).unwrap(), message);
    }
}

#[test]
fn an_authentication_code_is_not_printed() {
    let settings = Settings {
        authentication_code: "SECRET".to_owned(),
        prefix: "011".to_owned(),
        ..Settings::default()
    };
    let message = hello();
    let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, at(NOW)).unwrap();
    for shown in [format!("{settings:?}"), format!("{outgoing:?}")] {
        assert!(
            shown.contains("***") && !shown.contains("SECRET"),
            "{shown}"
        );
    }
    assert!(format!("{settings:?}").contains("011"));
}

#[test]
fn parts_are_stamped_one_after_the_other() {
    let (message, settings) = (saying(&"a".repeat(320)), Settings::default());
    let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, at(NOW)).unwrap();
    let stamps = |scts| -> Vec<String> {
        let now = Second::parse(scts).unwrap();
        let mut keys = MessageKeys::default();
        let of_one = |keys: &mut MessageKeys| -> Vec<_> {
            let delivers = outgoing.delivers(|adc| keys.next(adc, now));
            delivers.map(|deliver| deliver.scts.unwrap()).collect()
        };
        let first = of_one(&mut keys);
        // The next message, within the same second.
        let next = of_one(&mut keys);
        let is_last = now.year() == 2089;
        assert!(is_last || next.iter().all(|scts| !first.contains(scts)));
        first.iter().map(Second::to_string).collect()
    };
    let new_year = [
        "2026-12-31T23:59:59",
        "2027-01-01T00:00:00",
        "2027-01-01T00:00:01",
    ];
    assert_eq!(stamps("311226235959"), new_year);
    assert_eq!(stamps("311289235959"), ["2089-12-31T23:59:59"; 3]);
}

#[test]
fn the_alphabet_of_the_link() {
    let octets = |alphabet, text| {
        let settings = with_alphabet(alphabet);
        let message = saying(text);
        assert_eq!(back_by(&message, &settings), message);
        submit_by(&message, &settings, |submit| {
            (submit.message.mt(), submit.message.msg().to_owned())
        })
    };
    let text = |msg: &str| (MessageType::ALPHANUMERIC, msg.to_owned());
    let data = |msg: &str| (MessageType::TRANSPARENT, msg.to_owned());
    assert_eq!(octets(Alphabet::Gsm, "@ü"), text("007E"));
    assert_eq!(octets(Alphabet::German, "@ü"), text("007D"));
    assert_eq!(octets(Alphabet::Latin1, "@ü"), text("40FC"));
    assert_eq!(octets(Alphabet::Ira, "@{"), text("407B"));
    // What the alphabet lacks, and what is lacking on the air.
    assert_eq!(octets(Alphabet::Ira, "@ü"), data("004000FC"));
    assert_eq!(octets(Alphabet::German, "ñ"), data("00F1"));
    assert_eq!(octets(Alphabet::Latin1, "€"), data("20AC"));
    assert_eq!(octets(Alphabet::Latin1, "ê"), data("00EA"));
    assert_eq!(octets(Alphabet::Ira, "`"), data("0060"));
    // A character of the extension takes two septets on the air.
    let most = saying(&"[".repeat(81));
    assert_eq!(frames(&most, &with_alphabet(Alphabet::Ira)).len(), 2);
}

#[test]
fn digits_alone_are_numeric_where_the_link_has_it() {
    let settings = Settings {
        numeric: true,
        ..Settings::default()
    };
    let mt = |message: &Message| {
        let frames = frames(message, &settings);
        let submit: SubmitShortMessage<'_> = frames[0].decode().unwrap();
        submit.message.mt()
    };
    for (text, wanted) in [
        ("4711", MessageType::NUMERIC),
        ("4711 ", MessageType::ALPHANUMERIC),
        ("", MessageType::ALPHANUMERIC),
        (&"7".repeat(160), MessageType::NUMERIC),
    ] {
        let message = saying(text);
        assert_eq!(mt(&message), wanted);
        assert_eq!(back_by(&message, &settings), message);
    }
    assert_eq!(mt(&saying(&"7".repeat(161))), MessageType::ALPHANUMERIC);
    let flash = Message {
        class: Some(0),
        ..saying("4711")
    };
    assert_eq!(mt(&flash), MessageType::ALPHANUMERIC);
    // A part of a longer text stays one.
    let submit = SubmitShortMessage {
        message: types::Message::numeric("4711").unwrap(),
        xser: XSer::new(Hex::new("0106050003070201").unwrap()).unwrap(),
        ..SubmitShortMessage::default()
    };
    let part = encoded(0, &[5, 0, 3, 7, 2, 1], b"4711");
    assert_eq!(said(&submit).content, part.content);
}

#[test]
fn octets_pass_unchanged() {
    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    for (dcs, udh, octets, mt, xser) in [
        (0x04, &[][..], &[0, 255, 7][..], "4", "020104"),
        (0x04, &[], &[7; 140], "4", "020104"),
        (0xF5, &ports, &[1, 6, 0x80], "4", "01070605040B8423F00201F5"),
        // Parts of longer texts.
        (
            0x00,
            &[5, 0, 3, 9, 2, 1],
            b"half a te",
            "3",
            "0106050003090201",
        ),
        (
            0x10,
            &[5, 0, 3, 9, 2, 1],
            b"\x1B",
            "3",
            "0106050003090201020110",
        ),
        (
            0x08,
            &[5, 0, 3, 9, 2, 1],
            &[0xD8, 0x3D],
            "4",
            "0106050003090201020108",
        ),
        (
            0x00,
            &ports,
            b"for an application",
            "3",
            "01070605040B8423F0",
        ),
        (0x00, &ports, b"", "3", "01070605040B8423F0"),
        // Voice mail waits; goes away when read; compressed.
        (0xC8, &[], b"x", "3", "0201C8"),
        (0x50, &[], b"x", "3", "020150"),
        (0x20, &[], &[1, 2, 0xFF], "4", "020120"),
        // Half a unit is no text.
        (0x08, &[], &[4], "4", "020108"),
    ] {
        let message = encoded(dcs, udh, octets);
        submit(&message, |submit| {
            assert_eq!(submit.message.mt().to_string(), mt);
            assert_eq!(submit.xser.hex().as_str(), xser);
        });
        returns(&message);
        is_delivered(&message);
    }
}

#[test]
fn octets_that_are_text_come_back_as_text() {
    for (dcs, octets, text, class) in [
        (0x00, &b"5 \x1B\x65"[..], "5 €", None),
        (0xF0, b"a", "a", Some(0)),
        (0x08, b"\x03\xAC", "ά", None),
        (0x1A, b"\x03\xAC", "ά", Some(2)),
    ] {
        let wanted = Message {
            class,
            ..saying(text)
        };
        assert_eq!(back(&encoded(dcs, b"", octets)), wanted);
    }
}

#[test]
fn what_smpp_and_gsm_read_differently() {
    let xser = |dcs| submit(&encoded(dcs, b"", b"ab"), |it| it.xser.dcs());
    assert_eq!(xser(0x02), Some(0x04));
    for dcs in [0x01, 0x03, 0x05, 0x06, 0x0E] {
        let error = format!("data_coding {dcs:#04X} means nothing in UCP");
        assert_eq!(refused(&encoded(dcs, b"", b"x")), error);
    }
    // The low bits have no meaning, and both low alphabet bits are reserved.
    for (dcs, neutral) in [(0x01, 0x00), (0x0D, 0x00), (0x07, 0x04), (0x0A, 0x08)] {
        let xser = hex(&[1, 6, 5, 0, 3, 9, 2, 1, 2, 1, dcs]);
        let octets = hex(b"ab");
        let submit = SubmitShortMessage {
            message: types::Message::text(octets.as_hex()).unwrap(),
            xser: XSer::new(xser.as_hex()).unwrap(),
            ..SubmitShortMessage::default()
        };
        let wanted = encoded(neutral, &[5, 0, 3, 9, 2, 1], b"ab");
        assert_eq!(said(&submit).content, wanted.content);
    }
}

/// What SMPP says of a part in TLVs.
fn sar(reference: u16, total: u8, number: u8) -> Vec<Extra> {
    let tlv = |tag, value: &[u8]| Extra::Tlv {
        tag,
        value: value.to_vec(),
    };
    vec![
        tlv(0x020C, &reference.to_be_bytes()),
        tlv(0x020E, &[total]),
        tlv(0x020F, &[number]),
    ]
}

#[test]
fn a_part_by_tlvs_of_smpp_has_a_header() {
    let part = |extras, dcs, udh: &[u8], len| {
        let message = Message {
            extras,
            ..encoded(dcs, udh, &vec![7; len])
        };
        let back = back(&message);
        assert_eq!(back.extras, []);
        let Content::Encoded { udh, octets, .. } = back.content else {
            panic!("not a part");
        };
        assert_eq!(octets, vec![7; len]);
        udh
    };
    let short = [5, 0, 3, 0x2A, 3, 2];
    let long = [6, 8, 4, 1, 0x2A, 3, 2];
    for (reference, dcs, len, udh) in [
        (0x2A, 0, 153, &short[..]),
        (0x2A, 8, 134, &short),
        (0x12A, 0, 152, &long),
        (0x12A, 4, 133, &long),
        // With the longer one they would not fit.
        (0x12A, 0, 153, &short),
        (0x12A, 4, 134, &short),
    ] {
        assert_eq!(part(sar(reference, 3, 2), dcs, &[], len), udh);
    }
    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    let both = [11, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0, 3, 0x2A, 3, 2];
    assert_eq!(part(sar(0x2A, 3, 2), 4, &ports, 10), both);
    // The header says it already; there is no part 4 of 3; one of them is missing.
    let own = [5, 0, 3, 9, 2, 1];
    assert_eq!(part(sar(0x2A, 3, 2), 0, &own, 10), own);
    assert_eq!(part(sar(0x2A, 3, 4), 4, &ports, 10), ports);
    assert_eq!(part(sar(0x2A, 3, 2)[1..].to_vec(), 4, &ports, 10), ports);
}

#[test]
fn octets_that_do_not_fit_are_refused() {
    let message = |dcs, udh: &[u8], len| encoded(dcs, udh, &vec![7; len]);
    returns(&message(4, &[], 700));
    assert_eq!(
        refused(&message(4, &[], 701)),
        "TMsg: at most 1400 characters, had 1402"
    );
    assert_eq!(
        refused(&message(0, &[], 321)),
        "AMsg: at most 640 characters, had 642"
    );
    assert_eq!(
        refused(&message(4, &[7; 200], 1)),
        "XSer: at most 400 characters, had 404"
    );
    let error = refused(&encoded(0, b"", b"a\x80"));
    assert_eq!(error, "AMsg: needs 0 to 127, had 128");
}

#[test]
fn parts_of_others_in_the_alphabet_of_the_link() {
    let header = [5, 0, 3, 9, 2, 1];
    for alphabet in [Alphabet::Ira, Alphabet::Latin1, Alphabet::German] {
        let settings = with_alphabet(alphabet);
        // Septets both times, and ASCII between.
        let part = encoded(0, &header, b"a\x00b\x1B\x3C");
        assert_eq!(back_by(&part, &settings), part);
    }
    let latin = with_alphabet(Alphabet::Latin1);
    submit_by(&encoded(0, &header, b"\x00"), &latin, |submit| {
        assert_eq!(submit.message.msg(), "40");
    });
    let lacking = "AMsg: not in the alphabet of the link";
    // The euro sign, an escape without its code, septets of another table.
    for (udh, octets) in [
        (&header[..], &b"\x1B\x65"[..]),
        (&header, b"a\x1B"),
        (&[3, 0x25, 1, 1], b"a"),
    ] {
        assert_eq!(refused_by(&encoded(0, udh, octets), &latin), lacking);
    }
    // What GSM lacks comes as UCS-2.
    let octets = hex(b"\xEA");
    let submit = SubmitShortMessage {
        message: types::Message::text(octets.as_hex()).unwrap(),
        xser: XSer::new(Hex::new("0106050003090201").unwrap()).unwrap(),
        mcls: MessageClass::CLASS_1,
        ..SubmitShortMessage::default()
    };
    let message = from_submit_short_message(&submit, &latin, at(NOW));
    assert_eq!(message.content, encoded(0x19, &header, b"\0\xEA").content);
}

#[test]
fn packed_septets_and_little_endian_text() {
    let said = |xser: &str, octets: &[u8], bits| {
        let octets = hex(octets);
        let submit = SubmitShortMessage {
            message: types::Message::bits(octets.as_hex(), bits).unwrap(),
            xser: XSer::new(Hex::new(xser).unwrap()).unwrap(),
            ..SubmitShortMessage::default()
        };
        said(&submit).content
    };
    let text = |text: &str| Content::Text(text.into());
    // "hellohello" is 70 bits.
    let packed = b"\xE8\x32\x9B\xFD\x46\x97\xD9\xEC\x37";
    assert_eq!(said("020100", packed, 70), text("hellohello"));
    assert_eq!(said("020111", packed, 35), text("hello"));
    // A fill bit behind the header of six octets.
    let part = encoded(0, &[5, 0, 3, 9, 2, 1], b"a");
    assert_eq!(said("0106050003090201020100", b"\xC2", 8), part.content);
    // As one client writes it.
    assert_eq!(said("020108", b"\xFF\xFE\xC6\x00\xE6\x00", 48), text("Ææ"));
    let half = encoded(8, b"", b"\xFF\xFE\xC6");
    assert_eq!(said("020108", b"\xFF\xFE\xC6", 24), half.content);
}

#[test]
fn the_coding_where_xser_does_not_say() {
    let octets = hex(b"ab");
    let of = |message, mcls, dcs| {
        let deliver = DeliverShortMessage {
            message,
            mcls,
            dcs,
            ..DeliverShortMessage::default()
        };
        let message = from_deliver_short_message(&deliver, &Settings::default());
        (message.content, message.class)
    };
    let text = types::Message::text(octets.as_hex()).unwrap();
    let data = types::Message::octets(octets.as_hex()).unwrap();
    let none = (MessageClass::ABSENT, DataCoding::ABSENT);
    let ab = Content::Text("ab".into());
    let as_octets = |dcs| (encoded(dcs, b"", b"ab").content, None);
    assert_eq!(of(text, none.0, none.1), (ab.clone(), None));
    assert_eq!(of(text, MessageClass::CLASS_0, none.1), (ab, Some(0)));
    assert_eq!(of(text, none.0, DataCoding::EIGHT_BIT), as_octets(0x04));
    assert_eq!(of(data, none.0, none.1), as_octets(0x04));
    assert_eq!(of(data, MessageClass::CLASS_1, none.1), as_octets(0xF5));
    // MT 3, and UCS-2 all the same.
    let octets = hex(b"\x03\xAC");
    let submit = SubmitShortMessage {
        message: types::Message::text(octets.as_hex()).unwrap(),
        xser: XSer::new(Hex::new("020108").unwrap()).unwrap(),
        ..SubmitShortMessage::default()
    };
    assert_eq!(said(&submit).content, Content::Text("ά".into()));
    let nothing = SubmitShortMessage::default();
    assert_eq!(said(&nothing).content, Content::Text(String::new()));
}

#[test]
fn language_tables_both_ways() {
    let turkish = |text: &str, language| Message {
        writing: Writing {
            language,
            ..Writing::default()
        },
        ..saying(text)
    };
    let text = "Şu köşe kış köşesi";
    let message = turkish(text, LanguageChoice::Auto);
    submit(&message, |submit| {
        assert_eq!(submit.xser.hex().as_str(), "010403250101");
        assert_eq!(submit.message.mt(), MessageType::ALPHANUMERIC);
        assert_eq!(submit.message.msg().len(), 2 * text.chars().count());
    });
    // Back it is the language that the sender has chosen.
    let only = LanguageChoice::Only(Language::Turkish);
    returns(&turkish(text, only));
    is_delivered(&turkish(text, only));
    let long = turkish(&text.repeat(20), only);
    let frames = frames(&long, &Settings::default());
    assert_eq!(frames.len(), 3);
    let parts = frames.iter().map(|frame| said(&frame.decode().unwrap()));
    assert_eq!(joined(parts).unwrap(), long);
    // Such octets are no characters of other alphabets.
    let latin = with_alphabet(Alphabet::Latin1);
    submit_by(&message, &latin, |submit| {
        assert_eq!(submit.xser.hex().as_str(), "020108");
    });
}

#[test]
fn texts_are_transliterated_and_cut_as_the_message_says() {
    let plain = Message {
        writing: Writing {
            transliterate: true,
            ..Writing::default()
        },
        ..saying("“Şu köşe”")
    };
    assert_eq!(back(&plain).content, Content::Text("\"Su köse\"".into()));
    let whole = Message {
        writing: Writing {
            graphemes: true,
            ..Writing::default()
        },
        ..saying(&("я".repeat(65) + "🇫🇷" + &"я".repeat(10)))
    };
    for settings in [Settings::default(), with_alphabet(Alphabet::Ira)] {
        let frames = frames(&whole, &settings);
        let second: SubmitShortMessage<'_> = frames[1].decode().unwrap();
        // The first half of the flag.
        assert!(second.message.msg().starts_with("D83CDDEB"));
    }
}

#[test]
fn the_class_of_a_text_both_ways() {
    for (class, gsm, ucs2) in [
        (0, "020110", "020118"),
        (1, "020111", "020119"),
        (2, "020112", "02011A"),
        (3, "020113", "02011B"),
    ] {
        for (text, xser) in [("flash", gsm), ("γειά", ucs2)] {
            let message = Message {
                class: Some(class),
                ..saying(text)
            };
            submit(&message, |submit| {
                assert_eq!(submit.xser.hex().as_str(), xser);
            });
            returns(&message);
            is_delivered(&message);
        }
    }
    // What is encoded has its own.
    let octets = Message {
        class: Some(0),
        ..encoded(0x04, b"", b"x")
    };
    assert_eq!(submit(&octets, |submit| submit.xser.dcs()), Some(0x04));
}

#[test]
fn delivery_later_and_validity_are_minutes_of_the_zone() {
    let message = |deliver_at, validity: Option<u64>| Message {
        deliver_at,
        validity: validity.map(Duration::from_secs),
        ..hello()
    };
    let zone = Settings {
        zone: UtcOffset(60),
        ..Settings::default()
    };
    let fields = |message: &Message| {
        submit_by(message, &zone, |submit| {
            let digits = |minute: Option<Minute>| minute.map(|minute| minute.to_string());
            (submit.dd, digits(submit.ddt), digits(submit.vp))
        })
    };
    // 22:54:29 in UTC is 23:54:29 there.
    let later = message(Some(at(NOW + 31)), Some(3_631));
    let minutes = ["2026-11-21T23:55:00", "2026-11-22T00:55:00"].map(|it| Some(it.to_owned()));
    let [ddt, vp] = minutes.clone();
    assert_eq!(fields(&later), (Flag::YES, ddt, vp));
    assert_eq!(back_by(&later, &zone), later);
    // Rounded up, by a part of a second too.
    let millis = SystemTime::UNIX_EPOCH + Duration::from_millis(NOW * 1_000 - 28_999);
    let soon = message(Some(millis), Some(3_601));
    let [ddt, vp] = minutes;
    assert_eq!(fields(&soon), (Flag::YES, ddt, vp));
    assert_eq!(back_by(&soon, &zone), later);
    assert_eq!(fields(&hello()), (Flag::ABSENT, None, None));
    // It passed.
    let submit = SubmitShortMessage {
        vp: Some(Minute::parse("2111262354").unwrap()),
        ddt: Some(Minute::parse("2111262354").unwrap()),
        ..SubmitShortMessage::default()
    };
    let said = from_submit_short_message(&submit, &zone, at(NOW));
    assert_eq!(said.validity, Some(Duration::ZERO));
    // DD does not say that it is deferred.
    assert_eq!(said.deliver_at, None);
    for (wrong, error) in [
        (
            message(Some(at(0)), None),
            "DDT: no such day or time of day",
        ),
        (
            message(Some(at(9_000_000_000)), None),
            "DDT: no such day or time of day",
        ),
        (
            message(Some(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), None),
            "DDT: no such day or time of day",
        ),
        (
            message(None, Some(9_000_000_000)),
            "VP: no such day or time of day",
        ),
        (
            message(None, Some(u64::MAX)),
            "VP: no such day or time of day",
        ),
    ] {
        assert_eq!(refused(&wrong), error);
    }
    let settings = Settings::default();
    let outgoing = Outgoing::new(&later, Reference::Eight(7), &settings, at(NOW)).unwrap();
    let deliver = outgoing
        .delivers(|_| Second::parse("211126225429").unwrap())
        .next()
        .unwrap();
    let delivered = from_deliver_short_message(&deliver, &settings);
    assert_eq!((delivered.deliver_at, delivered.validity), (None, None));
}

#[test]
fn receipt_requests_both_ways() {
    let asked = |receipt, waiting: bool| Message {
        receipt,
        extras: waiting
            .then_some(Extra::IntermediateReceipts)
            .into_iter()
            .collect(),
        ..hello()
    };
    for (receipt, waiting, nrq, nt) in [
        (ReceiptRequest::None, false, "", ""),
        (ReceiptRequest::Final, false, "1", "3"),
        (ReceiptRequest::OnFailure, false, "1", "2"),
        (ReceiptRequest::OnSuccess, false, "1", "1"),
        (ReceiptRequest::None, true, "1", "4"),
        (ReceiptRequest::Final, true, "1", "7"),
        (ReceiptRequest::OnFailure, true, "1", "6"),
        (ReceiptRequest::OnSuccess, true, "1", "5"),
    ] {
        let message = asked(receipt, waiting);
        submit(&message, |submit| {
            assert_eq!(
                (submit.nrq.to_string(), submit.nt.to_string()),
                (nrq.into(), nt.into())
            );
        });
        returns(&message);
    }
    let of = |nrq, nt| {
        let submit = SubmitShortMessage {
            nrq,
            nt,
            ..SubmitShortMessage::default()
        };
        said(&submit).receipt
    };
    assert_eq!(
        of(Flag::YES, NotificationType::ABSENT),
        ReceiptRequest::Final
    );
    assert_eq!(
        of(Flag::YES, NotificationType::DEFAULT),
        ReceiptRequest::Final
    );
    assert_eq!(of(Flag::NO, NotificationType::ALL), ReceiptRequest::None);
    let settings = Settings::default();
    let message = asked(ReceiptRequest::Final, false);
    let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, at(NOW)).unwrap();
    let deliver = outgoing
        .delivers(|_| Second::parse("211126225429").unwrap())
        .next();
    let delivered = from_deliver_short_message(&deliver.unwrap(), &settings);
    assert_eq!(delivered.receipt, ReceiptRequest::None);
}

#[test]
fn the_reference_is_not_sent() {
    let message = Message {
        reference: Some(0x1234),
        ..hello()
    };
    assert_eq!(back(&message), hello());
}

#[test]
fn of_the_extras_protocol_priority_and_services_both_ways() {
    let service = |kind, data: &[u8]| Extra::Service {
        kind,
        data: data.to_vec(),
    };
    let of = |extras| Message { extras, ..hello() };
    let services = vec![
        Extra::ProtocolId(65),
        service(0x0C, b"bill"),
        service(0x7F, b""),
        service(0x0C, b"again"),
    ];
    let mut all = services.clone();
    all.insert(1, Extra::Priority(1));
    submit(&of(all.clone()), |submit| {
        assert_eq!(submit.rpid, Rpid::REPLACE_TYPE_1);
        assert_eq!(submit.pr, Digit::new(1).unwrap());
        assert_eq!(submit.xser.hex().as_str(), "0C0462696C6C7F000C05616761696E");
    });
    returns(&of(all));
    is_delivered(&of(services));
    // In every part, behind its header.
    let long = Message {
        content: Content::Text("a".repeat(161)),
        ..of(vec![service(0x0D, &[1])])
    };
    for (frame, number) in frames(&long, &Settings::default()).iter().zip(1..) {
        let submit: SubmitShortMessage<'_> = frame.decode().unwrap();
        let xser = format!("01060500030702{number:02X}0D0101");
        assert_eq!(submit.xser.hex().as_str(), xser);
    }
    // Another header, another DCS, and a header of another length than it says.
    let submit = SubmitShortMessage {
        xser: XSer::new(Hex::new("0100020110010100020100").unwrap()).unwrap(),
        ..SubmitShortMessage::default()
    };
    let message = said(&submit);
    assert_eq!(message.class, Some(0));
    assert_eq!(message.extras, [service(1, b""), service(2, &[0])]);

    let others = vec![
        Extra::ServiceType("WAP".into()),
        Extra::Tlv {
            tag: 0x1601,
            value: vec![1],
        },
        Extra::ProtocolId(0),
        Extra::Priority(0),
    ];
    assert_eq!(back(&of(others)), hello());
    // As much as the field can say.
    for priority in [9, 10, 255] {
        let message = of(vec![Extra::Priority(priority)]);
        submit_by(&message, &Settings::default(), |submit| {
            assert_eq!(submit.pr, Digit::new(9).unwrap());
        });
    }
    assert_eq!(
        refused(&of(vec![service(0x0C, &[0; 199])])),
        "XSer: at most 400 characters, had 402"
    );
}

#[test]
fn what_is_of_the_link() {
    let nadc = SocketAddressBuf::new("127.0.0.1:4700".parse().unwrap()).unwrap();
    let settings = Settings {
        authentication_code: "secret".into(),
        notification: Some(Terminal {
            address: nadc.as_address().as_str().into(),
            pid: Pid::PC_OVER_TCP_IP,
        }),
        last_resort: Some(Terminal {
            address: "0545765".into(),
            pid: Pid::FAX_GROUP_3,
        }),
        reply_path: ReplyPath::REQUEST,
        ..Settings::default()
    };
    let message = Message {
        receipt: ReceiptRequest::Final,
        ..hello()
    };
    submit_by(&message, &settings, |submit| {
        assert_eq!(submit.ac, "secret");
        assert_eq!(submit.nadc, "1270000000014700");
        assert_eq!(submit.npid, Pid::PC_OVER_TCP_IP);
        assert_eq!(submit.lrq, Flag::YES);
        assert_eq!(submit.lrad, "0545765");
        assert_eq!(submit.lpid, Pid::FAX_GROUP_3);
        assert_eq!(submit.rpi, ReplyPath::REQUEST);
    });
    // None of it is the message's.
    assert_eq!(back_by(&message, &settings), message);
    // Nothing is to be notified.
    submit_by(&hello(), &settings, |submit| {
        assert!(submit.nadc.is_empty() && submit.npid.is_absent());
    });
    let outgoing = Outgoing::new(&message, Reference::Eight(7), &settings, at(NOW)).unwrap();
    let scts = Second::parse("211126225429").unwrap();
    assert_eq!(
        outgoing.delivers(|_| scts).next().unwrap().rpi,
        ReplyPath::REQUEST
    );
    let wrong = |change: fn(&mut Settings)| {
        let mut settings = settings.clone();
        change(&mut settings);
        refused_by(&message, &settings)
    };
    assert_eq!(
        wrong(|settings| settings.authentication_code = "a/b".into()),
        "AC: a character not allowed here at character 1"
    );
    assert_eq!(
        wrong(|settings| settings.notification.as_mut().unwrap().address = "x".into()),
        "NAdC: no decimal digit at character 0"
    );
    assert_eq!(
        wrong(|settings| settings.last_resort.as_mut().unwrap().address = "1".repeat(17)),
        "LRAd: at most 16 characters, had 17"
    );
    assert_eq!(
        wrong(|settings| settings.prefix = "+".into()),
        "AdC: no decimal digit at character 0"
    );
}

#[test]
fn the_calls_as_they_come() {
    let settings = Settings::default();
    let amsg = hex(b"via op");
    let adc = types::Address::new("2147").unwrap();
    let oadc = types::Address::new("00393331234567").unwrap();
    let content = ShortContent::text(amsg.as_hex()).unwrap();
    let wanted = Message {
        from: Some(Address::number("+393331234567")),
        ..Message::text(Address::number("2147"), "via op")
    };

    let call = CallInput {
        adc,
        oadc,
        message: content,
        ..CallInput::default()
    };
    assert_eq!(from_call_input(&call, &settings), wanted);
    let numeric = CallInput {
        oadc: types::Address::EMPTY,
        message: ShortContent::numeric("4711").unwrap(),
        ..call
    };
    let digits = Message {
        from: None,
        content: Content::Text("4711".into()),
        ..wanted.clone()
    };
    assert_eq!(from_call_input(&numeric, &settings), digits);

    let recipients = [adc, types::Address::new("0031612345678").unwrap()];
    let calls = MultipleAddressCallInput {
        recipients: Seq::new(&recipients).unwrap(),
        oadc,
        message: content,
        ..MultipleAddressCallInput::default()
    };
    let second = Message {
        to: Address::number("+31612345678"),
        ..wanted.clone()
    };
    assert!(from_multiple_address_call_input(&calls, &settings).eq([wanted.clone(), second]));

    let ddt = Some(Minute::parse("2111262255").unwrap());
    let supplementary = SupplementaryCallInput {
        adc,
        oadc,
        pr: Flag::YES,
        dd: Flag::YES,
        ddt,
        message: content,
        ..SupplementaryCallInput::default()
    };
    let later = Message {
        deliver_at: Some(at(NOW + 31)),
        ..wanted
    };
    let urgent = Message {
        extras: vec![Extra::Priority(1)],
        ..later.clone()
    };
    assert_eq!(
        from_supplementary_call_input(&supplementary, &settings),
        urgent
    );

    let transfer = SmsMessageTransfer {
        adc,
        oadc,
        nrq: Flag::YES,
        dd: Flag::YES,
        ddt,
        vp: Some(Minute::parse("2111262355").unwrap()),
        amsg: AMsg::new(amsg.as_hex()).unwrap(),
        ..SmsMessageTransfer::default()
    };
    let transferred = Message {
        receipt: ReceiptRequest::Final,
        validity: Some(Duration::from_secs(3_631)),
        ..later
    };
    assert_eq!(
        from_sms_message_transfer(&transfer, &settings, at(NOW)),
        transferred
    );
}
