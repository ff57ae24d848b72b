//! What a modem does with a message that comes: stores it, shows it, tells of it (3GPP TS 27.005
//! §3.4.1).

use std::collections::VecDeque;

use smsgw_gsm::dcs::Class;
use smsgw_gsm::tpdu::{Context as Way, Deliver, StatusReport, Tpdu, UserData};

use super::centre::{Item, Reception, Waiting, message};
use super::charset::to_hex;
use super::event::{What, who};
use super::fault::Kind;
use super::interpreter::MAX_HELD;
use super::store::{Stat, StoreName, Stored};
use super::world::{Context, Timer};
use crate::event::{AtFields, Message};

/// What a modem keeps beside the messages themselves.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    /// Indications that are not wanted now (`+CNMI=0`).
    pub(crate) held: VecDeque<String>,
    /// Which message was shown and waits for `+CNMA`.
    pub(crate) shown: Option<Shown>,
    count: u64,
}

/// A message that was shown and waits for `+CNMA`.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) id: String,
    nth: u64,
}

/// Where a message went.
struct Place {
    store: &'static str,
    index: Option<u16>,
}

impl Context<'_> {
    /// Takes a message or report that comes from the network.
    pub(crate) fn receive(&mut self, waiting: &Waiting) -> Reception {
        if !self.modem.is_registered() {
            return Reception::Absent;
        }
        if self.modem.hang.is_some() {
            return Reception::Refused("silent");
        }
        if self.modem.routing.shown.is_some() {
            return Reception::Refused("unacknowledged");
        }
        match waiting.item {
            Item::Message(_) => self.receive_message(waiting),
            Item::Report => self.receive_report(waiting),
        }
    }

    fn receive_message(&mut self, waiting: &Waiting) -> Reception {
        let Ok(deliver) = Deliver::decode(&waiting.tpdu) else {
            // Whatever it is, a modem that shows it lets its user see.
            return self.receive_unknown(waiting);
        };
        if deliver.protocol_identifier.is_type_0() {
            self.delivered(waiting, &deliver, "none", None);
            return Reception::Taken;
        }
        let class = deliver.user_data.data_coding_scheme().class();
        let [mode, mt, ..] = self.modem.settings.indications;
        let is_shown = match mt {
            2 => class != Some(Class::Class2),
            3 => class == Some(Class::Class3),
            _ => false,
        };
        let pdu = self.with_centre(&waiting.tpdu);
        if is_shown && mode != 0 && !self.modem.input.is_online() {
            let lines = self.shown_message(&pdu, &deliver);
            self.delivered(waiting, &deliver, "+CMT", None);
            return self.show(&waiting.id, &lines);
        }
        let [_, _, third] = self.modem.settings.stores;
        let name = match class {
            Some(Class::Class2) => StoreName::Sm,
            _ => third,
        };
        let Some((name, index)) = self.keep(name, Stat::Unread, pdu) else {
            return Reception::Refused("full");
        };
        self.delivered(waiting, &deliver, name.name(), Some(index));
        if mt >= 1 {
            let line = format!("+CMTI: {},{index}", self.token(name.name()));
            self.indicate(&line);
        }
        Reception::Taken
    }

    /// Octets that are no DELIVER: shown or stored as they are.
    fn receive_unknown(&mut self, waiting: &Waiting) -> Reception {
        let pdu = self.with_centre(&waiting.tpdu);
        let [mode, mt, ..] = self.modem.settings.indications;
        let who = who(&self.modem.name);
        let (from, to) = (waiting.from.clone(), self.modem.number.clone());
        let mut fields = AtFields {
            tpdu: waiting.tpdu.clone(),
            ..AtFields::default()
        };
        let user_data = UserData::EMPTY;
        if mt == 2 && mode != 0 && !self.modem.input.is_online() {
            fields.store = Some("+CMT");
            let message = message(who, &waiting.id, (&from, &to), &user_data, fields);
            self.event(What::Deliver(message));
            let header = format!("+CMT: ,{}", waiting.tpdu.len());
            return self.show(&waiting.id, &[header, to_hex(&pdu)]);
        }
        let [_, _, third] = self.modem.settings.stores;
        let Some((name, index)) = self.keep(third, Stat::Unread, pdu) else {
            return Reception::Refused("full");
        };
        (fields.store, fields.index) = (Some(name.name()), Some(index));
        let message = message(who, &waiting.id, (&from, &to), &user_data, fields);
        self.event(What::Deliver(message));
        if mt >= 1 {
            let line = format!("+CMTI: {},{index}", self.token(name.name()));
            self.indicate(&line);
        }
        Reception::Taken
    }

    fn receive_report(&mut self, waiting: &Waiting) -> Reception {
        let Ok(report) = StatusReport::decode(&waiting.tpdu) else {
            return Reception::Taken;
        };
        if self.modem.faults.strike(Kind::LostReport).is_some() {
            self.struck(Kind::LostReport);
            return Reception::Taken;
        }
        let repeats = self.modem.faults.strike(Kind::RepeatedReport).is_some();
        if repeats {
            self.struck(Kind::RepeatedReport);
        }
        let [mode, _, _, ds, _] = self.modem.settings.indications;
        let pdu = self.with_centre(&waiting.tpdu);
        let is_shown = ds == 1 && mode != 0 && !self.modem.profile.stores_reports;
        if is_shown && !self.modem.input.is_online() {
            let lines = self.shown_report(&pdu, &report);
            let place = Place {
                store: "+CDS",
                index: None,
            };
            self.reported(waiting, &report, place);
            if repeats {
                self.unsolicited_lines(&lines);
            }
            return self.show(&waiting.id, &lines);
        }
        if ds == 0 {
            let place = Place {
                store: "none",
                index: None,
            };
            self.reported(waiting, &report, place);
            return Reception::Taken;
        }
        let [first, _, third] = self.modem.profile.stores;
        let has_reports = first.contains(&StoreName::Sr) || third.contains(&StoreName::Sr);
        let [_, _, usual] = self.modem.settings.stores;
        let name = if has_reports { StoreName::Sr } else { usual };
        for _ in 0..=u8::from(repeats) {
            let Some((name, index)) = self.keep(name, Stat::Unread, pdu.clone()) else {
                return Reception::Refused("full");
            };
            let place = Place {
                store: name.name(),
                index: Some(index),
            };
            self.reported(waiting, &report, place);
            let line = format!("+CDSI: {},{index}", self.token(name.name()));
            self.indicate(&line);
        }
        Reception::Taken
    }

    /// Shows a message, and waits for its `+CNMA` where that is wanted.
    fn show(&mut self, id: &str, lines: &[String]) -> Reception {
        self.unsolicited_lines(lines);
        if self.modem.settings.service != 1 {
            return Reception::Taken;
        }
        let routing = &mut self.modem.routing;
        routing.count += 1;
        let nth = routing.count;
        routing.shown = Some(Shown {
            id: id.to_owned(),
            nth,
        });
        let timeout = self.world.config.acknowledge_timeout;
        self.after(timeout, Timer::Unacknowledged(nth));
        Reception::Shown
    }

    /// Nobody acknowledged a message: nothing more is shown (TS 27.005 §3.4.4).
    pub(crate) fn unacknowledged(&mut self, nth: u64) {
        let routing = &mut self.modem.routing;
        let Some(shown) = routing.shown.take_if(|shown| shown.nth == nth) else {
            return;
        };
        let [_, mt, _, ds, _] = &mut self.modem.settings.indications;
        (*mt, *ds) = (0, 0);
        let who = who(&self.modem.name);
        self.event(What::Unacknowledged { who, id: shown.id });
        self.returned();
    }

    /// Puts a message into a store: which one, and where; `None` when that is full.
    pub(crate) fn keep(
        &mut self,
        name: StoreName,
        stat: Stat,
        pdu: Vec<u8>,
    ) -> Option<(StoreName, u16)> {
        let is_full = self.modem.faults.strike(Kind::Full).is_some();
        let message = Stored { stat, pdu };
        let kept = match is_full {
            true => None,
            false => self.modem.stores.insert(name, message),
        };
        if kept.is_none() {
            if is_full {
                self.struck(Kind::Full);
            }
            let notice = self.modem.profile.full_notice;
            if !notice.is_empty() {
                let line = notice.replace("{store}", name.name());
                self.unsolicited(&line);
            }
        }
        kept
    }

    /// Tells of a message that was stored, now or when that is wanted.
    fn indicate(&mut self, line: &str) {
        if self.modem.faults.strike(Kind::LostIndication).is_some() {
            return self.struck(Kind::LostIndication);
        }
        let times = if self.modem.faults.strike(Kind::RepeatedIndication).is_some() {
            self.struck(Kind::RepeatedIndication);
            2
        } else {
            1
        };
        let [mode, ..] = self.modem.settings.indications;
        let is_online = self.modem.input.is_online();
        for _ in 0..times {
            if mode == 0 || (mode == 2 && is_online) {
                let held = &mut self.modem.routing.held;
                if held.len() < MAX_HELD {
                    held.push_back(line.to_owned());
                }
            } else if !is_online {
                self.unsolicited(line);
            }
        }
    }

    /// Writes what was held back, or forgets it, when `+CNMI` is set.
    pub(crate) fn release_indications(&mut self) {
        let [mode, _, _, _, bfr] = self.modem.settings.indications;
        if mode == 0 {
            return;
        }
        let held = std::mem::take(&mut self.modem.routing.held);
        if bfr == 0 {
            for line in held {
                self.unsolicited(&line);
            }
        }
    }

    fn unsolicited_lines(&mut self, lines: &[String]) {
        let text = lines.join(self.modem.profile.line_end);
        self.unsolicited(&text);
    }

    /// A TPDU with the address of the service centre in front.
    fn with_centre(&self, tpdu: &[u8]) -> Vec<u8> {
        let decoded = Tpdu::decode(tpdu, Way::SC_TO_MS).map(|tpdu| {
            let pdu = smsgw_gsm::tpdu::ModemPdu {
                service_centre: self.world.service_centre(),
                tpdu,
            };
            pdu.to_vec()
        });
        decoded.unwrap_or_else(|_| [&[0], tpdu].concat())
    }

    fn delivered(
        &mut self,
        waiting: &Waiting,
        deliver: &Deliver<'_>,
        store: &'static str,
        index: Option<u16>,
    ) {
        let fields = AtFields {
            tpdu: waiting.tpdu.clone(),
            protocol_identifier: deliver.protocol_identifier.0,
            status_report_request: deliver.status_report_indication,
            store: Some(store),
            index,
            ..AtFields::default()
        };
        let message = self.message_to(waiting, &deliver.user_data, fields);
        self.event(What::Deliver(message));
    }

    fn reported(&mut self, waiting: &Waiting, report: &StatusReport<'_>, place: Place) {
        let fields = AtFields {
            tpdu: waiting.tpdu.clone(),
            message_reference: Some(report.message_reference),
            store: Some(place.store),
            index: place.index,
            ..AtFields::default()
        };
        self.world.centre.reported += 1;
        let message = self.message_to(waiting, &UserData::EMPTY, fields);
        self.event(What::Receipt {
            message,
            status: report.status.0,
            message_state: report.status.state().name(),
        });
    }

    fn message_to(&self, waiting: &Waiting, user_data: &UserData<'_>, fields: AtFields) -> Message {
        let who = who(&self.modem.name);
        let parties = (waiting.from.as_str(), self.modem.number.as_str());
        message(who, &waiting.id, parties, user_data, fields)
    }
}
