//! The configuration file: TOML, every key known, every mistake told with its place.
//!
//! `docs/smsgw.toml` shows every key.

mod check;
mod duration;
mod lockout;
mod network;
mod place;
mod secret;
#[cfg(test)]
mod tests;
mod tls;

use std::fmt;
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use smsgw::gsm::segment::LanguageChoice;
use smsgw::smpp::receipt::IdMatch;
use smsgw::smpp::server::{Networks, guard};

pub use lockout::Lockout;
pub use secret::Secret;
pub use tls::{ClientCertificate, LinkTls, ListenTls};

/// What the gateway is told by its file.
///
/// ```
/// let config = smsgw_gateway::config::Config::parse(
///     r#"
///     [store]
///     path = "data"
///
///     [[listen.http]]
///     bind = "127.0.0.1:8080"
///
///     [[account]]
///     id = "shop"
///     password = "secret"
///
///     [[link.smpp]]
///     id = "operator"
///     address = "127.0.0.1:2776"
///     system_id = "gateway"
///     password = "secret"
///     "#,
///     "smsgw.toml",
/// )?;
/// assert_eq!(config.link.smpp[0].window, 10);
/// # Ok::<(), smsgw_gateway::config::ConfigError>(())
/// ```
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where messages are kept.
    pub store: Store,
    /// Where messages come in.
    #[serde(default)]
    pub listen: Listen,
    /// Who may send.
    #[serde(default, rename = "account")]
    pub accounts: Vec<Account>,
    /// Where messages go out.
    #[serde(default)]
    pub link: Links,
    /// How much, and how long.
    #[serde(default)]
    pub limits: Limits,
}

/// Where messages are kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// A directory; made if it is not there.
    pub path: PathBuf,
}

/// Where messages come in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listen {
    /// REST, `/metrics` and `/health`.
    #[serde(default)]
    pub http: Vec<ListenHttp>,
    /// ESMEs that bind to us.
    #[serde(default)]
    pub smpp: Vec<ListenSmpp>,
}

/// A listener for HTTP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenHttp {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// Most connections at a time.
    #[serde(default = "default::max_connections")]
    pub max_connections: usize,
}

/// A listener for SMPP.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListenSmpp {
    /// Address and port; port 0 takes a free one.
    pub bind: SocketAddr,
    /// TLS; none where it is left out.
    pub tls: Option<ListenTls>,
    /// What we call ourselves in the answer to a bind; at most 15 octets.
    #[serde(default = "default::system_id")]
    pub system_id: String,
    /// Most connections at a time, bound or not.
    #[serde(default = "default::max_connections")]
    pub max_connections: usize,
    /// Most connections from one address; an IPv6 address counts as its /64.
    #[serde(default = "default::hundred")]
    pub max_connections_per_address: usize,
    /// Most bound sessions of one account.
    #[serde(default = "default::hundred")]
    pub max_binds_per_account: usize,
    /// Most PROXY headers and TLS handshakes that are waited for at a time; beyond that the one
    /// that takes longest is given up.
    #[serde(default = "default::max_handshakes")]
    pub max_handshakes: usize,
    /// When somebody who fails to bind may not try for a while.
    #[serde(default)]
    pub lockout: Lockout,
    /// Proxies whose connections begin with a PROXY header: all of theirs, and no others.
    #[serde(default, deserialize_with = "network::read")]
    pub proxies: Networks,
}

impl ListenSmpp {
    pub(crate) fn limits(&self) -> guard::Limits {
        guard::Limits {
            connections: self.max_connections,
            connections_per_address: self.max_connections_per_address,
            sessions_per_account: self.max_binds_per_account,
            address_lockout: self.lockout.of_address(),
            account_lockout: self.lockout.of_account(),
        }
    }
}

/// Somebody who may send.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The user name of HTTP and the system_id of SMPP.
    pub id: String,
    /// The password; this or [`Self::password_hash`].
    pub password: Option<Secret>,
    /// The Argon2 hash of the password (`$argon2id$...`).
    pub password_hash: Option<Secret>,
    /// Most segments of a message.
    #[serde(default = "default::max_segments")]
    pub max_segments: usize,
    /// The sender of messages that name none.
    pub default_sender: Option<String>,
    /// The languages whose GSM 7-bit tables may be used, unless a message says so.
    #[serde(default, with = "smsgw::language")]
    pub language: LanguageChoice,
    /// Whether texts may be transliterated, unless a message says so.
    #[serde(default)]
    pub transliterate: bool,
}

/// Where messages go out.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Message centres we bind to.
    #[serde(default)]
    pub smpp: Vec<LinkSmpp>,
}

/// A message centre we bind to.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSmpp {
    /// Our name for it.
    pub id: String,
    /// `host:port`.
    pub address: String,
    /// The address of ours to connect from; the system chooses where it is left out.
    pub local_address: Option<IpAddr>,
    /// TLS; none where it is left out.
    #[serde(default, deserialize_with = "tls::read_link")]
    pub tls: Option<LinkTls>,
    /// Ours there; at most 15 octets.
    pub system_id: String,
    /// Ours there; at most 8 octets.
    pub password: Secret,
    /// Ours there, where the carrier asks for one; at most 12 octets.
    #[serde(default)]
    pub system_type: String,
    /// Most requests without an answer.
    #[serde(default = "default::window")]
    pub window: usize,
    /// What becomes of a message whose outcome is unknown.
    #[serde(default)]
    pub on_unknown: OnUnknown,
    /// How the id in a receipt is compared with the one in the answer to the message.
    #[serde(default)]
    pub receipt_id: ReceiptId,
    /// How long an answer is waited for.
    #[serde(
        default = "default::thirty_seconds",
        deserialize_with = "duration::read"
    )]
    pub response_timeout: Duration,
    /// After how much silence the link is asked whether it is alive.
    #[serde(
        default = "default::thirty_seconds",
        deserialize_with = "duration::read"
    )]
    pub enquire_link: Duration,
    /// How often a message is tried that the carrier refuses for now.
    #[serde(default = "default::max_attempts")]
    pub max_attempts: u32,
    /// How long such a message waits the first time; each further time twice as long.
    #[serde(default = "default::retry_pause", deserialize_with = "duration::read")]
    pub retry_pause: Duration,
}

/// What becomes of a message that was sent, perhaps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Wait for its receipt until its validity ends, then report it unknown.
    #[default]
    Wait,
    /// Report it unknown at once.
    Report,
    /// Send it again, marked as a possible duplicate.
    Resend,
}

/// How the id in a receipt is compared with the one in the answer to the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReceiptId {
    /// The same characters.
    #[default]
    Exact,
    /// Upper and lower case are the same.
    Case,
    /// Zeros in front do not count.
    Unpadded,
    /// The answer has it in hex, the receipt in decimal.
    HexToDecimal,
    /// The answer has it in decimal, the receipt in hex.
    DecimalToHex,
}

impl ReceiptId {
    pub(crate) const fn policy(self) -> IdMatch {
        match self {
            Self::Exact => IdMatch::EXACT,
            Self::Case => IdMatch::EXACT.ignoring_case(),
            Self::Unpadded => IdMatch::EXACT.ignoring_zeros(),
            Self::HexToDecimal => IdMatch::EXACT.hex_to_decimal(),
            Self::DecimalToHex => IdMatch::EXACT.decimal_to_hex(),
        }
    }
}

/// How much, and how long.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Most messages without an outcome; more are refused.
    pub max_queued: usize,
    /// Most characters of a text.
    pub max_text: usize,
    /// The validity of a message that names none.
    #[serde(deserialize_with = "duration::read")]
    pub default_validity: Duration,
    /// The longest validity.
    #[serde(deserialize_with = "duration::read")]
    pub max_validity: Duration,
    /// How long after the end of the validity a receipt is waited for.
    #[serde(deserialize_with = "duration::read")]
    pub receipt_grace: Duration,
    /// How long a callback may take.
    #[serde(deserialize_with = "duration::read")]
    pub callback_timeout: Duration,
    /// How often a callback is tried.
    pub callback_attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_queued: 100_000,
            max_text: 10_000,
            default_validity: Duration::from_secs(24 * 60 * 60),
            max_validity: Duration::from_secs(7 * 24 * 60 * 60),
            receipt_grace: Duration::from_secs(10 * 60),
            callback_timeout: Duration::from_secs(10),
            callback_attempts: 10,
        }
    }
}

mod default {
    use std::time::Duration;

    pub(super) const fn max_connections() -> usize {
        1000
    }
    pub(super) fn system_id() -> String {
        "smsgw".into()
    }
    pub(super) const fn hundred() -> usize {
        100
    }
    pub(super) const fn max_handshakes() -> usize {
        256
    }
    pub(super) const fn max_segments() -> usize {
        10
    }
    pub(super) const fn window() -> usize {
        10
    }
    pub(super) const fn thirty_seconds() -> Duration {
        Duration::from_secs(30)
    }
    pub(super) const fn max_attempts() -> u32 {
        5
    }
    pub(super) const fn retry_pause() -> Duration {
        Duration::from_secs(5)
    }
}

impl Config {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// When it cannot be read, and as [`Self::parse`].
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let name = path.display().to_string();
        match fs::read_to_string(path) {
            Ok(text) => Self::parse(&text, &name),
            Err(error) => Err(ConfigError {
                name,
                place: None,
                message: format!("cannot be read: {error}"),
            }),
        }
    }

    /// Reads `text`; errors call it `name`.
    ///
    /// # Errors
    /// When it is not TOML, a key is unknown or missing, a value is not what it must be, or a
    /// secret is not there.
    pub fn parse(text: &str, name: &str) -> Result<Self, ConfigError> {
        let error = |offset: Option<usize>, message: &str| ConfigError {
            name: name.into(),
            place: offset.map(|offset| place::line_and_column(text, offset)),
            message: message.trim().replace('\n', ", "),
        };
        let config: Self = toml::from_str(text)
            .map_err(|wrong| error(wrong.span().map(|span| span.start), wrong.message()))?;
        match check::first_problem(&config) {
            None => Ok(config),
            Some(problem) => Err(error(place::of_value(text, &problem.at), &problem.message)),
        }
    }
}

/// What is wrong with a configuration, in one line: `FILE:LINE:COLUMN: what is wrong`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    name: String,
    place: Option<(usize, usize)>,
    message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            place,
            message,
        } = self;
        match place {
            Some((line, column)) => write!(f, "{name}:{line}:{column}: {message}"),
            None => write!(f, "{name}: {message}"),
        }
    }
}

impl std::error::Error for ConfigError {}
