//! UCP frames: every operation and both of its results, each field with every value that has a meaning, and texts, senders,
//! times and extra services of all forms.

use smsgw_gsm::alphabet::{Tables, encode_unpacked};
use smsgw_gsm::septet::FillBits;

use crate::encoding::hex;

/// An operation or a result, and what it says.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) trn: u8,
    pub(crate) ot: u8,
    pub(crate) is_result: bool,
    /// All, in order, empty ones too.
    pub(crate) fields: Vec<(&'static str, String)>,
}

/// The fields of the 50 series.
const SERIES_50: [&str; 33] = [
    "AdC", "OAdC", "AC", "NRq", "NAdC", "NT", "NPID", "LRq", "LRAd", "LPID", "DD", "DDT", "VP",
    "RPID", "SCTS", "Dst", "Rsn", "DSCTS", "MT", "NB", "Msg", "MMS", "PR", "DCs", "MCLs", "RPI",
    "CPg", "RPLy", "OTOA", "HPLMN", "XSer", "RES4", "RES5",
];

/// Operations whose positive result has no MVP.
const WITHOUT_MVP: [u8; 6] = [1, 2, 3, 31, 60, 61];

const OPERATIONS: [u8; 15] = [1, 2, 3, 30, 31, 51, 52, 53, 54, 55, 56, 57, 58, 60, 61];

fn layout(ot: u8) -> Vec<&'static str> {
    let names = match ot {
        1 => "AdC OAdC AC MT Msg",
        30 => "AdC OAdC AC NRq NAdC NPID DD DDT VP AMsg",
        31 => "AdC PID",
        60 => "OAdC OTON ONPI STYP PWD NPWD VERS LAdC LTON LNPI OPID RES1",
        61 => "OAdC OTON ONPI STYP PWD NPWD VERS LAdC LTON LNPI RES1 RES2",
        51..=58 => return SERIES_50.to_vec(),
        _ => panic!("{ot} has no fixed layout"),
    };
    names.split(' ').collect()
}

impl Case {
    fn new(ot: u8, names: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            name: String::new(),
            trn: 0,
            ot,
            is_result: false,
            fields: names
                .into_iter()
                .map(|name| (name, String::new()))
                .collect(),
        }
    }

    fn operation(ot: u8) -> Self {
        Self::new(ot, layout(ot))
    }

    fn result(ot: u8, names: &[&'static str]) -> Self {
        Self {
            is_result: true,
            ..Self::new(ot, names.iter().copied())
        }
    }

    /// Fills the first field of this name that is still empty.
    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let mut fields = self.fields.iter_mut();
        let (_, field) = fields
            .find(|(own, value)| *own == name && value.is_empty())
            .unwrap();
        *field = value.into();
        self
    }

    fn with_all(self, fields: &[(&str, &str)]) -> Self {
        fields
            .iter()
            .fold(self, |case, (name, value)| case.with(name, *value))
    }

    /// The values of a field: several where there are several of the name.
    pub(crate) fn values(&self, name: &str) -> Vec<&str> {
        let named = self.fields.iter().filter(|(own, _)| *own == name);
        named.map(|(_, value)| &**value).collect()
    }

    /// The value of a field, empty where there is none.
    pub(crate) fn value(&self, name: &str) -> &str {
        self.values(name).first().copied().unwrap_or_default()
    }

    /// Whether a field is between RP and PR that the documents do not have.
    pub(crate) fn has_lrp(&self) -> bool {
        self.fields.iter().any(|(name, _)| *name == "LRP")
    }

    /// From STX to ETX.
    pub(crate) fn octets(&self) -> Vec<u8> {
        let data: String = self
            .fields
            .iter()
            .map(|(_, value)| format!("{value}/"))
            .collect();
        let kind = if self.is_result { 'R' } else { 'O' };
        let (trn, ot, length) = (self.trn, self.ot, data.len() + 16);
        let text = format!("{trn:02}/{length:05}/{kind}/{ot:02}/{data}");
        let sum = text.bytes().fold(0, u8::wrapping_add);
        format!("\x02{text}{sum:02X}\x03").into_bytes()
    }
}

#[derive(Debug, Default)]
struct Set(Vec<Case>);

impl Set {
    fn push(&mut self, name: impl Into<String>, case: Case) {
        // Not the number of the packet.
        let trn = u8::try_from(self.0.len() * 7 % 100).unwrap();
        self.0.push(Case {
            name: name.into(),
            trn,
            ..case
        });
    }
}

pub(crate) fn all() -> Vec<Case> {
    let mut set = Set::default();
    call_inputs(&mut set);
    supplementary(&mut set);
    transfers(&mut set);
    single_fields(&mut set);
    full(&mut set);
    times(&mut set);
    texts(&mut set);
    senders(&mut set);
    services(&mut set);
    notifications(&mut set);
    sessions(&mut set);
    results(&mut set);
    set.0
}

/// One octet for each character.
fn unpacked(text: &str) -> String {
    hex(&encode_unpacked(text).unwrap()).to_uppercase()
}

/// The number of semi-octets, and the septets.
fn packed(text: &str) -> String {
    let (octets, septets) = Tables::DEFAULT.encode_packed(text, FillBits::NONE).unwrap();
    format!(
        "{:02X}{}",
        (7 * septets).div_ceil(4),
        hex(&octets).to_uppercase()
    )
}

fn call_inputs(set: &mut Set) {
    let call = || Case::operation(1).with("AdC", "00393331234567");
    set.push("tone", call().with("MT", "2"));
    set.push(
        "digits",
        call().with_all(&[("OAdC", "2147"), ("MT", "2"), ("Msg", "0123456789")]),
    );
    set.push(
        "text",
        call().with_all(&[("AC", "5555"), ("MT", "3"), ("Msg", &unpacked("Hello"))]),
    );
    for count in 1..=5 {
        let numbers = (0..count).map(|_| "AdC");
        let names = ["NPL"]
            .into_iter()
            .chain(numbers)
            .chain(["OAdC", "AC", "MT", "Msg"]);
        let case = Case::new(2, names).with("NPL", count.to_string());
        let case = (0..count).fold(case, |case, number| {
            case.with("AdC", format!("0611{number}"))
        });
        let case = case.with_all(&[
            ("OAdC", "2147"),
            ("AC", "5555"),
            ("MT", "3"),
            ("Msg", &unpacked("To all")),
        ]);
        set.push(format!("to {count}"), case);
    }
}

/// With the fields of the documents, and with one more that some have.
fn supplementary(set: &mut Set) {
    let values = [
        ("RP", "1"),
        ("PR", "1"),
        ("LPR", "2"),
        ("UR", "1"),
        ("LUR", "3"),
        ("RC", "1"),
        ("LRC", "4"),
    ];
    for areas in 0..3 {
        for has_lrp in [false, true] {
            let areas = (0..areas).map(|_| "GA");
            // In which of the two fields an RP is depends on who made the frame.
            let values = &values[usize::from(has_lrp)..];
            let lrp: &[_] = if has_lrp { &["LRP"] } else { &[] };
            let names = ["AdC", "OAdC", "AC", "NPL"]
                .into_iter()
                .chain(areas.clone())
                .chain(["RP"]);
            let names = names.chain(lrp.iter().copied());
            let names = names.chain([
                "PR", "LPR", "UR", "LUR", "RC", "LRC", "DD", "DDT", "MT", "Msg",
            ]);
            let case = Case::new(3, names).with_all(&[("AdC", "01234568"), ("OAdC", "0756663")]);
            let case = case.with("NPL", areas.clone().count().to_string());
            let case = areas.clone().fold(case, |case, name| case.with(name, "12"));
            let case = case.with_all(&[("MT", "3"), ("Msg", &unpacked("Services"))]);
            let deferred = |case: Case| case.with_all(&[("DD", "1"), ("DDT", "1502961500")]);
            let name = |what: &str| format!("services {what} {} {has_lrp}", areas.clone().count());
            if has_lrp {
                // Else the time that is not there would be where tshark looks for the type of the message.
                set.push(name("none"), case.clone());
            }
            set.push(name("deferred"), deferred(case.clone()));
            set.push(name("all"), deferred(case.clone().with_all(values)));
            for value in values {
                set.push(name(value.0), deferred(case.clone().with(value.0, value.1)));
            }
        }
    }
}

fn transfers(set: &mut Set) {
    let transfer = || {
        Case::operation(30).with_all(&[
            ("AdC", "0123456"),
            ("OAdC", "0568243"),
            ("AMsg", &unpacked("EMI")),
        ])
    };
    set.push("transfer", transfer());
    let values = [
        ("AC", "5555"),
        ("NRq", "1"),
        ("NAdC", "0296877842"),
        ("NPID", "0139"),
        ("DD", "1"),
        ("DDT", "0602961500"),
        ("VP", "3112991200"),
    ];
    for value in values {
        set.push(
            format!("transfer {}", value.0),
            transfer().with(value.0, value.1),
        );
    }
    set.push("transfer all", transfer().with_all(&values));
    for pid in PIDS {
        set.push(
            format!("alert {pid}"),
            Case::operation(31).with_all(&[("AdC", "2147"), ("PID", pid)]),
        );
    }
}

/// What an address is for.
const PIDS: [&str; 9] = [
    "0100", "0122", "0131", "0138", "0139", "0339", "0439", "0539", "0639",
];

fn submit() -> Case {
    Case::operation(51).with_all(&[("AdC", "00393331234567"), ("OAdC", "2147")])
}

/// Each field of a submit and a delivery with each of its values, and nothing else that need not be.
fn single_fields(set: &mut Set) {
    let submit_fields: [(&str, &[&str]); 18] = [
        ("AC", &["5555", "0123456789012345"]),
        ("NRq", &["0", "1"]),
        ("NAdC", &["1920870340125000"]),
        ("NT", &["0", "1", "2", "3", "4", "5", "6", "7"]),
        ("NPID", &PIDS),
        ("LRq", &["0", "1"]),
        ("LRAd", &["0545765"]),
        ("LPID", &PIDS),
        ("DD", &["0", "1"]),
        ("DDT", &["0808971800"]),
        ("VP", &["3012961212"]),
        (
            "RPID",
            &[
                "0000", "0064", "0065", "0071", "0095", "0127", "0192", "0255",
            ],
        ),
        ("MMS", &["0", "1"]),
        ("PR", &["0", "1", "2", "3"]),
        ("DCs", &["0", "1"]),
        ("MCLs", &["0", "1", "2", "3"]),
        ("RPI", &["1", "2"]),
        ("OTOA", &["1139"]),
    ];
    let text = unpacked("Hello");
    for (name, values) in submit_fields {
        for value in values {
            let case = submit().with_all(&[(name, value), ("MT", "3"), ("Msg", &text)]);
            set.push(format!("submit {name} {value}"), case);
        }
    }
    // What nobody has a use for is read all the same.
    for (name, value) in [("CPg", "1"), ("RPLy", "1"), ("RES4", "4"), ("RES5", "5")] {
        let case = submit().with_all(&[(name, value), ("MT", "3"), ("Msg", &text)]);
        set.push(format!("submit {name}"), case);
    }
    let deliver_fields = [
        ("RPID", "0064"),
        ("DCs", "1"),
        ("MCLs", "2"),
        ("RPI", "2"),
        ("HPLMN", "20205"),
        ("MMS", "1"),
    ];
    for (name, value) in deliver_fields {
        let case = deliver().with_all(&[(name, value), ("MT", "3"), ("Msg", &text)]);
        set.push(format!("deliver {name}"), case);
    }
}

fn deliver() -> Case {
    Case::operation(52).with_all(&[
        ("AdC", "2147"),
        ("OAdC", "393331234567"),
        ("SCTS", "211126225420"),
    ])
}

/// The other operations of the 50 series, and a submit with all that it can have.
fn full(set: &mut Set) {
    let text = unpacked("Hello");
    let all = [
        ("AC", "5555"),
        ("NRq", "1"),
        ("NAdC", "1270000000014700"),
        ("NT", "7"),
        ("NPID", "0539"),
        ("LRq", "1"),
        ("LRAd", "0545765"),
        ("LPID", "0100"),
        ("DD", "1"),
        ("DDT", "0101271200"),
        ("VP", "0201271200"),
        ("RPID", "0065"),
        ("MT", "3"),
        ("Msg", &text),
        ("MMS", "1"),
        ("PR", "1"),
        ("MCLs", "1"),
        ("RPI", "1"),
        ("OTOA", "1139"),
        ("XSer", "0106050003AA0201020110"),
    ];
    set.push("submit all", submit().with_all(&all));
    let ends = [("AdC", "012345"), ("OAdC", "0111111")];
    let operation = |ot| Case::operation(ot).with("AdC", "0111111");
    let modify = Case::operation(54)
        .with_all(&ends)
        .with("SCTS", "010197120501");
    set.push("modify", modify.clone());
    set.push("modify all", modify.with_all(&all));
    set.push("inquiry", operation(55).with("OAdC", "0786875676"));
    set.push("delete all", operation(56).with("OAdC", "08456556"));
    let list = unpacked("960901113944 960808122222");
    set.push(
        "delete",
        operation(56).with_all(&[("OAdC", "08456556"), ("MT", "3"), ("Msg", &list)]),
    );
    for (name, ot) in [("inquiry response", 57), ("delete response", 58)] {
        let found = [("MT", "3"), ("Msg", &*unpacked("Destination: 0666666 "))];
        set.push(name, operation(ot).with_all(&found));
        set.push(
            format!("{name} goes on"),
            operation(ot).with_all(&found).with("MMS", "1"),
        );
    }
}

fn times(set: &mut Set) {
    let days = [
        "010100", "290200", "290296", "311299", "010190", "311289", "010126", "280223", "300626",
    ];
    for day in days {
        for hour in ["0000", "2359", "1200"] {
            let minute = format!("{day}{hour}");
            let case =
                submit().with_all(&[("DD", "1"), ("DDT", &minute), ("VP", &minute), ("MT", "3")]);
            set.push(format!("minute {minute}"), case);
            let second = format!("{day}{hour}59");
            let case = notification("0", "000").with_all(&[
                ("SCTS", &second),
                ("DSCTS", &second),
                ("MT", "3"),
            ]);
            set.push(format!("second {second}"), case);
        }
    }
}

/// Of all characters, of all lengths, and in all types.
fn texts(set: &mut Set) {
    let basic: Vec<u8> = (0..128).filter(|code| *code != 0x1B).collect();
    let extension = [0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65];
    let alone = basic.iter().map(|code| vec![*code]);
    let escaped = extension.iter().map(|code| vec![0x1B, *code]);
    let together = [
        basic.clone(),
        extension.iter().flat_map(|code| [0x1B, *code]).collect(),
    ];
    for codes in alone.chain(escaped).chain(together) {
        let octets = hex(&codes).to_uppercase();
        for case in [submit(), deliver()] {
            set.push(
                format!("text {octets}"),
                case.with_all(&[("MT", "3"), ("Msg", &octets)]),
            );
        }
    }
    for length in [0, 1, 2, 159, 160, 161, 320] {
        let octets = "78".repeat(length);
        set.push(
            format!("text of {length}"),
            submit().with_all(&[("MT", "3"), ("Msg", &octets)]),
        );
    }
    // Some write it here too.
    set.push(
        "text NB",
        submit().with_all(&[("MT", "3"), ("NB", "40"), ("Msg", &unpacked("Hello"))]),
    );
    for length in [0, 1, 10, 160] {
        let digits = "1234567890".repeat(16);
        set.push(
            format!("digits of {length}"),
            submit().with_all(&[("MT", "2"), ("Msg", &digits[..length])]),
        );
    }
    for (octets, nb) in [
        ("F5AA34DE", "32"),
        ("F5AA34DE", "0032"),
        ("00", "8"),
        ("FF", "7"),
        ("", "0"),
    ] {
        let case = submit().with_all(&[("MT", "4"), ("NB", nb), ("Msg", octets), ("MCLs", "1")]);
        set.push(format!("octets {octets} {nb}"), case);
    }
    let case = submit().with_all(&[
        ("MT", "4"),
        ("NB", "1120"),
        ("Msg", &"A5".repeat(140)),
        ("XSer", "020104"),
    ]);
    set.push("octets of 140", case);
    let case = submit().with_all(&[
        ("MT", "4"),
        ("NB", "0096"),
        ("Msg", "041F044004380432D83DDE00"),
        ("XSer", "020108"),
    ]);
    set.push("UCS-2", case);
}

fn senders(set: &mut Set) {
    let text = unpacked("Hi");
    let name = "Ünicodé@Ab1";
    for count in 1..=name.chars().count() {
        let name: String = name.chars().take(count).collect();
        let packed = packed(&name);
        for ot in [51, 52, 54] {
            let case = Case::operation(ot).with_all(&[
                ("AdC", "2147"),
                ("OAdC", &packed),
                ("OTOA", "5039"),
            ]);
            let case = match ot {
                51 => case,
                _ => case.with("SCTS", "211126225420"),
            };
            set.push(
                format!("sender {name} {ot}"),
                case.with_all(&[("MT", "3"), ("Msg", &text)]),
            );
        }
    }
    for number in ["1", "0123456789012345"] {
        let case = Case::operation(51).with_all(&[
            ("AdC", number),
            ("OAdC", number),
            ("MT", "3"),
            ("Msg", &text),
        ]);
        set.push(format!("number {number}"), case);
    }
}

/// Each extra service, known or not, and some together.
fn services(set: &mut Set) {
    let known = [
        "0000",
        "0106050003AA0201",
        "0107060504158A0000",
        "020110",
        "0201F5",
        "030101",
        "04020001",
        "050102",
        "060103",
        "070103",
        "080101",
        "0903112233",
        "0A0101",
        "0B021000",
        "0C0662696C6C2D31",
        "0D0101",
        "0E0101",
        "0F0101",
        "100101",
        "110101",
        "1206211126225420",
        "130101",
        "4202CAFE",
        "FF00",
    ];
    let together = [
        known.concat(),
        "0201100106050003AA0201".into(),
        "020110020108".into(),
    ];
    for services in known.map(str::to_owned).into_iter().chain(together) {
        let case = submit().with_all(&[
            ("MT", "4"),
            ("NB", "16"),
            ("Msg", "4869"),
            ("XSer", &services),
        ]);
        set.push(format!("services {services}"), case);
    }
}

fn notification(dst: &str, rsn: &str) -> Case {
    let fields = [
        ("AdC", "2147"),
        ("OAdC", "00393331234567"),
        ("Dst", dst),
        ("Rsn", rsn),
    ];
    Case::operation(53).with_all(&fields)
}

/// Each state and each reason, with a text and without one.
fn notifications(set: &mut Set) {
    let times = [("SCTS", "211126225429"), ("DSCTS", "211126225430")];
    let text = unpacked("Message for 00393331234567 has been delivered");
    let reasons = (0..=10).chain(100..=127).chain(200..=208).chain([255]);
    for reason in reasons {
        let reason = format!("{reason:03}");
        for dst in ["1", "2"] {
            let case = notification(dst, &reason).with_all(&times);
            set.push(
                format!("notification {dst} {reason}"),
                case.with_all(&[("MT", "3"), ("Msg", &text)]),
            );
        }
    }
    set.push(
        "notification",
        notification("0", "000").with_all(&times).with("MT", "3"),
    );
    set.push(
        "notification 0",
        notification("0", "0")
            .with_all(&times)
            .with("HPLMN", "20205"),
    );
    // To a name, which is packed here too, and not said to be.
    let fields = [
        ("AdC", &*packed("Rust")),
        ("OAdC", "00393331234567"),
        ("Dst", "0"),
        ("Rsn", "000"),
    ];
    set.push(
        "notification to a name",
        Case::operation(53)
            .with_all(&fields)
            .with_all(&times)
            .with("MT", "3"),
    );
}

fn sessions(set: &mut Set) {
    let session = |ot, styp: &str| {
        Case::operation(ot).with_all(&[("OAdC", "2147"), ("STYP", styp), ("VERS", "0100")])
    };
    for (oton, onpi) in [("1", "1"), ("2", "3"), ("6", "5")] {
        for styp in ["1", "3", "4", "6"] {
            let case = session(60, styp).with_all(&[
                ("OTON", oton),
                ("ONPI", onpi),
                ("PWD", &unpacked("secret")),
            ]);
            let name = format!("session {oton} {styp}");
            set.push(
                format!("{name} new"),
                case.clone().with("NPWD", unpacked("£@new")),
            );
            for opid in ["00", "39"] {
                set.push(format!("{name} {opid}"), case.clone().with("OPID", opid));
            }
            set.push(name, case);
        }
    }
    for styp in ["1", "2", "3", "4", "5", "6"] {
        for (lton, lnpi) in [("1", "1"), ("2", "3"), ("6", "5")] {
            let list = [
                ("LAdC", "0234765"),
                ("LTON", lton),
                ("LNPI", lnpi),
                ("PWD", &*unpacked("p@ss")),
            ];
            set.push(
                format!("list {styp} {lton}"),
                session(61, styp).with_all(&list),
            );
        }
    }
    set.push("session RES1", session(60, "1").with("RES1", "r"));
    set.push(
        "list RES2",
        session(61, "1").with_all(&[("RES1", "r"), ("RES2", "s")]),
    );
}

/// Each result of each operation, and each error code.
fn results(set: &mut Set) {
    let key = "00393331234567:211126225429";
    for ot in OPERATIONS {
        let positive: &[_] = match WITHOUT_MVP.contains(&ot) {
            true => &["ACK", "SM"],
            false => &["ACK", "MVP", "SM"],
        };
        let case = Case::result(ot, positive).with("ACK", "A");
        set.push(format!("positive {ot}"), case.clone());
        set.push(format!("positive {ot} SM"), case.clone().with("SM", key));
        if positive.contains(&"MVP") {
            set.push(
                format!("positive {ot} MVP"),
                case.with_all(&[("MVP", "2211262359"), ("SM", key)]),
            );
        }
        let case = Case::result(ot, &["NACK", "EC", "SM"]).with("NACK", "N");
        set.push(format!("negative {ot}"), case.clone().with("EC", "02"));
        set.push(
            format!("negative {ot} SM"),
            case.with_all(&[("EC", "03"), ("SM", "not here, not now")]),
        );
    }
    for code in 1..=99 {
        let case = Case::result(51, &["NACK", "EC", "SM"]).with("NACK", "N");
        set.push(
            format!("error {code}"),
            case.with("EC", format!("{code:02}")),
        );
    }
    let keys = "0654321:090196113940,065432:090196113940";
    set.push(
        "keys",
        Case::result(2, &["ACK", "SM"]).with_all(&[("ACK", "A"), ("SM", keys)]),
    );
    set.push(
        "waiting",
        Case::result(31, &["ACK", "SM"]).with_all(&[("ACK", "A"), ("SM", "0003")]),
    );
    let text = "BIND AUTHENTICATED";
    set.push(
        "welcome",
        Case::result(60, &["ACK", "SM"]).with_all(&[("ACK", "A"), ("SM", text)]),
    );
}
