//! The messages of a run: who sends how many of them, and when.

use std::ops::Range;
use std::time::Instant;

use smsgw_smpp::session::{Pace, Rate};

/// What is left to send, shared by all sessions.
#[derive(Debug)]
pub(super) struct Supply {
    sessions: u64,
    taken: u64,
    left: u64,
    /// Taken and without an outcome.
    open: u64,
    pace: Option<Pace>,
}

/// What a session may send.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Share {
    /// The numbers of the messages, from 0 on in the whole run.
    pub(super) messages: Range<u64>,
    /// When the rate lets more of them go.
    pub(super) next: Option<Instant>,
}

impl Supply {
    /// `messages` for `sessions`, at most `rate` of them a second.
    pub(super) fn new(messages: u64, sessions: u64, rate: Option<u32>) -> Self {
        // Timers are late by a millisecond or two: a rate that cannot make up for that is not
        // reached.
        let rate = rate.map(|per_second| Rate {
            per_second,
            burst: per_second.div_ceil(100).max(2),
        });
        Self {
            sessions: sessions.max(1),
            taken: 0,
            left: messages,
            open: 0,
            pace: rate.map(|rate| Pace::new(Some(rate))),
        }
    }

    /// Up to `most` messages that may be sent now. A session gets no more than its even share of
    /// what is left, so that the last messages are not all left to one.
    pub(super) fn take(&mut self, most: u64, now: Instant) -> Share {
        let most = most.min(self.left.div_ceil(self.sessions));
        let (mut count, mut next) = (most, None);
        if let Some(pace) = &mut self.pace {
            count = 0;
            while count < most && next.is_none() {
                match pace.take(now) {
                    Ok(()) => count += 1,
                    Err(at) => next = Some(at),
                }
            }
        }
        let first = self.taken;
        self.taken += count;
        self.left -= count;
        self.open += count;
        Share {
            messages: first..self.taken,
            next,
        }
    }

    /// `count` of the messages taken have an outcome; whether none is left without one.
    pub(super) fn settle(&mut self, count: u64) -> bool {
        self.open = self.open.saturating_sub(count);
        self.is_over()
    }

    /// No more is sent; what is taken already may be.
    pub(super) fn stop(&mut self) -> bool {
        self.left = 0;
        self.is_over()
    }

    fn is_over(&self) -> bool {
        self.left == 0 && self.open == 0
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_session_gets_its_share_and_the_end_is_seen() {
        let now = Instant::now();
        let mut supply = Supply::new(10, 3, None);
        let shares = [(); 3].map(|()| supply.take(100, now).messages);
        assert_eq!(shares, [0..4, 4..6, 6..8]);
        assert_eq!(supply.take(1, now).messages, 8..9);
        assert!(!supply.settle(9));
        assert!(!supply.take(100, now).messages.is_empty());
        assert!(supply.settle(1));
        assert!(supply.take(100, now).messages.is_empty());
    }

    #[test]
    fn a_stopped_run_is_over_when_what_was_taken_has_its_outcome() {
        let now = Instant::now();
        let mut supply = Supply::new(10, 1, None);
        assert_eq!(supply.take(3, now).messages, 0..3);
        assert!(!supply.stop());
        assert!(supply.settle(3));
    }

    #[test]
    fn a_rate_is_one_for_all_sessions_and_reached_with_late_timers() {
        for per_second in [1, 100, 5_000] {
            let start = Instant::now();
            let mut supply = Supply::new(u64::MAX, 2, Some(per_second));
            let (mut now, mut sent) = (start, 0);
            while now < start + Duration::from_secs(10) {
                let share = supply.take(1_000_000, now);
                sent += share.messages.end - share.messages.start;
                assert_eq!(supply.take(1, now).messages, sent..sent);
                now = share.next.unwrap() + Duration::from_millis(2);
            }
            let wanted = u64::from(per_second) * 10;
            let burst = u64::from(per_second.div_ceil(100).max(2));
            assert!((wanted - 1..=wanted + burst).contains(&sent), "{sent}");
        }
    }
}
