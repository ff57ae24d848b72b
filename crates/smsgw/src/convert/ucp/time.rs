//! Moments, and the SC's times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use smsgw_ucp::ValueError;
use smsgw_ucp::types::{Minute, Second, TimeZone};

/// The minute that begins then or next.
pub(super) fn minute(at: SystemTime, zone: &impl TimeZone) -> Result<Minute, ValueError> {
    let since = since_epoch(at)?;
    let has_begun = since.subsec_nanos() > 0;
    let seconds = since.as_secs().saturating_add(has_begun.into());
    Minute::from_unix(unix(seconds.div_ceil(60).saturating_mul(60))?, zone)
}

/// The second that has begun.
pub(super) fn second(at: SystemTime, zone: &impl TimeZone) -> Result<Second, ValueError> {
    Second::from_unix(unix(since_epoch(at)?.as_secs())?, zone)
}

pub(super) fn of_minute(minute: Minute, zone: &impl TimeZone) -> Option<SystemTime> {
    of_unix(minute.to_unix(zone))
}

pub(super) fn of_second(second: Second, zone: &impl TimeZone) -> Option<SystemTime> {
    of_unix(second.to_unix(zone))
}

/// No field can say what was before 1970.
fn since_epoch(at: SystemTime) -> Result<Duration, ValueError> {
    let since = at.duration_since(UNIX_EPOCH);
    since.map_err(|_| ValueError::InvalidTime)
}

fn unix(seconds: u64) -> Result<i64, ValueError> {
    i64::try_from(seconds).map_err(|_| ValueError::InvalidTime)
}

fn of_unix(unix: i64) -> Option<SystemTime> {
    let since = Duration::from_secs(u64::try_from(unix).ok()?);
    UNIX_EPOCH.checked_add(since)
}
