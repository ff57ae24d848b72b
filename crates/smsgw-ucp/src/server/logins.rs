//! The limits of the guard, put to those who log in.

use std::net::IpAddr;

use smsgw_net::server::{self as net, SessionPermit, SharedGuard};

use super::guard::Refusal;
use crate::error_code::ErrorCode;
use crate::types::AccountAddress;

/// Checks the logins of one connection.
#[derive(Clone, Debug)]
pub struct Logins(pub(super) net::Logins);

impl Logins {
    /// Checks those of a connection from `address`; a [`Listener`](super::Listener) gives each of
    /// its own.
    #[must_use]
    pub fn new(guard: &SharedGuard, address: IpAddr) -> Self {
        Self(guard.logins(address))
    }

    /// Somebody wants to log in to `account`, OAdC of the login. When it is let through, look at
    /// the password and say how that went.
    ///
    /// # Errors
    /// When the address or the account is locked out; answer
    /// [its error code](super::RefusalCode::error_code), without a look at the password.
    pub fn log_in_as(&self, account: AccountAddress<'_>) -> Result<Attempt, Refusal> {
        self.0.attempt(account.as_octets()).map(Attempt)
    }
}

/// A login whose password is looked at. Dropped, it neither failed nor succeeded.
#[derive(Debug)]
#[must_use = "say whether the password was right"]
pub struct Attempt(net::Attempt);

impl Attempt {
    /// The password was right: takes a place among the sessions of this account.
    ///
    /// # Errors
    /// When there is none; answer [its error code](super::RefusalCode::error_code).
    pub fn accept(self) -> Result<SessionPermit, Refusal> {
        self.0.accept()
    }

    /// As [`Self::accept`], for an account that may have `max` sessions.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_up_to(self, max: usize) -> Result<SessionPermit, Refusal> {
        self.0.accept_up_to(max)
    }

    /// The password was wrong, or there is no such account. Gives what to answer:
    /// [`ErrorCode::AUTHENTICATION_FAILURE`] for both, so that nobody learns which accounts there
    /// are.
    #[must_use = "this is what to answer"]
    pub fn fail(self) -> ErrorCode {
        self.0.fail();
        ErrorCode::AUTHENTICATION_FAILURE
    }
}
