//! Who may connect and log in: limits, and pauses for those who guess passwords.
//!
//! A [`Guard`] decides and counts; it has no socket and no clock. Its owner tells it of each
//! connection and each log-in, when they begin and when they end.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use smsgw_net::server::guard::{Guard, Limits, Lockout, Refusal};
//!
//! let lockout = Lockout { failures: 3, ..Lockout::default() };
//! let limits = Limits { address_lockout: Some(lockout), ..Limits::default() };
//! let (mut guard, now) = (Guard::new(limits), Instant::now());
//! let address = "192.0.2.7".parse()?;
//! guard.connect(address, now)?;
//! for _ in 0..3 {
//!     guard.check_login(address, b"account", now)?;
//!     guard.login_failed(address, b"account", now);
//! }
//! let refusal = guard.check_login(address, b"account", now).unwrap_err();
//! assert_eq!(refusal, Refusal::AddressLockedOut { remaining: lockout.first });
//! guard.check_login(address, b"account", now + lockout.first)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What peers can do to it
//!
//! Its memory is bounded: places are counted for what is there only, and failures are kept of
//! 16,384 addresses and as many accounts, 64 octets of the name of each; beyond that, those that
//! would be forgotten first are. That is less than 10 MB.
//!
//! Log-ins that are under way when a lockout begins go on, so an address can try as many passwords
//! more as it has connections. They are not taken for failures beforehand: a client that brings all
//! its sessions up at once would lock itself out.
//!
//! A lockout of an account is in the way of its owner, too, whoever guessed. So it should need
//! many more failures than that of an address.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Of how many addresses, and of how many system ids, failures are kept.
const MAX_RECORDS: usize = 16_384;

/// How much a [`Guard`] lets through. A limit of 0 lets nothing through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections in all.
    pub connections: usize,
    /// Most connections from one address; an IPv6 address counts as its /64.
    pub connections_per_address: usize,
    /// Most sessions of one account, unless its log-in names another number.
    pub sessions_per_account: usize,
    /// When an address that fails to log in is locked out; `None` for never.
    pub address_lockout: Option<Lockout>,
    /// When an account that is failed to be logged in to is locked out; `None` for never.
    pub account_lockout: Option<Lockout>,
}

impl Default for Limits {
    /// 1,000 connections, 100 of an address, 100 sessions of an account; lockouts after 10 failures
    /// of an address and after 100 of an account.
    fn default() -> Self {
        Self {
            connections: 1_000,
            connections_per_address: 100,
            sessions_per_account: 100,
            address_lockout: Some(Lockout::default()),
            account_lockout: Some(Lockout {
                failures: 100,
                ..Lockout::default()
            }),
        }
    }
}

/// After how many failures a pause is due, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// As many failed log-ins, at least 1, ...
    pub failures: u32,
    /// ... within this time of the first of them.
    pub within: Duration,
    /// How long the first lockout takes; each further one takes twice as long as the last.
    pub first: Duration,
    /// The longest one. After as long without another (and [`Self::within`], if that is more) the
    /// next takes [`Self::first`] again.
    pub longest: Duration,
}

impl Default for Lockout {
    /// 10 failures within a minute; a minute, in the end an hour.
    fn default() -> Self {
        Self {
            failures: 10,
            within: Duration::from_secs(60),
            first: Duration::from_secs(60),
            longest: Duration::from_secs(60 * 60),
        }
    }
}

/// Counts connections, sessions and failures, and says who may go on.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    connections: usize,
    addresses: HashMap<Source, usize>,
    sessions: HashMap<Account, usize>,
    failures_of_addresses: Failures<Source>,
    failures_of_accounts: Failures<Account>,
}

impl Guard {
    /// A guard that has seen nobody.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            connections: 0,
            addresses: HashMap::new(),
            sessions: HashMap::new(),
            failures_of_addresses: Failures::new(limits.address_lockout),
            failures_of_accounts: Failures::new(limits.account_lockout),
        }
    }

    /// How much it lets through.
    #[must_use]
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How many connections there are.
    #[must_use]
    pub const fn connections(&self) -> usize {
        self.connections
    }

    /// A peer connects; its end is told by [`Self::disconnect`].
    ///
    /// # Errors
    /// When it may not; nothing is counted then.
    pub fn connect(&mut self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        self.connect_unknown()?;
        self.identify(address, now)
            .inspect_err(|_| self.disconnect(None))
    }

    /// A proxy connects for a peer whose address is not known yet: see [`Self::identify`].
    ///
    /// # Errors
    /// When there are too many connections in all; nothing is counted then.
    pub fn connect_unknown(&mut self) -> Result<(), Refusal> {
        let max = self.limits.connections;
        if self.connections >= max {
            return Err(Refusal::Connections { max });
        }
        self.connections += 1;
        Ok(())
    }

    /// The proxy said who it is.
    ///
    /// # Errors
    /// When that address may not connect; the connection is still one without address.
    pub fn identify(&mut self, address: IpAddr, now: Instant) -> Result<(), Refusal> {
        let source = Source::of(address);
        if let Some(remaining) = self.failures_of_addresses.locked_out(&source, now) {
            return Err(Refusal::AddressLockedOut { remaining });
        }
        let max = self.limits.connections_per_address;
        if !take_place(&mut self.addresses, source, max) {
            return Err(Refusal::ConnectionsOfAddress { max });
        }
        Ok(())
    }

    /// A connection has ended; `None` when its address never was known.
    pub fn disconnect(&mut self, address: Option<IpAddr>) {
        self.connections = self.connections.saturating_sub(1);
        if let Some(address) = address {
            free_place(&mut self.addresses, &Source::of(address));
        }
    }

    /// Somebody wants to log in: whether the password is to be looked at.
    ///
    /// `account` is the name that comes with the password. What is behind its 64th octet is not
    /// looked at.
    ///
    /// # Errors
    /// When the address or the account is locked out.
    pub fn check_login(
        &self,
        address: IpAddr,
        account: &[u8],
        now: Instant,
    ) -> Result<(), Refusal> {
        let source = Source::of(address);
        if let Some(remaining) = self.failures_of_addresses.locked_out(&source, now) {
            return Err(Refusal::AddressLockedOut { remaining });
        }
        let account = Account::of(account);
        if let Some(remaining) = self.failures_of_accounts.locked_out(&account, now) {
            return Err(Refusal::AccountLockedOut { remaining });
        }
        Ok(())
    }

    /// The password was wrong, or there is no such account.
    pub fn login_failed(&mut self, address: IpAddr, account: &[u8], now: Instant) {
        self.failures_of_addresses.add(Source::of(address), now);
        self.failures_of_accounts.add(Account::of(account), now);
    }

    /// The password was right: whether there is room for one more. The end of the session is told
    /// by [`Self::log_out`].
    ///
    /// `max` is the most sessions of this account, when it has a limit of its own.
    ///
    /// # Errors
    /// When as many are there already; nothing is counted then.
    pub fn log_in(&mut self, account: &[u8], max: Option<usize>) -> Result<(), Refusal> {
        let max = max.unwrap_or(self.limits.sessions_per_account);
        if !take_place(&mut self.sessions, Account::of(account), max) {
            return Err(Refusal::Sessions { max });
        }
        Ok(())
    }

    /// A session that was logged in has ended.
    pub fn log_out(&mut self, account: &[u8]) {
        free_place(&mut self.sessions, &Account::of(account));
    }
}

fn take_place<K: Eq + Hash>(places: &mut HashMap<K, usize>, key: K, max: usize) -> bool {
    if places.get(&key).copied().unwrap_or(0) >= max {
        return false;
    }
    *places.entry(key).or_default() += 1;
    true
}

fn free_place<K: Eq + Hash>(places: &mut HashMap<K, usize>, key: &K) {
    if let Some(taken) = places.get_mut(key) {
        *taken -= 1;
        if *taken == 0 {
            places.remove(key);
        }
    }
}

/// What counts as one address: a subscriber line has a whole IPv6 /64 to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Source {
    V4(u32),
    V6(u64),
}

impl Source {
    fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.to_bits()),
            IpAddr::V6(address) => {
                let [a, b, c, d, e, f, g, h, ..] = address.octets();
                Self::V6(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
            }
        }
    }
}

/// What is kept of the name of an account, so that long ones take no more memory: up to 64 octets,
/// no NUL among them, filled up with NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Account([u8; Account::LEN]);

impl Account {
    /// As long as the longest name that a protocol has for an account.
    const LEN: usize = 64;

    fn of(account: &[u8]) -> Self {
        let mut kept = [0; Self::LEN];
        for (kept, octet) in kept.iter_mut().zip(account) {
            *kept = *octet;
        }
        Self(kept)
    }
}

/// The failures of each `K` that had some lately.
#[derive(Debug)]
struct Failures<K> {
    lockout: Option<Lockout>,
    records: HashMap<K, Record>,
    /// When each record can be forgotten.
    ends: BTreeSet<(Instant, K)>,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    /// Failures since `first`.
    failures: u32,
    first: Instant,
    /// Lockouts so far.
    lockouts: u32,
    locked_until: Option<Instant>,
    end: Instant,
}

impl<K: Copy + Eq + Hash + Ord> Failures<K> {
    fn new(lockout: Option<Lockout>) -> Self {
        /// Can be added to any instant, three times.
        const FOREVER: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        Self {
            lockout: lockout.map(|lockout| Lockout {
                failures: lockout.failures.max(1),
                within: lockout.within.min(FOREVER),
                first: lockout.first.min(FOREVER),
                longest: lockout.longest.min(FOREVER),
            }),
            records: HashMap::new(),
            ends: BTreeSet::new(),
        }
    }

    /// How long `key` is still locked out.
    fn locked_out(&self, key: &K, now: Instant) -> Option<Duration> {
        let until = self.records.get(key)?.locked_until?;
        Some(until.saturating_duration_since(now)).filter(|remaining| !remaining.is_zero())
    }

    fn add(&mut self, key: K, now: Instant) {
        // A password that was looked at when the lockout began does not make it longer.
        let (Some(lockout), None) = (self.lockout, self.locked_out(&key, now)) else {
            return;
        };
        self.forget(|end| end <= now);
        let mut record = match self.records.remove(&key) {
            Some(record) => {
                self.ends.remove(&(record.end, key));
                record
            }
            None => Record {
                failures: 0,
                first: now,
                lockouts: 0,
                locked_until: None,
                end: now,
            },
        };
        if record.first + lockout.within <= now {
            (record.failures, record.first) = (0, now);
        }
        record.failures = record.failures.saturating_add(1);
        record.end = record.end.max(record.first + lockout.within);
        if record.failures >= lockout.failures {
            let factor = 1_u32.checked_shl(record.lockouts).unwrap_or(u32::MAX);
            let until = now + lockout.first.saturating_mul(factor).min(lockout.longest);
            record.lockouts = record.lockouts.saturating_add(1);
            record.locked_until = Some(until);
            // Later than that of anybody who is not locked out: those are forgotten first.
            record.end = until + lockout.longest.max(lockout.within);
            // The next failures are counted anew.
            (record.failures, record.first) = (0, until);
        }
        let mut surplus = (self.records.len() + 1).saturating_sub(MAX_RECORDS);
        self.forget(|_| surplus.checked_sub(1).map(|less| surplus = less).is_some());
        self.records.insert(key, record);
        self.ends.insert((record.end, key));
    }

    /// Forgets the records that end first, while `is_due` says so of their end.
    fn forget(&mut self, mut is_due: impl FnMut(Instant) -> bool) {
        while let Some(&(end, key)) = self.ends.first() {
            if !is_due(end) {
                return;
            }
            self.ends.pop_first();
            self.records.remove(&key);
        }
    }
}

/// Why somebody may not connect or log in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// There are as many connections as there may be.
    Connections {
        /// The limit.
        max: usize,
    },
    /// There are as many connections from this address as there may be.
    ConnectionsOfAddress {
        /// The limit.
        max: usize,
    },
    /// Too many log-ins from this address failed.
    AddressLockedOut {
        /// How long it still is.
        remaining: Duration,
    },
    /// Too many log-ins to this account failed.
    AccountLockedOut {
        /// How long it still is.
        remaining: Duration,
    },
    /// There are as many sessions of this account as there may be.
    Sessions {
        /// The limit.
        max: usize,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Up, so that nobody reads "0 s".
        let secs = |time: &Duration| time.as_millis().div_ceil(1_000);
        match self {
            Self::Connections { max } => write!(f, "{max} connections, no more are allowed"),
            Self::ConnectionsOfAddress { max } => {
                write!(
                    f,
                    "{max} connections from this address, no more are allowed"
                )
            }
            Self::AddressLockedOut { remaining } => write!(
                f,
                "too many failed log-ins from this address, locked out for {} s",
                secs(remaining)
            ),
            Self::AccountLockedOut { remaining } => write!(
                f,
                "too many failed log-ins to this account, locked out for {} s",
                secs(remaining)
            ),
            Self::Sessions { max } => {
                write!(f, "{max} sessions of this account, no more are allowed")
            }
        }
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
#[allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests state what must hold"
)]
mod tests {
    use std::net::{Ipv4Addr, Ipv6Addr};

    use proptest::prelude::*;

    use super::*;

    const A: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const B: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));
    const LOCKOUT: Lockout = Lockout {
        failures: 3,
        within: secs(60),
        first: secs(10),
        longest: secs(35),
    };

    const fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn guard() -> Guard {
        Guard::new(Limits {
            connections: 4,
            connections_per_address: 2,
            sessions_per_account: 2,
            address_lockout: Some(LOCKOUT),
            account_lockout: Some(Lockout {
                failures: 5,
                ..LOCKOUT
            }),
        })
    }

    fn address_locked(secs_: u64) -> Result<(), Refusal> {
        let remaining = secs(secs_);
        Err(Refusal::AddressLockedOut { remaining })
    }

    #[test]
    fn connections_are_counted_by_address_and_in_all() {
        let (mut guard, now) = (guard(), Instant::now());
        for _ in 0..2 {
            guard.connect(A, now).unwrap();
        }
        let refused = Err(Refusal::ConnectionsOfAddress { max: 2 });
        assert_eq!(guard.connect(A, now), refused);
        // The same address as an IPv6 socket shows it.
        let mapped = "::ffff:192.0.2.1".parse().unwrap();
        assert_eq!(guard.connect(mapped, now), refused);
        assert_eq!(guard.connections(), 2);
        guard.connect(B, now).unwrap();
        guard.connect_unknown().unwrap();
        assert_eq!(guard.identify(A, now), refused);
        let refused = Err(Refusal::Connections { max: 4 });
        assert_eq!(guard.connect(B, now), refused);
        assert_eq!(guard.connect_unknown(), refused);
        guard.disconnect(None);
        guard.disconnect(Some(A));
        guard.connect_unknown().unwrap();
        assert_eq!(guard.identify(A, now), Ok(()));
        assert_eq!(guard.connections(), 3);
    }

    #[test]
    fn an_ipv6_address_counts_as_its_64() {
        let (mut guard, now) = (guard(), Instant::now());
        let [a, b, other]: [IpAddr; 3] =
            ["2001:db8::1", "2001:db8::ffff:0:0:2", "2001:db8:0:1::1"].map(|a| a.parse().unwrap());
        guard.connect(a, now).unwrap();
        guard.connect(b, now).unwrap();
        let refused = Err(Refusal::ConnectionsOfAddress { max: 2 });
        assert_eq!(guard.connect(a, now), refused);
        guard.connect(other, now).unwrap();
    }

    #[test]
    fn sessions_are_counted_by_account() {
        let mut guard = guard();
        guard.log_in(b"account", None).unwrap();
        guard.log_in(b"account", None).unwrap();
        assert_eq!(
            guard.log_in(b"account", None),
            Err(Refusal::Sessions { max: 2 })
        );
        guard.log_in(b"other", None).unwrap();
        // Its own limit wins, whichever is lower.
        guard.log_in(b"account", Some(3)).unwrap();
        assert_eq!(
            guard.log_in(b"other", Some(1)),
            Err(Refusal::Sessions { max: 1 })
        );
        guard.log_out(b"account");
        guard.log_out(b"account");
        guard.log_in(b"account", None).unwrap();
    }

    #[test]
    fn failures_lock_an_address_out_for_longer_each_time() {
        let mut guard = guard();
        let mut now = Instant::now();
        for locked in [10, 20, 35, 35] {
            for _ in 0..3 {
                assert_eq!(guard.check_login(A, b"account", now), Ok(()));
                // One account each, so that none of them is what is locked out.
                guard.login_failed(A, format!("{now:?}").as_bytes(), now);
                now += secs(1);
            }
            now -= secs(1);
            assert_eq!(
                guard.check_login(A, b"account", now),
                address_locked(locked)
            );
            assert_eq!(guard.connect(A, now), address_locked(locked));
            assert_eq!(guard.connections(), 0);
            assert_eq!(guard.check_login(B, b"account", now), Ok(()));
            // What was under way when it began changes nothing.
            guard.login_failed(A, b"late", now + secs(2));
            let last = now + secs(locked - 1);
            assert_eq!(guard.check_login(A, b"account", last), address_locked(1));
            now += secs(locked);
        }
        // In the end all is forgotten.
        now += secs(60);
        for _ in 0..3 {
            assert_eq!(guard.check_login(A, b"account", now), Ok(()));
            guard.login_failed(A, b"account", now);
        }
        assert_eq!(guard.check_login(A, b"account", now), address_locked(10));
    }

    #[test]
    fn failures_from_anywhere_lock_an_account_out() {
        let (mut guard, now) = (guard(), Instant::now());
        for host in 0..5 {
            let address = Ipv4Addr::new(198, 51, 100, host).into();
            assert_eq!(guard.check_login(address, b"account", now), Ok(()));
            guard.login_failed(address, b"account", now);
        }
        let remaining = secs(10);
        let refused = Err(Refusal::AccountLockedOut { remaining });
        assert_eq!(guard.check_login(A, b"account", now), refused);
        assert_eq!(guard.check_login(A, b"other", now), Ok(()));
        assert_eq!(guard.check_login(A, b"account", now + remaining), Ok(()));
    }

    #[test]
    fn long_names_are_told_apart() {
        let (mut guard, now) = (guard(), Instant::now());
        let [name, other] = [b'1', b'2'].map(|last| [&[b'7'; 63][..], &[last]].concat());
        for host in 0..5 {
            let address = Ipv4Addr::new(198, 51, 100, host).into();
            guard.login_failed(address, &name, now);
        }
        assert!(guard.check_login(A, &name, now).is_err());
        assert_eq!(guard.check_login(A, &other, now), Ok(()));
        for _ in 0..2 {
            guard.log_in(&name, None).unwrap();
            guard.log_in(&other, None).unwrap();
        }
        assert_eq!(guard.log_in(&name, None), Err(Refusal::Sessions { max: 2 }));
    }

    #[test]
    fn failures_far_apart_lock_nobody_out() {
        let (mut guard, start) = (guard(), Instant::now());
        for minute in 0..100 {
            let now = start + secs(31 * minute);
            assert_eq!(guard.check_login(A, b"account", now), Ok(()));
            guard.login_failed(A, b"account", now);
        }
    }

    #[test]
    fn no_lockout_is_none() {
        let (mut guard, now) = (
            Guard::new(Limits {
                address_lockout: None,
                account_lockout: None,
                ..Limits::default()
            }),
            Instant::now(),
        );
        for _ in 0..1_000 {
            guard.login_failed(A, b"account", now);
        }
        assert_eq!(guard.check_login(A, b"account", now), Ok(()));
        assert!(guard.failures_of_addresses.records.is_empty());
    }

    #[test]
    fn the_strangest_lockout_still_ends() {
        let endless = Lockout {
            failures: 0,
            within: Duration::MAX,
            first: Duration::MAX,
            longest: Duration::MAX,
        };
        let (mut guard, now) = (
            Guard::new(Limits {
                address_lockout: Some(endless),
                ..Limits::default()
            }),
            Instant::now(),
        );
        guard.login_failed(A, b"account", now);
        let Err(Refusal::AddressLockedOut { remaining }) = guard.check_login(A, b"account", now)
        else {
            panic!("one failure locks out");
        };
        assert_eq!(guard.check_login(A, b"account", now + remaining), Ok(()));
        guard.login_failed(A, b"account", now + remaining);
    }

    #[test]
    fn a_crowd_of_addresses_does_not_fill_the_memory_nor_free_who_is_locked_out() {
        let (mut guard, now) = (guard(), Instant::now());
        for _ in 0..3 {
            guard.login_failed(A, b"account", now);
        }
        let max = u64::try_from(MAX_RECORDS).unwrap();
        for n in 0..2 * max {
            let address = Ipv6Addr::from_bits(u128::from(n) << 64).into();
            guard.login_failed(address, &[&n.to_be_bytes()[..], &[7; 99]].concat(), now);
        }
        for (records, ends) in [
            (
                guard.failures_of_addresses.records.len(),
                guard.failures_of_addresses.ends.len(),
            ),
            (
                guard.failures_of_accounts.records.len(),
                guard.failures_of_accounts.ends.len(),
            ),
        ] {
            assert_eq!((records, ends), (MAX_RECORDS, MAX_RECORDS));
        }
        assert_eq!(guard.check_login(A, b"x", now), address_locked(10));
        // The next failure sweeps out what has ended.
        let later = now + secs(70);
        guard.login_failed(B, b"account", later);
        assert_eq!(guard.failures_of_addresses.records.len(), 1);
    }

    #[test]
    fn a_refusal_says_how_many_or_how_long() {
        let (max, remaining) = (7, Duration::from_millis(1_001));
        for (refusal, text) in [
            (Refusal::Connections { max }, "7 connections,"),
            (
                Refusal::ConnectionsOfAddress { max },
                "7 connections from this address",
            ),
            (Refusal::AddressLockedOut { remaining }, "2 s"),
            (Refusal::AccountLockedOut { remaining }, "2 s"),
            (Refusal::Sessions { max }, "7 sessions"),
        ] {
            assert!(refusal.to_string().contains(text), "{refusal}");
        }
    }

    proptest! {
        /// Whatever comes and goes: never more than the limits, and all is free in the end.
        #[test]
        fn places_are_taken_and_freed(steps in prop::collection::vec((0..3_u8, any::<bool>()), 0..200)) {
            let (mut guard, now) = (guard(), Instant::now());
            let (mut connected, mut logged_in) = (Vec::new(), Vec::new());
            for (who, comes) in steps {
                let (address, account) = (Ipv4Addr::new(192, 0, 2, who).into(), [who]);
                if comes {
                    let room = connected.len() < 4
                        && connected.iter().filter(|&&other| other == address).count() < 2;
                    prop_assert_eq!(guard.connect(address, now).is_ok(), room);
                    if room {
                        connected.push(address);
                    }
                    let room = logged_in.iter().filter(|&&other| other == account).count() < 2;
                    prop_assert_eq!(guard.log_in(&account, None).is_ok(), room);
                    if room {
                        logged_in.push(account);
                    }
                } else {
                    if let Some(address) = connected.pop() {
                        guard.disconnect(Some(address));
                    }
                    if let Some(account) = logged_in.pop() {
                        guard.log_out(&account);
                    }
                }
                prop_assert_eq!(guard.connections(), connected.len());
            }
            for address in connected {
                guard.disconnect(Some(address));
            }
            for account in logged_in {
                guard.log_out(&account);
            }
            prop_assert_eq!(guard.connections(), 0);
            prop_assert!(guard.addresses.is_empty() && guard.sessions.is_empty());
        }
    }
}
