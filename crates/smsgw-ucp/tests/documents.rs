//! Frames as documents and peers print them: the worked checksums, and what breaks which rule.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use bytes::Bytes;
use common::framed;
use smsgw_ucp::op::{SessionManagement, SmsMessageTransfer, SmtAlert, SubmitShortMessage};
use smsgw_ucp::types::{Flag, Pid, Sender, SessionType, Version};
use smsgw_ucp::{
    Alphabet, Frame, FrameErrorKind, OperationKind, OperationType, Quirks, Tolerance, Trn,
};

/// The checksum of what stands between STX and it, in the frame that is made of the fields.
fn checksum(inner: &str) -> String {
    let octets = framed(inner);
    let frame = Frame::copy_from(&octets).unwrap();
    let fields: Vec<_> = frame.fields().collect();
    let made = Frame::from_fields(frame.trn(), frame.kind(), frame.ot(), &fields).unwrap();
    assert_eq!(made.octets(), &octets);
    let chk = &made.octets()[octets.len() - 3..octets.len() - 1];
    String::from_utf8(chk.to_vec()).unwrap()
}

#[test]
fn the_checksum_of_a_message_transfer() {
    let inner = "01/00045/O/30/66677789///1//////68656C6C6F/";
    assert_eq!(checksum(inner), "CE");
    let octets = framed(inner);
    let frame = Frame::copy_from(&octets).unwrap();
    let transfer: SmsMessageTransfer<'_> = frame.decode().unwrap();
    assert_eq!(transfer.adc, "66677789");
    assert_eq!(transfer.nrq, Flag::YES);
    assert_eq!(transfer.amsg.hex().text(Alphabet::Gsm), "hello");
}

#[test]
fn the_checksum_of_a_message_from_a_name() {
    let inner = "04/00118/O/51/00393331234568/10412614190438AB4D/////////////////3//\
                 6E696E6520636861722073656E646572////////5039/////";
    assert_eq!(checksum(inner), "44");
    let octets = framed(inner);
    let frame = Frame::copy_from(&octets).unwrap();
    let submit: SubmitShortMessage<'_> = frame.decode().unwrap();
    let Sender::Name(name) = submit.oadc.sender(submit.otoa) else {
        panic!("{:?}", submit.oadc);
    };
    assert_eq!(name.text(), "ALPHA@NUM");
}

#[test]
fn the_checksum_of_an_alert() {
    let inner = "02/00035/O/31/0234765439845/0139/";
    assert_eq!(checksum(inner), "A0");
    let octets = framed(inner);
    let frame = Frame::copy_from(&octets).unwrap();
    let alert: SmtAlert<'_> = frame.decode().unwrap();
    assert_eq!(alert.adc, "0234765439845");
    assert_eq!(alert.pid, Pid::PC_OVER_PSTN);
}

#[test]
fn the_shortest_result() {
    assert_eq!(checksum("00/00019/R/60/A//"), "6D");
}

#[test]
fn the_usual_login() {
    let octets = framed("00/00051/O/60/2147/6/5/1/736563726574//0100//////");
    let frame = Frame::copy_from(&octets).unwrap();
    let read = frame
        .decode_with::<SessionManagement<'_>>(&Quirks::STRICT)
        .unwrap();
    let login = read.pdu;
    assert_eq!(login.oadc, "2147");
    assert_eq!(login.styp, SessionType::OPEN);
    assert_eq!(login.vers, Version::V1_0);
    assert!(login.pwd.matches("secret", Alphabet::Gsm));
    assert!(login.npwd.is_empty() && login.res1.is_empty());
}

/// Printed in a document: its LEN is one too large.
#[test]
fn a_len_that_is_wrong_is_let_through_on_request() {
    let octets = Bytes::from_static(b"\x0204/00024/R/31/A/0003/2E\x03");
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let error = Frame::new_with(octets.clone(), &quirks).unwrap_err();
        let mismatch = FrameErrorKind::LenMismatch { len: 24, had: 23 };
        assert_eq!(error.kind(), mismatch);
        assert_eq!(error.nack(), None);
    }
    let frame = Frame::new_with(octets, &Quirks::TOLERANT).unwrap();
    assert_eq!(frame.answer().unwrap().sm().waiting(), Some(3));
    let read = frame.answer_with(&Quirks::TOLERANT).unwrap();
    let tolerated: Vec<_> = read.tolerated.iter().collect();
    assert_eq!(tolerated.len(), 1);
    assert_eq!(tolerated[0].what, Tolerance::WrongLen);
    assert_eq!((tolerated[0].field, tolerated[0].offset), ("LEN", 4));
    let error = frame.answer_with(&Quirks::LENIENT).unwrap_err();
    assert_eq!(error.field(), "LEN");
    // What is sent on is right.
    assert_eq!(
        read.pdu.to_frame(frame.trn()).octets(),
        "\x0204/00023/R/31/A/0003/2D\x03"
    );
}

#[test]
fn a_checksum_in_lower_case_is_let_through() {
    let octets = Bytes::from_static(b"\x0200/00019/R/60/A//6d\x03");
    let error = Frame::new_with(octets.clone(), &Quirks::STRICT).unwrap_err();
    assert_eq!(error.kind(), FrameErrorKind::ChecksumSyntax);
    let frame = Frame::new(octets).unwrap();
    let read = frame.answer_with(&Quirks::LENIENT).unwrap();
    let tolerated: Vec<_> = read.tolerated.iter().collect();
    assert_eq!(tolerated[0].what, Tolerance::LowerCaseHex);
    assert_eq!((tolerated[0].field, tolerated[0].offset), ("CHK", 18));
    assert_eq!(
        frame.answer_with(&Quirks::STRICT).unwrap_err().field(),
        "CHK"
    );
}

#[test]
fn fields_behind_the_last_one_are_let_through_on_request() {
    let octets = framed("00/00029/O/31/1234/0539/x//");
    let frame = Frame::copy_from(&octets).unwrap();
    let error = frame.decode::<SmtAlert<'_>>().unwrap_err();
    assert_eq!(error.to_string(), "CHK at octet 28: needs 2 fields, had 4");
    let read = frame
        .decode_with::<SmtAlert<'_>>(&Quirks::TOLERANT)
        .unwrap();
    assert_eq!(read.pdu.adc, "1234");
    let tolerated: Vec<_> = read.tolerated.iter().collect();
    assert_eq!(tolerated[0].what, Tolerance::ExtraFields);
    let names: Vec<_> = frame.named_fields().map(|field| field.name).collect();
    assert_eq!(names, ["AdC", "PID", "", ""]);
}

/// A text in Latin-1, as some peers send it in results.
#[test]
fn octets_above_ascii_in_a_result() {
    let (kind, ot) = (OperationKind::Result, OperationType::SMT_ALERT);
    let fields = [&b"N"[..], b"06", b"caf\xE9"];
    let frame = Frame::from_fields(Trn::ZERO, kind, ot, &fields).unwrap();
    let error = frame.answer_with(&Quirks::STRICT).unwrap_err();
    let expect = "SM at octet 20: a character not allowed here at character 3";
    assert_eq!(error.to_string(), expect);
    let read = frame.answer_with(&Quirks::LENIENT).unwrap();
    assert_eq!(read.pdu.sm().to_string(), "caf\u{e9}");
    let tolerated: Vec<_> = read.tolerated.iter().collect();
    assert_eq!(tolerated[0].what, Tolerance::NonAscii);
    assert_eq!(read.pdu.to_frame(Trn::ZERO), frame);
}
