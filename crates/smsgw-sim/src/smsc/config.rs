//! How a simulated message centre behaves.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use smsgw_smpp::receipt::Dialect;
use smsgw_smpp::session;
use smsgw_smpp::tls::Acceptor;
use smsgw_smpp::types::{InterfaceVersion, MessageState};
use smsgw_ucp::session::TimeoutPolicy;
use smsgw_ucp::types::{PasswordBuf, UtcOffset};
use smsgw_ucp::{Alphabet, ValueError};

use crate::chance::fraction;
use crate::faults::Faults;

/// Who may bind. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// The name to bind with.
    pub system_id: String,
    /// The password to bind with.
    pub password: String,
}

/// Who may log in over UCP. `Debug` does not show the password.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// The name to log in with: a number, as a rule.
    pub name: String,
    /// The password to log in with.
    pub password: String,
}

impl User {
    /// A user that can log in.
    ///
    /// # Errors
    /// When OT 60 cannot hold the name or the password.
    pub fn new(name: &str, password: &str) -> Result<Self, ValueError> {
        smsgw_ucp::session::Account::new(name)?;
        PasswordBuf::new(password, Alphabet::default())?;
        Ok(Self {
            name: name.to_owned(),
            password: password.to_owned(),
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            system_id,
            password: _,
        } = self;
        let mut account = f.debug_struct("Account");
        account.field("system_id", system_id);
        account.field("password", &format_args!("***")).finish()
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, password: _ } = self;
        let mut user = f.debug_struct("User");
        user.field("name", name);
        user.field("password", &format_args!("***")).finish()
    }
}

/// How UCP is spoken.
#[derive(Clone, Debug)]
pub struct Ucp {
    /// Where to listen; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Who may log in; empty lets everybody, and those too who do not log in.
    pub users: Vec<User>,
    /// The zone of its clocks: all times of UCP are local.
    pub zone: UtcOffset,
    /// The alphabet of texts and passwords.
    pub alphabet: Alphabet,
    /// Limits and timers of each session. Whether there is a login follows from `users`, and OT 31
    /// is answered with what waits.
    pub session: smsgw_ucp::session::Config,
}

impl Default for Ucp {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            users: Vec::new(),
            zone: UtcOffset::UTC,
            alphabet: Alphabet::default(),
            session: smsgw_ucp::session::Config {
                window: 10,
                result_timer: Duration::from_secs(15),
                // Who does not answer is sent it again later.
                on_timeout: TimeoutPolicy::Resend { times: 0 },
                // Not all clients know that the message centre may ask, too.
                keep_alive: None,
                ..smsgw_ucp::session::Config::default()
            },
        }
    }
}

impl Ucp {
    /// Listening at `address`.
    #[must_use]
    pub fn with_bind(mut self, address: SocketAddr) -> Self {
        self.bind = address;
        self
    }

    /// Letting this user in, and no more everybody.
    #[must_use]
    pub fn with_user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }
}

/// How the ids of messages are spelled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdFormat {
    /// In decimal digits.
    #[default]
    Decimal,
    /// In hexadecimal digits, lower case.
    Hex,
}

/// The behaviour of a simulated message centre.
///
/// ```
/// use std::time::Duration;
/// use smsgw_sim::smsc::{Config, ReceiptPlan};
///
/// let config = Config::default()
///     .with_account("gateway", "secret")
///     .with_receipts(ReceiptPlan {
///         delay: Duration::from_millis(5),
///         undeliverable: 0.1,
///         ..ReceiptPlan::default()
///     });
/// assert_eq!(config.accounts.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen for SMPP; port 0 takes a free one, `None` does not listen.
    pub bind: Option<SocketAddr>,
    /// How UCP is spoken; `None` for not at all.
    pub ucp: Option<Ucp>,
    /// With what TLS is spoken; `None` for none. To an ESME that is asked to bind it never is.
    pub tls: Option<Acceptor>,
    /// Who may bind over SMPP; empty lets everybody.
    pub accounts: Vec<Account>,
    /// What becomes of messages.
    pub receipts: ReceiptPlan,
    /// What goes wrong.
    pub faults: Faults,
    /// How ids of SMPP are spelled.
    pub ids: IdFormat,
    /// The first id; `None` takes it from the clock, so that ids differ from those of a run before.
    pub first_id: Option<u64>,
    /// How many of the accepted messages are remembered, of each protocol, and of the broadcasts;
    /// the oldest are forgotten, and what is forgotten cannot be asked for, cancelled or replaced.
    pub remembered: usize,
    /// Most receipts that may wait to be delivered, by each protocol; at that many, submits are
    /// answered `ESME_RMSGQFUL`, or EC 55.
    pub max_waiting: usize,
    /// How long after an error or no answer a receipt is sent again.
    pub retry: Duration,
    /// Most events that wait for a reader before it misses some.
    pub max_events: usize,
    /// Limits and timers of each session of SMPP.
    pub session: session::Config,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
            ucp: None,
            tls: None,
            accounts: Vec::new(),
            receipts: ReceiptPlan::default(),
            faults: Faults::none(),
            ids: IdFormat::default(),
            first_id: None,
            remembered: 10_000,
            max_waiting: 1_000_000,
            retry: Duration::from_secs(1),
            max_events: 1 << 16,
            session: session::Config {
                window: 100,
                interface_version: InterfaceVersion::SMPP_5_0,
                ..session::Config::default()
            },
        }
    }
}

impl Config {
    /// Listening for SMPP at `address`.
    #[must_use]
    pub fn with_bind(mut self, address: SocketAddr) -> Self {
        self.bind = Some(address);
        self
    }

    /// Not listening for SMPP.
    #[must_use]
    pub fn without_smpp(mut self) -> Self {
        self.bind = None;
        self
    }

    /// Speaking UCP, too.
    #[must_use]
    pub fn with_ucp(mut self, ucp: Ucp) -> Self {
        self.ucp = Some(ucp);
        self
    }

    /// Speaking TLS.
    #[must_use]
    pub fn with_tls(mut self, acceptor: Acceptor) -> Self {
        self.tls = Some(acceptor);
        self
    }

    /// Letting these credentials in, and no more everybody.
    #[must_use]
    pub fn with_account(mut self, system_id: &str, password: &str) -> Self {
        self.accounts.push(Account {
            system_id: system_id.to_owned(),
            password: password.to_owned(),
        });
        self
    }

    /// With these receipts.
    #[must_use]
    pub fn with_receipts(mut self, receipts: ReceiptPlan) -> Self {
        self.receipts = receipts;
        self
    }

    /// With these faults.
    #[must_use]
    pub fn with_faults(mut self, faults: Faults) -> Self {
        self.faults = faults;
        self
    }
}

/// What becomes of messages: after how long, and which share of them fails how.
///
/// A receipt is sent only when the submit asks for one, in `registered_delivery` or NRq and NT. What
/// becomes of the nth message depends on `seed` and n alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReceiptPlan {
    /// From the submit to its receipt.
    pub delay: Duration,
    /// Share, 0 to 1, that is undeliverable.
    pub undeliverable: f64,
    /// Share that is rejected.
    pub rejected: f64,
    /// Share that expires.
    pub expired: f64,
    /// Share that nobody hears of again.
    pub none: f64,
    /// Chooses which.
    pub seed: u64,
    /// How receipts are spelled: their text, and the id in their TLV.
    pub dialect: Dialect,
}

impl Default for ReceiptPlan {
    fn default() -> Self {
        Self {
            delay: Duration::from_millis(200),
            undeliverable: 0.0,
            rejected: 0.0,
            expired: 0.0,
            none: 0.0,
            seed: 0,
            dialect: Dialect::APPENDIX_B,
        }
    }
}

impl ReceiptPlan {
    /// What becomes of the message with the ordinal `n`; `None` when nobody hears of it again.
    #[must_use]
    pub fn outcome(&self, n: u64) -> Option<MessageState> {
        let mut point = fraction(self.seed, n);
        let shares = [
            (self.undeliverable, Some(MessageState::UNDELIVERABLE)),
            (self.rejected, Some(MessageState::REJECTED)),
            (self.expired, Some(MessageState::EXPIRED)),
            (self.none, None),
        ];
        for (share, outcome) in shares {
            if point < share {
                return outcome;
            }
            point -= share;
        }
        Some(MessageState::DELIVERED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_printed() {
        let mut config = Config::default().with_account("esme", "SECRET");
        let ucp = Ucp {
            users: vec![User::new("2147", "SECRET").unwrap()],
            ..Ucp::default()
        };
        config.ucp = Some(ucp);
        let shown = format!("{config:?}");
        assert!(shown.contains("esme") && shown.contains("2147"), "{shown}");
        assert!(!shown.contains("SECRET"), "{shown}");
    }

    #[test]
    fn shares_are_kept_and_the_seed_decides_which() {
        let plan = ReceiptPlan {
            undeliverable: 0.1,
            none: 0.2,
            ..ReceiptPlan::default()
        };
        let outcomes: Vec<_> = (0..10_000).map(|n| plan.outcome(n)).collect();
        let share = |wanted| {
            outcomes
                .iter()
                .filter(|&&outcome| outcome == wanted)
                .count()
        };
        assert!((900..1_100).contains(&share(Some(MessageState::UNDELIVERABLE))));
        assert!((1_900..2_100).contains(&share(None)));
        assert_eq!(share(Some(MessageState::REJECTED)), 0);

        let other = ReceiptPlan { seed: 1, ..plan };
        assert!((0..100).any(|n| plan.outcome(n) != other.outcome(n)));
        let all = ReceiptPlan {
            rejected: 1.0,
            ..ReceiptPlan::default()
        };
        assert!((0..1_000).all(|n| all.outcome(n) == Some(MessageState::REJECTED)));
    }
}
