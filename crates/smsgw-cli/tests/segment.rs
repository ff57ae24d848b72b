//! `smsgw segment` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const VECTORS: &str = include_str!("../../smsgw-gsm/tests/vectors/segmentation.jsonl");

fn segment(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .arg("segment")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn segment_json(args: &[&str]) -> Value {
    let output = segment(&[&["--json"], args].concat());
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn vectors_in_both_widths() {
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let text = vector["text"].as_str().unwrap();
        for (width, segments, units) in [
            ("8", "segments", "units_per_segment"),
            ("16", "segments_concat16", "units_per_segment_concat16"),
        ] {
            let answer = segment_json(&["--reference", width, "--", text]);
            let id = format!("{} with {width}", vector["id"]);
            assert_eq!(answer["encoding"], vector["encoding"], "{id}");
            assert_eq!(answer["segments"], vector[segments], "{id}");
            assert_eq!(answer["units_per_segment"], vector[units], "{id}");
            assert_eq!(answer["total_units"], vector["total_units"], "{id}");
            if width == "8" {
                assert_eq!(
                    answer["chars_per_segment"], vector["chars_per_segment"],
                    "{id}"
                );
            }
            let parts = answer["parts"].as_array().unwrap();
            assert_eq!(answer["segments"], parts.len(), "{id}");
            for part in parts {
                let [udh, data] = ["udh", "user_data"].map(|key| part[key].as_str().unwrap());
                assert!(udh.len() + data.len() <= 280, "{id}");
                assert_eq!(udh.is_empty(), parts.len() == 1, "{id}");
            }
        }
    }
}

#[test]
fn what_is_said_beside_the_counts() {
    let answer = segment_json(&["hellohello"]);
    assert_eq!(
        answer["parts"],
        json!([{"udh": "", "user_data": "e8329bfd4697d9ec37"}])
    );
    assert_eq!(
        answer["language"],
        json!({"locking": "default", "single": "default"})
    );
    assert_eq!(answer["forced_by"], json!([]));
    let answer = segment_json(&["--", "-aя ÷я"]);
    assert_eq!(answer["encoding"], "ucs2");
    assert_eq!(answer["forced_by"], json!(["я", "÷"]));
    let answer = segment_json(&["--reference", "16", &"a".repeat(161)]);
    assert_eq!(answer["parts"][1]["udh"], "06080400000202");
    assert_eq!(
        segment_json(&["--encoding", "ucs2", "abc"])["total_units"],
        3
    );
}

#[test]
fn what_cannot_be_is_an_error() {
    for (args, message) in [
        (&["--encoding", "gsm7", "я"][..], "U+044F"),
        (&[&*"a".repeat(153 * 255 + 1)][..], "256 parts"),
    ] {
        let output = segment(args);
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(
            error.contains(message) && error.lines().count() == 1,
            "{error}"
        );
    }
    let most = "a".repeat(153 * 255);
    assert_eq!(segment_json(&[&most])["segments"], 255);
    for later in ["8bit", "translit"] {
        let output = segment(&["--encoding", later, "a"]);
        assert_eq!(output.status.code(), Some(2));
    }
}

#[test]
fn programs_get_errors_as_json() {
    let error = |args: &[&OsStr]| {
        let output = Command::new(env!("CARGO_BIN_EXE_smsgw"))
            .args(["segment", "--json"])
            .args(args)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(!output.stderr.is_empty());
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        answer["error"].clone()
    };
    assert_eq!(
        error(&["--encoding", "gsm7", "é я"].map(OsStr::new)),
        json!({
            "kind": "not_gsm7",
            "field": "text",
            "offset": 3,
            "message": "character 'я' (U+044F) at 3 is not in the GSM 7-bit alphabet",
        })
    );
    assert_eq!(
        error(&[OsStr::new(&"a".repeat(153 * 255 + 1))]),
        json!({
            "kind": "too_many_parts",
            "field": "text",
            "offset": 0,
            "message": "text needs 256 parts, a message has at most 255",
        })
    );
    #[cfg(unix)]
    assert_eq!(
        error(&[std::os::unix::ffi::OsStrExt::from_bytes(b"ab\xff")]),
        json!({
            "kind": "not_utf8",
            "field": "text",
            "offset": 2,
            "message": "text is not UTF-8 at octet 2",
        })
    );
}

#[test]
fn no_text_ends_a_line_early() {
    let output = segment(&["--json", "\u{85}\u{2028}\u{2029}\u{7f}"]);
    let line = String::from_utf8(output.stdout).unwrap();
    assert!(
        line.contains(r#"["\u0085","\u2028","\u2029","\u007f"]"#),
        "{line}"
    );
}

#[test]
fn people_get_a_table_and_files_are_read() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_smsgw"))
        .arg("segment")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = format!("{}я\n", "a".repeat(70));
    let mut input = child.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let table = String::from_utf8(output.stdout).unwrap();
    assert!(
        table.starts_with("UCS-2: 71 units in 2 segments\n"),
        "{table}"
    );
    assert!(table.contains("'я' (U+044F)"), "{table}");
    assert!(table.ends_with("\"aaaя\"\n"), "{table}");
}
