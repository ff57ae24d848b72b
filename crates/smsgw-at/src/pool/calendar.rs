//! Days and months of a place with a fixed distance from UTC.

/// A distance from UTC, for days and months to begin when those of the tariff do.
///
/// ```
/// use smsgw_at::pool::UtcOffset;
///
/// let india = UtcOffset::from_minutes(5 * 60 + 30);
/// assert_eq!(india.minutes(), 330);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtcOffset(i16);

impl UtcOffset {
    /// UTC itself.
    pub const UTC: Self = Self(0);

    const MOST: i16 = 18 * 60;

    /// So many minutes east of Greenwich, west of it when negative; 18 hours at most, more is
    /// taken as that.
    #[must_use]
    pub const fn from_minutes(minutes: i16) -> Self {
        if minutes > Self::MOST {
            Self(Self::MOST)
        } else if minutes < -Self::MOST {
            Self(-Self::MOST)
        } else {
            Self(minutes)
        }
    }

    /// In minutes east of Greenwich.
    #[must_use]
    pub const fn minutes(self) -> i16 {
        self.0
    }

    /// The day at `unix` seconds, counted from 1970-01-01.
    pub(super) fn day(self, unix: i64) -> i64 {
        unix.saturating_add(self.seconds()).div_euclid(DAY)
    }

    /// The month at `unix` seconds, counted from January 1970.
    pub(super) fn month(self, unix: i64) -> i64 {
        month_of_day(self.day(unix))
    }

    /// When the day after this one begins.
    pub(super) fn next_day(self, day: i64) -> i64 {
        (day.saturating_add(1))
            .saturating_mul(DAY)
            .saturating_sub(self.seconds())
    }

    const fn seconds(self) -> i64 {
        self.0 as i64 * 60
    }
}

const DAY: i64 = 24 * 60 * 60;
/// Days of 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;
/// From 0000-03-01 to 1970-01-01. Years that begin in March have the leap day at their end.
const TO_1970: i64 = 719_468;

fn month_of_day(day: i64) -> i64 {
    let day = day.saturating_add(TO_1970);
    let (era, of_era) = (day.div_euclid(ERA), day.rem_euclid(ERA));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    // 0 is March: five months have 153 days, whichever they are.
    let month = (5 * of_year + 2) / 153;
    (era * 400 + year - 1970) * 12 + month + 2
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON_OF_LEAP_DAY: i64 = 1_709_208_000; // 2024-02-29 12:00 UTC
    const HOUR: i64 = 3_600;

    /// The other way round, counted from March of year 0, after whose February a leap day is.
    fn first_day(month: i64) -> i64 {
        // Months since March of year 0.
        let month = month.saturating_add(1970 * 12 - 2);
        let (year, month) = (month.div_euclid(12), month.rem_euclid(12));
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day = 365 * of_era + of_era / 4 - of_era / 100 + (153 * month + 2) / 5;
        era.saturating_mul(ERA) + day - TO_1970
    }

    #[test]
    fn months_begin_where_the_calendar_says() {
        let month = (2024 - 1970) * 12 + 1;
        assert_eq!(UtcOffset::UTC.month(NOON_OF_LEAP_DAY), month);
        assert_eq!(
            UtcOffset::UTC.month(NOON_OF_LEAP_DAY + 12 * HOUR),
            month + 1
        );
        assert_eq!(UtcOffset::UTC.month(0), 0);
        assert_eq!(UtcOffset::UTC.month(-1), -1);
        // 2000 has a leap day, 2100 has none.
        assert_eq!(first_day(30 * 12 + 2) - first_day(30 * 12 + 1), 29);
        assert_eq!(first_day(130 * 12 + 2) - first_day(130 * 12 + 1), 28);
    }

    #[test]
    fn each_day_of_a_thousand_years_is_in_its_month() {
        let mut month = -500 * 12;
        let mut day = first_day(month);
        while month < 500 * 12 {
            let next = first_day(month + 1);
            assert!((28..=31).contains(&(next - day)));
            while day < next {
                assert_eq!(month_of_day(day), month);
                day += 1;
            }
            month += 1;
        }
    }

    #[test]
    fn the_offset_moves_midnight() {
        let east = UtcOffset::from_minutes(13 * 60);
        let west = UtcOffset::from_minutes(-13 * 60);
        let day = UtcOffset::UTC.day(NOON_OF_LEAP_DAY);
        assert_eq!(east.day(NOON_OF_LEAP_DAY), day + 1);
        assert_eq!(west.day(NOON_OF_LEAP_DAY), day - 1);
        assert_eq!(west.next_day(day - 1), NOON_OF_LEAP_DAY + HOUR);
        assert_eq!(UtcOffset::from_minutes(i16::MIN).minutes(), -18 * 60);
        // The ends of time are days, too.
        assert!(UtcOffset::UTC.day(i64::MAX) < UtcOffset::UTC.next_day(i64::MAX));
        assert!(east.month(i64::MIN) < east.month(i64::MAX));
    }
}
