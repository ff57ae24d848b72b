//! What is to happen when.

use std::collections::BTreeMap;
use std::time::Instant;

/// Actions in the order of their times; those of one time in the order they were added.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    due: BTreeMap<(Instant, u64), T>,
    added: u64,
}

impl<T> Agenda<T> {
    pub(crate) const fn new() -> Self {
        Self {
            due: BTreeMap::new(),
            added: 0,
        }
    }

    pub(crate) fn add(&mut self, at: Instant, action: T) {
        self.due.insert((at, self.added), action);
        self.added += 1;
    }

    pub(crate) fn len(&self) -> usize {
        self.due.len()
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next action, if its time has come.
    pub(crate) fn pop(&mut self, now: Instant) -> Option<T> {
        self.next().filter(|at| *at <= now)?;
        self.due.pop_first().map(|(_, action)| action)
    }
}
