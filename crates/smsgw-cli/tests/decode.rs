//! `smsgw decode` from outside: one answer a line, the forms that programs rely on.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::process::{Command, Output};

use serde_json::{Value as Json, json};
use smsgw_smpp::tlv::TlvTag;

use crate::tool::smsgw;

#[path = "support/tool.rs"]
mod tool;

const WELLFORMED: &str = include_str!("../../smsgw-smpp/tests/vectors/wellformed.jsonl");
const RECEIPTS: &str = include_str!("../../smsgw-smpp/tests/vectors/receipts.jsonl");
const MALFORMED: &str = include_str!("../../smsgw-smpp/tests/vectors/malformed.jsonl");

const ENQUIRE_LINK: &str = "00000010000000150000000000000001";

fn decode(args: &[&str], input: &str) -> Output {
    smsgw(&[&["decode"], args].concat(), input)
}

fn json_lines(output: &Output) -> Vec<Json> {
    tool::json_lines(str::from_utf8(&output.stdout).unwrap())
}

fn input(vectors: &[Json]) -> String {
    let lines = vectors.iter().map(|vector| vector["hex"].as_str().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_pdu_of_the_vectors() {
    let vectors = tool::json_lines(WELLFORMED);
    let output = decode(&["smpp", "--json"], &input(&vectors));
    assert!(output.status.success());
    let lines = json_lines(&output);
    assert_eq!(lines.len(), vectors.len());
    for (line, vector) in lines.iter().zip(&vectors) {
        for key in [
            "command",
            "command_id",
            "command_status",
            "sequence_number",
            "fields",
        ] {
            assert_eq!(line[key], vector["expect"][key], "{} {key}", vector["id"]);
        }
        let tlvs = &vector["expect"]["tlvs"];
        assert_eq!(&line["tlvs"], tlvs, "{}", vector["id"]);
        let tags = tlvs.as_array().unwrap().iter().map(|tlv| &tlv["tag"]);
        let names = tags.map(|tag| {
            let tag = u16::try_from(tag.as_u64().unwrap()).unwrap();
            json!(TlvTag(tag).name())
        });
        assert_eq!(line["tlv_names"], names.collect::<Json>());
        assert_eq!(line["trailing"], "");
    }
}

#[test]
fn every_receipt_of_the_vectors() {
    let vectors = tool::json_lines(RECEIPTS);
    let output = decode(&["receipt", "--json"], &input(&vectors));
    assert!(output.status.success());
    let lines = json_lines(&output);
    assert_eq!(lines.len(), vectors.len());
    for (line, vector) in lines.iter().zip(&vectors) {
        for key in ["is_receipt", "receipt", "tlv"] {
            // Its note allows the dates to be read or not.
            if vector["id"] != "rcpt-iso-date" {
                assert_eq!(line[key], vector["expect"][key], "{} {key}", vector["id"]);
            }
        }
    }
}

#[test]
fn one_answer_for_each_malformed_line() {
    let vectors = tool::json_lines(MALFORMED);
    for mode in ["--lenient", "--strict"] {
        let output = decode(&["smpp", "--json", mode], &input(&vectors));
        assert_eq!(output.status.code(), Some(1));
        let lines = json_lines(&output);
        assert_eq!(lines.len(), vectors.len());
        for (line, vector) in lines.iter().zip(&vectors) {
            let error = &line["error"];
            let class = vector["expect"]["class"].as_str().unwrap();
            if class == "fatal" || class == "need_more" {
                assert_eq!(error["field"], "command_length", "{}", vector["id"]);
                assert_eq!(error["offset"], 0, "{}", vector["id"]);
            }
            if !error.is_null() {
                assert!(error["kind"].is_string() && error["message"].is_string());
                assert!(error["offset"].is_u64());
            }
        }
    }
}

#[test]
fn errors_keep_their_line() {
    let lines = [
        ENQUIRE_LINK,
        "",
        "0000001000000015000000000000000",
        "000000100000001500000000000000zz",
        "0000000f",
        "47455420",
        "0000001100000015000000000000000100ff",
        "0000001500000004000000000000000700050041",
        "00 00 00 10 00 00 00 15  00 00 00 00 00 00 00 02\r",
    ];
    let output = decode(&["smpp", "--json", "-"], &(lines.join("\n") + "\n"));
    assert_eq!(output.status.code(), Some(1));
    let answers = json_lines(&output);
    assert_eq!(answers.len(), lines.len());
    let kinds: Vec<_> = answers
        .iter()
        .map(|line| line["error"]["kind"].as_str())
        .collect();
    let expect = [
        None,
        Some("empty"),
        Some("hex"),
        Some("hex"),
        Some("too_short"),
        Some("too_long"),
        Some("length_mismatch"),
        Some("length_mismatch"),
        None,
    ];
    assert_eq!(kinds, expect);
    assert_eq!(answers[3]["error"]["offset"], 15);
    assert_eq!(answers[8]["sequence_number"], 2);
}

#[test]
fn a_body_error_names_field_and_octet() {
    let hex = "0000003000000004000000000000000700050041000101333036393132333435363738\
               00000000000000000000c86869";
    let output = decode(&["smpp", "--json", hex], "");
    assert_eq!(output.status.code(), Some(1));
    let error = json!({
        "kind": "truncated",
        "field": "short_message",
        "offset": 46,
        "message": "short_message at octet 46: needs 200 octets, had 2",
    });
    assert_eq!(json_lines(&output), [json!({ "error": error })]);
}

#[test]
fn what_is_tolerated_is_listed_and_refused_in_strict_mode() {
    let hex = "00000014800000090000000000000001534d5343";
    let output = decode(&["smpp", "--json", hex], "");
    assert!(output.status.success());
    let line = &json_lines(&output)[0];
    assert_eq!(line["fields"], json!({ "system_id": "SMSC" }));
    assert_eq!(line["tolerated"][0]["kind"], "missing_nul");
    assert_eq!(line["tolerated"][0]["field"], "system_id");
    assert_eq!(line["tolerated"][0]["offset"], 16);
    let output = decode(&["smpp", "--json", "--strict", hex], "");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn several_arguments_are_several_lines() {
    let output = decode(&["smpp", "--json", ENQUIRE_LINK, "0", ENQUIRE_LINK], "");
    let lines = json_lines(&output);
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[1]["error"]["kind"], "hex");
    assert_eq!(lines[2]["command"], "enquire_link");
    assert_eq!(lines[2]["status_name"], "ESME_ROK");
}

#[test]
fn text_is_shown_where_it_is_text() {
    let by_id = |id: &str| {
        let line = tool::json_lines(WELLFORMED)
            .into_iter()
            .find(|line| line["id"] == id);
        let hex = line.unwrap()["hex"].as_str().unwrap().to_owned();
        json_lines(&decode(&["smpp", "--json", &hex], ""))[0]["text"].clone()
    };
    assert_eq!(by_id("submit-latin1"), "déjà");
    assert_eq!(by_id("submit-binary"), Json::Null);
    // Message class 0, in the default alphabet.
    let hex = "00000026000000040000000000000007000500410001013330360000000000000000f0000100";
    let line = &json_lines(&decode(&["smpp", "--json", hex], ""))[0];
    assert_eq!(line["text"], "@", "{line}");
    assert!(by_id("submit-utf16-surrogate").as_str().is_some());
    assert!(by_id("submit-udh16").as_str().is_some());
}

#[test]
fn the_text_of_every_kind_of_message_is_shown() {
    let payload = json!([{ "name": "message_payload", "value": "6869" }]);
    let short = json!({ "short_message": "6869" });
    for (command, fields, tlvs) in [
        ("submit_sm", &short, json!([])),
        ("deliver_sm", &short, json!([])),
        ("submit_multi", &short, json!([])),
        ("replace_sm", &short, json!([])),
        ("submit_sm", &json!({}), payload.clone()),
        ("data_sm", &json!({}), payload.clone()),
        ("broadcast_sm", &json!({}), payload),
    ] {
        let message = json!({ "command": command, "fields": fields, "tlvs": tlvs });
        let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
            .args(["encode", "smpp", &message.to_string()])
            .output()
            .unwrap();
        let hex = str::from_utf8(&output.stdout).unwrap().trim();
        let line = &json_lines(&decode(&["smpp", "--json", hex], ""))[0];
        assert_eq!(line["text"], "hi", "{line}");
    }
}

#[test]
fn a_message_is_no_receipt() {
    let hex = tool::json_lines(WELLFORMED)
        .into_iter()
        .find(|line| line["id"] == "deliver-mo-sar")
        .unwrap()["hex"]
        .as_str()
        .unwrap()
        .to_owned();
    let line = &json_lines(&decode(&["receipt", "--json", &hex], ""))[0];
    assert_eq!(line["is_receipt"], false);
    assert_eq!(line["receipt"]["id"], Json::Null);
    let line = &json_lines(&decode(&["receipt", "--json", ENQUIRE_LINK], ""))[0];
    assert_eq!(line["error"]["kind"], "other_command");
}

#[test]
fn a_receipt_without_a_body_says_so() {
    for (id, name) in [("00000005", "deliver_sm"), ("00000103", "data_sm")] {
        let hex = format!("00000010{id}0000000000000001");
        let error = &json_lines(&decode(&["receipt", "--json", &hex], ""))[0]["error"];
        assert_eq!(error["kind"], "no_body");
        assert_eq!(error["message"], format!("{name} without a body"));
    }
}

#[test]
fn a_piece_of_a_header_says_so() {
    let output = decode(&["smpp", "--json", &ENQUIRE_LINK[..30]], "");
    let error = json!({
        "kind": "truncated",
        "field": "command_length",
        "offset": 0,
        "message": "header at octet 0: needs 16 octets, had 15",
    });
    assert_eq!(json_lines(&output), [json!({ "error": error })]);
}

#[test]
fn no_text_ends_a_line_early() {
    // U+0085 in Latin-1, and in a sender; U+2028 in UCS-2.
    for (sender, data_coding, text, expect) in [
        ("4185", "03", "6185", r#""text":"a\u0085""#),
        ("41", "08", "2028", r#""text":"\u2028""#),
    ] {
        let body = format!(
            "000500{sender}0001013330360000000000000000{data_coding}00{:02x}{text}",
            text.len() / 2
        );
        let hex = format!(
            "{:08x}{}{body}",
            16 + body.len() / 2,
            "000000040000000000000007"
        );
        let output = decode(&["smpp", "--json", &hex], "");
        let line = str::from_utf8(&output.stdout).unwrap();
        assert!(line.contains(expect), "{line}");
        assert!(!line.contains(['\u{85}', '\u{2028}']), "{line}");
    }
}

#[test]
fn a_dissection_for_people() {
    let hex = "00000014800000040000000000000007616263 00";
    let output = decode(&["smpp", hex], "");
    assert!(output.status.success());
    let text = str::from_utf8(&output.stdout).unwrap();
    assert!(
        text.contains("submit_sm_resp, ESME_ROK, sequence_number 7"),
        "{text}"
    );
    let row = text
        .lines()
        .find(|line| line.contains("message_id"))
        .unwrap();
    let columns: Vec<_> = row.split_whitespace().collect();
    assert_eq!(
        columns,
        ["16", "61", "62", "63", "00", "message_id", "\"abc\""]
    );
    assert!(!text.contains('\x1b'), "no colour into a pipe");
    for file in [WELLFORMED, RECEIPTS] {
        assert!(
            decode(&["smpp"], &input(&tool::json_lines(file)))
                .status
                .success()
        );
    }
    assert!(
        decode(&["receipt"], &input(&tool::json_lines(RECEIPTS)))
            .status
            .success()
    );
}

#[test]
fn a_message_cannot_play_with_the_terminal() {
    // "a", ESC, "[2J" in Latin-1.
    let hex = "00000035000000040000000000000007000500410001013330363931323334353637380000000000000000030005611b5b324a";
    let hex = hex.replacen("00000035", "00000033", 1);
    let output = decode(&["smpp", &hex], "");
    assert!(output.status.success(), "{output:?}");
    let text = str::from_utf8(&output.stdout).unwrap();
    assert!(text.contains("text: a\\u{1b}[2J"), "{text}");
}

#[test]
fn help_shows_an_example() {
    for args in [&["--help"][..], &["smpp", "--help"], &["receipt", "--help"]] {
        let output = decode(args, "");
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .contains("Example:")
        );
    }
}
