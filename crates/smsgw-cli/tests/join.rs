//! `smsgw join tpdu` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use serde_json::{Value as Json, json};

use crate::tool::{json_lines, smsgw};

#[cfg(unix)]
#[path = "support/examples.rs"]
mod examples;
#[path = "support/tool.rs"]
mod tool;

const VECTORS: &str = include_str!("../../smsgw-gsm/tests/vectors/reassembly.jsonl");

/// Two parts of three, in a DELIVER each.
const PARTS: [&str; 2] = [
    "07919730071111F1400B919746121611F10000811170021232230C06080412340302A03A9C05",
    "07919730071111F1400B919746121611F10000811170021242230D06080412340303A076D8FD03",
];
const WHOLE: &str = "0791447758100650040DD0F334FC1CA6970100008080312170224008D4F29CDE0EA7D9";

fn join(args: &[&str], lines: &[&str]) -> (Option<i32>, Vec<Json>) {
    let args = [&["join", "tpdu", "--json"], args].concat();
    let output = smsgw(&args, &lines.join("\n"));
    let text = str::from_utf8(&output.stdout).unwrap();
    (output.status.code(), json_lines(text))
}

#[test]
fn every_vector_in_any_order() {
    for vector in json_lines(VECTORS) {
        let id = &vector["id"];
        let mut args = Vec::new();
        // Some lines say neither, and do without.
        if let Some(direction) = vector["direction"].as_str() {
            args.extend(["--direction", direction]);
        }
        if vector["has_smsc"] == true {
            args.push("--smsc");
        }
        let parts: Vec<String> = serde_json::from_value(vector["parts"].clone()).unwrap();
        let mut parts: Vec<_> = parts.iter().map(String::as_str).collect();
        let expect = vector["expect"].as_object().unwrap();
        for turn in 0..parts.len() {
            let on_command_line = [&args[..], &parts].concat();
            let (status, messages) = if turn == 0 {
                join(&on_command_line, &[])
            } else {
                join(&args, &parts)
            };
            assert_eq!((status, messages.len()), (Some(0), 1), "{id} {messages:?}");
            for (key, value) in expect {
                if !key.starts_with("upstream_") {
                    assert_eq!(messages[0].get(key), Some(value), "{id} {key}");
                }
            }
            parts.rotate_left(1);
        }
    }
}

#[test]
fn what_is_missing_is_told() {
    let (status, messages) = join(&["--smsc"], &PARTS);
    assert_eq!((status, messages.len()), (Some(0), 1));
    let message = &messages[0];
    assert_eq!(message["complete"], false);
    assert_eq!(
        (&message["text"], &message["data_hex"]),
        (&Json::Null, &Json::Null)
    );
    assert_eq!(
        (&message["total"], &message["have"]),
        (&json!(3), &json!(2))
    );
    assert_eq!(message["missing"], json!([1]));
    assert_eq!(message["text_so_far"], " up, man?");
    assert_eq!(message["address"]["number"], "+79642161111");
}

#[test]
fn bad_lines_and_whole_messages_stand_between() {
    let lines = [
        PARTS[0],
        "",
        WHOLE,
        "07zz",
        &WHOLE[..40],
        PARTS[1],
        PARTS[0],
    ];
    let (status, answers) = join(&["--smsc", "-"], &lines);
    assert_eq!(status, Some(1));
    let kinds: Vec<_> = answers
        .iter()
        .map(|line| line["error"]["kind"].as_str())
        .collect();
    assert_eq!(
        kinds,
        [Some("empty"), None, Some("hex"), Some("truncated"), None]
    );
    assert_eq!(answers[1]["complete"], true);
    assert_eq!(answers[1]["text"], "Testmail");
    assert_eq!(answers[4]["complete"], false);
    assert_eq!(answers[4]["duplicates_ignored"], 1);
}

#[test]
fn halves_of_a_surrogate_pair_meet() {
    let part = |number: u8, half: &str| {
        format!("400481214300084220923229594008050003070 2{number:02X}{half}").replace(' ', "")
    };
    let (status, messages) = join(&[], &[&part(2, "DE00"), &part(1, "D83D")]);
    assert_eq!((status, messages.len()), (Some(0), 1), "{messages:?}");
    assert_eq!(messages[0]["text"], "😀");
    assert_eq!(messages[0]["data_hex"], Json::Null);
}

#[test]
fn data_is_joined_as_data() {
    let part = |number: u8, data: &str| {
        format!("400481214300044220923229594008050003070 2{number:02X}{data}").replace(' ', "")
    };
    let (_, messages) = join(&[], &[&part(2, "0304"), &part(1, "0102")]);
    assert_eq!(messages[0]["data_hex"], "01020304");
    assert_eq!(messages[0]["text"], Json::Null);
}

#[test]
fn the_type_of_an_address_tells_messages_apart() {
    let part = |toa: &str, number: u8| {
        format!("4004{toa}21430004422092322959400805000307 02{number:02X}6162").replace(' ', "")
    };
    let (_, messages) = join(&[], &[&part("81", 1), &part("91", 2)]);
    assert_eq!(messages.len(), 2);
    assert!(messages.iter().all(|message| message["complete"] == false));
}

#[test]
fn a_report_is_no_message() {
    let (status, answers) = join(
        &["--smsc"],
        &["07914356060013F1065A098136397339F7219011700463802190117004638030"],
    );
    assert_eq!(status, Some(1));
    assert_eq!(answers[0]["error"]["kind"], "other_kind");
}

#[test]
fn people_get_the_text() {
    let output = smsgw(
        &["join", "tpdu", "--smsc"],
        &[PARTS[0], PARTS[1], WHOLE].join("\n"),
    );
    assert!(output.status.success());
    let text = str::from_utf8(&output.stdout).unwrap();
    assert!(text.contains("Testmail"), "{text}");
    assert!(
        text.contains("parts 2, 3 of 3") && text.contains("up, man?"),
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn help_shows_examples_that_work() {
    let pdus = [PARTS[0], WHOLE].join("\n");
    examples::run(&["join", "tpdu"], &[("pdus.txt", &pdus)]);
}
