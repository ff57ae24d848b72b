//! The TPDUs of `tests/vectors`: every value that they expect, and the same octets again.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

mod support;

use serde_json::{Value, json};
use smsgw_gsm::Quirks;
use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::field::{Address, EnhancedFormat, ValidityPeriod};
use smsgw_gsm::tpdu::{ModemPdu, Parameters, Tpdu, UserData};
use smsgw_gsm::udh::{Ports, Reference};
use support::{decode, hex, lines, octets};

fn write(vector: &Value, pdu: &ModemPdu<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    support::write(vector, pdu, &mut out);
    out
}

/// What was read, in the words of the vectors.
fn describe(vector: &Value, pdu: &ModemPdu<'_>) -> Value {
    let mut said = json!({ "fo": hex(&[pdu.tpdu.first_octet()]) });
    let fo = pdu.tpdu.first_octet();
    if vector["has_smsc"] == true {
        said["smsc"] = pdu.service_centre.as_ref().map_or(Value::Null, address);
    }
    said["udhi"] = json!(fo & 0x40 != 0);
    if let Some(to_or_from) = pdu.tpdu.address() {
        said["address"] = address(to_or_from);
    }
    match &pdu.tpdu {
        Tpdu::Deliver(deliver) => {
            said["mms"] = json!(deliver.more_messages_to_send);
            said["lp"] = json!(deliver.loop_prevention);
            said["sri"] = json!(deliver.status_report_indication);
            said["rp"] = json!(deliver.reply_path);
            said["pid"] = json!(deliver.protocol_identifier.0);
            said["dcs"] = coding(deliver.user_data.data_coding_scheme());
            said["timestamp"] = json!(deliver.service_centre_time_stamp.to_string());
        }
        Tpdu::Submit(submit) => {
            said["rd"] = json!(submit.reject_duplicates);
            said["srr"] = json!(submit.status_report_request);
            said["rp"] = json!(submit.reply_path);
            said["mr"] = json!(submit.message_reference);
            said["pid"] = json!(submit.protocol_identifier.0);
            said["dcs"] = coding(submit.user_data.data_coding_scheme());
            said["validity"] = validity(submit.validity_period);
        }
        Tpdu::StatusReport(report) => {
            said["mms"] = json!(report.more_messages_to_send);
            said["lp"] = json!(report.loop_prevention);
            said["srq"] = json!(report.status_report_qualifier);
            said["mr"] = json!(report.message_reference);
            said["timestamp"] = json!(report.service_centre_time_stamp.to_string());
            said["discharge"] = json!(report.discharge_time.to_string());
            said["status"] = json!(report.status.0);
            if let Some(given) = &report.parameters {
                parameters(&mut said, given);
            }
        }
        Tpdu::DeliverReport(report) => {
            said["error"] = json!(report.failure_cause.is_some());
            if let Some(failure) = report.failure_cause {
                said["fcs"] = json!(failure.0);
            }
            parameters(&mut said, &report.parameters);
        }
        Tpdu::SubmitReport(report) => {
            said["error"] = json!(report.failure_cause.is_some());
            if let Some(failure) = report.failure_cause {
                said["fcs"] = json!(failure.0);
            }
            said["timestamp"] = json!(report.service_centre_time_stamp.to_string());
            parameters(&mut said, &report.parameters);
        }
        Tpdu::Command(command) => {
            said["srr"] = json!(command.status_report_request);
            said["mr"] = json!(command.message_reference);
            said["pid"] = json!(command.protocol_identifier.0);
            said["ct"] = json!(command.command_type.0);
            said["mn"] = json!(command.message_number);
            said["data_hex"] = json!(hex(command.command_data.user_data().payload()));
            header(&mut said, &command.command_data.user_data());
        }
    }
    if let (Some(data), false) = (pdu.tpdu.user_data(), matches!(pdu.tpdu, Tpdu::Command(_))) {
        user_data(&mut said, &data);
    }
    said
}

fn address(address: &Address) -> Value {
    let mut said = json!({
        "toa": hex(&[address.type_of_address().0]),
        "ton": address.ton().0,
        "npi": address.npi().0,
        "number": address.to_string(),
    });
    if !address.is_alphanumeric() {
        said["digits"] = json!(address.digits().collect::<String>());
    }
    said
}

fn coding(coding: DataCodingScheme) -> Value {
    let mut said = json!({
        "raw": hex(&[coding.0]),
        "alphabet": coding.alphabet().name(),
        "class": coding.class().map(|class| class.number()),
        "compressed": coding.is_compressed(),
        "group": coding.group().name(),
        "auto_delete": coding.is_auto_delete(),
    });
    for (name, is_set) in [
        ("reserved", coding.is_reserved()),
        ("reserved_bit2", coding.has_reserved_bit_2()),
        ("reserved_bit3", coding.has_reserved_bit_3()),
    ] {
        if is_set {
            said[name] = json!(true);
        }
    }
    if let Some(waiting) = coding.message_waiting() {
        said["mwi"] = json!({
            "active": waiting.active,
            "type": waiting.indication.name(),
            "store": waiting.store,
        });
    }
    said
}

fn validity(validity: Option<ValidityPeriod>) -> Value {
    let Some(validity) = validity else {
        return Value::Null;
    };
    let mut said = match validity {
        ValidityPeriod::Relative(period) => json!({
            "format": "relative",
            "raw": hex(&[period.0]),
        }),
        ValidityPeriod::Absolute(time) => json!({
            "format": "absolute",
            "raw": hex(&time.octets()),
            "timestamp": time.to_string(),
        }),
        ValidityPeriod::Enhanced(period) => {
            assert!(!matches!(period.format(), EnhancedFormat::Reserved(_)));
            json!({
                "format": "enhanced",
                "raw": hex(&period.octets()),
                "extension": period.has_extension(),
                "single_shot": period.is_single_shot(),
            })
        }
    };
    if let Some(duration) = validity.duration() {
        said["seconds"] = json!(duration.as_secs());
    }
    said
}

fn parameters(said: &mut Value, parameters: &Parameters<'_>) {
    said["pi"] = json!(hex(&[parameters.indicator().0]));
    if let Some(protocol) = parameters.protocol_identifier() {
        said["pid"] = json!(protocol.0);
    }
    if let Some(given) = parameters.data_coding_scheme() {
        said["dcs"] = coding(given);
    }
}

fn user_data(said: &mut Value, data: &UserData<'_>) {
    said["udl"] = json!(data.udl());
    match data.septets() {
        Some(septets) => said["septets"] = json!(septets),
        None => said["data_hex"] = json!(hex(data.payload())),
    }
    if let Some(text) = data.text() {
        said["text"] = json!(text);
    }
    header(said, data);
}

fn header(said: &mut Value, data: &UserData<'_>) {
    let Some(header) = data.header() else {
        return;
    };
    let elements = header
        .elements()
        .map(|element| json!({ "iei": element.iei, "hex": hex(element.data) }));
    said["udh"] = elements.collect();
    if let Some(concat) = header.concat() {
        let (reference, bits) = match concat.reference() {
            Reference::Eight(reference) => (reference.into(), 8),
            Reference::Sixteen(reference) => (reference, 16),
        };
        said["concat"] = json!({
            "ref": reference,
            "total": concat.total(),
            "seq": concat.sequence(),
            "bits": bits,
        });
    }
    if let Some(ports) = header.ports() {
        said["ports"] = json!({
            "dst": ports.destination(),
            "src": ports.originator(),
            "bits": if matches!(ports, Ports::Eight { .. }) { 8 } else { 16 },
        });
    }
    let (locking, single) = header.languages();
    if locking.is_some() || single.is_some() {
        said["language"] = json!({
            "locking": locking.unwrap_or(0),
            "single": single.unwrap_or(0),
        });
    }
}

#[test]
fn well_formed() {
    let vectors = lines(support::WELLFORMED);
    assert_eq!(vectors.len(), 260);
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        let input = octets(vector);
        for quirks in [Quirks::STRICT, Quirks::LENIENT] {
            // These two are among the quirks too: an odd number of digits, filled with a 1.
            let is_odd = ["ofono-007", "ofono-008"].contains(&id);
            if is_odd && quirks == Quirks::STRICT {
                continue;
            }
            let decoded = decode(vector, &input, &quirks);
            let decoded = decoded.unwrap_or_else(|error| panic!("{id}: {error}"));
            assert_eq!(decoded.tolerated.is_empty(), !is_odd, "{id}");
            let pdu = decoded.pdu;
            assert_eq!(pdu.tpdu.kind().name(), vector["kind"], "{id}");

            assert_eq!(describe(vector, &pdu), vector["expect"], "{id}");
            assert_eq!(write(vector, &pdu), input, "{id}");
        }
    }
}

#[test]
fn malformed() {
    let vectors = lines(support::MALFORMED);
    assert_eq!(vectors.len(), 30);
    let mut found = Vec::new();
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        let input = octets(vector);
        let error = decode(vector, &input, &Quirks::STRICT).unwrap_err();
        let lenient = match decode(vector, &input, &Quirks::LENIENT) {
            // A fault before it may have been let through.
            Err(_) => "refused",
            Ok(decoded) => {
                assert_eq!(write(vector, &decoded.pdu), input, "{id}");
                let mut faults = decoded.tolerated.iter();
                let fault = faults.next().unwrap();
                assert_eq!((fault.field, fault.offset), (error.field, error.offset));
                assert!(faults.next().is_none(), "{id}");
                fault.what.name()
            }
        };
        // Of the faults of structure only what quirks.jsonl keeps is let through.
        let kept = ["refused", "truncated_user_data"];
        assert!(vector["severity"] == "semantic" || kept.contains(&lenient));
        found.push((id, error.field, error.offset, error.kind.name(), lenient));
    }
    assert_eq!(found, MALFORMED);
}

/// Where each of the malformed ones is wrong, and how; and what lenient reading lets through.
const MALFORMED: [(&str, &str, usize, &str, &str); 30] = [
    ("mal-002", "TP-RA", 3, "truncated", "refused"),
    ("mal-005", "UDHL", 10, "truncated", "refused"),
    ("mal-006", "TP-DA", 5, "not_decimal", "refused"),
    ("mal-010", "TP-SCTS", 7, "truncated", "refused"),
    ("mal-013", "TP-SCTS", 6, "truncated", "refused"),
    ("mal-015", "TP-SCTS", 6, "not_decimal", "refused"),
    ("mal-016", "TP-DT", 13, "not_decimal", "refused"),
    ("mal-020", "TP-UDL", 22, "truncated", "refused"),
    ("mal-021", "TP-DA", 2, "not_decimal", "refused"),
    ("mal-025", "TP-VP", 8, "not_decimal", "refused"),
    ("mal-026", "TP-UD", 9, "truncated", "truncated_user_data"),
    ("mal-031", "TP-UD", 26, "truncated", "truncated_user_data"),
    ("mal-039", "TP-OA", 9, "truncated", "refused"),
    ("mal-043", "TP-SCTS", 19, "truncated", "refused"),
    ("mal-047", "TP-UD", 27, "truncated", "truncated_user_data"),
    ("mal-048", "TP-UD", 27, "truncated", "truncated_user_data"),
    ("mal-055", "TP-SCTS", 11, "invalid_time", "odd_time"),
    ("mal-060", "TP-SCTS", 11, "not_decimal", "odd_time"),
    ("mal-062", "UDHL", 19, "truncated", "refused"),
    ("mal-063", "IE", 20, "broken_element", "refused"),
    ("mal-065", "IE", 25, "broken_element", "refused"),
    ("mal-066", "UDHL", 19, "truncated", "refused"),
    ("mal-067", "UDHL", 19, "too_long", "refused"),
    ("mal-073", "TP-UD", 19, "odd_length", "odd_value"),
    ("mal-074", "TP-VP", 12, "truncated", "refused"),
    ("mal-075", "TP-VP", 12, "truncated", "refused"),
    ("mal-077", "TP-VP", 12, "truncated", "refused"),
    ("mal-080", "TP-CD", 14, "truncated", "refused"),
    ("mal-083", "TP-ST", 21, "truncated", "refused"),
    ("mal-089", "TP-UDL", 2, "truncated", "refused"),
];

#[test]
fn quirks() {
    let vectors = lines(support::QUIRKS);
    assert_eq!(vectors.len(), 3);
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        let input = octets(vector);
        let strict = decode(vector, &input, &Quirks::STRICT);
        let may_refuse = vector["strict"].as_str().unwrap().contains("error");
        assert_eq!(strict.is_err(), may_refuse, "{id}");

        let decoded = decode(vector, &input, &Quirks::LENIENT).unwrap();
        assert_eq!(write(vector, &decoded.pdu), input, "{id}");
        let said = describe(vector, &decoded.pdu);
        let expect = &vector["lenient"];
        if let Some(number) = expect.get("number") {
            assert_eq!(&said["address"]["number"], number, "{id}");
        }
        if let Some(kind) = expect.get("kind") {
            assert_eq!(decoded.pdu.tpdu.kind().name(), kind, "{id}");
        }
        assert_eq!(decoded.tolerated.is_empty(), strict.is_ok(), "{id}");
    }
}

/// What a program that has only the values of the optional fields can make of them.
#[test]
fn the_optional_fields_are_made_of_their_values() {
    let mut made = 0;
    for vector in lines(support::WELLFORMED) {
        let input = octets(&vector);
        let pdu = decode(&vector, &input, &Quirks::STRICT);
        let parameters = match pdu.map(|decoded| decoded.pdu.tpdu) {
            Ok(Tpdu::StatusReport(report)) => report.parameters,
            Ok(Tpdu::SubmitReport(report)) => Some(report.parameters),
            Ok(Tpdu::DeliverReport(report)) => Some(report.parameters),
            _ => None,
        };
        if let Some(parameters) = parameters {
            assert_eq!(rebuild(&parameters), parameters);
            made += 1;
        }
    }
    assert_eq!(made, 9);
}

fn rebuild<'a>(parameters: &Parameters<'a>) -> Parameters<'a> {
    let mut made = Parameters::new();
    if let Some(protocol) = parameters.protocol_identifier() {
        made = made.with_protocol_identifier(protocol);
    }
    if let Some(coding) = parameters.data_coding_scheme() {
        made = made.with_data_coding_scheme(coding);
    }
    if let Some(user_data) = parameters.user_data() {
        made = made.with_user_data(user_data);
        if parameters.data_coding_scheme().is_none() {
            made = made.without_default_coding();
        }
    }
    let (extension, trailing) = (parameters.extension(), parameters.trailing());
    made.with_unknown(parameters.indicator(), extension, trailing)
        .unwrap()
}

/// From the tests and trackers of other implementations, with the numbers, times and texts that
/// those have; the ones with `tolerated` are not by the standard.
#[test]
fn in_the_field() {
    let vectors = lines(support::FIELD);
    assert_eq!(vectors.len(), 89);
    for vector in &vectors {
        let id = vector["id"].as_str().unwrap();
        let input = octets(vector);
        let tolerated = vector["tolerated"].as_array();
        let strict = decode(vector, &input, &Quirks::STRICT);
        assert_eq!(strict.is_err(), tolerated.is_some(), "{id}");

        let decoded = decode(vector, &input, &Quirks::LENIENT);
        let decoded = decoded.unwrap_or_else(|error| panic!("{id}: {error}"));
        let names = decoded.tolerated.iter().map(|fault| fault.what.name());
        let names: Vec<_> = names.map(Value::from).collect();
        assert_eq!(&names, tolerated.unwrap_or(&Vec::new()), "{id}");
        let pdu = decoded.pdu;
        assert_eq!(pdu.tpdu.kind().name(), vector["kind"], "{id}");
        assert_eq!(describe(vector, &pdu), vector["expect"], "{id}");
        assert_eq!(write(vector, &pdu), input, "{id}");
    }
}
