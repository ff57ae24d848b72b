//! Which zone local times are of.

/// The zone of a peer's local times: a setting of the link, as the fields do not tell.
///
/// ```
/// use smsgw_ucp::types::{Second, TimeZone};
///
/// /// Central European Time as of 2026.
/// struct Summer2026;
///
/// impl TimeZone for Summer2026 {
///     fn local_of_unix(&self, unix: i64) -> i64 {
///         let is_summer = (1_774_746_000..1_792_890_000).contains(&unix);
///         unix + if is_summer { 7200 } else { 3600 }
///     }
///     fn unix_of_local(&self, local: i64) -> i64 {
///         let is_summer = self.local_of_unix(local - 7200) == local;
///         local - if is_summer { 7200 } else { 3600 }
///     }
/// }
///
/// let summer = Second::parse("010726120000")?;
/// assert_eq!(summer.to_unix(&Summer2026), 1_782_900_000);
/// assert_eq!(Second::from_unix(1_782_900_000, &Summer2026), Ok(summer));
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
pub trait TimeZone {
    /// What clocks of the zone show at `unix`. Both count seconds from 1970-01-01 00:00:00, the
    /// one in UTC, the other by those clocks.
    fn local_of_unix(&self, unix: i64) -> i64;

    /// When clocks of the zone show `local`. Where they are set back they show it twice, and
    /// where they are set forward never: one of the two moments nearby, then.
    fn unix_of_local(&self, local: i64) -> i64;
}

/// A zone without summer time, by how many minutes it is ahead of UTC (east); negative behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct UtcOffset(pub i16);

impl UtcOffset {
    /// Coordinated Universal Time, which is the default.
    pub const UTC: Self = Self(0);
}

impl TimeZone for UtcOffset {
    fn local_of_unix(&self, unix: i64) -> i64 {
        unix.saturating_add(i64::from(self.0) * 60)
    }

    fn unix_of_local(&self, local: i64) -> i64 {
        local.saturating_sub(i64::from(self.0) * 60)
    }
}
