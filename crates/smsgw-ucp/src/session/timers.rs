//! The timers of a session: what is due when.

use std::time::Instant;

use super::{CloseReason, Event, Purpose, Role, Session, State, TimeoutPolicy};
use crate::operation::OperationType;

impl Session {
    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        let due = |deadline: Option<Instant>| deadline.is_some_and(|due| due <= now);
        if due(self.login_due()) {
            return self.close(CloseReason::LoginTimer);
        }
        self.handle_overdue(now);
        if let Some((by, reason)) = self.closing
            && by <= now
        {
            return self.close(reason);
        }
        if due(self.keep_alive_due()) {
            self.send_keep_alive(now);
        }
        if due(self.inactivity_due()) {
            self.close_when_answered_for(CloseReason::InactivityTimer, now);
        }
    }

    /// When [`Self::handle_timeout`] is due next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.is_closed() {
            return None;
        }
        [
            self.login_due(),
            self.window.deadline(),
            self.closing.map(|(by, _)| by),
            self.keep_alive_due(),
            self.inactivity_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does late what the owner's answers changed: they come without the time.
    pub(super) fn catch_up(&mut self, now: Instant) {
        if std::mem::take(&mut self.answered) {
            self.last_message = now;
        }
        if self.was_paused && !self.is_paused() {
            self.was_paused = false;
            // The peer was not silent: it was not listened to.
            self.window
                .put_off_keep_alive(now + self.config.result_timer);
        }
    }

    /// Own operations that ran out of time.
    fn handle_overdue(&mut self, now: Instant) {
        let is_paused = self.is_paused();
        while let Some(operation) = self.window.due(now) {
            let (ot, resent) = (operation.ot, operation.copies.saturating_sub(1));
            let token = match operation.purpose {
                Purpose::Request(token) => token,
                Purpose::Login => return self.close(CloseReason::LoginTimer),
                // Its result may be there, unread.
                Purpose::KeepAlive if is_paused => {
                    self.window.wait_on();
                    continue;
                }
                Purpose::KeepAlive => return self.close(CloseReason::KeepAliveTimer),
            };
            if operation.copies == 0 {
                // The peer has nothing to do with it.
                self.give_up(ot, token, false, now);
                continue;
            }
            match (self.config.on_timeout, operation.frame.clone()) {
                (TimeoutPolicy::Wait, _) => {
                    self.window.wait_on();
                    self.metrics.faults.overdue += 1;
                    self.events.push_back(Event::Overdue { token });
                }
                // Nobody looked whether the result is there: neither is the peer to blame nor is
                // the operation lost.
                _ if is_paused => self.give_up(ot, token, true, now),
                (TimeoutPolicy::Disconnect, _) => return self.close(CloseReason::ResultTimer),
                (TimeoutPolicy::Resend { times }, Some(frame)) if resent < times => {
                    self.send_again(ot, &frame, token, resent + 1, now);
                }
                (TimeoutPolicy::Resend { .. }, _) => self.give_up(ot, token, true, now),
            }
        }
    }

    fn give_up(&mut self, ot: OperationType, token: u64, written: bool, now: Instant) {
        if ot != OperationType::SMT_ALERT {
            // Until now there was one under way.
            self.last_message = now;
        }
        self.window.give_up(now + self.config.late_reserve);
        self.report_unanswered(token, written);
        self.send_parked(now);
        self.close_if_drained();
    }

    fn login_due(&self) -> Option<Instant> {
        let waits = match (self.state, self.role) {
            (State::Open, _) | (State::LoggingIn, Role::Smsc) => true,
            // The client's own login has its time from when it was sent.
            _ => false,
        };
        waits.then(|| self.opened + self.config.login_timer)
    }

    fn keep_alive_due(&self) -> Option<Instant> {
        let may =
            self.state == State::Up && self.window.may_send() && self.window.keep_alive().is_none();
        self.config
            .keep_alive
            .filter(|_| may)
            .map(|timer| self.last_operation + timer)
    }

    fn inactivity_due(&self) -> Option<Instant> {
        let is_idle = self.state == State::Up && self.in_flight() + self.owed.len() == 0;
        self.config
            .inactivity_timer
            .filter(|_| is_idle)
            .map(|timer| self.last_message + timer)
    }
}
