//! How long to wait before the next attempt to connect.

use std::time::Duration;

/// Pauses between attempts, each twice the last, with jitter.
///
/// Reads no clock and makes no random numbers: they are passed in.
///
/// ```
/// use std::time::Duration;
/// use smsgw_net::Backoff;
///
/// let mut backoff = Backoff::new(Duration::from_millis(250), Duration::from_secs(30));
/// // With the least and the most jitter.
/// assert_eq!(backoff.next(0), Duration::from_millis(125));
/// assert_eq!(backoff.next(u64::MAX), Duration::from_millis(500));
/// backoff.reset();
/// assert_eq!(backoff.next(u64::MAX), Duration::from_millis(250));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backoff {
    first: Duration,
    most: Duration,
    next: Duration,
}

impl Backoff {
    /// Pauses from `first` up to `most`.
    #[must_use]
    pub const fn new(first: Duration, most: Duration) -> Self {
        Self {
            first,
            most,
            next: first,
        }
    }

    /// The pause before the next attempt: half of it at least, the rest as `random`, any number
    /// of 64 bits, says, so that those who lost one peer together do not come back together.
    pub fn next(&mut self, random: u64) -> Duration {
        let pause = self.next.min(self.most);
        self.next = pause.saturating_mul(2).min(self.most);
        let half = pause / 2;
        let share = u32::try_from(random >> 32).unwrap_or(u32::MAX);
        half + (pause - half).mul_f64(f64::from(share) / f64::from(u32::MAX))
    }

    /// The peer was there: the next pause is the first again.
    pub const fn reset(&mut self) {
        self.next = self.first;
    }
}

/// From a quarter of a second to half a minute.
impl Default for Backoff {
    fn default() -> Self {
        Self::new(Duration::from_millis(250), Duration::from_secs(30))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_most_and_stay_there() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
        let pauses = [1, 2, 4, 8, 10, 10].map(|seconds| {
            let pause = backoff.next(u64::MAX);
            assert_eq!(pause.as_secs(), seconds);
            pause
        });
        assert_eq!(pauses.iter().sum::<Duration>(), Duration::from_secs(35));
        let mut longest = Backoff::new(Duration::MAX, Duration::MAX);
        assert!(longest.next(0) >= Duration::MAX / 2 - Duration::from_secs(1));
        longest.next(0);
    }
}
