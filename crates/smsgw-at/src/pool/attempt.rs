//! What became of a part, and what follows for its message.

use super::event::{Event, PartId};
use super::message::{Outcome, PartOutcome, Reason};
use super::queue::{Entry, Place};
use super::sim::{InFlight, MessageId, SimId};
use super::verdict::{Retry, Verdict};
use super::{MemberId, Now, Pool, dispatch::Due};
use crate::modem::{Failure, reported_recipient};

impl Pool {
    /// The network has taken a part.
    pub(super) fn part_sent(
        &mut self,
        member: MemberId,
        token: u64,
        reference: Option<u8>,
        now: Now,
    ) {
        let Some((id, sim, in_flight)) = self.take_in_flight(member, token) else {
            return;
        };
        self.with_sim(sim, |sim| sim.quota.settle(in_flight.charge, now));
        self.breaker_succeeded(sim);
        self.was_sent(id, sim, PartOutcome::Sent { reference }, now);
    }

    /// Nobody knows whether the network has taken a part, as the modem was silent, or is gone.
    pub(super) fn part_unknown(&mut self, member: MemberId, token: u64, is_gone: bool, now: Now) {
        let Some((id, sim, in_flight)) = self.take_in_flight(member, token) else {
            return;
        };
        self.with_sim(sim, |sim| sim.quota.settle(in_flight.charge, now));
        if !is_gone {
            self.breaker_failed(sim, now);
            // It would not begin with another before.
            self.hold(member, self.config.unknown_pause, now);
        }
        self.was_sent(id, sim, PartOutcome::Unknown, now);
    }

    /// The network has not taken a part; certainly, unless the failure is doubtful.
    pub(super) fn part_not_sent(
        &mut self,
        member: MemberId,
        token: u64,
        failure: Failure,
        now: Now,
    ) {
        let Some((id, sim, in_flight)) = self.take_in_flight(member, token) else {
            return;
        };
        let mut verdict = Verdict::of(&failure);
        if matches!(failure, Failure::Doubtful(_)) {
            self.with_sim(sim, |sim| sim.quota.settle(in_flight.charge, now));
            if let Some(entry) = self.queue.get_mut(id)
                && entry.doubted.replace(sim).is_some()
            {
                verdict.retry = Retry::Never;
            }
        } else {
            self.refund(sim, &in_flight, true);
        }
        if verdict.counts {
            self.breaker_failed(sim, now);
        } else if verdict.retry == Retry::Never && matches!(failure, Failure::Refused(_)) {
            // The message is at fault: the modem brought it as far as the network.
            self.breaker_succeeded(sim);
        }
        self.try_again(id, sim, failure, verdict.retry, now);
    }

    /// A modem has given a part back, or did not take it.
    pub(super) fn part_withdrawn(&mut self, member: MemberId, token: u64, now: Now) {
        let Some((id, sim, in_flight)) = self.take_in_flight(member, token) else {
            return;
        };
        self.refund(sim, &in_flight, false);
        if !in_flight.is_withdrawn {
            // It has no room: it is not offered the next at once.
            self.hold(member, Self::HOLD, now);
        }
        let patience = now.mono + self.config.patience;
        let Some(entry) = self.queue.get_mut(id) else {
            return;
        };
        entry.attempts = entry.attempts.saturating_sub(1);
        if entry.is_cancelled {
            return self.finish(id, Reason::Cancelled, Reason::Cancelled);
        }
        if entry.message.expires.is_some_and(|at| at <= now.mono) && entry.begun_by.is_none() {
            return self.finish(id, Reason::Expired, Reason::Expired);
        }
        if entry.begun_by.is_some() {
            self.set_patience(id, Some(patience));
        }
    }

    /// The late result of a part that was told as unknown, or will be with its message.
    pub(super) fn part_late(
        &mut self,
        member: MemberId,
        token: u64,
        result: Result<Option<u8>, Failure>,
    ) {
        let PartId {
            token: message,
            part,
        } = PartId::from_token(token);
        self.release(member);
        let sim = self.members.get(&member).and_then(|member| member.sim);
        if let Some(sim) = sim.and_then(|sim| self.sims.get_mut(&sim)) {
            match &result {
                Ok(Some(reference)) => sim.references.learn(token, *reference),
                Ok(None) => {}
                Err(_) => sim.references.forget(token),
            }
        }
        if let Some((_, entry)) = self.queue.find(message)
            && let Some(known) = entry.results.get_mut(part)
        {
            if *known == PartOutcome::Unknown {
                *known = match result {
                    Ok(reference) => PartOutcome::Sent { reference },
                    Err(failure) => PartOutcome::NotSent(Reason::Failure(failure)),
                };
            }
            return;
        }
        self.events.push_back(match result {
            Ok(reference) => Event::SentLate {
                token: message,
                part,
                reference,
            },
            Err(failure) => Event::NotSentLate {
                token: message,
                part,
                failure,
            },
        });
    }

    /// A message that waits for a SIM to go on with it has waited long enough.
    pub(super) fn give_up(&mut self, id: MessageId) {
        let Some(entry) = self.queue.get_mut(id) else {
            return;
        };
        match entry.failure.take() {
            Some(failure) => self.finish(id, Reason::Failure(failure), Reason::OtherPart),
            None => self.finish(id, Reason::SimGone, Reason::SimGone),
        }
    }

    /// Tells the outcome of a message; of the parts that were not sent, the first and the others
    /// have these reasons.
    pub(super) fn finish(&mut self, id: MessageId, first: Reason, others: Reason) {
        let Some(mut entry) = self.take_out(id) else {
            return;
        };
        entry.fill(first, others);
        let sent_by = entry.begun_by.and_then(|sim| self.sims.get(&sim));
        self.events.push_back(Event::Outcome(Outcome {
            token: entry.token,
            sent_by: sent_by.map(|sim| sim.key),
            parts: entry.results,
            attempts: entry.attempts,
        }));
    }

    /// Takes a message out of the pool.
    pub(super) fn take_out(&mut self, id: MessageId) -> Option<Entry> {
        self.set_patience(id, None);
        self.take_from_place(id);
        let entry = self.queue.entries.remove(&id)?;
        self.queue.by_token.remove(&entry.token);
        if let Some(expires) = entry.message.expires {
            self.due.remove(&(expires, Due::Expiry(id)));
        }
        Some(entry)
    }

    /// A part was sent, or may have been.
    fn was_sent(&mut self, id: MessageId, sim_id: SimId, outcome: PartOutcome, now: Now) {
        let Some(entry) = self.queue.entries.get_mut(&id) else {
            return;
        };
        let part = PartId {
            token: entry.token,
            part: entry.next_part(),
        };
        let reference = match outcome {
            PartOutcome::Sent { reference } => reference,
            PartOutcome::Unknown | PartOutcome::NotSent(_) => None,
        };
        let pdu = entry.message.parts.get(part.part);
        if let Some(recipient) = pdu.and_then(|pdu| reported_recipient(pdu))
            && let Some(sim) = self.sims.get_mut(&sim_id)
        {
            let token = part.to_token();
            sim.references.sent(token, reference, &recipient, now.mono);
        }
        let recipient = entry.message.recipient.chars();
        self.sticky.touch(recipient, sim_id);
        entry.results.push(outcome);
        entry.doubted = None;
        entry.begun_by = Some(sim_id);
        entry.tries = 0;
        entry.failure = None;
        if entry.parts_left() == 0 {
            self.finish(id, Reason::OtherPart, Reason::OtherPart);
        } else if entry.is_cancelled {
            self.finish(id, Reason::Cancelled, Reason::Cancelled);
        } else {
            // It stays what the SIM sends, and goes on at once if the SIM can.
            self.set_patience(id, Some(now.mono + self.config.patience));
        }
    }

    /// A part was not sent: its message goes on elsewhere, or here, or not at all.
    fn try_again(&mut self, id: MessageId, sim: SimId, failure: Failure, retry: Retry, now: Now) {
        let is_leaving = !self.is_usable(sim);
        let Some(entry) = self.queue.entries.get_mut(&id) else {
            return;
        };
        if entry.is_cancelled {
            return self.finish(id, Reason::Cancelled, Reason::Cancelled);
        }
        entry.tries = entry.tries.saturating_add(1);
        entry.failures = entry.failures.saturating_add(1);
        entry.tried.push(sim);
        let Some(entry) = self.queue.get(id) else {
            return;
        };
        let is_begun = entry.begun_by.is_some();
        let is_over = !is_begun && entry.message.expires.is_some_and(|at| at <= now.mono)
            || entry.failures > self.config.most_failures();
        let may_stay = entry.tries <= self.config.retries && retry != Retry::OnlyElsewhere;
        let may_move = !is_begun
            && entry.tried.len() <= usize::from(self.config.failovers)
            && self.has_elsewhere(entry);
        let stays = may_stay && (!may_move || (retry == Retry::Here && !is_leaving));
        if retry == Retry::Never || is_over || !(stays || may_move) {
            if matches!(failure, Failure::Doubtful(_)) {
                return self.was_sent(id, sim, PartOutcome::Unknown, now);
            }
            return self.finish(id, Reason::Failure(failure), Reason::OtherPart);
        }
        let pause = self.config.retry_pause(entry.tries);
        self.set_patience(id, Some(now.mono + self.config.patience));
        if let Some(entry) = self.queue.get_mut(id) {
            entry.failure = Some(failure);
            if stays {
                entry.tried.pop();
            }
        }
        let place = if stays {
            Place::Delayed(sim, now.mono + pause)
        } else {
            Place::Lane
        };
        self.put(id, place);
    }

    /// The part that a modem has, if it is this one.
    fn take_in_flight(
        &mut self,
        member: MemberId,
        token: u64,
    ) -> Option<(MessageId, SimId, InFlight)> {
        let (id, entry) = self.queue.find(PartId::from_token(token).token)?;
        let Place::Current(sim) = entry.place else {
            return None;
        };
        let is_it =
            |in_flight: &mut InFlight| (in_flight.member, in_flight.token) == (member, token);
        let in_flight = self.with_sim(sim, |sim| sim.in_flight.take_if(is_it))??;
        Some((id, sim, in_flight))
    }

    fn refund(&mut self, sim: SimId, in_flight: &InFlight, was_tried: bool) {
        if let Some(sim) = self.sims.get_mut(&sim) {
            sim.quota.refund(in_flight.charge, was_tried);
            // A message of more parts may fit now.
            let limits = sim.config.limits;
            self.has_changed |= limits.day.is_some() || limits.month.is_some();
        }
    }

    fn breaker_succeeded(&mut self, sim: SimId) {
        if let Some(sim) = self.sims.get_mut(&sim)
            && sim.breaker.succeeded()
        {
            let key = sim.key;
            self.events.push_back(Event::BreakerClosed { key });
        }
    }

    fn breaker_failed(&mut self, sim: SimId, now: Now) {
        if let Some(sim) = self.sims.get_mut(&sim)
            && let Some(until) = sim.breaker.failed(now.mono)
        {
            let key = sim.key;
            self.events.push_back(Event::BreakerOpened { key, until });
        }
    }
}
