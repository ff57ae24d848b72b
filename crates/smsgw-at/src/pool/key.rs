//! What a modem in the pool is known by.

use std::fmt;
use std::time::Instant;

use crate::command::identity::{Iccid, Imei};
use crate::modem::Identity;

/// A modem and the SIM in it; never the path of its port, which changes when it is plugged in
/// again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ModemKey {
    /// The modem's number; `None` when it does not tell.
    pub imei: Option<Imei>,
    /// The SIM's number.
    pub iccid: Iccid,
}

impl ModemKey {
    /// The key of what a modem says it is; `None` when it does not tell its SIM.
    #[must_use]
    pub fn of(identity: &Identity) -> Option<Self> {
        Some(Self {
            imei: identity.imei,
            iccid: identity.iccid?,
        })
    }
}

/// The ICCID, and behind `@` the IMEI.
impl fmt::Display for ModemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.imei {
            Some(imei) => write!(f, "{}@{imei}", self.iccid),
            None => self.iccid.fmt(f),
        }
    }
}

/// Names a modem within its [`Pool`](super::Pool), from when it joins until it leaves; then the
/// name is not used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub(super) u64);

impl fmt::Display for MemberId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Both clocks, read together: one for waiting, one for days and months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    /// The clock that never jumps.
    pub mono: Instant,
    /// Seconds since 1970-01-01 00:00 UTC. It may jump: see [`Usage`](super::Usage).
    pub unix: i64,
}
