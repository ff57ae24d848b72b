//! The timers of a session: what is due when (SMPP 5.0 §2.7).

use std::time::Instant;

use super::{CloseReason, Event, Pending, Session, State};
use crate::pdu::EnquireLink;

impl Session {
    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.catch_up(now);
        let due = |pending: Option<Pending>| pending.is_some_and(|p| p.deadline <= now);
        match self.state {
            State::Closed => return,
            State::Open | State::Outbound
                if self.opened + self.config.session_init_timer <= now =>
            {
                return self.close(CloseReason::SessionInitTimer);
            }
            State::Binding(_) if due(self.bind) => {
                return self.close(CloseReason::SessionInitTimer);
            }
            _ => {}
        }
        if due(self.awaited_enquire_link()) {
            return self.close(CloseReason::EnquireLinkTimer);
        }
        if due(self.peer_unbind) {
            return self.agree_to_unbind();
        }
        if due(self.unbind) {
            return self.close(CloseReason::Unbound);
        }
        while let Some(request) = self.window.expire(now) {
            // Even one that was not written yet will be.
            self.events.push_back(Event::Unanswered {
                token: request.token,
                written: true,
            });
        }
        self.unbind_if_due(now);
        if self.enquire_link_due().is_some_and(|due| due <= now) {
            self.enquire_link = Some(self.own_request(&EnquireLink::default(), now));
        }
        if self.inactivity_due().is_some_and(|due| due <= now) {
            self.unbind(now);
        }
    }

    /// When [`Self::handle_timeout`] is due next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let pending = |pending: &Option<Pending>| pending.map(|p| p.deadline);
        let init = match self.state {
            State::Closed => return None,
            State::Open | State::Outbound => Some(self.opened + self.config.session_init_timer),
            _ => None,
        };
        [
            init,
            pending(&self.bind),
            pending(&self.awaited_enquire_link()),
            pending(&self.unbind),
            pending(&self.peer_unbind),
            self.unbind_due(),
            self.window.deadline(),
            self.enquire_link_due(),
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
            self.unbind_if_due(now);
        }
        if self.held && !self.is_paused() {
            self.held = false;
            // The peer was not silent: it was not listened to.
            self.last_received = now;
            if let Some(asked) = &mut self.enquire_link {
                asked.deadline = now + self.config.response_timer;
            }
        }
    }

    /// The own `enquire_link`, unless its answer would not be taken now.
    fn awaited_enquire_link(&self) -> Option<Pending> {
        self.enquire_link.filter(|_| !self.is_paused())
    }

    fn enquire_link_due(&self) -> Option<Instant> {
        let asks = self.state.is_bound() && self.enquire_link.is_none() && !self.is_paused();
        self.config
            .enquire_link_timer
            .filter(|_| asks)
            .map(|timer| self.last_received + timer)
    }

    fn inactivity_due(&self) -> Option<Instant> {
        let idle = self.state.is_bound() && self.window.len() + self.unanswered == 0;
        self.config
            .inactivity_timer
            .filter(|_| idle)
            .map(|timer| self.last_message + timer)
    }
}
