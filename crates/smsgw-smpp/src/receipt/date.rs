//! Dates in the text of a receipt.

use core::fmt;
use core::time::Duration;

use crate::types::time::{YEAR_2000, date_after, days_before};

/// A date and time of the MC's clock, without a zone, from 2000 to 2099.
///
/// `Display` writes ISO 8601, with the seconds unless they are 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
    second: u8,
}

impl DateTime {
    /// A date and time; `None` when there is no such, or the year is not 2000 to 2099.
    #[must_use]
    pub const fn new(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Option<Self> {
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            // 2000 was a leap year too.
            2 if year.is_multiple_of(4) => 29,
            2 => 28,
            _ => return None,
        };
        if year < 2000 || year > 2099 || day == 0 || day > days {
            return None;
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        Some(Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        })
    }

    /// The date and time in UTC, `since_epoch` after 1970-01-01 00:00:00 UTC; `None` when that is
    /// not in the years 2000 to 2099. What is less than a second is cut off.
    ///
    /// ```
    /// use core::time::Duration;
    /// use smsgw_smpp::receipt::DateTime;
    ///
    /// let instant = Duration::from_secs(1_769_903_999);
    /// let date = DateTime::from_unix(instant).expect("a date of this century");
    /// assert_eq!(date.to_string(), "2026-01-31T23:59:59");
    /// assert_eq!(date.to_unix(), instant);
    /// ```
    #[must_use]
    pub fn from_unix(since_epoch: Duration) -> Option<Self> {
        let seconds = since_epoch.as_secs().checked_sub(YEAR_2000)?;
        let [year, month, day] = date_after(seconds / 86_400)?;
        let small = |value: u64| u8::try_from(value).ok();
        Self::new(
            2000 + u16::try_from(year).ok()?,
            small(month)?,
            small(day)?,
            small(seconds / 3_600 % 24)?,
            small(seconds / 60 % 60)?,
            small(seconds % 60)?,
        )
    }

    /// How long after 1970-01-01 00:00:00 UTC it is, where it is UTC.
    #[must_use]
    pub fn to_unix(&self) -> Duration {
        let year = u64::from(self.year).saturating_sub(2000);
        // There is such a day, or there would be no such date.
        let days = days_before(year, self.month.into(), self.day.into()).unwrap_or_default();
        let hours = days * 24 + u64::from(self.hour);
        let minutes = hours * 60 + u64::from(self.minute);
        Duration::from_secs(YEAR_2000 + minutes * 60 + u64::from(self.second))
    }

    /// 2000 to 2099.
    #[must_use]
    pub const fn year(&self) -> u16 {
        self.year
    }

    /// 1 to 12.
    #[must_use]
    pub const fn month(&self) -> u8 {
        self.month
    }

    /// 1 to 31.
    #[must_use]
    pub const fn day(&self) -> u8 {
        self.day
    }

    /// 0 to 23.
    #[must_use]
    pub const fn hour(&self) -> u8 {
        self.hour
    }

    /// 0 to 59.
    #[must_use]
    pub const fn minute(&self) -> u8 {
        self.minute
    }

    /// 0 to 59; 0 when the peer gives none, as the standard's form does not.
    #[must_use]
    pub const fn second(&self) -> u8 {
        self.second
    }

    /// Reads the date that `value` starts with: 10 digits (`YYMMDDhhmm`), 12 (`YYYYMMDDhhmm` or
    /// `YYMMDDhhmmss`), 14 (`YYYYMMDDhhmmss`), or ISO 8601. What follows, a zone for example, is
    /// ignored.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let value = value.trim_ascii_start();
        let is_iso = value.get(4) == Some(&b'-');
        let mut digits = [0; 14];
        let mut count = 0;
        for &octet in value {
            match (octet, count) {
                (b'0'..=b'9', _) => {
                    *digits.get_mut(count)? = octet - b'0';
                    count += 1;
                }
                (b'-', 4 | 6) | (b'T' | b't' | b' ', 8) | (b':', 10 | 12) if is_iso => {}
                _ => break,
            }
        }
        let pair = |at: usize| match digits.get(at..at + 2) {
            Some([tens, ones]) => tens * 10 + ones,
            _ => 0,
        };
        let long = |second| {
            let year = u16::from(pair(0)) * 100 + u16::from(pair(2));
            Self::new(year, pair(4), pair(6), pair(8), pair(10), second)
        };
        let short = |second| {
            let year = 2000 + u16::from(pair(0));
            Self::new(year, pair(2), pair(4), pair(6), pair(8), second)
        };
        match count {
            10 if !is_iso => short(0),
            // A date that can be read both ways would be of 2020 the other way.
            12 if is_iso => long(0),
            12 => long(0).or_else(|| short(pair(10))),
            14 => long(pair(12)),
            _ => None,
        }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
        } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")?;
        if *second > 0 {
            write!(f, ":{second:02}")?;
        }
        Ok(())
    }
}

/// How a date is written in the text of a receipt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateForm {
    /// 10 digits, the form of the standard.
    #[default]
    YyMmDdHhMm,
    /// 12 digits with seconds. Some dates of 2020 read as others in [`Self::YyyyMmDdHhMm`].
    YyMmDdHhMmSs,
    /// 12 digits with the century.
    YyyyMmDdHhMm,
    /// 14 digits, with both.
    YyyyMmDdHhMmSs,
}

/// A date as digits.
pub(super) struct Digits(DateTime, DateForm);

impl DateTime {
    pub(super) const fn digits(self, form: DateForm) -> Digits {
        Digits(self, form)
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(date, form) = self;
        let year = date.year;
        match form {
            DateForm::YyMmDdHhMm | DateForm::YyMmDdHhMmSs => write!(f, "{:02}", year % 100)?,
            DateForm::YyyyMmDdHhMm | DateForm::YyyyMmDdHhMmSs => write!(f, "{year:04}")?,
        }
        for part in [date.month, date.day, date.hour, date.minute] {
            write!(f, "{part:02}")?;
        }
        match form {
            DateForm::YyMmDdHhMm | DateForm::YyyyMmDdHhMm => Ok(()),
            DateForm::YyMmDdHhMmSs | DateForm::YyyyMmDdHhMmSs => write!(f, "{:02}", date.second),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    fn date(text: &str) -> Option<alloc::string::String> {
        DateTime::parse(text.as_bytes()).map(|date| date.to_string())
    }

    #[test]
    fn every_day_of_the_century_is_an_instant() {
        let seconds = |date: Option<DateTime>| date.map(|date| date.to_unix().as_secs());
        let last = YEAR_2000 + 36_525 * 86_400 - 1;
        for instant in (YEAR_2000..=last).step_by(86_399) {
            let date = DateTime::from_unix(Duration::from_secs(instant));
            assert_eq!(seconds(date), Some(instant));
        }
        let new_year = DateTime::new(2099, 12, 31, 23, 59, 59);
        assert_eq!(seconds(new_year), Some(last));
        for none in [0, YEAR_2000 - 1, last + 1, u64::MAX] {
            assert_eq!(DateTime::from_unix(Duration::from_secs(none)), None);
        }
    }

    #[test]
    fn dates_of_10_12_and_14_digits() {
        for (text, expect) in [
            ("2601312359", Some("2026-01-31T23:59")),
            ("2601312359+02", Some("2026-01-31T23:59")),
            ("2601312359-0500", Some("2026-01-31T23:59")),
            ("260131235907", Some("2026-01-31T23:59:07")),
            ("202601312359", Some("2026-01-31T23:59")),
            ("20260131235907", Some("2026-01-31T23:59:07")),
            ("2026-01-31T23:59:07Z", Some("2026-01-31T23:59:07")),
            ("2026-01-31 23:59-05:00", Some("2026-01-31T23:59")),
            ("2402290000", Some("2024-02-29T00:00")),
            ("2602290000", None),
            ("0000000000", None),
            ("260131", None),
            ("202601312359070", None),
            ("", None),
        ] {
            assert_eq!(date(text).as_deref(), expect, "{text}");
        }
    }
}
