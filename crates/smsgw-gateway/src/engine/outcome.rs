//! What becomes of a part that was handed to a link.

use std::time::Duration;

use smsgw::smpp::CommandStatus;

use super::{Due, Engine, LinkIndex, Now};
use crate::config::OnUnknown;
use crate::message::{MessageId, PartStatus, State};

/// How a hand-over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The carrier answered; the id is its own, when it took the message.
    Answered {
        status: CommandStatus,
        carrier_id: String,
    },
    /// It certainly did not leave.
    NotSent,
    /// It may have left, and there is no answer. `late` when one may still come.
    Unknown { late: bool },
}

impl Engine {
    /// A link reports how a hand-over ended.
    pub(crate) fn outcome(&mut self, link: LinkIndex, token: u64, outcome: Outcome, now: Now) {
        let Some((id, index)) = self.links.get_mut(link).and_then(|link| link.take(token)) else {
            return;
        };
        match outcome {
            Outcome::Answered { status, carrier_id } => {
                self.answered(link, id, index, status, carrier_id, now);
            }
            Outcome::NotSent => {
                self.change(id, index, now, |status| {
                    status.state = State::Queued;
                    status.attempts = status.attempts.saturating_sub(1);
                });
                self.enqueue(id, index);
                // The link will say that it is down; until then it is not asked again and again.
                if let Some(until) = self.links.get_mut(link).map(|link| link.not_taking(now)) {
                    self.resume_at(link, until);
                }
            }
            Outcome::Unknown { late } => {
                let token = Some((link, token)).filter(|_| late);
                self.outcome_unknown(id, index, token, now);
            }
        }
        self.receipts_after_answer(link, now);
        self.pump(link, now);
    }

    /// An answer came after its time; what it says is still true.
    pub(crate) fn late_answer(
        &mut self,
        link: LinkIndex,
        token: u64,
        status: CommandStatus,
        carrier_id: String,
        now: Now,
    ) {
        if let Some((id, index)) = self.unknown.by_token(link, token) {
            self.answered(link, id, index, status, carrier_id, now);
            self.receipts_after_answer(link, now);
            self.pump(link, now);
        }
    }

    fn answered(
        &mut self,
        link: LinkIndex,
        id: MessageId,
        index: usize,
        answer: CommandStatus,
        carrier_id: String,
        now: Now,
    ) {
        self.unknown.remove((id, index));
        let Some(config) = self.links.get(link).map(|link| link.config.clone()) else {
            return;
        };
        let attempts = self
            .record(id)
            .and_then(|record| record.parts.get(index))
            .map_or(0, |part| part.status.attempts);
        if answer.is_ok() {
            if let Some(link) = self.links.get_mut(link) {
                link.accepted();
            }
            let carrier_id = Some(carrier_id).filter(|id| !id.is_empty());
            self.change(id, index, now, |status| {
                status.state = State::Sent;
                status.carrier_id = carrier_id;
                status.error = None;
            });
            self.track(id, index);
            self.apply_orphan(link, id, index, now);
        } else if answer.is_throttling() {
            // Not the message's fault: only its validity limits how long it is tried.
            self.change(id, index, now, |status| {
                status.state = State::Queued;
                status.attempts = status.attempts.saturating_sub(1);
                status.error = Some(answer.to_string());
            });
            self.enqueue(id, index);
            if let Some(until) = self.links.get_mut(link).map(|link| link.throttled(now)) {
                self.resume_at(link, until);
            }
        } else if is_temporary(answer) && attempts < config.max_attempts {
            self.change(id, index, now, |status| {
                status.state = State::Queued;
                status.error = Some(answer.to_string());
            });
            let due = now.mono + backoff(config.retry_pause, attempts, Duration::from_secs(3600));
            self.timers.insert((due, Due::Requeue(id, index)));
        } else {
            let state = if is_temporary(answer) {
                State::Failed
            } else {
                State::Rejected
            };
            self.change(id, index, now, |status| {
                status.state = state;
                status.error = Some(answer.to_string());
            });
        }
    }

    /// A part may have left, and nobody knows.
    ///
    /// `token` is that of the hand-over, when its answer may still come.
    pub(super) fn outcome_unknown(
        &mut self,
        id: MessageId,
        index: usize,
        token: Option<(LinkIndex, u64)>,
        now: Now,
    ) {
        if self.adopt_orphan(id, index, now) {
            return;
        }
        let Some(record) = self.record(id) else {
            return;
        };
        let name = record
            .parts
            .get(index)
            .and_then(|part| part.status.link.as_deref());
        let link = self
            .links
            .iter()
            .find(|link| Some(link.config.id.as_str()) == name);
        let policy = link.map(|link| link.config.on_unknown).unwrap_or_default();
        let expired = record.expires_at <= now.wall;
        match policy {
            OnUnknown::Wait if !expired => {
                let reference = record.reference(index);
                self.unknown.insert((id, index), reference, token);
            }
            OnUnknown::Resend if !expired => {
                self.change(id, index, now, |status| {
                    status.state = State::Queued;
                    status.possible_duplicate = true;
                });
                self.enqueue(id, index);
            }
            _ => self.report_unknown(id, index, now),
        }
    }

    pub(super) fn report_unknown(&mut self, id: MessageId, index: usize, now: Now) {
        self.unknown.remove((id, index));
        self.change(id, index, now, |status: &mut PartStatus| {
            status.state = State::Unknown;
            status.error = Some(
                if status.carrier_id.is_some() {
                    "no receipt in time"
                } else {
                    "no answer from the carrier: it may have been sent"
                }
                .into(),
            );
        });
    }
}

/// Whether the same message may be taken later.
const fn is_temporary(status: CommandStatus) -> bool {
    matches!(
        status,
        CommandStatus::ESME_RSYSERR
            | CommandStatus::ESME_RINVBNDSTS
            | CommandStatus::ESME_RSUBMITFAIL
            | CommandStatus::ESME_RX_T_APPN
            | CommandStatus::ESME_RSERTYPUNAVAIL
            | CommandStatus::ESME_RUNKNOWNERR
    )
}

/// `pause`, doubled for each attempt after the first.
pub(super) fn backoff(pause: Duration, attempts: u32, most: Duration) -> Duration {
    let doubled = 2u32
        .checked_pow(attempts.saturating_sub(1))
        .unwrap_or(u32::MAX);
    pause.checked_mul(doubled).unwrap_or(most).min(most)
}
