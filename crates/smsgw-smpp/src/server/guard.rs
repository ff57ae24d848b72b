//! Who may connect and bind: limits, and pauses for those who guess passwords.
//!
//! A [`Guard`] decides and counts; it has no socket and no clock. Its owner tells it of each
//! connection and each bind, when they begin and when they end.
//!
//! ```
//! use std::time::{Duration, Instant};
//! use smsgw_smpp::CommandStatus;
//! use smsgw_smpp::server::guard::{Guard, Limits, Lockout};
//!
//! let lockout = Lockout { failures: 3, ..Lockout::default() };
//! let limits = Limits { address_lockout: Some(lockout), ..Limits::default() };
//! let (mut guard, now) = (Guard::new(limits), Instant::now());
//! let address = "192.0.2.7".parse()?;
//! guard.connect(address, now)?;
//! for _ in 0..3 {
//!     guard.check_bind(address, b"esme", now)?;
//!     guard.bind_failed(address, b"esme", now);
//! }
//! let refusal = guard.check_bind(address, b"esme", now).unwrap_err();
//! assert_eq!(refusal.status(), CommandStatus::ESME_RTHROTTLED);
//! guard.check_bind(address, b"esme", now + lockout.first)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What peers can do to it
//!
//! Its memory is bounded: places are counted for what is there only, and failures are kept of
//! 16,384 addresses and as many system ids; beyond that, those that would be forgotten first are.
//!
//! A lockout of a `system_id` is in the way of its owner, too, whoever guessed. So it should need
//! many more failures than that of an address.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::status::CommandStatus;

/// Of how many addresses, and of how many system ids, failures are kept.
const MAX_RECORDS: usize = 16_384;

/// How much a [`Guard`] lets through. A limit of 0 lets nothing through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most connections in all.
    pub connections: usize,
    /// Most connections from one address; an IPv6 address counts as its /64.
    pub connections_per_address: usize,
    /// Most sessions bound with one `system_id`, unless its bind names another number.
    pub binds_per_system_id: usize,
    /// When an address that fails to bind is locked out; `None` for never.
    pub address_lockout: Option<Lockout>,
    /// When a `system_id` that is failed to be bound is locked out; `None` for never.
    pub system_id_lockout: Option<Lockout>,
}

impl Default for Limits {
    /// 1,000 connections, 100 of an address, 100 binds of a `system_id`; lockouts after 10 failures
    /// of an address and after 100 of a `system_id`.
    fn default() -> Self {
        Self {
            connections: 1_000,
            connections_per_address: 100,
            binds_per_system_id: 100,
            address_lockout: Some(Lockout::default()),
            system_id_lockout: Some(Lockout {
                failures: 100,
                ..Lockout::default()
            }),
        }
    }
}

/// After how many failures a pause is due, and how long it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lockout {
    /// As many failed binds, at least 1, ...
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

/// Counts connections, binds and failures, and says who may go on.
#[derive(Debug)]
pub struct Guard {
    limits: Limits,
    connections: usize,
    addresses: HashMap<Source, usize>,
    binds: HashMap<SystemId, usize>,
    failures_of_addresses: Failures<Source>,
    failures_of_system_ids: Failures<SystemId>,
}

impl Guard {
    /// A guard that has seen nobody.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            connections: 0,
            addresses: HashMap::new(),
            binds: HashMap::new(),
            failures_of_addresses: Failures::new(limits.address_lockout),
            failures_of_system_ids: Failures::new(limits.system_id_lockout),
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

    /// Somebody wants to bind: whether the password is to be looked at.
    ///
    /// What of `system_id` is behind its 32nd octet is not looked at; the standard allows 15.
    ///
    /// # Errors
    /// When the address or the `system_id` is locked out.
    pub fn check_bind(
        &self,
        address: IpAddr,
        system_id: &[u8],
        now: Instant,
    ) -> Result<(), Refusal> {
        let source = Source::of(address);
        if let Some(remaining) = self.failures_of_addresses.locked_out(&source, now) {
            return Err(Refusal::AddressLockedOut { remaining });
        }
        let system_id = SystemId::of(system_id);
        if let Some(remaining) = self.failures_of_system_ids.locked_out(&system_id, now) {
            return Err(Refusal::SystemIdLockedOut { remaining });
        }
        Ok(())
    }

    /// The password was wrong, or nobody has that `system_id`.
    pub fn bind_failed(&mut self, address: IpAddr, system_id: &[u8], now: Instant) {
        self.failures_of_addresses.add(Source::of(address), now);
        self.failures_of_system_ids
            .add(SystemId::of(system_id), now);
    }

    /// The password was right: whether there is room for one more. The end of the session is told
    /// by [`Self::unbind`].
    ///
    /// `max` is the most sessions of this `system_id`, when it has a limit of its own.
    ///
    /// # Errors
    /// When as many are bound already; nothing is counted then.
    pub fn bind(&mut self, system_id: &[u8], max: Option<usize>) -> Result<(), Refusal> {
        let max = max.unwrap_or(self.limits.binds_per_system_id);
        if !take_place(&mut self.binds, SystemId::of(system_id), max) {
            return Err(Refusal::Binds { max });
        }
        Ok(())
    }

    /// A session that was bound has ended.
    pub fn unbind(&mut self, system_id: &[u8]) {
        free_place(&mut self.binds, &SystemId::of(system_id));
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

/// What is kept of a `system_id`, so that long ones take no more memory: up to 32 octets, no NUL
/// among them, filled up with NUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct SystemId([u8; 32]);

impl SystemId {
    fn of(system_id: &[u8]) -> Self {
        let mut kept = [0; 32];
        for (kept, octet) in kept.iter_mut().zip(system_id) {
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

/// Why somebody may not connect or bind.
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
    /// Too many binds from this address failed.
    AddressLockedOut {
        /// How long it still is.
        remaining: Duration,
    },
    /// Too many binds with this `system_id` failed.
    SystemIdLockedOut {
        /// How long it still is.
        remaining: Duration,
    },
    /// As many sessions are bound with this `system_id` as may be.
    Binds {
        /// The limit.
        max: usize,
    },
}

impl Refusal {
    /// What to answer to the bind.
    ///
    /// [`ESME_RALYBND`](CommandStatus::ESME_RALYBND) when the `system_id` has its sessions;
    /// [`ESME_RTHROTTLED`](CommandStatus::ESME_RTHROTTLED) during a lockout: the password was not
    /// looked at, later it may be right; [`ESME_RBINDFAIL`](CommandStatus::ESME_RBINDFAIL) when
    /// there is no place for the connection, which can be closed without an answer, too. A wrong
    /// password is no refusal of the guard: that is
    /// [`ESME_RINVPASWD`](CommandStatus::ESME_RINVPASWD).
    #[must_use]
    pub const fn status(self) -> CommandStatus {
        match self {
            Self::Connections { .. } | Self::ConnectionsOfAddress { .. } => {
                CommandStatus::ESME_RBINDFAIL
            }
            Self::AddressLockedOut { .. } | Self::SystemIdLockedOut { .. } => {
                CommandStatus::ESME_RTHROTTLED
            }
            Self::Binds { .. } => CommandStatus::ESME_RALYBND,
        }
    }
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
                "too many failed binds from this address, locked out for {} s",
                secs(remaining)
            ),
            Self::SystemIdLockedOut { remaining } => write!(
                f,
                "too many failed binds with this system_id, locked out for {} s",
                secs(remaining)
            ),
            Self::Binds { max } => {
                write!(f, "{max} sessions with this system_id, no more are allowed")
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
            binds_per_system_id: 2,
            address_lockout: Some(LOCKOUT),
            system_id_lockout: Some(Lockout {
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
    fn binds_are_counted_by_system_id() {
        let mut guard = guard();
        guard.bind(b"esme", None).unwrap();
        guard.bind(b"esme", None).unwrap();
        assert_eq!(guard.bind(b"esme", None), Err(Refusal::Binds { max: 2 }));
        guard.bind(b"other", None).unwrap();
        // Its own limit wins, whichever is lower.
        guard.bind(b"esme", Some(3)).unwrap();
        assert_eq!(
            guard.bind(b"other", Some(1)),
            Err(Refusal::Binds { max: 1 })
        );
        guard.unbind(b"esme");
        guard.unbind(b"esme");
        guard.bind(b"esme", None).unwrap();
    }

    #[test]
    fn failures_lock_an_address_out_for_longer_each_time() {
        let mut guard = guard();
        let mut now = Instant::now();
        for locked in [10, 20, 35, 35] {
            for _ in 0..3 {
                assert_eq!(guard.check_bind(A, b"esme", now), Ok(()));
                // One system_id each, so that none of them is what is locked out.
                guard.bind_failed(A, format!("{now:?}").as_bytes(), now);
                now += secs(1);
            }
            now -= secs(1);
            assert_eq!(guard.check_bind(A, b"esme", now), address_locked(locked));
            assert_eq!(guard.connect(A, now), address_locked(locked));
            assert_eq!(guard.connections(), 0);
            assert_eq!(guard.check_bind(B, b"esme", now), Ok(()));
            // What was under way when it began changes nothing.
            guard.bind_failed(A, b"late", now + secs(2));
            let last = now + secs(locked - 1);
            assert_eq!(guard.check_bind(A, b"esme", last), address_locked(1));
            now += secs(locked);
        }
        // In the end all is forgotten.
        now += secs(60);
        for _ in 0..3 {
            assert_eq!(guard.check_bind(A, b"esme", now), Ok(()));
            guard.bind_failed(A, b"esme", now);
        }
        assert_eq!(guard.check_bind(A, b"esme", now), address_locked(10));
    }

    #[test]
    fn failures_from_anywhere_lock_a_system_id_out() {
        let (mut guard, now) = (guard(), Instant::now());
        for host in 0..5 {
            let address = Ipv4Addr::new(198, 51, 100, host).into();
            assert_eq!(guard.check_bind(address, b"esme", now), Ok(()));
            guard.bind_failed(address, b"esme", now);
        }
        let remaining = secs(10);
        let refused = Err(Refusal::SystemIdLockedOut { remaining });
        assert_eq!(guard.check_bind(A, b"esme", now), refused);
        assert_eq!(guard.check_bind(A, b"other", now), Ok(()));
        assert_eq!(guard.check_bind(A, b"esme", now + remaining), Ok(()));
    }

    #[test]
    fn failures_far_apart_lock_nobody_out() {
        let (mut guard, start) = (guard(), Instant::now());
        for minute in 0..100 {
            let now = start + secs(31 * minute);
            assert_eq!(guard.check_bind(A, b"esme", now), Ok(()));
            guard.bind_failed(A, b"esme", now);
        }
    }

    #[test]
    fn no_lockout_is_none() {
        let (mut guard, now) = (
            Guard::new(Limits {
                address_lockout: None,
                system_id_lockout: None,
                ..Limits::default()
            }),
            Instant::now(),
        );
        for _ in 0..1_000 {
            guard.bind_failed(A, b"esme", now);
        }
        assert_eq!(guard.check_bind(A, b"esme", now), Ok(()));
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
        guard.bind_failed(A, b"esme", now);
        let Err(Refusal::AddressLockedOut { remaining }) = guard.check_bind(A, b"esme", now) else {
            panic!("one failure locks out");
        };
        assert_eq!(guard.check_bind(A, b"esme", now + remaining), Ok(()));
        guard.bind_failed(A, b"esme", now + remaining);
    }

    #[test]
    fn a_crowd_of_addresses_does_not_fill_the_memory_nor_free_who_is_locked_out() {
        let (mut guard, now) = (guard(), Instant::now());
        for _ in 0..3 {
            guard.bind_failed(A, b"esme", now);
        }
        let max = u64::try_from(MAX_RECORDS).unwrap();
        for n in 0..2 * max {
            let address = Ipv6Addr::from_bits(u128::from(n) << 64).into();
            guard.bind_failed(address, &[&n.to_be_bytes()[..], &[7; 99]].concat(), now);
        }
        for (records, ends) in [
            (
                guard.failures_of_addresses.records.len(),
                guard.failures_of_addresses.ends.len(),
            ),
            (
                guard.failures_of_system_ids.records.len(),
                guard.failures_of_system_ids.ends.len(),
            ),
        ] {
            assert_eq!((records, ends), (MAX_RECORDS, MAX_RECORDS));
        }
        assert_eq!(guard.check_bind(A, b"x", now), address_locked(10));
        // The next failure sweeps out what has ended.
        let later = now + secs(70);
        guard.bind_failed(B, b"esme", later);
        assert_eq!(guard.failures_of_addresses.records.len(), 1);
    }

    #[test]
    fn a_refusal_says_what_to_answer() {
        let (max, remaining) = (7, Duration::from_millis(1_001));
        for (refusal, status, text) in [
            (
                Refusal::Connections { max },
                CommandStatus::ESME_RBINDFAIL,
                "7 connections,",
            ),
            (
                Refusal::ConnectionsOfAddress { max },
                CommandStatus::ESME_RBINDFAIL,
                "7 connections from this address",
            ),
            (
                Refusal::AddressLockedOut { remaining },
                CommandStatus::ESME_RTHROTTLED,
                "2 s",
            ),
            (
                Refusal::SystemIdLockedOut { remaining },
                CommandStatus::ESME_RTHROTTLED,
                "2 s",
            ),
            (
                Refusal::Binds { max },
                CommandStatus::ESME_RALYBND,
                "7 sessions",
            ),
        ] {
            assert_eq!(refusal.status(), status);
            assert!(refusal.to_string().contains(text), "{refusal}");
        }
    }

    proptest! {
        /// Whatever comes and goes: never more than the limits, and all is free in the end.
        #[test]
        fn places_are_taken_and_freed(steps in prop::collection::vec((0..3_u8, any::<bool>()), 0..200)) {
            let (mut guard, now) = (guard(), Instant::now());
            let (mut connected, mut bound) = (Vec::new(), Vec::new());
            for (who, comes) in steps {
                let (address, system_id) = (Ipv4Addr::new(192, 0, 2, who).into(), [who]);
                if comes {
                    let room = connected.len() < 4
                        && connected.iter().filter(|&&other| other == address).count() < 2;
                    prop_assert_eq!(guard.connect(address, now).is_ok(), room);
                    if room {
                        connected.push(address);
                    }
                    let room = bound.iter().filter(|&&other| other == system_id).count() < 2;
                    prop_assert_eq!(guard.bind(&system_id, None).is_ok(), room);
                    if room {
                        bound.push(system_id);
                    }
                } else {
                    if let Some(address) = connected.pop() {
                        guard.disconnect(Some(address));
                    }
                    if let Some(system_id) = bound.pop() {
                        guard.unbind(&system_id);
                    }
                }
                prop_assert_eq!(guard.connections(), connected.len());
            }
            for address in connected {
                guard.disconnect(Some(address));
            }
            for system_id in bound {
                guard.unbind(&system_id);
            }
            prop_assert_eq!(guard.connections(), 0);
            prop_assert!(guard.addresses.is_empty() && guard.binds.is_empty());
        }
    }
}
