//! UCP: frames found, operations and results both ways, texts, names and times.

use alloc::string::String;

use bytes::BytesMut;
use smsgw_ucp::op::{Op as _, SubmitShortMessage};
use smsgw_ucp::types::{
    Content, GsmDcs, HexBuf, Message, Otoa, PackedName, Second, Sender, XSerBuf,
};
use smsgw_ucp::{Alphabet, Answer, Deframer, MessageKey, OperationType, SystemMessage, Trn};

use crate::{Outcome, same};

pub fn operations() -> Outcome {
    let sender = PackedName::pack("ACME")?;
    let text = HexBuf::encode(&Alphabet::Gsm.encode("5 € {now}")?);
    let mut services = XSerBuf::default();
    services.push(GsmDcs(0x10))?;
    let submit = SubmitShortMessage {
        adc: "00306912345678".try_into()?,
        oadc: sender.as_originator(),
        otoa: Otoa::ALPHANUMERIC,
        message: Message::text(text.as_hex())?,
        xser: services.as_xser(),
        ..SubmitShortMessage::default()
    };
    let mut octets = BytesMut::from(&b"\r\n"[..]);
    submit.encode(Trn::ZERO, &mut octets);
    let frame = Deframer::default().next(&mut octets).ok_or("no frame")??;
    let read: SubmitShortMessage<'_> = frame.decode()?;
    same(read, submit)?;
    let Sender::Name(name) = read.oadc.sender(read.otoa) else {
        return Err("no name".into());
    };
    same(name.text(), "ACME".into())?;
    let Content::Text(hex) = read.message.content() else {
        return Err("no text".into());
    };
    same(hex.text(Alphabet::Gsm), String::from("5 € {now}"))
}

pub fn answers() -> Outcome {
    let key = MessageKey {
        adc: "00306912345678",
        scts: Second::parse("290224235959")?,
    };
    let sm = SystemMessage::key(&key)?;
    let answer = Answer::positive(OperationType::SUBMIT_SHORT_MESSAGE, sm);
    let frame = answer.to_frame(Trn::ZERO);
    same(frame.answer()?.sm().keys().next(), Some(key))
}
