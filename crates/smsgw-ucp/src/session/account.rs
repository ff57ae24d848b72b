//! Accounts of a service centre and the sessions they have.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::error::ValueError;
use crate::types::{AccountAddress, Pid};

/// The name of an account: OAdC of its login, AdC of its keep-alives. A number as a rule.
///
/// Cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(Arc<str>);

/// Where a notification is to go: NAdC and NPID of the message it is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NotificationAddress {
    /// NAdC: a number, or an address and a port as digits.
    pub nadc: String,
    /// NPID, which says what NAdC is.
    pub npid: Pid,
}

/// Which sessions each account has, so that a notification finds one.
///
/// A notification goes to any session of the account, the one with the least to do; to certain
/// ones when the message named their address. What a session has to do is asked for when it
/// matters, so there is nothing to keep up to date but who is there.
///
/// ```
/// use smsgw_ucp::session::{Account, Accounts};
///
/// let account = Account::new("2147")?;
/// let mut accounts = Accounts::default();
/// accounts.register(account.clone(), 1, []);
/// accounts.register(account.clone(), 2, []);
///
/// // As `Session::in_flight` says; `None` for a session that can take nothing now.
/// let in_flight = |session| [Some(5), Some(3)].get(session as usize - 1).copied().flatten();
/// assert_eq!(accounts.pick(&account, None, in_flight), Some(2));
/// accounts.remove(2);
/// assert_eq!(accounts.pick(&account, None, in_flight), Some(1));
/// assert_eq!(accounts.pick(&account, None, |_| None), None);
/// # Ok::<(), smsgw_ucp::ValueError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    sessions: HashMap<Account, Vec<Registered>>,
    accounts: HashMap<u64, Account>,
}

#[derive(Clone, Debug)]
struct Registered {
    session: u64,
    addresses: Vec<NotificationAddress>,
}

impl Account {
    /// A name that OAdC of an OT 60 can hold, and not the empty one.
    ///
    /// # Errors
    /// [`TooShort`](ValueError::TooShort) when it is empty, otherwise as [`AccountAddress::new`].
    pub fn new(name: &str) -> Result<Self, ValueError> {
        if name.is_empty() {
            return Err(ValueError::TooShort { min: 1, had: 0 });
        }
        AccountAddress::new(name)?;
        Ok(Self(name.into()))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl Accounts {
    /// Adds a session of an account, which takes the notifications for these addresses. A session
    /// that is there already moves.
    pub fn register(
        &mut self,
        account: Account,
        session: u64,
        addresses: impl IntoIterator<Item = NotificationAddress>,
    ) {
        self.remove(session);
        let registered = Registered {
            session,
            addresses: addresses.into_iter().collect(),
        };
        self.accounts.insert(session, account.clone());
        self.sessions.entry(account).or_default().push(registered);
    }

    /// Takes a session out; its account, if it was there.
    pub fn remove(&mut self, session: u64) -> Option<Account> {
        let account = self.accounts.remove(&session)?;
        if let Some(sessions) = self.sessions.get_mut(&account) {
            sessions.retain(|registered| registered.session != session);
            if sessions.is_empty() {
                self.sessions.remove(&account);
            }
        }
        Some(account)
    }

    /// The account of a session.
    #[must_use]
    pub fn account_of(&self, session: u64) -> Option<&Account> {
        self.accounts.get(&session)
    }

    /// The sessions of an account, in the order they came.
    pub fn sessions(&self, account: &Account) -> impl Iterator<Item = u64> + '_ {
        let sessions = self.sessions.get(account).into_iter().flatten();
        sessions.map(|registered| registered.session)
    }

    /// Whether a session of the account takes the notifications for an address.
    #[must_use]
    pub fn is_named(&self, account: &Account, address: &NotificationAddress) -> bool {
        let mut sessions = self.sessions.get(account).into_iter().flatten();
        sessions.any(|registered| registered.addresses.contains(address))
    }

    /// The session that is to have a notification for `account` about a message that named
    /// `address`: of those that take it for this address, or of all when none does, the one with
    /// the least `in_flight`, which says `None` for one that can take nothing now. The first that
    /// came, of equal ones.
    ///
    /// `None` when there is no such session: the notification waits.
    pub fn pick(
        &self,
        account: &Account,
        address: Option<&NotificationAddress>,
        in_flight: impl Fn(u64) -> Option<usize>,
    ) -> Option<u64> {
        let address = address.filter(|address| self.is_named(account, address));
        self.sessions
            .get(account)?
            .iter()
            .filter(|registered| {
                address.is_none_or(|address| registered.addresses.contains(address))
            })
            .filter_map(|registered| Some((in_flight(registered.session)?, registered.session)))
            .min_by_key(|(load, _)| *load)
            .map(|(_, session)| session)
    }
}
