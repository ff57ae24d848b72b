//! UCP frames as tshark and smsgw read them.

use std::collections::BTreeSet;
use std::fmt::Display;

use serde_json::{Value, json};

use crate::dissection::{Dissection, dissect_tcp};
use crate::encoding::{hex, octets};
use crate::harness::{scratch, smsgw};
use crate::process::Process;
use crate::ucp_fields::{ANYTHING, Fields, ours, theirs};
use crate::ucp_set::{self, Case};

/// Makes of what is right what tshark shows.
type Mistake = fn(&Case, &mut Fields);

/// Where tshark 4.0 is wrong, and why. Later ones see what earlier ones made of it.
const WRONG: [(&str, Mistake); 6] = [
    (
        "AMsg and passwords are in the GSM default alphabet; tshark takes their octets for ASCII",
        text_is_ascii,
    ),
    (
        "00 is a character of that alphabet; tshark takes it for the end of the text",
        text_ends_at_zero,
    ),
    (
        "an OAdC with OTOA 5039 is packed; tshark shows the hex",
        name_is_packed,
    ),
    (
        "PR of operation 03 comes after RP; tshark expects one more field between them, and is late from there to DDT",
        supplementary_is_late,
    ),
    (
        "MMS, PR, LTON and LNPI are digits; tshark shows the numbers of their characters",
        digits_are_characters,
    ),
    (
        "what is in the reserved CPg and RPLy is not shown",
        reserved_is_not_shown,
    ),
];

fn text_is_ascii(case: &Case, fields: &mut Fields) {
    for (name, shown) in [
        ("Msg", "AMsg"),
        ("AMsg", "AMsg"),
        ("PWD", "PWD"),
        ("NPWD", "NPWD"),
    ] {
        if let Some(text) = fields.get_mut(shown)
            && !case.value(name).is_empty()
        {
            *text = octets(case.value(name))
                .into_iter()
                .map(char::from)
                .collect();
        }
    }
}

fn text_ends_at_zero(_: &Case, fields: &mut Fields) {
    for name in ["AMsg", "PWD", "NPWD"] {
        if let Some(text) = fields.get_mut(name)
            && let Some(end) = text.find('\0')
        {
            text.truncate(end);
        }
    }
}

fn name_is_packed(case: &Case, fields: &mut Fields) {
    if case.value("OTOA") == "5039" {
        fields.insert("OAdC".to_owned(), case.value("OAdC").to_owned());
    }
}

fn supplementary_is_late(case: &Case, fields: &mut Fields) {
    if case.ot != 3 || case.is_result || case.has_lrp() {
        return;
    }
    let right = fields.clone();
    let names = ["LRP", "PR", "LPR", "UM", "LUM", "RC", "LRC", "DD"];
    for (shown, name) in names.into_iter().zip(&names[1..]) {
        fields.remove(shown);
        if let Some(value) = right.get(*name) {
            fields.insert(shown.to_owned(), value.clone());
        }
    }
    // Of the time the first digit is taken, the next is skipped, and the others are a time of their own.
    fields.insert("DD".to_owned(), case.value("DDT")[..1].to_owned());
    fields.insert("DDT".to_owned(), ANYTHING.to_owned());
}

fn digits_are_characters(_: &Case, fields: &mut Fields) {
    for name in ["MMS", "PR", "LTON", "LNPI"] {
        if let Some(value) = fields.get_mut(name) {
            let [digit] = *value.as_bytes() else {
                panic!("{value} is no digit");
            };
            *value = digit.to_string();
        }
    }
}

fn reserved_is_not_shown(_: &Case, fields: &mut Fields) {
    for (name, shown) in [("CPg", "Code Page"), ("RPLy", "Reply type")] {
        if let Some(value) = fields.get_mut(name) {
            *value = format!("(reserved for {shown})");
        }
    }
}

/// What `smsgw` makes of each line of `input`, one line each.
fn by_smsgw(tool: &[&str], input: impl IntoIterator<Item = impl Display>) -> Vec<String> {
    let input: Vec<_> = input.into_iter().map(|line| format!("{line}\n")).collect();
    let (process, _) = Process::start(smsgw().args(tool), &input.concat()).finish();
    let output = process.lines();
    assert_eq!(output.len(), input.len(), "{tool:?}");
    output
}

fn decoded(frames: &[Vec<u8>]) -> Vec<Value> {
    let lines = by_smsgw(
        &["decode", "ucp", "--json"],
        frames.iter().map(|octets| hex(octets)),
    );
    lines
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn encoded<'a>(objects: impl IntoIterator<Item = &'a Value>) -> Vec<Vec<u8>> {
    by_smsgw(&["encode", "ucp"], objects)
        .iter()
        .map(|line| octets(line))
        .collect()
}

#[test]
fn tshark_reads_ucp_as_we_do() {
    let cases = ucp_set::all();
    let frames: Vec<_> = cases.iter().map(Case::octets).collect();
    let read = decoded(&frames);
    let shown = dissect_tcp(&scratch("ucp"), "ucp", &frames);
    let mut met = BTreeSet::new();
    let mut faults = Vec::new();
    for ((case, read), shown) in cases.iter().zip(&read).zip(&shown) {
        let mut expected = ours(case, read);
        for (why, mistake) in WRONG {
            let before = expected.clone();
            mistake(case, &mut expected);
            if expected != before {
                met.insert(why);
            }
        }
        must_be_whole(case, shown);
        let shown = theirs(shown);
        let names: BTreeSet<_> = expected.keys().chain(shown.keys()).collect();
        for name in names {
            let (expected, shown) = (expected.get(name), shown.get(name));
            if expected != shown && expected.is_none_or(|expected| expected != ANYTHING) {
                let (case, octets) = (&case.name, String::from_utf8(case.octets()).unwrap());
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
    for (why, _) in WRONG {
        assert!(met.contains(why), "no longer: {why}");
    }
}

/// It finds nothing wrong with the checksum, or with anything else.
fn must_be_whole(case: &Case, shown: &Dissection) {
    let summary = &shown.summary;
    let kind = if case.is_result {
        "(Result)"
    } else {
        "(Operation)"
    };
    assert!(summary.ends_with(kind), "{}: {summary}", case.name);
}

#[test]
fn ucp_set_has_all_operations() {
    let cases = ucp_set::all();
    let kinds: BTreeSet<_> = cases
        .iter()
        .map(|case| (case.ot, case.is_result, case.value("NACK") == "N"))
        .collect();
    // Each operation, and both of its results.
    assert_eq!(kinds.len(), 15 * 3, "{kinds:?}");
    assert!(cases.len() >= 800, "{}", cases.len());
    // Each field of the 50 series has a value somewhere.
    for (name, _) in &cases.iter().find(|case| case.ot == 51).unwrap().fields {
        let mut values = cases.iter().map(|case| case.value(name));
        assert!(values.any(|value| !value.is_empty()), "{name}");
    }
}

/// From all that was read of them, and from their fields alone.
#[test]
fn ucp_frames_are_written_as_they_were_read() {
    let cases = ucp_set::all();
    let frames: Vec<_> = cases.iter().map(Case::octets).collect();
    let read = decoded(&frames);
    let written = encoded(&read);
    for ((case, frame), written) in cases.iter().zip(&frames).zip(&written) {
        let [frame, written] = [frame, written].map(|octets| String::from_utf8_lossy(octets));
        assert_eq!(frame, written, "{}", case.name);
    }
    let (cases, read): (Vec<_>, Vec<_>) = cases
        .iter()
        .zip(&read)
        .filter(|(case, _)| !case.has_lrp())
        .unzip();
    let bare: Vec<_> = read
        .iter()
        .map(|read| json!({"trn": read["trn"], "o_r": read["o_r"], "ot": read["ot"], "fields": read["fields"]}))
        .collect();
    for (case, written) in cases.iter().zip(encoded(&bare)) {
        let [frame, written] =
            [case.octets(), written].map(|octets| String::from_utf8(octets).unwrap());
        assert_eq!(frame, written, "{}", case.name);
    }
}

/// What tshark says of frames that do not add up, where we say what is wrong.
#[test]
fn tshark_takes_ucp_frames_that_do_not_add_up() {
    let right = b"\x0210/00026/O/31/2147/0539/C5\x03".to_vec();
    let wrong = |from: &str, to: &str| {
        let text = str::from_utf8(&right).unwrap();
        assert!(text.contains(from));
        text.replace(from, to).into_bytes()
    };
    let frames = [
        right.clone(),
        wrong("C5", "C6"),
        wrong("C5", "c5"),
        wrong("00026", "00025"),
    ];
    let shown = dissect_tcp(&scratch("ucp_wrong"), "ucp", &frames);
    let summaries: Vec<_> = shown.iter().map(|shown| &*shown.summary).collect();
    let (good, bad) = (
        "SMT alert (Operation)",
        "SMT alert (Operation) [checksum invalid]",
    );
    // The length is only where it looks for the next frame.
    assert_eq!(summaries, [good, bad, good, good]);
    // It is said in the summary alone.
    assert!(
        shown
            .iter()
            .all(|shown| shown.find("parm.PID") == Some("539"))
    );

    let mut decode = smsgw();
    decode
        .args(["decode", "ucp", "--json"])
        .args(frames.iter().map(|octets| hex(octets)));
    let output = decode.output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let lines = String::from_utf8(output.stdout).unwrap();
    let kinds: Vec<_> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["error"]["kind"].clone())
        .collect();
    assert_eq!(
        kinds,
        [
            Value::Null,
            "checksum_mismatch".into(),
            Value::Null,
            "len_mismatch".into()
        ]
    );
}
