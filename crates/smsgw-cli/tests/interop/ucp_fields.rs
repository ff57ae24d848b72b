//! What a UCP frame says, field by field: by `smsgw decode ucp --json` and by tshark, in the same words.

use std::collections::BTreeMap;

use serde_json::Value;
use smsgw_gsm::alphabet::decode_unpacked;

use crate::dissection::{Dissection, number};
use crate::encoding::octets;
use crate::ucp_set::Case;

/// Names of fields, as tshark has them, and their values.
pub(crate) type Fields = BTreeMap<String, String>;

/// Of a field that is not compared.
pub(crate) const ANYTHING: &str = "*";

const NUMBERS: [&str; 10] = [
    "NPID", "LPID", "PID", "Rsn", "EC", "NPL", "OPID", "OTOA", "TRN", "LEN",
];

/// The last is of results, of which ours tells only the field.
const TIMES: [&str; 5] = ["DDT", "VP", "SCTS", "DSCTS", "MVP"];

/// By smsgw. Insists that its fields are those of `case`.
pub(crate) fn ours(case: &Case, decoded: &Value) -> Fields {
    let mut fields = Fields::new();
    for header in ["trn", "len", "ot"] {
        let value = decoded[header]
            .as_u64()
            .unwrap_or_else(|| panic!("{header}: {decoded}"));
        fields.insert(header.to_uppercase(), value.to_string());
    }
    fields.insert(
        "O_R".to_owned(),
        decoded["o_r"].as_str().unwrap().to_owned(),
    );
    assert_eq!(decoded["checksum_ok"], true, "{decoded}");
    assert_eq!(decoded["nfields"], case.fields.len(), "{decoded}");
    let said = decoded["fields"].as_object().unwrap();
    let names: Vec<_> = case.fields.iter().map(|(name, _)| *name).collect();
    for name in said.keys() {
        assert!(names.contains(&&**name), "{name}: {decoded}");
    }
    for name in names {
        let value = match &said.get(name) {
            None => String::new(),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| value.as_str().unwrap())
                .collect::<Vec<_>>()
                .join(","),
            Some(value) => value.as_str().unwrap().to_owned(),
        };
        // There is no key for the one that the documents do not have.
        let is_said = name != "LRP";
        assert!(
            !is_said || value == case.values(name).join(","),
            "{name}: {decoded}"
        );
        if !value.is_empty() {
            let (name, value) = meaning(case, name, value, &decoded["decoded"]);
            fields.insert(name, value);
        }
    }
    fields
}

/// What a field is called by tshark, and what it stands for.
fn meaning(case: &Case, name: &str, value: String, decoded: &Value) -> (String, String) {
    let text = |key: &str| {
        let text = decoded[key].as_str();
        text.unwrap_or_else(|| panic!("no {key} of {value}: {decoded}"))
            .to_owned()
    };
    let is_text = matches!((name, case.value("MT")), ("AMsg", _) | ("Msg", "3"));
    let calls_input = (1..=3).contains(&case.ot);
    match name {
        "AMsg" | "Msg" if is_text => {
            let text = text("text");
            assert_eq!(text, decode_unpacked(&octets(&value)), "{}", case.name);
            ("AMsg".to_owned(), text)
        }
        "Msg" => {
            let key = if case.value("MT") == "2" {
                "digits"
            } else {
                "octets"
            };
            assert_eq!(text(key), value, "{}", case.name);
            ("message".to_owned(), value)
        }
        "NB" if case.value("MT") == "4" => {
            let bits = value.parse::<u64>().unwrap();
            assert_eq!(decoded["nb"], bits, "{}", case.name);
            (name.to_owned(), value)
        }
        "PWD" | "NPWD" => (name.to_owned(), decode_unpacked(&octets(&value))),
        "OAdC" if case.value("OTOA") == "5039" => {
            let text = text("oadc_text");
            assert!(case.name.contains(&text), "{text}: {}", case.name);
            (name.to_owned(), text)
        }
        "XSer" => (name.to_owned(), services(&decoded["xser"])),
        "AC" if calls_input => ("OAC".to_owned(), value),
        "UR" => ("UM".to_owned(), value),
        "LUR" => ("LUM".to_owned(), value),
        "NACK" => ("ACK".to_owned(), value),
        "STYP" if case.ot == 60 => ("STYP0".to_owned(), value),
        "STYP" => ("STYP1".to_owned(), value),
        "MVP" => (name.to_owned(), minute(&value)),
        _ if TIMES.contains(&name) => (name.to_owned(), text(&name.to_lowercase())),
        _ if NUMBERS.contains(&name) => {
            (name.to_owned(), value.parse::<u64>().unwrap().to_string())
        }
        _ => (name.to_owned(), value),
    }
}

/// `DDMMYYhhmm` as in ISO 8601.
fn minute(digits: &str) -> String {
    let pair = |at: usize| &digits[2 * at..2 * at + 2];
    let [day, month, year, hour, minute] = [0, 1, 2, 3, 4].map(pair);
    format!("20{year}-{month}-{day}T{hour}:{minute}:00")
}

fn services(xser: &Value) -> String {
    let service = |service: &Value| {
        let data = service["data"].as_str().unwrap();
        format!("{}:{}:{data} ", service["type"], data.len() / 2)
    };
    xser.as_array().unwrap().iter().map(service).collect()
}

/// By tshark.
pub(crate) fn theirs(dissection: &Dissection) -> Fields {
    let mut fields = Fields::new();
    let [types, lengths, data] =
        ["xser.service", "xser.length", "xser.data"].map(|name| dissection.shown(name));
    assert!(
        types.len() == lengths.len() && types.len() == data.len(),
        "{dissection:?}"
    );
    let services = types.iter().zip(lengths).zip(data);
    let services: String = services
        .map(|((kind, length), data)| format!("{}:{length}:{data} ", number(kind)))
        .collect();
    for leaf in dissection.leaves() {
        let name = leaf
            .name
            .trim_start_matches("hdr.")
            .trim_start_matches("parm.");
        let value = match name {
            // Trees have no value; what an extra service is made of stands together.
            "parm" | "XSer" => continue,
            _ if name.starts_with("xser.") => continue,
            "message" => String::from_utf8(octets(&leaf.raw)).unwrap(),
            _ if TIMES.contains(&name) => time(&leaf.shown),
            _ if NUMBERS.contains(&name) => number(&leaf.shown).to_string(),
            "AMsg" | "PWD" | "NPWD" => leaf.shown.clone(),
            // Characters are in quotes, strings are not.
            _ => leaf.shown.trim_matches('\'').to_owned(),
        };
        let field = fields.entry(name.to_owned()).or_default();
        if !field.is_empty() {
            *field += ",";
        }
        *field += &value;
    }
    if !services.is_empty() {
        fields.insert("XSer".to_owned(), services);
    }
    fields
}

/// `Nov 21, 2026 22:54:20.000000000 UTC` as in ISO 8601.
fn time(shown: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let words: Vec<_> = shown.split_whitespace().collect();
    let [month, day, year, time, "UTC"] = words[..] else {
        panic!("{shown} is no time");
    };
    let month = (1..)
        .zip(MONTHS)
        .find(|(_, name)| *name == month)
        .unwrap()
        .0;
    let day: u8 = day.trim_end_matches(',').parse().unwrap();
    let (time, _) = time.split_once('.').unwrap();
    format!("{year}-{month:02}-{day:02}T{time}")
}
