//! The operations of the peer that wait for our result.

use std::hash::{DefaultHasher, Hasher as _};

use crate::frame::Frame;
use crate::header::Trn;
use crate::operation::OperationType;

/// What is to be answered, to tell an operation that comes again from another with its TRN.
#[derive(Debug, Default)]
pub(super) struct Owed {
    list: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    trn: Trn,
    ot: OperationType,
    digest: u64,
    /// The peer gave its TRN to a later one, or had another result.
    is_superseded: bool,
}

/// What becomes of a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answering {
    /// It goes to the peer.
    Send,
    /// The peer would take it for the result of a later operation.
    Superseded,
    /// Nothing waits for it.
    Unknown,
}

impl Owed {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether an operation of the peer is one that waits already, come again: then it is the one
    /// that the next result with its TRN is for.
    pub(super) fn is_repeated(&mut self, operation: &Frame) -> bool {
        let (trn, ot) = (operation.trn(), operation.ot());
        if !self
            .list
            .iter()
            .any(|entry| (entry.trn, entry.ot) == (trn, ot))
        {
            return false;
        }
        let digest = digest(operation);
        let is_it = |entry: &Entry| (entry.trn, entry.ot, entry.digest) == (trn, ot, digest);
        let Some(index) = self.list.iter().position(is_it) else {
            return false;
        };
        self.supersede(trn, ot);
        if let Some(entry) = self.list.get_mut(index) {
            entry.is_superseded = false;
        }
        true
    }

    /// Takes note of an operation of the peer.
    pub(super) fn add(&mut self, operation: &Frame) {
        let (trn, ot) = (operation.trn(), operation.ot());
        self.supersede(trn, ot);
        self.list.push(Entry {
            trn,
            ot,
            digest: digest(operation),
            is_superseded: false,
        });
    }

    /// The peer gave this TRN to another operation, or takes it for answered.
    pub(super) fn supersede(&mut self, trn: Trn, ot: OperationType) {
        let is_it = |entry: &&mut Entry| entry.is_current(trn, ot);
        if let Some(entry) = self.list.iter_mut().find(is_it) {
            entry.is_superseded = true;
        }
    }

    /// Strikes out an operation that the owner answers.
    pub(super) fn answer(&mut self, frame: &Frame) -> Answering {
        let (trn, ot) = (frame.trn(), frame.ot());
        let is_it = |entry: &Entry| (entry.trn, entry.ot) == (trn, ot);
        let mut found = self.list.iter().filter(|entry| is_it(entry));
        // The octets matter only when there are several.
        let index = match (found.next(), found.next()) {
            (None, _) => None,
            (Some(_), None) => self.list.iter().position(is_it),
            (Some(_), Some(_)) => {
                let digest = digest(frame);
                let is_it = |entry: &Entry| is_it(entry) && entry.digest == digest;
                self.list.iter().position(is_it)
            }
        };
        match index.map(|index| self.list.remove(index)) {
            None => Answering::Unknown,
            Some(entry) if entry.is_superseded => Answering::Superseded,
            Some(_) => Answering::Send,
        }
    }

    /// Nobody is there to answer.
    pub(super) fn clear(&mut self) {
        self.list.clear();
    }
}

impl Entry {
    /// Whether the peer would take a result with this TRN for the result of it.
    fn is_current(&self, trn: Trn, ot: OperationType) -> bool {
        (self.trn, self.ot) == (trn, ot) && !self.is_superseded
    }
}

/// Of all octets. Whoever finds two operations with one digest fools only himself.
fn digest(frame: &Frame) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(frame.octets());
    hasher.finish()
}
