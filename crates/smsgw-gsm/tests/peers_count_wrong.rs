//! Lengths that do not fit: which of them are let through, and which never are.

#![allow(clippy::unwrap_used, reason = "tests state what must hold")]

mod support;

use smsgw_gsm::tpdu::{Context, ModemPdu, Tpdu};
use smsgw_gsm::{DecodeError, DecodeErrorKind, Decoded, Quirks, Tolerance};
use support::unhex;

fn lenient(octets: &[u8], context: Context) -> Result<Decoded<ModemPdu<'_>>, DecodeError> {
    ModemPdu::decode_with(octets, context, &Quirks::LENIENT)
}

/// Refused by strict reading, and let through for this alone; gives what was read.
fn only(what: Tolerance, octets: &[u8], context: Context) -> ModemPdu<'_> {
    ModemPdu::decode_with(octets, context, &Quirks::STRICT).unwrap_err();
    let decoded = lenient(octets, context).unwrap();
    let tolerated: Vec<_> = decoded.tolerated.iter().map(|fault| fault.what).collect();
    assert_eq!(tolerated, [what]);
    assert_eq!(decoded.pdu.to_vec(), octets);
    decoded.pdu
}

/// As in a test of python-gsmmodem: TP-UDL is 160, as for GSM 7-bit, and 10 octets follow.
#[test]
fn user_data_counted_as_if_it_were_septets() {
    let input = unhex("0041010B910661345542F60008A0050003000301306F3044");
    let strict = ModemPdu::decode_with(&input, Context::MS_TO_SC, &Quirks::STRICT).unwrap_err();
    assert_eq!((strict.field, strict.offset), ("TP-UD", 14));

    let pdu = only(Tolerance::TruncatedUserData, &input, Context::MS_TO_SC);
    let user_data = pdu.tpdu.user_data().unwrap();
    assert_eq!(user_data.text().as_deref(), Some("はい"));
    assert_eq!((user_data.udl(), user_data.octets().len()), (160, 10));
    assert_eq!(pdu.tpdu.address().unwrap().to_string(), "+60164355246");
}

/// The test itself: there the number of digits counts the fill too.
#[test]
fn digits_counted_with_their_fill() {
    let input = unhex("0041010C910661345542F60008A0050003000301306F3044");
    ModemPdu::decode_with(&input, Context::MS_TO_SC, &Quirks::STRICT).unwrap_err();
    let decoded = lenient(&input, Context::MS_TO_SC).unwrap();
    let tolerated: Vec<_> = decoded.tolerated.iter().map(|fault| fault.what).collect();
    assert_eq!(
        tolerated,
        [Tolerance::OddValue, Tolerance::TruncatedUserData]
    );
    let tpdu = decoded.pdu.tpdu;
    assert_eq!(tpdu.address().unwrap().to_string(), "+60164355246");
    let text = tpdu.user_data().unwrap().text();
    assert_eq!(text.as_deref(), Some("はい"));
    assert_eq!(decoded.pdu.to_vec(), input);
}

#[test]
fn user_data_beyond_every_alphabet_is_refused() {
    let head = "0001000B911346610089F600";
    let refused = |coding: &str, udl: u8, there: usize| {
        let mut input = unhex(head);
        input.extend(unhex(coding));
        input.push(udl);
        input.resize(input.len() + there, 0x41);
        let error = lenient(&input, Context::MS_TO_SC).unwrap_err();
        assert!(matches!(error.kind, DecodeErrorKind::TooLong { .. }));
        assert_eq!((error.field, error.offset), ("TP-UDL", 13));
    };
    for there in [0, 10, 140, 141, 255] {
        refused("00", 161, there);
        refused("04", 161, there);
        refused("08", 255, there);
    }
    refused("04", 141, 141);
    refused("08", 160, 160);
}

/// `07` with the filled-up digits of a shorter number.
#[test]
fn service_centre_shorter_than_its_length() {
    let input =
        unhex("0791214365FFFFFF040B911346610089F60000208062917314080CC8F71D14969741F977FD07");
    let pdu = only(Tolerance::ShortServiceCentre, &input, Context::SC_TO_MS);
    assert_eq!(pdu.service_centre.unwrap().to_string(), "+123456");
    assert_eq!(
        pdu.tpdu.user_data().unwrap().text().as_deref(),
        Some("How are you?")
    );
}

/// An F with digits after it is no fill: here the length counts digits, and takes five octets of
/// the TPDU.
#[test]
fn service_centre_longer_than_its_number_is_refused() {
    let input = unhex("0B911356131313F321000A91602143658700000CC8F71D14969741F977FD07");
    for quirks in [Quirks::STRICT, Quirks::LENIENT] {
        let error = ModemPdu::decode_with(&input, Context::MS_TO_SC, &quirks).unwrap_err();
        assert_eq!((error.field, error.offset), ("SCA", 0));
        assert_eq!(error.kind, DecodeErrorKind::NotDecimal { value: 0xF });
    }
}

#[test]
fn one_octet_after_the_end_is_no_padding() {
    let tpdu = unhex("040B911346610089F60000208062917314080CC8F71D14969741F977FD07");
    let with = |after: &[u8]| [&tpdu, after].concat();
    for after in [&[0xFF][..], &[0x00], &[0xFF, 0x00], &[0x00, 0xFF, 0xFF]] {
        let input = with(after);
        let error = Tpdu::decode(&input, Context::SC_TO_MS).unwrap_err();
        let had = after.len();
        assert_eq!(error.kind, DecodeErrorKind::TrailingOctets { had });
    }
    let record = with(&[0xFF; 20]);
    let decoded = Tpdu::decode_with(&record, Context::SC_TO_MS, &Quirks::LENIENT).unwrap();
    let tolerated: Vec<_> = decoded.tolerated.iter().map(|fault| fault.what).collect();
    assert_eq!(tolerated, [Tolerance::Padding]);
    Tpdu::decode_with(&record, Context::SC_TO_MS, &Quirks::STRICT).unwrap_err();
}
