//! TPDUs of smsgw-gsm as tshark reads them.

use std::collections::BTreeSet;

use serde_json::Value;
use smsgw_gsm::Quirks;
use smsgw_gsm::alphabet::{Code, ESCAPE, Tables};
use smsgw_gsm::field::{EnhancedFormat, ValidityPeriod};
use smsgw_gsm::septet::{FillBits, packed_len, unpack};
use smsgw_gsm::tpdu::{Context, Direction, ModemPdu, ReportKind, Tpdu};
use smsgw_gsm::udh::{InformationElement, iei};

use crate::dissection::{Way, dissect};
use crate::encoding::{hex, octets};
use crate::harness::scratch;
use crate::tpdu_fields::{Fields, our_element, ours, theirs};
use crate::tpdu_set;

const VECTORS: &str = include_str!("../../../smsgw-gsm/tests/vectors/tpdu.jsonl");

/// A TPDU as it is sent, and what its reader is told.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) context: Context,
    pub(crate) octets: Vec<u8>,
}

/// Makes of what is right what tshark shows.
type Mistake = fn(&Tpdu<'_>, &mut Fields);

/// Where tshark 4.0 is wrong, and why.
const WRONG: [(&str, Mistake); 8] = [
    (
        "a fill semi-octet that is not F is taken for a digit; the length says that it is none (TS 23.040 §9.1.2.3)",
        fill_is_a_digit,
    ),
    (
        "a reserved alphabet is to be read as GSM 7-bit (TS 23.038 §4); tshark leaves the octets",
        reserved_is_no_text,
    ),
    (
        "the tables that the header names (TS 23.038 §6.2.1.2) are not used: the text is read by the default ones",
        languages_are_unknown,
    ),
    (
        "escape and escape, escape and a code without an entry, and an escape at the end have a text (TS 23.038 §6.2.1.1)",
        escapes_are_replaced,
    ),
    (
        "the relative period in the enhanced form (TS 23.040 §9.2.3.12.3) is read again as TP-UDL, what follows as text",
        relative_period_is_length,
    ),
    (
        "a concatenation element of wrong numbers or length is to be ignored (TS 23.040 §9.2.3.24.1)",
        wrong_concat_is_read,
    ),
    (
        "a header with ports and no octets after it is called malformed, and its elements are not shown",
        ports_without_data_are_malformed,
    ),
    (
        "a reserved TP-ST is to be taken for \"service rejected\" (TS 23.040 §9.2.3.15), not by its group",
        reserved_status_is_of_its_group,
    ),
];

fn reserved_status_is_of_its_group(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    if let Tpdu::StatusReport(report) = tpdu
        && let Some(shown) = fields.get_mut("state")
        && report.status.is_reserved()
    {
        let groups = ["delivered", "retrying", "failed", "gave up"];
        *shown = groups[usize::from(report.status.0 >> 5)].to_owned();
    }
}

fn fill_is_a_digit(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    let Some(address) = tpdu.address().filter(|address| !address.is_alphanumeric()) else {
        return;
    };
    let is_odd = address.semi_octets() % 2 == 1;
    let fill = address.octets().last().map_or(0xF, |last| last >> 4);
    if let Some(shown) = fields.get_mut("address")
        && is_odd
        && fill != 0xF
    {
        *shown += &format!("{fill:x}");
    }
}

fn reserved_is_no_text(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    if let Some(user_data) = tpdu.user_data()
        && user_data.data_coding_scheme().is_reserved()
        && fields.remove("text").is_some()
    {
        fields.insert("octets", hex(user_data.payload()));
    }
}

fn languages_are_unknown(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    if tables(tpdu) != Tables::DEFAULT {
        text_by_default_tables(tpdu, fields);
    }
}

fn escapes_are_replaced(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    if tables(tpdu) == Tables::DEFAULT {
        text_by_default_tables(tpdu, fields);
    }
}

fn tables(tpdu: &Tpdu<'_>) -> Tables {
    let header = tpdu.user_data().and_then(|user_data| user_data.header());
    header.map_or(Tables::DEFAULT, |header| header.tables())
}

fn text_by_default_tables(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    if let Some(user_data) = tpdu.user_data()
        && let Some(septets) = user_data.septets()
        && let Some(text) = fields.get_mut("text")
    {
        let fill = user_data
            .header()
            .map_or(FillBits::NONE, |header| header.fill_bits());
        *text = by_default_tables(&unpack(user_data.payload(), septets, fill));
    }
}

/// With U+FFFD for an escape that no character of the extension follows.
fn by_default_tables(septets: &[u8]) -> String {
    let mut text = String::new();
    let mut rest = septets.iter();
    while let Some(&code) = rest.next() {
        let character = match code {
            ESCAPE => match rest.next() {
                Some(&ESCAPE) => {
                    rest.next();
                    None
                }
                Some(&code) => Code::Escaped(code).character(),
                None => None,
            },
            code => Code::Plain(code).character(),
        };
        text.push(character.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}

fn relative_period_is_length(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    let Tpdu::Submit(submit) = tpdu else { return };
    if let Some(ValidityPeriod::Enhanced(period)) = submit.validity_period
        && let EnhancedFormat::Relative(relative) = period.format()
    {
        let mut rest = period.octets()[2..].to_vec();
        rest.push(submit.user_data.udl());
        rest.extend_from_slice(submit.user_data.octets());
        let length = usize::from(relative.0);
        fields.insert("length", length.to_string());
        fields.remove("text");
        if (1..=rest.len()).contains(&packed_len(length, FillBits::NONE)) {
            let septets = unpack(&rest, length, FillBits::NONE);
            fields.insert("text", by_default_tables(&septets));
        }
    }
}

fn wrong_concat_is_read(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    let header = tpdu.user_data().and_then(|user_data| user_data.header());
    for element in header.iter().flat_map(|header| header.information()) {
        let InformationElement::Other(ignored) = element else {
            continue;
        };
        let shown = match (ignored.iei, ignored.data) {
            (iei::CONCATENATED_8_BIT, [id, parts, part]) => {
                format!("0x00 udh.mm.msg_id={id} udh.mm.msg_parts={parts} udh.mm.msg_part={part}")
            }
            (iei::CONCATENATED_16_BIT, _) => "0x08".to_owned(),
            _ => continue,
        };
        if let Some(elements) = fields.get_mut("elements") {
            *elements = elements.replace(&our_element(element), &shown);
        }
    }
}

fn ports_without_data_are_malformed(tpdu: &Tpdu<'_>, fields: &mut Fields) {
    let Some(user_data) = tpdu.user_data() else {
        return;
    };
    let ports = user_data.header().and_then(|header| header.ports());
    if ports.is_some() && user_data.payload().is_empty() && user_data.text().is_none() {
        fields.insert("elements", String::new());
        fields.insert("octets", String::new());
    }
}

/// Both read the same, but for what is in [`WRONG`]; which of that was met.
fn compare(directory: &str, cases: &[Case]) -> BTreeSet<&'static str> {
    let pdu = |case: &Case| {
        let way = match case.context.direction {
            Direction::ScToMs => Way::Sent,
            Direction::MsToSc => Way::Received,
        };
        (way, case.octets.clone())
    };
    let pdus: Vec<_> = cases.iter().map(pdu).collect();
    let mut met = BTreeSet::new();
    let mut faults = Vec::new();
    for (case, shown) in cases
        .iter()
        .zip(dissect(&scratch(directory), "gsm_sms", &pdus))
    {
        let tpdu = Tpdu::decode(&case.octets, case.context).unwrap();
        let mut expected = ours(&tpdu);
        for (why, correct) in WRONG {
            let before = expected.clone();
            correct(&tpdu, &mut expected);
            if expected != before {
                met.insert(why);
            }
        }
        let shown = theirs(&shown);
        let names: BTreeSet<_> = expected.keys().chain(shown.keys()).collect();
        for name in names {
            let (expected, shown) = (expected.get(name), shown.get(name));
            if expected != shown {
                let (case, octets) = (&case.name, hex(&case.octets));
                faults.push(format!(
                    "{case}: {name}: {expected:?}, not {shown:?}: {octets}"
                ));
            }
        }
    }
    assert!(
        faults.is_empty(),
        "{} differ:\n{}",
        faults.len(),
        faults.join("\n")
    );
    met
}

#[test]
fn tshark_reads_what_we_write() {
    let made = tpdu_set::all();
    let kinds: BTreeSet<_> = made.iter().map(kind).collect();
    assert_eq!(kinds.len(), 6);
    assert!(made.len() >= 200);
    let vectors: Vec<_> = VECTORS.lines().map(vector).collect();
    assert!(vectors.len() >= 260);

    let mut met = compare("tpdu", &made);
    met.extend(compare("tpdu_vectors", &vectors));
    for (why, _) in WRONG {
        assert!(met.contains(why), "no longer: {why}");
    }
}

/// Of what reads strictly, but for the reserved forms of an enhanced TP-VP.
fn kind(case: &Case) -> &'static str {
    let read = Tpdu::decode_with(&case.octets, case.context, &Quirks::LENIENT).unwrap();
    let case = &case.name;
    assert!(
        read.tolerated.iter().all(|fault| fault.field == "TP-VP"),
        "{case}"
    );
    read.pdu.kind().name()
}

fn vector(line: &str) -> Case {
    let vector: Value = serde_json::from_str(line).unwrap();
    let direction = if vector["direction"] == "sc-to-ms" {
        Direction::ScToMs
    } else {
        Direction::MsToSc
    };
    let report = if vector["report_is_error"] == true {
        ReportKind::Error
    } else {
        ReportKind::Ack
    };
    let context = Context::new(direction, report);
    let mut octets = octets(vector["hex"].as_str().unwrap());
    if vector["has_smsc"] == true {
        octets = ModemPdu::decode(&octets, context).unwrap().tpdu.to_vec();
    }
    Case {
        name: vector["id"].as_str().unwrap().to_owned(),
        context,
        octets,
    }
}
