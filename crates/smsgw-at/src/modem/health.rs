//! Regular looks at signal, registration, operator, stores and routing.

use std::time::{Duration, Instant};

use super::procedure::Procedure;
use super::shared::Shared;
use crate::line::Urc;

/// When to look.
#[derive(Debug, Default)]
pub(super) struct Checks {
    health: Option<Instant>,
    paused: Option<Instant>,
}

impl Checks {
    pub(super) const fn begin(&mut self, _: Instant) {}

    /// Nothing is begun for a moment.
    pub(super) fn pause(&mut self, now: Instant) {
        self.paused = Some(now + Duration::from_millis(100));
    }

    pub(super) fn is_paused(&self, now: Instant) -> bool {
        self.paused.is_some_and(|until| until > now)
    }

    pub(super) fn due(&self, is_free: bool) -> Option<Instant> {
        let health = self.health.filter(|_| is_free);
        [health, self.paused].into_iter().flatten().min()
    }
}

pub(super) fn is_overdue(_: &Shared, _: Instant) -> bool {
    false
}

pub(super) fn next(_: &mut Shared, _: Instant) -> Option<Box<dyn Procedure>> {
    None
}

pub(super) fn handle_urc(_: &Urc, _: &mut Shared, _: Instant) {}

pub(super) fn started(_: &mut Shared, _: Instant) {}
