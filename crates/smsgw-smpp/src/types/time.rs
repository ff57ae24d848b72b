//! Times: absolute, or relative to the MC's clock (SMPP 5.0 §4.7.23).

use core::time::Duration;

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
use crate::quirks::Tolerance;
use crate::value::{FieldKind, Value, Visitor};
use crate::wire::{Field, Reader, Writer, clamp};

/// A time of 16 characters, `YYMMDDhhmmsstnnp`, or none.
///
/// `p` is `+` or `-` for a time `nn` quarters of an hour ahead of or behind UTC, `R` for one
/// relative to the moment the MC gets it. Checked when it is made and when it is read.
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Time<'a>(&'a [u8]);

impl<'a> Time<'a> {
    /// None given.
    pub const NULL: Self = Self(&[]);

    /// Takes 16 characters, or none for [`Self::NULL`].
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) when a character stands where it cannot, or the
    /// date is none.
    pub fn new(octets: &'a [u8]) -> Result<Self, ValueError> {
        if octets.is_empty() || is_time(octets) {
            Ok(Self(octets))
        } else {
            Err(ValueError::InvalidTime)
        }
    }

    /// Whether no time is given.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        self.0.is_empty()
    }

    /// The 16 characters, or none.
    #[must_use]
    pub const fn as_octets(&self) -> &'a [u8] {
        self.0
    }

    /// Its parts as they are written; none when no time is given.
    ///
    /// ```
    /// use smsgw_smpp::types::Time;
    ///
    /// let parts = Time::new(b"260131235959908-")?.components().unwrap();
    /// assert_eq!((parts.year, parts.month, parts.day), (26, 1, 31));
    /// assert_eq!((parts.hour, parts.minute, parts.second, parts.tenths), (23, 59, 59, 9));
    /// assert_eq!(parts.utc_offset, Some(-8));
    /// let parts = Time::new(b"000002120000000R")?.components().unwrap();
    /// assert_eq!((parts.day, parts.hour, parts.utc_offset), (2, 12, None));
    /// # Ok::<(), smsgw_smpp::ValueError>(())
    /// ```
    #[must_use]
    pub fn components(&self) -> Option<TimeComponents> {
        let [date @ .., tenths, n1, n2, p] = self.0 else {
            return None;
        };
        let mut pairs = date.chunks_exact(2).map(pair);
        let mut next = || pairs.next().flatten();
        let quarters = i8::try_from(pair(&[*n1, *n2])?).ok()?;
        Some(TimeComponents {
            year: next()?,
            month: next()?,
            day: next()?,
            hour: next()?,
            minute: next()?,
            second: next()?,
            tenths: tenths - b'0',
            utc_offset: match p {
                b'R' => None,
                b'-' => Some(-quarters),
                _ => Some(quarters),
            },
        })
    }

    /// Whether it can be read but is none by the standard: see
    /// [`Quirks::odd_times`](crate::Quirks::odd_times).
    fn is_odd(&self) -> bool {
        match self.0 {
            [.., tenths, n1, n2, b'R'] => [tenths, n1, n2] != [&b'0'; 3],
            [] => false,
            _ => self.absolute().is_none(),
        }
    }

    /// How long after it arrives, when the time is relative. A year counts 365 days, a month 30.
    #[must_use]
    pub fn relative(&self) -> Option<Duration> {
        let (&b'R', digits) = self.0.split_last()? else {
            return None;
        };
        let mut pairs = digits.chunks_exact(2).map(pair);
        let mut next = || pairs.next().flatten().map(u64::from);
        let days = next()? * 365 + next()? * 30 + next()?;
        let seconds = ((days * 24 + next()?) * 60 + next()?) * 60 + next()?;
        Some(Duration::from_secs(seconds))
    }

    /// How long after 1970-01-01 00:00:00 UTC, when the time is absolute.
    ///
    /// The year has two digits: 2000 to 2099. None for a day that its month does not have.
    ///
    /// ```
    /// use core::time::Duration;
    /// use smsgw_smpp::types::Time;
    ///
    /// // Two hours ahead of UTC.
    /// let time = Time::new(b"260131015959908+")?;
    /// let instant = Duration::from_millis(1_769_817_599_900);
    /// assert_eq!(time.absolute(), Some(instant));
    /// # Ok::<(), smsgw_smpp::ValueError>(())
    /// ```
    #[must_use]
    pub fn absolute(&self) -> Option<Duration> {
        let [date @ .., tenths, n1, n2, sign @ (b'+' | b'-')] = self.0 else {
            return None;
        };
        let mut pairs = date.chunks_exact(2).map(pair);
        let mut next = || pairs.next().flatten().map(u64::from);
        let (year, month, day) = (next()?, next()?, next()?);
        let days = days_before(year, month, day)?;
        let seconds = ((days * 24 + next()?) * 60 + next()?) * 60 + next()?;
        let tenths = Duration::from_millis(u64::from(tenths - b'0') * 100);
        let local = Duration::from_secs(YEAR_2000 + seconds) + tenths;
        let ahead = Duration::from_secs(u64::from(pair(&[*n1, *n2])?) * 15 * 60);
        Some(match sign {
            b'+' => local - ahead,
            _ => local + ahead,
        })
    }
}

/// The parts of a [`Time`] as they are written (SMPP 5.0 §4.7.23.4, §4.7.23.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeComponents {
    /// The year from 2000, 0 to 99; how many years when relative.
    pub year: u8,
    /// The month, 1 to 12; how many months when relative.
    pub month: u8,
    /// The day of the month, 1 to 31; how many days when relative.
    pub day: u8,
    /// The hour, 0 to 23; how many hours when relative.
    pub hour: u8,
    /// The minute, 0 to 59; how many minutes when relative.
    pub minute: u8,
    /// The second, 0 to 59; how many seconds when relative.
    pub second: u8,
    /// Tenths of a second, 0 to 9.
    pub tenths: u8,
    /// How many quarters of an hour the time is ahead of UTC, -48 to 48; none when relative.
    pub utc_offset: Option<i8>,
}

/// Seconds from 1970 to 2000.
pub(crate) const YEAR_2000: u64 = 946_684_800;

/// How many days the months of a year of this century have.
fn days_of_months(year: u64) -> [u64; 12] {
    // Of these years every fourth is a leap year, 2000 too.
    let february = if year.is_multiple_of(4) { 29 } else { 28 };
    [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// Days from 2000-01-01 to a day of this century.
pub(crate) fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    let mut before = days_of_months(year).into_iter();
    let elapsed: u64 = before.by_ref().take(usize::try_from(month - 1).ok()?).sum();
    if day > before.next()? {
        return None;
    }
    Some(year * 365 + year.div_ceil(4) + elapsed + day - 1)
}

/// Year, month and day, `days` after 2000-01-01; none after this century.
pub(crate) fn date_after(days: u64) -> Option<[u64; 3]> {
    let mut left = days;
    // Whether `left` days end within `len`; otherwise they are used up.
    let mut ends_in = |len: u64| match left.checked_sub(len) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    };
    let year = (0..100).find(|&year| ends_in(days_of_months(year).iter().sum()))?;
    let month = (1..)
        .zip(days_of_months(year))
        .find(|&(_, len)| ends_in(len));
    Some([year, month?.0, left + 1])
}

impl core::fmt::Debug for Time<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// The value of two ASCII digits.
fn pair(digits: &[u8]) -> Option<u8> {
    match digits {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}

/// `value` in two ASCII digits, when they are enough.
fn digits(value: u64) -> Option<[u8; 2]> {
    let value = u8::try_from(value).ok().filter(|&value| value < 100)?;
    Some([b'0' + value / 10, b'0' + value % 10])
}

fn is_time(octets: &[u8]) -> bool {
    let [date @ .., tenths, n1, n2, p] = octets else {
        return false;
    };
    let mut fields = [0; 6];
    if date.len() != 12 || !tenths.is_ascii_digit() {
        return false;
    }
    for (field, digits) in fields.iter_mut().zip(date.chunks_exact(2)) {
        let Some(value) = pair(digits) else {
            return false;
        };
        *field = value;
    }
    let [_, month, day, hour, minute, second] = fields;
    let Some(quarters) = pair(&[*n1, *n2]) else {
        return false;
    };
    match p {
        b'R' => true,
        b'+' | b'-' => {
            (1..=12).contains(&month)
                && (1..=31).contains(&day)
                && hour < 24
                && minute < 60
                && second < 60
                && quarters <= 48
        }
        _ => false,
    }
}

impl<'a> Field<'a> for Time<'a> {
    const KIND: FieldKind = FieldKind::Time;

    #[inline(always)]
    fn read(reader: &mut Reader<'a, '_>, name: &'static str) -> Result<Self, DecodeError> {
        // Most messages have none.
        if let Some((0, _)) = reader.rest().split_first() {
            reader.u8(name)?;
            return Ok(Self::NULL);
        }
        let offset = reader.offset();
        let octets = reader.c_octet_string(17, name)?;
        let invalid = || DecodeError::new(DecodeErrorKind::InvalidTime, name, clamp(offset));
        let time = Self::new(octets).map_err(|_| invalid())?;
        if (!reader.quirks.odd_times || reader.is_reporting()) && time.is_odd() {
            if !reader.quirks.odd_times {
                return Err(invalid());
            }
            reader.tolerate_at(Tolerance::OddTime, name, clamp(offset));
        }
        Ok(time)
    }

    #[inline]
    fn size(&self) -> usize {
        self.0.len() + 1
    }

    #[inline]
    fn write(&self, writer: &mut Writer<'_>) {
        writer.c_octet_string(self.0);
    }

    fn visit(&self, name: &'static str, visitor: &mut dyn Visitor) {
        visitor.value(name, self.size(), Value::Text(self.0));
    }
}

/// A relative time to send; lives where the PDU that borrows it can see it.
///
/// ```
/// use core::time::Duration;
/// use smsgw_smpp::types::RelativeTime;
///
/// let validity = RelativeTime::new(Duration::from_secs(26 * 3600));
/// assert_eq!(validity.as_time().as_octets(), b"000001020000000R");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelativeTime([u8; 16]);

impl RelativeTime {
    /// `duration` in whole seconds, rounded up, at most 99 days (months and years have no fixed
    /// length, and no network keeps a message that long).
    #[must_use]
    pub fn new(duration: Duration) -> Self {
        let most = 99 * 86_400;
        let mut rest = duration
            .as_secs()
            .saturating_add(u64::from(duration.subsec_nanos() > 0));
        rest = rest.min(most);
        let mut octets = *b"000000000000000R";
        let [_, _, _, _, d1, d2, h1, h2, m1, m2, s1, s2, ..] = &mut octets;
        for (tens, ones, unit) in [(d1, d2, 86_400), (h1, h2, 3_600), (m1, m2, 60), (s1, s2, 1)] {
            let value = u8::try_from(rest / unit).unwrap_or(99);
            rest %= unit;
            *tens += value / 10;
            *ones += value % 10;
        }
        Self(octets)
    }

    /// As the field of a PDU.
    #[must_use]
    pub fn as_time(&self) -> Time<'_> {
        Time(&self.0)
    }
}

/// An absolute time to send; lives where the PDU that borrows it can see it.
///
/// ```
/// use core::time::Duration;
/// use smsgw_smpp::types::AbsoluteTime;
///
/// // 2026-01-31 01:59:59.9 in a zone two hours ahead of UTC.
/// let instant = Duration::from_millis(1_769_817_599_900);
/// let time = AbsoluteTime::new(instant, 8)?;
/// assert_eq!(time.as_time().as_octets(), b"260131015959908+");
/// assert_eq!(time.as_time().absolute(), Some(instant));
/// assert_eq!(AbsoluteTime::utc(instant)?.as_time().as_octets(), b"260130235959900+");
/// # Ok::<(), smsgw_smpp::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AbsoluteTime([u8; 16]);

impl AbsoluteTime {
    /// The instant `since_epoch` after 1970-01-01 00:00:00 UTC, written as local time
    /// `utc_offset` quarters of an hour ahead of UTC. What is less than a tenth of a second is
    /// cut off.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) when `utc_offset` is not from -48 to 48, or the
    /// local time is not in the years 2000 to 2099, all that two digits can say.
    pub fn new(since_epoch: Duration, utc_offset: i8) -> Result<Self, ValueError> {
        Self::at(since_epoch, utc_offset).ok_or(ValueError::InvalidTime)
    }

    /// As [`Self::new`], written as UTC.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn utc(since_epoch: Duration) -> Result<Self, ValueError> {
        Self::new(since_epoch, 0)
    }

    fn at(since_epoch: Duration, utc_offset: i8) -> Option<Self> {
        let ahead = i64::from(utc_offset) * 15 * 60;
        let local = since_epoch.as_secs().checked_add_signed(ahead)?;
        let seconds = local.checked_sub(YEAR_2000)?;
        let [year, month, day] = date_after(seconds / 86_400)?;
        let time = seconds % 86_400;
        let mut octets = [0; 16];
        let [date @ .., tenths, n1, n2, p] = &mut octets;
        let fields = [year, month, day, time / 3_600, time / 60 % 60, time % 60];
        for (two, field) in date.as_chunks_mut().0.iter_mut().zip(fields) {
            *two = digits(field)?;
        }
        [_, *tenths] = digits(u64::from(since_epoch.subsec_millis() / 100))?;
        [*n1, *n2] = digits(u64::from(utc_offset.unsigned_abs()))?;
        *p = if utc_offset < 0 { b'-' } else { b'+' };
        is_time(&octets).then_some(Self(octets))
    }

    /// As the field of a PDU.
    #[must_use]
    pub const fn as_time(&self) -> Time<'_> {
        Time(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_time_is_refused() {
        for bad in [
            &b"2601"[..],
            b"261301000000000+",
            b"260101240000000+",
            b"260101000000049+",
            b"260101000000000X",
            b"2601010000000000+",
            b"2613992599619999+",
        ] {
            assert_eq!(
                Time::new(bad),
                Err(ValueError::InvalidTime),
                "{}",
                bad.escape_ascii()
            );
        }
        assert!(Time::new(b"260131235959948-").is_ok());
    }

    #[test]
    fn an_absolute_time_is_a_moment() {
        let seconds = |text: &[u8]| Time::new(text).unwrap().absolute().map(|it| it.as_secs());
        for (text, wanted) in [
            (&b"000101000000000+"[..], Some(946_684_800)),
            (b"000101000000048+", Some(946_684_800 - 12 * 3_600)),
            (b"000229000000000+", Some(951_782_400)),
            (b"000301000000000-", Some(951_868_800)),
            (b"010301000000000+", Some(983_404_800)),
            (b"260131235959000+", Some(1_769_903_999)),
            (b"260131235959001-", Some(1_769_903_999 + 900)),
            (b"991231235959000+", Some(4_102_444_799)),
            (b"010229000000000+", None),
            (b"260431000000000+", None),
            (b"000001000000000R", None),
            (b"", None),
        ] {
            assert_eq!(seconds(text), wanted, "{}", text.escape_ascii());
        }
        let tenths = Time::new(b"000101000000300+").unwrap().absolute();
        assert_eq!(tenths, Some(Duration::from_millis(946_684_800_300)));
    }

    #[test]
    fn every_day_of_the_century_comes_back() {
        let day = 86_400;
        for days in 0..36_525 {
            let noon = Duration::from_secs(YEAR_2000 + days * day + day / 2);
            let time = AbsoluteTime::utc(noon).unwrap();
            assert_eq!(time.as_time().absolute(), Some(noon));
            let [year, month, date] = date_after(days).unwrap();
            assert_eq!(days_before(year, month, date), Some(days));
        }
        assert_eq!(date_after(36_525), None);
    }

    #[test]
    fn what_two_digits_cannot_say_is_refused() {
        let at = |seconds, utc_offset| {
            AbsoluteTime::new(Duration::from_secs(seconds), utc_offset).map(|time| time.0)
        };
        let last = 4_102_444_799;
        assert_eq!(at(YEAR_2000, 0), Ok(*b"000101000000000+"));
        assert_eq!(at(YEAR_2000 - 1, 0), Err(ValueError::InvalidTime));
        assert_eq!(at(YEAR_2000 - 1, 1), Ok(*b"000101001459001+"));
        assert_eq!(at(YEAR_2000, -1), Err(ValueError::InvalidTime));
        assert_eq!(at(last, 0), Ok(*b"991231235959000+"));
        assert_eq!(at(last + 1, 0), Err(ValueError::InvalidTime));
        assert_eq!(at(last + 1, -48), Ok(*b"991231120000048-"));
        assert_eq!(at(last, -49), Err(ValueError::InvalidTime));
        assert_eq!(at(YEAR_2000, 49), Err(ValueError::InvalidTime));
        assert_eq!(at(0, 0), Err(ValueError::InvalidTime));
        assert_eq!(at(u64::MAX, 48), Err(ValueError::InvalidTime));
    }

    #[test]
    fn an_odd_time_can_be_read() {
        for (text, is_odd) in [
            (&b"260230000000000+"[..], true),
            (b"260228000000000+", false),
            (b"000001000000100R", true),
            (b"000001000000001R", true),
            (b"000001000000000R", false),
            (b"", false),
        ] {
            let time = Time::new(text).unwrap();
            assert_eq!(time.is_odd(), is_odd, "{}", text.escape_ascii());
        }
    }

    #[test]
    fn a_relative_time_comes_back() {
        for seconds in [0, 1, 59, 60, 3_599, 86_400, 99 * 86_400] {
            let time = RelativeTime::new(Duration::from_secs(seconds));
            assert_eq!(
                time.as_time().relative(),
                Some(Duration::from_secs(seconds))
            );
        }
        let long = RelativeTime::new(Duration::MAX);
        assert_eq!(
            long.as_time().relative(),
            Some(Duration::from_secs(99 * 86_400))
        );
    }
}
