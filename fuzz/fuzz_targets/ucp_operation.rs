//! Any fields as those of any UCP operation or result, in a frame whose LEN and checksum are right:
//! nothing panics, what was read is written again octet for octet, who tolerates more reads at
//! least as much and the same, and all that was read can be looked at.
#![no_main]

use std::fmt::Debug;

use bytes::BytesMut;
use libfuzzer_sys::fuzz_target;
use smsgw_fuzz::Script;
use smsgw_fuzz::ucp::frame;
use smsgw_ucp::op::*;
use smsgw_ucp::types::*;
use smsgw_ucp::{
    Alphabet, Answer, DecodeError, Decoded, ErrorCode, Frame, MessageKey, Operation, OperationKind,
    OperationType, Quirks, SystemMessage, Tolerance, Tolerated, Trn, ValueError,
};

const ALPHABETS: [Alphabet; 4] = [
    Alphabet::Gsm,
    Alphabet::Ira,
    Alphabet::Latin1,
    Alphabet::German,
];

/// How many fields each operation has when nothing in it repeats.
const FIELDS: &[(OperationType, usize)] = &[
    (CallInput::OT, CallInput::FIELDS.len()),
    (SmsMessageTransfer::OT, SmsMessageTransfer::FIELDS.len()),
    (SmtAlert::OT, SmtAlert::FIELDS.len()),
    (SubmitShortMessage::OT, SubmitShortMessage::FIELDS.len()),
    (DeliverShortMessage::OT, DeliverShortMessage::FIELDS.len()),
    (DeliverNotification::OT, DeliverNotification::FIELDS.len()),
    (ModifyMessage::OT, ModifyMessage::FIELDS.len()),
    (InquiryMessage::OT, InquiryMessage::FIELDS.len()),
    (DeleteMessage::OT, DeleteMessage::FIELDS.len()),
    (
        ResponseInquiryMessage::OT,
        ResponseInquiryMessage::FIELDS.len(),
    ),
    (
        ResponseDeleteMessage::OT,
        ResponseDeleteMessage::FIELDS.len(),
    ),
    (SessionManagement::OT, SessionManagement::FIELDS.len()),
    (ListManagement::OT, ListManagement::FIELDS.len()),
];

/// An operation or a result, as the crate has it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pdu<'a> {
    Operation(Operation<'a>),
    Answer(Answer<'a>),
}

impl<'a> Pdu<'a> {
    fn read(frame: &'a Frame, quirks: &Quirks) -> Result<(Self, Tolerated), DecodeError> {
        if frame.is_operation() {
            let Decoded { pdu, tolerated } = frame.operation_with(quirks)?;
            Ok((Self::Operation(pdu), tolerated))
        } else {
            let Decoded { pdu, tolerated } = frame.answer_with(quirks)?;
            Ok((Self::Answer(pdu), tolerated))
        }
    }

    fn write(&self, trn: Trn) -> Frame {
        let mut out = BytesMut::new();
        match self {
            Self::Operation(operation) => operation.encode(trn, &mut out),
            Self::Answer(answer) => answer.encode(trn, &mut out),
        }
        Frame::new_with(out.freeze(), &Quirks::STRICT).expect("what is written is a frame")
    }
}

fn examine<'a>(frame: &'a Frame, quirks: &Quirks) -> Option<(Pdu<'a>, Tolerated)> {
    let (pdu, tolerated) = match Pdu::read(frame, quirks) {
        Ok(read) => read,
        Err(error) => {
            let len = frame.octets().len();
            assert!((15..len).contains(&(error.offset() as usize)) || error.field() == "OT");
            assert!(!error.to_string().is_empty() && !error.kind().name().is_empty());
            assert!(error.error_code() == ErrorCode::SYNTAX_ERROR || error.field() == "OT");
            return None;
        }
    };
    for fault in tolerated.iter() {
        assert!((fault.offset as usize) < frame.octets().len());
        assert!(lets(quirks, fault.what), "{fault:?}");
        assert!(!fault.what.to_string().is_empty());
    }
    let written = pdu.write(frame.trn());
    let is_cut = tolerated.is_cut()
        || tolerated
            .iter()
            .any(|fault| fault.what == Tolerance::ExtraFields);
    assert!(is_cut || written == *frame);
    let (again, _) = Pdu::read(&written, quirks).expect("what is written can be read");
    assert_eq!(again, pdu);
    Some((pdu, tolerated))
}

/// Whether these quirks let a fault through.
fn lets(quirks: &Quirks, fault: Tolerance) -> bool {
    match fault {
        Tolerance::LowerCaseHex => quirks.lower_case_hex,
        Tolerance::Missing => quirks.missing_fields,
        Tolerance::MissingMessageType => quirks.missing_message_type,
        Tolerance::UnknownOtoa => quirks.unknown_otoa,
        Tolerance::PackedLength => quirks.packed_length,
        Tolerance::NonAscii => quirks.non_ascii,
        Tolerance::ExtraFields => quirks.extra_fields,
        Tolerance::WrongLen => quirks.wrong_len,
        Tolerance::PlusSign => quirks.plus_sign,
        Tolerance::LongNumber => quirks.long_numbers,
        Tolerance::Name => quirks.names_in_addresses,
        other => panic!("{other:?}"),
    }
}

fn quirks(script: &mut Script<'_>) -> Quirks {
    Quirks {
        lower_case_hex: script.flag(),
        missing_fields: script.flag(),
        missing_message_type: script.flag(),
        missing_otoa: script.flag(),
        unknown_otoa: script.flag(),
        packed_length: script.flag(),
        non_ascii: script.flag(),
        extra_fields: script.flag(),
        wrong_len: script.flag(),
        plus_sign: script.flag(),
        long_numbers: script.flag(),
        names_in_addresses: script.flag(),
    }
}

/// The frame as the type it is, and as none of the others.
fn typed(frame: &Frame, read: Option<Operation<'_>>) {
    macro_rules! each {
        ($($op:ident)*) => { $(
            let typed = frame.decode::<$op<'_>>();
            match (read, typed) {
                (Some(Operation::$op(read)), typed) => assert_eq!(typed, Ok(read)),
                (_, typed) => assert!(typed.is_err()),
            }
            if let Ok(op) = typed {
                assert_eq!(op.to_frame(frame.trn()), *frame);
                look_at(&op);
            }
        )* };
    }
    each! {
        CallInput MultipleAddressCallInput SupplementaryCallInput SmsMessageTransfer SmtAlert
        SubmitShortMessage DeliverShortMessage DeliverNotification ModifyMessage InquiryMessage
        DeleteMessage ResponseInquiryMessage ResponseDeleteMessage SessionManagement ListManagement
    }
}

fn look_at(value: &impl Debug) {
    assert!(!format!("{value:?}").is_empty());
}

fn look_at_minute(minute: Option<Minute>, zone: &UtcOffset) {
    let Some(minute) = minute else { return };
    let digits = minute.to_digits();
    let digits = std::str::from_utf8(&digits).expect("digits");
    assert_eq!(Minute::parse(digits), Ok(minute));
    assert_eq!(Minute::from_unix(minute.to_unix(zone), zone), Ok(minute));
    let (date, time) = (
        (minute.year(), minute.month(), minute.day()),
        (minute.hour(), minute.minute()),
    );
    assert_eq!(
        Minute::new(date.0, date.1, date.2, time.0, time.1),
        Ok(minute)
    );
    assert_eq!(minute.to_string().len(), 19);
}

fn look_at_second(second: Option<Second>, zone: &UtcOffset) {
    let Some(second) = second else { return };
    let digits = second.to_digits();
    let digits = std::str::from_utf8(&digits).expect("digits");
    assert_eq!(Second::parse(digits), Ok(second));
    assert_eq!(Second::from_unix(second.to_unix(zone), zone), Ok(second));
    assert_eq!(second.to_string().len(), 19);
}

fn look_at_text(hex: Hex<'_>) {
    let octets = hex.to_vec();
    assert_eq!((octets.len(), hex.octets().len()), (hex.len(), hex.len()));
    let again = HexBuf::encode(&octets);
    assert!(again.as_hex().as_str().eq_ignore_ascii_case(hex.as_str()));
    for alphabet in ALPHABETS {
        let text = hex.text(alphabet);
        let mut one_by_one = String::from("x");
        alphabet.decode(octets.iter().copied(), &mut one_by_one);
        assert_eq!(one_by_one[1..], text);
        assert!(text.chars().count() <= octets.len());
        look_at_characters(alphabet, &text);
    }
}

/// What can be written reads the same again.
fn look_at_characters(alphabet: Alphabet, text: &str) {
    match alphabet.encode(text) {
        Ok(octets) => {
            let mut again = String::new();
            alphabet.decode(octets, &mut again);
            assert_eq!(again, text);
        }
        Err(ValueError::Character { at }) => {
            let before: String = text.chars().take(at).collect();
            assert!(alphabet.encode(&before).is_ok());
            let with: String = text.chars().take(at + 1).collect();
            assert!(with != before && alphabet.encode(&with).is_err());
        }
        Err(error) => panic!("{error}"),
    }
}

fn look_at_message(message: Message<'_>) {
    let made = match message.content() {
        Content::Empty => {
            assert!(message.msg().is_empty());
            Ok(Message::EMPTY)
        }
        Content::Numeric(digits) => Message::numeric(digits),
        Content::Text(hex) => {
            look_at_text(hex);
            Hex::new(hex.as_str()).and_then(Message::text)
        }
        Content::Octets { bits, hex } => {
            assert!(usize::from(bits) <= 8 * hex.len());
            look_at_text(hex);
            Hex::new(hex.as_str()).and_then(|hex| Message::bits(hex, bits))
        }
    };
    // Lenient reading lets in what cannot be made, and NB is there or not and has zeros or not.
    if let Ok(made) = made {
        assert_eq!(made.content(), message.content());
    } else {
        assert!(
            message
                .msg()
                .bytes()
                .any(|octet| octet.is_ascii_lowercase())
        );
    }
    assert!(message.nb().is_none_or(|nb| nb <= 9999));
}

fn look_at_xser(xser: XSer<'_>) {
    let mut buf = XSerBuf::new();
    for service in xser.services() {
        buf.push_service(service).expect("they fitted before");
        look_at(&service);
        assert!(!service.tt.to_string().is_empty());
    }
    let again = buf.as_xser();
    assert!(
        again
            .hex()
            .as_str()
            .eq_ignore_ascii_case(xser.hex().as_str())
    );
    assert_eq!(again.services().count(), xser.services().count());
    let first_dcs = xser
        .services()
        .find(|service| service.tt == ServiceType::GSM_DCS && service.data.len() == 1);
    assert_eq!(
        xser.dcs(),
        first_dcs.and_then(|dcs| dcs.data.octets().next())
    );
    if let Some(udh) = xser.find::<GsmUdh<'_>>() {
        assert_eq!(xser.udh(), Some(udh.0));
        let length = udh.0.octets().next();
        let is_right = length.is_some_and(|length| usize::from(length) + 1 == udh.0.len());
        assert_eq!(udh.has_right_length(), is_right);
    }
    macro_rules! each {
        ($($service:ident)*) => { $(
            if let Some(service) = xser.find::<$service>() {
                let mut buf = XSerBuf::new();
                buf.push(service).expect("one alone");
                assert_eq!(buf.as_xser().find(), Some(service));
            }
        )* };
    }
    each! {
        NotUsed GsmUdh GsmDcs TdmaMessageType MessageReference Privacy Urgency
        AcknowledgementRequest MessageUpdating CallBackNumber ResponseCode Teleservice
        BillingIdentifier SingleShot OriginatorTon OriginatorNpi RecipientTon RecipientNpi
        OriginalSubmissionTime DestinationNetworkType
    }
}

fn look_at_sender(sender: Sender<'_>, originator: Originator<'_>) {
    match sender {
        Sender::Number(digits) | Sender::International(digits) => {
            assert_eq!(digits, originator.as_str());
        }
        Sender::Name(name) if originator.as_str().len() <= Originator::MAX => look_at_name(name),
        // More than a name can have was let through.
        Sender::Name(name) => look_at(&name),
    }
}

fn look_at_name(name: PackedName<'_>) {
    let text = name.text();
    assert!(name.septets() <= PackedName::MAX);
    assert!(text.chars().count() <= name.septets());
    assert!(text.starts_with(&name.trimmed_text()));
    let mut written = String::from("x");
    name.write_to(&mut written);
    assert_eq!(written[1..], text);
    // Not the same octets: fill bits and the length of some senders differ.
    if let Ok(again) = PackedName::pack(&text) {
        assert_eq!(again.as_name().text(), text);
        let strict = PackedName::new(again.as_originator().as_str()).map(|name| name.text());
        assert_eq!(strict, Ok(text));
    }
}

fn look_at_address(address: Address<'_>) {
    let Some(socket) = address.socket_address() else {
        return;
    };
    let again = SocketAddressBuf::new(socket).expect("a port of four digits");
    assert_eq!(again.as_address().socket_address(), Some(socket));
}

fn look_at_password(password: Password<'_>) {
    look_at_text(password.hex());
    assert_eq!(format!("{password:?}"), "***");
    let text = password.text(Alphabet::Latin1);
    assert!(password.matches(&text, Alphabet::Latin1));
    let _ = password.packed_text();
    if let Ok(buf) = PasswordBuf::new(&text, Alphabet::Latin1) {
        assert_eq!(buf.as_password().hex().to_vec(), password.hex().to_vec());
    }
}

/// What the fields of an operation offer.
fn look_into(operation: &Operation<'_>, zone: &UtcOffset) {
    match *operation {
        Operation::CallInput(op) => look_at_message(op.message.into()),
        Operation::MultipleAddressCallInput(op) => {
            assert_eq!(op.recipients.iter().count(), op.recipients.len());
            look_at_message(op.message.into());
        }
        Operation::SupplementaryCallInput(op) => {
            assert_eq!(op.ga.iter().count(), op.ga.len());
            look_at_minute(op.ddt, zone);
            look_at_message(op.message.into());
            let _ = op.spare.as_octets();
        }
        Operation::SmsMessageTransfer(op) => {
            look_at_minute(op.ddt, zone);
            look_at_minute(op.vp, zone);
            look_at_address(op.nadc);
            look_at_text(op.amsg.hex());
        }
        Operation::SmtAlert(op) => {
            assert_eq!(
                op.adc.as_str().is_none(),
                std::str::from_utf8(op.adc.as_octets()).is_err()
            );
            assert!(!op.adc.to_string().is_empty() || op.adc.is_empty());
        }
        Operation::SubmitShortMessage(op) => {
            look_at_sender(op.oadc.sender(op.otoa), op.oadc);
            look_at_minute(op.ddt, zone);
            look_at_minute(op.vp, zone);
            look_at_address(op.nadc);
            look_at_address(op.lrad);
            look_at_message(op.message);
            look_at_xser(op.xser);
            assert!(!op.nt.contains(NotificationType::DELIVERY) || op.nt.number().is_some());
            let _ = (
                op.npid.text(),
                op.rpid.text(),
                op.mcls.text(),
                op.nrq.is_set(),
            );
        }
        Operation::DeliverShortMessage(op) => {
            look_at_sender(op.oadc.sender(op.otoa), op.oadc);
            look_at_second(op.scts, zone);
            look_at_message(op.message);
            look_at_xser(op.xser);
        }
        Operation::DeliverNotification(op) => {
            look_at_sender(op.adc.sender_without_otoa(), op.adc);
            look_at_second(op.scts, zone);
            look_at_second(op.dscts, zone);
            look_at_message(op.message);
            assert_eq!(op.rsn.reason().is_none(), op.rsn.number().is_none());
            let _ = op.rsn.reason().map(|reason| reason.to_string());
            if let (Some(scts), adc) = (op.scts, op.adc.as_str()) {
                look_at_key(&MessageKey { adc, scts });
            }
        }
        Operation::ModifyMessage(op) => {
            look_at_sender(op.oadc.sender(op.otoa), op.oadc);
            look_at_minute(op.ddt, zone);
            look_at_minute(op.vp, zone);
            look_at_second(op.scts, zone);
            look_at_message(op.message);
            look_at_xser(op.xser);
        }
        Operation::DeleteMessage(op) => look_at_message(op.message.into()),
        Operation::ResponseInquiryMessage(op) => look_at_message(op.message.into()),
        Operation::ResponseDeleteMessage(op) => look_at_message(op.message.into()),
        Operation::SessionManagement(op) => {
            look_at_password(op.pwd);
            look_at_password(op.npwd);
        }
        Operation::ListManagement(op) => look_at_password(op.pwd),
        _ => {}
    }
}

fn look_at_key(key: &MessageKey<'_>) {
    assert!(key.names(key));
    if let Ok(sm) = SystemMessage::key(key) {
        assert_eq!(sm.to_string(), key.to_string());
        let key_of_name = MessageKey::parse(&key.to_string()).map(|key| key.to_string());
        assert!(key_of_name.is_err() || key_of_name.as_ref() == Ok(&key.to_string()));
    }
}

fn look_at_answer(answer: &Answer<'_>, zone: &UtcOffset) {
    look_at(answer);
    look_at_minute(answer.mvp(), zone);
    assert_eq!(answer.is_positive(), answer.error_code().is_none());
    let sm = answer.sm();
    assert_eq!(sm.to_string().chars().count(), sm.as_octets().len());
    let keys: Vec<_> = sm.keys().collect();
    keys.iter().for_each(look_at_key);
    assert!(sm.waiting().is_none_or(|waiting| waiting <= 9999));
    let list = SystemMessage::list(&keys).expect("keys of a text of this length");
    assert!(list.keys().eq(keys.iter().copied()));
    let text = sm.to_string();
    if let Ok(made) = SystemMessage::new(&text) {
        assert_eq!(made, sm);
    }
    let made = match answer.error_code() {
        None => Answer::positive(answer.ot(), sm).with_mvp(answer.mvp()),
        Some(code) => Ok(Answer::negative(answer.ot(), code, sm)),
    };
    assert_eq!(made, Ok(*answer));
}

/// Any octets as what fields are made of.
fn pieces(octets: &[u8]) {
    let digits = HexBuf::encode(octets);
    let hex = digits.as_hex();
    look_at_text(hex);
    if let Ok(xser) = XSer::new(hex) {
        look_at_xser(xser);
    }
    if let Ok(name) = PackedName::new(hex.as_str()) {
        look_at_name(name);
    }
    if let Ok(password) = Password::new(hex) {
        look_at_password(password);
    }
    let Ok(text) = std::str::from_utf8(octets) else {
        return;
    };
    for alphabet in ALPHABETS {
        look_at_characters(alphabet, text);
    }
    if let Ok(name) = PackedName::pack(text) {
        look_at_name(name.as_name());
        assert_eq!(name.as_name().text(), text);
    }
    if let Ok(key) = MessageKey::parse(text) {
        assert_eq!(key.to_string(), text);
        look_at_key(&key);
    }
    if let Ok(sm) = SystemMessage::new(text) {
        assert_eq!(sm.as_octets(), octets);
    }
}

/// The fields the fuzzer wrote, as far as it wants them as many as they have to be, and one of them
/// as the octets behind its digits.
fn fields(ot: OperationType, script: &mut Script<'_>) -> Vec<u8> {
    let (is_filled_up, as_hex) = (script.flag(), usize::from(script.octet()));
    let octets = script.rest();
    let mut fields: Vec<Vec<u8>> = octets
        .split(|&octet| octet == b'/')
        .map(Vec::from)
        .collect();
    let count = FIELDS.iter().find(|(other, _)| *other == ot);
    if let (true, Some((_, count))) = (is_filled_up, count) {
        fields.resize(*count, Vec::new());
    }
    if let Some(field) = as_hex.checked_sub(1).and_then(|at| fields.get_mut(at)) {
        *field = HexBuf::encode(field).as_hex().as_str().into();
    }
    fields.join(&b'/')
}

fuzz_target!(|octets: &[u8]| {
    let mut script = Script(octets);
    let kind = [OperationKind::Operation, OperationKind::Result][script.below(2)];
    let ot = match script.octet() {
        other @ 200.. => OperationType::new(other - 200).expect("below 100"),
        known => OperationType::ALL[usize::from(known) % OperationType::ALL.len()],
    };
    let trn = Trn::new(script.octet() % Trn::COUNT).expect("below 100");
    let zone = UtcOffset(i16::from_be_bytes([script.octet(), script.octet()]));
    let any = quirks(&mut script);
    pieces(script.0);
    let Some(frame) = frame(trn, kind, ot, &fields(ot, &mut script)) else {
        return;
    };

    let strict = examine(&frame, &Quirks::STRICT);
    let lenient = examine(&frame, &Quirks::LENIENT);
    let tolerant = examine(&frame, &Quirks::TOLERANT);
    let any = examine(&frame, &any);
    // Who tolerates more reads the same, and finds the same faults.
    assert!(strict.is_none_or(|(_, tolerated)| tolerated.is_empty()));
    assert!(strict.is_none() || lenient == strict);
    assert!(lenient.is_none() || tolerant == lenient);
    assert!(any.is_none() || tolerant == any);
    assert!(strict.is_none() || any == strict);

    let operation = match lenient {
        Some((Pdu::Operation(operation), _)) => Some(operation),
        _ => None,
    };
    assert_eq!(frame.operation().ok(), operation);
    typed(&frame, operation);
    match tolerant {
        Some((Pdu::Operation(operation), _)) => look_into(&operation, &zone),
        Some((Pdu::Answer(answer), _)) => look_at_answer(&answer, &zone),
        None => {}
    }
});
