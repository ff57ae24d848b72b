//! Messages and reports that arrive (27.005 §3.4).
//!
//! What is stored is read, handed over, and deleted once the caller has it; what comes directly is
//! handed over, and acknowledged then. Nothing is handed over twice while the modem lasts.

mod direct;
mod fetch;
mod ledger;
mod select;
mod sweep;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use smsgw_gsm::field::State;
use smsgw_gsm::tpdu::{Context, ModemPdu, StatusReport, Tpdu};

use self::direct::Direct;
use self::fetch::{Delete, Fetch};
use self::ledger::{Ledger, Seen, Slot};
use self::select::Refusals;
use self::sweep::Sweeps;
use super::procedure::Procedure;
use super::shared::Shared;
use super::{Event, Received, ReceivedId, Report, Source};
use crate::command::storage::Store;
use crate::error::AnswerError;
use crate::line::Urc;
use crate::urc::UrcKind;

pub(super) use self::direct::try_early;

/// What has arrived and is not settled.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    ledger: Ledger,
    /// Places that the modem named and that are not read yet.
    announced: VecDeque<Slot>,
    /// Places of messages that are safe.
    deletions: VecDeque<Slot>,
    sweeps: Sweeps,
    direct: Direct,
    refusals: Refusals,
    /// Since when there is no room for what is there.
    held_up: Option<Instant>,
    /// That a store is full was told.
    is_full_told: bool,
}

/// A message as it was read.
#[derive(Debug)]
struct Arrived {
    source: Source,
    /// The service centre's address and the TPDU, or what was there instead.
    octets: Vec<u8>,
    /// Why they are no PDU.
    fault: Option<AnswerError>,
}

impl Inbox {
    /// More are found by reading all there is.
    const MAX_ANNOUNCED: usize = 256;
    /// Before what went wrong is tried again.
    const RETRY: Duration = Duration::from_secs(10);
}

pub(super) fn handle_urc(urc: &Urc, shared: &mut Shared, now: Instant) {
    match urc.kind() {
        UrcKind::NewMessage { store, index } | UrcKind::StatusReportStored { store, index } => {
            announce(store, index, shared, now);
        }
        UrcKind::Message | UrcKind::StatusReport => direct::handle(urc, shared, now),
        UrcKind::Broadcast => direct::broadcast(urc, shared),
        UrcKind::StorageFull => handle_full(shared, full_store(&urc.line), now),
        _ => {}
    }
}

/// A message is in this place.
fn announce(store: &str, index: Option<u32>, shared: &mut Shared, now: Instant) {
    let index = index.and_then(|index| u16::try_from(index).ok());
    let slot = Store::from_name(store)
        .zip(index)
        .map(|(store, index)| Slot { store, index });
    let inbox = &mut shared.receive;
    if let Some(slot) = slot {
        // Whatever was there: it has gone.
        inbox.ledger.doubt(slot);
    }
    match slot {
        // It is in one of its parts, under the number that it has there.
        Some(slot) if slot.store == Store::MT && sweep::has_parts(&shared.stores) => {
            inbox.sweeps.soon(Duration::ZERO, now);
        }
        Some(slot) if inbox.announced.contains(&slot) => {}
        Some(slot) if inbox.announced.len() < Inbox::MAX_ANNOUNCED => {
            inbox.announced.push_back(slot);
        }
        _ => inbox.sweeps.soon(Inbox::RETRY, now),
    }
}

/// A store is full, or nearly: what is in it is read.
pub(super) fn handle_full(shared: &mut Shared, store: Option<Store>, now: Instant) {
    if !std::mem::replace(&mut shared.receive.is_full_told, true) {
        shared.tell(Event::StorageFull { store });
    }
    shared.receive.sweeps.soon(Duration::ZERO, now);
}

/// `^SMMEMFULL: "SM"`.
fn full_store(line: &str) -> Option<Store> {
    let (_, values) = line.split_once([':', '='])?;
    let mut names = values.split(',').map(|name| name.trim_matches([' ', '"']));
    names.find_map(|name| Store::from_name(name).filter(|_| name.len() == 2))
}

/// The caller has it.
pub(super) fn persisted(shared: &mut Shared, id: ReceivedId, now: Instant) {
    if let Some(slot) = shared.receive.ledger.persisted(id) {
        delete(slot, shared, now);
    }
    shared.receive.direct.persisted(id);
    make_room(shared, now);
}

/// What is in the place is safe: it is deleted, but not when that came to nothing a moment ago.
fn delete(slot: Slot, shared: &mut Shared, now: Instant) {
    let inbox = &mut shared.receive;
    let rests_until = inbox.ledger.rests_until(slot);
    match rests_until.filter(|until| *until > now) {
        Some(until) => inbox.sweeps.soon(until - now, now),
        None if inbox.ledger.queue(slot) => inbox.deletions.push_back(slot),
        None => {}
    }
}

pub(super) fn due(shared: &Shared) -> Option<Instant> {
    let inbox = &shared.receive;
    let held_up = inbox.held_up.filter(|_| has_room(shared));
    let times = [held_up, inbox.sweeps.due(), inbox.direct.due()];
    times.into_iter().flatten().min()
}

pub(super) fn handle_timeout(shared: &mut Shared, now: Instant) {
    make_room(shared, now);
    shared.receive.sweeps.handle_timeout(now);
    direct::handle_timeout(shared, now);
}

/// What was held up goes on once there is room.
fn make_room(shared: &mut Shared, now: Instant) {
    if has_room(shared) && shared.receive.held_up.take().is_some() {
        shared.receive.sweeps.soon(Duration::ZERO, now);
    }
}

/// The `+CNMA` that is owed, which cannot wait.
pub(super) fn next_acknowledgement(shared: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    let acknowledge = shared.receive.direct.next()?;
    Some(Box::new(acknowledge))
}

pub(super) fn next(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    while let Some(slot) = shared.receive.deletions.pop_front() {
        let inbox = &mut shared.receive;
        // What is announced is read first.
        if inbox.ledger.take_queued(slot) && !inbox.announced.contains(&slot) {
            return Some(Box::new(Delete::new(slot)));
        }
    }
    if shared.take_sweep() {
        shared.receive.sweeps.soon(Duration::ZERO, now);
    }
    if !has_room(shared) {
        let inbox = &mut shared.receive;
        if inbox.sweeps.is_wanted(now) || !inbox.announced.is_empty() {
            inbox.held_up.get_or_insert(now);
        }
        return None;
    }
    if let Some(slot) = shared.receive.announced.pop_front() {
        return Some(Box::new(Fetch::new(slot)));
    }
    sweep::next(shared, now)
}

/// The modem is set up.
pub(super) fn started(shared: &mut Shared, now: Instant) {
    let inbox = &mut shared.receive;
    inbox.refusals.clear();
    // They are among what is read now.
    inbox.announced.clear();
    inbox.sweeps.start(shared.config.sweep_interval, now);
    inbox.direct.start(shared.profile.acknowledges_reports);
}

pub(super) fn lost(shared: &mut Shared, now: Instant) {
    let inbox = &mut shared.receive;
    inbox.ledger.lost();
    inbox.announced.clear();
    inbox.deletions.clear();
    inbox.sweeps.stop();
    inbox.direct.stop();
    try_early(shared, now);
}

/// Whether something more may be handed over.
fn has_room(shared: &Shared) -> bool {
    let waiting = shared.receive.ledger.waiting();
    shared.has_room() && waiting < shared.config.max_unpersisted
}

/// A message was found in a store.
fn take_in(
    slot: Slot,
    octets: Vec<u8>,
    fault: Option<AnswerError>,
    shared: &mut Shared,
    now: Instant,
) {
    if !has_room(shared) {
        shared.receive.held_up.get_or_insert(now);
        return;
    }
    match shared.receive.ledger.stored(slot, &octets) {
        Seen::New(id) => {
            let Slot { store, index } = slot;
            let source = Source::Stored { store, index };
            let arrived = Arrived {
                source,
                octets,
                fault,
            };
            hand_over(id, arrived, shared, now);
        }
        Seen::Waiting(_) => {}
        Seen::Safe(_) => delete(slot, shared, now),
    }
}

fn hand_over(id: ReceivedId, arrived: Arrived, shared: &mut Shared, now: Instant) {
    let Arrived {
        source,
        octets,
        fault,
    } = arrived;
    if fault.is_some() || !is_report(&octets) {
        let pdu = octets;
        return shared.tell(Event::Received(Received {
            id,
            source,
            pdu,
            fault,
        }));
    }
    let report = report_of(&octets);
    let matched = report.and_then(|report| shared.references.report(&report, now));
    let state: Option<State> = report.map(|report| report.status.state());
    shared.tell(Event::Report(Report {
        id,
        source,
        token: matched.map(|matched| matched.token),
        state,
        is_repeated: matched.is_some_and(|matched| matched.is_repeated),
        pdu: octets,
    }));
}

/// Whether the TPDU is an SMS-STATUS-REPORT, well formed or not.
fn is_report(pdu: &[u8]) -> bool {
    let tpdu = pdu
        .split_first()
        .and_then(|(address, rest)| rest.get(usize::from(*address)));
    tpdu.is_some_and(|first| first & 0b11 == 0b10)
}

fn report_of(pdu: &[u8]) -> Option<StatusReport<'_>> {
    match ModemPdu::decode(pdu, Context::SC_TO_MS).ok()?.tpdu {
        Tpdu::StatusReport(report) => Some(report),
        _ => None,
    }
}

/// Something stored cannot be read now.
fn fetch_later(shared: &mut Shared, now: Instant) {
    shared.receive.sweeps.soon(Inbox::RETRY, now);
}
