//! Calls: told once each, and hung up (V.250 §6.3.8, 27.007 §6.11, §7.6).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::channel::{Exchange, Outcome};
use super::procedure::{Procedure, Step};
use super::shared::Shared;
use super::{Call, Event, Failure, QueueFull};
use crate::command::call::{Caller, HangUp, HangUpCall};
use crate::line::Urc;
use crate::urc::UrcKind;

/// The call that comes in, of which there is one at a time, and requests to end it.
///
/// A modem says `RING` or `+CRING` every five seconds or so, and `+CLIP` with the caller's number
/// after each. A call that is not taken keeps some modems from sending.
#[derive(Debug, Default)]
pub(super) struct Calls {
    current: Option<Incoming>,
    requests: VecDeque<u64>,
}

#[derive(Debug)]
struct Incoming {
    is_told: bool,
    /// Without a number, it is told then.
    tell_at: Instant,
    /// Without another ring, it has ended then.
    ends_at: Instant,
    /// How often it was hung up.
    hang_ups: u32,
    hang_up_at: Option<Instant>,
    is_hang_up_due: bool,
}

impl Calls {
    /// `+CLIP` follows the ring at once.
    const NUMBER_WAIT: Duration = Duration::from_secs(1);
    /// More than two rings are apart.
    const LONGEST_GAP: Duration = Duration::from_secs(12);
    /// Between a hang-up that did not help and the next.
    const HANG_UP_PAUSE: Duration = Duration::from_secs(10);
    const MAX_HANG_UPS: u32 = 3;
    const MAX_REQUESTS: usize = 16;

    /// It rings; `hang_up` says that it shall not.
    fn ring(&mut self, hang_up: bool, now: Instant) {
        let call = self.current.get_or_insert_with(|| Incoming {
            is_told: false,
            tell_at: now + Self::NUMBER_WAIT,
            ends_at: now,
            hang_ups: 0,
            hang_up_at: None,
            is_hang_up_due: hang_up,
        });
        call.ends_at = now + Self::LONGEST_GAP;
    }

    /// Who calls. Some modems say nothing else.
    fn caller(&mut self, number: Option<String>, hang_up: bool, now: Instant) -> Option<Call> {
        self.ring(hang_up, now);
        let call = self.current.as_mut()?;
        let is_told = std::mem::replace(&mut call.is_told, true);
        (!is_told).then_some(Call::Ringing { number })
    }

    /// The modem says that it has ended.
    fn ended(&mut self) -> Option<Call> {
        let call = self.current.take()?;
        call.is_told.then_some(Call::Ended)
    }

    fn handle_timeout(&mut self, now: Instant) -> Option<Call> {
        let call = self.current.as_mut()?;
        if call.hang_up_at.is_some_and(|at| at <= now) {
            call.hang_up_at = None;
            call.is_hang_up_due = true;
        }
        if call.ends_at <= now {
            return self.ended();
        }
        if call.tell_at <= now && !call.is_told {
            call.is_told = true;
            return Some(Call::Ringing { number: None });
        }
        None
    }

    fn due(&self) -> Option<Instant> {
        let call = self.current.as_ref()?;
        let tell_at = (!call.is_told).then_some(call.tell_at);
        let times = [tell_at, Some(call.ends_at), call.hang_up_at];
        times.into_iter().flatten().min()
    }

    /// Whether there is something to hang up now, and for whom. If it still rings after a while,
    /// it is hung up again.
    fn next(&mut self, now: Instant) -> Option<End> {
        let token = self.requests.pop_front();
        let call = self.current.as_mut();
        let is_due = call.is_some_and(|call| {
            let is_due = std::mem::take(&mut call.is_hang_up_due);
            call.hang_ups += u32::from(is_due);
            let again = is_due && call.hang_ups < Self::MAX_HANG_UPS;
            call.hang_up_at = again.then(|| now + Self::HANG_UP_PAUSE).or(call.hang_up_at);
            is_due
        });
        (is_due || token.is_some()).then_some(End { token, tried: 0 })
    }
}

pub(super) fn request(shared: &mut Shared, token: u64) -> Result<(), QueueFull> {
    let requests = &mut shared.call.requests;
    if requests.len() >= Calls::MAX_REQUESTS {
        return Err(QueueFull);
    }
    requests.push_back(token);
    Ok(())
}

pub(super) fn handle_urc(urc: &Urc, shared: &mut Shared, now: Instant) {
    let hang_up = shared.config.hang_up_calls;
    let call = match urc.kind() {
        UrcKind::Ring => {
            shared.call.ring(hang_up, now);
            None
        }
        UrcKind::Clip => {
            let caller = Caller::of(&urc.line, &shared.character_set);
            let number = caller.and_then(Result::ok).and_then(|caller| caller.number);
            shared.call.caller(number, hang_up, now)
        }
        UrcKind::Call if is_end(&urc.line) => shared.call.ended(),
        _ => None,
    };
    tell(call, shared);
}

/// Whether a line says that a call has ended.
fn is_end(line: &str) -> bool {
    let ends = ["NO CARRIER", "^CEND", "MISSED_CALL:", "VOICE CALL: END"];
    line == "3" || ends.iter().any(|end| line.starts_with(end))
}

fn tell(call: Option<Call>, shared: &mut Shared) {
    if let Some(call) = call {
        shared.tell(Event::Call(call));
    }
}

pub(super) fn due(shared: &Shared) -> Option<Instant> {
    shared.call.due()
}

pub(super) fn handle_timeout(shared: &mut Shared, now: Instant) {
    let call = shared.call.handle_timeout(now);
    tell(call, shared);
}

pub(super) fn next(shared: &mut Shared, now: Instant) -> Option<Box<dyn Procedure>> {
    let end = shared.call.next(now)?;
    Some(Box::new(end))
}

pub(super) fn lost(shared: &mut Shared, _: Instant) {
    let call = shared.call.ended();
    tell(call, shared);
}

/// Ends the call.
#[derive(Debug)]
struct End {
    token: Option<u64>,
    tried: u8,
}

impl Procedure for End {
    fn next(&mut self, outcome: Option<Outcome>, shared: &mut Shared, _: Instant) -> Step {
        let outcome = match outcome {
            None if self.tried == 0 => {
                self.tried = 1;
                return Step::Run(Exchange::of(&HangUpCall));
            }
            Some(outcome) if outcome.is_ok() => Ok(()),
            // Some modems know only one of the two.
            Some(Outcome::Final { .. }) if self.tried == 1 => {
                self.tried = 2;
                return Step::Run(Exchange::of(&HangUp));
            }
            Some(Outcome::Final { result, .. }) => Err(Failure::Refused(result)),
            Some(Outcome::Lost { .. }) | None => Err(Failure::Lost),
            Some(_) => Err(Failure::Silent),
        };
        if let Some(token) = self.token {
            shared.tell(Event::HungUp { token, outcome });
        }
        Step::Done
    }
}
