//! `smsgw decode tpdu` and `smsgw encode tpdu` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::tool::{json_lines, smsgw};

#[cfg(unix)]
#[path = "support/examples.rs"]
mod examples;
#[path = "support/tool.rs"]
mod tool;

const TPDUS: &str = include_str!("../../smsgw-gsm/tests/vectors/tpdu.jsonl");
const MALFORMED: &str = include_str!("../../smsgw-gsm/tests/vectors/malformed.jsonl");
const QUIRKS: &str = include_str!("../../smsgw-gsm/tests/vectors/quirks.jsonl");

/// The keys of the vectors; others may stand beside them.
const KEYS: [&str; 31] = [
    "smsc",
    "fo",
    "udhi",
    "mms",
    "lp",
    "sri",
    "rp",
    "rd",
    "srr",
    "srq",
    "mr",
    "address",
    "pid",
    "dcs",
    "timestamp",
    "validity",
    "udl",
    "udh",
    "concat",
    "ports",
    "language",
    "septets",
    "text",
    "data_hex",
    "pi",
    "fcs",
    "error",
    "status",
    "discharge",
    "ct",
    "mn",
];

/// Keys that are there only where the others do not say all.
const RAW: [&str; 8] = [
    "smsc_hex",
    "address_hex",
    "timestamp_hex",
    "discharge_hex",
    "udh_hex",
    "user_data_hex",
    "optional_hex",
    "trailing",
];

/// A TPDU in hex, and the arguments that say what it is.
#[derive(Clone)]
struct Case {
    id: String,
    args: Vec<&'static str>,
    hex: String,
}

impl Case {
    fn new(vector: &Json) -> Self {
        let direction = match vector["direction"].as_str() {
            Some("ms-to-sc") => "ms-to-sc",
            _ => "sc-to-ms",
        };
        let mut args = vec!["--direction", direction];
        if vector["has_smsc"] == true {
            args.push("--smsc");
        }
        match vector["report_is_error"].as_bool() {
            Some(true) => args.extend(["--report", "error"]),
            Some(false) => args.extend(["--report", "ack"]),
            None => {}
        }
        let text = |key: &str| vector[key].as_str().unwrap().to_owned();
        let (id, hex) = (text("id"), text("hex"));
        Self { id, args, hex }
    }
}

fn cases(file: &str) -> Vec<(Case, Json)> {
    let vectors = json_lines(file).into_iter();
    vectors.map(|vector| (Case::new(&vector), vector)).collect()
}

/// The lines that were printed.
fn lines(output: &std::process::Output) -> Vec<String> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Whether it is what is told of a line that cannot be read; a report has an `error` of its own.
fn failed(line: &Json) -> bool {
    line["error"].is_object()
}

/// What decode prints of each, in the same order, those with the same arguments in one run.
fn decode<'a>(mode: &str, cases: impl IntoIterator<Item = &'a Case>) -> Vec<Json> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let mut count = 0;
    for case in cases {
        let group = groups.entry(&case.args).or_default();
        group.push((count, case));
        count += 1;
    }
    let mut answers = vec![Json::Null; count];
    for (args, group) in groups {
        let args = [&["decode", "tpdu", "--json", mode], &args[..]].concat();
        let input: Vec<_> = group.iter().map(|(_, case)| &*case.hex).collect();
        let output = smsgw(&args, &input.join("\n"));
        let decoded = json_lines(str::from_utf8(&output.stdout).unwrap());
        assert_eq!(decoded.len(), group.len(), "{output:?}");
        assert_eq!(output.status.success(), !decoded.iter().any(failed));
        for ((index, _), line) in group.into_iter().zip(decoded) {
            answers[index] = line;
        }
    }
    answers
}

/// What encode prints of each.
fn encode(objects: &[Json]) -> Vec<String> {
    let input: Vec<_> = objects.iter().map(Json::to_string).collect();
    let output = smsgw(&["encode", "tpdu"], &input.join("\n"));
    let encoded = lines(&output);
    assert_eq!(encoded.len(), objects.len(), "{output:?}");
    encoded
}

fn encode_one(object: &Json) -> String {
    encode(std::slice::from_ref(object)).remove(0)
}

/// The error of an object that cannot be encoded.
fn refused(object: &Json) -> Json {
    let answer: Json = serde_json::from_str(&encode_one(object)).unwrap();
    assert!(answer["error"]["message"].is_string(), "{answer}");
    answer["error"].clone()
}

fn decode_one(args: &[&str], hex: &str) -> Json {
    let args = [&["decode", "tpdu", "--json"], args, &[hex]].concat();
    let output = smsgw(&args, "");
    json_lines(str::from_utf8(&output.stdout).unwrap()).remove(0)
}

#[test]
fn every_vector_is_read_and_comes_back() {
    let (cases, vectors): (Vec<_>, Vec<_>) = cases(TPDUS).into_iter().unzip();
    let decoded = decode("--lenient", &cases);
    let strict = decode("--strict", &cases);
    for ((line, strict), vector) in decoded.iter().zip(&strict).zip(&vectors) {
        let id = &vector["id"];
        assert_eq!(line["kind"], vector["kind"], "{id} {line}");
        for key in KEYS {
            assert_eq!(line.get(key), vector["expect"].get(key), "{id} {key}");
        }
        // Two are among the quirks, too.
        let tolerated = line["tolerated"].as_array().unwrap();
        if tolerated.is_empty() {
            assert_eq!(line, strict, "{id}");
        } else {
            assert_eq!(tolerated[0]["kind"], "fill_semi_octet", "{id}");
            assert!(failed(strict), "{id}");
        }
    }
    for (encoded, case) in encode(&decoded).iter().zip(&cases) {
        assert_eq!(*encoded, case.hex, "{}", case.id);
    }
}

/// What the vectors say and no more: the octets are the same unless a raw key of decode says
/// what they do not.
#[test]
fn the_keys_of_the_vectors_are_enough() {
    let (cases, vectors): (Vec<_>, Vec<_>) = cases(TPDUS).into_iter().unzip();
    let decoded = decode("--lenient", &cases);
    let with_kind = |vector: &Json| {
        let mut object = vector["expect"].clone();
        object["kind"] = vector["kind"].clone();
        object
    };
    let encoded = encode(&vectors.iter().map(with_kind).collect::<Vec<_>>());
    let again = cases.iter().zip(&encoded).map(|(case, hex)| Case {
        hex: hex.clone(),
        ..case.clone()
    });
    let again = decode("--strict", &again.collect::<Vec<_>>());
    let mut odd = 0;
    for (((case, line), hex), again) in cases.iter().zip(&decoded).zip(&encoded).zip(again) {
        let raw: Vec<_> = RAW.iter().filter(|key| line.get(**key).is_some()).collect();
        assert_eq!(*hex == case.hex, raw.is_empty(), "{} {raw:?}", case.id);
        odd += raw.len();
        if case.id == "synthetic-235" {
            // Ends with an escape: the text has fewer septets than it says.
            assert!(hex.contains("contradiction"), "{hex}");
            continue;
        }
        for key in KEYS {
            assert_eq!(again.get(key), line.get(key), "{} {key}", case.id);
        }
    }
    assert!((1..20).contains(&odd), "{odd}");
}

/// The kind follows from the first octet, where the direction is told.
#[test]
fn the_kind_can_be_left_out() {
    for (case, vector) in cases(TPDUS).iter().step_by(9) {
        let object = vector["expect"].to_string();
        let args = [&["encode", "tpdu"], &case.args[..], &[&object]].concat();
        let encoded = lines(&smsgw(&args, ""));
        let kind = &decode("--lenient", [case])[0]["kind"];
        let line = decode(
            "--lenient",
            [&Case {
                hex: encoded[0].clone(),
                ..case.clone()
            }],
        );
        assert_eq!(line[0]["kind"], *kind);
    }
}

#[test]
fn the_malformed_are_refused() {
    let (cases, vectors): (Vec<_>, Vec<_>) = cases(MALFORMED).into_iter().unzip();
    let strict = decode("--strict", &cases);
    let lenient = decode("--lenient", &cases);
    for ((strict, lenient), vector) in strict.iter().zip(&lenient).zip(&vectors) {
        let octets = vector["hex"].as_str().unwrap().len() / 2;
        for line in [strict, lenient].into_iter().filter(|line| failed(line)) {
            let error = &line["error"];
            let keys: Vec<_> = error.as_object().unwrap().keys().collect();
            assert_eq!(keys, ["kind", "field", "offset", "message"]);
            assert!(error["field"].is_string(), "{error}");
            assert!(
                error["offset"].as_u64().unwrap() <= octets as u64,
                "{error}"
            );
        }
        let id = &vector["id"];
        assert!(failed(strict), "{id} {strict}");
        let is_structural = vector["severity"] == "structural";
        if !failed(lenient) {
            let tolerated = lenient["tolerated"].as_array().unwrap();
            assert!(!tolerated.is_empty(), "{id}");
            let cut = |fault: &Json| fault["kind"] == "truncated_user_data";
            assert!(
                !is_structural || tolerated.iter().all(cut),
                "{id} {lenient}"
            );
        }
    }
    // What is let through comes back all the same.
    let (kept, hex): (Vec<_>, Vec<_>) = lenient
        .into_iter()
        .zip(&cases)
        .filter(|(line, _)| !failed(line))
        .map(|(line, case)| (line, &case.hex))
        .unzip();
    assert!(kept.len() > 5);
    for (encoded, hex) in encode(&kept).iter().zip(hex) {
        // One of them ends inside an octet.
        let (octets, half) = hex.split_at(hex.len() & !1);
        assert_eq!(encoded, octets);
        assert!(half.len() < 2);
    }
}

/// From the tests of python-messaging: user data without the last digit.
#[test]
fn a_line_that_is_cut_inside_an_octet() {
    let whole = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07";
    let run = |mode: &str, hex: &str| {
        let args = [
            "decode",
            "tpdu",
            "--json",
            "--direction",
            "sc-to-ms",
            "--smsc",
            mode,
            hex,
        ];
        let output = smsgw(&args, "");
        json_lines(str::from_utf8(&output.stdout).unwrap()).remove(0)
    };
    let cut = &whole[..whole.len() - 1];
    assert_eq!(run("--strict", cut)["error"]["kind"], "hex");
    let lenient = run("--lenient", cut);
    assert_eq!(lenient["text"], "How are you");
    assert_eq!(lenient["tolerated"][0]["kind"], "truncated_user_data");
    // A digit too many, or one before the user data, is no such cut.
    for hex in [format!("{whole}0"), whole[..51].to_owned(), "0".to_owned()] {
        assert_eq!(run("--lenient", &hex)["error"]["kind"], "hex", "{hex}");
    }
    assert_eq!(run("--lenient", "0x")["error"]["kind"], "hex");
}

#[test]
fn quirks_of_the_field() {
    let (cases, vectors): (Vec<_>, Vec<_>) = cases(QUIRKS).into_iter().unzip();
    let strict = decode("--strict", &cases);
    let lenient = decode("--lenient", &cases);
    for ((strict, lenient), vector) in strict.iter().zip(&lenient).zip(&vectors) {
        let id = &vector["id"];
        let expect = vector["strict"].as_str().unwrap();
        let is_error = failed(strict);
        assert!(is_error || expect.starts_with("accepted"), "{id} {strict}");
        assert!(!is_error || expect.contains("error"), "{id} {strict}");
        for (key, value) in vector["lenient"].as_object().unwrap() {
            let found = match &**key {
                "note" => continue,
                "number" => &lenient["address"]["number"],
                key => &lenient[key],
            };
            assert_eq!(found, value, "{id} {lenient}");
        }
    }
    for (encoded, case) in encode(&lenient).iter().zip(&cases) {
        assert_eq!(*encoded, case.hex, "{}", case.id);
    }
}

/// A small generator of numbers, so that every run has the same mutants.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }
}

fn mutants(count: usize) -> Vec<Case> {
    let seeds: Vec<_> = [TPDUS, MALFORMED, QUIRKS]
        .into_iter()
        .flat_map(cases)
        .map(|(case, _)| case)
        .collect();
    let mut numbers = Numbers(2340);
    let mutant = |_| {
        let mut case = seeds[numbers.below(seeds.len())].clone();
        for _ in 0..=numbers.below(2) {
            let at = numbers.below(case.hex.len() / 2) * 2;
            let octet = format!("{:02X}", numbers.below(256));
            match numbers.below(6) {
                0 => case.hex.truncate(at + 2),
                1 => case.hex.insert_str(at, &octet),
                2 if case.hex.len() > 2 => case.hex.replace_range(at..at + 2, ""),
                _ => case.hex.replace_range(at..at + 2, &octet),
            }
        }
        case
    };
    (0..count).map(mutant).collect()
}

#[test]
fn mutants_come_back() {
    let mutants = mutants(2_000);
    for (mode, least) in [("--strict", 400), ("--lenient", 800)] {
        let decoded = decode(mode, &mutants);
        let good = decoded
            .into_iter()
            .zip(&mutants)
            .filter(|(line, _)| !failed(line));
        let (lines, cases): (Vec<_>, Vec<_>) = good.unzip();
        assert!(lines.len() > least, "{}", lines.len());
        for ((encoded, case), line) in encode(&lines).iter().zip(cases).zip(&lines) {
            // Half an octet at the end of user data that is cut is let go.
            assert_eq!(*encoded, case.hex[..case.hex.len() & !1], "{line}");
        }
    }
    for case in mutants.iter().step_by(40) {
        let args = [&["decode", "tpdu"], &case.args[..], &[&case.hex]].concat();
        assert!(matches!(smsgw(&args, "").status.code(), Some(0 | 1)));
    }
}

/// Keys and values of the one, and what they are encoded to.
#[test]
fn objects_written_by_hand() {
    let to = json!({ "number": "+41791234567" });
    for (object, hex) in [
        (
            json!({"kind": "submit", "address": {"number": "+4179"}, "text": "hi"}),
            "01000491149700000 2E834",
        ),
        (
            json!({"kind": "submit", "address": {"number": "30333"}, "text": "я", "smsc": null}),
            "00 0100 058103 33F3 0008 02 044F",
        ),
        (
            json!({"kind": "submit", "address": {"digits": "79", "ton": 2, "npi": 1},
                   "data_hex": "01 ff", "srr": true, "mr": 7, "validity": {"seconds": 86400}}),
            "31 07 02A197 00 04 A7 02 01FF",
        ),
        (
            json!({"kind": "submit", "address": to, "text": "a", "concat": {"ref": 7, "total": 2},
                   "ports": {"dst": 16}, "smsc": {"number": "+4179"}}),
            "03911497 41 00 0B911497214365F7 00 00 0F 0B 00 03 07 02 01 05 04 0010 0000 8401",
        ),
        (
            json!({"kind": "deliver", "address": {"number": "Météo"}, "lp": true, "mms": true,
                   "timestamp": "1999-12-31T23:59:59Z", "text": "€",
                   "dcs": {"alphabet": "gsm7", "class": 0}}),
            "08 09D0CD02BDF006 00 10 99211332959500 02 9B32",
        ),
        (
            json!({"kind": "deliver", "address": to, "timestamp": "2026-02-03T04:05:06-03:30",
                   "text": "ğ", "language": {"single": 1}, "pid": 127}),
            "44 0B911497214365F7 7F 00 62203040506049 07 03 24 01 01 D8 9C 01",
        ),
        (
            json!({"kind": "submit", "address": to, "text": "",
                   "validity": {"timestamp": "2026-02-03T04:05:06+00:00"},
                   "dcs": {"mwi": {"type": "fax", "store": true}}}),
            "19 00 0B911497214365F7 00 D9 62203040506000 00",
        ),
        (
            json!({"kind": "submit", "address": to, "dcs": {"raw": "f5"},
                   "validity": {"format": "enhanced", "seconds": 300, "single_shot": true}}),
            "09 00 0B911497214365F7 00 F5 43005000000000 00",
        ),
        (
            json!({"kind": "status-report", "mr": 1, "address": to, "status": 70,
                   "timestamp": "2026-02-03T04:05:06+00:00",
                   "discharge": "2026-02-03T04:05:07+00:00"}),
            "06 01 0B911497214365F7 62203040506000 62203040507000 46",
        ),
        (
            json!({"kind": "status-report", "address": to, "status": 0, "text": "я",
                   "timestamp": "2026-02-03T04:05:06+00:00",
                   "discharge": "2026-02-03T04:05:07+00:00"}),
            "06 00 0B911497214365F7 62203040506000 62203040507000 00 06 08 02 044F",
        ),
        (json!({"kind": "deliver-report"}), "00 00"),
        (
            json!({"kind": "deliver-report", "fcs": 208, "pid": 0}),
            "00 D0 01 00",
        ),
        (
            json!({"kind": "submit-report", "timestamp": "2026-02-03T04:05:06+00:00",
                   "error": true, "fcs": 192}),
            "01 C0 00 62203040506000",
        ),
        (
            json!({"kind": "command", "ct": 2, "mn": 9, "address": to, "srr": true}),
            "22 00 00 02 09 0B911497214365F7 00",
        ),
    ] {
        assert_eq!(encode_one(&object), hex.replace(' ', ""), "{object}");
    }
}

#[test]
fn contradictions_and_strangers_are_refused() {
    let submit = |extra: Json| {
        let mut object = json!({"kind": "submit", "address": {"number": "+4179"}});
        object
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        object
    };
    for (object, kind, field) in [
        (json!({}), "wrong_type", "kind"),
        (json!({"kind": "telegram"}), "wrong_type", "kind"),
        (
            json!({"kind": "submit", "text": "hi"}),
            "wrong_type",
            "address",
        ),
        (
            json!({"kind": "submit", "address": {}}),
            "wrong_type",
            "address",
        ),
        (
            submit(json!({"address": {"number": "+41 79"}})),
            "no_digit",
            "address",
        ),
        (
            submit(json!({"address": {"number": "0".repeat(21)}})),
            "too_long",
            "address",
        ),
        (submit(json!({"text": 7})), "wrong_type", "text"),
        (submit(json!({"tekst": "hi"})), "unknown_field", "tekst"),
        // No flag of this kind.
        (submit(json!({"mms": true})), "unknown_field", "mms"),
        (
            submit(json!({"text": "hi", "udl": 3})),
            "contradiction",
            "udl",
        ),
        (
            submit(json!({"text": "hi", "septets": 3})),
            "contradiction",
            "septets",
        ),
        (
            submit(json!({"text": "hi", "data_hex": "00"})),
            "contradiction",
            "text",
        ),
        (
            submit(json!({"text": "hi", "fo": "41"})),
            "contradiction",
            "fo",
        ),
        (
            submit(json!({"text": "hi", "fo": "11"})),
            "contradiction",
            "fo",
        ),
        (
            submit(json!({"text": "hi", "fo": "00"})),
            "contradiction",
            "fo",
        ),
        (
            submit(json!({"fo": "21", "srr": false})),
            "contradiction",
            "srr",
        ),
        (
            submit(json!({"text": "hi", "udhi": true})),
            "contradiction",
            "udhi",
        ),
        (
            submit(json!({"text": "hi", "udl": 2, "user_data_hex": "C834"})),
            "contradiction",
            "text",
        ),
        (
            submit(json!({"text": "hi", "concat": {"ref": 1, "total": 2, "seq": 3}})),
            "wrong_type",
            "concat",
        ),
        (
            submit(json!({"udh": [], "concat": {"ref": 1, "total": 2, "seq": 1}})),
            "unknown_field",
            "concat",
        ),
        (submit(json!({"udh": [{"iei": 256}]})), "wrong_type", "iei"),
        (
            submit(json!({"udh": [{"iei": 1, "hex": "00".repeat(140)}]})),
            "too_long",
            "udh",
        ),
        (
            submit(json!({"text": "я", "dcs": {"raw": "00"}})),
            "not_gsm7",
            "text",
        ),
        (
            submit(json!({"text": "я", "dcs": {"raw": "04"}})),
            "wrong_type",
            "text",
        ),
        (
            submit(json!({"text": "a", "dcs": {"raw": "00", "class": 1}})),
            "contradiction",
            "dcs",
        ),
        (
            submit(json!({"text": "a", "dcs": {"alphabet": "latin"}})),
            "wrong_type",
            "dcs",
        ),
        (
            submit(json!({"validity": {"seconds": 360}})),
            "contradiction",
            "validity",
        ),
        (submit(json!({"validity": {}})), "wrong_type", "validity"),
        (
            submit(json!({"text": "a".repeat(161)})),
            "too_long",
            "TP-UDL",
        ),
        (
            submit(json!({"text": "a".repeat(300)})),
            "too_long",
            "TP-UDL",
        ),
        (
            json!({"kind": "deliver", "address": {"number": "1"}, "timestamp": "yesterday"}),
            "wrong_type",
            "timestamp",
        ),
        (
            json!({"kind": "deliver", "address": {"number": "1"}}),
            "wrong_type",
            "timestamp",
        ),
        (
            json!({"kind": "deliver", "address": {"number": "1"},
                   "timestamp": "2026-02-30T00:00:00+00:00"}),
            "wrong_type",
            "timestamp",
        ),
        (
            json!({"kind": "deliver-report", "pi": "01"}),
            "contradiction",
            "pi",
        ),
        (
            json!({"kind": "deliver-report", "error": true}),
            "truncated",
            "TP-PI",
        ),
        (
            json!({"kind": "deliver-report", "error": false, "fcs": 208}),
            "unknown_field",
            "fcs",
        ),
    ] {
        let error = refused(&object);
        let told = (
            error["kind"].as_str().unwrap(),
            error["field"].as_str().unwrap(),
        );
        assert_eq!(told, (kind, field), "{object} {error}");
    }
}

#[test]
fn what_is_told_beside_the_vectors() {
    let decoded = |direction: &str, hex: &str| decode_one(&["--direction", direction], hex);
    let line = decoded(
        "sc-to-ms",
        "06040D91945152991136F00160124130340A0160124130940A46",
    );
    assert_eq!(line["status_name"], "SM validity period expired");
    assert_eq!(line["status_state"], "failed");
    let line = decoded(
        "sc-to-ms",
        "440B915155214365F7000042209232959540190B05040B8423F000030102019033BD0CB700",
    );
    assert_eq!(line["pid_name"], "no interworking, SME-to-SME protocol");
    let names = line["udh_names"].as_array();
    assert_eq!(names.map(Vec::len), line["udh"].as_array().map(Vec::len));
    // The month 13, then a zone of minus zero.
    let line = decoded("sc-to-ms", "040B915155214365F7000042319232959540027638");
    assert_eq!(line["timestamp"], Json::Null);
    assert_eq!(line["timestamp_hex"], "42319232959540");
    assert_eq!(line["tolerated"][0]["kind"], "odd_time");
    assert_eq!(line["tolerated"][0]["offset"], 11);
    let line = decoded("sc-to-ms", "040B915155214365F7000042209232959508027638");
    assert_eq!(line["timestamp"], "2024-02-29T23:59:59+00:00");
    assert_eq!(line["timestamp_hex"], "42209232959508");
    // Reserved bits of the first octet are in fo and nowhere else.
    let line = decoded("sc-to-ms", "140B915155214365F7000042209232959540027638");
    assert_eq!(line["fo"], "14");
    assert!(RAW.iter().all(|key| line.get(*key).is_none()), "{line}");
    assert_eq!(encode_one(&line)[..2], *"14");
}

#[test]
fn errors_count_from_the_start_of_their_line() {
    let args = ["--direction", "sc-to-ms", "--smsc"];
    let line = decode_one(&args, "07912143658709F1040B9181005515");
    let error = json!({
        "kind": "truncated",
        "field": "TP-OA",
        "offset": 9,
        "message": "TP-OA at octet 9: needs 8 octets, had 6",
    });
    assert_eq!(line, json!({ "error": error }));
    let output = smsgw(
        &["decode", "tpdu", "--json", "--direction", "sc-to-ms"],
        "\n0x04\n0\n04\n040B915155214365F7000042209232959540027638\n",
    );
    assert_eq!(output.status.code(), Some(1));
    let lines = json_lines(str::from_utf8(&output.stdout).unwrap());
    let kinds: Vec<_> = lines
        .iter()
        .map(|line| line["error"]["kind"].as_str())
        .collect();
    let expect = ["empty", "hex", "hex", "truncated"].map(Some);
    assert_eq!(kinds, [&expect[..], &[None]].concat());
}

#[test]
fn a_dissection_for_people() {
    let hex = "440B915155214365F7000042209232959540190B05040B8423F000030102019033BD0CB700";
    for file in [TPDUS, MALFORMED, QUIRKS] {
        for (case, _) in cases(file).iter().step_by(3) {
            let args = [&["decode", "tpdu"], &case.args[..], &[&case.hex]].concat();
            let output = smsgw(&args, "");
            assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
            let text = str::from_utf8(&output.stdout).unwrap();
            // Every octet is shown once, in order.
            let shown: String = text.lines().filter_map(|line| line.get(9..32)).collect();
            let shown = shown.replace([' ', '.'], "");
            if output.status.success() && !text.contains("header") {
                assert!(shown.len() >= case.hex.len(), "{text}");
            }
        }
    }
    let hex = &cases(TPDUS)
        .iter()
        .find(|(case, _)| case.id == "synthetic-192")
        .map_or(hex.to_owned(), |(case, _)| case.hex.clone());
    let output = smsgw(&["decode", "tpdu", "--direction", "sc-to-ms", hex], "");
    let text = str::from_utf8(&output.stdout).unwrap();
    let rows: Vec<Vec<_>> = text
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        "0 44 first octet deliver",
        ".1.. .... TP-UDHI begins with a header",
        "19 0b UDHL 11 octets",
        "26 00 03 01 02 01 IE 00",
        "text: Hello [x]",
    ] {
        let row: Vec<_> = row.split_whitespace().collect();
        assert!(
            rows.iter().any(|found| found.starts_with(&row)),
            "{row:?}\n{text}"
        );
    }
    assert!(!text.contains('\x1b'), "no colour into a pipe");
}

#[cfg(unix)]
#[test]
fn help_shows_examples_that_work() {
    examples::run(&["decode", "tpdu"], &[]);
    examples::run(&["encode", "tpdu"], &[]);
}
