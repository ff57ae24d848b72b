//! `smsgw decode cbs` and `smsgw encode cbs` from outside.
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

const VECTORS: &str = include_str!("../../smsgw-gsm/tests/vectors/cbs.jsonl");

fn decode(mode: &str, pages: &[String]) -> Vec<Json> {
    let output = smsgw(&["decode", "cbs", "--json", mode], &pages.join("\n"));
    let lines = json_lines(str::from_utf8(&output.stdout).unwrap());
    assert_eq!(lines.len(), pages.len());
    lines
}

fn encode(objects: &[Json]) -> Vec<String> {
    let objects: Vec<_> = objects.iter().map(Json::to_string).collect();
    let output = smsgw(&["encode", "cbs"], &objects.join("\n"));
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The pages of the vectors that are well formed.
fn pages() -> Vec<String> {
    let vectors = json_lines(VECTORS).into_iter();
    let good = vectors.filter(|vector| vector["expect"].is_object());
    good.map(|vector| vector["hex"].as_str().unwrap().to_owned())
        .collect()
}

/// The header, with this data coding and page parameter, and the content, filled with CR.
fn page(coding: u8, parameter: u8, content: &[u8]) -> String {
    let mut octets = vec![0x40, 0x12, 0x11, 0x12, coding, parameter];
    octets.extend(content);
    octets.resize(88, 0x0D);
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

#[test]
fn every_vector_both_ways() {
    for vector in json_lines(VECTORS) {
        let hex = vector["hex"].as_str().unwrap().to_owned();
        for mode in ["--lenient", "--strict"] {
            let line = &decode(mode, std::slice::from_ref(&hex))[0];
            let id = &vector["id"];
            let Some(expect) = vector["expect"].as_object() else {
                assert_eq!(line["error"]["kind"], "truncated", "{id}");
                assert_eq!(line["error"]["offset"], 6, "{id}");
                assert_eq!(line["error"]["field"], "Content of Message", "{id}");
                continue;
            };
            for (key, value) in expect {
                assert_eq!(line.get(key), Some(value), "{id} {key}");
            }
            assert_eq!(line["tolerated"], json!([]), "{id}");
            let encoded = encode(&[line.clone(), vector["expect"].clone()]);
            assert_eq!(encoded[0], hex, "{id}");
            // This one has an escape with a code that is not in the table.
            let is_told = line.get("content_hex").is_none();
            assert_eq!(
                (is_told, encoded[1] == hex),
                (id != "cbs-03", id != "cbs-03"),
                "{id}"
            );
            let again = &decode(mode, &encoded[1..])[0];
            for (key, value) in expect {
                assert_eq!(again.get(key), Some(value), "{id} {key}");
            }
        }
    }
}

#[test]
fn what_is_odd_comes_back() {
    let ports = [6, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0x61];
    let pages = [
        // Each coding there is, with text, a header, letters, and what is none of them.
        (0..=255)
            .flat_map(|coding| {
                [&b"\x41\xE1\x90\x58\x34"[..], &ports, b"\x0D", &[0xFF; 82]]
                    .map(|content| page(coding, 0x11, content))
            })
            .collect::<Vec<_>>(),
        (0..=255)
            .map(|parameter| page(0x0F, parameter, b"a"))
            .collect(),
        vec![page(0x0F, 0x11, b"a") + "FFFF"],
    ]
    .concat();
    for (mode, least) in [("--lenient", 1000), ("--strict", 900)] {
        let decoded = decode(mode, &pages).into_iter().zip(&pages);
        let good = decoded.filter(|(line, _)| line.get("error").is_none());
        let (lines, pages): (Vec<_>, Vec<_>) = good.unzip();
        assert!(lines.len() > least, "{}", lines.len());
        for ((hex, page), line) in encode(&lines).iter().zip(pages).zip(lines) {
            assert_eq!(hex, page, "{line}");
        }
    }
}

#[test]
fn objects_written_by_hand() {
    let text = json!({"message_id": 50, "text": "any", "message_code": 1});
    assert_eq!(encode(&[text])[0], pages()[1]);
    for (object, start, text) in [
        (json!({"language": "de", "text": "a"}), "000000000011", "a"),
        (
            json!({"language": "eu", "text": "a"}),
            "000000001011E57A",
            "a",
        ),
        (
            json!({"language": "ru", "text": "я", "page": 2, "pages": 3}),
            "000000001123",
            "я",
        ),
        (
            json!({"text": "я", "geo_scope": 1, "update_number": 2}),
            "400200004811044F",
            "я",
        ),
        (json!({}), "000000000F11", ""),
    ] {
        let hex = &encode(std::slice::from_ref(&object))[0];
        assert!(hex.starts_with(start) && hex.len() == 176, "{object} {hex}");
        let line = &decode("--strict", std::slice::from_ref(hex))[0];
        assert_eq!(line["text"], text, "{line}");
        let language = object.get("language").unwrap_or(&Json::Null);
        assert_eq!(&line["language"], language, "{line}");
    }
    let hex = &encode(&[json!({"data_hex": "0102"})])[0];
    assert!(
        hex.starts_with("0000000044110102") && hex.ends_with("0D0D0D"),
        "{hex}"
    );
    for (object, kind, field) in [
        (json!({"text": "a".repeat(94)}), "too_long", "text"),
        (json!({"text": "я", "dcs": "01"}), "not_gsm7", "text"),
        (json!({"text": "a", "dcs": "44"}), "wrong_type", "text"),
        (json!({"text": "a", "dcs": "10"}), "wrong_type", "text"),
        (
            json!({"text": "a", "dcs": "01", "language": "de"}),
            "contradiction",
            "language",
        ),
        (
            json!({"text": "a", "septets": 1}),
            "contradiction",
            "septets",
        ),
        (
            json!({"serial": "0010", "message_code": 2}),
            "contradiction",
            "message_code",
        ),
        (json!({"message_code": 1024}), "wrong_type", "message_code"),
        (json!({"page": 3, "pages": 2}), "wrong_type", "page"),
        (json!({"language": "deu"}), "wrong_type", "language"),
        (
            json!({"data_hex": "00".repeat(83)}),
            "wrong_type",
            "content_hex",
        ),
        (json!({"tekst": "a"}), "unknown_field", "tekst"),
    ] {
        let answer: Json = serde_json::from_str(&encode(std::slice::from_ref(&object))[0]).unwrap();
        let error = &answer["error"];
        assert_eq!(
            (&error["kind"], &error["field"]),
            (&json!(kind), &json!(field)),
            "{object} {error}"
        );
    }
}

#[test]
fn a_dissection_for_people() {
    let ports = page(0x91, 0x12, &[6, 5, 4, 0x0B, 0x84, 0x23, 0xF0, 0x61]);
    let output = smsgw(&["decode", "cbs", &ports], "");
    assert!(output.status.success(), "{output:?}");
    let text = str::from_utf8(&output.stdout).unwrap();
    for part in [
        "message 4370, page 1 of 2",
        "40 12                    Serial Number            4012 (PLMN wide, message code 1, update 2)",
        "UDHL                     6 octets",
        "  IE 05 ",
    ] {
        assert!(text.contains(part), "{part}\n{text}");
    }
    for page in pages() {
        assert!(smsgw(&["decode", "cbs", &page], "").status.success());
    }
}

#[cfg(unix)]
#[test]
fn help_shows_examples_that_work() {
    let pages = pages().join("\n");
    examples::run(&["decode", "cbs"], &[("pages.txt", &pages)]);
    examples::run(&["encode", "cbs"], &[]);
}
