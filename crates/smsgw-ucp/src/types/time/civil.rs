//! The calendar of 1990 to 2089, the years that two digits can say.

/// The year that two digits stand for. Peers begin the century with 90, as Wireshark does.
pub(super) const fn four_digits(year: u8) -> u16 {
    year as u16 + if year < 90 { 2000 } else { 1900 }
}

/// The two digits of a year.
pub(super) const fn two_digits(year: u16) -> u8 {
    (year % 100) as u8
}

/// Whether there is such a day in these years.
pub(super) fn is_day(year: u16, month: u8, day: u8) -> bool {
    matches!(year, 1990..2090) && day >= 1 && days_of(year, month).is_some_and(|days| day <= days)
}

/// How many days a month has; `None` for no month.
const fn days_of(year: u16, month: u8) -> Option<u8> {
    Some(match month {
        // Every fourth of these years is a leap year, 2000 too.
        2 if year.is_multiple_of(4) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    })
}

/// A leap year before them all, and days from 1970 to it.
const START: u16 = 1988;
const DAYS_TO_START: i64 = 6574;
const DAYS_OF_FOUR_YEARS: i64 = 1461;

/// Days from 1970-01-01 to this one.
pub(super) fn days_to(year: u16, month: u8, day: u8) -> i64 {
    let years = i64::from(year - START);
    let months = (1..month).filter_map(|month| days_of(year, month));
    let elapsed = months.map(i64::from).sum::<i64>() + i64::from(day) - 1;
    DAYS_TO_START + years * 365 + (years + 3) / 4 + elapsed
}

/// Year, month and day, `days` after 1970-01-01; `None` when the year is not one of these.
pub(super) fn day_after(days: i64) -> Option<(u16, u8, u8)> {
    let days = days.checked_sub(DAYS_TO_START)?;
    // In four years from a leap year on, only the first has 366 days.
    let of_four = days.rem_euclid(DAYS_OF_FOUR_YEARS);
    let year_of_four = (of_four - 1).max(0) / 365;
    let years = days.div_euclid(DAYS_OF_FOUR_YEARS) * 4 + year_of_four;
    let year = START.checked_add(years.try_into().ok()?)?;
    let mut day = of_four - year_of_four * 365 - i64::from(year_of_four > 0) + 1;
    for month in 1..=12 {
        let len = days_of(year, month)?.into();
        if day <= len {
            let day = day.try_into().ok()?;
            return is_day(year, month, day).then_some((year, month, day));
        }
        day -= len;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_comes_after_the_one_before() {
        let mut days = 7305; // 1990-01-01: 20 years, of which 1972 to 1988 are leap years
        assert_eq!(day_after(days - 1), None);
        for year in 1990..2090 {
            for month in 1..=12 {
                for day in 1..=days_of(year, month).unwrap() {
                    assert_eq!(days_to(year, month, day), days);
                    assert_eq!(day_after(days), Some((year, month, day)));
                    days += 1;
                }
            }
        }
        // 2090-01-01, by another way: 100 years of which 25 are leap years.
        assert_eq!(days, 7305 + 36_525);
        assert_eq!(day_after(days), None);
        assert_eq!((day_after(i64::MAX), day_after(i64::MIN)), (None, None));
    }

    #[test]
    fn two_digits_and_back() {
        for year in 0..100 {
            assert_eq!(two_digits(four_digits(year)), year);
        }
        assert_eq!((four_digits(89), four_digits(90)), (2089, 1990));
    }
}
