//! What holds for any octets and any values.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

mod common;

use bytes::BytesMut;
use common::{WELLFORMED, lines, octets};
use proptest::prelude::*;
use proptest::sample::select;
use smsgw_smpp::pdu::{Body as _, SubmitSm};
use smsgw_smpp::receipt::{DateTime, IdMatch, IdOrigin, Receipt};
use smsgw_smpp::tlv::{SarMsgRefNum, Tlv, TlvTag, Tlvs, UserMessageReference};
use smsgw_smpp::types::{
    AbsoluteTime, Address, COctetString, DataCoding, EsmClass, Npi, PriorityFlag,
    RegisteredDelivery, RelativeTime, ReplaceIfPresentFlag, ShortMessage, Time, Ton,
};
use smsgw_smpp::value::{Value, Visitor};
use smsgw_smpp::{CommandStatus, DecodeError, Frame, Pdu, Quirks, SequenceNumber};

/// Adds up the octets that the fields say they take.
struct Size(usize);

impl Visitor for Size {
    fn value(&mut self, _name: &'static str, size: usize, _value: Value<'_>) {
        self.0 += size;
    }
    fn begin_list(&mut self, _name: &'static str) {}
    fn begin_item(&mut self) {}
    fn end_item(&mut self) {}
    fn end_list(&mut self) {}
}

/// Reads all there is to read and checks what must hold of any frame.
fn examine(frame: &Frame) -> Result<(), TestCaseError> {
    for quirks in [Quirks::STRICT, Quirks::SESSION, Quirks::LENIENT] {
        match frame.pdu_with(&quirks) {
            Ok(read) => {
                let mut size = Size(0);
                read.pdu.visit(&mut size);
                let tlvs = read.pdu.tlvs();
                let tlvs_size: usize = tlvs.iter().map(|tlv| tlv.size()).sum();
                let told = size.0 + tlvs_size + tlvs.trailing().len();
                let mut out = BytesMut::new();
                read.pdu
                    .encode(frame.command_status(), frame.sequence_number(), &mut out);
                if read.pdu.fields().is_some() {
                    prop_assert_eq!(told + 16, out.len());
                }
                prop_assert_eq!(&out[..4], &(out.len() as u32).to_be_bytes());
                let again = Frame::copy_from(&out).unwrap();
                let nul_added = out.len() > frame.octets().len();
                if nul_added {
                    prop_assert!(!read.tolerated.is_empty());
                } else {
                    prop_assert_eq!(again.octets(), frame.octets());
                }
                prop_assert_eq!(again.pdu(), Ok(read.pdu));
                let _ = format!("{frame:?} {:?}", read.tolerated);
            }
            Err(error) => {
                prop_assert!(error.offset() as usize <= frame.octets().len());
                prop_assert!(!error.command_status().is_ok());
                let _ = error.to_string();
            }
        }
    }
    Ok(())
}

fn with_length(mut octets: Vec<u8>) -> Vec<u8> {
    let len = octets.len() as u32;
    octets[..4].copy_from_slice(&len.to_be_bytes());
    octets
}

/// A well-formed PDU with a few octets changed, put in or taken out of its body, and now and then
/// cut; its length is right.
fn mutant() -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<_> = lines(WELLFORMED).iter().map(octets).collect();
    let change = (any::<prop::sample::Index>(), any::<u8>(), 0..3u8);
    (
        select(seeds),
        prop::collection::vec(change, 1..5),
        prop::option::of(any::<prop::sample::Index>()),
    )
        .prop_map(|(mut octets, changes, cut)| {
            for (at, octet, how) in changes {
                let at = 4 + at.index(octets.len() - 4);
                match how {
                    0 => octets[at] = octet,
                    1 if at >= 16 => octets.insert(at, octet),
                    2 if at >= 16 => drop(octets.remove(at)),
                    _ => {}
                }
            }
            if let Some(cut) = cut {
                octets.truncate(16 + cut.index(octets.len() - 15));
            }
            with_length(octets)
        })
}

prop_compose! {
    fn c_string(most: usize)(octets in prop::collection::vec(1..=255u8, 0..=most)) -> Vec<u8> {
        octets
    }
}

fn address<'a, const MAX: usize>((ton, npi, digits): &'a (u8, u8, Vec<u8>)) -> Address<'a, MAX> {
    Address {
        ton: Ton(*ton),
        npi: Npi(*npi),
        digits: COctetString::new(digits).unwrap(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_octets_as_a_stream(octets: Vec<u8>) {
        let mut buffer = BytesMut::from(&octets[..]);
        while let Ok(Some(frame)) = Frame::split_from(&mut buffer, Frame::DEFAULT_MAX_LEN) {
            examine(&frame)?;
        }
        let _ = Frame::copy_from(&octets);
    }

    #[test]
    fn any_octets_as_the_body_of_any_command(
        command_id in select(smsgw_smpp::CommandId::ALL),
        body in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..200),
    ) {
        let mut octets = vec![0; 16];
        octets[4..8].copy_from_slice(&command_id.0.to_be_bytes());
        octets.extend(body);
        examine(&Frame::copy_from(&with_length(octets)).unwrap())?;
    }

    #[test]
    fn an_odd_pdu_never_touches_the_next(octets in mutant()) {
        let next = b"\0\0\0\x10\0\0\0\x15\0\0\0\0\0\0\0\x01";
        let mut buffer = BytesMut::from(&octets[..]);
        buffer.extend_from_slice(next);
        let frame = Frame::split_from(&mut buffer, Frame::DEFAULT_MAX_LEN).unwrap().unwrap();
        prop_assert_eq!(frame.octets(), &octets);
        examine(&frame)?;
        prop_assert_eq!(&buffer[..], next);
    }

    #[test]
    fn a_cut_pdu_is_never_whole(octets in mutant(), at: prop::sample::Index) {
        let mut buffer = BytesMut::from(&octets[..at.index(octets.len())]);
        prop_assert_eq!(Frame::split_from(&mut buffer, Frame::DEFAULT_MAX_LEN), Ok(None));
    }

    #[test]
    fn what_was_made_is_read(
        service_type in c_string(5),
        source in (any::<u8>(), any::<u8>(), c_string(20)),
        destination in (any::<u8>(), any::<u8>(), c_string(20)),
        flags: [u8; 7],
        seconds in prop::option::of(0..99u64 * 86_400),
        text in prop::collection::vec(any::<u8>(), 0..=255),
        tlvs in prop::collection::vec((any::<u16>(), prop::collection::vec(any::<u8>(), 0..300)), 0..5),
        (status, sequence) in any::<(u32, u32)>(),
    ) {
        let time = seconds.map(|seconds| RelativeTime::new(core::time::Duration::from_secs(seconds)));
        let [esm_class, protocol_id, priority, registered, replace, coding, msg_id] = flags;
        let mut list: Vec<Tlv<'_>> = vec![SarMsgRefNum(7).into()];
        list.extend(tlvs.iter().map(|(tag, value)| Tlv::new(TlvTag(*tag), value).unwrap()));
        list.push(UserMessageReference(300).into());
        let submit = SubmitSm {
            service_type: COctetString::new(&service_type).unwrap(),
            source_addr: address(&source),
            destination_addr: address(&destination),
            esm_class: EsmClass(esm_class),
            protocol_id,
            priority_flag: PriorityFlag(priority),
            schedule_delivery_time: time.as_ref().map_or(Time::NULL, RelativeTime::as_time),
            validity_period: Time::NULL,
            registered_delivery: RegisteredDelivery(registered),
            replace_if_present_flag: ReplaceIfPresentFlag(replace),
            data_coding: DataCoding(coding),
            sm_default_msg_id: msg_id,
            short_message: ShortMessage::new(&text).unwrap(),
            tlvs: Tlvs::new(&list).unwrap(),
        };
        let frame = submit.to_frame(CommandStatus(status), SequenceNumber(sequence));
        let mut out = BytesMut::new();
        submit.encode(CommandStatus(status), SequenceNumber(sequence), &mut out);
        prop_assert_eq!(frame.octets(), &out[..]);
        prop_assert_eq!(frame.command_status(), CommandStatus(status));
        prop_assert_eq!(frame.sequence_number(), SequenceNumber(sequence));
        let read: Result<SubmitSm<'_>, DecodeError> = frame.decode();
        prop_assert_eq!(read, Ok(submit));
        prop_assert_eq!(frame.pdu(), Ok(Pdu::SubmitSm(submit)));
    }

    #[test]
    fn any_time_is_absolute_or_relative(text in "[0-9]{15}[-+R]|[0-2]{15}[-+R]") {
        if let Ok(time) = Time::new(text.as_bytes()) {
            let parts = time.components().unwrap();
            prop_assert_eq!(parts.utc_offset.is_none(), text.ends_with('R'));
            prop_assert_eq!(time.relative().is_some(), text.ends_with('R'));
            // Not all days that can be written exist.
            prop_assert!(time.absolute().is_none() || time.relative().is_none());
        }
    }

    #[test]
    fn an_absolute_time_comes_back(
        tenths in 9_467_280_000..41_024_016_000u64,
        utc_offset in -48..=48i8,
    ) {
        let instant = core::time::Duration::from_millis(tenths * 100);
        let time = AbsoluteTime::new(instant, utc_offset).unwrap();
        prop_assert_eq!(time.as_time().absolute(), Some(instant));
        prop_assert_eq!(time.as_time().components().unwrap().utc_offset, Some(utc_offset));
        prop_assert_eq!(Time::new(time.as_time().as_octets()), Ok(time.as_time()));
    }

    #[test]
    fn any_octets_as_a_receipt(octets: Vec<u8>, words in "((id|ID|stat|submit date|done_date|text|x)?[ :;,]*[0-9a-z]{0,14}){0,8}") {
        for text in [&octets[..], words.as_bytes()] {
            let receipt = Receipt::parse(text);
            let _ = (receipt.state(), receipt.to_string());
        }
    }

    #[test]
    fn a_receipt_comes_back(
        id in "[0-9a-zA-Z-]{1,64}",
        (sub, dlvrd) in ("[0-9]{1,3}", "[0-9]{1,3}"),
        date in (2000..2100u16, 1..=12u8, 1..=28u8, 0..24u8, 0..60u8),
        stat in "[A-Z]{1,10}",
        err in prop::option::of("[0-9A-Z_]{1,10}"),
        text in prop::option::of("\\PC{0,20}"),
    ) {
        let (year, month, day, hour, minute) = date;
        let receipt = Receipt {
            id: Some(id.into()),
            sub: Some(sub.into()),
            dlvrd: Some(dlvrd.into()),
            submit_date: DateTime::new(year, month, day, hour, minute, 0),
            done_date: None,
            stat: Some(stat.into()),
            err: err.map(Into::into),
            text: text.map(Into::into),
        };
        let written = receipt.to_string();
        prop_assert_eq!(Receipt::parse(written.as_bytes()), receipt);
    }

    /// Two ids match when their normal forms are the same; and without bases, where both sides
    /// are read alike, that is an equivalence.
    #[test]
    fn ids_match_by_their_normal_form(
        ids in prop::array::uniform3("0{0,2}[0-9a-cA-C-]{0,2}"),
        policy in id_policies(),
    ) {
        let [a, b, c] = &ids;
        let key = |origin, id| policy.normalise(origin, id);
        let (response, receipt) = (key(IdOrigin::Response, a), key(IdOrigin::Receipt, b));
        prop_assert_eq!(policy.matches(a, b), response == receipt);

        let alike = [IdMatch::EXACT, IdMatch::EXACT.ignoring_case()];
        for policy in alike.into_iter().flat_map(|it| [it, it.ignoring_zeros()]) {
            prop_assert!(policy.matches(a, a));
            prop_assert_eq!(policy.matches(a, b), policy.matches(b, a));
            prop_assert!(!(policy.matches(a, b) && policy.matches(b, c)) || policy.matches(a, c));
            let key = policy.normalise(IdOrigin::Response, a);
            prop_assert!(policy.matches(a, &key));
            prop_assert_eq!(policy.normalise(IdOrigin::Response, &key), &key[..]);
        }
    }

    #[test]
    fn a_number_matches_itself_in_the_other_base(number: u128, zeros in 0..20usize, upper: bool) {
        let hex = if upper { format!("{number:X}") } else { format!("{number:x}") };
        let decimal = number.to_string();
        let padded = |id: &str| "0".repeat(zeros) + id;
        for (hex, decimal) in [(hex.clone(), padded(&decimal)), (padded(&hex), decimal)] {
            let policy = IdMatch::EXACT.hex_to_decimal();
            prop_assert!(policy.matches(&hex, &decimal));
            prop_assert_eq!(policy.normalise(IdOrigin::Response, &hex), number.to_string());
            prop_assert!(IdMatch::EXACT.decimal_to_hex().matches(&decimal, &hex));
            let other = number.wrapping_add(1).to_string();
            prop_assert!(!policy.matches(&hex, &other));
        }
    }
}

fn id_policies() -> impl Strategy<Value = IdMatch> {
    let bases = [
        IdMatch::EXACT,
        IdMatch::EXACT.hex_to_decimal(),
        IdMatch::EXACT.decimal_to_hex(),
    ];
    (select(bases.to_vec()), any::<[bool; 2]>()).prop_map(|(mut policy, [case, zeros])| {
        if case {
            policy = policy.ignoring_case();
        }
        if zeros {
            policy = policy.ignoring_zeros();
        }
        policy
    })
}
