//! What becomes of a message, and when.

use std::time::{Duration, Instant, SystemTime};

use smsgw_smpp::types::MessageState;

/// A moment, by both clocks: requests and receipts tell the time of day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) instant: Instant,
    pub(super) wall: SystemTime,
}

impl Now {
    pub(super) fn of(instant: Instant) -> Self {
        Self {
            instant,
            wall: SystemTime::now(),
        }
    }

    /// What the clock shows at `instant`.
    pub(super) fn wall_at(&self, instant: Instant) -> SystemTime {
        match self.instant.checked_duration_since(instant) {
            Some(ago) => self.wall - ago,
            None => self.wall + instant.saturating_duration_since(self.instant),
        }
    }
}

/// From when and until when a message is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) starts: Instant,
    /// `None` for ever.
    pub(super) until: Option<Instant>,
}

impl Span {
    pub(super) const fn from(starts: Instant) -> Self {
        let until = None;
        Self { starts, until }
    }
}

/// When a message is first tried, and how it ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fate {
    pub(super) starts: Instant,
    pub(super) ends: Instant,
    /// `None` for a message that nobody hears of again.
    pub(super) outcome: Option<MessageState>,
}

impl Fate {
    /// What becomes of a message that would end as `outcome`, `delay` after its start.
    pub(super) fn new(span: Span, delay: Duration, outcome: Option<MessageState>) -> Self {
        let Span { starts, until } = span;
        let ends = starts + delay;
        match until {
            Some(until) if until < ends => Self {
                starts,
                ends: until,
                outcome: outcome.map(|_| MessageState::EXPIRED),
            },
            _ => Self {
                starts,
                ends,
                outcome,
            },
        }
    }

    /// What becomes of a broadcast whose repeats take so long; `None` for as long as it is valid,
    /// or for ever.
    pub(super) fn of_broadcast(span: Span, takes: Option<Duration>) -> Self {
        let Span { starts, until } = span;
        let ends = takes
            .map(|takes| starts + takes)
            .into_iter()
            .chain(until)
            .min();
        Self {
            starts,
            ends: ends.unwrap_or(starts),
            outcome: ends.map(|_| MessageState::DELIVERED),
        }
    }

    /// Over, just now.
    pub(super) const fn end(now: Instant, outcome: MessageState) -> Self {
        Self {
            starts: now,
            ends: now,
            outcome: Some(outcome),
        }
    }

    pub(super) fn state(&self, now: Instant) -> MessageState {
        match self.outcome {
            Some(outcome) if now >= self.ends => outcome,
            _ if now < self.starts => MessageState::SCHEDULED,
            _ => MessageState::ENROUTE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_follows_the_clock() {
        let now = Instant::now();
        let seconds = Duration::from_secs;
        let span = Span::from(now + seconds(4));
        let fate = Fate::new(span, seconds(10), Some(MessageState::DELIVERED));
        let states = [3, 4, 13, 14].map(|after| fate.state(now + seconds(after)));
        let (enroute, delivered) = (MessageState::ENROUTE, MessageState::DELIVERED);
        assert_eq!(
            states,
            [MessageState::SCHEDULED, enroute, enroute, delivered]
        );
    }
}
