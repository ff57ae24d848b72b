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
use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::tpdu::{Kind, UserData};

#[cfg(unix)]
#[path = "support/examples.rs"]
mod examples;

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
    assert_eq!(answer["language"], json!({"locking": 0, "single": 0}));
    assert_eq!(answer.get("changes"), None);
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

/// Octets of a part as the radio side has them, and what TP-UDL counts them as.
fn text_of(part: &Value, units: &Value, encoding: &str) -> String {
    let octets = |key: &str| -> Vec<u8> {
        let (pairs, _) = part[key].as_str().unwrap().as_bytes().as_chunks::<2>();
        let pairs = pairs.iter().map(|pair| str::from_utf8(pair).unwrap());
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).unwrap())
            .collect()
    };
    let [udh, data] = ["udh", "user_data"].map(octets);
    let (coding, before) = match encoding {
        "gsm7" => (DataCodingScheme::GSM7, (udh.len() * 8).div_ceil(7)),
        "8bit" => return String::from_utf8(data).unwrap(),
        _ => (DataCodingScheme::UCS2, udh.len()),
    };
    let units = usize::try_from(units.as_u64().unwrap()).unwrap();
    let count = if encoding == "gsm7" { units } else { 2 * units };
    let udl = u8::try_from(before + count).unwrap();
    let all = [&udh[..], &data].concat();
    let user_data =
        UserData::from_octets(Kind::Submit, coding, udl, !udh.is_empty(), &all).unwrap();
    user_data.text().unwrap()
}

#[test]
fn parts_say_the_text() {
    let turkish = "İyi günler, yarın görüşürüz. Şişli'den €5. ".repeat(6);
    let greek = "Ωραία μέρα ".repeat(12);
    let latin = "Straße {1} ".repeat(20);
    for text in [&turkish, &greek, &latin, "", "a"] {
        for encoding in ["auto", "ucs2", "8bit", "gsm7"] {
            for language in ["none", "auto", "turkish"] {
                for width in ["8", "16"] {
                    let args = ["--json", "--encoding", encoding, "--language", language];
                    let output =
                        segment(&[&args[..], &["--reference", width, "--", text]].concat());
                    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
                    if !output.status.success() {
                        assert_eq!(
                            (encoding, &answer["error"]["kind"]),
                            ("gsm7", &json!("not_gsm7"))
                        );
                        continue;
                    }
                    let parts = answer["parts"].as_array().unwrap();
                    let units = answer["units_per_segment"].as_array().unwrap();
                    let encoding = answer["encoding"].as_str().unwrap();
                    let texts = parts.iter().zip(units);
                    let texts = texts.map(|(part, units)| text_of(part, units, encoding));
                    assert_eq!(texts.collect::<String>(), *text, "{args:?}");
                }
            }
        }
    }
}

#[test]
fn tables_of_languages() {
    let text = "İyi günler, yarın görüşürüz.";
    let with = |language: &str| segment_json(&["--language", language, text]);
    assert_eq!(with("none")["encoding"], "ucs2");
    assert_eq!(with("spanish")["encoding"], "ucs2");
    for language in ["auto", "turkish"] {
        let answer = with(language);
        assert_eq!(answer["encoding"], "gsm7");
        assert_eq!(answer["language"], json!({"locking": 1, "single": 0}));
        assert_eq!(
            answer["language_names"],
            json!({"locking": "turkish", "single": "default"})
        );
        assert_eq!(answer["parts"][0]["udh"], "03250101");
        assert_eq!(answer["forced_by"], json!(["İ", "ı", "ş"]));
    }
    // One that fits without is left alone.
    let answer = segment_json(&["--language", "turkish", "gunler"]);
    assert_eq!(answer["language"], json!({"locking": 0, "single": 0}));
}

#[test]
fn transliteration_says_what_it_changed() {
    let answer = segment_json(&["--translit", "It’s “ok”…"]);
    assert_eq!(answer["encoding"], "gsm7");
    assert_eq!(answer["total_units"], 12);
    let change = |index: u8, from: &str, to: &str| json!({"index": index, "from": from, "to": to});
    let expect = [
        change(2, "’", "'"),
        change(7, "“", "\""),
        change(12, "”", "\""),
        change(15, "…", "..."),
    ];
    assert_eq!(answer["changes"], json!(expect));
    // What a language has it keeps.
    for language in ["auto", "turkish"] {
        let answer = segment_json(&["--translit", "--language", language, "“ağaç”"]);
        assert_eq!(answer["encoding"], "gsm7");
        assert_eq!(answer["changes"].as_array().unwrap().len(), 2, "{answer}");
        let answer = segment_json(&["--translit", "--language", language, "“agac”"]);
        assert_eq!(answer["language"], json!({"locking": 0, "single": 0}));
    }
    let answer = segment_json(&["--translit", "“ağaç”"]);
    assert_eq!(answer["changes"].as_array().unwrap().len(), 4, "{answer}");
    let answer = segment_json(&["--translit", "я…"]);
    assert_eq!(
        (&answer["encoding"], &answer["forced_by"]),
        (&json!("ucs2"), &json!(["я", "…"]))
    );
    // It stays UCS-2, so it is left as it is.
    assert_eq!(
        (&answer["total_units"], &answer["changes"]),
        (&json!(2), &json!([]))
    );
    let answer = segment_json(&["--translit", "--encoding", "ucs2", "…"]);
    assert_eq!(
        (&answer["total_units"], &answer["changes"]),
        (&json!(1), &json!([]))
    );
}

#[test]
fn clusters_are_kept_whole_on_request() {
    let mut cut_elsewhere = 0;
    for line in VECTORS.lines() {
        let vector: Value = serde_json::from_str(line).unwrap();
        let answer = segment_json(&["--graphemes", "--", vector["text"].as_str().unwrap()]);
        let policy = vector.get("grapheme_policy");
        cut_elsewhere += usize::from(policy.is_some());
        // CR and LF are a cluster, too, and stand where the first segment ends.
        if vector["id"] == "seg-064" {
            assert_eq!(answer["chars_per_segment"], json!([152, 22]));
            continue;
        }
        for key in ["segments", "chars_per_segment"] {
            assert_eq!(
                answer[key],
                policy.unwrap_or(&vector)[key],
                "{}",
                vector["id"]
            );
        }
    }
    assert_eq!(cut_elsewhere, 3);
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
    for args in [
        ["--encoding", "7bit"],
        ["--language", "latin"],
        ["--reference", "4"],
    ] {
        let output = segment(&[&args[..], &["a"]].concat());
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

#[test]
fn people_are_told_of_tables_and_changes() {
    let output = segment(&["--translit", "--language", "turkish", "“ağaç” şık"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "GSM 7-bit: ",
        "shift table: turkish\n",
        "\"“\" at 0 is written \"\\\"\"\n",
        "not the default alphabet because of 'ğ' (U+011F)",
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
    let output = segment(&["--encoding", "8bit", "é"]);
    assert!(output.stdout.starts_with(b"8-bit: 2 octets in 1 segment\n"));
}

#[cfg(unix)]
#[test]
fn help_shows_examples_that_work() {
    examples::run(&["segment"], &[("letter.txt", "Dear Ωmega,\n")]);
}
