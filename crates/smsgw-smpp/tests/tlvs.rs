//! Every tag of the table: its type, its octets and its length.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;

use common::{hex, unhex};
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_smpp::pdu::{Body as _, SubmitSm};
use smsgw_smpp::tlv::*;
use smsgw_smpp::types::{self, DataCoding, InterfaceVersion, Npi, Time, Ton};
use smsgw_smpp::{
    CommandStatus, DecodeErrorKind, Frame, Quirks, SequenceNumber, Tolerance, ValueError,
};

/// Where the TLVs of [`submit`] start.
const OFFSET: u32 = 33;

/// An empty submit_sm with `tlvs`.
fn submit(tlvs: &[Tlv<'_>]) -> Frame {
    let submit = SubmitSm {
        tlvs: Tlvs::new(tlvs).unwrap(),
        ..SubmitSm::default()
    };
    submit.to_frame(CommandStatus::ESME_ROK, SequenceNumber(1))
}

/// Room for a value, for as long as the test runs.
fn buffer<const N: usize>() -> &'static mut [u8; N] {
    Box::leak(Box::new([0; N]))
}

/// `typed` is written as the TLV `octets` (hex), which strict reading takes and reads as `typed`.
#[track_caller]
fn is<T: TypedTlv<'static> + Copy + Debug + PartialEq>(typed: T, octets: &str) -> TlvTag {
    let octets = octets.replace(' ', "");
    let frame: &'static Frame = Box::leak(Box::new(submit(&[typed.into()])));
    assert_eq!(hex(&frame.octets()[OFFSET as usize..]), octets);
    let read = frame.decode_with::<SubmitSm<'_>>(&Quirks::STRICT).unwrap();
    assert_eq!(read.pdu.tlvs.find::<T>(), Some(typed));
    T::TAG
}

#[test]
fn every_tag_has_a_type_and_its_octets() {
    let tags = [
        is(DestAddrSubunit(AddrSubunit::SMART_CARD_1), "0005 0001 03"),
        is(DestNetworkType(NetworkType::GSM), "0006 0001 01"),
        is(DestBearerType(BearerType::USSD), "0007 0001 04"),
        is(
            DestTelematicsId(TelematicsId {
                protocol_id: 0x24,
                reserved: 0,
            }),
            "0008 0002 2400",
        ),
        is(SourceAddrSubunit(AddrSubunit::MS_DISPLAY), "000d 0001 01"),
        is(SourceNetworkType(NetworkType::IS_95), "000e 0001 03"),
        is(SourceBearerType(BearerType::SMS), "000f 0001 01"),
        is(SourceTelematicsId(0x24), "0010 0001 24"),
        is(QosTimeToLive(86_400), "0017 0004 00015180"),
        is(PayloadType::WCMP_MESSAGE, "0019 0001 01"),
        is(
            AdditionalStatusInfoText(TlvCString::new(c"full").unwrap()),
            "001d 0005 66756c6c00",
        ),
        is(
            ReceiptedMessageId(TlvCString::new(c"abc").unwrap()),
            "001e 0004 61626300",
        ),
        is(
            MsMsgWaitFacilities::new(WaitingMessage::ELECTRONIC_MAIL, true),
            "0030 0001 82",
        ),
        is(PrivacyIndicator::SECRET, "0201 0001 03"),
        is(
            SourceSubaddress(Subaddress::new(SubaddressType::NSAP_ODD, b"12", buffer()).unwrap()),
            "0202 0003 883132",
        ),
        is(
            DestSubaddress(
                Subaddress::new(SubaddressType::USER_SPECIFIED, b"\xff", buffer()).unwrap(),
            ),
            "0203 0002 a0ff",
        ),
        is(UserMessageReference(0xBEEF), "0204 0002 beef"),
        is(UserResponseCode(7), "0205 0001 07"),
        is(SourcePort(9200), "020a 0002 23f0"),
        is(DestinationPort(2948), "020b 0002 0b84"),
        is(SarMsgRefNum(0x1234), "020c 0002 1234"),
        is(LanguageIndicator::GERMAN, "020d 0001 04"),
        is(SarTotalSegments(3), "020e 0001 03"),
        is(SarSegmentSeqnum(2), "020f 0001 02"),
        is(
            ScInterfaceVersion(InterfaceVersion::SMPP_5_0),
            "0210 0001 50",
        ),
        is(
            CallbackNumPresInd::new(
                Presentation::NUMBER_NOT_AVAILABLE,
                Screening::VERIFIED_AND_PASSED,
            ),
            "0302 0001 09",
        ),
        is(
            CallbackNumAtag::new(DataCoding::LATIN_1, b"Bob", buffer()).unwrap(),
            "0303 0004 03426f62",
        ),
        is(NumberOfMessages(99), "0304 0001 63"),
        is(
            CallbackNum::new(
                DigitMode::ASCII,
                Ton::INTERNATIONAL,
                Npi::NATIONAL,
                b"333",
                buffer(),
            )
            .unwrap(),
            "0381 0006 010108333333",
        ),
        is(DpfResult::SET, "0420 0001 01"),
        is(SetDpf::REQUESTED, "0421 0001 01"),
        is(MsAvailabilityStatus::UNAVAILABLE, "0422 0001 02"),
        is(
            NetworkErrorCode(NetworkError {
                network_type: NetworkErrorType::GSM,
                code: 0x0112,
            }),
            "0423 0003 030112",
        ),
        is(
            MessagePayload(TlvOctets::new(b"hi").unwrap()),
            "0424 0002 6869",
        ),
        is(
            DeliveryFailureReason::TEMPORARY_NETWORK_ERROR,
            "0425 0001 03",
        ),
        is(MoreMessagesToSend::MORE_MESSAGES, "0426 0001 01"),
        is(MessageState(types::MessageState::SKIPPED), "0427 0001 09"),
        is(CongestionState(85), "0428 0001 55"),
        is(UssdServiceOp::USSR_CONFIRM, "0501 0001 12"),
        is(BroadcastChannelIndicator::EXTENDED, "0600 0001 01"),
        is(
            BroadcastContentType {
                network: BroadcastNetworkType::GENERIC,
                service: BroadcastService::MULTI_CATEGORY_SERVICES,
            },
            "0601 0003 000100",
        ),
        is(BroadcastContentTypeInfo(octets_of(b"x")), "0602 0001 78"),
        is(BroadcastMessageClass::CLASS_2, "0603 0001 02"),
        is(BroadcastRepNum(300), "0604 0002 012c"),
        is(
            BroadcastFrequencyInterval {
                unit: FrequencyUnit::MINUTES,
                number: 31,
            },
            "0605 0003 09001f",
        ),
        is(
            BroadcastAreaIdentifier::new(BroadcastAreaFormat::ALIAS_NAME, b"Area1", buffer())
                .unwrap(),
            "0606 0006 004172656131",
        ),
        is(
            BroadcastErrorStatus(CommandStatus::ESME_RINVBCASTAREAFMT),
            "0607 0004 00000109",
        ),
        is(BroadcastAreaSuccess(90), "0608 0001 5a"),
        is(
            BroadcastEndTime::new(Time::new(b"260101120000000+").unwrap(), buffer()).unwrap(),
            "0609 0011 3236303130313132303030303030302b 00",
        ),
        is(
            BroadcastServiceGroup(octets_of(b"police")),
            "060a 0006 706f6c696365",
        ),
        is(
            BillingIdentification::new(0x80, b"A1", buffer()).unwrap(),
            "060b 0003 804131",
        ),
        is(
            SourceNetworkId(NetworkId::new(c"120201").unwrap()),
            "060d 0007 31323032303100",
        ),
        is(
            DestNetworkId(NetworkId::new(c"120205").unwrap()),
            "060e 0007 31323032303500",
        ),
        is(SourceNodeId(octets_of(b"000001")), "060f 0006 303030303031"),
        is(DestNodeId(octets_of(b"000002")), "0610 0006 303030303032"),
        is(DestAddrNpResolution::PORTED, "0611 0001 02"),
        is(
            DestAddrNpInformation(octets_of(b"2025550123")),
            "0612 000a 32303235353530313233",
        ),
        is(DestAddrNpCountry(octets_of(b"1")), "0613 0001 31"),
        is(DisplayTime::INVOKE, "1201 0001 02"),
        is(SmsSignal(0x0102), "1203 0002 0102"),
        is(
            MsValidity::for_period(ValidityPeriod {
                unit: ValidityUnit::YEARS,
                number: 258,
            }),
            "1204 0004 04060102",
        ),
        is(
            AlertOnMessageDelivery(Some(AlertPriority::HIGH)),
            "130c 0001 03",
        ),
        is(ItsReplyType::CONTINUE, "1380 0001 08"),
        is(ItsSessionInfo::new(3, 127, true).unwrap(), "1383 0002 03ff"),
    ];
    assert_eq!(tags.len(), 64);
    let tags: BTreeSet<_> = tags.into_iter().collect();
    assert_eq!(tags, TlvTag::ALL.iter().copied().collect());
}

fn octets_of<const MIN: u16, const MAX: u16>(
    octets: &'static [u8],
) -> TlvOctetString<'static, MIN, MAX> {
    TlvOctetString::new(octets).unwrap()
}

#[test]
fn the_other_forms() {
    is(
        MsValidity::from(ValidityBehaviour::POWER_DOWN),
        "1204 0001 01",
    );
    is(AlertOnMessageDelivery(None), "130c 0000");
    is(BroadcastAreaSuccess::NOT_AVAILABLE, "0608 0001 ff");
    is(
        MsMsgWaitFacilities::new(WaitingMessage::FAX, false),
        "0030 0001 01",
    );
    is(ItsSessionInfo::new(0, 1, false).unwrap(), "1383 0002 0002");
    // Without its NUL.
    let frame = submit(&[Tlv::new(TlvTag::BROADCAST_END_TIME, b"260101120000000+").unwrap()]);
    let read = frame.decode_with::<SubmitSm<'_>>(&Quirks::STRICT).unwrap();
    let end: BroadcastEndTime<'_> = read.pdu.tlvs.find().unwrap();
    assert_eq!(end.time(), Time::new(b"260101120000000+").ok());
}

#[test]
fn parts_are_read() {
    let (a, b, c, d) = (&unhex("a03132"), b"\x01\x05\x09Bob", b"\x08\0A", b"\x02xy");
    let subaddress = DestSubaddress::from_octets(a).unwrap().0;
    assert_eq!(subaddress.kind(), SubaddressType::USER_SPECIFIED);
    assert_eq!(subaddress.address(), b"12");
    let number = CallbackNum::from_octets(b).unwrap();
    assert_eq!(number.digit_mode(), DigitMode::ASCII);
    assert_eq!(
        (number.ton(), number.npi()),
        (Ton::ALPHANUMERIC, Npi::PRIVATE)
    );
    assert_eq!(number.digits(), b"Bob");
    let name = CallbackNumAtag::from_octets(c).unwrap();
    assert_eq!(
        (name.data_coding(), name.characters()),
        (DataCoding::UCS2, &b"\0A"[..])
    );
    let area = BroadcastAreaIdentifier::from_octets(d).unwrap();
    assert_eq!(
        (area.format(), area.details()),
        (BroadcastAreaFormat::POLYGON, &b"xy"[..])
    );
    let billing = BillingIdentification::from_octets(d).unwrap();
    assert_eq!((billing.format(), billing.data()), (2, &b"xy"[..]));
    let session = ItsSessionInfo::from_octets(&[9, 0b0000_0111]).unwrap();
    assert_eq!(session.session_number, 9);
    assert_eq!(
        (session.sequence_number(), session.ends_session()),
        (3, true)
    );
    let shown = CallbackNumPresInd(0b0000_0111);
    assert_eq!(shown.presentation(), Presentation::PRESENTATION_RESTRICTED);
    assert_eq!(shown.screening(), Screening::NETWORK_PROVIDED);
    let waiting = MsMsgWaitFacilities(0b1000_0011);
    assert_eq!(
        (waiting.kind(), waiting.is_active()),
        (WaitingMessage::OTHER, true)
    );
    assert_eq!(BroadcastAreaSuccess(100).percent(), Some(100));
    assert_eq!(BroadcastAreaSuccess(101).percent(), None);
    assert_eq!(BroadcastAreaSuccess::NOT_AVAILABLE.percent(), None);
}

#[test]
fn names_are_printed() {
    for (value, printed) in [
        (&UssdServiceOp::USSR_REQUEST as &dyn Debug, "USSR_REQUEST"),
        (&UssdServiceOp(99), "0x63"),
        (
            &DestAddrSubunit(AddrSubunit::EXTERNAL_UNIT_1),
            "DestAddrSubunit(EXTERNAL_UNIT_1)",
        ),
        (&MsMsgWaitFacilities(0x80), "VOICEMAIL on"),
        (
            &CallbackNumPresInd(4),
            "PRESENTATION_RESTRICTED NOT_SCREENED",
        ),
        (
            &CallbackNum::from_octets(b"\x01\x01\x0133").unwrap(),
            "ASCII INTERNATIONAL ISDN b\"33\"",
        ),
        (
            &CallbackNumAtag::from_octets(b"\x03Bob").unwrap(),
            "LATIN_1 b\"Bob\"",
        ),
        (
            &BroadcastAreaIdentifier::from_octets(b"\0Area1").unwrap(),
            "ALIAS_NAME b\"Area1\"",
        ),
        (
            &BillingIdentification::from_octets(b"\x80A").unwrap(),
            "0x80 b\"A\"",
        ),
    ] {
        assert_eq!(format!("{value:?}"), printed);
    }
}

#[test]
fn a_value_that_the_wire_cannot_hold_cannot_be_made() {
    let too_short = |min, had| Err(ValueError::TooShort { min, had });
    let too_long = |max, had| Err(ValueError::TooLong { max, had });
    let long = [b'1'; 1024];
    let c_string = std::ffi::CString::new([b'1'; 256]).unwrap();

    let subaddress = |address: &[u8]| {
        Subaddress::new(SubaddressType::NSAP_EVEN, address, buffer()).map(|it| it.address().len())
    };
    assert_eq!(subaddress(b""), too_short(2, 1));
    assert_eq!(subaddress(&long[..22]), Ok(22));
    assert_eq!(subaddress(&long[..23]), too_long(23, 24));

    let number = |digits: &[u8]| {
        CallbackNum::new(
            DigitMode::DTMF,
            Ton::UNKNOWN,
            Npi::UNKNOWN,
            digits,
            buffer(),
        )
        .map(|it| it.digits().len())
    };
    assert_eq!(number(b""), too_short(4, 3));
    assert_eq!(number(&long[..16]), Ok(16));
    assert_eq!(number(&long[..17]), too_long(19, 20));

    let name = |characters: &[u8]| {
        CallbackNumAtag::new(DataCoding::IA5, characters, buffer()).map(|it| it.characters().len())
    };
    assert_eq!(name(b""), Ok(0));
    assert_eq!(name(&long[..64]), Ok(64));
    assert_eq!(name(&long[..65]), too_long(65, 66));

    let area = |details: &[u8]| {
        BroadcastAreaIdentifier::new(BroadcastAreaFormat::POLYGON, details, buffer())
            .map(|it| it.details().len())
    };
    assert_eq!(area(&long[..100]), Ok(100));
    assert_eq!(area(&long[..101]), too_long(101, 102));

    let billing =
        |data: &[u8]| BillingIdentification::new(0, data, buffer()).map(|it| it.data().len());
    assert_eq!(billing(&long[..1023]), Ok(1023));
    assert_eq!(billing(&long), too_long(1024, 1025));

    let node = |octets| TlvOctetString::<6, 6>::new(octets).map(|it| it.as_octets().len());
    assert_eq!(node(&long[..5]), too_short(6, 5));
    assert_eq!(node(&long[..7]), too_long(6, 7));
    let country = |octets| TlvOctetString::<1, 5>::new(octets).map(|it| it.as_octets().len());
    assert_eq!(country(&[]), too_short(1, 0));
    assert_eq!(country(&long[..6]), too_long(5, 6));

    let network = |text| NetworkId::new(text).map(|it| it.as_octets().len());
    assert_eq!(network(c"12345"), too_short(7, 6));
    assert_eq!(network(c"123456"), Ok(6));
    assert_eq!(network(&c_string), too_long(65, 257));
    let text = TlvCString::<256>::new(&c_string).map(|it| it.as_octets().len());
    assert_eq!(text, too_long(256, 257));

    assert_eq!(
        ItsSessionInfo::new(0, 128, false),
        Err(ValueError::OutOfRange { max: 127, had: 128 })
    );
    for time in [Time::NULL, Time::new(b"000001000000000R").unwrap()] {
        let end = BroadcastEndTime::new(time, buffer());
        assert_eq!(end, Err(ValueError::InvalidTime));
    }
}

/// The lengths of the standard, those not named being one octet.
fn lengths() -> BTreeMap<TlvTag, TlvLen> {
    use TlvLen::{Any, Between, Either, Exactly};
    let mut lengths: BTreeMap<_, _> = TlvTag::ALL.iter().map(|&tag| (tag, Exactly(1))).collect();
    lengths.extend([
        (TlvTag::DEST_TELEMATICS_ID, Exactly(2)),
        (TlvTag::QOS_TIME_TO_LIVE, Exactly(4)),
        (TlvTag::ADDITIONAL_STATUS_INFO_TEXT, Between(1, 256)),
        (TlvTag::RECEIPTED_MESSAGE_ID, Between(1, 65)),
        (TlvTag::SOURCE_SUBADDRESS, Between(2, 23)),
        (TlvTag::DEST_SUBADDRESS, Between(2, 23)),
        (TlvTag::USER_MESSAGE_REFERENCE, Exactly(2)),
        (TlvTag::SOURCE_PORT, Exactly(2)),
        (TlvTag::DESTINATION_PORT, Exactly(2)),
        (TlvTag::SAR_MSG_REF_NUM, Exactly(2)),
        (TlvTag::CALLBACK_NUM_ATAG, Between(1, 65)),
        (TlvTag::CALLBACK_NUM, Between(4, 19)),
        (TlvTag::NETWORK_ERROR_CODE, Exactly(3)),
        (TlvTag::MESSAGE_PAYLOAD, Any),
        (TlvTag::BROADCAST_CONTENT_TYPE, Exactly(3)),
        (TlvTag::BROADCAST_CONTENT_TYPE_INFO, Between(1, 255)),
        (TlvTag::BROADCAST_REP_NUM, Exactly(2)),
        (TlvTag::BROADCAST_FREQUENCY_INTERVAL, Exactly(3)),
        (TlvTag::BROADCAST_AREA_IDENTIFIER, Between(1, 101)),
        (TlvTag::BROADCAST_ERROR_STATUS, Exactly(4)),
        (TlvTag::BROADCAST_END_TIME, Either(16, 17)),
        (TlvTag::BROADCAST_SERVICE_GROUP, Between(1, 255)),
        (TlvTag::BILLING_IDENTIFICATION, Between(1, 1024)),
        (TlvTag::SOURCE_NETWORK_ID, Between(7, 65)),
        (TlvTag::DEST_NETWORK_ID, Between(7, 65)),
        (TlvTag::SOURCE_NODE_ID, Exactly(6)),
        (TlvTag::DEST_NODE_ID, Exactly(6)),
        (TlvTag::DEST_ADDR_NP_INFORMATION, Exactly(10)),
        (TlvTag::DEST_ADDR_NP_COUNTRY, Between(1, 5)),
        (TlvTag::SMS_SIGNAL, Exactly(2)),
        (TlvTag::MS_VALIDITY, Either(1, 4)),
        (TlvTag::ALERT_ON_MESSAGE_DELIVERY, Either(0, 1)),
        (TlvTag::ITS_SESSION_INFO, Exactly(2)),
    ]);
    lengths
}

#[test]
fn a_wrong_length_is_kept_in_lenient_mode_and_refused_in_strict_mode() {
    for (tag, needed) in lengths() {
        assert_eq!(tag.value_len(), needed, "{tag}");
        for len in 0..1030_u16 {
            let mut value = vec![b'1'; usize::from(len)];
            // What the C-octet strings must end in does no harm to the others.
            if let Some(last) = value.last_mut() {
                *last = 0;
            }
            let frame = submit(&[Tlv::new(tag, &value).unwrap()]);
            let strict = frame.decode_with::<SubmitSm<'_>>(&Quirks::STRICT);
            let lenient = frame.decode_with::<SubmitSm<'_>>(&Quirks::LENIENT).unwrap();
            let kept = lenient.pdu.tlvs.iter().next().unwrap();
            assert_eq!((kept.tag(), kept.value()), (tag, &value[..]));
            if needed.allows(value.len()) {
                assert!(
                    strict.is_ok() && lenient.tolerated.is_empty(),
                    "{tag} {len}"
                );
                continue;
            }
            let error = strict.unwrap_err();
            let had = u32::from(len);
            assert_eq!(error.kind(), DecodeErrorKind::TlvLength { needed, had });
            assert_eq!(error.field(), tag.name().unwrap());
            assert_eq!(error.offset(), OFFSET);
            assert_eq!(error.command_status(), CommandStatus::ESME_RINVTLVLEN);
            let tolerated = lenient.tolerated.iter().next().unwrap();
            assert_eq!(tolerated.what, Tolerance::TlvLength);
            assert_eq!((tolerated.field, tolerated.offset), (error.field(), OFFSET));
        }
    }
}

#[test]
fn the_error_tells_the_lengths() {
    for (tag, message) in [
        (
            TlvTag::MS_VALIDITY,
            "the value of this TLV has 1 or 4 octets, had 2",
        ),
        (
            TlvTag::CALLBACK_NUM,
            "the value of this TLV has 4 to 19 octets, had 2",
        ),
        (
            TlvTag::QOS_TIME_TO_LIVE,
            "the value of this TLV has 4 octets, had 2",
        ),
    ] {
        let frame = submit(&[Tlv::new(tag, b"\0\0").unwrap()]);
        let error = frame
            .decode_with::<SubmitSm<'_>>(&Quirks::STRICT)
            .unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("{tag} at octet {OFFSET}: {message}")
        );
    }
}

#[test]
fn a_c_octet_string_ends_in_nul() {
    for tag in [
        TlvTag::ADDITIONAL_STATUS_INFO_TEXT,
        TlvTag::RECEIPTED_MESSAGE_ID,
        TlvTag::SOURCE_NETWORK_ID,
        TlvTag::DEST_NETWORK_ID,
    ] {
        let frame = submit(&[Tlv::new(tag, b"1202011").unwrap()]);
        let error = frame
            .decode_with::<SubmitSm<'_>>(&Quirks::STRICT)
            .unwrap_err();
        assert_eq!(error.kind(), DecodeErrorKind::TlvWithoutNul, "{tag}");
        let lenient = frame.decode_with::<SubmitSm<'_>>(&Quirks::LENIENT).unwrap();
        assert_eq!(
            lenient.tolerated.iter().next().unwrap().what,
            Tolerance::MissingNul
        );
    }
}

#[test]
fn repeats_are_found_in_order() {
    let (one, two) = (b"\x01\x01\x011", b"\x01\x01\x012");
    let list = [
        Tlv::new(TlvTag::CALLBACK_NUM, one).unwrap(),
        SarMsgRefNum(7).into(),
        // Too short to be a number.
        Tlv::new(TlvTag::CALLBACK_NUM, b"\x01").unwrap(),
        Tlv::new(TlvTag::CALLBACK_NUM, two).unwrap(),
    ];
    let frame = submit(&list);
    let read: SubmitSm<'_> = frame.decode().unwrap();
    for tlvs in [Tlvs::new(&list).unwrap(), read.tlvs] {
        let digits = tlvs.find_all::<CallbackNum<'_>>().map(|it| it.digits());
        assert_eq!(digits.collect::<Vec<_>>(), [b"1", b"2"]);
        assert_eq!(tlvs.find_all::<SarTotalSegments>().count(), 0);
    }
}

/// `octets` read as the type of `tag` and written back; none when it does not read them.
fn rewritten(tag: TlvTag, octets: &[u8]) -> Option<Vec<u8>> {
    fn by<'a, T: TypedTlv<'a> + Debug>(octets: &'a [u8]) -> Option<Vec<u8>> {
        let typed = T::from_octets(octets)?;
        let _ = format!("{typed:?}");
        Some(Tlv::from(typed).value().to_vec())
    }
    macro_rules! by_type {
        ($($name:ident)*) => {
            match tag {
                $( <$name as TypedTlv<'_>>::TAG => by::<$name>(octets), )*
                other => panic!("{other} has no type here"),
            }
        };
    }
    by_type!(
        DestAddrSubunit DestNetworkType DestBearerType DestTelematicsId SourceAddrSubunit
        SourceNetworkType SourceBearerType SourceTelematicsId QosTimeToLive PayloadType
        AdditionalStatusInfoText ReceiptedMessageId MsMsgWaitFacilities PrivacyIndicator
        SourceSubaddress DestSubaddress UserMessageReference UserResponseCode SourcePort
        DestinationPort SarMsgRefNum LanguageIndicator SarTotalSegments SarSegmentSeqnum
        ScInterfaceVersion CallbackNumPresInd CallbackNumAtag NumberOfMessages CallbackNum
        DpfResult SetDpf MsAvailabilityStatus NetworkErrorCode MessagePayload
        DeliveryFailureReason MoreMessagesToSend MessageState CongestionState UssdServiceOp
        BroadcastChannelIndicator BroadcastContentType BroadcastContentTypeInfo
        BroadcastMessageClass BroadcastRepNum BroadcastFrequencyInterval BroadcastAreaIdentifier
        BroadcastErrorStatus BroadcastAreaSuccess BroadcastEndTime BroadcastServiceGroup
        BillingIdentification SourceNetworkId DestNetworkId SourceNodeId DestNodeId
        DestAddrNpResolution DestAddrNpInformation DestAddrNpCountry DisplayTime SmsSignal
        MsValidity AlertOnMessageDelivery ItsReplyType ItsSessionInfo
    )
}

#[test]
fn every_value_of_one_octet_survives() {
    for &tag in TlvTag::ALL {
        if tag.value_len().allows(1) {
            for octet in 0..=255 {
                assert_eq!(rewritten(tag, &[octet]), Some(vec![octet]), "{tag}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// No type loses an octet, and each reads whatever has a length of the standard.
    #[test]
    fn any_octets_come_back(
        tag in select(TlvTag::ALL),
        octets in prop_oneof![
            prop::collection::vec(any::<u8>(), 0..8),
            prop::collection::vec(any::<u8>(), 0..1100),
        ],
    ) {
        match rewritten(tag, &octets) {
            Some(again) => prop_assert_eq!(again, octets),
            None => prop_assert!(!tag.value_len().allows(octets.len())),
        }
    }
}
