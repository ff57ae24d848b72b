//! How long to wait before something is tried again.

use std::time::Duration;

/// The pause after so many attempts before, from the first to the longest, each time twice as long.
pub(crate) fn doubled((first, longest): (Duration, Duration), before: u32) -> Duration {
    let times = 2_u32.saturating_pow(before);
    first.saturating_mul(times).min(longest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        let range = (Duration::from_secs(5), Duration::from_secs(60));
        let seconds = [0, 1, 2, 3, 4, 31, 32, u32::MAX].map(|n| doubled(range, n).as_secs());
        assert_eq!(seconds, [5, 10, 20, 40, 60, 60, 60, 60]);
        assert_eq!(
            doubled((Duration::MAX, Duration::MAX), u32::MAX),
            Duration::MAX
        );
    }
}
