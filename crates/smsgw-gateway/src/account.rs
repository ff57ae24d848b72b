//! Who may send, and how they prove who they are.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordVerifier as _};
use hmac::digest::CtOutput;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use smsgw::{Address, Writing};

use crate::admission;
use crate::config;

/// Somebody who may send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    /// The user name of HTTP and the system_id of SMPP.
    pub id: String,
    /// Most segments of a message.
    pub max_segments: usize,
    /// The sender of messages that name none.
    pub default_sender: Option<Address>,
    /// How texts may be written that do not say it themselves.
    pub writing: Writing,
}

/// All accounts. Passwords are kept as digests under a key of this process only.
pub(crate) struct Accounts {
    key: [u8; 32],
    by_id: HashMap<String, (Arc<Account>, Credential)>,
    /// A hash, when any account has one: what an unknown id or a wrong plain password is compared
    /// with, so that they take as long as a wrong password of a hashed account.
    decoy: Option<String>,
    /// Argon2 takes a core for a while by design: one at a time, whoever guesses.
    hashing: tokio::sync::Mutex<()>,
}

type Digest = CtOutput<Hmac<Sha256>>;

enum Credential {
    Plain(Digest),
    Hashed {
        hash: String,
        /// Of the password that was right last, so that Argon2 is paid for once.
        verified: Mutex<Option<Digest>>,
    },
}

impl Accounts {
    /// Those of `config`, which was checked.
    pub(crate) fn new(config: &config::Config) -> Self {
        let mut key = [0; 32];
        // Where the system gives no random octets, there are no message ids either.
        getrandom::fill(&mut key).expect("the system gives random octets");
        let mut decoy = None;
        let mut by_id = HashMap::new();
        for entry in &config.accounts {
            let credential = match (&entry.password, &entry.password_hash) {
                (Some(password), _) => {
                    Credential::Plain(digest(&key, password.expose().as_bytes()))
                }
                (None, Some(hash)) => Credential::Hashed {
                    hash: hash.expose().into(),
                    verified: Mutex::new(None),
                },
                (None, None) => continue,
            };
            if let Credential::Hashed { hash, .. } = &credential {
                decoy = Some(hash.clone());
            }
            let sender = entry.default_sender.as_deref();
            let account = Account {
                id: entry.id.clone(),
                max_segments: entry.max_segments,
                default_sender: sender.and_then(|sender| admission::sender(sender).ok()),
                writing: Writing {
                    language: entry.language,
                    transliterate: entry.transliterate,
                    ..Writing::default()
                },
            };
            by_id.insert(entry.id.clone(), (Arc::new(account), credential));
        }
        Self {
            key,
            by_id,
            decoy,
            hashing: tokio::sync::Mutex::new(()),
        }
    }

    /// The account `id`, when `password` is its password.
    pub(crate) async fn verify(&self, id: &str, password: &[u8]) -> Option<Arc<Account>> {
        let known = self.by_id.get(id);
        let offered = digest(&self.key, password);
        let is_right = match known.map(|(_, credential)| credential) {
            Some(Credential::Plain(expected)) if offered == *expected => true,
            Some(Credential::Hashed { hash, verified }) => {
                let is_cached = |verified: &Mutex<Option<Digest>>| {
                    let verified = verified.lock().unwrap_or_else(PoisonError::into_inner);
                    verified
                        .as_ref()
                        .is_some_and(|verified| *verified == offered)
                };
                if is_cached(verified) {
                    true
                } else {
                    let _turn = self.hashing.lock().await;
                    // Many sessions that start together bring the same password.
                    let is_right = is_cached(verified) || matches_hash(hash, password).await;
                    if is_right {
                        *verified.lock().unwrap_or_else(PoisonError::into_inner) = Some(offered);
                    }
                    is_right
                }
            }
            Some(Credential::Plain(_)) | None => {
                if let Some(hash) = &self.decoy {
                    let _turn = self.hashing.lock().await;
                    matches_hash(hash, password).await;
                }
                false
            }
        };
        known
            .filter(|_| is_right)
            .map(|(account, _)| Arc::clone(account))
    }
}

impl fmt::Debug for Accounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.by_id.keys()).finish()
    }
}

fn digest(key: &[u8; 32], password: &[u8]) -> Digest {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(password);
    mac.finalize()
}

async fn matches_hash(hash: &str, password: &[u8]) -> bool {
    let (hash, password) = (hash.to_owned(), password.to_vec());
    let work = tokio::task::spawn_blocking(move || {
        PasswordHash::new(&hash)
            .is_ok_and(|hash| Argon2::default().verify_password(&password, &hash).is_ok())
    });
    work.await.unwrap_or(false)
}

#[cfg(test)]
pub(crate) mod tests {
    use futures_util::FutureExt as _;
    use smsgw::language;

    use super::*;
    use crate::config::Config;

    /// `shop` (password `secret`), `bank` (password `hunter2`, hashed), one link.
    pub(crate) fn config() -> Config {
        let text = r#"
            [store]
            path = "data"
            [[listen.http]]
            bind = "127.0.0.1:0"
            [[account]]
            id = "shop"
            password = "secret"
            max_segments = 3
            default_sender = "Shop"
            language = "turkish"
            [[account]]
            id = "bank"
            password_hash = "HASH"
            [[link.smpp]]
            id = "operator"
            address = "127.0.0.1:2776"
            system_id = "gateway"
            password = "secret"
        "#;
        let cheap = argon2::Params::new(8, 1, 1, None).unwrap();
        let hash = argon2::PasswordHasher::hash_password_with_salt(
            &Argon2::from(cheap),
            b"hunter2",
            b"salt for tests",
        );
        let hash: PasswordHash = hash.unwrap();
        Config::parse(&text.replace("HASH", &hash.to_string()), "test").unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_is_taken() {
        let accounts = Accounts::new(&config());
        for (id, password, is_right) in [
            ("shop", "secret", true),
            ("shop", "hunter2", false),
            ("shop", "", false),
            ("bank", "secret", false),
            ("bank", "hunter2", true),
            // From what was remembered.
            ("bank", "hunter2", true),
            ("bank", "hunter3", false),
            ("nobody", "secret", false),
            ("nobody", "hunter2", false),
            ("", "", false),
        ] {
            let account = accounts.verify(id, password.as_bytes()).await;
            assert_eq!(account.is_some(), is_right, "{id} {password}");
            assert!(account.is_none_or(|account| account.id == id));
        }
        // A refusal takes the same way, whether the id is unknown or its password is plain.
        let turn = accounts.hashing.lock().await;
        for id in ["shop", "bank", "nobody"] {
            assert!(accounts.verify(id, b"wrong").now_or_never().is_none());
        }
        drop(turn);
        let shop = accounts.verify("shop", b"secret").await.unwrap();
        assert_eq!(shop.max_segments, 3);
        assert_eq!(shop.default_sender, Some(Address::sender("Shop")));
        assert_eq!(language::name(shop.writing.language), "turkish");
        let bank = accounts.verify("bank", b"hunter2").await.unwrap();
        assert_eq!(bank.writing, Writing::default());
        assert!(!format!("{accounts:?}").contains("secret"));
    }
}
