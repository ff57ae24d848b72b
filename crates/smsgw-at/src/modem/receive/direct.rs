//! What the modem hands on as it comes (27.005 §3.4.1, §3.4.4).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::fetch::octets_of;
use super::ledger::Seen;
use super::{Arrived, hand_over, has_room, is_report, report_of};
use crate::command::Command;
use crate::command::routing::Acknowledge;
use crate::error::{AnswerError, AnswerErrorKind};
use crate::line::{Data as Following, Urc};
use crate::modem::channel::{Data, Exchange, Outcome, Pace};
use crate::modem::procedure::{Procedure, Step};
use crate::modem::shared::Shared;
use crate::modem::{Acknowledgement, Broadcast, Event, Fault, ReceivedId, Source};
use crate::urc::UrcKind;

/// What was handed on and is owed an acknowledgement.
#[derive(Debug, Default)]
pub(super) struct Direct {
    /// In the order in which it came. An acknowledgement says not of what it is: it is of the first.
    owed: VecDeque<Owed>,
    /// Reports that fit no message while one is on its way: it may be about that.
    early: Vec<Early>,
    /// The modem wants no `+CNMA` for a report.
    refuses_reports: bool,
}

#[derive(Debug)]
struct Owed {
    /// `None`: there was no room for it, and it is not to be acknowledged.
    id: Option<ReceivedId>,
    is_report: bool,
    is_safe: bool,
    deadline: Instant,
}

#[derive(Debug)]
struct Early {
    pdu: Vec<u8>,
    fault: Option<AnswerError>,
    is_report: bool,
}

/// A line without the PDU that it announces.
const MISSING: AnswerError = AnswerError::new(AnswerErrorKind::Missing, "pdu", 0);

impl Direct {
    /// The network waits no longer for an acknowledgement.
    const WITHIN: Duration = Duration::from_secs(15);
    const MAX_OWED: usize = 64;
    const MAX_EARLY: usize = 16;

    pub(super) fn start(&mut self, acknowledges_reports: bool) {
        // What came since it was told to deliver stays owed.
        self.refuses_reports = !acknowledges_reports;
    }

    pub(super) fn stop(&mut self) {
        self.owed.clear();
    }

    pub(super) fn persisted(&mut self, id: ReceivedId) {
        for owed in &mut self.owed {
            owed.is_safe |= owed.id == Some(id);
        }
    }

    pub(super) fn due(&self) -> Option<Instant> {
        self.owed.iter().map(|owed| owed.deadline).min()
    }

    /// The acknowledgement of what came first, once that is safe.
    pub(super) fn next(&mut self) -> Option<Confirm> {
        self.owed.front().filter(|owed| owed.is_safe)?;
        let owed = self.owed.pop_front()?;
        Some(Confirm {
            is_report: owed.is_report,
            is_asked: false,
        })
    }
}

/// A message or a report comes.
pub(super) fn handle(urc: &Urc, shared: &mut Shared, now: Instant) {
    let is_report = urc.kind() == UrcKind::StatusReport;
    let (pdu, fault) = match &urc.data {
        Some(Following::Pdu(text) | Following::Text(text)) => {
            let pdu = octets_of(text);
            let fault = fault_of(&urc.line, text, &pdu);
            (pdu, fault)
        }
        // It is told all the same: the network is to know that it has come.
        None => (Vec::new(), Some(MISSING)),
    };
    let early = Early {
        pdu,
        fault,
        is_report,
    };
    let known = report_of(&early.pdu).map(|report| shared.references.knows(&report, now));
    let direct = &mut shared.receive.direct;
    if known == Some(false) && shared.send.is_in_flight() && direct.early.len() < Direct::MAX_EARLY
    {
        direct.early.push(early);
    } else {
        take_in(early, shared, now);
    }
}

/// No message is on its way any more: its report is known if it came.
pub(in super::super) fn try_early(shared: &mut Shared, now: Instant) {
    for early in std::mem::take(&mut shared.receive.direct.early) {
        take_in(early, shared, now);
    }
}

/// A page of cell broadcast comes.
pub(super) fn broadcast(urc: &Urc, shared: &mut Shared) {
    if let Some(page) = urc.pdu().and_then(crate::hex::read) {
        shared.tell(Event::Broadcast(Broadcast { page }));
    } else {
        let error = AnswerError::new(AnswerErrorKind::Hex, "pdu", 0);
        let line = urc.line.clone();
        shared.fault(Fault::Unreadable { line, error });
    }
}

pub(super) fn handle_timeout(shared: &mut Shared, now: Instant) {
    let owed = &mut shared.receive.direct.owed;
    let had = owed.len();
    owed.retain(|owed| now < owed.deadline);
    if owed.len() < had {
        // It may have stopped delivering.
        shared.checks.ask_routing(now);
    }
}

fn take_in(early: Early, shared: &mut Shared, now: Instant) {
    let Early {
        pdu,
        fault,
        is_report: is_announced,
    } = early;
    let is_report = is_announced || (fault.is_none() && is_report(&pdu));
    if !has_room(shared) {
        if is_acknowledged(is_report, shared) {
            // It comes again.
            shared.checks.ask_routing(now);
            owe(None, is_report, false, shared, now);
            return shared.drop_event();
        }
        if !shared.has_room() {
            return shared.drop_event();
        }
        // It does not: it is told, and nothing is remembered of it.
        let id = shared.receive.ledger.unheld();
        return hand_on(id, pdu, fault, shared, now);
    }
    let seen = match fault {
        Some(MISSING) => shared.receive.ledger.missing(),
        _ => shared.receive.ledger.direct(&pdu),
    };
    let (Seen::New(id) | Seen::Waiting(id) | Seen::Safe(id)) = seen;
    let is_safe = matches!(seen, Seen::Safe(_));
    owe(Some(id), is_report, is_safe, shared, now);
    if matches!(seen, Seen::New(_)) {
        hand_on(id, pdu, fault, shared, now);
    }
}

fn hand_on(
    id: ReceivedId,
    octets: Vec<u8>,
    fault: Option<AnswerError>,
    shared: &mut Shared,
    now: Instant,
) {
    let source = Source::Direct;
    let arrived = Arrived {
        source,
        octets,
        fault,
    };
    hand_over(id, arrived, shared, now);
}

/// Whether the network is told that it has come, and sends it again else.
const fn is_acknowledged(is_report: bool, shared: &Shared) -> bool {
    shared.routing.acknowledge && !(is_report && shared.receive.direct.refuses_reports)
}

fn owe(id: Option<ReceivedId>, is_report: bool, is_safe: bool, shared: &mut Shared, now: Instant) {
    if !is_acknowledged(is_report, shared) {
        return;
    }
    let direct = &mut shared.receive.direct;
    // What comes again is owed one answer.
    direct.owed.retain(|owed| id.is_none() || owed.id != id);
    if direct.owed.len() >= Direct::MAX_OWED {
        return;
    }
    direct.owed.push_back(Owed {
        id,
        is_report,
        is_safe,
        deadline: now + Direct::WITHIN,
    });
}

/// What is wrong with a PDU of this length: `+CMT: ,33`, `+CDS: 24`.
fn fault_of(line: &str, text: &str, pdu: &[u8]) -> Option<AnswerError> {
    if crate::hex::read(text).is_none() {
        return Some(AnswerError::new(AnswerErrorKind::Hex, "pdu", 0));
    }
    let (at, needed) = line.rmatch_indices([',', ':']).find_map(|(at, _)| {
        let needed = line.get(at + 1..)?.trim().parse::<u32>().ok()?;
        Some((at, needed))
    })?;
    let address = pdu.first().map_or(0, |address| 1 + usize::from(*address));
    let had = u32::try_from(pdu.len().saturating_sub(address)).unwrap_or(u32::MAX);
    let offset = u32::try_from(at + 1).unwrap_or(u32::MAX);
    let kind = AnswerErrorKind::Length { needed, had };
    (needed != had).then(|| AnswerError::new(kind, "length", offset))
}

/// Acknowledges what came.
#[derive(Debug)]
pub(super) struct Confirm {
    is_report: bool,
    is_asked: bool,
}

impl Confirm {
    /// An SMS-DELIVER-REPORT of an RP-ACK without anything in it (23.040 §9.2.2.1a).
    const REPORT: [u8; 2] = [0, 0];

    fn exchange(shared: &Shared) -> Exchange {
        let timer = shared.config.prompt_timer;
        match shared.config.acknowledgement {
            Acknowledgement::Plain => Exchange::of(&Acknowledge::Plain),
            Acknowledgement::Numbered => Exchange::of(&Acknowledge::Numbered),
            Acknowledgement::Report => {
                let length = Self::REPORT.len().try_into().unwrap_or(0);
                let acknowledge = Acknowledge::Report { length };
                Exchange::new(acknowledge.line(), timer).with_data(Data {
                    pdu: Acknowledge::data(&Self::REPORT),
                    soft_timeout: acknowledge.timeout(),
                    timeout: acknowledge.timeout(),
                    pace: Pace {
                        pause: shared.profile.prompt_pause,
                        chunk: shared.profile.chunk,
                    },
                })
            }
        }
    }
}

impl Procedure for Confirm {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        let Some(outcome) = outcome.filter(|_| self.is_asked) else {
            self.is_asked = true;
            return Step::Run(Self::exchange(shared));
        };
        if matches!(outcome, Outcome::Lost { .. }) || outcome.is_ok() {
            return Step::Done;
        }
        let line = Self::exchange(shared).line;
        shared.accepted(&line, &outcome);
        if self.is_report && matches!(outcome, Outcome::Final { .. }) {
            // Some modems deliver on without.
            shared.receive.direct.refuses_reports = true;
        } else {
            shared.checks.ask_routing(now);
        }
        Step::Done
    }
}
