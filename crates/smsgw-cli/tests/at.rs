//! `smsgw decode at` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use serde_json::{Value as Json, json};

use crate::tool::{json_lines, smsgw};

#[path = "support/tool.rs"]
mod tool;

const VECTORS: &str = include_str!("../../smsgw-at/tests/vectors/parse.jsonl");

fn hex(text: &str) -> String {
    text.bytes().map(|octet| format!("{octet:02x}")).collect()
}

/// The events of what is said in reply to `cmd`.
fn decode(cmd: Option<&str>, reads: &[&str]) -> Vec<Json> {
    let reads: Vec<_> = reads.iter().map(|read| hex(read)).collect();
    let mut args = vec!["decode", "at", "--json"];
    args.extend(cmd.iter().flat_map(|cmd| ["--cmd", cmd]));
    args.extend(reads.iter().map(String::as_str));
    let output = smsgw(&args, "");
    assert!(output.status.success(), "{output:?}");
    let mut lines = json_lines(str::from_utf8(&output.stdout).unwrap());
    assert_eq!(lines.len(), 1);
    serde_json::from_value(lines.remove(0)).unwrap()
}

fn dissect(args: &[&str], input: &str) -> String {
    let output = smsgw(&[&["decode", "at"], args].concat(), input);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Whether each key of `expected` is in `found`, with the same value.
fn has(found: &Json, expected: &Json) -> bool {
    match (found, expected) {
        (Json::Object(found), Json::Object(expected)) => expected.iter().all(|(key, value)| {
            let is_digits = key == "pdu";
            let found = found.get(key);
            if is_digits {
                let upper = |it: &Json| it.as_str().map(str::to_uppercase);
                return found.map(upper) == Some(upper(value));
            }
            found.is_some_and(|found| has(found, value))
        }),
        _ => found == expected,
    }
}

#[test]
fn every_vector_has_its_events_and_its_value_however_it_is_cut() {
    let vectors = json_lines(VECTORS);
    let cut = |vector: &Json, cut: &dyn Fn(&str) -> Vec<String>| {
        let chunks = vector["chunks"].as_array().unwrap();
        let joined: String = chunks.iter().map(|chunk| chunk.as_str().unwrap()).collect();
        json!({ "cmd": vector["cmd"], "chunks": cut(&joined) }).to_string()
    };
    let whole = |hex: &str| vec![hex.to_owned()];
    let octets = |hex: &str| {
        let pairs = hex.as_bytes().chunks(2);
        pairs
            .map(|pair| str::from_utf8(pair).unwrap().to_owned())
            .collect()
    };
    let as_given: Vec<_> = vectors.iter().map(Json::to_string).collect();
    let joined: Vec<_> = vectors.iter().map(|vector| cut(vector, &whole)).collect();
    let single: Vec<_> = vectors.iter().map(|vector| cut(vector, &octets)).collect();
    for input in [as_given, joined, single] {
        let output = smsgw(&["decode", "at", "--json"], &input.join("\n"));
        assert!(output.status.success(), "{output:?}");
        let decoded = json_lines(str::from_utf8(&output.stdout).unwrap());
        assert_eq!(decoded.len(), vectors.len());
        for (events, vector) in decoded.iter().zip(&vectors) {
            let is_wanted = |event: &&Json| event.get("echo").or(event.get("junk")).is_none();
            let found: Vec<_> = events
                .as_array()
                .unwrap()
                .iter()
                .filter(is_wanted)
                .collect();
            let expected = vector["expect"].as_array().unwrap().iter();
            let expected: Vec<_> = expected.filter(is_wanted).collect();
            let id = &vector["id"];
            assert_eq!(found.len(), expected.len(), "{id}: {found:?}");
            for (found, expected) in found.iter().zip(expected) {
                assert!(has(found, expected), "{id}: {found}, not {expected}");
            }
            if let Some(value) = vector.get("value") {
                let has_value = |event: &&Json| event.get("value").is_some_and(|it| has(it, value));
                assert!(found.iter().any(has_value), "{id}: {found:?}, not {value}");
            }
        }
    }
}

#[test]
fn each_argument_is_a_read_of_one_input() {
    let events = decode(Some("AT+CMGS=23"), &["AT+CMGS", "=23\r", "\r\n", "> "]);
    assert_eq!(
        events,
        [json!({ "echo": "AT+CMGS=23" }), json!({ "prompt": true })]
    );
    let events = decode(Some("PDU"), &["> 0011\x1a\r\n+CMGS: 7\r\n\r\nOK\r\n"]);
    assert_eq!(
        events,
        [
            json!({ "echo": "0011" }),
            json!({ "line": "+CMGS: 7", "value": { "mr": 7 } }),
            json!({ "final": "ok", "class": null }),
        ]
    );
    let events = decode(None, &["\r\nOK\r\n"]);
    assert_eq!(events, [json!({ "urc": "OK", "kind": "late" })]);
    assert_eq!(decode(Some("ESC"), &[""]), [Json::Null; 0]);
}

#[test]
fn a_line_of_the_input_may_say_what_is_in_flight() {
    let ok = hex("0\r");
    let input = format!(
        "{ok}\n{{\"chunks\": [\"{ok}\"]}}\n{{\"cmd\": null, \"chunks\": [\"{ok}\"]}}\n{{\"cmd\": \"ESC\", \"chunks\": []}}\n"
    );
    let output = smsgw(&["decode", "at", "--json", "--cmd", "AT"], &input);
    assert!(output.status.success(), "{output:?}");
    let lines = json_lines(str::from_utf8(&output.stdout).unwrap());
    let is_final = [&lines[0], &lines[1]].map(|events| &events[0]["final"] == "ok");
    assert_eq!(is_final, [true, true]);
    assert_eq!(lines[2][0]["urc"], "0");
    assert_eq!(lines[3], json!([]));
}

#[test]
fn what_cannot_be_read_is_told_and_the_next_is_read() {
    let input = "\nzz\n{\"chunks\": [\"0d0a\", \"4f4\"]}\n{\"chunks\": 1}\n{\"chunks\": [1]}\n{\"cmd\": 1, \"chunks\": []}\n{\"chunks\n0d0a\n";
    let output = smsgw(&["decode", "at", "--json"], input);
    assert_eq!(output.status.code(), Some(1));
    let lines = json_lines(str::from_utf8(&output.stdout).unwrap());
    let error = |line: &Json| {
        let error = &line["error"];
        let part = |key: &str| error[key].as_str().unwrap_or_default().to_owned();
        assert!(!part("message").is_empty());
        (
            part("kind"),
            part("field"),
            error["offset"].as_u64().unwrap(),
        )
    };
    let errors: Vec<_> = lines[..7].iter().map(error).collect();
    let expected = [
        ("empty", "hex", 0),
        ("hex", "hex", 0),
        ("hex", "hex", 3),
        ("wrong_type", "chunks", 0),
        ("wrong_type", "chunks", 0),
        ("wrong_type", "cmd", 0),
        ("json", "", 7),
    ];
    let expected = expected.map(|(kind, field, at)| (kind.to_owned(), field.to_owned(), at));
    assert_eq!(errors, expected);
    assert_eq!(lines[7], json!([]));
    let output = smsgw(&["decode", "at", "--json", "0d0a", "0x"], "");
    assert_eq!(output.status.code(), Some(1));
    let line = json_lines(str::from_utf8(&output.stdout).unwrap()).remove(0);
    assert_eq!(error(&line).2, 2);
}

#[test]
fn what_is_held_at_the_end_is_not_lost() {
    let events = decode(
        Some("AT+CUSD=1,\"*100#\""),
        &["\r\n+CUSD: 0,\"no end\r\n\r\nOK\r\n+CM"],
    );
    assert_eq!(events[0]["urc"], "+CUSD: 0,\"no end");
    assert_eq!(events[1]["final"], "ok");
    assert_eq!(events[2], json!({ "junk": hex("+CM") }));
    let events = decode(None, &["\r\n+CMT: ,33\r\n"]);
    assert_eq!(events, [json!({ "urc": "+CMT: ,33", "kind": "message" })]);
}

#[test]
fn values_say_what_lines_mean() {
    for (cmd, line, value) in [
        (
            "AT+CREG?",
            "+CREG: 2,1,4CA,81DE445",
            json!({ "creg": { "n": 2, "stat": 1, "lac": 0x4CA, "ci": 0x81D_E445 } }),
        ),
        (
            "AT+CEREG?",
            "+CEREG: 0,5",
            json!({ "cereg": { "n": 0, "stat": 5, "lac": null, "ci": null } }),
        ),
        ("AT+CSQ", "+CSQ: 31,99", json!({ "dbm": -51 })),
        (
            "AT+CESQ",
            "+CESQ: 99,99,255,255,20,80",
            json!({ "dbm": -61 }),
        ),
        (
            "AT+CSCA?",
            "+CSCA: \"002B003400390031\",145",
            json!({ "csca": "+491" }),
        ),
        ("AT+CSCA?", "+CSCA: \"\",129", json!({ "csca": null })),
        (
            "AT+CPMS=?",
            "+CPMS: (\"ME\",\"SM\"),(\"SM\")",
            json!({ "cpms_test": [["ME", "SM"], ["SM"]] }),
        ),
        (
            "AT+CPMS?",
            "+CPMS: \"SM\",3,30",
            json!({ "cpms": [{ "store": "SM", "used": 3, "total": 30 }] }),
        ),
        (
            "AT+CNMI?",
            "+CNMI: 2,1,0,1,0",
            json!({ "cnmi": { "mode": 2, "mt": 1, "bm": 0, "ds": 1, "bfr": 0 } }),
        ),
        (
            "AT+CNMI=?",
            "+CNMI: (0-2),(0,1),(0),(0,1),(0-4000000000)",
            json!({ "cnmi_test": [[0, 1, 2], [0, 1], [0], [0, 1], "(0-4000000000)"] }),
        ),
        ("AT+CSCS?", "+CSCS: \"UCS2\"", json!({ "cscs": "UCS2" })),
        (
            "AT+CSCS=?",
            "+CSCS: \"GSM\",\"HEX\"",
            json!({ "cscs_test": ["GSM", "HEX"] }),
        ),
        ("AT+CSMS=?", "+CSMS=(0)", json!({ "csms_test": [0] })),
        ("AT+CPIN?", "+CPIN: SIM PIN", json!({ "cpin": "SIM PIN" })),
        (
            "AT+COPS?",
            "+COPS: 0,0,\"Net\",7",
            json!({ "cops": { "automatic": true, "oper": "Net", "act": 7 } }),
        ),
        (
            "AT+COPS=?",
            "+COPS: (2,\"Net\",\"N\",\"26201\",7),,(0-4),(0-2)",
            json!({ "cops_test": [{ "long": "Net", "short": "N", "numeric": "26201", "act": 7 }] }),
        ),
        (
            "",
            "+CMTI: \"SM\",3",
            json!({ "stored": { "store": "SM", "index": 3 } }),
        ),
        (
            "",
            "+CREG: 5",
            json!({ "creg": { "n": null, "stat": 5, "lac": null, "ci": null } }),
        ),
        (
            "",
            "+CUSD: 1,\"Hi\",15",
            json!({ "cusd": { "m": 1, "text": "Hi", "dcs": 15 } }),
        ),
        (
            "",
            "+CLIP: \"+15550100\",145",
            json!({ "clip": { "number": "+15550100", "name": null } }),
        ),
        ("", "+CMGS: 9", json!({ "mr": 9 })),
    ] {
        let events = decode(Some(cmd), &["\r\n", line, "\r\n"]);
        assert_eq!(events[0]["value"], value, "{line}");
    }
    // Nothing is said of what cannot be read.
    for (cmd, line) in [
        ("AT+CSQ", "+CSQ: x"),
        ("AT+CREG=?", "+CREG: (0-2)"),
        ("ATI", "text"),
    ] {
        let events = decode(Some(cmd), &[line, "\r\n"]);
        assert_eq!(events[0], json!({ "line": line }));
    }
}

#[test]
fn pdus_are_read() {
    let pdu = "07915155000000F0040B915155998988F800006211122255520010C8329BFD069DC3ED76BD356FCFC9";
    let message = format!("+CMT: ,33\r\n{pdu}\r\n");
    let events = decode(None, &[&message]);
    let tpdu = &events[0]["value"]["tpdu"];
    assert_eq!(tpdu["kind"], "deliver");
    assert_eq!(tpdu["address"]["number"], "+15559998888");
    assert_eq!(tpdu["smsc"]["number"], "+15550000000");
    let report = "+CDS: 24\r\n07914356060013F1065A098136395339F6219011700463802190117004638030\r\n";
    let events = decode(None, &[report]);
    assert_eq!(events[0]["value"]["tpdu"]["kind"], "status-report");
    let stored = format!("+CMGL: 1,1,,33\r\n{pdu}\r\n+CMGL: 2,2,,8\r\n0001000481214300000141\r\n");
    let events = decode(Some("AT+CMGL=4"), &[&stored]);
    assert_eq!(events[1]["value"]["tpdu"]["kind"], "deliver");
    assert_eq!(events[3]["value"]["tpdu"]["kind"], "submit");
    let page = format!("+CBM: 88\r\n{}\r\n", "00".repeat(88));
    let events = decode(None, &[&page]);
    assert_eq!(events[0]["value"]["cbs"]["page"], 1);
}

#[test]
fn refusals_have_names_and_classes() {
    let events = decode(Some("AT+CMGS=1"), &["\r\n+CMS ERROR: 38\r\n"]);
    let expected = json!({ "final": "cms", "code": 38, "text": null, "name": "network out of order", "class": "retry_here" });
    assert_eq!(events, [expected]);
    let events = decode(Some("AT+CMGS=1"), &["\r\n+CME ERROR: SIM wrong\r\n"]);
    let expected = json!({ "final": "cme", "code": 15, "text": "SIM wrong", "name": "SIM wrong", "class": "sim_fault" });
    assert_eq!(events, [expected]);
    let events = decode(Some("ATD1;"), &["\r\nNO ANSWER\r\n"]);
    assert_eq!(events[0]["final"], "no_answer");
}

#[test]
fn people_get_a_row_for_each_event() {
    let input =
        hex("AT+CSQ\r\r\n+CMTI: \"SM\",3\r\n\r\n+CSQ: 21,99\r\n\r\n+CMS ERROR: 38\r\n\x07\r\n");
    let text = dissect(&["--cmd", "AT+CSQ", &input], "");
    let expected = "\
in flight: AT+CSQ
      7  echo    AT+CSQ
     23  urc     +CMTI: \"SM\",3  (at 3 in SM)
     38  line    +CSQ: 21,99  (-71 dBm)
     56  final   +CMS ERROR: 38  (network out of order; retry here)
     59  junk    07

";
    assert_eq!(text, expected);
    let pdu = "07915155000000F0040B915155998988F800006211122255520010C8329BFD069DC3ED76BD356FCFC9";
    let text = dissect(
        &[],
        &hex(&format!("+CMT: ,33\r\n{pdu}\r\n+X: \x1b[31m\r\n")),
    );
    let expected = format!(
        "\
nothing in flight
     94  urc     +CMT: ,33  (deliver from +15559998888: \"Hello gammu-smsd\")
                 {pdu}
    105  urc     +X: \\u{{1b}}[31m  (unknown)

"
    );
    assert_eq!(text, expected);
}
