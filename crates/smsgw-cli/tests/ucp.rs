//! `smsgw decode ucp` and `smsgw encode ucp` from outside.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use std::collections::HashSet;
use std::process::Output;

use serde_json::{Value as Json, json};

use crate::tool::{json_lines, smsgw};

#[cfg(unix)]
#[path = "support/examples.rs"]
mod examples;
#[path = "support/tool.rs"]
mod tool;

const FRAMES: &str = include_str!("../../smsgw-ucp/tests/vectors/frames.jsonl");
/// What other implementations send; some of it breaks rules.
const FIELD: &str = include_str!("../../smsgw-ucp/tests/vectors/field.jsonl");
const MALFORMED: &str = include_str!("../../smsgw-ucp/tests/vectors/malformed.jsonl");

const MODES: [&str; 2] = ["--lenient", "--strict"];

fn lines(output: &Output) -> Vec<String> {
    let text = str::from_utf8(&output.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn input(vectors: &[Json]) -> String {
    let hex = vectors.iter().map(|it| it["frame_hex"].as_str().unwrap());
    hex.collect::<Vec<_>>().join("\n")
}

/// A frame with the right LEN and checksum, in hex.
fn frame(header: &str, fields: &str) -> String {
    let (trn, rest) = header.split_once('/').unwrap();
    let len = 16 + fields.len();
    let text = format!("{trn}/{len:05}/{rest}/{fields}");
    let sum = text.bytes().fold(0_u8, u8::wrapping_add);
    hex(format!("\x02{text}{sum:02X}\x03").as_bytes())
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

fn unhex(hex: &str) -> Vec<u8> {
    let pairs = hex.as_bytes().chunks(2);
    let pairs = pairs.map(|pair| str::from_utf8(pair).unwrap());
    pairs
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}

fn decode(args: &[&str], hex: &str) -> Json {
    let output = smsgw(&[&["decode", "ucp", "--json"], args, &[hex]].concat(), "");
    let line = json_lines(str::from_utf8(&output.stdout).unwrap()).remove(0);
    assert_eq!(output.status.success(), line.get("error").is_none());
    line
}

fn dissect(hex: &str) -> String {
    let output = smsgw(&["decode", "ucp", hex], "");
    String::from_utf8(output.stdout).unwrap()
}

fn encode(args: &[&str], object: &Json) -> Result<String, Json> {
    let output = smsgw(&[&["encode", "ucp"], args].concat(), &object.to_string());
    let line = lines(&output).remove(0);
    match output.status.success() {
        true => Ok(line),
        false => Err(serde_json::from_str::<Json>(&line).unwrap()["error"].clone()),
    }
}

#[test]
fn every_frame_of_the_vectors_is_read_and_comes_back() {
    for (mode, files) in [("--lenient", &[FRAMES, FIELD][..]), ("--strict", &[FRAMES])] {
        let vectors = json_lines(&files.concat());
        let output = smsgw(&["decode", "ucp", "--json", mode], &input(&vectors));
        assert!(output.status.success(), "{output:?}");
        let text = str::from_utf8(&output.stdout).unwrap();
        let decoded = json_lines(text);
        assert_eq!(decoded.len(), vectors.len());
        for (line, vector) in decoded.iter().zip(&vectors) {
            for (key, value) in vector["expect"].as_object().unwrap() {
                assert_eq!(&line[key], value, "{} {key}", vector["id"]);
            }
        }
        let encoded = smsgw(&["encode", "ucp", mode], text);
        assert!(encoded.status.success(), "{encoded:?}");
        for (line, vector) in lines(&encoded).iter().zip(&vectors) {
            assert_eq!(line, vector["frame_hex"].as_str().unwrap());
        }
    }
}

#[test]
fn the_keys_of_the_vectors_are_enough() {
    let vectors = json_lines(FRAMES);
    let objects = vectors.iter().map(|vector| vector["expect"].to_string());
    let output = smsgw(&["encode", "ucp"], &objects.collect::<Vec<_>>().join("\n"));
    assert!(output.status.success(), "{output:?}");
    for (line, vector) in lines(&output).iter().zip(&vectors) {
        assert_eq!(line, vector["frame_hex"].as_str().unwrap());
    }
}

/// Each field of every kind of frame with something else in it: what can be read comes back.
#[test]
fn what_is_read_comes_back_whatever_stands_in_the_fields() {
    const TEXTS: [&str; 12] = [
        "",
        "0",
        "2",
        "4",
        "17",
        "AB",
        "ab",
        "x y",
        "5039",
        "010126",
        "0E61F1985C369F01",
        "+12",
    ];
    let mut frames = Vec::new();
    let mut seen = HashSet::new();
    for vector in json_lines(FRAMES) {
        let kind = ["ot", "o_r", "nfields"].map(|key| vector["expect"][key].to_string());
        // One of a kind.
        if !seen.insert(kind) {
            continue;
        }
        let octets = unhex(vector["frame_hex"].as_str().unwrap());
        let text = String::from_utf8(octets).unwrap();
        let (fields, _) = text[15..].rsplit_once('/').unwrap();
        let fields: Vec<_> = fields.split('/').collect();
        let header = format!("{}/{}", &text[1..3], &text[10..14]);
        for index in 0..fields.len() {
            for other in TEXTS {
                let mut fields = fields.clone();
                fields[index] = other;
                frames.push(frame(&header, &format!("{}/", fields.join("/"))));
            }
        }
    }
    for mode in MODES {
        let decoded = smsgw(&["decode", "ucp", "--json", mode], &frames.join("\n"));
        let decoded = str::from_utf8(&decoded.stdout).unwrap();
        let encoded = smsgw(&["encode", "ucp", mode], decoded);
        let (decoded, encoded) = (json_lines(decoded), lines(&encoded));
        assert_eq!((decoded.len(), encoded.len()), (frames.len(), frames.len()));
        let mut read = 0;
        for ((frame, json), again) in frames.iter().zip(decoded).zip(encoded) {
            if json.get("error").is_none() {
                assert_eq!(*frame, again, "{json}");
                read += 1;
            }
        }
        // And some are refused.
        assert!((frames.len() / 4..frames.len()).contains(&read), "{read}");
    }
}

#[test]
fn every_malformed_frame_is_refused_for_its_reason() {
    let vectors = json_lines(MALFORMED);
    for mode in MODES {
        let output = smsgw(&["decode", "ucp", "--json", mode], &input(&vectors));
        assert_eq!(output.status.code(), Some(1));
        let text = str::from_utf8(&output.stdout).unwrap();
        let decoded = json_lines(text);
        assert_eq!(decoded.len(), vectors.len());
        for (line, vector) in decoded.iter().zip(&vectors) {
            let (error, expect, id) = (&line["error"], &vector["expect"], &vector["id"]);
            assert_eq!(error["kind"], expect["error"], "{id} {error}");
            // The document tells more of some, where it is the sender's fault.
            if expect.get("nack_ec").is_some() {
                assert_eq!(error["nack_ec"], expect["nack_ec"], "{id}");
            }
            assert!(error["field"].is_string() && error["offset"].is_u64());
            assert!(error["message"].is_string(), "{id}");
        }
        let encoded = smsgw(&["encode", "ucp", mode], text);
        for line in json_lines(str::from_utf8(&encoded.stdout).unwrap()) {
            assert_eq!(line["error"]["kind"], "not_decoded");
        }
    }
}

#[test]
fn errors_keep_their_line() {
    let good = frame("00/R/60", "A//");
    let input = [&good, "", "0", &good, "0203", "zz", ""].join("\r\n");
    let output = smsgw(&["decode", "ucp", "--json", "-"], &input);
    assert_eq!(output.status.code(), Some(1));
    let answers = json_lines(str::from_utf8(&output.stdout).unwrap());
    let kinds = answers.iter().map(|line| line["error"]["kind"].as_str());
    let expect = [
        None,
        Some("empty"),
        Some("hex"),
        None,
        Some("header"),
        Some("hex"),
    ];
    assert_eq!(kinds.collect::<Vec<_>>(), expect);
    let several = smsgw(&["decode", "ucp", "--json", &good, "02", &good], "");
    assert_eq!(lines(&several).len(), 3);
    let several = smsgw(&["decode", "ucp", &good, "02", &good], "");
    assert_eq!(several.status.code(), Some(1));
    let text = String::from_utf8(several.stdout).unwrap();
    assert_eq!(
        text.matches("session management, positive result").count(),
        2,
        "{text}"
    );
    assert_eq!(text.matches("error: ETX at octet 1: ").count(), 1, "{text}");
}

#[test]
fn an_operation_that_there_is_not() {
    let error = &decode(&[], &frame("07/O/59", "1/2/"))["error"];
    let expect = json!({
        "kind": "unknown_op",
        "field": "OT",
        "offset": 12,
        "message": "OT at octet 12: no operation has the type 59",
        "nack_ec": "03",
    });
    assert_eq!(*error, expect);
    let error = &decode(&[], &frame("07/R/59", "A//"))["error"];
    assert_eq!(error["kind"], "unknown_op");
    assert_eq!(error.get("nack_ec"), None, "nobody answers a result");
}

#[test]
fn a_frame_without_an_end_is_not_read_for_ever() {
    let endless = format!("02{}", "41".repeat(70_000));
    let output = smsgw(&["decode", "ucp", "--json"], &endless);
    let line = &json_lines(str::from_utf8(&output.stdout).unwrap())[0];
    assert_eq!(line["error"]["kind"], "too_long");
    let long = frame("00/R/31", &format!("A/{}/", "4".repeat(40_000)));
    let output = smsgw(&["decode", "ucp", "--json"], &long);
    let line = &json_lines(str::from_utf8(&output.stdout).unwrap())[0];
    assert_eq!(line["error"]["kind"], "too_long");
}

/// An OT 51 with these fields, by their places.
fn submit(fields: &[(usize, &str)]) -> String {
    let mut all = [""; 33];
    (all[0], all[1]) = ("012345", "09876");
    for &(index, text) in fields {
        all[index] = text;
    }
    frame("01/O/51", &format!("{}/", all.join("/")))
}

const OADC: usize = 1;
const MT: usize = 18;
const NB: usize = 19;
const MSG: usize = 20;
const XSER: usize = 30;

#[test]
fn text_is_shown_whatever_carries_it() {
    let long = "01060500030A0201020108";
    for (fields, text) in [
        (&[(MT, "3"), (MSG, "00051B65")][..], json!("@é€")),
        (&[(MT, "2"), (MSG, "0123")], json!("0123")),
        (
            &[(MT, "4"), (NB, "32"), (MSG, "04160443"), (XSER, "020108")],
            json!("Жу"),
        ),
        (
            &[
                (MT, "4"),
                (NB, "64"),
                (MSG, "FEFF0416D83DDE00"),
                (XSER, long),
            ],
            json!("Ж😀"),
        ),
        (
            &[
                (MT, "4"),
                (NB, "48"),
                (MSG, "FFFE16044304"),
                (XSER, "020108"),
            ],
            json!("Жу"),
        ),
        (&[(MT, "4"), (NB, "32"), (MSG, "01020304")], Json::Null),
        (&[(MT, "3")], json!("")),
    ] {
        let line = decode(&[], &submit(fields));
        assert_eq!(line["text"], text, "{line}");
    }
    let line = decode(&[], &frame("00/O/31", "2147/0539/"));
    assert_eq!(line.get("text"), None, "{line}");
}

#[test]
fn other_alphabets() {
    let hex = submit(&[(MT, "3"), (MSG, "405B7DA7")]);
    for (alphabet, text) in [("gsm", None), ("latin1", Some("@[}§")), ("german", None)] {
        let line = decode(&["--alphabet", alphabet], &hex);
        let text = text.map_or(line["decoded"]["text"].clone(), Json::from);
        assert_eq!(line["decoded"]["text"], text);
        assert_eq!(line["text"], text);
        assert_eq!(encode(&["--alphabet", alphabet], &line), Ok(hex.clone()));
    }
    let hex = submit(&[(MT, "3"), (MSG, "5B5C5D7B7C7D7E")]);
    let line = decode(&["--alphabet", "german"], &hex);
    assert_eq!(line["text"], "ÄÖÜäöüß");
    let line = decode(&["--alphabet", "ira"], &hex);
    assert_eq!(line["text"], "[\\]{|}~");
    let error = encode(&[], &line).unwrap_err();
    assert_eq!(error["kind"], "contradiction");
}

#[test]
fn names_and_codes_are_told() {
    let notification = frame(
        "00/O/53",
        "07D2FA9C0E/00441234567890/////////////010126000000/2/107/020126000000/3//41/////////////",
    );
    let line = decode(&[], &notification);
    assert_eq!(line["operation"], "deliver_notification");
    assert_eq!(line["adc_text"], "Rust");
    assert_eq!(line["rsn_text"], "absent subscriber");
    let line = decode(&[], &frame("00/R/51", "N/04//"));
    assert!(line["ec_text"].as_str().unwrap().contains("not allowed"));
    let line = decode(&[], &frame("00/R/51", "N/93/Kein Guthaben/"));
    assert_eq!(line["ec_text"], Json::Null);
    assert_eq!(line["decoded"], json!({ "ec": 93 }));
}

#[test]
fn lists_are_lists() {
    let hex = frame("03/O/02", "2/0611/0622/1234//3/41/");
    let line = decode(&[], &hex);
    let fields = json!({
        "NPL": "2", "AdC": ["0611", "0622"], "OAdC": "1234", "MT": "3", "Msg": "41",
    });
    assert_eq!(line["fields"], fields);
    assert_eq!(line["nfields"], 7);
    assert_eq!(encode(&[], &line), Ok(hex.clone()));
    let mut counted = line.clone();
    counted["fields"]
        .as_object_mut()
        .unwrap()
        .shift_remove("NPL");
    assert_eq!(encode(&[], &counted), Ok(hex));
    let one = frame("03/O/02", "1/0611/1234//3/41/");
    assert_eq!(decode(&[], &one)["fields"]["AdC"], json!(["0611"]));
}

#[test]
fn both_layouts_of_operation_03() {
    let documents = frame(
        "22/O/03",
        "01234568/0756663//0////////1/0602961500/2/89123334/",
    );
    let others = frame(
        "22/O/03",
        "01234568/0756663//0/////////1/0602961500/2/89123334/",
    );
    let groups = frame(
        "22/O/03",
        "01234568/0756663//2/5/6////////1/0602961500/2/89123334/",
    );
    for (hex, nfields) in [(documents, 15), (others, 16), (groups, 17)] {
        for mode in MODES {
            let line = decode(&[mode], &hex);
            assert_eq!(line["nfields"], nfields);
            assert_eq!(line["fields"]["DDT"], "0602961500");
            assert_eq!(line["decoded"]["digits"], "89123334");
            assert_eq!(encode(&[mode], &line), Ok(hex.clone()));
        }
    }
}

/// One item without NPL is the spare field when there are as many fields: NPL is not made up.
#[test]
fn a_spare_field_stays_one() {
    let spare = frame("00/O/03", "0123/045///X//////////3//");
    let read = decode(&[], &spare);
    assert_eq!(read["fields"].get("NPL"), None);
    assert_eq!(read["nfields"], 16);
    assert_eq!(encode(&[], &read).unwrap(), spare);
    let group = frame("00/O/03", "0123/045//1/X//////////3//");
    let read = decode(&[], &group);
    assert_eq!(read["fields"]["NPL"], "1");
    assert_eq!(encode(&[], &read).unwrap(), group);
    // Whoever does not tell how many fields there are means group addresses.
    let fields = json!({"AdC": "0123", "OAdC": "045", "GA": ["X"], "MT": "3"});
    let object = json!({"ot": 3, "fields": fields});
    assert_eq!(encode(&[], &object).unwrap(), group);
}

#[test]
fn what_is_tolerated_is_listed_and_refused_in_strict_mode() {
    let lower = hex(b"\x0200/00019/R/60/A//6d\x03");
    let line = decode(&[], &lower);
    assert_eq!(
        (&line["checksum"], &line["checksum_ok"]),
        (&json!("6d"), &json!(true))
    );
    assert_eq!(encode(&[], &line), Ok(lower.clone()));
    assert_eq!(
        decode(&["--strict"], &lower)["error"]["kind"],
        "checksum_syntax"
    );
    assert_eq!(
        encode(&["--strict"], &line).unwrap_err()["kind"],
        "checksum_syntax"
    );

    let hex = submit(&[(MSG, "4a")]);
    let line = decode(&[], &hex);
    let kinds = line["tolerated"].as_array().unwrap().iter();
    let kinds: Vec<_> = kinds
        .map(|fault| (&fault["kind"], &fault["field"]))
        .collect();
    let expect = [
        (&json!("lower_case_hex"), &json!("Msg")),
        (&json!("missing_message_type"), &json!("MT")),
    ];
    assert_eq!(kinds, expect);
    assert_eq!(line["decoded"]["text"], "J");
    assert_eq!(encode(&[], &line), Ok(hex.clone()));
    assert_eq!(decode(&["--strict"], &hex)["error"]["kind"], "field_value");
    assert!(dissect(&hex).contains("tolerated: MT at octet "));

    let hex = submit(&[(OADC, "08D2FA9C0E"), (MT, "3")]);
    let line = decode(&[], &hex);
    assert_eq!(line["tolerated"][0]["kind"], "missing_otoa");
    assert_eq!(line["decoded"]["oadc_text"], "Rust");
    assert_eq!(encode(&[], &line), Ok(hex));
}

#[test]
fn objects_written_by_hand() {
    for (object, expect) in [
        (
            json!({"operation": "smt_alert", "fields": {"AdC": "2147", "PID": "0539"}}),
            frame("00/O/31", "2147/0539/"),
        ),
        (
            json!({"ot": 31, "fields": {"ACK": "A", "SM": "0003"}, "trn": 4}),
            frame("04/R/31", "A/0003/"),
        ),
        (
            json!({"ot": 51, "o_r": "R", "fields": {"NACK": "N", "EC": "31", "SM": ""}}),
            frame("00/R/51", "N/31//"),
        ),
        (
            json!({"ot": 51, "fields": {"AdC": "1", "OAdC": "2", "MT": "3", "Msg": "41"},
                   "text": "A", "len": null}),
            frame(
                "00/O/51",
                &format!("1/2/{}3//41/{}", "/".repeat(16), "/".repeat(12)),
            ),
        ),
    ] {
        assert_eq!(encode(&["--strict"], &object), Ok(expect), "{object}");
    }
}

#[test]
fn what_cannot_be_names_its_field() {
    let with = |ot: u8, fields: Json| json!({ "ot": ot, "fields": fields });
    let login = json!({"OAdC": "1", "STYP": "1", "PWD": "5g", "VERS": "0100"});
    for (object, kind, field) in [
        (json!({}), "wrong_type", json!("ot")),
        (json!({"ot": 59}), "unknown_op", json!("ot")),
        (json!({"ot": 100}), "wrong_type", json!("ot")),
        (
            json!({"operation": "ping"}),
            "unknown_op",
            json!("operation"),
        ),
        (json!({"ot": 31, "trn": 100}), "wrong_type", json!("trn")),
        (json!({"ot": 31, "o_r": "X"}), "wrong_type", json!("o_r")),
        (
            json!({"ot": 31, "fields": []}),
            "wrong_type",
            json!("fields"),
        ),
        (json!({"ot": 31, "o_r": "R"}), "wrong_type", json!("ACK")),
        (with(31, json!({"AdC": 7})), "wrong_type", json!("AdC")),
        (with(31, json!({"AdC": "1/2"})), "character", json!("AdC")),
        (
            with(31, json!({"AdC": "1\u{3}"})),
            "character",
            json!("AdC"),
        ),
        (with(31, json!({"AdC": "1Ж"})), "character", json!("AdC")),
        (
            with(31, json!({"Msg": "41"})),
            "unknown_field",
            json!("Msg"),
        ),
        (
            with(1, json!({"MT": "3", "Msg": "41"})),
            "field_value",
            json!("AdC"),
        ),
        (
            with(51, json!({"AdC": "1", "OAdC": ["1", "2"]})),
            "wrong_type",
            json!("OAdC"),
        ),
        (with(2, json!({"AdC": "1"})), "wrong_type", json!("AdC")),
        (
            with(2, json!({"NPL": "3", "AdC": ["1"], "MT": "2"})),
            "field_count",
            Json::Null,
        ),
        (with(60, login), "field_value", json!("PWD")),
        (
            with(51, json!({"AdC": "1", "VP": "3002261200"})),
            "field_value",
            json!("VP"),
        ),
    ] {
        let error = encode(&[], &object).unwrap_err();
        assert_eq!(error["kind"], kind, "{object} {error}");
        if !field.is_null() {
            assert_eq!(error["field"], field, "{object} {error}");
        }
        assert_eq!(error.get("nack_ec"), None, "{error}");
    }
}

#[test]
fn what_is_told_beside_the_fields_must_be_so() {
    let alert = |key: &str, value: Json| {
        let mut object = json!({"ot": 31, "fields": {"AdC": "2147", "PID": "0539"}});
        object[key] = value;
        object
    };
    for (key, right, wrong) in [
        ("len", json!(26), json!(27)),
        ("nfields", json!(2), json!(3)),
        ("checksum", json!("c4"), json!("C5")),
        ("checksum_ok", json!(true), json!(false)),
        ("operation", json!("smt_alert"), json!("call_input")),
        ("o_r", json!("O"), json!("R")),
        ("decoded", json!({}), json!({"ec": 1})),
    ] {
        let object = alert(key, right);
        let written = encode(&[], &object);
        assert!(written.is_ok(), "{object} {written:?}");
        let object = alert(key, wrong);
        let error = encode(&[], &object).unwrap_err();
        assert!(error["kind"].is_string(), "{object} {error}");
    }
    let error = encode(&[], &alert("decode", json!(1))).unwrap_err();
    assert_eq!(error["kind"], "unknown_field");
}

#[test]
fn a_dissection_for_people() {
    let hex = submit(&[
        (1, "10412614190438AB4D"),
        (3, "1"),
        (4, "1920870340125000"),
        (5, "5"),
        (6, "0539"),
        (12, "3012961212"),
        (MT, "3"),
        (MSG, "4869"),
        (28, "5039"),
        (XSER, "01060500030A0201020110"),
    ]);
    let text = dissect(&hex);
    let expect = "\
submit short message, operation, TRN 01
      0  02                       STX
      1  30 31 2f                 TRN                      01
      4  30 30 31 33 36 2f        LEN                      136 octets
     10  4f 2f                    O/R                      operation
     12  35 31 2f                 OT                       51 (submit short message)
     15  30 31 32 33 34 35 2f     AdC                      012345
     22  31 30 34 31 32 36 31 34  OAdC                     10412614190438AB4D (ALPHA@NUM)
     30  31 39 30 34 33 38 41 42
     38  34 44 2f
     41  2f                                                (1 empty field)
     42  31 2f                    NRq                      1 (yes)
     44  31 39 32 30 38 37 30 33  NAdC                     1920870340125000 (192.87.34.12:5000)
     52  34 30 31 32 35 30 30 30
     60  2f
     61  35 2f                    NT                       5 (delivered, buffered)
     63  30 35 33 39 2f           NPID                     0539 (PC over TCP/IP)
     68  2f 2f 2f 2f 2f                                    (5 empty fields)
     73  33 30 31 32 39 36 31 32  VP                       3012961212 (1996-12-30T12:12:00)
     81  31 32 2f
     84  2f 2f 2f 2f 2f                                    (5 empty fields)
     89  33 2f                    MT                       3 (alphanumeric: text)
     91  2f                                                (1 empty field)
     92  34 38 36 39 2f           Msg                      text, 2 octets
     97  2f 2f 2f 2f 2f 2f 2f                              (7 empty fields)
    104  35 30 33 39 2f           OTOA                     5039 (OAdC is a name, packed in 7 bits)
    109  2f                                                (1 empty field)
    110  30 31 30 36 30 35 30 30  XSer                     2 services
    118  30 33 30 41 30 32 30 31
    126  30 32 30 31 31 30 2f
                                    TT 01                  GSM UDH information: 0500030A0201
                                      IE 00                part 1 of 2, reference 10
                                    TT 02                  GSM DCS information: 10 (gsm7 class 0)
    133  2f 2f                                             (2 empty fields)
    135  35 33                    CHK                      53
    137  03                       ETX
  text: Hi

";
    assert_eq!(text, expect);
}

#[test]
fn every_vector_is_dissected() {
    let vectors = json_lines(FRAMES);
    let output = smsgw(&["decode", "ucp"], &input(&vectors));
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("TRN ").count(), vectors.len() * 2);
    assert!(!text.contains('\x1b'), "no colour into a pipe");
}

#[test]
fn a_message_cannot_play_with_the_terminal() {
    let text = dissect(&frame("00/R/60", "A/\x1b[2J\u{7}/"));
    assert!(!text.contains(['\x1b', '\u{7}']), "{text}");
    let text = dissect(&submit(&[(MT, "3"), (MSG, "410A0D42")]));
    assert!(text.contains("text: A\\n\\rB"), "{text}");
}

#[cfg(unix)]
#[test]
fn help_shows_examples_that_work() {
    let frames = format!("{}\n", frame("00/R/60", "A//"));
    for command in ["decode", "encode"] {
        let object = r#"{"ot":60,"fields":{"ACK":"A"}}"#;
        let files = [("frames.txt", &*frames), ("frames.jsonl", object)];
        examples::run(&[command, "ucp"], &files);
    }
}
