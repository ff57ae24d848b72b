//! TP-VP: until when the service centre keeps trying (3GPP TS 23.040 §9.2.3.12).

use core::time::Duration;

use super::Timestamp;
use super::timestamp::{number, swapped};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::quirks::{Faults, Tolerance};
use crate::wire::Reader;

/// Until when the service centre keeps trying to deliver (TS 23.040 §9.2.3.12), in one of three
/// forms. A message without one is kept as long as the service centre likes.
///
/// ```
/// use core::time::Duration;
/// use smsgw_gsm::field::ValidityPeriod;
///
/// let day = ValidityPeriod::relative(Duration::from_secs(24 * 3600));
/// assert_eq!(day.duration(), Some(Duration::from_secs(86_400)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias("TP-VP", "TP-VPF", "TP-Validity-Period"))]
pub enum ValidityPeriod {
    /// From when the service centre gets the message, in steps.
    Relative(RelativePeriod),
    /// Until this time.
    Absolute(Timestamp),
    /// One of several forms, and more.
    Enhanced(EnhancedPeriod),
}

impl ValidityPeriod {
    /// [`Relative`](Self::Relative), rounded up as [`RelativePeriod::at_least`] does.
    #[must_use]
    pub const fn relative(duration: Duration) -> ValidityPeriod {
        ValidityPeriod::Relative(RelativePeriod::at_least(duration))
    }

    /// How long, from when the service centre gets the message; `None` for an absolute time and
    /// for an enhanced form that says nothing known.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        match self {
            ValidityPeriod::Relative(period) => Some(period.duration()),
            ValidityPeriod::Absolute(_) => None,
            ValidityPeriod::Enhanced(period) => period.duration(),
        }
    }

    /// TP-VPF, in its place in the first octet.
    pub(crate) const fn format_bits(period: Option<ValidityPeriod>) -> u8 {
        match period {
            None => 0b0000_0000,
            Some(ValidityPeriod::Enhanced(_)) => 0b0000_1000,
            Some(ValidityPeriod::Relative(_)) => 0b0001_0000,
            Some(ValidityPeriod::Absolute(_)) => 0b0001_1000,
        }
    }

    /// Reads the form that TP-VPF in the first octet announces.
    #[inline]
    pub(crate) fn read(
        reader: &mut Reader<'_>,
        faults: &mut Faults<'_>,
        first_octet: u8,
    ) -> Result<Option<ValidityPeriod>, DecodeError> {
        Ok(match first_octet & 0b0001_1000 {
            0b0000_0000 => None,
            0b0001_0000 => {
                let octet = reader.octet(FIELD)?;
                Some(ValidityPeriod::Relative(RelativePeriod(octet)))
            }
            0b0000_1000 => {
                let period = EnhancedPeriod::read(reader, faults)?;
                Some(ValidityPeriod::Enhanced(period))
            }
            _ => {
                let time = Timestamp::read(reader, faults, FIELD)?;
                Some(ValidityPeriod::Absolute(time))
            }
        })
    }
}

const FIELD: &str = "TP-VP";

/// A period in steps that grow (TS 23.040 §9.2.3.12.1): 5 minutes up to 12 hours, half hours up to
/// a day, days up to 30, weeks up to 63.
///
/// ```
/// use core::time::Duration;
/// use smsgw_gsm::field::RelativePeriod;
///
/// assert_eq!(RelativePeriod(0).duration(), Duration::from_secs(5 * 60));
/// assert_eq!(RelativePeriod(168).duration(), Duration::from_secs(2 * 86_400));
/// // Six minutes are not among the steps; the next longer one is ten.
/// assert_eq!(RelativePeriod::at_least(Duration::from_secs(360)), RelativePeriod(1));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelativePeriod(
    /// The octet as sent; every value has a meaning.
    pub u8,
);

impl RelativePeriod {
    /// The longest: 63 weeks.
    pub const MAX: RelativePeriod = RelativePeriod(255);

    /// The shortest step that is not shorter than `duration`; [`MAX`](Self::MAX) for all that is
    /// longer.
    #[must_use]
    pub const fn at_least(duration: Duration) -> RelativePeriod {
        let part = duration.subsec_nanos() > 0;
        let seconds = duration.as_secs().saturating_add(part as u64);
        let octet = match seconds {
            0..=300 => 0,
            301..=43_200 => seconds.div_ceil(300) - 1,
            43_201..=86_400 => (seconds - 43_200).div_ceil(1800) + 143,
            86_401..=2_592_000 => seconds.div_ceil(86_400) + 166,
            // Up to five weeks the first step in weeks is the next one.
            _ => match seconds.div_ceil(604_800) {
                weeks @ ..=63 => weeks + 192,
                _ => 255,
            },
        };
        let [octet, ..] = octet.to_le_bytes();
        RelativePeriod(octet)
    }

    /// How long it is.
    #[must_use]
    pub const fn duration(self) -> Duration {
        let octet = self.0 as u64;
        Duration::from_secs(match octet {
            0..=143 => (octet + 1) * 300,
            144..=167 => 43_200 + (octet - 143) * 1800,
            168..=196 => (octet - 166) * 86_400,
            _ => (octet - 192) * 604_800,
        })
    }
}

/// The form of seven octets (TS 23.040 §9.2.3.12.3): a functionality indicator and what it asks for.
///
/// All octets are kept, those without a meaning too.
///
/// ```
/// use core::time::Duration;
/// use smsgw_gsm::field::{EnhancedFormat, EnhancedPeriod};
///
/// let period = EnhancedPeriod::from_octets([0x43, 0x21, 0x43, 0x65, 0, 0, 0]);
/// assert!(period.is_single_shot());
/// assert_eq!(period.format(), EnhancedFormat::Time { hours: 12, minutes: 34, seconds: 56 });
/// assert_eq!(period.duration(), Some(Duration::from_secs(45_296)));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnhancedPeriod {
    octets: [u8; 7],
}

/// What an [`EnhancedPeriod`] says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EnhancedFormat {
    /// No period.
    None,
    /// As the relative form.
    Relative(RelativePeriod),
    /// Seconds, 1 to 255; 0 is reserved.
    Seconds(u8),
    /// Hours, minutes and seconds.
    Time {
        /// 0 to 99.
        hours: u8,
        /// 0 to 59.
        minutes: u8,
        /// 0 to 59.
        seconds: u8,
    },
    /// A format without a meaning, 4 to 7: the service centre takes it as no period.
    Reserved(u8),
}

impl EnhancedPeriod {
    /// The octets as sent.
    #[must_use]
    pub const fn from_octets(octets: [u8; 7]) -> EnhancedPeriod {
        EnhancedPeriod { octets }
    }

    /// A period in the form that `format` says; `None` for a reserved form, 0 seconds in
    /// [`Seconds`](EnhancedFormat::Seconds), and hours, minutes or seconds out of range.
    #[must_use]
    pub const fn new(format: EnhancedFormat) -> Option<EnhancedPeriod> {
        let octets = match format {
            EnhancedFormat::None => [0; 7],
            EnhancedFormat::Relative(period) => [1, period.0, 0, 0, 0, 0, 0],
            EnhancedFormat::Seconds(seconds @ 1..) => [2, seconds, 0, 0, 0, 0, 0],
            EnhancedFormat::Time {
                hours,
                minutes,
                seconds,
            } => {
                if hours > 99 || minutes > 59 || seconds > 59 {
                    return None;
                }
                let (hours, minutes) = (swapped(hours), swapped(minutes));
                [3, hours, minutes, swapped(seconds), 0, 0, 0]
            }
            EnhancedFormat::Seconds(0) | EnhancedFormat::Reserved(_) => return None,
        };
        Some(EnhancedPeriod { octets })
    }

    /// Asks the service centre to try once only.
    #[must_use]
    pub const fn with_single_shot(mut self) -> EnhancedPeriod {
        let [indicator, ..] = &mut self.octets;
        *indicator |= SINGLE_SHOT;
        self
    }

    /// The octets as sent.
    #[must_use]
    pub const fn octets(self) -> [u8; 7] {
        self.octets
    }

    /// Whether further octets extend the functionality indicator; what they mean is not defined.
    #[must_use]
    pub const fn has_extension(self) -> bool {
        let [indicator, ..] = self.octets;
        indicator & EXTENSION != 0
    }

    /// Whether the service centre should try once only.
    #[must_use]
    pub const fn is_single_shot(self) -> bool {
        let [indicator, ..] = self.octets;
        indicator & SINGLE_SHOT != 0
    }

    /// What it says.
    #[must_use]
    pub fn format(self) -> EnhancedFormat {
        let [indicator, ..] = self.octets;
        let [first, second, third] = self.value();
        match indicator & 0b0000_0111 {
            0 => EnhancedFormat::None,
            1 => EnhancedFormat::Relative(RelativePeriod(first)),
            2 => EnhancedFormat::Seconds(first),
            3 => EnhancedFormat::Time {
                hours: number(first),
                minutes: number(second),
                seconds: number(third),
            },
            reserved => EnhancedFormat::Reserved(reserved),
        }
    }

    /// How long, from when the service centre gets the message; `None` when it does not say.
    #[must_use]
    pub fn duration(self) -> Option<Duration> {
        match self.format() {
            EnhancedFormat::None | EnhancedFormat::Reserved(_) => None,
            EnhancedFormat::Relative(period) => Some(period.duration()),
            EnhancedFormat::Seconds(seconds) => Some(Duration::from_secs(seconds.into())),
            EnhancedFormat::Time {
                hours,
                minutes,
                seconds,
            } => {
                let [hours, minutes, seconds] = [hours, minutes, seconds].map(u64::from);
                Some(Duration::from_secs(hours * 3600 + minutes * 60 + seconds))
            }
        }
    }

    /// The octets after the functionality indicator, which ends with the first octet that has no
    /// extension bit; 0 where there are none.
    fn value(self) -> [u8; 3] {
        let mut octets = self.octets.into_iter();
        octets.by_ref().find(|octet| octet & EXTENSION == 0);
        [(); 3].map(|()| octets.next().unwrap_or_default())
    }

    fn fault(self) -> Option<(Tolerance, DecodeErrorKind)> {
        let (minutes, seconds) = match self.format() {
            EnhancedFormat::Time {
                minutes, seconds, ..
            } => (minutes, seconds),
            EnhancedFormat::Reserved(value) | EnhancedFormat::Seconds(value @ 0) => {
                let kind = DecodeErrorKind::InvalidValue { value };
                return Some((Tolerance::OddValue, kind));
            }
            _ => return None,
        };
        let semi_octets = self.value().into_iter().flat_map(|o| [o & 0xF, o >> 4]);
        let kind = match semi_octets.into_iter().find(|value| *value > 9) {
            Some(value) => DecodeErrorKind::NotDecimal { value },
            None if minutes > 59 || seconds > 59 => DecodeErrorKind::InvalidTime,
            None => return None,
        };
        Some((Tolerance::OddTime, kind))
    }

    fn read(reader: &mut Reader<'_>, faults: &mut Faults<'_>) -> Result<Self, DecodeError> {
        let offset = reader.offset();
        let period = EnhancedPeriod {
            octets: reader.array(FIELD)?,
        };
        if let Some((what, kind)) = period.fault() {
            let error = DecodeError {
                kind,
                field: FIELD,
                offset,
            };
            faults.meet(what, error)?;
        }
        Ok(period)
    }
}

const EXTENSION: u8 = 0b1000_0000;
const SINGLE_SHOT: u8 = 0b0100_0000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_the_shortest_that_is_long_enough() {
        for octet in 0..=255 {
            let period = RelativePeriod(octet);
            let duration = period.duration();
            assert_eq!(RelativePeriod::at_least(duration), period);
            let longer = RelativePeriod::at_least(duration + Duration::from_nanos(1));
            assert_eq!(longer.0, octet.saturating_add(1));
            if let Some(before) = octet.checked_sub(1) {
                assert!(RelativePeriod(before).duration() < duration);
            }
        }
        assert_eq!(RelativePeriod::at_least(Duration::ZERO), RelativePeriod(0));
        assert_eq!(RelativePeriod::at_least(Duration::MAX), RelativePeriod::MAX);
    }

    #[test]
    fn enhanced_forms_come_back() {
        let forms = [
            EnhancedFormat::None,
            EnhancedFormat::Relative(RelativePeriod(7)),
            EnhancedFormat::Seconds(255),
            EnhancedFormat::Time {
                hours: 99,
                minutes: 59,
                seconds: 59,
            },
        ];
        for form in forms {
            let period = EnhancedPeriod::new(form).unwrap();
            assert_eq!(period.format(), form);
            let once = period.with_single_shot();
            assert!(once.is_single_shot() && !once.has_extension());
            assert_eq!((once.format(), once.duration()), (form, period.duration()));
        }
        assert_eq!(EnhancedPeriod::new(EnhancedFormat::Reserved(4)), None);
        assert_eq!(EnhancedPeriod::new(EnhancedFormat::Seconds(0)), None);
        let hours = EnhancedFormat::Time {
            hours: 100,
            minutes: 0,
            seconds: 0,
        };
        assert_eq!(EnhancedPeriod::new(hours), None);
    }

    #[test]
    fn the_value_stands_after_the_whole_indicator() {
        let form = |octets| EnhancedPeriod::from_octets(octets).format();
        let extended = [0x82, 0x00, 9, 0, 0, 0, 0];
        assert_eq!(form(extended), EnhancedFormat::Seconds(9));
        assert!(EnhancedPeriod::from_octets(extended).has_extension());
        assert_eq!(form([0x82; 7]), EnhancedFormat::Seconds(0));
        assert_eq!(form([0x05, 9, 0, 0, 0, 0, 0]), EnhancedFormat::Reserved(5));
    }
}
