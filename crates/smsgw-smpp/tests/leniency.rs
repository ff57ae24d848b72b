//! What real peers get wrong: refused in strict mode with field, octet and status; let through
//! and listed in lenient mode.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use common::unhex;
use smsgw_smpp::pdu::{BindTransceiver, BindTransceiverResp, DeliverSm, EnquireLink, SubmitSm};
use smsgw_smpp::tlv::{ReceiptedMessageId, TlvLen, TlvTag, UserMessageReference};
use smsgw_smpp::{
    CommandStatus, DecodeError, DecodeErrorKind, Frame, Quirks, Tolerable, Tolerance,
};

/// A frame of these parts, each hex.
fn frame(command_id: u32, body: &[&str]) -> Frame {
    let body = unhex(&body.concat());
    let len = u32::try_from(16 + body.len()).unwrap();
    let mut octets = Vec::new();
    for word in [len, command_id, 0, 7] {
        octets.extend_from_slice(&word.to_be_bytes());
    }
    octets.extend_from_slice(&body);
    Frame::copy_from(&octets).unwrap()
}

/// A submit_sm of "hi" to 306912345678, 48 octets, and what follows it.
fn submit(tlvs: &str) -> Frame {
    let body = "0005004100010133303639313233343536373800000000000000000000026869";
    frame(0x0000_0004, &[body, tlvs])
}

#[track_caller]
fn tolerated(list: &smsgw_smpp::Tolerated, expect: &[(Tolerance, &'static str, u32)]) {
    let list: Vec<_> = list.iter().copied().collect();
    let expect: Vec<_> = expect
        .iter()
        .map(|&(what, field, offset)| Tolerable {
            what,
            field,
            offset,
        })
        .collect();
    assert_eq!(list, expect);
}

#[track_caller]
fn refused(
    error: DecodeError,
    kind: DecodeErrorKind,
    field: &str,
    offset: u32,
    status: CommandStatus,
) {
    assert_eq!(
        (
            error.kind(),
            error.field(),
            error.offset(),
            error.command_status()
        ),
        (kind, field, offset, status)
    );
}

#[test]
fn a_missing_nul() {
    let frame = frame(0x8000_0009, &["534d5343"]);
    let resp = frame
        .decode_with::<BindTransceiverResp>(&Quirks::SESSION)
        .unwrap();
    assert_eq!(resp.pdu.system_id, "SMSC");
    tolerated(&resp.tolerated, &[(Tolerance::MissingNul, "system_id", 16)]);
    refused(
        frame
            .decode_with::<BindTransceiverResp>(&Quirks::STRICT)
            .unwrap_err(),
        DecodeErrorKind::Truncated { needed: 5, had: 4 },
        "system_id",
        16,
        CommandStatus::ESME_RINVCMDLEN,
    );
}

#[test]
fn a_password_of_more_than_8_octets() {
    // esme, correcthorse.
    let frame = frame(
        0x0000_0009,
        &[
            "65736d6500",
            "636f7272656374686f72736500",
            "00",
            "34",
            "000000",
        ],
    );
    let bind = frame
        .decode_with::<BindTransceiver>(&Quirks::LENIENT)
        .unwrap();
    assert_eq!(bind.pdu.password.as_octets(), b"correcthorse");
    assert_eq!(bind.pdu.interface_version.0, 0x34);
    tolerated(&bind.tolerated, &[(Tolerance::LongString, "password", 21)]);
    refused(
        frame
            .decode_with::<BindTransceiver>(&Quirks::STRICT)
            .unwrap_err(),
        DecodeErrorKind::TooLong { max: 9, had: 13 },
        "password",
        21,
        CommandStatus::ESME_RINVPASWD,
    );
}

#[test]
fn a_tlv_one_octet_short() {
    let frame = submit("0204000107");
    let read = frame.decode_with::<SubmitSm>(&Quirks::LENIENT).unwrap();
    tolerated(
        &read.tolerated,
        &[(Tolerance::TlvLength, "user_message_reference", 48)],
    );
    let kept = read.pdu.tlvs.iter().next().unwrap();
    assert_eq!(
        (kept.tag(), kept.value()),
        (TlvTag::USER_MESSAGE_REFERENCE, &[7][..])
    );
    assert_eq!(read.pdu.tlvs.find::<UserMessageReference>(), None);
    refused(
        frame.decode_with::<SubmitSm>(&Quirks::STRICT).unwrap_err(),
        DecodeErrorKind::TlvLength {
            needed: TlvLen::Exactly(2),
            had: 1,
        },
        "user_message_reference",
        48,
        CommandStatus::ESME_RINVTLVLEN,
    );
}

#[test]
fn a_tlv_that_passes_the_end() {
    let frame = submit("0204000200070424000a6162");
    let read = frame.decode_with::<SubmitSm>(&Quirks::LENIENT).unwrap();
    tolerated(&read.tolerated, &[(Tolerance::BrokenTlv, "tlvs", 54)]);
    assert_eq!(
        read.pdu.tlvs.find::<UserMessageReference>(),
        Some(UserMessageReference(7))
    );
    assert_eq!(read.pdu.tlvs.trailing(), b"\x04\x24\x00\x0aab");
    for quirks in [Quirks::STRICT, Quirks::SESSION] {
        refused(
            frame.decode_with::<SubmitSm>(&quirks).unwrap_err(),
            DecodeErrorKind::BrokenTlv { needed: 14, had: 6 },
            "tlvs",
            54,
            CommandStatus::ESME_RINVTLVSTREAM,
        );
    }
}

#[test]
fn stray_octets() {
    let frame = frame(0x0000_0015, &["ffff"]);
    let read = frame.decode_with::<EnquireLink>(&Quirks::LENIENT).unwrap();
    tolerated(&read.tolerated, &[(Tolerance::BrokenTlv, "tlvs", 16)]);
    assert_eq!(read.pdu.tlvs.trailing(), b"\xff\xff");
    refused(
        frame
            .decode_with::<EnquireLink>(&Quirks::STRICT)
            .unwrap_err(),
        DecodeErrorKind::BrokenTlv { needed: 4, had: 2 },
        "tlvs",
        16,
        CommandStatus::ESME_RINVTLVSTREAM,
    );
}

#[test]
fn a_receipted_message_id_without_its_nul() {
    let frame = frame(
        0x0000_0005,
        &["00010131000101320004000000000000000000", "001e0003616263"],
    );
    let read = frame.decode_with::<DeliverSm>(&Quirks::SESSION).unwrap();
    let id = read.pdu.tlvs.find::<ReceiptedMessageId<'_>>().unwrap();
    assert_eq!(id.0.as_octets(), b"abc");
    tolerated(
        &read.tolerated,
        &[(Tolerance::MissingNul, "receipted_message_id", 35)],
    );
    refused(
        frame.decode_with::<DeliverSm>(&Quirks::STRICT).unwrap_err(),
        DecodeErrorKind::TlvWithoutNul,
        "receipted_message_id",
        35,
        CommandStatus::ESME_RINVTLVVAL,
    );
}

#[test]
fn latin_1_in_an_alphanumeric_address() {
    // CAFÉ.
    let frame = frame(
        0x0000_0004,
        &["000500434146c900010131300000000000000000000000"],
    );
    let read = frame.decode_with::<SubmitSm>(&Quirks::LENIENT).unwrap();
    assert_eq!(read.pdu.source_addr.digits.to_string(), "CAFÉ");
    tolerated(&read.tolerated, &[(Tolerance::NonAscii, "source_addr", 19)]);
    refused(
        frame.decode_with::<SubmitSm>(&Quirks::STRICT).unwrap_err(),
        DecodeErrorKind::NonAscii,
        "source_addr",
        19,
        CommandStatus::ESME_RINVSRCADR,
    );
}

#[test]
fn an_odd_time() {
    // A relative validity_period with tenths of a second, "000001000000500R".
    let time = "30303030303130303030303035303052";
    let frame = frame(
        0x0000_0004,
        &["000000000101310000000000", time, "000000000000"],
    );
    let read = frame.decode_with::<SubmitSm>(&Quirks::LENIENT).unwrap();
    let day = Some(std::time::Duration::from_secs(86_400));
    assert_eq!(read.pdu.validity_period.relative(), day);
    tolerated(
        &read.tolerated,
        &[(Tolerance::OddTime, "validity_period", 28)],
    );
    refused(
        frame.decode_with::<SubmitSm>(&Quirks::STRICT).unwrap_err(),
        DecodeErrorKind::InvalidTime,
        "validity_period",
        28,
        CommandStatus::ESME_RINVEXPIRY,
    );
}

#[test]
fn more_faults_than_the_list_holds() {
    let frame = submit(&"0204000107".repeat(9));
    let read = frame.decode_with::<SubmitSm>(&Quirks::LENIENT).unwrap();
    assert_eq!(read.tolerated.iter().count(), 8);
    assert!(read.tolerated.is_cut());
}

#[test]
fn the_error_says_where() {
    let body = "0005004100010133303639313233343536373800000000000000000000c86869";
    let frame = frame(0x0000_0004, &[body]);
    let error = frame.decode::<SubmitSm>().unwrap_err();
    refused(
        error,
        DecodeErrorKind::Truncated {
            needed: 200,
            had: 2,
        },
        "short_message",
        46,
        CommandStatus::ESME_RINVMSGLEN,
    );
    assert_eq!(
        error.to_string(),
        "short_message at octet 46: needs 200 octets, had 2"
    );
}

#[test]
fn asked_for_another_command() {
    let frame = submit("");
    let error = frame.decode::<DeliverSm>().unwrap_err();
    assert_eq!(error.kind(), DecodeErrorKind::OtherCommand);
}
