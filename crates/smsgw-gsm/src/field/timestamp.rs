//! TP-SCTS and the other times (3GPP TS 23.040 §9.2.3.11): seven octets of swapped digits.

use core::fmt;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Faults, Tolerance};
use crate::wire::Reader;

/// A local time with its distance from UTC (TS 23.040 §9.2.3.11), to the second, as sent.
///
/// The field has two digits for the year: 90 to 99 are 1990 to 1999, the others 2000 to 2089.
///
/// ```
/// use smsgw_gsm::field::Timestamp;
///
/// let time = Timestamp::from_octets([0x52, 0x60, 0x03, 0x21, 0x00, 0x00, 0x49]);
/// assert_eq!(time.to_string(), "2025-06-30T12:00:00-03:30");
/// assert_eq!(time.offset_quarters(), -14);
/// assert_eq!(Timestamp::new(2025, 2, 29, 0, 0, 0, 0), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias(
    "TP-SCTS",
    "TP-DT",
    "TP-Service-Centre-Time-Stamp",
    "TP-Discharge-Time"
))]
pub struct Timestamp {
    octets: [u8; 7],
}

impl Timestamp {
    /// A local time and by how many quarters of an hour it is ahead of UTC, -79 to 79.
    ///
    /// `None` when there is no such time, or its year is not 1990 to 2089.
    #[must_use]
    pub const fn new(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
        offset_quarters: i8,
    ) -> Option<Timestamp> {
        if year < 1990 || year > 2089 || offset_quarters < -79 || offset_quarters > 79 {
            return None;
        }
        let [year_in_century, _] = (year % 100).to_le_bytes();
        let sign = if offset_quarters < 0 { 0b0000_1000 } else { 0 };
        let time = Timestamp {
            octets: [
                swapped(year_in_century),
                swapped(month),
                swapped(day),
                swapped(hour),
                swapped(minute),
                swapped(second),
                swapped(offset_quarters.unsigned_abs()) | sign,
            ],
        };
        // Two digits cannot hold these; the other limits are checked on what they hold.
        if month > 99 || day > 99 || hour > 99 || minute > 99 || second > 99 {
            return None;
        }
        match time.fault() {
            None => Some(time),
            Some(_) => None,
        }
    }

    /// The time so many seconds after 1970-01-01T00:00:00Z, as it is called at this distance from
    /// UTC (in quarters of an hour, -79 to 79); `None` outside 1990 to 2089.
    ///
    /// ```
    /// use smsgw_gsm::field::Timestamp;
    ///
    /// let time = Timestamp::from_unix_seconds(1_709_247_599, 4).expect("within 1990 to 2089");
    /// assert_eq!(time.to_string(), "2024-02-29T23:59:59+01:00");
    /// assert_eq!(time.unix_seconds(), Some(1_709_247_599));
    /// ```
    #[must_use]
    pub fn from_unix_seconds(seconds: i64, offset_quarters: i8) -> Option<Timestamp> {
        let local = seconds.checked_add(i64::from(offset_quarters) * QUARTER)?;
        let (days, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        // Months counted from March put the leap day last (H. Hinnant, "chrono-compatible
        // low-level date algorithms").
        let days = days.checked_add(719_468)?;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 {
            shifted_month + 3
        } else {
            shifted_month - 9
        };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |number: i64| u8::try_from(number).ok();
        Timestamp::new(
            u16::try_from(year).ok()?,
            small(month)?,
            small(day)?,
            small(second / 3600)?,
            small(second / 60 % 60)?,
            small(second % 60)?,
            offset_quarters,
        )
    }

    /// The octets as sent, whatever they say; [`is_valid`](Self::is_valid) tells whether that is
    /// a time.
    #[must_use]
    pub const fn from_octets(octets: [u8; 7]) -> Timestamp {
        Timestamp { octets }
    }

    /// The octets as sent.
    #[must_use]
    pub const fn octets(self) -> [u8; 7] {
        self.octets
    }

    /// Whether it is a time: digits all, and a day that its month has.
    ///
    /// Only lenient reading gives one that is not. The readers below then give what the
    /// semi-octets are worth.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.fault().is_none()
    }

    /// The year, 1990 to 2089.
    #[must_use]
    pub const fn year(self) -> u16 {
        let [year, ..] = self.octets;
        match number(year) as u16 {
            year @ 90.. => 1900 + year,
            year => 2000 + year,
        }
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        let [_, month, ..] = self.octets;
        number(month)
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        let [_, _, day, ..] = self.octets;
        number(day)
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        let [_, _, _, hour, ..] = self.octets;
        number(hour)
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        let [.., minute, _, _] = self.octets;
        number(minute)
    }

    /// The second, 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        let [.., second, _] = self.octets;
        number(second)
    }

    /// By how many quarters of an hour the local time is ahead of UTC; negative when it is behind.
    #[must_use]
    pub const fn offset_quarters(self) -> i8 {
        let [.., zone] = self.octets;
        // At most 85, so the sign bit is free.
        let quarters = number(zone & !SIGN).cast_signed();
        if zone & SIGN == 0 {
            quarters
        } else {
            -quarters
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z; `None` when it is no time.
    #[must_use]
    pub fn unix_seconds(self) -> Option<i64> {
        if !self.is_valid() {
            return None;
        }
        let (month, day) = (i64::from(self.month()), i64::from(self.day()));
        let year = i64::from(self.year()) - i64::from(month <= 2);
        let shifted_month = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
        let days = 365 * year + year / 4 - year / 100 + year / 400 + day_of_year - 719_468;
        let [hour, minute, second] = [self.hour(), self.minute(), self.second()].map(i64::from);
        let local = days * DAY + hour * 3600 + minute * 60 + second;
        Some(local - i64::from(self.offset_quarters()) * QUARTER)
    }

    /// What is wrong with it.
    const fn fault(self) -> Option<DecodeErrorKind> {
        let [a, b, c, d, e, f, g] = self.octets;
        fault(u64::from_be_bytes([a, b, c, d, e, f, g, 0]))
    }

    // Inlined for the same reason as an address.
    #[inline(always)]
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        faults: &mut Faults<'_>,
        field: &'static str,
    ) -> Result<Timestamp, DecodeError> {
        let start = reader.clone();
        // As a number, read at once: looking at an array in memory costs as much again.
        let ahead = reader.rest().first_chunk().copied();
        let octets = reader.array(field)?;
        let word = ahead.map_or_else(
            || {
                let [a, b, c, d, e, f, g] = octets;
                u64::from_be_bytes([a, b, c, d, e, f, g, 0])
            },
            u64::from_be_bytes,
        );
        if let Some(kind) = fault(word) {
            faults.meet(Tolerance::OddTime, start.error(kind, field))?;
        }
        let [octets @ .., _] = word.to_be_bytes();
        Ok(Timestamp { octets })
    }
}

/// What is wrong with the time in the first seven octets of a number.
#[inline]
const fn fault(word: u64) -> Option<DecodeErrorKind> {
    // A semi-octet above 9 has its top bit set and one of the next two. The sign is no digit's.
    let digits = word & !(0xFF | (SIGN as u64) << 8);
    let above = digits & (digits << 1 | digits << 2) & 0x8888_8888_8888_8888;
    if above != 0 {
        let [value, ..] = (digits >> (above.ilog2() - 3)).to_le_bytes();
        return Some(DecodeErrorKind::NotDecimal { value: value & 0xF });
    }
    // With the high digit first they can be compared as they are.
    let low = digits & 0x0F0F_0F0F_0F0F_0F0F;
    let high = digits >> 4 & 0x0F0F_0F0F_0F0F_0F0F;
    let [year, month, day, hour, minute, second, ..] = (low << 4 | high).to_be_bytes();
    let last = match month {
        0x01 | 0x03 | 0x05 | 0x07 | 0x08 | 0x10 | 0x12 => 0x31,
        0x04 | 0x06 | 0x09 | 0x11 => 0x30,
        // From 1990 to 2089 every fourth year is a leap year, and both centuries are divisible by 4.
        0x02 if ((year >> 4) * 10 + (year & 0xF)).is_multiple_of(4) => 0x29,
        0x02 => 0x28,
        _ => 0,
    };
    let is_day = 1 <= day && day <= last;
    if is_day && hour < 0x24 && minute < 0x60 && second < 0x60 {
        None
    } else {
        Some(DecodeErrorKind::InvalidTime)
    }
}

/// ISO 8601; the octets in hexadecimal when it is no time.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_valid() {
            return self.octets.iter().try_for_each(|o| write!(f, "{o:02X}"));
        }
        let (year, month, day) = (self.year(), self.month(), self.day());
        let (hour, minute, second) = (self.hour(), self.minute(), self.second());
        let offset = self.offset_quarters();
        let sign = if offset < 0 { '-' } else { '+' };
        let (hours, quarters) = (offset.unsigned_abs() / 4, offset.unsigned_abs() % 4);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}:{:02}",
            quarters * 15
        )
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// In the octet of the zone: behind UTC.
const SIGN: u8 = 0b0000_1000;
/// Seconds.
const QUARTER: i64 = 15 * 60;
/// Seconds.
const DAY: i64 = 24 * 3600;

/// The number whose digits are these two semi-octets, the low one first.
pub(super) const fn number(octet: u8) -> u8 {
    (octet & 0x0F) * 10 + (octet >> 4)
}

/// The octet of a number up to 99.
pub(super) const fn swapped(number: u8) -> u8 {
    ((number % 10) << 4) | (number / 10 % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_day_is_itself_and_a_day_after_the_one_before() {
        let mut before = None;
        for year in 1990..=2089 {
            for month in 0..=13 {
                for day in 0..=32 {
                    let Some(time) = Timestamp::new(year, month, day, 0, 0, 0, 0) else {
                        continue;
                    };
                    let seconds = time.unix_seconds().unwrap();
                    assert!(before.is_none_or(|before: i64| before + DAY == seconds));
                    before = Some(seconds);
                    assert_eq!(Timestamp::from_unix_seconds(seconds, 0), Some(time));
                    assert_eq!((time.year(), time.month(), time.day()), (year, month, day));
                }
            }
        }
        let last = Timestamp::new(2089, 12, 31, 0, 0, 0, 0).unwrap();
        assert_eq!(before, last.unix_seconds());
        let second_of_2000 = Timestamp::new(2000, 1, 1, 0, 0, 1, 0).unwrap();
        assert_eq!(second_of_2000.unix_seconds(), Some(946_684_801));
    }

    #[test]
    fn every_octet_is_a_number_or_not_decimal() {
        for octet in 0..=0xFF_u8 {
            let time = Timestamp::from_octets([octet, 0x10, 0x10, 0, 0, 0, 0]);
            let decimal = octet & 0xF < 10 && octet >> 4 < 10;
            assert_eq!(time.is_valid(), decimal, "{octet:02X}");
            if !decimal {
                let value = if octet >> 4 > 9 {
                    octet >> 4
                } else {
                    octet & 0xF
                };
                assert_eq!(time.fault(), Some(DecodeErrorKind::NotDecimal { value }));
            }
        }
    }

    #[test]
    fn zones() {
        let iso = |zone| Timestamp::from_octets([0x42, 0x20, 0x92, 0, 0, 0, zone]).to_string();
        assert_eq!(iso(0x00), "2024-02-29T00:00:00+00:00");
        assert_eq!(iso(0x08), "2024-02-29T00:00:00+00:00"); // minus zero
        assert_eq!(iso(0x0A), "2024-02-29T00:00:00-05:00");
        assert_eq!(iso(0x2C), "2024-02-29T00:00:00-10:30");
        assert_eq!(iso(0x32), "2024-02-29T00:00:00+05:45");
        assert_eq!(iso(0x97), "2024-02-29T00:00:00+19:45");
        assert_eq!(iso(0xC2), "422092000000C2");
        for quarters in -79..=79 {
            let time = Timestamp::new(2000, 2, 29, 12, 0, 0, quarters).unwrap();
            assert_eq!(time.offset_quarters(), quarters);
            let seconds = time.unix_seconds().unwrap();
            assert_eq!(Timestamp::from_unix_seconds(seconds, quarters), Some(time));
        }
    }

    #[test]
    fn years_and_limits() {
        let year = |octet| Timestamp::from_octets([octet, 0x10, 0x10, 0, 0, 0, 0]).year();
        assert_eq!((year(0x09), year(0x99), year(0x98)), (1990, 1999, 2089));
        let new = |hour, minute, second| Timestamp::new(2024, 1, 1, hour, minute, second, 0);
        assert!(new(23, 59, 59).is_some());
        assert!(new(24, 0, 0).is_none() && new(0, 60, 0).is_none() && new(0, 0, 60).is_none());
        assert!(new(100, 0, 0).is_none());
        assert!(Timestamp::new(1989, 1, 1, 0, 0, 0, 0).is_none());
        assert!(Timestamp::new(2090, 1, 1, 0, 0, 0, 0).is_none());
        assert!(Timestamp::new(2000, 1, 1, 0, 0, 0, 80).is_none());
        assert!(Timestamp::new(2000, 1, 1, 0, 0, 0, i8::MIN).is_none());
        assert_eq!(Timestamp::from_unix_seconds(i64::MAX, 4), None);
        assert_eq!(Timestamp::from_unix_seconds(i64::MIN, -4), None);
    }
}
