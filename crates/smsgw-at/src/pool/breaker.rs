//! Leaves a modem alone that keeps failing.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// When a modem is left alone, and for how long.
///
/// Only failures of the modem and of its SIM count: those whose [`Class`](crate::cause::Class) says so,
/// silence, a prompt that never came, and outcomes that stayed unknown. The network's refusals say
/// nothing of the modem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BreakerConfig {
    /// So many failures within [`Self::window`] open it; at least one.
    pub failures: u16,
    /// How long a failure counts.
    pub window: Duration,
    /// The first time that the modem is left alone; twice as long each time that the message sent
    /// on trial fails, too.
    pub pause: Duration,
    /// The longest time.
    pub max_pause: Duration,
}

/// Three failures in five minutes; half a minute, up to half an hour.
impl Default for BreakerConfig {
    fn default() -> Self {
        Self {
            failures: 3,
            window: Duration::from_secs(300),
            pause: Duration::from_secs(30),
            max_pause: Duration::from_secs(1_800),
        }
    }
}

/// Whether a modem is trusted with messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerState {
    /// It is.
    Closed,
    /// It failed too often, and is left alone until then.
    Open {
        /// Until when.
        until: Instant,
    },
    /// It may be tried with one message: a success closes it, a failure opens it again.
    HalfOpen,
}

/// The breaker of one modem with its SIM.
#[derive(Clone, Debug)]
pub(super) struct Breaker {
    config: BreakerConfig,
    state: BreakerState,
    /// The last ones, oldest first; no more than open it.
    failures: VecDeque<Instant>,
    next_pause: Duration,
}

impl Breaker {
    pub(super) fn new(config: BreakerConfig) -> Self {
        Self {
            config,
            state: BreakerState::Closed,
            failures: VecDeque::new(),
            next_pause: config.pause,
        }
    }

    pub(super) const fn state(&self) -> BreakerState {
        self.state
    }

    /// Whether the modem may be given a message.
    pub(super) const fn lets_through(&self) -> bool {
        !matches!(self.state, BreakerState::Open { .. })
    }

    /// Failures that still count.
    pub(super) fn recent(&self, now: Instant) -> usize {
        let counts = |at: &&Instant| now.saturating_duration_since(**at) < self.config.window;
        self.failures.iter().filter(counts).count()
    }

    /// When something changes by itself.
    pub(super) const fn timeout(&self) -> Option<Instant> {
        match self.state {
            BreakerState::Open { until } => Some(until),
            BreakerState::Closed | BreakerState::HalfOpen => None,
        }
    }

    /// Lets time pass; whether it opened half.
    pub(super) fn advance(&mut self, now: Instant) -> bool {
        let window = self.config.window;
        while let Some(first) = self.failures.front()
            && now.saturating_duration_since(*first) >= window
        {
            self.failures.pop_front();
        }
        let is_over = self.timeout().is_some_and(|until| until <= now);
        if is_over {
            self.state = BreakerState::HalfOpen;
        }
        is_over
    }

    /// The modem brought a message to an answer; whether that closed it.
    pub(super) fn succeeded(&mut self) -> bool {
        self.failures.clear();
        // One that was opened keeps its pause: what succeeds now was begun before.
        if self.state != BreakerState::HalfOpen {
            return false;
        }
        self.state = BreakerState::Closed;
        self.next_pause = self.config.pause;
        true
    }

    /// The modem or its SIM failed; until when it is open, if that opened it.
    pub(super) fn failed(&mut self, now: Instant) -> Option<Instant> {
        self.advance(now);
        let most = usize::from(self.config.failures.max(1));
        while self.failures.len() >= most {
            self.failures.pop_front();
        }
        self.failures.push_back(now);
        let opens = match self.state {
            BreakerState::Open { .. } => false,
            BreakerState::HalfOpen => true,
            BreakerState::Closed => self.failures.len() >= most,
        };
        if !opens {
            return None;
        }
        let until = now + self.next_pause;
        self.next_pause = (self.next_pause * 2).min(self.config.max_pause);
        self.state = BreakerState::Open { until };
        Some(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secs(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn it_opens_after_enough_failures_within_the_window() {
        let now = Instant::now();
        let mut breaker = Breaker::new(BreakerConfig::default());
        assert_eq!(breaker.failed(now), None);
        assert_eq!(breaker.failed(now + secs(1)), None);
        // The first does not count any more.
        assert_eq!(breaker.failed(now + secs(300)), None);
        assert!(breaker.lets_through());
        let until = now + secs(300 + 30);
        assert_eq!(breaker.failed(now + secs(300)), Some(until));
        assert!(!breaker.lets_through());
        assert_eq!(breaker.timeout(), Some(until));
        // What was under way does not make it longer.
        assert_eq!(breaker.failed(now + secs(310)), None);
        assert_eq!(breaker.timeout(), Some(until));
    }

    #[test]
    fn a_success_makes_earlier_failures_good() {
        let now = Instant::now();
        let mut breaker = Breaker::new(BreakerConfig::default());
        breaker.failed(now);
        breaker.failed(now);
        assert!(!breaker.succeeded());
        assert_eq!((breaker.failed(now), breaker.recent(now)), (None, 1));
    }

    #[test]
    fn a_trial_closes_it_or_doubles_the_pause() {
        let config = BreakerConfig {
            failures: 1,
            max_pause: secs(100),
            ..BreakerConfig::default()
        };
        let mut now = Instant::now();
        let mut breaker = Breaker::new(config);
        for pause in [30, 60, 100, 100] {
            assert_eq!(breaker.failed(now), Some(now + secs(pause)));
            assert!(!breaker.advance(now + secs(pause - 1)));
            now += secs(pause);
            assert!(breaker.advance(now));
            assert_eq!(breaker.state(), BreakerState::HalfOpen);
        }
        assert!(breaker.succeeded());
        assert_eq!(breaker.state(), BreakerState::Closed);
        assert_eq!(breaker.failed(now), Some(now + secs(30)));
        // The end of what was begun before it opened says nothing.
        assert!(!breaker.succeeded());
        assert!(!breaker.lets_through());
    }
}
