//! The tables of `smsgw::convert::at`, a test for each of their cells.
#![cfg(feature = "at")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::time::{Duration, SystemTime};

use smsgw::at::command::send::SendMessage;
use smsgw::at::command::storage::MessageStatus;
use smsgw::at::modem::Submit;
use smsgw::convert::at::{Incoming, ReadError, submits};
use smsgw::convert::tpdu::{ConvertError, joined};
use smsgw::gsm::field::{self, Timestamp};
use smsgw::gsm::tpdu::{Context, Deliver, ModemPdu, Tpdu, UserDataBuf};
use smsgw::gsm::udh::Reference;
use smsgw::{
    Address, CarrierId, CarrierStatus, Content, Extra, Message, Receipt, ReceiptRequest,
    ReceiptState,
};

fn own() -> Address {
    Address::number("+15550100")
}

fn hello() -> Message {
    Message::text(Address::number("+306912345678"), "hello")
}

fn to_modem(message: &Message) -> Vec<Submit> {
    submits(message, None, Reference::Eight(7)).unwrap()
}

/// Looks at each SUBMIT that a modem is given.
fn look<T>(message: &Message, look: impl Fn(smsgw::gsm::tpdu::Submit<'_>) -> T) -> Vec<T> {
    let looked = to_modem(message).into_iter().map(|submit| {
        let pdu = ModemPdu::decode(&submit.pdu, Context::MS_TO_SC).unwrap();
        match pdu.tpdu {
            Tpdu::Submit(submit) => look(submit),
            other => panic!("{other:?}"),
        }
    });
    looked.collect()
}

/// From a store to which it was written.
fn written(submit: &Submit) -> Message {
    match Incoming::stored(&submit.pdu, MessageStatus::STORED_UNSENT, own()).unwrap() {
        Incoming::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn delivered(deliver: Deliver<'_>) -> Message {
    let pdu = ModemPdu::from(deliver).to_vec();
    let received = Incoming::received(&pdu, own()).unwrap();
    let stored = Incoming::stored(&pdu, MessageStatus::RECEIVED_UNREAD, own());
    assert_eq!(stored, Ok(received.clone()));
    match received {
        Incoming::Message(message) => message,
        other => panic!("{other:?}"),
    }
}

fn deliver(user_data: &UserDataBuf) -> Deliver<'_> {
    let noon = Timestamp::new(2025, 6, 30, 12, 0, 0, 0).unwrap();
    Deliver::new(
        field::Address::parse("+306912345678").unwrap(),
        noon,
        user_data.view(),
    )
}

fn long() -> Message {
    Message {
        content: Content::Text("a ".repeat(200)),
        ..hello()
    }
}

#[test]
fn the_recipient() {
    let address = look(&hello(), |submit| submit.destination_address.to_string());
    assert_eq!(address, ["+306912345678"]);
    assert_eq!(written(&to_modem(&hello())[0]).to, hello().to);
    let text = UserDataBuf::text("hi").unwrap();
    assert_eq!(delivered(deliver(&text)).to, own());
}

#[test]
fn the_sender_is_the_sim() {
    let message = Message {
        from: Some(Address::sender("ACME")),
        ..hello()
    };
    assert_eq!(to_modem(&message), to_modem(&hello()));
    assert_eq!(written(&to_modem(&message)[0]).from, Some(own()));
    let text = UserDataBuf::text("hi").unwrap();
    let from = delivered(deliver(&text)).from;
    assert_eq!(from, Some(Address::number("+306912345678")));
}

#[test]
fn a_submit_for_each_part() {
    let parts = to_modem(&long());
    let more: Vec<_> = parts.iter().map(|part| part.more_to_follow).collect();
    assert_eq!(more, [true, true, false]);
    for part in &parts {
        let pdu = ModemPdu::decode(&part.pdu, Context::MS_TO_SC).unwrap();
        let send = SendMessage::of(&part.pdu).unwrap();
        assert_eq!(usize::from(send.length()), pdu.tpdu_len());
        assert!(send.length() <= 164 && part.pdu[0] == 0);
    }
    assert!(!to_modem(&hello())[0].more_to_follow);
    let whole = joined(parts.iter().map(written)).unwrap();
    assert_eq!(whole.content, long().content);
}

#[test]
fn class_writing_and_protocol_in_each_part() {
    let mut message = Message {
        class: Some(0),
        extras: vec![Extra::ProtocolId(0x41)],
        ..long()
    };
    message.content = Content::Text("“a” ".repeat(100));
    message.writing.transliterate = true;
    let parts = look(&message, |submit| {
        let coding = submit.user_data.data_coding_scheme();
        (
            coding.class().map(|class| class.number()),
            coding.counts_septets(),
            submit.protocol_identifier.0,
        )
    });
    assert_eq!(parts, [(Some(0), true, 0x41); 3]);
    let short = Message {
        content: Content::Text("hi".into()),
        writing: Default::default(),
        ..message
    };
    let back = written(&to_modem(&short)[0]);
    assert_eq!(
        (back.class, back.extras),
        (Some(0), vec![Extra::ProtocolId(0x41)])
    );
}

#[test]
fn validity() {
    let message = Message {
        validity: Some(Duration::from_secs(3600)),
        ..long()
    };
    let parts = look(&message, |submit| submit.validity_period.is_some());
    assert_eq!(parts, [true; 3]);
    assert_eq!(
        look(&hello(), |submit| submit.validity_period.is_some()),
        [false]
    );
    assert_eq!(written(&to_modem(&message)[0]).validity, message.validity);
    let text = UserDataBuf::text("hi").unwrap();
    assert_eq!(delivered(deliver(&text)).validity, None);
}

#[test]
fn receipts_are_asked_for_by_each_part() {
    for request in [
        ReceiptRequest::Final,
        ReceiptRequest::OnFailure,
        ReceiptRequest::OnSuccess,
    ] {
        let message = Message {
            receipt: request,
            ..long()
        };
        assert_eq!(
            look(&message, |submit| submit.status_report_request),
            [true; 3]
        );
        assert_eq!(
            written(&to_modem(&message)[0]).receipt,
            ReceiptRequest::Final
        );
    }
    assert_eq!(
        look(&hello(), |submit| submit.status_report_request),
        [false]
    );
    let text = UserDataBuf::text("hi").unwrap();
    assert_eq!(delivered(deliver(&text)).receipt, ReceiptRequest::None);
    let asked = Deliver {
        status_report_indication: true,
        ..deliver(&text)
    };
    assert_eq!(delivered(asked).receipt, ReceiptRequest::Final);
}

#[test]
fn the_reference_is_the_modems() {
    let message = Message {
        reference: Some(300),
        ..hello()
    };
    assert_eq!(to_modem(&message), to_modem(&hello()));
    assert_eq!(look(&message, |submit| submit.message_reference), [0]);
    assert_eq!(written(&to_modem(&message)[0]).reference, Some(0));
    let text = UserDataBuf::text("hi").unwrap();
    assert_eq!(delivered(deliver(&text)).reference, None);
}

#[test]
fn what_is_not_kept() {
    let message = Message {
        deliver_at: Some(SystemTime::UNIX_EPOCH),
        extras: vec![Extra::Priority(3), Extra::IntermediateReceipts],
        ..hello()
    };
    assert_eq!(to_modem(&message), to_modem(&hello()));
    let back = written(&to_modem(&message)[0]);
    assert_eq!((back.deliver_at, back.extras), (None, Vec::new()));
}

#[test]
fn the_service_centre_is_given_beside() {
    let centre = Address::number("+79168999100");
    let given = submits(&hello(), Some(&centre), Reference::Eight(7)).unwrap();
    let pdu = ModemPdu::decode(&given[0].pdu, Context::MS_TO_SC).unwrap();
    assert_eq!(pdu.service_centre.unwrap().to_string(), "+79168999100");
    let own_centre = &to_modem(&hello())[0].pdu;
    let length = |pdu| SendMessage::of(pdu).unwrap().length();
    assert_eq!(length(&given[0].pdu), length(own_centre));
    assert_eq!(written(&given[0]), written(&to_modem(&hello())[0]));
    let wrong = Address::number("123456789012345678901234");
    let error = submits(&hello(), Some(&wrong), Reference::Eight(7)).unwrap_err();
    assert!(matches!(error, ConvertError::Address { name: "SCA", .. }));
}

/// A status report, with the status given.
fn report(status: u8) -> Receipt {
    let mut pdu = *b"\x07\x91\x94\x71\x01\x67\x05\0\x06\x04\x0D\x91\x94\x51\x52\x99\x11\x36\xF0\
        \x01\x60\x12\x41\x30\x34\x0A\x01\x60\x12\x41\x30\x94\x0A\x00";
    *pdu.last_mut().unwrap() = status;
    match Incoming::received(&pdu, own()).unwrap() {
        Incoming::Receipt(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

#[test]
fn whom_and_which_a_report_is_about() {
    let receipt = report(0);
    assert_eq!(receipt.recipient, Address::number("+4915259911630"));
    assert_eq!(receipt.sender, None);
    assert_eq!(receipt.message, CarrierId::Reference(4));
    assert!(receipt.at.is_some());
}

#[test]
fn the_state_in_a_report() {
    let cases = [
        (0x00, ReceiptState::Delivered),
        (0x20, ReceiptState::Retrying),
        (0x40, ReceiptState::Undelivered),
        (0x46, ReceiptState::Expired),
        (0x48, ReceiptState::Cancelled),
        (0x65, ReceiptState::Undelivered),
    ];
    for (status, state) in cases {
        let receipt = report(status);
        assert_eq!(receipt.state, state, "{status:#04X}");
        assert_eq!(receipt.status, Some(CarrierStatus::Gsm(status)));
    }
}

#[test]
fn what_is_no_message() {
    let submit = &to_modem(&hello())[0].pdu;
    // What was written to a store is not what arrived.
    assert!(Incoming::received(submit, own()).is_err());
    let command = b"\0\x02\x01\0\x01\x01\x04\x91\x21\x43\0";
    let read = Incoming::stored(command, MessageStatus::STORED_UNSENT, own());
    assert_eq!(read, Err(ReadError::Kind));
    assert!(matches!(
        Incoming::received(b"", own()),
        Err(ReadError::Decode(_))
    ));
}
