//! Which field each of the operations 51 to 58 has, needs or does not use, and how many fields the
//! others have: a table written down apart from that of the crate.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]

use smsgw_ucp::op::{self, Op};
use smsgw_ucp::{
    DecodeErrorKind, ErrorCode, Frame, OperationKind, OperationType, Quirks, Tolerance, Trn,
};

/// Field, a value of it, and what it is in 51 to 58: mandatory, optional, or not used.
const TABLE: [(&str, &str, &str); 33] = [
    ("AdC", "0123", "MMMMMMMM"),
    ("OAdC", "0456", "MMMMMM--"),
    ("AC", "abcd", "O--O----"),
    ("NRq", "1", "O--O----"),
    ("NAdC", "1920870340125000", "O--O----"),
    ("NT", "7", "O--O----"),
    ("NPID", "0539", "O--O----"),
    ("LRq", "1", "O--O----"),
    ("LRAd", "0545765", "O--O----"),
    ("LPID", "0122", "O--O----"),
    ("DD", "1", "O--O----"),
    ("DDT", "3012961212", "O--O----"),
    ("VP", "3112961212", "O--O----"),
    ("RPID", "0127", "OO-O----"),
    ("SCTS", "301296121200", "-MMM----"),
    ("Dst", "2", "--M-----"),
    ("Rsn", "107", "--M-----"),
    ("DSCTS", "311296121200", "--M-----"),
    ("MT", "4", "MMMO-OMM"),
    ("NB", "16", "OOOO----"),
    ("Msg", "4142", "OOOO-OOO"),
    ("MMS", "1", "OOOO--OO"),
    ("PR", "1", "O--O----"),
    ("DCs", "1", "-O------"),
    ("MCLs", "1", "OO-O----"),
    ("RPI", "2", "OO-O----"),
    ("CPg", "", "--------"),
    ("RPLy", "", "--------"),
    ("OTOA", "1139", "OO-O----"),
    ("HPLMN", "26201", "-OO-----"),
    ("XSer", "020104", "OO-O----"),
    ("RES4", "", "--------"),
    ("RES5", "", "--------"),
];

/// What no field that is used can hold.
const ANYTHING: &str = "x: y?";

fn frame(ot: OperationType, fields: &[&str]) -> Frame {
    let fields: Vec<_> = fields.iter().map(|field| field.as_bytes()).collect();
    Frame::from_fields(Trn::ZERO, OperationKind::Operation, ot, &fields).unwrap()
}

fn columns() -> impl Iterator<Item = (OperationType, Vec<char>)> {
    let of_column = |at: usize| {
        TABLE
            .iter()
            .map(|row| row.2.chars().nth(at).unwrap())
            .collect()
    };
    (51..=58)
        .zip(0..8)
        .map(move |(ot, at)| (OperationType::new(ot).unwrap(), of_column(at)))
}

/// The fields with a value each, but for those that are not used.
fn full(needs: &[char]) -> Vec<&'static str> {
    let values = TABLE.iter().zip(needs);
    values
        .map(|(row, need)| if *need == '-' { "" } else { row.1 })
        .collect()
}

fn written_again(frame: &Frame, quirks: &Quirks) {
    let operation = frame.operation_with(quirks).unwrap();
    let mut out = bytes::BytesMut::new();
    operation.pdu.encode(frame.trn(), &mut out);
    assert_eq!(out, frame.octets());
}

#[test]
fn each_field_with_a_value() {
    for (ot, needs) in columns() {
        let frame = frame(ot, &full(&needs));
        written_again(&frame, &Quirks::STRICT);
        let names = frame.named_fields().map(|field| field.name);
        assert!(names.eq(TABLE.map(|row| row.0)));
    }
}

#[test]
fn whatever_stands_in_a_field_that_is_not_used() {
    for (ot, needs) in columns() {
        let mut all = full(&needs);
        for (place, need) in all.iter_mut().zip(&needs) {
            if *need == '-' {
                *place = ANYTHING;
            }
        }
        written_again(&frame(ot, &all), &Quirks::STRICT);
    }
}

/// What makes sure that the columns of the crate are those above.
#[test]
fn not_everything_in_a_field_that_is_used() {
    for (ot, needs) in columns() {
        for (at, row) in TABLE.iter().enumerate().filter(|(at, _)| needs[*at] != '-') {
            if row.0 == "AC" {
                // Its characters are free.
                continue;
            }
            let mut fields = full(&needs);
            fields[at] = ANYTHING;
            let error = frame(ot, &fields).operation().unwrap_err();
            assert_eq!(error.field(), row.0, "{ot}");
            assert_eq!(error.kind().name(), "field_value");
            assert_eq!(error.error_code(), ErrorCode::SYNTAX_ERROR);
        }
    }
}

/// A message without a recipient is none, and a keep-alive without an account is nobody's.
#[test]
fn nothing_goes_without_its_recipient() {
    for (ot, fields) in [
        (OperationType::SMT_ALERT, &["", "0539"][..]),
        (OperationType::CALL_INPUT, &["", "0456", "", "3", ""]),
        (
            OperationType::MULTIPLE_ADDRESS_CALL_INPUT,
            &["1", "", "", "", "3", ""],
        ),
    ] {
        let frame = frame(ot, fields);
        let refused = frame.operation_with(&Quirks::TOLERANT);
        assert_eq!(refused.unwrap_err().field(), "AdC");
    }
}

#[test]
fn fields_that_are_empty() {
    for (ot, needs) in columns() {
        for (at, row) in TABLE.iter().enumerate() {
            let mut fields = full(&needs);
            fields[at] = "";
            if matches!(row.0, "MT" | "Msg") {
                // They agree: no type without a message, no bits without octets.
                fields[at..=20].fill("");
                fields[19] = "";
            }
            let frame = frame(ot, &fields);
            let strict = frame.operation_with(&Quirks::STRICT);
            let lenient = frame.operation_with(&Quirks::LENIENT);
            if needs[at] != 'M' {
                assert!(strict.unwrap().tolerated.is_empty(), "{ot} {}", row.0);
                continue;
            }
            let error = strict.unwrap_err();
            assert_eq!(
                (error.field(), error.kind()),
                (row.0, DecodeErrorKind::Missing)
            );
            match lenient {
                Ok(read) => {
                    let tolerated: Vec<_> = read.tolerated.iter().collect();
                    assert_eq!(tolerated.len(), 1);
                    assert_eq!(tolerated[0].field, row.0);
                    assert_eq!(tolerated[0].what, Tolerance::Missing);
                    assert_eq!(tolerated[0].offset, error.offset());
                }
                // Nothing can be done for nobody.
                Err(error) => assert_eq!(error.field(), "AdC"),
            }
        }
    }
}

/// Some clients send it to see whether the peer is there.
#[test]
fn an_operation_without_anything_in_it() {
    for (ot, _) in columns() {
        let frame = frame(ot, &[""; 33]);
        assert!(frame.operation_with(&Quirks::STRICT).is_err());
        let is_submit = ot == OperationType::SUBMIT_SHORT_MESSAGE;
        assert_eq!(frame.operation().is_ok(), is_submit, "{ot}");
    }
    let mut almost = [""; 33];
    almost[32] = "x";
    assert!(
        frame(OperationType::SUBMIT_SHORT_MESSAGE, &almost)
            .operation()
            .is_err()
    );
}

fn names<'a, T: Op<'a>>() -> (u8, String) {
    (T::OT.get(), T::FIELDS.join(" "))
}

#[test]
fn the_fields_of_the_others() {
    for ((ot, names), expect) in [
        (names::<op::CallInput<'_>>(), "AdC OAdC AC MT Msg"),
        (
            names::<op::MultipleAddressCallInput<'_>>(),
            "NPL AdC OAdC AC MT Msg",
        ),
        (
            names::<op::SupplementaryCallInput<'_>>(),
            "AdC OAdC AC NPL GA RP PR LPR UR LUR RC LRC DD DDT MT Msg",
        ),
        (
            names::<op::SmsMessageTransfer<'_>>(),
            "AdC OAdC AC NRq NAdC NPID DD DDT VP AMsg",
        ),
        (names::<op::SmtAlert<'_>>(), "AdC PID"),
        (
            names::<op::SessionManagement<'_>>(),
            "OAdC OTON ONPI STYP PWD NPWD VERS LAdC LTON LNPI OPID RES1",
        ),
        (
            names::<op::ListManagement<'_>>(),
            "OAdC OTON ONPI STYP PWD NPWD VERS LAdC LTON LNPI RES1 RES2",
        ),
    ] {
        assert_eq!(names, expect, "{ot}");
    }
}

fn count_error(ot: u8, fields: &[&str]) -> Option<(u32, u32)> {
    let frame = frame(OperationType::new(ot).unwrap(), fields);
    match frame.operation().err()?.kind() {
        DecodeErrorKind::FieldCount { needed, had } => Some((needed, had)),
        other => panic!("{other}"),
    }
}

#[test]
fn fields_behind_their_number() {
    let two = |npl| [npl, "11", "22", "33", "", "3", "41"];
    assert_eq!(count_error(2, &two("2")), None);
    assert_eq!(count_error(2, &two("02")), None);
    assert_eq!(count_error(2, &two("3")), Some((8, 7)));
    assert_eq!(count_error(2, &two("1")), Some((6, 7)));
    assert_eq!(count_error(2, &two("999")), Some((1_004, 7)));

    // One more than the documents have is there or not: both are written again as they were.
    let groups = |before: &[&str], behind| {
        let mut fields = vec!["11", "", ""];
        fields.extend(before);
        fields.extend(vec![""; behind]);
        fields.extend(["3", "41"]);
        let ot = OperationType::SUPPLEMENTARY_CALL_INPUT;
        let frame = frame(ot, &fields);
        for quirks in [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT] {
            written_again(&frame, &quirks);
        }
        let op: op::SupplementaryCallInput<'_> = frame.decode().unwrap();
        let groups: Vec<_> = op.ga.iter().map(|group| group.to_string()).collect();
        let count = frame
            .named_fields()
            .filter(|field| field.name == "GA")
            .count();
        (groups.join(","), op.spare.as_octets().is_some(), count)
    };
    assert_eq!(groups(&["0"], 9), (String::new(), false, 0));
    assert_eq!(groups(&["0"], 10), (String::new(), true, 1));
    assert_eq!(groups(&["0", "anything"], 9), (String::new(), true, 1));
    assert_eq!(groups(&["2", "77", "88"], 9), ("77,88".into(), false, 2));
    assert_eq!(groups(&["2", "77", "88"], 10), ("77,88".into(), true, 3));
}

/// A list of recipients that the octets do not hold takes no memory, and each is looked at once.
#[test]
fn a_number_of_fields_is_never_believed() {
    for npl in [
        "1000",
        "99999",
        "4294967296",
        "18446744073709551616",
        "-1",
        "+1",
        "1x",
    ] {
        let ot = OperationType::MULTIPLE_ADDRESS_CALL_INPUT;
        let frame = frame(ot, &[npl, "11", "33", "", "3", "41"]);
        let error = frame.operation().unwrap_err();
        let is_refused = matches!(error.kind().name(), "field_count" | "field_value");
        assert!(is_refused, "{npl}: {error}");
    }
}

/// An OT 02 has a recipient, as the others have theirs.
#[test]
fn a_message_to_nobody() {
    let ot = OperationType::MULTIPLE_ADDRESS_CALL_INPUT;
    for npl in ["", "0", "00"] {
        let frame = frame(ot, &[npl, "33", "", "3", "41"]);
        for quirks in [Quirks::STRICT, Quirks::LENIENT, Quirks::TOLERANT] {
            let error = frame.operation_with(&quirks).unwrap_err();
            assert_eq!((error.field(), error.kind().name()), ("NPL", "field_value"));
            assert_eq!(error.error_code(), ErrorCode::SYNTAX_ERROR);
        }
    }
}

/// Operations that are not in the table are kept as they are, and answered with 03.
#[test]
fn an_operation_that_is_not_in_the_table() {
    for number in (0..100).filter_map(OperationType::new) {
        let frame = frame(number, &["a", "", "b c"]);
        if number.is_known() {
            assert!(OperationType::ALL.contains(&number));
            continue;
        }
        written_again(&frame, &Quirks::STRICT);
        let operation = frame.operation().unwrap();
        assert_eq!(operation.ot(), number);
        let error = operation.known().unwrap_err();
        assert_eq!(error.error_code(), ErrorCode::OPERATION_NOT_SUPPORTED);
        assert_eq!(error.kind().name(), "unknown_op");
        assert!(frame.named_fields().all(|field| field.name.is_empty()));
        let kind = OperationKind::Result;
        let result = Frame::from_fields(Trn::ZERO, kind, number, &[b"A", b""]).unwrap();
        assert_eq!(result.answer().unwrap_err().kind().name(), "unknown_op");
    }
    assert_eq!(OperationType::ALL.len(), 15);
}

#[test]
fn a_frame_is_read_as_what_it_is() {
    let alert = frame(OperationType::SMT_ALERT, &["1234", "0539"]);
    assert!(alert.decode::<op::SmtAlert<'_>>().is_ok());
    let other = alert.decode::<op::CallInput<'_>>().unwrap_err();
    assert_eq!(other.kind(), DecodeErrorKind::OtherOperation);
    assert_eq!(
        alert.answer().unwrap_err().kind(),
        DecodeErrorKind::OtherOperation
    );
    let result = Frame::copy_from(b"\x0204/00023/R/31/A/0003/2D\x03").unwrap();
    let other = result.decode::<op::SmtAlert<'_>>().unwrap_err();
    assert_eq!(other.kind(), DecodeErrorKind::OtherOperation);
    assert_eq!(
        result.operation().unwrap_err().kind(),
        DecodeErrorKind::OtherOperation
    );
}
