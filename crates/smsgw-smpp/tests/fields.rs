//! The enumerated fields: what their bits mean, and that none is lost.
#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

use std::collections::BTreeSet;
use std::fmt::Debug;

use smsgw_smpp::pdu::{Body as _, DestAddress, SubmitMulti};
use smsgw_smpp::tlv::{MsMsgWaitFacilities, WaitingMessage};
use smsgw_smpp::types::*;
use smsgw_smpp::{CommandStatus, SequenceNumber};

#[track_caller]
fn prints(value: impl Debug, printed: &str) {
    assert_eq!(format!("{value:?}"), printed);
}

#[test]
fn esm_class() {
    let receipt = EsmClass(0b0000_0100);
    assert_eq!(receipt.message_type(), MessageType::MC_DELIVERY_RECEIPT);
    assert!(receipt.is_receipt() && !receipt.is_intermediate());
    let intermediate = EsmClass(0b1110_0001);
    assert_eq!(intermediate.mode(), MessagingMode::DATAGRAM);
    assert!(intermediate.is_receipt() && intermediate.is_intermediate());
    assert!(intermediate.has_udh() && intermediate.has_reply_path());
    for (octet, message_type) in [
        (0b0000_1000, MessageType::DELIVERY_ACKNOWLEDGEMENT),
        (0b0101_0011, MessageType::USER_ACKNOWLEDGEMENT),
        (0b0001_1000, MessageType::CONVERSATION_ABORT),
    ] {
        assert_eq!(EsmClass(octet).message_type(), message_type);
        assert!(!EsmClass(octet).is_receipt());
    }

    let built = EsmClass::UDH_INDICATOR
        .with_mode(MessagingMode::STORE_AND_FORWARD)
        .with_type(MessageType::INTERMEDIATE_NOTIFICATION)
        .with_type(MessageType::USER_ACKNOWLEDGEMENT)
        .with_reply_path();
    assert_eq!(built.0, 0b1101_0011);
    prints(
        built,
        "STORE_AND_FORWARD USER_ACKNOWLEDGEMENT UDH REPLY_PATH",
    );
    prints(EsmClass(0b0000_1100), "DEFAULT 0xc");
}

#[test]
fn registered_delivery() {
    for (octet, receipt, on_success, on_failure) in [
        (0b00, McReceipt::NOT_REQUESTED, false, false),
        (0b01, McReceipt::SUCCESS_OR_FAILURE, true, true),
        (0b10, McReceipt::FAILURE, false, true),
        (0b11, McReceipt::SUCCESS, true, false),
    ] {
        let asked = RegisteredDelivery(0b1111_0100 | octet);
        assert_eq!(asked.mc_receipt(), receipt);
        assert_eq!(asked.wants_receipt(true), on_success);
        assert_eq!(asked.wants_receipt(false), on_failure);
        assert_eq!(asked.sme_acknowledgement(), SmeAcknowledgement::DELIVERY);
        assert!(asked.wants_intermediate_notification());
    }
    let built = RegisteredDelivery::RECEIPT_ON_SUCCESS
        .with_mc_receipt(McReceipt::FAILURE)
        .with_sme_acknowledgement(SmeAcknowledgement::DELIVERY_AND_USER)
        .with_sme_acknowledgement(SmeAcknowledgement::DELIVERY);
    assert_eq!(built.0, 0b0000_0110);
    prints(built, "FAILURE DELIVERY");
    prints(
        RegisteredDelivery(0b0001_1101),
        "SUCCESS_OR_FAILURE DELIVERY_AND_USER INTERMEDIATE",
    );
}

/// Putting back what was read changes no bit, those without a meaning included.
#[test]
fn no_bit_is_lost() {
    for octet in 0..=255 {
        let class = EsmClass(octet);
        let again = class
            .with_mode(class.mode())
            .with_type(class.message_type());
        assert_eq!(again, class);
        assert_eq!(class.with_udh().with_reply_path().0, octet | 0b1100_0000);
        let asked = RegisteredDelivery(octet);
        let again = asked
            .with_mc_receipt(asked.mc_receipt())
            .with_sme_acknowledgement(asked.sme_acknowledgement());
        assert_eq!(again, asked);
        // A part that is too wide touches no other.
        let wide = class
            .with_mode(MessagingMode(0xFF))
            .with_type(MessageType(0xFF));
        assert_eq!(wide.0, octet | 0b0011_1111);
        let wide = asked
            .with_mc_receipt(McReceipt(0xFF))
            .with_sme_acknowledgement(SmeAcknowledgement(0xFF));
        assert_eq!(wide.0, octet | 0b0000_1111);
    }
}

#[test]
fn data_coding() {
    for octet in 0..=255 {
        let coding = DataCoding(octet);
        match octet {
            0xC0..=0xDF => {
                let waiting = coding.message_waiting().unwrap();
                // Bit 2 is reserved.
                assert_eq!(DataCoding::of_waiting(waiting).0, octet & !0b100);
            }
            _ => assert_eq!(coding.message_waiting(), None),
        }
        match octet {
            0xF0.. => {
                let class = coding.message_class().unwrap();
                assert_eq!(DataCoding::of_class(class).0, octet & !0b1100);
            }
            _ => assert_eq!(coding.message_class(), None),
        }
        let is_8_bit = matches!(octet, 0xF4..=0xF7 | 0xFC..=0xFF);
        assert_eq!(coding.is_gsm_8_bit(), is_8_bit);
    }
    assert_eq!(
        DataCoding(0b1101_1001).message_waiting(),
        Some(MessageWaiting {
            store: true,
            indicator: MsMsgWaitFacilities::new(WaitingMessage::FAX, true),
        })
    );
    prints(DataCoding::UCS2, "UCS2");
    prints(DataCoding(0xF1), "0xf1");
}

#[test]
fn dest_flag() {
    let list = [
        DestAddress::Sme(Address::international("306912345678").unwrap()),
        DestAddress::DistributionList("list".try_into().unwrap()),
    ];
    let submit = SubmitMulti {
        dest_addresses: Seq::new(&list).unwrap(),
        ..SubmitMulti::default()
    };
    let frame = submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1));
    let read: SubmitMulti<'_> = frame.decode().unwrap();
    let flags = read.dest_addresses.iter().map(|it| it.dest_flag());
    assert_eq!(
        flags.collect::<Vec<_>>(),
        [DestFlag::SME_ADDRESS, DestFlag::DISTRIBUTION_LIST_NAME]
    );
}

#[test]
fn service_types() {
    for (service_type, text) in [
        (ServiceType::CMT, "CMT"),
        (ServiceType::CPT, "CPT"),
        (ServiceType::VMN, "VMN"),
        (ServiceType::VMA, "VMA"),
        (ServiceType::WAP, "WAP"),
        (ServiceType::USSD, "USSD"),
        (ServiceType::CBS, "CBS"),
        (ServiceType::GUTS, "GUTS"),
        (ServiceType::EMPTY, ""),
    ] {
        assert_eq!(Ok(service_type), text.try_into());
    }
}

#[test]
fn names_and_numbers_are_printed() {
    prints(ReplaceIfPresentFlag::REPLACE, "REPLACE");
    prints(ReplaceIfPresentFlag(7), "0x7");
    prints(PriorityFlag::LEVEL_4, "LEVEL_4");
    prints(Ton::ALPHANUMERIC, "ALPHANUMERIC");
    prints(Npi(0x30), "0x30");
    prints(InterfaceVersion::SMPP_5_0, "SMPP_5_0");
    assert!(InterfaceVersion(0x21) < InterfaceVersion::SMPP_3_4);
}

#[test]
fn every_command_status_of_the_standard_has_its_name() {
    let named = |value| {
        matches!(
            value,
            0x00..=0x08
                | 0x0A..=0x0F
                | 0x11
                | 0x13..=0x15
                | 0x33
                | 0x34
                | 0x40
                | 0x42..=0x45
                | 0x48..=0x51
                | 0x53..=0x55
                | 0x58
                | 0x61..=0x67
                | 0xC0..=0xC4
                | 0xFE..=0x112
        ) && !matches!(value, 0x4A..=0x4F)
    };
    let statuses: Vec<_> = (0..0x1000).map(CommandStatus).collect();
    let names = statuses.iter().filter_map(|status| status.name());
    let names: BTreeSet<_> = names.filter(|name| name.starts_with("ESME_R")).collect();
    assert_eq!(
        names.len(),
        statuses.iter().filter(|it| named(it.0)).count()
    );
    for status in statuses {
        assert_eq!(status.name().is_some(), named(status.0), "{:#x}", status.0);
    }
    for (older, name) in [
        (CommandStatus::ESME_RINVOPTPARSTREAM, "ESME_RINVTLVSTREAM"),
        (CommandStatus::ESME_ROPTPARNOTALLWD, "ESME_RTLVNOTALLWD"),
        (CommandStatus::ESME_RINVPARLEN, "ESME_RINVTLVLEN"),
        (CommandStatus::ESME_RMISSINGOPTPARAM, "ESME_RMISSINGTLV"),
        (CommandStatus::ESME_RINVOPTPARAMVAL, "ESME_RINVTLVVAL"),
    ] {
        prints(older, name);
    }
}

#[test]
fn a_temporary_status() {
    for (status, is_temporary) in [
        (CommandStatus::ESME_ROK, false),
        (CommandStatus::ESME_RTHROTTLED, true),
        (CommandStatus::ESME_RMSGQFUL, true),
        (CommandStatus::ESME_RSYSERR, true),
        (CommandStatus::ESME_RSERTYPUNAVAIL, true),
        (CommandStatus::ESME_RX_T_APPN, true),
        (CommandStatus::ESME_RX_P_APPN, false),
        (CommandStatus::ESME_RINVDSTADR, false),
        (CommandStatus(0x0000_0400), false),
    ] {
        assert_eq!(status.is_temporary(), is_temporary, "{status}");
    }
}
