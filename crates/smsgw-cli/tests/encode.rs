//! `smsgw encode` from outside: what decode prints comes back, what cannot be keeps its line.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "tests state what must hold"
)]

use std::process::Output;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value as Json, json};
use smsgw_smpp::{CommandId, DeliveryReceipt, Frame};

use crate::tool::{json_lines, smsgw};

#[path = "support/tool.rs"]
mod tool;

const WELLFORMED: &str = include_str!("../../smsgw-smpp/tests/vectors/wellformed.jsonl");
const RECEIPTS: &str = include_str!("../../smsgw-smpp/tests/vectors/receipts.jsonl");
const MALFORMED: &str = include_str!("../../smsgw-smpp/tests/vectors/malformed.jsonl");

fn lines(output: &Output) -> Vec<String> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The hex of each line of a file of vectors.
fn pdus(file: &str) -> Vec<String> {
    let vectors = json_lines(file).into_iter();
    let hex = |vector: Json| vector["hex"].as_str().map(str::to_owned);
    vectors.filter_map(hex).collect()
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    let pairs = hex
        .as_bytes()
        .chunks(2)
        .map(|pair| str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

/// Decodes and encodes every line; gives how many could be, after a look at each.
fn there_and_back(kind: &str, mode: &str, pdus: &[String]) -> usize {
    let decoded = smsgw(&["decode", kind, "--json", mode], &pdus.join("\n"));
    let encoded = smsgw(
        &["encode", kind, mode],
        str::from_utf8(&decoded.stdout).unwrap(),
    );
    let (decoded, encoded) = (lines(&decoded), lines(&encoded));
    assert_eq!((decoded.len(), encoded.len()), (pdus.len(), pdus.len()));
    let mut read = 0;
    for ((pdu, json), again) in pdus.iter().zip(decoded).zip(encoded) {
        if json.starts_with(r#"{"error""#) {
            assert!(
                again.starts_with(r#"{"error":{"kind":"not_decoded""#),
                "{again}"
            );
        } else {
            assert_eq!(*pdu, again, "{json}");
            read += 1;
        }
    }
    read
}

/// The error of a line that cannot be encoded.
fn refused(kind: &str, line: &Json) -> Json {
    // On standard input: it may be longer than an argument can.
    let output = smsgw(&["encode", kind], &line.to_string());
    assert_eq!(output.status.code(), Some(1));
    let answer: Json = serde_json::from_str(&lines(&output)[0]).unwrap();
    answer["error"].clone()
}

fn encoded(kind: &str, line: &Json) -> String {
    let output = smsgw(&["encode", kind, &line.to_string()], "");
    assert!(output.status.success(), "{output:?}");
    lines(&output)[0].clone()
}

#[test]
fn every_vector_comes_back() {
    let (wellformed, receipts) = (pdus(WELLFORMED), pdus(RECEIPTS));
    for mode in ["--strict", "--lenient"] {
        let read = there_and_back("smpp", mode, &wellformed);
        assert!(read == wellformed.len() || mode == "--strict", "{read}");
    }
    assert_eq!(
        there_and_back("smpp", "--lenient", &receipts),
        receipts.len()
    );
    assert_eq!(
        there_and_back("receipt", "--lenient", &receipts),
        receipts.len()
    );
    let malformed = pdus(MALFORMED);
    assert!(there_and_back("smpp", "--lenient", &malformed) > malformed.len() / 4);
}

#[test]
fn the_keys_of_the_vectors_are_enough() {
    for line in WELLFORMED.lines() {
        let vector: Json = serde_json::from_str(line).unwrap();
        if CommandId(vector["expect"]["command_id"].as_u64().unwrap() as u32).is_known() {
            assert_eq!(
                encoded("smpp", &vector["expect"]),
                vector["hex"],
                "{}",
                vector["id"]
            );
        }
    }
}

#[test]
fn what_is_not_there_is_nothing() {
    for (line, hex) in [
        (
            json!({"command": "enquire_link"}),
            "00000010000000150000000000000000",
        ),
        (
            json!({"command_id": 0x15, "command": "unbind", "sequence_number": 2, "fields": {}}),
            "00000010000000150000000000000002",
        ),
        (
            json!({"command": "submit_sm_resp", "command_status": 0x58, "fields": null}),
            "00000010800000040000005800000000",
        ),
        (
            json!({"command": "submit_sm_resp", "fields": {"message_id": null}}),
            "0000001180000004000000000000000000",
        ),
        (
            json!({"command": "0x00000077", "trailing": "FF 00"}),
            "00000012000000770000000000000000ff00",
        ),
        (
            json!({"command": "bind_transceiver_resp", "fields": {"system_id": "é"},
                   "tlvs": [{"name": "sc_interface_version", "value": "34"}, {"tag": 5121}]}),
            "0000001b800000090000000000000000e90002100001341401000 0",
        ),
    ] {
        let hex = hex.replace(' ', "");
        let length = format!("{:08x}", hex.len() / 2);
        assert_eq!(encoded("smpp", &line), length + &hex[8..], "{line}");
    }
}

#[test]
fn what_does_not_fit_names_its_field_and_octet() {
    let submit = |fields: Json| json!({"command": "submit_sm", "fields": fields});
    let dests = |list: Json| json!({"command": "submit_multi", "fields": {"dest_addresses": list}});
    for (line, kind, field, offset) in [
        (
            submit(json!({"service_type": "123456"})),
            "too_long",
            "service_type",
            16,
        ),
        (
            submit(json!({"source_addr": 7})),
            "wrong_type",
            "source_addr",
            19,
        ),
        (
            submit(json!({"source_addr": "Жук"})),
            "wrong_type",
            "source_addr",
            19,
        ),
        (
            submit(json!({"source_addr": "a\u{0}b"})),
            "embedded_nul",
            "source_addr",
            19,
        ),
        (
            submit(json!({"dest_addr_ton": 256})),
            "out_of_range",
            "dest_addr_ton",
            20,
        ),
        (
            submit(json!({"dest_addr_ton": -1})),
            "wrong_type",
            "dest_addr_ton",
            20,
        ),
        (
            submit(json!({"dest_addr_ton": 1.5})),
            "wrong_type",
            "dest_addr_ton",
            20,
        ),
        (
            submit(json!({"esm_class": "0"})),
            "wrong_type",
            "esm_class",
            23,
        ),
        (
            submit(json!({"validity_period": "soon"})),
            "invalid_time",
            "validity_period",
            27,
        ),
        (
            submit(json!({"short_message": "00".repeat(256)})),
            "too_long",
            "short_message",
            32,
        ),
        (
            submit(json!({"short_message": "0"})),
            "hex",
            "short_message",
            32,
        ),
        (
            submit(json!({"shortmessage": "00"})),
            "unknown_field",
            "shortmessage",
            0,
        ),
        (submit(json!([])), "wrong_type", "fields", 0),
        (dests(json!([{}])), "invalid_dest_flag", "dest_flag", 21),
        (dests(json!([1])), "wrong_type", "dest_addresses", 20),
        (
            dests(json!([{"dest_flag": 1, "dl_name": "x"}])),
            "unknown_field",
            "dl_name",
            0,
        ),
        (
            json!({"command": "submit_sm", "tlvs": [{"tag": 1}]}),
            "no_fields",
            "fields",
            16,
        ),
        (
            json!({"command": "submit_sms"}),
            "unknown_command",
            "command",
            4,
        ),
        (json!({"fields": {}}), "wrong_type", "command", 4),
        (
            json!({"command": "unbind", "sequence_number": "1"}),
            "wrong_type",
            "sequence_number",
            12,
        ),
        (
            json!({"command": "unbind", "tlvs": [{"tag": 65536}]}),
            "wrong_type",
            "tag",
            0,
        ),
        (
            json!({"command": "unbind", "tlvs": [{"name": "x"}]}),
            "unknown_tlv",
            "name",
            0,
        ),
        (
            json!({"command": "unbind", "tlvs": [{"tag": 1, "value": "00".repeat(65_536)}]}),
            "too_long",
            "value",
            0,
        ),
        (
            json!({"command": "unbind", "tlvs": [{"tag": 1, "value": "00".repeat(65_535)},
                                                 {"tag": 1, "value": "00".repeat(5_000)}]}),
            "too_long",
            "command_length",
            0,
        ),
    ] {
        let error = refused("smpp", &line);
        let told = (&error["kind"], &error["field"], &error["offset"]);
        let line: String = line.to_string().chars().take(200).collect();
        assert_eq!(
            told,
            (&json!(kind), &json!(field), &json!(offset)),
            "{line} {error}"
        );
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(field) || kind == "unknown_tlv", "{error}");
    }
}

#[test]
fn strict_refuses_what_the_standard_does() {
    let long = json!({"command": "submit_sm_resp", "fields": {"message_id": "1".repeat(70)}});
    let stray = json!({"command": "unbind", "trailing": "ff"});
    for line in [long, stray] {
        encoded("smpp", &line);
        let output = smsgw(&["encode", "smpp", "--strict", &line.to_string()], "");
        assert_eq!(output.status.code(), Some(1), "{line}");
    }
}

#[test]
fn errors_keep_their_line() {
    let inputs = [
        r#"{"command":"unbind","sequence_number":1}"#,
        "",
        r#"{"command":"unbind","#,
        "[]",
        r#" {"error":{"kind":"hex","message":"not hex"}}"#,
        "{\"command\":\"unbind\",\"sequence_number\":2}\r",
    ];
    let output = smsgw(&["encode", "smpp", "-"], &(inputs.join("\n") + "\n"));
    assert_eq!(output.status.code(), Some(1));
    let answers = lines(&output);
    assert_eq!(answers.len(), inputs.len());
    assert_eq!(answers[0], "00000010000000060000000000000001");
    for (answer, kind) in answers[1..5]
        .iter()
        .zip(["empty", "json", "wrong_type", "not_decoded"])
    {
        let answer: Json = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["error"]["kind"], kind);
        let keys: Vec<_> = answer["error"]
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect();
        assert_eq!(keys, ["kind", "field", "offset", "message"]);
    }
    let json: Json = serde_json::from_str(&answers[2]).unwrap();
    assert_eq!(json["error"]["offset"], 19);
    assert_eq!(answers[5], "00000010000000060000000000000002");
    let output = smsgw(&["encode", "smpp", inputs[0], "x", inputs[0]], "");
    assert_eq!(lines(&output).len(), 3);
}

#[test]
fn a_receipt_is_written_from_what_it_says() {
    let receipt = json!({
        "id": "0123", "sub": "001", "dlvrd": "001", "submit_date": "2026-01-31T23:59",
        "done_date": "2026-02-01T00:01", "stat": "DELIVRD", "err": "000", "text": "héllo",
    });
    let tlv = json!({
        "receipted_message_id": "0123", "message_state": 2, "network_error_code": "030000",
    });
    let hex = encoded(
        "receipt",
        &json!({"sequence_number": 7, "receipt": receipt, "tlv": tlv}),
    );
    let frame = Frame::copy_from(&unhex(&hex)).unwrap();
    let deliver = frame.decode().unwrap();
    let read = DeliveryReceipt::from_deliver(&deliver).unwrap();
    assert_eq!(read.receipted_message_id.as_deref(), Some("0123"));
    let decoded: Json =
        serde_json::from_str(&lines(&smsgw(&["decode", "receipt", "--json", &hex], ""))[0])
            .unwrap();
    assert_eq!(decoded["sequence_number"], 7);
    assert_eq!((&decoded["receipt"], &decoded["tlv"]), (&receipt, &tlv));

    for (line, kind, field) in [
        (
            json!({"receipt": {"done_date": "soon"}}),
            "wrong_type",
            "done_date",
        ),
        (
            json!({"receipt": {"state": "DELIVRD"}}),
            "unknown_field",
            "state",
        ),
        (
            json!({"receipt": {"id": "1".repeat(300)}}),
            "too_long",
            "receipt",
        ),
        (
            json!({"tlv": {"message_state": 256}}),
            "wrong_type",
            "message_state",
        ),
        (json!({"is_receipt": false}), "wrong_type", "fields"),
        (
            json!({"command": "unbind", "fields": {}}),
            "other_command",
            "command_id",
        ),
    ] {
        let error = refused("receipt", &line);
        assert_eq!(
            (&error["kind"], &error["field"]),
            (&json!(kind), &json!(field)),
            "{error}"
        );
    }
}

#[test]
fn a_receipt_that_contradicts_its_fields_is_refused() {
    let pdu = &pdus(RECEIPTS)[0];
    let output = smsgw(&["decode", "receipt", "--json", pdu], "");
    let mut line: Json = serde_json::from_str(&lines(&output)[0]).unwrap();
    assert_eq!(encoded("receipt", &line), *pdu);
    line["receipt"]["stat"] = json!("UNDELIV");
    let error = refused("receipt", &line);
    assert_eq!(
        (&error["kind"], &error["field"]),
        (&json!("contradiction"), &json!("receipt"))
    );
    line.as_object_mut().unwrap().remove("receipt");
    assert_eq!(encoded("receipt", &line), *pdu);
}

#[test]
fn help_shows_an_example_that_works() {
    for (args, example) in [
        (&["encode", "--help"][..], "smsgw encode smpp"),
        (
            &["encode", "smpp", "--help"],
            "'{\"command\":\"enquire_link\"",
        ),
        (&["encode", "receipt", "--help"], "'{\"receipt\":"),
    ] {
        let help = lines(&smsgw(args, "")).join("\n");
        assert!(
            help.contains("Example:") && help.contains(example),
            "{help}"
        );
        if let Some((_, rest)) = help.split_once('\'').filter(|_| args.len() == 3) {
            encoded(
                args[1],
                &serde_json::from_str(rest.split_once('\'').unwrap().0).unwrap(),
            );
        }
    }
}

/// A well-formed PDU with a few octets changed, put in or taken out of its body, sometimes cut,
/// sometimes with TLVs or stray octets behind it; its length is right.
fn mutant() -> impl Strategy<Value = Vec<u8>> {
    let seeds: Vec<_> = pdus(WELLFORMED)
        .iter()
        .chain(&pdus(RECEIPTS))
        .map(|hex| unhex(hex))
        .collect();
    let tlv = (
        prop_oneof![Just(0x001E), Just(0x0424), any::<u16>()],
        prop::collection::vec(any::<u8>(), 0..9),
    );
    (
        select(seeds),
        prop::collection::vec((any::<Index>(), any::<u8>(), 0..3u8), 0..4),
        prop::option::weighted(0.2, any::<Index>()),
        prop::collection::vec(tlv, 0..4),
        prop::collection::vec(any::<u8>(), 0..5),
    )
        .prop_map(|(mut octets, changes, cut, tlvs, stray)| {
            for (at, octet, how) in changes {
                let at = 4 + at.index(octets.len() - 4);
                match how {
                    0 => octets[at] = octet,
                    1 if at >= 16 => octets.insert(at, octet),
                    2 if at >= 16 => drop(octets.remove(at)),
                    _ => {}
                }
            }
            match cut {
                Some(cut) => octets.truncate(16 + cut.index(octets.len() - 15)),
                None => {
                    // Twice: TLVs may repeat.
                    for (tag, value) in tlvs.iter().chain(&tlvs) {
                        octets.extend(tag.to_be_bytes());
                        octets.extend((value.len() as u16).to_be_bytes());
                        octets.extend(value);
                    }
                    octets.extend(stray);
                }
            }
            let len = octets.len() as u32;
            octets[..4].copy_from_slice(&len.to_be_bytes());
            octets
        })
}

/// What decoding must give back although it is odd.
fn odd() -> Vec<Vec<u8>> {
    let dests = |count: u8, each: &[u8]| {
        let mut octets = b"\0\0\0\0\0\0\0\x21\0\0\0\0\0\0\0\x01\0\0\0\0".to_vec();
        octets.push(count);
        octets.extend((0..count).flat_map(|_| each));
        octets.extend([0; 9]);
        octets.extend([255]);
        octets.extend(0..255u8);
        octets
    };
    let mut pdus = vec![
        dests(255, b"\x01\x01\x0130\0"),
        dests(2, b"\x02l\xEFst\0"),
        dests(0, b""),
    ];
    for command_id in CommandId::ALL
        .iter()
        .map(|id| id.0)
        .chain([0x99, 0x8000_0099, u32::MAX])
    {
        for body in [&b""[..], b"\x01", b"abc"] {
            pdus.push([&[0; 4], &command_id.to_be_bytes()[..], &[0xFF; 8], body].concat());
        }
    }
    for pdu in &mut pdus {
        let len = pdu.len() as u32;
        pdu[..4].copy_from_slice(&len.to_be_bytes());
    }
    pdus
}

#[test]
fn the_odd_comes_back() {
    let pdus: Vec<_> = odd().iter().map(|pdu| hex(pdu)).collect();
    assert!(there_and_back("smpp", "--lenient", &pdus) > 60);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn what_decode_prints_encode_gives_back(pdus in prop::collection::vec(mutant(), 500)) {
        let pdus: Vec<_> = pdus.iter().map(|pdu| hex(pdu)).collect();
        prop_assert!(there_and_back("smpp", "--lenient", &pdus) > 100);
        prop_assert!(there_and_back("smpp", "--strict", &pdus) > 10);
        there_and_back("receipt", "--lenient", &pdus);
    }
}
