//! [`Directory`]: which sessions each account has, so that what is for it finds one.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::connection::{Reply, RequestError};
use crate::op::{DeliverNotification, DeliverShortMessage, Op};
use crate::session::{Account, Accounts, NotificationAddress, State};
use crate::smsc::Smsc;

/// The sessions of all accounts of a service centre; clones share it.
///
/// What is for an account goes to any of its sessions, the one with the fewest operations that
/// wait; a notification about a message that named an address (NAdC, NPID) goes to those that take
/// the notifications for it, as long as there is one. One that certainly was not sent tries another
/// session. One that may have been sent is never sent again: its [`RequestError::Unanswered`] is for
/// the owner to judge.
///
/// ```no_run
/// use smsgw_ucp::op::DeliverNotification;
/// use smsgw_ucp::server::Directory;
/// use smsgw_ucp::session::Account;
///
/// # async fn example(
/// #     smsc: smsgw_ucp::smsc::Smsc,
/// #     notification: DeliverNotification<'_>,
/// # ) -> Result<(), Box<dyn std::error::Error>> {
/// let directory = Directory::default();
/// let account = Account::new("2147")?;
/// // Once it has logged in, until it ends.
/// let registration = directory.register(account.clone(), &smsc, []);
///
/// let reply = directory.notify(&account, None, &notification).await?;
/// println!("{}", reply.answer()?.is_positive());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Directory(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    accounts: Accounts,
    sessions: HashMap<u64, Smsc>,
    next: u64,
}

/// A session in a [`Directory`]: it is taken out when this is dropped.
#[must_use = "the session is taken out when this is dropped"]
pub struct Registration {
    directory: Directory,
    session: u64,
}

impl Directory {
    /// Adds a session of an account, which takes the notifications for these addresses.
    ///
    /// Keep what it gives as long as the session lasts: until then the directory has a handle to
    /// it. A session that is over is not used any more.
    pub fn register(
        &self,
        account: Account,
        smsc: &Smsc,
        addresses: impl IntoIterator<Item = NotificationAddress>,
    ) -> Registration {
        let addresses: Vec<_> = addresses.into_iter().collect();
        let mut inner = self.lock();
        let session = inner.next;
        inner.next += 1;
        inner.accounts.register(account, session, addresses);
        inner.sessions.insert(session, smsc.clone());
        Registration {
            directory: self.clone(),
            session,
        }
    }

    /// Tells an account what became of a message (OT 53) and waits for the result.
    ///
    /// `address` is where the message said that its notifications go. Waits for room in the window
    /// of the session that was picked, not longer than
    /// [`Config::window_wait`](crate::session::Config::window_wait) of it; when that was not enough,
    /// another that has room then takes it.
    ///
    /// # Errors
    /// [`RequestError::Closed`] when the account has no session; otherwise as
    /// [`Connection::request`](crate::connection::Connection::request).
    pub fn notify(
        &self,
        account: &Account,
        address: Option<&NotificationAddress>,
        notification: &DeliverNotification<'_>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request(account, address, notification)
    }

    /// Hands a message (OT 52) to an account and waits for the result.
    ///
    /// # Errors
    /// As [`Self::notify`].
    pub fn deliver(
        &self,
        account: &Account,
        message: &DeliverShortMessage<'_>,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.request(account, None, message)
    }

    /// As [`Self::notify`], for any operation of a service centre.
    ///
    /// # Errors
    /// As [`Self::notify`].
    pub fn request<'a, T: Op<'a> + Sync>(
        &self,
        account: &Account,
        address: Option<&NotificationAddress>,
        op: &T,
    ) -> impl Future<Output = Result<Reply, RequestError>> + Send {
        self.call(account, address, op)
    }

    async fn call<'a, T: Op<'a> + Sync>(
        &self,
        account: &Account,
        address: Option<&NotificationAddress>,
        op: &T,
    ) -> Result<Reply, RequestError> {
        let mut tried = Vec::new();
        let mut why = RequestError::Closed;
        let mut until = None;
        while let Some((session, smsc)) = self.find(account, address, &tried) {
            let until = *until.get_or_insert_with(|| smsc.patience());
            match smsc.request_by(op, until).await {
                // Even when the time is over: one that has room takes it at once.
                Err(error) if error.is_for_room() || error.may_try_another() => why = error,
                outcome => return outcome,
            }
            tried.push(session);
        }
        Err(why)
    }

    /// The session that is to have what is for an account next, if there is one: to
    /// [queue](crate::connection::Connection::queue) it there.
    #[must_use]
    pub fn pick(&self, account: &Account, address: Option<&NotificationAddress>) -> Option<Smsc> {
        let found = self.find(account, address, &[]);
        found.map(|(_, smsc)| smsc)
    }

    fn find(
        &self,
        account: &Account,
        address: Option<&NotificationAddress>,
        tried: &[u64],
    ) -> Option<(u64, Smsc)> {
        let inner = self.lock();
        let load = |session| {
            let smsc = inner.sessions.get(&session)?;
            let is_ready = !tried.contains(&session) && smsc.state() == State::Up;
            is_ready.then(|| smsc.load())
        };
        let named = inner.accounts.pick(account, address, load);
        // Any other will do when those that were named cannot take it.
        let session = named.or_else(|| inner.accounts.pick(account, None, load))?;
        Some((session, inner.sessions.get(&session)?.clone()))
    }

    /// The sessions of an account, in the order they came.
    #[must_use]
    pub fn sessions(&self, account: &Account) -> Vec<Smsc> {
        let inner = self.lock();
        let sessions = inner.accounts.sessions(account);
        sessions
            .filter_map(|session| inner.sessions.get(&session).cloned())
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Each change is made in one go: a panic elsewhere leaves it whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Directory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("sessions", &self.lock().sessions.len())
            .finish_non_exhaustive()
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut inner = self.directory.lock();
        inner.accounts.remove(self.session);
        let smsc = inner.sessions.remove(&self.session);
        drop(inner);
        // It may be the last handle, and end the session.
        drop(smsc);
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registration").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::Config;

    #[tokio::test]
    async fn nothing_is_left_of_sessions_that_were_taken_out() {
        let directory = Directory::default();
        let account = Account::new("2147").unwrap();
        let (smsc, _events) = Smsc::new(tokio::io::empty(), Config::default());
        let [first, second] = [1, 2].map(|_| directory.register(account.clone(), &smsc, []));
        drop(first);
        assert_eq!(directory.sessions(&account).len(), 1);
        drop(second);
        let inner = directory.lock();
        assert!(inner.sessions.is_empty());
        assert_eq!(inner.accounts.sessions(&account).next(), None);
    }
}
