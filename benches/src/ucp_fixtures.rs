//! The UCP frames that are read and written.

use bytes::BytesMut;
use smsgw_ucp::op::{
    DeliverNotification, DeliverShortMessage, Op, SessionManagement, SubmitShortMessage,
};
use smsgw_ucp::types::{
    AccountAddress, Address, Dst, Flag, Hex, HexBuf, Message, Minute, NotificationType, Npi,
    Originator, Otoa, PackedName, Password, Second, SessionType, Ton, Version, XSer,
};
use smsgw_ucp::{
    Alphabet, Answer, MessageKey, Operation, OperationType, Reason, SystemMessage, Trn,
};

/// Frames of the stream.
pub const STREAM_FRAMES: usize = 1_000;

/// The text of every message: 100 characters.
pub const TEXT: &str = "The quick brown fox jumps over the lazy dog. \
    The quick brown fox jumps over the lazy dog. Yours, AB.";
/// Who sends it.
pub const NAME: &str = "ALPHA@NUM";
/// What a centre writes into a notification, for people.
const DELIVERED: &str = "Message for 00393331234567, with identification 260101120000 \
    has been delivered on 2026-01-01 at 12:00:05";
/// The recipient.
const ADC: &str = "00393331234567";

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// An operation as octets that live long enough to be borrowed without counting references.
pub fn octets<'a>(op: &impl Op<'a>) -> &'static [u8] {
    leak(op.to_frame(Trn::ZERO)).octets()
}

fn hex(text: &str) -> Hex<'static> {
    let octets = Alphabet::Gsm.encode(text).unwrap();
    leak(HexBuf::encode(&octets)).as_hex()
}

fn text(text: &str) -> Message<'static> {
    Message::text(hex(text)).unwrap()
}

fn name() -> Originator<'static> {
    leak(PackedName::pack(NAME).unwrap()).as_originator()
}

/// A header of concatenation and the default alphabet.
fn xser() -> XSer<'static> {
    XSer::new(Hex::new("01060500034A0201020100").unwrap()).unwrap()
}

fn scts() -> Second {
    Second::parse("010126120000").unwrap()
}

/// OT 51: a part of a long text from a name, deferred, with all notifications asked for.
pub fn submit() -> SubmitShortMessage<'static> {
    SubmitShortMessage {
        adc: Address::new(ADC).unwrap(),
        oadc: name(),
        nrq: Flag::YES,
        nt: NotificationType::ALL,
        dd: Flag::YES,
        ddt: Some(Minute::parse("0101261200").unwrap()),
        vp: Some(Minute::parse("0201261200").unwrap()),
        message: text(TEXT),
        otoa: Otoa::ALPHANUMERIC,
        xser: xser(),
        ..SubmitShortMessage::default()
    }
}

/// OT 51 as most clients send it: a text from a number, with notifications.
pub fn submit_plain() -> SubmitShortMessage<'static> {
    let SubmitShortMessage {
        adc,
        nrq,
        nt,
        message,
        ..
    } = submit();
    SubmitShortMessage {
        adc,
        oadc: "2147".try_into().unwrap(),
        nrq,
        nt,
        message,
        ..SubmitShortMessage::default()
    }
}

/// OT 52: a part of a long text from a number.
pub fn deliver() -> DeliverShortMessage<'static> {
    DeliverShortMessage {
        adc: Address::new("12345").unwrap(),
        oadc: Originator::new("393331234567").unwrap(),
        scts: Some(scts()),
        message: text(TEXT),
        otoa: Otoa::INTERNATIONAL,
        xser: xser(),
        ..DeliverShortMessage::default()
    }
}

/// OT 53: the message is delivered.
pub fn notification() -> DeliverNotification<'static> {
    DeliverNotification {
        adc: name(),
        oadc: Originator::new(ADC).unwrap(),
        scts: Some(scts()),
        dst: Dst::DELIVERED,
        rsn: Reason::UNKNOWN_SUBSCRIBER.into(),
        dscts: Some(Second::parse("010126120005").unwrap()),
        message: text(DELIVERED),
        ..DeliverNotification::default()
    }
}

/// OT 60: a login.
pub fn login() -> SessionManagement<'static> {
    SessionManagement {
        oadc: AccountAddress::new("12345").unwrap(),
        oton: Ton::ABBREVIATED,
        onpi: Npi::PRIVATE,
        styp: SessionType::OPEN,
        pwd: Password::new(hex("secret")).unwrap(),
        vers: Version::V1_0,
        ..SessionManagement::default()
    }
}

/// An operation or a result.
pub enum Pdu {
    /// An operation.
    Operation(Box<Operation<'static>>),
    /// The result of one.
    Answer(Answer<'static>),
}

impl Pdu {
    /// Appends the frame.
    pub fn encode(&self, trn: Trn, out: &mut BytesMut) {
        match self {
            Self::Operation(operation) => operation.encode(trn, out),
            Self::Answer(answer) => answer.encode(trn, out),
        }
    }
}

fn operation(operation: impl Into<Operation<'static>>) -> Pdu {
    Pdu::Operation(Box::new(operation.into()))
}

/// What both ends of a connection say: mostly messages and their results.
pub fn stream() -> Vec<Pdu> {
    let (adc, scts) = (ADC, scts());
    let key = SystemMessage::key(leak(MessageKey { adc, scts })).unwrap();
    let submitted = || Answer::positive(OperationType::SUBMIT_SHORT_MESSAGE, key);
    let notified = Answer::positive(OperationType::DELIVER_NOTIFICATION, SystemMessage::EMPTY);
    let ten = || {
        [
            operation(submit()),
            operation(submit()),
            operation(submit()),
            operation(submit()),
            operation(deliver()),
            operation(notification()),
            Pdu::Answer(submitted()),
            Pdu::Answer(submitted()),
            Pdu::Answer(submitted()),
            Pdu::Answer(notified),
        ]
    };
    std::iter::repeat_with(ten)
        .flatten()
        .take(STREAM_FRAMES)
        .collect()
}

/// [`stream`] as octets.
pub fn stream_octets() -> &'static [u8] {
    let mut out = BytesMut::new();
    for pdu in stream() {
        pdu.encode(Trn::ZERO, &mut out);
    }
    leak(out)
}
