//! How long things took, in buckets.

use std::time::Duration;

/// How often what took how long: exact to an eighth, from a microsecond to days, in a few KiB.
///
/// ```
/// use std::time::Duration;
/// use smsgw_smpp::session::Histogram;
///
/// let mut histogram = Histogram::default();
/// for millis in 1..=100 {
///     histogram.record(Duration::from_millis(millis));
/// }
/// assert_eq!(histogram.count(), 100);
/// assert_eq!(histogram.max(), Duration::from_millis(100));
/// let median = histogram.quantile(0.5).as_millis();
/// assert!((50..57).contains(&median));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    /// Made with the first entry: thousands of sessions that send nothing should be cheap.
    buckets: Option<Box<[u64; BUCKETS]>>,
    count: u64,
    sum: Duration,
    max: Duration,
}

/// Buckets of one power of two.
const STEPS: u32 = 8;
/// The last starts at 2^39 microseconds, more than six days.
const BUCKETS: usize = 38 * STEPS as usize;

impl Histogram {
    /// Counts one that took `time`.
    pub fn record(&mut self, time: Duration) {
        self.count += 1;
        self.sum = self.sum.saturating_add(time);
        self.max = self.max.max(time);
        let buckets = self.buckets.get_or_insert_with(|| Box::new([0; BUCKETS]));
        if let Some(bucket) = buckets.get_mut(bucket_of(time)) {
            *bucket += 1;
        }
    }

    /// How many there were.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The mean; zero without entries.
    #[must_use]
    pub fn mean(&self) -> Duration {
        let nanos = self.sum.as_nanos() / u128::from(self.count.max(1));
        Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// The longest; zero without entries.
    #[must_use]
    pub const fn max(&self) -> Duration {
        self.max
    }

    /// The time that `quantile` of all did not exceed, 0.99 for 99 of 100: at most an eighth too
    /// long. Zero without entries.
    #[must_use]
    pub fn quantile(&self, quantile: f64) -> Duration {
        let buckets = self.buckets.iter().flat_map(|buckets| buckets.iter());
        let mut left = quantile.clamp(0.0, 1.0) * count_of(self.count);
        for (index, &count) in buckets.enumerate() {
            left -= count_of(count);
            if count > 0 && left <= 0.0 {
                return end_of(index).min(self.max);
            }
        }
        self.max
    }

    /// Adds what `other` counted.
    pub fn merge(&mut self, other: &Self) {
        let Some(more) = &other.buckets else {
            return;
        };
        let buckets = self.buckets.get_or_insert_with(|| Box::new([0; BUCKETS]));
        for (bucket, count) in buckets.iter_mut().zip(more.iter()) {
            *bucket += count;
        }
        self.count += other.count;
        self.sum = self.sum.saturating_add(other.sum);
        self.max = self.max.max(other.max);
    }

    /// The end of each bucket that is not empty, and how many are in it; shortest first.
    pub fn buckets(&self) -> impl Iterator<Item = (Duration, u64)> + '_ {
        let buckets = self.buckets.iter().flat_map(|buckets| buckets.iter());
        buckets
            .enumerate()
            .filter(|&(_, &count)| count > 0)
            .map(|(index, &count)| (end_of(index), count))
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a share of very many is as good"
)]
const fn count_of(count: u64) -> f64 {
    count as f64
}

/// Below eight microseconds one bucket each; then eight to each power of two.
fn bucket_of(time: Duration) -> usize {
    let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
    let power = micros.max(1).ilog2();
    let index = match power.checked_sub(3) {
        None | Some(0) => micros,
        Some(shift) => u64::from(shift * STEPS) + (micros >> shift),
    };
    usize::try_from(index).map_or(BUCKETS - 1, |index| index.min(BUCKETS - 1))
}

/// The last microsecond that is in bucket `index`.
fn end_of(index: usize) -> Duration {
    let index = index as u64;
    let (shift, step) = match (index / u64::from(STEPS)).checked_sub(1) {
        None => (0, index),
        Some(shift) => (shift, index % u64::from(STEPS) + u64::from(STEPS)),
    };
    Duration::from_micros(((step + 1) << shift) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_bucket_that_ends_at_or_less_than_an_eighth_after_it() {
        for power in 0..39 {
            for offset in [-1_i64, 0, 1, 17, 1_000] {
                let Some(micros) = (1_u64 << power).checked_add_signed(offset) else {
                    continue;
                };
                let end = end_of(bucket_of(Duration::from_micros(micros)));
                let end = u64::try_from(end.as_micros()).unwrap();
                assert!(end >= micros, "{micros} ends at {end}");
                assert!(end <= micros + micros / 8, "{micros} ends at {end}");
            }
        }
        assert_eq!(bucket_of(Duration::MAX), BUCKETS - 1);
    }

    #[test]
    fn quantiles_of_nothing_of_one_and_of_a_merge() {
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), Duration::ZERO);
        assert_eq!(histogram.mean(), Duration::ZERO);
        let one = Duration::from_micros(1_234_567);
        histogram.record(one);
        assert_eq!(histogram.quantile(0.0), one);
        assert_eq!(histogram.quantile(1.0), one);
        let mut other = Histogram::default();
        for _ in 0..99 {
            other.record(Duration::from_micros(3));
        }
        histogram.merge(&other);
        histogram.merge(&Histogram::default());
        assert_eq!(histogram.count(), 100);
        assert_eq!(histogram.quantile(0.99), Duration::from_micros(3));
        assert_eq!(histogram.quantile(0.995), one);
        assert_eq!(histogram.mean(), Duration::from_nanos(12_348_640));
        assert_eq!(
            histogram.buckets().map(|(_, count)| count).sum::<u64>(),
            100
        );
    }
}
