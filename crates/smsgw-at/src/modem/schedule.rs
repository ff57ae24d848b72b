//! What is done next, and who hears what the modem says by itself.
//!
//! A part of the modem's work (sending, receiving, USSD, calls ...) has a file with a type that
//! [`Shared`] holds, and functions that are called from here and nowhere else:
//!
//! * `handle_urc(&Urc, &mut Shared, now)`: the modem says something by itself,
//! * `handle_timeout(&mut Shared, now)`: it is [`deadline`](Shared::deadline), or later; also while
//!   a procedure runs,
//! * `next(&mut Shared, now) -> Option<Box<dyn Procedure>>`: the modem is free: what is there to do?
//! * `started(&mut Shared, now)`, `lost(&mut Shared, now)`: the modem is set up; it is lost, after
//!   the procedure that ran has been told.

use std::time::Instant;

use super::procedure::Procedure;
use super::shared::Shared;
use super::start::Start;
use super::watchdog::Watchdog;
use super::{Modem, call, health, raw, receive, send, ussd};
use crate::line::Urc;

impl Modem {
    /// Receptions before a request has its turn, if both wait.
    const RECEPTIONS: u32 = 8;

    /// The most urgent thing to do, if there is one: recovery, the start, acknowledgements, what
    /// arrived, requests, a look at the modem's health.
    pub(super) fn schedule(&mut self, now: Instant) -> Option<Box<dyn Procedure>> {
        if !self.channel.is_idle() || self.shared.checks.is_paused(now) {
            return None;
        }
        if std::mem::take(&mut self.is_stuck) {
            self.is_starting = false;
            return Some(Box::new(Watchdog::new(&mut self.shared)));
        }
        if !self.is_started {
            self.is_starting = true;
            return Some(Box::new(Start::new(&self.shared)));
        }
        let shared = &mut self.shared;
        if let Some(acknowledge) = receive::next_acknowledgement(shared, now) {
            return Some(acknowledge);
        }
        // So that neither a flood of messages nor a long queue keeps the other waiting.
        let is_requests_turn = self.receptions >= Self::RECEPTIONS;
        if is_requests_turn {
            self.receptions = 0;
            if let Some(request) = next_request(shared, now) {
                return Some(request);
            }
        }
        if let Some(reception) = receive::next(shared, now) {
            self.receptions += 1;
            return Some(reception);
        }
        self.receptions = 0;
        if health::is_overdue(shared, now) {
            return health::next(shared, now).or_else(|| next_request(shared, now));
        }
        next_request(shared, now).or_else(|| health::next(shared, now))
    }

    /// When work is due of which nothing else tells.
    pub(super) fn work_due(&self) -> Option<Instant> {
        let is_free = self.is_open && self.running.is_none();
        self.shared.checks.due(is_free && self.is_started)
    }
}

fn next_request(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    call::next(shared, now)
        .or_else(|| raw::next(shared, now))
        .or_else(|| ussd::next(shared, now))
        .or_else(|| send::next(shared, now))
}

impl Shared {
    pub(super) fn handle_urc(&mut self, urc: &Urc, now: Instant) {
        receive::handle_urc(urc, self, now);
        ussd::handle_urc(urc, self, now);
        call::handle_urc(urc, self, now);
        health::handle_urc(urc, self, now);
    }

    /// When [`Self::handle_timeout`] is due.
    pub(super) fn deadline(&self) -> Option<Instant> {
        let due = [receive::due(self), ussd::due(self)];
        due.into_iter().flatten().min()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        receive::handle_timeout(self, now);
        ussd::handle_timeout(self, now);
    }

    pub(super) fn started(&mut self, now: Instant) {
        health::started(self, now);
        receive::started(self, now);
    }

    pub(super) fn lost(&mut self, now: Instant) {
        receive::lost(self, now);
        ussd::lost(self, now);
        call::lost(self, now);
    }
}
