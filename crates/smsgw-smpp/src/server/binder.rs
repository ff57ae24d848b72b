//! The limits of the guard, put to those who bind.

use std::net::IpAddr;

use smsgw_net::server::{self as net, Logins, SessionPermit, SharedGuard};

use super::guard::Refusal;
use crate::status::CommandStatus;

/// Checks the binds of one connection.
#[derive(Clone, Debug)]
pub struct Binder(pub(super) Logins);

impl Binder {
    /// Checks those of a connection from `address`; a [`Listener`](super::Listener) gives each of
    /// its own.
    #[must_use]
    pub fn new(guard: &SharedGuard, address: IpAddr) -> Self {
        Self(guard.logins(address))
    }

    /// Somebody wants to bind as `system_id`. When it is let through, look at the password and say
    /// how that went.
    ///
    /// # Errors
    /// When the address or the `system_id` is locked out; answer
    /// [its status](super::RefusalStatus::status), without a look at the password.
    pub fn bind_as(&self, system_id: &[u8]) -> Result<Attempt, Refusal> {
        self.0.attempt(system_id).map(Attempt)
    }
}

/// A bind whose password is looked at. Dropped, it neither failed nor succeeded.
#[derive(Debug)]
#[must_use = "say whether the password was right"]
pub struct Attempt(net::Attempt);

impl Attempt {
    /// The password was right: takes a place among the sessions of this `system_id`.
    ///
    /// # Errors
    /// When there is none; answer [its status](super::RefusalStatus::status).
    pub fn accept(self) -> Result<SessionPermit, Refusal> {
        self.0.accept()
    }

    /// As [`Self::accept`], for a `system_id` that may have `max` sessions.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_up_to(self, max: usize) -> Result<SessionPermit, Refusal> {
        self.0.accept_up_to(max)
    }

    /// The password was wrong, or nobody has that `system_id`. Gives what to answer:
    /// [`CommandStatus::ESME_RINVPASWD`] for both, so that nobody learns which ids there are.
    #[must_use = "this is what to answer"]
    pub fn fail(self) -> CommandStatus {
        self.0.fail();
        CommandStatus::ESME_RINVPASWD
    }
}
