//! Pauses for those who guess passwords.

use std::time::Duration;

use serde::Deserialize;
use smsgw::smpp::server::guard;

use super::duration;

/// When somebody may not bind for a while.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lockout {
    /// After so many failed binds from one address; 0 for never.
    pub failures: u32,
    /// After so many failed binds with one system_id, wherever they come from; 0 for never.
    pub account_failures: u32,
    /// Failures count together that are within this time of the first of them.
    #[serde(deserialize_with = "duration::read")]
    pub within: Duration,
    /// How long the first lockout takes; each further one takes twice as long as the last.
    #[serde(deserialize_with = "duration::read")]
    pub first: Duration,
    /// The longest one.
    #[serde(deserialize_with = "duration::read")]
    pub longest: Duration,
}

impl Lockout {
    pub(crate) fn of_address(&self) -> Option<guard::Lockout> {
        self.after(self.failures)
    }

    pub(crate) fn of_account(&self) -> Option<guard::Lockout> {
        self.after(self.account_failures)
    }

    fn after(&self, failures: u32) -> Option<guard::Lockout> {
        (failures > 0).then_some(guard::Lockout {
            failures,
            within: self.within,
            first: self.first,
            longest: self.longest,
        })
    }
}

impl Default for Lockout {
    fn default() -> Self {
        Self {
            failures: 10,
            account_failures: 100,
            within: Duration::from_secs(60),
            first: Duration::from_secs(60),
            longest: Duration::from_secs(60 * 60),
        }
    }
}
