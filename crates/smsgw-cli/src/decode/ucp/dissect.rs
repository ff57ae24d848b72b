//! Frames for people: each octet with its field and what it says.

use smsgw_gsm::dcs::DataCodingScheme;
use smsgw_gsm::udh::UserDataHeader;
use smsgw_ucp::types::{
    Content, DataCoding, Dst, Flag, Hex, KnownService, ListOperation, MessageClass, MessageType,
    Minute, NotificationType, Npi, OriginatorPid, Otoa, Pid, ReplyPath, Rpid, Second, Service,
    SessionType, Ton, Version,
};
use smsgw_ucp::{ErrorCode, NamedField, OperationType, Reason};

use super::parts::Parts;
use super::{Pdu, Read, checksum, latin_1, operation_name};
use crate::decode::input::{Style, printable};
use crate::decode::table::Table;

/// The rows of a frame, in wire order.
pub(super) fn frame(read: &Read<'_>, style: Style) -> String {
    let frame = read.frame;
    let parts = match &read.pdu {
        Pdu::Operation(operation) => Parts::of(operation),
        Pdu::Answer(_) => Parts::default(),
    };
    let mut table = Table::new(frame.octets(), style);
    let operation = operation_name(frame.ot()).unwrap_or_default();
    let operation = operation.replace('_', " ");
    let what = match &read.pdu {
        Pdu::Operation(_) => "operation",
        Pdu::Answer(answer) if answer.is_positive() => "positive result",
        Pdu::Answer(_) => "negative result",
    };
    table.title(&format!("{operation}, {what}, TRN {}", frame.trn()));
    table.row(1, "STX", "");
    table.row(3, "TRN", &frame.trn().to_string());
    let len = frame.octets().len().saturating_sub(2);
    table.row(6, "LEN", &format!("{len} octets"));
    let o_r = if frame.is_operation() {
        "operation"
    } else {
        "result"
    };
    table.row(2, "O/R", o_r);
    table.row(3, "OT", &format!("{} ({operation})", frame.ot()));
    let mut empty = 0;
    for field in frame.named_fields() {
        if field.text.is_empty() {
            empty += 1;
            continue;
        }
        gap(&mut table, &mut empty);
        let value = value(&field, frame.ot(), &parts);
        table.row(field.text.len() + 1, field.name, &value);
        if field.name == "XSer" {
            parts.xser.services().for_each(|it| service(&mut table, it));
        }
    }
    gap(&mut table, &mut empty);
    table.row(2, "CHK", &checksum(frame));
    table.row(1, "ETX", "");
    if let Some(text) = parts
        .message
        .and_then(|message| parts.text(message, read.alphabet))
    {
        table.remark("text", &printable(&text));
    }
    for fault in read.tolerated.iter() {
        let fault = format!("{} at octet {}: {}", fault.field, fault.offset, fault.what);
        table.alert("tolerated", &fault);
    }
    table.finish()
}

/// Fields without anything in them, of which most operations have many.
fn gap(table: &mut Table<'_>, fields: &mut usize) {
    let plural = if *fields == 1 { "" } else { "s" };
    table.row(*fields, "", &format!("({fields} empty field{plural})"));
    *fields = 0;
}

/// What stands in a field, and what that means.
fn value(field: &NamedField<'_>, ot: OperationType, parts: &Parts<'_>) -> String {
    let text = latin_1(field.text);
    match field.name {
        // Their digits are no more than the octets say.
        "Msg" | "AMsg" => of_message(parts),
        "PWD" | "NPWD" => format!("{} characters", text.len() / 2),
        "XSer" => match parts.xser.services().count() {
            1 => "1 service".to_owned(),
            count => format!("{count} services"),
        },
        "SM" => format!("\"{}\"", printable(&text)),
        name => match meaning(name, &text, ot, parts) {
            Some(meaning) => format!("{} ({})", printable(&text), printable(&meaning)),
            None => printable(&text),
        },
    }
}

fn of_message(parts: &Parts<'_>) -> String {
    match parts.message.unwrap_or_default().content() {
        Content::Empty => String::new(),
        Content::Numeric(digits) => format!("{} digits", digits.len()),
        Content::Text(hex) => format!("text, {} octets", hex.len()),
        Content::Octets { bits, hex } if usize::from(bits) == hex.len() * 8 => {
            format!("{} octets", hex.len())
        }
        Content::Octets { bits, hex } => format!("{bits} bits in {} octets", hex.len()),
    }
}

/// What a code, a time or a packed name means.
fn meaning(name: &str, text: &str, ot: OperationType, parts: &Parts<'_>) -> Option<String> {
    let number: Option<u16> = text.parse().ok();
    let words = match name {
        "NRq" | "LRq" | "DD" | "MMS" | "RP" | "UR" | "RC" => Flag::new(number?).ok()?.text(),
        "PR" if ot == OperationType::SUPPLEMENTARY_CALL_INPUT => Flag::new(number?).ok()?.text(),
        "NPID" | "LPID" | "PID" => Pid::new(number?).ok()?.text(),
        "RPID" => Rpid::new(number?).ok()?.text(),
        "MT" => MessageType::new(number?).ok()?.text(),
        "DCs" => DataCoding::new(number?).ok()?.text(),
        "MCLs" => MessageClass::new(number?).ok()?.text(),
        "RPI" => ReplyPath::new(number?).ok()?.text(),
        "Dst" => Dst::new(number?).ok()?.text(),
        "OTOA" => Otoa::new(number?).ok()?.text(),
        "OTON" | "LTON" => Ton::new(number?).ok()?.text(),
        "ONPI" | "LNPI" => Npi::new(number?).ok()?.text(),
        "STYP" if ot == OperationType::LIST_MANAGEMENT => ListOperation::new(number?).ok()?.text(),
        "STYP" => SessionType::new(number?).ok()?.text(),
        "VERS" => Version::new(number?).ok()?.text(),
        "OPID" => OriginatorPid::new(number?).ok()?.text(),
        "Rsn" => Reason(number?.try_into().ok()?).text(),
        "EC" => ErrorCode(number?.try_into().ok()?).text(),
        "NB" => Some("bits"),
        "ACK" => Some("done"),
        "NACK" => Some("refused"),
        _ => None,
    };
    match name {
        "NT" => of_notifications(NotificationType::new(number?).ok()?),
        "DDT" | "VP" | "MVP" => Minute::parse(text).ok().map(|time| time.to_string()),
        "SCTS" | "DSCTS" => Second::parse(text).ok().map(|time| time.to_string()),
        "NAdC" => parts.notify.map(|address| address.to_string()),
        "AdC" => parts.notified.map(|name| name.text()),
        "OAdC" => parts.sender.map(|name| name.text()),
        _ => words.map(str::to_owned),
    }
}

fn of_notifications(wanted: NotificationType) -> Option<String> {
    let kinds = [
        (NotificationType::DELIVERY, "delivered"),
        (NotificationType::NON_DELIVERY, "not delivered"),
        (NotificationType::BUFFERED, "buffered"),
    ];
    let kinds = kinds.into_iter().filter(|(kind, _)| wanted.contains(*kind));
    let kinds: Vec<_> = kinds.map(|(_, name)| name).collect();
    match kinds[..] {
        [] => wanted.text().map(str::to_owned),
        _ => Some(kinds.join(", ")),
    }
}

/// One of the extra services, and what is in it.
fn service(table: &mut Table<'_>, service: Service<'_>) {
    let name = format!("  TT {:02X}", service.tt.0);
    let what = service.tt.text().unwrap_or("unknown");
    let meaning = match service.known() {
        KnownService::GsmUdh(udh) => return header(table, &name, what, udh.0),
        KnownService::GsmDcs(dcs) => Some(DataCodingScheme(dcs.0).to_string()),
        KnownService::TdmaMessageType(it) => it.text().map(str::to_owned),
        KnownService::Privacy(it) => it.text().map(str::to_owned),
        KnownService::Urgency(it) => it.text().map(str::to_owned),
        KnownService::AcknowledgementRequest(it) => it.text().map(str::to_owned),
        KnownService::MessageUpdating(it) => it.text().map(str::to_owned),
        KnownService::SingleShot(it) => it.text().map(str::to_owned),
        KnownService::BillingIdentifier(it) => {
            Some(format!("\"{}\"", it.0.to_vec().escape_ascii()))
        }
        _ => None,
    };
    let meaning = meaning.map(|meaning| format!(" ({meaning})"));
    let meaning = meaning.unwrap_or_default();
    table.part("", &name, &format!("{what}: {}{meaning}", service.data));
}

/// A user data header by its elements.
fn header(table: &mut Table<'_>, name: &str, what: &str, udh: Hex<'_>) {
    table.part("", name, &format!("{what}: {udh}"));
    let octets = udh.to_vec();
    let Ok((header, _)) = UserDataHeader::split(&octets) else {
        return;
    };
    for (element, meaning) in header.elements().zip(header.information()) {
        let name = format!("    IE {:02X}", element.iei);
        table.part("", &name, &printable(&meaning.to_string()));
    }
}
