//! Times: absolute, or relative to the MC's clock (SMPP 5.0 §4.7.23).

use core::time::Duration;

use crate::error::{DecodeError, DecodeErrorKind, ValueError};
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

    /// How long after it arrives, when the time is relative.
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

/// Seconds from 1970 to 2000.
const YEAR_2000: u64 = 946_684_800;

/// Days from 2000-01-01 to a day of this century.
fn days_before(year: u64, month: u64, day: u64) -> Option<u64> {
    // Of these years every fourth is a leap year, 2000 too.
    let february = if year.is_multiple_of(4) { 29 } else { 28 };
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut before = months.into_iter();
    let elapsed: u64 = before.by_ref().take(usize::try_from(month - 1).ok()?).sum();
    if day > before.next()? {
        return None;
    }
    Some(year * 365 + year.div_ceil(4) + elapsed + day - 1)
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
        Self::new(octets)
            .map_err(|_| DecodeError::new(DecodeErrorKind::InvalidTime, name, clamp(offset)))
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
