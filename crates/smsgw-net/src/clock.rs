//! The time.

use std::time::Instant;

/// The time by tokio's clock, which tests can stop: what a session that runs here is to be given.
#[must_use]
pub fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}
