//! How much a SIM may send in a minute, a day and a month, and how much it did.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::Now;
use super::calendar::UtcOffset;

/// How many parts a SIM may send; `None` is no limit.
///
/// A part counts when it may have been sent: also when its outcome is unknown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// In any 60 seconds.
    pub minute: Option<u16>,
    /// In a calendar day of [`Config::utc_offset`](super::Config::utc_offset).
    pub day: Option<u32>,
    /// In a calendar month of it.
    pub month: Option<u32>,
}

/// What a SIM used of its [`Limits`]: to be written down, and told again after a restart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// When parts were sent in the last minute, in Unix seconds, oldest first.
    pub minute: Vec<i64>,
    /// The day and how many in it; the day counts from 1970-01-01.
    pub day: Used,
    /// The month and how many in it; the month counts from January 1970.
    pub month: Used,
}

/// How many parts were sent in a calendar day or month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Which day or month.
    pub period: i64,
    /// How many.
    pub count: u32,
}

/// The count of one SIM.
///
/// The wall clock says when a day ends, but cannot give the quota of one twice: when it jumps
/// back, the later day goes on until the clock has come to its end, or until a whole day has
/// passed by the other clock.
#[derive(Clone, Debug)]
pub(super) struct Quota {
    minute: VecDeque<Instant>,
    day: Period,
    month: Period,
}

/// Where a part was counted, to be able to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Charge {
    at: Instant,
    day: i64,
    month: i64,
}

#[derive(Clone, Copy, Debug)]
struct Period {
    used: Used,
    since: Instant,
    /// The longest it can be.
    length: Duration,
}

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MONTH: Duration = Duration::from_secs(31 * 24 * 60 * 60);

impl Quota {
    /// Without a limit, so many of the last minute are known, to tell how busy a SIM is.
    const REMEMBERED: usize = 1_000;

    pub(super) fn new(offset: UtcOffset, now: Now) -> Self {
        let period = |period, length| Period {
            used: Used { period, count: 0 },
            since: now.mono,
            length,
        };
        Self {
            minute: VecDeque::new(),
            day: period(offset.day(now.unix), DAY),
            month: period(offset.month(now.unix), MONTH),
        }
    }

    /// Lets days and months end; whether one did.
    pub(super) fn advance(&mut self, offset: UtcOffset, now: Now) -> bool {
        while let Some(first) = self.minute.front()
            && now.mono.saturating_duration_since(*first) >= MINUTE
        {
            self.minute.pop_front();
        }
        let day = self.day.advance(offset.day(now.unix), now.mono);
        self.month.advance(offset.month(now.unix), now.mono) || day
    }

    /// How many parts the day and the month leave.
    pub(super) fn left(&self, limits: Limits) -> u32 {
        let left = |limit: Option<u32>, used: Used| {
            limit.map_or(u32::MAX, |limit| limit.saturating_sub(used.count))
        };
        left(limits.day, self.day.used).min(left(limits.month, self.month.used))
    }

    /// The share that is used of the day or the month, whichever is used more: 0 to 100.
    pub(super) fn percent(&self, limits: Limits) -> u32 {
        let share = |limit: Option<u32>, used: Used| match limit {
            None => 0,
            Some(limit) => {
                let share = u64::from(used.count) * 100 / u64::from(limit.max(1));
                u32::try_from(share.min(100)).unwrap_or(100)
            }
        };
        share(limits.day, self.day.used).max(share(limits.month, self.month.used))
    }

    /// When the minute leaves room again; `None` when it does now.
    pub(super) fn free_at(&self, limits: Limits) -> Option<Instant> {
        let limit = usize::from(limits.minute?);
        let over = self.minute.len().checked_sub(limit)?;
        // A limit of none is no limit for a minute: it is looked at again after one.
        let oldest = self.minute.get(over).or(self.minute.back());
        oldest.map(|oldest| *oldest + MINUTE)
    }

    /// Whether the SIM may send now, as far as its minute goes.
    pub(super) fn has_room(&self, limits: Limits) -> bool {
        let used = self.minute.len();
        limits.minute.is_none_or(|limit| used < usize::from(limit))
    }

    /// How many were sent in the last minute.
    pub(super) fn recent(&self, now: Instant) -> usize {
        let is_past = |at: &Instant| now.saturating_duration_since(*at) >= MINUTE;
        self.minute.len() - self.minute.partition_point(is_past)
    }

    /// Counts a part that is about to be sent.
    pub(super) fn charge(&mut self, limits: Limits, now: Now) -> Charge {
        let most = Self::REMEMBERED.max(limits.minute.map_or(0, usize::from));
        if self.minute.len() >= most {
            self.minute.pop_front();
        }
        self.minute.push_back(now.mono);
        self.day.used.count = self.day.used.count.saturating_add(1);
        self.month.used.count = self.month.used.count.saturating_add(1);
        Charge {
            at: now.mono,
            day: self.day.used.period,
            month: self.month.used.period,
        }
    }

    /// The last part that was counted went out, or may have: at some time up to now. So it counts
    /// in the minute, the day and the month that are now, too.
    pub(super) fn settle(&mut self, charge: Charge, now: Now) {
        // It may be more than a minute ago that it was counted.
        self.uncount(charge.at);
        self.minute.push_back(now.mono);
        if charge.day != self.day.used.period {
            self.day.used.count = self.day.used.count.saturating_add(1);
        }
        if charge.month != self.month.used.period {
            self.month.used.count = self.month.used.count.saturating_add(1);
        }
    }

    /// The last part that was counted did not go out. Its place in the minute stays taken, if it
    /// was tried: the limit spares the network, too.
    pub(super) fn refund(&mut self, charge: Charge, was_tried: bool) {
        if !was_tried {
            self.uncount(charge.at);
        }
        if charge.day == self.day.used.period {
            self.day.used.count = self.day.used.count.saturating_sub(1);
        }
        if charge.month == self.month.used.period {
            self.month.used.count = self.month.used.count.saturating_sub(1);
        }
    }

    fn uncount(&mut self, at: Instant) {
        if self.minute.back() == Some(&at) {
            self.minute.pop_back();
        }
    }

    pub(super) fn usage(&self, now: Now) -> Usage {
        let unix = |at: &Instant| {
            let age = now.mono.saturating_duration_since(*at).as_secs();
            now.unix.saturating_sub_unsigned(age)
        };
        Usage {
            minute: self
                .minute
                .iter()
                .skip(self.minute.len() - self.recent(now.mono))
                .map(unix)
                .collect(),
            day: self.day.used,
            month: self.month.used,
        }
    }

    /// Adds what was written down: the later period counts, in the same one the higher count.
    pub(super) fn restore(&mut self, usage: &Usage, now: Now) {
        self.day.restore(usage.day, now.mono);
        self.month.restore(usage.month, now.mono);
        let instants = usage.minute.iter().rev().take(usize::from(u16::MAX));
        let instants = instants.filter_map(|at| {
            // Written down by a clock that is ahead of this one: it may have been just now.
            let age = Duration::from_secs(now.unix.saturating_sub(*at).max(0).unsigned_abs());
            if age < MINUTE {
                now.mono.checked_sub(age)
            } else {
                None
            }
        });
        let mut minute: Vec<Instant> = instants.collect();
        if minute.len() > self.minute.len() {
            minute.sort_unstable();
            self.minute = minute.into();
        }
    }
}

impl Period {
    fn advance(&mut self, period: i64, now: Instant) -> bool {
        let is_over = period > self.used.period
            || (period < self.used.period
                && now.saturating_duration_since(self.since) >= self.length);
        if is_over {
            self.used = Used { period, count: 0 };
            self.since = now;
        }
        is_over
    }

    fn restore(&mut self, used: Used, now: Instant) {
        if used.period > self.used.period {
            self.used = used;
            self.since = now;
        } else if used.period == self.used.period {
            self.used.count = self.used.count.max(used.count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFSET: UtcOffset = UtcOffset::UTC;
    const START: i64 = 1_709_208_000; // 2024-02-29 12:00 UTC
    const HOUR: i64 = 3_600;

    const LIMITS: Limits = Limits {
        minute: Some(2),
        day: Some(3),
        month: Some(5),
    };

    struct Clocks {
        now: Now,
        quota: Quota,
    }

    impl Clocks {
        fn new() -> Self {
            let now = Now {
                mono: Instant::now(),
                unix: START,
            };
            Self {
                now,
                quota: Quota::new(OFFSET, now),
            }
        }

        fn pass(&mut self, seconds: i64) {
            self.now.mono += Duration::from_secs(seconds.unsigned_abs());
            self.jump(seconds);
        }

        fn jump(&mut self, seconds: i64) {
            self.now.unix += seconds;
            self.quota.advance(OFFSET, self.now);
        }

        fn send(&mut self) -> Charge {
            let charge = self.quota.charge(LIMITS, self.now);
            self.quota.settle(charge, self.now);
            charge
        }
    }

    #[test]
    fn a_minute_is_any_sixty_seconds() {
        let mut clocks = Clocks::new();
        clocks.send();
        clocks.pass(59);
        assert!(clocks.quota.has_room(LIMITS));
        clocks.send();
        assert!(!clocks.quota.has_room(LIMITS));
        assert_eq!(
            clocks.quota.free_at(LIMITS),
            Some(clocks.now.mono + Duration::from_secs(1))
        );
        clocks.pass(1);
        assert!(clocks.quota.has_room(LIMITS));
        clocks.send();
        clocks.pass(58);
        assert!(!clocks.quota.has_room(LIMITS));
    }

    #[test]
    fn a_minute_counts_from_when_the_part_was_out() {
        let mut clocks = Clocks::new();
        for _ in 0..2 {
            let charge = clocks.quota.charge(LIMITS, clocks.now);
            clocks.pass(50);
            clocks.quota.settle(charge, clocks.now);
        }
        clocks.pass(9);
        assert!(
            !clocks.quota.has_room(LIMITS),
            "the first may have gone out 59 seconds ago"
        );
        clocks.pass(1);
        assert!(clocks.quota.has_room(LIMITS));
        // One that took longer than a minute.
        clocks.pass(60);
        let charge = clocks.quota.charge(LIMITS, clocks.now);
        clocks.pass(100);
        clocks.quota.settle(charge, clocks.now);
        assert_eq!(clocks.quota.recent(clocks.now.mono), 1);
    }

    #[test]
    fn days_and_months_renew() {
        let mut clocks = Clocks::new();
        for _ in 0..3 {
            clocks.send();
        }
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(12 * HOUR - 1);
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(1);
        assert_eq!(clocks.quota.left(LIMITS), 3, "a new day, and a new month");
        for _ in 0..3 {
            clocks.send();
        }
        clocks.pass(24 * HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 2, "what the month leaves");
        clocks.send();
        clocks.send();
        assert_eq!(clocks.quota.percent(LIMITS), 100);
    }

    #[test]
    fn a_clock_that_jumps_back_gives_nothing_twice() {
        let mut clocks = Clocks::new();
        clocks.send();
        clocks.pass(12 * HOUR);
        for _ in 0..3 {
            clocks.send();
        }
        // Back into the day before, of another month, and on into the same day again.
        clocks.jump(-HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(23 * HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 2);
    }

    #[test]
    fn a_clock_that_was_far_ahead_does_not_lock_a_sim_for_years() {
        let mut clocks = Clocks::new();
        clocks.jump(10 * 365 * 24 * HOUR);
        for _ in 0..3 {
            clocks.send();
        }
        clocks.jump(-10 * 365 * 24 * HOUR);
        clocks.pass(24 * HOUR - 1);
        assert_eq!(clocks.quota.left(LIMITS), 0);
        clocks.pass(1);
        assert_eq!(
            clocks.quota.left(LIMITS),
            2,
            "a new day, and the month goes on"
        );
        clocks.pass(30 * 24 * HOUR);
        assert_eq!(clocks.quota.left(LIMITS), 3);
    }

    #[test]
    fn a_refund_gives_back_the_day_and_not_the_minute() {
        let mut clocks = Clocks::new();
        let charge = clocks.quota.charge(LIMITS, clocks.now);
        clocks.quota.refund(charge, true);
        assert_eq!(
            (
                clocks.quota.left(LIMITS),
                clocks.quota.recent(clocks.now.mono)
            ),
            (3, 1)
        );
        let charge = clocks.quota.charge(LIMITS, clocks.now);
        clocks.quota.refund(charge, false);
        assert_eq!(
            (
                clocks.quota.left(LIMITS),
                clocks.quota.recent(clocks.now.mono)
            ),
            (3, 1)
        );
        // Not into the next day.
        let charge = clocks.quota.charge(LIMITS, clocks.now);
        clocks.pass(12 * HOUR);
        clocks.send();
        clocks.quota.refund(charge, true);
        assert_eq!(clocks.quota.left(LIMITS), 2);
    }

    #[test]
    fn a_part_that_may_have_gone_out_after_midnight_counts_for_both_days() {
        let mut clocks = Clocks::new();
        clocks.pass(12 * HOUR - 1);
        let charge = clocks.quota.charge(LIMITS, clocks.now);
        clocks.pass(2);
        clocks.quota.settle(charge, clocks.now);
        assert_eq!(clocks.quota.left(LIMITS), 2);
    }

    #[test]
    fn usage_survives_a_restart() {
        let mut before = Clocks::new();
        before.send();
        before.pass(40);
        before.send();
        let usage = before.quota.usage(before.now);
        assert_eq!(usage.minute, [START, START + 40]);

        let mut after = Clocks::new();
        after.now.mono += Duration::from_secs(1_000);
        after.jump(50);
        after.quota.restore(&usage, after.now);
        after.quota.restore(&usage, after.now);
        assert_eq!(after.quota.left(LIMITS), 1, "told twice, counted once");
        assert!(!after.quota.has_room(LIMITS));
        after.pass(10);
        assert!(after.quota.has_room(LIMITS));

        // A clock that went back over the restart.
        let mut after = Clocks::new();
        after.jump(-24 * HOUR);
        after.quota = Quota::new(OFFSET, after.now);
        after.quota.restore(&usage, after.now);
        assert_eq!(after.quota.left(LIMITS), 1);
        assert!(!after.quota.has_room(LIMITS));
    }

    #[test]
    fn memory_is_bounded() {
        let mut clocks = Clocks::new();
        let none = Limits::default();
        for _ in 0..5_000 {
            clocks.quota.charge(none, clocks.now);
        }
        assert_eq!(clocks.quota.recent(clocks.now.mono), Quota::REMEMBERED);
        assert_eq!(clocks.quota.left(none), u32::MAX);
        let silent = Limits {
            minute: Some(0),
            ..Limits::default()
        };
        assert!(!Clocks::new().quota.has_room(silent));
        assert_eq!(Clocks::new().quota.free_at(silent), None);
    }
}
