//! When a message is tried, as its submit says it: local times of the message centre.

use std::time::{Duration, SystemTime};

use smsgw_ucp::ErrorCode;
use smsgw_ucp::types::{Flag, Minute, UtcOffset};

use crate::smsc::fate::{Now, Span};

/// What a submit says about time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Times {
    pub(super) dd: Flag,
    pub(super) ddt: Option<Minute>,
    pub(super) vp: Option<Minute>,
}

impl Times {
    /// From when and until when it is tried; `before` says so for what these times do not. A start
    /// that has passed is now; an end that has is refused, and so is one before the start.
    pub(super) fn span(
        &self,
        now: &Now,
        zone: &UtcOffset,
        before: Span,
    ) -> Result<Span, ErrorCode> {
        let starts = match (self.dd.is_set(), self.ddt) {
            (true, Some(ddt)) => now.instant + left(ddt, now, zone),
            (true, None) => return Err(ErrorCode::TIME_PERIOD_NOT_VALID),
            (false, _) if self.dd.is_absent() => before.starts,
            (false, _) => now.instant,
        };
        let until = match self.vp.map(|vp| left(vp, now, zone)) {
            Some(Duration::ZERO) => return Err(ErrorCode::TIME_PERIOD_NOT_VALID),
            Some(left) => Some(now.instant + left),
            None => before.until,
        };
        if until.is_some_and(|until| until < starts) {
            return Err(ErrorCode::TIME_PERIOD_NOT_VALID);
        }
        Ok(Span { starts, until })
    }
}

/// How long until `time`, nothing when it has passed.
fn left(time: Minute, now: &Now, zone: &UtcOffset) -> Duration {
    let time = u64::try_from(time.to_unix(zone)).unwrap_or_default();
    let since_1970 = now.wall.duration_since(SystemTime::UNIX_EPOCH);
    Duration::from_secs(time).saturating_sub(since_1970.unwrap_or_default())
}

/// Seconds from 1970, cut off.
pub(super) fn unix(time: SystemTime) -> i64 {
    let since_1970 = time.duration_since(SystemTime::UNIX_EPOCH);
    let seconds = since_1970.unwrap_or_default().as_secs();
    i64::try_from(seconds).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn now() -> Now {
        Now {
            instant: Instant::now(),
            // 2026-01-31 00:00 UTC
            wall: SystemTime::UNIX_EPOCH + Duration::from_secs(1_769_817_600),
        }
    }

    /// Start and end in seconds from now, an hour east of Greenwich.
    fn span(ddt: &str, vp: &str) -> Result<(u64, Option<u64>), ErrorCode> {
        let now = now();
        let minute = |text| Minute::parse(text).ok();
        let times = Times {
            dd: if ddt.is_empty() {
                Flag::ABSENT
            } else {
                Flag::YES
            },
            ddt: minute(ddt),
            vp: minute(vp),
        };
        let before = Span::from(now.instant);
        let span = times.span(&now, &UtcOffset(60), before)?;
        let seconds = |at: Instant| at.duration_since(now.instant).as_secs();
        Ok((seconds(span.starts), span.until.map(seconds)))
    }

    #[test]
    fn times_are_local() {
        assert_eq!(span("", ""), Ok((0, None)));
        assert_eq!(span("3101260105", ""), Ok((300, None)));
        assert_eq!(span("", "3101260110"), Ok((0, Some(600))));
        assert_eq!(span("3101260105", "3101260110"), Ok((300, Some(600))));
        // A start that has passed is now.
        assert_eq!(span("3101260059", ""), Ok((0, None)));
    }

    #[test]
    fn times_that_cannot_be_are_refused() {
        let refused = Err(ErrorCode::TIME_PERIOD_NOT_VALID);
        assert_eq!(span("", "3101260100"), refused);
        assert_eq!(span("3101260110", "3101260105"), refused);
        assert_eq!(span("soon", ""), refused);
    }

    #[test]
    fn what_is_not_said_stays() {
        let now = now();
        let before = Span {
            starts: now.instant + Duration::from_secs(60),
            until: Some(now.instant + Duration::from_secs(120)),
        };
        let span = |times: Times| times.span(&now, &UtcOffset::UTC, before).unwrap();
        let same = span(Times::default());
        assert_eq!((same.starts, same.until), (before.starts, before.until));
        let at_once = span(Times {
            dd: Flag::NO,
            ..Times::default()
        });
        assert_eq!((at_once.starts, at_once.until), (now.instant, before.until));
    }
}
