//! Receipts and messages to the client, and what it answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::Line;
use crate::event::What;
use crate::smsc::DeliverError;
use crate::smsc::outbox::{Delivery, Kind};
use crate::smsc::wire::{Session as _, Wire};

/// Most answers that may still come after their time: so many numbers has UCP.
const MAX_LATE: usize = 100;

/// A delivery that waits for its answer.
pub(super) struct InFlight<W: Wire> {
    /// Who is to have it: the session may have another account by the end.
    account: Arc<str>,
    delivery: Delivery<W>,
}

/// A delivery that was not answered in time.
pub(super) struct Late {
    id: String,
    /// `None` for a message of a subscriber, which is not sent again.
    again: Option<Again>,
}

/// A receipt or report that is to be sent again.
struct Again {
    account: Arc<str>,
    /// Its number in the outbox.
    number: u64,
    is_receipt: bool,
    taken: Arc<AtomicBool>,
}

impl<W: Wire> Line<W> {
    /// Sends what is due and the window has room for.
    pub(super) fn send_due(&mut self, now: Instant) {
        let Some(account) = self.receiver() else {
            return;
        };
        while self.session.has_room() {
            let delivery = self.with(|inner| {
                let side = W::side(inner);
                side.post.take(self.number, &account, &side.wire, now)
            });
            let Some(delivery) = delivery else {
                return;
            };
            if !self.send(&account, delivery, now) {
                return;
            }
        }
    }

    /// Whether it was sent; else it waits again.
    fn send(&mut self, account: &Arc<str>, mut delivery: Delivery<W>, now: Instant) -> bool {
        self.next_token += 1;
        let token = self.next_token;
        let Some(number) = W::send(&self.session, &delivery.body, token) else {
            // The session is over: then another one takes it. Or every number is taken.
            let is_closed = self.session.is_closed();
            let wait = if is_closed {
                Duration::ZERO
            } else {
                self.shared.config.retry
            };
            self.put_back(account, delivery, now + wait);
            return false;
        };
        delivery.attempts += 1;
        self.emit_message(|| {
            let message = W::told(&delivery, account, number);
            match delivery.kind {
                Kind::Receipt(message_state) => What::Receipt {
                    message,
                    message_state,
                    attempt: delivery.attempts,
                },
                Kind::Message(_) | Kind::Report => What::Deliver(message),
            }
        });
        let account = Arc::clone(account);
        self.in_flight.insert(token, InFlight { account, delivery });
        true
    }

    /// A delivery has its answer.
    pub(in crate::smsc) fn answered(&mut self, token: u64, answer: &W::Frame, now: Instant) {
        let Some(InFlight { account, delivery }) = self.in_flight.remove(&token) else {
            return;
        };
        let taken = self.told_answer(answer, &delivery.id);
        let (status, _) = W::outcome(answer);
        match delivery.kind {
            // It may have been counted with a late answer to an earlier copy.
            Kind::Receipt(_) if taken && !delivery.take() => {
                self.shared.lock().counts.receipts_delivered += 1;
            }
            Kind::Receipt(_) | Kind::Report if taken => {}
            Kind::Receipt(_) | Kind::Report => {
                self.put_back(&account, delivery, now + self.shared.config.retry);
            }
            Kind::Message(done) => {
                if taken {
                    self.shared.lock().counts.delivered += 1;
                }
                // Whoever asked may have gone.
                let _ = done.send(Ok(status));
            }
        }
    }

    /// A delivery has none, or not yet.
    pub(in crate::smsc) fn unanswered(&mut self, token: u64, now: Instant) {
        let Some(InFlight {
            account,
            mut delivery,
        }) = self.in_flight.remove(&token)
        else {
            return;
        };
        self.emit_message(|| What::Unanswered {
            who: self.who(),
            id: delivery.id.clone(),
        });
        let id = delivery.id.clone();
        let is_closed = self.session.is_closed();
        self.left_some |= is_closed;
        let is_receipt = matches!(delivery.kind, Kind::Receipt(_));
        let again = match delivery.kind {
            // The session is over: whoever binds next gets it.
            Kind::Receipt(_) | Kind::Report if is_closed => {
                self.put_back(&account, delivery, now);
                return;
            }
            // The answer takes too long.
            Kind::Receipt(_) | Kind::Report => {
                let taken = delivery.watch();
                let number = self.put_back(&account, delivery, now + self.shared.config.retry);
                number.map(|number| Again {
                    account,
                    number,
                    is_receipt,
                    taken,
                })
            }
            Kind::Message(done) => {
                // Whoever asked may have gone.
                let _ = done.send(Err(DeliverError::Unanswered));
                None
            }
        };
        self.late.insert(token, Late { id, again });
        if self.late.len() > MAX_LATE {
            self.late.pop_first();
        }
    }

    /// A delivery has its answer after all: what was taken is not sent again.
    pub(in crate::smsc) fn answered_late(&mut self, token: u64, answer: &W::Frame) {
        let Some(Late { id, again }) = self.late.remove(&token) else {
            return;
        };
        if !self.told_answer(answer, &id) {
            return;
        }
        self.with(|inner| match again {
            None => inner.counts.delivered += 1,
            Some(again) => {
                if again.taken.swap(true, Ordering::Relaxed) {
                    return;
                }
                inner.counts.receipts_delivered += u64::from(again.is_receipt);
                let outbox = &mut W::side(inner).post.outbox;
                outbox.remove_again(&again.account, again.number);
            }
        });
    }

    /// Tells of an answer; whether the client took what it answers.
    fn told_answer(&self, answer: &W::Frame, id: &str) -> bool {
        let (status, taken) = W::outcome(answer);
        self.emit_message(|| What::Response {
            command: W::answer_name(answer),
            who: self.who(),
            status,
            number: W::number(answer).into(),
            id: Some(id.to_owned()),
        });
        taken
    }

    /// Its number in the outbox; `None` when a client has taken it meanwhile.
    fn put_back(&self, account: &Arc<str>, delivery: Delivery<W>, due: Instant) -> Option<u64> {
        if delivery.is_taken() {
            return None;
        }
        let (_, number) = self.with(|inner| W::side(inner).post.put(account, due, delivery));
        Some(number)
    }
}
