//! Times: DDT, VP, MVP to the minute, SCTS and DSCTS to the second. Local time of the SC, without
//! a zone: which one it is, the two sides agree on.

mod civil;
mod zone;

use core::fmt;

use super::ascii;
use super::field::{OneField, Source};
use crate::error::{DecodeError, ValueError};
use crate::wire::Writer;

pub use zone::{TimeZone, UtcOffset};

/// A local time to the minute, `DDMMYYhhmm`: DDT, VP, MVP. There is no such field without a time
/// but an empty one, which is `None`.
///
/// The year has two digits: 90 to 99 are 1990 to 1999, 00 to 89 are 2000 to 2089.
///
/// ```
/// use smsgw_ucp::types::{Minute, UtcOffset};
///
/// let vp = Minute::parse("3012961212")?;
/// assert_eq!(vp.to_string(), "1996-12-30T12:12:00");
/// let berlin = UtcOffset(60);
/// assert_eq!(vp.to_unix(&berlin), 851_944_320);
/// assert_eq!(Minute::from_unix(851_944_320, &berlin), Ok(vp));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("DDT", "VP", "MVP"))]
pub struct Minute {
    year: u16,
    month: u8,
    day: u8,
    hour: u8,
    minute: u8,
}

/// A local time to the second, `DDMMYYhhmmss`: SCTS, DSCTS. There is no such field without a time
/// but an empty one, which is `None`.
///
/// The year has two digits: 90 to 99 are 1990 to 1999, 00 to 89 are 2000 to 2089.
///
/// ```
/// use smsgw_ucp::types::Second;
///
/// let scts = Second::parse("090196161057")?;
/// assert_eq!(scts.to_string(), "1996-01-09T16:10:57");
/// assert!(Second::parse("300226120000").is_err());
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias("SCTS", "DSCTS"))]
pub struct Second {
    minute: Minute,
    second: u8,
}

impl Minute {
    /// A time of 1990 to 2089.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) when there is no such day or time of day, or the
    /// year does not fit into the field.
    pub fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8) -> Result<Self, ValueError> {
        if civil::is_day(year, month, day) && hour < 24 && minute < 60 {
            Ok(Self {
                year,
                month,
                day,
                hour,
                minute,
            })
        } else {
            Err(ValueError::InvalidTime)
        }
    }

    /// Reads ten digits, `DDMMYYhhmm`.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort), [`TooLong`](ValueError::TooLong) or
    /// [`NotDigit`](ValueError::NotDigit) when they are something else,
    /// [`InvalidTime`](ValueError::InvalidTime) when there is no such day or time of day.
    pub fn parse(digits: &str) -> Result<Self, ValueError> {
        Self::from_octets(digits.as_bytes())
    }

    /// The year, 1990 to 2089.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.day
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.hour
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute
    }

    /// The ten digits of the field.
    #[must_use]
    pub fn to_digits(self) -> [u8; 10] {
        let [day, month, hour, minute] = [self.day, self.month, self.hour, self.minute].map(pair);
        let year = pair(civil::two_digits(self.year));
        let mut digits = [0; 10];
        let (pairs, _) = digits.as_chunks_mut();
        pairs.copy_from_slice(&[day, month, year, hour, minute]);
        digits
    }

    /// This second of the minute.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) above 59.
    pub const fn with_second(self, second: u8) -> Result<Second, ValueError> {
        match second {
            0..60 => Ok(Second {
                minute: self,
                second,
            }),
            _ => Err(ValueError::InvalidTime),
        }
    }

    /// Seconds from 1970-01-01 00:00:00 UTC to its beginning, where it is the time of `zone`.
    #[must_use]
    pub fn to_unix(self, zone: &impl TimeZone) -> i64 {
        zone.unix_of_local(self.local())
    }

    /// The minute in `zone`, `unix` seconds after 1970-01-01 00:00:00 UTC; seconds are cut off.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) before 1990 and after 2089.
    pub fn from_unix(unix: i64, zone: &impl TimeZone) -> Result<Self, ValueError> {
        Ok(Second::from_unix(unix, zone)?.minute)
    }

    /// Seconds from the beginning of 1970, both by the clock of the zone.
    fn local(self) -> i64 {
        let days = civil::days_to(self.year, self.month, self.day);
        (days * 24 + i64::from(self.hour)) * 3600 + i64::from(self.minute) * 60
    }

    fn from_octets(digits: &[u8]) -> Result<Self, ValueError> {
        Self::from_pairs(&pairs(digits)?)
    }

    fn from_pairs(pairs: &[u8; 5]) -> Result<Self, ValueError> {
        let &[day, month, year, hour, minute] = pairs;
        Self::new(civil::four_digits(year), month, day, hour, minute)
    }
}

impl Second {
    /// A time of 1990 to 2089.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) when there is no such day or time of day, or the
    /// year does not fit into the field.
    pub fn new(
        year: u16,
        month: u8,
        day: u8,
        hour: u8,
        minute: u8,
        second: u8,
    ) -> Result<Self, ValueError> {
        Minute::new(year, month, day, hour, minute)?.with_second(second)
    }

    /// Reads twelve digits, `DDMMYYhhmmss`.
    ///
    /// # Errors
    /// As [`Minute::parse`].
    pub fn parse(digits: &str) -> Result<Self, ValueError> {
        Self::from_octets(digits.as_bytes())
    }

    /// The year, 1990 to 2089.
    #[must_use]
    pub const fn year(self) -> u16 {
        self.minute.year
    }

    /// The month, 1 to 12.
    #[must_use]
    pub const fn month(self) -> u8 {
        self.minute.month
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    pub const fn day(self) -> u8 {
        self.minute.day
    }

    /// The hour, 0 to 23.
    #[must_use]
    pub const fn hour(self) -> u8 {
        self.minute.hour
    }

    /// The minute, 0 to 59.
    #[must_use]
    pub const fn minute(self) -> u8 {
        self.minute.minute
    }

    /// The second, 0 to 59.
    #[must_use]
    pub const fn second(self) -> u8 {
        self.second
    }

    /// The twelve digits of the field.
    #[must_use]
    pub fn to_digits(self) -> [u8; 12] {
        let mut digits = [0; 12];
        if let Some((first, second)) = digits.split_first_chunk_mut() {
            *first = self.minute.to_digits();
            second.copy_from_slice(&pair(self.second));
        }
        digits
    }

    /// Seconds from 1970-01-01 00:00:00 UTC, where it is the time of `zone`.
    #[must_use]
    pub fn to_unix(self, zone: &impl TimeZone) -> i64 {
        zone.unix_of_local(self.minute.local() + i64::from(self.second))
    }

    /// The time in `zone`, `unix` seconds after 1970-01-01 00:00:00 UTC.
    ///
    /// # Errors
    /// [`InvalidTime`](ValueError::InvalidTime) before 1990 and after 2089.
    pub fn from_unix(unix: i64, zone: &impl TimeZone) -> Result<Self, ValueError> {
        const DAY: i64 = 86_400;
        let local = zone.local_of_unix(unix);
        let (year, month, day) =
            civil::day_after(local.div_euclid(DAY)).ok_or(ValueError::InvalidTime)?;
        let of_day = local.rem_euclid(DAY);
        // Each is less than 60 by then.
        let small = |value: i64| u8::try_from(value).map_err(|_| ValueError::InvalidTime);
        let (hour, minute) = (small(of_day / 3600)?, small(of_day / 60 % 60)?);
        Self::new(year, month, day, hour, minute, small(of_day % 60)?)
    }

    fn from_octets(digits: &[u8]) -> Result<Self, ValueError> {
        let [minute @ .., second] = pairs::<6>(digits)?;
        Minute::from_pairs(&minute)?.with_second(second)
    }
}

/// As in ISO 8601, the second included: `1996-12-30T12:12:00`.
impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(
            &Second {
                minute: *self,
                second: 0,
            },
            f,
        )
    }
}

/// As in ISO 8601: `1996-12-30T12:12:57`.
impl fmt::Display for Second {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Minute {
            year,
            month,
            day,
            hour,
            minute,
        } = self.minute;
        let second = self.second;
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
        )
    }
}

/// The values of `N` pairs of digits.
fn pairs<const N: usize>(digits: &[u8]) -> Result<[u8; N], ValueError> {
    let had = digits.len();
    ascii::check_len(digits, 2 * N)?;
    if !ascii::are_decimal(digits) {
        return Err(ascii::not_decimal(digits));
    }
    if had < 2 * N {
        return Err(ValueError::TooShort { min: 2 * N, had });
    }
    let mut values = [0; N];
    let (pairs, _) = digits.as_chunks();
    for (value, [tens, ones]) in values.iter_mut().zip(pairs) {
        *value = (tens - b'0') * 10 + (ones - b'0');
    }
    Ok(values)
}

/// The digits of a value below 100.
const fn pair(value: u8) -> [u8; 2] {
    [b'0' + value / 10, b'0' + value % 10]
}

macro_rules! time_fields {
    ($($name:ident, $len:literal;)*) => { $(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl<'a> OneField<'a> for Option<$name> {
            #[inline]
            fn read_text(source: &mut Source<'a, '_, '_>) -> Result<Self, DecodeError> {
                let time = $name::from_octets(source.text);
                time.map(Some).map_err(|error| source.invalid(error))
            }

            #[inline]
            fn text_len(&self) -> usize {
                if self.is_some() { $len } else { 0 }
            }

            #[inline]
            fn write_text(&self, writer: &mut Writer<'_>) {
                if let Some(time) = self {
                    writer.octets(&time.to_digits());
                }
            }
        }
    )* };
}

time_fields! {
    Minute, 10;
    Second, 12;
}
