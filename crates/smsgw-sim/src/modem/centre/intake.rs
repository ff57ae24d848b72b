//! What modems send: accepted or not, told of, handed on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use smsgw_gsm::field::{Address, Status, ValidityPeriod};
use smsgw_gsm::join;
use smsgw_gsm::reassemble::{Outcome, Part};
use smsgw_gsm::tpdu::{Context as Way, Deliver, ModemPdu, StatusReport, Submit, Tpdu};

use super::mailbox::{Item, Report, Waiting};
use super::{NumberedPiece, message};
use crate::chance::fraction;
use crate::event::AtFields;
use crate::modem::event::{Joined, What, who};
use crate::modem::fault::Kind;
use crate::modem::world::{Action, Context, World};

/// How long a message waits whose sender does not say.
const USUAL_VALIDITY: Duration = Duration::from_secs(3 * 24 * 60 * 60);

/// A message that a modem sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outgoing {
    /// With the address of the service centre.
    pub(crate) pdu: Vec<u8>,
}

impl Outgoing {
    /// The recipient in its international form; `None` when there is none.
    pub(crate) fn recipient(&self, world: &World) -> Option<String> {
        let pdu = ModemPdu::decode(&self.pdu, Way::MS_TO_SC).ok()?;
        let address = pdu.tpdu.address()?;
        Some(world.numbering.canonical_of(address))
    }
}

impl Context<'_> {
    /// Sends a message; its reference, or the cause for which it was not accepted.
    pub(crate) fn submit(&mut self, outgoing: &Outgoing) -> Result<u8, u16> {
        let Ok(pdu) = ModemPdu::decode(&outgoing.pdu, Way::MS_TO_SC) else {
            return Err(304);
        };
        let submit = match pdu.tpdu {
            Tpdu::Submit(submit) => submit,
            // There is nothing that it could be about.
            Tpdu::Command(_) => return Ok(self.next_reference()),
            _ => return Err(304),
        };
        let to = self
            .world
            .numbering
            .canonical_of(&submit.destination_address);
        let who = who(&self.modem.name);
        let from = self.modem.number.clone();
        let mut fields = AtFields {
            tpdu: pdu.tpdu.to_vec(),
            protocol_identifier: submit.protocol_identifier.0,
            status_report_request: submit.status_report_request,
            service_centre: pdu.service_centre.map(|address| address.to_string()),
            ..AtFields::default()
        };
        if let Some(cms) = self.refusal(&to, &submit, pdu.service_centre.as_ref()) {
            let message = message(who, "", (&from, &to), &submit.user_data, fields);
            self.event(What::Refused { message, cms });
            return Err(cms);
        }
        let reference = self.next_reference();
        fields.message_reference = Some(reference);
        // The modem puts its own in (TS 27.005 §3.5.1).
        let numbered = Submit {
            message_reference: reference,
            ..submit
        };
        fields.tpdu = numbered.to_vec();
        let centre = &mut self.world.centre;
        let id = centre.next_id();
        centre.accepted += 1;
        let message = message(who, &id, (&from, &to), &submit.user_data, fields);
        centre.remembered.push_back(Arc::new(message.clone()));
        while centre.remembered.len() > self.world.config.remembered {
            centre.remembered.pop_front();
        }
        self.event(What::Submit(message));
        self.join(&submit, &id, &to);
        self.hand_on(&submit, id, &to, reference);
        Ok(reference)
    }

    fn next_reference(&mut self) -> u8 {
        let radio = &mut self.modem.radio;
        let reference = radio.reference;
        radio.reference = reference.wrapping_add(1);
        reference
    }

    /// Why the network does not accept a message.
    fn refusal(&mut self, to: &str, submit: &Submit<'_>, centre: Option<&Address>) -> Option<u16> {
        if !self.modem.is_registered() {
            return Some(331);
        }
        if centre.is_none() && self.modem.sim.service_centre.is_empty() {
            return Some(330);
        }
        if submit.destination_address.is_empty() {
            return Some(28);
        }
        let numbering = &self.world.numbering;
        let strike = self.modem.faults.strike_if(Kind::Cms, |fault| {
            let only = fault.to.as_deref();
            only.is_none_or(|only| numbering.canonical(only) == to)
        });
        let strike = strike?;
        self.struck(Kind::Cms);
        Some(strike.code)
    }

    /// Tells of the whole when this was the last part of a longer message.
    fn join(&mut self, submit: &Submit<'_>, id: &str, to: &str) {
        let part = submit.part();
        if !part.position.is_part() || part.position.total < 2 {
            return;
        }
        let part = Part {
            key: (self.modem.id, to.to_owned()),
            position: part.position,
            octets: part.octets,
            payload: NumberedPiece {
                piece: part.payload,
                id: id.to_owned(),
            },
        };
        let inserted = self.world.centre.parts.insert(part, self.now);
        let Outcome::Complete(whole) = inserted.outcome else {
            return;
        };
        let pieces = || whole.parts().map(|(number, part)| (number, &part.piece));
        let text = join::text(
            pieces().map(|(number, piece)| (number, piece.written, piece.octets.as_slice())),
        );
        let joined = Joined {
            who: who(&self.modem.name),
            ids: whole.parts().map(|(_, part)| part.id.clone()).collect(),
            from: self.modem.number.clone(),
            to: to.to_owned(),
            text,
            data: pieces()
                .flat_map(|(_, piece)| piece.octets.clone())
                .collect(),
        };
        self.event(What::Joined(joined));
    }

    /// Gives a message to the modem that it is for, or takes it out of the network.
    fn hand_on(&mut self, submit: &Submit<'_>, id: String, to: &str, reference: u8) {
        let time = self.world.time(self.now);
        let report = submit.status_report_request.then(|| Report {
            to: self.modem.id,
            id: id.clone(),
            reference,
            recipient: submit.destination_address,
            time,
        });
        let Some(&recipient) = self.world.subscribers.get(to) else {
            if let Some(report) = report {
                self.world.report_outside(report, self.now);
            }
            return;
        };
        let from = self.modem.number.clone();
        let sender = Address::parse(&from).unwrap_or_default();
        let deliver = Deliver {
            status_report_indication: submit.status_report_request,
            reply_path: submit.reply_path,
            protocol_identifier: submit.protocol_identifier,
            ..Deliver::new(sender, time, submit.user_data)
        };
        let expires = self.now + validity(submit.validity_period, time.unix_seconds());
        let waiting = Waiting {
            id,
            from,
            tpdu: deliver.to_vec(),
            item: Item::Message(report.clone()),
            expires,
        };
        let at = self.now + self.world.config.deliver_delay;
        let is_kept = self.world.put(recipient, waiting, at);
        if let Some(report) = report.filter(|_| !is_kept) {
            // Congestion; the service centre gave up.
            self.world.report(report, 0x60, at);
        }
    }
}

impl World {
    /// Reports at `at` what became of a message.
    pub(crate) fn report(&mut self, report: Report, status: u8, at: Instant) {
        /// Most reports, and what else is to happen, at one time.
        const MOST: usize = 1_000_000;
        if self.agenda.len() < MOST {
            self.agenda.add(at, Action::Report(report, Status(status)));
        }
    }

    /// Reports on a message to a number outside, by chance.
    fn report_outside(&mut self, report: Report, now: Instant) {
        let n = report.id.parse().unwrap_or_default();
        let point = fraction(self.config.seed, n);
        let at = now + self.config.report_delay;
        if point < self.config.unreported {
            return;
        }
        let failed = point < self.config.unreported + self.config.undeliverable;
        // Incompatible destination; received by the recipient.
        self.report(report, if failed { 0x41 } else { 0x00 }, at);
    }

    /// Puts a status report into the mailbox of the message's sender.
    pub(crate) fn reported(&mut self, report: Report, status: Status, now: Instant) {
        let discharged = self.time(now);
        let mut recipient = report.recipient;
        if self.config.national_reports {
            let canonical = self.numbering.canonical_of(&recipient);
            let national = self.numbering.national(&canonical);
            recipient = Address::parse(&national).unwrap_or(recipient);
        }
        let tpdu = StatusReport::new(report.reference, recipient, report.time, discharged, status);
        let waiting = Waiting {
            id: report.id,
            from: recipient.to_string(),
            tpdu: tpdu.to_vec(),
            item: Item::Report,
            expires: now + USUAL_VALIDITY,
        };
        self.put(report.to, waiting, now);
    }
}

/// How long a message waits for its recipient.
fn validity(period: Option<ValidityPeriod>, now: Option<i64>) -> Duration {
    match period {
        Some(ValidityPeriod::Absolute(time)) => {
            let left = time.unix_seconds().zip(now).map(|(until, now)| until - now);
            let left = left.and_then(|left| u64::try_from(left).ok());
            Duration::from_secs(left.unwrap_or_default())
        }
        Some(period) => period.duration().unwrap_or(USUAL_VALIDITY),
        None => USUAL_VALIDITY,
    }
}
