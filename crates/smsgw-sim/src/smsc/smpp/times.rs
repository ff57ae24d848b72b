//! When a message is tried, as its submit says it.

use std::time::{Duration, Instant, SystemTime};

use smsgw_smpp::CommandStatus;
use smsgw_smpp::tlv::QosTimeToLive;
use smsgw_smpp::types::{AbsoluteTime, Time};

use crate::smsc::fate::{Now, Span};

/// What a submit says about time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times<'a> {
    pub(super) schedule_delivery_time: Time<'a>,
    pub(super) validity_period: Time<'a>,
    /// Wins over the validity period.
    pub(super) qos_time_to_live: Option<QosTimeToLive>,
}

impl Times<'_> {
    /// When the message is first tried, `at` unless it says so: at once when that has passed.
    fn starts(&self, now: &Now, at: Instant) -> Result<Instant, CommandStatus> {
        let schedule = self.schedule_delivery_time;
        if schedule.is_null() {
            return Ok(at);
        }
        let wait = until(schedule, now).ok_or(CommandStatus::ESME_RINVSCHED)?;
        Ok(now.instant + wait)
    }

    /// When it is tried no more, if it says so.
    fn valid_until(&self, now: &Now) -> Result<Option<Instant>, CommandStatus> {
        let validity = self.validity_period;
        let left = match self.qos_time_to_live {
            Some(QosTimeToLive(seconds)) => Duration::from_secs(seconds.into()),
            None if validity.is_null() => return Ok(None),
            None => match until(validity, now) {
                Some(Duration::ZERO) if validity.relative().is_none() => {
                    return Err(CommandStatus::ESME_RINVEXPIRY);
                }
                left => left.ok_or(CommandStatus::ESME_RINVEXPIRY)?,
            },
        };
        Ok(Some(now.instant + left))
    }

    /// From when and until when it is tried; `before` says so for what these times do not.
    pub(super) fn span(&self, now: &Now, before: Span) -> Result<Span, CommandStatus> {
        let starts = self.starts(now, before.starts)?;
        let until = self.valid_until(now)?.or(before.until);
        if until.is_some_and(|until| until < starts) {
            return Err(CommandStatus::ESME_RINVEXPIRY);
        }
        Ok(Span { starts, until })
    }
}

/// How long until `time`, nothing when it has passed; `None` for a day that there is not.
fn until(time: Time<'_>, now: &Now) -> Option<Duration> {
    let since_1970 = now.wall.duration_since(SystemTime::UNIX_EPOCH);
    let left = |absolute: Duration| absolute.saturating_sub(since_1970.unwrap_or_default());
    time.relative().or_else(|| time.absolute().map(left))
}

/// What the clock shows at `instant`, as a field; none when two digits cannot say the year.
pub(super) fn absolute(now: &Now, instant: Instant) -> Option<AbsoluteTime> {
    let since_1970 = now.wall_at(instant).duration_since(SystemTime::UNIX_EPOCH);
    AbsoluteTime::utc(since_1970.ok()?).ok()
}

#[cfg(test)]
mod tests {
    use smsgw_smpp::types::MessageState;

    use super::*;
    use crate::smsc::fate::Fate;

    const DELAY: Duration = Duration::from_secs(10);

    fn fate(schedule: &[u8], validity: &[u8], qos: Option<u32>) -> Result<Fate, CommandStatus> {
        let now = Now {
            instant: Instant::now(),
            // 2026-01-31 00:00 UTC
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_817_600),
        };
        let times = Times {
            schedule_delivery_time: Time::new(schedule).unwrap(),
            validity_period: Time::new(validity).unwrap(),
            qos_time_to_live: qos.map(QosTimeToLive),
        };
        let span = times.span(&now, Span::from(now.instant))?;
        Ok(Fate::new(span, DELAY, Some(MessageState::DELIVERED)))
    }

    fn plan(schedule: &[u8], validity: &[u8], qos: Option<u32>) -> Option<(u64, MessageState)> {
        let fate = fate(schedule, validity, qos).ok()?;
        Some((
            fate.ends.duration_since(fate.starts).as_secs(),
            fate.outcome?,
        ))
    }

    #[test]
    fn validity_ends_what_takes_longer() {
        let (delivered, expired) = (MessageState::DELIVERED, MessageState::EXPIRED);
        assert_eq!(plan(b"", b"", None), Some((10, delivered)));
        assert_eq!(plan(b"", b"000000000004000R", None), Some((4, expired)));
        assert_eq!(
            plan(b"", b"000000000004000R", Some(20)),
            Some((10, delivered))
        );
        assert_eq!(plan(b"", b"", Some(3)), Some((3, expired)));
        assert_eq!(plan(b"", b"260131000007000+", None), Some((7, expired)));
        assert_eq!(
            plan(b"000000000004000R", b"000000000006000R", None),
            Some((2, expired))
        );
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        for (schedule, validity, status) in [
            (
                &b""[..],
                &b"260130235959000+"[..],
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (b"", b"260230000000000+", CommandStatus::ESME_RINVEXPIRY),
            (
                b"000000000005000R",
                b"000000000004000R",
                CommandStatus::ESME_RINVEXPIRY,
            ),
            (b"260230000000000+", b"", CommandStatus::ESME_RINVSCHED),
        ] {
            assert_eq!(fate(schedule, validity, None).unwrap_err(), status);
        }
        // A start that has passed is now.
        assert!(plan(b"260130235959000+", b"", None).is_some());
    }
}
