//! TPDUs for people: each octet with its field and what it says.

use smsgw_gsm::Tolerated;
use smsgw_gsm::field::{Address, Timestamp, ValidityPeriod};
use smsgw_gsm::tpdu::{Field, Kind, Parameters, Tpdu, UserData};
use smsgw_gsm::udh::UserDataHeader;

use super::input::{Style, printable};
use super::table::Table;
use super::tpdu::Pdu;

/// The rows of a TPDU, in wire order.
pub(super) fn tpdu(octets: &[u8], pdu: &Pdu<'_>, style: Style) -> String {
    let tpdu = &pdu.pdu.tpdu;
    let mut table = Table::new(octets, style);
    let kind = tpdu.kind();
    let party = tpdu.address().map(|address| {
        let way = if kind == Kind::Deliver { "from" } else { "to" };
        format!(" {way} {}", printable(&address.to_string()))
    });
    table.title(&format!("{kind}{}", party.unwrap_or_default()));
    let fields = if pdu.has_smsc {
        pdu.pdu.fields()
    } else {
        tpdu.fields()
    };
    for field in &fields {
        row(&mut table, field, pdu);
    }
    if let Some(text) = tpdu.user_data().and_then(|user_data| user_data.text()) {
        table.remark("text", &printable(&text));
    }
    faults(&mut table, &pdu.tolerated);
    table.finish()
}

/// What was let through.
pub(super) fn faults(table: &mut Table<'_>, tolerated: &Tolerated) {
    for fault in tolerated.iter() {
        let fault = format!("{} at octet {}: {}", fault.field, fault.offset, fault.what);
        table.alert("tolerated", &fault);
    }
}

fn row(table: &mut Table<'_>, field: &Field, pdu: &Pdu<'_>) {
    let tpdu = &pdu.pdu.tpdu;
    let size = field.octets.len();
    match field.name {
        "TP-MTI" => {
            table.row(size, "first octet", tpdu.kind().name());
            flags(table, tpdu.kind(), tpdu.first_octet());
        }
        "UDH" => {
            if let Some(header) = tpdu.user_data().and_then(|user_data| user_data.header()) {
                elements(table, &header);
            }
        }
        "SCA" => {
            let address = pdu.pdu.service_centre;
            let address = address.map_or("none".to_owned(), |address| of_address(&address));
            table.row(size, field.name, &address);
        }
        name => table.row(size, name, &value(name, tpdu)),
    }
}

/// What a field says.
fn value(name: &str, tpdu: &Tpdu<'_>) -> String {
    let parameters = parameters(tpdu);
    match (name, tpdu) {
        ("TP-OA" | "TP-DA" | "TP-RA", _) => tpdu.address().map(of_address).unwrap_or_default(),
        ("TP-PID", Tpdu::Deliver(deliver)) => deliver.protocol_identifier.to_string(),
        ("TP-PID", Tpdu::Submit(submit)) => submit.protocol_identifier.to_string(),
        ("TP-PID", Tpdu::Command(command)) => command.protocol_identifier.to_string(),
        ("TP-PID", _) => text(parameters.and_then(Parameters::protocol_identifier)),
        ("TP-DCS", Tpdu::Deliver(deliver)) => deliver.user_data.data_coding_scheme().to_string(),
        ("TP-DCS", Tpdu::Submit(submit)) => submit.user_data.data_coding_scheme().to_string(),
        ("TP-DCS", _) => text(parameters.and_then(Parameters::data_coding_scheme)),
        ("TP-SCTS", Tpdu::Deliver(deliver)) => of_time(deliver.service_centre_time_stamp),
        ("TP-SCTS", Tpdu::SubmitReport(report)) => of_time(report.service_centre_time_stamp),
        ("TP-SCTS", Tpdu::StatusReport(report)) => of_time(report.service_centre_time_stamp),
        ("TP-DT", Tpdu::StatusReport(report)) => of_time(report.discharge_time),
        ("TP-ST", Tpdu::StatusReport(report)) => {
            format!("{}: {}", report.status.state(), report.status)
        }
        ("TP-MR", Tpdu::Submit(submit)) => submit.message_reference.to_string(),
        ("TP-MR", Tpdu::StatusReport(report)) => report.message_reference.to_string(),
        ("TP-MR", Tpdu::Command(command)) => command.message_reference.to_string(),
        ("TP-VP", Tpdu::Submit(submit)) => {
            submit.validity_period.map(of_validity).unwrap_or_default()
        }
        ("TP-CT", Tpdu::Command(command)) => command.command_type.to_string(),
        ("TP-MN", Tpdu::Command(command)) => command.message_number.to_string(),
        ("TP-FCS", Tpdu::DeliverReport(report)) => text(report.failure_cause),
        ("TP-FCS", Tpdu::SubmitReport(report)) => text(report.failure_cause),
        ("TP-PI", _) => text(parameters.map(Parameters::indicator)),
        ("TP-UDL" | "TP-CDL", _) => tpdu
            .user_data()
            .map(|it| of_length(&it))
            .unwrap_or_default(),
        ("TP-UD" | "TP-CD", _) => tpdu
            .user_data()
            .map(|it| of_content(&it))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

fn parameters<'a>(tpdu: &'a Tpdu<'_>) -> Option<&'a Parameters<'a>> {
    match tpdu {
        Tpdu::DeliverReport(report) => Some(&report.parameters),
        Tpdu::SubmitReport(report) => Some(&report.parameters),
        Tpdu::StatusReport(report) => report.parameters.as_ref(),
        _ => None,
    }
}

fn text(value: Option<impl ToString>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn of_address(address: &Address) -> String {
    let number = printable(&address.to_string());
    format!("{number} ({})", address.type_of_address())
}

fn of_time(time: Timestamp) -> String {
    if time.is_valid() {
        time.to_string()
    } else {
        "no time".to_owned()
    }
}

fn of_validity(validity: ValidityPeriod) -> String {
    let duration = validity
        .duration()
        .map(|duration| of_seconds(duration.as_secs()));
    match validity {
        ValidityPeriod::Absolute(time) => format!("until {}", of_time(time)),
        ValidityPeriod::Relative(_) => duration.unwrap_or_default(),
        ValidityPeriod::Enhanced(period) => {
            let duration = duration.unwrap_or_else(|| "no period".to_owned());
            let once = if period.is_single_shot() {
                ", one try"
            } else {
                ""
            };
            format!("{duration}{once}")
        }
    }
}

/// `1 d 12 h` and the like.
fn of_seconds(seconds: u64) -> String {
    let parts = [
        (seconds / 86_400, "d"),
        (seconds / 3600 % 24, "h"),
        (seconds / 60 % 60, "min"),
        (seconds % 60, "s"),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<_> = parts
        .map(|(count, unit)| format!("{count} {unit}"))
        .collect();
    if parts.is_empty() {
        "0 s".to_owned()
    } else {
        parts.join(" ")
    }
}

fn of_length(user_data: &UserData<'_>) -> String {
    let unit = if user_data.data_coding_scheme().counts_septets() {
        "septets"
    } else {
        "octets"
    };
    format!("{} {unit}", user_data.udl())
}

fn of_content(user_data: &UserData<'_>) -> String {
    match (user_data.text(), user_data.septets()) {
        (Some(_), Some(septets)) => format!("text, {septets} septets"),
        (Some(_), None) => format!("text, {} units", user_data.payload().len() / 2),
        (None, _) => format!("{} octets", user_data.payload().len()),
    }
}

/// The bits of the first octet.
fn flags(table: &mut Table<'_>, kind: Kind, octet: u8) {
    let is = |bit: u8, yes: &'static str, no: &'static str| {
        if octet & bit != 0 { yes } else { no }
    };
    let mti = (0b0000_0011, "TP-MTI", kind.name());
    let mms = (
        0b0000_0100,
        "TP-MMS",
        is(0b0000_0100, "no more messages", "more messages wait"),
    );
    let lp = (
        0b0000_1000,
        "TP-LP",
        is(0b0000_1000, "forwarded or spawned", "not forwarded"),
    );
    let udhi = (
        0b0100_0000,
        "TP-UDHI",
        is(0b0100_0000, "begins with a header", "no header"),
    );
    let rp = (
        0b1000_0000,
        "TP-RP",
        is(0b1000_0000, "reply path", "no reply path"),
    );
    let sr = |name, yes, no| (0b0010_0000, name, is(0b0010_0000, yes, no));
    let rows = match kind {
        Kind::Deliver => {
            let sri = sr("TP-SRI", "report wanted", "no report wanted");
            vec![mti, mms, lp, sri, udhi, rp]
        }
        Kind::Submit => {
            let rd = (
                0b0000_0100,
                "TP-RD",
                is(0b0000_0100, "reject duplicates", "take duplicates"),
            );
            let format = match octet & 0b0001_1000 {
                0b0000_0000 => "no validity period",
                0b0000_1000 => "enhanced validity period",
                0b0001_0000 => "relative validity period",
                _ => "absolute validity period",
            };
            let srr = sr("TP-SRR", "report wanted", "no report wanted");
            vec![mti, rd, (0b0001_1000, "TP-VPF", format), srr, udhi, rp]
        }
        Kind::StatusReport => {
            let srq = sr("TP-SRQ", "of a command", "of a submit");
            vec![mti, mms, lp, srq, udhi]
        }
        Kind::Command => vec![mti, sr("TP-SRR", "report wanted", "no report wanted"), udhi],
        Kind::DeliverReport | Kind::SubmitReport => vec![mti, udhi],
    };
    for (mask, name, value) in rows {
        table.part(&bits(octet, mask), name, value);
    }
}

/// Those bits of an octet that are in `mask`.
fn bits(octet: u8, mask: u8) -> String {
    let mut bits = String::with_capacity(9);
    for place in (0..8).rev() {
        bits.push(match (mask >> place & 1, octet >> place & 1) {
            (0, _) => '.',
            (_, 0) => '0',
            _ => '1',
        });
        if place == 4 {
            bits.push(' ');
        }
    }
    bits
}

/// A user data header: its length, then its elements.
pub(super) fn elements(table: &mut Table<'_>, header: &UserDataHeader<'_>) {
    table.row(1, "UDHL", &format!("{} octets", header.octets().len() - 1));
    table.indent("  ");
    for (element, meaning) in header.elements().zip(header.information()) {
        let name = format!("IE {:02X}", element.iei);
        table.row(
            2 + element.data.len(),
            &name,
            &printable(&meaning.to_string()),
        );
    }
    table.indent("");
}
