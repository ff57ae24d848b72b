//! One message read from its place, one deleted there.

use std::time::Instant;

use super::ledger::Slot;
use super::select::{is_refused, select, selected};
use super::{fetch_later, take_in};
use crate::cause::{Class, CmeError, CmsError};
use crate::command::Command;
use crate::command::storage::{DeleteMessage, ReadMessage};
use crate::error::AnswerError;
use crate::field::Fields;
use crate::modem::channel::{Exchange, Outcome};
use crate::modem::procedure::{Procedure, Step};
use crate::modem::shared::Shared;
use crate::result::FinalResult;

/// Reads one message.
#[derive(Debug)]
pub(super) struct Fetch {
    slot: Slot,
    stage: Stage,
    /// Nobody said that there is something in the place.
    is_walk: bool,
    /// What was read and is no PDU, and how often in a row.
    broken: Option<(String, u8)>,
    reads: u8,
}

/// Deletes one message.
#[derive(Debug)]
pub(super) struct Delete {
    slot: Slot,
    stage: Stage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Begin,
    /// The store is being selected.
    Select,
    Work,
}

impl Fetch {
    /// Of something that is different each time.
    const READS: u8 = 6;
    /// What is the same so often in a row is so.
    const SAME: u8 = 3;

    pub(super) const fn new(slot: Slot) -> Self {
        Self {
            slot,
            stage: Stage::Begin,
            is_walk: false,
            broken: None,
            reads: 0,
        }
    }

    /// Of a place that may be empty.
    pub(super) const fn walk(slot: Slot) -> Self {
        let mut walk = Self::new(slot);
        walk.is_walk = true;
        walk
    }

    fn read(&mut self) -> Step {
        self.stage = Stage::Work;
        self.reads += 1;
        let index = self.slot.index;
        Step::Run(Exchange::of(&ReadMessage { index }))
    }

    fn take(&mut self, outcome: &Outcome, shared: &mut Shared, now: Instant) -> Step {
        let index = self.slot.index;
        match outcome {
            Outcome::Final {
                result: FinalResult::Ok,
                lines,
            } => match ReadMessage::read(&ReadMessage { index }, lines) {
                Ok(Some(message)) => {
                    shared.receive.sweeps.found(self.slot);
                    // Messages that somebody has put there to be sent are none of ours.
                    if message.status.is_received() {
                        take_in(self.slot, message.pdu, None, shared, now);
                    }
                }
                Ok(None) => self.empty(shared, now),
                Err(error) => return self.broken(lines, error, shared, now),
            },
            Outcome::Final { result, .. } if is_empty_slot(result) => self.empty(shared, now),
            _ => {
                shared.accepted(&ReadMessage { index }.line(), outcome);
                fetch_later(shared, now);
            }
        }
        Step::Done
    }

    /// What is there is no PDU: if it is the same when it is read again, and again, that is how it
    /// is, and nothing was lost on the way.
    fn broken(
        &mut self,
        lines: &[String],
        error: AnswerError,
        shared: &mut Shared,
        now: Instant,
    ) -> Step {
        let is_content = |line: &&String| !line.is_empty() && !is_header(line);
        let text = lines.iter().rfind(is_content).cloned().unwrap_or_default();
        let before = self.broken.take().filter(|(before, _)| *before == text);
        let same = before.map_or(1, |(_, same)| same + 1);
        if same >= Self::SAME {
            shared.receive.sweeps.found(self.slot);
            take_in(self.slot, octets_of(&text), Some(error), shared, now);
        } else if self.reads < Self::READS {
            self.broken = Some((text, same));
            return self.read();
        } else {
            fetch_later(shared, now);
        }
        Step::Done
    }

    fn empty(&self, shared: &mut Shared, now: Instant) {
        shared.receive.ledger.empty(self.slot);
        if !self.is_walk {
            // Some modems name another store than the one that it is in.
            fetch_later(shared, now);
        }
    }
}

impl Procedure for Fetch {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (self.stage, outcome) {
            // All that is stored is read after the next start.
            (_, Some(Outcome::Lost { .. })) => {}
            (Stage::Begin, _) if is_refused(self.slot.store, shared, now) => {}
            (Stage::Begin, _) if shared.stores.reading == Some(self.slot.store) => {
                return self.read();
            }
            (Stage::Begin, _) => {
                self.stage = Stage::Select;
                return Step::Run(select(self.slot.store));
            }
            (Stage::Select, Some(outcome)) => {
                if selected(self.slot.store, &outcome, shared, now) {
                    return self.read();
                }
            }
            (Stage::Work, Some(outcome)) => return self.take(&outcome, shared, now),
            (Stage::Select | Stage::Work, None) => {}
        }
        Step::Done
    }
}

impl Delete {
    pub(super) const fn new(slot: Slot) -> Self {
        Self {
            slot,
            stage: Stage::Begin,
        }
    }

    fn delete(&mut self, shared: &Shared) -> Step {
        // Another message may have come to its place meanwhile.
        if !shared.receive.ledger.may_delete(self.slot) {
            return Step::Done;
        }
        self.stage = Stage::Work;
        Step::Run(Exchange::of(&DeleteMessage::at(self.slot.index)))
    }

    fn settle(&self, outcome: &Outcome, shared: &mut Shared, now: Instant) {
        let ledger = &mut shared.receive.ledger;
        match outcome {
            Outcome::Final { result, .. } if result.is_ok() => {
                ledger.deleted(self.slot);
                shared.receive.is_full_told = false;
                return;
            }
            Outcome::Final { result, .. } if is_empty_slot(result) => {
                return ledger.empty(self.slot);
            }
            Outcome::Final { .. } => {}
            // Done or not: it has to be read first.
            _ => ledger.doubt(self.slot),
        }
        let (attempts, pause) = ledger.not_deleted(self.slot, now);
        if attempts == 1 {
            shared.accepted(&DeleteMessage::at(self.slot.index).line(), outcome);
        }
        shared.receive.sweeps.soon(pause, now);
    }
}

impl Procedure for Delete {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, now: Instant) -> Step {
        match (self.stage, outcome) {
            (_, Some(Outcome::Lost { .. })) => {}
            // It is found again when all is read.
            (Stage::Begin, _) if is_refused(self.slot.store, shared, now) => {}
            (Stage::Begin, _) if shared.stores.reading == Some(self.slot.store) => {
                return self.delete(shared);
            }
            (Stage::Begin, _) => {
                self.stage = Stage::Select;
                return Step::Run(select(self.slot.store));
            }
            (Stage::Select, Some(outcome)) => {
                if selected(self.slot.store, &outcome, shared, now) {
                    return self.delete(shared);
                }
            }
            (Stage::Work, Some(outcome)) => self.settle(&outcome, shared, now),
            (Stage::Select | Stage::Work, None) => {}
        }
        Step::Done
    }
}

/// Whether an error passes.
pub(super) fn is_busy(result: &FinalResult) -> bool {
    result.class() == Some(Class::RetryHere)
}

/// Whether an error says that there is nothing in the place.
pub(super) fn is_empty_slot(result: &FinalResult) -> bool {
    let cme = result.cme().map(CmeError);
    result.cms() == Some(CmsError::INVALID_MEMORY_INDEX.0)
        || matches!(cme, Some(CmeError::INVALID_INDEX | CmeError::NOT_FOUND))
}

fn is_header(line: &str) -> bool {
    Fields::of(line, "+CMGR").is_some()
}

/// The octets of what should be a PDU: of its digits, or as it is.
pub(super) fn octets_of(text: &str) -> Vec<u8> {
    // One character an octet.
    let latin1 = || {
        text.chars()
            .map(|c| u8::try_from(c).unwrap_or(b'?'))
            .collect()
    };
    crate::hex::read(text).unwrap_or_else(latin1)
}
