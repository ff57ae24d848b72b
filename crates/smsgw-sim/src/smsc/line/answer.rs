//! The answer to a submit, as well as the fault that hits it lets it through.

use std::time::Instant;

use super::Line;
use crate::event::{Status, What};
use crate::faults::{Kind, Strike};
use crate::smsc::shared::Refusal;
use crate::smsc::wire::{Answer, Session as _, Wire};

/// An answer that waits.
pub(super) struct Delayed<W: Wire> {
    request: W::Frame,
    octets: Vec<u8>,
    status: Status,
    id: Option<String>,
}

impl<W: Wire> Line<W> {
    /// Answers a submit that was accepted, as well as the fault lets it.
    pub(in crate::smsc) fn answer(
        &mut self,
        request: &W::Frame,
        answer: &impl Answer<W>,
        id: &str,
        strike: Option<Strike>,
        now: Instant,
    ) {
        let id = Some(id.to_owned());
        let Some(strike) = strike else {
            return self.give(request, answer, id);
        };
        self.fault(strike.kind, request, id.clone());
        match strike.kind {
            Kind::Cut => {
                let octets = answer.octets(request);
                let half = octets.get(..octets.len() / 2).unwrap_or_default();
                self.session.break_off(half);
                self.is_cut = true;
            }
            Kind::Slow | Kind::Late => {
                self.delay(request, answer, id, now + strike.delay);
            }
            // One that waits to be overtaken is, by this one.
            Kind::OutOfOrder if self.overtaken.is_none() => {
                let ticket = self.delay(request, answer, id, now + strike.delay);
                self.overtaken = Some(ticket);
            }
            Kind::OutOfOrder => self.give(request, answer, id),
            Kind::WrongSequence => self.send_instead(request, &answer.misnumbered(request)),
            Kind::WrongCommand => self.send_instead(request, &answer.misnamed(request)),
            Kind::Duplicate => {
                answer.send(&self.session, request);
                self.responded(request, answer.status(), id);
                self.session.send_octets(&answer.octets(request));
                self.overtake();
            }
            Kind::StopReading => {
                self.give(request, answer, id);
                self.session.hold(true);
                self.held_until = Some(now + strike.delay);
            }
            // No answer; the others hit what is not accepted.
            _ => self.session.ignore(request),
        }
    }

    /// Answers a submit that was not accepted, or does not.
    pub(in crate::smsc) fn decline(&self, request: &W::Frame, refusal: Refusal<W>) {
        let strike = match refusal {
            Refusal::Refused(why) => return W::refuse(self, request, why),
            Refusal::Fault(strike) => strike,
        };
        self.fault(strike.kind, request, None);
        match strike.kind {
            Kind::Throttle => W::refuse(self, request, W::THROTTLED),
            Kind::QueueFull => W::refuse(self, request, W::QUEUE_FULL),
            Kind::Nack => W::nack(self, request, &strike),
            _ => self.session.ignore(request),
        }
    }

    /// Tells of an answer that was given.
    pub(in crate::smsc) fn responded(
        &self,
        request: &W::Frame,
        status: Status,
        id: Option<String>,
    ) {
        self.emit_message(|| What::Response {
            command: W::answer_name(request),
            who: self.who(),
            status,
            number: W::number(request).into(),
            id,
        });
    }

    fn give(&mut self, request: &W::Frame, answer: &impl Answer<W>, id: Option<String>) {
        answer.send(&self.session, request);
        self.responded(request, answer.status(), id);
        self.overtake();
    }

    /// Sends octets in place of an answer.
    pub(in crate::smsc) fn send_instead(&self, request: &W::Frame, octets: &[u8]) {
        self.session.send_octets(octets);
        self.session.ignore(request);
    }

    /// Answers later.
    fn delay(
        &mut self,
        request: &W::Frame,
        answer: &impl Answer<W>,
        id: Option<String>,
        due: Instant,
    ) -> (Instant, u64) {
        self.next_token += 1;
        let ticket = (due, self.next_token);
        let delayed = Delayed {
            // Not a part of what was read, which may be a lot.
            request: W::detach(request),
            octets: answer.octets(request),
            status: answer.status(),
            id,
        };
        self.delayed.insert(ticket, delayed);
        ticket
    }

    /// Sends the answer that waits for another to overtake it.
    fn overtake(&mut self) {
        if let Some(ticket) = self.overtaken.take() {
            self.send_delayed(ticket);
        }
    }

    fn send_delayed(&mut self, ticket: (Instant, u64)) {
        if let Some(delayed) = self.delayed.remove(&ticket) {
            self.send_instead(&delayed.request, &delayed.octets);
            self.responded(&delayed.request, delayed.status, delayed.id);
        }
    }

    /// Answers what had to wait, and reads on, when it is time.
    pub(super) fn catch_up(&mut self, now: Instant) {
        while let Some((&ticket, _)) = self.delayed.first_key_value()
            && ticket.0 <= now
        {
            self.send_delayed(ticket);
        }
        if self.held_until.is_some_and(|until| until <= now) {
            self.held_until = None;
            self.session.hold(false);
        }
    }
}
