//! A [`Guard`] that many tasks share, and the places it gives: each is free again when dropped.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use super::guard::{Guard, Limits, Refusal};
use crate::now;

/// A [`Guard`] on tokio's clock. Clones share it, so that several listeners can count together.
#[derive(Clone)]
pub struct SharedGuard(Arc<Mutex<Guard>>);

impl SharedGuard {
    /// A guard that has seen nobody.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self(Arc::new(Mutex::new(Guard::new(limits))))
    }

    /// How many connections there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.with(|guard| guard.connections())
    }

    /// Takes a place for a connection from `address`.
    ///
    /// # Errors
    /// When it may not connect.
    pub fn connect(&self, address: IpAddr) -> Result<Place, Refusal> {
        self.with(|guard| guard.connect(address, now()))?;
        Ok(Place {
            guard: self.clone(),
            address: Some(address),
        })
    }

    /// Takes a place for a connection that a proxy will say more of: see [`Place::identify`].
    ///
    /// # Errors
    /// When there are too many connections.
    pub fn connect_unknown(&self) -> Result<Place, Refusal> {
        self.with(Guard::connect_unknown)?;
        Ok(Place {
            guard: self.clone(),
            address: None,
        })
    }

    /// What checks the log-ins of a connection from `address`.
    #[must_use]
    pub fn logins(&self, address: IpAddr) -> Logins {
        Logins {
            guard: self.clone(),
            address,
        }
    }

    fn with<R>(&self, act: impl FnOnce(&mut Guard) -> R) -> R {
        // Counts are changed in one go: a panic elsewhere leaves them right.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl From<Limits> for SharedGuard {
    fn from(limits: Limits) -> Self {
        Self::new(limits)
    }
}

impl Default for SharedGuard {
    fn default() -> Self {
        Self::new(Limits::default())
    }
}

impl fmt::Debug for SharedGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedGuard")
            .field("connections", &self.connections())
            .finish_non_exhaustive()
    }
}

/// The place of a connection.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub struct Place {
    guard: SharedGuard,
    address: Option<IpAddr>,
}

impl Place {
    /// Counts the connection for `address`, too, unless it counts for one already.
    ///
    /// # Errors
    /// When that address may not connect.
    pub fn identify(&mut self, address: IpAddr) -> Result<(), Refusal> {
        if self.address.is_none() {
            self.guard.with(|guard| guard.identify(address, now()))?;
            self.address = Some(address);
        }
        Ok(())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.guard.with(|guard| guard.disconnect(self.address));
    }
}

/// Checks the log-ins of one connection.
#[derive(Clone, Debug)]
pub struct Logins {
    guard: SharedGuard,
    address: IpAddr,
}

impl Logins {
    /// Somebody wants to log in to `account`. When it is let through, look at the password and say
    /// how that went.
    ///
    /// # Errors
    /// When the address or the account is locked out; answer so without a look at the password.
    pub fn attempt(&self, account: &[u8]) -> Result<Attempt, Refusal> {
        self.guard
            .with(|guard| guard.check_login(self.address, account, now()))?;
        Ok(Attempt {
            logins: self.clone(),
            account: account.into(),
        })
    }
}

/// A log-in whose password is looked at. Dropped, it neither failed nor succeeded.
#[derive(Debug)]
#[must_use = "say whether the password was right"]
pub struct Attempt {
    logins: Logins,
    account: Box<[u8]>,
}

impl Attempt {
    /// The password was right: takes a place among the sessions of this account.
    ///
    /// # Errors
    /// When there is none.
    pub fn accept(self) -> Result<SessionPermit, Refusal> {
        self.accept_limited(None)
    }

    /// As [`Self::accept`], for an account that may have `max` sessions.
    ///
    /// # Errors
    /// As [`Self::accept`].
    pub fn accept_up_to(self, max: usize) -> Result<SessionPermit, Refusal> {
        self.accept_limited(Some(max))
    }

    fn accept_limited(self, max: Option<usize>) -> Result<SessionPermit, Refusal> {
        let (guard, account) = (self.logins.guard, self.account);
        guard.with(|guard| guard.log_in(&account, max))?;
        Ok(SessionPermit { guard, account })
    }

    /// The password was wrong, or there is no such account. Answer the same to both, so that nobody
    /// learns which accounts there are.
    pub fn fail(self) {
        let Self { logins, account } = self;
        logins
            .guard
            .with(|guard| guard.login_failed(logins.address, &account, now()));
    }
}

/// The place of a session among those of its account: keep it as long as the session.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub struct SessionPermit {
    guard: SharedGuard,
    account: Box<[u8]>,
}

impl Drop for SessionPermit {
    fn drop(&mut self) {
        self.guard.with(|guard| guard.log_out(&self.account));
    }
}
