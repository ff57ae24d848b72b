//! What lines mean, for programs and in words.

use serde_json::{Value as Json, json};
use smsgw_at::charset::CharacterSet;
use smsgw_at::command::Command;
use smsgw_at::command::basic::{ReadCharacterSet, TestCharacterSet};
use smsgw_at::command::call::Caller;
use smsgw_at::command::network::{
    ExtendedSignalQuality, ListOperators, ReadOperator, Registration, SignalQuality,
};
use smsgw_at::command::pin::ReadPinState;
use smsgw_at::command::routing::{
    ReadNewMessageIndications, TestMessageService, TestNewMessageIndications,
};
use smsgw_at::command::send::Sent;
use smsgw_at::command::sms::ReadServiceCentre;
use smsgw_at::command::storage::{ReadPreferredStorage, Store, TestPreferredStorage};
use smsgw_at::command::ussd::UssdReply;
use smsgw_at::field::{Fields, Ranges};
use smsgw_at::line::{Event, InFlight, Urc};
use smsgw_at::urc::UrcKind;
use smsgw_gsm::Quirks;
use smsgw_gsm::tpdu::{Context, Direction, ReportKind};

use crate::decode::cbs;
use crate::decode::tpdu::Reading;
use crate::hex;

/// What a line means.
pub(super) struct Meaning {
    /// With the keys of the vectors' `value`.
    pub(super) value: Json,
    /// For people.
    pub(super) words: String,
}

impl Meaning {
    /// The value under its key.
    fn new(key: &str, value: Json, words: String) -> Self {
        let value = json!({ key: value });
        Self { value, words }
    }
}

/// Which set strings come in: the one that modems start with. Hexadecimal ones are recognised.
const SET: &CharacterSet = &CharacterSet::Gsm;

/// Meanings of events, one after the other: a PDU is read by the line before it.
pub(super) struct Meanings<'a> {
    command: &'a str,
    /// Where the PDU goes that the next line is.
    pdu: Option<Direction>,
}

impl<'a> Meanings<'a> {
    pub(super) fn new(in_flight: InFlight<'a>) -> Self {
        let command = match in_flight {
            InFlight::Command(command) => command,
            _ => "",
        };
        Self { command, pdu: None }
    }

    /// What an event means, if it is known.
    pub(super) fn of(&mut self, event: &Event) -> Option<Meaning> {
        match event {
            Event::Line(line) => {
                if let Some(direction) = self.pdu.take() {
                    return tpdu(line, direction);
                }
                self.pdu = stored(line);
                answer(line, self.command)
            }
            Event::Urc(urc) => unsolicited(urc),
            _ => None,
        }
    }
}

/// Where the PDU behind a header of `+CMGR` or `+CMGL` in PDU mode goes.
fn stored(line: &str) -> Option<Direction> {
    let mut fields = Fields::of(line, "+CMGR").or_else(|| {
        let mut fields = Fields::of(line, "+CMGL")?;
        fields.field("index").ok()?;
        Some(fields)
    })?;
    match fields.number("stat").ok()? {
        0_u8 | 1 => Some(Direction::ScToMs),
        2 | 3 => Some(Direction::MsToSc),
        _ => None,
    }
}

/// A line of the answer to `command`.
fn answer(line: &str, command: &str) -> Option<Meaning> {
    let word = line.split([':', '=', ' ']).next()?.to_ascii_uppercase();
    let lines = &[line.to_owned()];
    let is_test = command.ends_with("=?");
    let meaning = match word.as_str() {
        "+CREG" | "+CGREG" | "+CEREG" if !is_test => return registration(line),
        "+CSQ" if !is_test => {
            let signal = SignalQuality.read(lines).ok()?;
            Meaning::new("dbm", json!(signal.dbm()), signal.to_string())
        }
        "+CESQ" if !is_test => {
            let signal = ExtendedSignalQuality.read(lines).ok()?;
            let words = signal.dbm().map(|dbm| format!("{dbm} dBm"));
            Meaning::new("dbm", json!(signal.dbm()), words.unwrap_or_default())
        }
        "+CSCA" => {
            let number = ReadServiceCentre { character_set: SET }.read(lines).ok()?;
            let number = number.map(|number| number.to_string());
            let words = number.clone().unwrap_or_else(|| "not set".to_owned());
            Meaning::new("csca", json!(number), words)
        }
        "+CPMS" if is_test => {
            let lists = TestPreferredStorage.read(lines).ok()?;
            let names = |list: &Vec<Store>| list.iter().map(Store::to_string).collect::<Vec<_>>();
            let lists: Vec<_> = lists.iter().map(names).collect();
            let words: Vec<_> = lists.iter().map(|list| list.join(" ")).collect();
            Meaning::new("cpms_test", json!(lists), words.join(" | "))
        }
        "+CPMS" => stores(lines)?,
        "+CNMI" if is_test => {
            let it = TestNewMessageIndications.read(lines).ok()?;
            let all = [it.mode, it.mt, it.bm, it.ds, it.bfr];
            let words: Vec<_> = all.iter().map(Ranges::to_string).collect();
            let value = all.each_ref().map(numbers);
            Meaning::new("cnmi_test", json!(value), words.join(" "))
        }
        "+CNMI" => {
            let it = ReadNewMessageIndications.read(lines).ok()?;
            let value =
                json!({ "mode": it.mode, "mt": it.mt, "bm": it.bm, "ds": it.ds, "bfr": it.bfr });
            Meaning::new("cnmi", value, String::new())
        }
        "+CSMS" if is_test => {
            let services = TestMessageService.read(lines).ok()?;
            let words = format!("services {services}");
            Meaning::new("csms_test", numbers(&services), words)
        }
        "+CSCS" if is_test => {
            let sets = TestCharacterSet.read(lines).ok()?;
            let names: Vec<_> = sets.iter().map(CharacterSet::name).collect();
            Meaning::new("cscs_test", json!(names), names.join(" "))
        }
        "+CSCS" => {
            let set = ReadCharacterSet.read(lines).ok()?;
            Meaning::new("cscs", json!(set.name()), set.name().to_owned())
        }
        "+CPIN" if !is_test => {
            let state = ReadPinState.read(lines).ok()?;
            Meaning::new("cpin", json!(state.code()), String::new())
        }
        "+COPS" if is_test => operators(lines)?,
        "+COPS" => {
            let operator = ReadOperator { character_set: SET }.read(lines).ok()?;
            let name = operator.name.as_ref().map(|name| name.text().to_owned());
            let act = operator.access_technology;
            let value = json!({ "automatic": operator.is_automatic, "oper": name, "act": act.map(|act| act.0) });
            let act = act.map(|act| format!(" ({act})")).unwrap_or_default();
            let name = name.unwrap_or_else(|| "no operator".to_owned());
            Meaning::new("cops", value, format!("{name}{act}"))
        }
        "+CMGS" | "+CMGC" => sent(line)?,
        _ => return None,
    };
    Some(meaning)
}

/// The numbers of a short list; others as the modem writes them.
fn numbers(ranges: &Ranges) -> Json {
    let count = ranges.iter().map(|(low, high)| u64::from(high - low) + 1);
    if count.sum::<u64>() > 256 {
        return json!(ranges.to_string());
    }
    ranges.iter().flat_map(|(low, high)| low..=high).collect()
}

/// What nobody asked for.
fn unsolicited(urc: &Urc) -> Option<Meaning> {
    match urc.kind() {
        UrcKind::NewMessage { store, index }
        | UrcKind::StatusReportStored { store, index }
        | UrcKind::BroadcastStored { store, index } => {
            let words = match index {
                Some(index) => format!("at {index} in {store}"),
                None => format!("in {store}"),
            };
            let value = json!({ "store": store, "index": index });
            Some(Meaning::new("stored", value, words))
        }
        UrcKind::Message | UrcKind::StatusReport => tpdu(urc.pdu()?, Direction::ScToMs),
        UrcKind::Broadcast => page(urc.pdu()?),
        UrcKind::Registration => registration(&urc.line),
        UrcKind::Ussd => {
            let reply = UssdReply::of(&urc.line, SET)?.ok()?;
            let text = reply.text.as_ref().map(|text| format!("{text:?}, "));
            let words = format!("{}{}", text.unwrap_or_default(), reply.status);
            let value = json!({ "m": reply.status.0, "text": reply.text, "dcs": reply.scheme });
            Some(Meaning::new("cusd", value, words))
        }
        UrcKind::Clip => {
            let caller = Caller::of(&urc.line, SET)?.ok()?;
            let words = caller.number.as_deref().unwrap_or("no number").to_owned();
            let value = json!({ "number": caller.number, "name": caller.name });
            Some(Meaning::new("clip", value, words))
        }
        UrcKind::Signal | UrcKind::SimState => answer(&urc.line, ""),
        UrcKind::Late => sent(&urc.line),
        _ => None,
    }
}

fn registration(line: &str) -> Option<Meaning> {
    let it = Registration::of(line)?.ok()?;
    let name = it.domain.prefix().trim_start_matches('+');
    let value = json!({ "n": it.n, "stat": it.state.0, "lac": it.lac, "ci": it.ci });
    Some(Meaning::new(
        &name.to_ascii_lowercase(),
        value,
        it.state.to_string(),
    ))
}

fn stores(lines: &[String]) -> Option<Meaning> {
    let stores = ReadPreferredStorage.read(lines).ok()?;
    let name = |store: Option<Store>| store.map(|store| store.to_string());
    let value = stores
        .iter()
        .map(|it| json!({ "store": name(it.store), "used": it.used, "total": it.total }));
    let words = stores.iter().map(|it| {
        let store = name(it.store).map(|store| format!("{store} "));
        format!("{}{} of {}", store.unwrap_or_default(), it.used, it.total)
    });
    let words: Vec<_> = words.collect();
    Some(Meaning::new("cpms", value.collect(), words.join(", ")))
}

fn operators(lines: &[String]) -> Option<Meaning> {
    let list = ListOperators { character_set: SET }.read(lines).ok()?;
    let value = list.iter().map(|it| {
        let act = it.access_technology.map(|act| act.0);
        json!({ "long": it.long, "short": it.short, "numeric": it.numeric, "act": act })
    });
    let words: Vec<_> = list.iter().map(|it| it.numeric.as_str()).collect();
    Some(Meaning::new("cops_test", value.collect(), words.join(", ")))
}

fn sent(line: &str) -> Option<Meaning> {
    let reference = Sent::of(line)?.reference?;
    Some(Meaning::new(
        "mr",
        json!(reference),
        format!("reference {reference}"),
    ))
}

/// A PDU with its service centre's address.
fn tpdu(digits: &str, direction: Direction) -> Option<Meaning> {
    let octets = hex::decode(digits.as_bytes()).ok()?;
    let reading = Reading {
        context: Context::new(direction, ReportKind::Ack),
        has_smsc: true,
        quirks: Quirks::LENIENT,
    };
    let pdu = reading.read(&octets).ok()?;
    let tpdu = &pdu.pdu.tpdu;
    let way = match direction {
        Direction::ScToMs => "from",
        Direction::MsToSc => "to",
    };
    let party = tpdu.address().map(|party| format!(" {way} {party}"));
    let text = tpdu.user_data().and_then(|user_data| user_data.text());
    let text = text.map(|text| format!(": {text:?}"));
    let words = [
        tpdu.kind().to_string(),
        party.unwrap_or_default(),
        text.unwrap_or_default(),
    ];
    Some(Meaning::new(
        "tpdu",
        Json::Object(pdu.json()),
        words.concat(),
    ))
}

fn page(digits: &str) -> Option<Meaning> {
    let octets = hex::decode(digits.as_bytes()).ok()?;
    let read = cbs::read(&octets, &Quirks::LENIENT).ok()?;
    let page = &read.page;
    let text = page.text().map(|text| format!(": {text:?}"));
    let words = format!(
        "page {} of {}{}",
        page.number(),
        page.total(),
        text.unwrap_or_default()
    );
    Some(Meaning::new("cbs", Json::Object(read.json()), words))
}
