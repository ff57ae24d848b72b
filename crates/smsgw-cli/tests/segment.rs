//! `smsgw segment` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

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
