//! The table of `smsgw::convert::tpdu`, a test for each of its cells.
#![cfg(feature = "gsm")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, SystemTime};

use smsgw::convert::tpdu::{
    ConvertError, Outgoing, from_deliver, from_status_report, from_submit, joined, to_part,
};
use smsgw::gsm::alphabet::Language;
use smsgw::gsm::dcs::DataCodingScheme;
use smsgw::gsm::field::{self, Status, Timestamp, ValidityPeriod};
use smsgw::gsm::reassemble::{Limits, Outcome, Reassembler};
use smsgw::gsm::segment::LanguageChoice;
use smsgw::gsm::tpdu::{Deliver, StatusReport, Submit, UserDataBuf};
use smsgw::gsm::udh::Reference;
use smsgw::{
    Address, CarrierId, CarrierStatus, Content, Extra, Message, ReceiptRequest, ReceiptState,
    Writing,
};

fn hello() -> Message {
    Message::text(Address::number("+306912345678"), "hello")
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

fn noon() -> Timestamp {
    Timestamp::new(2025, 6, 30, 12, 0, 0, 0).unwrap()
}

/// The octets of each SUBMIT; TP-MR counts from 9 on.
fn submits(message: &Message) -> Vec<Vec<u8>> {
    let outgoing = Outgoing::new(message, Reference::Eight(7)).unwrap();
    outgoing.submits(9).map(|submit| submit.to_vec()).collect()
}

fn delivers(message: &Message) -> Vec<Vec<u8>> {
    let outgoing = Outgoing::new(message, Reference::Eight(7)).unwrap();
    let delivers = outgoing.delivers(noon()).unwrap();
    delivers.map(|deliver| deliver.to_vec()).collect()
}

/// The only SUBMIT, looked at by `look`.
fn submit<T>(message: &Message, look: impl FnOnce(Submit<'_>) -> T) -> T {
    let submits = submits(message);
    assert_eq!(submits.len(), 1);
    look(Submit::decode(&submits[0]).unwrap())
}

/// There and back by SUBMIT, where nothing is lost.
fn returns(message: &Message) {
    let back = submit(message, |submit| from_submit(&submit, message.from.clone()));
    let numbered = Message {
        reference: Some(9),
        ..message.clone()
    };
    assert_eq!(back, numbered);
}

/// There and back by DELIVER, where nothing is lost.
fn is_delivered(message: &Message) {
    let octets = delivers(message);
    assert_eq!(octets.len(), 1);
    let deliver = Deliver::decode(&octets[0]).unwrap();
    assert_eq!(&from_deliver(&deliver, message.to.clone()), message);
}

fn refused(message: &Message) -> ConvertError {
    Outgoing::new(message, Reference::Eight(7)).unwrap_err()
}

#[test]
fn the_recipient_of_a_submit_and_the_sender_of_a_deliver() {
    let message = Message {
        from: Some(Address::sender("ACME")),
        ..hello()
    };
    submit(&message, |submit| {
        assert_eq!(submit.destination_address.to_string(), "+306912345678");
        // It has no sender.
        assert_eq!(from_submit(&submit, None).from, None);
    });
    returns(&message);
    let octets = delivers(&message);
    let deliver = Deliver::decode(&octets[0]).unwrap();
    assert_eq!(deliver.originating_address.to_string(), "ACME");
    is_delivered(&message);
    is_delivered(&hello());
}

#[test]
fn ton_npi_and_all_digits_both_ways() {
    for (ton, npi, digits) in [
        (0, 1, "112"),
        (1, 1, "12345678901234567890"),
        (2, 8, "0*#abc"),
        (3, 0, "4711"),
        (6, 9, "1"),
        (7, 15, ""),
        (5, 0, "Grüße 24/7"),
        (5, 1, "@"),
        (5, 0, "12345678901"),
    ] {
        let to = Address {
            ton,
            npi,
            digits: digits.into(),
        };
        returns(&Message {
            to: to.clone(),
            ..hello()
        });
        is_delivered(&Message {
            from: Some(to),
            ..hello()
        });
    }
}

#[test]
fn an_address_that_gsm_cannot_have_is_refused() {
    let to = |ton, npi, digits: &str| Message {
        to: Address {
            ton,
            npi,
            digits: digits.into(),
        },
        ..hello()
    };
    for (message, said) in [
        (to(1, 1, "123456789012345678901"), "TP-DA: "),
        (to(1, 1, "12x"), "TP-DA: "),
        (to(5, 0, "Twelve chars"), "TP-DA: "),
        (to(5, 0, "1234567890€"), "TP-DA: "),
        (to(5, 0, "Ωмега"), "TP-DA: "),
        (to(8, 0, "1"), "TP-DA: TON or NPI out of range"),
        (to(0, 16, "1"), "TP-DA: TON or NPI out of range"),
    ] {
        let error = refused(&message).to_string();
        assert!(error.starts_with(said), "{error}");
    }
    let message = Message {
        from: Some(Address::sender("Twelve chars")),
        ..hello()
    };
    let outgoing = Outgoing::new(&message, Reference::Eight(7)).unwrap();
    assert_eq!(outgoing.submits(0).len(), 1, "a SUBMIT has no sender");
    let error = outgoing.delivers(noon()).map(drop).unwrap_err();
    assert!(error.to_string().starts_with("TP-OA: "), "{error}");
}

#[test]
fn a_text_alone_both_ways() {
    for (text, coding) in [("5 € @", 0x00), ("γειά σου", 0x08), ("", 0x00)] {
        let message = saying(text);
        let dcs = submit(&message, |submit| submit.user_data.data_coding_scheme().0);
        assert_eq!(dcs, coding);
        returns(&message);
        is_delivered(&message);
    }
}

#[test]
fn a_long_text_is_split_and_joined() {
    for (text, count) in [("a".repeat(161), 2), ("Ω😀".repeat(50), 3)] {
        let message = saying(&text);
        let octets = submits(&message);
        assert_eq!(octets.len(), count);
        let mut parts = Vec::new();
        for (octets, number) in octets.iter().zip(1..) {
            let submit = Submit::decode(octets).unwrap();
            assert_eq!(submit.message_reference, 8 + number);
            let concat = submit.user_data.header().unwrap().concat().unwrap();
            assert_eq!(concat.reference(), Reference::Eight(7));
            assert_eq!(concat.sequence(), number);
            parts.push(from_submit(&submit, None));
        }
        assert!(matches!(parts[1].content, Content::Encoded { .. }));
        // As it comes, the last first.
        let mut reassembler = Reassembler::new(Limits::DEFAULT);
        let mut whole = None;
        for part in parts.into_iter().rev() {
            let inserted = reassembler.insert(to_part(part), Duration::ZERO);
            if let Outcome::Complete(message) = inserted.outcome {
                whole = joined(message.into_payloads());
            }
        }
        let wanted = Message {
            reference: Some(9),
            ..message
        };
        assert_eq!(whole, Some(wanted));
    }
    let part = to_part(hello());
    assert_eq!((part.position.total, part.position.number), (1, 1));
    assert_eq!(joined([hello()]), Some(hello()));
    assert_eq!(joined([]), None);
    assert_eq!(joined([encoded(0, b"", b"a"), encoded(4, b"", b"b")]), None);
}

#[test]
fn what_was_torn_between_parts_is_whole_again() {
    let (escape, code) = (encoded(0, b"", b"5 \x1B"), encoded(0, b"", b"\x65!"));
    let euro = joined([escape, code]).unwrap();
    assert_eq!(euro.content, Content::Text("5 €!".into()));
    let (high, low) = (encoded(8, b"", b"\xD8\x3D"), encoded(8, b"", b"\xDE\x00"));
    let face = joined([high, low, encoded(0x11, b"", b"!")]).unwrap();
    assert_eq!(face.content, Content::Text("😀!".into()));
    assert_eq!((face.class, face.writing), (None, Writing::default()));
}

#[test]
fn nothing_is_joined_across_a_missing_part() {
    let part = |number, octets| encoded(8, &[5, 0, 3, 7, 3, number], octets);
    let parts = [part(1, b"\xD8\x3D"), part(3, b"\xDE\x00")];
    let text = joined(parts).unwrap().content;
    assert_eq!(text, Content::Text("\u{FFFD}\u{FFFD}".into()));
}

#[test]
fn octets_pass_unchanged() {
    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0];
    for (dcs, udh, octets) in [
        (0x04, &[][..], &[0, 255, 7][..]),
        (0x04, &[], &[7; 140]),
        (0xF5, &ports, &[1, 6, 0x80]),
        // Parts of longer texts.
        (0x00, &[5, 0, 3, 9, 2, 1], b"half a te"),
        (0x08, &[5, 0, 3, 9, 2, 1], &[0xD8, 0x3D]),
        (0x00, &ports, b"read by an application"),
        (0x00, &ports, b""),
        // Voice mail waits; goes away when read; compressed.
        (0xC8, &[], b"x"),
        (0x50, &[], b"x"),
        (0x20, &[], &[1, 2, 0xFF]),
    ] {
        let message = encoded(dcs, udh, octets);
        returns(&message);
        is_delivered(&message);
    }
}

#[test]
fn what_smpp_and_gsm_read_differently() {
    let coding = |dcs| {
        submit(&encoded(dcs, b"", b"ab"), |it| {
            it.user_data.data_coding_scheme().0
        })
    };
    assert_eq!(coding(0x02), 0x04);
    for dcs in [0x01, 0x03, 0x05, 0x06, 0x0E] {
        assert_eq!(
            refused(&encoded(dcs, b"", b"x")),
            ConvertError::DataCoding { dcs }
        );
    }
    // The low bits have no meaning, and both low alphabet bits are reserved.
    for (dcs, neutral) in [(0x01, 0x00), (0x0D, 0x00), (0x07, 0x04), (0x0A, 0x08)] {
        let header = [5, 0, 3, 9, 2, 1];
        let user_data = UserDataBuf::new(DataCodingScheme(dcs), &header, b"ab").unwrap();
        let to = field::Address::parse("+1").unwrap();
        let message = from_submit(&Submit::new(to, user_data.view()), None);
        assert_eq!(message.content, encoded(neutral, &header, b"ab").content);
    }
}

#[test]
fn octets_that_do_not_fit_are_refused() {
    let wrong = refused(&encoded(0, b"", b"\x80"));
    let no_septet = smsgw::gsm::UserDataError::NoSeptet {
        value: 0x80,
        index: 0,
    };
    assert_eq!(wrong, ConvertError::UserData(no_septet));
    for (dcs, udh, octets) in [
        (4, &[][..], &[7; 141][..]),
        (0, &[], &[7; 161]),
        // Not a header, and no units of UCS-2.
        (4, &[9, 0], b"x"),
        (8, &[], b"x"),
    ] {
        let error = refused(&encoded(dcs, udh, octets));
        assert!(matches!(error, ConvertError::UserData(_)), "{error}");
    }
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
    let said = "Şu köşe kış köşesi";
    let message = turkish(said, LanguageChoice::Auto);
    submit(&message, |submit| {
        let header = submit.user_data.header().unwrap();
        assert_eq!(header.octets(), [3, 0x25, 1, 1]);
        assert_eq!(submit.user_data.septets(), Some(said.chars().count()));
    });
    // Back it is the language that the sender has chosen.
    let only = LanguageChoice::Only(Language::Turkish);
    returns(&turkish(said, only));
    is_delivered(&turkish(said, only));
    let long = said.repeat(20);
    let outgoing = turkish(&long, LanguageChoice::Auto);
    let octets = submits(&outgoing);
    let parts: Vec<Message> = octets
        .iter()
        .map(|octets| from_submit(&Submit::decode(octets).unwrap(), None))
        .collect();
    assert_eq!(parts.len(), 3);
    for (part, number) in parts.iter().zip(1..) {
        let Content::Encoded { udh, .. } = &part.content else {
            panic!("part {number} is one of several");
        };
        assert_eq!(udh[..], [8, 0, 3, 7, 3, number, 0x25, 1, 1]);
    }
    let whole = joined(parts).unwrap();
    assert_eq!(whole.content, outgoing.content);
    assert_eq!(whole.writing.language, only);
    // One table of each: of two languages, or none in one part.
    let mixed = encoded(0, &[6, 0x25, 1, 1, 0x24, 1, 2], b"x");
    assert_eq!(
        joined([mixed]).unwrap().writing.language,
        LanguageChoice::Auto
    );
    let plain = encoded(0, b"", b"x");
    let locking = encoded(0, &[3, 0x25, 1, 1], b"x");
    assert_eq!(
        joined([plain, locking]).unwrap().writing.language,
        LanguageChoice::Auto
    );
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
    let text = submit(&plain, |submit| submit.user_data.text());
    assert_eq!(text.as_deref(), Some("\"Su köse\""));
    let whole = Message {
        writing: Writing {
            graphemes: true,
            ..Writing::default()
        },
        ..saying(&("я".repeat(65) + "🇫🇷" + &"я".repeat(10)))
    };
    let second = Submit::decode(&submits(&whole)[1])
        .unwrap()
        .user_data
        .text();
    assert!(second.unwrap().starts_with("🇫🇷"));
}

#[test]
fn the_class_of_a_text_both_ways() {
    for class in 0..=3 {
        for text in ["hello", "γειά"] {
            let message = Message {
                class: Some(class),
                ..saying(text)
            };
            let read = submit(&message, |submit| {
                submit.user_data.data_coding_scheme().class()
            });
            assert_eq!(read.map(|class| class.number()), Some(class));
            returns(&message);
            is_delivered(&message);
        }
    }
    let octets = Message {
        class: Some(0),
        ..encoded(0x04, b"", b"x")
    };
    let dcs = submit(&octets, |submit| submit.user_data.data_coding_scheme().0);
    assert_eq!(dcs, 0x04, "what is encoded has its own");
    // Of the parts of a text it is that of the first.
    let parts = [encoded(0x10, b"", b"a"), encoded(0x10, b"", b"b")];
    assert_eq!(joined(parts).unwrap().class, Some(0));
}

#[test]
fn validity_is_relative_and_rounded_up() {
    let validity = |seconds| Message {
        validity: Some(Duration::from_secs(seconds)),
        ..hello()
    };
    returns(&validity(300));
    returns(&validity(63 * 7 * 86_400));
    for (asked, sent) in [(1, 300), (301, 600), (u64::MAX, 63 * 7 * 86_400)] {
        let back = submit(&validity(asked), |submit| from_submit(&submit, None));
        assert_eq!(back.validity, Some(Duration::from_secs(sent)));
    }
    submit(&hello(), |submit| {
        let absolute = Submit {
            validity_period: Some(ValidityPeriod::Absolute(noon())),
            ..submit
        };
        assert_eq!(from_submit(&absolute, None).validity, None);
    });
    let octets = delivers(&validity(300));
    let deliver = Deliver::decode(&octets[0]).unwrap();
    assert_eq!(from_deliver(&deliver, hello().to).validity, None);
}

#[test]
fn there_is_no_delivery_at_a_later_time() {
    let later = Message {
        deliver_at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000)),
        ..hello()
    };
    assert_eq!(submits(&later), submits(&hello()));
    assert_eq!(delivers(&later), delivers(&hello()));
}

#[test]
fn receipt_requests_both_ways() {
    for (receipt, wanted) in [
        (ReceiptRequest::None, ReceiptRequest::None),
        (ReceiptRequest::Final, ReceiptRequest::Final),
        (ReceiptRequest::OnFailure, ReceiptRequest::Final),
        (ReceiptRequest::OnSuccess, ReceiptRequest::Final),
    ] {
        let message = Message { receipt, ..hello() };
        let back = submit(&message, |submit| from_submit(&submit, None));
        assert_eq!(back.receipt, wanted);
        let octets = delivers(&message);
        let deliver = Deliver::decode(&octets[0]).unwrap();
        assert_eq!(from_deliver(&deliver, hello().to).receipt, wanted);
    }
    // The last part alone asks, as some senders have it.
    let last = Message {
        receipt: ReceiptRequest::Final,
        ..hello()
    };
    assert_eq!(
        joined([hello(), last]).unwrap().receipt,
        ReceiptRequest::Final
    );
}

#[test]
fn the_reference_is_the_callers() {
    let message = Message {
        reference: Some(0x1234),
        ..saying(&"a".repeat(320))
    };
    let outgoing = Outgoing::new(&message, Reference::Sixteen(0xABCD)).unwrap();
    let references: Vec<u8> = outgoing
        .submits(254)
        .map(|submit| submit.message_reference)
        .collect();
    assert_eq!(references, [254, 255, 0]);
    let first = outgoing.submits(254).next().unwrap();
    assert_eq!(from_submit(&first, None).reference, Some(254));
    assert_eq!(
        from_deliver(
            &Deliver::decode(&delivers(&message)[0]).unwrap(),
            hello().to
        )
        .reference,
        None
    );
}

#[test]
fn of_the_extras_the_protocol_both_ways() {
    let message = Message {
        extras: vec![Extra::ProtocolId(0x41)],
        ..hello()
    };
    returns(&message);
    is_delivered(&message);
    let others = Message {
        extras: vec![
            Extra::ServiceType("WAP".into()),
            Extra::Priority(1),
            Extra::IntermediateReceipts,
            Extra::Tlv {
                tag: 0x1601,
                value: vec![1],
            },
            Extra::Service {
                kind: 0x0C,
                data: vec![1],
            },
        ],
        ..hello()
    };
    let back = submit(&others, |submit| from_submit(&submit, None));
    assert_eq!(back.extras, []);
}

#[test]
fn a_part_by_tlvs_of_smpp_has_a_header() {
    let tlv = |tag, value: &[u8]| Extra::Tlv {
        tag,
        value: value.to_vec(),
    };
    let message = Message {
        extras: vec![
            tlv(0x020C, &[0, 0x2A]),
            tlv(0x020E, &[3]),
            tlv(0x020F, &[2]),
        ],
        ..encoded(0, b"", &[b'a'; 153])
    };
    let back = submit(&message, |submit| from_submit(&submit, None));
    let wanted = encoded(0, &[5, 0, 3, 0x2A, 3, 2], &[b'a'; 153]);
    assert_eq!(back.content, wanted.content);
    // Too long with a header, not without.
    let long = Message {
        extras: message.extras,
        ..encoded(0, b"", &[b'a'; 154])
    };
    assert!(matches!(refused(&long), ConvertError::UserData(_)));
}

#[test]
fn a_status_report_is_a_receipt() {
    let to = field::Address::parse("+4915259911630").unwrap();
    let at = Timestamp::new(2024, 2, 29, 23, 59, 59, 4).unwrap();
    let receipt =
        |status| from_status_report(&StatusReport::new(77, to, noon(), at, Status(status)));
    let delivered = receipt(0);
    assert_eq!(delivered.recipient, Address::number("+4915259911630"));
    assert_eq!(delivered.sender, None);
    assert_eq!(delivered.message, CarrierId::Reference(77));
    assert_eq!(delivered.status, Some(CarrierStatus::Gsm(0)));
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_709_247_599);
    assert_eq!(delivered.at, Some(time));
    for (status, state) in [
        (0x00, ReceiptState::Delivered),
        (0x02, ReceiptState::Delivered),
        (0x03, ReceiptState::Undelivered),
        (0x1F, ReceiptState::Delivered),
        (0x20, ReceiptState::Retrying),
        (0x26, ReceiptState::Undelivered),
        (0x3F, ReceiptState::Retrying),
        (0x40, ReceiptState::Undelivered),
        (0x46, ReceiptState::Expired),
        (0x47, ReceiptState::Cancelled),
        (0x48, ReceiptState::Cancelled),
        (0x60, ReceiptState::Undelivered),
        (0xFF, ReceiptState::Undelivered),
    ] {
        let told = receipt(status);
        let status = Some(CarrierStatus::Gsm(status));
        assert_eq!((told.state, told.status), (state, status));
        assert_eq!(told.state.is_final(), state != ReceiptState::Retrying);
    }
    let nonsense = Timestamp::from_octets([0xFF; 7]);
    let report = StatusReport::new(77, to, noon(), nonsense, Status(0));
    assert_eq!(from_status_report(&report).at, None);
}
