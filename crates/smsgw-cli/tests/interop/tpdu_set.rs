//! TPDUs made by smsgw-gsm: of all kinds, with every value of every octet that has a meaning, every element, language and
//! form of address and time.

use smsgw_gsm::alphabet::{Code, Language, Tables};
use smsgw_gsm::dcs::{Alphabet, DataCodingScheme};
use smsgw_gsm::field::{
    Address, CommandType, EnhancedFormat, EnhancedPeriod, FailureCause, ProtocolId, RelativePeriod,
    Status, Timestamp, TypeOfAddress, ValidityPeriod,
};
use smsgw_gsm::segment::{Encoding, LanguageChoice, Options, segment, segment_octets};
use smsgw_gsm::tpdu::{
    Command, CommandData, Context, Deliver, DeliverReport, Parameters, StatusReport, Submit,
    SubmitReport, Tpdu, UserData, UserDataBuf,
};
use smsgw_gsm::udh::{
    Concat, ExtendedObject, FormatColour, FormatMode, HeaderBuilder, Indication,
    InformationElement, Mailbox, MailboxStatus, ObjectDistribution, Ports, PredefinedAnimation,
    PredefinedSound, Reference, SmscControl, SpecialMessage, TextFormat, ToolkitHeader, UdhSource,
    UserDefinedSound, VariablePicture, VoiceMail,
};

use crate::tpdu::Case;

#[derive(Default)]
struct Set(Vec<Case>);

impl Set {
    fn push<'a>(&mut self, name: impl Into<String>, tpdu: impl Into<Tpdu<'a>>) {
        self.push_in(name, tpdu, false);
    }

    fn push_in<'a>(&mut self, name: impl Into<String>, tpdu: impl Into<Tpdu<'a>>, is_error: bool) {
        let tpdu = tpdu.into();
        let context = match tpdu {
            Tpdu::Deliver(_) | Tpdu::SubmitReport(_) | Tpdu::StatusReport(_) => Context::SC_TO_MS,
            _ => Context::MS_TO_SC,
        };
        self.0.push(Case {
            name: name.into(),
            context: if is_error {
                context.with_error()
            } else {
                context
            },
            octets: tpdu.to_vec(),
        });
    }
}

pub(crate) fn all() -> Vec<Case> {
    let mut set = Set::default();
    octets(&mut set);
    flags(&mut set);
    addresses(&mut set);
    times(&mut set);
    reports(&mut set);
    texts(&mut set);
    languages(&mut set);
    elements(&mut set);
    set.0
}

fn number() -> Address {
    Address::parse("+41791234567").unwrap()
}

/// A different one for each number; the zones from -19:45 to +19:45.
fn time(number: u32) -> Timestamp {
    let zone = i8::try_from(i64::from(number) % 159 - 79).unwrap();
    let seconds = 631_238_400 + i64::from(number) * 12_345_678 % 3_000_000_000;
    Timestamp::from_unix_seconds(seconds, zone).unwrap()
}

fn hello() -> UserDataBuf {
    UserDataBuf::text("Hello €").unwrap()
}

/// User data in any coding.
fn coded(coding: DataCodingScheme) -> UserDataBuf {
    let text = "Grüezi [1] €";
    let payload = match coding.alphabet() {
        _ if coding.is_compressed() => vec![0x12, 0x34, 0x56],
        Alphabet::Gsm7 => Tables::DEFAULT.encode(text).unwrap(),
        Alphabet::EightBit => text.into(),
        Alphabet::Ucs2 => smsgw_gsm::ucs2::encode(text),
    };
    UserDataBuf::new(coding, &[], &payload).unwrap()
}

/// Each octet that is a list of meanings, with all its values.
fn octets(set: &mut Set) {
    let hello = hello();
    for octet in 0..=255 {
        let text = coded(DataCodingScheme(octet));
        let deliver = Deliver::new(number(), time(octet.into()), text.view());
        set.push(format!("coding {octet:02X}"), deliver);

        let submit = Submit {
            message_reference: octet,
            protocol_identifier: ProtocolId(octet),
            validity_period: Some(ValidityPeriod::Relative(RelativePeriod(octet))),
            ..Submit::new(number(), hello.view())
        };
        set.push(format!("protocol and validity {octet:02X}"), submit);

        let (sent, done) = (time(octet.into()), time(1000 + u32::from(octet)));
        let report = StatusReport::new(octet, number(), sent, done, Status(octet));
        set.push(format!("status {octet:02X}"), report);

        let command = Command {
            message_reference: octet,
            protocol_identifier: ProtocolId(octet),
            ..Command::new(CommandType(octet), octet, number())
        };
        set.push(format!("command {octet:02X}"), command);
    }
    for octet in 0x80..=255 {
        let failure = FailureCause(octet);
        if failure.is_reserved() {
            continue;
        }
        let name = format!("failure {octet:02X}");
        set.push_in(&name, DeliverReport::error(failure), true);
        set.push_in(
            &name,
            SubmitReport::error(failure, time(octet.into())),
            true,
        );
    }
}

/// Each bit of the first octets alone, and all.
fn flags(set: &mut Set) {
    let hello = hello();
    for bits in [0b0000, 0b0001, 0b0010, 0b0100, 0b1000, 0b1111] {
        let bit = |number: u8| bits & 1 << number != 0;
        let name = format!("flags {bits:04b}");
        set.push(
            &name,
            Deliver {
                more_messages_to_send: bit(0),
                loop_prevention: bit(1),
                status_report_indication: bit(2),
                reply_path: bit(3),
                ..Deliver::new(number(), time(0), hello.view())
            },
        );
        set.push(
            &name,
            Submit {
                reject_duplicates: bit(0),
                status_report_request: bit(1),
                reply_path: bit(2),
                ..Submit::new(number(), hello.view())
            },
        );
        set.push(
            &name,
            StatusReport {
                more_messages_to_send: bit(0),
                loop_prevention: bit(1),
                status_report_qualifier: bit(2),
                ..StatusReport::new(7, number(), time(1), time(2), Status(0))
            },
        );
        set.push(
            &name,
            Command {
                status_report_request: bit(0),
                ..Command::new(CommandType(0), 1, number())
            },
        );
    }
}

fn addresses(set: &mut Set) {
    let hello = hello();
    let mut addresses = Vec::new();
    for digits in [
        "1",
        "12",
        "123",
        "12345678901234567890",
        "*100#",
        "*#06#",
        "1a2b3c",
    ] {
        addresses.push(Address::new(TypeOfAddress::UNKNOWN, digits).unwrap());
    }
    for kind in (0x80..=0xFF).filter(|kind| *kind & 0b0111_0000 != 0b0101_0000) {
        addresses.push(Address::new(TypeOfAddress(kind), "0791234567").unwrap());
    }
    let name = "Ünicodé@Ab1";
    for count in 1..=name.chars().count() {
        let name: String = name.chars().take(count).collect();
        addresses.push(Address::alphanumeric(&name).unwrap());
    }
    addresses.push(Address::alphanumeric("[x]").unwrap());
    // Filled with 0, as some modems do.
    addresses.push(Address::from_parts(TypeOfAddress::INTERNATIONAL, 3, &[0x21, 0x03]).unwrap());
    for address in addresses {
        let name = format!("address {address:?}");
        set.push(&name, Deliver::new(address, time(0), hello.view()));
        set.push(&name, Submit::new(address, hello.view()));
        set.push(
            &name,
            StatusReport::new(1, address, time(1), time(2), Status(0)),
        );
        set.push(&name, Command::new(CommandType(0), 3, address));
    }
}

/// All zones, and all forms of validity that the octet above is not.
fn times(set: &mut Set) {
    let hello = hello();
    let mut submit = |name: String, validity| {
        let submit = Submit {
            validity_period: validity,
            ..Submit::new(number(), hello.view())
        };
        set.push(name, submit);
    };
    submit("no validity".into(), None);
    for index in 0..159 {
        let time = time(index);
        submit(
            format!("validity {time}"),
            Some(ValidityPeriod::Absolute(time)),
        );
    }
    let enhanced = |format| EnhancedPeriod::new(format).unwrap();
    let mut periods = vec![enhanced(EnhancedFormat::None)];
    for octet in [0, 1, 12, 143, 144, 167, 168, 196, 197, 255] {
        periods.push(enhanced(EnhancedFormat::Relative(RelativePeriod(octet))));
        // No seconds at all is a reserved value.
        periods.extend(EnhancedPeriod::new(EnhancedFormat::Seconds(octet)));
    }
    for (hours, minutes, seconds) in [(0, 0, 0), (12, 34, 56), (23, 59, 59), (99, 0, 1)] {
        periods.push(enhanced(EnhancedFormat::Time {
            hours,
            minutes,
            seconds,
        }));
    }
    for format in 4..8 {
        periods.push(EnhancedPeriod::from_octets([format, 0, 0, 0, 0, 0, 0]));
    }
    for period in periods {
        for period in [period, period.with_single_shot()] {
            submit(
                format!("{period:?}"),
                Some(ValidityPeriod::Enhanced(period)),
            );
        }
    }
}

/// With each of the optional fields, and all.
fn reports(set: &mut Set) {
    let (hello, ports) = (
        hello(),
        header(&[port_element()], Alphabet::EightBit, b"data"),
    );
    let parameters = [
        Parameters::new(),
        Parameters::new().with_protocol_identifier(ProtocolId(0x7F)),
        Parameters::new().with_data_coding_scheme(DataCodingScheme::UCS2),
        Parameters::new().with_user_data(hello.view()),
        Parameters::new().with_user_data(ports.view()),
        Parameters::new()
            .with_protocol_identifier(ProtocolId(0x41))
            .with_user_data(ports.view()),
    ];
    for (index, parameters) in (0_u32..).zip(parameters) {
        let name = format!("parameters {}", parameters.indicator());
        set.push(
            &name,
            DeliverReport {
                parameters,
                ..DeliverReport::ack()
            },
        );
        set.push(
            &name,
            SubmitReport {
                parameters,
                ..SubmitReport::ack(time(index))
            },
        );
        let failure = FailureCause(0xD3);
        set.push_in(
            &name,
            DeliverReport {
                parameters,
                ..DeliverReport::error(failure)
            },
            true,
        );
        let report = SubmitReport::error(failure, time(index));
        set.push_in(
            &name,
            SubmitReport {
                parameters,
                ..report
            },
            true,
        );
        let report = StatusReport::new(1, number(), time(index), time(100 + index), Status(0));
        set.push(
            &name,
            StatusReport {
                parameters: Some(parameters),
                ..report
            },
        );
    }
}

/// Each character, and texts of all lengths, alone and in parts.
fn texts(set: &mut Set) {
    let deliver = |set: &mut Set, name: String, user_data: UserData<'_>| {
        set.push(name, Deliver::new(number(), time(7), user_data));
    };
    for codes in [0..0x40, 0x40..0x80_u8] {
        let plain: String = codes
            .clone()
            .map(Code::Plain)
            .filter_map(Code::character)
            .collect();
        let escaped: String = codes
            .map(Code::Escaped)
            .filter_map(Code::character)
            .collect();
        for text in [plain, escaped] {
            let user_data = UserDataBuf::text(&text).unwrap();
            deliver(set, format!("characters {text}"), user_data.view());
        }
    }
    for count in (0..=160).filter(|count| count % 8 < 2 || count % 8 == 7) {
        let text = "abcdefghijklmnopqrstuvwxyz@"
            .chars()
            .cycle()
            .take(count)
            .collect::<String>();
        deliver(
            set,
            format!("{count} septets"),
            UserDataBuf::text(&text).unwrap().view(),
        );
    }
    for text in ["Ωμέγα", "я", "😀😀", "\u{FFFD}"] {
        deliver(set, text.into(), UserDataBuf::text(text).unwrap().view());
    }
    // Septets that no text is written as.
    for septets in [&[0x61, 0x1B, 0x1B, 0x62][..], &[0x1B, 0x61], &[0x61, 0x1B]] {
        let user_data = UserDataBuf::new(DataCodingScheme::GSM7, &[], septets).unwrap();
        deliver(set, format!("septets {septets:X?}"), user_data.view());
    }
    for reference in [
        Reference::Eight(0),
        Reference::Eight(255),
        Reference::Sixteen(0xABCD),
    ] {
        for text in ["Grüße für 5 €. ".repeat(30), "Ωμέγα 😀 ".repeat(30)] {
            let options = Options::new().with_reference(reference);
            for part in &segment(&text, &options).unwrap() {
                deliver(
                    set,
                    format!("{:?}", part.concat()),
                    UserDataBuf::from(part).view(),
                );
            }
        }
        let options = Options::new()
            .with_reference(reference)
            .with_elements(&[0x70, 0]);
        for part in &segment_octets(&[0xA5; 300], &options).unwrap() {
            deliver(
                set,
                format!("octets {:?}", part.concat()),
                UserDataBuf::from(part).view(),
            );
        }
    }
}

/// Each table of each language, with its own characters.
fn languages(set: &mut Set) {
    for language in Language::ALL {
        for code in [Code::Plain as fn(u8) -> Code, Code::Escaped] {
            let tables = Tables::of(language);
            let own = (0..128).filter_map(|septet| tables.character(code(septet)));
            let text: String = own.take(60).collect();
            let options = Options::new()
                .with_encoding(Encoding::Gsm7)
                .with_language(LanguageChoice::Only(language));
            for part in &segment(&text, &options).unwrap() {
                let user_data = UserDataBuf::from(part);
                let submit = Submit::new(number(), user_data.view());
                set.push(format!("{} {:?}", language.name(), part.tables()), submit);
            }
        }
    }
}

fn port_element() -> InformationElement<'static> {
    InformationElement::Ports(Ports::Sixteen {
        destination: 16_001,
        originator: 16_002,
    })
}

/// A header with these elements, and what follows.
fn header(elements: &[InformationElement<'_>], alphabet: Alphabet, text: &[u8]) -> UserDataBuf {
    let builder = elements
        .iter()
        .fold(HeaderBuilder::new(), |builder, element| {
            builder.with(*element)
        });
    let header = builder.build().unwrap();
    UserDataBuf::new(DataCodingScheme::general(alphabet, None), &header, text).unwrap()
}

/// Each information element alone, under septets and octets, and some together.
fn elements(set: &mut Set) {
    use InformationElement as Element;

    let (large, small) = ([0xA5; 128], [0x5A; 32]);
    let address = Address::parse("1234").unwrap();
    let voice_mail = Mailbox {
        status: MailboxStatus::default(),
        access_address: address,
        waiting: 3,
        extension: None,
    };
    let voice_mail = voice_mail.notification(&[]).unwrap();
    let mut list = vec![
        Element::Concat(Concat::new(Reference::Eight(0), 1, 1).unwrap()),
        Element::Concat(Concat::new(Reference::Sixteen(0xFFFF), 255, 255).unwrap()),
        Element::Ports(Ports::Eight {
            destination: 240,
            originator: 255,
        }),
        port_element(),
        Element::WirelessControl(&[1, 2, 3]),
        Element::PredefinedSound {
            position: 3,
            sound: PredefinedSound(9),
        },
        Element::UserDefinedSound(UserDefinedSound::new(4, b"BEGIN:IMELODY").unwrap()),
        Element::PredefinedAnimation {
            position: 5,
            animation: PredefinedAnimation(14),
        },
        Element::LargeAnimation {
            position: 6,
            pictures: &large,
        },
        Element::SmallAnimation {
            position: 7,
            pictures: &small,
        },
        Element::LargePicture {
            position: 8,
            pixels: &large,
        },
        Element::SmallPicture {
            position: 9,
            pixels: &small,
        },
        Element::VariablePicture(VariablePicture::new(10, 2, 3, &[0xF0; 6]).unwrap()),
        Element::UserPrompt { objects: 2 },
        Element::ExtendedObject(ExtendedObject(&[1, 0, 2, 0, 1, 0, 0, 0xAA, 0xBB])),
        Element::ReusedExtendedObject {
            reference: 1,
            position: 0x1234,
        },
        Element::ObjectDistribution(ObjectDistribution {
            elements: 1,
            attributes: 1,
        }),
        Element::StandardWvg {
            position: 11,
            object: &[1, 2],
        },
        Element::CharacterSizeWvg {
            position: 12,
            object: &[3],
        },
        Element::ExtendedObjectDataRequest,
        Element::EmailHeader { length: 3 },
        Element::Hyperlink {
            position: 0x0102,
            title: 3,
            url: 4,
        },
        Element::ReplyAddress(address),
        Element::VoiceMail(VoiceMail::new(&voice_mail).unwrap()),
        Element::ToolkitSecurity {
            header: ToolkitHeader::new(0x70).unwrap(),
            data: &[],
        },
        Element::ToolkitSecurity {
            header: ToolkitHeader::new(0x7F).unwrap(),
            data: &[1],
        },
    ];
    for kind in [
        Indication::Voicemail,
        Indication::Fax,
        Indication::Email,
        Indication::Other,
        Indication::Video,
    ] {
        let waiting = SpecialMessage::new(kind, 5);
        list.push(Element::SpecialMessage(waiting));
        let stored = waiting.with_store(true).with_profile(4).unwrap();
        list.push(Element::SpecialMessage(stored));
    }
    for bit in 0..8 {
        list.push(Element::SmscControl(SmscControl(1 << bit)));
        let (mode, colour) = (FormatMode(1 << bit), Some(FormatColour(0x1D << (bit / 2))));
        list.push(Element::TextFormat(TextFormat {
            start: 1,
            length: 2,
            mode,
            colour,
        }));
        list.push(Element::TextFormat(TextFormat {
            start: bit,
            length: 0,
            mode: FormatMode(3),
            colour: None,
        }));
        list.push(Element::UdhSource(UdhSource(bit)));
    }
    for iei in [0x02, 0x1B, 0x26, 0x80, 0x9F, 0xC0, 0xDF, 0xE0, 0xFF] {
        list.push(Element::from(smsgw_gsm::udh::Element {
            iei,
            data: &[7, 8],
        }));
    }
    let mut push = |elements: &[Element<'_>]| {
        let name = format!("{elements:?}");
        // Seven kinds of fill bits come by themselves.
        for (alphabet, text) in [
            (Alphabet::Gsm7, &b"Hi"[..]),
            (Alphabet::EightBit, b"\x01\x02"),
        ] {
            let user_data = header(elements, alphabet, text);
            set.push(&name, Deliver::new(number(), time(3), user_data.view()));
            set.push(&name, Submit::new(number(), user_data.view()));
        }
    };
    for element in &list {
        push(&[*element]);
    }
    for pair in list.chunks(3) {
        let octets: usize = pair
            .iter()
            .map(|element| {
                let mut data = Vec::new();
                element.write_data(&mut data);
                2 + data.len()
            })
            .sum();
        if octets < 120 {
            push(pair);
        }
    }
    let ports = header(&[port_element()], Alphabet::EightBit, b"");
    set.push(
        "a header alone",
        Deliver::new(number(), time(4), ports.view()),
    );
    let data = header(&[port_element()], Alphabet::EightBit, b"abc");
    let command = Command::new(CommandType(0xE0), 2, number());
    let data = CommandData::from(data.view());
    set.push(
        "a command's data",
        Command {
            command_data: data,
            ..command
        },
    );
}
