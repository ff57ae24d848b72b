//! How fast requests are sent: a rate that was agreed on, and slowing down when the peer asks.

use std::time::{Duration, Instant};

use crate::status::CommandStatus;

/// A rate that must not be exceeded, as a token bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Requests a second, at least 1.
    pub per_second: u32,
    /// How many may be sent at once after a silence, at least 1.
    pub burst: u32,
}

impl Rate {
    /// `per_second` requests a second, evenly: after a silence at most what 10 ms allow at once.
    #[must_use]
    pub const fn per_second(per_second: u32) -> Self {
        Self {
            per_second,
            burst: per_second.div_ceil(100),
        }
    }
}

/// How fast requests may be sent to a peer.
///
/// Keeps to a [`Rate`], if there is one, and halves its own limit when the peer answers
/// `ESME_RTHROTTLED` or `ESME_RMSGQFUL`, at most once in half a second; then it allows about a
/// tenth more each second. It is a value: take it from a session that ended
/// ([`Session::pace`](super::Session::pace)) and give it to the next one with the same peer, which
/// starts where that one was.
///
/// ```
/// use std::time::{Duration, Instant};
/// use smsgw_smpp::CommandStatus;
/// use smsgw_smpp::session::{Pace, Rate};
///
/// let now = Instant::now();
/// let mut pace = Pace::new(Some(Rate { per_second: 10, burst: 2 }));
/// assert_eq!(pace.take(now), Ok(()));
/// assert_eq!(pace.take(now), Ok(()));
/// assert_eq!(pace.take(now), Err(now + Duration::from_millis(100)));
///
/// pace.note(CommandStatus::ESME_RTHROTTLED, now);
/// assert_eq!(pace.limit(), Some(5.0));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Pace {
    rate: Option<Rate>,
    slowed: Option<Slowed>,
    /// When the next request would leave if they left evenly at the rate.
    next: Option<Instant>,
    /// Requests since the instant, to know how fast it went before the peer had enough.
    counted: (u32, Option<Instant>),
    /// Requests a second, by the last full count.
    measured: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Slowed {
    /// Requests a second.
    limit: f64,
    /// Where it is lifted.
    until: f64,
    changed: Instant,
    /// As [`Pace::next`], for the limit.
    next: Instant,
}

/// When the next but one would leave, if one leaves now and they left evenly after `next`; `slack`
/// is how far ahead of that they may be.
fn step(
    next: Option<Instant>,
    now: Instant,
    interval: f64,
    slack: Duration,
) -> Result<Instant, Instant> {
    let next = next.map_or(now, |next| next.max(now));
    if next > now + slack {
        return Err(next - slack);
    }
    Ok(next + Duration::from_secs_f64(interval))
}

/// How long requests are counted.
const COUNT: Duration = Duration::from_secs(1);
/// All refusals within this time are one sign: their requests were sent before the first came.
const ONE_SIGN: Duration = Duration::from_millis(500);
/// The limit grows once in this time.
const STEP: Duration = Duration::from_secs(1);
/// Never slower than this, in requests a second: the next answer must tell how it goes.
const SLOWEST: f64 = 1.0;
/// Timers are not exact: what this time allows may go at once.
const SLACK: Duration = Duration::from_millis(5);

impl Pace {
    /// Within `rate`, or as fast as the peer takes it.
    #[must_use]
    pub const fn new(rate: Option<Rate>) -> Self {
        Self {
            rate,
            slowed: None,
            next: None,
            counted: (0, None),
            measured: 0.0,
        }
    }

    /// The rate that was agreed on.
    #[must_use]
    pub const fn rate(&self) -> Option<Rate> {
        self.rate
    }

    /// With another rate, and what is known of the peer kept.
    #[must_use]
    pub const fn with_rate(mut self, rate: Option<Rate>) -> Self {
        self.rate = rate;
        self
    }

    /// Requests a second while slowed down; `None` at full speed.
    #[must_use]
    pub fn limit(&self) -> Option<f64> {
        self.slowed.map(|slowed| slowed.limit)
    }

    /// Takes leave to send one request now.
    ///
    /// # Errors
    /// When it is too early; the error says when it is not.
    pub fn take(&mut self, now: Instant) -> Result<(), Instant> {
        self.recover(now);
        let by_rate = self.rate.map(|rate| {
            let interval = 1.0 / f64::from(rate.per_second.max(1));
            let burst = interval * f64::from(rate.burst.max(1) - 1);
            step(self.next, now, interval, Duration::from_secs_f64(burst))
        });
        let by_limit = self
            .slowed
            .map(|slowed| step(Some(slowed.next), now, 1.0 / slowed.limit, SLACK));
        let (by_rate, by_limit) = (by_rate.transpose()?, by_limit.transpose()?);
        self.next = by_rate;
        if let (Some(slowed), Some(next)) = (&mut self.slowed, by_limit) {
            slowed.next = next;
        }
        self.count(now);
        Ok(())
    }

    /// Learns from the answer to a request.
    pub fn note(&mut self, status: CommandStatus, now: Instant) {
        if !status.is_throttling() {
            return;
        }
        let (limit, until) = match self.slowed {
            Some(slowed) if now < slowed.changed + ONE_SIGN => return,
            Some(slowed) => (slowed.limit, slowed.until),
            None => {
                let rate = self.rate.map(|rate| f64::from(rate.per_second));
                let before = rate.unwrap_or_else(|| self.speed(now));
                (before, rate.unwrap_or(before * 2.0))
            }
        };
        let limit = (limit / 2.0).max(SLOWEST);
        self.slowed = Some(Slowed {
            limit,
            until,
            changed: now,
            next: now + Duration::from_secs_f64(1.0 / limit),
        });
    }

    /// Lets the limit grow with time, and lifts it in the end.
    fn recover(&mut self, now: Instant) {
        while let Some(slowed) = &mut self.slowed {
            if now < slowed.changed + STEP {
                return;
            }
            slowed.changed += STEP;
            // And a little on top, or it would take long from one request a second.
            slowed.limit = slowed.limit * 1.1 + 0.5;
            if slowed.limit >= slowed.until {
                self.slowed = None;
            }
        }
    }

    fn count(&mut self, now: Instant) {
        let (count, since) = &mut self.counted;
        let since = *since.get_or_insert(now);
        *count = count.saturating_add(1);
        if now >= since + COUNT {
            self.measured = f64::from(*count) / (now - since).as_secs_f64();
            self.counted = (0, Some(now));
        }
    }

    /// Requests a second, lately.
    fn speed(&self, now: Instant) -> f64 {
        let (count, since) = self.counted;
        let Some(since) = since else {
            return self.measured;
        };
        // As if at least a tenth of the time was over: the first few say little of the rate.
        let elapsed = (now - since).max(COUNT / 10).as_secs_f64();
        self.measured.max(f64::from(count) / elapsed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THROTTLED: CommandStatus = CommandStatus::ESME_RTHROTTLED;

    /// Sends whenever it may from `start` on; how many in `time`.
    fn send(pace: &mut Pace, start: Instant, time: Duration) -> u32 {
        let mut now = start;
        let mut sent = 0;
        while now < start + time {
            match pace.take(now) {
                Ok(()) => sent += 1,
                Err(until) => {
                    assert!(until > now);
                    now = until;
                }
            }
        }
        sent
    }

    #[test]
    fn a_rate_is_kept() {
        for per_second in [1, 7, 100, 5_000] {
            let mut pace = Pace::new(Some(Rate::per_second(per_second)));
            let sent = send(&mut pace, Instant::now(), Duration::from_secs(10));
            let burst = Rate::per_second(per_second).burst;
            assert!(
                (per_second * 10..=per_second * 10 + burst).contains(&sent),
                "{sent} at {per_second}"
            );
        }
    }

    #[test]
    fn refusals_halve_the_rate_once_and_it_comes_back() {
        let start = Instant::now();
        let mut pace = Pace::new(Some(Rate::per_second(100)));
        for _ in 0..50 {
            pace.note(THROTTLED, start);
        }
        assert_eq!(pace.limit(), Some(50.0));
        pace.note(CommandStatus::ESME_RMSGQFUL, start + ONE_SIGN);
        assert_eq!(pace.limit(), Some(25.0));
        let later = start + ONE_SIGN + STEP / 2;
        let sent = send(&mut pace, later, STEP / 2);
        assert!((12..=14).contains(&sent), "{sent}");
        let sent = send(&mut pace, later + STEP, Duration::from_secs(60));
        assert!((5_000..=6_100).contains(&sent), "{sent}");
        assert_eq!(pace.limit(), None);
    }

    #[test]
    fn without_a_rate_it_starts_from_how_fast_it_went() {
        let start = Instant::now();
        let mut pace = Pace::new(None);
        for millis in 0..1_000 {
            let now = start + Duration::from_millis(millis);
            assert_eq!(pace.take(now), Ok(()));
        }
        pace.note(THROTTLED, start + Duration::from_millis(999));
        let limit = pace.limit().unwrap();
        assert!((499.0..502.0).contains(&limit), "{limit}");
        pace.note(CommandStatus::ESME_ROK, start + Duration::from_secs(3));
        assert_eq!(pace.limit(), Some(limit));
    }

    #[test]
    fn a_rate_counts_while_slowed_down_and_a_burst_is_not_forgiven() {
        let start = Instant::now();
        let mut fast = Pace::new(Some(Rate::per_second(1_000)));
        fast.note(THROTTLED, start);
        let rate = Rate {
            per_second: 10,
            burst: 1,
        };
        let mut slow = fast.with_rate(Some(rate));
        let sent = send(&mut slow, start, Duration::from_secs(10));
        assert!((99..=101).contains(&sent), "{sent}");
        let rate = Rate {
            per_second: 10,
            burst: 1_000,
        };
        let mut pace = Pace::new(Some(rate));
        while pace.take(start).is_ok() {}
        pace.note(THROTTLED, start);
        let sent = send(&mut pace, start, Duration::from_secs(10));
        assert!(sent <= 101, "{sent}");
    }

    #[test]
    fn it_never_stops() {
        let start = Instant::now();
        let mut pace = Pace::new(None);
        for n in 0..100 {
            pace.note(THROTTLED, start + ONE_SIGN * n);
        }
        assert_eq!(pace.limit(), Some(SLOWEST));
        let until = pace.take(start + ONE_SIGN * 99).unwrap_err();
        assert!(until <= start + ONE_SIGN * 99 + Duration::from_secs(1));
    }

    #[test]
    fn the_next_session_starts_where_the_last_one_was() {
        let start = Instant::now();
        let mut pace = Pace::new(Some(Rate::per_second(10)));
        pace.note(THROTTLED, start);
        let mut kept = pace.clone().with_rate(Some(Rate::per_second(20)));
        assert_eq!(kept.limit(), Some(5.0));
        assert!(kept.take(start).is_err());
        assert_eq!(kept.rate(), Some(Rate::per_second(20)));
    }
}
